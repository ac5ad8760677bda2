/* attune-capabilities-shape.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-capabilities-shape.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-error.h"
#include "attune-json.h"
#include "attune-parameters.h"

typedef enum {
  LEVEL_TOP    = 1 << 0,
  LEVEL_MODEL  = 1 << 1,
  LEVEL_CUSTOM = 1 << 2,
  LEVEL_NOTICE = 1 << 3,
} Level;

/* What a member holds, beyond its variant type. */
typedef enum {
  KIND_TEXT,
  KIND_BOOLEAN,
  KIND_UINT32,
  KIND_UINT64,
  KIND_INT64,
  KIND_DOUBLE,
  KIND_WORDS,        /* any */
  KIND_METHODS,
  KIND_OPTIMIZATIONS,
  KIND_PRECISIONS,
  KIND_PATHS,
  KIND_RANGES,       /* by path */
  KIND_DEFAULTS,     /* by path, of the type of the parameter */
  KIND_VALUES,       /* by path */
  KIND_CUSTOM,
  KIND_MODELS,
  KIND_NOTICES,
  KIND_ANY_BASIC,    /* text, number or boolean */
} Kind;

static const struct {
  Kind        kind;
  const char *type;
} types[] = {
  { KIND_TEXT, "s" },
  { KIND_BOOLEAN, "b" },
  { KIND_UINT32, "u" },
  { KIND_UINT64, "t" },
  { KIND_INT64, "x" },
  { KIND_DOUBLE, "d" },
  { KIND_WORDS, "as" },
  { KIND_METHODS, "as" },
  { KIND_OPTIMIZATIONS, "as" },
  { KIND_PRECISIONS, "as" },
  { KIND_PATHS, "as" },
  { KIND_RANGES, "a{s(dd)}" },
  { KIND_DEFAULTS, "a{sv}" },
  { KIND_VALUES, "a{sas}" },
  { KIND_CUSTOM, "a{sa{sv}}" },
  { KIND_MODELS, "aa{sv}" },
  { KIND_NOTICES, "aa{sv}" },
  { KIND_ANY_BASIC, NULL },
};

static const struct {
  const char *name;
  guint       levels;
  Kind        kind;
  gboolean    required;
} members[] = {
  { "supportedMethods", LEVEL_TOP | LEVEL_MODEL, KIND_METHODS },
  { "supportedOptimizations", LEVEL_TOP | LEVEL_MODEL, KIND_OPTIMIZATIONS },
  { "supportedPrecisions", LEVEL_TOP | LEVEL_MODEL, KIND_PRECISIONS },
  { "supportedParameters", LEVEL_TOP | LEVEL_MODEL, KIND_PATHS },
  { "parameterRanges", LEVEL_TOP | LEVEL_MODEL, KIND_RANGES },
  { "parameterDefaults", LEVEL_TOP | LEVEL_MODEL, KIND_DEFAULTS },
  { "parameterValues", LEVEL_TOP | LEVEL_MODEL, KIND_VALUES },
  { "additionalRequiredParams", LEVEL_TOP | LEVEL_MODEL, KIND_WORDS },
  { "customParameters", LEVEL_TOP | LEVEL_MODEL, KIND_CUSTOM },
  { "actions", LEVEL_TOP | LEVEL_MODEL, KIND_WORDS },
  { "notices", LEVEL_TOP | LEVEL_MODEL, KIND_NOTICES },
  { "models", LEVEL_TOP, KIND_MODELS },
  { "fetchedAt", LEVEL_TOP, KIND_INT64 },

  { "id", LEVEL_MODEL, KIND_TEXT, TRUE },
  { "title", LEVEL_MODEL | LEVEL_CUSTOM, KIND_TEXT },
  { "path", LEVEL_MODEL, KIND_TEXT },
  { "sizeBytes", LEVEL_MODEL, KIND_UINT64 },
  { "parameters", LEVEL_MODEL, KIND_UINT64 },
  { "contextLength", LEVEL_MODEL, KIND_UINT32 },
  { "notes", LEVEL_MODEL, KIND_TEXT },

  { "type", LEVEL_CUSTOM, KIND_TEXT, TRUE },
  { "description", LEVEL_CUSTOM, KIND_TEXT },
  { "required", LEVEL_CUSTOM, KIND_BOOLEAN },
  { "default", LEVEL_CUSTOM, KIND_ANY_BASIC },
  { "enumValues", LEVEL_CUSTOM, KIND_WORDS },
  { "min", LEVEL_CUSTOM, KIND_DOUBLE },
  { "max", LEVEL_CUSTOM, KIND_DOUBLE },

  { "text", LEVEL_NOTICE, KIND_TEXT, TRUE },
  { "severity", LEVEL_NOTICE, KIND_TEXT },
  { "from", LEVEL_NOTICE, KIND_TEXT },
  { "until", LEVEL_NOTICE, KIND_TEXT },
};

