/* test-series.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib-object.h>
#include <math.h>

#include "attune-series.h"
#include "attune-ticks.h"

/* A noisy curve; one value in fifty is not finite where @holes. */
static AttuneSeriesPoint *
make_points (guint    n_points,
             gboolean holes)
{
  AttuneSeriesPoint *points = g_new (AttuneSeriesPoint, n_points);

  for (guint i = 0; i < n_points; i++)
    {
      points[i].x[ATTUNE_SERIES_STEP] = i + 1;
      points[i].x[ATTUNE_SERIES_EPOCH] = (i + 1) / 100.0;
      points[i].x[ATTUNE_SERIES_TIME] = 1.7e9 + i * 0.25;
      points[i].y = 2.0 * exp (-(double) i / n_points) + g_test_rand_double_range (-0.5, 0.5);
      if (holes && g_test_rand_int_range (0, 50) == 0)
        points[i].y = (double[]) { NAN, INFINITY, -INFINITY }[g_test_rand_int_range (0, 3)];
    }

  return points;
}

static gboolean
extent_by_hand (AttuneSeries *series,
                guint         first,
                guint         end,
                double       *minimum,
                double       *maximum)
{
  *minimum = INFINITY;
  *maximum = -INFINITY;
  for (guint i = first; i < end; i++)
    {
      double y = attune_series_get_y (series, i);

      if (!isfinite (y))
        continue;
      *minimum = MIN (*minimum, y);
      *maximum = MAX (*maximum, y);
    }

  return *minimum <= *maximum;
}

static void
assert_extent (AttuneSeries *series,
               guint         first,
               guint         end)
{
  double minimum, maximum, expected_minimum, expected_maximum;
  gboolean found = attune_series_get_extent (series, first, end, &minimum, &maximum);
  gboolean expected = extent_by_hand (series, first, end, &expected_minimum, &expected_maximum);

  g_assert_cmpint (found, ==, expected);
  g_assert_true (minimum == expected_minimum);
  g_assert_true (maximum == expected_maximum);
}

static void
test_pyramid (void)
{
  static const guint sizes[] = { 1, 2, 15, 16, 17, 255, 256, 257, 4095, 4096, 4097, 20000 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (AttuneSeries) series = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
      g_autofree AttuneSeriesPoint *points = make_points (sizes[s], TRUE);

      attune_series_append_points (series, points, sizes[s]);
      g_assert_cmpuint (attune_series_get_length (series), ==, sizes[s]);

      assert_extent (series, 0, sizes[s]);
      assert_extent (series, 0, 0);
      for (guint k = 0; k < 300; k++)
        {
          guint first = (guint) g_test_rand_int_range (0, (gint32) sizes[s]);
          guint end = (guint) g_test_rand_int_range ((gint32) first, (gint32) sizes[s] + 1);

          assert_extent (series, first, end);
        }
    }
}

static void
assert_same (AttuneSeries *a,
             AttuneSeries *b)
{
  const guint *nonfinite_a, *nonfinite_b;
  guint n_a, n_b, index_a, index_b;
  guint length = attune_series_get_length (a);

  g_assert_cmpuint (length, ==, attune_series_get_length (b));
  for (guint i = 0; i < length; i++)
    {
      double y = attune_series_get_smoothed (a, i);

      g_assert_true (isnan (y) ? isnan (attune_series_get_smoothed (b, i)) : y == attune_series_get_smoothed (b, i));
      for (guint axis = 0; axis < ATTUNE_SERIES_N_AXES; axis++)
        g_assert_true (attune_series_get_x (a, axis, i) == attune_series_get_x (b, axis, i));
    }

  for (guint k = 0; k < 200 && length > 0; k++)
    {
      guint first = (guint) g_test_rand_int_range (0, (gint32) length);
      guint end = (guint) g_test_rand_int_range ((gint32) first, (gint32) length + 1);
      double low_a, high_a, low_b, high_b;

      g_assert_cmpint (attune_series_get_extent (a, first, end, &low_a, &high_a), ==,
                       attune_series_get_extent (b, first, end, &low_b, &high_b));
      g_assert_true (low_a == low_b && high_a == high_b);
    }

  nonfinite_a = attune_series_get_nonfinite (a, &n_a);
  nonfinite_b = attune_series_get_nonfinite (b, &n_b);
  g_assert_cmpmem (nonfinite_a, n_a * sizeof (guint), nonfinite_b, n_b * sizeof (guint));

  g_assert_cmpint (attune_series_find_minimum (a, &index_a), ==, attune_series_find_minimum (b, &index_b));
  g_assert_cmpuint (index_a, ==, index_b);
  g_assert_cmpint (attune_series_find_last_finite (a, &index_a), ==, attune_series_find_last_finite (b, &index_b));
  g_assert_cmpuint (index_a, ==, index_b);
}

