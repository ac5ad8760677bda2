/* test-model-gradients.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Gradients of every kind of tensor against finite differences of the loss. */

#include "config.h"

#include "model-fixtures.h"

#define ROWS 3
#define LENGTH 23
#define SEED 77

typedef struct {
  const char *name;
  const char *type;
  const char *config;
  double      dropout;  /* of adapters on all layers; below 0: all weights are trained */
  const char *modules;
} Case;

static const Case cases[] = {
  { "llama", "llama", "", -1, NULL },
  { "untied", "llama", "\"tie_word_embeddings\": false", -1, NULL },
  { "llama-bias", "llama", "\"attention_bias\": true", -1, NULL },
  { "linear", "llama", "\"rope_theta\": 500.0, \"rope_scaling\": { \"type\": \"linear\", \"factor\": 4.0 }", -1, NULL },
  { "llama3", "llama", "\"rope_parameters\": { \"rope_type\": \"llama3\", \"rope_theta\": 500.0, \"factor\": 8.0, \"low_freq_factor\": 1.0,"
                       "\"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 32 }", -1, NULL },
  { "qwen2", "qwen2", "", -1, NULL },
  { "qwen3", "qwen3", "", -1, NULL },
  { "qwen3-bias", "qwen3", "\"attention_bias\": true, \"tie_word_embeddings\": false", -1, NULL },
  { "mistral", "mistral", "\"sliding_window\": null", -1, NULL },
  { "lora", "llama", "", 0, "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj" },
  { "lora-few", "qwen2", "", 0, "v_proj,up_proj" },
  { "lora-qwen3", "qwen3", "\"tie_word_embeddings\": false", 0, "q_proj,k_proj,down_proj" },
  { "lora-dropout", "llama", "", 0.3, "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj" },
  { "lora-dropout-few", "qwen2", "", 0.5, "k_proj,o_proj,gate_proj" },
};

static AttuneModel *
make_model (const Case  *test,
            guint        n_threads)
{
  g_autoptr(AttuneModelConfig) config = test_config (test->type, test->config);
  g_autoptr(AttuneModel) model = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = NULL;

  config->initializer_range = 0.25;
  model = attune_model_new_random (config, ATTUNE_MODEL_PRECISION_FP32, 5, n_threads, &error);
  g_assert_no_error (error);
  test_model_shake (model, 6);
  if (test->dropout < 0)
    return g_steal_pointer (&model);

  /* Adapters belong on frozen weights, and those come out of files. */
  folder = test_folder_new ();
  attune_model_save_weights (model, folder, "F32", &error);
  g_assert_no_error (error);
  g_clear_pointer (&model, attune_model_free);
  model = attune_model_load (folder, ATTUNE_MODEL_PRECISION_FP32, FALSE, n_threads, &error);
  g_assert_no_error (error);
  {
    g_auto(GStrv) modules = g_strsplit (test->modules, ",", -1);
    AttuneLoraSettings lora = { 4, 8, test->dropout, modules };

    attune_model_add_lora (model, &lora, 9, &error);
    g_assert_no_error (error);
  }
  test_model_shake (model, 8);
  test_folder_remove (folder);
  return g_steal_pointer (&model);
}

/* The summed loss as it is trained on: with dropout, and always the same mask. */
static double
get_loss (AttuneModel       *model,
          const AttuneBatch *batch)
{
  AttuneBatchResult result;

  attune_model_values_changed (model);
  attune_model_forward_backward (model, batch, 1, SEED, &result);
  return result.loss_sum;
}

static double
get_loss_at (AttuneModel        *model,
             const AttuneBatch  *batch,
             const AttuneTensor *tensor,
             const float        *start,
             const double       *direction,
             double              step)
{
  const gsize n = test_tensor_size (tensor);
  double loss;

  for (gsize i = 0; i < n; i++)
    tensor->value[i] = (float) (start[i] + step * direction[i]);
  loss = get_loss (model, batch);
  memcpy (tensor->value, start, n * sizeof (float));
  return loss;
}

