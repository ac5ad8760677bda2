/* attune-validation-capabilities.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-validation.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-json.h"
#include "attune-validation-private.h"

/* The first word of the enumeration that the provider takes; NULL where it takes none. */
static GVariant *
first_supported (AttuneCapabilities    *capabilities,
                 const AttuneParameter *parameter)
{
  g_autoptr (GVariant) initial = attune_capabilities_dup_default (capabilities, parameter->path);
  g_autoptr (GEnumClass) enum_class = g_type_class_ref (parameter->enum_type ());

  if (initial != NULL)
    return g_variant_new_string (g_variant_get_string (initial, NULL));

  for (guint i = 0; i < enum_class->n_values; i++)
    {
      if (attune_capabilities_supports_value (capabilities, parameter->path, enum_class->values[i].value_nick))
        return g_variant_new_string (enum_class->values[i].value_nick);
    }

  return NULL;
}

static char *
list_supported (AttuneCapabilities    *capabilities,
                const AttuneParameter *parameter)
{
  g_autoptr (GEnumClass) enum_class = g_type_class_ref (parameter->enum_type ());
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < enum_class->n_values; i++)
    {
      const char *nick = enum_class->values[i].value_nick;

      if (attune_capabilities_supports_value (capabilities, parameter->path, nick))
        g_string_append_printf (words, "%s%s", words->len > 0 ? ", " : "", nick);
    }

  return g_string_free_and_steal (g_steal_pointer (&words));
}

static void
check_supported_word (AttuneValidation      *self,
                      AttuneCapabilities    *capabilities,
                      const AttuneParameter *parameter,
                      GVariant              *value,
                      const char            *provider)
{
  const char *nick = g_variant_get_string (value, NULL);
  g_autofree char *supported = NULL;

  /* Words that are nobody's are the universal check's business. */
  if (attune_capabilities_supports_value (capabilities, parameter->path, nick) ||
      !attune_enum_from_nick (parameter->enum_type (), nick, NULL))
    return;

  supported = list_supported (capabilities, parameter);
  attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "unsupported", first_supported (capabilities, parameter),
                         /* translators: the name of a provider, the title of a setting, its value, and what is possible there */
                         _("%s does not offer %s “%s”. It offers %s"), provider, attune_parameter_get_title (parameter), nick, supported);
}

static void
check_supported_set (AttuneValidation      *self,
                     AttuneCapabilities    *capabilities,
                     const AttuneParameter *parameter,
                     GVariant              *value,
                     const char            *provider)
{
  g_autofree const char **words = g_variant_get_strv (value, NULL);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  g_autoptr (GString) ignored = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (attune_capabilities_supports_value (capabilities, parameter->path, words[i]))
        g_ptr_array_add (kept, (gpointer) words[i]);
      else if (attune_enum_from_nick (parameter->enum_type (), words[i], NULL))
        g_string_append_printf (ignored, "%s%s", ignored->len > 0 ? ", " : "", words[i]);
    }

  if (ignored->len > 0)
    attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_WARNING, "unsupported",
                           g_variant_new_strv ((const char * const *) kept->pdata, (gssize) kept->len),
                           /* translators: the name of a provider, and a list of words */
                           _("%s does not offer %s, so it is ignored"), provider, ignored->str);
}

static void
check_supported_range (AttuneValidation      *self,
                       AttuneCapabilities    *capabilities,
                       const AttuneParameter *parameter,
                       GVariant              *value,
                       const char            *provider)
{
  double number = attune_validation_get_number (parameter, value);
  g_autofree char *range = NULL;
  g_autofree char *shown = NULL;
  double low;
  double high;

  if (!isfinite (number) || !attune_capabilities_get_range (capabilities, parameter->path, &low, &high) ||
      (number >= low && number <= high))
    return;
  /* Beyond the hard limits too: that was said, once is enough. */
  if ((parameter->flags & ATTUNE_PARAMETER_HAS_RANGE) != 0 && (number < parameter->minimum || number > parameter->maximum))
    return;

  range = attune_validation_describe_range (low, high);
  shown = attune_parameter_format (parameter, value);
  attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "range", attune_validation_clamp_number (parameter, number, low, high),
                         /* translators: the title of a setting, its value, the name of a provider, and the range that it allows */
                         _("%s is %s, but %s takes %s"), attune_parameter_get_title (parameter), shown, provider, range);
}

