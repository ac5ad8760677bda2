/* test-model-files.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Models and adapters from folders and into them. */

#include "config.h"

#include "attune-error.h"
#include "attune-model-private.h"

#include "model-fixtures.h"

static const char * const all_modules[] = { "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", NULL };

static AttuneModel *
make_random (const char *type,
             const char *more)
{
  g_autoptr(AttuneModelConfig) config = test_config (type, more);
  g_autoptr(GError) error = NULL;
  AttuneModel *model = attune_model_new_random (config, ATTUNE_MODEL_PRECISION_FP32, 5, 2, &error);

  g_assert_no_error (error);
  test_model_shake (model, 6);
  return model;
}

static AttuneModel *
load (const char           *folder,
      AttuneModelPrecision  precision,
      gboolean              full)
{
  g_autoptr(GError) error = NULL;
  AttuneModel *model = attune_model_load (folder, precision, full, 2, &error);

  g_assert_no_error (error);
  return model;
}

static void
save (AttuneModel *model,
      const char  *folder,
      const char  *dtype)
{
  g_autoptr(GError) error = NULL;

  attune_model_save_weights (model, folder, dtype, &error);
  g_assert_no_error (error);
}

static char *
read_file (const char *folder,
           const char *name,
           gsize      *length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(GError) error = NULL;
  char *contents;

  g_file_get_contents (path, &contents, length, &error);
  g_assert_no_error (error);
  return contents;
}

static void
assert_same_file (const char *a,
                  const char *b,
                  const char *name)
{
  gsize n, m;
  g_autofree char *first = read_file (a, name, &n);
  g_autofree char *second = read_file (b, name, &m);

  g_assert_cmpmem (first, n, second, m);
}

static float *
get_logits (AttuneModel       *model,
            const AttuneBatch *batch,
            gsize             *n)
{
  float *logits;

  *n = (gsize) batch->n_rows * batch->length * attune_model_get_config (model)->vocab_size;
  logits = g_new (float, *n);
  attune_model_compute_logits (model, batch, logits);
  return logits;
}

static void
assert_same_logits (AttuneModel *a,
                    AttuneModel *b,
                    double       tolerance)
{
  g_autoptr(TestBatch) batch = test_batch_random (2, 20, attune_model_get_config (a)->vocab_size, 3);
  gsize n, m;
  g_autofree float *first = get_logits (a, &batch->batch, &n);
  g_autofree float *second = get_logits (b, &batch->batch, &m);

  g_assert_cmpuint (n, ==, m);
  if (tolerance == 0)
    g_assert_cmpmem (first, n * sizeof (float), second, m * sizeof (float));
  else
    g_assert_cmpfloat (test_relative_error (first, second, n), <, tolerance);
}

static void
test_weights (gconstpointer data)
{
  const char *type = data;
  g_autofree char *one = test_folder_new ();
  g_autofree char *two = test_folder_new ();
  g_autofree char *three = test_folder_new ();
  g_autofree char *four = test_folder_new ();
  g_autoptr(AttuneModel) random = make_random (type, "\"tie_word_embeddings\": false, \"rope_scaling\": { \"type\": \"linear\", \"factor\": 2.0 }");
  g_autoptr(AttuneModel) frozen = NULL;
  g_autoptr(AttuneModel) trained = NULL;
  g_autoptr(AttuneModel) narrow = NULL;
  g_autoptr(AttuneModel) wide = NULL;
  const AttuneModelConfig *config;

  save (random, one, "F32");
  frozen = load (one, ATTUNE_MODEL_PRECISION_FP32, FALSE);
  trained = load (one, ATTUNE_MODEL_PRECISION_FP32, TRUE);
  g_assert_cmpuint (attune_model_get_n_tensors (frozen), ==, 0);
  g_assert_cmpuint (attune_model_get_n_tensors (trained), ==, attune_model_get_n_tensors (random));
  for (guint i = 0; i < attune_model_get_n_tensors (random); i++)
    {
      const AttuneTensor *a = attune_model_get_tensor (random, i);
      const AttuneTensor *b = test_model_find (trained, a->name);

      g_assert_cmpmem (a->value, test_tensor_size (a) * sizeof (float), b->value, test_tensor_size (b) * sizeof (float));
    }
  assert_same_logits (random, frozen, 0);
  assert_same_logits (random, trained, 0);

  config = attune_model_get_config (frozen);
  g_assert_cmpstr (config->model_type, ==, type);
  g_assert_cmpint (config->rope_type, ==, ATTUNE_ROPE_LINEAR);
  g_assert_false (config->tie_embeddings);

  /* From frozen to file and back, in each type: the same bytes. */
  save (frozen, two, "F32");
  assert_same_file (one, two, "model.safetensors");
  save (trained, three, "BF16");
  narrow = load (three, ATTUNE_MODEL_PRECISION_BF16, FALSE);
  save (narrow, four, "BF16");
  assert_same_file (three, four, "model.safetensors");
  assert_same_file (three, four, "config.json");
  save (narrow, two, "F32");
  wide = load (two, ATTUNE_MODEL_PRECISION_BF16, FALSE);
  assert_same_logits (narrow, wide, 0);
  assert_same_logits (random, narrow, 0.05);

  test_folder_remove (one);
  test_folder_remove (two);
  test_folder_remove (three);
  test_folder_remove (four);
}

