/* attune-chart-layer.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One sheet of a drawing that is made of several: it is drawn anew when it asks for it, and not when another one does. It takes no
 * input and says nothing to screen readers. */
#define ATTUNE_TYPE_CHART_LAYER (attune_chart_layer_get_type ())
G_DECLARE_FINAL_TYPE (AttuneChartLayer, attune_chart_layer, ATTUNE, CHART_LAYER, GtkWidget)

typedef void (*AttuneChartLayerFunc) (GtkWidget   *layer,
                                      GtkSnapshot *snapshot,
                                      gpointer     user_data);

/* @user_data has to live as long as the layer is in a window. */
GtkWidget *attune_chart_layer_new (AttuneChartLayerFunc  func,
                                   gpointer              user_data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
