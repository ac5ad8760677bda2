/* attune-plan.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-plan.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define RED_ZONE 256
#else
#define RED_ZONE 0
#endif

#define ALIGNMENT 128
#define CHUNK_BYTES (48 * 1024 * 1024) /* logits that are there at the same time, of all threads */

typedef struct {
  guint8 *base;
  gsize   offset;
} Cursor;

static void *
take (Cursor *cursor,
      gsize   n,
      gsize   size)
{
  void *place = cursor->base != NULL ? cursor->base + cursor->offset : NULL;

  cursor->offset += (n * size + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1);
#if defined(__SANITIZE_ADDRESS__)
  if (cursor->base != NULL)
    ASAN_POISON_MEMORY_REGION (cursor->base + cursor->offset, RED_ZONE);
#endif
  cursor->offset += RED_ZONE;
  return place;
}

/* Numbers of rows are rounded to a few steps, because every one of them costs oneDNN code of its own. */
static gsize
round_rows (gsize n)
{
  gsize step = n <= 64 ? 8 : n <= 256 ? 16 : n <= 1024 ? 32 : 64;

  return MAX ((n + step - 1) / step * step, 8);
}

gsize
attune_plan_get_group_input (const AttuneModelConfig *config,
                             AttuneLoraGroupKind      group)
{
  const gsize inputs[N_GROUPS] = { config->hidden_size, (gsize) config->n_heads * config->head_dim, config->hidden_size,
                                   config->intermediate_size };

  return inputs[group];
}

gsize
attune_plan_get_group_output (const AttuneModelConfig *config,
                              AttuneLoraGroupKind      group,
                              guint                    i)
{
  if (group == GROUP_QKV)
    return (gsize) (i == 0 ? config->n_heads : config->n_kv_heads) * config->head_dim;
  return group == GROUP_GATE_UP ? config->intermediate_size : config->hidden_size;
}

static void
lay_out_layer (const AttunePlan *self,
               AttuneLayerActs  *acts,
               Cursor           *cursor)
{
  const AttunePlanInput *in = &self->in;
  const AttuneModelConfig *config = in->config;
  const gsize n = self->n_padded;
  const gsize type = in->bf16 ? 2 : 4;
  const gsize q = (gsize) config->n_heads * config->head_dim;
  const gsize kv = (gsize) config->n_kv_heads * config->head_dim;

  acts->x = take (cursor, n * config->hidden_size, sizeof (float));
  acts->input_rstd = take (cursor, n, sizeof (float));
  acts->q = take (cursor, in->attention_rows * q, type);
  acts->k = take (cursor, in->attention_rows * kv, type);
  acts->v = take (cursor, in->attention_rows * kv, type);
  if (config->head_norms)
    {
      acts->q_raw = take (cursor, n * q, sizeof (float));
      acts->k_raw = take (cursor, n * kv, sizeof (float));
    }
  acts->lse = take (cursor, in->attention_rows * config->n_heads, sizeof (float));
  acts->attention = take (cursor, n * q, type);
  acts->x_middle = take (cursor, n * config->hidden_size, sizeof (float));
  acts->post_rstd = take (cursor, n, sizeof (float));
  acts->gate = take (cursor, n * config->intermediate_size, type);
  acts->up = take (cursor, n * config->intermediate_size, type);
  for (guint i = 0; i < N_GROUPS; i++)
    acts->h[i] = take (cursor, n * in->rank * in->group_sizes[i], type);
}

static void
lay_out_layers (AttunePlan *self,
                Cursor     *cursor)
{
  const AttunePlanInput *in = &self->in;
  const guint n_layers = in->config->n_layers;

  self->layers = g_new0 (AttuneLayerActs, n_layers + 1);
  if (in->mode == ATTUNE_PLAN_TRAIN)
    {
      for (guint i = 0; i < n_layers; i++)
        lay_out_layer (self, &self->layers[i], cursor);
      self->layers[n_layers].x = take (cursor, self->n_padded * in->config->hidden_size, sizeof (float));
    }
  else
    {
      /* Nothing is looked at again, so that one layer's room does for all. */
      lay_out_layer (self, &self->layers[0], cursor);
      for (guint i = 1; i <= n_layers; i++)
        self->layers[i] = self->layers[0];
    }
}

static void
lay_out_backward (AttunePlan *self,
                  Cursor     *cursor)
{
  const AttunePlanInput *in = &self->in;
  const AttuneModelConfig *config = in->config;
  const gsize n = self->n_padded;
  const gsize type = in->bf16 ? 2 : 4;
  const gsize hidden = config->hidden_size;
  const gsize q = (gsize) config->n_heads * config->head_dim;
  const gsize kv = (gsize) config->n_kv_heads * config->head_dim;

  for (guint i = 0; i < 2; i++)
    self->dx[i] = take (cursor, n * hidden, sizeof (float));
  self->d_attention = take (cursor, in->attention_rows * q, type);
  self->delta = take (cursor, in->attention_rows * config->n_heads, sizeof (float));
  self->dq = take (cursor, in->attention_rows * q, sizeof (float));
  self->dk = take (cursor, in->attention_rows * q, sizeof (float));
  self->dv = take (cursor, in->attention_rows * q, sizeof (float));

  /* What gradients of weights need of all tokens at once. Those of adapters are summed tile by tile. */
  if (!in->full)
    return;
  /* In fp32 the gradients themselves are read by products. */
  if (in->bf16)
    {
      self->d_down = take (cursor, n * hidden, type);
      self->d_o = take (cursor, n * hidden, type);
    }
  self->normed[0] = take (cursor, n * hidden, type);
  self->normed[1] = take (cursor, n * hidden, type);
  self->act = take (cursor, n * config->intermediate_size, type);
  self->d_linear[0] = take (cursor, n * q, type);
  self->d_linear[1] = take (cursor, n * kv, type);
  self->d_linear[2] = take (cursor, n * kv, type);
}

