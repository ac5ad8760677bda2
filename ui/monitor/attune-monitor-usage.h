/* attune-monitor-usage.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* What the trainer of a run on this computer takes of it: processor and memory, from the kernel's account of its process, whose number
 * the run folder tells. A run elsewhere has none, and neither has one that does not run; the series stay as they are then. */
#define ATTUNE_TYPE_MONITOR_USAGE (attune_monitor_usage_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorUsage, attune_monitor_usage, ATTUNE, MONITOR_USAGE, GObject)

AttuneMonitorUsage *attune_monitor_usage_new           (AttuneMonitorMetrics *metrics,
                                                        const char           *run_folder) G_GNUC_WARN_UNUSED_RESULT;
/* Parts of all processors, 0…1. */
AttuneSeries       *attune_monitor_usage_get_processor (AttuneMonitorUsage   *self);
/* Mebibytes. */
AttuneSeries       *attune_monitor_usage_get_memory    (AttuneMonitorUsage   *self);
/* Looks once, in a thread; nothing while a look is under way. */
void                attune_monitor_usage_sample        (AttuneMonitorUsage   *self);
gboolean            attune_monitor_usage_is_sampling   (AttuneMonitorUsage   *self);

G_END_DECLS
