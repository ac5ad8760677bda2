/* attune-model-parameter-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameter-row.h"

#include <glib/gi18n-lib.h>

#include "attune-combo.h"
#include "attune-format.h"

#define ATTUNE_TYPE_MODEL_PARAMETER_ROW (attune_model_parameter_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneModelParameterRow, attune_model_parameter_row, ATTUNE, MODEL_PARAMETER_ROW, AttuneParameterRow)

/* The base model: one of those that the provider offers, or a folder where its models are folders. */
struct _AttuneModelParameterRow {
  AttuneParameterRow  parent_instance;

  AdwComboRow        *row;     /* the parent's widget */
  GtkWidget          *choose;
  AttuneCapabilities *capabilities;
  GStrv               ids;     /* beside the row's model */
};

G_DEFINE_FINAL_TYPE (AttuneModelParameterRow, attune_model_parameter_row, ATTUNE_TYPE_PARAMETER_ROW)

static void
selected_cb (AttuneModelParameterRow *self)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);
  guint selected;

  g_assert (ATTUNE_IS_MODEL_PARAMETER_ROW (self));

  selected = adw_combo_row_get_selected (self->row);
  if (attune_parameter_row_is_updating (row) || self->ids == NULL || selected >= g_strv_length (self->ids))
    return;

  attune_parameter_row_take_value (row, *self->ids[selected] != '\0' ? g_variant_new_string (self->ids[selected]) : NULL);
  attune_parameter_row_refresh (row);
}

static void
folder_chosen_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (AttuneModelParameterRow) self = user_data;
  g_autoptr (GFile) folder = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_MODEL_PARAMETER_ROW (self));

  folder = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (object), result, &error);
  /* The form may be gone by now. */
  if (self->ids == NULL)
    return;
  if (folder == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
          !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
        attune_parameter_row_set_problem (ATTUNE_PARAMETER_ROW (self), error->message);
      return;
    }

  if (g_file_peek_path (folder) == NULL)
    {
      attune_parameter_row_set_problem (ATTUNE_PARAMETER_ROW (self),
                                        _("Only folders on this computer can be used. Copy the model here first."));
      return;
    }

  /* Whether a model is in it is the provider's check to say. */
  attune_parameter_row_take_value (ATTUNE_PARAMETER_ROW (self), g_variant_new_string (g_file_peek_path (folder)));
  attune_parameter_row_refresh (ATTUNE_PARAMETER_ROW (self));
}

static void
choose_clicked_cb (AttuneModelParameterRow *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root;

  g_assert (ATTUNE_IS_MODEL_PARAMETER_ROW (self));

  root = gtk_widget_get_root (GTK_WIDGET (self->row));
  gtk_file_dialog_set_title (dialog, _("Choose a Model Folder"));
  gtk_file_dialog_select_folder (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                                 folder_chosen_cb, g_object_ref (self));
}

static GVariant *
dup_models (AttuneModelParameterRow *self)
{
  return self->capabilities != NULL
    ? g_variant_lookup_value (attune_capabilities_get_variant (self->capabilities), "models", G_VARIANT_TYPE ("aa{sv}"))
    : NULL;
}

static void
fill (AttuneModelParameterRow *self,
      const char              *current)
{
  g_autoptr (GVariant) models = dup_models (self);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) titles = g_strv_builder_new ();
  GStrv list;
  gboolean found = FALSE;

  for (gsize i = 0; models != NULL && i < g_variant_n_children (models); i++)
    {
      g_autoptr (GVariant) model = g_variant_get_child_value (models, i);
      const char *id = NULL;
      const char *title = NULL;

      if (!g_variant_lookup (model, "id", "&s", &id))
        continue;
      if (!g_variant_lookup (model, "title", "&s", &title))
        title = id;
      g_strv_builder_add (ids, id);
      g_strv_builder_add (titles, title);
      found = found || g_str_equal (id, current);
    }
  /* A folder that was chosen, a model of another provider, or none yet. */
  if (!found)
    {
      g_strv_builder_add (ids, current);
      if (*current == '\0')
        g_strv_builder_add (titles, _("Choose a Model"));
      else if (g_path_is_absolute (current))
        g_strv_builder_take (titles, g_path_get_basename (current));
      else
        g_strv_builder_add (titles, current);
    }

  list = g_strv_builder_end (ids);
  adw_combo_row_set_enable_search (self->row, g_strv_length (list) > 10);
  attune_combo_fill (self->row, &self->ids, list, g_strv_builder_end (titles));
}

