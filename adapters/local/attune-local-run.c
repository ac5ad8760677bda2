/* attune-local-run.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-local-run"

#include "attune-local-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "attune-local-files.h"
#include "attune-paths.h"

/* How long an operation waits for the trainer before it leaves the rest to the next look at the status. */
#define WAIT_LIMIT (10 * G_USEC_PER_SEC)
#define FIND_LIMIT (2 * G_USEC_PER_SEC)
#define WAIT_STEP (20 * 1000)

/* Held while the folder changes hands: two programs that start or stop the same run do so one after the other. */
static int
lock_folder (const char  *run_folder,
             GError     **error)
{
  g_autofree char *path = g_build_filename (run_folder, "control.lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int result;

  if (fd < 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                   _("“%s” could not be opened: %s"), path, g_strerror (saved_errno));
      attune_error_convert (error);
      return -1;
    }

  do
    result = flock (fd, LOCK_EX);
  while (result != 0 && errno == EINTR);

  return fd;
}

static gboolean
wait_until_gone (const AttuneLocalProcess *process,
                 GCancellable             *cancellable)
{
  gint64 deadline = g_get_monotonic_time () + WAIT_LIMIT;

  while (attune_local_process_is_alive (process))
    {
      if (g_get_monotonic_time () > deadline || g_cancellable_is_cancelled (cancellable))
        return FALSE;
      g_usleep (WAIT_STEP);
    }

  return TRUE;
}

/* A trainer that has just been started does not listen to signals yet: its first status says that it does. */
static void
wait_until_listening (const char               *run_folder,
                      const AttuneLocalProcess *process,
                      GCancellable             *cancellable)
{
  gint64 deadline = g_get_monotonic_time () + WAIT_LIMIT;

  while (attune_local_process_is_alive (process) && g_get_monotonic_time () < deadline && !g_cancellable_is_cancelled (cancellable))
    {
      g_autoptr (AttuneRunStatus) status = attune_run_status_load (run_folder, NULL);

      if (status != NULL && (GPid) status->pid == process->pid && status->pid_start_time == process->start_time)
        return;
      g_usleep (WAIT_STEP);
    }
}

/* A trainer that was killed is gone to all appearances a moment before the last of its threads lets go of the folder. */
static gboolean
wait_until_free (const char  *run_folder,
                 GError     **error)
{
  g_autofree char *path = g_build_filename (run_folder, ATTUNE_RUN_LOCK_FILE, NULL);
  g_autofd int fd = open (path, O_RDWR | O_CLOEXEC);
  gint64 deadline = g_get_monotonic_time () + WAIT_LIMIT;

  /* Nobody has worked there yet. */
  if (fd < 0)
    return TRUE;

  while (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (g_get_monotonic_time () > deadline)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                       _("Another trainer is at work in “%s”. Try again when it has ended."), run_folder);
          return FALSE;
        }
      g_usleep (WAIT_STEP);
    }

  return TRUE;
}

/* Starts the trainer on a folder that is locked. */
static gboolean
start_engine (const char  *run_folder,
              GError     **error)
{
  g_autofree char *found = attune_paths_dup_engine ();
  g_autofree char *engine = g_canonicalize_filename (found, NULL);
  g_autofree char *log = g_build_filename (run_folder, ATTUNE_RUN_LOG_FILE, NULL);
  g_autofree char *cancel = g_build_filename (run_folder, ATTUNE_RUN_CANCEL_FILE, NULL);
  const char *argv[] = { engine, "train", run_folder, NULL };
  AttuneLocalProcess process;

  if (!g_file_test (engine, G_FILE_TEST_IS_EXECUTABLE))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("The trainer “%s” is missing. Install Attune again."), engine);
      return FALSE;
    }

  /* What was wished of an earlier start is not wished of this one. */
  if (g_unlink (cancel) != 0 && errno != ENOENT)
    {
      int saved_errno = errno;

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED, _("“%s” could not be removed: %s"), cancel, g_strerror (saved_errno));
      return FALSE;
    }

  if (!wait_until_free (run_folder, error) || !attune_local_process_spawn_detached (argv, log, &process, error))
    return FALSE;

  return attune_local_files_write_started (run_folder, &process, error);
}

