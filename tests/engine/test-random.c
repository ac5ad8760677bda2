/* test-random.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-random.h"

#define N 1000

static void
test_permute (void)
{
  guint32 first[N];
  guint32 again[N];
  guint32 other[N];
  gboolean seen[N] = { FALSE };
  guint at_home = 0;
  guint equal = 0;

  g_test_summary ("An order holds each row once, depends on seed and round alone, and is well mixed");

  attune_random_permute (first, N, 42, 0);
  attune_random_permute (other, N, 42, 1);
  attune_random_permute (again, N, 42, 0);
  g_assert_cmpmem (first, sizeof first, again, sizeof again);
  for (guint i = 0; i < N; i++)
    {
      g_assert_cmpuint (first[i], <, N);
      g_assert_false (seen[first[i]]);
      seen[first[i]] = TRUE;
      at_home += first[i] == i;
      equal += first[i] == other[i];
    }
  g_assert_cmpuint (at_home, <, 10);
  g_assert_cmpuint (equal, <, 10);

  attune_random_permute (first, 1, 42, 0);
  g_assert_cmpuint (first[0], ==, 0);
}

static void
test_below (void)
{
  guint counts[7] = { 0 };
  guint64 state = 3;

  g_test_summary ("Numbers under a limit are all equally likely");

  for (guint i = 0; i < 70000; i++)
    {
      guint32 value = attune_random_below (&state, 7);

      g_assert_cmpuint (value, <, 7);
      counts[value]++;
    }
  for (guint i = 0; i < 7; i++)
    {
      g_assert_cmpuint (counts[i], >, 9600);
      g_assert_cmpuint (counts[i], <, 10400);
    }
}

static void
test_double (void)
{
  guint64 state = 5;
  double sum = 0;

  g_test_summary ("Fractions lie from 0 to under 1, with their mean in the middle");

  for (guint i = 0; i < 100000; i++)
    {
      double value = attune_random_double (&state);

      g_assert_cmpfloat (value, >=, 0);
      g_assert_cmpfloat (value, <, 1);
      sum += value;
    }
  g_assert_cmpfloat_with_epsilon (sum / 100000, 0.5, 0.005);
}

static void
test_mix (void)
{
  g_test_summary ("Every part of a place changes its number");

  g_assert_cmpuint (attune_random_mix (1, 2, 3, 4), ==, attune_random_mix (1, 2, 3, 4));
  g_assert_cmpuint (attune_random_mix (1, 2, 3, 4), !=, attune_random_mix (2, 2, 3, 4));
  g_assert_cmpuint (attune_random_mix (1, 2, 3, 4), !=, attune_random_mix (1, 3, 3, 4));
  g_assert_cmpuint (attune_random_mix (1, 2, 3, 4), !=, attune_random_mix (1, 3, 2, 4));
  g_assert_cmpuint (attune_random_mix (1, 2, 3, 4), !=, attune_random_mix (1, 2, 3, 5));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/random/permute", test_permute);
  g_test_add_func ("/engine/random/below", test_below);
  g_test_add_func ("/engine/random/double", test_double);
  g_test_add_func ("/engine/random/mix", test_mix);

  return g_test_run ();
}
