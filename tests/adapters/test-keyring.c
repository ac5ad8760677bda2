/* test-keyring.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "http-fixture.h"

/* The terminal and the client with a real keyring, in a session of their own; and without one. */

static const char *program;

typedef struct {
  gboolean  is_done;
  int       status;
  char     *output;
  char     *messages;
} Run;

static void
run_clear (Run *run)
{
  g_free (run->output);
  g_free (run->messages);
}

static void
communicated_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Run *run = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &run->output, &run->messages, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (G_SUBPROCESS (source)));
  run->status = g_subprocess_get_exit_status (G_SUBPROCESS (source));
  run->is_done = TRUE;
}

/* attunectl, while the server here answers it. */
static void
attunectl (Run        *run,
           const char *input,
           const char *first,
           const char *second,
           const char *third)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "..", "src", "cli", "attunectl", NULL);
  const char *argv[] = { path, first, second, third, NULL };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, input, NULL, communicated_cb, run);
  wait_until (run->is_done);
  /* What was typed is nowhere to be read. */
  g_assert_null (strstr (run->output, "sk-real"));
  g_assert_null (strstr (run->messages, "sk-real"));
}

static void
expect (const char *input,
        const char *first,
        const char *second,
        const char *third,
        int         status,
        const char *words)
{
  Run run = { 0 };

  attunectl (&run, input, first, second, third);
  if (run.status != status || (strstr (run.output, words) == NULL && strstr (run.messages, words) == NULL))
    g_error ("%s %s: status %d, “%s”, “%s”", first, second, run.status, run.output, run.messages);
  run_clear (&run);
}

static const char *
last_key (FakeServer *server)
{
  const FakeRequest *seen = fake_server_last (server, "GET", "/models");

  return seen != NULL ? fake_request_get_header (seen, "authorization") : NULL;
}

static void
store (AttuneCredentials *credentials,
       const char        *name,
       const char        *secret)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  attune_credentials_store_async (credentials, name, secret, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (attune_credentials_store_finish (credentials, result, &error));
  g_assert_no_error (error);
}

static int
run_with_keyring (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();

  fake_server_script (server, "GET", "/models", 200, "application/json", "{\"object\":\"list\",\"data\":[]}");
  g_setenv ("OPENAI_BASE_URL", fake_server_get_url (server), TRUE);

  expect (NULL, "provider-test", "openai", NULL, 4, "OPENAI_API_KEY");
  g_assert_cmpuint (fake_server_count (server, NULL, "*"), ==, 0);
  expect ("  sk-real-key-of-mine \n", "provider-key", "openai", NULL, 0, "keyring");
  expect (NULL, "provider-test", "openai", "--json", 0, "\"openai\"");
  g_assert_cmpstr (last_key (server), ==, "Bearer sk-real-key-of-mine");

  /* The environment comes first, and that is said. */
  g_setenv ("OPENAI_API_KEY", "sk-of-the-environment", TRUE);
  expect (NULL, "provider-test", "openai", NULL, 0, "OpenAI");
  g_assert_cmpstr (last_key (server), ==, "Bearer sk-of-the-environment");
  expect ("sk-real-second", "provider-key", "openai", "--json", 0, "OPENAI_API_KEY");
  g_unsetenv ("OPENAI_API_KEY");
  expect (NULL, "provider-test", "openai", NULL, 0, "OpenAI");
  g_assert_cmpstr (last_key (server), ==, "Bearer sk-real-second");

  /* Refused by the provider. */
  fake_server_set_fault (server, "GET", "/models", FAKE_FAULT_STATUS_OF (401), 1);
  expect (NULL, "provider-test", "openai", NULL, 4, "The fake says no");

  expect (NULL, "provider-key", "openai", "--remove", 0, "removed");
  expect (NULL, "provider-test", "openai", NULL, 4, "OPENAI_API_KEY");
  expect ("\n", "provider-key", "openai", NULL, 2, "empty");
  expect ("x", "provider-key", "nobody", NULL, 3, "nobody");
  expect ("x", "provider-key", "local", NULL, 1, "needs no key");
  expect ("wandb-key-1234", "provider-key", "wandb", NULL, 0, "wandb");

  /* A client takes a new key at once, although it does not ask the keyring each time. */
  {
    g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
    g_autoptr (AttuneHttpClient) client = attune_http_client_new ("Fake", fake_server_get_url (server), "openai", credentials);
    static const char * const keys[] = { "sk-real-three", "sk-real-four" };

    for (guint i = 0; i < 2 * G_N_ELEMENTS (keys); i++)
      {
        g_autofree char *bearer = g_strdup_printf ("Bearer %s", keys[i / 2]);
        g_autoptr (AttuneHttpReply) reply = NULL;
        g_autoptr (GError) error = NULL;

        if (i % 2 == 0)
          store (credentials, "openai", keys[i / 2]);
        reply = get (client, "/models", &error);
        g_assert_no_error (error);
        g_assert_cmpstr (last_key (server), ==, bearer);
      }
  }
  drain ();

  return 0;
}

