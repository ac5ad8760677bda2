/* test-monitor.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor.h"

#include <string.h>

#include "attune-job-store-private.h"
#include "attune-monitor-private.h"
#include "fake-adapter.h"
#include "store-helpers.h"

typedef struct {
  char               *folder;
  char               *datasets_folder;
  AttuneJobStore     *jobs;
  AttuneDatasetStore *datasets;
  AttuneRegistry     *registry;
  FakeAdapter        *adapter;
  AttuneMonitor      *monitor;
  guint               n_finished;
  guint               n_failed;
  AttuneJobStatus     status_when_finished;
  gboolean            saved_when_finished;
} Fixture;

static AttuneJobStatus
status_on_disk (const char *folder,
                AttuneJob  *job)
{
  g_autofree char *path = g_build_filename (folder, attune_job_get_id (job), "job.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = attune_json_parse_file (path, &error);
  int status = -1;

  g_assert_no_error (error);
  g_assert_true (attune_enum_from_nick (ATTUNE_TYPE_JOB_STATUS, attune_json_peek_string (node, "status", ""), &status));
  return (AttuneJobStatus) status;
}

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
finished_cb (AttuneMonitor *monitor,
             AttuneJob     *job,
             Fixture       *fixture)
{
  fixture->n_finished++;
  fixture->status_when_finished = attune_job_get_status (job);
  fixture->saved_when_finished = status_on_disk (fixture->folder, job) == attune_job_get_status (job);
}

static void
failed_cb (AttuneMonitor *monitor,
           AttuneJob     *job,
           const GError  *error,
           Fixture       *fixture)
{
  g_assert_nonnull (error);
  fixture->n_failed++;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneAdapter) plain = fake_plain_adapter_new ("plain");

  fixture->folder = make_folder ();
  fixture->datasets_folder = make_folder ();
  fixture->jobs = attune_job_store_new (fixture->folder);
  fixture->datasets = attune_dataset_store_new (fixture->datasets_folder);
  attune_job_store_load_sync (fixture->jobs, &error);
  g_assert_no_error (error);
  fixture->registry = attune_registry_new ();
  fixture->adapter = fake_adapter_new ();
  attune_registry_add (fixture->registry, ATTUNE_ADAPTER (fixture->adapter));
  attune_registry_add (fixture->registry, plain);
  fixture->monitor = attune_monitor_new (fixture->registry, fixture->jobs, fixture->datasets);
  attune_monitor_set_scale (fixture->monitor, 0.01);
  g_signal_connect (fixture->monitor, "job-finished", G_CALLBACK (finished_cb), fixture);
  g_signal_connect (fixture->monitor, "query-failed", G_CALLBACK (failed_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->monitor != NULL)
    attune_monitor_stop (fixture->monitor);
  wait_until (fixture->adapter->n_under_way == 0);
  /* What is being written is written to its end. */
  wait_until (fixture->monitor == NULL || G_OBJECT (fixture->monitor)->ref_count == 1);
  if (fixture->monitor != NULL)
    g_assert_finalize_object (fixture->monitor);
  wait_until (G_OBJECT (fixture->jobs)->ref_count == 1);
  g_assert_finalize_object (fixture->registry);
  g_assert_finalize_object (fixture->adapter);
  g_assert_finalize_object (fixture->jobs);
  g_assert_finalize_object (fixture->datasets);
  remove_folder (fixture->folder);
  remove_folder (fixture->datasets_folder);
  g_free (fixture->folder);
  g_free (fixture->datasets_folder);
}

static void
save (AttuneJobStore *store,
      AttuneJob      *job)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_job_store_save_sync (store, job, &error));
  g_assert_no_error (error);
}

static AttuneJob *
add_job_at (Fixture         *fixture,
            const char      *provider,
            AttuneJobStatus  status,
            const char      *provider_job_id)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();
  g_autoptr (AttuneJob) job = attune_job_new (NULL, provider, configuration);

  attune_job_set_status (job, status);
  attune_job_set_provider_job_id (job, provider_job_id);
  save (fixture->jobs, job);

  return job; /* the store keeps it */
}

static AttuneJob *
add_job (Fixture         *fixture,
         AttuneJobStatus  status,
         const char      *provider_job_id)
{
  return add_job_at (fixture, "fake", status, provider_job_id);
}

