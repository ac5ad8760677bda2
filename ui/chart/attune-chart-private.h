/* attune-chart-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-chart-axis.h"
#include "attune-chart.h"

G_BEGIN_DECLS

struct _AttuneChart {
  GObject           parent_instance;

  char             *title;
  char             *empty_text;
  AttuneTicksFormat value_format;
  GPtrArray        *series;    /* AttuneSeries */
  guint64           serial;

  AttuneSeriesAxis  x_axis;
  gboolean          log_x;
  gboolean          log_y;
  gboolean          ignore_outliers;
  gboolean          legend;
  gboolean          epoch_marks;
  GArray           *checkpoints; /* double: steps, rising */
  int               current;     /* place of a series, or -1 */
  double            smoothing;
  double            time_origin; /* NAN: the first point */
  gboolean          fitted;
  double            x0, x1;    /* the range that was set, while not fitted */

  /* What prepare() found, and for what it was found. */
  AttuneChartView   view;
  AttuneChartAxis   axis_x;
  AttuneChartAxis   axis_y;
  double            heading;   /* height of the title, 0 without */
  guint64           prepared_serial;
  double            prepared_width;
  double            prepared_height;
  guint             prepared_context;
  gboolean          prepared_title;
  gboolean          is_prepared;
};

void         attune_chart_changed    (AttuneChart              *self);

/* What a curve is told apart by: its own number, else its place. */
guint        attune_chart_get_style  (AttuneChart              *self,
                                      guint                     position);
const float *attune_chart_get_dash   (guint                     style,
                                      gsize                    *n_dash);
void         attune_chart_add_marker (GskPathBuilder           *builder,
                                      guint                     style,
                                      double                    x,
                                      double                    y,
                                      double                    radius);

/* The earliest time of all series where x is time, else 0: what is between x here and x in the series. */
double       attune_chart_get_origin (AttuneChart              *self);
/* The same whatever x is; infinite where no time is known. */
double       attune_chart_get_start  (AttuneChart              *self);
/* All x of the visible series; FALSE where there is no point. */
gboolean     attune_chart_get_extent_x (AttuneChart            *self,
                                      double                   *x0,
                                      double                   *x1);
AttuneTicksFormat attune_chart_get_x_format (AttuneChart       *self);
const char  *attune_chart_get_x_title (AttuneChart             *self);
/* A line of a legend or a readout: a piece of the curve with its marker. */
void         attune_chart_snapshot_swatch (AttuneChart         *self,
                                      GtkSnapshot              *snapshot,
                                      const AttuneChartPalette *palette,
                                      guint                     position,
                                      double                    x,
                                      double                    y);
void         attune_chart_snapshot_style (GtkSnapshot           *snapshot,
                                      const AttuneChartPalette *palette,
                                      guint                     style,
                                      gboolean                  with_marker,
                                      double                    x,
                                      double                    y);
#define ATTUNE_CHART_SWATCH_WIDTH 22.0
/* From this height on the x axis is named. */
#define ATTUNE_CHART_TITLED_HEIGHT 200.0

/* The curves as paths, for paper. */
void         attune_chart_snapshot_paths (AttuneChart          *self,
                                      GtkSnapshot              *snapshot,
                                      const AttuneChartPalette *palette);

/* Draws the legend unless @snapshot is NULL; returns its height. */
double       attune_chart_snapshot_legend (AttuneChart         *self,
                                      GtkSnapshot              *snapshot,
                                      PangoContext             *context,
                                      const AttuneChartPalette *palette,
                                      double                    width);

/* Epochs and checkpoints, below the curves. */
void         attune_chart_snapshot_marks (AttuneChart          *self,
                                      GtkSnapshot              *snapshot,
                                      PangoContext             *context,
                                      const AttuneChartPalette *palette);
/* Whether the model was kept at this step. */
gboolean     attune_chart_is_checkpoint (AttuneChart           *self,
                                      double                    step);
/* The series at @position is one that the keyboard may follow and whose values are told. */
gboolean     attune_chart_is_told    (AttuneChart              *self,
                                      guint                     position);

/* As attune_chart_prepare(), with room for the title. */
void         attune_chart_prepare_titled (AttuneChart          *self,
                                      PangoContext             *context,
                                      double                    width,
                                      double                    height,
                                      gboolean                  with_title);

G_END_DECLS
