/* test-form.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include "attune-job-form.h"

/* A form in a window of its own, over the fake provider. */
typedef struct {
  UiTest               base;
  GtkWindow           *window;
  AttuneJobForm       *form;
  AttuneConfiguration *configuration;
} FormTest;

static void
set_up (FormTest      *test,
        gconstpointer  data)
{
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  GtkWidget *scrolled;

  ui_test_set_up (&test->base, data);
  ui_test_wait (attune_application_is_loaded (test->base.application));

  test->configuration = attune_configuration_new ();
  test->form = ATTUNE_JOB_FORM (attune_job_form_new ());
  attune_job_form_set_up (test->form, test->base.commands, test->configuration);
  capabilities = attune_adapter_dup_capabilities (ATTUNE_ADAPTER (test->base.adapter));
  attune_job_form_set_capabilities (test->form, capabilities);

  scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (test->form));
  test->window = GTK_WINDOW (adw_application_window_new (GTK_APPLICATION (test->base.application)));
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (test->window), scrolled);
  gtk_window_set_default_size (test->window, 600, 700);
  gtk_window_present (test->window);
  ui_test_wait (gtk_widget_get_mapped (GTK_WIDGET (test->form)));
}

static void
tear_down (FormTest      *test,
           gconstpointer  data)
{
  g_object_add_weak_pointer (G_OBJECT (test->form), (gpointer *) &test->form);
  gtk_window_destroy (test->window);
  ui_test_wait (test->form == NULL);
  g_assert_finalize_object (test->configuration);
  ui_test_tear_down (&test->base, data);
}

static GtkWidget *
get_widget (FormTest   *test,
            const char *path)
{
  AttuneParameterRow *row = attune_job_form_get_row (test->form, path);

  g_assert_nonnull (row);

  return attune_parameter_row_get_widget (row);
}

static gboolean
is_shown (FormTest   *test,
          const char *path)
{
  return gtk_widget_get_visible (get_widget (test, path));
}

/* Checks as the page does. */
static void
check (FormTest *test)
{
  AttuneJobContext context = { 0, };
  g_autoptr (AttuneValidation) validation = NULL;

  validation = attune_adapter_validate_configuration (ATTUNE_ADAPTER (test->base.adapter), test->configuration, &context);
  attune_job_form_show_validation (test->form, validation);
}

static void
test_every_parameter (FormTest      *test,
                      gconstpointer  data)
{
  guint n_parameters;
  const AttuneParameter *parameters = attune_parameters_get (&n_parameters);
  GType types[] = {
    [ATTUNE_PARAMETER_INTEGER] = ADW_TYPE_SPIN_ROW,
    [ATTUNE_PARAMETER_DOUBLE] = ADW_TYPE_ENTRY_ROW,
    [ATTUNE_PARAMETER_BOOLEAN] = ADW_TYPE_SWITCH_ROW,
    [ATTUNE_PARAMETER_ENUM] = ADW_TYPE_COMBO_ROW,
    [ATTUNE_PARAMETER_SET] = ADW_TYPE_EXPANDER_ROW,
    [ATTUNE_PARAMETER_TEXT] = ADW_TYPE_ENTRY_ROW,
    [ATTUNE_PARAMETER_SECRET] = ADW_TYPE_PASSWORD_ENTRY_ROW,
    [ATTUNE_PARAMETER_DATASET] = ADW_TYPE_COMBO_ROW,
    [ATTUNE_PARAMETER_MODEL] = ADW_TYPE_COMBO_ROW,
  };

  g_assert_cmpuint (n_parameters, >, 20);
  for (guint i = 0; i < n_parameters; i++)
    {
      GtkWidget *widget = get_widget (test, parameters[i].path);
      gboolean supported = parameters[i].group != ATTUNE_PARAMETER_GROUP_HARDWARE &&
                           parameters[i].group != ATTUNE_PARAMETER_GROUP_INTEGRATIONS;

      g_test_message ("%s", parameters[i].path);
      g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (widget, types[parameters[i].type]));
      g_assert_nonnull (gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_GROUP));
      g_assert_true (g_str_has_prefix (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)),
                                       attune_parameter_get_title (&parameters[i])));
      g_assert_cmpint (gtk_widget_get_visible (widget), ==,
                       supported && attune_configuration_applies (test->configuration, &parameters[i]));
    }
  ui_test_assert_named (GTK_WIDGET (test->form));
  attune_job_form_set_all_settings (test->form, TRUE);
  ui_test_assert_named (GTK_WIDGET (test->form));
}

