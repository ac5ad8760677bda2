/* attune-compare-values.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-compare-values.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-chart-swatch.h"
#include "attune-monitor-style.h"

/* Of the columns; those behind it are AttuneCompareValue. */
typedef enum {
  COLUMN_NAME = -3,
  COLUMN_PROVIDER,
  COLUMN_STATE,
} Column;

struct _AttuneCompareValues {
  AdwBin             parent_instance;

  GtkColumnView     *column_view;
  GtkSortListModel  *sort_model;

  AttuneCommands    *commands;
  GListModel        *runs;
  GHashTable        *cells;   /* GtkColumnViewCell that show a run now, borrowed */
};

G_DEFINE_FINAL_TYPE (AttuneCompareValues, attune_compare_values, ADW_TYPE_BIN)

static const char column_key[] = "attune-compare-column";

static double
find_best (AttuneCompareValues *self,
           AttuneCompareValue   value,
           guint               *n_known)
{
  int sense = attune_compare_value_get_sense (value);
  guint n_runs = g_list_model_get_n_items (self->runs);
  double best = NAN;

  *n_known = 0;
  for (guint i = 0; i < n_runs; i++)
    {
      g_autoptr (AttuneCompareRun) run = g_list_model_get_item (self->runs, i);
      double number = attune_compare_run_get_value (run, value);

      if (!isfinite (number))
        continue;
      (*n_known)++;
      if (isnan (best) || (sense < 0 ? number < best : number > best))
        best = number;
    }

  return best;
}

static char *
dup_text (AttuneCompareValues *self,
          AttuneCompareRun    *run,
          int                  column)
{
  AttuneJob *job = attune_compare_run_get_job (run);

  switch (column)
    {
    case COLUMN_NAME:
      return g_strdup (attune_job_get_name (job));

    case COLUMN_PROVIDER:
      {
        AttuneAdapter *adapter =
          attune_registry_lookup (attune_commands_get_registry (self->commands), attune_job_get_provider (job), NULL);

        return g_strdup (adapter != NULL ? attune_adapter_get_title (adapter) : attune_job_get_provider (job));
      }

    case COLUMN_STATE:
      return g_strdup (attune_job_status_get_title (attune_job_get_status (job)));

    default:
      return attune_compare_value_format ((AttuneCompareValue) column,
                                          attune_compare_run_get_value (run, (AttuneCompareValue) column));
    }
}

static void
update_cell (AttuneCompareValues *self,
             GtkColumnViewCell   *cell)
{
  AttuneCompareRun *run = gtk_column_view_cell_get_item (cell);
  int column = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (cell), column_key));
  GtkWidget *box = gtk_column_view_cell_get_child (cell);
  GtkWidget *label = gtk_widget_get_last_child (box);
  g_autofree char *text = dup_text (self, run, column);
  gboolean is_best = FALSE;

  gtk_label_set_text (GTK_LABEL (label), text);
  if (column == COLUMN_NAME)
    attune_chart_swatch_set_style (ATTUNE_CHART_SWATCH (gtk_widget_get_first_child (box)), attune_compare_run_get_style (run));

  if (column >= 0 && attune_compare_value_get_sense ((AttuneCompareValue) column) != 0)
    {
      double number = attune_compare_run_get_value (run, (AttuneCompareValue) column);
      guint n_known;

      is_best = isfinite (number) && number == find_best (self, (AttuneCompareValue) column, &n_known) && n_known > 1;
    }
  if (is_best)
    {
      gtk_widget_add_css_class (label, "success");
      gtk_widget_add_css_class (label, "heading");
    }
  else
    {
      gtk_widget_remove_css_class (label, "success");
      gtk_widget_remove_css_class (label, "heading");
    }

  if (column >= 0)
    {
      g_autofree char *best = NULL;

      if (is_best)
        /* Translators: a value of a table that is better than all others, for screen readers. */
        best = g_strdup_printf (_("%s, the best"), text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, best != NULL ? best : text, -1);
    }
}

