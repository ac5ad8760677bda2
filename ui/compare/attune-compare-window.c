/* attune-compare-window.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-compare-window.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-chart-swatch.h"
#include "attune-compare-differences.h"
#include "attune-compare-resources.h"
#include "attune-compare-values.h"
#include "attune-monitor-style.h"

struct _AttuneCompareWindow {
  AdwWindow                 parent_instance;

  AdwToastOverlay          *toast_overlay;
  AdwWindowTitle           *window_title;
  GtkStack                 *stack;
  AdwViewStack             *view_stack;
  AdwWrapBox               *chips_box;
  AttuneMonitorCharts      *charts;
  AttuneCompareValues      *values;
  AttuneCompareDifferences *differences;
  GtkWidget                *runs_button;
  GtkPopover               *runs_popover;
  GtkSearchEntry           *search_entry;
  GtkListView              *jobs_view;
  GtkListItemFactory       *jobs_factory;

  AttuneCommands           *commands;
  GListStore               *runs;
  GPtrArray                *chips;      /* GtkWidget, one a run; borrowed from their box */
  GtkFilter                *filter;
  guint                     next_style; /* that no run of this window has had yet */
  guint                     tick_id;
  guint                     update_id;
};

G_DEFINE_FINAL_TYPE (AttuneCompareWindow, attune_compare_window, ADW_TYPE_WINDOW)

static gboolean
is_seen (AttuneCompareWindow *self)
{
  return gtk_widget_get_mapped (GTK_WIDGET (self)) && !gtk_window_is_suspended (GTK_WINDOW (self));
}

static AttuneCompareRun *
find_run (AttuneCompareWindow *self,
          AttuneJob           *job,
          guint               *position)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->runs)); i++)
    {
      g_autoptr (AttuneCompareRun) run = g_list_model_get_item (G_LIST_MODEL (self->runs), i);

      if (attune_compare_run_get_job (run) == job)
        {
          *position = i;
          /* The list holds it. */
          return run;
        }
    }

  return NULL;
}

static gboolean
tick_cb (gpointer user_data)
{
  AttuneCompareWindow *self = user_data;
  gboolean goes_on = FALSE;

  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->runs)); i++)
    {
      g_autoptr (AttuneCompareRun) run = g_list_model_get_item (G_LIST_MODEL (self->runs), i);

      if (attune_job_status_is_final (attune_job_get_status (attune_compare_run_get_job (run))))
        continue;
      goes_on = TRUE;
      if (is_seen (self))
        attune_monitor_metrics_refresh (attune_compare_run_get_metrics (run));
    }
  if (goes_on)
    return G_SOURCE_CONTINUE;

  self->tick_id = 0;

  return G_SOURCE_REMOVE;
}

