/* attune-field.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-field.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

struct _AttuneField {
  GObject                parent_instance;

  const AttuneParameter *parameter;  /* NULL for a custom parameter */
  char                  *name;       /* of a custom parameter, without "metadata." */
  char                  *path;
  char                  *title;
  char                  *help;
  AttuneParameterType    type;
  AttuneParameterFlags   flags;
  GVariant              *default_value;
  GStrv                  all_words;  /* enumerations and sets */
  GStrv                  words;      /* those that may be chosen here */
  double                 minimum;
  double                 maximum;
  guint                  has_range : 1;
  guint                  supported : 1;
};

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneField, attune_field, G_TYPE_OBJECT)

static void
attune_field_finalize (GObject *object)
{
  AttuneField *self = ATTUNE_FIELD (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->help, g_free);
  g_clear_pointer (&self->default_value, g_variant_unref);
  g_clear_pointer (&self->all_words, g_strfreev);
  g_clear_pointer (&self->words, g_strfreev);

  G_OBJECT_CLASS (attune_field_parent_class)->finalize (object);
}

static void
attune_field_class_init (AttuneFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_field_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
attune_field_init (AttuneField *self)
{
  self->supported = TRUE;
}

static GStrv
list_enum_words (GType type)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < G_ENUM_CLASS (klass)->n_values; i++)
    g_strv_builder_add (builder, G_ENUM_CLASS (klass)->values[i].value_nick);

  return g_strv_builder_end (builder);
}

AttuneField *
attune_field_new (const AttuneParameter *parameter)
{
  AttuneField *self;

  g_return_val_if_fail (parameter != NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_FIELD, NULL);
  self->parameter = parameter;
  self->path = g_strdup (parameter->path);
  self->title = g_strdup (attune_parameter_get_title (parameter));
  self->help = g_strdup (attune_parameter_get_help (parameter));
  self->type = parameter->type;
  self->flags = parameter->flags;
  if (parameter->enum_type != NULL)
    self->all_words = list_enum_words (parameter->enum_type ());
  attune_field_set_capabilities (self, NULL);

  return self;
}

static gboolean
is_whole (double value)
{
  return isfinite (value) && value == floor (value);
}

AttuneField *
attune_field_new_custom (const char *name,
                         GVariant   *definition)
{
  AttuneField *self;
  g_autoptr (GVariantDict) dict = NULL;
  g_autoptr (GVariant) preset = NULL;
  const char *type = "string";
  const char *title = NULL;
  const char *description = NULL;
  gboolean required = FALSE;
  gboolean has_minimum, has_maximum;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (g_variant_is_of_type (definition, G_VARIANT_TYPE_VARDICT), NULL);

  self = g_object_new (ATTUNE_TYPE_FIELD, NULL);
  dict = g_variant_dict_new (definition);
  g_variant_dict_lookup (dict, "type", "&s", &type);
  g_variant_dict_lookup (dict, "title", "&s", &title);
  g_variant_dict_lookup (dict, "description", "&s", &description);
  g_variant_dict_lookup (dict, "required", "b", &required);
  preset = g_variant_dict_lookup_value (dict, "default", NULL);
  if (preset != NULL && g_variant_is_of_type (preset, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) boxed = g_steal_pointer (&preset);

      preset = g_variant_get_variant (boxed);
    }
  has_minimum = g_variant_dict_lookup (dict, "min", "d", &self->minimum);
  has_maximum = g_variant_dict_lookup (dict, "max", "d", &self->maximum);
  g_variant_dict_lookup (dict, "enumValues", "^as", &self->all_words);

  self->name = g_strdup (name);
  self->path = g_strconcat ("metadata.", name, NULL);
  self->title = g_strdup (title != NULL ? title : name);
  self->help = g_strdup (description);
  self->flags = ATTUNE_PARAMETER_ADVANCED | (required ? ATTUNE_PARAMETER_REQUIRED : 0);
  self->has_range = has_minimum || has_maximum;
  if (!has_minimum)
    self->minimum = -G_MAXINT32;
  if (!has_maximum)
    self->maximum = G_MAXUINT32;

  if (g_str_equal (type, "boolean"))
    self->type = ATTUNE_PARAMETER_BOOLEAN;
  else if (g_str_equal (type, "enum") && self->all_words != NULL)
    self->type = ATTUNE_PARAMETER_ENUM;
  else if (g_str_equal (type, "number"))
    {
      /* The definition has one word for all numbers; a default without a fraction says that whole ones are meant. */
      gboolean whole = preset != NULL && !g_variant_is_of_type (preset, G_VARIANT_TYPE_DOUBLE);

      if (!whole && preset != NULL && is_whole (g_variant_get_double (preset)) &&
          is_whole (self->minimum) && is_whole (self->maximum) && self->maximum - self->minimum >= 2)
        whole = TRUE;
      self->type = whole ? ATTUNE_PARAMETER_INTEGER : ATTUNE_PARAMETER_DOUBLE;
    }
  else
    self->type = ATTUNE_PARAMETER_TEXT;

  if (preset != NULL)
    {
      const GVariantType *wanted = attune_field_get_variant_type (self);

      if (g_variant_is_of_type (preset, wanted))
        self->default_value = g_variant_ref (preset);
      else if (self->type == ATTUNE_PARAMETER_INTEGER || self->type == ATTUNE_PARAMETER_DOUBLE)
        {
          g_autofree char *text = g_variant_print (preset, FALSE);

          if (self->type == ATTUNE_PARAMETER_INTEGER)
            self->default_value = g_variant_ref_sink (g_variant_new_int64 ((gint64) g_ascii_strtod (text, NULL)));
          else
            self->default_value = g_variant_ref_sink (g_variant_new_double (g_ascii_strtod (text, NULL)));
        }
    }
  self->words = g_strdupv (self->all_words);

  return self;
}

