/* attune-huggingface-status.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-hub-private.h"
#include "attune-http-json.h"
#include "attune-sse.h"

/* Of a log that was read whole before, its end is enough. */
#define TAIL_LINES 2000
/* A job that has ended has all its log: what does not come in this time does not come. */
#define FINAL_PATIENCE_FACTOR 5

/* One question: the job, its log, and where it ended well, what it left. */
typedef struct {
  char                 *provider_job_id;
  char                 *owner;
  char                 *id;
  char                 *output_repo;
  JsonNode             *job;
  AttuneHuggingfaceLog *log;
  AttuneStatusUpdate   *update;
} Query;

static void
query_free (Query *self)
{
  g_free (self->provider_job_id);
  g_free (self->owner);
  g_free (self->id);
  g_free (self->output_repo);
  g_clear_pointer (&self->job, json_node_unref);
  g_clear_pointer (&self->log, attune_huggingface_log_free);
  g_clear_pointer (&self->update, attune_status_update_free);
  g_free (self);
}

static void
files_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *self = g_task_get_task_data (task);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;

  files = attune_hub_list_files_finish (ATTUNE_HUB (source), result, &error);
  if (files != NULL)
    {
      self->update->checkpoints = attune_huggingface_parse_checkpoints (files);
      if (self->update->status == ATTUNE_JOB_STATUS_SUCCEEDED && !attune_huggingface_has_result (files))
        {
          self->update->status = ATTUNE_JOB_STATUS_FAILED;
          self->update->error = g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                                             _("The job ended without an error, but left no weights in “%s”. Its page is %s/jobs/%s."), self->output_repo,
                                             attune_http_client_get_base_url (attune_hub_get_client (ATTUNE_HUB (source))), self->provider_job_id);
        }
    }
  else if (self->update->status == ATTUNE_JOB_STATUS_SUCCEEDED && g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    {
      self->update->status = ATTUNE_JOB_STATUS_FAILED;
      self->update->error = g_steal_pointer (&error);
    }
  else if (attune_error_is_cancelled (error) || self->update->status == ATTUNE_JOB_STATUS_SUCCEEDED)
    {
      /* It is asked again: a job is not called done on half a proof. */
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  g_task_return_pointer (task, g_steal_pointer (&self->update), (GDestroyNotify) attune_status_update_free);
}

static gint64
find_last_event (const AttuneStatusUpdate *update)
{
  gint64 time = 0;

  for (guint i = 0; update->events != NULL && i < update->events->len; i++)
    time = MAX (time, ((const AttuneEvent *) g_ptr_array_index (update->events, i))->time);

  return time;
}

/* Checkpoints come up while a job runs, and are what is left of one that failed. */
static gboolean
is_look_due (AttuneHuggingfaceAdapter *adapter,
             const Query              *self)
{
  const AttuneStatusUpdate *update = self->update;

  if (self->output_repo == NULL || update->status == -1)
    return FALSE;
  if (attune_job_status_is_final ((AttuneJobStatus) update->status))
    return TRUE;

  return update->step > 0 && attune_huggingface_adapter_should_look (adapter, self->provider_job_id, find_last_event (update));
}

static void
build (GTask *task)
{
  AttuneHuggingfaceAdapter *adapter = g_task_get_source_object (task);
  AttuneHub *hub = attune_huggingface_adapter_get_hub (adapter);
  Query *self = g_task_get_task_data (task);
  g_autofree char *url = g_strconcat (attune_http_client_get_base_url (attune_hub_get_client (hub)), "/jobs/", self->provider_job_id, NULL);

  self->update = attune_huggingface_build_update (self->job, self->log, url);
  if (self->update->status == ATTUNE_JOB_STATUS_SUCCEEDED)
    self->update->fine_tuned_model = g_strdup (self->output_repo);

  if (is_look_due (adapter, self))
    attune_hub_list_files_async (hub, ATTUNE_HUB_MODEL_REPO, self->output_repo, NULL, NULL, g_task_get_cancellable (task), files_cb, g_object_ref (task));
  else
    g_task_return_pointer (task, g_steal_pointer (&self->update), (GDestroyNotify) attune_status_update_free);
}

static void
log_event_cb (const char *event,
              const char *data,
              const char *id,
              gpointer    user_data)
{
  AttuneHuggingfaceLog *log = user_data;

  attune_huggingface_log_feed (log, data);
}

static void
log_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHuggingfaceAdapter *adapter = g_task_get_source_object (task);
  Query *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!attune_sse_read_finish (ATTUNE_HTTP_CLIENT (source), result, &error))
    {
      if (attune_error_is_cancelled (error))
        {
          g_task_return_error (task, g_steal_pointer (&error));
          return;
        }
      /* The state is known all the same; the log comes the next time. */
      g_message ("The log of %s could not be read: %s", self->provider_job_id, error->message);
    }
  else if (self->log->n_texts > 0)
    {
      attune_huggingface_adapter_remember_log (adapter, self->provider_job_id);
    }

  build (task);
}

