/* attune-series.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-series.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "attune-pyramid.h"

struct _AttuneSeries {
  GObject          parent_instance;

  char            *title;
  AttuneSeriesKind kind;
  gboolean         visible;
  guint            style;
  guint64          serial;

  double          *x[ATTUNE_SERIES_N_AXES];
  guint            n_known[ATTUNE_SERIES_N_AXES];
  double          *y;
  guint            length;
  guint            capacity;

  AttunePyramid    pyramid;
  GArray          *nonfinite; /* guint */
  guint            minimum_index;
  guint            last_finite;
  gboolean         has_finite;

  /* The moving average is computed as far as somebody asked; it goes on from its state when points are added. */
  double           weight;
  double          *smoothed;
  guint            smoothed_length;
  guint            smoothed_capacity;
  double           average;
  double           norm;
};

enum {
  PROP_TITLE = 1,
  PROP_VISIBLE,
  PROP_SMOOTHING,
  N_PROPS
};

enum {
  CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneSeries, attune_series, G_TYPE_OBJECT)

static void
changed (AttuneSeries *self)
{
  self->serial++;
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Minimum, last finite point and the list of the others, from @from on. */
static void
update_marks (AttuneSeries *self,
              guint         from)
{
  if (from == 0)
    {
      g_array_set_size (self->nonfinite, 0);
      self->has_finite = FALSE;
    }

  for (guint i = from; i < self->length; i++)
    {
      if (!isfinite (self->y[i]))
        {
          g_array_append_val (self->nonfinite, i);
          continue;
        }
      if (!self->has_finite || self->y[i] < self->y[self->minimum_index])
        self->minimum_index = i;
      self->last_finite = i;
      self->has_finite = TRUE;
    }
}

static void
reserve (AttuneSeries *self,
         guint         length)
{
  if (length <= self->capacity)
    return;

  self->capacity = MAX (MAX (length, 64), self->capacity + self->capacity / 2);
  for (guint a = 0; a < ATTUNE_SERIES_N_AXES; a++)
    self->x[a] = g_renew (double, self->x[a], self->capacity);
  self->y = g_renew (double, self->y, self->capacity);
}

/* Returns the index at which the point now stands. */
static guint
insert_point (AttuneSeries            *self,
              const AttuneSeriesPoint *point)
{
  guint index = self->length;

  reserve (self, self->length + 1);

  if (index > 0 && point->x[ATTUNE_SERIES_STEP] < self->x[ATTUNE_SERIES_STEP][index - 1])
    {
      /* Behind those of the same step, as if it had been appended then. */
      index = attune_series_lower_bound (self, ATTUNE_SERIES_STEP,
                                         nextafter (point->x[ATTUNE_SERIES_STEP], INFINITY));
      for (guint a = 0; a < ATTUNE_SERIES_N_AXES; a++)
        memmove (&self->x[a][index + 1], &self->x[a][index], (self->length - index) * sizeof (double));
      memmove (&self->y[index + 1], &self->y[index], (self->length - index) * sizeof (double));
    }

  for (guint a = 0; a < ATTUNE_SERIES_N_AXES; a++)
    {
      double x = point->x[a];

      if (isfinite (x))
        self->n_known[a]++;
      else
        x = index > 0 ? self->x[a][index - 1] : 0.0;

      /* Clocks are set back and epochs are reported roughly; the search needs every axis to rise. */
      if (index > 0 && x < self->x[a][index - 1])
        x = self->x[a][index - 1];
      if (index < self->length && x > self->x[a][index + 1])
        x = self->x[a][index + 1];
      /* Points from before the coordinate was known stand where it began. */
      if (self->n_known[a] == 1 && isfinite (point->x[a]))
        for (guint i = 0; i < index; i++)
          self->x[a][i] = x;
      self->x[a][index] = x;
    }
  self->y[index] = point->y;
  self->length++;

  return index;
}

static void
forget_average (AttuneSeries *self)
{
  self->smoothed_length = 0;
  self->average = 0.0;
  self->norm = 0.0;
}

/* With s the average and n the sum of the weights so far, s + (y - s) / n is the debiased average in a form that cannot overflow
 * and that leaves a constant series exactly constant. */
static void
update_average (AttuneSeries *self,
                guint         length)
{
  double average = self->average;
  double norm = self->norm;
  double share = norm > 0.0 ? 1.0 / norm : 1.0;

  if (self->smoothed_length >= length)
    return;

  if (self->capacity > self->smoothed_capacity)
    {
      self->smoothed_capacity = self->capacity;
      self->smoothed = g_renew (double, self->smoothed, self->smoothed_capacity);
    }

  for (guint i = self->smoothed_length; i < length; i++)
    {
      double y = self->y[i];

      if (!isfinite (y))
        {
          self->smoothed[i] = y;
          continue;
        }
      /* Soon the sum of the weights does not change any more, and nothing is left to divide. */
      if (norm * self->weight + 1.0 != norm)
        {
          norm = norm * self->weight + 1.0;
          share = 1.0 / norm;
        }
      average += y * share - average * share;
      self->smoothed[i] = average;
    }

  self->smoothed_length = length;
  self->average = average;
  self->norm = norm;
}

void
attune_series_append_points (AttuneSeries            *self,
                             const AttuneSeriesPoint *points,
                             guint                    n_points)
{
  guint from;
  guint appended;

  g_return_if_fail (ATTUNE_IS_SERIES (self));
  g_return_if_fail (points != NULL || n_points == 0);
  g_return_if_fail (n_points < G_MAXUINT - self->length);

  if (n_points == 0)
    return;

  appended = from = self->length;
  reserve (self, self->length + n_points);
  for (guint i = 0; i < n_points; i++)
    {
      guint index;

      g_return_if_fail (isfinite (points[i].x[ATTUNE_SERIES_STEP]));
      index = insert_point (self, &points[i]);
      from = MIN (from, index);
    }

  attune_pyramid_update (&self->pyramid, self->y, self->length, from);
  update_marks (self, from < appended ? 0 : from);
  if (from < self->smoothed_length)
    forget_average (self);

  changed (self);
}

void
attune_series_append (AttuneSeries *self,
                      double        step,
                      double        epoch,
                      double        time,
                      double        value)
{
  attune_series_append_points (self, &(AttuneSeriesPoint) { { step, epoch, time }, value }, 1);
}

void
attune_series_clear (AttuneSeries *self)
{
  g_return_if_fail (ATTUNE_IS_SERIES (self));

  if (self->length == 0)
    return;

  self->length = 0;
  for (guint a = 0; a < ATTUNE_SERIES_N_AXES; a++)
    self->n_known[a] = 0;
  attune_pyramid_update (&self->pyramid, self->y, 0, 0);
  update_marks (self, 0);
  forget_average (self);

  changed (self);
}

guint64
attune_series_get_serial (AttuneSeries *self)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), 0);

  return self->serial;
}

