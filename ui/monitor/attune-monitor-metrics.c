/* attune-monitor-metrics.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-metrics.h"

#include <glib/gi18n-lib.h>
#include <math.h>

struct _AttuneMonitorEvent {
  GObject      parent_instance;

  AttuneEvent *event;
};

G_DEFINE_FINAL_TYPE (AttuneMonitorEvent, attune_monitor_event, G_TYPE_OBJECT)

struct _AttuneMonitorMetrics {
  GObject         parent_instance;

  AttuneJobStore *store;
  AttuneJob      *job;
  AttuneSeries   *series[ATTUNE_N_METRICS];
  GListStore     *events;
  gboolean        is_compared;
  gint64          first_time;     /* of the first point, where times count from it; else 0 */

  goffset         metrics_offset;
  goffset         events_offset;
  gboolean        is_reading;
  gboolean        is_asked_again;
  char           *error_message;
};

enum {
  PROP_ERROR_MESSAGE = 1,
  N_PROPS
};

enum {
  REFRESHED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneMonitorMetrics, attune_monitor_metrics, G_TYPE_OBJECT)

/* One reading, which keeps the object alive until it ends: what goes into the thread and what comes out of it. */
typedef struct {
  AttuneJobStore *store;
  AttuneJob      *job;
  goffset         metrics_offset;
  goffset         events_offset;
  gboolean        is_compared;
  gint64          first_time;
  gboolean        restarted;                /* the file is another one than before */
  GArray         *points[ATTUNE_N_METRICS]; /* AttuneSeriesPoint */
  GPtrArray      *events;                   /* AttuneMonitorEvent, the newest first */
} Reading;

static void
reading_free (Reading *reading)
{
  g_clear_object (&reading->store);
  g_clear_object (&reading->job);
  for (guint m = 0; m < ATTUNE_N_METRICS; m++)
    g_clear_pointer (&reading->points[m], g_array_unref);
  g_clear_pointer (&reading->events, g_ptr_array_unref);
  g_free (reading);
}

static void
sort_points (Reading      *reading,
             const GArray *points)
{
  for (guint i = 0; i < points->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);
      AttuneSeriesPoint series_point = {
        { (double) point->step, point->epoch, NAN },
      };

      if (reading->is_compared && reading->first_time == 0)
        reading->first_time = point->time;
      if (point->time > 0)
        series_point.x[ATTUNE_SERIES_TIME] = (double) (point->time - reading->first_time) / G_USEC_PER_SEC;

      for (guint m = 0; m < ATTUNE_N_METRICS; m++)
        {
          if ((point->set & (1u << m)) == 0)
            continue;
          series_point.y = point->values[m];
          g_array_append_val (reading->points[m], series_point);
        }
    }
}

static AttuneMonitorEvent *
create_event (const AttuneEvent *event)
{
  AttuneMonitorEvent *self = g_object_new (ATTUNE_TYPE_MONITOR_EVENT, NULL);

  self->event = attune_event_copy (event);

  return self;
}

static void
read_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Reading *reading = task_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) points = NULL;
  g_autoptr (GPtrArray) events = NULL;
  goffset from = reading->metrics_offset;

  points = attune_job_store_read_metrics (reading->store, reading->job, &reading->metrics_offset, &error);
  if (points == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  reading->restarted = reading->metrics_offset < from;
  if (reading->restarted)
    reading->first_time = 0;
  sort_points (reading, points);

  events = attune_job_store_read_events (reading->store, reading->job, &reading->events_offset, &error);
  if (events == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  for (guint i = events->len; i > 0; i--)
    g_ptr_array_add (reading->events, create_event (g_ptr_array_index (events, i - 1)));

  g_task_return_boolean (task, TRUE);
}

static void
set_error_message (AttuneMonitorMetrics *self,
                   const char           *message)
{
  if (g_set_str (&self->error_message, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR_MESSAGE]);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  AttuneMonitorMetrics *self = ATTUNE_MONITOR_METRICS (object);
  Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  self->is_reading = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    set_error_message (self, error->message);
  else
    {
      set_error_message (self, NULL);
      for (guint m = 0; m < ATTUNE_N_METRICS; m++)
        {
          if (reading->restarted)
            attune_series_clear (self->series[m]);
          attune_series_append_points (self->series[m], (const AttuneSeriesPoint *) (gpointer) reading->points[m]->data,
                                       reading->points[m]->len);
        }
      if (reading->events->len > 0)
        g_list_store_splice (self->events, 0, 0, reading->events->pdata, reading->events->len);
      self->first_time = reading->first_time;
      self->metrics_offset = reading->metrics_offset;
      self->events_offset = reading->events_offset;
    }

  g_signal_emit (self, signals[REFRESHED], 0);
  if (self->is_asked_again)
    attune_monitor_metrics_refresh (self);
}

void
attune_monitor_metrics_refresh (AttuneMonitorMetrics *self)
{
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  g_return_if_fail (ATTUNE_IS_MONITOR_METRICS (self));

  self->is_asked_again = self->is_reading;
  if (self->is_reading)
    return;
  self->is_reading = TRUE;

  reading = g_new0 (Reading, 1);
  reading->store = g_object_ref (self->store);
  reading->job = g_object_ref (self->job);
  reading->metrics_offset = self->metrics_offset;
  reading->events_offset = self->events_offset;
  reading->is_compared = self->is_compared;
  reading->first_time = self->first_time;
  for (guint m = 0; m < ATTUNE_N_METRICS; m++)
    reading->points[m] = g_array_new (FALSE, FALSE, sizeof (AttuneSeriesPoint));
  reading->events = g_ptr_array_new_with_free_func (g_object_unref);

  task = g_task_new (self, NULL, read_cb, NULL);
  g_task_set_source_tag (task, attune_monitor_metrics_refresh);
  g_task_set_task_data (task, reading, (GDestroyNotify) reading_free);
  g_task_run_in_thread (task, read_thread);
}

gboolean
attune_monitor_metrics_is_reading (AttuneMonitorMetrics *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_METRICS (self), FALSE);

  return self->is_reading;
}

