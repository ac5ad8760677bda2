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

static void
check_dataset (AttuneDataset    *dataset,
               const char       *path,
               AttuneValidation *validation)
{
  const char *file = attune_dataset_get_path (dataset);
  gint64 n_problems = attune_dataset_get_n_problems (dataset);

  if (g_access (file, R_OK) != 0)
    {
      attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                             _("The file “%s” cannot be read: %s. Choose it again where it lies now."), file, g_strerror (errno));
      return;
    }

  if (n_problems > 0)
    {
      const char *first = attune_dataset_get_first_problem (dataset);

      attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                             ngettext ("%s: %s", "%s: %s (and more: %" G_GINT64_FORMAT " problems in all)", (gulong) n_problems),
                             file, first != NULL ? first : _("some rows cannot be used"), n_problems);
    }
  else if (attune_dataset_get_format (dataset) != NULL && attune_dataset_get_rows (dataset) == 0)
    {
      attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                             _("%s: the file has no rows. Write one JSON object a line."), file);
    }
}

static void
check_data (AttuneConfiguration    *configuration,
            const AttuneJobContext *context,
            AttuneValidation       *validation)
{
  gboolean has_validation = attune_configuration_is_set (configuration, "datasets.validationFileId");

  if (context != NULL && context->training != NULL)
    check_dataset (context->training, "datasets.trainingFileId", validation);
  if (context != NULL && context->validation != NULL)
    {
      check_dataset (context->validation, "datasets.validationFileId", validation);
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
  g_autoptr (AttuneLoraSettings) lora = NULL;
  g_autoptr (GError) error = NULL;

  if (attune_configuration_get_enum (configuration, "method.type") != ATTUNE_TRAINING_METHOD_LORA)
    return;

  lora = attune_local_build_lora (configuration, &error);
  if (lora == NULL)
    {
      attune_validation_add (validation, "method.loraConfig.trainableModules", ATTUNE_SEVERITY_ERROR, "type",
                             g_variant_new_string ("all-linear"), "%s", error->message);
      return;
    }

  if (model != NULL)
    {
      guint narrowest = MIN (model->config->hidden_size, model->config->n_kv_heads * model->config->head_dim);

      if (lora->rank > narrowest)
        attune_validation_add (validation, "method.loraConfig.rank", ATTUNE_SEVERITY_WARNING, "combination",
                               g_variant_new_int64 (narrowest),
                               _("The narrowest matrix of this model has %u rows: a rank beyond that costs memory and adds nothing."), narrowest);
    }

  if (lora->dropout >= 1)
    attune_validation_add (validation, "method.loraConfig.dropout", ATTUNE_SEVERITY_ERROR, "combination", g_variant_new_double (0),
                           _("A dropout of 1 leaves nothing to learn from. Set it below 1."));

  /* An adapter begins at zero and has few weights; with the rates of full fine-tuning it stays there. */
  if (rate > 0 && rate < 3e-5)
    attune_validation_add (validation, "optimizer.learningRate", ATTUNE_SEVERITY_WARNING, "advice", g_variant_new_double (2e-4),
                           _("An adapter hardly learns at this rate. 0.0002 is a usual one for LoRA."));
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
predict (const AttuneLocalModel   *model,
         AttuneModelPrecision      precision,
         const AttuneLoraSettings *lora,
         guint                     n_rows,
         guint                     length,
         guint                     threads,
         AttuneMemoryNeed         *need)
{
  attune_model_predict_memory (model->config, precision, lora, n_rows, length,
                               threads > 0 ? threads : g_get_num_processors (), need);

  return need->total;
}

/* What would make it fit: smaller batches with more of them to a step first, since that leaves the result as it is. */
static void
suggest_smaller (AttuneConfiguration      *configuration,
                 const AttuneLocalModel   *model,
                 const AttuneLoraSettings *lora,
                 AttuneModelPrecision      precision,
                 guint                     length,
                 guint64                   available,
                 const char               *need_text,
                 const char               *available_text,
                 AttuneValidation         *validation)
{
  gint64 batch = attune_configuration_get_integer (configuration, "schedule.batchSize");
  gint64 accumulation = attune_configuration_get_integer (configuration, "schedule.gradientAccumulation");
  guint threads = attune_local_get_threads (configuration);
  AttuneMemoryNeed need;

  for (gint64 smaller = batch - 1; smaller >= 1; smaller--)
    {
      gint64 more = (batch * accumulation + smaller - 1) / smaller;

      if (more > 16 || predict (model, precision, lora, (guint) smaller, length, threads, &need) > available)
        continue;

      attune_validation_add (validation, "schedule.batchSize", ATTUNE_SEVERITY_WARNING, "memory", g_variant_new_int64 (smaller),
                             _("Rows as long as the sequence length would need %s of memory, but %s are free. "
                               "A batch size of %d with %d batches a step gives the same result and fits."),
                             need_text, available_text, (int) smaller, (int) more);
      if (more != accumulation)
        attune_validation_add (validation, "schedule.gradientAccumulation", ATTUNE_SEVERITY_WARNING, "memory",
                               g_variant_new_int64 (more),
                               _("Goes with the smaller batch size: %d batches a step keep the size of the step."), (int) more);
      return;
    }

  for (guint shorter = length / 2; shorter >= 512; shorter /= 2)
    {
      if (predict (model, precision, lora, 1, shorter, threads, &need) > available)
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
check_memory (AttuneConfiguration    *configuration,
              const AttuneLocalModel *model,
              AttuneValidation       *validation)
{
  AttuneModelPrecision precision = (AttuneModelPrecision) attune_configuration_get_enum (configuration, "model.precision");
  gint64 batch = attune_configuration_get_integer (configuration, "schedule.batchSize");
  gint64 length = attune_configuration_get_integer (configuration, "schedule.sequenceLength");
  guint64 available = attune_machine_get_available_memory ();
  guint64 total = attune_machine_get_total_memory ();
  g_autoptr (AttuneLoraSettings) lora = NULL;
  g_autofree char *need_text = NULL;
  g_autofree char *available_text = NULL;
  AttuneMemoryNeed need;
  guint64 fixed;

  /* What is out of its range is said elsewhere and cannot be computed with. */
  if (available == 0 || batch < 1 || batch > 64 || length < 1 || length > 33000 ||
      (precision != ATTUNE_MODEL_PRECISION_FP32 && precision != ATTUNE_MODEL_PRECISION_BF16))
    return;

  if (attune_configuration_get_enum (configuration, "method.type") != ATTUNE_TRAINING_METHOD_FULL)
    {
      lora = attune_local_build_lora (configuration, NULL);
      if (lora == NULL)
        return;
    }

  if (model->context_length > 0)
    length = MIN (length, model->context_length);
  predict (model, precision, lora, (guint) batch, (guint) length, attune_local_get_threads (configuration), &need);

  available_text = g_format_size_full (available, G_FORMAT_SIZE_IEC_UNITS);
  fixed = need.weights + need.trained + need.gradients + need.optimizer;
  if (fixed > total)
    {
      need_text = g_format_size_full (fixed, G_FORMAT_SIZE_IEC_UNITS);
      attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_ERROR, "memory", NULL,
                             lora == NULL
                               ? _("Full fine-tuning of this model needs %s of memory for the weights alone, and %s are free. "
                                   "Choose LoRA, or a smaller model.")
                               : _("This model needs %s of memory for the weights alone, and %s are free. "
                                   "Choose bf16, or a smaller model."),
                             need_text, available_text);
    }
  else if (need.total > available)
    {
      need_text = g_format_size_full (need.total, G_FORMAT_SIZE_IEC_UNITS);
      suggest_smaller (configuration, model, lora, precision, (guint) length, available, need_text, available_text, validation);
    }
}

static void
check_disk (AttuneConfiguration    *configuration,
            const AttuneLocalModel *model,
            const AttuneJobContext *context,
            AttuneValidation       *validation)
{
  g_autofree char *folder = NULL;
  guint64 available;
  guint64 need = attune_local_predict_disk (configuration, model);

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

guint64
attune_local_predict_disk (AttuneConfiguration    *configuration,
                           const AttuneLocalModel *model)
{
  guint64 n_checkpoints = (guint64) CLAMP (attune_configuration_get_integer (configuration, "schedule.checkpoints"), 0, 10);
  g_autoptr (AttuneLoraSettings) lora = NULL;
  AttuneMemoryNeed need;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), 0);
  g_return_val_if_fail (model != NULL, 0);

  if (model->config == NULL)
    return 0;
  if (attune_configuration_get_enum (configuration, "method.type") != ATTUNE_TRAINING_METHOD_FULL)
    lora = attune_local_build_lora (configuration, NULL);

  /* A checkpoint holds the trained weights and two numbers of the optimizer for each; one more is there while it is being written. */
  predict (model, ATTUNE_MODEL_PRECISION_FP32, lora, 1, 1, 1, &need);

  return (n_checkpoints + N_RECOVERY_CHECKPOINTS + 1) * (need.trained + need.optimizer) + need.trained;
}

void
attune_local_validate_configuration (AttuneAdapter          *adapter,
                                     AttuneConfiguration    *configuration,
                                     const AttuneJobContext *context,
                                     AttuneValidation       *validation)
{
  AttuneLocalAdapter *self = ATTUNE_LOCAL_ADAPTER (adapter);
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autofree char *engine = attune_paths_dup_engine ();

  if (!g_file_test (engine, G_FILE_TEST_IS_EXECUTABLE))
    attune_validation_add (validation, "", ATTUNE_SEVERITY_ERROR, "installation", NULL,
                           _("The trainer “%s” is missing. Install Attune again."), engine);

  model = check_model (self, configuration, context, validation);
  check_data (configuration, context, validation);
  check_method (configuration, model, validation);
  if (model == NULL)
    return;

  check_length (configuration, model, validation);
  check_memory (configuration, model, validation);
  check_disk (configuration, model, context, validation);
}
