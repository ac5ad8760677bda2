/* attune-mistral-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-mistral-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-http-json.h"
#include "attune-translation.h"

/* What stands in a request before it is known; like the words of the request these are not translated. */
#define PLACEHOLDER_TRAINING "<training file id>"
#define PLACEHOLDER_VALIDATION "<validation file id>"
#define PLACEHOLDER_KEY "<W&B API key>"
#define PLACEHOLDER_SUFFIX "<from the job id>"

static const char *
get_file (AttuneConfiguration *configuration,
          AttuneDataset       *dataset,
          const char          *path,
          const char          *placeholder)
{
  const char *id = dataset != NULL ? attune_dataset_get_provider_file (dataset, ATTUNE_MISTRAL_ID) : NULL;

  if (id != NULL)
    return id;

  return dataset != NULL || attune_configuration_is_set (configuration, path) ? placeholder : NULL;
}

char *
attune_mistral_dup_suffix (AttuneConfiguration *configuration,
                           AttuneJob           *job,
                           gboolean            *is_own)
{
  g_autofree char *suffix = attune_configuration_dup_text (configuration, "output.suffix");
  g_autoptr (GString) made = NULL;

  if (is_own != NULL)
    *is_own = suffix != NULL;
  if (suffix != NULL)
    return g_steal_pointer (&suffix);
  if (job == NULL)
    return g_strdup (PLACEHOLDER_SUFFIX);

  /* Jobs carry no tags there: without a suffix nothing would tell this one from the next. */
  made = g_string_new ("attune-");
  for (const char *p = attune_job_get_id (job); *p != '\0' && made->len < ATTUNE_MISTRAL_MAX_SUFFIX; p++)
    if (*p != '-')
      g_string_append_c (made, *p);

  return g_string_free_and_steal (g_steal_pointer (&made));
}

static void
add_hyperparameters (AttuneTranslation *translation)
{
  JsonNode *body = attune_translation_get_body (translation);

  /* Required, even if it holds nothing. */
  json_object_set_object_member (json_node_get_object (body), "hyperparameters", json_object_new ());

  /* One of the two. */
  if (attune_translation_has_override (translation, "training_steps"))
    attune_translation_move_integer (translation, "training_steps", "hyperparameters.training_steps", 1, G_MAXINT64);
  else
    attune_translation_put (translation, "schedule.epochs", "hyperparameters.epochs");
  attune_translation_put (translation, "optimizer.learningRate", "hyperparameters.learning_rate");
  attune_translation_put (translation, "optimizer.weightDecay", "hyperparameters.weight_decay");
  attune_translation_put (translation, "optimizer.scheduler.warmupRatio", "hyperparameters.warmup_fraction");
  attune_translation_put (translation, "schedule.sequenceLength", "hyperparameters.seq_len");
  attune_translation_move_double (translation, "fim_ratio", "hyperparameters.fim_ratio", 0, 1);
}

static void
add_wandb (AttuneTranslation *translation,
           const char        *key)
{
  JsonNode *body = attune_translation_get_body (translation);

  if (!attune_translation_is_chosen (translation, "integrations.wandb.project"))
    return;

  attune_http_json_set_string (body, "integrations.0.type", "wandb");
  attune_translation_put (translation, "integrations.wandb.project", "integrations.0.project");
  attune_http_json_set_string (body, "integrations.0.api_key", key != NULL ? key : PLACEHOLDER_KEY);
  attune_translation_put (translation, "integrations.wandb.runName", "integrations.0.run_name");
}