/* However the points come, the series is the same; somebody looks at it all the time. */
static void
test_incremental (void)
{
  const guint n_points = 5000;
  g_autoptr (AttuneSeries) batch = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  g_autoptr (AttuneSeries) single = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  g_autoptr (AttuneSeries) mixed = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  g_autofree AttuneSeriesPoint *points = make_points (n_points, TRUE);

  attune_series_set_smoothing (batch, 0.9);
  attune_series_set_smoothing (single, 0.9);
  attune_series_set_smoothing (mixed, 0.9);

  attune_series_append_points (batch, points, n_points);
  for (guint i = 0; i < n_points; i++)
    {
      double minimum, maximum;

      attune_series_append (single, points[i].x[0], points[i].x[1], points[i].x[2], points[i].y);
      attune_series_get_smoothed (single, i);
      attune_series_get_extent (single, i / 2, i + 1, &minimum, &maximum);
    }
  for (guint i = 0; i < n_points; )
    {
      guint n = (guint) g_test_rand_int_range (1, 700);

      n = MIN (n, n_points - i);
      attune_series_append_points (mixed, points + i, n);
      i += n;
    }

  assert_same (batch, single);
  assert_same (batch, mixed);
}

static void
test_late_points (void)
{
  const guint n_points = 400;
  g_autoptr (AttuneSeries) sorted = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  g_autoptr (AttuneSeries) shuffled = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  g_autofree AttuneSeriesPoint *points = make_points (n_points, TRUE);

  attune_series_set_smoothing (sorted, 0.5);
  attune_series_set_smoothing (shuffled, 0.5);
  attune_series_append_points (sorted, points, n_points);

  for (guint i = n_points - 1; i > 0; i--)
    {
      guint k = (guint) g_test_rand_int_range (0, (gint32) i + 1);
      AttuneSeriesPoint point = points[i];

      points[i] = points[k];
      points[k] = point;
    }
  for (guint i = 0; i < n_points; i++)
    {
      attune_series_append_points (shuffled, &points[i], 1);
      attune_series_get_smoothed (shuffled, attune_series_get_length (shuffled) - 1);
    }

  assert_same (sorted, shuffled);
}

static void
test_axes (void)
{
  g_autoptr (AttuneSeries) series = attune_series_new ("Loss", ATTUNE_SERIES_LINE);

  g_assert_false (attune_series_has_axis (series, ATTUNE_SERIES_STEP));

  /* The epoch becomes known later; the clock is set back in between. */
  attune_series_append (series, 1.0, NAN, 100.0, 1.0);
  attune_series_append (series, 2.0, NAN, 101.0, 1.0);
  g_assert_false (attune_series_has_axis (series, ATTUNE_SERIES_EPOCH));
  attune_series_append (series, 3.0, 0.3, 50.0, 1.0);
  attune_series_append (series, 4.0, NAN, 102.0, 1.0);
  attune_series_append (series, 5.0, 0.5, NAN, 1.0);

  g_assert_true (attune_series_has_axis (series, ATTUNE_SERIES_EPOCH));
  g_assert_cmpfloat (attune_series_get_x (series, ATTUNE_SERIES_EPOCH, 0), ==, 0.3);
  g_assert_cmpfloat (attune_series_get_x (series, ATTUNE_SERIES_EPOCH, 1), ==, 0.3);
  g_assert_cmpfloat (attune_series_get_x (series, ATTUNE_SERIES_EPOCH, 3), ==, 0.3);
  g_assert_cmpfloat (attune_series_get_x (series, ATTUNE_SERIES_EPOCH, 4), ==, 0.5);
  g_assert_cmpfloat (attune_series_get_x (series, ATTUNE_SERIES_TIME, 2), ==, 101.0);
  g_assert_cmpfloat (attune_series_get_x (series, ATTUNE_SERIES_TIME, 3), ==, 102.0);
  g_assert_cmpfloat (attune_series_get_x (series, ATTUNE_SERIES_TIME, 4), ==, 102.0);
}

