/* attune-jobs-page.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jobs-page.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-job-row.h"

struct _AttuneJobsPage {
  AdwBin           parent_instance;

  GtkStack        *stack;
  GtkSearchBar    *search_bar;
  GtkSearchEntry  *search_entry;
  GtkWidget       *search_button;
  GtkListView     *list_view;
  GtkNoSelection  *selection;
  GtkWidget       *example_button;
  GtkWidget       *example_spinner;

  AttuneCommands  *commands;
  GtkFilter       *filter;
  char            *needle;  /* folded; NULL: everything */
  gboolean         loaded;
};

G_DEFINE_FINAL_TYPE (AttuneJobsPage, attune_jobs_page, ADW_TYPE_BIN)

static void
update_stack (AttuneJobsPage *self)
{
  GListModel *all = G_LIST_MODEL (attune_commands_get_jobs (self->commands));
  guint n_jobs = g_list_model_get_n_items (all);
  guint n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  gtk_widget_set_visible (self->search_button, n_jobs > 0);
  if (n_jobs == 0 && !self->loaded)
    gtk_stack_set_visible_child_name (self->stack, "loading");
  else if (n_jobs == 0)
    gtk_stack_set_visible_child_name (self->stack, "empty");
  else if (n_shown == 0)
    gtk_stack_set_visible_child_name (self->stack, "nothing-found");
  else
    gtk_stack_set_visible_child_name (self->stack, "list");
}

static gboolean
text_contains (const char *text,
               const char *needle)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return folded != NULL && strstr (folded, needle) != NULL;
}

static gboolean
match_job (gpointer item,
           gpointer user_data)
{
  AttuneJobsPage *self = user_data;
  AttuneJob *job = item;
  AttuneAdapter *adapter;
  g_autofree char *model = NULL;

  if (self->needle == NULL)
    return TRUE;

  adapter = attune_registry_lookup (attune_commands_get_registry (self->commands), attune_job_get_provider (job), NULL);
  model = attune_configuration_dup_text (attune_job_get_configuration (job), "model.baseModel");

  return text_contains (attune_job_get_name (job), self->needle) ||
         text_contains (attune_job_get_id (job), self->needle) ||
         text_contains (attune_job_status_get_title (attune_job_get_status (job)), self->needle) ||
         text_contains (adapter != NULL ? attune_adapter_get_title (adapter) : attune_job_get_provider (job), self->needle) ||
         text_contains (model, self->needle);
}

static void
search_changed_cb (AttuneJobsPage *self)
{
  const char *text;

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  update_stack (self);
}

static void
setup_cb (AttuneJobsPage *self,
          GtkListItem    *item)
{
  GtkWidget *row;

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  row = attune_job_row_new (self->commands);
  gtk_list_item_set_child (item, row);
  g_object_bind_property (row, "description", item, "accessible-label", G_BINDING_DEFAULT);
}

static void
bind_cb (AttuneJobsPage *self,
         GtkListItem    *item)
{
  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  attune_job_row_set_job (ATTUNE_JOB_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
unbind_cb (AttuneJobsPage *self,
           GtkListItem    *item)
{
  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  attune_job_row_set_job (ATTUNE_JOB_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
activate_cb (AttuneJobsPage *self,
             guint           position)
{
  g_autoptr (AttuneJob) job = NULL;

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  job = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  if (job != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "app.open-job", "s", attune_job_get_id (job));
}

/* The row of the list item that has the focus. */
static AttuneJobRow *
find_focused_row (AttuneJobsPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->list_view)))
    return NULL;

  /* Either in the row or, more often, the list item around it. */
  for (GtkWidget *widget = focus; widget != NULL; widget = gtk_widget_get_parent (widget))
    if (ATTUNE_IS_JOB_ROW (widget))
      return ATTUNE_JOB_ROW (widget);
  focus = gtk_widget_get_first_child (focus);

  return focus != NULL && ATTUNE_IS_JOB_ROW (focus) ? ATTUNE_JOB_ROW (focus) : NULL;
}

static gboolean
key_pressed_cb (AttuneJobsPage  *self,
                guint            keyval,
                guint            keycode,
                GdkModifierType  state)
{
  AttuneJobRow *row = find_focused_row (self);

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  if (row == NULL)
    return GDK_EVENT_PROPAGATE;

  if (keyval == GDK_KEY_Menu || (keyval == GDK_KEY_F10 && (state & GDK_SHIFT_MASK) != 0))
    attune_job_row_popup_menu (row, 0, gtk_widget_get_height (GTK_WIDGET (row)));
  else if (keyval == GDK_KEY_Delete)
    gtk_widget_activate_action (GTK_WIDGET (row), "job.delete", NULL);
  else
    return GDK_EVENT_PROPAGATE;

  return GDK_EVENT_STOP;
}

static void
attune_jobs_page_dispose (GObject *object)
{
  AttuneJobsPage *self = ATTUNE_JOBS_PAGE (object);

  /* The list may outlive the page for a moment; its filter must not. */
  if (self->selection != NULL)
    gtk_no_selection_set_model (self->selection, NULL);
  g_clear_object (&self->filter);
  g_clear_object (&self->commands);
  g_clear_pointer (&self->needle, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_JOBS_PAGE);

  G_OBJECT_CLASS (attune_jobs_page_parent_class)->dispose (object);
}

static void
attune_jobs_page_class_init (AttuneJobsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_jobs_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-jobs-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, search_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, selection);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, example_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, example_spinner);
}

static void
attune_jobs_page_init (AttuneJobsPage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->list_view, factory);
  g_signal_connect_object (self->list_view, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->list_view), keys);

  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  g_signal_connect_object (self->search_entry, "search-changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
attune_jobs_page_new (void)
{
  return g_object_new (ATTUNE_TYPE_JOBS_PAGE, NULL);
}

void
attune_jobs_page_set_up (AttuneJobsPage *self,
                         AttuneCommands *commands)
{
  g_autoptr (GtkFilterListModel) filtered = NULL;

  g_return_if_fail (ATTUNE_IS_JOBS_PAGE (self));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (self->commands == NULL);

  self->commands = g_object_ref (commands);
  self->filter = GTK_FILTER (gtk_custom_filter_new (match_job, self, NULL));
  filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (attune_commands_get_jobs (commands))),
                                        g_object_ref (self->filter));
  gtk_no_selection_set_model (self->selection, G_LIST_MODEL (filtered));
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (update_stack), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (attune_commands_get_jobs (commands), "items-changed", G_CALLBACK (update_stack), self, G_CONNECT_SWAPPED);
  update_stack (self);
}

void
attune_jobs_page_set_loaded (AttuneJobsPage *self)
{
  g_return_if_fail (ATTUNE_IS_JOBS_PAGE (self));

  self->loaded = TRUE;
  update_stack (self);
}

void
attune_jobs_page_search (AttuneJobsPage *self)
{
  g_return_if_fail (ATTUNE_IS_JOBS_PAGE (self));

  if (!gtk_widget_get_visible (self->search_button))
    return;

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

void
attune_jobs_page_set_busy (AttuneJobsPage *self,
                           gboolean        busy)
{
  g_return_if_fail (ATTUNE_IS_JOBS_PAGE (self));

  gtk_widget_set_visible (self->example_spinner, busy);
}
