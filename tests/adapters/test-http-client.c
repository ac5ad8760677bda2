/* test-http-client.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-http-error.h"
#include "attune-http-json.h"
#include "http-fixture.h"

static void
test_get (HttpFixture   *fixture,
          gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new_segments ("GET", "files", "a b/c", "content", NULL);
  g_autoptr (AttuneHttpReply) reply = NULL;
  const FakeRequest *seen;

  fake_server_script_full (fixture->server, "GET", "/files/*", 200, "application/json; charset=utf-8", "{\"data\":[{\"id\":\"x\"}],\"n\":\"12\"}",
                           "X-Request-Id", "r-1", NULL);
  attune_http_client_set_header (fixture->client, "OpenAI-Project", "proj_1");
  attune_http_request_add_query (request, "purpose", "fine-tune & more");
  attune_http_request_add_query_int (request, "limit", 10);
  attune_http_request_add_query (request, "after", NULL);
  reply = send_request (fixture->client, request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_http_reply_get_status (reply), ==, 200);
  g_assert_true (attune_http_reply_is_success (reply));
  g_assert_cmpstr (attune_http_reply_get_content_type (reply), ==, "application/json");
  g_assert_cmpstr (attune_http_reply_get_header (reply, "x-request-id"), ==, "r-1");
  g_assert_null (attune_http_reply_get_header (reply, "x-none"));
  g_assert_cmpstr (attune_json_peek_string (attune_http_reply_get_json (reply), "data.0.id", NULL), ==, "x");
  g_assert_cmpint (attune_http_json_peek_int (attune_http_reply_get_json (reply), "n", 0), ==, 12);

  seen = fake_server_last (fixture->server, NULL, "*");
  g_assert_cmpstr (seen->method, ==, "GET");
  g_assert_cmpstr (seen->raw_path, ==, "/files/a%20b%2Fc/content");
  g_assert_cmpstr (fake_request_get_query (seen, "purpose"), ==, "fine-tune & more");
  g_assert_cmpstr (fake_request_get_query (seen, "limit"), ==, "10");
  g_assert_null (fake_request_get_query (seen, "after"));
  g_assert_cmpstr (fake_request_get_header (seen, "authorization"), ==, "Bearer " FAKE_KEY);
  g_assert_cmpstr (fake_request_get_header (seen, "user-agent"), ==, "Attune/" ATTUNE_VERSION);
  g_assert_cmpstr (fake_request_get_header (seen, "accept"), ==, "application/json");
  g_assert_cmpstr (fake_request_get_header (seen, "openai-project"), ==, "proj_1");
}

static void
test_post (HttpFixture   *fixture,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (AttuneHttpReply) form_reply = NULL;
  g_autoptr (AttuneHttpReply) empty_reply = NULL;
  g_autoptr (AttuneHttpRequest) form = attune_http_request_new ("POST", "/form");
  g_autoptr (AttuneHttpRequest) empty = attune_http_request_new ("POST", "/jobs/x:cancel");
  const FakeRequest *seen;

  fake_server_script (fixture->server, "POST", "/jobs", 201, "application/json", "{\"id\":\"j\"}");
  fake_server_script (fixture->server, "POST", "/form", 200, NULL, NULL);
  fake_server_script (fixture->server, "POST", "/jobs/x:cancel", 204, NULL, NULL);
  reply = post_json (fixture->client, "/jobs", "{'model':'m','learning_rate':1e-05,'n':3}", &error);
  g_assert_no_error (error);
  seen = fake_server_last (fixture->server, "POST", "/jobs");
  g_assert_cmpstr (g_bytes_get_data (seen->body, NULL), ==, "{\"model\":\"m\",\"learning_rate\":1e-05,\"n\":3}");
  g_assert_cmpstr (fake_request_get_header (seen, "content-type"), ==, "application/json");

  attune_http_request_set_form (form, "purpose", "fine-tune", "name", "a&b", NULL);
  form_reply = send_request (fixture->client, form, &error);
  g_assert_no_error (error);
  g_assert_null (attune_http_reply_get_json (form_reply));
  seen = fake_server_last (fixture->server, "POST", "/form");
  g_assert_cmpmem (g_bytes_get_data (seen->body, NULL), g_bytes_get_size (seen->body), "purpose=fine-tune&name=a%26b", 28);

  empty_reply = send_request (fixture->client, empty, &error);
  g_assert_no_error (error);
  seen = fake_server_last (fixture->server, "POST", "/jobs/x*");
  g_assert_cmpstr (seen->raw_path, ==, "/jobs/x:cancel");
  g_assert_cmpstr (fake_request_get_header (seen, "content-length"), ==, "0");
}

/* A create that was done but whose answer did not come is sent once. */
static void
test_create_once (HttpFixture   *fixture,
                  gconstpointer  data)
{
  static const struct {
    FakeFault   fault;
    AttuneError code;
  } cases[] = {
    { FAKE_FAULT_RESET, ATTUNE_ERROR_NO_NETWORK },
    { FAKE_FAULT_RESET_AFTER, ATTUNE_ERROR_NO_NETWORK },
    { FAKE_FAULT_TRUNCATED, ATTUNE_ERROR_NO_NETWORK },
    { FAKE_FAULT_SILENCE, ATTUNE_ERROR_TIMED_OUT },
    { FAKE_FAULT_TRUNCATED_JSON, ATTUNE_ERROR_SERVER_FAULT },
    { FAKE_FAULT_HTML, ATTUNE_ERROR_SERVER_FAULT },
    { FAKE_FAULT_GARBAGE, ATTUNE_ERROR_SERVER_FAULT },
    { FAKE_FAULT_STATUS_OF (500), ATTUNE_ERROR_SERVER_FAULT },
    { FAKE_FAULT_STATUS_OF (503), ATTUNE_ERROR_SERVER_FAULT },
    { FAKE_FAULT_STATUS_OF (429), ATTUNE_ERROR_RATE_LIMITED },
    { FAKE_FAULT_STATUS_OF (408), ATTUNE_ERROR_TIMED_OUT },
  };

  fake_server_script (fixture->server, "POST", "/jobs", 200, "application/json", "{\"id\":\"j\"}");
  attune_http_client_set_limits (fixture->client, 150, 5000);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneHttpReply) first = NULL;
      g_autoptr (AttuneHttpReply) reply = NULL;
      g_autoptr (GError) error = NULL;

      /* With a connection that is already there. */
      first = post_json (fixture->client, "/jobs", "{}", &error);
      g_assert_no_error (error);
      fake_server_forget (fixture->server);
      fake_server_set_fault (fixture->server, "POST", "/jobs", cases[i].fault, 1);
      reply = post_json (fixture->client, "/jobs", "{}", &error);
      assert_message (error, cases[i].code, "Fake");
      g_assert_null (reply);
      g_assert_cmpuint (fake_server_count (fixture->server, "POST", "/jobs"), ==, 1);
    }
}

