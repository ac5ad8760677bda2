/* test-monitor-advice.c: what is said about a run, and only where it is sure
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "attune-monitor-advice.h"
#include "attune-monitor-notes.h"
#include "attune-monitor-window.h"
#include "monitor-test.h"

static AttuneMonitorMetrics *
read_metrics (MonitorTest *test,
              AttuneJob   *job)
{
  AttuneMonitorMetrics *metrics = attune_monitor_metrics_new (test->jobs, job);

  attune_monitor_metrics_refresh (metrics);
  ui_test_wait (!attune_monitor_metrics_is_reading (metrics));

  return metrics;
}

/* (transfer full) the only piece of advice, which has to be this one; NULL: there has to be none. */
static AttuneMonitorAdvice *
find_only (MonitorTest             *test,
           AttuneJob               *job,
           const AttuneMonitorDisk *disk,
           const char              *id)
{
  g_autoptr (AttuneMonitorMetrics) metrics = read_metrics (test, job);
  g_autoptr (GPtrArray) found = attune_monitor_advice_find (metrics, disk);

  if (id == NULL)
    {
      g_assert_cmpuint (found->len, ==, 0);
      return NULL;
    }
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (((AttuneMonitorAdvice *) g_ptr_array_index (found, 0))->id, ==, id);

  return g_ptr_array_steal_index (found, 0);
}

static gboolean
offers (const AttuneMonitorAdvice *advice,
        const char                *action)
{
  for (guint i = 0; i < advice->n_actions; i++)
    if (g_str_equal (advice->actions[i].action, action))
      return TRUE;

  return FALSE;
}

static void
test_healthy (MonitorTest   *test,
              gconstpointer  data)
{
  const AttuneMonitorDisk disk = { G_GUINT64_CONSTANT (50) << 30, 1 << 20 };
  AttuneJob *job = monitor_test_add_job (test, "Healthy", NULL);

  g_assert_null (find_only (test, job, &disk, NULL));
  monitor_test_append_steps (test, job, 1, 300, 0.4);
  g_assert_null (find_only (test, job, &disk, NULL));
}

static void
test_not_finite (MonitorTest   *test,
                 gconstpointer  data)
{
  AttuneJob *job = monitor_test_add_job (test, "Diverged", NULL);
  g_autoptr (AttuneMonitorAdvice) advice = NULL;
  g_autoptr (AttuneMonitorAdvice) ended = NULL;

  monitor_test_append_steps (test, job, 1, 20, 0.4);
  monitor_test_append_value (test, job, 21, ATTUNE_METRIC_LOSS, NAN);
  monitor_test_append_value (test, job, 22, ATTUNE_METRIC_LOSS, INFINITY);
  advice = find_only (test, job, NULL, "not-finite");
  g_assert_true (advice->is_error);
  g_assert_nonnull (strstr (advice->text, "21"));
  g_assert_true (offers (advice, "job.cancel"));
  g_assert_true (offers (advice, "job.clone"));

  /* There is nothing left to cancel. */
  attune_job_set_status (job, ATTUNE_JOB_STATUS_FAILED);
  ended = find_only (test, job, NULL, "not-finite");
  g_assert_false (offers (ended, "job.cancel"));

  /* One that has come back is not lost. */
  monitor_test_append_value (test, job, 23, ATTUNE_METRIC_LOSS, 1.5);
  g_assert_null (find_only (test, job, NULL, NULL));
}

static void
test_overfitting (MonitorTest   *test,
                  gconstpointer  data)
{
  static const double losses[] = { 1.2, 0.9, 0.85, 0.9, 0.95 };
  AttuneJob *job = monitor_test_add_job (test, "By Heart", NULL);
  g_autoptr (AttuneMonitorAdvice) advice = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (losses); i++)
    monitor_test_append_value (test, job, 10 * (i + 1), ATTUNE_METRIC_EVAL_LOSS, losses[i]);
  /* Twice may be chance. */
  g_assert_null (find_only (test, job, NULL, NULL));
  monitor_test_append_value (test, job, 60, ATTUNE_METRIC_EVAL_LOSS, 0.96);
  advice = find_only (test, job, NULL, "overfitting");
  g_assert_false (advice->is_error);
  g_assert_nonnull (strstr (advice->text, "0.85"));
  g_assert_nonnull (strstr (advice->text, "30"));
  g_assert_true (offers (advice, "job.cancel"));

  monitor_test_append_value (test, job, 70, ATTUNE_METRIC_EVAL_LOSS, 0.94);
  g_assert_null (find_only (test, job, NULL, NULL));
}

