/* attune-ticks.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-ticks.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Numbers outside of these are written with an exponent. */
#define PLAIN_MINIMUM 1e-3
#define PLAIN_MAXIMUM 1e7

static void
tick_clear (gpointer data)
{
  AttuneTick *tick = data;

  g_free (tick->label);
}

static void
add_tick (GArray *ticks,
          double  value,
          char   *label)
{
  AttuneTick tick = { value, label };

  g_array_append_val (ticks, tick);
}

/* The exponent of @value when it is rounded to @digits significant digits: 9.96 with two digits is 10, so 1. */
static int
exponent_of (double value,
             guint  digits)
{
  int exponent;

  if (value == 0.0)
    return 0;

  exponent = (int) floor (log10 (fabs (value)));
  if (round (fabs (value) / pow (10.0, exponent - (int) digits + 1)) >= pow (10.0, digits))
    exponent++;

  return exponent;
}

/* How many of @decimals are needed so that the rounded number stays the same. */
static guint
needed_decimals (double value,
                 guint  decimals)
{
  double scaled = round (fabs (value) * pow (10.0, decimals));

  while (decimals > 0 && fmod (scaled, 10.0) == 0.0)
    {
      scaled /= 10.0;
      decimals--;
    }

  return decimals;
}

/* "1e-5", "2.5e8" */
static char *
format_exponent (double value,
                 guint  digits)
{
  int exponent = exponent_of (value, digits);
  double mantissa = value / pow (10.0, exponent);

  return g_strdup_printf ("%.*fe%d", (int) needed_decimals (mantissa, digits - 1), mantissa, exponent);
}

static char *
format_plain (double value,
              guint  decimals)
{
  /* No "-0". */
  if (round (value * pow (10.0, decimals)) == 0.0)
    value = 0.0;

  return g_strdup_printf ("%'.*f", (int) decimals, value);
}

char *
attune_ticks_format_value (double            value,
                           guint             digits,
                           AttuneTicksFormat format)
{
  int exponent;
  guint decimals;

  g_return_val_if_fail (digits > 0 && digits <= 17, NULL);

  if (isnan (value))
    return g_strdup (_("NaN"));
  if (isinf (value))
    return g_strdup (value > 0.0 ? "∞" : "−∞");

  switch (format)
    {
    case ATTUNE_TICKS_INTEGER:
      if (fabs (value) < 1e15)
        return format_plain (round (value), 0);
      break;

    case ATTUNE_TICKS_FRACTION:
      {
        g_autofree char *number = attune_ticks_format_value (value * 100.0, MAX (digits, 3) - 1, ATTUNE_TICKS_NUMBER);

        /* Translators: a number of per cent, such as 93.5 %. */
        return g_strdup_printf (_("%s %%"), number);
      }

    case ATTUNE_TICKS_DURATION:
      return attune_ticks_format_duration (value);

    case ATTUNE_TICKS_NUMBER:
    default:
      break;
    }

  if (value != 0.0 && (fabs (value) < PLAIN_MINIMUM || fabs (value) >= PLAIN_MAXIMUM))
    return format_exponent (value, digits);

  exponent = exponent_of (value, digits);
  decimals = (guint) MAX (0, (int) digits - 1 - exponent);

  return format_plain (value, needed_decimals (value, decimals));
}

char *
attune_ticks_format_duration (double seconds)
{
  gint64 whole;

  if (!isfinite (seconds))
    return attune_ticks_format_value (seconds, 3, ATTUNE_TICKS_NUMBER);

  if (seconds > -10.0 && seconds < 10.0 && seconds != floor (seconds))
    {
      g_autofree char *number = attune_ticks_format_value (seconds, 2, ATTUNE_TICKS_NUMBER);

      /* Translators: a number of seconds with its unit, as short as can be. */
      return g_strdup_printf (_("%s s"), number);
    }

  if (seconds < 0.0)
    {
      g_autofree char *positive = attune_ticks_format_duration (-seconds);

      return g_strconcat ("−", positive, NULL);
    }

  whole = seconds < 9e17 ? (gint64) (seconds + 0.5) : G_MAXINT64;
  if (whole < 60)
    return g_strdup_printf (_("%d s"), (int) whole);
  if (whole < 3600)
    {
      if (whole % 60 == 0)
        return g_strdup_printf (_("%d min"), (int) (whole / 60));
      /* Translators: minutes and seconds, as short as can be. */
      return g_strdup_printf (_("%d min %d s"), (int) (whole / 60), (int) (whole % 60));
    }
  if (whole < 86400)
    {
      if (whole % 3600 < 60)
        return g_strdup_printf (_("%d h"), (int) (whole / 3600));
      /* Translators: hours and minutes, as short as can be. */
      return g_strdup_printf (_("%d h %d min"), (int) (whole / 3600), (int) (whole % 3600 / 60));
    }
  if (whole % 86400 < 3600)
    return g_strdup_printf (_("%" G_GINT64_FORMAT " d"), whole / 86400);
  /* Translators: days and hours, as short as can be. */
  return g_strdup_printf (_("%" G_GINT64_FORMAT " d %d h"), whole / 86400, (int) (whole % 86400 / 3600));
}

