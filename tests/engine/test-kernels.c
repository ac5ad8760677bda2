/* test-kernels.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* The loops of every level that this processor can run, the products and the pool of threads, against plain arithmetic in double. */

#include "config.h"

#include <stdatomic.h>

#include "attune-kernels.h"
#include "attune-matmul.h"
#include "attune-thread-pool.h"

#include "model-fixtures.h"

static guint
get_levels (const AttuneKernels **levels)
{
  guint n = 0;

  levels[n++] = &attune_kernels_base;
#if defined(__x86_64__)
  if (__builtin_cpu_supports ("x86-64-v3"))
    levels[n++] = &attune_kernels_v3;
  if (__builtin_cpu_supports ("x86-64-v4"))
    levels[n++] = &attune_kernels_v4;
#endif
  return n;
}

static float *
draw (GRand *random,
      gsize  n,
      double range)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (random, -range, range);
  return values;
}

static void
assert_close (const char   *what,
              const float  *values,
              const double *expected,
              gsize         n,
              double        tolerance)
{
  double worst = 0;

  for (gsize i = 0; i < n; i++)
    {
      double error = fabs (values[i] - expected[i]) / MAX (fabs (expected[i]), 1);

      if (!(error <= worst))
        worst = error;
    }
  if (!(worst < tolerance))
    g_test_message ("%s: error %.3g", what, worst);
  g_assert_cmpfloat (worst, <, tolerance);
}

/* The numbers of an array that is fp32 or bfloat16. */
static float *
widened (const void *values,
         gsize       n,
         gboolean    bf16)
{
  float *out = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    out[i] = bf16 ? attune_bf16_to_float (((const guint16 *) values)[i]) : ((const float *) values)[i];
  return out;
}

static void
test_bf16 (void)
{
  g_assert_cmpuint (attune_float_to_bf16 (1), ==, 0x3f80);
  g_assert_cmpuint (attune_float_to_bf16 (-2), ==, 0xc000);
  /* To the nearest, and to even in the middle. */
  g_assert_cmpuint (attune_float_to_bf16 (1 + 0x1p-8f), ==, 0x3f80);
  g_assert_cmpuint (attune_float_to_bf16 (1 + 0x1.8p-7f), ==, 0x3f82);
  g_assert_cmpuint (attune_float_to_bf16 (1 + 0x1.01p-8f), ==, 0x3f81);
  g_assert_cmpuint (attune_float_to_bf16 (INFINITY), ==, 0x7f80);
  g_assert_true (isnan (attune_bf16_to_float (attune_float_to_bf16 (NAN))));
  {
    union { guint32 bits; float value; } odd = { .bits = 0x7fffffff };

    g_assert_true (isnan (attune_bf16_to_float (attune_float_to_bf16 (odd.value))));
  }
}

static void
test_norm (const AttuneKernels *kernels,
           gsize                n,
           gboolean             bf16,
           GRand               *random)
{
  const gsize rows = 3;
  const float epsilon = 1e-5f;
  g_autofree float *x = draw (random, rows * n, 2);
  g_autofree float *weight = draw (random, n, 1.5);
  g_autofree float *dy = draw (random, rows * n, 1);
  g_autofree float *dx = draw (random, rows * n, 1);
  g_autofree float *rstd = g_new (float, rows);
  g_autofree float *gradient = g_new0 (float, n);
  g_autofree float *out = g_new (float, rows * n);
  g_autofree float *result = g_new (float, rows * n);
  g_autofree double *expected = g_new (double, rows * n);
  g_autofree double *expected_dx = g_new (double, rows * n);
  g_autofree double *expected_gradient = g_new0 (double, n);
  g_autofree float *wide = NULL;

  for (gsize r = 0; r < rows; r++)
    {
      double squares = 0, sum = 0, scale;

      for (gsize i = 0; i < n; i++)
        squares += (double) x[r * n + i] * x[r * n + i];
      scale = 1 / sqrt (squares / (double) n + epsilon);
      for (gsize i = 0; i < n; i++)
        {
          expected[r * n + i] = x[r * n + i] * scale * weight[i];
          expected_gradient[i] += dy[r * n + i] * x[r * n + i] * scale;
          sum += (double) dy[r * n + i] * weight[i] * x[r * n + i];
        }
      for (gsize i = 0; i < n; i++)
        expected_dx[r * n + i] = dx[r * n + i] + scale * weight[i] * dy[r * n + i] -
                                 x[r * n + i] * scale * scale * scale / (double) n * sum;
    }

  kernels->norm_forward (rows, n, x, weight, epsilon, rstd, out, bf16);
  wide = widened (out, rows * n, bf16);
  assert_close ("norm", wide, expected, rows * n, bf16 ? 8e-3 : 2e-6);
  kernels->norm_backward (rows, n, x, weight, rstd, dy, dx, result, gradient);
  assert_close ("norm back", result, expected_dx, rows * n, 5e-6);
  assert_close ("norm weight", gradient, expected_gradient, n, 5e-6);

  /* In place, and with nothing to add to. */
  kernels->norm_backward (rows, n, x, weight, rstd, dy, NULL, dy, NULL);
  for (gsize i = 0; i < rows * n; i++)
    expected_dx[i] -= dx[i];
  assert_close ("norm back in place", dy, expected_dx, rows * n, 5e-6);
}

