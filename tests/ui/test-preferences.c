/* test-preferences.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include "attune-background.h"
#include "attune-preferences.h"

/* The fake provider with a key is one that has an address. */
static AttunePreferences *
open_preferences (UiTest       *test,
                  AttuneWindow *window)
{
  AdwDialog *dialog;

  fake_adapter_set_cost (test->adapter, "openai", 0, 0);
  g_action_group_activate_action (G_ACTION_GROUP (test->application), "preferences", NULL);
  dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window));
  g_assert_true (ATTUNE_IS_PREFERENCES (dialog));
  ui_test_settle (GTK_WIDGET (window));

  return ATTUNE_PREFERENCES (dialog);
}

static void
show_page (AttunePreferences *preferences,
           const char        *name)
{
  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (preferences), name);
  ui_test_settle (GTK_WIDGET (preferences));
}

static AdwSwitchRow *
find_switch (AttunePreferences *preferences,
             const char        *title)
{
  GtkWidget *row = ui_test_find (GTK_WIDGET (preferences), ADW_TYPE_SWITCH_ROW, title);

  g_assert_nonnull (row);

  return ADW_SWITCH_ROW (row);
}

static AttuneJob *
add_job (UiTest          *test,
         const char      *provider,
         const char      *name,
         AttuneJobStatus  status)
{
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (AttuneJob) job = attune_job_new (NULL, provider, configuration);
  g_autoptr (GError) error = NULL;

  attune_job_set_name (job, name);
  attune_job_set_status (job, status);
  attune_job_store_save_sync (attune_commands_get_jobs (test->commands), job, &error);
  g_assert_no_error (error);

  return attune_job_store_lookup (attune_commands_get_jobs (test->commands), attune_job_get_id (job));
}

static void
test_look (UiTest        *test,
           gconstpointer  data)
{
  static const char * const pages[] = { "general", "providers" };
  AttuneWindow *window = ui_test_open_window (test);
  AttunePreferences *preferences = open_preferences (test, window);
  AdwStyleManager *style = adw_style_manager_get_default ();

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *wide = g_strconcat ("preferences-", pages[i], "-wide", NULL);
      g_autofree char *narrow = g_strconcat ("preferences-", pages[i], "-narrow", NULL);
      g_autofree char *dark = g_strconcat ("preferences-", pages[i], "-dark", NULL);

      show_page (preferences, pages[i]);
      ui_test_resize (GTK_WINDOW (window), 1100, 760);
      ui_test_assert_named (GTK_WIDGET (preferences));
      ui_test_screenshot (GTK_WINDOW (window), wide);
      adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
      ui_test_screenshot (GTK_WINDOW (window), dark);
      adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_DEFAULT);
      ui_test_resize (GTK_WINDOW (window), 360, 700);
      ui_test_assert_named (GTK_WIDGET (preferences));
      ui_test_screenshot (GTK_WINDOW (window), narrow);
    }
}

static void
test_appearance (UiTest        *test,
                 gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttunePreferences *preferences = open_preferences (test, window);
  GtkWidget *row = ui_test_find (GTK_WIDGET (preferences), ADW_TYPE_COMBO_ROW, "Style");
  AdwStyleManager *style = adw_style_manager_get_default ();

  g_assert_nonnull (row);
  g_assert_cmpint (adw_style_manager_get_color_scheme (style), ==, ADW_COLOR_SCHEME_DEFAULT);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 2);
  g_assert_cmpint (adw_style_manager_get_color_scheme (style), ==, ADW_COLOR_SCHEME_FORCE_DARK);
  g_assert_true (adw_style_manager_get_dark (style));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 1);
  g_assert_cmpint (adw_style_manager_get_color_scheme (style), ==, ADW_COLOR_SCHEME_FORCE_LIGHT);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 0);
  g_assert_cmpint (adw_style_manager_get_color_scheme (style), ==, ADW_COLOR_SCHEME_DEFAULT);
}

static void
test_notifications (UiTest        *test,
                    gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttunePreferences *preferences = open_preferences (test, window);
  AdwSwitchRow *row = find_switch (preferences, "Notifications");

  if (test->notifications == NULL)
    {
      g_test_skip ("There is no session bus");
      return;
    }

  fake_adapter_set_status (test->adapter, ATTUNE_JOB_STATUS_SUCCEEDED, 10, 10);
  g_assert_true (adw_switch_row_get_active (row));
  adw_switch_row_set_active (row, FALSE);
  for (guint i = 0; i < 2; i++)
    {
      AttuneJob *job = add_job (test, "fake", i == 0 ? "Quiet" : "Loud", ATTUNE_JOB_STATUS_RUNNING);

      attune_job_set_provider_job_id (job, i == 0 ? "quiet" : "loud");
      attune_monitor_refresh_async (attune_commands_get_monitor (test->commands), job, NULL, NULL, NULL);
      ui_test_wait (attune_job_get_status (job) == ATTUNE_JOB_STATUS_SUCCEEDED);
      ui_test_settle (GTK_WIDGET (window));
      adw_switch_row_set_active (row, TRUE);
    }

  /* What is sent arrives in its order. */
  ui_test_wait (ui_test_was_notified (test, "“Loud” is trained"));
  g_assert_false (ui_test_was_notified (test, "“Quiet” is trained"));
}

