/* test-monitor-window.c: the window of one job over a store in a folder of its own
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "attune-chart-widget.h"
#include "attune-monitor-chart.h"
#include "attune-monitor-configuration.h"
#include "attune-monitor-events.h"
#include "attune-monitor-table.h"
#include "attune-monitor-window.h"
#include "ui-test.h"

typedef struct {
  AttuneRegistry      *registry;
  FakeAdapter         *adapter;
  AttuneJobStore      *jobs;
  AttuneDatasetStore  *datasets;
  AttuneMonitor       *monitor;
  AttuneCredentials   *credentials;
  AttuneCommands      *commands;
  AttuneJob           *job;
  AttuneMonitorWindow *window;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (AttuneConfiguration) configuration = NULL;
  g_autoptr (GError) error = NULL;
  static const char text[] =
    "{\"version\":1,\"model\":{\"baseModel\":\"/models/small model\",\"precision\":\"bf16\"},"
    "\"method\":{\"type\":\"lora\",\"loraConfig\":{\"rank\":16,\"alpha\":32}},"
    "\"schedule\":{\"epochs\":3,\"batchSize\":8,\"sequenceLength\":512},\"optimizer\":{\"learningRate\":2e-5},"
    "\"optimizations\":{\"enabled\":[\"dynamic_padding\",\"sequence_packing\"]},"
    "\"metadata\":{\"seed\":42}}";

  fixture->registry = attune_registry_new ();
  fixture->adapter = fake_adapter_new ("fake", "Fake Provider");
  attune_registry_add (fixture->registry, ATTUNE_ADAPTER (fixture->adapter));
  fixture->jobs = attune_job_store_new (NULL);
  fixture->datasets = attune_dataset_store_new (NULL);
  g_assert_true (attune_job_store_load_sync (fixture->jobs, &error));
  g_assert_no_error (error);
  g_assert_true (attune_dataset_store_load_sync (fixture->datasets, &error));
  g_assert_no_error (error);
  fixture->monitor = attune_monitor_new (fixture->registry, fixture->jobs, fixture->datasets);
  fixture->credentials = attune_credentials_new ();
  fixture->commands = attune_commands_new (fixture->registry, fixture->jobs, fixture->datasets, fixture->monitor,
                                           fixture->credentials);

  configuration = attune_configuration_new_from_data (text, -1, "test", &error);
  g_assert_no_error (error);
  fixture->job = attune_job_new ("me", "fake", configuration);
  attune_job_set_name (fixture->job, "Support Routing & More");
  attune_job_set_provider_job_id (fixture->job, "fake-1");
  attune_job_set_status (fixture->job, ATTUNE_JOB_STATUS_RUNNING);
  attune_job_set_steps (fixture->job, 0, 400);
  g_assert_true (attune_job_store_save_sync (fixture->jobs, fixture->job, &error));
  g_assert_no_error (error);
}

static void
show (Fixture *fixture)
{
  fixture->window = ATTUNE_MONITOR_WINDOW (attune_monitor_window_new (fixture->commands, fixture->job));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 720);
  gtk_window_present (GTK_WINDOW (fixture->window));
  ui_test_wait (gtk_widget_get_mapped (GTK_WIDGET (fixture->window)));
  /* Without a compositor GTK draws a border of its own around the window. */
  gtk_widget_remove_css_class (GTK_WIDGET (fixture->window), "solid-csd");
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_wait (!attune_monitor_metrics_is_reading (attune_monitor_window_get_metrics (fixture->window)));
}

static void
hide (Fixture *fixture)
{
  AttuneMonitorMetrics *metrics = g_object_ref (attune_monitor_window_get_metrics (fixture->window));

  g_object_add_weak_pointer (G_OBJECT (fixture->window), (gpointer *) &fixture->window);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  /* Readings and commands that are under way hold what they need. */
  ui_test_wait (fixture->window == NULL && !attune_monitor_metrics_is_reading (metrics) && G_OBJECT (metrics)->ref_count == 1);
  g_assert_finalize_object (metrics);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->window != NULL)
    hide (fixture);
  attune_monitor_stop (fixture->monitor);
  while (g_main_context_iteration (NULL, FALSE));

  ui_test_wait (G_OBJECT (fixture->commands)->ref_count == 1);
  g_assert_finalize_object (fixture->commands);
  ui_test_wait (G_OBJECT (fixture->monitor)->ref_count == 1);
  g_assert_finalize_object (fixture->monitor);
  g_clear_object (&fixture->credentials);
  g_clear_object (&fixture->jobs);
  g_clear_object (&fixture->datasets);
  g_clear_object (&fixture->job);
  g_assert_finalize_object (fixture->registry);
  g_assert_finalize_object (fixture->adapter);
}

