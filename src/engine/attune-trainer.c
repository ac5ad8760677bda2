/* attune-trainer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-trainer.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "attune-checkpoint-file.h"
#include "attune-file-io.h"
#include "attune-machine.h"
#include "attune-queue.h"
#include "attune-trainer-private.h"

#define QUEUE_INTERVAL (200 * G_TIME_SPAN_MILLISECOND)

gboolean
attune_trainer_is_stopped (AttuneTrainer *self)
{
  return attune_run_writer_is_cancelled (self->writer) ||
         (self->options->should_stop != NULL && self->options->should_stop (self->options->user_data));
}

void
attune_trainer_set_stopped (GError **error)
{
  g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, _("The run was stopped"));
}

static gboolean
should_stop_cb (gpointer user_data)
{
  return attune_trainer_is_stopped (user_data);
}

static void
tell_texts (AttuneTrainer *self,
            const char    *level,
            GPtrArray     *texts)
{
  for (guint i = 0; i < texts->len; i++)
    attune_run_writer_add_event_once (self->writer, level, "%s", (const char *) g_ptr_array_index (texts, i));
}

/* Returns when it is this run's turn; the place in the line is held by *@queue. */
static gboolean
wait_for_turn (AttuneTrainer  *self,
               AttuneQueue   **queue,
               GError        **error)
{
  const char *folder = self->plan->config->lock;
  guint position;
  guint told = 0;

  if (folder == NULL)
    return TRUE;

  *queue = attune_queue_join (folder, attune_run_writer_get_folder (self->writer), error);
  if (*queue == NULL)
    return FALSE;

  for (;;)
    {
      if (!attune_queue_get_position (*queue, &position, error))
        return FALSE;
      if (position == 0)
        return TRUE;
      if (attune_trainer_is_stopped (self))
        {
          attune_trainer_set_stopped (error);
          return FALSE;
        }
      if (position != told)
        {
          attune_run_writer_set_queue_position (self->writer, position);
          attune_run_writer_add_event_once (self->writer, "info",
                                            ngettext ("Waiting for %u other run on this computer",
                                                      "Waiting for %u other runs on this computer", position), position);
          told = position;
        }
      g_usleep (QUEUE_INTERVAL);
    }
}

static void
tell_plan (AttuneTrainer *self)
{
  const AttuneTrainSettings *settings = self->plan->settings;
  g_autofree char *need = g_format_size_full (self->plan->memory.total, G_FORMAT_SIZE_IEC_UNITS);

  attune_run_writer_add_event_once (self->writer, "info",
                                    ngettext ("%u row with %" G_GUINT64_FORMAT " tokens, of which %" G_GUINT64_FORMAT " are learnt",
                                              "%u rows with %" G_GUINT64_FORMAT " tokens, of which %" G_GUINT64_FORMAT " are learnt",
                                              self->plan->counts.rows),
                                    self->plan->counts.rows, self->plan->counts.tokens, self->plan->counts.labels);
  attune_run_writer_add_event_once (self->writer, "info",
                                    _("%" G_GINT64_FORMAT " steps in %u epochs, %s in %s on %u threads, about %s of memory"),
                                    self->plan->total_steps, settings->epochs,
                                    attune_enum_to_nick (ATTUNE_TYPE_TRAINING_METHOD, (int) settings->method),
                                    attune_enum_to_nick (ATTUNE_TYPE_MODEL_PRECISION, (int) settings->precision),
                                    settings->threads, need);
}

static gboolean
load_model (AttuneTrainer  *self,
            GError        **error)
{
  const AttuneTrainSettings *settings = self->plan->settings;
  const AttuneLoraSettings *lora = attune_train_settings_get_lora (settings);

  self->model = attune_model_load (self->plan->config->model, settings->precision, lora == NULL, settings->threads, error);
  if (self->model == NULL)
    return FALSE;
  if (lora != NULL && !attune_model_add_lora (self->model, lora, settings->seed, error))
    return FALSE;
  /* Now, so that a lack of memory is said before the first step and not met within one. */
  if (!attune_model_reserve (self->model, (guint) MIN (settings->batch_size, self->plan->counts.rows), self->plan->longest, error))
    return FALSE;

  self->optimizer = attune_optimizer_new_for_model (self->model, &settings->optimizer, settings->threads, error);

  return self->optimizer != NULL;
}

