/* terminal.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "attune-json.h"
#include "attune-machine.h"

/* The real attunectl, run as a person runs it, in a data folder of the test's own. */

#define TERMINAL_TIMEOUT (120 * G_USEC_PER_SEC)

static inline gboolean
terminal_wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* A moment in the main context, so that waiting takes no processor from the trainer. */
static inline void
terminal_idle (void)
{
  guint id = g_timeout_add (5, terminal_wake_cb, NULL);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

typedef struct {
  int   status; /* exit status, or -1 for a signal */
  char *out;
  char *err;
} Terminal;

static inline void
terminal_clear (Terminal *self)
{
  g_clear_pointer (&self->out, g_free);
  g_clear_pointer (&self->err, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Terminal, terminal_clear)

static inline GSubprocess *
terminal_spawn (const char *data_home,
                GStrv       words)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "..", "src", "cli", "attunectl", NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", data_home != NULL ? data_home : g_get_user_data_dir (), TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CACHE_HOME", g_get_user_cache_dir (), TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", g_get_user_config_dir (), TRUE);
  g_subprocess_launcher_setenv (launcher, "HOME", g_get_home_dir (), TRUE);
  g_strv_builder_add (builder, program);
  g_strv_builder_addv (builder, (const char **) words);
  argv = g_strv_builder_end (builder);

  process = g_subprocess_launcher_spawnv (launcher, (const char * const *) argv, &error);
  g_assert_no_error (error);

  return process;
}

static inline Terminal
terminal_finish (GSubprocess *process)
{
  Terminal self = { 0 };
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &self.out, &self.err, &error);
  g_assert_no_error (error);
  self.status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  if (strstr (self.err, "Sanitizer") != NULL || strstr (self.err, "runtime error") != NULL)
    g_error ("%s", self.err);

  return self;
}

/* @data_home: NULL for the test's own. The words end with NULL. */
static inline Terminal
terminal_run_at (const char *data_home,
                 const char *first,
                 ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;
  g_autoptr (GSubprocess) process = NULL;
  va_list arguments;

  va_start (arguments, first);
  for (const char *word = first; word != NULL; word = va_arg (arguments, const char *))
    g_strv_builder_add (builder, word);
  va_end (arguments);
  words = g_strv_builder_end (builder);
  process = terminal_spawn (data_home, words);

  return terminal_finish (process);
}

#define terminal_run(...) terminal_run_at (NULL, __VA_ARGS__, NULL)

#define assert_status(terminal, expected)                                                                        \
  G_STMT_START                                                                                                   \
  {                                                                                                              \
    if ((terminal).status != (expected))                                                                         \
      g_error ("line %d: exit status %d instead of %d\nout: %s\nerr: %s", __LINE__, (terminal).status, expected, \
               (terminal).out, (terminal).err);                                                                  \
  }                                                                                                              \
  G_STMT_END

#define assert_contains(text, part)                                          \
  G_STMT_START                                                               \
  {                                                                          \
    if (strstr (text, part) == NULL)                                         \
      g_error ("line %d: “%s” is not in: %s", __LINE__, part, text);         \
  }                                                                          \
  G_STMT_END

/* Exactly one JSON document and nothing else. */
static inline JsonNode *
terminal_parse (const Terminal *self)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_json_parse (self->out, -1, "attunectl", &error);

  if (error != NULL)
    g_error ("%s\nout: %s\nerr: %s", error->message, self->out, self->err);

  return node;
}

static inline char *
terminal_model (void)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", "model", NULL);
}

static inline char *
terminal_write (const char *name,
                const char *text)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "files", NULL);
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);

  return path;
}

#define GOOD_ROW(i) "{\"messages\":[{\"role\":\"user\",\"content\":\"What is " #i " + 1?\"},{\"role\":\"assistant\",\"content\":\"More than " #i ".\"}]}\n"

static inline char *
terminal_write_rows (const char *name,
                     guint       n_rows)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_rows; i++)
    g_string_append_printf (text, "{\"messages\":[{\"role\":\"user\",\"content\":\"What is %u + 1?\"},{\"role\":\"assistant\",\"content\":\"%u\"}]}\n", i, i + 1);

  return terminal_write (name, text->str);
}

