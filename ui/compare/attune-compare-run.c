/* attune-compare-run.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-compare-run.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-monitor-format.h"
#include "attune-ticks.h"

/* A single loss is noise: the last ones together are what the run has come to. */
#define LAST_POINTS  20u
#define SPEED_POINTS 1000u

struct _AttuneCompareRun {
  GObject               parent_instance;

  AttuneJob            *job;
  AttuneMonitorMetrics *metrics;
  guint                 style;
  gboolean              visible;
};

enum {
  PROP_VISIBLE = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneCompareRun, attune_compare_run, G_TYPE_OBJECT)

static const struct {
  const char *title;
  int         sense;
} values[ATTUNE_N_COMPARE_VALUES] = {
  [ATTUNE_COMPARE_BEST_EVAL_LOSS] = { N_("Lowest Evaluation Loss"), -1 },
  [ATTUNE_COMPARE_LAST_EVAL_LOSS] = { N_("Last Evaluation Loss"), -1 },
  [ATTUNE_COMPARE_LOSS] = { N_("Loss at the End"), -1 },
  [ATTUNE_COMPARE_TOKEN_ACCURACY] = { N_("Token Accuracy"), 1 },
  [ATTUNE_COMPARE_STEPS] = { N_("Steps"), 0 },
  [ATTUNE_COMPARE_DURATION] = { N_("Duration"), -1 },
  [ATTUNE_COMPARE_TOKENS] = { N_("Trained Tokens"), 0 },
  [ATTUNE_COMPARE_TOKENS_PER_SECOND] = { N_("Tokens per Second"), 1 },
  [ATTUNE_COMPARE_COST] = { N_("Estimated Cost"), -1 },
};

const char *
attune_compare_value_get_title (AttuneCompareValue value)
{
  g_return_val_if_fail (value < ATTUNE_N_COMPARE_VALUES, NULL);

  return _(values[value].title);
}

int
attune_compare_value_get_sense (AttuneCompareValue value)
{
  g_return_val_if_fail (value < ATTUNE_N_COMPARE_VALUES, 0);

  return values[value].sense;
}

char *
attune_compare_value_format (AttuneCompareValue value,
                             double             number)
{
  g_return_val_if_fail (value < ATTUNE_N_COMPARE_VALUES, NULL);

  if (isnan (number))
    return g_strdup ("–");

  switch (value)
    {
    case ATTUNE_COMPARE_BEST_EVAL_LOSS:
    case ATTUNE_COMPARE_LAST_EVAL_LOSS:
    case ATTUNE_COMPARE_LOSS:
      return attune_monitor_format_metric (ATTUNE_METRIC_LOSS, number);

    case ATTUNE_COMPARE_TOKEN_ACCURACY:
      return attune_monitor_format_metric (ATTUNE_METRIC_TOKEN_ACCURACY, number);

    case ATTUNE_COMPARE_STEPS:
    case ATTUNE_COMPARE_TOKENS:
      return attune_ticks_format_value (number, 12, ATTUNE_TICKS_INTEGER);

    case ATTUNE_COMPARE_DURATION:
      return attune_ticks_format_duration (floor (number));

    case ATTUNE_COMPARE_TOKENS_PER_SECOND:
      return attune_monitor_format_metric (ATTUNE_METRIC_TOKENS_PER_SECOND, number);

    case ATTUNE_COMPARE_COST:
      /* Translators: an amount of US dollars. */
      return g_strdup_printf (_("$%.2f"), number);

    case ATTUNE_N_COMPARE_VALUES:
    default:
      g_return_val_if_reached (NULL);
    }
}

static double
get_last (AttuneCompareRun *self,
          AttuneMetric      metric,
          guint             n_points)
{
  AttuneSeries *series = attune_monitor_metrics_get_series (self->metrics, metric);
  guint length = attune_series_get_length (series);
  double mean = 0.0;
  guint n = 0;

  for (guint i = length - MIN (length, n_points); i < length; i++)
    {
      double y = attune_series_get_y (series, i);

      if (!isfinite (y))
        continue;
      n++;
      mean += (y - mean) / n;
    }

  return n > 0 ? mean : attune_job_get_metric (self->job, metric);
}

static double
get_duration (AttuneCompareRun *self)
{
  gint64 started = attune_job_get_started_at (self->job);
  gint64 finished = attune_job_get_finished_at (self->job);

  if (started <= 0)
    return NAN;
  if (finished < started)
    {
      if (attune_job_status_is_final (attune_job_get_status (self->job)))
        return NAN;
      finished = g_get_real_time ();
    }

  return (double) (finished - started) / G_USEC_PER_SEC;
}

