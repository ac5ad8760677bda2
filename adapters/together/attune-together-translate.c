/* attune-together-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-together-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-http-json.h"
#include "attune-translation.h"

/* From the configuration to the body of POST /fine-tunes. What stands in no branch here is not in supportedParameters of the catalogue
 * either, so the check says that it is ignored; a test goes through the whole table. */

static const char *
peek_metadata (AttuneConfiguration *configuration,
               const char          *name)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), name);

  return node != NULL ? attune_json_node_peek_string (node) : NULL;
}

gboolean
attune_together_is_preference (AttuneConfiguration *configuration,
                               const char          *data_format)
{
  const char *method = peek_metadata (configuration, "training_method");

  if (method != NULL)
    return g_str_equal (method, "dpo");

  return g_strcmp0 (data_format, "preference") == 0;
}

char *
attune_together_dup_mark (const char *job_id)
{
  g_autoptr (GString) mark = g_string_new (NULL);

  g_return_val_if_fail (job_id != NULL, NULL);

  for (const char *p = job_id; *p != '\0' && mark->len < ATTUNE_TOGETHER_MARK_LENGTH; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (mark, g_ascii_tolower (*p));

  return g_string_free_and_steal (g_steal_pointer (&mark));
}

char *
attune_together_build_suffix (const char *suffix,
                              const char *job_id)
{
  g_autofree char *mark = job_id != NULL ? attune_together_dup_mark (job_id) : g_strdup ("<id>");
  g_autofree char *cut = NULL;

  if (suffix == NULL || *suffix == '\0')
    return g_strconcat ("attune-", mark, NULL);

  cut = g_utf8_substring (suffix, 0, MIN (g_utf8_strlen (suffix, -1),
                                          ATTUNE_TOGETHER_MAX_SUFFIX - ATTUNE_TOGETHER_MARK_LENGTH - 1));
  return g_strconcat (cut, "-", mark, NULL);
}

/* @value NULL: a placeholder, made of the title of the setting as everywhere else. */
static void
set_secret (JsonNode   *body,
            const char *path,
            const char *value,
            const char *target)
{
  g_autofree char *placeholder = NULL;

  if (value == NULL)
    placeholder = g_strdup_printf ("<%s>", attune_parameter_get_title (attune_parameters_lookup (path)));
  attune_http_json_set_string (body, target, value != NULL ? value : placeholder);
}

/* The form shows the provider's default, or the table's, so that is what is meant where the provider wants a number. */
static gint64
get_shown_integer (AttuneConfiguration *configuration,
                   AttuneCapabilities  *capabilities,
                   const char          *path)
{
  g_autoptr (GVariant) initial = NULL;

  if (attune_configuration_is_set (configuration, path))
    return attune_configuration_get_integer (configuration, path);

  initial = attune_capabilities_dup_default (capabilities, path);
  return initial != NULL ? g_variant_get_int64 (initial) : attune_configuration_get_integer (configuration, path);
}

static void
put_training_type (AttuneTranslation   *translation,
                   AttuneConfiguration *configuration,
                   AttuneCapabilities  *capabilities)
{
  static const char * const adapter_paths[] = {
    "method.loraConfig.rank", "method.loraConfig.alpha", "method.loraConfig.dropout", "method.loraConfig.trainableModules"
  };
  JsonNode *body = attune_translation_get_body (translation);
  gboolean is_asked_for = attune_configuration_is_set (configuration, "method.type");

  for (guint i = 0; i < G_N_ELEMENTS (adapter_paths); i++)
    is_asked_for |= attune_translation_is_chosen (translation, adapter_paths[i]);
  if (!is_asked_for)
    return;

  if (attune_configuration_get_enum (configuration, "method.type") == ATTUNE_TRAINING_METHOD_FULL)
    {
      attune_http_json_set_string (body, "training_type.type", "Full");
      return;
    }

  attune_http_json_set_string (body, "training_type.type", "Lora");
  attune_http_json_set_int (body, "training_type.lora_r", get_shown_integer (configuration, capabilities, "method.loraConfig.rank"));
  attune_http_json_set_int (body, "training_type.lora_alpha", get_shown_integer (configuration, capabilities, "method.loraConfig.alpha"));
  attune_translation_put (translation, "method.loraConfig.dropout", "training_type.lora_dropout");
  if (attune_translation_is_chosen (translation, "method.loraConfig.trainableModules"))
    {
      g_autofree char *text = attune_configuration_dup_text (configuration, "method.loraConfig.trainableModules");
      g_auto (GStrv) names = g_strsplit (text, ",", -1);
      g_autofree char *list = NULL;

      for (guint i = 0; names[i] != NULL; i++)
        g_strstrip (names[i]);
      list = g_strjoinv (",", names);
      attune_http_json_set_string (body, "training_type.lora_trainable_modules", list);
    }
}

static void
put_training_method (AttuneTranslation         *translation,
                     AttuneConfiguration       *configuration,
                     const AttuneTogetherParts *parts)
{
  static const char * const methods[] = { "sft", "dpo", NULL };
  JsonNode *body = attune_translation_get_body (translation);
  gboolean preference = attune_together_is_preference (configuration, parts->data_format);
  g_autofree char *asked = attune_translation_take_text (translation, "training_method", methods);

  /* Those of the other method are looked at all the same: a wrong one is wrong whether it counts or not. */
  attune_translation_move_double (translation, "dpo_beta", preference ? "training_method.dpo_beta" : NULL, 0, G_MAXDOUBLE);
  attune_translation_move_double (translation, "rpo_alpha", preference ? "training_method.rpo_alpha" : NULL, 0, G_MAXDOUBLE);
  attune_translation_move_double (translation, "simpo_gamma", preference ? "training_method.simpo_gamma" : NULL, 0, G_MAXDOUBLE);
  attune_translation_move_boolean (translation, "dpo_normalize_logratios_by_length",
                                   preference ? "training_method.dpo_normalize_logratios_by_length" : NULL);
  attune_translation_move_boolean (translation, "dpo_reference_free", preference ? "training_method.dpo_reference_free" : NULL);

  if (preference)
    {
      attune_http_json_set_string (body, "training_method.method", "dpo");
      return;
    }
  if (asked == NULL && !attune_configuration_is_set (configuration, "schedule.trainOnInputs"))
    return;

  attune_http_json_set_string (body, "training_method.method", "sft");
  switch ((AttuneTrainOnInputs) attune_configuration_get_enum (configuration, "schedule.trainOnInputs"))
    {
    case ATTUNE_TRAIN_ON_INPUTS_ENABLED:
      attune_http_json_set_boolean (body, "training_method.train_on_inputs", TRUE);
      break;
    case ATTUNE_TRAIN_ON_INPUTS_DISABLED:
      attune_http_json_set_boolean (body, "training_method.train_on_inputs", FALSE);
      break;
    case ATTUNE_TRAIN_ON_INPUTS_AUTO:
    default:
      attune_http_json_set_string (body, "training_method.train_on_inputs", "auto");
      break;
    }
}

static void
put_scheduler (AttuneTranslation   *translation,
               AttuneConfiguration *configuration)
{
  JsonNode *body = attune_translation_get_body (translation);
  gboolean is_cosine = attune_configuration_get_enum (configuration, "optimizer.scheduler.type") == ATTUNE_LR_SCHEDULER_COSINE;

  attune_translation_put (translation, "optimizer.scheduler.warmupRatio", "warmup_ratio");
  if (!attune_configuration_is_set (configuration, "optimizer.scheduler.type")
      && !attune_translation_is_chosen (translation, "optimizer.scheduler.minLRRatio")
      && !attune_translation_is_chosen (translation, "optimizer.scheduler.cycles"))
    return;

  attune_http_json_set_string (body, "lr_scheduler.lr_scheduler_type", is_cosine ? "cosine" : "linear");
  attune_http_json_set_node (body, "lr_scheduler.lr_scheduler_args", attune_http_json_new_object ());
  if (!is_cosine)
    {
      attune_translation_put (translation, "optimizer.scheduler.minLRRatio", "lr_scheduler.lr_scheduler_args.min_lr_ratio");
      return;
    }

  /* The cosine wants both. The defaults of the table are those of the server. */
  attune_http_json_set_double (body, "lr_scheduler.lr_scheduler_args.min_lr_ratio",
                               attune_configuration_get_double (configuration, "optimizer.scheduler.minLRRatio"));
  attune_http_json_set_double (body, "lr_scheduler.lr_scheduler_args.num_cycles",
                               attune_configuration_get_double (configuration, "optimizer.scheduler.cycles"));
}

static void
put_integrations (AttuneTranslation         *translation,
                  const AttuneTogetherParts *parts)
{
  JsonNode *body = attune_translation_get_body (translation);
  gboolean logs = attune_translation_is_chosen (translation, "integrations.wandb.project");

  attune_translation_move_text (translation, "wandb_entity", logs ? "wandb_entity" : NULL, NULL);
  if (logs)
    {
      attune_translation_put (translation, "integrations.wandb.project", "wandb_project_name");
      attune_translation_put (translation, "integrations.wandb.runName", "wandb_name");
      attune_translation_put (translation, "integrations.wandb.baseUrl", "wandb_base_url");
      set_secret (body, "integrations.wandb.apiKey", parts->wandb_key, "wandb_api_key");
    }

  if (attune_translation_is_chosen (translation, "integrations.huggingface.outputRepoName"))
    {
      attune_translation_put (translation, "integrations.huggingface.outputRepoName", "hf_output_repo_name");
      set_secret (body, "integrations.huggingface.apiToken", parts->hf_token, "hf_api_token");
    }
}

/* What the form offers beyond the table. */
static void
move_overrides (AttuneTranslation *translation)
{
  attune_translation_move_integer (translation, "random_seed", "random_seed", 0, G_MAXINT64);
  attune_translation_move_text (translation, "from_checkpoint", "from_checkpoint", NULL);
  attune_translation_move_text (translation, "from_hf_model", "from_hf_model", NULL);
  attune_translation_move_text (translation, "hf_model_revision", "hf_model_revision", NULL);
  attune_translation_move_boolean (translation, "early_stopping_enabled", "early_stopping_enabled");
  attune_translation_move_integer (translation, "early_stopping_patience", "early_stopping_patience", 1, G_MAXINT32);
  attune_translation_move_double (translation, "early_stopping_min_delta", "early_stopping_min_delta", 0, G_MAXDOUBLE);
  attune_translation_move_integer (translation, "early_stopping_warmup_evals", "early_stopping_warmup_evals", 0, G_MAXINT32);
  attune_translation_move_boolean (translation, "train_vision", "multimodal_params.train_vision");
}

/* Another method or curve gives another result than was asked for, so these are never left out quietly. */
static gboolean
refuse_words (AttuneConfiguration  *configuration,
              AttuneCapabilities   *capabilities,
              GError              **error)
{
  static const char * const paths[] = { "method.type", "optimizer.scheduler.type" };
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GVariant) value = attune_configuration_dup_value (configuration, paths[i]);
      const char *word = value != NULL ? g_variant_get_string (value, NULL) : NULL;

      if (word != NULL && !attune_capabilities_supports_value (capabilities, paths[i], word))
        g_string_append_printf (words, "%s%s: %s", words->len > 0 ? ", " : "", paths[i], word);
    }

  if (words->len == 0)
    return TRUE;

  /* translators: a list of settings with their values */
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("Together offers nothing like %s. Choose lora or full as the method, and cosine or linear as the scheduler."), words->str);
  return FALSE;
}

