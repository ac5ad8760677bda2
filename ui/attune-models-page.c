/* attune-models-page.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-models-page.h"

#include <glib/gi18n-lib.h>

#include "attune-dialogs.h"
#include "attune-download-row.h"
#include "attune-error.h"
#include "attune-format.h"
#include "attune-hub-dialog.h"
#include "attune-model-deletion.h"
#include "attune-window.h"

struct _AttuneModelsPage {
  AdwBin                 parent_instance;

  GtkStack              *stack;
  GtkWidget             *find_button;
  GtkWidget             *find_empty_button;
  GtkListBox            *downloads_list;
  GtkListBox            *pending_list;
  GtkListBox            *list;

  AttuneCommands        *commands;
  AttuneModelImportFunc  import_func;
  AttuneDownloads       *downloads;   /* NULL: there is nothing to load from */
  GCancellable          *cancellable;
  GPtrArray             *rows;        /* of the list */
  guint                  n_loading;   /* providers that were asked and have not answered */
  guint                  n_importing;
};

G_DEFINE_FINAL_TYPE (AttuneModelsPage, attune_models_page, ADW_TYPE_BIN)

static void
update_stack (AttuneModelsPage *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->pending_list), self->n_importing > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->list), self->rows->len > 0);
  if (self->rows->len > 0 || self->n_importing > 0 ||
      (self->downloads != NULL && g_list_model_get_n_items (attune_downloads_get_list (self->downloads)) > 0))
    gtk_stack_set_visible_child_name (self->stack, "list");
  else
    gtk_stack_set_visible_child_name (self->stack, self->n_loading > 0 ? "loading" : "empty");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "models.refresh", self->n_loading == 0);
}

/* --- Listing --- */

/* Whether this computer has the memory to train a model of so many parameters; NULL where that is not known. */
static char *
describe_fit (AttuneModelsPage *self,
              guint64           parameters)
{
  const AttuneModelSource *source;
  g_autofree char *needed = NULL;
  g_autofree char *there = NULL;
  guint64 need;
  guint64 have;

  if (self->downloads == NULL || parameters == 0)
    return NULL;

  source = attune_downloads_get_source (self->downloads);
  need = source->predict_memory ((gint64) parameters);
  have = source->get_memory ();
  if (have == 0)
    return NULL;

  needed = g_format_size (need);
  there = g_format_size (have);
  return g_strdup_printf (need <= have ? _("Fits this computer: training takes at least %s of %s memory.")
                                       : _("Too large for this computer: training takes at least %s, and it has %s memory."),
                          needed, there);
}

static char *
describe (AttuneModelsPage *self,
          GVariant         *model)
{
  GString *text = g_string_new (NULL);
  g_autofree char *fit = NULL;
  const char *path = NULL;
  const char *notes = NULL;
  guint64 parameters = 0;
  guint64 size = 0;
  guint32 context = 0;

  if (g_variant_lookup (model, "parameters", "t", &parameters) && parameters > 0)
    {
      g_autofree char *count = attune_format_parameters (parameters);

      g_string_append_printf (text, _("%s parameters"), count);
    }
  if (g_variant_lookup (model, "sizeBytes", "t", &size) && size > 0)
    {
      g_autofree char *shown = g_format_size (size);

      g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", shown);
    }
  if (g_variant_lookup (model, "contextLength", "u", &context) && context > 0)
    {
      g_autofree char *count = attune_format_count (context);

      g_string_append (text, text->len > 0 ? " · " : "");
      g_string_append_printf (text, _("%s tokens of context"), count);
    }
  fit = describe_fit (self, parameters);
  if (fit != NULL)
    g_string_append_printf (text, "\n%s", fit);
  if (g_variant_lookup (model, "path", "&s", &path))
    {
      g_autofree char *shown = attune_format_path (path);

      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", shown);
    }
  if (g_variant_lookup (model, "notes", "&s", &notes) && *notes != '\0')
    g_string_append_printf (text, "\n%s", notes);

  return g_string_free_and_steal (text);
}

