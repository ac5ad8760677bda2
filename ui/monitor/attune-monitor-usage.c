/* attune-monitor-usage.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-usage.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

struct _AttuneMonitorUsage {
  GObject               parent_instance;

  AttuneMonitorMetrics *metrics;
  char                 *run_folder;
  AttuneSeries         *processor;
  AttuneSeries         *memory;

  gboolean              is_sampling;
  gint64                last_pid;
  guint64               last_ticks;
  gint64                last_time;  /* monotonic */
};

G_DEFINE_FINAL_TYPE (AttuneMonitorUsage, attune_monitor_usage, G_TYPE_OBJECT)

typedef struct {
  char    *run_folder;
  gint64   pid;
  guint64  ticks;    /* of processor time so far */
  guint64  resident; /* pages */
  gint64   time;     /* monotonic */
} Sample;

static void
sample_free (Sample *sample)
{
  g_free (sample->run_folder);
  g_free (sample);
}

static gint64
get_integer (JsonObject *object,
             const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;
}

/* Behind the name of the program, which may hold anything, the fields are counted from the third on. */
static gboolean
parse_stat (const char *stat,
            guint64    *ticks,
            guint64    *start_time,
            guint64    *resident)
{
  const char *behind = strrchr (stat, ')');
  g_auto (GStrv) fields = NULL;

  if (behind == NULL)
    return FALSE;
  fields = g_strsplit (behind + 1 + (behind[1] == ' '), " ", -1);
  /* 3 state … 14 utime 15 stime … 22 starttime 23 vsize 24 rss */
  if (g_strv_length (fields) < 22)
    return FALSE;

  *ticks = g_ascii_strtoull (fields[11], NULL, 10) + g_ascii_strtoull (fields[12], NULL, 10);
  *start_time = g_ascii_strtoull (fields[19], NULL, 10);
  *resident = g_ascii_strtoull (fields[21], NULL, 10);

  return TRUE;
}

static gboolean
read_sample (Sample *sample)
{
  g_autofree char *path = g_build_filename (sample->run_folder, "status.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;
  g_autofree char *stat_path = NULL;
  g_autofree char *stat = NULL;
  guint64 start_time;

  if (!json_parser_load_from_file (parser, path, NULL))
    return FALSE;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;

  sample->pid = get_integer (json_node_get_object (root), "pid");
  if (sample->pid <= 0)
    return FALSE;
  stat_path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/stat", sample->pid);
  sample->time = g_get_monotonic_time ();

  /* The number may be another program's by now; that one was started at another time. */
  return g_file_get_contents (stat_path, &stat, NULL, NULL) &&
         parse_stat (stat, &sample->ticks, &start_time, &sample->resident) &&
         start_time == (guint64) get_integer (json_node_get_object (root), "pidStartTime");
}

static void
sample_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  g_task_return_boolean (task, read_sample (task_data));
}

static void
sampled_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  AttuneMonitorUsage *self = ATTUNE_MONITOR_USAGE (object);
  const Sample *sample = g_task_get_task_data (G_TASK (result));
  AttuneSeries *loss = attune_monitor_metrics_get_series (self->metrics, ATTUNE_METRIC_LOSS);
  guint length = attune_series_get_length (loss);
  double step = 0.0;
  double epoch = NAN;
  double now = (double) g_get_real_time () / G_USEC_PER_SEC;

  self->is_sampling = FALSE;
  /* That there is no such process is no error. */
  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    {
      self->last_pid = 0;
      return;
    }

  /* Beside the steps that were measured last, so that it stands below them. */
  if (length > 0)
    {
      step = attune_series_get_x (loss, ATTUNE_SERIES_STEP, length - 1);
      if (attune_series_has_axis (loss, ATTUNE_SERIES_EPOCH))
        epoch = attune_series_get_x (loss, ATTUNE_SERIES_EPOCH, length - 1);
    }

  attune_series_append (self->memory, step, epoch, now,
                        (double) sample->resident * (double) sysconf (_SC_PAGESIZE) / (1024.0 * 1024.0));
  if (self->last_pid == sample->pid && sample->time > self->last_time && sample->ticks >= self->last_ticks)
    {
      double seconds = (double) (sample->time - self->last_time) / G_USEC_PER_SEC;
      double worked = (double) (sample->ticks - self->last_ticks) / (double) sysconf (_SC_CLK_TCK);

      /* The kernel counts in hundredths of a second, which makes a little more than all of it now and then. */
      attune_series_append (self->processor, step, epoch, now, MIN (worked / seconds / g_get_num_processors (), 1.0));
    }
  self->last_pid = sample->pid;
  self->last_ticks = sample->ticks;
  self->last_time = sample->time;
}

void
attune_monitor_usage_sample (AttuneMonitorUsage *self)
{
  g_autoptr (GTask) task = NULL;
  Sample *sample;

  g_return_if_fail (ATTUNE_IS_MONITOR_USAGE (self));

  if (self->is_sampling)
    return;
  self->is_sampling = TRUE;

  sample = g_new0 (Sample, 1);
  sample->run_folder = g_strdup (self->run_folder);
  task = g_task_new (self, NULL, sampled_cb, NULL);
  g_task_set_source_tag (task, attune_monitor_usage_sample);
  g_task_set_task_data (task, sample, (GDestroyNotify) sample_free);
  g_task_run_in_thread (task, sample_thread);
}

gboolean
attune_monitor_usage_is_sampling (AttuneMonitorUsage *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_USAGE (self), FALSE);

  return self->is_sampling;
}

AttuneSeries *
attune_monitor_usage_get_processor (AttuneMonitorUsage *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_USAGE (self), NULL);

  return self->processor;
}

AttuneSeries *
attune_monitor_usage_get_memory (AttuneMonitorUsage *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_USAGE (self), NULL);

  return self->memory;
}

static void
attune_monitor_usage_finalize (GObject *object)
{
  AttuneMonitorUsage *self = ATTUNE_MONITOR_USAGE (object);

  g_clear_object (&self->metrics);
  g_clear_object (&self->processor);
  g_clear_object (&self->memory);
  g_free (self->run_folder);

  G_OBJECT_CLASS (attune_monitor_usage_parent_class)->finalize (object);
}

static void
attune_monitor_usage_class_init (AttuneMonitorUsageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_monitor_usage_finalize;
}

static void
attune_monitor_usage_init (AttuneMonitorUsage *self)
{
  self->processor = attune_series_new (_("Processor"), ATTUNE_SERIES_LINE);
  self->memory = attune_series_new (_("Memory"), ATTUNE_SERIES_LINE);
}

AttuneMonitorUsage *
attune_monitor_usage_new (AttuneMonitorMetrics *metrics,
                          const char           *run_folder)
{
  AttuneMonitorUsage *self;

  g_return_val_if_fail (ATTUNE_IS_MONITOR_METRICS (metrics), NULL);
  g_return_val_if_fail (run_folder != NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_MONITOR_USAGE, NULL);
  self->metrics = g_object_ref (metrics);
  self->run_folder = g_strdup (run_folder);

  return self;
}
