/* test-compare-window.c: runs laid over each other
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "attune-chart-widget.h"
#include "attune-compare-differences.h"
#include "attune-compare-values.h"
#include "attune-compare-window.h"
#include "monitor-test.h"

#define FIRST  "\"model\":{\"baseModel\":\"/models/small\"},\"method\":{\"type\":\"lora\",\"loraConfig\":{\"rank\":16,\"alpha\":32}}," \
               "\"optimizer\":{\"learningRate\":2e-5},\"metadata\":{\"seed\":42}"
#define SECOND "\"model\":{\"baseModel\":\"/models/small\"},\"method\":{\"type\":\"lora\",\"loraConfig\":{\"rank\":64,\"alpha\":32}}," \
               "\"optimizer\":{\"learningRate\":1e-4},\"metadata\":{\"seed\":7}"
#define THIRD  "\"model\":{\"baseModel\":\"/models/small\"},\"method\":{\"type\":\"full\"},\"optimizer\":{\"learningRate\":2e-5}"

static GListStore *
add_runs (MonitorTest *test)
{
  GListStore *list = g_list_store_new (ATTUNE_TYPE_JOB);
  AttuneJob *job;

  job = monitor_test_add_job (test, "Rank 16", FIRST);
  monitor_test_append_steps (test, job, 1, 400, 0.5);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_list_store_append (list, job);
  job = monitor_test_add_job (test, "Rank 64, higher rate", SECOND);
  monitor_test_append_steps (test, job, 1, 300, 0.3);
  g_list_store_append (list, job);
  job = monitor_test_add_job (test, "Full", THIRD);
  monitor_test_append_steps (test, job, 1, 200, 0.8);
  g_list_store_append (list, job);

  return list;
}

static AttuneCompareRun *
get_run (MonitorTest *test,
         guint        position)
{
  g_autoptr (AttuneCompareRun) run =
    g_list_model_get_item (attune_compare_window_get_runs (ATTUNE_COMPARE_WINDOW (test->window)), position);

  return run;
}

static guint
get_length (MonitorTest *test,
            guint        position)
{
  return attune_series_get_length (attune_monitor_metrics_get_series (attune_compare_run_get_metrics (get_run (test, position)),
                                                                      ATTUNE_METRIC_LOSS));
}

static void
show (MonitorTest *test,
      GListModel  *jobs)
{
  monitor_test_show (test, attune_compare_window_new (test->commands, jobs), 1000, 900);
}

static void
show_page (MonitorTest *test,
           const char  *name)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (test->window), "compare.show-page", "s", name));
  ui_test_settle (GTK_WIDGET (test->window));
}

static void
test_charts (MonitorTest   *test,
             gconstpointer  data)
{
  g_autoptr (GListStore) jobs = add_runs (test);
  AttuneMonitorCharts *charts;
  AttuneChart *loss;
  GtkWidget *chip;
  g_autofree char *readout = NULL;
  g_autoptr (AttuneJob) second = g_list_model_get_item (G_LIST_MODEL (jobs), 1);

  show (test, G_LIST_MODEL (jobs));
  ui_test_wait (get_length (test, 0) == 400 && get_length (test, 1) == 300 && get_length (test, 2) == 200);

  charts = attune_compare_window_get_charts (ATTUNE_COMPARE_WINDOW (test->window));
  loss = attune_monitor_charts_get_chart (charts, ATTUNE_METRIC_LOSS);
  /* Training and evaluation of each run, which share a colour that no other run has. */
  g_assert_cmpuint (attune_chart_get_n_series (loss), ==, 6);
  for (guint run = 0; run < 3; run++)
    {
      g_assert_cmpuint (attune_series_get_style (attune_chart_get_series (loss, 2 * run)), ==, run);
      g_assert_cmpuint (attune_series_get_style (attune_chart_get_series (loss, 2 * run + 1)), ==, run);
    }
  g_assert_cmpstr (attune_series_get_title (attune_chart_get_series (loss, 2)), ==, "Rank 64, higher rate");
  readout = attune_chart_dup_readout (loss, 300.0);
  g_assert_nonnull (strstr (readout, "Rank 64, higher rate"));
  g_assert_nonnull (strstr (readout, "Rank 16 (evaluation)"));

  /* Runs of different days start together. */
  attune_chart_set_x_axis (loss, ATTUNE_SERIES_TIME);
  for (guint s = 0; s < 6; s += 2)
    g_assert_cmpfloat (attune_series_get_x (attune_chart_get_series (loss, s), ATTUNE_SERIES_TIME, 0), ==, 0.0);
  attune_chart_set_x_axis (loss, ATTUNE_SERIES_STEP);

  ui_test_assert_named (GTK_WIDGET (test->window));
  ui_test_screenshot (test->window, "compare-charts");

  /* The chip takes the curves of its run away, and brings them back. */
  chip = ui_test_find (GTK_WIDGET (test->window), GTK_TYPE_TOGGLE_BUTTON, "Full");
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (chip)));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip), FALSE);
  g_assert_false (attune_series_get_visible (attune_chart_get_series (loss, 4)));
  g_assert_false (attune_series_get_visible (attune_chart_get_series (loss, 5)));
  g_assert_true (attune_series_get_visible (attune_chart_get_series (loss, 2)));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip), TRUE);
  g_assert_true (attune_series_get_visible (attune_chart_get_series (loss, 4)));

  /* A run that goes on is followed, and a new name is the curve's name. */
  monitor_test_append_steps (test, second, 301, 350, 0.3);
  ui_test_wait (get_length (test, 1) == 350);
  attune_job_set_name (second, "Renamed");
  g_assert_cmpstr (attune_series_get_title (attune_chart_get_series (loss, 2)), ==, "Renamed");
}