/* A checkpoint belongs to this run only while data, seed and plan are what they were. */
static gboolean
check_state (AttuneTrainer                *self,
             const AttuneCheckpointState  *state,
             GError                      **error)
{
  const AttuneTrainSettings *settings = self->plan->settings;

  if (state->total_steps != self->plan->total_steps || state->seed != settings->seed ||
      !g_str_equal (state->digest, self->digest))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                   _("The training data or the settings have changed since the checkpoint of step %" G_GINT64_FORMAT ". "
                     "Bring them back to what they were, or start a new job."), state->step);
      return FALSE;
    }
  if (state->threads != settings->threads)
    attune_run_writer_add_event (self->writer, "warning",
                                 _("The run goes on with %u threads instead of %u: the last digits of its numbers may differ"),
                                 settings->threads, state->threads);

  return TRUE;
}

/* Goes back to the newest checkpoint that can be read, if there is any. */
static gboolean
restore (AttuneTrainer  *self,
         GError        **error)
{
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) last_error = NULL;

  if (!attune_checkpoint_clean (self->checkpoints, G_MAXUINT, error))
    return FALSE;

  folders = attune_checkpoint_find (self->checkpoints);
  for (guint i = 0; i < folders->len; i++)
    {
      const char *folder = g_ptr_array_index (folders, i);
      g_auto (AttuneCheckpointState) state = { 0 };
      g_autoptr (GError) local_error = NULL;

      if (attune_checkpoint_read_state (folder, &state, &local_error))
        {
          if (!check_state (self, &state, error))
            return FALSE;
          if (attune_checkpoint_restore (folder, self->model, self->optimizer,
                                         self->plan->settings->method == ATTUNE_TRAINING_METHOD_FULL, &local_error))
            {
              self->step = self->saved_step = state.step;
              self->evaluation_pending = self->saved_pending = state.evaluation_pending && self->plan->validation != NULL;
              self->trained_tokens = state.trained_tokens;
              self->eval_loss = state.eval_loss;
              attune_run_writer_add_event (self->writer, "info", _("Going on from step %" G_GINT64_FORMAT), self->step);
              break;
            }
        }

      attune_run_writer_add_event (self->writer, "warning", _("A checkpoint cannot be read and is passed over: %s"),
                                   local_error->message);
      g_clear_error (&last_error);
      last_error = g_steal_pointer (&local_error);
    }

  if (self->step == 0 && last_error != NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&last_error),
                                  _("No checkpoint in %s can be read. Delete that folder to begin anew. "), self->checkpoints);
      return FALSE;
    }

  return attune_run_writer_cut_back (self->writer, self->step, self->evaluation_pending, error);
}

static gboolean
write_output (AttuneTrainer  *self,
              const char     *output,
              GError        **error)
{
  g_autofree char *temporary = g_strconcat (output, ".unfinished", NULL);
  const char *base_model = self->plan->config->model;
  gboolean written;

  if (!attune_folder_delete (temporary, error))
    return FALSE;
  if (g_mkdir_with_parents (temporary, 0700) != 0)
    {
      attune_file_set_error (error, errno, temporary);
      return FALSE;
    }

  if (self->plan->settings->method == ATTUNE_TRAINING_METHOD_FULL)
    written = attune_model_save_weights (self->model, temporary, self->plan->settings->stored_as_bf16 ? "BF16" : "F32", error);
  else
    written = attune_model_save_adapter (self->model, temporary, base_model, error);

  if (!written ||
      !attune_checkpoint_copy_tokenizer (base_model, temporary, error) ||
      !attune_folder_sync (temporary, error) ||
      !attune_folder_move_in (temporary, output, error))
    {
      attune_folder_delete (temporary, NULL);
      g_prefix_error (error, _("The result could not be written. "));
      return FALSE;
    }

  return TRUE;
}

static gboolean
work (AttuneTrainer         *self,
      const char            *output,
      AttuneTrainerOutcome  *outcome,
      AttuneQueue          **queue,
      GError               **error)
{
  const char *folder = attune_run_writer_get_folder (self->writer);
  guint64 available;

  self->plan = attune_train_plan_load (folder, &outcome->config_is_wrong, error);
  if (self->plan == NULL)
    return FALSE;
  attune_run_writer_set_model (self->writer, self->plan->settings->result_name);
  tell_texts (self, "warning", self->plan->settings->warnings);
  tell_texts (self, "info", self->plan->settings->notes);

  if (!wait_for_turn (self, queue, error) ||
      !attune_run_writer_set_state (self->writer, ATTUNE_JOB_STATUS_VALIDATING_FILES, error) ||
      !attune_train_plan_prepare (self->plan, should_stop_cb, self, error))
    return FALSE;
  tell_texts (self, "warning", self->plan->data_warnings);
  tell_plan (self);

  available = attune_machine_get_available_memory ();
  if (!attune_train_plan_check_memory (self->plan, available, error) || !load_model (self, error))
    return FALSE;

  self->digest = attune_examples_dup_digest (self->plan->training);
  if (!restore (self, error))
    return FALSE;
  attune_run_writer_set_progress (self->writer, self->step, self->plan->total_steps,
                                  (double) self->step / (double) self->plan->steps_per_epoch, self->trained_tokens, NAN);

  return attune_run_writer_set_state (self->writer, ATTUNE_JOB_STATUS_RUNNING, error) &&
         attune_trainer_loop (self, error) &&
         write_output (self, output, error) &&
         attune_checkpoint_clean (self->checkpoints, 0, error);
}

