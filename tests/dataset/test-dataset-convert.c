/* test-dataset-convert.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "attune-csv.h"
#include "attune-dataset-convert.h"
#include "attune-error.h"

static char *
write_file (const char *name,
            const char *contents)
{
  char *path = g_build_filename (g_get_user_data_dir (), name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, contents, -1, &error);
  g_assert_no_error (error);

  return path;
}

static char *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);

  return contents;
}

static char *
convert (const char *name,
         const char *contents,
         const char *format,
         gint64      n_left_out)
{
  g_autofree char *from = write_file (name, contents);
  g_autofree char *to = g_strconcat (from, ".out.jsonl", NULL);
  g_autoptr (AttuneConversion) conversion = NULL;
  g_autoptr (GError) error = NULL;

  conversion = attune_dataset_convert (from, to, format, TRUE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (conversion->n_left_out, ==, n_left_out);

  return read_file (to);
}

#define CHAT_ROW "{\"messages\":[{\"role\":\"user\",\"content\":\"How much, \\\"now\\\"?\"},{\"role\":\"assistant\",\"content\":\"Four\\nfive\"}]}\n"
#define PAIR_ROW "{\"prompt\":\"How much, \\\"now\\\"?\",\"completion\":\"Four\\nfive\"}\n"
#define ALPACA_ROW "{\"instruction\":\"How much, \\\"now\\\"?\",\"input\":\"\",\"output\":\"Four\\nfive\"}\n"
#define SHAREGPT_ROW "{\"conversations\":[{\"from\":\"human\",\"value\":\"How much, \\\"now\\\"?\"},{\"from\":\"gpt\",\"value\":\"Four\\nfive\"}]}\n"

/* From each format to each other: the same row comes out. */
static void
test_formats (void)
{
  static const struct { const char *format; const char *row; } formats[] = {
    { "chat", CHAT_ROW }, { "prompt-completion", PAIR_ROW }, { "alpaca", ALPACA_ROW }, { "sharegpt", SHAREGPT_ROW },
  };

  for (gsize from = 0; from < G_N_ELEMENTS (formats); from++)
    for (gsize to = 0; to < G_N_ELEMENTS (formats); to++)
      {
        g_autofree char *text = convert ("row.jsonl", formats[from].row, formats[to].format, 0);

        g_assert_cmpstr (text, ==, formats[to].row);
      }
}

static void
test_other_files (void)
{
  g_autofree char *list = convert ("list.json", " [ " CHAT_ROW "," CHAT_ROW "]", "prompt-completion", 0);
  g_autofree char *csv = convert ("table.csv", "\xef\xbb\xbfprompt,completion\r\n\"How much, \"\"now\"\"?\",\"Four\nfive\"\r\n\r\nonly one\r\n", "chat", 1);
  g_autofree char *semicolons = convert ("table2.csv", "instruction;input;output\nHi, you;;Yes\n", "prompt-completion", 0);
  g_autofree char *text = convert ("text.jsonl", CHAT_ROW, "text", 0);

  g_assert_cmpstr (list, ==, PAIR_ROW PAIR_ROW);
  g_assert_cmpstr (csv, ==, CHAT_ROW);
  g_assert_cmpstr (semicolons, ==, "{\"prompt\":\"Hi, you\",\"completion\":\"Yes\"}\n");
  g_assert_cmpstr (text, ==, "{\"text\":\"How much, \\\"now\\\"?\\n\\nFour\\nfive\"}\n");
}

static void
test_left_out (void)
{
  g_autofree char *text =
    convert ("mixed.jsonl",
             CHAT_ROW
             "{\"messages\":[{\"role\":\"system\",\"content\":\"Be kind\"},{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n"
             "{\"messages\": broken\n", "alpaca", 2);

  g_assert_cmpstr (text, ==, ALPACA_ROW);
}

static void
assert_fails (const char *from,
              const char *to,
              const char *format,
              int         code,
              const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneConversion) conversion = attune_dataset_convert (from, to, format, FALSE, NULL, &error);
  g_autofree char *rest = g_strconcat (to, ".part", NULL);

  g_assert_error (error, ATTUNE_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_null (conversion);
  g_assert_false (g_file_test (rest, G_FILE_TEST_EXISTS));
}

