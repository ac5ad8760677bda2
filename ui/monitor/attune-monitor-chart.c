/* attune-monitor-chart.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-chart.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-monitor-table.h"

#define PICTURE_WIDTH  1200
#define PICTURE_HEIGHT 600
#define PICTURE_SCALE  2.0
#define ZOOM           1.5

struct _AttuneMonitorChart {
  AdwBin             parent_instance;

  GtkLabel          *title_label;
  GtkWidget         *fit_button;
  GtkWidget         *menu_button;
  AttuneChartWidget *widget;

  AttuneChart       *chart;
};

enum {
  PROP_LOG_X = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneMonitorChart, attune_monitor_chart, ADW_TYPE_BIN)

static void
update (AttuneMonitorChart *self)
{
  gboolean fitted = attune_chart_is_fitted (self->chart);
  gboolean is_empty = attune_chart_is_empty (self->chart);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chart.fit", !fitted);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chart.zoom-in", !is_empty);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chart.zoom-out", !fitted);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chart.show-table", !is_empty);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chart.export", !is_empty);
  gtk_widget_set_visible (self->fit_button, !fitted);
}

static void
fit_action (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  attune_chart_fit (ATTUNE_MONITOR_CHART (widget)->chart);
}

/* About the cursor, or the middle. */
static void
zoom_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  AttuneMonitorChart *self = ATTUNE_MONITOR_CHART (widget);

  attune_chart_zoom (self->chart, attune_chart_widget_get_cursor_x (self->widget),
                     g_str_equal (action_name, "chart.zoom-in") ? 1.0 / ZOOM : ZOOM);
}

static void
show_table_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  adw_dialog_present (attune_monitor_table_new (ATTUNE_MONITOR_CHART (widget)->chart), widget);
}

static void
say (AttuneMonitorChart *self,
     const char         *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "job.say", "s", text);
}

static void
replaced_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (AttuneMonitorChart) self = user_data;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_MONITOR_CHART (self));

  if (!g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    {
      /* Translators: %s says what went wrong. */
      g_autofree char *text = g_strdup_printf (_("The chart was not saved: %s"), error->message);

      say (self, text);
    }
  else
    say (self, _("Chart saved"));
}

static GBytes *
render (AttuneMonitorChart  *self,
        const char          *format,
        GError             **error)
{
  AttuneChartPalette palette;

  if (strcmp (format, "csv") == 0)
    return attune_chart_to_csv (self->chart);

  /* For paper and pages of others, so light whatever the desktop looks like. */
  attune_chart_palette_init (&palette, FALSE, FALSE, NULL);
  if (strcmp (format, "pdf") == 0)
    return attune_chart_to_pdf (self->chart, PICTURE_WIDTH, PICTURE_HEIGHT, &palette, error);
  if (strcmp (format, "svg") == 0)
    return attune_chart_to_svg (self->chart, PICTURE_WIDTH, PICTURE_HEIGHT, &palette, error);

  return attune_chart_to_png (self->chart, PICTURE_WIDTH, PICTURE_HEIGHT, PICTURE_SCALE, &palette, error);
}

typedef struct {
  AttuneMonitorChart *self;
  char               *format;
} Export;

static void
export_free (Export *export)
{
  g_object_unref (export->self);
  g_free (export->format);
  g_free (export);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

static void
chosen_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (Export) export = user_data;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (object), result, &error);
  if (file == NULL)
    return;

  bytes = render (export->self, export->format, &error);
  if (bytes == NULL)
    {
      say (export->self, error->message);
      return;
    }
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL,
                                       replaced_cb, g_object_ref (export->self));
}

static void
export_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  AttuneMonitorChart *self = ATTUNE_MONITOR_CHART (widget);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *name = NULL;
  Export *export = g_new0 (Export, 1);

  export->self = g_object_ref (self);
  export->format = g_variant_dup_string (parameter, NULL);
  name = g_strdup_printf ("%s.%s", attune_chart_get_title (self->chart), export->format);
  g_strdelimit (name, G_DIR_SEPARATOR_S, '-');
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, chosen_cb, export);
}

AttuneChart *
attune_monitor_chart_get_chart (AttuneMonitorChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_CHART (self), NULL);

  return self->chart;
}

AttuneChartWidget *
attune_monitor_chart_get_widget (AttuneMonitorChart *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_CHART (self), NULL);

  return self->widget;
}

static void
attune_monitor_chart_dispose (GObject *object)
{
  AttuneMonitorChart *self = ATTUNE_MONITOR_CHART (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_CHART);
  g_clear_object (&self->chart);

  G_OBJECT_CLASS (attune_monitor_chart_parent_class)->dispose (object);
}

static void
attune_monitor_chart_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  AttuneMonitorChart *self = ATTUNE_MONITOR_CHART (object);

  switch (prop_id)
    {
    case PROP_LOG_X:
      g_value_set_boolean (value, self->chart != NULL && attune_chart_get_log_x (self->chart));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_monitor_chart_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  AttuneMonitorChart *self = ATTUNE_MONITOR_CHART (object);

  switch (prop_id)
    {
    case PROP_LOG_X:
      if (g_value_get_boolean (value) != attune_chart_get_log_x (self->chart))
        {
          attune_chart_set_log_x (self->chart, g_value_get_boolean (value));
          g_object_notify_by_pspec (object, pspec);
        }
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_monitor_chart_class_init (AttuneMonitorChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = attune_monitor_chart_dispose;
  object_class->get_property = attune_monitor_chart_get_property;
  object_class->set_property = attune_monitor_chart_set_property;

  properties[PROP_LOG_X] =
    g_param_spec_boolean ("log-x", NULL, NULL,
                          FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (ATTUNE_TYPE_CHART_WIDGET);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/monitor/attune-monitor-chart.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorChart, title_label);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorChart, fit_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorChart, menu_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorChart, widget);
  gtk_widget_class_install_action (widget_class, "chart.fit", NULL, fit_action);
  gtk_widget_class_install_action (widget_class, "chart.zoom-in", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "chart.zoom-out", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "chart.show-table", NULL, show_table_action);
  gtk_widget_class_install_property_action (widget_class, "chart.log-x", "log-x");
  gtk_widget_class_install_action (widget_class, "chart.export", "s", export_action);
}

static void
attune_monitor_chart_init (AttuneMonitorChart *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
attune_monitor_chart_new (AttuneChart *chart,
                          int          height)
{
  AttuneMonitorChart *self;
  g_autofree char *menu_name = NULL;

  g_return_val_if_fail (ATTUNE_IS_CHART (chart), NULL);

  self = g_object_new (ATTUNE_TYPE_MONITOR_CHART, NULL);
  self->chart = g_object_ref (chart);
  gtk_label_set_text (self->title_label, attune_chart_get_title (chart));
  attune_chart_widget_set_chart (self->widget, chart);
  gtk_widget_set_size_request (GTK_WIDGET (self->widget), -1, height);

  /* Translators: the name of a button for screen readers; %s is the title of a chart. */
  menu_name = g_strdup_printf (_("Menu of “%s”"), attune_chart_get_title (chart));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu_button), GTK_ACCESSIBLE_PROPERTY_LABEL, menu_name, -1);
  g_signal_connect_object (chart, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return GTK_WIDGET (self);
}
