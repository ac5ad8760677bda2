/* test-new-job.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include <math.h>
#include <string.h>

#include "attune-draft.h"
#include "attune-json.h"
#include "attune-notice-list.h"
#include "attune-paths.h"
#include "attune-preset-row.h"
#include "attune-recipe.h"
#include "attune-request-dialog.h"
#include "attune-settings.h"
#include "attune-token-dialog.h"

/* A window with the page of a new job that is filled in. */
typedef struct {
  UiTest               base;
  AttuneWindow        *window;
  AttuneNewJobPage    *page;
  AttuneJobForm       *form;
} PageTest;

static void
open_page (PageTest *test)
{
  test->window = ui_test_open_window (&test->base);
  test->page = ui_test_open_new_job (&test->base, test->window);
  test->form = attune_new_job_page_get_form (test->page);
  ui_test_resize (GTK_WINDOW (test->window), 1200, 800);
}

static void
set_up (PageTest      *test,
        gconstpointer  data)
{
  ui_test_set_up (&test->base, data);
  open_page (test);
}

static void
tear_down (PageTest      *test,
           gconstpointer  data)
{
  ui_test_tear_down (&test->base, data);
}

/* Another provider comes first: the test begins when it has said what the providers are. */
static void
set_up_late (PageTest      *test,
             gconstpointer  data)
{
  ui_test_set_up (&test->base, data);
}

static GtkWidget *
find (PageTest   *test,
      GType       type,
      const char *text)
{
  return ui_test_find (GTK_WIDGET (test->window), type, text);
}

static AttuneConfiguration *
get_configuration (PageTest *test)
{
  return attune_job_form_get_configuration (test->form);
}

static GtkWidget *
get_widget (PageTest   *test,
            const char *path)
{
  AttuneParameterRow *row = attune_job_form_get_row (test->form, path);

  g_assert_nonnull (row);

  return attune_parameter_row_get_widget (row);
}

static void
settle (PageTest *test)
{
  ui_test_wait (attune_new_job_page_is_settled (test->page));
  ui_test_settle (GTK_WIDGET (test->window));
}

static void
choose_data (PageTest   *test,
             const char *path)
{
  attune_new_job_page_set_files (test->page, path, NULL);
  settle (test);
}

static AdwDialog *
get_dialog (PageTest *test)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (test->window));
}

/* Presses a button by its label, somewhere in the window. */
static void
press (PageTest   *test,
       const char *label)
{
  GtkWidget *button = NULL;

  ui_test_wait ((button = find (test, GTK_TYPE_BUTTON, label)) != NULL);
  g_signal_emit_by_name (button, "clicked");
}

/* --- Search --- */

static void
test_search (PageTest      *test,
             gconstpointer  data)
{
  const char *nothing = "No setting found. Try another word, such as “rate” or “memory”.";
  GtkWidget *entry;

  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.search", NULL);
  ui_test_settle (GTK_WIDGET (test->window));
  entry = find (test, GTK_TYPE_SEARCH_ENTRY, NULL);
  g_assert_nonnull (entry);
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (test->window)), entry));

  /* By a word of the title, in whatever case, and although it stands under All Settings. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "WARM up");
  ui_test_wait (gtk_widget_get_mapped (get_widget (test, "optimizer.scheduler.warmupRatio")));
  g_assert_cmpuint (attune_job_form_get_n_found (test->form), <, 4);
  g_assert_false (gtk_widget_get_mapped (get_widget (test, "schedule.epochs")));
  g_assert_null (find (test, ADW_TYPE_PREFERENCES_ROW, "Preset"));
  ui_test_assert_named (GTK_WIDGET (test->window));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-search");

  /* By the name in files, by a word of the help, by a choice. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "gradientaccumulation");
  ui_test_wait (gtk_widget_get_mapped (get_widget (test, "schedule.gradientAccumulation")));
  gtk_editable_set_text (GTK_EDITABLE (entry), "polynomial");
  ui_test_wait (gtk_widget_get_mapped (get_widget (test, "optimizer.scheduler.type")));

  /* What this provider does not have is named, with the reason. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "gpu model");
  ui_test_wait (find (test, ADW_TYPE_PREFERENCES_GROUP, "Not Shown Now") != NULL);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (find (test, ADW_TYPE_ACTION_ROW, "GPU Model"))), ==,
                   "Not used by this provider");

  /* What does not apply leads to the setting that decides it. */
  attune_configuration_set_value (get_configuration (test), "method.type", g_variant_new_string ("full"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "dropout");
  ui_test_wait (find (test, ADW_TYPE_ACTION_ROW, "Dropout") != NULL);
  g_signal_emit_by_name (find (test, ADW_TYPE_ACTION_ROW, "Dropout"), "activated");
  ui_test_wait (gtk_widget_get_mapped (get_widget (test, "method.type")));

  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  ui_test_wait (find (test, ADW_TYPE_PREFERENCES_ROW, "Preset") != NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), "zzz");
  ui_test_wait (find (test, GTK_TYPE_LABEL, nothing) != NULL);
  g_assert_cmpuint (attune_job_form_get_n_found (test->form), ==, 0);

  /* Leaving the search shows everything again. */
  gtk_widget_activate_action (GTK_WIDGET (entry), "search.stop", NULL);
  g_signal_emit_by_name (entry, "stop-search");
  ui_test_wait (find (test, GTK_TYPE_LABEL, nothing) == NULL);
  g_assert_true (gtk_widget_get_visible (get_widget (test, "schedule.epochs")));
}