double
attune_ticks_nice_step (double span,
                        guint  max_steps)
{
  double rough;
  double power;

  g_return_val_if_fail (span > 0.0 && max_steps > 0, 1.0);

  rough = span / max_steps;
  power = pow (10.0, floor (log10 (rough)));

  /* The tolerance keeps 0.2 from becoming 0.5 because 1.0 / 5 came out a hair above 0.2. */
  for (guint i = 0; i < 3; i++)
    {
      static const double factors[] = { 1.0, 2.0, 5.0 };

      if (rough <= factors[i] * power * (1.0 + 1e-9))
        return factors[i] * power;
    }

  return 10.0 * power;
}

/* Clocks do not count in tens. */
static double
nice_duration_step (double span,
                    guint  max_steps)
{
  static const double steps[] = {
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
  };

  if (span / max_steps < 1.0)
    return attune_ticks_nice_step (span, max_steps);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (span <= steps[i] * max_steps)
      return steps[i];

  return 86400.0 * MAX (1.0, attune_ticks_nice_step (span / 86400.0, max_steps));
}

/* All labels of one axis have the same number of decimals, and the same unit where they are durations. */
static char *
format_tick (double            value,
             double            step,
             double            largest,
             AttuneTicksFormat format)
{
  double factor = format == ATTUNE_TICKS_FRACTION ? 100.0 : 1.0;
  guint decimals = (guint) MAX (0.0, ceil (-log10 (step * factor) - 1e-9));

  if (format == ATTUNE_TICKS_DURATION)
    {
      if (value == 0.0 || step < 1.0)
        return attune_ticks_format_value (value, 4, format);
      if (step < 60.0 && largest >= 120.0)
        return g_strdup_printf ("%s%" G_GINT64_FORMAT ":%02d", value < 0.0 ? "−" : "",
                                (gint64) fabs (value) / 60, (int) fmod (fabs (value), 60.0));
      return attune_ticks_format_duration (value);
    }

  if (format == ATTUNE_TICKS_FRACTION)
    {
      g_autofree char *number = format_plain (value * factor, decimals);

      return g_strdup_printf (_("%s %%"), number);
    }

  if (largest < PLAIN_MINIMUM * 10.0 || (largest >= PLAIN_MAXIMUM && format != ATTUNE_TICKS_INTEGER))
    return value == 0.0 ? g_strdup ("0") : format_exponent (value, CLAMP (exponent_of (value, 15) + (int) decimals + 1, 1, 15));

  return format_plain (value, decimals);
}

static void
add_linear (GArray            *ticks,
            double             minimum,
            double             maximum,
            guint              max_labels,
            AttuneTicksFormat  format)
{
  double span = maximum - minimum;
  double largest = MAX (fabs (minimum), fabs (maximum));
  double step;
  double first;

  if (format == ATTUNE_TICKS_DURATION)
    step = nice_duration_step (span, max_labels);
  else
    step = attune_ticks_nice_step (span, max_labels);
  if (format == ATTUNE_TICKS_INTEGER)
    step = MAX (1.0, step);

  /* Beyond the precision of the numbers there is nothing to tell apart. */
  if (!(step > largest * 1e-13))
    return;

  first = ceil (minimum / step - 1e-9);
  for (guint i = 0; i <= max_labels + 1; i++)
    {
      double value = (first + i) * step;

      if (!isfinite (value) || value > maximum + step * 1e-9)
        break;
      add_tick (ticks, value == 0.0 ? 0.0 : value, format_tick (value, step, largest, format));
    }
}

static void
add_logarithmic (GArray            *ticks,
                 double             minimum,
                 double             maximum,
                 guint              max_labels,
                 AttuneTicksFormat  format)
{
  int low = (int) floor (log10 (minimum) + 1e-9);
  int high = (int) ceil (log10 (maximum) - 1e-9);
  guint stride = (guint) (high - low) / max_labels + 1;
  /* With few powers of ten 2 and 5 are labelled as well. */
  gboolean label_between = (guint) (high - low) * 3 <= max_labels;

  for (int exponent = low; exponent <= high; exponent++)
    {
      for (int factor = 1; factor <= 9; factor++)
        {
          double value = exponent < 0 ? factor / pow (10.0, -exponent) : factor * pow (10.0, exponent);
          gboolean labelled = factor == 1 ? (guint) (exponent - low) % stride == 0 : label_between && (factor == 2 || factor == 5);

          if (!isfinite (value) || value < minimum * (1.0 - 1e-9) || value > maximum * (1.0 + 1e-9))
            continue;
          if (labelled)
            add_tick (ticks, value, attune_ticks_format_value (value, 1, format));
          else if (stride == 1 || factor == 1)
            add_tick (ticks, value, NULL);
        }
    }
}

GArray *
attune_ticks_new (double            minimum,
                  double            maximum,
                  guint             max_labels,
                  gboolean          logarithmic,
                  AttuneTicksFormat format)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (AttuneTick));

  g_array_set_clear_func (ticks, tick_clear);

  if (!isfinite (minimum) || !isfinite (maximum) || minimum >= maximum || max_labels == 0)
    return ticks;

  /* Within less than a power of ten there may be no tick of the logarithmic kind at all. */
  if (logarithmic && minimum > 0.0 && maximum / minimum >= 10.0)
    add_logarithmic (ticks, minimum, maximum, max_labels, format);
  else
    add_linear (ticks, minimum, maximum, max_labels, format);

  return ticks;
}
