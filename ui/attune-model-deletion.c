/* attune-model-deletion.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-deletion.h"

#include <errno.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "attune-dialogs.h"
#include "attune-format.h"
#include "attune-paths.h"

/* So many jobs are named. */
#define N_NAMED 5

typedef void (*DeletedFunc) (GtkWidget  *parent,
                             const char *id);

typedef struct {
  char        *id;
  char        *path;
  DeletedFunc  deleted;
} Deletion;

static void
deletion_free (Deletion *self)
{
  g_free (self->id);
  g_free (self->path);
  g_free (self);
}

static void
deletion_closure_free (gpointer  data,
                       GClosure *closure)
{
  deletion_free (data);
}

gboolean
attune_model_deletion_is_possible (const char *path)
{
  g_autofree char *models = attune_paths_dup_models_folder ();
  g_autofree char *parent = NULL;
  g_autoptr (GFile) models_file = NULL;
  g_autoptr (GFile) parent_file = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  parent = g_path_get_dirname (path);
  models_file = g_file_new_for_path (models);
  parent_file = g_file_new_for_path (parent);

  return g_file_equal (models_file, parent_file);
}

/* --- On the disk, in a thread --- */

static gboolean
fail (const char  *path,
      GError     **error)
{
  int saved_errno = errno;

  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
               _("“%s” could not be deleted: %s"), path, g_strerror (saved_errno));

  return FALSE;
}

/* Links are removed and not followed. */
static gboolean
remove_tree (const char  *path,
             GError     **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;
  GStatBuf info;

  if (g_lstat (path, &info) != 0)
    return errno == ENOENT || fail (path, error);
  if (!S_ISDIR (info.st_mode))
    return g_unlink (path) == 0 || fail (path, error);

  dir = g_dir_open (path, 0, error);
  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!remove_tree (child, error))
        return FALSE;
    }

  return g_rmdir (path) == 0 || fail (path, error);
}

static void
delete_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  Deletion *self = task_data;
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *name = g_path_get_basename (self->path);
  g_autofree char *hidden_name = g_strconcat (".", name, ".deleted", NULL);
  g_autofree char *hidden = g_build_filename (folder, hidden_name, NULL);
  GError *error = NULL;

  /* First it ceases to be a model, whole: a half of one would look like a whole one. What an earlier deletion left goes with it. */
  if (!remove_tree (hidden, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_rename (self->path, hidden) != 0)
    {
      fail (self->path, &error);
      g_task_return_error (task, error);
      return;
    }
  if (!remove_tree (hidden, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
deleted_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  GtkWidget *parent = GTK_WIDGET (object);
  Deletion *self = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (gtk_widget_get_root (parent) == NULL)
    return;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    attune_dialogs_present_error (parent, _("The Model Could Not Be Deleted"), error);
  self->deleted (parent, error == NULL ? self->id : NULL);
}

/* --- Asking --- */

static void
agreed_cb (AdwAlertDialog *dialog,
           const char     *response,
           gpointer        user_data)
{
  Deletion *asked = user_data;
  GtkWidget *parent = g_object_get_data (G_OBJECT (dialog), "attune-parent");
  Deletion *self = g_new0 (Deletion, 1);
  g_autoptr (GTask) task = g_task_new (parent, NULL, deleted_cb, NULL);

  self->id = g_strdup (asked->id);
  self->path = g_strdup (asked->path);
  self->deleted = asked->deleted;
  g_task_set_source_tag (task, attune_model_deletion_ask);
  g_task_set_task_data (task, self, (GDestroyNotify) deletion_free);
  g_task_run_in_thread (task, delete_thread);
}

static char *
name_jobs (GPtrArray *jobs)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (jobs->len, N_NAMED); i++)
    g_string_append_printf (text, "\n“%s”", attune_job_get_name (g_ptr_array_index (jobs, i)));
  if (jobs->len > N_NAMED)
    {
      g_string_append_c (text, '\n');
      /* translators: after the names of some jobs */
      g_string_append_printf (text, ngettext ("and %u more", "and %u more", jobs->len - N_NAMED), jobs->len - N_NAMED);
    }

  return g_string_free_and_steal (text);
}

void
attune_model_deletion_ask (GtkWidget      *parent,
                           AttuneCommands *commands,
                           const char     *id,
                           const char     *path,
                           DeletedFunc     deleted)
{
  g_autoptr (GPtrArray) used = g_ptr_array_new ();
  g_autoptr (GPtrArray) running = g_ptr_array_new ();
  g_autofree char *shown = NULL;
  g_autofree char *names = NULL;
  g_autofree char *body = NULL;
  g_autofree char *heading = NULL;
  GListModel *jobs;
  AdwAlertDialog *dialog;
  Deletion *self;

  g_return_if_fail (GTK_IS_WIDGET (parent));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (id != NULL && path != NULL && deleted != NULL);

  jobs = G_LIST_MODEL (attune_commands_get_jobs (commands));
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (jobs, i);
      g_autofree char *model = attune_configuration_dup_text (attune_job_get_configuration (job), "model.baseModel");

      if (g_strcmp0 (model, id) != 0 && g_strcmp0 (model, path) != 0)
        continue;
      /* The store holds them while the dialog is made. */
      g_ptr_array_add (used, job);
      if (!attune_job_status_is_final (attune_job_get_status (job)))
        g_ptr_array_add (running, job);
    }

  shown = attune_format_path (path);
  if (running->len > 0)
    {
      names = name_jobs (running);
      body = g_strdup_printf (ngettext ("A job that has not ended needs it. Cancel it first, or wait until it is done:\n%s",
                                        "Jobs that have not ended need it. Cancel them first, or wait until they are done:\n%s", running->len), names);
      heading = g_strdup_printf (_("“%s” Is in Use"), id);
      dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));
      adw_alert_dialog_add_response (dialog, "stay", _("_Close"));
      adw_alert_dialog_set_close_response (dialog, "stay");
      adw_dialog_present (ADW_DIALOG (dialog), parent);
      return;
    }

  heading = g_strdup_printf (_("Delete “%s”?"), id);
  if (used->len > 0)
    {
      names = name_jobs (used);
      body = g_strdup_printf (ngettext ("“%s” and all that is in it will be deleted for good. A job used this model, and what it made as an adapter works only with it:\n%s",
                                        "“%s” and all that is in it will be deleted for good. Jobs used this model, and what they made as adapters works only with it:\n%s",
                                        used->len), shown, names);
    }
  else
    {
      body = g_strdup_printf (_("“%s” and all that is in it will be deleted for good. No job used this model."), shown);
    }
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));
  adw_alert_dialog_add_responses (dialog, "stay", _("_Keep"), "agree", _("_Delete"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "agree", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (dialog, "stay");
  adw_alert_dialog_set_close_response (dialog, "stay");

  self = g_new0 (Deletion, 1);
  self->id = g_strdup (id);
  self->path = g_strdup (path);
  self->deleted = deleted;
  g_object_set_data_full (G_OBJECT (dialog), "attune-parent", g_object_ref (parent), g_object_unref);
  g_signal_connect_data (dialog, "response::agree", G_CALLBACK (agreed_cb), self, deletion_closure_free, 0);
  adw_dialog_present (ADW_DIALOG (dialog), parent);
}