static void
test_values (MonitorTest   *test,
             gconstpointer  data)
{
  g_autoptr (GListStore) jobs = add_runs (test);
  GtkWidget *values;
  GtkWidget *best;
  g_autofree char *text = NULL;

  show (test, G_LIST_MODEL (jobs));
  ui_test_wait (get_length (test, 0) == 400 && get_length (test, 1) == 300 && get_length (test, 2) == 200);
  show_page (test, "values");
  values = ui_test_find (GTK_WIDGET (test->window), ATTUNE_TYPE_COMPARE_VALUES, NULL);

  g_assert_cmpfloat_with_epsilon (attune_compare_run_get_value (get_run (test, 0), ATTUNE_COMPARE_LOSS), 0.51, 0.1);
  g_assert_cmpfloat_with_epsilon (attune_compare_run_get_value (get_run (test, 1), ATTUNE_COMPARE_BEST_EVAL_LOSS),
                                  0.45 + 1.9 * exp (-4.5 * 0.75), 1e-9);
  g_assert_cmpfloat (attune_compare_run_get_value (get_run (test, 2), ATTUNE_COMPARE_STEPS), ==, 200.0);
  g_assert_true (isnan (attune_compare_run_get_value (get_run (test, 2), ATTUNE_COMPARE_COST)));

  /* The lowest evaluation loss is marked, for eyes and for ears. */
  text = attune_compare_value_format (ATTUNE_COMPARE_BEST_EVAL_LOSS,
                                      attune_compare_run_get_value (get_run (test, 1), ATTUNE_COMPARE_BEST_EVAL_LOSS));
  ui_test_wait ((best = ui_test_find (values, GTK_TYPE_LABEL, text)) != NULL && gtk_widget_has_css_class (best, "success"));
  {
    g_autofree char *spoken = g_strdup_printf ("%s, the best", text);

    gtk_test_accessible_assert_property (best, GTK_ACCESSIBLE_PROPERTY_LABEL, spoken);
  }
  ui_test_assert_named (GTK_WIDGET (test->window));
  ui_test_screenshot (test->window, "compare-values");
}

