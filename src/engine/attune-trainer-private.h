/* attune-trainer-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-run-writer.h"
#include "attune-train-plan.h"
#include "attune-trainer.h"

G_BEGIN_DECLS

/* One process's work on one run. */
typedef struct {
  const AttuneTrainerOptions *options;
  AttuneRunWriter            *writer;
  AttuneTrainPlan            *plan;
  AttuneModel                *model;
  AttuneOptimizer            *optimizer;
  char                       *checkpoints;      /* folder */
  char                       *digest;           /* of the training rows */

  /* Where the run is: all that a checkpoint has to know beside the tensors. */
  gint64                      step;             /* optimizer steps done */
  gint64                      trained_tokens;
  gboolean                    evaluation_pending;
  double                      eval_loss;        /* of this step; NAN where there is none */

  /* The newest checkpoint on the disk */
  gint64                      saved_step;       /* 0: none */
  gboolean                    saved_pending;
  gint64                      saved_at;         /* monotonic; also when this process began */
  gint64                      save_duration;    /* microseconds that the last one took */

  gint64                      begin_time;       /* monotonic */
  gint64                      begin_step;
  guint32                    *order;            /* of the rows in order_epoch */
  gint64                      order_epoch;
  guint32                    *validation_order;
  AttuneExampleBatch         *batch;
} AttuneTrainer;

gboolean attune_trainer_is_stopped      (AttuneTrainer  *self);
/* CANCELLED */
void     attune_trainer_set_stopped     (GError        **error);

/* attune-trainer-loop.c: from self->step to the end. CANCELLED where the run was asked to stop; nothing half done is left behind. */
gboolean attune_trainer_loop            (AttuneTrainer  *self,
                                         GError        **error);
gboolean attune_trainer_save_checkpoint (AttuneTrainer  *self,
                                         gboolean        recovery,
                                         GError        **error);

G_END_DECLS
