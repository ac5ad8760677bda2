/* attune-chart.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-private.h"

#include <float.h>
#include <math.h>

enum {
  PROP_TITLE = 1,
  PROP_X_AXIS,
  PROP_LOG_X,
  PROP_LOG_Y,
  PROP_IGNORE_OUTLIERS,
  PROP_SMOOTHING,
  PROP_LEGEND,
  PROP_EPOCH_MARKS,
  N_PROPS
};

enum {
  CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneChart, attune_chart, G_TYPE_OBJECT)

void
attune_chart_changed (AttuneChart *self)
{
  self->serial++;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
attune_chart_add_series (AttuneChart  *self,
                         AttuneSeries *series)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (ATTUNE_IS_SERIES (series));
  g_return_if_fail (!g_ptr_array_find (self->series, series, NULL));

  g_ptr_array_add (self->series, g_object_ref (series));
  if (attune_series_get_kind (series) == ATTUNE_SERIES_LINE)
    attune_series_set_smoothing (series, self->smoothing);
  g_signal_connect_object (series, "changed", G_CALLBACK (attune_chart_changed), self, G_CONNECT_SWAPPED);
  attune_chart_changed (self);
}

void
attune_chart_remove_series (AttuneChart  *self,
                            AttuneSeries *series)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (ATTUNE_IS_SERIES (series));

  g_signal_handlers_disconnect_by_func (series, attune_chart_changed, self);
  if (g_ptr_array_remove (self->series, series))
    {
      self->current = -1;
      attune_chart_changed (self);
    }
}

guint
attune_chart_get_n_series (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), 0);

  return self->series->len;
}

AttuneSeries *
attune_chart_get_series (AttuneChart *self,
                         guint        position)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);
  g_return_val_if_fail (position < self->series->len, NULL);

  return g_ptr_array_index (self->series, position);
}

guint
attune_chart_get_style (AttuneChart *self,
                        guint        position)
{
  guint style = attune_series_get_style (g_ptr_array_index (self->series, position));

  return style != ATTUNE_SERIES_STYLE_BY_PLACE ? style : position;
}

gboolean
attune_chart_is_empty (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), TRUE);

  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);

      if (attune_series_get_visible (series) && attune_series_get_length (series) > 0)
        return FALSE;
    }

  return TRUE;
}

guint64
attune_chart_get_serial (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), 0);

  return self->serial;
}

const char *
attune_chart_get_title (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), NULL);

  return self->title;
}

void
attune_chart_set_title (AttuneChart *self,
                        const char  *title)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  if (!g_set_str (&self->title, title))
    return;

  attune_chart_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

void
attune_chart_set_empty_text (AttuneChart *self,
                             const char  *text)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  if (g_set_str (&self->empty_text, text))
    attune_chart_changed (self);
}

AttuneTicksFormat
attune_chart_get_value_format (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), ATTUNE_TICKS_NUMBER);

  return self->value_format;
}

void
attune_chart_set_value_format (AttuneChart       *self,
                               AttuneTicksFormat  format)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  if (self->value_format == format)
    return;

  self->value_format = format;
  attune_chart_changed (self);
}

AttuneSeriesAxis
attune_chart_get_x_axis (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), ATTUNE_SERIES_STEP);

  return self->x_axis;
}

void
attune_chart_set_x_axis (AttuneChart      *self,
                         AttuneSeriesAxis  axis)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (axis < ATTUNE_SERIES_N_AXES);

  if (self->x_axis == axis)
    return;

  self->x_axis = axis;
  /* A range of steps means nothing in seconds. */
  self->fitted = TRUE;
  attune_chart_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_X_AXIS]);
}

static void
set_flag (AttuneChart *self,
          gboolean    *flag,
          gboolean     value,
          GParamSpec  *pspec)
{
  value = !!value;
  if (*flag == value)
    return;

  *flag = value;
  attune_chart_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

gboolean
attune_chart_get_log_x (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), FALSE);

  return self->log_x;
}

void
attune_chart_set_log_x (AttuneChart *self,
                        gboolean     log_x)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  set_flag (self, &self->log_x, log_x, properties[PROP_LOG_X]);
}

gboolean
attune_chart_get_log_y (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), FALSE);

  return self->log_y;
}

void
attune_chart_set_log_y (AttuneChart *self,
                        gboolean     log_y)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  set_flag (self, &self->log_y, log_y, properties[PROP_LOG_Y]);
}

gboolean
attune_chart_get_ignore_outliers (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), FALSE);

  return self->ignore_outliers;
}

void
attune_chart_set_ignore_outliers (AttuneChart *self,
                                  gboolean     ignore_outliers)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  set_flag (self, &self->ignore_outliers, ignore_outliers, properties[PROP_IGNORE_OUTLIERS]);
}

gboolean
attune_chart_get_legend (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), FALSE);

  return self->legend;
}

void
attune_chart_set_legend (AttuneChart *self,
                         gboolean     legend)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  set_flag (self, &self->legend, legend, properties[PROP_LEGEND]);
}

gboolean
attune_chart_get_epoch_marks (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), FALSE);

  return self->epoch_marks;
}

void
attune_chart_set_epoch_marks (AttuneChart *self,
                              gboolean     epoch_marks)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  set_flag (self, &self->epoch_marks, epoch_marks, properties[PROP_EPOCH_MARKS]);
}

int
attune_chart_get_current (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), -1);

  return self->current;
}

/* Nothing is drawn anew for it: it shows in the readout. */
void
attune_chart_set_current (AttuneChart *self,
                          int          position)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (position >= -1 && position < (int) self->series->len);

  self->current = position;
}

