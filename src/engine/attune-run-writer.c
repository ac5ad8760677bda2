/* attune-run-writer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-run-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-file-io.h"
#include "attune-json.h"
#include "attune-machine.h"

/* Room that is given back when the disk is full, so that the run can still say why it ended. */
#define RESERVE_SIZE (64 * 1024)

struct _AttuneRunWriter {
  char            *folder;
  char            *status_path;
  char            *metrics_path;
  char            *events_path;
  char            *cancel_path;
  char            *reserve_path;
  int              lock_fd;
  int              metrics_fd;
  int              events_fd;
  GHashTable      *said;          /* messages of events.jsonl */

  GMutex           mutex;         /* guards what follows */
  GCond            cond;
  AttuneRunStatus *status;
  gboolean         told_failure;  /* status.json could not be written, and standard error knows */
  gboolean         cancelled;
  gboolean         quit;
  GThread         *heartbeat;
};

/* Called with the mutex held. */
static gboolean
write_status (AttuneRunWriter  *self,
              gboolean          durable,
              GError          **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  self->status->updated_at = g_get_real_time ();
  node = attune_run_status_to_json (self->status);
  text = attune_json_write (node, TRUE);

  return attune_file_replace (self->status_path, text, -1, durable, error);
}

/* Where not even a small new file finds room: the old one's own room. Not atomic, and the last resort. */
static gboolean
overwrite_status (AttuneRunWriter  *self,
                  GError          **error)
{
  g_autoptr (JsonNode) node = attune_run_status_to_json (self->status);
  g_autofree char *text = attune_json_write (node, TRUE);
  g_autofd int fd = open (self->status_path, O_WRONLY | O_CLOEXEC);
  gsize length = strlen (text);

  if (fd < 0 || pwrite (fd, text, length, 0) != (gssize) length || ftruncate (fd, (off_t) length) != 0 || fsync (fd) != 0)
    {
      attune_file_set_error (error, errno, self->status_path);
      return FALSE;
    }

  return TRUE;
}

static gpointer
heartbeat_main (gpointer data)
{
  AttuneRunWriter *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->quit)
    {
      g_autoptr (GError) error = NULL;
      gint64 deadline = g_get_monotonic_time () + G_TIME_SPAN_SECOND;

      while (!self->quit && g_cond_wait_until (&self->cond, &self->mutex, deadline))
        ;
      if (self->quit)
        break;

      self->cancelled |= g_access (self->cancel_path, F_OK) == 0;
      if (write_status (self, FALSE, &error))
        self->told_failure = FALSE;
      else if (!self->told_failure)
        {
          self->told_failure = TRUE;
          g_printerr ("%s\n", error->message);
        }
    }

  return NULL;
}

/* Opens for appending and cuts off a last line without an end. */
static int
open_lines (const char  *path,
            GError     **error)
{
  g_autofd int fd = open (path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct stat info;
  off_t end;

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      attune_file_set_error (error, errno, path);
      return -1;
    }

  for (end = info.st_size; end > 0; end--)
    {
      char byte;

      if (pread (fd, &byte, 1, end - 1) != 1)
        {
          attune_file_set_error (error, EIO, path);
          return -1;
        }
      if (byte == '\n')
        break;
    }
  if (end < info.st_size && ftruncate (fd, end) != 0)
    {
      attune_file_set_error (error, errno, path);
      return -1;
    }

  return g_steal_fd (&fd);
}

/* Where there is no room, or the file system cannot set any aside, the run goes on without: what it writes first will tell. */
static void
reserve_room (AttuneRunWriter *self)
{
  g_autofd int fd = open (self->reserve_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  if (fd >= 0 && posix_fallocate (fd, 0, RESERVE_SIZE) != 0)
    g_unlink (self->reserve_path);
}

static gboolean
load_events (AttuneRunWriter  *self,
             GError          **error)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  guint64 offset = 0;

  if (!attune_run_folder_read_events (self->folder, &offset, events, NULL, error))
    return FALSE;
  for (guint i = 0; i < events->len; i++)
    {
      AttuneEvent *event = g_ptr_array_index (events, i);

      g_hash_table_add (self->said, g_strdup (event->message));
    }

  return TRUE;
}