/* --- Presets and resets --- */

static AdwToggleGroup *
get_toggles (PageTest *test)
{
  return ADW_TOGGLE_GROUP (find (test, ADW_TYPE_TOGGLE_GROUP, NULL));
}

static void
test_presets (PageTest      *test,
              gconstpointer  data)
{
  AttunePresetRow *row = ATTUNE_PRESET_ROW (find (test, ATTUNE_TYPE_PRESET_ROW, NULL));
  g_autoptr (AttuneConfiguration) before = NULL;

  adw_toggle_group_set_active_name (get_toggles (test), "careful");
  settle (test);
  g_assert_cmpint (attune_preset_row_get_shown (row), ==, ATTUNE_PRESET_CAREFUL);
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.epochs"), ==, 5);
  g_assert_cmpfloat (attune_configuration_get_double (get_configuration (test), "optimizer.learningRate"), ==, 1e-4);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (get_widget (test, "schedule.epochs"))), ==, "5");
  g_assert_nonnull (find (test, ADW_TYPE_ACTION_ROW, "8 settings are changed"));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-preset");

  /* It only sets values: one more change, and the settings are a person's own. */
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", g_variant_new_int64 (6));
  settle (test);
  g_assert_cmpint (attune_preset_row_get_shown (row), ==, -1);

  /* The other way round as well. */
  adw_toggle_group_set_active_name (get_toggles (test), "quick");
  settle (test);
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.epochs"), ==, 1);
  before = attune_configuration_copy (get_configuration (test));
  adw_toggle_group_set_active_name (get_toggles (test), "careful");
  settle (test);

  /* And back, by the toast. */
  press (test, "_Undo");
  settle (test);
  g_assert_true (attune_configuration_equal (before, get_configuration (test)));
  g_assert_cmpint (attune_preset_row_get_shown (row), ==, ATTUNE_PRESET_QUICK);
}

static void
test_reset_all (PageTest      *test,
                gconstpointer  data)
{
  AttuneConfiguration *configuration = get_configuration (test);
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 5);

  g_assert_null (find (test, GTK_TYPE_BUTTON, "_Reset All"));
  choose_data (test, path);
  /* The model and the data are what the job is about. */
  g_assert_cmpuint (attune_job_form_get_n_changed (test->form), ==, 0);

  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (7));
  attune_configuration_set_value (configuration, "optimizer.weightDecay", g_variant_new_double (0.1));
  gtk_editable_set_text (GTK_EDITABLE (get_widget (test, "optimizer.learningRate")), "what?");
  settle (test);
  g_assert_cmpuint (attune_job_form_get_n_changed (test->form), ==, 3);
  g_assert_nonnull (find (test, ADW_TYPE_ACTION_ROW, "3 settings are changed"));

  press (test, "_Reset All");
  settle (test);
  g_assert_cmpuint (attune_job_form_get_n_changed (test->form), ==, 0);
  g_assert_false (attune_configuration_is_set (configuration, "schedule.epochs"));
  g_assert_true (attune_configuration_is_set (configuration, "datasets.trainingFileId"));
  g_assert_true (attune_configuration_is_set (configuration, "model.baseModel"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (get_widget (test, "optimizer.learningRate"))), ==, "1e-5");

  press (test, "_Undo");
  settle (test);
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.epochs"), ==, 7);
}