static int
run_without_keyring (void)
{
  g_setenv ("OPENAI_BASE_URL", "http://127.0.0.1:9", TRUE);
  expect ("sk-real-key-of-mine", "provider-key", "openai", NULL, 1, "OPENAI_API_KEY");
  expect (NULL, "provider-test", "openai", NULL, 4, "OPENAI_API_KEY");
  return 0;
}

static void
run_child (const char * const *argv,
           char               **environment)
{
  g_autofree char *output = NULL;
  g_autofree char *messages = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &messages, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s%s", error->message, output, messages);
}

static char **
make_environment (void)
{
  char **environment = g_get_environ ();

  environment = g_environ_setenv (environment, "HOME", g_get_home_dir (), TRUE);
  environment = g_environ_setenv (environment, "XDG_DATA_HOME", g_get_user_data_dir (), TRUE);
  environment = g_environ_setenv (environment, "XDG_CACHE_HOME", g_get_user_cache_dir (), TRUE);
  environment = g_environ_setenv (environment, "XDG_RUNTIME_DIR", g_get_user_runtime_dir (), TRUE);
  environment = g_environ_setenv (environment, "SECRET_BACKEND", "service", TRUE);
  return g_environ_unsetenv (environment, "OPENAI_API_KEY");
}

static void
test_without_keyring (void)
{
  const char * const argv[] = { program, "--child", "without-keyring", NULL };
  g_auto (GStrv) environment = make_environment ();

  environment = g_environ_setenv (environment, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus", TRUE);
  run_child (argv, environment);
}

static void
test_with_keyring (void)
{
  g_autofree char *bus = g_find_program_in_path ("dbus-run-session");
  g_autofree char *keyring = g_find_program_in_path ("gnome-keyring-daemon");
  g_autofree char *quoted = g_shell_quote (program);
  g_autofree char *script = NULL;
  g_auto (GStrv) environment = make_environment ();

  if (bus == NULL || keyring == NULL)
    {
      g_test_skip ("dbus-run-session and gnome-keyring-daemon are needed");
      return;
    }

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_runtime_dir (), 0700), ==, 0);
  /* The daemon and the bus are not ours to be strict with; this program is. */
  script = g_strdup_printf ("eval \"$(printf secret | env -u G_DEBUG gnome-keyring-daemon --unlock --components=secrets)\"\n"
                            "exec %s --child with-keyring", quoted);
  {
    const char * const argv[] = { bus, "--", "sh", "-ec", script, NULL };

    environment = g_environ_unsetenv (environment, "DBUS_SESSION_BUS_ADDRESS");
    run_child (argv, environment);
  }
}

int
main (int   argc,
      char *argv[])
{
  gboolean is_child = argc == 3 && g_str_equal (argv[1], "--child");
  gboolean with = is_child && g_str_equal (argv[2], "with-keyring");

  program = argv[0];
  if (is_child)
    {
      char *own[] = { argv[0], NULL };
      char **arguments = own;
      int n_arguments = 1;

      g_test_init (&n_arguments, &arguments, NULL);
      return with ? run_with_keyring () : run_without_keyring ();
    }

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/keyring/without", test_without_keyring);
  g_test_add_func ("/keyring/with", test_with_keyring);

  return g_test_run ();
}
