/* attune-together-status.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-together"

#include "attune-together-private.h"

#include <glib/gi18n-lib.h>

#include "attune-http-json.h"

/* News of a job: the job itself, its events, and, once it has begun, its metrics and checkpoints, one question after the other. */

#define MAX_METRICS_BODY (256 * 1024 * 1024)

typedef struct {
  char               *id;
  AttuneStatusUpdate *update;
} Query;

static void
query_free (Query *query)
{
  g_free (query->id);
  g_clear_pointer (&query->update, attune_status_update_free);
  g_free (query);
}

static void
ask (GTask               *task,
     AttuneHttpRequest   *request,
     GAsyncReadyCallback  callback)
{
  attune_http_client_send_async (attune_remote_adapter_get_client (g_task_get_source_object (task)), request,
                                 g_task_get_cancellable (task), callback, g_object_ref (task));
}

static gboolean
is_final (Query *query)
{
  return query->update->status >= 0 && attune_job_status_is_final ((AttuneJobStatus) query->update->status);
}

static void
end_query (GTask *task)
{
  Query *query = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&query->update), (GDestroyNotify) attune_status_update_free);
}

/* The state of the job is the news that counts. What goes with it comes the next time, unless there is none: a job that has ended is not asked
 * about again, so then a fault that may pass is one of the whole question. TRUE where the question has ended. */
static gboolean
end_by_fault (GTask      *task,
              GError     *error,
              const char *what)
{
  Query *query = g_task_get_task_data (task);
  gboolean may_pass = g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK)
                      || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT)
                      || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_RATE_LIMITED)
                      || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT)
                      || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);

  if (attune_error_is_cancelled (error) || (is_final (query) && may_pass))
    {
      g_task_return_error (task, error);
      return TRUE;
    }

  g_debug ("%s: %s of this job are missing this time: %s", query->id, what, error->message);
  g_error_free (error);

  return FALSE;
}

static void
checkpoints_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply == NULL)
    {
      if (end_by_fault (task, error, "checkpoints"))
        return;
    }
  else
    {
      query->update->checkpoints = attune_together_parse_checkpoints (attune_http_reply_get_json (reply), query->id);
    }

  end_query (task);
}

static void
ask_checkpoints (GTask *task)
{
  Query *query = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new_segments ("GET", "fine-tunes", query->id, "checkpoints", NULL);

  ask (task, request, checkpoints_cb);
}

static void
remember_last_step (GTask *task)
{
  Query *query = g_task_get_task_data (task);
  AttuneTogetherAdapter *self = g_task_get_source_object (task);
  gint64 last = attune_together_adapter_get_last_step (self, query->id);

  for (guint i = 0; i < query->update->metrics->len; i++)
    last = MAX (last, g_array_index (query->update->metrics, AttuneMetricPoint, i).step);
  attune_together_adapter_set_last_step (self, query->id, is_final (query) ? -1 : last);
}

static void
metrics_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply == NULL)
    {
      if (end_by_fault (task, error, "metrics"))
        return;
    }
  else
    {
      query->update->metrics = attune_together_parse_metrics (attune_http_reply_get_json (reply));
      remember_last_step (task);
    }

  ask_checkpoints (task);
}

static void
ask_metrics (GTask *task)
{
  Query *query = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new_segments ("GET", "fine-tunes", query->id, "metrics", NULL);
  gint64 last = attune_together_adapter_get_last_step (g_task_get_source_object (task), query->id);

  /* The last one again: its evaluation may have come later. At the end all of them, so that none is ever missing. */
  if (last >= 0 && !is_final (query))
    attune_http_request_add_query_int (request, "global_step_from", last);
  attune_http_request_set_max_body (request, MAX_METRICS_BODY);
  ask (task, request, metrics_cb);
}

static void
events_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply == NULL)
    {
      if (end_by_fault (task, error, "events"))
        return;
    }
  else
    {
      attune_together_parse_events (attune_http_reply_get_json (reply), query->update);
    }

  if (query->update->status == (int) ATTUNE_JOB_STATUS_QUEUED)
    end_query (task);
  else
    ask_metrics (task);
}

