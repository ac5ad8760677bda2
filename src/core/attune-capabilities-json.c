/* attune-capabilities-json.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-capabilities-shape.h"

#include <glib/gi18n-lib.h>

#include "attune-json.h"
#include "attune-parameters.h"

static GVariant *read_level (JsonNode          *node,
                             AttuneShapeLevel   level,
                             const char        *place,
                             GError           **error);

static GVariant *
wrong_json (JsonNode    *node,
            const char  *place,
            const char  *expected,
            GError     **error)
{
  attune_shape_damaged (error, place, _("This has to be %s, not %s"), expected, attune_json_node_describe (node));
  return NULL;
}

static GVariant *
read_words (JsonNode    *node,
            const char  *place,
            GError     **error)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return wrong_json (node, place, _("a list of words"), error);

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *word = attune_json_node_peek_string (json_array_get_element (array, i));

      if (word == NULL)
        {
          g_variant_builder_clear (&builder);
          return wrong_json (json_array_get_element (array, i), place, _("a list of words"), error);
        }
      g_variant_builder_add (&builder, "s", word);
    }

  return g_variant_builder_end (&builder);
}

/* {"min": 1, "max": 20}, as the architecture document writes it, or [1, 20]. */
static GVariant *
read_range (JsonNode    *node,
            const char  *place,
            GError     **error)
{
  gboolean list = JSON_NODE_HOLDS_ARRAY (node);
  double minimum;
  double maximum;

  if ((!list && !JSON_NODE_HOLDS_OBJECT (node)) ||
      !attune_json_node_to_double (attune_json_lookup (node, list ? "0" : "min"), &minimum) ||
      !attune_json_node_to_double (attune_json_lookup (node, list ? "1" : "max"), &maximum))
    {
      attune_shape_damaged (error, place, _("A range has to be written as {\"min\": 1, \"max\": 20}"));
      return NULL;
    }

  return g_variant_new ("(dd)", minimum, maximum);
}

static GVariant *
read_default (const char  *path,
              JsonNode    *node,
              const char  *place,
              GError     **error)
{
  const AttuneParameter *parameter;
  const char *text = attune_json_node_peek_string (node);
  gint64 integer;
  double number;
  gboolean boolean;

  if (!attune_shape_check_path (path, place, error))
    return NULL;

  parameter = attune_parameters_lookup (path);
  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      return attune_json_node_to_int (node, &integer) ? g_variant_new_int64 (integer)
                                                      : wrong_json (node, place, _("a whole number"), error);
    case ATTUNE_PARAMETER_DOUBLE:
      return attune_json_node_to_double (node, &number) ? g_variant_new_double (number)
                                                        : wrong_json (node, place, _("a number"), error);
    case ATTUNE_PARAMETER_BOOLEAN:
      return attune_json_node_to_boolean (node, &boolean) ? g_variant_new_boolean (boolean)
                                                          : wrong_json (node, place, _("true or false"), error);
    case ATTUNE_PARAMETER_SET:
      return read_words (node, place, error);
    case ATTUNE_PARAMETER_ENUM:
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
      return text != NULL ? g_variant_new_string (text) : wrong_json (node, place, _("a text"), error);
    default:
      g_return_val_if_reached (NULL);
    }
}

/* The dictionaries by path or name. */
static GVariant *
read_dictionary (JsonNode         *node,
                 AttuneShapeKind   kind,
                 const char       *place,
                 GError          **error)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (attune_shape_kind_get_type (kind)));
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_variant_builder_clear (&builder);
      return wrong_json (node, place, _("an object"), error);
    }

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *inner_place = g_strdup_printf ("%s.%s", place, name);
      GVariant *value;

      if (kind == ATTUNE_SHAPE_KIND_RANGES)
        value = read_range (member, inner_place, error);
      else if (kind == ATTUNE_SHAPE_KIND_DEFAULTS)
        value = read_default (name, member, inner_place, error);
      else if (kind == ATTUNE_SHAPE_KIND_VALUES)
        value = read_words (member, inner_place, error);
      else
        value = read_level (member, ATTUNE_SHAPE_LEVEL_CUSTOM, inner_place, error);

      if (value == NULL)
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      if (kind == ATTUNE_SHAPE_KIND_DEFAULTS)
        value = g_variant_new_variant (value);
      g_variant_builder_add (&builder, "{s@*}", name, value);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
