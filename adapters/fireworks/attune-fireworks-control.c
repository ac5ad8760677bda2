/* attune-fireworks-control.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-fireworks"

#include "attune-fireworks-operations.h"

#include <glib/gi18n-lib.h>

#include "attune-http-json.h"

AttuneHttpRequest *
attune_fireworks_new_job_request (const AttuneJobContext *context,
                                  const char             *method,
                                  const char             *suffix)
{
  const char *name = context->job != NULL ? attune_job_get_provider_job_id (context->job) : NULL;
  g_autofree char *path = NULL;

  if (name == NULL)
    return NULL;

  path = g_strdup_printf ("/v1/%s%s", name, suffix);

  return attune_http_request_new (method, path);
}

GError *
attune_fireworks_not_sent_error (void)
{
  return g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("The job was never sent to Fireworks."));
}

static void
send (GTask               *task,
      AttuneHttpRequest   *request,
      GAsyncReadyCallback  callback)
{
  AttuneRemoteAdapter *adapter = ATTUNE_REMOTE_ADAPTER (g_task_get_source_object (task));

  attune_http_client_send_async (attune_remote_adapter_get_client (adapter), request, g_task_get_cancellable (task),
                                 callback, g_object_ref (task));
}

static void
set_empty_object (AttuneHttpRequest *request)
{
  g_autoptr (JsonNode) body = attune_http_json_new_object ();

  attune_http_request_set_json (request, body);
}

/* Cancelling. */

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    g_task_return_error (task, error);
  else if (attune_http_reply_get_status (reply) == 404
           || attune_http_reply_check (reply, attune_remote_adapter_get_title (g_task_get_source_object (task)), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, attune_fireworks_explain (error));
}

static void
cancelled_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  const char *path = g_task_get_task_data (task);
  guint status;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  status = attune_http_reply_get_status (reply);
  if (status == 404 || status == 405 || status == 501)
    {
      g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("DELETE", path);

      /* Not every account has the cancellation of supervised jobs; to delete one stops it too. */
      attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS);
      send (task, request, deleted_cb);
      return;
    }

  if (attune_http_reply_check (reply, attune_remote_adapter_get_title (g_task_get_source_object (task)), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, attune_fireworks_explain (error));
}

void
attune_fireworks_cancel_async (AttuneAdapter          *adapter,
                               const AttuneJobContext *context,
                               GCancellable           *cancellable,
                               GAsyncReadyCallback     callback,
                               gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_fireworks_new_job_request (context, "POST", ":cancel");

  g_task_set_source_tag (task, attune_fireworks_cancel_async);
  if (request == NULL)
    {
      g_task_return_error (task, attune_fireworks_not_sent_error ());
      return;
    }

  g_task_set_task_data (task, g_strconcat ("/v1/", attune_job_get_provider_job_id (context->job), NULL), g_free);
  set_empty_object (request);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS);
  send (task, request, cancelled_cb);
}

gboolean
attune_fireworks_cancel_finish (AttuneAdapter  *adapter,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_cancel_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Deleting. The tuned model is a thing of its own, which may be in use: it stays. */

void
attune_fireworks_delete_async (AttuneAdapter          *adapter,
                               const AttuneJobContext *context,
                               GCancellable           *cancellable,
                               GAsyncReadyCallback     callback,
                               gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_fireworks_new_job_request (context, "DELETE", "");

  g_task_set_source_tag (task, attune_fireworks_delete_async);
  if (request == NULL)
    {
      g_task_return_error (task, attune_fireworks_not_sent_error ());
      return;
    }

  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS);
  send (task, request, deleted_cb);
}

gboolean
attune_fireworks_delete_finish (AttuneAdapter  *adapter,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_delete_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Resuming. */

static void
resumed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneFireworksAdapter *self = ATTUNE_FIREWORKS_ADAPTER (g_task_get_source_object (task));
  g_autoptr (AttuneHttpReply) reply = NULL;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, attune_fireworks_explain (error));
      return;
    }

  /* The file of its metrics may be written anew. */
  g_hash_table_remove (self->metrics, g_task_get_task_data (task));
  g_task_return_boolean (task, TRUE);
}

void
attune_fireworks_resume_async (AttuneAdapter          *adapter,
                               const AttuneJobContext *context,
                               GCancellable           *cancellable,
                               GAsyncReadyCallback     callback,
                               gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_fireworks_new_job_request (context, "POST", ":resume");

  g_task_set_source_tag (task, attune_fireworks_resume_async);
  if (request == NULL)
    {
      g_task_return_error (task, attune_fireworks_not_sent_error ());
      return;
    }

  g_task_set_task_data (task, g_strdup (attune_job_get_id (context->job)), g_free);
  set_empty_object (request);
  send (task, request, resumed_cb);
}

gboolean
attune_fireworks_resume_finish (AttuneAdapter  *adapter,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_resume_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
