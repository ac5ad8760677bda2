/* test-model-reference.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Logits, loss and gradients against the recorded numbers of an independent implementation. */

#include "config.h"

#include "model-fixtures.h"

static const char * const models[] = { "tiny", "tiny-untied", "tiny-llama3rope", "tiny-qwen2" };

/* fp32 sums in another order: the recorded numbers themselves are no better. */
#define TOLERANCE_FP32 1e-5
/* Eight bits of mantissa in every product. */
#define TOLERANCE_BF16 0.06

typedef struct {
  const char           *model;
  gboolean              full;
  AttuneModelPrecision  precision;
  guint                 n_threads;
} Case;

static double
read_loss (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "result.json", NULL);
  g_autofree char *contents = NULL;
  gsize length;
  yyjson_doc *doc;
  double loss;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  doc = yyjson_read (contents, length, 0);
  loss = yyjson_get_num (yyjson_obj_get (yyjson_doc_get_root (doc), "loss"));
  yyjson_doc_free (doc);
  return loss;
}

static void
check_logits (AttuneModel       *model,
              const AttuneBatch *batch,
              const char        *folder,
              double             tolerance)
{
  g_autofree char *path = g_build_filename (folder, "logits.safetensors", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(AttuneSafetensors) file = attune_safetensors_open (path, &error);
  const gsize vocabulary = attune_model_get_config (model)->vocab_size;
  const gsize n = (gsize) batch->n_rows * batch->length * vocabulary;
  const AttuneFileTensor *recorded;
  g_autofree float *expected = g_new (float, n);
  g_autofree float *logits = g_new (float, n);
  double error_size;

  g_assert_no_error (error);
  recorded = attune_safetensors_lookup (file, "logits");
  g_assert_nonnull (recorded);
  g_assert_cmpuint (recorded->size, ==, n * sizeof (float));
  g_assert_true (attune_file_tensor_read_floats (recorded, expected, &error));

  attune_model_compute_logits (model, batch, logits);
  for (guint row = 0; row < batch->n_rows; row++)
    for (gsize i = (gsize) batch->lengths[row] * vocabulary; i < (gsize) batch->length * vocabulary; i++)
      {
        expected[row * batch->length * vocabulary + i] = 0;
        g_assert_cmpfloat (logits[row * batch->length * vocabulary + i], ==, 0);
      }
  error_size = test_relative_error (expected, logits, n);
  g_test_message ("logits: relative error %.3g", error_size);
  g_assert_cmpfloat (error_size, <, tolerance);
}

static void
check_gradients (AttuneModel *model,
                 const char  *folder,
                 double       tolerance)
{
  g_autofree char *path = g_build_filename (folder, "grads.safetensors", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(AttuneSafetensors) file = attune_safetensors_open (path, &error);
  double worst = 0;
  const char *worst_name = "";

  g_assert_no_error (error);
  g_assert_cmpuint (attune_safetensors_get_n (file), ==, attune_model_get_n_tensors (model));
  for (guint i = 0; i < attune_safetensors_get_n (file); i++)
    {
      const AttuneFileTensor *recorded = attune_safetensors_get (file, i);
      const AttuneTensor *tensor = test_model_find (model, recorded->name);
      g_autofree float *expected = g_new (float, test_tensor_size (tensor));
      double error_size;

      g_assert_cmpuint (recorded->size, ==, test_tensor_size (tensor) * sizeof (float));
      g_assert_true (attune_file_tensor_read_floats (recorded, expected, &error));
      error_size = test_relative_error (expected, tensor->gradient, test_tensor_size (tensor));
      if (!(error_size <= worst))
        {
          worst = error_size;
          worst_name = recorded->name;
        }
    }
  g_test_message ("gradients: relative error %.3g in %s", worst, worst_name);
  g_assert_cmpfloat (worst, <, tolerance);
}

static void
test_recorded (gconstpointer data)
{
  const Case *test = data;
  const double tolerance = test->precision == ATTUNE_MODEL_PRECISION_FP32 ? TOLERANCE_FP32 : TOLERANCE_BF16;
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", test->model, NULL);
  g_autofree char *model_folder = g_build_filename (folder, "model", NULL);
  g_autofree char *batch_path = g_build_filename (folder, "batch.jsonl", NULL);
  g_autofree char *result_folder = g_build_filename (folder, test->full ? "full" : "lora", NULL);
  g_autofree char *adapter = g_build_filename (folder, "lora", "adapter", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(TestBatch) batch = test_batch_read (batch_path);
  g_autoptr(AttuneModel) model = NULL;
  AttuneBatchResult result, evaluated;
  double expected_loss = read_loss (result_folder);

  model = attune_model_load (model_folder, test->precision, test->full, test->n_threads, &error);
  g_assert_no_error (error);
  if (!test->full)
    {
      attune_model_load_adapter (model, adapter, &error);
      g_assert_no_error (error);
    }

  check_logits (model, &batch->batch, result_folder, tolerance);

  attune_model_evaluate (model, &batch->batch, &evaluated);
  g_assert_cmpuint (evaluated.n_labels, ==, 104);
  attune_model_zero_gradients (model);
  attune_model_forward_backward (model, &batch->batch, 1.0 / (double) evaluated.n_labels, 0, &result);
  g_assert_cmpuint (result.n_labels, ==, evaluated.n_labels);
  g_assert_cmpuint (result.n_correct, ==, evaluated.n_correct);
  g_assert_cmpfloat (result.loss_sum, ==, evaluated.loss_sum);
  g_test_message ("loss %.7f, recorded %.7f", result.loss_sum / (double) result.n_labels, expected_loss);
  g_assert_cmpfloat_with_epsilon (result.loss_sum / (double) result.n_labels, expected_loss, expected_loss * tolerance / 10);
  check_gradients (model, result_folder, tolerance);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    for (guint full = 0; full < 2; full++)
      for (guint bf16 = 0; bf16 < 2; bf16++)
        for (guint threads = 1; threads <= 3; threads++)
          {
            Case *test = g_new (Case, 1);
            g_autofree char *path = g_strdup_printf ("/engine/model/recorded/%s/%s/%s/%u", models[i], full ? "full" : "lora",
                                                     bf16 ? "bf16" : "fp32", threads);

            *test = (Case) { models[i], full != 0, bf16 ? ATTUNE_MODEL_PRECISION_BF16 : ATTUNE_MODEL_PRECISION_FP32, threads };
            g_test_add_data_func_full (path, test, test_recorded, g_free);
          }

  return g_test_run ();
}
