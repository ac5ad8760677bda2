/* attune-openai-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-openai-private.h"

#include <float.h>
#include <glib/gi18n-lib.h>

#include "attune-http-json.h"
#include "attune-translation.h"

/* What stands in a request before it is known; like the words of the request these are not translated. */
#define PLACEHOLDER_TRAINING "<training file id>"
#define PLACEHOLDER_VALIDATION "<validation file id>"
#define PLACEHOLDER_JOB "<job id>"

static const char * const methods[] = { "supervised", "dpo", "reinforcement", NULL };
static const char * const efforts[] = { "default", "low", "medium", "high", NULL };

/* Settings that only one of the methods has. */
static const struct {
  const char *name;
  const char *method;
} special[] = {
  { "beta", "dpo" },
  { "reasoning_effort", "reinforcement" },
  { "compute_multiplier", "reinforcement" },
  { "eval_interval", "reinforcement" },
  { "eval_samples", "reinforcement" },
  { "grader", "reinforcement" },
};

static const char *
get_file (AttuneConfiguration *configuration,
          AttuneDataset       *dataset,
          const char          *path,
          const char          *placeholder)
{
  const char *id = dataset != NULL ? attune_dataset_get_provider_file (dataset, ATTUNE_OPENAI_ID) : NULL;

  if (id != NULL)
    return id;

  return dataset != NULL || attune_configuration_is_set (configuration, path) ? placeholder : NULL;
}

static void
add_grader (AttuneTranslation *translation)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) grader = NULL;
  g_autoptr (GError) error = NULL;

  text = attune_translation_take_text (translation, "grader", NULL);
  if (text == NULL)
    {
      attune_translation_fail (translation, _("metadata.grader is missing: the method “reinforcement” needs it, as the JSON object that OpenAI documents"));
      return;
    }

  grader = attune_json_parse (text, -1, "metadata.grader", &error);
  if (grader == NULL)
    attune_translation_fail (translation, "%s", error->message);
  else if (!JSON_NODE_HOLDS_OBJECT (grader))
    attune_translation_fail (translation, _("metadata.grader has to be a JSON object, not %s"), attune_json_node_describe (grader));
  else
    attune_http_json_set_node (attune_translation_get_body (translation), "method.reinforcement.grader", g_steal_pointer (&grader));
}

/* method = {type, <type>: {hyperparameters: {…}}}; nothing of it where nothing is chosen. */
static void
add_method (AttuneTranslation *translation)
{
  g_autofree char *chosen = attune_translation_take_text (translation, "method", methods);
  const char *method = chosen != NULL ? chosen : "supervised";
  g_autofree char *epochs = g_strdup_printf ("method.%s.hyperparameters.n_epochs", method);
  g_autofree char *batch = g_strdup_printf ("method.%s.hyperparameters.batch_size", method);
  g_autofree char *multiplier = g_strdup_printf ("method.%s.hyperparameters.learning_rate_multiplier", method);
  JsonNode *body = attune_translation_get_body (translation);

  /* The type comes first for whoever reads the preview. */
  if (chosen != NULL
      || attune_translation_is_chosen (translation, "schedule.epochs")
      || attune_translation_is_chosen (translation, "schedule.batchSize")
      || attune_translation_has_override (translation, "learning_rate_multiplier"))
    attune_http_json_set_string (body, "method.type", method);

  attune_translation_put (translation, "schedule.epochs", epochs);
  attune_translation_put (translation, "schedule.batchSize", batch);
  attune_translation_move_double (translation, "learning_rate_multiplier", multiplier, DBL_MIN, DBL_MAX);

  if (g_str_equal (method, "dpo"))
    {
      attune_translation_move_double (translation, "beta", "method.dpo.hyperparameters.beta", DBL_MIN, 2);
    }
  else if (g_str_equal (method, "reinforcement"))
    {
      attune_translation_move_text (translation, "reasoning_effort", "method.reinforcement.hyperparameters.reasoning_effort", efforts);
      attune_translation_move_double (translation, "compute_multiplier", "method.reinforcement.hyperparameters.compute_multiplier",
                                      0.00001 * (1 + DBL_EPSILON), 10);
      attune_translation_move_integer (translation, "eval_interval", "method.reinforcement.hyperparameters.eval_interval", 1, G_MAXINT64);
      attune_translation_move_integer (translation, "eval_samples", "method.reinforcement.hyperparameters.eval_samples", 1, G_MAXINT64);
      add_grader (translation);
    }

  /* What belongs to another method is said by the check before flight, and must not be taken for a tag. */
  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    json_object_remove_member (attune_translation_get_rest (translation), special[i].name);
}

