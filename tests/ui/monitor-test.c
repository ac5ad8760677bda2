/* monitor-test.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "monitor-test.h"

#include <math.h>

void
monitor_test_set_up (MonitorTest   *test,
                     gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  test->registry = attune_registry_new ();
  test->adapter = fake_adapter_new ("fake", "Fake Provider");
  attune_registry_add (test->registry, ATTUNE_ADAPTER (test->adapter));
  test->jobs = attune_job_store_new (NULL);
  test->datasets = attune_dataset_store_new (NULL);
  g_assert_true (attune_job_store_load_sync (test->jobs, &error));
  g_assert_no_error (error);
  g_assert_true (attune_dataset_store_load_sync (test->datasets, &error));
  g_assert_no_error (error);
  test->monitor = attune_monitor_new (test->registry, test->jobs, test->datasets);
  test->credentials = attune_credentials_new ();
  test->commands = attune_commands_new (test->registry, test->jobs, test->datasets, test->monitor, test->credentials);
}

void
monitor_test_tear_down (MonitorTest   *test,
                        gconstpointer  data)
{
  if (test->window != NULL)
    monitor_test_hide (test);
  attune_monitor_stop (test->monitor);
  while (g_main_context_iteration (NULL, FALSE));

  ui_test_wait (G_OBJECT (test->commands)->ref_count == 1);
  g_assert_finalize_object (test->commands);
  ui_test_wait (G_OBJECT (test->monitor)->ref_count == 1);
  g_assert_finalize_object (test->monitor);
  g_clear_object (&test->credentials);
  ui_test_wait (G_OBJECT (test->jobs)->ref_count == 1);
  g_assert_finalize_object (test->jobs);
  g_clear_object (&test->datasets);
  g_assert_finalize_object (test->registry);
  g_assert_finalize_object (test->adapter);
}

AttuneJob *
monitor_test_add_job (MonitorTest *test,
                      const char  *name,
                      const char  *json)
{
  g_autofree char *text = g_strdup_printf ("{\"version\":1%s%s}", json != NULL ? "," : "", json != NULL ? json : "");
  g_autoptr (AttuneConfiguration) configuration = NULL;
  g_autoptr (AttuneJob) job = NULL;
  g_autoptr (GError) error = NULL;

  configuration = attune_configuration_new_from_data (text, -1, "test", &error);
  g_assert_no_error (error);
  job = attune_job_new ("me", "fake", configuration);
  attune_job_set_name (job, name);
  attune_job_set_provider_job_id (job, name);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_RUNNING);
  attune_job_set_steps (job, 0, 400);
  g_assert_true (attune_job_store_save_sync (test->jobs, job, &error));
  g_assert_no_error (error);

  return attune_job_store_lookup (test->jobs, attune_job_get_id (job));
}

void
monitor_test_append_steps (MonitorTest *test,
                           AttuneJob   *job,
                           gint64       from,
                           gint64       to,
                           double       floor)
{
  g_autoptr (GArray) points = g_array_new (FALSE, TRUE, sizeof (AttuneMetricPoint));
  g_autoptr (GError) error = NULL;

  for (gint64 step = from; step <= to; step++)
    {
      double progress = (double) step / 400.0;
      AttuneMetricPoint point = { step, 3.0 * progress, (1700000000 + step) * G_USEC_PER_SEC };

      point.set = 1u << ATTUNE_METRIC_LOSS | 1u << ATTUNE_METRIC_LEARNING_RATE | 1u << ATTUNE_METRIC_GRAD_NORM |
                  1u << ATTUNE_METRIC_TOKEN_ACCURACY | 1u << ATTUNE_METRIC_TOKENS | 1u << ATTUNE_METRIC_TOKENS_PER_SECOND;
      point.values[ATTUNE_METRIC_LOSS] = floor + 2.0 * exp (-5.0 * progress) + g_test_rand_double_range (-0.08, 0.08);
      point.values[ATTUNE_METRIC_LEARNING_RATE] = 2e-5 * MIN (step / 20.0, 0.5 * (1.0 + cos (G_PI * progress)));
      point.values[ATTUNE_METRIC_GRAD_NORM] = 0.8 + exp (-4.0 * progress) * 3.0 + g_test_rand_double_range (0.0, 0.5);
      point.values[ATTUNE_METRIC_TOKEN_ACCURACY] = 0.95 - floor / 4.0 - 0.6 * exp (-5.0 * progress);
      point.values[ATTUNE_METRIC_TOKENS] = (double) step * 512.0;
      point.values[ATTUNE_METRIC_TOKENS_PER_SECOND] = 820.0 + g_test_rand_double_range (-40.0, 40.0);
      g_array_append_val (points, point);

      if (step % 50 == 0)
        {
          AttuneMetricPoint evaluation = { step, 3.0 * progress, (1700000000 + step) * G_USEC_PER_SEC };

          evaluation.set = 1u << ATTUNE_METRIC_EVAL_LOSS;
          evaluation.values[ATTUNE_METRIC_EVAL_LOSS] = floor + 0.15 + 1.9 * exp (-4.5 * progress);
          g_array_append_val (points, evaluation);
        }
    }
  g_assert_true (attune_job_store_append_metrics_sync (test->jobs, job, &g_array_index (points, AttuneMetricPoint, 0),
                                                       points->len, &error));
  g_assert_no_error (error);
  attune_job_set_steps (job, to, 400);
}

void
monitor_test_append_value (MonitorTest  *test,
                           AttuneJob    *job,
                           gint64        step,
                           AttuneMetric  metric,
                           double        value)
{
  AttuneMetricPoint point = { step, 3.0 * (double) step / 400.0, (1700000000 + step) * G_USEC_PER_SEC, 1u << metric };
  g_autoptr (GError) error = NULL;

  point.values[metric] = value;
  g_assert_true (attune_job_store_append_metrics_sync (test->jobs, job, &point, 1, &error));
  g_assert_no_error (error);
}

void
monitor_test_show (MonitorTest *test,
                   GtkWindow   *window,
                   int          width,
                   int          height)
{
  g_assert_null (test->window);

  test->window = window;
  gtk_window_set_default_size (window, width, height);
  gtk_window_present (window);
  ui_test_wait (gtk_widget_get_mapped (GTK_WIDGET (window)));
  /* Without a compositor GTK draws a border of its own around the window. */
  gtk_widget_remove_css_class (GTK_WIDGET (window), "solid-csd");
  ui_test_settle (GTK_WIDGET (window));
}

void
monitor_test_hide (MonitorTest *test)
{
  g_object_add_weak_pointer (G_OBJECT (test->window), (gpointer *) &test->window);
  gtk_window_destroy (test->window);
  /* What is under way holds what it needs. */
  ui_test_wait (test->window == NULL);
}

gboolean
monitor_test_has_text (MonitorTest *test,
                       const char  *text)
{
  return ui_test_find (GTK_WIDGET (test->window), GTK_TYPE_LABEL, text) != NULL;
}
