/* test-http-retry.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-http-error.h"
#include "http-fixture.h"

/* 2026-11-22 12:00:00 UTC */
#define NOW (G_GINT64_CONSTANT (1795348800) * G_USEC_PER_SEC)

static AttuneHttpReply *
make_reply (guint       status,
            const char *body,
            const char *name,
            const char *value)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  return attune_http_reply_new (status, "https://fake.example/v1", bytes, name, value, NULL);
}

static void
test_asked (void)
{
  static const struct {
    const char *name;
    const char *value;
    double      seconds;
  } cases[] = {
    { "retry-after-ms", "1500", 1.5 },
    { "retry-after-ms", "soon", -1 },
    { "Retry-After", "7", 7 },
    { "Retry-After", "0.25", 0.25 },
    { "Retry-After", "0", 0 },
    { "Retry-After", "-3", -1 },
    { "Retry-After", "nan", -1 },
    { "Retry-After", "inf", -1 },
    { "Retry-After", "1e400", -1 },
    { "Retry-After", "7 seconds", -1 },
    { "Retry-After", "", -1 },
    { "Retry-After", "Sun, 22 Nov 2026 12:00:42 GMT", 42 },
    { "Retry-After", "Sunday, 22-Nov-26 12:00:42 GMT", 42 },
    { "Retry-After", "Sun, 22 Nov 2026 11:00:00 GMT", 0 },
    { "RateLimit", "\"api\";r=0;t=55", 55 },
    { "RateLimit", "\"api\"; r=0; t=5", 5 },
    { "RateLimit", "limit=100, remaining=0, reset=9", 9 },
    { "RateLimit", "\"api\";r=0", -1 },
    { "X-Nothing", "1", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneHttpReply) reply = make_reply (429, "", cases[i].name, cases[i].value);

      g_assert_cmpfloat_with_epsilon (attune_http_retry_get_asked (reply, NOW), cases[i].seconds, 1e-3);
    }
}

/* The server's own clock decides, whatever year it is here. */
static void
test_clock (void)
{
  static const gint64 clocks[] = { 0, 1, -NOW, NOW * 20, G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (clocks); i++)
    {
      const AttuneHttpPatience patience = { .n_retries = 2, .first_pause = 0.5, .longest_pause = 60 };
      g_autoptr (AttuneHttpReply) reply = make_reply (429, "", "Retry-After", "Sun, 22 Nov 2026 12:00:42 GMT");
      double asked = attune_http_retry_get_asked (reply, clocks[i]);
      double pause = attune_http_retry_get_pause (&patience, 1, asked, 0.5);

      g_assert_true (isfinite (pause) && pause >= 0 && pause <= 60);
      attune_http_reply_add_header (reply, "Date", "Sun, 22 Nov 2026 12:00:40 GMT");
      g_assert_cmpfloat_with_epsilon (attune_http_retry_get_asked (reply, clocks[i]), 2, 1e-3);
    }
}

static void
test_pause (void)
{
  const AttuneHttpPatience patience = { .n_retries = 2, .first_pause = 0.5, .longest_pause = 60 };
  static const double plain[] = { 0.5, 1, 2, 4, 8, 8, 8 };

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    {
      g_assert_cmpfloat (attune_http_retry_get_pause (&patience, i + 1, -1, 0), ==, plain[i]);
      g_assert_cmpfloat (attune_http_retry_get_pause (&patience, i + 1, -1, 1), ==, plain[i] * 0.75);
    }
  g_assert_cmpfloat (attune_http_retry_get_pause (&patience, G_MAXUINT, -1, 0), ==, 8);
  g_assert_cmpfloat (attune_http_retry_get_pause (&patience, 1, 0, 0.5), ==, 0);
  g_assert_cmpfloat (attune_http_retry_get_pause (&patience, 1, 33, 0.5), ==, 33);
  g_assert_cmpfloat (attune_http_retry_get_pause (&patience, 1, 86400, 0.5), ==, 60);
}

