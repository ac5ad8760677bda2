/* attune-datasets-page.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-datasets-page.h"

#include <glib/gi18n-lib.h>

#include "attune-dataset-actions.h"
#include "attune-dataset-row.h"
#include "attune-dialogs.h"
#include "attune-error.h"
#include "attune-window.h"

struct _AttuneDatasetsPage {
  AdwBin          parent_instance;

  GtkStack       *stack;
  GtkListBox     *pending_list;
  GtkListBox     *list;

  AttuneCommands *commands;
  guint           n_pending;
};

G_DEFINE_FINAL_TYPE (AttuneDatasetsPage, attune_datasets_page, ADW_TYPE_BIN)

static void
update_stack (AttuneDatasetsPage *self)
{
  GListModel *datasets = G_LIST_MODEL (attune_commands_get_datasets (self->commands));
  guint n_datasets = g_list_model_get_n_items (datasets);

  g_assert (ATTUNE_IS_DATASETS_PAGE (self));

  gtk_widget_set_visible (GTK_WIDGET (self->pending_list), self->n_pending > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->list), n_datasets > 0);
  gtk_stack_set_visible_child_name (self->stack, n_datasets + self->n_pending > 0 ? "list" : "empty");
}

/* --- Adding --- */

typedef struct {
  AttuneDatasetsPage *self;
  GtkWidget          *row;
} AddState;

static void
added_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autofree AddState *state = user_data;
  g_autoptr (AttuneDatasetsPage) self = state->self;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_DATASETS_PAGE (self));

  id = attune_dataset_actions_add_finish (ATTUNE_COMMANDS (object), result, &error);
  if (self->commands == NULL)
    return;

  self->n_pending--;
  gtk_list_box_remove (self->pending_list, state->row);
  update_stack (self);
  if (id == NULL && gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    attune_dialogs_present_error (GTK_WIDGET (self), _("The File Cannot Be Used"), error);
}

void
attune_datasets_page_add (AttuneDatasetsPage *self,
                          GFile              *file)
{
  AddState *state;
  GtkWidget *spinner = adw_spinner_new ();
  g_autofree char *name = NULL;

  g_return_if_fail (ATTUNE_IS_DATASETS_PAGE (self));
  g_return_if_fail (G_IS_FILE (file) && g_file_peek_path (file) != NULL);
  g_return_if_fail (self->commands != NULL);

  name = g_file_get_basename (file);
  state = g_new0 (AddState, 1);
  state->self = g_object_ref (self);
  state->row = adw_action_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (state->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (state->row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (state->row), _("Checking…"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (spinner), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Checking"), -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (state->row), spinner);
  gtk_list_box_append (self->pending_list, state->row);
  self->n_pending++;
  update_stack (self);

  attune_dataset_actions_add_async (self->commands, g_file_peek_path (file), NULL, added_cb, state);
}

static void
files_chosen_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (AttuneDatasetsPage) self = user_data;
  g_autoptr (GListModel) files = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_DATASETS_PAGE (self));

  files = gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (object), result, &error);
  if (self->commands == NULL)
    return;
  if (files == NULL)
    {
      if (error->domain != GTK_DIALOG_ERROR || error->code == GTK_DIALOG_ERROR_FAILED)
        attune_dialogs_present_error (GTK_WIDGET (self), _("No File Could Be Chosen"), error);
      return;
    }

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      if (g_file_peek_path (file) != NULL)
        attune_datasets_page_add (self, file);
    }
}

static void
add_action (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListModel) filters = attune_dataset_actions_new_filters ();

  gtk_file_dialog_set_title (dialog, _("Add Data Files"));
  gtk_file_dialog_set_accept_label (dialog, _("_Add"));
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_open_multiple (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL,
                                 files_chosen_cb, g_object_ref (widget));
}

/* --- Removing, with a way back --- */

typedef struct {
  AttuneDatasetsPage *self;
  char               *path;
} UndoState;

static void
undo_state_free (gpointer  data,
                 GClosure *closure)
{
  UndoState *state = data;

  g_object_unref (state->self);
  g_free (state->path);
  g_free (state);
}

static void
undo_clicked_cb (AdwToast  *toast,
                 UndoState *state)
{
  g_autoptr (GFile) file = g_file_new_for_path (state->path);

  if (state->self->commands != NULL)
    attune_datasets_page_add (state->self, file);
}

static void
removed_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  UndoState *state = user_data;
  AttuneDatasetsPage *self = state->self;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (state->path);
  g_autofree char *text = NULL;
  AdwToast *toast;

  reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);
  if (self->commands == NULL || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    {
      undo_state_free (state, NULL);
      return;
    }
  if (reply == NULL)
    {
      attune_dialogs_present_error (GTK_WIDGET (self), _("The Data Set Could Not Be Removed"), error);
      undo_state_free (state, NULL);
      return;
    }

  text = g_strdup_printf (_("“%s” removed; the file itself was not touched"), name);
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, text);
  adw_toast_set_button_label (toast, _("_Undo"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_clicked_cb), state, undo_state_free, 0);
  attune_window_add_toast (GTK_WIDGET (self), toast);
}

static void
remove_requested_cb (AttuneDatasetRow   *row,
                     AttuneDatasetsPage *self)
{
  AttuneDataset *dataset = attune_dataset_row_get_dataset (row);
  UndoState *state = g_new0 (UndoState, 1);
  GVariantBuilder parameters;

  g_assert (ATTUNE_IS_DATASETS_PAGE (self));

  state->self = g_object_ref (self);
  state->path = g_strdup (attune_dataset_get_path (dataset));
  g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&parameters, "{sv}", "datasetId", g_variant_new_string (attune_dataset_get_id (dataset)));
  attune_commands_call_async (self->commands, "dataset-remove", g_variant_builder_end (&parameters), NULL,
                              removed_cb, state);
}

/* --- Object --- */

static GtkWidget *
create_row_cb (gpointer item,
               gpointer user_data)
{
  AttuneDatasetsPage *self = user_data;
  GtkWidget *row = attune_dataset_row_new (item);

  g_signal_connect_object (row, "remove-requested", G_CALLBACK (remove_requested_cb), self, 0);

  return row;
}

static void
attune_datasets_page_dispose (GObject *object)
{
  AttuneDatasetsPage *self = ATTUNE_DATASETS_PAGE (object);

  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->commands);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_DATASETS_PAGE);

  G_OBJECT_CLASS (attune_datasets_page_parent_class)->dispose (object);
}

static void
attune_datasets_page_class_init (AttuneDatasetsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_datasets_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-datasets-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneDatasetsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneDatasetsPage, pending_list);
  gtk_widget_class_bind_template_child (widget_class, AttuneDatasetsPage, list);
  gtk_widget_class_install_action (widget_class, "datasets.add", NULL, add_action);
}

static void
attune_datasets_page_init (AttuneDatasetsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
attune_datasets_page_new (void)
{
  return g_object_new (ATTUNE_TYPE_DATASETS_PAGE, NULL);
}

void
attune_datasets_page_set_up (AttuneDatasetsPage *self,
                             AttuneCommands     *commands)
{
  GListModel *datasets;

  g_return_if_fail (ATTUNE_IS_DATASETS_PAGE (self));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (self->commands == NULL);

  self->commands = g_object_ref (commands);
  datasets = G_LIST_MODEL (attune_commands_get_datasets (commands));
  gtk_list_box_bind_model (self->list, datasets, create_row_cb, self, NULL);
  g_signal_connect_object (datasets, "items-changed", G_CALLBACK (update_stack), self, G_CONNECT_SWAPPED);
  update_stack (self);
}
