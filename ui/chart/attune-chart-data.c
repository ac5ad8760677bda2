/* attune-chart-data.c: the curves
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-private.h"

#include <math.h>

#include "attune-chart-raster.h"

#define BAND_ALPHA     0.25f
#define RAW_ALPHA      0.40f
#define SOLID_ALPHA    0.85f
#define LINE_WIDTH     2.0
#define RAW_WIDTH      1.0
#define MARKER_RADIUS  3.5
#define DOT_RADIUS     2.0
/* Smoothly stroking a pixel of height costs tens of nanoseconds, and noise makes a line of many heights of the chart: beyond this
 * length in pixels the same area is filled with upright boxes instead, which look the same and cost next to nothing. */
#define MAX_TRAVEL     40000.0
#define VERTEX_DISTANCE 2.0
/* Up to as many points a pixel each one is drawn. */
#define SPARSE_POINTS   2.0
/* Around the plot, in whole pixels. */
#define OVERHANG        6.0f
/* Far outside of the paper, but not so far that coordinates in fixed point overflow. */
#define FAR            10000.0

typedef struct {
  AttuneChart              *chart;
  GtkSnapshot              *snapshot;
  const AttuneChartPalette *palette;
  const AttuneChartView    *view;
  double                    scale;
  double                    origin;
  gboolean                  is_paper; /* paths only */
  AttuneChartRaster        *raster;   /* NULL until something is drawn as pixels */
} Painter;

static const float dash_1[] = { 7.0f, 3.0f };
static const float dash_2[] = { 2.0f, 3.0f };
static const float dash_3[] = { 9.0f, 3.0f, 2.0f, 3.0f };
static const float dash_4[] = { 14.0f, 4.0f };

const float *
attune_chart_get_dash (guint  style,
                       gsize *n_dash)
{
  static const struct {
    const float *dash;
    gsize        n_dash;
  } dashes[] = {
    { NULL, 0 },
    { dash_1, G_N_ELEMENTS (dash_1) },
    { dash_2, G_N_ELEMENTS (dash_2) },
    { dash_3, G_N_ELEMENTS (dash_3) },
    { dash_4, G_N_ELEMENTS (dash_4) },
  };

  *n_dash = dashes[style % G_N_ELEMENTS (dashes)].n_dash;

  return dashes[style % G_N_ELEMENTS (dashes)].dash;
}

static void
add_polygon (GskPathBuilder         *builder,
             const graphene_point_t *points,
             guint                   n_points)
{
  gsk_path_builder_move_to (builder, points[0].x, points[0].y);
  for (guint i = 1; i < n_points; i++)
    gsk_path_builder_line_to (builder, points[i].x, points[i].y);
  gsk_path_builder_close (builder);
}

void
attune_chart_add_marker (GskPathBuilder *builder,
                         guint           style,
                         double          x,
                         double          y,
                         double          radius)
{
  float cx = (float) x;
  float cy = (float) y;
  float r = (float) radius;

  switch (style % 5)
    {
    case 1:
      add_polygon (builder, (graphene_point_t[]) { { cx, cy - 1.3f * r }, { cx + 1.3f * r, cy },
                                                   { cx, cy + 1.3f * r }, { cx - 1.3f * r, cy } }, 4);
      break;

    case 2:
      gsk_path_builder_add_rect (builder, &GRAPHENE_RECT_INIT (cx - r, cy - r, 2.0f * r, 2.0f * r));
      break;

    case 3:
      add_polygon (builder, (graphene_point_t[]) { { cx, cy - 1.2f * r }, { cx + 1.15f * r, cy + r },
                                                   { cx - 1.15f * r, cy + r } }, 3);
      break;

    case 4:
      add_polygon (builder, (graphene_point_t[]) { { cx, cy + 1.2f * r }, { cx + 1.15f * r, cy - r },
                                                   { cx - 1.15f * r, cy - r } }, 3);
      break;

    case 0:
    default:
      gsk_path_builder_add_circle (builder, &GRAPHENE_POINT_INIT (cx, cy), r);
      break;
    }
}

static GdkRGBA
with_alpha (GdkRGBA color,
            float   alpha)
{
  color.alpha *= alpha;

  return color;
}

static void
fill (Painter        *painter,
      GskPathBuilder *builder,
      GdkRGBA         color)
{
  g_autoptr (GskPath) path = gsk_path_builder_free_to_path (builder);

  if (!gsk_path_is_empty (path))
    gtk_snapshot_append_fill (painter->snapshot, path, GSK_FILL_RULE_WINDING, &color);
}

