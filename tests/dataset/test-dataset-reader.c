/* test-dataset-reader.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "attune-dataset-reader-private.h"
#include "attune-dataset-reader.h"
#include "attune-error.h"

#define GOOD "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Hello.\"}]}"
#define MESSAGES(messages) "{\"messages\":[" messages "]}"
#define USER "{\"role\":\"user\",\"content\":\"Hi\"}"
#define ASSISTANT "{\"role\":\"assistant\",\"content\":\"Hello.\"}"
#define SYSTEM "{\"role\":\"system\",\"content\":\"Be brief.\"}"

static char *
write_file (const char *contents,
            gssize      length)
{
  char *path = g_build_filename (g_get_user_data_dir (), "rows.jsonl", NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_file_set_contents_full (path, contents, length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);

  return path;
}

/* All rows in one text, to be compared. */
static char *
read_all (const char  *path,
          gsize        buffer_size,
          GArray     **problems,
          GError     **error)
{
  g_autoptr (AttuneDatasetReader) reader = attune_dataset_reader_new_full (path, FALSE, buffer_size, error);
  g_autoptr (GString) text = g_string_new (NULL);
  AttuneRow *row;

  if (reader == NULL)
    return NULL;

  while ((row = attune_dataset_reader_next (reader, error)) != NULL)
    {
      g_string_append_printf (text, "%" G_GINT64_FORMAT ":", row->line);
      for (guint i = 0; i < row->messages->len; i++)
        {
          const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, i);

          g_string_append_printf (text, " %s=%s", message->role, message->content);
        }
      g_string_append_c (text, '\n');
      attune_row_free (row);
    }
  if (problems != NULL)
    *problems = g_array_ref (attune_dataset_reader_get_problems (reader));

  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
