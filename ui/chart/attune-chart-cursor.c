/* attune-chart-cursor.c: what the pointer asks for
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_ROWS 8
#define PADDING  8.0
#define GAP      8.0

/* What one curve has at the cursor. */
typedef struct {
  guint    position;
  guint    index;
  double   y;
  double   smoothed;
  gboolean is_smoothed;
  gboolean is_here;  /* at the very x of the cursor, not a neighbour */
} Reading;

/* The highest first, as the curves lie. */
static int
compare_readings (gconstpointer a,
                  gconstpointer b)
{
  double x = ((const Reading *) a)->smoothed;
  double y = ((const Reading *) b)->smoothed;

  if (isnan (x) || isnan (y))
    return isnan (x) - isnan (y);

  return x < y ? 1 : x > y ? -1 : 0;
}

static GArray *
read_at (AttuneChart *self,
         double       x)
{
  GArray *readings = g_array_new (FALSE, FALSE, sizeof (Reading));
  double origin = attune_chart_get_origin (self);
  double at;

  if (!attune_chart_snap (self, x, &at))
    return readings;

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);
      Reading reading = { i };

      if (!attune_series_get_visible (series) ||
          !attune_series_find_nearest (series, self->x_axis, at + origin, &reading.index))
        continue;
      reading.y = attune_series_get_y (series, reading.index);
      reading.smoothed = attune_series_get_smoothed (series, reading.index);
      reading.is_smoothed = attune_series_get_kind (series) == ATTUNE_SERIES_LINE &&
                            attune_series_get_smoothing (series) > 0.0 && isfinite (reading.y);
      reading.is_here = attune_series_get_x (series, self->x_axis, reading.index) - origin == at;
      g_array_append_val (readings, reading);
    }
  g_array_sort (readings, compare_readings);

  return readings;
}

/* Step, epoch and time, as far as they are known, of the curve that has a point at the cursor. */
static char *
format_place (AttuneChart  *self,
              const GArray *readings)
{
  for (guint i = 0; i < readings->len; i++)
    {
      const Reading *reading = &g_array_index (readings, Reading, i);
      AttuneSeries *series = g_ptr_array_index (self->series, reading->position);
      g_autoptr (GString) place = NULL;
      g_autofree char *step = NULL;

      if (!reading->is_here)
        continue;

      place = g_string_new (NULL);
      step = attune_ticks_format_value (attune_series_get_x (series, ATTUNE_SERIES_STEP, reading->index), 6,
                                        ATTUNE_TICKS_INTEGER);
      /* Translators: the place of a point on a chart, where %s is the number of a training step. */
      g_string_append_printf (place, _("Step %s"), step);

      if (attune_series_has_axis (series, ATTUNE_SERIES_EPOCH))
        {
          g_autofree char *epoch =
            attune_ticks_format_value (attune_series_get_x (series, ATTUNE_SERIES_EPOCH, reading->index), 3,
                                       ATTUNE_TICKS_NUMBER);

          g_string_append (place, " · ");
          /* Translators: the place of a point on a chart, where %s is a number of epochs. */
          g_string_append_printf (place, _("Epoch %s"), epoch);
        }

      if (attune_series_has_axis (series, ATTUNE_SERIES_TIME))
        {
          double since = attune_series_get_x (series, ATTUNE_SERIES_TIME, reading->index) - attune_chart_get_start (self);
          g_autofree char *time = attune_ticks_format_duration (since);

          g_string_append_printf (place, " · %s", time);
        }

      if (attune_chart_is_checkpoint (self, attune_series_get_x (series, ATTUNE_SERIES_STEP, reading->index)))
        /* Translators: behind the number of a step at which the model was kept. */
        g_string_append_printf (place, " · %s", _("checkpoint"));

      return g_string_free_and_steal (g_steal_pointer (&place));
    }

  return g_strdup ("");
}

static char *
format_value (AttuneChart *self,
              double       value)
{
  return attune_ticks_format_value (value, 4, self->value_format);
}

/* The step of a point that is not at the cursor; NULL where it is. */
static char *
format_elsewhere (AttuneChart   *self,
                  const Reading *reading)
{
  AttuneSeries *series = g_ptr_array_index (self->series, reading->position);
  g_autofree char *step = NULL;

  if (reading->is_here)
    return NULL;

  step = attune_ticks_format_value (attune_series_get_x (series, ATTUNE_SERIES_STEP, reading->index), 6, ATTUNE_TICKS_INTEGER);
  /* Translators: behind a value of a chart that is not of the step under the pointer; %s is a number. */
  return g_strdup_printf (_("at step %s"), step);
}

