/* attune-sparkline.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-sparkline"

#include "config.h"

#include "attune-sparkline.h"

#include <math.h>

#define WIDTH  72
#define HEIGHT 24

struct _AttuneSparkline {
  GtkWidget       parent_instance;

  AttuneJobStore *store;
  AttuneJob      *job;
  GSignalGroup   *job_signals;
  GCancellable   *cancellable; /* while the metrics are read */
  gboolean        read;
  GArray         *values;      /* of double, finite */
  guint           weight;      /* reported losses that each value stands for */
  double          sum;         /* of those that make the next value */
  guint           n_summed;
};

G_DEFINE_FINAL_TYPE (AttuneSparkline, attune_sparkline, GTK_TYPE_WIDGET)

static void
clear (AttuneSparkline *self)
{
  g_array_set_size (self->values, 0);
  self->weight = 1;
  self->sum = 0.0;
  self->n_summed = 0;
}

/* Keeps a bounded number of values of any number of steps: when they are too many, neighbours become one. */
static void
append (AttuneSparkline *self,
        double           loss)
{
  double value;

  if (!isfinite (loss))
    return;

  self->sum += loss;
  if (++self->n_summed < self->weight)
    return;

  value = self->sum / self->n_summed;
  self->sum = 0.0;
  self->n_summed = 0;
  g_array_append_val (self->values, value);
  if (self->values->len <= ATTUNE_SPARKLINE_MAX_VALUES)
    return;

  for (guint i = 0; i + 1 < self->values->len; i += 2)
    g_array_index (self->values, double, i / 2) =
      0.5 * (g_array_index (self->values, double, i) + g_array_index (self->values, double, i + 1));
  g_array_set_size (self->values, self->values->len / 2);
  self->weight *= 2;
}

/* --- What is stored --- */

typedef struct {
  AttuneJobStore *store;
  AttuneJob      *job;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_object_unref (reading->store);
  g_object_unref (reading->job);
  g_free (reading);
}

static void
read_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Reading *reading = task_data;
  goffset offset = 0;
  GError *error = NULL;
  GArray *points = attune_job_store_read_metrics (reading->store, reading->job, &offset, &error);

  if (points != NULL)
    g_task_return_pointer (task, points, (GDestroyNotify) g_array_unref);
  else
    g_task_return_error (task, error);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  AttuneSparkline *self = ATTUNE_SPARKLINE (object);
  g_autoptr (GArray) points = NULL;
  g_autoptr (GError) error = NULL;

  points = g_task_propagate_pointer (G_TASK (result), &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->cancellable);
  if (points == NULL)
    {
      /* The monitor of the job says so where it matters; a list has no room for it. */
      g_debug ("Metrics of %s: %s", attune_job_get_id (self->job), error->message);
      return;
    }

  clear (self);
  for (guint i = 0; i < points->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);

      if ((point->set & (1u << ATTUNE_METRIC_LOSS)) != 0)
        append (self, point->values[ATTUNE_METRIC_LOSS]);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
