/* attune-http-exchange.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-http"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-error.h"
#include "attune-http-error.h"
#include "attune-offline.h"
#include "attune-http-private.h"
#include "attune-offline.h"

#define MAX_REDIRECTS 10
#define CHUNK (64 * 1024)
/* Of an answer that is an error only so much is read. */
#define MAX_ERROR_BODY (256 * 1024)
/* Progress is told at most this often (µs). */
#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 10)

/* One question, with all its tries. */
typedef struct {
  AttuneHttpClient   *client;
  AttuneHttpRequest  *request;
  gboolean            as_stream;

  char               *url;
  GUri               *uri;
  guint               n_redirects;
  guint               n_tries;
  double              waited;        /* seconds, in all */

  GCancellable       *inner;         /* of the try that is under way */
  gulong              outer_handler;
  GSource            *idle_timer;
  GSource            *total_timer;
  guint               idle_ms;
  guint               given_up_ms;   /* after so long, or 0 */

  SoupMessage        *message;
  GInputStream       *stream;
  GByteArray         *body;
  gsize               max_body;
  gint64              sent;
  gint64              to_send;
  gint64              told_at;
} Exchange;

typedef struct {
  AttuneHttpReply *reply;
  GInputStream    *stream;
} Outcome;

static void begin_try (GTask *task);

static void
outcome_free (Outcome *outcome)
{
  g_clear_object (&outcome->reply);
  g_clear_object (&outcome->stream);
  g_free (outcome);
}

static void
clear_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

/* Whatever belongs to one try only. */
static void
end_try (Exchange *exchange)
{
  clear_timer (&exchange->idle_timer);
  clear_timer (&exchange->total_timer);
  if (exchange->message != NULL)
    g_signal_handlers_disconnect_by_data (exchange->message, exchange);
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->stream);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
}

static void
exchange_free (Exchange *exchange)
{
  end_try (exchange);
  g_clear_object (&exchange->inner);
  g_clear_object (&exchange->client);
  g_clear_object (&exchange->request);
  g_free (exchange->url);
  g_clear_pointer (&exchange->uri, g_uri_unref);
  g_free (exchange);
}

static void
outer_cancelled_cb (GCancellable *cancellable,
                    GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static void
leave_outer (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  if (exchange->outer_handler != 0)
    g_cancellable_disconnect (g_task_get_cancellable (task), exchange->outer_handler);
  exchange->outer_handler = 0;
}

static void
enter_try (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  GCancellable *outer = g_task_get_cancellable (task);

  leave_outer (task);
  g_clear_object (&exchange->inner);
  exchange->inner = g_cancellable_new ();
  exchange->given_up_ms = 0;
  if (outer != NULL)
    exchange->outer_handler = g_cancellable_connect (outer, G_CALLBACK (outer_cancelled_cb), g_object_ref (exchange->inner), g_object_unref);
}

static void
end_with_error (GTask  *task,
                GError *error)
{
  Exchange *exchange = g_task_get_task_data (task);

  leave_outer (task);
  end_try (exchange);
  g_task_return_error (task, error);
}

static void
end_with_reply (GTask           *task,
                AttuneHttpReply *reply,
                GInputStream    *stream)
{
  Exchange *exchange = g_task_get_task_data (task);
  Outcome *outcome = g_new0 (Outcome, 1);

  outcome->reply = g_object_ref (reply);
  outcome->stream = stream != NULL ? g_object_ref (stream) : NULL;
  leave_outer (task);
  end_try (exchange);
  g_task_return_pointer (task, outcome, (GDestroyNotify) outcome_free);
}

static gboolean
pause_over_cb (gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (exchange->inner, &error))
    end_with_error (task, attune_http_error_from_transport (error, attune_http_client_get_title (exchange->client), exchange->url));
  else
    begin_try (task);

  return G_SOURCE_REMOVE;
}