/* Defaults are seen as such; help tells limits and the default for those without a pointer too. */
static void
test_defaults_and_help (PageTest      *test,
                        gconstpointer  data)
{
  GtkWidget *epochs = get_widget (test, "schedule.epochs");
  GtkWidget *button = ui_test_find (epochs, GTK_TYPE_MENU_BUTTON, NULL);
  GtkPopover *popover;
  GtkWidget *facts;

  g_assert_true (gtk_widget_has_css_class (epochs, "unset"));
  gtk_editable_set_text (GTK_EDITABLE (epochs), "4");
  g_assert_false (gtk_widget_has_css_class (epochs, "unset"));
  g_assert_true (gtk_widget_has_css_class (epochs, "changed"));

  g_assert_nonnull (button);
  g_assert_cmpstr (gtk_widget_get_tooltip_text (button), ==, "About “Epochs”");
  popover = gtk_menu_button_get_popover (GTK_MENU_BUTTON (button));
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  ui_test_settle (GTK_WIDGET (test->window));
  facts = ui_test_find (GTK_WIDGET (popover), GTK_TYPE_LABEL, "Default: 3\nFrom 1 to 10\nschedule.epochs");
  g_assert_nonnull (facts);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));

  /* An emptied row shows what it will have. */
  {
    GtkWidget *rate = get_widget (test, "optimizer.learningRate");
    GtkText *text = GTK_TEXT (gtk_editable_get_delegate (GTK_EDITABLE (rate)));

    gtk_widget_grab_focus (rate);
    ui_test_settle (GTK_WIDGET (test->window));
    gtk_editable_set_text (GTK_EDITABLE (rate), "");
    ui_test_settle (GTK_WIDGET (test->window));
    g_assert_cmpstr (gtk_text_get_placeholder_text (text), ==, "1e-5");
    g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (rate)), ==, "");
  }
}

/* --- The check --- */

/* The fake provider's first model becomes the starter model, so that tokens are counted and not guessed. */
static void
use_real_model (PageTest *test)
{
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  g_autofree char *folder = attune_paths_dup_package_file ("starter/model");
  GVariantBuilder models;

  g_variant_builder_init (&models, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_open (&models, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&models, "{sv}", "id", g_variant_new_string ("small"));
  g_variant_builder_add (&models, "{sv}", "title", g_variant_new_string ("Small Model"));
  g_variant_builder_add (&models, "{sv}", "path", g_variant_new_string (folder));
  g_variant_builder_close (&models);
  g_variant_dict_insert_value (dict, "models", g_variant_builder_end (&models));
  fake_adapter_set_capabilities (test->base.adapter, g_variant_dict_end (dict));
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.retry", NULL);
  settle (test);
}

static void
test_facts (PageTest      *test,
            gconstpointer  data)
{
  g_autofree char *train = attune_paths_dup_package_file ("starter/example/train.jsonl");
  GString *long_row = g_string_new ("{\"messages\":[{\"role\":\"user\",\"content\":\"");
  g_autofree char *row = NULL;
  g_autofree char *path = NULL;
  GtkWidget *panel = GTK_WIDGET (attune_new_job_page_get_panel (test->page));
  GtkWidget *fix;

  use_real_model (test);
  g_assert_null (find (test, ADW_TYPE_PREFERENCES_GROUP, "Data"));
  choose_data (test, train);
  ui_test_wait (find (test, ADW_TYPE_ACTION_ROW, "Tokens in Each Epoch") != NULL);
  g_assert_cmpstr (adw_preferences_group_get_description (ADW_PREFERENCES_GROUP (find (test, ADW_TYPE_PREFERENCES_GROUP, "Data"))),
                   ==, "Counted with the model’s tokenizer.");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (find (test, ADW_TYPE_ACTION_ROW, "Rows Cut Off"))), ==, "None");
  g_assert_true (g_str_has_suffix (adw_action_row_get_subtitle (ADW_ACTION_ROW (find (test, ADW_TYPE_ACTION_ROW, "Share of Tokens Trained"))), " %"));
  g_assert_nonnull (find (test, ADW_TYPE_ACTION_ROW, "Steps"));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-facts");

  /* An answer behind the sequence length: said, leads to its row, and mends itself. */
  for (guint i = 0; i < 900; i++)
    g_string_append (long_row, "word ");
  g_string_append (long_row, "\"},{\"role\":\"assistant\",\"content\":\"yes\"}]}\n");
  row = g_string_free_and_steal (long_row);
  path = ui_test_write_file ("long.jsonl", row);
  attune_configuration_set_value (get_configuration (test), "schedule.sequenceLength", g_variant_new_int64 (512));
  choose_data (test, path);
  ui_test_wait (find (test, ADW_TYPE_PREFERENCES_GROUP, "1 Problem to Solve") != NULL);
  g_assert_nonnull (find (test, ADW_TYPE_ACTION_ROW, "No row would teach anything: all answers lie behind the sequence length."));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (find (test, ADW_TYPE_ACTION_ROW, "Rows Cut Off"))), ==, "1 of 1");
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-truncated");
  fix = ui_test_find (panel, GTK_TYPE_BUTTON, "_Fix");
  g_assert_nonnull (fix);
  g_signal_emit_by_name (fix, "clicked");
  ui_test_wait (find (test, ADW_TYPE_PREFERENCES_GROUP, "Ready to Start") != NULL);
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.sequenceLength"), >, 512);

  g_signal_emit_by_name (find (test, ADW_TYPE_ACTION_ROW, "Rows Cut Off"), "activated");
  ui_test_settle (GTK_WIDGET (test->window));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (test->window)), get_widget (test, "schedule.sequenceLength")));
}

