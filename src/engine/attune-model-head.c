/* attune-model-head.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

#include <math.h>
#include <string.h>

/* The product with the vocabulary, softmax and loss. Only the positions that have a label get one. They are done a chunk at a time
 * by all threads together, each on its own part of the vocabulary; logits become their own gradients in place. */

#define VOCABULARY_SLICE 2048

enum { STAT_MAX, STAT_SUM, STAT_LABEL, N_STATS };

static void
vocabulary_share (const AttuneModel *self,
                  guint              thread,
                  gsize             *first,
                  gsize             *last)
{
  attune_thread_pool_share (self->config->vocab_size, 16, thread, self->n_threads, first, last);
}

static void
gather_targets (AttuneModel *self,
                guint        thread)
{
  const AttunePlan *plan = &self->plan;
  const gsize bytes = self->config->hidden_size * (self->bf16 ? 2 : 4);
  gsize first, last;

  attune_thread_pool_share (plan->in.n_targets + plan->chunk, 16, thread, self->n_threads, &first, &last);
  for (gsize i = first; i < last; i++)
    {
      guint8 *to = (guint8 *) plan->head_in + i * bytes;

      if (i < plan->in.n_targets)
        memcpy (to, (const guint8 *) plan->final + plan->targets[i] * bytes, bytes);
      else
        memset (to, 0, bytes);
    }
}

static float *
stats_of (const AttunePlan *plan,
          guint             thread,
          gsize             row)
{
  return plan->stats + ((gsize) thread * plan->chunk + row) * N_STATS;
}

/* What the own part of the vocabulary says about each row. */
static void
measure (AttuneModel *self,
         guint        thread,
         gsize        first_target,
         gsize        rows,
         gsize        begin,
         gsize        end)
{
  const AttunePlan *plan = &self->plan;

  for (gsize i = 0; i < rows; i++)
    {
      const float *logits = plan->scratch[thread].logits + i * plan->vocab_stride;
      const gsize label = (gsize) plan->target_labels[first_target + i];
      float *stats = stats_of (plan, thread, i);

      if (begin == end)
        {
          stats[STAT_MAX] = -INFINITY;
          stats[STAT_SUM] = 0;
          continue;
        }
      stats[STAT_MAX] = self->kernels->maximum (end - begin, logits);
      stats[STAT_SUM] = self->kernels->sum_exp (end - begin, logits, stats[STAT_MAX]);
      if (label >= begin && label < end)
        stats[STAT_LABEL] = logits[label - begin];
    }
}

/* Of equal logits the first counts as the most likely. */
static gboolean
is_most_likely (AttuneModel *self,
                guint        owner,
                gsize        row,
                gsize        label,
                gsize        begin,
                float        maximum)
{
  const AttunePlan *plan = &self->plan;
  const float *logits = plan->scratch[owner].logits + row * plan->vocab_stride;

  if (!(logits[label - begin] >= maximum))
    return FALSE;
  for (guint t = 0; t < owner; t++)
    if (stats_of (plan, t, row)[STAT_MAX] >= maximum)
      return FALSE;
  for (gsize i = 0; i < label - begin; i++)
    if (logits[i] >= maximum)
      return FALSE;
  return TRUE;
}

/* The logarithm of the whole sum, the same on every thread; the owner of the label's part writes down the loss. Returns NaN where the
 * loss is not finite. */
static float
close_row (AttuneModel *self,
           guint        thread,
           gsize        target,
           gsize        row,
           gsize        begin,
           gsize        end)
{
  const AttunePlan *plan = &self->plan;
  const gsize label = (gsize) plan->target_labels[target];
  float maximum = -INFINITY;
  float sum = 0;
  float lse, loss;
  guint owner = 0;

  for (guint t = 0; t < self->n_threads; t++)
    {
      const float *stats = stats_of (plan, t, row);
      gsize first, last;

      maximum = stats[STAT_MAX] > maximum ? stats[STAT_MAX] : maximum;
      vocabulary_share (self, t, &first, &last);
      if (label >= first && label < last)
        owner = t;
    }
  for (guint t = 0; t < self->n_threads; t++)
    {
      const float *stats = stats_of (plan, t, row);

      if (stats[STAT_SUM] > 0)
        sum += stats[STAT_SUM] * expf (stats[STAT_MAX] - maximum);
    }
  lse = maximum + logf (sum);
  loss = lse - stats_of (plan, owner, row)[STAT_LABEL];
  if (owner == thread)
    {
      plan->losses[target] = loss;
      plan->correct[target] = is_most_likely (self, owner, row, label, begin, maximum) ? 1 : 0;
    }
  return isfinite (loss) ? lse : NAN;
}

static void
turn_into_gradients (AttuneRun *run,
                     guint      thread,
                     gsize      first_target,
                     gsize      rows,
                     gsize      padded_rows,
                     gsize      begin,
                     gsize      end)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;
  const gsize n = end - begin;

  for (gsize i = 0; i < rows; i++)
    {
      float *logits = plan->scratch[thread].logits + i * plan->vocab_stride;
      void *gradients = attune_at_mutable (plan->scratch[thread].logits, i * plan->vocab_stride, self->bf16);
      const gsize label = (gsize) plan->target_labels[first_target + i];
      const float lse = close_row (self, thread, first_target + i, i, begin, end);
      const gboolean mine = label >= begin && label < end;
      float own = mine ? logits[label - begin] : 0;

      if (run->mode != ATTUNE_PLAN_TRAIN)
        continue;
      if (isnan (lse))
        {
          /* What went wrong must be seen in the gradients too. */
          for (gsize j = 0; j < n; j++)
            logits[j] = NAN;
          self->kernels->convert (n, logits, 1, gradients, self->bf16);
          continue;
        }
      self->kernels->softmax_scaled (n, logits, lse, run->scale, gradients, self->bf16);
      if (mine)
        {
          own = (expf (own - lse) - 1) * run->scale;
          self->kernels->convert (1, &own, 1, attune_at_mutable (gradients, label - begin, self->bf16), self->bf16);
        }
    }

  if (run->mode == ATTUNE_PLAN_TRAIN)
    for (gsize i = rows; i < padded_rows; i++)
      memset (attune_at_mutable (plan->scratch[thread].logits, i * plan->vocab_stride, self->bf16), 0, n * (self->bf16 ? 2 : 4));
}

