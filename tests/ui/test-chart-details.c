/* test-chart-details.c: marks, one curve at a time, the table, and the formats for paper
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gtk/gtk.h>
#include <math.h>
#include <string.h>

#include "attune-chart-private.h"
#include "attune-chart-rows.h"

/* A loss each step, an evaluation each tenth; three epochs in 30 steps. */
static AttuneChart *
create_chart (void)
{
  AttuneChart *chart = attune_chart_new ("Loss");
  g_autoptr (AttuneSeries) loss = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  g_autoptr (AttuneSeries) evaluation = attune_series_new ("Evaluation Loss", ATTUNE_SERIES_POINTS);

  for (guint step = 1; step <= 30; step++)
    {
      attune_series_append (loss, step, step / 10.0, 1.7e9 + step, 3.0 - step / 15.0);
      if (step % 10 == 0)
        attune_series_append (evaluation, step, step / 10.0, 1.7e9 + step, 3.2 - step / 15.0);
    }
  attune_chart_add_series (chart, loss);
  attune_chart_add_series (chart, evaluation);

  return chart;
}

static void
count_texts (GskRenderNode *node,
             guint         *n_texts,
             guint         *n_strokes,
             guint         *n_fills)
{
  GskRenderNodeType type = gsk_render_node_get_node_type (node);

  if (type == GSK_CONTAINER_NODE)
    for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
      count_texts (gsk_container_node_get_child (node, i), n_texts, n_strokes, n_fills);
  else if (type == GSK_TRANSFORM_NODE)
    count_texts (gsk_transform_node_get_child (node), n_texts, n_strokes, n_fills);
  *n_texts += type == GSK_TEXT_NODE;
  *n_strokes += type == GSK_STROKE_NODE;
  *n_fills += type == GSK_FILL_NODE;
}

/* What the layer below the curves is made of. */
static void
count_grid (AttuneChart *chart,
            guint       *n_texts,
            guint       *n_strokes,
            guint       *n_fills)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  AttuneChartPalette palette;

  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  attune_chart_prepare (chart, context, 600.0, 300.0);
  attune_chart_snapshot_grid (chart, snapshot, context, &palette);
  node = gtk_snapshot_to_node (snapshot);
  *n_texts = *n_strokes = *n_fills = 0;
  count_texts (node, n_texts, n_strokes, n_fills);
  g_object_unref (context);
}

static void
test_marks (void)
{
  g_autoptr (AttuneChart) chart = create_chart ();
  const double steps[] = { 20.0, 10.0 };
  guint64 serial;
  guint texts, strokes, fills;
  guint more_texts, more_strokes, more_fills;
  g_autofree char *here = NULL;
  g_autofree char *beside = NULL;

  count_grid (chart, &texts, &strokes, &fills);

  /* Upright lines with their words, all in one stroke. */
  attune_chart_set_epoch_marks (chart, TRUE);
  count_grid (chart, &more_texts, &more_strokes, &more_fills);
  g_assert_cmpuint (more_texts, ==, texts + 3);
  g_assert_cmpuint (more_strokes, ==, strokes + 1);
  /* On an axis of epochs they would say it twice. */
  attune_chart_set_x_axis (chart, ATTUNE_SERIES_EPOCH);
  count_grid (chart, &more_texts, &more_strokes, &more_fills);
  g_assert_cmpuint (more_strokes, ==, strokes);
  attune_chart_set_x_axis (chart, ATTUNE_SERIES_STEP);
  attune_chart_set_epoch_marks (chart, FALSE);

  serial = attune_chart_get_serial (chart);
  attune_chart_set_checkpoints (chart, steps, G_N_ELEMENTS (steps));
  g_assert_cmpuint (attune_chart_get_serial (chart), >, serial);
  serial = attune_chart_get_serial (chart);
  attune_chart_set_checkpoints (chart, steps, G_N_ELEMENTS (steps));
  g_assert_cmpuint (attune_chart_get_serial (chart), ==, serial);
  count_grid (chart, &more_texts, &more_strokes, &more_fills);
  g_assert_cmpuint (more_fills, ==, fills + 1);
  attune_chart_set_x_axis (chart, ATTUNE_SERIES_TIME);
  count_grid (chart, &more_texts, &more_strokes, &more_fills);
  g_assert_cmpuint (more_fills, ==, fills + 1);
  attune_chart_set_x_axis (chart, ATTUNE_SERIES_STEP);

  /* The cursor says so. */
  here = attune_chart_dup_readout (chart, 20.0);
  g_assert_nonnull (strstr (here, "checkpoint"));
  beside = attune_chart_dup_readout (chart, 21.0);
  g_assert_null (strstr (beside, "checkpoint"));

  /* Those that are out of sight are not drawn. */
  attune_chart_set_range (chart, 22.0, 29.0);
  count_grid (chart, &more_texts, &more_strokes, &more_fills);
  g_assert_cmpuint (more_fills, ==, fills);
  attune_chart_fit (chart);
  attune_chart_set_checkpoints (chart, NULL, 0);
  count_grid (chart, &more_texts, &more_strokes, &more_fills);
  g_assert_cmpuint (more_fills, ==, fills);
}

