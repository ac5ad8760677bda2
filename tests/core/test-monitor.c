/* test-monitor.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "monitor-helpers.h"

static gint64
number_on_disk (const char *folder,
                AttuneJob  *job,
                const char *member)
{
  g_autofree char *path = g_build_filename (folder, attune_job_get_id (job), "job.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = attune_json_parse_file (path, &error);

  g_assert_no_error (error);
  return attune_json_peek_int (node, member, -1);
}

static void
test_life (Fixture       *fixture,
           gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_QUEUED, "p-1");
  AttuneStatusUpdate *end = fake_update (ATTUNE_JOB_STATUS_SUCCEEDED, 10);
  g_autoptr (GPtrArray) events = NULL;
  goffset offset = 0;
  guint asked;

  end->output_path = g_strdup ("/out");
  end->fine_tuned_model = g_strdup ("ft:1");
  end->trained_tokens = 77;
  end->checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
  g_ptr_array_add (end->checkpoints, attune_checkpoint_new ("step-5", 5, 0, NULL, NAN));
  fake_adapter_push (fixture->adapter, running (3));
  fake_adapter_push (fixture->adapter, running (6));
  fake_adapter_push (fixture->adapter, end);

  attune_monitor_start (fixture->monitor);
  wait_until (attune_job_get_step (job) == 3);
  /* The files are never behind the job. */
  g_assert_cmpuint (count_points (fixture, job), ==, 3);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpfloat (attune_job_get_metric (job, ATTUNE_METRIC_LOSS), ==, 1.0 / 3);
  wait_until (fixture->n_finished == 1);
  g_assert_cmpint (fixture->status_when_finished, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_true (fixture->saved_when_finished);
  g_assert_cmpstr (attune_job_get_output_path (job), ==, "/out");
  g_assert_cmpstr (attune_job_get_fine_tuned_model (job), ==, "ft:1");
  g_assert_cmpint (attune_job_get_trained_tokens (job), ==, 77);
  g_assert_cmpuint (attune_job_get_checkpoints (job)->len, ==, 1);
  g_assert_cmpint (number_on_disk (fixture->folder, job, "step"), ==, 10);
  g_assert_cmpuint (count_points (fixture, job), ==, 6);
  events = attune_job_store_read_events (fixture->jobs, job, &offset, NULL);
  g_assert_cmpuint (events->len, ==, 1);

  /* Nobody is unfinished, so nobody is asked. */
  asked = fixture->adapter->n_queries;
  g_assert_cmpuint (asked, ==, 3);
  wait_a_moment (300);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, asked);
  g_assert_cmpuint (fixture->n_finished, ==, 1);
  g_assert_cmpuint (fixture->n_failed, ==, 0);
}

static void
test_rhythm (Fixture       *fixture,
             gconstpointer  data)
{
  AttuneStatusUpdate *own = fake_update (ATTUNE_JOB_STATUS_RUNNING, 1);
  AttuneStatusUpdate *asked_for = fake_update (ATTUNE_JOB_STATUS_RUNNING, 2);
  gint64 *times = fixture->adapter->answered;

  /* Its own: ten seconds, of which here a hundredth; then what the adapter asks for. */
  asked_for->poll_after = 0.4;
  fake_adapter_push (fixture->adapter, own);
  fake_adapter_push (fixture->adapter, asked_for);
  add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->adapter->n_queries >= 3);
  g_assert_cmpint (times[1] - times[0], >=, 95 * 1000);
  g_assert_cmpint (times[2] - times[1], >=, 395 * 1000);
}

static void
test_backoff (Fixture       *fixture,
              gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  gint64 *times = fixture->adapter->answered;

  for (guint i = 0; i < 3; i++)
    fake_adapter_push_error (fixture->adapter, ATTUNE_ERROR_NO_NETWORK, "no way");
  fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_SUCCEEDED, 10));
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->n_finished == 1);
  g_assert_cmpuint (fixture->n_failed, ==, 3);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 4);
  /* 100 ms twice, four and eight times over, give or take a quarter. */
  g_assert_cmpint (times[1] - times[0], >=, 145 * 1000);
  g_assert_cmpint (times[2] - times[1], >=, 295 * 1000);
  g_assert_cmpint (times[3] - times[2], >=, 595 * 1000);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_SUCCEEDED);
}

/* A job that failed says why. */
static void
test_failed_job (Fixture       *fixture,
                 gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  AttuneStatusUpdate *end = fake_update (ATTUNE_JOB_STATUS_FAILED, 4);
  g_autoptr (GError) error = NULL;

  end->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY, "out of memory");
  fake_adapter_push (fixture->adapter, end);
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->n_finished == 1);
  error = attune_job_dup_error (job);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY);
  g_assert_cmpint (attune_job_get_step (job), ==, 4);
}

static void
test_unknown_word (Fixture       *fixture,
                   gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");

  fake_adapter_push (fixture->adapter, fake_update (-1, 5));
  attune_monitor_start (fixture->monitor);
  wait_until (attune_job_get_step (job) == 5);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_RUNNING);
}

