/* attune-validation-universal.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-validation.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-configuration-private.h"
#include "attune-json.h"
#include "attune-validation-private.h"

GVariant *
attune_validation_clamp_number (const AttuneParameter *parameter,
                                double                 value,
                                double                 low,
                                double                 high)
{
  if (parameter->type == ATTUNE_PARAMETER_INTEGER)
    return g_variant_new_int64 ((gint64) (value < low ? ceil (low) : floor (high)));

  return g_variant_new_double (CLAMP (value, low, high));
}

double
attune_validation_get_number (const AttuneParameter *parameter,
                              GVariant              *value)
{
  return parameter->type == ATTUNE_PARAMETER_INTEGER ? (double) g_variant_get_int64 (value) : g_variant_get_double (value);
}

char *
attune_validation_describe_range (double low,
                                  double high)
{
  g_autofree char *from = attune_json_format_double (low);
  g_autofree char *to = attune_json_format_double (high);

  /* translators: the lowest and the highest value that a setting may have */
  return g_strdup_printf (_("%s to %s"), from, to);
}

static void
check_number (AttuneValidation      *self,
              const AttuneParameter *parameter,
              GVariant              *value)
{
  double number = attune_validation_get_number (parameter, value);
  g_autofree char *range = NULL;
  g_autofree char *shown = NULL;

  if (!isfinite (number))
    {
      g_autoptr (GVariant) initial = attune_parameter_dup_default (parameter);

      attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "type", initial,
                             _("%s has to be a finite number"), attune_parameter_get_title (parameter));
      return;
    }

  if ((parameter->flags & ATTUNE_PARAMETER_HAS_RANGE) == 0 || (number >= parameter->minimum && number <= parameter->maximum))
    return;

  range = attune_validation_describe_range (parameter->minimum, parameter->maximum);
  shown = attune_parameter_format (parameter, value);
  attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "range",
                         attune_validation_clamp_number (parameter, number, parameter->minimum, parameter->maximum),
                         /* translators: the title of a setting, its value, and the range that is allowed */
                         _("%s is %s, but has to be in the range of %s"), attune_parameter_get_title (parameter), shown, range);
}

static void
check_words (AttuneValidation      *self,
             const AttuneParameter *parameter,
             GVariant              *value)
{
  g_autofree const char **words = NULL;
  g_autofree char *allowed = attune_enum_list_nicks (parameter->enum_type ());
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autoptr (GVariant) repair = NULL;
  const char *single[2] = { NULL, NULL };
  const char *wrong = NULL;

  if (parameter->type == ATTUNE_PARAMETER_SET)
    words = g_variant_get_strv (value, NULL);
  else
    single[0] = g_variant_get_string (value, NULL);

  for (const char **word = words != NULL ? words : single; *word != NULL; word++)
    {
      if (attune_enum_from_nick (parameter->enum_type (), *word, NULL))
        g_ptr_array_add (known, (gpointer) *word);
      else if (wrong == NULL)
        wrong = *word;
    }

  if (wrong == NULL)
    return;

  if (words != NULL)
    repair = g_variant_ref_sink (g_variant_new_strv ((const char * const *) known->pdata, (gssize) known->len));
  else
    repair = attune_parameter_dup_default (parameter);

  attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "type", repair,
                         /* translators: the title of a setting, the word that stands there, and the words that are allowed */
                         _("%s is “%s”, but has to be one of %s"), attune_parameter_get_title (parameter), wrong, allowed);
}

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

