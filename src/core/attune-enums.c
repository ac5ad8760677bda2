/* attune-enums.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-enums.h"

#include <glib/gi18n-lib.h>

G_DEFINE_ENUM_TYPE (AttuneTrainingMethod, attune_training_method,
                    G_DEFINE_ENUM_VALUE (ATTUNE_TRAINING_METHOD_FULL, "full"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_TRAINING_METHOD_LORA, "lora"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_TRAINING_METHOD_QLORA, "qlora"))

G_DEFINE_ENUM_TYPE (AttuneLrSchedulerType, attune_lr_scheduler_type,
                    G_DEFINE_ENUM_VALUE (ATTUNE_LR_SCHEDULER_COSINE, "cosine"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_LR_SCHEDULER_LINEAR, "linear"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_LR_SCHEDULER_CONSTANT, "constant"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_LR_SCHEDULER_CONSTANT_WITH_WARMUP, "constant_with_warmup"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_LR_SCHEDULER_POLYNOMIAL, "polynomial"))

G_DEFINE_ENUM_TYPE (AttuneModelPrecision, attune_model_precision,
                    G_DEFINE_ENUM_VALUE (ATTUNE_MODEL_PRECISION_FP32, "fp32"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_MODEL_PRECISION_FP16, "fp16"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_MODEL_PRECISION_BF16, "bf16"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_MODEL_PRECISION_FP8, "fp8"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_MODEL_PRECISION_INT8, "int8"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_MODEL_PRECISION_INT4, "int4"))

G_DEFINE_ENUM_TYPE (AttuneOptimizationFeature, attune_optimization_feature,
                    G_DEFINE_ENUM_VALUE (ATTUNE_OPTIMIZATION_FLASH_ATTENTION, "flash_attention"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_OPTIMIZATION_GRADIENT_CHECKPOINTING, "gradient_checkpointing"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_OPTIMIZATION_OPTIMIZER_8BIT, "optimizer_8bit"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_OPTIMIZATION_PAGED_OPTIMIZER, "paged_optimizer"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_OPTIMIZATION_FUSED_KERNELS, "fused_kernels"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_OPTIMIZATION_SEQUENCE_PACKING, "sequence_packing"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_OPTIMIZATION_DYNAMIC_PADDING, "dynamic_padding"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_OPTIMIZATION_ACTIVATION_OFFLOADING, "activation_offloading"))

G_DEFINE_ENUM_TYPE (AttuneTrainOnInputs, attune_train_on_inputs,
                    G_DEFINE_ENUM_VALUE (ATTUNE_TRAIN_ON_INPUTS_AUTO, "auto"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_TRAIN_ON_INPUTS_ENABLED, "enabled"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_TRAIN_ON_INPUTS_DISABLED, "disabled"))

G_DEFINE_ENUM_TYPE (AttuneJobStatus, attune_job_status,
                    G_DEFINE_ENUM_VALUE (ATTUNE_JOB_STATUS_PREPARING, "preparing"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_JOB_STATUS_SUBMITTING, "submitting"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_JOB_STATUS_VALIDATING_FILES, "validating_files"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_JOB_STATUS_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_JOB_STATUS_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_JOB_STATUS_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_JOB_STATUS_SUCCEEDED, "succeeded"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_JOB_STATUS_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (ATTUNE_JOB_STATUS_CANCELLED, "cancelled"))

gboolean
attune_job_status_is_final (AttuneJobStatus status)
{
  return status == ATTUNE_JOB_STATUS_SUCCEEDED ||
         status == ATTUNE_JOB_STATUS_FAILED ||
         status == ATTUNE_JOB_STATUS_CANCELLED;
}

const char *
attune_job_status_get_title (AttuneJobStatus status)
{
  switch (status)
    {
    case ATTUNE_JOB_STATUS_PREPARING:
      return C_("job status", "Preparing");
    case ATTUNE_JOB_STATUS_SUBMITTING:
      return C_("job status", "Submitting");
    case ATTUNE_JOB_STATUS_VALIDATING_FILES:
      return C_("job status", "Checking Files");
    case ATTUNE_JOB_STATUS_QUEUED:
      return C_("job status", "Queued");
    case ATTUNE_JOB_STATUS_RUNNING:
      return C_("job status", "Running");
    case ATTUNE_JOB_STATUS_PAUSED:
      return C_("job status", "Paused");
    case ATTUNE_JOB_STATUS_SUCCEEDED:
      return C_("job status", "Succeeded");
    case ATTUNE_JOB_STATUS_FAILED:
      return C_("job status", "Failed");
    case ATTUNE_JOB_STATUS_CANCELLED:
      return C_("job status", "Cancelled");
    default:
      g_return_val_if_reached (C_("job status", "Unknown"));
    }
}

const char *
attune_enum_to_nick (GType enum_type,
                     int   value)
{
  g_autoptr (GEnumClass) enum_class = NULL;
  const GEnumValue *found;

  g_return_val_if_fail (G_TYPE_IS_ENUM (enum_type), NULL);

  enum_class = g_type_class_ref (enum_type);
  found = g_enum_get_value (enum_class, value);

  /* The nicks are literals of this file, so they outlive the class. */
  return found != NULL ? found->value_nick : NULL;
}

gboolean
attune_enum_from_nick (GType       enum_type,
                       const char *nick,
                       int        *value)
{
  g_autoptr (GEnumClass) enum_class = NULL;
  const GEnumValue *found;

  g_return_val_if_fail (G_TYPE_IS_ENUM (enum_type), FALSE);

  if (nick == NULL)
    return FALSE;

  enum_class = g_type_class_ref (enum_type);
  found = g_enum_get_value_by_nick (enum_class, nick);
  if (found == NULL)
    return FALSE;

  if (value != NULL)
    *value = found->value;

  return TRUE;
}

char *
attune_enum_list_nicks (GType enum_type)
{
  g_autoptr (GEnumClass) enum_class = NULL;
  g_autoptr (GString) words = NULL;

  g_return_val_if_fail (G_TYPE_IS_ENUM (enum_type), NULL);

  enum_class = g_type_class_ref (enum_type);
  words = g_string_new (NULL);
  for (guint i = 0; i < enum_class->n_values; i++)
    g_string_append_printf (words, "%s%s", i > 0 ? ", " : "", enum_class->values[i].value_nick);

  return g_string_free_and_steal (g_steal_pointer (&words));
}
