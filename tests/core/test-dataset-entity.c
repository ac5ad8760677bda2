/* test-dataset-entity.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-store.h"

#include <string.h>
#include <sys/stat.h>

#include "attune-dataset-private.h"
#include "store-helpers.h"

static AttuneDataset *
write_and_read (AttuneDataset *dataset)
{
  g_autoptr (JsonNode) node = attune_dataset_to_json (dataset);
  g_autofree char *text = attune_json_write (node, TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) read = attune_json_parse (text, -1, NULL, &error);
  AttuneDataset *again;

  g_assert_no_error (error);
  again = attune_dataset_new_from_json (read, &error);
  g_assert_no_error (error);

  return again;
}

static void
assert_same (AttuneDataset *a,
             AttuneDataset *b)
{
  guint n_properties;
  g_autofree GParamSpec **properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (a), &n_properties);

  g_assert_cmpuint (n_properties, ==, 13);
  for (guint i = 0; i < n_properties; i++)
    {
      g_auto (GValue) left = G_VALUE_INIT;
      g_auto (GValue) right = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (a), properties[i]->name, &left);
      g_object_get_property (G_OBJECT (b), properties[i]->name, &right);
      g_assert_cmpint (g_param_values_cmp (properties[i], &left, &right), ==, 0);
    }
}

static void
test_round_trip (void)
{
  AttuneDataset *dataset = attune_dataset_new ("relative/train.jsonl");
  AttuneDataset *again;
  g_autoptr (AttuneDataset) other = NULL;

  g_assert_true (g_path_is_absolute (attune_dataset_get_path (dataset)));
  g_assert_cmpstr (attune_dataset_get_name (dataset), ==, "train.jsonl");
  g_assert_null (attune_dataset_get_format (dataset));
  g_assert_cmpint (attune_dataset_get_tokens (dataset), ==, -1);
  again = write_and_read (dataset);
  assert_same (dataset, again);
  g_assert_finalize_object (again);

  attune_dataset_set_checked (dataset, "chat", 1234, "abcd", 7, 2, "line 3: “oops”");
  attune_dataset_set_tokens (dataset, 99);
  attune_dataset_set_name (dataset, "Mine");
  attune_dataset_set_provider_file (dataset, "openai", "file-1");
  attune_dataset_set_provider_file (dataset, "mistral", "file-2");
  again = write_and_read (dataset);
  assert_same (dataset, again);
  g_assert_cmpstr (attune_dataset_get_provider_file (again, "openai"), ==, "file-1");
  g_assert_cmpstr (attune_dataset_get_provider_file (again, "mistral"), ==, "file-2");
  g_assert_null (attune_dataset_get_provider_file (again, "together"));
  g_assert_cmpint (attune_dataset_get_n_problems (again), ==, 2);

  other = write_and_read (dataset);
  attune_dataset_set_name (other, "Yours");
  attune_dataset_set_provider_file (other, "openai", NULL);
  attune_dataset_update_from (again, other);
  assert_same (again, other);
  g_assert_null (attune_dataset_get_provider_file (again, "openai"));
  g_assert_finalize_object (again);
  g_assert_finalize_object (dataset);
}

/* Another content is another file: what was known of the old one does not hold. */
static void
test_new_content (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.jsonl", NULL);
  g_autoptr (AttuneDataset) dataset = NULL;

  g_assert_true (g_file_set_contents (path, "1234", 4, NULL));
  dataset = attune_dataset_new (path);
  g_assert_false (attune_dataset_is_current (dataset));
  attune_dataset_set_checked (dataset, "text", 4, "aa", 1, 0, NULL);
  g_assert_true (attune_dataset_is_current (dataset));
  attune_dataset_set_tokens (dataset, 9);
  attune_dataset_set_provider_file (dataset, "openai", "file-1");

  g_assert_true (g_file_set_contents (path, "12345", 5, NULL));
  g_assert_false (attune_dataset_is_current (dataset));
  /* It grew on while it was read. */
  attune_dataset_set_checked (dataset, "text", 4, "aa", 1, 0, NULL);
  g_assert_false (attune_dataset_is_current (dataset));
  g_assert_cmpint (attune_dataset_get_tokens (dataset), ==, 9);
  attune_dataset_set_checked (dataset, "text", 5, "bb", 1, 0, NULL);
  g_assert_true (attune_dataset_is_current (dataset));
  g_assert_cmpint (attune_dataset_get_tokens (dataset), ==, -1);
  g_assert_null (attune_dataset_get_provider_file (dataset, "openai"));
  remove_folder (folder);
}