static void
add_wandb (AttuneTranslation *translation)
{
  g_autofree char *entity = attune_translation_take_text (translation, "wandb_entity", NULL);
  g_autofree char *tags = attune_translation_take_text (translation, "wandb_tags", NULL);
  JsonNode *body = attune_translation_get_body (translation);

  if (!attune_translation_is_chosen (translation, "integrations.wandb.project"))
    return;

  attune_http_json_set_string (body, "integrations.0.type", "wandb");
  attune_translation_put (translation, "integrations.wandb.project", "integrations.0.wandb.project");
  attune_translation_put (translation, "integrations.wandb.runName", "integrations.0.wandb.name");
  attune_http_json_set_string (body, "integrations.0.wandb.entity", entity);
  if (tags != NULL)
    {
      g_auto (GStrv) words = g_strsplit (tags, ",", -1);
      g_autoptr (JsonArray) array = json_array_new ();
      JsonNode *node = json_node_new (JSON_NODE_ARRAY);

      for (guint i = 0; words[i] != NULL; i++)
        if (*g_strstrip (words[i]) != '\0')
          json_array_add_string_element (array, words[i]);
      json_node_take_array (node, g_steal_pointer (&array));
      attune_http_json_set_node (body, "integrations.0.wandb.tags", node);
    }
}

/* The members of metadata that are no settings are kept with the job at OpenAI, beside the id under which it is found again. */
static void
add_tags (AttuneTranslation      *translation,
          const AttuneJobContext *context)
{
  JsonObject *rest = attune_translation_get_rest (translation);
  JsonObject *tags = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_node_take_object (node, tags);
  json_object_set_string_member (tags, ATTUNE_OPENAI_JOB_KEY, context->job != NULL ? attune_job_get_id (context->job) : PLACEHOLDER_JOB);
  json_object_iter_init_ordered (&iter, rest);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_autofree char *text = NULL;

      if (JSON_NODE_HOLDS_NULL (value) || g_str_equal (name, ATTUNE_OPENAI_JOB_KEY))
        continue;

      text = attune_json_node_peek_string (value) != NULL ? g_strdup (attune_json_node_peek_string (value))
                                                          : attune_json_write (value, FALSE);
      if (g_utf8_strlen (name, -1) > ATTUNE_OPENAI_MAX_TAG_NAME)
        attune_translation_fail (translation, _("The name of metadata.%s is longer than the %d characters that OpenAI keeps"),
                                 name, ATTUNE_OPENAI_MAX_TAG_NAME);
      else if (g_utf8_strlen (text, -1) > ATTUNE_OPENAI_MAX_TAG_VALUE)
        attune_translation_fail (translation, _("metadata.%s is longer than the %d characters that OpenAI keeps"),
                                 name, ATTUNE_OPENAI_MAX_TAG_VALUE);
      else
        json_object_set_string_member (tags, name, text);
    }

  if (json_object_get_size (tags) > ATTUNE_OPENAI_MAX_TAGS)
    attune_translation_fail (translation, _("metadata has %u members that OpenAI would keep with the job, which are more than %d. Remove some"),
                             json_object_get_size (tags) - 1, ATTUNE_OPENAI_MAX_TAGS - 1);
  attune_http_json_set_node (attune_translation_get_body (translation), "metadata", node);
}