static void
test_swiglu (const AttuneKernels *kernels,
             gsize                n,
             gboolean             bf16,
             GRand               *random)
{
  g_autofree float *gate = draw (random, n, 12);
  g_autofree float *up = draw (random, n, 3);
  g_autofree float *d = draw (random, n, 1);
  g_autofree float *stored = g_new (float, n);
  g_autofree float *stored_up = g_new (float, n);
  g_autofree float *act = g_new (float, n);
  g_autofree float *again = g_new (float, n);
  float *d_gate, *d_up;
  g_autofree double *expected = g_new (double, n);
  g_autofree double *expected_gate = g_new (double, n);
  g_autofree double *expected_up = g_new (double, n);
  g_autofree float *wide = NULL;
  g_autofree float *wide_again = NULL;
  g_autofree float *wide_gate = NULL;
  g_autofree float *wide_up = NULL;

  if (n > 2)
    {
      gate[0] = 200;
      gate[1] = -200;
    }
  for (gsize i = 0; i < n; i++)
    {
      double g, u, s;

      if (bf16)
        {
          gate[i] = attune_bf16_to_float (attune_float_to_bf16 (gate[i]));
          up[i] = attune_bf16_to_float (attune_float_to_bf16 (up[i]));
        }
      g = gate[i];
      u = up[i];
      s = 1 / (1 + exp (-g));
      expected[i] = g * s * u;
      expected_up[i] = d[i] * g * s;
      expected_gate[i] = d[i] * u * s * (1 + g * (1 - s));
    }
  kernels->swiglu_forward (n, gate, up, bf16 ? stored : NULL, bf16 ? stored_up : NULL, act, bf16);
  wide = widened (act, n, bf16);
  assert_close ("swiglu", wide, expected, n, bf16 ? 8e-3 : 1e-5);
  d_gate = bf16 ? stored : gate;
  d_up = bf16 ? stored_up : up;
  kernels->swiglu_backward (n, d_gate, d_up, d, bf16 ? again : d, bf16);
  wide_gate = widened (d_gate, n, bf16);
  wide_up = widened (d_up, n, bf16);
  wide_again = widened (bf16 ? again : d, n, bf16);
  assert_close ("swiglu gate", wide_gate, expected_gate, n, bf16 ? 8e-3 : 1e-5);
  assert_close ("swiglu up", wide_up, expected_up, n, bf16 ? 8e-3 : 1e-5);
  assert_close ("swiglu again", wide_again, expected, n, bf16 ? 8e-3 : 1e-5);
}

