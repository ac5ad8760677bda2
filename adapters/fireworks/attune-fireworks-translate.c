/* attune-fireworks-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-fireworks-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-json.h"

/* What stands in a request before it is known. Like the words of the request itself these are not translated. */
#define PLACEHOLDER_ACCOUNT "<account id>"
#define PLACEHOLDER_JOB "<job id>"
#define PLACEHOLDER_KEY "<W&B API key>"

/* Only what was set is sent: the rest is the provider's to choose. */
static gboolean
is_chosen (AttuneConfiguration *configuration,
           const char          *path)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);

  return parameter != NULL
         && attune_configuration_is_set (configuration, path)
         && attune_configuration_applies (configuration, parameter);
}

static gint64
get_integer_or (AttuneConfiguration *configuration,
                const char          *path,
                gint64               fallback)
{
  return attune_configuration_is_set (configuration, path) ? attune_configuration_get_integer (configuration, path) : fallback;
}

gint64
attune_fireworks_get_batch_size (AttuneConfiguration *configuration)
{
  return get_integer_or (configuration, "schedule.batchSize", ATTUNE_FIREWORKS_DEFAULT_BATCH);
}

gint64
attune_fireworks_get_epochs (AttuneConfiguration *configuration)
{
  return get_integer_or (configuration, "schedule.epochs", ATTUNE_FIREWORKS_DEFAULT_EPOCHS);
}

gint64
attune_fireworks_get_total_steps (AttuneConfiguration    *configuration,
                                  const AttuneJobContext *context)
{
  if (context == NULL || context->training == NULL)
    return -1;

  return attune_fireworks_count_steps (attune_dataset_get_rows (context->training),
                                       attune_fireworks_get_batch_size (configuration),
                                       attune_fireworks_get_epochs (configuration));
}

static double
get_warmup_ratio (AttuneConfiguration *configuration)
{
  if (!is_chosen (configuration, "optimizer.scheduler.warmupRatio"))
    return 0;

  return attune_configuration_get_double (configuration, "optimizer.scheduler.warmupRatio");
}

gint64
attune_fireworks_get_warmup_steps (AttuneConfiguration *configuration,
                                   gint64               total_steps)
{
  if (total_steps <= 0)
    return 0;

  return (gint64) llround (get_warmup_ratio (configuration) * (double) total_steps);
}

static char *
dup_resource (const char *account,
              const char *kind,
              const char *id)
{
  return g_strdup_printf ("accounts/%s/%s/%s", account != NULL ? account : PLACEHOLDER_ACCOUNT, kind, id);
}

/* A file has the same id before and after it is uploaded, as soon as it was read once. */
static char *
dup_dataset_name (AttuneConfiguration *configuration,
                  AttuneDataset       *dataset,
                  const char          *path,
                  const char          *account,
                  const char          *placeholder)
{
  if (dataset != NULL)
    {
      const char *known = attune_dataset_get_provider_file (dataset, ATTUNE_FIREWORKS_ID);
      const char *sha256 = attune_dataset_get_sha256 (dataset);
      g_autofree char *id = NULL;

      if (known != NULL)
        return g_strdup (known);
      if (sha256 == NULL || *sha256 == '\0')
        return dup_resource (account, "datasets", placeholder);
      id = attune_fireworks_make_dataset_id (sha256);
      return dup_resource (account, "datasets", id);
    }

  if (attune_configuration_is_set (configuration, path))
    return dup_resource (account, "datasets", placeholder);

  return NULL;
}

static JsonNode *
get_metadata (AttuneConfiguration *configuration,
              const char          *name)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static const char *
get_metadata_text (AttuneConfiguration *configuration,
                   const char          *name)
{
  JsonNode *node = get_metadata (configuration, name);
  const char *text = node != NULL ? attune_json_node_peek_string (node) : NULL;

  return text != NULL && *text != '\0' ? text : NULL;
}

static void
copy_metadata_boolean (AttuneConfiguration *configuration,
                       const char          *name,
                       JsonObject          *body)
{
  JsonNode *node = get_metadata (configuration, name);
  gboolean value;

  if (node != NULL && attune_json_node_to_boolean (node, &value))
    json_object_set_boolean_member (body, name, value);
}

static gboolean
add_model (AttuneConfiguration  *configuration,
           JsonObject           *body,
           GError              **error)
{
  g_autofree char *model = attune_configuration_dup_text (configuration, "model.baseModel");
  const char *warm_start = get_metadata_text (configuration, "warmStartFrom");
  g_autofree char *name = NULL;

  /* Exactly one of the two: an adapter brings its base model along. */
  if (warm_start != NULL)
    {
      json_object_set_string_member (body, "warmStartFrom", warm_start);
      return TRUE;
    }

  if (model == NULL || *model == '\0')
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("model.baseModel: no base model is chosen."));
      return FALSE;
    }

  name = attune_fireworks_dup_model_name (model);
  json_object_set_string_member (body, "baseModel", name);

  return TRUE;
}

