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

static AttuneTokenizer *
load_fixture (const char *name)
{
  g_autofree char *folder = get_folder (name);
  g_autoptr (GError) error = NULL;
  AttuneTokenizer *tokenizer = attune_tokenizer_load (folder, &error);

  g_assert_no_error (error);
  return tokenizer;
}

/* A model folder with this tokenizer.json. */
static char *
make_folder (const char *json)
{
  char *folder = g_build_filename (g_get_user_data_dir (), "model", NULL);
  g_autofree char *path = g_build_filename (folder, "tokenizer.json", NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents_full (path, json, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);

  return folder;
}

static void
test_special_tokens (void)
{
  g_autoptr (AttuneTokenizer) llama = load_fixture ("llama3-like");
  g_autoptr (AttuneTokenizer) tiny = load_fixture ("tiny");
  g_autoptr (AttuneTokenizer) qwen = load_fixture ("qwen2-like");
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_autofree char *text = NULL;
  g_autofree char *without = NULL;
  guint n_before;
  gint32 id;

  g_assert_cmpint (attune_tokenizer_get_bos (llama), ==, 0);
  g_assert_cmpint (attune_tokenizer_get_eos (llama), ==, 4);
  g_assert_cmpint (attune_tokenizer_get_pad (llama), ==, 4);
  g_assert_true (attune_tokenizer_is_end (llama, 4));
  g_assert_true (attune_tokenizer_is_end (llama, 5)); /* <|eom_id|> */
  g_assert_false (attune_tokenizer_is_end (llama, 0));
  g_assert_cmpuint (attune_tokenizer_get_n_tokens (llama), ==, 600);
  g_assert_cmpint (attune_tokenizer_lookup (llama, "<|eot_id|>"), ==, 4);
  g_assert_cmpint (attune_tokenizer_lookup (llama, "no such token"), ==, -1);
  g_assert_cmpstr (attune_tokenizer_get_added (llama, 4), ==, "<|eot_id|>");
  g_assert_null (attune_tokenizer_get_added (llama, 50));

  /* The configuration says that the text ends with <|endoftext|>; a turn ends with <|im_end|> all the same. */
  g_assert_true (attune_tokenizer_is_end (tiny, 0));
  g_assert_true (attune_tokenizer_is_end (tiny, 2));
  g_assert_cmpint (attune_tokenizer_get_pad (tiny), ==, 0);
  g_assert_cmpint (attune_tokenizer_get_bos (qwen), ==, -1);

  attune_tokenizer_encode_document (llama, "Hello", -1, ids, &n_before);
  g_assert_cmpuint (n_before, ==, 1);
  g_assert_cmpint (g_array_index (ids, gint32, 0), ==, 0);
  g_assert_cmpint (g_array_index (ids, gint32, ids->len - 1), ==, 4);
  text = attune_tokenizer_decode (llama, (const gint32 *) ids->data, ids->len, FALSE);
  g_assert_cmpstr (text, ==, "<|begin_of_text|>Hello<|eot_id|>");
  without = attune_tokenizer_decode (llama, (const gint32 *) ids->data, ids->len, TRUE);
  g_assert_cmpstr (without, ==, "Hello");

  /* Special tokens are text unless they are allowed; added ones that are not special are always themselves. */
  g_array_set_size (ids, 0);
  attune_tokenizer_encode (qwen, "<think><|im_end|>", -1, FALSE, ids);
  id = attune_tokenizer_lookup (qwen, "<think>");
  g_assert_cmpint (g_array_index (ids, gint32, 0), ==, id);
  for (guint i = 1; i < ids->len; i++)
    g_assert_cmpint (g_array_index (ids, gint32, i), >, 2);
  g_array_set_size (ids, 0);
  attune_tokenizer_encode (qwen, "<think><|im_end|>", -1, TRUE, ids);
  g_assert_cmpuint (ids->len, ==, 2);
  g_assert_cmpint (g_array_index (ids, gint32, 1), ==, 2);
}

static void
test_decode_bytes (void)
{
  g_autoptr (AttuneTokenizer) tokenizer = load_fixture ("tiny");
  static const struct { const char *bytes, *text; } cases[] = {
    { "\xe2\x82", "\357\277\275" },
    { "a\xffz", "a\357\277\275z" },
    { "\xf0\x9f\xa6", "\357\277\275" },
    { "\xc0\x80", "\357\277\275\357\277\275" },
    { "\xe2\x82\xe2\x82\xac", "\357\277\275\342\202\254" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));
      g_autofree char *text = NULL;

      /* Each byte by its own token: the alphabet stands in order behind the special tokens. */
      for (const char *p = cases[i].bytes; *p != '\0'; p++)
        {
          char spelling[8] = { 0 };
          guint8 byte = (guint8) *p;
          gunichar character = byte;
          gint32 id;

          if (byte >= 0x7f && byte <= 0xa0)
            character = 0x121 + (byte - 0x7f);
          g_unichar_to_utf8 (character, spelling);
          id = attune_tokenizer_lookup (tokenizer, spelling);
          g_assert_cmpint (id, >=, 0);
          g_array_append_val (ids, id);
        }
      text = attune_tokenizer_decode (tokenizer, (const gint32 *) ids->data, ids->len, FALSE);
      g_assert_cmpstr (text, ==, cases[i].text);
    }

  {
    const gint32 unknown[] = { -1, 511, 512, 1 << 30 };
    g_autofree char *text = attune_tokenizer_decode (tokenizer, unknown, G_N_ELEMENTS (unknown), FALSE);

    g_assert_true (g_utf8_validate (text, -1, NULL));
  }
}

