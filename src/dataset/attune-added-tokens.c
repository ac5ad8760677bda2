/* attune-added-tokens.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-added-tokens.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

struct _AttuneAddedTokens {
  GPtrArray  *tokens;      /* AttuneAddedToken */
  GPtrArray  *first[256];  /* borrowed, by first byte, longest first; NULL where no token begins so */
  GHashTable *by_id;       /* borrowed */
  GHashTable *by_content;  /* borrowed */
  gint32      highest_id;
};

static void
attune_added_token_free (gpointer data)
{
  AttuneAddedToken *token = data;

  g_clear_pointer (&token->content, g_free);
  g_free (token);
}

static int
compare_lengths (gconstpointer a,
                 gconstpointer b)
{
  const AttuneAddedToken *first = *(AttuneAddedToken * const *) a;
  const AttuneAddedToken *second = *(AttuneAddedToken * const *) b;

  return (first->length < second->length) - (first->length > second->length);
}

static void
add_token (AttuneAddedTokens *self,
           AttuneAddedToken  *token)
{
  guint8 byte = (guint8) token->content[0];

  g_ptr_array_add (self->tokens, token);
  g_hash_table_insert (self->by_id, GINT_TO_POINTER (token->id), token);
  g_hash_table_insert (self->by_content, token->content, token);
  if (self->first[byte] == NULL)
    self->first[byte] = g_ptr_array_new ();
  g_ptr_array_add (self->first[byte], token);
  self->highest_id = MAX (self->highest_id, token->id);
}

AttuneAddedTokens *
attune_added_tokens_parse (yyjson_val  *value,
                           const char  *name,
                           GError     **error)
{
  g_autoptr (AttuneAddedTokens) self = g_new0 (AttuneAddedTokens, 1);
  yyjson_arr_iter iter = yyjson_arr_iter_with (value);
  yyjson_val *item;

  g_return_val_if_fail (name != NULL, NULL);

  self->tokens = g_ptr_array_new_with_free_func (attune_added_token_free);
  self->by_id = g_hash_table_new (NULL, NULL);
  self->by_content = g_hash_table_new (g_str_hash, g_str_equal);
  self->highest_id = -1;

  while ((item = yyjson_arr_iter_next (&iter)) != NULL)
    {
      yyjson_val *content = yyjson_obj_get (item, "content");
      yyjson_val *id = yyjson_obj_get (item, "id");
      AttuneAddedToken *token;

      if (!yyjson_is_str (content) || !yyjson_is_uint (id) || yyjson_get_uint (id) > G_MAXINT32 / 2)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                       _("“%s” is damaged: an added token has no text or no number"), name);
          return NULL;
        }
      if (*yyjson_get_str (content) == '\0' ||
          g_hash_table_contains (self->by_content, yyjson_get_str (content)))
        continue;

      token = g_new0 (AttuneAddedToken, 1);
      token->content = g_strdup (yyjson_get_str (content));
      token->length = strlen (token->content);
      token->id = (gint32) yyjson_get_uint (id);
      token->special = yyjson_is_true (yyjson_obj_get (item, "special"));
      token->normalized = yyjson_is_true (yyjson_obj_get (item, "normalized"));
      token->single_word = yyjson_is_true (yyjson_obj_get (item, "single_word"));
      token->left_strip = yyjson_is_true (yyjson_obj_get (item, "lstrip"));
      token->right_strip = yyjson_is_true (yyjson_obj_get (item, "rstrip"));
      add_token (self, token);
    }

  for (guint byte = 0; byte < 256; byte++)
    {
      if (self->first[byte] != NULL)
        g_ptr_array_sort (self->first[byte], compare_lengths);
    }

  return g_steal_pointer (&self);
}

void
attune_added_tokens_free (AttuneAddedTokens *self)
{
  if (self == NULL)
    return;

  for (guint byte = 0; byte < 256; byte++)
    g_clear_pointer (&self->first[byte], g_ptr_array_unref);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->by_content, g_hash_table_unref);
  g_clear_pointer (&self->tokens, g_ptr_array_unref);
  g_free (self);
}

static gboolean
is_word_character (gunichar character)
{
  return g_unichar_isalnum (character) || character == '_' || g_unichar_ismark (character);
}

static gboolean
stands_alone (const char *text,
              gsize       length,
              gsize       start,
              gsize       end)
{
  if (start > 0 && is_word_character (g_utf8_get_char (g_utf8_prev_char (text + start))))
    return FALSE;
  return end == length || !is_word_character (g_utf8_get_char (text + end));
}

static gboolean
is_white_space (gunichar character)
{
  return g_unichar_isspace (character) || character == 0x0b || character == 0x85;
}

gboolean
attune_added_tokens_find (const AttuneAddedTokens *self,
                          const char              *text,
                          gsize                    length,
                          gsize                    offset,
                          gboolean                 normalized,
                          gboolean                 specials,
                          gboolean                 others,
                          AttuneAddedMatch        *match)
{
  g_return_val_if_fail (match != NULL, FALSE);

  if (self->tokens->len == 0)
    return FALSE;

  for (gsize i = offset; i < length; i++)
    {
      GPtrArray *candidates = self->first[(guint8) text[i]];

      for (guint k = 0; candidates != NULL && k < candidates->len; k++)
        {
          const AttuneAddedToken *token = g_ptr_array_index (candidates, k);

          if ((token->special ? !specials : !others) || token->normalized != normalized ||
              token->length > length - i || memcmp (text + i, token->content, token->length) != 0)
            continue;
          if (token->single_word && !stands_alone (text, length, i, i + token->length))
            continue;

          match->start = i;
          match->end = i + token->length;
          match->token = token;
          while (token->left_strip && match->start > offset)
            {
              const char *before = g_utf8_prev_char (text + match->start);

              if (!is_white_space (g_utf8_get_char (before)))
                break;
              match->start = before - text;
            }
          while (token->right_strip && match->end < length && is_white_space (g_utf8_get_char (text + match->end)))
            match->end = g_utf8_next_char (text + match->end) - text;
          return TRUE;
        }
    }

  return FALSE;
}

const AttuneAddedToken *
attune_added_tokens_get (const AttuneAddedTokens *self,
                         gint32                   id)
{
  return g_hash_table_lookup (self->by_id, GINT_TO_POINTER (id));
}

const AttuneAddedToken *
attune_added_tokens_lookup (const AttuneAddedTokens *self,
                            const char              *content)
{
  return g_hash_table_lookup (self->by_content, content);
}

guint
attune_added_tokens_get_n (const AttuneAddedTokens *self)
{
  return self->tokens->len;
}

const AttuneAddedToken *
attune_added_tokens_get_nth (const AttuneAddedTokens *self,
                             guint                    n)
{
  return g_ptr_array_index (self->tokens, n);
}

gint32
attune_added_tokens_get_highest_id (const AttuneAddedTokens *self)
{
  return self->highest_id;
}
