/* attune-mistral-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-mistral"

#include "attune-mistral-adapter.h"

#include <glib/gi18n-lib.h>

#include "attune-http-json.h"
#include "attune-mistral-private.h"

struct _AttuneMistralAdapter
{
  AttuneRemoteAdapter parent_instance;
};

static void attune_mistral_adapter_iface_init (AttuneAdapterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneMistralAdapter, attune_mistral_adapter, ATTUNE_TYPE_REMOTE_ADAPTER,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, attune_mistral_adapter_iface_init))

AttuneAdapter *
attune_mistral_adapter_new (AttuneCredentials *credentials)
{
  g_return_val_if_fail (ATTUNE_IS_CREDENTIALS (credentials), NULL);

  return g_object_new (ATTUNE_TYPE_MISTRAL_ADAPTER, "provider", ATTUNE_MISTRAL_ID, "credentials", credentials, NULL);
}

static AttuneHttpClient *
get_client (gpointer adapter)
{
  return attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter));
}

/* Capabilities. */

static void
models_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  JsonNode *live;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  live = attune_mistral_build_capabilities (attune_http_reply_get_json (reply), now);
  if (live == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s",
                             _("Mistral’s list of models is none. The limits that were known before are in force."));
  else
    g_task_return_pointer (task, live, (GDestroyNotify) json_node_unref);
}

static void
attune_mistral_adapter_fetch_capabilities_async (AttuneRemoteAdapter *adapter,
                                                 GCancellable        *cancellable,
                                                 GAsyncReadyCallback  callback,
                                                 gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/v1/models");

  g_task_set_source_tag (task, attune_mistral_adapter_fetch_capabilities_async);
  attune_http_client_send_async (get_client (adapter), request, cancellable, models_cb, g_object_ref (task));
}

static JsonNode *
attune_mistral_adapter_fetch_capabilities_finish (AttuneRemoteAdapter  *adapter,
                                                  GAsyncResult         *result,
                                                  GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_mistral_adapter_fetch_capabilities_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static AttuneHttpRequest *
attune_mistral_adapter_create_upload_check (AttuneRemoteAdapter *adapter,
                                            AttuneDataset       *dataset,
                                            const char          *file_id)
{
  return attune_http_request_new_segments ("GET", "v1", "files", file_id, NULL);
}

/* Checking and translating. */

static void
attune_mistral_adapter_validate_configuration (AttuneAdapter          *adapter,
                                               AttuneConfiguration    *configuration,
                                               const AttuneJobContext *context,
                                               AttuneValidation       *validation)
{
  AttuneRemoteAdapter *remote = ATTUNE_REMOTE_ADAPTER (adapter);
  g_autoptr (AttuneCapabilities) capabilities = attune_remote_adapter_dup_capabilities (remote);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *address = attune_catalogue_dup_base_url (attune_remote_adapter_get_catalogue (remote));
  gboolean is_public = g_strcmp0 (address, attune_catalogue_get_base_url (attune_remote_adapter_get_catalogue (remote))) == 0;

  attune_mistral_validate (configuration, context, capabilities, is_public, now, validation);
}

static JsonNode *
attune_mistral_adapter_translate_configuration (AttuneAdapter           *adapter,
                                                AttuneConfiguration     *configuration,
                                                const AttuneJobContext  *context,
                                                GError                 **error)
{
  JsonNode *body = attune_mistral_build_request (configuration, context, NULL, FALSE, error);

  return body != NULL ? attune_remote_adapter_describe_request (ATTUNE_REMOTE_ADAPTER (adapter), "POST", ATTUNE_MISTRAL_JOBS, body) : NULL;
}

/* The estimate is a create that creates nothing; it needs the file to be there. */

static void
estimated_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  JsonNode *root = reply != NULL ? attune_http_reply_get_json (reply) : NULL;

  if (reply == NULL)
    g_task_return_error (task, attune_mistral_judge (error));
  else if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Mistral’s estimate is none. Try again."));
  else
    g_task_return_pointer (task, attune_mistral_parse_estimate (root), (GDestroyNotify) attune_estimate_free);
}