static void
test_smoothing (void)
{
  static const double weights[] = { 0.3, 0.6, 0.9, 0.99, 0.999 };
  const guint n_points = 3000;
  g_autoptr (AttuneSeries) series = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  g_autofree AttuneSeriesPoint *points = make_points (n_points, TRUE);

  attune_series_append_points (series, points, n_points);

  for (guint i = 0; i < n_points; i++)
    if (isfinite (points[i].y))
      g_assert_cmpfloat (attune_series_get_smoothed (series, i), ==, points[i].y);

  for (guint w = 0; w < G_N_ELEMENTS (weights); w++)
    {
      double sum = 0.0;
      double norm = 0.0;

      attune_series_set_smoothing (series, weights[w]);
      for (guint i = 0; i < n_points; i++)
        {
          double smoothed = attune_series_get_smoothed (series, i);

          if (!isfinite (points[i].y))
            {
              g_assert_true (isnan (points[i].y) ? isnan (smoothed) : smoothed == points[i].y);
              continue;
            }
          sum = sum * weights[w] + points[i].y;
          norm = norm * weights[w] + 1.0;
          g_assert_cmpfloat_with_epsilon (smoothed, sum / norm, 1e-11);
        }
    }
}

/* Not even the last bit of noise, and no overflow either. */
static void
test_smoothing_of_constants (void)
{
  g_autoptr (AttuneSeries) series = attune_series_new ("Rate", ATTUNE_SERIES_LINE);
  g_autoptr (AttuneSeries) huge = attune_series_new ("Loss", ATTUNE_SERIES_LINE);

  attune_series_set_smoothing (series, 0.97);
  attune_series_set_smoothing (huge, 0.999);
  for (guint i = 0; i < 2000; i++)
    {
      attune_series_append (series, i, NAN, NAN, 0.1);
      attune_series_append (huge, i, NAN, NAN, i % 2 == 0 ? 1.7e308 : -1.7e308);
      g_assert_cmpfloat (attune_series_get_smoothed (series, i), ==, 0.1);
      g_assert_true (isfinite (attune_series_get_smoothed (huge, i)));
    }
}

static void
test_nonfinite (void)
{
  g_autoptr (AttuneSeries) series = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  const guint *indices;
  guint n_indices;
  guint index;
  double minimum, maximum;

  attune_series_append (series, 1.0, NAN, NAN, NAN);
  g_assert_false (attune_series_find_minimum (series, &index));
  g_assert_false (attune_series_find_last_finite (series, &index));
  g_assert_false (attune_series_get_extent (series, 0, 1, &minimum, &maximum));

  attune_series_append (series, 2.0, NAN, NAN, 0.5);
  attune_series_append (series, 3.0, NAN, NAN, INFINITY);
  attune_series_append (series, 4.0, NAN, NAN, -INFINITY);

  indices = attune_series_get_nonfinite (series, &n_indices);
  g_assert_cmpmem (indices, n_indices * sizeof (guint), ((guint[]) { 0, 2, 3 }), 3 * sizeof (guint));
  g_assert_true (attune_series_find_minimum (series, &index));
  g_assert_cmpuint (index, ==, 1);
  g_assert_true (attune_series_find_last_finite (series, &index));
  g_assert_cmpuint (index, ==, 1);
  g_assert_true (attune_series_get_extent (series, 0, 4, &minimum, &maximum));
  g_assert_cmpfloat (minimum, ==, 0.5);
  g_assert_cmpfloat (maximum, ==, 0.5);

  attune_series_clear (series);
  g_assert_cmpuint (attune_series_get_length (series), ==, 0);
  attune_series_get_nonfinite (series, &n_indices);
  g_assert_cmpuint (n_indices, ==, 0);
  g_assert_false (attune_series_find_minimum (series, &index));
}