/* The job's state as attunectl tells it. (transfer full) */
static inline char *
terminal_job_status (const char *data_home,
                     const char *id,
                     gint64     *step)
{
  g_auto (Terminal) terminal = terminal_run_at (data_home, "job-status", id, "--json", NULL);
  g_autoptr (JsonNode) node = NULL;

  assert_status (terminal, 0);
  node = terminal_parse (&terminal);
  if (step != NULL)
    *step = attune_json_peek_int (node, "step", -1);

  return g_strdup (attune_json_peek_string (node, "status", NULL));
}

static inline void
terminal_wait_for (const char *data_home,
                   const char *id,
                   const char *status,
                   gint64      step)
{
  gint64 deadline = g_get_monotonic_time () + TERMINAL_TIMEOUT;

  while (g_get_monotonic_time () < deadline)
    {
      gint64 now_step;
      g_autofree char *now = terminal_job_status (data_home, id, &now_step);

      if (strcmp (now, status) == 0 && now_step >= step)
        return;
      if (strcmp (now, "failed") == 0 || strcmp (now, "succeeded") == 0 || strcmp (now, "cancelled") == 0)
        g_error ("The job is %s at step %" G_GINT64_FORMAT " instead of %s", now, now_step, status);
      terminal_idle ();
    }
  g_error ("The job did not become %s", status);
}

/* Until the trainer has done @step, by what it measures at each: its status tells only once a second. */
static inline void
terminal_wait_for_step (const char *data_home,
                        const char *id,
                        guint       step)
{
  g_autofree char *path = g_build_filename (data_home != NULL ? data_home : g_get_user_data_dir (), "attune", "jobs", id, "run", "metrics.jsonl", NULL);
  gint64 deadline = g_get_monotonic_time () + TERMINAL_TIMEOUT;

  while (g_get_monotonic_time () < deadline)
    {
      g_autofree char *contents = NULL;
      guint n_lines = 0;

      if (g_file_get_contents (path, &contents, NULL, NULL))
        {
          for (const char *p = contents; *p != '\0'; p++)
            n_lines += *p == '\n';
        }
      if (n_lines >= step)
        return;
      terminal_idle ();
    }
  g_error ("The job did not reach step %u", step);
}

/* The trainer that works on a job. */
static inline GPid
terminal_engine_pid (const char *data_home,
                     const char *id)
{
  g_autofree char *path = g_build_filename (data_home != NULL ? data_home : g_get_user_data_dir (), "attune", "jobs", id, "run", "status.json", NULL);
  g_autoptr (JsonNode) node = attune_json_parse_file (path, NULL);
  gint64 pid = node != NULL ? attune_json_peek_int (node, "pid", 0) : 0;
  guint64 start = node != NULL ? (guint64) attune_json_peek_int (node, "pidStartTime", 0) : 0;

  return attune_machine_is_process_alive (pid, start) ? (GPid) pid : 0;
}

static inline void
terminal_kill_engine (const char *data_home,
                      const char *id)
{
  GPid pid = terminal_engine_pid (data_home, id);
  gint64 deadline = g_get_monotonic_time () + TERMINAL_TIMEOUT;

  if (pid != 0)
    g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  while (terminal_engine_pid (data_home, id) != 0 && g_get_monotonic_time () < deadline)
    terminal_idle ();
  g_assert_cmpint (terminal_engine_pid (data_home, id), ==, 0);
}

/* Nothing that a test started outlives it. */
static inline void
terminal_kill_all (const char *data_home)
{
  g_autofree char *folder = g_build_filename (data_home != NULL ? data_home : g_get_user_data_dir (), "attune", "jobs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      if (strlen (name) == 36)
        terminal_kill_engine (data_home, name);
    }
}

static inline double
terminal_last_loss (const char *data_home,
                    const char *id)
{
  g_auto (Terminal) terminal = terminal_run_at (data_home, "job-metrics", id, "--json", NULL);
  g_autoptr (JsonNode) node = NULL;
  JsonArray *metrics;
  double loss = -1;
  gint64 last = 0;

  assert_status (terminal, 0);
  node = terminal_parse (&terminal);
  metrics = json_object_get_array_member (json_node_get_object (node), "metrics");
  for (guint i = 0; i < json_array_get_length (metrics); i++)
    {
      JsonObject *point = json_array_get_object_element (metrics, i);

      if (!json_object_has_member (point, "loss"))
        continue;
      /* Each step once, none left out, in order: also where the run was taken up again. */
      g_assert_cmpint (json_object_get_int_member (point, "step"), ==, last + 1);
      last++;
      loss = json_object_get_double_member (point, "loss");
    }
  g_assert_cmpfloat (loss, >, 0);

  return loss;
}