/* A read is repeated and goes well. */
static void
test_read_again (HttpFixture   *fixture,
                 gconstpointer  data)
{
  static const FakeFault faults[] = {
    FAKE_FAULT_RESET, FAKE_FAULT_RESET_AFTER, FAKE_FAULT_TRUNCATED, FAKE_FAULT_SILENCE, FAKE_FAULT_GARBAGE, FAKE_FAULT_STATUS_OF (408),
    FAKE_FAULT_STATUS_OF (425), FAKE_FAULT_STATUS_OF (429), FAKE_FAULT_STATUS_OF (500), FAKE_FAULT_STATUS_OF (502), FAKE_FAULT_STATUS_OF (503),
    FAKE_FAULT_STATUS_OF (504),
  };

  fake_server_script (fixture->server, "GET", "/jobs", 200, "application/json", "{\"id\":\"j\"}");
  attune_http_client_set_limits (fixture->client, 150, 5000);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (AttuneHttpReply) reply = NULL;
      g_autoptr (GError) error = NULL;

      fake_server_set_fault (fixture->server, "GET", "/jobs", faults[i], 2);
      reply = get (fixture->client, "/jobs", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (fake_server_count (fixture->server, "GET", "/jobs"), ==, 3);
      fake_server_forget (fixture->server);

      fake_server_set_fault (fixture->server, "GET", "/jobs", faults[i], -1);
      g_clear_object (&reply);
      reply = get (fixture->client, "/jobs", &error);
      g_assert_null (reply);
      g_assert_nonnull (error);
      /* libsoup repeats a read by itself where a connection that it had kept was gone. */
      g_assert_cmpuint (fake_server_count (fixture->server, "GET", "/jobs"), >=, 3);
      g_assert_cmpuint (fake_server_count (fixture->server, "GET", "/jobs"), <=, 4);
      fake_server_clear_faults (fixture->server);
      fake_server_forget (fixture->server);
    }
}

