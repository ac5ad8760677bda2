/* attune-evaluate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-evaluate.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-dataset-reader.h"
#include "attune-error.h"
#include "attune-generate.h"
#include "attune-json.h"

static JsonNode *
parse_structure (const char *text)
{
  g_autoptr (JsonNode) node = attune_json_parse (text, -1, NULL, NULL);

  if (node == NULL || JSON_NODE_HOLDS_VALUE (node) || JSON_NODE_HOLDS_NULL (node))
    return NULL;

  return g_steal_pointer (&node);
}

gboolean
attune_evaluate_compare (const char *wanted,
                         const char *given)
{
  g_autofree char *wanted_text = NULL;
  g_autofree char *given_text = NULL;
  g_autoptr (JsonNode) wanted_node = NULL;
  g_autoptr (JsonNode) given_node = NULL;

  g_return_val_if_fail (wanted != NULL, FALSE);
  g_return_val_if_fail (given != NULL, FALSE);

  wanted_text = g_strstrip (g_strdup (wanted));
  given_text = g_strstrip (g_strdup (given));
  if (g_str_equal (wanted_text, given_text))
    return TRUE;

  wanted_node = parse_structure (wanted_text);
  given_node = wanted_node != NULL ? parse_structure (given_text) : NULL;

  return given_node != NULL && json_node_equal (wanted_node, given_node);
}

/* Takes the last answer off @row, and all that follows it. NULL where there is none. */
static char *
take_answer (AttuneRow *row)
{
  for (guint i = row->messages->len; i > 0; i--)
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, i - 1);

      if (g_str_equal (message->role, "assistant"))
        {
          g_autofree char *answer = g_strdup (message->content);

          g_array_set_size (row->messages, i - 1);
          return g_steal_pointer (&answer);
        }
    }

  return NULL;
}

gboolean
attune_evaluate (AttuneModel               *model,
                 const AttuneTokenizer     *tokenizer,
                 const AttuneChatTemplate  *chat_template,
                 const char                *path,
                 guint                      max_tokens,
                 AttuneEvaluateFunc         func,
                 gpointer                   user_data,
                 AttuneEvaluation          *evaluation,
                 GError                   **error)
{
  g_autoptr (AttuneDatasetReader) reader = NULL;

  g_return_val_if_fail (model != NULL, FALSE);
  g_return_val_if_fail (tokenizer != NULL, FALSE);
  g_return_val_if_fail (chat_template != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (evaluation != NULL, FALSE);

  *evaluation = (AttuneEvaluation) { 0 };
  reader = attune_dataset_reader_new (path, error);
  if (reader == NULL)
    return FALSE;

  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (AttuneRow) row = attune_dataset_reader_next (reader, &local_error);
      g_autoptr (GArray) prompt = NULL;
      g_autoptr (GArray) answer = NULL;
      g_autofree char *wanted = NULL;
      g_auto (AttuneGeneration) generation = { 0 };

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (row == NULL)
        break;
      wanted = take_answer (row);
      if (wanted == NULL)
        continue;

      prompt = g_array_new (FALSE, FALSE, sizeof (gint32));
      answer = g_array_new (FALSE, FALSE, sizeof (gint32));
      attune_chat_template_render (chat_template, row, TRUE, prompt, NULL);
      attune_tokenizer_encode (tokenizer, wanted, -1, FALSE, answer);
      if (!attune_generate (model, tokenizer, (const gint32 *) prompt->data, prompt->len,
                            &(AttuneGenerateSettings) { .max_tokens = answer->len + max_tokens }, NULL, NULL,
                            &generation, error))
        {
          g_prefix_error (error, _("%s, line %" G_GINT64_FORMAT ": "), path, row->line);
          return FALSE;
        }

      evaluation->rows++;
      evaluation->right += attune_evaluate_compare (wanted, generation.text);
      if (func != NULL && !func (evaluation, wanted, generation.text, user_data))
        return TRUE;
    }

  if (evaluation->rows == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("%s has no row with an assistant message to compare with. Choose a file of conversations."), path);
      return FALSE;
    }

  return TRUE;
}
