/* attune-model.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-model"

#include "config.h"

#include "attune-model-private.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

static AttuneModel *
model_new (const AttuneModelConfig  *config,
           AttuneModelPrecision      precision,
           gboolean                  full,
           guint                     n_threads,
           GError                  **error)
{
  AttuneModel *self;

  if (precision != ATTUNE_MODEL_PRECISION_FP32 && precision != ATTUNE_MODEL_PRECISION_BF16)
    {
      const char *nick = attune_enum_to_nick (ATTUNE_TYPE_MODEL_PRECISION, (int) precision);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("The precision “%s” is not supported on this computer. Choose fp32 or bf16."), nick != NULL ? nick : "?");
      return NULL;
    }

  self = g_new0 (AttuneModel, 1);
  self->config = attune_model_config_copy (config);
  self->kernels = attune_kernels_get ();
  self->full = full;
  if (precision == ATTUNE_MODEL_PRECISION_BF16)
    {
      self->bf16 = attune_matmul_has_bf16 ();
      self->rounded = !self->bf16;
    }
  self->trained = g_ptr_array_new ();
  self->tensors = g_array_new (FALSE, FALSE, sizeof (AttuneTensor));
  attune_model_lay_out (self);

  self->pool = attune_thread_pool_new (n_threads);
  self->n_threads = attune_thread_pool_get_n_threads (self->pool);
  self->workers = g_new0 (AttuneWorker, self->n_threads);
  for (guint i = 0; i < self->n_threads; i++)
    self->workers[i].matmul = attune_matmul_new ();

  if (full)
    {
      for (guint i = 0; i < self->weights->len; i++)
        g_ptr_array_add (self->trained, g_ptr_array_index (self->weights, i));
      if (!attune_model_allocate_trained (self, error))
        {
          attune_model_free (self);
          return NULL;
        }
    }

  return self;
}

AttuneModel *
attune_model_load (const char            *folder,
                   AttuneModelPrecision   precision,
                   gboolean               full,
                   guint                  n_threads,
                   GError               **error)
{
  g_autoptr(AttuneModelConfig) config = NULL;
  g_autoptr(AttuneSafetensors) files = NULL;
  g_autoptr(AttuneModel) self = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  config = attune_model_config_load (folder, error);
  if (config == NULL)
    return NULL;
  files = attune_safetensors_open_folder (folder, error);
  if (files == NULL)
    return NULL;

  self = model_new (config, precision, full, n_threads, error);
  if (self == NULL)
    return NULL;
  self->files = g_steal_pointer (&files);
  if (!attune_model_read_weights (self, error))
    return NULL;

  /* Everything was copied: let the mapping go. */
  if (full)
    g_clear_pointer (&self->files, attune_safetensors_free);
  attune_model_values_changed (self);
  return g_steal_pointer (&self);
}

AttuneModel *
attune_model_new_random (const AttuneModelConfig  *config,
                         AttuneModelPrecision      precision,
                         guint64                   seed,
                         guint                     n_threads,
                         GError                  **error)
{
  AttuneModel *self;

  g_return_val_if_fail (config != NULL, NULL);

  self = model_new (config, precision, TRUE, n_threads, error);
  if (self == NULL)
    return NULL;

  attune_model_draw_weights (self, seed);
  attune_model_values_changed (self);
  return self;
}

static void
free_arena (AttuneModel *self)
{
  if (self->arena == NULL)
    return;

#if defined(__SANITIZE_ADDRESS__)
  ASAN_UNPOISON_MEMORY_REGION (self->arena, self->arena_size);
#endif
  munmap (self->arena, self->arena_size);
  self->arena = NULL;
  self->arena_size = 0;
}

void
attune_model_free (AttuneModel *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->n_threads; i++)
    attune_matmul_free (self->workers[i].matmul);
  g_free (self->workers);
  attune_thread_pool_free (self->pool);

  attune_plan_clear (&self->plan);
  free_arena (self);
  attune_model_free_weights (self);
  if (self->values != NULL)
    munmap (self->values, MAX (self->n_trained * sizeof (float), 1));
  if (self->gradients != NULL)
    munmap (self->gradients, MAX (self->n_trained * sizeof (float), 1));
  if (self->copies != NULL)
    munmap (self->copies, MAX (self->n_trained * sizeof (guint16), 1));
  g_free (self->cosine);
  g_free (self->sine);
  g_ptr_array_unref (self->trained);
  g_array_unref (self->tensors);
  g_clear_pointer (&self->files, attune_safetensors_free);
  attune_model_config_free (self->config);
  g_free (self);
}