read_stored (AttuneSparkline *self)
{
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  if (self->read || self->job == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;

  self->read = TRUE;
  self->cancellable = g_cancellable_new ();
  reading = g_new0 (Reading, 1);
  reading->store = g_object_ref (self->store);
  reading->job = g_object_ref (self->job);
  task = g_task_new (self, self->cancellable, read_cb, NULL);
  g_task_set_source_tag (task, read_stored);
  g_task_set_task_data (task, reading, reading_free);
  g_task_set_priority (task, G_PRIORITY_LOW);
  g_task_run_in_thread (task, read_thread);
}

static void
loss_cb (AttuneSparkline *self)
{
  g_assert (ATTUNE_IS_SPARKLINE (self));

  /* While the stored ones are read the latest is among them, or comes with the next piece of news. */
  if (!self->read || self->cancellable != NULL)
    return;

  append (self, attune_job_get_metric (self->job, ATTUNE_METRIC_LOSS));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Widget --- */

static void
attune_sparkline_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (attune_sparkline_parent_class)->map (widget);

  read_stored (ATTUNE_SPARKLINE (widget));
}

static void
attune_sparkline_measure (GtkWidget      *widget,
                          GtkOrientation  orientation,
                          int             for_size,
                          int            *minimum,
                          int            *natural,
                          int            *minimum_baseline,
                          int            *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
attune_sparkline_snapshot (GtkWidget   *widget,
                           GtkSnapshot *snapshot)
{
  AttuneSparkline *self = ATTUNE_SPARKLINE (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  double lowest = G_MAXDOUBLE, highest = -G_MAXDOUBLE;
  g_autoptr (GskPathBuilder) builder = NULL;
  g_autoptr (GskPath) path = NULL;
  g_autoptr (GskStroke) stroke = NULL;
  GdkRGBA color;

  if (self->values->len < 2)
    return;

  for (guint i = 0; i < self->values->len; i++)
    {
      lowest = MIN (lowest, g_array_index (self->values, double, i));
      highest = MAX (highest, g_array_index (self->values, double, i));
    }
  if (highest <= lowest)
    highest = lowest + 1.0;

  builder = gsk_path_builder_new ();
  for (guint i = 0; i < self->values->len; i++)
    {
      float part = (float) i / (float) (self->values->len - 1);
      float x = 1.0f + (mirrored ? 1.0f - part : part) * (width - 2.0f);
      float y = 1.0f + (float) ((highest - g_array_index (self->values, double, i)) / (highest - lowest)) * (height - 2.0f);

      if (i == 0)
        gsk_path_builder_move_to (builder, x, y);
      else
        gsk_path_builder_line_to (builder, x, y);
    }
  path = gsk_path_builder_free_to_path (g_steal_pointer (&builder));
  stroke = gsk_stroke_new (1.5f);
  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  gtk_widget_get_color (widget, &color);
  gtk_snapshot_append_stroke (snapshot, path, stroke, &color);
}

static void
attune_sparkline_dispose (GObject *object)
{
  AttuneSparkline *self = ATTUNE_SPARKLINE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->job_signals);
  g_clear_object (&self->job);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (attune_sparkline_parent_class)->dispose (object);
}

static void
attune_sparkline_finalize (GObject *object)
{
  g_array_unref (ATTUNE_SPARKLINE (object)->values);

  G_OBJECT_CLASS (attune_sparkline_parent_class)->finalize (object);
}

static void
attune_sparkline_class_init (AttuneSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_sparkline_dispose;
  G_OBJECT_CLASS (klass)->finalize = attune_sparkline_finalize;
  widget_class->map = attune_sparkline_map;
  widget_class->measure = attune_sparkline_measure;
  widget_class->snapshot = attune_sparkline_snapshot;

  gtk_widget_class_set_css_name (widget_class, "sparkline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
attune_sparkline_init (AttuneSparkline *self)
{
  self->values = g_array_new (FALSE, FALSE, sizeof (double));
  self->weight = 1;
  self->job_signals = g_signal_group_new (ATTUNE_TYPE_JOB);
  g_signal_group_connect_object (self->job_signals, "notify::loss", G_CALLBACK (loss_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

void
attune_sparkline_set_job (AttuneSparkline *self,
                          AttuneJobStore  *store,
                          AttuneJob       *job)
{
  g_return_if_fail (ATTUNE_IS_SPARKLINE (self));
  g_return_if_fail (ATTUNE_IS_JOB_STORE (store));
  g_return_if_fail (job == NULL || ATTUNE_IS_JOB (job));

  g_set_object (&self->store, store);
  if (!g_set_object (&self->job, job))
    return;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_signal_group_set_target (self->job_signals, job);
  clear (self);
  self->read = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  read_stored (self);
}

guint
attune_sparkline_get_n_values (AttuneSparkline *self)
{
  g_return_val_if_fail (ATTUNE_IS_SPARKLINE (self), 0);

  return self->values->len;
}
