/* test-wandb.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include "attune-wandb.h"
#include "fireworks-fixture.h"

#define KEY "0123456789abcdef0123456789abcdef01234567"

static char *
check (FakeServer  *server,
       const char  *key,
       GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_wandb_check_key_async (key, fake_server_get_url (server), NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_wandb_check_key_finish (result, error);
}

static void
test_key (void)
{
  static const struct {
    guint       status;
    const char *body;
    const char *entity;
    int         code; /* -1: none */
  } cases[] = {
    { 200, "{\"data\":{\"viewer\":{\"id\":\"x\",\"username\":\"ada\",\"defaultEntity\":{\"id\":\"y\",\"name\":\"acme\"}}}}", "acme", -1 },
    { 200, "{\"data\":{\"viewer\":{\"id\":\"x\",\"username\":\"ada\",\"defaultEntity\":null}}}", "ada", -1 },
    { 200, "{\"data\":{\"viewer\":{\"id\":\"x\"}}}", "", -1 },
    { 200, "{\"data\":{\"viewer\":null}}", NULL, ATTUNE_ERROR_AUTH_INVALID },
    { 401, "{\"errors\":[{\"message\":\"user is not logged in\"}]}", NULL, ATTUNE_ERROR_AUTH_INVALID },
    { 400, "{\"errors\":[{\"message\":\"bad query\"}]}", NULL, ATTUNE_ERROR_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeServer) server = fake_server_new ();
      g_autofree char *entity = NULL;
      g_autoptr (GError) error = NULL;
      const FakeRequest *request;

      fake_server_script (server, "POST", "/graphql", cases[i].status, "application/json", cases[i].body);
      entity = check (server, KEY, &error);
      g_assert_cmpstr (entity, ==, cases[i].entity);
      if (cases[i].code >= 0)
        g_assert_error (error, ATTUNE_ERROR, cases[i].code);
      else
        g_assert_no_error (error);
      request = fake_server_last (server, "POST", "/graphql");
      g_assert_cmpstr (fake_request_get_header (request, "authorization"), ==,
                       "Basic YXBpOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc=");
    }
}

/* What it means for a job. */
typedef struct {
  Fireworks   base;
  FakeServer *wandb;
} WandbFixture;

static void
set_up (WandbFixture  *self,
        gconstpointer  data)
{
  fireworks_set_up (&self->base, "integrations.wandb.project=tunes");
  self->wandb = fake_server_new ();
  g_setenv ("WANDB_BASE_URL", fake_server_get_url (self->wandb), TRUE);
  g_setenv ("WANDB_API_KEY", KEY, TRUE);
}

static void
tear_down (WandbFixture  *self,
           gconstpointer  data)
{
  fake_server_free (self->wandb);
  g_unsetenv ("WANDB_BASE_URL");
  g_unsetenv ("WANDB_API_KEY");
  fireworks_tear_down (&self->base, NULL);
}

static JsonObject *
get_sent (WandbFixture *self)
{
  g_autofree char *id = g_strconcat ("attune-", attune_job_get_id (self->base.job), NULL);
  JsonObject *job = fake_fireworks_get_job (self->base.fake, id);

  return job != NULL ? json_object_get_object_member (job, "wandbConfig") : NULL;
}

static void
test_entity (WandbFixture  *self,
             gconstpointer  data)
{
  fake_server_script (self->wandb, "POST", "/graphql", 200, "application/json",
                      "{\"data\":{\"viewer\":{\"username\":\"ada\",\"defaultEntity\":{\"name\":\"acme\"}}}}");
  fireworks_send (&self->base);
  g_assert_cmpstr (json_object_get_string_member (get_sent (self), "entity"), ==, "acme");
  g_assert_cmpstr (json_object_get_string_member (get_sent (self), "apiKey"), ==, KEY);
}

static void
test_refused (WandbFixture  *self,
              gconstpointer  data)
{
  g_autofree char *file = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (self->wandb, "POST", "/graphql", 401, "application/json", "{}");
  file = fireworks_upload (&self->base, self->base.training, &error);
  g_assert_no_error (error);
  handle = fireworks_start (&self->base, &error);
  g_assert_null (handle);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID);
  g_assert_null (strstr (error->message, KEY));
  g_assert_cmpuint (fake_fireworks_get_n_jobs (self->base.fake), ==, 0);
}

/* The job does not wait for somebody else's server. */
static void
test_unreachable (WandbFixture  *self,
                  gconstpointer  data)
{
  fake_server_script (self->wandb, "POST", "/graphql", 404, "text/plain", "nothing here");
  g_test_expect_message ("attune-fireworks", G_LOG_LEVEL_MESSAGE, "*W&B*");
  fireworks_send (&self->base);
  g_test_assert_expected_messages ();
  g_assert_false (json_object_has_member (get_sent (self), "entity"));
  g_assert_true (json_object_get_boolean_member (get_sent (self), "enabled"));
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/wandb/key", test_key);
  g_test_add ("/wandb/entity", WandbFixture, NULL, set_up, test_entity, tear_down);
  g_test_add ("/wandb/refused", WandbFixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/wandb/unreachable", WandbFixture, NULL, set_up, test_unreachable, tear_down);

  return g_test_run ();
}