const AttuneModelConfig *
attune_model_get_config (AttuneModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->config;
}

const AttuneWeight *
attune_model_get_head (AttuneModel *self)
{
  return self->head.exists ? &self->head : &self->embedding;
}

guint
attune_model_get_n_tensors (AttuneModel *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->tensors->len;
}

const AttuneTensor *
attune_model_get_tensor (AttuneModel *self,
                         guint        index)
{
  g_return_val_if_fail (self != NULL && index < self->tensors->len, NULL);

  return &g_array_index (self->tensors, AttuneTensor, index);
}

static void
zero_share (guint    thread,
            gpointer user_data)
{
  AttuneModel *self = user_data;
  gsize first, last;

  attune_thread_pool_share (self->n_trained, 4096, thread, self->n_threads, &first, &last);
  memset (self->gradients + first, 0, (last - first) * sizeof (float));
}

void
attune_model_zero_gradients (AttuneModel *self)
{
  g_return_if_fail (self != NULL);

  if (self->gradients != NULL)
    attune_thread_pool_run (self->pool, zero_share, self);
}

static void
copy_share (guint    thread,
            gpointer user_data)
{
  AttuneModel *self = user_data;
  gsize first, last;

  attune_thread_pool_share (self->n_trained, 4096, thread, self->n_threads, &first, &last);
  self->kernels->convert (last - first, self->values + first, 1, self->copies + first, TRUE);
}

void
attune_model_values_changed (AttuneModel *self)
{
  g_return_if_fail (self != NULL);

  if (self->copies != NULL)
    attune_thread_pool_run (self->pool, copy_share, self);
}

/* The angle of a pair of columns a position; in fp32 up to the product with the position, as the models were trained. */
static float
get_frequency (const AttuneModelConfig *config,
               guint                    pair)
{
  float frequency = (float) (1.0 / pow (config->rope_theta, 2.0 * pair / config->head_dim));
  double wavelength, smooth, low, high;

  switch (config->rope_type)
    {
    case ATTUNE_ROPE_LINEAR:
      return (float) (frequency / config->rope_factor);

    case ATTUNE_ROPE_LLAMA3:
      wavelength = 2 * G_PI / frequency;
      low = config->rope_original_positions / config->rope_low_frequency_factor;
      high = config->rope_original_positions / config->rope_high_frequency_factor;
      if (wavelength < high)
        return frequency;
      if (wavelength > low)
        return (float) (frequency / config->rope_factor);
      smooth = (config->rope_original_positions / wavelength - config->rope_low_frequency_factor) /
               (config->rope_high_frequency_factor - config->rope_low_frequency_factor);
      return (float) ((1 - smooth) * frequency / config->rope_factor + smooth * frequency);

    case ATTUNE_ROPE_DEFAULT:
    default:
      return frequency;
    }
}

void
attune_model_need_positions (AttuneModel *self,
                             gsize        n)
{
  const gsize half = self->config->head_dim / 2;

  if (n <= self->n_positions)
    return;

  n = (n + 255) & ~(gsize) 255;
  self->cosine = g_renew (float, self->cosine, n * half);
  self->sine = g_renew (float, self->sine, n * half);
  for (gsize j = 0; j < half; j++)
    {
      float frequency = get_frequency (self->config, (guint) j);

      for (gsize i = self->n_positions; i < n; i++)
        {
          float angle = (float) i * frequency;

          self->cosine[i * half + j] = cosf (angle);
          self->sine[i * half + j] = sinf (angle);
        }
    }
  self->n_positions = n;
}

static gsize
batch_length (const AttuneBatch *batch,
              guint              row)
{
  return MIN (batch->lengths[row], batch->length);
}

static inline gsize
pad_length (gsize length)
{
  return (length + ATTUNE_PANEL_GRAIN - 1) / ATTUNE_PANEL_GRAIN * ATTUNE_PANEL_GRAIN;
}

/* Whether the logits at @position are compared with something. */
static inline gboolean
is_target (const AttuneBatch *batch,
           guint              row,
           gsize              position,
           gsize              length)
{
  return position + 1 < length && batch->labels[(gsize) row * batch->length + position + 1] >= 0;
}

