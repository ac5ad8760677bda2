/* test-metrics.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-metrics.h"

#include "core-helpers.h"

static void
assert_same (const AttuneMetricPoint *a,
             const AttuneMetricPoint *b)
{
  g_assert_cmpint (a->step, ==, b->step);
  g_assert_cmpint (a->time, ==, b->time);
  g_assert_true (isnan (a->epoch) ? isnan (b->epoch) : a->epoch == b->epoch);
  g_assert_cmphex (a->set, ==, b->set);
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      if ((a->set & (1u << i)) == 0)
        continue;
      g_assert_true (isnan (a->values[i]) ? isnan (b->values[i]) : a->values[i] == b->values[i]);
    }
}

static void
assert_round_trip (const AttuneMetricPoint *point)
{
  g_autofree char *line = attune_metric_point_to_line (point);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = attune_json_parse (line, -1, NULL, &error);
  AttuneMetricPoint again;

  /* Any reader of JSON can read it. */
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (line, "}\n"));
  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
  g_assert_true (attune_metric_point_from_line (line, -1, &again, &error));
  g_assert_no_error (error);
  assert_same (point, &again);
}

static void
test_names (void)
{
  static const char * const names[] = { "loss", "evalLoss", "learningRate", "gradNorm", "tokenAccuracy", "tokens", "tokensPerSecond" };

  g_assert_cmpuint (G_N_ELEMENTS (names), ==, ATTUNE_N_METRICS);
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      g_assert_cmpstr (attune_metric_to_name ((AttuneMetric) i), ==, names[i]);
      g_assert_nonnull (attune_metric_get_title ((AttuneMetric) i));
    }
}

static void
test_line (void)
{
  AttuneMetricPoint point = {
    .step = 12,
    .epoch = 0.25,
    .time = 1767225600000000,
    .set = 1u << ATTUNE_METRIC_LOSS | 1u << ATTUNE_METRIC_LEARNING_RATE | 1u << ATTUNE_METRIC_TOKENS,
    .values = { [ATTUNE_METRIC_LOSS] = 2.5, [ATTUNE_METRIC_LEARNING_RATE] = 1e-5, [ATTUNE_METRIC_TOKENS] = 4096 },
  };
  g_autofree char *line = attune_metric_point_to_line (&point);
  g_autofree char *strange = NULL;

  g_assert_cmpstr (line, ==,
                   "{\"step\":12,\"epoch\":0.25,\"time\":1767225600000000,\"loss\":2.5,\"learningRate\":1e-05,\"tokens\":4096}\n");

  point.epoch = (double) NAN;
  point.set = 1u << ATTUNE_METRIC_LOSS | 1u << ATTUNE_METRIC_EVAL_LOSS | 1u << ATTUNE_METRIC_GRAD_NORM;
  point.values[ATTUNE_METRIC_LOSS] = (double) NAN;
  point.values[ATTUNE_METRIC_EVAL_LOSS] = (double) -INFINITY;
  point.values[ATTUNE_METRIC_GRAD_NORM] = (double) INFINITY;
  strange = attune_metric_point_to_line (&point);
  g_assert_cmpstr (strange, ==,
                   "{\"step\":12,\"time\":1767225600000000,\"loss\":null,\"evalLoss\":null,\"gradNorm\":null,"
                   "\"nonfinite\":{\"loss\":\"nan\",\"evalLoss\":\"-inf\",\"gradNorm\":\"inf\"}}\n");
}

static void
test_round_trip (void)
{
  static const double odd[] = { 0.0, -0.0, 1e300, 5e-324, 0.1, 9007199254740993.0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < 5000; i++)
    {
      AttuneMetricPoint point = { 0 };

      point.step = (gint64) g_rand_int (rand);
      point.time = (gint64) (((guint64) g_rand_int (rand) << 20) | g_rand_int (rand));
      point.epoch = g_rand_boolean (rand) ? g_rand_double (rand) : (double) NAN;
      point.set = g_rand_int (rand) & ((1u << ATTUNE_N_METRICS) - 1);
      for (guint j = 0; j < ATTUNE_N_METRICS; j++)
        {
          switch (g_rand_int_range (rand, 0, 8))
            {
            case 0:
              point.values[j] = (double) NAN;
              break;
            case 1:
              point.values[j] = (double) INFINITY;
              break;
            case 2:
              point.values[j] = (double) -INFINITY;
              break;
            case 3:
              point.values[j] = odd[g_rand_int_range (rand, 0, G_N_ELEMENTS (odd))];
              break;
            default:
              point.values[j] = random_double (rand);
              break;
            }
        }
      assert_round_trip (&point);
    }
}

