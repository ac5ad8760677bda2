/* attune-together-validate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-together-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"

/* What Together's limits say beyond the ranges of the form: per method, and of settings that go together. */

/* The limits of the model as the server told them; NULL where they are not known. (transfer full) */
static JsonNode *
dup_limits (AttuneConfiguration *configuration,
            AttuneCapabilities  *capabilities)
{
  g_autofree char *name = attune_configuration_dup_text (configuration, "model.baseModel");
  g_autoptr (GVariant) model = name != NULL ? attune_capabilities_dup_model (capabilities, name) : NULL;
  g_autoptr (GVariant) limits = model != NULL ? g_variant_lookup_value (model, "limits", NULL) : NULL;

  return limits != NULL ? attune_json_from_variant (limits) : NULL;
}

static JsonNode *
peek_metadata (AttuneConfiguration *configuration,
               const char          *name)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static gint64
get_metadata_int (AttuneConfiguration *configuration,
                  const char          *name,
                  gint64               fallback)
{
  JsonNode *node = peek_metadata (configuration, name);
  gint64 value;

  return node != NULL && attune_json_node_to_int (node, &value) ? value : fallback;
}

static void
check_integer (AttuneConfiguration *configuration,
               const char          *path,
               gint64               low,
               gint64               high,
               const char          *reason,
               AttuneValidation    *validation)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);
  const AttuneIssue *known = attune_validation_find (validation, path);
  gint64 value = attune_configuration_get_integer (configuration, path);

  /* Beyond the form's range too: that was said, once is enough. */
  if (!attune_configuration_is_set (configuration, path) || (known != NULL && strcmp (known->code, "range") == 0))
    return;

  if (high > 0 && value > high)
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "range", g_variant_new_int64 (high),
                           /* translators: the title of a setting, its value, a number, and what the number is for */
                           _("%s is %" G_GINT64_FORMAT ", but Together takes at most %" G_GINT64_FORMAT " for %s"),
                           attune_parameter_get_title (parameter), value, high, reason);
  else if (low > 0 && value < low)
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "range", g_variant_new_int64 (low),
                           _("%s is %" G_GINT64_FORMAT ", but Together takes at least %" G_GINT64_FORMAT " for %s"),
                           attune_parameter_get_title (parameter), value, low, reason);
}

static void
check_limits (AttuneConfiguration *configuration,
              JsonNode            *limits,
              gboolean             preference,
              AttuneValidation    *validation)
{
  gboolean full = attune_configuration_get_enum (configuration, "method.type") == ATTUNE_TRAINING_METHOD_FULL;
  const char *group = full ? "full_training" : "lora_training";
  const char *reason = preference ? _("training on preferences") : full ? _("full fine-tuning of this model") : _("LoRA on this model");
  g_autofree char *lowest = g_strconcat (group, ".min_batch_size", NULL);
  g_autofree char *highest = g_strconcat (group, preference ? ".max_batch_size_dpo" : ".max_batch_size", NULL);

  check_integer (configuration, "schedule.batchSize", attune_http_json_peek_int (limits, lowest, 0),
                 attune_http_json_peek_int (limits, highest, 0), reason, validation);
  check_integer (configuration, "schedule.sequenceLength", attune_http_json_peek_int (limits, "min_max_seq_length", 0),
                 attune_http_json_peek_int (limits, preference ? "max_seq_length_dpo" : "max_seq_length_sft", 0), reason, validation);
}

static gboolean
is_target (JsonArray  *targets,
           const char *name)
{
  for (guint i = 0; i < json_array_get_length (targets); i++)
    if (g_strcmp0 (attune_json_node_peek_string (json_array_get_element (targets, i)), name) == 0)
      return TRUE;

  return FALSE;
}