const char *
attune_field_get_path (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);

  return self->path;
}

AttuneParameterType
attune_field_get_parameter_type (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), ATTUNE_PARAMETER_TEXT);

  return self->type;
}

AttuneParameterGroup
attune_field_get_group (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), ATTUNE_N_PARAMETER_GROUPS);

  return self->parameter != NULL ? self->parameter->group : ATTUNE_N_PARAMETER_GROUPS;
}

AttuneParameterFlags
attune_field_get_flags (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), ATTUNE_PARAMETER_FLAGS_NONE);

  return self->flags;
}

const char *
attune_field_get_title (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);

  return self->title;
}

const char *
attune_field_get_help (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);

  return self->help;
}

const char *
attune_field_get_unit (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);

  return self->parameter != NULL ? attune_parameter_get_unit (self->parameter) : NULL;
}

void
attune_field_set_capabilities (AttuneField        *self,
                               AttuneCapabilities *capabilities)
{
  g_return_if_fail (ATTUNE_IS_FIELD (self));
  g_return_if_fail (capabilities == NULL || ATTUNE_IS_CAPABILITIES (capabilities));

  /* A custom parameter comes with its provider and knows no narrower limits. */
  if (self->parameter == NULL)
    return;

  g_clear_pointer (&self->default_value, g_variant_unref);
  g_clear_pointer (&self->words, g_strfreev);

  if (capabilities == NULL)
    {
      self->supported = TRUE;
      self->has_range = (self->flags & ATTUNE_PARAMETER_HAS_RANGE) != 0;
      self->minimum = self->parameter->minimum;
      self->maximum = self->parameter->maximum;
      self->default_value = attune_parameter_dup_default (self->parameter);
      self->words = g_strdupv (self->all_words);
    }
  else
    {
      self->supported = attune_capabilities_supports_path (capabilities, self->path);
      self->has_range = attune_capabilities_get_range (capabilities, self->path, &self->minimum, &self->maximum);
      self->default_value = attune_capabilities_dup_default (capabilities, self->path);
      if (self->all_words != NULL)
        {
          g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

          for (guint i = 0; self->all_words[i] != NULL; i++)
            if (attune_capabilities_supports_value (capabilities, self->path, self->all_words[i]))
              g_strv_builder_add (builder, self->all_words[i]);
          self->words = g_strv_builder_end (builder);
          /* An enumeration without a word to choose is no setting. */
          if (self->words[0] == NULL)
            self->supported = FALSE;
        }
      else if (self->type == ATTUNE_PARAMETER_TEXT)
        {
          g_autoptr (GVariant) values = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "parameterValues",
                                                                G_VARIANT_TYPE ("a{sas}"));

          if (values != NULL)
            g_variant_lookup (values, self->path, "^as", &self->words);
        }
    }
  if (self->default_value != NULL)
    g_variant_take_ref (self->default_value);

  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