/* A word of a megabyte is one piece; merging it must not take the square of its length. */
static void
test_long_word (void)
{
  static const char * const folders[] = { "tiny", "llama3-like", "smollm2-like" };
  gsize length = 1024 * 1024;
  g_autofree char *word = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    word[i] = "thequickbrownfoxandsoon"[(i * 7 + i / 13) % 23];

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (AttuneTokenizer) tokenizer = load_fixture (folders[i]);
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));
      g_autofree char *text = NULL;
      gint64 before = g_get_monotonic_time ();

      attune_tokenizer_encode (tokenizer, word, length, FALSE, ids);
      g_assert_cmpint (g_get_monotonic_time () - before, <, 20 * G_TIME_SPAN_SECOND);
      text = attune_tokenizer_decode (tokenizer, (const gint32 *) ids->data, ids->len, FALSE);
      g_assert_cmpmem (text, strlen (text), word, length);
    }
}

/* Short and long pieces are merged in two ways, which have to agree. */
static void
test_both_ways_of_merging (void)
{
  g_autoptr (AttuneTokenizer) tokenizer = load_fixture ("tiny");
  GRand *random = g_rand_new_with_seed (11);

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (GString) word = g_string_new (NULL);
      g_autoptr (GString) twice = g_string_new (NULL);
      g_autoptr (GArray) once = g_array_new (FALSE, FALSE, sizeof (gint32));
      g_autoptr (GArray) longer = g_array_new (FALSE, FALSE, sizeof (gint32));

      for (guint k = g_rand_int_range (random, 1, 32); k > 0; k--)
        g_string_append_c (word, "etaoinshrdlu"[g_rand_int_range (random, 0, 12)]);
      /* Q merges with nothing here, so the rest of the long piece cannot change what comes before it. */
      g_string_printf (twice, "%s%s", word->str, "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ");

      attune_tokenizer_encode (tokenizer, word->str, -1, FALSE, once);
      attune_tokenizer_encode (tokenizer, twice->str, -1, FALSE, longer);
      g_assert_cmpuint (longer->len, ==, once->len + 36);
      g_assert_cmpmem (longer->data, once->len * sizeof (gint32), once->data, once->len * sizeof (gint32));
    }

  g_rand_free (random);
}

static gpointer
encode_thread (gpointer data)
{
  const AttuneTokenizer *tokenizer = data;
  g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (gint32));
  const char *text = "The old river sees the lamp at 12:45, naïve café — 東京 🦙.";

  attune_tokenizer_encode (tokenizer, text, -1, TRUE, expected);
  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));

      attune_tokenizer_encode (tokenizer, text, -1, TRUE, ids);
      g_assert_cmpmem (ids->data, ids->len * sizeof (gint32), expected->data, expected->len * sizeof (gint32));
    }

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (AttuneTokenizer) tokenizer = load_fixture ("llama3-like");
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("encode", encode_thread, tokenizer);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

#define BYTES "\"pre_tokenizer\":{\"type\":\"ByteLevel\"}"
#define MODEL(members) "\"model\":{\"type\":\"BPE\"," members "}"
#define VOCAB "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2}"

