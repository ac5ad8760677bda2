/* attune-cli-output.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli-output.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attune-json.h"

struct _AttuneCliTable {
  GPtrArray *titles; /* utf8 */
  GPtrArray *cells;  /* utf8, row by row, titles->len each */
};

void
attune_cli_print (const char *format,
                  ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  fputs (text, stdout);
}

void
attune_cli_message (const char *format,
                    ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  fflush (stdout);
  fprintf (stderr, "%s\n", text);
}

void
attune_cli_answer_json (AttuneCli *self,
                        JsonNode  *node)
{
  g_autofree char *text = NULL;

  g_return_if_fail (node != NULL);
  g_return_if_fail (!self->has_answered);

  text = attune_json_write (node, TRUE);
  attune_cli_print ("%s\n", text);
  self->has_answered = TRUE;
}

void
attune_cli_answer_variant (AttuneCli *self,
                           GVariant  *variant)
{
  g_autoptr (JsonNode) node = attune_json_from_variant (variant);

  attune_cli_answer_json (self, node);
}

AttuneCliTable *
attune_cli_table_new (const char *first_title,
                      ...)
{
  AttuneCliTable *self = g_new0 (AttuneCliTable, 1);
  va_list arguments;

  self->titles = g_ptr_array_new_with_free_func (g_free);
  self->cells = g_ptr_array_new_with_free_func (g_free);

  va_start (arguments, first_title);
  for (const char *title = first_title; title != NULL; title = va_arg (arguments, const char *))
    g_ptr_array_add (self->titles, g_strdup (title));
  va_end (arguments);

  return self;
}

void
attune_cli_table_add (AttuneCliTable *self,
                      ...)
{
  va_list arguments;

  va_start (arguments, self);
  for (guint i = 0; i < self->titles->len; i++)
    {
      const char *text = va_arg (arguments, const char *);

      g_ptr_array_add (self->cells, g_utf8_make_valid (text != NULL && *text != '\0' ? text : "–", -1));
    }
  va_end (arguments);
}

static guint
measure (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }

  return width;
}

static void
print_cell (const char *text,
            guint       width,
            gboolean    is_number,
            gboolean    is_last)
{
  guint padding = width - MIN (width, measure (text));

  if (is_number)
    attune_cli_print ("%*s%s", (int) padding, "", text);
  else
    attune_cli_print ("%s%*s", text, is_last ? 0 : (int) padding, "");

  attune_cli_print ("%s", is_last ? "\n" : "  ");
}

void
attune_cli_table_print (AttuneCliTable *self)
{
  guint n = self->titles->len;
  g_autofree guint *widths = g_new0 (guint, n);
  g_autofree gboolean *are_numbers = g_new0 (gboolean, n);

  for (guint i = 0; i < n; i++)
    {
      char *title = g_ptr_array_index (self->titles, i);

      are_numbers[i] = title[0] == '>';
      if (are_numbers[i])
        memmove (title, title + 1, strlen (title));
      widths[i] = measure (title);
      for (guint j = i; j < self->cells->len; j += n)
        widths[i] = MAX (widths[i], measure (g_ptr_array_index (self->cells, j)));
    }

  for (guint i = 0; i < n; i++)
    print_cell (g_ptr_array_index (self->titles, i), widths[i], are_numbers[i], i == n - 1);
  for (guint j = 0; j < self->cells->len; j++)
    print_cell (g_ptr_array_index (self->cells, j), widths[j % n], are_numbers[j % n], j % n == n - 1);
}

void
attune_cli_table_free (AttuneCliTable *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->titles);
  g_ptr_array_unref (self->cells);
  g_free (self);
}

char *
attune_cli_format_duration (double seconds)
{
  gint64 whole;

  if (!isfinite (seconds) || seconds < 0 || seconds > 1e9)
    return g_strdup ("");

  whole = (gint64) (seconds + 0.5);
  if (whole >= 2 * 24 * 3600)
    return g_strdup_printf (ngettext ("%d day", "%d days", (gulong) (whole / (24 * 3600))), (int) (whole / (24 * 3600)));
  if (whole >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", (int) (whole / 3600), (int) (whole / 60 % 60), (int) (whole % 60));

  return g_strdup_printf ("%d:%02d", (int) (whole / 60), (int) (whole % 60));
}

char *
attune_cli_format_time (gint64 time)
{
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) local = NULL;

  if (time <= 0)
    return g_strdup ("");

  utc = g_date_time_new_from_unix_utc_usec (time);
  if (utc == NULL)
    return g_strdup ("");
  local = g_date_time_to_local (utc);

  return g_date_time_format (local, "%Y-%m-%d %H:%M:%S");
}

char *
attune_cli_format_number (double value)
{
  if (isnan (value))
    return g_strdup ("");
  if (value != 0 && (fabs (value) < 1e-3 || fabs (value) >= 1e6))
    return g_strdup_printf ("%.2e", value);

  return g_strdup_printf ("%.4f", value);
}

char *
attune_cli_format_bar (double fraction,
                       guint  width)
{
  GString *bar = g_string_sized_new (width * 3);
  guint filled = isfinite (fraction) ? (guint) (CLAMP (fraction, 0, 1) * width + 0.5) : 0;

  for (guint i = 0; i < width; i++)
    g_string_append (bar, i < filled ? "█" : "░");

  return g_string_free_and_steal (bar);
}

const char *
attune_cli_get_text (GVariant   *variant,
                     const char *name)
{
  const char *text = NULL;

  g_variant_lookup (variant, name, "&s", &text);

  return text;
}

double
attune_cli_get_double (GVariant   *variant,
                       const char *name)
{
  double value = NAN;

  g_variant_lookup (variant, name, "d", &value);

  return value;
}

gint64
attune_cli_get_integer (GVariant   *variant,
                        const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (variant, name, NULL);

  if (value == NULL)
    return -1;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_variant_get_int64 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return (gint64) g_variant_get_uint64 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_get_uint32 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT32))
    return g_variant_get_int32 (value);

  return -1;
}

void
attune_cli_add_point (JsonObject              *object,
                      const AttuneMetricPoint *point)
{
  json_object_set_int_member (object, "step", point->step);
  if (!isnan (point->epoch))
    json_object_set_double_member (object, "epoch", point->epoch);
  if (point->time > 0)
    json_object_set_int_member (object, "time", point->time);

  for (int i = 0; i < ATTUNE_N_METRICS; i++)
    {
      const char *name = attune_metric_to_name ((AttuneMetric) i);

      if ((point->set & (1u << i)) == 0)
        continue;
      if (isfinite (point->values[i]))
        json_object_set_double_member (object, name, point->values[i]);
      else
        json_object_set_null_member (object, name);
    }
}
