/* attune-new-job-keep.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-new-job-page-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "attune-announce.h"
#include "attune-carry-dialog.h"
#include "attune-dialogs.h"
#include "attune-error.h"
#include "attune-json.h"
#include "attune-migration.h"
#include "attune-recipe.h"
#include "attune-window.h"

/* A recipe is a page of text; what is larger is data. */
#define MAX_RECIPE     (1024 * 1024)

/* --- Beginning from something --- */

void
attune_new_job_page_load (AttuneNewJobPage    *self,
                          const char          *name,
                          const char          *provider,
                          AttuneConfiguration *configuration)
{
  g_autoptr (AttuneConfiguration) copy = attune_configuration_copy (configuration);

  /* The provider's advice is for those who begin with nothing. */
  self->advised = TRUE;
  self->has_begun = TRUE;
  g_clear_object (&self->automatic);
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), name != NULL ? name : "");
  attune_job_form_set_configuration (self->form, copy);
  if (provider != NULL && !attune_new_job_page_choose_provider (self, provider))
    {
      /* translators: %s is a provider that is not there */
      g_autofree char *message = g_strdup_printf (_("The provider “%s” is not there; choose another"), provider);

      attune_window_add_toast (GTK_WIDGET (self), adw_toast_new (message));
    }
  self->check_carry = TRUE;
  if (self->capabilities != NULL)
    {
      attune_new_job_page_choose_starting_point (self);
      attune_new_job_page_update_carry (self);
      attune_new_job_page_queue_check (self);
    }
}

void
attune_new_job_page_start_over (AttuneNewJobPage *self)
{
  g_autoptr (AttuneConfiguration) empty = attune_configuration_new ();

  /* The draft stays in the menu; what follows is another. */
  attune_new_job_page_flush_draft (self);
  g_clear_pointer (&self->draft_id, g_free);
  self->advised = FALSE;
  self->has_begun = FALSE;
  g_clear_object (&self->automatic);
  self->automatic = attune_configuration_new ();
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), "");
  attune_job_form_set_configuration (self->form, empty);
  g_clear_pointer (&self->misfits, g_ptr_array_unref);
  self->check_carry = FALSE;
  gtk_widget_set_visible (self->carry_group, FALSE);
  if (self->capabilities != NULL)
    {
      attune_new_job_page_choose_starting_point (self);
      attune_new_job_page_queue_check (self);
    }
}

static void
start_over_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  attune_new_job_page_start_over (ATTUNE_NEW_JOB_PAGE (widget));
}

void
attune_new_job_page_set_job (AttuneNewJobPage *self,
                             AttuneJob        *job)
{
  g_autofree char *name = NULL;

  g_return_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  attune_new_job_page_flush_draft (self);
  g_clear_pointer (&self->draft_id, g_free);
  /* translators: the name of a job that is made after another; %s is that one's name */
  name = g_strdup_printf (_("%s (copy)"), attune_job_get_name (job));
  attune_new_job_page_load (self, name, attune_job_get_provider (job), attune_job_get_configuration (job));
}

/* --- Recipes --- */

gboolean
attune_new_job_page_is_recipe (const char *path)
{
  g_autoptr (JsonNode) root = NULL;
  GStatBuf info;

  g_return_val_if_fail (path != NULL, FALSE);

  if (!g_str_has_suffix (path, ".json") || g_stat (path, &info) != 0 || info.st_size > MAX_RECIPE)
    return FALSE;
  root = attune_json_parse_file (path, NULL);

  return root != NULL && attune_recipe_is (root);
}

gboolean
attune_new_job_page_import_recipe (AttuneNewJobPage  *self,
                                   const char        *path,
                                   GError           **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (AttuneMigration) recipe = NULL;
  g_autofree char *training = NULL;
  g_autofree char *validation = NULL;
  GStatBuf info;

  g_return_val_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (g_stat (path, &info) == 0 && info.st_size > MAX_RECIPE)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE,
                   _("%s is too large for a recipe. Data files are chosen as training data."), path);
      return FALSE;
    }
  root = attune_json_parse_file (path, error);
  if (root == NULL)
    return FALSE;
  recipe = attune_migration_run (root, error);
  if (recipe == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }

  /* The data of the form stay, as a recipe brings none; where it names files, they lie beside it. */
  if (!attune_configuration_is_set (recipe->configuration, "datasets.trainingFileId"))
    {
      AttuneConfiguration *now = attune_job_form_get_configuration (self->form);
      g_autoptr (GVariant) first = attune_configuration_dup_value (now, "datasets.trainingFileId");
      g_autoptr (GVariant) second = attune_configuration_dup_value (now, "datasets.validationFileId");

      attune_configuration_set_value (recipe->configuration, "datasets.trainingFileId", first);
      attune_configuration_set_value (recipe->configuration, "datasets.validationFileId", second);
    }
  attune_new_job_page_flush_draft (self);
  g_clear_pointer (&self->draft_id, g_free);
  attune_new_job_page_load (self, recipe->name, recipe->provider, recipe->configuration);

  if (recipe->training_path != NULL || recipe->validation_path != NULL)
    {
      g_autofree char *folder = g_path_get_dirname (path);

      if (recipe->training_path != NULL)
        training = g_canonicalize_filename (recipe->training_path, folder);
      if (recipe->validation_path != NULL)
        validation = g_canonicalize_filename (recipe->validation_path, folder);
      attune_new_job_page_set_files (self, training, validation);
    }

  return TRUE;
}