static gboolean
add_data (AttuneConfiguration         *configuration,
          const AttuneJobContext      *context,
          const AttuneFireworksParts  *parts,
          JsonObject                  *body,
          GError                     **error)
{
  g_autofree char *training = dup_dataset_name (configuration, context->training, "datasets.trainingFileId",
                                                parts->account, "<training file id>");
  g_autofree char *validation = dup_dataset_name (configuration, context->validation, "datasets.validationFileId",
                                                  parts->account, "<validation file id>");

  if (training == NULL)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("datasets.trainingFileId: no training data is chosen."));
      return FALSE;
    }

  json_object_set_string_member (body, "dataset", training);
  if (validation != NULL)
    json_object_set_string_member (body, "evaluationDataset", validation);
  copy_metadata_boolean (configuration, "evalAutoCarveout", body);

  return TRUE;
}

static gboolean
add_method (AttuneConfiguration  *configuration,
            JsonObject           *body,
            GError              **error)
{
  if (!attune_configuration_is_set (configuration, "method.type")
      || attune_configuration_get_enum (configuration, "method.type") == ATTUNE_TRAINING_METHOD_LORA)
    {
      if (is_chosen (configuration, "method.loraConfig.rank"))
        json_object_set_int_member (body, "loraRank", attune_configuration_get_integer (configuration, "method.loraConfig.rank"));
      return TRUE;
    }

  if (attune_configuration_get_enum (configuration, "method.type") == ATTUNE_TRAINING_METHOD_FULL)
    {
      json_object_set_int_member (body, "loraRank", 0);
      return TRUE;
    }

  g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                       _("method.type: Fireworks trains LoRA adapters or all weights, not QLoRA. Choose LoRA."));
  return FALSE;
}

static JsonObject *
build_decay (AttuneConfiguration *configuration)
{
  JsonObject *decay = json_object_new ();
  JsonNode *node = get_metadata (configuration, "decayRatio");
  double ratio;

  if (is_chosen (configuration, "optimizer.scheduler.minLRRatio"))
    json_object_set_double_member (decay, "minLrRatio", attune_configuration_get_double (configuration, "optimizer.scheduler.minLRRatio"));
  if (node != NULL && attune_json_node_to_double (node, &ratio))
    json_object_set_double_member (decay, "decayRatio", ratio);

  return decay;
}

static gboolean
add_scheduler (AttuneConfiguration     *configuration,
               const AttuneJobContext  *context,
               JsonObject              *body,
               GError                 **error)
{
  gint64 total_steps = attune_fireworks_get_total_steps (configuration, context);
  double ratio = get_warmup_ratio (configuration);
  g_autoptr (JsonObject) scheduler = json_object_new ();

  if (ratio > 0 && total_steps < 0)
    {
      g_autofree char *percent = attune_json_format_double (ratio * 100);
      g_autofree char *placeholder = g_strdup_printf ("<%s %% of the steps>", percent);

      json_object_set_string_member (body, "learningRateWarmupSteps", placeholder);
    }
  else if (attune_fireworks_get_warmup_steps (configuration, total_steps) > 0)
    {
      json_object_set_int_member (body, "learningRateWarmupSteps", attune_fireworks_get_warmup_steps (configuration, total_steps));
    }

  /* A floor or a length of the fall is meant for the scheduler in force, even where nobody named it. */
  if (!attune_configuration_is_set (configuration, "optimizer.scheduler.type")
      && !is_chosen (configuration, "optimizer.scheduler.minLRRatio")
      && get_metadata (configuration, "decayRatio") == NULL)
    return TRUE;

  switch ((AttuneLrSchedulerType) attune_configuration_get_enum (configuration, "optimizer.scheduler.type"))
    {
    case ATTUNE_LR_SCHEDULER_COSINE:
      json_object_set_object_member (scheduler, "cosine", build_decay (configuration));
      break;

    case ATTUNE_LR_SCHEDULER_LINEAR:
      json_object_set_object_member (scheduler, "linear", build_decay (configuration));
      break;

    case ATTUNE_LR_SCHEDULER_CONSTANT:
    case ATTUNE_LR_SCHEDULER_CONSTANT_WITH_WARMUP:
      json_object_set_object_member (scheduler, "constant", json_object_new ());
      break;

    case ATTUNE_LR_SCHEDULER_POLYNOMIAL:
    default:
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                           _("optimizer.scheduler.type: Fireworks has no polynomial scheduler. Choose linear or cosine."));
      return FALSE;
    }
  json_object_set_object_member (body, "lrScheduler", g_steal_pointer (&scheduler));

  return TRUE;
}

