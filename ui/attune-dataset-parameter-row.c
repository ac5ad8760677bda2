/* attune-dataset-parameter-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameter-row.h"

#include <glib/gi18n-lib.h>

#include "attune-combo.h"
#include "attune-dataset-actions.h"
#include "attune-error.h"
#include "attune-format.h"

#define ATTUNE_TYPE_DATASET_PARAMETER_ROW (attune_dataset_parameter_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneDatasetParameterRow, attune_dataset_parameter_row, ATTUNE, DATASET_PARAMETER_ROW, AttuneParameterRow)

/* A data file: one of those that are known already, or one that is dropped on the row or chosen in a dialog. */
struct _AttuneDatasetParameterRow {
  AttuneParameterRow  parent_instance;

  AdwComboRow        *row;     /* the parent's widget */
  GtkWidget          *spinner;
  AttuneDatasetStore *store;
  GStrv               ids;     /* beside the row's model; the first is "" for none */
  GCancellable       *cancellable;
  char               *adding;  /* path of the file that is being checked */
};

G_DEFINE_FINAL_TYPE (AttuneDatasetParameterRow, attune_dataset_parameter_row, ATTUNE_TYPE_PARAMETER_ROW)

static void
selected_cb (AttuneDatasetParameterRow *self)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);
  guint selected;

  g_assert (ATTUNE_IS_DATASET_PARAMETER_ROW (self));

  selected = adw_combo_row_get_selected (self->row);
  if (attune_parameter_row_is_updating (row) || self->ids == NULL || selected >= g_strv_length (self->ids))
    return;

  attune_parameter_row_take_value (row, selected > 0 ? g_variant_new_string (self->ids[selected]) : NULL);
  attune_parameter_row_refresh (row);
}

static void
added_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (AttuneDatasetParameterRow) self = user_data;
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_assert (ATTUNE_IS_DATASET_PARAMETER_ROW (self));

  id = attune_dataset_actions_add_finish (ATTUNE_COMMANDS (object), result, &error);
  if (attune_error_is_cancelled (error) || self->cancellable == NULL)
    return;

  g_clear_pointer (&self->adding, g_free);
  gtk_widget_set_visible (self->spinner, FALSE);
  if (id == NULL)
    {
      attune_parameter_row_set_problem (row, error->message);
      attune_parameter_row_refresh (row);
      return;
    }

  attune_parameter_row_take_value (row, g_variant_new_string (id));
  attune_parameter_row_refresh (row);
  /* The form waits for the end of the check even where nothing in the configuration changed. */
  g_signal_emit_by_name (row, "problem-changed");
}

gboolean
attune_dataset_parameter_row_is_busy (AttuneParameterRow *row)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_PARAMETER_ROW (row), FALSE);

  return ATTUNE_DATASET_PARAMETER_ROW (row)->adding != NULL;
}

void
attune_dataset_parameter_row_choose_path (AttuneParameterRow *row,
                                          const char         *path)
{
  AttuneDatasetParameterRow *self = ATTUNE_DATASET_PARAMETER_ROW (row);
  AttuneCommands *commands = attune_parameter_row_get_commands (row);

  g_return_if_fail (path != NULL);
  g_return_if_fail (commands != NULL);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();

  g_set_str (&self->adding, path);
  gtk_widget_set_visible (self->spinner, TRUE);
  attune_parameter_row_set_problem (row, NULL);
  attune_parameter_row_refresh (row);
  g_signal_emit_by_name (row, "problem-changed");
  attune_dataset_actions_add_async (commands, path, self->cancellable, added_cb, g_object_ref (self));
}

static void
file_chosen_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (AttuneDatasetParameterRow) self = user_data;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_DATASET_PARAMETER_ROW (self));

  file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (object), result, &error);
  /* The form may be gone by now. */
  if (self->store == NULL)
    return;
  if (file == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
          !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
        attune_parameter_row_set_problem (ATTUNE_PARAMETER_ROW (self), error->message);
      return;
    }

  if (g_file_peek_path (file) == NULL)
    attune_parameter_row_set_problem (ATTUNE_PARAMETER_ROW (self),
                                      _("Only files on this computer can be read. Copy the file here first."));
  else
    attune_dataset_parameter_row_choose_path (ATTUNE_PARAMETER_ROW (self), g_file_peek_path (file));
}

static void
choose_clicked_cb (AttuneDatasetParameterRow *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListModel) filters = attune_dataset_actions_new_filters ();
  GtkRoot *root;

  g_assert (ATTUNE_IS_DATASET_PARAMETER_ROW (self));

  root = gtk_widget_get_root (GTK_WIDGET (self->row));
  gtk_file_dialog_set_title (dialog, attune_field_get_title (attune_parameter_row_get_field (ATTUNE_PARAMETER_ROW (self))));
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_open (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                        file_chosen_cb, g_object_ref (self));
}

static gboolean
drop_cb (AttuneDatasetParameterRow *self,
         const GValue              *value)
{
  g_autoptr (GSList) files = NULL;

  g_assert (ATTUNE_IS_DATASET_PARAMETER_ROW (self));

  files = gdk_file_list_get_files (g_value_get_boxed (value));
  if (files == NULL || g_file_peek_path (files->data) == NULL)
    return FALSE;

  attune_dataset_parameter_row_choose_path (ATTUNE_PARAMETER_ROW (self), g_file_peek_path (files->data));

  return TRUE;
}

