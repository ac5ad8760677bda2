/* attune-monitor-window.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"
#include "attune-monitor-charts.h"
#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* The window of one job. It follows the job while it can be seen: its properties, and its files once a second.
 *
 * Actions: job.pause, job.resume, job.cancel (asks first), job.show-output, job.open-folder (path), job.copy-text (text),
 * job.copy-configuration, job.clone and job.compare (app.clone-job and app.compare with this job), job.show-page (name), job.search
 * (events, or the log where that is shown), job.say (text: a toast). */
#define ATTUNE_TYPE_MONITOR_WINDOW (attune_monitor_window_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorWindow, attune_monitor_window, ATTUNE, MONITOR_WINDOW, AdwWindow)

GtkWindow            *attune_monitor_window_new         (AttuneCommands      *commands,
                                                         AttuneJob           *job) G_GNUC_WARN_UNUSED_RESULT;
AttuneJob            *attune_monitor_window_get_job     (AttuneMonitorWindow *self);
AttuneMonitorMetrics *attune_monitor_window_get_metrics (AttuneMonitorWindow *self);
AttuneMonitorCharts  *attune_monitor_window_get_charts  (AttuneMonitorWindow *self);

G_END_DECLS