/* Markers and round ends at the border of the plot are not cut in half. */
static void
get_clip (Painter         *painter,
          graphene_rect_t *clip)
{
  graphene_rect_inset_r (&painter->view->plot, -OVERHANG, -OVERHANG, clip);
}

/* Where whole pixels are filled they can be filled at once. */
static gboolean
start_raster (Painter *painter)
{
  graphene_rect_t area;

  if (painter->is_paper || painter->scale != rint (painter->scale))
    return FALSE;

  if (painter->raster == NULL)
    {
      get_clip (painter, &area);
      graphene_rect_round_extents (&area, &area);
      painter->raster = attune_chart_raster_new (&area, (guint) painter->scale);
    }

  return TRUE;
}

/* What is drawn next lies above what was drawn as pixels. */
static void
finish_raster (Painter *painter)
{
  if (painter->raster != NULL)
    attune_chart_raster_finish (g_steal_pointer (&painter->raster), painter->snapshot);
}

static double
to_y (Painter *painter,
      double   value)
{
  double y = attune_chart_view_y_to_pixel (painter->view, value);

  return CLAMP (y, -FAR, FAR);
}

/* The distance that a pen goes up and down along the line; a NAN lifts it. */
static double
measure_travel (const graphene_point_t *points,
                guint                   n_points)
{
  double travel = 0.0;

  for (guint i = 1; i < n_points; i++)
    if (!isnan (points[i].y) && !isnan (points[i - 1].y))
      travel += fabsf (points[i].y - points[i - 1].y);

  return travel;
}

/* One box a point, from halfway to its left neighbour to halfway to its right one, as high as the line is there. */
static void
fill_line (Painter                *painter,
           const graphene_point_t *points,
           guint                   n_points,
           double                  width,
           GdkRGBA                 color)
{
  GskPathBuilder *builder = gsk_path_builder_new ();

  for (guint i = 0; i < n_points; i++)
    {
      const graphene_point_t *point = &points[i];
      float left = point->x;
      float right = point->x;
      float low = point->y;
      float high = point->y;

      if (isnan (point->y))
        continue;
      if (i > 0 && !isnan (points[i - 1].y))
        {
          float middle = (point->y + points[i - 1].y) / 2.0f;

          left = (point->x + points[i - 1].x) / 2.0f;
          low = MIN (low, middle);
          high = MAX (high, middle);
        }
      if (i + 1 < n_points && !isnan (points[i + 1].y))
        {
          float middle = (point->y + points[i + 1].y) / 2.0f;

          right = (point->x + points[i + 1].x) / 2.0f;
          low = MIN (low, middle);
          high = MAX (high, middle);
        }
      if (right - left < 1.0f)
        right = left + 1.0f;
      gsk_path_builder_add_rect (builder, &GRAPHENE_RECT_INIT (left, low - (float) width / 2.0f,
                                                               right - left, high - low + (float) width));
    }
  fill (painter, builder, color);
}

static void
stroke_line (Painter                *painter,
             const graphene_point_t *points,
             guint                   n_points,
             double                  width,
             guint                   style,
             GdkRGBA                 color)
{
  g_autoptr (GskStroke) stroke = NULL;
  g_autoptr (GskPath) path = NULL;
  GskPathBuilder *builder;
  const float *dash;
  gsize n_dash;
  gboolean down = FALSE;

  if (measure_travel (points, n_points) > MAX_TRAVEL)
    {
      fill_line (painter, points, n_points, width, color);
      return;
    }

  builder = gsk_path_builder_new ();
  for (guint i = 0; i < n_points; i++)
    {
      if (isnan (points[i].y))
        down = FALSE;
      else if (down)
        gsk_path_builder_line_to (builder, points[i].x, points[i].y);
      else if (i + 1 < n_points && !isnan (points[i + 1].y))
        {
          gsk_path_builder_move_to (builder, points[i].x, points[i].y);
          down = TRUE;
        }
    }
  path = gsk_path_builder_free_to_path (builder);
  if (gsk_path_is_empty (path))
    return;

  stroke = gsk_stroke_new ((float) width);
  /* Round joins are seen where corners are far apart. */
  gsk_stroke_set_line_join (stroke, n_points < 200 ? GSK_LINE_JOIN_ROUND : GSK_LINE_JOIN_BEVEL);
  gsk_stroke_set_line_cap (stroke, GSK_LINE_CAP_ROUND);
  dash = attune_chart_get_dash (style, &n_dash);
  if (n_dash > 0)
    {
      gsk_stroke_set_dash (stroke, dash, n_dash);
      gsk_stroke_set_line_cap (stroke, GSK_LINE_CAP_BUTT);
    }
  gtk_snapshot_append_stroke (painter->snapshot, path, stroke, &color);
}

