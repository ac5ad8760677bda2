/* attune-trainer.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-enums.h"

G_BEGIN_DECLS

/* Returns TRUE when the run is to stop. Asked before each micro-batch, from the trainer's own thread. */
typedef gboolean (*AttuneTrainerStopFunc) (gpointer user_data);

typedef struct {
  AttuneTrainerStopFunc should_stop;        /* (nullable) */
  gpointer              user_data;
  double                recovery_interval;  /* seconds of work between two recovery checkpoints; 0: the default, a minute */
} AttuneTrainerOptions;

typedef struct {
  AttuneJobStatus status;          /* SUCCEEDED, PAUSED, CANCELLED or FAILED */
  gboolean        config_is_wrong; /* failed because of config.json: nothing was begun */
} AttuneTrainerOutcome;

/**
 * attune_trainer_run:
 * @folder: a run folder with its config.json
 * @outcome: (out): how it ended
 *
 * Trains from the start or from the newest whole checkpoint until the end, a stop or a failure, and leaves what happened in the folder's
 * status.json. A run that was stopped at any place and started again computes the same numbers as one that never was.
 *
 * Returns: %FALSE with @error where the run failed; status.json has the same error, unless the folder itself cannot be written
 */
gboolean attune_trainer_run (const char                  *folder,
                             const AttuneTrainerOptions  *options,
                             AttuneTrainerOutcome        *outcome,
                             GError                     **error);

G_END_DECLS
