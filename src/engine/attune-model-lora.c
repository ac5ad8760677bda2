/* attune-model-lora.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

#include <math.h>
#include <string.h>

/* The way of low-rank adapters forward and back: y += B (scale · A drop (x)). */

static inline guint32
dropout_threshold (const AttuneModel *self)
{
  return (guint32) MIN (self->dropout * 4294967296.0, 4294967295.0);
}

static inline float
dropout_scale (const AttuneModel *self)
{
  return self->dropout < 1 ? (float) (1 / (1 - self->dropout)) : 0;
}

/* Every adapted layer has a mask of its own. */
static inline guint64
module_key (const AttuneRun  *run,
            guint             layer,
            AttuneLinearKind  kind)
{
  return attune_mix (run->seed ^ attune_mix ((guint64) layer * N_LINEARS + kind + 1));
}

static void
drop_rows (AttuneRun        *run,
           guint             layer,
           AttuneLinearKind  kind,
           gsize             first,
           gsize             rows,
           gsize             columns,
           const void       *x,
           void             *out)
{
  AttuneModel *self = run->model;
  const guint64 key = module_key (run, layer, kind);
  const guint32 threshold = dropout_threshold (self);
  const float scale = dropout_scale (self);

  for (gsize i = 0; i < rows; i++)
    self->kernels->dropout (columns, attune_mix (key ^ self->plan.keys[first + i]), 0, threshold, scale,
                            attune_at (x, i * columns, self->bf16), attune_at_mutable (out, i * columns, self->bf16), self->bf16);
}

void
attune_lora_forward (AttuneRun           *run,
                     guint                thread,
                     guint                layer,
                     AttuneLoraGroupKind  group,
                     gsize                first,
                     gsize                rows,
                     const void          *x)
{
  AttuneModel *self = run->model;
  AttuneWorker *worker = &self->workers[thread];
  const AttuneLoraGroup *stack = &self->layers[layer].groups[group];
  const AttuneMatmulFlags flags = attune_product_type (self) | ATTUNE_MATMUL_TRANSPOSE_B;
  const AttuneLinearKind kind = attune_group_first (group);
  const gsize in = self->layers[layer].linears[kind].in;
  const gsize width = stack->n * self->rank;
  float *h = worker->scratch.h;

  if (stack->n == 0)
    return;

  if (!run->dropout)
    attune_matmul_run (worker->matmul, flags, rows, width, in, x, in, stack->a_data, in, h, width);
  else
    for (guint i = 0; i < attune_group_size (group); i++)
      {
        const AttuneLinear *linear = &self->layers[layer].linears[kind + i];

        if (!linear->adapted)
          continue;
        drop_rows (run, layer, kind + i, first, rows, in, x, worker->scratch.dropped);
        attune_matmul_run (worker->matmul, flags, rows, self->rank, in, worker->scratch.dropped, in, linear->a.data, in,
                           h + linear->slot * self->rank, width);
      }

  self->kernels->convert (rows * width, h, self->lora_scale,
                          attune_at_mutable (self->plan.layers[layer].h[group], first * width, self->bf16), self->bf16);
}

void
attune_lora_add (AttuneRun        *run,
                 guint             thread,
                 guint             layer,
                 AttuneLinearKind  kind,
                 gsize             first,
                 gsize             rows,
                 float            *y,
                 gsize             stride)
{
  AttuneModel *self = run->model;
  const AttuneLinear *linear = &self->layers[layer].linears[kind];
  const AttuneLoraGroupKind group = attune_linear_group (kind);
  const gsize width = self->layers[layer].groups[group].n * self->rank;

  if (!linear->adapted)
    return;

  attune_matmul_run (self->workers[thread].matmul,
                     attune_product_type (self) | ATTUNE_MATMUL_TRANSPOSE_B | ATTUNE_MATMUL_ADD, rows, linear->out, self->rank,
                     attune_at (self->plan.layers[layer].h[group], first * width + linear->slot * self->rank, self->bf16), width,
                     linear->b.data, self->rank, y, stride);
}

/* @dy: for each linear layer of the group, its rows from @first on. @dx: added to; NULL where nobody asks. Leaves scale · dy B
 * behind in the thread's dh, for the gradients of the same rows. */
void
attune_lora_backward (AttuneRun           *run,
                      guint                thread,
                      guint                layer,
                      AttuneLoraGroupKind  group,
                      gsize                first,
                      gsize                rows,
                      const void * const  *dy,
                      float               *dx)
{
  AttuneModel *self = run->model;
  AttuneWorker *worker = &self->workers[thread];
  const AttuneLoraGroup *stack = &self->layers[layer].groups[group];
  const AttuneMatmulFlags flags = attune_product_type (self);
  const AttuneLinearKind kind = attune_group_first (group);
  const gsize in = self->layers[layer].linears[kind].in;
  const gsize width = stack->n * self->rank;
  void *dh = worker->scratch.dh;

  if (stack->n == 0)
    return;

  for (guint i = 0; i < attune_group_size (group); i++)
    {
      const AttuneLinear *linear = &self->layers[layer].linears[kind + i];

      if (linear->adapted)
        attune_matmul_run (worker->matmul, flags, rows, self->rank, linear->out, dy[i], linear->out, linear->b.data, self->rank,
                           worker->scratch.h + linear->slot * self->rank, width);
    }
  self->kernels->convert (rows * width, worker->scratch.h, self->lora_scale, dh, self->bf16);

  if (dx == NULL)
    return;
  if (!run->dropout)
    {
      attune_matmul_run (worker->matmul, flags | ATTUNE_MATMUL_ADD, rows, in, width, dh, width, stack->a_data, in, dx, in);
      return;
    }

  for (guint i = 0; i < attune_group_size (group); i++)
    {
      const AttuneLinear *linear = &self->layers[layer].linears[kind + i];
      const guint64 key = module_key (run, layer, kind + i);
      float *back = worker->scratch.dropped_back;

      if (!linear->adapted)
        continue;
      attune_matmul_run (worker->matmul, flags, rows, in, self->rank, attune_at (dh, linear->slot * self->rank, self->bf16), width,
                         linear->a.data, in, back, in);
      for (gsize j = 0; j < rows; j++)
        self->kernels->dropout_add (in, attune_mix (key ^ self->plan.keys[first + j]), 0, dropout_threshold (self),
                                    dropout_scale (self), back + j * in, dx + j * in);
    }
}

