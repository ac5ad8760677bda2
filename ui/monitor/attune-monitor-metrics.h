/* attune-monitor-metrics.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "attune-job-store.h"
#include "attune-series.h"

G_BEGIN_DECLS

/* One line of the list of events, as an object that a list can hold. */
#define ATTUNE_TYPE_MONITOR_EVENT (attune_monitor_event_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorEvent, attune_monitor_event, ATTUNE, MONITOR_EVENT, GObject)

const AttuneEvent *attune_monitor_event_get (AttuneMonitorEvent *self);

/* What a job has reported so far, followed in its files: a series for each metric, and the events. The files are read in a thread,
 * only what is new, one reading at a time; a refresh that is asked for during one follows it.
 *
 * Emits ::refreshed after each reading. Property: error-message (NULL while the last reading went well). */
#define ATTUNE_TYPE_MONITOR_METRICS (attune_monitor_metrics_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorMetrics, attune_monitor_metrics, ATTUNE, MONITOR_METRICS, GObject)

AttuneMonitorMetrics *attune_monitor_metrics_new        (AttuneJobStore       *store,
                                                         AttuneJob            *job) G_GNUC_WARN_UNUSED_RESULT;
/* To lie beside others: its curves have the name of the job and all one style, and times count from the first point. */
AttuneMonitorMetrics *attune_monitor_metrics_new_for_comparison (AttuneJobStore *store,
                                                         AttuneJob            *job,
                                                         guint                 style) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the curves are drawn. */
void                  attune_monitor_metrics_set_visible (AttuneMonitorMetrics *self,
                                                         gboolean              visible);
AttuneJob            *attune_monitor_metrics_get_job    (AttuneMonitorMetrics *self);
AttuneSeries         *attune_monitor_metrics_get_series (AttuneMonitorMetrics *self,
                                                         AttuneMetric          metric);
/* (transfer none): AttuneMonitorEvent, the newest first. */
GListModel           *attune_monitor_metrics_get_events (AttuneMonitorMetrics *self);
/* The last value that was reported, which may not be finite; FALSE where there is none. */
gboolean              attune_monitor_metrics_get_latest (AttuneMonitorMetrics *self,
                                                         AttuneMetric          metric,
                                                         double               *value);
void                  attune_monitor_metrics_refresh    (AttuneMonitorMetrics *self);
gboolean              attune_monitor_metrics_is_reading (AttuneMonitorMetrics *self);

G_END_DECLS
