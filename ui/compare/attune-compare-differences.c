/* attune-compare-differences.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-compare-differences.h"

#include <glib/gi18n-lib.h>

#include "attune-monitor-format.h"
#include "attune-monitor-style.h"

/* One setting: what it is called, and what it is in each run ("–" where it is not set). */
#define ATTUNE_TYPE_COMPARE_SETTING (attune_compare_setting_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCompareSetting, attune_compare_setting, ATTUNE, COMPARE_SETTING, GObject)

struct _AttuneCompareSetting {
  GObject    parent_instance;

  char      *path;
  char      *title;
  char      *group;
  GPtrArray *texts;
  gboolean   differs;
};

G_DEFINE_FINAL_TYPE (AttuneCompareSetting, attune_compare_setting, G_TYPE_OBJECT)

static void
attune_compare_setting_finalize (GObject *object)
{
  AttuneCompareSetting *self = ATTUNE_COMPARE_SETTING (object);

  g_free (self->path);
  g_free (self->title);
  g_free (self->group);
  g_ptr_array_unref (self->texts);

  G_OBJECT_CLASS (attune_compare_setting_parent_class)->finalize (object);
}

static void
attune_compare_setting_class_init (AttuneCompareSettingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_compare_setting_finalize;
}

static void
attune_compare_setting_init (AttuneCompareSetting *self)
{
  self->texts = g_ptr_array_new_with_free_func (g_free);
}

struct _AttuneCompareDifferences {
  AdwBin            parent_instance;

  GtkStack         *stack;
  GtkCheckButton   *all_check;
  AdwStatusPage    *status_page;
  GtkColumnView    *column_view;

  AttuneCommands   *commands;
  GListModel       *runs;
  GListStore       *settings; /* AttuneCompareSetting: all that any run has set */
  GtkCustomFilter  *filter;
};

G_DEFINE_FINAL_TYPE (AttuneCompareDifferences, attune_compare_differences, ADW_TYPE_BIN)

static const char column_key[] = "attune-compare-column";

/* Takes @text, of the next run; NULL: not set. */
static void
add_text (AttuneCompareSetting *setting,
          char                 *text)
{
  if (text == NULL)
    text = g_strdup ("–");
  if (setting->texts->len > 0 && g_strcmp0 (g_ptr_array_index (setting->texts, 0), text) != 0)
    setting->differs = TRUE;
  g_ptr_array_add (setting->texts, text);
}

static AttuneCompareSetting *
setting_new (const char *path,
             const char *title,
             const char *group)
{
  AttuneCompareSetting *setting = g_object_new (ATTUNE_TYPE_COMPARE_SETTING, NULL);

  setting->path = g_strdup (path);
  setting->title = g_strdup (title);
  setting->group = g_strdup (group);

  return setting;
}

static void
add_provider (AttuneCompareDifferences *self)
{
  g_autoptr (AttuneCompareSetting) setting = setting_new ("provider", _("Provider"), "");
  guint n_runs = g_list_model_get_n_items (self->runs);

  for (guint i = 0; i < n_runs; i++)
    {
      g_autoptr (AttuneCompareRun) run = g_list_model_get_item (self->runs, i);
      const char *id = attune_job_get_provider (attune_compare_run_get_job (run));
      AttuneAdapter *adapter = attune_registry_lookup (attune_commands_get_registry (self->commands), id, NULL);

      add_text (setting, g_strdup (adapter != NULL ? attune_adapter_get_title (adapter) : id));
    }
  g_list_store_append (self->settings, setting);
}

static void
add_parameter (AttuneCompareDifferences *self,
               const AttuneParameter    *parameter)
{
  g_autoptr (AttuneCompareSetting) setting =
    setting_new (parameter->path, attune_parameter_get_title (parameter), attune_parameter_group_get_title (parameter->group));
  guint n_runs = g_list_model_get_n_items (self->runs);
  gboolean is_set = FALSE;

  for (guint i = 0; i < n_runs; i++)
    {
      g_autoptr (AttuneCompareRun) run = g_list_model_get_item (self->runs, i);
      AttuneConfiguration *configuration = attune_job_get_configuration (attune_compare_run_get_job (run));
      g_autoptr (GVariant) value = attune_configuration_dup_value (configuration, parameter->path);

      is_set = is_set || value != NULL;
      add_text (setting, value != NULL ? attune_monitor_format_setting (self->commands, parameter, value) : NULL);
    }
  if (is_set)
    g_list_store_append (self->settings, setting);
}

