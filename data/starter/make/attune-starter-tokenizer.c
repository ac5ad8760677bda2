/* attune-starter-tokenizer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <yyjson.h>

#include "attune-dataset-reader.h"
#include "attune-splitter.h"

/* Makes the tokenizer files of a model from a data set: a byte-level BPE vocabulary of the wanted size, with single digits and
 * the special tokens of ChatML. Ties are broken by the pair's own numbers, so equal text gives equal files. */

static const char pre_tokenizer[] =
  "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":true},"
  "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}]}";

static const char chat_template[] =
  "{%- for message in messages %}\n"
  "    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}\n"
  "{%- endfor %}\n"
  "{%- if add_generation_prompt %}\n"
  "    {{- '<|im_start|>assistant\\n' }}\n"
  "{%- endif %}\n";

static const char tokenizer_config[] =
  "{\n"
  "  \"bos_token\": null,\n"
  "  \"clean_up_tokenization_spaces\": false,\n"
  "  \"eos_token\": \"<|im_end|>\",\n"
  "  \"model_max_length\": 1024,\n"
  "  \"pad_token\": \"<|endoftext|>\",\n"
  "  \"tokenizer_class\": \"PreTrainedTokenizerFast\"\n"
  "}\n";

static const char generation_config[] =
  "{\n"
  "  \"eos_token_id\": [\n"
  "    2,\n"
  "    0\n"
  "  ],\n"
  "  \"pad_token_id\": 0\n"
  "}\n";

static const char * const specials[] = { "<|endoftext|>", "<|im_start|>", "<|im_end|>" };

typedef struct {
  guint32 *ids;
  guint    n_ids;
  guint64  count;
} Word;

typedef struct {
  GPtrArray *tokens; /* spelled as in the file */
  GPtrArray *merges; /* char *, left and right in turn */
  GArray    *words;  /* Word */
} Trainer;

static gunichar
character_of_byte (guint byte)
{
  guint hidden = 0;

  for (guint b = 0; b <= byte; b++)
    {
      gboolean visible = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;

      if (b == byte)
        return visible ? b : 0x100 + hidden;
      hidden += !visible;
    }

  g_assert_not_reached ();
}

static gboolean
count_words (const char  *path,
             GHashTable  *counts,
             GError     **error)
{
  g_autoptr (AttuneDatasetReader) reader = attune_dataset_reader_new (path, error);
  g_autoptr (AttuneSplitter) splitter = NULL;
  g_autoptr (GError) local_error = NULL;
  yyjson_doc *document = yyjson_read (pre_tokenizer, strlen (pre_tokenizer), YYJSON_READ_NOFLAG);

  splitter = attune_splitter_parse (NULL, yyjson_doc_get_root (document), "tokenizer.json", error);
  yyjson_doc_free (document);
  if (reader == NULL || splitter == NULL)
    return FALSE;

  for (;;)
    {
      g_autoptr (AttuneRow) row = attune_dataset_reader_next (reader, &local_error);

      if (row == NULL)
        break;
      for (guint i = 0; i < row->messages->len; i++)
        {
          const char *text = g_array_index (row->messages, AttuneMessage, i).content;
          g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (AttunePiece));
          g_autoptr (GStringChunk) chunk = g_string_chunk_new (256);

          attune_splitter_split (splitter, text, strlen (text), pieces, chunk);
          for (guint k = 0; k < pieces->len; k++)
            {
              const AttunePiece *piece = &g_array_index (pieces, AttunePiece, k);
              char *word = g_strndup (piece->bytes, piece->length);
              guint64 *count = g_hash_table_lookup (counts, word);

              if (count != NULL)
                {
                  (*count)++;
                  g_free (word);
                  continue;
                }
              count = g_new (guint64, 1);
              *count = 1;
              g_hash_table_insert (counts, word, count);
            }
        }
    }

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return error == NULL || *error == NULL;
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

static void
word_clear (gpointer data)
{
  g_clear_pointer (&((Word *) data)->ids, g_free);
}

