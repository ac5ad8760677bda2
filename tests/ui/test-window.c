/* test-window.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include "attune-error.h"
#include "attune-job-row.h"
#include "attune-jobs-page.h"
#include "attune-models-page.h"
#include "attune-providers-page.h"

static GtkWidget *
find (AttuneWindow *window,
      GType         type,
      const char   *text)
{
  return ui_test_find (GTK_WIDGET (window), type, text);
}

static void
take_file (AttuneWindow *window,
           const char   *path)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_list_store_append (files, file);
  attune_window_take_files (window, G_LIST_MODEL (files));
}

/* A pointer with files over the window, and away again. */
static void
hover_with_files (AttuneWindow *window,
                  gboolean      over)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (window));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      GdkDragAction action = 0;

      if (GTK_IS_DROP_TARGET (controller) && over)
        {
          g_signal_emit_by_name (controller, "enter", 10.0, 10.0, &action);
          g_assert_cmpint (action, ==, GDK_ACTION_COPY);
        }
      else if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "leave");
    }
  ui_test_settle (GTK_WIDGET (window));
}

/* A drop as GTK hands it over. */
static gboolean
drop_file (GtkWidget  *widget,
           const char *path)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean handled = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_array (&file, 1));
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", &value, 0.0, 0.0, &handled);
    }

  return handled;
}

