/* test-sse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-sse.h"
#include "http-fixture.h"

static void
event_cb (const char *event,
          const char *data,
          const char *id,
          gpointer    user_data)
{
  g_assert_true (g_utf8_validate (data, -1, NULL));
  g_string_append_printf (user_data, "[%s|%s|%s]", event, data, id);
}

static const struct {
  const char *stream;
  const char *events;
} streams[] = {
  { "data: one\n\ndata: two\n\n", "[message|one|][message|two|]" },
  { "data: one\r\n\r\ndata: two\r\n\r\n", "[message|one|][message|two|]" },
  { "data: one\r\rdata: two\r\r", "[message|one|][message|two|]" },
  { "data: a\ndata: b\ndata:\n\n", "[message|a\nb\n|]" },
  { "data:no space\ndata:  two spaces\n\n", "[message|no space\n two spaces|]" },
  { ": keep-alive\n\n: more\ndata: x\n\n", "[message|x|]" },
  { "event: metric\nid: 7\ndata: {\"a\":1}\n\ndata: y\n\n", "[metric|{\"a\":1}|7][message|y|7]" },
  { "event: lonely\n\ndata\n\n", "[message||]" },
  { "retry: 1500\nretry: x\nunknown: z\ndata: r\n\n", "[message|r|]" },
  { "\xef\xbb\xbf" "data: after the mark\n\n", "[message|after the mark|]" },
  { "data: h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x98\x80\n\n", "[message|h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x98\x80|]" },
  { "data: broken \xff\xfe here\n\n", "[message|broken \xef\xbf\xbd\xef\xbf\xbd here|]" },
  { "data: [DONE]\n\n", "[message|[DONE]|]" },
  { "data: whole\n\ndata: not whole\n", "[message|whole|]" },
  { "data: not whole", "" },
  { "data: a:b: c\n\n", "[message|a:b: c|]" },
  { "\n\n\r\n\r\r", "" },
};

/* Cut at every place into two, and into pieces of every size. */
static void
test_splits (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      gsize length = strlen (streams[i].stream);

      for (gsize cut = 0; cut <= length; cut++)
        {
          g_autoptr (GString) seen = g_string_new (NULL);
          g_autoptr (AttuneSseParser) parser = attune_sse_parser_new (event_cb, seen);

          g_assert_true (attune_sse_parser_feed (parser, streams[i].stream, cut, NULL));
          g_assert_true (attune_sse_parser_feed (parser, streams[i].stream + cut, length - cut, NULL));
          g_assert_cmpstr (seen->str, ==, streams[i].events);
        }
      for (gsize size = 1; size <= 16; size++)
        {
          g_autoptr (GString) seen = g_string_new (NULL);
          g_autoptr (AttuneSseParser) parser = attune_sse_parser_new (event_cb, seen);

          for (gsize at = 0; at < length; at += size)
            g_assert_true (attune_sse_parser_feed (parser, streams[i].stream + at, MIN (size, length - at), NULL));
          g_assert_cmpstr (seen->str, ==, streams[i].events);
        }
    }
}

static void
test_retry (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (AttuneSseParser) parser = attune_sse_parser_new (event_cb, seen);

  g_assert_cmpint (attune_sse_parser_get_retry (parser), ==, -1);
  g_assert_true (attune_sse_parser_feed (parser, "retry: 1500\nretry: 99999999999999999999\nretry: -1\n", 51, NULL));
  g_assert_cmpint (attune_sse_parser_get_retry (parser), ==, 1500);
}

/* Neither a line nor an event without end fills the memory. */
static void
test_size (void)
{
  g_autofree char *piece = g_strnfill (1 << 20, 'x');
  g_autoptr (GString) seen = g_string_new (NULL);

  for (guint as_lines = 0; as_lines < 2; as_lines++)
    {
      g_autoptr (AttuneSseParser) parser = attune_sse_parser_new (event_cb, seen);
      g_autoptr (GError) error = NULL;
      guint n = 0;

      while (n < 100 && attune_sse_parser_feed (parser, as_lines ? "data: " : "", as_lines ? 6 : 0, &error)
             && attune_sse_parser_feed (parser, piece, 1 << 20, &error) && attune_sse_parser_feed (parser, "\n", as_lines, &error))
        n++;
      assert_message (error, ATTUNE_ERROR_TOO_LARGE, "");
      g_assert_cmpuint (n, <=, 16);
    }
}