read_list (JsonNode          *node,
           AttuneShapeLevel   level,
           const char        *place,
           GError           **error)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_variant_builder_clear (&builder);
      return wrong_json (node, place, _("a list"), error);
    }

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *inner_place = g_strdup_printf ("%s[%u]", place, i);
      GVariant *value = read_level (json_array_get_element (array, i), level, inner_place, error);

      if (value == NULL)
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      g_variant_builder_add_value (&builder, value);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
read_number (JsonNode         *node,
             AttuneShapeKind   kind,
             const char       *place,
             GError          **error)
{
  gint64 integer;
  double number;

  if (kind == ATTUNE_SHAPE_KIND_DOUBLE)
    return attune_json_node_to_double (node, &number) ? g_variant_new_double (number)
                                                      : wrong_json (node, place, _("a number"), error);

  if (!attune_json_node_to_int (node, &integer))
    return wrong_json (node, place, _("a whole number"), error);
  if ((kind != ATTUNE_SHAPE_KIND_INT64 && integer < 0) || (kind == ATTUNE_SHAPE_KIND_UINT32 && integer > (gint64) G_MAXUINT32))
    {
      attune_shape_damaged (error, place, _("%" G_GINT64_FORMAT " is out of range"), integer);
      return NULL;
    }

  if (kind == ATTUNE_SHAPE_KIND_UINT32)
    return g_variant_new_uint32 ((guint32) integer);
  if (kind == ATTUNE_SHAPE_KIND_UINT64)
    return g_variant_new_uint64 ((guint64) integer);
  return g_variant_new_int64 (integer);
}

static GVariant *
read_member (JsonNode         *node,
             AttuneShapeKind   kind,
             const char       *place,
             GError          **error)
{
  gboolean boolean;

  switch (kind)
    {
    case ATTUNE_SHAPE_KIND_TEXT:
      if (attune_json_node_peek_string (node) == NULL)
        return wrong_json (node, place, _("a text"), error);
      return g_variant_new_string (attune_json_node_peek_string (node));
    case ATTUNE_SHAPE_KIND_BOOLEAN:
      return attune_json_node_to_boolean (node, &boolean) ? g_variant_new_boolean (boolean)
                                                          : wrong_json (node, place, _("true or false"), error);
    case ATTUNE_SHAPE_KIND_UINT32:
    case ATTUNE_SHAPE_KIND_UINT64:
    case ATTUNE_SHAPE_KIND_INT64:
    case ATTUNE_SHAPE_KIND_DOUBLE:
      return read_number (node, kind, place, error);
    case ATTUNE_SHAPE_KIND_WORDS:
    case ATTUNE_SHAPE_KIND_METHODS:
    case ATTUNE_SHAPE_KIND_OPTIMIZATIONS:
    case ATTUNE_SHAPE_KIND_PRECISIONS:
    case ATTUNE_SHAPE_KIND_PATHS:
      return read_words (node, place, error);
    case ATTUNE_SHAPE_KIND_RANGES:
    case ATTUNE_SHAPE_KIND_DEFAULTS:
    case ATTUNE_SHAPE_KIND_VALUES:
    case ATTUNE_SHAPE_KIND_CUSTOM:
      return read_dictionary (node, kind, place, error);
    case ATTUNE_SHAPE_KIND_MODELS:
      return read_list (node, ATTUNE_SHAPE_LEVEL_MODEL, place, error);
    case ATTUNE_SHAPE_KIND_NOTICES:
      return read_list (node, ATTUNE_SHAPE_LEVEL_NOTICE, place, error);
    case ATTUNE_SHAPE_KIND_ANY_BASIC:
      if (!JSON_NODE_HOLDS_VALUE (node))
        return wrong_json (node, place, _("a text, a number, true or false"), error);
      return attune_json_to_variant (node);
    default:
      g_return_val_if_reached (NULL);
    }
}

static GVariant *
read_level (JsonNode          *node,
            AttuneShapeLevel   level,
            const char        *place,
            GError           **error)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_variant_builder_clear (&builder);
      return wrong_json (node, *place != '\0' ? place : _("Capabilities"), _("an object"), error);
    }

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *inner_place = *place != '\0' ? g_strdup_printf ("%s.%s", place, name) : g_strdup (name);
      GVariant *value;
      AttuneShapeKind kind;

      if (!attune_shape_find_kind (name, level, &kind))
        value = attune_json_to_variant (member);
      else
        value = read_member (member, kind, inner_place, error);

      if (value == NULL)
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      g_variant_builder_add (&builder, "{sv}", name, value);
    }

  return g_variant_builder_end (&builder);
}

GVariant *
attune_capabilities_shape_from_json (JsonNode  *node,
                                     GError   **error)
{
  GVariant *variant = read_level (node, ATTUNE_SHAPE_LEVEL_TOP, "", error);

  return variant != NULL ? g_variant_ref_sink (variant) : NULL;
}
