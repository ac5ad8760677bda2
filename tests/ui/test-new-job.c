/* test-new-job.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "new-job-test.h"

#include <math.h>
#include <string.h>

#include "attune-notice-list.h"
#include "attune-paths.h"
#include "attune-preset-row.h"
#include "attune-request-dialog.h"
#include "attune-settings.h"
#include "attune-token-dialog.h"

/* --- Search --- */

static void
test_search (PageTest      *test,
             gconstpointer  data)
{
  const char *nothing = "No setting found. Try another word, such as “rate” or “memory”.";
  GtkWidget *entry;

  gtk_widget_activate_action (GTK_WIDGET (test->window), "win.search", NULL);
  ui_test_settle (GTK_WIDGET (test->window));
  entry = page_test_find (test, GTK_TYPE_SEARCH_ENTRY, NULL);
  g_assert_nonnull (entry);
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (test->window)), entry));

  /* By a word of the title, in whatever case, and although it stands under All Settings. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "WARM up");
  ui_test_wait (gtk_widget_get_mapped (page_test_get_widget (test, "optimizer.scheduler.warmupRatio")));
  g_assert_cmpuint (attune_job_form_get_n_found (test->form), <, 4);
  g_assert_false (gtk_widget_get_mapped (page_test_get_widget (test, "schedule.epochs")));
  g_assert_null (page_test_find (test, ADW_TYPE_PREFERENCES_ROW, "Preset"));
  ui_test_assert_named (GTK_WIDGET (test->window));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-search");

  /* By the name in files, by a word of the help, by a choice. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "gradientaccumulation");
  ui_test_wait (gtk_widget_get_mapped (page_test_get_widget (test, "schedule.gradientAccumulation")));
  gtk_editable_set_text (GTK_EDITABLE (entry), "polynomial");
  ui_test_wait (gtk_widget_get_mapped (page_test_get_widget (test, "optimizer.scheduler.type")));

  /* What this provider does not have is named, with the reason. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "gpu model");
  ui_test_wait (page_test_find (test, ADW_TYPE_PREFERENCES_GROUP, "Not Shown Now") != NULL);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (page_test_find (test, ADW_TYPE_ACTION_ROW, "GPU Model"))), ==,
                   "Not used by this provider");

  /* What does not apply leads to the setting that decides it. */
  attune_configuration_set_value (page_test_get_configuration (test), "method.type", g_variant_new_string ("full"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "dropout");
  ui_test_wait (page_test_find (test, ADW_TYPE_ACTION_ROW, "Dropout") != NULL);
  g_signal_emit_by_name (page_test_find (test, ADW_TYPE_ACTION_ROW, "Dropout"), "activated");
  ui_test_wait (gtk_widget_get_mapped (page_test_get_widget (test, "method.type")));

  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  ui_test_wait (page_test_find (test, ADW_TYPE_PREFERENCES_ROW, "Preset") != NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), "zzz");
  ui_test_wait (page_test_find (test, GTK_TYPE_LABEL, nothing) != NULL);
  g_assert_cmpuint (attune_job_form_get_n_found (test->form), ==, 0);

  /* Leaving the search shows everything again. */
  gtk_widget_activate_action (GTK_WIDGET (entry), "search.stop", NULL);
  g_signal_emit_by_name (entry, "stop-search");
  ui_test_wait (page_test_find (test, GTK_TYPE_LABEL, nothing) == NULL);
  g_assert_true (gtk_widget_get_visible (page_test_get_widget (test, "schedule.epochs")));
}

/* --- Presets and resets --- */

static void
test_presets (PageTest      *test,
              gconstpointer  data)
{
  AttunePresetRow *row = ATTUNE_PRESET_ROW (page_test_find (test, ATTUNE_TYPE_PRESET_ROW, NULL));
  g_autoptr (AttuneConfiguration) before = NULL;

  adw_toggle_group_set_active_name (page_test_get_toggles (test), "careful");
  page_test_settle (test);
  g_assert_cmpint (attune_preset_row_get_shown (row), ==, ATTUNE_PRESET_CAREFUL);
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.epochs"), ==, 5);
  g_assert_cmpfloat (attune_configuration_get_double (page_test_get_configuration (test), "optimizer.learningRate"), ==, 1e-4);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (page_test_get_widget (test, "schedule.epochs"))), ==, "5");
  g_assert_nonnull (page_test_find (test, ADW_TYPE_ACTION_ROW, "8 settings are changed"));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-preset");

  /* It only sets values: one more change, and the settings are a person's own. */
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", g_variant_new_int64 (6));
  page_test_settle (test);
  g_assert_cmpint (attune_preset_row_get_shown (row), ==, -1);

  /* The other way round as well. */
  adw_toggle_group_set_active_name (page_test_get_toggles (test), "quick");
  page_test_settle (test);
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.epochs"), ==, 1);
  before = attune_configuration_copy (page_test_get_configuration (test));
  adw_toggle_group_set_active_name (page_test_get_toggles (test), "careful");
  page_test_settle (test);

  /* And back, by the toast. */
  page_test_press (test, "_Undo");
  page_test_settle (test);
  g_assert_true (attune_configuration_equal (before, page_test_get_configuration (test)));
  g_assert_cmpint (attune_preset_row_get_shown (row), ==, ATTUNE_PRESET_QUICK);
}

