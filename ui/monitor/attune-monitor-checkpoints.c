/* attune-monitor-checkpoints.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-checkpoints.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-monitor-format.h"

struct _AttuneMonitorCheckpoints {
  AdwBin                parent_instance;

  GtkStack             *stack;
  AdwPreferencesGroup  *group;

  AttuneMonitorMetrics *metrics;
  GPtrArray            *rows;       /* borrowed from the group */
  guint64               eval_serial;
};

G_DEFINE_FINAL_TYPE (AttuneMonitorCheckpoints, attune_monitor_checkpoints, ADW_TYPE_BIN)

/* What the checkpoint brings along, else the evaluation of that very step. */
static double
get_eval_loss (AttuneMonitorCheckpoints *self,
               const AttuneCheckpoint   *checkpoint)
{
  AttuneSeries *series = attune_monitor_metrics_get_series (self->metrics, ATTUNE_METRIC_EVAL_LOSS);
  double step = (double) checkpoint->step;
  guint index;

  if (!isnan (checkpoint->eval_loss))
    return checkpoint->eval_loss;
  if (attune_series_find_nearest (series, ATTUNE_SERIES_STEP, step, &index) &&
      attune_series_get_x (series, ATTUNE_SERIES_STEP, index) == step)
    return attune_series_get_y (series, index);

  return NAN;
}

static int
compare_steps (gconstpointer a,
               gconstpointer b)
{
  const AttuneCheckpoint *left = *(AttuneCheckpoint * const *) a;
  const AttuneCheckpoint *right = *(AttuneCheckpoint * const *) b;

  return left->step < right->step ? 1 : left->step > right->step ? -1 : 0;
}

static GtkWidget *
create_row (const AttuneCheckpoint *checkpoint,
            double                  eval_loss,
            gboolean                is_best)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *title = NULL;
  g_autofree char *time = attune_monitor_format_time (checkpoint->time);
  g_autoptr (GString) subtitle = g_string_new (NULL);

  /* Translators: the number of a training step. */
  title = g_strdup_printf (_("Step %'d"), (int) checkpoint->step);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);

  if (!isnan (eval_loss))
    {
      g_autofree char *loss = attune_monitor_format_metric (ATTUNE_METRIC_EVAL_LOSS, eval_loss);

      g_string_append_printf (subtitle, _("Evaluation loss %s"), loss);
    }
  if (*time != '\0')
    g_string_append_printf (subtitle, "%s%s", subtitle->len > 0 ? " · " : "", time);
  if (subtitle->len == 0)
    g_string_append (subtitle, checkpoint->id);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle->str);

  if (is_best)
    {
      /* Translators: beside the checkpoint with the lowest evaluation loss. */
      GtkWidget *best = gtk_label_new (_("Best"));

      gtk_widget_set_valign (best, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (best, "success");
      gtk_widget_add_css_class (best, "caption-heading");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), best);
    }

  if (checkpoint->path != NULL)
    {
      GtkWidget *button = gtk_button_new_from_icon_name ("folder-open-symbolic");
      /* Translators: the name of a button for screen readers; %s is the number of a step. */
      g_autofree char *label = g_strdup_printf (_("Open Folder of Step %d"), (int) checkpoint->step);

      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (button, "flat");
      gtk_widget_set_tooltip_text (button, _("Open Folder"));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "job.open-folder");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", checkpoint->path);
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }

  return row;
}

static void
update (AttuneMonitorCheckpoints *self)
{
  g_autoptr (GPtrArray) sorted = NULL;
  GPtrArray *checkpoints;
  const AttuneCheckpoint *best = NULL;
  double lowest = INFINITY;
  guint n_known = 0;

  if (self->metrics == NULL)
    return;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);

  checkpoints = attune_job_get_checkpoints (attune_monitor_metrics_get_job (self->metrics));
  sorted = g_ptr_array_new ();
  for (guint i = 0; checkpoints != NULL && i < checkpoints->len; i++)
    {
      AttuneCheckpoint *checkpoint = g_ptr_array_index (checkpoints, i);
      double eval_loss = get_eval_loss (self, checkpoint);

      g_ptr_array_add (sorted, checkpoint);
      n_known += !isnan (eval_loss);
      if (eval_loss < lowest)
        {
          lowest = eval_loss;
          best = checkpoint;
        }
    }
  g_ptr_array_sort (sorted, compare_steps);

  for (guint i = 0; i < sorted->len; i++)
    {
      const AttuneCheckpoint *checkpoint = g_ptr_array_index (sorted, i);
      GtkWidget *row = create_row (checkpoint, get_eval_loss (self, checkpoint), checkpoint == best && n_known > 1);

      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
  gtk_stack_set_visible_child_name (self->stack, sorted->len > 0 ? "list" : "empty");
}

/* Evaluations come in after the checkpoint that they belong to. */
static void
refreshed_cb (AttuneMonitorCheckpoints *self)
{
  guint64 serial;

  g_assert (ATTUNE_IS_MONITOR_CHECKPOINTS (self));

  if (self->metrics == NULL)
    return;

  serial = attune_series_get_serial (attune_monitor_metrics_get_series (self->metrics, ATTUNE_METRIC_EVAL_LOSS));
  if (serial == self->eval_serial)
    return;

  self->eval_serial = serial;
  update (self);
}

void
attune_monitor_checkpoints_set_metrics (AttuneMonitorCheckpoints *self,
                                        AttuneMonitorMetrics     *metrics)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_CHECKPOINTS (self));
  g_return_if_fail (ATTUNE_IS_MONITOR_METRICS (metrics));
  g_return_if_fail (self->metrics == NULL);

  self->metrics = g_object_ref (metrics);
  g_signal_connect_object (metrics, "refreshed", G_CALLBACK (refreshed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (attune_monitor_metrics_get_job (metrics), "notify::checkpoints", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
}

static void
attune_monitor_checkpoints_dispose (GObject *object)
{
  AttuneMonitorCheckpoints *self = ATTUNE_MONITOR_CHECKPOINTS (object);

  /* A bound child that is the child of the bin itself would be taken from it behind its back. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_CHECKPOINTS);
  g_clear_object (&self->metrics);

  G_OBJECT_CLASS (attune_monitor_checkpoints_parent_class)->dispose (object);
}

static void
attune_monitor_checkpoints_finalize (GObject *object)
{
  AttuneMonitorCheckpoints *self = ATTUNE_MONITOR_CHECKPOINTS (object);

  g_ptr_array_unref (self->rows);

  G_OBJECT_CLASS (attune_monitor_checkpoints_parent_class)->finalize (object);
}

static void
attune_monitor_checkpoints_class_init (AttuneMonitorCheckpointsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = attune_monitor_checkpoints_dispose;
  object_class->finalize = attune_monitor_checkpoints_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/attune/Attune/monitor/attune-monitor-checkpoints.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCheckpoints, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCheckpoints, group);
}

static void
attune_monitor_checkpoints_init (AttuneMonitorCheckpoints *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
