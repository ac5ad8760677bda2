/* attune-job-state.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-job"

#include "config.h"

#include "attune-job-private.h"

#include <math.h>

void
attune_job_touch (AttuneJob *self)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  /* Never backwards, even where the clock was set back. */
  attune_job_assign_count (self, &self->updated_at, MAX (g_get_real_time (), self->updated_at + 1), PROP_UPDATED_AT);
}

const char *
attune_job_get_id (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  return self->id;
}

const char *
attune_job_get_persona_id (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  return self->persona_id;
}

const char *
attune_job_get_name (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  if (self->name != NULL)
    return self->name;
  if (self->made_name == NULL)
    self->made_name = attune_job_make_name (self->configuration, NULL, self->created_at);

  return self->made_name;
}

void
attune_job_set_name (AttuneJob  *self,
                     const char *name)
{
  g_autofree char *stripped = NULL;

  g_return_if_fail (ATTUNE_IS_JOB (self));

  stripped = name != NULL ? g_strstrip (g_strdup (name)) : NULL;
  attune_job_assign_text (self, &self->name, stripped != NULL && *stripped != '\0' ? stripped : NULL, PROP_NAME);
}

const char *
attune_job_get_provider (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  return self->provider;
}

const char *
attune_job_get_provider_job_id (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  return self->provider_job_id;
}

void
attune_job_set_provider_job_id (AttuneJob  *self,
                                const char *id)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  attune_job_assign_text (self, &self->provider_job_id, id, PROP_PROVIDER_JOB_ID);
}

AttuneConfiguration *
attune_job_get_configuration (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  return self->configuration;
}

AttuneJobStatus
attune_job_get_status (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), ATTUNE_JOB_STATUS_FAILED);

  return self->status;
}

static void
change_status (AttuneJob       *self,
               AttuneJobStatus  status)
{
  gboolean was_final = attune_job_status_is_final (self->status);
  gint64 now = g_get_real_time ();

  g_object_freeze_notify (G_OBJECT (self));

  self->status = status;
  attune_job_notify (self, PROP_STATUS);

  if (was_final)
    {
      attune_job_assign_count (self, &self->finished_at, 0, PROP_FINISHED_AT);
      attune_job_assign_error (self, ATTUNE_ERROR_FAILED, NULL);
    }
  if (status == ATTUNE_JOB_STATUS_RUNNING && self->started_at == 0)
    attune_job_assign_count (self, &self->started_at, now, PROP_STARTED_AT);
  if (attune_job_status_is_final (status))
    {
      attune_job_assign_count (self, &self->finished_at, now, PROP_FINISHED_AT);
      attune_job_assign_number (self, &self->time_remaining, NAN, PROP_TIME_REMAINING);
    }
  if (status == ATTUNE_JOB_STATUS_SUCCEEDED)
    {
      attune_job_assign_number (self, &self->progress, 1, PROP_PROGRESS);
      attune_job_assign_error (self, ATTUNE_ERROR_FAILED, NULL);
    }

  g_object_thaw_notify (G_OBJECT (self));
}

void
attune_job_set_status (AttuneJob       *self,
                       AttuneJobStatus  status)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));
  g_return_if_fail (status <= ATTUNE_JOB_STATUS_CANCELLED);

  if (self->status == status)
    return;

  /* Late news must not bring an ended job back to life. */
  if (attune_job_status_is_final (self->status)
      && status != ATTUNE_JOB_STATUS_QUEUED
      && status != ATTUNE_JOB_STATUS_RUNNING)
    {
      g_debug ("Job %s has ended; its state stays %s", self->id,
               attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, self->status));
      return;
    }

  change_status (self, status);
}

void
attune_job_reopen (AttuneJob *self)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  if (self->status == ATTUNE_JOB_STATUS_PREPARING)
    return;

  g_object_freeze_notify (G_OBJECT (self));
  change_status (self, ATTUNE_JOB_STATUS_PREPARING);
  attune_job_assign_number (self, &self->progress, 0, PROP_PROGRESS);
  g_object_thaw_notify (G_OBJECT (self));
}

double
attune_job_get_progress (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), 0);

  return self->progress;
}

gint64
attune_job_get_step (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), 0);

  return self->step;
}

gint64
attune_job_get_total_steps (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), 0);

  return self->total_steps;
}

void
attune_job_set_steps (AttuneJob *self,
                      gint64     step,
                      gint64     total_steps)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  step = MAX (step, 0);
  total_steps = MAX (total_steps, 0);

  g_object_freeze_notify (G_OBJECT (self));
  attune_job_assign_count (self, &self->step, step, PROP_STEP);
  attune_job_assign_count (self, &self->total_steps, total_steps, PROP_TOTAL_STEPS);
  if (total_steps > 0)
    attune_job_set_progress (self, (double) step / (double) total_steps);
  g_object_thaw_notify (G_OBJECT (self));
}

void
attune_job_set_progress (AttuneJob *self,
                         double     progress)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  if (isnan (progress))
    return;

  attune_job_assign_number (self, &self->progress, CLAMP (progress, 0, 1), PROP_PROGRESS);
}

double
attune_job_get_time_remaining (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NAN);

  return self->time_remaining;
}

void
attune_job_set_time_remaining (AttuneJob *self,
                               double     seconds)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  if (!isfinite (seconds) || seconds < 0)
    seconds = NAN;
  attune_job_assign_number (self, &self->time_remaining, seconds, PROP_TIME_REMAINING);
}

