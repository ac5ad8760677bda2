/* test-store-processes.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-store.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attune-job-store-private.h"
#include "store-helpers.h"

/* This program is its own other process: --child ROLE FOLDER [ID]. */
static const char *program;

/* What another process does appears here within this, in microseconds. */
#define SOON (G_USEC_PER_SEC)

typedef struct {
  char           *folder;
  AttuneJobStore *store;
  GPid            pid;
  int             input;  /* of the child */
  int             output; /* of the child, not blocking */
  GString        *said;
} Fixture;

static void
load (AttuneJobStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_job_store_load_sync (store, &error));
  g_assert_no_error (error);
}

static void
save (AttuneJobStore *store,
      AttuneJob      *job)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_job_store_save_sync (store, job, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = make_folder ();
  fixture->store = attune_job_store_new (fixture->folder);
  fixture->said = g_string_new (NULL);
  load (fixture->store);
}

static void
spawn (Fixture    *fixture,
       const char *role,
       const char *id)
{
  const char *argv[] = { program, "--child", role, fixture->folder, id, NULL };
  g_autoptr (GError) error = NULL;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            &fixture->pid, &fixture->input, &fixture->output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fcntl (fixture->output, F_SETFL, O_NONBLOCK), ==, 0);
}

/* Reads what is there. FALSE at the end. */
static gboolean
listen_to (Fixture *fixture)
{
  char buffer[4096];
  gssize n_read;

  while ((n_read = read (fixture->output, buffer, sizeof buffer)) > 0)
    g_string_append_len (fixture->said, buffer, n_read);

  return n_read != 0;
}

static gboolean
has_said (Fixture    *fixture,
          const char *word)
{
  listen_to (fixture);

  return strstr (fixture->said->str, word) != NULL;
}

static void
tell (Fixture    *fixture,
      const char *line)
{
  gsize length = strlen (line);

  g_assert_cmpint (write (fixture->input, line, length), ==, length);
}

static void
end_child (Fixture *fixture,
           int      signal)
{
  int status;

  close (fixture->input);
  if (signal != 0)
    g_assert_cmpint (kill (fixture->pid, signal), ==, 0);
  g_assert_cmpint (waitpid (fixture->pid, &status, 0), ==, fixture->pid);
  if (signal == 0)
    g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  else
    g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == signal);
  while (listen_to (fixture))
    continue;
  close (fixture->output);
  g_spawn_close_pid (fixture->pid);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->store);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_string_free (fixture->said, TRUE);
}

static AttuneJob *
first (AttuneJobStore *store)
{
  g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (store), 0);

  return job;
}

/* "actor": does as it is told, one line each: create, rename NAME, delete, quit. */
static int
run_actor (AttuneJobStore *store)
{
  g_autoptr (AttuneJob) job = make_job ();
  char line[256];

  load (store);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_strchomp (line);
      if (g_str_equal (line, "create"))
        {
          save (store, job);
        }
      else if (g_str_has_prefix (line, "rename "))
        {
          attune_job_set_name (job, line + strlen ("rename "));
          save (store, job);
        }
      else if (g_str_equal (line, "delete"))
        {
          g_autoptr (GAsyncResult) result = NULL;

          attune_job_store_delete_async (store, job, NULL, keep_result_cb, &result);
          wait_until (result != NULL);
          g_assert_true (attune_job_store_delete_finish (store, result, NULL));
        }
      printf ("done %s\n", line);
      fflush (stdout);
    }

  return 0;
}

/* "echo": answers to each job named ping-N by naming it pong-N. */
static gboolean
answer_pings (AttuneJobStore *store)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (store)); i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (store), i);
      const char *name = attune_job_get_name (job);

      if (g_str_has_prefix (name, "ping-"))
        {
          g_autofree char *answer = g_strconcat ("pong-", name + strlen ("ping-"), NULL);

          attune_job_set_name (job, answer);
          save (store, job);
        }
      if (g_str_equal (attune_job_get_name (job), "quit"))
        return TRUE;
    }

  return FALSE;
}

static int
run_echo (AttuneJobStore *store,
          gboolean        unwatched)
{
  load (store);
  if (unwatched)
    attune_entity_store_drop_watch (store->entities);
  printf ("ready\n");
  fflush (stdout);
  wait_until (answer_pings (store));

  return 0;
}