static void
test_faults (HttpFixture   *fixture,
             gconstpointer  data)
{
  static const struct {
    FakeFault   fault;
    AttuneError code;
    const char *words;
  } cases[] = {
    { FAKE_FAULT_HTML, ATTUNE_ERROR_SERVER_FAULT, "web page" },
    { FAKE_FAULT_ERROR_IN_200, ATTUNE_ERROR_FAILED, "Fake: The fake says no" },
    { FAKE_FAULT_TRUNCATED_JSON, ATTUNE_ERROR_SERVER_FAULT, "the text ends before" },
    { FAKE_FAULT_ENDLESS, ATTUNE_ERROR_SERVER_FAULT, "larger than" },
    { FAKE_FAULT_STATUS_OF (400), ATTUNE_ERROR_INVALID, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (401), ATTUNE_ERROR_AUTH_INVALID, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (402), ATTUNE_ERROR_PAYMENT_NEEDED, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (403), ATTUNE_ERROR_NOT_ALLOWED, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (404), ATTUNE_ERROR_NOT_FOUND, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (405), ATTUNE_ERROR_NOT_SUPPORTED, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (409), ATTUNE_ERROR_CONFLICT, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (410), ATTUNE_ERROR_WITHDRAWN, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (413), ATTUNE_ERROR_TOO_LARGE, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (422), ATTUNE_ERROR_INVALID, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (499), ATTUNE_ERROR_SERVER_FAULT, "The fake says no" },
    { FAKE_FAULT_STATUS_OF (501), ATTUNE_ERROR_NOT_SUPPORTED, "The fake says no" },
  };

  fake_server_script (fixture->server, "GET", "/jobs", 200, "application/json", "{\"id\":\"job-1\",\"list\":[1,2,3]}");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/jobs");
      g_autoptr (AttuneHttpReply) reply = NULL;
      g_autoptr (GError) error = NULL;

      attune_http_request_set_max_body (request, 1 << 20);
      fake_server_set_fault (fixture->server, "GET", "/jobs", cases[i].fault, 1);
      reply = send_request (fixture->client, request, &error);
      g_assert_null (reply);
      assert_message (error, cases[i].code, cases[i].words);
      g_assert_cmpuint (fake_server_count (fixture->server, "GET", "/jobs"), ==, 1);
      fake_server_forget (fixture->server);
    }
}