static void
test_empty (UiTest        *test,
            gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  int minimum;

  g_assert_nonnull (find (window, ADW_TYPE_STATUS_PAGE, "Drop a Data File Here"));
  g_assert_nonnull (find (window, GTK_TYPE_BUTTON, "_Choose File…"));
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "jobs-empty-wide");

  gtk_widget_measure (GTK_WIDGET (window), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  ui_test_resize (GTK_WINDOW (window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (window), "jobs-empty-narrow");
}

static void
test_drop (UiTest        *test,
           gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 300);
  AttuneNewJobPage *page;
  g_autofree char *id = NULL;
  int minimum;

  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  hover_with_files (window, TRUE);
  g_assert_nonnull (find (window, ADW_TYPE_STATUS_PAGE, "Drop to Start a New Job"));
  ui_test_screenshot (GTK_WINDOW (window), "drop-wide");
  hover_with_files (window, FALSE);

  g_assert_true (drop_file (GTK_WIDGET (window), path));
  page = attune_window_get_new_job_page (window);
  g_assert_nonnull (page);
  ui_test_wait (attune_new_job_page_is_settled (page));
  id = attune_configuration_dup_text (attune_job_form_get_configuration (attune_new_job_page_get_form (page)),
                                      "datasets.trainingFileId");
  g_assert_nonnull (id);

  /* The estimate comes when a person pauses. */
  ui_test_wait (find (window, ADW_TYPE_ACTION_ROW, "Steps") != NULL);
  g_assert_nonnull (find (window, ADW_TYPE_ACTION_ROW, "No problems found"));
  g_assert_nonnull (find (window, ADW_TYPE_EXPANDER_ROW, "Not Used by Fake Provider"));
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_screenshot (GTK_WINDOW (window), "new-job-wide");

  attune_job_form_set_all_settings (attune_new_job_page_get_form (page), TRUE);
  ui_test_assert_named (GTK_WIDGET (window));
  gtk_widget_measure (GTK_WIDGET (window), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  ui_test_resize (GTK_WINDOW (window), 1200, 2400);
  ui_test_screenshot (GTK_WINDOW (window), "new-job-all-settings");
  attune_job_form_set_all_settings (attune_new_job_page_get_form (page), FALSE);
  ui_test_resize (GTK_WINDOW (window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (window), "new-job-narrow");
  ui_test_resize (GTK_WINDOW (window), 360, 2400);
  ui_test_screenshot (GTK_WINDOW (window), "new-job-narrow-whole");

  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  ui_test_screenshot (GTK_WINDOW (window), "new-job-dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
}

/* From the drop to the finished job, with what a person sees on the way. */
static void
test_start (UiTest        *test,
            gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttuneJobStore *jobs = attune_commands_get_jobs (test->commands);
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 20);
  AttuneNewJobPage *page;
  g_autoptr (AttuneJob) job = NULL;
  GtkWidget *row;
  g_autofree char *description = NULL;

  g_action_group_activate_action (G_ACTION_GROUP (test->application), "new-job", NULL);
  page = attune_window_get_new_job_page (window);
  g_assert_nonnull (page);
  ui_test_wait (attune_new_job_page_is_settled (page));
  /* Nothing to learn from yet: Start stays off, and does nothing. */
  g_assert_nonnull (find (window, ADW_TYPE_PREFERENCES_GROUP, "1 Problem to Solve"));
  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.start", NULL);
  g_assert_cmpuint (fake_adapter_get_n_started (test->adapter), ==, 0);

  g_assert_true (drop_file (GTK_WIDGET (window), path));
  g_assert_true (attune_window_get_new_job_page (window) == page);
  ui_test_wait (attune_new_job_page_is_settled (page));
  gtk_editable_set_text (GTK_EDITABLE (find (window, ADW_TYPE_ENTRY_ROW, "_Name (optional)")), "My first job");
  attune_configuration_set_value (attune_job_form_get_configuration (attune_new_job_page_get_form (page)),
                                  "schedule.epochs", g_variant_new_int64 (2));
  ui_test_wait (attune_new_job_page_is_settled (page));

  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.start", NULL);
  ui_test_wait (fake_adapter_get_n_started (test->adapter) == 1);
  ui_test_wait (attune_window_get_new_job_page (window) == NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (jobs)), ==, 1);
  job = g_list_model_get_item (G_LIST_MODEL (jobs), 0);
  g_assert_cmpstr (attune_job_get_name (job), ==, "My first job");
  g_assert_cmpint (attune_configuration_get_integer (attune_job_get_configuration (job), "schedule.epochs"), ==, 2);

  /* Its monitor window came up. */
  ui_test_wait (g_list_length (gtk_application_get_windows (GTK_APPLICATION (test->application))) == 2);

  fake_adapter_set_status (test->adapter, ATTUNE_JOB_STATUS_RUNNING, 40, 100);
  ui_test_wait (attune_job_get_step (job) == 40);
  ui_test_settle (GTK_WIDGET (window));
  row = find (window, ATTUNE_TYPE_JOB_ROW, NULL);
  g_assert_nonnull (row);
  description = attune_job_row_dup_description (ATTUNE_JOB_ROW (row));
  g_assert_cmpstr (description, ==, "My first job, Running · 40 % · 1 min left · loss 2.1");
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "jobs-running-wide");
  ui_test_resize (GTK_WINDOW (window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (window), "jobs-running-narrow");

  row = find (window, ATTUNE_TYPE_JOB_ROW, NULL);
  gtk_widget_activate_action (row, "job.pause", NULL);
  ui_test_wait (attune_job_get_status (job) == ATTUNE_JOB_STATUS_PAUSED);
  ui_test_settle (GTK_WIDGET (window));
  row = find (window, ATTUNE_TYPE_JOB_ROW, NULL);
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_BUTTON, "Resume"));
  gtk_widget_activate_action (row, "job.resume", NULL);
  ui_test_wait (attune_job_get_status (job) == ATTUNE_JOB_STATUS_RUNNING);

  /* Who looks at the job needs no notification: its window is closed first. */
  for (GList *link = gtk_application_get_windows (GTK_APPLICATION (test->application)); link != NULL; link = link->next)
    if (!ATTUNE_IS_WINDOW (link->data))
      {
        gtk_window_close (link->data);
        break;
      }
  ui_test_wait (g_list_length (gtk_application_get_windows (GTK_APPLICATION (test->application))) == 1);
  fake_adapter_set_status (test->adapter, ATTUNE_JOB_STATUS_SUCCEEDED, 100, 100);
  ui_test_wait (attune_job_get_status (job) == ATTUNE_JOB_STATUS_SUCCEEDED);
  ui_test_settle (GTK_WIDGET (window));
  row = find (window, ATTUNE_TYPE_JOB_ROW, NULL);
  g_assert_null (ui_test_find (row, GTK_TYPE_PROGRESS_BAR, NULL));
  if (test->notifications != NULL)
    ui_test_wait (ui_test_was_notified (test, "“My first job” is trained"));
}