static void
attune_mistral_adapter_estimate_async (AttuneAdapter          *adapter,
                                       AttuneConfiguration    *configuration,
                                       const AttuneJobContext *context,
                                       GCancellable           *cancellable,
                                       GAsyncReadyCallback     callback,
                                       gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", ATTUNE_MISTRAL_JOBS);
  g_autoptr (JsonNode) body = NULL;
  AttuneJobContext needed = { .training = context->training };
  GError *error = NULL;

  g_task_set_source_tag (task, attune_mistral_adapter_estimate_async);
  if (context->training == NULL || attune_dataset_get_provider_file (context->training, ATTUNE_MISTRAL_ID) == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, "%s", _("Mistral estimates cost and time only of data that is uploaded there already."));
      return;
    }

  /* Validation data that is not there yet changes nothing in the estimate. */
  if (context->validation != NULL && attune_dataset_get_provider_file (context->validation, ATTUNE_MISTRAL_ID) != NULL)
    needed.validation = context->validation;
  body = attune_mistral_build_request (configuration, &needed, NULL, TRUE, &error);
  if (body == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (needed.validation == NULL)
    json_object_remove_member (json_node_get_object (body), "validation_files");

  attune_http_request_add_query (request, "dry_run", "true");
  attune_http_request_set_json (request, body);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_client_send_async (get_client (adapter), request, cancellable, estimated_cb, g_object_ref (task));
}

static AttuneEstimate *
attune_mistral_adapter_estimate_finish (AttuneAdapter  *adapter,
                                        GAsyncResult   *result,
                                        GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_mistral_adapter_estimate_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* News and wishes: one question about one job each. */

static AttuneHttpRequest *
create_job_request (GTask                  *task,
                    const AttuneJobContext *context,
                    const char             *method,
                    const char             *verb)
{
  const char *id = context->job != NULL ? attune_job_get_provider_job_id (context->job) : NULL;

  if (id == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The job was not sent to Mistral yet."));
      return NULL;
    }

  return attune_http_request_new_segments (method, "v1", "fine_tuning", "jobs", id, verb, NULL);
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  JsonNode *root = reply != NULL ? attune_http_reply_get_json (reply) : NULL;

  if (reply == NULL)
    g_task_return_error (task, attune_mistral_judge (error));
  else if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Mistral’s answer about the job is none. It is asked again."));
  else
    g_task_return_pointer (task, attune_mistral_parse_job (root, attune_mistral_get_provider_time (reply)),
                           (GDestroyNotify) attune_status_update_free);
}

static void
ask (AttuneAdapter          *adapter,
     const AttuneJobContext *context,
     gpointer                tag,
     GCancellable           *cancellable,
     GAsyncReadyCallback     callback,
     gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;

  g_task_set_source_tag (task, tag);
  request = create_job_request (task, context, "GET", NULL);
  if (request != NULL)
    attune_http_client_send_async (get_client (adapter), request, cancellable, asked_cb, g_object_ref (task));
}

static void
attune_mistral_adapter_query_status_async (AttuneAdapter          *adapter,
                                           const AttuneJobContext *context,
                                           GCancellable           *cancellable,
                                           GAsyncReadyCallback     callback,
                                           gpointer                user_data)
{
  ask (adapter, context, attune_mistral_adapter_query_status_async, cancellable, callback, user_data);
}

static AttuneStatusUpdate *
attune_mistral_adapter_query_status_finish (AttuneAdapter  *adapter,
                                            GAsyncResult   *result,
                                            GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_mistral_adapter_query_status_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
attune_mistral_adapter_list_checkpoints_async (AttuneAdapter          *adapter,
                                               const AttuneJobContext *context,
                                               GCancellable           *cancellable,
                                               GAsyncReadyCallback     callback,
                                               gpointer                user_data)
{
  ask (adapter, context, attune_mistral_adapter_list_checkpoints_async, cancellable, callback, user_data);
}

static GPtrArray *
attune_mistral_adapter_list_checkpoints_finish (AttuneAdapter  *adapter,
                                                GAsyncResult   *result,
                                                GError        **error)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;

  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_mistral_adapter_list_checkpoints_async), NULL);

  update = g_task_propagate_pointer (G_TASK (result), error);
  if (update == NULL)
    return NULL;
  if (update->checkpoints == NULL)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);

  return g_steal_pointer (&update->checkpoints);
}