guint
attune_series_get_length (AttuneSeries *self)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), 0);

  return self->length;
}

gboolean
attune_series_has_axis (AttuneSeries     *self,
                        AttuneSeriesAxis  axis)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), FALSE);
  g_return_val_if_fail (axis < ATTUNE_SERIES_N_AXES, FALSE);

  return self->n_known[axis] > 0;
}

double
attune_series_get_x (AttuneSeries     *self,
                     AttuneSeriesAxis  axis,
                     guint             index)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), NAN);
  g_return_val_if_fail (axis < ATTUNE_SERIES_N_AXES, NAN);
  g_return_val_if_fail (index < self->length, NAN);

  return self->x[axis][index];
}

double
attune_series_get_y (AttuneSeries *self,
                     guint         index)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), NAN);
  g_return_val_if_fail (index < self->length, NAN);

  return self->y[index];
}

double
attune_series_get_smoothed (AttuneSeries *self,
                            guint         index)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), NAN);
  g_return_val_if_fail (index < self->length, NAN);

  if (self->weight == 0.0 || self->kind == ATTUNE_SERIES_POINTS)
    return self->y[index];

  update_average (self, index + 1);

  return self->smoothed[index];
}

gboolean
attune_series_get_extent (AttuneSeries *self,
                          guint         first,
                          guint         end,
                          double       *minimum,
                          double       *maximum)
{
  double low, high;

  g_return_val_if_fail (ATTUNE_IS_SERIES (self), FALSE);
  g_return_val_if_fail (end <= self->length, FALSE);

  if (minimum == NULL)
    minimum = &low;
  if (maximum == NULL)
    maximum = &high;

  return attune_pyramid_query (&self->pyramid, self->y, first, end, minimum, maximum);
}

