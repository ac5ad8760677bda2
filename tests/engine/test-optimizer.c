/* test-optimizer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "attune-optimizer.h"
#include "attune-random.h"

/* Sizes around the optimizer's blocks, so that every path is taken. */
#define N_TENSORS 4
static const gsize sizes[N_TENSORS] = { 1, 77, 65536, 150001 };

typedef struct {
  AttuneTensor        tensors[N_TENSORS];
  const AttuneTensor *list[N_TENSORS];
} Fixture;

static Fixture *
fixture_new (guint64 seed)
{
  Fixture *self = g_new0 (Fixture, 1);
  guint64 state = seed;

  for (guint t = 0; t < N_TENSORS; t++)
    {
      AttuneTensor *tensor = &self->tensors[t];

      tensor->name = "tensor";
      tensor->rows = sizes[t];
      tensor->columns = 1;
      tensor->is_vector = TRUE;
      tensor->value = g_new (float, sizes[t]);
      tensor->gradient = g_new (float, sizes[t]);
      for (gsize i = 0; i < sizes[t]; i++)
        tensor->value[i] = (float) (attune_random_double (&state) - 0.5);
      self->list[t] = tensor;
    }

  return self;
}

static void
fixture_draw_gradients (Fixture *self,
                        guint64  seed)
{
  guint64 state = seed;

  for (guint t = 0; t < N_TENSORS; t++)
    for (gsize i = 0; i < sizes[t]; i++)
      self->tensors[t].gradient[i] = (float) (attune_random_double (&state) - 0.5) * 0.01f;
}