static void
check_modules (AttuneConfiguration *configuration,
               JsonNode            *limits,
               AttuneValidation    *validation)
{
  const AttuneParameter *parameter = attune_parameters_lookup ("method.loraConfig.trainableModules");
  JsonArray *targets = attune_http_json_peek_array (limits, "lora_training.target_modules");
  g_autoptr (GString) known = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;

  if (targets == NULL || json_array_get_length (targets) == 0 || !attune_configuration_is_set (configuration, parameter->path)
      || !attune_configuration_applies (configuration, parameter))
    return;

  for (guint i = 0; i < json_array_get_length (targets); i++)
    {
      const char *name = attune_json_node_peek_string (json_array_get_element (targets, i));

      if (name != NULL)
        g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "", name);
    }

  text = attune_configuration_dup_text (configuration, parameter->path);
  names = g_strsplit (text, ",", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_strstrip (names[i]);
      if (*names[i] == '\0' || strcmp (names[i], "all-linear") == 0 || is_target (targets, names[i]))
        continue;
      attune_validation_add (validation, parameter->path, ATTUNE_SEVERITY_ERROR, "type", g_variant_new_string ("all-linear"),
                             _("This model has no part “%s” that Together trains. It has %s"), names[i], known->str);
      return;
    }
}

static void
check_early_stopping (AttuneConfiguration    *configuration,
                      const AttuneJobContext *context,
                      AttuneValidation       *validation)
{
  JsonNode *enabled = peek_metadata (configuration, "early_stopping_enabled");
  gint64 patience = get_metadata_int (configuration, "early_stopping_patience", 2);
  gint64 warmup = get_metadata_int (configuration, "early_stopping_warmup_evals", 1);
  gint64 evaluations = attune_configuration_is_set (configuration, "schedule.evaluations")
    ? attune_configuration_get_integer (configuration, "schedule.evaluations") : 0;
  gboolean on = FALSE;

  if (enabled != NULL)
    attune_json_node_to_boolean (enabled, &on);
  if (!on)
    return;

  if (context->validation == NULL && !attune_configuration_is_set (configuration, "datasets.validationFileId"))
    attune_validation_add (validation, "datasets.validationFileId", ATTUNE_SEVERITY_ERROR, "required", NULL, "%s",
                           _("Early stopping measures the model on validation data. Choose some, or switch it off."));
  if (evaluations < patience + warmup + 1)
    attune_validation_add (validation, "schedule.evaluations", ATTUNE_SEVERITY_ERROR, "combination",
                           g_variant_new_int64 (patience + warmup + 1),
                           _("Early stopping needs at least %" G_GINT64_FORMAT " evaluations: its patience, its warm-up and one more."),
                           patience + warmup + 1);
}

static void
check_suffix (AttuneConfiguration *configuration,
              AttuneValidation    *validation)
{
  g_autofree char *suffix = attune_configuration_dup_text (configuration, "output.suffix");
  glong length = suffix != NULL ? g_utf8_strlen (suffix, -1) : 0;
  glong longest = ATTUNE_TOGETHER_MAX_SUFFIX - ATTUNE_TOGETHER_MARK_LENGTH - 1;
  glong sure = ATTUNE_TOGETHER_OLD_MAX_SUFFIX - ATTUNE_TOGETHER_MARK_LENGTH - 1;

  if (length > longest)
    {
      g_autofree char *cut = g_utf8_substring (suffix, 0, longest);

      attune_validation_add (validation, "output.suffix", ATTUNE_SEVERITY_ERROR, "range", g_variant_new_string (cut),
                             _("The suffix has %ld characters. Together takes %d, and Attune needs %d of them to find the job again."),
                             length, ATTUNE_TOGETHER_MAX_SUFFIX, ATTUNE_TOGETHER_MARK_LENGTH + 1);
    }
  else if (length > sure)
    {
      attune_validation_add (validation, "output.suffix", ATTUNE_SEVERITY_WARNING, "range", NULL,
                             _("Together has refused names as long as this. A suffix of up to %ld characters is sure to be taken."), sure);
    }
}

/* JSON and CSV files are no lines of JSON. */
static void
check_dataset (AttuneDataset    *dataset,
               const char       *path,
               AttuneValidation *validation)
{
  const char *format = dataset != NULL ? attune_dataset_get_format (dataset) : NULL;
  g_autofree char *lower = NULL;

  if (dataset == NULL)
    return;

  lower = g_ascii_strdown (attune_dataset_get_path (dataset), -1);
  if (g_str_has_suffix (lower, ".csv") || g_str_has_suffix (lower, ".json"))
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s: Together reads one JSON object a line. Convert the file with “attunectl dataset-convert”."),
                           attune_dataset_get_path (dataset));
  else if (format != NULL && (strcmp (format, "alpaca") == 0 || strcmp (format, "sharegpt") == 0))
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s: Together does not know the format %s. Convert the file with “attunectl dataset-convert … --to chat”."),
                           attune_dataset_get_path (dataset), format);
}

