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

static const struct {
  AttuneShapeKind  kind;
  const char      *type;
} types[] = {
  { ATTUNE_SHAPE_KIND_TEXT, "s" },
  { ATTUNE_SHAPE_KIND_BOOLEAN, "b" },
  { ATTUNE_SHAPE_KIND_UINT32, "u" },
  { ATTUNE_SHAPE_KIND_UINT64, "t" },
  { ATTUNE_SHAPE_KIND_INT64, "x" },
  { ATTUNE_SHAPE_KIND_DOUBLE, "d" },
  { ATTUNE_SHAPE_KIND_WORDS, "as" },
  { ATTUNE_SHAPE_KIND_METHODS, "as" },
  { ATTUNE_SHAPE_KIND_OPTIMIZATIONS, "as" },
  { ATTUNE_SHAPE_KIND_PRECISIONS, "as" },
  { ATTUNE_SHAPE_KIND_PATHS, "as" },
  { ATTUNE_SHAPE_KIND_RANGES, "a{s(dd)}" },
  { ATTUNE_SHAPE_KIND_DEFAULTS, "a{sv}" },
  { ATTUNE_SHAPE_KIND_VALUES, "a{sas}" },
  { ATTUNE_SHAPE_KIND_CUSTOM, "a{sa{sv}}" },
  { ATTUNE_SHAPE_KIND_MODELS, "aa{sv}" },
  { ATTUNE_SHAPE_KIND_NOTICES, "aa{sv}" },
  { ATTUNE_SHAPE_KIND_ANY_BASIC, NULL },
};

static const struct {
  const char      *name;
  guint            levels;
  AttuneShapeKind  kind;
  gboolean         required;
} members[] = {
  { "supportedMethods", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_METHODS },
  { "supportedOptimizations", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_OPTIMIZATIONS },
  { "supportedPrecisions", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_PRECISIONS },
  { "supportedParameters", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_PATHS },
  { "parameterRanges", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_RANGES },
  { "parameterDefaults", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_DEFAULTS },
  { "parameterValues", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_VALUES },
  { "additionalRequiredParams", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_WORDS },
  { "customParameters", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_CUSTOM },
  { "actions", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_WORDS },
  { "notices", ATTUNE_SHAPE_LEVEL_TOP | ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_NOTICES },
  { "models", ATTUNE_SHAPE_LEVEL_TOP, ATTUNE_SHAPE_KIND_MODELS },
  { "fetchedAt", ATTUNE_SHAPE_LEVEL_TOP, ATTUNE_SHAPE_KIND_INT64 },
  { "freeMetadata", ATTUNE_SHAPE_LEVEL_TOP, ATTUNE_SHAPE_KIND_BOOLEAN },

  { "id", ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_TEXT, TRUE },
  { "title", ATTUNE_SHAPE_LEVEL_MODEL | ATTUNE_SHAPE_LEVEL_CUSTOM, ATTUNE_SHAPE_KIND_TEXT },
  { "path", ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_TEXT },
  { "sizeBytes", ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_UINT64 },
  { "parameters", ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_UINT64 },
  { "contextLength", ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_UINT32 },
  { "notes", ATTUNE_SHAPE_LEVEL_MODEL, ATTUNE_SHAPE_KIND_TEXT },

  { "type", ATTUNE_SHAPE_LEVEL_CUSTOM, ATTUNE_SHAPE_KIND_TEXT, TRUE },
  { "description", ATTUNE_SHAPE_LEVEL_CUSTOM, ATTUNE_SHAPE_KIND_TEXT },
  { "required", ATTUNE_SHAPE_LEVEL_CUSTOM, ATTUNE_SHAPE_KIND_BOOLEAN },
  { "default", ATTUNE_SHAPE_LEVEL_CUSTOM, ATTUNE_SHAPE_KIND_ANY_BASIC },
  { "enumValues", ATTUNE_SHAPE_LEVEL_CUSTOM, ATTUNE_SHAPE_KIND_WORDS },
  { "min", ATTUNE_SHAPE_LEVEL_CUSTOM, ATTUNE_SHAPE_KIND_DOUBLE },
  { "max", ATTUNE_SHAPE_LEVEL_CUSTOM, ATTUNE_SHAPE_KIND_DOUBLE },

  { "text", ATTUNE_SHAPE_LEVEL_NOTICE, ATTUNE_SHAPE_KIND_TEXT, TRUE },
  { "severity", ATTUNE_SHAPE_LEVEL_NOTICE, ATTUNE_SHAPE_KIND_TEXT },
  { "from", ATTUNE_SHAPE_LEVEL_NOTICE, ATTUNE_SHAPE_KIND_TEXT },
  { "until", ATTUNE_SHAPE_LEVEL_NOTICE, ATTUNE_SHAPE_KIND_TEXT },
};

