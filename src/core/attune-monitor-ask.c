/* attune-monitor-ask.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-monitor"

#include "config.h"

#include "attune-monitor-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-held-context.h"
#include "attune-job-private.h"
#include "attune-job-store-private.h"
#include "attune-json.h"

/* Progress alone is written at most this often, in seconds: each write is one to the disk itself. */
#define SAVE_SECONDS 1.0
/* So many times a provider may say that it knows no such job before it is believed. */
#define MAX_UNKNOWN  3

/* One question to a provider, from the asking to what it said being on disk. */
typedef struct {
  AttuneMonitor      *monitor;
  AttuneWatch        *watch;
  AttuneAdapter      *adapter;
  AttuneHeldContext  *held;
  AttuneStatusUpdate *update;
  AttuneFileLock     *claim;
  char               *provider;
  gboolean            forced;
  GError             *error; /* of what could not be written; the rest goes on */
} Question;

static void
question_free (Question *question)
{
  g_clear_pointer (&question->claim, attune_file_lock_release);
  g_clear_pointer (&question->held, attune_held_context_free);
  g_clear_pointer (&question->update, attune_status_update_free);
  g_clear_object (&question->adapter);
  g_clear_pointer (&question->watch, attune_watch_unref);
  g_clear_object (&question->monitor);
  g_clear_error (&question->error);
  g_free (question->provider);
  g_free (question);
}

/* @error: (transfer none) */
static void
end_question (Question     *question,
              const GError *error)
{
  AttuneMonitor *self = question->monitor;

  if (question->provider != NULL)
    {
      guint asking = GPOINTER_TO_UINT (g_hash_table_lookup (self->asking, question->provider));

      g_hash_table_replace (self->asking, g_strdup (question->provider), GUINT_TO_POINTER (asking - 1));
    }
  g_clear_pointer (&question->claim, attune_file_lock_release);
  attune_monitor_answered (self, question->watch, error != NULL ? error : question->error);
  question_free (question);
}

static gboolean
is_gone (Question *question)
{
  AttuneJob *job = question->watch->job;

  return attune_job_store_lookup (question->monitor->jobs, attune_job_get_id (job)) != job;
}

AttuneFileLock *
attune_job_store_claim (AttuneJobStore  *self,
                        AttuneJob       *job,
                        GError         **error)
{
  g_autofree char *folder = attune_job_store_dup_job_folder (self, job);
  g_autofree char *path = g_build_filename (folder, ".submission", NULL);

  return attune_file_lock_acquire (path, 0, error);
}

static void
apply_members (AttuneJob                *self,
               const AttuneStatusUpdate *update)
{
  if (update->step >= 0 || update->total_steps >= 0)
    attune_job_set_steps (self,
                          update->step >= 0 ? update->step : self->step,
                          update->total_steps >= 0 ? update->total_steps : self->total_steps);
  if (isfinite (update->progress))
    attune_job_set_progress (self, update->progress);
  if (isfinite (update->time_remaining))
    attune_job_set_time_remaining (self, update->time_remaining);
  if (update->trained_tokens >= 0)
    attune_job_set_trained_tokens (self, update->trained_tokens);
  if (update->fine_tuned_model != NULL)
    attune_job_set_fine_tuned_model (self, update->fine_tuned_model);
  if (update->output_path != NULL)
    attune_job_set_output_path (self, update->output_path);
  if (update->metrics != NULL)
    attune_job_apply_metrics (self, (const AttuneMetricPoint *) (void *) update->metrics->data, update->metrics->len);
  if (update->checkpoints != NULL)
    attune_job_set_checkpoints (self, update->checkpoints);

  /* The states before the request went out are ours alone. */
  if (update->status >= (int) ATTUNE_JOB_STATUS_VALIDATING_FILES)
    attune_job_set_status (self, (AttuneJobStatus) update->status);
  if (update->error != NULL && self->status == ATTUNE_JOB_STATUS_FAILED)
    attune_job_set_error (self, update->error);
  if (self->status == ATTUNE_JOB_STATUS_SUCCEEDED)
    attune_job_set_progress (self, 1);
}

gboolean
attune_job_apply_update (AttuneJob                *self,
                         const AttuneStatusUpdate *update)
{
  g_autoptr (JsonNode) before = NULL;
  g_autoptr (JsonNode) after = NULL;

  g_return_val_if_fail (ATTUNE_IS_JOB (self), FALSE);
  g_return_val_if_fail (update != NULL, FALSE);

  before = attune_job_to_json (self);
  g_object_freeze_notify (G_OBJECT (self));
  apply_members (self, update);
  g_object_thaw_notify (G_OBJECT (self));
  after = attune_job_to_json (self);

  return !json_node_equal (before, after);
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Question *question = user_data;
  g_autoptr (GError) error = NULL;

  if (!attune_job_store_save_finish (ATTUNE_JOB_STORE (source), result, &error))
    {
      question->watch->dirty = TRUE;
      end_question (question, error);
      return;
    }

  end_question (question, NULL);
}