typedef struct {
  AttuneLocalPlace *place;
  JsonNode         *config;
} StartData;

static void
start_data_free (StartData *data)
{
  attune_local_place_free (data->place);
  json_node_unref (data->config);
  g_free (data);
}

static gboolean
start_run (const StartData  *data,
           GError          **error)
{
  const char *run_folder = data->place->run_folder;
  g_autofree char *config = g_build_filename (run_folder, ATTUNE_RUN_CONFIG_FILE, NULL);
  g_autofree char *queue = NULL;
  g_autofree char *data_folder = attune_paths_dup_data_folder ();
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autofd int lock = -1;
  AttuneLocalProcess process;

  queue = g_build_filename (data_folder, "queue", NULL);
  if (g_mkdir_with_parents (run_folder, 0700) != 0 || g_mkdir_with_parents (queue, 0700) != 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                   _("The folder “%s” could not be made: %s"), run_folder, g_strerror (saved_errno));
      attune_error_convert (error);
      return FALSE;
    }

  lock = lock_folder (run_folder, error);
  if (lock < 0)
    return FALSE;

  /* The same start once more, after a crash of whoever asked for it: the run is there already. */
  status = attune_run_status_load (run_folder, NULL);
  if (status != NULL || attune_local_files_find_process (run_folder, NULL, &process))
    return TRUE;

  return attune_local_files_write_document (config, data->config, error) && start_engine (run_folder, error);
}