static void
test_refusals (void)
{
  static const struct { const char *json; int code; const char *words; } cases[] = {
    { "", ATTUNE_ERROR_DAMAGED, "line 1" },
    { "{\n\n  x", ATTUNE_ERROR_DAMAGED, "line 3" },
    { "[]", ATTUNE_ERROR_DAMAGED, "not a JSON object" },
    { "{" BYTES "}", ATTUNE_ERROR_DAMAGED, "no “model”" },
    { "{" BYTES ",\"model\":{\"type\":\"Unigram\",\"vocab\":[]}}", ATTUNE_ERROR_NOT_SUPPORTED, "Unigram" },
    { "{" BYTES ",\"model\":{\"type\":\"WordPiece\"}}", ATTUNE_ERROR_NOT_SUPPORTED, "WordPiece" },
    { "{" MODEL (VOCAB ",\"merges\":[]") "}", ATTUNE_ERROR_NOT_SUPPORTED, "ByteLevel" },
    { "{\"pre_tokenizer\":{\"type\":\"Metaspace\"}," MODEL (VOCAB ",\"merges\":[]") "}", ATTUNE_ERROR_NOT_SUPPORTED, "Metaspace" },
    { "{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\"},{\"type\":\"Digits\"}]}," MODEL (VOCAB ",\"merges\":[]") "}",
      ATTUNE_ERROR_NOT_SUPPORTED, "“Digits” after “ByteLevel”" },
    { "{\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Scattered\",\"pattern\":{\"String\":\"x\"}}}", ATTUNE_ERROR_NOT_SUPPORTED, "Scattered" },
    { "{\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Isolated\",\"pattern\":{\"Regex\":\"[a&&[b]]\"}}}", ATTUNE_ERROR_NOT_SUPPORTED, "[a&&[b]]" },
    { "{\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Isolated\",\"pattern\":{\"Regex\":\"(\"}}}", ATTUNE_ERROR_NOT_SUPPORTED, "pattern “(”" },
    { "{\"normalizer\":{\"type\":\"BertNormalizer\"}," BYTES "," MODEL (VOCAB ",\"merges\":[]") "}", ATTUNE_ERROR_NOT_SUPPORTED, "BertNormalizer" },
    { "{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"Precompiled\"}]}," BYTES "," MODEL (VOCAB ",\"merges\":[]") "}",
      ATTUNE_ERROR_NOT_SUPPORTED, "Precompiled" },
    { "{\"post_processor\":{\"type\":\"RobertaProcessing\"}," BYTES "," MODEL (VOCAB ",\"merges\":[]") "}", ATTUNE_ERROR_NOT_SUPPORTED, "RobertaProcessing" },
    { "{" BYTES "," MODEL (VOCAB ",\"merges\":[\"a\"]") "}", ATTUNE_ERROR_DAMAGED, "merge 1" },
    { "{" BYTES "," MODEL (VOCAB ",\"merges\":[\"a b\",[\"a\",\"x\"]]") "}", ATTUNE_ERROR_DAMAGED, "merge 2" },
    { "{" BYTES "," MODEL ("\"vocab\":{\"a\":0,\"b\":0},\"merges\":[]") "}", ATTUNE_ERROR_DAMAGED, "two tokens" },
    { "{" BYTES "," MODEL ("\"vocab\":{\"a\":-1},\"merges\":[]") "}", ATTUNE_ERROR_DAMAGED, "token “a”" },
    { "{" BYTES "," MODEL ("\"vocab\":{\"a\":99999999999},\"merges\":[]") "}", ATTUNE_ERROR_DAMAGED, "token “a”" },
    { "{" BYTES "," MODEL (VOCAB ",\"merges\":[],\"byte_fallback\":true") "}", ATTUNE_ERROR_NOT_SUPPORTED, "byte_fallback" },
    { "{" BYTES "," MODEL (VOCAB ",\"merges\":[],\"dropout\":0.1") "}", ATTUNE_ERROR_NOT_SUPPORTED, "dropout" },
    { "{" BYTES "," MODEL (VOCAB ",\"merges\":[],\"end_of_word_suffix\":\"</w>\"") "}", ATTUNE_ERROR_NOT_SUPPORTED, "end_of_word_suffix" },
    { "{" BYTES ",\"added_tokens\":[{\"id\":3}]," MODEL (VOCAB ",\"merges\":[]") "}", ATTUNE_ERROR_DAMAGED, "added token" },
    { "{" BYTES ",\"added_tokens\":[{\"id\":900000000,\"content\":\"x\"}]," MODEL (VOCAB ",\"merges\":[]") "}", ATTUNE_ERROR_DAMAGED, "token “x”" },
    { "{" BYTES ",\"normalizer\":{\"type\":\"Lowercase\"},\"added_tokens\":[{\"id\":3,\"content\":\"Xx\",\"normalized\":true}]," MODEL (VOCAB ",\"merges\":[]") "}",
      ATTUNE_ERROR_NOT_SUPPORTED, "“Xx”" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = make_folder (cases[i].json);
      g_autoptr (GError) error = NULL;
      AttuneTokenizer *tokenizer = attune_tokenizer_load (folder, &error);

      g_test_message ("%s", cases[i].json);
      g_assert_null (tokenizer);
      g_assert_error (error, ATTUNE_ERROR, cases[i].code);
      if (strstr (error->message, cases[i].words) == NULL)
        g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].words));
      g_assert_nonnull (strstr (error->message, "tokenizer.json"));
    }
}

