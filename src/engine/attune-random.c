/* attune-random.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-random.h"

/* The SplitMix64 generator: a counter that moves by an odd constant, and a mixing of it. */
static guint64
next (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return z ^ (z >> 31);
}

guint64
attune_random_mix (guint64 seed,
                   guint64 a,
                   guint64 b,
                   guint64 c)
{
  guint64 state = seed;

  state = next (&state) ^ a;
  state = next (&state) ^ b;
  state = next (&state) ^ c;

  return next (&state);
}

guint32
attune_random_below (guint64 *state,
                     guint32  n)
{
  guint32 threshold;

  g_return_val_if_fail (n > 0, 0);

  /* The upper half of a product of 32 × 32 bits; the few low halves that would favour some numbers are drawn again. */
  threshold = -n % n;
  for (;;)
    {
      guint64 product = (next (state) >> 32) * n;

      if ((guint32) product >= threshold)
        return (guint32) (product >> 32);
    }
}

double
attune_random_double (guint64 *state)
{
  return (double) (next (state) >> 11) * 0x1.0p-53;
}

void
attune_random_permute (guint32 *order,
                       guint32  n,
                       guint64  seed,
                       guint64  round)
{
  guint64 state = attune_random_mix (seed, 0x5eed, round, n);

  for (guint32 i = 0; i < n; i++)
    order[i] = i;
  for (guint32 i = n; i > 1; i--)
    {
      guint32 other = attune_random_below (&state, i);
      guint32 value = order[i - 1];

      order[i - 1] = order[other];
      order[other] = value;
    }
}
