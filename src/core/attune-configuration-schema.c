/* attune-configuration-schema.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-configuration.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-configuration-private.h"
#include "attune-json.h"

static void
set_number (JsonObject *object,
            const char *name,
            double      value,
            gboolean    whole)
{
  if (whole)
    json_object_set_int_member (object, name, (gint64) value);
  else
    json_object_set_double_member (object, name, value);
}

static JsonObject *
find_or_add (JsonObject *object,
             const char *name)
{
  if (!json_object_has_member (object, name))
    json_object_set_object_member (object, name, json_object_new ());

  return json_object_get_object_member (object, name);
}

static void
set_type (JsonObject *schema,
          const char *type,
          gboolean    nullable)
{
  JsonArray *both;

  if (!nullable)
    {
      json_object_set_string_member (schema, "type", type);
      return;
    }

  both = json_array_new ();
  json_array_add_string_element (both, type);
  json_array_add_string_element (both, "null");
  json_object_set_array_member (schema, "type", both);
}

static JsonArray *
build_words (GType    enum_type,
             gboolean nullable)
{
  g_autoptr (GEnumClass) enum_class = g_type_class_ref (enum_type);
  JsonArray *words = json_array_new ();

  for (guint i = 0; i < enum_class->n_values; i++)
    json_array_add_string_element (words, enum_class->values[i].value_nick);
  if (nullable)
    json_array_add_null_element (words);

  return words;
}

static void
describe (JsonObject            *schema,
          const AttuneParameter *parameter)
{
  g_autoptr (GString) description = g_string_new (attune_parameter_get_help (parameter));

  if (parameter->applies_path != NULL && parameter->applies_values != NULL)
    {
      g_string_append_c (description, ' ');
      /* translators: the path of a setting and the words it may have */
      g_string_append_printf (description, _("Counts while %s is one of %s."), parameter->applies_path, parameter->applies_values);
    }
  else if (parameter->applies_path != NULL)
    {
      g_string_append_c (description, ' ');
      g_string_append_printf (description, _("Counts while %s is set."), parameter->applies_path);
    }

  json_object_set_string_member (schema, "title", attune_parameter_get_title (parameter));
  json_object_set_string_member (schema, "description", description->str);
}

static JsonObject *
build_parameter (const AttuneParameter *parameter)
{
  g_autoptr (GVariant) initial = attune_parameter_dup_default (parameter);
  gboolean nullable = (parameter->flags & ATTUNE_PARAMETER_NULLABLE) != 0;
  gboolean whole = parameter->type == ATTUNE_PARAMETER_INTEGER;
  JsonObject *schema = json_object_new ();

  describe (schema, parameter);

  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      set_type (schema, "integer", nullable);
      break;
    case ATTUNE_PARAMETER_DOUBLE:
      set_type (schema, "number", nullable);
      break;
    case ATTUNE_PARAMETER_BOOLEAN:
      set_type (schema, "boolean", nullable);
      break;
    case ATTUNE_PARAMETER_ENUM:
      set_type (schema, "string", nullable);
      json_object_set_array_member (schema, "enum", build_words (parameter->enum_type (), nullable));
      break;
    case ATTUNE_PARAMETER_SET:
      {
        JsonObject *items = json_object_new ();

        set_type (schema, "array", nullable);
        json_object_set_string_member (items, "type", "string");
        json_object_set_array_member (items, "enum", build_words (parameter->enum_type (), FALSE));
        json_object_set_object_member (schema, "items", items);
        json_object_set_boolean_member (schema, "uniqueItems", TRUE);
        break;
      }
    case ATTUNE_PARAMETER_SECRET:
      set_type (schema, "string", nullable);
      json_object_set_boolean_member (schema, "writeOnly", TRUE);
      break;
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
    default:
      set_type (schema, "string", nullable);
      if ((parameter->flags & ATTUNE_PARAMETER_REQUIRED) != 0)
        json_object_set_int_member (schema, "minLength", 1);
      break;
    }

  if ((parameter->flags & ATTUNE_PARAMETER_HAS_RANGE) != 0)
    {
      set_number (schema, "minimum", parameter->minimum, whole);
      set_number (schema, "maximum", parameter->maximum, whole);
    }
  if (initial != NULL)
    json_object_set_member (schema, "default", attune_json_from_variant (initial));

  return schema;
}

static void
add_required (JsonObject *schema,
              const char *name)
{
  JsonArray *required;

  if (!json_object_has_member (schema, "required"))
    json_object_set_array_member (schema, "required", json_array_new ());

  required = json_object_get_array_member (schema, "required");
  for (guint i = 0; i < json_array_get_length (required); i++)
    {
      if (g_str_equal (json_array_get_string_element (required, i), name))
        return;
    }
  json_array_add_string_element (required, name);
}

static void
add_parameter (JsonObject            *root,
               const AttuneParameter *parameter)
{
  g_auto (GStrv) names = g_strsplit (parameter->path, ".", -1);
  g_autoptr (GString) path = g_string_new (NULL);
  gboolean required = (parameter->flags & ATTUNE_PARAMETER_REQUIRED) != 0;
  JsonObject *schema = root;
  guint i;

  for (i = 0; names[i + 1] != NULL; i++)
    {
      JsonObject *group;

      g_string_append_printf (path, "%s%s", i > 0 ? "." : "", names[i]);
      group = find_or_add (find_or_add (schema, "properties"), names[i]);
      if (!json_object_has_member (group, "type"))
        {
          if (i == 0)
            json_object_set_string_member (group, "title", attune_parameter_group_get_title (parameter->group));
          set_type (group, "object", attune_configuration_is_optional_group (path->str));
        }
      if (required)
        add_required (schema, names[i]);
      schema = group;
    }

  json_object_set_object_member (find_or_add (schema, "properties"), names[i], build_parameter (parameter));
  if (required)
    add_required (schema, names[i]);
}

JsonNode *
attune_configuration_build_schema (void)
{
  g_autoptr (JsonObject) root = json_object_new ();
  JsonObject *properties;
  JsonObject *version;
  JsonObject *metadata;
  const AttuneParameter *parameters;
  guint n_parameters;

  json_object_set_string_member (root, "$schema", "https://json-schema.org/draft/2020-12/schema");
  json_object_set_string_member (root, "title", _("Attune configuration"));
  json_object_set_string_member (root, "description", _("How a language model is fine-tuned, the same for every provider."));
  json_object_set_string_member (root, "type", "object");

  properties = find_or_add (root, "properties");
  version = find_or_add (properties, "version");
  json_object_set_string_member (version, "title", _("Version"));
  json_object_set_string_member (version, "description", _("The version of this format."));
  json_object_set_int_member (version, "const", ATTUNE_CONFIGURATION_VERSION);

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    add_parameter (root, &parameters[i]);

  metadata = find_or_add (properties, "metadata");
  json_object_set_string_member (metadata, "title", _("Provider-Specific Settings"));
  json_object_set_string_member (metadata, "description", _("Settings that only one provider knows, by the names that it gives them."));
  json_object_set_string_member (metadata, "type", "object");

  return json_node_init_object (json_node_alloc (), root);
}