/* Bytes without a token vanish, or become the unknown token, once or one each. */
static void
test_unknown_bytes (void)
{
  static const struct { const char *members; guint n; gint32 ids[5]; } cases[] = {
    { "", 2, { 2, 2 } },
    { ",\"unk_token\":\"?\"", 4, { 2, 3, 3, 2 } },
    { ",\"unk_token\":\"?\",\"fuse_unk\":true", 3, { 2, 3, 2 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"use_regex\":false},\"model\":{\"vocab\":{\"a\":0,\"b\":1,\"ab\":2,\"?\":3},"
                                               "\"merges\":[[\"a\",\"b\"]]%s}}", cases[i].members);
      g_autofree char *folder = make_folder (json);
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneTokenizer) tokenizer = attune_tokenizer_load (folder, &error);
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));

      g_assert_no_error (error);
      attune_tokenizer_encode (tokenizer, "abxyab", -1, FALSE, ids);
      g_assert_cmpmem (ids->data, ids->len * sizeof (gint32), cases[i].ids, cases[i].n * sizeof (gint32));
    }
}

static void
test_missing (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "nothing", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (attune_tokenizer_load (folder, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, folder));
}

/* A damaged file is refused or works; it does no harm. */
static void
test_mutations (void)
{
  g_autofree char *from = get_folder ("splits");
  g_autofree char *path = g_build_filename (from, "tokenizer.json", NULL);
  g_autofree char *source = NULL;
  g_autoptr (GError) error = NULL;
  GRand *random = g_rand_new_with_seed (5);
  gsize length, n_loaded = 0;

  g_file_get_contents (path, &source, &length, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *copy = g_strdup (source);
      g_autofree char *folder = NULL;
      g_autoptr (AttuneTokenizer) tokenizer = NULL;
      g_autoptr (GError) local_error = NULL;

      /* Most of the damage where the structure is. */
      for (guint k = g_rand_int_range (random, 1, 4); k > 0; k--)
        copy[g_rand_int_range (random, 0, i % 2 == 0 ? 1500 : length)] = (char) g_rand_int_range (random, 32, 127);
      folder = make_folder (copy);
      tokenizer = attune_tokenizer_load (folder, &local_error);
      g_assert_true ((tokenizer == NULL) == (local_error != NULL));
      if (tokenizer != NULL)
        {
          g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));
          g_autofree char *text = NULL;

          attune_tokenizer_encode (tokenizer, "Don't <strip> stop, word! 12 東京\xff", -1, TRUE, ids);
          text = attune_tokenizer_decode (tokenizer, (const gint32 *) ids->data, ids->len, FALSE);
          g_assert_true (g_utf8_validate (text, -1, NULL));
          n_loaded++;
        }
    }
  g_assert_cmpuint (n_loaded, >, 10);

  g_rand_free (random);
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

  g_test_add_func ("/tokenizer/special-tokens", test_special_tokens);
  g_test_add_func ("/tokenizer/decode-bytes", test_decode_bytes);
  g_test_add_func ("/tokenizer/long-word", test_long_word);
  g_test_add_func ("/tokenizer/both-ways-of-merging", test_both_ways_of_merging);
  g_test_add_func ("/tokenizer/threads", test_threads);
  g_test_add_func ("/tokenizer/refusals", test_refusals);
  g_test_add_func ("/tokenizer/unknown-bytes", test_unknown_bytes);
  g_test_add_func ("/tokenizer/missing", test_missing);
  g_test_add_func ("/tokenizer/mutations", test_mutations);

  return g_test_run ();
}