const char *
attune_job_get_activity (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  return self->activity;
}

double
attune_job_get_activity_progress (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NAN);

  return self->activity_progress;
}

void
attune_job_set_activity (AttuneJob  *self,
                         const char *activity,
                         double      fraction)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  g_object_freeze_notify (G_OBJECT (self));
  attune_job_assign_text (self, &self->activity, activity, PROP_ACTIVITY);
  attune_job_assign_number (self, &self->activity_progress, fraction, PROP_ACTIVITY_PROGRESS);
  g_object_thaw_notify (G_OBJECT (self));
}

gint64
attune_job_get_created_at (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), 0);

  return self->created_at;
}

gint64
attune_job_get_started_at (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), 0);

  return self->started_at;
}

gint64
attune_job_get_finished_at (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), 0);

  return self->finished_at;
}

gint64
attune_job_get_updated_at (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), 0);

  return self->updated_at;
}

double
attune_job_get_estimated_cost (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NAN);

  return self->estimated_cost;
}

double
attune_job_get_estimated_duration (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NAN);

  return self->estimated_duration;
}

void
attune_job_set_estimates (AttuneJob *self,
                          double     cost,
                          double     duration)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  g_object_freeze_notify (G_OBJECT (self));
  attune_job_assign_number (self, &self->estimated_cost, isfinite (cost) ? cost : NAN, PROP_ESTIMATED_COST);
  attune_job_assign_number (self, &self->estimated_duration, isfinite (duration) ? duration : NAN, PROP_ESTIMATED_DURATION);
  g_object_thaw_notify (G_OBJECT (self));
}

const char *
attune_job_get_fine_tuned_model (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  return self->fine_tuned_model;
}

void
attune_job_set_fine_tuned_model (AttuneJob  *self,
                                 const char *model)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  attune_job_assign_text (self, &self->fine_tuned_model, model, PROP_FINE_TUNED_MODEL);
}

const char *
attune_job_get_output_path (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  return self->output_path;
}

void
attune_job_set_output_path (AttuneJob  *self,
                            const char *path)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  attune_job_assign_text (self, &self->output_path, path, PROP_OUTPUT_PATH);
}

gint64
attune_job_get_trained_tokens (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), 0);

  return self->trained_tokens;
}

void
attune_job_set_trained_tokens (AttuneJob *self,
                               gint64     tokens)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));

  attune_job_assign_count (self, &self->trained_tokens, MAX (tokens, 0), PROP_TRAINED_TOKENS);
}

GError *
attune_job_dup_error (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  if (self->error_message == NULL)
    return NULL;

  return g_error_new_literal (ATTUNE_ERROR, (int) self->error_code, self->error_message);
}

void
attune_job_set_error (AttuneJob    *self,
                      const GError *error)
{
  g_autoptr (GError) converted = NULL;

  g_return_if_fail (ATTUNE_IS_JOB (self));

  if (error != NULL)
    {
      converted = g_error_copy (error);
      attune_error_convert (&converted);
    }

  g_object_freeze_notify (G_OBJECT (self));
  attune_job_assign_error (self, converted != NULL ? (AttuneError) converted->code : ATTUNE_ERROR_FAILED,
                converted != NULL ? converted->message : NULL);
  g_object_thaw_notify (G_OBJECT (self));
}

double
attune_job_get_metric (AttuneJob    *self,
                       AttuneMetric  metric)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NAN);
  g_return_val_if_fail (metric < ATTUNE_N_METRICS, NAN);

  return self->metrics[metric];
}

/* A run that went back to a checkpoint reports lower steps at later times, and some providers report no times. */
static gboolean
is_newer (AttuneJob               *self,
          AttuneMetric             metric,
          const AttuneMetricPoint *point)
{
  gint64 known = self->metric_times[metric];

  if (point->time > 0 && known > 0 && point->time != known)
    return point->time > known;

  return point->step >= self->metric_steps[metric];
}

void
attune_job_apply_metrics (AttuneJob               *self,
                          const AttuneMetricPoint *points,
                          guint                    n_points)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));
  g_return_if_fail (points != NULL || n_points == 0);

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 0; i < n_points; i++)
    for (guint metric = 0; metric < ATTUNE_N_METRICS; metric++)
      if ((points[i].set & (1u << metric)) != 0 && is_newer (self, metric, &points[i]))
        {
          attune_job_assign_metric (self, metric, points[i].values[metric]);
          self->metric_steps[metric] = points[i].step;
          self->metric_times[metric] = points[i].time;
        }
  g_object_thaw_notify (G_OBJECT (self));
}

GPtrArray *
attune_job_get_checkpoints (AttuneJob *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  return self->checkpoints;
}

void
attune_job_set_checkpoints (AttuneJob *self,
                            GPtrArray *checkpoints)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));
  g_return_if_fail (checkpoints != NULL);

  if (attune_checkpoints_equal (self->checkpoints, checkpoints))
    return;

  /* A new array: whoever holds the old one keeps a whole picture. */
  g_ptr_array_unref (self->checkpoints);
  self->checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
  for (guint i = 0; i < checkpoints->len; i++)
    g_ptr_array_add (self->checkpoints, attune_checkpoint_copy (g_ptr_array_index (checkpoints, i)));
  attune_job_notify (self, PROP_CHECKPOINTS);
}
