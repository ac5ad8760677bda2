/* attune-monitor-charts.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-charts.h"

#include <glib/gi18n-lib.h>

#include "attune-monitor-chart.h"

#define MAIN_HEIGHT  300
#define SMALL_HEIGHT 190
#define SMALL_WIDTH  300
#define N_USAGE      2
#define KEY_SMOOTHING "chart-smoothing"

/* One chart, in the order in which they are shown. */
typedef struct {
  AttuneMetric      metrics[2];
  guint             n_metrics;
  AttuneTicksFormat format;
  gboolean          smooth;      /* what is noise, and not a plan */
  gboolean          logarithmic; /* follows the switch */
} ChartInfo;

static const ChartInfo charts[] = {
  { { ATTUNE_METRIC_LOSS, ATTUNE_METRIC_EVAL_LOSS }, 2, ATTUNE_TICKS_NUMBER, TRUE, TRUE },
  { { ATTUNE_METRIC_LEARNING_RATE }, 1, ATTUNE_TICKS_NUMBER, FALSE, TRUE },
  { { ATTUNE_METRIC_GRAD_NORM }, 1, ATTUNE_TICKS_NUMBER, TRUE, TRUE },
  { { ATTUNE_METRIC_TOKEN_ACCURACY }, 1, ATTUNE_TICKS_FRACTION, TRUE, FALSE },
  { { ATTUNE_METRIC_TOKENS_PER_SECOND }, 1, ATTUNE_TICKS_NUMBER, TRUE, FALSE },
};

struct _AttuneMonitorCharts {
  AdwBin                parent_instance;

  AdwToggleGroup       *axis_group;
  AdwToggle            *epoch_toggle;
  AdwToggle            *time_toggle;
  GtkAdjustment        *smoothing_adjustment;
  GtkToggleButton      *log_button;
  GtkToggleButton      *outliers_button;
  AdwBin               *main_bin;
  GtkFlowBox           *flow_box;

  GPtrArray            *metrics;  /* AttuneMonitorMetrics; NULL at the end */
  AttuneChart          *charts[G_N_ELEMENTS (charts)];
  GtkWidget            *cards[G_N_ELEMENTS (charts)];
  AttuneChart          *usage[N_USAGE];
  GtkWidget            *usage_cards[N_USAGE];
  GSettings            *settings; /* NULL where the schema is not installed */
};

G_DEFINE_FINAL_TYPE (AttuneMonitorCharts, attune_monitor_charts, ADW_TYPE_BIN)

static gboolean
has_axis (AttuneMonitorCharts *self,
          AttuneSeriesAxis     axis)
{
  for (guint i = 0; i < self->metrics->len; i++)
    for (guint m = 0; m < ATTUNE_N_METRICS; m++)
      if (attune_series_has_axis (attune_monitor_metrics_get_series (g_ptr_array_index (self->metrics, i), m), axis))
        return TRUE;

  return FALSE;
}

static void
refreshed_cb (AttuneMonitorCharts *self)
{
  g_assert (ATTUNE_IS_MONITOR_CHARTS (self));

  /* The last reading may end after the window. */
  if (self->metrics == NULL)
    return;

  adw_toggle_set_enabled (self->epoch_toggle, has_axis (self, ATTUNE_SERIES_EPOCH));
  adw_toggle_set_enabled (self->time_toggle, has_axis (self, ATTUNE_SERIES_TIME));

  for (guint c = 1; c < G_N_ELEMENTS (charts); c++)
    gtk_widget_set_visible (gtk_widget_get_parent (self->cards[c]), !attune_chart_is_empty (self->charts[c]));
  for (guint u = 0; u < N_USAGE; u++)
    if (self->usage[u] != NULL)
      {
        AttuneSeries *loss = attune_chart_get_series (self->charts[0], 0);

        if (attune_series_has_axis (loss, ATTUNE_SERIES_TIME))
          attune_chart_set_time_origin (self->usage[u], attune_series_get_x (loss, ATTUNE_SERIES_TIME, 0));
        gtk_widget_set_visible (gtk_widget_get_parent (self->usage_cards[u]), !attune_chart_is_empty (self->usage[u]));
      }
}

static void
axis_changed_cb (AttuneMonitorCharts *self)
{
  const char *name = adw_toggle_group_get_active_name (self->axis_group);
  AttuneSeriesAxis axis = ATTUNE_SERIES_STEP;

  g_assert (ATTUNE_IS_MONITOR_CHARTS (self));

  if (g_strcmp0 (name, "epoch") == 0)
    axis = ATTUNE_SERIES_EPOCH;
  else if (g_strcmp0 (name, "time") == 0)
    axis = ATTUNE_SERIES_TIME;

  for (guint c = 0; c < G_N_ELEMENTS (charts); c++)
    attune_chart_set_x_axis (self->charts[c], axis);
  for (guint u = 0; u < N_USAGE; u++)
    if (self->usage[u] != NULL)
      attune_chart_set_x_axis (self->usage[u], axis);
}

