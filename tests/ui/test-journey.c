/* test-journey.c: from the dropped file to the finished model, with the real provider and the real trainer
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include <unistd.h>

#include "attune-local-adapter.h"
#include "attune-monitor-window.h"

/* The trainer is a process of its own; under the sanitizers, beside other tests, it needs patience. */
#define TRAINER_SECONDS 180

/* A model of 0.1 million parameters in the person's folder of models. */
static void
put_model (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "attune", "models", NULL);
  g_autofree char *link = g_build_filename (folder, "tiny", NULL);
  g_autofree char *model = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", "model", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (model, link), ==, 0);
}

static void
set_up (UiTest        *test,
        gconstpointer  data)
{
  put_model ();
  ui_test_set_up (test, attune_local_adapter_new);
}

/* Drops the file on the window as GTK hands a drop over. */
static void
drop_file (GtkWidget  *window,
           const char *path)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (window);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean handled = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_array (&file, 1));
  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !handled; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", &value, 0.0, 0.0, &handled);
    }
  g_assert_true (handled);
}

/* Long enough that a person, or a slow machine, comes in time to pause it. */
static AttuneJob *
start_job (UiTest       *test,
           AttuneWindow *window,
           gint64        epochs)
{
  AttuneJobStore *jobs = attune_commands_get_jobs (test->commands);
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 900);
  AttuneNewJobPage *page;
  AttuneConfiguration *configuration;
  g_autofree char *model = NULL;

  drop_file (GTK_WIDGET (window), path);
  page = attune_window_get_new_job_page (window);
  g_assert_nonnull (page);
  ui_test_wait (attune_new_job_page_is_settled (page));

  configuration = attune_job_form_get_configuration (attune_new_job_page_get_form (page));
  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string ("tiny"));
  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (epochs));
  attune_configuration_set_value (configuration, "schedule.batchSize", g_variant_new_int64 (4));
  attune_configuration_set_value (configuration, "optimizer.learningRate", g_variant_new_double (0.005));
  ui_test_wait (attune_new_job_page_is_settled (page));

  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.start", NULL);
  ui_test_wait_for (TRAINER_SECONDS, attune_window_get_new_job_page (window) == NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (jobs)), ==, 1);

  return g_list_model_get_item (G_LIST_MODEL (jobs), 0);
}

static GtkWindow *
find_monitor (UiTest *test)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (test->application)); l != NULL; l = l->next)
    if (ATTUNE_IS_MONITOR_WINDOW (l->data))
      return l->data;

  return NULL;
}

static void
assert_finished (UiTest    *test,
                 AttuneJob *job)
{
  g_autofree char *adapter = NULL;

  ui_test_wait_for (TRAINER_SECONDS, attune_job_status_is_final (attune_job_get_status (job)));
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpint (attune_job_get_step (job), ==, attune_job_get_total_steps (job));
  g_assert_nonnull (attune_job_get_output_path (job));
  adapter = g_build_filename (attune_job_get_output_path (job), "adapter_model.safetensors", NULL);
  g_assert_true (g_file_test (adapter, G_FILE_TEST_IS_REGULAR));
}

/* Drop, Start, watch, pause, resume, finished. */
static void
test_whole_way (UiTest        *test,
                gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  g_autoptr (AttuneJob) job = start_job (test, window, 20);
  AttuneJobStore *jobs = attune_commands_get_jobs (test->commands);
  g_autoptr (GArray) points = NULL;
  g_autoptr (GError) error = NULL;
  GtkWindow *monitor;
  goffset offset = 0;
  gint64 step;

  ui_test_wait (find_monitor (test) != NULL);
  monitor = find_monitor (test);
  gtk_widget_remove_css_class (GTK_WIDGET (monitor), "solid-csd");
  ui_test_wait_for (TRAINER_SECONDS, attune_job_get_step (job) > 0);
  gtk_widget_activate_action (GTK_WIDGET (monitor), "job.pause", NULL);
  ui_test_wait_for (TRAINER_SECONDS, attune_job_get_status (job) == ATTUNE_JOB_STATUS_PAUSED ||
                                     attune_job_status_is_final (attune_job_get_status (job)));
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_PAUSED);
  step = attune_job_get_step (job);
  g_assert_cmpint (step, <, attune_job_get_total_steps (job));
  ui_test_resize (monitor, 900, 720);
  ui_test_screenshot (monitor, "journey-paused");

  gtk_widget_activate_action (GTK_WIDGET (monitor), "job.resume", NULL);
  ui_test_wait_for (TRAINER_SECONDS, attune_job_get_step (job) > step);
  ui_test_assert_named (GTK_WIDGET (monitor));
  ui_test_screenshot (monitor, "journey-running");
  assert_finished (test, job);

  /* Every step once, and the loss has fallen. */
  points = attune_job_store_read_metrics (jobs, job, &offset, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (points->len, ==, (guint) attune_job_get_total_steps (job));
  g_assert_cmpfloat (g_array_index (points, AttuneMetricPoint, points->len - 1).values[ATTUNE_METRIC_LOSS], <,
                     g_array_index (points, AttuneMetricPoint, 0).values[ATTUNE_METRIC_LOSS]);

  ui_test_settle (GTK_WIDGET (monitor));
  ui_test_assert_named (GTK_WIDGET (monitor));
  ui_test_screenshot (monitor, "journey-finished-wide");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  ui_test_screenshot (monitor, "journey-finished-dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
  ui_test_resize (monitor, 360, 700);
  ui_test_screenshot (monitor, "journey-finished-narrow");
}

/* The window goes in the middle of a run; the run goes on, and a later window finds it. */
static void
test_window_gone (UiTest        *test,
                  gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  g_autoptr (AttuneJob) job = start_job (test, window, 10);
  g_autoptr (AttuneJob) found = NULL;
  g_autofree char *id = g_strdup (attune_job_get_id (job));
  AttuneJobStore *jobs;

  ui_test_wait_for (TRAINER_SECONDS, attune_job_get_step (job) > 0);
  g_clear_object (&job);
  ui_test_tear_down (test, NULL);

  ui_test_set_up (test, attune_local_adapter_new);
  ui_test_open_window (test);
  jobs = attune_commands_get_jobs (test->commands);
  found = g_object_ref (attune_job_store_lookup (jobs, id));
  assert_finished (test, found);
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);

#define add(path, func) g_test_add ("/ui/journey/" path, UiTest, NULL, set_up, func, ui_test_tear_down)
  add ("whole-way", test_whole_way);
  add ("window-gone", test_window_gone);
#undef add

  return g_test_run ();
}