static void
save (Question *question)
{
  AttuneWatch *watch = question->watch;

  watch->dirty = FALSE;
  watch->saved_at = g_get_monotonic_time ();
  attune_job_store_save_async (question->monitor->jobs, watch->job, NULL, saved_cb, question);
}

/* A failure that the provider knows nothing of. */
static void
fail_job (Question    *question,
          AttuneError  code,
          char        *message)
{
  g_autoptr (GError) error = g_error_new_literal (ATTUNE_ERROR, (int) code, message);
  AttuneJob *job = question->watch->job;

  g_free (message);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_FAILED);
  attune_job_set_error (job, error);
  save (question);
}

static void
apply_answer (Question *question)
{
  AttuneMonitor *self = question->monitor;
  AttuneWatch *watch = question->watch;
  AttuneStatusUpdate *update = question->update;
  AttuneJobStatus before = attune_job_get_status (watch->job);
  gint64 now = g_get_monotonic_time ();
  AttuneJobStatus after;

  if (is_gone (question))
    {
      end_question (question, NULL);
      return;
    }

  if (watch->old_status >= 0 && update->status >= 0)
    {
      if (update->status == watch->old_status && now < watch->old_until)
        {
          update->status = -1;
          g_clear_error (&update->error);
        }
      else
        {
          watch->old_status = -1;
        }
    }

  watch->unknown = 0;
  watch->rhythm = update->poll_after;
  watch->dirty |= attune_job_apply_update (watch->job, update);
  after = attune_job_get_status (watch->job);

  if (watch->dirty
      && (question->forced
          || before != after
          || attune_job_status_is_final (after)
          || now - watch->saved_at >= (gint64) (SAVE_SECONDS * self->scale * G_USEC_PER_SEC)))
    save (question);
  else
    end_question (question, NULL);
}

/* In a thread: what could be written is let go of, the rest waits for the next time. */
static void
append_thread (GTask        *task,
               gpointer      source,
               gpointer      task_data,
               GCancellable *cancellable)
{
  Question *question = task_data;
  AttuneWatch *watch = question->watch;
  AttuneJobStore *jobs = question->monitor->jobs;
  GError *error = NULL;

  if (watch->metrics != NULL
      && attune_job_store_append_metrics_sync (jobs, watch->job,
                                               (const AttuneMetricPoint *) (void *) watch->metrics->data,
                                               watch->metrics->len, &error))
    g_clear_pointer (&watch->metrics, g_array_unref);
  if (error == NULL && watch->events != NULL
      && attune_job_store_append_events_sync (jobs, watch->job, watch->events, &error))
    g_clear_pointer (&watch->events, g_ptr_array_unref);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
appended_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Question *question = user_data;

  g_task_propagate_boolean (G_TASK (result), &question->error);
  if (question->error != NULL && is_gone (question))
    g_clear_error (&question->error);
  apply_answer (question);
}

/* Without an object at its back: nothing of ours is ever finalized in the thread. */
static void
run_in_thread (Question            *question,
               GTaskThreadFunc      func,
               GAsyncReadyCallback  callback)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, question);

  g_task_set_source_tag (task, run_in_thread);
  g_task_set_task_data (task, question, NULL);
  g_task_run_in_thread (task, func);
}

static void
keep_for_writing (AttuneWatch              *watch,
                  const AttuneStatusUpdate *update)
{
  if (update->metrics != NULL && update->metrics->len > 0)
    {
      if (watch->metrics == NULL)
        watch->metrics = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
      g_array_append_vals (watch->metrics, update->metrics->data, update->metrics->len);
    }
  if (update->events != NULL && update->events->len > 0)
    {
      if (watch->events == NULL)
        watch->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
      for (guint i = 0; i < update->events->len; i++)
        g_ptr_array_add (watch->events, attune_event_copy (g_ptr_array_index (update->events, i)));
    }
}

static void
queried_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Question *question = user_data;
  AttuneWatch *watch = question->watch;
  g_autoptr (GError) error = NULL;

  question->update = attune_adapter_query_status_finish (ATTUNE_ADAPTER (source), result, &error);
  if (is_gone (question))
    {
      end_question (question, NULL);
      return;
    }

  if (question->update == NULL)
    {
      attune_error_convert (&error);
      if ((g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND)
           || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN))
          && !attune_job_status_is_final (attune_job_get_status (watch->job))
          && ++watch->unknown >= MAX_UNKNOWN)
        {
          /* translators: the title of a provider, and its own words */
          fail_job (question, ATTUNE_ERROR_NOT_FOUND,
                    g_strdup_printf (_("%s no longer knows this job: %s"),
                                     attune_adapter_get_title (question->adapter), error->message));
          return;
        }
      end_question (question, error);
      return;
    }

  /* Before the job changes, so that whoever follows the job finds in the files what it says. */
  keep_for_writing (watch, question->update);
  if (watch->metrics != NULL || watch->events != NULL)
    run_in_thread (question, append_thread, appended_cb);
  else
    apply_answer (question);
}