static gboolean
has_control_characters (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      if ((guchar) *p < 0x20 || *p == 0x7f)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_repository (const char *text)
{
  const char *slash = strchr (text, '/');

  return slash != NULL && slash != text && slash[1] != '\0' && strchr (slash + 1, '/') == NULL && strpbrk (text, " \\") == NULL;
}

static gboolean
is_web_address (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
         (g_str_equal (g_uri_get_scheme (uri), "https") || g_str_equal (g_uri_get_scheme (uri), "http"));
}

static gboolean
is_module_list (const char *text)
{
  g_auto (GStrv) names = g_strsplit (text, ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_strstrip (names[i]);
      if (*names[i] == '\0' || strpbrk (names[i], " \t") != NULL)
        return FALSE;
    }

  return TRUE;
}

static void
check_text (AttuneValidation      *self,
            const AttuneParameter *parameter,
            GVariant              *value)
{
  g_autoptr (GVariant) initial = attune_parameter_dup_default (parameter);
  const char *text = g_variant_get_string (value, NULL);
  const char *title = attune_parameter_get_title (parameter);

  if (is_blank (text))
    {
      if ((parameter->flags & ATTUNE_PARAMETER_REQUIRED) == 0)
        attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "type", g_variant_new_string (""),
                               _("%s holds nothing but spaces. Clear it or fill it in"), title);
    }
  else if (has_control_characters (text))
    attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "type", NULL,
                           _("%s holds a line break or another control character. Write it on one line"), title);
  else if (g_str_equal (parameter->path, "integrations.huggingface.outputRepoName") && !is_repository (text))
    attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "type", NULL,
                           _("%s has to be the owner and the name of a repository, such as “user/model”"), title);
  else if (g_str_equal (parameter->path, "integrations.wandb.baseUrl") && !is_web_address (text))
    attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "type", NULL,
                           _("%s has to be a web address, such as “https://wandb.example.com”"), title);
  else if (g_str_equal (parameter->path, "method.loraConfig.trainableModules") && !is_module_list (text))
    attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "type", initial,
                           _("%s has to be “all-linear”, or names with commas between them, such as “q_proj,v_proj”"), title);
}

static void
check_required (AttuneValidation      *self,
                AttuneConfiguration   *configuration,
                const AttuneParameter *parameter)
{
  g_autoptr (GVariant) value = attune_configuration_dup_value (configuration, parameter->path);
  g_autoptr (GVariant) initial = attune_parameter_dup_default (parameter);

  if (value != NULL && (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) || !is_blank (g_variant_get_string (value, NULL))))
    return;

  attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "required", initial,
                         _("%s is missing. Choose it"), attune_parameter_get_title (parameter));
}

static void
check_value (AttuneValidation      *self,
             AttuneConfiguration   *configuration,
             const AttuneParameter *parameter)
{
  g_autoptr (GVariant) value = attune_configuration_dup_value (configuration, parameter->path);

  if (value == NULL)
    return;

  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
    case ATTUNE_PARAMETER_DOUBLE:
      check_number (self, parameter, value);
      break;
    case ATTUNE_PARAMETER_ENUM:
    case ATTUNE_PARAMETER_SET:
      check_words (self, parameter, value);
      break;
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
      check_text (self, parameter, value);
      break;
    case ATTUNE_PARAMETER_BOOLEAN:
    default:
      break;
    }
}

/* Settings that are fine one by one and make no sense together. */
static void
check_combinations (AttuneValidation    *self,
                    AttuneConfiguration *configuration)
{
  int method = attune_configuration_get_enum (configuration, "method.type");
  g_autofree char *precision = attune_configuration_dup_text (configuration, "model.precision");
  g_autofree char *training = attune_configuration_dup_text (configuration, "datasets.trainingFileId");
  g_autofree char *validation = attune_configuration_dup_text (configuration, "datasets.validationFileId");
  gboolean integers = precision != NULL && (g_str_equal (precision, "int8") || g_str_equal (precision, "int4"));

  if (integers && method == ATTUNE_TRAINING_METHOD_FULL)
    attune_validation_add (self, "model.precision", ATTUNE_SEVERITY_ERROR, "combination", g_variant_new_string ("bf16"),
                           _("All weights cannot be trained as %s, whose steps are too coarse to learn in. Use bf16, or the method qlora"),
                           precision);
  else if (integers && method == ATTUNE_TRAINING_METHOD_LORA)
    attune_validation_add (self, "method.type", ATTUNE_SEVERITY_WARNING, "combination", g_variant_new_string ("qlora"),
                           _("An adapter over a model in %s is what the method qlora is made for"), precision);

  if (validation == NULL && attune_configuration_is_set (configuration, "schedule.evaluations") &&
      attune_configuration_get_integer (configuration, "schedule.evaluations") > 0)
    attune_validation_add (self, "schedule.evaluations", ATTUNE_SEVERITY_WARNING, "combination", g_variant_new_int64 (0),
                           _("There is no validation data, so nothing is evaluated. Choose some, or set the evaluations to 0"));

  if (training != NULL && validation != NULL && g_str_equal (training, validation))
    attune_validation_add (self, "datasets.validationFileId", ATTUNE_SEVERITY_WARNING, "combination", NULL,
                           _("The validation data is the training data, so it cannot show when the model learns by heart. "
                             "Split it, or choose other data"));

  if (attune_configuration_is_set (configuration, "optimizer.learningRate") &&
      fpclassify (attune_configuration_get_double (configuration, "optimizer.learningRate")) == FP_ZERO)
    attune_validation_add (self, "optimizer.learningRate", ATTUNE_SEVERITY_WARNING, "combination", g_variant_new_double (0.00001),
                           _("With a learning rate of 0 the model learns nothing"));

  if (method != ATTUNE_TRAINING_METHOD_FULL && attune_configuration_get_double (configuration, "method.loraConfig.dropout") >= 1)
    attune_validation_add (self, "method.loraConfig.dropout", ATTUNE_SEVERITY_WARNING, "combination", g_variant_new_double (0.1),
                           _("With a dropout of 1 the adapter sees nothing and learns nothing"));

  if (attune_configuration_is_set (configuration, "integrations.huggingface.apiToken") &&
      !attune_configuration_is_set (configuration, "integrations.huggingface.outputRepoName"))
    attune_validation_add (self, "integrations.huggingface.outputRepoName", ATTUNE_SEVERITY_WARNING, "combination", NULL,
                           _("There is a Hugging Face token but no repository, so nothing is uploaded. Name one, such as “user/model”"));
}

