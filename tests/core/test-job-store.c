/* test-job-store.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "job-store-helpers.h"

static void
test_save_and_load (Fixture       *fixture,
                    gconstpointer  data)
{
  AttuneJob *job = make_job ();
  g_autoptr (AttuneJobStore) other = NULL;
  g_autofree char *path = document_path (fixture, attune_job_get_id (job));
  g_autofree char *folder = attune_job_store_dup_job_folder (fixture->store, job);
  AttuneJob *read;
  struct stat buffer;

  g_assert_false (attune_job_store_is_loaded (fixture->store));
  load (fixture->store);
  g_assert_cmpuint (count (fixture->store), ==, 0);
  save (fixture->store, job);
  g_assert_cmpuint (count (fixture->store), ==, 1);
  g_assert_true (attune_job_store_lookup (fixture->store, attune_job_get_id (job)) == job);
  g_assert_cmpint (stat (path, &buffer), ==, 0);
  g_assert_cmpint (buffer.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (folder, &buffer), ==, 0);
  g_assert_cmpint (buffer.st_mode & 0777, ==, 0700);

  other = attune_job_store_new (fixture->folder);
  load (other);
  g_assert_cmpuint (count (other), ==, 1);
  read = attune_job_store_lookup (other, attune_job_get_id (job));
  g_assert_cmpstr (attune_job_get_name (read), ==, attune_job_get_name (job));
  g_assert_cmpint (attune_job_get_updated_at (read), ==, attune_job_get_updated_at (job));
  g_assert_cmpint (attune_job_get_created_at (read), ==, attune_job_get_created_at (job));
  g_assert_null (attune_job_store_lookup (other, "nothing"));

  g_object_add_weak_pointer (G_OBJECT (job), (gpointer *) &job);
  g_object_unref (job);
  g_assert_nonnull (job);
  g_assert_finalize_object (g_steal_pointer (&fixture->store));
  g_assert_null (job);
}

static void
test_order (Fixture       *fixture,
            gconstpointer  data)
{
  static const gint64 times[] = { 300, 100, 500, 200, 400 };
  g_autoptr (AttuneJobStore) other = attune_job_store_new (fixture->folder);
  Changes changes = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (AttuneJob) job = make_job_at (times[i] * 1000000000);

      save (fixture->store, job);
    }
  g_signal_connect (other, "items-changed", G_CALLBACK (changed_cb), &changes);
  load (other);
  g_assert_cmpuint (changes.n_signals, ==, 1);
  g_assert_cmpuint (changes.n_added, ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (AttuneJob) ours = g_list_model_get_item (G_LIST_MODEL (fixture->store), i);
      g_autoptr (AttuneJob) theirs = g_list_model_get_item (G_LIST_MODEL (other), i);

      g_assert_cmpint (attune_job_get_created_at (ours), ==, (500 - 100 * (gint64) i) * 1000000000);
      g_assert_cmpstr (attune_job_get_id (ours), ==, attune_job_get_id (theirs));
    }
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (other), 5));
}

static void
test_find (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();
  const char *ids[] = { "aaaa0000-0000-4000-8000-000000000001", "aaaa1111-0000-4000-8000-000000000001" };
  g_autoptr (GError) error = NULL;
  AttuneJob *found;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (AttuneJob) job = g_object_new (ATTUNE_TYPE_JOB, "id", ids[i], "provider", "fake", "configuration", configuration, NULL);

      save (fixture->store, job);
    }

  found = attune_job_store_find (fixture->store, "aaaa1", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (attune_job_get_id (found), ==, ids[1]);
  found = attune_job_store_find (fixture->store, "AAAA0", &error);
  g_assert_cmpstr (attune_job_get_id (found), ==, ids[0]);
  found = attune_job_store_find (fixture->store, ids[0], &error);
  g_assert_cmpstr (attune_job_get_id (found), ==, ids[0]);

  g_assert_null (attune_job_store_find (fixture->store, "aaaa", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, ids[0]));
  g_assert_nonnull (strstr (error->message, ids[1]));
  g_clear_error (&error);
  g_assert_null (attune_job_store_find (fixture->store, "b", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (attune_job_store_find (fixture->store, "", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
}

static void
test_delete (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (AttuneJob) kept = make_job ();
  g_autofree char *folder = attune_job_store_dup_job_folder (fixture->store, job);
  g_autofree char *run = attune_job_store_dup_run_folder (fixture->store, job);
  g_autofree char *deep = g_build_filename (run, "checkpoints", "step-1", NULL);
  g_autofree char *file = g_build_filename (deep, "weights", NULL);
  g_autofree char *outside = g_build_filename (fixture->folder, "outside", NULL);
  g_autofree char *link = g_build_filename (run, "link", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) late = NULL;
  g_autoptr (GError) error = NULL;

  save (fixture->store, job);
  save (fixture->store, kept);
  g_assert_cmpint (g_mkdir_with_parents (deep, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_true (g_file_set_contents (outside, "x", 1, NULL));
  g_assert_cmpint (symlink (outside, link), ==, 0);

  attune_job_store_delete_async (fixture->store, job, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (attune_job_store_delete_finish (fixture->store, result, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (outside, G_FILE_TEST_EXISTS));
  g_assert_null (attune_job_store_lookup (fixture->store, attune_job_get_id (job)));
  g_assert_cmpuint (count (fixture->store), ==, 1);

  /* Once more does no harm. */
  attune_job_store_delete_async (fixture->store, job, NULL, keep_result_cb, &late);
  wait_until (late != NULL);
  g_assert_true (attune_job_store_delete_finish (fixture->store, late, &error));
  g_assert_no_error (error);
}

