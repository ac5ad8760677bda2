/* test-new-job-keep.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "new-job-test.h"

#include <string.h>

#include "attune-draft.h"

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
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", g_variant_new_int64 (9));
  ui_test_wait (count_drafts () == 1);
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", NULL);
  ui_test_wait (count_drafts () == 0);

  gtk_editable_set_text (GTK_EDITABLE (page_test_find (test, ADW_TYPE_ENTRY_ROW, "_Name (optional)")), "Half done");
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", g_variant_new_int64 (8));
  page_test_settle (test);
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
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.epochs"), ==, 8);
  g_assert_cmpstr (attune_new_job_page_get_name (again), ==, "Half done");

  /* A new beginning leaves the draft in the menu; discarding takes it away. */
  page_test_press (test, "_Start Over");
  page_test_settle (test);
  g_assert_false (attune_configuration_is_set (page_test_get_configuration (test), "schedule.epochs"));
  g_assert_true (attune_configuration_is_set (page_test_get_configuration (test), "model.baseModel"));
  g_assert_cmpstr (attune_new_job_page_get_name (again), ==, "");
  g_assert_cmpuint (count_drafts (), ==, 1);
  {
    g_autoptr (GPtrArray) drafts = attune_drafts_list ();
    const AttuneDraft *draft = g_ptr_array_index (drafts, 0);

    gtk_widget_activate_action (GTK_WIDGET (again), "new-job.open-draft", "s", draft->id);
  }
  page_test_settle (test);
  g_assert_cmpstr (attune_new_job_page_get_name (again), ==, "Half done");
  gtk_widget_activate_action (GTK_WIDGET (again), "new-job.discard-draft", NULL);
  page_test_settle (test);
  g_assert_cmpuint (count_drafts (), ==, 0);
  g_assert_cmpstr (attune_new_job_page_get_name (again), ==, "");
}

/* A job that was started is no draft any more. */
static void
test_draft_ends (PageTest      *test,
                 gconstpointer  data)
{
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 20);

  page_test_choose_data (test, path);
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", g_variant_new_int64 (2));
  ui_test_wait (count_drafts () == 1);
  page_test_settle (test);
  page_test_start (test);
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

  page_test_open_page (test);
  provider = ADW_COMBO_ROW (page_test_find (test, ADW_TYPE_COMBO_ROW, "_Provider"));
  adw_combo_row_set_selected (provider, 0);
  page_test_settle (test);
  adw_combo_row_set_selected (provider, 1);
  page_test_settle (test);
  attune_configuration_set_value (page_test_get_configuration (test), "method.type", g_variant_new_string ("lora"));
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", g_variant_new_int64 (9));
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.batchSize", g_variant_new_int64 (2));
  gtk_editable_set_text (GTK_EDITABLE (page_test_get_widget (test, "metadata.seed")), "7");
  page_test_settle (test);
  g_assert_null (page_test_find (test, GTK_TYPE_BUTTON, "_Adjust All"));

  adw_combo_row_set_selected (provider, 0);
  page_test_settle (test);
  g_assert_nonnull (page_test_find (test, ADW_TYPE_ACTION_ROW, "3 settings do not fit Other Provider"));
  ui_test_screenshot (GTK_WINDOW (test->window), "new-job-carry");
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.show-misfits", NULL);
  ui_test_wait ((dialog = GTK_WIDGET (page_test_get_dialog (test))) != NULL);
  ui_test_settle (GTK_WIDGET (test->window));
  g_assert_nonnull (ui_test_find (dialog, ADW_TYPE_ACTION_ROW, "Epochs"));
  g_assert_nonnull (ui_test_find (dialog, ADW_TYPE_ACTION_ROW, "Method"));
  ui_test_assert_named (dialog);
  ui_test_screenshot (GTK_WINDOW (test->window), "carry-report");
  gtk_widget_activate_action (dialog, "carry.adjust", NULL);
  ui_test_wait (page_test_get_dialog (test) == NULL);
  page_test_settle (test);
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.epochs"), ==, 5);
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.batchSize"), ==, 2);
  g_assert_cmpint (attune_configuration_get_enum (page_test_get_configuration (test), "method.type"), ==, ATTUNE_TRAINING_METHOD_FULL);
  g_assert_false (json_object_has_member (attune_configuration_get_metadata (page_test_get_configuration (test)), "seed"));
  g_assert_null (page_test_find (test, ADW_TYPE_ACTION_ROW, "3 settings do not fit Other Provider"));
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
  page_test_settle (test);
  provider = ADW_COMBO_ROW (page_test_find (test, ADW_TYPE_COMBO_ROW, "_Provider"));
  adw_combo_row_set_selected (provider, 1);
  page_test_settle (test);
  gtk_widget_activate_action (GTK_WIDGET (test->page), "new-job.start-over", NULL);
  page_test_settle (test);
  g_assert_cmpfloat (attune_configuration_get_double (page_test_get_configuration (test), "optimizer.learningRate"), ==, 2e-4);
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.batchSize", g_variant_new_int64 (2));

  adw_combo_row_set_selected (provider, 0);
  page_test_settle (test);
  model = attune_configuration_dup_text (page_test_get_configuration (test), "model.baseModel");
  g_assert_cmpstr (model, ==, "theirs");
  g_assert_cmpint (attune_configuration_get_enum (page_test_get_configuration (test), "method.type"), ==, ATTUNE_TRAINING_METHOD_FULL);
  g_assert_false (attune_configuration_is_set (page_test_get_configuration (test), "optimizer.learningRate"));
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.batchSize"), ==, 2);
  g_assert_null (page_test_find (test, GTK_TYPE_BUTTON, "_Adjust All"));
}