/* "saver": saves as fast as it can, and says what is done after it is done. */
static int
run_saver (AttuneJobStore *store,
           const char     *id)
{
  AttuneJob *job;

  load (store);
  job = attune_job_store_lookup (store, id);
  g_assert_nonnull (job);

  for (gint64 n = attune_job_get_trained_tokens (job) + 1;; n++)
    {
      AttuneMetricPoint point = { .step = n, .epoch = NAN, .time = n, .set = 1u << ATTUNE_METRIC_LOSS };
      g_autofree char *name = g_strnfill (1 + n % 3000, 'n');
      g_autofree char *report = NULL;
      g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
      g_autoptr (AttuneJob) another = make_job ();
      g_autoptr (GError) error = NULL;

      attune_job_set_trained_tokens (job, n);
      attune_job_set_name (job, name);
      save (store, job);
      report = g_strdup_printf ("job %" G_GINT64_FORMAT "\n", n);
      if (write (STDOUT_FILENO, report, strlen (report)) < 0)
        return 1;

      point.values[ATTUNE_METRIC_LOSS] = 1.0 / (double) n;
      g_assert_true (attune_job_store_append_metrics_sync (store, job, &point, 1, &error));
      g_ptr_array_add (events, attune_event_new (n, "info", "Working", NULL));
      g_assert_true (attune_job_store_append_events_sync (store, job, events, &error));
      g_assert_no_error (error);
      g_clear_pointer (&report, g_free);
      report = g_strdup_printf ("lines %" G_GINT64_FORMAT "\n", n);
      if (write (STDOUT_FILENO, report, strlen (report)) < 0)
        return 1;

      save (store, another);
      g_clear_pointer (&report, g_free);
      report = g_strdup_printf ("new %s\n", attune_job_get_id (another));
      if (write (STDOUT_FILENO, report, strlen (report)) < 0)
        return 1;
    }
}

static void
test_follow (Fixture       *fixture,
             gconstpointer  data)
{
  gint64 done;
  gint64 took[3];
  AttuneJob *job;

  spawn (fixture, "actor", NULL);

  tell (fixture, "create\n");
  wait_until (has_said (fixture, "done create"));
  done = g_get_monotonic_time ();
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->store)) == 1);
  took[0] = g_get_monotonic_time () - done;

  job = first (fixture->store);
  tell (fixture, "rename Something else\n");
  wait_until (has_said (fixture, "done rename"));
  done = g_get_monotonic_time ();
  wait_until (g_str_equal (attune_job_get_name (job), "Something else"));
  took[1] = g_get_monotonic_time () - done;
  g_assert_true (first (fixture->store) == job);

  tell (fixture, "delete\n");
  wait_until (has_said (fixture, "done delete"));
  done = g_get_monotonic_time ();
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->store)) == 0);
  took[2] = g_get_monotonic_time () - done;

  g_test_message ("seen after %.0f, %.0f and %.0f ms",
                  (double) took[0] / 1000, (double) took[1] / 1000, (double) took[2] / 1000);
  for (guint i = 0; i < G_N_ELEMENTS (took); i++)
    g_assert_cmpint (took[i], <, SOON);
  end_child (fixture, 0);
}

static void
test_both_ways (Fixture       *fixture,
                gconstpointer  role)
{
  g_autoptr (AttuneJob) job = make_job ();
  gint64 slowest = 0;

  save (fixture->store, job);
  spawn (fixture, role, NULL);
  wait_until (has_said (fixture, "ready"));
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *ping = g_strdup_printf ("ping-%u", i);
      g_autofree char *pong = g_strdup_printf ("pong-%u", i);
      gint64 began;

      attune_job_set_name (job, ping);
      save (fixture->store, job);
      began = g_get_monotonic_time ();
      wait_until (g_str_equal (attune_job_get_name (job), pong));
      slowest = MAX (slowest, g_get_monotonic_time () - began);
    }
  g_test_message ("there and back in at most %.0f ms", (double) slowest / 1000);
  g_assert_cmpint (slowest, <, 2 * SOON);
  attune_job_set_name (job, "quit");
  save (fixture->store, job);
  end_child (fixture, 0);
}

/* The last number that the child reported with this word before it was killed. */
static gint64
last_reported (Fixture    *fixture,
               const char *word)
{
  g_auto (GStrv) lines = g_strsplit (fixture->said->str, "\n", -1);
  gint64 last = 0;

  /* The last piece has no newline behind it, so it was not said to its end. */
  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    if (g_str_has_prefix (lines[i], word))
      last = g_ascii_strtoll (lines[i] + strlen (word), NULL, 10);

  return last;
}

static void
assert_new_ones (Fixture        *fixture,
                 AttuneJobStore *store)
{
  g_auto (GStrv) lines = g_strsplit (fixture->said->str, "\n", -1);

  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    if (g_str_has_prefix (lines[i], "new "))
      g_assert_nonnull (attune_job_store_lookup (store, lines[i] + strlen ("new ")));
}

static void
damaged_cb (AttuneJobStore *store,
            const char     *path,
            const char     *message,
            gpointer        user_data)
{
  g_error ("%s: %s", path, message);
}

