/* test-hub-dialog.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include <glib/gstdio.h>

#include "attune-download-row.h"
#include "attune-hub-dialog.h"
#include "attune-hub-source.h"
#include "attune-hub.h"
#include "attune-model-deletion.h"
#include "attune-paths.h"
#include "fake-huggingface.h"

/* The window over the true way to the Hub; the Hub itself is in this process. */

#define MODEL "Qwen/Qwen3-tiny"
#define GATED "Qwen/Qwen3-gated"
#define WEIGHTS_SIZE 500000

typedef struct {
  UiTest           ui;
  FakeHuggingface *fake;
  AttuneWindow    *window;
  AttuneHubDialog *dialog;    /* held */
  AttuneDownloads *downloads;
  char            *weights;
} Hub;

static void
wait_for_answer (Hub *self)
{
  ui_test_wait (!attune_hub_dialog_is_searching (self->dialog));
}

static void
open_dialog (Hub *self)
{
  self->dialog = g_object_ref_sink (ATTUNE_HUB_DIALOG (attune_hub_dialog_new (self->downloads)));
  adw_dialog_present (ADW_DIALOG (self->dialog), GTK_WIDGET (self->window));
  wait_for_answer (self);
  ui_test_settle (GTK_WIDGET (self->window));
}

static void
set_up (Hub           *self,
        gconstpointer  data)
{
  self->fake = fake_huggingface_new ();
  g_setenv ("HF_ENDPOINT", fake_huggingface_get_url (self->fake), TRUE);
  g_setenv ("HF_TOKEN", FAKE_HUGGINGFACE_TOKEN, TRUE);
  self->weights = g_malloc (WEIGHTS_SIZE);
  for (guint i = 0; i < WEIGHTS_SIZE; i++)
    self->weights[i] = (char) (i * 13);
  fake_huggingface_add_repo (self->fake, "models", MODEL, FALSE, FALSE);
  fake_huggingface_add_file (self->fake, "models", MODEL, "config.json", "{\"model_type\":\"qwen3\"}", 22);
  fake_huggingface_add_file (self->fake, "models", MODEL, "model.safetensors", self->weights, WEIGHTS_SIZE);
  fake_huggingface_add_repo (self->fake, "models", GATED, FALSE, TRUE);
  fake_huggingface_add_file (self->fake, "models", GATED, "config.json", "{\"model_type\":\"qwen3\"}", 22);
  fake_huggingface_add_file (self->fake, "models", GATED, "model.safetensors", self->weights, WEIGHTS_SIZE);
  fake_huggingface_add_repo (self->fake, "models", "ada/qwen3-mine", TRUE, FALSE);
  fake_huggingface_add_repo (self->fake, "models", "google/bert-base", FALSE, FALSE);

  ui_test_set_up (&self->ui, NULL);
  attune_application_set_model_source (self->ui.application, attune_hub_source_get ());
  self->downloads = attune_application_get_downloads (self->ui.application);
  /* What is out of reach is tried again, but without the pauses. */
  attune_http_client_set_retries (attune_hub_get_client (ATTUNE_HUB (attune_downloads_get_place (self->downloads))), 1, 0.01, 0.01);
  self->window = ui_test_open_window (&self->ui);
  attune_window_show_page (self->window, "models");
}

static void
tear_down (Hub           *self,
           gconstpointer  data)
{
  if (self->dialog != NULL)
    {
      adw_dialog_force_close (ADW_DIALOG (self->dialog));
      g_object_add_weak_pointer (G_OBJECT (self->dialog), (gpointer *) &self->dialog);
      g_object_unref (self->dialog);
      /* A search that was broken off holds it until it has said so. */
      ui_test_wait (self->dialog == NULL);
    }
  attune_downloads_pause_all (self->downloads);
  ui_test_wait (!attune_downloads_is_busy (self->downloads));
  ui_test_tear_down (&self->ui, data);
  g_assert_cmpuint (fake_huggingface_get_n_leaks (self->fake), ==, 0);
  fake_huggingface_free (self->fake);
  g_free (self->weights);
}

static GtkWidget *
find (Hub        *self,
      GType       type,
      const char *text)
{
  return ui_test_find (GTK_WIDGET (self->dialog), type, text);
}

