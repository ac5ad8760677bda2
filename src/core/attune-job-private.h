/* attune-job-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-job.h"

G_BEGIN_DECLS

/* What attune-job.c, attune-job-json.c, the store, the monitor and the commands share. */

struct _AttuneJob
{
  GObject              parent_instance;

  char                *id;
  char                *persona_id;
  char                *name;
  char                *made_name;
  char                *provider;
  char                *provider_job_id;
  AttuneConfiguration *configuration;
  AttuneJobStatus      status;
  double               progress;
  gint64               step;
  gint64               total_steps;
  gint64               created_at;
  gint64               started_at;
  gint64               finished_at;
  gint64               updated_at;
  double               estimated_cost;
  double               estimated_duration;
  double               time_remaining;
  char                *fine_tuned_model;
  char                *output_path;
  gint64               trained_tokens;
  AttuneError          error_code;
  char                *error_message; /* NULL: no error */
  double               metrics[ATTUNE_N_METRICS];
  gint64               metric_steps[ATTUNE_N_METRICS]; /* -1: none yet */
  gint64               metric_times[ATTUNE_N_METRICS];
  GPtrArray           *checkpoints;
  char                *activity;          /* of this process; not saved */
  double               activity_progress;
  JsonObject          *unknown; /* members of job.json that this version does not know; NULL for none */
};

enum {
  PROP_ID = 1,
  PROP_PERSONA_ID,
  PROP_NAME,
  PROP_PROVIDER,
  PROP_PROVIDER_JOB_ID,
  PROP_CONFIGURATION,
  PROP_STATUS,
  PROP_PROGRESS,
  PROP_STEP,
  PROP_TOTAL_STEPS,
  PROP_CREATED_AT,
  PROP_STARTED_AT,
  PROP_FINISHED_AT,
  PROP_UPDATED_AT,
  PROP_ESTIMATED_COST,
  PROP_ESTIMATED_DURATION,
  PROP_TIME_REMAINING,
  PROP_FINE_TUNED_MODEL,
  PROP_OUTPUT_PATH,
  PROP_TRAINED_TOKENS,
  PROP_ERROR_CODE,
  PROP_ERROR_MESSAGE,
  PROP_LOSS,
  PROP_EVAL_LOSS,
  PROP_LEARNING_RATE,
  PROP_CHECKPOINTS,
  PROP_ACTIVITY,
  PROP_ACTIVITY_PROGRESS,
  N_PROPS
};

void     attune_job_notify        (AttuneJob           *self,
                                   guint                prop_id);
/* Each notifies only on a real change. */
void     attune_job_assign_count  (AttuneJob           *self,
                                   gint64              *field,
                                   gint64               value,
                                   guint                prop_id);
void     attune_job_assign_number (AttuneJob           *self,
                                   double              *field,
                                   double               value,
                                   guint                prop_id);
void     attune_job_assign_text   (AttuneJob           *self,
                                   char               **field,
                                   const char          *value,
                                   guint                prop_id);
void     attune_job_assign_error  (AttuneJob           *self,
                                   AttuneError          code,
                                   const char          *message);
void     attune_job_assign_metric (AttuneJob           *self,
                                   AttuneMetric         metric,
                                   double               value);

gboolean attune_checkpoints_equal (GPtrArray           *a,
                                   GPtrArray           *b);

/* Doubles that stand for "unknown" by NAN are the same when both are unknown. */
static inline gboolean
attune_same_double (double a,
                    double b)
{
  return a == b || (a != a && b != b);
}

/* Stamps updated-at. */
void     attune_job_touch         (AttuneJob *self);
/* A job that ended without ever reaching its provider is prepared anew: the only other way out of a final state. */
void     attune_job_reopen        (AttuneJob *self);
/* Made from the base model and the suffix, else the name of the data set, else the day. (transfer full) */
char    *attune_job_make_name     (AttuneConfiguration *configuration,
                                   const char          *dataset_name,
                                   gint64               created_at);

G_END_DECLS
