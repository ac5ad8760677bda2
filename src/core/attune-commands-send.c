/* attune-commands-send.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-commands"

#include "config.h"

#include "attune-commands-create.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-error.h"
#include "attune-job-private.h"
#include "attune-job-store-private.h"

/* Step 8. */
static void
answer (AttuneCreate *create)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  AttuneJob *job = create->job;
  GTask *task = g_object_ref (create->task);

  if (create->again)
    {
      GVariant *state = attune_commands_job_state (job);

      attune_create_free (create);
      attune_commands_return (task, state);
      return;
    }

  g_variant_dict_insert (&dict, "jobId", "s", attune_job_get_id (job));
  g_variant_dict_insert (&dict, "providerJobId", "s", attune_job_get_provider_job_id (job));
  if (isfinite (attune_job_get_estimated_cost (job)))
    g_variant_dict_insert (&dict, "estimatedCost", "d", attune_job_get_estimated_cost (job));
  if (isfinite (attune_job_get_estimated_duration (job)))
    g_variant_dict_insert (&dict, "estimatedDuration", "d", attune_job_get_estimated_duration (job));
  if (create->is_session)
    {
      g_variant_dict_insert (&dict, "sessionId", "s", attune_job_get_id (job));
      g_variant_dict_insert (&dict, "status", "s",
                             attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, (int) attune_job_get_status (job)));
    }

  attune_create_free (create);
  attune_commands_return (task, g_variant_dict_end (&dict));
}

static void
failure_saved_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  AttuneCreate *create = user_data;
  g_autoptr (GError) error = NULL;

  /* The first error is the one that says what happened. */
  if (!attune_job_store_save_finish (ATTUNE_JOB_STORE (source), result, &error))
    g_message ("The failure of the job %s could not be written: %s", attune_job_get_id (create->job), error->message);
  attune_create_give_up (create, g_steal_pointer (&create->failure));
}

/* Takes @error. From step 5 on: the failure stands in the job. */
static void
fail (AttuneCreate *create,
      GError *error)
{
  AttuneJob *job = create->job;

  g_clear_error (&create->failure);
  create->failure = error;
  attune_error_convert (&create->failure);

  g_clear_signal_handler (&create->status_handler, job);
  if (attune_job_store_lookup (create->self->jobs, attune_job_get_id (job)) != job)
    {
      attune_create_give_up (create, g_steal_pointer (&create->failure));
      return;
    }

  if (!attune_job_status_is_final (attune_job_get_status (job)))
    {
      if (attune_error_is_cancelled (create->failure))
        {
          attune_job_set_status (job, ATTUNE_JOB_STATUS_CANCELLED);
        }
      else
        {
          attune_job_set_status (job, ATTUNE_JOB_STATUS_FAILED);
          attune_job_set_error (job, create->failure);
        }
    }
  attune_job_store_save_async (create->self->jobs, job, NULL, failure_saved_cb, create);
}

/* TRUE where the job was cancelled, here or by another process, or deleted; @create is gone then. */
static gboolean
was_stopped (AttuneCreate *create)
{
  AttuneJob *job = create->job;

  if (!g_cancellable_is_cancelled (create->cancellable)
      && !attune_job_status_is_final (attune_job_get_status (job))
      && attune_job_store_lookup (create->self->jobs, attune_job_get_id (job)) == job)
    return FALSE;

  fail (create, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, _("The job was cancelled before it was sent")));
  return TRUE;
}

/* Step 7. */

static void
sent_saved_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  AttuneCreate *create = user_data;
  g_autoptr (GError) error = NULL;

  if (attune_job_store_save_finish (ATTUNE_JOB_STORE (source), result, &error))
    {
      answer (create);
      return;
    }

  attune_create_give_up (create,
           g_error_new (ATTUNE_ERROR, error->code,
                        /* translators: the title of a provider, the id of the job there, and why it could not be saved */
                        _("The job was sent, and %s runs it as %s, but that could not be saved: %s"),
                        attune_adapter_get_title (create->adapter),
                        attune_job_get_provider_job_id (create->job), error->message));
}

static void
sent (AttuneCreate                     *create,
      const AttuneTrainingHandle *handle)
{
  AttuneJob *job = create->job;

  g_clear_signal_handler (&create->status_handler, job);
  attune_job_set_provider_job_id (job, handle->provider_job_id);
  attune_job_set_estimates (job, handle->estimated_cost, handle->estimated_duration);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_QUEUED);
  attune_job_store_save_async (create->self->jobs, job, NULL, sent_saved_cb, create);
}

/* Step 6. */

