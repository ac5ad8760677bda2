/* test-chart-widget.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "attune-chart-widget.h"
#include "ui-test.h"

typedef struct {
  GtkWindow         *window;
  AttuneChart       *chart;
  AttuneSeries      *series;
  AttuneChartWidget *widget;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *button = gtk_button_new_with_label ("Before");

  fixture->chart = attune_chart_new ("Loss");
  fixture->series = attune_series_new ("Loss", ATTUNE_SERIES_LINE);
  attune_chart_add_series (fixture->chart, fixture->series);
  fixture->widget = ATTUNE_CHART_WIDGET (attune_chart_widget_new (fixture->chart));
  gtk_widget_set_vexpand (GTK_WIDGET (fixture->widget), TRUE);

  gtk_box_append (GTK_BOX (box), button);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->widget));
  fixture->window = GTK_WINDOW (adw_window_new ());
  adw_window_set_content (ADW_WINDOW (fixture->window), box);
  gtk_window_set_default_size (fixture->window, 700, 420);
  gtk_window_present (fixture->window);
  ui_test_wait (gtk_widget_get_mapped (GTK_WIDGET (fixture->widget)));
  ui_test_settle (GTK_WIDGET (fixture->window));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->widget), (gpointer *) &fixture->widget);
  gtk_window_destroy (fixture->window);
  while (g_main_context_iteration (NULL, FALSE));
  g_assert_null (fixture->widget);
  g_assert_finalize_object (fixture->chart);
  g_assert_finalize_object (fixture->series);
}

static void
fill (Fixture *fixture,
      guint    n_points)
{
  g_autofree AttuneSeriesPoint *points = g_new (AttuneSeriesPoint, n_points);

  for (guint i = 0; i < n_points; i++)
    points[i] = (AttuneSeriesPoint) {
      { i + 1, (i + 1) / 50.0, 1.7e9 + i * 2.0 },
      2.0 * exp (-3.0 * i / n_points) + g_test_rand_double_range (0.0, 0.3),
    };
  attune_series_append_points (fixture->series, points, n_points);
  ui_test_settle (GTK_WIDGET (fixture->window));
}

/* As if the keys were pressed: runs what the widget's class has bound to them. */
static void
press (GtkWidget  *widget,
       const char *accelerator)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  g_autoptr (GtkShortcutTrigger) wanted = gtk_shortcut_trigger_parse_string (accelerator);
  guint n_found = 0;

  g_assert_nonnull (wanted);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_SHORTCUT_CONTROLLER (controller))
        continue;
      for (guint k = 0; k < g_list_model_get_n_items (G_LIST_MODEL (controller)); k++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), k);

          if (!gtk_shortcut_trigger_equal (gtk_shortcut_get_trigger (shortcut), wanted))
            continue;
          gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0, widget, gtk_shortcut_get_arguments (shortcut));
          n_found++;
        }
    }
  g_assert_cmpuint (n_found, ==, 1);
}

/* The curves are drawn when they change; what moves above them costs no drawing of theirs. */
static void
test_layers (Fixture       *fixture,
             gconstpointer  data)
{
  guint n_renders;

  g_assert_cmpuint (attune_chart_widget_get_n_renders (fixture->widget), ==, 0);
  fill (fixture, 300);
  n_renders = attune_chart_widget_get_n_renders (fixture->widget);
  g_assert_cmpuint (n_renders, >, 0);

  for (guint i = 0; i < 20; i++)
    {
      attune_chart_widget_set_cursor_x (fixture->widget, 10.0 + i);
      ui_test_settle (GTK_WIDGET (fixture->window));
    }
  g_assert_cmpuint (attune_chart_widget_get_n_renders (fixture->widget), ==, n_renders);

  /* However many points come within a frame, they are drawn once. */
  for (guint i = 0; i < 100; i++)
    attune_series_append (fixture->series, 301.0 + i, NAN, NAN, 0.2);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_cmpuint (attune_chart_widget_get_n_renders (fixture->widget), >, n_renders);
  g_assert_cmpuint (attune_chart_widget_get_n_renders (fixture->widget), <=, n_renders + 2);
}

/* Nobody sees it, so nothing is drawn; it is up to date when it is seen again. */
static void
test_hidden (Fixture       *fixture,
             gconstpointer  data)
{
  guint n_renders;

  fill (fixture, 300);
  n_renders = attune_chart_widget_get_n_renders (fixture->widget);
  gtk_widget_set_visible (GTK_WIDGET (fixture->widget), FALSE);
  fill (fixture, 300);
  g_assert_cmpuint (attune_chart_widget_get_n_renders (fixture->widget), ==, n_renders);

  gtk_widget_set_visible (GTK_WIDGET (fixture->widget), TRUE);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_cmpuint (attune_chart_widget_get_n_renders (fixture->widget), >, n_renders);
}

/* GTK's accessibility for tests cannot speak. */
static void
announce_cb (AttuneChartWidget  *widget,
             const char         *text,
             char              **heard)
{
  g_set_str (heard, text);
  g_signal_stop_emission_by_name (widget, "announce");
}