static void
test_nearest (void)
{
  const guint n_points = 1000;
  g_autoptr (AttuneSeries) series = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  double step = 0.0;
  guint index;

  g_assert_false (attune_series_find_nearest (series, ATTUNE_SERIES_STEP, 5.0, &index));

  for (guint i = 0; i < n_points; i++)
    {
      step += g_test_rand_int_range (0, 4);
      attune_series_append (series, step, NAN, NAN, i);
    }

  for (guint k = 0; k < 2000; k++)
    {
      double x = g_test_rand_double_range (-10.0, step + 10.0);
      double best = INFINITY;

      for (guint i = 0; i < n_points; i++)
        best = MIN (best, fabs (attune_series_get_x (series, ATTUNE_SERIES_STEP, i) - x));
      g_assert_true (attune_series_find_nearest (series, ATTUNE_SERIES_STEP, x, &index));
      g_assert_cmpfloat (fabs (attune_series_get_x (series, ATTUNE_SERIES_STEP, index) - x), ==, best);
    }
}

static void
test_columns (void)
{
  const guint n_points = 7000;
  g_autoptr (AttuneSeries) series = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  g_autofree AttuneSeriesPoint *points = make_points (n_points, TRUE);

  attune_series_append_points (series, points, n_points);
  attune_series_set_smoothing (series, 0.8);

  for (guint round_ = 0; round_ < 40; round_++)
    {
      guint n_columns = (guint) g_test_rand_int_range (1, 300);
      g_autofree double *edges = g_new (double, n_columns + 1);
      g_autofree AttuneSeriesColumn *columns = g_new (AttuneSeriesColumn, n_columns);
      double from = g_test_rand_double_range (-100.0, n_points);
      double to = g_test_rand_double_range (from + 1.0, n_points + 200.0);

      for (guint c = 0; c <= n_columns; c++)
        edges[c] = from + (to - from) * c / n_columns;
      attune_series_query_columns (series, ATTUNE_SERIES_STEP, edges, n_columns, columns);

      for (guint c = 0; c < n_columns; c++)
        {
          double minimum, maximum;
          double smoothed = NAN;
          guint n_here = 0;

          for (guint i = 0; i < n_points; i++)
            {
              double x = points[i].x[ATTUNE_SERIES_STEP];

              if (x < edges[c] || x > edges[c + 1] || (x == edges[c + 1] && c + 1 < n_columns))
                continue;
              g_assert_cmpuint (i, >=, columns[c].first);
              g_assert_cmpuint (i, <, columns[c].end);
              n_here++;
              if (isfinite (points[i].y))
                smoothed = attune_series_get_smoothed (series, i);
            }
          g_assert_cmpuint (columns[c].end - columns[c].first, ==, n_here);
          extent_by_hand (series, columns[c].first, columns[c].end, &minimum, &maximum);
          g_assert_true (columns[c].minimum == minimum && columns[c].maximum == maximum);
          g_assert_true (isnan (smoothed) ? isnan (columns[c].smoothed) : columns[c].smoothed == smoothed);
        }
    }
}

static void
count (guint *n)
{
  (*n)++;
}

static void
test_changed (void)
{
  AttuneSeries *series = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  g_autofree AttuneSeriesPoint *points = make_points (100, FALSE);
  guint n_changed = 0;
  guint64 serial;

  g_signal_connect_swapped (series, "changed", G_CALLBACK (count), &n_changed);
  serial = attune_series_get_serial (series);

  attune_series_append_points (series, points, 100);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpuint (attune_series_get_serial (series), >, serial);
  attune_series_append_points (series, points, 0);
  g_assert_cmpuint (n_changed, ==, 1);
  attune_series_set_smoothing (series, 0.5);
  attune_series_set_smoothing (series, 0.5);
  g_assert_cmpuint (n_changed, ==, 2);
  attune_series_set_visible (series, FALSE);
  attune_series_set_visible (series, FALSE);
  g_assert_cmpuint (n_changed, ==, 3);
  attune_series_clear (series);
  attune_series_clear (series);
  g_assert_cmpuint (n_changed, ==, 4);

  g_assert_finalize_object (series);
}

