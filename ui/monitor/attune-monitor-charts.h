/* attune-monitor-charts.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-chart.h"
#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* The charts of one job with what is set for all of them: smoothing, axes, outliers. The cursors are linked. A chart of which the
 * job reports nothing is not shown, but for the first. */
#define ATTUNE_TYPE_MONITOR_CHARTS (attune_monitor_charts_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorCharts, attune_monitor_charts, ATTUNE, MONITOR_CHARTS, AdwBin)

void         attune_monitor_charts_set_metrics (AttuneMonitorCharts  *self,
                                                AttuneMonitorMetrics *metrics);
/* What stands where the first curve will be. */
void         attune_monitor_charts_set_empty_text (AttuneMonitorCharts *self,
                                                const char           *text);
/* The chart that shows this metric. (transfer none) (nullable) */
AttuneChart *attune_monitor_charts_get_chart   (AttuneMonitorCharts  *self,
                                                AttuneMetric          metric);

G_END_DECLS