static void
test_bad_input (void)
{
  g_autofree char *good = write_file ("good.jsonl", CHAT_ROW);
  g_autofree char *text = write_file ("words.jsonl", "{\"text\":\"Only a text\"}\n");
  g_autofree char *open = write_file ("open.csv", "prompt,completion\n\"never closed,x\n");
  g_autofree char *bytes = write_file ("bytes.csv", "prompt,completion\n\xff,x\n");
  g_autofree char *object = write_file ("list.json", "[1, 2]");
  g_autofree char *there = write_file ("there.jsonl", "mine");
  g_autofree char *to = g_build_filename (g_get_user_data_dir (), "to.jsonl", NULL);
  g_autofree char *kept = NULL;

  assert_fails (good, to, "haiku", ATTUNE_ERROR_INVALID, "chat, prompt-completion");
  assert_fails (good, good, "alpaca", ATTUNE_ERROR_INVALID, "over itself");
  assert_fails (text, to, "alpaca", ATTUNE_ERROR_INVALID, "Line 1");
  assert_fails (open, to, "chat", ATTUNE_ERROR_INVALID, "line 2: a quotation mark");
  assert_fails (bytes, to, "chat", ATTUNE_ERROR_INVALID, "line 2: the text is not UTF-8");
  assert_fails (object, to, "chat", ATTUNE_ERROR_INVALID, "No row");
  assert_fails ("/nowhere/at/all.jsonl", to, "chat", ATTUNE_ERROR_NOT_FOUND, "nowhere");
  assert_fails (good, there, "alpaca", ATTUNE_ERROR_CONFLICT, "is there already");
  kept = read_file (there);
  g_assert_cmpstr (kept, ==, "mine");
  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
}

static void
test_split (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *path = NULL;
  g_autofree char *training = g_build_filename (g_get_user_data_dir (), "a.jsonl", NULL);
  g_autofree char *validation = g_build_filename (g_get_user_data_dir (), "b.jsonl", NULL);
  g_autofree char *first = NULL;
  g_autoptr (GError) error = NULL;
  gint64 n_training, n_validation;

  /* Every row twice, and blank lines between. */
  for (guint i = 0; i < 100; i++)
    g_string_append_printf (text, "{\"text\":\"%u\"}\n\n", i % 50);
  path = write_file ("all.jsonl", text->str);

  for (guint round = 0; round < 2; round++)
    {
      g_autofree char *a = NULL;
      g_autofree char *b = NULL;
      g_auto (GStrv) lines = NULL;

      g_assert_true (attune_dataset_split (path, 0.2, 7, training, validation, TRUE, &n_training, &n_validation, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (n_training, ==, 80);
      g_assert_cmpint (n_validation, ==, 20);
      a = read_file (training);
      b = read_file (validation);
      lines = g_strsplit (g_strchomp (b), "\n", -1);
      g_assert_cmpuint (g_strv_length (lines), ==, 20);
      for (guint i = 0; lines[i] != NULL; i++)
        {
          g_autofree char *whole = g_strconcat (lines[i], "\n", NULL);

          g_assert_null (strstr (a, whole));
        }
      /* The seed alone decides. */
      if (first != NULL)
        g_assert_cmpstr (first, ==, b);
      g_set_str (&first, b);
    }
  g_assert_true (attune_dataset_split (path, 0.2, 8, training, validation, TRUE, &n_training, &n_validation, NULL, &error));
  {
    g_autofree char *other = read_file (validation);

    g_assert_cmpstr (g_strchomp (other), !=, first);
  }

  g_assert_false (attune_dataset_split (path, 0.2, 8, training, validation, FALSE, &n_training, &n_validation, NULL, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (attune_dataset_split (path, 1.5, 8, training, validation, TRUE, &n_training, &n_validation, NULL, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_summary ("Data files written in another format, and divided.");

  g_test_add_func ("/dataset-convert/formats", test_formats);
  g_test_add_func ("/dataset-convert/other-files", test_other_files);
  g_test_add_func ("/dataset-convert/left-out", test_left_out);
  g_test_add_func ("/dataset-convert/bad-input", test_bad_input);
  g_test_add_func ("/dataset-convert/split", test_split);

  return g_test_run ();
}
