/* fake-server-faults.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>

#include "fake-server-private.h"

#define DRIP_MS 10

/* A connection that was taken from the server, and what is still to be said on it. */
typedef struct {
  GIOStream *stream;
  GString   *bytes;
  gsize      position;
  gboolean   reset;
} Taken;

static void
taken_free (Taken *taken)
{
  g_clear_object (&taken->stream);
  if (taken->bytes != NULL)
    g_string_free (taken->bytes, TRUE);
  g_free (taken);
}

/* With pending data thrown away and a reset sent, instead of an orderly end. */
static void
set_reset (GIOStream *stream)
{
  GSocket *socket = g_object_get_data (G_OBJECT (stream), "GSocket");
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  if (socket != NULL)
    setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static void
finish (Taken *taken)
{
  if (taken->reset)
    set_reset (taken->stream);
  g_io_stream_close (taken->stream, NULL, NULL);
  taken_free (taken);
}

static void
wrote_all_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  finish (user_data);
}

static gboolean
drip_cb (gpointer user_data)
{
  Taken *taken = user_data;

  if (taken->position == taken->bytes->len
      || g_output_stream_write (g_io_stream_get_output_stream (taken->stream), taken->bytes->str + taken->position, 1, NULL, NULL) != 1)
    {
      finish (taken);
      return G_SOURCE_REMOVE;
    }

  taken->position++;
  return G_SOURCE_CONTINUE;
}

static void
attach (guint        ms,
        GSourceFunc  func,
        gpointer     data)
{
  g_autoptr (GSource) source = ms > 0 ? g_timeout_source_new (ms) : g_idle_source_new ();

  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

typedef struct {
  SoupServerMessage *message;
  GString           *bytes; /* NULL: nothing */
  gboolean           drip;
  gboolean           reset;
} Theft;

/* The server is in the middle of the message while it calls its handler, so the connection is taken a moment later. */
static gboolean
steal_cb (gpointer user_data)
{
  Theft *theft = user_data;
  Taken *taken = g_new0 (Taken, 1);

  taken->stream = soup_server_message_steal_connection (theft->message);
  taken->bytes = g_steal_pointer (&theft->bytes);
  taken->reset = theft->reset;
  if (taken->stream == NULL)
    taken_free (taken);
  else if (taken->bytes == NULL)
    finish (taken);
  else if (theft->drip)
    attach (DRIP_MS, drip_cb, taken);
  else
    g_output_stream_write_all_async (g_io_stream_get_output_stream (taken->stream), taken->bytes->str, taken->bytes->len, G_PRIORITY_DEFAULT, NULL,
                                     wrote_all_cb, taken);

  g_object_unref (theft->message);
  g_free (theft);
  return G_SOURCE_REMOVE;
}

/* Takes @bytes. */
static void
steal (SoupServerMessage *message,
       GString           *bytes,
       gboolean           drip,
       gboolean           reset)
{
  Theft *theft = g_new0 (Theft, 1);

  theft->message = g_object_ref (message);
  theft->bytes = bytes;
  theft->drip = drip;
  theft->reset = reset;
  soup_server_message_pause (message);
  attach (0, steal_cb, theft);
}

static void
more_cb (SoupServerMessage *message,
         gpointer           user_data)
{
  static const char spaces[16384] = { [0 ... 16383] = ' ' };

  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC, spaces, sizeof spaces);
  soup_server_message_unpause (message);
}

static void
send_plain (SoupServerMessage *message,
            guint              status,
            const char        *content_type,
            const void        *body,
            gsize              length)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, content_type, SOUP_MEMORY_COPY, body, length);
}

static void
send_text (SoupServerMessage *message,
           guint              status,
           const char        *content_type,
           const char        *body)
{
  send_plain (message, status, content_type, body, strlen (body));
}

void
fake_fault_commit (FakeFault          fault,
                   SoupServerMessage *message,
                   FakeAnswer        *answer)
{
  GString *bytes;

  if (fault >= FAKE_FAULT_STATUS)
    {
      send_text (message, (guint) (fault - FAKE_FAULT_STATUS), "application/json",
                 "{\"error\":{\"message\":\"The fake says no\",\"type\":\"fake\",\"code\":null}}");
      return;
    }

  switch ((int) fault)
    {
    case FAKE_FAULT_RESET:
    case FAKE_FAULT_RESET_AFTER:
      steal (message, NULL, FALSE, TRUE);
      break;
    case FAKE_FAULT_SILENCE:
      soup_server_message_pause (message);
      break;
    case FAKE_FAULT_DRIP:
      bytes = fake_answer_make_head (answer, answer->body->len);
      g_string_append_len (bytes, (const char *) answer->body->data, answer->body->len);
      steal (message, bytes, TRUE, FALSE);
      break;
    case FAKE_FAULT_TRUNCATED:
      bytes = fake_answer_make_head (answer, answer->body->len);
      g_string_append_len (bytes, (const char *) answer->body->data, answer->body->len / 2);
      steal (message, bytes, FALSE, FALSE);
      break;
    case FAKE_FAULT_TRUNCATED_JSON:
      send_plain (message, answer->status, answer->content_type, answer->body->data, answer->body->len / 2);
      break;
    case FAKE_FAULT_HTML:
      send_text (message, 200, "text/html; charset=utf-8", "<!DOCTYPE html><html><body>Please sign in to this network</body></html>");
      break;
    case FAKE_FAULT_ERROR_IN_200:
      send_text (message, 200, "application/json", "{\"error\":{\"message\":\"The fake says no\"}}");
      break;
    case FAKE_FAULT_WRONG_TYPE:
      send_plain (message, answer->status, "image/png", answer->body->data, answer->body->len);
      break;
    case FAKE_FAULT_ENDLESS:
      soup_server_message_set_status (message, 200, NULL);
      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Content-Type", "application/json");
      soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
      soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
      g_signal_connect (message, "wrote-chunk", G_CALLBACK (more_cb), NULL);
      more_cb (message, NULL);
      break;
    case FAKE_FAULT_GARBAGE:
      steal (message, g_string_new ("This is no HTTP at all.\r\n\r\n"), FALSE, FALSE);
      break;
    default:
      g_assert_not_reached ();
    }
}
