/* attune-local-output.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-local-output"

#include "attune-local-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "attune-local-files.h"

typedef struct {
  AttuneLocalPlace   *place;
  char               *destination;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
  guint64             total;
  guint64             done;    /* bytes of the files that are copied */
  gint64              told_at; /* monotonic time of the last word of progress */
} Copy;

static void
copy_free (Copy *self)
{
  attune_local_place_free (self->place);
  g_free (self->destination);
  g_free (self);
}

/* Progress is told in the thread of the caller, who may be drawing it. */
typedef struct {
  GTask  *task;
  double  fraction;
} Word;

static void
word_free (Word *word)
{
  g_object_unref (word->task);
  g_free (word);
}

static gboolean
tell_cb (gpointer user_data)
{
  Word *word = user_data;
  Copy *self = g_task_get_task_data (word->task);

  if (!g_task_get_completed (word->task))
    self->progress (word->fraction, _("Copying the result"), self->progress_data);

  return G_SOURCE_REMOVE;
}

static void
tell (GTask   *task,
      guint64  done)
{
  Copy *self = g_task_get_task_data (task);
  gint64 now = g_get_monotonic_time ();
  Word *word;

  if (self->progress == NULL || (now - self->told_at < G_USEC_PER_SEC / 10 && done < self->total))
    return;

  self->told_at = now;
  word = g_new0 (Word, 1);
  word->task = g_object_ref (task);
  word->fraction = self->total > 0 ? (double) done / (double) self->total : 1;
  g_main_context_invoke_full (g_task_get_context (task), G_PRIORITY_DEFAULT, tell_cb, word, (GDestroyNotify) word_free);
}

static void
copy_progress_cb (goffset  current,
                  goffset  total,
                  gpointer user_data)
{
  GTask *task = user_data;
  Copy *self = g_task_get_task_data (task);

  tell (task, self->done + (guint64) current);
}

/* (element-type utf8): the files of @folder, by their names. */
static GPtrArray *
list_files (const char  *folder,
            guint64     *total,
            GError     **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  *total = 0;
  if (dir == NULL)
    return NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat info;

      if (stat (path, &info) == 0 && S_ISREG (info.st_mode))
        {
          *total += (guint64) info.st_size;
          g_ptr_array_add (names, g_strdup (name));
        }
    }

  return g_steal_pointer (&names);
}

static gboolean
check_destination (const Copy  *self,
                   GPtrArray   *names,
                   GError     **error)
{
  guint64 free_space;

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (self->destination, g_ptr_array_index (names, i), NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                       _("“%s” is there already and is not replaced. Choose another folder."), path);
          return FALSE;
        }
    }

  free_space = attune_local_files_free_space (self->destination);
  if (free_space < self->total)
    {
      g_autofree char *need = g_format_size (self->total);
      g_autofree char *have = g_format_size (free_space);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE,
                   _("The result takes %s, but only %s are free in “%s”. Make room there, or choose another folder."),
                   need, have, self->destination);
      return FALSE;
    }

  if (g_mkdir_with_parents (self->destination, 0755) != 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                   _("The folder “%s” could not be made: %s"), self->destination, g_strerror (saved_errno));
      return FALSE;
    }

  return TRUE;
}

/* Under another name first, so that what bears the name is whole. */
static gboolean
copy_file (GTask        *task,
           const char   *source,
           const char   *name,
           GCancellable *cancellable,
           GError      **error)
{
  const Copy *self = g_task_get_task_data (task);
  g_autofree char *from_path = g_build_filename (source, name, NULL);
  g_autofree char *to_path = g_build_filename (self->destination, name, NULL);
  g_autofree char *part_path = g_strconcat (to_path, ".part", NULL);
  g_autoptr (GFile) from = g_file_new_for_path (from_path);
  g_autoptr (GFile) part = g_file_new_for_path (part_path);

  if (!g_file_copy (from, part, G_FILE_COPY_OVERWRITE | G_FILE_COPY_TARGET_DEFAULT_PERMS, cancellable,
                    copy_progress_cb, task, error))
    {
      g_unlink (part_path);
      g_prefix_error (error, _("While copying to “%s”: "), to_path);
      return FALSE;
    }

  if (g_rename (part_path, to_path) != 0)
    {
      int saved_errno = errno;

      g_unlink (part_path);
      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                   _("“%s” could not be made: %s"), to_path, g_strerror (saved_errno));
      return FALSE;
    }

  return TRUE;
}

static gboolean
copy_output (GTask         *task,
             GCancellable  *cancellable,
             GError       **error)
{
  Copy *self = g_task_get_task_data (task);
  g_autoptr (AttuneRunStatus) status = attune_run_status_load (self->place->run_folder, NULL);
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *source = NULL;

  if (status == NULL || status->state != ATTUNE_JOB_STATUS_SUCCEEDED)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                           _("The job has no result yet: it has to succeed first. Its checkpoints are in the list of checkpoints."));
      return FALSE;
    }

  source = status->output != NULL ? g_canonicalize_filename (status->output, self->place->run_folder)
                                  : g_build_filename (self->place->run_folder, ATTUNE_RUN_OUTPUT, NULL);
  names = list_files (source, &self->total, error);
  if (names == NULL || !check_destination (self, names, error))
    return FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (source, name, NULL);
      struct stat info;

      if (!copy_file (task, source, name, cancellable, error))
        {
          /* Half a result is none. */
          for (guint j = 0; j < i; j++)
            {
              g_autofree char *copied = g_build_filename (self->destination, g_ptr_array_index (names, j), NULL);

              g_unlink (copied);
            }
          return FALSE;
        }
      if (stat (path, &info) == 0)
        self->done += (guint64) info.st_size;
      tell (task, self->done);
    }

  return TRUE;
}

static void
download_thread (GTask        *task,
                 gpointer      source_object,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (copy_output (task, cancellable, &error))
    {
      g_task_return_boolean (task, TRUE);
    }
  else
    {
      attune_error_convert (&error);
      g_task_return_error (task, g_steal_pointer (&error));
    }
}

void
attune_local_download_output_async (AttuneAdapter          *adapter,
                                    const AttuneJobContext *context,
                                    const char             *destination,
                                    AttuneProgressFunc      progress,
                                    gpointer                progress_data,
                                    GCancellable           *cancellable,
                                    GAsyncReadyCallback     callback,
                                    gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneLocalPlace) place = attune_local_place_new (context);
  Copy *self;

  g_task_set_source_tag (task, attune_local_download_output_async);
  if (place->run_folder == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The operation needs a job that has a folder."));
      return;
    }

  self = g_new0 (Copy, 1);
  self->place = g_steal_pointer (&place);
  self->destination = g_canonicalize_filename (destination, NULL);
  self->progress = progress;
  self->progress_data = progress_data;
  g_task_set_task_data (task, self, (GDestroyNotify) copy_free);
  g_task_run_in_thread (task, download_thread);
}

gboolean
attune_local_download_output_finish (AttuneAdapter  *adapter,
                                     GAsyncResult   *result,
                                     GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_download_output_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