static void
test_clone (PageTest      *test,
            gconstpointer  data)
{
  AttuneJobStore *jobs = attune_commands_get_jobs (test->base.commands);
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (AttuneJob) job = NULL;
  g_autoptr (GError) error = NULL;

  page_test_open_page (test);
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
  page_test_settle (test);
  g_assert_cmpstr (attune_new_job_page_get_name (test->page), ==, "First (copy)");
  g_assert_cmpstr (attune_adapter_get_id (attune_new_job_page_get_adapter (test->page)), ==, "other");
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.epochs"), ==, 4);
  /* The job itself is not touched by what is changed now. */
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", g_variant_new_int64 (5));
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

  page_test_open_page (test);
  adw_combo_row_set_selected (ADW_COMBO_ROW (page_test_find (test, ADW_TYPE_COMBO_ROW, "_Provider")), 1);
  page_test_settle (test);
  attune_configuration_set_value (page_test_get_configuration (test), "schedule.epochs", g_variant_new_int64 (9));
  page_test_settle (test);
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
  adw_combo_row_set_selected (ADW_COMBO_ROW (page_test_find (test, ADW_TYPE_COMBO_ROW, "_Provider")), 0);
  page_test_settle (test);
  page_test_choose_data (test, train);
  id = attune_configuration_dup_text (page_test_get_configuration (test), "datasets.trainingFileId");
  g_assert_nonnull (id);
  {
    g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
    g_autoptr (GFile) file = g_file_new_for_path (path);

    g_list_store_append (files, file);
    g_assert_true (attune_window_take_files (test->window, G_LIST_MODEL (files)));
  }
  page_test_settle (test);
  g_assert_cmpstr (attune_adapter_get_id (attune_new_job_page_get_adapter (test->page)), ==, "fake");
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.epochs"), ==, 9);
  kept = attune_configuration_dup_text (page_test_get_configuration (test), "datasets.trainingFileId");
  g_assert_cmpstr (kept, ==, id);

  /* A damaged one says where, and changes nothing. */
  g_assert_false (attune_new_job_page_import_recipe (test->page, broken, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "broken.json"));
  g_assert_nonnull (strstr (error->message, "schedule.epochs"));
  g_assert_cmpint (attune_configuration_get_integer (page_test_get_configuration (test), "schedule.epochs"), ==, 9);
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
  ui_test_wait (attune_configuration_is_set (page_test_get_configuration (test), "datasets.trainingFileId"));
  page_test_settle (test);

  leave (test);
  attune_window_paste_text (test->window, uri);
  test->page = attune_window_get_new_job_page (test->window);
  g_assert_nonnull (test->page);
  test->form = attune_new_job_page_get_form (test->page);
  page_test_settle (test);
  g_assert_true (attune_configuration_is_set (page_test_get_configuration (test), "datasets.trainingFileId"));

  attune_window_paste_text (test->window, "Lorem ipsum");
  ui_test_wait (page_test_find (test, GTK_TYPE_LABEL, "Copy a data file, or its path, to paste it here") != NULL);
}

/* From a phone to a wall: nothing is cut off, and the check stays beside the form where there is room. */
static void
test_sizes (PageTest      *test,
            gconstpointer  data)
{
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 300);
  int minimum;

  page_test_choose_data (test, path);
  adw_toggle_group_set_active_name (page_test_get_toggles (test), "careful");
  page_test_settle (test);
  ui_test_wait (page_test_find (test, ADW_TYPE_ACTION_ROW, "Time") != NULL);
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
  g_test_summary ("The page of a new job: drafts, recipes, clones, other providers, files that are pasted.");

#define add(path, func) g_test_add ("/ui/new-job-keep/" path, PageTest, NULL, page_test_set_up, func, page_test_tear_down)
#define add_late(path, func) g_test_add ("/ui/new-job-keep/" path, PageTest, make_other, page_test_set_up_late, func, page_test_tear_down)
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