static void
told_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply == NULL)
    g_task_return_error (task, attune_mistral_judge (error));
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

  g_task_set_source_tag (task, tag);
  request = create_job_request (task, context, "POST", verb);
  if (request == NULL)
    return;

  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_client_send_async (get_client (adapter), request, cancellable, told_cb, g_object_ref (task));
}

static void
attune_mistral_adapter_cancel_async (AttuneAdapter          *adapter,
                                     const AttuneJobContext *context,
                                     GCancellable           *cancellable,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data)
{
  tell (adapter, context, "cancel", attune_mistral_adapter_cancel_async, cancellable, callback, user_data);
}

static gboolean
attune_mistral_adapter_cancel_finish (AttuneAdapter  *adapter,
                                      GAsyncResult   *result,
                                      GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_mistral_adapter_cancel_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* A job that was sent with auto_start false waits after its check. */
static void
attune_mistral_adapter_resume_async (AttuneAdapter          *adapter,
                                     const AttuneJobContext *context,
                                     GCancellable           *cancellable,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data)
{
  tell (adapter, context, "start", attune_mistral_adapter_resume_async, cancellable, callback, user_data);
}

static gboolean
attune_mistral_adapter_resume_finish (AttuneAdapter  *adapter,
                                      GAsyncResult   *result,
                                      GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_mistral_adapter_resume_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
attune_mistral_adapter_class_init (AttuneMistralAdapterClass *klass)
{
  AttuneRemoteAdapterClass *remote_class = ATTUNE_REMOTE_ADAPTER_CLASS (klass);

  remote_class->fetch_capabilities_async = attune_mistral_adapter_fetch_capabilities_async;
  remote_class->fetch_capabilities_finish = attune_mistral_adapter_fetch_capabilities_finish;
  remote_class->upload_async = attune_mistral_upload_async;
  remote_class->upload_finish = attune_mistral_upload_finish;
  remote_class->create_upload_check = attune_mistral_adapter_create_upload_check;
}

static void
attune_mistral_adapter_init (AttuneMistralAdapter *self)
{
}

static void
attune_mistral_adapter_iface_init (AttuneAdapterInterface *iface)
{
  iface->validate_configuration = attune_mistral_adapter_validate_configuration;
  iface->translate_configuration = attune_mistral_adapter_translate_configuration;
  iface->start_training_async = attune_mistral_start_training_async;
  iface->start_training_finish = attune_mistral_start_training_finish;
  iface->find_job_async = attune_mistral_find_job_async;
  iface->find_job_finish = attune_mistral_find_job_finish;
  iface->query_status_async = attune_mistral_adapter_query_status_async;
  iface->query_status_finish = attune_mistral_adapter_query_status_finish;
  iface->cancel_async = attune_mistral_adapter_cancel_async;
  iface->cancel_finish = attune_mistral_adapter_cancel_finish;
  iface->resume_async = attune_mistral_adapter_resume_async;
  iface->resume_finish = attune_mistral_adapter_resume_finish;
  iface->list_checkpoints_async = attune_mistral_adapter_list_checkpoints_async;
  iface->list_checkpoints_finish = attune_mistral_adapter_list_checkpoints_finish;
  iface->estimate_async = attune_mistral_adapter_estimate_async;
  iface->estimate_finish = attune_mistral_adapter_estimate_finish;
}
