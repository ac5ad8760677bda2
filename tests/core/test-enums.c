/* test-enums.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-enums.h"

/* The words of the architecture document, letter by letter and in its order. */
static const struct {
  GType      (*type) (void);
  const char  *words;
} wire[] = {
  { attune_training_method_get_type, "full, lora, qlora" },
  { attune_lr_scheduler_type_get_type, "cosine, linear, constant, constant_with_warmup, polynomial" },
  { attune_model_precision_get_type, "fp32, fp16, bf16, fp8, int8, int4" },
  { attune_optimization_feature_get_type,
    "flash_attention, gradient_checkpointing, optimizer_8bit, paged_optimizer, fused_kernels, sequence_packing, dynamic_padding, "
    "activation_offloading" },
  { attune_train_on_inputs_get_type, "auto, enabled, disabled" },
  { attune_job_status_get_type,
    "preparing, submitting, validating_files, queued, running, paused, succeeded, failed, cancelled" },
};

static void
test_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wire); i++)
    {
      g_autofree char *words = attune_enum_list_nicks (wire[i].type ());

      g_assert_cmpstr (words, ==, wire[i].words);
    }
}

static void
test_both_ways (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wire); i++)
    {
      g_autoptr (GEnumClass) enum_class = g_type_class_ref (wire[i].type ());

      for (guint j = 0; j < enum_class->n_values; j++)
        {
          int value = -1;

          /* No gaps: tables are indexed by these. */
          g_assert_cmpint (enum_class->values[j].value, ==, (int) j);
          g_assert_true (attune_enum_from_nick (wire[i].type (), enum_class->values[j].value_nick, &value));
          g_assert_cmpint (value, ==, (int) j);
          g_assert_cmpstr (attune_enum_to_nick (wire[i].type (), value), ==, enum_class->values[j].value_nick);
        }
      g_assert_null (attune_enum_to_nick (wire[i].type (), (int) enum_class->n_values));
      g_assert_null (attune_enum_to_nick (wire[i].type (), -1));
    }
}

static void
test_strangers (void)
{
  static const char * const strangers[] = { "", "LORA", "lora ", "LoRA", "adapter" };
  int value = 77;

  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    g_assert_false (attune_enum_from_nick (ATTUNE_TYPE_TRAINING_METHOD, strangers[i], &value));
  g_assert_false (attune_enum_from_nick (ATTUNE_TYPE_TRAINING_METHOD, NULL, &value));
  g_assert_cmpint (value, ==, 77);
}

static void
test_status (void)
{
  guint n_final = 0;

  for (int status = ATTUNE_JOB_STATUS_PREPARING; status <= ATTUNE_JOB_STATUS_CANCELLED; status++)
    {
      const char *title = attune_job_status_get_title ((AttuneJobStatus) status);

      g_assert_nonnull (title);
      g_assert_true (g_ascii_isupper (*title));
      n_final += attune_job_status_is_final ((AttuneJobStatus) status);
    }
  g_assert_cmpuint (n_final, ==, 3);
  g_assert_true (attune_job_status_is_final (ATTUNE_JOB_STATUS_FAILED));
  g_assert_false (attune_job_status_is_final (ATTUNE_JOB_STATUS_PAUSED));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("The words on the wire are those of the architecture document");

  g_test_add_func ("/enums/words", test_words);
  g_test_add_func ("/enums/both-ways", test_both_ways);
  g_test_add_func ("/enums/strangers", test_strangers);
  g_test_add_func ("/enums/status", test_status);

  return g_test_run ();
}