/* Not as it should be, but all that is needed is there. */
static void
test_tolerated (HttpFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr (AttuneHttpReply) wrong = NULL;
  g_autoptr (AttuneHttpReply) dripped = NULL;
  g_autoptr (AttuneHttpReply) nan = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (fixture->server, "GET", "/jobs", 200, "application/json", "{\"id\":\"job-1\"}");
  fake_server_script (fixture->server, "GET", "/nan", 200, "application/json", "{\"loss\":NaN,\"best\":-Infinity,\"name\":\"NaN\",\"step\":3}");
  fake_server_set_fault (fixture->server, "GET", "/jobs", FAKE_FAULT_WRONG_TYPE, 1);
  wrong = get (fixture->client, "/jobs", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (attune_json_peek_string (attune_http_reply_get_json (wrong), "id", NULL), ==, "job-1");

  fake_server_set_fault (fixture->server, "GET", "/jobs", FAKE_FAULT_DRIP, 1);
  attune_http_client_set_limits (fixture->client, 2000, 20000);
  dripped = get (fixture->client, "/jobs", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (attune_json_peek_string (attune_http_reply_get_json (dripped), "id", NULL), ==, "job-1");

  nan = get (fixture->client, "/nan", &error);
  g_assert_no_error (error);
  g_assert_true (isnan (attune_http_json_peek_double (attune_http_reply_get_json (nan), "loss", NAN)));
  g_assert_cmpstr (attune_json_peek_string (attune_http_reply_get_json (nan), "name", NULL), ==, "NaN");
  g_assert_cmpint (attune_json_peek_int (attune_http_reply_get_json (nan), "step", 0), ==, 3);
}

/* A drip never goes quiet, and is given up all the same. */
static void
test_slow (HttpFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *long_text = g_strnfill (3000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"id\":\"%s\"}", long_text);
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (fixture->server, "GET", "/jobs", 200, "application/json", body);
  fake_server_set_fault (fixture->server, "GET", "/jobs", FAKE_FAULT_DRIP, -1);
  attune_http_client_set_retries (fixture->client, 0, 0, 0);
  attune_http_client_set_limits (fixture->client, 5000, 300);
  reply = get (fixture->client, "/jobs", &error);
  g_assert_null (reply);
  assert_message (error, ATTUNE_ERROR_TIMED_OUT, "0.3 s");
}

static void
test_refused (HttpFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (AttuneHttpReply) again = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (fixture->server, "GET", "/jobs", 200, "application/json", "{}");
  fake_server_set_refusing (fixture->server, TRUE);
  reply = get (fixture->client, "/jobs", &error);
  assert_message (error, ATTUNE_ERROR_NO_NETWORK, "Fake (127.0.0.1:");
  assert_message (error, ATTUNE_ERROR_NO_NETWORK, "refused");
  g_clear_error (&error);

  fake_server_set_refusing (fixture->server, FALSE);
  again = get (fixture->client, "/jobs", &error);
  g_assert_no_error (error);
}

static void
test_unknown_host (HttpFixture   *fixture,
                   gconstpointer  data)
{
  g_autoptr (AttuneHttpClient) client = attune_http_client_new ("Fake", "http://attune.invalid/v1", NULL, NULL);
  g_autoptr (AttuneHttpClient) wrong = attune_http_client_new ("Fake", "api.example.org", NULL, NULL);
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (AttuneHttpReply) nothing = NULL;
  g_autoptr (GError) error = NULL;

  attune_http_client_set_retries (client, 0, 0, 0);
  reply = get (client, "/jobs", &error);
  g_assert_null (reply);
  assert_message (error, ATTUNE_ERROR_NO_NETWORK, "attune.invalid");
  g_clear_error (&error);

  nothing = get (wrong, "/jobs", &error);
  g_assert_null (nothing);
  assert_message (error, ATTUNE_ERROR_INVALID, "https://");
}

static void
test_certificate (HttpFixture   *fixture,
                  gconstpointer  data)
{
  g_autoptr (FakeServer) server = fake_server_new_tls ();
  g_autoptr (AttuneHttpClient) client = attune_http_client_new ("Fake", fake_server_get_url (server), "openai", fixture->credentials);
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (server, NULL, "*", 200, "application/json", "{}");
  reply = get (client, "/jobs", &error);
  g_assert_null (reply);
  assert_message (error, ATTUNE_ERROR_FAILED, "not safe");
  g_assert_cmpuint (fake_server_count (server, NULL, "*"), ==, 0);
  g_clear_object (&client);
  drain ();
}

static void
answer_redirect (FakeServer        *server,
                 const FakeRequest *request,
                 FakeAnswer        *answer,
                 gpointer           user_data)
{
  fake_answer_text (answer, 302, NULL, "");
  fake_answer_header (answer, "Location", user_data);
}

static void
test_redirects (HttpFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr (FakeServer) other = fake_server_new ();
  g_autofree char *away = g_strdup_printf ("%s/signed?X-Amz-Signature=abc", fake_server_get_url (other));
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (AttuneHttpReply) home = NULL;
  g_autoptr (AttuneHttpReply) raw = NULL;
  g_autoptr (AttuneHttpReply) none = NULL;
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/away");
  g_autoptr (AttuneHttpRequest) with_key = attune_http_request_new ("GET", "/away");
  g_autoptr (GError) error = NULL;
  const FakeRequest *seen;

  fake_server_script (other, "GET", "/signed", 200, "application/json", "{\"there\":true}");
  fake_server_script (fixture->server, "GET", "/new", 200, "application/json", "{}");
  fake_server_add_route (fixture->server, NULL, "/away", answer_redirect, away);
  fake_server_add_route (fixture->server, NULL, "/old", answer_redirect, (gpointer) "/new");
  fake_server_add_route (fixture->server, NULL, "/loop", answer_redirect, (gpointer) "/loop");
  fake_server_add_route (fixture->server, NULL, "/odd", answer_redirect, (gpointer) "ftp://example.org/x");
  attune_http_client_set_header (fixture->client, "OpenAI-Project", "proj_1");

  /* To another host: without the key, and without the client's own headers. */
  reply = get (fixture->client, "/away", &error);
  g_assert_no_error (error);
  g_assert_true (attune_json_peek_boolean (attune_http_reply_get_json (reply), "there", FALSE));
  seen = fake_server_last (other, "GET", "/signed");
  g_assert_null (fake_request_get_header (seen, "authorization"));
  g_assert_null (fake_request_get_header (seen, "openai-project"));
  g_assert_cmpstr (attune_http_reply_get_url (reply), ==, away);

  attune_http_request_set_header (with_key, "Authorization", "Basic YXBpOmtleQ==");
  g_clear_object (&reply);
  reply = send_request (fixture->client, with_key, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (fake_request_get_header (fake_server_last (fixture->server, "GET", "/away"), "authorization"), ==, "Basic YXBpOmtleQ==");
  g_assert_null (fake_request_get_header (fake_server_last (other, "GET", "/signed"), "authorization"));

  /* To the same host: with it. */
  home = get (fixture->client, "/old", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (fake_request_get_header (fake_server_last (fixture->server, "GET", "/new"), "authorization"), ==, "Bearer " FAKE_KEY);

  /* Not at all. */
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_NO_REDIRECT);
  raw = send_request (fixture->client, request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_http_reply_get_status (raw), ==, 302);
  g_assert_cmpstr (attune_http_reply_get_header (raw, "location"), ==, away);

  /* A create is not made elsewhere. */
  none = post_json (fixture->client, "/away", "{}", &error);
  assert_message (error, ATTUNE_ERROR_FAILED, "127.0.0.1");
  g_assert_cmpuint (fake_server_count (other, "POST", "*"), ==, 0);
  g_clear_error (&error);

  none = get (fixture->client, "/loop", &error);
  assert_message (error, ATTUNE_ERROR_SERVER_FAULT, "without end");
  g_clear_error (&error);
  none = get (fixture->client, "/odd", &error);
  assert_message (error, ATTUNE_ERROR_SERVER_FAULT, "none");
}

/* A whole address elsewhere is asked without the key, whether or not it was said. */
static void
test_elsewhere (HttpFixture   *fixture,
                gconstpointer  data)
{
  g_autoptr (FakeServer) other = fake_server_new ();
  g_autofree char *url = g_strdup_printf ("%s/metrics?sig=abc", fake_server_get_url (other));
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", url);
  g_autoptr (AttuneHttpRequest) without = attune_http_request_new ("GET", "/plain");
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (AttuneHttpReply) plain = NULL;
  g_autoptr (AttuneHttpReply) refused = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (other, "GET", "/metrics", 200, "application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n");
  fake_server_script (fixture->server, "GET", "/plain", 200, "text/plain", "hello");
  refused = send_request (fixture->client, request, &error);
  assert_message (error, ATTUNE_ERROR_SERVER_FAULT, "application/x-ndjson");
  g_clear_error (&error);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_RAW);
  reply = send_request (fixture->client, request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (attune_http_reply_get_body (reply)), ==, 16);
  g_assert_null (fake_request_get_header (fake_server_last (other, "GET", "/metrics"), "authorization"));

  attune_http_request_set_flags (without, ATTUNE_HTTP_REQUEST_RAW | ATTUNE_HTTP_REQUEST_NO_BEARER);
  plain = send_request (fixture->client, without, &error);
  g_assert_no_error (error);
  g_assert_null (fake_request_get_header (fake_server_last (fixture->server, "GET", "/plain"), "authorization"));
}

static void
test_any_status (HttpFixture   *fixture,
                 gconstpointer  data)
{
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/jobs/x");
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (fixture->server, "GET", "/jobs/x", 404, "application/json", "{\"error\":{\"message\":\"No such job\",\"code\":\"gone\"}}");
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_ANY_STATUS);
  reply = send_request (fixture->client, request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_http_reply_get_status (reply), ==, 404);
  g_assert_cmpstr (attune_http_error_peek_code (reply), ==, "gone");
  g_assert_false (attune_http_reply_check (reply, "Fake", &error));
  assert_message (error, ATTUNE_ERROR_NOT_FOUND, "Fake: No such job");
}

static void
test_cancel (HttpFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/jobs");
  g_autoptr (AttuneHttpRequest) paused = attune_http_request_new ("GET", "/busy");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) paused_result = NULL;
  g_autoptr (GAsyncResult) before_result = NULL;
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (fixture->server, "GET", "/jobs", 200, "application/json", "{}");
  fake_server_script (fixture->server, "GET", "/busy", 503, "application/json", "{}");
  fake_server_set_fault (fixture->server, "GET", "/jobs", FAKE_FAULT_SILENCE, 1);
  attune_http_client_send_async (fixture->client, request, cancellable, keep_result_cb, &result);
  wait_until (fake_server_count (fixture->server, "GET", "/jobs") == 1);
  g_cancellable_cancel (cancellable);
  wait_until (result != NULL);
  reply = attune_http_client_send_finish (fixture->client, result, &error);
  assert_message (error, ATTUNE_ERROR_CANCELLED, "");
  g_clear_error (&error);

  /* While it waits for the next try. */
  g_cancellable_reset (cancellable);
  attune_http_client_set_retries (fixture->client, 5, 8, 60);
  attune_http_client_send_async (fixture->client, paused, cancellable, keep_result_cb, &paused_result);
  wait_until (fake_server_count (fixture->server, "GET", "/busy") == 1);
  drain ();
  g_cancellable_cancel (cancellable);
  wait_until (paused_result != NULL);
  reply = attune_http_client_send_finish (fixture->client, paused_result, &error);
  assert_message (error, ATTUNE_ERROR_CANCELLED, "");
  g_clear_error (&error);

  /* Before it begins. */
  attune_http_client_send_async (fixture->client, request, cancellable, keep_result_cb, &before_result);
  wait_until (before_result != NULL);
  reply = attune_http_client_send_finish (fixture->client, before_result, &error);
  assert_message (error, ATTUNE_ERROR_CANCELLED, "");
  g_assert_cmpuint (fake_server_count (fixture->server, "GET", "/jobs"), ==, 1);
}

