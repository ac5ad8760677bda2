/* attune-job-store.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "attune-job.h"

G_BEGIN_DECLS

#define ATTUNE_TYPE_JOB_STORE (attune_job_store_get_type ())
G_DECLARE_FINAL_TYPE (AttuneJobStore, attune_job_store, ATTUNE, JOB_STORE, GObject)

/* A GListModel of AttuneJob over the folders jobs/<uuid>/, newest first. Several processes may work on one folder: changes of others
 * appear within a second, and each write takes the job's lock. Files that cannot be read are set aside as job.json.damaged-N and
 * reported by ::damaged (path, message); they never hide the others.
 *
 * Nothing here blocks the caller's thread on the disk, but for load_sync and the _sync variants, which attunectl and tests use. */

/* @folder: NULL for the user's data folder. */
AttuneJobStore *attune_job_store_new          (const char           *folder) G_GNUC_WARN_UNUSED_RESULT;
const char     *attune_job_store_get_folder   (AttuneJobStore       *self);
void            attune_job_store_load_async   (AttuneJobStore       *self,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean        attune_job_store_load_finish  (AttuneJobStore       *self,
                                               GAsyncResult         *result,
                                               GError              **error);
gboolean        attune_job_store_load_sync    (AttuneJobStore       *self,
                                               GError              **error);
gboolean        attune_job_store_is_loaded    (AttuneJobStore       *self);

/* (transfer none) (nullable) */
AttuneJob      *attune_job_store_lookup       (AttuneJobStore       *self,
                                               const char           *id);
/* By the whole id or any prefix that is unique. ATTUNE_ERROR_NOT_FOUND, or ATTUNE_ERROR_INVALID naming the candidates. (transfer none) */
AttuneJob      *attune_job_store_find         (AttuneJobStore       *self,
                                               const char           *id_or_prefix,
                                               GError              **error);
/* jobs/<id>, whether or not it exists. (transfer full) */
char           *attune_job_store_dup_job_folder (AttuneJobStore     *self,
                                               AttuneJob            *job);
char           *attune_job_store_dup_run_folder (AttuneJobStore     *self,
                                               AttuneJob            *job); /* jobs/<id>/run */

/* Writes job.json atomically and durably, mode 0600; a job that is not in the list yet joins it at once. Saves of one job run in order. */
void            attune_job_store_save_async   (AttuneJobStore       *self,
                                               AttuneJob            *job,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean        attune_job_store_save_finish  (AttuneJobStore       *self,
                                               GAsyncResult         *result,
                                               GError              **error);
gboolean        attune_job_store_save_sync    (AttuneJobStore       *self,
                                               AttuneJob            *job,
                                               GError              **error);
/* Removes the job with all its files. */
void            attune_job_store_delete_async (AttuneJobStore       *self,
                                               AttuneJob            *job,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean        attune_job_store_delete_finish(AttuneJobStore       *self,
                                               GAsyncResult         *result,
                                               GError              **error);

/* Append under the file's lock. Points whose step was written already for the same metric are dropped, so two processes
 * that watch one job never write a point twice; a torn last line is cut off first. Events with a known id are dropped. */
gboolean        attune_job_store_append_metrics_sync (AttuneJobStore *self,
                                               AttuneJob            *job,
                                               const AttuneMetricPoint *points,
                                               guint                 n_points,
                                               GError              **error);
gboolean        attune_job_store_append_events_sync (AttuneJobStore *self,
                                               AttuneJob            *job,
                                               GPtrArray            *events,
                                               GError              **error);
/* Reads from byte *@offset on (0 first) and moves it behind the last whole line: call again for what came since.
 * (transfer full) (element-type AttuneMetricPoint) */
GArray         *attune_job_store_read_metrics (AttuneJobStore       *self,
                                               AttuneJob            *job,
                                               goffset              *offset,
                                               GError              **error);
/* (transfer full) (element-type AttuneEvent) */
GPtrArray      *attune_job_store_read_events  (AttuneJobStore       *self,
                                               AttuneJob            *job,
                                               goffset              *offset,
                                               GError              **error);

G_END_DECLS
