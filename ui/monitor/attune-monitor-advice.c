/* attune-monitor-advice.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-advice.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "attune-monitor-format.h"
#include "attune-ticks.h"

/* So many rises of the evaluation loss, one after the other, are no accident. */
#define N_RISES       3
/* A rate that is this small a part of its peak, for so many steps, with so much of the run to come. */
#define FLOOR_PART    0.01
#define FLOOR_STEPS   10u
#define FLOOR_LEFT    0.05
#define MASKED_STEPS  3u
/* Below this much room other programs fail as well. */
#define LITTLE_SPACE  (G_GUINT64_CONSTANT (200) << 20)

void
attune_monitor_advice_free (AttuneMonitorAdvice *self)
{
  g_free (self->title);
  g_free (self->text);
  g_free (self);
}

static AttuneMonitorAdvice *
advice_new (const char *id,
            gboolean    is_error,
            const char *title,
            char       *text)
{
  AttuneMonitorAdvice *self = g_new0 (AttuneMonitorAdvice, 1);

  self->id = id;
  self->is_error = is_error;
  self->title = g_strdup (title);
  self->text = text;

  return self;
}

static void
add_action (AttuneMonitorAdvice *self,
            const char          *label,
            const char          *action,
            const char          *target)
{
  g_assert (self->n_actions < ATTUNE_MONITOR_ADVICE_MAX_ACTIONS);

  self->actions[self->n_actions++] = (AttuneMonitorAdviceAction) { label, action, target };
}

static char *
format_step (AttuneSeries *series,
             guint         index)
{
  return attune_ticks_format_value (attune_series_get_x (series, ATTUNE_SERIES_STEP, index), 12, ATTUNE_TICKS_INTEGER);
}

/* The first of the values up to the end of which none is finite. */
static gboolean
find_nonfinite_end (AttuneSeries *series,
                    guint        *first)
{
  guint length = attune_series_get_length (series);
  guint last_finite;

  if (length == 0 || isfinite (attune_series_get_y (series, length - 1)))
    return FALSE;

  *first = attune_series_find_last_finite (series, &last_finite) ? last_finite + 1 : 0;

  return TRUE;
}

static AttuneMonitorAdvice *
find_not_finite (AttuneMonitorMetrics *metrics,
                 gboolean              goes_on)
{
  AttuneSeries *series = attune_monitor_metrics_get_series (metrics, ATTUNE_METRIC_LOSS);
  AttuneMonitorAdvice *advice;
  guint first;
  g_autofree char *step = NULL;

  if (!find_nonfinite_end (series, &first))
    return NULL;

  step = format_step (series, first);
  advice = advice_new ("not-finite", TRUE, _("The Loss Is Not Finite"),
                       /* Translators: %s is the number of a training step. */
                       g_strdup_printf (_("Since step %s the loss is no number any more, and nothing is learned from there on. A lower "
                                          "learning rate, a longer warm-up or a smaller largest gradient norm helps; fp16 overflows "
                                          "where bf16 and fp32 do not."), step));
  if (goes_on)
    add_action (advice, _("_Cancel Job…"), "job.cancel", NULL);
  add_action (advice, _("_New Job from This"), "job.clone", NULL);
  add_action (advice, _("Show _Checkpoints"), "job.show-page", "checkpoints");

  return advice;
}

