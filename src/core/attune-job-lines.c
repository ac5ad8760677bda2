/* attune-job-lines.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-store"

#include "config.h"

#include "attune-job-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-error.h"
#include "attune-file-lock.h"
#include "attune-json.h"
#include "attune-step-set.h"

#define METRICS_FILE "metrics.jsonl"
#define EVENTS_FILE  "events.jsonl"
/* One line of a provider's is not longer; what is gets read as a damaged one. */
#define CHUNK_SIZE   (256 * 1024)

/* What a file of lines has in it already, up to an offset behind a whole line. */
struct _AttuneLineIndex
{
  dev_t          device;
  ino_t          inode;
  goffset        offset;
  AttuneStepSet *steps[ATTUNE_N_METRICS]; /* metrics.jsonl */
  GHashTable    *events;                  /* events.jsonl: keys */
};

typedef void (*LineFunc) (const char *line,
                          gsize       length,
                          const char *path,
                          goffset     offset,
                          gpointer    user_data);

static void
line_index_reset (AttuneLineIndex *self)
{
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      attune_step_set_free (self->steps[i]);
      self->steps[i] = attune_step_set_new ();
    }
  g_hash_table_remove_all (self->events);
  self->offset = 0;
}

static AttuneLineIndex *
line_index_new (void)
{
  AttuneLineIndex *self = g_new0 (AttuneLineIndex, 1);

  self->events = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  line_index_reset (self);

  return self;
}

void
attune_line_index_free (AttuneLineIndex *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    attune_step_set_free (self->steps[i]);
  g_hash_table_unref (self->events);
  g_free (self);
}

static void
set_errno_error (GError     **error,
                 const char  *path,
                 int          saved_errno)
{
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno), "%s: %s", path, g_strerror (saved_errno));
  attune_error_convert (error);
}

/* Calls @func with each whole line from *@offset on and moves it behind the last of them. */
static gboolean
read_lines (int           fd,
            const char   *path,
            goffset      *offset,
            LineFunc      func,
            gpointer      user_data,
            GError      **error)
{
  g_autoptr (GString) pending = g_string_new (NULL);
  g_autofree char *chunk = g_malloc (CHUNK_SIZE);
  goffset position = *offset;

  for (;;)
    {
      gssize n_read = pread (fd, chunk, CHUNK_SIZE, position);
      const char *start;
      const char *end;

      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read < 0)
        {
          set_errno_error (error, path, errno);
          return FALSE;
        }
      if (n_read == 0)
        return TRUE;

      position += n_read;
      start = chunk;
      while ((end = memchr (start, '\n', (gsize) (chunk + n_read - start))) != NULL)
        {
          gsize length = (gsize) (end - start);

          if (pending->len > 0)
            {
              g_string_append_len (pending, start, (gssize) length);
              func (pending->str, pending->len, path, *offset, user_data);
              length = pending->len;
              g_string_truncate (pending, 0);
            }
          else
            {
              func (start, length, path, *offset, user_data);
            }
          *offset += (goffset) length + 1;
          start = end + 1;
        }
      g_string_append_len (pending, start, chunk + n_read - start);
    }
}

static gboolean
parse_event (const char   *line,
             gsize         length,
             AttuneEvent **event,
             GError      **error)
{
  g_autoptr (JsonNode) root = attune_json_parse (line, (gssize) length, NULL, error);
  const char *level = "info";
  const char *message = NULL;
  const char *id = NULL;
  gint64 time = 0;

  if (root == NULL
      || !attune_json_get_int (root, "time", ATTUNE_JSON_OPTIONAL, &time, error)
      || !attune_json_get_string (root, "level", ATTUNE_JSON_OPTIONAL, &level, error)
      || !attune_json_get_string (root, "message", ATTUNE_JSON_REQUIRED, &message, error)
      || !attune_json_get_string (root, "id", ATTUNE_JSON_OPTIONAL, &id, error))
    return FALSE;

  *event = attune_event_new (time, level, message, id);
  return TRUE;
}

static char *
event_to_line (const AttuneEvent *event)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = NULL;

  json_object_set_int_member (object, "time", event->time);
  json_object_set_string_member (object, "level", event->level);
  json_object_set_string_member (object, "message", event->message);
  if (event->id != NULL)
    json_object_set_string_member (object, "id", event->id);
  text = attune_json_write (node, FALSE);

  return g_strconcat (text, "\n", NULL);
}

/* Events of a provider that gives them no ids are the same where they say the same at the same time. */
static char *
event_key (const AttuneEvent *event)
{
  if (event->id != NULL)
    return g_strconcat ("id ", event->id, NULL);

  return g_strdup_printf ("at %" G_GINT64_FORMAT " %s %s", event->time, event->level, event->message);
}

