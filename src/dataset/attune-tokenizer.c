/* attune-tokenizer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-tokenizer.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-added-tokens.h"
#include "attune-bpe.h"
#include "attune-error.h"
#include "attune-json-file.h"
#include "attune-splitter.h"

#define TOKENIZER_LIMIT (256 * 1024 * 1024)
#define MAX_TOKENS (8 * 1024 * 1024)

struct _AttuneTokenizer {
  AttuneBpe         *bpe;
  AttuneAddedTokens *added;
  AttuneSplitter    *splitter;
  GArray            *before;  /* gint32: what the post-processor puts before a text */
  GArray            *after;
  GHashTable        *ends;    /* ids that end an answer */
  guint              n_tokens;
  gint32             bos, eos, pad;
};

/* Tokens that end a turn in the chat formats that are known, whether or not a configuration file says so. */
static const char * const turn_ends[] = { "<|im_end|>", "<|eot_id|>", "<|eom_id|>" };

static void
add_end (AttuneTokenizer *self,
         gint32           id)
{
  if (id >= 0)
    g_hash_table_add (self->ends, GINT_TO_POINTER (id));
}

/* Tokens that are looked for in the normalized text have to be found there as they are written. */
static gboolean
check_added_tokens (AttuneTokenizer  *self,
                    const char       *name,
                    GError          **error)
{
  for (guint i = 0; i < attune_added_tokens_get_n (self->added); i++)
    {
      const AttuneAddedToken *token = attune_added_tokens_get_nth (self->added, i);
      g_autofree char *normalized = NULL;
      gsize length;

      if (token->id >= MAX_TOKENS)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                       _("“%s” is damaged: the number of the token “%s” is not one"), name, token->content);
          return FALSE;
        }
      if (!token->normalized)
        continue;
      normalized = attune_splitter_normalize (self->splitter, token->content, token->length, &length);
      if (normalized != NULL && (length != token->length || memcmp (normalized, token->content, length) != 0))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                       _("The tokenizer “%s” has the added token “%s”, which its own normalizer changes; that is not supported"),
                       name, token->content);
          return FALSE;
        }
    }

  return TRUE;
}

/* A special token in tokenizer_config.json is a text or an object with one. */
static gint32
lookup_configured (AttuneTokenizer      *self,
                   const AttuneJsonFile *config,
                   const AttuneJsonFile *fallback,
                   const char           *member)
{
  yyjson_val *value = yyjson_obj_get (attune_json_file_get_root (config), member);

  if (value == NULL)
    value = yyjson_obj_get (attune_json_file_get_root (fallback), member);
  if (yyjson_is_obj (value))
    value = yyjson_obj_get (value, "content");
  if (!yyjson_is_str (value))
    return -1;
  return attune_tokenizer_lookup (self, yyjson_get_str (value));
}

static gint32
number_to_id (AttuneTokenizer *self,
              yyjson_val      *value)
{
  if (!yyjson_is_uint (value) || yyjson_get_uint (value) >= self->n_tokens)
    return -1;
  return (gint32) yyjson_get_uint (value);
}

/* config.json and generation_config.json name one id or several. */
static gint32
add_ends (AttuneTokenizer *self,
          yyjson_val      *config)
{
  yyjson_val *value = yyjson_obj_get (config, "eos_token_id");
  yyjson_arr_iter iter;
  yyjson_val *item;
  gint32 first = -1;

  if (!yyjson_is_arr (value))
    {
      first = number_to_id (self, value);
      add_end (self, first);
      return first;
    }

  iter = yyjson_arr_iter_with (value);
  while ((item = yyjson_arr_iter_next (&iter)) != NULL)
    {
      gint32 id = number_to_id (self, item);

      add_end (self, id);
      if (first < 0)
        first = id;
    }

  return first;
}