static double
check_tensor (AttuneModel        *model,
              const AttuneBatch  *batch,
              const AttuneTensor *tensor,
              const float        *gradient,
              GRand              *random)
{
  const gsize n = test_tensor_size (tensor);
  g_autofree float *start = g_memdup2 (tensor->value, n * sizeof (float));
  g_autofree double *direction = g_new (double, n);
  double norm = 0, length = 0, expected = 0, measured, wide, error;
  double step;

  for (gsize i = 0; i < n; i++)
    norm += (double) gradient[i] * gradient[i];
  norm = sqrt (norm);
  g_assert_cmpfloat (norm, >, 0);

  /* Mostly along the gradient, where the loss moves most, and partly anywhere, so that nothing that is missing goes unseen. */
  for (gsize i = 0; i < n; i++)
    {
      direction[i] = gradient[i] / norm + g_rand_double_range (random, -1, 1) / sqrt ((double) n);
      length += direction[i] * direction[i];
    }
  for (gsize i = 0; i < n; i++)
    {
      direction[i] /= sqrt (length);
      expected += direction[i] * gradient[i];
    }

  /* Two central differences, put together so that the third derivative falls out. */
  step = MIN (0.05 / norm, 0.02);
  measured = (get_loss_at (model, batch, tensor, start, direction, step) -
              get_loss_at (model, batch, tensor, start, direction, -step)) / (2 * step);
  wide = (get_loss_at (model, batch, tensor, start, direction, 2 * step) -
          get_loss_at (model, batch, tensor, start, direction, -2 * step)) / (4 * step);
  measured = (4 * measured - wide) / 3;
  error = fabs (measured - expected) / MAX (fabs (expected), 1e-12);
  if (!(error < 0.01))
    g_test_message ("%s: gradient %.6g, difference %.6g, step %.3g", tensor->name, expected, measured, step);
  return error;
}

static void
test_gradients (gconstpointer data)
{
  const Case *test = data;
  g_autoptr(AttuneModel) model = make_model (test, 2);
  g_autoptr(TestBatch) batch = test_batch_random (ROWS, LENGTH, attune_model_get_config (model)->vocab_size, 3);
  g_autoptr(GRand) random = g_rand_new_with_seed (4);
  const guint n_tensors = attune_model_get_n_tensors (model);
  g_autoptr(GPtrArray) gradients = g_ptr_array_new_with_free_func (g_free);
  double worst = 0;

  attune_model_zero_gradients (model);
  get_loss (model, &batch->batch);
  for (guint i = 0; i < n_tensors; i++)
    {
      const AttuneTensor *tensor = attune_model_get_tensor (model, i);

      g_ptr_array_add (gradients, g_memdup2 (tensor->gradient, test_tensor_size (tensor) * sizeof (float)));
    }

  for (guint i = 0; i < n_tensors; i++)
    {
      double error = check_tensor (model, &batch->batch, attune_model_get_tensor (model, i), g_ptr_array_index (gradients, i), random);

      g_assert_cmpfloat (error, <, 0.01);
      worst = MAX (worst, error);
    }
  g_test_message ("%u tensors, worst error %.3g", n_tensors, worst);
}

static guint
count_named (AttuneModel *model,
             const char  *part)
{
  guint n = 0;

  for (guint i = 0; i < attune_model_get_n_tensors (model); i++)
    n += strstr (attune_model_get_tensor (model, i)->name, part) != NULL;
  return n;
}

/* So that the test above cannot miss a kind of tensor because it is not there. */
static void
test_kinds (void)
{
  g_autoptr(AttuneModel) qwen3 = make_model (&cases[7], 1);
  g_autoptr(AttuneModel) few = make_model (&cases[10], 1);

  g_assert_cmpstr (cases[7].name, ==, "qwen3-bias");
  g_assert_cmpuint (attune_model_get_n_tensors (qwen3), ==, 3 + 2 * (2 + 7 + 2 + 4));
  g_assert_cmpuint (count_named (qwen3, "q_norm.weight"), ==, 2);
  g_assert_cmpuint (count_named (qwen3, "o_proj.bias"), ==, 2);
  g_assert_cmpuint (count_named (qwen3, "lm_head.weight"), ==, 1);
  g_assert_cmpuint (attune_model_get_n_tensors (few), ==, 2 * 2 * 2);
  g_assert_cmpuint (count_named (few, "self_attn.v_proj.lora_A.weight"), ==, 2);
  g_assert_cmpuint (count_named (few, "mlp.up_proj.lora_B.weight"), ==, 2);
}