static void
start_thread (GTask        *task,
              gpointer      source_object,
              gpointer      task_data,
              GCancellable *cancellable)
{
  const StartData *data = task_data;
  g_autoptr (GError) error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  if (!start_run (data, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  g_task_return_pointer (task, attune_training_handle_new (data->place->job_id, NAN, NAN),
                         (GDestroyNotify) attune_training_handle_free);
}

void
attune_local_start_training_async (AttuneAdapter          *adapter,
                                   const AttuneJobContext *context,
                                   GCancellable           *cancellable,
                                   GAsyncReadyCallback     callback,
                                   gpointer                user_data)
{
  AttuneLocalAdapter *self = ATTUNE_LOCAL_ADAPTER (adapter);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (AttuneLocalPlace) place = attune_local_place_new (context);
  g_autoptr (AttuneRunConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  StartData *data;

  g_task_set_source_tag (task, attune_local_start_training_async);
  if (place->job_id == NULL || place->run_folder == NULL || context->training == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s",
                               _("A run on this computer needs a training file: choose one."));
      return;
    }

  /* Made here and not in the thread: the configuration belongs to the caller's. */
  config = attune_local_build_config (self, attune_job_get_configuration (context->job), context, &error);
  if (config == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  data = g_new0 (StartData, 1);
  data->place = g_steal_pointer (&place);
  data->config = attune_run_config_to_json (config);
  g_task_set_task_data (task, data, (GDestroyNotify) start_data_free);
  g_task_run_in_thread (task, start_thread);
}

AttuneTrainingHandle *
attune_local_start_training_finish (AttuneAdapter  *adapter,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_start_training_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
find_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  const AttuneLocalPlace *place = task_data;
  g_autofree char *config = g_build_filename (place->run_folder, ATTUNE_RUN_CONFIG_FILE, NULL);
  gint64 deadline = g_get_monotonic_time () + FIND_LIMIT;

  while (!g_task_return_error_if_cancelled (task))
    {
      g_autofree char *status = g_build_filename (place->run_folder, ATTUNE_RUN_STATUS_FILE, NULL);
      AttuneLocalProcess process;

      if (g_file_test (status, G_FILE_TEST_EXISTS) || attune_local_files_read_started (place->run_folder, &process))
        {
          g_task_return_pointer (task, attune_training_handle_new (place->job_id, NAN, NAN),
                                 (GDestroyNotify) attune_training_handle_free);
          return;
        }

      /* Whoever started the trainer may have ended in the moment before it was noted: its first status is soon there. */
      if (!g_file_test (config, G_FILE_TEST_EXISTS) || g_get_monotonic_time () > deadline)
        {
          g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, "%s", _("The run was never started."));
          return;
        }
      g_usleep (WAIT_STEP);
    }
}

void
attune_local_find_job_async (AttuneAdapter          *adapter,
                             const AttuneJobContext *context,
                             GCancellable           *cancellable,
                             GAsyncReadyCallback     callback,
                             gpointer                user_data)
{
  gboolean usable;
  g_autoptr (GTask) task = attune_local_task_new (ATTUNE_LOCAL_ADAPTER (adapter), context, attune_local_find_job_async,
                                                  cancellable, callback, user_data, &usable);

  if (usable)
    g_task_run_in_thread (task, find_thread);
}

AttuneTrainingHandle *
attune_local_find_job_finish (AttuneAdapter  *adapter,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_find_job_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The marker tells a resume that comes soon after that the trainer is on its way out. */
static gboolean
write_marker (const char  *run_folder,
              const char  *name,
              GError     **error)
{
  g_autofree char *path = g_build_filename (run_folder, name, NULL);

  if (!g_file_set_contents_full (path, "", 0, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    {
      attune_error_convert (error);
      return FALSE;
    }

  return TRUE;
}

static gboolean
pause_run (const char    *run_folder,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autofd int lock = lock_folder (run_folder, error);
  AttuneLocalProcess process;

  if (lock < 0)
    return FALSE;

  status = attune_run_status_load (run_folder, NULL);
  if (!attune_local_files_find_process (run_folder, status, &process))
    {
      if (status != NULL && status->state == ATTUNE_JOB_STATUS_PAUSED)
        return TRUE;
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("The run is not running, so it cannot be paused."));
      return FALSE;
    }

  wait_until_listening (run_folder, &process, cancellable);
  if (!write_marker (run_folder, "pausing", error) || !attune_local_process_send_signal (&process, SIGTERM, error))
    return FALSE;

  /* A long step or a large checkpoint takes its time; the wish is taken all the same. */
  wait_until_gone (&process, cancellable);

  return TRUE;
}

static gboolean
cancel_run (const char    *run_folder,
            GCancellable  *cancellable,
            GError       **error)
{
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autofree char *started = g_build_filename (run_folder, "started.json", NULL);
  g_autofd int lock = lock_folder (run_folder, error);
  AttuneLocalProcess process;

  if (lock < 0 || !write_marker (run_folder, ATTUNE_RUN_CANCEL_FILE, error))
    return FALSE;

  status = attune_run_status_load (run_folder, NULL);
  if (attune_local_files_find_process (run_folder, status, &process))
    {
      g_autoptr (GError) local_error = NULL;

      wait_until_listening (run_folder, &process, cancellable);
      if (attune_local_process_send_signal (&process, SIGTERM, &local_error))
        {
          wait_until_gone (&process, cancellable);
          return TRUE;
        }
      if (!g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }

      /* It ended in this moment. */
      g_clear_pointer (&status, attune_run_status_free);
      status = attune_run_status_load (run_folder, NULL);
    }

  if (status != NULL && status->state == ATTUNE_JOB_STATUS_SUCCEEDED)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("The run has finished, so it cannot be cancelled."));
      return FALSE;
    }

  g_unlink (started);

  return attune_local_files_write_state (run_folder, ATTUNE_JOB_STATUS_CANCELLED, error);
}

static gboolean
resume_run (const char    *run_folder,
            GCancellable  *cancellable,
            GError       **error)
{
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autofree char *config = g_build_filename (run_folder, ATTUNE_RUN_CONFIG_FILE, NULL);
  g_autofree char *pausing = g_build_filename (run_folder, "pausing", NULL);
  g_autofd int lock = -1;
  AttuneLocalProcess process;

  if (!g_file_test (config, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                   _("The run in “%s” was never started. Create the job again."), run_folder);
      return FALSE;
    }

  lock = lock_folder (run_folder, error);
  if (lock < 0)
    return FALSE;

  status = attune_run_status_load (run_folder, NULL);
  if (attune_local_files_find_process (run_folder, status, &process))
    {
      gboolean is_leaving = g_file_test (pausing, G_FILE_TEST_EXISTS);

      if (!is_leaving)
        {
          g_autofree char *cancel = g_build_filename (run_folder, ATTUNE_RUN_CANCEL_FILE, NULL);

          is_leaving = g_file_test (cancel, G_FILE_TEST_EXISTS) || (status != NULL && status->state == ATTUNE_JOB_STATUS_PAUSED);
        }
      if (!is_leaving)
        {
          g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("The run is going on already."));
          return FALSE;
        }
      if (!wait_until_gone (&process, cancellable))
        {
          g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                               _("The run is still writing its checkpoint. Try again in a moment."));
          return FALSE;
        }
      g_clear_pointer (&status, attune_run_status_free);
      status = attune_run_status_load (run_folder, NULL);
    }

  if (status != NULL && status->state == ATTUNE_JOB_STATUS_SUCCEEDED)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                           _("The run has finished. To train further, create a new job from it."));
      return FALSE;
    }

  g_unlink (pausing);

  return start_engine (run_folder, error);
}

