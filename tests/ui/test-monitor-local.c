/* test-monitor-local.c: what only a run on this computer has: its log, and what it takes of the computer
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "attune-monitor-log.h"
#include "attune-monitor-usage.h"
#include "attune-monitor-window.h"
#include "monitor-test.h"

typedef struct {
  MonitorTest  base;
  AttuneJob   *job;
  char        *run_folder;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  monitor_test_set_up (&fixture->base, data);
  fixture->job = monitor_test_add_job (&fixture->base, "Local", NULL);
  fixture->run_folder = attune_job_store_dup_run_folder (fixture->base.jobs, fixture->job);
  g_assert_cmpint (g_mkdir_with_parents (fixture->run_folder, 0700), ==, 0);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_free (fixture->run_folder);
  monitor_test_tear_down (&fixture->base, data);
}

static void
append_log (Fixture    *fixture,
            const char *text)
{
  g_autofree char *path = g_build_filename (fixture->run_folder, "log.txt", NULL);
  FILE *file = g_fopen (path, "ae");

  g_assert_nonnull (file);
  g_assert_cmpint (fputs (text, file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

static char *
get_text (GtkWidget *page)
{
  GtkWidget *view = ui_test_find (page, GTK_TYPE_TEXT_VIEW, NULL);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);

  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static gboolean
ends_with (GtkWidget  *page,
           const char *suffix)
{
  g_autofree char *text = get_text (page);

  return g_str_has_suffix (text, suffix);
}

static void
test_log (Fixture       *fixture,
          gconstpointer  data)
{
  GtkWidget *page = NULL;
  GtkWidget *search;
  GtkTextBuffer *buffer;
  GtkTextIter start, end;
  g_autoptr (GString) long_text = g_string_new (NULL);
  g_autofree char *selected = NULL;
  g_autofree char *path = g_build_filename (fixture->run_folder, "log.txt", NULL);

  monitor_test_show (&fixture->base, attune_monitor_window_new (fixture->base.commands, fixture->job), 900, 720);
  /* Nothing was said yet, so there is no page for it. */
  g_assert_null (ui_test_find (GTK_WIDGET (fixture->base.window), GTK_TYPE_TOGGLE_BUTTON, "Log"));

  append_log (fixture, "Loading the model\nReady, 2 threads\n");
  ui_test_wait (monitor_test_has_text (&fixture->base, "Log"));
  gtk_widget_activate_action (GTK_WIDGET (fixture->base.window), "job.show-page", "s", "log");
  ui_test_settle (GTK_WIDGET (fixture->base.window));
  page = ui_test_find (GTK_WIDGET (fixture->base.window), ATTUNE_TYPE_MONITOR_LOG, NULL);
  g_assert_nonnull (page);
  g_assert_true (ends_with (page, "Ready, 2 threads\n"));

  /* What is added is added, also what is no text. */
  append_log (fixture, "Checkpoint \xff written\n");
  attune_monitor_log_refresh (ATTUNE_MONITOR_LOG (page));
  ui_test_wait (ends_with (page, "written\n"));
  {
    g_autofree char *text = get_text (page);

    g_assert_cmpstr (text, ==, "Loading the model\nReady, 2 threads\nCheckpoint \xef\xbf\xbd written\n");
  }
  ui_test_assert_named (GTK_WIDGET (fixture->base.window));
  ui_test_screenshot (fixture->base.window, "monitor-log");

  search = ui_test_find (page, GTK_TYPE_SEARCH_ENTRY, NULL);
  gtk_editable_set_text (GTK_EDITABLE (search), "THREADS");
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (ui_test_find (page, GTK_TYPE_TEXT_VIEW, NULL)));
  ui_test_wait (gtk_text_buffer_get_selection_bounds (buffer, &start, &end));
  selected = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  g_assert_cmpstr (selected, ==, "threads");
  gtk_editable_set_text (GTK_EDITABLE (search), "not there");
  ui_test_wait (gtk_widget_has_css_class (search, "error"));

  /* Of much, the end. */
  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (long_text, "line %u of very many lines\n", i);
  append_log (fixture, long_text->str);
  attune_monitor_log_refresh (ATTUNE_MONITOR_LOG (page));
  ui_test_wait (ends_with (page, "line 19999 of very many lines\n"));
  g_assert_cmpint (gtk_text_buffer_get_line_count (buffer), <=, 5001);

  /* Another file of the same name, as after a start from the beginning. */
  g_assert_true (g_file_set_contents (path, "Again\n", -1, NULL));
  attune_monitor_log_refresh (ATTUNE_MONITOR_LOG (page));
  ui_test_wait (ends_with (page, "Again\n"));
  {
    g_autofree char *text = get_text (page);

    g_assert_cmpstr (text, ==, "Again\n");
  }
}

