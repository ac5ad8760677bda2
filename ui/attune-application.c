/* attune-application.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-application"

#include "attune-application.h"

#include <math.h>

#include <glib/gi18n-lib.h>
#include <gtksourceview/gtksource.h>

#include "attune-about.h"
#include "attune-background.h"
#include "attune-commands-service.h"
#include "attune-compare-window.h"
#include "attune-dataset-actions.h"
#include "attune-dialogs.h"
#include "attune-error.h"
#include "attune-format.h"
#include "attune-monitor-window.h"
#include "attune-preferences.h"
#include "attune-shortcuts.h"
#include "attune-window.h"

struct _AttuneApplication {
  AdwApplication         parent_instance;

  AttuneRegistry        *registry;
  AttuneJobStore        *jobs;
  AttuneDatasetStore    *datasets;
  AttuneMonitor         *monitor;
  AttuneCredentials     *credentials;
  AttuneCommands        *commands;
  AttuneSettings        *settings;
  AttuneBackground      *background;
  AttuneModelImportFunc  import_func;
  AttuneDownloads       *downloads;       /* NULL: there is no place to load models from */
  GHashTable            *monitor_windows; /* job id → GtkWindow, borrowed */
  char                  *pending_job;     /* to be opened when the jobs were read */
  guint                  n_loading;
  guint                  service_id;      /* of the commands on D-Bus */
  guint                  loaded : 1;
  guint                  starts_with_new_job : 1;
};

enum { PROP_REGISTRY = 1, N_PROPS };
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneApplication, attune_application, ADW_TYPE_APPLICATION)

/* --- Windows --- */

static AttuneWindow *
find_window (AttuneApplication *self)
{
  for (GList *link = gtk_application_get_windows (GTK_APPLICATION (self)); link != NULL; link = link->next)
    if (ATTUNE_IS_WINDOW (link->data))
      return link->data;

  return NULL;
}

static AttuneWindow *
present_window (AttuneApplication *self)
{
  AttuneWindow *window = find_window (self);

  if (window == NULL)
    {
      window = attune_window_new (GTK_APPLICATION (self), self->commands, self->import_func);
      if (self->downloads != NULL)
        attune_window_set_downloads (window, self->downloads);
      if (self->loaded)
        attune_window_set_loaded (window);
    }
  gtk_window_present (GTK_WINDOW (window));

  return window;
}

static void
monitor_window_destroyed_cb (AttuneApplication *self,
                             GtkWindow         *window)
{
  GHashTableIter iter;
  gpointer value;

  g_assert (ATTUNE_IS_APPLICATION (self));

  g_hash_table_iter_init (&iter, self->monitor_windows);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (value == window)
      g_hash_table_iter_remove (&iter);
}

