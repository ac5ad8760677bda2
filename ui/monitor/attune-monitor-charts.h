/* attune-monitor-charts.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-chart.h"
#include "attune-monitor-metrics.h"
#include "attune-monitor-usage.h"

G_BEGIN_DECLS

/* The charts of one job, or of several laid over each other, with what is set for all of them: smoothing, axes, outliers. The cursors
 * are linked. A chart of which no job reports anything is not shown, but for the first. The marks of checkpoints and epochs are those
 * of the only job. */
#define ATTUNE_TYPE_MONITOR_CHARTS (attune_monitor_charts_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorCharts, attune_monitor_charts, ATTUNE, MONITOR_CHARTS, AdwBin)

void         attune_monitor_charts_add_metrics (AttuneMonitorCharts  *self,
                                                AttuneMonitorMetrics *metrics);
void         attune_monitor_charts_remove_metrics (AttuneMonitorCharts *self,
                                                AttuneMonitorMetrics *metrics);
/* Below the others: what the trainer takes of this computer. Once at most. */
void         attune_monitor_charts_add_usage   (AttuneMonitorCharts  *self,
                                                AttuneMonitorUsage   *usage);
/* Whether the names of the curves stand above them. */
void         attune_monitor_charts_set_legend  (AttuneMonitorCharts  *self,
                                                gboolean              legend);
/* What stands where the first curve will be. */
void         attune_monitor_charts_set_empty_text (AttuneMonitorCharts *self,
                                                const char           *text);
/* The chart that shows this metric. (transfer none) (nullable) */
AttuneChart *attune_monitor_charts_get_chart   (AttuneMonitorCharts  *self,
                                                AttuneMetric          metric);

G_END_DECLS
