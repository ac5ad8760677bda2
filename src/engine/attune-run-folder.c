/* attune-run-folder.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-run-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-json.h"
#include "attune-machine.h"

AttuneRunStatus *
attune_run_status_new (void)
{
  AttuneRunStatus *self = g_new0 (AttuneRunStatus, 1);

  self->state = ATTUNE_JOB_STATUS_QUEUED;
  self->time_remaining = NAN;

  return self;
}

AttuneRunStatus *
attune_run_status_copy (const AttuneRunStatus *self)
{
  AttuneRunStatus *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->model = g_strdup (self->model);
  copy->output = g_strdup (self->output);
  copy->error = self->error != NULL ? g_error_copy (self->error) : NULL;

  return copy;
}

void
attune_run_status_free (AttuneRunStatus *self)
{
  if (self == NULL)
    return;

  g_free (self->model);
  g_free (self->output);
  g_clear_error (&self->error);
  g_free (self);
}

AttuneRunStatus *
attune_run_status_from_json (JsonNode  *node,
                             GError   **error)
{
  g_autoptr (AttuneRunStatus) self = attune_run_status_new ();
  const char *state = NULL;
  const char *model = NULL;
  const char *output = NULL;
  const char *code = NULL;
  const char *message = NULL;
  JsonObject *reason = NULL;
  gint64 version = 0;
  gint64 start = 0;
  gint64 position = 0;
  int value;

  g_return_val_if_fail (node != NULL, NULL);

  if (!attune_json_get_int (node, "version", ATTUNE_JSON_OPTIONAL, &version, error) ||
      !attune_json_get_string (node, "state", ATTUNE_JSON_REQUIRED, &state, error) ||
      !attune_json_get_int (node, "step", ATTUNE_JSON_OPTIONAL, &self->step, error) ||
      !attune_json_get_int (node, "totalSteps", ATTUNE_JSON_OPTIONAL, &self->total_steps, error) ||
      !attune_json_get_double (node, "epoch", ATTUNE_JSON_OPTIONAL, &self->epoch, error) ||
      !attune_json_get_int (node, "pid", ATTUNE_JSON_OPTIONAL, &self->pid, error) ||
      !attune_json_get_int (node, "pidStartTime", ATTUNE_JSON_OPTIONAL, &start, error) ||
      !attune_json_get_int (node, "startedAt", ATTUNE_JSON_OPTIONAL, &self->started_at, error) ||
      !attune_json_get_int (node, "updatedAt", ATTUNE_JSON_OPTIONAL, &self->updated_at, error) ||
      !attune_json_get_double (node, "timeRemaining", ATTUNE_JSON_OPTIONAL, &self->time_remaining, error) ||
      !attune_json_get_int (node, "trainedTokens", ATTUNE_JSON_OPTIONAL, &self->trained_tokens, error) ||
      !attune_json_get_int (node, "queuePosition", ATTUNE_JSON_OPTIONAL, &position, error) ||
      !attune_json_get_string (node, "model", ATTUNE_JSON_OPTIONAL, &model, error) ||
      !attune_json_get_string (node, "output", ATTUNE_JSON_OPTIONAL, &output, error) ||
      !attune_json_get_object (node, "error", ATTUNE_JSON_OPTIONAL, &reason, error) ||
      !attune_json_get_string (node, "error.code", ATTUNE_JSON_OPTIONAL, &code, error) ||
      !attune_json_get_string (node, "error.message", ATTUNE_JSON_OPTIONAL, &message, error))
    return NULL;

  if (version > ATTUNE_RUN_VERSION)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("The run was written by a newer version of Attune. Update Attune to open it."));
      return NULL;
    }
  if (!attune_enum_from_nick (ATTUNE_TYPE_JOB_STATUS, state, &value))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("“%s” is not the state of a run"), state);
      return NULL;
    }
  self->state = (AttuneJobStatus) value;
  self->pid_start_time = (guint64) MAX (start, 0);
  self->queue_position = (guint) CLAMP (position, 0, G_MAXINT);

  self->model = g_strdup (model);
  self->output = g_strdup (output);
  if (reason != NULL)
    self->error = g_error_new_literal (ATTUNE_ERROR,
                                       (int) (code != NULL ? attune_error_code_from_nick (code) : ATTUNE_ERROR_FAILED),
                                       message != NULL ? message : _("The run failed"));

  return g_steal_pointer (&self);
}

JsonNode *
attune_run_status_to_json (const AttuneRunStatus *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonNode *node;

  g_return_val_if_fail (self != NULL, NULL);

  json_object_set_int_member (object, "version", ATTUNE_RUN_VERSION);
  json_object_set_string_member (object, "state", attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, (int) self->state));
  json_object_set_int_member (object, "step", self->step);
  json_object_set_int_member (object, "totalSteps", self->total_steps);
  json_object_set_double_member (object, "epoch", self->epoch);
  json_object_set_int_member (object, "pid", self->pid);
  json_object_set_int_member (object, "pidStartTime", (gint64) self->pid_start_time);
  json_object_set_int_member (object, "startedAt", self->started_at);
  json_object_set_int_member (object, "updatedAt", self->updated_at);
  json_object_set_double_member (object, "timeRemaining", self->time_remaining);
  json_object_set_int_member (object, "trainedTokens", self->trained_tokens);
  if (self->queue_position > 0)
    json_object_set_int_member (object, "queuePosition", self->queue_position);
  if (self->model != NULL)
    json_object_set_string_member (object, "model", self->model);
  if (self->output != NULL)
    json_object_set_string_member (object, "output", self->output);
  if (self->error != NULL)
    {
      JsonObject *reason = json_object_new ();
      AttuneError code = self->error->domain == ATTUNE_ERROR ? (AttuneError) self->error->code : ATTUNE_ERROR_FAILED;

      json_object_set_string_member (reason, "code", attune_error_code_to_nick (code));
      json_object_set_string_member (reason, "message", self->error->message);
      json_object_set_object_member (object, "error", reason);
    }

  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, g_steal_pointer (&object));

  return node;
}

AttuneRunStatus *
attune_run_status_load (const char  *folder,
                        GError     **error)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) local_error = NULL;
  AttuneRunStatus *self = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  path = g_build_filename (folder, ATTUNE_RUN_STATUS_FILE, NULL);
  node = attune_json_parse_file (path, &local_error);
  if (node != NULL)
    {
      self = attune_run_status_from_json (node, &local_error);
      if (local_error != NULL)
        g_prefix_error (&local_error, "%s: ", path);
    }
  if (self != NULL)
    return self;

  /* The trainer writes it: what is wrong with it is nobody's input. */
  if (g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID))
    local_error->code = ATTUNE_ERROR_DAMAGED;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

