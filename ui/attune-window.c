/* attune-window.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-window"

#include "config.h"

#include "attune-window.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-dataset-actions.h"
#include "attune-datasets-page.h"
#include "attune-dialogs.h"
#include "attune-error.h"
#include "attune-example.h"
#include "attune-jobs-page.h"
#include "attune-providers-page.h"
#include "attune-settings.h"

struct _AttuneWindow {
  AdwApplicationWindow    parent_instance;

  AdwToastOverlay        *toast_overlay;
  AdwNavigationView      *navigation_view;
  AdwNavigationSplitView *split_view;
  GtkListBox             *sidebar_list;
  AdwNavigationPage      *content_page;
  GtkStack               *stack;
  AttuneJobsPage         *jobs_page;
  AttuneDatasetsPage     *datasets_page;
  AttuneModelsPage       *models_page;
  AttuneProvidersPage    *providers_page;
  GtkRevealer            *drop_revealer;
  AdwStatusPage          *drop_page;

  AttuneCommands         *commands;
  AttuneSettings         *settings;

  gboolean                loaded;
};

G_DEFINE_FINAL_TYPE (AttuneWindow, attune_window, ADW_TYPE_APPLICATION_WINDOW)

static const struct {
  const char *name;
  const char *title;
  const char *icon;
} sections[] = {
  { "jobs", N_("Jobs"), "media-playlist-consecutive-symbolic" },
  { "datasets", N_("Data Sets"), "x-office-spreadsheet-symbolic" },
  { "models", N_("Models"), "package-x-generic-symbolic" },
  { "providers", N_("Providers"), "network-server-symbolic" },
};

/* --- Start-up ---
 *
 * What tests/perf waits for, with G_MESSAGES_DEBUG=attune-window. */

static void
up_painted_cb (AttuneWindow  *self,
               GdkFrameClock *clock)
{
  g_debug ("The window is up");
  g_signal_handlers_disconnect_by_func (clock, up_painted_cb, self);
}

static void
listed_painted_cb (AttuneWindow  *self,
                   GdkFrameClock *clock)
{
  g_debug ("The jobs are listed");
  g_signal_handlers_disconnect_by_func (clock, listed_painted_cb, self);
}

static void
after_next_frame (AttuneWindow *self,
                  GCallback     callback)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  if (clock == NULL)
    return;

  g_signal_connect_object (clock, "after-paint", callback, self, G_CONNECT_SWAPPED);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_AFTER_PAINT);
}

static void
attune_window_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (attune_window_parent_class)->map (widget);

  after_next_frame (ATTUNE_WINDOW (widget), G_CALLBACK (up_painted_cb));
  if (ATTUNE_WINDOW (widget)->loaded)
    after_next_frame (ATTUNE_WINDOW (widget), G_CALLBACK (listed_painted_cb));
}

/* --- Pages --- */

static void
show_section (AttuneWindow *self,
              guint         index)
{
  gtk_stack_set_visible_child_name (self->stack, sections[index].name);
  adw_navigation_page_set_title (self->content_page, _(sections[index].title));
  /* Models come and go with folders that nobody announces. */
  if (g_str_equal (sections[index].name, "models") && self->commands != NULL &&
      !attune_models_page_is_loading (self->models_page))
    attune_models_page_refresh (self->models_page);
}

static void
sidebar_selected_cb (AttuneWindow  *self,
                     GtkListBoxRow *row)
{
  g_assert (ATTUNE_IS_WINDOW (self));

  if (row != NULL)
    show_section (self, (guint) gtk_list_box_row_get_index (row));
}

static void
sidebar_activated_cb (AttuneWindow  *self,
                      GtkListBoxRow *row)
{
  g_assert (ATTUNE_IS_WINDOW (self));

  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
}

static GtkWidget *
make_sidebar_row (const char *title,
                  const char *icon_name)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new_from_icon_name (icon_name);
  GtkWidget *label = gtk_label_new (title);
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);

  return row;
}

