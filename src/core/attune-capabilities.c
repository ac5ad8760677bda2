/* attune-capabilities.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-capabilities.h"

#include <math.h>
#include <string.h>

#include "attune-capabilities-shape.h"
#include "attune-json.h"

struct _AttuneCapabilities
{
  GObject   parent_instance;

  GVariant *variant;
};

G_DEFINE_FINAL_TYPE (AttuneCapabilities, attune_capabilities, G_TYPE_OBJECT)

static void
attune_capabilities_finalize (GObject *object)
{
  AttuneCapabilities *self = ATTUNE_CAPABILITIES (object);

  g_clear_pointer (&self->variant, g_variant_unref);

  G_OBJECT_CLASS (attune_capabilities_parent_class)->finalize (object);
}

static void
attune_capabilities_class_init (AttuneCapabilitiesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_capabilities_finalize;
}

static void
attune_capabilities_init (AttuneCapabilities *self)
{
}

AttuneCapabilities *
attune_capabilities_new (GVariant  *variant,
                         GError   **error)
{
  g_autoptr (GVariant) sunk = NULL;
  AttuneCapabilities *self;

  g_return_val_if_fail (variant != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  sunk = g_variant_ref_sink (variant);
  if (!attune_capabilities_check_shape (sunk, error))
    return NULL;

  self = g_object_new (ATTUNE_TYPE_CAPABILITIES, NULL);
  self->variant = g_steal_pointer (&sunk);
  return self;
}

AttuneCapabilities *
attune_capabilities_new_from_json (JsonNode  *node,
                                   GError   **error)
{
  g_autoptr (GVariant) variant = NULL;

  g_return_val_if_fail (node != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  variant = attune_capabilities_shape_from_json (node, error);
  if (variant == NULL)
    return NULL;

  return attune_capabilities_new (variant, error);
}

GVariant *
attune_capabilities_get_variant (AttuneCapabilities *self)
{
  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), NULL);

  return self->variant;
}

/* Ranges are the one member whose JSON is more than its variant spelt out: {"min", "max"}, as the architecture document has them. */
static JsonNode *
ranges_to_json (GVariant *ranges)
{
  g_autoptr (JsonObject) object = json_object_new ();
  GVariantIter iter;
  const char *path;
  double minimum;
  double maximum;

  g_variant_iter_init (&iter, ranges);
  while (g_variant_iter_next (&iter, "{&s(dd)}", &path, &minimum, &maximum))
    {
      const AttuneParameter *parameter = attune_parameters_lookup (path);
      gboolean whole = parameter != NULL && parameter->type == ATTUNE_PARAMETER_INTEGER && minimum == floor (minimum) &&
                       maximum == floor (maximum) && fabs (minimum) < 0x1p53 && fabs (maximum) < 0x1p53;
      JsonObject *range = json_object_new ();

      if (whole)
        {
          json_object_set_int_member (range, "min", (gint64) minimum);
          json_object_set_int_member (range, "max", (gint64) maximum);
        }
      else
        {
          json_object_set_double_member (range, "min", minimum);
          json_object_set_double_member (range, "max", maximum);
        }
      json_object_set_object_member (object, path, range);
    }

  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
level_to_json (GVariant *variant)
{
  g_autoptr (JsonObject) object = json_object_new ();
  GVariantIter iter;
  const char *name;
  GVariant *inner;

  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &inner))
    {
      g_autoptr (GVariant) value = inner;
      JsonNode *member;

      if (g_str_equal (name, "parameterRanges"))
        member = ranges_to_json (value);
      else if (g_str_equal (name, "models"))
        {
          g_autoptr (JsonArray) array = json_array_new ();

          for (gsize i = 0; i < g_variant_n_children (value); i++)
            {
              g_autoptr (GVariant) model = g_variant_get_child_value (value, i);

              json_array_add_element (array, level_to_json (model));
            }
          member = json_node_init_array (json_node_alloc (), array);
        }
      else
        member = attune_json_from_variant (value);

      /* A member of a type that JSON cannot say is one that no reader of JSON could use. */
      if (member != NULL)
        json_object_set_member (object, name, member);
    }

  return json_node_init_object (json_node_alloc (), object);
}