static void
start_ticking (AttuneCompareWindow *self)
{
  if (self->tick_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick_id = g_timeout_add_seconds (1, tick_cb, self);
}

static gboolean
update_cb (gpointer user_data)
{
  AttuneCompareWindow *self = user_data;

  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  self->update_id = 0;
  attune_compare_values_update (self->values);

  return G_SOURCE_REMOVE;
}

/* Each run is read by itself; the table is brought up to date once. */
static void
queue_update (AttuneCompareWindow *self)
{
  if (self->commands != NULL && self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

static void
job_changed_cb (AttuneCompareWindow *self,
                GParamSpec          *pspec,
                AttuneJob           *job)
{
  guint position;
  AttuneCompareRun *run;

  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  if (self->commands == NULL || (run = find_run (self, job, &position)) == NULL)
    return;

  /* The last lines are there when the state says so, and one that had ended may have been resumed. */
  if (g_str_equal (pspec->name, "status") && is_seen (self))
    {
      attune_monitor_metrics_refresh (attune_compare_run_get_metrics (run));
      start_ticking (self);
    }
  queue_update (self);
}

static void
update_shell (AttuneCompareWindow *self)
{
  guint n_runs = g_list_model_get_n_items (G_LIST_MODEL (self->runs));
  g_autofree char *subtitle = g_strdup_printf (ngettext ("%u run", "%u runs", n_runs), n_runs);

  adw_window_title_set_subtitle (self->window_title, n_runs > 0 ? subtitle : "");
  gtk_stack_set_visible_child_name (self->stack, n_runs > 0 ? "runs" : "empty");
}

static GtkWidget *
create_chip (AttuneCompareRun *run)
{
  AttuneJob *job = attune_compare_run_get_job (run);
  GtkWidget *chip = gtk_toggle_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 32);
  gtk_box_append (GTK_BOX (box), attune_chart_swatch_new (attune_compare_run_get_style (run)));
  gtk_box_append (GTK_BOX (box), label);
  gtk_button_set_child (GTK_BUTTON (chip), box);
  gtk_widget_add_css_class (chip, "compare-chip");
  g_object_bind_property (job, "name", label, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property (job, "name", chip, "tooltip-text", G_BINDING_SYNC_CREATE);
  g_object_bind_property (run, "visible", chip, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);

  return chip;
}

void
attune_compare_window_add_job (AttuneCompareWindow *self,
                               AttuneJob           *job)
{
  g_autoptr (AttuneCompareRun) run = NULL;
  AttuneMonitorMetrics *metrics;
  GtkWidget *chip;
  guint position;

  g_return_if_fail (ATTUNE_IS_COMPARE_WINDOW (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  if (find_run (self, job, &position) != NULL)
    return;

  run = attune_compare_run_new (self->commands, job, self->next_style++);
  metrics = attune_compare_run_get_metrics (run);
  attune_monitor_charts_add_metrics (self->charts, metrics);
  g_signal_connect_object (metrics, "refreshed", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify", G_CALLBACK (job_changed_cb), self, G_CONNECT_SWAPPED);

  chip = create_chip (run);
  g_ptr_array_add (self->chips, chip);
  adw_wrap_box_append (self->chips_box, chip);
  g_list_store_append (self->runs, run);

  attune_monitor_metrics_refresh (metrics);
  start_ticking (self);
  update_shell (self);
}

void
attune_compare_window_remove_job (AttuneCompareWindow *self,
                                  AttuneJob           *job)
{
  AttuneCompareRun *run;
  guint position;

  g_return_if_fail (ATTUNE_IS_COMPARE_WINDOW (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  run = find_run (self, job, &position);
  if (run == NULL)
    return;

  g_signal_handlers_disconnect_by_func (job, job_changed_cb, self);
  g_signal_handlers_disconnect_by_func (attune_compare_run_get_metrics (run), queue_update, self);
  attune_monitor_charts_remove_metrics (self->charts, attune_compare_run_get_metrics (run));
  adw_wrap_box_remove (self->chips_box, g_ptr_array_index (self->chips, position));
  g_ptr_array_remove_index (self->chips, position);
  g_list_store_remove (self->runs, position);
  update_shell (self);
}

GListModel *
attune_compare_window_get_runs (AttuneCompareWindow *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMPARE_WINDOW (self), NULL);

  return G_LIST_MODEL (self->runs);
}

AttuneMonitorCharts *
attune_compare_window_get_charts (AttuneCompareWindow *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMPARE_WINDOW (self), NULL);

  return self->charts;
}

/* --- The list of all jobs --- */

static void
check_toggled_cb (AttuneCompareWindow *self,
                  GtkCheckButton      *check)
{
  AttuneJob *job = g_object_get_data (G_OBJECT (check), "attune-compare-job");

  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  if (job == NULL || self->commands == NULL)
    return;
  if (gtk_check_button_get_active (check))
    attune_compare_window_add_job (self, job);
  else
    attune_compare_window_remove_job (self, job);
}

static void
setup_job_cb (AttuneCompareWindow *self,
              GtkListItem         *item)
{
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_box_append (GTK_BOX (box), label);
      if (i == 1)
        {
          gtk_widget_add_css_class (label, "caption");
          gtk_widget_add_css_class (label, "dimmed");
        }
    }
  gtk_widget_set_margin_start (box, 6);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (check), box);
  /* The row is what is stepped to and what is pressed. */
  gtk_widget_set_focusable (check, FALSE);
  g_signal_connect_object (check, "toggled", G_CALLBACK (check_toggled_cb), self, G_CONNECT_SWAPPED);
  gtk_list_item_set_child (item, check);
}

static void
bind_job_cb (AttuneCompareWindow *self,
             GtkListItem         *item)
{
  AttuneJob *job = gtk_list_item_get_item (item);
  GtkWidget *check = gtk_list_item_get_child (item);
  GtkWidget *name = gtk_widget_get_first_child (gtk_check_button_get_child (GTK_CHECK_BUTTON (check)));
  AttuneAdapter *adapter =
    attune_registry_lookup (attune_commands_get_registry (self->commands), attune_job_get_provider (job), NULL);
  g_autofree char *detail = NULL;
  guint position;

  detail = g_strdup_printf ("%s · %s", adapter != NULL ? attune_adapter_get_title (adapter) : attune_job_get_provider (job),
                            attune_job_status_get_title (attune_job_get_status (job)));
  gtk_label_set_text (GTK_LABEL (name), attune_job_get_name (job));
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (name)), detail);
  gtk_list_item_set_accessible_label (item, attune_job_get_name (job));
  gtk_list_item_set_accessible_description (item, detail);

  g_object_set_data (G_OBJECT (check), "attune-compare-job", NULL);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), find_run (self, job, &position) != NULL);
  g_object_set_data_full (G_OBJECT (check), "attune-compare-job", g_object_ref (job), g_object_unref);
}