static void
assert_labels (double             minimum,
               double             maximum,
               guint              max_labels,
               gboolean           logarithmic,
               AttuneTicksFormat  format,
               const char        *expected)
{
  g_autoptr (GArray) ticks = attune_ticks_new (minimum, maximum, max_labels, logarithmic, format);
  g_autoptr (GString) labels = g_string_new (NULL);

  for (guint i = 0; i < ticks->len; i++)
    {
      const AttuneTick *tick = &g_array_index (ticks, AttuneTick, i);

      if (tick->label == NULL)
        continue;
      if (labels->len > 0)
        g_string_append_c (labels, ' ');
      g_string_append (labels, tick->label);
    }
  g_assert_cmpstr (labels->str, ==, expected);
}

static void
test_ticks (void)
{
  assert_labels (0.0, 1.0, 5, FALSE, ATTUNE_TICKS_NUMBER, "0.0 0.2 0.4 0.6 0.8 1.0");
  assert_labels (0.31, 0.58, 6, FALSE, ATTUNE_TICKS_NUMBER, "0.35 0.40 0.45 0.50 0.55");
  assert_labels (-1.0, 1.0, 4, FALSE, ATTUNE_TICKS_NUMBER, "-1.0 -0.5 0.0 0.5 1.0");
  assert_labels (0.0, 2.1e-5, 5, FALSE, ATTUNE_TICKS_NUMBER, "0 5e-6 1e-5 1.5e-5 2e-5");
  assert_labels (0.0, 5e8, 5, FALSE, ATTUNE_TICKS_NUMBER, "0 1e8 2e8 3e8 4e8 5e8");
  assert_labels (1.0, 4.0, 12, FALSE, ATTUNE_TICKS_INTEGER, "1 2 3 4");
  assert_labels (0.0, 20000.0, 4, FALSE, ATTUNE_TICKS_INTEGER, "0 5000 10000 15000 20000");
  assert_labels (0.0, 1.0, 4, FALSE, ATTUNE_TICKS_FRACTION, "0 % 50 % 100 %");
  assert_labels (0.9, 0.95, 5, FALSE, ATTUNE_TICKS_FRACTION, "90 % 91 % 92 % 93 % 94 % 95 %");
  assert_labels (0.0, 100.0, 5, FALSE, ATTUNE_TICKS_DURATION, "0 s 30 s 1 min 1 min 30 s");
  assert_labels (0.0, 7200.0, 4, FALSE, ATTUNE_TICKS_DURATION, "0 s 30 min 1 h 1 h 30 min 2 h");
  assert_labels (0.0, 200.0, 8, FALSE, ATTUNE_TICKS_DURATION, "0 s 0:30 1:00 1:30 2:00 2:30 3:00");
  assert_labels (1e-3, 10.0, 8, TRUE, ATTUNE_TICKS_NUMBER, "0.001 0.01 0.1 1 10");
  assert_labels (0.1, 10.0, 10, TRUE, ATTUNE_TICKS_NUMBER, "0.1 0.2 0.5 1 2 5 10");
  assert_labels (1e-12, 1e12, 6, TRUE, ATTUNE_TICKS_NUMBER, "1e-12 1e-7 0.01 1000 1e8");
  /* Within one power of ten the ticks of a plain axis are better than one or none. */
  assert_labels (2.0, 4.0, 5, TRUE, ATTUNE_TICKS_NUMBER, "2.0 2.5 3.0 3.5 4.0");
  assert_labels (1.0, 1.0, 5, FALSE, ATTUNE_TICKS_NUMBER, "");
  assert_labels (NAN, 1.0, 5, FALSE, ATTUNE_TICKS_NUMBER, "");
  assert_labels (1.0, 1.0 + 1e-15, 5, FALSE, ATTUNE_TICKS_NUMBER, "");
}