AttuneJob *
attune_monitor_metrics_get_job (AttuneMonitorMetrics *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_METRICS (self), NULL);

  return self->job;
}

AttuneSeries *
attune_monitor_metrics_get_series (AttuneMonitorMetrics *self,
                                   AttuneMetric          metric)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_METRICS (self), NULL);
  g_return_val_if_fail (metric < ATTUNE_N_METRICS, NULL);

  return self->series[metric];
}

GListModel *
attune_monitor_metrics_get_events (AttuneMonitorMetrics *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_METRICS (self), NULL);

  return G_LIST_MODEL (self->events);
}

gboolean
attune_monitor_metrics_get_latest (AttuneMonitorMetrics *self,
                                   AttuneMetric          metric,
                                   double               *value)
{
  guint length;

  g_return_val_if_fail (ATTUNE_IS_MONITOR_METRICS (self), FALSE);
  g_return_val_if_fail (metric < ATTUNE_N_METRICS, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  length = attune_series_get_length (self->series[metric]);
  if (length > 0)
    *value = attune_series_get_y (self->series[metric], length - 1);
  else
    *value = attune_job_get_metric (self->job, metric);

  /* Not a number is news in a file, but in the job it means that there is none. */
  return length > 0 || !isnan (*value);
}

static void
attune_monitor_metrics_finalize (GObject *object)
{
  AttuneMonitorMetrics *self = ATTUNE_MONITOR_METRICS (object);

  for (guint m = 0; m < ATTUNE_N_METRICS; m++)
    g_clear_object (&self->series[m]);
  g_clear_object (&self->events);
  g_clear_object (&self->store);
  g_clear_object (&self->job);
  g_free (self->error_message);

  G_OBJECT_CLASS (attune_monitor_metrics_parent_class)->finalize (object);
}

static void
attune_monitor_metrics_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  AttuneMonitorMetrics *self = ATTUNE_MONITOR_METRICS (object);

  switch (prop_id)
    {
    case PROP_ERROR_MESSAGE:
      g_value_set_string (value, self->error_message);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_monitor_metrics_class_init (AttuneMonitorMetricsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = attune_monitor_metrics_finalize;
  object_class->get_property = attune_monitor_metrics_get_property;

  properties[PROP_ERROR_MESSAGE] =
    g_param_spec_string ("error-message", NULL, NULL,
                         NULL,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[REFRESHED] =
    g_signal_new ("refreshed",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0,
                  NULL, NULL,
                  NULL,
                  G_TYPE_NONE, 0);
}

static void
attune_monitor_metrics_init (AttuneMonitorMetrics *self)
{
  self->events = g_list_store_new (ATTUNE_TYPE_MONITOR_EVENT);
  for (guint m = 0; m < ATTUNE_N_METRICS; m++)
    self->series[m] = attune_series_new (attune_metric_get_title (m),
                                         m == ATTUNE_METRIC_EVAL_LOSS ? ATTUNE_SERIES_POINTS : ATTUNE_SERIES_LINE);
}

AttuneMonitorMetrics *
attune_monitor_metrics_new (AttuneJobStore *store,
                            AttuneJob      *job)
{
  AttuneMonitorMetrics *self;

  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (store), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  self = g_object_new (ATTUNE_TYPE_MONITOR_METRICS, NULL);
  self->store = g_object_ref (store);
  self->job = g_object_ref (job);

  return self;
}

static void
update_titles (AttuneMonitorMetrics *self)
{
  const char *name = attune_job_get_name (self->job);

  for (guint m = 0; m < ATTUNE_N_METRICS; m++)
    {
      /* Translators: a curve of a comparison: the name of a job. */
      g_autofree char *title = m == ATTUNE_METRIC_EVAL_LOSS ? g_strdup_printf (_("%s (evaluation)"), name) : g_strdup (name);

      attune_series_set_title (self->series[m], title);
    }
}

AttuneMonitorMetrics *
attune_monitor_metrics_new_for_comparison (AttuneJobStore *store,
                                           AttuneJob      *job,
                                           guint           style)
{
  AttuneMonitorMetrics *self = attune_monitor_metrics_new (store, job);

  self->is_compared = TRUE;
  for (guint m = 0; m < ATTUNE_N_METRICS; m++)
    attune_series_set_style (self->series[m], style);
  g_signal_connect_object (job, "notify::name", G_CALLBACK (update_titles), self, G_CONNECT_SWAPPED);
  update_titles (self);

  return self;
}

void
attune_monitor_metrics_set_visible (AttuneMonitorMetrics *self,
                                    gboolean              visible)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_METRICS (self));

  for (guint m = 0; m < ATTUNE_N_METRICS; m++)
    attune_series_set_visible (self->series[m], visible);
}

const AttuneEvent *
attune_monitor_event_get (AttuneMonitorEvent *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_EVENT (self), NULL);

  return self->event;
}

static void
attune_monitor_event_finalize (GObject *object)
{
  AttuneMonitorEvent *self = ATTUNE_MONITOR_EVENT (object);

  g_clear_pointer (&self->event, attune_event_free);

  G_OBJECT_CLASS (attune_monitor_event_parent_class)->finalize (object);
}

static void
attune_monitor_event_class_init (AttuneMonitorEventClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_monitor_event_finalize;
}

static void
attune_monitor_event_init (AttuneMonitorEvent *self)
{
}
