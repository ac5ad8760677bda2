/* attune-model-forward.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

#include <math.h>
#include <string.h>

/* Each thread takes its own tokens through norms, products and activations, a tile of rows at a time; all meet before and after
 * attention, the one part in which tokens look at each other. */

/* y (rows × out) = x W^T, or added to y. */
static void
product (AttuneModel         *self,
         AttuneWorker        *worker,
         const AttuneLinear  *linear,
         gsize                rows,
         const void          *x,
         float               *y,
         gboolean             add)
{
  attune_matmul_run (worker->matmul,
                     attune_product_type (self) | ATTUNE_MATMUL_TRANSPOSE_B | (add ? ATTUNE_MATMUL_ADD : 0),
                     rows, linear->out, linear->in, x, linear->in, linear->weight.data, linear->in, y, linear->out);
  if (linear->bias.exists)
    self->kernels->add_rows (rows, linear->out, linear->bias.value, y, linear->out);
}

static void
embed (AttuneRun *run,
       gsize      first,
       gsize      rows)
{
  AttuneModel *self = run->model;
  const gsize hidden = self->config->hidden_size;
  float *x = self->plan.layers[0].x;

  for (gsize i = first; i < first + rows; i++)
    {
      gint32 token = self->plan.tokens[i];

      if (token >= 0)
        self->kernels->widen (hidden, attune_at (self->embedding.data, (gsize) token * hidden, self->bf16), self->bf16, x + i * hidden);
      else
        memset (x + i * hidden, 0, hidden * sizeof (float));
    }
}

/* From rows × (heads × width) to panels: head norm, rotation, scale. @values is worked on in place; @raw keeps what was before. */
static void
to_panels (AttuneModel        *self,
           gsize               first,
           gsize               rows,
           guint               n_heads,
           const AttuneWeight *norm,
           gboolean            rotate,
           float               scale,
           float              *values,
           float              *raw,
           void               *panels)
{
  const AttunePlan *plan = &self->plan;
  const gsize d = self->config->head_dim;
  const gsize stride = plan->in.attention_rows;
  const gsize width = n_heads * d;

  if (raw != NULL)
    {
      memcpy (raw + first * width, values, rows * width * sizeof (float));
      self->kernels->norm_forward (rows * n_heads, d, values, norm->value, (float) self->config->rms_norm_eps, NULL, values, FALSE);
    }

  for (gsize i = 0; i < rows && first + i < plan->in.n_tokens; i++)
    {
      const gsize position = plan->positions[first + i];
      const gsize row = plan->panel_rows[first + i];

      if (rotate)
        self->kernels->rotate_forward (n_heads, d, values + i * width, self->cosine + position * (d / 2),
                                       self->sine + position * (d / 2), scale);
      for (guint head = 0; head < n_heads; head++)
        self->kernels->convert (d, values + i * width + head * d, 1, attune_at_mutable (panels, (head * stride + row) * d, self->bf16), self->bf16);
    }
}

/* What panels have behind the end of each row of the batch is read by products, and must be nothing. */
void
attune_plan_clear_tails (const AttunePlan *plan,
                         guint             thread,
                         guint             n_heads,
                         gsize             d,
                         gsize             type,
                         void             *panels)
{
  for (guint row = thread; row < plan->in.n_rows; row += plan->in.n_threads)
    {
      const AttuneSegment *segment = &plan->segments[row];
      gsize n = (segment->padded - segment->length) * d * type;

      for (guint head = 0; n > 0 && head < n_heads; head++)
        memset ((guint8 *) panels + (head * plan->in.attention_rows + segment->panel + segment->length) * d * type, 0, n);
    }
}

static void
before_attention (AttuneRun *run,
                  guint      thread,
                  guint      index,
                  gsize      first,
                  gsize      rows)
{
  AttuneModel *self = run->model;
  AttuneWorker *worker = &self->workers[thread];
  const AttuneModelConfig *config = self->config;
  const AttuneLayer *layer = &self->layers[index];
  const AttuneLayerActs *acts = &self->plan.layers[index];
  const gsize hidden = config->hidden_size;
  void *normed = worker->scratch.normed;
  float *values = worker->scratch.wide[0];
  const float q_scale = 1.0f / sqrtf ((float) config->head_dim);

  self->kernels->norm_forward (rows, hidden, acts->x + first * hidden, layer->input_norm.value, (float) config->rms_norm_eps,
                               acts->input_rstd + first, normed, self->bf16);
  attune_lora_forward (run, thread, index, GROUP_QKV, first, rows, normed);

  for (AttuneLinearKind kind = LINEAR_Q; kind <= LINEAR_V; kind++)
    {
      product (self, worker, &layer->linears[kind], rows, normed, values, FALSE);
      attune_lora_add (run, thread, index, kind, first, rows, values, layer->linears[kind].out);
      if (kind == LINEAR_Q)
        to_panels (self, first, rows, config->n_heads, &layer->q_norm, TRUE, q_scale, values, acts->q_raw, acts->q);
      else if (kind == LINEAR_K)
        to_panels (self, first, rows, config->n_kv_heads, &layer->k_norm, TRUE, 1, values, acts->k_raw, acts->k);
      else
        to_panels (self, first, rows, config->n_kv_heads, NULL, FALSE, 1, values, NULL, acts->v);
    }
}

