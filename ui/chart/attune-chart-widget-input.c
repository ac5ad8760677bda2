/* attune-chart-widget-input.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-chart-widget-private.h"

#include <math.h>

/* A drag that is shorter than this is a click. */
#define MIN_DRAG    5.0
#define ZOOM_STEP   1.25
#define PAN_STEP    0.1
#define CURSOR_JUMP 0.1

typedef enum {
  MOVE_LEFT,
  MOVE_RIGHT,
  MOVE_FAR_LEFT,
  MOVE_FAR_RIGHT,
  MOVE_START,
  MOVE_END,
} Move;

static const AttuneChartView *
get_view (AttuneChartWidget *self)
{
  return self->chart != NULL ? attune_chart_get_view (self->chart) : NULL;
}

static gboolean
pixel_to_x (AttuneChartWidget *self,
            double             pixel,
            double            *x)
{
  const AttuneChartView *view = get_view (self);

  if (view == NULL || view->plot.size.width <= 0.0f || attune_chart_is_empty (self->chart))
    return FALSE;

  *x = attune_chart_view_pixel_to_x (view, CLAMP (pixel, view->plot.origin.x, view->plot.origin.x + view->plot.size.width));

  return isfinite (*x);
}

static void
point_at (AttuneChartWidget *self,
          double             pixel)
{
  double x;

  if (pixel_to_x (self, pixel, &x) && attune_chart_snap (self->chart, x, &x))
    attune_chart_widget_set_cursor_x (self, x);
}

static void
motion_cb (AttuneChartWidget *self,
           double             x,
           double             y)
{
  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  point_at (self, x);
}

static void
leave_cb (AttuneChartWidget *self)
{
  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  attune_chart_widget_set_cursor_x (self, NAN);
}

static void
pressed_cb (AttuneChartWidget *self,
            int                n_press,
            double             x,
            double             y)
{
  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (n_press == 2 && self->chart != NULL)
    attune_chart_fit (self->chart);
  else
    point_at (self, x);
}

static void
drag_begin_cb (AttuneChartWidget *self,
               double             x,
               double             y,
               GtkGesture        *gesture)
{
  GdkDevice *device = gtk_event_controller_get_current_event_device (GTK_EVENT_CONTROLLER (gesture));
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  /* A finger scrolls the page. */
  if (self->chart == NULL || attune_chart_is_empty (self->chart) ||
      (device != NULL && gdk_device_get_source (device) == GDK_SOURCE_TOUCHSCREEN))
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }

  self->is_panning = (state & GDK_SHIFT_MASK) != 0;
  self->drag_start = x;
  self->drag_current = x;
  self->pan_done = 0.0;
}

static void
drag_update_cb (AttuneChartWidget *self,
                double             offset_x,
                double             offset_y,
                GtkGesture        *gesture)
{
  const AttuneChartView *view = get_view (self);

  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  if (view == NULL || view->plot.size.width <= 0.0f)
    return;

  self->drag_current = self->drag_start + offset_x;
  if (!self->is_selecting && fabs (offset_x) < MIN_DRAG)
    return;

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  if (self->is_panning)
    {
      attune_chart_pan (self->chart, (self->pan_done - offset_x) / view->plot.size.width);
      self->pan_done = offset_x;
      return;
    }
  self->is_selecting = TRUE;
  gtk_widget_queue_draw (self->overlay);
}

static void
drag_end_cb (AttuneChartWidget *self,
             double             offset_x,
             double             offset_y)
{
  double x0, x1;

  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  self->is_panning = FALSE;
  if (!self->is_selecting)
    return;

  self->is_selecting = FALSE;
  gtk_widget_queue_draw (self->overlay);
  if (fabs (self->drag_current - self->drag_start) >= MIN_DRAG &&
      pixel_to_x (self, MIN (self->drag_start, self->drag_current), &x0) &&
      pixel_to_x (self, MAX (self->drag_start, self->drag_current), &x1))
    attune_chart_set_range (self->chart, x0, x1);
}

static void
drag_cancel_cb (AttuneChartWidget *self,
                GdkEventSequence  *sequence)
{
  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  self->is_panning = FALSE;
  self->is_selecting = FALSE;
  gtk_widget_queue_draw (self->overlay);
}