static void
damaged_cb (AttuneJobStore *store,
            const char     *path,
            const char     *message,
            gpointer        user_data)
{
  Damages *damages = user_data;

  damages->n++;
  g_ptr_array_add (damages->paths, g_strdup (path));
  g_ptr_array_add (damages->messages, g_strdup (message));
}

static void
test_damaged (Fixture       *fixture,
              gconstpointer  data)
{
  static const char * const ids[] = {
    "bbbb0000-0000-4000-8000-000000000001",
    "bbbb0000-0000-4000-8000-000000000002",
    "bbbb0000-0000-4000-8000-000000000003",
    "bbbb0000-0000-4000-8000-000000000004",
  };
  Damages damages = { 0, g_ptr_array_new_with_free_func (g_free), g_ptr_array_new_with_free_func (g_free) };
  g_autoptr (AttuneJob) good = make_job ();
  g_autofree char *good_path = document_path (fixture, attune_job_get_id (good));
  g_autofree char *good_text = NULL;
  g_autoptr (AttuneJobStore) other = NULL;

  save (fixture->store, good);
  g_assert_true (g_file_get_contents (good_path, &good_text, NULL, NULL));
  write_document (fixture, ids[0], "");
  write_document (fixture, ids[1], "{\"id\": \"bbbb0000-");
  write_document (fixture, ids[2], "{\"id\": \"bbbb0000-0000-4000-8000-000000000003\", \"status\": 4}");
  write_document (fixture, ids[3], good_text); /* a copy of another job's */

  other = attune_job_store_new (fixture->folder);
  g_signal_connect (other, "damaged", G_CALLBACK (damaged_cb), &damages);
  load (other);
  g_assert_cmpuint (count (other), ==, 1);
  g_assert_nonnull (attune_job_store_lookup (other, attune_job_get_id (good)));
  g_assert_cmpuint (damages.n, ==, 4);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *path = document_path (fixture, ids[i]);
      g_autofree char *aside = g_strconcat (path, ".damaged-1", NULL);

      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
      g_assert_true (g_ptr_array_find_with_equal_func (damages.paths, path, g_str_equal, NULL));
    }
  for (guint i = 0; i < damages.messages->len; i++)
    g_assert_nonnull (strstr (g_ptr_array_index (damages.messages, i), ".damaged-1"));

  /* The next one does not replace the first. */
  write_document (fixture, ids[0], "again");
  load (other);
  g_assert_cmpuint (damages.n, ==, 5);
  {
    g_autofree char *second = g_build_filename (fixture->folder, ids[0], "job.json.damaged-2", NULL);

    g_assert_true (g_file_test (second, G_FILE_TEST_EXISTS));
  }
  g_ptr_array_unref (damages.paths);
  g_ptr_array_unref (damages.messages);
}

