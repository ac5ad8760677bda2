/* attune-chart-rows.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "attune-chart.h"

G_BEGIN_DECLS

/* One line of the table of a chart. It stays what it was when the chart changes. */
#define ATTUNE_TYPE_CHART_ROW (attune_chart_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneChartRow, attune_chart_row, ATTUNE, CHART_ROW, GObject)

double      attune_chart_row_get_step  (AttuneChartRow *self);
/* Of @axis; NAN where it is not known. */
double      attune_chart_row_get_place (AttuneChartRow *self,
                                        AttuneSeriesAxis axis);
/* Of the series at @position of the chart; FALSE where it has no value at this step. */
gboolean    attune_chart_row_get_value (AttuneChartRow *self,
                                        guint           position,
                                        double         *value);

/* The points of a chart as a GListModel of AttuneChartRow, one for each step, in their order; curves that have a point at one step share
 * its row. Every point is there, never a reduced curve. The rows are made as they are asked for. */
#define ATTUNE_TYPE_CHART_ROWS (attune_chart_rows_get_type ())
G_DECLARE_FINAL_TYPE (AttuneChartRows, attune_chart_rows, ATTUNE, CHART_ROWS, GObject)

AttuneChartRows *attune_chart_rows_new     (AttuneChart     *chart) G_GNUC_WARN_UNUSED_RESULT;
/* Takes in what the chart has got meanwhile; rows at the end are added without a word about those before. */
void             attune_chart_rows_refresh (AttuneChartRows *self);

G_END_DECLS