JsonNode *
attune_capabilities_to_json (AttuneCapabilities *self)
{
  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), NULL);

  return level_to_json (self->variant);
}

/* (transfer container) (nullable): NULL where nothing is said. */
static const char **
get_words (GVariant   *variant,
           const char *name)
{
  const char **words = NULL;

  g_variant_lookup (variant, name, "^a&s", &words);
  return words;
}

static const char **
get_values (GVariant   *variant,
            const char *path)
{
  g_autoptr (GVariant) values = g_variant_lookup_value (variant, "parameterValues", G_VARIANT_TYPE ("a{sas}"));

  return values != NULL ? get_words (values, path) : NULL;
}

/* The list that says which words may stand at this path; NULL where any may. */
static const char **
get_allowed (GVariant   *variant,
             const char *path)
{
  if (g_str_equal (path, "method.type"))
    return get_words (variant, "supportedMethods");
  if (g_str_equal (path, "model.precision"))
    return get_words (variant, "supportedPrecisions");
  if (g_str_equal (path, "optimizations.enabled"))
    return get_words (variant, "supportedOptimizations");

  return get_values (variant, path);
}

static GVariant *
lookup_custom (GVariant   *variant,
               const char *path)
{
  g_autoptr (GVariant) custom = NULL;

  if (!g_str_has_prefix (path, "metadata."))
    return NULL;

  custom = g_variant_lookup_value (variant, "customParameters", G_VARIANT_TYPE ("a{sa{sv}}"));
  if (custom == NULL)
    return NULL;

  return g_variant_lookup_value (custom, path + strlen ("metadata."), G_VARIANT_TYPE_VARDICT);
}

gboolean
attune_capabilities_supports_path (AttuneCapabilities *self,
                                   const char         *path)
{
  g_autofree const char **paths = NULL;
  g_autofree const char **allowed = NULL;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (attune_parameters_lookup (path) == NULL)
    {
      g_autoptr (GVariant) custom = lookup_custom (self->variant, path);
      gboolean free_metadata = FALSE;

      g_variant_lookup (self->variant, "freeMetadata", "b", &free_metadata);
      return custom != NULL || (free_metadata && g_str_has_prefix (path, "metadata."));
    }

  paths = get_words (self->variant, "supportedParameters");
  if (paths != NULL && !g_strv_contains (paths, path))
    return FALSE;

  /* A choice without any word is none. */
  allowed = get_allowed (self->variant, path);
  if (allowed != NULL && allowed[0] == NULL)
    return FALSE;

  if (g_str_has_prefix (path, "method.loraConfig."))
    return attune_capabilities_supports_value (self, "method.type", "lora") ||
           attune_capabilities_supports_value (self, "method.type", "qlora");

  return TRUE;
}

gboolean
attune_capabilities_supports_value (AttuneCapabilities *self,
                                    const char         *path,
                                    const char         *nick)
{
  g_autofree const char **allowed = NULL;
  const AttuneParameter *parameter;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (nick != NULL, FALSE);

  parameter = attune_parameters_lookup (path);
  if (parameter == NULL)
    {
      g_autoptr (GVariant) custom = lookup_custom (self->variant, path);
      g_autofree const char **words = NULL;

      if (custom == NULL)
        return FALSE;
      words = get_words (custom, "enumValues");
      return words == NULL || g_strv_contains (words, nick);
    }

  allowed = get_allowed (self->variant, path);
  if (allowed != NULL)
    return g_strv_contains (allowed, nick);

  return parameter->enum_type == NULL || attune_enum_from_nick (parameter->enum_type (), nick, NULL);
}

