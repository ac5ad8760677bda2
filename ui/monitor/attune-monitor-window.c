/* attune-monitor-window.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-window.h"

#include <glib/gi18n-lib.h>

#include "attune-monitor-checkpoints.h"
#include "attune-monitor-configuration.h"
#include "attune-monitor-events.h"
#include "attune-monitor-log.h"
#include "attune-monitor-progress.h"
#include "attune-monitor-resources.h"
#include "attune-monitor-style.h"
#include "attune-monitor-usage.h"

#define KEY_WIDTH  "monitor-width"
#define KEY_HEIGHT "monitor-height"

struct _AttuneMonitorWindow {
  AdwWindow                   parent_instance;

  AdwToastOverlay            *toast_overlay;
  AdwWindowTitle             *window_title;
  GtkWidget                  *pause_button;
  GtkWidget                  *resume_button;
  GtkWidget                  *cancel_button;
  GtkWidget                  *menu_button;
  AdwBanner                  *banner;
  AdwViewStack               *view_stack;
  AttuneMonitorProgress      *progress;
  AttuneMonitorEvents        *events;
  AttuneMonitorCheckpoints   *checkpoints;
  AttuneMonitorConfiguration *configuration;
  AttuneMonitorLog           *log;

  AttuneCommands             *commands;
  AttuneJob                  *job;
  AttuneMonitorMetrics       *metrics;
  AttuneMonitorUsage         *usage;
  GSettings                  *settings; /* NULL where the schema is not installed */
  guint                       update_id;
  guint                       tick_id;
  guint                       n_calls;  /* commands that have not answered */
};

G_DEFINE_FINAL_TYPE (AttuneMonitorWindow, attune_monitor_window, ADW_TYPE_WINDOW)

static void
update_actions (AttuneMonitorWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  AttuneJobStatus status = attune_job_get_status (self->job);
  AttuneAdapter *adapter = attune_registry_lookup (attune_commands_get_registry (self->commands),
                                                   attune_job_get_provider (self->job), NULL);
  gboolean is_sent = attune_job_get_provider_job_id (self->job) != NULL;
  gboolean is_working = status == ATTUNE_JOB_STATUS_RUNNING || status == ATTUNE_JOB_STATUS_QUEUED ||
                        status == ATTUNE_JOB_STATUS_VALIDATING_FILES;
  gboolean is_stopped = status == ATTUNE_JOB_STATUS_PAUSED || status == ATTUNE_JOB_STATUS_FAILED ||
                        status == ATTUNE_JOB_STATUS_CANCELLED;
  gboolean is_idle = self->n_calls == 0 && adapter != NULL;
  gboolean can_pause = is_idle && is_sent && is_working && attune_adapter_can (adapter, "pause");
  gboolean can_resume = is_idle && is_sent && is_stopped && attune_adapter_can (adapter, "resume");
  gboolean can_cancel = is_idle && !attune_job_status_is_final (status) && attune_adapter_can (adapter, "cancel");

  gtk_widget_action_set_enabled (widget, "job.pause", can_pause);
  gtk_widget_action_set_enabled (widget, "job.resume", can_resume);
  gtk_widget_action_set_enabled (widget, "job.cancel", can_cancel);
  gtk_widget_action_set_enabled (widget, "job.show-output", attune_job_get_output_path (self->job) != NULL);

  /* While a command is under way its button stays where it is, or the next one would slide under the pointer. */
  if (self->n_calls > 0)
    return;
  gtk_widget_set_visible (self->pause_button, can_pause);
  gtk_widget_set_visible (self->resume_button, can_resume);
  gtk_widget_set_visible (self->cancel_button, can_cancel);
}

static void
update (AttuneMonitorWindow *self)
{
  const char *name;
  const char *state;

  if (self->job == NULL)
    return;

  name = attune_job_get_name (self->job);
  state = attune_job_status_get_title (attune_job_get_status (self->job));
  gtk_window_set_title (GTK_WINDOW (self), name);
  adw_window_title_set_title (self->window_title, name);
  adw_window_title_set_subtitle (self->window_title, state);
  update_actions (self);
  attune_monitor_progress_update (self->progress);
}

static gboolean
update_cb (gpointer user_data)
{
  AttuneMonitorWindow *self = user_data;

  g_assert (ATTUNE_IS_MONITOR_WINDOW (self));

  self->update_id = 0;
  update (self);

  return G_SOURCE_REMOVE;
}

static gboolean
is_seen (AttuneMonitorWindow *self)
{
  return gtk_widget_get_mapped (GTK_WIDGET (self)) && !gtk_window_is_suspended (GTK_WINDOW (self));
}

