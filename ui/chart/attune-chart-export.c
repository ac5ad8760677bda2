/* attune-chart-export.c: the chart in files
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-private.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <math.h>

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

/* Of an SVG or PDF surface whose output is @document; takes @surface. */
static GBytes *
draw_vectors (AttuneChart               *self,
              cairo_surface_t           *surface,
              GByteArray                *document,
              int                        width,
              int                        height,
              const AttuneChartPalette  *palette,
              GError                   **error)
{
  gboolean done = draw_to_surface (self, surface, width, height, 1.0, palette, error);

  cairo_surface_finish (surface);
  done = done && check_status (cairo_surface_status (surface), error);
  cairo_surface_destroy (surface);

  return done ? g_byte_array_free_to_bytes (g_byte_array_ref (document)) : NULL;
}

GBytes *
attune_chart_to_svg (AttuneChart               *self,
                     int                        width,
                     int                        height,
                     const AttuneChartPalette  *palette,
                     GError                   **error)
{
  g_autoptr (GByteArray) svg = NULL;

  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);
  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (palette != NULL, NULL);

  svg = g_byte_array_new ();

  return draw_vectors (self, cairo_svg_surface_create_for_stream (write_to_array, svg, width, height), svg,
                       width, height, palette, error);
}

GBytes *
attune_chart_to_pdf (AttuneChart               *self,
                     int                        width,
                     int                        height,
                     const AttuneChartPalette  *palette,
                     GError                   **error)
{
  g_autoptr (GByteArray) pdf = NULL;
  cairo_surface_t *surface;

  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);
  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (palette != NULL, NULL);

  pdf = g_byte_array_new ();
  surface = cairo_pdf_surface_create_for_stream (write_to_array, pdf, width, height);
  if (self->title != NULL)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, self->title);

  return draw_vectors (self, surface, pdf, width, height, palette, error);
}
