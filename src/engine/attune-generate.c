/* attune-generate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-generate.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-error.h"
#include "attune-random.h"

#define STREAM_SAMPLE 0x5a3

/* A character has at most four bytes, and a token at least one. */
#define MAX_HELD 4

void
attune_generation_clear (AttuneGeneration *self)
{
  g_clear_pointer (&self->text, g_free);
}

static guint
pick_likeliest (const float *logits,
                guint        n)
{
  guint best = 0;

  for (guint i = 1; i < n; i++)
    if (logits[i] > logits[best])
      best = i;

  return best;
}

static guint
pick_by_chance (const float *logits,
                guint        n,
                double       temperature,
                guint64     *state)
{
  double top = (double) logits[pick_likeliest (logits, n)];
  double sum = 0;
  double target;

  for (guint i = 0; i < n; i++)
    sum += exp (((double) logits[i] - top) / temperature);

  target = attune_random_double (state) * sum;
  for (guint i = 0; i < n; i++)
    {
      target -= exp (((double) logits[i] - top) / temperature);
      if (target < 0)
        return i;
    }

  return pick_likeliest (logits, n);
}

/* Tells what has become whole characters since *@told; with @last also what never will. */
static gboolean
tell (const AttuneTokenizer *tokenizer,
      GArray                *ids,
      guint                 *told,
      gboolean               last,
      AttuneGenerateFunc     func,
      gpointer               user_data)
{
  g_autofree char *text = NULL;

  if (func == NULL || *told == ids->len)
    return TRUE;

  text = attune_tokenizer_decode (tokenizer, &g_array_index (ids, gint32, *told), ids->len - *told, TRUE);
  if (!last && g_str_has_suffix (text, "\xef\xbf\xbd") && ids->len - *told < MAX_HELD)
    return TRUE;
  *told = ids->len;

  return *text == '\0' || func (text, user_data);
}

gboolean
attune_generate (AttuneModel                   *model,
                 const AttuneTokenizer         *tokenizer,
                 const gint32                  *prompt,
                 guint                          n_prompt,
                 const AttuneGenerateSettings  *settings,
                 AttuneGenerateFunc             func,
                 gpointer                       user_data,
                 AttuneGeneration              *generation,
                 GError                       **error)
{
  const AttuneModelConfig *config;
  g_autoptr (AttuneKvCache) cache = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autofree float *logits = NULL;
  const gint32 *fed = prompt;
  guint n_fed = n_prompt;
  guint room;
  guint told = 0;
  guint64 state;
  gboolean wanted = TRUE;

  g_return_val_if_fail (model != NULL, FALSE);
  g_return_val_if_fail (tokenizer != NULL, FALSE);
  g_return_val_if_fail (settings != NULL, FALSE);
  g_return_val_if_fail (generation != NULL, FALSE);

  config = attune_model_get_config (model);
  if (n_prompt == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("The prompt is empty: there is nothing to go on from"));
      return FALSE;
    }
  if (config->max_positions > 0 && n_prompt >= config->max_positions)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("The prompt has %u tokens, but the model can take %u in all. Shorten it."), n_prompt, config->max_positions);
      return FALSE;
    }
  for (guint i = 0; i < n_prompt; i++)
    if (prompt[i] < 0 || (guint) prompt[i] >= config->vocab_size)
      {
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                     _("The tokenizer knows the token %d, but the model's vocabulary ends at %u. "
                       "Tokenizer and weights are of different models."), prompt[i], config->vocab_size);
        return FALSE;
      }

  room = settings->max_tokens;
  if (config->max_positions > 0)
    room = MIN (room, config->max_positions - n_prompt);
  cache = attune_kv_cache_new (model, n_prompt + room);
  ids = g_array_new (FALSE, FALSE, sizeof (gint32));
  logits = g_new (float, config->vocab_size);
  state = attune_random_mix (settings->seed, STREAM_SAMPLE, 0, 0);
  generation->n_prompt = n_prompt;
  generation->ended = FALSE;

  while (wanted && ids->len < room && attune_model_decode (model, cache, fed, n_fed, logits))
    {
      gint32 id;

      if (settings->temperature > 0)
        id = (gint32) pick_by_chance (logits, config->vocab_size, settings->temperature, &state);
      else
        id = (gint32) pick_likeliest (logits, config->vocab_size);

      if (attune_tokenizer_is_end (tokenizer, id))
        {
          generation->ended = TRUE;
          break;
        }
      g_array_append_val (ids, id);
      fed = &g_array_index (ids, gint32, ids->len - 1);
      n_fed = 1;
      wanted = tell (tokenizer, ids, &told, FALSE, func, user_data);
    }

  if (wanted)
    tell (tokenizer, ids, &told, TRUE, func, user_data);
  generation->n_tokens = ids->len;
  generation->text = attune_tokenizer_decode (tokenizer, (const gint32 *) ids->data, ids->len, TRUE);

  return TRUE;
}
