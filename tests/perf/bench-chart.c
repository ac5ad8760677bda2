/* bench-chart.c: what a frame of a chart of four times a million points costs
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Needs no display: nodes are drawn to an image, which is what the Cairo renderer does. Prints milliseconds of processor time, the
 * median of many frames. Fails on ratios, which do not depend on the machine: a frame of the moving cursor has to cost less than one in
 * which the curves are drawn anew, and that hardly more than with a hundredth of the points. With -m perf it fails on the budgets, too:
 * under a millisecond for the cursor, under eight for new data.
 */

#include "config.h"

#include <gtk/gtk.h>
#include <math.h>
#include <time.h>

#include "attune-chart.h"

#define WIDTH    1200
#define HEIGHT   500
#define N_SERIES 4
#define N_FRAMES 40

/* Of this process alone, so that what else the machine does counts little. */
static double
get_time_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);

  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
get_median (double *times,
            guint   n_times)
{
  qsort (times, n_times, sizeof (double), compare_doubles);

  return times[n_times / 2];
}

static AttuneChart *
make_chart (guint   n_points,
            double *append_ms)
{
  AttuneChart *chart = attune_chart_new ("Loss");
  g_autofree AttuneSeriesPoint *points = g_new (AttuneSeriesPoint, n_points);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  *append_ms = 0.0;
  attune_chart_set_smoothing (chart, 0.9);
  for (guint s = 0; s < N_SERIES; s++)
    {
      g_autofree char *title = g_strdup_printf ("Run %u", s + 1);
      g_autoptr (AttuneSeries) series = attune_series_new (title, ATTUNE_SERIES_LINE);
      double start;

      for (guint i = 0; i < n_points; i++)
        points[i] = (AttuneSeriesPoint) {
          { i + 1, (double) i / n_points, 1.7e9 + i },
          2.0 * exp (-4.0 * i / n_points) + 0.3 * s + g_rand_double_range (random, 0.0, 0.5),
        };
      start = get_time_ms ();
      attune_series_append_points (series, points, n_points);
      *append_ms += get_time_ms () - start;
      attune_chart_add_series (chart, series);
    }

  return chart;
}

static void
draw_node (GskRenderNode   *node,
           cairo_surface_t *surface)
{
  cairo_t *cr = cairo_create (surface);

  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
}

/* New data at the end of each curve, then the grid and the curves. */
static double
measure_data (AttuneChart              *chart,
              PangoContext             *context,
              const AttuneChartPalette *palette,
              cairo_surface_t          *surface)
{
  double times[N_FRAMES];

  for (guint f = 0; f < N_FRAMES; f++)
    {
      g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
      g_autoptr (GskRenderNode) node = NULL;
      double start = get_time_ms ();

      for (guint s = 0; s < N_SERIES; s++)
        {
          AttuneSeries *series = attune_chart_get_series (chart, s);
          guint length = attune_series_get_length (series);

          attune_series_append (series, length + 1, 1.0, 1.7e9 + length, 0.5);
        }
      attune_chart_prepare (chart, context, WIDTH, HEIGHT);
      attune_chart_snapshot_data (chart, snapshot, palette, 1.0);
      node = gtk_snapshot_to_node (snapshot);
      draw_node (node, surface);
      times[f] = get_time_ms () - start;
    }

  return get_median (times, N_FRAMES);
}

static double
measure_slider (AttuneChart              *chart,
                PangoContext             *context,
                const AttuneChartPalette *palette,
                cairo_surface_t          *surface)
{
  double times[N_FRAMES];

  for (guint f = 0; f < N_FRAMES; f++)
    {
      g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
      g_autoptr (GskRenderNode) node = NULL;
      double start = get_time_ms ();

      attune_chart_set_smoothing (chart, 0.8 + 0.004 * f);
      attune_chart_prepare (chart, context, WIDTH, HEIGHT);
      attune_chart_snapshot_data (chart, snapshot, palette, 1.0);
      node = gtk_snapshot_to_node (snapshot);
      draw_node (node, surface);
      times[f] = get_time_ms () - start;
    }
  attune_chart_set_smoothing (chart, 0.9);

  return get_median (times, N_FRAMES);
}