/* Each row brings what a person enters into the configuration, and shows what others set there. */
static void
test_round_trip (FormTest      *test,
                 gconstpointer  data)
{
  guint n_parameters;
  const AttuneParameter *parameters = attune_parameters_get (&n_parameters);

  for (guint i = 0; i < n_parameters; i++)
    {
      const AttuneParameter *parameter = &parameters[i];
      AttuneParameterRow *row = attune_job_form_get_row (test->form, parameter->path);
      GtkWidget *widget = attune_parameter_row_get_widget (row);
      g_autoptr (GVariant) value = NULL;
      g_autofree char *text = NULL;

      g_test_message ("%s", parameter->path);
      switch (parameter->type)
        {
        case ATTUNE_PARAMETER_INTEGER:
          gtk_editable_set_text (GTK_EDITABLE (widget), "7");
          value = attune_configuration_dup_value (test->configuration, parameter->path);
          g_assert_cmpint (g_variant_get_int64 (value), ==, 7);
          attune_configuration_set_value (test->configuration, parameter->path, g_variant_new_int64 (9));
          g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (widget)), ==, "9");
          break;

        case ATTUNE_PARAMETER_DOUBLE:
          gtk_editable_set_text (GTK_EDITABLE (widget), "0.125");
          value = attune_configuration_dup_value (test->configuration, parameter->path);
          g_assert_cmpfloat (g_variant_get_double (value), ==, 0.125);
          attune_configuration_set_value (test->configuration, parameter->path, g_variant_new_double (0.25));
          g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (widget)), ==, "0.25");
          /* Half of the world writes it so. */
          gtk_editable_set_text (GTK_EDITABLE (widget), "0,5");
          g_assert_cmpfloat (attune_configuration_get_double (test->configuration, parameter->path), ==, 0.5);
          break;

        case ATTUNE_PARAMETER_BOOLEAN:
          adw_switch_row_set_active (ADW_SWITCH_ROW (widget), !adw_switch_row_get_active (ADW_SWITCH_ROW (widget)));
          value = attune_configuration_dup_value (test->configuration, parameter->path);
          g_assert_nonnull (value);
          break;

        case ATTUNE_PARAMETER_ENUM:
          {
            const char * const *words = attune_field_get_words (attune_parameter_row_get_field (row));
            guint n_words = g_strv_length ((GStrv) words);
            guint offset = g_list_model_get_n_items (adw_combo_row_get_model (ADW_COMBO_ROW (widget))) - n_words;

            adw_combo_row_set_selected (ADW_COMBO_ROW (widget), offset + n_words - 1);
            value = attune_configuration_dup_value (test->configuration, parameter->path);
            if (value == NULL) /* the last word is the default */
              value = attune_field_dup_default (attune_parameter_row_get_field (row));
            g_assert_cmpstr (g_variant_get_string (value, NULL), ==, words[n_words - 1]);
            attune_configuration_set_value (test->configuration, parameter->path, g_variant_new_string (words[0]));
            g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (widget)), ==, offset);
          }
          break;

        case ATTUNE_PARAMETER_SET:
          {
            const char *words[] = { "sequence_packing", NULL };
            GtkWidget *child = ui_test_find (widget, ADW_TYPE_SWITCH_ROW, "dynamic_padding");

            adw_expander_row_set_expanded (ADW_EXPANDER_ROW (widget), TRUE);
            child = ui_test_find (widget, ADW_TYPE_SWITCH_ROW, "dynamic_padding");
            g_assert_nonnull (child);
            adw_switch_row_set_active (ADW_SWITCH_ROW (child), TRUE);
            g_assert_true (attune_configuration_has_feature (test->configuration, ATTUNE_OPTIMIZATION_DYNAMIC_PADDING));
            attune_configuration_set_value (test->configuration, parameter->path, g_variant_new_strv (words, -1));
            g_assert_false (adw_switch_row_get_active (ADW_SWITCH_ROW (child)));
          }
          break;

        case ATTUNE_PARAMETER_TEXT:
        case ATTUNE_PARAMETER_SECRET:
          gtk_editable_set_text (GTK_EDITABLE (widget), "words");
          text = attune_configuration_dup_text (test->configuration, parameter->path);
          g_assert_cmpstr (text, ==, "words");
          attune_configuration_set_value (test->configuration, parameter->path, g_variant_new_string ("others"));
          g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (widget)), ==, "others");
          break;

        case ATTUNE_PARAMETER_MODEL:
          attune_configuration_set_value (test->configuration, parameter->path, g_variant_new_string ("large"));
          text = g_strdup (gtk_string_object_get_string (adw_combo_row_get_selected_item (ADW_COMBO_ROW (widget))));
          g_assert_cmpstr (text, ==, "Large Model");
          /* A folder of one's own stays to be seen. */
          attune_configuration_set_value (test->configuration, parameter->path, g_variant_new_string ("/somewhere/mine"));
          g_assert_cmpstr (gtk_string_object_get_string (adw_combo_row_get_selected_item (ADW_COMBO_ROW (widget))), ==, "mine");
          break;

        case ATTUNE_PARAMETER_DATASET:
          break; /* test_dataset */

        default:
          g_assert_not_reached ();
        }
    }
}