/* Two files of one name in two folders are common: "train.jsonl". */
static char *
make_entry_title (AttuneDatasetParameterRow *self,
                  AttuneDataset             *dataset)
{
  guint same = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++)
    {
      g_autoptr (AttuneDataset) other = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      if (g_strcmp0 (attune_dataset_get_name (other), attune_dataset_get_name (dataset)) == 0)
        same++;
    }
  if (same > 1)
    {
      g_autofree char *folder = g_path_get_dirname (attune_dataset_get_path (dataset));
      g_autofree char *shown = attune_format_path (folder);

      /* translators: a file and the folder that it is in */
      return g_strdup_printf (_("%s in %s"), attune_dataset_get_name (dataset), shown);
    }

  return g_strdup (attune_dataset_get_name (dataset));
}

static void
fill (AttuneDatasetParameterRow *self)
{
  AttuneField *field = attune_parameter_row_get_field (ATTUNE_PARAMETER_ROW (self));
  gboolean required = (attune_field_get_flags (field) & ATTUNE_PARAMETER_REQUIRED) != 0;
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) titles = g_strv_builder_new ();

  g_strv_builder_add (ids, "");
  g_strv_builder_add (titles, required ? _("Choose a File") : _("None"));
  for (guint i = 0; self->store != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++)
    {
      g_autoptr (AttuneDataset) dataset = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      g_strv_builder_add (ids, attune_dataset_get_id (dataset));
      g_strv_builder_take (titles, make_entry_title (self, dataset));
    }
  attune_combo_fill (self->row, &self->ids, g_strv_builder_end (ids), g_strv_builder_end (titles));
}

static GtkWidget *
attune_dataset_parameter_row_create (AttuneParameterRow *row)
{
  AttuneDatasetParameterRow *self = ATTUNE_DATASET_PARAMETER_ROW (row);
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  /* translators: a button; %s is "Training Data" or the like */
  g_autofree char *choose = g_strdup_printf (_("Choose a File for “%s”"),
                                             attune_field_get_title (attune_parameter_row_get_field (row)));
  GtkWidget *button;

  self->row = ADW_COMBO_ROW (adw_combo_row_new ());
  attune_combo_style (self->row);
  self->spinner = adw_spinner_new ();
  gtk_widget_set_visible (self->spinner, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spinner), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Checking the File"), -1);
  button = attune_parameter_row_make_button ("folder-open-symbolic", choose);
  g_signal_connect_object (button, "clicked", G_CALLBACK (choose_clicked_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->row), self->spinner);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->row), button);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->row), GTK_EVENT_CONTROLLER (target));
  g_signal_connect_object (self->row, "notify::selected", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self->row);
}

static void
attune_dataset_parameter_row_show_value (AttuneParameterRow *row,
                                         GVariant           *value)
{
  AttuneDatasetParameterRow *self = ATTUNE_DATASET_PARAMETER_ROW (row);
  const char *id = value != NULL ? g_variant_get_string (value, NULL) : "";
  AttuneDataset *dataset = NULL;
  const char *help = attune_field_get_help (attune_parameter_row_get_field (row));
  g_autofree char *subtitle = NULL;
  guint selected = 0;

  fill (self);
  for (guint i = 1; self->ids[i] != NULL; i++)
    if (g_str_equal (self->ids[i], id))
      selected = i;
  adw_combo_row_set_selected (self->row, selected);

  if (self->adding != NULL)
    {
      g_autofree char *name = g_path_get_basename (self->adding);

      /* translators: %s is the name of a file */
      subtitle = g_strdup_printf (_("Checking “%s”…"), name);
    }
  else
    {
      if (self->store != NULL && *id != '\0')
        dataset = attune_dataset_store_lookup (self->store, id);
      subtitle = dataset != NULL ? attune_dataset_actions_describe (dataset)
                 : help != NULL ? attune_parameter_row_make_summary (help) : g_strdup ("");
    }
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->row), subtitle);
}

static void
store_changed_cb (AttuneDatasetParameterRow *self)
{
  g_assert (ATTUNE_IS_DATASET_PARAMETER_ROW (self));

  attune_parameter_row_refresh (ATTUNE_PARAMETER_ROW (self));
}

static void
attune_dataset_parameter_row_constructed (GObject *object)
{
  AttuneDatasetParameterRow *self = ATTUNE_DATASET_PARAMETER_ROW (object);
  AttuneCommands *commands = attune_parameter_row_get_commands (ATTUNE_PARAMETER_ROW (self));

  if (commands != NULL)
    {
      self->store = g_object_ref (attune_commands_get_datasets (commands));
      g_signal_connect_object (self->store, "items-changed", G_CALLBACK (store_changed_cb), self, G_CONNECT_SWAPPED);
    }

  G_OBJECT_CLASS (attune_dataset_parameter_row_parent_class)->constructed (object);
}

static void
attune_dataset_parameter_row_dispose (GObject *object)
{
  AttuneDatasetParameterRow *self = ATTUNE_DATASET_PARAMETER_ROW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->store);
  g_clear_pointer (&self->ids, g_strfreev);
  g_clear_pointer (&self->adding, g_free);

  G_OBJECT_CLASS (attune_dataset_parameter_row_parent_class)->dispose (object);
}

static void
attune_dataset_parameter_row_class_init (AttuneDatasetParameterRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  AttuneParameterRowClass *row_class = ATTUNE_PARAMETER_ROW_CLASS (klass);

  object_class->constructed = attune_dataset_parameter_row_constructed;
  object_class->dispose = attune_dataset_parameter_row_dispose;
  row_class->create = attune_dataset_parameter_row_create;
  row_class->show_value = attune_dataset_parameter_row_show_value;
}

static void
attune_dataset_parameter_row_init (AttuneDatasetParameterRow *self)
{
}