static void
test_softmax (const AttuneKernels *kernels,
              gsize                n,
              gboolean             bf16,
              GRand               *random)
{
  const gsize rows = MIN (n, 5);
  const gsize position = n - rows;
  g_autofree float *s = draw (random, rows * n, 8);
  g_autofree float *worked = g_memdup2 (s, rows * n * sizeof (float));
  g_autofree float *dp = draw (random, rows * n, 1);
  g_autofree float *p = g_new (float, rows * n);
  g_autofree float *ds = g_new (float, rows * n);
  g_autofree float *total = g_new (float, rows);
  g_autofree float *lse = g_new (float, rows);
  g_autofree float *delta = draw (random, rows, 1);
  g_autofree double *expected = g_new0 (double, rows * n);
  g_autofree double *expected_ds = g_new0 (double, rows * n);
  g_autofree float *wide = NULL;
  g_autofree float *wide_ds = NULL;

  for (gsize r = 0; r < rows; r++)
    {
      double top = -INFINITY, sum = 0;

      for (gsize i = 0; i <= position + r; i++)
        top = MAX (top, s[r * n + i]);
      for (gsize i = 0; i <= position + r; i++)
        {
          expected[r * n + i] = exp (s[r * n + i] - top);
          sum += expected[r * n + i];
        }
      for (gsize i = 0; i <= position + r; i++)
        expected_ds[r * n + i] = expected[r * n + i] / sum * (dp[r * n + i] - delta[r]);
    }
  kernels->softmax_forward (rows, position, n, worked, n, p, total, lse, bf16);
  wide = widened (p, rows * n, bf16);
  assert_close ("softmax", wide, expected, rows * n, bf16 ? 4e-3 : 1e-6);
  for (gsize r = 0; r < rows; r++)
    {
      double sum = 0, used = 0;
      float top = s[r * n];

      for (gsize i = 0; i < n; i++)
        {
          sum += expected[r * n + i];
          used += wide[r * n + i];
        }
      for (gsize i = 0; i <= position + r; i++)
        top = MAX (top, s[r * n + i]);
      g_assert_cmpfloat_with_epsilon (total[r], used, used * 1e-5);
      g_assert_cmpfloat_with_epsilon (lse[r], top + log (sum), bf16 ? 4e-3 : 1e-5);
      lse[r] = (float) (top + log (sum));
    }
  kernels->softmax_backward (rows, position, n, s, dp, n, lse, delta, p, ds, bf16);
  wide_ds = widened (ds, rows * n, bf16);
  assert_close ("softmax back", wide_ds, expected_ds, rows * n, bf16 ? 8e-3 : 5e-6);
}

/* Softmax over a vocabulary, in place. */
static void
test_vocabulary (const AttuneKernels *kernels,
                 gsize                n,
                 gboolean             bf16,
                 GRand               *random)
{
  g_autofree float *x = draw (random, n, 9);
  g_autofree double *expected = g_new (double, n);
  g_autofree float *wide = NULL;
  double top = -INFINITY, sum = 0, lse;

  for (gsize i = 0; i < n; i++)
    top = MAX (top, x[i]);
  for (gsize i = 0; i < n; i++)
    sum += exp (x[i] - top);
  lse = top + log (sum);
  for (gsize i = 0; i < n; i++)
    expected[i] = exp (x[i] - lse) * 0.25;
  g_assert_cmpfloat (kernels->maximum (n, x), ==, (float) top);
  g_assert_cmpfloat_with_epsilon (kernels->sum_exp (n, x, (float) top), sum, sum * 2e-6);
  kernels->softmax_scaled (n, x, (float) lse, 0.25f, x, bf16);
  wide = widened (x, n, bf16);
  assert_close ("vocabulary", wide, expected, n, bf16 ? 4e-3 : 2e-6);
}

static void
test_small_ones (const AttuneKernels *kernels,
                 gsize                n,
                 gboolean             bf16,
                 GRand               *random)
{
  g_autofree float *x = draw (random, 4 * n, 2);
  g_autofree float *y = draw (random, n, 2);
  g_autofree float *typed = g_new (float, n);
  g_autofree float *wide = g_new (float, n);
  g_autofree float *sums = g_new0 (float, n);
  g_autofree double *expected = g_new0 (double, n);
  double dots[4] = { 0 };
  float got[4];

  kernels->convert (n, y, 1, typed, bf16);
  kernels->widen (n, typed, bf16, wide);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpfloat (wide[i], ==, bf16 ? attune_bf16_to_float (attune_float_to_bf16 (y[i])) : y[i]);
      expected[i] = 3.0 * wide[i];
      for (guint r = 0; r < 4; r++)
        dots[r] += (double) x[r * n + i] * wide[i];
    }
  g_assert_cmpfloat_with_epsilon (kernels->dot (n, x, typed, bf16), dots[0], 1e-4);
  for (gsize rows = 1; rows <= 4; rows++)
    {
      kernels->dot4 (n, rows, x, n, typed, bf16, got);
      for (gsize r = 0; r < rows; r++)
        g_assert_cmpfloat_with_epsilon (got[r], dots[r], 1e-4);
    }
  kernels->sum_rows (1, n, typed, n, bf16, sums);
  kernels->sum_rows (1, n, typed, n, bf16, sums);
  kernels->add (n, wide, sums);
  assert_close ("sums", sums, expected, n, 1e-6);
  kernels->add_rows (1, n, wide, sums, n);
  for (gsize i = 0; i < n; i++)
    expected[i] += wide[i];
  assert_close ("rows", sums, expected, n, 1e-6);
}