/* What a trainer would write: noisy loss, an evaluation each fifty steps. */
static void
append_steps (Fixture *fixture,
              gint64   from,
              gint64   to)
{
  g_autoptr (GArray) points = g_array_new (FALSE, TRUE, sizeof (AttuneMetricPoint));
  g_autoptr (GError) error = NULL;

  for (gint64 step = from; step <= to; step++)
    {
      double progress = (double) step / 400.0;
      AttuneMetricPoint point = { step, 3.0 * progress, (1700000000 + step) * G_USEC_PER_SEC };

      point.set = 1u << ATTUNE_METRIC_LOSS | 1u << ATTUNE_METRIC_LEARNING_RATE | 1u << ATTUNE_METRIC_GRAD_NORM |
                  1u << ATTUNE_METRIC_TOKEN_ACCURACY | 1u << ATTUNE_METRIC_TOKENS | 1u << ATTUNE_METRIC_TOKENS_PER_SECOND;
      point.values[ATTUNE_METRIC_LOSS] = 0.3 + 2.0 * exp (-5.0 * progress) + g_test_rand_double_range (-0.12, 0.12);
      point.values[ATTUNE_METRIC_LEARNING_RATE] = 2e-5 * MIN (step / 20.0, 0.5 * (1.0 + cos (G_PI * progress)));
      point.values[ATTUNE_METRIC_GRAD_NORM] = 0.8 + exp (-4.0 * progress) * 3.0 + g_test_rand_double_range (0.0, 0.5);
      point.values[ATTUNE_METRIC_TOKEN_ACCURACY] = 0.95 - 0.6 * exp (-5.0 * progress) + g_test_rand_double_range (-0.03, 0.03);
      point.values[ATTUNE_METRIC_TOKENS] = (double) step * 512.0;
      point.values[ATTUNE_METRIC_TOKENS_PER_SECOND] = 820.0 + g_test_rand_double_range (-40.0, 40.0);
      g_array_append_val (points, point);

      if (step % 50 == 0)
        {
          AttuneMetricPoint evaluation = { step, 3.0 * progress, (1700000000 + step) * G_USEC_PER_SEC };

          evaluation.set = 1u << ATTUNE_METRIC_EVAL_LOSS;
          evaluation.values[ATTUNE_METRIC_EVAL_LOSS] = 0.45 + 1.9 * exp (-4.5 * progress);
          g_array_append_val (points, evaluation);
        }
    }
  g_assert_true (attune_job_store_append_metrics_sync (fixture->jobs, fixture->job,
                                                       &g_array_index (points, AttuneMetricPoint, 0), points->len, &error));
  g_assert_no_error (error);
}

static void
append_events (Fixture *fixture)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_real_time ();

  g_ptr_array_add (events, attune_event_new (now - 3 * G_USEC_PER_SEC, "info", "Reading 300 training rows", "1"));
  g_ptr_array_add (events, attune_event_new (now - 2 * G_USEC_PER_SEC, "warning",
                                             "12 rows are longer than 512 tokens and were cut at their end; a longer sequence would "
                                             "keep all of them & cost about a third more memory", "2"));
  g_ptr_array_add (events, attune_event_new (now, "error", "The disk is nearly full", "3"));
  g_assert_true (attune_job_store_append_events_sync (fixture->jobs, fixture->job, events, &error));
  g_assert_no_error (error);
}

/* One more event; takes @id. */
static void
append_event (Fixture *fixture,
                  char    *id)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (events, attune_event_new (g_get_real_time (), "info", "Checkpoint written", id));
  g_assert_true (attune_job_store_append_events_sync (fixture->jobs, fixture->job, events, &error));
  g_assert_no_error (error);
  g_free (id);
}

static void
set_checkpoints (Fixture *fixture)
{
  g_autoptr (GPtrArray) checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);

  g_ptr_array_add (checkpoints, attune_checkpoint_new ("step-100", 100, g_get_real_time (), "/tmp/run/checkpoints/step-100", NAN));
  g_ptr_array_add (checkpoints, attune_checkpoint_new ("step-200", 200, g_get_real_time (), "/tmp/run/checkpoints/step-200", 0.55));
  g_ptr_array_add (checkpoints, attune_checkpoint_new ("step-300", 300, g_get_real_time (), NULL, 0.61));
  attune_job_set_checkpoints (fixture->job, checkpoints);
}

