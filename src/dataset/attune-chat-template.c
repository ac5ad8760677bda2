/* attune-chat-template.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chat-template.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-json-file.h"
#include "attune-marked-text.h"

#define TEMPLATE_LIMIT (1024 * 1024)

typedef struct {
  const char *name;
  const char *answer_start; /* what stands before an answer */
  const char *answer_end;   /* the token that ends one; NULL: the tokenizer's end of text */
} Family;

static const Family families[] = {
  { "ChatML", "<|im_start|>assistant\n", "<|im_end|>" },
  { "Llama 3", "<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>" },
  { "Zephyr", "<|assistant|>\n", NULL },
};

struct _AttuneChatTemplate {
  const AttuneTokenizer *tokenizer;
  const Family          *family;
  gint32                 end;
};

static char *
load_source (const char  *folder,
             GError     **error)
{
  g_autofree char *path = g_build_filename (folder, "chat_template.jinja", NULL);
  g_autoptr (AttuneJsonFile) config = NULL;
  yyjson_val *value;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      char *source = NULL;

      if (!g_file_get_contents (path, &source, NULL, error))
        attune_error_convert (error);
      return source;
    }

  if (!attune_json_file_load_optional (folder, "tokenizer_config.json", &config, error))
    return NULL;
  value = yyjson_obj_get (attune_json_file_get_root (config), "chat_template");
  if (yyjson_is_str (value))
    return g_strdup (yyjson_get_str (value));

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
               _("The model folder “%s” has no chat template (chat_template.jinja)"), folder);
  return NULL;
}

AttuneChatTemplate *
attune_chat_template_load (const char             *folder,
                           const AttuneTokenizer  *tokenizer,
                           GError                **error)
{
  g_autoptr (AttuneChatTemplate) self = NULL;
  g_autofree char *source = NULL;

  g_return_val_if_fail (folder != NULL, NULL);
  g_return_val_if_fail (tokenizer != NULL, NULL);

  source = load_source (folder, error);
  if (source == NULL)
    return NULL;
  if (strstr (source, "<|im_start|>") == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _("The chat template of “%s” is not known"), folder);
      return NULL;
    }

  self = g_new0 (AttuneChatTemplate, 1);
  self->tokenizer = tokenizer;
  self->family = &families[0];
  self->end = attune_tokenizer_lookup (tokenizer, self->family->answer_end);

  return g_steal_pointer (&self);
}

void
attune_chat_template_free (AttuneChatTemplate *self)
{
  g_free (self);
}

const char *
attune_chat_template_get_name (const AttuneChatTemplate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->family->name;
}

static AttuneMarkedText *
render_text (const AttuneChatTemplate *self,
             const AttuneRow          *row,
             gboolean                  add_generation_prompt)
{
  AttuneMarkedText *text = attune_marked_text_new ();

  for (guint i = 0; i < row->messages->len; i++)
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, i);

      attune_marked_text_append (text, "<|im_start|>", -1, FALSE);
      attune_marked_text_append (text, message->role, -1, FALSE);
      attune_marked_text_append (text, "\n", -1, FALSE);
      attune_marked_text_append (text, message->content, -1, TRUE);
      attune_marked_text_append (text, "<|im_end|>\n", -1, FALSE);
    }
  if (add_generation_prompt)
    attune_marked_text_append (text, "<|im_start|>assistant\n", -1, FALSE);

  return text;
}

static gboolean
is_own (const AttuneMarkedText *text,
        gsize                   start,
        gsize                   end)
{
  return memchr (text->foreign->data + start, 1, end - start) == NULL;
}

/* The next text in @text, from @offset on, that the template itself wrote. G_MAXSIZE where there is none. */
static gsize
find_own (const AttuneMarkedText *text,
          gsize                   offset,
          const char             *wanted)
{
  gsize length = strlen (wanted);

  while (offset < text->text->len)
    {
      const char *found = memmem (text->text->str + offset, text->text->len - offset, wanted, length);

      if (found == NULL)
        break;
      offset = found - text->text->str;
      if (is_own (text, offset, offset + length))
        return offset;
      offset++;
    }

  return G_MAXSIZE;
}

static void
append_tokens (const AttuneChatTemplate *self,
               const char               *text,
               gsize                     length,
               gboolean                  is_answer,
               GArray                   *ids,
               GByteArray               *answer)
{
  guint before = ids->len;

  attune_tokenizer_encode (self->tokenizer, text, length, FALSE, ids);
  if (answer != NULL)
    {
      guint8 mark = is_answer ? 1 : 0;

      for (guint i = before; i < ids->len; i++)
        g_byte_array_append (answer, &mark, 1);
    }
}

static void
append_special (gint32      id,
                gboolean    is_answer,
                GArray     *ids,
                GByteArray *answer)
{
  guint8 mark = is_answer ? 1 : 0;

  g_array_append_val (ids, id);
  if (answer != NULL)
    g_byte_array_append (answer, &mark, 1);
}

static void
render_document (const AttuneChatTemplate *self,
                 const char               *content,
                 GArray                   *ids,
                 GByteArray               *answer)
{
  guint before = ids->len;
  guint n_before;

  attune_tokenizer_encode_document (self->tokenizer, content, -1, ids, &n_before);
  for (guint i = before; answer != NULL && i < ids->len; i++)
    {
      guint8 mark = i - before >= n_before;

      g_byte_array_append (answer, &mark, 1);
    }
}

void
attune_chat_template_render (const AttuneChatTemplate *self,
                             const AttuneRow          *row,
                             gboolean                  add_generation_prompt,
                             GArray                   *ids,
                             GByteArray               *answer)
{
  g_autoptr (AttuneMarkedText) text = NULL;
  gsize done = 0, searched = 0, answer_at;
  gboolean in_answer = FALSE;

  g_return_if_fail (self != NULL);
  g_return_if_fail (row != NULL);
  g_return_if_fail (ids != NULL);

  if (attune_row_is_text (row))
    {
      render_document (self, g_array_index (row->messages, AttuneMessage, 0).content, ids, answer);
      return;
    }

  text = render_text (self, row, add_generation_prompt);
  answer_at = find_own (text, 0, self->family->answer_start);
  if (answer_at != G_MAXSIZE)
    answer_at += strlen (self->family->answer_start);

  /* Text between two special tokens is encoded in one go, as it is when the whole text is; only the beginning of an answer cuts
   * it, because an answer is written behind the tokens of its header and not together with them. */
  while (done < text->text->len)
    {
      gsize start = text->text->len, end = start;
      gint32 id = -1;

      while (attune_tokenizer_find_special (self->tokenizer, text->text->str, text->text->len, searched, &start, &end, &id) &&
             !is_own (text, start, end))
        {
          searched = start + 1;
          start = end = text->text->len;
          id = -1;
        }

      if (answer_at <= start)
        {
          append_tokens (self, text->text->str + done, answer_at - done, FALSE, ids, answer);
          done = searched = answer_at;
          in_answer = TRUE;
          answer_at = find_own (text, answer_at, self->family->answer_start);
          if (answer_at != G_MAXSIZE)
            answer_at += strlen (self->family->answer_start);
          continue;
        }

      append_tokens (self, text->text->str + done, start - done, in_answer, ids, answer);
      if (id >= 0)
        {
          append_special (id, in_answer, ids, answer);
          if (id == self->end)
            in_answer = FALSE;
        }
      done = searched = end;
    }
}