/* The button of a row by the tip that it bears. (nullable) */
static GtkWidget *
find_by_tip (GtkWidget  *widget,
             const char *tip)
{
  if (!gtk_widget_get_child_visible (widget) || !gtk_widget_get_visible (widget))
    return NULL;
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_widget_get_tooltip_text (widget), tip) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_by_tip (child, tip);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
click (GtkWidget  *within,
       const char *tip)
{
  GtkWidget *button = find_by_tip (within, tip);

  g_assert_nonnull (button);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

static char *
dup_model_path (const char *name,
                const char *file)
{
  g_autofree char *models = attune_paths_dup_models_folder ();

  return g_build_filename (models, name, file, NULL);
}

static guint
count (Hub *self)
{
  return g_list_model_get_n_items (attune_downloads_get_list (self->downloads));
}

static void
test_search (Hub           *self,
             gconstpointer  data)
{
  GtkWidget *row;

  open_dialog (self);
  row = find (self, ADW_TYPE_ACTION_ROW, MODEL);
  g_assert_nonnull (row);
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "596 million parameters"));
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "apache-2.0"));
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "this computer"));
  /* What the trainer of this computer cannot train is left out. */
  g_assert_null (find (self, ADW_TYPE_ACTION_ROW, "google/bert-base"));
  g_assert_nonnull (ui_test_find (find (self, ADW_TYPE_ACTION_ROW, GATED), GTK_TYPE_LABEL, "Gated"));
  g_assert_nonnull (ui_test_find (find (self, ADW_TYPE_ACTION_ROW, "ada/qwen3-mine"), GTK_TYPE_LABEL, "Private"));
  ui_test_assert_named (GTK_WIDGET (self->window));
  ui_test_resize (GTK_WINDOW (self->window), 1100, 760);
  ui_test_screenshot (GTK_WINDOW (self->window), "hub-results-wide");
  ui_test_resize (GTK_WINDOW (self->window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (self->window), "hub-results-narrow");

  attune_hub_dialog_search (self->dialog, "no such thing");
  wait_for_answer (self);
  g_assert_null (find (self, ADW_TYPE_ACTION_ROW, MODEL));
  g_assert_nonnull (find (self, ADW_TYPE_STATUS_PAGE, "No Such Model"));
  ui_test_settle (GTK_WIDGET (self->window));
  ui_test_screenshot (GTK_WINDOW (self->window), "hub-empty-narrow");

  /* As it is typed; the last words win. */
  attune_hub_dialog_search (self->dialog, "bert");
  attune_hub_dialog_search (self->dialog, "tiny");
  wait_for_answer (self);
  g_assert_nonnull (find (self, ADW_TYPE_ACTION_ROW, MODEL));
  g_assert_null (find (self, ADW_TYPE_ACTION_ROW, GATED));
}

static void
test_offline (Hub           *self,
              gconstpointer  data)
{
  FakeServer *server = fake_huggingface_get_server (self->fake);

  fake_server_set_fault (server, "GET", "/api/models", FAKE_FAULT_STATUS_OF (403), -1);
  open_dialog (self);
  g_assert_nonnull (find (self, ADW_TYPE_STATUS_PAGE, "The Search Failed"));
  fake_server_clear_faults (server);

  fake_server_set_refusing (server, TRUE);
  gtk_widget_activate_action (GTK_WIDGET (self->dialog), "hub.search", NULL);
  wait_for_answer (self);
  g_assert_nonnull (find (self, ADW_TYPE_STATUS_PAGE, "Hugging Face Is Out of Reach"));
  ui_test_assert_named (GTK_WIDGET (self->window));
  ui_test_resize (GTK_WINDOW (self->window), 1100, 760);
  ui_test_screenshot (GTK_WINDOW (self->window), "hub-offline-wide");

  fake_server_set_refusing (server, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (self->dialog), "hub.search", NULL);
  wait_for_answer (self);
  g_assert_nonnull (find (self, ADW_TYPE_ACTION_ROW, MODEL));
}