static void
test_current (void)
{
  g_autoptr (AttuneChart) chart = create_chart ();
  g_autofree char *all = attune_chart_dup_readout (chart, 20.0);
  g_autofree char *one = NULL;
  double x;

  g_assert_nonnull (strstr (all, "Evaluation Loss"));
  g_assert_true (attune_chart_step_cursor (chart, 10.0, 1, &x));
  g_assert_cmpfloat (x, ==, 11.0);

  /* The few points of the evaluation are one key apart. */
  attune_chart_set_current (chart, 1);
  g_assert_true (attune_chart_step_cursor (chart, 10.0, 1, &x));
  g_assert_cmpfloat (x, ==, 20.0);
  g_assert_true (attune_chart_step_cursor (chart, 30.0, 1, &x));
  g_assert_cmpfloat (x, ==, 30.0);
  g_assert_true (attune_chart_snap (chart, 14.0, &x));
  g_assert_cmpfloat (x, ==, 10.0);
  one = attune_chart_dup_readout (chart, 20.0);
  g_assert_nonnull (strstr (one, "Evaluation Loss 1.867"));
  g_assert_null (strstr (one, ", Loss"));

  /* One that is hidden is followed no more. */
  attune_series_set_visible (attune_chart_get_series (chart, 1), FALSE);
  g_assert_true (attune_chart_step_cursor (chart, 10.0, 1, &x));
  g_assert_cmpfloat (x, ==, 11.0);
}

static void
changed_cb (GListModel *model,
            guint       position,
            guint       removed,
            guint       added,
            guint      *change)
{
  change[0] = position;
  change[1] = removed;
  change[2] = added;
}

static void
test_time_origin (void)
{
  g_autoptr (AttuneChart) chart = create_chart ();
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  double x;

  attune_chart_set_x_axis (chart, ATTUNE_SERIES_TIME);
  g_assert_true (attune_chart_step_cursor (chart, NAN, 1, &x));
  g_assert_cmpfloat (x, ==, 0.0);
  before = attune_chart_dup_readout (chart, 9.0);
  g_assert_nonnull (strstr (before, "9 s"));

  /* Another chart beside this one began a minute earlier. */
  attune_chart_set_time_origin (chart, 1.7e9 + 1.0 - 60.0);
  g_assert_true (attune_chart_step_cursor (chart, NAN, 1, &x));
  g_assert_cmpfloat (x, ==, 60.0);
  after = attune_chart_dup_readout (chart, 69.0);
  g_assert_nonnull (strstr (after, "1 min 9 s"));
  attune_chart_set_time_origin (chart, NAN);
  g_assert_true (attune_chart_step_cursor (chart, NAN, 1, &x));
  g_assert_cmpfloat (x, ==, 0.0);
}

