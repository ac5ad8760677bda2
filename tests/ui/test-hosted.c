/* test-hosted.c: from the dropped file to the finished job at every provider, in the window
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include <string.h>
#include <unistd.h>

#include "attune-adapters.h"

#include "../adapters/fake-server.h"

/* The fakes answer at once; under the sanitizers, beside other tests, seven jobs need patience. */
#define SECONDS 120

static const struct {
  const char *id;
  const char *model;
} providers[] = {
  { "openai", "gpt-4o-mini-2024-07-18" },
  { "together", "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference" },
  { "fireworks", "accounts/fireworks/models/qwen3-8b" },
  { "mistral", "open-mistral-7b" },
  { "deepseek", "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B" },
  { "huggingface", "Qwen/Qwen3-0.6B" },
};

static GSubprocess *fakes = NULL;
static GDataInputStream *answers = NULL;

/* The fakes are a process of their own, which says where it is found. */
static void
start_fakes (void)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "adapters", "fake-providers", NULL);
  g_autoptr (GError) error = NULL;

  fakes = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, NULL);
  g_assert_no_error (error);
  answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fakes));
  while (TRUE)
    {
      g_autofree char *line = g_data_input_stream_read_line (answers, NULL, NULL, &error);
      char *equals;

      g_assert_no_error (error);
      g_assert_nonnull (line);
      if (*line == '\0')
        return;
      equals = strchr (line, '=');
      g_assert_nonnull (equals);
      *equals = '\0';
      g_setenv (line, equals + 1, TRUE);
    }
}

/* A line to the fakes, and what they answer. */
static void G_GNUC_PRINTF (1, 2)
tell (const char *format,
      ...)
{
  g_autofree char *command = NULL;
  g_autofree char *line = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line = g_strconcat (command, "\n", NULL);
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (fakes), line, strlen (line), NULL, NULL, &error);
  g_assert_no_error (error);
  answer = g_data_input_stream_read_line (answers, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer);
}

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
  ui_test_set_up (test, NULL);
  attune_adapters_add_all (test->registry, attune_commands_get_credentials (test->commands));
}

/* What a person does in the row "Provider". */
static void
choose_provider (UiTest       *test,
                 AttuneWindow *window,
                 const char   *id)
{
  AttuneNewJobPage *page = attune_window_get_new_job_page (window);
  GtkWidget *row = ui_test_find (GTK_WIDGET (page), ADW_TYPE_COMBO_ROW, "Provider");
  GListModel *registry = G_LIST_MODEL (test->registry);

  if (row == NULL)
    row = ui_test_find (GTK_WIDGET (page), ADW_TYPE_COMBO_ROW, "_Provider");
  g_assert_nonnull (row);
  for (guint i = 0; i < g_list_model_get_n_items (registry); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (registry, i);

      if (g_str_equal (attune_adapter_get_id (adapter), id))
        adw_combo_row_set_selected (ADW_COMBO_ROW (row), i);
    }
  ui_test_wait_for (SECONDS, attune_new_job_page_is_settled (page));
  g_assert_cmpstr (attune_adapter_get_id (attune_new_job_page_get_adapter (page)), ==, id);
}

/* The form with a file, a provider and a model. */
static AttuneNewJobPage *
fill_in (UiTest       *test,
         AttuneWindow *window,
         const char   *id,
         const char   *model)
{
  g_autofree char *name = g_strdup_printf ("%s.jsonl", id);
  g_autofree char *path = ui_test_write_dataset (name, 20);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  AttuneNewJobPage *page;
  AttuneConfiguration *configuration;

  g_list_store_append (files, file);
  g_assert_true (attune_window_take_files (window, G_LIST_MODEL (files)));
  page = attune_window_get_new_job_page (window);
  g_assert_nonnull (page);
  ui_test_wait_for (SECONDS, attune_new_job_page_is_settled (page));
  choose_provider (test, window, id);

  configuration = attune_job_form_get_configuration (attune_new_job_page_get_form (page));
  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string (model));
  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (2));
  ui_test_wait_for (SECONDS, attune_new_job_page_is_settled (page));

  return page;
}

static void
start (UiTest       *test,
       AttuneWindow *window,
       const char   *id,
       const char   *model)
{
  AttuneJobStore *jobs = attune_commands_get_jobs (test->commands);
  guint n_jobs = g_list_model_get_n_items (G_LIST_MODEL (jobs));
  AttuneNewJobPage *page = fill_in (test, window, id, model);
  g_autofree char *name = g_strconcat ("hosted-", id, NULL);

  ui_test_screenshot (GTK_WINDOW (window), name);
  gtk_widget_activate_action (GTK_WIDGET (page), "new-job.start", NULL);
  ui_test_wait_for (SECONDS, g_list_model_get_n_items (G_LIST_MODEL (jobs)) == n_jobs + 1);
  ui_test_wait_for (SECONDS, attune_window_get_new_job_page (window) == NULL);
}

static void
test_all (UiTest        *test,
          gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  GListModel *jobs = G_LIST_MODEL (attune_commands_get_jobs (test->commands));

  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  start (test, window, "local", "tiny");
  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    start (test, window, providers[i].id, providers[i].model);

  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 1 + G_N_ELEMENTS (providers));
  ui_test_settle (GTK_WIDGET (window));
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_screenshot (GTK_WINDOW (window), "hosted-side-by-side");

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (jobs, i);
      g_autoptr (GError) error = NULL;

      ui_test_wait_for (SECONDS, attune_job_status_is_final (attune_job_get_status (job)));
      error = attune_job_dup_error (job);
      g_assert_no_error (error);
      g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_SUCCEEDED);
    }
  ui_test_settle (GTK_WIDGET (window));
  ui_test_screenshot (GTK_WINDOW (window), "hosted-finished");
}

