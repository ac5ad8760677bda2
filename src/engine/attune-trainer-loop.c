/* attune-trainer-loop.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-trainer-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-checkpoint-file.h"
#include "attune-random.h"

#define DEFAULT_RECOVERY_INTERVAL 60.0
/* Recovery checkpoints take at most this part of the time, however large the model is. */
#define RECOVERY_SHARE 20
#define N_RECOVERY 2

/* What a random number is for, so that no two uses share one. */
#define STREAM_DROPOUT 0xd20

gboolean
attune_trainer_save_checkpoint (AttuneTrainer  *self,
                                gboolean        recovery,
                                GError        **error)
{
  const AttuneTrainSettings *settings = self->plan->settings;
  const AttuneCheckpointState state = {
    .step = self->step,
    .total_steps = self->plan->total_steps,
    .trained_tokens = self->trained_tokens,
    .evaluation_pending = self->evaluation_pending,
    .eval_loss = self->eval_loss,
    .seed = settings->seed,
    .threads = settings->threads,
    .digest = self->digest,
    .time = g_get_real_time (),
  };
  g_autofree char *name = g_strdup_printf ("%s-%" G_GINT64_FORMAT, recovery ? "recovery" : "step", self->step);
  gint64 before = g_get_monotonic_time ();

  /* Metrics before the checkpoint that presumes them: after a loss of power they reach at least as far. */
  if (!attune_run_writer_sync (self->writer, error) ||
      !attune_checkpoint_write (self->checkpoints, name, self->model, self->optimizer, &state, self->plan->config->model,
                                settings->method == ATTUNE_TRAINING_METHOD_FULL, error))
    return FALSE;

  self->saved_step = self->step;
  self->saved_pending = self->evaluation_pending;
  self->saved_at = g_get_monotonic_time ();
  self->save_duration = self->saved_at - before;

  return attune_checkpoint_clean (self->checkpoints, N_RECOVERY, error);
}

static double
get_epoch (AttuneTrainer *self)
{
  return (double) self->step / (double) self->plan->steps_per_epoch;
}

static void
tell_progress (AttuneTrainer *self)
{
  gint64 done = self->step - self->begin_step;
  double remaining = NAN;

  /* From this process's own speed: what the run did before a pause may have been on a busier machine. */
  if (done > 0)
    remaining = (double) (g_get_monotonic_time () - self->begin_time) / G_TIME_SPAN_SECOND / (double) done *
                (double) (self->plan->total_steps - self->step);

  attune_run_writer_set_progress (self->writer, self->step, self->plan->total_steps, get_epoch (self),
                                  self->trained_tokens, remaining);
}

static gboolean
fail_diverged (AttuneTrainer  *self,
               const char     *what,
               GError        **error)
{
  const AttuneTrainSettings *settings = self->plan->settings;
  g_autofree char *kept = NULL;

  if (self->saved_step > 0)
    kept = g_strdup_printf (_("The checkpoint of step %" G_GINT64_FORMAT " is kept."), self->saved_step);
  else
    kept = g_strdup (_("There is no checkpoint yet."));

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED,
               /* Translators: %s is "loss" or "gradient" */
               _("Step %" G_GINT64_FORMAT ": the %s is not a number any more. Lower optimizer.learningRate (now %g), or clip gradients with "
                 "optimizer.maxGradientNorm (now %g), and check that the model's weights are sound. %s"),
               self->step + 1, what, settings->schedule.rate, settings->optimizer.max_norm, kept);

  return FALSE;
}

static void
set_metric (AttuneMetricPoint *point,
            AttuneMetric       metric,
            double             value)
{
  point->set |= 1u << metric;
  point->values[metric] = value;
}

/* One optimizer step. Nothing of it remains where it is stopped half way. */
static gboolean
train_step (AttuneTrainer  *self,
            GError        **error)
{
  const AttuneTrainSettings *settings = self->plan->settings;
  AttuneExamples *examples = self->plan->training;
  gint64 epoch = self->step / self->plan->steps_per_epoch;
  gsize rows_per_step = (gsize) settings->batch_size * settings->accumulation;
  gsize first = (gsize) (self->step % self->plan->steps_per_epoch) * rows_per_step;
  gsize last = MIN (first + rows_per_step, self->plan->counts.rows);
  gint64 before = g_get_monotonic_time ();
  AttuneMetricPoint point = { 0 };
  double rate = attune_schedule_get_rate (&settings->schedule, self->step);
  double loss = 0;
  double norm = NAN;
  gsize labels = 0;
  gsize correct = 0;
  gsize tokens = 0;
  gboolean sound;

  if (epoch != self->order_epoch)
    {
      attune_random_permute (self->order, self->plan->counts.rows, settings->seed, (guint64) epoch);
      self->order_epoch = epoch;
    }

  for (gsize i = first; i < last; i++)
    labels += attune_examples_get_labels (examples, self->order[i]);

  attune_model_zero_gradients (self->model);
  for (gsize i = first; i < last; i += settings->batch_size)
    {
      guint64 seed = attune_random_mix (settings->seed, STREAM_DROPOUT, (guint64) self->step, i - first);
      AttuneBatchResult result = { 0 };

      if (attune_trainer_is_stopped (self))
        {
          attune_trainer_set_stopped (error);
          return FALSE;
        }
      attune_examples_fill (examples, self->order + i, (guint) MIN (settings->batch_size, last - i), self->batch);
      attune_model_forward_backward (self->model, &self->batch->batch, 1.0 / (double) labels, seed, &result);
      g_assert (result.n_labels == self->batch->n_labels);
      loss += result.loss_sum;
      correct += result.n_correct;
      tokens += self->batch->n_tokens;
    }
  loss /= (double) labels;

  sound = isfinite (loss) && attune_optimizer_step (self->optimizer, rate, &norm);
  if (sound)
    {
      attune_model_values_changed (self->model);
      self->step++;
      self->trained_tokens += (gint64) tokens;
      self->eval_loss = NAN;
      self->evaluation_pending = self->plan->validation != NULL &&
                                 attune_schedule_is_due (self->step, self->plan->total_steps, settings->evaluations);
    }

  /* The step that broke is shown too: its number is what the chart has to tell. */
  point.step = sound ? self->step : self->step + 1;
  point.epoch = (double) point.step / (double) self->plan->steps_per_epoch;
  point.time = g_get_real_time ();
  set_metric (&point, ATTUNE_METRIC_LOSS, loss);
  set_metric (&point, ATTUNE_METRIC_LEARNING_RATE, rate);
  if (isfinite (loss))
    set_metric (&point, ATTUNE_METRIC_GRAD_NORM, norm);
  set_metric (&point, ATTUNE_METRIC_TOKEN_ACCURACY, (double) correct / (double) labels);
  set_metric (&point, ATTUNE_METRIC_TOKENS, (double) self->trained_tokens);
  set_metric (&point, ATTUNE_METRIC_TOKENS_PER_SECOND,
              (double) tokens * G_TIME_SPAN_SECOND / (double) MAX (1, g_get_monotonic_time () - before));
  if (!attune_run_writer_add_metrics (self->writer, &point, error))
    return FALSE;
  if (!sound)
    return fail_diverged (self, isfinite (loss) ? _("gradient") : _("loss"), error);

  tell_progress (self);
  return TRUE;
}