static void
test_rows (void)
{
  g_autoptr (AttuneChart) chart = create_chart ();
  g_autoptr (AttuneChartRows) rows = attune_chart_rows_new (chart);
  guint change[3] = { 0 };
  double value;

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (rows)), ==, 30);
  {
    g_autoptr (AttuneChartRow) row = g_list_model_get_item (G_LIST_MODEL (rows), 9);
    g_autoptr (AttuneChartRow) next = g_list_model_get_item (G_LIST_MODEL (rows), 10);

    g_assert_cmpfloat (attune_chart_row_get_step (row), ==, 10.0);
    g_assert_cmpfloat (attune_chart_row_get_place (row, ATTUNE_SERIES_EPOCH), ==, 1.0);
    g_assert_cmpfloat (attune_chart_row_get_place (row, ATTUNE_SERIES_TIME), ==, 1.7e9 + 10.0);
    g_assert_true (attune_chart_row_get_value (row, 0, &value));
    g_assert_cmpfloat (value, ==, 3.0 - 10.0 / 15.0);
    g_assert_true (attune_chart_row_get_value (row, 1, &value));
    g_assert_cmpfloat (value, ==, 3.2 - 10.0 / 15.0);
    g_assert_true (attune_chart_row_get_value (next, 0, &value));
    g_assert_false (attune_chart_row_get_value (next, 1, &value));
    g_assert_false (attune_chart_row_get_value (next, 2, &value));
  }

  /* What is new is added; what was there stays where it is. */
  g_signal_connect (rows, "items-changed", G_CALLBACK (changed_cb), change);
  attune_series_append (attune_chart_get_series (chart, 0), 31.0, 3.1, NAN, NAN);
  attune_series_append (attune_chart_get_series (chart, 0), 32.0, 3.2, NAN, 0.5);
  attune_chart_rows_refresh (rows);
  g_assert_cmpuint (change[0], ==, 30);
  g_assert_cmpuint (change[1], ==, 0);
  g_assert_cmpuint (change[2], ==, 2);
  {
    g_autoptr (AttuneChartRow) row = g_list_model_get_item (G_LIST_MODEL (rows), 30);

    g_assert_true (attune_chart_row_get_value (row, 0, &value));
    g_assert_true (isnan (value));
  }
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (rows), 32));
}

static void
test_style (void)
{
  g_autoptr (AttuneChart) chart = create_chart ();
  AttuneSeries *evaluation = attune_chart_get_series (chart, 1);
  guint64 serial = attune_chart_get_serial (chart);

  g_assert_cmpuint (attune_series_get_style (evaluation), ==, ATTUNE_SERIES_STYLE_BY_PLACE);
  attune_series_set_style (evaluation, 0);
  g_assert_cmpuint (attune_chart_get_serial (chart), >, serial);
  serial = attune_chart_get_serial (chart);
  attune_series_set_title (evaluation, "Renamed");
  g_assert_cmpuint (attune_chart_get_serial (chart), >, serial);
  g_assert_cmpstr (attune_series_get_title (evaluation), ==, "Renamed");
}

static void
test_pdf (void)
{
  g_autoptr (AttuneChart) chart = create_chart ();
  g_autoptr (GBytes) pdf = NULL;
  g_autoptr (GBytes) svg = NULL;
  g_autoptr (GError) error = NULL;
  AttuneChartPalette palette;
  const char *data;
  gsize length;
  const double step = 20.0;

  attune_chart_set_epoch_marks (chart, TRUE);
  attune_chart_set_checkpoints (chart, &step, 1);
  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  pdf = attune_chart_to_pdf (chart, 600, 300, &palette, &error);
  g_assert_no_error (error);
  data = g_bytes_get_data (pdf, &length);
  g_assert_cmpuint (length, >, 2000);
  g_assert_cmpmem (data, 5, "%PDF-", 5);
  g_assert_nonnull (g_strstr_len (data + length - 8, 8, "%%EOF"));

  /* Marks are vectors, too. */
  svg = attune_chart_to_svg (chart, 600, 300, &palette, &error);
  g_assert_no_error (error);
  data = g_bytes_get_data (svg, &length);
  g_assert_null (g_strstr_len (data, (gssize) length, "<image"));
}