void
attune_window_show_page (AttuneWindow *self,
                         const char   *name)
{
  g_return_if_fail (ATTUNE_IS_WINDOW (self));

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (g_strcmp0 (sections[i].name, name) == 0)
      {
        adw_navigation_view_pop_to_tag (self->navigation_view, "main");
        gtk_list_box_select_row (self->sidebar_list, gtk_list_box_get_row_at_index (self->sidebar_list, (int) i));
        adw_navigation_split_view_set_show_content (self->split_view, TRUE);
        return;
      }
}

void
attune_window_set_loaded (AttuneWindow *self)
{
  g_return_if_fail (ATTUNE_IS_WINDOW (self));

  self->loaded = TRUE;
  attune_jobs_page_set_loaded (self->jobs_page);
  after_next_frame (self, G_CALLBACK (listed_painted_cb));
}

/* --- New jobs --- */

static void
job_created_cb (AttuneWindow *self,
                const char   *id)
{
  g_assert (ATTUNE_IS_WINDOW (self));

  attune_window_show_page (self, "jobs");
  gtk_widget_activate_action (GTK_WIDGET (self), "app.open-job", "s", id);
}

AttuneNewJobPage *
attune_window_get_new_job_page (AttuneWindow *self)
{
  AdwNavigationPage *page;

  g_return_val_if_fail (ATTUNE_IS_WINDOW (self), NULL);

  page = adw_navigation_view_get_visible_page (self->navigation_view);

  return page != NULL && ATTUNE_IS_NEW_JOB_PAGE (page) ? ATTUNE_NEW_JOB_PAGE (page) : NULL;
}

AttuneNewJobPage *
attune_window_show_new_job (AttuneWindow *self)
{
  AttuneNewJobPage *page;

  g_return_val_if_fail (ATTUNE_IS_WINDOW (self), NULL);

  page = attune_window_get_new_job_page (self);
  if (page == NULL)
    {
      page = ATTUNE_NEW_JOB_PAGE (attune_new_job_page_new (self->commands));
      g_signal_connect_object (page, "job-created", G_CALLBACK (job_created_cb), self, G_CONNECT_SWAPPED);
      adw_navigation_view_push (self->navigation_view, ADW_NAVIGATION_PAGE (page));
    }

  return page;
}

AttuneNewJobPage *
attune_window_continue_new_job (AttuneWindow *self)
{
  AttuneNewJobPage *page;

  g_return_val_if_fail (ATTUNE_IS_WINDOW (self), NULL);

  page = attune_window_get_new_job_page (self);
  if (page == NULL)
    {
      page = attune_window_show_new_job (self);
      attune_new_job_page_continue_draft (page);
    }

  return page;
}

static void
new_job_with_dataset_action (GtkWidget  *widget,
                             const char *action_name,
                             GVariant   *parameter)
{
  attune_new_job_page_set_dataset (attune_window_show_new_job (ATTUNE_WINDOW (widget)),
                                   g_variant_get_string (parameter, NULL));
}

static void
new_job_with_model_action (GtkWidget  *widget,
                           const char *action_name,
                           GVariant   *parameter)
{
  attune_new_job_page_set_model (attune_window_show_new_job (ATTUNE_WINDOW (widget)),
                                 g_variant_get_string (parameter, NULL));
}

static void
example_started_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (AttuneWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_assert (ATTUNE_IS_WINDOW (self));

  id = attune_example_start_finish (ATTUNE_COMMANDS (object), result, &error);
  /* The window was closed meanwhile; the job runs all the same. */
  if (self->commands == NULL)
    return;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.try-example", TRUE);
  attune_jobs_page_set_busy (self->jobs_page, FALSE);
  if (id == NULL)
    attune_dialogs_present_error (GTK_WIDGET (self), _("The Example Could Not Be Started"), error);
  else
    job_created_cb (self, id);
}

static void
try_example_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  AttuneWindow *self = ATTUNE_WINDOW (widget);

  gtk_widget_action_set_enabled (widget, "win.try-example", FALSE);
  attune_jobs_page_set_busy (self->jobs_page, TRUE);
  attune_example_start_async (self->commands, NULL, example_started_cb, g_object_ref (self));
}

/* --- Files --- */