static void
test_start_error (UiTest        *test,
                  gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 20);
  AttuneNewJobPage *page;
  GtkWidget *dialog;

  fake_adapter_fail_start (test->adapter, "The account is empty.");
  take_file (window, path);
  page = attune_window_get_new_job_page (window);
  ui_test_wait (attune_new_job_page_is_settled (page));
  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.start", NULL);

  ui_test_wait ((dialog = find (window, ADW_TYPE_ALERT_DIALOG, NULL)) != NULL);
  g_assert_cmpstr (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (dialog)), ==, "The Job Could Not Be Started");
  g_assert_nonnull (g_strstr_len (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), -1, "The account is empty."));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "start-error");
  adw_dialog_force_close (ADW_DIALOG (dialog));

  /* The form is as it was, and can be sent again. */
  g_assert_true (attune_window_get_new_job_page (window) == page);
  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.start", NULL);
  ui_test_wait (fake_adapter_get_n_started (test->adapter) == 1);
  ui_test_wait (attune_window_get_new_job_page (window) == NULL);
}

static void
test_provider_error (UiTest        *test,
                     gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 20);
  AttuneNewJobPage *page;

  /* Not even what was known before: the page says so, and asks again. */
  fake_adapter_fail_loads (test->adapter, 2);
  take_file (window, path);
  page = attune_window_get_new_job_page (window);
  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.retry", NULL);
  ui_test_wait (find (window, ADW_TYPE_STATUS_PAGE, "The Provider Cannot Be Used") != NULL);
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "provider-error");

  /* The file that was dropped is not forgotten. */
  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.retry", NULL);
  ui_test_wait (attune_new_job_page_is_settled (page));
  g_assert_true (attune_configuration_is_set (attune_job_form_get_configuration (attune_new_job_page_get_form (page)),
                                              "datasets.trainingFileId"));
}

/* What was known before is used, and it is said that it is that. */
static void
test_provider_stale (UiTest        *test,
                     gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttuneNewJobPage *page;
  GtkWidget *banner;

  fake_adapter_fail_loads (test->adapter, 2);
  page = ui_test_open_new_job (test, window);
  banner = find (window, ADW_TYPE_BANNER, NULL);
  g_assert_nonnull (banner);
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (banner)));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "provider-stale");

  attune_configuration_set_value (attune_job_form_get_configuration (attune_new_job_page_get_form (page)),
                                  "schedule.epochs", g_variant_new_int64 (5));
  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.retry", NULL);
  ui_test_wait (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_true (attune_new_job_page_get_form (page) != NULL && find (window, ATTUNE_TYPE_JOB_FORM, NULL) != NULL);

  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.retry", NULL);
  ui_test_settle (GTK_WIDGET (window));
  g_assert_false (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_cmpint (attune_configuration_get_integer (attune_job_form_get_configuration (attune_new_job_page_get_form (page)),
                                                     "schedule.epochs"), ==, 5);
}

static void
test_issues (UiTest        *test,
             gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttuneNewJobPage *page = ui_test_open_new_job (test, window);
  AttuneJobForm *form = attune_new_job_page_get_form (page);
  AttuneConfiguration *configuration = attune_job_form_get_configuration (form);
  GtkWidget *fix;

  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (15));
  ui_test_wait (attune_new_job_page_is_settled (page));
  ui_test_settle (GTK_WIDGET (window));
  g_assert_nonnull (find (window, ADW_TYPE_PREFERENCES_GROUP, "2 Problems to Solve"));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "new-job-problems");
  ui_test_resize (GTK_WINDOW (window), 360, 1500);
  ui_test_screenshot (GTK_WINDOW (window), "new-job-problems-narrow");
  ui_test_assert_named (GTK_WIDGET (window));

  /* An issue leads to its row. */
  g_signal_emit_by_name (attune_new_job_page_get_panel (page), "issue-activated", "schedule.epochs");
  ui_test_settle (GTK_WIDGET (window));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (window)),
                                         attune_parameter_row_get_widget (attune_job_form_get_row (form, "schedule.epochs"))));

  fix = ui_test_find (GTK_WIDGET (attune_new_job_page_get_panel (page)), GTK_TYPE_BUTTON, "_Fix");
  g_assert_nonnull (fix);
  g_signal_emit_by_name (fix, "clicked");
  ui_test_wait (attune_new_job_page_is_settled (page));
  g_assert_cmpint (attune_configuration_get_integer (configuration, "schedule.epochs"), ==, 10);
}

