/* attune-rate-curve.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-rate-curve.h"

#include <adwaita.h>
#include <math.h>

#include <glib/gi18n-lib.h>

#include "attune-enums.h"
#include "attune-format.h"
#include "attune-json.h"
#include "attune-parameters.h"

#define HEIGHT      96
#define MAX_POINTS  256
/* Steps to draw where their number is not known: enough for a smooth curve. */
#define UNKNOWN     1000
#define GAP         3.0f

struct _AttuneRateCurve {
  GtkWidget      parent_instance;

  AttuneSchedule schedule;
  gint64         epochs;
  gboolean       steps_known;
};

G_DEFINE_FINAL_TYPE (AttuneRateCurve, attune_rate_curve, GTK_TYPE_WIDGET)

static char *
format_rate (double rate)
{
  g_autofree char *rounded = g_strdup_printf ("%.3g", rate);
  GString *text = g_string_new (NULL);
  g_autofree char *shortest = attune_json_format_double (g_ascii_strtod (rounded, NULL));

  g_string_append (text, shortest);
  g_string_replace (text, "e-0", "e-", 1);

  return g_string_free_and_steal (text);
}

char *
attune_rate_curve_dup_description (AttuneRateCurve *self)
{
  const AttuneParameter *parameter = attune_parameters_lookup ("optimizer.scheduler.type");
  g_autoptr (GEnumClass) klass = g_type_class_ref (ATTUNE_TYPE_LR_SCHEDULER_TYPE);
  g_autofree char *peak = NULL;
  g_autofree char *end = NULL;
  g_autofree char *steps = NULL;
  const char *title;
  gint64 warmup;

  g_return_val_if_fail (ATTUNE_IS_RATE_CURVE (self), NULL);

  if (self->schedule.total_steps <= 0)
    return g_strdup ("");

  peak = format_rate (self->schedule.rate);
  end = format_rate (attune_schedule_get_rate (&self->schedule, self->schedule.total_steps - 1));
  warmup = attune_schedule_get_warmup_steps (&self->schedule);
  title = attune_parameter_get_value_title (parameter, g_enum_get_value (klass, (int) self->schedule.type)->value_nick);
  if (!self->steps_known)
    /* translators: what the learning rate does: its highest and last value, and the name of the scheduler */
    return g_strdup_printf (_("%s at most, %s at the end (%s)"), peak, end, title);
  if (warmup > 0)
    {
      steps = attune_format_count (warmup);

      /* translators: what the learning rate does: climbs to a value over some steps, ends at another; the name of the scheduler */
      return g_strdup_printf (ngettext ("climbs to %s in %s step, %s at the end (%s)",
                                        "climbs to %s in %s steps, %s at the end (%s)", (gulong) warmup), peak, steps, end, title);
    }

  /* translators: what the learning rate does: its first and last value, and the name of the scheduler */
  return g_strdup_printf (_("begins at %s, %s at the end (%s)"), peak, end, title);
}

void
attune_rate_curve_set_schedule (AttuneRateCurve      *self,
                                const AttuneSchedule *schedule,
                                gint64                epochs)
{
  AttuneSchedule wanted;
  g_autofree char *description = NULL;

  g_return_if_fail (ATTUNE_IS_RATE_CURVE (self));
  g_return_if_fail (schedule != NULL);

  wanted = *schedule;
  self->steps_known = wanted.total_steps > 0;
  if (!self->steps_known)
    wanted.total_steps = UNKNOWN;
  self->schedule = wanted;
  self->epochs = MAX (1, epochs);

  description = attune_rate_curve_dup_description (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), description);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static PangoLayout *
make_label (AttuneRateCurve *self,
            const char      *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attributes);

  return layout;
}