gboolean
attune_window_take_files (AttuneWindow *self,
                          GListModel   *files)
{
  g_autofree char *training = NULL;
  g_autofree char *validation = NULL;
  g_autofree char *recipe = NULL;
  guint n_files;
  gboolean taken = FALSE;

  g_return_val_if_fail (ATTUNE_IS_WINDOW (self), FALSE);
  g_return_val_if_fail (G_IS_LIST_MODEL (files), FALSE);

  n_files = g_list_model_get_n_items (files);
  for (guint i = 0; i < n_files; i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autoptr (GFile) model = NULL;

      if (g_file_peek_path (file) == NULL)
        continue;

      model = g_file_get_child (file, "config.json");
      if (g_file_test (g_file_peek_path (model), G_FILE_TEST_EXISTS) &&
          gtk_widget_activate_action (GTK_WIDGET (self), "win.import-model", "s", g_file_peek_path (file)))
        taken = TRUE;
      else if (recipe == NULL && attune_new_job_page_is_recipe (g_file_peek_path (file)))
        recipe = g_strdup (g_file_peek_path (file));
      else if (!attune_dataset_actions_is_data_file (file))
        continue;
      /* Of several, the one that says so is for validation. */
      else if (n_files > 1 && validation == NULL && attune_dataset_actions_is_validation_file (file))
        validation = g_strdup (g_file_peek_path (file));
      else if (training == NULL)
        training = g_strdup (g_file_peek_path (file));
      else if (validation == NULL)
        validation = g_strdup (g_file_peek_path (file));
    }

  if (recipe != NULL)
    {
      g_autoptr (GError) error = NULL;

      taken = attune_new_job_page_import_recipe (attune_window_show_new_job (self), recipe, &error);
      if (!taken)
        attune_dialogs_present_error (GTK_WIDGET (self), _("The Recipe Cannot Be Read"), error);
    }
  if (training == NULL)
    training = g_steal_pointer (&validation);
  if (training == NULL)
    {
      if (!taken && recipe == NULL)
        attune_window_add_toast (GTK_WIDGET (self), adw_toast_new (_("Attune reads JSON Lines files (.jsonl)")));
      return taken;
    }

  attune_new_job_page_set_files (attune_window_show_new_job (self), training, validation);

  return TRUE;
}

static void
import_model_action (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  AttuneWindow *self = ATTUNE_WINDOW (widget);
  g_autoptr (GFile) folder = g_file_new_for_path (g_variant_get_string (parameter, NULL));

  attune_window_show_page (self, "models");
  attune_models_page_import (self->models_page, folder);
}

static void
file_chosen_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (AttuneWindow) self = user_data;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_WINDOW (self));

  file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (object), result, &error);
  if (self->commands == NULL)
    return;
  if (file == NULL)
    {
      if (error->domain != GTK_DIALOG_ERROR || error->code == GTK_DIALOG_ERROR_FAILED)
        attune_dialogs_present_error (GTK_WIDGET (self), _("No File Could Be Chosen"), error);
      return;
    }

  g_list_store_append (files, file);
  attune_window_take_files (self, G_LIST_MODEL (files));
}

static void
open_file_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListModel) filters = attune_dataset_actions_new_filters ();

  gtk_file_dialog_set_title (dialog, _("Open a Data File"));
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_open (dialog, GTK_WINDOW (widget), NULL, file_chosen_cb, g_object_ref (widget));
}

/* What is pasted as text: paths or addresses of files, one a line, as file managers and terminals copy them. */
static GListModel *
parse_paths (const char *text)
{
  GListStore *files = g_list_store_new (G_TYPE_FILE);
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);
      gsize length = strlen (line);
      g_autoptr (GFile) file = NULL;

      if (length > 2 && (*line == '"' || *line == '\'') && line[length - 1] == *line)
        {
          line[length - 1] = '\0';
          line++;
        }
      if (g_str_has_prefix (line, "file://"))
        file = g_file_new_for_uri (line);
      else if (g_str_has_prefix (line, "~/"))
        file = g_file_new_build_filename (g_get_home_dir (), line + 2, NULL);
      else if (g_path_is_absolute (line))
        file = g_file_new_for_path (line);
      if (file != NULL && g_file_peek_path (file) != NULL && g_file_test (g_file_peek_path (file), G_FILE_TEST_EXISTS))
        g_list_store_append (files, file);
    }

  return G_LIST_MODEL (files);
}