static void
test_rotate (const AttuneKernels *kernels,
             gsize                d,
             GRand               *random)
{
  g_autofree float *x = draw (random, 3 * d, 1);
  g_autofree float *y = g_memdup2 (x, 3 * d * sizeof (float));
  g_autofree float *angle = draw (random, d / 2, 3);
  g_autofree float *cosine = g_new (float, d / 2);
  g_autofree float *sine = g_new (float, d / 2);

  for (gsize i = 0; i < d / 2; i++)
    {
      cosine[i] = cosf (angle[i]);
      sine[i] = sinf (angle[i]);
    }
  kernels->rotate_forward (3, d, y, cosine, sine, 0.5f);
  for (gsize h = 0; h < 3; h++)
    for (gsize i = 0; i < d / 2; i++)
      {
        const float a = x[h * d + i];
        const float b = x[h * d + i + d / 2];

        g_assert_cmpfloat_with_epsilon (y[h * d + i], 0.5f * (a * cosine[i] - b * sine[i]), 1e-6);
        g_assert_cmpfloat_with_epsilon (y[h * d + i + d / 2], 0.5f * (a * sine[i] + b * cosine[i]), 1e-6);
      }
  kernels->rotate_backward (3, d, y, cosine, sine, 2);
  for (gsize i = 0; i < 3 * d; i++)
    g_assert_cmpfloat_with_epsilon (y[i], x[i], 1e-6);
}

static void
test_levels (void)
{
  static const gsize sizes[] = { 1, 2, 7, 16, 31, 64, 100, 513, 1500 };
  const AttuneKernels *levels[3];
  const guint n_levels = get_levels (levels);
  g_autoptr(GRand) random = g_rand_new_with_seed (1);

  for (guint level = 0; level < n_levels; level++)
    {
      g_test_message ("%s", levels[level]->level);
      for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          for (guint bf16 = 0; bf16 < 2; bf16++)
            {
              test_norm (levels[level], sizes[i], bf16 != 0, random);
              test_swiglu (levels[level], sizes[i], bf16 != 0, random);
              test_softmax (levels[level], sizes[i], bf16 != 0, random);
              test_vocabulary (levels[level], sizes[i], bf16 != 0, random);
              test_small_ones (levels[level], sizes[i], bf16 != 0, random);
            }
          if (sizes[i] % 2 == 0)
            test_rotate (levels[level], sizes[i], random);
        }
    }
}

/* The asked share is dropped, and a mask does not depend on where a piece of it starts, on the level, or on the type. */
static void
test_dropout (void)
{
  const gsize n = 40000;
  const guint32 threshold = (guint32) (0.3 * 4294967296.0);
  const AttuneKernels *levels[3];
  const guint n_levels = get_levels (levels);
  g_autofree float *x = g_new (float, n);
  g_autofree float *whole = g_new (float, n);
  g_autofree float *part = g_new (float, n);
  g_autofree float *added = g_new0 (float, n);
  g_autofree float *other = g_new (float, n);
  g_autofree guint16 *narrow = g_new (guint16, n);
  g_autofree guint16 *narrow_out = g_new (guint16, n);
  gsize kept = 0, both = 0, neighbours = 0;

  for (gsize i = 0; i < n; i++)
    {
      x[i] = 1;
      narrow[i] = attune_float_to_bf16 (1);
    }
  attune_kernels_base.dropout (n, 0x123456789abcdef, 0, threshold, 2, x, whole, FALSE);
  attune_kernels_base.dropout (n, 0x123456789abcdf0, 0, threshold, 2, x, other, FALSE);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_true (whole[i] == 0 || whole[i] == 2);
      kept += whole[i] != 0;
      both += whole[i] != 0 && other[i] != 0;
      neighbours += i > 0 && whole[i] != 0 && whole[i - 1] != 0;
    }
  g_assert_cmpfloat_with_epsilon ((double) kept / (double) n, 0.7, 0.01);
  g_assert_cmpfloat_with_epsilon ((double) both / (double) n, 0.49, 0.01);
  g_assert_cmpfloat_with_epsilon ((double) neighbours / (double) n, 0.49, 0.01);

  for (guint level = 0; level < n_levels; level++)
    {
      levels[level]->dropout (1000, 0x123456789abcdef, 0, threshold, 2, x, part, FALSE);
      levels[level]->dropout (n - 1000, 0x123456789abcdef, 1000, threshold, 2, x, part + 1000, FALSE);
      g_assert_cmpmem (whole, n * sizeof (float), part, n * sizeof (float));
      memset (added, 0, n * sizeof (float));
      levels[level]->dropout_add (n, 0x123456789abcdef, 0, threshold, 2, x, added);
      g_assert_cmpmem (whole, n * sizeof (float), added, n * sizeof (float));
      levels[level]->dropout (n, 0x123456789abcdef, 0, threshold, 2, narrow, narrow_out, TRUE);
      for (gsize i = 0; i < n; i++)
        g_assert_cmpfloat (attune_bf16_to_float (narrow_out[i]), ==, whole[i]);
    }
}