/* Of any range: the step is 1, 2 or 5 times a power of ten, nothing lies outside, and there are neither too many nor too few. */
static void
test_ticks_of_any_range (void)
{
  for (guint round_ = 0; round_ < 3000; round_++)
    {
      double magnitude = pow (10.0, g_test_rand_double_range (-9.0, 9.0));
      double low = g_test_rand_double_range (-1.0, 1.0) * magnitude;
      double high = low + g_test_rand_double_range (1e-4, 1.0) * magnitude;
      guint max_labels = (guint) g_test_rand_int_range (3, 13);
      g_autoptr (GArray) ticks = attune_ticks_new (low, high, max_labels, FALSE, ATTUNE_TICKS_NUMBER);
      double slack = (high - low) * 1e-6;

      g_assert_cmpuint (ticks->len, <=, max_labels + 1);
      g_assert_cmpuint (ticks->len, >=, max_labels / 3);
      for (guint i = 0; i < ticks->len; i++)
        {
          double value = g_array_index (ticks, AttuneTick, i).value;

          g_assert_cmpfloat (value, >=, low - slack);
          g_assert_cmpfloat (value, <=, high + slack);
          g_assert_nonnull (g_array_index (ticks, AttuneTick, i).label);
          if (i > 0)
            {
              double step = value - g_array_index (ticks, AttuneTick, i - 1).value;
              double mantissa = step / pow (10.0, floor (log10 (step) + 1e-6));

              g_assert_true (fabs (mantissa - 1.0) < 1e-3 || fabs (mantissa - 2.0) < 1e-3 || fabs (mantissa - 5.0) < 1e-3);
            }
        }
    }
}

static void
assert_format (double             value,
               guint              digits,
               AttuneTicksFormat  format,
               const char        *expected)
{
  g_autofree char *text = attune_ticks_format_value (value, digits, format);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_format (void)
{
  assert_format (0.52341, 4, ATTUNE_TICKS_NUMBER, "0.5234");
  assert_format (0.5, 4, ATTUNE_TICKS_NUMBER, "0.5");
  assert_format (9.99996, 4, ATTUNE_TICKS_NUMBER, "10");
  assert_format (123456.0, 4, ATTUNE_TICKS_NUMBER, "123456");
  assert_format (1e-5, 4, ATTUNE_TICKS_NUMBER, "1e-5");
  assert_format (2.5e-5, 4, ATTUNE_TICKS_NUMBER, "2.5e-5");
  assert_format (9.99999e-5, 3, ATTUNE_TICKS_NUMBER, "1e-4");
  assert_format (-3e9, 4, ATTUNE_TICKS_NUMBER, "-3e9");
  assert_format (0.0, 4, ATTUNE_TICKS_NUMBER, "0");
  assert_format (-0.0, 4, ATTUNE_TICKS_NUMBER, "0");
  assert_format (NAN, 4, ATTUNE_TICKS_NUMBER, "NaN");
  assert_format (INFINITY, 4, ATTUNE_TICKS_NUMBER, "∞");
  assert_format (-INFINITY, 4, ATTUNE_TICKS_NUMBER, "−∞");
  assert_format (4.25e-300, 4, ATTUNE_TICKS_NUMBER, "4.25e-300");
  assert_format (41.7, 6, ATTUNE_TICKS_INTEGER, "42");
  assert_format (0.934, 4, ATTUNE_TICKS_FRACTION, "93.4 %");
  assert_format (1.0, 4, ATTUNE_TICKS_FRACTION, "100 %");
  assert_format (0.25, 3, ATTUNE_TICKS_DURATION, "0.25 s");
  assert_format (59.6, 3, ATTUNE_TICKS_DURATION, "1 min");
  assert_format (200.0, 3, ATTUNE_TICKS_DURATION, "3 min 20 s");
  assert_format (7500.0, 3, ATTUNE_TICKS_DURATION, "2 h 5 min");
  assert_format (7201.0, 3, ATTUNE_TICKS_DURATION, "2 h");
  assert_format (190000.0, 3, ATTUNE_TICKS_DURATION, "2 d 4 h");
  assert_format (-30.0, 3, ATTUNE_TICKS_DURATION, "−30 s");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/series/pyramid", test_pyramid);
  g_test_add_func ("/series/incremental", test_incremental);
  g_test_add_func ("/series/late-points", test_late_points);
  g_test_add_func ("/series/axes", test_axes);
  g_test_add_func ("/series/smoothing", test_smoothing);
  g_test_add_func ("/series/smoothing-of-constants", test_smoothing_of_constants);
  g_test_add_func ("/series/nonfinite", test_nonfinite);
  g_test_add_func ("/series/nearest", test_nearest);
  g_test_add_func ("/series/columns", test_columns);
  g_test_add_func ("/series/changed", test_changed);
  g_test_add_func ("/ticks/labels", test_ticks);
  g_test_add_func ("/ticks/any-range", test_ticks_of_any_range);
  g_test_add_func ("/ticks/format", test_format);

  return g_test_run ();
}