static void
test_method (FormTest      *test,
             gconstpointer  data)
{
  static const char * const lora_rows[] = {
    "method.loraConfig.rank", "method.loraConfig.alpha", "method.loraConfig.dropout", "method.loraConfig.trainableModules",
  };
  AdwComboRow *method = ADW_COMBO_ROW (get_widget (test, "method.type"));
  GListModel *titles = adw_combo_row_get_model (method);

  /* Only what the provider can do is offered. */
  g_assert_cmpuint (g_list_model_get_n_items (titles), ==, 2);

  attune_configuration_set_value (test->configuration, "method.type", g_variant_new_string ("lora"));
  for (guint i = 0; i < G_N_ELEMENTS (lora_rows); i++)
    g_assert_true (is_shown (test, lora_rows[i]));

  adw_combo_row_set_selected (method, 0); /* full */
  for (guint i = 0; i < G_N_ELEMENTS (lora_rows); i++)
    g_assert_false (is_shown (test, lora_rows[i]));

  adw_combo_row_set_selected (method, 1);
  for (guint i = 0; i < G_N_ELEMENTS (lora_rows); i++)
    g_assert_true (is_shown (test, lora_rows[i]));
}

static void
test_error_while_typing (FormTest      *test,
                         gconstpointer  data)
{
  AttuneParameterRow *rate = attune_job_form_get_row (test->form, "optimizer.learningRate");
  AttuneParameterRow *epochs = attune_job_form_get_row (test->form, "schedule.epochs");
  GtkWidget *rate_widget = attune_parameter_row_get_widget (rate);
  GtkWidget *epochs_widget = attune_parameter_row_get_widget (epochs);

  check (test);
  g_assert_null (attune_parameter_row_get_message (rate));
  g_assert_false (gtk_widget_get_visible (attune_parameter_row_get_message_widget (rate)));

  /* No number at all: the row says so at once, and the value that was there stays. */
  gtk_editable_set_text (GTK_EDITABLE (rate_widget), "0.00x");
  g_assert_nonnull (attune_parameter_row_get_problem (rate));
  g_assert_true (gtk_widget_has_css_class (rate_widget, "error"));
  g_assert_true (gtk_widget_get_visible (attune_parameter_row_get_message_widget (rate)));
  check (test);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (rate_widget)), ==, "0.00x");
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (gtk_editable_get_delegate (GTK_EDITABLE (rate_widget))),
                                    GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE);

  /* A number out of range: the check says it. */
  gtk_editable_set_text (GTK_EDITABLE (rate_widget), "3");
  check (test);
  g_assert_null (attune_parameter_row_get_problem (rate));
  g_assert_nonnull (attune_parameter_row_get_message (rate));
  g_assert_true (gtk_widget_has_css_class (rate_widget, "error"));

  gtk_editable_set_text (GTK_EDITABLE (rate_widget), "2e-4");
  check (test);
  g_assert_null (attune_parameter_row_get_message (rate));
  g_assert_false (gtk_widget_has_css_class (rate_widget, "error"));
  g_assert_cmpfloat (attune_configuration_get_double (test->configuration, "optimizer.learningRate"), ==, 2e-4);

  /* The provider allows ten, the table twenty. */
  gtk_editable_set_text (GTK_EDITABLE (epochs_widget), "15");
  check (test);
  g_assert_nonnull (attune_parameter_row_get_message (epochs));
  gtk_editable_set_text (GTK_EDITABLE (epochs_widget), "5");
  check (test);
  g_assert_null (attune_parameter_row_get_message (epochs));

  gtk_editable_set_text (GTK_EDITABLE (epochs_widget), "five");
  check (test);
  g_assert_true (gtk_widget_has_css_class (epochs_widget, "error"));
}