gboolean
attune_series_find_minimum (AttuneSeries *self,
                            guint        *index)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), FALSE);
  g_return_val_if_fail (index != NULL, FALSE);

  *index = self->minimum_index;

  return self->has_finite;
}

gboolean
attune_series_find_last_finite (AttuneSeries *self,
                                guint        *index)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), FALSE);
  g_return_val_if_fail (index != NULL, FALSE);

  *index = self->last_finite;

  return self->has_finite;
}

/* The first index in [low, high) whose x is not before @x; @high where there is none. */
static guint
search (const double *xs,
        guint         low,
        guint         high,
        double        x)
{
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (xs[middle] < x)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

guint
attune_series_lower_bound (AttuneSeries     *self,
                           AttuneSeriesAxis  axis,
                           double            x)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), 0);
  g_return_val_if_fail (axis < ATTUNE_SERIES_N_AXES, 0);

  return search (self->x[axis], 0, self->length, x);
}

gboolean
attune_series_find_nearest (AttuneSeries     *self,
                            AttuneSeriesAxis  axis,
                            double            x,
                            guint            *index)
{
  guint at;

  g_return_val_if_fail (ATTUNE_IS_SERIES (self), FALSE);
  g_return_val_if_fail (axis < ATTUNE_SERIES_N_AXES, FALSE);
  g_return_val_if_fail (index != NULL, FALSE);

  if (self->length == 0)
    return FALSE;

  at = search (self->x[axis], 0, self->length, x);
  if (at == self->length)
    at--;
  else if (at > 0 && x - self->x[axis][at - 1] <= self->x[axis][at] - x)
    at--;
  *index = at;

  return TRUE;
}

void
attune_series_query_columns (AttuneSeries       *self,
                             AttuneSeriesAxis    axis,
                             const double       *edges,
                             guint               n_columns,
                             AttuneSeriesColumn *columns)
{
  const double *xs;
  guint first;

  g_return_if_fail (ATTUNE_IS_SERIES (self));
  g_return_if_fail (axis < ATTUNE_SERIES_N_AXES);
  g_return_if_fail (n_columns == 0 || (edges != NULL && columns != NULL));

  if (n_columns == 0)
    return;

  xs = self->x[axis];
  first = search (xs, 0, self->length, edges[0]);
  for (guint c = 0; c < n_columns; c++)
    {
      AttuneSeriesColumn *column = &columns[c];
      double edge = c + 1 < n_columns ? edges[c + 1] : nextafter (edges[n_columns], INFINITY);
      guint low = first;
      guint stride = 16;

      /* The next edge is near: double the stride from here instead of halving the whole. */
      while (low + stride < self->length && xs[low + stride] < edge)
        {
          low += stride;
          stride *= 2;
        }
      column->first = first;
      column->end = search (xs, low, MIN (low + stride + 1, self->length), edge);
      column->smoothed = NAN;

      if (attune_series_get_extent (self, column->first, column->end, &column->minimum, &column->maximum))
        {
          guint last = column->end - 1;

          while (!isfinite (self->y[last]))
            last--;
          column->smoothed = attune_series_get_smoothed (self, last);
        }
      first = column->end;
    }
}

const guint *
attune_series_get_nonfinite (AttuneSeries *self,
                             guint        *n_indices)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), NULL);
  g_return_val_if_fail (n_indices != NULL, NULL);

  *n_indices = self->nonfinite->len;

  return (const guint *) (gpointer) self->nonfinite->data;
}

const char *
attune_series_get_title (AttuneSeries *self)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), NULL);

  return self->title;
}