static GtkWidget *
make_row (AttuneModelsPage *self,
          GVariant         *model,
          const char       *id,
          const char       *title,
          const char       *path)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name ("package-x-generic-symbolic");
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenuItem) new_job = g_menu_item_new (_("_New Job with This"), NULL);
  g_autoptr (GMenuItem) open = g_menu_item_new (_("_Open Folder"), NULL);
  g_autofree char *subtitle = describe (self, model);
  /* translators: a button; %s is the name of a model */
  g_autofree char *actions = g_strdup_printf (_("Actions for “%s”"), title);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_widget_add_css_class (icon, "dim-label");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);

  g_menu_item_set_action_and_target (new_job, "win.new-job-with-model", "s", id);
  g_menu_item_set_action_and_target (open, "models.open-folder", "s", path);
  g_menu_append_item (menu, new_job);
  g_menu_append_item (menu, open);
  if (attune_model_deletion_is_possible (path))
    {
      g_autoptr (GMenuItem) delete = g_menu_item_new (_("_Delete…"), NULL);

      g_menu_item_set_action_and_target (delete, "models.delete", "(ss)", id, path);
      g_menu_append_item (menu, delete);
    }
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Actions"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, actions, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);

  return row;
}

static void
add_models (AttuneModelsPage *self,
            GVariant         *models)
{
  for (gsize i = 0; i < g_variant_n_children (models); i++)
    {
      g_autoptr (GVariant) model = g_variant_get_child_value (models, i);
      const char *id = NULL;
      const char *title = NULL;
      const char *path = NULL;

      if (g_variant_lookup (model, "id", "&s", &id) && g_variant_lookup (model, "path", "&s", &path))
        {
          GtkWidget *row;

          if (!g_variant_lookup (model, "title", "&s", &title))
            title = id;
          row = make_row (self, model, id, title, path);
          gtk_list_box_append (self->list, row);
          g_ptr_array_add (self->rows, row);
        }
    }
}

static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (AttuneModelsPage) self = user_data;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) capabilities = NULL;
  g_autoptr (GVariant) models = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_MODELS_PAGE (self));

  reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);
  if (attune_error_is_cancelled (error) || self->commands == NULL)
    return;

  self->n_loading--;
  if (reply != NULL)
    capabilities = g_variant_lookup_value (reply, "capabilities", G_VARIANT_TYPE_VARDICT);
  if (capabilities != NULL)
    models = g_variant_lookup_value (capabilities, "models", G_VARIANT_TYPE ("aa{sv}"));
  if (models != NULL)
    add_models (self, models);
  /* A provider that cannot be asked says so on its own page; its models are not on this computer. */
  if (error != NULL)
    g_debug ("No models: %s", error->message);
  update_stack (self);
}

void
attune_models_page_refresh (AttuneModelsPage *self)
{
  GListModel *registry;

  g_return_if_fail (ATTUNE_IS_MODELS_PAGE (self));
  g_return_if_fail (self->commands != NULL);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();

  gtk_list_box_remove_all (self->list);
  g_ptr_array_set_size (self->rows, 0);
  registry = G_LIST_MODEL (attune_commands_get_registry (self->commands));
  self->n_loading = g_list_model_get_n_items (registry);
  for (guint i = 0; i < g_list_model_get_n_items (registry); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (registry, i);
      GVariantBuilder parameters;

      g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&parameters, "{sv}", "provider", g_variant_new_string (attune_adapter_get_id (adapter)));
      attune_commands_call_async (self->commands, "provider-capabilities", g_variant_builder_end (&parameters),
                                  self->cancellable, loaded_cb, g_object_ref (self));
    }
  update_stack (self);
}

gboolean
attune_models_page_is_loading (AttuneModelsPage *self)
{
  g_return_val_if_fail (ATTUNE_IS_MODELS_PAGE (self), FALSE);

  return self->n_loading > 0 || self->n_importing > 0;
}

