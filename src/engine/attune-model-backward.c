/* attune-model-backward.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

#include <math.h>
#include <string.h>

/* The way back. As forward, each thread takes its own tokens; weight gradients, which need all tokens, are computed by all threads after
 * the meeting that follows, each on its own rows or columns of the weight, so that no sum has two writers. dx[0] is the gradient of what
 * comes out of a layer, dx[1] of what is between attention and MLP. */

#define SLICE 1024

/* dx (rows × in) = dy W, or added to dx. */
static void
product_back (AttuneModel        *self,
              AttuneWorker       *worker,
              const AttuneLinear *linear,
              gsize               rows,
              const void         *dy,
              float              *dx,
              gboolean            add)
{
  attune_matmul_run (worker->matmul, attune_product_type (self) | (add ? ATTUNE_MATMUL_ADD : 0), rows, linear->in, linear->out,
                     dy, linear->out, linear->weight.data, linear->in, dx, linear->in);
}

/* Where the thread sums the gradient of a trained vector; NULL where it is not trained. */
static float *
partial (AttuneWorker       *worker,
         const AttuneWeight *weight)
{
  return weight->exists && weight->gradient != NULL ? worker->scratch.partial + weight->partial : NULL;
}

static void
bias_gradient (AttuneModel        *self,
               AttuneWorker       *worker,
               const AttuneLinear *linear,
               gsize               rows,
               const void         *dy)
{
  float *sum = partial (worker, &linear->bias);

  if (sum != NULL)
    self->kernels->sum_rows (rows, linear->out, dy, linear->out, self->bf16, sum);
}

/* From rows × (heads × width) to panels, and the product of each head's row with its output. */
static void
spread_attention (AttuneModel           *self,
                  const AttuneLayerActs *acts,
                  gsize                  first,
                  gsize                  rows,
                  const float           *d_attention)
{
  const AttunePlan *plan = &self->plan;
  const guint n_heads = self->config->n_heads;
  const gsize d = self->config->head_dim;
  const gsize stride = plan->in.attention_rows;
  const gsize width = n_heads * d;

  for (gsize i = 0; i < rows && first + i < plan->in.n_tokens; i++)
    for (guint head = 0; head < n_heads; head++)
      {
        const gsize row = head * stride + plan->panel_rows[first + i];
        const float *from = d_attention + i * width + head * d;

        self->kernels->convert (d, from, 1, attune_at_mutable (plan->d_attention, row * d, self->bf16), self->bf16);
        plan->delta[row] = self->kernels->dot (d, from, attune_at (acts->attention, (first + i) * width + head * d, self->bf16), self->bf16);
      }
}