/* Gradients of parts of a batch add up to those of the whole, and the scale is only a factor. */
static void
test_accumulation (gconstpointer data)
{
  const Case *test = data;
  g_autoptr(AttuneModel) model = make_model (test, 2);
  const guint n_tensors = attune_model_get_n_tensors (model);
  g_autoptr(TestBatch) batch = test_batch_random (4, 40, attune_model_get_config (model)->vocab_size, 3);
  AttuneBatch first = batch->batch, second = batch->batch;
  g_autoptr(GPtrArray) gradients = g_ptr_array_new_with_free_func (g_free);
  AttuneBatchResult whole, half, other;

  attune_model_forward_backward (model, &batch->batch, 0.5, 1, &whole);
  for (guint i = 0; i < n_tensors; i++)
    {
      const AttuneTensor *tensor = attune_model_get_tensor (model, i);

      g_ptr_array_add (gradients, g_memdup2 (tensor->gradient, test_tensor_size (tensor) * sizeof (float)));
    }

  attune_model_zero_gradients (model);
  for (guint i = 0; i < n_tensors; i++)
    for (gsize j = 0; j < test_tensor_size (attune_model_get_tensor (model, i)); j++)
      g_assert_cmpfloat (attune_model_get_tensor (model, i)->gradient[j], ==, 0);

  first.n_rows = 1;
  second.n_rows = 3;
  second.tokens += second.length;
  second.labels += second.length;
  second.lengths += 1;
  attune_model_forward_backward (model, &first, 0.5, 1, &half);
  attune_model_forward_backward (model, &second, 0.5, 1, &other);
  g_assert_cmpuint (half.n_labels + other.n_labels, ==, whole.n_labels);
  g_assert_cmpuint (half.n_correct + other.n_correct, ==, whole.n_correct);
  g_assert_cmpfloat_with_epsilon (half.loss_sum + other.loss_sum, whole.loss_sum, 1e-4);
  for (guint i = 0; i < n_tensors; i++)
    {
      const AttuneTensor *tensor = attune_model_get_tensor (model, i);

      g_assert_cmpfloat (test_relative_error (g_ptr_array_index (gradients, i), tensor->gradient, test_tensor_size (tensor)), <, 1e-4);
    }
}

/* The same numbers to the last bit, whatever was computed in between. */
static void
test_repeatable (gconstpointer data)
{
  const Case *test = data;
  g_autoptr(AttuneModel) model = make_model (test, 3);
  g_autoptr(AttuneModel) other = make_model (test, 3);
  const guint n_tensors = attune_model_get_n_tensors (model);
  const guint vocabulary = attune_model_get_config (model)->vocab_size;
  g_autoptr(TestBatch) batch = test_batch_random (5, 130, vocabulary, 3);
  g_autoptr(TestBatch) large = test_batch_random (7, 190, vocabulary, 4);
  g_autoptr(TestBatch) small = test_batch_random (1, 9, vocabulary, 5);
  AttuneBatchResult result, again;

  attune_model_forward_backward (model, &batch->batch, 0.01, 11, &result);

  attune_model_forward_backward (other, &large->batch, 0.01, 12, &again);
  attune_model_evaluate (other, &small->batch, &again);
  attune_model_forward_backward (other, &small->batch, 0.01, 13, &again);
  attune_model_zero_gradients (other);
  attune_model_forward_backward (other, &batch->batch, 0.01, 11, &again);

  g_assert_cmpmem (&result, sizeof result, &again, sizeof again);
  for (guint i = 0; i < n_tensors; i++)
    {
      const AttuneTensor *a = attune_model_get_tensor (model, i);
      const AttuneTensor *b = attune_model_get_tensor (other, i);

      g_assert_cmpmem (a->gradient, test_tensor_size (a) * sizeof (float), b->gradient, test_tensor_size (b) * sizeof (float));
    }
}

