/* prism-server.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "prism-server.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "attune-json.h"

#define PATIENCE (60 * G_USEC_PER_SEC)

struct _PrismServer
{
  GSubprocess *process;
  char        *folder;
  char        *description;
  char        *log;
  char        *url;
};

char *
prism_server_find_program (char **reason)
{
  const char *sources = g_getenv ("G_TEST_SRCDIR");
  g_autofree char *script = g_build_filename (sources != NULL ? sources : ".", "..", "build-aux", "prism-packages", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
                                                      script, NULL);
  g_autofree char *output = NULL;
  g_autofree char *problem = NULL;

  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, NULL, &output, &problem, &error))
    {
      *reason = g_strdup (error->message);
      return NULL;
    }
  if (!g_subprocess_get_successful (process))
    {
      *reason = g_strdup (g_strstrip (problem));
      return NULL;
    }

  return g_strdup (g_strstrip (output));
}

/* One that nobody has just now. */
static guint16
find_port (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_no_error (error);
  g_socket_bind (socket, address, TRUE, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static gboolean
is_listening (PrismServer *self)
{
  g_autofree char *log = prism_server_dup_log (self);

  return strstr (log, "Prism is listening") != NULL;
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* In the child: it goes with a test that is aborted. */
static void
child_setup_cb (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != GPOINTER_TO_INT (user_data))
    _exit (1);
}

static gboolean
start (PrismServer *self,
       const char  *program)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_MERGE);
  guint16 port = find_port ();
  g_autofree char *number = g_strdup_printf ("%u", port);
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autoptr (GError) error = NULL;
  guint tick;

  g_free (self->url);
  self->url = g_strdup_printf ("http://127.0.0.1:%u", port);
  g_subprocess_launcher_set_stdout_file_path (launcher, self->log);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, GINT_TO_POINTER (getpid ()), NULL);
  g_subprocess_launcher_setenv (launcher, "NO_COLOR", "1", TRUE);
  g_subprocess_launcher_setenv (launcher, "FORCE_COLOR", "0", TRUE);
  self->process = g_subprocess_launcher_spawn (launcher, &error, "node", program, "mock", "--errors", "-h", "127.0.0.1", "-p", number,
                                               self->description, NULL);
  g_assert_no_error (error);

  tick = g_timeout_add (20, tick_cb, NULL);
  while (!is_listening (self) && g_get_monotonic_time () < deadline && g_subprocess_get_identifier (self->process) != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);

  return is_listening (self);
}

PrismServer *
prism_server_new (const char *program,
                  const char *provider,
                  JsonNode   *description)
{
  PrismServer *self = g_new0 (PrismServer, 1);
  g_autofree char *name = g_strconcat (provider, ".json", NULL);
  g_autofree char *text = attune_json_write (description, TRUE);
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("attune-prism-XXXXXX", &error);
  g_assert_no_error (error);
  self->description = g_build_filename (self->folder, name, NULL);
  self->log = g_build_filename (self->folder, "log", NULL);
  g_file_set_contents (self->description, text, -1, &error);
  g_assert_no_error (error);
  g_file_set_contents (self->log, "", 0, &error);
  g_assert_no_error (error);

  /* Somebody else may have taken the port in between. */
  for (guint i = 0; i < 3; i++)
    {
      if (start (self, program))
        return self;
      g_subprocess_force_exit (self->process);
      g_subprocess_wait (self->process, NULL, NULL);
      g_clear_object (&self->process);
    }

  {
    g_autofree char *log = prism_server_dup_log (self);

    g_error ("Prism does not start:\n%s", log);
  }
}

void
prism_server_free (PrismServer *self)
{
  if (self == NULL)
    return;

  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
  g_unlink (self->description);
  g_unlink (self->log);
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->description);
  g_free (self->log);
  g_free (self->url);
  g_free (self);
}

const char *
prism_server_get_url (PrismServer *self)
{
  return self->url;
}

char *
prism_server_dup_log (PrismServer *self)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (self->log, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

GStrv
prism_server_list_requests (PrismServer *self)
{
  g_autofree char *log = prism_server_dup_log (self);
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *start = strstr (lines[i], "[HTTP SERVER] ");
      g_auto (GStrv) words = NULL;

      if (start == NULL || strstr (start, "Request received") == NULL)
        continue;
      words = g_strsplit (start + strlen ("[HTTP SERVER] "), " ", 3);
      g_strv_builder_take (builder, g_strconcat (words[0], " ", words[1], NULL));
    }

  return g_strv_builder_end (builder);
}

char *
prism_server_dup_violations (PrismServer *self)
{
  g_autofree char *log = prism_server_dup_log (self);
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  g_autoptr (GString) violations = g_string_new (NULL);
  const char *request = "";

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (strstr (lines[i], "Request received") != NULL)
        request = lines[i];
      else if (strstr (lines[i], "did not pass") != NULL || strstr (lines[i], "Violation") != NULL || strstr (lines[i], "terminated with error") != NULL)
        g_string_append_printf (violations, "%s\n  %s\n", request, lines[i]);
    }

  return violations->len > 0 ? g_string_free_and_steal (g_steal_pointer (&violations)) : NULL;
}
