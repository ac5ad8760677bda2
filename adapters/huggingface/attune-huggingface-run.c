/* attune-huggingface-run.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-held-context.h"
#include "attune-hub-private.h"
#include "attune-http-json.h"

static gboolean
check_job (GTask                  *task,
           const AttuneJobContext *context,
           gboolean                needs_id)
{
  if (context == NULL || context->job == NULL || (needs_id && attune_job_get_provider_job_id (context->job) == NULL))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The operation needs a job that was sent to Hugging Face."));
      return FALSE;
    }

  return TRUE;
}

/* Start */

static AttuneTrainingHandle *
build_handle (AttuneHuggingfaceAdapter *self,
              const AttuneJobContext   *context,
              const char               *provider_job_id)
{
  g_autoptr (AttuneEstimate) estimate =
    attune_huggingface_compute_estimate (self, attune_job_get_configuration (context->job), context, NULL);

  return attune_training_handle_new (provider_job_id,
                                     estimate != NULL ? (estimate->cost_low + estimate->cost_high) / 2 : NAN,
                                     estimate != NULL ? (estimate->seconds_low + estimate->seconds_high) / 2 : NAN);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHuggingfaceAdapter *self = ATTUNE_HUGGINGFACE_ADAPTER (source);
  const AttuneHeldContext *held = g_task_get_task_data (task);
  g_autofree char *id = NULL;
  GError *error = NULL;

  id = attune_huggingface_create_finish (self, result, &error);
  if (id == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, build_handle (self, &held->context, id), (GDestroyNotify) attune_training_handle_free);
}

void
attune_huggingface_start_training_async (AttuneAdapter          *adapter,
                                         const AttuneJobContext *context,
                                         GCancellable           *cancellable,
                                         GAsyncReadyCallback     callback,
                                         gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);

  g_task_set_source_tag (task, attune_huggingface_start_training_async);
  if (!check_job (task, context, FALSE))
    return;

  g_task_set_task_data (task, attune_held_context_new (context->job, context->training, context->validation, context->folder),
                        (GDestroyNotify) attune_held_context_free);
  attune_huggingface_create_async (ATTUNE_HUGGINGFACE_ADAPTER (adapter), context, 1, cancellable, started_cb, g_object_ref (task));
}

