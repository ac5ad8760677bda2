/* test-credentials.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-credentials.h"

#include <string.h>

#include "attune-error.h"
#include "store-helpers.h"

static const char *program;

static char *
lookup (AttuneCredentials  *credentials,
        const char         *name,
        GError            **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_credentials_lookup_async (credentials, name, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return attune_credentials_lookup_finish (credentials, result, error);
}

static gboolean
store (AttuneCredentials  *credentials,
       const char         *name,
       const char         *secret,
       GError            **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_credentials_store_async (credentials, name, secret, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return attune_credentials_store_finish (credentials, result, error);
}

static void
test_variables (void)
{
  static const char * const pairs[][2] = {
    { "openai", "OPENAI_API_KEY" },
    { "together", "TOGETHER_API_KEY" },
    { "fireworks", "FIREWORKS_API_KEY" },
    { "mistral", "MISTRAL_API_KEY" },
    { "huggingface", "HF_TOKEN" },
    { "wandb", "WANDB_API_KEY" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      AttuneCredentials *credentials = attune_credentials_new ();
      g_autofree char *value = g_strdup_printf ("  key-%u \n", i);
      g_autofree char *expected = g_strdup_printf ("key-%u", i);
      g_autoptr (GError) error = NULL;
      char *secret;

      g_assert_cmpstr (attune_credentials_get_variable (pairs[i][0]), ==, pairs[i][1]);
      /* The environment wins, and nobody is asked for a keyring. */
      g_assert_true (g_setenv (pairs[i][1], value, TRUE));
      secret = lookup (credentials, pairs[i][0], &error);
      g_unsetenv (pairs[i][1]);
      g_assert_no_error (error);
      g_assert_cmpstr (secret, ==, expected);
      attune_credentials_free_secret (secret);
      g_assert_finalize_object (credentials);
    }
  g_assert_null (attune_credentials_get_variable ("nobody"));
}