static gboolean
load_special_tokens (AttuneTokenizer  *self,
                     const char       *folder,
                     char            **model_type,
                     GError          **error)
{
  g_autoptr (AttuneJsonFile) tokenizer_config = NULL;
  g_autoptr (AttuneJsonFile) special_tokens = NULL;
  g_autoptr (AttuneJsonFile) generation_config = NULL;
  g_autoptr (AttuneJsonFile) config = NULL;
  yyjson_val *value;
  gint32 eos;

  if (!attune_json_file_load_optional (folder, "tokenizer_config.json", &tokenizer_config, error) ||
      !attune_json_file_load_optional (folder, "special_tokens_map.json", &special_tokens, error) ||
      !attune_json_file_load_optional (folder, "generation_config.json", &generation_config, error) ||
      !attune_json_file_load_optional (folder, "config.json", &config, error))
    return FALSE;

  value = yyjson_obj_get (attune_json_file_get_root (config), "model_type");
  *model_type = g_strdup (yyjson_get_str (value));

  /* Old folders have the special tokens in a file of their own. */
  self->bos = lookup_configured (self, tokenizer_config, special_tokens, "bos_token");
  self->eos = lookup_configured (self, tokenizer_config, special_tokens, "eos_token");
  self->pad = lookup_configured (self, tokenizer_config, special_tokens, "pad_token");
  add_end (self, self->eos);

  eos = add_ends (self, attune_json_file_get_root (generation_config));
  if (self->eos < 0)
    self->eos = eos;
  eos = add_ends (self, attune_json_file_get_root (config));
  if (self->eos < 0)
    self->eos = eos;
  if (tokenizer_config == NULL && special_tokens == NULL)
    self->bos = number_to_id (self, yyjson_obj_get (attune_json_file_get_root (config), "bos_token_id"));

  for (gsize i = 0; i < G_N_ELEMENTS (turn_ends); i++)
    {
      const AttuneAddedToken *token = attune_added_tokens_lookup (self->added, turn_ends[i]);

      if (token != NULL)
        add_end (self, token->id);
    }

  if (self->pad < 0)
    self->pad = self->eos;

  return TRUE;
}

static gboolean
parse_template_processing (AttuneTokenizer  *self,
                           yyjson_val       *value,
                           const char       *name,
                           GError          **error)
{
  yyjson_arr_iter iter = yyjson_arr_iter_with (yyjson_obj_get (value, "single"));
  yyjson_val *specials = yyjson_obj_get (value, "special_tokens");
  yyjson_val *item;
  gboolean seen_text = FALSE;

  while ((item = yyjson_arr_iter_next (&iter)) != NULL)
    {
      yyjson_val *special = yyjson_obj_get (item, "SpecialToken");
      yyjson_val *id = yyjson_obj_get (special, "id");
      yyjson_arr_iter ids;
      yyjson_val *number;

      if (special == NULL)
        {
          seen_text = seen_text || yyjson_obj_get (item, "Sequence") != NULL;
          continue;
        }

      ids = yyjson_arr_iter_with (yyjson_obj_get (yyjson_obj_get (specials, yyjson_is_str (id) ? yyjson_get_str (id) : ""), "ids"));
      while ((number = yyjson_arr_iter_next (&ids)) != NULL)
        {
          gint32 token = number_to_id (self, number);

          if (token < 0)
            {
              g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                           _("“%s” is damaged: its post-processor names a token that is not there"), name);
              return FALSE;
            }
          g_array_append_val (seen_text ? self->after : self->before, token);
        }
    }

  return TRUE;
}

static gboolean
parse_post_processor (AttuneTokenizer  *self,
                      yyjson_val       *value,
                      guint             depth,
                      const char       *name,
                      GError          **error)
{
  yyjson_val *type = yyjson_obj_get (value, "type");

  if (value == NULL || yyjson_is_null (value) || yyjson_equals_str (type, "ByteLevel"))
    return TRUE;
  if (yyjson_equals_str (type, "TemplateProcessing"))
    return parse_template_processing (self, value, name, error);

  if (yyjson_equals_str (type, "Sequence") && depth < 8)
    {
      yyjson_arr_iter iter = yyjson_arr_iter_with (yyjson_obj_get (value, "processors"));
      yyjson_val *item;

      while ((item = yyjson_arr_iter_next (&iter)) != NULL)
        {
          if (!parse_post_processor (self, item, depth + 1, name, error))
            return FALSE;
        }
      return TRUE;
    }

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("The tokenizer “%s” has a post-processor of the type “%s”, which is not supported"),
               name, yyjson_is_str (type) ? yyjson_get_str (type) : "?");
  return FALSE;
}