static guint
get_length (Fixture      *fixture,
            AttuneMetric  metric)
{
  return attune_series_get_length (attune_monitor_metrics_get_series (attune_monitor_window_get_metrics (fixture->window),
                                                                      metric));
}

static gboolean
has_text (Fixture    *fixture,
          const char *text)
{
  return ui_test_find (GTK_WIDGET (fixture->window), GTK_TYPE_LABEL, text) != NULL;
}

static void
show_page (Fixture    *fixture,
           const char *name)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->window), "job.show-page", "s", name));
  ui_test_settle (GTK_WIDGET (fixture->window));
}

static gboolean
is_enabled (Fixture    *fixture,
            const char *tooltip)
{
  GtkWidget *button = ui_test_find (GTK_WIDGET (fixture->window), GTK_TYPE_BUTTON, tooltip);

  return button != NULL && gtk_widget_get_mapped (button) && gtk_widget_is_sensitive (button);
}

static void
test_live (Fixture       *fixture,
           gconstpointer  data)
{
  AttuneChart *chart;

  append_steps (fixture, 1, 60);
  show (fixture);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (fixture->window)), ==, "Support Routing & More");
  ui_test_wait (get_length (fixture, ATTUNE_METRIC_LOSS) == 60);
  g_assert_cmpuint (get_length (fixture, ATTUNE_METRIC_EVAL_LOSS), ==, 1);
  g_assert_cmpuint (get_length (fixture, ATTUNE_METRIC_TOKENS_PER_SECOND), ==, 60);

  /* News of the job brings news of its files. */
  append_steps (fixture, 61, 120);
  attune_job_set_steps (fixture->job, 120, 400);
  attune_job_set_time_remaining (fixture->job, 200.0);
  ui_test_wait (get_length (fixture, ATTUNE_METRIC_LOSS) == 120);
  ui_test_wait (has_text (fixture, "Step 120 of 400 · Epoch 0.9"));
  g_assert_true (has_text (fixture, "3 min 20 s left"));
  g_assert_true (has_text (fixture, "Running"));

  /* Without any, the files are looked at all the same. */
  append_steps (fixture, 121, 150);
  ui_test_wait (get_length (fixture, ATTUNE_METRIC_LOSS) == 150);

  chart = attune_monitor_charts_get_chart (attune_monitor_window_get_charts (fixture->window), ATTUNE_METRIC_EVAL_LOSS);
  g_assert_true (chart == attune_monitor_charts_get_chart (attune_monitor_window_get_charts (fixture->window), ATTUNE_METRIC_LOSS));
  g_assert_cmpuint (attune_chart_get_n_series (chart), ==, 2);
  g_assert_cmpuint (attune_series_get_length (attune_chart_get_series (chart, 0)), ==, 150);
  g_assert_cmpuint (attune_series_get_length (attune_chart_get_series (chart, 1)), ==, 3);

  /* Nothing outlives the window. */
  g_object_add_weak_pointer (G_OBJECT (chart), (gpointer *) &chart);
  hide (fixture);
  g_assert_null (chart);
}