static gboolean
damaged (GError     **error,
         const char  *place,
         const char  *format,
         ...) G_GNUC_PRINTF (3, 4);

static gboolean
damaged (GError     **error,
         const char  *place,
         const char  *format,
         ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  /* translators: the name of a member of a provider's description, and what is wrong with it */
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: %s"), place, message);
  return FALSE;
}

static gboolean
find_kind (const char *name,
           Level       level,
           Kind       *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if ((members[i].levels & level) != 0 && g_str_equal (members[i].name, name))
        {
          *kind = members[i].kind;
          return TRUE;
        }
    }

  return FALSE;
}

static const char *
kind_get_type (Kind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      if (types[i].kind == kind)
        return types[i].type;
    }

  g_return_val_if_reached (NULL);
}

/* G_TYPE_NONE where any words may stand. */
static GType
kind_get_enum (Kind kind)
{
  if (kind == KIND_METHODS)
    return ATTUNE_TYPE_TRAINING_METHOD;
  if (kind == KIND_OPTIMIZATIONS)
    return ATTUNE_TYPE_OPTIMIZATION_FEATURE;
  if (kind == KIND_PRECISIONS)
    return ATTUNE_TYPE_MODEL_PRECISION;

  return G_TYPE_NONE;
}

static gboolean
check_path (const char  *path,
            const char  *place,
            GError     **error)
{
  const char *suggestion;

  if (attune_parameters_lookup (path) != NULL)
    return TRUE;

  suggestion = attune_parameters_suggest (path);
  if (suggestion != NULL)
    return damaged (error, place, _("There is no setting “%s”. Did you mean “%s”?"), path, suggestion);
  return damaged (error, place, _("There is no setting “%s”"), path);
}

static gboolean
check_words (GVariant    *value,
             GType        enum_type,
             const char  *place,
             GError     **error)
{
  g_autofree const char **words = g_variant_get_strv (value, NULL);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (enum_type != G_TYPE_NONE && !attune_enum_from_nick (enum_type, words[i], NULL))
        {
          g_autofree char *allowed = attune_enum_list_nicks (enum_type);

          return damaged (error, place, _("“%s” is none of %s"), words[i], allowed);
        }
    }

  return TRUE;
}

static gboolean
check_paths (GVariant    *value,
             const char  *place,
             GError     **error)
{
  g_autofree const char **paths = g_variant_get_strv (value, NULL);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      if (!check_path (paths[i], place, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_ranges (GVariant    *value,
              const char  *place,
              GError     **error)
{
  GVariantIter iter;
  const char *path;
  double minimum;
  double maximum;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&s(dd)}", &path, &minimum, &maximum))
    {
      if (!check_path (path, place, error))
        return FALSE;
      if (!isfinite (minimum) || !isfinite (maximum) || minimum > maximum)
        return damaged (error, place, _("The range of %s is empty or not finite"), path);
    }

  return TRUE;
}

static gboolean
check_defaults (GVariant    *value,
                const char  *place,
                GError     **error)
{
  GVariantIter iter;
  const char *path;
  GVariant *inner;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &path, &inner))
    {
      g_autoptr (GVariant) owned = inner;
      const AttuneParameter *parameter;

      if (!check_path (path, place, error))
        return FALSE;
      parameter = attune_parameters_lookup (path);
      if (!g_variant_is_of_type (owned, attune_parameter_get_variant_type (parameter)))
        return damaged (error, place, _("The default of %s is of type %s"), path, g_variant_get_type_string (owned));
    }

  return TRUE;
}