static gboolean
lookup_range (GVariant   *variant,
              const char *path,
              double     *minimum,
              double     *maximum)
{
  g_autoptr (GVariant) ranges = g_variant_lookup_value (variant, "parameterRanges", G_VARIANT_TYPE ("a{s(dd)}"));

  return ranges != NULL && g_variant_lookup (ranges, path, "(dd)", minimum, maximum);
}

gboolean
attune_capabilities_get_range (AttuneCapabilities *self,
                               const char         *path,
                               double             *minimum,
                               double             *maximum)
{
  const AttuneParameter *parameter;
  double low = -INFINITY;
  double high = INFINITY;
  double narrow_low;
  double narrow_high;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  parameter = attune_parameters_lookup (path);
  if (parameter != NULL)
    {
      if (parameter->type != ATTUNE_PARAMETER_INTEGER && parameter->type != ATTUNE_PARAMETER_DOUBLE)
        return FALSE;
      if ((parameter->flags & ATTUNE_PARAMETER_HAS_RANGE) != 0)
        {
          low = parameter->minimum;
          high = parameter->maximum;
        }
      if (lookup_range (self->variant, path, &narrow_low, &narrow_high))
        {
          /* A provider narrows; what it allows beyond the hard limits is cut off, and a range wholly beyond them leaves the nearest bound. */
          double hard_low = low;
          double hard_high = high;

          low = CLAMP (narrow_low, hard_low, hard_high);
          high = CLAMP (narrow_high, hard_low, hard_high);
        }
    }
  else
    {
      g_autoptr (GVariant) custom = lookup_custom (self->variant, path);

      if (custom == NULL)
        return FALSE;
      g_variant_lookup (custom, "min", "d", &low);
      g_variant_lookup (custom, "max", "d", &high);
    }

  if (isinf (low) && isinf (high))
    return FALSE;

  if (minimum != NULL)
    *minimum = low;
  if (maximum != NULL)
    *maximum = high;
  return TRUE;
}

/* The default in the end has to be one that the provider itself takes. @value is consumed. */
static GVariant *
fit_default (AttuneCapabilities    *self,
             const AttuneParameter *parameter,
             GVariant              *value)
{
  g_autoptr (GVariant) owned = value;
  g_autofree const char **allowed = get_allowed (self->variant, parameter->path);
  double low;
  double high;

  if (parameter->type == ATTUNE_PARAMETER_INTEGER && attune_capabilities_get_range (self, parameter->path, &low, &high))
    {
      gint64 number = g_variant_get_int64 (owned);

      if ((double) number < low)
        return g_variant_ref_sink (g_variant_new_int64 ((gint64) ceil (low)));
      if ((double) number > high)
        return g_variant_ref_sink (g_variant_new_int64 ((gint64) floor (high)));
    }
  else if (parameter->type == ATTUNE_PARAMETER_DOUBLE && attune_capabilities_get_range (self, parameter->path, &low, &high))
    {
      double number = g_variant_get_double (owned);

      if (number < low || number > high)
        return g_variant_ref_sink (g_variant_new_double (CLAMP (number, low, high)));
    }
  else if (parameter->type == ATTUNE_PARAMETER_SET && allowed != NULL)
    {
      g_autofree const char **words = g_variant_get_strv (owned, NULL);
      g_autoptr (GPtrArray) kept = g_ptr_array_new ();

      for (guint i = 0; words[i] != NULL; i++)
        {
          if (g_strv_contains (allowed, words[i]))
            g_ptr_array_add (kept, (gpointer) words[i]);
        }
      return g_variant_ref_sink (g_variant_new_strv ((const char * const *) kept->pdata, (gssize) kept->len));
    }
  else if (allowed != NULL && !g_strv_contains (allowed, g_variant_get_string (owned, NULL)))
    {
      if (allowed[0] == NULL)
        return NULL;
      return g_variant_ref_sink (g_variant_new_string (allowed[0]));
    }

  return g_steal_pointer (&owned);
}

