/* attune-chart-view.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <graphene.h>

G_BEGIN_DECLS

/* Which part of the plane is seen, and where on the paper. With a logarithmic axis its low end is above zero. */
typedef struct {
  double          x0, x1; /* x0 < x1 */
  double          y0, y1; /* y0 < y1 */
  gboolean        log_x;
  gboolean        log_y;
  graphene_rect_t plot;   /* y0 lies at its lower edge */
} AttuneChartView;

/* Values at or below zero on a logarithmic axis map to infinity, far outside of the plot. */
double   attune_chart_view_x_to_pixel (const AttuneChartView *self,
                                       double                 x);
double   attune_chart_view_y_to_pixel (const AttuneChartView *self,
                                       double                 y);
double   attune_chart_view_pixel_to_x (const AttuneChartView *self,
                                       double                 pixel);
double   attune_chart_view_pixel_to_y (const AttuneChartView *self,
                                       double                 pixel);

/* The range that [x0, x1] becomes when it is stretched by @factor about @center (below 1: closer), or moved by a part of its width;
 * in the sense of the axis, so on a logarithmic one in decades. */
void     attune_chart_view_zoom_range (const AttuneChartView *self,
                                       double                 center,
                                       double                 factor,
                                       double                *x0,
                                       double                *x1);
void     attune_chart_view_pan_range  (const AttuneChartView *self,
                                       double                 part,
                                       double                *x0,
                                       double                *x1);

/* The x of the edges of @n_columns columns of @width pixels from the left edge of the plot on. */
void     attune_chart_view_get_edges  (const AttuneChartView *self,
                                       guint                  n_columns,
                                       double                 width,
                                       double                *edges);

G_END_DECLS
