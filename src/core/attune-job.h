/* attune-job.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-configuration.h"
#include "attune-error.h"
#include "attune-metrics.h"

G_BEGIN_DECLS

#define ATTUNE_JOB_VERSION 1

/* One line of events.jsonl. */
typedef struct {
  gint64  time;     /* microseconds since 1970, UTC */
  char   *level;    /* "info", "warning", "error" */
  char   *message;
  char   *id;       /* the provider's own id, or NULL; equal ids are one event */
} AttuneEvent;
AttuneEvent *attune_event_new  (gint64             time,
                                const char        *level,
                                const char        *message,
                                const char        *id);
AttuneEvent *attune_event_copy (const AttuneEvent *self);
void         attune_event_free (AttuneEvent       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneEvent, attune_event_free)

typedef struct {
  char   *id;       /* provider's id, or "step-100" */
  gint64  step;
  gint64  time;     /* microseconds, 0 where unknown */
  char   *path;     /* folder on this computer, or NULL */
  double  eval_loss; /* NAN where unknown */
} AttuneCheckpoint;
AttuneCheckpoint *attune_checkpoint_new  (const char             *id,
                                          gint64                  step,
                                          gint64                  time,
                                          const char             *path,
                                          double                  eval_loss);
AttuneCheckpoint *attune_checkpoint_copy (const AttuneCheckpoint *self);
void              attune_checkpoint_free (AttuneCheckpoint       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneCheckpoint, attune_checkpoint_free)

#define ATTUNE_TYPE_JOB (attune_job_get_type ())
G_DECLARE_FINAL_TYPE (AttuneJob, attune_job, ATTUNE, JOB, GObject)

/* The entity (the mission's FineTuningJobEntity). Every one of these is a GObject property that notifies on change; times are
 * microseconds since 1970 UTC with 0 for unset; numbers that may be unknown are NAN (estimated-cost in US dollars, durations in seconds).
 *
 * id, persona-id, name, provider, provider-job-id, configuration, status, progress (0…1), step, total-steps (gint64),
 * created-at, started-at, finished-at, updated-at, estimated-cost, estimated-duration, time-remaining,
 * fine-tuned-model, output-path, trained-tokens, error-code, error-message, loss, eval-loss, learning-rate (the latest).
 *
 * activity and activity-progress are of this process alone and are not saved: what is done with the job just now ("Uploading train.jsonl"),
 * translated, NULL for nothing, and how much of that is done (0…1, NAN where unknown). */

/* A new job in state preparing with a fresh UUID. */
AttuneJob           *attune_job_new                  (const char          *persona_id,
                                                      const char          *provider,
                                                      AttuneConfiguration *configuration) G_GNUC_WARN_UNUSED_RESULT;
/* The body of job.json. Reads the old documents whose settings stand in `hyperparameters`. Unknown members are kept. */
AttuneJob           *attune_job_new_from_json        (JsonNode            *node,
                                                      GError             **error) G_GNUC_WARN_UNUSED_RESULT;
JsonNode            *attune_job_to_json              (AttuneJob           *self) G_GNUC_WARN_UNUSED_RESULT;
/* Takes over every property of @other, notifying only those that differ: how a store follows another process. */
void                 attune_job_update_from          (AttuneJob           *self,
                                                      AttuneJob           *other);

const char          *attune_job_get_id               (AttuneJob           *self);
const char          *attune_job_get_persona_id       (AttuneJob           *self);
const char          *attune_job_get_name             (AttuneJob           *self); /* never NULL: a made one where none was given */
void                 attune_job_set_name             (AttuneJob           *self,
                                                      const char          *name);
const char          *attune_job_get_provider         (AttuneJob           *self);
const char          *attune_job_get_provider_job_id  (AttuneJob           *self);
void                 attune_job_set_provider_job_id  (AttuneJob           *self,
                                                      const char          *id);
AttuneConfiguration *attune_job_get_configuration    (AttuneJob           *self); /* not to be changed after the start */
AttuneJobStatus      attune_job_get_status           (AttuneJob           *self);
/* Also stamps started-at and finished-at where the step calls for it. A final state is only left by a resume (to queued or running). */
void                 attune_job_set_status           (AttuneJob           *self,
                                                      AttuneJobStatus      status);
double               attune_job_get_progress         (AttuneJob           *self);
gint64               attune_job_get_step             (AttuneJob           *self);
gint64               attune_job_get_total_steps      (AttuneJob           *self);
void                 attune_job_set_steps            (AttuneJob           *self,
                                                      gint64               step,
                                                      gint64               total_steps); /* sets progress as well */
void                 attune_job_set_progress         (AttuneJob           *self,
                                                      double               progress);
double               attune_job_get_time_remaining   (AttuneJob           *self); /* seconds, NAN where unknown */
void                 attune_job_set_time_remaining   (AttuneJob           *self,
                                                      double               seconds);
const char          *attune_job_get_activity         (AttuneJob           *self);
double               attune_job_get_activity_progress(AttuneJob           *self);
void                 attune_job_set_activity         (AttuneJob           *self,
                                                      const char          *activity,
                                                      double               fraction);
gint64               attune_job_get_created_at       (AttuneJob           *self);
gint64               attune_job_get_started_at       (AttuneJob           *self);
gint64               attune_job_get_finished_at      (AttuneJob           *self);
gint64               attune_job_get_updated_at       (AttuneJob           *self); /* when it was last saved, by whatever process */
double               attune_job_get_estimated_cost   (AttuneJob           *self);
double               attune_job_get_estimated_duration (AttuneJob         *self);
void                 attune_job_set_estimates        (AttuneJob           *self,
                                                      double               cost,
                                                      double               duration);
const char          *attune_job_get_fine_tuned_model (AttuneJob           *self);
void                 attune_job_set_fine_tuned_model (AttuneJob           *self,
                                                      const char          *model);
const char          *attune_job_get_output_path      (AttuneJob           *self);
void                 attune_job_set_output_path      (AttuneJob           *self,
                                                      const char          *path);
gint64               attune_job_get_trained_tokens   (AttuneJob           *self);
void                 attune_job_set_trained_tokens   (AttuneJob           *self,
                                                      gint64               tokens);
/* NULL while there is none. (transfer full) */
GError              *attune_job_dup_error            (AttuneJob           *self);
void                 attune_job_set_error            (AttuneJob           *self,
                                                      const GError        *error); /* NULL clears */
/* The latest value of a metric; NAN where there is none. */
double               attune_job_get_metric           (AttuneJob           *self,
                                                      AttuneMetric         metric);
void                 attune_job_apply_metrics        (AttuneJob           *self,
                                                      const AttuneMetricPoint *points,
                                                      guint                n_points);
/* Borrowed; element type AttuneCheckpoint. */
GPtrArray           *attune_job_get_checkpoints      (AttuneJob           *self);
/* Copies; notifies "checkpoints" if they differ. */
void                 attune_job_set_checkpoints      (AttuneJob           *self,
                                                      GPtrArray           *checkpoints);

G_END_DECLS