gboolean
attune_new_job_page_export_recipe (AttuneNewJobPage  *self,
                                   const char        *path,
                                   GError           **error)
{
  g_autoptr (AttuneConfiguration) configuration = NULL;
  g_autoptr (JsonNode) recipe = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  configuration = attune_job_form_dup_effective (self->form);
  recipe = attune_recipe_build (gtk_editable_get_text (GTK_EDITABLE (self->name_row)),
                                self->adapter != NULL ? attune_adapter_get_id (self->adapter) : NULL, configuration);
  text = attune_recipe_to_text (recipe);
  if (g_file_set_contents (path, text, -1, error))
    return TRUE;
  attune_error_convert (error);

  return FALSE;
}

static GListModel *
new_recipe_filters (void)
{
  GListStore *filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("Recipes"));
  gtk_file_filter_add_suffix (filter, "json");
  g_list_store_append (filters, filter);

  return G_LIST_MODEL (filters);
}

static gboolean
was_dismissed (const GError *error)
{
  return g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) ||
         g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED);
}

static void
import_chosen_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (AttuneNewJobPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (object), result, &error);

  if (self->commands == NULL)
    return;
  if (file != NULL && g_file_peek_path (file) == NULL)
    g_set_error_literal (&error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                         _("Only files on this computer can be read. Copy the file here first."));
  else if (file != NULL)
    attune_new_job_page_import_recipe (self, g_file_peek_path (file), &error);
  if (error != NULL && !was_dismissed (error))
    attune_dialogs_present_error (GTK_WIDGET (self), _("The Recipe Cannot Be Read"), error);
}

static void
import_recipe_action (GtkWidget  *widget,
                      const char *action_name,
                      GVariant   *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListModel) filters = new_recipe_filters ();
  GtkRoot *root = gtk_widget_get_root (widget);

  gtk_file_dialog_set_title (dialog, _("Import a Recipe"));
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_open (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, import_chosen_cb, g_object_ref (widget));
}

static void
export_chosen_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (AttuneNewJobPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (object), result, &error);

  if (self->commands == NULL)
    return;
  if (file != NULL && g_file_peek_path (file) == NULL)
    g_set_error_literal (&error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                         _("Recipes can only be written to this computer. Choose a folder here."));
  else if (file != NULL && attune_new_job_page_export_recipe (self, g_file_peek_path (file), &error))
    attune_window_add_toast (GTK_WIDGET (self), adw_toast_new (_("Recipe exported; secrets and data are not in it")));
  if (error != NULL && !was_dismissed (error))
    attune_dialogs_present_error (GTK_WIDGET (self), _("The Recipe Cannot Be Written"), error);
}

static void
export_recipe_action (GtkWidget  *widget,
                      const char *action_name,
                      GVariant   *parameter)
{
  AttuneNewJobPage *self = ATTUNE_NEW_JOB_PAGE (widget);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListModel) filters = new_recipe_filters ();
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name_row));
  g_autofree char *plain = g_strdup (*name != '\0' ? name : _("Recipe"));
  g_autofree char *file_name = NULL;
  GtkRoot *root = gtk_widget_get_root (widget);

  g_strdelimit (plain, "/\\", '-');
  file_name = g_strconcat (plain, ".json", NULL);
  gtk_file_dialog_set_title (dialog, _("Export as a Recipe"));
  gtk_file_dialog_set_initial_name (dialog, file_name);
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_save (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, export_chosen_cb, g_object_ref (widget));
}

/* --- What does not fit --- */

static gboolean
is_still_automatic (AttuneNewJobPage *self,
                    const char       *path)
{
  g_autoptr (GVariant) automatic = attune_configuration_dup_value (self->automatic, path);
  g_autoptr (GVariant) now = attune_configuration_dup_value (attune_job_form_get_configuration (self->form), path);

  return automatic != NULL && now != NULL && g_variant_equal (automatic, now);
}

/* What the other provider advised is taken back, and this one will advise anew; its model and method go where they do not fit. What a
 * person chose stays, and is reported. */
