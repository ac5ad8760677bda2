/* attune-jobs-page.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jobs-page.h"

#include <glib/gi18n-lib.h>

#include "attune-dialogs.h"
#include "attune-job-row.h"
#include "attune-jobs-deletion.h"
#include "attune-jobs-model.h"

/* GtkListView makes two hundred rows at once, which takes many frames: it is given the first few, and more with each frame. */
#define N_FIRST_ROWS  16
#define N_MORE_ROWS   8
#define N_ROWS_AHEAD  256

struct _AttuneJobsPage {
  AdwBin           parent_instance;

  GtkStack        *stack;
  GtkSearchBar    *search_bar;
  GtkSearchEntry  *search_entry;
  GtkWidget       *search_button;
  GtkListView     *list_view;
  GtkNoSelection  *selection;
  GtkToggleButton *select_button;
  GtkActionBar    *action_bar;
  GtkLabel        *selected_label;
  GMenu           *provider_section;
  GtkWidget       *example_button;
  GtkWidget       *example_spinner;

  AttuneCommands  *commands;
  AttuneJobsModel *model;
  GtkSliceListModel *slice;
  guint            grow_id;
  GHashTable      *selected;  /* ids */
  gboolean         selecting;
  gboolean         compact;
  gboolean         loaded;
};

enum { PROP_STATE = 1, PROP_PROVIDER, PROP_ORDER, PROP_SECTIONS, PROP_SELECTING, PROP_COMPACT, N_PROPS };
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneJobsPage, attune_jobs_page, ADW_TYPE_BIN)

static void
update_stack (AttuneJobsPage *self)
{
  GListModel *all = G_LIST_MODEL (attune_commands_get_jobs (self->commands));
  guint n_jobs = g_list_model_get_n_items (all);
  guint n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  gtk_widget_set_visible (self->search_button, n_jobs > 0);
  /* Where the window is narrow the menu has it alone. */
  gtk_widget_set_visible (GTK_WIDGET (self->select_button), n_jobs > 0 && !self->compact);
  if (n_jobs == 0 && !self->loaded)
    gtk_stack_set_visible_child_name (self->stack, "loading");
  else if (n_jobs == 0)
    gtk_stack_set_visible_child_name (self->stack, "empty");
  else if (n_shown == 0)
    gtk_stack_set_visible_child_name (self->stack, "nothing-found");
  else
    gtk_stack_set_visible_child_name (self->stack, "list");
}

static void
search_changed_cb (AttuneJobsPage *self)
{
  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  g_object_set (self->model, "search", gtk_editable_get_text (GTK_EDITABLE (self->search_entry)), NULL);
  update_stack (self);
}

static void
show_all_action (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  AttuneJobsPage *self = ATTUNE_JOBS_PAGE (widget);

  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  g_object_set (self, "state", "all", "provider", "all", NULL);
}

/* The providers that there are jobs of, and those that there can be. */
static void
fill_provider_section (AttuneJobsPage *self)
{
  GListModel *adapters = G_LIST_MODEL (attune_commands_get_registry (self->commands));

  g_menu_append (self->provider_section, _("All _Providers"), "jobs.provider::all");
  for (guint i = 0; i < g_list_model_get_n_items (adapters); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (adapters, i);
      g_autoptr (GMenuItem) item = g_menu_item_new (attune_adapter_get_title (adapter), NULL);

      g_menu_item_set_action_and_target (item, "jobs.provider", "s", attune_adapter_get_id (adapter));
      g_menu_append_item (self->provider_section, item);
    }
}

/* --- Several at once --- */

/* (transfer full) */
static GPtrArray *
list_selected (AttuneJobsPage *self)
{
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->model)); i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (self->model), i);

      if (g_hash_table_contains (self->selected, attune_job_get_id (job)))
        g_ptr_array_add (jobs, g_steal_pointer (&job));
    }

  return jobs;
}

static void
update_selection (AttuneJobsPage *self)
{
  g_autoptr (GPtrArray) jobs = list_selected (self);
  guint n_active = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < jobs->len; i++)
    n_active += !attune_job_status_is_final (attune_job_get_status (g_ptr_array_index (jobs, i)));

  text = jobs->len == 0 ? g_strdup (_("Choose jobs"))
                        : g_strdup_printf (ngettext ("%u job chosen", "%u jobs chosen", jobs->len), jobs->len);
  gtk_label_set_text (self->selected_label, text);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "jobs.compare-selected", jobs->len >= 2);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "jobs.cancel-selected", n_active > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "jobs.delete-selected", jobs->len > 0 && n_active == 0);
}