static void
test_reset_all (PageTest      *test,
                gconstpointer  data)
{
  AttuneConfiguration *configuration = page_test_get_configuration (test);
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 5);

  g_assert_null (page_test_find (test, GTK_TYPE_BUTTON, "_Reset All"));
  page_test_choose_data (test, path);
  /* The model and the data are what the job is about. */
  g_assert_cmpuint (attune_job_form_get_n_changed (test->form), ==, 0);

  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (7));
  attune_configuration_set_value (configuration, "optimizer.weightDecay", g_variant_new_double (0.1));
  gtk_editable_set_text (GTK_EDITABLE (page_test_get_widget (test, "optimizer.learningRate")), "what?");
  page_test_settle (test);
  g_assert_cmpuint (attune_job_form_get_n_changed (test->form), ==, 3);
  g_assert_nonnull (page_test_find (test, ADW_TYPE_ACTION_ROW, "3 settings are changed"));

  page_test_press (test, "_Reset All");
  page_test_settle (test);
  g_assert_cmpuint (attune_job_form_get_n_changed (test->form), ==, 0);
  g_assert_false (attune_configuration_is_set (configuration, "schedule.epochs"));
  g_assert_true (attune_configuration_is_set (configuration, "datasets.trainingFileId"));
  g_assert_true (attune_configuration_is_set (configuration, "model.baseModel"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (page_test_get_widget (test, "optimizer.learningRate"))), ==, "1e-5");

  page_test_press (test, "_Undo");
  page_test_settle (test);
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.epochs"), ==, 7);
}

/* Defaults are seen as such; help tells limits and the default for those without a pointer too. */
static void
test_defaults_and_help (PageTest      *test,
                        gconstpointer  data)
{
  GtkWidget *epochs = page_test_get_widget (test, "schedule.epochs");
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
    GtkWidget *rate = page_test_get_widget (test, "optimizer.learningRate");
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
  page_test_settle (test);
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
  g_assert_null (page_test_find (test, ADW_TYPE_PREFERENCES_GROUP, "Data"));
  page_test_choose_data (test, train);
  ui_test_wait (page_test_find (test, ADW_TYPE_ACTION_ROW, "Tokens in Each Epoch") != NULL);
  g_assert_cmpstr (adw_preferences_group_get_description (ADW_PREFERENCES_GROUP (page_test_find (test, ADW_TYPE_PREFERENCES_GROUP, "Data"))),
                   ==, "Counted with the model’s tokenizer.");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (page_test_find (test, ADW_TYPE_ACTION_ROW, "Rows Cut Off"))), ==, "None");
  g_assert_true (g_str_has_suffix (adw_action_row_get_subtitle (ADW_ACTION_ROW (page_test_find (test, ADW_TYPE_ACTION_ROW, "Share of Tokens Trained"))), " %"));
  g_assert_nonnull (page_test_find (test, ADW_TYPE_ACTION_ROW, "Steps"));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-facts");

  /* An answer behind the sequence length: said, leads to its row, and mends itself. */
  for (guint i = 0; i < 900; i++)
    g_string_append (long_row, "word ");
  g_string_append (long_row, "\"},{\"role\":\"assistant\",\"content\":\"yes\"}]}\n");
  row = g_string_free_and_steal (long_row);
  path = ui_test_write_file ("long.jsonl", row);
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.sequenceLength", g_variant_new_int64 (512));
  page_test_choose_data (test, path);
  ui_test_wait (page_test_find (test, ADW_TYPE_PREFERENCES_GROUP, "1 Problem to Solve") != NULL);
  g_assert_nonnull (page_test_find (test, ADW_TYPE_ACTION_ROW, "No row would teach anything: all answers lie behind the sequence length."));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (page_test_find (test, ADW_TYPE_ACTION_ROW, "Rows Cut Off"))), ==, "1 of 1");
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-truncated");
  fix = ui_test_find (panel, GTK_TYPE_BUTTON, "_Fix");
  g_assert_nonnull (fix);
  g_signal_emit_by_name (fix, "clicked");
  ui_test_wait (page_test_find (test, ADW_TYPE_PREFERENCES_GROUP, "Ready to Start") != NULL);
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.sequenceLength"), >, 512);

  g_signal_emit_by_name (page_test_find (test, ADW_TYPE_ACTION_ROW, "Rows Cut Off"), "activated");
  ui_test_settle (GTK_WIDGET (test->window));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (test->window)), page_test_get_widget (test, "schedule.sequenceLength")));
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
  g_assert_null (page_test_get_dialog (test));
  page_test_choose_data (test, train);
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.show-tokens", NULL);
  ui_test_wait (page_test_get_dialog (test) != NULL);
  dialog = ATTUNE_TOKEN_DIALOG (page_test_get_dialog (test));
  ui_test_wait (attune_token_dialog_is_loaded (dialog));
  g_assert_cmpuint (attune_token_dialog_get_n_rows (dialog), ==, 50);
  ui_test_wait ((view = page_test_find (test, GTK_TYPE_TEXT_VIEW, NULL)) != NULL);
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
  ui_test_wait (page_test_get_dialog (test) != NULL);
  dialog = ATTUNE_REQUEST_DIALOG (page_test_get_dialog (test));
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
  ui_test_wait (page_test_find (test, GTK_TYPE_LABEL, "Copied") != NULL);
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

