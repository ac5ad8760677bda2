/* attune-jobs-deletion.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jobs-deletion.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "attune-dialogs.h"
#include "attune-window.h"

/* Lives as long as its toast. */
typedef struct {
  AttuneCommands  *commands;
  AttuneJobsModel *model;
  GPtrArray       *jobs;
  GtkWidget       *page;    /* weak */
  gboolean         undone;
} Deletion;

static Deletion *
deletion_new (GtkWidget       *page,
              AttuneCommands  *commands,
              AttuneJobsModel *model,
              GPtrArray       *jobs)
{
  Deletion *self = g_new0 (Deletion, 1);

  self->commands = g_object_ref (commands);
  self->model = g_object_ref (model);
  self->jobs = jobs;
  g_set_weak_pointer (&self->page, page);

  return self;
}

static void
deletion_free (gpointer  data,
               GClosure *closure)
{
  Deletion *self = data;

  g_clear_weak_pointer (&self->page);
  g_object_unref (self->commands);
  g_object_unref (self->model);
  g_ptr_array_unref (self->jobs);
  g_free (self);
}

/* --- For good --- */

typedef struct {
  AttuneJobsModel *model;
  AttuneJob       *job;
  GtkWidget       *page; /* weak */
} Call;

static void
deleted_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);

  /* What could not be deleted is there, and has to be seen. */
  attune_jobs_model_unhide (call->model, call->job);
  if (reply == NULL && call->page != NULL && gtk_widget_get_mapped (call->page))
    attune_dialogs_present_error (call->page, _("The Job Could Not Be Deleted"), error);

  g_clear_weak_pointer (&call->page);
  g_object_unref (call->model);
  g_object_unref (call->job);
  g_free (call);
}

static void
delete_for_good (Deletion *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      AttuneJob *job = g_ptr_array_index (self->jobs, i);
      Call *call = g_new0 (Call, 1);
      GVariantBuilder parameters;

      call->model = g_object_ref (self->model);
      call->job = g_object_ref (job);
      g_set_weak_pointer (&call->page, self->page);
      g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&parameters, "{sv}", "jobId", g_variant_new_string (attune_job_get_id (job)));
      attune_commands_call_async (self->commands, "job-delete", g_variant_builder_end (&parameters), NULL, deleted_cb, call);
    }
}

/* --- Until then --- */

static void
undo_cb (AdwToast *toast,
         gpointer  user_data)
{
  Deletion *self = user_data;

  self->undone = TRUE;
  for (guint i = 0; i < self->jobs->len; i++)
    attune_jobs_model_unhide (self->model, g_ptr_array_index (self->jobs, i));
}

static void
dismissed_cb (AdwToast *toast,
              gpointer  user_data)
{
  Deletion *self = user_data;

  if (!self->undone)
    delete_for_good (self);
}

static void
hide (Deletion *self)
{
  AdwToast *toast = adw_toast_new ("");
  g_autofree char *title = NULL;

  for (guint i = 0; i < self->jobs->len; i++)
    attune_jobs_model_hide (self->model, g_ptr_array_index (self->jobs, i));

  if (self->jobs->len == 1)
    title = g_strdup_printf (_("“%s” deleted"), attune_job_get_name (g_ptr_array_index (self->jobs, 0)));
  else
    title = g_strdup_printf (ngettext ("%u job deleted", "%u jobs deleted", self->jobs->len), self->jobs->len);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, title);
  adw_toast_set_button_label (toast, _("_Undo"));
  g_signal_connect (toast, "button-clicked", G_CALLBACK (undo_cb), self);
  g_signal_connect_data (toast, "dismissed", G_CALLBACK (dismissed_cb), self, deletion_free, G_CONNECT_DEFAULT);
  attune_window_add_toast (self->page, toast);
}

void
attune_jobs_delete (GtkWidget       *page,
                    AttuneCommands  *commands,
                    AttuneJobsModel *model,
                    GPtrArray       *jobs)
{
  g_return_if_fail (GTK_IS_WIDGET (page));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (ATTUNE_IS_JOBS_MODEL (model));
  g_return_if_fail (jobs != NULL && jobs->len > 0);

  hide (deletion_new (page, commands, model, jobs));
}