static void
mlp_and_output (AttuneRun *run,
                guint      thread,
                guint      index,
                gsize      first,
                gsize      rows)
{
  AttuneModel *self = run->model;
  AttuneWorker *worker = &self->workers[thread];
  const AttunePlan *plan = &self->plan;
  const AttuneLayer *layer = &self->layers[index];
  const AttuneLayerActs *acts = &plan->layers[index];
  const gsize hidden = self->config->hidden_size;
  const gsize inner = self->config->intermediate_size;
  void *d_down = attune_at_mutable (plan->d_down, first * hidden, self->bf16);
  void *d_o = attune_at_mutable (plan->d_o, first * hidden, self->bf16);
  void *d_gate = attune_at_mutable (plan->d_gate, first * inner, self->bf16);
  void *d_up = attune_at_mutable (plan->d_up, first * inner, self->bf16);
  const void *d_gate_up[] = { d_gate, d_up };
  const void *d_out[] = { d_down };
  float *d_act = worker->scratch.wide[0];
  float *d_normed = worker->scratch.narrow;

  if (self->bf16)
    self->kernels->convert (rows * hidden, plan->dx[0] + first * hidden, 1, d_down, TRUE);
  product_back (self, worker, &layer->linears[LINEAR_DOWN], rows, d_down, d_act, FALSE);
  attune_lora_backward (run, thread, index, GROUP_DOWN, first, rows, d_out, d_act);
  self->kernels->swiglu_backward (rows * inner, attune_at (acts->gate, first * inner, self->bf16),
                                  attune_at (acts->up, first * inner, self->bf16), d_act, d_gate, d_up,
                                  attune_at_mutable (plan->act, first * inner, self->bf16), self->bf16);

  product_back (self, worker, &layer->linears[LINEAR_GATE], rows, d_gate, d_normed, FALSE);
  product_back (self, worker, &layer->linears[LINEAR_UP], rows, d_up, d_normed, TRUE);
  attune_lora_backward (run, thread, index, GROUP_GATE_UP, first, rows, d_gate_up, d_normed);
  self->kernels->norm_backward (rows, hidden, acts->x_middle + first * hidden, layer->post_norm.value, acts->post_rstd + first,
                                d_normed, plan->dx[0] + first * hidden, plan->dx[1] + first * hidden,
                                partial (worker, &layer->post_norm),
                                attune_at_mutable (plan->normed[1], first * hidden, self->bf16), self->bf16);

  if (self->bf16)
    self->kernels->convert (rows * hidden, plan->dx[1] + first * hidden, 1, d_o, TRUE);
  bias_gradient (self, worker, &layer->linears[LINEAR_O], rows, d_o);
  d_out[0] = d_o;
  product_back (self, worker, &layer->linears[LINEAR_O], rows, d_o, d_normed, FALSE);
  attune_lora_backward (run, thread, index, GROUP_O, first, rows, d_out, d_normed);
  spread_attention (self, acts, first, rows, d_normed);
}

/* One row of q, k or v back out of panels: the sum over the query heads that share it, the rotation, the head norm. */
static void
gather_heads (AttuneModel        *self,
              AttuneWorker       *worker,
              gsize               first,
              gsize               rows,
              guint               n_heads,
              const AttuneWeight *norm,
              gboolean            rotate,
              float               scale,
              const float        *raw,
              const float        *panels,
              float              *values)
{
  const AttunePlan *plan = &self->plan;
  const gsize d = self->config->head_dim;
  const gsize stride = plan->in.attention_rows;
  const guint shared = self->config->n_heads / n_heads;
  const gsize width = n_heads * d;

  for (gsize i = 0; i < rows; i++)
    {
      float *row = values + i * width;
      gsize position, place;

      if (first + i >= plan->in.n_tokens)
        {
          memset (row, 0, width * sizeof (float));
          continue;
        }
      position = plan->positions[first + i];
      place = plan->panel_rows[first + i];
      for (guint head = 0; head < n_heads; head++)
        {
          memcpy (row + head * d, panels + ((gsize) head * shared * stride + place) * d, d * sizeof (float));
          for (guint j = 1; j < shared; j++)
            self->kernels->add (d, panels + (((gsize) head * shared + j) * stride + place) * d, row + head * d);
        }
      if (rotate)
        self->kernels->rotate_backward (n_heads, d, row, self->cosine + position * (d / 2), self->sine + position * (d / 2), scale);
      if (raw != NULL)
        {
          const float *from = raw + (first + i) * width;
          float rstd[1024];

          for (guint head = 0; head < n_heads; head++)
            rstd[head] = 1.0f / sqrtf (self->kernels->dot (d, from + head * d, from + head * d, FALSE) / (float) d +
                                       (float) self->config->rms_norm_eps);
          self->kernels->norm_backward (n_heads, d, from, norm->value, rstd, row, NULL, row, partial (worker, norm), NULL, FALSE);
        }
    }
}

