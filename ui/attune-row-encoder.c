/* attune-row-encoder.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-row-encoder.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-chat-template.h"

/* Characters a token: code and other languages than English lie at the lower end. */
#define CHARACTERS_LOW  2.5
#define CHARACTERS_HIGH 4.5
/* What a template writes around a message. */
#define TOKENS_AROUND   4

struct _AttuneRowEncoder {
  char               *folder;        /* NULL: hosted */
  AttuneTokenizer    *tokenizer;
  AttuneChatTemplate *chat_template; /* loaded with the first conversation */
  gboolean            train_on_inputs;
  GArray             *ids;           /* room for a row, used again and again */
  GByteArray         *learnt;
};

AttuneRowEncoder *
attune_row_encoder_new (const char  *model_folder,
                        gboolean     train_on_inputs,
                        GError     **error)
{
  g_autoptr (AttuneTokenizer) tokenizer = NULL;
  AttuneRowEncoder *self;

  if (model_folder != NULL)
    {
      tokenizer = attune_tokenizer_load (model_folder, error);
      if (tokenizer == NULL)
        return NULL;
    }

  self = g_new0 (AttuneRowEncoder, 1);
  self->folder = g_strdup (model_folder);
  self->tokenizer = g_steal_pointer (&tokenizer);
  self->train_on_inputs = train_on_inputs;
  self->ids = g_array_new (FALSE, FALSE, sizeof (gint32));
  self->learnt = g_byte_array_new ();

  return self;
}

void
attune_row_encoder_free (AttuneRowEncoder *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->chat_template, attune_chat_template_free);
  g_clear_pointer (&self->tokenizer, attune_tokenizer_free);
  g_array_unref (self->ids);
  g_byte_array_unref (self->learnt);
  g_free (self->folder);
  g_free (self);
}

gboolean
attune_row_encoder_is_exact (AttuneRowEncoder *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->tokenizer != NULL;
}

const char *
attune_row_encoder_get_template (AttuneRowEncoder *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->chat_template != NULL ? attune_chat_template_get_name (self->chat_template) : NULL;
}

/* Fills ids and learnt as the trainer does. */
static gboolean
encode (AttuneRowEncoder  *self,
        const AttuneRow   *row,
        GError           **error)
{
  g_array_set_size (self->ids, 0);
  g_byte_array_set_size (self->learnt, 0);

  if (attune_row_is_text (row))
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, 0);

      attune_tokenizer_encode_document (self->tokenizer, message->content, -1, self->ids, NULL);
      g_byte_array_set_size (self->learnt, self->ids->len);
      memset (self->learnt->data, 1, self->learnt->len);
    }
  else
    {
      if (self->chat_template == NULL)
        self->chat_template = attune_chat_template_load (self->folder, self->tokenizer, error);
      if (self->chat_template == NULL ||
          !attune_chat_template_try_render (self->chat_template, row, FALSE, self->ids, self->learnt, error))
        return FALSE;
      if (self->train_on_inputs)
        memset (self->learnt->data, 1, self->learnt->len);
    }
  /* Nothing stands before the first token that it could be foretold from. */
  if (self->learnt->len > 0)
    self->learnt->data[0] = 0;

  return TRUE;
}

static gboolean
is_learnt (AttuneRowEncoder    *self,
           const AttuneMessage *message)
{
  return self->train_on_inputs || g_str_equal (message->role, "assistant") || g_str_equal (message->role, "text");
}

static void
guess (AttuneRowEncoder *self,
       const AttuneRow  *row,
       guint             sequence_length,
       AttuneRowSize    *size)
{
  double all = 0;
  double learnt = 0;
  double before = 0;
  double kept = 0;

  for (guint i = 0; i < row->messages->len; i++)
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, i);
      double length = (double) g_utf8_strlen (message->content, -1);
      double tokens = TOKENS_AROUND + length * 2 / (CHARACTERS_LOW + CHARACTERS_HIGH);

      size->tokens_low += TOKENS_AROUND + length / CHARACTERS_HIGH;
      size->tokens_high += TOKENS_AROUND + length / CHARACTERS_LOW;
      all += tokens;
      if (is_learnt (self, message))
        {
          learnt += tokens;
          kept += sequence_length == 0 ? tokens : CLAMP (sequence_length - before, 0, tokens);
        }
      before += tokens;
    }
  size->learnt = all > 0 ? learnt / all : 0;
  size->learnt_kept = kept;
}