AttuneTokenizer *
attune_tokenizer_load (const char  *folder,
                       GError     **error)
{
  g_autoptr (AttuneTokenizer) self = NULL;
  g_autoptr (AttuneJsonFile) file = NULL;
  g_autofree char *name = NULL;
  g_autofree char *model_type = NULL;
  yyjson_val *root;

  g_return_val_if_fail (folder != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  name = g_build_filename (folder, "tokenizer.json", NULL);
  if (!g_file_test (name, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                   _("The model folder “%s” has no tokenizer.json; download the model's files again, all of them"), folder);
      return NULL;
    }
  file = attune_json_file_load (name, TOKENIZER_LIMIT, error);
  if (file == NULL)
    return NULL;
  root = attune_json_file_get_root (file);

  self = g_new0 (AttuneTokenizer, 1);
  self->before = g_array_new (FALSE, FALSE, sizeof (gint32));
  self->after = g_array_new (FALSE, FALSE, sizeof (gint32));
  self->ends = g_hash_table_new (NULL, NULL);

  self->splitter = attune_splitter_parse (yyjson_obj_get (root, "normalizer"),
                                          yyjson_obj_get (root, "pre_tokenizer"), name, error);
  if (self->splitter == NULL)
    return NULL;
  self->bpe = attune_bpe_parse (yyjson_obj_get (root, "model"), name, error);
  if (self->bpe == NULL)
    return NULL;
  self->added = attune_added_tokens_parse (yyjson_obj_get (root, "added_tokens"), name, error);
  if (self->added == NULL || !check_added_tokens (self, name, error))
    return NULL;
  self->n_tokens = MAX (attune_bpe_get_n_tokens (self->bpe),
                        (guint) (attune_added_tokens_get_highest_id (self->added) + 1));

  if (!parse_post_processor (self, yyjson_obj_get (root, "post_processor"), 0, name, error) ||
      !load_special_tokens (self, folder, &model_type, error))
    return NULL;

  /* For this model type the common Python library puts Qwen's own normalizer and pattern in the place of a plain ByteLevel, so models
   * of the type have been trained that way whatever the file says. Files of Qwen itself say the same as the library. */
  if (g_strcmp0 (model_type, "qwen2") == 0 && attune_splitter_is_plain (self->splitter))
    {
      g_clear_pointer (&self->splitter, attune_splitter_free);
      self->splitter = attune_splitter_new_qwen2 ();
    }

  return g_steal_pointer (&self);
}

void
attune_tokenizer_free (AttuneTokenizer *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->bpe, attune_bpe_free);
  g_clear_pointer (&self->added, attune_added_tokens_free);
  g_clear_pointer (&self->splitter, attune_splitter_free);
  g_clear_pointer (&self->before, g_array_unref);
  g_clear_pointer (&self->after, g_array_unref);
  g_clear_pointer (&self->ends, g_hash_table_unref);
  g_free (self);
}

static void
encode_plain (const AttuneTokenizer *self,
              const char            *text,
              gsize                  length,
              gboolean               use_cache,
              GArray                *ids)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (AttunePiece));
  g_autoptr (GStringChunk) chunk = g_string_chunk_new (256);

  attune_splitter_split (self->splitter, text, length, pieces, chunk);
  for (guint i = 0; i < pieces->len; i++)
    {
      const AttunePiece *piece = &g_array_index (pieces, AttunePiece, i);

      attune_bpe_encode (self->bpe, piece->bytes, piece->length, use_cache, ids);
    }
}

/* A text without the added tokens that are looked for before it is normalized. */
static void
encode_segment (const AttuneTokenizer *self,
                const char            *text,
                gsize                  length,
                gboolean               allow_special,
                gboolean               use_cache,
                GArray                *ids)
{
  g_autofree char *changed = NULL;
  AttuneAddedMatch match;
  gsize offset = 0;

  if (length == 0)
    return;

  changed = attune_splitter_normalize (self->splitter, text, length, &length);
  if (changed != NULL)
    text = changed;

  while (attune_added_tokens_find (self->added, text, length, offset, TRUE, allow_special, TRUE, &match))
    {
      encode_plain (self, text + offset, match.start - offset, use_cache, ids);
      g_array_append_val (ids, match.token->id);
      offset = match.end;
    }
  encode_plain (self, text + offset, length - offset, use_cache, ids);
}

/* Everything below relies on valid UTF-8. A NUL inside is a character like any other. */
static gboolean
is_valid (const char *text,
          gsize       length)
{
  while (length > 0)
    {
      const char *end;

      if (g_utf8_validate_len (text, length, &end))
        return TRUE;
      if (*end != '\0')
        return FALSE;
      length -= end + 1 - text;
      text = end + 1;
    }
  return TRUE;
}

void
attune_tokenizer_encode (const AttuneTokenizer *self,
                         const char            *text,
                         gssize                 length,
                         gboolean               allow_special,
                         GArray                *ids)
{
  g_autofree char *valid = NULL;
  AttuneAddedMatch match;
  gsize offset = 0;
  gboolean use_cache;

  g_return_if_fail (self != NULL);
  g_return_if_fail (text != NULL || length == 0);
  g_return_if_fail (ids != NULL && g_array_get_element_size (ids) == sizeof (gint32));

  if (length < 0)
    length = strlen (text);
  if (!is_valid (text, length))
    {
      text = valid = g_utf8_make_valid (text, length);
      length = strlen (valid);
    }

  use_cache = attune_bpe_try_lock (self->bpe);
  while (attune_added_tokens_find (self->added, text, length, offset, FALSE, allow_special, TRUE, &match))
    {
      encode_segment (self, text + offset, match.start - offset, allow_special, use_cache, ids);
      g_array_append_val (ids, match.token->id);
      offset = match.end;
    }
  encode_segment (self, text + offset, length - offset, allow_special, use_cache, ids);
  if (use_cache)
    attune_bpe_unlock (self->bpe);
}