/* What only one provider knows, by the names that it gave. */
static void
add_metadata (AttuneCompareDifferences *self)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_runs = g_list_model_get_n_items (self->runs);
  g_autoptr (GList) sorted = NULL;

  for (guint i = 0; i < n_runs; i++)
    {
      g_autoptr (AttuneCompareRun) run = g_list_model_get_item (self->runs, i);
      AttuneConfiguration *configuration = attune_job_get_configuration (attune_compare_run_get_job (run));
      g_autoptr (GList) members = json_object_get_members (attune_configuration_get_metadata (configuration));

      for (GList *link = members; link != NULL; link = link->next)
        g_hash_table_add (names, g_strdup (link->data));
    }

  sorted = g_list_sort (g_hash_table_get_keys (names), (GCompareFunc) g_strcmp0);
  for (GList *link = sorted; link != NULL; link = link->next)
    {
      g_autofree char *path = g_strconcat ("metadata.", link->data, NULL);
      g_autoptr (AttuneCompareSetting) setting = setting_new (path, link->data, _("Settings of the Provider"));

      for (guint i = 0; i < n_runs; i++)
        {
          g_autoptr (AttuneCompareRun) run = g_list_model_get_item (self->runs, i);
          AttuneConfiguration *configuration = attune_job_get_configuration (attune_compare_run_get_job (run));
          JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), link->data);

          add_text (setting, node != NULL ? json_to_string (node, FALSE) : NULL);
        }
      g_list_store_append (self->settings, setting);
    }
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkColumnViewCell        *cell)
{
  gboolean is_title = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), column_key)) < 0;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 32);
  gtk_label_set_width_chars (GTK_LABEL (label), 8);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), label);
  if (is_title)
    {
      GtkWidget *group = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (group), 0.0f);
      gtk_widget_add_css_class (group, "caption");
      gtk_widget_add_css_class (group, "dimmed");
      gtk_box_append (GTK_BOX (box), group);
    }
  gtk_column_view_cell_set_child (cell, box);
  gtk_column_view_cell_set_focusable (cell, FALSE);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkColumnViewCell        *cell)
{
  int column = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), column_key));
  AttuneCompareSetting *setting = gtk_column_view_cell_get_item (cell);
  GtkWidget *label = gtk_widget_get_first_child (gtk_column_view_cell_get_child (cell));

  if (column < 0)
    {
      GtkWidget *group = gtk_widget_get_next_sibling (label);

      gtk_label_set_text (GTK_LABEL (label), setting->title);
      gtk_label_set_text (GTK_LABEL (group), setting->group);
      gtk_widget_set_visible (group, *setting->group != '\0');
      return;
    }

  /* A run may have gone since the column was made. */
  gtk_label_set_text (GTK_LABEL (label), (guint) column < setting->texts->len ? g_ptr_array_index (setting->texts, column) : "");
  if (setting->differs)
    gtk_widget_remove_css_class (label, "dimmed");
  else
    gtk_widget_add_css_class (label, "dimmed");
}

static void
bind_row_cb (GtkSignalListItemFactory *factory,
             GtkColumnViewRow         *row)
{
  AttuneCompareSetting *setting = gtk_column_view_row_get_item (row);

  gtk_column_view_row_set_accessible_label (row, setting->title);
}

static void
add_column (AttuneCompareDifferences *self,
            int                       column,
            const char               *title)
{
  g_autoptr (GtkColumnViewColumn) view_column = NULL;
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_object_set_data (G_OBJECT (factory), column_key, GINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  view_column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_column_set_expand (view_column, TRUE);
  gtk_column_view_append_column (self->column_view, view_column);
}

guint
attune_compare_differences_count (AttuneCompareDifferences *self)
{
  guint n_differences = 0;

  g_return_val_if_fail (ATTUNE_IS_COMPARE_DIFFERENCES (self), 0);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->settings)); i++)
    {
      g_autoptr (AttuneCompareSetting) setting = g_list_model_get_item (G_LIST_MODEL (self->settings), i);

      n_differences += setting->differs;
    }

  return n_differences;
}

const char *
attune_compare_differences_get_text (AttuneCompareDifferences *self,
                                     const char               *path,
                                     guint                     run)
{
  g_return_val_if_fail (ATTUNE_IS_COMPARE_DIFFERENCES (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->settings)); i++)
    {
      g_autoptr (AttuneCompareSetting) setting = g_list_model_get_item (G_LIST_MODEL (self->settings), i);

      if (g_str_equal (setting->path, path) && run < setting->texts->len &&
          (setting->differs || gtk_check_button_get_active (self->all_check)))
        return g_ptr_array_index (setting->texts, run);
    }

  return NULL;
}