static void
fixture_free (Fixture *self)
{
  for (guint t = 0; t < N_TENSORS; t++)
    {
      g_free (self->tensors[t].value);
      g_free (self->tensors[t].gradient);
    }
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static AttuneOptimizer *
make_optimizer (Fixture *fixture,
                double   decay,
                double   max_norm,
                guint    n_threads)
{
  g_autoptr (GError) error = NULL;
  AttuneOptimizer *optimizer;

  optimizer = attune_optimizer_new (fixture->list, N_TENSORS,
                                    &(AttuneOptimizerSettings) { .weight_decay = decay, .max_norm = max_norm },
                                    n_threads, &error);
  g_assert_no_error (error);

  return optimizer;
}

static void
test_formula (void)
{
  g_autoptr (Fixture) fixture = fixture_new (1);
  g_autoptr (AttuneOptimizer) optimizer = make_optimizer (fixture, 0.1, 1.0, 2);
  const gsize places[] = { 0, 1, 65535, 65536, 150000 };
  double m[G_N_ELEMENTS (places)] = { 0 };
  double v[G_N_ELEMENTS (places)] = { 0 };
  double w[G_N_ELEMENTS (places)];
  AttuneTensor *tensor = &fixture->tensors[3];

  g_test_summary ("Ten steps are those of the formula in double precision, clipping and decay included");

  for (guint p = 0; p < G_N_ELEMENTS (places); p++)
    w[p] = (double) tensor->value[places[p]];

  for (int step = 1; step <= 10; step++)
    {
      double rate = 1e-2 / step;
      double sum = 0;
      double norm;
      double scale;

      fixture_draw_gradients (fixture, 100 + step);
      for (guint t = 0; t < N_TENSORS; t++)
        for (gsize i = 0; i < sizes[t]; i++)
          sum += (double) fixture->tensors[t].gradient[i] * (double) fixture->tensors[t].gradient[i];
      scale = MIN (1.0, 1.0 / (sqrt (sum) + 1e-6));

      g_assert_true (attune_optimizer_step (optimizer, rate, &norm));
      g_assert_cmpfloat_with_epsilon (norm, sqrt (sum), 1e-9);
      g_assert_cmpfloat (norm, >, 1.0);

      for (guint p = 0; p < G_N_ELEMENTS (places); p++)
        {
          double g = (double) tensor->gradient[places[p]] * scale;

          w[p] -= rate * 0.1 * w[p];
          m[p] = 0.9 * m[p] + 0.1 * g;
          v[p] = 0.999 * v[p] + 0.001 * g * g;
          w[p] -= rate * (m[p] / (1 - pow (0.9, step))) / (sqrt (v[p] / (1 - pow (0.999, step))) + 1e-8);
          g_assert_cmpfloat_with_epsilon ((double) tensor->value[places[p]], w[p], 2e-6);
        }
    }
  g_assert_cmpint (attune_optimizer_get_steps (optimizer), ==, 10);
}

static void
test_threads (void)
{
  g_autoptr (Fixture) one = fixture_new (2);
  g_autoptr (Fixture) many = fixture_new (2);
  g_autoptr (AttuneOptimizer) one_optimizer = make_optimizer (one, 0.01, 0.5, 1);
  g_autoptr (AttuneOptimizer) many_optimizer = make_optimizer (many, 0.01, 0.5, 5);

  g_test_summary ("The number of threads does not change a bit");

  for (guint step = 0; step < 5; step++)
    {
      double one_norm;
      double many_norm;

      fixture_draw_gradients (one, step);
      fixture_draw_gradients (many, step);
      g_assert_true (attune_optimizer_step (one_optimizer, 1e-3, &one_norm));
      g_assert_true (attune_optimizer_step (many_optimizer, 1e-3, &many_norm));
      g_assert_cmpfloat (one_norm, ==, many_norm);
    }
  for (guint t = 0; t < N_TENSORS; t++)
    g_assert_cmpmem (one->tensors[t].value, sizes[t] * sizeof (float), many->tensors[t].value, sizes[t] * sizeof (float));
}

static void
test_no_clipping (void)
{
  g_autoptr (Fixture) clipped = fixture_new (3);
  g_autoptr (Fixture) free_one = fixture_new (3);
  g_autoptr (AttuneOptimizer) clipping = make_optimizer (clipped, 0, 1e9, 1);
  g_autoptr (AttuneOptimizer) not_clipping = make_optimizer (free_one, 0, 0, 1);
  double norm;

  g_test_summary ("A norm of 0 clips nothing");

  fixture_draw_gradients (clipped, 9);
  fixture_draw_gradients (free_one, 9);
  g_assert_true (attune_optimizer_step (clipping, 1e-3, &norm));
  g_assert_true (attune_optimizer_step (not_clipping, 1e-3, &norm));
  g_assert_cmpmem (clipped->tensors[3].value, sizes[3] * sizeof (float), free_one->tensors[3].value, sizes[3] * sizeof (float));
}

static void
test_not_finite (void)
{
  g_autoptr (Fixture) fixture = fixture_new (4);
  g_autoptr (AttuneOptimizer) optimizer = make_optimizer (fixture, 0.1, 1.0, 2);
  g_autofree float *before = g_memdup2 (fixture->tensors[2].value, sizes[2] * sizeof (float));
  double norm;

  g_test_summary ("A gradient that is not a number changes nothing");

  fixture_draw_gradients (fixture, 1);
  fixture->tensors[3].gradient[1234] = NAN;
  g_assert_false (attune_optimizer_step (optimizer, 1e-3, &norm));
  g_assert_true (isnan (norm));
  g_assert_cmpint (attune_optimizer_get_steps (optimizer), ==, 0);
  g_assert_cmpmem (before, sizes[2] * sizeof (float), fixture->tensors[2].value, sizes[2] * sizeof (float));

  fixture->tensors[3].gradient[1234] = INFINITY;
  g_assert_false (attune_optimizer_step (optimizer, 1e-3, &norm));
}

static void
test_state (void)
{
  g_autoptr (Fixture) whole = fixture_new (5);
  g_autoptr (Fixture) cut = fixture_new (5);
  g_autoptr (AttuneOptimizer) first = make_optimizer (whole, 0.1, 1.0, 2);
  g_autoptr (AttuneOptimizer) before = make_optimizer (cut, 0.1, 1.0, 2);
  g_autoptr (AttuneOptimizer) after = make_optimizer (cut, 0.1, 1.0, 2);
  double norm;

  g_test_summary ("Moments and the number of steps are the whole state");

  for (guint step = 0; step < 6; step++)
    {
      fixture_draw_gradients (whole, step);
      g_assert_true (attune_optimizer_step (first, 1e-3, &norm));
      fixture_draw_gradients (cut, step);
      if (step == 3)
        {
          for (guint t = 0; t < N_TENSORS; t++)
            {
              float *from[2];
              float *to[2];

              attune_optimizer_get_moments (before, t, &from[0], &from[1]);
              attune_optimizer_get_moments (after, t, &to[0], &to[1]);
              memcpy (to[0], from[0], sizes[t] * sizeof (float));
              memcpy (to[1], from[1], sizes[t] * sizeof (float));
            }
          attune_optimizer_set_steps (after, attune_optimizer_get_steps (before));
        }
      g_assert_true (attune_optimizer_step (step < 3 ? before : after, 1e-3, &norm));
    }
  for (guint t = 0; t < N_TENSORS; t++)
    g_assert_cmpmem (whole->tensors[t].value, sizes[t] * sizeof (float), cut->tensors[t].value, sizes[t] * sizeof (float));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engine/optimizer/formula", test_formula);
  g_test_add_func ("/engine/optimizer/threads", test_threads);
  g_test_add_func ("/engine/optimizer/no-clipping", test_no_clipping);
  g_test_add_func ("/engine/optimizer/not-finite", test_not_finite);
  g_test_add_func ("/engine/optimizer/state", test_state);

  return g_test_run ();
}
