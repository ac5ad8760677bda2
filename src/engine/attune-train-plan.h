/* attune-train-plan.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-examples.h"
#include "attune-run-config.h"
#include "attune-train-settings.h"

G_BEGIN_DECLS

/* Everything about a run that is known before it computes: settings, rows, steps, memory. Made in two parts, so that a wrong setting is
 * told at once and a large data set is read only when it is the run's turn. */
typedef struct {
  AttuneRunConfig     *config;
  AttuneModelConfig   *model;
  AttuneTrainSettings *settings;
  AttuneTokenizer     *tokenizer;

  /* The second part */
  AttuneExamples      *training;
  AttuneExamples      *validation;      /* NULL where nothing is evaluated */
  AttuneExampleCounts  counts;          /* of the training rows */
  GPtrArray           *data_warnings;   /* translated texts */
  gint64               steps_per_epoch;
  gint64               total_steps;
  gint64               total_tokens;    /* of all epochs: what status.json's trainedTokens ends at */
  guint                longest;         /* tokens of the longest row, training or validation */
  AttuneMemoryNeed     memory;
} AttuneTrainPlan;

/* Reads FOLDER/config.json and what it names except for the rows. @config_is_wrong: (out) (optional): whether it is config.json
 * that has to be changed. */
AttuneTrainPlan *attune_train_plan_load         (const char             *folder,
                                                 gboolean               *config_is_wrong,
                                                 GError                **error) G_GNUC_WARN_UNUSED_RESULT;
/* Reads the rows and counts. */
gboolean         attune_train_plan_prepare      (AttuneTrainPlan        *self,
                                                 AttuneExampleStopFunc   should_stop,
                                                 gpointer                user_data,
                                                 GError                **error);
/* NO_MEMORY where the run needs more than is there, with numbers and remedies. */
gboolean         attune_train_plan_check_memory (AttuneTrainPlan        *self,
                                                 guint64                 available,
                                                 GError                **error);
void             attune_train_plan_free         (AttuneTrainPlan        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneTrainPlan, attune_train_plan_free)

/* The document that `attune-engine predict` prints:
 * {"memory": {"weights","trained","gradients","optimizer","activations","scratch","total","available"}: bytes, "steps",
 *  "rows": of the training data, "rowsTruncated", "rowsSkipped", "tokens": in one pass over them, "learntTokens": of these,
 *  "trainedTokens": of all epochs, "longestRow", "method", "precision", "warnings": [texts]} */
JsonNode        *attune_train_plan_to_json      (AttuneTrainPlan        *self,
                                                 guint64                 available) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