static void
refresh_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  attune_models_page_refresh (ATTUNE_MODELS_PAGE (widget));
}

static void
opened_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GtkWidget) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (object), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) && gtk_widget_get_root (self) != NULL)
    attune_dialogs_present_error (self, _("The Folder Could Not Be Opened"), error);
}

static void
open_folder_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  gtk_file_launcher_launch (launcher, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, opened_cb, g_object_ref (widget));
}

static void
add_toast (AttuneModelsPage *self,
           const char       *text)
{
  AdwToast *toast;

  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;

  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, text);
  attune_window_add_toast (GTK_WIDGET (self), toast);
}

/* --- Deleting --- */

static void
deleted_cb (GtkWidget  *widget,
            const char *id)
{
  AttuneModelsPage *self = ATTUNE_MODELS_PAGE (widget);

  if (self->commands == NULL)
    return;

  /* Half a deletion has changed the list as well. */
  attune_models_page_refresh (self);
  if (id != NULL)
    {
      g_autofree char *text = g_strdup_printf (_("“%s” deleted"), id);

      add_toast (self, text);
    }
}

static void
delete_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  const char *id;
  const char *path;

  g_variant_get (parameter, "(&s&s)", &id, &path);
  attune_model_deletion_ask (widget, ATTUNE_MODELS_PAGE (widget)->commands, id, path, deleted_cb);
}

/* --- From elsewhere --- */

static void
find_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  adw_dialog_present (attune_hub_dialog_new (ATTUNE_MODELS_PAGE (widget)->downloads), widget);
}

static void
downloaded_cb (AttuneModelsPage *self,
               const char       *folder)
{
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *text = g_strdup_printf (_("“%s” downloaded"), name);

  g_assert (ATTUNE_IS_MODELS_PAGE (self));

  attune_models_page_refresh (self);
  add_toast (self, text);
}

void
attune_models_page_set_downloads (AttuneModelsPage *self,
                                  AttuneDownloads  *downloads)
{
  g_return_if_fail (ATTUNE_IS_MODELS_PAGE (self));
  g_return_if_fail (ATTUNE_IS_DOWNLOADS (downloads));
  g_return_if_fail (self->commands != NULL && self->downloads == NULL);

  self->downloads = g_object_ref (downloads);
  attune_download_row_bind (self->downloads_list, downloads);
  g_signal_connect_object (attune_downloads_get_list (downloads), "items-changed", G_CALLBACK (update_stack), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (downloads, "finished", G_CALLBACK (downloaded_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "models.find", TRUE);
  gtk_widget_set_visible (self->find_button, TRUE);
  gtk_widget_set_visible (self->find_empty_button, TRUE);
  update_stack (self);
}

/* --- Importing --- */

typedef struct {
  AttuneModelImportFunc  func;
  char                  *folder;
  GtkWidget             *row;
} ImportState;

static void
import_state_free (ImportState *state)
{
  g_free (state->folder);
  g_object_unref (state->row);
  g_free (state);
}

static void
import_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  ImportState *state = task_data;
  g_autoptr (GError) error = NULL;
  char *path = state->func (state->folder, NULL, &error);

  if (path == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, path, g_free);
}

static void
imported_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  AttuneModelsPage *self = ATTUNE_MODELS_PAGE (object);
  ImportState *state = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  g_assert (ATTUNE_IS_MODELS_PAGE (self));

  path = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->commands == NULL)
    return;

  self->n_importing--;
  gtk_list_box_remove (self->pending_list, state->row);
  if (path == NULL)
    {
      update_stack (self);
      if (gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
        attune_dialogs_present_error (GTK_WIDGET (self), _("The Model Could Not Be Imported"), error);
      return;
    }

  attune_models_page_refresh (self);
  {
    g_autofree char *name = g_path_get_basename (path);
    g_autofree char *text = g_strdup_printf (_("“%s” imported"), name);

    add_toast (self, text);
  }
}

