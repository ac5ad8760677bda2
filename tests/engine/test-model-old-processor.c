/* test-model-old-processor.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* What a processor without AVX-512 and without bfloat16 computes: the same numbers, slower. */

#include "config.h"

#include "attune-kernels.h"
#include "attune-matmul.h"

#include "model-fixtures.h"

static float *
get_logits (AttuneModelPrecision  precision,
            gsize                *n)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", NULL);
  g_autofree char *model_folder = g_build_filename (folder, "model", NULL);
  g_autofree char *batch_path = g_build_filename (folder, "batch.jsonl", NULL);
  g_autoptr(TestBatch) batch = test_batch_read (batch_path);
  g_autoptr(GError) error = NULL;
  g_autoptr(AttuneModel) model = attune_model_load (model_folder, precision, FALSE, 2, &error);
  float *logits;

  g_assert_no_error (error);
  *n = (gsize) batch->batch.n_rows * batch->batch.length * attune_model_get_config (model)->vocab_size;
  logits = g_new (float, *n);
  attune_model_compute_logits (model, &batch->batch, logits);
  return logits;
}

static void
test_logits (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", "full", "logits.safetensors", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(AttuneSafetensors) file = attune_safetensors_open (path, &error);
  gsize n, m;
  g_autofree float *wide = get_logits (ATTUNE_MODEL_PRECISION_FP32, &n);
  g_autofree float *rounded = get_logits (ATTUNE_MODEL_PRECISION_BF16, &m);
  g_autofree float *recorded = g_new (float, n);

  g_assert_no_error (error);
  g_assert_true (attune_file_tensor_read_floats (attune_safetensors_lookup (file, "logits"), recorded, &error));
  for (gsize i = 0; i < n; i++)
    if (wide[i] == 0)
      recorded[i] = 0;

  g_assert_cmpfloat (test_relative_error (recorded, wide, n), <, 1e-5);
  g_assert_cmpfloat (test_relative_error (recorded, rounded, n), <, 0.02);
  g_assert_cmpfloat (test_relative_error (recorded, rounded, n), >, 1e-4);
}

/* Training too, and what is saved is what was trained. */
static void
test_training (void)
{
  g_autofree char *model_folder = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", "model", NULL);
  g_autoptr(GError) error = NULL;

  for (guint full = 0; full < 2; full++)
    {
      static const char * const modules[] = { "q_proj", "down_proj", NULL };
      const AttuneLoraSettings lora = { 4, 8, 0.1, (GStrv) modules };
      g_autoptr(AttuneModel) model = attune_model_load (model_folder, ATTUNE_MODEL_PRECISION_BF16, full != 0, 2, &error);
      g_autoptr(TestBatch) batch = test_batch_random (3, 40, 512, 1);
      AttuneBatchResult first, last;

      g_assert_no_error (error);
      if (!full)
        g_assert_true (attune_model_add_lora (model, &lora, 1, &error));
      attune_model_evaluate (model, &batch->batch, &first);
      for (guint step = 0; step < 20; step++)
        {
          AttuneBatchResult result;

          attune_model_zero_gradients (model);
          attune_model_forward_backward (model, &batch->batch, 1.0 / (double) first.n_labels, step, &result);
          for (guint i = 0; i < attune_model_get_n_tensors (model); i++)
            {
              const AttuneTensor *tensor = attune_model_get_tensor (model, i);

              for (gsize j = 0; j < test_tensor_size (tensor); j++)
                tensor->value[j] -= (full ? 0.5f : 20) * tensor->gradient[j];
            }
          attune_model_values_changed (model);
        }
      attune_model_evaluate (model, &batch->batch, &last);
      g_test_message ("%.4f to %.4f", first.loss_sum, last.loss_sum);
      g_assert_cmpfloat (last.loss_sum, <, first.loss_sum * 0.99);
    }
}

static void
test_processor (void)
{
  g_assert_cmpstr (attune_kernels_get ()->level, ==, "base");
  g_assert_false (attune_matmul_has_bf16 ());
}

int
main (int   argc,
      char *argv[])
{
  /* Read once, when the first product is prepared. */
  g_setenv ("DNNL_MAX_CPU_ISA", "AVX2", TRUE);
  g_setenv ("ATTUNE_KERNELS", "base", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/engine/model/old-processor/is-one", test_processor);
  g_test_add_func ("/engine/model/old-processor/logits", test_logits);
  g_test_add_func ("/engine/model/old-processor/training", test_training);

  return g_test_run ();
}