static void
before_attention_back (AttuneRun *run,
                       guint      thread,
                       guint      index,
                       gsize      first,
                       gsize      rows)
{
  AttuneModel *self = run->model;
  AttuneWorker *worker = &self->workers[thread];
  const AttunePlan *plan = &self->plan;
  const AttuneModelConfig *config = self->config;
  const AttuneLayer *layer = &self->layers[index];
  const AttuneLayerActs *acts = &plan->layers[index];
  const gsize hidden = config->hidden_size;
  const float q_scale = 1.0f / sqrtf ((float) config->head_dim);
  const void *dy[3];
  float *values = worker->scratch.wide[0];
  float *d_normed = worker->scratch.narrow;
  /* Below the first layer are the embeddings; unless they are trained, nobody asks for their gradient. */
  const gboolean last = index == 0 && !self->full;

  for (AttuneLinearKind kind = LINEAR_Q; kind <= LINEAR_V; kind++)
    {
      const AttuneLinear *linear = &layer->linears[kind];
      void *out = attune_at_mutable (plan->d_linear[kind], first * linear->out, self->bf16);

      if (kind == LINEAR_Q)
        gather_heads (self, worker, first, rows, config->n_heads, &layer->q_norm, TRUE, q_scale, acts->q_raw, plan->dq, values);
      else if (kind == LINEAR_K)
        gather_heads (self, worker, first, rows, config->n_kv_heads, &layer->k_norm, TRUE, 1, acts->k_raw, plan->dk, values);
      else
        gather_heads (self, worker, first, rows, config->n_kv_heads, NULL, FALSE, 1, NULL, plan->dv, values);
      self->kernels->convert (rows * linear->out, values, 1, out, self->bf16);
      dy[kind] = out;
      bias_gradient (self, worker, linear, rows, out);
      if (!last)
        product_back (self, worker, linear, rows, out, d_normed, kind != LINEAR_Q);
    }
  attune_lora_backward (run, thread, index, GROUP_QKV, first, rows, dy, last ? NULL : d_normed);

  if (!last)
    self->kernels->norm_backward (rows, hidden, acts->x + first * hidden, layer->input_norm.value, acts->input_rstd + first,
                                  d_normed, plan->dx[1] + first * hidden, plan->dx[0] + first * hidden,
                                  partial (worker, &layer->input_norm),
                                  attune_at_mutable (plan->normed[0], first * hidden, self->bf16), self->bf16);
  else
    self->kernels->norm_forward (rows, hidden, acts->x + first * hidden, layer->input_norm.value, (float) config->rms_norm_eps,
                                 NULL, attune_at_mutable (plan->normed[0], first * hidden, self->bf16), self->bf16);
}

static void
group_weight_gradients (AttuneRun           *run,
                        guint                thread,
                        guint                index,
                        AttuneLoraGroupKind  group,
                        const void          *x,
                        const void * const  *dy)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;
  const AttuneMatmulFlags flags = attune_product_type (self) | ATTUNE_MATMUL_TRANSPOSE_A | ATTUNE_MATMUL_ADD;

  attune_lora_weight_gradients (run, thread, index, group, x, dy);
  if (!self->full)
    return;

  for (guint i = 0; i < attune_group_size (group); i++)
    {
      const AttuneLinear *linear = &self->layers[index].linears[attune_group_first (group) + i];
      gsize first, last;

      attune_thread_pool_share (linear->out, 16, thread, self->n_threads, &first, &last);
      for (gsize j = 0; j < plan->n_padded; j += SLICE)
        attune_matmul_run (self->workers[thread].matmul, flags, last - first, linear->in, MIN (plan->n_padded - j, SLICE),
                           attune_at (dy[i], j * linear->out + first, self->bf16), linear->out,
                           attune_at (x, j * linear->in, self->bf16), linear->in,
                           linear->weight.gradient + first * linear->in, linear->in);
    }
}

static void
input_weight_gradients (AttuneRun *run,
                        guint      thread,
                        guint      index)
{
  const AttunePlan *plan = &run->model->plan;
  const void *dy[] = { plan->d_linear[0], plan->d_linear[1], plan->d_linear[2] };

  group_weight_gradients (run, thread, index, GROUP_QKV, plan->normed[0], dy);
}

