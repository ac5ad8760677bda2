/* attune-huggingface-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"
#include "attune-redact.h"
#include "attune-run-folder.h"

#define PREFIX "@attune "
/* A line longer than this is none of the runner's. */
#define MAX_LINE (1024 * 1024)
#define MAX_TAIL 12
#define MAX_TAIL_LINE 300

int
attune_huggingface_parse_stage (const char *stage)
{
  static const struct {
    const char      *stage;
    AttuneJobStatus  status;
  } stages[] = {
    { "SCHEDULING", ATTUNE_JOB_STATUS_QUEUED },
    { "RUNNING", ATTUNE_JOB_STATUS_RUNNING },
    { "UPDATING", ATTUNE_JOB_STATUS_RUNNING },
    { "COMPLETED", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "CANCELED", ATTUNE_JOB_STATUS_CANCELLED },
    { "CANCELLED", ATTUNE_JOB_STATUS_CANCELLED },
    { "DELETED", ATTUNE_JOB_STATUS_CANCELLED },
    { "ERROR", ATTUNE_JOB_STATUS_FAILED },
  };

  for (gsize i = 0; stage != NULL && i < G_N_ELEMENTS (stages); i++)
    {
      if (g_str_equal (stages[i].stage, stage))
        return (int) stages[i].status;
    }

  return -1;
}

/* The log */

AttuneHuggingfaceLog *
attune_huggingface_log_new (void)
{
  AttuneHuggingfaceLog *self = g_new0 (AttuneHuggingfaceLog, 1);

  self->metrics = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_queue_init (&self->tail);
  self->line = g_string_new (NULL);
  self->step = -1;
  self->total_steps = -1;
  self->time_remaining = NAN;
  self->trained_tokens = -1;
  self->state = -1;

  return self;
}

void
attune_huggingface_log_free (AttuneHuggingfaceLog *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->metrics, g_array_unref);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_queue_clear_full (&self->tail, g_free);
  g_string_free (self->line, TRUE);
  g_free (self->error_message);
  g_free (self->error_code);
  g_free (self);
}

/* The runner's status.json, of which nothing has to be there. */
static void
read_status (AttuneHuggingfaceLog *self,
             JsonNode             *node)
{
  const char *word = attune_json_peek_string (node, "state", NULL);
  gint64 total = attune_http_json_peek_int (node, "totalSteps", -1);

  if (word != NULL)
    attune_enum_from_nick (ATTUNE_TYPE_JOB_STATUS, word, &self->state);
  self->step = attune_http_json_peek_int (node, "step", self->step);
  if (total > 0)
    self->total_steps = total;
  self->time_remaining = attune_http_json_peek_double (node, "timeRemaining", NAN);
  self->trained_tokens = attune_http_json_peek_int (node, "trainedTokens", self->trained_tokens);
  g_set_str (&self->error_message, attune_json_peek_string (node, "error.message", NULL));
  g_set_str (&self->error_code, attune_json_peek_string (node, "error.code", NULL));
}

static void
read_event (AttuneHuggingfaceLog *self,
            JsonNode             *node,
            gint64                time)
{
  gint64 own_time = attune_json_peek_int (node, "time", 0);
  const char *message = attune_json_peek_string (node, "message", NULL);
  AttuneEvent *event;

  if (message == NULL)
    return;

  /* The same line comes at each reading: without an id the store knows it by its time and words. */
  event = attune_event_new (own_time > 0 ? own_time : time, attune_json_peek_string (node, "level", "info"), message, NULL);
  g_ptr_array_add (self->events, event);
}

static void
read_metrics (AttuneHuggingfaceLog *self,
              const char           *text,
              gsize                 length,
              gint64                time)
{
  AttuneMetricPoint point;
  g_autoptr (GError) error = NULL;

  if (!attune_metric_point_from_line (text, (gssize) length, &point, &error))
    {
      g_debug ("A line of metrics was left out: %s", error->message);
      return;
    }

  if (point.time <= 0)
    point.time = time;
  self->step = MAX (self->step, point.step);
  g_array_append_val (self->metrics, point);
}

static void
keep_tail (AttuneHuggingfaceLog *self,
           const char           *line,
           gsize                 length)
{
  g_autofree char *text = g_strndup (line, MIN (length, MAX_TAIL_LINE));
  g_autofree char *valid = NULL;

  g_strchomp (text);
  if (*text == '\0')
    return;

  valid = g_utf8_make_valid (text, -1);
  g_queue_push_tail (&self->tail, attune_redact (valid));
  if (g_queue_get_length (&self->tail) > MAX_TAIL)
    g_free (g_queue_pop_head (&self->tail));
}

