/* attune-together-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-together-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-json.h"

/* From the configuration to the body of POST /fine-tunes. What stands in no branch here is not in supportedParameters of the catalogue
 * either, so the check says that it is ignored; a test goes through the whole table. */

typedef enum {
  OVERRIDE_TEXT,
  OVERRIDE_INTEGER,
  OVERRIDE_DOUBLE,
  OVERRIDE_BOOLEAN,
} OverrideType;

typedef struct {
  const char   *name;
  OverrideType  type;
} Override;

/* metadata of this name becomes the member of this name. */
static const Override request_overrides[] = {
  { "random_seed", OVERRIDE_INTEGER },
  { "from_checkpoint", OVERRIDE_TEXT },
  { "from_hf_model", OVERRIDE_TEXT },
  { "hf_model_revision", OVERRIDE_TEXT },
  { "early_stopping_enabled", OVERRIDE_BOOLEAN },
  { "early_stopping_patience", OVERRIDE_INTEGER },
  { "early_stopping_min_delta", OVERRIDE_DOUBLE },
  { "early_stopping_warmup_evals", OVERRIDE_INTEGER },
};

static const Override wandb_overrides[] = {
  { "wandb_entity", OVERRIDE_TEXT },
};

static const Override vision_overrides[] = {
  { "train_vision", OVERRIDE_BOOLEAN },
};

static const Override preference_overrides[] = {
  { "dpo_beta", OVERRIDE_DOUBLE },
  { "rpo_alpha", OVERRIDE_DOUBLE },
  { "simpo_gamma", OVERRIDE_DOUBLE },
  { "dpo_normalize_logratios_by_length", OVERRIDE_BOOLEAN },
  { "dpo_reference_free", OVERRIDE_BOOLEAN },
};

static const char *
peek_metadata (AttuneConfiguration *configuration,
               const char          *name)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), name);

  return node != NULL ? attune_json_node_peek_string (node) : NULL;
}

static gboolean
add_override (AttuneConfiguration  *configuration,
              const Override       *override,
              JsonObject           *object,
              GError              **error)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), override->name);
  const char *expected;
  const char *text;
  gint64 integer;
  double number;
  gboolean boolean;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;

  switch (override->type)
    {
    case OVERRIDE_INTEGER:
      expected = _("a whole number");
      if (attune_json_node_to_int (node, &integer))
        {
          json_object_set_int_member (object, override->name, integer);
          return TRUE;
        }
      break;
    case OVERRIDE_DOUBLE:
      expected = _("a number");
      if (attune_json_node_to_double (node, &number))
        {
          json_object_set_double_member (object, override->name, number);
          return TRUE;
        }
      break;
    case OVERRIDE_BOOLEAN:
      expected = _("true or false");
      if (attune_json_node_to_boolean (node, &boolean))
        {
          json_object_set_boolean_member (object, override->name, boolean);
          return TRUE;
        }
      break;
    case OVERRIDE_TEXT:
    default:
      expected = _("a text");
      text = attune_json_node_peek_string (node);
      if (text != NULL)
        {
          if (*text != '\0')
            json_object_set_string_member (object, override->name, text);
          return TRUE;
        }
      break;
    }

  /* translators: the name of a setting, what it has to be, and what it is */
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("metadata.%s has to be %s, not %s"),
               override->name, expected, attune_json_node_describe (node));
  return FALSE;
}