GVariant *
attune_capabilities_dup_default (AttuneCapabilities *self,
                                 const char         *path)
{
  g_autoptr (GVariant) defaults = NULL;
  const AttuneParameter *parameter;
  GVariant *value = NULL;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  parameter = attune_parameters_lookup (path);
  if (parameter == NULL)
    {
      g_autoptr (GVariant) custom = lookup_custom (self->variant, path);

      return custom != NULL ? g_variant_lookup_value (custom, "default", NULL) : NULL;
    }

  defaults = g_variant_lookup_value (self->variant, "parameterDefaults", G_VARIANT_TYPE_VARDICT);
  if (defaults != NULL)
    value = g_variant_lookup_value (defaults, path, attune_parameter_get_variant_type (parameter));
  if (value == NULL)
    value = attune_parameter_dup_default (parameter);

  return value != NULL ? fit_default (self, parameter, value) : NULL;
}

gboolean
attune_capabilities_has_action (AttuneCapabilities *self,
                                const char         *action)
{
  g_autofree const char **actions = NULL;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), FALSE);
  g_return_val_if_fail (action != NULL, FALSE);

  actions = get_words (self->variant, "actions");
  return actions != NULL && g_strv_contains (actions, action);
}

GStrv
attune_capabilities_list_unsupported (AttuneCapabilities *self)
{
  g_autoptr (GPtrArray) paths = NULL;
  const AttuneParameter *parameters;
  guint n_parameters;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), NULL);

  paths = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      if (!attune_capabilities_supports_path (self, parameters[i].path))
        g_ptr_array_add (paths, g_strdup (parameters[i].path));
    }

  return (GStrv) g_ptr_array_free (g_steal_pointer (&paths), FALSE);
}

GVariant *
attune_capabilities_dup_model (AttuneCapabilities *self,
                               const char         *id)
{
  g_autoptr (GVariant) models = NULL;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  models = g_variant_lookup_value (self->variant, "models", G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; models != NULL && i < g_variant_n_children (models); i++)
    {
      g_autoptr (GVariant) model = g_variant_get_child_value (models, i);
      const char *model_id = NULL;

      if (g_variant_lookup (model, "id", "&s", &model_id) && g_str_equal (model_id, id))
        return g_steal_pointer (&model);
    }

  return NULL;
}

guint
attune_capabilities_get_n_models (AttuneCapabilities *self)
{
  g_autoptr (GVariant) models = NULL;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), 0);

  models = g_variant_lookup_value (self->variant, "models", G_VARIANT_TYPE ("aa{sv}"));
  return models != NULL ? (guint) g_variant_n_children (models) : 0;
}

/* The words of both lists, in the order of the first. */
static GVariant *
intersect_words (GVariant *base,
                 GVariant *narrower)
{
  g_autofree const char **words = g_variant_get_strv (base, NULL);
  g_autofree const char **others = g_variant_get_strv (narrower, NULL);
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (g_strv_contains (others, words[i]))
        g_variant_builder_add (&builder, "s", words[i]);
    }

  return g_variant_builder_end (&builder);
}

