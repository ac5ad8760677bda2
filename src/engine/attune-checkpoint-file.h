/* attune-checkpoint-file.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-optimizer.h"

G_BEGIN_DECLS

/* A checkpoint is a folder with the trained weights as people use them (a PEFT adapter, or a Hugging Face folder), optimizer.safetensors
 * with both moments of each tensor, and state.json. It is made under another name, brought to the disk, and renamed: a folder
 * checkpoints/step-N or checkpoints/recovery-N that has its state.json is whole. */

/* What state.json says. */
typedef struct {
  gint64   step;               /* optimizer steps done */
  gint64   total_steps;
  gint64   trained_tokens;
  gboolean evaluation_pending; /* the evaluation that is due behind this step was not finished */
  double   eval_loss;          /* of this step; NAN where there is none */
  guint64  seed;
  guint    threads;
  char    *digest;             /* of the training rows */
  gint64   time;               /* microseconds since 1970 UTC */
} AttuneCheckpointState;

void       attune_checkpoint_state_clear  (AttuneCheckpointState        *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AttuneCheckpointState, attune_checkpoint_state_clear)

/* Writes @place/@name whole or not at all; what @place holds beside it is not touched. @base_model: the folder of the base model,
 * whose tokenizer goes along with full weights. @full: save all weights and not an adapter. */
gboolean   attune_checkpoint_write        (const char                   *place,
                                           const char                   *name,
                                           AttuneModel                  *model,
                                           AttuneOptimizer              *optimizer,
                                           const AttuneCheckpointState  *state,
                                           const char                   *base_model,
                                           gboolean                      full,
                                           GError                      **error);
/* The folders of all whole checkpoints in @place, recovery ones too, newest first. Never NULL. (transfer full) (element-type filename) */
GPtrArray *attune_checkpoint_find         (const char                   *place) G_GNUC_WARN_UNUSED_RESULT;
gboolean   attune_checkpoint_read_state   (const char                   *folder,
                                           AttuneCheckpointState        *state,
                                           GError                      **error);
/* Fills the trained tensors and the optimizer. DAMAGED where a file is not whole or is of another run; the model is then not to be used. */
gboolean   attune_checkpoint_restore      (const char                   *folder,
                                           AttuneModel                  *model,
                                           AttuneOptimizer              *optimizer,
                                           gboolean                      full,
                                           GError                      **error);
/* Deletes what crashes have left half done, and all but the newest @keep recovery checkpoints. */
gboolean   attune_checkpoint_clean        (const char                   *place,
                                           guint                         keep,
                                           GError                      **error);

/* Copies tokenizer, chat template and generation settings from one model folder to another. */
gboolean   attune_checkpoint_copy_tokenizer (const char                 *source,
                                           const char                   *target,
                                           GError                      **error);

G_END_DECLS
