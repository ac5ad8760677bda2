/* attune-held-context.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-adapter.h"
#include "attune-dataset-store.h"
#include "attune-job-store.h"

G_BEGIN_DECLS

/* An AttuneJobContext that owns its members, for as long as an operation of an adapter takes. */
typedef struct {
  AttuneJobContext context;
  char            *folder;
} AttuneHeldContext;

/* Each may be NULL. */
AttuneHeldContext *attune_held_context_new     (AttuneJob          *job,
                                                AttuneDataset      *training,
                                                AttuneDataset      *validation,
                                                const char         *folder) G_GNUC_WARN_UNUSED_RESULT;
/* With the data sets that the job's configuration names, as far as they are known. */
AttuneHeldContext *attune_held_context_for_job (AttuneJobStore     *jobs,
                                                AttuneDatasetStore *datasets,
                                                AttuneJob          *job) G_GNUC_WARN_UNUSED_RESULT;
void               attune_held_context_free    (AttuneHeldContext  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneHeldContext, attune_held_context_free)

G_END_DECLS
