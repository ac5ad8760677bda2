/* test-job-store-sharing.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "job-store-helpers.h"

/* Two stores on one folder change different things of one job, neither having seen the other's change. */
static void
test_merge (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (AttuneJobStore) other = attune_job_store_new (fixture->folder);
  g_autoptr (AttuneJobStore) third = attune_job_store_new (fixture->folder);
  AttuneJob *theirs;
  AttuneJob *read;

  save (fixture->store, job);
  load (other);
  theirs = attune_job_store_lookup (other, attune_job_get_id (job));
  attune_job_set_name (theirs, "Renamed");
  attune_job_set_output_path (theirs, "/out");
  attune_job_set_steps (job, 5, 10);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_RUNNING);

  save (other, theirs);
  save (fixture->store, job);
  /* The one that wrote later has both already. */
  g_assert_cmpstr (attune_job_get_name (job), ==, "Renamed");
  g_assert_cmpstr (attune_job_get_output_path (job), ==, "/out");
  g_assert_cmpint (attune_job_get_step (job), ==, 5);
  /* The other one follows. */
  wait_until (attune_job_get_step (theirs) == 5);
  g_assert_cmpstr (attune_job_get_name (theirs), ==, "Renamed");
  g_assert_cmpint (attune_job_get_status (theirs), ==, ATTUNE_JOB_STATUS_RUNNING);

  load (third);
  read = attune_job_store_lookup (third, attune_job_get_id (job));
  g_assert_cmpstr (attune_job_get_name (read), ==, "Renamed");
  g_assert_cmpint (attune_job_get_step (read), ==, 5);
  g_assert_cmpint (attune_job_get_updated_at (read), ==, attune_job_get_updated_at (job));
}

/* A change that is not saved yet survives what comes from outside. */
static void
test_unsaved_change (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (AttuneJobStore) other = attune_job_store_new (fixture->folder);
  AttuneJob *theirs;

  load (fixture->store);
  save (fixture->store, job);
  load (other);
  theirs = attune_job_store_lookup (other, attune_job_get_id (job));

  attune_job_set_steps (job, 7, 10);
  attune_job_set_name (theirs, "Renamed");
  attune_job_set_steps (theirs, 3, 10);
  save (other, theirs);
  wait_until (g_str_equal (attune_job_get_name (job), "Renamed"));
  g_assert_cmpint (attune_job_get_step (job), ==, 7);
  save (fixture->store, job);
  wait_until (attune_job_get_step (theirs) == 7);
}

/* The end that one process saw is not undone by the older news of another. */
static void
test_end_stays (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (AttuneJobStore) other = attune_job_store_new (fixture->folder);
  AttuneJob *theirs;

  attune_job_set_status (job, ATTUNE_JOB_STATUS_RUNNING);
  attune_job_set_steps (job, 1, 10);
  save (fixture->store, job);
  load (other);
  theirs = attune_job_store_lookup (other, attune_job_get_id (job));
  attune_job_set_steps (theirs, 10, 10);
  attune_job_set_status (theirs, ATTUNE_JOB_STATUS_SUCCEEDED);
  save (other, theirs);

  attune_job_set_steps (job, 9, 10);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_PAUSED);
  save (fixture->store, job);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpint (attune_job_get_step (job), ==, 10);
  g_assert_cmpfloat (attune_job_get_progress (job), ==, 1);

  /* Who knows of the end may go on. */
  attune_job_set_status (job, ATTUNE_JOB_STATUS_QUEUED);
  save (fixture->store, job);
  wait_until (attune_job_get_status (theirs) == ATTUNE_JOB_STATUS_QUEUED);
  g_assert_cmpint (attune_job_get_finished_at (theirs), ==, 0);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           gpointer    user_data)
{
  ++*(guint *) user_data;
}

/* A store does not hear its own echo. */
static void
test_no_echo (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (AttuneJob) other = make_job ();
  Changes changes = { 0 };
  guint n_notified = 0;
  gint64 until;

  load (fixture->store);
  save (fixture->store, job);
  save (fixture->store, other);
  g_signal_connect (fixture->store, "items-changed", G_CALLBACK (changed_cb), &changes);
  attune_job_set_name (job, "x");
  save (fixture->store, job);
  g_signal_connect (job, "notify", G_CALLBACK (notify_cb), &n_notified);
  until = g_get_monotonic_time () + 1500 * 1000;
  wait_until (g_get_monotonic_time () > until);
  g_assert_cmpuint (changes.n_signals, ==, 0);
  g_assert_cmpuint (n_notified, ==, 0);
}