static void
test_differences (MonitorTest   *test,
                  gconstpointer  data)
{
  g_autoptr (GListStore) jobs = add_runs (test);
  AttuneCompareDifferences *differences;
  GtkWidget *all;

  show (test, G_LIST_MODEL (jobs));
  show_page (test, "differences");
  differences = ATTUNE_COMPARE_DIFFERENCES (ui_test_find (GTK_WIDGET (test->window), ATTUNE_TYPE_COMPARE_DIFFERENCES, NULL));

  /* Method, rank, alpha, rate and seed are not the same; the model is. */
  g_assert_cmpuint (attune_compare_differences_count (differences), ==, 5);
  g_assert_cmpstr (attune_compare_differences_get_text (differences, "method.loraConfig.rank", 0), ==, "16");
  g_assert_cmpstr (attune_compare_differences_get_text (differences, "method.loraConfig.rank", 1), ==, "64");
  g_assert_cmpstr (attune_compare_differences_get_text (differences, "method.loraConfig.rank", 2), ==, "–");
  g_assert_cmpstr (attune_compare_differences_get_text (differences, "metadata.seed", 1), ==, "7");
  g_assert_null (attune_compare_differences_get_text (differences, "model.baseModel", 0));
  g_assert_true (monitor_test_has_text (test, attune_parameter_get_title (attune_parameters_lookup ("optimizer.learningRate"))));
  ui_test_assert_named (GTK_WIDGET (test->window));
  ui_test_screenshot (test->window, "compare-settings");

  all = ui_test_find (GTK_WIDGET (differences), GTK_TYPE_CHECK_BUTTON, NULL);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (all), TRUE);
  g_assert_cmpstr (attune_compare_differences_get_text (differences, "model.baseModel", 0), ==, "/models/small");
  ui_test_settle (GTK_WIDGET (test->window));
  g_assert_true (monitor_test_has_text (test, "/models/small"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (all), FALSE);

  /* Alone, nothing differs. */
  attune_compare_window_remove_job (ATTUNE_COMPARE_WINDOW (test->window), attune_compare_run_get_job (get_run (test, 2)));
  attune_compare_window_remove_job (ATTUNE_COMPARE_WINDOW (test->window), attune_compare_run_get_job (get_run (test, 1)));
  g_assert_cmpuint (attune_compare_differences_count (differences), ==, 0);
  ui_test_settle (GTK_WIDGET (test->window));
  g_assert_true (monitor_test_has_text (test, "Nothing to Compare With"));
}

static void
test_runs (MonitorTest   *test,
           gconstpointer  data)
{
  g_autoptr (GListStore) jobs = add_runs (test);
  AttuneCompareWindow *window;
  AttuneChart *loss;
  GtkWidget *button;
  GtkWidget *list;
  GtkWidget *search;
  GListModel *runs;
  AttuneJob *job;

  show (test, NULL);
  window = ATTUNE_COMPARE_WINDOW (test->window);
  runs = attune_compare_window_get_runs (window);
  loss = attune_monitor_charts_get_chart (attune_compare_window_get_charts (window), ATTUNE_METRIC_LOSS);
  g_assert_true (monitor_test_has_text (test, "No Runs Chosen"));
  ui_test_screenshot (test->window, "compare-empty");

  /* Chosen from the list of all jobs, by the keyboard's way of pressing a row. */
  button = ui_test_find (GTK_WIDGET (window), GTK_TYPE_MENU_BUTTON, NULL);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  ui_test_wait ((list = ui_test_find (GTK_WIDGET (window), GTK_TYPE_LIST_VIEW, NULL)) != NULL &&
                g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)))) == 3);
  g_signal_emit_by_name (list, "activate", 0);
  g_assert_cmpuint (g_list_model_get_n_items (runs), ==, 1);
  g_signal_emit_by_name (list, "activate", 1);
  g_assert_cmpuint (g_list_model_get_n_items (runs), ==, 2);
  g_signal_emit_by_name (list, "activate", 0);
  g_assert_cmpuint (g_list_model_get_n_items (runs), ==, 1);
  g_assert_cmpuint (attune_chart_get_n_series (loss), ==, 2);
  search = ui_test_find (GTK_WIDGET (window), GTK_TYPE_SEARCH_ENTRY, NULL);
  gtk_editable_set_text (GTK_EDITABLE (search), "rank");
  ui_test_wait (g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)))) == 2);
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_screenshot (test->window, "compare-add");
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));
  g_assert_true (monitor_test_has_text (test, "1 run"));

  /* Twice the same is once. */
  job = attune_compare_run_get_job (get_run (test, 0));
  attune_compare_window_add_job (window, job);
  g_assert_cmpuint (g_list_model_get_n_items (runs), ==, 1);

  /* One that is deleted leaves. */
  attune_job_store_delete_async (test->jobs, job, NULL, NULL, NULL);
  ui_test_wait (g_list_model_get_n_items (runs) == 0);
  g_assert_cmpuint (attune_chart_get_n_series (loss), ==, 0);
  ui_test_wait (monitor_test_has_text (test, "No Runs Chosen"));
}

