/* attune-chart-layer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-layer.h"

struct _AttuneChartLayer {
  GtkWidget             parent_instance;

  AttuneChartLayerFunc  func;
  gpointer              user_data;
};

G_DEFINE_FINAL_TYPE (AttuneChartLayer, attune_chart_layer, GTK_TYPE_WIDGET)

static void
attune_chart_layer_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  AttuneChartLayer *self = ATTUNE_CHART_LAYER (widget);

  self->func (widget, snapshot, self->user_data);
}

static void
attune_chart_layer_class_init (AttuneChartLayerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = attune_chart_layer_snapshot;
  gtk_widget_class_set_css_name (widget_class, "layer");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
attune_chart_layer_init (AttuneChartLayer *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_can_focus (GTK_WIDGET (self), FALSE);
}

GtkWidget *
attune_chart_layer_new (AttuneChartLayerFunc func,
                        gpointer             user_data)
{
  AttuneChartLayer *self = g_object_new (ATTUNE_TYPE_CHART_LAYER, NULL);

  self->func = func;
  self->user_data = user_data;

  return GTK_WIDGET (self);
}