JsonNode *
attune_together_build_request (AttuneConfiguration        *configuration,
                               AttuneCapabilities         *capabilities,
                               const AttuneTogetherParts  *parts,
                               GError                    **error)
{
  g_autoptr (AttuneTranslation) translation = NULL;
  g_autofree char *suffix = NULL;
  g_autofree char *marked = NULL;
  JsonNode *body;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);
  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (capabilities), NULL);
  g_return_val_if_fail (parts != NULL, NULL);

  if (!refuse_words (configuration, capabilities, error))
    return NULL;

  translation = attune_translation_new (configuration);
  body = attune_translation_get_body (translation);
  attune_http_json_set_string (body, "training_file", parts->training_file != NULL ? parts->training_file : _("<training file>"));
  if (parts->has_validation)
    attune_http_json_set_string (body, "validation_file",
                                 parts->validation_file != NULL ? parts->validation_file : _("<validation file>"));
  attune_translation_put (translation, "model.baseModel", "model");

  attune_translation_put (translation, "schedule.epochs", "n_epochs");
  attune_translation_put (translation, "schedule.checkpoints", "n_checkpoints");
  attune_translation_put (translation, "schedule.evaluations", "n_evals");
  attune_translation_put (translation, "schedule.batchSize", "batch_size");
  attune_translation_put (translation, "schedule.gradientAccumulation", "gradient_accumulation_steps");
  attune_translation_put (translation, "schedule.sequenceLength", "max_seq_length");
  attune_http_json_set_boolean (body, "packing", attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_SEQUENCE_PACKING));

  attune_translation_put (translation, "optimizer.learningRate", "learning_rate");
  put_scheduler (translation, configuration);
  attune_translation_put (translation, "optimizer.weightDecay", "weight_decay");
  attune_translation_put (translation, "optimizer.maxGradientNorm", "max_grad_norm");

  put_training_type (translation, configuration, capabilities);
  put_training_method (translation, configuration, parts);
  move_overrides (translation);
  put_integrations (translation, parts);

  suffix = attune_configuration_dup_text (configuration, "output.suffix");
  marked = attune_together_build_suffix (suffix, parts->job_id);
  attune_http_json_set_string (body, "suffix", marked);

  return attune_translation_finish (translation, error);
}

JsonNode *
attune_together_build_estimate (JsonNode *request)
{
  static const char * const shared[] = {
    "training_file", "validation_file", "model", "n_epochs", "n_evals", "training_method", "training_type", "from_checkpoint"
  };
  g_autoptr (JsonNode) copy = attune_json_copy (request);
  g_autoptr (JsonObject) body = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (shared); i++)
    {
      JsonNode *member = json_object_get_member (json_node_get_object (copy), shared[i]);

      if (member != NULL)
        json_object_set_member (body, shared[i], json_node_copy (member));
    }

  return json_node_init_object (json_node_alloc (), body);
}