static gboolean
add_overrides (AttuneConfiguration  *configuration,
               const Override       *overrides,
               guint                 n_overrides,
               JsonObject           *object,
               GError              **error)
{
  for (guint i = 0; i < n_overrides; i++)
    if (!add_override (configuration, &overrides[i], object, error))
      return FALSE;

  return TRUE;
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

static gboolean
is_in_force (AttuneConfiguration *configuration,
             const char          *path)
{
  return attune_configuration_is_set (configuration, path)
         && attune_configuration_applies (configuration, attune_parameters_lookup (path));
}

static void
add_integer (AttuneConfiguration *configuration,
             const char          *path,
             JsonObject          *object,
             const char          *member)
{
  if (is_in_force (configuration, path))
    json_object_set_int_member (object, member, attune_configuration_get_integer (configuration, path));
}

static void
add_double (AttuneConfiguration *configuration,
            const char          *path,
            JsonObject          *object,
            const char          *member)
{
  if (is_in_force (configuration, path))
    json_object_set_double_member (object, member, attune_configuration_get_double (configuration, path));
}

static void
add_text (AttuneConfiguration *configuration,
          const char          *path,
          JsonObject          *object,
          const char          *member)
{
  g_autofree char *text = NULL;

  if (!is_in_force (configuration, path))
    return;

  text = attune_configuration_dup_text (configuration, path);
  if (text != NULL && *text != '\0')
    json_object_set_string_member (object, member, text);
}

/* @value NULL: a placeholder, made of the title of the setting as everywhere else. */
static void
add_secret (const char *path,
            const char *value,
            JsonObject *object,
            const char *member)
{
  g_autofree char *placeholder = NULL;

  if (value == NULL)
    placeholder = g_strdup_printf ("<%s>", attune_parameter_get_title (attune_parameters_lookup (path)));
  json_object_set_string_member (object, member, value != NULL ? value : placeholder);
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
add_training_type (AttuneConfiguration *configuration,
                   AttuneCapabilities  *capabilities,
                   JsonObject          *request)
{
  static const char * const adapter_paths[] = {
    "method.loraConfig.rank", "method.loraConfig.alpha", "method.loraConfig.dropout", "method.loraConfig.trainableModules"
  };
  gboolean is_asked_for = attune_configuration_is_set (configuration, "method.type");
  JsonObject *type;

  for (guint i = 0; i < G_N_ELEMENTS (adapter_paths); i++)
    is_asked_for |= is_in_force (configuration, adapter_paths[i]);
  if (!is_asked_for)
    return;

  type = json_object_new ();
  json_object_set_object_member (request, "training_type", type);
  if (attune_configuration_get_enum (configuration, "method.type") == ATTUNE_TRAINING_METHOD_FULL)
    {
      json_object_set_string_member (type, "type", "Full");
      return;
    }

  json_object_set_string_member (type, "type", "Lora");
  json_object_set_int_member (type, "lora_r", get_shown_integer (configuration, capabilities, "method.loraConfig.rank"));
  json_object_set_int_member (type, "lora_alpha", get_shown_integer (configuration, capabilities, "method.loraConfig.alpha"));
  add_double (configuration, "method.loraConfig.dropout", type, "lora_dropout");
  if (is_in_force (configuration, "method.loraConfig.trainableModules"))
    {
      g_autofree char *text = attune_configuration_dup_text (configuration, "method.loraConfig.trainableModules");
      g_auto (GStrv) names = g_strsplit (text, ",", -1);
      g_autofree char *list = NULL;

      for (guint i = 0; names[i] != NULL; i++)
        g_strstrip (names[i]);
      list = g_strjoinv (",", names);
      json_object_set_string_member (type, "lora_trainable_modules", list);
    }
}

static gboolean
add_training_method (AttuneConfiguration        *configuration,
                     const AttuneTogetherParts  *parts,
                     JsonObject                 *request,
                     GError                    **error)
{
  const char *asked = peek_metadata (configuration, "training_method");
  gboolean preference = attune_together_is_preference (configuration, parts->data_format);
  JsonObject *method;

  if (!preference && asked == NULL && !attune_configuration_is_set (configuration, "schedule.trainOnInputs"))
    return TRUE;

  method = json_object_new ();
  json_object_set_object_member (request, "training_method", method);
  if (preference)
    {
      json_object_set_string_member (method, "method", "dpo");
      return add_overrides (configuration, preference_overrides, G_N_ELEMENTS (preference_overrides), method, error);
    }

  json_object_set_string_member (method, "method", "sft");
  switch ((AttuneTrainOnInputs) attune_configuration_get_enum (configuration, "schedule.trainOnInputs"))
    {
    case ATTUNE_TRAIN_ON_INPUTS_ENABLED:
      json_object_set_boolean_member (method, "train_on_inputs", TRUE);
      break;
    case ATTUNE_TRAIN_ON_INPUTS_DISABLED:
      json_object_set_boolean_member (method, "train_on_inputs", FALSE);
      break;
    case ATTUNE_TRAIN_ON_INPUTS_AUTO:
    default:
      json_object_set_string_member (method, "train_on_inputs", "auto");
      break;
    }

  return TRUE;
}

static void
add_scheduler (AttuneConfiguration *configuration,
               JsonObject          *request)
{
  gboolean is_cosine = attune_configuration_get_enum (configuration, "optimizer.scheduler.type") == ATTUNE_LR_SCHEDULER_COSINE;
  JsonObject *scheduler;
  JsonObject *arguments;

  add_double (configuration, "optimizer.scheduler.warmupRatio", request, "warmup_ratio");
  if (!attune_configuration_is_set (configuration, "optimizer.scheduler.type")
      && !is_in_force (configuration, "optimizer.scheduler.minLRRatio")
      && !is_in_force (configuration, "optimizer.scheduler.cycles"))
    return;

  scheduler = json_object_new ();
  arguments = json_object_new ();
  json_object_set_object_member (request, "lr_scheduler", scheduler);
  json_object_set_string_member (scheduler, "lr_scheduler_type", is_cosine ? "cosine" : "linear");
  json_object_set_object_member (scheduler, "lr_scheduler_args", arguments);

  /* The cosine wants both. The defaults of the table are those of the server. */
  if (is_cosine || is_in_force (configuration, "optimizer.scheduler.minLRRatio"))
    json_object_set_double_member (arguments, "min_lr_ratio",
                                   attune_configuration_get_double (configuration, "optimizer.scheduler.minLRRatio"));
  if (is_cosine)
    json_object_set_double_member (arguments, "num_cycles",
                                   attune_configuration_get_double (configuration, "optimizer.scheduler.cycles"));
}

static gboolean
add_integrations (AttuneConfiguration        *configuration,
                  const AttuneTogetherParts  *parts,
                  JsonObject                 *request,
                  GError                    **error)
{
  if (is_in_force (configuration, "integrations.wandb.project"))
    {
      add_text (configuration, "integrations.wandb.project", request, "wandb_project_name");
      add_text (configuration, "integrations.wandb.runName", request, "wandb_name");
      add_text (configuration, "integrations.wandb.baseUrl", request, "wandb_base_url");
      add_secret ("integrations.wandb.apiKey", parts->wandb_key, request, "wandb_api_key");
      if (!add_overrides (configuration, wandb_overrides, G_N_ELEMENTS (wandb_overrides), request, error))
        return FALSE;
    }

  if (is_in_force (configuration, "integrations.huggingface.outputRepoName"))
    {
      add_text (configuration, "integrations.huggingface.outputRepoName", request, "hf_output_repo_name");
      add_secret ("integrations.huggingface.apiToken", parts->hf_token, request, "hf_api_token");
    }

  return TRUE;
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
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (JsonObject) vision = json_object_new ();
  g_autofree char *suffix = NULL;
  g_autofree char *marked = NULL;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);
  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (capabilities), NULL);
  g_return_val_if_fail (parts != NULL, NULL);

  if (!refuse_words (configuration, capabilities, error))
    return NULL;

  json_object_set_string_member (request, "training_file",
                                 parts->training_file != NULL ? parts->training_file : _("<training file>"));
  if (parts->has_validation)
    json_object_set_string_member (request, "validation_file",
                                   parts->validation_file != NULL ? parts->validation_file : _("<validation file>"));
  add_text (configuration, "model.baseModel", request, "model");

  add_integer (configuration, "schedule.epochs", request, "n_epochs");
  add_integer (configuration, "schedule.checkpoints", request, "n_checkpoints");
  add_integer (configuration, "schedule.evaluations", request, "n_evals");
  add_integer (configuration, "schedule.batchSize", request, "batch_size");
  add_integer (configuration, "schedule.gradientAccumulation", request, "gradient_accumulation_steps");
  add_integer (configuration, "schedule.sequenceLength", request, "max_seq_length");
  json_object_set_boolean_member (request, "packing",
                                  attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_SEQUENCE_PACKING));

  add_double (configuration, "optimizer.learningRate", request, "learning_rate");
  add_scheduler (configuration, request);
  add_double (configuration, "optimizer.weightDecay", request, "weight_decay");
  add_double (configuration, "optimizer.maxGradientNorm", request, "max_grad_norm");

  add_training_type (configuration, capabilities, request);
  if (!add_training_method (configuration, parts, request, error)
      || !add_overrides (configuration, request_overrides, G_N_ELEMENTS (request_overrides), request, error)
      || !add_overrides (configuration, vision_overrides, G_N_ELEMENTS (vision_overrides), vision, error)
      || !add_integrations (configuration, parts, request, error))
    return NULL;
  if (json_object_get_size (vision) > 0)
    json_object_set_object_member (request, "multimodal_params", json_object_ref (vision));

  suffix = attune_configuration_dup_text (configuration, "output.suffix");
  marked = attune_together_build_suffix (suffix, parts->job_id);
  json_object_set_string_member (request, "suffix", marked);

  return json_node_init_object (json_node_alloc (), request);
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
