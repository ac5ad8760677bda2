/* bench-watch.c: what it costs to watch 500 unfinished jobs
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: bench-watch [SECONDS]. The fake provider runs as a process of its own. Prints the processor time that watching takes, in percent of
 * one core, and the most requests that went out in any one second. Fails above 1 % and above 30 requests (one question may be several).
 */

#include "config.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "attune-adapters.h"
#include "attune-monitor.h"
#include "fake-server.h"

#define N_JOBS 500
#define MAX_PERCENT 1.0
#define MAX_BURST 30

static GDataInputStream *answers;
static GOutputStream *questions;

/* Any job there is runs, and nothing is new of it. */
static void
answer_cb (FakeServer        *server,
           const FakeRequest *request,
           FakeAnswer        *answer,
           gpointer           user_data)
{
  g_auto (GStrv) words = g_strsplit (request->path, "/", -1);
  guint n = g_strv_length (words);

  if (n == 4 && g_str_equal (words[1], "fine_tuning"))
    fake_answer_json (answer, 200, "{\"object\":\"fine_tuning.job\",\"id\":\"%s\",\"status\":\"running\",\"created_at\":1795300000,\"model\":\"m\","
                      "\"error\":null,\"fine_tuned_model\":null,\"finished_at\":null,\"trained_tokens\":null,\"result_files\":[]}", words[3]);
  else if (n == 3 && g_str_equal (words[1], "fine-tunes"))
    fake_answer_json (answer, 200, "{\"id\":\"%s\",\"status\":\"running\",\"created_at\":\"2026-11-22T12:00:00Z\",\"events\":[]}", words[2]);
  else
    fake_answer_json (answer, 200, "{\"object\":\"list\",\"data\":[],\"has_more\":false}");
}

static gboolean
line_cb (GIOChannel   *channel,
         GIOCondition  condition,
         gpointer      user_data)
{
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    exit (0);

  g_print ("%u\n", fake_server_count (user_data, NULL, "*"));
  fake_server_forget (user_data);
  return G_SOURCE_CONTINUE;
}

static int
serve (void)
{
  FakeServer *server = fake_server_new ();
  GIOChannel *channel = g_io_channel_unix_new (0);

  fake_server_add_route (server, NULL, "*", answer_cb, NULL);
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, line_cb, server);
  g_print ("%s\n", fake_server_get_url (server));
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
  return 0;
}

static void
start_fake (const char *program)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--serve", NULL);

  if (process == NULL)
    g_error ("%s", error->message);
  answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  questions = g_subprocess_get_stdin_pipe (process);
  url = g_data_input_stream_read_line (answers, NULL, NULL, NULL);
  g_setenv ("OPENAI_BASE_URL", url, TRUE);
  g_setenv ("TOGETHER_BASE_URL", url, TRUE);
  g_setenv ("OPENAI_API_KEY", "sk-bench-0123456789", TRUE);
  g_setenv ("TOGETHER_API_KEY", "sk-bench-0123456789", TRUE);
}

/* The requests since the last call. */
static guint
count (void)
{
  g_autofree char *line = NULL;

  g_output_stream_write_all (questions, "count\n", 6, NULL, NULL, NULL);
  line = g_data_input_stream_read_line (answers, NULL, NULL, NULL);
  return line != NULL ? (guint) g_ascii_strtoull (line, NULL, 10) : 0;
}

static double
get_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  guint *n_saved = user_data;

  attune_job_store_save_finish (ATTUNE_JOB_STORE (source), result, NULL);
  (*n_saved)++;
}

typedef struct {
  GMainLoop *loop;
  guint      seconds;
  guint      most;
  guint      total;
} Watching;

static gboolean
second_cb (gpointer user_data)
{
  Watching *watching = user_data;
  guint now = count ();

  watching->most = MAX (watching->most, now);
  watching->total += now;
  if (--watching->seconds > 0)
    return G_SOURCE_CONTINUE;

  g_main_loop_quit (watching->loop);
  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *folder = NULL;
  g_autoptr (AttuneRegistry) registry = attune_registry_new ();
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (AttuneJobStore) jobs = NULL;
  g_autoptr (AttuneDatasetStore) datasets = NULL;
  g_autoptr (AttuneMonitor) monitor = NULL;
  Watching watching = { 0 };
  guint n_saved = 0;
  double before;
  double percent;
  guint seconds = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 60;

  if (argc > 1 && g_str_equal (argv[1], "--serve"))
    return serve ();

  folder = g_dir_make_tmp ("attune-watch-XXXXXX", NULL);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  start_fake (argv[0]);
  attune_adapters_add_all (registry, credentials);
  jobs = attune_job_store_new (NULL);
  datasets = attune_dataset_store_new (NULL);
  monitor = attune_monitor_new (registry, jobs, datasets);
  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string ("m"));
  for (guint i = 0; i < N_JOBS; i++)
    {
      g_autoptr (AttuneJob) job = attune_job_new ("bench", i % 2 == 0 ? "openai" : "together", configuration);
      g_autofree char *id = g_strdup_printf ("%s-%u", i % 2 == 0 ? "ftjob" : "ft", i);

      attune_job_set_provider_job_id (job, id);
      attune_job_set_status (job, i % 3 == 0 ? ATTUNE_JOB_STATUS_QUEUED : ATTUNE_JOB_STATUS_RUNNING);
      attune_job_store_save_async (jobs, job, NULL, saved_cb, &n_saved);
    }
  while (n_saved < N_JOBS)
    g_main_context_iteration (NULL, TRUE);

  watching.loop = g_main_loop_new (NULL, FALSE);
  watching.seconds = seconds;
  count ();
  before = get_seconds ();
  attune_monitor_start (monitor);
  g_timeout_add_seconds (1, second_cb, &watching);
  g_main_loop_run (watching.loop);
  percent = 100 * (get_seconds () - before) / seconds;
  attune_monitor_stop (monitor);
  g_main_loop_unref (watching.loop);

  g_print ("1..2\n");
  g_print ("# %d unfinished jobs for %u s: %u requests\n", N_JOBS, seconds, watching.total);
  g_print ("%s 1 %.2f %% of a core (at most %.0f)\n", percent <= MAX_PERCENT && watching.total > 0 ? "ok" : "not ok", percent, MAX_PERCENT);
  g_print ("%s 2 %u requests in the busiest second (at most %d)\n", watching.most <= MAX_BURST ? "ok" : "not ok", watching.most, MAX_BURST);
  return 0;
}