static void
check_idle (AttuneValidation      *self,
            AttuneConfiguration   *configuration,
            const AttuneParameter *parameter)
{
  const AttuneParameter *condition;

  if (!attune_configuration_is_set (configuration, parameter->path) || attune_configuration_applies (configuration, parameter) ||
      g_str_equal (parameter->path, "integrations.huggingface.apiToken"))
    return;

  condition = attune_parameters_lookup (parameter->applies_path);
  if (parameter->applies_values != NULL)
    attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_WARNING, "combination", NULL,
                           /* translators: the title of a setting, the title of another one, and the words it has to have */
                           _("%s has no effect, as it only counts while %s is one of %s"), attune_parameter_get_title (parameter),
                           attune_parameter_get_title (condition), parameter->applies_values);
  else
    attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_WARNING, "combination", NULL,
                           _("%s has no effect without %s"), attune_parameter_get_title (parameter),
                           attune_parameter_get_title (condition));
}

static void
check_unknown (AttuneValidation    *self,
               AttuneConfiguration *configuration)
{
  g_auto (GStrv) unknown = attune_configuration_list_unknown (configuration);

  for (guint i = 0; unknown[i] != NULL; i++)
    {
      const char *suggestion = attune_parameters_suggest (unknown[i]);

      if (suggestion != NULL)
        attune_validation_add (self, unknown[i], ATTUNE_SEVERITY_WARNING, "unknown", NULL,
                               _("There is no setting “%s”, so nothing reads it. Did you mean “%s”?"), unknown[i], suggestion);
      else
        attune_validation_add (self, unknown[i], ATTUNE_SEVERITY_WARNING, "unknown", NULL,
                               _("There is no setting “%s”, so nothing reads it"), unknown[i]);
    }
}

static void
check_stray_secrets (AttuneValidation *self,
                     JsonObject       *object,
                     const char       *prefix)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *path = g_strconcat (prefix, name, NULL);

      if (attune_configuration_is_secret (name, member))
        attune_validation_add (self, path, ATTUNE_SEVERITY_WARNING, "secret", NULL,
                               _("“%s” looks like a key. It is neither stored nor sent; keys belong in the keyring"), path);
      else if (JSON_NODE_HOLDS_OBJECT (member))
        {
          g_autofree char *below = g_strconcat (path, ".", NULL);

          check_stray_secrets (self, json_node_get_object (member), below);
        }
    }
}

void
attune_validation_check_universal (AttuneValidation    *self,
                                   AttuneConfiguration *configuration)
{
  const AttuneParameter *parameters;
  guint n_parameters;

  g_return_if_fail (ATTUNE_IS_VALIDATION (self));
  g_return_if_fail (ATTUNE_IS_CONFIGURATION (configuration));

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      if ((parameters[i].flags & ATTUNE_PARAMETER_REQUIRED) != 0 && attune_configuration_applies (configuration, &parameters[i]))
        check_required (self, configuration, &parameters[i]);
      check_value (self, configuration, &parameters[i]);
      check_idle (self, configuration, &parameters[i]);
    }

  check_combinations (self, configuration);
  check_unknown (self, configuration);
  check_stray_secrets (self, attune_configuration_get_metadata (configuration), "metadata.");
  check_stray_secrets (self, configuration->unknown, "");
}
