/* attune-format.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-format.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

char *
attune_format_count (gint64 count)
{
  return g_strdup_printf ("%'" G_GINT64_FORMAT, count);
}

char *
attune_format_parameters (guint64 parameters)
{
  if (parameters >= 1000000000)
    /* translators: the size of a model, such as "1.1 billion" parameters */
    return g_strdup_printf (_("%.1f billion"), parameters / 1e9);
  if (parameters >= 10000000)
    /* translators: the size of a model, such as "135 million" parameters */
    return g_strdup_printf (_("%.0f million"), parameters / 1e6);
  if (parameters >= 1000000)
    /* translators: the size of a model, such as "4.2 million" parameters */
    return g_strdup_printf (_("%.1f million"), parameters / 1e6);

  return attune_format_count ((gint64) parameters);
}

char *
attune_format_duration (double seconds)
{
  gint64 whole;

  if (!isfinite (seconds) || seconds < 0)
    return g_strdup (_("unknown"));

  whole = (gint64) (seconds + 0.5);
  if (whole < 60)
    /* translators: a duration in seconds */
    return g_strdup_printf (_("%d s"), (int) whole);
  if (whole < 300 && whole % 60 != 0)
    /* translators: a duration in minutes and seconds */
    return g_strdup_printf (_("%d min %d s"), (int) (whole / 60), (int) (whole % 60));
  if (whole < 3600)
    /* translators: a duration in minutes */
    return g_strdup_printf (_("%d min"), (int) ((whole + 30) / 60));
  if (whole < 48 * 3600)
    {
      int minutes = (int) ((whole + 30) / 60);

      if (minutes % 60 == 0)
        /* translators: a duration in hours */
        return g_strdup_printf (_("%d h"), minutes / 60);
      /* translators: a duration in hours and minutes */
      return g_strdup_printf (_("%d h %d min"), minutes / 60, minutes % 60);
    }

  return g_strdup_printf (ngettext ("%d day", "%d days", (gulong) (whole / 86400)), (int) (whole / 86400));
}

/* Joins the two ends of a range; one text where they read the same or only one is known. */
static char *
join_range (double   low,
            double   high,
            char * (*format) (double))
{
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;

  if (!isfinite (low) && !isfinite (high))
    return NULL;
  if (!isfinite (low))
    return format (high);
  if (!isfinite (high))
    return format (low);

  from = format (low);
  to = format (high);
  if (g_str_equal (from, to))
    return g_steal_pointer (&from);

  /* translators: a range such as "2 min – 5 min" */
  return g_strdup_printf (_("%s – %s"), from, to);
}

static char *
format_size (double bytes)
{
  return g_format_size (bytes < 0 ? 0 : (guint64) bytes);
}

static char *
format_cost (double dollars)
{
  if (dollars == 0)
    return g_strdup (_("Free"));

  /* translators: an amount of US dollars */
  return g_strdup_printf (_("$%.2f"), dollars);
}

char *
attune_format_duration_range (double low,
                              double high)
{
  return join_range (low, high, attune_format_duration);
}

char *
attune_format_size_range (double low,
                          double high)
{
  return join_range (low, high, format_size);
}

char *
attune_format_cost_range (double low,
                          double high)
{
  return join_range (low, high, format_cost);
}

char *
attune_format_time (gint64 time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (local == NULL)
    return g_strdup (_("unknown"));

  if (g_date_time_get_year (local) == g_date_time_get_year (now))
    {
      if (g_date_time_get_day_of_year (local) == g_date_time_get_day_of_year (now))
        /* translators: a time of today, for g_date_time_format() */
        return g_date_time_format (local, _("Today %H:%M"));
      /* translators: a time of this year, for g_date_time_format() */
      return g_date_time_format (local, _("%-d %b %H:%M"));
    }

  /* translators: a day of an earlier year, for g_date_time_format() */
  return g_date_time_format (local, _("%-d %b %Y"));
}

char *
attune_format_loss (double loss)
{
  if (isnan (loss))
    return g_strdup (_("not a number"));
  if (isinf (loss))
    return g_strdup (_("infinite"));

  return g_strdup_printf ("%.4g", loss);
}

char *
attune_format_path (const char *path)
{
  const char *home = g_get_home_dir ();
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);

  length = strlen (home);
  if (length > 1 && strncmp (path, home, length) == 0 && (path[length] == '/' || path[length] == '\0'))
    return g_strconcat ("~", path + length, NULL);

  return g_strdup (path);
}