JsonNode *
attune_mistral_build_request (AttuneConfiguration     *configuration,
                              const AttuneJobContext  *context,
                              const char              *wandb_key,
                              gboolean                 for_estimate,
                              GError                 **error)
{
  g_autoptr (AttuneTranslation) translation = NULL;
  g_autofree char *suffix = NULL;
  const char *training;
  const char *validation;
  JsonNode *body;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);
  g_return_val_if_fail (context != NULL, NULL);

  translation = attune_translation_new (configuration);
  body = attune_translation_get_body (translation);
  training = get_file (configuration, context->training, "datasets.trainingFileId", PLACEHOLDER_TRAINING);
  validation = get_file (configuration, context->validation, "datasets.validationFileId", PLACEHOLDER_VALIDATION);
  suffix = attune_mistral_dup_suffix (configuration, context->job, NULL);

  if (!attune_translation_is_chosen (translation, "model.baseModel"))
    attune_translation_fail (translation, _("model.baseModel: no base model is chosen"));
  if (training == NULL)
    attune_translation_fail (translation, _("datasets.trainingFileId: no training data is chosen"));

  attune_translation_put (translation, "model.baseModel", "model");
  attune_http_json_set_string (body, "training_files.0.file_id", training);
  if (validation != NULL)
    {
      JsonArray *files = json_array_new ();

      json_array_add_string_element (files, validation);
      json_object_set_array_member (json_node_get_object (body), "validation_files", files);
    }
  add_hyperparameters (translation);
  attune_translation_move_double (translation, "invalid_sample_skip_percentage", "invalid_sample_skip_percentage", 0, 0.5);
  if (!for_estimate)
    {
      attune_http_json_set_string (body, "suffix", suffix);
      add_wandb (translation, wandb_key);
    }

  /* It was announced that it has to be said. */
  attune_http_json_set_boolean (body, "auto_start", TRUE);
  attune_translation_move_boolean (translation, "auto_start", "auto_start");

  return attune_translation_finish (translation, error);
}

static gboolean
has_override (AttuneConfiguration *configuration,
              const char          *name)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node);
}

static void
check_data (AttuneConfiguration *configuration,
            AttuneDataset       *dataset,
            const char          *path,
            AttuneValidation    *validation)
{
  const char *format = dataset != NULL ? attune_dataset_get_format (dataset) : NULL;
  const char *file = dataset != NULL ? attune_dataset_get_path (dataset) : NULL;

  if (dataset == NULL)
    return;

  if (format != NULL && !g_str_equal (format, "chat"))
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s is of the format “%s”, and Mistral takes conversations. Convert it: attunectl dataset-convert %s NEW.jsonl --to chat"),
                           file, format, file);
  else if (!g_str_has_suffix (file, ".jsonl"))
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s is no JSON Lines file, and Mistral takes no other. Convert it: attunectl dataset-convert %s NEW.jsonl --to chat"),
                           file, file);

  /* It would be found there only after the upload, and the job fails for it unless it may skip some. */
  if (attune_dataset_get_n_problems (dataset) > 0)
    attune_validation_add (validation, path,
                           has_override (configuration, "invalid_sample_skip_percentage") ? ATTUNE_SEVERITY_WARNING : ATTUNE_SEVERITY_ERROR, "data", NULL,
                           ngettext ("%s has %" G_GINT64_FORMAT " row that cannot be used. The first: %s. “attunectl dataset-check” lists them",
                                     "%s has %" G_GINT64_FORMAT " rows that cannot be used. The first: %s. “attunectl dataset-check” lists them",
                                     (gulong) attune_dataset_get_n_problems (dataset)),
                           file, attune_dataset_get_n_problems (dataset),
                           attune_dataset_get_first_problem (dataset) != NULL ? attune_dataset_get_first_problem (dataset) : "?");

  if (attune_dataset_get_size (dataset) > ATTUNE_MISTRAL_MAX_FILE)
    {
      g_autofree char *size = g_format_size ((guint64) attune_dataset_get_size (dataset));
      g_autofree char *limit = g_format_size ((guint64) ATTUNE_MISTRAL_MAX_FILE);

      attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                             _("%s has %s, and Mistral takes at most %s. Use fewer rows"), file, size, limit);
    }
}

static void
check_validation_size (const AttuneJobContext *context,
                       AttuneValidation       *validation)
{
  gint64 training_size = context->training != NULL ? attune_dataset_get_size (context->training) : 0;
  gint64 size = context->validation != NULL ? attune_dataset_get_size (context->validation) : 0;
  gint64 limit = MIN (ATTUNE_MISTRAL_MAX_VALIDATION, training_size / 20);

  if (training_size > 0 && size > limit)
    {
      g_autofree char *shown = g_format_size ((guint64) size);
      g_autofree char *allowed = g_format_size ((guint64) limit);

      attune_validation_add (validation, "datasets.validationFileId", ATTUNE_SEVERITY_ERROR, "data", NULL,
                             _("The validation data has %s, and Mistral takes at most 1 MB and a twentieth of the training data, which is %s. Use fewer rows"),
                             shown, allowed);
    }
}