static void
smoothing_changed_cb (AttuneMonitorCharts *self)
{
  double weight = gtk_adjustment_get_value (self->smoothing_adjustment);

  g_assert (ATTUNE_IS_MONITOR_CHARTS (self));

  for (guint c = 0; c < G_N_ELEMENTS (charts); c++)
    if (charts[c].smooth)
      attune_chart_set_smoothing (self->charts[c], weight);
}

/* Hidden until it has something to show; its cursor is everybody's. */
static void
add_small (AttuneMonitorCharts *self,
           GtkWidget           *card)
{
  AttuneChartWidget *first = attune_monitor_chart_get_widget (ATTUNE_MONITOR_CHART (self->cards[0]));

  gtk_widget_set_size_request (card, SMALL_WIDTH, -1);
  gtk_flow_box_append (self->flow_box, card);
  /* The chart takes the focus, not the cell that it lies in. */
  gtk_widget_set_focusable (gtk_widget_get_parent (card), FALSE);
  gtk_widget_set_visible (gtk_widget_get_parent (card), FALSE);
  g_object_bind_property (first, "cursor-x", attune_monitor_chart_get_widget (ATTUNE_MONITOR_CHART (card)), "cursor-x",
                          G_BINDING_BIDIRECTIONAL);
}

static void
add_charts (AttuneMonitorCharts *self)
{
  for (guint c = 0; c < G_N_ELEMENTS (charts); c++)
    {
      const ChartInfo *info = &charts[c];

      self->charts[c] = attune_chart_new (attune_metric_get_title (info->metrics[0]));
      attune_chart_set_value_format (self->charts[c], info->format);
      self->cards[c] = attune_monitor_chart_new (self->charts[c], c == 0 ? MAIN_HEIGHT : SMALL_HEIGHT);

      if (info->logarithmic)
        g_object_bind_property (self->log_button, "active", self->charts[c], "log-y", G_BINDING_SYNC_CREATE);
      g_object_bind_property (self->outliers_button, "active", self->charts[c], "ignore-outliers", G_BINDING_SYNC_CREATE);

      if (c == 0)
        {
          adw_bin_set_child (self->main_bin, self->cards[c]);
          continue;
        }

      add_small (self, self->cards[c]);
    }
}

/* Several jobs have theirs at different places, and a wall of marks tells nothing. */
static void
update_marks (AttuneMonitorCharts *self)
{
  GPtrArray *checkpoints = NULL;
  g_autofree double *steps = NULL;
  guint n_steps = 0;

  if (self->metrics == NULL)
    return;

  if (self->metrics->len == 1)
    checkpoints = attune_job_get_checkpoints (attune_monitor_metrics_get_job (g_ptr_array_index (self->metrics, 0)));
  if (checkpoints != NULL)
    {
      n_steps = checkpoints->len;
      steps = g_new (double, MAX (n_steps, 1));
      for (guint i = 0; i < n_steps; i++)
        steps[i] = (double) ((AttuneCheckpoint *) g_ptr_array_index (checkpoints, i))->step;
    }

  for (guint c = 0; c < G_N_ELEMENTS (charts); c++)
    {
      attune_chart_set_checkpoints (self->charts[c], steps, n_steps);
      attune_chart_set_epoch_marks (self->charts[c], self->metrics->len == 1);
    }
}

void
attune_monitor_charts_add_metrics (AttuneMonitorCharts  *self,
                                   AttuneMonitorMetrics *metrics)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_CHARTS (self));
  g_return_if_fail (ATTUNE_IS_MONITOR_METRICS (metrics));
  g_return_if_fail (!g_ptr_array_find (self->metrics, metrics, NULL));

  g_ptr_array_add (self->metrics, g_object_ref (metrics));
  for (guint c = 0; c < G_N_ELEMENTS (charts); c++)
    for (guint m = 0; m < charts[c].n_metrics; m++)
      attune_chart_add_series (self->charts[c], attune_monitor_metrics_get_series (metrics, charts[c].metrics[m]));

  g_signal_connect_object (metrics, "refreshed", G_CALLBACK (refreshed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (attune_monitor_metrics_get_job (metrics), "notify::checkpoints", G_CALLBACK (update_marks), self,
                           G_CONNECT_SWAPPED);
  update_marks (self);
  refreshed_cb (self);
}

void
attune_monitor_charts_remove_metrics (AttuneMonitorCharts  *self,
                                      AttuneMonitorMetrics *metrics)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_CHARTS (self));
  g_return_if_fail (g_ptr_array_find (self->metrics, metrics, NULL));

  g_signal_handlers_disconnect_by_func (metrics, refreshed_cb, self);
  g_signal_handlers_disconnect_by_func (attune_monitor_metrics_get_job (metrics), update_marks, self);
  for (guint c = 0; c < G_N_ELEMENTS (charts); c++)
    for (guint m = 0; m < charts[c].n_metrics; m++)
      attune_chart_remove_series (self->charts[c], attune_monitor_metrics_get_series (metrics, charts[c].metrics[m]));
  g_ptr_array_remove (self->metrics, metrics);
  update_marks (self);
  refreshed_cb (self);
}