/* What is set in one place is set for all charts. */
static void
test_charts (Fixture       *fixture,
             gconstpointer  data)
{
  AttuneMonitorCharts *charts;
  AttuneChart *loss, *rate, *accuracy;
  GtkWidget *axis, *logarithmic, *outliers, *scale;
  AttuneChartWidget *first = NULL, *second = NULL;

  append_steps (fixture, 1, 200);
  show (fixture);
  ui_test_wait (get_length (fixture, ATTUNE_METRIC_LOSS) == 200);
  ui_test_settle (GTK_WIDGET (fixture->window));

  charts = attune_monitor_window_get_charts (fixture->window);
  loss = attune_monitor_charts_get_chart (charts, ATTUNE_METRIC_LOSS);
  rate = attune_monitor_charts_get_chart (charts, ATTUNE_METRIC_LEARNING_RATE);
  accuracy = attune_monitor_charts_get_chart (charts, ATTUNE_METRIC_TOKEN_ACCURACY);
  g_assert_null (attune_monitor_charts_get_chart (charts, ATTUNE_METRIC_TOKENS));

  axis = ui_test_find (GTK_WIDGET (charts), ADW_TYPE_TOGGLE_GROUP, NULL);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (axis), "time");
  g_assert_cmpint (attune_chart_get_x_axis (loss), ==, ATTUNE_SERIES_TIME);
  g_assert_cmpint (attune_chart_get_x_axis (accuracy), ==, ATTUNE_SERIES_TIME);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (axis), "epoch");
  g_assert_cmpint (attune_chart_get_x_axis (rate), ==, ATTUNE_SERIES_EPOCH);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (axis), "step");

  logarithmic = ui_test_find (GTK_WIDGET (charts), GTK_TYPE_TOGGLE_BUTTON, "_Logarithmic");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (logarithmic), TRUE);
  g_assert_true (attune_chart_get_log_y (loss));
  g_assert_false (attune_chart_get_log_y (accuracy));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (logarithmic), FALSE);
  outliers = ui_test_find (GTK_WIDGET (charts), GTK_TYPE_TOGGLE_BUTTON, "Ignore _Outliers");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (outliers), TRUE);
  g_assert_true (attune_chart_get_ignore_outliers (loss));

  /* A plan is not smoothed. */
  scale = ui_test_find (GTK_WIDGET (charts), GTK_TYPE_SCALE, NULL);
  gtk_range_set_value (GTK_RANGE (scale), 0.9);
  g_assert_cmpfloat_with_epsilon (attune_chart_get_smoothing (loss), 0.9, 1e-9);
  g_assert_cmpfloat (attune_chart_get_smoothing (rate), ==, 0.0);

  /* The cursor of one is the cursor of all. */
  first = ATTUNE_CHART_WIDGET (ui_test_find (GTK_WIDGET (charts), ATTUNE_TYPE_CHART_WIDGET, NULL));
  second = ATTUNE_CHART_WIDGET (ui_test_find (ui_test_find (GTK_WIDGET (charts), GTK_TYPE_FLOW_BOX, NULL),
                                              ATTUNE_TYPE_CHART_WIDGET, NULL));
  g_assert_true (first != second);
  attune_chart_widget_set_cursor_x (second, 50.0);
  g_assert_cmpfloat (attune_chart_widget_get_cursor_x (first), ==, 50.0);
  attune_chart_widget_set_cursor_x (first, NAN);
  g_assert_true (isnan (attune_chart_widget_get_cursor_x (second)));
}

/* What the menu of a chart does. */
static void
test_chart_menu (Fixture       *fixture,
                 gconstpointer  data)
{
  AttuneMonitorCharts *charts;
  AttuneChart *loss;
  GtkWidget *card;
  GtkWidget *view;
  AdwDialog *dialog;
  GListModel *model;

  append_steps (fixture, 1, 200);
  show (fixture);
  ui_test_wait (get_length (fixture, ATTUNE_METRIC_LOSS) == 200);
  ui_test_settle (GTK_WIDGET (fixture->window));
  charts = attune_monitor_window_get_charts (fixture->window);
  loss = attune_monitor_charts_get_chart (charts, ATTUNE_METRIC_LOSS);
  card = ui_test_find (GTK_WIDGET (charts), ATTUNE_TYPE_MONITOR_CHART, NULL);

  gtk_widget_activate_action (card, "chart.zoom-in", NULL);
  g_assert_false (attune_chart_is_fitted (loss));
  ui_test_settle (GTK_WIDGET (fixture->window));
  gtk_widget_activate_action (card, "chart.zoom-out", NULL);
  g_assert_true (attune_chart_is_fitted (loss));
  gtk_widget_activate_action (card, "chart.zoom-in", NULL);
  gtk_widget_activate_action (card, "chart.fit", NULL);
  g_assert_true (attune_chart_is_fitted (loss));
  gtk_widget_activate_action (card, "chart.log-x", NULL);
  g_assert_true (attune_chart_get_log_x (loss));
  ui_test_settle (GTK_WIDGET (fixture->window));
  gtk_widget_activate_action (card, "chart.log-x", NULL);
  g_assert_false (attune_chart_get_log_x (loss));

  /* The numbers for who cannot see the curve, as they come in. */
  gtk_widget_activate_action (card, "chart.show-table", NULL);
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (fixture->window));
  g_assert_true (ATTUNE_IS_MONITOR_TABLE (dialog));
  ui_test_wait ((view = ui_test_find (GTK_WIDGET (dialog), GTK_TYPE_COLUMN_VIEW, NULL)) != NULL);
  model = G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (view)));
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 200);
  g_assert_cmpuint (g_list_model_get_n_items (gtk_column_view_get_columns (GTK_COLUMN_VIEW (view))), ==, 5);
  append_steps (fixture, 201, 250);
  ui_test_wait (g_list_model_get_n_items (model) == 250);
  gtk_column_view_scroll_to (GTK_COLUMN_VIEW (view), 249, NULL, GTK_LIST_SCROLL_SELECT, NULL);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_true (has_text (fixture, "250"));
  ui_test_assert_named (GTK_WIDGET (fixture->window));
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-table");
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  adw_dialog_force_close (dialog);
  ui_test_wait (dialog == NULL);
}

