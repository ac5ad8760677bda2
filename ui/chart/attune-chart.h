/* attune-chart.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-chart-palette.h"
#include "attune-chart-view.h"
#include "attune-series.h"
#include "attune-ticks.h"

G_BEGIN_DECLS

#define ATTUNE_TYPE_CHART (attune_chart_get_type ())
G_DECLARE_FINAL_TYPE (AttuneChart, attune_chart, ATTUNE, CHART, GObject)

/* Curves over a common x, and how they are to be seen. A plain object: it draws by appending to a GtkSnapshot and needs neither a
 * widget nor a display (call gtk_init_check() once, it registers the types even where it fails).
 *
 * x is in the sense of the chosen axis: steps, epochs, or seconds since the earliest point of all series.
 *
 * Properties: title, x-axis (AttuneSeriesAxis), log-x, log-y, ignore-outliers, smoothing, legend,
 * epoch-marks.
 * Emits ::changed when it would look different; many points appended at once are one emission. */

AttuneChart     *attune_chart_new               (const char               *title) G_GNUC_WARN_UNUSED_RESULT;
const char      *attune_chart_get_title         (AttuneChart              *self);
void             attune_chart_set_title         (AttuneChart              *self,
                                                 const char               *title);
/* Shown in place of the curves while there are none. */
void             attune_chart_set_empty_text    (AttuneChart              *self,
                                                 const char               *text);
AttuneTicksFormat attune_chart_get_value_format (AttuneChart              *self);
void             attune_chart_set_value_format  (AttuneChart              *self,
                                                 AttuneTicksFormat         format);

/* A series keeps the colour, dash and marker of its place. */
void             attune_chart_add_series        (AttuneChart              *self,
                                                 AttuneSeries             *series);
void             attune_chart_remove_series     (AttuneChart              *self,
                                                 AttuneSeries             *series);
guint            attune_chart_get_n_series      (AttuneChart              *self);
AttuneSeries    *attune_chart_get_series        (AttuneChart              *self,
                                                 guint                     position);
/* No visible series has a point. */
gboolean         attune_chart_is_empty          (AttuneChart              *self);
guint64          attune_chart_get_serial        (AttuneChart              *self);

AttuneSeriesAxis attune_chart_get_x_axis        (AttuneChart              *self);
void             attune_chart_set_x_axis        (AttuneChart              *self,
                                                 AttuneSeriesAxis          axis);
gboolean         attune_chart_get_log_x         (AttuneChart              *self);
void             attune_chart_set_log_x         (AttuneChart              *self,
                                                 gboolean                  log_x);
gboolean         attune_chart_get_log_y         (AttuneChart              *self);
void             attune_chart_set_log_y         (AttuneChart              *self,
                                                 gboolean                  log_y);
/* The y axis leaves out the highest and lowest hundredth of the values. */
gboolean         attune_chart_get_ignore_outliers (AttuneChart            *self);
void             attune_chart_set_ignore_outliers (AttuneChart            *self,
                                                 gboolean                  ignore_outliers);
/* Where time begins, for a chart that is laid beside others which began earlier; NAN: at its own first point. */
void             attune_chart_set_time_origin   (AttuneChart              *self,
                                                 double                    time);
/* Of every series that is a line, those added later included. */
double           attune_chart_get_smoothing     (AttuneChart              *self);
void             attune_chart_set_smoothing     (AttuneChart              *self,
                                                 double                    weight);
/* Whether the names of the curves stand above them. */
gboolean         attune_chart_get_legend        (AttuneChart              *self);
void             attune_chart_set_legend        (AttuneChart              *self,
                                                 gboolean                  legend);

/* Steps at which the model was kept: a mark on the axis for each. */
void             attune_chart_set_checkpoints   (AttuneChart              *self,
                                                 const double             *steps,
                                                 guint                     n_steps);
/* Whether the ends of the epochs are marked by upright lines, where x is not epochs itself. */
gboolean         attune_chart_get_epoch_marks   (AttuneChart              *self);
void             attune_chart_set_epoch_marks   (AttuneChart              *self,
                                                 gboolean                  epoch_marks);