char *
attune_chart_dup_readout (AttuneChart *self,
                          double       x)
{
  g_autoptr (GArray) readings = NULL;
  g_autoptr (GString) text = NULL;
  g_autofree char *place = NULL;

  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);

  readings = read_at (self, x);
  place = format_place (self, readings);
  text = g_string_new (place);

  for (guint i = 0; i < readings->len; i++)
    {
      const Reading *reading = &g_array_index (readings, Reading, i);
      AttuneSeries *series = g_ptr_array_index (self->series, reading->position);
      g_autofree char *value = format_value (self, reading->y);
      g_autofree char *elsewhere = format_elsewhere (self, reading);

      if (!attune_chart_is_told (self, reading->position))
        continue;
      g_string_append_printf (text, ", %s %s", attune_series_get_title (series), value);
      if (elsewhere != NULL)
        g_string_append_printf (text, " %s", elsewhere);
      if (reading->is_smoothed)
        {
          g_autofree char *smoothed = format_value (self, reading->smoothed);

          g_string_append (text, ", ");
          /* Translators: behind a value of a curve, its moving average. */
          g_string_append_printf (text, _("smoothed %s"), smoothed);
        }
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

typedef struct {
  guint        position;
  PangoLayout *title;
  PangoLayout *value;
  PangoLayout *extra; /* (nullable) */
} Row;

static void
row_clear (gpointer data)
{
  Row *row = data;

  g_clear_object (&row->title);
  g_clear_object (&row->value);
  g_clear_object (&row->extra);
}

static GArray *
create_rows (AttuneChart  *self,
             PangoContext *context,
             const GArray *readings,
             gboolean      brief,
             double       *title_width,
             double       *value_width,
             double       *extra_width,
             double       *row_height)
{
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (Row));

  g_array_set_clear_func (rows, row_clear);
  *title_width = *value_width = *extra_width = *row_height = 0.0;

  for (guint i = 0; i < MIN (readings->len, MAX_ROWS); i++)
    {
      const Reading *reading = &g_array_index (readings, Reading, i);
      AttuneSeries *series = g_ptr_array_index (self->series, reading->position);
      g_autofree char *value = format_value (self, reading->y);
      g_autofree char *extra = format_elsewhere (self, reading);
      Row row = { reading->position };
      double width, height;

      row.title = attune_chart_create_layout (context, attune_series_get_title (series), ATTUNE_CHART_SIZE_TEXT,
                                              self->current == (int) reading->position ? PANGO_WEIGHT_BOLD
                                                                                       : PANGO_WEIGHT_NORMAL);
      row.value = attune_chart_create_layout (context, value, ATTUNE_CHART_SIZE_TEXT, PANGO_WEIGHT_SEMIBOLD);
      attune_chart_measure_layout (row.title, &width, &height);
      *title_width = MAX (*title_width, width);
      *row_height = MAX (*row_height, height);
      attune_chart_measure_layout (row.value, &width, NULL);
      *value_width = MAX (*value_width, width);

      if (extra == NULL && reading->is_smoothed && !brief)
        {
          g_autofree char *smoothed = format_value (self, reading->smoothed);

          extra = g_strdup_printf (_("smoothed %s"), smoothed);
        }
      if (extra != NULL)
        {
          row.extra = attune_chart_create_layout (context, extra, ATTUNE_CHART_SIZE_LABEL, PANGO_WEIGHT_NORMAL);
          attune_chart_measure_layout (row.extra, &width, NULL);
          *extra_width = MAX (*extra_width, width + GAP);
        }
      g_array_append_val (rows, row);
    }

  return rows;
}

