/* attune-series.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What a point can be placed by. Steps are counts, epochs fractions, times seconds since 1970 UTC. */
typedef enum {
  ATTUNE_SERIES_STEP,
  ATTUNE_SERIES_EPOCH,
  ATTUNE_SERIES_TIME,
  ATTUNE_SERIES_N_AXES
} AttuneSeriesAxis;

/* How the points are meant to be seen. */
typedef enum {
  ATTUNE_SERIES_LINE,   /* many noisy points: a faint band and a smoothed line */
  ATTUNE_SERIES_POINTS, /* few points that each matter, such as evaluations: markers joined by a line, never smoothed */
} AttuneSeriesKind;

typedef struct {
  double x[ATTUNE_SERIES_N_AXES]; /* step finite; epoch and time NAN where unknown */
  double y;                       /* may be NAN or infinite */
} AttuneSeriesPoint;

/* What lies in one column of pixels. */
typedef struct {
  guint  first;    /* index of the first point in the column */
  guint  end;      /* one behind the last one; first == end: no point */
  double minimum;  /* of the finite values; minimum > maximum where there is none */
  double maximum;
  double smoothed; /* at the last finite point; NAN where there is none */
} AttuneSeriesColumn;

#define ATTUNE_TYPE_SERIES (attune_series_get_type ())
G_DECLARE_FINAL_TYPE (AttuneSeries, attune_series, ATTUNE, SERIES, GObject)

/* The points of one curve in the order of their steps, with a pyramid of minima and maxima (fan-out 16) over them, so that a million
 * points are reduced to the columns of a screen without looking at each. Points are appended; one whose step is lower than the last
 * (a provider may report late) is put in its place.
 *
 * Emits ::changed after each call that changed something. */

AttuneSeries    *attune_series_new             (const char              *title,
                                                AttuneSeriesKind         kind) G_GNUC_WARN_UNUSED_RESULT;
const char      *attune_series_get_title       (AttuneSeries            *self);
void             attune_series_set_title       (AttuneSeries            *self,
                                                const char              *title);
AttuneSeriesKind attune_series_get_kind        (AttuneSeries            *self);
gboolean         attune_series_get_visible     (AttuneSeries            *self);
void             attune_series_set_visible     (AttuneSeries            *self,
                                                gboolean                 visible);
/* The number of the colour, dash and marker, the same for curves that belong together; ATTUNE_SERIES_STYLE_BY_PLACE (at first) takes
 * those of its place in the chart. */
#define ATTUNE_SERIES_STYLE_BY_PLACE G_MAXUINT
guint            attune_series_get_style       (AttuneSeries            *self);
void             attune_series_set_style       (AttuneSeries            *self,
                                                guint                    style);
/* The weight of what came before in the moving average, 0 (none) to below 1. */
double           attune_series_get_smoothing   (AttuneSeries            *self);
void             attune_series_set_smoothing   (AttuneSeries            *self,
                                                double                   weight);

void             attune_series_append          (AttuneSeries            *self,
                                                double                   step,
                                                double                   epoch,
                                                double                   time,
                                                double                   value);
void             attune_series_append_points   (AttuneSeries            *self,
                                                const AttuneSeriesPoint *points,
                                                guint                    n_points);
void             attune_series_clear           (AttuneSeries            *self);

/* Rises with every change that can be seen. */
guint64          attune_series_get_serial      (AttuneSeries            *self);
guint            attune_series_get_length      (AttuneSeries            *self);
/* TRUE where at least one point has this coordinate. */
gboolean         attune_series_has_axis        (AttuneSeries            *self,
                                                AttuneSeriesAxis         axis);
double           attune_series_get_x           (AttuneSeries            *self,
                                                AttuneSeriesAxis         axis,
                                                guint                    index);
double           attune_series_get_y           (AttuneSeries            *self,
                                                guint                    index);
/* Debiased exponential moving average over the finite values; a value that is not finite comes back as it is. */
double           attune_series_get_smoothed    (AttuneSeries            *self,
                                                guint                    index);

/* Of the finite values in [first, end); FALSE where there is none. */
gboolean         attune_series_get_extent      (AttuneSeries            *self,
                                                guint                    first,
                                                guint                    end,
                                                double                  *minimum,
                                                double                  *maximum);
/* Of all points; FALSE where no value is finite. */
gboolean         attune_series_find_minimum    (AttuneSeries            *self,
                                                guint                   *index);
gboolean         attune_series_find_last_finite (AttuneSeries           *self,
                                                guint                   *index);
/* The first point that is not before @x; the length where all are. */
guint            attune_series_lower_bound     (AttuneSeries            *self,
                                                AttuneSeriesAxis         axis,
                                                double                   x);
/* The point nearest to @x by binary search; FALSE where there is no point. */
gboolean         attune_series_find_nearest    (AttuneSeries            *self,
                                                AttuneSeriesAxis         axis,
                                                double                   x,
                                                guint                   *index);
/* Column i is [edges[i], edges[i + 1]); the last one includes its end. @edges has n_columns + 1 rising entries. */
void             attune_series_query_columns   (AttuneSeries            *self,
                                                AttuneSeriesAxis         axis,
                                                const double            *edges,
                                                guint                    n_columns,
                                                AttuneSeriesColumn      *columns);
/* Indices of the points whose value is not finite, rising. (transfer none) */
const guint     *attune_series_get_nonfinite   (AttuneSeries            *self,
                                                guint                   *n_indices);

G_END_DECLS