static void
test_floor (MonitorTest   *test,
            gconstpointer  data)
{
  AttuneJob *job = monitor_test_add_job (test, "Cold", NULL);
  AttuneJob *constant = monitor_test_add_job (test, "Constant", NULL);
  g_autoptr (AttuneMonitorAdvice) advice = NULL;

  for (gint64 step = 1; step <= 108; step++)
    {
      monitor_test_append_value (test, job, step, ATTUNE_METRIC_LEARNING_RATE, step < 100 ? 1e-4 * (100 - (double) step) / 100 : 1e-7);
      monitor_test_append_value (test, constant, step, ATTUNE_METRIC_LEARNING_RATE, 1e-4);
    }
  g_assert_null (find_only (test, job, NULL, NULL));
  monitor_test_append_value (test, job, 109, ATTUNE_METRIC_LEARNING_RATE, 1e-7);
  advice = find_only (test, job, NULL, "floor");
  g_assert_nonnull (strstr (advice->text, "100"));
  g_assert_nonnull (strstr (advice->text, "291"));

  /* At the end that is the plan, and so is a rate that never moves. */
  attune_job_set_steps (job, 109, 112);
  g_assert_null (find_only (test, job, NULL, NULL));
  g_assert_null (find_only (test, constant, NULL, NULL));
}

static void
test_masked (MonitorTest   *test,
             gconstpointer  data)
{
  AttuneJob *by_tokens = monitor_test_add_job (test, "No Tokens", NULL);
  AttuneJob *by_loss = monitor_test_add_job (test, "No Loss", NULL);
  AttuneMonitorAdvice *advice;

  for (gint64 step = 1; step <= 3; step++)
    {
      monitor_test_append_value (test, by_tokens, step, ATTUNE_METRIC_TOKENS, 0.0);
      monitor_test_append_value (test, by_loss, step, ATTUNE_METRIC_LOSS, 0.0);
    }
  advice = find_only (test, by_tokens, NULL, "masked");
  g_assert_true (advice->is_error);
  g_assert_true (offers (advice, "job.cancel"));
  attune_monitor_advice_free (advice);
  attune_monitor_advice_free (find_only (test, by_loss, NULL, "masked"));

  monitor_test_append_value (test, by_loss, 4, ATTUNE_METRIC_LOSS, 0.01);
  g_assert_null (find_only (test, by_loss, NULL, NULL));
}

static void
test_disk (MonitorTest   *test,
           gconstpointer  data)
{
  AttuneJob *job = monitor_test_add_job (test, "Large", "\"schedule\":{\"checkpoints\":3}");
  g_autoptr (GPtrArray) checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "checkpoint", NULL);
  g_autofree char *file = g_build_filename (folder, "weights", NULL);
  AttuneMonitorDisk disk = { 0 };
  AttuneMonitorAdvice *advice;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "0123456789", -1, NULL));
  g_assert_true (attune_monitor_disk_look (&disk, folder, folder));
  g_assert_cmpuint (disk.checkpoint_size, ==, 10);
  g_assert_cmpuint (disk.free, >, 0);
  g_assert_false (attune_monitor_disk_look (&disk, "/nowhere/at/all", NULL));

  g_ptr_array_add (checkpoints, attune_checkpoint_new ("step-100", 100, 0, folder, NAN));
  attune_job_set_checkpoints (job, checkpoints);
  /* Two more checkpoints and the result. */
  disk = (AttuneMonitorDisk) { G_GUINT64_CONSTANT (3) << 30, G_GUINT64_CONSTANT (1) << 30 };
  g_assert_null (find_only (test, job, &disk, NULL));
  disk.free--;
  advice = find_only (test, job, &disk, "disk");
  g_assert_true (offers (advice, "job.pause"));
  g_assert_nonnull (strstr (advice->text, "3.2"));
  attune_monitor_advice_free (advice);

  disk = (AttuneMonitorDisk) { 1 << 20, 0 };
  attune_monitor_advice_free (find_only (test, job, &disk, "disk"));
  attune_job_set_status (job, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_null (find_only (test, job, &disk, NULL));
}