/* Begun in the dialog, paused and resumed, ended when the dialog is closed; then it is deleted from the page. */
static void
test_download (Hub           *self,
               gconstpointer  data)
{
  FakeServer *storage = fake_huggingface_get_storage (self->fake);
  g_autofree char *path = dup_model_path ("Qwen3-tiny", "model.safetensors");
  g_autofree char *folder = dup_model_path ("Qwen3-tiny", NULL);
  g_autofree char *content = NULL;
  g_autoptr (AttuneDownloads) later = NULL;
  GObject *download;
  GtkWidget *row;
  GtkWidget *alert;
  gsize length;

  open_dialog (self);
  fake_server_set_fault (storage, "GET", "/fake-cdn/*", FAKE_FAULT_SILENCE, -1);
  row = find (self, ADW_TYPE_ACTION_ROW, MODEL);
  click (row, "Download");
  g_assert_cmpuint (count (self), ==, 1);
  download = attune_downloads_lookup (self->downloads, MODEL);
  g_assert_nonnull (find_by_tip (row, "In the Downloads Above"));
  ui_test_wait (fake_server_count (storage, "GET", "/fake-cdn/*") > 0);
  ui_test_settle (GTK_WIDGET (self->window));
  ui_test_assert_named (GTK_WIDGET (self->window));
  ui_test_resize (GTK_WINDOW (self->window), 1100, 760);
  ui_test_screenshot (GTK_WINDOW (self->window), "hub-download-wide");
  ui_test_resize (GTK_WINDOW (self->window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (self->window), "hub-download-narrow");

  click (find (self, ATTUNE_TYPE_DOWNLOAD_ROW, MODEL), "Pause");
  ui_test_wait (!attune_downloads_is_busy (self->downloads));
  g_assert_cmpint (attune_download_get_state (download), ==, ATTUNE_DOWNLOAD_PAUSED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  /* Another start of the program finds it. */
  later = attune_downloads_new (attune_hub_source_get (), attune_commands_get_credentials (self->ui.commands));
  g_assert_nonnull (attune_downloads_lookup (later, MODEL));
  ui_test_settle (GTK_WIDGET (self->window));
  ui_test_screenshot (GTK_WINDOW (self->window), "hub-paused-narrow");

  fake_server_clear_faults (storage);
  click (find (self, ATTUNE_TYPE_DOWNLOAD_ROW, MODEL), "Resume");
  adw_dialog_force_close (ADW_DIALOG (self->dialog));
  ui_test_wait (count (self) == 0);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  g_assert_cmpmem (content, length, self->weights, WEIGHTS_SIZE);
  g_assert_true (attune_downloads_is_here (self->downloads, MODEL));

  /* Deleting asks first. */
  g_assert_true (attune_model_deletion_is_possible (folder));
  g_assert_false (attune_model_deletion_is_possible ("/usr/share/attune"));
  gtk_widget_activate_action (ui_test_find (GTK_WIDGET (self->window), ATTUNE_TYPE_MODELS_PAGE, NULL), "models.delete", "(ss)", "Qwen3-tiny", folder);
  alert = GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window)));
  g_assert_true (ADW_IS_ALERT_DIALOG (alert));
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (alert)), "No job used"));
  ui_test_settle (GTK_WIDGET (self->window));
  ui_test_screenshot (GTK_WINDOW (self->window), "model-delete-narrow");
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  g_signal_emit_by_name (alert, "response::agree", "agree");
  ui_test_wait (!g_file_test (folder, G_FILE_TEST_EXISTS));
  ui_test_wait (ui_test_find (GTK_WIDGET (self->window), GTK_TYPE_LABEL, "“Qwen3-tiny” deleted") != NULL);
  adw_dialog_force_close (ADW_DIALOG (alert));
}

static AttuneJob *
add_job (Hub        *self,
         const char *name,
         const char *model)
{
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneJob) job = NULL;

  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string (model));
  job = attune_job_new ("persona", "fake", configuration);
  attune_job_set_name (job, name);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_SUCCEEDED);
  attune_job_store_save_sync (attune_commands_get_jobs (self->ui.commands), job, &error);
  g_assert_no_error (error);

  return attune_job_store_lookup (attune_commands_get_jobs (self->ui.commands), attune_job_get_id (job));
}

