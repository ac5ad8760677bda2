/* attune-chart-widget.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-widget-private.h"

#include <adwaita.h>
#include <math.h>

#include "attune-chart-layer.h"

#define MINIMUM_WIDTH  160
#define MINIMUM_HEIGHT 120
#define NATURAL_WIDTH  400
#define NATURAL_HEIGHT 240
/* Around the plot: markers and round ends reach beyond it. */
#define MARGIN         8.0
#define ANNOUNCE_AFTER 150 /* ms */

enum {
  PROP_CHART = 1,
  PROP_CURSOR_X,
  N_PROPS
};

enum {
  ANNOUNCE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneChartWidget, attune_chart_widget, GTK_TYPE_WIDGET)

static gboolean
prepare (AttuneChartWidget *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));

  if (self->chart == NULL || width <= 0 || height <= 0)
    return FALSE;

  attune_chart_prepare (self->chart, gtk_widget_get_pango_context (GTK_WIDGET (self)), width, height);

  return TRUE;
}

static void
snapshot_grid (GtkWidget   *layer,
               GtkSnapshot *snapshot,
               gpointer     user_data)
{
  AttuneChartWidget *self = user_data;

  if (prepare (self))
    attune_chart_snapshot_grid (self->chart, snapshot, gtk_widget_get_pango_context (GTK_WIDGET (self)), &self->palette);
}

/* Whatever is a path is rasterised again by every renderer whenever something moves above it; a texture is only copied. So the
 * curves become one as soon as they change. */
static void
render_data (AttuneChartWidget *self,
             GskRenderer       *renderer,
             double             scale)
{
  const AttuneChartView *view = attune_chart_get_view (self->chart);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  graphene_rect_t area;

  g_clear_object (&self->texture);
  graphene_rect_inset_r (&view->plot, -MARGIN, -MARGIN, &area);
  graphene_rect_round_extents (&area, &area);
  area.size.width = ceilf (area.size.width * (float) scale) / (float) scale;
  area.size.height = ceilf (area.size.height * (float) scale) / (float) scale;

  gtk_snapshot_scale (snapshot, (float) scale, (float) scale);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (-area.origin.x, -area.origin.y));
  attune_chart_snapshot_data (self->chart, snapshot, &self->palette, scale);
  node = gtk_snapshot_to_node (snapshot);
  self->n_renders++;
  if (node == NULL)
    return;

  self->texture_area = area;
  self->texture = gsk_renderer_render_texture (renderer, node,
                                               &GRAPHENE_RECT_INIT (0.0f, 0.0f,
                                                                    roundf (area.size.width * (float) scale),
                                                                    roundf (area.size.height * (float) scale)));
}

static void
snapshot_data (GtkWidget   *layer,
               GtkSnapshot *snapshot,
               gpointer     user_data)
{
  AttuneChartWidget *self = user_data;
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  double scale;

  if (native == NULL || !prepare (self) || attune_chart_is_empty (self->chart))
    return;

  scale = gdk_surface_get_scale (gtk_native_get_surface (native));
  if (self->texture_serial != attune_chart_get_serial (self->chart) ||
      self->texture_style != self->style_generation ||
      self->texture_width != width ||
      self->texture_height != height ||
      self->texture_scale != scale)
    {
      render_data (self, gtk_native_get_renderer (native), scale);
      self->texture_serial = attune_chart_get_serial (self->chart);
      self->texture_style = self->style_generation;
      self->texture_width = width;
      self->texture_height = height;
      self->texture_scale = scale;
    }

  if (self->texture != NULL)
    gtk_snapshot_append_texture (snapshot, self->texture, &self->texture_area);
}