static AttuneMonitorAdvice *
find_masked (AttuneMonitorMetrics *metrics,
             gboolean              goes_on)
{
  AttuneSeries *loss = attune_monitor_metrics_get_series (metrics, ATTUNE_METRIC_LOSS);
  AttuneSeries *tokens = attune_monitor_metrics_get_series (metrics, ATTUNE_METRIC_TOKENS);
  guint n_tokens = attune_series_get_length (tokens);
  guint n_losses = attune_series_get_length (loss);
  double low, high;
  AttuneMonitorAdvice *advice;

  /* Nothing was trained on; or the loss of every step is nought to the last digit, which no model reaches. */
  if (!(n_tokens >= MASKED_STEPS && attune_series_get_y (tokens, n_tokens - 1) == 0.0) &&
      !(n_losses >= MASKED_STEPS && attune_series_get_extent (loss, 0, n_losses, &low, &high) && low == 0.0 && high == 0.0))
    return NULL;

  advice = advice_new ("masked", TRUE, _("No Token Is Trained"),
                       g_strdup (_("Every token of the data is masked, so the model learns nothing. Look whether the answers lie behind "
                                   "the sequence length, whether the rows have answers at all, and what “Train on Inputs” is set to.")));
  if (goes_on)
    add_action (advice, _("_Cancel Job…"), "job.cancel", NULL);
  add_action (advice, _("_New Job from This"), "job.clone", NULL);
  add_action (advice, _("Show _Settings"), "job.show-page", "configuration");

  return advice;
}

static AttuneMonitorAdvice *
find_overfitting (AttuneMonitorMetrics *metrics,
                  gboolean              goes_on)
{
  AttuneSeries *series = attune_monitor_metrics_get_series (metrics, ATTUNE_METRIC_EVAL_LOSS);
  GPtrArray *checkpoints = attune_job_get_checkpoints (attune_monitor_metrics_get_job (metrics));
  guint length = attune_series_get_length (series);
  guint lowest;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  g_autofree char *step = NULL;
  AttuneMonitorAdvice *advice;

  if (length < N_RISES + 1 || !attune_series_find_minimum (series, &lowest))
    return NULL;
  for (guint i = length - N_RISES; i < length; i++)
    if (!(attune_series_get_y (series, i) > attune_series_get_y (series, i - 1)))
      return NULL;

  step = format_step (series, lowest);
  from = attune_monitor_format_metric (ATTUNE_METRIC_EVAL_LOSS, attune_series_get_y (series, lowest));
  to = attune_monitor_format_metric (ATTUNE_METRIC_EVAL_LOSS, attune_series_get_y (series, length - 1));
  advice = advice_new ("overfitting", FALSE, _("The Evaluation Loss Rises"),
                       /* Translators: a loss, the number of a step, and a loss. */
                       g_strdup_printf (_("It was lowest, %s, at step %s, and has risen three times in a row to %s: the model learns the "
                                          "training data by heart and gets worse at everything else. More steps will not help; a "
                                          "checkpoint from about that step is the better model."), from, step, to));
  if (goes_on)
    add_action (advice, _("_Cancel Job…"), "job.cancel", NULL);
  if (checkpoints != NULL && checkpoints->len > 0)
    add_action (advice, _("Show _Checkpoints"), "job.show-page", "checkpoints");

  return advice;
}

static AttuneMonitorAdvice *
find_floor (AttuneMonitorMetrics *metrics,
            gboolean              goes_on)
{
  AttuneSeries *series = attune_monitor_metrics_get_series (metrics, ATTUNE_METRIC_LEARNING_RATE);
  AttuneJob *job = attune_monitor_metrics_get_job (metrics);
  gint64 total = attune_job_get_total_steps (job);
  guint length = attune_series_get_length (series);
  double last, peak, step;
  guint first;
  g_autofree char *rate = NULL;
  g_autofree char *since = NULL;
  g_autofree char *left = NULL;
  AttuneMonitorAdvice *advice;

  if (!goes_on || total <= 0 || length < 2 * FLOOR_STEPS || !attune_series_get_extent (series, 0, length, NULL, &peak))
    return NULL;

  last = attune_series_get_y (series, length - 1);
  step = attune_series_get_x (series, ATTUNE_SERIES_STEP, length - 1);
  if (!isfinite (last) || last > peak * FLOOR_PART || (double) total - step < FLOOR_LEFT * (double) total)
    return NULL;
  /* As long as it moves it is on its way. */
  first = length - 1;
  while (first > 0 && attune_series_get_y (series, first - 1) == last)
    first--;
  if (length - first < FLOOR_STEPS || first == 0)
    return NULL;

  rate = attune_monitor_format_metric (ATTUNE_METRIC_LEARNING_RATE, last);
  since = format_step (series, first);
  left = attune_ticks_format_value ((double) total - step, 12, ATTUNE_TICKS_INTEGER);
  advice = advice_new ("floor", FALSE, _("The Learning Rate Is at Its Floor"),
                       /* Translators: a learning rate, the number of a step, and a number of steps. */
                       g_strdup_printf (_("It is %s since step %s, and %s steps are to come, which will hardly change the model. They cost "
                                          "time and money all the same."), rate, since, left));
  add_action (advice, _("_Cancel Job…"), "job.cancel", NULL);
  add_action (advice, _("Show _Checkpoints"), "job.show-page", "checkpoints");

  return advice;
}