AttuneRunWriter *
attune_run_writer_new (const char  *folder,
                       GError     **error)
{
  g_autoptr (AttuneRunWriter) self = NULL;
  g_autoptr (AttuneRunStatus) before = NULL;
  g_autofree char *lock_path = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  self = g_new0 (AttuneRunWriter, 1);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->lock_fd = self->metrics_fd = self->events_fd = -1;
  self->folder = g_strdup (folder);
  self->status_path = g_build_filename (folder, ATTUNE_RUN_STATUS_FILE, NULL);
  self->metrics_path = g_build_filename (folder, ATTUNE_RUN_METRICS_FILE, NULL);
  self->events_path = g_build_filename (folder, ATTUNE_RUN_EVENTS_FILE, NULL);
  self->cancel_path = g_build_filename (folder, ATTUNE_RUN_CANCEL_FILE, NULL);
  self->reserve_path = g_build_filename (folder, ".reserve", NULL);
  self->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->status = attune_run_status_new ();

  lock_path = g_build_filename (folder, ATTUNE_RUN_LOCK_FILE, NULL);
  self->lock_fd = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock_fd < 0)
    {
      attune_file_set_error (error, errno, lock_path);
      return NULL;
    }
  if (flock (self->lock_fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno == EWOULDBLOCK)
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                     _("Another trainer is at work in %s. Wait until it has ended, or pause it."), folder);
      else
        attune_file_set_error (error, errno, lock_path);
      return NULL;
    }

  /* The time of the first start is kept over pauses. A status that cannot be read has nothing worth keeping. */
  before = attune_run_status_load (folder, NULL);
  if (before != NULL)
    {
      self->status->started_at = before->started_at;
      self->status->step = before->step;
      self->status->total_steps = before->total_steps;
      self->status->epoch = before->epoch;
      self->status->trained_tokens = before->trained_tokens;
      self->status->model = g_strdup (before->model);
    }
  if (self->status->started_at == 0)
    self->status->started_at = g_get_real_time ();
  self->status->pid = getpid ();
  self->status->pid_start_time = attune_machine_get_process_start (getpid ());

  self->metrics_fd = open_lines (self->metrics_path, error);
  if (self->metrics_fd < 0)
    return NULL;
  self->events_fd = open_lines (self->events_path, error);
  if (self->events_fd < 0 || !load_events (self, error))
    return NULL;
  reserve_room (self);

  self->cancelled = g_access (self->cancel_path, F_OK) == 0;
  if (!write_status (self, FALSE, error))
    return NULL;
  self->heartbeat = g_thread_new ("attune-status", heartbeat_main, self);

  return g_steal_pointer (&self);
}

static void
stop_heartbeat (AttuneRunWriter *self)
{
  if (self->heartbeat == NULL)
    return;

  g_mutex_lock (&self->mutex);
  self->quit = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (g_steal_pointer (&self->heartbeat));
}

void
attune_run_writer_free (AttuneRunWriter *self)
{
  if (self == NULL)
    return;

  stop_heartbeat (self);
  if (self->lock_fd >= 0)
    g_unlink (self->reserve_path);
  g_clear_fd (&self->metrics_fd, NULL);
  g_clear_fd (&self->events_fd, NULL);
  g_clear_fd (&self->lock_fd, NULL);
  g_clear_pointer (&self->said, g_hash_table_unref);
  g_clear_pointer (&self->status, attune_run_status_free);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->folder);
  g_free (self->status_path);
  g_free (self->metrics_path);
  g_free (self->events_path);
  g_free (self->cancel_path);
  g_free (self->reserve_path);
  g_free (self);
}

const char *
attune_run_writer_get_folder (AttuneRunWriter *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->folder;
}

gboolean
attune_run_writer_set_state (AttuneRunWriter  *self,
                             AttuneJobStatus   state,
                             GError          **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  locker = g_mutex_locker_new (&self->mutex);
  self->status->state = state;
  if (state != ATTUNE_JOB_STATUS_QUEUED)
    self->status->queue_position = 0;

  return write_status (self, TRUE, error);
}

void
attune_run_writer_set_queue_position (AttuneRunWriter *self,
                                      guint            position)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (self != NULL);

  locker = g_mutex_locker_new (&self->mutex);
  self->status->queue_position = position;
}

void
attune_run_writer_set_progress (AttuneRunWriter *self,
                                gint64           step,
                                gint64           total_steps,
                                double           epoch,
                                gint64           trained_tokens,
                                double           time_remaining)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (self != NULL);

  locker = g_mutex_locker_new (&self->mutex);
  self->status->step = step;
  self->status->total_steps = total_steps;
  self->status->epoch = epoch;
  self->status->trained_tokens = trained_tokens;
  self->status->time_remaining = time_remaining;
}

