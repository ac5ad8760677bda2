/* test-chart.c: the chart as an object, without a display
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gtk/gtk.h>
#include <math.h>
#include <string.h>

#include "attune-chart.h"

#define WIDTH  600
#define HEIGHT 300

typedef struct {
  GBytes      *pixels;
  gsize        stride;
  int          width;
  int          height;
} Picture;

/* Draws the chart as it is exported; the picture is kept for eyes where somebody asked for it. */
static Picture
draw (AttuneChart              *chart,
      const AttuneChartPalette *palette,
      const char               *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) png = attune_chart_to_png (chart, WIDTH, HEIGHT, 1.0, palette, &error);
  g_autoptr (GdkTexture) texture = NULL;
  GdkTextureDownloader *downloader;
  const char *folder = g_getenv ("ATTUNE_SCREENSHOT_DIR");
  Picture picture = { NULL };

  g_assert_no_error (error);
  if (folder != NULL && name != NULL)
    {
      g_autofree char *file = g_strdup_printf ("%s/chart-%s.png", folder, name);

      g_file_set_contents (file, g_bytes_get_data (png, NULL), (gssize) g_bytes_get_size (png), &error);
      g_assert_no_error (error);
    }

  texture = gdk_texture_new_from_bytes (png, &error);
  g_assert_no_error (error);
  picture.width = gdk_texture_get_width (texture);
  picture.height = gdk_texture_get_height (texture);
  downloader = gdk_texture_downloader_new (texture);
  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_R8G8B8A8);
  picture.pixels = gdk_texture_downloader_download_bytes (downloader, &picture.stride);
  gdk_texture_downloader_free (downloader);

  return picture;
}

