/* attune-optimizer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Square roots that need not set errno run four and more at a time. */
#pragma GCC optimize ("O3,no-math-errno,no-trapping-math")

#include "config.h"

#include "attune-optimizer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-error.h"
#include "attune-thread-pool.h"

#define BETA_1  0.9
#define BETA_2  0.999
#define EPSILON 1e-8

/* Elements of a block. Part of the arithmetic: the sums of squares are added block by block. */
#define BLOCK   (1 << 16)
#define LANES   8

typedef struct {
  guint tensor;
  gsize offset;
  gsize length;
} Block;

struct _AttuneOptimizer {
  const AttuneTensor **tensors;
  float              **first;
  float              **second;
  guint                n_tensors;
  Block               *blocks;
  double              *squares;      /* one for each block */
  gsize                n_blocks;
  AttuneOptimizerSettings settings;
  gint64               steps;

  /* What the running update needs in every thread. */
  float                keep;         /* 1 - rate × decay */
  float                rate;         /* corrected for the bias of m */
  float                correction;   /* 1 / √(1 - β₂ᵗ) */
  float                scale;        /* of the gradients */

  AttuneThreadPool    *pool;
};

/* The blocks of one thread; each is computed alone. */
static void
get_share (AttuneOptimizer *self,
           guint            thread,
           gsize           *first,
           gsize           *last)
{
  attune_thread_pool_share (self->n_blocks, 1, thread, attune_thread_pool_get_n_threads (self->pool), first, last);
}

static void
sum_block (AttuneOptimizer *self,
           gsize            index)
{
  const Block *block = &self->blocks[index];
  const float *gradient = self->tensors[block->tensor]->gradient + block->offset;
  double lanes[LANES] = { 0 };
  double sum = 0;
  gsize i = 0;

  for (; i + LANES <= block->length; i += LANES)
    for (guint lane = 0; lane < LANES; lane++)
      lanes[lane] += (double) gradient[i + lane] * (double) gradient[i + lane];
  for (; i < block->length; i++)
    sum += (double) gradient[i] * (double) gradient[i];
  for (guint lane = 0; lane < LANES; lane++)
    sum += lanes[lane];

  self->squares[index] = sum;
}

static void
update_block (AttuneOptimizer *self,
              gsize            index)
{
  const Block *block = &self->blocks[index];
  const AttuneTensor *tensor = self->tensors[block->tensor];
  const float *restrict gradient = tensor->gradient + block->offset;
  float *restrict value = tensor->value + block->offset;
  float *restrict first = self->first[block->tensor] + block->offset;
  float *restrict second = self->second[block->tensor] + block->offset;
  const float keep = self->keep;
  const float rate = self->rate;
  const float correction = self->correction;
  const float scale = self->scale;

  for (gsize i = 0; i < block->length; i++)
    {
      float g = gradient[i] * scale;
      float m = first[i] * (float) BETA_1 + g * (float) (1.0 - BETA_1);
      float v = second[i] * (float) BETA_2 + g * g * (float) (1.0 - BETA_2);

      first[i] = m;
      second[i] = v;
      value[i] = value[i] * keep - rate * (m / (sqrtf (v) * correction + (float) EPSILON));
    }
}

static void
sum_blocks (guint    thread,
            gpointer user_data)
{
  AttuneOptimizer *self = user_data;
  gsize first;
  gsize last;

  get_share (self, thread, &first, &last);
  for (gsize i = first; i < last; i++)
    sum_block (self, i);
}

static void
update_blocks (guint    thread,
               gpointer user_data)
{
  AttuneOptimizer *self = user_data;
  gsize first;
  gsize last;

  get_share (self, thread, &first, &last);
  for (gsize i = first; i < last; i++)
    update_block (self, i);
}