static void
snapshot_card (AttuneChart              *self,
               GtkSnapshot              *snapshot,
               PangoContext             *context,
               const AttuneChartPalette *palette,
               const GArray             *readings,
               double                    cursor,
               gboolean                  brief)
{
  const graphene_rect_t *plot = &self->view.plot;
  const double plot_bottom = plot->origin.y + plot->size.height;
  g_autoptr (PangoLayout) heading = NULL;
  g_autoptr (GArray) rows = NULL;
  double title_width, value_width, extra_width, row_height;
  double heading_width = 0.0;
  double heading_height = 0.0;
  double highest = INFINITY;
  double width, height, x, y;
  GskRoundedRect outline;

  rows = create_rows (self, context, readings, brief, &title_width, &value_width, &extra_width, &row_height);
  if (!brief)
    {
      g_autofree char *place = format_place (self, readings);

      heading = attune_chart_create_layout (context, place, ATTUNE_CHART_SIZE_LABEL, PANGO_WEIGHT_NORMAL);
      attune_chart_measure_layout (heading, &heading_width, &heading_height);
    }

  width = MAX (heading_width, ATTUNE_CHART_SWATCH_WIDTH + GAP + title_width + GAP + value_width + extra_width) + 2.0 * PADDING;
  height = heading_height + rows->len * (row_height + 2.0) + 2.0 * PADDING;
  width = ceil (width);
  height = ceil (height);

  /* Beside the cursor, on the side that has room; never off the paper. */
  x = cursor + 12.0;
  if (x + width > self->prepared_width - 2.0)
    x = cursor - 12.0 - width;
  x = floor (CLAMP (x, 2.0, MAX (2.0, self->prepared_width - width - 2.0)));
  /* At the top, unless that is where the curves are. */
  for (guint i = 0; i < readings->len; i++)
    {
      double py = attune_chart_view_y_to_pixel (&self->view, g_array_index (readings, Reading, i).smoothed);

      if (isfinite (py))
        highest = MIN (highest, py);
    }
  y = plot->origin.y + 4.0;
  if (highest < y + height + 8.0 && plot_bottom - height - 4.0 > y)
    y = plot_bottom - height - 4.0;
  y = floor (MAX (0.0, MIN (y, self->prepared_height - height)));

  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width, (float) height), 8.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &palette->card, &outline.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &outline, (float[4]) { 1.0f, 1.0f, 1.0f, 1.0f },
                              (GdkRGBA[4]) { palette->grid, palette->grid, palette->grid, palette->grid });

  if (heading != NULL)
    attune_chart_append_layout (snapshot, heading, x + PADDING, y + PADDING, &palette->dim);
  y += PADDING + heading_height + 2.0;
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      double left = x + PADDING;
      double value_left = left + ATTUNE_CHART_SWATCH_WIDTH + GAP + title_width + GAP;
      double own_width;

      attune_chart_snapshot_swatch (self, snapshot, palette, row->position, left, round (y + row_height / 2.0));
      attune_chart_append_layout (snapshot, row->title, left + ATTUNE_CHART_SWATCH_WIDTH + GAP, y, &palette->foreground);
      attune_chart_measure_layout (row->value, &own_width, NULL);
      attune_chart_append_layout (snapshot, row->value, value_left + value_width - own_width, y, &palette->foreground);
      if (row->extra != NULL)
        attune_chart_append_layout (snapshot, row->extra, value_left + value_width + GAP, y + 1.0, &palette->dim);
      y += row_height + 2.0;
    }
}

void
attune_chart_snapshot_cursor (AttuneChart              *self,
                              GtkSnapshot              *snapshot,
                              PangoContext             *context,
                              const AttuneChartPalette *palette,
                              double                    x,
                              gboolean                  brief)
{
  const AttuneChartView *view;
  g_autoptr (GArray) readings = NULL;
  double at;
  double cursor;
  double origin;

  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (self->is_prepared);

  view = &self->view;
  if (!isfinite (x) || !attune_chart_snap (self, x, &at) || at < view->x0 || at > view->x1)
    return;

  readings = read_at (self, at);
  origin = attune_chart_get_origin (self);
  cursor = attune_chart_view_x_to_pixel (view, at);
  gtk_snapshot_append_color (snapshot, &palette->dim,
                             &GRAPHENE_RECT_INIT ((float) floor (cursor), view->plot.origin.y, 1.0f, view->plot.size.height));

  for (guint i = 0; i < readings->len; i++)
    {
      const Reading *reading = &g_array_index (readings, Reading, i);
      AttuneSeries *series = g_ptr_array_index (self->series, reading->position);
      double px = attune_chart_view_x_to_pixel (view, attune_series_get_x (series, self->x_axis, reading->index) - origin);
      double py = attune_chart_view_y_to_pixel (view, reading->smoothed);
      GskRoundedRect dot;

      if (!isfinite (py) || py < view->plot.origin.y - 1.0 || py > view->plot.origin.y + view->plot.size.height + 1.0 ||
          px < view->plot.origin.x - 1.0 || px > view->plot.origin.x + view->plot.size.width + 1.0)
        continue;
      for (guint ring = 0; ring < 2; ring++)
        {
          float r = ring == 0 ? 6.0f : 4.5f;
          const GdkRGBA *color = ring == 0 ? &palette->background : &palette->series[attune_chart_get_style (self, reading->position) % ATTUNE_CHART_N_COLORS];

          gsk_rounded_rect_init_from_rect (&dot, &GRAPHENE_RECT_INIT ((float) px - r, (float) py - r, 2.0f * r, 2.0f * r), r);
          gtk_snapshot_push_rounded_clip (snapshot, &dot);
          gtk_snapshot_append_color (snapshot, color, &dot.bounds);
          gtk_snapshot_pop (snapshot);
        }
    }

  snapshot_card (self, snapshot, context, palette, readings, cursor, brief);
}