static void
set_selecting (AttuneJobsPage *self,
               gboolean        selecting)
{
  if (self->selecting == selecting)
    return;

  self->selecting = selecting;
  g_hash_table_remove_all (self->selected);
  gtk_action_bar_set_revealed (self->action_bar, selecting);
  update_selection (self);
  /* Rows follow, and let go of their check marks. */
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTING]);
}

static void
row_selected_cb (AttuneJobsPage *self,
                 GParamSpec     *pspec,
                 AttuneJobRow   *row)
{
  AttuneJob *job = attune_job_row_get_job (row);

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  if (!self->selecting || job == NULL)
    return;

  if (attune_job_row_is_selected (row))
    g_hash_table_add (self->selected, g_strdup (attune_job_get_id (job)));
  else
    g_hash_table_remove (self->selected, attune_job_get_id (job));
  update_selection (self);
}

static gboolean
is_selecting_to_selected (GBinding     *binding,
                          const GValue *from,
                          GValue       *to,
                          gpointer      user_data)
{
  AttuneJobRow *row = ATTUNE_JOB_ROW (g_binding_dup_target (binding));

  /* Only to let go of the mark when the mode ends. */
  g_value_set_boolean (to, g_value_get_boolean (from) && attune_job_row_is_selected (row));
  g_object_unref (row);

  return TRUE;
}

static void
select_all_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  AttuneJobsPage *self = ATTUNE_JOBS_PAGE (widget);

  set_selecting (self, TRUE);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->model)); i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (self->model), i);

      g_hash_table_add (self->selected, g_strdup (attune_job_get_id (job)));
    }
  /* The rows on the screen are bound anew, with their marks. */
  gtk_no_selection_set_model (self->selection, NULL);
  gtk_no_selection_set_model (self->selection, G_LIST_MODEL (self->slice));
  update_selection (self);
}

static void
compare_selected_action (GtkWidget  *widget,
                         const char *action_name,
                         GVariant   *parameter)
{
  AttuneJobsPage *self = ATTUNE_JOBS_PAGE (widget);
  g_autoptr (GPtrArray) jobs = list_selected (self);
  GVariantBuilder ids;

  g_variant_builder_init (&ids, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < jobs->len; i++)
    g_variant_builder_add (&ids, "s", attune_job_get_id (g_ptr_array_index (jobs, i)));
  gtk_widget_activate_action (widget, "app.compare", "@as", g_variant_builder_end (&ids));
  set_selecting (self, FALSE);
}

static void
cancelled_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (AttuneJobsPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);

  if (reply == NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    attune_dialogs_present_error (GTK_WIDGET (self), _("The Job Could Not Be Cancelled"), error);
}

static void
cancel_agreed_cb (AttuneJobsPage *self)
{
  g_autoptr (GPtrArray) jobs = list_selected (self);

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  for (guint i = 0; i < jobs->len; i++)
    {
      AttuneJob *job = g_ptr_array_index (jobs, i);
      GVariantBuilder parameters;

      if (attune_job_status_is_final (attune_job_get_status (job)))
        continue;
      g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&parameters, "{sv}", "jobId", g_variant_new_string (attune_job_get_id (job)));
      attune_commands_call_async (self->commands, "job-cancel", g_variant_builder_end (&parameters), NULL, cancelled_cb,
                                  g_object_ref (self));
    }
  set_selecting (self, FALSE);
}

static void
cancel_selected_action (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Cancel These Jobs?"),
                                             _("Those that have not ended stop training. Checkpoints that were written are kept.")));

  adw_alert_dialog_add_responses (dialog, "stay", _("_Keep Training"), "agree", _("_Cancel Jobs"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "agree", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (dialog, "stay");
  adw_alert_dialog_set_close_response (dialog, "stay");
  g_signal_connect_object (dialog, "response::agree", G_CALLBACK (cancel_agreed_cb), widget, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), widget);
}

static void
delete_selected_action (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  AttuneJobsPage *self = ATTUNE_JOBS_PAGE (widget);
  g_autoptr (GPtrArray) jobs = list_selected (self);

  set_selecting (self, FALSE);
  if (jobs->len > 0)
    attune_jobs_delete (widget, self->commands, self->model, g_steal_pointer (&jobs));
}

/* What the row of one job asks for. */
static void
delete_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  AttuneJobsPage *self = ATTUNE_JOBS_PAGE (widget);
  g_autofree const char **ids = g_variant_get_strv (parameter, NULL);
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      AttuneJob *job = attune_job_store_lookup (attune_commands_get_jobs (self->commands), ids[i]);

      if (job != NULL)
        g_ptr_array_add (jobs, g_object_ref (job));
    }
  if (jobs->len > 0)
    attune_jobs_delete (widget, self->commands, self->model, g_steal_pointer (&jobs));
}