static void
test_no_key (HttpFixture   *fixture,
             gconstpointer  data)
{
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_unsetenv ("OPENAI_API_KEY");
  fake_server_script (fixture->server, NULL, "*", 200, "application/json", "{}");
  reply = get (fixture->client, "/jobs", &error);
  g_assert_null (reply);
  assert_message (error, ATTUNE_ERROR_AUTH_REQUIRED, "OPENAI_API_KEY");
  g_assert_cmpuint (fake_server_count (fixture->server, NULL, "*"), ==, 0);
}

static void
answer_page (FakeServer        *server,
             const FakeRequest *request,
             FakeAnswer        *answer,
             gpointer           user_data)
{
  const char *text = fake_request_get_query (request, "page");
  int page = text != NULL ? atoi (text) : 1;

  fake_answer_json (answer, 200, "[%d]", page);
  if (page < 4)
    {
      g_autofree char *link = g_strdup_printf ("<%s/list?page=1,2>; rel=\"first\", </list?page=%d>; rel=\"next\"", fake_server_get_url (server), page + 1);

      fake_answer_header (answer, "Link", link);
    }
}

static char *
next_page_cb (AttuneHttpReply *page,
              gpointer         user_data)
{
  gint64 number = attune_json_peek_int (attune_http_reply_get_json (page), "0", 0);

  return number < 3 ? g_strdup_printf ("/list?page=%d", (int) number + 1) : NULL;
}

