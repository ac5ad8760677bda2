/* attune-monitor-events.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* What happened, the newest first. Who looks at the newest keeps looking at the newest; who has scrolled down is left in peace. */
#define ATTUNE_TYPE_MONITOR_EVENTS (attune_monitor_events_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorEvents, attune_monitor_events, ATTUNE, MONITOR_EVENTS, AdwBin)

void attune_monitor_events_set_metrics (AttuneMonitorEvents  *self,
                                        AttuneMonitorMetrics *metrics);
/* Puts the focus where a search is typed. */
void attune_monitor_events_search      (AttuneMonitorEvents  *self);

G_END_DECLS