static void
snapshot_overlay (GtkWidget   *layer,
                  GtkSnapshot *snapshot,
                  gpointer     user_data)
{
  AttuneChartWidget *self = user_data;
  const AttuneChartView *view;

  if (!prepare (self))
    return;

  view = attune_chart_get_view (self->chart);
  if (self->is_selecting)
    {
      GdkRGBA color = self->palette.series[0];
      double left = CLAMP (MIN (self->drag_start, self->drag_current),
                           view->plot.origin.x, view->plot.origin.x + view->plot.size.width);
      double right = CLAMP (MAX (self->drag_start, self->drag_current),
                            view->plot.origin.x, view->plot.origin.x + view->plot.size.width);

      color.alpha = 0.25f;
      gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT ((float) left, view->plot.origin.y,
                                                                        (float) (right - left), view->plot.size.height));
    }
  else if (!attune_chart_is_empty (self->chart))
    attune_chart_snapshot_cursor (self->chart, snapshot, gtk_widget_get_pango_context (GTK_WIDGET (self)), &self->palette,
                                  self->cursor_x, !self->is_pointed);

  if (gtk_widget_has_visible_focus (GTK_WIDGET (self)))
    {
      GskRoundedRect outline;
      GdkRGBA color = self->palette.series[0];

      color.alpha = self->palette.high_contrast ? 1.0f : 0.5f;
      gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (0.0f, 0.0f,
                                                                      (float) gtk_widget_get_width (GTK_WIDGET (self)),
                                                                      (float) gtk_widget_get_height (GTK_WIDGET (self))), 9.0f);
      gtk_snapshot_append_border (snapshot, &outline, (float[4]) { 2.0f, 2.0f, 2.0f, 2.0f },
                                  (GdkRGBA[4]) { color, color, color, color });
    }
}

static gboolean
update_description (gpointer user_data)
{
  AttuneChartWidget *self = user_data;
  g_autofree char *description = NULL;

  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  self->description_id = 0;
  if (self->chart == NULL)
    return G_SOURCE_REMOVE;

  description = attune_chart_dup_description (self->chart);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  attune_chart_get_title (self->chart) != NULL ? attune_chart_get_title (self->chart) : "",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description,
                                  -1);

  return G_SOURCE_REMOVE;
}

static gboolean
draw_once (GtkWidget     *widget,
           GdkFrameClock *clock,
           gpointer       user_data)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);

  self->tick_id = 0;
  gtk_widget_queue_draw (self->grid);
  gtk_widget_queue_draw (self->data);
  gtk_widget_queue_draw (self->overlay);

  return G_SOURCE_REMOVE;
}

static gboolean
is_seen (AttuneChartWidget *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return gtk_widget_get_mapped (GTK_WIDGET (self)) && !(GTK_IS_WINDOW (root) && gtk_window_is_suspended (GTK_WINDOW (root)));
}

/* However often the data changes, it is drawn once a frame at most, and not at all while nobody can see it. */
static void
queue_update (AttuneChartWidget *self)
{
  if (!is_seen (self))
    return;

  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), draw_once, NULL, NULL);
  if (self->description_id == 0)
    self->description_id = g_timeout_add_seconds (1, update_description, self);
}

static void
style_changed (AttuneChartWidget *self)
{
  AttuneChartPalette palette;

  attune_chart_palette_init_for_display (&palette, gtk_widget_get_display (GTK_WIDGET (self)));
  if (attune_chart_palette_equal (&palette, &self->palette))
    return;

  self->palette = palette;
  self->style_generation++;
  queue_update (self);
}

static void
announce (AttuneChartWidget *self,
          const char        *text)
{
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static gboolean
announce_cb (gpointer user_data)
{
  AttuneChartWidget *self = user_data;
  g_autofree char *text = NULL;

  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  self->announce_id = 0;
  if (self->chart == NULL || !isfinite (self->cursor_x))
    return G_SOURCE_REMOVE;

  text = attune_chart_dup_readout (self->chart, self->cursor_x);
  g_signal_emit (self, signals[ANNOUNCE], 0, text);

  return G_SOURCE_REMOVE;
}

void
attune_chart_widget_announce (AttuneChartWidget *self)
{
  /* A key that is held down moves faster than anybody can listen. */
  if (self->announce_id == 0)
    self->announce_id = g_timeout_add (ANNOUNCE_AFTER, announce_cb, self);
}

AttuneChart *
attune_chart_widget_get_chart (AttuneChartWidget *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART_WIDGET (self), NULL);

  return self->chart;
}