AttuneTrainingHandle *
attune_huggingface_start_training_finish (AttuneAdapter  *adapter,
                                          GAsyncResult   *result,
                                          GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_start_training_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The jobs over there that are ours, by their label */

typedef struct {
  char  *id;        /* "OWNER/ID" of the newest; NULL for none */
  int    status;
  guint  n_jobs;
} Found;

static void
found_free (Found *self)
{
  g_free (self->id);
  g_free (self);
}

typedef struct {
  char *job_id;
  char *owner;
} Look;

static void
look_free (Look *self)
{
  g_free (self->job_id);
  g_free (self->owner);
  g_free (self);
}

static Found *
read_jobs (const Look *look,
           JsonArray  *jobs)
{
  Found *found = g_new0 (Found, 1);
  gint64 newest = -1;

  found->status = -1;
  for (guint i = 0; i < json_array_get_length (jobs); i++)
    {
      JsonNode *job = json_array_get_element (jobs, i);
      const char *id = attune_json_peek_string (job, "id", NULL);
      const char *label = attune_json_peek_string (job, "labels." ATTUNE_HUGGINGFACE_LABEL, NULL);
      gint64 time = attune_http_json_peek_time (job, "createdAt");

      /* Whether the server took the filter or not. */
      if (id == NULL || g_strcmp0 (label, look->job_id) != 0)
        continue;

      found->n_jobs++;
      if (time > newest)
        {
          newest = time;
          g_free (found->id);
          found->id = g_strconcat (attune_json_peek_string (job, "owner.name", look->owner), "/", id, NULL);
          found->status = attune_huggingface_parse_stage (attune_json_peek_string (job, "status.stage", NULL));
        }
    }

  return found;
}

static void
jobs_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const Look *look = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  JsonArray *jobs;
  GError *error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  jobs = attune_http_json_peek_array (attune_http_reply_get_json (reply), NULL);
  if (jobs == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Hugging Face did not answer with the list of jobs. Try again later."));
  else
    g_task_return_pointer (task, read_jobs (look, jobs), (GDestroyNotify) found_free);
}

static void
look_owner_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *hub = ATTUNE_HUB (source);
  Look *look = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autofree char *label = NULL;
  GError *error = NULL;

  look->owner = attune_hub_whoami_finish (hub, result, &error);
  if (look->owner == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  label = g_strconcat (ATTUNE_HUGGINGFACE_LABEL "=", look->job_id, NULL);
  request = attune_http_request_new_segments ("GET", "api", "jobs", look->owner, NULL);
  attune_http_request_add_query (request, "label", label);
  attune_hub_send_async (hub, request, look->owner, g_task_get_cancellable (task), jobs_cb, g_object_ref (task));
}

static void
look_async (AttuneHuggingfaceAdapter *self,
            AttuneJob                *job,
            GCancellable             *cancellable,
            GAsyncReadyCallback       callback,
            gpointer                  user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Look *look = g_new0 (Look, 1);

  look->job_id = g_strdup (attune_job_get_id (job));
  g_task_set_source_tag (task, look_async);
  g_task_set_task_data (task, look, (GDestroyNotify) look_free);
  attune_hub_whoami_async (attune_huggingface_adapter_get_hub (self), cancellable, look_owner_cb, task);
}

static Found *
look_finish (AttuneHuggingfaceAdapter  *self,
             GAsyncResult              *result,
             GError                   **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, look_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHuggingfaceAdapter *self = ATTUNE_HUGGINGFACE_ADAPTER (source);
  const AttuneHeldContext *held = g_task_get_task_data (task);
  GError *error = NULL;
  Found *found = look_finish (self, result, &error);

  if (found == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (found->id == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("Hugging Face has no job with the label %s=%s."),
                             ATTUNE_HUGGINGFACE_LABEL, attune_job_get_id (held->context.job));
  else
    g_task_return_pointer (task, build_handle (self, &held->context, found->id), (GDestroyNotify) attune_training_handle_free);
  found_free (found);
}

void
attune_huggingface_find_job_async (AttuneAdapter          *adapter,
                                   const AttuneJobContext *context,
                                   GCancellable           *cancellable,
                                   GAsyncReadyCallback     callback,
                                   gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);

  g_task_set_source_tag (task, attune_huggingface_find_job_async);
  if (!check_job (task, context, FALSE))
    return;

  g_task_set_task_data (task, attune_held_context_new (context->job, context->training, context->validation, context->folder),
                        (GDestroyNotify) attune_held_context_free);
  look_async (ATTUNE_HUGGINGFACE_ADAPTER (adapter), context->job, cancellable, found_cb, g_object_ref (task));
}

AttuneTrainingHandle *
attune_huggingface_find_job_finish (AttuneAdapter  *adapter,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_find_job_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Cancel */

static void
cancelled_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  GError *error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
attune_huggingface_cancel_async (AttuneAdapter          *adapter,
                                 const AttuneJobContext *context,
                                 GCancellable           *cancellable,
                                 GAsyncReadyCallback     callback,
                                 gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autofree char *owner = NULL;
  g_autofree char *id = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, attune_huggingface_cancel_async);
  if (!check_job (task, context, TRUE))
    return;
  if (!attune_huggingface_split_job_id (attune_job_get_provider_job_id (context->job), &owner, &id, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  request = attune_http_request_new_segments ("POST", "api", "jobs", owner, id, "cancel", NULL);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_hub_send_async (attune_huggingface_adapter_get_hub (ATTUNE_HUGGINGFACE_ADAPTER (adapter)), request, id, cancellable,
                         cancelled_cb, g_object_ref (task));
}

gboolean
attune_huggingface_cancel_finish (AttuneAdapter  *adapter,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_cancel_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Resume: another job with the same repository, whose runner goes on from the newest checkpoint there. */

static void
resumed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const AttuneHeldContext *held = g_task_get_task_data (task);
  g_autofree char *id = NULL;
  GError *error = NULL;

  id = attune_huggingface_create_finish (ATTUNE_HUGGINGFACE_ADAPTER (source), result, &error);
  if (id == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  attune_job_set_provider_job_id (held->context.job, id);
  g_task_return_boolean (task, TRUE);
}

static void
resume_found_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHuggingfaceAdapter *self = ATTUNE_HUGGINGFACE_ADAPTER (source);
  const AttuneHeldContext *held = g_task_get_task_data (task);
  GError *error = NULL;
  Found *found = look_finish (self, result, &error);

  if (found == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* An earlier wish may have arrived without an answer: one that is alive is not paid for twice. */
  if (found->id != NULL && (found->status == ATTUNE_JOB_STATUS_QUEUED || found->status == ATTUNE_JOB_STATUS_RUNNING))
    {
      attune_job_set_provider_job_id (held->context.job, found->id);
      g_task_return_boolean (task, TRUE);
    }
  else
    {
      attune_huggingface_create_async (self, &held->context, found->n_jobs + 1, g_task_get_cancellable (task), resumed_cb, g_object_ref (task));
    }
  found_free (found);
}

void
attune_huggingface_resume_async (AttuneAdapter          *adapter,
                                 const AttuneJobContext *context,
                                 GCancellable           *cancellable,
                                 GAsyncReadyCallback     callback,
                                 gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);

  g_task_set_source_tag (task, attune_huggingface_resume_async);
  if (!check_job (task, context, TRUE))
    return;

  g_task_set_task_data (task, attune_held_context_new (context->job, context->training, context->validation, context->folder),
                        (GDestroyNotify) attune_held_context_free);
  look_async (ATTUNE_HUGGINGFACE_ADAPTER (adapter), context->job, cancellable, resume_found_cb, g_object_ref (task));
}

gboolean
attune_huggingface_resume_finish (AttuneAdapter  *adapter,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_resume_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
