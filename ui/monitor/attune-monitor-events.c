/* attune-monitor-events.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-events.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-monitor-format.h"

struct _AttuneMonitorEvents {
  AdwBin              parent_instance;

  GtkStack           *stack;
  GtkScrolledWindow  *scrolled_window;
  GtkListView        *list_view;
  GtkListItemFactory *factory;
  GtkSearchEntry     *search_entry;
  AdwToggleGroup     *level_group;
  GtkToggleButton    *follow_button;
  GtkStack           *found_stack;

  GListModel         *events;
  GListModel         *found;      /* those of them that are shown */
  GtkFilter          *filter;
  char               *needle;     /* folded; NULL: everything */
  guint               follow_id;
};

G_DEFINE_FINAL_TYPE (AttuneMonitorEvents, attune_monitor_events, ADW_TYPE_BIN)

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          gpointer                  user_data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new ();
  GtkWidget *message = gtk_label_new (NULL);
  GtkWidget *time = gtk_label_new (NULL);

  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_label_set_xalign (GTK_LABEL (message), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (message), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (message), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (message, TRUE);
  gtk_widget_set_valign (time, GTK_ALIGN_START);
  gtk_widget_add_css_class (time, "caption");
  gtk_widget_add_css_class (time, "dimmed");
  gtk_widget_add_css_class (time, "numeric");
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), message);
  gtk_box_append (GTK_BOX (box), time);
  gtk_list_item_set_child (item, box);
  gtk_list_item_set_activatable (item, FALSE);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         gpointer                  user_data)
{
  const AttuneEvent *event = attune_monitor_event_get (gtk_list_item_get_item (item));
  GtkWidget *icon = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *message = gtk_widget_get_next_sibling (icon);
  GtkWidget *time = gtk_widget_get_next_sibling (message);
  g_autofree char *time_text = attune_monitor_format_time (event->time);
  g_autofree char *spoken = NULL;
  const char *level = NULL;
  const char *icon_name = "dialog-information-symbolic";

  gtk_widget_remove_css_class (icon, "error");
  gtk_widget_remove_css_class (icon, "warning");
  gtk_widget_remove_css_class (icon, "dimmed");
  if (g_strcmp0 (event->level, "error") == 0)
    {
      icon_name = "dialog-error-symbolic";
      gtk_widget_add_css_class (icon, "error");
      level = _("Error");
    }
  else if (g_strcmp0 (event->level, "warning") == 0)
    {
      icon_name = "dialog-warning-symbolic";
      gtk_widget_add_css_class (icon, "warning");
      level = _("Warning");
    }
  else
    gtk_widget_add_css_class (icon, "dimmed");

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), icon_name);
  gtk_label_set_text (GTK_LABEL (message), event->message);
  gtk_label_set_text (GTK_LABEL (time), time_text);

  spoken = level != NULL ? g_strdup_printf ("%s: %s, %s", level, event->message, time_text)
                         : g_strdup_printf ("%s, %s", event->message, time_text);
  gtk_list_item_set_accessible_label (item, spoken);
}

static gboolean
follow_cb (gpointer user_data)
{
  AttuneMonitorEvents *self = user_data;

  g_assert (ATTUNE_IS_MONITOR_EVENTS (self));

  self->follow_id = 0;
  gtk_list_view_scroll_to (self->list_view, 0, GTK_LIST_SCROLL_NONE, NULL);

  return G_SOURCE_REMOVE;
}

static gboolean
match_event (gpointer item,
             gpointer user_data)
{
  AttuneMonitorEvents *self = user_data;
  const AttuneEvent *event = attune_monitor_event_get (item);
  const char *level = adw_toggle_group_get_active_name (self->level_group);
  g_autofree char *folded = NULL;
  gboolean is_error = g_strcmp0 (event->level, "error") == 0;

  /* An error is a warning, too. */
  if (g_strcmp0 (level, "error") == 0 && !is_error)
    return FALSE;
  if (g_strcmp0 (level, "warning") == 0 && !is_error && g_strcmp0 (event->level, "warning") != 0)
    return FALSE;
  if (self->needle == NULL)
    return TRUE;

  folded = g_utf8_casefold (event->message, -1);

  return strstr (folded, self->needle) != NULL;
}

static void
queue_follow (AttuneMonitorEvents *self)
{
  if (self->follow_id == 0)
    self->follow_id = g_idle_add (follow_cb, self);
}

static void
update_stacks (AttuneMonitorEvents *self)
{
  gboolean is_found = g_list_model_get_n_items (self->found) > 0;

  gtk_stack_set_visible_child_name (self->stack, g_list_model_get_n_items (self->events) > 0 ? "list" : "empty");
  gtk_stack_set_visible_child_name (self->found_stack, is_found ? "found" : "nothing");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "events.copy", is_found);
}