static void
fill_plan (AttuneModel       *self,
           const AttuneBatch *batch)
{
  AttunePlan *plan = &self->plan;
  const guint n_heads = self->config->n_heads;
  g_autofree gsize *load = g_new0 (gsize, self->n_threads);
  g_autofree guint8 *done = g_new0 (guint8, batch->n_rows);
  gsize n = 0, panel = 0, n_targets = 0;

  for (guint row = 0; row < batch->n_rows; row++)
    {
      gsize length = batch_length (batch, row);

      plan->segments[row].first = n;
      plan->segments[row].panel = panel;
      plan->segments[row].length = length;
      plan->segments[row].padded = pad_length (length);
      for (gsize i = 0; i < length; i++, n++)
        {
          plan->tokens[n] = batch->tokens[(gsize) row * batch->length + i];
          plan->positions[n] = (guint32) i;
          plan->panel_rows[n] = (guint32) (panel + i);
          plan->keys[n] = (guint64) row << 32 | i;
          if (plan->in.mode == ATTUNE_PLAN_LOGITS)
            {
              plan->targets[n_targets++] = (guint32) n;
            }
          else if (is_target (batch, row, i, length))
            {
              plan->targets[n_targets] = (guint32) n;
              plan->target_labels[n_targets++] = batch->labels[(gsize) row * batch->length + i + 1];
            }
        }
      panel += plan->segments[row].padded;
    }
  g_assert (n == plan->in.n_tokens && n_targets == plan->in.n_targets);

  for (; n < plan->n_padded; n++)
    {
      plan->tokens[n] = -1;
      plan->positions[n] = 0;
      plan->panel_rows[n] = 0;
      plan->keys[n] = 0;
    }

  /* The longest rows first, each head to the thread that has the least to do. */
  for (guint i = 0; i < batch->n_rows; i++)
    {
      guint row = batch->n_rows;
      gsize length;

      for (guint j = 0; j < batch->n_rows; j++)
        if (!done[j] && (row == batch->n_rows || plan->segments[j].padded > plan->segments[row].padded))
          row = j;
      length = plan->segments[row].padded;
      done[row] = 1;
      for (guint head = 0; head < n_heads; head++)
        {
          guint least = 0;

          for (guint t = 1; t < self->n_threads; t++)
            if (load[t] < load[least])
              least = t;
          plan->owners[(gsize) row * n_heads + head] = least;
          load[least] += length * (length + 64);
        }
    }
}

static void
fill_input (AttuneModel     *self,
            AttunePlanMode   mode,
            guint            n_rows,
            AttunePlanInput *input)
{
  *input = (AttunePlanInput) {
    .config = self->config,
    .bf16 = self->bf16,
    .full = self->full,
    .dropout = self->has_lora && self->dropout > 0,
    .rank = self->has_lora ? self->rank : 0,
    .mode = mode,
    .n_threads = self->n_threads,
    .n_rows = n_rows,
    .n_partial = self->n_partial,
  };

  for (guint i = 0; i < N_LINEARS; i++)
    if (self->has_lora && self->adapted[i])
      {
        input->group_sizes[attune_linear_group (i)]++;
        input->group_outputs[attune_linear_group (i)] += self->layers[0].linears[i].out;
      }
}

/* Makes the arena large enough for what is asked. */
static gboolean
grow_arena (AttuneModel            *self,
            const AttunePlanInput  *input,
            GError                **error)
{
  AttunePlan plan = { 0 };

  attune_plan_lay_out (&plan, input, NULL);
  attune_plan_clear (&plan);
  if (plan.total_size <= self->arena_size)
    return TRUE;

  free_arena (self);
  self->arena = attune_model_map_memory (plan.total_size, error);
  if (self->arena == NULL)
    return FALSE;
  self->arena_size = plan.total_size;
  return TRUE;
}

gboolean
attune_model_reserve (AttuneModel  *self,
                      guint         n_rows,
                      guint         length,
                      GError      **error)
{
  AttunePlanInput input;

  g_return_val_if_fail (self != NULL, FALSE);

  fill_input (self, self->tensors->len > 0 ? ATTUNE_PLAN_TRAIN : ATTUNE_PLAN_EVALUATE, n_rows, &input);
  input.n_tokens = (gsize) n_rows * length;
  input.attention_rows = n_rows * pad_length (length);
  input.longest = pad_length (length);
  input.n_targets = input.n_tokens;
  return grow_arena (self, &input, error);
}