static void
test_empty (void)
{
  AttuneCredentials *credentials = attune_credentials_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (store (credentials, "openai", "  \n", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_finalize_object (credentials);
  attune_credentials_free_secret (NULL);
}

static void
test_cancelled (void)
{
  AttuneCredentials *credentials = attune_credentials_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  attune_credentials_lookup_async (credentials, "openai", cancellable, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_null (attune_credentials_lookup_finish (credentials, result, &error));
  g_assert_true (attune_error_is_cancelled (error));
  g_clear_object (&result);
  g_assert_finalize_object (credentials);
}

/* In a process without a session bus. */
static int
run_without_keyring (void)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (lookup (credentials, "together", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED);
  g_assert_nonnull (strstr (error->message, "TOGETHER_API_KEY"));
  g_assert_nonnull (strstr (error->message, "Together AI"));
  g_clear_error (&error);
  g_assert_false (store (credentials, "together", "sec-ret", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "TOGETHER_API_KEY"));
  g_assert_null (strstr (error->message, "sec-ret"));
  g_clear_error (&error);
  g_assert_false (store (credentials, "together", NULL, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED);

  return 0;
}

/* In a session of its own with a real keyring. */
static int
run_with_keyring (void)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  g_autoptr (AttuneCredentials) other = attune_credentials_new ();
  g_autoptr (GError) error = NULL;
  char *secret;

  /* Nothing is known yet, and that is no error. */
  secret = lookup (credentials, "openai", &error);
  g_assert_no_error (error);
  g_assert_null (secret);

  g_assert_true (store (credentials, "openai", " sk-first\n", &error));
  g_assert_no_error (error);
  g_assert_true (store (credentials, "mistral", "another", &error));
  g_assert_no_error (error);
  secret = lookup (other, "openai", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (secret, ==, "sk-first");
  attune_credentials_free_secret (secret);

  /* One key a name. */
  g_assert_true (store (credentials, "openai", "sk-second", &error));
  secret = lookup (other, "openai", &error);
  g_assert_cmpstr (secret, ==, "sk-second");
  attune_credentials_free_secret (secret);
  secret = lookup (other, "mistral", &error);
  g_assert_cmpstr (secret, ==, "another");
  attune_credentials_free_secret (secret);

  g_setenv ("OPENAI_API_KEY", "from-the-environment", TRUE);
  secret = lookup (other, "openai", &error);
  g_unsetenv ("OPENAI_API_KEY");
  g_assert_cmpstr (secret, ==, "from-the-environment");
  attune_credentials_free_secret (secret);

  g_assert_true (store (credentials, "openai", NULL, &error));
  g_assert_no_error (error);
  secret = lookup (other, "openai", &error);
  g_assert_no_error (error);
  g_assert_null (secret);
  /* Gone is gone. */
  g_assert_true (store (credentials, "openai", NULL, &error));
  g_assert_no_error (error);

  return 0;
}

static void
run_child (char **argv,
           char **environment)
{
  g_autofree char *output = NULL;
  g_autofree char *messages = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, argv, environment, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &messages, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s%s", error->message, output, messages);
}

static void
test_without_keyring (void)
{
  char *argv[] = { (char *) program, "--child", "without-keyring", NULL };
  g_auto (GStrv) environment = g_get_environ ();

  environment = g_environ_setenv (environment, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus", TRUE);
  environment = g_environ_setenv (environment, "SECRET_BACKEND", "service", TRUE);
  environment = g_environ_unsetenv (environment, "TOGETHER_API_KEY");
  run_child (argv, environment);
}

static void
test_with_keyring (void)
{
  g_autofree char *bus = g_find_program_in_path ("dbus-run-session");
  g_autofree char *keyring = g_find_program_in_path ("gnome-keyring-daemon");
  g_autofree char *quoted = NULL;
  g_autofree char *script = NULL;
  g_auto (GStrv) environment = NULL;

  if (bus == NULL || keyring == NULL)
    {
      g_test_skip ("dbus-run-session and gnome-keyring-daemon are needed");
      return;
    }

  /* The test's own folders, which are cleared away with whatever the daemon still does there. */
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_runtime_dir (), 0700), ==, 0);
  quoted = g_shell_quote (program);
  /* The daemon and the bus are not ours to be strict with; this program is. */
  script = g_strdup_printf ("eval \"$(printf secret | env -u G_DEBUG gnome-keyring-daemon --unlock --components=secrets)\"\n"
                            "exec %s --child with-keyring", quoted);
  {
    char *argv[] = { bus, (char *) "--", (char *) "sh", (char *) "-ec", script, NULL };

    environment = g_get_environ ();
    environment = g_environ_setenv (environment, "HOME", g_get_home_dir (), TRUE);
    environment = g_environ_setenv (environment, "XDG_DATA_HOME", g_get_user_data_dir (), TRUE);
    environment = g_environ_setenv (environment, "XDG_CACHE_HOME", g_get_user_cache_dir (), TRUE);
    environment = g_environ_setenv (environment, "XDG_RUNTIME_DIR", g_get_user_runtime_dir (), TRUE);
    environment = g_environ_setenv (environment, "SECRET_BACKEND", "service", TRUE);
    environment = g_environ_unsetenv (environment, "DBUS_SESSION_BUS_ADDRESS");
    environment = g_environ_unsetenv (environment, "OPENAI_API_KEY");
    environment = g_environ_unsetenv (environment, "MISTRAL_API_KEY");
    run_child (argv, environment);
  }
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && g_str_equal (argv[1], "--child"))
    return g_str_equal (argv[2], "with-keyring") ? run_with_keyring () : run_without_keyring ();

  program = argv[0];
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/credentials/variables", test_variables);
  g_test_add_func ("/credentials/empty", test_empty);
  g_test_add_func ("/credentials/cancelled", test_cancelled);
  g_test_add_func ("/credentials/without-keyring", test_without_keyring);
  g_test_add_func ("/credentials/with-keyring", test_with_keyring);

  return g_test_run ();
}