static void
announced_cb (GObject    *notes,
              const char *text,
              GString    *heard)
{
  g_string_append (heard, text);
  g_signal_stop_emission_by_name (notes, "announce");
}

static void
test_cards (MonitorTest   *test,
            gconstpointer  data)
{
  AttuneJob *job = monitor_test_add_job (test, "Diverging", NULL);
  g_autoptr (GString) heard = g_string_new (NULL);
  GtkWidget *notes;
  GtkWidget *button;

  monitor_test_append_steps (test, job, 1, 60, 0.4);
  monitor_test_show (test, attune_monitor_window_new (test->commands, job), 900, 720);
  ui_test_wait (!attune_monitor_metrics_is_reading (attune_monitor_window_get_metrics (ATTUNE_MONITOR_WINDOW (test->window))));
  g_assert_null (ui_test_find (GTK_WIDGET (test->window), ATTUNE_TYPE_MONITOR_NOTES, NULL));
  notes = gtk_widget_get_ancestor (GTK_WIDGET (attune_monitor_window_get_charts (ATTUNE_MONITOR_WINDOW (test->window))), GTK_TYPE_BOX);
  for (notes = gtk_widget_get_first_child (notes); !ATTUNE_IS_MONITOR_NOTES (notes); notes = gtk_widget_get_next_sibling (notes));
  g_signal_connect (notes, "announce", G_CALLBACK (announced_cb), heard);

  monitor_test_append_value (test, job, 61, ATTUNE_METRIC_LOSS, NAN);
  ui_test_wait (monitor_test_has_text (test, "The Loss Is Not Finite"));
  g_assert_nonnull (strstr (heard->str, "The Loss Is Not Finite"));
  for (guint i = 0; i < 3; i++)
    monitor_test_append_value (test, job, 62 + i, ATTUNE_METRIC_EVAL_LOSS, 3.0 + i);
  ui_test_wait (monitor_test_has_text (test, "The Evaluation Loss Rises"));
  ui_test_settle (GTK_WIDGET (test->window));
  ui_test_assert_named (GTK_WIDGET (test->window));
  ui_test_screenshot (test->window, "monitor-advice");
  ui_test_resize (test->window, 360, 900);
  ui_test_screenshot (test->window, "monitor-advice-narrow");

  /* What helps is one press away. */
  button = ui_test_find (notes, GTK_TYPE_BUTTON, "Show _Checkpoints");
  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
  ui_test_settle (GTK_WIDGET (test->window));
  g_assert_true (monitor_test_has_text (test, "No Checkpoints Yet"));
  gtk_widget_activate_action (GTK_WIDGET (test->window), "job.show-page", "s", "progress");
  ui_test_settle (GTK_WIDGET (test->window));

  /* Put away, it stays away, and is not told again. */
  g_string_truncate (heard, 0);
  button = ui_test_find (notes, GTK_TYPE_BUTTON, "Dismiss “The Loss Is Not Finite”");
  if (button == NULL)
    button = ui_test_find (notes, GTK_TYPE_BUTTON, "Dismiss");
  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
  g_assert_false (monitor_test_has_text (test, "The Loss Is Not Finite"));
  monitor_test_append_value (test, job, 65, ATTUNE_METRIC_LOSS, NAN);
  ui_test_wait (attune_series_get_length (attune_monitor_metrics_get_series (
                  attune_monitor_window_get_metrics (ATTUNE_MONITOR_WINDOW (test->window)), ATTUNE_METRIC_LOSS)) == 62);
  g_assert_false (monitor_test_has_text (test, "The Loss Is Not Finite"));
  g_assert_cmpstr (heard->str, ==, "");
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("Advice about a run: not given without cause, and with the action next to it.");

#define ADD(path, func) g_test_add (path, MonitorTest, NULL, monitor_test_set_up, func, monitor_test_tear_down)
  ADD ("/monitor-advice/healthy", test_healthy);
  ADD ("/monitor-advice/not-finite", test_not_finite);
  ADD ("/monitor-advice/overfitting", test_overfitting);
  ADD ("/monitor-advice/floor", test_floor);
  ADD ("/monitor-advice/masked", test_masked);
  ADD ("/monitor-advice/disk", test_disk);
  ADD ("/monitor-advice/cards", test_cards);
#undef ADD

  return g_test_run ();
}
