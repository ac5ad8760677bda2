/* attune-local-validate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-local-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-local-files.h"
#include "attune-machine.h"
#include "attune-paths.h"

/* A run keeps this many recovery checkpoints beside those that were asked for. */
#define N_RECOVERY_CHECKPOINTS 2

static AttuneLocalModel *
check_model (AttuneLocalAdapter     *self,
             AttuneConfiguration    *configuration,
             const AttuneJobContext *context,
             AttuneValidation       *validation)
{
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autofree char *base_model = attune_configuration_dup_text (configuration, "model.baseModel");
  g_autoptr (GError) error = NULL;
  const char *format = NULL;

  /* That it is missing the universal check says. */
  if (base_model == NULL || *base_model == '\0')
    return NULL;

  model = attune_local_adapter_dup_model (self, base_model, &error);
  if (model == NULL)
    {
      attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_ERROR, "model", NULL, "%s", error->message);
      return NULL;
    }
  if (model->problem != NULL)
    {
      attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_ERROR, "model", NULL, "%s", model->problem->message);
      return NULL;
    }

  if (context != NULL && context->training != NULL)
    format = attune_dataset_get_format (context->training);
  if (model->template_name == NULL && format != NULL && strcmp (format, "text") != 0)
    attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_ERROR, "model", NULL,
                           _("The model cannot be trained on conversations: %s"),
                           model->template_error != NULL ? model->template_error->message : _("it has no chat template."));

  return g_steal_pointer (&model);
}

/* Files up to this size are read as a whole while somebody waits; each once, unless it changes. */
#define READ_LIMIT (32 * 1024 * 1024)

static void
check_dataset (AttuneLocalAdapter *self,
               AttuneDataset      *dataset,
               const char         *path,
               AttuneValidation   *validation)
{
  const char *file = attune_dataset_get_path (dataset);
  g_autofree char *problem = NULL;
  struct stat info;

  if (g_access (file, R_OK) != 0 || stat (file, &info) != 0)
    {
      attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                             _("The file “%s” cannot be read: %s. Choose it again where it lies now."), file, g_strerror (errno));
      return;
    }

  if (info.st_size <= READ_LIMIT)
    {
      problem = attune_local_adapter_check_data (self, file);
      if (problem != NULL)
        attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL, "%s", problem);
    }
  else if (attune_dataset_get_n_problems (dataset) > 0)
    {
      const char *first = attune_dataset_get_first_problem (dataset);

      attune_validation_add (validation, path, ATTUNE_SEVERITY_WARNING, "data", NULL,
                             _("%s: %s. Rows that cannot be used are left out."), file, first != NULL ? first : _("some rows have problems"));
    }
}

static void
check_data (AttuneLocalAdapter     *self,
            AttuneConfiguration    *configuration,
            const AttuneJobContext *context,
            AttuneValidation       *validation)
{
  gboolean has_validation = attune_configuration_is_set (configuration, "datasets.validationFileId");

  if (context != NULL && context->training != NULL)
    check_dataset (self, context->training, "datasets.trainingFileId", validation);
  if (context != NULL && context->validation != NULL)
    {
      check_dataset (self, context->validation, "datasets.validationFileId", validation);
      has_validation = TRUE;
    }

  if (!has_validation && attune_configuration_is_set (configuration, "schedule.evaluations") &&
      attune_configuration_get_integer (configuration, "schedule.evaluations") > 0)
    attune_validation_add (validation, "schedule.evaluations", ATTUNE_SEVERITY_WARNING, "combination", g_variant_new_int64 (0),
                           _("Without a validation file nothing is evaluated. Add one, or set the evaluations to 0."));
}