/* Somebody edits the file by hand, with nothing of ours to announce it. */
static void
test_edited_by_hand (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autofree char *path = document_path (fixture, attune_job_get_id (job));
  g_autofree char *text = NULL;
  g_autoptr (GString) edited = NULL;

  load (fixture->store);
  attune_job_set_name (job, "before");
  save (fixture->store, job);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  edited = g_string_new (text);
  g_assert_cmpuint (g_string_replace (edited, "before", "behind", 0), ==, 1);
  g_assert_true (g_file_set_contents (path, edited->str, -1, NULL));
  wait_until (g_str_equal (attune_job_get_name (job), "behind"));
}

/* Deleted by another process while this one has something to save. */
static void
test_deleted_elsewhere (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (AttuneJob) second = make_job ();
  g_autoptr (AttuneJobStore) other = attune_job_store_new (fixture->folder);
  g_autofree char *folder = attune_job_store_dup_job_folder (fixture->store, job);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) second_result = NULL;
  g_autoptr (GError) error = NULL;

  save (fixture->store, job);
  save (fixture->store, second);
  load (other);
  attune_job_store_delete_async (other, attune_job_store_lookup (other, attune_job_get_id (job)), NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (attune_job_store_delete_finish (other, result, &error));

  g_assert_false (attune_job_store_save_sync (fixture->store, job, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_null (attune_job_store_lookup (fixture->store, attune_job_get_id (job)));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_clear_error (&error);

  /* And one that only looks. */
  load (fixture->store);
  g_assert_cmpuint (count (fixture->store), ==, 1);
  attune_job_store_delete_async (other, attune_job_store_lookup (other, attune_job_get_id (second)), NULL, keep_result_cb, &second_result);
  wait_until (second_result != NULL);
  wait_until (count (fixture->store) == 0);
}

/* A save that failed is made up for by the next one. */
static void
test_failed_save (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autofree char *path = g_build_filename (fixture->folder, attune_job_get_id (job), ".lock", NULL);
  g_autoptr (AttuneJobStore) other = attune_job_store_new (fixture->folder);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  AttuneJob *read;

  save (fixture->store, job);
  /* Where the lock was there is a folder now, which even root cannot open for writing. */
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  attune_job_set_name (job, "first change");
  attune_job_store_save_async (fixture->store, job, NULL, keep_result_cb, &first);
  attune_job_set_output_path (job, "/second/change");
  attune_job_store_save_async (fixture->store, job, NULL, keep_result_cb, &second);
  wait_until (first != NULL && second != NULL);
  g_assert_false (attune_job_store_save_finish (fixture->store, first, NULL));
  g_assert_false (attune_job_store_save_finish (fixture->store, second, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (count (fixture->store), ==, 1);

  g_assert_cmpint (g_rmdir (path), ==, 0);
  attune_job_set_trained_tokens (job, 5);
  save (fixture->store, job);
  load (other);
  read = attune_job_store_lookup (other, attune_job_get_id (job));
  g_assert_cmpstr (attune_job_get_name (read), ==, "first change");
  g_assert_cmpstr (attune_job_get_output_path (read), ==, "/second/change");
  g_assert_cmpint (attune_job_get_trained_tokens (read), ==, 5);
}

/* All in the middle leave at once, elsewhere: one run, one signal. */
static void
test_removed_runs (Fixture       *fixture,
                   gconstpointer  data)
{
  Changes changes = { 0 };
  AttuneJob *kept;

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (AttuneJob) job = make_job_at (1700000000000000 + i);
      g_autoptr (JsonNode) node = attune_job_to_json (job);
      g_autofree char *text = attune_json_write (node, FALSE);

      write_document (fixture, attune_job_get_id (job), text);
    }
  load (fixture->store);
  g_assert_cmpuint (count (fixture->store), ==, 10);
  {
    g_autoptr (AttuneJob) fifth = g_list_model_get_item (G_LIST_MODEL (fixture->store), 4);

    kept = fifth;
  }
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (fixture->store), i);
      g_autofree char *folder = attune_job_store_dup_job_folder (fixture->store, job);

      if (job != kept)
        remove_folder (folder);
    }
  g_signal_connect (fixture->store, "items-changed", G_CALLBACK (changed_cb), &changes);
  load (fixture->store);
  g_assert_cmpuint (count (fixture->store), ==, 1);
  g_assert_cmpuint (changes.n_removed, ==, 9);
  g_assert_cmpuint (changes.n_signals, ==, 2);
  g_assert_true (attune_job_store_lookup (fixture->store, attune_job_get_id (kept)) == kept);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/job-store-sharing/merge", test_merge);
  ADD ("/job-store-sharing/unsaved-change", test_unsaved_change);
  ADD ("/job-store-sharing/end-stays", test_end_stays);
  ADD ("/job-store-sharing/no-echo", test_no_echo);
  ADD ("/job-store-sharing/edited-by-hand", test_edited_by_hand);
  ADD ("/job-store-sharing/deleted-elsewhere", test_deleted_elsewhere);
  ADD ("/job-store-sharing/failed-save", test_failed_save);
  ADD ("/job-store-sharing/removed-runs", test_removed_runs);

  return g_test_run ();
}
