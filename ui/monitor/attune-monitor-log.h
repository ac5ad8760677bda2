/* attune-monitor-log.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The last part of a file that is being written to, followed as it grows. Who scrolls up is left in peace.
 *
 * Property: exists, whether there is anything in the file. */
#define ATTUNE_TYPE_MONITOR_LOG (attune_monitor_log_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorLog, attune_monitor_log, ATTUNE, MONITOR_LOG, AdwBin)

void     attune_monitor_log_set_path   (AttuneMonitorLog *self,
                                        const char       *path);
/* Reads what is new, in a thread; nothing while that is under way. */
void     attune_monitor_log_refresh    (AttuneMonitorLog *self);
gboolean attune_monitor_log_is_reading (AttuneMonitorLog *self);
/* Puts the focus where a search is typed. */
void     attune_monitor_log_search     (AttuneMonitorLog *self);

G_END_DECLS