/* One vertex for each point in [first, end), the raw ones and the smoothed ones; a value that is not finite lifts the pen. */
static void
collect_points (Painter          *painter,
                AttuneSeries     *series,
                guint             first,
                guint             end,
                graphene_point_t *raw,
                graphene_point_t *smoothed)
{
  AttuneSeriesAxis axis = attune_chart_get_x_axis (painter->chart);

  for (guint i = first; i < end; i++)
    {
      double y = attune_series_get_y (series, i);
      double x = attune_chart_view_x_to_pixel (painter->view, attune_series_get_x (series, axis, i) - painter->origin);
      double smooth = attune_series_get_smoothed (series, i);

      x = CLAMP (x, -FAR, FAR);
      raw[i - first] = GRAPHENE_POINT_INIT ((float) x, isfinite (y) ? (float) to_y (painter, y) : NAN);
      smoothed[i - first] = GRAPHENE_POINT_INIT ((float) x, isfinite (smooth) ? (float) to_y (painter, smooth) : NAN);
    }
}

/* A point between two that cannot be drawn has no line to either side, and would not be seen. */
static void
draw_dots (Painter                *painter,
           const graphene_point_t *points,
           guint                   n_points,
           GdkRGBA                 color)
{
  GskPathBuilder *builder = gsk_path_builder_new ();

  for (guint i = 0; i < n_points; i++)
    if (!isnan (points[i].y) &&
        (i == 0 || isnan (points[i - 1].y)) &&
        (i + 1 == n_points || isnan (points[i + 1].y)))
      gsk_path_builder_add_circle (builder, &points[i], DOT_RADIUS);
  fill (painter, builder, color);
}

static void
draw_markers (Painter                *painter,
              guint                   style,
              const graphene_point_t *points,
              guint                   n_points,
              GdkRGBA                 color)
{
  const graphene_rect_t *plot = &painter->view->plot;
  GskPathBuilder *outer = gsk_path_builder_new ();
  GskPathBuilder *inner = gsk_path_builder_new ();

  for (guint i = 0; i < n_points; i++)
    {
      if (isnan (points[i].y) || points[i].x < plot->origin.x - 0.5f ||
          points[i].x > plot->origin.x + plot->size.width + 0.5f)
        continue;
      attune_chart_add_marker (outer, style, points[i].x, points[i].y, MARKER_RADIUS + 1.5);
      attune_chart_add_marker (inner, style, points[i].x, points[i].y, MARKER_RADIUS);
    }
  /* A rim of the background keeps the marker apart from its line. */
  fill (painter, outer, painter->palette->background);
  fill (painter, inner, color);
}

/* Few enough points that each one is drawn. */
static void
draw_sparse (Painter      *painter,
             AttuneSeries *series,
             guint         style,
             guint         first,
             guint         end,
             GdkRGBA       color)
{
  guint n_points = end - first;
  g_autofree graphene_point_t *raw = g_new (graphene_point_t, n_points);
  g_autofree graphene_point_t *smoothed = g_new (graphene_point_t, n_points);
  double width = painter->palette->high_contrast ? LINE_WIDTH + 0.5 : LINE_WIDTH;

  collect_points (painter, series, first, end, raw, smoothed);

  if (attune_series_get_kind (series) == ATTUNE_SERIES_POINTS)
    {
      stroke_line (painter, raw, n_points, width, style, color);
      if (n_points * (MARKER_RADIUS * 3.0) <= painter->view->plot.size.width)
        draw_markers (painter, style, raw, n_points, color);
      else
        draw_dots (painter, raw, n_points, color);
      return;
    }

  if (attune_series_get_smoothing (series) > 0.0)
    stroke_line (painter, raw, n_points, RAW_WIDTH, 0, with_alpha (color, RAW_ALPHA));
  stroke_line (painter, smoothed, n_points, width, style, color);
  draw_dots (painter, raw, n_points, color);
}