static gboolean
scroll_cb (AttuneChartWidget        *self,
           double                    dx,
           double                    dy,
           GtkEventControllerScroll *controller)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  double unit = gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_WHEEL ? 1.0 : 1.0 / 40.0;

  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  if (self->chart == NULL)
    return GDK_EVENT_PROPAGATE;

  /* Sideways it moves the range, where there is more than is shown; up and down is the page's. */
  if ((state & GDK_CONTROL_MASK) == 0)
    {
      if (fabs (dx) <= fabs (dy) || attune_chart_is_fitted (self->chart))
        return GDK_EVENT_PROPAGATE;
      attune_chart_pan (self->chart, dx * unit * PAN_STEP);
      return GDK_EVENT_STOP;
    }

  attune_chart_zoom (self->chart, self->cursor_x, pow (ZOOM_STEP, dy * unit));

  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (AttuneChartWidget *self,
                GdkEventSequence  *sequence)
{
  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  self->pinch_scale = 1.0;
}

static void
pinch_cb (AttuneChartWidget *self,
          double             scale,
          GtkGesture        *gesture)
{
  double px, py, x;

  g_assert (ATTUNE_IS_CHART_WIDGET (self));

  if (scale <= 0.0 || !gtk_gesture_get_bounding_box_center (gesture, &px, &py) || !pixel_to_x (self, px, &x))
    return;

  attune_chart_zoom (self->chart, x, self->pinch_scale / scale);
  self->pinch_scale = scale;
}

/* What the cursor is moved to is moved into sight. */
static void
show_cursor (AttuneChartWidget *self)
{
  const AttuneChartView *view = get_view (self);
  double width = view->x1 - view->x0;

  if (attune_chart_is_fitted (self->chart))
    return;

  if (self->cursor_x < view->x0)
    attune_chart_set_range (self->chart, self->cursor_x, self->cursor_x + width);
  else if (self->cursor_x > view->x1)
    attune_chart_set_range (self->chart, self->cursor_x - width, self->cursor_x);
}

static gboolean
move_cursor_cb (GtkWidget *widget,
                GVariant  *args,
                gpointer   user_data)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);
  const AttuneChartView *view = get_view (self);
  double width;
  double x = self->cursor_x;
  gboolean moved;

  if (view == NULL || attune_chart_is_empty (self->chart))
    return GDK_EVENT_PROPAGATE;

  width = view->plot.size.width;
  switch ((Move) g_variant_get_int32 (args))
    {
    case MOVE_LEFT:
      moved = attune_chart_step_cursor (self->chart, x, -1, &x);
      break;

    case MOVE_RIGHT:
      moved = attune_chart_step_cursor (self->chart, x, 1, &x);
      break;

    case MOVE_FAR_LEFT:
    case MOVE_FAR_RIGHT:
      {
        gboolean left = g_variant_get_int32 (args) == MOVE_FAR_LEFT;
        double pixel = isfinite (x) ? attune_chart_view_x_to_pixel (view, x) : view->plot.origin.x + (left ? width : 0.0);
        double from = x;

        pixel += (left ? -CURSOR_JUMP : CURSOR_JUMP) * width;
        moved = attune_chart_snap (self->chart, attune_chart_view_pixel_to_x (view, pixel), &x);
        /* Where points are rarer than that, it goes to the next one at least. */
        if (moved && x == from)
          moved = attune_chart_step_cursor (self->chart, from, left ? -1 : 1, &x);
      }
      break;

    case MOVE_START:
      moved = attune_chart_step_cursor (self->chart, NAN, 1, &x);
      break;

    case MOVE_END:
      moved = attune_chart_step_cursor (self->chart, NAN, -1, &x);
      break;

    default:
      g_assert_not_reached ();
    }

  if (moved)
    {
      attune_chart_widget_set_cursor_x (self, x);
      show_cursor (self);
      attune_chart_widget_announce (self);
    }

  return GDK_EVENT_STOP;
}

/* To the next curve that can be seen; behind the last one come all of them again. */
static gboolean
switch_cb (GtkWidget *widget,
           GVariant  *args,
           gpointer   user_data)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);
  int n_series, position;

  if (self->chart == NULL || attune_chart_is_empty (self->chart))
    return GDK_EVENT_PROPAGATE;

  n_series = (int) attune_chart_get_n_series (self->chart);
  position = attune_chart_get_current (self->chart);
  do
    {
      position += g_variant_get_int32 (args);
      if (position < -1)
        position = n_series - 1;
      else if (position >= n_series)
        position = -1;
    }
  while (position >= 0 &&
         (!attune_series_get_visible (attune_chart_get_series (self->chart, (guint) position)) ||
          attune_series_get_length (attune_chart_get_series (self->chart, (guint) position)) == 0));

  attune_chart_set_current (self->chart, position);
  if (!isfinite (self->cursor_x))
    {
      double x;

      if (attune_chart_step_cursor (self->chart, NAN, -1, &x) && attune_chart_snap (self->chart, x, &x))
        attune_chart_widget_set_cursor_x (self, x);
    }
  gtk_widget_queue_draw (self->overlay);
  attune_chart_widget_announce (self);

  return GDK_EVENT_STOP;
}