/* A new form starts with what the provider would rather see, openly; what a person chose is left alone. */
static void
test_advice (UiTest        *test,
             gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttuneNewJobPage *page;
  AttuneParameterRow *row;
  AttuneConfiguration *configuration;

  fake_adapter_set_advice (test->adapter, "optimizer.learningRate", g_variant_new_double (2e-4));
  page = ui_test_open_new_job (test, window);
  configuration = attune_job_form_get_configuration (attune_new_job_page_get_form (page));
  g_assert_cmpfloat (attune_configuration_get_double (configuration, "optimizer.learningRate"), ==, 2e-4);
  row = attune_job_form_get_row (attune_new_job_page_get_form (page), "optimizer.learningRate");
  g_assert_true (gtk_widget_has_css_class (attune_parameter_row_get_widget (row), "changed"));

  attune_parameter_row_reset (row);
  ui_test_wait (attune_new_job_page_is_settled (page));
  ui_test_settle (GTK_WIDGET (window));
  g_assert_false (attune_configuration_is_set (configuration, "optimizer.learningRate"));
  g_assert_nonnull (attune_parameter_row_get_message (row));
}

static AttuneAdapter *
make_other (void)
{
  FakeAdapter *adapter = fake_adapter_new ("other", "Other Provider");
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();

  g_variant_dict_insert_value (dict, "supportedMethods", g_variant_new_strv ((const char *[]) { "full", NULL }, -1));
  g_variant_dict_insert_value (dict, "supportedParameters",
                               g_variant_new_strv ((const char *[]) { "model.baseModel", "datasets.trainingFileId", "method.type",
                                                                      "schedule.epochs", NULL }, -1));
  g_variant_dict_remove (dict, "customParameters");
  fake_adapter_set_capabilities (adapter, g_variant_dict_end (dict));

  return ATTUNE_ADAPTER (adapter);
}

/* Another provider, other rows; what was chosen stays where it can. */
static void
test_provider_change (UiTest        *test,
                      gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttuneNewJobPage *page = ui_test_open_new_job (test, window);
  AttuneJobForm *form = attune_new_job_page_get_form (page);
  AttuneConfiguration *configuration = attune_job_form_get_configuration (form);
  AdwComboRow *provider = ADW_COMBO_ROW (find (window, ADW_TYPE_COMBO_ROW, "_Provider"));

  /* The page opens with the provider of the last job, whichever test made that. */
  adw_combo_row_set_selected (provider, 0);
  ui_test_wait (attune_new_job_page_is_settled (page));
  g_assert_null (attune_job_form_get_row (form, "metadata.seed"));
  g_assert_false (attune_parameter_row_is_visible (attune_job_form_get_row (form, "method.loraConfig.rank")));
  g_assert_nonnull (find (window, ADW_TYPE_EXPANDER_ROW, "Not Used by Other Provider"));
  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (7));

  adw_combo_row_set_selected (provider, 1);
  ui_test_wait (attune_new_job_page_is_settled (page));
  g_assert_nonnull (attune_job_form_get_row (form, "metadata.seed"));
  g_assert_nonnull (find (window, ADW_TYPE_EXPANDER_ROW, "Not Used by Fake Provider"));
  g_assert_cmpint (attune_configuration_get_integer (configuration, "schedule.epochs"), ==, 7);
  adw_combo_row_set_selected (ADW_COMBO_ROW (attune_parameter_row_get_widget (attune_job_form_get_row (form, "method.type"))), 1);
  g_assert_true (attune_parameter_row_is_visible (attune_job_form_get_row (form, "method.loraConfig.rank")));

  /* What the first cannot do is an issue with a remedy, not a silent change. */
  adw_combo_row_set_selected (provider, 0);
  ui_test_wait (attune_new_job_page_is_settled (page));
  g_assert_cmpint (attune_configuration_get_enum (configuration, "method.type"), ==, ATTUNE_TRAINING_METHOD_LORA);
  g_assert_nonnull (attune_parameter_row_get_message (attune_job_form_get_row (form, "method.type")));
}