void
attune_series_set_title (AttuneSeries *self,
                         const char   *title)
{
  g_return_if_fail (ATTUNE_IS_SERIES (self));
  g_return_if_fail (title != NULL);

  if (!g_set_str (&self->title, title))
    return;

  changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

guint
attune_series_get_style (AttuneSeries *self)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), ATTUNE_SERIES_STYLE_BY_PLACE);

  return self->style;
}

void
attune_series_set_style (AttuneSeries *self,
                         guint         style)
{
  g_return_if_fail (ATTUNE_IS_SERIES (self));

  if (self->style == style)
    return;

  self->style = style;
  changed (self);
}

AttuneSeriesKind
attune_series_get_kind (AttuneSeries *self)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), ATTUNE_SERIES_LINE);

  return self->kind;
}

gboolean
attune_series_get_visible (AttuneSeries *self)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), FALSE);

  return self->visible;
}

void
attune_series_set_visible (AttuneSeries *self,
                           gboolean      visible)
{
  g_return_if_fail (ATTUNE_IS_SERIES (self));

  visible = !!visible;
  if (self->visible == visible)
    return;

  self->visible = visible;
  changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VISIBLE]);
}

double
attune_series_get_smoothing (AttuneSeries *self)
{
  g_return_val_if_fail (ATTUNE_IS_SERIES (self), 0.0);

  return self->weight;
}

void
attune_series_set_smoothing (AttuneSeries *self,
                             double        weight)
{
  g_return_if_fail (ATTUNE_IS_SERIES (self));
  g_return_if_fail (weight >= 0.0 && weight < 1.0);

  if (self->weight == weight)
    return;

  self->weight = weight;
  forget_average (self);
  changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SMOOTHING]);
}

static void
attune_series_finalize (GObject *object)
{
  AttuneSeries *self = ATTUNE_SERIES (object);

  g_free (self->title);
  for (guint a = 0; a < ATTUNE_SERIES_N_AXES; a++)
    g_free (self->x[a]);
  g_free (self->y);
  attune_pyramid_clear (&self->pyramid);
  g_array_unref (self->nonfinite);
  g_free (self->smoothed);

  G_OBJECT_CLASS (attune_series_parent_class)->finalize (object);
}

static void
attune_series_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  AttuneSeries *self = ATTUNE_SERIES (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, attune_series_get_title (self));
      break;

    case PROP_VISIBLE:
      g_value_set_boolean (value, attune_series_get_visible (self));
      break;

    case PROP_SMOOTHING:
      g_value_set_double (value, attune_series_get_smoothing (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_series_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  AttuneSeries *self = ATTUNE_SERIES (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      attune_series_set_title (self, g_value_get_string (value));
      break;

    case PROP_VISIBLE:
      attune_series_set_visible (self, g_value_get_boolean (value));
      break;

    case PROP_SMOOTHING:
      attune_series_set_smoothing (self, g_value_get_double (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_series_class_init (AttuneSeriesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = attune_series_finalize;
  object_class->get_property = attune_series_get_property;
  object_class->set_property = attune_series_set_property;

  properties[PROP_TITLE] =
    g_param_spec_string ("title", NULL, NULL,
                         NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_VISIBLE] =
    g_param_spec_boolean ("visible", NULL, NULL,
                          TRUE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /* The largest double below one. */
  properties[PROP_SMOOTHING] =
    g_param_spec_double ("smoothing", NULL, NULL,
                         0.0, 1.0 - DBL_EPSILON / 2.0, 0.0,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
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
attune_series_init (AttuneSeries *self)
{
  self->visible = TRUE;
  self->style = ATTUNE_SERIES_STYLE_BY_PLACE;
  self->nonfinite = g_array_new (FALSE, FALSE, sizeof (guint));
}

AttuneSeries *
attune_series_new (const char       *title,
                   AttuneSeriesKind  kind)
{
  AttuneSeries *self;

  g_return_val_if_fail (title != NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_SERIES, "title", title, NULL);
  self->kind = kind;

  return self;
}