gboolean
attune_run_status_is_alive (const AttuneRunStatus *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return attune_machine_is_process_alive (self->pid, self->pid_start_time);
}

static int
compare_checkpoints (gconstpointer a,
                     gconstpointer b)
{
  const AttuneCheckpoint *first = *(AttuneCheckpoint *const *) a;
  const AttuneCheckpoint *second = *(AttuneCheckpoint *const *) b;

  return first->step < second->step ? -1 : first->step > second->step;
}

GPtrArray *
attune_run_folder_list_checkpoints (const char *folder)
{
  g_autoptr (GPtrArray) checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
  g_autofree char *place = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_return_val_if_fail (folder != NULL, NULL);

  place = g_build_filename (folder, ATTUNE_RUN_CHECKPOINTS, NULL);
  dir = g_dir_open (place, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place, name, NULL);
      g_autofree char *state = g_build_filename (path, ATTUNE_RUN_STATE_FILE, NULL);
      g_autoptr (JsonNode) node = NULL;
      double loss;
      gint64 time;
      gint64 step;

      if (!g_str_has_prefix (name, "step-") ||
          !g_ascii_string_to_signed (name + strlen ("step-"), 10, 0, G_MAXINT64, &step, NULL))
        continue;

      /* Without its state it is not whole: being written, or left behind by a crash. */
      node = attune_json_parse_file (state, NULL);
      if (node == NULL)
        continue;
      loss = attune_json_peek_double (node, "evalLoss", NAN);
      time = attune_json_peek_int (node, "time", 0);

      g_ptr_array_add (checkpoints, attune_checkpoint_new (name, step, time, path, loss));
    }
  g_ptr_array_sort (checkpoints, compare_checkpoints);

  return g_steal_pointer (&checkpoints);
}