gboolean
attune_row_encoder_measure (AttuneRowEncoder  *self,
                            const AttuneRow   *row,
                            guint              sequence_length,
                            AttuneRowSize     *size,
                            GError           **error)
{
  guint learnt = 0;
  guint kept = 0;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (row != NULL, FALSE);
  g_return_val_if_fail (size != NULL, FALSE);

  *size = (AttuneRowSize) { 0, };
  if (self->tokenizer == NULL)
    {
      guess (self, row, sequence_length, size);
      return TRUE;
    }
  if (!encode (self, row, error))
    return FALSE;

  for (guint i = 0; i < self->learnt->len; i++)
    {
      learnt += self->learnt->data[i];
      if (sequence_length == 0 || i < sequence_length)
        kept += self->learnt->data[i];
    }
  size->tokens_low = size->tokens_high = self->ids->len;
  size->learnt = self->ids->len > 0 ? learnt / (double) self->ids->len : 0;
  size->learnt_kept = kept;

  return TRUE;
}

static void
piece_clear (AttunePiece *piece)
{
  g_free (piece->text);
}

static void
add_piece (GArray           *pieces,
           char             *text,
           guint             n_tokens,
           AttunePieceFlags  flags)
{
  AttunePiece piece = { text, n_tokens, flags };

  g_array_append_val (pieces, piece);
}

/* Without a tokenizer: whole messages under their roles. */
static void
list_messages (AttuneRowEncoder *self,
               const AttuneRow  *row,
               GArray           *pieces)
{
  for (guint i = 0; i < row->messages->len; i++)
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, i);

      if (!attune_row_is_text (row))
        add_piece (pieces, g_strdup_printf ("%s%s: ", i > 0 ? "\n" : "", message->role), 0, ATTUNE_PIECE_SPECIAL);
      add_piece (pieces, g_strdup (message->content), 0, is_learnt (self, message) ? ATTUNE_PIECE_LEARNT : 0);
    }
}

static void
list_tokens (AttuneRowEncoder *self,
             guint             sequence_length,
             GArray           *pieces)
{
  guint start = 0;

  while (start < self->ids->len)
    {
      const gint32 *ids = &g_array_index (self->ids, gint32, 0);
      const char *added = attune_tokenizer_get_added (self->tokenizer, ids[start]);
      AttunePieceFlags flags = 0;
      guint end = start + 1;
      char *text;

      if (self->learnt->data[start])
        flags |= ATTUNE_PIECE_LEARNT;
      if (sequence_length > 0 && start >= sequence_length)
        flags |= ATTUNE_PIECE_CUT;
      if (added != NULL)
        {
          add_piece (pieces, g_strdup (added), 1, flags | ATTUNE_PIECE_SPECIAL);
          start = end;
          continue;
        }

      /* A character may be spread over several tokens: they are shown together, as far as they are treated alike. */
      text = attune_tokenizer_decode (self->tokenizer, ids + start, 1, FALSE);
      while (strstr (text, "\357\277\275") != NULL && end < self->ids->len && end - start < 4 &&
             self->learnt->data[end] == self->learnt->data[start] && end != sequence_length &&
             attune_tokenizer_get_added (self->tokenizer, ids[end]) == NULL)
        {
          end++;
          g_free (text);
          text = attune_tokenizer_decode (self->tokenizer, ids + start, end - start, FALSE);
        }
      add_piece (pieces, text, end - start, flags);
      start = end;
    }
}

GArray *
attune_row_encoder_list_pieces (AttuneRowEncoder  *self,
                                const AttuneRow   *row,
                                guint              sequence_length,
                                GError           **error)
{
  g_autoptr (GArray) pieces = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (row != NULL, NULL);

  pieces = g_array_new (FALSE, TRUE, sizeof (AttunePiece));
  g_array_set_clear_func (pieces, (GDestroyNotify) piece_clear);
  if (self->tokenizer == NULL)
    list_messages (self, row, pieces);
  else if (encode (self, row, error))
    list_tokens (self, sequence_length, pieces);
  else
    return NULL;

  return g_steal_pointer (&pieces);
}