static void
test_worth_it (void)
{
  static const guint worth[] = { 408, 425, 429, 500, 502, 503, 504 };
  guint n = 0;

  for (guint status = 100; status < 600; status++)
    n += attune_http_retry_is_worth_it (status);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (worth));
  for (guint i = 0; i < G_N_ELEMENTS (worth); i++)
    g_assert_true (attune_http_retry_is_worth_it (worth[i]));
}

/* Every shape of an error body becomes one error with the provider's own words. */
static void
test_words (void)
{
  static const struct {
    guint       status;
    const char *body;
    AttuneError code;
    const char *message;
  } cases[] = {
    { 400, "{\"error\":{\"message\":\"Bad value\",\"type\":\"invalid_request_error\",\"param\":\"model\",\"code\":null}}", ATTUNE_ERROR_INVALID,
      "Fake: Bad value (in “model”)" },
    { 400, "{\"error\":{\"message\":\"n_epochs is wrong\",\"param\":\"n_epochs\"}}", ATTUNE_ERROR_INVALID, "Fake: n_epochs is wrong" },
    { 401, "{\"error\":\"Invalid token\"}", ATTUNE_ERROR_AUTH_INVALID, "Fake: Invalid token" },
    { 400, "{\"error\":[\"one\",\"two\"]}", ATTUNE_ERROR_INVALID, "Fake: one; two" },
    { 404, "{\"message\":\"Not here\"}", ATTUNE_ERROR_NOT_FOUND, "Fake: Not here" },
    { 400, "{\"code\":3,\"message\":\"INVALID_ARGUMENT: rank\",\"details\":[]}", ATTUNE_ERROR_INVALID, "Fake: INVALID_ARGUMENT: rank" },
    { 422, "{\"detail\":[{\"loc\":[\"body\",\"hyperparameters\",0],\"msg\":\"too large\",\"type\":\"value_error\"},{\"msg\":\"and more\"}]}", ATTUNE_ERROR_INVALID,
      "Fake: too large; and more (in “body.hyperparameters.0”)" },
    { 422, "{\"message\":{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"odd\"}]}}", ATTUNE_ERROR_INVALID, "Fake: odd" },
    { 404, "{\"detail\":\"no Route matched\"}", ATTUNE_ERROR_NOT_FOUND, "Fake: no Route matched" },
    { 400, "{\"errors\":[{\"message\":\"first\"},{\"message\":\"second\"}]}", ATTUNE_ERROR_INVALID, "Fake: first" },
    { 400, "[{\"error\":{\"message\":\"in a list\"}}]", ATTUNE_ERROR_INVALID, "Fake: in a list" },
    { 403, "{\"error\":{\"message\":\"\"},\"message\":\"the next\"}", ATTUNE_ERROR_NOT_ALLOWED, "Fake: the next" },
    { 410, "", ATTUNE_ERROR_WITHDRAWN, "Fake: this is no longer offered" },
    { 413, "<html>nginx</html>", ATTUNE_ERROR_TOO_LARGE, "Fake: this is too large" },
    { 500, "{\"error\":{}}", ATTUNE_ERROR_SERVER_FAULT, "Fake: the server has a fault (status 500)" },
    { 503, "null", ATTUNE_ERROR_SERVER_FAULT, "Fake: the server has a fault (status 503)" },
    { 504, "", ATTUNE_ERROR_TIMED_OUT, "Fake: the server did not finish in time" },
    { 418, "", ATTUNE_ERROR_FAILED, "Fake: status 418" },
    { 302, "", ATTUNE_ERROR_SERVER_FAULT, "another address" },
    { 429, "{\"error\":{\"message\":\"Slow down\",\"code\":\"rate_limit_exceeded\"}}", ATTUNE_ERROR_RATE_LIMITED, "Fake: Slow down" },
    { 429, "{\"error\":{\"message\":\"No quota\",\"type\":\"insufficient_quota\",\"code\":\"x\"}}", ATTUNE_ERROR_PAYMENT_NEEDED, "Fake: No quota" },
    { 429, "{\"error\":{\"message\":\"No quota\",\"code\":\"credit_balance_exhausted\"}}", ATTUNE_ERROR_PAYMENT_NEEDED, "Fake: No quota" },
    { 402, "{\"error\":\"Pre-paid credit is required\"}", ATTUNE_ERROR_PAYMENT_NEEDED, "Pre-paid credit" },
    { 401, "{\"error\":{\"message\":\"Incorrect API key provided: sk-abcdefghijklmnop.\\nSee\\tthe page\"}}", ATTUNE_ERROR_AUTH_INVALID,
      "Fake: Incorrect API key provided: •••. See the page" },
    { 400, "{\"error\":{\"message\":NaN},\"message\":\"with NaN\"}", ATTUNE_ERROR_INVALID, "Fake: with NaN" },
    { 200, "{\"error\":{\"message\":\"Not so\"}}", ATTUNE_ERROR_FAILED, "Fake: Not so" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneHttpReply) reply = make_reply (cases[i].status, cases[i].body, NULL, NULL);
      g_autoptr (GError) error = attune_http_error_new (reply, "Fake");

      assert_message (error, cases[i].code, cases[i].message);
    }
}