static void
test_tokens (PageTest      *test,
             gconstpointer  data)
{
  g_autofree char *train = attune_paths_dup_package_file ("starter/example/train.jsonl");
  AttuneTokenDialog *dialog;
  GtkWidget *view = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  use_real_model (test);
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.show-tokens", NULL);
  g_assert_null (get_dialog (test));
  choose_data (test, train);
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.show-tokens", NULL);
  ui_test_wait (get_dialog (test) != NULL);
  dialog = ATTUNE_TOKEN_DIALOG (get_dialog (test));
  ui_test_wait (attune_token_dialog_is_loaded (dialog));
  g_assert_cmpuint (attune_token_dialog_get_n_rows (dialog), ==, 50);
  ui_test_wait ((view = find (test, GTK_TYPE_TEXT_VIEW, NULL)) != NULL);
  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "text", &first, NULL);
  g_assert_nonnull (strstr (first, "assistant"));
  ui_test_settle (GTK_WIDGET (test->window));
  ui_test_assert_named (GTK_WIDGET (dialog));
  ui_test_screenshot (GTK_WINDOW (test->window), "tokens");

  gtk_widget_activate_action (GTK_WIDGET (dialog), "tokens.next", NULL);
  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "text", &second, NULL);
  g_assert_cmpstr (first, !=, second);
  gtk_widget_activate_action (GTK_WIDGET (dialog), "tokens.previous", NULL);
  g_clear_pointer (&second, g_free);
  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "text", &second, NULL);
  g_assert_cmpstr (first, ==, second);

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  ui_test_resize (GTK_WINDOW (test->window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (test->window), "tokens-narrow-dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

static void
test_request (PageTest      *test,
              gconstpointer  data)
{
  AttuneRequestDialog *dialog;

  fake_adapter_set_cost (test->base.adapter, "openai", NAN, NAN);
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.show-request", NULL);
  ui_test_wait (get_dialog (test) != NULL);
  dialog = ATTUNE_REQUEST_DIALOG (get_dialog (test));
  ui_test_settle (GTK_WIDGET (test->window));
  g_assert_nonnull (strstr (attune_request_dialog_get_text (dialog), "\"small\""));
  attune_request_dialog_set_format (dialog, ATTUNE_REQUEST_FORMAT_PYTHON);
  g_assert_true (g_str_has_prefix (attune_request_dialog_get_text (dialog), "import json"));
  attune_request_dialog_set_format (dialog, ATTUNE_REQUEST_FORMAT_ATTUNECTL);
  g_assert_true (g_str_has_prefix (attune_request_dialog_get_text (dialog), "attunectl job-create --provider fake"));
  attune_request_dialog_set_format (dialog, ATTUNE_REQUEST_FORMAT_CURL);
  g_assert_nonnull (strstr (attune_request_dialog_get_text (dialog), "Bearer $OPENAI_API_KEY"));
  ui_test_assert_named (GTK_WIDGET (dialog));
  ui_test_screenshot (GTK_WINDOW (test->window), "request-curl");
  ui_test_resize (GTK_WINDOW (test->window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (test->window), "request-curl-narrow");
  gtk_widget_activate_action (GTK_WIDGET (dialog), "request.copy", NULL);
  ui_test_wait (find (test, GTK_TYPE_LABEL, "Copied") != NULL);
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

static void
test_notices (PageTest      *test,
              gconstpointer  data)
{
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  GVariantBuilder builder;

  g_assert_null (find (test, ADW_TYPE_PREFERENCES_GROUP, "Notices of Fake Provider"));
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_add_parsed (&builder, "{'text': <'No new jobs are taken after this day. Choose another provider for what has to last.'>, "
                                          "'severity': <'error'>, 'from': <'2100-02-03'>}");
  g_variant_builder_add_parsed (&builder, "{'text': <'Prices of 1 November'>, 'severity': <'info'>}");
  g_variant_dict_insert_value (dict, "notices", g_variant_builder_end (&builder));
  fake_adapter_set_capabilities (test->base.adapter, g_variant_dict_end (dict));
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.retry", NULL);
  settle (test);
  g_assert_nonnull (find (test, ADW_TYPE_PREFERENCES_GROUP, "Notices of Fake Provider"));
  g_assert_nonnull (find (test, ADW_TYPE_EXPANDER_ROW, "1 Notice"));
  ui_test_assert_named (GTK_WIDGET (test->window));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-notices");
  ui_test_resize (GTK_WINDOW (test->window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-notices-narrow");
}

/* --- Money --- */

static void
start (PageTest *test)
{
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.start", NULL);
}

static void
test_spending_limit (PageTest      *test,
                     gconstpointer  data)
{
  g_autoptr (AttuneSettings) settings = attune_settings_new ();
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 20);
  GtkWidget *dialog = NULL;

  attune_settings_set_spending_limit (settings, 2.0);
  fake_adapter_set_cost (test->base.adapter, "openai", 3.0, 4.5);
  choose_data (test, path);

  /* Before the cost is known, the start waits for it; then it asks. */
  start (test);
  ui_test_wait ((dialog = find (test, ADW_TYPE_ALERT_DIALOG, NULL)) != NULL);
  g_assert_cmpstr (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (dialog)), ==, "Pass Your Spending Limit?");
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), "$4.50"));
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), "$2.00"));
  ui_test_settle (GTK_WIDGET (test->window));
  ui_test_screenshot (GTK_WINDOW (test->window), "spending-limit");
  g_assert_cmpuint (fake_adapter_get_n_started (test->base.adapter), ==, 0);
  adw_dialog_close (ADW_DIALOG (dialog));
  ui_test_wait (find (test, ADW_TYPE_ALERT_DIALOG, NULL) == NULL);
  g_assert_cmpuint (fake_adapter_get_n_started (test->base.adapter), ==, 0);
  g_assert_true (gtk_widget_has_css_class (find (test, ADW_TYPE_ACTION_ROW, "Cost"), "warning"));

  /* Nobody knows what it costs: that is asked too. */
  fake_adapter_set_cost (test->base.adapter, "openai", NAN, NAN);
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", g_variant_new_int64 (2));
  settle (test);
  start (test);
  ui_test_wait ((dialog = find (test, ADW_TYPE_ALERT_DIALOG, NULL)) != NULL);
  g_assert_cmpstr (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (dialog)), ==, "Start at Unknown Cost?");
  adw_dialog_close (ADW_DIALOG (dialog));
  ui_test_wait (find (test, ADW_TYPE_ALERT_DIALOG, NULL) == NULL);

  /* Below the limit nothing is asked. */
  fake_adapter_set_cost (test->base.adapter, "openai", 0.5, 1.5);
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", g_variant_new_int64 (4));
  settle (test);
  start (test);
  ui_test_wait (fake_adapter_get_n_started (test->base.adapter) == 1);
  attune_settings_set_spending_limit (settings, 0);
}