static gboolean
tick_cb (gpointer user_data)
{
  AttuneMonitorWindow *self = user_data;

  g_assert (ATTUNE_IS_MONITOR_WINDOW (self));

  if (is_seen (self))
    {
      attune_monitor_metrics_refresh (self->metrics);
      attune_monitor_log_refresh (self->log);
      if (!attune_job_status_is_final (attune_job_get_status (self->job)))
        attune_monitor_usage_sample (self->usage);
      if (self->update_id == 0)
        self->update_id = g_idle_add (update_cb, self);
    }

  /* The tick after the end has read the last lines. */
  if (attune_job_status_is_final (attune_job_get_status (self->job)))
    {
      self->tick_id = 0;
      return G_SOURCE_REMOVE;
    }

  return G_SOURCE_CONTINUE;
}

static void
start_ticking (AttuneMonitorWindow *self)
{
  if (self->tick_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick_id = g_timeout_add_seconds (1, tick_cb, self);
}

/* One piece of news changes many properties; the window is brought up to date once. */
static void
job_notify_cb (AttuneMonitorWindow *self)
{
  g_assert (ATTUNE_IS_MONITOR_WINDOW (self));

  if (self->job == NULL)
    return;

  if (self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
  if (is_seen (self))
    {
      attune_monitor_metrics_refresh (self->metrics);
      /* A job that had ended may have been resumed. */
      start_ticking (self);
    }
}

static void
suspended_cb (AttuneMonitorWindow *self)
{
  g_assert (ATTUNE_IS_MONITOR_WINDOW (self));

  if (self->job != NULL)
    job_notify_cb (self);
}

static void
show_banner (AttuneMonitorWindow *self,
             const char          *text)
{
  adw_banner_set_title (self->banner, text);
  adw_banner_set_revealed (self->banner, TRUE);
}

static void
reading_failed_cb (AttuneMonitorWindow *self)
{
  g_autofree char *message = NULL;

  g_assert (ATTUNE_IS_MONITOR_WINDOW (self));

  if (self->metrics == NULL)
    return;

  g_object_get (self->metrics, "error-message", &message, NULL);
  if (message != NULL)
    show_banner (self, message);
  else
    adw_banner_set_revealed (self->banner, FALSE);
}

static void
dismiss_cb (AttuneMonitorWindow *self)
{
  g_assert (ATTUNE_IS_MONITOR_WINDOW (self));

  adw_banner_set_revealed (self->banner, FALSE);
}

static void
called_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (AttuneMonitorWindow) self = user_data;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_MONITOR_WINDOW (self));

  reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);

  /* The window may have been closed meanwhile; what was asked for is done all the same. */
  self->n_calls--;
  if (self->job == NULL)
    return;

  if (reply == NULL && !attune_error_is_cancelled (error))
    {
      const char *remedy = error->domain == ATTUNE_ERROR ? attune_error_get_remedy (error->code) : NULL;
      g_autofree char *text = remedy != NULL ? g_strdup_printf ("%s\n%s", error->message, remedy) : g_strdup (error->message);

      show_banner (self, text);
    }
  update (self);
}

static void
call (AttuneMonitorWindow *self,
      const char          *command)
{
  GVariantDict parameters;

  g_variant_dict_init (&parameters, NULL);
  g_variant_dict_insert (&parameters, "jobId", "s", attune_job_get_id (self->job));

  adw_banner_set_revealed (self->banner, FALSE);
  self->n_calls++;
  update_actions (self);
  attune_commands_call_async (self->commands, command, g_variant_dict_end (&parameters), NULL, called_cb, g_object_ref (self));
}

static void
pause_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  call (ATTUNE_MONITOR_WINDOW (widget), "job-pause");
}

static void
resume_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  call (ATTUNE_MONITOR_WINDOW (widget), "job-resume");
}

static void
cancel_confirmed_cb (AttuneMonitorWindow *self)
{
  g_assert (ATTUNE_IS_MONITOR_WINDOW (self));

  if (self->job != NULL && !attune_job_status_is_final (attune_job_get_status (self->job)))
    call (self, "job-cancel");
}