void
attune_chart_widget_set_chart (AttuneChartWidget *self,
                               AttuneChart       *chart)
{
  g_return_if_fail (ATTUNE_IS_CHART_WIDGET (self));
  g_return_if_fail (chart == NULL || ATTUNE_IS_CHART (chart));

  if (!g_set_object (&self->chart, chart))
    return;

  g_signal_group_set_target (self->chart_signals, chart);
  self->cursor_x = NAN;
  self->style_generation++;
  update_description (self);
  queue_update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHART]);
}

double
attune_chart_widget_get_cursor_x (AttuneChartWidget *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART_WIDGET (self), NAN);

  return self->cursor_x;
}

void
attune_chart_widget_set_cursor_x (AttuneChartWidget *self,
                                  double             x)
{
  g_return_if_fail (ATTUNE_IS_CHART_WIDGET (self));

  if (!isfinite (x))
    x = NAN;
  self->is_pointed = TRUE;
  if (self->cursor_x == x || (isnan (self->cursor_x) && isnan (x)))
    return;

  self->cursor_x = x;
  gtk_widget_queue_draw (self->overlay);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURSOR_X]);
}

guint
attune_chart_widget_get_n_renders (AttuneChartWidget *self)
{
  g_return_val_if_fail (ATTUNE_IS_CHART_WIDGET (self), 0);

  return self->n_renders;
}

static void
attune_chart_widget_map (GtkWidget *widget)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);
  GtkRoot *root = gtk_widget_get_root (widget);

  GTK_WIDGET_CLASS (attune_chart_widget_parent_class)->map (widget);

  g_signal_group_set_target (self->window_signals, GTK_IS_WINDOW (root) ? root : NULL);
  style_changed (self);
  update_description (self);
  queue_update (self);
}

static void
attune_chart_widget_unmap (GtkWidget *widget)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);

  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (widget, self->tick_id);
  self->tick_id = 0;
  g_clear_handle_id (&self->description_id, g_source_remove);
  g_clear_handle_id (&self->announce_id, g_source_remove);
  g_signal_group_set_target (self->window_signals, NULL);

  GTK_WIDGET_CLASS (attune_chart_widget_parent_class)->unmap (widget);
}

static void
attune_chart_widget_unrealize (GtkWidget *widget)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);

  /* It may live in the renderer that goes away. */
  g_clear_object (&self->texture);
  self->style_generation++;

  GTK_WIDGET_CLASS (attune_chart_widget_parent_class)->unrealize (widget);
}

static void
attune_chart_widget_css_changed (GtkWidget         *widget,
                                 GtkCssStyleChange *change)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);

  GTK_WIDGET_CLASS (attune_chart_widget_parent_class)->css_changed (widget, change);

  queue_update (self);
}

static void
attune_chart_widget_state_flags_changed (GtkWidget     *widget,
                                         GtkStateFlags  previous)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);

  GTK_WIDGET_CLASS (attune_chart_widget_parent_class)->state_flags_changed (widget, previous);

  /* The ring of the focus. */
  if (self->overlay != NULL)
    gtk_widget_queue_draw (self->overlay);
}

static void
attune_chart_widget_measure (GtkWidget      *widget,
                             GtkOrientation  orientation,
                             int             for_size,
                             int            *minimum,
                             int            *natural,
                             int            *minimum_baseline,
                             int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MINIMUM_WIDTH : MINIMUM_HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : NATURAL_HEIGHT;
}

static void
attune_chart_widget_size_allocate (GtkWidget *widget,
                                   int        width,
                                   int        height,
                                   int        baseline)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    gtk_widget_size_allocate (child, &(GtkAllocation) { 0, 0, width, height }, -1);
}

