/* test-recorded-steps.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Ten optimizer steps against those that an independent implementation has recorded: loss, gradient norm and rate of each, and
 * the trained tensors at the end. */

#include "config.h"

#include "attune-optimizer.h"
#include "attune-schedule.h"
#include "model-fixtures.h"

#define N_STEPS   10
#define TOLERANCE 1e-4

typedef struct {
  const char            *model;
  const char            *steps;   /* folder of the record */
  gboolean               full;
  guint                  micro;   /* rows of a micro-batch; 0: all */
  AttuneLrSchedulerType  schedule;
  double                 warmup_ratio;
} Case;

static double
get_number (yyjson_val *steps,
            guint       index,
            const char *name)
{
  yyjson_val *value = yyjson_obj_get (yyjson_arr_get (steps, index), name);

  g_assert_true (yyjson_is_num (value));
  return yyjson_get_num (value);
}

static void
assert_close (const char *what,
              guint       step,
              double      expected,
              double      found)
{
  if (!(fabs (found - expected) <= TOLERANCE * fabs (expected)))
    g_error ("step %u: %s is %.9g, recorded is %.9g", step, what, found, expected);
}

static AttuneModel *
load_model (const char *folder,
            gboolean    full)
{
  g_autofree char *path = g_build_filename (folder, "model", NULL);
  g_autofree char *adapter = g_build_filename (folder, "lora", "adapter", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneModel) model = attune_model_load (path, ATTUNE_MODEL_PRECISION_FP32, full, 2, &error);

  g_assert_no_error (error);
  if (!full)
    attune_model_load_adapter (model, adapter, &error);
  g_assert_no_error (error);

  return g_steal_pointer (&model);
}

/* The gradients of one mean over all labels, in micro-batches that add up. */
static double
compute (AttuneModel     *model,
         const TestBatch *batch,
         guint            micro)
{
  gsize labels = 0;
  double loss = 0;

  for (guint i = 0; i < batch->batch.n_rows * batch->batch.length; i++)
    labels += batch->labels[i] >= 0 && i % batch->batch.length != 0;

  attune_model_zero_gradients (model);
  for (guint row = 0; row < batch->batch.n_rows; row += micro)
    {
      const gsize offset = (gsize) row * batch->batch.length;
      const AttuneBatch part = {
        .n_rows = MIN (micro, batch->batch.n_rows - row),
        .length = batch->batch.length,
        .tokens = batch->tokens + offset,
        .labels = batch->labels + offset,
        .lengths = batch->lengths + row,
      };
      AttuneBatchResult result;

      attune_model_forward_backward (model, &part, 1.0 / (double) labels, 0, &result);
      loss += result.loss_sum;
    }

  return loss / (double) labels;
}

static void
check_tensors (AttuneModel *model,
               const char  *folder,
               gboolean     full)
{
  g_autofree char *path = full ? g_build_filename (folder, "model.safetensors", NULL)
                               : g_build_filename (folder, "adapter", "adapter_model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneSafetensors) file = attune_safetensors_open (path, &error);
  double worst = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < attune_model_get_n_tensors (model); i++)
    {
      const AttuneTensor *tensor = attune_model_get_tensor (model, i);
      const AttuneFileTensor *recorded = attune_safetensors_lookup (file, tensor->name);
      g_autofree float *expected = g_new (float, test_tensor_size (tensor));
      double difference;

      g_assert_nonnull (recorded);
      g_assert_cmpuint (recorded->size, ==, test_tensor_size (tensor) * sizeof (float));
      g_assert_true (attune_file_tensor_read_floats (recorded, expected, &error));
      difference = test_relative_error (expected, tensor->value, test_tensor_size (tensor));
      worst = MAX (worst, difference);
      g_assert_cmpfloat (difference, <, TOLERANCE);
    }
  g_test_message ("trained tensors: relative error %.3g", worst);
}

static void
test_steps (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", test->model, NULL);
  g_autofree char *record = g_build_filename (folder, test->steps, NULL);
  g_autofree char *steps_path = g_build_filename (record, "steps.json", NULL);
  g_autofree char *batch_path = g_build_filename (folder, "batch.jsonl", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TestBatch) batch = test_batch_read (batch_path);
  g_autoptr (AttuneModel) model = load_model (folder, test->full);
  g_autoptr (AttuneOptimizer) optimizer = NULL;
  const AttuneSchedule schedule = {
    .type = test->schedule, .rate = 1e-3, .warmup_ratio = test->warmup_ratio, .cycles = 0.5, .total_steps = N_STEPS,
  };
  yyjson_doc *document;
  yyjson_val *steps;
  gsize length;
  double worst = 0;

  g_test_summary ("Ten optimizer steps are those of an independent implementation");

  g_file_get_contents (steps_path, &contents, &length, &error);
  g_assert_no_error (error);
  document = yyjson_read (contents, length, 0);
  steps = yyjson_doc_get_root (document);
  g_assert_cmpuint (yyjson_arr_size (steps), ==, N_STEPS);

  optimizer = attune_optimizer_new_for_model (model, &(AttuneOptimizerSettings) { .weight_decay = 0.01, .max_norm = 1.0 },
                                              2, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < N_STEPS; i++)
    {
      double loss = compute (model, batch, test->micro > 0 ? test->micro : batch->batch.n_rows);
      double rate = attune_schedule_get_rate (&schedule, i);
      double norm;

      g_assert_true (attune_optimizer_step (optimizer, rate, &norm));
      attune_model_values_changed (model);
      assert_close ("loss", i, get_number (steps, i, "loss"), loss);
      assert_close ("gradient norm", i, get_number (steps, i, "grad_norm"), norm);
      g_assert_cmpfloat_with_epsilon (rate, get_number (steps, i, "lr"), 1e-15);
      worst = MAX (worst, fabs (loss / get_number (steps, i, "loss") - 1.0));
    }
  g_test_message ("losses: relative error %.3g", worst);
  check_tensors (model, record, test->full);
  yyjson_doc_free (document);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const models[] = { "tiny", "tiny-untied", "tiny-llama3rope", "tiny-qwen2" };
  static const Case cases[] = {
    { NULL, "lora-steps", FALSE, 0, ATTUNE_LR_SCHEDULER_COSINE, 0.2 },
    { NULL, "lora-steps-micro", FALSE, 2, ATTUNE_LR_SCHEDULER_LINEAR, 0 },
    { NULL, "full-steps", TRUE, 0, ATTUNE_LR_SCHEDULER_CONSTANT, 0 },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (gsize m = 0; m < G_N_ELEMENTS (models); m++)
    for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
      {
        Case *test = g_new (Case, 1);
        g_autofree char *path = g_strdup_printf ("/engine/recorded-steps/%s/%s", models[m], cases[c].steps);

        *test = cases[c];
        test->model = models[m];
        g_test_add_data_func_full (path, test, test_steps, g_free);
      }

  return g_test_run ();
}