void
attune_window_paste_text (AttuneWindow *self,
                          const char   *text)
{
  g_autoptr (GListModel) files = NULL;

  g_return_if_fail (ATTUNE_IS_WINDOW (self));

  files = parse_paths (text != NULL ? text : "");
  if (g_list_model_get_n_items (files) > 0)
    attune_window_take_files (self, files);
  else
    attune_window_add_toast (GTK_WIDGET (self), adw_toast_new (_("Copy a data file, or its path, to paste it here")));
}

static void
files_pasted_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (AttuneWindow) self = user_data;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (object), result, NULL);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GSList) list = NULL;

  if (self->commands == NULL || value == NULL)
    return;

  list = gdk_file_list_get_files (g_value_get_boxed (value));
  for (GSList *link = list; link != NULL; link = link->next)
    g_list_store_append (files, link->data);
  attune_window_take_files (self, G_LIST_MODEL (files));
}

static void
text_pasted_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (AttuneWindow) self = user_data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (object), result, NULL);

  if (self->commands != NULL)
    attune_window_paste_text (self, text);
}

static void
paste_file_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (widget);

  if (gdk_content_formats_contain_gtype (gdk_clipboard_get_formats (clipboard), GDK_TYPE_FILE_LIST))
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, NULL, files_pasted_cb, g_object_ref (widget));
  else
    gdk_clipboard_read_text_async (clipboard, NULL, text_pasted_cb, g_object_ref (widget));
}

/* On the list of data sets, files are added to it; anywhere else they start a job. */
static gboolean
drops_are_added (AttuneWindow *self)
{
  return attune_window_get_new_job_page (self) == NULL &&
         g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "datasets") == 0;
}

static GdkDragAction
drop_enter_cb (AttuneWindow *self)
{
  g_assert (ATTUNE_IS_WINDOW (self));

  if (drops_are_added (self))
    adw_status_page_set_title (self->drop_page, _("Drop to Add a Data Set"));
  else if (attune_window_get_new_job_page (self) != NULL)
    adw_status_page_set_title (self->drop_page, _("Drop to Choose the Training Data"));
  else
    adw_status_page_set_title (self->drop_page, _("Drop to Start a New Job"));
  gtk_revealer_set_reveal_child (self->drop_revealer, TRUE);

  return GDK_ACTION_COPY;
}

static void
drop_leave_cb (AttuneWindow *self)
{
  g_assert (ATTUNE_IS_WINDOW (self));

  gtk_revealer_set_reveal_child (self->drop_revealer, FALSE);
}

static gboolean
drop_cb (AttuneWindow *self,
         const GValue *value)
{
  g_autoptr (GSList) list = NULL;
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  gboolean taken = FALSE;

  g_assert (ATTUNE_IS_WINDOW (self));

  gtk_revealer_set_reveal_child (self->drop_revealer, FALSE);
  list = gdk_file_list_get_files (g_value_get_boxed (value));
  for (GSList *link = list; link != NULL; link = link->next)
    g_list_store_append (files, link->data);

  if (!drops_are_added (self))
    return attune_window_take_files (self, G_LIST_MODEL (files));

  for (GSList *link = list; link != NULL; link = link->next)
    if (attune_dataset_actions_is_data_file (link->data))
      {
        attune_datasets_page_add (self->datasets_page, link->data);
        taken = TRUE;
      }

  return taken || attune_window_take_files (self, G_LIST_MODEL (files));
}

/* --- Other actions --- */

static void
search_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  AttuneWindow *self = ATTUNE_WINDOW (widget);
  AttuneNewJobPage *page = attune_window_get_new_job_page (self);

  /* What is searched is what is seen. */
  if (page != NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (page), "new-job.search", NULL);
      return;
    }
  attune_window_show_page (self, "jobs");
  attune_jobs_page_search (self->jobs_page);
}