static void
test_products (void)
{
  static const gsize sizes[][3] = { { 1, 1, 1 }, { 3, 5, 7 }, { 64, 64, 64 }, { 16, 100, 33 }, { 130, 8, 70 }, { 8, 200, 257 }, { 5, 17, 0 } };
  g_autoptr(AttuneMatmul) matmul = attune_matmul_new ();
  g_autoptr(GRand) random = g_rand_new_with_seed (2);
  guint n_shapes;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint flags = 0; flags < 16; flags++)
      {
        const gsize m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];
        const gboolean bf16 = (flags & ATTUNE_MATMUL_BF16) != 0;
        const gboolean ta = (flags & ATTUNE_MATMUL_TRANSPOSE_A) != 0;
        const gboolean tb = (flags & ATTUNE_MATMUL_TRANSPOSE_B) != 0;
        const gsize lda = (ta ? m : k) + 3, ldb = (tb ? k : n) + 5, ldc = n + 2;
        const gsize size_a = (ta ? k : m) * lda, size_b = (tb ? n : k) * ldb;
        g_autofree float *a = draw (random, MAX (size_a, 1), 1);
        g_autofree float *b = draw (random, MAX (size_b, 1), 1);
        g_autofree float *c = draw (random, m * ldc, 1);
        g_autofree float *typed_a = g_new0 (float, MAX (size_a, 1));
        g_autofree float *typed_b = g_new0 (float, MAX (size_b, 1));
        g_autofree double *expected = g_new (double, m * ldc);

        if (bf16 && !attune_matmul_has_bf16 ())
          continue;
        attune_kernels_base.convert (size_a, a, 1, typed_a, bf16);
        attune_kernels_base.convert (size_b, b, 1, typed_b, bf16);
        attune_kernels_base.widen (size_a, typed_a, bf16, a);
        attune_kernels_base.widen (size_b, typed_b, bf16, b);
        for (gsize r = 0; r < m; r++)
          for (gsize j = 0; j < ldc; j++)
            {
              expected[r * ldc + j] = j < n && (flags & ATTUNE_MATMUL_ADD) == 0 ? 0 : c[r * ldc + j];
              for (gsize l = 0; j < n && l < k; l++)
                expected[r * ldc + j] += (double) a[ta ? l * lda + r : r * lda + l] * b[tb ? j * ldb + l : l * ldb + j];
            }
        attune_matmul_run (matmul, flags, m, n, k, typed_a, lda, typed_b, ldb, c, ldc);
        assert_close ("product", c, expected, m * ldc, 2e-5);
      }

  /* A shape is prepared once. */
  n_shapes = attune_matmul_get_n_shapes (matmul);
  g_assert_cmpuint (n_shapes, >, 16);
  {
    g_autofree float *a = draw (random, 64 * 67, 1);
    g_autofree float *c = draw (random, 64 * 66, 1);

    for (guint i = 0; i < 3; i++)
      attune_matmul_run (matmul, ATTUNE_MATMUL_PLAIN, 64, 64, 64, a, 67, a, 64, c, 66);
  }
  g_assert_cmpuint (attune_matmul_get_n_shapes (matmul), ==, n_shapes + 1);
}