static void
test_keys (Fixture       *fixture,
           gconstpointer  data)
{
  GtkWidget *widget = GTK_WIDGET (fixture->widget);
  const AttuneChartView *view = attune_chart_get_view (fixture->chart);
  g_autofree char *heard = NULL;
  g_autofree char *readout = NULL;
  double width;

  fill (fixture, 100);
  g_signal_connect (widget, "announce", G_CALLBACK (announce_cb), &heard);
  g_assert_true (gtk_widget_grab_focus (widget));
  g_assert_true (isnan (attune_chart_widget_get_cursor_x (fixture->widget)));

  press (widget, "Right");
  g_assert_cmpfloat (attune_chart_widget_get_cursor_x (fixture->widget), ==, 1.0);
  press (widget, "Right");
  g_assert_cmpfloat (attune_chart_widget_get_cursor_x (fixture->widget), ==, 2.0);
  press (widget, "Left");
  g_assert_cmpfloat (attune_chart_widget_get_cursor_x (fixture->widget), ==, 1.0);
  ui_test_wait (heard != NULL);
  readout = attune_chart_dup_readout (fixture->chart, 1.0);
  g_assert_cmpstr (heard, ==, readout);
  press (widget, "<Control>Right");
  g_assert_cmpfloat_with_epsilon (attune_chart_widget_get_cursor_x (fixture->widget), 11.0, 1.0);
  press (widget, "End");
  g_assert_cmpfloat (attune_chart_widget_get_cursor_x (fixture->widget), ==, 100.0);
  press (widget, "<Control>Left");
  g_assert_cmpfloat_with_epsilon (attune_chart_widget_get_cursor_x (fixture->widget), 90.0, 1.0);
  press (widget, "Home");
  g_assert_cmpfloat (attune_chart_widget_get_cursor_x (fixture->widget), ==, 1.0);

  /* Closer about the cursor, and the view follows the cursor out of it. */
  press (widget, "plus");
  ui_test_settle (widget);
  g_assert_false (attune_chart_is_fitted (fixture->chart));
  g_assert_cmpfloat (view->x0, ==, 1.0);
  g_assert_cmpfloat (view->x1, <, 85.0);
  width = view->x1 - view->x0;
  press (widget, "End");
  ui_test_settle (widget);
  g_assert_cmpfloat (view->x1, ==, 100.0);
  g_assert_cmpfloat_with_epsilon (view->x1 - view->x0, width, 1e-9);
  press (widget, "<Shift>Left");
  ui_test_settle (widget);
  g_assert_cmpfloat_with_epsilon (view->x1, 100.0 - width * 0.1, 1e-9);
  press (widget, "0");
  g_assert_true (attune_chart_is_fitted (fixture->chart));
  press (widget, "minus");
  g_assert_true (attune_chart_is_fitted (fixture->chart));

  /* Down to the only curve, and behind it to all of them. */
  press (widget, "Down");
  g_assert_cmpint (attune_chart_get_current (fixture->chart), ==, 0);
  press (widget, "Down");
  g_assert_cmpint (attune_chart_get_current (fixture->chart), ==, -1);
  press (widget, "Up");
  g_assert_cmpint (attune_chart_get_current (fixture->chart), ==, 0);
  press (widget, "Escape");
  g_assert_true (isnan (attune_chart_widget_get_cursor_x (fixture->widget)));
  g_assert_cmpint (attune_chart_get_current (fixture->chart), ==, -1);
}

static void
test_accessible (Fixture       *fixture,
                 gconstpointer  data)
{
  GtkWidget *widget = GTK_WIDGET (fixture->widget);
  g_autofree char *error = NULL;

  gtk_test_accessible_assert_role (widget, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_accessible_assert_property (widget, GTK_ACCESSIBLE_PROPERTY_LABEL, "Loss");
  gtk_test_accessible_assert_property (widget, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Waiting for the first step");
  g_assert_true (gtk_widget_get_focusable (widget));

  attune_series_append (fixture->series, 1.0, NAN, NAN, 2.0);
  attune_series_append (fixture->series, 2.0, NAN, NAN, 1.0);
  /* Said once a second at most. */
  ui_test_wait ((error = gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                                             "latest 1 at step 2, minimum 1 at step 2, falling")) == NULL ||
                (g_free (g_steal_pointer (&error)), FALSE));
  ui_test_assert_named (GTK_WIDGET (fixture->window));
}

static void
test_style (Fixture       *fixture,
            gconstpointer  data)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  guint n_renders;

  fill (fixture, 2000);
  attune_chart_set_smoothing (fixture->chart, 0.9);
  attune_chart_widget_set_cursor_x (fixture->widget, 600.0);
  ui_test_screenshot (fixture->window, "chart-widget");
  n_renders = attune_chart_widget_get_n_renders (fixture->widget);

  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_DARK);
  ui_test_screenshot (fixture->window, "chart-widget-dark");
  g_assert_cmpuint (attune_chart_widget_get_n_renders (fixture->widget), >, n_renders);
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_DEFAULT);
}

static void
test_chart_changes (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (AttuneChart) other = attune_chart_new ("Rate");
  guint n_renders;

  fill (fixture, 10);
  attune_chart_widget_set_cursor_x (fixture->widget, 5.0);
  attune_chart_widget_set_chart (fixture->widget, other);
  g_assert_true (isnan (attune_chart_widget_get_cursor_x (fixture->widget)));
  gtk_test_accessible_assert_property (GTK_WIDGET (fixture->widget), GTK_ACCESSIBLE_PROPERTY_LABEL, "Rate");
  ui_test_settle (GTK_WIDGET (fixture->window));
  n_renders = attune_chart_widget_get_n_renders (fixture->widget);

  /* The one that left does not concern it any more. */
  fill (fixture, 10);
  g_assert_cmpuint (attune_chart_widget_get_n_renders (fixture->widget), ==, n_renders);
  attune_chart_widget_set_chart (fixture->widget, NULL);
  ui_test_settle (GTK_WIDGET (fixture->window));
  press (GTK_WIDGET (fixture->widget), "Right");
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/chart-widget/layers", test_layers);
  ADD ("/chart-widget/hidden", test_hidden);
  ADD ("/chart-widget/keys", test_keys);
  ADD ("/chart-widget/accessible", test_accessible);
  ADD ("/chart-widget/style", test_style);
  ADD ("/chart-widget/chart-changes", test_chart_changes);
#undef ADD

  return g_test_run ();
}