attune_field_is_supported (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), FALSE);

  return self->supported;
}

gboolean
attune_field_is_visible (AttuneField         *self,
                         AttuneConfiguration *configuration)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), FALSE);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), FALSE);

  return self->supported &&
         (self->parameter == NULL || attune_configuration_applies (configuration, self->parameter));
}

gboolean
attune_field_get_range (AttuneField *self,
                        double      *minimum,
                        double      *maximum)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), FALSE);
  g_return_val_if_fail (minimum != NULL && maximum != NULL, FALSE);

  *minimum = self->minimum;
  *maximum = self->maximum;

  return self->has_range;
}

const char * const *
attune_field_get_words (AttuneField *self)
{
  static const char * const none[] = { NULL };

  g_return_val_if_fail (ATTUNE_IS_FIELD (self), none);

  return self->words != NULL ? (const char * const *) self->words : none;
}

char *
attune_field_dup_word_title (AttuneField *self,
                             const char  *word)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);
  g_return_val_if_fail (word != NULL, NULL);

  if (self->parameter != NULL)
    {
      const char *title = attune_parameter_get_value_title (self->parameter, word);

      return g_strdup (title != NULL ? title : word);
    }

  return g_strdup (word);
}

const char *
attune_field_get_word_help (AttuneField *self,
                            const char  *word)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);
  g_return_val_if_fail (word != NULL, NULL);

  return self->parameter != NULL ? attune_parameter_get_value_help (self->parameter, word) : NULL;
}

GVariant *
attune_field_dup_default (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);

  return self->default_value != NULL ? g_variant_ref (self->default_value) : NULL;
}

const GVariantType *
attune_field_get_variant_type (AttuneField *self)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);

  switch (self->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      return G_VARIANT_TYPE_INT64;
    case ATTUNE_PARAMETER_DOUBLE:
      return G_VARIANT_TYPE_DOUBLE;
    case ATTUNE_PARAMETER_BOOLEAN:
      return G_VARIANT_TYPE_BOOLEAN;
    case ATTUNE_PARAMETER_SET:
      return G_VARIANT_TYPE_STRING_ARRAY;
    case ATTUNE_PARAMETER_ENUM:
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
    default:
      return G_VARIANT_TYPE_STRING;
    }
}

/* The metadata is JSON; a member of another type than the definition names is as good as unset, and the check says so. */
static GVariant *
read_metadata (AttuneField         *self,
               AttuneConfiguration *configuration)
{
  JsonObject *metadata = attune_configuration_get_metadata (configuration);
  JsonNode *node = json_object_get_member (metadata, self->name);
  GType type;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;

  type = json_node_get_value_type (node);
  switch (self->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE
        ? g_variant_ref_sink (g_variant_new_int64 (json_node_get_int (node))) : NULL;
    case ATTUNE_PARAMETER_DOUBLE:
      return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE
        ? g_variant_ref_sink (g_variant_new_double (json_node_get_double (node))) : NULL;
    case ATTUNE_PARAMETER_BOOLEAN:
      return type == G_TYPE_BOOLEAN ? g_variant_ref_sink (g_variant_new_boolean (json_node_get_boolean (node))) : NULL;
    case ATTUNE_PARAMETER_ENUM:
    case ATTUNE_PARAMETER_SET:
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
    default:
      return type == G_TYPE_STRING ? g_variant_ref_sink (g_variant_new_string (json_node_get_string (node))) : NULL;
    }
}

GVariant *
attune_field_dup_value (AttuneField         *self,
                        AttuneConfiguration *configuration)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  return self->parameter != NULL
    ? attune_configuration_dup_value (configuration, self->path)
    : read_metadata (self, configuration);
}

GVariant *
attune_field_dup_effective_value (AttuneField         *self,
                                  AttuneConfiguration *configuration)
{
  GVariant *value = attune_field_dup_value (self, configuration);

  return value != NULL ? value : attune_field_dup_default (self);
}

