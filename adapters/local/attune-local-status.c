/* attune-local-status.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-local-status"

#include "attune-local-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-local-files.h"

#define POLL_RUNNING 0.5
#define POLL_WAITING 1.0
#define POLL_PAUSED 10.0
#define N_LOG_LINES 3

/* Why a trainer that said nothing of its end has ended. */
static GError *
explain_crash (const char *run_folder)
{
  g_autofree char *tail = attune_local_files_read_log_tail (run_folder, N_LOG_LINES);
  const char *remedy = attune_local_files_has_checkpoint (run_folder)
                         ? _("Resume goes on from the newest checkpoint.")
                         : _("There is no checkpoint yet: Resume begins anew.");

  if (tail != NULL)
    return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_FAILED,
                        _("The trainer ended unexpectedly. %s The last lines of “%s/%s”:\n%s"),
                        remedy, run_folder, ATTUNE_RUN_LOG_FILE, tail);

  return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_FAILED,
                      _("The trainer ended unexpectedly, without a word; the system may have stopped it for want of memory. %s"), remedy);
}

static gboolean
is_at_rest (AttuneJobStatus state)
{
  return attune_job_status_is_final (state) || state == ATTUNE_JOB_STATUS_PAUSED;
}

/* What the documents and the process together say. */
static int
judge (const char             *run_folder,
       const AttuneRunStatus  *status,
       GError                **reason)
{
  g_autofree char *cancel = g_build_filename (run_folder, ATTUNE_RUN_CANCEL_FILE, NULL);
  AttuneLocalProcess started = { 0 };
  AttuneLocalProcess process;
  gboolean is_started = attune_local_files_read_started (run_folder, &started);
  gboolean is_alive = attune_local_files_find_process (run_folder, status, &process);
  /* A status of an earlier start says nothing of this one. */
  gboolean is_current = status != NULL && (!is_started || (GPid) status->pid == started.pid ||
                                           (is_alive && (GPid) status->pid == process.pid && status->pid_start_time == process.start_time));

  /* Started, but without a word yet. */
  if (is_alive && !is_current)
    return ATTUNE_JOB_STATUS_QUEUED;

  /* A trainer that has told how it ended may take a moment to be gone. */
  if (is_current && (is_alive || is_at_rest (status->state)))
    {
      if (status->state == ATTUNE_JOB_STATUS_FAILED)
        *reason = status->error != NULL ? g_error_copy (status->error) : explain_crash (run_folder);
      return (int) status->state;
    }

  /* Stopped before it could listen. */
  if (g_file_test (cancel, G_FILE_TEST_EXISTS))
    return ATTUNE_JOB_STATUS_CANCELLED;

  *reason = explain_crash (run_folder);

  return ATTUNE_JOB_STATUS_FAILED;
}

static double
get_poll_after (int state)
{
  switch ((AttuneJobStatus) state)
    {
    case ATTUNE_JOB_STATUS_RUNNING:
    case ATTUNE_JOB_STATUS_VALIDATING_FILES:
      return POLL_RUNNING;

    case ATTUNE_JOB_STATUS_PREPARING:
    case ATTUNE_JOB_STATUS_SUBMITTING:
    case ATTUNE_JOB_STATUS_QUEUED:
      return POLL_WAITING;

    case ATTUNE_JOB_STATUS_PAUSED:
      return POLL_PAUSED;

    case ATTUNE_JOB_STATUS_SUCCEEDED:
    case ATTUNE_JOB_STATUS_FAILED:
    case ATTUNE_JOB_STATUS_CANCELLED:
    default:
      return NAN;
    }
}