/* Recovery: the job was being sent when its process died. */

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Question *question = user_data;
  AttuneJob *job = question->watch->job;
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneTrainingHandle) handle =
    attune_adapter_find_job_finish (ATTUNE_ADAPTER (source), result, &error);

  if (is_gone (question))
    {
      end_question (question, NULL);
      return;
    }

  if (handle != NULL)
    {
      attune_job_set_provider_job_id (job, handle->provider_job_id);
      attune_job_set_estimates (job, handle->estimated_cost, handle->estimated_duration);
      attune_job_set_status (job, ATTUNE_JOB_STATUS_QUEUED);
      save (question);
      return;
    }

  attune_error_convert (&error);
  if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    {
      fail_job (question, ATTUNE_ERROR_FAILED,
                /* translators: %s is the title of a provider */
                g_strdup_printf (_("Attune was interrupted while it sent this job, and it did not reach %s. "
                                   "Nothing is running; resume the job to send it again."),
                                 attune_adapter_get_title (question->adapter)));
      return;
    }

  /* Not known yet, so nothing is decided. */
  end_question (question, error);
}

static void
recover (Question *question)
{
  AttuneJob *job = question->watch->job;

  if (attune_job_get_status (job) == ATTUNE_JOB_STATUS_PREPARING)
    fail_job (question, ATTUNE_ERROR_FAILED,
              g_strdup (_("Attune was interrupted before it sent this job. Nothing is running; resume the job to send it.")));
  else if (attune_adapter_can (question->adapter, "find"))
    attune_adapter_find_job_async (question->adapter, &question->held->context, question->watch->cancellable,
                                   found_cb, question);
  else
    fail_job (question, ATTUNE_ERROR_CONFLICT,
              /* translators: %s is the title of a provider */
              g_strdup_printf (_("Attune was interrupted while it sent this job, and %s cannot be asked whether it arrived. "
                                 "Look there before you resume the job, which sends it again."),
                               attune_adapter_get_title (question->adapter)));
}

static void
reloaded_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Question *question = user_data;
  AttuneJobStatus status;
  g_autoptr (GError) error = NULL;

  if (!attune_job_store_reload_finish (ATTUNE_JOB_STORE (source), result, &error))
    {
      end_question (question, error);
      return;
    }

  /* Its process may have ended well, only a moment ago. */
  status = attune_job_get_status (question->watch->job);
  if (is_gone (question) || (status != ATTUNE_JOB_STATUS_PREPARING && status != ATTUNE_JOB_STATUS_SUBMITTING))
    end_question (question, NULL);
  else
    recover (question);
}

static void
claim_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Question *question = task_data;
  GError *error = NULL;

  question->claim = attune_job_store_claim (question->monitor->jobs, question->watch->job, &error);
  if (question->claim != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
claimed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Question *question = user_data;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    attune_job_store_reload_async (question->monitor->jobs, question->watch->job, NULL, reloaded_cb, question);
  else if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT)
           || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    end_question (question, NULL); /* somebody is at it; or the job is just being made or deleted */
  else
    end_question (question, error);
}

void
attune_monitor_ask (AttuneMonitor *self,
                    AttuneWatch   *watch,
                    gboolean       forced)
{
  AttuneJob *job = watch->job;
  AttuneJobStatus status = attune_job_get_status (job);
  Question *question = g_new0 (Question, 1);
  const char *provider = attune_job_get_provider (job);
  AttuneAdapter *adapter;
  g_autoptr (GError) error = NULL;

  g_assert (watch->busy);

  question->monitor = g_object_ref (self);
  question->watch = attune_watch_ref (watch);
  question->forced = forced;

  if (is_gone (question))
    {
      error = g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("The job %s was deleted"), attune_job_get_id (job));
      end_question (question, error);
      return;
    }

  adapter = attune_registry_lookup (self->registry, provider != NULL ? provider : "", &error);
  if (adapter == NULL)
    {
      end_question (question, error);
      return;
    }

  question->adapter = g_object_ref (adapter);
  question->held = attune_held_context_for_job (self->jobs, self->datasets, job);
  question->provider = g_strdup (provider);
  g_hash_table_replace (self->asking, g_strdup (provider),
                        GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (self->asking, provider)) + 1));

  if (status == ATTUNE_JOB_STATUS_PREPARING || status == ATTUNE_JOB_STATUS_SUBMITTING)
    {
      run_in_thread (question, claim_thread, claimed_cb);
      return;
    }

  if (attune_job_get_provider_job_id (job) == NULL)
    {
      if (attune_job_status_is_final (status))
        end_question (question, NULL);
      else
        fail_job (question, ATTUNE_ERROR_DAMAGED,
                  g_strdup_printf (_("This job is said to be at %s, but not under which id."),
                                   attune_adapter_get_title (adapter)));
      return;
    }

  attune_adapter_query_status_async (adapter, &question->held->context, watch->cancellable, queried_cb, question);
}
