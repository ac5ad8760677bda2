/* attune-monitor-files.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-files.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "attune-error.h"

typedef struct {
  char *folder;
  char *destination;
} Paths;

static void
paths_free (Paths *paths)
{
  g_free (paths->folder);
  g_free (paths->destination);
  g_free (paths);
}

gboolean
attune_monitor_files_is_model (const char *folder)
{
  static const char * const names[] = { "adapter_config.json", "config.json" };

  g_return_val_if_fail (folder != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return TRUE;
    }

  return FALSE;
}

/* What only the trainer needs, to go on from there. */
static gboolean
is_state (const char *name)
{
  return g_str_has_prefix (name, "optimizer") || strcmp (name, "state.json") == 0;
}

static gboolean
set_undeletable (GError     **error,
                 const char  *path,
                 int          saved_errno)
{
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
               /* Translators: a path, and what went wrong. */
               _("“%s” could not be deleted: %s"), path, g_strerror (saved_errno));
  attune_error_convert (error);

  return FALSE;
}

/* The folder with the files in it; folders in it are left alone and make it stay. */
static gboolean
remove_folder (const char  *folder,
               GError     **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_unlink (path) != 0 && errno != ENOENT)
        return set_undeletable (error, path, errno);
    }
  if (g_rmdir (folder) != 0 && errno != ENOENT)
    return set_undeletable (error, folder, errno);

  return TRUE;
}

static gboolean
copy_files (const Paths   *paths,
            GCancellable  *cancellable,
            GError       **error)
{
  g_autoptr (GDir) dir = g_dir_open (paths->folder, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autoptr (GFile) from = g_file_new_build_filename (paths->folder, name, NULL);
      g_autoptr (GFile) to = g_file_new_build_filename (paths->destination, name, NULL);

      if (!is_state (name) && g_file_test (g_file_peek_path (from), G_FILE_TEST_IS_REGULAR) &&
          !g_file_copy (from, to, G_FILE_COPY_NONE, cancellable, NULL, NULL, error))
        {
          g_prefix_error (error, "%s: ", g_file_peek_path (to));
          return FALSE;
        }
    }

  return TRUE;
}

static void
export_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  const Paths *paths = task_data;
  g_autoptr (GError) error = NULL;

  if (g_mkdir (paths->destination, 0755) != 0)
    {
      int saved_errno = errno;

      if (saved_errno == EEXIST)
        g_set_error (&error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                     _("“%s” is there already and is not replaced. Choose another folder."), paths->destination);
      else
        {
          g_set_error (&error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                       _("The folder “%s” could not be made: %s"), paths->destination, g_strerror (saved_errno));
          attune_error_convert (&error);
        }
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (copy_files (paths, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    {
      attune_error_convert (&error);
      /* Half a model is worse than none; why it is half is what is told. */
      remove_folder (paths->destination, NULL);
      g_task_return_error (task, g_steal_pointer (&error));
    }
}

void
attune_monitor_files_export_async (const char          *folder,
                                   const char          *destination,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Paths *paths;

  g_return_if_fail (folder != NULL && destination != NULL);

  paths = g_new0 (Paths, 1);
  paths->folder = g_strdup (folder);
  paths->destination = g_strdup (destination);
  g_task_set_source_tag (task, attune_monitor_files_export_async);
  g_task_set_task_data (task, paths, (GDestroyNotify) paths_free);
  g_task_run_in_thread (task, export_thread);
}

gboolean
attune_monitor_files_export_finish (GAsyncResult  *result,
                                    GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_monitor_files_export_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
delete_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  const Paths *paths = task_data;
  g_autoptr (GError) error = NULL;

  if (remove_folder (paths->folder, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
attune_monitor_files_delete_async (const char          *folder,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Paths *paths;

  g_return_if_fail (folder != NULL);

  paths = g_new0 (Paths, 1);
  paths->folder = g_strdup (folder);
  g_task_set_source_tag (task, attune_monitor_files_delete_async);
  g_task_set_task_data (task, paths, (GDestroyNotify) paths_free);
  g_task_run_in_thread (task, delete_thread);
}

gboolean
attune_monitor_files_delete_finish (GAsyncResult  *result,
                                    GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_monitor_files_delete_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