static void
test_looks (MonitorTest   *test,
            gconstpointer  data)
{
  static const char * const pages[] = { "charts", "values", "differences" };
  g_autoptr (GListStore) jobs = add_runs (test);
  AdwStyleManager *manager = adw_style_manager_get_default ();
  AttuneChartWidget *chart;
  int minimum;

  show (test, G_LIST_MODEL (jobs));
  ui_test_wait (get_length (test, 0) == 400 && get_length (test, 1) == 300 && get_length (test, 2) == 200);
  ui_test_settle (GTK_WIDGET (test->window));
  chart = ATTUNE_CHART_WIDGET (ui_test_find (GTK_WIDGET (test->window), ATTUNE_TYPE_CHART_WIDGET, NULL));
  attune_chart_widget_set_cursor_x (chart, 180.0);
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_DARK);
  ui_test_screenshot (test->window, "compare-dark");
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_DEFAULT);
  attune_chart_widget_set_cursor_x (chart, NAN);

  ui_test_resize (test->window, 360, 720);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *name = g_strdup_printf ("compare-narrow-%s", pages[i]);

      show_page (test, pages[i]);
      gtk_widget_measure (adw_window_get_content (ADW_WINDOW (test->window)), GTK_ORIENTATION_HORIZONTAL, -1,
                          &minimum, NULL, NULL, NULL);
      g_assert_cmpint (minimum, <=, 360);
      ui_test_assert_named (GTK_WIDGET (test->window));
      ui_test_screenshot (test->window, name);
    }
}

/* From anywhere in the application, by the ids of the jobs. */
static void
test_action (UiTest        *test,
             gconstpointer  data)
{
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  const char *ids[] = { NULL, "no-such-job", NULL, NULL };
  GtkWindow *window = NULL;

  ui_test_open_window (test);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (AttuneJob) job = attune_job_new ("me", "fake", configuration);

      attune_job_set_status (job, ATTUNE_JOB_STATUS_SUCCEEDED);
      g_assert_true (attune_job_store_save_sync (attune_commands_get_jobs (test->commands), job, NULL));
      ids[2 * i] = attune_job_get_id (attune_job_store_lookup (attune_commands_get_jobs (test->commands), attune_job_get_id (job)));
    }

  g_action_group_activate_action (G_ACTION_GROUP (test->application), "compare", g_variant_new_strv (ids, 3));
  for (GList *link = gtk_application_get_windows (GTK_APPLICATION (test->application)); link != NULL; link = link->next)
    if (ATTUNE_IS_COMPARE_WINDOW (link->data))
      window = link->data;
  g_assert_nonnull (window);
  g_assert_cmpuint (g_list_model_get_n_items (attune_compare_window_get_runs (ATTUNE_COMPARE_WINDOW (window))), ==, 2);
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  gtk_window_destroy (window);
  ui_test_wait (window == NULL);
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("Runs laid over each other: curves, values, and in what their settings differ.");

#define ADD(path, func) g_test_add (path, MonitorTest, NULL, monitor_test_set_up, func, monitor_test_tear_down)
  ADD ("/compare-window/charts", test_charts);
  ADD ("/compare-window/values", test_values);
  ADD ("/compare-window/differences", test_differences);
  ADD ("/compare-window/runs", test_runs);
  ADD ("/compare-window/looks", test_looks);
#undef ADD
  g_test_add ("/compare-window/action", UiTest, NULL, ui_test_set_up, test_action, ui_test_tear_down);

  return g_test_run ();
}
