/* attune-optimizer.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-model.h"

G_BEGIN_DECLS

/**
 * AttuneOptimizer:
 *
 * AdamW with decoupled weight decay, β₁ 0.9, β₂ 0.999, ε 1e-8 and bias correction:
 *
 *     w ← w × (1 - rate × decay)
 *     m ← β₁ m + (1 - β₁) g,   v ← β₂ v + (1 - β₂) g²
 *     w ← w - rate / (1 - β₁ᵗ) × m / (√v / √(1 - β₂ᵗ) + ε)
 *
 * Decay applies to every trained tensor, norms and biases too. Before the update the gradients of all tensors together are
 * scaled down to max_norm where their norm is larger: g × max_norm / (norm + 1e-6).
 *
 * Sums run over blocks of a fixed size, so that the result does not depend on the number of threads.
 */
typedef struct _AttuneOptimizer AttuneOptimizer;

typedef struct {
  double weight_decay;
  double max_norm;      /* 0: no clipping */
} AttuneOptimizerSettings;

/* Borrows the tensors, which have to outlive it. @n_threads: 0 for all cores. */
AttuneOptimizer *attune_optimizer_new         (const AttuneTensor * const    *tensors,
                                               guint                          n_tensors,
                                               const AttuneOptimizerSettings *settings,
                                               guint                          n_threads,
                                               GError                       **error) G_GNUC_WARN_UNUSED_RESULT;
/* Over the trained tensors of @model. */
AttuneOptimizer *attune_optimizer_new_for_model (AttuneModel                 *model,
                                               const AttuneOptimizerSettings *settings,
                                               guint                          n_threads,
                                               GError                       **error) G_GNUC_WARN_UNUSED_RESULT;
void             attune_optimizer_free        (AttuneOptimizer               *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneOptimizer, attune_optimizer_free)

/* One update. @norm becomes the norm of all gradients before clipping. Where it is not finite nothing is changed and FALSE is returned. */
gboolean         attune_optimizer_step        (AttuneOptimizer               *self,
                                               double                         rate,
                                               double                        *norm);

/* The state, for checkpoints. */
gint64           attune_optimizer_get_steps   (AttuneOptimizer               *self);
void             attune_optimizer_set_steps   (AttuneOptimizer               *self,
                                               gint64                         steps);
guint            attune_optimizer_get_n_tensors (AttuneOptimizer             *self);
const AttuneTensor *attune_optimizer_get_tensor (AttuneOptimizer             *self,
                                               guint                          index);
void             attune_optimizer_get_moments (AttuneOptimizer               *self,
                                               guint                          index,
                                               float                        **first,
                                               float                        **second);

G_END_DECLS