/* TRUE where the question will be asked again. */
static gboolean
try_again (GTask  *task,
           double  asked)
{
  Exchange *exchange = g_task_get_task_data (task);
  const AttuneHttpPatience *patience = attune_http_client_get_patience (exchange->client);
  g_autoptr (GSource) timer = NULL;
  g_autoptr (GSource) cancelled = NULL;
  double pause;

  if (!attune_http_request_is_repeatable (exchange->request) || exchange->n_tries > patience->n_retries)
    return FALSE;

  pause = attune_http_retry_get_pause (patience, exchange->n_tries, asked, g_random_double ());
  /* A server that always asks for the longest pause is not waited for again and again. */
  if (exchange->waited + pause > 2 * patience->longest_pause)
    return FALSE;
  exchange->waited += pause;

  g_debug ("%s %s: asked again in %.3f s", attune_http_request_get_method (exchange->request), exchange->url, pause);
  end_try (exchange);
  enter_try (task);
  timer = g_timeout_source_new ((guint) lround (pause * 1000));
  cancelled = g_cancellable_source_new (exchange->inner);
  g_source_set_dummy_callback (cancelled);
  g_source_add_child_source (timer, cancelled);
  g_source_set_static_name (timer, "[attune] pause before a request is repeated");
  g_source_set_callback (timer, pause_over_cb, g_object_ref (task), g_object_unref);
  g_source_attach (timer, g_task_get_context (task));
  return TRUE;
}

/* Takes @error. */
static void
fail (GTask  *task,
      GError *error)
{
  Exchange *exchange = g_task_get_task_data (task);
  const char *title = attune_http_client_get_title (exchange->client);
  GError *meaning;

  if (exchange->given_up_ms > 0 && attune_error_is_cancelled (error) && !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_clear_error (&error);
      error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _("given up after %.3g s"), exchange->given_up_ms / 1000.0);
    }

  /* Servers that find a body too large often hang up in the middle of it, and what they say is lost then. */
  if (exchange->request->upload != NULL && exchange->sent > 0 && exchange->sent < exchange->to_send && !attune_error_is_cancelled (error)
      && error->domain == G_IO_ERROR && exchange->given_up_ms == 0)
    {
      g_autofree char *sent = g_format_size ((guint64) exchange->sent);
      g_autofree char *whole = g_format_size ((guint64) exchange->to_send);
      char *message = g_strdup_printf (_("%s; %s of %s had been sent. The file may be larger than the server takes"), error->message, sent, whole);

      g_free (error->message);
      error->message = message;
    }

  meaning = attune_http_error_from_transport (error, title, exchange->url);
  if (!attune_http_error_is_passing (meaning) || !try_again (task, -1))
    {
      end_with_error (task, meaning);
      return;
    }

  g_debug ("%s", meaning->message);
  g_error_free (meaning);
}

static gboolean
idle_cb (gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->given_up_ms = exchange->idle_ms;
  g_cancellable_cancel (exchange->inner);
  return G_SOURCE_REMOVE;
}

static gboolean
too_long_cb (gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->given_up_ms = attune_http_client_get_total_ms (exchange->client);
  g_cancellable_cancel (exchange->inner);
  return G_SOURCE_REMOVE;
}

static GSource *
add_timer (GTask       *task,
           guint        ms,
           GSourceFunc  func)
{
  GSource *timer = g_timeout_source_new (ms);

  g_source_set_static_name (timer, "[attune] time of a request");
  g_source_set_callback (timer, func, g_task_get_task_data (task), NULL);
  g_source_attach (timer, g_task_get_context (task));
  return timer;
}

static void
note_life (Exchange *exchange)
{
  if (exchange->idle_timer != NULL)
    g_source_set_ready_time (exchange->idle_timer, g_get_monotonic_time () + (gint64) exchange->idle_ms * 1000);
}

static void
tell_progress (Exchange *exchange,
               gboolean  force)
{
  gint64 now = g_get_monotonic_time ();
  const char *name = exchange->request->upload != NULL ? attune_http_upload_get_name (exchange->request->upload) : NULL;
  g_autofree char *text = NULL;

  if (exchange->request->progress == NULL || exchange->to_send <= 0 || (!force && now - exchange->told_at < PROGRESS_INTERVAL))
    return;

  exchange->told_at = now;
  text = name != NULL ? g_strdup_printf (_("Uploading %s"), name) : g_strdup (_("Uploading"));
  exchange->request->progress (MIN (1.0, (double) exchange->sent / (double) exchange->to_send), text, exchange->request->progress_data);
}

static void
wrote_data_cb (SoupMessage *message,
               guint        size,
               Exchange    *exchange)
{
  note_life (exchange);
  exchange->sent += size;
  tell_progress (exchange, exchange->sent >= exchange->to_send);
}