static void
test_unchanged_not_saved (Fixture       *fixture,
                          gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  AttuneStatusUpdate *update = fake_update (ATTUNE_JOB_STATUS_RUNNING, 5);
  gint64 revision;

  update->poll_after = 0.05;
  fake_adapter_push (fixture->adapter, update);
  attune_monitor_start (fixture->monitor);
  wait_until (number_on_disk (fixture->folder, job, "step") == 5);
  revision = number_on_disk (fixture->folder, job, "revision");
  wait_until (fixture->adapter->n_queries >= 8);
  g_assert_cmpint (number_on_disk (fixture->folder, job, "revision"), ==, revision);
}

/* The store gains a job, and a job that had ended is resumed elsewhere. */
static void
test_wakes (Fixture       *fixture,
            gconstpointer  data)
{
  AttuneJob *ended = add_job (fixture, ATTUNE_JOB_STATUS_SUCCEEDED, "p-0");
  AttuneJob *job;

  attune_monitor_start (fixture->monitor);
  wait_a_moment (200);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 0);

  fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_SUCCEEDED, 10));
  job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  wait_until (attune_job_get_status (job) == ATTUNE_JOB_STATUS_SUCCEEDED && fixture->n_finished == 1);

  attune_job_set_status (ended, ATTUNE_JOB_STATUS_QUEUED);
  wait_until (fixture->n_finished == 2);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 2);
}

static void
test_old_answers (Fixture       *fixture,
                  gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_FAILED, "p-1");
  AttuneStatusUpdate *old = fake_update (ATTUNE_JOB_STATUS_FAILED, 4);

  old->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY, "out of memory");
  old->poll_after = 0.05;
  fake_adapter_push (fixture->adapter, old);
  attune_monitor_start (fixture->monitor);
  attune_monitor_expect_change (fixture->monitor, job, ATTUNE_JOB_STATUS_FAILED);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_QUEUED);
  wait_until (fixture->adapter->n_queries >= 4);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_QUEUED);
  g_assert_true (attune_monitor_is_expecting (fixture->monitor, job));
  g_assert_cmpuint (fixture->n_finished, ==, 0);

  /* Once something else was seen it is believed again. */
  fake_adapter_push (fixture->adapter, running (5));
  old = fake_update (ATTUNE_JOB_STATUS_FAILED, 6);
  fake_adapter_push (fixture->adapter, old);
  wait_until (fixture->n_finished == 1);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_cmpint (attune_job_get_step (job), ==, 6);
}

static gboolean
refresh (Fixture    *fixture,
         AttuneJob  *job,
         GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_monitor_refresh_async (fixture->monitor, job, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return attune_monitor_refresh_finish (fixture->monitor, result, error);
}

/* Without a start: attunectl job-status. */
static void
test_refresh (Fixture       *fixture,
              gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  AttuneJob *stranger = add_job_at (fixture, "nowhere", ATTUNE_JOB_STATUS_RUNNING, "p-2");
  g_autoptr (AttuneJob) unlisted = make_job ();
  g_autoptr (GError) error = NULL;

  fake_adapter_push (fixture->adapter, running (4));
  g_assert_true (refresh (fixture, job, &error));
  g_assert_no_error (error);
  g_assert_cmpint (attune_job_get_step (job), ==, 4);
  g_assert_cmpint (number_on_disk (fixture->folder, job, "step"), ==, 4);
  wait_a_moment (200);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 1);

  fake_adapter_push_error (fixture->adapter, ATTUNE_ERROR_AUTH_INVALID, "refused");
  g_assert_true (refresh (fixture, job, &error));
  g_assert_false (refresh (fixture, job, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID);
  g_clear_error (&error);
  /* Told to whoever asked, and to nobody else. */
  g_assert_cmpuint (fixture->n_failed, ==, 0);

  g_assert_false (refresh (fixture, stranger, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (refresh (fixture, unlisted, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
}

/* A refresh during a question waits for the next one: it wants to see what is true now. */
static void
test_refresh_while_busy (Fixture       *fixture,
                         gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) third = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fixture->adapter->delay = 100;
  fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_RUNNING, 1));
  fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_RUNNING, 2));
  attune_monitor_refresh_async (fixture->monitor, job, NULL, keep_result_cb, &first);
  attune_monitor_refresh_async (fixture->monitor, job, NULL, keep_result_cb, &second);
  attune_monitor_refresh_async (fixture->monitor, job, cancellable, keep_result_cb, &third);
  g_cancellable_cancel (cancellable);
  wait_until (third != NULL);
  g_assert_null (first);
  g_assert_false (attune_monitor_refresh_finish (fixture->monitor, third, &error));
  g_assert_true (attune_error_is_cancelled (error));
  g_clear_error (&error);

  wait_until (first != NULL);
  g_assert_true (attune_monitor_refresh_finish (fixture->monitor, first, &error));
  g_assert_cmpint (attune_job_get_step (job), ==, 1);
  g_assert_null (second);
  wait_until (second != NULL);
  g_assert_true (attune_monitor_refresh_finish (fixture->monitor, second, &error));
  g_assert_no_error (error);
  g_assert_cmpint (attune_job_get_step (job), ==, 2);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 2);
}

