/* attune-schedule.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-enums.h"

G_BEGIN_DECLS

/**
 * AttuneSchedule:
 *
 * The learning rate of each optimizer step, as a factor of the configured rate.
 *
 * With `T` steps in all, `W = ceil (warmupRatio × T)` warm-up steps, the floor `f = minLRRatio`, and steps `s` counted from 0:
 *
 * - warm-up, `s < W`, every type but constant: `(s + 1) / W`. The first step already learns.
 * - behind it, with `x = (s - W) / (T - W)`, from 0 to just under 1:
 *   - cosine: `f + (1 - f) × (1 + cos (2π × cycles × x)) / 2`. Half a cycle, the default, falls once from 1 to f;
 *     one cycle falls and comes back.
 *   - linear: `f + (1 - f) × (1 - x)`
 *   - polynomial: `f + (1 - f) × (1 - x)²`
 *   - constant_with_warmup: 1
 * - constant: 1 at every step; warm-up and floor have no meaning there.
 */
typedef struct {
  AttuneLrSchedulerType type;
  double                rate;          /* the configured learning rate */
  double                floor_ratio;   /* minLRRatio, 0 … 1 */
  double                warmup_ratio;  /* 0 … 1 */
  double                cycles;        /* of the cosine; 0.5 falls once */
  gint64                total_steps;
} AttuneSchedule;

gint64 attune_schedule_get_warmup_steps (const AttuneSchedule *self);
/* @step counts from 0. */
double attune_schedule_get_rate         (const AttuneSchedule *self,
                                         gint64                step);

/* Whether one of @times things spread evenly over @total_steps is due behind step @step, which counts from 1.
 * The last one is due behind the last step; 0 times is never. */
gboolean attune_schedule_is_due         (gint64                step,
                                         gint64                total_steps,
                                         gint64                times);

G_END_DECLS