/* A progress bar without an end may stand before the runner's words. */
static void
read_line (AttuneHuggingfaceLog *self,
           const char           *line,
           gsize                 length,
           gint64                time)
{
  const char *found = g_strstr_len (line, (gssize) length, PREFIX);
  g_autoptr (JsonNode) node = NULL;
  const char *text;
  gsize rest;

  if (found == NULL)
    {
      keep_tail (self, line, length);
      return;
    }

  text = found + strlen (PREFIX);
  rest = length - (gsize) (text - line);
  node = attune_http_json_parse (text, rest, NULL, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;

  if (attune_json_lookup (node, "state") != NULL)
    read_status (self, node);
  else if (attune_json_lookup (node, "level") != NULL)
    read_event (self, node, time);
  else
    read_metrics (self, text, rest, time);
}

static void
end_line (AttuneHuggingfaceLog *self)
{
  if (self->line->len > 0)
    read_line (self, self->line->str, self->line->len, self->line_time);
  g_string_truncate (self->line, 0);
}

void
attune_huggingface_log_feed (AttuneHuggingfaceLog *self,
                             const char           *data)
{
  g_autoptr (JsonNode) node = attune_http_json_parse (data, strlen (data), NULL, NULL);
  const char *text = attune_json_peek_string (node, "data", NULL);
  gint64 time = attune_http_json_peek_time (node, "timestamp");

  if (text == NULL)
    return;

  self->n_texts++;
  /* A text is a line, and may be said to end like one or not; only a long one is cut into several. */
  while (*text != '\0')
    {
      gsize length = strcspn (text, "\r\n");

      if (self->line->len == 0)
        self->line_time = time;
      if (self->line->len + length <= MAX_LINE)
        g_string_append_len (self->line, text, (gssize) length);
      text += length;
      if (*text != '\0')
        {
          end_line (self);
          text++;
        }
    }

  /* Without an end it is whole where it can be read as what it begins to be, or begins to be nothing of ours. */
  if (self->line->len > 0)
    {
      const char *found = strstr (self->line->str, PREFIX);
      g_autoptr (JsonNode) whole = found != NULL ? attune_http_json_parse (found + strlen (PREFIX), strlen (found + strlen (PREFIX)), NULL, NULL) : NULL;

      if (found == NULL || whole != NULL)
        end_line (self);
    }
}

void
attune_huggingface_log_end (AttuneHuggingfaceLog *self)
{
  end_line (self);
}

char *
attune_huggingface_log_dup_tail (AttuneHuggingfaceLog *self)
{
  g_autoptr (GString) tail = g_string_new (NULL);

  for (GList *iter = self->tail.head; iter != NULL; iter = iter->next)
    {
      if (g_str_has_prefix (iter->data, "===== Job"))
        continue;
      if (tail->len > 0)
        g_string_append_c (tail, '\n');
      g_string_append (tail, iter->data);
    }

  return tail->len > 0 ? g_string_free_and_steal (g_steal_pointer (&tail)) : NULL;
}

/* What is left at the speed between the first and the last step that were seen. */
static double
measure_remaining (AttuneHuggingfaceLog *log,
                   gint64                total)
{
  const AttuneMetricPoint *first;
  const AttuneMetricPoint *last;

  if (total <= 0 || log->metrics->len < 2)
    return NAN;

  first = &g_array_index (log->metrics, AttuneMetricPoint, 0);
  last = &g_array_index (log->metrics, AttuneMetricPoint, log->metrics->len - 1);
  if (last->step <= first->step || last->time <= first->time || last->step > total)
    return NAN;

  return (double) (total - last->step) * (double) (last->time - first->time) / G_USEC_PER_SEC / (double) (last->step - first->step);
}

static gboolean
is_about_time (const char *message)
{
  g_autofree char *lower = message != NULL ? g_ascii_strdown (message, -1) : NULL;

  return lower != NULL && (strstr (lower, "timeout") != NULL || strstr (lower, "timed out") != NULL);
}

static GError *
build_error (JsonNode             *job,
             AttuneHuggingfaceLog *log,
             const char           *url)
{
  const char *message = attune_json_peek_string (job, "status.message", NULL);
  g_autofree char *tail = NULL;
  g_autofree char *words = NULL;

  /* The runner knows best, where it could still speak. */
  if (log->error_message != NULL)
    return g_error_new_literal (ATTUNE_ERROR, (int) (log->error_code != NULL ? attune_error_code_from_nick (log->error_code) : ATTUNE_ERROR_FAILED),
                                log->error_message);

  words = message != NULL ? attune_redact (message) : NULL;
  if (is_about_time (message))
    return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT,
                        _("The job reached its time limit (%s). Resume it: it goes on from the newest checkpoint; with a higher metadata.timeoutSeconds it gets further."),
                        words);

  tail = attune_huggingface_log_dup_tail (log);
  if (tail != NULL)
    return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("The job failed at Hugging Face%s%s. Its page is %s. The last lines of its log:\n%s"),
                        words != NULL ? ": " : "", words != NULL ? words : "", url, tail);

  return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("The job failed at Hugging Face%s%s. Its page is %s."),
                      words != NULL ? ": " : "", words != NULL ? words : "", url);
}

