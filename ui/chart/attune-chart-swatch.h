/* attune-chart-swatch.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A piece of the curve that has this style (attune_series_set_style()), in the colours of the display, for the side of a name that
 * stands outside of a chart. It says nothing to screen readers: the name does. */
#define ATTUNE_TYPE_CHART_SWATCH (attune_chart_swatch_get_type ())
G_DECLARE_FINAL_TYPE (AttuneChartSwatch, attune_chart_swatch, ATTUNE, CHART_SWATCH, GtkWidget)

GtkWidget *attune_chart_swatch_new       (guint              style) G_GNUC_WARN_UNUSED_RESULT;
void       attune_chart_swatch_set_style (AttuneChartSwatch *self,
                                          guint              style);

G_END_DECLS