static void
test_reset (FormTest      *test,
            gconstpointer  data)
{
  AttuneParameterRow *row = attune_job_form_get_row (test->form, "schedule.epochs");
  GtkWidget *widget = attune_parameter_row_get_widget (row);
  GtkWidget *button;

  g_assert_false (gtk_widget_has_css_class (widget, "changed"));
  g_assert_null (ui_test_find (widget, GTK_TYPE_BUTTON, "Reset “Epochs”"));

  gtk_editable_set_text (GTK_EDITABLE (widget), "5");
  g_assert_true (gtk_widget_has_css_class (widget, "changed"));
  button = ui_test_find (widget, GTK_TYPE_BUTTON, "Reset “Epochs”");
  g_assert_nonnull (button);

  g_signal_emit_by_name (button, "clicked");
  g_assert_false (attune_configuration_is_set (test->configuration, "schedule.epochs"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (widget)), ==, "3");
  g_assert_false (gtk_widget_has_css_class (widget, "changed"));

  /* What cannot be read is forgotten as well. */
  gtk_editable_set_text (GTK_EDITABLE (widget), "x");
  attune_parameter_row_reset (row);
  g_assert_null (attune_parameter_row_get_problem (row));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (widget)), ==, "3");
}

static void
test_steps (FormTest      *test,
            gconstpointer  data)
{
  static const char * const up[] = { "2e-05", "5e-05", "0.0001", "0.0002" };
  GtkWidget *rate = get_widget (test, "optimizer.learningRate");
  GtkWidget *increase = ui_test_find (rate, GTK_TYPE_BUTTON, "Increase “Learning Rate”");
  GtkWidget *decrease = ui_test_find (rate, GTK_TYPE_BUTTON, "Decrease “Learning Rate”");

  g_assert_nonnull (increase);
  g_assert_nonnull (decrease);
  for (guint i = 0; i < G_N_ELEMENTS (up); i++)
    {
      g_autofree char *expected = g_strdup_printf ("%.17g", g_ascii_strtod (up[i], NULL));
      g_autofree char *now = NULL;

      g_signal_emit_by_name (increase, "clicked");
      now = g_strdup_printf ("%.17g", attune_configuration_get_double (test->configuration, "optimizer.learningRate"));
      g_assert_cmpstr (now, ==, expected);
    }
  for (guint i = 0; i < G_N_ELEMENTS (up); i++)
    g_signal_emit_by_name (decrease, "clicked");
  /* Back at the default it is unset. */
  g_assert_false (attune_configuration_is_set (test->configuration, "optimizer.learningRate"));

  attune_configuration_set_value (test->configuration, "optimizer.learningRate", g_variant_new_double (1));
  g_assert_false (gtk_widget_get_sensitive (increase));
}