static void
mlp_weight_gradients (AttuneRun *run,
                      guint      thread,
                      guint      index)
{
  const AttunePlan *plan = &run->model->plan;
  const void *d_down[] = { plan->d_down };
  const void *d_gate_up[] = { plan->d_gate, plan->d_up };
  const void *d_o[] = { plan->d_o };

  group_weight_gradients (run, thread, index, GROUP_DOWN, plan->act, d_down);
  group_weight_gradients (run, thread, index, GROUP_GATE_UP, plan->normed[1], d_gate_up);
  group_weight_gradients (run, thread, index, GROUP_O, plan->layers[index].attention, d_o);
}

/* By columns, because the same token may stand in the part of any thread. */
static void
embedding_gradient (AttuneModel *self,
                    guint        thread)
{
  const AttunePlan *plan = &self->plan;
  const gsize hidden = self->config->hidden_size;
  gsize first, last;

  attune_thread_pool_share (hidden, 16, thread, self->n_threads, &first, &last);
  for (gsize i = 0; i < plan->in.n_tokens; i++)
    if (plan->tokens[i] >= 0)
      self->kernels->add (last - first, plan->dx[0] + i * hidden + first,
                          self->embedding.gradient + (gsize) plan->tokens[i] * hidden + first);
}

/* The threads' sums for norms and biases, in the order of the threads. */
static void
collect_partials (AttuneModel *self,
                  guint        thread)
{
  const AttunePlan *plan = &self->plan;

  for (guint i = thread; i < self->trained->len; i += self->n_threads)
    {
      const AttuneWeight *weight = g_ptr_array_index (self->trained, i);

      if (weight->is_vector)
        for (guint t = 0; t < self->n_threads; t++)
          self->kernels->add (weight->rows, plan->scratch[t].partial + weight->partial, weight->gradient);
    }
}

void
attune_run_backward (AttuneRun *run,
                     guint      thread)
{
  AttuneModel *self = run->model;
  AttuneWorker *worker = &self->workers[thread];
  const AttunePlan *plan = &self->plan;
  const guint n_layers = self->config->n_layers;
  const gsize hidden = self->config->hidden_size;
  const gsize begin = thread * plan->per_thread;
  const gsize end = begin + plan->per_thread;

  memset (worker->scratch.partial, 0, self->n_partial * sizeof (float));
  self->kernels->norm_backward (end - begin, hidden, plan->layers[n_layers].x + begin * hidden, self->norm.value,
                                plan->final_rstd + begin, plan->dx[1] + begin * hidden, NULL, plan->dx[0] + begin * hidden,
                                partial (worker, &self->norm), NULL, FALSE);

  for (guint index = n_layers; index-- > 0;)
    {
      for (gsize first = begin; first < end; first += ATTUNE_TILE_ROWS)
        mlp_and_output (run, thread, index, first, MIN (end - first, ATTUNE_TILE_ROWS));
      attune_plan_clear_tails (plan, thread, self->config->n_heads, self->config->head_dim, self->bf16 ? 2 : 4, plan->d_attention);
      attune_plan_clear_tails (plan, thread, self->config->n_heads, 1, sizeof (float), plan->delta);

      attune_thread_pool_meet (self->pool);
      if (index + 1 < n_layers)
        input_weight_gradients (run, thread, index + 1);
      mlp_weight_gradients (run, thread, index);
      attune_attention_backward (run, thread, index);
      attune_thread_pool_meet (self->pool);

      for (gsize first = begin; first < end; first += ATTUNE_TILE_ROWS)
        before_attention_back (run, thread, index, first, MIN (end - first, ATTUNE_TILE_ROWS));
    }

  attune_thread_pool_meet (self->pool);
  input_weight_gradients (run, thread, 0);
  if (self->full)
    embedding_gradient (self, thread);
  collect_partials (self, thread);
}
