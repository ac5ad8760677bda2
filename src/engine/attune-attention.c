/* attune-attention.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

/* One task is one head of one row of the batch. Queries are taken in blocks against all keys up to the block's end; scores live for a
 * block only, and the way back makes them again from q, k and the logarithm of their sum. */

typedef struct {
  const AttuneSegment *segment;
  guint                head;
  const void          *q, *k, *v;
  gsize                panel;    /* where the panel of this (head, row) starts, in rows */
} Task;

static void
open_task (AttuneModel           *self,
           const AttuneLayerActs *acts,
           guint                  row,
           guint                  head,
           Task                  *task)
{
  const gsize d = self->config->head_dim;
  const gsize rows = self->plan.in.attention_rows;
  const guint shared = head / (self->config->n_heads / self->config->n_kv_heads);

  task->segment = &self->plan.segments[row];
  task->head = head;
  task->panel = head * rows + task->segment->panel;
  task->q = attune_at (acts->q, task->panel * d, self->bf16);
  task->k = attune_at (acts->k, (shared * rows + task->segment->panel) * d, self->bf16);
  task->v = attune_at (acts->v, (shared * rows + task->segment->panel) * d, self->bf16);
}

static void
forward_task (AttuneRun             *run,
              AttuneWorker          *worker,
              const AttuneLayerActs *acts,
              const Task            *task)
{
  AttuneModel *self = run->model;
  const AttuneMatmulFlags type = attune_product_type (self);
  const AttuneSegment *segment = task->segment;
  const gsize d = self->config->head_dim;
  const gsize width = self->config->n_heads * d;
  AttuneWorkerScratch *scratch = &worker->scratch;

  for (gsize i = 0; i < segment->padded; i += ATTUNE_QUERY_BLOCK)
    {
      const gsize rows = MIN (segment->padded - i, ATTUNE_QUERY_BLOCK);
      const gsize n = i + rows;
      float total[ATTUNE_QUERY_BLOCK];

      attune_matmul_run (worker->matmul, type | ATTUNE_MATMUL_TRANSPOSE_B, rows, n, d, attune_at (task->q, i * d, self->bf16), d,
                         task->k, d, scratch->scores, n);
      self->kernels->softmax_forward (rows, i, n, scratch->scores, n, scratch->weights, total, acts->lse + task->panel + i, self->bf16);
      attune_matmul_run (worker->matmul, type, rows, d, n, scratch->weights, n, task->v, d, scratch->head_out, d);

      for (gsize j = 0; j < rows && i + j < segment->length; j++)
        self->kernels->convert (d, scratch->head_out + j * d, 1.0f / total[j],
                                attune_at_mutable (acts->attention, (segment->first + i + j) * width + task->head * d, self->bf16),
                                self->bf16);
    }
}

void
attune_attention_forward (AttuneRun *run,
                          guint      thread,
                          guint      layer)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;
  const guint n_heads = self->config->n_heads;

  for (guint row = 0; row < plan->in.n_rows; row++)
    for (guint head = 0; head < n_heads; head++)
      if (plan->owners[(gsize) row * n_heads + head] == thread)
        {
          Task task;

          open_task (self, &plan->layers[layer], row, head, &task);
          forward_task (run, &self->workers[thread], &plan->layers[layer], &task);
        }
}

static void
backward_task (AttuneRun             *run,
               AttuneWorker          *worker,
               const AttuneLayerActs *acts,
               const Task            *task)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;
  const AttuneMatmulFlags type = attune_product_type (self);
  const gsize d = self->config->head_dim;
  const gsize padded = task->segment->padded;
  const void *d_out = attune_at (plan->d_attention, task->panel * d, self->bf16);
  float *dq = plan->dq + task->panel * d;
  float *dk = plan->dk + task->panel * d;
  float *dv = plan->dv + task->panel * d;
  AttuneWorkerScratch *scratch = &worker->scratch;
  AttuneMatmulFlags add = ATTUNE_MATMUL_PLAIN;
  gsize end = padded;

  /* From the last block, which sees all keys and so starts every sum, to the first. */
  while (end > 0)
    {
      const gsize i = (end - 1) / ATTUNE_QUERY_BLOCK * ATTUNE_QUERY_BLOCK;
      const gsize rows = end - i;
      const gsize n = end;
      const void *q = attune_at (task->q, i * d, self->bf16);

      attune_matmul_run (worker->matmul, type | ATTUNE_MATMUL_TRANSPOSE_B, rows, n, d, q, d, task->k, d, scratch->scores, n);
      attune_matmul_run (worker->matmul, type | ATTUNE_MATMUL_TRANSPOSE_B, rows, n, d, attune_at (d_out, i * d, self->bf16), d,
                         task->v, d, scratch->d_scores, n);
      self->kernels->softmax_backward (rows, i, n, scratch->scores, scratch->d_scores, n, acts->lse + task->panel + i,
                                       plan->delta + task->panel + i, scratch->weights, scratch->d_weights, self->bf16);
      attune_matmul_run (worker->matmul, type, rows, d, n, scratch->d_weights, n, task->k, d, dq + i * d, d);
      attune_matmul_run (worker->matmul, type | ATTUNE_MATMUL_TRANSPOSE_A | add, n, d, rows, scratch->d_weights, n, q, d, dk, d);
      attune_matmul_run (worker->matmul, type | ATTUNE_MATMUL_TRANSPOSE_A | add, n, d, rows, scratch->weights, n,
                         attune_at (d_out, i * d, self->bf16), d, dv, d);
      add = ATTUNE_MATMUL_ADD;
      end = i;
    }
}

void
attune_attention_backward (AttuneRun *run,
                           guint      thread,
                           guint      layer)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;
  const guint n_heads = self->config->n_heads;

  for (guint row = 0; row < plan->in.n_rows; row++)
    for (guint head = 0; head < n_heads; head++)
      if (plan->owners[(gsize) row * n_heads + head] == thread)
        {
          Task task;

          open_task (self, &plan->layers[layer], row, head, &task);
          backward_task (run, &self->workers[thread], &plan->layers[layer], &task);
        }
}