static AttuneStatusUpdate *
read_update (const AttuneLocalPlace  *place,
             GError                 **error)
{
  g_autoptr (AttuneStatusUpdate) update = attune_status_update_new ();
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *stored = g_build_filename (place->job_folder, ATTUNE_RUN_METRICS_FILE, NULL);
  AttuneLocalProcess process;

  status = attune_run_status_load (place->run_folder, &local_error);
  if (status == NULL && !g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  g_clear_error (&local_error);

  if (status == NULL && !attune_local_files_read_started (place->run_folder, &process))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("The run in “%s” was never started."), place->run_folder);
      return NULL;
    }

  update->status = judge (place->run_folder, status, &update->error);
  if (update->status == ATTUNE_JOB_STATUS_FAILED && (status == NULL || status->state != ATTUNE_JOB_STATUS_FAILED))
    {
      /* It may have said its last word between the look at the document and the look at the process. */
      g_clear_pointer (&status, attune_run_status_free);
      g_clear_error (&update->error);
      status = attune_run_status_load (place->run_folder, NULL);
      update->status = judge (place->run_folder, status, &update->error);
    }

  if (status != NULL)
    {
      update->step = status->step;
      update->total_steps = status->total_steps > 0 ? status->total_steps : -1;
      update->trained_tokens = status->trained_tokens;
      if (status->total_steps > 0)
        update->progress = CLAMP ((double) status->step / (double) status->total_steps, 0, 1);
      if (update->status == ATTUNE_JOB_STATUS_RUNNING)
        update->time_remaining = status->time_remaining;
      if (update->status == ATTUNE_JOB_STATUS_SUCCEEDED)
        {
          update->fine_tuned_model = g_strdup (status->model);
          update->output_path = status->output != NULL ? g_canonicalize_filename (status->output, place->run_folder)
                                                       : g_build_filename (place->run_folder, ATTUNE_RUN_OUTPUT, NULL);
        }
    }

  /* What the store has already need not be read again; its last step may lack an evaluation still. */
  update->metrics = attune_local_files_read_metrics (place->run_folder, attune_local_files_last_step (stored));
  update->events = attune_local_files_read_events (place->run_folder);
  update->checkpoints = attune_run_folder_list_checkpoints (place->run_folder);
  update->poll_after = get_poll_after (update->status);

  return g_steal_pointer (&update);
}

static void
query_thread (GTask        *task,
              gpointer      source_object,
              gpointer      task_data,
              GCancellable *cancellable)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  update = read_update (task_data, &error);
  if (update == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&update), (GDestroyNotify) attune_status_update_free);
}

void
attune_local_query_status_async (AttuneAdapter          *adapter,
                                 const AttuneJobContext *context,
                                 GCancellable           *cancellable,
                                 GAsyncReadyCallback     callback,
                                 gpointer                user_data)
{
  gboolean usable;
  g_autoptr (GTask) task = attune_local_task_new (ATTUNE_LOCAL_ADAPTER (adapter), context, attune_local_query_status_async,
                                                  cancellable, callback, user_data, &usable);

  if (usable)
    g_task_run_in_thread (task, query_thread);
}

AttuneStatusUpdate *
attune_local_query_status_finish (AttuneAdapter  *adapter,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_query_status_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
checkpoints_thread (GTask        *task,
                    gpointer      source_object,
                    gpointer      task_data,
                    GCancellable *cancellable)
{
  const AttuneLocalPlace *place = task_data;

  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, attune_run_folder_list_checkpoints (place->run_folder), (GDestroyNotify) g_ptr_array_unref);
}

void
attune_local_list_checkpoints_async (AttuneAdapter          *adapter,
                                     const AttuneJobContext *context,
                                     GCancellable           *cancellable,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data)
{
  gboolean usable;
  g_autoptr (GTask) task = attune_local_task_new (ATTUNE_LOCAL_ADAPTER (adapter), context, attune_local_list_checkpoints_async,
                                                  cancellable, callback, user_data, &usable);

  if (usable)
    g_task_run_in_thread (task, checkpoints_thread);
}

GPtrArray *
attune_local_list_checkpoints_finish (AttuneAdapter  *adapter,
                                      GAsyncResult   *result,
                                      GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_list_checkpoints_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