typedef gboolean (*ControlFunc) (const char *run_folder, GCancellable *cancellable, GError **error);

static void
control_in_thread (GTask        *task,
                   GCancellable *cancellable,
                   ControlFunc   control)
{
  const AttuneLocalPlace *place = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  if (!g_file_test (place->run_folder, G_FILE_TEST_IS_DIR))
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                             _("The folder of the run, “%s”, is not there."), place->run_folder);
  else if (control (place->run_folder, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
pause_thread (GTask        *task,
              gpointer      source_object,
              gpointer      task_data,
              GCancellable *cancellable)
{
  control_in_thread (task, cancellable, pause_run);
}

static void
resume_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  control_in_thread (task, cancellable, resume_run);
}

static void
cancel_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  control_in_thread (task, cancellable, cancel_run);
}

void
attune_local_pause_async (AttuneAdapter          *adapter,
                          const AttuneJobContext *context,
                          GCancellable           *cancellable,
                          GAsyncReadyCallback     callback,
                          gpointer                user_data)
{
  gboolean usable;
  g_autoptr (GTask) task = attune_local_task_new (ATTUNE_LOCAL_ADAPTER (adapter), context, attune_local_pause_async,
                                                  cancellable, callback, user_data, &usable);

  if (usable)
    g_task_run_in_thread (task, pause_thread);
}

gboolean
attune_local_pause_finish (AttuneAdapter  *adapter,
                           GAsyncResult   *result,
                           GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_pause_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
attune_local_resume_async (AttuneAdapter          *adapter,
                           const AttuneJobContext *context,
                           GCancellable           *cancellable,
                           GAsyncReadyCallback     callback,
                           gpointer                user_data)
{
  gboolean usable;
  g_autoptr (GTask) task = attune_local_task_new (ATTUNE_LOCAL_ADAPTER (adapter), context, attune_local_resume_async,
                                                  cancellable, callback, user_data, &usable);

  if (usable)
    g_task_run_in_thread (task, resume_thread);
}

gboolean
attune_local_resume_finish (AttuneAdapter  *adapter,
                            GAsyncResult   *result,
                            GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_resume_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
attune_local_cancel_async (AttuneAdapter          *adapter,
                           const AttuneJobContext *context,
                           GCancellable           *cancellable,
                           GAsyncReadyCallback     callback,
                           gpointer                user_data)
{
  gboolean usable;
  g_autoptr (GTask) task = attune_local_task_new (ATTUNE_LOCAL_ADAPTER (adapter), context, attune_local_cancel_async,
                                                  cancellable, callback, user_data, &usable);

  if (usable)
    g_task_run_in_thread (task, cancel_thread);
}

gboolean
attune_local_cancel_finish (AttuneAdapter  *adapter,
                            GAsyncResult   *result,
                            GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_cancel_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