/* Where the sums for B of a linear layer start; before them are those for all A of the group. They lie rank × out, because products
 * with a wide result are the faster ones. */
static float *
sums_of_b (AttuneModel         *self,
           guint                thread,
           guint                layer,
           AttuneLoraGroupKind  group,
           guint                place)
{
  const AttuneLinear *linears = &self->layers[layer].linears[attune_group_first (group)];
  float *sums = self->workers[thread].scratch.lora[group] + self->layers[layer].groups[group].n * self->rank * linears[0].in;

  for (guint i = 0; i < place; i++)
    if (linears[i].adapted)
      sums += self->rank * linears[i].out;
  return sums;
}

/* After attune_lora_backward of the same rows: what they add to A and B. @x: what went into the linear layers; @fresh: these are the
 * first rows of the layer. */
void
attune_lora_gradients (AttuneRun           *run,
                       guint                thread,
                       guint                layer,
                       AttuneLoraGroupKind  group,
                       gsize                first,
                       gsize                rows,
                       gboolean             fresh,
                       const void          *x,
                       const void * const  *dy)
{
  AttuneModel *self = run->model;
  AttuneWorker *worker = &self->workers[thread];
  const AttuneLoraGroup *stack = &self->layers[layer].groups[group];
  const AttuneMatmulFlags flags = attune_product_type (self) | ATTUNE_MATMUL_TRANSPOSE_A | (fresh ? 0 : ATTUNE_MATMUL_ADD);
  const AttuneLinearKind kind = attune_group_first (group);
  const gsize in = self->layers[layer].linears[kind].in;
  const gsize width = stack->n * self->rank;
  const void *dh = worker->scratch.dh;
  const void *h = attune_at (self->plan.layers[layer].h[group], first * width, self->bf16);
  float *sums = worker->scratch.lora[group];

  if (stack->n == 0)
    return;

  if (!run->dropout)
    attune_matmul_run (worker->matmul, flags, width, in, rows, dh, width, x, in, sums, in);

  for (guint i = 0; i < attune_group_size (group); i++)
    {
      const AttuneLinear *linear = &self->layers[layer].linears[kind + i];
      const gsize slot = linear->slot * self->rank;

      if (!linear->adapted)
        continue;
      if (run->dropout)
        {
          drop_rows (run, layer, kind + i, first, rows, in, x, worker->scratch.dropped);
          attune_matmul_run (worker->matmul, flags, self->rank, in, rows, attune_at (dh, slot, self->bf16), width,
                             worker->scratch.dropped, in, sums + slot * in, in);
        }
      attune_matmul_run (worker->matmul, flags, self->rank, linear->out, rows, attune_at (h, slot, self->bf16), width,
                         dy[i], linear->out, sums_of_b (self, thread, layer, group, i), linear->out);
    }
}

/* When all threads have done a layer: their sums, in the order of the threads, to the gradients. Each thread does its own share of
 * the numbers, so that none has two writers. */
void
attune_lora_collect (AttuneRun           *run,
                     guint                thread,
                     guint                layer,
                     AttuneLoraGroupKind  group)
{
  AttuneModel *self = run->model;
  const AttuneLoraGroup *stack = &self->layers[layer].groups[group];
  const AttuneLinearKind kind = attune_group_first (group);
  const guint rank = self->rank;
  gsize first, last;

  if (stack->n == 0)
    return;

  attune_thread_pool_share (stack->n * rank * self->layers[layer].linears[kind].in, 16, thread, self->n_threads, &first, &last);
  for (guint t = 0; t < self->n_threads; t++)
    self->kernels->add (last - first, self->workers[t].scratch.lora[group] + first, stack->a_gradient + first);

  for (guint i = 0; i < attune_group_size (group); i++)
    {
      const AttuneLinear *linear = &self->layers[layer].linears[kind + i];

      if (!linear->adapted)
        continue;
      attune_thread_pool_share (linear->out, 16, thread, self->n_threads, &first, &last);
      for (guint t = 0; t < self->n_threads; t++)
        {
          const float *sums = sums_of_b (self, t, layer, group, i);

          for (gsize row = first; row < last; row++)
            for (guint j = 0; j < rank; j++)
              linear->b.gradient[row * rank + j] += sums[j * linear->out + row];
        }
    }
}
