/* attune-fireworks-query.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-fireworks"

#include "attune-fireworks-operations.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-held-context.h"
#include "attune-http-json.h"

#define MAX_METRICS_SIZE (256 * 1024 * 1024)

typedef struct {
  AttuneHeldContext    *held;
  AttuneFireworksKnown  known;
  AttuneStatusUpdate   *update;
} Query;

static void
query_free (Query *query)
{
  g_clear_pointer (&query->held, attune_held_context_free);
  g_clear_pointer (&query->update, attune_status_update_free);
  g_free (query);
}

static AttuneFireworksMetrics *
get_metrics (AttuneFireworksAdapter *self,
             AttuneJob              *job)
{
  AttuneFireworksMetrics *metrics = g_hash_table_lookup (self->metrics, attune_job_get_id (job));

  if (metrics == NULL)
    {
      metrics = g_new (AttuneFireworksMetrics, 1);
      attune_fireworks_metrics_init (metrics);
      g_hash_table_insert (self->metrics, g_strdup (attune_job_get_id (job)), metrics);
    }

  return metrics;
}

/* Every point has to be taken: the file goes with the job some day. */
static void
finish (GTask *task)
{
  Query *query = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&query->update), (GDestroyNotify) attune_status_update_free);
}

static gboolean
is_over (const AttuneStatusUpdate *update)
{
  return update->status >= 0 && attune_job_status_is_final ((AttuneJobStatus) update->status);
}

static void
take_metrics (GTask           *task,
              AttuneHttpReply *reply)
{
  Query *query = g_task_get_task_data (task);
  AttuneJob *job = query->held->context.job;
  AttuneFireworksMetrics *metrics = get_metrics (g_task_get_source_object (task), job);
  gint64 epochs = attune_fireworks_get_epochs (attune_job_get_configuration (job));
  double steps_per_epoch = query->known.total_steps > 0 ? (double) query->known.total_steps / (double) epochs : NAN;
  const char *data;
  gsize length;

  /* The whole file where a part was asked for: servers may. */
  if (attune_http_reply_get_status (reply) == 200)
    attune_fireworks_metrics_init (metrics);
  data = g_bytes_get_data (attune_http_reply_get_body (reply), &length);
  query->update->metrics = attune_fireworks_metrics_read (metrics, data, length, steps_per_epoch, is_over (query->update));
}

/* What is measured is nearer to the truth than what was counted beforehand. */
static void
take_steps (GTask *task)
{
  Query *query = g_task_get_task_data (task);
  const AttuneFireworksMetrics *metrics = get_metrics (g_task_get_source_object (task), query->held->context.job);
  AttuneStatusUpdate *update = query->update;
  double remaining;

  if (metrics->last_step <= 0)
    return;

  update->step = metrics->last_step;
  if (update->status == ATTUNE_JOB_STATUS_SUCCEEDED || (update->total_steps > 0 && update->step > update->total_steps))
    update->total_steps = update->step;

  remaining = attune_fireworks_metrics_predict (metrics, update->total_steps);
  if (update->status == ATTUNE_JOB_STATUS_RUNNING && isfinite (remaining))
    update->time_remaining = remaining;
}

static void
metrics_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneFireworksAdapter *self = ATTUNE_FIREWORKS_ADAPTER (g_task_get_source_object (task));
  Query *query = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL && attune_error_is_cancelled (error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  /* The state is the news; the curve can come with the next question. While there is nothing to read yet, it is 404. */
  if (reply == NULL)
    g_message ("The metrics of a job at Fireworks could not be read: %s", error->message);
  else if (attune_http_reply_get_status (reply) == 200 || attune_http_reply_get_status (reply) == 206)
    take_metrics (task, reply);
  else if (attune_http_reply_get_status (reply) == 416)
    {
      AttuneFireworksMetrics *metrics = get_metrics (self, query->held->context.job);
      g_autofree char *whole = g_strdup_printf ("bytes */%" G_GINT64_FORMAT, metrics->offset);
      const char *range = attune_http_reply_get_header (reply, "Content-Range");

      /* Nothing new, unless it is another file, which is shorter. */
      if (range != NULL && g_strcmp0 (range, whole) != 0)
        attune_fireworks_metrics_init (metrics);
    }

  take_steps (task);
  finish (task);
}