void
attune_model_prepare_plan (AttuneModel       *self,
                           const AttuneBatch *batch,
                           AttunePlanMode     mode)
{
  AttunePlanInput input;
  g_autoptr(GError) error = NULL;

  fill_input (self, mode, batch->n_rows, &input);
  for (guint row = 0; row < batch->n_rows; row++)
    {
      gsize length = batch_length (batch, row);

      input.n_tokens += length;
      input.attention_rows += pad_length (length);
      input.longest = MAX (input.longest, pad_length (length));
      if (mode == ATTUNE_PLAN_LOGITS)
        input.n_targets += length;
      else
        for (gsize i = 0; i < length; i++)
          if (is_target (batch, row, i, length))
            input.n_targets++;
    }

  if (!grow_arena (self, &input, &error))
    g_error ("%s", error->message);
#if defined(__SANITIZE_ADDRESS__)
  ASAN_UNPOISON_MEMORY_REGION (self->arena, self->arena_size);
#endif
  attune_plan_clear (&self->plan);
  attune_plan_lay_out (&self->plan, &input, self->arena);
  for (guint i = 0; i < self->n_threads; i++)
    self->workers[i].scratch = self->plan.scratch[i];

  attune_model_need_positions (self, input.longest);
  fill_plan (self, batch);
}

/* Numbers that name no row of the embedding would be read from anywhere. */
static gboolean
batch_is_valid (AttuneModel       *self,
                const AttuneBatch *batch)
{
  const gint32 vocabulary = (gint32) self->config->vocab_size;

  for (guint row = 0; row < batch->n_rows; row++)
    for (gsize i = (gsize) row * batch->length; i < (gsize) row * batch->length + batch_length (batch, row); i++)
      if (batch->tokens[i] < 0 || batch->tokens[i] >= vocabulary || (batch->labels != NULL && batch->labels[i] >= vocabulary))
        return FALSE;
  return TRUE;
}

static void
run_thread (guint    thread,
            gpointer user_data)
{
  AttuneRun *run = user_data;

  attune_run_forward (run, thread);
  attune_run_head (run, thread);
  if (run->mode == ATTUNE_PLAN_TRAIN)
    attune_run_backward (run, thread);
}

static void
run_batch (AttuneRun         *run,
           AttuneBatchResult *result)
{
  AttuneModel *self = run->model;
  const AttunePlan *plan = &self->plan;

  if (result != NULL)
    *result = (AttuneBatchResult) { 0 };

  attune_model_prepare_plan (self, run->batch, run->mode);
  if (plan->in.n_tokens == 0 || (run->mode != ATTUNE_PLAN_LOGITS && plan->in.n_targets == 0))
    return;

  attune_thread_pool_run (self->pool, run_thread, run);

  if (result == NULL)
    return;
  result->n_labels = plan->in.n_targets;
  for (gsize i = 0; i < plan->in.n_targets; i++)
    {
      result->loss_sum += plan->losses[i];
      result->n_correct += plan->correct[i];
    }
}

void
attune_model_forward_backward (AttuneModel       *self,
                               const AttuneBatch *batch,
                               double             scale,
                               guint64            dropout_seed,
                               AttuneBatchResult *result)
{
  AttuneRun run = {
    .model = self,
    .batch = batch,
    .mode = ATTUNE_PLAN_TRAIN,
    .scale = (float) scale,
    .seed = dropout_seed,
  };

  g_return_if_fail (self != NULL && batch != NULL);
  g_return_if_fail (self->tensors->len > 0);

  g_return_if_fail (batch_is_valid (self, batch));

  run.dropout = self->has_lora && self->dropout > 0;
  run_batch (&run, result);
}

void
attune_model_evaluate (AttuneModel       *self,
                       const AttuneBatch *batch,
                       AttuneBatchResult *result)
{
  AttuneRun run = { .model = self, .batch = batch, .mode = ATTUNE_PLAN_EVALUATE };

  g_return_if_fail (self != NULL && batch != NULL);
  g_return_if_fail (batch_is_valid (self, batch));

  run_batch (&run, result);
}

void
attune_model_compute_logits (AttuneModel       *self,
                             const AttuneBatch *batch,
                             float             *logits)
{
  AttuneRun run = { .model = self, .batch = batch, .mode = ATTUNE_PLAN_LOGITS, .logits = logits };

  g_return_if_fail (self != NULL && batch != NULL && logits != NULL);
  g_return_if_fail (batch_is_valid (self, batch));

  memset (logits, 0, (gsize) batch->n_rows * batch->length * self->config->vocab_size * sizeof (float));
  run_batch (&run, NULL);
}