static void
test_headers (void)
{
  g_autoptr (AttuneHttpReply) gated = make_reply (403, "", "X-Error-Message", "Access to model x is restricted");
  g_autoptr (AttuneHttpReply) limited = make_reply (429, "{\"error\":\"slow\"}", "Retry-After", "90");
  g_autoptr (AttuneHttpReply) broken = make_reply (500, "{\"error\":\"oops\"}", "X-Request-Id", "req-9");
  g_autofree char *long_text = g_strnfill (5000, 'x');
  g_autoptr (AttuneHttpReply) plain = make_reply (400, long_text, "Content-Type", "text/plain");
  g_autoptr (GError) gated_error = attune_http_error_new (gated, "Fake");
  g_autoptr (GError) limited_error = attune_http_error_new (limited, "Fake");
  g_autoptr (GError) broken_error = attune_http_error_new (broken, "Fake");
  g_autoptr (GError) plain_error = attune_http_error_new (plain, "Fake");

  attune_http_reply_add_header (gated, "X-Error-Code", "GatedRepo");
  g_assert_cmpstr (attune_http_error_peek_code (gated), ==, "GatedRepo");
  assert_message (gated_error, ATTUNE_ERROR_NOT_ALLOWED, "Access to model x is restricted");
  assert_message (limited_error, ATTUNE_ERROR_RATE_LIMITED, "slow (wait 90 seconds)");
  assert_message (broken_error, ATTUNE_ERROR_SERVER_FAULT, "oops (request req-9)");
  g_assert_cmpuint (strlen (plain_error->message), <, 700);
}

/* Jobs have an error of their own, which is not the answer's. */
static void
test_hidden (void)
{
  static const struct {
    const char *body;
    gboolean    hidden;
  } cases[] = {
    { "{\"error\":\"no\"}", TRUE },
    { "{\"error\":{\"message\":\"no\"}}", TRUE },
    { "{\"error\":null}", FALSE },
    { "{\"error\":{}}", FALSE },
    { "{\"id\":\"ftjob-1\",\"status\":\"failed\",\"error\":{\"message\":\"Bad file\"}}", FALSE },
    { "{\"name\":\"accounts/a/jobs/b\",\"error\":\"x\"}", FALSE },
    { "[]", FALSE },
    { "", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneHttpReply) reply = make_reply (200, cases[i].body, NULL, NULL);

      g_assert_cmpint (attune_http_error_is_hidden (reply), ==, cases[i].hidden);
    }
}