static void
cancel_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  AttuneMonitorWindow *self = ATTUNE_MONITOR_WINDOW (widget);
  AdwDialog *dialog = adw_alert_dialog_new (_("Cancel This Job?"), NULL);

  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                /* Translators: %s is the name of a job. */
                                _("“%s” will stop training. Checkpoints that were written are kept."),
                                attune_job_get_name (self->job));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "keep", _("_Keep Training"), "cancel", _("_Cancel Job"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "cancel", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "keep");
  g_signal_connect_object (dialog, "response::cancel", G_CALLBACK (cancel_confirmed_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

static void
say_action (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  AttuneMonitorWindow *self = ATTUNE_MONITOR_WINDOW (widget);
  AdwToast *toast = adw_toast_new (g_variant_get_string (parameter, NULL));

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
}

static void
copy (AttuneMonitorWindow *self,
      const char          *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  gtk_widget_activate_action (GTK_WIDGET (self), "job.say", "s", _("Copied to the clipboard"));
}

static void
copy_text_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  copy (ATTUNE_MONITOR_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
copy_configuration_action (GtkWidget  *widget,
                           const char *action_name,
                           GVariant   *parameter)
{
  AttuneMonitorWindow *self = ATTUNE_MONITOR_WINDOW (widget);
  g_autoptr (JsonNode) node = attune_configuration_to_json (attune_job_get_configuration (self->job), ATTUNE_SECRETS_OMIT);
  g_autofree char *text = json_to_string (node, TRUE);

  copy (self, text);
}

static void
launched_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (AttuneMonitorWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_MONITOR_WINDOW (self));

  if (!gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (object), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
      !attune_error_is_cancelled (error) && self->job != NULL)
    {
      g_autofree char *path = g_file_get_path (gtk_file_launcher_get_file (GTK_FILE_LAUNCHER (object)));
      /* Translators: the first %s is the path of a folder, the second one says what went wrong. */
      g_autofree char *text = g_strdup_printf (_("The folder %s could not be opened: %s"), path, error->message);

      show_banner (self, text);
    }
}

static void
open_folder (AttuneMonitorWindow *self,
             const char          *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  gtk_file_launcher_launch (launcher, GTK_WINDOW (self), NULL, launched_cb, g_object_ref (self));
}

static void
open_folder_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  open_folder (ATTUNE_MONITOR_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
show_output_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  AttuneMonitorWindow *self = ATTUNE_MONITOR_WINDOW (widget);

  open_folder (self, attune_job_get_output_path (self->job));
}

/* The form, filled in as this job was. */
static void
clone_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  gtk_widget_activate_action (widget, "app.clone-job", "s", attune_job_get_id (ATTUNE_MONITOR_WINDOW (widget)->job));
}

/* In a window of its own, to which others can be added. */
static void
compare_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  const char *ids[] = { attune_job_get_id (ATTUNE_MONITOR_WINDOW (widget)->job), NULL };

  gtk_widget_activate_action_variant (widget, "app.compare", g_variant_new_strv (ids, -1));
}

static void
show_page_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  adw_view_stack_set_visible_child_name (ATTUNE_MONITOR_WINDOW (widget)->view_stack, g_variant_get_string (parameter, NULL));
}

/* In the log, or in the events where there is something to be found. */
static void
search_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  AttuneMonitorWindow *self = ATTUNE_MONITOR_WINDOW (widget);

  if (g_strcmp0 (adw_view_stack_get_visible_child_name (self->view_stack), "log") == 0)
    {
      attune_monitor_log_search (self->log);
      return;
    }

  adw_view_stack_set_visible_child_name (self->view_stack, "events");
  attune_monitor_events_search (self->events);
}

AttuneJob *
attune_monitor_window_get_job (AttuneMonitorWindow *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_WINDOW (self), NULL);

  return self->job;
}

AttuneMonitorMetrics *
attune_monitor_window_get_metrics (AttuneMonitorWindow *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_WINDOW (self), NULL);

  return self->metrics;
}

AttuneMonitorCharts *
attune_monitor_window_get_charts (AttuneMonitorWindow *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_WINDOW (self), NULL);

  return attune_monitor_progress_get_charts (self->progress);
}

static void
attune_monitor_window_map (GtkWidget *widget)
{
  AttuneMonitorWindow *self = ATTUNE_MONITOR_WINDOW (widget);

  GTK_WIDGET_CLASS (attune_monitor_window_parent_class)->map (widget);

  /* Else it would be the first text that can be selected, and it would be selected. */
  if (gtk_window_get_focus (GTK_WINDOW (self)) == NULL || GTK_IS_LABEL (gtk_window_get_focus (GTK_WINDOW (self))))
    gtk_widget_grab_focus (self->menu_button);

  attune_monitor_metrics_refresh (self->metrics);
  attune_monitor_log_refresh (self->log);
  if (!attune_job_status_is_final (attune_job_get_status (self->job)))
    start_ticking (self);
}

static void
attune_monitor_window_unmap (GtkWidget *widget)
{
  AttuneMonitorWindow *self = ATTUNE_MONITOR_WINDOW (widget);
  int width, height;

  g_clear_handle_id (&self->tick_id, g_source_remove);

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  if (self->settings != NULL && width > 0 && height > 0 && !gtk_window_is_maximized (GTK_WINDOW (self)))
    {
      g_settings_set_int (self->settings, KEY_WIDTH, width);
      g_settings_set_int (self->settings, KEY_HEIGHT, height);
    }

  GTK_WIDGET_CLASS (attune_monitor_window_parent_class)->unmap (widget);
}