/* Whatever the provider says to the upload or to the job itself, the window says what happened and what to do, and the form is there
 * to be sent again. */
static void
test_refusals (UiTest        *test,
               gconstpointer  data)
{
  static const struct { int fault; const char *part; } refusals[] = {
    { FAKE_FAULT_STATUS + 401, "key" },
    { FAKE_FAULT_STATUS + 402, "credit" },
    { FAKE_FAULT_STATUS + 403, "access" },
    { FAKE_FAULT_STATUS + 429, "try again" },
    { FAKE_FAULT_STATUS + 500, "Try again later" },
    { FAKE_FAULT_RESET, "broke off" },
  };
  /* The first POST of a job is the file; with the file there, it is the job. */
  static const char * const ids[] = { "together", "fireworks" };
  AttuneWindow *window = ui_test_open_window (test);

  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  for (gsize p = 0; p < G_N_ELEMENTS (ids); p++)
    {
      const char *model = p == 0 ? providers[1].model : providers[2].model;
      AttuneNewJobPage *page = fill_in (test, window, ids[p], model);

      for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
        {
          GtkWidget *dialog;
          const char *body;

          tell ("fault %s POST * %d -1", ids[p], refusals[i].fault);
          gtk_widget_activate_action (GTK_WIDGET (page), "new-job.start", NULL);
          ui_test_wait_for (SECONDS, (dialog = ui_test_find (GTK_WIDGET (window), ADW_TYPE_ALERT_DIALOG, NULL)) != NULL);
          body = adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog));
          g_test_message ("%s, fault %d: %s", ids[p], refusals[i].fault, body);
          g_assert_cmpuint (strlen (body), >, 20);
          g_assert_nonnull (strstr (body, refusals[i].part));
          if (i == 0)
            ui_test_screenshot (GTK_WINDOW (window), p == 0 ? "hosted-refused-together" : "hosted-refused-fireworks");
          adw_dialog_force_close (ADW_DIALOG (dialog));
          ui_test_wait_for (SECONDS, ui_test_find (GTK_WIDGET (window), ADW_TYPE_ALERT_DIALOG, NULL) == NULL);
          tell ("clear %s", ids[p]);
          g_assert_true (attune_window_get_new_job_page (window) == page);
          ui_test_wait_for (SECONDS, attune_new_job_page_is_settled (page));
        }

      gtk_widget_activate_action (GTK_WIDGET (page), "new-job.start", NULL);
      ui_test_wait_for (SECONDS, attune_window_get_new_job_page (window) == NULL);
    }
}

/* A key that is refused: the form stays as it is, the window says what to do, and the next try goes through. */
static void
test_wrong_key (UiTest        *test,
                gconstpointer  data)
{
  g_autofree char *key = g_strdup (g_getenv ("TOGETHER_API_KEY"));
  AttuneWindow *window;
  GtkWidget *row;

  g_setenv ("TOGETHER_API_KEY", "not-the-key", TRUE);
  window = ui_test_open_window (test);
  ui_test_resize (GTK_WINDOW (window), 1200, 800);
  attune_window_show_page (window, "providers");
  ui_test_wait_for (SECONDS, (row = ui_test_find (GTK_WIDGET (window), ADW_TYPE_EXPANDER_ROW, "Together AI")) != NULL &&
                             ui_test_find (row, GTK_TYPE_LABEL, "Asking…") == NULL);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  ui_test_settle (GTK_WIDGET (window));
  ui_test_assert_named (GTK_WIDGET (window));
  ui_test_screenshot (GTK_WINDOW (window), "hosted-wrong-key");
  g_assert_null (ui_test_find (row, GTK_TYPE_LABEL, "Ready"));

  g_setenv ("TOGETHER_API_KEY", key, TRUE);
  gtk_widget_activate_action (row, "providers.refresh", NULL);
  ui_test_wait_for (SECONDS, (row = ui_test_find (GTK_WIDGET (window), ADW_TYPE_EXPANDER_ROW, "Together AI")) != NULL &&
                             ui_test_find (row, GTK_TYPE_LABEL, "Ready") != NULL);
  ui_test_screenshot (GTK_WINDOW (window), "hosted-providers");
}

int
main (int   argc,
      char *argv[])
{
  int status;

  ui_test_init (&argc, &argv);
  start_fakes ();

  g_test_add ("/ui/hosted/all", UiTest, NULL, set_up, test_all, ui_test_tear_down);
  g_test_add ("/ui/hosted/refusals", UiTest, NULL, set_up, test_refusals, ui_test_tear_down);
  g_test_add ("/ui/hosted/wrong-key", UiTest, NULL, set_up, test_wrong_key, ui_test_tear_down);
  status = g_test_run ();

  g_output_stream_close (g_subprocess_get_stdin_pipe (fakes), NULL, NULL);
  g_subprocess_wait (fakes, NULL, NULL);
  g_object_unref (answers);
  g_object_unref (fakes);

  return status;
}