static gboolean
check_values (GVariant    *value,
              const char  *place,
              GError     **error)
{
  GVariantIter iter;
  const char *path;
  GVariant *inner;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&s@as}", &path, &inner))
    {
      g_autoptr (GVariant) owned = inner;
      g_autofree char *inner_place = g_strdup_printf ("%s.%s", place, path);
      const AttuneParameter *parameter;

      if (!check_path (path, place, error))
        return FALSE;
      parameter = attune_parameters_lookup (path);
      if (!check_words (owned, parameter->enum_type != NULL ? parameter->enum_type () : G_TYPE_NONE, inner_place, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean check_level (GVariant    *value,
                             Level        level,
                             const char  *place,
                             GError     **error);

static gboolean
check_custom_definition (GVariant    *value,
                         const char  *place,
                         GError     **error)
{
  static const char * const known[] = { "string", "number", "boolean", "enum", NULL };
  g_autoptr (GVariant) initial = NULL;
  g_autofree const char **words = NULL;
  const char *type = NULL;
  double minimum = -INFINITY;
  double maximum = INFINITY;
  gboolean fits;

  if (!check_level (value, LEVEL_CUSTOM, place, error))
    return FALSE;

  g_variant_lookup (value, "type", "&s", &type);
  if (!g_strv_contains (known, type))
    return damaged (error, place, _("“%s” is none of %s"), type, "string, number, boolean, enum");

  g_variant_lookup (value, "min", "d", &minimum);
  g_variant_lookup (value, "max", "d", &maximum);
  if (isnan (minimum) || isnan (maximum) || minimum > maximum)
    return damaged (error, place, _("The range is empty"));

  g_variant_lookup (value, "enumValues", "^a&s", &words);
  if (g_str_equal (type, "enum") && (words == NULL || words[0] == NULL))
    return damaged (error, place, _("“enumValues” is missing"));

  initial = g_variant_lookup_value (value, "default", NULL);
  if (initial == NULL)
    return TRUE;

  if (g_str_equal (type, "number"))
    fits = g_variant_is_of_type (initial, G_VARIANT_TYPE_DOUBLE) || g_variant_is_of_type (initial, G_VARIANT_TYPE_INT64);
  else if (g_str_equal (type, "boolean"))
    fits = g_variant_is_of_type (initial, G_VARIANT_TYPE_BOOLEAN);
  else
    fits = g_variant_is_of_type (initial, G_VARIANT_TYPE_STRING);
  if (!fits)
    return damaged (error, place, _("The default is of type %s"), g_variant_get_type_string (initial));

  if (g_str_equal (type, "enum") && !g_strv_contains (words, g_variant_get_string (initial, NULL)))
    return damaged (error, place, _("The default is none of “enumValues”"));

  return TRUE;
}

static gboolean
check_custom (GVariant    *value,
              const char  *place,
              GError     **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *inner;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&s@a{sv}}", &name, &inner))
    {
      g_autoptr (GVariant) owned = inner;
      g_autofree char *inner_place = g_strdup_printf ("%s.%s", place, name);

      if (!check_custom_definition (owned, inner_place, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_list (GVariant    *value,
            Level        level,
            const char  *place,
            GError     **error)
{
  static const char * const severities[] = { "info", "warning", "error", NULL };

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autofree char *child_place = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "]", place, i);
      const char *severity = NULL;

      if (!check_level (child, level, child_place, error))
        return FALSE;
      if (level == LEVEL_NOTICE && g_variant_lookup (child, "severity", "&s", &severity) && !g_strv_contains (severities, severity))
        return damaged (error, child_place, _("“%s” is none of %s"), severity, "info, warning, error");
    }

  return TRUE;
}

static gboolean
check_member (GVariant    *value,
              Kind         kind,
              const char  *place,
              GError     **error)
{
  const char *type = kind_get_type (kind);

  if (type != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE (type)))
    return damaged (error, place, _("The type has to be %s, not %s"), type, g_variant_get_type_string (value));

  switch (kind)
    {
    case KIND_METHODS:
    case KIND_OPTIMIZATIONS:
    case KIND_PRECISIONS:
      return check_words (value, kind_get_enum (kind), place, error);
    case KIND_PATHS:
      return check_paths (value, place, error);
    case KIND_RANGES:
      return check_ranges (value, place, error);
    case KIND_DEFAULTS:
      return check_defaults (value, place, error);
    case KIND_VALUES:
      return check_values (value, place, error);
    case KIND_CUSTOM:
      return check_custom (value, place, error);
    case KIND_MODELS:
      return check_list (value, LEVEL_MODEL, place, error);
    case KIND_NOTICES:
      return check_list (value, LEVEL_NOTICE, place, error);
    case KIND_TEXT:
    case KIND_BOOLEAN:
    case KIND_UINT32:
    case KIND_UINT64:
    case KIND_INT64:
    case KIND_DOUBLE:
    case KIND_WORDS:
    case KIND_ANY_BASIC:
    default:
      return TRUE;
    }
}

static gboolean
check_level (GVariant    *value,
             Level        level,
             const char  *place,
             GError     **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *inner;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &inner))
    {
      g_autoptr (GVariant) owned = inner;
      g_autofree char *inner_place = *place != '\0' ? g_strdup_printf ("%s.%s", place, name) : g_strdup (name);
      Kind kind;

      if (find_kind (name, level, &kind) && !check_member (owned, kind, inner_place, error))
        return FALSE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autoptr (GVariant) present = NULL;

      if ((members[i].levels & level) == 0 || !members[i].required)
        continue;
      present = g_variant_lookup_value (value, members[i].name, NULL);
      if (present == NULL)
        return damaged (error, place, _("“%s” is missing"), members[i].name);
    }

  return TRUE;
}

gboolean
attune_capabilities_check_shape (GVariant  *variant,
                                 GError   **error)
{
  if (!g_variant_is_of_type (variant, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("Capabilities have to be of type a{sv}, not %s"),
                   g_variant_get_type_string (variant));
      return FALSE;
    }

  return check_level (variant, LEVEL_TOP, "", error);
}

static GVariant *read_level (JsonNode    *node,
                             Level        level,
                             const char  *place,
                             GError     **error);

static GVariant *
wrong_json (JsonNode    *node,
            const char  *place,
            const char  *expected,
            GError     **error)
{
  damaged (error, place, _("This has to be %s, not %s"), expected, attune_json_node_describe (node));
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
      damaged (error, place, _("A range has to be written as {\"min\": 1, \"max\": 20}"));
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

  if (!check_path (path, place, error))
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
read_dictionary (JsonNode    *node,
                 Kind         kind,
                 const char  *place,
                 GError     **error)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (kind_get_type (kind)));
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

      if (kind == KIND_RANGES)
        value = read_range (member, inner_place, error);
      else if (kind == KIND_DEFAULTS)
        value = read_default (name, member, inner_place, error);
      else if (kind == KIND_VALUES)
        value = read_words (member, inner_place, error);
      else
        value = read_level (member, LEVEL_CUSTOM, inner_place, error);

      if (value == NULL)
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      if (kind == KIND_DEFAULTS)
        value = g_variant_new_variant (value);
      g_variant_builder_add (&builder, "{s@*}", name, value);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
read_list (JsonNode    *node,
           Level        level,
           const char  *place,
           GError     **error)
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
read_number (JsonNode    *node,
             Kind         kind,
             const char  *place,
             GError     **error)
{
  gint64 integer;
  double number;

  if (kind == KIND_DOUBLE)
    return attune_json_node_to_double (node, &number) ? g_variant_new_double (number)
                                                      : wrong_json (node, place, _("a number"), error);

  if (!attune_json_node_to_int (node, &integer))
    return wrong_json (node, place, _("a whole number"), error);
  if ((kind != KIND_INT64 && integer < 0) || (kind == KIND_UINT32 && integer > (gint64) G_MAXUINT32))
    {
      damaged (error, place, _("%" G_GINT64_FORMAT " is out of range"), integer);
      return NULL;
    }

  if (kind == KIND_UINT32)
    return g_variant_new_uint32 ((guint32) integer);
  if (kind == KIND_UINT64)
    return g_variant_new_uint64 ((guint64) integer);
  return g_variant_new_int64 (integer);
}

static GVariant *
read_member (JsonNode    *node,
             Kind         kind,
             const char  *place,
             GError     **error)
{
  gboolean boolean;

  switch (kind)
    {
    case KIND_TEXT:
      if (attune_json_node_peek_string (node) == NULL)
        return wrong_json (node, place, _("a text"), error);
      return g_variant_new_string (attune_json_node_peek_string (node));
    case KIND_BOOLEAN:
      return attune_json_node_to_boolean (node, &boolean) ? g_variant_new_boolean (boolean)
                                                          : wrong_json (node, place, _("true or false"), error);
    case KIND_UINT32:
    case KIND_UINT64:
    case KIND_INT64:
    case KIND_DOUBLE:
      return read_number (node, kind, place, error);
    case KIND_WORDS:
    case KIND_METHODS:
    case KIND_OPTIMIZATIONS:
    case KIND_PRECISIONS:
    case KIND_PATHS:
      return read_words (node, place, error);
    case KIND_RANGES:
    case KIND_DEFAULTS:
    case KIND_VALUES:
    case KIND_CUSTOM:
      return read_dictionary (node, kind, place, error);
    case KIND_MODELS:
      return read_list (node, LEVEL_MODEL, place, error);
    case KIND_NOTICES:
      return read_list (node, LEVEL_NOTICE, place, error);
    case KIND_ANY_BASIC:
      if (!JSON_NODE_HOLDS_VALUE (node))
        return wrong_json (node, place, _("a text, a number, true or false"), error);
      return attune_json_to_variant (node);
    default:
      g_return_val_if_reached (NULL);
    }
}

static GVariant *
read_level (JsonNode    *node,
            Level        level,
            const char  *place,
            GError     **error)
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
      Kind kind;

      if (!find_kind (name, level, &kind))
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
  GVariant *variant = read_level (node, LEVEL_TOP, "", error);

  return variant != NULL ? g_variant_ref_sink (variant) : NULL;
}