/* The curves as they were last drawn, and the cursor over them. */
static double
measure_cursor (AttuneChart              *chart,
                PangoContext             *context,
                const AttuneChartPalette *palette,
                cairo_surface_t          *surface)
{
  double times[N_FRAMES];
  g_autoptr (GBytes) pixels = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GtkSnapshot) data = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) data_node = NULL;
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);

  attune_chart_prepare (chart, context, WIDTH, HEIGHT);
  attune_chart_snapshot_data (chart, data, palette, 1.0);
  data_node = gtk_snapshot_to_node (data);
  draw_node (data_node, image);
  cairo_surface_flush (image);
  pixels = g_bytes_new (cairo_image_surface_get_data (image), (gsize) cairo_image_surface_get_stride (image) * HEIGHT);
  texture = gdk_memory_texture_new (WIDTH, HEIGHT, GDK_MEMORY_DEFAULT, pixels,
                                    (gsize) cairo_image_surface_get_stride (image));
  cairo_surface_destroy (image);

  for (guint f = 0; f < N_FRAMES; f++)
    {
      g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
      g_autoptr (GskRenderNode) node = NULL;
      guint length = attune_series_get_length (attune_chart_get_series (chart, 0));
      double start = get_time_ms ();

      gtk_snapshot_append_texture (snapshot, texture, &GRAPHENE_RECT_INIT (0.0f, 0.0f, WIDTH, HEIGHT));
      attune_chart_snapshot_cursor (chart, snapshot, context, palette, (double) length * (f + 1) / (N_FRAMES + 1), FALSE);
      node = gtk_snapshot_to_node (snapshot);
      draw_node (node, surface);
      times[f] = get_time_ms () - start;
    }

  return get_median (times, N_FRAMES);
}

static void
bench_frames (void)
{
  AttuneChartPalette palette;
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  double data_ms[2], cursor_ms[2];

  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  for (guint large = 0; large < 2; large++)
    {
      guint n_points = large ? 1000000 : 10000;
      double append_ms;
      g_autoptr (AttuneChart) chart = make_chart (n_points, &append_ms);
      double slider_ms;

      data_ms[large] = measure_data (chart, context, &palette, surface);
      slider_ms = measure_slider (chart, context, &palette, surface);
      cursor_ms[large] = measure_cursor (chart, context, &palette, surface);
      g_test_message ("%u × %7u points, %d × %d: append all %.1f ms, new data %.2f ms, new smoothing %.2f ms, cursor %.2f ms a frame",
                      N_SERIES, n_points, WIDTH, HEIGHT, append_ms, data_ms[large], slider_ms, cursor_ms[large]);
    }
  g_test_message ("new data : cursor = %.1f; a million points : ten thousand = %.2f",
                  data_ms[1] / cursor_ms[1], data_ms[1] / data_ms[0]);
  g_test_minimized_result (data_ms[1], "new data, ms a frame");
  g_test_minimized_result (cursor_ms[1], "moving cursor, ms a frame");

  /* What a person feels: a frame at sixty a second has sixteen, and other things to do. Only where it was asked for (-m perf), and
   * built for speed: a loaded machine is not what this is about. */
  if (g_test_perf ())
    {
      g_assert_cmpfloat (cursor_ms[1], <, 1.0);
      g_assert_cmpfloat (data_ms[1], <, 8.0);
    }
  g_assert_cmpfloat (data_ms[1] / data_ms[0], <, 4.0);
  g_assert_cmpfloat (cursor_ms[1], <, data_ms[1]);

  cairo_surface_destroy (surface);
  g_object_unref (context);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init_check ();

  g_test_add_func ("/perf/chart/frames", bench_frames);

  return g_test_run ();
}
