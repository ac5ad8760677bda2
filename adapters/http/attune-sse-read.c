/* attune-sse-read.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-http"

#include "config.h"

#include "attune-sse.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-error.h"
#include "attune-http-error.h"
#include "attune-http-private.h"

#define CHUNK (16 * 1024)

typedef struct {
  AttuneHttpRequest *request;
  AttuneSseParser   *parser;
  AttuneSseFunc      func;
  gpointer           func_data;
  double             idle;

  GInputStream      *stream;
  char              *url;
  GCancellable      *inner;
  gulong             outer_handler;
  GSource           *timer;
  gboolean           is_quiet; /* nothing came for long enough */
  guint              n_events;
} Reading;

static void
reading_free (Reading *reading)
{
  if (reading->timer != NULL)
    g_source_destroy (reading->timer);
  g_clear_pointer (&reading->timer, g_source_unref);
  g_clear_object (&reading->request);
  g_clear_pointer (&reading->parser, attune_sse_parser_free);
  g_clear_object (&reading->stream);
  g_clear_object (&reading->inner);
  g_free (reading->url);
  g_free (reading);
}

static void
note_life (Reading *reading)
{
  if (reading->timer != NULL)
    g_source_set_ready_time (reading->timer, g_get_monotonic_time () + (gint64) (reading->idle * G_USEC_PER_SEC));
}

static void
event_cb (const char *event,
          const char *data,
          const char *id,
          gpointer    user_data)
{
  Reading *reading = user_data;

  reading->n_events++;
  note_life (reading);
  reading->func (event, data, id, reading->func_data);
}

static gboolean
quiet_cb (gpointer user_data)
{
  Reading *reading = user_data;

  reading->is_quiet = TRUE;
  g_cancellable_cancel (reading->inner);
  return G_SOURCE_REMOVE;
}

static void
outer_cancelled_cb (GCancellable *cancellable,
                    GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

/* Takes @error (nullable). */
static void
end (GTask  *task,
     GError *error)
{
  Reading *reading = g_task_get_task_data (task);
  AttuneHttpClient *client = g_task_get_source_object (task);

  if (reading->outer_handler != 0)
    g_cancellable_disconnect (g_task_get_cancellable (task), reading->outer_handler);
  reading->outer_handler = 0;

  if (error != NULL && !g_cancellable_is_cancelled (g_task_get_cancellable (task))
      && (reading->is_quiet || (reading->n_events > 0 && error->domain != ATTUNE_ERROR)))
    {
      g_debug ("%s", error->message);
      g_clear_error (&error);
    }

  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, attune_http_error_from_transport (error, attune_http_client_get_title (client), reading->url));
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL || g_bytes_get_size (bytes) == 0
      || !attune_sse_parser_feed (reading->parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error))
    {
      end (task, error);
      return;
    }

  g_input_stream_read_bytes_async (reading->stream, CHUNK, G_PRIORITY_DEFAULT, reading->inner, read_cb, g_steal_pointer (&task));
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_exchange_finish (ATTUNE_HTTP_CLIENT (source), result, &reading->stream, &error);

  if (reply == NULL)
    {
      end (task, error);
      return;
    }

  reading->url = g_strdup (attune_http_reply_get_url (reply));
  if (reading->idle > 0)
    {
      reading->timer = g_timeout_source_new ((guint) ceil (reading->idle * 1000));
      g_source_set_static_name (reading->timer, "[attune] end of a stream that has become quiet");
      g_source_set_callback (reading->timer, quiet_cb, reading, NULL);
      g_source_attach (reading->timer, g_task_get_context (task));
    }
  g_input_stream_read_bytes_async (reading->stream, CHUNK, G_PRIORITY_DEFAULT, reading->inner, read_cb, g_steal_pointer (&task));
}

void
attune_sse_read_async (AttuneHttpClient    *client,
                       AttuneHttpRequest   *request,
                       double               idle,
                       AttuneSseFunc        func,
                       gpointer             func_data,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  g_return_if_fail (ATTUNE_IS_HTTP_CLIENT (client));
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (request));
  g_return_if_fail (func != NULL);

  reading = g_new0 (Reading, 1);
  reading->request = g_object_ref (request);
  reading->parser = attune_sse_parser_new (event_cb, reading);
  reading->func = func;
  reading->func_data = func_data;
  reading->idle = idle;
  reading->inner = g_cancellable_new ();

  task = g_task_new (client, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_sse_read_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, reading, (GDestroyNotify) reading_free);

  attune_http_request_set_header (request, "Accept", "text/event-stream");
  attune_http_request_set_flags (request, attune_http_request_get_flags (request) | ATTUNE_HTTP_REQUEST_RAW);
  if (cancellable != NULL)
    reading->outer_handler = g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb), g_object_ref (reading->inner), g_object_unref);
  attune_http_exchange_async (client, request, TRUE, reading->inner, opened_cb, g_steal_pointer (&task));
}

gboolean
attune_sse_read_finish (AttuneHttpClient  *client,
                        GAsyncResult      *result,
                        GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, client), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_sse_read_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