gboolean
attune_chart_is_told (AttuneChart *self,
                      guint        position)
{
  if (!attune_series_get_visible (g_ptr_array_index (self->series, position)))
    return FALSE;

  /* One that was hidden meanwhile is followed no more. */
  return self->current < 0 || (guint) self->current == position ||
         !attune_series_get_visible (g_ptr_array_index (self->series, self->current));
}

void
attune_chart_set_time_origin (AttuneChart *self,
                              double       time)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));

  if (self->time_origin == time || (isnan (self->time_origin) && isnan (time)))
    return;

  self->time_origin = time;
  attune_chart_changed (self);
}

double
attune_chart_get_smoothing (AttuneChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART (self), 0.0);

  return self->smoothing;
}

void
attune_chart_set_smoothing (AttuneChart *self,
                            double       weight)
{
  g_return_if_fail (ATTUNE_IS_CHART (self));
  g_return_if_fail (weight >= 0.0 && weight < 1.0);

  if (self->smoothing == weight)
    return;

  self->smoothing = weight;
  for (guint i = 0; i < self->series->len; i++)
    {
      AttuneSeries *series = g_ptr_array_index (self->series, i);

      if (attune_series_get_kind (series) == ATTUNE_SERIES_LINE)
        attune_series_set_smoothing (series, weight);
    }
  attune_chart_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SMOOTHING]);
}

static void
attune_chart_finalize (GObject *object)
{
  AttuneChart *self = ATTUNE_CHART (object);

  g_free (self->title);
  g_free (self->empty_text);
  g_ptr_array_unref (self->series);
  g_array_unref (self->checkpoints);
  attune_chart_axis_clear (&self->axis_x);
  attune_chart_axis_clear (&self->axis_y);

  G_OBJECT_CLASS (attune_chart_parent_class)->finalize (object);
}

static void
attune_chart_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  AttuneChart *self = ATTUNE_CHART (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, attune_chart_get_title (self));
      break;

    case PROP_X_AXIS:
      g_value_set_uint (value, attune_chart_get_x_axis (self));
      break;

    case PROP_LOG_X:
      g_value_set_boolean (value, attune_chart_get_log_x (self));
      break;

    case PROP_LOG_Y:
      g_value_set_boolean (value, attune_chart_get_log_y (self));
      break;

    case PROP_IGNORE_OUTLIERS:
      g_value_set_boolean (value, attune_chart_get_ignore_outliers (self));
      break;

    case PROP_SMOOTHING:
      g_value_set_double (value, attune_chart_get_smoothing (self));
      break;

    case PROP_LEGEND:
      g_value_set_boolean (value, attune_chart_get_legend (self));
      break;

    case PROP_EPOCH_MARKS:
      g_value_set_boolean (value, attune_chart_get_epoch_marks (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_chart_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  AttuneChart *self = ATTUNE_CHART (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      attune_chart_set_title (self, g_value_get_string (value));
      break;

    case PROP_X_AXIS:
      attune_chart_set_x_axis (self, g_value_get_uint (value));
      break;

    case PROP_LOG_X:
      attune_chart_set_log_x (self, g_value_get_boolean (value));
      break;

    case PROP_LOG_Y:
      attune_chart_set_log_y (self, g_value_get_boolean (value));
      break;

    case PROP_IGNORE_OUTLIERS:
      attune_chart_set_ignore_outliers (self, g_value_get_boolean (value));
      break;

    case PROP_SMOOTHING:
      attune_chart_set_smoothing (self, g_value_get_double (value));
      break;

    case PROP_LEGEND:
      attune_chart_set_legend (self, g_value_get_boolean (value));
      break;

    case PROP_EPOCH_MARKS:
      attune_chart_set_epoch_marks (self, g_value_get_boolean (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_chart_class_init (AttuneChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = attune_chart_finalize;
  object_class->get_property = attune_chart_get_property;
  object_class->set_property = attune_chart_set_property;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_X_AXIS] =
    g_param_spec_uint ("x-axis", NULL, NULL, 0, ATTUNE_SERIES_N_AXES - 1, ATTUNE_SERIES_STEP, flags);
  properties[PROP_LOG_X] = g_param_spec_boolean ("log-x", NULL, NULL, FALSE, flags);
  properties[PROP_LOG_Y] = g_param_spec_boolean ("log-y", NULL, NULL, FALSE, flags);
  properties[PROP_IGNORE_OUTLIERS] = g_param_spec_boolean ("ignore-outliers", NULL, NULL, FALSE, flags);
  /* The largest double below one. */
  properties[PROP_SMOOTHING] =
    g_param_spec_double ("smoothing", NULL, NULL, 0.0, 1.0 - DBL_EPSILON / 2.0, 0.0, flags);
  properties[PROP_LEGEND] = g_param_spec_boolean ("legend", NULL, NULL, TRUE, flags);
  properties[PROP_EPOCH_MARKS] = g_param_spec_boolean ("epoch-marks", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] =
    g_signal_new ("changed",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0,
                  NULL, NULL,
                  NULL,
                  G_TYPE_NONE, 0);
}

static void
attune_chart_init (AttuneChart *self)
{
  self->series = g_ptr_array_new_with_free_func (g_object_unref);
  self->fitted = TRUE;
  self->legend = TRUE;
  self->current = -1;
  self->time_origin = NAN;
  self->checkpoints = g_array_new (FALSE, FALSE, sizeof (double));
}

AttuneChart *
attune_chart_new (const char *title)
{
  return g_object_new (ATTUNE_TYPE_CHART, "title", title, NULL);
}