static void
test_actions (Fixture       *fixture,
              gconstpointer  data)
{
  AdwDialog *dialog;

  fake_adapter_set_status (fixture->adapter, ATTUNE_JOB_STATUS_RUNNING, 10, 400);
  show (fixture);
  ui_test_wait (is_enabled (fixture, "Pause"));
  g_assert_false (is_enabled (fixture, "Resume"));

  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "job.pause", NULL);
  ui_test_wait (attune_job_get_status (fixture->job) == ATTUNE_JOB_STATUS_PAUSED);
  ui_test_wait (is_enabled (fixture, "Resume"));
  g_assert_false (is_enabled (fixture, "Pause"));
  g_assert_true (has_text (fixture, "Paused"));

  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "job.resume", NULL);
  ui_test_wait (attune_job_get_status (fixture->job) == ATTUNE_JOB_STATUS_RUNNING);
  ui_test_wait (is_enabled (fixture, "Cancel Job…"));

  /* It asks first, and to keep training is what comes of closing the question. */
  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "job.cancel", NULL);
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (fixture->window));
  g_assert_true (ADW_IS_ALERT_DIALOG (dialog));
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), "Support Routing & More"));
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-cancel");
  adw_dialog_close (dialog);
  ui_test_wait (adw_window_get_visible_dialog (ADW_WINDOW (fixture->window)) == NULL);
  g_assert_cmpint (attune_job_get_status (fixture->job), ==, ATTUNE_JOB_STATUS_RUNNING);

  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "job.cancel", NULL);
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (fixture->window));
  g_signal_emit_by_name (dialog, "response::cancel", "cancel");
  adw_dialog_force_close (dialog);
  ui_test_wait (attune_job_get_status (fixture->job) == ATTUNE_JOB_STATUS_CANCELLED);
  ui_test_wait (is_enabled (fixture, "Resume"));
  g_assert_false (is_enabled (fixture, "Cancel Job…"));
}

static void
test_error (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (AttuneJob) stranger = NULL;
  GtkWidget *banner;

  /* A job that the store does not know cannot be paused. */
  stranger = attune_job_new ("me", "fake", attune_job_get_configuration (fixture->job));
  attune_job_set_provider_job_id (stranger, "fake-2");
  attune_job_set_status (stranger, ATTUNE_JOB_STATUS_RUNNING);
  g_set_object (&fixture->job, stranger);
  show (fixture);

  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "job.pause", NULL);
  banner = ui_test_find (GTK_WIDGET (fixture->window), ADW_TYPE_BANNER, NULL);
  ui_test_wait (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_nonnull (strstr (adw_banner_get_title (ADW_BANNER (banner)), attune_job_get_id (stranger)));
  ui_test_wait (is_enabled (fixture, "Pause"));
  g_signal_emit_by_name (banner, "button-clicked");
  g_assert_false (adw_banner_get_revealed (ADW_BANNER (banner)));
}

static void
test_failed (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GError) error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE,
                                                  "/home/me/.local/share/attune/jobs/1/run/checkpoints: no space left on the disk");

  append_steps (fixture, 1, 130);
  attune_job_set_steps (fixture->job, 130, 400);
  attune_job_set_error (fixture->job, error);
  attune_job_set_status (fixture->job, ATTUNE_JOB_STATUS_FAILED);
  show (fixture);
  ui_test_wait (get_length (fixture, ATTUNE_METRIC_LOSS) == 130);

  g_assert_true (has_text (fixture, "Training Failed"));
  g_assert_true (has_text (fixture, error->message));
  g_assert_nonnull (attune_error_get_remedy (ATTUNE_ERROR_NO_SPACE));
  g_assert_true (has_text (fixture, attune_error_get_remedy (ATTUNE_ERROR_NO_SPACE)));
  g_assert_true (is_enabled (fixture, "_Resume"));
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-failed");
  ui_test_resize (GTK_WINDOW (fixture->window), 360, 660);
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-failed-narrow");
}

