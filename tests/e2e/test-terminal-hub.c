/* test-terminal-hub.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-huggingface.h"
#include "terminal.h"

/* Models from the Hub and results to it, on the command line. The Hub is in this process, attunectl in one of its own. */

#define MODEL "Qwen/Qwen3-tiny"
#define WEIGHTS_SIZE 5000

typedef struct {
  FakeHuggingface *fake;
  char             weights[WEIGHTS_SIZE];
} Hub;

static void
set_up (Hub           *self,
        gconstpointer  data)
{
  self->fake = fake_huggingface_new ();
  g_setenv ("HF_ENDPOINT", fake_huggingface_get_url (self->fake), TRUE);
  g_setenv ("HF_TOKEN", FAKE_HUGGINGFACE_TOKEN, TRUE);
  for (guint i = 0; i < WEIGHTS_SIZE; i++)
    self->weights[i] = (char) (i * 13);
  fake_huggingface_add_repo (self->fake, "models", MODEL, FALSE, FALSE);
  fake_huggingface_add_file (self->fake, "models", MODEL, "config.json", "{\"model_type\":\"qwen3\"}", 22);
  fake_huggingface_add_file (self->fake, "models", MODEL, "model.safetensors", self->weights, WEIGHTS_SIZE);
  fake_huggingface_add_repo (self->fake, "models", "google/bert-base", FALSE, FALSE);
}

static void
tear_down (Hub           *self,
           gconstpointer  data)
{
  g_assert_cmpuint (fake_huggingface_get_n_leaks (self->fake), ==, 0);
  fake_huggingface_free (self->fake);
}

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

/* As terminal_run(), but the fake answers while it waits. */
static Terminal
run (const char *first,
     ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + TERMINAL_TIMEOUT;
  Terminal terminal = { 0 };
  va_list arguments;

  va_start (arguments, first);
  for (const char *word = first; word != NULL; word = va_arg (arguments, const char *))
    g_strv_builder_add (builder, word);
  va_end (arguments);
  words = g_strv_builder_end (builder);

  process = terminal_spawn (NULL, words);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, done_cb, &result);
  while (result == NULL && g_get_monotonic_time () < deadline)
    terminal_idle ();
  g_assert_nonnull (result);
  g_subprocess_communicate_utf8_finish (process, result, &terminal.out, &terminal.err, &error);
  g_assert_no_error (error);
  terminal.status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  if (strstr (terminal.err, "Sanitizer") != NULL || strstr (terminal.err, "runtime error") != NULL)
    g_error ("%s", terminal.err);

  return terminal;
}

static JsonNode *
parse (const Terminal *terminal)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_json_parse (terminal->out, -1, NULL, &error);

  g_assert_no_error (error);

  return node;
}

static void
test_search (Hub           *self,
             gconstpointer  data)
{
  g_auto (Terminal) found = run ("model-search", "qwen3", "--json", NULL);
  g_auto (Terminal) people = run ("model-search", NULL);
  g_auto (Terminal) all = run ("model-search", "--all", NULL);
  g_autoptr (JsonNode) node = NULL;

  g_assert_cmpint (found.status, ==, 0);
  node = parse (&found);
  g_assert_cmpstr (attune_json_peek_string (node, "models.0.id", NULL), ==, MODEL);
  g_assert_true (attune_json_peek_boolean (node, "models.0.trainableHere", FALSE));
  g_assert_null (attune_json_lookup (node, "models.1"));
  g_assert_cmpint (people.status, ==, 0);
  g_assert_nonnull (strstr (people.out, MODEL));
  g_assert_null (strstr (people.out, "bert"));
  g_assert_nonnull (strstr (all.out, "google/bert-base"));
}

static void
test_download (Hub           *self,
               gconstpointer  data)
{
  g_auto (Terminal) loaded = run ("model-download", MODEL, "--name", "tiny", "--json", NULL);
  g_auto (Terminal) again = run ("model-download", MODEL, "--name", "tiny", NULL);
  g_auto (Terminal) missing = run ("model-download", "nobody/nothing", NULL);
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "attune", "models", "tiny", "model.safetensors", NULL);
  g_autofree char *content = NULL;
  g_autoptr (JsonNode) node = NULL;
  gsize length;

  g_assert_cmpint (loaded.status, ==, 0);
  node = parse (&loaded);
  g_assert_cmpstr (attune_json_peek_string (node, "id", NULL), ==, "tiny");
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  g_assert_cmpmem (content, length, self->weights, WEIGHTS_SIZE);
  g_assert_cmpint (again.status, ==, 1);
  g_assert_nonnull (strstr (again.err, "already"));
  g_assert_cmpint (missing.status, ==, 3);
}

static void
test_push (Hub           *self,
           gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "result", NULL);
  g_autofree char *weights = g_build_filename (folder, "adapter_model.safetensors", NULL);
  g_autofree char *url = g_strconcat (fake_huggingface_get_url (self->fake), "/ada/tuned", NULL);
  g_auto (Terminal) pushed = { 0 };
  g_auto (Terminal) nothing = { 0 };
  g_auto (Terminal) unknown = { 0 };
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (weights, self->weights, WEIGHTS_SIZE, &error);
  g_assert_no_error (error);

  pushed = run ("model-push", folder, "tuned", "--json", NULL);
  g_assert_cmpint (pushed.status, ==, 0);
  node = parse (&pushed);
  g_assert_cmpstr (attune_json_peek_string (node, "url", NULL), ==, url);
  g_assert_cmpint (fake_huggingface_get_is_private (self->fake, "models", "ada/tuned"), ==, TRUE);
  g_assert_nonnull (fake_huggingface_get_file (self->fake, "models", "ada/tuned", "adapter_model.safetensors"));

  unknown = run ("model-push", "no-such-thing", "tuned", NULL);
  g_assert_cmpint (unknown.status, ==, 3);
  g_unsetenv ("HF_TOKEN");
  nothing = run ("model-push", folder, "tuned", NULL);
  g_assert_cmpint (nothing.status, !=, 0);
  g_assert_nonnull (strstr (nothing.err, "HF_TOKEN"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/terminal/hub/search", Hub, NULL, set_up, test_search, tear_down);
  g_test_add ("/terminal/hub/download", Hub, NULL, set_up, test_download, tear_down);
  g_test_add ("/terminal/hub/push", Hub, NULL, set_up, test_push, tear_down);

  return g_test_run ();
}