static void
test_notices (PageTest      *test,
              gconstpointer  data)
{
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  GVariantBuilder builder;

  g_assert_null (page_test_find (test, ADW_TYPE_PREFERENCES_GROUP, "Notices of Fake Provider"));
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_add_parsed (&builder, "{'text': <'No new jobs are taken after this day. Choose another provider for what has to last.'>, "
                                          "'severity': <'error'>, 'from': <'2100-02-03'>}");
  g_variant_builder_add_parsed (&builder, "{'text': <'Prices of 1 November'>, 'severity': <'info'>}");
  g_variant_dict_insert_value (dict, "notices", g_variant_builder_end (&builder));
  fake_adapter_set_capabilities (test->base.adapter, g_variant_dict_end (dict));
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.retry", NULL);
  page_test_settle (test);
  g_assert_nonnull (page_test_find (test, ADW_TYPE_PREFERENCES_GROUP, "Notices of Fake Provider"));
  g_assert_nonnull (page_test_find (test, ADW_TYPE_EXPANDER_ROW, "1 Notice"));
  ui_test_assert_named (GTK_WIDGET (test->window));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-notices");
  ui_test_resize (GTK_WINDOW (test->window), 360, 700);
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-notices-narrow");
}

/* --- Money --- */

static void
test_spending_limit (PageTest      *test,
                     gconstpointer  data)
{
  g_autoptr (AttuneSettings) settings = attune_settings_new ();
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 20);
  GtkWidget *dialog = NULL;

  attune_settings_set_spending_limit (settings, 2.0);
  fake_adapter_set_cost (test->base.adapter, "openai", 3.0, 4.5);
  page_test_choose_data (test, path);

  /* Before the cost is known, the start waits for it; then it asks. */
  page_test_start (test);
  ui_test_wait ((dialog = page_test_find (test, ADW_TYPE_ALERT_DIALOG, NULL)) != NULL);
  g_assert_cmpstr (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (dialog)), ==, "Pass Your Spending Limit?");
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), "$4.50"));
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), "$2.00"));
  ui_test_settle (GTK_WIDGET (test->window));
  ui_test_screenshot (GTK_WINDOW (test->window), "spending-limit");
  g_assert_cmpuint (fake_adapter_get_n_started (test->base.adapter), ==, 0);
  adw_dialog_close (ADW_DIALOG (dialog));
  ui_test_wait (page_test_find (test, ADW_TYPE_ALERT_DIALOG, NULL) == NULL);
  g_assert_cmpuint (fake_adapter_get_n_started (test->base.adapter), ==, 0);
  g_assert_true (gtk_widget_has_css_class (page_test_find (test, ADW_TYPE_ACTION_ROW, "Cost"), "warning"));

  /* Nobody knows what it costs: that is asked too. */
  fake_adapter_set_cost (test->base.adapter, "openai", NAN, NAN);
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", g_variant_new_int64 (2));
  page_test_settle (test);
  page_test_start (test);
  ui_test_wait ((dialog = page_test_find (test, ADW_TYPE_ALERT_DIALOG, NULL)) != NULL);
  g_assert_cmpstr (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (dialog)), ==, "Start at Unknown Cost?");
  adw_dialog_close (ADW_DIALOG (dialog));
  ui_test_wait (page_test_find (test, ADW_TYPE_ALERT_DIALOG, NULL) == NULL);

  /* Below the limit nothing is asked. */
  fake_adapter_set_cost (test->base.adapter, "openai", 0.5, 1.5);
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", g_variant_new_int64 (4));
  page_test_settle (test);
  page_test_start (test);
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
  page_test_choose_data (test, path);
  page_test_start (test);
  ui_test_wait ((dialog = page_test_find (test, ADW_TYPE_ALERT_DIALOG, NULL)) != NULL);
  g_signal_emit_by_name (dialog, "response::start", "start");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  ui_test_wait (fake_adapter_get_n_started (test->base.adapter) == 1);
  attune_settings_set_spending_limit (settings, 0);
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("The page of a new job: search, presets, the check with its counts, the request, money.");

#define add(path, func) g_test_add ("/ui/new-job/" path, PageTest, NULL, page_test_set_up, func, page_test_tear_down)
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
#undef add

  return g_test_run ();
}
