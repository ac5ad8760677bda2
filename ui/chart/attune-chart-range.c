/* attune-chart-range.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-private.h"

#include <float.h>
#include <glib/gi18n-lib.h>
#include <math.h>

/* Of the range of values, above and below. */
#define PADDING     0.05
/* Part of the values at each end that are outliers. */
#define OUTLIERS    0.01
#define MAX_SAMPLES 4096
/* A zoom ends where the numbers do. */
#define MIN_PART    1e-7
#define ROUNDING    1e-9

double
attune_chart_get_start (AttuneChart *self)
{
  double start = isnan (self->time_origin) ? INFINITY : self->time_origin;

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);

      if (attune_series_has_axis (series, ATTUNE_SERIES_TIME))
        start = MIN (start, attune_series_get_x (series, ATTUNE_SERIES_TIME, 0));
    }

  return start;
}

double
attune_chart_get_origin (AttuneChart *self)
{
  double start = self->x_axis == ATTUNE_SERIES_TIME ? attune_chart_get_start (self) : 0.0;

  return isfinite (start) ? start : 0.0;
}

gboolean
attune_chart_get_extent_x (AttuneChart *self,
                           double      *x0,
                           double      *x1)
{
  double origin = attune_chart_get_origin (self);
  double low = INFINITY;
  double high = -INFINITY;

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);
      guint length = attune_series_get_length (series);
      guint first = 0;

      if (!attune_series_get_visible (series))
        continue;
      if (self->log_x)
        first = attune_series_lower_bound (series, self->x_axis, nextafter (origin, INFINITY));
      if (first >= length)
        continue;
      low = MIN (low, attune_series_get_x (series, self->x_axis, first) - origin);
      high = MAX (high, attune_series_get_x (series, self->x_axis, length - 1) - origin);
    }

  *x0 = low;
  *x1 = high;

  return low <= high;
}

AttuneTicksFormat
attune_chart_get_x_format (AttuneChart *self)
{
  switch (self->x_axis)
    {
    case ATTUNE_SERIES_STEP:
      return ATTUNE_TICKS_INTEGER;
    case ATTUNE_SERIES_TIME:
      return ATTUNE_TICKS_DURATION;
    case ATTUNE_SERIES_EPOCH:
    case ATTUNE_SERIES_N_AXES:
    default:
      return ATTUNE_TICKS_NUMBER;
    }
}

const char *
attune_chart_get_x_title (AttuneChart *self)
{
  switch (self->x_axis)
    {
    case ATTUNE_SERIES_EPOCH:
      return _("Epoch");
    case ATTUNE_SERIES_TIME:
      return _("Time");
    case ATTUNE_SERIES_STEP:
    case ATTUNE_SERIES_N_AXES:
    default:
      return _("Step");
    }
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* The indices of what lies between x0 and x1. */
static void
find_visible (AttuneChart  *self,
              AttuneSeries *series,
              double        x0,
              double        x1,
              guint        *first,
              guint        *end)
{
  double origin = attune_chart_get_origin (self);

  *first = attune_series_lower_bound (series, self->x_axis, x0 + origin);
  *end = attune_series_lower_bound (series, self->x_axis, nextafter (x1 + origin, INFINITY));
}

/* Hundredths by an even, fixed choice of samples: the same data always gives the same axis. */
static gboolean
find_extent_without_outliers (AttuneChart *self,
                              double       x0,
                              double       x1,
                              double      *low,
                              double      *high)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);
      guint first, end, stride;

      if (!attune_series_get_visible (series))
        continue;
      find_visible (self, series, x0, x1, &first, &end);
      stride = (end - first) / MAX_SAMPLES + 1;
      for (guint k = first; k < end; k += stride)
        {
          double y = attune_series_get_y (series, k);

          if (isfinite (y) && (!self->log_y || y > 0.0))
            g_array_append_val (samples, y);
        }
    }

  if (samples->len < 8)
    return FALSE;

  g_array_sort (samples, compare_doubles);
  *low = g_array_index (samples, double, (guint) (OUTLIERS * (samples->len - 1)));
  *high = g_array_index (samples, double, (guint) ceil ((1.0 - OUTLIERS) * (samples->len - 1)));

  return TRUE;
}