static AttuneMetricPoint
make_point (gint64 step,
            double loss)
{
  AttuneMetricPoint point = { .step = step, .epoch = NAN, .time = 1700000000000000 + step, .set = 1u << ATTUNE_METRIC_LOSS };

  point.values[ATTUNE_METRIC_LOSS] = loss;
  return point;
}

static AttuneStatusUpdate *
running (gint64 step)
{
  AttuneStatusUpdate *update = fake_update (ATTUNE_JOB_STATUS_RUNNING, step);

  update->poll_after = 0.05;
  update->metrics = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  for (gint64 i = 1; i <= step; i++)
    {
      AttuneMetricPoint point = make_point (i, 1.0 / (double) i);

      g_array_append_val (update->metrics, point);
    }
  update->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_ptr_array_add (update->events, attune_event_new (1, "info", "Begun", "e-1"));

  return update;
}

static void
wait_a_moment (guint milliseconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) milliseconds * 1000;

  wait_until (g_get_monotonic_time () >= until);
}

static guint
count_points (Fixture   *fixture,
              AttuneJob *job)
{
  goffset offset = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) points = attune_job_store_read_metrics (fixture->jobs, job, &offset, &error);

  g_assert_no_error (error);
  return points->len;
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

static void
assert_failed (AttuneJob  *job,
               int         code,
               const char *part)
{
  g_autoptr (GError) error = attune_job_dup_error (job);

  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (error, ATTUNE_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_submitting_found (Fixture       *fixture,
                       gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_SUBMITTING, NULL);

  fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_RUNNING, 1));
  attune_monitor_start (fixture->monitor);
  wait_until (attune_job_get_status (job) == ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpstr (attune_job_get_provider_job_id (job), ==, "found-1");
  g_assert_cmpuint (fixture->adapter->n_finds, ==, 1);
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 0);
  g_assert_cmpstr (fixture->adapter->last_job_id, ==, attune_job_get_id (job));
}

static void
test_submitting_lost (Fixture       *fixture,
                      gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_SUBMITTING, NULL);

  g_set_error_literal (&fixture->adapter->find_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, "none");
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->n_finished == 1);
  assert_failed (job, ATTUNE_ERROR_FAILED, "resume the job to send it again");
  g_assert_cmpint (status_on_disk (fixture->folder, job), ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 0);
}

/* As long as nobody can say, nothing is decided. */
static void
test_submitting_unknown (Fixture       *fixture,
                         gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_SUBMITTING, NULL);

  g_set_error_literal (&fixture->adapter->find_error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK, "no way");
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->adapter->n_finds >= 2);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_SUBMITTING);
  g_clear_error (&fixture->adapter->find_error);
  wait_until (attune_job_get_provider_job_id (job) != NULL);
  g_assert_cmpint (attune_job_get_status (job), !=, ATTUNE_JOB_STATUS_SUBMITTING);
}

static void
test_submitting_unaskable (Fixture       *fixture,
                           gconstpointer  data)
{
  AttuneJob *job = add_job_at (fixture, "plain", ATTUNE_JOB_STATUS_SUBMITTING, NULL);

  attune_monitor_start (fixture->monitor);
  wait_until (fixture->n_finished == 1);
  assert_failed (job, ATTUNE_ERROR_CONFLICT, "Look there");
}

static void
test_preparing (Fixture       *fixture,
                gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_PREPARING, NULL);

  attune_monitor_start (fixture->monitor);
  wait_until (fixture->n_finished == 1);
  assert_failed (job, ATTUNE_ERROR_FAILED, "interrupted before it sent");
  g_assert_cmpuint (fixture->adapter->n_finds, ==, 0);
}