AttuneStatusUpdate *
attune_huggingface_build_update (JsonNode             *job,
                                 AttuneHuggingfaceLog *log,
                                 const char           *url)
{
  AttuneStatusUpdate *update = attune_status_update_new ();
  const char *stage = attune_json_peek_string (job, "status.stage", NULL);

  update->status = attune_huggingface_parse_stage (stage);
  if (update->status == -1)
    g_message ("Hugging Face knows a stage “%s” that Attune does not", stage != NULL ? stage : "");

  attune_huggingface_log_end (log);
  /* The machine runs long before the training does. */
  if (update->status == ATTUNE_JOB_STATUS_RUNNING && log->step <= 0 && log->state == ATTUNE_JOB_STATUS_VALIDATING_FILES)
    update->status = ATTUNE_JOB_STATUS_VALIDATING_FILES;
  /* A run that failed may still end a job without complaint, and one that stopped for a checkpoint may be told to be an error. */
  if (update->status == ATTUNE_JOB_STATUS_SUCCEEDED && log->state == ATTUNE_JOB_STATUS_FAILED)
    update->status = ATTUNE_JOB_STATUS_FAILED;
  else if (update->status == ATTUNE_JOB_STATUS_SUCCEEDED &&
           (log->state == ATTUNE_JOB_STATUS_CANCELLED || log->state == ATTUNE_JOB_STATUS_PAUSED))
    update->status = ATTUNE_JOB_STATUS_CANCELLED;

  update->step = log->step;
  update->total_steps = log->total_steps;
  update->trained_tokens = log->trained_tokens;
  if (log->step >= 0 && log->total_steps > 0)
    update->progress = CLAMP ((double) log->step / (double) log->total_steps, 0, 1);
  if (update->status == ATTUNE_JOB_STATUS_RUNNING)
    update->time_remaining = isfinite (log->time_remaining) ? log->time_remaining : measure_remaining (log, log->total_steps);
  if (update->status == ATTUNE_JOB_STATUS_FAILED)
    update->error = build_error (job, log, url);

  update->metrics = g_steal_pointer (&log->metrics);
  update->events = g_steal_pointer (&log->events);

  return update;
}

/* What lies in the repository of the result */

static int
compare_steps (gconstpointer a,
               gconstpointer b)
{
  const AttuneCheckpoint *left = *(const AttuneCheckpoint * const *) a;
  const AttuneCheckpoint *right = *(const AttuneCheckpoint * const *) b;

  return left->step < right->step ? -1 : left->step > right->step;
}

GPtrArray *
attune_huggingface_parse_checkpoints (GPtrArray *files)
{
  g_autoptr (GPtrArray) checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
  const char *prefix = ATTUNE_HUGGINGFACE_CHECKPOINTS "/step-";

  for (guint i = 0; i < files->len; i++)
    {
      const AttuneHubFile *file = g_ptr_array_index (files, i);
      g_autofree char *id = NULL;
      char *end;
      gint64 step;

      /* Its last file makes it whole. */
      if (!g_str_has_prefix (file->path, prefix))
        continue;
      step = g_ascii_strtoll (file->path + strlen (prefix), &end, 10);
      if (step <= 0 || !g_str_equal (end, "/" ATTUNE_RUN_STATE_FILE))
        continue;

      id = g_strdup_printf ("step-%" G_GINT64_FORMAT, step);
      g_ptr_array_add (checkpoints, attune_checkpoint_new (id, step, 0, NULL, NAN));
    }
  g_ptr_array_sort (checkpoints, compare_steps);

  return g_steal_pointer (&checkpoints);
}

gboolean
attune_huggingface_has_result (GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++)
    {
      const AttuneHubFile *file = g_ptr_array_index (files, i);

      if (strchr (file->path, '/') == NULL && g_str_has_suffix (file->path, ".safetensors") && file->size > 0)
        return TRUE;
    }

  return FALSE;
}
