/* test-monitor-recovery.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "monitor-helpers.h"

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
  /* The file is there before its lines are: a thread writes them. */
  wait_until (g_file_test (path, G_FILE_TEST_IS_REGULAR) && count_points (fixture, job) == 5);
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
  ADD ("/monitor-recovery/submitting-found", test_submitting_found);
  ADD ("/monitor-recovery/submitting-lost", test_submitting_lost);
  ADD ("/monitor-recovery/submitting-unknown", test_submitting_unknown);
  ADD ("/monitor-recovery/submitting-unaskable", test_submitting_unaskable);
  ADD ("/monitor-recovery/preparing", test_preparing);
  ADD ("/monitor-recovery/live-sender", test_live_sender);
  ADD ("/monitor-recovery/forgotten", test_forgotten);
  ADD ("/monitor-recovery/deleted", test_deleted);
  ADD ("/monitor-recovery/lines-later", test_lines_later);
  ADD ("/monitor-recovery/no-id", test_no_id);

  return g_test_run ();
}
