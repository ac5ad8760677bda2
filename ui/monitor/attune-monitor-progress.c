/* attune-monitor-progress.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-progress.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-monitor-format.h"
#include "attune-monitor-notes.h"
#include "attune-ticks.h"

/* The numbers below the progress bar. */
typedef enum {
  FACT_LOSS,
  FACT_EVAL_LOSS,
  FACT_LEARNING_RATE,
  FACT_TOKENS_PER_SECOND,
  FACT_TOKENS,
  FACT_ELAPSED,
  N_FACTS
} Fact;

struct _AttuneMonitorProgress {
  AdwBin                parent_instance;

  GtkWidget            *problem_box;
  GtkLabel             *problem_title;
  GtkLabel             *problem_message;
  GtkLabel             *problem_remedy;
  AttuneMonitorNotes   *notes;
  GtkWidget            *result_group;
  AdwActionRow         *output_row;
  GtkWidget            *output_button;
  AdwActionRow         *command_row;
  GtkWidget            *command_button;
  GtkProgressBar       *progress_bar;
  GtkLabel             *step_label;
  GtkLabel             *time_label;
  AdwWrapBox           *facts_box;
  AttuneMonitorCharts  *charts;

  AttuneMonitorMetrics *metrics;
  GtkWidget            *facts[N_FACTS];
  GtkLabel             *fact_values[N_FACTS];
};

G_DEFINE_FINAL_TYPE (AttuneMonitorProgress, attune_monitor_progress, ADW_TYPE_BIN)

static void
update_problem (AttuneMonitorProgress *self,
                AttuneJob             *job)
{
  g_autoptr (GError) error = attune_job_dup_error (job);
  gboolean failed = attune_job_get_status (job) == ATTUNE_JOB_STATUS_FAILED;
  const char *remedy;

  gtk_widget_set_visible (self->problem_box, failed || error != NULL);
  if (!failed && error == NULL)
    return;

  gtk_label_set_text (self->problem_title, failed ? _("Training Failed") : _("There Is a Problem"));
  gtk_label_set_text (self->problem_message, error != NULL ? error->message : _("The provider gave no reason."));
  remedy = error != NULL && error->domain == ATTUNE_ERROR ? attune_error_get_remedy (error->code) : NULL;
  gtk_label_set_text (self->problem_remedy, remedy != NULL ? remedy : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem_remedy), remedy != NULL);
}

/* The step of the checkpoint that lies there; -1 where none does. */
static gint64
find_step (AttuneJob  *job,
           const char *path)
{
  GPtrArray *checkpoints = attune_job_get_checkpoints (job);

  for (guint i = 0; checkpoints != NULL && i < checkpoints->len; i++)
    {
      const AttuneCheckpoint *checkpoint = g_ptr_array_index (checkpoints, i);

      if (g_strcmp0 (checkpoint->path, path) == 0)
        return checkpoint->step;
    }

  return -1;
}

static void
update_result (AttuneMonitorProgress *self,
               AttuneJob             *job)
{
  const char *output = attune_job_get_output_path (job);
  const char *model = attune_job_get_fine_tuned_model (job);
  g_autofree char *command = NULL;
  AttuneJobStatus status = attune_job_get_status (job);
  gboolean succeeded = status == ATTUNE_JOB_STATUS_SUCCEEDED;
  /* A checkpoint that was chosen as the model is one even where the run did not come to its end. */
  gboolean is_chosen = output != NULL && (attune_job_status_is_final (status) || status == ATTUNE_JOB_STATUS_PAUSED);
  gboolean is_shown = is_chosen || (succeeded && model != NULL);

  gtk_widget_set_visible (self->result_group, is_shown);
  if (!is_shown)
    return;

  if (output != NULL)
    {
      g_autofree char *path = attune_monitor_format_path (output);
      gboolean whole = attune_configuration_get_enum (attune_job_get_configuration (job), "method.type") ==
                       ATTUNE_TRAINING_METHOD_FULL;

      g_autofree char *title = NULL;
      gint64 step = find_step (job, output);

      if (step >= 0)
        /* Translators: a model that was kept along the way; %d is the number of a training step. */
        title = g_strdup_printf (whole ? _("Model of Step %d") : _("Adapter of Step %d"), (int) step);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->output_row),
                                     title != NULL ? title : whole ? _("Model") : _("Adapter"));
      adw_action_row_set_subtitle (self->output_row, path);
    }
  else
    {
      /* At a provider the model has a name and no place. */
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->output_row), _("Model at the Provider"));
      adw_action_row_set_subtitle (self->output_row, model);
    }
  gtk_widget_set_visible (self->output_button, output != NULL);

  command = attune_monitor_format_command (job);
  gtk_widget_set_visible (GTK_WIDGET (self->command_row), command != NULL);
  if (command != NULL)
    {
      adw_action_row_set_subtitle (self->command_row, command);
      gtk_actionable_set_action_target (GTK_ACTIONABLE (self->command_button), "s", command);
    }
}