double
attune_compare_run_get_value (AttuneCompareRun   *self,
                              AttuneCompareValue  value)
{
  guint index;

  g_return_val_if_fail (ATTUNE_IS_COMPARE_RUN (self), NAN);
  g_return_val_if_fail (value < ATTUNE_N_COMPARE_VALUES, NAN);

  switch (value)
    {
    case ATTUNE_COMPARE_BEST_EVAL_LOSS:
      {
        AttuneSeries *series = attune_monitor_metrics_get_series (self->metrics, ATTUNE_METRIC_EVAL_LOSS);

        return attune_series_find_minimum (series, &index) ? attune_series_get_y (series, index)
                                                           : attune_job_get_metric (self->job, ATTUNE_METRIC_EVAL_LOSS);
      }

    case ATTUNE_COMPARE_LAST_EVAL_LOSS:
      return get_last (self, ATTUNE_METRIC_EVAL_LOSS, 1);

    case ATTUNE_COMPARE_LOSS:
      return get_last (self, ATTUNE_METRIC_LOSS, LAST_POINTS);

    case ATTUNE_COMPARE_TOKEN_ACCURACY:
      return get_last (self, ATTUNE_METRIC_TOKEN_ACCURACY, LAST_POINTS);

    case ATTUNE_COMPARE_STEPS:
      return attune_job_get_step (self->job) > 0 ? (double) attune_job_get_step (self->job) : NAN;

    case ATTUNE_COMPARE_DURATION:
      return get_duration (self);

    case ATTUNE_COMPARE_TOKENS:
      if (attune_job_get_trained_tokens (self->job) > 0)
        return (double) attune_job_get_trained_tokens (self->job);
      return get_last (self, ATTUNE_METRIC_TOKENS, 1);

    case ATTUNE_COMPARE_TOKENS_PER_SECOND:
      return get_last (self, ATTUNE_METRIC_TOKENS_PER_SECOND, SPEED_POINTS);

    case ATTUNE_COMPARE_COST:
      return attune_job_get_estimated_cost (self->job);

    case ATTUNE_N_COMPARE_VALUES:
    default:
      g_return_val_if_reached (NAN);
    }
}

AttuneJob *
attune_compare_run_get_job (AttuneCompareRun *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMPARE_RUN (self), NULL);

  return self->job;
}

AttuneMonitorMetrics *
attune_compare_run_get_metrics (AttuneCompareRun *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMPARE_RUN (self), NULL);

  return self->metrics;
}

guint
attune_compare_run_get_style (AttuneCompareRun *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMPARE_RUN (self), 0);

  return self->style;
}

gboolean
attune_compare_run_get_visible (AttuneCompareRun *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMPARE_RUN (self), FALSE);

  return self->visible;
}

void
attune_compare_run_set_visible (AttuneCompareRun *self,
                                gboolean          visible)
{
  g_return_if_fail (ATTUNE_IS_COMPARE_RUN (self));

  visible = !!visible;
  if (self->visible == visible)
    return;

  self->visible = visible;
  attune_monitor_metrics_set_visible (self->metrics, visible);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VISIBLE]);
}

static void
attune_compare_run_finalize (GObject *object)
{
  AttuneCompareRun *self = ATTUNE_COMPARE_RUN (object);

  g_clear_object (&self->metrics);
  g_clear_object (&self->job);

  G_OBJECT_CLASS (attune_compare_run_parent_class)->finalize (object);
}

static void
attune_compare_run_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_VISIBLE:
      g_value_set_boolean (value, attune_compare_run_get_visible (ATTUNE_COMPARE_RUN (object)));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_compare_run_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_VISIBLE:
      attune_compare_run_set_visible (ATTUNE_COMPARE_RUN (object), g_value_get_boolean (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_compare_run_class_init (AttuneCompareRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = attune_compare_run_finalize;
  object_class->get_property = attune_compare_run_get_property;
  object_class->set_property = attune_compare_run_set_property;

  properties[PROP_VISIBLE] =
    g_param_spec_boolean ("visible", NULL, NULL,
                          TRUE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
attune_compare_run_init (AttuneCompareRun *self)
{
  self->visible = TRUE;
}

AttuneCompareRun *
attune_compare_run_new (AttuneCommands *commands,
                        AttuneJob      *job,
                        guint           style)
{
  AttuneCompareRun *self;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  self = g_object_new (ATTUNE_TYPE_COMPARE_RUN, NULL);
  self->job = g_object_ref (job);
  self->style = style;
  self->metrics = attune_monitor_metrics_new_for_comparison (attune_commands_get_jobs (commands), job, style);

  return self;
}