static void
test_newer_version (Fixture       *fixture,
                    gconstpointer  data)
{
  const char *id = "cccc0000-0000-4000-8000-000000000001";
  Damages damages = { 0, g_ptr_array_new_with_free_func (g_free), g_ptr_array_new_with_free_func (g_free) };
  g_autofree char *path = document_path (fixture, id);

  write_document (fixture, id, "{\"version\": 2, \"id\": \"cccc0000-0000-4000-8000-000000000001\"}");
  g_signal_connect (fixture->store, "damaged", G_CALLBACK (damaged_cb), &damages);
  load (fixture->store);
  load (fixture->store);
  /* Not ours to move, and not told each second. */
  g_assert_cmpuint (damages.n, ==, 1);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_ptr_array_unref (damages.paths);
  g_ptr_array_unref (damages.messages);
}

/* Names that are no jobs of ours do no harm. */
static void
test_strangers (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *file = g_build_filename (fixture->folder, "README", NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, "not-a-job", NULL);
  g_autofree char *empty = g_build_filename (fixture->folder, "dddd0000-0000-4000-8000-000000000001", NULL);

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (empty, 0700), ==, 0);
  load (fixture->store);
  g_assert_cmpuint (count (fixture->store), ==, 0);
}

static void
test_no_folder (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "a", "b", NULL);
  AttuneJobStore *store = attune_job_store_new (folder);

  load (store);
  g_assert_cmpuint (count (store), ==, 0);
  g_assert_finalize_object (store);
}

