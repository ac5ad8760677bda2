/* attune-step-set.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-step-set.h"

typedef struct {
  gint64 first;
  gint64 last;
} Run;

struct _AttuneStepSet
{
  GArray *runs; /* in order, never touching each other */
};

AttuneStepSet *
attune_step_set_new (void)
{
  AttuneStepSet *self = g_new0 (AttuneStepSet, 1);

  self->runs = g_array_new (FALSE, FALSE, sizeof (Run));
  return self;
}

void
attune_step_set_free (AttuneStepSet *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->runs);
  g_free (self);
}

/* The first run that ends at @step or behind it. */
static guint
find_run (AttuneStepSet *self,
          gint64         step)
{
  guint low = 0;
  guint high = self->runs->len;

  if (high > 0 && g_array_index (self->runs, Run, high - 1).last < step)
    return high;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->runs, Run, middle).last < step)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

gboolean
attune_step_set_contains (AttuneStepSet *self,
                          gint64         step)
{
  guint index = find_run (self, step);

  return index < self->runs->len && g_array_index (self->runs, Run, index).first <= step;
}

gboolean
attune_step_set_add (AttuneStepSet *self,
                     gint64         step)
{
  guint index = find_run (self, step);
  Run *before = index > 0 ? &g_array_index (self->runs, Run, index - 1) : NULL;
  Run *after = index < self->runs->len ? &g_array_index (self->runs, Run, index) : NULL;

  if (after != NULL && after->first <= step)
    return FALSE;

  if (before != NULL && before->last + 1 == step)
    {
      before->last = step;
      if (after != NULL && after->first == step + 1)
        {
          before->last = after->last;
          g_array_remove_index (self->runs, index);
        }
    }
  else if (after != NULL && after->first == step + 1)
    {
      after->first = step;
    }
  else
    {
      Run run = { step, step };

      g_array_insert_val (self->runs, index, run);
    }

  return TRUE;
}

guint
attune_step_set_get_n_runs (AttuneStepSet *self)
{
  return self->runs->len;
}
