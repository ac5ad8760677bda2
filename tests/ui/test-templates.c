/* test-templates.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include "attune-about.h"
#include "attune-dataset-row.h"
#include "attune-datasets-page.h"
#include "attune-flight-panel.h"
#include "attune-job-row.h"
#include "attune-jobs-page.h"
#include "attune-problems-dialog.h"
#include "attune-providers-page.h"
#include "attune-request-dialog.h"
#include "attune-shortcuts.h"

/* Each widget is made, takes its floating reference, and goes without a trace. */
static void
assert_goes (gpointer widget)
{
  g_object_ref_sink (widget);
  g_assert_finalize_object (widget);
}

static void
test_pages (UiTest        *test,
            gconstpointer  data)
{
  GtkWidget *page;

  assert_goes (attune_jobs_page_new ());
  assert_goes (attune_datasets_page_new ());
  assert_goes (attune_models_page_new ());
  assert_goes (attune_providers_page_new ());
  assert_goes (attune_flight_panel_new ());
  assert_goes (attune_job_form_new ());

  page = attune_jobs_page_new ();
  attune_jobs_page_set_up (ATTUNE_JOBS_PAGE (page), test->commands);
  assert_goes (page);
  page = attune_datasets_page_new ();
  attune_datasets_page_set_up (ATTUNE_DATASETS_PAGE (page), test->commands);
  assert_goes (page);
  page = attune_models_page_new ();
  attune_models_page_set_up (ATTUNE_MODELS_PAGE (page), test->commands, NULL);
  assert_goes (page);
  page = attune_providers_page_new ();
  attune_providers_page_set_up (ATTUNE_PROVIDERS_PAGE (page), test->commands);
  assert_goes (page);
}

/* A page that is left while the provider is still being asked. */
static void
test_new_job_page (UiTest        *test,
                   gconstpointer  data)
{
  AdwNavigationPage *page = g_object_ref_sink (attune_new_job_page_new (test->commands));

  g_object_add_weak_pointer (G_OBJECT (page), (gpointer *) &page);
  g_object_unref (page);
  /* What was asked holds the page until it is answered. */
  ui_test_wait (page == NULL);
}

static void
test_rows (UiTest        *test,
           gconstpointer  data)
{
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (AttuneDataset) dataset = attune_dataset_new ("/nowhere/train.jsonl");
  g_autoptr (AttuneJob) job = attune_job_new ("persona", "fake", configuration);
  GtkWidget *row;

  assert_goes (attune_dataset_row_new (dataset));
  assert_goes (attune_job_row_new (test->commands));
  row = attune_job_row_new (test->commands);
  attune_job_row_set_job (ATTUNE_JOB_ROW (row), job);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_QUEUED);
  assert_goes (row);
}

static void
test_dialogs (UiTest        *test,
              gconstpointer  data)
{
  g_autoptr (JsonNode) request = json_from_string ("{\"method\":\"POST\",\"url\":\"https://example.org\",\"body\":{}}", NULL);

  assert_goes (attune_request_dialog_new (&(AttuneRequest) { .request = request, .provider = "fake" }));
  assert_goes (attune_shortcuts_new_dialog ());
  assert_goes (attune_about_new_dialog (test->registry));
}

/* A dialog that is closed while the file is still being read. */
static void
test_problems_dialog (UiTest        *test,
                      gconstpointer  data)
{
  g_autoptr (AttuneDataset) dataset = attune_dataset_new ("/nowhere/train.jsonl");
  AdwDialog *dialog = g_object_ref_sink (attune_problems_dialog_new (dataset));

  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  g_object_unref (dialog);
  ui_test_wait (dialog == NULL);
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("Every template can be made and leaves nothing behind.");

#define add(path, func) g_test_add ("/ui/templates/" path, UiTest, NULL, ui_test_set_up, func, ui_test_tear_down)
  add ("pages", test_pages);
  add ("new-job-page", test_new_job_page);
  add ("rows", test_rows);
  add ("dialogs", test_dialogs);
  add ("problems-dialog", test_problems_dialog);
#undef add

  return g_test_run ();
}
