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
#include "attune-jinja.h"
#include "attune-json-file.h"
#include "attune-marked-text.h"

#define TEMPLATE_LIMIT (1024 * 1024)

typedef struct {
  const char *name;
  const char *before; /* what stands before the role in a header */
  const char *after;  /* and after it */
  const char *end;    /* the token that ends a message; NULL: the tokenizer's end of text */
} Family;

static const Family families[] = {
  { "ChatML", "<|im_start|>", "\n", "<|im_end|>" },
  { "Llama 3", "<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>" },
  { "Zephyr", "<|", "|>\n", NULL },
};

/* Texts that show what a template is that is none of these. */
static const struct { const char *mark, *name; } strangers[] = {
  { "[INST]", "Mistral / Llama 2" },
  { "<start_of_turn>", "Gemma" },
  { "<|start_of_role|>", "Granite" },
  { "<|START_OF_TURN_TOKEN|>", "Command R" },
  { "<｜User｜>", "DeepSeek" },
  { "<|channel|>", "Harmony" },
  { "<|header_start|>", "Llama 4" },
  { "### Instruction", "Alpaca" },
  { "USER:", "Vicuna" },
};

struct _AttuneChatTemplate {
  const AttuneTokenizer *tokenizer;
  AttuneJinja           *jinja;
  const Family          *family;
  char                  *bos, *eos;    /* as the template writes them; NULL where the model has none */
  char                  *answer_start; /* what stands before an answer */
  gint32                 end;
};

/* Older files have a list of templates with names. */
static const char *
choose_template (yyjson_val *value)
{
  yyjson_arr_iter iter = yyjson_arr_iter_with (value);
  yyjson_val *item;

  if (yyjson_is_str (value))
    return yyjson_get_str (value);

  while ((item = yyjson_arr_iter_next (&iter)) != NULL)
    {
      if (yyjson_equals_str (yyjson_obj_get (item, "name"), "default"))
        return yyjson_get_str (yyjson_obj_get (item, "template"));
    }
  return NULL;
}

static char *
load_source (const char  *folder,
             GError     **error)
{
  static const char * const names[] = { "chat_template.json", "tokenizer_config.json" };
  g_autofree char *path = g_build_filename (folder, "chat_template.jinja", NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *source = NULL;
      gsize length;

      if (!g_file_get_contents (path, &source, &length, error))
        {
          attune_error_convert (error);
          return NULL;
        }
      if (length > TEMPLATE_LIMIT || !g_utf8_validate_len (source, length, NULL))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("“%s” is damaged: it is no chat template"), path);
          return NULL;
        }
      return g_steal_pointer (&source);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (AttuneJsonFile) config = NULL;
      const char *source;

      if (!attune_json_file_load_optional (folder, names[i], &config, error))
        return NULL;
      source = choose_template (yyjson_obj_get (attune_json_file_get_root (config), "chat_template"));
      if (source != NULL)
        return g_strdup (source);
    }

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
               _("The model folder “%s” has no chat template (chat_template.jinja); choose a model that was made for conversations, "
                 "or train on plain text"), folder);
  return NULL;
}