/* Killed at any moment: whatever was reported as done is there, and everything can be read. */
static void
test_killed (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (GRand) random = g_rand_new ();
  gint64 n_saves = 0;
  guint n_rounds = g_test_slow () ? 200 : 25;

  save (fixture->store, job);
  for (guint round = 0; round < n_rounds; round++)
    {
      g_autoptr (AttuneJobStore) fresh = NULL;
      g_autoptr (GArray) points = NULL;
      g_autoptr (GPtrArray) events = NULL;
      g_autoptr (GError) error = NULL;
      goffset offset = 0;
      goffset events_offset = 0;
      AttuneJob *read;
      gint64 job_reported;
      gint64 lines_reported;

      g_string_truncate (fixture->said, 0);
      spawn (fixture, "saver", attune_job_get_id (job));
      wait_until (has_said (fixture, "new "));
      /* Not at a moment that the child has chosen. */
      g_usleep ((gulong) g_rand_int_range (random, 0, 100000));
      end_child (fixture, SIGKILL);
      job_reported = last_reported (fixture, "job ");
      lines_reported = last_reported (fixture, "lines ");
      g_assert_cmpint (job_reported, >, n_saves);
      n_saves = job_reported;

      fresh = attune_job_store_new (fixture->folder);
      g_signal_connect (fresh, "damaged", G_CALLBACK (damaged_cb), NULL);
      load (fresh);
      read = attune_job_store_lookup (fresh, attune_job_get_id (job));
      g_assert_nonnull (read);
      /* One more may be there whose report was cut short. */
      g_assert_cmpint (attune_job_get_trained_tokens (read), >=, job_reported);
      g_assert_cmpint (attune_job_get_trained_tokens (read), <=, job_reported + 1);
      g_assert_cmpuint (strlen (attune_job_get_name (read)), ==, 1 + attune_job_get_trained_tokens (read) % 3000);
      assert_new_ones (fixture, fresh);

      points = attune_job_store_read_metrics (fresh, read, &offset, &error);
      g_assert_no_error (error);
      events = attune_job_store_read_events (fresh, read, &events_offset, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (points->len, >, 0);
      g_assert_cmpint (g_array_index (points, AttuneMetricPoint, points->len - 1).step, >=, lines_reported);
      g_assert_cmpint (((AttuneEvent *) g_ptr_array_index (events, events->len - 1))->time, >=, lines_reported);
      for (guint i = 1; i < points->len; i++)
        g_assert_cmpint (g_array_index (points, AttuneMetricPoint, i).step, >,
                         g_array_index (points, AttuneMetricPoint, i - 1).step);
    }
  g_test_message ("killed %u times in %" G_GINT64_FORMAT " saves", n_rounds, n_saves);
  /* A lock that its holder did not live to let go of holds up nobody. */
  save (fixture->store, job);
}

/* Two processes save the same job as fast as they can: neither loses what is the other's. */
static void
test_contention (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (AttuneJobStore) fresh = NULL;
  AttuneJob *read;

  attune_job_set_status (job, ATTUNE_JOB_STATUS_RUNNING);
  save (fixture->store, job);
  spawn (fixture, "saver", attune_job_get_id (job));
  wait_until (has_said (fixture, "new "));
  for (gint64 step = 1; step <= 100; step++)
    {
      attune_job_set_steps (job, step, 100);
      save (fixture->store, job);
      while (g_main_context_iteration (NULL, FALSE))
        continue;
    }
  end_child (fixture, SIGKILL);

  fresh = attune_job_store_new (fixture->folder);
  load (fresh);
  read = attune_job_store_lookup (fresh, attune_job_get_id (job));
  g_assert_cmpint (attune_job_get_step (read), ==, 100);
  g_assert_cmpint (attune_job_get_trained_tokens (read), >=, last_reported (fixture, "job "));
}

static int
run_child (const char *role,
           const char *folder,
           const char *id)
{
  AttuneJobStore *store = attune_job_store_new (folder);
  int status;

  if (g_str_equal (role, "actor"))
    status = run_actor (store);
  else if (g_str_has_prefix (role, "echo"))
    status = run_echo (store, g_str_equal (role, "echo-unwatched"));
  else
    status = run_saver (store, id);
  g_assert_finalize_object (store);

  return status;
}

int
main (int   argc,
      char *argv[])
{
  if (argc >= 4 && g_str_equal (argv[1], "--child"))
    return run_child (argv[2], argv[3], argc > 4 ? argv[4] : NULL);

  program = argv[0];
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/store-processes/follow", Fixture, NULL, set_up, test_follow, tear_down);
  g_test_add ("/store-processes/both-ways", Fixture, "echo", set_up, test_both_ways, tear_down);
  g_test_add ("/store-processes/without-inotify", Fixture, "echo-unwatched", set_up, test_both_ways, tear_down);
  g_test_add ("/store-processes/killed", Fixture, NULL, set_up, test_killed, tear_down);
  g_test_add ("/store-processes/contention", Fixture, NULL, set_up, test_contention, tear_down);

  return g_test_run ();
}
