/* attune-step-set.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A set of whole numbers kept as runs: the steps of a million reports take one run, and adding the next one costs next to nothing. */
typedef struct _AttuneStepSet AttuneStepSet;

AttuneStepSet *attune_step_set_new      (void) G_GNUC_WARN_UNUSED_RESULT;
void           attune_step_set_free     (AttuneStepSet *self);
/* FALSE where it was in the set already. */
gboolean       attune_step_set_add      (AttuneStepSet *self,
                                         gint64         step);
gboolean       attune_step_set_contains (AttuneStepSet *self,
                                         gint64         step);
guint          attune_step_set_get_n_runs (AttuneStepSet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneStepSet, attune_step_set_free)

G_END_DECLS