static gboolean
find_extent_y (AttuneChart *self,
               double       x0,
               double       x1,
               double      *low,
               double      *high)
{
  *low = INFINITY;
  *high = -INFINITY;

  if (self->ignore_outliers && find_extent_without_outliers (self, x0, x1, low, high))
    return TRUE;

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);
      guint first, end;
      double minimum, maximum;

      if (!attune_series_get_visible (series))
        continue;
      find_visible (self, series, x0, x1, &first, &end);
      if (!attune_series_get_extent (series, first, end, &minimum, &maximum))
        continue;
      if (self->log_y && minimum <= 0.0)
        {
          if (maximum <= 0.0)
            continue;
          /* The smallest positive value, to within a bucket: what shares its sixteen points with a zero is not looked for. */
          minimum = maximum;
          for (guint k = first; k < end; k += 16)
            {
              double bucket_minimum, bucket_maximum;

              if (!attune_series_get_extent (series, k, MIN (k + 16, end), &bucket_minimum, &bucket_maximum))
                continue;
              if (bucket_minimum > 0.0)
                minimum = MIN (minimum, bucket_minimum);
              else if (bucket_maximum > 0.0)
                minimum = MIN (minimum, bucket_maximum);
            }
        }
      *low = MIN (*low, minimum);
      *high = MAX (*high, maximum);
    }

  return *low <= *high;
}

static void
update_ranges (AttuneChart *self)
{
  AttuneChartView *view = &self->view;
  double low, high;

  view->log_x = self->log_x;
  view->log_y = self->log_y;

  if (!attune_chart_get_extent_x (self, &low, &high))
    {
      low = self->log_x ? 1.0 : 0.0;
      high = 10.0;
    }
  view->x0 = self->fitted ? low : self->x0;
  view->x1 = self->fitted ? high : self->x1;
  if (view->log_x)
    view->x0 = MAX (view->x0, low);
  if (view->x1 - view->x0 <= fabs (view->x0) * DBL_EPSILON * 8.0)
    {
      /* One point stands in the middle. */
      view->x1 = view->log_x ? view->x0 * 2.0 : view->x0 + 0.5;
      view->x0 = view->log_x ? view->x0 / 2.0 : view->x0 - 0.5;
    }

  if (!find_extent_y (self, view->x0, view->x1, &low, &high))
    {
      view->y0 = view->log_y ? 0.1 : 0.0;
      view->y1 = 1.0;
      return;
    }

  if (view->log_y)
    {
      double factor = high > low ? pow (high / low, PADDING) : 2.0;

      view->y0 = MAX (low / factor, DBL_MIN);
      view->y1 = MIN (high * factor, DBL_MAX);
      if (view->y1 < view->y0 * factor)
        view->y1 = view->y0 * 10.0;
    }
  else
    {
      double padding = (high - low) * PADDING;

      if (high - low <= fabs (high) * DBL_EPSILON * 8.0)
        padding = high != 0.0 ? fabs (high) * 0.1 : 0.5;
      /* Where zero is near it is shown: heights then compare honestly. */
      view->y0 = low >= 0.0 && (low <= high * 0.2 || low - padding < 0.0) ? 0.0 : low - padding;
      view->y1 = high + padding;
      /* The numbers themselves have ends. */
      if (view->y1 - view->y0 < DBL_MIN)
        view->y1 = view->y0 + DBL_MIN * 1000.0;
      if (!isfinite (view->y1 - view->y0))
        {
          view->y0 = -DBL_MAX / 4.0;
          view->y1 = DBL_MAX / 4.0;
        }
    }
}

