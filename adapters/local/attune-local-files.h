/* attune-local-files.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-local-process.h"
#include "attune-run-folder.h"

G_BEGIN_DECLS

/* What the adapter needs of a run folder beside attune-run-folder.h: who works on it, and its ends without its beginnings. */

/* Which process was started on the folder; written as soon as there is one, before the trainer's own first word. */
gboolean   attune_local_files_write_started   (const char               *run_folder,
                                               const AttuneLocalProcess *process,
                                               GError                  **error);
/* FALSE where none was ever started. */
gboolean   attune_local_files_read_started    (const char               *run_folder,
                                               AttuneLocalProcess       *process);
/* The living process that works on the folder: the one that was started last, else the one that @status (nullable) names. */
gboolean   attune_local_files_find_process    (const char               *run_folder,
                                               const AttuneRunStatus    *status,
                                               AttuneLocalProcess       *process);

/* For a run whose trainer is gone: the same status with another state, so that everybody reads the same. */
gboolean   attune_local_files_write_state     (const char               *run_folder,
                                               AttuneJobStatus           state,
                                               GError                  **error);

/* (element-type AttuneMetricPoint): the points of metrics.jsonl from step @from_step on. Reads from the end backwards, so a
 * poll of a long run costs no more than one of a short run. Lines that are damaged are left out. */
GArray    *attune_local_files_read_metrics    (const char               *run_folder,
                                               gint64                    from_step) G_GNUC_WARN_UNUSED_RESULT;
/* The last step of a metrics.jsonl; 0 where there is none. */
gint64     attune_local_files_last_step       (const char               *metrics_path);
/* (element-type AttuneEvent): all of them, each with an id that is the same at each reading. */
GPtrArray *attune_local_files_read_events     (const char               *run_folder) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a run that is started again would go on instead of beginning anew: a recovery checkpoint counts too. */
gboolean   attune_local_files_has_checkpoint  (const char               *run_folder);
/* (transfer full) (nullable): the last @n_lines of log.txt that are not empty. */
char      *attune_local_files_read_log_tail   (const char               *run_folder,
                                               guint                     n_lines);

/* Writes a JSON document atomically and durably, mode 0600. */
gboolean   attune_local_files_write_document  (const char               *path,
                                               JsonNode                 *root,
                                               GError                  **error);
/* Bytes that this user may still write where @path is or, if it does not exist yet, will be; G_MAXUINT64 unknown. */
guint64    attune_local_files_free_space      (const char               *path);

G_END_DECLS