void
attune_application_open_job (AttuneApplication *self,
                             const char        *id)
{
  GtkWindow *window;
  AttuneJob *job;

  g_return_if_fail (ATTUNE_IS_APPLICATION (self));
  g_return_if_fail (id != NULL);

  window = g_hash_table_lookup (self->monitor_windows, id);
  if (window != NULL)
    {
      gtk_window_present (window);
      return;
    }

  job = attune_job_store_lookup (self->jobs, id);
  if (job == NULL)
    {
      /* A notification of an earlier session may be the first thing that is clicked. */
      if (!self->loaded)
        g_set_str (&self->pending_job, id);
      present_window (self);
      return;
    }

  window = attune_monitor_window_new (self->commands, job);
  gtk_window_set_application (window, GTK_APPLICATION (self));
  g_hash_table_insert (self->monitor_windows, g_strdup (id), window);
  g_signal_connect_object (window, "destroy", G_CALLBACK (monitor_window_destroyed_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (window);
}

/* --- News of jobs --- */

static void
job_finished_cb (AttuneApplication *self,
                 AttuneJob         *job)
{
  AttuneJobStatus status = attune_job_get_status (job);
  GtkWindow *window = g_hash_table_lookup (self->monitor_windows, attune_job_get_id (job));
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *title = NULL;
  g_autofree char *body = NULL;

  g_assert (ATTUNE_IS_APPLICATION (self));

  /* Who looks at it, or stopped it, knows. */
  if (!attune_settings_get_notifications (self->settings) || status == ATTUNE_JOB_STATUS_CANCELLED || (window != NULL && gtk_window_is_active (window)))
    return;

  if (status == ATTUNE_JOB_STATUS_FAILED)
    {
      g_autoptr (GError) error = attune_job_dup_error (job);

      title = g_strdup_printf (_("“%s” failed"), attune_job_get_name (job));
      body = g_strdup (error != NULL ? error->message : _("The provider gave no reason."));
    }
  else
    {
      double loss = attune_job_get_metric (job, ATTUNE_METRIC_EVAL_LOSS);

      if (isnan (loss))
        loss = attune_job_get_metric (job, ATTUNE_METRIC_LOSS);
      title = g_strdup_printf (_("“%s” is trained"), attune_job_get_name (job));
      if (!isnan (loss))
        {
          g_autofree char *number = attune_format_loss (loss);

          body = g_strdup_printf (_("The last loss was %s."), number);
        }
    }

  notification = g_notification_new (title);
  if (body != NULL)
    g_notification_set_body (notification, body);
  if (status == ATTUNE_JOB_STATUS_FAILED)
    g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (notification, "app.open-job", "s", attune_job_get_id (job));
  g_application_send_notification (G_APPLICATION (self), attune_job_get_id (job), notification);
}

static void
damaged_cb (AttuneApplication *self,
            const char        *path,
            const char        *message)
{
  AttuneWindow *window;

  g_assert (ATTUNE_IS_APPLICATION (self));

  g_warning ("%s: %s", path, message);
  window = find_window (self);
  if (window != NULL)
    {
      AdwToast *toast = adw_toast_new ("");

      adw_toast_set_use_markup (toast, FALSE);
      adw_toast_set_title (toast, message);
      adw_toast_set_timeout (toast, 0);
      attune_window_add_toast (GTK_WIDGET (window), toast);
    }
}

/* --- Loading --- */

static void
finish_loading (AttuneApplication *self,
                GError            *error)
{
  AttuneWindow *window = find_window (self);

  if (error != NULL && window != NULL)
    attune_dialogs_present_error (GTK_WIDGET (window), _("What Was Stored Could Not Be Read"), error);
  else if (error != NULL)
    g_warning ("Loading: %s", error->message);

  if (--self->n_loading > 0)
    return;

  self->loaded = TRUE;
  if (window != NULL)
    attune_window_set_loaded (window);
  attune_monitor_start (self->monitor);
  if (self->pending_job != NULL)
    {
      g_autofree char *id = g_steal_pointer (&self->pending_job);

      attune_application_open_job (self, id);
    }
}

static void
jobs_loaded_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (AttuneApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  attune_job_store_load_finish (ATTUNE_JOB_STORE (object), result, &error);
  finish_loading (self, error);
}

static void
datasets_loaded_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (AttuneApplication) self = user_data;
  g_autoptr (GError) error = NULL;

  attune_dataset_store_load_finish (ATTUNE_DATASET_STORE (object), result, &error);
  finish_loading (self, error);
}

/* --- Actions --- */

static void
new_job_action (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  attune_window_continue_new_job (present_window (ATTUNE_APPLICATION (user_data)));
}

static void
clone_job_action (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  AttuneApplication *self = ATTUNE_APPLICATION (user_data);
  AttuneJob *job = attune_job_store_lookup (self->jobs, g_variant_get_string (parameter, NULL));

  if (job != NULL)
    attune_new_job_page_set_job (attune_window_show_new_job (present_window (self)), job);
}

static void
open_job_action (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  attune_application_open_job (ATTUNE_APPLICATION (user_data), g_variant_get_string (parameter, NULL));
}

/* Of the ids those are left out that are no jobs any more. */
static void
compare_action (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  AttuneApplication *self = ATTUNE_APPLICATION (user_data);
  g_autofree const char **ids = g_variant_get_strv (parameter, NULL);
  g_autoptr (GListStore) jobs = g_list_store_new (ATTUNE_TYPE_JOB);
  GtkWindow *window;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      AttuneJob *job = attune_job_store_lookup (self->jobs, ids[i]);

      if (job != NULL)
        g_list_store_append (jobs, job);
    }

  window = attune_compare_window_new (self->commands, G_LIST_MODEL (jobs));
  gtk_window_set_application (window, GTK_APPLICATION (self));
  gtk_window_present (window);
}

static void
about_action (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  AttuneApplication *self = ATTUNE_APPLICATION (user_data);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  adw_dialog_present (attune_about_new_dialog (self->registry), GTK_WIDGET (window));
}

