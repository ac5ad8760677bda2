/* attune-chart-grid.c: what lies below and around the curves
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define LEGEND_GAP   16.0
#define LEGEND_SPACE 6.0

void
attune_chart_snapshot_style (GtkSnapshot              *snapshot,
                             const AttuneChartPalette *palette,
                             guint                     style,
                             gboolean                  with_marker,
                             double                    x,
                             double                    y)
{
  const GdkRGBA *color = &palette->series[style % ATTUNE_CHART_N_COLORS];
  g_autoptr (GskStroke) stroke = gsk_stroke_new (2.0f);
  g_autoptr (GskPath) line = NULL;
  GskPathBuilder *builder = gsk_path_builder_new ();
  const float *dash;
  gsize n_dash;

  gsk_path_builder_move_to (builder, (float) x, (float) y);
  gsk_path_builder_line_to (builder, (float) (x + ATTUNE_CHART_SWATCH_WIDTH), (float) y);
  line = gsk_path_builder_free_to_path (builder);
  dash = attune_chart_get_dash (style, &n_dash);
  if (n_dash > 0)
    gsk_stroke_set_dash (stroke, dash, n_dash);
  gtk_snapshot_append_stroke (snapshot, line, stroke, color);

  if (with_marker)
    {
      g_autoptr (GskPath) marker = NULL;

      builder = gsk_path_builder_new ();
      attune_chart_add_marker (builder, style, x + ATTUNE_CHART_SWATCH_WIDTH / 2.0, y, 3.5);
      marker = gsk_path_builder_free_to_path (builder);
      gtk_snapshot_append_fill (snapshot, marker, GSK_FILL_RULE_WINDING, color);
    }
}

void
attune_chart_snapshot_swatch (AttuneChart              *self,
                              GtkSnapshot              *snapshot,
                              const AttuneChartPalette *palette,
                              guint                     position,
                              double                    x,
                              double                    y)
{
  AttuneSeries *series = g_ptr_array_index (self->series, position);

  attune_chart_snapshot_style (snapshot, palette, attune_chart_get_style (self, position),
                               attune_series_get_kind (series) == ATTUNE_SERIES_POINTS, x, y);
}

double
attune_chart_snapshot_legend (AttuneChart              *self,
                              GtkSnapshot              *snapshot,
                              PangoContext             *context,
                              const AttuneChartPalette *palette,
                              double                    width)
{
  const double left = 12.0;
  double x = left;
  double y = 6.0 + self->heading;
  double line_height = 0.0;
  double rows = 0.0;
  guint n_shown = 0;

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);

      n_shown += attune_series_get_visible (series) && attune_series_get_length (series) > 0;
    }
  /* The only curve is what the title says. */
  if (!self->legend || (n_shown == 1 && self->title != NULL))
    return 0.0;

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);
      g_autoptr (PangoLayout) layout = NULL;
      double text_width;
      double item_width;

      if (!attune_series_get_visible (series) || attune_series_get_length (series) == 0)
        continue;

      layout = attune_chart_create_layout (context, attune_series_get_title (series), ATTUNE_CHART_SIZE_LABEL,
                                           PANGO_WEIGHT_NORMAL);
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      attune_chart_measure_layout (layout, &text_width, &line_height);
      text_width = MIN (text_width, MAX (width - 2.0 * left - ATTUNE_CHART_SWATCH_WIDTH - LEGEND_SPACE, 1.0));
      pango_layout_set_width (layout, (int) ceil (text_width * PANGO_SCALE));
      item_width = ATTUNE_CHART_SWATCH_WIDTH + LEGEND_SPACE + ceil (text_width);

      if (rows == 0.0)
        rows = 1.0;
      else if (x + item_width > width - left)
        {
          x = left;
          y += line_height + 2.0;
          rows += 1.0;
        }

      if (snapshot != NULL)
        {
          attune_chart_snapshot_swatch (self, snapshot, palette, i, x, round (y + line_height / 2.0));
          attune_chart_append_layout (snapshot, layout, x + ATTUNE_CHART_SWATCH_WIDTH + LEGEND_SPACE, y, &palette->foreground);
        }
      x += item_width + LEGEND_GAP;
    }

  return rows > 0.0 ? rows * (line_height + 2.0) + 4.0 : 0.0;
}

void
attune_chart_snapshot_grid (AttuneChart              *self,
                            GtkSnapshot              *snapshot,
                            PangoContext             *context,
                            const AttuneChartPalette *palette)
{
  const AttuneChartView *view;
  double width, height;

  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (self->is_prepared);

  view = &self->view;

  if (attune_chart_is_empty (self))
    {
      const char *text = self->empty_text != NULL ? self->empty_text : _("Waiting for the first step");
      g_autoptr (PangoLayout) layout = attune_chart_create_layout (context, text, 1.0, PANGO_WEIGHT_NORMAL);

      pango_layout_set_width (layout, (int) (MAX (self->prepared_width - 24.0, 1.0) * PANGO_SCALE));
      pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
      pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
      attune_chart_measure_layout (layout, NULL, &height);
      attune_chart_append_layout (snapshot, layout, 12.0, (self->prepared_height - height) / 2.0, &palette->dim);
      return;
    }

  attune_chart_snapshot_legend (self, snapshot, context, palette, self->prepared_width);
  attune_chart_axis_snapshot_y (&self->axis_y, snapshot, context, view, palette);
  attune_chart_axis_snapshot_x (&self->axis_x, snapshot, context, view, palette);
  attune_chart_snapshot_marks (self, snapshot, context, palette);

  if (self->prepared_height >= ATTUNE_CHART_TITLED_HEIGHT)
    {
      g_autoptr (PangoLayout) layout =
        attune_chart_create_layout (context, attune_chart_get_x_title (self), ATTUNE_CHART_SIZE_LABEL, PANGO_WEIGHT_NORMAL);

      attune_chart_measure_layout (layout, &width, &height);
      attune_chart_append_layout (snapshot, layout, view->plot.origin.x + (view->plot.size.width - width) / 2.0,
                                  self->prepared_height - height - 2.0, &palette->dim);
    }
}

void
attune_chart_snapshot (AttuneChart              *self,
                       GtkSnapshot              *snapshot,
                       PangoContext             *context,
                       double                    width,
                       double                    height,
                       const AttuneChartPalette *palette)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (GTK_IS_SNAPSHOT (snapshot));
  g_return_if_fail (palette != NULL);

  attune_chart_prepare_titled (self, context, width, height, TRUE);

  gtk_snapshot_append_color (snapshot, &palette->background, &GRAPHENE_RECT_INIT (0.0f, 0.0f, (float) width, (float) height));
  if (self->title != NULL)
    {
      g_autoptr (PangoLayout) layout =
        attune_chart_create_layout (context, self->title, ATTUNE_CHART_SIZE_HEADING, PANGO_WEIGHT_BOLD);

      attune_chart_append_layout (snapshot, layout, 12.0, 8.0, &palette->foreground);
    }
  attune_chart_snapshot_grid (self, snapshot, context, palette);
  attune_chart_snapshot_paths (self, snapshot, palette);
}
