/* attune-monitor-events.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-events.h"

#include <glib/gi18n-lib.h>

#include "attune-monitor-format.h"

struct _AttuneMonitorEvents {
  AdwBin              parent_instance;

  GtkStack           *stack;
  GtkScrolledWindow  *scrolled_window;
  GtkListView        *list_view;
  GtkListItemFactory *factory;

  GListModel         *events;
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

static void
items_changed_cb (AttuneMonitorEvents *self,
                  guint                position,
                  guint                removed,
                  guint                added)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled_window);

  g_assert (ATTUNE_IS_MONITOR_EVENTS (self));

  gtk_stack_set_visible_child_name (self->stack, g_list_model_get_n_items (self->events) > 0 ? "list" : "empty");

  /* The list keeps what is seen in its place; at the top that would be what was the newest. */
  if (added > 0 && gtk_adjustment_get_value (adjustment) <= 1.0 && self->follow_id == 0)
    self->follow_id = g_idle_add (follow_cb, self);
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
  selection = gtk_no_selection_new (g_object_ref (self->events));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (self->events, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  items_changed_cb (self, 0, 0, g_list_model_get_n_items (self->events));
}

static void
attune_monitor_events_dispose (GObject *object)
{
  AttuneMonitorEvents *self = ATTUNE_MONITOR_EVENTS (object);

  g_clear_handle_id (&self->follow_id, g_source_remove);
  if (self->events != NULL)
    g_signal_handlers_disconnect_by_func (self->events, items_changed_cb, self);
  /* A bound child that is the child of the bin itself would be taken from it behind its back. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_EVENTS);
  g_clear_object (&self->events);

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
}

static void
attune_monitor_events_init (AttuneMonitorEvents *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect (self->factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (self->factory, "bind", G_CALLBACK (bind_cb), NULL);
}