static void
test_limit_passed (PageTest      *test,
                   gconstpointer  data)
{
  g_autoptr (AttuneSettings) settings = attune_settings_new ();
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 20);
  GtkWidget *dialog = NULL;

  attune_settings_set_spending_limit (settings, 2.0);
  fake_adapter_set_cost (test->base.adapter, "openai", 3.0, 4.5);
  choose_data (test, path);
  start (test);
  ui_test_wait ((dialog = find (test, ADW_TYPE_ALERT_DIALOG, NULL)) != NULL);
  g_signal_emit_by_name (dialog, "response::start", "start");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  ui_test_wait (fake_adapter_get_n_started (test->base.adapter) == 1);
  attune_settings_set_spending_limit (settings, 0);
}

/* --- Drafts --- */

static guint
count_drafts (void)
{
  g_autoptr (GPtrArray) drafts = attune_drafts_list ();

  return drafts->len;
}

static void
leave (PageTest *test)
{
  gtk_widget_activate_action (GTK_WIDGET (test->page), "navigation.pop", NULL);
  ui_test_wait (attune_window_get_new_job_page (test->window) == NULL);
  ui_test_settle (GTK_WIDGET (test->window));
}

static void
test_draft (PageTest      *test,
            gconstpointer  data)
{
  AttuneNewJobPage *again;

  /* What a form begins with is nothing to keep. */
  leave (test);
  g_assert_cmpuint (count_drafts (), ==, 0);

  test->page = ui_test_open_new_job (&test->base, test->window);
  test->form = attune_new_job_page_get_form (test->page);
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", g_variant_new_int64 (9));
  ui_test_wait (count_drafts () == 1);
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", NULL);
  ui_test_wait (count_drafts () == 0);

  gtk_editable_set_text (GTK_EDITABLE (find (test, ADW_TYPE_ENTRY_ROW, "_Name (optional)")), "Half done");
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", g_variant_new_int64 (8));
  settle (test);
  leave (test);
  /* It is written when the page goes, without a pause. */
  ui_test_wait (count_drafts () == 1);

  /* Also after a restart: nothing of it is in memory. */
  gtk_window_close (GTK_WINDOW (test->window));
  ui_test_wait (gtk_application_get_windows (GTK_APPLICATION (test->base.application)) == NULL);
  test->window = ui_test_open_window (&test->base);
  g_action_group_activate_action (G_ACTION_GROUP (test->base.application), "new-job", NULL);
  again = attune_window_get_new_job_page (test->window);
  g_assert_nonnull (again);
  ui_test_wait (attune_new_job_page_is_settled (again));
  test->page = again;
  test->form = attune_new_job_page_get_form (again);
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.epochs"), ==, 8);
  g_assert_cmpstr (attune_new_job_page_get_name (again), ==, "Half done");

  /* A new beginning leaves the draft in the menu; discarding takes it away. */
  press (test, "_Start Over");
  settle (test);
  g_assert_false (attune_configuration_is_set (get_configuration (test), "schedule.epochs"));
  g_assert_true (attune_configuration_is_set (get_configuration (test), "model.baseModel"));
  g_assert_cmpstr (attune_new_job_page_get_name (again), ==, "");
  g_assert_cmpuint (count_drafts (), ==, 1);
  {
    g_autoptr (GPtrArray) drafts = attune_drafts_list ();
    const AttuneDraft *draft = g_ptr_array_index (drafts, 0);

    gtk_widget_activate_action (GTK_WIDGET (again), "new-job.open-draft", "s", draft->id);
  }
  settle (test);
  g_assert_cmpstr (attune_new_job_page_get_name (again), ==, "Half done");
  gtk_widget_activate_action (GTK_WIDGET (again), "new-job.discard-draft", NULL);
  settle (test);
  g_assert_cmpuint (count_drafts (), ==, 0);
  g_assert_cmpstr (attune_new_job_page_get_name (again), ==, "");
}