static void
unbind_job_cb (AttuneCompareWindow *self,
               GtkListItem         *item)
{
  g_object_set_data (G_OBJECT (gtk_list_item_get_child (item)), "attune-compare-job", NULL);
}

static void
job_activated_cb (AttuneCompareWindow *self,
                  guint                position)
{
  g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (self->jobs_view)), position);
  guint place;

  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  if (job == NULL)
    return;
  if (find_run (self, job, &place) != NULL)
    attune_compare_window_remove_job (self, job);
  else
    attune_compare_window_add_job (self, job);
  /* Bound again, the row shows what it is now. */
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static gboolean
match_job (gpointer item,
           gpointer user_data)
{
  AttuneCompareWindow *self = user_data;
  g_autofree char *needle = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)), -1);
  g_autofree char *name = g_utf8_casefold (attune_job_get_name (item), -1);

  return strstr (name, needle) != NULL;
}

static void
search_changed_cb (AttuneCompareWindow *self)
{
  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

/* While the list is not seen nothing keeps it. */
static void
popover_shown_cb (AttuneCompareWindow *self)
{
  g_autoptr (GtkSelectionModel) selection = NULL;
  GtkFilterListModel *filtered;

  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (attune_commands_get_jobs (self->commands))),
                                        g_object_ref (self->filter));
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (filtered)));
  gtk_list_view_set_model (self->jobs_view, selection);
}

static void
popover_closed_cb (AttuneCompareWindow *self)
{
  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  gtk_list_view_set_model (self->jobs_view, NULL);
}

/* One that was deleted has nothing to compare any more. */
static void
jobs_changed_cb (AttuneCompareWindow *self)
{
  g_assert (ATTUNE_IS_COMPARE_WINDOW (self));

  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->runs)); i-- > 0; )
    {
      g_autoptr (AttuneCompareRun) run = g_list_model_get_item (G_LIST_MODEL (self->runs), i);
      AttuneJob *job = attune_compare_run_get_job (run);

      if (attune_job_store_lookup (attune_commands_get_jobs (self->commands), attune_job_get_id (job)) != job)
        attune_compare_window_remove_job (self, job);
    }
}

/* --- The window --- */

static void
show_page_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  adw_view_stack_set_visible_child_name (ATTUNE_COMPARE_WINDOW (widget)->view_stack, g_variant_get_string (parameter, NULL));
}

static void
say_action (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  AdwToast *toast = adw_toast_new ("");

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, g_variant_get_string (parameter, NULL));
  adw_toast_overlay_add_toast (ATTUNE_COMPARE_WINDOW (widget)->toast_overlay, toast);
}

static void
attune_compare_window_map (GtkWidget *widget)
{
  AttuneCompareWindow *self = ATTUNE_COMPARE_WINDOW (widget);

  GTK_WIDGET_CLASS (attune_compare_window_parent_class)->map (widget);

  start_ticking (self);
}

static void
attune_compare_window_unmap (GtkWidget *widget)
{
  AttuneCompareWindow *self = ATTUNE_COMPARE_WINDOW (widget);

  g_clear_handle_id (&self->tick_id, g_source_remove);

  GTK_WIDGET_CLASS (attune_compare_window_parent_class)->unmap (widget);
}