test_formats (void)
{
  static const struct { const char *line, *format, *rows; } cases[] = {
    { GOOD, "chat", "1: user=Hi assistant=Hello.\n" },
    { MESSAGES (SYSTEM "," USER "," ASSISTANT "," USER "," ASSISTANT), "chat",
      "1: system=Be brief. user=Hi assistant=Hello. user=Hi assistant=Hello.\n" },
    { "{\"messages\":[" USER ",{\"role\":\"assistant\",\"content\":\"x\",\"weight\":1,\"tool_calls\":null}],\"tools\":[],\"id\":7}", "chat",
      "1: user=Hi assistant=x\n" },
    { "{\"prompt\":\"2+2?\",\"completion\":\" 4\"}", "prompt-completion", "1: user=2+2? assistant= 4\n" },
    { "{\"instruction\":\"Add\",\"input\":\"2, 2\",\"output\":\"4\"}", "alpaca", "1: user=Add\n\n2, 2 assistant=4\n" },
    { "{\"instruction\":\"Add\",\"input\":\"\",\"output\":\"4\"}", "alpaca", "1: user=Add assistant=4\n" },
    { "{\"instruction\":\"Add\",\"output\":\"4\"}", "alpaca", "1: user=Add assistant=4\n" },
    { "{\"instruction\":\"Add\",\"input\":null,\"output\":\"4\"}", "alpaca", "1: user=Add assistant=4\n" },
    { "{\"text\":\"caf\\u00e9 \\ud83e\\udd99\"}", "text", "1: text=café 🦙\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_file (cases[i].line, -1);
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneDatasetReport) report = attune_dataset_check (path, NULL, 0, NULL, &error);
      g_autofree char *rows = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (report->format, ==, cases[i].format);
      g_assert_cmpint (report->rows, ==, 1);
      g_assert_cmpint (report->n_problems, ==, 0);
      g_assert_cmpint (report->tokens, ==, -1);
      g_assert_cmpint (report->trained_tokens, ==, -1);
      rows = read_all (path, 0, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (rows, ==, cases[i].rows);
    }
}

/* Every problem: the line and column where it is, what the message has to say, and whether the row is used. */
static void
test_problems (void)
{
  static const struct { const char *line; gint64 column; const char *words; gboolean is_note; } cases[] = {
    { "{\"messages\":[", 14, "valid JSON", FALSE },
    { "{\"messages\":[}", 14, "valid JSON", FALSE },
    { "  {\"é\":x}", 8, "valid JSON", FALSE },
    { GOOD " x", sizeof GOOD + 1, "valid JSON", FALSE },
    { GOOD GOOD, sizeof GOOD, "valid JSON", FALSE },
    { "hello", 1, "valid JSON", FALSE },
    { "{\"messages\":[\"a\tb\"]}", 16, "valid JSON", FALSE },
    { "{\"text\":\"\xff\"}", 10, "not valid UTF-8 (byte 0xFF)", FALSE },
    { "{\"é\":\"\xe2\x82\"}", 7, "not valid UTF-8 (byte 0xE2)", FALSE },
    { "[1]", 0, "no JSON object", FALSE },
    { "17", 0, "no JSON object", FALSE },
    { MESSAGES (USER), 0, "no message of the “assistant”", FALSE },
    { MESSAGES (""), 0, "no message of the “assistant”", FALSE },
    { "{\"messages\":{}}", 0, "not a list", FALSE },
    { MESSAGES ("7"), 0, "Message 1 is not an object", FALSE },
    { MESSAGES (USER ",{\"role\":\"assistant\",\"content\":\"\"}"), 0, "Message 2: the answer", FALSE },
    { MESSAGES (USER ",{\"role\":\"assistant\",\"content\":\" \\n\"}"), 0, "Message 2: the answer", FALSE },
    { MESSAGES (USER "," ASSISTANT "," USER), 0, "last message is the user's", FALSE },
    { MESSAGES (ASSISTANT "," USER), 0, "answers before", FALSE },
    { MESSAGES (SYSTEM "," ASSISTANT), 0, "Message 2: the “assistant” answers before", FALSE },
    { MESSAGES (USER "," SYSTEM "," ASSISTANT), 0, "Message 2: a “system” message stands after others", FALSE },
    { MESSAGES (USER "," USER "," ASSISTANT), 0, "Message 2: two “user”", FALSE },
    { MESSAGES (USER "," ASSISTANT "," ASSISTANT), 0, "Message 3: two “assistant”", FALSE },
    { MESSAGES ("{\"role\":\"robot\",\"content\":\"x\"}"), 0, "unknown role “robot”", FALSE },
    { MESSAGES (USER ",{\"role\":\"tool\",\"content\":\"x\"}"), 0, "tool calls cannot be learnt", FALSE },
    { MESSAGES (USER ",{\"role\":\"assistant\",\"content\":\"x\",\"tool_calls\":[{}]}"), 0, "“tool_calls” is there", FALSE },
    { "{\"messages\":[" USER "," ASSISTANT "],\"tools\":[{}]}", 0, "“tools” is there", FALSE },
    { MESSAGES (USER ",{\"role\":\"assistant\",\"content\":\"x\",\"weight\":0}"), 0, "“weight” other than 1", FALSE },
    { MESSAGES ("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}"), 0, "list of parts", FALSE },
    { MESSAGES ("{\"role\":\"user\"}"), 0, "“content” is missing", FALSE },
    { MESSAGES ("{\"content\":\"x\"}"), 0, "“role” is missing", FALSE },
    { MESSAGES ("{\"role\":\"user\",\"content\":7}"), 0, "“content” is not a text", FALSE },
    { MESSAGES ("{\"role\":\"user\",\"content\":\"a\\u0000b\"}"), 0, "NUL character", FALSE },
    { "{\"text\":\"x\"}", 0, "is of the form “text”", FALSE },
    { "{\"conversations\":[]}", 0, "is of the form “sharegpt”", FALSE },
    { "{\"prompt\":\"x\",\"chosen\":\"a\",\"rejected\":\"b\"}", 0, "preference pair", FALSE },
    { "{\"question\":\"x\"}", 0, "no members that are known", FALSE },
    { "{}", 0, "no members that are known", FALSE },
    { GOOD, 0, "the same as one before", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *contents = g_strconcat (GOOD "\n", cases[i].line, "\n", MESSAGES (USER ",{\"role\":\"assistant\",\"content\":\"Y\"}"), "\n", NULL);
      g_autofree char *path = write_file (contents, -1);
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneDatasetReport) report = attune_dataset_check (path, NULL, 0, NULL, &error);
      const AttuneProblem *problem;

      g_assert_no_error (error);
      g_test_message ("%s", cases[i].words);
      g_assert_cmpint (report->n_problems, ==, 1);
      g_assert_cmpint (report->n_left_out, ==, cases[i].is_note ? 0 : 1);
      g_assert_cmpint (report->rows, ==, cases[i].is_note ? 3 : 2);
      problem = &g_array_index (report->problems, AttuneProblem, 0);
      g_assert_cmpint (problem->line, ==, 2);
      g_assert_cmpint (problem->column, ==, cases[i].column);
      g_assert_nonnull (strstr (problem->message, cases[i].words));
      g_assert_cmpint (problem->severity, ==, cases[i].is_note ? ATTUNE_PROBLEM_NOTE : ATTUNE_PROBLEM_ERROR);
    }
}

static void
test_other_formats (void)
{
  static const struct { const char *line, *words; } cases[] = {
    { "{\"prompt\":\"x\",\"completion\":\"\"}", "“completion” is empty" },
    { "{\"prompt\":[{\"role\":\"user\"}],\"completion\":\"x\"}", "“prompt” is a list of parts" },
    { "{\"instruction\":\"x\",\"output\":\" \"}", "“output” is empty" },
    { "{\"instruction\":\"x\",\"input\":3,\"output\":\"y\"}", "“input” is not a text" },
    { "{\"text\":\"\"}", "“text” is empty" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_file (cases[i].line, -1);
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneDatasetReport) report = attune_dataset_check (path, NULL, 0, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (report->rows, ==, 0);
      g_assert_cmpint (report->n_left_out, ==, 1);
      g_assert_nonnull (strstr (g_array_index (report->problems, AttuneProblem, 0).message, cases[i].words));
    }
}

static void
test_whole_files (void)
{
  static const struct { const char *contents; gssize length; const char *words; } cases[] = {
    { "", 0, "is empty" },
    { "\n  \n\r\n", -1, "is empty" },
    { "\xef\xbb\xbf\n", -1, "is empty" },
    { "[" GOOD "," GOOD "]", -1, "JSON array" },
    { "\n [\n" GOOD "\n]\n", -1, "JSON array" },
    { "{\n  \"messages\": []\n}\n", -1, "over several lines" },
    { "\xff\xfe{\0", 4, "UTF-16" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_file (cases[i].contents, cases[i].length);
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneDatasetReport) report = attune_dataset_check (path, NULL, 0, NULL, &error);

      g_assert_null (report);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i].words));
      g_assert_nonnull (strstr (error->message, path));
    }
}

