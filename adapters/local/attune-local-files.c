/* attune-local-files.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-local-files.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "attune-json.h"
#include "attune-metrics.h"

#define BLOCK_SIZE (64 * 1024)
#define LOG_SIZE (8 * 1024)

gboolean
attune_local_files_write_document (const char  *path,
                                   JsonNode    *root,
                                   GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (root != NULL, FALSE);

  text = attune_json_write (root, TRUE);
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &local_error))
    {
      attune_error_convert (&local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return TRUE;
}

gboolean
attune_local_files_write_started (const char                *run_folder,
                                  const AttuneLocalProcess  *process,
                                  GError                   **error)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (run_folder != NULL, FALSE);
  g_return_val_if_fail (process != NULL, FALSE);

  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "pid");
  json_builder_add_int_value (builder, process->pid);
  json_builder_set_member_name (builder, "pidStartTime");
  json_builder_add_int_value (builder, (gint64) process->start_time);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  path = g_build_filename (run_folder, "started.json", NULL);

  return attune_local_files_write_document (path, root, error);
}

gboolean
attune_local_files_read_started (const char         *run_folder,
                                 AttuneLocalProcess *process)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (run_folder != NULL, FALSE);
  g_return_val_if_fail (process != NULL, FALSE);

  path = g_build_filename (run_folder, "started.json", NULL);
  root = attune_json_parse_file (path, NULL);
  if (root == NULL)
    return FALSE;

  process->pid = (GPid) attune_json_peek_int (root, "pid", 0);
  process->start_time = (guint64) attune_json_peek_int (root, "pidStartTime", 0);

  return TRUE;
}

gboolean
attune_local_files_find_process (const char            *run_folder,
                                 const AttuneRunStatus *status,
                                 AttuneLocalProcess    *process)
{
  g_return_val_if_fail (run_folder != NULL, FALSE);
  g_return_val_if_fail (process != NULL, FALSE);

  if (attune_local_files_read_started (run_folder, process) && attune_local_process_is_alive (process))
    return TRUE;

  /* Whoever started it may have ended before it could note it down. */
  if (status != NULL)
    {
      process->pid = (GPid) status->pid;
      process->start_time = status->pid_start_time;
      if (attune_local_process_is_alive (process))
        return TRUE;
    }

  process->pid = 0;
  process->start_time = 0;

  return FALSE;
}

gboolean
attune_local_files_write_state (const char       *run_folder,
                                AttuneJobStatus   state,
                                GError          **error)
{
  g_autofree char *path = NULL;
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (run_folder != NULL, FALSE);

  status = attune_run_status_load (run_folder, NULL);
  if (status == NULL)
    status = attune_run_status_new ();

  status->state = state;
  status->pid = 0;
  status->pid_start_time = 0;
  status->updated_at = g_get_real_time ();
  status->time_remaining = NAN;
  status->queue_position = 0;
  g_clear_error (&status->error);

  root = attune_run_status_to_json (status);
  path = g_build_filename (run_folder, ATTUNE_RUN_STATUS_FILE, NULL);

  return attune_local_files_write_document (path, root, error);
}

/* The last @limit bytes of a file, from the beginning of a line on. (transfer full) (nullable) */
static char *
read_tail (const char *path,
           gsize       limit,
           gsize      *length)
{
  g_autofree char *buffer = NULL;
  struct stat info;
  goffset start;
  gsize filled = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  *length = 0;
  if (fd < 0)
    return NULL;

  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      close (fd);
      return NULL;
    }

  start = MAX (0, (goffset) info.st_size - (goffset) limit);
  buffer = g_malloc ((gsize) (info.st_size - start) + 1);
  while (filled < (gsize) (info.st_size - start))
    {
      gssize got = pread (fd, buffer + filled, (gsize) (info.st_size - start) - filled, start + (goffset) filled);

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        break;
      filled += (gsize) got;
    }
  close (fd);
  buffer[filled] = '\0';

  if (start > 0)
    {
      /* The first line is only its end. */
      char *newline = memchr (buffer, '\n', filled);
      gsize cut = newline != NULL ? (gsize) (newline - buffer) + 1 : filled;

      memmove (buffer, buffer + cut, filled - cut + 1);
      filled -= cut;
    }

  *length = filled;

  return g_steal_pointer (&buffer);
}

/* TRUE where everything from @from_step on is among @points, or the whole file was read. */
static gboolean
parse_metrics (const char *text,
               gsize       length,
               gint64      from_step,
               GArray     *points)
{
  const char *end = text + length;
  gboolean reached = FALSE;

  for (const char *line = text; line < end;)
    {
      const char *newline = memchr (line, '\n', (gsize) (end - line));
      AttuneMetricPoint point;

      /* What has no end yet is still being written. */
      if (newline == NULL)
        break;

      if (attune_metric_point_from_line (line, newline - line, &point, NULL))
        {
          if (point.step < from_step)
            reached = TRUE;
          else
            g_array_append_val (points, point);
        }
      line = newline + 1;
    }

  return reached;
}

