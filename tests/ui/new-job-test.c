/* new-job-test.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "new-job-test.h"

void
page_test_open_page (PageTest *test)
{
  test->window = ui_test_open_window (&test->base);
  test->page = ui_test_open_new_job (&test->base, test->window);
  test->form = attune_new_job_page_get_form (test->page);
  ui_test_resize (GTK_WINDOW (test->window), 1200, 800);
}

void
page_test_set_up (PageTest      *test,
                  gconstpointer  data)
{
  ui_test_set_up (&test->base, data);
  page_test_open_page (test);
}

void
page_test_tear_down (PageTest      *test,
                     gconstpointer  data)
{
  ui_test_tear_down (&test->base, data);
}

/* Another provider comes first: the test begins when it has said what the providers are. */
void
page_test_set_up_late (PageTest      *test,
                       gconstpointer  data)
{
  ui_test_set_up (&test->base, data);
}

GtkWidget *
page_test_find (PageTest   *test,
                GType       type,
                const char *text)
{
  return ui_test_find (GTK_WIDGET (test->window), type, text);
}

AttuneConfiguration *
page_test_get_configuration (PageTest *test)
{
  return attune_job_form_get_configuration (test->form);
}

GtkWidget *
page_test_get_widget (PageTest   *test,
                      const char *path)
{
  AttuneParameterRow *row = attune_job_form_get_row (test->form, path);

  g_assert_nonnull (row);

  return attune_parameter_row_get_widget (row);
}

void
page_test_settle (PageTest *test)
{
  ui_test_wait (attune_new_job_page_is_settled (test->page));
  ui_test_settle (GTK_WIDGET (test->window));
}

void
page_test_choose_data (PageTest   *test,
                       const char *path)
{
  attune_new_job_page_set_files (test->page, path, NULL);
  page_test_settle (test);
}

AdwDialog *
page_test_get_dialog (PageTest *test)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (test->window));
}

/* Presses a button by its label, somewhere in the window. */
void
page_test_press (PageTest   *test,
                 const char *label)
{
  GtkWidget *button = NULL;

  ui_test_wait ((button = page_test_find (test, GTK_TYPE_BUTTON, label)) != NULL);
  g_signal_emit_by_name (button, "clicked");
}

AdwToggleGroup *
page_test_get_toggles (PageTest *test)
{
  return ADW_TOGGLE_GROUP (page_test_find (test, ADW_TYPE_TOGGLE_GROUP, NULL));
}

void
page_test_start (PageTest *test)
{
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.start", NULL);
}
