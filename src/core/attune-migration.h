/* attune-migration.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-validation.h"

G_BEGIN_DECLS

/* Documents from before the universal schema, and documents that only wrap it:
 *
 *   ENTITY           a job: its settings stand in `configuration`
 *   HYPERPARAMETERS  a job of old: `hyperparameters` {n_epochs, batch_size, learning_rate_multiplier, …} or {learningRate, rank, …}
 *                    beside baseModel, trainingFileId, validationFileId, suffix; or the hyperparameters alone
 *   TRAIN            the flat parameters of genome/train: personaId, provider, baseModel, datasetPath, rank, alpha, epochs…
 *
 * Names are taken in camelCase, snake_case and kebab-case alike, and under the other names that trainers use for the same thing. What a document does
 * not say stays unset; only method.type is always set, as these documents could mean nothing but an adapter unless they say otherwise. */
typedef enum {
  ATTUNE_DOCUMENT_CONFIGURATION,
  ATTUNE_DOCUMENT_ENTITY,
  ATTUNE_DOCUMENT_HYPERPARAMETERS,
  ATTUNE_DOCUMENT_TRAIN,
} AttuneDocumentForm;

typedef struct {
  AttuneDocumentForm   form;
  AttuneConfiguration *configuration;
  /* What belongs to the job; each NULL where the document does not say. */
  char                *provider;
  char                *persona_id;
  char                *name;
  char                *training_path;   /* a file that is no AttuneDataset yet */
  char                *validation_path;
  /* One warning for each member that was not carried over as it stood, its path the old name. Codes: "converted" (carried over with another
   * meaning or into metadata), "not-carried" (kept among the configuration's unknown members, where nothing reads it). */
  AttuneValidation    *report;
  JsonNode            *document;        /* the original */
} AttuneMigration;
void                 attune_migration_free        (AttuneMigration  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneMigration, attune_migration_free)

AttuneDocumentForm   attune_migration_detect      (JsonNode         *node);
/* Every form is taken, the configuration itself too. ATTUNE_ERROR_INVALID names the old member whose value is wrong. */
AttuneMigration     *attune_migration_run         (JsonNode         *node,
                                                   GError          **error) G_GNUC_WARN_UNUSED_RESULT;
/* The configuration alone, with what belongs to the job kept among its unknown members. (transfer full) */
AttuneConfiguration *attune_migration_steal_whole (AttuneMigration  *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