static void
text_read_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  char **text = user_data;

  *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (object), result, NULL);
}

static char *
read_clipboard (Fixture *fixture)
{
  char *text = NULL;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (fixture->window)), NULL, text_read_cb, &text);
  ui_test_wait (text != NULL);

  return text;
}

static void
test_finished (Fixture       *fixture,
               gconstpointer  data)
{
  GtkWidget *button;
  g_autofree char *command = NULL;
  g_autofree char *configuration = NULL;
  g_autoptr (AttuneConfiguration) copied = NULL;
  g_autoptr (GError) error = NULL;

  append_steps (fixture, 1, 400);
  attune_job_set_steps (fixture->job, 400, 400);
  attune_job_set_output_path (fixture->job, "/home/me/.local/share/attune/jobs/1/run/output");
  show (fixture);
  ui_test_wait (get_length (fixture, ATTUNE_METRIC_LOSS) == 400);
  g_assert_false (has_text (fixture, "Trained Model"));

  attune_job_set_status (fixture->job, ATTUNE_JOB_STATUS_SUCCEEDED);
  ui_test_wait (has_text (fixture, "Trained Model") && has_text (fixture, "Succeeded"));
  g_assert_false (is_enabled (fixture, "Resume"));
  g_assert_false (is_enabled (fixture, "Cancel Job…"));
  g_assert_true (is_enabled (fixture, "Open Folder"));

  button = ui_test_find (GTK_WIDGET (fixture->window), GTK_TYPE_BUTTON, "Copy Command");
  g_signal_emit_by_name (button, "clicked");
  command = read_clipboard (fixture);
  g_assert_cmpstr (command, ==, "attunectl model-generate '/models/small model' "
                                "--adapter '/home/me/.local/share/attune/jobs/1/run/output' --prompt 'What can you do?'");
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-finished");

  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "job.copy-configuration", NULL);
  configuration = read_clipboard (fixture);
  copied = attune_configuration_new_from_data (configuration, -1, "clipboard", &error);
  g_assert_no_error (error);
  g_assert_true (attune_configuration_equal (copied, attune_job_get_configuration (fixture->job)));
}

/* Search, filter and follow mode of the page of events, which is shown. */
static void
check_events (Fixture *fixture)
{
  GtkWidget *page = ui_test_find (GTK_WIDGET (fixture->window), ATTUNE_TYPE_MONITOR_EVENTS, NULL);
  GtkWidget *list = ui_test_find (page, GTK_TYPE_LIST_VIEW, NULL);
  GListModel *found = G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
  GtkWidget *search = ui_test_find (page, GTK_TYPE_SEARCH_ENTRY, NULL);
  GtkWidget *follow;
  AdwToggleGroup *level = ADW_TOGGLE_GROUP (ui_test_find (page, ADW_TYPE_TOGGLE_GROUP, NULL));
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (
    GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (list, GTK_TYPE_SCROLLED_WINDOW)));
  g_autofree char *copied = NULL;

  for (follow = ui_test_find (page, GTK_TYPE_SEARCH_ENTRY, NULL); !GTK_IS_TOGGLE_BUTTON (follow);
       follow = gtk_widget_get_next_sibling (follow));

  gtk_widget_activate_action (GTK_WIDGET (fixture->window), "job.search", NULL);
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (fixture->window)), search));
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, 3);
  adw_toggle_group_set_active_name (level, "warning");
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, 2);
  adw_toggle_group_set_active_name (level, "error");
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, 1);
  adw_toggle_group_set_active_name (level, "all");
  gtk_editable_set_text (GTK_EDITABLE (search), "LONGER sequence");
  ui_test_wait (g_list_model_get_n_items (found) == 1);
  gtk_widget_activate_action (page, "events.copy", NULL);
  copied = read_clipboard (fixture);
  g_assert_nonnull (strstr (copied, " warning 12 rows are longer"));
  gtk_editable_set_text (GTK_EDITABLE (search), "nothing like this");
  ui_test_wait (has_text (fixture, "No Events Found"));
  gtk_editable_set_text (GTK_EDITABLE (search), "");
  ui_test_wait (g_list_model_get_n_items (found) == 3);

  /* As long as the newest is seen, the next one is; who scrolls away is left where they are. */
  for (guint i = 0; i < 30; i++)
    append_event (fixture, g_strdup_printf ("a%u", i));
  attune_job_set_steps (fixture->job, 301, 400);
  ui_test_wait (g_list_model_get_n_items (found) == 33);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (follow)));
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), <=, 1.0);
  gtk_adjustment_set_value (adjustment, 300.0);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (follow)));
  append_event (fixture, g_strdup ("b"));
  attune_job_set_steps (fixture->job, 302, 400);
  ui_test_wait (g_list_model_get_n_items (found) == 34);
  ui_test_settle (GTK_WIDGET (fixture->window));
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), >, 100.0);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (follow), TRUE);
  ui_test_wait (gtk_adjustment_get_value (adjustment) <= 1.0);
}

