/* attune-chart-text.c: the chart in words
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* A change below this part of all that the curve went through is none. */
#define STEADY     0.02
#define MAX_WINDOW 1000u

static gboolean
find_mean (AttuneSeries *series,
           guint         first,
           guint         end,
           double       *mean)
{
  double sum = 0.0;
  guint n = 0;

  for (guint i = first; i < end; i++)
    {
      double y = attune_series_get_y (series, i);

      if (isfinite (y))
        {
          /* The mean so far: a sum could overflow. */
          n++;
          sum += (y - sum) / n;
        }
    }
  *mean = sum;

  return n > 0;
}

/* Compares the last tenth with the tenth before it. */
static const char *
describe_trend (AttuneSeries *series)
{
  guint length = attune_series_get_length (series);
  guint window = CLAMP (length / 10, 1, MAX_WINDOW);
  double before, now, low, high;

  if (length < 2 ||
      !find_mean (series, length - window, length, &now) ||
      !find_mean (series, length - 2 * window, length - window, &before) ||
      !attune_series_get_extent (series, 0, length, &low, &high))
    return NULL;

  if (fabs (now - before) <= (high - low) * STEADY)
    /* Translators: how a curve goes at its end. */
    return C_("curve", "steady");

  return now < before ? C_("curve", "falling") : C_("curve", "rising");
}

static char *
format_step (AttuneSeries *series,
             guint         index)
{
  return attune_ticks_format_value (attune_series_get_x (series, ATTUNE_SERIES_STEP, index), 6, ATTUNE_TICKS_INTEGER);
}

static void
describe_series (AttuneChart  *self,
                 AttuneSeries *series,
                 GString      *text)
{
  const char *trend = describe_trend (series);
  const guint *nonfinite;
  guint n_nonfinite;
  guint latest, lowest;

  if (attune_series_find_last_finite (series, &latest) && attune_series_find_minimum (series, &lowest))
    {
      g_autofree char *latest_value = attune_ticks_format_value (attune_series_get_y (series, latest), 4, self->value_format);
      g_autofree char *latest_step = format_step (series, latest);
      g_autofree char *lowest_value = attune_ticks_format_value (attune_series_get_y (series, lowest), 4, self->value_format);
      g_autofree char *lowest_step = format_step (series, lowest);

      /* Translators: a chart in words, for screen readers: value, step, value, step. */
      g_string_append_printf (text, _("latest %s at step %s, minimum %s at step %s"),
                              latest_value, latest_step, lowest_value, lowest_step);
      if (trend != NULL)
        g_string_append_printf (text, ", %s", trend);
    }

  nonfinite = attune_series_get_nonfinite (series, &n_nonfinite);
  if (n_nonfinite > 0)
    {
      g_autofree char *step = format_step (series, nonfinite[0]);

      if (attune_series_find_last_finite (series, &latest))
        g_string_append (text, ", ");
      g_string_append_printf (text, ngettext ("%u value is not finite, at step %s",
                                              "%u values are not finite, the first at step %s", n_nonfinite),
                              n_nonfinite, step);
    }
}

char *
attune_chart_dup_description (AttuneChart *self)
{
  g_autoptr (GString) text = NULL;
  guint n_shown = 0;

  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);

  if (attune_chart_is_empty (self))
    return g_strdup (self->empty_text != NULL ? self->empty_text : _("Waiting for the first step"));

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);

      if (attune_series_get_visible (series) && attune_series_get_length (series) > 0)
        n_shown++;
    }

  text = g_string_new (NULL);
  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);

      if (!attune_series_get_visible (series) || attune_series_get_length (series) == 0)
        continue;
      if (text->len > 0)
        g_string_append (text, "; ");
      if (n_shown > 1)
        g_string_append_printf (text, "%s: ", attune_series_get_title (series));
      describe_series (self, series, text);
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}
