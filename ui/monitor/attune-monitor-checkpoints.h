/* attune-monitor-checkpoints.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* The checkpoints of a job, the newest first, each with its evaluation loss where one is known. */
#define ATTUNE_TYPE_MONITOR_CHECKPOINTS (attune_monitor_checkpoints_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorCheckpoints, attune_monitor_checkpoints, ATTUNE, MONITOR_CHECKPOINTS, AdwBin)

void attune_monitor_checkpoints_set_metrics (AttuneMonitorCheckpoints *self,
                                             AttuneMonitorMetrics     *metrics);

G_END_DECLS