static void
check_parameter (AttuneValidation      *self,
                 AttuneConfiguration   *configuration,
                 AttuneCapabilities    *capabilities,
                 const AttuneParameter *parameter,
                 const char            *provider)
{
  g_autoptr (GVariant) value = attune_configuration_dup_value (configuration, parameter->path);
  gboolean word = parameter->type == ATTUNE_PARAMETER_ENUM;

  if (value == NULL || !attune_configuration_applies (configuration, parameter))
    return;

  if (!attune_capabilities_supports_path (capabilities, parameter->path))
    {
      attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_WARNING, "unsupported", NULL,
                             /* translators: the name of a provider, and the title of a setting */
                             _("%s has no setting for %s, so it is ignored"), provider, attune_parameter_get_title (parameter));
      return;
    }

  /* Another method, precision or scheduler gives another result than was asked for, so a word is never ignored; an optimization only
   * changes how the same result is reached. */
  if (word)
    check_supported_word (self, capabilities, parameter, value, provider);
  else if (parameter->type == ATTUNE_PARAMETER_SET)
    check_supported_set (self, capabilities, parameter, value, provider);
  else if (parameter->type == ATTUNE_PARAMETER_INTEGER || parameter->type == ATTUNE_PARAMETER_DOUBLE)
    check_supported_range (self, capabilities, parameter, value, provider);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) &&
           !attune_capabilities_supports_value (capabilities, parameter->path, g_variant_get_string (value, NULL)))
    {
      g_autoptr (GVariant) initial = attune_capabilities_dup_default (capabilities, parameter->path);

      attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "unsupported", initial,
                             _("%s does not offer %s “%s”"), provider, attune_parameter_get_title (parameter),
                             g_variant_get_string (value, NULL));
    }
}

static void
check_required_parameters (AttuneValidation    *self,
                           AttuneConfiguration *configuration,
                           AttuneCapabilities  *capabilities,
                           const char          *provider)
{
  g_autofree const char **names = NULL;

  if (!g_variant_lookup (attune_capabilities_get_variant (capabilities), "additionalRequiredParams", "^a&s", &names))
    return;

  for (guint i = 0; names[i] != NULL; i++)
    {
      const AttuneParameter *parameter = attune_parameters_lookup (names[i]);
      const char *custom = g_str_has_prefix (names[i], "metadata.") ? names[i] + strlen ("metadata.") : names[i];

      if (parameter != NULL)
        {
          g_autoptr (GVariant) initial = NULL;

          if (attune_configuration_is_set (configuration, parameter->path) || !attune_configuration_applies (configuration, parameter))
            continue;
          initial = attune_capabilities_dup_default (capabilities, parameter->path);
          attune_validation_add (self, parameter->path, ATTUNE_SEVERITY_ERROR, "required", initial,
                                 _("%s needs %s"), provider, attune_parameter_get_title (parameter));
        }
      else if (!json_object_has_member (attune_configuration_get_metadata (configuration), custom))
        {
          g_autofree char *path = g_strconcat ("metadata.", custom, NULL);
          g_autoptr (GVariant) initial = attune_capabilities_dup_default (capabilities, path);

          attune_validation_add (self, path, ATTUNE_SEVERITY_ERROR, "required", initial, _("%s needs %s"), provider, path);
        }
    }
}

static void
add_custom_type_issue (AttuneValidation *self,
                       const char       *path,
                       GVariant         *initial,
                       const char       *expected,
                       JsonNode         *node)
{
  attune_validation_add (self, path, ATTUNE_SEVERITY_ERROR, "type", initial, _("%s has to be %s, not %s"),
                         path, expected, attune_json_node_describe (node));
}