static void
after_attention (AttuneRun *run,
                 guint      thread,
                 guint      index,
                 gsize      first,
                 gsize      rows)
{
  AttuneModel *self = run->model;
  AttuneWorker *worker = &self->workers[thread];
  const AttuneModelConfig *config = self->config;
  const AttuneLayer *layer = &self->layers[index];
  const AttuneLayerActs *acts = &self->plan.layers[index];
  const gsize hidden = config->hidden_size;
  const gsize inner = config->intermediate_size;
  const gsize q = layer->linears[LINEAR_O].in;
  const void *attention = attune_at (acts->attention, first * q, self->bf16);
  float *middle = acts->x_middle + first * hidden;
  float *next = self->plan.layers[index + 1].x + first * hidden;
  float *gate = self->bf16 ? worker->scratch.wide[0] : (float *) acts->gate + first * inner;
  float *up = self->bf16 ? worker->scratch.wide[1] : (float *) acts->up + first * inner;
  void *normed = worker->scratch.normed;
  void *act = worker->scratch.act;

  memcpy (middle, acts->x + first * hidden, rows * hidden * sizeof (float));
  attune_lora_forward (run, thread, index, GROUP_O, first, rows, attention);
  product (self, worker, &layer->linears[LINEAR_O], rows, attention, middle, TRUE);
  attune_lora_add (run, thread, index, LINEAR_O, first, rows, middle, hidden);

  self->kernels->norm_forward (rows, hidden, middle, layer->post_norm.value, (float) config->rms_norm_eps,
                               acts->post_rstd + first, normed, self->bf16);
  attune_lora_forward (run, thread, index, GROUP_GATE_UP, first, rows, normed);
  product (self, worker, &layer->linears[LINEAR_GATE], rows, normed, gate, FALSE);
  attune_lora_add (run, thread, index, LINEAR_GATE, first, rows, gate, inner);
  product (self, worker, &layer->linears[LINEAR_UP], rows, normed, up, FALSE);
  attune_lora_add (run, thread, index, LINEAR_UP, first, rows, up, inner);
  self->kernels->swiglu_forward (rows * inner, gate, up, attune_at_mutable (acts->gate, first * inner, self->bf16),
                                 attune_at_mutable (acts->up, first * inner, self->bf16), act, self->bf16);

  memcpy (next, middle, rows * hidden * sizeof (float));
  attune_lora_forward (run, thread, index, GROUP_DOWN, first, rows, act);
  product (self, worker, &layer->linears[LINEAR_DOWN], rows, act, next, TRUE);
  attune_lora_add (run, thread, index, LINEAR_DOWN, first, rows, next, hidden);
}

static void
clear_layer_tails (AttuneRun *run,
                   guint      thread,
                   guint      index)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;
  const AttuneLayerActs *acts = &plan->layers[index];
  const gsize d = self->config->head_dim;
  const gsize type = self->bf16 ? 2 : 4;
  const gsize q = self->config->n_heads * d;

  attune_plan_clear_tails (plan, thread, self->config->n_heads, d, type, acts->q);
  attune_plan_clear_tails (plan, thread, self->config->n_kv_heads, d, type, acts->k);
  attune_plan_clear_tails (plan, thread, self->config->n_kv_heads, d, type, acts->v);
  if (thread == 0)
    memset (attune_at_mutable (acts->attention, plan->in.n_tokens * q, self->bf16), 0,
            (plan->n_padded - plan->in.n_tokens) * q * type);
}

void
attune_run_forward (AttuneRun *run,
                    guint      thread)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;
  const AttuneModelConfig *config = self->config;
  const gsize hidden = config->hidden_size;
  const gsize begin = thread * plan->per_thread;
  const gsize end = begin + plan->per_thread;

  embed (run, begin, end - begin);
  for (guint index = 0; index < config->n_layers; index++)
    {
      for (gsize first = begin; first < end; first += ATTUNE_TILE_ROWS)
        before_attention (run, thread, index, first, MIN (end - first, ATTUNE_TILE_ROWS));
      clear_layer_tails (run, thread, index);

      attune_thread_pool_meet (self->pool);
      attune_attention_forward (run, thread, index);
      attune_thread_pool_meet (self->pool);

      for (gsize first = begin; first < end; first += ATTUNE_TILE_ROWS)
        after_attention (run, thread, index, first, MIN (end - first, ATTUNE_TILE_ROWS));
    }

  self->kernels->norm_forward (end - begin, hidden, plan->layers[config->n_layers].x + begin * hidden, self->norm.value,
                               (float) config->rms_norm_eps, plan->final_rstd + begin,
                               attune_at_mutable (plan->final, begin * hidden, self->bf16), self->bf16);
}