static void
job_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = NULL;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  JsonNode *answer;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  answer = attune_http_reply_get_json (reply);
  if (attune_http_json_peek_object (answer, NULL) == NULL || attune_json_peek_string (answer, "status", NULL) == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s",
                               _("Together’s answer about the job cannot be understood. Try again later."));
      return;
    }

  query->update = attune_together_parse_job (answer);
  request = attune_http_request_new_segments ("GET", "fine-tunes", query->id, "events", NULL);
  ask (task, request, events_cb);
}

/* A task about one job at Together; NULL where there is none, which has been answered then. */
static GTask *
job_task_new (AttuneAdapter          *adapter,
              const AttuneJobContext *context,
              gpointer                tag,
              GCancellable           *cancellable,
              GAsyncReadyCallback     callback,
              gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  Query *query = g_new0 (Query, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, query, (GDestroyNotify) query_free);
  query->id = attune_together_dup_job_id (context, &error);
  if (query->id == NULL)
    {
      g_task_return_error (task, error);
      return NULL;
    }

  return g_steal_pointer (&task);
}

void
attune_together_query_async (AttuneAdapter          *adapter,
                             const AttuneJobContext *context,
                             GCancellable           *cancellable,
                             GAsyncReadyCallback     callback,
                             gpointer                user_data)
{
  g_autoptr (GTask) task = job_task_new (adapter, context, attune_together_query_async, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;

  if (task == NULL)
    return;

  request = attune_http_request_new_segments ("GET", "fine-tunes", ((Query *) g_task_get_task_data (task))->id, NULL);
  ask (task, request, job_cb);
}

AttuneStatusUpdate *
attune_together_query_finish (AttuneAdapter  *adapter,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_query_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
done_cb (GObject      *source,
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

void
attune_together_cancel_async (AttuneAdapter          *adapter,
                              const AttuneJobContext *context,
                              GCancellable           *cancellable,
                              GAsyncReadyCallback     callback,
                              gpointer                user_data)
{
  g_autoptr (GTask) task = job_task_new (adapter, context, attune_together_cancel_async, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;

  if (task == NULL)
    return;

  request = attune_http_request_new_segments ("POST", "fine-tunes", ((Query *) g_task_get_task_data (task))->id, "cancel", NULL);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  ask (task, request, done_cb);
}

gboolean
attune_together_cancel_finish (AttuneAdapter  *adapter,
                               GAsyncResult   *result,
                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_cancel_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  /* Gone is what was wished for, also where an answer of before was lost. */
  if (reply == NULL && !g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }

  g_clear_error (&error);
  g_task_return_boolean (task, TRUE);
}

void
attune_together_delete_async (AttuneAdapter          *adapter,
                              const AttuneJobContext *context,
                              GCancellable           *cancellable,
                              GAsyncReadyCallback     callback,
                              gpointer                user_data)
{
  g_autoptr (GTask) task = job_task_new (adapter, context, attune_together_delete_async, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;

  if (task == NULL)
    return;

  request = attune_http_request_new_segments ("DELETE", "fine-tunes", ((Query *) g_task_get_task_data (task))->id, NULL);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  ask (task, request, deleted_cb);
}

gboolean
attune_together_delete_finish (AttuneAdapter  *adapter,
                               GAsyncResult   *result,
                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_delete_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const Query *query = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, attune_together_parse_checkpoints (attune_http_reply_get_json (reply), query->id),
                           (GDestroyNotify) g_ptr_array_unref);
}

void
attune_together_list_async (AttuneAdapter          *adapter,
                            const AttuneJobContext *context,
                            GCancellable           *cancellable,
                            GAsyncReadyCallback     callback,
                            gpointer                user_data)
{
  g_autoptr (GTask) task = job_task_new (adapter, context, attune_together_list_async, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;

  if (task == NULL)
    return;

  request = attune_http_request_new_segments ("GET", "fine-tunes", ((Query *) g_task_get_task_data (task))->id, "checkpoints", NULL);
  ask (task, request, listed_cb);
}

GPtrArray *
attune_together_list_finish (AttuneAdapter  *adapter,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_list_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