static void
ask_for_metrics (GTask      *task,
                 const char *url)
{
  AttuneFireworksAdapter *self = ATTUNE_FIREWORKS_ADAPTER (g_task_get_source_object (task));
  Query *query = g_task_get_task_data (task);
  const AttuneFireworksMetrics *metrics = get_metrics (self, query->held->context.job);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", url);

  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_NO_BEARER
                                          | ATTUNE_HTTP_REQUEST_ANY_STATUS | ATTUNE_HTTP_REQUEST_RAW);
  attune_http_request_set_max_body (request, MAX_METRICS_SIZE);
  if (metrics->offset > 0)
    {
      g_autofree char *range = g_strdup_printf ("bytes=%" G_GINT64_FORMAT "-", metrics->offset);

      attune_http_request_set_header (request, "Range", range);
    }
  attune_http_client_send_async (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (self)), request,
                                 g_task_get_cancellable (task), metrics_cb, g_object_ref (task));
}

/* The job was deleted, by the fallback of a cancellation or in the provider's console. */
static AttuneStatusUpdate *
update_of_gone (const AttuneFireworksKnown *known)
{
  AttuneStatusUpdate *update = attune_status_update_new ();

  update->status = attune_job_status_is_final (known->status) ? -1 : (int) ATTUNE_JOB_STATUS_CANCELLED;
  update->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_ptr_array_add (update->events, attune_event_new (known->now, "info", _("Fireworks no longer has the job"), "state-GONE"));

  return update;
}

static void
job_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneRemoteAdapter *adapter = ATTUNE_REMOTE_ADAPTER (g_task_get_source_object (task));
  Query *query = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  const char *url;
  JsonNode *answer;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  answer = attune_http_reply_get_json (reply);
  /* A 404 that is no document comes from something in between, and says nothing of the job. */
  if (attune_http_reply_get_status (reply) == 404 && answer != NULL && JSON_NODE_HOLDS_OBJECT (answer))
    {
      g_task_return_pointer (task, update_of_gone (&query->known), (GDestroyNotify) attune_status_update_free);
      return;
    }
  if (!attune_http_reply_check (reply, attune_remote_adapter_get_title (adapter), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (answer == NULL || !JSON_NODE_HOLDS_OBJECT (answer))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("Fireworks said nothing of the job. Attune asks again."));
      return;
    }

  query->update = attune_fireworks_parse_job (answer, &query->known);
  url = attune_json_peek_string (answer, "metricsFileSignedUrl", "");
  if (*url != '\0')
    ask_for_metrics (task, url);
  else
    finish (task);
}

void
attune_fireworks_query_async (AttuneAdapter          *adapter,
                              const AttuneJobContext *context,
                              GCancellable           *cancellable,
                              GAsyncReadyCallback     callback,
                              gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;
  AttuneJob *job = context->job;
  Query *query = g_new0 (Query, 1);

  query->held = attune_held_context_new (job, context->training, context->validation, context->folder);
  query->known.status = attune_job_get_status (job);
  query->known.started_at = attune_job_get_started_at (job);
  query->known.total_steps = attune_fireworks_get_total_steps (attune_job_get_configuration (job), context);
  query->known.now = g_get_real_time ();
  g_task_set_source_tag (task, attune_fireworks_query_async);
  g_task_set_task_data (task, query, (GDestroyNotify) query_free);

  request = attune_fireworks_new_job_request (context, "GET", "");
  if (request == NULL)
    {
      g_task_return_error (task, attune_fireworks_not_sent_error ());
      return;
    }

  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS);
  attune_http_client_send_async (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)), request, cancellable,
                                 job_cb, g_steal_pointer (&task));
}

AttuneStatusUpdate *
attune_fireworks_query_finish (AttuneAdapter  *adapter,
                               GAsyncResult   *result,
                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_query_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
