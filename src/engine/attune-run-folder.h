/* attune-run-folder.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-job.h"

G_BEGIN_DECLS

/* Reading a run folder without touching it: how far a run is, whether its process lives, what it has measured. The folder
 * is written by the trainer (attune-run-writer.h); both may happen at once. */

#define ATTUNE_RUN_VERSION 1

#define ATTUNE_RUN_CONFIG_FILE      "config.json"
#define ATTUNE_RUN_STATUS_FILE      "status.json"
#define ATTUNE_RUN_METRICS_FILE     "metrics.jsonl"
#define ATTUNE_RUN_EVENTS_FILE      "events.jsonl"
#define ATTUNE_RUN_LOG_FILE         "log.txt"
#define ATTUNE_RUN_LOCK_FILE        ".lock"    /* locked by the trainer that works in the folder */
#define ATTUNE_RUN_CANCEL_FILE      "cancel"   /* its presence turns a stop into a cancellation */
#define ATTUNE_RUN_CHECKPOINTS      "checkpoints"
#define ATTUNE_RUN_OUTPUT           "output"
#define ATTUNE_RUN_STATE_FILE       "state.json" /* in a checkpoint: the checkpoint is whole */

/* What status.json says. */
typedef struct {
  AttuneJobStatus state;
  gint64          step;
  gint64          total_steps;    /* 0 until it is known */
  double          epoch;
  gint64          pid;
  guint64         pid_start_time;
  gint64          started_at;     /* microseconds since 1970 UTC: the first start of the run */
  gint64          updated_at;
  double          time_remaining; /* seconds; NAN unknown */
  gint64          trained_tokens;
  guint           queue_position; /* runs before this one; 0 where it does not wait */
  char           *model;          /* name of the result: base model and suffix; NULL until there is one */
  char           *output;         /* folder of the result; NULL until there is one */
  GError         *error;          /* of ATTUNE_ERROR; NULL for none */
} AttuneRunStatus;

AttuneRunStatus *attune_run_status_new       (void) G_GNUC_WARN_UNUSED_RESULT;
AttuneRunStatus *attune_run_status_copy      (const AttuneRunStatus  *self) G_GNUC_WARN_UNUSED_RESULT;
void             attune_run_status_free      (AttuneRunStatus        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneRunStatus, attune_run_status_free)

/* NOT_FOUND where the run was never started, DAMAGED where the file is none of ours. */
AttuneRunStatus *attune_run_status_load      (const char             *folder,
                                              GError                **error) G_GNUC_WARN_UNUSED_RESULT;
AttuneRunStatus *attune_run_status_from_json (JsonNode               *node,
                                              GError                **error) G_GNUC_WARN_UNUSED_RESULT;
JsonNode        *attune_run_status_to_json   (const AttuneRunStatus  *self) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the process that wrote it still runs. A run whose state is queued, validating_files or running and whose process
 * is gone has crashed: it goes on from its newest checkpoint when it is started again. */
gboolean         attune_run_status_is_alive  (const AttuneRunStatus  *self);

/* The checkpoints that the person asked for, oldest first; element-type AttuneCheckpoint. Recovery checkpoints are left out.
 * Never NULL. (transfer full) */
GPtrArray       *attune_run_folder_list_checkpoints (const char      *folder) G_GNUC_WARN_UNUSED_RESULT;

/* Reads the lines behind *@offset and moves it; start with 0. A torn last line is left for the next time. Where the file has become
 * shorter (a run that went back to a checkpoint) reading begins anew. Lines that cannot be read are left out and counted
 * in *@n_damaged (nullable). A file that is not there is empty. FALSE where reading fails. */
gboolean         attune_run_folder_read_metrics (const char          *folder,
                                              guint64                *offset,
                                              GArray                 *points,  /* AttuneMetricPoint, appended */
                                              guint                  *n_damaged,
                                              GError                **error);
gboolean         attune_run_folder_read_events (const char           *folder,
                                              guint64                *offset,
                                              GPtrArray              *events,  /* AttuneEvent, appended */
                                              guint                  *n_damaged,
                                              GError                **error);
/* One line of events.jsonl, with its newline. (transfer full) */
char            *attune_run_event_to_line    (gint64                  time,
                                              const char             *level,
                                              const char             *message) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
