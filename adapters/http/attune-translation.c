/* attune-translation.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-translation.h"

#include <float.h>
#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-http-json.h"

struct _AttuneTranslation
{
  AttuneConfiguration *configuration;
  JsonNode            *body;
  JsonNode            *settings;  /* the configuration as a document without its secrets */
  JsonObject          *overrides; /* its metadata; in settings, or its own where there is none */
  GError              *error;
};

AttuneTranslation *
attune_translation_new (AttuneConfiguration *configuration)
{
  AttuneTranslation *self;
  JsonObject *metadata;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  self = g_new0 (AttuneTranslation, 1);
  self->configuration = g_object_ref (configuration);
  self->body = attune_http_json_new_object ();
  self->settings = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
  metadata = attune_http_json_peek_object (self->settings, "metadata");
  self->overrides = metadata != NULL ? json_object_ref (metadata) : json_object_new ();

  return self;
}

void
attune_translation_free (AttuneTranslation *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->configuration);
  g_clear_pointer (&self->body, json_node_unref);
  g_clear_pointer (&self->overrides, json_object_unref);
  g_clear_pointer (&self->settings, json_node_unref);
  g_clear_error (&self->error);
  g_free (self);
}

JsonNode *
attune_translation_get_body (AttuneTranslation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->body;
}

gboolean
attune_translation_is_chosen (AttuneTranslation *self,
                              const char        *path)
{
  const AttuneParameter *parameter;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  parameter = attune_parameters_lookup (path);
  g_return_val_if_fail (parameter != NULL, FALSE);

  return attune_configuration_is_set (self->configuration, path) && attune_configuration_applies (self->configuration, parameter);
}

void
attune_translation_put (AttuneTranslation *self,
                        const char        *path,
                        const char        *target)
{
  g_autoptr (GVariant) value = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (target != NULL);

  if (!attune_translation_is_chosen (self, path))
    return;

  value = attune_configuration_dup_value (self->configuration, path);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    attune_http_json_set_int (self->body, target, g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    attune_http_json_set_double (self->body, target, g_variant_get_double (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    attune_http_json_set_boolean (self->body, target, g_variant_get_boolean (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    attune_http_json_set_string (self->body, target, g_variant_get_string (value, NULL));
  else
    g_return_if_reached ();
}

void
attune_translation_fail (AttuneTranslation *self,
                         const char        *format,
                         ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  g_return_if_fail (self != NULL);

  if (self->error != NULL)
    return;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  self->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_INVALID, message);
}

static void
fail_type (AttuneTranslation *self,
           const char        *name,
           const char        *expected,
           JsonNode          *node)
{
  attune_translation_fail (self, _("metadata.%s has to be %s, not %s"), name, expected, attune_json_node_describe (node));
}

static void
fail_range (AttuneTranslation *self,
            const char        *name,
            double             value,
            double             minimum,
            double             maximum)
{
  g_autofree char *shown = attune_json_format_double (value);
  g_autofree char *from = attune_json_format_double (minimum);
  g_autofree char *to = attune_json_format_double (maximum);

  if (maximum >= DBL_MAX)
    /* translators: the name of a setting, its value, and the lowest that is allowed */
    attune_translation_fail (self, _("metadata.%s is %s, but has to be at least %s"), name, shown, from);
  else
    attune_translation_fail (self, _("metadata.%s is %s, but has to be in the range of %s to %s"), name, shown, from, to);
}

gboolean
attune_translation_has_override (AttuneTranslation *self,
                                 const char        *name)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  node = json_object_get_member (self->overrides, name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node);
}

/* (transfer full) (nullable) */
static JsonNode *
take (AttuneTranslation *self,
      const char        *name)
{
  JsonNode *node = attune_translation_has_override (self, name) ? json_node_ref (json_object_get_member (self->overrides, name)) : NULL;

  json_object_remove_member (self->overrides, name);

  return node;
}

void
attune_translation_move_integer (AttuneTranslation *self,
                                 const char        *name,
                                 const char        *target,
                                 gint64             minimum,
                                 gint64             maximum)
{
  g_autoptr (JsonNode) node = NULL;
  gint64 value = 0;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  node = take (self, name);
  if (node == NULL)
    return;

  if (!attune_json_node_to_int (node, &value))
    fail_type (self, name, _("a whole number"), node);
  else if (value < minimum || value > maximum)
    fail_range (self, name, (double) value, (double) minimum, maximum == G_MAXINT64 ? DBL_MAX : (double) maximum);
  else if (target != NULL)
    attune_http_json_set_int (self->body, target, value);
}

void
attune_translation_move_double (AttuneTranslation *self,
                                const char        *name,
                                const char        *target,
                                double             minimum,
                                double             maximum)
{
  g_autoptr (JsonNode) node = NULL;
  double value = 0;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  node = take (self, name);
  if (node == NULL)
    return;

  if (!attune_json_node_to_double (node, &value))
    fail_type (self, name, _("a number"), node);
  else if (!(value >= minimum && value <= maximum))
    fail_range (self, name, value, minimum, maximum);
  else if (target != NULL)
    attune_http_json_set_double (self->body, target, value);
}

void
attune_translation_move_boolean (AttuneTranslation *self,
                                 const char        *name,
                                 const char        *target)
{
  g_autoptr (JsonNode) node = NULL;
  gboolean value = FALSE;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  node = take (self, name);
  if (node == NULL)
    return;

  if (!attune_json_node_to_boolean (node, &value))
    fail_type (self, name, _("true or false"), node);
  else if (target != NULL)
    attune_http_json_set_boolean (self->body, target, value);
}

char *
attune_translation_take_text (AttuneTranslation  *self,
                              const char         *name,
                              const char * const *words)
{
  g_autoptr (JsonNode) node = NULL;
  const char *text;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  node = take (self, name);
  if (node == NULL)
    return NULL;

  text = attune_json_node_peek_string (node);
  if (text == NULL)
    {
      fail_type (self, name, _("a text"), node);
    }
  else if (*text != '\0' && words != NULL && !g_strv_contains (words, text))
    {
      g_autofree char *allowed = g_strjoinv (", ", (char **) words);

      attune_translation_fail (self, _("metadata.%s is “%s”, but has to be one of %s"), name, text, allowed);
      text = NULL;
    }

  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

void
attune_translation_move_text (AttuneTranslation  *self,
                              const char         *name,
                              const char         *target,
                              const char * const *words)
{
  g_autofree char *text = attune_translation_take_text (self, name, words);

  if (text != NULL && target != NULL)
    attune_http_json_set_string (self->body, target, text);
}

JsonObject *
attune_translation_get_rest (AttuneTranslation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->overrides;
}

JsonNode *
attune_translation_finish (AttuneTranslation  *self,
                           GError            **error)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (self->body != NULL, NULL);

  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return NULL;
    }

  return g_steal_pointer (&self->body);
}