static void
test_unreadable (void)
{
  g_autofree char *missing = g_build_filename (g_get_user_data_dir (), "missing.jsonl", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (attune_dataset_check (missing, NULL, 0, NULL, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, missing));
  g_clear_error (&error);

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_assert_null (attune_dataset_check (g_get_user_data_dir (), NULL, 0, NULL, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_clear_error (&error);
}

static void
test_byte_order_mark (void)
{
  g_autofree char *path = write_file ("\xef\xbb\xbf" GOOD "\r\n", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDatasetReport) report = attune_dataset_check (path, NULL, 0, NULL, &error);
  const AttuneProblem *problem;

  g_assert_no_error (error);
  g_assert_cmpint (report->rows, ==, 1);
  g_assert_cmpint (report->n_problems, ==, 1);
  g_assert_cmpint (report->n_left_out, ==, 0);
  problem = &g_array_index (report->problems, AttuneProblem, 0);
  g_assert_cmpint (problem->line, ==, 1);
  g_assert_cmpint (problem->column, ==, 1);
  g_assert_cmpint (problem->severity, ==, ATTUNE_PROBLEM_NOTE);
}

/* The same rows and problems wherever the reading is cut. */
static void
test_every_split (void)
{
  const char *contents = "\xef\xbb\xbf" GOOD "\r\n\r\n{\"messages\":[" USER ",{\"role\":\"assistant\",\"content\":\"é 🦙\"}]}\n"
                         "{\"broken\n" GOOD "\n  \n{\"text\":\"\xc3\"}\n" MESSAGES (USER ",{\"role\":\"assistant\",\"content\":\"last\"}");
  g_autofree char *path = write_file (contents, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) expected_problems = NULL;
  g_autofree char *expected = read_all (path, 0, &expected_problems, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (expected, ==, "1: user=Hi assistant=Hello.\n3: user=Hi assistant=é 🦙\n5: user=Hi assistant=Hello.\n8: user=Hi assistant=last\n");
  g_assert_cmpuint (expected_problems->len, ==, 4);

  for (gsize size = 1; size <= strlen (contents) + 1; size++)
    {
      g_autoptr (GArray) problems = NULL;
      g_autofree char *rows = read_all (path, size, &problems, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (rows, ==, expected);
      g_assert_cmpuint (problems->len, ==, expected_problems->len);
      for (guint i = 0; i < problems->len; i++)
        {
          const AttuneProblem *a = &g_array_index (problems, AttuneProblem, i);
          const AttuneProblem *b = &g_array_index (expected_problems, AttuneProblem, i);

          g_assert_cmpint (a->line, ==, b->line);
          g_assert_cmpint (a->column, ==, b->column);
          g_assert_cmpstr (a->message, ==, b->message);
        }
    }
}

static void
test_many_problems (void)
{
  g_autoptr (GString) contents = g_string_new (GOOD "\n");
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDatasetReport) report = NULL;

  for (guint i = 0; i < 250; i++)
    g_string_append (contents, "x\n");
  path = write_file (contents->str, contents->len);
  report = attune_dataset_check (path, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (report->n_problems, ==, 250);
  g_assert_cmpint (report->n_left_out, ==, 250);
  g_assert_cmpuint (report->problems->len, ==, 100);
  g_assert_cmpint (g_array_index (report->problems, AttuneProblem, 99).line, ==, 101);
}

/* A line over the limit is a problem and not a reason to take its memory. */
static void
test_long_line (void)
{
  g_autofree char *path = write_file (GOOD "\n", -1);
  g_autofree char *block = g_malloc (1024 * 1024);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDatasetReport) report = NULL;
  FILE *file = g_fopen (path, "ab");

  memset (block, 'x', 1024 * 1024);
  g_assert_nonnull (file);
  for (guint i = 0; i < 65; i++)
    g_assert_cmpuint (fwrite (block, 1024 * 1024, 1, file), ==, 1);
  g_assert_cmpint (fputs ("\n{\"messages\":[" USER ",{\"role\":\"assistant\",\"content\":\"after\"}]}\n", file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);

  report = attune_dataset_check (path, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (report->rows, ==, 2);
  g_assert_cmpint (report->n_problems, ==, 1);
  g_assert_cmpint (g_array_index (report->problems, AttuneProblem, 0).line, ==, 2);
  g_assert_nonnull (strstr (g_array_index (report->problems, AttuneProblem, 0).message, "longer than"));
}

static void
test_many_rows (void)
{
  g_autoptr (GString) contents = g_string_new (NULL);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDatasetReport) report = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (contents, "{\"prompt\":\"%u\",\"completion\":\"x\"}\n", i % 15000);
  path = write_file (contents->str, contents->len);
  report = attune_dataset_check (path, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (report->rows, ==, 20000);
  g_assert_cmpint (report->n_problems, ==, 5000);
  g_assert_cmpint (report->n_left_out, ==, 0);
  g_assert_cmpint (g_array_index (report->problems, AttuneProblem, 0).line, ==, 15001);
}

static void
test_checksum_and_progress (void)
{
  const char *contents = GOOD "\n" "x\n";
  g_autofree char *path = write_file (contents, -1);
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, contents, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDatasetReport) report = attune_dataset_check (path, NULL, 0, NULL, &error);
  g_autoptr (AttuneDatasetReader) reader = NULL;
  g_autoptr (AttuneRow) row = NULL;
  gint64 done, total;

  g_assert_no_error (error);
  g_assert_cmpstr (report->sha256, ==, expected);
  g_assert_cmpint (report->size, ==, strlen (contents));

  reader = attune_dataset_reader_new (path, &error);
  g_assert_no_error (error);
  g_assert_null (attune_dataset_reader_get_format (reader));
  attune_dataset_reader_get_progress (reader, &done, &total);
  g_assert_cmpint (done, ==, 0);
  g_assert_cmpint (total, ==, strlen (contents));
  row = attune_dataset_reader_next (reader, &error);
  g_assert_no_error (error);
  g_assert_nonnull (row);
  g_assert_cmpstr (attune_dataset_reader_get_format (reader), ==, "chat");
  g_assert_null (attune_dataset_reader_next (reader, &error));
  g_assert_no_error (error);
  attune_dataset_reader_get_progress (reader, &done, &total);
  g_assert_cmpint (done, ==, total);
  g_assert_finalize_object (g_steal_pointer (&reader));
}

static void
test_cancelled (void)
{
  g_autofree char *path = write_file (GOOD "\n", -1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (attune_dataset_check (path, NULL, 0, cancellable, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED);
}

static void
test_tokens (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "fixtures", "tokenizers", "tiny", NULL);
  g_autofree char *empty = g_build_filename (g_get_user_cache_dir (), "empty", NULL);
  g_autofree char *path = write_file (MESSAGES (USER ",{\"role\":\"assistant\",\"content\":\"4\"}") "\n"
                                      MESSAGES (SYSTEM "," USER "," ASSISTANT "," "{\"role\":\"user\",\"content\":\"2+2?\"},{\"role\":\"assistant\",\"content\":\"4\"}") "\n", -1);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDatasetReport) report = attune_dataset_check (path, folder, 57, NULL, &error);

  g_assert_no_error (error);
  /* The second row is the first of the recorded conversations. Its answers: "Hello.", "4", and the end of each. */
  g_assert_cmpint (report->longest, ==, 58);
  g_assert_cmpint (report->tokens, ==, 58 + 18);
  g_assert_cmpint (report->trained_tokens, ==, 6 + 2 + 2);
  g_assert_cmpint (report->too_long, ==, 1);
  g_clear_pointer (&report, attune_dataset_report_free);

  report = attune_dataset_check (path, folder, 58, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (report->too_long, ==, 0);
  g_clear_pointer (&report, attune_dataset_report_free);

  /* A plain text is learnt whole, with an end. */
  text = write_file ("{\"text\":\"Hello, world!\"}\n", -1);
  report = attune_dataset_check (text, folder, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (report->tokens, ==, 11);
  g_assert_cmpint (report->trained_tokens, ==, 11);
  g_clear_pointer (&report, attune_dataset_report_free);

  g_mkdir_with_parents (empty, 0700);
  g_assert_null (attune_dataset_check (path, empty, 0, NULL, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, empty));
}

/* Foreign bytes never do more than make problems. */
static void
test_mutations (void)
{
  static const char start[] = "\xef\xbb\xbf" MESSAGES (SYSTEM "," USER "," ASSISTANT) "\n{\"prompt\":\"a\\u00e9\",\"completion\":\"b\"}\n{\"text\":\"x\"}\n";
  GRand *random = g_rand_new_with_seed (7);

  for (guint i = 0; i < 3000; i++)
    {
      char bytes[sizeof start];
      gsize length = sizeof start - 1;
      g_autofree char *path = NULL;
      g_autofree char *rows = NULL;
      g_autoptr (GError) error = NULL;

      memcpy (bytes, start, sizeof start);
      for (guint k = g_rand_int_range (random, 1, 8); k > 0; k--)
        bytes[g_rand_int_range (random, 0, length)] = (char) g_rand_int_range (random, 0, 256);
      if (i % 3 == 0)
        length = g_rand_int_range (random, 1, length);

      path = write_file (bytes, length);
      rows = read_all (path, 64, NULL, &error);
      if (error != NULL)
        g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
      else
        g_assert_true (g_utf8_validate (rows, -1, NULL));
    }

  g_rand_free (random);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/dataset-reader/formats", test_formats);
  g_test_add_func ("/dataset-reader/problems", test_problems);
  g_test_add_func ("/dataset-reader/other-formats", test_other_formats);
  g_test_add_func ("/dataset-reader/whole-files", test_whole_files);
  g_test_add_func ("/dataset-reader/unreadable", test_unreadable);
  g_test_add_func ("/dataset-reader/byte-order-mark", test_byte_order_mark);
  g_test_add_func ("/dataset-reader/every-split", test_every_split);
  g_test_add_func ("/dataset-reader/many-problems", test_many_problems);
  g_test_add_func ("/dataset-reader/long-line", test_long_line);
  g_test_add_func ("/dataset-reader/many-rows", test_many_rows);
  g_test_add_func ("/dataset-reader/checksum-and-progress", test_checksum_and_progress);
  g_test_add_func ("/dataset-reader/cancelled", test_cancelled);
  g_test_add_func ("/dataset-reader/tokens", test_tokens);
  g_test_add_func ("/dataset-reader/mutations", test_mutations);

  return g_test_run ();
}