void
attune_monitor_charts_add_usage (AttuneMonitorCharts *self,
                                 AttuneMonitorUsage  *usage)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_CHARTS (self));
  g_return_if_fail (ATTUNE_IS_MONITOR_USAGE (usage));
  g_return_if_fail (self->usage[0] == NULL);

  self->usage[0] = attune_chart_new (_("Processor of This Computer"));
  attune_chart_set_value_format (self->usage[0], ATTUNE_TICKS_FRACTION);
  attune_chart_add_series (self->usage[0], attune_monitor_usage_get_processor (usage));
  /* Translators: MiB is the unit: 2 to the power of 20 bytes. */
  self->usage[1] = attune_chart_new (_("Memory of the Trainer (MiB)"));
  attune_chart_add_series (self->usage[1], attune_monitor_usage_get_memory (usage));
  for (guint u = 0; u < N_USAGE; u++)
    {
      attune_chart_set_x_axis (self->usage[u], attune_chart_get_x_axis (self->charts[0]));
      self->usage_cards[u] = attune_monitor_chart_new (self->usage[u], SMALL_HEIGHT);
      add_small (self, self->usage_cards[u]);
    }
}

void
attune_monitor_charts_set_legend (AttuneMonitorCharts *self,
                                  gboolean             legend)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_CHARTS (self));

  for (guint c = 0; c < G_N_ELEMENTS (charts); c++)
    attune_chart_set_legend (self->charts[c], legend);
}

void
attune_monitor_charts_set_empty_text (AttuneMonitorCharts *self,
                                      const char          *text)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_CHARTS (self));

  attune_chart_set_empty_text (self->charts[0], text);
}

AttuneChart *
attune_monitor_charts_get_chart (AttuneMonitorCharts *self,
                                 AttuneMetric         metric)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_CHARTS (self), NULL);

  for (guint c = 0; c < G_N_ELEMENTS (charts); c++)
    for (guint m = 0; m < charts[c].n_metrics; m++)
      if (charts[c].metrics[m] == metric)
        return self->charts[c];

  return NULL;
}

static void
attune_monitor_charts_dispose (GObject *object)
{
  AttuneMonitorCharts *self = ATTUNE_MONITOR_CHARTS (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_CHARTS);
  for (guint c = 0; c < G_N_ELEMENTS (charts); c++)
    g_clear_object (&self->charts[c]);
  for (guint u = 0; u < N_USAGE; u++)
    g_clear_object (&self->usage[u]);
  g_clear_pointer (&self->metrics, g_ptr_array_unref);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (attune_monitor_charts_parent_class)->dispose (object);
}

static void
attune_monitor_charts_class_init (AttuneMonitorChartsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_monitor_charts_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/monitor/attune-monitor-charts.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCharts, axis_group);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCharts, epoch_toggle);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCharts, time_toggle);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCharts, smoothing_adjustment);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCharts, log_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCharts, outliers_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCharts, main_bin);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCharts, flow_box);
}

static void
attune_monitor_charts_init (AttuneMonitorCharts *self)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  self->metrics = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  add_charts (self);

  g_signal_connect_object (self->axis_group, "notify::active-name", G_CALLBACK (axis_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->smoothing_adjustment, "value-changed", G_CALLBACK (smoothing_changed_cb), self,
                           G_CONNECT_SWAPPED);

  /* A program started from its build folder may have no schema; then the slider starts where the template says. */
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, APPLICATION_ID, TRUE);
  if (schema != NULL)
    {
      self->settings = g_settings_new_full (schema, NULL, NULL);
      g_settings_bind (self->settings, KEY_SMOOTHING, self->smoothing_adjustment, "value", G_SETTINGS_BIND_DEFAULT);
    }
  smoothing_changed_cb (self);
}