/* The curve that the keyboard follows and that the readout tells of; -1: all of them. */
int              attune_chart_get_current       (AttuneChart              *self);
void             attune_chart_set_current       (AttuneChart              *self,
                                                 int                       position);

/* The part of x that is shown; a chart that is fitted shows all, also what comes later. */
void             attune_chart_set_range         (AttuneChart              *self,
                                                 double                    x0,
                                                 double                    x1);
void             attune_chart_fit               (AttuneChart              *self);
gboolean         attune_chart_is_fitted         (AttuneChart              *self);
/* About @center (NAN: the middle); @factor below 1 comes closer. Needs a prepared chart. */
void             attune_chart_zoom              (AttuneChart              *self,
                                                 double                    center,
                                                 double                    factor);
/* By a part of the visible width, not beyond the data. */
void             attune_chart_pan               (AttuneChart              *self,
                                                 double                    part);

/* Lays the chart out; cheap when nothing changed. Has to come before the drawing of layers. */
void                   attune_chart_prepare     (AttuneChart              *self,
                                                 PangoContext             *context,
                                                 double                    width,
                                                 double                    height);
const AttuneChartView *attune_chart_get_view    (AttuneChart              *self);

/* The layers, from the lowest: grid, axes and legend; the curves (@scale: device pixels per unit, one column of the pyramid for each;
 * as pixels where their points are many, so for screens only); the cursor at @x with a dot on each curve, and the card of values
 * (@brief: without the place, for a cursor that follows another's). */
void             attune_chart_snapshot_grid     (AttuneChart              *self,
                                                 GtkSnapshot              *snapshot,
                                                 PangoContext             *context,
                                                 const AttuneChartPalette *palette);
void             attune_chart_snapshot_data     (AttuneChart              *self,
                                                 GtkSnapshot              *snapshot,
                                                 const AttuneChartPalette *palette,
                                                 double                    scale);
void             attune_chart_snapshot_cursor   (AttuneChart              *self,
                                                 GtkSnapshot              *snapshot,
                                                 PangoContext             *context,
                                                 const AttuneChartPalette *palette,
                                                 double                    x,
                                                 gboolean                  brief);
/* All of it on its background, with the title: what is exported. */
void             attune_chart_snapshot          (AttuneChart              *self,
                                                 GtkSnapshot              *snapshot,
                                                 PangoContext             *context,
                                                 double                    width,
                                                 double                    height,
                                                 const AttuneChartPalette *palette);

/* The x of the point nearest to @x over all visible series; FALSE where there is none. */
gboolean         attune_chart_snap              (AttuneChart              *self,
                                                 double                    x,
                                                 double                   *snapped);
/* The next point of any visible series before (-) or behind (+) @x, @distance points away; the first or last where there are fewer. */
gboolean         attune_chart_step_cursor       (AttuneChart              *self,
                                                 double                    x,
                                                 int                       distance,
                                                 double                   *moved);
/* "Step 100, Loss 0.52, smoothed 0.53": what stands at @x, for screen readers. (transfer full) */
char            *attune_chart_dup_readout       (AttuneChart              *self,
                                                 double                    x) G_GNUC_WARN_UNUSED_RESULT;
/* "latest 0.52 at step 100, minimum 0.48 at step 80, falling". (transfer full) */
char            *attune_chart_dup_description   (AttuneChart              *self) G_GNUC_WARN_UNUSED_RESULT;

/* Export. Every point is written to CSV, never a reduced curve; numbers in the C locale. (transfer full) */
GBytes          *attune_chart_to_csv            (AttuneChart              *self) G_GNUC_WARN_UNUSED_RESULT;
GBytes          *attune_chart_to_png            (AttuneChart              *self,
                                                 int                       width,
                                                 int                       height,
                                                 double                    scale,
                                                 const AttuneChartPalette *palette,
                                                 GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes          *attune_chart_to_svg            (AttuneChart              *self,
                                                 int                       width,
                                                 int                       height,
                                                 const AttuneChartPalette *palette,
                                                 GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes          *attune_chart_to_pdf            (AttuneChart              *self,
                                                 int                       width,
                                                 int                       height,
                                                 const AttuneChartPalette *palette,
                                                 GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