JsonNode *
attune_openai_build_request (AttuneConfiguration     *configuration,
                             const AttuneJobContext  *context,
                             GError                 **error)
{
  g_autoptr (AttuneTranslation) translation = NULL;
  const char *training;
  const char *validation;
  JsonNode *body;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);
  g_return_val_if_fail (context != NULL, NULL);

  translation = attune_translation_new (configuration);
  body = attune_translation_get_body (translation);
  training = get_file (configuration, context->training, "datasets.trainingFileId", PLACEHOLDER_TRAINING);
  validation = get_file (configuration, context->validation, "datasets.validationFileId", PLACEHOLDER_VALIDATION);

  if (!attune_translation_is_chosen (translation, "model.baseModel"))
    attune_translation_fail (translation, _("model.baseModel: no base model is chosen"));
  if (training == NULL)
    attune_translation_fail (translation, _("datasets.trainingFileId: no training data is chosen"));

  attune_translation_put (translation, "model.baseModel", "model");
  attune_http_json_set_string (body, "training_file", training);
  attune_http_json_set_string (body, "validation_file", validation);
  attune_translation_put (translation, "output.suffix", "suffix");
  attune_translation_move_integer (translation, "seed", "seed", 0, G_MAXINT32);
  add_method (translation);
  add_wandb (translation);
  add_tags (translation, context);

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
check_method (AttuneConfiguration    *configuration,
              const AttuneJobContext *context,
              AttuneValidation       *validation)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), "method");
  const char *method = attune_json_node_peek_string (node);
  const char *format = context->training != NULL ? attune_dataset_get_format (context->training) : NULL;

  if (method == NULL || *method == '\0')
    method = "supervised";

  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    {
      g_autofree char *path = g_strconcat ("metadata.", special[i].name, NULL);

      if (has_override (configuration, special[i].name) && !g_str_equal (special[i].method, method))
        attune_validation_add (validation, path, ATTUNE_SEVERITY_WARNING, "combination", NULL,
                               _("%s has no effect, as it only counts while metadata.method is “%s”"), path, special[i].method);
    }

  for (guint i = 0; i < 2; i++)
    {
      const char *name = i == 0 ? "wandb_entity" : "wandb_tags";
      g_autofree char *path = g_strconcat ("metadata.", name, NULL);

      if (has_override (configuration, name) && !attune_configuration_is_set (configuration, "integrations.wandb.project"))
        attune_validation_add (validation, path, ATTUNE_SEVERITY_WARNING, "combination", NULL,
                               _("%s has no effect without %s"), path, "integrations.wandb.project");
    }

  if (format == NULL)
    return;
  if (g_str_equal (method, "dpo") && !g_str_equal (format, "preference"))
    attune_validation_add (validation, "datasets.trainingFileId", ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("The method “dpo” learns from pairs of a better and a worse answer, and this data is of the format “%s”. "
                             "Choose preference pairs, or another method"), format);
  else if (!g_str_equal (method, "dpo") && g_str_equal (format, "preference"))
    attune_validation_add (validation, "metadata.method", ATTUNE_SEVERITY_ERROR, "data", g_variant_new_string ("dpo"),
                           _("This data is pairs of a better and a worse answer, which OpenAI learns from with the method “dpo”"));
}

static void
check_data (AttuneDataset    *dataset,
            const char       *path,
            AttuneValidation *validation)
{
  const char *format = dataset != NULL ? attune_dataset_get_format (dataset) : NULL;
  const char *file = dataset != NULL ? attune_dataset_get_path (dataset) : NULL;
  gint64 rows = dataset != NULL ? attune_dataset_get_rows (dataset) : -1;

  if (dataset == NULL)
    return;

  if (format != NULL && !g_str_equal (format, "chat") && !g_str_equal (format, "preference"))
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s is of the format “%s”, and OpenAI takes conversations. Convert it: attunectl dataset-convert %s NEW.jsonl --to chat"),
                           file, format, file);
  else if (file != NULL && !g_str_has_suffix (file, ".jsonl"))
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s is no JSON Lines file, and OpenAI takes no other. Convert it: attunectl dataset-convert %s NEW.jsonl --to chat"),
                           file, file);

  /* The smallest number is asked of the training data only. */
  if (format != NULL && rows >= 0 && rows < ATTUNE_OPENAI_MIN_ROWS && g_str_equal (path, "datasets.trainingFileId"))
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s has %" G_GINT64_FORMAT " rows, and OpenAI asks for at least %d. Add some"),
                           file, rows, ATTUNE_OPENAI_MIN_ROWS);

  /* It would be found there only after the upload, and the job fails for it. */
  if (attune_dataset_get_n_problems (dataset) > 0)
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           ngettext ("%s has %" G_GINT64_FORMAT " row that cannot be used, and OpenAI refuses such files. The first: %s. “attunectl dataset-check” lists them",
                                     "%s has %" G_GINT64_FORMAT " rows that cannot be used, and OpenAI refuses such files. The first: %s. “attunectl dataset-check” lists them",
                                     (gulong) attune_dataset_get_n_problems (dataset)),
                           file, attune_dataset_get_n_problems (dataset),
                           attune_dataset_get_first_problem (dataset) != NULL ? attune_dataset_get_first_problem (dataset) : "?");
}