/* A server that says "more" for ever. */
static char *
same_page_cb (AttuneHttpReply *page,
              gpointer         user_data)
{
  return g_strdup ("/list?page=2");
}

static void
test_pages (HttpFixture   *fixture,
            gconstpointer  data)
{
  static const struct {
    AttuneHttpNextFunc next;
    guint              max;
    guint              pages;
  } cases[] = { { NULL, 100, 4 }, { NULL, 2, 2 }, { next_page_cb, 100, 3 }, { same_page_cb, 100, 2 } };

  fake_server_add_route (fixture->server, "GET", "/list", answer_page, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/list");
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GPtrArray) pages = NULL;
      g_autoptr (GError) error = NULL;

      attune_http_client_send_pages_async (fixture->client, request, cases[i].next, NULL, cases[i].max, NULL, keep_result_cb, &result);
      wait_until (result != NULL);
      pages = attune_http_client_send_pages_finish (fixture->client, result, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (pages->len, ==, cases[i].pages);
      g_assert_cmpint (attune_json_peek_int (attune_http_reply_get_json (g_ptr_array_index (pages, 1)), "0", 0), ==, 2);
    }
}

/* While the switch is on nothing leaves, whatever kind of request it is; it is asked for each time. */
static void
test_offline (HttpFixture   *fixture,
              gconstpointer  data)
{
  g_autoptr (GSettings) settings = g_settings_new (APPLICATION_ID);

  fake_server_script (fixture->server, "GET", "/models", 200, "application/json", "{}");
  fake_server_script (fixture->server, "POST", "/jobs", 200, "application/json", "{}");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (AttuneHttpReply) refused = NULL;
      g_autoptr (AttuneHttpReply) not_created = NULL;
      g_autoptr (AttuneHttpReply) reply = NULL;
      g_autoptr (GError) error = NULL;

      g_settings_set_boolean (settings, "offline", TRUE);
      fake_server_forget (fixture->server);
      refused = get (fixture->client, "/models", &error);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_OFFLINE);
      g_assert_nonnull (strstr (error->message, "Fake"));
      g_clear_error (&error);
      not_created = post_json (fixture->client, "/jobs", "{}", &error);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_OFFLINE);
      g_clear_error (&error);
      g_assert_null (fake_server_last (fixture->server, NULL, "*"));

      g_settings_reset (settings, "offline");
      reply = get (fixture->client, "/models", &error);
      g_assert_no_error (error);
      g_assert_nonnull (fake_server_last (fixture->server, "GET", "/models"));
    }
}