GArray *
attune_local_files_read_metrics (const char *run_folder,
                                 gint64      from_step)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_autofree char *path = NULL;
  gsize limit = BLOCK_SIZE;

  g_return_val_if_fail (run_folder != NULL, NULL);

  path = g_build_filename (run_folder, ATTUNE_RUN_METRICS_FILE, NULL);
  while (TRUE)
    {
      g_autofree char *text = NULL;
      struct stat info;
      gsize length;

      if (stat (path, &info) != 0)
        break;
      text = read_tail (path, limit, &length);
      if (text == NULL)
        break;

      g_array_set_size (points, 0);
      if (parse_metrics (text, length, from_step, points) || (gsize) info.st_size <= limit)
        break;
      limit *= 4;
    }

  return g_steal_pointer (&points);
}

gint64
attune_local_files_last_step (const char *metrics_path)
{
  g_autoptr (GArray) points = NULL;
  g_autofree char *text = NULL;
  gsize length;
  gint64 last = 0;

  g_return_val_if_fail (metrics_path != NULL, 0);

  text = read_tail (metrics_path, BLOCK_SIZE, &length);
  if (text == NULL)
    return 0;

  points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  parse_metrics (text, length, 0, points);
  for (guint i = 0; i < points->len; i++)
    last = MAX (last, g_array_index (points, AttuneMetricPoint, i).step);

  return last;
}

GPtrArray *
attune_local_files_read_events (const char *run_folder)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  guint64 offset = 0;

  g_return_val_if_fail (run_folder != NULL, NULL);

  if (!attune_run_folder_read_events (run_folder, &offset, events, NULL, NULL))
    return g_steal_pointer (&events);

  for (guint i = 0; i < events->len; i++)
    {
      AttuneEvent *event = g_ptr_array_index (events, i);

      if (event->id == NULL)
        event->id = g_strdup_printf ("local:%" G_GINT64_FORMAT ":%08x", event->time, g_str_hash (event->message));
    }

  return g_steal_pointer (&events);
}

gboolean
attune_local_files_has_checkpoint (const char *run_folder)
{
  g_autofree char *path = NULL;
  g_autoptr (GDir) folder = NULL;
  const char *name;

  g_return_val_if_fail (run_folder != NULL, FALSE);

  path = g_build_filename (run_folder, ATTUNE_RUN_CHECKPOINTS, NULL);
  folder = g_dir_open (path, 0, NULL);
  if (folder == NULL)
    return FALSE;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *state = g_build_filename (path, name, ATTUNE_RUN_STATE_FILE, NULL);

      if ((g_str_has_prefix (name, "step-") || g_str_has_prefix (name, "recovery-")) && g_file_test (state, G_FILE_TEST_IS_REGULAR))
        return TRUE;
    }

  return FALSE;
}

char *
attune_local_files_read_log_tail (const char *run_folder,
                                  guint       n_lines)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autofree char *valid = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  gsize length;

  g_return_val_if_fail (run_folder != NULL, NULL);

  path = g_build_filename (run_folder, ATTUNE_RUN_LOG_FILE, NULL);
  text = read_tail (path, LOG_SIZE, &length);
  if (text == NULL)
    return NULL;

  valid = g_utf8_make_valid (text, (gssize) length);
  lines = g_strsplit (valid, "\n", -1);
  kept = g_ptr_array_new ();
  for (guint i = g_strv_length (lines); i > 0 && kept->len < n_lines; i--)
    {
      g_strchomp (lines[i - 1]);
      if (lines[i - 1][0] != '\0')
        g_ptr_array_insert (kept, 0, lines[i - 1]);
    }

  if (kept->len == 0)
    return NULL;

  g_ptr_array_add (kept, NULL);

  return g_strjoinv ("\n", (char **) kept->pdata);
}

guint64
attune_local_files_free_space (const char *path)
{
  g_autofree char *folder = g_strdup (path);
  struct statvfs info;

  g_return_val_if_fail (path != NULL, G_MAXUINT64);

  while (statvfs (folder, &info) != 0)
    {
      g_autofree char *parent = g_path_get_dirname (folder);

      if (strcmp (parent, folder) == 0)
        return G_MAXUINT64;
      g_free (folder);
      folder = g_steal_pointer (&parent);
    }

  return (guint64) info.f_bavail * info.f_frsize;
}