static void
attune_compare_window_dispose (GObject *object)
{
  AttuneCompareWindow *self = ATTUNE_COMPARE_WINDOW (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->commands != NULL)
    g_signal_handlers_disconnect_by_func (attune_commands_get_jobs (self->commands), jobs_changed_cb, self);
  if (self->runs != NULL)
    while (g_list_model_get_n_items (G_LIST_MODEL (self->runs)) > 0)
      {
        g_autoptr (AttuneCompareRun) run = g_list_model_get_item (G_LIST_MODEL (self->runs), 0);

        attune_compare_window_remove_job (self, attune_compare_run_get_job (run));
      }
  if (self->jobs_view != NULL)
    gtk_list_view_set_model (self->jobs_view, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_COMPARE_WINDOW);
  g_clear_pointer (&self->chips, g_ptr_array_unref);
  g_clear_object (&self->filter);
  g_clear_object (&self->runs);
  g_clear_object (&self->commands);

  G_OBJECT_CLASS (attune_compare_window_parent_class)->dispose (object);
}

static void
attune_compare_window_class_init (AttuneCompareWindowClass *klass)
{
  static const char * const pages[] = { "charts", "values", "differences" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_compare_window_dispose;
  widget_class->map = attune_compare_window_map;
  widget_class->unmap = attune_compare_window_unmap;

  /* Their constructor registers them, but only if the linker was given a reason to take them. */
  attune_compare_get_resource ();
  g_type_ensure (ATTUNE_TYPE_MONITOR_CHARTS);
  g_type_ensure (ATTUNE_TYPE_COMPARE_VALUES);
  g_type_ensure (ATTUNE_TYPE_COMPARE_DIFFERENCES);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/compare/attune-compare-window.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, window_title);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, view_stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, chips_box);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, charts);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, values);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, differences);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, runs_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, runs_popover);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, jobs_view);
  gtk_widget_class_bind_template_child (widget_class, AttuneCompareWindow, jobs_factory);

  gtk_widget_class_install_action (widget_class, "compare.show-page", "s", show_page_action);
  gtk_widget_class_install_action (widget_class, "job.say", "s", say_action);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1 + i, GDK_ALT_MASK, "compare.show-page", "s", pages[i]);
}

static void
attune_compare_window_init (AttuneCompareWindow *self)
{
  attune_monitor_style_load (gtk_widget_get_display (GTK_WIDGET (self)));
  gtk_widget_init_template (GTK_WIDGET (self));

  self->runs = g_list_store_new (ATTUNE_TYPE_COMPARE_RUN);
  self->chips = g_ptr_array_new ();
  self->filter = GTK_FILTER (gtk_custom_filter_new (match_job, self, NULL));
  /* The chips above the charts are the legend of all of them. */
  attune_monitor_charts_set_legend (self->charts, FALSE);

  g_signal_connect_object (self->jobs_factory, "setup", G_CALLBACK (setup_job_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs_factory, "bind", G_CALLBACK (bind_job_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs_factory, "unbind", G_CALLBACK (unbind_job_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs_view, "activate", G_CALLBACK (job_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "search-changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->runs_popover, "show", G_CALLBACK (popover_shown_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->runs_popover, "closed", G_CALLBACK (popover_closed_cb), self, G_CONNECT_SWAPPED);
}

GtkWindow *
attune_compare_window_new (AttuneCommands *commands,
                           GListModel     *jobs)
{
  AttuneCompareWindow *self;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);
  g_return_val_if_fail (jobs == NULL || G_IS_LIST_MODEL (jobs), NULL);

  self = g_object_new (ATTUNE_TYPE_COMPARE_WINDOW, NULL);
  self->commands = g_object_ref (commands);
  attune_compare_values_set_up (self->values, commands, G_LIST_MODEL (self->runs));
  attune_compare_differences_set_up (self->differences, commands, G_LIST_MODEL (self->runs));
  for (guint i = 0; jobs != NULL && i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (jobs, i);

      attune_compare_window_add_job (self, job);
    }
  g_signal_connect_object (attune_commands_get_jobs (commands), "items-changed", G_CALLBACK (jobs_changed_cb), self,
                           G_CONNECT_SWAPPED);
  update_shell (self);

  return GTK_WINDOW (self);
}
