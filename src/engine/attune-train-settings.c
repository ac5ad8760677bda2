/* attune-train-settings.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-train-settings.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-error.h"
#include "attune-json.h"
#include "attune-machine.h"
#include "attune-thread-pool.h"
#include "attune-validation.h"

/* The settings that this trainer acts on. Whatever else is set is ignored, and said so. */
static const char *const effective[] = {
  "model.baseModel", "model.precision",
  "datasets.trainingFileId", "datasets.validationFileId",
  "method.type",
  "method.loraConfig.rank", "method.loraConfig.alpha", "method.loraConfig.dropout", "method.loraConfig.trainableModules",
  "schedule.epochs", "schedule.batchSize", "schedule.sequenceLength", "schedule.gradientAccumulation",
  "schedule.checkpoints", "schedule.evaluations", "schedule.trainOnInputs",
  "optimizer.learningRate", "optimizer.scheduler.type", "optimizer.scheduler.minLRRatio", "optimizer.scheduler.warmupRatio",
  "optimizer.scheduler.cycles", "optimizer.weightDecay", "optimizer.maxGradientNorm",
  "optimizations.enabled", /* looked at one by one */
  "output.suffix",
  NULL
};

static const char *const all_modules[] = {
  "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", NULL
};

GStrv
attune_train_settings_parse_modules (const char  *text,
                                     GError     **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  gboolean wanted[G_N_ELEMENTS (all_modules) - 1] = { FALSE };
  gboolean any = FALSE;

  g_return_val_if_fail (text != NULL, NULL);

  names = g_strsplit (text, ",", 0);
  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *name = g_strstrip (names[i]);
      gboolean all = g_str_equal (name, "all-linear");
      gboolean known = all;

      if (*name == '\0')
        continue;
      for (guint m = 0; all_modules[m] != NULL; m++)
        if (all || g_str_equal (name, all_modules[m]))
          wanted[m] = known = any = TRUE;
      if (!known)
        {
          g_autofree char *list = g_strjoinv (", ", (char **) all_modules);

          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                       _("method.loraConfig.trainableModules: “%s” cannot be trained here. Use all-linear, or some of %s."),
                       name, list);
          return NULL;
        }
    }
  if (!any)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("method.loraConfig.trainableModules names no module. Use all-linear."));
      return NULL;
    }

  for (guint m = 0; all_modules[m] != NULL; m++)
    if (wanted[m])
      g_strv_builder_add (builder, all_modules[m]);

  return g_strv_builder_end (builder);
}

static void
find_ignored (AttuneTrainSettings *self,
              AttuneConfiguration *configuration)
{
  g_auto (GStrv) unknown = attune_configuration_list_unknown (configuration);
  const AttuneParameter *parameters;
  guint n_parameters;
  JsonObjectIter iter;
  const char *name;

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      const AttuneParameter *parameter = &parameters[i];

      /* What has no effect together with other settings is among the findings of the universal check. */
      if (attune_configuration_is_set (configuration, parameter->path) && !g_strv_contains (effective, parameter->path))
        g_ptr_array_add (self->warnings,
                         g_strdup_printf (_("%s is set, but this computer does not use it: it is ignored"), parameter->path));
    }

  for (guint i = 0; unknown[i] != NULL; i++)
    g_ptr_array_add (self->warnings, g_strdup_printf (_("%s is not a known setting: it is ignored"), unknown[i]));

  json_object_iter_init_ordered (&iter, attune_configuration_get_metadata (configuration));
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    if (!g_str_equal (name, "seed") && !g_str_equal (name, "threads"))
      g_ptr_array_add (self->warnings,
                       g_strdup_printf (_("metadata.%s is not used by this computer: it is ignored"), name));

  /* Batches are always padded to their longest row, attention never keeps its score matrix, and loss and softmax are one
   * pass: these three are granted whether they are asked for or not. */
  for (int feature = 0; feature <= ATTUNE_OPTIMIZATION_ACTIVATION_OFFLOADING; feature++)
    if (feature != ATTUNE_OPTIMIZATION_DYNAMIC_PADDING &&
        feature != ATTUNE_OPTIMIZATION_FLASH_ATTENTION &&
        feature != ATTUNE_OPTIMIZATION_FUSED_KERNELS &&
        attune_configuration_has_feature (configuration, (AttuneOptimizationFeature) feature))
      g_ptr_array_add (self->warnings,
                       g_strdup_printf (_("optimizations.enabled: %s is not available on this computer yet: it is ignored"),
                                        attune_enum_to_nick (ATTUNE_TYPE_OPTIMIZATION_FEATURE, feature)));
}