static void
looked_for_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  AttuneCreate *create = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneTrainingHandle) handle = attune_adapter_find_job_finish (ATTUNE_ADAPTER (source), result, &error);

  if (handle != NULL)
    {
      sent (create, handle);
      return;
    }

  attune_error_convert (&error);
  if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    {
      fail (create, g_steal_pointer (&create->failure));
      return;
    }

  /* Still not known. The job stays `submitting`, and the monitor looks for it as soon as the provider can be asked. */
  g_clear_pointer (&create->claim, attune_file_lock_release);
  attune_create_give_up (create,
           g_error_new (ATTUNE_ERROR, create->failure->code,
                        _("%s. It is not known whether the job reached %s; Attune looks for it there before it sends anything again."),
                        create->failure->message, attune_adapter_get_title (create->adapter)));
}

/* After these the request may have arrived all the same. */
static gboolean
is_ambiguous (const GError *error)
{
  return g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT)
         || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK)
         || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT)
         || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  AttuneCreate *create = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneTrainingHandle) handle = attune_adapter_start_training_finish (ATTUNE_ADAPTER (source), result, &error);

  if (handle != NULL)
    {
      sent (create, handle);
      return;
    }

  attune_error_convert (&error);
  if (!is_ambiguous (error))
    {
      fail (create, g_steal_pointer (&error));
    }
  else if (attune_adapter_can (create->adapter, "find"))
    {
      create->failure = g_steal_pointer (&error);
      attune_adapter_find_job_async (create->adapter, &create->held->context, NULL, looked_for_cb, create);
    }
  else
    {
      fail (create,
            g_error_new (ATTUNE_ERROR, error->code,
                         _("%s. The job may have reached %s all the same: look there before you resume it, which sends it again."),
                         error->message, attune_adapter_get_title (create->adapter)));
    }
}

static void
intent_saved_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  AttuneCreate *create = user_data;
  GError *error = NULL;

  if (!attune_job_store_save_finish (ATTUNE_JOB_STORE (source), result, &error))
    {
      fail (create, error);
      return;
    }
  /* What is on disk now decides between this and a cancellation of another process: the later one gave way. */
  if (was_stopped (create))
    return;

  /* From here on nothing is cut short: half a request is worse than a whole one. */
  attune_adapter_start_training_async (create->adapter, &create->held->context, NULL, started_cb, create);
}

static void
submit (AttuneCreate *create)
{
  attune_job_set_status (create->job, ATTUNE_JOB_STATUS_SUBMITTING);
  attune_job_store_save_async (create->self->jobs, create->job, NULL, intent_saved_cb, create);
}

static void upload_step (AttuneCreate *create);

static AttuneDataset *
current_upload (AttuneCreate *create)
{
  return create->uploads == 1 ? create->data.training : create->data.validation;
}

static void
upload_saved_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  AttuneCreate *create = user_data;
  GError *error = NULL;

  if (!attune_dataset_store_save_finish (ATTUNE_DATASET_STORE (source), result, &error))
    fail (create, error);
  else if (!was_stopped (create))
    upload_step (create);
}

static void
uploaded_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  AttuneCreate *create = user_data;
  GError *error = NULL;
  g_autofree char *file_id = attune_adapter_upload_dataset_finish (ATTUNE_ADAPTER (source), result, &error);

  attune_job_set_activity (create->job, NULL, NAN);
  if (file_id == NULL)
    {
      g_prefix_error (&error, "%s: ", attune_dataset_get_path (current_upload (create)));
      fail (create, error);
      return;
    }

  if (g_strcmp0 (attune_dataset_get_provider_file (current_upload (create), attune_adapter_get_id (create->adapter)), file_id) == 0)
    {
      if (!was_stopped (create))
        upload_step (create);
      return;
    }

  attune_dataset_set_provider_file (current_upload (create), attune_adapter_get_id (create->adapter), file_id);
  attune_dataset_store_save_async (create->self->datasets, current_upload (create), NULL, upload_saved_cb, create);
}

static void
upload_step (AttuneCreate *create)
{
  while (create->uploads < 2 && attune_adapter_can (create->adapter, "upload"))
    {
      AttuneDataset *dataset;

      create->uploads++;
      dataset = current_upload (create);
      /* What the provider has already is for the adapter to find out: it may have been deleted there since. */
      if (dataset == NULL)
        continue;

      attune_adapter_upload_dataset_async (create->adapter, dataset, attune_commands_note_progress, create->job, create->cancellable, uploaded_cb,
                                           create);
      return;
    }

  submit (create);
}

