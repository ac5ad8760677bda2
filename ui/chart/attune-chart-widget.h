/* attune-chart-widget.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-chart.h"

G_BEGIN_DECLS

#define ATTUNE_TYPE_CHART_WIDGET (attune_chart_widget_get_type ())
G_DECLARE_FINAL_TYPE (AttuneChartWidget, attune_chart_widget, ATTUNE, CHART_WIDGET, GtkWidget)

/* Shows an AttuneChart. The pointer moves a cursor that jumps to the nearest point and shows its values; dragging zooms to a range,
 * with Shift it moves the range; Ctrl and scrolling or two fingers zoom about the pointer, scrolling sideways moves the range; a
 * double click shows everything.
 *
 * Keys: Left and Right move the cursor by a point, with Ctrl by a tenth of what is shown, Home and End go to the ends, Up and Down
 * choose the curve that it follows (at first all), Shift with Left and Right moves the range, + and - zoom about the cursor, 0 shows
 * everything, Escape takes the cursor away.
 *
 * Accessibility: role img, labelled by the chart's title, described by its latest and lowest values and its trend. Values under the
 * cursor are announced when it is moved by keys.
 *
 * Emits ::announce (text) when it says something to screen readers; who stops the emission keeps it silent.
 *
 * Properties: chart, cursor-x (infinite: none; bind it to link the cursors of several charts). */

GtkWidget   *attune_chart_widget_new          (AttuneChart       *chart) G_GNUC_WARN_UNUSED_RESULT;
AttuneChart *attune_chart_widget_get_chart    (AttuneChartWidget *self);
void         attune_chart_widget_set_chart    (AttuneChartWidget *self,
                                               AttuneChart       *chart);
double       attune_chart_widget_get_cursor_x (AttuneChartWidget *self);
void         attune_chart_widget_set_cursor_x (AttuneChartWidget *self,
                                               double             x);
/* How often the curves were drawn anew since the widget was made: moving the cursor does not count one. */
guint        attune_chart_widget_get_n_renders (AttuneChartWidget *self);

G_END_DECLS