/* A hundred jobs are not asked about all at once. */
static void
test_many (Fixture       *fixture,
           gconstpointer  data)
{
  for (guint i = 0; i < 30; i++)
    add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p");
  fixture->adapter->delay = 20;
  fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_SUCCEEDED, 10));
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->n_finished == 30);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 30);
  g_assert_cmpuint (fixture->adapter->most_under_way, <=, 6);
  g_assert_cmpuint (fixture->adapter->most_under_way, >, 1);
}

/* Two processes, each with a store and a monitor of its own, and one job. */
static void
test_two_monitors (Fixture       *fixture,
                   gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  g_autoptr (AttuneJobStore) jobs = attune_job_store_new (fixture->folder);
  g_autoptr (AttuneMonitor) monitor = attune_monitor_new (fixture->registry, jobs, fixture->datasets);
  Fixture second = { .folder = fixture->folder };
  AttuneJob *theirs;

  g_signal_connect (monitor, "job-finished", G_CALLBACK (finished_cb), &second);
  attune_monitor_set_scale (monitor, 0.01);
  attune_job_store_load_sync (jobs, NULL);
  theirs = attune_job_store_lookup (jobs, attune_job_get_id (job));
  fake_adapter_push (fixture->adapter, running (3));
  fake_adapter_push (fixture->adapter, running (4));
  fake_adapter_push (fixture->adapter, running (5));
  fake_adapter_push (fixture->adapter, running (6));
  fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_SUCCEEDED, 10));
  attune_monitor_start (fixture->monitor);
  attune_monitor_start (monitor);
  wait_until (fixture->n_finished == 1 && second.n_finished == 1);
  g_assert_cmpint (attune_job_get_status (theirs), ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpint (attune_job_get_step (theirs), ==, 10);
  g_assert_cmpuint (count_points (fixture, job), ==, 6);
  wait_a_moment (200);
  g_assert_cmpuint (fixture->n_finished, ==, 1);
  g_assert_cmpuint (second.n_finished, ==, 1);
  attune_monitor_stop (monitor);
}

/* Another process sees the end: this one tells of it as well, without having asked. */
static void
test_end_seen_elsewhere (Fixture       *fixture,
                         gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  AttuneStatusUpdate *slow = fake_update (ATTUNE_JOB_STATUS_RUNNING, 1);
  g_autoptr (AttuneJobStore) jobs = attune_job_store_new (fixture->folder);
  AttuneJob *theirs;

  slow->poll_after = 3600;
  fake_adapter_push (fixture->adapter, slow);
  attune_monitor_start (fixture->monitor);
  wait_until (attune_job_get_step (job) == 1);
  attune_job_store_load_sync (jobs, NULL);
  theirs = attune_job_store_lookup (jobs, attune_job_get_id (job));
  attune_job_set_status (theirs, ATTUNE_JOB_STATUS_SUCCEEDED);
  save (jobs, theirs);
  wait_until (fixture->n_finished == 1);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 1);
}

static void
test_stop (Fixture       *fixture,
           gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");

  fixture->adapter->delay = 5000;
  fake_adapter_push (fixture->adapter, running (5));
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->adapter->n_queries == 1);
  attune_monitor_stop (fixture->monitor);
  /* What was asked is given up, and nothing is said of it. */
  wait_until (fixture->adapter->n_under_way == 0);
  wait_a_moment (100);
  g_assert_cmpuint (fixture->n_failed, ==, 0);
  g_assert_cmpint (attune_job_get_step (job), ==, 0);

  fixture->adapter->delay = 0;
  attune_monitor_start (fixture->monitor);
  wait_until (attune_job_get_step (job) == 5);
}

/* The monitor goes away while it waits for the next question. */
static void
test_dropped (Fixture       *fixture,
              gconstpointer  data)
{
  add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  fake_adapter_push (fixture->adapter, running (5));
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->adapter->n_queries == 1 && fixture->adapter->n_under_way == 0);
  wait_a_moment (20);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&fixture->monitor);
  wait_a_moment (100);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/monitor/life", test_life);
  ADD ("/monitor/rhythm", test_rhythm);
  ADD ("/monitor/backoff", test_backoff);
  ADD ("/monitor/failed-job", test_failed_job);
  ADD ("/monitor/unknown-word", test_unknown_word);
  ADD ("/monitor/unchanged-not-saved", test_unchanged_not_saved);
  ADD ("/monitor/wakes", test_wakes);
  ADD ("/monitor/old-answers", test_old_answers);
  ADD ("/monitor/refresh", test_refresh);
  ADD ("/monitor/refresh-while-busy", test_refresh_while_busy);
  ADD ("/monitor/many", test_many);
  ADD ("/monitor/two-monitors", test_two_monitors);
  ADD ("/monitor/end-seen-elsewhere", test_end_seen_elsewhere);
  ADD ("/monitor/stop", test_stop);
  ADD ("/monitor/dropped", test_dropped);

  return g_test_run ();
}
