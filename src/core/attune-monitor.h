/* attune-monitor.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-job-store.h"
#include "attune-dataset-store.h"
#include "attune-registry.h"

G_BEGIN_DECLS

/* Asks the adapters for news of unfinished jobs and brings it to the store: every 10 s while running, 30 s while queued, or as the
 * adapter says; backoff with jitter after errors. Jobs that crashed in submitting are looked up at the provider first.
 * Signals: ::job-finished (AttuneJob) once for each job that this monitor saw end, whether it asked itself or another process did;
 * ::query-failed (AttuneJob, GError) when a question in the background went without an answer. It is asked again. */
#define ATTUNE_TYPE_MONITOR (attune_monitor_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitor, attune_monitor, ATTUNE, MONITOR, GObject)

AttuneMonitor *attune_monitor_new           (AttuneRegistry      *registry,
                                             AttuneJobStore      *jobs,
                                             AttuneDatasetStore  *datasets) G_GNUC_WARN_UNUSED_RESULT;
void           attune_monitor_start         (AttuneMonitor       *self);
void           attune_monitor_stop          (AttuneMonitor       *self);
/* Asks once, now; the job in the store is up to date when it ends. */
void           attune_monitor_refresh_async (AttuneMonitor       *self,
                                             AttuneJob           *job,
                                             GCancellable        *cancellable,
                                             GAsyncReadyCallback  callback,
                                             gpointer             user_data);
gboolean       attune_monitor_refresh_finish(AttuneMonitor       *self,
                                             GAsyncResult        *result,
                                             GError             **error);

G_END_DECLS