/* A line in the middle that cannot be read is the torn end of a writer that did not mend it; the others still count. */
static void
report_damaged_line (const char   *path,
                     goffset       offset,
                     const GError *error)
{
  g_message ("%s: the line at byte %" G_GOFFSET_FORMAT " is damaged and was left out: %s", path, offset, error->message);
}

static void
index_metric_line (const char *line,
                   gsize       length,
                   const char *path,
                   goffset     offset,
                   gpointer    user_data)
{
  AttuneLineIndex *index = user_data;
  AttuneMetricPoint point;

  /* Whoever shows the file says what is wrong with it. */
  if (!attune_metric_point_from_line (line, (gssize) length, &point, NULL))
    return;

  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    if ((point.set & (1u << i)) != 0)
      attune_step_set_add (index->steps[i], point.step);
}

static void
index_event_line (const char *line,
                  gsize       length,
                  const char *path,
                  goffset     offset,
                  gpointer    user_data)
{
  AttuneLineIndex *index = user_data;
  g_autoptr (AttuneEvent) event = NULL;

  if (parse_event (line, length, &event, NULL))
    g_hash_table_add (index->events, event_key (event));
}

/* Opens and locks the file, cuts off a torn last line, and brings the index up to date. The folder of the job has to be there. */
static int
open_for_append (AttuneJobStore   *self,
                 const char       *path,
                 LineFunc          index_line,
                 AttuneLineIndex **index,
                 GError          **error)
{
  int fd = open (path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  AttuneLineIndex *found;
  struct stat buffer;

  if (fd < 0)
    {
      set_errno_error (error, path, errno);
      return -1;
    }
  if (!attune_file_lock_descriptor (fd, path, ATTUNE_FILE_LOCK_PATIENCE, error))
    {
      close (fd);
      return -1;
    }
  if (fstat (fd, &buffer) != 0)
    {
      set_errno_error (error, path, errno);
      close (fd);
      return -1;
    }

  found = g_hash_table_lookup (self->line_indexes, path);
  if (found == NULL)
    {
      found = line_index_new ();
      g_hash_table_insert (self->line_indexes, g_strdup (path), found);
    }
  if (found->inode != buffer.st_ino || found->device != buffer.st_dev || buffer.st_size < found->offset)
    {
      line_index_reset (found);
      found->inode = buffer.st_ino;
      found->device = buffer.st_dev;
    }
  if (!read_lines (fd, path, &found->offset, index_line, found, error))
    {
      close (fd);
      return -1;
    }

  /* The lock is ours, so nobody is in the middle of this line any more. */
  if (found->offset < buffer.st_size && ftruncate (fd, found->offset) != 0)
    {
      set_errno_error (error, path, errno);
      close (fd);
      return -1;
    }

  *index = found;
  return fd;
}

/* All of it or nothing. */
static gboolean
write_all (int          fd,
           const char  *path,
           goffset      offset,
           GString     *text,
           GError     **error)
{
  gsize done = 0;

  while (done < text->len)
    {
      gssize n_written = write (fd, text->str + done, text->len - done);

      if (n_written < 0 && errno == EINTR)
        continue;
      if (n_written <= 0)
        {
          set_errno_error (error, path, n_written < 0 ? errno : ENOSPC);
          if (ftruncate (fd, offset) != 0)
            g_debug ("%s: %s", path, g_strerror (errno));
          return FALSE;
        }
      done += (gsize) n_written;
    }

  return TRUE;
}

static char *
dup_file (AttuneJobStore *self,
          AttuneJob      *job,
          const char     *name)
{
  return g_build_filename (attune_job_store_get_folder (self), attune_job_get_id (job), name, NULL);
}

static gboolean
append_metrics_locked (AttuneJobStore           *self,
                       const char               *path,
                       const AttuneMetricPoint  *points,
                       guint                     n_points,
                       GError                  **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  AttuneLineIndex *index = NULL;
  g_autofd int fd = open_for_append (self, path, index_metric_line, &index, error);

  if (fd < 0)
    return FALSE;

  for (guint i = 0; i < n_points; i++)
    {
      AttuneMetricPoint point = points[i];
      g_autofree char *line = NULL;

      for (guint metric = 0; metric < ATTUNE_N_METRICS; metric++)
        if ((point.set & (1u << metric)) != 0 && !attune_step_set_add (index->steps[metric], point.step))
          point.set &= ~(1u << metric);
      if (point.set == 0)
        continue;

      line = attune_metric_point_to_line (&point);
      g_string_append (text, line);
    }

  if (!write_all (fd, path, index->offset, text, error))
    {
      /* The index has steps now that the file has not. */
      line_index_reset (index);
      return FALSE;
    }

  index->offset += (goffset) text->len;
  return TRUE;
}

gboolean
attune_job_store_append_metrics_sync (AttuneJobStore           *self,
                                      AttuneJob                *job,
                                      const AttuneMetricPoint  *points,
                                      guint                     n_points,
                                      GError                  **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), FALSE);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), FALSE);
  g_return_val_if_fail (points != NULL || n_points == 0, FALSE);

  if (n_points == 0)
    return TRUE;

  path = dup_file (self, job, METRICS_FILE);
  locker = g_mutex_locker_new (&self->line_mutex);

  return append_metrics_locked (self, path, points, n_points, error);
}