/* Bytes at random, in pieces at random, are the same events as in one piece. */
static void
test_random (void)
{
  static const char * const words[] = { "data", "event", "id", "retry", ":", " ", "\n", "\r", "\r\n", "\n\n", "x", "\xef\xbb\xbf", "\xc3", "\xa9", "7" };

  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (GString) stream = g_string_new (NULL);
      g_autoptr (GString) whole = g_string_new (NULL);
      g_autoptr (GString) pieces = g_string_new (NULL);
      g_autoptr (AttuneSseParser) first = attune_sse_parser_new (event_cb, whole);
      g_autoptr (AttuneSseParser) second = attune_sse_parser_new (event_cb, pieces);

      for (gint n = g_test_rand_int_range (0, 40); n > 0; n--)
        g_string_append (stream, words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
      g_assert_true (attune_sse_parser_feed (first, stream->str, stream->len, NULL));
      for (gsize at = 0; at < stream->len;)
        {
          gsize size = MIN ((gsize) g_test_rand_int_range (1, 8), stream->len - at);

          g_assert_true (attune_sse_parser_feed (second, stream->str + at, size, NULL));
          at += size;
        }
      g_assert_cmpstr (pieces->str, ==, whole->str);
      g_assert_cmpint (attune_sse_parser_get_retry (first), ==, attune_sse_parser_get_retry (second));
    }
}

static gboolean
read_events (HttpFixture   *fixture,
             double         idle,
             GString       *seen,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/logs");
  g_autoptr (GAsyncResult) result = NULL;

  attune_sse_read_async (fixture->client, request, idle, event_cb, seen, cancellable, keep_result_cb, &result);
  wait_until (result != NULL);
  return attune_sse_read_finish (fixture->client, result, error);
}

static void
answer_log (FakeServer        *server,
            const FakeRequest *request,
            FakeAnswer        *answer,
            gpointer           user_data)
{
  g_assert_cmpstr (fake_request_get_header (request, "accept"), ==, "text/event-stream");
  fake_answer_text (answer, 200, "text/event-stream", "");
  fake_answer_add_piece (answer, "data: one\n\nda");
  fake_answer_add_piece (answer, "ta: two\n");
  fake_answer_add_piece (answer, "\n: keep-alive\n\n");
  if (user_data != NULL)
    fake_answer_keep_open (answer);
}

static void
test_stream (HttpFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GString) quiet = g_string_new (NULL);
  g_autoptr (GString) refused = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  fake_server_add_route (fixture->server, "GET", "/logs", answer_log, NULL);
  g_assert_true (read_events (fixture, 0, seen, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (seen->str, ==, "[message|one|][message|two|]");

  /* One that never ends: over when it has become quiet. */
  fake_server_add_route (fixture->server, "GET", "/logs", answer_log, fixture);
  g_assert_true (read_events (fixture, 0.2, quiet, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (quiet->str, ==, "[message|one|][message|two|]");

  fake_server_script (fixture->server, "GET", "/logs", 403, "application/json", "{\"error\":\"not yours\"}");
  g_assert_false (read_events (fixture, 0, refused, NULL, &error));
  assert_message (error, ATTUNE_ERROR_NOT_ALLOWED, "not yours");
  g_assert_cmpstr (refused->str, ==, "");
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_cancel (HttpFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fake_server_add_route (fixture->server, "GET", "/logs", answer_log, fixture);
  g_timeout_add (50, cancel_cb, cancellable);
  g_assert_false (read_events (fixture, 0, seen, cancellable, &error));
  assert_message (error, ATTUNE_ERROR_CANCELLED, "");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);

  g_test_add_func ("/sse/splits", test_splits);
  g_test_add_func ("/sse/retry", test_retry);
  g_test_add_func ("/sse/size", test_size);
  g_test_add_func ("/sse/random", test_random);
  g_test_add ("/sse/stream", HttpFixture, NULL, http_fixture_set_up, test_stream, http_fixture_tear_down);
  g_test_add ("/sse/cancel", HttpFixture, NULL, http_fixture_set_up, test_cancel, http_fixture_tear_down);

  return g_test_run ();
}
