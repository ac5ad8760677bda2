/* attune-fireworks-file.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-fireworks"

#include "attune-fireworks-operations.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "attune-dataset-reader.h"
#include "attune-json.h"
#include "attune-paths.h"

/* What the thread needs of a data set, which belongs to the thread of the adapter. */
typedef struct {
  char   *path;
  char   *format;
  char   *sha256;
  gint64  rows;
} Input;

static void
input_free (Input *self)
{
  g_free (self->path);
  g_free (self->format);
  g_free (self->sha256);
  g_free (self);
}

void
attune_fireworks_file_free (AttuneFireworksFile *self)
{
  if (self == NULL)
    return;

  if (self->is_temporary && g_unlink (self->path) != 0 && errno != ENOENT)
    g_message ("%s could not be removed: %s", self->path, g_strerror (errno));
  g_free (self->path);
  g_free (self->sha256);
  g_free (self);
}

static char *
row_to_line (const AttuneRow *row)
{
  GString *line = g_string_new ("{\"messages\":[");

  for (guint i = 0; i < row->messages->len; i++)
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, i);

      g_string_append (line, i > 0 ? ",{\"role\":" : "{\"role\":");
      attune_json_append_string (line, message->role);
      g_string_append (line, ",\"content\":");
      attune_json_append_string (line, message->content);
      g_string_append_c (line, '}');
    }
  g_string_append (line, "]}\n");

  return g_string_free_and_steal (line);
}

static GOutputStream *
open_temporary (char   **path,
                GError **error)
{
  g_autofree char *folder = attune_paths_dup_cache_folder ();
  g_autofree char *template = g_build_filename (folder, "fireworks-XXXXXX.jsonl", NULL);
  g_autoptr (GFileOutputStream) stream = NULL;
  g_autoptr (GFile) file = NULL;
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0 || (fd = g_mkstemp (template)) < 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                   _("No file for the upload could be made in %s: %s"), folder, g_strerror (saved_errno));
      return NULL;
    }
  g_close (fd, NULL);

  *path = g_steal_pointer (&template);
  file = g_file_new_for_path (*path);
  stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, error);
  if (stream == NULL)
    return NULL;

  return g_buffered_output_stream_new_sized (G_OUTPUT_STREAM (stream), 1 << 16);
}

/* Rows of a prompt and an answer become conversations, row by row. */
static gboolean
write_conversations (const char           *path,
                     AttuneFireworksFile  *file,
                     GCancellable         *cancellable,
                     GError              **error)
{
  g_autoptr (AttuneDatasetReader) reader = attune_dataset_reader_new (path, error);
  g_autoptr (GOutputStream) stream = NULL;
  g_autoptr (GError) read_error = NULL;
  AttuneRow *next;

  if (reader == NULL)
    return FALSE;

  file->is_temporary = TRUE;
  stream = open_temporary (&file->path, error);
  if (stream == NULL)
    return FALSE;

  file->rows = 0;
  while ((next = attune_dataset_reader_next (reader, &read_error)) != NULL)
    {
      g_autoptr (AttuneRow) row = next;
      g_autofree char *line = NULL;

      if (attune_row_is_text (row))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                       _("%s, line %" G_GINT64_FORMAT ": Fireworks learns conversations, not plain texts. Write rows with “messages”."),
                       path, row->line);
          return FALSE;
        }

      line = row_to_line (row);
      if (!g_output_stream_write_all (stream, line, strlen (line), NULL, cancellable, error))
        return FALSE;
      file->rows++;
    }

  if (read_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&read_error));
      return FALSE;
    }

  return g_output_stream_close (stream, cancellable, error);
}

static AttuneFireworksFile *
prepare (const Input   *input,
         GCancellable  *cancellable,
         GError       **error)
{
  g_autoptr (AttuneFireworksFile) file = g_new0 (AttuneFireworksFile, 1);
  g_autofree char *format = g_strdup (input->format);
  struct stat info;

  file->sha256 = g_strdup (input->sha256);
  file->rows = input->rows;
  if (format == NULL || file->sha256 == NULL || *file->sha256 == '\0' || file->rows < 0)
    {
      g_autoptr (AttuneDatasetReport) report = attune_dataset_check (input->path, NULL, 0, cancellable, error);

      if (report == NULL)
        return NULL;
      g_set_str (&format, report->format);
      g_set_str (&file->sha256, report->sha256);
      file->rows = report->rows;
    }

  if (g_strcmp0 (format, "chat") == 0)
    file->path = g_strdup (input->path);
  else if (!write_conversations (input->path, file, cancellable, error))
    return NULL;

  if (stat (file->path, &info) != 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno), _("%s cannot be read: %s"),
                   file->path, g_strerror (saved_errno));
      return NULL;
    }
  file->size = (gint64) info.st_size;

  return g_steal_pointer (&file);
}

static void
prepare_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  GError *error = NULL;
  AttuneFireworksFile *file = prepare (task_data, cancellable, &error);

  if (file == NULL)
    {
      attune_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }

  g_task_return_pointer (task, file, (GDestroyNotify) attune_fireworks_file_free);
}

void
attune_fireworks_prepare_file_async (AttuneFireworksAdapter *self,
                                     AttuneDataset          *dataset,
                                     GCancellable           *cancellable,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Input *input = g_new0 (Input, 1);

  input->path = g_strdup (attune_dataset_get_path (dataset));
  input->format = g_strdup (attune_dataset_get_format (dataset));
  input->sha256 = g_strdup (attune_dataset_get_sha256 (dataset));
  input->rows = attune_dataset_get_rows (dataset);
  g_task_set_source_tag (task, attune_fireworks_prepare_file_async);
  g_task_set_task_data (task, input, (GDestroyNotify) input_free);
  g_task_run_in_thread (task, prepare_thread);
}

AttuneFireworksFile *
attune_fireworks_prepare_file_finish (AttuneFireworksAdapter  *self,
                                      GAsyncResult            *result,
                                      GError                 **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_prepare_file_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