void
attune_field_set_value (AttuneField         *self,
                        AttuneConfiguration *configuration,
                        GVariant            *value)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;

  g_return_if_fail (ATTUNE_IS_FIELD (self));
  g_return_if_fail (ATTUNE_IS_CONFIGURATION (configuration));

  /* Unset is the same as the default, and keeps on following it when the provider changes. What has to be set stays set. */
  if (sunk != NULL && self->default_value != NULL && (self->flags & ATTUNE_PARAMETER_REQUIRED) == 0 &&
      g_variant_equal (sunk, self->default_value))
    g_clear_pointer (&sunk, g_variant_unref);

  if (self->parameter != NULL)
    {
      attune_configuration_set_value (configuration, self->path, sunk);
    }
  else if (sunk == NULL)
    {
      attune_configuration_set_metadata (configuration, self->name, NULL);
    }
  else
    {
      g_autoptr (JsonNode) node = json_gvariant_serialize (sunk);

      attune_configuration_set_metadata (configuration, self->name, node);
    }
}

gboolean
attune_field_is_changed (AttuneField         *self,
                         AttuneConfiguration *configuration)
{
  g_autoptr (GVariant) value = attune_field_dup_value (self, configuration);

  if (value == NULL)
    return FALSE;

  return self->default_value == NULL || !g_variant_equal (value, self->default_value);
}

char *
attune_field_format (AttuneField *self,
                     GVariant    *value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);

  if (value == NULL)
    return g_strdup ("");
  if (self->type == ATTUNE_PARAMETER_DOUBLE)
    {
      GString *text = g_string_new (NULL);

      if (self->parameter != NULL)
        {
          g_autofree char *shortest = attune_parameter_format (self->parameter, value);

          g_string_append (text, shortest);
        }
      else
        g_string_append (text, g_ascii_formatd (buffer, sizeof buffer, "%.12g", g_variant_get_double (value)));
      /* "1e-5", as people write it. */
      g_string_replace (text, "e-0", "e-", 1);

      return g_string_free_and_steal (text);
    }
  if (self->parameter != NULL)
    return attune_parameter_format (self->parameter, value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);

  return g_variant_print (value, FALSE);
}

static GVariant *
parse_number (AttuneField  *self,
              const char   *text,
              GError      **error)
{
  g_autofree char *plain = g_strdup (text);
  char *end = NULL;
  double number;

  g_strstrip (plain);
  /* Half of the world writes a comma where C wants a point. */
  if (strchr (plain, '.') == NULL)
    g_strdelimit (plain, ",", '.');

  errno = 0;
  number = g_ascii_strtod (plain, &end);
  if (*plain == '\0' || *end != '\0' || !isfinite (number) ||
      (self->type == ATTUNE_PARAMETER_INTEGER && (!is_whole (number) || fabs (number) > 9e15)))
    {
      if (self->type == ATTUNE_PARAMETER_INTEGER)
        g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("Type a whole number"));
      else if ((self->flags & ATTUNE_PARAMETER_LOGARITHMIC) != 0)
        g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("Type a number, such as 0.0001 or 1e-4"));
      else
        g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("Type a number, such as 0.1"));
      return NULL;
    }

  return g_variant_ref_sink (self->type == ATTUNE_PARAMETER_INTEGER
                             ? g_variant_new_int64 ((gint64) number)
                             : g_variant_new_double (number));
}

GVariant *
attune_field_parse (AttuneField  *self,
                    const char   *text,
                    GError      **error)
{
  g_return_val_if_fail (ATTUNE_IS_FIELD (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);

  if (self->type == ATTUNE_PARAMETER_INTEGER || self->type == ATTUNE_PARAMETER_DOUBLE)
    return parse_number (self, text, error);
  if (self->parameter != NULL)
    return attune_parameter_parse (self->parameter, text, error);
  if (self->type == ATTUNE_PARAMETER_BOOLEAN)
    return g_variant_ref_sink (g_variant_new_boolean (g_str_equal (text, "true")));

  return g_variant_ref_sink (g_variant_new_string (text));
}
