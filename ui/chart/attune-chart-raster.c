/* attune-chart-raster.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-raster.h"

#include <math.h>

/* Pixels up for one to the side. */
#define STEEP 3.0f

/* Pixels as GDK_MEMORY_DEFAULT has them: alpha, red, green, blue from the highest byte down, premultiplied. */
struct _AttuneChartRaster {
  graphene_rect_t  area;
  float            scale;
  int              width;
  int              height;
  guint32         *pixels;
  float           *low;    /* of a line within each column; low > high: it does not come by */
  float           *high;
};

AttuneChartRaster *
attune_chart_raster_new (const graphene_rect_t *area,
                         guint                  scale)
{
  AttuneChartRaster *self;

  g_return_val_if_fail (area != NULL, NULL);
  g_return_val_if_fail (scale > 0, NULL);

  self = g_new0 (AttuneChartRaster, 1);
  self->area = *area;
  self->scale = (float) scale;
  self->width = MAX ((int) roundf (area->size.width * self->scale), 1);
  self->height = MAX ((int) roundf (area->size.height * self->scale), 1);
  self->pixels = g_new0 (guint32, (gsize) self->width * (gsize) self->height);
  self->low = g_new (float, self->width);
  self->high = g_new (float, self->width);

  return self;
}

void
attune_chart_raster_free (AttuneChartRaster *self)
{
  g_free (self->pixels);
  g_free (self->low);
  g_free (self->high);
  g_free (self);
}

static guint32
premultiply (const GdkRGBA *color,
             float          coverage)
{
  float alpha = color->alpha * coverage * 255.0f;

  return (guint32) (alpha + 0.5f) << 24 |
         (guint32) (color->red * alpha + 0.5f) << 16 |
         (guint32) (color->green * alpha + 0.5f) << 8 |
         (guint32) (color->blue * alpha + 0.5f);
}

/* Two channels at a time, each with eight bits of room above it. */
static inline guint32
lay_over (guint32 below,
          guint32 above)
{
  guint32 alpha = above >> 24;
  guint32 rest = 256 - (alpha + (alpha >> 7));
  guint32 red_blue = (((below & 0x00ff00ff) * rest) >> 8) & 0x00ff00ff;
  guint32 alpha_green = (((below >> 8) & 0x00ff00ff) * rest) & 0xff00ff00;

  return above + (red_blue | alpha_green);
}

static void
fill_column (AttuneChartRaster *self,
             int                column,
             int                top,
             int                bottom,
             guint32            color)
{
  guint32 *pixel = &self->pixels[(gsize) top * (gsize) self->width + (gsize) column];

  for (int row = top; row < bottom; row++)
    {
      *pixel = lay_over (*pixel, color);
      pixel += self->width;
    }
}

static float
to_column (AttuneChartRaster *self,
           float              x)
{
  return (x - self->area.origin.x) * self->scale;
}

static float
to_row (AttuneChartRaster *self,
        float              y)
{
  return (y - self->area.origin.y) * self->scale;
}

void
attune_chart_raster_box (AttuneChartRaster *self,
                         double             left,
                         double             top,
                         double             right,
                         double             bottom,
                         const GdkRGBA     *color)
{
  int first = CLAMP ((int) lroundf (to_column (self, (float) left)), 0, self->width);
  int end = CLAMP ((int) lroundf (to_column (self, (float) right)), 0, self->width);
  int high = (int) CLAMP (lroundf (to_row (self, (float) top)), 0, self->height);
  int low = (int) CLAMP (lroundf (to_row (self, (float) bottom)), 0, self->height);
  guint32 pixel = premultiply (color, 1.0f);

  for (int column = first; column < end; column++)
    fill_column (self, column, high, low, pixel);
}