/* TRUE where another address is asked now; FALSE with *@error where it must not be; FALSE without where there is nothing to follow. */
static gboolean
follow (GTask            *task,
        AttuneHttpReply  *reply,
        GError          **error)
{
  Exchange *exchange = g_task_get_task_data (task);
  const char *title = attune_http_client_get_title (exchange->client);
  const char *method = attune_http_request_get_method (exchange->request);
  const char *location = attune_http_reply_get_header (reply, "Location");
  guint status = attune_http_reply_get_status (reply);
  gboolean reads = g_str_equal (method, "GET") || g_str_equal (method, "HEAD");
  g_autoptr (GUri) uri = NULL;

  if ((exchange->request->flags & ATTUNE_HTTP_REQUEST_NO_REDIRECT) != 0 || location == NULL
      || (status != 301 && status != 302 && status != 303 && status != 307 && status != 308))
    return FALSE;

  uri = g_uri_parse_relative (exchange->uri, location, SOUP_HTTP_URI_FLAGS, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || (!g_str_equal (g_uri_get_scheme (uri), "https") && !g_str_equal (g_uri_get_scheme (uri), "http")))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("%s: the server points to an address that is none"), title);
      return FALSE;
    }
  if (g_str_equal (g_uri_get_scheme (exchange->uri), "https") && g_str_equal (g_uri_get_scheme (uri), "http"))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("%s: the server points to %s without encryption, which is not followed"),
                   title, g_uri_get_host (uri));
      return FALSE;
    }
  /* What is sent may hold keys, and a create is made where it was asked for or not at all. */
  if (!reads && (status < 307 || !attune_http_client_is_home (exchange->client, exchange->uri) || !attune_http_client_is_home (exchange->client, uri)))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("%s: the server points to %s, where nothing is sent. Correct the base URL"),
                   title, g_uri_get_host (uri));
      return FALSE;
    }
  if (++exchange->n_redirects > MAX_REDIRECTS)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("%s: the server sends from one address to the next without end"), title);
      return FALSE;
    }

  g_free (exchange->url);
  exchange->url = g_uri_to_string (uri);
  g_clear_pointer (&exchange->uri, g_uri_unref);
  exchange->uri = g_steal_pointer (&uri);
  end_try (exchange);
  enter_try (task);
  exchange->n_tries--;
  begin_try (task);
  return TRUE;
}

/* The whole answer is there. */
static void
finish_whole (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  const char *title = attune_http_client_get_title (exchange->client);
  AttuneHttpRequestFlags flags = exchange->request->flags;
  guint status = soup_message_get_status (exchange->message);
  g_autoptr (GBytes) body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
  g_autoptr (AttuneHttpReply) reply = NULL;
  const char *should_retry;
  GError *error = NULL;

  reply = attune_http_reply_new_from_headers (status, exchange->url, body, soup_message_get_response_headers (exchange->message));
  if (follow (task, reply, &error))
    return;
  if (error != NULL)
    {
      end_with_error (task, error);
      return;
    }

  if (status == 401)
    attune_http_client_forget_key (exchange->client);

  should_retry = attune_http_reply_get_header (reply, "x-should-retry");
  if (status >= 400 && g_strcmp0 (should_retry, "false") != 0 && !attune_http_error_is_exhausted (reply)
      && (attune_http_retry_is_worth_it (status) || g_strcmp0 (should_retry, "true") == 0)
      && try_again (task, attune_http_retry_get_asked (reply, g_get_real_time ())))
    return;

  if (attune_http_reply_is_success (reply) || (status < 400 && (flags & ATTUNE_HTTP_REQUEST_NO_REDIRECT) != 0) || status == 304)
    {
      if ((flags & ATTUNE_HTTP_REQUEST_RAW) == 0 && attune_http_reply_is_success (reply) && g_bytes_get_size (body) > 0
          && attune_http_reply_get_json (reply) == NULL)
        error = attune_http_error_new_no_json (reply, title, g_uri_get_host (exchange->uri));
      else if ((flags & (ATTUNE_HTTP_REQUEST_RAW | ATTUNE_HTTP_REQUEST_ANY_STATUS)) == 0 && attune_http_error_is_hidden (reply))
        error = attune_http_error_new (reply, title);
    }
  else if ((flags & ATTUNE_HTTP_REQUEST_ANY_STATUS) == 0)
    {
      error = attune_http_error_new (reply, title);
    }

  if (error != NULL)
    end_with_error (task, error);
  else
    end_with_reply (task, reply, NULL);
}

