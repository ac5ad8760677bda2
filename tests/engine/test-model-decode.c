/* test-model-decode.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Generation with a cache gives what the whole text gives. */

#include "config.h"

#include "attune-model-private.h"

#include "model-fixtures.h"

#define LENGTH 90

typedef struct {
  const char           *name;
  const char           *type;
  const char           *config;
  gboolean              adapter;
  AttuneModelPrecision  precision;
  guint                 n_threads;
} Case;

static const Case cases[] = {
  { "llama", "llama", "", FALSE, ATTUNE_MODEL_PRECISION_FP32, 2 },
  { "one-thread", "llama", "\"attention_bias\": true", FALSE, ATTUNE_MODEL_PRECISION_FP32, 1 },
  { "untied-linear", "llama", "\"tie_word_embeddings\": false, \"rope_scaling\": { \"type\": \"linear\", \"factor\": 4.0 }", FALSE,
    ATTUNE_MODEL_PRECISION_FP32, 3 },
  { "qwen2", "qwen2", "", FALSE, ATTUNE_MODEL_PRECISION_FP32, 2 },
  { "qwen3", "qwen3", "", FALSE, ATTUNE_MODEL_PRECISION_FP32, 2 },
  { "adapter", "qwen3", "", TRUE, ATTUNE_MODEL_PRECISION_FP32, 2 },
  { "bf16", "qwen2", "", FALSE, ATTUNE_MODEL_PRECISION_BF16, 2 },
  { "bf16-adapter", "llama", "", TRUE, ATTUNE_MODEL_PRECISION_BF16, 2 },
};

static AttuneModel *
make_model (const Case *test)
{
  static const char * const modules[] = { "q_proj", "v_proj", "o_proj", "gate_proj", "down_proj", NULL };
  g_autoptr(AttuneModelConfig) config = test_config (test->type, test->config);
  AttuneLoraSettings lora = { 5, 10, 0.1, (GStrv) modules };
  g_autofree char *folder = test_folder_new ();
  g_autoptr(AttuneModel) random = NULL;
  AttuneModel *model;
  g_autoptr(GError) error = NULL;

  config->initializer_range = 0.2;
  random = attune_model_new_random (config, ATTUNE_MODEL_PRECISION_FP32, 5, test->n_threads, &error);
  g_assert_no_error (error);
  test_model_shake (random, 6);
  attune_model_save_weights (random, folder, "BF16", &error);
  g_assert_no_error (error);
  model = attune_model_load (folder, test->precision, FALSE, test->n_threads, &error);
  g_assert_no_error (error);
  if (test->adapter)
    {
      attune_model_add_lora (model, &lora, 3, &error);
      g_assert_no_error (error);
      test_model_shake (model, 7);
    }
  test_folder_remove (folder);
  return model;
}

static void
test_decode (gconstpointer data)
{
  const Case *test = data;
  static const guint steps[][8] = { { 1, 1, 1, 1, 1, 1, 1, 1 }, { LENGTH }, { 64, 1, 8, 16, 1 }, { 7, 33, 2, 48 } };
  const double tolerance = test->precision == ATTUNE_MODEL_PRECISION_BF16 ? 0.05 : 1e-5;
  g_autoptr(AttuneModel) model = make_model (test);
  const guint vocabulary = attune_model_get_config (model)->vocab_size;
  g_autoptr(TestBatch) batch = test_batch_random (1, LENGTH, vocabulary, 3);
  g_autofree float *expected = g_new (float, LENGTH * vocabulary);
  g_autofree float *logits = g_new (float, vocabulary);
  double worst = 0;

  attune_model_compute_logits (model, &batch->batch, expected);
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (steps); i++)
    {
      const guint *parts = steps[i / 2];
      g_autoptr(AttuneKvCache) cache = attune_kv_cache_new (model, LENGTH);
      guint position = 0;

      if (i % 2 == 1)
        attune_kv_cache_always_share (cache);

      for (guint j = 0; j < 8 && parts[j] > 0; j++)
        {
          double error;

          g_assert_true (attune_model_decode (model, cache, batch->tokens + position, parts[j], logits));
          position += parts[j];
          error = test_relative_error (expected + (position - 1) * vocabulary, logits, vocabulary);
          worst = MAX (worst, error);
          g_assert_cmpfloat (error, <, tolerance);
        }
      /* What does not fit is refused, and what is there stays good. */
      g_assert_false (attune_model_decode (model, cache, batch->tokens, LENGTH - position + 1, logits));
      if (position < LENGTH)
        {
          g_assert_true (attune_model_decode (model, cache, batch->tokens + position, LENGTH - position, logits));
          g_assert_cmpfloat (test_relative_error (expected + (LENGTH - 1) * vocabulary, logits, vocabulary), <, tolerance);
        }
    }
  g_test_message ("worst error %.3g", worst);
}

/* Training and generating take turns, as when a run shows samples. */
static void
test_turns (void)
{
  g_autoptr(AttuneModel) model = make_model (&cases[5]);
  const guint vocabulary = attune_model_get_config (model)->vocab_size;
  g_autoptr(TestBatch) batch = test_batch_random (2, 30, vocabulary, 3);
  g_autoptr(AttuneKvCache) cache = attune_kv_cache_new (model, 16);
  g_autoptr(AttuneKvCache) other = attune_kv_cache_new (model, 16);
  g_autofree float *first = g_new (float, vocabulary);
  g_autofree float *second = g_new (float, vocabulary);
  AttuneBatchResult result;

  g_assert_true (attune_model_decode (model, cache, batch->tokens, 9, first));
  attune_model_forward_backward (model, &batch->batch, 1, 1, &result);
  g_assert_true (attune_model_decode (model, other, batch->tokens, 9, second));
  g_assert_cmpmem (first, vocabulary * sizeof (float), second, vocabulary * sizeof (float));

  /* Changed weights are used at once. */
  g_assert_true (attune_model_decode (model, cache, batch->tokens, 1, first));
  for (gsize i = 0; i < test_tensor_size (attune_model_get_tensor (model, 0)); i++)
    attune_model_get_tensor (model, 0)->value[i] += 1;
  attune_model_values_changed (model);
  g_assert_true (attune_model_decode (model, other, batch->tokens, 1, second));
  g_assert_cmpfloat (test_relative_error (first, second, vocabulary), >, 1e-3);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/engine/model/decode/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_decode);
    }
  g_test_add_func ("/engine/model/turns", test_turns);

  return g_test_run ();
}