/* What of the line from (x0, y0) to (x1, y1) lies in each column, in device pixels. */
static void
mark_segment (AttuneChartRaster *self,
              float              x0,
              float              y0,
              float              x1,
              float              y1)
{
  int first = MAX ((int) floorf (x0), 0);
  int last = MIN ((int) floorf (x1), self->width - 1);
  float slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0.0f;

  for (int column = first; column <= last; column++)
    {
      float from = MAX (x0, (float) column);
      float to = MIN (x1, (float) column + 1.0f);
      float a = x1 > x0 ? y0 + slope * (from - x0) : y0;
      float b = x1 > x0 ? y0 + slope * (to - x0) : y1;

      self->low[column] = MIN (self->low[column], MIN (a, b));
      self->high[column] = MAX (self->high[column], MAX (a, b));
    }
}

/* From @top to @bottom with softened ends. */
static void
cover_column (AttuneChartRaster *self,
              int                column,
              float              top,
              float              bottom,
              const GdkRGBA     *color,
              guint32            full)
{
  int first, last;

  top = MAX (top, 0.0f);
  bottom = MIN (bottom, (float) self->height);
  if (!(top < bottom))
    return;

  first = (int) top;
  last = MIN ((int) bottom, self->height - 1);
  if (first == last)
    {
      fill_column (self, column, first, first + 1, premultiply (color, bottom - top));
      return;
    }
  fill_column (self, column, first, first + 1, premultiply (color, (float) (first + 1) - top));
  fill_column (self, column, first + 1, last, full);
  fill_column (self, column, last, last + 1, premultiply (color, bottom - (float) last));
}

void
attune_chart_raster_line (AttuneChartRaster      *self,
                          const graphene_point_t *points,
                          guint                   n_points,
                          double                  width,
                          const float            *dash,
                          gsize                   n_dash,
                          const GdkRGBA          *color)
{
  const guint32 full = premultiply (color, 1.0f);
  const float half_width = (float) width * self->scale / 2.0f;
  float left = n_dash > 0 ? dash[0] * self->scale : INFINITY;
  gsize at = 0;

  for (int column = 0; column < self->width; column++)
    {
      self->low[column] = INFINITY;
      self->high[column] = -INFINITY;
    }
  for (guint i = 1; i < n_points; i++)
    {
      float x0 = to_column (self, points[i - 1].x);
      float y0 = to_row (self, points[i - 1].y);
      float x1 = to_column (self, points[i].x);
      float y1 = to_row (self, points[i].y);
      float reach = half_width - 0.5f;

      if (isnan (y0) || isnan (y1))
        continue;
      if (fabsf (y1 - y0) <= STEEP * (x1 - x0))
        mark_segment (self, x0, y0, x1, y1);
      else
        {
          /* What goes straight up would be one column wide. */
          mark_segment (self, x0 - reach, y0, x1 - reach, y1);
          mark_segment (self, x0 + reach, y0, x1 + reach, y1);
        }
    }

  for (int column = 0; column < self->width; column++)
    {
      float rise = self->high[column] - self->low[column];
      float middle = (self->high[column] + self->low[column]) / 2.0f;
      float half;

      if (rise < 0.0f)
        continue;

      /* Across the line it is as thick as asked, so up and down thicker, the steeper it goes; but no longer than it reaches. */
      half = MIN (half_width * sqrtf (1.0f + rise * rise), rise / 2.0f + half_width);
      if (at % 2 == 0)
        cover_column (self, column, middle - half, middle + half, color, full);

      left -= sqrtf (1.0f + rise * rise);
      while (left <= 0.0f)
        {
          at = (at + 1) % n_dash;
          left += dash[at] * self->scale;
        }
    }
}

void
attune_chart_raster_finish (AttuneChartRaster *self,
                            GtkSnapshot       *snapshot)
{
  const gsize stride = (gsize) self->width * sizeof (guint32);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&self->pixels), stride * (gsize) self->height);
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new (self->width, self->height, GDK_MEMORY_DEFAULT, bytes, stride);

  gtk_snapshot_append_texture (snapshot, texture,
                               &GRAPHENE_RECT_INIT (self->area.origin.x, self->area.origin.y,
                                                    (float) self->width / self->scale, (float) self->height / self->scale));
  attune_chart_raster_free (self);
}