static char *
spell (const AttuneTokenizer *tokenizer,
       gint32                 id)
{
  return id >= 0 ? attune_tokenizer_decode (tokenizer, &id, 1, FALSE) : NULL;
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

/* One message in a rendered probe: its header, what the template adds, its text, and the end. @offset moves behind it. */
static gboolean
check_message (const Family           *family,
               const char             *end,
               const AttuneMarkedText *text,
               const AttuneMessage    *message,
               gsize                  *offset)
{
  g_autofree char *header = g_strconcat (family->before, message->role, family->after, NULL);
  gsize header_at = find_own (text, *offset, header);
  const char *content;
  gsize content_at;

  if (header_at == G_MAXSIZE)
    return FALSE;
  header_at += strlen (header);
  content = strstr (text->text->str + header_at, message->content);
  if (content == NULL)
    return FALSE;
  content_at = content - text->text->str;

  /* Words of the template's own may stand before a system prompt (dates) and an answer (an empty thought), no headers though. */
  if (content_at != header_at &&
      (g_str_equal (message->role, "user") || find_own (text, header_at, end) < content_at))
    return FALSE;

  *offset = content_at + strlen (message->content);
  if (!g_str_has_prefix (text->text->str + *offset, end) || !is_own (text, *offset, *offset + strlen (end)))
    return FALSE;
  *offset += strlen (end);

  return TRUE;
}

static gboolean
check_probe (AttuneChatTemplate  *self,
             const Family        *family,
             const char          *end,
             const char * const  *roles,
             GError             **error)
{
  static const char * const contents[] = { "Wq1v", "Wq2v", "Wq3v", "Wq4v", "Wq5v" };
  g_autoptr (AttuneRow) row = attune_row_new (0);
  g_autoptr (AttuneMarkedText) text = NULL;
  g_autofree char *header = g_strconcat (family->before, "assistant", family->after, NULL);
  gboolean prompt = FALSE;
  gsize offset = 0;

  for (gsize i = 0; roles[i] != NULL; i++)
    {
      attune_row_add_message (row, roles[i], contents[i]);
      prompt = g_str_equal (roles[i], "user");
    }

  text = attune_jinja_render (self->jinja, row, prompt, self->bos, self->eos, error);
  if (text == NULL)
    return FALSE;

  for (guint i = 0; i < row->messages->len; i++)
    {
      if (!check_message (family, end, text, &g_array_index (row->messages, AttuneMessage, i), &offset))
        return FALSE;
    }
  if (prompt && (find_own (text, offset, header) == G_MAXSIZE || !g_str_has_suffix (text->text->str, header)))
    return FALSE;

  return TRUE;
}

/* Whether what the template writes has the form of the family. With an error, it cannot be run at all. */
static gboolean
check_family (AttuneChatTemplate  *self,
              const Family        *family,
              const char          *end,
              GError             **error)
{
  static const char * const probes[][6] = {
    { "user", "assistant", "user", "assistant", NULL },
    { "system", "user", "assistant", "user", "assistant", NULL },
    { "user", NULL },
    { "system", "user", "assistant", "user", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      if (!check_probe (self, family, end, probes[i], error))
        return FALSE;
    }
  return TRUE;
}

/* A token that swallows the white space beside it would blur where messages begin and end. */
static gboolean
check_special_tokens (AttuneChatTemplate  *self,
                      const Family        *family,
                      const char          *end,
                      const char          *folder,
                      GError             **error)
{
  g_autofree char *text = g_strconcat (family->before, "assistant", family->after, end, NULL);
  gsize offset = 0, start;
  gint32 id;

  while (attune_tokenizer_find_special (self->tokenizer, text, strlen (text), offset, &start, &offset, &id))
    {
      if (attune_tokenizer_takes_space (self->tokenizer, id))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                       _("The tokenizer of “%s” lets the token “%s” take the white space beside it, which is not supported"),
                       folder, attune_tokenizer_get_added (self->tokenizer, id));
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
recognise (AttuneChatTemplate  *self,
           const char          *folder,
           const char          *source,
           GError             **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    {
      const Family *family = &families[i];
      const char *end = family->end != NULL ? family->end : self->eos;
      g_autoptr (GError) local_error = NULL;
      gsize start, stop;

      if (end == NULL)
        continue;
      if (!check_family (self, family, end, &local_error))
        {
          if (local_error == NULL)
            continue;
          g_propagate_prefixed_error (error, g_steal_pointer (&local_error), _("The chat template of “%s” cannot be used: "), folder);
          return FALSE;
        }

      if (!check_special_tokens (self, family, end, folder, error))
        return FALSE;

      /* Without a token of its own the end could not be told from the answer, nor the model be stopped. */
      if (!attune_tokenizer_find_special (self->tokenizer, end, strlen (end), 0, &start, &stop, &self->end) ||
          start != 0 || stop != strlen (end))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                       _("The chat template of “%s” ends messages with “%s”, which is no special token of its tokenizer"), folder, end);
          return FALSE;
        }
      self->family = family;
      self->answer_start = g_strconcat (family->before, "assistant", family->after, NULL);
      return TRUE;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      if (strstr (source, strangers[i].mark) != NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                       _("The chat template of “%s” is of the kind %s (it has “%s”), which is not supported; ChatML, Llama 3 and Zephyr are"),
                       folder, strangers[i].name, strangers[i].mark);
          return FALSE;
        }
    }
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("The chat template of “%s” does not write conversations in a form that is known; ChatML, Llama 3 and Zephyr are supported"),
               folder);
  return FALSE;
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
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  source = load_source (folder, error);
  if (source == NULL)
    return NULL;

  self = g_new0 (AttuneChatTemplate, 1);
  self->tokenizer = tokenizer;
  self->bos = spell (tokenizer, attune_tokenizer_get_bos (tokenizer));
  self->eos = spell (tokenizer, attune_tokenizer_get_eos (tokenizer));
  self->jinja = attune_jinja_parse (source, error);
  if (self->jinja == NULL)
    {
      g_prefix_error (error, _("The chat template of “%s” cannot be used: "), folder);
      return NULL;
    }
  if (!recognise (self, folder, source, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
attune_chat_template_free (AttuneChatTemplate *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->jinja, attune_jinja_free);
  g_clear_pointer (&self->bos, g_free);
  g_clear_pointer (&self->eos, g_free);
  g_clear_pointer (&self->answer_start, g_free);
  g_free (self);
}

const char *
attune_chat_template_get_name (const AttuneChatTemplate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->family->name;
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
append_id (gint32      id,
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

/* The header of an answer and what follows it, up to the next special token. They are encoded in one go, as the whole text is; only where
 * a token would reach over from the header into the answer they are cut, because an answer is written behind the tokens of its header. */
static void
append_header_and_answer (const AttuneChatTemplate *self,
                          const char               *text,
                          gsize                     header_length,
                          gsize                     length,
                          GArray                   *ids,
                          GByteArray               *answer)
{
  g_autoptr (GArray) header = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_autoptr (GArray) whole = g_array_new (FALSE, FALSE, sizeof (gint32));

  attune_tokenizer_encode (self->tokenizer, text, header_length, FALSE, header);
  attune_tokenizer_encode (self->tokenizer, text, length, FALSE, whole);
  if (whole->len < header->len || memcmp (whole->data, header->data, header->len * sizeof (gint32)) != 0)
    {
      g_array_set_size (whole, 0);
      g_array_append_vals (whole, header->data, header->len);
      attune_tokenizer_encode (self->tokenizer, text + header_length, length - header_length, FALSE, whole);
    }

  for (guint i = 0; i < whole->len; i++)
    append_id (g_array_index (whole, gint32, i), i >= header->len, ids, answer);
}

/* Text between two special tokens is encoded in one go. */
static void
encode_rendered (const AttuneChatTemplate *self,
                 const AttuneMarkedText   *text,
                 GArray                   *ids,
                 GByteArray               *answer)
{
  gsize length = text->text->len;
  gsize done = 0, searched = 0;
  gsize answer_at = find_own (text, 0, self->answer_start);
  gboolean in_answer = FALSE;

  while (done < length)
    {
      gsize start, end, cut = G_MAXSIZE;
      gint32 id;

      if (answer_at != G_MAXSIZE)
        cut = answer_at + strlen (self->answer_start);

      /* Special tokens that somebody wrote into a message are text. */
      for (;;)
        {
          if (!attune_tokenizer_find_special (self->tokenizer, text->text->str, length, searched, &start, &end, &id))
            {
              start = end = length;
              id = -1;
            }
          else if (!is_own (text, start, end))
            {
              searched = start + 1;
              continue;
            }
          break;
        }

      if (cut <= start)
        {
          append_header_and_answer (self, text->text->str + done, cut - done, start - done, ids, answer);
          in_answer = TRUE;
          answer_at = find_own (text, cut, self->answer_start);
        }
      else
        append_tokens (self, text->text->str + done, start - done, in_answer, ids, answer);
      if (id >= 0)
        append_id (id, in_answer, ids, answer);
      if (id == self->end)
        in_answer = FALSE;
      done = searched = end;
    }
}

gboolean
attune_chat_template_try_render (const AttuneChatTemplate  *self,
                                 const AttuneRow           *row,
                                 gboolean                   add_generation_prompt,
                                 GArray                    *ids,
                                 GByteArray                *answer,
                                 GError                   **error)
{
  g_autoptr (AttuneMarkedText) text = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (row != NULL, FALSE);
  g_return_val_if_fail (ids != NULL, FALSE);

  if (attune_row_is_text (row))
    {
      render_document (self, g_array_index (row->messages, AttuneMessage, 0).content, ids, answer);
      return TRUE;
    }

  text = attune_jinja_render (self->jinja, row, add_generation_prompt, self->bos, self->eos, error);
  if (text == NULL)
    return FALSE;

  encode_rendered (self, text, ids, answer);
  return TRUE;
}

void
attune_chat_template_render (const AttuneChatTemplate *self,
                             const AttuneRow          *row,
                             gboolean                  add_generation_prompt,
                             GArray                   *ids,
                             GByteArray               *answer)
{
  g_autoptr (GError) error = NULL;

  if (!attune_chat_template_try_render (self, row, add_generation_prompt, ids, answer, &error))
    g_warning ("A conversation is left out: %s", error->message);
}