/* Other masks for another seed; the same for the same. */
static void
test_dropout_seed (void)
{
  const Case *test = &cases[12];
  g_autoptr(AttuneModel) model = make_model (test, 2);
  g_autoptr(TestBatch) batch = test_batch_random (ROWS, LENGTH, attune_model_get_config (model)->vocab_size, 3);
  AttuneBatchResult a, b, c, evaluated;

  g_assert_cmpstr (test->name, ==, "lora-dropout");
  attune_model_forward_backward (model, &batch->batch, 1, 1, &a);
  attune_model_forward_backward (model, &batch->batch, 1, 2, &b);
  attune_model_forward_backward (model, &batch->batch, 1, 1, &c);
  attune_model_evaluate (model, &batch->batch, &evaluated);
  g_assert_cmpfloat (a.loss_sum, ==, c.loss_sum);
  g_assert_cmpfloat (a.loss_sum, !=, b.loss_sum);
  g_assert_cmpfloat (a.loss_sum, !=, evaluated.loss_sum);
}

/* A row without labels, and a batch without any, add nothing; a prompt that is longer than all answers does not matter. */
static void
test_nothing_to_learn (void)
{
  g_autoptr(AttuneModel) model = make_model (&cases[0], 2);
  g_autoptr(TestBatch) batch = test_batch_random (2, 17, attune_model_get_config (model)->vocab_size, 3);
  AttuneBatchResult result;

  for (guint i = 0; i < 2 * 17; i++)
    batch->labels[i] = -100;
  /* The first token of a row has nothing before it to be predicted from. */
  batch->labels[0] = batch->tokens[0];
  attune_model_forward_backward (model, &batch->batch, 1, 1, &result);
  g_assert_cmpuint (result.n_labels, ==, 0);
  g_assert_cmpfloat (result.loss_sum, ==, 0);
  for (guint i = 0; i < attune_model_get_n_tensors (model); i++)
    for (gsize j = 0; j < test_tensor_size (attune_model_get_tensor (model, i)); j++)
      g_assert_cmpfloat (attune_model_get_tensor (model, i)->gradient[j], ==, 0);

  batch->labels[5] = batch->tokens[5];
  attune_model_forward_backward (model, &batch->batch, 1, 1, &result);
  g_assert_cmpuint (result.n_labels, ==, 1);
  g_assert_cmpfloat (result.loss_sum, >, 0);
}

/* A run that has gone wrong must be seen in loss and gradients, not end up as plausible numbers. */
static void
test_not_a_number (void)
{
  g_autoptr(AttuneModel) model = make_model (&cases[0], 2);
  g_autoptr(TestBatch) batch = test_batch_random (2, 17, attune_model_get_config (model)->vocab_size, 3);
  const AttuneTensor *norm = test_model_find (model, "model.layers.1.post_attention_layernorm.weight");
  AttuneBatchResult result;

  norm->value[3] = NAN;
  attune_model_values_changed (model);
  attune_model_forward_backward (model, &batch->batch, 1, 1, &result);
  g_assert_true (isnan (result.loss_sum));
  g_assert_true (isnan (test_model_find (model, "model.norm.weight")->gradient[0]));
  g_assert_true (isnan (test_model_find (model, "model.layers.0.self_attn.q_proj.weight")->gradient[0]));

  /* And must not stay behind in the memory that is used again. */
  norm->value[3] = 1;
  attune_model_values_changed (model);
  attune_model_zero_gradients (model);
  attune_model_forward_backward (model, &batch->batch, 1, 1, &result);
  g_assert_true (isfinite (result.loss_sum));
  for (guint i = 0; i < attune_model_get_n_tensors (model); i++)
    for (gsize j = 0; j < test_tensor_size (attune_model_get_tensor (model, i)); j++)
      g_assert_true (isfinite (attune_model_get_tensor (model, i)->gradient[j]));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *differences = g_strdup_printf ("/engine/model/differences/%s", cases[i].name);

      g_test_add_data_func (differences, &cases[i], test_gradients);
    }
  g_test_add_func ("/engine/model/kinds", test_kinds);
  g_test_add_data_func ("/engine/model/accumulation/full", &cases[7], test_accumulation);
  g_test_add_data_func ("/engine/model/accumulation/lora", &cases[9], test_accumulation);
  g_test_add_data_func ("/engine/model/repeatable/full", &cases[7], test_repeatable);
  g_test_add_data_func ("/engine/model/repeatable/dropout", &cases[12], test_repeatable);
  g_test_add_func ("/engine/model/dropout-seed", test_dropout_seed);
  g_test_add_func ("/engine/model/nothing-to-learn", test_nothing_to_learn);
  g_test_add_func ("/engine/model/not-a-number", test_not_a_number);

  return g_test_run ();
}