/* Whether config.json says that the weights are stored in bfloat16, in either spelling of transformers. */
static gboolean
is_stored_as_bf16 (const AttuneModelConfig *model)
{
  g_autoptr (JsonNode) node = attune_json_parse (model->json, -1, NULL, NULL);
  const char *dtype = NULL;

  if (node != NULL)
    dtype = attune_json_peek_string (node, "dtype", attune_json_peek_string (node, "torch_dtype", NULL));

  return g_strcmp0 (dtype, "bfloat16") == 0;
}

static gboolean
choose_precision (AttuneTrainSettings      *self,
                  AttuneConfiguration      *configuration,
                  const AttuneModelConfig  *model,
                  GError                  **error)
{
  int precision;

  self->stored_as_bf16 = is_stored_as_bf16 (model);
  if (!attune_configuration_is_set (configuration, "model.precision"))
    {
      gboolean stored = self->stored_as_bf16;
      gboolean fast = attune_machine_has_fast_bf16 ();

      self->precision_chosen = TRUE;
      self->precision = stored && fast ? ATTUNE_MODEL_PRECISION_BF16 : ATTUNE_MODEL_PRECISION_FP32;
      if (stored && fast)
        g_ptr_array_add (self->notes, g_strdup (_("Precision bf16 was chosen: the model is stored so and this processor computes with it")));
      else if (stored)
        g_ptr_array_add (self->notes, g_strdup (_("Precision fp32 was chosen: the model is stored in bf16, but this processor has no instructions for it")));
      else
        g_ptr_array_add (self->notes, g_strdup (_("Precision fp32 was chosen: the model is not stored in bf16")));
      return TRUE;
    }

  precision = attune_configuration_get_enum (configuration, "model.precision");
  if (precision != ATTUNE_MODEL_PRECISION_FP32 && precision != ATTUNE_MODEL_PRECISION_BF16)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("model.precision: this computer does not train in %s yet. Use fp32 or bf16."),
                   attune_enum_to_nick (ATTUNE_TYPE_MODEL_PRECISION, precision));
      return FALSE;
    }
  if (precision == ATTUNE_MODEL_PRECISION_BF16 && !attune_machine_has_fast_bf16 ())
    g_ptr_array_add (self->warnings, g_strdup (_("This processor has no instructions for bf16: fp32 would be faster")));
  self->precision = (AttuneModelPrecision) precision;

  return TRUE;
}

/* A number that the table holds as an integer or a double. */
static double
get_number (AttuneConfiguration *configuration,
            const char          *path)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);

  g_assert (parameter != NULL);

  return parameter->type == ATTUNE_PARAMETER_INTEGER ? (double) attune_configuration_get_integer (configuration, path)
                                                     : attune_configuration_get_double (configuration, path);
}

static gboolean
read_method (AttuneTrainSettings  *self,
             AttuneConfiguration  *configuration,
             GError              **error)
{
  int method = attune_configuration_get_enum (configuration, "method.type");
  g_autofree char *modules = NULL;

  if (method != ATTUNE_TRAINING_METHOD_FULL && method != ATTUNE_TRAINING_METHOD_LORA)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("method.type: this computer does not train with %s yet. Use lora or full."),
                   attune_enum_to_nick (ATTUNE_TYPE_TRAINING_METHOD, method));
      return FALSE;
    }
  self->method = (AttuneTrainingMethod) method;
  if (method == ATTUNE_TRAINING_METHOD_FULL)
    return TRUE;

  modules = attune_configuration_dup_text (configuration, "method.loraConfig.trainableModules");
  self->lora.rank = (guint) attune_configuration_get_integer (configuration, "method.loraConfig.rank");
  self->lora.alpha = get_number (configuration, "method.loraConfig.alpha");
  self->lora.dropout = get_number (configuration, "method.loraConfig.dropout");
  self->lora.modules = attune_train_settings_parse_modules (modules != NULL ? modules : "all-linear", error);
  if (self->lora.modules != NULL && self->lora.dropout >= 1.0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("method.loraConfig.dropout is 1: nothing would be left to learn from. Use less than 1."));
      return FALSE;
    }

  return self->lora.modules != NULL;
}