static void
check_preference (AttuneConfiguration    *configuration,
                  const AttuneJobContext *context,
                  gboolean                preference,
                  AttuneValidation       *validation)
{
  static const char * const names[] = {
    "dpo_beta", "rpo_alpha", "simpo_gamma", "dpo_normalize_logratios_by_length", "dpo_reference_free"
  };
  const char *format = context->training != NULL ? attune_dataset_get_format (context->training) : NULL;

  if (preference && attune_configuration_is_set (configuration, "schedule.trainOnInputs"))
    attune_validation_add (validation, "schedule.trainOnInputs", ATTUNE_SEVERITY_WARNING, "combination", NULL, "%s",
                           _("Training on preferences looks at the answers only, so this is ignored."));
  for (guint i = 0; !preference && i < G_N_ELEMENTS (names); i++)
    if (peek_metadata (configuration, names[i]) != NULL)
      {
        g_autofree char *path = g_strconcat ("metadata.", names[i], NULL);

        attune_validation_add (validation, path, ATTUNE_SEVERITY_WARNING, "combination", NULL, "%s",
                               _("This only counts in training on preferences, so it is ignored."));
      }

  if (format != NULL && preference != (strcmp (format, "preference") == 0))
    attune_validation_add (validation, "metadata.training_method", ATTUNE_SEVERITY_ERROR, "combination",
                           g_variant_new_string (preference ? "sft" : "dpo"), "%s",
                           preference ? _("Training on preferences needs data with preferred and other answers.")
                                      : _("Data with preferred and other answers needs training on preferences."));
}

void
attune_together_check (AttuneConfiguration    *configuration,
                       AttuneCapabilities     *capabilities,
                       const AttuneJobContext *context,
                       AttuneValidation       *validation)
{
  const char *format = context->training != NULL ? attune_dataset_get_format (context->training) : NULL;
  gboolean preference = attune_together_is_preference (configuration, format);
  g_autoptr (JsonNode) limits = dup_limits (configuration, capabilities);

  if (limits != NULL)
    {
      check_limits (configuration, limits, preference, validation);
      check_modules (configuration, limits, validation);
    }

  if (attune_configuration_is_set (configuration, "method.loraConfig.dropout")
      && attune_configuration_applies (configuration, attune_parameters_lookup ("method.loraConfig.dropout"))
      && attune_configuration_get_double (configuration, "method.loraConfig.dropout") >= 1)
    attune_validation_add (validation, "method.loraConfig.dropout", ATTUNE_SEVERITY_ERROR, "range", g_variant_new_double (0.1), "%s",
                           _("Together takes a dropout below 1."));

  if (attune_configuration_is_set (configuration, "optimizer.scheduler.minLRRatio")
      && attune_configuration_get_double (configuration, "optimizer.scheduler.minLRRatio") >= 1)
    attune_validation_add (validation, "optimizer.scheduler.minLRRatio", ATTUNE_SEVERITY_WARNING, "combination", NULL, "%s",
                           _("With a lowest rate of 1 the learning rate stays constant. Together does not say whether it takes that."));

  if (peek_metadata (configuration, "wandb_entity") != NULL && !attune_configuration_is_set (configuration, "integrations.wandb.project"))
    attune_validation_add (validation, "metadata.wandb_entity", ATTUNE_SEVERITY_WARNING, "combination", NULL, "%s",
                           _("Nothing is logged to Weights & Biases without a project, so this is ignored."));

  check_early_stopping (configuration, context, validation);
  check_preference (configuration, context, preference, validation);
  check_suffix (configuration, validation);
  check_dataset (context->training, "datasets.trainingFileId", validation);
  check_dataset (context->validation, "datasets.validationFileId", validation);
}