static AttuneJob *
add_job (UiTest          *test,
         const char      *name,
         AttuneJobStatus  status)
{
  AttuneJobStore *jobs = attune_commands_get_jobs (test->commands);
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (AttuneJob) job = attune_job_new (attune_commands_get_persona_id (test->commands), "fake", configuration);
  g_autoptr (GError) error = NULL;

  attune_job_set_name (job, name);
  attune_job_set_status (job, status);
  attune_job_store_save_sync (jobs, job, &error);
  g_assert_no_error (error);

  return attune_job_store_lookup (jobs, attune_job_get_id (job));
}

static void
test_jobs (UiTest        *test,
           gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttuneJobStore *jobs = attune_commands_get_jobs (test->commands);
  GtkWidget *entry, *page, *row, *undo;
  AttuneJob *failed;
  g_autoptr (GError) reason = NULL;

  add_job (test, "First try", ATTUNE_JOB_STATUS_SUCCEEDED);
  add_job (test, "Support answers", ATTUNE_JOB_STATUS_CANCELLED);
  failed = add_job (test, "Poems in the manner of somebody whose name is long", ATTUNE_JOB_STATUS_FAILED);
  reason = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY, "The model needs 12 GB of memory, and 4 GB are free.");
  attune_job_set_error (failed, reason);
  ui_test_settle (GTK_WIDGET (window));
  g_assert_nonnull (find (window, GTK_TYPE_LABEL, "First try"));
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "jobs-wide");
  ui_test_resize (GTK_WINDOW (window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (window), "jobs-narrow");
  ui_test_resize (GTK_WINDOW (window), 1200, 800);

  gtk_widget_activate_action (GTK_WIDGET (window), "win.search", NULL);
  entry = find (window, GTK_TYPE_SEARCH_ENTRY, NULL);
  g_assert_nonnull (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), "SUPPORT");
  ui_test_wait (find (window, GTK_TYPE_LABEL, "First try") == NULL);
  g_assert_nonnull (find (window, GTK_TYPE_LABEL, "Support answers"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "nothing of the kind");
  ui_test_wait (find (window, ADW_TYPE_STATUS_PAGE, "No Jobs Found") != NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  ui_test_wait (find (window, GTK_TYPE_LABEL, "First try") != NULL);

  /* In sections, in another order, and of one state alone. */
  page = find (window, ATTUNE_TYPE_JOBS_PAGE, NULL);
  gtk_widget_activate_action (page, "jobs.sections", "s", "state");
  ui_test_settle (GTK_WIDGET (window));
  g_assert_nonnull (find (window, GTK_TYPE_LABEL, "Failed"));
  gtk_widget_activate_action (page, "jobs.order", "s", "name");
  row = gtk_widget_get_ancestor (find (window, GTK_TYPE_LABEL, "First try"), ATTUNE_TYPE_JOB_ROW);
  gtk_widget_activate_action (row, "job.details", NULL);
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_LABEL, "Job ID"));
  ui_test_settle (GTK_WIDGET (window));
  ui_test_screenshot (GTK_WINDOW (window), "jobs-sections");
  gtk_widget_activate_action (page, "jobs.state", "s", "failed");
  ui_test_wait (find (window, GTK_TYPE_LABEL, "First try") == NULL);
  gtk_widget_activate_action (page, "jobs.state", "s", "active");
  ui_test_wait (find (window, ADW_TYPE_STATUS_PAGE, "No Jobs Found") != NULL);
  gtk_widget_activate_action (page, "jobs.show-all", NULL);
  ui_test_wait (find (window, GTK_TYPE_LABEL, "First try") != NULL);

  /* Several at once: what can be done with them follows the choice. */
  gtk_widget_activate_action (page, "jobs.select-all", NULL);
  ui_test_settle (GTK_WIDGET (window));
  g_assert_nonnull (find (window, GTK_TYPE_LABEL, "3 jobs chosen"));
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_screenshot (GTK_WINDOW (window), "jobs-select");
  ui_test_resize (GTK_WINDOW (window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (window), "jobs-select-narrow");
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  gtk_widget_activate_action (page, "jobs.selecting", NULL);
  ui_test_settle (GTK_WIDGET (window));
  g_assert_null (find (window, GTK_TYPE_LABEL, "3 jobs chosen"));

  /* What is deleted can be taken back. */
  row = gtk_widget_get_ancestor (find (window, GTK_TYPE_LABEL, "First try"), ATTUNE_TYPE_JOB_ROW);
  gtk_widget_activate_action (row, "job.delete", NULL);
  ui_test_wait (find (window, GTK_TYPE_LABEL, "First try") == NULL);
  ui_test_wait ((undo = find (window, GTK_TYPE_BUTTON, "_Undo")) != NULL);
  g_signal_emit_by_name (undo, "clicked");
  ui_test_wait (find (window, GTK_TYPE_LABEL, "First try") != NULL);
  ui_test_settle (GTK_WIDGET (window));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (jobs)), ==, 3);

  row = gtk_widget_get_ancestor (find (window, GTK_TYPE_LABEL, "First try"), ATTUNE_TYPE_JOB_ROW);
  gtk_widget_activate_action (row, "job.delete", NULL);
  ui_test_wait (g_list_model_get_n_items (G_LIST_MODEL (jobs)) == 2);
}