static guint
get_count (AttuneConfiguration *configuration,
           const char          *path)
{
  return (guint) attune_configuration_get_integer (configuration, path);
}

AttuneTrainSettings *
attune_train_settings_new (const AttuneRunConfig    *config,
                           const AttuneModelConfig  *model,
                           GError                  **error)
{
  g_autoptr (AttuneTrainSettings) self = NULL;
  g_autoptr (AttuneValidation) validation = NULL;
  g_autofree char *base = NULL;
  g_autofree char *suffix = NULL;
  AttuneConfiguration *configuration;

  g_return_val_if_fail (config != NULL, NULL);
  g_return_val_if_fail (model != NULL, NULL);

  configuration = config->configuration;
  validation = attune_validation_new ();
  attune_validation_check_universal (validation, configuration);
  if (!attune_validation_to_error (validation, error))
    return NULL;

  self = g_new0 (AttuneTrainSettings, 1);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (validation, i);

      /* Unknown members are told by find_ignored() with what happens to them. */
      if (!g_str_equal (issue->code, "unknown"))
        g_ptr_array_add (self->warnings, *issue->path != '\0' ? g_strdup_printf ("%s: %s", issue->path, issue->message)
                                                              : g_strdup (issue->message));
    }
  find_ignored (self, configuration);

  if (!read_method (self, configuration, error) ||
      !choose_precision (self, configuration, model, error))
    return NULL;

  self->epochs = get_count (configuration, "schedule.epochs");
  self->batch_size = get_count (configuration, "schedule.batchSize");
  self->sequence_length = get_count (configuration, "schedule.sequenceLength");
  self->accumulation = get_count (configuration, "schedule.gradientAccumulation");
  self->checkpoints = get_count (configuration, "schedule.checkpoints");
  self->evaluations = get_count (configuration, "schedule.evaluations");
  self->train_on_inputs = (AttuneTrainOnInputs) attune_configuration_get_enum (configuration, "schedule.trainOnInputs");
  if (model->max_positions > 0 && self->sequence_length > model->max_positions)
    {
      g_ptr_array_add (self->notes,
                       g_strdup_printf (_("schedule.sequenceLength is %u, but the model can take %u tokens: %u is used"),
                                        self->sequence_length, model->max_positions, model->max_positions));
      self->sequence_length = model->max_positions;
    }
  if (config->validation == NULL && self->evaluations > 0)
    {
      if (attune_configuration_is_set (configuration, "schedule.evaluations"))
        g_ptr_array_add (self->warnings,
                         g_strdup (_("schedule.evaluations is set, but there is no validation data: nothing is evaluated")));
      self->evaluations = 0;
    }
  if (config->validation != NULL && self->evaluations == 0)
    g_ptr_array_add (self->warnings,
                     g_strdup (_("There is validation data, but schedule.evaluations is 0: nothing is evaluated")));

  self->schedule.type = (AttuneLrSchedulerType) attune_configuration_get_enum (configuration, "optimizer.scheduler.type");
  self->schedule.rate = get_number (configuration, "optimizer.learningRate");
  self->schedule.floor_ratio = get_number (configuration, "optimizer.scheduler.minLRRatio");
  self->schedule.warmup_ratio = get_number (configuration, "optimizer.scheduler.warmupRatio");
  self->schedule.cycles = get_number (configuration, "optimizer.scheduler.cycles");
  self->optimizer.weight_decay = get_number (configuration, "optimizer.weightDecay");
  self->optimizer.max_norm = get_number (configuration, "optimizer.maxGradientNorm");

  self->seed = config->seed;
  self->threads = attune_thread_pool_resolve (config->threads);
  base = g_path_get_basename (config->model);
  suffix = attune_configuration_dup_text (configuration, "output.suffix");
  self->result_name = suffix != NULL && *suffix != '\0' ? g_strconcat (base, "-", suffix, NULL) : g_strdup (base);

  return g_steal_pointer (&self);
}

void
attune_train_settings_free (AttuneTrainSettings *self)
{
  if (self == NULL)
    return;

  g_strfreev (self->lora.modules);
  g_free (self->result_name);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
  g_free (self);
}

const AttuneLoraSettings *
attune_train_settings_get_lora (const AttuneTrainSettings *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->method == ATTUNE_TRAINING_METHOD_LORA ? &self->lora : NULL;
}