static void
check_method (AttuneConfiguration    *configuration,
              const AttuneLocalModel *model,
              AttuneValidation       *validation)
{
  double rate = attune_configuration_get_double (configuration, "optimizer.learningRate");
  double dropout = attune_configuration_get_double (configuration, "method.loraConfig.dropout");
  g_autofree char *text = attune_configuration_dup_text (configuration, "method.loraConfig.trainableModules");
  g_auto (GStrv) modules = NULL;
  g_autoptr (GError) error = NULL;

  if (attune_configuration_get_enum (configuration, "method.type") != ATTUNE_TRAINING_METHOD_LORA)
    return;

  modules = attune_train_settings_parse_modules (text != NULL ? text : "all-linear", &error);
  if (modules == NULL)
    attune_validation_add (validation, "method.loraConfig.trainableModules", ATTUNE_SEVERITY_ERROR, "type",
                           g_variant_new_string ("all-linear"), "%s", error->message);

  if (model != NULL)
    {
      guint narrowest = MIN (model->config->hidden_size, model->config->n_kv_heads * model->config->head_dim);

      if (attune_configuration_get_integer (configuration, "method.loraConfig.rank") > narrowest)
        attune_validation_add (validation, "method.loraConfig.rank", ATTUNE_SEVERITY_WARNING, "combination",
                               g_variant_new_int64 (narrowest),
                               _("The narrowest matrix of this model has %u rows: a rank beyond that costs memory and adds nothing."), narrowest);
    }

  if (dropout >= 1)
    attune_validation_add (validation, "method.loraConfig.dropout", ATTUNE_SEVERITY_ERROR, "combination", g_variant_new_double (0),
                           _("A dropout of 1 leaves nothing to learn from. Set it below 1."));

  /* An adapter begins at zero and has few weights; with the rates of full fine-tuning it stays there. */
  if (rate > 0 && rate < 3e-5)
    attune_validation_add (validation, "optimizer.learningRate", ATTUNE_SEVERITY_WARNING, "advice", g_variant_new_double (2e-4),
                           _("An adapter hardly learns at this rate. 0.0002 is a usual one for LoRA."));
}

static void
check_precision (AttuneConfiguration *configuration,
                 AttuneValidation    *validation)
{
  if (attune_configuration_is_set (configuration, "model.precision") && !attune_machine_has_fast_bf16 () &&
      attune_configuration_get_enum (configuration, "model.precision") == ATTUNE_MODEL_PRECISION_BF16)
    attune_validation_add (validation, "model.precision", ATTUNE_SEVERITY_WARNING, "advice", g_variant_new_string ("fp32"),
                           _("This processor has no instructions for bf16: it saves memory, but fp32 is faster."));
}

static void
check_length (AttuneConfiguration    *configuration,
              const AttuneLocalModel *model,
              AttuneValidation       *validation)
{
  const AttuneParameter *parameter = attune_parameters_lookup ("schedule.sequenceLength");
  gint64 length = attune_configuration_get_integer (configuration, "schedule.sequenceLength");

  if (model->context_length == 0 || length <= model->context_length)
    return;

  /* A default that nobody chose is cut without ado, and the smallest that may be set cannot be set lower. */
  if (attune_configuration_is_set (configuration, "schedule.sequenceLength") && length > parameter->minimum)
    attune_validation_add (validation, "schedule.sequenceLength", ATTUNE_SEVERITY_ERROR, "range",
                           g_variant_new_int64 (MAX ((gint64) parameter->minimum, model->context_length)),
                           _("The model “%s” reads at most %u tokens at once. Set the sequence length to that or less."),
                           model->id, model->context_length);
}

static guint64
predict (const AttuneLocalModel    *model,
         const AttuneTrainSettings *settings,
         guint                      n_rows,
         guint                      length,
         AttuneMemoryNeed          *need)
{
  attune_model_predict_memory (model->config, settings->precision, attune_train_settings_get_lora (settings), n_rows, length,
                               settings->threads, need);

  return need->total;
}

/* What would make it fit: smaller batches with more of them to a step first, since that leaves the result as it is. */
static void
suggest_smaller (const AttuneLocalModel    *model,
                 const AttuneTrainSettings *settings,
                 guint64                    available,
                 const char                *need_text,
                 const char                *available_text,
                 AttuneValidation          *validation)
{
  AttuneMemoryNeed need;

  for (guint smaller = settings->batch_size - 1; smaller >= 1; smaller--)
    {
      guint more = (settings->batch_size * settings->accumulation + smaller - 1) / smaller;

      if (more > 16 || predict (model, settings, smaller, settings->sequence_length, &need) > available)
        continue;

      attune_validation_add (validation, "schedule.batchSize", ATTUNE_SEVERITY_WARNING, "memory", g_variant_new_int64 (smaller),
                             _("Rows as long as the sequence length would need %s of memory, but %s are free. "
                               "A batch size of %u with %u batches a step gives the same result and fits."),
                             need_text, available_text, smaller, more);
      if (more != settings->accumulation)
        attune_validation_add (validation, "schedule.gradientAccumulation", ATTUNE_SEVERITY_WARNING, "memory",
                               g_variant_new_int64 (more),
                               _("Goes with the smaller batch size: %u batches a step keep the size of the step."), more);
      return;
    }

  for (guint shorter = settings->sequence_length / 2; shorter >= 512; shorter /= 2)
    {
      if (predict (model, settings, 1, shorter, &need) > available)
        continue;

      attune_validation_add (validation, "schedule.sequenceLength", ATTUNE_SEVERITY_WARNING, "memory", g_variant_new_int64 (shorter),
                             _("Rows as long as the sequence length would need %s of memory, but %s are free. "
                               "A sequence length of %u with a batch size of 1 fits; longer rows are cut."),
                             need_text, available_text, shorter);
      return;
    }

  attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_WARNING, "memory", NULL,
                         _("The run may need %s of memory, but %s are free. Close other programs, choose LoRA or bf16, or a smaller model."),
                         need_text, available_text);
}