/* config.json made from the fields alone, as the starter model does it, says the same as what it was made from. */
static void
test_described_config (void)
{
  static const char * const types[] = { "llama", "mistral", "qwen2", "qwen3" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *folder = test_folder_new ();
      g_autoptr(AttuneModelConfig) config = test_config (types[i], "\"rope_scaling\": { \"rope_type\": \"llama3\", \"factor\": 2.0,"
                                                                   "\"original_max_position_embeddings\": 64 }");
      g_autoptr(AttuneModelConfig) back = NULL;
      g_autoptr(AttuneModel) model = NULL;
      g_autoptr(AttuneModel) loaded = NULL;
      g_autoptr(GError) error = NULL;

      g_clear_pointer (&config->json, g_free);
      model = attune_model_new_random (config, ATTUNE_MODEL_PRECISION_FP32, 3, 1, &error);
      g_assert_no_error (error);
      save (model, folder, "F32");
      back = attune_model_config_load (folder, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (back->model_type, ==, config->model_type);
      g_assert_cmpuint (back->head_dim, ==, config->head_dim);
      g_assert_cmpuint (back->max_positions, ==, config->max_positions);
      g_assert_cmpint (back->rope_type, ==, config->rope_type);
      g_assert_cmpfloat (back->rope_factor, ==, config->rope_factor);
      g_assert_cmpfloat (back->rms_norm_eps, ==, config->rms_norm_eps);
      g_assert_cmpint (back->attention_bias, ==, config->attention_bias);
      g_assert_cmpint (back->output_bias, ==, config->output_bias);
      loaded = load (folder, ATTUNE_MODEL_PRECISION_FP32, FALSE);
      assert_same_logits (model, loaded, 0);
      test_folder_remove (folder);
    }
}

static void
test_half (void)
{
  g_autofree char *folder = test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr(AttuneModel) random = make_random ("llama", "");
  g_autoptr(AttuneModel) model = NULL;
  g_autoptr(AttuneSafetensorsWriter) writer = attune_safetensors_writer_new ();
  g_autoptr(GError) error = NULL;

  save (random, folder, "F32");
  for (guint i = 0; i < attune_model_get_n_tensors (random); i++)
    {
      const AttuneTensor *tensor = attune_model_get_tensor (random, i);
      const guint64 shape[] = { tensor->rows, tensor->columns };

      attune_safetensors_writer_add_floats (writer, tensor->name, ATTUNE_DTYPE_F16, tensor->is_vector ? 1 : 2, shape, tensor->value);
    }
  g_assert_true (attune_safetensors_writer_save (writer, path, &error));
  model = load (folder, ATTUNE_MODEL_PRECISION_FP32, FALSE);
  assert_same_logits (random, model, 0.01);
  test_folder_remove (folder);
}

static void
test_adapter (gconstpointer data)
{
  const AttuneModelPrecision precision = GPOINTER_TO_UINT (data);
  g_autofree char *folder = test_folder_new ();
  g_autofree char *one = g_build_filename (folder, "deep", "one", NULL);
  g_autofree char *two = g_build_filename (folder, "two", NULL);
  g_autoptr(AttuneModel) random = make_random ("qwen2", "");
  g_autoptr(AttuneModel) model = NULL;
  g_autoptr(AttuneModel) plain = NULL;
  g_autoptr(AttuneModel) again = NULL;
  AttuneLoraSettings lora = { 4, 8, 0.25, (GStrv) all_modules };
  g_autofree char *config = NULL;
  g_autoptr(GError) error = NULL;

  save (random, folder, "F32");
  plain = load (folder, precision, FALSE);
  model = load (folder, precision, FALSE);
  g_assert_true (attune_model_add_lora (model, &lora, 3, &error));
  g_assert_no_error (error);

  /* B is zero at first: nothing changes. */
  assert_same_logits (plain, model, 0);
  for (guint i = 0; i < attune_model_get_n_tensors (model); i++)
    {
      const AttuneTensor *tensor = attune_model_get_tensor (model, i);
      const gboolean is_a = strstr (tensor->name, "lora_A") != NULL;
      float most = 0;

      g_assert_true (g_str_has_prefix (tensor->name, "base_model.model.model.layers."));
      for (gsize j = 0; j < test_tensor_size (tensor); j++)
        most = MAX (most, fabsf (tensor->value[j]));
      if (is_a)
        g_assert_true (most <= 1 / sqrtf ((float) tensor->columns) && most > 0.9f / sqrtf ((float) tensor->columns));
      else
        g_assert_cmpfloat (most, ==, 0);
    }

  test_model_shake (model, 4);
  g_assert_true (attune_model_save_adapter (model, one, "some/model", &error));
  g_assert_no_error (error);
  again = load (folder, precision, FALSE);
  g_assert_true (attune_model_load_adapter (again, one, &error));
  g_assert_no_error (error);
  assert_same_logits (model, again, 0);
  g_assert_true (attune_model_save_adapter (again, two, "some/model", &error));
  assert_same_file (one, two, "adapter_model.safetensors");
  assert_same_file (one, two, "adapter_config.json");

  config = read_file (one, "adapter_config.json", NULL);
  g_assert_nonnull (strstr (config, "\"r\": 4"));
  g_assert_nonnull (strstr (config, "\"lora_alpha\": 8"));
  g_assert_nonnull (strstr (config, "\"lora_dropout\": 0.25"));
  g_assert_nonnull (strstr (config, "\"base_model_name_or_path\": \"some/model\""));

  /* Only once. */
  g_assert_false (attune_model_load_adapter (again, one, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
  test_folder_remove (folder);
}

/* The same members as in an adapter that PEFT's own loader has read. */
static void
test_adapter_members (void)
{
  g_autofree char *reference = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", NULL);
  g_autofree char *model_folder = g_build_filename (reference, "model", NULL);
  g_autofree char *adapter = g_build_filename (reference, "lora", "adapter", NULL);
  g_autofree char *folder = test_folder_new ();
  g_autoptr(AttuneModel) model = load (model_folder, ATTUNE_MODEL_PRECISION_FP32, FALSE);
  g_autoptr(GError) error = NULL;
  gsize n, m;
  g_autofree char *theirs = read_file (adapter, "adapter_config.json", &n);
  g_autofree char *ours = NULL;
  yyjson_doc *a, *b;

  g_assert_true (attune_model_load_adapter (model, adapter, &error));
  g_assert_no_error (error);
  g_assert_true (attune_model_save_adapter (model, folder, "", &error));
  ours = read_file (folder, "adapter_config.json", &m);
  a = yyjson_read (theirs, n, 0);
  b = yyjson_read (ours, m, 0);
  g_assert_true (yyjson_equals (yyjson_doc_get_root (a), yyjson_doc_get_root (b)));
  yyjson_doc_free (a);
  yyjson_doc_free (b);
  assert_same_file (adapter, folder, "adapter_model.safetensors");
  test_folder_remove (folder);
}

static void
check_adapter_config (const char  *text,
                      AttuneError  code,
                      const char  *word)
{
  g_autofree char *reference = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", NULL);
  g_autofree char *model_folder = g_build_filename (reference, "model", NULL);
  g_autofree char *weights = g_build_filename (reference, "lora", "adapter", NULL);
  g_autofree char *folder = test_folder_new ();
  g_autofree char *config_path = g_build_filename (folder, "adapter_config.json", NULL);
  g_autofree char *weights_path = g_build_filename (folder, "adapter_model.safetensors", NULL);
  g_autoptr(AttuneModel) model = load (model_folder, ATTUNE_MODEL_PRECISION_FP32, FALSE);
  g_autoptr(GError) error = NULL;
  gsize length;
  g_autofree char *contents = read_file (weights, "adapter_model.safetensors", &length);

  g_assert_true (g_file_set_contents (config_path, text, -1, NULL));
  g_assert_true (g_file_set_contents (weights_path, contents, (gssize) length, NULL));
  g_assert_false (attune_model_load_adapter (model, folder, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, ATTUNE_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, folder));
  test_folder_remove (folder);
}

static void
test_adapter_refused (void)
{
  check_adapter_config ("nonsense", ATTUNE_ERROR_DAMAGED, "JSON");
  check_adapter_config ("{ \"peft_type\": \"IA3\" }", ATTUNE_ERROR_DAMAGED, "LoRA");
  check_adapter_config ("{ \"peft_type\": \"LORA\", \"r\": 0, \"target_modules\": [ \"q_proj\" ] }", ATTUNE_ERROR_DAMAGED, "“r”");
  check_adapter_config ("{ \"peft_type\": \"LORA\", \"r\": 8, \"target_modules\": [ \"lm_head\" ] }", ATTUNE_ERROR_NOT_SUPPORTED, "lm_head");
  check_adapter_config ("{ \"peft_type\": \"LORA\", \"r\": 8, \"target_modules\": [] }", ATTUNE_ERROR_DAMAGED, "target_modules");
  check_adapter_config ("{ \"peft_type\": \"LORA\", \"r\": 8, \"target_modules\": [ \"q_proj\" ], \"use_dora\": true }",
                        ATTUNE_ERROR_NOT_SUPPORTED, "use_dora");
  check_adapter_config ("{ \"peft_type\": \"LORA\", \"r\": 8, \"target_modules\": [ \"q_proj\" ], \"rank_pattern\": { \"q_proj\": 4 } }",
                        ATTUNE_ERROR_NOT_SUPPORTED, "rank_pattern");
  check_adapter_config ("{ \"peft_type\": \"LORA\", \"r\": 8, \"target_modules\": [ \"q_proj\" ], \"bias\": \"all\" }",
                        ATTUNE_ERROR_NOT_SUPPORTED, "bias");
  check_adapter_config ("{ \"peft_type\": \"LORA\", \"r\": 8, \"target_modules\": [ \"q_proj\" ] }", ATTUNE_ERROR_DAMAGED, "does not speak");
  check_adapter_config ("{ \"peft_type\": \"LORA\", \"r\": 4, \"target_modules\": [ \"q_proj\" ] }", ATTUNE_ERROR_DAMAGED, "q_proj.lora_A");
}

static void
test_lora_refused (void)
{
  static const char * const wrong[] = { "q_proj", "lm_head", NULL };
  static const char * const none[] = { NULL };
  g_autofree char *reference = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", "model", NULL);
  g_autoptr(AttuneModel) model = load (reference, ATTUNE_MODEL_PRECISION_FP32, FALSE);
  g_autoptr(AttuneModel) full = load (reference, ATTUNE_MODEL_PRECISION_FP32, TRUE);
  const AttuneLoraSettings good = { 4, 8, 0, (GStrv) all_modules };
  const AttuneLoraSettings bad[] = {
    { 0, 8, 0, (GStrv) all_modules }, { 4, 8, 1.5, (GStrv) all_modules }, { 4, 8, 0, (GStrv) wrong }, { 4, 8, 0, (GStrv) none }, { 4, 8, 0, NULL },
  };
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (attune_model_add_lora (model, &bad[i], 1, &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
    }
  g_assert_false (attune_model_add_lora (full, &good, 1, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_true (attune_model_add_lora (model, &good, 1, &error));
  g_assert_no_error (error);
}

static void
check_load_fails (const char  *folder,
                  AttuneError  code,
                  const char  *word)
{
  for (guint full = 0; full < 2; full++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(AttuneModel) model = attune_model_load (folder, ATTUNE_MODEL_PRECISION_FP32, full != 0, 1, &error);

      g_assert_null (model);
      g_assert_error (error, ATTUNE_ERROR, (int) code);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, word));
      g_assert_nonnull (strstr (error->message, folder));
    }
}

static void
edit_config (const char *folder,
             const char *from,
             const char *to)
{
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  g_autofree char *contents = read_file (folder, "config.json", NULL);
  g_auto(GStrv) parts = g_strsplit (contents, from, 2);
  g_autofree char *changed = g_strjoinv (to, parts);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  g_assert_true (g_file_set_contents (path, changed, -1, NULL));
}

static void
test_load_refused (void)
{
  g_autofree char *folder = test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr(AttuneModel) random = make_random ("llama", "");
  g_autofree char *contents = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;

  check_load_fails (folder, ATTUNE_ERROR_NOT_FOUND, "config.json");
  save (random, folder, "F32");

  edit_config (folder, "\"intermediate_size\": 80", "\"intermediate_size\": 96");
  check_load_fails (folder, ATTUNE_ERROR_DAMAGED, "model.layers.0.mlp.gate_proj.weight");
  edit_config (folder, "\"intermediate_size\": 96", "\"intermediate_size\": 80");
  edit_config (folder, "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
  check_load_fails (folder, ATTUNE_ERROR_DAMAGED, "model.layers.2.");
  edit_config (folder, "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 1");
  check_load_fails (folder, ATTUNE_ERROR_NOT_SUPPORTED, "model.layers.1.");
  edit_config (folder, "\"num_hidden_layers\": 1", "\"num_hidden_layers\": 2");
  edit_config (folder, "\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false");
  check_load_fails (folder, ATTUNE_ERROR_DAMAGED, "lm_head.weight");
  edit_config (folder, "\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");

  contents = read_file (folder, "model.safetensors", &length);
  g_assert_true (g_file_set_contents (path, contents, (gssize) length - 1, NULL));
  check_load_fails (folder, ATTUNE_ERROR_DAMAGED, "model.safetensors");
  g_assert_true (g_file_set_contents (path, contents, (gssize) length, NULL));
  g_clear_pointer (&random, attune_model_free);
  random = load (folder, ATTUNE_MODEL_PRECISION_FP32, TRUE);

  for (AttuneModelPrecision precision = ATTUNE_MODEL_PRECISION_FP32; precision <= ATTUNE_MODEL_PRECISION_INT4; precision++)
    {
      g_autoptr(AttuneModel) model = attune_model_load (folder, precision, FALSE, 1, &error);

      if (precision == ATTUNE_MODEL_PRECISION_FP32 || precision == ATTUNE_MODEL_PRECISION_BF16)
        g_assert_no_error (error);
      else
        g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED);
      g_clear_error (&error);
    }
  test_folder_remove (folder);
}

static void
test_save_refused (void)
{
  g_autofree char *folder = test_folder_new ();
  g_autofree char *blocked = g_build_filename (folder, "file", "below", NULL);
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autoptr(AttuneModel) random = make_random ("llama", "");
  g_autoptr(GError) error = NULL;

  g_assert_false (attune_model_save_weights (random, folder, "F16", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_false (attune_model_save_weights (random, blocked, "F32", &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, blocked));
  test_folder_remove (folder);
}

/* What the prediction says is what is allocated. */
static void
test_memory (void)
{
  g_autofree char *folder = test_folder_new ();
  g_autoptr(AttuneModel) random = make_random ("qwen3", "");
  g_autoptr(AttuneModel) model = NULL;
  const AttuneModelConfig *config = attune_model_get_config (random);
  AttuneLoraSettings lora = { 4, 8, 0, (GStrv) all_modules };
  AttuneMemoryNeed full, adapter, dropout, longer, half;
  g_autoptr(TestBatch) batch = test_batch_random (4, 64, 97, 1);
  g_autoptr(GError) error = NULL;
  gsize n = 0;

  save (random, folder, "F32");
  model = load (folder, ATTUNE_MODEL_PRECISION_FP32, FALSE);
  g_assert_true (attune_model_add_lora (model, &lora, 1, &error));
  for (guint i = 0; i < attune_model_get_n_tensors (model); i++)
    n += test_tensor_size (attune_model_get_tensor (model, i));

  attune_model_predict_memory (config, ATTUNE_MODEL_PRECISION_FP32, NULL, 4, 64, 2, &full);
  attune_model_predict_memory (config, ATTUNE_MODEL_PRECISION_FP32, &lora, 4, 64, 2, &adapter);
  attune_model_predict_memory (config, ATTUNE_MODEL_PRECISION_BF16, &lora, 4, 64, 2, &half);
  attune_model_predict_memory (config, ATTUNE_MODEL_PRECISION_FP32, &lora, 4, 128, 2, &longer);
  lora.dropout = 0.1;
  attune_model_predict_memory (config, ATTUNE_MODEL_PRECISION_FP32, &lora, 4, 64, 2, &dropout);

  g_assert_cmpuint (adapter.trained, ==, n * 4);
  g_assert_cmpuint (adapter.gradients, ==, n * 4);
  g_assert_cmpuint (adapter.optimizer, ==, n * 8);
  g_assert_cmpuint (adapter.weights, ==, attune_model_config_count_parameters (config) * 4);
  g_assert_cmpuint (full.trained, ==, attune_model_config_count_parameters (config) * 4);
  g_assert_cmpuint (full.weights, ==, 0);
  g_assert_cmpuint (adapter.total, ==, adapter.weights + adapter.trained + adapter.gradients + adapter.optimizer + adapter.activations + adapter.scratch);
  g_assert_cmpuint (dropout.scratch, >, adapter.scratch);
  g_assert_cmpuint (longer.activations, >, adapter.activations * 19 / 10);
  g_assert_cmpuint (half.activations, <=, adapter.activations);

  /* The same arithmetic, but for what libraries take. */
  g_assert_cmpuint (model->arena_size, ==, 0);
  g_assert_true (attune_model_reserve (model, 4, 64, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (model->arena_size, >=, adapter.activations);
  g_assert_cmpuint (model->arena_size, <, adapter.activations + adapter.scratch);
  n = model->arena_size;
  attune_model_forward_backward (model, &batch->batch, 1, 1, NULL);
  g_assert_cmpuint (model->arena_size, ==, n);

  /* More than any machine has. */
  g_assert_false (attune_model_reserve (model, G_MAXUINT16, 1 << 20, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY);
  attune_model_forward_backward (model, &batch->batch, 1, 1, NULL);
  g_assert_cmpuint (model->arena_size, >, 0);
  test_folder_remove (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_data_func ("/engine/model-files/weights/llama", "llama", test_weights);
  g_test_add_data_func ("/engine/model-files/weights/qwen2", "qwen2", test_weights);
  g_test_add_data_func ("/engine/model-files/weights/qwen3", "qwen3", test_weights);
  g_test_add_func ("/engine/model-files/described-config", test_described_config);
  g_test_add_func ("/engine/model-files/half", test_half);
  g_test_add_data_func ("/engine/model-files/adapter/fp32", GUINT_TO_POINTER (ATTUNE_MODEL_PRECISION_FP32), test_adapter);
  g_test_add_data_func ("/engine/model-files/adapter/bf16", GUINT_TO_POINTER (ATTUNE_MODEL_PRECISION_BF16), test_adapter);
  g_test_add_func ("/engine/model-files/adapter-members", test_adapter_members);
  g_test_add_func ("/engine/model-files/adapter-refused", test_adapter_refused);
  g_test_add_func ("/engine/model-files/lora-refused", test_lora_refused);
  g_test_add_func ("/engine/model-files/load-refused", test_load_refused);
  g_test_add_func ("/engine/model-files/save-refused", test_save_refused);
  g_test_add_func ("/engine/model-files/memory", test_memory);

  return g_test_run ();
}
