/* test-monitor-checkpoints.c: what can be done with a checkpoint
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "attune-monitor-checkpoints.h"
#include "attune-monitor-files.h"
#include "attune-monitor-window.h"
#include "monitor-test.h"

typedef struct {
  MonitorTest  base;
  AttuneJob   *job;
  char        *run_folder;
} Fixture;

static void
write_file (const char *folder,
            const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, name, -1, NULL));
}

static char *
dup_checkpoint (Fixture *fixture,
                int      step)
{
  g_autofree char *name = g_strdup_printf ("step-%d", step);

  return g_build_filename (fixture->run_folder, "checkpoints", name, NULL);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GPtrArray) checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
  g_autofree char *output = NULL;

  monitor_test_set_up (&fixture->base, data);
  fixture->job = monitor_test_add_job (&fixture->base, "Support / Routing", "\"method\":{\"type\":\"lora\"}");
  fixture->run_folder = attune_job_store_dup_run_folder (fixture->base.jobs, fixture->job);
  monitor_test_append_steps (&fixture->base, fixture->job, 1, 300, 0.4);
  for (int step = 100; step <= 300; step += 100)
    {
      g_autofree char *folder = dup_checkpoint (fixture, step);
      g_autofree char *id = g_strdup_printf ("step-%d", step);

      write_file (folder, "adapter_config.json");
      write_file (folder, "adapter_model.safetensors");
      write_file (folder, "optimizer.safetensors");
      write_file (folder, "state.json");
      g_ptr_array_add (checkpoints, attune_checkpoint_new (id, step, g_get_real_time (), folder, step == 200 ? 0.5 : 0.6));
    }
  attune_job_set_checkpoints (fixture->job, checkpoints);
  output = g_build_filename (fixture->run_folder, "output", NULL);
  write_file (output, "adapter_config.json");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_free (fixture->run_folder);
  monitor_test_tear_down (&fixture->base, data);
}

static GtkWidget *
show (Fixture *fixture)
{
  GtkWidget *page;

  monitor_test_show (&fixture->base, attune_monitor_window_new (fixture->base.commands, fixture->job), 900, 720);
  gtk_widget_activate_action (GTK_WIDGET (fixture->base.window), "job.show-page", "s", "checkpoints");
  ui_test_settle (GTK_WIDGET (fixture->base.window));
  page = ui_test_find (GTK_WIDGET (fixture->base.window), ATTUNE_TYPE_MONITOR_CHECKPOINTS, NULL);
  ui_test_wait (!attune_monitor_metrics_is_reading (attune_monitor_window_get_metrics (ATTUNE_MONITOR_WINDOW (fixture->base.window))));

  return page;
}

/* Whether the menu of the row of this title has an item for the action. */
static gboolean
offers (GtkWidget  *page,
        const char *title,
        const char *action)
{
  GtkWidget *row = ui_test_find (page, ADW_TYPE_ACTION_ROW, title);
  GtkWidget *button = row != NULL ? ui_test_find (row, GTK_TYPE_MENU_BUTTON, NULL) : NULL;
  GMenuModel *menu = button != NULL ? gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (button)) : NULL;

  for (int i = 0; menu != NULL && i < g_menu_model_get_n_items (menu); i++)
    {
      g_autofree char *name = NULL;
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);

      if (g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_ACTION, "s", &name) && g_str_equal (name, action))
        return TRUE;
      for (int k = 0; section != NULL && k < g_menu_model_get_n_items (section); k++)
        {
          g_autofree char *inner = NULL;

          if (g_menu_model_get_item_attribute (section, k, G_MENU_ATTRIBUTE_ACTION, "s", &inner) && g_str_equal (inner, action))
            return TRUE;
        }
    }

  return FALSE;
}

static void
test_use (Fixture       *fixture,
          gconstpointer  data)
{
  GtkWidget *page;
  g_autofree char *second = dup_checkpoint (fixture, 200);
  g_autofree char *output = g_build_filename (fixture->run_folder, "output", NULL);
  g_autoptr (AttuneJobStore) other = NULL;
  AttuneJob *stored;

  attune_job_set_output_path (fixture->job, output);
  page = show (fixture);
  /* While it runs, the trainer's files are its own; a copy can be had. */
  g_assert_false (offers (page, "Step 200", "checkpoint.use"));
  g_assert_false (offers (page, "Step 200", "checkpoint.delete"));
  g_assert_true (offers (page, "Step 200", "checkpoint.export"));

  attune_job_set_status (fixture->job, ATTUNE_JOB_STATUS_SUCCEEDED);
  ui_test_wait (offers (page, "Step 200", "checkpoint.use"));
  g_assert_nonnull (ui_test_find (ui_test_find (page, ADW_TYPE_ACTION_ROW, "End of the Run"), GTK_TYPE_LABEL, "In Use"));
  g_assert_false (offers (page, "End of the Run", "checkpoint.use"));
  g_assert_false (offers (page, "End of the Run", "checkpoint.delete"));
  g_assert_true (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (ui_test_find (page, ADW_TYPE_ACTION_ROW, "Step 100"))),
                         "Token accuracy") != NULL);

  gtk_widget_activate_action (page, "checkpoint.use", "s", "step-200");
  g_assert_cmpstr (attune_job_get_output_path (fixture->job), ==, second);
  ui_test_wait (offers (page, "End of the Run", "checkpoint.use"));
  g_assert_nonnull (ui_test_find (ui_test_find (page, ADW_TYPE_ACTION_ROW, "Step 200"), GTK_TYPE_LABEL, "In Use"));
  g_assert_false (offers (page, "Step 200", "checkpoint.delete"));
  ui_test_settle (GTK_WIDGET (fixture->base.window));
  ui_test_assert_named (GTK_WIDGET (fixture->base.window));
  ui_test_screenshot (fixture->base.window, "monitor-checkpoint-used");

  /* The first page says whose model it is, and the choice is on disk. */
  gtk_widget_activate_action (GTK_WIDGET (fixture->base.window), "job.show-page", "s", "progress");
  ui_test_wait (monitor_test_has_text (&fixture->base, "Adapter of Step 200"));
  other = attune_job_store_new (NULL);
  g_assert_true (attune_job_store_load_sync (other, NULL));
  stored = attune_job_store_lookup (other, attune_job_get_id (fixture->job));
  g_assert_cmpstr (attune_job_get_output_path (stored), ==, second);

  gtk_widget_activate_action (page, "checkpoint.use", "s", "output");
  g_assert_cmpstr (attune_job_get_output_path (fixture->job), ==, output);
}