/* What a process that was killed in the middle of things left behind. */
static void
test_sweeping (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *trash = g_build_filename (fixture->folder, ".trash-x", "run", NULL);
  g_autofree char *trash_top = g_build_filename (fixture->folder, ".trash-x", NULL);
  g_autoptr (AttuneJob) job = make_job ();
  g_autofree char *path = document_path (fixture, attune_job_get_id (job));
  g_autofree char *half = g_strconcat (path, ".AB12CD", NULL);
  g_autofree char *aside = g_strconcat (path, ".damaged-1", NULL);

  g_assert_cmpint (g_mkdir_with_parents (trash, 0700), ==, 0);
  write_document (fixture, attune_job_get_id (job), "{}");
  g_assert_cmpint (g_rename (path, half), ==, 0);
  g_assert_true (g_file_set_contents (aside, "x", 1, NULL));
  load (fixture->store);
  g_assert_false (g_file_test (trash_top, G_FILE_TEST_EXISTS));
  save (fixture->store, job);
  g_assert_false (g_file_test (half, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
}

static void
test_async (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GPtrArray) results = g_ptr_array_new ();
  g_autoptr (AttuneJob) job = make_job ();
  GAsyncResult *saved[20] = { NULL };
  g_autoptr (AttuneJobStore) other = NULL;
  g_autoptr (GError) error = NULL;

  attune_job_store_load_async (fixture->store, NULL, keep_result_cb, &loaded);
  wait_until (loaded != NULL);
  g_assert_true (attune_job_store_load_finish (fixture->store, loaded, &error));
  g_assert_no_error (error);

  /* Saves of one job run in order; a synchronous one waits for its turn. */
  for (guint i = 0; i < G_N_ELEMENTS (saved); i++)
    {
      g_autofree char *name = g_strdup_printf ("name %u", i);

      attune_job_set_name (job, name);
      attune_job_store_save_async (fixture->store, job, NULL, keep_result_cb, &saved[i]);
      g_assert_cmpuint (count (fixture->store), ==, 1);
    }
  attune_job_set_name (job, "the last");
  save (fixture->store, job);
  other = attune_job_store_new (fixture->folder);
  load (other);
  g_assert_cmpstr (attune_job_get_name (attune_job_store_lookup (other, attune_job_get_id (job))), ==, "the last");
  for (guint i = 0; i < G_N_ELEMENTS (saved); i++)
    {
      wait_until (saved[i] != NULL);
      g_assert_true (attune_job_store_save_finish (fixture->store, saved[i], &error));
      g_assert_no_error (error);
      g_object_unref (saved[i]);
    }
  g_assert_cmpstr (attune_job_get_name (job), ==, "the last");
}

static void
test_no_permission (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autofree char *file = g_build_filename (fixture->folder, "file", NULL);
  AttuneJobStore *store;
  g_autoptr (GError) error = NULL;

  /* A folder that cannot be made is the same for root, whom permissions do not stop. */
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  store = attune_job_store_new (file);
  g_assert_false (attune_job_store_save_sync (store, job, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == ATTUNE_ERROR);
  g_assert_nonnull (strstr (error->message, file));
  /* It never came to be. */
  g_assert_cmpuint (count (store), ==, 0);
  g_assert_finalize_object (store);
}

/* Thousands of jobs arrive in slices, and no turn of the main loop takes long. */
static void
test_many (Fixture       *fixture,
           gconstpointer  data)
{
  const guint n_jobs = 2000;
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GError) error = NULL;
  Changes changes = { 0 };
  gint64 longest = 0;
  gint64 began;

  for (guint i = 0; i < n_jobs; i++)
    {
      g_autoptr (AttuneJob) job = make_job_at (1700000000000000 + i);
      g_autoptr (JsonNode) node = attune_job_to_json (job);
      g_autofree char *text = attune_json_write (node, TRUE);

      write_document (fixture, attune_job_get_id (job), text);
    }

  g_signal_connect (fixture->store, "items-changed", G_CALLBACK (changed_cb), &changes);
  began = g_get_monotonic_time ();
  attune_job_store_load_async (fixture->store, NULL, keep_result_cb, &loaded);
  while (loaded == NULL)
    {
      gint64 before;
      gboolean worked;

      before = g_get_monotonic_time ();
      worked = g_main_context_iteration (NULL, FALSE);
      if (worked)
        longest = MAX (longest, g_get_monotonic_time () - before);
      else
        g_thread_yield ();
    }
  g_assert_true (attune_job_store_load_finish (fixture->store, loaded, &error));
  g_assert_no_error (error);
  g_test_message ("%u jobs in %.0f ms; the longest turn took %.1f ms", n_jobs,
                  (double) (g_get_monotonic_time () - began) / 1000, (double) longest / 1000);
  g_assert_cmpuint (count (fixture->store), ==, n_jobs);
  g_assert_cmpuint (changes.n_signals, ==, n_jobs / 250);
  for (guint i = 1; i < n_jobs; i++)
    {
      g_autoptr (AttuneJob) before = g_list_model_get_item (G_LIST_MODEL (fixture->store), i - 1);
      g_autoptr (AttuneJob) after = g_list_model_get_item (G_LIST_MODEL (fixture->store), i);

      g_assert_cmpint (attune_job_get_created_at (before), >, attune_job_get_created_at (after));
    }
}

static gboolean
is_finalized (GWeakRef *weak)
{
  g_autoptr (GObject) object = g_weak_ref_get (weak);

  return object == NULL;
}

/* The store goes away in the middle of things. */
static void
test_early_end (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GError) error = NULL;
  GWeakRef weak;

  load (fixture->store);
  attune_job_store_save_async (fixture->store, job, NULL, keep_result_cb, &saved);
  attune_job_store_load_async (fixture->store, NULL, keep_result_cb, &loaded);
  g_weak_ref_init (&weak, fixture->store);
  g_clear_object (&fixture->store);
  wait_until (saved != NULL && loaded != NULL);
  {
    g_autoptr (AttuneJobStore) still = g_weak_ref_get (&weak);

    g_assert_true (attune_job_store_save_finish (still, saved, &error));
    g_assert_no_error (error);
  }
  g_clear_object (&saved);
  g_clear_object (&loaded);
  wait_until (is_finalized (&weak));
  g_weak_ref_clear (&weak);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/job-store/save-and-load", test_save_and_load);
  ADD ("/job-store/order", test_order);
  ADD ("/job-store/find", test_find);
  ADD ("/job-store/delete", test_delete);
  ADD ("/job-store/damaged", test_damaged);
  ADD ("/job-store/newer-version", test_newer_version);
  ADD ("/job-store/strangers", test_strangers);
  ADD ("/job-store/no-folder", test_no_folder);
  ADD ("/job-store/sweeping", test_sweeping);
  ADD ("/job-store/async", test_async);
  ADD ("/job-store/no-permission", test_no_permission);
  ADD ("/job-store/many", test_many);
  ADD ("/job-store/early-end", test_early_end);

  return g_test_run ();
}
