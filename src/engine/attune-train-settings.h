/* attune-train-settings.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-model.h"
#include "attune-optimizer.h"
#include "attune-run-config.h"
#include "attune-schedule.h"

G_BEGIN_DECLS

/* The configuration of a run as the trainer understands it: every value resolved, everything that it does not do named. */
typedef struct {
  AttuneTrainingMethod    method;          /* FULL or LORA */
  AttuneModelPrecision    precision;       /* FP32 or BF16 */
  gboolean                precision_chosen;/* by the trainer, not by the person */
  gboolean                stored_as_bf16;  /* the base model's files */
  AttuneLoraSettings      lora;            /* of LORA only */
  guint                   epochs;
  guint                   batch_size;
  guint                   sequence_length; /* not over what the model can take */
  guint                   accumulation;
  guint                   checkpoints;
  guint                   evaluations;
  AttuneTrainOnInputs     train_on_inputs;
  AttuneSchedule          schedule;        /* total_steps is 0 until the rows are counted */
  AttuneOptimizerSettings optimizer;
  guint64                 seed;
  guint                   threads;         /* never 0 */
  char                   *result_name;     /* base model and suffix */
  GPtrArray              *warnings;        /* translated texts: what the configuration asks for and does not get */
  GPtrArray              *notes;           /* translated texts: what was decided */
} AttuneTrainSettings;

/* @model: config.json of the base model. INVALID lists every value out of range; NOT_SUPPORTED names the method, precision or module. */
AttuneTrainSettings *attune_train_settings_new  (const AttuneRunConfig    *config,
                                                 const AttuneModelConfig  *model,
                                                 GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void                 attune_train_settings_free (AttuneTrainSettings      *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneTrainSettings, attune_train_settings_free)

/* The lora settings, or NULL where all weights are trained: what attune_model_predict_memory() wants. */
const AttuneLoraSettings *attune_train_settings_get_lora (const AttuneTrainSettings *self);

/* "all-linear", or names separated by commas. (transfer full) */
GStrv                attune_train_settings_parse_modules (const char      *text,
                                                 GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