static gboolean
evaluate (AttuneTrainer  *self,
          GError        **error)
{
  AttuneExamples *examples = self->plan->validation;
  guint batch_size = self->plan->settings->batch_size;
  AttuneMetricPoint point = { 0 };
  AttuneExampleCounts counts;
  double loss = 0;
  gsize labels = 0;

  attune_examples_get_counts (examples, &counts);
  if (self->validation_order == NULL)
    self->validation_order = attune_examples_sort_by_length (examples);

  for (guint i = 0; i < counts.rows; i += batch_size)
    {
      AttuneBatchResult result = { 0 };

      if (attune_trainer_is_stopped (self))
        {
          attune_trainer_set_stopped (error);
          return FALSE;
        }
      attune_examples_fill (examples, self->validation_order + i, MIN (batch_size, counts.rows - i), self->batch);
      attune_model_evaluate (self->model, &self->batch->batch, &result);
      loss += result.loss_sum;
      labels += result.n_labels;
    }

  self->eval_loss = loss / (double) labels;
  self->evaluation_pending = FALSE;
  point.step = self->step;
  point.epoch = get_epoch (self);
  point.time = g_get_real_time ();
  set_metric (&point, ATTUNE_METRIC_EVAL_LOSS, self->eval_loss);
  attune_run_writer_add_event_once (self->writer, "info", _("Evaluation at step %" G_GINT64_FORMAT ": loss %.4f"),
                                    self->step, self->eval_loss);

  return attune_run_writer_add_metrics (self->writer, &point, error);
}

static gboolean
is_recovery_due (AttuneTrainer *self)
{
  double interval = self->options->recovery_interval > 0 ? self->options->recovery_interval : DEFAULT_RECOVERY_INTERVAL;
  gint64 wait = MAX ((gint64) (interval * G_TIME_SPAN_SECOND), self->save_duration * RECOVERY_SHARE);

  return self->step < self->plan->total_steps && g_get_monotonic_time () - self->saved_at >= wait;
}

/* A checkpoint against crashes. A full disk is no reason to stop before a checkpoint that somebody asked for fails on it. */
static gboolean
save_recovery (AttuneTrainer  *self,
               GError        **error)
{
  g_autoptr (GError) local_error = NULL;

  if (attune_trainer_save_checkpoint (self, TRUE, &local_error))
    return TRUE;

  if (g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE))
    {
      attune_run_writer_add_event_once (self->writer, "warning", "%s", local_error->message);
      self->saved_at = g_get_monotonic_time ();
      return TRUE;
    }

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* What is due behind the step that was just done. Also run after a resume, because a stop may have come between. */
static gboolean
finish_step (AttuneTrainer  *self,
             GError        **error)
{
  if (self->evaluation_pending && !evaluate (self, error))
    return FALSE;

  if (attune_schedule_is_due (self->step, self->plan->total_steps, self->plan->settings->checkpoints))
    {
      g_autofree char *name = g_strdup_printf ("step-%" G_GINT64_FORMAT, self->step);
      g_autofree char *state = g_build_filename (self->checkpoints, name, ATTUNE_RUN_STATE_FILE, NULL);

      if (g_file_test (state, G_FILE_TEST_IS_REGULAR))
        return TRUE;
      if (!attune_trainer_save_checkpoint (self, FALSE, error))
        return FALSE;
      attune_run_writer_add_event_once (self->writer, "info", _("Checkpoint at step %" G_GINT64_FORMAT " saved"), self->step);
      return TRUE;
    }

  return !is_recovery_due (self) || save_recovery (self, error);
}

gboolean
attune_trainer_loop (AttuneTrainer  *self,
                     GError        **error)
{
  self->begin_time = self->saved_at = g_get_monotonic_time ();
  self->begin_step = self->step;
  self->order = g_new (guint32, self->plan->counts.rows);
  self->order_epoch = -1;
  self->batch = attune_example_batch_new ();

  if (self->step > 0 && !finish_step (self, error))
    return FALSE;
  while (self->step < self->plan->total_steps)
    if (!train_step (self, error) || !finish_step (self, error))
      return FALSE;

  return TRUE;
}