static void
set_words (Trainer    *trainer,
           GHashTable *counts)
{
  g_autofree const char **texts = NULL;
  guint n_texts;

  texts = (const char **) g_hash_table_get_keys_as_array (counts, &n_texts);
  qsort (texts, n_texts, sizeof *texts, compare_texts);
  for (guint i = 0; i < n_texts; i++)
    {
      Word word = { .n_ids = strlen (texts[i]), .count = *(guint64 *) g_hash_table_lookup (counts, texts[i]) };

      /* A word that is there once says nothing about which letters go together. */
      if (word.count < 2)
        continue;
      word.ids = g_new (guint32, word.n_ids);
      for (guint k = 0; k < word.n_ids; k++)
        word.ids[k] = G_N_ELEMENTS (specials) + (guint8) texts[i][k];
      g_array_append_val (trainer->words, word);
    }
}

/* The pair that stands side by side most often. FALSE where none does twice. */
static gboolean
find_best_pair (Trainer *trainer,
                guint32 *left,
                guint32 *right)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;
  guint64 best = 0, best_count = 1;

  for (guint i = 0; i < trainer->words->len; i++)
    {
      const Word *word = &g_array_index (trainer->words, Word, i);

      for (guint k = 0; k + 1 < word->n_ids; k++)
        {
          guint64 pair = ((guint64) word->ids[k] << 32) | word->ids[k + 1];
          guint64 *count = g_hash_table_lookup (counts, &pair);

          if (count == NULL)
            {
              count = g_new0 (guint64, 1);
              g_hash_table_insert (counts, g_memdup2 (&pair, sizeof pair), count);
            }
          *count += word->count;
        }
    }

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      guint64 pair = *(guint64 *) key, count = *(guint64 *) value;

      if (count > best_count || (count == best_count && best_count > 1 && pair < best))
        {
          best = pair;
          best_count = count;
        }
    }

  *left = best >> 32;
  *right = (guint32) best;
  return best_count > 1;
}

static void
merge_pair (Trainer *trainer,
            guint32  left,
            guint32  right)
{
  const char *first = g_ptr_array_index (trainer->tokens, left);
  const char *second = g_ptr_array_index (trainer->tokens, right);
  guint32 id = trainer->tokens->len;

  g_ptr_array_add (trainer->merges, g_strdup (first));
  g_ptr_array_add (trainer->merges, g_strdup (second));
  g_ptr_array_add (trainer->tokens, g_strconcat (first, second, NULL));

  for (guint i = 0; i < trainer->words->len; i++)
    {
      Word *word = &g_array_index (trainer->words, Word, i);
      guint n_ids = 0;

      for (guint k = 0; k < word->n_ids; k++)
        {
          if (k + 1 < word->n_ids && word->ids[k] == left && word->ids[k + 1] == right)
            {
              word->ids[n_ids++] = id;
              k++;
            }
          else
            word->ids[n_ids++] = word->ids[k];
        }
      word->n_ids = n_ids;
    }
}

