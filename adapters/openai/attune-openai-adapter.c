/* attune-openai-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-openai"

#include "attune-openai-adapter.h"

#include <glib/gi18n-lib.h>

#include "attune-http-json.h"
#include "attune-openai-private.h"

/* Of one request, of each part of a larger one, and of all parts together. */
#define FILE_THRESHOLD (G_GINT64_CONSTANT (512) * 1000 * 1000)
#define FILE_PART (G_GINT64_CONSTANT (64) * 1000 * 1000)
#define FILE_MAXIMUM (G_GINT64_CONSTANT (8) * 1000 * 1000 * 1000)

struct _AttuneOpenaiAdapter
{
  AttuneRemoteAdapter  parent_instance;

  GHashTable          *memories; /* job id → AttuneOpenaiMemory */
  gint64               threshold;
  gint64               part_size;
  gint64               maximum;
  gboolean             has_headers;
};

static void attune_openai_adapter_iface_init (AttuneAdapterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneOpenaiAdapter, attune_openai_adapter, ATTUNE_TYPE_REMOTE_ADAPTER,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, attune_openai_adapter_iface_init))

static void
memory_free (AttuneOpenaiMemory *memory)
{
  g_free (memory->newest_event);
  g_free (memory);
}

AttuneOpenaiMemory *
attune_openai_adapter_get_memory (AttuneOpenaiAdapter *self,
                                  const char          *job_id)
{
  AttuneOpenaiMemory *memory = g_hash_table_lookup (self->memories, job_id);

  if (memory == NULL)
    {
      memory = g_new0 (AttuneOpenaiMemory, 1);
      memory->first_step = -1;
      g_hash_table_insert (self->memories, g_strdup (job_id), memory);
    }

  return memory;
}

void
attune_openai_get_file_limits (AttuneOpenaiAdapter *self,
                               gint64              *threshold,
                               gint64              *part_size,
                               gint64              *maximum)
{
  *threshold = self->threshold;
  *part_size = self->part_size;
  *maximum = self->maximum;
}

void
attune_openai_adapter_set_file_limits (AttuneOpenaiAdapter *self,
                                       gint64               threshold,
                                       gint64               part_size,
                                       gint64               maximum)
{
  g_return_if_fail (ATTUNE_IS_OPENAI_ADAPTER (self));
  g_return_if_fail (part_size > 0);

  self->threshold = threshold;
  self->part_size = part_size;
  self->maximum = maximum;
}

AttuneAdapter *
attune_openai_adapter_new (AttuneCredentials *credentials)
{
  g_return_val_if_fail (ATTUNE_IS_CREDENTIALS (credentials), NULL);

  return g_object_new (ATTUNE_TYPE_OPENAI_ADAPTER, "provider", ATTUNE_OPENAI_ID, "credentials", credentials, NULL);
}

/* Who belongs to several organisations or projects names one in the variables of OpenAI's own tools. */
AttuneHttpClient *
attune_openai_adapter_get_client (AttuneOpenaiAdapter *self)
{
  AttuneHttpClient *client = attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (self));

  if (!self->has_headers)
    {
      const char *organization = g_getenv ("OPENAI_ORG_ID");
      const char *project = g_getenv ("OPENAI_PROJECT_ID");

      self->has_headers = TRUE;
      if (organization != NULL && *organization != '\0')
        attune_http_client_set_header (client, "OpenAI-Organization", organization);
      if (project != NULL && *project != '\0')
        attune_http_client_set_header (client, "OpenAI-Project", project);
    }

  return client;
}

static GDateTime *
get_now (void)
{
  return g_date_time_new_now_utc ();
}

/* Capabilities. */

static void
models_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneRemoteAdapter *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  g_autoptr (AttuneCapabilities) known = NULL;
  g_autoptr (GDateTime) now = get_now ();
  JsonNode *live = NULL;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  known = attune_catalogue_dup_capabilities (attune_remote_adapter_get_catalogue (self), now);
  live = attune_openai_build_capabilities (known, attune_http_reply_get_json (reply), now);
  if (live == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("OpenAI’s list of models is none. The limits that were known before are in force."));
  else
    g_task_return_pointer (task, live, (GDestroyNotify) json_node_unref);
}