void
attune_tokenizer_encode_document (const AttuneTokenizer *self,
                                  const char            *text,
                                  gssize                 length,
                                  GArray                *ids,
                                  guint                 *n_before)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (ids != NULL);

  g_array_append_vals (ids, self->before->data, self->before->len);
  if (n_before != NULL)
    *n_before = self->before->len;
  attune_tokenizer_encode (self, text, length, FALSE, ids);
  g_array_append_vals (ids, self->after->data, self->after->len);
  if (self->after->len == 0 && self->eos >= 0)
    g_array_append_val (ids, self->eos);
}

/* Each run of bytes that could not begin a character becomes one U+FFFD, as the decoders of other programs have it. */
static char *
make_text (const char *bytes,
           gsize       length)
{
  g_autoptr (GString) text = g_string_sized_new (length + 1);
  const char *end = bytes + length;

  while (bytes < end)
    {
      gunichar character = g_utf8_get_char_validated (bytes, end - bytes);

      if (character != (gunichar) -1 && character != (gunichar) -2 && *bytes != '\0')
        {
          const char *next = g_utf8_next_char (bytes);

          g_string_append_len (text, bytes, next - bytes);
          bytes = next;
          continue;
        }

      {
        guint8 lead = (guint8) *bytes++;
        guint8 low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        guint8 high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        guint n_more = lead >= 0xc2 && lead <= 0xdf ? 1 : (lead & 0xf0) == 0xe0 ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;

        for (guint i = 0; i < n_more && bytes < end && (guint8) *bytes >= low && (guint8) *bytes <= high; i++)
          {
            bytes++;
            low = 0x80;
            high = 0xbf;
          }
        g_string_append (text, "\357\277\275");
      }
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

char *
attune_tokenizer_decode (const AttuneTokenizer *self,
                         const gint32          *ids,
                         gsize                  n_ids,
                         gboolean               skip_special)
{
  g_autoptr (GString) bytes = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (ids != NULL || n_ids == 0, NULL);

  for (gsize i = 0; i < n_ids; i++)
    {
      const AttuneAddedToken *added = attune_added_tokens_get (self->added, ids[i]);
      const char *token;

      if (added != NULL)
        {
          if (!added->special || !skip_special)
            g_string_append_len (bytes, added->content, added->length);
          continue;
        }

      token = attune_bpe_get_token (self->bpe, ids[i]);
      if (token != NULL)
        attune_bpe_append_bytes (token, bytes);
    }

  return make_text (bytes->str, bytes->len);
}

guint
attune_tokenizer_get_n_tokens (const AttuneTokenizer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_tokens;
}

gint32
attune_tokenizer_lookup (const AttuneTokenizer *self,
                         const char            *token)
{
  const AttuneAddedToken *added;

  g_return_val_if_fail (self != NULL, -1);
  g_return_val_if_fail (token != NULL, -1);

  added = attune_added_tokens_lookup (self->added, token);
  return added != NULL ? added->id : attune_bpe_lookup (self->bpe, token);
}

gint32
attune_tokenizer_get_bos (const AttuneTokenizer *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->bos;
}

gint32
attune_tokenizer_get_eos (const AttuneTokenizer *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->eos;
}

gint32
attune_tokenizer_get_pad (const AttuneTokenizer *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->pad;
}

gboolean
attune_tokenizer_is_end (const AttuneTokenizer *self,
                         gint32                 id)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return g_hash_table_contains (self->ends, GINT_TO_POINTER (id));
}

const char *
attune_tokenizer_get_added (const AttuneTokenizer *self,
                            gint32                 id)
{
  const AttuneAddedToken *added;

  g_return_val_if_fail (self != NULL, NULL);

  added = attune_added_tokens_get (self->added, id);
  return added != NULL ? added->content : NULL;
}

gboolean
attune_tokenizer_takes_space (const AttuneTokenizer *self,
                              gint32                 id)
{
  const AttuneAddedToken *added;

  g_return_val_if_fail (self != NULL, FALSE);

  added = attune_added_tokens_get (self->added, id);
  return added != NULL && (added->left_strip || added->right_strip);
}

gboolean
attune_tokenizer_find_special (const AttuneTokenizer *self,
                               const char            *text,
                               gsize                  length,
                               gsize                  offset,
                               gsize                 *start,
                               gsize                 *end,
                               gint32                *id)
{
  AttuneAddedMatch match;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  if (!attune_added_tokens_find (self->added, text, length, offset, FALSE, TRUE, FALSE, &match))
    return FALSE;

  *start = match.start;
  *end = match.end;
  *id = match.token->id;
  return TRUE;
}