/* A job that is sent again may have arrived the first time. */
static void
found_before_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  AttuneCreate *create = user_data;
  GError *error = NULL;
  g_autoptr (AttuneTrainingHandle) handle = attune_adapter_find_job_finish (ATTUNE_ADAPTER (source), result, &error);

  if (handle != NULL)
    {
      sent (create, handle);
      return;
    }

  attune_error_convert (&error);
  if (!g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    {
      fail (create, error);
      return;
    }

  g_error_free (error);
  if (!was_stopped (create))
    upload_step (create);
}

/* Step 5. */

static void
status_changed_cb (AttuneJob  *job,
                   GParamSpec *pspec,
                   AttuneCreate     *create)
{
  /* Another process cancelled it while it is being prepared here. */
  if (attune_job_status_is_final (attune_job_get_status (job)))
    g_cancellable_cancel (create->cancellable);
}

static void
job_saved_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  AttuneCreate *create = user_data;
  g_autofree char *folder = NULL;
  GError *error = NULL;

  if (!attune_job_store_save_finish (ATTUNE_JOB_STORE (source), result, &error))
    {
      g_clear_pointer (&create->claim, attune_file_lock_release);
      /* What there is of its folder goes too; if that fails there is only an empty folder, which nobody sees. */
      if (!create->again)
        attune_job_store_delete_async (create->self->jobs, create->job, NULL, NULL, NULL);
      attune_create_give_up (create, error);
      return;
    }

  create->status_handler = g_signal_connect (create->job, "notify::status", G_CALLBACK (status_changed_cb), create);
  folder = attune_job_store_dup_job_folder (create->self->jobs, create->job);
  create->held = attune_held_context_new (create->job, create->data.training, create->data.validation, folder);
  if (was_stopped (create))
    return;

  if (create->again && attune_adapter_can (create->adapter, "find"))
    attune_adapter_find_job_async (create->adapter, &create->held->context, create->cancellable, found_before_cb, create);
  else
    upload_step (create);
}

static void
save_job (AttuneCreate *create)
{
  g_hash_table_replace (create->self->creating, g_strdup (attune_job_get_id (create->job)),
                        g_object_ref (create->cancellable));
  attune_job_store_save_async (create->self->jobs, create->job, NULL, job_saved_cb, create);
}

static void
reloaded_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  AttuneCreate *create = user_data;
  AttuneJob *job = create->job;
  GError *error = NULL;

  if (!attune_job_store_reload_finish (ATTUNE_JOB_STORE (source), result, &error))
    {
      attune_create_give_up (create, error);
      return;
    }

  /* Another process may have been quicker. */
  if (attune_job_store_lookup (create->self->jobs, attune_job_get_id (job)) != job
      || !attune_job_status_is_final (attune_job_get_status (job))
      || attune_job_get_provider_job_id (job) != NULL)
    {
      attune_create_give_up (create, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("Another process has just resumed this job")));
      return;
    }

  attune_job_reopen (job);
  save_job (create);
}

static void
claim_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  AttuneCreate *create = task_data;
  g_autofree char *folder = attune_job_store_dup_job_folder (create->self->jobs, create->job);

  if (!create->again && g_mkdir_with_parents (folder, 0700) != 0)
    {
      int saved_errno = errno;

      g_set_error (&create->claim_error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                   _("The folder %s could not be made: %s"), folder, g_strerror (saved_errno));
    }
  else
    {
      create->claim = attune_job_store_claim (create->self->jobs, create->job, &create->claim_error);
    }
  g_task_return_boolean (task, TRUE);
}

static void
claimed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  AttuneCreate *create = user_data;

  if (create->claim == NULL)
    {
      if (g_error_matches (create->claim_error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT))
        {
          g_clear_error (&create->claim_error);
          g_set_error_literal (&create->claim_error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                               _("Another process is just sending this job"));
        }
      attune_create_give_up (create, g_steal_pointer (&create->claim_error));
    }
  else if (create->again)
    {
      attune_job_store_reload_async (create->self->jobs, create->job, NULL, reloaded_cb, create);
    }
  else
    {
      save_job (create);
    }
}

void
attune_create_make_job (AttuneCreate *create)
{
  if (!create->again)
    {
      create->job = attune_job_new (create->persona_id, attune_adapter_get_id (create->adapter), create->configuration);
      if (create->name == NULL)
        create->name = attune_job_make_name (create->configuration,
                                             create->data.training != NULL
                                             ? attune_dataset_get_name (create->data.training) : NULL,
                                             attune_job_get_created_at (create->job));
      attune_job_set_name (create->job, create->name);
    }
  attune_commands_in_thread (claim_thread, claimed_cb, create);
}