static void
test_refused (void)
{
#define ID "\"id\": \"6a6bb8e5-3b54-4b49-8a1a-5e3a3c2f7a10\""
  static const struct {
    const char *text;
    const char *names;
    int         code;
  } cases[] = {
    { "7", "object", ATTUNE_ERROR_INVALID },
    { "{\"path\": \"/x\"}", "id", ATTUNE_ERROR_INVALID },
    { "{\"id\": \"x\", \"path\": \"/x\"}", "UUID", ATTUNE_ERROR_INVALID },
    { "{" ID "}", "path", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"path\": \"/x\", \"rows\": []}", "rows", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"path\": \"/x\", \"providerFiles\": {\"openai\": 7}}", "providerFiles.openai", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"path\": \"/x\", \"version\": 7}", "newer", ATTUNE_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = attune_json_parse (cases[i].text, -1, NULL, NULL);
      g_autoptr (AttuneDataset) dataset = attune_dataset_new_from_json (node, &error);

      g_assert_null (dataset);
      g_assert_error (error, ATTUNE_ERROR, cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].names));
    }
}

static void
test_unknown_members (void)
{
  g_autoptr (JsonNode) node = attune_json_parse ("{" ID ", \"path\": \"/x\", \"later\": {\"a\": 1}}", -1, NULL, NULL);
  g_autoptr (AttuneDataset) dataset = attune_dataset_new_from_json (node, NULL);
  g_autoptr (AttuneDataset) again = write_and_read (dataset);
  g_autoptr (JsonNode) written = attune_dataset_to_json (again);

  g_assert_cmpint (attune_json_peek_int (written, "later.a", 0), ==, 1);
}

static void
test_store (void)
{
  g_autofree char *folder = make_folder ();
  AttuneDatasetStore *store = attune_dataset_store_new (folder);
  AttuneDatasetStore *other = attune_dataset_store_new (folder);
  g_autoptr (AttuneDataset) first = attune_dataset_new ("/data/a.jsonl");
  g_autoptr (AttuneDataset) second = attune_dataset_new ("/data/b.jsonl");
  g_autofree char *name = g_strconcat (attune_dataset_get_id (first), ".json", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *half = g_strconcat (path, ".A1B2C3", NULL);
  g_autofree char *broken = g_build_filename (folder, "aaaa0000-0000-4000-8000-000000000001.json", NULL);
  g_autofree char *aside = g_strconcat (broken, ".damaged-1", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  AttuneDataset *theirs;
  struct stat buffer;

  g_assert_true (g_file_set_contents (half, "{", 1, NULL));
  g_assert_true (g_file_set_contents (broken, "{", 1, NULL));
  g_assert_true (attune_dataset_store_load_sync (store, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (half, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  g_assert_true (attune_dataset_store_load_sync (other, &error));

  g_assert_true (attune_dataset_store_save_sync (store, first, &error));
  g_assert_cmpint (stat (path, &buffer), ==, 0);
  g_assert_cmpint (buffer.st_mode & 0777, ==, 0600);
  attune_dataset_store_save_async (store, second, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (attune_dataset_store_save_finish (store, result, &error));
  g_clear_object (&result);
  g_assert_true (attune_dataset_store_lookup_path (store, "/data/../data/b.jsonl") == second);
  g_assert_null (attune_dataset_store_lookup_path (store, "/data/c.jsonl"));
  g_assert_true (attune_dataset_store_find (store, attune_dataset_get_id (first), &error) == first);
  g_assert_null (attune_dataset_store_find (store, "nothing", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  /* Another process follows, and each changes something. */
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (other)) == 2);
  theirs = attune_dataset_store_lookup (other, attune_dataset_get_id (first));
  attune_dataset_set_name (theirs, "Renamed");
  attune_dataset_set_tokens (first, 5);
  g_assert_true (attune_dataset_store_save_sync (other, theirs, &error));
  g_assert_true (attune_dataset_store_save_sync (store, first, &error));
  g_assert_cmpstr (attune_dataset_get_name (first), ==, "Renamed");
  wait_until (attune_dataset_get_tokens (theirs) == 5);

  g_assert_true (attune_dataset_store_remove_sync (store, first, &error));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (other)) == 1);
  attune_dataset_store_remove_async (store, second, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (attune_dataset_store_remove_finish (store, result, &error));
  g_clear_object (&result);
  /* A save that comes too late brings nothing back. */
  g_assert_false (attune_dataset_store_save_sync (other, attune_dataset_store_lookup (other, attune_dataset_get_id (second)), &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (other)), ==, 0);
  g_assert_finalize_object (store);
  g_assert_finalize_object (other);
  remove_folder (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/dataset-entity/round-trip", test_round_trip);
  g_test_add_func ("/dataset-entity/new-content", test_new_content);
  g_test_add_func ("/dataset-entity/refused", test_refused);
  g_test_add_func ("/dataset-entity/unknown-members", test_unknown_members);
  g_test_add_func ("/dataset-entity/store", test_store);

  return g_test_run ();
}