/* A job that was started is no draft any more. */
static void
test_draft_ends (PageTest      *test,
                 gconstpointer  data)
{
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 20);

  choose_data (test, path);
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", g_variant_new_int64 (2));
  ui_test_wait (count_drafts () == 1);
  settle (test);
  start (test);
  ui_test_wait (fake_adapter_get_n_started (test->base.adapter) == 1);
  ui_test_wait (attune_window_get_new_job_page (test->window) == NULL);
  ui_test_settle (GTK_WIDGET (test->window));
  g_assert_cmpuint (count_drafts (), ==, 0);
}

/* --- Jobs, recipes, other providers --- */

static AttuneAdapter *
make_other (void)
{
  FakeAdapter *adapter = fake_adapter_new ("other", "Other Provider");
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  GVariantBuilder ranges;

  g_variant_builder_init (&ranges, G_VARIANT_TYPE ("a{s(dd)}"));
  g_variant_builder_add (&ranges, "{s(dd)}", "schedule.epochs", 1.0, 5.0);
  g_variant_dict_insert_value (dict, "parameterRanges", g_variant_builder_end (&ranges));
  g_variant_dict_insert_value (dict, "supportedMethods", g_variant_new_strv ((const char *[]) { "full", NULL }, -1));
  g_variant_dict_remove (dict, "customParameters");
  fake_adapter_set_capabilities (adapter, g_variant_dict_end (dict));

  return ATTUNE_ADAPTER (adapter);
}

static void
test_carry (PageTest      *test,
            gconstpointer  data)
{
  AdwComboRow *provider;
  GtkWidget *dialog;

  open_page (test);
  provider = ADW_COMBO_ROW (find (test, ADW_TYPE_COMBO_ROW, "_Provider"));
  adw_combo_row_set_selected (provider, 0);
  settle (test);
  adw_combo_row_set_selected (provider, 1);
  settle (test);
  attune_configuration_set_value (get_configuration (test), "method.type", g_variant_new_string ("lora"));
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", g_variant_new_int64 (9));
  attune_configuration_set_value (get_configuration (test), "schedule.batchSize", g_variant_new_int64 (2));
  gtk_editable_set_text (GTK_EDITABLE (get_widget (test, "metadata.seed")), "7");
  settle (test);
  g_assert_null (find (test, GTK_TYPE_BUTTON, "_Adjust All"));

  adw_combo_row_set_selected (provider, 0);
  settle (test);
  g_assert_nonnull (find (test, ADW_TYPE_ACTION_ROW, "3 settings do not fit Other Provider"));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-carry");
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.show-misfits", NULL);
  ui_test_wait ((dialog = GTK_WIDGET (get_dialog (test))) != NULL);
  ui_test_settle (GTK_WIDGET (test->window));
  g_assert_nonnull (ui_test_find (dialog, ADW_TYPE_ACTION_ROW, "Epochs"));
  g_assert_nonnull (ui_test_find (dialog, ADW_TYPE_ACTION_ROW, "Method"));
  ui_test_assert_named (dialog);
  ui_test_screenshot (GTK_WINDOW (test->window), "carry-report");
  gtk_widget_activate_action (dialog, "carry.adjust", NULL);
  ui_test_wait (get_dialog (test) == NULL);
  settle (test);
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.epochs"), ==, 5);
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.batchSize"), ==, 2);
  g_assert_cmpint (attune_configuration_get_enum (get_configuration (test), "method.type"), ==, ATTUNE_TRAINING_METHOD_FULL);
  g_assert_false (json_object_has_member (attune_configuration_get_metadata (get_configuration (test)), "seed"));
  g_assert_null (find (test, ADW_TYPE_ACTION_ROW, "3 settings do not fit Other Provider"));
}

