/* attune-commands-create.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-commands-private.h"

G_BEGIN_DECLS

/* job-create in the mission's eight steps:
 *
 *   1, 2  the structure of the configuration and PARAMETER_RANGES     begin()
 *   3     the adapter                                                 begin()
 *   4     what the adapter says of the configuration                  check_with_adapter()
 *   5     the job, on disk as `preparing`                             attune_create_make_job()
 *   6     the request: data sets go up, the job is on disk as         upload_step(), submit()
 *         `submitting`, and only then it is sent
 *   7     the provider's id                                           sent()
 *   8     the answer                                                  answer()
 *
 * Up to step 5 nothing is left behind by a failure; from there on failures stand in the job. */
typedef struct {
  GTask               *task;
  AttuneCommands      *self;
  AttuneAdapter       *adapter;
  AttuneConfiguration *configuration;
  AttuneCommandData    data;
  char                *persona_id;
  char                *name;
  AttuneJob           *job;         /* from step 5 on, or one that is sent again */
  gboolean             again;
  gboolean             is_session;  /* genome/train */
  GCancellable        *cancellable; /* of everything up to the request itself */
  gulong               chained;
  gulong               status_handler;
  AttuneFileLock      *claim;
  AttuneHeldContext   *held;
  guint                uploads;
  GError              *failure;     /* what start_training said */
  GError              *claim_error;
} AttuneCreate;

void attune_create_free     (AttuneCreate *create);
/* Ends the command. Takes @error; @create goes with it. */
void attune_create_give_up  (AttuneCreate *create,
                             GError       *error);
/* Steps 5 to 8. Takes @create. */
void attune_create_make_job (AttuneCreate *create);

G_END_DECLS
