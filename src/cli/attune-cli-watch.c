/* attune-cli-watch.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "attune-cli-output.h"
#include "attune-json.h"

#define BAR_WIDTH 24
/* Without a terminal a line a tenth of the way is enough. */
#define N_LINES 10
#define LOOK_MILLISECONDS 250

typedef struct {
  AttuneCli           *cli;
  AttuneJob           *job;
  AttuneCliWatchStyle  style;
  FILE                *stream;
  gboolean             is_terminal;
  char                *bar;         /* what stands in the last line; NULL: nothing of ours */
  int                  last_status; /* -1: none yet */
  gint64               last_step;
  int                  last_tenth;
  goffset              metrics_offset;
  goffset              events_offset;
} Watch;

static void
print_line (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_take_object (node, object);
  text = attune_json_write (node, FALSE);
  attune_cli_print ("%s\n", text);
}

static JsonObject *
new_news (const char *type,
          gint64      time)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", type);
  if (time > 0)
    json_object_set_int_member (object, "time", time);

  return object;
}

static void
print_status_news (Watch *self)
{
  g_autoptr (GError) error = attune_job_dup_error (self->job);
  JsonObject *object = new_news ("status", g_get_real_time ());

  json_object_set_string_member (object, "jobId", attune_job_get_id (self->job));
  json_object_set_string_member (object, "status", attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, (int) attune_job_get_status (self->job)));
  json_object_set_int_member (object, "step", attune_job_get_step (self->job));
  json_object_set_int_member (object, "totalSteps", attune_job_get_total_steps (self->job));
  json_object_set_double_member (object, "progress", attune_job_get_progress (self->job));
  if (!isnan (attune_job_get_time_remaining (self->job)))
    json_object_set_double_member (object, "estimatedTimeRemaining", attune_job_get_time_remaining (self->job));
  if (attune_job_get_output_path (self->job) != NULL)
    json_object_set_string_member (object, "outputPath", attune_job_get_output_path (self->job));
  if (error != NULL)
    {
      JsonObject *reason = json_object_new ();

      json_object_set_string_member (reason, "code", attune_error_code_to_nick ((AttuneError) error->code));
      json_object_set_string_member (reason, "message", error->message);
      json_object_set_object_member (object, "error", reason);
    }
  print_line (object);
}

static gboolean
print_metrics_news (Watch   *self,
                    GError **error)
{
  g_autoptr (GArray) points = attune_job_store_read_metrics (self->cli->jobs, self->job, &self->metrics_offset, error);

  if (points == NULL)
    return FALSE;

  for (guint i = 0; i < points->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);
      JsonObject *object = new_news ("metrics", 0);

      attune_cli_add_point (object, point);
      print_line (object);
    }

  return TRUE;
}

static gboolean
print_event_news (Watch   *self,
                  GError **error)
{
  g_autoptr (GPtrArray) events = attune_job_store_read_events (self->cli->jobs, self->job, &self->events_offset, error);

  if (events == NULL)
    return FALSE;

  for (guint i = 0; i < events->len; i++)
    {
      const AttuneEvent *event = g_ptr_array_index (events, i);
      JsonObject *object = new_news ("event", event->time);

      json_object_set_string_member (object, "level", event->level);
      json_object_set_string_member (object, "message", event->message);
      print_line (object);
    }

  return TRUE;
}