void
attune_chart_prepare_titled (AttuneChart  *self,
                             PangoContext *context,
                             double        width,
                             double        height,
                             gboolean      with_title)
{
  AttuneChartView *view = &self->view;
  g_autoptr (PangoLayout) layout = NULL;
  double label_height;
  double left, top, bottom;
  const double right = ATTUNE_CHART_RIGHT;

  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (PANGO_IS_CONTEXT (context));

  if (self->is_prepared &&
      self->prepared_serial == self->serial &&
      self->prepared_width == width &&
      self->prepared_height == height &&
      self->prepared_context == pango_context_get_serial (context) &&
      self->prepared_title == with_title)
    return;

  update_ranges (self);

  layout = attune_chart_create_layout (context, "0", ATTUNE_CHART_SIZE_LABEL, PANGO_WEIGHT_NORMAL);
  attune_chart_measure_layout (layout, NULL, &label_height);

  self->heading = 0.0;
  if (with_title && self->title != NULL)
    {
      g_autoptr (PangoLayout) heading =
        attune_chart_create_layout (context, self->title, ATTUNE_CHART_SIZE_HEADING, PANGO_WEIGHT_BOLD);

      attune_chart_measure_layout (heading, NULL, &self->heading);
      self->heading += 10.0;
    }

  top = ceil (8.0 + self->heading + attune_chart_snapshot_legend (self, NULL, context, NULL, width));
  bottom = ceil (8.0 + label_height + (height >= ATTUNE_CHART_TITLED_HEIGHT ? label_height + 2.0 : 0.0));

  attune_chart_axis_fit_y (&self->axis_y, context, view, height - top - bottom, self->value_format);
  left = ceil (10.0 + self->axis_y.label_width);
  attune_chart_axis_fit_x (&self->axis_x, context, view, width - left - right, attune_chart_get_x_format (self));

  view->plot = GRAPHENE_RECT_INIT (left, top, MAX (width - left - right, 1.0), MAX (height - top - bottom, 1.0));

  self->prepared_serial = self->serial;
  self->prepared_width = width;
  self->prepared_height = height;
  self->prepared_context = pango_context_get_serial (context);
  self->prepared_title = with_title;
  self->is_prepared = TRUE;
}

void
attune_chart_prepare (AttuneChart  *self,
                      PangoContext *context,
                      double        width,
                      double        height)
{
  attune_chart_prepare_titled (self, context, width, height, FALSE);
}

const AttuneChartView *
attune_chart_get_view (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);

  /* Several keys may be pressed between two frames; each one goes on from what the last one made of it. */
  if (self->is_prepared && self->prepared_serial != self->serial)
    update_ranges (self);

  return &self->view;
}

void
attune_chart_set_range (AttuneChart *self,
                        double       x0,
                        double       x1)
{
  double low, high;

  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (isfinite (x0) && isfinite (x1));

  if (!attune_chart_get_extent_x (self, &low, &high))
    return;

  x0 = MAX (x0, low);
  x1 = MIN (x1, high);
  /* As far out as one came in is all the way, whatever was lost in rounding. */
  if (x0 - low <= (high - low) * ROUNDING && high - x1 <= (high - low) * ROUNDING)
    {
      attune_chart_fit (self);
      return;
    }
  if (x1 - x0 < (high - low) * MIN_PART)
    return;
  if (!self->fitted && self->x0 == x0 && self->x1 == x1)
    return;

  self->fitted = FALSE;
  self->x0 = x0;
  self->x1 = x1;
  attune_chart_changed (self);
}

void
attune_chart_fit (AttuneChart *self)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  if (self->fitted)
    return;

  self->fitted = TRUE;
  attune_chart_changed (self);
}

gboolean
attune_chart_is_fitted (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), TRUE);

  return self->fitted;
}

void
attune_chart_zoom (AttuneChart *self,
                   double       center,
                   double       factor)
{
  const AttuneChartView *view;
  double x0, x1;

  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (factor > 0.0);

  if (!self->is_prepared)
    return;
  view = attune_chart_get_view (self);
  if (!isfinite (center) || center < view->x0 || center > view->x1)
    center = attune_chart_view_pixel_to_x (view, view->plot.origin.x + view->plot.size.width / 2.0);

  attune_chart_view_zoom_range (view, center, factor, &x0, &x1);
  attune_chart_set_range (self, x0, x1);
}