/* From the pyramid: a band from the lowest to the highest value of each column, and one vertex of the smoothed line. */
static void
draw_dense (Painter      *painter,
            AttuneSeries *series,
            guint         style,
            double        column_width,
            GdkRGBA       color)
{
  const AttuneChartView *view = painter->view;
  guint n_columns = (guint) ceil (view->plot.size.width / column_width);
  g_autofree double *edges = g_new (double, n_columns + 1);
  g_autofree AttuneSeriesColumn *columns = g_new (AttuneSeriesColumn, n_columns);
  g_autofree graphene_point_t *line = g_new (graphene_point_t, n_columns);
  gboolean solid = attune_series_get_smoothing (series) == 0.0;
  float band_alpha = solid ? SOLID_ALPHA : painter->palette->high_contrast ? BAND_ALPHA + 0.15f : BAND_ALPHA;
  double minimum_height = solid ? LINE_WIDTH : RAW_WIDTH;
  double width = painter->palette->high_contrast ? LINE_WIDTH + 0.5 : LINE_WIDTH;
  GskPathBuilder *builder = gsk_path_builder_new ();
  gboolean as_pixels = start_raster (painter);
  const GdkRGBA band_color = with_alpha (color, band_alpha);
  guint n_line = 0;
  double last_vertex = NAN;

  attune_chart_view_get_edges (view, n_columns, column_width, edges);
  for (guint c = 0; c <= n_columns; c++)
    edges[c] += painter->origin;
  attune_series_query_columns (series, attune_chart_get_x_axis (painter->chart), edges, n_columns, columns);

  for (guint c = 0; c < n_columns; c++)
    {
      const AttuneSeriesColumn *column = &columns[c];
      double x = view->plot.origin.x + c * column_width;
      double top, bottom;

      if (column->first == column->end)
        continue;
      if (!isfinite (column->smoothed))
        {
          line[n_line++] = GRAPHENE_POINT_INIT ((float) x, NAN);
          last_vertex = NAN;
          continue;
        }

      top = column->maximum;
      bottom = column->minimum;
      /* The line from the last point of the column before leads through this one's edge: no gaps where the curve is steep. */
      if (column->first > 0)
        {
          double before = attune_series_get_y (series, column->first - 1);

          if (isfinite (before))
            {
              top = MAX (top, before);
              bottom = MIN (bottom, before);
            }
        }
      top = to_y (painter, top);
      bottom = to_y (painter, bottom);
      if (bottom - top < minimum_height)
        {
          double middle = (top + bottom) / 2.0;

          top = middle - minimum_height / 2.0;
          bottom = middle + minimum_height / 2.0;
        }
      /* On whole device pixels, so that nothing has to be blended at the edges. */
      top = round (top * painter->scale) / painter->scale;
      bottom = round (bottom * painter->scale) / painter->scale;
      if (as_pixels)
        attune_chart_raster_box (painter->raster, x, top, x + column_width, bottom, &band_color);
      else
        gsk_path_builder_add_rect (builder, &GRAPHENE_RECT_INIT ((float) x, (float) top,
                                                                 (float) column_width, (float) (bottom - top)));

      /* Nobody can tell a vertex each two pixels from one each pixel, but the time that a pen takes. */
      if (isnan (last_vertex) || x - last_vertex >= VERTEX_DISTANCE || c + 1 == n_columns)
        {
          line[n_line++] = GRAPHENE_POINT_INIT ((float) (x + column_width / 2.0), (float) to_y (painter, column->smoothed));
          last_vertex = x;
        }
    }

  fill (painter, builder, band_color);
  if (solid)
    return;
  if (as_pixels)
    {
      gsize n_dash;
      const float *dash = attune_chart_get_dash (style, &n_dash);

      attune_chart_raster_line (painter->raster, line, n_line, width, dash, n_dash, &color);
    }
  else
    stroke_line (painter, line, n_line, width, style, color);
}

