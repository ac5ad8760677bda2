/* attune-chart-widget-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-chart-widget.h"

G_BEGIN_DECLS

struct _AttuneChartWidget {
  GtkWidget           parent_instance;

  AttuneChart        *chart;
  GSignalGroup       *chart_signals;
  GSignalGroup       *window_signals;
  AttuneChartPalette  palette;
  guint               style_generation;

  GtkWidget          *grid;
  GtkWidget          *data;
  GtkWidget          *overlay;

  /* The curves as they were last drawn, and for what. */
  GdkTexture         *texture;
  graphene_rect_t     texture_area;
  guint64             texture_serial;
  guint               texture_style;
  int                 texture_width;
  int                 texture_height;
  double              texture_scale;
  guint               n_renders;

  guint               tick_id;
  guint               description_id;
  guint               announce_id;

  double              cursor_x;
  gboolean            is_pointed;   /* the cursor is this chart's own, not that of one that it is linked to */
  gboolean            is_selecting;
  gboolean            is_panning;
  double              drag_start;   /* pixels */
  double              drag_current;
  double              pan_done;     /* pixels of the drag that were panned already */
  double              pinch_scale;
};

/* Pointer, touch and keys: attune-chart-widget-input.c */
void attune_chart_widget_init_input  (AttuneChartWidget      *self);
void attune_chart_widget_class_input (GtkWidgetClass         *widget_class);
/* What the cursor is at, to screen readers, at most a few times a second. */
void attune_chart_widget_announce    (AttuneChartWidget      *self);

G_END_DECLS