static void
write_status (Fixture *fixture,
              gint64   start_time_offset)
{
  g_autofree char *path = g_build_filename (fixture->run_folder, "status.json", NULL);
  g_autofree char *stat = NULL;
  g_auto (GStrv) fields = NULL;
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/stat", &stat, NULL, NULL));
  fields = g_strsplit (strrchr (stat, ')') + 2, " ", -1);
  text = g_strdup_printf ("{\"version\":1,\"state\":\"running\",\"pid\":%d,\"pidStartTime\":%" G_GINT64_FORMAT "}", (int) getpid (),
                          g_ascii_strtoll (fields[19], NULL, 10) + start_time_offset);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
sample (AttuneMonitorUsage *usage)
{
  attune_monitor_usage_sample (usage);
  ui_test_wait (!attune_monitor_usage_is_sampling (usage));
}

static void
test_usage (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (AttuneMonitorMetrics) metrics = attune_monitor_metrics_new (fixture->base.jobs, fixture->job);
  g_autoptr (AttuneMonitorUsage) usage = attune_monitor_usage_new (metrics, fixture->run_folder);
  AttuneSeries *memory = attune_monitor_usage_get_memory (usage);
  AttuneSeries *processor = attune_monitor_usage_get_processor (usage);
  guint length;

  /* No run, or the number of a process that is another one. */
  sample (usage);
  write_status (fixture, 1);
  sample (usage);
  g_assert_cmpuint (attune_series_get_length (memory), ==, 0);

  monitor_test_append_steps (&fixture->base, fixture->job, 1, 20, 0.4);
  attune_monitor_metrics_refresh (metrics);
  ui_test_wait (!attune_monitor_metrics_is_reading (metrics));
  write_status (fixture, 0);
  sample (usage);
  g_assert_cmpuint (attune_series_get_length (memory), ==, 1);
  /* This very program, which is no small one, and not as large as the address sanitizer's shadow. */
  g_assert_cmpfloat (attune_series_get_y (memory, 0), >, 10.0);
  g_assert_cmpfloat (attune_series_get_y (memory, 0), <, 64.0 * 1024.0);
  g_assert_cmpfloat (attune_series_get_x (memory, ATTUNE_SERIES_STEP, 0), ==, 20.0);
  /* How fast it works takes two looks. */
  g_assert_cmpuint (attune_series_get_length (processor), ==, 0);
  sample (usage);
  g_assert_cmpuint (attune_series_get_length (processor), ==, 1);
  g_assert_cmpfloat (attune_series_get_y (processor, 0), >=, 0.0);
  g_assert_cmpfloat (attune_series_get_y (processor, 0), <=, 1.0);

  /* In the window they are charts among the others. */
  monitor_test_show (&fixture->base, attune_monitor_window_new (fixture->base.commands, fixture->job), 900, 1700);
  ui_test_wait (monitor_test_has_text (&fixture->base, "Memory of the Trainer (MiB)") &&
                monitor_test_has_text (&fixture->base, "Processor of This Computer"));
  ui_test_settle (GTK_WIDGET (fixture->base.window));
  ui_test_assert_named (GTK_WIDGET (fixture->base.window));
  ui_test_screenshot (fixture->base.window, "monitor-usage");

  length = attune_series_get_length (memory);
  sample (usage);
  g_assert_cmpuint (attune_series_get_length (memory), ==, length + 1);
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("The log of a run on this computer, and what it takes of the computer.");

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/monitor-local/log", test_log);
  ADD ("/monitor-local/usage", test_usage);
#undef ADD

  return g_test_run ();
}