static void
attune_openai_adapter_fetch_capabilities_async (AttuneRemoteAdapter *adapter,
                                                GCancellable        *cancellable,
                                                GAsyncReadyCallback  callback,
                                                gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/models");

  g_task_set_source_tag (task, attune_openai_adapter_fetch_capabilities_async);
  attune_http_client_send_async (attune_openai_adapter_get_client (ATTUNE_OPENAI_ADAPTER (adapter)), request, cancellable, models_cb, g_object_ref (task));
}

static JsonNode *
attune_openai_adapter_fetch_capabilities_finish (AttuneRemoteAdapter  *adapter,
                                                 GAsyncResult         *result,
                                                 GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_openai_adapter_fetch_capabilities_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static AttuneHttpRequest *
attune_openai_adapter_create_upload_check (AttuneRemoteAdapter *adapter,
                                           AttuneDataset       *dataset,
                                           const char          *file_id)
{
  return attune_http_request_new_segments ("GET", "files", file_id, NULL);
}

static gboolean
attune_openai_adapter_is_upload_usable (AttuneRemoteAdapter *adapter,
                                        AttuneHttpReply     *reply)
{
  const char *status = attune_json_peek_string (attune_http_reply_get_json (reply), "status", NULL);

  return g_strcmp0 (status, "error") != 0 && g_strcmp0 (status, "deleted") != 0;
}

/* Checking and translating. */

static void
attune_openai_adapter_validate_configuration (AttuneAdapter          *adapter,
                                              AttuneConfiguration    *configuration,
                                              const AttuneJobContext *context,
                                              AttuneValidation       *validation)
{
  g_autoptr (AttuneCapabilities) capabilities = attune_remote_adapter_dup_capabilities (ATTUNE_REMOTE_ADAPTER (adapter));
  g_autoptr (GDateTime) now = get_now ();

  attune_openai_validate (configuration, context, capabilities, now, validation);
}

static JsonNode *
attune_openai_adapter_translate_configuration (AttuneAdapter           *adapter,
                                               AttuneConfiguration     *configuration,
                                               const AttuneJobContext  *context,
                                               GError                 **error)
{
  JsonNode *body = attune_openai_build_request (configuration, context, error);

  return body != NULL ? attune_remote_adapter_describe_request (ATTUNE_REMOTE_ADAPTER (adapter), "POST", "/fine_tuning/jobs", body) : NULL;
}

/* Cancel, pause and resume are one question each; the state follows. */

static void
told_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
tell (AttuneAdapter          *adapter,
      const AttuneJobContext *context,
      const char             *verb,
      gpointer                tag,
      GCancellable           *cancellable,
      GAsyncReadyCallback     callback,
      gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;
  const char *id = context->job != NULL ? attune_job_get_provider_job_id (context->job) : NULL;

  g_task_set_source_tag (task, tag);
  if (id == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The job was not sent to OpenAI yet."));
      return;
    }

  request = attune_http_request_new_segments ("POST", "fine_tuning", "jobs", id, verb, NULL);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_client_send_async (attune_openai_adapter_get_client (ATTUNE_OPENAI_ADAPTER (adapter)), request, cancellable, told_cb, g_object_ref (task));
}

static gboolean
told (AttuneAdapter  *adapter,
      GAsyncResult   *result,
      gpointer        tag,
      GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tag), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
attune_openai_adapter_cancel_async (AttuneAdapter          *adapter,
                                    const AttuneJobContext *context,
                                    GCancellable           *cancellable,
                                    GAsyncReadyCallback     callback,
                                    gpointer                user_data)
{
  tell (adapter, context, "cancel", attune_openai_adapter_cancel_async, cancellable, callback, user_data);
}

static gboolean
attune_openai_adapter_cancel_finish (AttuneAdapter  *adapter,
                                     GAsyncResult   *result,
                                     GError        **error)
{
  return told (adapter, result, attune_openai_adapter_cancel_async, error);
}

static void
attune_openai_adapter_pause_async (AttuneAdapter          *adapter,
                                   const AttuneJobContext *context,
                                   GCancellable           *cancellable,
                                   GAsyncReadyCallback     callback,
                                   gpointer                user_data)
{
  tell (adapter, context, "pause", attune_openai_adapter_pause_async, cancellable, callback, user_data);
}

static gboolean
attune_openai_adapter_pause_finish (AttuneAdapter  *adapter,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  return told (adapter, result, attune_openai_adapter_pause_async, error);
}

static void
attune_openai_adapter_resume_async (AttuneAdapter          *adapter,
                                    const AttuneJobContext *context,
                                    GCancellable           *cancellable,
                                    GAsyncReadyCallback     callback,
                                    gpointer                user_data)
{
  tell (adapter, context, "resume", attune_openai_adapter_resume_async, cancellable, callback, user_data);
}

static gboolean
attune_openai_adapter_resume_finish (AttuneAdapter  *adapter,
                                     GAsyncResult   *result,
                                     GError        **error)
{
  return told (adapter, result, attune_openai_adapter_resume_async, error);
}

static void
attune_openai_adapter_finalize (GObject *object)
{
  AttuneOpenaiAdapter *self = ATTUNE_OPENAI_ADAPTER (object);

  g_clear_pointer (&self->memories, g_hash_table_unref);

  G_OBJECT_CLASS (attune_openai_adapter_parent_class)->finalize (object);
}

static void
attune_openai_adapter_class_init (AttuneOpenaiAdapterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  AttuneRemoteAdapterClass *remote_class = ATTUNE_REMOTE_ADAPTER_CLASS (klass);

  object_class->finalize = attune_openai_adapter_finalize;
  remote_class->fetch_capabilities_async = attune_openai_adapter_fetch_capabilities_async;
  remote_class->fetch_capabilities_finish = attune_openai_adapter_fetch_capabilities_finish;
  remote_class->upload_async = attune_openai_upload_async;
  remote_class->upload_finish = attune_openai_upload_finish;
  remote_class->create_upload_check = attune_openai_adapter_create_upload_check;
  remote_class->is_upload_usable = attune_openai_adapter_is_upload_usable;
}

static void
attune_openai_adapter_init (AttuneOpenaiAdapter *self)
{
  self->memories = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) memory_free);
  self->threshold = FILE_THRESHOLD;
  self->part_size = FILE_PART;
  self->maximum = FILE_MAXIMUM;
}

static void
attune_openai_adapter_iface_init (AttuneAdapterInterface *iface)
{
  iface->validate_configuration = attune_openai_adapter_validate_configuration;
  iface->translate_configuration = attune_openai_adapter_translate_configuration;
  iface->start_training_async = attune_openai_start_training_async;
  iface->start_training_finish = attune_openai_start_training_finish;
  iface->find_job_async = attune_openai_find_job_async;
  iface->find_job_finish = attune_openai_find_job_finish;
  iface->query_status_async = attune_openai_query_status_async;
  iface->query_status_finish = attune_openai_query_status_finish;
  iface->cancel_async = attune_openai_adapter_cancel_async;
  iface->cancel_finish = attune_openai_adapter_cancel_finish;
  iface->pause_async = attune_openai_adapter_pause_async;
  iface->pause_finish = attune_openai_adapter_pause_finish;
  iface->resume_async = attune_openai_adapter_resume_async;
  iface->resume_finish = attune_openai_adapter_resume_finish;
  iface->list_checkpoints_async = attune_openai_list_checkpoints_async;
  iface->list_checkpoints_finish = attune_openai_list_checkpoints_finish;
}