/* The epoch of the last point that has one. */
static double
get_epoch (AttuneMonitorProgress *self)
{
  AttuneSeries *series = attune_monitor_metrics_get_series (self->metrics, ATTUNE_METRIC_LOSS);
  guint length = attune_series_get_length (series);

  if (length == 0 || !attune_series_has_axis (series, ATTUNE_SERIES_EPOCH))
    return NAN;

  return attune_series_get_x (series, ATTUNE_SERIES_EPOCH, length - 1);
}

static char *
make_time_text (AttuneJob *job)
{
  AttuneJobStatus status = attune_job_get_status (job);
  double remaining = attune_job_get_time_remaining (job);
  g_autofree char *time = NULL;

  if (attune_job_status_is_final (status) || status == ATTUNE_JOB_STATUS_PAUSED)
    {
      time = attune_monitor_format_time (attune_job_get_finished_at (job));
      if (*time == '\0')
        return g_strdup ("");
      /* Translators: %s is a time of day, with the day where it is not today. */
      return g_strdup_printf (_("Ended %s"), time);
    }
  if (!isfinite (remaining) || status != ATTUNE_JOB_STATUS_RUNNING)
    return g_strdup ("");

  time = attune_ticks_format_duration (ceil (remaining));
  /* Translators: how long a job will still run, as in 3 min left. */
  return g_strdup_printf (_("%s left"), time);
}

static void
update_progress (AttuneMonitorProgress *self,
                 AttuneJob             *job)
{
  AttuneJobStatus status = attune_job_get_status (job);
  double progress = attune_job_get_progress (job);
  g_autofree char *steps = attune_monitor_format_steps (job, get_epoch (self));
  g_autofree char *time = make_time_text (job);
  g_autofree char *spoken = NULL;

  gtk_progress_bar_set_fraction (self->progress_bar, isfinite (progress) ? CLAMP (progress, 0.0, 1.0) : 0.0);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), status != ATTUNE_JOB_STATUS_SUCCEEDED);
  gtk_label_set_text (self->step_label, *steps != '\0' ? steps : attune_job_status_get_title (status));
  gtk_label_set_text (self->time_label, time);

  spoken = *time != '\0' ? g_strdup_printf ("%s, %s", gtk_label_get_text (self->step_label), time)
                         : g_strdup (gtk_label_get_text (self->step_label));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress_bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, spoken, -1);
}

static void
set_fact (AttuneMonitorProgress *self,
          Fact                   fact,
          const char            *text,
          gboolean               alarming)
{
  gtk_widget_set_visible (self->facts[fact], text != NULL);
  if (text == NULL)
    return;

  gtk_label_set_text (self->fact_values[fact], text);
  if (alarming)
    gtk_widget_add_css_class (GTK_WIDGET (self->fact_values[fact]), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->fact_values[fact]), "error");
}

static void
update_facts (AttuneMonitorProgress *self,
              AttuneJob             *job)
{
  static const struct {
    Fact         fact;
    AttuneMetric metric;
  } metrics[] = {
    { FACT_LOSS, ATTUNE_METRIC_LOSS },
    { FACT_EVAL_LOSS, ATTUNE_METRIC_EVAL_LOSS },
    { FACT_LEARNING_RATE, ATTUNE_METRIC_LEARNING_RATE },
    { FACT_TOKENS_PER_SECOND, ATTUNE_METRIC_TOKENS_PER_SECOND },
  };
  gint64 started = attune_job_get_started_at (job);
  gint64 tokens = attune_job_get_trained_tokens (job);
  double reported;

  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    {
      g_autofree char *text = NULL;
      double value = NAN;

      if (attune_monitor_metrics_get_latest (self->metrics, metrics[i].metric, &value))
        text = attune_monitor_format_metric (metrics[i].metric, value);
      set_fact (self, metrics[i].fact, text, text != NULL && !isfinite (value));
    }

  if (tokens <= 0 && attune_monitor_metrics_get_latest (self->metrics, ATTUNE_METRIC_TOKENS, &reported) &&
      reported > 0.0 && reported < 9e18)
    tokens = (gint64) reported;
  if (tokens > 0)
    {
      g_autofree char *text = attune_monitor_format_metric (ATTUNE_METRIC_TOKENS, (double) tokens);

      set_fact (self, FACT_TOKENS, text, FALSE);
    }
  else
    set_fact (self, FACT_TOKENS, NULL, FALSE);

  if (started > 0)
    {
      gint64 end = attune_job_get_finished_at (job);
      g_autofree char *text = NULL;

      if (end < started)
        end = g_get_real_time ();
      text = attune_ticks_format_duration (floor (MAX (0.0, (double) (end - started) / G_USEC_PER_SEC)));
      set_fact (self, FACT_ELAPSED, text, FALSE);
    }
  else
    set_fact (self, FACT_ELAPSED, NULL, FALSE);
}

