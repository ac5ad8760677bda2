/* test-commands-service.c: the commands over D-Bus, between two ends of one socket
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sys/socket.h>

#include "attune-commands-service.h"
#include "attune-error.h"

typedef struct {
  AttuneCommands  *commands;
  GDBusConnection *server;
  GDBusConnection *client;
  guint            id;
} Fixture;

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  *(GDBusConnection **) user_data = g_dbus_connection_new_finish (result, &error);
  g_assert_no_error (error);
}

static void
connect_end (int               fd,
             GDBusConnection **connection,
             const char       *guid)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);
  g_autoptr (GSocketConnection) stream = NULL;

  g_assert_no_error (error);
  stream = g_socket_connection_factory_create_connection (socket);
  g_dbus_connection_new (G_IO_STREAM (stream), guid,
                         guid != NULL ? G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER : G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                         NULL, NULL, connected_cb, connection);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (AttuneRegistry) registry = attune_registry_new ();
  g_autoptr (AttuneJobStore) jobs = attune_job_store_new (NULL);
  g_autoptr (AttuneDatasetStore) datasets = attune_dataset_store_new (NULL);
  g_autoptr (AttuneMonitor) monitor = attune_monitor_new (registry, jobs, datasets);
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_assert_true (attune_job_store_load_sync (jobs, &error));
  g_assert_no_error (error);
  g_assert_true (attune_dataset_store_load_sync (datasets, &error));
  g_assert_no_error (error);
  fixture->commands = attune_commands_new (registry, jobs, datasets, monitor, credentials);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  connect_end (fds[0], &fixture->server, guid);
  connect_end (fds[1], &fixture->client, NULL);
  while (fixture->server == NULL || fixture->client == NULL)
    g_main_context_iteration (NULL, TRUE);

  fixture->id = attune_commands_export (fixture->commands, fixture->server, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->id, !=, 0);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_true (g_dbus_connection_unregister_object (fixture->server, fixture->id));
  g_dbus_connection_close_sync (fixture->client, NULL, NULL);
  g_dbus_connection_close_sync (fixture->server, NULL, NULL);
  while (g_main_context_iteration (NULL, FALSE));
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->server);
  while (g_main_context_iteration (NULL, FALSE));
  g_assert_finalize_object (fixture->commands);
}

typedef struct {
  GVariant *reply;
  GError   *error;
} Answer;

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Answer *answer = user_data;

  answer->reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &answer->error);
}

static Answer
call (Fixture    *fixture,
      const char *method,
      GVariant   *arguments)
{
  Answer answer = { NULL, NULL };

  g_dbus_connection_call (fixture->client, NULL, ATTUNE_COMMANDS_PATH, ATTUNE_COMMANDS_INTERFACE, method, arguments, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, answered_cb, &answer);
  while (answer.reply == NULL && answer.error == NULL)
    g_main_context_iteration (NULL, TRUE);

  return answer;
}

static void
test_list (Fixture       *fixture,
           gconstpointer  data)
{
  Answer answer = call (fixture, "List", NULL);
  g_autoptr (GVariant) reply = answer.reply;
  g_autofree const char **commands = NULL;

  g_assert_no_error (answer.error);
  g_variant_get (reply, "(^a&s)", &commands);
  g_assert_true (g_strv_contains (commands, "job-create"));
  g_assert_true (g_strv_contains (commands, "job-status"));
}

static void
test_call (Fixture       *fixture,
           gconstpointer  data)
{
  GVariantDict none = G_VARIANT_DICT_INIT (NULL);
  Answer answer = call (fixture, "Call", g_variant_new ("(s@a{sv})", "job-list", g_variant_dict_end (&none)));
  g_autoptr (GVariant) reply = answer.reply;
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) jobs = NULL;

  g_assert_no_error (answer.error);
  result = g_variant_get_child_value (reply, 0);
  jobs = g_variant_lookup_value (result, "jobs", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_nonnull (jobs);
  g_assert_cmpuint (g_variant_n_children (jobs), ==, 0);
}

static void
test_error (Fixture       *fixture,
            gconstpointer  data)
{
  GVariantDict parameters = G_VARIANT_DICT_INIT (NULL);
  Answer answer;

  g_variant_dict_insert (&parameters, "jobId", "s", "00000000-0000-4000-8000-000000000000");
  answer = call (fixture, "Call", g_variant_new ("(s@a{sv})", "job-status", g_variant_dict_end (&parameters)));
  g_assert_null (answer.reply);
  g_assert_error (answer.error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_error_free (answer.error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define add(path, func) g_test_add ("/core/commands-service/" path, Fixture, NULL, set_up, func, tear_down)
  add ("list", test_list);
  add ("call", test_call);
  add ("error", test_error);
#undef add

  return g_test_run ();
}
