/* attune-chart-text.c: the chart in words and numbers
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-private.h"

#include <cairo-svg.h>
#include <glib/gi18n-lib.h>
#include <gio/gio.h>
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

/* The shortest text that reads back to the same number. */
static void
append_number (GString *csv,
               double   value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    g_string_append (csv, "nan");
  else if (isinf (value))
    g_string_append (csv, value > 0.0 ? "inf" : "-inf");
  else
    {
      for (int digits = 15; digits <= 17; digits++)
        {
          char format[8];

          g_snprintf (format, sizeof format, "%%.%dg", digits);
          g_ascii_formatd (buffer, sizeof buffer, format, value);
          if (g_ascii_strtod (buffer, NULL) == value)
            break;
        }
      g_string_append (csv, buffer);
    }
}

static void
append_quoted (GString    *csv,
               const char *text)
{
  g_string_append_c (csv, '"');
  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, *c);
    }
  g_string_append_c (csv, '"');
}

GBytes *
attune_chart_to_csv (AttuneChart *self)
{
  g_autoptr (GString) csv = NULL;
  g_autofree guint *next = NULL;

  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);

  csv = g_string_new ("step,epoch,time");
  next = g_new0 (guint, MAX (self->series->len, 1));
  for (guint i = 0; i < self->series->len; i++)
    {
      g_string_append_c (csv, ',');
      append_quoted (csv, attune_series_get_title (g_ptr_array_index (self->series, i)));
    }
  g_string_append (csv, "\r\n");

  /* Row by row in the order of the steps; curves that have a point at one step share its row. */
  while (TRUE)
    {
      double step = INFINITY;
      gboolean placed = FALSE;

      for (guint i = 0; i < self->series->len; i++)
        {
          AttuneSeries *series = g_ptr_array_index (self->series, i);

          if (next[i] < attune_series_get_length (series))
            step = MIN (step, attune_series_get_x (series, ATTUNE_SERIES_STEP, next[i]));
        }
      if (!isfinite (step))
        break;

      for (guint i = 0; i < self->series->len && !placed; i++)
        {
          AttuneSeries *series = g_ptr_array_index (self->series, i);

          if (next[i] >= attune_series_get_length (series) ||
              attune_series_get_x (series, ATTUNE_SERIES_STEP, next[i]) != step)
            continue;
          append_number (csv, step);
          g_string_append_c (csv, ',');
          if (attune_series_has_axis (series, ATTUNE_SERIES_EPOCH))
            append_number (csv, attune_series_get_x (series, ATTUNE_SERIES_EPOCH, next[i]));
          g_string_append_c (csv, ',');
          if (attune_series_has_axis (series, ATTUNE_SERIES_TIME))
            append_number (csv, attune_series_get_x (series, ATTUNE_SERIES_TIME, next[i]));
          placed = TRUE;
        }

      for (guint i = 0; i < self->series->len; i++)
        {
          AttuneSeries *series = g_ptr_array_index (self->series, i);

          g_string_append_c (csv, ',');
          if (next[i] < attune_series_get_length (series) &&
              attune_series_get_x (series, ATTUNE_SERIES_STEP, next[i]) == step)
            append_number (csv, attune_series_get_y (series, next[i]++));
        }
      g_string_append (csv, "\r\n");
    }

  return g_string_free_to_bytes (g_steal_pointer (&csv));
}

static cairo_status_t
write_to_array (void                *closure,
                const unsigned char *data,
                unsigned int         length)
{
  g_byte_array_append (closure, data, length);

  return CAIRO_STATUS_SUCCESS;
}

static gboolean
check_status (cairo_status_t   status,
              GError         **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("The chart could not be drawn: %s"), cairo_status_to_string (status));

  return FALSE;
}

/* The node itself, not the texture of the widget: in a vector format it stays vectors. */
static gboolean
draw_to_surface (AttuneChart               *self,
                 cairo_surface_t           *surface,
                 int                        width,
                 int                        height,
                 double                     scale,
                 const AttuneChartPalette  *palette,
                 GError                   **error)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  PangoFontDescription *font = pango_font_description_from_string ("Adwaita Sans, Cantarell, Sans 10");
  cairo_status_t status;
  cairo_t *cr;

  pango_context_set_font_description (context, font);
  pango_font_description_free (font);
  attune_chart_snapshot (self, snapshot, context, width, height, palette);
  node = gtk_snapshot_to_node (snapshot);
  g_object_unref (context);

  cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  if (node != NULL)
    gsk_render_node_draw (node, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);

  return check_status (status, error);
}

GBytes *
attune_chart_to_png (AttuneChart               *self,
                     int                        width,
                     int                        height,
                     double                     scale,
                     const AttuneChartPalette  *palette,
                     GError                   **error)
{
  g_autoptr (GByteArray) png = NULL;
  cairo_surface_t *surface;
  gboolean done;

  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);
  g_return_val_if_fail (width > 0 && height > 0 && scale > 0.0, NULL);
  g_return_val_if_fail (palette != NULL, NULL);

  png = g_byte_array_new ();
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) ceil (width * scale), (int) ceil (height * scale));
  done = draw_to_surface (self, surface, width, height, scale, palette, error) &&
         check_status (cairo_surface_write_to_png_stream (surface, write_to_array, png), error);
  cairo_surface_destroy (surface);

  return done ? g_byte_array_free_to_bytes (g_steal_pointer (&png)) : NULL;
}

GBytes *
attune_chart_to_svg (AttuneChart               *self,
                     int                        width,
                     int                        height,
                     const AttuneChartPalette  *palette,
                     GError                   **error)
{
  g_autoptr (GByteArray) svg = NULL;
  cairo_surface_t *surface;
  gboolean done;

  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);
  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (palette != NULL, NULL);

  svg = g_byte_array_new ();
  surface = cairo_svg_surface_create_for_stream (write_to_array, svg, width, height);
  done = draw_to_surface (self, surface, width, height, 1.0, palette, error);
  cairo_surface_finish (surface);
  done = done && check_status (cairo_surface_status (surface), error);
  cairo_surface_destroy (surface);

  return done ? g_byte_array_free_to_bytes (g_steal_pointer (&svg)) : NULL;
}