static void
check_settings (AttuneConfiguration *configuration,
                AttuneValidation    *validation)
{
  g_autofree char *suffix = attune_configuration_dup_text (configuration, "output.suffix");
  g_autofree char *key = attune_configuration_dup_text (configuration, "integrations.wandb.apiKey");

  if (suffix != NULL && g_utf8_strlen (suffix, -1) > ATTUNE_MISTRAL_MAX_SUFFIX)
    {
      g_autofree char *shorter = g_utf8_substring (suffix, 0, ATTUNE_MISTRAL_MAX_SUFFIX);

      attune_validation_add (validation, "output.suffix", ATTUNE_SEVERITY_ERROR, "range", g_variant_new_string (shorter),
                             _("The suffix has %ld characters, and Mistral takes at most %d"), g_utf8_strlen (suffix, -1), ATTUNE_MISTRAL_MAX_SUFFIX);
    }

  if (key != NULL && attune_configuration_is_set (configuration, "integrations.wandb.project") && strlen (key) != ATTUNE_MISTRAL_WANDB_KEY_LENGTH)
    attune_validation_add (validation, "integrations.wandb.apiKey", ATTUNE_SEVERITY_ERROR, "combination", NULL,
                           _("Mistral takes keys of Weights & Biases with exactly %d characters, the old form. Make such a key, or leave W&B out"),
                           ATTUNE_MISTRAL_WANDB_KEY_LENGTH);

  if (has_override (configuration, "training_steps") && attune_configuration_is_set (configuration, "schedule.epochs"))
    attune_validation_add (validation, "schedule.epochs", ATTUNE_SEVERITY_WARNING, "combination", NULL,
                           _("metadata.training_steps takes the place of the epochs, which are not sent"));

  if (attune_configuration_is_set (configuration, "optimizer.scheduler.type")
      && attune_configuration_get_enum (configuration, "optimizer.scheduler.type") != ATTUNE_LR_SCHEDULER_COSINE)
    attune_validation_add (validation, "optimizer.scheduler.type", ATTUNE_SEVERITY_ERROR, "unsupported", g_variant_new_string ("cosine"),
                           _("Mistral always lets the learning rate climb and then fall as a cosine"));
}

void
attune_mistral_validate (AttuneConfiguration    *configuration,
                         const AttuneJobContext *context,
                         AttuneCapabilities     *capabilities,
                         gboolean                is_public,
                         GDateTime              *now,
                         AttuneValidation       *validation)
{
  g_autofree char *model = attune_configuration_dup_text (configuration, "model.baseModel");
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");
  g_autoptr (GVariant) entry = model != NULL ? attune_capabilities_dup_model (capabilities, model) : NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GError) error = NULL;
  const char *day = NULL;

  if (is_public)
    attune_validation_add (validation, "", ATTUNE_SEVERITY_WARNING, "withdrawn", NULL,
                           _("Mistral withdrew its fine-tuning jobs in July 2026. Attune asks once more before anything is uploaded; "
                             "choose another provider to use the same settings there"));

  if (entry != NULL && g_variant_lookup (entry, "shutdownDate", "&s", &day) && g_strcmp0 (day, today) <= 0)
    attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_WARNING, "withdrawn", NULL,
                           _("Mistral has given up “%s” on %s"), model, day);

  check_settings (configuration, validation);
  check_data (configuration, context->training, "datasets.trainingFileId", validation);
  check_data (configuration, context->validation, "datasets.validationFileId", validation);
  check_validation_size (context, validation);

  /* Whatever else would stop the request from being made. What lacks here was said by the universal check. */
  if (model == NULL || (context->training == NULL && !attune_configuration_is_set (configuration, "datasets.trainingFileId")))
    return;
  body = attune_mistral_build_request (configuration, context, NULL, FALSE, &error);
  if (body == NULL && attune_validation_get_n_errors (validation) == 0)
    attune_validation_add (validation, "metadata", ATTUNE_SEVERITY_ERROR, "type", NULL, "%s", error->message);
}