static void
setup_cb (AttuneCompareValues      *self,
          GObject                  *cell,
          GtkSignalListItemFactory *factory)
{
  int column = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), column_key));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *label = gtk_label_new (NULL);

  g_assert (ATTUNE_IS_COMPARE_VALUES (self));

  if (column == COLUMN_NAME)
    {
      gtk_box_append (GTK_BOX (box), attune_chart_swatch_new (0));
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_width_chars (GTK_LABEL (label), 12);
    }
  gtk_label_set_xalign (GTK_LABEL (label), column >= 0 ? 1.0f : 0.0f);
  gtk_widget_set_hexpand (label, TRUE);
  if (column >= 0)
    gtk_widget_add_css_class (label, "numeric");
  gtk_box_append (GTK_BOX (box), label);
  gtk_column_view_cell_set_child (GTK_COLUMN_VIEW_CELL (cell), box);
  gtk_column_view_cell_set_focusable (GTK_COLUMN_VIEW_CELL (cell), FALSE);
  g_object_set_data (cell, column_key, GINT_TO_POINTER (column));
}

static void
bind_cb (AttuneCompareValues *self,
         GObject             *cell)
{
  g_assert (ATTUNE_IS_COMPARE_VALUES (self));

  g_hash_table_add (self->cells, cell);
  update_cell (self, GTK_COLUMN_VIEW_CELL (cell));
}

static void
unbind_cb (AttuneCompareValues *self,
           GObject             *cell)
{
  g_assert (ATTUNE_IS_COMPARE_VALUES (self));

  g_hash_table_remove (self->cells, cell);
}

static void
bind_row_cb (AttuneCompareValues *self,
             GtkColumnViewRow    *row)
{
  AttuneCompareRun *run = gtk_column_view_row_get_item (row);

  g_assert (ATTUNE_IS_COMPARE_VALUES (self));

  gtk_column_view_row_set_accessible_label (row, attune_job_get_name (attune_compare_run_get_job (run)));
}

typedef struct {
  AttuneCompareValues *self; /* borrowed: it owns the view that owns the sorter */
  int                  column;
} SortData;

static int
compare_runs (gconstpointer a,
              gconstpointer b,
              gpointer      user_data)
{
  const SortData *data = user_data;
  AttuneCompareRun *left = (AttuneCompareRun *) a;
  AttuneCompareRun *right = (AttuneCompareRun *) b;

  if (data->column < 0)
    {
      g_autofree char *left_text = dup_text (data->self, left, data->column);
      g_autofree char *right_text = dup_text (data->self, right, data->column);

      return g_utf8_collate (left_text, right_text);
    }
  else
    {
      double x = attune_compare_run_get_value (left, (AttuneCompareValue) data->column);
      double y = attune_compare_run_get_value (right, (AttuneCompareValue) data->column);

      /* What is not known stands behind what is. */
      if (isnan (x) || isnan (y))
        return isnan (x) - isnan (y);

      return x < y ? -1 : x > y;
    }
}

static void
add_column (AttuneCompareValues *self,
            int                  column,
            const char          *title)
{
  g_autoptr (GtkColumnViewColumn) view_column = NULL;
  g_autoptr (GtkSorter) sorter = NULL;
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  SortData *data = g_new (SortData, 1);

  g_object_set_data (G_OBJECT (factory), column_key, GINT_TO_POINTER (column));
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);

  data->self = self;
  data->column = column;
  sorter = GTK_SORTER (gtk_custom_sorter_new (compare_runs, data, g_free));
  view_column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_sorter (view_column, sorter);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_column_set_expand (view_column, column == COLUMN_NAME);
  gtk_column_view_append_column (self->column_view, view_column);
}