static void
test_model_narrows (FormTest      *test,
                    gconstpointer  data)
{
  AttuneParameterRow *length = attune_job_form_get_row (test->form, "schedule.sequenceLength");
  AdwSpinRow *spin = ADW_SPIN_ROW (attune_parameter_row_get_widget (length));
  g_autoptr (AttuneConfiguration) effective = NULL;

  attune_configuration_set_value (test->configuration, "model.baseModel", g_variant_new_string ("small"));
  g_assert_cmpfloat (gtk_adjustment_get_upper (adw_spin_row_get_adjustment (spin)), ==, 4096);
  check (test);
  g_assert_null (attune_parameter_row_get_message (length));

  /* A default that does not fit the model becomes one that does, and is what is sent. */
  attune_configuration_set_value (test->configuration, "model.baseModel", g_variant_new_string ("large"));
  check (test);
  g_assert_null (attune_parameter_row_get_message (length));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin)), ==, "1024");
  effective = attune_job_form_dup_effective (test->form);
  g_assert_cmpint (attune_configuration_get_integer (effective, "schedule.sequenceLength"), ==, 1024);
  g_assert_false (attune_configuration_is_set (effective, "schedule.epochs"));

  /* What was chosen and does not fit any more is kept and said, not bent. */
  attune_configuration_set_value (test->configuration, "schedule.sequenceLength", g_variant_new_int64 (3000));
  check (test);
  g_assert_nonnull (attune_parameter_row_get_message (length));
  g_assert_cmpint (attune_configuration_get_integer (test->configuration, "schedule.sequenceLength"), ==, 3000);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin)), ==, "3000");
}

static void
test_custom (FormTest      *test,
             gconstpointer  data)
{
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  JsonObject *metadata;

  gtk_editable_set_text (GTK_EDITABLE (get_widget (test, "metadata.seed")), "7");
  gtk_editable_set_text (GTK_EDITABLE (get_widget (test, "metadata.share")), "0.25");
  gtk_editable_set_text (GTK_EDITABLE (get_widget (test, "metadata.note")), "mine");
  adw_combo_row_set_selected (ADW_COMBO_ROW (get_widget (test, "metadata.effort")), 1);
  adw_switch_row_set_active (ADW_SWITCH_ROW (get_widget (test, "metadata.verbose")), TRUE);

  metadata = attune_configuration_get_metadata (test->configuration);
  g_assert_cmpint (json_object_get_int_member (metadata, "seed"), ==, 7);
  g_assert_cmpfloat (json_object_get_double_member (metadata, "share"), ==, 0.25);
  g_assert_cmpstr (json_object_get_string_member (metadata, "note"), ==, "mine");
  g_assert_cmpstr (json_object_get_string_member (metadata, "effort"), ==, "high");
  g_assert_true (json_object_get_boolean_member (metadata, "verbose"));

  attune_parameter_row_reset (attune_job_form_get_row (test->form, "metadata.seed"));
  g_assert_false (json_object_has_member (attune_configuration_get_metadata (test->configuration), "seed"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (get_widget (test, "metadata.seed"))), ==, "42");

  /* Another provider has none of them. */
  g_variant_dict_remove (dict, "customParameters");
  capabilities = attune_capabilities_new (g_variant_dict_end (dict), NULL);
  attune_job_form_set_capabilities (test->form, capabilities);
  g_assert_null (attune_job_form_get_row (test->form, "metadata.seed"));
}

/* Where a provider lists the texts that it takes, they can be chosen as well as typed. */
static void
test_choices (FormTest      *test,
              gconstpointer  data)
{
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  GVariantBuilder values;
  GtkWidget *widget = get_widget (test, "output.suffix");
  GtkWidget *button, *list;

  g_assert_null (ui_test_find (widget, GTK_TYPE_LIST_BOX, NULL));
  g_variant_builder_init (&values, G_VARIANT_TYPE ("a{sas}"));
  g_variant_builder_add (&values, "{s@as}", "output.suffix", g_variant_new_strv ((const char *[]) { "one", "two", NULL }, -1));
  g_variant_dict_insert_value (dict, "parameterValues", g_variant_builder_end (&values));
  capabilities = attune_capabilities_new (g_variant_dict_end (dict), NULL);
  attune_job_form_set_capabilities (test->form, capabilities);

  button = ui_test_find (widget, GTK_TYPE_MENU_BUTTON, NULL);
  g_assert_nonnull (button);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  ui_test_settle (GTK_WIDGET (test->window));
  list = ui_test_find (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button))), GTK_TYPE_LIST_BOX, NULL);
  g_assert_nonnull (list);
  g_signal_emit_by_name (list, "row-activated", gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (widget)), ==, "two");
  ui_test_settle (GTK_WIDGET (test->window));
}