static AdwAlertDialog *
ask (Hub        *self,
     const char *folder)
{
  gtk_widget_activate_action (ui_test_find (GTK_WIDGET (self->window), ATTUNE_TYPE_MODELS_PAGE, NULL), "models.delete", "(ss)", "used", folder);

  return ADW_ALERT_DIALOG (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window)));
}

/* The jobs that used a model are named, and those that need it still keep it. */
static void
test_used (Hub           *self,
           gconstpointer  data)
{
  g_autofree char *folder = dup_model_path ("used", NULL);
  AdwAlertDialog *alert;
  AttuneJob *job;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  job = add_job (self, "Support voice", "used");
  add_job (self, "Another", "another");
  alert = ask (self, folder);
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (alert), "Support voice"));
  g_assert_null (strstr (adw_alert_dialog_get_body (alert), "Another"));
  g_assert_true (adw_alert_dialog_has_response (alert, "agree"));
  adw_dialog_force_close (ADW_DIALOG (alert));
  ui_test_settle (GTK_WIDGET (self->window));

  attune_job_set_status (job, ATTUNE_JOB_STATUS_QUEUED);
  alert = ask (self, folder);
  g_assert_nonnull (strstr (adw_alert_dialog_get_heading (alert), "Is in Use"));
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (alert), "Support voice"));
  g_assert_false (adw_alert_dialog_has_response (alert, "agree"));
  adw_dialog_force_close (ADW_DIALOG (alert));
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
}

/* A model that its owner has closed: the row says what is to be done, and goes with one press. */
static void
test_gated (Hub           *self,
            gconstpointer  data)
{
  g_autofree char *text = NULL;
  g_autofree char *part = dup_model_path (".Qwen3-gated.part", NULL);

  open_dialog (self);
  click (find (self, ADW_TYPE_ACTION_ROW, GATED), "Download");
  ui_test_wait (attune_download_get_state (attune_downloads_lookup (self->downloads, GATED)) == ATTUNE_DOWNLOAD_FAILED);
  text = attune_download_describe (attune_downloads_lookup (self->downloads, GATED));
  g_assert_nonnull (strstr (text, "accept"));
  ui_test_settle (GTK_WIDGET (self->window));
  ui_test_assert_named (GTK_WIDGET (self->window));
  ui_test_resize (GTK_WINDOW (self->window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (self->window), "hub-failed-narrow");
  /* The page of models shows it too. */
  adw_dialog_force_close (ADW_DIALOG (self->dialog));
  ui_test_settle (GTK_WIDGET (self->window));
  ui_test_assert_named (GTK_WIDGET (self->window));
  ui_test_resize (GTK_WINDOW (self->window), 1100, 760);
  ui_test_screenshot (GTK_WINDOW (self->window), "models-with-download-wide");
  attune_downloads_discard (self->downloads, attune_downloads_lookup (self->downloads, GATED));
  g_assert_cmpuint (count (self), ==, 0);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
}

/* Thrown away while it is loaded: it leaves the list when it has let go of its files. */
static void
test_discard (Hub           *self,
              gconstpointer  data)
{
  FakeServer *storage = fake_huggingface_get_storage (self->fake);
  g_autofree char *part = dup_model_path (".Qwen3-tiny.part", NULL);

  fake_server_set_fault (storage, "GET", "/fake-cdn/*", FAKE_FAULT_SILENCE, -1);
  attune_downloads_start (self->downloads, MODEL);
  ui_test_wait (fake_server_count (storage, "GET", "/fake-cdn/*") > 0);
  g_assert_true (g_file_test (part, G_FILE_TEST_IS_DIR));
  attune_downloads_discard (self->downloads, attune_downloads_lookup (self->downloads, MODEL));
  ui_test_wait (count (self) == 0);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("Models are found at the Hub, loaded, paused, resumed, thrown away and deleted.");

#define add(path, func) g_test_add ("/ui/hub-dialog/" path, Hub, NULL, set_up, func, tear_down)
  add ("search", test_search);
  add ("offline", test_offline);
  add ("download", test_download);
  add ("used", test_used);
  add ("gated", test_gated);
  add ("discard", test_discard);
#undef add

  return g_test_run ();
}