/* What was not set is in effect all the same. */
static void
check_effective (Fixture *fixture)
{
  GtkWidget *page = ui_test_find (GTK_WIDGET (fixture->window), ATTUNE_TYPE_MONITOR_CONFIGURATION, NULL);
  AdwToggleGroup *view = ADW_TOGGLE_GROUP (ui_test_find (page, ADW_TYPE_TOGGLE_GROUP, NULL));
  const char *title = attune_parameter_get_title (attune_parameters_lookup ("schedule.gradientAccumulation"));
  g_autofree char *folder = attune_job_store_dup_run_folder (fixture->jobs, fixture->job);
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  GtkWidget *row;

  g_assert_null (ui_test_find (page, ADW_TYPE_ACTION_ROW, title));
  adw_toggle_group_set_active_name (view, "effective");
  ui_test_settle (GTK_WIDGET (fixture->window));
  row = ui_test_find (page, ADW_TYPE_ACTION_ROW, title);
  g_assert_nonnull (row);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "Left to the provider");
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_LABEL, "Default"));
  row = ui_test_find (page, ADW_TYPE_ACTION_ROW,
                      attune_parameter_get_title (attune_parameters_lookup ("optimizer.learningRate")));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "2e-05");
  g_assert_null (ui_test_find (row, GTK_TYPE_LABEL, "Default"));

  /* A trainer of this computer was told what is not set. */
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
  adw_toggle_group_set_active_name (view, "set");
  adw_toggle_group_set_active_name (view, "effective");
  ui_test_settle (GTK_WIDGET (fixture->window));
  row = ui_test_find (page, ADW_TYPE_ACTION_ROW, title);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "1 batches");
  ui_test_assert_named (GTK_WIDGET (fixture->window));
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-effective");
}

static void
test_pages (Fixture       *fixture,
            gconstpointer  data)
{
  GListModel *events;
  GtkWidget *row;

  show (fixture);
  show_page (fixture, "events");
  g_assert_true (has_text (fixture, "No Events Yet"));
  show_page (fixture, "checkpoints");
  g_assert_true (has_text (fixture, "No Checkpoints Yet"));
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-checkpoints-empty");

  append_events (fixture);
  append_steps (fixture, 1, 300);
  set_checkpoints (fixture);
  attune_job_set_steps (fixture->job, 300, 400);
  events = attune_monitor_metrics_get_events (attune_monitor_window_get_metrics (fixture->window));
  ui_test_wait (g_list_model_get_n_items (events) == 3);
  {
    g_autoptr (AttuneMonitorEvent) newest = g_list_model_get_item (events, 0);

    g_assert_cmpstr (attune_monitor_event_get (newest)->level, ==, "error");
  }
  show_page (fixture, "events");
  g_assert_true (has_text (fixture, "The disk is nearly full"));
  ui_test_assert_named (GTK_WIDGET (fixture->window));
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-events");
  check_events (fixture);

  /* What a checkpoint does not say about its evaluation is found in the metrics. */
  show_page (fixture, "checkpoints");
  row = ui_test_find (GTK_WIDGET (fixture->window), ADW_TYPE_ACTION_ROW, "Step 100");
  g_assert_nonnull (row);
  ui_test_wait ((row = ui_test_find (GTK_WIDGET (fixture->window), ADW_TYPE_ACTION_ROW, "Step 100")) != NULL &&
                g_str_has_prefix (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "Evaluation loss 1.06"));
  row = ui_test_find (GTK_WIDGET (fixture->window), ADW_TYPE_ACTION_ROW, "Step 200");
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_LABEL, "Best"));
  row = ui_test_find (GTK_WIDGET (fixture->window), ADW_TYPE_ACTION_ROW, "Step 300");
  g_assert_null (ui_test_find (row, GTK_TYPE_LABEL, "Best"));
  /* It lies at the provider: there is nothing but its name. */
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_MENU_BUTTON, NULL));
  ui_test_assert_named (GTK_WIDGET (fixture->window));
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-checkpoints");

  show_page (fixture, "configuration");
  row = ui_test_find (GTK_WIDGET (fixture->window), ADW_TYPE_ACTION_ROW,
                      attune_parameter_get_title (attune_parameters_lookup ("optimizer.learningRate")));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "2e-05");
  row = ui_test_find (GTK_WIDGET (fixture->window), ADW_TYPE_ACTION_ROW, "seed");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "42");
  g_assert_true (has_text (fixture, "Fake Provider"));
  /* What was not set is not shown. */
  g_assert_null (ui_test_find (GTK_WIDGET (fixture->window), ADW_TYPE_ACTION_ROW,
                               attune_parameter_get_title (attune_parameters_lookup ("optimizer.weightDecay"))));
  ui_test_assert_named (GTK_WIDGET (fixture->window));
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-configuration");
  check_effective (fixture);
}