static void
picture_clear (Picture *picture)
{
  g_clear_pointer (&picture->pixels, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

static GdkRGBA
get_pixel (const Picture *picture,
           int            x,
           int            y)
{
  const guint8 *pixel;

  g_assert_true (x >= 0 && y >= 0 && x < picture->width && y < picture->height);
  pixel = (const guint8 *) g_bytes_get_data (picture->pixels, NULL) + (gsize) y * picture->stride + (gsize) x * 4;

  return (GdkRGBA) { pixel[0] / 255.0f, pixel[1] / 255.0f, pixel[2] / 255.0f, pixel[3] / 255.0f };
}

static float
distance (GdkRGBA a,
          GdkRGBA b)
{
  return MAX (fabsf (a.red - b.red), MAX (fabsf (a.green - b.green), fabsf (a.blue - b.blue)));
}

/* @color lies somewhere within @radius of the point. */
static gboolean
has_near (const Picture *picture,
          double         x,
          double         y,
          int            radius,
          GdkRGBA        color)
{
  for (int dy = -radius; dy <= radius; dy++)
    for (int dx = -radius; dx <= radius; dx++)
      {
        int px = (int) x + dx;
        int py = (int) y + dy;

        if (px >= 0 && py >= 0 && px < picture->width && py < picture->height &&
            distance (get_pixel (picture, px, py), color) < 0.06f)
          return TRUE;
      }

  return FALSE;
}

static double
to_x (AttuneChart *chart,
      double       x)
{
  return attune_chart_view_x_to_pixel (attune_chart_get_view (chart), x);
}

static double
to_y (AttuneChart *chart,
      double       y)
{
  return attune_chart_view_y_to_pixel (attune_chart_get_view (chart), y);
}

static AttuneSeries *
add_series (AttuneChart      *chart,
            const char       *title,
            AttuneSeriesKind  kind)
{
  g_autoptr (AttuneSeries) series = attune_series_new (title, kind);

  attune_chart_add_series (chart, series);

  return series;
}

static void
test_line (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  AttuneSeries *series = add_series (chart, "Loss", ATTUNE_SERIES_LINE);
  AttuneChartPalette palette;

  for (guint i = 0; i <= 100; i++)
    attune_series_append (series, i, NAN, NAN, 2.0 - i / 100.0);

  for (guint dark = 0; dark < 2; dark++)
    {
      g_auto (Picture) picture = { NULL };

      attune_chart_palette_init (&palette, dark, FALSE, NULL);
      picture = draw (chart, &palette, dark ? "line-dark" : "line");
      g_assert_cmpint (picture.width, ==, WIDTH);
      g_assert_cmpint (picture.height, ==, HEIGHT);
      g_assert_cmpfloat (distance (get_pixel (&picture, 1, 1), palette.background), <, 0.01f);

      /* On the line, and above and below of it nothing. */
      for (guint i = 5; i < 100; i += 10)
        {
          double x = to_x (chart, i);
          double y = to_y (chart, 2.0 - i / 100.0);

          g_assert_true (has_near (&picture, x, y, 1, palette.series[0]));
          g_assert_false (has_near (&picture, x, y - 12.0, 4, palette.series[0]));
          g_assert_false (has_near (&picture, x, y + 12.0, 4, palette.series[0]));
        }
    }
}

static void
test_band (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  g_autofree AttuneSeriesPoint *points = g_new (AttuneSeriesPoint, 200000);
  AttuneSeries *series = add_series (chart, "Loss", ATTUNE_SERIES_LINE);
  AttuneChartPalette palette;
  GdkRGBA band;
  g_auto (Picture) picture = { NULL };
  g_auto (Picture) solid = { NULL };

  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  attune_chart_set_legend (chart, FALSE);
  attune_chart_set_smoothing (chart, 0.99);
  /* Between 1 and 2, its mean at 1.5, and a single spike. */
  for (guint i = 0; i < 200000; i++)
    {
      points[i] = (AttuneSeriesPoint) { { i, NAN, NAN }, g_test_rand_double_range (1.0, 2.0) };
      if (i == 150000)
        points[i].y = 4.0;
    }
  attune_series_append_points (series, points, 200000);

  picture = draw (chart, &palette, "band");
  band = (GdkRGBA) { 1.0f + (palette.series[0].red - 1.0f) * 0.25f, 1.0f + (palette.series[0].green - 1.0f) * 0.25f,
                     1.0f + (palette.series[0].blue - 1.0f) * 0.25f, 1.0f };
  for (double x = 25000.0; x < 190000.0; x += 10000.0)
    {
      g_assert_true (has_near (&picture, to_x (chart, x), to_y (chart, 1.9), 1, band));
      g_assert_true (has_near (&picture, to_x (chart, x), to_y (chart, 1.1), 1, band));
      g_assert_true (has_near (&picture, to_x (chart, x), to_y (chart, 1.5), 14, palette.series[0]));
      g_assert_false (has_near (&picture, to_x (chart, x), to_y (chart, 2.5), 2, band));
      g_assert_false (has_near (&picture, to_x (chart, x), to_y (chart, 0.9), 2, band));
    }
  /* One point of two hundred thousand is not lost. */
  g_assert_true (has_near (&picture, to_x (chart, 150000.0), to_y (chart, 3.0), 1, band));

  /* Without smoothing the band is the curve. */
  attune_chart_set_smoothing (chart, 0.0);
  solid = draw (chart, &palette, "band-solid");
  g_assert_false (has_near (&solid, to_x (chart, 50000.0), to_y (chart, 1.9), 1, band));
  g_assert_cmpfloat (distance (get_pixel (&solid, (int) to_x (chart, 50000.0), (int) to_y (chart, 1.5)), palette.series[0]), <, 0.2f);
}

static void
test_points (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  AttuneSeries *loss = add_series (chart, "Loss", ATTUNE_SERIES_LINE);
  AttuneSeries *evaluation = add_series (chart, "Evaluation Loss", ATTUNE_SERIES_POINTS);
  AttuneChartPalette palette;
  g_auto (Picture) picture = { NULL };

  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  attune_chart_set_smoothing (chart, 0.8);
  for (guint i = 1; i <= 100; i++)
    {
      attune_series_append (loss, i, i / 50.0, 1.7e9 + i, 1.0 + exp (-(double) i / 20.0) + g_test_rand_double_range (-0.1, 0.1));
      if (i % 20 == 0)
        attune_series_append (evaluation, i, i / 50.0, 1.7e9 + i, 2.5 - i / 100.0);
    }
  /* Smoothing is not for what was measured rarely. */
  g_assert_cmpfloat (attune_series_get_smoothed (evaluation, 4), ==, 1.5);

  picture = draw (chart, &palette, "points");
  for (guint i = 20; i <= 100; i += 20)
    {
      int x = (int) to_x (chart, i);
      int y = (int) to_y (chart, 2.5 - i / 100.0);

      /* The middle of a marker, a few pixels wide. */
      g_assert_true (has_near (&picture, x, y, 0, palette.series[1]));
      g_assert_true (has_near (&picture, x + 2, y, 0, palette.series[1]));
      g_assert_true (has_near (&picture, x - 2, y, 0, palette.series[1]));
    }
  /* Both are named above the plot. */
  g_assert_true (has_near (&picture, 30.0, attune_chart_get_view (chart)->plot.origin.y - 14.0, 14, palette.series[0]));
  g_assert_true (has_near (&picture, 90.0, attune_chart_get_view (chart)->plot.origin.y - 14.0, 30, palette.series[1]));
}

static void
test_nonfinite (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  AttuneSeries *series = add_series (chart, "Loss", ATTUNE_SERIES_LINE);
  const graphene_rect_t *plot;
  AttuneChartPalette palette;
  g_auto (Picture) picture = { NULL };
  g_autofree char *description = NULL;

  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  attune_series_append (series, 0.0, NAN, NAN, 1.0);
  attune_series_append (series, 1.0, NAN, NAN, 2.0);
  attune_series_append (series, 2.0, NAN, NAN, NAN);
  attune_series_append (series, 3.0, NAN, NAN, 1.7);
  attune_series_append (series, 4.0, NAN, NAN, INFINITY);
  attune_series_append (series, 5.0, NAN, NAN, -INFINITY);
  attune_series_append (series, 6.0, NAN, NAN, 1.5);
  attune_series_append (series, 7.0, NAN, NAN, 1.4);

  picture = draw (chart, &palette, "nonfinite");
  plot = &attune_chart_get_view (chart)->plot;
  g_assert_true (has_near (&picture, to_x (chart, 2.0), plot->origin.y + plot->size.height - 6.0, 2, palette.warning));
  g_assert_true (has_near (&picture, to_x (chart, 4.0), plot->origin.y + 6.0, 2, palette.warning));
  g_assert_true (has_near (&picture, to_x (chart, 5.0), plot->origin.y + plot->size.height - 6.0, 2, palette.warning));
  g_assert_false (has_near (&picture, to_x (chart, 6.0), plot->origin.y + plot->size.height - 6.0, 3, palette.warning));
  /* The point between two that cannot be drawn is seen, and no line leads over the hole. */
  g_assert_true (has_near (&picture, to_x (chart, 3.0), to_y (chart, 1.7), 1, palette.series[0]));
  g_assert_false (has_near (&picture, to_x (chart, 2.0), to_y (chart, 1.85), 8, palette.series[0]));
  g_assert_true (has_near (&picture, to_x (chart, 6.5), to_y (chart, 1.45), 1, palette.series[0]));

  description = attune_chart_dup_description (chart);
  g_assert_cmpstr (description, ==, "latest 1.4 at step 7, minimum 1 at step 0, falling, "
                                    "3 values are not finite, the first at step 2");
}

static void
test_extreme (void)
{
  static const double values[] = { 1e308, -1e308, 5e-324, 0.0, -0.0 };
  AttuneChartPalette palette;

  attune_chart_palette_init (&palette, TRUE, TRUE, NULL);
  for (guint log_y = 0; log_y < 2; log_y++)
    for (guint log_x = 0; log_x < 2; log_x++)
      {
        g_autoptr (AttuneChart) chart = attune_chart_new (NULL);
        AttuneSeries *series = add_series (chart, "Loss", ATTUNE_SERIES_LINE);

        attune_chart_set_log_x (chart, log_x);
        attune_chart_set_log_y (chart, log_y);
        for (guint i = 0; i <= G_N_ELEMENTS (values); i++)
          {
            g_auto (Picture) picture = draw (chart, &palette, NULL);

            g_assert_nonnull (picture.pixels);
            if (i < G_N_ELEMENTS (values))
              attune_series_append (series, i, NAN, NAN, values[i]);
          }
      }
}

static void
test_empty (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  AttuneChartPalette palette;
  g_autofree char *description = NULL;
  guint n_text = 0;
  double x;

  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  g_assert_true (attune_chart_is_empty (chart));
  g_assert_false (attune_chart_snap (chart, 1.0, &x));
  g_assert_false (attune_chart_step_cursor (chart, 1.0, 1, &x));
  description = attune_chart_dup_description (chart);
  g_assert_cmpstr (description, ==, "Waiting for the first step");

  add_series (chart, "Loss", ATTUNE_SERIES_LINE);
  {
    g_auto (Picture) picture = draw (chart, &palette, "empty");

    for (int y = HEIGHT / 2 - 10; y < HEIGHT / 2 + 10; y++)
      for (int px = WIDTH / 2 - 80; px < WIDTH / 2 + 80; px++)
        n_text += distance (get_pixel (&picture, px, y), palette.background) > 0.3f;
  }
  g_assert_cmpuint (n_text, >, 100);
}

static void
prepare (AttuneChart *chart)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());

  attune_chart_prepare (chart, context, WIDTH, HEIGHT);
  g_object_unref (context);
}