static void
attune_chart_widget_dispose (GObject *object)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (object);

  g_clear_handle_id (&self->description_id, g_source_remove);
  g_clear_handle_id (&self->announce_id, g_source_remove);
  g_clear_object (&self->chart_signals);
  g_clear_object (&self->window_signals);
  g_clear_object (&self->chart);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->grid, gtk_widget_unparent);
  g_clear_pointer (&self->data, gtk_widget_unparent);
  g_clear_pointer (&self->overlay, gtk_widget_unparent);

  G_OBJECT_CLASS (attune_chart_widget_parent_class)->dispose (object);
}

static void
attune_chart_widget_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (object);

  switch (prop_id)
    {
    case PROP_CHART:
      g_value_set_object (value, attune_chart_widget_get_chart (self));
      break;

    case PROP_CURSOR_X:
      /* A property cannot be NAN. */
      g_value_set_double (value, isnan (self->cursor_x) ? INFINITY : self->cursor_x);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_chart_widget_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (object);

  switch (prop_id)
    {
    case PROP_CHART:
      attune_chart_widget_set_chart (self, g_value_get_object (value));
      break;

    case PROP_CURSOR_X:
      attune_chart_widget_set_cursor_x (self, g_value_get_double (value));
      /* A binding says where another chart's cursor is. */
      self->is_pointed = FALSE;
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_chart_widget_class_init (AttuneChartWidgetClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = attune_chart_widget_dispose;
  object_class->get_property = attune_chart_widget_get_property;
  object_class->set_property = attune_chart_widget_set_property;

  widget_class->map = attune_chart_widget_map;
  widget_class->unmap = attune_chart_widget_unmap;
  widget_class->unrealize = attune_chart_widget_unrealize;
  widget_class->css_changed = attune_chart_widget_css_changed;
  widget_class->state_flags_changed = attune_chart_widget_state_flags_changed;
  widget_class->measure = attune_chart_widget_measure;
  widget_class->size_allocate = attune_chart_widget_size_allocate;

  properties[PROP_CHART] = g_param_spec_object ("chart", NULL, NULL, ATTUNE_TYPE_CHART, flags);
  properties[PROP_CURSOR_X] = g_param_spec_double ("cursor-x", NULL, NULL, -INFINITY, INFINITY, INFINITY, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ANNOUNCE] =
    g_signal_new_class_handler ("announce",
                                G_TYPE_FROM_CLASS (klass),
                                G_SIGNAL_RUN_LAST,
                                G_CALLBACK (announce),
                                NULL, NULL,
                                NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_css_name (widget_class, "chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  attune_chart_widget_class_input (widget_class);
}

static void
attune_chart_widget_init (AttuneChartWidget *self)
{
  AdwStyleManager *manager = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));

  self->cursor_x = NAN;
  self->pinch_scale = 1.0;

  self->chart_signals = g_signal_group_new (ATTUNE_TYPE_CHART);
  g_signal_group_connect_object (self->chart_signals, "changed", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  self->window_signals = g_signal_group_new (GTK_TYPE_WINDOW);
  g_signal_group_connect_object (self->window_signals, "notify::suspended", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (style_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (style_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::accent-color-rgba", G_CALLBACK (style_changed), self, G_CONNECT_SWAPPED);

  self->grid = attune_chart_layer_new (snapshot_grid, self);
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
  self->data = attune_chart_layer_new (snapshot_data, self);
  gtk_widget_set_parent (self->data, GTK_WIDGET (self));
  self->overlay = attune_chart_layer_new (snapshot_overlay, self);
  gtk_widget_set_parent (self->overlay, GTK_WIDGET (self));

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  style_changed (self);
  attune_chart_widget_init_input (self);
}

GtkWidget *
attune_chart_widget_new (AttuneChart *chart)
{
  return g_object_new (ATTUNE_TYPE_CHART_WIDGET, "chart", chart, NULL);
}