/* A line that is torn anywhere is known to be torn, and whole lines are not. */
static void
test_truncations (void)
{
  AttuneMetricPoint point = {
    .step = 34,
    .epoch = 0.5,
    .time = 17,
    .set = (1u << ATTUNE_N_METRICS) - 1,
    .values = { 1.5, (double) NAN, 1e-5, (double) INFINITY, 0.75, 4096, 123.456 },
  };
  g_autofree char *line = attune_metric_point_to_line (&point);
  gsize length = strlen (line);
  AttuneMetricPoint read;

  for (gsize i = 0; i < length - 1; i++)
    {
      g_autofree char *torn = g_memdup2 (line, i + 1); /* one more, so that it is a block even for nothing */
      g_autoptr (GError) error = NULL;

      read.step = -5;
      g_assert_false (attune_metric_point_from_line (torn, (gssize) i, &read, &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
      g_assert_cmpint (read.step, ==, -5);
    }

  for (gsize i = length - 1; i <= length; i++)
    {
      g_autofree char *whole = g_memdup2 (line, i);

      g_assert_true (attune_metric_point_from_line (whole, (gssize) i, &read, NULL));
      assert_same (&point, &read);
    }
}

static void
test_others_lines (void)
{
  static const struct {
    const char *line;
    gint64      step;
    guint32     set;
  } good[] = {
    { "{'step':1}", 1, 0 },
    { " { 'loss' : 2 , 'step' : 5 } \n", 5, 1u << ATTUNE_METRIC_LOSS },
    { "{'step':1,'loss':null}", 1, 0 },
    { "{'step':1,'unheard':{'of':[1,'x',null,{}]},'tokens':7}", 1, 1u << ATTUNE_METRIC_TOKENS },
    { "{'step':1,'epoch':null,'aNameThatIsLongerThanAnyThatAMetricCouldEverHave':1}", 1, 0 },
    { "{'nonfinite':{'loss':'nan','other':'inf'},'step':1,'loss':null}", 1, 1u << ATTUNE_METRIC_LOSS },
    { "{'step':1,'x':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", 1, 0 },
    { "{'step':1,'step':2,'st\\u0065p':9223372036854775807}", G_MAXINT64, 0 },
    { "{'step':1,'lo\\u0073s':2,'loss\\u0000':'x'}", 1, 1u << ATTUNE_METRIC_LOSS },
    /* A number counts more than a word about it. */
    { "{'step':1,'loss':3,'nonfinite':{'loss':'nan'}}", 1, 1u << ATTUNE_METRIC_LOSS },
  };
  static const char * const bad[] = {
    "", "\n", "[]", "{'step':9223372036854775808}", "{'step':-9223372036854775809}", "{'step':1,'nonfinite':{'other':'huge'}}",
    "{'step':1,'nonfinite':{'loss':'nan\\u0000'}}", "\xef\xbb\xbf{'step':1}", "{'step':1,'loss':1e999}",
    "null", "{}", "{'loss':1}", "{'step':1.5}", "{'step':'1'}", "{'step':null}", "{'step':1}x", "{'step':1}{'step':2}",
    "{'step':1,'loss':'2'}", "{'step':1,'loss':NaN}", "{'step':1,'loss':[]}", "{'step':1,'time':1.5}", "{'step':1,'epoch':'x'}",
    "{'step':1,'nonfinite':{'loss':1}}", "{'step':1,'nonfinite':{'loss':'huge'}}", "{'step':1,'nonfinite':[]}",
    "{'step':1,}", "{'step' 1}",
    "{'step':1,'nonfinite':{'loss':'nan',}}", "{'step':1 'loss':2}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *line = g_strdelimit (g_strdup (good[i].line), "'", '"');
      g_autoptr (GError) error = NULL;
      AttuneMetricPoint point;

      g_assert_true (attune_metric_point_from_line (line, -1, &point, &error));
      g_assert_no_error (error);
      g_assert_cmpint (point.step, ==, good[i].step);
      g_assert_cmphex (point.set, ==, good[i].set);
    }

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *line = g_strdelimit (g_strdup (bad[i]), "'", '"');
      g_autoptr (GError) error = NULL;
      AttuneMetricPoint point;

      g_test_message ("%s", bad[i]);
      g_assert_false (attune_metric_point_from_line (line, -1, &point, &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
    }
}

/* Lines of every length, about the size of the memory that short ones are read in, and far beyond it. */
static void
test_long_lines (void)
{
  static const gsize lengths[] = { 0, 500, 580, 600, 620, 640, 8191, 8192, 8193, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      for (guint nested = 0; nested < 2; nested++)
        {
          g_autoptr (GString) line = g_string_new ("{\"other\":[0");
          g_autoptr (GError) error = NULL;
          AttuneMetricPoint point;

          while (line->len < lengths[i])
            g_string_append (line, nested ? ",[]" : ",1");
          g_string_append (line, "],\"step\":7,\"loss\":0.5}");

          g_assert_false (attune_metric_point_from_line (line->str, (gssize) line->len - 1, &point, &error));
          g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
          g_clear_error (&error);

          g_assert_true (attune_metric_point_from_line (line->str, (gssize) line->len, &point, &error));
          g_assert_no_error (error);
          g_assert_cmpint (point.step, ==, 7);
          g_assert_cmpfloat (point.values[ATTUNE_METRIC_LOSS], ==, 0.5);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Lines of metrics come back as they were, not-a-number too, and a torn line is known for one");

  g_test_add_func ("/metrics/names", test_names);
  g_test_add_func ("/metrics/line", test_line);
  g_test_add_func ("/metrics/round-trip", test_round_trip);
  g_test_add_func ("/metrics/truncations", test_truncations);
  g_test_add_func ("/metrics/others-lines", test_others_lines);
  g_test_add_func ("/metrics/long-lines", test_long_lines);

  return g_test_run ();
}
