/* attune-chart-raster.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Curves of so many points that there is one value for each column of pixels, drawn as pixels: what a general rasteriser makes of the same
 * shapes as paths looks no different and takes ten times as long. For the screen only; on paper they stay paths. */
typedef struct _AttuneChartRaster AttuneChartRaster;

/* @area in logical pixels, on whole device pixels; @scale: whole device pixels per logical one. */
AttuneChartRaster *attune_chart_raster_new    (const graphene_rect_t  *area,
                                               guint                   scale) G_GNUC_WARN_UNUSED_RESULT;
void               attune_chart_raster_free   (AttuneChartRaster      *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneChartRaster, attune_chart_raster_free)

/* An upright box, to the nearest device pixels. */
void               attune_chart_raster_box    (AttuneChartRaster      *self,
                                               double                  left,
                                               double                  top,
                                               double                  right,
                                               double                  bottom,
                                               const GdkRGBA          *color);
/* A line through points whose x rise; a NAN lifts the pen. */
void               attune_chart_raster_line   (AttuneChartRaster      *self,
                                               const graphene_point_t *points,
                                               guint                   n_points,
                                               double                  width,
                                               const float            *dash,
                                               gsize                   n_dash,
                                               const GdkRGBA          *color);
/* Puts what was drawn on @snapshot and takes @self. */
void               attune_chart_raster_finish (AttuneChartRaster      *self,
                                               GtkSnapshot            *snapshot);

G_END_DECLS