/* Everything behind *@offset up to the last newline. Empty where there is no file or nothing new. */
static char *
read_new_lines (const char  *folder,
                const char  *name,
                guint64     *offset,
                gsize       *length,
                GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GString) text = NULL;
  g_autofd int fd = -1;
  struct stat info;
  char *end;

  *length = 0;
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    {
      *offset = 0;
      return g_strdup ("");
    }
  if (fd < 0 || fstat (fd, &info) != 0)
    goto failed;

  if ((guint64) info.st_size < *offset)
    *offset = 0;

  text = g_string_sized_new ((gsize) info.st_size - *offset + 1);
  for (;;)
    {
      char buffer[65536];
      gssize got = pread (fd, buffer, sizeof buffer, (off_t) (*offset + text->len));

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        goto failed;
      if (got == 0)
        break;
      g_string_append_len (text, buffer, got);
    }

  end = memrchr (text->str, '\n', text->len);
  g_string_truncate (text, end != NULL ? (gsize) (end + 1 - text->str) : 0);
  *offset += text->len;
  *length = text->len;
  return g_string_free_and_steal (g_steal_pointer (&text));

failed:
  {
    int code = errno;

    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("%s cannot be read: %s"), path, g_strerror (code));
    return NULL;
  }
}

gboolean
attune_run_folder_read_metrics (const char  *folder,
                                guint64     *offset,
                                GArray      *points,
                                guint       *n_damaged,
                                GError     **error)
{
  g_autofree char *text = NULL;
  const char *line;
  gsize length;

  g_return_val_if_fail (folder != NULL, FALSE);
  g_return_val_if_fail (offset != NULL, FALSE);
  g_return_val_if_fail (points != NULL, FALSE);

  if (n_damaged != NULL)
    *n_damaged = 0;
  text = read_new_lines (folder, ATTUNE_RUN_METRICS_FILE, offset, &length, error);
  if (text == NULL)
    return FALSE;

  for (line = text; line < text + length;)
    {
      const char *end = memchr (line, '\n', (gsize) (text + length - line));
      AttuneMetricPoint point;

      if (attune_metric_point_from_line (line, end - line, &point, NULL))
        g_array_append_val (points, point);
      else if (n_damaged != NULL)
        (*n_damaged)++;
      line = end + 1;
    }

  return TRUE;
}

static AttuneEvent *
parse_event (const char *line,
             gssize      length)
{
  g_autoptr (JsonNode) node = attune_json_parse (line, length, NULL, NULL);
  const char *level = NULL;
  const char *message = NULL;
  gint64 time = 0;

  if (node == NULL ||
      !attune_json_get_int (node, "time", ATTUNE_JSON_REQUIRED, &time, NULL) ||
      !attune_json_get_string (node, "level", ATTUNE_JSON_REQUIRED, &level, NULL) ||
      !attune_json_get_string (node, "message", ATTUNE_JSON_REQUIRED, &message, NULL))
    return NULL;

  return attune_event_new (time, level, message, NULL);
}

gboolean
attune_run_folder_read_events (const char  *folder,
                               guint64     *offset,
                               GPtrArray   *events,
                               guint       *n_damaged,
                               GError     **error)
{
  g_autofree char *text = NULL;
  const char *line;
  gsize length;

  g_return_val_if_fail (folder != NULL, FALSE);
  g_return_val_if_fail (offset != NULL, FALSE);
  g_return_val_if_fail (events != NULL, FALSE);

  if (n_damaged != NULL)
    *n_damaged = 0;
  text = read_new_lines (folder, ATTUNE_RUN_EVENTS_FILE, offset, &length, error);
  if (text == NULL)
    return FALSE;

  for (line = text; line < text + length;)
    {
      const char *end = memchr (line, '\n', (gsize) (text + length - line));
      AttuneEvent *event = parse_event (line, end - line);

      if (event != NULL)
        g_ptr_array_add (events, event);
      else if (n_damaged != NULL)
        (*n_damaged)++;
      line = end + 1;
    }

  return TRUE;
}

char *
attune_run_event_to_line (gint64      time,
                          const char *level,
                          const char *message)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  g_return_val_if_fail (level != NULL, NULL);
  g_return_val_if_fail (message != NULL, NULL);

  json_object_set_int_member (object, "time", time);
  json_object_set_string_member (object, "level", level);
  json_object_set_string_member (object, "message", message);
  json_node_set_object (node, object);
  text = attune_json_write (node, FALSE);

  return g_strconcat (text, "\n", NULL);
}