static void
show_page_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  attune_window_show_page (ATTUNE_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

void
attune_window_add_toast (GtkWidget *widget,
                         AdwToast  *toast)
{
  GtkRoot *root;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (ADW_IS_TOAST (toast));

  root = gtk_widget_get_root (widget);
  if (root != NULL && ATTUNE_IS_WINDOW (root))
    adw_toast_overlay_add_toast (ATTUNE_WINDOW (root)->toast_overlay, toast);
  else
    g_object_unref (g_object_ref_sink (toast));
}

/* --- Object --- */

static gboolean
attune_window_close_request (GtkWindow *window)
{
  attune_settings_save_window (ATTUNE_WINDOW (window)->settings, window);

  return GTK_WINDOW_CLASS (attune_window_parent_class)->close_request (window);
}

static void
attune_window_dispose (GObject *object)
{
  AttuneWindow *self = ATTUNE_WINDOW (object);

  g_clear_object (&self->commands);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_WINDOW);

  G_OBJECT_CLASS (attune_window_parent_class)->dispose (object);
}

static void
attune_window_class_init (AttuneWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_window_dispose;
  widget_class->map = attune_window_map;
  GTK_WINDOW_CLASS (klass)->close_request = attune_window_close_request;

  g_type_ensure (ATTUNE_TYPE_JOBS_PAGE);
  g_type_ensure (ATTUNE_TYPE_DATASETS_PAGE);
  g_type_ensure (ATTUNE_TYPE_MODELS_PAGE);
  g_type_ensure (ATTUNE_TYPE_PROVIDERS_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-window.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, navigation_view);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, split_view);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, sidebar_list);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, content_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, jobs_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, datasets_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, models_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, providers_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, drop_revealer);
  gtk_widget_class_bind_template_child (widget_class, AttuneWindow, drop_page);

  gtk_widget_class_install_action (widget_class, "win.open-file", NULL, open_file_action);
  gtk_widget_class_install_action (widget_class, "win.paste-file", NULL, paste_file_action);
  /* Where text can be typed, text is pasted: the key comes here only from elsewhere. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "win.paste-file", NULL);
  gtk_widget_class_install_action (widget_class, "win.try-example", NULL, try_example_action);
  gtk_widget_class_install_action (widget_class, "win.new-job-with-dataset", "s", new_job_with_dataset_action);
  gtk_widget_class_install_action (widget_class, "win.new-job-with-model", "s", new_job_with_model_action);
  gtk_widget_class_install_action (widget_class, "win.import-model", "s", import_model_action);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "win.show-page", "s", show_page_action);
}

static void
attune_window_init (AttuneWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->settings = attune_settings_new ();
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect_object (self->sidebar_list, "row-selected", G_CALLBACK (sidebar_selected_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sidebar_list, "row-activated", G_CALLBACK (sidebar_activated_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    gtk_list_box_append (self->sidebar_list, make_sidebar_row (_(sections[i].title), sections[i].icon));
  gtk_list_box_select_row (self->sidebar_list, gtk_list_box_get_row_at_index (self->sidebar_list, 0));

  g_signal_connect_object (target, "enter", G_CALLBACK (drop_enter_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "leave", G_CALLBACK (drop_leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));

  attune_settings_restore_window (self->settings, GTK_WINDOW (self));
}

AttuneWindow *
attune_window_new (GtkApplication        *application,
                   AttuneCommands        *commands,
                   AttuneModelImportFunc  import_func)
{
  AttuneWindow *self;

  g_return_val_if_fail (application == NULL || GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);

  self = g_object_new (ATTUNE_TYPE_WINDOW, "application", application, NULL);
  self->commands = g_object_ref (commands);
  attune_jobs_page_set_up (self->jobs_page, commands);
  attune_datasets_page_set_up (self->datasets_page, commands);
  attune_models_page_set_up (self->models_page, commands, import_func);
  attune_providers_page_set_up (self->providers_page, commands);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.import-model", import_func != NULL);

  return self;
}

void
attune_window_set_downloads (AttuneWindow    *self,
                             AttuneDownloads *downloads)
{
  g_return_if_fail (ATTUNE_IS_WINDOW (self));

  attune_models_page_set_downloads (self->models_page, downloads);
}