static void
test_looks (Fixture       *fixture,
            gconstpointer  data)
{
  static const char * const pages[] = { "progress", "events", "checkpoints", "configuration", "log" };
  AdwStyleManager *manager = adw_style_manager_get_default ();
  AttuneChartWidget *chart;
  int minimum;

  show (fixture);
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-waiting");

  append_events (fixture);
  append_steps (fixture, 1, 300);
  set_checkpoints (fixture);
  attune_job_set_steps (fixture->job, 300, 400);
  attune_job_set_time_remaining (fixture->job, 100.0);
  ui_test_wait (get_length (fixture, ATTUNE_METRIC_LOSS) == 300 && has_text (fixture, "1 min 40 s left"));
  ui_test_assert_named (GTK_WIDGET (fixture->window));

  ui_test_resize (GTK_WINDOW (fixture->window), 1000, 900);
  chart = ATTUNE_CHART_WIDGET (ui_test_find (GTK_WIDGET (fixture->window), ATTUNE_TYPE_CHART_WIDGET, NULL));
  attune_chart_widget_set_cursor_x (chart, 180.0);
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-wide");
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_DARK);
  ui_test_screenshot (GTK_WINDOW (fixture->window), "monitor-dark");
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_DEFAULT);
  attune_chart_widget_set_cursor_x (chart, NAN);

  /* Nothing is wider than the narrowest window, on any page. */
  ui_test_resize (GTK_WINDOW (fixture->window), 360, 720);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *name = g_strdup_printf ("monitor-narrow-%s", pages[i]);

      show_page (fixture, pages[i]);
      gtk_widget_measure (adw_window_get_content (ADW_WINDOW (fixture->window)), GTK_ORIENTATION_HORIZONTAL, -1,
                          &minimum, NULL, NULL, NULL);
      g_assert_cmpint (minimum, <=, 360);
      ui_test_assert_named (GTK_WIDGET (fixture->window));
      ui_test_screenshot (GTK_WINDOW (fixture->window), name);
    }
}

/* The next window is as large as the last one was. */
static void
test_size (Fixture       *fixture,
           gconstpointer  data)
{
  GtkWindow *next;
  int width, height;

  show (fixture);
  ui_test_resize (GTK_WINDOW (fixture->window), 820, 640);
  gtk_window_get_default_size (GTK_WINDOW (fixture->window), &width, &height);
  hide (fixture);

  next = attune_monitor_window_new (fixture->commands, fixture->job);
  {
    int next_width, next_height;

    gtk_window_get_default_size (next, &next_width, &next_height);
    g_assert_cmpint (next_width, ==, width);
    g_assert_cmpint (next_height, ==, height);
  }
  gtk_window_destroy (next);
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/monitor-window/live", test_live);
  ADD ("/monitor-window/charts", test_charts);
  ADD ("/monitor-window/chart-menu", test_chart_menu);
  ADD ("/monitor-window/actions", test_actions);
  ADD ("/monitor-window/error", test_error);
  ADD ("/monitor-window/failed", test_failed);
  ADD ("/monitor-window/finished", test_finished);
  ADD ("/monitor-window/pages", test_pages);
  ADD ("/monitor-window/looks", test_looks);
  ADD ("/monitor-window/size", test_size);
#undef ADD

  return g_test_run ();
}