static void
check_custom_value (AttuneValidation *self,
                    const char       *path,
                    GVariant         *definition,
                    JsonNode         *node)
{
  g_autoptr (GVariant) initial = g_variant_lookup_value (definition, "default", NULL);
  g_autofree const char **words = NULL;
  const char *type = "";
  const char *text = attune_json_node_peek_string (node);
  gboolean boolean;
  double low = -INFINITY;
  double high = INFINITY;
  double number;

  g_variant_lookup (definition, "type", "&s", &type);
  g_variant_lookup (definition, "enumValues", "^a&s", &words);
  g_variant_lookup (definition, "min", "d", &low);
  g_variant_lookup (definition, "max", "d", &high);

  if (g_str_equal (type, "number"))
    {
      if (!attune_json_node_to_double (node, &number))
        add_custom_type_issue (self, path, initial, _("a number"), node);
      else if (number < low || number > high)
        {
          g_autofree char *shown = attune_json_format_double (number);
          g_autofree char *from = attune_json_format_double (low);
          g_autofree char *to = attune_json_format_double (high);

          attune_validation_add (self, path, ATTUNE_SEVERITY_ERROR, "range", g_variant_new_double (CLAMP (number, low, high)),
                                 _("%s is %s, but has to be in the range of %s to %s"), path, shown, from, to);
        }
    }
  else if (g_str_equal (type, "boolean"))
    {
      if (!attune_json_node_to_boolean (node, &boolean))
        add_custom_type_issue (self, path, initial, _("true or false"), node);
    }
  else if (text == NULL)
    add_custom_type_issue (self, path, initial, _("a text"), node);
  else if (words != NULL && words[0] != NULL && !g_strv_contains (words, text))
    {
      g_autofree char *allowed = g_strjoinv (", ", (char **) words);

      attune_validation_add (self, path, ATTUNE_SEVERITY_ERROR, "type", initial,
                             _("%s is “%s”, but has to be one of %s"), path, text, allowed);
    }
}

static void
check_custom_parameters (AttuneValidation    *self,
                         AttuneConfiguration *configuration,
                         AttuneCapabilities  *capabilities,
                         const char          *provider)
{
  JsonObject *metadata = attune_configuration_get_metadata (configuration);
  g_autoptr (GVariant) custom = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "customParameters",
                                                        G_VARIANT_TYPE ("a{sa{sv}}"));
  JsonObjectIter members;
  GVariantIter iter;
  const char *name;
  GVariant *inner;
  JsonNode *node;

  if (custom != NULL)
    {
      g_variant_iter_init (&iter, custom);
      while (g_variant_iter_next (&iter, "{&s@a{sv}}", &name, &inner))
        {
          g_autoptr (GVariant) definition = inner;
          g_autofree char *path = g_strconcat ("metadata.", name, NULL);
          gboolean required = FALSE;

          node = json_object_get_member (metadata, name);
          g_variant_lookup (definition, "required", "b", &required);
          if (node != NULL && !JSON_NODE_HOLDS_NULL (node))
            check_custom_value (self, path, definition, node);
          else if (required)
            {
              g_autoptr (GVariant) initial = g_variant_lookup_value (definition, "default", NULL);
              const char *title = name;

              g_variant_lookup (definition, "title", "&s", &title);
              attune_validation_add (self, path, ATTUNE_SEVERITY_ERROR, "required", initial, _("%s needs %s"), provider, title);
            }
        }
    }

  json_object_iter_init_ordered (&members, metadata);
  while (json_object_iter_next_ordered (&members, &name, &node))
    {
      g_autofree char *path = g_strconcat ("metadata.", name, NULL);

      if (!attune_capabilities_supports_path (capabilities, path))
        attune_validation_add (self, path, ATTUNE_SEVERITY_WARNING, "unsupported", NULL,
                               _("%s has no setting for %s, so it is ignored"), provider, path);
    }
}

void
attune_validation_check_capabilities (AttuneValidation    *self,
                                      AttuneConfiguration *configuration,
                                      AttuneCapabilities  *capabilities,
                                      const char          *provider_name)
{
  g_autofree char *model = NULL;
  g_autoptr (AttuneCapabilities) narrowed = NULL;
  const AttuneParameter *parameters;
  guint n_parameters;

  g_return_if_fail (ATTUNE_IS_VALIDATION (self));
  g_return_if_fail (ATTUNE_IS_CONFIGURATION (configuration));
  g_return_if_fail (ATTUNE_IS_CAPABILITIES (capabilities));
  g_return_if_fail (provider_name != NULL);

  /* Narrowing twice changes nothing, so callers may hand in either. */
  model = attune_configuration_dup_text (configuration, "model.baseModel");
  narrowed = attune_capabilities_for_model (capabilities, model);

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    check_parameter (self, configuration, narrowed, &parameters[i], provider_name);

  check_required_parameters (self, configuration, narrowed, provider_name);
  check_custom_parameters (self, configuration, narrowed, provider_name);
}
