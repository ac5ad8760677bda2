/* attune-background.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-background"

#include "attune-background.h"

#include <glib/gi18n-lib.h>

#define THIS_COMPUTER "local"

#define PORTAL_NAME "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define PORTAL_INTERFACE "org.freedesktop.portal.Background"

struct _AttuneBackground {
  GObject         parent_instance;

  GtkApplication *application; /* borrowed; NULL after the end */
  AttuneSettings *settings;
  AttuneJobStore *jobs;
  guint           update_id;
  guint           inhibit_cookie; /* 0: the desktop cannot, or was not asked */
  guint           held : 1;
  guint           awake : 1;
  guint           asked : 1; /* the portal */
};

G_DEFINE_FINAL_TYPE (AttuneBackground, attune_background, G_TYPE_OBJECT)

/* --- The portal --- */

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  /* Without the leave of the desktop the jobs run all the same; they are only not watched. */
  if (answer == NULL)
    g_debug ("The desktop was not asked for the background: %s", error->message);
}

/* Programs in a sandbox without a window are ended unless the person allows them; others need no leave. */
static void
ask_portal (AttuneBackground *self)
{
  GDBusConnection *connection = g_application_get_dbus_connection (G_APPLICATION (self->application));
  GVariantBuilder options;

  if (self->asked || connection == NULL || !g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS))
    return;

  self->asked = TRUE;
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "reason", g_variant_new_string (_("Watches jobs until they have ended.")));
  g_variant_builder_add (&options, "{sv}", "autostart", g_variant_new_boolean (FALSE));
  g_dbus_connection_call (connection, PORTAL_NAME, PORTAL_PATH, PORTAL_INTERFACE, "RequestBackground",
                          g_variant_new ("(sa{sv})", "", &options), G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          asked_cb, NULL);
}

/* --- What there is to do --- */

static void
set_held (AttuneBackground *self,
          gboolean          held)
{
  if (self->held == held)
    return;

  self->held = held;
  if (held)
    {
      g_application_hold (G_APPLICATION (self->application));
      ask_portal (self);
    }
  else
    g_application_release (G_APPLICATION (self->application));
}

static void
set_awake (AttuneBackground *self,
           gboolean          awake)
{
  if (self->awake == awake)
    return;

  self->awake = awake;
  if (awake)
    self->inhibit_cookie = gtk_application_inhibit (self->application, gtk_application_get_active_window (self->application),
                                                    GTK_APPLICATION_INHIBIT_SUSPEND, _("A model is being trained on this computer"));
  else if (self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (self->application, self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
}

static void
update (AttuneBackground *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->jobs));
  gboolean under_way = FALSE;
  gboolean runs_here = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (self->jobs), i);
      AttuneJobStatus status = attune_job_get_status (job);

      if (attune_job_status_is_final (status) || status == ATTUNE_JOB_STATUS_PAUSED)
        continue;
      under_way = TRUE;
      if (status == ATTUNE_JOB_STATUS_RUNNING && g_strcmp0 (attune_job_get_provider (job), THIS_COMPUTER) == 0)
        runs_here = TRUE;
    }

  set_awake (self, runs_here && attune_settings_get_inhibit_suspend (self->settings));
  set_held (self, under_way && attune_settings_get_run_in_background (self->settings));
}

static void
update_cb (gpointer user_data)
{
  AttuneBackground *self = user_data;

  self->update_id = 0;
  update (self);
}

/* Thousands of jobs may arrive at once. */
static void
queue_update (AttuneBackground *self)
{
  if (self->update_id == 0 && self->application != NULL)
    self->update_id = g_idle_add_once (update_cb, self);
}

static void
settings_cb (AttuneBackground *self)
{
  g_assert (ATTUNE_IS_BACKGROUND (self));

  if (self->application != NULL)
    update (self);
}

static void
jobs_changed_cb (AttuneBackground *self,
                 guint             position,
                 guint             n_removed,
                 guint             n_added,
                 GListModel       *jobs)
{
  g_assert (ATTUNE_IS_BACKGROUND (self));

  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (jobs, i);

      /* A job that moves in the list comes here twice. */
      g_signal_handlers_disconnect_by_func (job, queue_update, self);
      g_signal_connect_object (job, "notify::status", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
    }
  queue_update (self);
}

/* --- Object --- */

gboolean
attune_background_is_held (AttuneBackground *self)
{
  g_return_val_if_fail (ATTUNE_IS_BACKGROUND (self), FALSE);

  return self->held;
}

gboolean
attune_background_is_awake (AttuneBackground *self)
{
  g_return_val_if_fail (ATTUNE_IS_BACKGROUND (self), FALSE);

  return self->awake;
}

void
attune_background_stop (AttuneBackground *self)
{
  g_return_if_fail (ATTUNE_IS_BACKGROUND (self));

  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->application == NULL)
    return;

  set_awake (self, FALSE);
  set_held (self, FALSE);
  self->application = NULL;
}

static void
attune_background_dispose (GObject *object)
{
  AttuneBackground *self = ATTUNE_BACKGROUND (object);

  attune_background_stop (self);
  g_clear_object (&self->settings);
  g_clear_object (&self->jobs);

  G_OBJECT_CLASS (attune_background_parent_class)->dispose (object);
}

static void
attune_background_class_init (AttuneBackgroundClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = attune_background_dispose;
}

static void
attune_background_init (AttuneBackground *self)
{
}

AttuneBackground *
attune_background_new (GtkApplication *application,
                       AttuneSettings *settings,
                       AttuneJobStore *jobs)
{
  AttuneBackground *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (ATTUNE_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (jobs), NULL);

  self = g_object_new (ATTUNE_TYPE_BACKGROUND, NULL);
  self->application = application;
  self->settings = g_object_ref (settings);
  self->jobs = g_object_ref (jobs);
  g_signal_connect_object (settings, "notify::inhibit-suspend", G_CALLBACK (settings_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::run-in-background", G_CALLBACK (settings_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (jobs_changed_cb), self, G_CONNECT_SWAPPED);
  jobs_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (jobs)), G_LIST_MODEL (jobs));

  return self;
}