static void
lay_out_scratch (AttunePlan *self,
                 Cursor     *cursor)
{
  const AttunePlanInput *in = &self->in;
  const AttuneModelConfig *config = in->config;
  const gboolean train = in->mode == ATTUNE_PLAN_TRAIN;
  const gsize type = in->bf16 ? 2 : 4;
  const gsize tile = MIN (self->per_thread, ATTUNE_TILE_ROWS);
  const gsize q = (gsize) config->n_heads * config->head_dim;
  const gsize kv = (gsize) config->n_kv_heads * config->head_dim;
  const gsize widest = MAX (config->intermediate_size, q);
  const gsize most_inputs = MAX (MAX (config->hidden_size, config->intermediate_size), q);
  const gsize block = ATTUNE_QUERY_BLOCK * in->longest;
  guint stack = 0;

  for (guint i = 0; i < N_GROUPS; i++)
    stack = MAX (stack, in->rank * in->group_sizes[i]);

  self->scratch = g_new0 (AttuneWorkerScratch, in->n_threads);
  for (guint i = 0; i < in->n_threads; i++)
    {
      AttuneWorkerScratch *s = &self->scratch[i];

      s->normed = take (cursor, tile * config->hidden_size, type);
      s->act = take (cursor, tile * config->intermediate_size, type);
      s->wide[0] = take (cursor, tile * widest, sizeof (float));
      s->wide[1] = take (cursor, tile * widest, sizeof (float));
      s->narrow = take (cursor, tile * MAX (config->hidden_size, q), sizeof (float));
      s->h = take (cursor, tile * stack, sizeof (float));
      if (in->dropout && train)
        {
          s->dropped = take (cursor, tile * most_inputs, type);
          s->dropped_back = take (cursor, tile * most_inputs, sizeof (float));
        }
      s->scores = take (cursor, block, sizeof (float));
      s->weights = take (cursor, block, type);
      s->head_out = take (cursor, (gsize) ATTUNE_QUERY_BLOCK * config->head_dim, sizeof (float));
      s->logits = take (cursor, self->chunk * self->vocab_stride, sizeof (float));
      if (train)
        {
          s->d_scores = take (cursor, block, sizeof (float));
          s->d_weights = take (cursor, block, type);
          s->d_part = take (cursor, self->chunk * config->hidden_size, sizeof (float));
          s->partial = take (cursor, in->n_partial, sizeof (float));
        }
      if (train && !in->full)
        {
          s->d_linear[0] = take (cursor, tile * q, type);
          s->d_linear[1] = take (cursor, tile * kv, type);
          s->d_linear[2] = take (cursor, tile * kv, type);
          s->dh = take (cursor, tile * stack, type);
          if (in->bf16)
            s->d_hidden = take (cursor, tile * config->hidden_size, type);
          for (AttuneLoraGroupKind j = 0; j < N_GROUPS; j++)
            s->lora[j] = take (cursor, in->rank * (in->group_sizes[j] * attune_plan_get_group_input (config, j) + in->group_outputs[j]),
                               sizeof (float));
        }
    }
}

void
attune_plan_lay_out (AttunePlan            *self,
                     const AttunePlanInput *input,
                     guint8                *base)
{
  Cursor cursor = { base, 0 };
  const AttuneModelConfig *config = input->config;
  const gsize type = input->bf16 ? 2 : 4;
  gsize part;

  self->in = *input;
  self->per_thread = round_rows ((input->n_tokens + input->n_threads - 1) / input->n_threads);
  self->n_padded = self->per_thread * input->n_threads;

  /* The part of the vocabulary of each thread, a little wider so that rows do not start at the same place of a page. */
  part = (config->vocab_size + input->n_threads - 1) / input->n_threads;
  self->vocab_stride = ((part + 15) & ~(gsize) 15) + 32;
  self->chunk = CHUNK_BYTES / sizeof (float) / config->vocab_size / 16 * 16;
  self->chunk = CLAMP (self->chunk, 64, 1024);
  self->chunk = MIN (self->chunk, round_rows (input->n_targets));

  lay_out_layers (self, &cursor);
  self->final_rstd = take (&cursor, self->n_padded, sizeof (float));
  self->saved_size = cursor.offset;

  self->segments = take (&cursor, input->n_rows, sizeof (AttuneSegment));
  self->owners = take (&cursor, (gsize) input->n_rows * config->n_heads, sizeof (guint32));
  self->tokens = take (&cursor, self->n_padded, sizeof (gint32));
  self->positions = take (&cursor, self->n_padded, sizeof (guint32));
  self->panel_rows = take (&cursor, self->n_padded, sizeof (guint32));
  self->keys = take (&cursor, self->n_padded, sizeof (guint64));
  self->targets = take (&cursor, input->n_targets, sizeof (guint32));
  self->target_labels = take (&cursor, input->n_targets, sizeof (gint32));
  self->losses = take (&cursor, input->n_targets, sizeof (float));
  self->correct = take (&cursor, input->n_targets, 1);
  self->stats = take (&cursor, self->chunk * input->n_threads * 3, sizeof (float));
  self->final = take (&cursor, self->n_padded * config->hidden_size, type);
  self->head_in = take (&cursor, (input->n_targets + self->chunk) * config->hidden_size, type);
  if (input->mode == ATTUNE_PLAN_TRAIN)
    lay_out_backward (self, &cursor);
  lay_out_scratch (self, &cursor);
  self->total_size = cursor.offset;
}

void
attune_plan_clear (AttunePlan *self)
{
  g_clear_pointer (&self->layers, g_free);
  g_clear_pointer (&self->scratch, g_free);
}