/* libsoup takes the end of the connection for the end of the body. */
static gboolean
is_cut_off (Exchange *exchange)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);

  return soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
         && soup_message_headers_get_one (headers, "Content-Encoding") == NULL && !g_str_equal (exchange->request->method, "HEAD")
         && (goffset) exchange->body->len < soup_message_headers_get_content_length (headers);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL)
    {
      fail (task, error);
      return;
    }
  if (g_bytes_get_size (bytes) == 0)
    {
      if (is_cut_off (exchange))
        fail (task, g_error_new (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, _("only %u bytes of the answer came"), exchange->body->len));
      else
        finish_whole (task);
      return;
    }

  note_life (exchange);
  if (exchange->body->len + g_bytes_get_size (bytes) > exchange->max_body)
    {
      g_autofree char *size = g_format_size (exchange->max_body);

      /* Nobody waits for the rest. */
      g_cancellable_cancel (exchange->inner);
      end_with_error (task, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("%s: the answer of %s is larger than %s and was cut off"),
                                         attune_http_client_get_title (exchange->client), g_uri_get_host (exchange->uri), size));
      return;
    }
  g_byte_array_append (exchange->body, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  g_input_stream_read_bytes_async (exchange->stream, CHUNK, G_PRIORITY_DEFAULT, exchange->inner, read_cb, g_steal_pointer (&task));
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  AttuneHttpRequestFlags flags = exchange->request->flags;
  GError *error = NULL;
  guint status;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (exchange->stream == NULL)
    {
      fail (task, error);
      return;
    }

  note_life (exchange);
  status = soup_message_get_status (exchange->message);
  if (exchange->as_stream
      && ((status >= 200 && status < 300) || ((flags & ATTUNE_HTTP_REQUEST_ANY_STATUS) != 0 && !attune_http_retry_is_worth_it (status)
                                             && (status < 300 || status >= 400))))
    {
      g_autoptr (AttuneHttpReply) reply =
        attune_http_reply_new_from_headers (status, exchange->url, NULL, soup_message_get_response_headers (exchange->message));

      end_with_reply (task, reply, exchange->stream);
      return;
    }

  exchange->body = g_byte_array_new ();
  exchange->max_body = status >= 200 && status < 300 ? exchange->request->max_body : MAX_ERROR_BODY;
  if (attune_http_client_get_total_ms (exchange->client) > 0 && (flags & ATTUNE_HTTP_REQUEST_RAW) == 0)
    exchange->total_timer = add_timer (task, attune_http_client_get_total_ms (exchange->client), too_long_cb);
  g_input_stream_read_bytes_async (exchange->stream, CHUNK, G_PRIORITY_DEFAULT, exchange->inner, read_cb, g_steal_pointer (&task));
}

static void
copy_header_cb (const char *name,
                const char *value,
                gpointer    user_data)
{
  soup_message_headers_replace (user_data, name, value);
}

static gboolean
set_body (Exchange  *exchange,
          GError   **error)
{
  AttuneHttpRequest *request = exchange->request;

  if (request->upload != NULL)
    {
      g_autoptr (GInputStream) stream = NULL;

      exchange->sent = 0;
      exchange->to_send = attune_http_upload_measure (request->upload, error);
      if (exchange->to_send < 0)
        return FALSE;
      stream = attune_http_upload_open (request->upload, error);
      if (stream == NULL)
        return FALSE;
      soup_message_set_request_body (exchange->message, request->content_type, stream, exchange->to_send);
      g_signal_connect (exchange->message, "wrote-body-data", G_CALLBACK (wrote_data_cb), exchange);
      tell_progress (exchange, TRUE);
    }
  else if (request->body != NULL)
    {
      soup_message_set_request_body_from_bytes (exchange->message, request->content_type, request->body);
    }

  return TRUE;
}

