/* attune-enums.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Each enumeration is a GEnum whose nicks are the words on the wire.
 * The values start at zero and have no gaps. */

#define ATTUNE_TYPE_TRAINING_METHOD (attune_training_method_get_type ())
typedef enum {
  ATTUNE_TRAINING_METHOD_FULL,  /* "full": all weights */
  ATTUNE_TRAINING_METHOD_LORA,  /* "lora": low-rank adaptation */
  ATTUNE_TRAINING_METHOD_QLORA, /* "qlora": LoRA over a quantized base model */
} AttuneTrainingMethod;
GType attune_training_method_get_type (void) G_GNUC_CONST;

#define ATTUNE_TYPE_LR_SCHEDULER_TYPE (attune_lr_scheduler_type_get_type ())
typedef enum {
  ATTUNE_LR_SCHEDULER_COSINE,               /* "cosine" */
  ATTUNE_LR_SCHEDULER_LINEAR,               /* "linear" */
  ATTUNE_LR_SCHEDULER_CONSTANT,             /* "constant" */
  ATTUNE_LR_SCHEDULER_CONSTANT_WITH_WARMUP, /* "constant_with_warmup" */
  ATTUNE_LR_SCHEDULER_POLYNOMIAL,           /* "polynomial" */
} AttuneLrSchedulerType;
GType attune_lr_scheduler_type_get_type (void) G_GNUC_CONST;

#define ATTUNE_TYPE_MODEL_PRECISION (attune_model_precision_get_type ())
typedef enum {
  ATTUNE_MODEL_PRECISION_FP32,
  ATTUNE_MODEL_PRECISION_FP16,
  ATTUNE_MODEL_PRECISION_BF16,
  ATTUNE_MODEL_PRECISION_FP8,
  ATTUNE_MODEL_PRECISION_INT8,
  ATTUNE_MODEL_PRECISION_INT4,
} AttuneModelPrecision;
GType attune_model_precision_get_type (void) G_GNUC_CONST;

#define ATTUNE_TYPE_OPTIMIZATION_FEATURE (attune_optimization_feature_get_type ())
typedef enum {
  ATTUNE_OPTIMIZATION_FLASH_ATTENTION,
  ATTUNE_OPTIMIZATION_GRADIENT_CHECKPOINTING,
  ATTUNE_OPTIMIZATION_OPTIMIZER_8BIT,
  ATTUNE_OPTIMIZATION_PAGED_OPTIMIZER,
  ATTUNE_OPTIMIZATION_FUSED_KERNELS,
  ATTUNE_OPTIMIZATION_SEQUENCE_PACKING,
  ATTUNE_OPTIMIZATION_DYNAMIC_PADDING,
  ATTUNE_OPTIMIZATION_ACTIVATION_OFFLOADING,
} AttuneOptimizationFeature;
GType attune_optimization_feature_get_type (void) G_GNUC_CONST;

#define ATTUNE_TYPE_TRAIN_ON_INPUTS (attune_train_on_inputs_get_type ())
typedef enum {
  ATTUNE_TRAIN_ON_INPUTS_AUTO,     /* "auto": the provider decides */
  ATTUNE_TRAIN_ON_INPUTS_ENABLED,  /* "enabled": every token is learnt */
  ATTUNE_TRAIN_ON_INPUTS_DISABLED, /* "disabled": only the answers are learnt */
} AttuneTrainOnInputs;
GType attune_train_on_inputs_get_type (void) G_GNUC_CONST;

/* The states of a job, in the order of its life. */
#define ATTUNE_TYPE_JOB_STATUS (attune_job_status_get_type ())
typedef enum {
  ATTUNE_JOB_STATUS_PREPARING,        /* "preparing": checking, uploading */
  ATTUNE_JOB_STATUS_SUBMITTING,       /* "submitting": the request may or may not have arrived */
  ATTUNE_JOB_STATUS_VALIDATING_FILES, /* "validating_files" */
  ATTUNE_JOB_STATUS_QUEUED,           /* "queued" */
  ATTUNE_JOB_STATUS_RUNNING,          /* "running" */
  ATTUNE_JOB_STATUS_PAUSED,           /* "paused" */
  ATTUNE_JOB_STATUS_SUCCEEDED,        /* "succeeded" */
  ATTUNE_JOB_STATUS_FAILED,           /* "failed" */
  ATTUNE_JOB_STATUS_CANCELLED,        /* "cancelled" */
} AttuneJobStatus;
GType attune_job_status_get_type (void) G_GNUC_CONST;

gboolean    attune_job_status_is_final (AttuneJobStatus status);
/* (transfer none): the translated word for people, such as "Running". */
const char *attune_job_status_get_title (AttuneJobStatus status);

/* The wire word of a value; NULL where the value is not of the type. */
const char *attune_enum_to_nick   (GType       enum_type,
                                   int         value);
/* FALSE and no change of @value where the word is not one of the type's. */
gboolean    attune_enum_from_nick (GType       enum_type,
                                   const char *nick,
                                   int        *value);
/* (transfer full): "full, lora, qlora", for messages that say what is allowed. */
char       *attune_enum_list_nicks(GType       enum_type);

G_END_DECLS