/* The run was asked to stop: what it has done since the last checkpoint is kept, unless nobody wants it any more. */
static AttuneJobStatus
stop (AttuneTrainer  *self,
      GError        **error)
{
  if (attune_run_writer_look_for_cancel (self->writer))
    {
      attune_run_writer_add_event (self->writer, "info", _("Cancelled at step %" G_GINT64_FORMAT), self->step);
      return ATTUNE_JOB_STATUS_CANCELLED;
    }

  if (self->step > 0 && (self->saved_step != self->step || self->saved_pending != self->evaluation_pending) &&
      !attune_trainer_save_checkpoint (self, TRUE, error))
    return ATTUNE_JOB_STATUS_FAILED;

  attune_run_writer_add_event (self->writer, "info", _("Paused at step %" G_GINT64_FORMAT), self->step);
  return ATTUNE_JOB_STATUS_PAUSED;
}

static void
attune_trainer_clear (AttuneTrainer *self)
{
  g_clear_pointer (&self->optimizer, attune_optimizer_free);
  g_clear_pointer (&self->model, attune_model_free);
  g_clear_pointer (&self->plan, attune_train_plan_free);
  g_clear_pointer (&self->batch, attune_example_batch_free);
  g_clear_pointer (&self->order, g_free);
  g_clear_pointer (&self->validation_order, g_free);
  g_clear_pointer (&self->checkpoints, g_free);
  g_clear_pointer (&self->digest, g_free);
  g_clear_pointer (&self->writer, attune_run_writer_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AttuneTrainer, attune_trainer_clear)

/* A run that has its result already is not run again. */
static gboolean
is_done (const char *folder,
         const char *output)
{
  g_autoptr (AttuneRunStatus) status = attune_run_status_load (folder, NULL);

  return status != NULL && status->state == ATTUNE_JOB_STATUS_SUCCEEDED && g_file_test (output, G_FILE_TEST_IS_DIR);
}

gboolean
attune_trainer_run (const char                  *folder,
                    const AttuneTrainerOptions  *options,
                    AttuneTrainerOutcome        *outcome,
                    GError                     **error)
{
  g_autoptr (AttuneQueue) queue = NULL;
  g_auto (AttuneTrainer) self = { .eval_loss = NAN };
  g_autoptr (GError) reason = NULL;
  g_autoptr (GError) status_error = NULL;
  g_autofree char *output = NULL;

  g_return_val_if_fail (folder != NULL, FALSE);
  g_return_val_if_fail (options != NULL, FALSE);
  g_return_val_if_fail (outcome != NULL, FALSE);

  *outcome = (AttuneTrainerOutcome) { .status = ATTUNE_JOB_STATUS_SUCCEEDED };
  output = g_build_filename (folder, ATTUNE_RUN_OUTPUT, NULL);
  if (is_done (folder, output))
    return TRUE;

  self.options = options;
  self.checkpoints = g_build_filename (folder, ATTUNE_RUN_CHECKPOINTS, NULL);
  self.writer = attune_run_writer_new (folder, error);
  if (self.writer == NULL)
    {
      outcome->status = ATTUNE_JOB_STATUS_FAILED;
      return FALSE;
    }

  if (work (&self, output, outcome, &queue, &reason))
    {
      attune_run_writer_add_event (self.writer, "info", _("Finished: the result lies in %s"), output);
    }
  else if (g_error_matches (reason, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED))
    {
      g_clear_error (&reason);
      outcome->status = stop (&self, &reason);
    }
  else
    {
      outcome->status = ATTUNE_JOB_STATUS_FAILED;
    }

  if (reason != NULL)
    attune_run_writer_add_event (self.writer, "error", "%s", reason->message);
  if (!attune_run_writer_finish (self.writer, outcome->status, outcome->status == ATTUNE_JOB_STATUS_SUCCEEDED ? output : NULL,
                                 reason, &status_error))
    {
      outcome->status = ATTUNE_JOB_STATUS_FAILED;
      if (reason == NULL)
        g_propagate_error (error, g_steal_pointer (&status_error));
      else
        g_printerr ("%s\n", status_error->message);
    }
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));

  return outcome->status != ATTUNE_JOB_STATUS_FAILED;
}
