/* attune-chart-rows.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-rows.h"

#include <math.h>

struct _AttuneChartRow {
  GObject   parent_instance;

  double    place[ATTUNE_SERIES_N_AXES];
  guint     n_values;
  double   *values;
  gboolean *is_set;
};

G_DEFINE_FINAL_TYPE (AttuneChartRow, attune_chart_row, G_TYPE_OBJECT)

static void
attune_chart_row_finalize (GObject *object)
{
  AttuneChartRow *self = ATTUNE_CHART_ROW (object);

  g_free (self->values);
  g_free (self->is_set);

  G_OBJECT_CLASS (attune_chart_row_parent_class)->finalize (object);
}

static void
attune_chart_row_class_init (AttuneChartRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_chart_row_finalize;
}

static void
attune_chart_row_init (AttuneChartRow *self)
{
  for (guint a = 0; a < ATTUNE_SERIES_N_AXES; a++)
    self->place[a] = NAN;
}

double
attune_chart_row_get_step (AttuneChartRow *self)
{
  return attune_chart_row_get_place (self, ATTUNE_SERIES_STEP);
}

double
attune_chart_row_get_place (AttuneChartRow   *self,
                            AttuneSeriesAxis  axis)
{
  g_return_val_if_fail (ATTUNE_IS_CHART_ROW (self), NAN);
  g_return_val_if_fail (axis < ATTUNE_SERIES_N_AXES, NAN);

  return self->place[axis];
}

gboolean
attune_chart_row_get_value (AttuneChartRow *self,
                            guint           position,
                            double         *value)
{
  g_return_val_if_fail (ATTUNE_IS_CHART_ROW (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  if (position >= self->n_values || !self->is_set[position])
    return FALSE;
  *value = self->values[position];

  return TRUE;
}

/* Only the steps are kept; the points of a step are found by it. A step that a curve has more than once has its last point in the
 * row: the others were corrected by it. */
struct _AttuneChartRows {
  GObject      parent_instance;

  AttuneChart *chart;
  GArray      *steps; /* double, rising */
};

static GType
attune_chart_rows_get_item_type (GListModel *model)
{
  return ATTUNE_TYPE_CHART_ROW;
}

static guint
attune_chart_rows_get_n_items (GListModel *model)
{
  return ATTUNE_CHART_ROWS (model)->steps->len;
}

static gpointer
attune_chart_rows_get_item (GListModel *model,
                            guint       position)
{
  AttuneChartRows *self = ATTUNE_CHART_ROWS (model);
  AttuneChartRow *row;
  double step;

  if (position >= self->steps->len)
    return NULL;

  step = g_array_index (self->steps, double, position);
  row = g_object_new (ATTUNE_TYPE_CHART_ROW, NULL);
  row->place[ATTUNE_SERIES_STEP] = step;
  row->n_values = attune_chart_get_n_series (self->chart);
  row->values = g_new0 (double, MAX (row->n_values, 1));
  row->is_set = g_new0 (gboolean, MAX (row->n_values, 1));
  for (guint s = 0; s < row->n_values; s++)
    {
      AttuneSeries *series = attune_chart_get_series (self->chart, s);
      guint end = attune_series_lower_bound (series, ATTUNE_SERIES_STEP, nextafter (step, INFINITY));

      if (end == 0 || attune_series_get_x (series, ATTUNE_SERIES_STEP, end - 1) != step)
        continue;
      row->is_set[s] = TRUE;
      row->values[s] = attune_series_get_y (series, end - 1);
      for (guint a = 0; a < ATTUNE_SERIES_N_AXES; a++)
        if (isnan (row->place[a]) && attune_series_has_axis (series, a))
          row->place[a] = attune_series_get_x (series, a, end - 1);
    }

  return row;
}

static void
attune_chart_rows_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = attune_chart_rows_get_item_type;
  iface->get_n_items = attune_chart_rows_get_n_items;
  iface->get_item = attune_chart_rows_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneChartRows, attune_chart_rows, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, attune_chart_rows_iface_init))

/* The steps of all curves, merged. */
static GArray *
collect_steps (AttuneChart *chart)
{
  guint n_series = attune_chart_get_n_series (chart);
  g_autofree guint *next = g_new0 (guint, MAX (n_series, 1));
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (double));

  while (TRUE)
    {
      double step = INFINITY;

      for (guint s = 0; s < n_series; s++)
        {
          AttuneSeries *series = attune_chart_get_series (chart, s);

          if (attune_series_get_visible (series) && next[s] < attune_series_get_length (series))
            step = MIN (step, attune_series_get_x (series, ATTUNE_SERIES_STEP, next[s]));
        }
      if (!isfinite (step))
        return steps;

      g_array_append_val (steps, step);
      for (guint s = 0; s < n_series; s++)
        {
          AttuneSeries *series = attune_chart_get_series (chart, s);

          while (next[s] < attune_series_get_length (series) &&
                 attune_series_get_x (series, ATTUNE_SERIES_STEP, next[s]) <= step)
            next[s]++;
        }
    }
}

void
attune_chart_rows_refresh (AttuneChartRows *self)
{
  g_autoptr (GArray) before = NULL;
  guint same = 0;

  g_return_if_fail (ATTUNE_IS_CHART_ROWS (self));

  before = g_steal_pointer (&self->steps);
  self->steps = collect_steps (self->chart);
  while (same < before->len && same < self->steps->len &&
         g_array_index (before, double, same) == g_array_index (self->steps, double, same))
    same++;
  if (same < before->len || same < self->steps->len)
    g_list_model_items_changed (G_LIST_MODEL (self), same, before->len - same, self->steps->len - same);
}

static void
attune_chart_rows_finalize (GObject *object)
{
  AttuneChartRows *self = ATTUNE_CHART_ROWS (object);

  g_clear_object (&self->chart);
  g_array_unref (self->steps);

  G_OBJECT_CLASS (attune_chart_rows_parent_class)->finalize (object);
}

static void
attune_chart_rows_class_init (AttuneChartRowsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_chart_rows_finalize;
}

static void
attune_chart_rows_init (AttuneChartRows *self)
{
  self->steps = g_array_new (FALSE, FALSE, sizeof (double));
}

AttuneChartRows *
attune_chart_rows_new (AttuneChart *chart)
{
  AttuneChartRows *self;

  g_return_val_if_fail (ATTUNE_IS_CHART (chart), NULL);

  self = g_object_new (ATTUNE_TYPE_CHART_ROWS, NULL);
  self->chart = g_object_ref (chart);
  attune_chart_rows_refresh (self);

  return self;
}