static const char *
get_empty_text (AttuneJobStatus status)
{
  switch (status)
    {
    case ATTUNE_JOB_STATUS_PREPARING:
    case ATTUNE_JOB_STATUS_SUBMITTING:
    case ATTUNE_JOB_STATUS_VALIDATING_FILES:
      return _("Preparing the data");

    case ATTUNE_JOB_STATUS_QUEUED:
      return _("Waiting in the queue");

    case ATTUNE_JOB_STATUS_SUCCEEDED:
    case ATTUNE_JOB_STATUS_FAILED:
    case ATTUNE_JOB_STATUS_CANCELLED:
      return _("This job reported no steps");

    case ATTUNE_JOB_STATUS_RUNNING:
    case ATTUNE_JOB_STATUS_PAUSED:
    default:
      return _("Waiting for the first step");
    }
}

void
attune_monitor_progress_update (AttuneMonitorProgress *self)
{
  AttuneJob *job;

  g_return_if_fail (ATTUNE_IS_MONITOR_PROGRESS (self));

  if (self->metrics == NULL)
    return;

  job = attune_monitor_metrics_get_job (self->metrics);
  update_problem (self, job);
  update_result (self, job);
  update_progress (self, job);
  update_facts (self, job);
  attune_monitor_charts_set_empty_text (self->charts, get_empty_text (attune_job_get_status (job)));
}

void
attune_monitor_progress_set_metrics (AttuneMonitorProgress *self,
                                     AttuneMonitorMetrics  *metrics,
                                     const char            *folder)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_PROGRESS (self));
  g_return_if_fail (ATTUNE_IS_MONITOR_METRICS (metrics));
  g_return_if_fail (self->metrics == NULL);

  self->metrics = g_object_ref (metrics);
  attune_monitor_charts_add_metrics (self->charts, metrics);
  attune_monitor_notes_set_up (self->notes, metrics, folder);
  g_signal_connect_object (metrics, "refreshed", G_CALLBACK (attune_monitor_progress_update), self, G_CONNECT_SWAPPED);
  attune_monitor_progress_update (self);
}

AttuneMonitorCharts *
attune_monitor_progress_get_charts (AttuneMonitorProgress *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_PROGRESS (self), NULL);

  return self->charts;
}

static void
add_fact (AttuneMonitorProgress *self,
          Fact                   fact,
          const char            *title)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *caption = gtk_label_new (title);
  GtkWidget *value = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (caption), 0.0f);
  gtk_widget_add_css_class (caption, "caption");
  gtk_widget_add_css_class (caption, "dimmed");
  gtk_label_set_xalign (GTK_LABEL (value), 0.0f);
  gtk_widget_add_css_class (value, "title-3");
  gtk_widget_add_css_class (value, "numeric");
  gtk_accessible_update_relation (GTK_ACCESSIBLE (value), GTK_ACCESSIBLE_RELATION_LABELLED_BY, caption, NULL, -1);
  gtk_box_append (GTK_BOX (box), caption);
  gtk_box_append (GTK_BOX (box), value);
  gtk_widget_set_visible (box, FALSE);
  adw_wrap_box_append (self->facts_box, box);

  self->facts[fact] = box;
  self->fact_values[fact] = GTK_LABEL (value);
}

static void
attune_monitor_progress_dispose (GObject *object)
{
  AttuneMonitorProgress *self = ATTUNE_MONITOR_PROGRESS (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_PROGRESS);
  g_clear_object (&self->metrics);

  G_OBJECT_CLASS (attune_monitor_progress_parent_class)->dispose (object);
}

static void
attune_monitor_progress_class_init (AttuneMonitorProgressClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_monitor_progress_dispose;

  g_type_ensure (ATTUNE_TYPE_MONITOR_CHARTS);
  g_type_ensure (ATTUNE_TYPE_MONITOR_NOTES);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/monitor/attune-monitor-progress.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, problem_box);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, problem_title);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, problem_message);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, problem_remedy);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, notes);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, result_group);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, output_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, output_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, command_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, command_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, step_label);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, time_label);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, facts_box);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorProgress, charts);
}

static void
attune_monitor_progress_init (AttuneMonitorProgress *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  add_fact (self, FACT_LOSS, _("Loss"));
  add_fact (self, FACT_EVAL_LOSS, _("Evaluation Loss"));
  add_fact (self, FACT_LEARNING_RATE, _("Learning Rate"));
  add_fact (self, FACT_TOKENS_PER_SECOND, _("Tokens per Second"));
  add_fact (self, FACT_TOKENS, _("Trained Tokens"));
  add_fact (self, FACT_ELAPSED, _("Elapsed"));
}