static void
back_to_hidden (AttuneRun *run,
                guint      thread,
                gsize      first_target,
                gsize      padded_rows,
                gsize      begin,
                gsize      end)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;
  const AttuneWeight *head = attune_model_get_head (self);
  const gsize hidden = self->config->hidden_size;
  AttuneWorker *worker = &self->workers[thread];
  const void *gradients = worker->scratch.logits;

  if (begin == end)
    {
      memset (worker->scratch.d_part, 0, padded_rows * hidden * sizeof (float));
      return;
    }

  /* In slices, because oneDNN is at its best where the part of the weights that is read again stays in the cache. */
  for (gsize i = begin; i < end; i += VOCABULARY_SLICE)
    attune_matmul_run (worker->matmul, attune_product_type (self) | (i > begin ? ATTUNE_MATMUL_ADD : 0),
                       padded_rows, hidden, MIN (end - i, VOCABULARY_SLICE),
                       attune_at (gradients, i - begin, self->bf16), plan->vocab_stride,
                       attune_at (head->data, i * hidden, self->bf16), hidden, worker->scratch.d_part, hidden);
  if (head->gradient != NULL)
    attune_matmul_run (worker->matmul, attune_product_type (self) | ATTUNE_MATMUL_TRANSPOSE_A | ATTUNE_MATMUL_ADD,
                       end - begin, hidden, padded_rows, gradients, plan->vocab_stride,
                       attune_at (plan->head_in, first_target * hidden, self->bf16), hidden,
                       head->gradient + begin * hidden, hidden);
}

/* The threads' parts are added in the order of the threads. */
static void
spread_hidden (AttuneModel *self,
               guint        thread,
               gsize        first_target,
               gsize        rows)
{
  const AttunePlan *plan = &self->plan;
  const gsize hidden = self->config->hidden_size;
  gsize first, last;

  attune_thread_pool_share (rows, 4, thread, self->n_threads, &first, &last);
  for (gsize i = first; i < last; i++)
    {
      float *to = plan->dx[1] + plan->targets[first_target + i] * hidden;

      memcpy (to, plan->scratch[0].d_part + i * hidden, hidden * sizeof (float));
      for (guint t = 1; t < self->n_threads; t++)
        self->kernels->add (hidden, plan->scratch[t].d_part + i * hidden, to);
    }
}

static void
copy_logits (AttuneRun *run,
             guint      thread,
             gsize      first_target,
             gsize      rows,
             gsize      begin,
             gsize      end)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;

  for (gsize i = 0; i < rows; i++)
    {
      const guint64 key = plan->keys[plan->targets[first_target + i]];
      const gsize place = (gsize) (key >> 32) * run->batch->length + (gsize) (key & G_MAXUINT32);

      memcpy (run->logits + place * self->config->vocab_size + begin, plan->scratch[thread].logits + i * plan->vocab_stride,
              (end - begin) * sizeof (float));
    }
}

/* Ends with dx[1] holding the gradient of what the last norm has made. */
void
attune_run_head (AttuneRun *run,
                 guint      thread)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;
  const AttuneWeight *head = attune_model_get_head (self);
  const gsize hidden = self->config->hidden_size;
  gsize begin, end;

  if (run->mode == ATTUNE_PLAN_TRAIN)
    memset (plan->dx[1] + thread * plan->per_thread * hidden, 0, plan->per_thread * hidden * sizeof (float));

  vocabulary_share (self, thread, &begin, &end);
  attune_thread_pool_meet (self->pool);
  gather_targets (self, thread);
  attune_thread_pool_meet (self->pool);

  for (gsize first = 0; first < plan->in.n_targets; first += plan->chunk)
    {
      const gsize rows = MIN (plan->in.n_targets - first, plan->chunk);
      const gsize padded_rows = MIN ((rows + 15) / 16 * 16, plan->chunk);

      attune_matmul_run (self->workers[thread].matmul, attune_product_type (self) | ATTUNE_MATMUL_TRANSPOSE_B,
                         padded_rows, end - begin, hidden, attune_at (plan->head_in, first * hidden, self->bf16), hidden,
                         attune_at (head->data, begin * hidden, self->bf16), hidden,
                         self->workers[thread].scratch.logits, plan->vocab_stride);
      if (run->mode == ATTUNE_PLAN_LOGITS)
        {
          copy_logits (run, thread, first, rows, begin, end);
          continue;
        }

      measure (self, thread, first, rows, begin, end);
      attune_thread_pool_meet (self->pool);
      turn_into_gradients (run, thread, first, rows, padded_rows, begin, end);
      if (run->mode == ATTUNE_PLAN_TRAIN)
        back_to_hidden (run, thread, first, padded_rows, begin, end);
      attune_thread_pool_meet (self->pool);
      if (run->mode == ATTUNE_PLAN_TRAIN)
        spread_hidden (self, thread, first, rows);
    }

  if (run->mode == ATTUNE_PLAN_TRAIN)
    attune_thread_pool_meet (self->pool);
}
