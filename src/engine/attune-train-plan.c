/* attune-train-plan.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-train-plan.h"

#include <glib/gi18n-lib.h>

#include "attune-dataset-reader.h"
#include "attune-error.h"

AttuneTrainPlan *
attune_train_plan_load (const char  *folder,
                        gboolean    *config_is_wrong,
                        GError     **error)
{
  g_autoptr (AttuneTrainPlan) self = NULL;
  g_autoptr (AttuneDatasetReader) training = NULL;
  g_autoptr (AttuneDatasetReader) validation = NULL;
  gboolean ignored;

  g_return_val_if_fail (folder != NULL, NULL);

  if (config_is_wrong == NULL)
    config_is_wrong = &ignored;
  *config_is_wrong = TRUE;

  self = g_new0 (AttuneTrainPlan, 1);
  self->data_warnings = g_ptr_array_new_with_free_func (g_free);

  self->config = attune_run_config_load (folder, error);
  if (self->config == NULL)
    return NULL;

  *config_is_wrong = FALSE;
  self->model = attune_model_config_load (self->config->model, error);
  if (self->model == NULL)
    return NULL;

  *config_is_wrong = TRUE;
  self->settings = attune_train_settings_new (self->config, self->model, error);
  if (self->settings == NULL)
    return NULL;

  *config_is_wrong = FALSE;
  self->tokenizer = attune_tokenizer_load (self->config->model, error);
  if (self->tokenizer == NULL)
    return NULL;

  /* A file that cannot be opened should not wait in the queue to say so. */
  training = attune_dataset_reader_new (self->config->training, error);
  if (training == NULL)
    return NULL;
  if (self->settings->evaluations > 0)
    {
      validation = attune_dataset_reader_new (self->config->validation, error);
      if (validation == NULL)
        return NULL;
    }

  return g_steal_pointer (&self);
}

gboolean
attune_train_plan_prepare (AttuneTrainPlan        *self,
                           AttuneExampleStopFunc   should_stop,
                           gpointer                user_data,
                           GError                **error)
{
  const AttuneTrainSettings *settings;
  AttuneExampleSettings example_settings;
  gint64 micro_batches;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (self->training == NULL, FALSE);

  settings = self->settings;
  example_settings = (AttuneExampleSettings) {
    .train_on_inputs = settings->train_on_inputs,
    .sequence_length = settings->sequence_length,
    .vocab_size = self->model->vocab_size,
  };

  self->training = attune_examples_load (self->config->training, self->config->model, self->tokenizer, &example_settings,
                                         self->data_warnings, should_stop, user_data, error);
  if (self->training == NULL)
    return FALSE;
  attune_examples_get_counts (self->training, &self->counts);
  self->longest = self->counts.longest;

  if (settings->evaluations > 0)
    {
      AttuneExampleCounts counts;

      self->validation = attune_examples_load (self->config->validation, self->config->model, self->tokenizer, &example_settings,
                                               self->data_warnings, should_stop, user_data, error);
      if (self->validation == NULL)
        return FALSE;
      attune_examples_get_counts (self->validation, &counts);
      self->longest = MAX (self->longest, counts.longest);
    }

  micro_batches = (self->counts.rows + settings->batch_size - 1) / settings->batch_size;
  self->steps_per_epoch = (micro_batches + settings->accumulation - 1) / settings->accumulation;
  self->total_steps = self->steps_per_epoch * settings->epochs;
  self->total_tokens = (gint64) self->counts.tokens * settings->epochs;
  self->settings->schedule.total_steps = self->total_steps;

  attune_model_predict_memory (self->model, settings->precision, attune_train_settings_get_lora (settings),
                               MIN (settings->batch_size, self->counts.rows), self->longest, settings->threads, &self->memory);

  return TRUE;
}

gboolean
attune_train_plan_check_memory (AttuneTrainPlan  *self,
                                guint64           available,
                                GError          **error)
{
  g_autofree char *need = NULL;
  g_autofree char *have = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (available == 0 || self->memory.total <= available)
    return TRUE;

  need = g_format_size_full (self->memory.total, G_FORMAT_SIZE_IEC_UNITS);
  have = g_format_size_full (available, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY,
               self->settings->method == ATTUNE_TRAINING_METHOD_FULL
                 ? _("The run needs about %s of memory, but only %s are free. Train with LoRA (method.type), lower schedule.batchSize "
                     "or schedule.sequenceLength, or choose a smaller model.")
                 : _("The run needs about %s of memory, but only %s are free. Lower schedule.batchSize or schedule.sequenceLength, "
                     "choose a smaller model, or close other programs."),
               need, have);

  return FALSE;
}

void
attune_train_plan_free (AttuneTrainPlan *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->validation, attune_examples_free);
  g_clear_pointer (&self->training, attune_examples_free);
  g_clear_pointer (&self->tokenizer, attune_tokenizer_free);
  g_clear_pointer (&self->settings, attune_train_settings_free);
  g_clear_pointer (&self->model, attune_model_config_free);
  g_clear_pointer (&self->config, attune_run_config_free);
  g_clear_pointer (&self->data_warnings, g_ptr_array_unref);
  g_free (self);
}

static void
add_texts (JsonArray *array,
           GPtrArray *texts)
{
  for (guint i = 0; i < texts->len; i++)
    json_array_add_string_element (array, g_ptr_array_index (texts, i));
}

JsonNode *
attune_train_plan_to_json (AttuneTrainPlan *self,
                           guint64          available)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonObject *memory = json_object_new ();
  JsonArray *warnings = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  g_return_val_if_fail (self != NULL && self->training != NULL, NULL);

  json_object_set_int_member (memory, "weights", (gint64) self->memory.weights);
  json_object_set_int_member (memory, "trained", (gint64) self->memory.trained);
  json_object_set_int_member (memory, "gradients", (gint64) self->memory.gradients);
  json_object_set_int_member (memory, "optimizer", (gint64) self->memory.optimizer);
  json_object_set_int_member (memory, "activations", (gint64) self->memory.activations);
  json_object_set_int_member (memory, "scratch", (gint64) self->memory.scratch);
  json_object_set_int_member (memory, "total", (gint64) self->memory.total);
  json_object_set_int_member (memory, "available", (gint64) available);
  json_object_set_object_member (object, "memory", memory);
  json_object_set_int_member (object, "steps", self->total_steps);
  json_object_set_int_member (object, "rows", self->counts.rows);
  json_object_set_int_member (object, "rowsTruncated", self->counts.truncated);
  json_object_set_int_member (object, "rowsSkipped", self->counts.skipped);
  json_object_set_int_member (object, "tokens", (gint64) self->counts.tokens);
  json_object_set_int_member (object, "learntTokens", (gint64) self->counts.labels);
  json_object_set_int_member (object, "trainedTokens", self->total_tokens);
  json_object_set_int_member (object, "longestRow", self->counts.longest);
  json_object_set_string_member (object, "method",
                                 attune_enum_to_nick (ATTUNE_TYPE_TRAINING_METHOD, (int) self->settings->method));
  json_object_set_string_member (object, "precision",
                                 attune_enum_to_nick (ATTUNE_TYPE_MODEL_PRECISION, (int) self->settings->precision));
  add_texts (warnings, self->settings->warnings);
  add_texts (warnings, self->data_warnings);
  json_object_set_array_member (object, "warnings", warnings);
  json_node_set_object (node, object);

  return node;
}