static gboolean
zoom_cb (GtkWidget *widget,
         GVariant  *args,
         gpointer   user_data)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);

  if (self->chart == NULL)
    return GDK_EVENT_PROPAGATE;

  attune_chart_zoom (self->chart, self->cursor_x, g_variant_get_double (args));

  return GDK_EVENT_STOP;
}

static gboolean
pan_cb (GtkWidget *widget,
        GVariant  *args,
        gpointer   user_data)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);

  if (self->chart == NULL)
    return GDK_EVENT_PROPAGATE;

  attune_chart_pan (self->chart, g_variant_get_double (args));

  return GDK_EVENT_STOP;
}

static gboolean
fit_cb (GtkWidget *widget,
        GVariant  *args,
        gpointer   user_data)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);

  if (self->chart == NULL)
    return GDK_EVENT_PROPAGATE;

  attune_chart_fit (self->chart);

  return GDK_EVENT_STOP;
}

static gboolean
escape_cb (GtkWidget *widget,
           GVariant  *args,
           gpointer   user_data)
{
  AttuneChartWidget *self = ATTUNE_CHART_WIDGET (widget);

  if (!isfinite (self->cursor_x))
    return GDK_EVENT_PROPAGATE;

  attune_chart_set_current (self->chart, -1);
  attune_chart_widget_set_cursor_x (self, NAN);

  return GDK_EVENT_STOP;
}

static void
add_move (GtkWidgetClass  *widget_class,
          guint            key,
          guint            keypad_key,
          GdkModifierType  modifiers,
          Move             move)
{
  gtk_widget_class_add_binding (widget_class, key, modifiers, move_cursor_cb, "i", move);
  gtk_widget_class_add_binding (widget_class, keypad_key, modifiers, move_cursor_cb, "i", move);
}

void
attune_chart_widget_class_input (GtkWidgetClass *widget_class)
{
  add_move (widget_class, GDK_KEY_Left, GDK_KEY_KP_Left, 0, MOVE_LEFT);
  add_move (widget_class, GDK_KEY_Right, GDK_KEY_KP_Right, 0, MOVE_RIGHT);
  add_move (widget_class, GDK_KEY_Left, GDK_KEY_KP_Left, GDK_CONTROL_MASK, MOVE_FAR_LEFT);
  add_move (widget_class, GDK_KEY_Right, GDK_KEY_KP_Right, GDK_CONTROL_MASK, MOVE_FAR_RIGHT);
  add_move (widget_class, GDK_KEY_Home, GDK_KEY_KP_Home, 0, MOVE_START);
  add_move (widget_class, GDK_KEY_End, GDK_KEY_KP_End, 0, MOVE_END);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, GDK_SHIFT_MASK, pan_cb, "d", -PAN_STEP);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, GDK_SHIFT_MASK, pan_cb, "d", PAN_STEP);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, 0, switch_cb, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Up, 0, switch_cb, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, 0, switch_cb, "i", 1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Down, 0, switch_cb, "i", 1);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_plus, 0, zoom_cb, "d", 1.0 / ZOOM_STEP);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_equal, 0, zoom_cb, "d", 1.0 / ZOOM_STEP);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Add, 0, zoom_cb, "d", 1.0 / ZOOM_STEP);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_minus, 0, zoom_cb, "d", ZOOM_STEP);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Subtract, 0, zoom_cb, "d", ZOOM_STEP);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_0, 0, fit_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_0, 0, fit_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, escape_cb, NULL);
}

void
attune_chart_widget_init_input (AttuneChartWidget *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *controller;
  GtkGesture *gesture;

  controller = gtk_event_controller_motion_new ();
  g_signal_connect_object (controller, "motion", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (controller, "enter", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (controller, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, controller);

  controller = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect_object (controller, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, controller);

  gesture = gtk_gesture_click_new ();
  g_signal_connect_object (gesture, "pressed", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));

  gesture = gtk_gesture_drag_new ();
  g_signal_connect_object (gesture, "drag-begin", G_CALLBACK (drag_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gesture, "drag-update", G_CALLBACK (drag_update_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gesture, "drag-end", G_CALLBACK (drag_end_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gesture, "cancel", G_CALLBACK (drag_cancel_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));

  gesture = gtk_gesture_zoom_new ();
  g_signal_connect_object (gesture, "begin", G_CALLBACK (pinch_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gesture, "scale-changed", G_CALLBACK (pinch_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));
}
