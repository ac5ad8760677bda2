/* http-fixture.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "attune-error.h"
#include "attune-http-client.h"
#include "attune-http-private.h"
#include "attune-json.h"
#include "fake-server.h"

/* Iterates the main context until the condition holds; a test that waits for longer than this has failed. */
#define WAIT_SECONDS 30
#define wait_until(condition)                                                                       \
  G_STMT_START                                                                                      \
    {                                                                                               \
      gint64 wait_deadline = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;               \
      guint wait_tick = g_timeout_add (5, wait_tick_cb, NULL);                                      \
                                                                                                    \
      while (!(condition) && g_get_monotonic_time () < wait_deadline)                               \
        g_main_context_iteration (NULL, TRUE);                                                      \
      g_source_remove (wait_tick);                                                                  \
      g_assert_true (condition);                                                                    \
    }                                                                                               \
  G_STMT_END

static inline gboolean
wait_tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static inline void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}

/* What else the main context has to do before it is quiet: threads that end, sources that go. */
static inline void
drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

#define FAKE_KEY "sk-fake-0123456789abcdef"

typedef struct {
  FakeServer        *server;
  AttuneCredentials *credentials;
  AttuneHttpClient  *client;
} HttpFixture;

/* With short pauses. The key comes from the environment. */
static inline void
http_fixture_set_up (HttpFixture   *fixture,
                     gconstpointer  data)
{
  g_setenv ("OPENAI_API_KEY", FAKE_KEY, TRUE);
  fixture->server = fake_server_new ();
  fixture->credentials = attune_credentials_new ();
  fixture->client = attune_http_client_new ("Fake", fake_server_get_url (fixture->server), "openai", fixture->credentials);
  attune_http_client_set_retries (fixture->client, 2, 0.01, 1);
}

static inline void
http_fixture_tear_down (HttpFixture   *fixture,
                        gconstpointer  data)
{
  g_assert_finalize_object (fixture->client);
  g_assert_finalize_object (fixture->credentials);
  fake_server_free (fixture->server);
  drain ();
}

static inline AttuneHttpReply *
send_request (AttuneHttpClient   *client,
              AttuneHttpRequest  *request,
              GError            **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_http_client_send_async (client, request, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return attune_http_client_send_finish (client, result, error);
}

static inline AttuneHttpReply *
get (AttuneHttpClient  *client,
     const char        *target,
     GError           **error)
{
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", target);

  return send_request (client, request, error);
}

static inline AttuneHttpReply *
post_json (AttuneHttpClient  *client,
           const char        *target,
           const char        *quoted,
           GError           **error)
{
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", target);
  g_autofree char *json = g_strdelimit (g_strdup (quoted), "'", '"');
  g_autoptr (JsonNode) node = attune_json_parse (json, -1, NULL, NULL);

  g_assert_nonnull (node);
  attune_http_request_set_json (request, node);
  return send_request (client, request, error);
}

static inline void
assert_message (const GError *error,
                AttuneError   code,
                const char   *part)
{
  if (error != NULL && (error->domain != ATTUNE_ERROR || error->code != (int) code || strstr (error->message, part) == NULL))
    g_test_message ("wanted %s “%s”, found %s %d “%s”", attune_error_code_to_nick (code), part,
                    g_quark_to_string (error->domain), error->code, error->message);
  g_assert_error (error, ATTUNE_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, part));
}

static inline char *
make_file (const char *folder,
           const char *name,
           gsize       length)
{
  g_autofree char *content = g_malloc (length + 1);
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < length; i++)
    content[i] = (char) ('!' + (i * 31 + i / 97) % 90);
  g_file_set_contents (path, content, (gssize) length, &error);
  g_assert_no_error (error);
  return path;
}