AttuneOptimizer *
attune_optimizer_new (const AttuneTensor * const    *tensors,
                      guint                          n_tensors,
                      const AttuneOptimizerSettings *settings,
                      guint                          n_threads,
                      GError                       **error)
{
  g_autoptr (AttuneOptimizer) self = NULL;
  gsize n_blocks = 0;

  g_return_val_if_fail (tensors != NULL || n_tensors == 0, NULL);
  g_return_val_if_fail (settings != NULL, NULL);

  self = g_new0 (AttuneOptimizer, 1);
  self->settings = *settings;
  self->n_tensors = n_tensors;
  self->tensors = g_new0 (const AttuneTensor *, n_tensors);
  self->first = g_new0 (float *, n_tensors);
  self->second = g_new0 (float *, n_tensors);

  for (guint i = 0; i < n_tensors; i++)
    {
      gsize size = tensors[i]->rows * tensors[i]->columns;

      self->tensors[i] = tensors[i];
      self->first[i] = g_try_malloc0_n (MAX (size, 1), sizeof (float));
      self->second[i] = g_try_malloc0_n (MAX (size, 1), sizeof (float));
      if (self->first[i] == NULL || self->second[i] == NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY,
                       _("There is not enough memory for the state of the optimizer. Train with LoRA, or on fewer modules."));
          return NULL;
        }
      n_blocks += (size + BLOCK - 1) / BLOCK;
    }

  self->blocks = g_new (Block, n_blocks);
  self->squares = g_new0 (double, n_blocks);
  for (guint i = 0; i < n_tensors; i++)
    {
      gsize size = tensors[i]->rows * tensors[i]->columns;

      for (gsize offset = 0; offset < size; offset += BLOCK)
        self->blocks[self->n_blocks++] = (Block) { i, offset, MIN (BLOCK, size - offset) };
    }
  g_assert (self->n_blocks == n_blocks);

  self->pool = attune_thread_pool_new (n_threads);

  return g_steal_pointer (&self);
}

AttuneOptimizer *
attune_optimizer_new_for_model (AttuneModel                   *model,
                                const AttuneOptimizerSettings *settings,
                                guint                          n_threads,
                                GError                       **error)
{
  g_autofree const AttuneTensor **tensors = NULL;
  guint n_tensors;

  g_return_val_if_fail (model != NULL, NULL);

  n_tensors = attune_model_get_n_tensors (model);
  tensors = g_new (const AttuneTensor *, n_tensors);
  for (guint i = 0; i < n_tensors; i++)
    tensors[i] = attune_model_get_tensor (model, i);

  return attune_optimizer_new (tensors, n_tensors, settings, n_threads, error);
}

void
attune_optimizer_free (AttuneOptimizer *self)
{
  if (self == NULL)
    return;

  attune_thread_pool_free (self->pool);
  for (guint i = 0; i < self->n_tensors; i++)
    {
      g_free (self->first[i]);
      g_free (self->second[i]);
    }
  g_free (self->first);
  g_free (self->second);
  g_free (self->tensors);
  g_free (self->blocks);
  g_free (self->squares);
  g_free (self);
}

gboolean
attune_optimizer_step (AttuneOptimizer *self,
                       double           rate,
                       double          *norm)
{
  double sum = 0;
  double length;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (norm != NULL, FALSE);

  attune_thread_pool_run (self->pool, sum_blocks, self);
  for (gsize i = 0; i < self->n_blocks; i++)
    sum += self->squares[i];
  length = sqrt (sum);
  *norm = length;
  if (!isfinite (length))
    return FALSE;

  self->steps++;
  self->scale = 1.0f;
  if (self->settings.max_norm > 0)
    self->scale = (float) MIN (1.0, self->settings.max_norm / (length + 1e-6));
  self->keep = (float) (1.0 - rate * self->settings.weight_decay);
  self->rate = (float) (rate / (1.0 - pow (BETA_1, (double) self->steps)));
  self->correction = (float) (1.0 / sqrt (1.0 - pow (BETA_2, (double) self->steps)));
  attune_thread_pool_run (self->pool, update_blocks, self);

  return TRUE;
}

gint64
attune_optimizer_get_steps (AttuneOptimizer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->steps;
}

void
attune_optimizer_set_steps (AttuneOptimizer *self,
                            gint64           steps)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (steps >= 0);

  self->steps = steps;
}

guint
attune_optimizer_get_n_tensors (AttuneOptimizer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_tensors;
}

const AttuneTensor *
attune_optimizer_get_tensor (AttuneOptimizer *self,
                             guint            index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->n_tensors, NULL);

  return self->tensors[index];
}

void
attune_optimizer_get_moments (AttuneOptimizer *self,
                              guint            index,
                              float          **first,
                              float          **second)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (index < self->n_tensors);

  *first = self->first[index];
  *second = self->second[index];
}
