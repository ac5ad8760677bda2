/* bench-start.c: how long the window takes from the start of the program, with many jobs in the store
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: bench-start PROGRAM. Needs a display. Each run is a process of its own over a store of 0, 1 000 and 10 000 jobs; the program says
 * on its debug output when the first frame and the list have been drawn. Prints the median of the runs in milliseconds.
 */

#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "attune-job.h"
#include "attune-json.h"

#define N_RUNS 7

static void
write_jobs (const char *data,
            guint       n_jobs)
{
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();

  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string ("starter"));
  for (guint i = 0; i < n_jobs; i++)
    {
      g_autoptr (AttuneJob) job = attune_job_new ("bench", i % 3 == 0 ? "together" : "local", configuration);
      g_autofree char *name = g_strdup_printf ("Run %u", i);
      g_autofree char *folder = g_build_filename (data, "attune", "jobs", attune_job_get_id (job), NULL);
      g_autofree char *path = g_build_filename (folder, "job.json", NULL);
      g_autoptr (JsonNode) node = NULL;
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;

      attune_job_set_name (job, name);
      attune_job_set_status (job, i % 5 == 0 ? ATTUNE_JOB_STATUS_FAILED : ATTUNE_JOB_STATUS_SUCCEEDED);
      node = attune_job_to_json (job);
      text = attune_json_write (node, FALSE);
      if (g_mkdir_with_parents (folder, 0700) != 0 ||
          !g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error))
        g_error ("%s: %s", path, error != NULL ? error->message : "cannot be made");
    }
}

/* Milliseconds until the program said @up and @listed. */
static void
start_once (const char *program,
            const char *data,
            double     *up,
            double     *listed)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start;
  char *line;

  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", data, TRUE);
  g_subprocess_launcher_setenv (launcher, "G_MESSAGES_DEBUG", "attune-window", TRUE);
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  start = g_get_monotonic_time ();
  process = g_subprocess_launcher_spawn (launcher, &error, program, NULL);
  if (process == NULL)
    g_error ("%s: %s", program, error->message);

  *up = *listed = -1.0;
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  while (*listed < 0.0 && (line = g_data_input_stream_read_line (lines, NULL, NULL, &error)) != NULL)
    {
      double now = (double) (g_get_monotonic_time () - start) / 1e3;

      if (strstr (line, "The window is up") != NULL)
        *up = now;
      else if (strstr (line, "The jobs are listed") != NULL)
        *listed = now;
      g_free (line);
    }
  if (*up < 0.0 || *listed < 0.0)
    g_error ("%s ended before its window was up", program);
  g_subprocess_send_signal (process, SIGTERM);
  g_subprocess_wait (process, NULL, NULL);
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-rf", path, NULL);

  g_subprocess_wait (process, NULL, NULL);
}

int
main (int    argc,
      char **argv)
{
  static const guint counts[] = { 0, 1000, 10000 };

  if (argc != 2)
    {
      g_printerr ("usage: bench-start PROGRAM\n");
      return 2;
    }

  for (guint c = 0; c < G_N_ELEMENTS (counts); c++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *data = g_dir_make_tmp ("attune-start-XXXXXX", &error);
      double up[N_RUNS], listed[N_RUNS];

      if (data == NULL)
        g_error ("%s", error->message);
      write_jobs (data, counts[c]);
      for (guint i = 0; i < N_RUNS; i++)
        start_once (argv[1], data, &up[i], &listed[i]);
      qsort (up, N_RUNS, sizeof (double), compare_doubles);
      qsort (listed, N_RUNS, sizeof (double), compare_doubles);
      g_print ("%5u jobs: first frame after %.0f ms, list drawn after %.0f ms (median of %u)\n",
               counts[c], up[N_RUNS / 2], listed[N_RUNS / 2], N_RUNS);
      remove_folder (data);
    }

  return 0;
}