static void
test_request (UiTest        *test,
              gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttuneNewJobPage *page = ui_test_open_new_job (test, window);
  GtkWidget *view;
  g_autofree char *text = NULL;

  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.show-request", NULL);
  ui_test_wait ((view = find (window, GTK_TYPE_TEXT_VIEW, NULL)) != NULL);
  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "text", &text, NULL);
  g_test_message ("%s", text);
  g_assert_nonnull (g_strstr_len (text, -1, "\"small\""));
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "request");
}

static void
test_datasets (UiTest        *test,
               gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  GListModel *datasets = G_LIST_MODEL (attune_commands_get_datasets (test->commands));
  g_autofree char *good = ui_test_write_dataset ("good.jsonl", 50);
  g_autofree char *bad = ui_test_write_file ("bad.jsonl",
                                             "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n"
                                             "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}\n"
                                             "{\"messages\": broken\n");
  GtkWidget *row;

  attune_window_show_page (window, "datasets");
  g_assert_nonnull (find (window, ADW_TYPE_STATUS_PAGE, "No Data Sets"));
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "datasets-empty");

  /* On this page a drop adds, and starts nothing. */
  g_assert_true (drop_file (GTK_WIDGET (window), good));
  g_assert_true (drop_file (GTK_WIDGET (window), bad));
  g_assert_null (attune_window_get_new_job_page (window));
  ui_test_wait (g_list_model_get_n_items (datasets) == 2);
  ui_test_wait (find (window, ADW_TYPE_ACTION_ROW, "good.jsonl") != NULL && find (window, ADW_TYPE_ACTION_ROW, "bad.jsonl") != NULL &&
                find (window, ADW_TYPE_SPINNER, NULL) == NULL);
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_screenshot (GTK_WINDOW (window), "datasets-wide");
  ui_test_resize (GTK_WINDOW (window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (window), "datasets-narrow");

  /* All problems, by line. */
  row = find (window, ADW_TYPE_ACTION_ROW, "bad.jsonl");
  gtk_widget_activate_action (row, "dataset.show", NULL);
  ui_test_wait (find (window, ADW_TYPE_PREFERENCES_GROUP, "2 Problems") != NULL);
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "dataset-problems");
  adw_dialog_force_close (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)));

  gtk_widget_activate_action (find (window, ADW_TYPE_ACTION_ROW, "bad.jsonl"), "dataset.remove", NULL);
  ui_test_wait (g_list_model_get_n_items (datasets) == 1);
  g_assert_true (g_file_test (bad, G_FILE_TEST_EXISTS));
  ui_test_wait (find (window, GTK_TYPE_BUTTON, "_Undo") != NULL);
  g_signal_emit_by_name (find (window, GTK_TYPE_BUTTON, "_Undo"), "clicked");
  ui_test_wait (g_list_model_get_n_items (datasets) == 2);

  gtk_widget_activate_action (find (window, ADW_TYPE_ACTION_ROW, "good.jsonl"), "dataset.new-job", NULL);
  g_assert_nonnull (attune_window_get_new_job_page (window));
  ui_test_wait (attune_new_job_page_is_settled (attune_window_get_new_job_page (window)));
}