static gboolean
append_events_locked (AttuneJobStore  *self,
                      const char      *path,
                      GPtrArray       *events,
                      GError         **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  AttuneLineIndex *index = NULL;
  g_autofd int fd = open_for_append (self, path, index_event_line, &index, error);

  if (fd < 0)
    return FALSE;

  for (guint i = 0; i < events->len; i++)
    {
      const AttuneEvent *event = g_ptr_array_index (events, i);
      g_autofree char *line = NULL;

      if (!g_hash_table_add (index->events, event_key (event)))
        continue;
      line = event_to_line (event);
      g_string_append (text, line);
    }

  if (!write_all (fd, path, index->offset, text, error))
    {
      line_index_reset (index);
      return FALSE;
    }

  index->offset += (goffset) text->len;
  return TRUE;
}

gboolean
attune_job_store_append_events_sync (AttuneJobStore  *self,
                                     AttuneJob       *job,
                                     GPtrArray       *events,
                                     GError         **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), FALSE);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), FALSE);
  g_return_val_if_fail (events != NULL, FALSE);

  if (events->len == 0)
    return TRUE;

  path = dup_file (self, job, EVENTS_FILE);
  locker = g_mutex_locker_new (&self->line_mutex);

  return append_events_locked (self, path, events, error);
}

/* Reads what came since *@offset; a file that is not there yet is an empty one. */
static gboolean
read_since (const char  *path,
            goffset     *offset,
            LineFunc     func,
            gpointer     user_data,
            GError     **error)
{
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC);
  struct stat buffer;

  if (fd < 0)
    {
      if (errno == ENOENT)
        return TRUE;
      set_errno_error (error, path, errno);
      return FALSE;
    }
  if (fstat (fd, &buffer) != 0)
    {
      set_errno_error (error, path, errno);
      return FALSE;
    }

  /* Only whole lines were counted, and those are never taken back: somebody has put another file there. */
  if (*offset > buffer.st_size)
    *offset = 0;

  return read_lines (fd, path, offset, func, user_data, error);
}

static void
take_metric_line (const char *line,
                  gsize       length,
                  const char *path,
                  goffset     offset,
                  gpointer    user_data)
{
  GArray *points = user_data;
  g_autoptr (GError) error = NULL;
  AttuneMetricPoint point;

  if (attune_metric_point_from_line (line, (gssize) length, &point, &error))
    g_array_append_val (points, point);
  else
    report_damaged_line (path, offset, error);
}

GArray *
attune_job_store_read_metrics (AttuneJobStore  *self,
                               AttuneJob       *job,
                               goffset         *offset,
                               GError         **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GArray) points = NULL;

  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);
  g_return_val_if_fail (offset != NULL && *offset >= 0, NULL);

  path = dup_file (self, job, METRICS_FILE);
  points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  if (!read_since (path, offset, take_metric_line, points, error))
    return NULL;

  return g_steal_pointer (&points);
}

static void
take_event_line (const char *line,
                 gsize       length,
                 const char *path,
                 goffset     offset,
                 gpointer    user_data)
{
  GPtrArray *events = user_data;
  g_autoptr (GError) error = NULL;
  AttuneEvent *event = NULL;

  if (parse_event (line, length, &event, &error))
    g_ptr_array_add (events, event);
  else
    report_damaged_line (path, offset, error);
}

GPtrArray *
attune_job_store_read_events (AttuneJobStore  *self,
                              AttuneJob       *job,
                              goffset         *offset,
                              GError         **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GPtrArray) events = NULL;

  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);
  g_return_val_if_fail (offset != NULL && *offset >= 0, NULL);

  path = dup_file (self, job, EVENTS_FILE);
  events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  if (!read_since (path, offset, take_event_line, events, error))
    return NULL;

  return g_steal_pointer (&events);
}