void
attune_run_writer_set_model (AttuneRunWriter *self,
                             const char      *name)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (self != NULL);

  locker = g_mutex_locker_new (&self->mutex);
  g_set_str (&self->status->model, name);
}

gboolean
attune_run_writer_finish (AttuneRunWriter  *self,
                          AttuneJobStatus   state,
                          const char       *output,
                          const GError     *reason,
                          GError          **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  /* Nothing may write behind the last word. */
  stop_heartbeat (self);

  locker = g_mutex_locker_new (&self->mutex);
  self->status->state = state;
  self->status->queue_position = 0;
  self->status->time_remaining = state == ATTUNE_JOB_STATUS_SUCCEEDED ? 0 : NAN;
  g_set_str (&self->status->output, output);
  g_clear_error (&self->status->error);
  if (reason != NULL)
    self->status->error = g_error_copy (reason);

  if (write_status (self, TRUE, &local_error))
    return TRUE;
  if (!g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  g_unlink (self->reserve_path);
  return write_status (self, TRUE, NULL) || overwrite_status (self, error);
}

gboolean
attune_run_writer_is_cancelled (AttuneRunWriter *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  locker = g_mutex_locker_new (&self->mutex);
  return self->cancelled;
}

gboolean
attune_run_writer_look_for_cancel (AttuneRunWriter *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  locker = g_mutex_locker_new (&self->mutex);
  self->cancelled |= g_access (self->cancel_path, F_OK) == 0;

  return self->cancelled;
}

gboolean
attune_run_writer_add_metrics (AttuneRunWriter          *self,
                               const AttuneMetricPoint  *point,
                               GError                  **error)
{
  g_autofree char *line = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (point != NULL, FALSE);

  line = attune_metric_point_to_line (point);

  return attune_file_append (self->metrics_fd, self->metrics_path, line, strlen (line), error);
}

static void
take_event (AttuneRunWriter *self,
            const char      *level,
            char            *message)
{
  g_autofree char *line = attune_run_event_to_line (g_get_real_time (), level, message);
  g_autoptr (GError) error = NULL;

  g_printerr ("%s: %s\n", level, message);
  g_hash_table_add (self->said, message);

  if (!attune_file_append (self->events_fd, self->events_path, line, strlen (line), &error))
    {
      /* The word about a full disk is worth the room that was kept for it. */
      g_clear_error (&error);
      g_unlink (self->reserve_path);
      if (!attune_file_append (self->events_fd, self->events_path, line, strlen (line), &error))
        g_printerr ("%s\n", error->message);
    }
}

void
attune_run_writer_add_event (AttuneRunWriter *self,
                             const char      *level,
                             const char      *format,
                             ...)
{
  va_list arguments;

  g_return_if_fail (self != NULL);

  va_start (arguments, format);
  take_event (self, level, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

void
attune_run_writer_add_event_once (AttuneRunWriter *self,
                                  const char      *level,
                                  const char      *format,
                                  ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  g_return_if_fail (self != NULL);

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  if (!g_hash_table_contains (self->said, message))
    take_event (self, level, g_steal_pointer (&message));
}

gboolean
attune_run_writer_sync (AttuneRunWriter  *self,
                        GError          **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (fdatasync (self->metrics_fd) != 0)
    {
      attune_file_set_error (error, errno, self->metrics_path);
      return FALSE;
    }
  if (fdatasync (self->events_fd) != 0)
    {
      attune_file_set_error (error, errno, self->events_path);
      return FALSE;
    }

  return TRUE;
}

gboolean
attune_run_writer_cut_back (AttuneRunWriter  *self,
                            gint64            step,
                            gboolean          drop_evaluation,
                            GError          **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local_error = NULL;
  const char *line;
  gsize length;

  g_return_val_if_fail (self != NULL, FALSE);

  if (!g_file_get_contents (self->metrics_path, &text, &length, &local_error))
    {
      attune_error_convert (&local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  for (line = text; line < text + length;)
    {
      const char *end = memchr (line, '\n', (gsize) (text + length - line));
      AttuneMetricPoint point;

      if (end == NULL)
        break;
      if (attune_metric_point_from_line (line, end - line, &point, NULL) &&
          (point.step > step ||
           (drop_evaluation && point.step == step && (point.set & (1u << ATTUNE_METRIC_EVAL_LOSS)) != 0)))
        break;
      line = end + 1;
    }

  if (line < text + length && ftruncate (self->metrics_fd, line - text) != 0)
    {
      attune_file_set_error (error, errno, self->metrics_path);
      return FALSE;
    }

  return TRUE;
}