static void
check_memory (const AttuneLocalModel    *model,
              const AttuneTrainSettings *settings,
              AttuneValidation          *validation)
{
  guint64 available = attune_machine_get_available_memory ();
  guint64 total = attune_machine_get_total_memory ();
  g_autofree char *need_text = NULL;
  g_autofree char *available_text = NULL;
  AttuneMemoryNeed need;
  guint64 fixed;

  if (available == 0 || total == 0)
    return;

  /* The longest rows that there may be; the trainer counts with those that there are. */
  predict (model, settings, settings->batch_size, settings->sequence_length, &need);
  available_text = g_format_size_full (available, G_FORMAT_SIZE_IEC_UNITS);
  fixed = need.weights + need.trained + need.gradients + need.optimizer;
  if (fixed > total)
    {
      need_text = g_format_size_full (fixed, G_FORMAT_SIZE_IEC_UNITS);
      attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_ERROR, "memory", NULL,
                             settings->method == ATTUNE_TRAINING_METHOD_FULL
                               ? _("Full fine-tuning of this model needs %s of memory for the weights alone, and %s are free. "
                                   "Choose LoRA, or a smaller model.")
                               : _("This model needs %s of memory for the weights alone, and %s are free. "
                                   "Choose bf16, or a smaller model."),
                             need_text, available_text);
    }
  else if (need.total > available)
    {
      need_text = g_format_size_full (need.total, G_FORMAT_SIZE_IEC_UNITS);
      suggest_smaller (model, settings, available, need_text, available_text, validation);
    }
}

guint64
attune_local_predict_disk (const AttuneLocalModel    *model,
                           const AttuneTrainSettings *settings)
{
  AttuneMemoryNeed need;

  g_return_val_if_fail (model != NULL && model->config != NULL, 0);
  g_return_val_if_fail (settings != NULL, 0);

  /* A checkpoint holds the trained weights and two numbers of the optimizer for each; one more is there while it is being written. */
  predict (model, settings, 1, 1, &need);

  return (settings->checkpoints + N_RECOVERY_CHECKPOINTS + 1) * (need.trained + need.optimizer) + need.trained;
}

static void
check_disk (const AttuneLocalModel    *model,
            const AttuneTrainSettings *settings,
            const AttuneJobContext    *context,
            AttuneValidation          *validation)
{
  g_autofree char *folder = NULL;
  guint64 available;
  guint64 need = attune_local_predict_disk (model, settings);

  folder = context != NULL && context->folder != NULL ? g_strdup (context->folder) : attune_paths_dup_jobs_folder ();
  available = attune_local_files_free_space (folder);
  if (need > available)
    {
      g_autofree char *need_text = g_format_size (need);
      g_autofree char *available_text = g_format_size (available);

      attune_validation_add (validation, "schedule.checkpoints", ATTUNE_SEVERITY_ERROR, "disk", NULL,
                             _("Checkpoints and result take up to %s, but only %s are free in “%s”. "
                               "Make room there, or ask for fewer checkpoints."),
                             need_text, available_text, folder);
    }
}

void
attune_local_validate_configuration (AttuneAdapter          *adapter,
                                     AttuneConfiguration    *configuration,
                                     const AttuneJobContext *context,
                                     AttuneValidation       *validation)
{
  AttuneLocalAdapter *self = ATTUNE_LOCAL_ADAPTER (adapter);
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autoptr (AttuneTrainSettings) settings = NULL;
  g_autofree char *engine = attune_paths_dup_engine ();

  if (!g_file_test (engine, G_FILE_TEST_IS_EXECUTABLE))
    attune_validation_add (validation, "", ATTUNE_SEVERITY_ERROR, "installation", NULL,
                           _("The trainer “%s” is missing. Install Attune again."), engine);

  model = check_model (self, configuration, context, validation);
  check_data (self, configuration, context, validation);
  check_method (configuration, model, validation);
  check_precision (configuration, validation);
  if (model == NULL)
    return;

  check_length (configuration, model, validation);

  /* Where something is out of its range there is nothing to compute with, and that was said before. */
  settings = attune_local_resolve_settings (self, configuration, context, model, NULL);
  if (settings != NULL)
    {
      check_memory (model, settings, validation);
      check_disk (model, settings, context, validation);
    }
}
