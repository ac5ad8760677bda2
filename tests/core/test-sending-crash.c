/* test-sending-crash.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands-helpers.h"

/* This program is its own other process, which creates a job and is killed at it: --child WHEN FOLDER. */
static const char *program;

static void
say (const char *word)
{
  printf ("%s\n", word);
  fflush (stdout);
}

/* Neither the request nor the upload ever ends. */
static void
hang_at_start (FakeAdapter            *adapter,
               const AttuneJobContext *context)
{
  adapter->delay = G_MAXUINT;
  say ("sending");
}

static void
hang_at_upload (FakeAdapter *adapter)
{
  adapter->delay = G_MAXUINT;
  say ("uploading");
}

static int
run_child (const char *when,
           const char *folder)
{
  g_autofree char *jobs_folder = g_build_filename (folder, "jobs", NULL);
  g_autofree char *datasets_folder = g_build_filename (folder, "datasets", NULL);
  g_autofree char *training = g_build_filename (folder, "support.jsonl", NULL);
  g_autoptr (AttuneJobStore) jobs = attune_job_store_new (jobs_folder);
  g_autoptr (AttuneDatasetStore) datasets = attune_dataset_store_new (datasets_folder);
  g_autoptr (AttuneRegistry) registry = attune_registry_new ();
  g_autoptr (FakeAdapter) adapter = fake_adapter_new ();
  g_autoptr (AttuneMonitor) monitor = attune_monitor_new (registry, jobs, datasets);
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  g_autoptr (AttuneCommands) commands = attune_commands_new (registry, jobs, datasets, monitor, credentials);
  g_autoptr (GVariant) parameters = g_variant_ref_sink (
    g_variant_new_parsed ("{'provider': <'fake'>, " CONFIGURATION ", 'training': <%s>}", training));
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_assert_true (attune_job_store_load_sync (jobs, NULL));
  g_assert_true (attune_dataset_store_load_sync (datasets, NULL));
  attune_registry_add (registry, ATTUNE_ADAPTER (adapter));
  attune_monitor_start (monitor);
  if (g_str_equal (when, "uploading"))
    adapter->on_upload = hang_at_upload;
  else
    adapter->on_start = hang_at_start;
  attune_commands_call_async (commands, "job-create", parameters, NULL, NULL, NULL);
  g_main_loop_run (loop);

  return 0;
}

static GPid
spawn (Fixture    *fixture,
       const char *when)
{
  const char *argv[] = { program, "--child", when, fixture->folder, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) said = g_string_new (NULL);
  char letter;
  GPid pid;
  int output;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            &pid, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  while (strstr (said->str, when) == NULL)
    {
      g_assert_cmpint (read (output, &letter, 1), ==, 1);
      g_string_append_c (said, letter);
    }
  close (output);

  return pid;
}

static void
kill_child (GPid pid)
{
  int status;

  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
}

/* While the sender lives nobody takes the job away from it; once it is dead the job is found at the provider, and not sent again. */
static void
test_sending (Fixture       *fixture,
              gconstpointer  data)
{
  GPid pid = spawn (fixture, "sending");
  gint64 until = g_get_monotonic_time () + 600 * 1000;
  AttuneJob *job;

  attune_monitor_start (fixture->monitor);
  wait_until (n_jobs (fixture) == 1);
  job = only_job (fixture);
  wait_until (g_get_monotonic_time () > until);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_SUBMITTING);
  g_assert_cmpuint (fixture->adapter->n_finds, ==, 0);
  call (fixture, "job-cancel", "{'jobId': <'%s'>}", attune_job_get_id (job));
  assert_error (fixture, ATTUNE_ERROR_CONFLICT, "just being sent");

  kill_child (pid);
  wait_until (attune_job_get_provider_job_id (job) != NULL);
  g_assert_cmpstr (attune_job_get_provider_job_id (job), ==, "found-1");
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 0);
}

/* Nothing was sent yet: the job says so, and is sent when it is resumed. */
static void
test_uploading (Fixture       *fixture,
                gconstpointer  data)
{
  GPid pid = spawn (fixture, "uploading");
  AttuneJob *job;
  g_autoptr (GError) error = NULL;

  wait_until (n_jobs (fixture) == 1);
  job = only_job (fixture);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_PREPARING);
  call (fixture, "job-status", "{'jobId': <'%s'>}", attune_job_get_id (job));
  g_assert_cmpstr (text_of (fixture, "status"), ==, "preparing");

  kill_child (pid);
  call (fixture, "job-status", "{'jobId': <'%s'>}", attune_job_get_id (job));
  g_assert_cmpstr (text_of (fixture, "status"), ==, "failed");
  error = attune_job_dup_error (job);
  g_assert_nonnull (strstr (error->message, "interrupted before it sent"));

  g_set_error_literal (&fixture->adapter->find_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, "none");
  call (fixture, "job-resume", "{'jobId': <'%s'>}", attune_job_get_id (job));
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (attune_job_get_provider_job_id (job), ==, "started-1");
  g_assert_cmpstr (fixture->adapter->last_training, ==, fixture->training);
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 4 && g_str_equal (argv[1], "--child"))
    return run_child (argv[2], argv[3]);

  program = argv[0];
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/sending-crash/sending", test_sending);
  ADD ("/sending-crash/uploading", test_uploading);

  return g_test_run ();
}
