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

/* Products with many rows on the summed side are done in slices, so that oneDNN sees the same few sizes again and again. */
#define SLICE 1024

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
           gsize             first_column,
           gsize             columns,
           const void       *x,
           gsize             stride,
           void             *out)
{
  AttuneModel *self = run->model;
  const guint64 key = module_key (run, layer, kind);
  const guint32 threshold = dropout_threshold (self);
  const float scale = dropout_scale (self);

  for (gsize i = 0; i < rows; i++)
    self->kernels->dropout (columns, attune_mix (key ^ self->plan.keys[first + i]), first_column, threshold, scale,
                            attune_at (x, i * stride, self->bf16), attune_at_mutable (out, i * columns, self->bf16), self->bf16);
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
        drop_rows (run, layer, kind + i, first, rows, 0, in, x, in, worker->scratch.dropped);
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

/* @dy: for each linear layer of the group, its rows from @first on. @dx: added to; NULL where nobody asks. */
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
  void *dh;

  if (stack->n == 0)
    return;

  for (guint i = 0; i < attune_group_size (group); i++)
    {
      const AttuneLinear *linear = &self->layers[layer].linears[kind + i];

      if (linear->adapted)
        attune_matmul_run (worker->matmul, flags, rows, self->rank, linear->out, dy[i], linear->out, linear->b.data, self->rank,
                           worker->scratch.h + linear->slot * self->rank, width);
    }
  dh = attune_at_mutable (self->plan.dh[group], first * width, self->bf16);
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

/* All tokens, but only this thread's share of the columns of A and of the rows of B: no two threads add to the same number.
 * @x and @dy: all packed rows. */
void
attune_lora_weight_gradients (AttuneRun           *run,
                              guint                thread,
                              guint                layer,
                              AttuneLoraGroupKind  group,
                              const void          *x,
                              const void * const  *dy)
{
  AttuneModel *self = run->model;
  AttuneWorker *worker = &self->workers[thread];
  const AttunePlan *plan = &self->plan;
  const AttuneLoraGroup *stack = &self->layers[layer].groups[group];
  const AttuneMatmulFlags flags = attune_product_type (self) | ATTUNE_MATMUL_TRANSPOSE_A | ATTUNE_MATMUL_ADD;
  const AttuneLinearKind kind = attune_group_first (group);
  const gsize in = self->layers[layer].linears[kind].in;
  const gsize width = stack->n * self->rank;
  const void *dh = plan->dh[group];
  const void *h = plan->layers[layer].h[group];
  gsize first, last;

  if (stack->n == 0)
    return;

  attune_thread_pool_share (in, 16, thread, self->n_threads, &first, &last);
  if (!run->dropout)
    for (gsize i = 0; i < plan->n_padded; i += SLICE)
      attune_matmul_run (worker->matmul, flags, width, last - first, MIN (plan->n_padded - i, SLICE),
                         attune_at (dh, i * width, self->bf16), width, attune_at (x, i * in + first, self->bf16), in,
                         stack->a_gradient + first, in);

  for (guint i = 0; i < attune_group_size (group); i++)
    {
      const AttuneLinear *linear = &self->layers[layer].linears[kind + i];
      const gsize slot = linear->slot * self->rank;

      if (!linear->adapted)
        continue;

      if (run->dropout && last > first)
        {
          drop_rows (run, layer, kind + i, 0, plan->n_padded, first, last - first, attune_at (x, first, self->bf16), in,
                     worker->scratch.dropped);
          for (gsize j = 0; j < plan->n_padded; j += SLICE)
            attune_matmul_run (worker->matmul, flags, self->rank, last - first, MIN (plan->n_padded - j, SLICE),
                               attune_at (dh, j * width + slot, self->bf16), width,
                               attune_at (worker->scratch.dropped, j * (last - first), self->bf16), last - first,
                               linear->a.gradient + first, in);
        }

      {
        gsize begin, end;

        attune_thread_pool_share (linear->out, 16, thread, self->n_threads, &begin, &end);
        for (gsize j = 0; j < plan->n_padded; j += SLICE)
          attune_matmul_run (worker->matmul, flags, end - begin, self->rank, MIN (plan->n_padded - j, SLICE),
                             attune_at (dy[i], j * linear->out + begin, self->bf16), linear->out,
                             attune_at (h, j * width + slot, self->bf16), width,
                             linear->b.gradient + begin * self->rank, self->rank);
      }
    }
}