/* The children of both, those of @other that @base has too only once; dictionaries keep the entry of @other. */
static GVariant *
unite (GVariant *base,
       GVariant *other)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (g_variant_get_type (base));
  gboolean dictionary = g_variant_type_is_dict_entry (g_variant_type_element (g_variant_get_type (base)));

  for (gsize i = 0; i < g_variant_n_children (base); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (base, i);
      gboolean replaced = FALSE;

      for (gsize j = 0; !replaced && j < g_variant_n_children (other); j++)
        {
          g_autoptr (GVariant) rival = g_variant_get_child_value (other, j);

          if (dictionary)
            {
              g_autoptr (GVariant) key = g_variant_get_child_value (child, 0);
              g_autoptr (GVariant) rival_key = g_variant_get_child_value (rival, 0);

              replaced = g_variant_equal (key, rival_key);
            }
          else
            replaced = g_variant_equal (child, rival);
        }
      if (!replaced)
        g_variant_builder_add_value (&builder, child);
    }

  for (gsize i = 0; i < g_variant_n_children (other); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (other, i);

      g_variant_builder_add_value (&builder, child);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
narrow_ranges (GVariant *base,
               GVariant *narrower)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{s(dd)}"));
  GVariantIter iter;
  const char *path;
  double low;
  double high;
  double base_low;
  double base_high;

  g_variant_iter_init (&iter, base);
  while (g_variant_iter_next (&iter, "{&s(dd)}", &path, &low, &high))
    {
      g_autoptr (GVariant) also = g_variant_lookup_value (narrower, path, NULL);

      if (also == NULL)
        g_variant_builder_add (&builder, "{s(dd)}", path, low, high);
    }

  g_variant_iter_init (&iter, narrower);
  while (g_variant_iter_next (&iter, "{&s(dd)}", &path, &low, &high))
    {
      if (g_variant_lookup (base, path, "(dd)", &base_low, &base_high))
        {
          low = CLAMP (low, base_low, base_high);
          high = CLAMP (high, base_low, base_high);
        }
      g_variant_builder_add (&builder, "{s(dd)}", path, low, high);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
narrow_values (GVariant *base,
               GVariant *narrower)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sas}"));
  GVariantIter iter;
  const char *path;
  GVariant *words;

  g_variant_iter_init (&iter, base);
  while (g_variant_iter_next (&iter, "{&s@as}", &path, &words))
    {
      g_autoptr (GVariant) owned = words;
      g_autoptr (GVariant) also = g_variant_lookup_value (narrower, path, G_VARIANT_TYPE_STRING_ARRAY);

      g_variant_builder_add (&builder, "{s@as}", path, also != NULL ? intersect_words (owned, also) : owned);
    }

  g_variant_iter_init (&iter, narrower);
  while (g_variant_iter_next (&iter, "{&s@as}", &path, &words))
    {
      g_autoptr (GVariant) owned = words;
      g_autoptr (GVariant) known = g_variant_lookup_value (base, path, NULL);

      if (known == NULL)
        g_variant_builder_add (&builder, "{s@as}", path, owned);
    }

  return g_variant_builder_end (&builder);
}

/* How one member of a model is laid over the provider's. */
static const struct {
  const char *name;
  GVariant *(*combine) (GVariant *base,
                        GVariant *narrower);
} overlays[] = {
  { "supportedMethods", intersect_words },
  { "supportedOptimizations", intersect_words },
  { "supportedPrecisions", intersect_words },
  { "supportedParameters", intersect_words },
  { "actions", intersect_words },
  { "parameterRanges", narrow_ranges },
  { "parameterValues", narrow_values },
  { "parameterDefaults", unite },
  { "additionalRequiredParams", unite },
  { "customParameters", unite },
  { "notices", unite },
};

AttuneCapabilities *
attune_capabilities_for_model (AttuneCapabilities *self,
                               const char         *model)
{
  g_autoptr (GVariant) entry = NULL;
  g_auto (GVariantDict) dict = { 0 };
  AttuneCapabilities *narrowed;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (self), NULL);

  if (model != NULL)
    entry = attune_capabilities_dup_model (self, model);
  if (entry == NULL)
    return g_object_ref (self);

  g_variant_dict_init (&dict, self->variant);
  for (guint i = 0; i < G_N_ELEMENTS (overlays); i++)
    {
      g_autoptr (GVariant) base = g_variant_lookup_value (self->variant, overlays[i].name, NULL);
      g_autoptr (GVariant) narrower = g_variant_lookup_value (entry, overlays[i].name, NULL);

      if (narrower != NULL)
        g_variant_dict_insert_value (&dict, overlays[i].name, base != NULL ? overlays[i].combine (base, narrower) : narrower);
    }

  narrowed = g_object_new (ATTUNE_TYPE_CAPABILITIES, NULL);
  narrowed->variant = g_variant_ref_sink (g_variant_dict_end (&dict));
  return narrowed;
}