/* What nobody chose is chosen anew at another provider, and no reason for a report. */
static void
test_automatic (PageTest      *test,
                gconstpointer  data)
{
  GListModel *registry = G_LIST_MODEL (attune_commands_get_registry (test->base.commands));
  g_autoptr (FakeAdapter) other = g_list_model_get_item (registry, 0);
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  GVariantBuilder models;
  AdwComboRow *provider;
  g_autofree char *model = NULL;

  g_variant_builder_init (&models, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_add_parsed (&models, "{'id': <'theirs'>, 'title': <'Theirs'>}");
  g_variant_dict_insert_value (dict, "models", g_variant_builder_end (&models));
  g_variant_dict_insert_value (dict, "supportedMethods", g_variant_new_strv ((const char *[]) { "full", NULL }, -1));
  fake_adapter_set_capabilities (other, g_variant_dict_end (dict));
  fake_adapter_set_advice (test->base.adapter, "optimizer.learningRate", g_variant_new_double (2e-4));

  test->window = ui_test_open_window (&test->base);
  test->page = attune_window_show_new_job (test->window);
  test->form = attune_new_job_page_get_form (test->page);
  settle (test);
  provider = ADW_COMBO_ROW (find (test, ADW_TYPE_COMBO_ROW, "_Provider"));
  adw_combo_row_set_selected (provider, 1);
  settle (test);
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.start-over", NULL);
  settle (test);
  g_assert_cmpfloat (attune_configuration_get_double (get_configuration (test), "optimizer.learningRate"), ==, 2e-4);
  attune_configuration_set_value (get_configuration (test), "schedule.batchSize", g_variant_new_int64 (2));

  adw_combo_row_set_selected (provider, 0);
  settle (test);
  model = attune_configuration_dup_text (get_configuration (test), "model.baseModel");
  g_assert_cmpstr (model, ==, "theirs");
  g_assert_cmpint (attune_configuration_get_enum (get_configuration (test), "method.type"), ==, ATTUNE_TRAINING_METHOD_FULL);
  g_assert_false (attune_configuration_is_set (get_configuration (test), "optimizer.learningRate"));
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.batchSize"), ==, 2);
  g_assert_null (find (test, GTK_TYPE_BUTTON, "_Adjust All"));
}

static void
test_clone (PageTest      *test,
            gconstpointer  data)
{
  AttuneJobStore *jobs = attune_commands_get_jobs (test->base.commands);
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (AttuneJob) job = NULL;
  g_autoptr (GError) error = NULL;

  open_page (test);
  leave (test);
  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string ("large"));
  attune_configuration_set_value (configuration, "method.type", g_variant_new_string ("full"));
  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (4));
  job = attune_job_new (attune_commands_get_persona_id (test->base.commands), "other", configuration);
  attune_job_set_name (job, "First");
  attune_job_set_status (job, ATTUNE_JOB_STATUS_SUCCEEDED);
  attune_job_store_save_sync (jobs, job, &error);
  g_assert_no_error (error);

  g_action_group_activate_action (G_ACTION_GROUP (test->base.application), "clone-job", g_variant_new_string (attune_job_get_id (job)));
  test->page = attune_window_get_new_job_page (test->window);
  g_assert_nonnull (test->page);
  test->form = attune_new_job_page_get_form (test->page);
  settle (test);
  g_assert_cmpstr (attune_new_job_page_get_name (test->page), ==, "First (copy)");
  g_assert_cmpstr (attune_adapter_get_id (attune_new_job_page_get_adapter (test->page)), ==, "other");
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.epochs"), ==, 4);
  /* The job itself is not touched by what is changed now. */
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", g_variant_new_int64 (5));
  g_assert_cmpint (attune_configuration_get_integer (configuration, "schedule.epochs"), ==, 4);
}