static void
add_wandb (AttuneConfiguration        *configuration,
           const AttuneFireworksParts *parts,
           JsonObject                 *body)
{
  g_autofree char *project = attune_configuration_dup_text (configuration, "integrations.wandb.project");
  g_autofree char *run_name = NULL;
  const char *entity = get_metadata_text (configuration, "wandbEntity");
  JsonObject *wandb;

  if (project == NULL || *project == '\0')
    return;

  wandb = json_object_new ();
  json_object_set_boolean_member (wandb, "enabled", TRUE);
  json_object_set_string_member (wandb, "apiKey", parts->wandb_key != NULL ? parts->wandb_key : PLACEHOLDER_KEY);
  json_object_set_string_member (wandb, "project", project);
  if (entity == NULL)
    entity = parts->wandb_entity;
  if (entity != NULL)
    json_object_set_string_member (wandb, "entity", entity);
  run_name = attune_configuration_dup_text (configuration, "integrations.wandb.runName");
  if (run_name != NULL && *run_name != '\0')
    {
      /* It is the run's id there, and so part of an address. */
      g_autofree char *run_id = attune_fireworks_make_id (run_name);

      json_object_set_string_member (wandb, "runId", run_id);
    }
  json_object_set_object_member (body, "wandbConfig", wandb);
}

static void
add_names (AttuneConfiguration        *configuration,
           const AttuneJobContext     *context,
           const AttuneFireworksParts *parts,
           JsonObject                 *body)
{
  g_autofree char *suffix = attune_configuration_dup_text (configuration, "output.suffix");
  const char *name = get_metadata_text (configuration, "displayName");

  if (name == NULL && context->job != NULL)
    name = attune_job_get_name (context->job);
  if (name != NULL)
    {
      g_autofree char *display_name = attune_fireworks_dup_display_name (name);

      json_object_set_string_member (body, "displayName", display_name);
    }

  if (suffix != NULL && *suffix != '\0')
    {
      g_autofree char *id = NULL;
      g_autofree char *output = NULL;

      if (context->job != NULL)
        {
          id = attune_fireworks_make_model_id (suffix, attune_job_get_id (context->job));
        }
      else
        {
          g_autofree char *front = attune_fireworks_make_model_id (suffix, "");

          id = g_strconcat (front, PLACEHOLDER_JOB, NULL);
        }
      output = dup_resource (parts->account, "models", id);
      json_object_set_string_member (body, "outputModel", output);
    }
}

JsonNode *
attune_fireworks_build_job (AttuneConfiguration         *configuration,
                            const AttuneJobContext      *context,
                            const AttuneFireworksParts  *parts,
                            GError                     **error)
{
  g_autoptr (JsonObject) body = json_object_new ();
  JsonNode *purpose;
  JsonNode *root;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);
  g_return_val_if_fail (context != NULL, NULL);
  g_return_val_if_fail (parts != NULL, NULL);

  add_names (configuration, context, parts, body);
  if (!add_model (configuration, body, error)
      || !add_data (configuration, context, parts, body, error)
      || !add_method (configuration, body, error))
    return NULL;

  if (is_chosen (configuration, "schedule.epochs"))
    json_object_set_int_member (body, "epochs", attune_configuration_get_integer (configuration, "schedule.epochs"));
  if (is_chosen (configuration, "schedule.batchSize"))
    json_object_set_int_member (body, "batchSizeSamples", attune_configuration_get_integer (configuration, "schedule.batchSize"));
  if (is_chosen (configuration, "schedule.sequenceLength"))
    json_object_set_int_member (body, "maxContextLength", attune_configuration_get_integer (configuration, "schedule.sequenceLength"));
  if (is_chosen (configuration, "optimizer.learningRate"))
    json_object_set_double_member (body, "learningRate", attune_configuration_get_double (configuration, "optimizer.learningRate"));
  if (!add_scheduler (configuration, context, body, error))
    return NULL;
  if (is_chosen (configuration, "optimizer.weightDecay"))
    json_object_set_double_member (body, "optimizerWeightDecay", attune_configuration_get_double (configuration, "optimizer.weightDecay"));

  copy_metadata_boolean (configuration, "isTurbo", body);
  purpose = get_metadata (configuration, "purpose");
  if (purpose != NULL && attune_json_node_peek_string (purpose) != NULL)
    json_object_set_string_member (body, "purpose", attune_json_node_peek_string (purpose));
  add_wandb (configuration, parts, body);

  root = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (root, g_steal_pointer (&body));

  return root;
}

char *
attune_fireworks_dup_create_path (const AttuneJobContext *context,
                                  const char             *account)
{
  g_autofree char *id = NULL;

  g_return_val_if_fail (context != NULL, NULL);

  id = context->job != NULL ? attune_fireworks_make_job_id (context->job) : g_strdup (PLACEHOLDER_JOB);

  return g_strdup_printf ("/v1/accounts/%s/supervisedFineTuningJobs?supervisedFineTuningJobId=%s",
                          account != NULL ? account : PLACEHOLDER_ACCOUNT, id);
}
