/* test-tokenizer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <yyjson.h>

#include "attune-chat-template.h"
#include "attune-error.h"
#include "attune-tokenizer.h"

/* Folders of tests/fixtures/tokenizers. Each has texts with their ids, and conversations with theirs, as an independent
 * implementation gave them. */
static const char * const recorded[] = {
  "tiny",
  "tiny-qwen2",
  "llama3-like",
  "qwen2-like",
  "smollm2-like",
  "zephyr-like",
  "splits",
};

static char *
get_folder (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", "tokenizers", name, NULL);
}

static GStrv
read_lines (const char *folder,
            const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);

  return g_strsplit (g_strchomp (contents), "\n", -1);
}

static void
assert_ids (GArray     *ids,
            yyjson_val *expected,
            const char *place)
{
  g_autoptr (GString) got = g_string_new ("[");
  g_autofree char *wanted = yyjson_val_write (expected, YYJSON_WRITE_NOFLAG, NULL);

  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf (got, "%s%d", i > 0 ? "," : "", g_array_index (ids, gint32, i));
  g_string_append_c (got, ']');

  if (!g_str_equal (got->str, wanted))
    g_test_message ("%s", place);
  g_assert_cmpstr (got->str, ==, wanted);
}

/* As the decoder has to give it: a C string cannot hold a NUL. */
static char *
without_nul (const char *text,
             gsize       length)
{
  g_autoptr (GString) result = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] != '\0')
        g_string_append_c (result, text[i]);
      else
        g_string_append (result, "\357\277\275");
    }

  return g_string_free_and_steal (g_steal_pointer (&result));
}

static void
test_recorded_texts (gconstpointer data)
{
  g_autofree char *folder = get_folder (data);
  g_auto (GStrv) texts = read_lines (folder, "texts.jsonl");
  g_auto (GStrv) tokens = read_lines (folder, "tokens.jsonl");
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneTokenizer) tokenizer = attune_tokenizer_load (folder, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (texts), ==, g_strv_length (tokens));
  g_assert_cmpuint (g_strv_length (texts), >, 5);

  for (guint i = 0; texts[i] != NULL; i++)
    {
      yyjson_doc *text = yyjson_read (texts[i], strlen (texts[i]), YYJSON_READ_NOFLAG);
      yyjson_doc *expected = yyjson_read (tokens[i], strlen (tokens[i]), YYJSON_READ_NOFLAG);
      yyjson_val *expected_text = yyjson_obj_get (yyjson_doc_get_root (expected), "text");
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));
      g_autofree char *decoded = NULL;
      g_autofree char *wanted = NULL;

      attune_tokenizer_encode (tokenizer, yyjson_get_str (yyjson_doc_get_root (text)),
                               yyjson_get_len (yyjson_doc_get_root (text)), TRUE, ids);
      assert_ids (ids, yyjson_obj_get (yyjson_doc_get_root (expected), "ids"), texts[i]);

      decoded = attune_tokenizer_decode (tokenizer, (const gint32 *) ids->data, ids->len, FALSE);
      wanted = without_nul (yyjson_get_str (expected_text), yyjson_get_len (expected_text));
      g_assert_cmpstr (decoded, ==, wanted);

      yyjson_doc_free (text);
      yyjson_doc_free (expected);
    }
}

/* A list of messages, or an object with them and whether the header of an answer is to follow. */
static AttuneRow *
parse_messages (const char *json,
                gboolean   *prompt)
{
  yyjson_doc *document = yyjson_read (json, strlen (json), YYJSON_READ_NOFLAG);
  yyjson_val *root = yyjson_doc_get_root (document);
  yyjson_arr_iter iter = yyjson_arr_iter_with (yyjson_is_arr (root) ? root : yyjson_obj_get (root, "messages"));
  AttuneRow *row = attune_row_new (1);
  yyjson_val *message;

  *prompt = yyjson_is_true (yyjson_obj_get (root, "prompt"));

  while ((message = yyjson_arr_iter_next (&iter)) != NULL)
    attune_row_add_message (row, yyjson_get_str (yyjson_obj_get (message, "role")),
                            yyjson_get_str (yyjson_obj_get (message, "content")));
  yyjson_doc_free (document);

  return row;
}

static void
test_recorded_chats (gconstpointer data)
{
  g_autofree char *folder = get_folder (data);
  g_auto (GStrv) chats = read_lines (folder, "chats.jsonl");
  g_auto (GStrv) tokens = read_lines (folder, "chat-tokens.jsonl");
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneTokenizer) tokenizer = attune_tokenizer_load (folder, &error);
  g_autoptr (AttuneChatTemplate) template = NULL;

  g_assert_no_error (error);
  template = attune_chat_template_load (folder, tokenizer, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (chats), ==, g_strv_length (tokens));

  for (guint i = 0; chats[i] != NULL; i++)
    {
      yyjson_doc *expected = yyjson_read (tokens[i], strlen (tokens[i]), YYJSON_READ_NOFLAG);
      gboolean prompt;
      g_autoptr (AttuneRow) row = parse_messages (chats[i], &prompt);
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));
      g_autoptr (GByteArray) answer = g_byte_array_new ();

      attune_chat_template_render (template, row, prompt, ids, answer);
      assert_ids (ids, yyjson_obj_get (yyjson_doc_get_root (expected), "ids"), chats[i]);
      g_assert_cmpuint (answer->len, ==, ids->len);

      yyjson_doc_free (expected);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (recorded); i++)
    {
      g_autofree char *texts = g_strdup_printf ("/tokenizer/texts/%s", recorded[i]);
      g_autofree char *chats = g_strdup_printf ("/tokenizer/chats/%s", recorded[i]);

      g_test_add_data_func (texts, recorded[i], test_recorded_texts);
      if (!g_str_equal (recorded[i], "splits"))
        g_test_add_data_func (chats, recorded[i], test_recorded_chats);
    }

  return g_test_run ();
}