/* Infinity at the upper edge as an arrow up, minus infinity at the lower one as an arrow down, NaN there as a cross. */
static void
draw_nonfinite (Painter      *painter,
                AttuneSeries *series)
{
  const AttuneChartView *view = painter->view;
  const float r = 4.0f;
  const float top = view->plot.origin.y + r + 2.0f;
  const float bottom = view->plot.origin.y + view->plot.size.height - r - 2.0f;
  AttuneSeriesAxis axis = attune_chart_get_x_axis (painter->chart);
  GskPathBuilder *arrows = gsk_path_builder_new ();
  GskPathBuilder *crosses = gsk_path_builder_new ();
  g_autoptr (GskPath) crosses_path = NULL;
  double free_from[3] = { -INFINITY, -INFINITY, -INFINITY };
  double low = attune_chart_view_pixel_to_x (view, view->plot.origin.x) + painter->origin;
  double high = attune_chart_view_pixel_to_x (view, view->plot.origin.x + view->plot.size.width) + painter->origin;
  const guint *indices;
  guint n_indices;
  guint k = 0;
  guint end;

  indices = attune_series_get_nonfinite (series, &n_indices);
  end = n_indices;
  if (n_indices > 0)
    finish_raster (painter);

  /* The first one that can be seen. */
  while (k < end)
    {
      guint middle = k + (end - k) / 2;

      if (attune_series_get_x (series, axis, indices[middle]) < low)
        k = middle + 1;
      else
        end = middle;
    }

  for (; k < n_indices; k++)
    {
      double at = attune_series_get_x (series, axis, indices[k]);
      double y = attune_series_get_y (series, indices[k]);
      guint kind = isnan (y) ? 0 : y > 0.0 ? 1 : 2;
      float x = (float) attune_chart_view_x_to_pixel (view, at - painter->origin);

      if (at > high)
        break;
      /* A run of them is one marker each few pixels. */
      if (x < free_from[kind])
        continue;
      free_from[kind] = x + 2.0f * r;

      switch (kind)
        {
        case 0:
          gsk_path_builder_move_to (crosses, x - r, bottom - r);
          gsk_path_builder_line_to (crosses, x + r, bottom + r);
          gsk_path_builder_move_to (crosses, x - r, bottom + r);
          gsk_path_builder_line_to (crosses, x + r, bottom - r);
          break;

        case 1:
          add_polygon (arrows, (graphene_point_t[]) { { x, top - r }, { x + r, top + r }, { x - r, top + r } }, 3);
          break;

        default:
          add_polygon (arrows, (graphene_point_t[]) { { x, bottom + r }, { x + r, bottom - r }, { x - r, bottom - r } }, 3);
          break;
        }
    }

  fill (painter, arrows, painter->palette->warning);
  crosses_path = gsk_path_builder_free_to_path (crosses);
  if (!gsk_path_is_empty (crosses_path))
    {
      g_autoptr (GskStroke) stroke = gsk_stroke_new (LINE_WIDTH);

      gtk_snapshot_append_stroke (painter->snapshot, crosses_path, stroke, &painter->palette->warning);
    }
}

static void
draw_series (Painter      *painter,
             AttuneSeries *series,
             guint         position)
{
  const AttuneChartView *view = painter->view;
  AttuneSeriesAxis axis = attune_chart_get_x_axis (painter->chart);
  guint style = attune_chart_get_style (painter->chart, position);
  GdkRGBA color = painter->palette->series[style % ATTUNE_CHART_N_COLORS];
  guint first = attune_series_lower_bound (series, axis, view->x0 + painter->origin);
  guint end = attune_series_lower_bound (series, axis, nextafter (view->x1 + painter->origin, INFINITY));
  guint n_points = end - first;

  if (n_points > SPARSE_POINTS * view->plot.size.width)
    {
      /* At least two points a column on average, or the band would have holes. */
      double column_width = MAX (1.0, ceil (2.0 * view->plot.size.width * painter->scale / n_points)) / painter->scale;

      draw_dense (painter, series, style, column_width, color);
    }
  else
    {
      /* The lines from and to the neighbours outside. */
      if (first > 0)
        first--;
      if (end < attune_series_get_length (series))
        end++;
      finish_raster (painter);
      if (end > first)
        draw_sparse (painter, series, style, first, end, color);
    }

  draw_nonfinite (painter, series);
}

static void
snapshot_series (AttuneChart              *self,
                 GtkSnapshot              *snapshot,
                 const AttuneChartPalette *palette,
                 double                    scale,
                 gboolean                  is_paper)
{
  graphene_rect_t clip;
  Painter painter = { self, snapshot, palette, &self->view, scale, attune_chart_get_origin (self), is_paper };

  get_clip (&painter, &clip);
  gtk_snapshot_push_clip (snapshot, &clip);
  /* The first curve is the one that matters and lies on top, but for the few points that are measured rarely. */
  for (AttuneSeriesKind kind = ATTUNE_SERIES_LINE; kind <= ATTUNE_SERIES_POINTS; kind++)
    for (guint i = self->series->len; i-- > 0; )
      {
        AttuneSeries *series = g_ptr_array_index (self->series, i);

        if (attune_series_get_kind (series) == kind && attune_series_get_visible (series) &&
            attune_series_get_length (series) > 0)
          draw_series (&painter, series, i);
      }
  finish_raster (&painter);
  gtk_snapshot_pop (snapshot);
}

void
attune_chart_snapshot_data (AttuneChart              *self,
                            GtkSnapshot              *snapshot,
                            const AttuneChartPalette *palette,
                            double                    scale)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (self->is_prepared);

  snapshot_series (self, snapshot, palette, scale, FALSE);
}

void
attune_chart_snapshot_paths (AttuneChart              *self,
                             GtkSnapshot              *snapshot,
                             const AttuneChartPalette *palette)
{
  snapshot_series (self, snapshot, palette, 1.0, TRUE);
}
