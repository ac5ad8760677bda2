/* test-schedule.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "attune-schedule.h"

static const AttuneSchedule cosine = {
  .type = ATTUNE_LR_SCHEDULER_COSINE, .rate = 1e-3, .warmup_ratio = 0.2, .cycles = 0.5, .total_steps = 10,
};

static void
test_recorded (void)
{
  /* Recorded from an independent implementation: ten steps, two of them warm-up. */
  static const double recorded_cosine[] = {
    0.0005, 0.001, 0.001, 0.0009619397662556434, 0.0008535533905932737,
    0.000691341716182545, 0.0005, 0.0003086582838174551, 0.00014644660940672628, 3.806023374435663e-05,
  };
  static const double recorded_linear[] = {
    0.001, 0.0009000000000000001, 0.0008, 0.0007, 0.0006, 0.0005, 0.0004,
    0.00030000000000000003, 0.00019999999999999996, 9.999999999999998e-05,
  };
  AttuneSchedule linear = cosine;

  g_test_summary ("The rates are those of an independent implementation");

  linear.type = ATTUNE_LR_SCHEDULER_LINEAR;
  linear.warmup_ratio = 0;
  for (gint64 i = 0; i < 10; i++)
    {
      g_assert_cmpfloat_with_epsilon (attune_schedule_get_rate (&cosine, i), recorded_cosine[i], 1e-17);
      g_assert_cmpfloat_with_epsilon (attune_schedule_get_rate (&linear, i), recorded_linear[i], 1e-17);
    }
}

static void
test_constant (void)
{
  AttuneSchedule schedule = cosine;

  g_test_summary ("The constant schedule ignores warm-up and floor, the other one only the floor");

  schedule.floor_ratio = 0.5;
  schedule.type = ATTUNE_LR_SCHEDULER_CONSTANT;
  g_assert_cmpint (attune_schedule_get_warmup_steps (&schedule), ==, 0);
  for (gint64 i = 0; i < 10; i++)
    g_assert_cmpfloat (attune_schedule_get_rate (&schedule, i), ==, 1e-3);

  schedule.type = ATTUNE_LR_SCHEDULER_CONSTANT_WITH_WARMUP;
  g_assert_cmpint (attune_schedule_get_warmup_steps (&schedule), ==, 2);
  g_assert_cmpfloat (attune_schedule_get_rate (&schedule, 0), ==, 5e-4);
  for (gint64 i = 1; i < 10; i++)
    g_assert_cmpfloat (attune_schedule_get_rate (&schedule, i), ==, 1e-3);
}

static void
test_floor (void)
{
  AttuneSchedule schedule = cosine;
  const AttuneLrSchedulerType types[] = {
    ATTUNE_LR_SCHEDULER_COSINE, ATTUNE_LR_SCHEDULER_LINEAR, ATTUNE_LR_SCHEDULER_POLYNOMIAL,
  };

  g_test_summary ("Decaying schedules fall without a rise to just above their floor, and never below it");

  schedule.floor_ratio = 0.1;
  schedule.total_steps = 1000;
  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    {
      double before = INFINITY;

      schedule.type = types[t];
      for (gint64 i = 199; i < 1000; i++)
        {
          double rate = attune_schedule_get_rate (&schedule, i);

          g_assert_cmpfloat (rate, >=, 1e-4);
          g_assert_cmpfloat (rate, <=, before);
          before = rate;
        }
      g_assert_cmpfloat_with_epsilon (before, 1e-4, 2e-6);
    }

  schedule.type = ATTUNE_LR_SCHEDULER_POLYNOMIAL;
  g_assert_cmpfloat_with_epsilon (attune_schedule_get_rate (&schedule, 600), 1e-3 * (0.1 + 0.9 * 0.25), 1e-12);
}

static void
test_cycles (void)
{
  AttuneSchedule schedule = cosine;

  g_test_summary ("A whole cycle falls to the floor and comes back");

  schedule.warmup_ratio = 0;
  schedule.cycles = 1.0;
  schedule.floor_ratio = 0.2;
  schedule.total_steps = 100;
  g_assert_cmpfloat_with_epsilon (attune_schedule_get_rate (&schedule, 0), 1e-3, 1e-12);
  g_assert_cmpfloat_with_epsilon (attune_schedule_get_rate (&schedule, 25), 0.6e-3, 1e-12);
  g_assert_cmpfloat_with_epsilon (attune_schedule_get_rate (&schedule, 50), 0.2e-3, 1e-12);
  g_assert_cmpfloat_with_epsilon (attune_schedule_get_rate (&schedule, 75), 0.6e-3, 1e-12);
}

static void
test_edges (void)
{
  AttuneSchedule schedule = cosine;

  g_test_summary ("One step, only warm-up, and ratios that binary fractions overshoot");

  schedule.total_steps = 1;
  schedule.warmup_ratio = 0;
  g_assert_cmpfloat (attune_schedule_get_rate (&schedule, 0), ==, 1e-3);

  schedule.warmup_ratio = 1;
  schedule.total_steps = 4;
  g_assert_cmpint (attune_schedule_get_warmup_steps (&schedule), ==, 4);
  g_assert_cmpfloat (attune_schedule_get_rate (&schedule, 3), ==, 1e-3);

  schedule.warmup_ratio = 0.1;
  schedule.total_steps = 30;
  g_assert_cmpint (attune_schedule_get_warmup_steps (&schedule), ==, 3);
  schedule.total_steps = 31;
  g_assert_cmpint (attune_schedule_get_warmup_steps (&schedule), ==, 4);
}

static void
test_due (void)
{
  g_test_summary ("Things spread over a run are due so often as asked, and the last time at the end");

  for (gint64 total = 1; total < 60; total++)
    for (gint64 times = 0; times <= 20; times++)
      {
        gint64 seen = 0;

        for (gint64 step = 1; step <= total; step++)
          seen += attune_schedule_is_due (step, total, times);
        g_assert_cmpint (seen, ==, MIN (times, total));
        g_assert_cmpint (attune_schedule_is_due (total, total, times), ==, times > 0);
      }

  g_assert_true (attune_schedule_is_due (25, 100, 4));
  g_assert_true (attune_schedule_is_due (50, 100, 4));
  g_assert_false (attune_schedule_is_due (49, 100, 4));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/schedule/recorded", test_recorded);
  g_test_add_func ("/engine/schedule/constant", test_constant);
  g_test_add_func ("/engine/schedule/floor", test_floor);
  g_test_add_func ("/engine/schedule/cycles", test_cycles);
  g_test_add_func ("/engine/schedule/edges", test_edges);
  g_test_add_func ("/engine/schedule/due", test_due);

  return g_test_run ();
}
