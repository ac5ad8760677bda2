/* print-numbers.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Prints what the trainer computes, one JSON array a line, for test-numbers.py to compare the runner's own with:
 *   ["rates", type, rate, floor, warm-up, cycles, total, [rate of each step]]
 *   ["due", total, times, [steps]]
 *   ["order", rows, seed, epoch, [rows in order]] */

#include "config.h"

#include <glib.h>

#include "attune-enums.h"
#include "attune-random.h"
#include "attune-schedule.h"

static void
print_rates (AttuneLrSchedulerType type,
             double                floor,
             double                warmup,
             double                cycles,
             gint64                total)
{
  const AttuneSchedule schedule = {
    .type = type, .rate = 3e-4, .floor_ratio = floor, .warmup_ratio = warmup, .cycles = cycles, .total_steps = total,
  };

  g_print ("[\"rates\",\"%s\",%.17g,%.17g,%.17g,%.17g,%" G_GINT64_FORMAT ",[", attune_enum_to_nick (ATTUNE_TYPE_LR_SCHEDULER_TYPE, type),
           schedule.rate, floor, warmup, cycles, total);
  for (gint64 step = 0; step < total; step++)
    g_print ("%s%.17g", step > 0 ? "," : "", attune_schedule_get_rate (&schedule, step));
  g_print ("]]\n");
}

static void
print_due (gint64 total,
           gint64 times)
{
  const char *separator = "";

  g_print ("[\"due\",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",[", total, times);
  for (gint64 step = 1; step <= total; step++)
    if (attune_schedule_is_due (step, total, times))
      {
        g_print ("%s%" G_GINT64_FORMAT, separator, step);
        separator = ",";
      }
  g_print ("]]\n");
}

static void
print_order (guint32 rows,
             guint64 seed,
             guint64 epoch)
{
  g_autofree guint32 *order = g_new (guint32, rows);

  attune_random_permute (order, rows, seed, epoch);
  g_print ("[\"order\",%u,%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",[", rows, seed, epoch);
  for (guint32 i = 0; i < rows; i++)
    g_print ("%s%u", i > 0 ? "," : "", order[i]);
  g_print ("]]\n");
}

int
main (void)
{
  static const double floors[] = { 0, 0.1, 1 };
  static const double warmups[] = { 0, 0.1, 0.33, 1 };
  static const double cycles[] = { 0.1, 0.5, 1, 2 };
  static const gint64 totals[] = { 1, 7, 30 };
  static const guint64 seeds[] = { 0, 42, 4294967295 };

  for (int type = ATTUNE_LR_SCHEDULER_COSINE; type <= ATTUNE_LR_SCHEDULER_POLYNOMIAL; type++)
    for (guint f = 0; f < G_N_ELEMENTS (floors); f++)
      for (guint w = 0; w < G_N_ELEMENTS (warmups); w++)
        for (guint c = 0; c < (type == ATTUNE_LR_SCHEDULER_COSINE ? G_N_ELEMENTS (cycles) : 1); c++)
          for (guint t = 0; t < G_N_ELEMENTS (totals); t++)
            print_rates ((AttuneLrSchedulerType) type, floors[f], warmups[w], cycles[c], totals[t]);

  for (gint64 total = 1; total <= 23; total += 11)
    for (gint64 times = 0; times <= 20; times++)
      print_due (total, times);

  for (guint s = 0; s < G_N_ELEMENTS (seeds); s++)
    for (guint64 epoch = 0; epoch < 3; epoch++)
      {
        print_order (1, seeds[s], epoch);
        print_order (10, seeds[s], epoch);
        print_order (257, seeds[s], epoch);
      }

  return 0;
}