gboolean
attune_shape_damaged (GError     **error,
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

gboolean
attune_shape_find_kind (const char       *name,
                        AttuneShapeLevel  level,
                        AttuneShapeKind  *kind)
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

const char *
attune_shape_kind_get_type (AttuneShapeKind kind)
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
kind_get_enum (AttuneShapeKind kind)
{
  if (kind == ATTUNE_SHAPE_KIND_METHODS)
    return ATTUNE_TYPE_TRAINING_METHOD;
  if (kind == ATTUNE_SHAPE_KIND_OPTIMIZATIONS)
    return ATTUNE_TYPE_OPTIMIZATION_FEATURE;
  if (kind == ATTUNE_SHAPE_KIND_PRECISIONS)
    return ATTUNE_TYPE_MODEL_PRECISION;

  return G_TYPE_NONE;
}

gboolean
attune_shape_check_path (const char  *path,
                         const char  *place,
                         GError     **error)
{
  const char *suggestion;

  if (attune_parameters_lookup (path) != NULL)
    return TRUE;

  suggestion = attune_parameters_suggest (path);
  if (suggestion != NULL)
    return attune_shape_damaged (error, place, _("There is no setting “%s”. Did you mean “%s”?"), path, suggestion);
  return attune_shape_damaged (error, place, _("There is no setting “%s”"), path);
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

          return attune_shape_damaged (error, place, _("“%s” is none of %s"), words[i], allowed);
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
      if (!attune_shape_check_path (paths[i], place, error))
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
      if (!attune_shape_check_path (path, place, error))
        return FALSE;
      if (!isfinite (minimum) || !isfinite (maximum) || minimum > maximum)
        return attune_shape_damaged (error, place, _("The range of %s is empty or not finite"), path);
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

      if (!attune_shape_check_path (path, place, error))
        return FALSE;
      parameter = attune_parameters_lookup (path);
      if (!g_variant_is_of_type (owned, attune_parameter_get_variant_type (parameter)))
        return attune_shape_damaged (error, place, _("The default of %s is of type %s"), path, g_variant_get_type_string (owned));
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

      if (!attune_shape_check_path (path, place, error))
        return FALSE;
      parameter = attune_parameters_lookup (path);
      if (!check_words (owned, parameter->enum_type != NULL ? parameter->enum_type () : G_TYPE_NONE, inner_place, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean check_level (GVariant          *value,
                             AttuneShapeLevel   level,
                             const char        *place,
                             GError           **error);

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

  if (!check_level (value, ATTUNE_SHAPE_LEVEL_CUSTOM, place, error))
    return FALSE;

  g_variant_lookup (value, "type", "&s", &type);
  if (!g_strv_contains (known, type))
    return attune_shape_damaged (error, place, _("“%s” is none of %s"), type, "string, number, boolean, enum");

  g_variant_lookup (value, "min", "d", &minimum);
  g_variant_lookup (value, "max", "d", &maximum);
  if (isnan (minimum) || isnan (maximum) || minimum > maximum)
    return attune_shape_damaged (error, place, _("The range is empty"));

  g_variant_lookup (value, "enumValues", "^a&s", &words);
  if (g_str_equal (type, "enum") && (words == NULL || words[0] == NULL))
    return attune_shape_damaged (error, place, _("“enumValues” is missing"));

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
    return attune_shape_damaged (error, place, _("The default is of type %s"), g_variant_get_type_string (initial));

  if (g_str_equal (type, "enum") && !g_strv_contains (words, g_variant_get_string (initial, NULL)))
    return attune_shape_damaged (error, place, _("The default is none of “enumValues”"));

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
check_list (GVariant          *value,
            AttuneShapeLevel   level,
            const char        *place,
            GError           **error)
{
  static const char * const severities[] = { "info", "warning", "error", NULL };

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autofree char *child_place = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "]", place, i);
      const char *severity = NULL;

      if (!check_level (child, level, child_place, error))
        return FALSE;
      if (level == ATTUNE_SHAPE_LEVEL_NOTICE && g_variant_lookup (child, "severity", "&s", &severity) && !g_strv_contains (severities, severity))
        return attune_shape_damaged (error, child_place, _("“%s” is none of %s"), severity, "info, warning, error");
    }

  return TRUE;
}

static gboolean
check_member (GVariant         *value,
              AttuneShapeKind   kind,
              const char       *place,
              GError          **error)
{
  const char *type = attune_shape_kind_get_type (kind);

  if (type != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE (type)))
    return attune_shape_damaged (error, place, _("The type has to be %s, not %s"), type, g_variant_get_type_string (value));

  switch (kind)
    {
    case ATTUNE_SHAPE_KIND_METHODS:
    case ATTUNE_SHAPE_KIND_OPTIMIZATIONS:
    case ATTUNE_SHAPE_KIND_PRECISIONS:
      return check_words (value, kind_get_enum (kind), place, error);
    case ATTUNE_SHAPE_KIND_PATHS:
      return check_paths (value, place, error);
    case ATTUNE_SHAPE_KIND_RANGES:
      return check_ranges (value, place, error);
    case ATTUNE_SHAPE_KIND_DEFAULTS:
      return check_defaults (value, place, error);
    case ATTUNE_SHAPE_KIND_VALUES:
      return check_values (value, place, error);
    case ATTUNE_SHAPE_KIND_CUSTOM:
      return check_custom (value, place, error);
    case ATTUNE_SHAPE_KIND_MODELS:
      return check_list (value, ATTUNE_SHAPE_LEVEL_MODEL, place, error);
    case ATTUNE_SHAPE_KIND_NOTICES:
      return check_list (value, ATTUNE_SHAPE_LEVEL_NOTICE, place, error);
    case ATTUNE_SHAPE_KIND_TEXT:
    case ATTUNE_SHAPE_KIND_BOOLEAN:
    case ATTUNE_SHAPE_KIND_UINT32:
    case ATTUNE_SHAPE_KIND_UINT64:
    case ATTUNE_SHAPE_KIND_INT64:
    case ATTUNE_SHAPE_KIND_DOUBLE:
    case ATTUNE_SHAPE_KIND_WORDS:
    case ATTUNE_SHAPE_KIND_ANY_BASIC:
    default:
      return TRUE;
    }
}

static gboolean
check_level (GVariant          *value,
             AttuneShapeLevel   level,
             const char        *place,
             GError           **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *inner;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &inner))
    {
      g_autoptr (GVariant) owned = inner;
      g_autofree char *inner_place = *place != '\0' ? g_strdup_printf ("%s.%s", place, name) : g_strdup (name);
      AttuneShapeKind kind;

      if (attune_shape_find_kind (name, level, &kind) && !check_member (owned, kind, inner_place, error))
        return FALSE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autoptr (GVariant) present = NULL;

      if ((members[i].levels & level) == 0 || !members[i].required)
        continue;
      present = g_variant_lookup_value (value, members[i].name, NULL);
      if (present == NULL)
        return attune_shape_damaged (error, place, _("“%s” is missing"), members[i].name);
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

  return check_level (variant, ATTUNE_SHAPE_LEVEL_TOP, "", error);
}
