/* test-model-config.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-error.h"

#include "model-fixtures.h"

#define SIZES "\"hidden_size\": 64, \"intermediate_size\": 160, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"vocab_size\": 512"

static AttuneModelConfig *
parse (const char *members)
{
  g_autofree char *json = g_strdup_printf ("{ %s, " SIZES " }", members);
  g_autoptr(GError) error = NULL;
  AttuneModelConfig *config = attune_model_config_parse (json, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (config->json, ==, json);
  return config;
}

static void
test_families (void)
{
  g_autoptr(AttuneModelConfig) llama = parse ("\"model_type\": \"llama\"");
  g_autoptr(AttuneModelConfig) biased = parse ("\"model_type\": \"llama\", \"attention_bias\": true");
  g_autoptr(AttuneModelConfig) mistral = parse ("\"model_type\": \"mistral\", \"num_key_value_heads\": 2, \"sliding_window\": null");
  g_autoptr(AttuneModelConfig) qwen2 = parse ("\"model_type\": \"qwen2\", \"use_sliding_window\": false, \"sliding_window\": 4096,"
                                              "\"layer_types\": [ \"full_attention\", \"full_attention\" ], \"tie_word_embeddings\": true");
  g_autoptr(AttuneModelConfig) qwen3 = parse ("\"model_type\": \"qwen3\", \"rms_norm_eps\": 1e-5");
  g_autoptr(AttuneModelConfig) explicit = parse ("\"model_type\": \"qwen3\", \"head_dim\": 24");

  g_assert_cmpuint (llama->n_kv_heads, ==, 4);
  g_assert_cmpuint (llama->head_dim, ==, 16);
  g_assert_cmpuint (llama->max_positions, ==, 2048);
  g_assert_cmpfloat (llama->rope_theta, ==, 10000);
  g_assert_cmpfloat (llama->rms_norm_eps, ==, 1e-6);
  g_assert_false (llama->tie_embeddings || llama->attention_bias || llama->output_bias || llama->head_norms);
  g_assert_true (biased->attention_bias && biased->output_bias);
  g_assert_cmpuint (mistral->n_kv_heads, ==, 2);
  g_assert_true (qwen2->attention_bias && !qwen2->output_bias && qwen2->tie_embeddings);
  g_assert_true (qwen3->head_norms && !qwen3->attention_bias);
  g_assert_cmpuint (qwen3->head_dim, ==, 128);
  g_assert_cmpuint (explicit->head_dim, ==, 24);
}

static void
test_rope (void)
{
  g_autoptr(AttuneModelConfig) four = parse ("\"model_type\": \"llama\", \"rope_theta\": 500000.0, \"rope_scaling\": { \"factor\": 32.0, \"high_freq_factor\": 4.0,"
                                             "\"low_freq_factor\": 1.0, \"original_max_position_embeddings\": 8192, \"rope_type\": \"llama3\" }");
  g_autoptr(AttuneModelConfig) five = parse ("\"model_type\": \"llama\", \"rope_parameters\": { \"factor\": 32.0, \"high_freq_factor\": 4.0,"
                                             "\"low_freq_factor\": 1.0, \"original_max_position_embeddings\": 8192, \"rope_type\": \"llama3\", \"rope_theta\": 500000.0 }");
  g_autoptr(AttuneModelConfig) old = parse ("\"model_type\": \"llama\", \"rope_scaling\": { \"type\": \"linear\", \"factor\": 2 }");
  g_autoptr(AttuneModelConfig) none = parse ("\"model_type\": \"llama\", \"rope_scaling\": null, \"rope_theta\": 1000");
  const AttuneModelConfig *both[] = { four, five };

  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (both[i]->rope_type, ==, ATTUNE_ROPE_LLAMA3);
      g_assert_cmpfloat (both[i]->rope_theta, ==, 500000);
      g_assert_cmpfloat (both[i]->rope_factor, ==, 32);
      g_assert_cmpfloat (both[i]->rope_low_frequency_factor, ==, 1);
      g_assert_cmpfloat (both[i]->rope_high_frequency_factor, ==, 4);
      g_assert_cmpuint (both[i]->rope_original_positions, ==, 8192);
    }
  g_assert_cmpint (old->rope_type, ==, ATTUNE_ROPE_LINEAR);
  g_assert_cmpfloat (old->rope_factor, ==, 2);
  g_assert_cmpint (none->rope_type, ==, ATTUNE_ROPE_DEFAULT);
  g_assert_cmpfloat (none->rope_theta, ==, 1000);
}

static void
test_refused (void)
{
  static const struct {
    const char  *members;
    AttuneError  code;
    const char  *word;
  } cases[] = {
    { "\"model_type\": \"gemma\"", ATTUNE_ERROR_NOT_SUPPORTED, "gemma" },
    { "\"model_type\": \"qwen3_moe\"", ATTUNE_ERROR_NOT_SUPPORTED, "qwen3_moe" },
    { "\"model_type\": 3", ATTUNE_ERROR_DAMAGED, "model_type" },
    { "\"model_type\": \"mistral\", \"sliding_window\": 4096", ATTUNE_ERROR_NOT_SUPPORTED, "sliding_window" },
    { "\"model_type\": \"qwen2\", \"use_sliding_window\": true, \"sliding_window\": 4096", ATTUNE_ERROR_NOT_SUPPORTED, "sliding_window" },
    { "\"model_type\": \"qwen2\", \"layer_types\": [ \"full_attention\", \"sliding_attention\" ]", ATTUNE_ERROR_NOT_SUPPORTED, "sliding_attention" },
    { "\"model_type\": \"llama\", \"hidden_act\": \"gelu\"", ATTUNE_ERROR_NOT_SUPPORTED, "gelu" },
    { "\"model_type\": \"llama\", \"mlp_bias\": true", ATTUNE_ERROR_NOT_SUPPORTED, "mlp_bias" },
    { "\"model_type\": \"llama\", \"attention_dropout\": 0.1", ATTUNE_ERROR_NOT_SUPPORTED, "attention_dropout" },
    { "\"model_type\": \"llama\", \"quantization_config\": { \"bits\": 4 }", ATTUNE_ERROR_NOT_SUPPORTED, "quantization_config" },
    { "\"model_type\": \"llama\", \"rope_scaling\": { \"rope_type\": \"yarn\", \"factor\": 4 }", ATTUNE_ERROR_NOT_SUPPORTED, "yarn" },
    { "\"model_type\": \"llama\", \"partial_rotary_factor\": 0.5", ATTUNE_ERROR_NOT_SUPPORTED, "partial_rotary_factor" },
    { "\"model_type\": \"llama\", \"rope_scaling\": { \"rope_type\": \"linear\" }", ATTUNE_ERROR_DAMAGED, "factor" },
    { "\"model_type\": \"llama\", \"rope_scaling\": 7", ATTUNE_ERROR_DAMAGED, "rope_scaling" },
    { "\"model_type\": \"llama\", \"num_key_value_heads\": 3", ATTUNE_ERROR_DAMAGED, "num_key_value_heads" },
    { "\"model_type\": \"llama\", \"head_dim\": 15", ATTUNE_ERROR_DAMAGED, "head_dim" },
    { "\"model_type\": \"llama\", \"head_dim\": -4", ATTUNE_ERROR_DAMAGED, "head_dim" },
    { "\"model_type\": \"llama\", \"num_key_value_heads\": 0", ATTUNE_ERROR_DAMAGED, "num_key_value_heads" },
    { "\"model_type\": \"llama\", \"tie_word_embeddings\": 1", ATTUNE_ERROR_DAMAGED, "tie_word_embeddings" },
    { "\"model_type\": \"llama\", \"rope_theta\": \"x\"", ATTUNE_ERROR_DAMAGED, "rope_theta" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{ %s, " SIZES " }", cases[i].members);
      g_autoptr(GError) error = NULL;
      g_autoptr(AttuneModelConfig) config = attune_model_config_parse (json, &error);

      g_assert_null (config);
      g_assert_error (error, ATTUNE_ERROR, (int) cases[i].code);
      g_test_message ("%s: %s", cases[i].word, error->message);
      g_assert_nonnull (strstr (error->message, cases[i].word));
    }
}

/* Each member that is needed, missing; and files that are no such thing. */
static void
test_broken (void)
{
  static const char * const needed[] = { "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size" };
  static const char * const nonsense[] = { "", "[]", "{", "null", "{}", "\xff" };
  g_autofree char *folder = test_folder_new ();
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_autofree char *json = g_strdup ("{ \"model_type\": \"llama\", " SIZES " }");
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", needed[i]);

      strstr (json, quoted)[1] = 'X';
      g_assert_null (attune_model_config_parse (json, &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
      g_assert_nonnull (strstr (error->message, needed[i]));
      g_clear_error (&error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      g_assert_null (attune_model_config_parse (nonsense[i], &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
      g_clear_error (&error);
    }

  g_assert_null (attune_model_config_load (folder, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, folder));
  test_folder_remove (folder);
}

static void
test_count (void)
{
  static const char * const types[] = { "llama", "qwen2", "qwen3" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    for (guint more = 0; more < 3; more++)
      {
        g_autoptr(AttuneModelConfig) config = test_config (types[i], more == 0 ? "" : more == 1 ? "\"tie_word_embeddings\": false"
                                                                                  : "\"attention_bias\": true");
        g_autoptr(AttuneModelConfig) copy = attune_model_config_copy (config);
        g_autoptr(AttuneModel) model = attune_model_new_random (copy, ATTUNE_MODEL_PRECISION_FP32, 1, 1, NULL);
        guint64 n = 0;

        for (guint j = 0; j < attune_model_get_n_tensors (model); j++)
          n += test_tensor_size (attune_model_get_tensor (model, j));
        g_assert_cmpuint (attune_model_config_count_parameters (config), ==, n);
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/engine/model-config/families", test_families);
  g_test_add_func ("/engine/model-config/rope", test_rope);
  g_test_add_func ("/engine/model-config/refused", test_refused);
  g_test_add_func ("/engine/model-config/broken", test_broken);
  g_test_add_func ("/engine/model-config/count", test_count);

  return g_test_run ();
}