static void
test_models (UiTest        *test,
             gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);

  attune_window_show_page (window, "models");
  ui_test_wait (find (window, ADW_TYPE_ACTION_ROW, "Small Model") != NULL);
  g_assert_nonnull (find (window, ADW_TYPE_ACTION_ROW, "Large Model"));
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "models-wide");
  ui_test_resize (GTK_WINDOW (window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (window), "models-narrow");

  gtk_widget_activate_action (GTK_WIDGET (window), "win.new-job-with-model", "s", "large");
  ui_test_wait (attune_new_job_page_is_settled (attune_window_get_new_job_page (window)));
}

static void
test_providers (UiTest        *test,
                gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  GtkWidget *row;

  attune_window_show_page (window, "providers");
  ui_test_wait (find (window, GTK_TYPE_LABEL, "Ready") != NULL);
  row = find (window, ADW_TYPE_EXPANDER_ROW, "Fake Provider");
  g_assert_nonnull (row);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_screenshot (GTK_WINDOW (window), "providers-wide");

  fake_adapter_fail_loads (test->adapter, 1);
  gtk_widget_activate_action (gtk_widget_get_ancestor (row, ATTUNE_TYPE_PROVIDERS_PAGE), "providers.refresh", NULL);
  ui_test_wait (find (window, GTK_TYPE_LABEL, "Not Available") != NULL);
}

static void
test_dialogs (UiTest        *test,
              gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);

  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  g_action_group_activate_action (G_ACTION_GROUP (test->application), "shortcuts", NULL);
  ui_test_wait (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)) != NULL);
  ui_test_screenshot (GTK_WINDOW (window), "shortcuts");
  g_assert_nonnull (find (window, GTK_TYPE_LABEL, "Ctrl+N"));
  adw_dialog_force_close (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)));

  g_action_group_activate_action (G_ACTION_GROUP (test->application), "about", NULL);
  ui_test_wait (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)) != NULL);
  g_assert_cmpstr (adw_about_dialog_get_version (ADW_ABOUT_DIALOG (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)))),
                   ==, ATTUNE_VERSION);
}

static void
test_right_to_left (UiTest        *test,
                    gconstpointer  data)
{
  GtkTextDirection direction = gtk_widget_get_default_direction ();
  AttuneWindow *window;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  window = ui_test_open_window (test);
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  ui_test_open_new_job (test, window);
  ui_test_screenshot (GTK_WINDOW (window), "new-job-rtl");
  gtk_widget_set_default_direction (direction);
}

/* The size is remembered from one window to the next. */
static void
test_size (UiTest        *test,
           gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  int width, height;

  gtk_window_set_default_size (GTK_WINDOW (window), 777, 555);
  ui_test_settle (GTK_WIDGET (window));
  gtk_window_close (GTK_WINDOW (window));
  ui_test_wait (gtk_application_get_windows (GTK_APPLICATION (test->application)) == NULL);

  window = ui_test_open_window (test);
  gtk_window_get_default_size (GTK_WINDOW (window), &width, &height);
  g_assert_cmpint (width, ==, 777);
  g_assert_cmpint (height, ==, 555);
}

static void
test_not_a_data_file (UiTest        *test,
                      gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  g_autofree char *path = ui_test_write_file ("picture.png", "no picture");

  g_assert_false (drop_file (GTK_WIDGET (window), path));
  g_assert_null (attune_window_get_new_job_page (window));
  ui_test_wait (find (window, GTK_TYPE_LABEL, "Attune reads JSON Lines files (.jsonl)") != NULL);
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("The window from the first start to a finished job, over a provider that does as it is told.");

#define add(path, func) g_test_add ("/ui/window/" path, UiTest, NULL, ui_test_set_up, func, ui_test_tear_down)
  add ("empty", test_empty);
  add ("drop", test_drop);
  add ("start", test_start);
  add ("start-error", test_start_error);
  add ("provider-error", test_provider_error);
  add ("provider-stale", test_provider_stale);
  add ("issues", test_issues);
  add ("advice", test_advice);
  g_test_add ("/ui/window/provider-change", UiTest, make_other, ui_test_set_up, test_provider_change, ui_test_tear_down);
  add ("jobs", test_jobs);
  add ("request", test_request);
  add ("datasets", test_datasets);
  add ("models", test_models);
  add ("providers", test_providers);
  add ("dialogs", test_dialogs);
  add ("right-to-left", test_right_to_left);
  add ("size", test_size);
  add ("not-a-data-file", test_not_a_data_file);
#undef add

  return g_test_run ();
}