static void
test_recipe (PageTest      *test,
             gconstpointer  data)
{
  g_autofree char *folder = g_path_get_dirname (g_get_user_data_dir ());
  g_autofree char *path = g_build_filename (folder, "recipe.json", NULL);
  g_autofree char *broken = ui_test_write_file ("broken.json", "{\"kind\": \"attune-recipe\",\n \"configuration\": {\"schedule\": {\"epochs\": \"many\"}}}");
  g_autofree char *train = ui_test_write_dataset ("train.jsonl", 5);
  g_autofree char *id = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  open_page (test);
  adw_combo_row_set_selected (ADW_COMBO_ROW (find (test, ADW_TYPE_COMBO_ROW, "_Provider")), 1);
  settle (test);
  attune_configuration_set_value (get_configuration (test), "schedule.epochs", g_variant_new_int64 (9));
  settle (test);
  g_assert_true (attune_new_job_page_export_recipe (test->page, path, &error));
  g_assert_no_error (error);
  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (contents, "\"provider\": \"fake\""));
  g_assert_true (attune_new_job_page_is_recipe (path));
  g_assert_false (attune_new_job_page_is_recipe (train));
  g_assert_false (attune_new_job_page_export_recipe (test->page, "/nowhere/at/all.json", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  /* Into a form for another provider with data of its own: the recipe's provider is taken, the data stay. */
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.start-over", NULL);
  adw_combo_row_set_selected (ADW_COMBO_ROW (find (test, ADW_TYPE_COMBO_ROW, "_Provider")), 0);
  settle (test);
  choose_data (test, train);
  id = attune_configuration_dup_text (get_configuration (test), "datasets.trainingFileId");
  g_assert_nonnull (id);
  {
    g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
    g_autoptr (GFile) file = g_file_new_for_path (path);

    g_list_store_append (files, file);
    g_assert_true (attune_window_take_files (test->window, G_LIST_MODEL (files)));
  }
  settle (test);
  g_assert_cmpstr (attune_adapter_get_id (attune_new_job_page_get_adapter (test->page)), ==, "fake");
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.epochs"), ==, 9);
  kept = attune_configuration_dup_text (get_configuration (test), "datasets.trainingFileId");
  g_assert_cmpstr (kept, ==, id);

  /* A damaged one says where, and changes nothing. */
  g_assert_false (attune_new_job_page_import_recipe (test->page, broken, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "broken.json"));
  g_assert_nonnull (strstr (error->message, "schedule.epochs"));
  g_assert_cmpint (attune_configuration_get_integer (get_configuration (test), "schedule.epochs"), ==, 9);
}

static void
test_paste (PageTest      *test,
            gconstpointer  data)
{
  g_autofree char *path = ui_test_write_dataset ("pasted train.jsonl", 5);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autofree char *quoted = g_strdup_printf ("  '%s'\n", path);
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (test->window));

  /* From the clipboard, as a person does. */
  gdk_clipboard_set_text (clipboard, quoted);
  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.paste-file", NULL);
  ui_test_wait (attune_configuration_is_set (get_configuration (test), "datasets.trainingFileId"));
  settle (test);

  leave (test);
  attune_window_paste_text (test->window, uri);
  test->page = attune_window_get_new_job_page (test->window);
  g_assert_nonnull (test->page);
  test->form = attune_new_job_page_get_form (test->page);
  settle (test);
  g_assert_true (attune_configuration_is_set (get_configuration (test), "datasets.trainingFileId"));

  attune_window_paste_text (test->window, "Lorem ipsum");
  ui_test_wait (find (test, GTK_TYPE_LABEL, "Copy a data file, or its path, to paste it here") != NULL);
}

/* From a phone to a wall: nothing is cut off, and the check stays beside the form where there is room. */
static void
test_sizes (PageTest      *test,
            gconstpointer  data)
{
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 300);
  int minimum;

  choose_data (test, path);
  adw_toggle_group_set_active_name (get_toggles (test), "careful");
  settle (test);
  ui_test_wait (find (test, ADW_TYPE_ACTION_ROW, "Time") != NULL);
  gtk_widget_measure (GTK_WIDGET (test->window), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  ui_test_resize (GTK_WINDOW (test->window), 360, 900);
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-360");
  ui_test_resize (GTK_WINDOW (test->window), 800, 900);
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-800");
  ui_test_resize (GTK_WINDOW (test->window), 1270, 900);
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-1270");
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("The page of a new job: search, presets, the check with its counts, money, drafts, recipes.");

#define add(path, func) g_test_add ("/ui/new-job/" path, PageTest, NULL, set_up, func, tear_down)
#define add_late(path, func) g_test_add ("/ui/new-job/" path, PageTest, make_other, set_up_late, func, tear_down)
  add ("search", test_search);
  add ("presets", test_presets);
  add ("reset-all", test_reset_all);
  add ("defaults-and-help", test_defaults_and_help);
  add ("facts", test_facts);
  add ("tokens", test_tokens);
  add ("request", test_request);
  add ("notices", test_notices);
  add ("spending-limit", test_spending_limit);
  add ("limit-passed", test_limit_passed);
  add ("draft", test_draft);
  add ("draft-ends", test_draft_ends);
  add_late ("carry", test_carry);
  add_late ("automatic", test_automatic);
  add_late ("clone", test_clone);
  add_late ("recipe", test_recipe);
  add ("paste", test_paste);
  add ("sizes", test_sizes);
#undef add
#undef add_late

  return g_test_run ();
}
