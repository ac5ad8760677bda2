/* test-starter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "attune-chat-template.h"
#include "attune-configuration.h"
#include "attune-dataset-reader.h"
#include "attune-paths.h"

/* The starter model and the example that come with Attune. What they learn is measured elsewhere; here they have to be whole. */

#define SIZE_LIMIT (8 * 1024 * 1024)

static void
test_model (void)
{
  static const char * const names[] = {
    "LICENSE", "README.md", "chat_template.jinja", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
  };
  g_autofree char *folder = attune_paths_dup_package_file ("starter/model");
  g_autoptr (AttuneTokenizer) tokenizer = NULL;
  g_autoptr (AttuneChatTemplate) template = NULL;
  g_autoptr (GError) error = NULL;
  goffset size = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      GStatBuf info;

      g_test_message ("%s", path);
      g_assert_cmpint (g_stat (path, &info), ==, 0);
      size += info.st_size;
    }
  g_assert_cmpint (size, <, SIZE_LIMIT);

  tokenizer = attune_tokenizer_load (folder, &error);
  g_assert_no_error (error);
  g_assert_true (attune_tokenizer_is_end (tokenizer, attune_tokenizer_lookup (tokenizer, "<|im_end|>")));
  template = attune_chat_template_load (folder, tokenizer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (attune_chat_template_get_name (template), ==, "ChatML");
}

/* Adds what users say to @seen; nothing may be there twice. */
static void
read_questions (const char *path,
                GHashTable *seen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDatasetReader) reader = attune_dataset_reader_new (path, &error);
  AttuneRow *row;

  g_assert_no_error (error);
  while ((row = attune_dataset_reader_next (reader, &error)) != NULL)
    {
      g_assert_cmpuint (row->messages->len, ==, 3);
      g_assert_true (g_hash_table_add (seen, g_strdup (g_array_index (row->messages, AttuneMessage, 1).content)));
      attune_row_free (row);
    }
  g_assert_no_error (error);
}

static void
test_example (void)
{
  static const struct { const char *name; gint64 least; } files[] = {
    { "starter/example/train.jsonl", 300 },
    { "starter/example/validation.jsonl", 60 },
  };
  g_autofree char *model = attune_paths_dup_package_file ("starter/model");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = attune_paths_dup_package_file (files[i].name);
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneDatasetReport) report = attune_dataset_check (path, model, 512, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (report->format, ==, "chat");
      g_assert_cmpint (report->rows, >=, files[i].least);
      g_assert_cmpint (report->n_problems, ==, 0);
      g_assert_cmpint (report->too_long, ==, 0);
      read_questions (path, seen);
    }
}

static void
test_recipe (void)
{
  g_autofree char *path = attune_paths_dup_package_file ("starter/example/recipe.json");
  g_autofree char *text = NULL;
  g_autoptr (AttuneConfiguration) configuration = NULL;
  g_auto (GStrv) unknown = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  configuration = attune_configuration_new_from_data (text, -1, path, &error);
  g_assert_no_error (error);
  unknown = attune_configuration_list_unknown (configuration);
  g_assert_cmpuint (g_strv_length (unknown), ==, 0);
  g_assert_true (attune_configuration_is_set (configuration, "method.type"));
  g_assert_false (attune_configuration_is_set (configuration, "datasets.trainingFileId"));
  g_assert_finalize_object (g_steal_pointer (&configuration));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/starter/model", test_model);
  g_test_add_func ("/starter/example", test_example);
  g_test_add_func ("/starter/recipe", test_recipe);

  return g_test_run ();
}