static void
test_ranges (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  AttuneSeries *series = add_series (chart, "Loss", ATTUNE_SERIES_LINE);
  const AttuneChartView *view = attune_chart_get_view (chart);

  for (guint i = 1; i <= 1000; i++)
    attune_series_append (series, i, i / 100.0, 1.7e9 + 2.0 * i, i == 500 ? 1000.0 : 1.0 + i / 1000.0);
  prepare (chart);
  g_assert_true (attune_chart_is_fitted (chart));
  g_assert_cmpfloat (view->x0, ==, 1.0);
  g_assert_cmpfloat (view->x1, ==, 1000.0);
  g_assert_cmpfloat (view->y1, >, 1000.0);

  attune_chart_set_ignore_outliers (chart, TRUE);
  prepare (chart);
  g_assert_cmpfloat (view->y1, <, 2.1);
  g_assert_cmpfloat (view->y0, >, 0.9);
  attune_chart_set_ignore_outliers (chart, FALSE);

  attune_chart_set_range (chart, 600.0, 700.0);
  prepare (chart);
  g_assert_false (attune_chart_is_fitted (chart));
  g_assert_cmpfloat (view->x0, ==, 600.0);
  g_assert_cmpfloat (view->x1, ==, 700.0);
  g_assert_cmpfloat (view->y1, <, 1.8);
  g_assert_cmpfloat (view->y0, >, 1.5);

  attune_chart_zoom (chart, 650.0, 0.5);
  prepare (chart);
  g_assert_cmpfloat_with_epsilon (view->x0, 625.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (view->x1, 675.0, 1e-9);
  attune_chart_pan (chart, 0.5);
  prepare (chart);
  g_assert_cmpfloat_with_epsilon (view->x0, 650.0, 1e-9);
  attune_chart_pan (chart, 100.0);
  prepare (chart);
  g_assert_cmpfloat_with_epsilon (view->x0, 950.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (view->x1, 1000.0, 1e-9);
  attune_chart_zoom (chart, NAN, 1000.0);
  g_assert_true (attune_chart_is_fitted (chart));

  attune_chart_set_x_axis (chart, ATTUNE_SERIES_TIME);
  prepare (chart);
  g_assert_cmpfloat (view->x0, ==, 0.0);
  g_assert_cmpfloat (view->x1, ==, 1998.0);
  attune_chart_set_x_axis (chart, ATTUNE_SERIES_EPOCH);
  prepare (chart);
  g_assert_cmpfloat (view->x1, ==, 10.0);

  attune_chart_set_log_y (chart, TRUE);
  attune_chart_set_log_x (chart, TRUE);
  prepare (chart);
  g_assert_cmpfloat (view->y0, >, 0.0);
  for (double part = 0.0; part <= 1.0; part += 0.125)
    {
      double pixel = view->plot.origin.x + part * view->plot.size.width;

      g_assert_cmpfloat_with_epsilon (to_x (chart, attune_chart_view_pixel_to_x (view, pixel)), pixel, 1e-6);
      pixel = view->plot.origin.y + part * view->plot.size.height;
      g_assert_cmpfloat_with_epsilon (to_y (chart, attune_chart_view_pixel_to_y (view, pixel)), pixel, 1e-6);
    }
}

/* The smallest positive value decides where a logarithmic axis begins, not the zero beside it. */
static void
test_log_with_zero (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Learning Rate");
  AttuneSeries *series = add_series (chart, "Learning Rate", ATTUNE_SERIES_LINE);
  const AttuneChartView *view = attune_chart_get_view (chart);

  attune_chart_set_log_y (chart, TRUE);
  for (guint i = 0; i <= 100; i++)
    attune_series_append (series, i, NAN, NAN, i * 1e-5);
  prepare (chart);
  g_assert_cmpfloat (view->y0, >, 0.0);
  g_assert_cmpfloat (view->y0, <, 2.1e-4);
  g_assert_cmpfloat (view->y1, >, 1e-3);
}

static void
test_cursor (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  AttuneSeries *loss = add_series (chart, "Loss", ATTUNE_SERIES_LINE);
  AttuneSeries *evaluation = add_series (chart, "Evaluation Loss", ATTUNE_SERIES_POINTS);
  g_autofree char *readout = NULL;
  g_autofree char *after_hiding = NULL;
  double x;

  attune_chart_set_smoothing (chart, 0.5);
  for (guint i = 10; i <= 100; i += 10)
    attune_series_append (loss, i, i / 50.0, 1.7e9 + i, i / 100.0);
  attune_series_append (evaluation, 45.0, 0.9, 1.7e9 + 45.0, 0.75);

  g_assert_true (attune_chart_snap (chart, 44.0, &x));
  g_assert_cmpfloat (x, ==, 45.0);
  g_assert_true (attune_chart_snap (chart, -1e9, &x));
  g_assert_cmpfloat (x, ==, 10.0);

  g_assert_true (attune_chart_step_cursor (chart, NAN, 1, &x));
  g_assert_cmpfloat (x, ==, 10.0);
  g_assert_true (attune_chart_step_cursor (chart, NAN, -1, &x));
  g_assert_cmpfloat (x, ==, 100.0);
  g_assert_true (attune_chart_step_cursor (chart, 40.0, 1, &x));
  g_assert_cmpfloat (x, ==, 45.0);
  g_assert_true (attune_chart_step_cursor (chart, 50.0, -1, &x));
  g_assert_cmpfloat (x, ==, 45.0);
  g_assert_true (attune_chart_step_cursor (chart, 100.0, 1, &x));
  g_assert_cmpfloat (x, ==, 100.0);
  g_assert_true (attune_chart_step_cursor (chart, 40.0, 3, &x));
  g_assert_cmpfloat (x, ==, 70.0);
  g_assert_true (attune_chart_step_cursor (chart, 40.0, -30, &x));
  g_assert_cmpfloat (x, ==, 10.0);

  readout = attune_chart_dup_readout (chart, 30.0);
  g_assert_cmpstr (readout, ==, "Step 30 · Epoch 0.6 · 20 s, Evaluation Loss 0.75 at step 45, Loss 0.3, smoothed 0.2429");
  attune_series_set_visible (evaluation, FALSE);
  after_hiding = attune_chart_dup_readout (chart, 20.0);
  g_assert_cmpstr (after_hiding, ==, "Step 20 · Epoch 0.4 · 10 s, Loss 0.2, smoothed 0.1667");
}

static void
test_description (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  AttuneSeries *loss = add_series (chart, "Loss", ATTUNE_SERIES_LINE);
  AttuneSeries *evaluation;
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  for (guint i = 1; i <= 100; i++)
    attune_series_append (loss, i, NAN, NAN, i == 80 ? 0.48 : i == 100 ? 0.52 : 2.0 - i / 100.0);
  one = attune_chart_dup_description (chart);
  g_assert_cmpstr (one, ==, "latest 0.52 at step 100, minimum 0.48 at step 80, falling");

  evaluation = add_series (chart, "Evaluation Loss", ATTUNE_SERIES_POINTS);
  attune_series_append (evaluation, 50.0, NAN, NAN, 1.0);
  attune_series_append (evaluation, 100.0, NAN, NAN, 1.5);
  two = attune_chart_dup_description (chart);
  g_assert_cmpstr (two, ==, "Loss: latest 0.52 at step 100, minimum 0.48 at step 80, falling; "
                            "Evaluation Loss: latest 1.5 at step 100, minimum 1 at step 50, rising");
}

static void
test_export (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  AttuneSeries *loss = add_series (chart, "Loss", ATTUNE_SERIES_LINE);
  AttuneSeries *evaluation = add_series (chart, "The \"best\"", ATTUNE_SERIES_POINTS);
  AttuneChartPalette palette;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) csv = NULL;
  g_autoptr (GBytes) svg = NULL;
  g_autofree char *text = NULL;
  g_autofree char *drawing = NULL;

  attune_series_append (loss, 1.0, 0.5, 100.25, 0.1);
  attune_series_append (loss, 2.0, 1.0, 101.0, NAN);
  attune_series_append (loss, 4.0, 2.0, 103.0, 1.0 / 3.0);
  attune_series_append (evaluation, 2.0, NAN, 101.0, 1e-5);
  attune_series_append (evaluation, 3.0, NAN, 102.0, INFINITY);

  csv = attune_chart_to_csv (chart);
  text = g_strndup (g_bytes_get_data (csv, NULL), g_bytes_get_size (csv));
  g_assert_cmpstr (text, ==,
                   "step,epoch,time,\"Loss\",\"The \"\"best\"\"\"\r\n"
                   "1,0.5,100.25,0.1,\r\n"
                   "2,1,101,nan,1e-05\r\n"
                   "3,,102,,inf\r\n"
                   "4,2,103,0.3333333333333333,\r\n");

  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  svg = attune_chart_to_svg (chart, WIDTH, HEIGHT, &palette, &error);
  g_assert_no_error (error);
  drawing = g_strndup (g_bytes_get_data (svg, NULL), g_bytes_get_size (svg));
  g_assert_true (g_str_has_prefix (drawing, "<?xml"));
  g_assert_nonnull (strstr (drawing, "<path"));
  g_assert_null (strstr (drawing, "<image"));
}

static void
count (guint *n)
{
  (*n)++;
}

static void
test_object (void)
{
  AttuneChart *chart = attune_chart_new ("Loss");
  AttuneSeries *series = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  guint n_changed = 0;
  guint64 serial;

  g_signal_connect_swapped (chart, "changed", G_CALLBACK (count), &n_changed);
  attune_chart_set_smoothing (chart, 0.7);
  attune_chart_add_series (chart, series);
  g_assert_cmpfloat (attune_series_get_smoothing (series), ==, 0.7);
  g_assert_cmpuint (attune_chart_get_n_series (chart), ==, 1);
  g_assert_true (attune_chart_get_series (chart, 0) == series);

  serial = attune_chart_get_serial (chart);
  n_changed = 0;
  attune_series_append (series, 1.0, NAN, NAN, 1.0);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpuint (attune_chart_get_serial (chart), >, serial);
  g_object_set (chart, "log-y", TRUE, "ignore-outliers", TRUE, "smoothing", 0.7, "legend", TRUE, NULL);
  g_assert_cmpuint (n_changed, ==, 3);
  attune_chart_remove_series (chart, series);
  g_assert_cmpuint (attune_chart_get_n_series (chart), ==, 0);
  n_changed = 0;
  attune_series_append (series, 2.0, NAN, NAN, 1.0);
  g_assert_cmpuint (n_changed, ==, 0);

  attune_chart_add_series (chart, series);
  g_assert_finalize_object (chart);
  g_assert_finalize_object (series);
}

static void
test_palette (void)
{
  AttuneChartPalette light, dark, contrast, green;

  attune_chart_palette_init (&light, FALSE, FALSE, NULL);
  attune_chart_palette_init (&dark, TRUE, FALSE, NULL);
  attune_chart_palette_init (&contrast, FALSE, TRUE, NULL);
  g_assert_false (attune_chart_palette_equal (&light, &dark));
  g_assert_false (attune_chart_palette_equal (&light, &contrast));
  g_assert_true (attune_chart_palette_equal (&light, &light));

  /* The accent is the first curve's, and no colour comes twice. */
  attune_chart_palette_init (&green, FALSE, FALSE, &light.series[3]);
  g_assert_true (gdk_rgba_equal (&green.series[0], &light.series[3]));
  for (guint a = 0; a < ATTUNE_CHART_N_COLORS; a++)
    for (guint b = 0; b < a; b++)
      g_assert_false (gdk_rgba_equal (&green.series[a], &green.series[b]));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* Without a display it fails, but has registered the types of the scene graph. */
  gtk_init_check ();

  g_test_add_func ("/chart/line", test_line);
  g_test_add_func ("/chart/band", test_band);
  g_test_add_func ("/chart/points", test_points);
  g_test_add_func ("/chart/nonfinite", test_nonfinite);
  g_test_add_func ("/chart/extreme", test_extreme);
  g_test_add_func ("/chart/empty", test_empty);
  g_test_add_func ("/chart/ranges", test_ranges);
  g_test_add_func ("/chart/log-with-zero", test_log_with_zero);
  g_test_add_func ("/chart/cursor", test_cursor);
  g_test_add_func ("/chart/description", test_description);
  g_test_add_func ("/chart/export", test_export);
  g_test_add_func ("/chart/object", test_object);
  g_test_add_func ("/chart/palette", test_palette);

  return g_test_run ();
}