static void
test_delete (Fixture       *fixture,
             gconstpointer  data)
{
  GtkWidget *page;
  AdwDialog *dialog;
  g_autofree char *first = dup_checkpoint (fixture, 100);

  attune_job_set_status (fixture->job, ATTUNE_JOB_STATUS_PAUSED);
  page = show (fixture);
  g_assert_true (offers (page, "Step 100", "checkpoint.delete"));

  /* It asks first. */
  gtk_widget_activate_action (page, "checkpoint.delete", "s", "step-100");
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (fixture->base.window));
  g_assert_true (ADW_IS_ALERT_DIALOG (dialog));
  adw_dialog_close (dialog);
  ui_test_wait (adw_window_get_visible_dialog (ADW_WINDOW (fixture->base.window)) == NULL);
  g_assert_true (g_file_test (first, G_FILE_TEST_IS_DIR));

  gtk_widget_activate_action (page, "checkpoint.delete", "s", "step-100");
  dialog = adw_window_get_visible_dialog (ADW_WINDOW (fixture->base.window));
  g_signal_emit_by_name (dialog, "response::delete", "delete");
  adw_dialog_force_close (dialog);
  ui_test_wait (attune_job_get_checkpoints (fixture->job)->len == 2);
  g_assert_false (g_file_test (first, G_FILE_TEST_EXISTS));
  ui_test_wait (ui_test_find (page, ADW_TYPE_ACTION_ROW, "Step 100") == NULL);

  /* What lies elsewhere is not ours. */
  {
    g_autoptr (GPtrArray) checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);

    g_ptr_array_add (checkpoints, attune_checkpoint_new ("step-400", 400, 0, g_get_home_dir (), NAN));
    attune_job_set_checkpoints (fixture->job, checkpoints);
  }
  ui_test_wait (ui_test_find (page, ADW_TYPE_ACTION_ROW, "Step 400") != NULL);
  g_assert_true (offers (page, "Step 400", "job.open-folder"));
  g_assert_false (offers (page, "Step 400", "checkpoint.delete"));
  g_assert_false (offers (page, "Step 400", "checkpoint.use"));
}

static void
test_resume (Fixture       *fixture,
             gconstpointer  data)
{
  GtkWidget *page;

  page = show (fixture);
  g_assert_false (offers (page, "Step 300", "job.resume"));
  attune_job_set_status (fixture->job, ATTUNE_JOB_STATUS_FAILED);
  /* A run goes on from its newest checkpoint. */
  ui_test_wait (offers (page, "Step 300", "job.resume"));
  g_assert_false (offers (page, "Step 200", "job.resume"));
}

static void
result_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static void
test_export (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *folder = dup_checkpoint (fixture, 200);
  g_autofree char *destination = g_build_filename (g_get_user_data_dir (), "exported", NULL);
  g_autofree char *weights = g_build_filename (destination, "adapter_model.safetensors", NULL);
  g_autofree char *state = g_build_filename (destination, "state.json", NULL);
  g_autofree char *optimizer = g_build_filename (destination, "optimizer.safetensors", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_monitor_files_is_model (folder));
  attune_monitor_files_export_async (folder, destination, NULL, result_cb, &result);
  ui_test_wait (result != NULL);
  g_assert_true (attune_monitor_files_export_finish (result, &error));
  g_assert_no_error (error);
  g_assert_true (attune_monitor_files_is_model (destination));
  g_assert_true (g_file_test (weights, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (state, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (optimizer, G_FILE_TEST_EXISTS));

  /* What is there is not written over. */
  g_clear_object (&result);
  attune_monitor_files_export_async (folder, destination, NULL, result_cb, &result);
  ui_test_wait (result != NULL);
  g_assert_false (attune_monitor_files_export_finish (result, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, destination));
  g_clear_error (&error);

  /* Nothing is left of what could not be copied. */
  g_clear_object (&result);
  g_clear_pointer (&destination, g_free);
  destination = g_build_filename (g_get_user_data_dir (), "nothing", NULL);
  attune_monitor_files_export_async ("/nowhere/at/all", destination, NULL, result_cb, &result);
  ui_test_wait (result != NULL);
  g_assert_false (attune_monitor_files_export_finish (result, &error));
  g_assert_cmpint (error->domain, ==, ATTUNE_ERROR);
  g_assert_false (g_file_test (destination, G_FILE_TEST_EXISTS));
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("Checkpoints are used, exported, deleted and gone on from, each where it is allowed.");

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/monitor-checkpoints/use", test_use);
  ADD ("/monitor-checkpoints/delete", test_delete);
  ADD ("/monitor-checkpoints/resume", test_resume);
  ADD ("/monitor-checkpoints/export", test_export);
#undef ADD

  return g_test_run ();
}