/* @key (nullable) */
static void
send_message (GTask      *task,
              const char *key)
{
  Exchange *exchange = g_task_get_task_data (task);
  AttuneHttpRequest *request = exchange->request;
  SoupMessageHeaders *headers;
  guint message_flags = SOUP_MESSAGE_NO_REDIRECT;
  GError *error = NULL;

  exchange->message = soup_message_new_from_uri (request->method, exchange->uri);
  headers = soup_message_get_request_headers (exchange->message);
  if (attune_http_client_is_home (exchange->client, exchange->uri))
    soup_message_headers_foreach (attune_http_client_get_headers (exchange->client), copy_header_cb, headers);
  if ((request->flags & ATTUNE_HTTP_REQUEST_RAW) == 0)
    soup_message_headers_replace (headers, "Accept", "application/json");
  soup_message_headers_foreach (request->headers, copy_header_cb, headers);
  /* A header of the request itself was meant for the address of the request, not for where it is sent on to. */
  if (exchange->n_redirects > 0 && !attune_http_client_is_home (exchange->client, exchange->uri))
    {
      soup_message_headers_remove (headers, "Authorization");
      soup_message_headers_remove (headers, "Cookie");
    }
  if (key != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", key, NULL);

      soup_message_headers_replace (headers, "Authorization", bearer);
      explicit_bzero (bearer, strlen (bearer));
    }
  /* Ranges and digests are of the bytes as they are stored. */
  if (exchange->as_stream)
    soup_message_disable_feature (exchange->message, SOUP_TYPE_CONTENT_DECODER);
  /* On a connection that the server has just given up a create would be lost without anybody knowing; and what libsoup sends again by itself
   * there has the rest of a stream as its body, which is nothing. */
  if (!attune_http_request_is_repeatable (request) || request->upload != NULL)
    message_flags |= SOUP_MESSAGE_NEW_CONNECTION;
  soup_message_set_flags (exchange->message, message_flags);

  if (!set_body (exchange, &error))
    {
      end_with_error (task, error);
      return;
    }

  exchange->idle_ms = request->timeout >= 0 ? (guint) request->timeout * 1000 : attune_http_client_get_idle_ms (exchange->client);
  if (exchange->idle_ms > 0)
    exchange->idle_timer = add_timer (task, exchange->idle_ms, idle_cb);
  soup_session_send_async (attune_http_client_get_session (exchange->client), exchange->message, G_PRIORITY_DEFAULT, exchange->inner,
                           sent_cb, g_object_ref (task));
}

static void
key_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *key = attune_http_client_lookup_key_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (key == NULL)
    {
      attune_error_convert (&error);
      end_with_error (task, error);
      return;
    }

  send_message (task, key);
  attune_credentials_free_secret (key);
}

static void
begin_try (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  /* Every request to every server comes by here, a repeated one and one that is sent on as well. */
  if (attune_offline_is_on ())
    {
      /* translators: the title of a provider */
      end_with_error (task, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_OFFLINE, _("%s: nothing was sent, because Attune works offline"),
                                         attune_http_client_get_title (exchange->client)));
      return;
    }

  exchange->n_tries++;
  if (attune_http_client_get_credential (exchange->client) != NULL && (exchange->request->flags & ATTUNE_HTTP_REQUEST_NO_BEARER) == 0
      && soup_message_headers_get_one (exchange->request->headers, "Authorization") == NULL
      && attune_http_client_is_home (exchange->client, exchange->uri))
    attune_http_client_lookup_key_async (exchange->client, exchange->inner, key_cb, g_object_ref (task));
  else
    send_message (task, NULL);
}

void
attune_http_exchange_async (AttuneHttpClient    *client,
                            AttuneHttpRequest   *request,
                            gboolean             as_stream,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (client, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  Exchange *exchange = g_new0 (Exchange, 1);

  g_task_set_source_tag (task, attune_http_exchange_async);
  /* An answer that has come is told even if nobody wanted it any more: it may be of a job that costs. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, exchange, (GDestroyNotify) exchange_free);
  exchange->client = g_object_ref (client);
  exchange->request = g_object_ref (request);
  exchange->as_stream = as_stream;
  exchange->url = attune_http_client_dup_url (client, request);
  exchange->uri = g_uri_parse (exchange->url, SOUP_HTTP_URI_FLAGS, &error);

  if (exchange->uri == NULL || g_uri_get_host (exchange->uri) == NULL || *g_uri_get_host (exchange->uri) == '\0'
      || (!g_str_equal (g_uri_get_scheme (exchange->uri), "https") && !g_str_equal (g_uri_get_scheme (exchange->uri), "http")))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s: “%s” is no address of a server. It has to begin with https://"),
                               attune_http_client_get_title (client), attune_http_client_get_base_url (client));
      return;
    }

  enter_try (task);
  if (g_cancellable_is_cancelled (cancellable))
    end_with_error (task, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, _("Cancelled")));
  else
    begin_try (task);
}

AttuneHttpReply *
attune_http_exchange_finish (AttuneHttpClient  *client,
                             GAsyncResult      *result,
                             GInputStream     **stream,
                             GError           **error)
{
  g_autofree Outcome *outcome = NULL;

  g_return_val_if_fail (g_task_is_valid (result, client), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_http_exchange_async), NULL);

  outcome = g_task_propagate_pointer (G_TASK (result), error);
  if (outcome == NULL)
    return NULL;

  if (stream != NULL)
    *stream = g_steal_pointer (&outcome->stream);
  g_clear_object (&outcome->stream);
  return g_steal_pointer (&outcome->reply);
}