void
attune_models_page_import (AttuneModelsPage *self,
                           GFile            *folder)
{
  g_autoptr (GTask) task = NULL;
  ImportState *state;
  GtkWidget *spinner;
  g_autofree char *name = NULL;

  g_return_if_fail (ATTUNE_IS_MODELS_PAGE (self));
  g_return_if_fail (G_IS_FILE (folder) && g_file_peek_path (folder) != NULL);
  g_return_if_fail (self->import_func != NULL);

  name = g_file_get_basename (folder);
  state = g_new0 (ImportState, 1);
  state->func = self->import_func;
  state->folder = g_strdup (g_file_peek_path (folder));
  state->row = g_object_ref_sink (adw_action_row_new ());
  spinner = adw_spinner_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (spinner), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Importing"), -1);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (state->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (state->row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (state->row), _("Checking and copying…"));
  adw_action_row_add_prefix (ADW_ACTION_ROW (state->row), spinner);
  gtk_list_box_append (self->pending_list, state->row);
  self->n_importing++;
  update_stack (self);

  task = g_task_new (self, NULL, imported_cb, NULL);
  g_task_set_source_tag (task, attune_models_page_import);
  g_task_set_task_data (task, state, (GDestroyNotify) import_state_free);
  g_task_run_in_thread (task, import_thread);
}

static void
folder_chosen_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (AttuneModelsPage) self = user_data;
  g_autoptr (GFile) folder = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_MODELS_PAGE (self));

  folder = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (object), result, &error);
  if (self->commands == NULL)
    return;
  if (folder != NULL && g_file_peek_path (folder) != NULL)
    attune_models_page_import (self, folder);
  else if (error != NULL && (error->domain != GTK_DIALOG_ERROR || error->code == GTK_DIALOG_ERROR_FAILED))
    attune_dialogs_present_error (GTK_WIDGET (self), _("No Folder Could Be Chosen"), error);
}

static void
import_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Import a Model Folder"));
  gtk_file_dialog_set_accept_label (dialog, _("_Import"));
  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL,
                                 folder_chosen_cb, g_object_ref (widget));
}

/* --- Object --- */

static void
attune_models_page_dispose (GObject *object)
{
  AttuneModelsPage *self = ATTUNE_MODELS_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->commands);
  g_clear_object (&self->downloads);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MODELS_PAGE);

  G_OBJECT_CLASS (attune_models_page_parent_class)->dispose (object);
}

static void
attune_models_page_class_init (AttuneModelsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_models_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-models-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneModelsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneModelsPage, find_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneModelsPage, find_empty_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneModelsPage, downloads_list);
  gtk_widget_class_bind_template_child (widget_class, AttuneModelsPage, pending_list);
  gtk_widget_class_bind_template_child (widget_class, AttuneModelsPage, list);
  gtk_widget_class_install_action (widget_class, "models.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "models.delete", "(ss)", delete_action);
  gtk_widget_class_install_action (widget_class, "models.import", NULL, import_action);
  gtk_widget_class_install_action (widget_class, "models.refresh", NULL, refresh_action);
  gtk_widget_class_install_action (widget_class, "models.open-folder", "s", open_folder_action);
}

static void
attune_models_page_init (AttuneModelsPage *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "models.import", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "models.find", FALSE);
}

GtkWidget *
attune_models_page_new (void)
{
  return g_object_new (ATTUNE_TYPE_MODELS_PAGE, NULL);
}

void
attune_models_page_set_up (AttuneModelsPage      *self,
                           AttuneCommands        *commands,
                           AttuneModelImportFunc  import_func)
{
  g_return_if_fail (ATTUNE_IS_MODELS_PAGE (self));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (self->commands == NULL);

  self->commands = g_object_ref (commands);
  self->import_func = import_func;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "models.import", import_func != NULL);
}