static void
items_changed_cb (AttuneMonitorEvents *self,
                  guint                position,
                  guint                removed,
                  guint                added)
{
  g_assert (ATTUNE_IS_MONITOR_EVENTS (self));

  update_stacks (self);
  /* The list keeps what is seen in its place; who follows wants to see what came above it. */
  if (added > 0 && gtk_toggle_button_get_active (self->follow_button))
    queue_follow (self);
}

/* Who scrolls away reads; who comes back to the newest wants the next ones as well. */
static void
scrolled_cb (AttuneMonitorEvents *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled_window);

  g_assert (ATTUNE_IS_MONITOR_EVENTS (self));

  /* What is about to be followed has only been pushed down. */
  if (self->follow_id == 0)
    gtk_toggle_button_set_active (self->follow_button, gtk_adjustment_get_value (adjustment) <= 1.0);
}

static void
follow_toggled_cb (AttuneMonitorEvents *self)
{
  g_assert (ATTUNE_IS_MONITOR_EVENTS (self));

  if (gtk_toggle_button_get_active (self->follow_button) && self->found != NULL && g_list_model_get_n_items (self->found) > 0)
    queue_follow (self);
}

static void
search_changed_cb (AttuneMonitorEvents *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));

  g_assert (ATTUNE_IS_MONITOR_EVENTS (self));

  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  if (self->found != NULL)
    update_stacks (self);
}

/* What is shown, the oldest first, a line each. */
static void
copy_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  AttuneMonitorEvents *self = ATTUNE_MONITOR_EVENTS (widget);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = g_list_model_get_n_items (self->found); i-- > 0; )
    {
      g_autoptr (AttuneMonitorEvent) item = g_list_model_get_item (self->found, i);
      const AttuneEvent *event = attune_monitor_event_get (item);
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (event->time / G_USEC_PER_SEC);
      g_autofree char *time_text = g_date_time_format_iso8601 (time);

      g_string_append_printf (text, "%s %s %s\n", time_text, event->level, event->message);
    }
  gtk_widget_activate_action (widget, "job.copy-text", "s", text->str);
}

void
attune_monitor_events_set_metrics (AttuneMonitorEvents  *self,
                                   AttuneMonitorMetrics *metrics)
{
  g_autoptr (GtkNoSelection) selection = NULL;

  g_return_if_fail (ATTUNE_IS_MONITOR_EVENTS (self));
  g_return_if_fail (ATTUNE_IS_MONITOR_METRICS (metrics));
  g_return_if_fail (self->events == NULL);

  self->events = g_object_ref (attune_monitor_metrics_get_events (metrics));
  self->found = G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (self->events), g_object_ref (self->filter)));
  selection = gtk_no_selection_new (g_object_ref (self->found));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (self->found, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  /* Of what is not shown the list says nothing. */
  g_signal_connect_object (self->events, "items-changed", G_CALLBACK (update_stacks), self, G_CONNECT_SWAPPED);
  update_stacks (self);
}

void
attune_monitor_events_search (AttuneMonitorEvents *self)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_EVENTS (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static void
attune_monitor_events_dispose (GObject *object)
{
  AttuneMonitorEvents *self = ATTUNE_MONITOR_EVENTS (object);

  g_clear_handle_id (&self->follow_id, g_source_remove);
  if (self->events != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->events, update_stacks, self);
      g_signal_handlers_disconnect_by_func (self->found, items_changed_cb, self);
      gtk_list_view_set_model (self->list_view, NULL);
    }
  /* A bound child that is the child of the bin itself would be taken from it behind its back. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_EVENTS);
  g_clear_object (&self->found);
  g_clear_object (&self->filter);
  g_clear_object (&self->events);
  g_clear_pointer (&self->needle, g_free);

  G_OBJECT_CLASS (attune_monitor_events_parent_class)->dispose (object);
}

static void
attune_monitor_events_class_init (AttuneMonitorEventsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_monitor_events_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/monitor/attune-monitor-events.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorEvents, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorEvents, scrolled_window);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorEvents, list_view);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorEvents, factory);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorEvents, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorEvents, level_group);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorEvents, follow_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorEvents, found_stack);
  gtk_widget_class_install_action (widget_class, "events.copy", NULL, copy_action);
}

static void
attune_monitor_events_init (AttuneMonitorEvents *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->filter = GTK_FILTER (gtk_custom_filter_new (match_event, self, NULL));
  g_signal_connect_object (self->search_entry, "search-changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->level_group, "notify::active-name", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->follow_button, "toggled", G_CALLBACK (follow_toggled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scrolled_window), "value-changed",
                           G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (self->factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (self->factory, "bind", G_CALLBACK (bind_cb), NULL);
}