static void
activate_cb (AttuneCompareValues *self,
             guint                position)
{
  g_autoptr (AttuneCompareRun) run = g_list_model_get_item (G_LIST_MODEL (self->sort_model), position);

  g_assert (ATTUNE_IS_COMPARE_VALUES (self));

  if (run != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "app.open-job", "s", attune_job_get_id (attune_compare_run_get_job (run)));
}

void
attune_compare_values_update (AttuneCompareValues *self)
{
  GHashTableIter iter;
  gpointer cell;

  g_return_if_fail (ATTUNE_IS_COMPARE_VALUES (self));

  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, &cell, NULL))
    update_cell (self, cell);
}

void
attune_compare_values_set_up (AttuneCompareValues *self,
                              AttuneCommands      *commands,
                              GListModel          *runs)
{
  g_autoptr (GtkSelectionModel) selection = NULL;

  g_return_if_fail (ATTUNE_IS_COMPARE_VALUES (self));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (G_IS_LIST_MODEL (runs));
  g_return_if_fail (self->runs == NULL);

  self->commands = g_object_ref (commands);
  self->runs = g_object_ref (runs);
  add_column (self, COLUMN_NAME, _("Run"));
  /* What matters most stands first: a narrow window shows no more. */
  for (int value = 0; value < ATTUNE_N_COMPARE_VALUES; value++)
    add_column (self, value, attune_compare_value_get_title ((AttuneCompareValue) value));
  add_column (self, COLUMN_PROVIDER, _("Provider"));
  add_column (self, COLUMN_STATE, _("State"));

  self->sort_model = gtk_sort_list_model_new (g_object_ref (runs), g_object_ref (gtk_column_view_get_sorter (self->column_view)));
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->sort_model))));
  gtk_column_view_set_model (self->column_view, selection);
  /* Which is the best may have changed with who is there. */
  g_signal_connect_object (runs, "items-changed", G_CALLBACK (attune_compare_values_update), self, G_CONNECT_SWAPPED);
}

static void
attune_compare_values_dispose (GObject *object)
{
  AttuneCompareValues *self = ATTUNE_COMPARE_VALUES (object);

  if (self->column_view != NULL)
    gtk_column_view_set_model (self->column_view, NULL);
  adw_bin_set_child (ADW_BIN (self), NULL);
  self->column_view = NULL;
  g_clear_object (&self->sort_model);
  g_clear_object (&self->runs);
  g_clear_object (&self->commands);

  G_OBJECT_CLASS (attune_compare_values_parent_class)->dispose (object);
}

static void
attune_compare_values_finalize (GObject *object)
{
  AttuneCompareValues *self = ATTUNE_COMPARE_VALUES (object);

  g_hash_table_unref (self->cells);

  G_OBJECT_CLASS (attune_compare_values_parent_class)->finalize (object);
}

static void
attune_compare_values_class_init (AttuneCompareValuesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = attune_compare_values_dispose;
  object_class->finalize = attune_compare_values_finalize;
}

static void
attune_compare_values_init (AttuneCompareValues *self)
{
  GtkWidget *scrolled_window = gtk_scrolled_window_new ();
  GtkListItemFactory *row_factory = gtk_signal_list_item_factory_new ();

  self->cells = g_hash_table_new (NULL, NULL);
  self->column_view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  gtk_column_view_set_show_column_separators (self->column_view, FALSE);
  gtk_column_view_set_show_row_separators (self->column_view, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->column_view), "compare-table");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->column_view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Values of the Runs"), -1);
  attune_monitor_style_name_headers (self->column_view);
  g_signal_connect_object (row_factory, "bind", G_CALLBACK (bind_row_cb), self, G_CONNECT_SWAPPED);
  gtk_column_view_set_row_factory (self->column_view, row_factory);
  g_object_unref (row_factory);
  g_signal_connect_object (self->column_view, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled_window), GTK_WIDGET (self->column_view));
  adw_bin_set_child (ADW_BIN (self), scrolled_window);
}