static AttuneMonitorAdvice *
find_full_disk (AttuneMonitorMetrics    *metrics,
                const AttuneMonitorDisk *disk)
{
  AttuneJob *job = attune_monitor_metrics_get_job (metrics);
  GPtrArray *checkpoints = attune_job_get_checkpoints (job);
  gint64 planned = attune_configuration_get_integer (attune_job_get_configuration (job), "schedule.checkpoints");
  gint64 to_come = MAX (planned - (checkpoints != NULL ? (gint64) checkpoints->len : 0), 0);
  guint64 needed;
  g_autofree char *free_text = NULL;
  g_autofree char *needed_text = NULL;
  AttuneMonitorAdvice *advice;
  char *text;

  /* The checkpoints that are still to be written, and the result. */
  needed = disk->checkpoint_size * (guint64) (to_come + 1);
  if (disk->free >= needed && disk->free >= LITTLE_SPACE)
    return NULL;

  free_text = g_format_size (disk->free);
  needed_text = g_format_size (needed);
  if (disk->free < needed)
    /* Translators: two amounts of bytes. */
    text = g_strdup_printf (_("The checkpoints and the result that are to come take about %s, but only %s are free where this run is kept. "
                              "Make room, or pause the run until there is."), needed_text, free_text);
  else
    text = g_strdup_printf (_("Only %s are free where this run is kept. Make room, or pause the run until there is."), free_text);
  advice = advice_new ("disk", FALSE, _("The Disk Will Not Last"), text);
  add_action (advice, _("_Pause"), "job.pause", NULL);
  add_action (advice, _("Show _Checkpoints"), "job.show-page", "checkpoints");

  return advice;
}

static void
add (GPtrArray           *found,
     AttuneMonitorAdvice *advice)
{
  if (advice != NULL)
    g_ptr_array_add (found, advice);
}

GPtrArray *
attune_monitor_advice_find (AttuneMonitorMetrics    *metrics,
                            const AttuneMonitorDisk *disk)
{
  GPtrArray *found;
  AttuneJob *job;
  gboolean goes_on;

  g_return_val_if_fail (ATTUNE_IS_MONITOR_METRICS (metrics), NULL);

  found = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_monitor_advice_free);
  job = attune_monitor_metrics_get_job (metrics);
  goes_on = !attune_job_status_is_final (attune_job_get_status (job));

  add (found, find_not_finite (metrics, goes_on));
  add (found, find_masked (metrics, goes_on));
  if (disk != NULL && goes_on)
    add (found, find_full_disk (metrics, disk));
  add (found, find_overfitting (metrics, goes_on));
  add (found, find_floor (metrics, goes_on));

  return found;
}

gboolean
attune_monitor_disk_look (AttuneMonitorDisk *self,
                          const char        *folder,
                          const char        *checkpoint)
{
  struct statvfs info;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_return_val_if_fail (self != NULL && folder != NULL, FALSE);

  if (statvfs (folder, &info) != 0)
    return FALSE;

  self->free = (guint64) info.f_bavail * (guint64) info.f_frsize;
  self->checkpoint_size = 0;
  dir = checkpoint != NULL ? g_dir_open (checkpoint, 0, NULL) : NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (checkpoint, name, NULL);
      struct stat file;

      if (stat (path, &file) == 0 && S_ISREG (file.st_mode))
        self->checkpoint_size += (guint64) file.st_size;
    }

  return TRUE;
}
