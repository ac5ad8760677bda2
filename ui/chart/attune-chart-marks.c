/* attune-chart-marks.c: where epochs end and where the model was kept
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Lines that stand closer together than this are a grey wall. */
#define MIN_EPOCH_DISTANCE 12.0
#define MAX_EPOCHS         10000.0
#define DIAMOND            4.5f

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

void
attune_chart_set_checkpoints (AttuneChart  *self,
                              const double *steps,
                              guint         n_steps)
{
  g_autoptr (GArray) sorted = NULL;
  gboolean same;

  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (steps != NULL || n_steps == 0);

  sorted = g_array_sized_new (FALSE, FALSE, sizeof (double), n_steps);
  if (n_steps > 0)
    g_array_append_vals (sorted, steps, n_steps);
  g_array_sort (sorted, compare_doubles);

  same = sorted->len == self->checkpoints->len;
  for (guint i = 0; same && i < sorted->len; i++)
    same = g_array_index (sorted, double, i) == g_array_index (self->checkpoints, double, i);
  if (same)
    return;

  g_array_unref (self->checkpoints);
  self->checkpoints = g_steal_pointer (&sorted);
  attune_chart_changed (self);
}

gboolean
attune_chart_is_checkpoint (AttuneChart *self,
                            double       step)
{
  return g_array_binary_search (self->checkpoints, &step, compare_doubles, NULL);
}

/* The curve that has been seen the longest way knows best where a step lies. */
static AttuneSeries *
find_longest (AttuneChart      *self,
              AttuneSeriesAxis  axis)
{
  AttuneSeries *longest = NULL;

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);

      if (attune_series_get_visible (series) && attune_series_has_axis (series, axis) &&
          (longest == NULL || attune_series_get_length (series) > attune_series_get_length (longest)))
        longest = series;
    }

  return longest;
}

static gboolean
is_seen (const AttuneChartView *view,
         double                 pixel)
{
  return isfinite (pixel) && pixel >= view->plot.origin.x - 0.5 && pixel <= view->plot.origin.x + view->plot.size.width + 0.5;
}

static void
snapshot_epochs (AttuneChart              *self,
                 GtkSnapshot              *snapshot,
                 PangoContext             *context,
                 const AttuneChartPalette *palette)
{
  const AttuneChartView *view = &self->view;
  AttuneSeries *series = find_longest (self, ATTUNE_SERIES_EPOCH);
  g_autoptr (GskPath) path = NULL;
  GskPathBuilder *builder;
  double origin = attune_chart_get_origin (self);
  double last_line = -INFINITY;
  double last_label = -INFINITY;
  guint length;
  double end;

  /* On an axis of epochs they are what the ticks say. */
  if (series == NULL || self->x_axis == ATTUNE_SERIES_EPOCH)
    return;

  builder = gsk_path_builder_new ();
  length = attune_series_get_length (series);
  end = MIN (floor (attune_series_get_x (series, ATTUNE_SERIES_EPOCH, length - 1)), MAX_EPOCHS);
  for (double epoch = 1.0; epoch <= end; epoch += 1.0)
    {
      guint index = attune_series_lower_bound (series, ATTUNE_SERIES_EPOCH, epoch);
      g_autofree char *text = NULL;
      g_autoptr (PangoLayout) layout = NULL;
      double x, width;

      if (index >= length)
        break;
      x = attune_chart_view_x_to_pixel (view, attune_series_get_x (series, self->x_axis, index) - origin);
      if (!is_seen (view, x) || x - last_line < MIN_EPOCH_DISTANCE)
        continue;
      last_line = x;

      gsk_path_builder_move_to (builder, (float) floor (x) + 0.5f, view->plot.origin.y);
      gsk_path_builder_line_to (builder, (float) floor (x) + 0.5f, view->plot.origin.y + view->plot.size.height);

      /* In a small chart the words would be in the way of the curves. */
      if (self->prepared_height < ATTUNE_CHART_TITLED_HEIGHT)
        continue;
      /* Translators: beside a line of a chart where the data was gone through so many times; %d is that number. */
      text = g_strdup_printf (_("Epoch %d"), (int) epoch);
      layout = attune_chart_create_layout (context, text, ATTUNE_CHART_SIZE_LABEL * 0.9, PANGO_WEIGHT_NORMAL);
      attune_chart_measure_layout (layout, &width, NULL);
      /* Left of its line, inside of the epoch that ends there. */
      if (x - width - 4.0 < view->plot.origin.x || x - width - 12.0 < last_label)
        continue;
      last_label = x;
      attune_chart_append_layout (snapshot, layout, x - width - 4.0, view->plot.origin.y + 1.0, &palette->dim);
    }

  path = gsk_path_builder_free_to_path (builder);
  if (!gsk_path_is_empty (path))
    {
      g_autoptr (GskStroke) stroke = gsk_stroke_new (1.0f);

      gsk_stroke_set_dash (stroke, (float[2]) { 2.0f, 4.0f }, 2);
      gtk_snapshot_append_stroke (snapshot, path, stroke, &palette->dim);
    }
}

static void
snapshot_checkpoints (AttuneChart              *self,
                      GtkSnapshot              *snapshot,
                      const AttuneChartPalette *palette)
{
  const AttuneChartView *view = &self->view;
  AttuneSeries *series = find_longest (self, ATTUNE_SERIES_STEP);
  float bottom = roundf (view->plot.origin.y + view->plot.size.height);
  double origin = attune_chart_get_origin (self);
  GskPathBuilder *builder;
  g_autoptr (GskPath) path = NULL;
  double last = -INFINITY;

  if (series == NULL || self->checkpoints->len == 0)
    return;

  builder = gsk_path_builder_new ();
  for (guint i = 0; i < self->checkpoints->len; i++)
    {
      double step = g_array_index (self->checkpoints, double, i);
      double at = step;
      double pixel;
      float x;

      if (self->x_axis != ATTUNE_SERIES_STEP)
        {
          guint index;

          if (!attune_series_has_axis (series, self->x_axis) ||
              !attune_series_find_nearest (series, ATTUNE_SERIES_STEP, step, &index))
            continue;
          at = attune_series_get_x (series, self->x_axis, index) - origin;
        }
      pixel = attune_chart_view_x_to_pixel (view, at);
      if (!is_seen (view, pixel) || pixel - last < 3.0)
        continue;
      last = pixel;

      x = (float) pixel;
      gsk_path_builder_move_to (builder, x, bottom - DIAMOND);
      gsk_path_builder_line_to (builder, x + DIAMOND, bottom);
      gsk_path_builder_line_to (builder, x, bottom + DIAMOND);
      gsk_path_builder_line_to (builder, x - DIAMOND, bottom);
      gsk_path_builder_close (builder);
    }
  path = gsk_path_builder_free_to_path (builder);
  if (!gsk_path_is_empty (path))
    gtk_snapshot_append_fill (snapshot, path, GSK_FILL_RULE_WINDING, &palette->foreground);
}

void
attune_chart_snapshot_marks (AttuneChart              *self,
                             GtkSnapshot              *snapshot,
                             PangoContext             *context,
                             const AttuneChartPalette *palette)
{
  if (self->epoch_marks)
    snapshot_epochs (self, snapshot, context, palette);
  snapshot_checkpoints (self, snapshot, palette);
}