/* Another address holds from the next request on, and with it the key goes there and nowhere else. */
static void
test_move (HttpFixture   *fixture,
           gconstpointer  data)
{
  g_autofree char *url = g_strconcat (fake_server_get_url (fixture->server), "/gateway/", NULL);
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (fixture->server, "GET", "/gateway/models", 200, "application/json", "{}");
  attune_http_client_set_base_url (fixture->client, url);
  reply = get (fixture->client, "/models", &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (attune_http_client_get_base_url (fixture->client), "/gateway"));
  g_assert_cmpstr (fake_request_get_header (fake_server_last (fixture->server, "GET", "/gateway/models"), "authorization"), ==, "Bearer " FAKE_KEY);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  /* No keyring is asked here. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);

#define add(path, func) g_test_add ("/http/client/" path, HttpFixture, NULL, http_fixture_set_up, func, http_fixture_tear_down)
  add ("get", test_get);
  add ("post", test_post);
  add ("create-once", test_create_once);
  add ("read-again", test_read_again);
  add ("faults", test_faults);
  add ("tolerated", test_tolerated);
  add ("slow", test_slow);
  add ("refused", test_refused);
  add ("unknown-host", test_unknown_host);
  add ("certificate", test_certificate);
  add ("redirects", test_redirects);
  add ("elsewhere", test_elsewhere);
  add ("any-status", test_any_status);
  add ("cancel", test_cancel);
  add ("no-key", test_no_key);
  add ("pages", test_pages);
  add ("offline", test_offline);
  add ("move", test_move);

  return g_test_run ();
}
