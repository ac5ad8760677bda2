/* attune-chart-view.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-view.h"

#include <math.h>

/* Where @value lies between @low (0) and @high (1). */
static double
to_part (double   value,
         double   low,
         double   high,
         gboolean logarithmic)
{
  if (!logarithmic)
    return (value - low) / (high - low);
  if (value <= 0.0)
    return -INFINITY;

  return log (value / low) / log (high / low);
}

static double
from_part (double   part,
           double   low,
           double   high,
           gboolean logarithmic)
{
  return logarithmic ? low * pow (high / low, part) : low + part * (high - low);
}

double
attune_chart_view_x_to_pixel (const AttuneChartView *self,
                              double                 x)
{
  return self->plot.origin.x + to_part (x, self->x0, self->x1, self->log_x) * self->plot.size.width;
}

double
attune_chart_view_y_to_pixel (const AttuneChartView *self,
                              double                 y)
{
  return self->plot.origin.y + (1.0 - to_part (y, self->y0, self->y1, self->log_y)) * self->plot.size.height;
}

double
attune_chart_view_pixel_to_x (const AttuneChartView *self,
                              double                 pixel)
{
  return from_part ((pixel - self->plot.origin.x) / self->plot.size.width, self->x0, self->x1, self->log_x);
}

double
attune_chart_view_pixel_to_y (const AttuneChartView *self,
                              double                 pixel)
{
  return from_part (1.0 - (pixel - self->plot.origin.y) / self->plot.size.height, self->y0, self->y1, self->log_y);
}

void
attune_chart_view_zoom_range (const AttuneChartView *self,
                              double                 center,
                              double                 factor,
                              double                *x0,
                              double                *x1)
{
  double part;

  g_return_if_fail (factor > 0.0);

  part = to_part (center, self->x0, self->x1, self->log_x);
  *x0 = from_part (part * (1.0 - factor), self->x0, self->x1, self->log_x);
  *x1 = from_part (part + (1.0 - part) * factor, self->x0, self->x1, self->log_x);
}

void
attune_chart_view_pan_range (const AttuneChartView *self,
                             double                 part,
                             double                *x0,
                             double                *x1)
{
  *x0 = from_part (part, self->x0, self->x1, self->log_x);
  *x1 = from_part (1.0 + part, self->x0, self->x1, self->log_x);
}

void
attune_chart_view_get_edges (const AttuneChartView *self,
                             guint                  n_columns,
                             double                 width,
                             double                *edges)
{
  for (guint i = 0; i <= n_columns; i++)
    edges[i] = from_part (i * width / self->plot.size.width, self->x0, self->x1, self->log_x);
}