static void
preferences_action (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  AttuneApplication *self = ATTUNE_APPLICATION (user_data);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (ADW_IS_APPLICATION_WINDOW (window) &&
      ATTUNE_IS_PREFERENCES (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window))))
    return;
  adw_dialog_present (attune_preferences_new (self->settings, self->registry), GTK_WIDGET (window));
}

static void
shortcuts_action (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (user_data));

  adw_dialog_present (attune_shortcuts_new_dialog (), GTK_WIDGET (window));
}

static void
quit_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  GList *windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (user_data)));

  /* Each window is asked, so that each remembers its size. Runs on this computer go on without us. */
  for (GList *link = windows; link != NULL; link = link->next)
    gtk_window_close (link->data);
  g_list_free (windows);
  g_application_quit (G_APPLICATION (user_data));
}

static const GActionEntry actions[] = {
  { "new-job", new_job_action },
  { "clone-job", clone_job_action, "s" },
  { "open-job", open_job_action, "s" },
  { "compare", compare_action, "as" },
  { "about", about_action },
  { "preferences", preferences_action },
  { "shortcuts", shortcuts_action },
  { "quit", quit_action },
};

/* --- Application --- */

static void
attune_application_startup (GApplication *application)
{
  AttuneApplication *self = ATTUNE_APPLICATION (application);
  g_autoptr (GtkCssProvider) css = NULL;

  G_APPLICATION_CLASS (attune_application_parent_class)->startup (application);

  gtk_source_init ();
  gtk_window_set_default_icon_name (APPLICATION_ID);

  css = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (css, "/io/github/attune/Attune/ui/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  attune_shortcuts_install (GTK_APPLICATION (self));

  g_signal_connect_object (self->monitor, "job-finished", G_CALLBACK (job_finished_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs, "damaged", G_CALLBACK (damaged_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->datasets, "damaged", G_CALLBACK (damaged_cb), self, G_CONNECT_SWAPPED);
  attune_preferences_apply_appearance (self->settings);
  self->background = attune_background_new (GTK_APPLICATION (self), self->settings, self->jobs);
  self->n_loading = 2;
  attune_job_store_load_async (self->jobs, NULL, jobs_loaded_cb, g_object_ref (self));
  attune_dataset_store_load_async (self->datasets, NULL, datasets_loaded_cb, g_object_ref (self));
}

static void
attune_application_activate (GApplication *application)
{
  AttuneApplication *self = ATTUNE_APPLICATION (application);
  AttuneWindow *window = present_window (self);

  if (self->starts_with_new_job)
    {
      self->starts_with_new_job = FALSE;
      attune_window_continue_new_job (window);
    }
}

static void
attune_application_open (GApplication  *application,
                         GFile        **files,
                         int            n_files,
                         const char    *hint)
{
  g_autoptr (GListStore) list = g_list_store_new (G_TYPE_FILE);

  for (int i = 0; i < n_files; i++)
    g_list_store_append (list, files[i]);
  attune_window_take_files (present_window (ATTUNE_APPLICATION (application)), G_LIST_MODEL (list));
}

static int
attune_application_handle_local_options (GApplication *application,
                                         GVariantDict *options)
{
  AttuneApplication *self = ATTUNE_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  if (!g_variant_dict_contains (options, "new-job"))
    return -1;

  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  if (g_application_get_is_remote (application))
    {
      g_action_group_activate_action (G_ACTION_GROUP (application), "new-job", NULL);
      return 0;
    }
  self->starts_with_new_job = TRUE;

  return -1;
}

static gboolean
attune_application_dbus_register (GApplication     *application,
                                  GDBusConnection  *connection,
                                  const char       *object_path,
                                  GError          **error)
{
  AttuneApplication *self = ATTUNE_APPLICATION (application);

  if (!G_APPLICATION_CLASS (attune_application_parent_class)->dbus_register (application, connection, object_path, error))
    return FALSE;

  self->service_id = attune_commands_export (self->commands, connection, error);

  return self->service_id != 0;
}

static void
attune_application_dbus_unregister (GApplication    *application,
                                    GDBusConnection *connection,
                                    const char      *object_path)
{
  AttuneApplication *self = ATTUNE_APPLICATION (application);

  if (self->service_id != 0)
    {
      g_dbus_connection_unregister_object (connection, self->service_id);
      self->service_id = 0;
    }

  G_APPLICATION_CLASS (attune_application_parent_class)->dbus_unregister (application, connection, object_path);
}

static void
attune_application_shutdown (GApplication *application)
{
  AttuneApplication *self = ATTUNE_APPLICATION (application);

  attune_background_stop (self->background);
  attune_monitor_stop (self->monitor);

  G_APPLICATION_CLASS (attune_application_parent_class)->shutdown (application);
}

static void
attune_application_constructed (GObject *object)
{
  AttuneApplication *self = ATTUNE_APPLICATION (object);

  G_OBJECT_CLASS (attune_application_parent_class)->constructed (object);

  self->settings = attune_settings_new ();
  self->jobs = attune_job_store_new (NULL);
  self->datasets = attune_dataset_store_new (NULL);
  self->monitor = attune_monitor_new (self->registry, self->jobs, self->datasets);
  self->credentials = attune_credentials_new ();
  self->commands = attune_commands_new (self->registry, self->jobs, self->datasets, self->monitor, self->credentials);
  attune_commands_set_dataset_check (self->commands, attune_dataset_actions_check_entity);
}

static void
attune_application_finalize (GObject *object)
{
  AttuneApplication *self = ATTUNE_APPLICATION (object);

  if (self->downloads != NULL)
    attune_downloads_pause_all (self->downloads);
  g_clear_object (&self->downloads);
  g_clear_object (&self->background);
  g_clear_object (&self->settings);
  g_clear_object (&self->commands);
  g_clear_object (&self->credentials);
  g_clear_object (&self->monitor);
  g_clear_object (&self->datasets);
  g_clear_object (&self->jobs);
  g_clear_object (&self->registry);
  g_clear_pointer (&self->monitor_windows, g_hash_table_unref);
  g_clear_pointer (&self->pending_job, g_free);

  G_OBJECT_CLASS (attune_application_parent_class)->finalize (object);
}

static void
attune_application_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  AttuneApplication *self = ATTUNE_APPLICATION (object);

  switch (prop_id)
    {
    case PROP_REGISTRY:
      self->registry = g_value_dup_object (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_application_class_init (AttuneApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->constructed = attune_application_constructed;
  object_class->finalize = attune_application_finalize;
  object_class->set_property = attune_application_set_property;
  application_class->startup = attune_application_startup;
  application_class->activate = attune_application_activate;
  application_class->open = attune_application_open;
  application_class->handle_local_options = attune_application_handle_local_options;
  application_class->dbus_register = attune_application_dbus_register;
  application_class->dbus_unregister = attune_application_dbus_unregister;
  application_class->shutdown = attune_application_shutdown;

  properties[PROP_REGISTRY] =
    g_param_spec_object ("registry", NULL, NULL, ATTUNE_TYPE_REGISTRY,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
attune_application_init (AttuneApplication *self)
{
  self->monitor_windows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_application_set_version (G_APPLICATION (self), ATTUNE_VERSION);
  g_application_add_main_option (G_APPLICATION (self), "new-job", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE,
                                 _("Start with a new job"), NULL);
}

AttuneApplication *
attune_application_new (AttuneRegistry *registry)
{
  g_return_val_if_fail (ATTUNE_IS_REGISTRY (registry), NULL);

  return g_object_new (ATTUNE_TYPE_APPLICATION,
                       "application-id", APPLICATION_ID,
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/attune/Attune",
                       "registry", registry,
                       NULL);
}

void
attune_application_set_model_import (AttuneApplication     *self,
                                     AttuneModelImportFunc  func)
{
  g_return_if_fail (ATTUNE_IS_APPLICATION (self));

  self->import_func = func;
}

void
attune_application_set_model_source (AttuneApplication       *self,
                                     const AttuneModelSource *source)
{
  g_return_if_fail (ATTUNE_IS_APPLICATION (self));
  g_return_if_fail (source != NULL && self->downloads == NULL);

  self->downloads = attune_downloads_new (source, self->credentials);
}

AttuneDownloads *
attune_application_get_downloads (AttuneApplication *self)
{
  g_return_val_if_fail (ATTUNE_IS_APPLICATION (self), NULL);

  return self->downloads;
}

AttuneCommands *
attune_application_get_commands (AttuneApplication *self)
{
  g_return_val_if_fail (ATTUNE_IS_APPLICATION (self), NULL);

  return self->commands;
}

AttuneBackground *
attune_application_get_background (AttuneApplication *self)
{
  g_return_val_if_fail (ATTUNE_IS_APPLICATION (self), NULL);

  return self->background;
}

gboolean
attune_application_is_loaded (AttuneApplication *self)
{
  g_return_val_if_fail (ATTUNE_IS_APPLICATION (self), FALSE);

  return self->loaded;
}