static char *
describe (AttuneModelParameterRow *self,
          const char              *id)
{
  g_autoptr (GVariant) model = self->capabilities != NULL ? attune_capabilities_dup_model (self->capabilities, id) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  const char *notes = NULL;
  guint64 parameters = 0;
  guint64 size = 0;
  guint32 context = 0;

  if (model == NULL)
    return g_path_is_absolute (id) ? attune_format_path (id) : NULL;

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
  if (g_variant_lookup (model, "notes", "&s", &notes) && *notes != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", notes);

  return text->len > 0 ? g_string_free_and_steal (g_steal_pointer (&text)) : NULL;
}

void
attune_model_parameter_row_set_capabilities (AttuneParameterRow *row,
                                             AttuneCapabilities *capabilities)
{
  AttuneModelParameterRow *self = ATTUNE_MODEL_PARAMETER_ROW (row);
  g_autoptr (GVariant) models = NULL;
  gboolean folders = FALSE;

  g_return_if_fail (capabilities == NULL || ATTUNE_IS_CAPABILITIES (capabilities));

  if (!g_set_object (&self->capabilities, capabilities))
    return;

  /* Where models are folders, another folder can be chosen; a hosted provider has only those of its list. */
  models = dup_models (self);
  for (gsize i = 0; models != NULL && i < g_variant_n_children (models); i++)
    {
      g_autoptr (GVariant) model = g_variant_get_child_value (models, i);
      g_autoptr (GVariant) path = g_variant_lookup_value (model, "path", G_VARIANT_TYPE_STRING);

      folders = folders || path != NULL;
    }
  gtk_widget_set_visible (self->choose, folders || models == NULL || g_variant_n_children (models) == 0);
  attune_parameter_row_refresh (row);
}

static GtkWidget *
attune_model_parameter_row_create (AttuneParameterRow *row)
{
  AttuneModelParameterRow *self = ATTUNE_MODEL_PARAMETER_ROW (row);
  g_autoptr (GtkExpression) title = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");

  self->row = ADW_COMBO_ROW (adw_combo_row_new ());
  attune_combo_style (self->row);
  adw_combo_row_set_expression (self->row, title);
  self->choose = attune_parameter_row_make_button ("folder-open-symbolic", _("Choose a Model Folder"));
  g_signal_connect_object (self->choose, "clicked", G_CALLBACK (choose_clicked_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->row), self->choose);
  g_signal_connect_object (self->row, "notify::selected", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self->row);
}

static void
attune_model_parameter_row_show_value (AttuneParameterRow *row,
                                       GVariant           *value)
{
  AttuneModelParameterRow *self = ATTUNE_MODEL_PARAMETER_ROW (row);
  const char *id = value != NULL ? g_variant_get_string (value, NULL) : "";
  const char *help = attune_field_get_help (attune_parameter_row_get_field (row));
  g_autofree char *description = NULL;

  fill (self, id);
  for (guint i = 0; self->ids[i] != NULL; i++)
    if (g_str_equal (self->ids[i], id))
      adw_combo_row_set_selected (self->row, i);

  description = describe (self, id);
  if (description == NULL && help != NULL)
    description = attune_parameter_row_make_summary (help);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->row), description != NULL ? description : "");
}

static void
attune_model_parameter_row_dispose (GObject *object)
{
  AttuneModelParameterRow *self = ATTUNE_MODEL_PARAMETER_ROW (object);

  g_clear_object (&self->capabilities);
  g_clear_pointer (&self->ids, g_strfreev);

  G_OBJECT_CLASS (attune_model_parameter_row_parent_class)->dispose (object);
}

static void
attune_model_parameter_row_class_init (AttuneModelParameterRowClass *klass)
{
  AttuneParameterRowClass *row_class = ATTUNE_PARAMETER_ROW_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_model_parameter_row_dispose;
  row_class->create = attune_model_parameter_row_create;
  row_class->show_value = attune_model_parameter_row_show_value;
}

static void
attune_model_parameter_row_init (AttuneModelParameterRow *self)
{
}
