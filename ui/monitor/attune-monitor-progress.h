/* attune-monitor-progress.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-monitor-charts.h"
#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* The first page: what became of the job, how far it is, the latest numbers, the charts. Its buttons activate the job's actions,
 * which the window has. */
#define ATTUNE_TYPE_MONITOR_PROGRESS (attune_monitor_progress_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorProgress, attune_monitor_progress, ATTUNE, MONITOR_PROGRESS, AdwBin)

/* @folder: where the run writes on this computer, whether or not it is there. */
void                 attune_monitor_progress_set_metrics (AttuneMonitorProgress *self,
                                                          AttuneMonitorMetrics  *metrics,
                                                          const char            *folder);
/* Shows the job as it is now. */
void                 attune_monitor_progress_update      (AttuneMonitorProgress *self);
AttuneMonitorCharts *attune_monitor_progress_get_charts  (AttuneMonitorProgress *self);

G_END_DECLS