static void
draw_label (GtkSnapshot   *snapshot,
            PangoLayout   *layout,
            double         x,
            double         y,
            const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
draw_curve (AttuneRateCurve       *self,
            GtkSnapshot           *snapshot,
            const graphene_rect_t *plot,
            const GdkRGBA         *color)
{
  g_autoptr (GskPathBuilder) line = gsk_path_builder_new ();
  g_autoptr (GskPathBuilder) area = gsk_path_builder_new ();
  g_autoptr (GskPath) line_path = NULL;
  g_autoptr (GskPath) area_path = NULL;
  g_autoptr (GskStroke) stroke = gsk_stroke_new (2);
  gint64 n = self->schedule.total_steps;
  guint n_points = (guint) CLAMP (n, 2, MAX_POINTS);
  GdkRGBA fill = *color;
  float left = graphene_rect_get_x (plot);
  float bottom = graphene_rect_get_y (plot) + graphene_rect_get_height (plot);

  gsk_path_builder_move_to (area, left, bottom);
  for (guint i = 0; i < n_points; i++)
    {
      gint64 step = n > 1 ? (gint64) llround ((double) i * (double) (n - 1) / (n_points - 1)) : 0;
      double rate = attune_schedule_get_rate (&self->schedule, step);
      double part = self->schedule.rate > 0 ? CLAMP (rate / self->schedule.rate, 0, 1) : 0;
      float x = left + graphene_rect_get_width (plot) * (float) i / (float) (n_points - 1);
      float y = bottom - graphene_rect_get_height (plot) * (float) part;

      if (i == 0)
        gsk_path_builder_move_to (line, x, y);
      else
        gsk_path_builder_line_to (line, x, y);
      gsk_path_builder_line_to (area, x, y);
    }
  gsk_path_builder_line_to (area, left + graphene_rect_get_width (plot), bottom);
  gsk_path_builder_close (area);
  line_path = gsk_path_builder_to_path (line);
  area_path = gsk_path_builder_to_path (area);

  fill.alpha *= 0.15f;
  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  gtk_snapshot_append_fill (snapshot, area_path, GSK_FILL_RULE_WINDING, &fill);
  gtk_snapshot_append_stroke (snapshot, line_path, stroke, color);
}

static void
attune_rate_curve_snapshot (GtkWidget   *widget,
                            GtkSnapshot *snapshot)
{
  AttuneRateCurve *self = ATTUNE_RATE_CURVE (widget);
  AdwStyleManager *manager = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  g_autoptr (PangoLayout) peak = NULL;
  g_autoptr (PangoLayout) last = NULL;
  g_autofree char *peak_text = NULL;
  g_autofree char *last_text = NULL;
  GdkRGBA color, dim, faint, accent;
  graphene_rect_t plot;
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  int text_width, text_height;

  if (self->schedule.total_steps <= 0 || width < 40 || height < 40)
    return;

  gtk_widget_get_color (widget, &color);
  dim = color;
  dim.alpha *= adw_style_manager_get_high_contrast (manager) ? 0.9f : 0.55f;
  faint = color;
  faint.alpha *= adw_style_manager_get_high_contrast (manager) ? 0.5f : 0.15f;
  adw_accent_color_to_standalone_rgba (adw_style_manager_get_accent_color (manager), adw_style_manager_get_dark (manager), &accent);

  peak_text = format_rate (self->schedule.rate);
  peak = make_label (self, peak_text);
  if (self->steps_known)
    {
      g_autofree char *count = attune_format_count (self->schedule.total_steps);

      last_text = g_strdup_printf (ngettext ("%s step", "%s steps", (gulong) self->schedule.total_steps), count);
    }
  else
    last_text = g_strdup_printf (ngettext ("%d epoch", "%d epochs", (gulong) self->epochs), (int) self->epochs);
  last = make_label (self, last_text);
  pango_layout_get_pixel_size (last, &text_width, &text_height);
  plot = GRAPHENE_RECT_INIT (0, (float) text_height + GAP, (float) width, (float) height - 2 * ((float) text_height + GAP));

  for (gint64 i = 0; i <= self->epochs; i++)
    {
      float x = (float) (width - 1) * (float) i / (float) self->epochs;

      gtk_snapshot_append_color (snapshot, &faint, &GRAPHENE_RECT_INIT (x, plot.origin.y, 1, plot.size.height));
    }
  gtk_snapshot_append_color (snapshot, &faint, &GRAPHENE_RECT_INIT (0, plot.origin.y + plot.size.height, (float) width, 1));
  draw_curve (self, snapshot, &plot, &accent);

  draw_label (snapshot, peak, 0, 0, &dim);
  draw_label (snapshot, last, width - text_width, height - text_height, &dim);
}

static void
attune_rate_curve_measure (GtkWidget      *widget,
                           GtkOrientation  orientation,
                           int             for_size,
                           int            *minimum,
                           int            *natural,
                           int            *minimum_baseline,
                           int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 280 : HEIGHT;
}

static void
attune_rate_curve_class_init (AttuneRateCurveClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = attune_rate_curve_snapshot;
  widget_class->measure = attune_rate_curve_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "ratecurve");
}

static void
attune_rate_curve_init (AttuneRateCurve *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Learning Rate over the Run"), -1);
  g_signal_connect_object (manager, "notify::accent-color", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
attune_rate_curve_new (void)
{
  return g_object_new (ATTUNE_TYPE_RATE_CURVE, NULL);
}