/* --- Rows --- */

static gboolean
grow_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  AttuneJobsPage *self = user_data;
  guint size = gtk_slice_list_model_get_size (self->slice);

  /* From there on the view makes no more rows, however many there are. */
  if (size >= N_ROWS_AHEAD)
    {
      gtk_slice_list_model_set_size (self->slice, G_MAXUINT);
      self->grow_id = 0;
      return G_SOURCE_REMOVE;
    }

  gtk_slice_list_model_set_size (self->slice, size + N_MORE_ROWS);

  return G_SOURCE_CONTINUE;
}

static void
list_mapped_cb (AttuneJobsPage *self)
{
  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  if (self->grow_id == 0 && self->slice != NULL && gtk_slice_list_model_get_size (self->slice) < G_MAXUINT)
    self->grow_id = gtk_widget_add_tick_callback (GTK_WIDGET (self->list_view), grow_cb, self, NULL);
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
  g_object_bind_property (self, "selecting", row, "selecting", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self, "compact", row, "compact", G_BINDING_SYNC_CREATE);
  g_object_bind_property_full (self, "selecting", row, "selected", G_BINDING_DEFAULT, is_selecting_to_selected, NULL, NULL, NULL);
  g_signal_connect_object (row, "notify::selected", G_CALLBACK (row_selected_cb), self, G_CONNECT_SWAPPED);
}

static void
bind_cb (AttuneJobsPage *self,
         GtkListItem    *item)
{
  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  AttuneJobRow *row = ATTUNE_JOB_ROW (gtk_list_item_get_child (item));
  AttuneJob *job = gtk_list_item_get_item (item);

  attune_job_row_set_job (row, job);
  g_object_set (row, "selected", g_hash_table_contains (self->selected, attune_job_get_id (job)), NULL);
}

static void
bind_header_cb (AttuneJobsPage *self,
                GtkListHeader  *header)
{
  const char *title;

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  title = attune_jobs_model_get_section_title (self->model, gtk_list_header_get_item (header));
  gtk_label_set_text (GTK_LABEL (gtk_list_header_get_child (header)), title != NULL ? title : "");
}

static void
setup_header_cb (AttuneJobsPage *self,
                 GtkListHeader  *header)
{
  GtkWidget *label = gtk_label_new (NULL);

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_list_header_set_child (header, label);
}

static void
unbind_cb (AttuneJobsPage *self,
           GtkListItem    *item)
{
  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  attune_job_row_set_job (ATTUNE_JOB_ROW (gtk_list_item_get_child (item)), NULL);
}

/* The row of @job, among those that are on the screen. */
static AttuneJobRow *
find_row (AttuneJobsPage *self,
          AttuneJob      *job)
{
  for (GtkWidget *item = gtk_widget_get_first_child (GTK_WIDGET (self->list_view)); item != NULL;
       item = gtk_widget_get_next_sibling (item))
    {
      GtkWidget *row = gtk_widget_get_first_child (item);

      if (row != NULL && ATTUNE_IS_JOB_ROW (row) && attune_job_row_get_job (ATTUNE_JOB_ROW (row)) == job)
        return ATTUNE_JOB_ROW (row);
    }

  return NULL;
}

static void
toggle_row (AttuneJobsPage *self,
            AttuneJob      *job)
{
  AttuneJobRow *row = find_row (self, job);

  if (row != NULL)
    g_object_set (row, "selected", !attune_job_row_is_selected (row), NULL);
}

static void
activate_cb (AttuneJobsPage *self,
             guint           position)
{
  g_autoptr (AttuneJob) job = NULL;

  g_assert (ATTUNE_IS_JOBS_PAGE (self));

  job = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  if (job != NULL && self->selecting)
    toggle_row (self, job);
  else if (job != NULL)
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

  if (keyval == GDK_KEY_Escape && self->selecting)
    {
      set_selecting (self, FALSE);
      return GDK_EVENT_STOP;
    }
  if (keyval == GDK_KEY_a && (state & GDK_CONTROL_MASK) != 0)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "jobs.select-all", NULL);
      return GDK_EVENT_STOP;
    }
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
  if (self->grow_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->list_view), self->grow_id);
  self->grow_id = 0;
  g_clear_object (&self->slice);
  g_clear_object (&self->model);
  g_clear_object (&self->commands);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_JOBS_PAGE);

  G_OBJECT_CLASS (attune_jobs_page_parent_class)->dispose (object);
}

