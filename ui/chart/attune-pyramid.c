/* attune-pyramid.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-pyramid.h"

#include <math.h>

#define FAN_OUT_BITS 4

G_STATIC_ASSERT (1 << FAN_OUT_BITS == ATTUNE_PYRAMID_FAN_OUT);

static inline void
add (AttuneBucket *bucket,
     double        minimum,
     double        maximum)
{
  if (minimum < bucket->minimum)
    bucket->minimum = minimum;
  if (maximum > bucket->maximum)
    bucket->maximum = maximum;
}

/* The ground level is the values themselves. */
static inline void
add_range (AttuneBucket              *bucket,
           const AttunePyramidLevel  *level,
           const double              *values,
           guint                      first,
           guint                      end)
{
  if (level != NULL)
    {
      for (guint i = first; i < end; i++)
        add (bucket, level->buckets[i].minimum, level->buckets[i].maximum);
    }
  else
    {
      for (guint i = first; i < end; i++)
        if (isfinite (values[i]))
          add (bucket, values[i], values[i]);
    }
}

void
attune_pyramid_clear (AttunePyramid *self)
{
  for (guint l = 0; l < ATTUNE_PYRAMID_N_LEVELS; l++)
    {
      g_clear_pointer (&self->levels[l].buckets, g_free);
      self->levels[l].length = 0;
      self->levels[l].capacity = 0;
    }
}

/* Makes every bucket anew that covers a value at @from or behind it: for an append that is the last bucket of each level. */
void
attune_pyramid_update (AttunePyramid *self,
                       const double  *values,
                       guint          length,
                       guint          from)
{
  const AttunePyramidLevel *below = NULL;
  guint n_below = length;
  guint start = from;
  guint l;

  for (l = 0; l < ATTUNE_PYRAMID_N_LEVELS && n_below > ATTUNE_PYRAMID_FAN_OUT; l++)
    {
      AttunePyramidLevel *level = &self->levels[l];
      guint n_buckets = (n_below - 1) / ATTUNE_PYRAMID_FAN_OUT + 1;

      /* A level that is new has everything before still to take in. */
      start = MIN (start >> FAN_OUT_BITS, level->length);

      if (n_buckets > level->capacity)
        {
          level->capacity = MAX (n_buckets, level->capacity * 2);
          level->buckets = g_renew (AttuneBucket, level->buckets, level->capacity);
        }
      level->length = n_buckets;

      for (guint b = start; b < n_buckets; b++)
        {
          AttuneBucket bucket = { INFINITY, -INFINITY };
          guint first = b << FAN_OUT_BITS;

          add_range (&bucket, below, values, first, MIN (first + ATTUNE_PYRAMID_FAN_OUT, n_below));
          level->buckets[b] = bucket;
        }

      below = level;
      n_below = n_buckets;
    }

  for (; l < ATTUNE_PYRAMID_N_LEVELS; l++)
    self->levels[l].length = 0;
}

/* Up the pyramid: at each level only what does not fill a whole bucket of the next one is looked at. */
gboolean
attune_pyramid_query (const AttunePyramid *self,
                      const double        *values,
                      guint                first,
                      guint                end,
                      double              *minimum,
                      double              *maximum)
{
  const AttunePyramidLevel *level = NULL;
  AttuneBucket found = { INFINITY, -INFINITY };

  for (guint l = 0; first < end; l++)
    {
      guint first_above = (first + ATTUNE_PYRAMID_FAN_OUT - 1) >> FAN_OUT_BITS;
      guint end_above = end >> FAN_OUT_BITS;

      if (l == ATTUNE_PYRAMID_N_LEVELS || self->levels[l].length == 0 || first_above >= end_above)
        {
          add_range (&found, level, values, first, end);
          break;
        }

      add_range (&found, level, values, first, first_above << FAN_OUT_BITS);
      add_range (&found, level, values, end_above << FAN_OUT_BITS, end);
      level = &self->levels[l];
      first = first_above;
      end = end_above;
    }

  *minimum = found.minimum;
  *maximum = found.maximum;

  return found.minimum <= found.maximum;
}