void
attune_new_job_page_drop_automatic (AttuneNewJobPage *self)
{
  AttuneConfiguration *configuration = attune_job_form_get_configuration (self->form);
  g_autoptr (GPtrArray) misfits = NULL;
  guint n_parameters;
  const AttuneParameter *parameters = attune_parameters_get (&n_parameters);

  if (!self->provider_changed || self->automatic == NULL)
    return;

  self->provider_changed = FALSE;
  self->advised = FALSE;
  misfits = attune_carry_check (configuration, self->capabilities, attune_adapter_get_title (self->adapter));
  for (guint i = 0; i < n_parameters; i++)
    {
      const char *path = parameters[i].path;
      gboolean is_choice = g_str_equal (path, "model.baseModel") || g_str_equal (path, "method.type");
      gboolean fits = TRUE;

      if (!is_still_automatic (self, path))
        continue;
      for (guint j = 0; j < misfits->len; j++)
        fits = fits && !g_str_equal (((const AttuneMisfit *) g_ptr_array_index (misfits, j))->path, path);
      if (is_choice && fits)
        continue;
      attune_configuration_set_value (self->automatic, path, NULL);
      attune_configuration_set_value (configuration, path, NULL);
    }
}

void
attune_new_job_page_update_carry (AttuneNewJobPage *self)
{
  g_autofree char *title = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  guint n_misfits;

  if (!self->check_carry || self->capabilities == NULL)
    return;

  self->check_carry = FALSE;
  g_clear_pointer (&self->misfits, g_ptr_array_unref);
  self->misfits = attune_carry_check (attune_job_form_get_configuration (self->form), self->capabilities,
                                      attune_adapter_get_title (self->adapter));
  n_misfits = self->misfits->len;
  for (guint i = 0; i < n_misfits; i++)
    {
      const AttuneMisfit *misfit = g_ptr_array_index (self->misfits, i);

      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", misfit->title);
    }
  if (n_misfits > 0)
    {
      /* translators: a number of settings, and a provider */
      title = g_strdup_printf (ngettext ("%u setting does not fit %s", "%u settings do not fit %s", n_misfits), n_misfits,
                               attune_adapter_get_title (self->adapter));
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->carry_row), title);
      adw_action_row_set_subtitle (self->carry_row, names->str);
      attune_announce (GTK_WIDGET (self), title, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
    }
  gtk_widget_set_visible (self->carry_group, n_misfits > 0);
}

static void
adjust (AttuneNewJobPage *self)
{
  AttuneConfiguration *configuration = attune_job_form_get_configuration (self->form);
  g_autoptr (AttuneConfiguration) before = attune_configuration_copy (configuration);
  g_autoptr (AttuneConfiguration) after = attune_configuration_copy (configuration);
  g_autofree char *message = NULL;
  guint n_mended;

  if (self->misfits == NULL)
    return;

  n_mended = attune_carry_adjust (after, self->misfits);
  attune_job_form_set_configuration (self->form, after);
  /* A new model may have limits of its own. */
  self->check_carry = TRUE;
  attune_new_job_page_update_carry (self);
  message = g_strdup_printf (ngettext ("%u setting adjusted", "%u settings adjusted", n_mended), n_mended);
  attune_new_job_page_offer_undo (self, message, before);
}

static void
adjust_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  adjust (ATTUNE_NEW_JOB_PAGE (widget));
}

static void
adjust_requested_cb (AttuneNewJobPage *self)
{
  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  adjust (self);
}

static void
show_misfits_action (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  AttuneNewJobPage *self = ATTUNE_NEW_JOB_PAGE (widget);
  AdwDialog *dialog;

  if (self->misfits == NULL)
    return;

  dialog = attune_carry_dialog_new (self->misfits, attune_adapter_get_title (self->adapter));
  g_signal_connect_object (dialog, "adjust-requested", G_CALLBACK (adjust_requested_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

/* --- The way back --- */

static void
undo_clicked_cb (AttuneNewJobPage *self,
                 AdwToast         *toast)
{
  AttuneConfiguration *before;
  g_autoptr (AttuneConfiguration) copy = NULL;

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  before = g_object_get_data (G_OBJECT (toast), "attune-before");
  copy = attune_configuration_copy (before);
  attune_job_form_set_configuration (self->form, copy);
}

void
attune_new_job_page_offer_undo (AttuneNewJobPage    *self,
                                const char          *message,
                                AttuneConfiguration *before)
{
  AdwToast *toast;

  if (attune_configuration_equal (before, attune_job_form_get_configuration (self->form)))
    return;

  /* The way back is from what was done last, and toasts wait for each other. */
  if (self->undo_toast != NULL)
    adw_toast_dismiss (self->undo_toast);
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, message);
  adw_toast_set_button_label (toast, _("_Undo"));
  g_set_weak_pointer (&self->undo_toast, toast);
  g_object_set_data_full (G_OBJECT (toast), "attune-before", g_object_ref (before), g_object_unref);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (undo_clicked_cb), self, G_CONNECT_SWAPPED);
  attune_window_add_toast (GTK_WIDGET (self), toast);
}

void
attune_new_job_page_install_keep (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "new-job.start-over", NULL, start_over_action);
  gtk_widget_class_install_action (widget_class, "new-job.import-recipe", NULL, import_recipe_action);
  gtk_widget_class_install_action (widget_class, "new-job.export-recipe", NULL, export_recipe_action);
  gtk_widget_class_install_action (widget_class, "new-job.show-misfits", NULL, show_misfits_action);
  gtk_widget_class_install_action (widget_class, "new-job.adjust", NULL, adjust_action);
}