/* The day after which a model answers no more stands in the catalogue, and in the provider's list. */
static void
check_model (AttuneConfiguration *configuration,
             AttuneCapabilities  *capabilities,
             GDateTime           *now,
             AttuneValidation    *validation)
{
  g_autofree char *model = attune_configuration_dup_text (configuration, "model.baseModel");
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");
  g_autoptr (GVariant) entry = model != NULL ? attune_capabilities_dup_model (capabilities, model) : NULL;
  g_autoptr (GVariant) retired = NULL;
  const char *day = NULL;

  if (model == NULL)
    return;

  retired = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "retiredModels", G_VARIANT_TYPE_VARDICT);
  if (entry == NULL && (retired == NULL || !g_variant_lookup (retired, model, "&s", &day)))
    {
      if (attune_capabilities_get_n_models (capabilities) > 0)
        attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_WARNING, "model", NULL,
                               _("“%s” is not among the models that OpenAI is known to tune"), model);
      return;
    }

  if (entry != NULL && !g_variant_lookup (entry, "shutdownDate", "&s", &day))
    return;
  if (g_strcmp0 (day, today) <= 0)
    attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_ERROR, "withdrawn", NULL,
                           /* translators: the name of a model, and a day as 2027-01-14 */
                           _("OpenAI has shut down “%s” on %s. Choose another model, or another provider"), model, day);
  else
    attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_WARNING, "withdrawn", NULL,
                           _("OpenAI shuts down “%s”, and what was tuned from it, on %s"), model, day);
}

void
attune_openai_validate (AttuneConfiguration    *configuration,
                        const AttuneJobContext *context,
                        AttuneCapabilities     *capabilities,
                        GDateTime              *now,
                        AttuneValidation       *validation)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *suffix = attune_configuration_dup_text (configuration, "output.suffix");
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");
  const char *last_day = NULL;

  g_variant_lookup (attune_capabilities_get_variant (capabilities), "lastDay", "&s", &last_day);
  if (last_day != NULL && g_strcmp0 (today, last_day) > 0)
    attune_validation_add (validation, "", ATTUNE_SEVERITY_ERROR, "closed", NULL,
                           /* translators: a day as 2027-01-06 */
                           _("OpenAI takes no new fine-tuning jobs after %s. Choose another provider: the settings stay as they are"), last_day);

  check_model (configuration, capabilities, now, validation);
  check_method (configuration, context, validation);
  check_data (context->training, "datasets.trainingFileId", validation);
  check_data (context->validation, "datasets.validationFileId", validation);

  if (suffix != NULL && g_utf8_strlen (suffix, -1) > ATTUNE_OPENAI_MAX_SUFFIX)
    {
      g_autofree char *shorter = g_utf8_substring (suffix, 0, ATTUNE_OPENAI_MAX_SUFFIX);

      attune_validation_add (validation, "output.suffix", ATTUNE_SEVERITY_ERROR, "range", g_variant_new_string (shorter),
                             _("The suffix has %ld characters, and OpenAI takes at most %d"), g_utf8_strlen (suffix, -1), ATTUNE_OPENAI_MAX_SUFFIX);
    }

  if (attune_configuration_is_set (configuration, "optimizer.learningRate") && !has_override (configuration, "learning_rate_multiplier"))
    attune_validation_add (validation, "metadata.learning_rate_multiplier", ATTUNE_SEVERITY_WARNING, "advice", NULL,
                           _("OpenAI chooses the learning rate itself and only takes a multiplier of it: metadata.learning_rate_multiplier"));
  if (attune_configuration_is_set (configuration, "integrations.wandb.project"))
    attune_validation_add (validation, "integrations.wandb.project", ATTUNE_SEVERITY_WARNING, "advice", NULL,
                           _("OpenAI logs to Weights & Biases with the key that is registered in the settings of your OpenAI account, with no other"));

  /* Whatever else would stop the request from being made. What lacks here was said by the universal check. */
  if (!attune_configuration_is_set (configuration, "model.baseModel")
      || (context->training == NULL && !attune_configuration_is_set (configuration, "datasets.trainingFileId")))
    return;
  body = attune_openai_build_request (configuration, context, &error);
  if (body == NULL && attune_validation_get_n_errors (validation) == 0)
    attune_validation_add (validation, "metadata", ATTUNE_SEVERITY_ERROR, "type", NULL, "%s", error->message);
}