static char *
describe (Watch *self)
{
  GString *text = g_string_new (NULL);
  double loss = attune_job_get_metric (self->job, ATTUNE_METRIC_LOSS);
  double eval_loss = attune_job_get_metric (self->job, ATTUNE_METRIC_EVAL_LOSS);
  double speed = attune_job_get_metric (self->job, ATTUNE_METRIC_TOKENS_PER_SECOND);
  g_autofree char *remaining = attune_cli_format_duration (attune_job_get_time_remaining (self->job));

  if (attune_job_get_total_steps (self->job) > 0)
    g_string_append_printf (text, _("step %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT), attune_job_get_step (self->job),
                            attune_job_get_total_steps (self->job));
  if (!isnan (loss))
    g_string_append_printf (text, _("  loss %.4f"), loss);
  if (!isnan (eval_loss))
    g_string_append_printf (text, _("  evaluation %.4f"), eval_loss);
  if (!isnan (speed) && attune_job_get_status (self->job) == ATTUNE_JOB_STATUS_RUNNING)
    g_string_append_printf (text, _("  %.0f tokens/s"), speed);
  if (*remaining != '\0' && attune_job_get_status (self->job) == ATTUNE_JOB_STATUS_RUNNING)
    g_string_append_printf (text, _("  %s left"), remaining);

  return g_string_free_and_steal (text);
}

static void
draw_bar (Watch *self)
{
  double progress = attune_job_get_progress (self->job);
  g_autofree char *bar = attune_cli_format_bar (progress, BAR_WIDTH);
  g_autofree char *words = describe (self);
  g_autofree char *line = g_strdup_printf ("%s %s %3.0f %%  %s", attune_job_status_get_title (attune_job_get_status (self->job)), bar,
                                           isfinite (progress) ? progress * 100 : 0, words);

  /* What has not changed is not drawn again. */
  if (!g_set_str (&self->bar, line))
    return;

  fprintf (self->stream, "\r\033[K%s", line);
  fflush (self->stream);
}

static void
end_bar (Watch *self)
{
  if (self->bar != NULL)
    {
      fprintf (self->stream, "\n");
      fflush (self->stream);
    }
  g_clear_pointer (&self->bar, g_free);
}

/* A log wants a line now and then, and every change of the state. */
static void
print_progress_line (Watch *self)
{
  int status = (int) attune_job_get_status (self->job);
  double progress = attune_job_get_progress (self->job);
  int tenth = isfinite (progress) ? (int) (progress * N_LINES) : 0;
  g_autofree char *words = NULL;

  if (status == self->last_status && (status != ATTUNE_JOB_STATUS_RUNNING || tenth == self->last_tenth))
    return;

  words = describe (self);
  fprintf (self->stream, "%s %3.0f %%  %s\n", attune_job_status_get_title ((AttuneJobStatus) status),
           isfinite (progress) ? progress * 100 : 0, words);
  fflush (self->stream);
  self->last_tenth = tenth;
}

static gboolean
tell (Watch   *self,
      GError **error)
{
  int status = (int) attune_job_get_status (self->job);

  if (self->style == ATTUNE_CLI_WATCH_LINES)
    {
      if (!print_event_news (self, error) || !print_metrics_news (self, error))
        return FALSE;
      if (status != self->last_status)
        print_status_news (self);
      fflush (stdout);
    }
  else if (self->is_terminal)
    {
      draw_bar (self);
    }
  else
    {
      print_progress_line (self);
    }

  self->last_status = status;

  return TRUE;
}

gboolean
attune_cli_watch (AttuneCli            *self,
                  AttuneJob            *job,
                  AttuneCliWatchStyle   style,
                  GError              **error)
{
  g_autoptr (AttuneJob) held = g_object_ref (job);
  Watch watch = { 0 };
  gboolean is_whole;

  watch.cli = self;
  watch.job = job;
  watch.style = style;
  watch.stream = self->json ? stderr : stdout;
  watch.is_terminal = isatty (self->json ? STDERR_FILENO : STDOUT_FILENO);
  watch.last_status = -1;

  /* The monitor brings the news to the store, ours and those of other processes alike. */
  attune_monitor_start (self->monitor);
  while (TRUE)
    {
      is_whole = tell (&watch, error);
      if (!is_whole || attune_job_status_is_final (attune_job_get_status (job)))
        break;

      if (attune_cli_sleep (self, LOOK_MILLISECONDS))
        {
          end_bar (&watch);
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED,
                       _("The job goes on. “attunectl job-watch %.8s” follows it again, “attunectl job-cancel %.8s” ends it."),
                       attune_job_get_id (job), attune_job_get_id (job));
          is_whole = FALSE;
          break;
        }
    }
  end_bar (&watch);
  attune_monitor_stop (self->monitor);

  return is_whole;
}