/* More shapes than the table has room for at first. */
static void
test_many_shapes (void)
{
  g_autoptr(AttuneMatmul) matmul = attune_matmul_new ();
  g_autoptr(GRand) random = g_rand_new_with_seed (2);
  g_autofree float *a = draw (random, 400, 1);
  float c;

  for (guint round = 0; round < 2; round++)
    for (gsize k = 1; k <= 300; k++)
      {
        double expected = 0;

        for (gsize i = 0; i < k; i++)
          expected += (double) a[i] * a[i];
        attune_matmul_run (matmul, ATTUNE_MATMUL_TRANSPOSE_B, 1, 1, k, a, k, a, k, &c, 1);
        g_assert_cmpfloat_with_epsilon (c, expected, 1e-3);
      }
  g_assert_cmpuint (attune_matmul_get_n_shapes (matmul), ==, 300);
}

typedef struct {
  AttuneThreadPool *pool;
  atomic_uint       n_calls;
  guint             seen[8];
  guint             wrong;
} PoolTest;

static void
count_thread (guint    thread,
              gpointer user_data)
{
  PoolTest *test = user_data;
  const guint n = attune_thread_pool_get_n_threads (test->pool);

  atomic_fetch_add (&test->n_calls, 1);
  for (guint round = 1; round <= 50; round++)
    {
      test->seen[thread] = round;
      attune_thread_pool_meet (test->pool);
      for (guint i = 0; i < n; i++)
        if (test->seen[i] != round)
          test->wrong++;
      attune_thread_pool_meet (test->pool);
    }
}

static void
test_pool (void)
{
  for (guint n = 1; n <= 8; n++)
    {
      g_autoptr(AttuneThreadPool) pool = attune_thread_pool_new (n);
      PoolTest test = { .pool = pool };

      g_assert_cmpuint (attune_thread_pool_get_n_threads (pool), ==, n);
      for (guint round = 1; round <= 20; round++)
        {
          attune_thread_pool_run (pool, count_thread, &test);
          g_assert_cmpuint (atomic_load (&test.n_calls), ==, round * n);
        }
      g_assert_cmpuint (test.wrong, ==, 0);
    }
  g_assert_cmpuint (attune_thread_pool_resolve (0), ==, g_get_num_processors ());
}

static guint
count_threads (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

typedef struct {
  AttuneMatmul *matmul[2];
  float        *a;
  float        *c[2];
} ThreadTest;

static void
multiply (guint    thread,
          gpointer user_data)
{
  ThreadTest *test = user_data;

  attune_matmul_run (test->matmul[thread], ATTUNE_MATMUL_PLAIN, 512, 512, 512, test->a, 512, test->a, 512, test->c[thread], 512);
}

/* oneDNN would like to start threads of its own; within the pool it must not. */
static void
test_no_more_threads (void)
{
  g_autoptr(AttuneThreadPool) pool = attune_thread_pool_new (2);
  ThreadTest test = { .a = g_new0 (float, 512 * 512) };
  guint n;

  for (guint i = 0; i < 2; i++)
    {
      test.matmul[i] = attune_matmul_new ();
      test.c[i] = g_new (float, 512 * 512);
    }
  n = count_threads ();
  attune_thread_pool_run (pool, multiply, &test);
  g_assert_cmpuint (count_threads (), ==, n);
  for (guint i = 0; i < 2; i++)
    {
      attune_matmul_free (test.matmul[i]);
      g_free (test.c[i]);
    }
  g_free (test.a);
}

static void
test_share (void)
{
  for (gsize n = 0; n < 70; n++)
    for (gsize grain = 1; grain <= 16; grain *= 4)
      for (guint threads = 1; threads <= 9; threads++)
        {
          gsize expected = 0;

          for (guint thread = 0; thread < threads; thread++)
            {
              gsize first, last;

              attune_thread_pool_share (n, grain, thread, threads, &first, &last);
              g_assert_cmpuint (first, ==, expected);
              g_assert_cmpuint (last, >=, first);
              g_assert_true (last == n || last % grain == 0);
              expected = last;
            }
          g_assert_cmpuint (expected, ==, n);
        }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/engine/kernels/bf16", test_bf16);
  g_test_add_func ("/engine/kernels/levels", test_levels);
  g_test_add_func ("/engine/kernels/dropout", test_dropout);
  g_test_add_func ("/engine/matmul/products", test_products);
  g_test_add_func ("/engine/matmul/many-shapes", test_many_shapes);
  g_test_add_func ("/engine/thread-pool/meet", test_pool);
  g_test_add_func ("/engine/thread-pool/no-more-threads", test_no_more_threads);
  g_test_add_func ("/engine/thread-pool/share", test_share);

  return g_test_run ();
}