static void
job_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHuggingfaceAdapter *adapter = g_task_get_source_object (task);
  AttuneHub *hub = ATTUNE_HUB (source);
  Query *self = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (AttuneHttpRequest) request = NULL;
  double patience = attune_huggingface_adapter_get_log_patience (adapter);
  int status;
  GError *error = NULL;

  reply = attune_hub_send_finish (hub, result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (attune_http_reply_get_json (reply) == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Hugging Face did not describe the job. Try again later."));
      return;
    }

  self->job = json_node_ref (attune_http_reply_get_json (reply));
  self->log = attune_huggingface_log_new ();
  status = attune_huggingface_parse_stage (attune_json_peek_string (self->job, "status.stage", NULL));
  if (status == -1 || status == ATTUNE_JOB_STATUS_QUEUED)
    {
      build (task);
      return;
    }

  request = attune_http_request_new_segments ("GET", "api", "jobs", self->owner, self->id, "logs", NULL);
  attune_http_request_set_header (request, "Accept", "text/event-stream");
  if (attune_huggingface_adapter_knows_log (adapter, self->provider_job_id))
    attune_http_request_add_query_int (request, "tail", TAIL_LINES);
  attune_sse_read_async (attune_hub_get_client (hub), request, status == ATTUNE_JOB_STATUS_RUNNING ? patience : FINAL_PATIENCE_FACTOR * patience,
                         log_event_cb, self->log, g_task_get_cancellable (task), log_cb, g_object_ref (task));
}

void
attune_huggingface_query_status_async (AttuneAdapter          *adapter,
                                       const AttuneJobContext *context,
                                       GCancellable           *cancellable,
                                       GAsyncReadyCallback     callback,
                                       gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;
  Query *self = g_new0 (Query, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, attune_huggingface_query_status_async);
  g_task_set_task_data (task, self, (GDestroyNotify) query_free);
  if (context == NULL || context->job == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The operation needs a job that was sent to Hugging Face."));
      return;
    }
  self->provider_job_id = g_strdup (attune_job_get_provider_job_id (context->job));
  if (!attune_huggingface_split_job_id (self->provider_job_id, &self->owner, &self->id, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  self->output_repo = attune_huggingface_dup_output_repo (attune_job_get_configuration (context->job), context->job, self->owner);
  request = attune_http_request_new_segments ("GET", "api", "jobs", self->owner, self->id, NULL);
  attune_hub_send_async (attune_huggingface_adapter_get_hub (ATTUNE_HUGGINGFACE_ADAPTER (adapter)), request, self->provider_job_id, cancellable,
                         job_cb, g_object_ref (task));
}

AttuneStatusUpdate *
attune_huggingface_query_status_finish (AttuneAdapter  *adapter,
                                        GAsyncResult   *result,
                                        GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_query_status_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
