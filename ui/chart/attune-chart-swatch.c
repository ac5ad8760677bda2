/* attune-chart-swatch.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-swatch.h"

#include <adwaita.h>

#include "attune-chart-private.h"

#define HEIGHT 12

struct _AttuneChartSwatch {
  GtkWidget          parent_instance;

  guint              style;
  AttuneChartPalette palette;
};

G_DEFINE_FINAL_TYPE (AttuneChartSwatch, attune_chart_swatch, GTK_TYPE_WIDGET)

static void
style_changed (AttuneChartSwatch *self)
{
  attune_chart_palette_init_for_display (&self->palette, gtk_widget_get_display (GTK_WIDGET (self)));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
attune_chart_swatch_set_style (AttuneChartSwatch *self,
                               guint              style)
{
  g_return_if_fail (ATTUNE_IS_CHART_SWATCH (self));

  if (self->style == style)
    return;

  self->style = style;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
attune_chart_swatch_measure (GtkWidget      *widget,
                             GtkOrientation  orientation,
                             int             for_size,
                             int            *minimum,
                             int            *natural,
                             int            *minimum_baseline,
                             int            *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? (int) ATTUNE_CHART_SWATCH_WIDTH : HEIGHT;
}

static void
attune_chart_swatch_snapshot (GtkWidget   *widget,
                              GtkSnapshot *snapshot)
{
  AttuneChartSwatch *self = ATTUNE_CHART_SWATCH (widget);

  attune_chart_snapshot_style (snapshot, &self->palette, self->style, FALSE,
                               (gtk_widget_get_width (widget) - ATTUNE_CHART_SWATCH_WIDTH) / 2.0,
                               gtk_widget_get_height (widget) / 2.0);
}

static void
attune_chart_swatch_class_init (AttuneChartSwatchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = attune_chart_swatch_measure;
  widget_class->snapshot = attune_chart_swatch_snapshot;
  gtk_widget_class_set_css_name (widget_class, "swatch");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
attune_chart_swatch_init (AttuneChartSwatch *self)
{
  AdwStyleManager *manager = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));

  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (style_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (style_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::accent-color-rgba", G_CALLBACK (style_changed), self, G_CONNECT_SWAPPED);
  style_changed (self);
}

GtkWidget *
attune_chart_swatch_new (guint style)
{
  AttuneChartSwatch *self = g_object_new (ATTUNE_TYPE_CHART_SWATCH, NULL);

  attune_chart_swatch_set_style (self, style);

  return GTK_WIDGET (self);
}
