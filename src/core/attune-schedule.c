/* attune-schedule.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-schedule.h"

#include <math.h>

gint64
attune_schedule_get_warmup_steps (const AttuneSchedule *self)
{
  g_return_val_if_fail (self != NULL, 0);

  if (self->type == ATTUNE_LR_SCHEDULER_CONSTANT)
    return 0;

  /* 0.1 × 30 is a hair more than 3 in binary, and must not become 4. */
  return MIN ((gint64) ceil (self->warmup_ratio * (double) self->total_steps - 1e-9), self->total_steps);
}

double
attune_schedule_get_rate (const AttuneSchedule *self,
                          gint64                step)
{
  gint64 warmup;
  double x;
  double decay;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (step >= 0, 0);

  warmup = attune_schedule_get_warmup_steps (self);
  if (step < warmup)
    return self->rate * (double) (step + 1) / (double) warmup;

  x = (double) (step - warmup) / (double) MAX (1, self->total_steps - warmup);
  switch (self->type)
    {
    case ATTUNE_LR_SCHEDULER_COSINE:
      decay = 0.5 * (1.0 + cos (2.0 * G_PI * self->cycles * x));
      break;
    case ATTUNE_LR_SCHEDULER_LINEAR:
      decay = 1.0 - x;
      break;
    case ATTUNE_LR_SCHEDULER_POLYNOMIAL:
      decay = (1.0 - x) * (1.0 - x);
      break;
    case ATTUNE_LR_SCHEDULER_CONSTANT:
    case ATTUNE_LR_SCHEDULER_CONSTANT_WITH_WARMUP:
      return self->rate;
    default:
      g_return_val_if_reached (self->rate);
    }

  return self->rate * (self->floor_ratio + (1.0 - self->floor_ratio) * decay);
}

gboolean
attune_schedule_is_due (gint64 step,
                        gint64 total_steps,
                        gint64 times)
{
  g_return_val_if_fail (step >= 1 && step <= total_steps, FALSE);

  return step * times / total_steps != (step - 1) * times / total_steps;
}
