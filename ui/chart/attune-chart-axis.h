/* attune-chart-axis.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-chart-palette.h"
#include "attune-chart-view.h"
#include "attune-ticks.h"

G_BEGIN_DECLS

/* The ticks of one side of a chart with the room that their labels take. */
typedef struct {
  GArray *ticks;        /* AttuneTick */
  double  label_width;  /* of the widest */
  double  label_height;
} AttuneChartAxis;

void         attune_chart_axis_clear      (AttuneChartAxis          *self);
/* As many ticks as fit below each other within @length. */
void         attune_chart_axis_fit_y      (AttuneChartAxis          *self,
                                           PangoContext             *context,
                                           const AttuneChartView    *view,
                                           double                    length,
                                           AttuneTicksFormat         format);
/* As many ticks as fit beside each other within @length. */
void         attune_chart_axis_fit_x      (AttuneChartAxis          *self,
                                           PangoContext             *context,
                                           const AttuneChartView    *view,
                                           double                    length,
                                           AttuneTicksFormat         format);
void         attune_chart_axis_snapshot_x (const AttuneChartAxis    *self,
                                           GtkSnapshot              *snapshot,
                                           PangoContext             *context,
                                           const AttuneChartView    *view,
                                           const AttuneChartPalette *palette);
void         attune_chart_axis_snapshot_y (const AttuneChartAxis    *self,
                                           GtkSnapshot              *snapshot,
                                           PangoContext             *context,
                                           const AttuneChartView    *view,
                                           const AttuneChartPalette *palette);

/* A layout in the chart's small type, digits all of one width. (transfer full) */
PangoLayout *attune_chart_create_layout   (PangoContext             *context,
                                           const char               *text,
                                           double                    size,
                                           PangoWeight               weight) G_GNUC_WARN_UNUSED_RESULT;
void         attune_chart_measure_layout  (PangoLayout              *layout,
                                           double                   *width,
                                           double                   *height);
/* With its upper left corner at (x, y), on whole pixels. */
void         attune_chart_append_layout   (GtkSnapshot              *snapshot,
                                           PangoLayout              *layout,
                                           double                    x,
                                           double                    y,
                                           const GdkRGBA            *color);

/* Room beside the plot. */
#define ATTUNE_CHART_RIGHT        14.0

#define ATTUNE_CHART_SIZE_LABEL   0.83 /* of the font of the context */
#define ATTUNE_CHART_SIZE_TEXT    0.92
#define ATTUNE_CHART_SIZE_HEADING 1.1

G_END_DECLS
