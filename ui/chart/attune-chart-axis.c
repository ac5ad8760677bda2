/* attune-chart-axis.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-axis.h"

#include <math.h>

#define TICK_LENGTH 4.0
#define LABEL_GAP   4.0

PangoLayout *
attune_chart_create_layout (PangoContext *context,
                            const char   *text,
                            double        size,
                            PangoWeight   weight)
{
  PangoLayout *layout = pango_layout_new (context);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (size));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  if (weight != PANGO_WEIGHT_NORMAL)
    pango_attr_list_insert (attributes, pango_attr_weight_new (weight));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_text (layout, text, -1);

  return layout;
}

void
attune_chart_measure_layout (PangoLayout *layout,
                             double      *width,
                             double      *height)
{
  int w, h;

  pango_layout_get_size (layout, &w, &h);
  if (width != NULL)
    *width = w / (double) PANGO_SCALE;
  if (height != NULL)
    *height = h / (double) PANGO_SCALE;
}

void
attune_chart_append_layout (GtkSnapshot   *snapshot,
                            PangoLayout   *layout,
                            double         x,
                            double         y,
                            const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (round (x), round (y)));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

void
attune_chart_axis_clear (AttuneChartAxis *self)
{
  g_clear_pointer (&self->ticks, g_array_unref);
}

static void
measure_labels (AttuneChartAxis *self,
                PangoContext    *context)
{
  g_autoptr (PangoLayout) layout = attune_chart_create_layout (context, "0", ATTUNE_CHART_SIZE_LABEL, PANGO_WEIGHT_NORMAL);

  attune_chart_measure_layout (layout, &self->label_width, &self->label_height);
  for (guint i = 0; i < self->ticks->len; i++)
    {
      const AttuneTick *tick = &g_array_index (self->ticks, AttuneTick, i);
      double width;

      if (tick->label == NULL)
        continue;
      pango_layout_set_text (layout, tick->label, -1);
      attune_chart_measure_layout (layout, &width, NULL);
      self->label_width = MAX (self->label_width, width);
    }
}

void
attune_chart_axis_fit_y (AttuneChartAxis       *self,
                         PangoContext          *context,
                         const AttuneChartView *view,
                         double                 length,
                         AttuneTicksFormat      format)
{
  g_autoptr (PangoLayout) layout = attune_chart_create_layout (context, "0", ATTUNE_CHART_SIZE_LABEL, PANGO_WEIGHT_NORMAL);
  double height;

  attune_chart_measure_layout (layout, NULL, &height);
  attune_chart_axis_clear (self);
  self->ticks = attune_ticks_new (view->y0, view->y1, (guint) CLAMP (length / (height * 2.2), 2.0, 10.0), view->log_y, format);
  measure_labels (self, context);
}

void
attune_chart_axis_fit_x (AttuneChartAxis       *self,
                         PangoContext          *context,
                         const AttuneChartView *view,
                         double                 length,
                         AttuneTicksFormat      format)
{
  guint max_labels = (guint) CLAMP (length / 60.0, 2.0, 12.0);

  /* How wide the labels are is only known when there are some; three rounds are enough to settle. */
  for (guint round_ = 0; round_ < 3; round_++)
    {
      guint fitting;

      attune_chart_axis_clear (self);
      self->ticks = attune_ticks_new (view->x0, view->x1, max_labels, view->log_x, format);
      measure_labels (self, context);

      fitting = (guint) CLAMP (length / (self->label_width + 16.0), 2.0, 12.0);
      if (fitting >= max_labels)
        break;
      max_labels = fitting;
    }
}

static void
append_line (GtkSnapshot   *snapshot,
             double         x,
             double         y,
             double         width,
             double         height,
             const GdkRGBA *color)
{
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, width, height));
}

void
attune_chart_axis_snapshot_x (const AttuneChartAxis    *self,
                              GtkSnapshot              *snapshot,
                              PangoContext             *context,
                              const AttuneChartView    *view,
                              const AttuneChartPalette *palette)
{
  const graphene_rect_t *plot = &view->plot;
  double bottom = plot->origin.y + plot->size.height;
  double free_from = -INFINITY;

  if (self->ticks == NULL)
    return;

  for (guint i = 0; i < self->ticks->len; i++)
    {
      const AttuneTick *tick = &g_array_index (self->ticks, AttuneTick, i);
      g_autoptr (PangoLayout) layout = NULL;
      double x = floor (attune_chart_view_x_to_pixel (view, tick->value));
      double width;
      double left;

      append_line (snapshot, x, bottom, 1.0, tick->label != NULL ? TICK_LENGTH : TICK_LENGTH / 2.0, &palette->dim);
      if (tick->label == NULL)
        continue;

      layout = attune_chart_create_layout (context, tick->label, ATTUNE_CHART_SIZE_LABEL, PANGO_WEIGHT_NORMAL);
      attune_chart_measure_layout (layout, &width, NULL);
      /* The last one may not stick out of the paper. */
      left = MIN (x - width / 2.0, plot->origin.x + plot->size.width + ATTUNE_CHART_RIGHT - 2.0 - width);
      if (left < free_from)
        continue;
      attune_chart_append_layout (snapshot, layout, left, bottom + TICK_LENGTH + 1.0, &palette->dim);
      free_from = left + width + 6.0;
    }

  append_line (snapshot, plot->origin.x, bottom, plot->size.width, 1.0, &palette->dim);
}

void
attune_chart_axis_snapshot_y (const AttuneChartAxis    *self,
                              GtkSnapshot              *snapshot,
                              PangoContext             *context,
                              const AttuneChartView    *view,
                              const AttuneChartPalette *palette)
{
  const graphene_rect_t *plot = &view->plot;
  double free_until = INFINITY;

  if (self->ticks == NULL)
    return;

  for (guint i = 0; i < self->ticks->len; i++)
    {
      const AttuneTick *tick = &g_array_index (self->ticks, AttuneTick, i);
      g_autoptr (PangoLayout) layout = NULL;
      double y = floor (attune_chart_view_y_to_pixel (view, tick->value));
      double width;
      double height;
      double top;

      if (tick->label == NULL)
        continue;

      append_line (snapshot, plot->origin.x, y, plot->size.width, 1.0, &palette->grid);
      layout = attune_chart_create_layout (context, tick->label, ATTUNE_CHART_SIZE_LABEL, PANGO_WEIGHT_NORMAL);
      attune_chart_measure_layout (layout, &width, &height);
      top = y - height / 2.0;
      /* From the lowest up; on a logarithmic axis 2 and 5 can come too near to their decade. */
      if (top + height > free_until)
        continue;
      attune_chart_append_layout (snapshot, layout, plot->origin.x - LABEL_GAP - width, top, &palette->dim);
      free_until = top;
    }
}