static void
test_focus (FormTest      *test,
            gconstpointer  data)
{
  GtkWidget *focus;

  g_assert_false (attune_job_form_get_all_settings (test->form));
  g_assert_true (attune_job_form_focus_path (test->form, "schedule.evaluations"));
  g_assert_true (attune_job_form_get_all_settings (test->form));
  ui_test_settle (GTK_WIDGET (test->window));
  focus = gtk_window_get_focus (test->window);
  g_assert_nonnull (focus);
  g_assert_true (gtk_widget_is_ancestor (focus, get_widget (test, "schedule.evaluations")));

  /* What is hidden, and what is no setting, has no row to go to. */
  g_assert_false (attune_job_form_focus_path (test->form, "hardware.gpuType"));
  g_assert_false (attune_job_form_focus_path (test->form, ""));
}

static void
test_dataset (FormTest      *test,
              gconstpointer  data)
{
  AttuneParameterRow *row = attune_job_form_get_row (test->form, "datasets.trainingFileId");
  AttuneDatasetStore *datasets = attune_commands_get_datasets (test->base.commands);
  g_autofree char *path = ui_test_write_dataset ("train.jsonl", 12);
  g_autofree char *empty = ui_test_write_file ("empty.jsonl", "");
  g_autofree char *id = NULL;
  AttuneDataset *dataset;

  attune_job_form_choose_dataset (test->form, "datasets.trainingFileId", path);
  g_assert_true (attune_job_form_is_busy (test->form));
  ui_test_wait (!attune_job_form_is_busy (test->form));
  g_assert_null (attune_parameter_row_get_problem (row));
  id = attune_configuration_dup_text (test->configuration, "datasets.trainingFileId");
  g_assert_nonnull (id);
  dataset = attune_dataset_store_lookup (datasets, id);
  g_assert_nonnull (dataset);
  g_assert_cmpint (attune_dataset_get_rows (dataset), ==, 12);
  g_assert_true (g_str_has_prefix (adw_action_row_get_subtitle (ADW_ACTION_ROW (attune_parameter_row_get_widget (row))), "12 rows"));

  /* A file that cannot be used changes nothing but the message. */
  attune_job_form_choose_dataset (test->form, "datasets.trainingFileId", empty);
  ui_test_wait (!attune_job_form_is_busy (test->form));
  g_assert_nonnull (attune_parameter_row_get_problem (row));
  g_assert_true (gtk_widget_has_css_class (attune_parameter_row_get_widget (row), "error"));
  g_assert_true (attune_configuration_is_set (test->configuration, "datasets.trainingFileId"));
}

static void
test_narrow (FormTest      *test,
             gconstpointer  data)
{
  GtkTextDirection direction = gtk_widget_get_default_direction ();
  int minimum;

  attune_job_form_set_all_settings (test->form, TRUE);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (get_widget (test, "optimizations.enabled")), TRUE);
  gtk_widget_measure (GTK_WIDGET (test->form), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  /* 360 pixels less the margins of the page. */
  g_assert_cmpint (minimum, <=, 336);

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  ui_test_settle (GTK_WIDGET (test->window));
  gtk_widget_measure (GTK_WIDGET (test->form), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 336);
  gtk_widget_set_default_direction (direction);
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("The form of a new job is made from the parameter table and the capabilities, and from nothing else.");

#define add(path, func) g_test_add ("/ui/form/" path, FormTest, NULL, set_up, func, tear_down)
  add ("every-parameter", test_every_parameter);
  add ("round-trip", test_round_trip);
  add ("method", test_method);
  add ("error-while-typing", test_error_while_typing);
  add ("reset", test_reset);
  add ("steps", test_steps);
  add ("model-narrows", test_model_narrows);
  add ("custom", test_custom);
  add ("choices", test_choices);
  add ("focus", test_focus);
  add ("dataset", test_dataset);
  add ("narrow", test_narrow);
#undef add

  return g_test_run ();
}