static void
attune_jobs_page_finalize (GObject *object)
{
  g_hash_table_unref (ATTUNE_JOBS_PAGE (object)->selected);

  G_OBJECT_CLASS (attune_jobs_page_parent_class)->finalize (object);
}

/* The texts are those of the model; the page has them so that actions of the menu can set them. */
static void
attune_jobs_page_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  AttuneJobsPage *self = ATTUNE_JOBS_PAGE (object);

  if (prop_id == PROP_SELECTING)
    g_value_set_boolean (value, self->selecting);
  else if (prop_id == PROP_COMPACT)
    g_value_set_boolean (value, self->compact);
  else if (self->model != NULL)
    g_object_get_property (G_OBJECT (self->model), pspec->name, value);
  else
    g_param_value_set_default (pspec, value);
}

static void
attune_jobs_page_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  AttuneJobsPage *self = ATTUNE_JOBS_PAGE (object);

  if (prop_id == PROP_SELECTING)
    {
      set_selecting (self, g_value_get_boolean (value));
    }
  else if (prop_id == PROP_COMPACT)
    {
      self->compact = g_value_get_boolean (value);
      if (self->commands != NULL)
        update_stack (self);
      g_object_notify_by_pspec (object, pspec);
    }
  else if (self->model != NULL)
    {
      g_object_set_property (G_OBJECT (self->model), pspec->name, value);
      update_stack (self);
      g_object_notify_by_pspec (object, pspec);
    }
}

static void
attune_jobs_page_class_init (AttuneJobsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const struct { const char *name; const char *value; const char *action; } texts[] = {
    [PROP_STATE] = { "state", "all", "jobs.state" },
    [PROP_PROVIDER] = { "provider", "all", "jobs.provider" },
    [PROP_ORDER] = { "order", "newest", "jobs.order" },
    [PROP_SECTIONS] = { "sections", "none", "jobs.sections" },
  };

  object_class->dispose = attune_jobs_page_dispose;
  object_class->finalize = attune_jobs_page_finalize;
  object_class->get_property = attune_jobs_page_get_property;
  object_class->set_property = attune_jobs_page_set_property;

  for (guint i = PROP_STATE; i <= PROP_SECTIONS; i++)
    properties[i] = g_param_spec_string (texts[i].name, NULL, NULL, texts[i].value,
                                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SELECTING] =
    g_param_spec_boolean ("selecting", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_COMPACT] =
    g_param_spec_boolean ("compact", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  for (guint i = PROP_STATE; i <= PROP_SECTIONS; i++)
    gtk_widget_class_install_property_action (widget_class, texts[i].action, texts[i].name);
  gtk_widget_class_install_property_action (widget_class, "jobs.selecting", "selecting");
  gtk_widget_class_install_action (widget_class, "jobs.select-all", NULL, select_all_action);
  gtk_widget_class_install_action (widget_class, "jobs.compare-selected", NULL, compare_selected_action);
  gtk_widget_class_install_action (widget_class, "jobs.cancel-selected", NULL, cancel_selected_action);
  gtk_widget_class_install_action (widget_class, "jobs.delete-selected", NULL, delete_selected_action);
  gtk_widget_class_install_action (widget_class, "jobs.delete", "as", delete_action);
  gtk_widget_class_install_action (widget_class, "jobs.show-all", NULL, show_all_action);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-jobs-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, search_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, selection);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, select_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, action_bar);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, selected_label);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, provider_section);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, example_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobsPage, example_spinner);
}

static void
attune_jobs_page_init (AttuneJobsPage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkListItemFactory) headers = gtk_signal_list_item_factory_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->selected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_object_bind_property (self, "selecting", self->select_button, "active", G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);

  g_signal_connect_object (headers, "setup", G_CALLBACK (setup_header_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (headers, "bind", G_CALLBACK (bind_header_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_header_factory (self->list_view, headers);
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->list_view, factory);
  g_signal_connect_object (self->list_view, "map", G_CALLBACK (list_mapped_cb), self, G_CONNECT_SWAPPED);
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
  g_return_if_fail (ATTUNE_IS_JOBS_PAGE (self));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (self->commands == NULL);

  self->commands = g_object_ref (commands);
  self->model = attune_jobs_model_new (commands);
  self->slice = gtk_slice_list_model_new (G_LIST_MODEL (g_object_ref (self->model)), 0, N_FIRST_ROWS);
  gtk_no_selection_set_model (self->selection, G_LIST_MODEL (self->slice));
  if (gtk_widget_get_mapped (GTK_WIDGET (self->list_view)))
    list_mapped_cb (self);
  fill_provider_section (self);
  update_selection (self);
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