void
attune_chart_pan (AttuneChart *self,
                  double       part)
{
  const AttuneChartView *view;
  double low, high;
  double x0, x1;

  g_return_if_fail (ATTUNE_IS_CHART (self));

  if (!self->is_prepared || self->fitted || !attune_chart_get_extent_x (self, &low, &high))
    return;

  view = attune_chart_get_view (self);
  attune_chart_view_pan_range (view, part, &x0, &x1);
  if (x0 < low)
    {
      x1 = view->log_x ? low * (view->x1 / view->x0) : low + (view->x1 - view->x0);
      x0 = low;
    }
  else if (x1 > high)
    {
      x0 = view->log_x ? high / (view->x1 / view->x0) : high - (view->x1 - view->x0);
      x1 = high;
    }
  attune_chart_set_range (self, x0, x1);
}

gboolean
attune_chart_snap (AttuneChart *self,
                   double       x,
                   double      *snapped)
{
  double origin;
  double best = INFINITY;

  g_return_val_if_fail (ATTUNE_IS_CHART (self), FALSE);
  g_return_val_if_fail (snapped != NULL, FALSE);

  origin = attune_chart_get_origin (self);
  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);
      guint index;
      double found;

      if (!attune_chart_is_told (self, i) ||
          !attune_series_find_nearest (series, self->x_axis, x + origin, &index))
        continue;
      found = attune_series_get_x (series, self->x_axis, index) - origin;
      if (fabs (found - x) < best)
        {
          best = fabs (found - x);
          *snapped = found;
        }
    }

  return isfinite (best);
}

/* The longest of the visible series: steps of many points are counted in it. */
static AttuneSeries *
find_longest (AttuneChart *self)
{
  AttuneSeries *longest = NULL;

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);

      if (attune_chart_is_told (self, i) && attune_series_get_length (series) > 0 &&
          (longest == NULL || attune_series_get_length (series) > attune_series_get_length (longest)))
        longest = series;
    }

  return longest;
}

gboolean
attune_chart_step_cursor (AttuneChart *self,
                          double       x,
                          int          distance,
                          double      *moved)
{
  AttuneSeries *longest;
  double origin;
  double low, high;
  double best;

  g_return_val_if_fail (ATTUNE_IS_CHART (self), FALSE);
  g_return_val_if_fail (moved != NULL, FALSE);

  if (!attune_chart_get_extent_x (self, &low, &high))
    return FALSE;

  origin = attune_chart_get_origin (self);
  if (!isfinite (x))
    {
      *moved = distance < 0 ? high : low;
      return TRUE;
    }

  if (ABS (distance) > 1)
    {
      guint index;
      gint64 target;

      longest = find_longest (self);
      if (longest == NULL || !attune_series_find_nearest (longest, self->x_axis, x + origin, &index))
        return FALSE;
      target = CLAMP ((gint64) index + distance, 0, (gint64) attune_series_get_length (longest) - 1);
      *moved = attune_series_get_x (longest, self->x_axis, (guint) target) - origin;
      return TRUE;
    }

  /* Where there is no further one, it stays. */
  best = distance < 0 ? -INFINITY : INFINITY;
  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);
      guint index;

      if (!attune_chart_is_told (self, i))
        continue;
      if (distance < 0)
        {
          index = attune_series_lower_bound (series, self->x_axis, x + origin);
          if (index > 0)
            best = MAX (best, attune_series_get_x (series, self->x_axis, index - 1) - origin);
        }
      else
        {
          index = attune_series_lower_bound (series, self->x_axis, nextafter (x + origin, INFINITY));
          if (index < attune_series_get_length (series))
            best = MIN (best, attune_series_get_x (series, self->x_axis, index) - origin);
        }
    }
  *moved = isfinite (best) ? best : CLAMP (x, low, high);

  return TRUE;
}