static char *
make_json (Trainer *trainer)
{
  yyjson_mut_doc *document = yyjson_mut_doc_new (NULL);
  yyjson_mut_val *root = yyjson_mut_obj (document);
  yyjson_doc *splits = yyjson_read (pre_tokenizer, strlen (pre_tokenizer), YYJSON_READ_NOFLAG);
  yyjson_mut_val *added, *decoder, *model, *vocabulary, *merges;
  char *text;

  yyjson_mut_doc_set_root (document, root);
  yyjson_mut_obj_add_str (document, root, "version", "1.0");
  yyjson_mut_obj_add_null (document, root, "truncation");
  yyjson_mut_obj_add_null (document, root, "padding");

  added = yyjson_mut_obj_add_arr (document, root, "added_tokens");
  for (guint i = 0; i < G_N_ELEMENTS (specials); i++)
    {
      yyjson_mut_val *token = yyjson_mut_arr_add_obj (document, added);

      yyjson_mut_obj_add_uint (document, token, "id", i);
      yyjson_mut_obj_add_str (document, token, "content", specials[i]);
      yyjson_mut_obj_add_bool (document, token, "single_word", false);
      yyjson_mut_obj_add_bool (document, token, "lstrip", false);
      yyjson_mut_obj_add_bool (document, token, "rstrip", false);
      yyjson_mut_obj_add_bool (document, token, "normalized", false);
      yyjson_mut_obj_add_bool (document, token, "special", true);
    }

  yyjson_mut_obj_add_null (document, root, "normalizer");
  yyjson_mut_obj_add_val (document, root, "pre_tokenizer", yyjson_val_mut_copy (document, yyjson_doc_get_root (splits)));
  yyjson_mut_obj_add_null (document, root, "post_processor");
  decoder = yyjson_mut_obj_add_obj (document, root, "decoder");
  yyjson_mut_obj_add_str (document, decoder, "type", "ByteLevel");
  yyjson_mut_obj_add_bool (document, decoder, "add_prefix_space", true);
  yyjson_mut_obj_add_bool (document, decoder, "trim_offsets", true);
  yyjson_mut_obj_add_bool (document, decoder, "use_regex", true);

  model = yyjson_mut_obj_add_obj (document, root, "model");
  yyjson_mut_obj_add_str (document, model, "type", "BPE");
  yyjson_mut_obj_add_null (document, model, "dropout");
  yyjson_mut_obj_add_null (document, model, "unk_token");
  yyjson_mut_obj_add_null (document, model, "continuing_subword_prefix");
  yyjson_mut_obj_add_null (document, model, "end_of_word_suffix");
  yyjson_mut_obj_add_bool (document, model, "fuse_unk", false);
  yyjson_mut_obj_add_bool (document, model, "byte_fallback", false);
  yyjson_mut_obj_add_bool (document, model, "ignore_merges", false);
  vocabulary = yyjson_mut_obj_add_obj (document, model, "vocab");
  for (guint i = 0; i < trainer->tokens->len; i++)
    yyjson_mut_obj_add_uint (document, vocabulary, g_ptr_array_index (trainer->tokens, i), i);
  merges = yyjson_mut_obj_add_arr (document, model, "merges");
  for (guint i = 0; i < trainer->merges->len; i += 2)
    {
      yyjson_mut_val *merge = yyjson_mut_arr_add_arr (document, merges);

      yyjson_mut_arr_add_str (document, merge, g_ptr_array_index (trainer->merges, i));
      yyjson_mut_arr_add_str (document, merge, g_ptr_array_index (trainer->merges, i + 1));
    }

  text = yyjson_mut_write (document, YYJSON_WRITE_NOFLAG, NULL);
  yyjson_doc_free (splits);
  yyjson_mut_doc_free (document);
  return text;
}

static gboolean
write_files (Trainer     *trainer,
             const char  *folder,
             GError     **error)
{
  char *json = make_json (trainer);
  const struct { const char *name, *text; } files[] = {
    { "tokenizer.json", json },
    { "tokenizer_config.json", tokenizer_config },
    { "generation_config.json", generation_config },
    { "chat_template.jinja", chat_template },
  };
  gboolean written = TRUE;

  for (gsize i = 0; written && i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i].name, NULL);

      written = g_file_set_contents_full (path, files[i].text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
    }

  free (json);
  return written;
}

/* attune-starter-tokenizer DATA_SET VOCABULARY_SIZE MODEL_FOLDER */
int
main (int   argc,
      char *argv[])
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) merges = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (Word));
  g_autoptr (GError) error = NULL;
  Trainer trainer = { tokens, merges, words };
  guint64 size;
  guint32 left, right;

  setlocale (LC_ALL, "C.UTF-8");
  if (argc != 4)
    {
      g_printerr ("Usage: %s DATA_SET VOCABULARY_SIZE MODEL_FOLDER\n", argv[0]);
      return 2;
    }
  size = g_ascii_strtoull (argv[2], NULL, 10);
  g_array_set_clear_func (words, word_clear);

  if (!count_words (argv[1], counts, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (specials); i++)
    g_ptr_array_add (tokens, g_strdup (specials[i]));
  for (guint byte = 0; byte < 256; byte++)
    {
      char spelling[8] = { 0 };

      g_unichar_to_utf8 (character_of_byte (byte), spelling);
      g_ptr_array_add (tokens, g_strdup (spelling));
    }
  set_words (&trainer, counts);
  while (tokens->len < size && find_best_pair (&trainer, &left, &right))
    merge_pair (&trainer, left, right);

  if (!write_files (&trainer, argv[3], &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("%u tokens from %u words that are there more than once\n", tokens->len, words->len);

  return 0;
}