static gboolean
match_setting (gpointer item,
               gpointer user_data)
{
  AttuneCompareDifferences *self = user_data;

  return ATTUNE_COMPARE_SETTING (item)->differs || gtk_check_button_get_active (self->all_check);
}

static void
update_stack (AttuneCompareDifferences *self)
{
  gboolean is_alone = g_list_model_get_n_items (self->runs) < 2;
  gboolean is_shown = gtk_check_button_get_active (self->all_check) || attune_compare_differences_count (self) > 0;

  adw_status_page_set_title (self->status_page, is_alone ? _("Nothing to Compare With") : _("No Differences"));
  adw_status_page_set_description (self->status_page, is_alone ? _("Add another run to see in what they differ.")
                                                               : _("These runs have the same settings."));
  gtk_stack_set_visible_child_name (self->stack, is_shown ? "table" : "empty");
}

static void
all_toggled_cb (AttuneCompareDifferences *self)
{
  g_assert (ATTUNE_IS_COMPARE_DIFFERENCES (self));

  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_stack (self);
}

static void
rebuild (AttuneCompareDifferences *self)
{
  GListModel *columns;
  const AttuneParameter *parameters;
  guint n_parameters;

  g_assert (ATTUNE_IS_COMPARE_DIFFERENCES (self));

  if (self->runs == NULL)
    return;

  g_list_store_remove_all (self->settings);
  columns = gtk_column_view_get_columns (self->column_view);
  while (g_list_model_get_n_items (columns) > 0)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, g_list_model_get_n_items (columns) - 1);

      gtk_column_view_remove_column (self->column_view, column);
    }

  add_column (self, -1, _("Setting"));
  for (guint i = 0; i < g_list_model_get_n_items (self->runs); i++)
    {
      g_autoptr (AttuneCompareRun) run = g_list_model_get_item (self->runs, i);

      add_column (self, (int) i, attune_job_get_name (attune_compare_run_get_job (run)));
    }

  add_provider (self);
  parameters = attune_parameters_get (&n_parameters);
  for (guint p = 0; p < n_parameters; p++)
    add_parameter (self, &parameters[p]);
  add_metadata (self);
  update_stack (self);
}

void
attune_compare_differences_set_up (AttuneCompareDifferences *self,
                                   AttuneCommands           *commands,
                                   GListModel               *runs)
{
  g_return_if_fail (ATTUNE_IS_COMPARE_DIFFERENCES (self));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (G_IS_LIST_MODEL (runs));
  g_return_if_fail (self->runs == NULL);

  self->commands = g_object_ref (commands);
  self->runs = g_object_ref (runs);
  g_signal_connect_object (runs, "items-changed", G_CALLBACK (rebuild), self, G_CONNECT_SWAPPED);
  rebuild (self);
}

static void
attune_compare_differences_dispose (GObject *object)
{
  AttuneCompareDifferences *self = ATTUNE_COMPARE_DIFFERENCES (object);

  if (self->column_view != NULL)
    gtk_column_view_set_model (self->column_view, NULL);
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_COMPARE_DIFFERENCES);
  g_clear_object (&self->filter);
  g_clear_object (&self->settings);
  g_clear_object (&self->runs);
  g_clear_object (&self->commands);

  G_OBJECT_CLASS (attune_compare_differences_parent_class)->dispose (object);
}

static void
attune_compare_differences_class_init (AttuneCompareDifferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_compare_differences_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/compare/attune-compare-differences.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareDifferences, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareDifferences, all_check);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareDifferences, status_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareDifferences, column_view);
}

static void
attune_compare_differences_init (AttuneCompareDifferences *self)
{
  g_autoptr (GtkSelectionModel) selection = NULL;
  g_autoptr (GtkListItemFactory) row_factory = gtk_signal_list_item_factory_new ();
  GtkFilterListModel *filtered;

  gtk_widget_init_template (GTK_WIDGET (self));
  attune_monitor_style_name_headers (self->column_view);
  g_signal_connect (row_factory, "bind", G_CALLBACK (bind_row_cb), NULL);
  gtk_column_view_set_row_factory (self->column_view, row_factory);

  self->settings = g_list_store_new (ATTUNE_TYPE_COMPARE_SETTING);
  self->filter = gtk_custom_filter_new (match_setting, self, NULL);
  filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->settings)), g_object_ref (GTK_FILTER (self->filter)));
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (filtered)));
  gtk_column_view_set_model (self->column_view, selection);
  g_signal_connect_object (self->all_check, "toggled", G_CALLBACK (all_toggled_cb), self, G_CONNECT_SWAPPED);
}