static void
test_background (UiTest        *test,
                 gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttunePreferences *preferences = open_preferences (test, window);
  AdwSwitchRow *background_row = find_switch (preferences, "Run in the Background");
  AdwSwitchRow *awake_row = find_switch (preferences, "Keep the Computer Awake");
  AttuneBackground *background = attune_application_get_background (test->application);
  AttuneJob *here, *elsewhere;

  g_assert_false (adw_switch_row_get_active (background_row));
  g_assert_true (adw_switch_row_get_active (awake_row));
  adw_switch_row_set_active (background_row, TRUE);
  g_assert_false (attune_background_is_held (background));

  /* A job of somebody else's computer needs this one to watch, but not to stay awake. */
  elsewhere = add_job (test, "somewhere", "Elsewhere", ATTUNE_JOB_STATUS_QUEUED);
  ui_test_wait (attune_background_is_held (background));
  g_assert_false (attune_background_is_awake (background));
  here = add_job (test, "local", "Here", ATTUNE_JOB_STATUS_RUNNING);
  ui_test_wait (attune_background_is_awake (background));

  adw_switch_row_set_active (awake_row, FALSE);
  g_assert_false (attune_background_is_awake (background));
  adw_switch_row_set_active (awake_row, TRUE);
  g_assert_true (attune_background_is_awake (background));
  adw_switch_row_set_active (background_row, FALSE);
  g_assert_false (attune_background_is_held (background));
  adw_switch_row_set_active (background_row, TRUE);
  g_assert_true (attune_background_is_held (background));

  attune_job_set_status (here, ATTUNE_JOB_STATUS_PAUSED);
  ui_test_wait (!attune_background_is_awake (background));
  g_assert_true (attune_background_is_held (background));
  attune_job_set_status (elsewhere, ATTUNE_JOB_STATUS_SUCCEEDED);
  ui_test_wait (!attune_background_is_held (background));
  adw_switch_row_set_active (background_row, FALSE);
}

/* What the other parts of the program read. */
static void
test_providers (UiTest        *test,
                gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  AttunePreferences *preferences = open_preferences (test, window);
  g_autoptr (AttuneSettings) other = attune_settings_new ();
  g_autoptr (GSettings) stored = g_settings_new (APPLICATION_ID);
  g_autofree char *set = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *reset = NULL;
  GtkWidget *row;
  AdwSwitchRow *offline_row;

  show_page (preferences, "providers");
  offline_row = find_switch (preferences, "Work Offline");
  g_assert_false (adw_switch_row_get_active (offline_row));
  adw_switch_row_set_active (offline_row, TRUE);
  g_assert_true (g_settings_get_boolean (stored, "offline"));
  /* It may be changed elsewhere as well. */
  g_settings_reset (stored, "offline");
  ui_test_wait (!adw_switch_row_get_active (offline_row));

  row = ui_test_find (GTK_WIDGET (preferences), ADW_TYPE_SPIN_ROW, "Spending Limit");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "No limit");
  adw_spin_row_set_value (ADW_SPIN_ROW (row), 12.5);
  g_assert_cmpfloat (attune_settings_get_spending_limit (other), ==, 12.5);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "12.50");
  gtk_editable_set_text (GTK_EDITABLE (row), "7");
  adw_spin_row_update (ADW_SPIN_ROW (row));
  g_assert_cmpfloat (attune_settings_get_spending_limit (other), ==, 7);
  gtk_editable_set_text (GTK_EDITABLE (row), "0");
  adw_spin_row_update (ADW_SPIN_ROW (row));
  g_assert_cmpfloat (attune_settings_get_spending_limit (other), ==, 0);
  adw_spin_row_update (ADW_SPIN_ROW (row));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "No limit");

  row = ui_test_find (GTK_WIDGET (preferences), ADW_TYPE_ENTRY_ROW, "Fake Provider");
  g_assert_nonnull (row);
  gtk_editable_set_text (GTK_EDITABLE (row), " https://gateway.invalid/v1 ");
  g_signal_emit_by_name (row, "apply");
  set = attune_settings_dup_base_url (other, "fake");
  g_assert_cmpstr (set, ==, "https://gateway.invalid/v1");

  /* What is no address is not taken over, and says so. */
  gtk_editable_set_text (GTK_EDITABLE (row), "gateway.invalid");
  g_signal_emit_by_name (row, "apply");
  kept = attune_settings_dup_base_url (other, "fake");
  g_assert_cmpstr (kept, ==, set);
  g_assert_true (gtk_widget_has_css_class (row, "error"));
  ui_test_screenshot (GTK_WINDOW (window), "preferences-address-error");

  gtk_editable_set_text (GTK_EDITABLE (row), "");
  g_assert_false (gtk_widget_has_css_class (row, "error"));
  g_signal_emit_by_name (row, "apply");
  reset = attune_settings_dup_base_url (other, "fake");
  g_assert_null (reset);
}

/* Ctrl+comma and the menu lead here. */
static void
test_ways (UiTest        *test,
           gconstpointer  data)
{
  AttuneWindow *window = ui_test_open_window (test);
  g_auto (GStrv) keys = gtk_application_get_accels_for_action (GTK_APPLICATION (test->application), "app.preferences");
  AttunePreferences *preferences;

  g_assert_cmpstr (keys[0], ==, "<Control>comma");
  g_action_group_activate_action (G_ACTION_GROUP (test->application), "shortcuts", NULL);
  ui_test_settle (GTK_WIDGET (window));
  g_assert_nonnull (ui_test_find (GTK_WIDGET (window), ADW_TYPE_ACTION_ROW, "Preferences"));
  adw_dialog_force_close (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)));

  /* Asked for twice, there is still one. */
  preferences = open_preferences (test, window);
  g_assert_true (open_preferences (test, window) == preferences);
}

#define add(path, func) g_test_add ("/preferences/" path, UiTest, NULL, ui_test_set_up, func, ui_test_tear_down)

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);

  add ("look", test_look);
  add ("appearance", test_appearance);
  add ("notifications", test_notifications);
  add ("background", test_background);
  add ("providers", test_providers);
  add ("ways", test_ways);

  return g_test_run ();
}