static void
attune_monitor_window_dispose (GObject *object)
{
  AttuneMonitorWindow *self = ATTUNE_MONITOR_WINDOW (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_WINDOW);
  g_clear_object (&self->usage);
  g_clear_object (&self->metrics);
  g_clear_object (&self->job);
  g_clear_object (&self->commands);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (attune_monitor_window_parent_class)->dispose (object);
}

static void
attune_monitor_window_class_init (AttuneMonitorWindowClass *klass)
{
  static const char * const pages[] = { "progress", "events", "checkpoints", "configuration", "log" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_monitor_window_dispose;
  widget_class->map = attune_monitor_window_map;
  widget_class->unmap = attune_monitor_window_unmap;

  /* Their constructor registers them, but only if the linker was given a reason to take them. */
  attune_monitor_get_resource ();
  g_type_ensure (ATTUNE_TYPE_MONITOR_PROGRESS);
  g_type_ensure (ATTUNE_TYPE_MONITOR_EVENTS);
  g_type_ensure (ATTUNE_TYPE_MONITOR_CHECKPOINTS);
  g_type_ensure (ATTUNE_TYPE_MONITOR_CONFIGURATION);
  g_type_ensure (ATTUNE_TYPE_MONITOR_LOG);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/monitor/attune-monitor-window.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, window_title);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, pause_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, resume_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, view_stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, progress);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, events);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, checkpoints);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, configuration);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorWindow, log);

  gtk_widget_class_install_action (widget_class, "job.pause", NULL, pause_action);
  gtk_widget_class_install_action (widget_class, "job.resume", NULL, resume_action);
  gtk_widget_class_install_action (widget_class, "job.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (widget_class, "job.show-output", NULL, show_output_action);
  gtk_widget_class_install_action (widget_class, "job.open-folder", "s", open_folder_action);
  gtk_widget_class_install_action (widget_class, "job.copy-text", "s", copy_text_action);
  gtk_widget_class_install_action (widget_class, "job.copy-configuration", NULL, copy_configuration_action);
  gtk_widget_class_install_action (widget_class, "job.clone", NULL, clone_action);
  gtk_widget_class_install_action (widget_class, "job.compare", NULL, compare_action);
  gtk_widget_class_install_action (widget_class, "job.show-page", "s", show_page_action);
  gtk_widget_class_install_action (widget_class, "job.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "job.say", "s", say_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "job.search", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1 + i, GDK_ALT_MASK, "job.show-page", "s", pages[i]);
}

static void
attune_monitor_window_init (AttuneMonitorWindow *self)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  attune_monitor_style_load (gtk_widget_get_display (GTK_WIDGET (self)));
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect_object (self->banner, "button-clicked", G_CALLBACK (dismiss_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::suspended", G_CALLBACK (suspended_cb), NULL);

  /* A program started from its build folder may have no schema; then the size is the template's. */
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, APPLICATION_ID, TRUE);
  if (schema != NULL)
    {
      self->settings = g_settings_new_full (schema, NULL, NULL);
      gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (self->settings, KEY_WIDTH),
                                   g_settings_get_int (self->settings, KEY_HEIGHT));
    }
}

GtkWindow *
attune_monitor_window_new (AttuneCommands *commands,
                           AttuneJob      *job)
{
  AttuneMonitorWindow *self;
  g_autofree char *run_folder = NULL;
  g_autofree char *log_path = NULL;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  self = g_object_new (ATTUNE_TYPE_MONITOR_WINDOW, NULL);
  self->commands = g_object_ref (commands);
  self->job = g_object_ref (job);
  self->metrics = attune_monitor_metrics_new (attune_commands_get_jobs (commands), job);

  run_folder = attune_job_store_dup_run_folder (attune_commands_get_jobs (commands), job);
  log_path = g_build_filename (run_folder, "log.txt", NULL);
  self->usage = attune_monitor_usage_new (self->metrics, run_folder);
  attune_monitor_progress_set_metrics (self->progress, self->metrics, run_folder);
  attune_monitor_charts_add_usage (attune_monitor_progress_get_charts (self->progress), self->usage);
  attune_monitor_log_set_path (self->log, log_path);
  attune_monitor_events_set_metrics (self->events, self->metrics);
  attune_monitor_checkpoints_set_up (self->checkpoints, commands, self->metrics);
  attune_monitor_configuration_set_job (self->configuration, commands, job);
  g_signal_connect_object (job, "notify", G_CALLBACK (job_notify_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->metrics, "notify::error-message", G_CALLBACK (reading_failed_cb), self, G_CONNECT_SWAPPED);
  update (self);

  return GTK_WINDOW (self);
}