static cairo_surface_t *
draw (AttuneChart *chart,
      gboolean     as_paths)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 600, 300);
  cairo_t *cr = cairo_create (surface);
  AttuneChartPalette palette;

  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  attune_chart_prepare (chart, context, 600.0, 300.0);
  if (as_paths)
    attune_chart_snapshot_paths (chart, snapshot, &palette);
  else
    attune_chart_snapshot_data (chart, snapshot, &palette, 1.0);
  node = gtk_snapshot_to_node (snapshot);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_paint (cr);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  g_object_unref (context);

  return surface;
}

/* Many points are drawn as pixels on the screen and as paths on paper: nobody may see the difference. */
static void
test_pixels (void)
{
  g_autoptr (AttuneChart) chart = attune_chart_new ("Loss");
  cairo_surface_t *pixels;
  cairo_surface_t *paths;
  double difference = 0.0;
  double ink = 0.0;
  guint n_far = 0;

  attune_chart_set_smoothing (chart, 0.98);
  for (guint s = 0; s < 2; s++)
    {
      g_autoptr (AttuneSeries) series = attune_series_new ("Run", ATTUNE_SERIES_LINE);
      g_autoptr (GRand) random = g_rand_new_with_seed (5);

      for (guint i = 0; i < 20000; i++)
        attune_series_append (series, i, NAN, NAN,
                              s + 2.0 * exp (-8.0 * i / 20000.0) + g_rand_double_range (random, -0.2, 0.2));
      /* A gap, and a step that is steeper than any noise. */
      attune_series_append (series, 20000, NAN, NAN, NAN);
      for (guint i = 20001; i < 22000; i++)
        attune_series_append (series, i, NAN, NAN, s + 1.5 + g_rand_double_range (random, -0.02, 0.02));
      /* Without dashes, which may begin elsewhere. */
      attune_series_set_style (series, 5 * s);
      attune_chart_add_series (chart, series);
    }

  pixels = draw (chart, FALSE);
  paths = draw (chart, TRUE);
  for (int y = 0; y < 300; y++)
    {
      const guint8 *left = cairo_image_surface_get_data (pixels) + y * cairo_image_surface_get_stride (pixels);
      const guint8 *right = cairo_image_surface_get_data (paths) + y * cairo_image_surface_get_stride (paths);

      for (int x = 0; x < 600 * 4; x++)
        {
          int apart = abs (left[x] - right[x]);

          difference += apart;
          ink += 255 - right[x];
          n_far += apart > 128;
        }
    }
  cairo_surface_destroy (pixels);
  cairo_surface_destroy (paths);
  g_test_message ("ink %.0f, difference %.1f %%, %u far", ink, 100.0 * difference / ink, n_far);
  g_assert_cmpfloat (ink, >, 1e6);
  g_assert_cmpfloat (difference / ink, <, 0.05);
  g_assert_cmpuint (n_far, <, 100);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init_check ();
  g_test_summary ("Marks, one curve at a time, the table, and the formats for paper.");

  g_test_add_func ("/chart-details/marks", test_marks);
  g_test_add_func ("/chart-details/current", test_current);
  g_test_add_func ("/chart-details/time-origin", test_time_origin);
  g_test_add_func ("/chart-details/rows", test_rows);
  g_test_add_func ("/chart-details/pixels", test_pixels);
  g_test_add_func ("/chart-details/style", test_style);
  g_test_add_func ("/chart-details/pdf", test_pdf);

  return g_test_run ();
}
