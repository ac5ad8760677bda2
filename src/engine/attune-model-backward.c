/* attune-model-backward.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

#include <math.h>
#include <string.h>

/* The way back. As forward, each thread takes its own tokens. Gradients of adapters are small: each thread sums those of its tokens while
 * they are at hand, and the sums are put together after the next meeting. Gradients of whole weights are computed after that meeting from
 * all tokens, each thread on its own rows of the weight, so that no sum has two writers. dx[0] is the gradient of what comes out of a layer,
 * dx[1] of what is between attention and MLP; those of gate and up take the place of what they were computed from. */

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

/* Rows that are kept for all tokens where all weights are trained, and for one tile only where not. */
static void *
own_rows (AttuneModel *self,
          void        *all,
          gsize        element,
          void        *tile)
{
  return self->full ? attune_at_mutable (all, element, self->bf16) : tile;
}

/* Gradients as products read them: as they are in fp32, converted to bfloat16 otherwise. */
static const void *
in_product_type (AttuneModel  *self,
                 gsize         n,
                 const float  *gradients,
                 void         *all,
                 gsize         element,
                 AttuneWorker *worker)
{
  void *narrow;

  if (!self->bf16)
    return gradients;
  narrow = own_rows (self, all, element, worker->scratch.d_hidden);
  self->kernels->convert (n, gradients, 1, narrow, TRUE);
  return narrow;
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
  const gboolean fresh = first == thread * plan->per_thread;
  const float *dx = plan->dx[0] + first * hidden;
  float *dx_middle = plan->dx[1] + first * hidden;
  void *gate = attune_at_mutable (acts->gate, first * inner, self->bf16);
  void *up = attune_at_mutable (acts->up, first * inner, self->bf16);
  void *normed = own_rows (self, plan->normed[1], first * hidden, worker->scratch.normed);
  const void *d_down = in_product_type (self, rows * hidden, dx, plan->d_down, first * hidden, worker);
  const void *d_o;
  const void *d_gate_up[] = { gate, up };
  float *d_act = worker->scratch.wide[0];
  float *d_normed = worker->scratch.narrow;
  void *act = own_rows (self, plan->act, first * inner, self->bf16 ? worker->scratch.act : d_act);

  product_back (self, worker, &layer->linears[LINEAR_DOWN], rows, d_down, d_act, FALSE);
  attune_lora_backward (run, thread, index, GROUP_DOWN, first, rows, &d_down, d_act);
  self->kernels->swiglu_backward (rows * inner, gate, up, d_act, act, self->bf16);
  attune_lora_gradients (run, thread, index, GROUP_DOWN, first, rows, fresh, act, &d_down);

  self->kernels->norm_forward (rows, hidden, acts->x_middle + first * hidden, layer->post_norm.value,
                               (float) self->config->rms_norm_eps, NULL, normed, self->bf16);
  product_back (self, worker, &layer->linears[LINEAR_GATE], rows, gate, d_normed, FALSE);
  product_back (self, worker, &layer->linears[LINEAR_UP], rows, up, d_normed, TRUE);
  attune_lora_backward (run, thread, index, GROUP_GATE_UP, first, rows, d_gate_up, d_normed);
  attune_lora_gradients (run, thread, index, GROUP_GATE_UP, first, rows, fresh, normed, d_gate_up);
  self->kernels->norm_backward (rows, hidden, acts->x_middle + first * hidden, layer->post_norm.value, acts->post_rstd + first,
                                d_normed, dx, dx_middle, partial (worker, &layer->post_norm));

  d_o = in_product_type (self, rows * hidden, dx_middle, plan->d_o, first * hidden, worker);
  bias_gradient (self, worker, &layer->linears[LINEAR_O], rows, d_o);
  product_back (self, worker, &layer->linears[LINEAR_O], rows, d_o, d_normed, FALSE);
  attune_lora_backward (run, thread, index, GROUP_O, first, rows, &d_o, d_normed);
  attune_lora_gradients (run, thread, index, GROUP_O, first, rows, fresh,
                         attune_at (acts->attention, first * layer->linears[LINEAR_O].in, self->bf16), &d_o);
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
          self->kernels->norm_backward (n_heads, d, from, norm->value, rstd, row, NULL, row, partial (worker, norm));
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
  const gboolean fresh = first == thread * plan->per_thread;
  void *normed = own_rows (self, plan->normed[0], first * hidden, worker->scratch.normed);
  const void *dy[3];
  float *values = worker->scratch.wide[0];
  float *d_normed = worker->scratch.narrow;
  /* Below the first layer are the embeddings; unless they are trained, nobody asks for their gradient. */
  const gboolean last = index == 0 && !self->full;

  for (AttuneLinearKind kind = LINEAR_Q; kind <= LINEAR_V; kind++)
    {
      const AttuneLinear *linear = &layer->linears[kind];
      void *out = own_rows (self, plan->d_linear[kind], first * linear->out, worker->scratch.d_linear[kind]);

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
  self->kernels->norm_forward (rows, hidden, acts->x + first * hidden, layer->input_norm.value, (float) config->rms_norm_eps,
                               NULL, normed, self->bf16);
  attune_lora_backward (run, thread, index, GROUP_QKV, first, rows, dy, last ? NULL : d_normed);
  attune_lora_gradients (run, thread, index, GROUP_QKV, first, rows, fresh, normed, dy);
  if (!last)
    self->kernels->norm_backward (rows, hidden, acts->x + first * hidden, layer->input_norm.value, acts->input_rstd + first,
                                  d_normed, plan->dx[1] + first * hidden, plan->dx[0] + first * hidden,
                                  partial (worker, &layer->input_norm));
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

  if (run->model->full)
    group_weight_gradients (run, thread, index, GROUP_QKV, plan->normed[0], dy);
  else
    attune_lora_collect (run, thread, index, GROUP_QKV);
}

static void
mlp_weight_gradients (AttuneRun *run,
                      guint      thread,
                      guint      index)
{
  const AttunePlan *plan = &run->model->plan;
  const AttuneLayerActs *acts = &plan->layers[index];
  const void *d_down[] = { run->model->bf16 ? plan->d_down : plan->dx[0] };
  const void *d_gate_up[] = { acts->gate, acts->up };
  const void *d_o[] = { run->model->bf16 ? plan->d_o : plan->dx[1] };

  if (!run->model->full)
    {
      attune_lora_collect (run, thread, index, GROUP_DOWN);
      attune_lora_collect (run, thread, index, GROUP_GATE_UP);
      attune_lora_collect (run, thread, index, GROUP_O);
      return;
    }

  group_weight_gradients (run, thread, index, GROUP_DOWN, plan->act, d_down);
  group_weight_gradients (run, thread, index, GROUP_GATE_UP, plan->normed[1], d_gate_up);
  group_weight_gradients (run, thread, index, GROUP_O, acts->attention, d_o);
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
                                partial (worker, &self->norm));

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