/* Whatever bytes come: an error with words in UTF-8, and nothing read that is not there. */
static void
test_random (void)
{
  static const char * const seeds[] = {
    "{\"error\":{\"message\":\"Bad value\",\"type\":\"x\",\"param\":\"model\",\"code\":null}}",
    "{\"detail\":[{\"loc\":[\"body\",0],\"msg\":\"too large\"},{\"msg\":NaN}],\"errors\":[{\"message\":\"\\u0000\"}]}",
    "[{\"error\":[\"one\",-Infinity,\"t\\u00e9\\ud83d\\ude00\"]},null,true,1e400]",
    "<html><body>502 Bad Gateway</body></html>",
  };
  static const char * const values[] = { "\"api\";r=0;t=55", "Sun, 22 Nov 2026 12:00:42 GMT", "12.5", "<https://x/?a=1>; rel=\"next\", <y>" };
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());

  for (guint i = 0; i < 4000; i++)
    {
      g_autoptr (GString) body = g_string_new (seeds[i % G_N_ELEMENTS (seeds)]);
      g_autoptr (GString) value = g_string_new (values[i % G_N_ELEMENTS (values)]);
      g_autoptr (AttuneHttpReply) reply = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *next = NULL;
      double asked;

      for (gint n = g_rand_int_range (random, 0, 6); n > 0; n--)
        {
          gsize at = (gsize) g_rand_int_range (random, 0, (gint32) body->len);

          if (g_rand_boolean (random))
            body->str[at] = (char) g_rand_int_range (random, 1, 256);
          else
            g_string_truncate (body, MAX (at, 1));
        }
      value->str[g_rand_int_range (random, 0, (gint32) value->len)] = (char) g_rand_int_range (random, 32, 127);

      reply = make_reply ((guint) g_rand_int_range (random, 200, 600), body->str, "Retry-After", value->str);
      attune_http_reply_add_header (reply, "RateLimit", value->str);
      attune_http_reply_add_header (reply, "Link", value->str);
      error = attune_http_error_new (reply, "Fake");
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpuint (strlen (error->message), <, 4000);
      attune_http_error_is_hidden (reply);
      attune_http_error_peek_code (reply);
      next = attune_http_reply_dup_next_link (reply);
      asked = attune_http_retry_get_asked (reply, NOW);
      g_assert_true (asked == -1 || (isfinite (asked) && asked >= 0));
    }
}

/* What comes of it in a client. */
static void
test_client (HttpFixture   *fixture,
             gconstpointer  data)
{
  static const struct {
    guint       status;
    const char *body;
    const char *name;
    const char *value;
    guint       n_requests;
  } cases[] = {
    { 429, "{}", "Retry-After", "0", 3 },
    { 429, "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"m\"}}", "Retry-After", "0", 1 },
    { 429, "{\"error\":{\"type\":\"credit_balance_exhausted\",\"message\":\"m\"}}", "X-A", "0", 1 },
    { 503, "{}", "x-should-retry", "false", 1 },
    { 409, "{}", "x-should-retry", "true", 3 },
    { 409, "{}", "X-A", "b", 1 },
    { 501, "{}", "X-A", "b", 1 },
    /* An hour is asked; the longest pause (1 s) is waited twice at most. */
    { 503, "{}", "Retry-After", "3600", 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeServer) server = fake_server_new ();
      g_autoptr (AttuneHttpClient) client = attune_http_client_new ("Fake", fake_server_get_url (server), NULL, NULL);
      g_autoptr (AttuneHttpReply) reply = NULL;
      g_autoptr (GError) error = NULL;

      attune_http_client_set_retries (client, 2, 0.01, 0.05);
      fake_server_script_full (server, "GET", "/x", cases[i].status, "application/json", cases[i].body, cases[i].name, cases[i].value, NULL);
      reply = get (client, "/x", &error);
      g_assert_null (reply);
      g_assert_cmpuint (fake_server_count (server, "GET", "/x"), ==, cases[i].n_requests);
      g_clear_object (&client);
      drain ();
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);

  g_test_add_func ("/http/retry/asked", test_asked);
  g_test_add_func ("/http/retry/clock", test_clock);
  g_test_add_func ("/http/retry/pause", test_pause);
  g_test_add_func ("/http/retry/worth-it", test_worth_it);
  g_test_add_func ("/http/error/words", test_words);
  g_test_add_func ("/http/error/headers", test_headers);
  g_test_add_func ("/http/error/hidden", test_hidden);
  g_test_add_func ("/http/error/random", test_random);
  g_test_add ("/http/retry/client", HttpFixture, NULL, http_fixture_set_up, test_client, http_fixture_tear_down);

  return g_test_run ();
}