/* While its sender lives the job is left alone, and when the sender has ended well that is seen before anything is done. */
static void
test_live_sender (Fixture       *fixture,
                  gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_SUBMITTING, NULL);
  AttuneFileLock *claim = attune_job_store_claim (fixture->jobs, job, NULL);
  g_autoptr (AttuneJobStore) other = attune_job_store_new (fixture->folder);
  AttuneJob *theirs;

  g_assert_nonnull (claim);
  fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_RUNNING, 1));
  attune_monitor_start (fixture->monitor);
  wait_a_moment (400);
  g_assert_cmpuint (fixture->adapter->n_finds, ==, 0);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_SUBMITTING);

  attune_job_store_load_sync (other, NULL);
  theirs = attune_job_store_lookup (other, attune_job_get_id (job));
  attune_job_set_provider_job_id (theirs, "theirs-1");
  attune_job_set_status (theirs, ATTUNE_JOB_STATUS_QUEUED);
  save (other, theirs);
  attune_file_lock_release (claim);
  wait_until (attune_job_get_status (job) == ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpstr (attune_job_get_provider_job_id (job), ==, "theirs-1");
  g_assert_cmpuint (fixture->adapter->n_finds, ==, 0);
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
test_forgotten (Fixture       *fixture,
                gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");

  fake_adapter_push_error (fixture->adapter, ATTUNE_ERROR_NOT_FOUND, "no such job");
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->n_finished == 1);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 3);
  assert_failed (job, ATTUNE_ERROR_NOT_FOUND, "no such job");
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

/* Deleted while its provider is asked. */
static void
test_deleted (Fixture       *fixture,
              gconstpointer  data)
{
  AttuneJob *job = g_object_ref (add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1"));
  g_autofree char *folder = attune_job_store_dup_job_folder (fixture->jobs, job);
  g_autoptr (GAsyncResult) result = NULL;

  fixture->adapter->delay = 200;
  fake_adapter_push (fixture->adapter, running (5));
  attune_monitor_start (fixture->monitor);
  wait_until (fixture->adapter->n_queries == 1);
  attune_job_store_delete_async (fixture->jobs, job, NULL, keep_result_cb, &result);
  wait_until (result != NULL && fixture->adapter->n_under_way == 0);
  g_clear_object (&result);
  wait_a_moment (300);
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 1);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (fixture->n_finished, ==, 0);
  g_assert_finalize_object (job);
}

/* What cannot be written now is written later; the state does not wait for it. */
static void
test_lines_later (Fixture       *fixture,
                  gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_RUNNING, "p-1");
  g_autofree char *folder = attune_job_store_dup_job_folder (fixture->jobs, job);
  g_autofree char *path = g_build_filename (folder, "metrics.jsonl", NULL);
  AttuneStatusUpdate *bare = fake_update (ATTUNE_JOB_STATUS_RUNNING, 6);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  bare->poll_after = 0.05;
  fake_adapter_push (fixture->adapter, running (5));
  fake_adapter_push (fixture->adapter, bare); /* the adapter told of them only once */
  attune_monitor_start (fixture->monitor);
  wait_until (attune_job_get_step (job) == 6);
  g_assert_cmpuint (fixture->n_failed, >, 0);
  g_assert_cmpint (g_rmdir (path), ==, 0);
  wait_until (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpuint (count_points (fixture, job), ==, 5);
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

static void
test_no_id (Fixture       *fixture,
            gconstpointer  data)
{
  AttuneJob *job = add_job (fixture, ATTUNE_JOB_STATUS_QUEUED, NULL);

  attune_monitor_start (fixture->monitor);
  wait_until (fixture->n_finished == 1);
  assert_failed (job, ATTUNE_ERROR_DAMAGED, "id");
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
  ADD ("/monitor/submitting-found", test_submitting_found);
  ADD ("/monitor/submitting-lost", test_submitting_lost);
  ADD ("/monitor/submitting-unknown", test_submitting_unknown);
  ADD ("/monitor/submitting-unaskable", test_submitting_unaskable);
  ADD ("/monitor/preparing", test_preparing);
  ADD ("/monitor/live-sender", test_live_sender);
  ADD ("/monitor/wakes", test_wakes);
  ADD ("/monitor/forgotten", test_forgotten);
  ADD ("/monitor/old-answers", test_old_answers);
  ADD ("/monitor/refresh", test_refresh);
  ADD ("/monitor/refresh-while-busy", test_refresh_while_busy);
  ADD ("/monitor/deleted", test_deleted);
  ADD ("/monitor/lines-later", test_lines_later);
  ADD ("/monitor/many", test_many);
  ADD ("/monitor/two-monitors", test_two_monitors);
  ADD ("/monitor/end-seen-elsewhere", test_end_seen_elsewhere);
  ADD ("/monitor/stop", test_stop);
  ADD ("/monitor/dropped", test_dropped);
  ADD ("/monitor/no-id", test_no_id);

  return g_test_run ();
}
