/* attune-monitor-table.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-table.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-chart-rows.h"
#include "attune-monitor-style.h"

/* Of the columns; those behind it are places of series. */
enum {
  COLUMN_STEP = -3,
  COLUMN_EPOCH,
  COLUMN_TIME,
};

struct _AttuneMonitorTable {
  AdwDialog        parent_instance;

  GtkColumnView   *column_view;

  AttuneChart     *chart;
  AttuneChartRows *rows;
  guint            refresh_id;
};

G_DEFINE_FINAL_TYPE (AttuneMonitorTable, attune_monitor_table, ADW_TYPE_DIALOG)

static const char column_key[] = "attune-table-column";

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkColumnViewCell        *cell)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 1.0f);
  gtk_widget_add_css_class (label, "numeric");
  gtk_column_view_cell_set_child (cell, label);
  gtk_column_view_cell_set_focusable (cell, FALSE);
}

static char *
format_time (double seconds)
{
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) local = NULL;

  /* In a comparison times count from the start. */
  if (seconds < 1e8)
    return attune_ticks_format_duration (floor (seconds));

  utc = g_date_time_new_from_unix_utc ((gint64) seconds);
  local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%x %H:%M:%S") : g_strdup ("");
}

static void
bind_cb (AttuneMonitorTable       *self,
         GtkColumnViewCell        *cell,
         GtkSignalListItemFactory *factory)
{
  int column = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), column_key));
  AttuneChartRow *row = gtk_column_view_cell_get_item (cell);
  g_autofree char *text = NULL;
  double value;

  g_assert (ATTUNE_IS_MONITOR_TABLE (self));

  if (column == COLUMN_STEP)
    text = attune_ticks_format_value (attune_chart_row_get_step (row), 12, ATTUNE_TICKS_INTEGER);
  else if (column == COLUMN_EPOCH)
    {
      value = attune_chart_row_get_place (row, ATTUNE_SERIES_EPOCH);
      text = isnan (value) ? g_strdup ("") : attune_ticks_format_value (value, 4, ATTUNE_TICKS_NUMBER);
    }
  else if (column == COLUMN_TIME)
    {
      value = attune_chart_row_get_place (row, ATTUNE_SERIES_TIME);
      text = isnan (value) ? g_strdup ("") : format_time (value);
    }
  else if (attune_chart_row_get_value (row, (guint) column, &value))
    text = attune_ticks_format_value (value, 6, attune_chart_get_value_format (self->chart));
  gtk_label_set_text (GTK_LABEL (gtk_column_view_cell_get_child (cell)), text != NULL ? text : "");
}

static void
bind_row_cb (GtkSignalListItemFactory *factory,
             GtkColumnViewRow         *view_row)
{
  AttuneChartRow *row = gtk_column_view_row_get_item (view_row);
  g_autofree char *step = attune_ticks_format_value (attune_chart_row_get_step (row), 12, ATTUNE_TICKS_INTEGER);
  g_autofree char *label = g_strdup_printf (_("Step %s"), step);

  gtk_column_view_row_set_accessible_label (view_row, label);
}

static void
add_column (AttuneMonitorTable *self,
            int                 column,
            const char         *title)
{
  g_autoptr (GtkColumnViewColumn) view_column = NULL;
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_object_set_data (G_OBJECT (factory), column_key, GINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  view_column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_column_set_expand (view_column, TRUE);
  gtk_column_view_append_column (self->column_view, view_column);
}

static gboolean
has_axis (AttuneChart      *chart,
          AttuneSeriesAxis  axis)
{
  for (guint s = 0; s < attune_chart_get_n_series (chart); s++)
    if (attune_series_has_axis (attune_chart_get_series (chart, s), axis))
      return TRUE;

  return FALSE;
}

static gboolean
refresh_cb (gpointer user_data)
{
  AttuneMonitorTable *self = user_data;

  g_assert (ATTUNE_IS_MONITOR_TABLE (self));

  self->refresh_id = 0;
  attune_chart_rows_refresh (self->rows);

  return G_SOURCE_REMOVE;
}

/* Nobody reads a table that changes more often than this. */
static void
chart_changed_cb (AttuneMonitorTable *self)
{
  if (self->refresh_id == 0)
    self->refresh_id = g_timeout_add (500, refresh_cb, self);
}

static void
attune_monitor_table_dispose (GObject *object)
{
  AttuneMonitorTable *self = ATTUNE_MONITOR_TABLE (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->column_view != NULL)
    gtk_column_view_set_model (self->column_view, NULL);
  self->column_view = NULL;
  g_clear_object (&self->rows);
  g_clear_object (&self->chart);

  G_OBJECT_CLASS (attune_monitor_table_parent_class)->dispose (object);
}

static void
attune_monitor_table_class_init (AttuneMonitorTableClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = attune_monitor_table_dispose;
}

static void
attune_monitor_table_init (AttuneMonitorTable *self)
{
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *scrolled_window = gtk_scrolled_window_new ();
  g_autoptr (GtkListItemFactory) row_factory = gtk_signal_list_item_factory_new ();

  self->column_view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  gtk_column_view_set_show_row_separators (self->column_view, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->column_view), "compare-table");
  attune_monitor_style_name_headers (self->column_view);
  g_signal_connect (row_factory, "bind", G_CALLBACK (bind_row_cb), NULL);
  gtk_column_view_set_row_factory (self->column_view, row_factory);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled_window), GTK_WIDGET (self->column_view));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), scrolled_window);
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_content_width (ADW_DIALOG (self), 560);
  adw_dialog_set_content_height (ADW_DIALOG (self), 640);
  adw_dialog_set_focus (ADW_DIALOG (self), GTK_WIDGET (self->column_view));
}

AdwDialog *
attune_monitor_table_new (AttuneChart *chart)
{
  AttuneMonitorTable *self;
  g_autoptr (GtkSelectionModel) selection = NULL;
  const char *title;

  g_return_val_if_fail (ATTUNE_IS_CHART (chart), NULL);

  self = g_object_new (ATTUNE_TYPE_MONITOR_TABLE, NULL);
  self->chart = g_object_ref (chart);
  self->rows = attune_chart_rows_new (chart);
  title = attune_chart_get_title (chart) != NULL ? attune_chart_get_title (chart) : _("Values");
  adw_dialog_set_title (ADW_DIALOG (self), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->column_view), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);

  add_column (self, COLUMN_STEP, _("Step"));
  if (has_axis (chart, ATTUNE_SERIES_EPOCH))
    add_column (self, COLUMN_EPOCH, _("Epoch"));
  if (has_axis (chart, ATTUNE_SERIES_TIME))
    add_column (self, COLUMN_TIME, _("Time"));
  for (guint s = 0; s < attune_chart_get_n_series (chart); s++)
    {
      AttuneSeries *series = attune_chart_get_series (chart, s);

      if (attune_series_get_visible (series) && attune_series_get_length (series) > 0)
        add_column (self, (int) s, attune_series_get_title (series));
    }

  selection = GTK_SELECTION_MODEL (gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->rows))));
  gtk_column_view_set_model (self->column_view, selection);
  g_signal_connect_object (chart, "changed", G_CALLBACK (chart_changed_cb), self, G_CONNECT_SWAPPED);

  return ADW_DIALOG (self);
}
