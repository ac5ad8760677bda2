/* attune-json-access.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-error.h"

JsonNode *
attune_json_lookup (JsonNode   *root,
                    const char *path)
{
  g_auto (GStrv) names = NULL;
  JsonNode *node = root;

  g_return_val_if_fail (path != NULL, NULL);

  if (*path == '\0')
    return root;

  names = g_strsplit (path, ".", -1);
  for (guint i = 0; node != NULL && names[i] != NULL; i++)
    {
      if (JSON_NODE_HOLDS_OBJECT (node))
        node = json_object_get_member (json_node_get_object (node), names[i]);
      else if (JSON_NODE_HOLDS_ARRAY (node))
        {
          JsonArray *array = json_node_get_array (node);
          guint64 index;

          if (!g_ascii_string_to_unsigned (names[i], 10, 0, G_MAXUINT, &index, NULL) || index >= json_array_get_length (array))
            return NULL;
          node = json_array_get_element (array, (guint) index);
        }
      else
        return NULL;
    }

  return node;
}

const char *
attune_json_node_describe (JsonNode *node)
{
  GType type;

  if (node == NULL)
    return _("nothing");

  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      return _("an object");
    case JSON_NODE_ARRAY:
      return _("a list");
    case JSON_NODE_NULL:
      return _("null");
    case JSON_NODE_VALUE:
    default:
      break;
    }

  type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    return _("a text");
  if (type == G_TYPE_BOOLEAN)
    return _("true or false");

  return _("a number");
}

gboolean
attune_json_node_to_int (JsonNode *node,
                         gint64   *value)
{
  GType type;
  double number;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;

  type = json_node_get_value_type (node);
  if (type == G_TYPE_INT64)
    {
      *value = json_node_get_int (node);
      return TRUE;
    }
  if (type != G_TYPE_DOUBLE)
    return FALSE;

  number = json_node_get_double (node);
  /* The upper bound itself is one more than the largest gint64. */
  if (!isfinite (number) || number != floor (number) || number < -0x1p63 || number >= 0x1p63)
    return FALSE;

  *value = (gint64) number;
  return TRUE;
}

gboolean
attune_json_node_to_double (JsonNode *node,
                            double   *value)
{
  GType type;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;

  type = json_node_get_value_type (node);
  if (type == G_TYPE_DOUBLE)
    *value = json_node_get_double (node);
  else if (type == G_TYPE_INT64)
    *value = (double) json_node_get_int (node);
  else
    return FALSE;

  return isfinite (*value);
}

gboolean
attune_json_node_to_boolean (JsonNode *node,
                             gboolean *value)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return FALSE;

  *value = json_node_get_boolean (node);
  return TRUE;
}

const char *
attune_json_node_peek_string (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;

  return json_node_get_string (node);
}

/* TRUE with *@found NULL where the member may be left out and is. */
static gboolean
find (JsonNode            *root,
      const char          *path,
      AttuneJsonPresence   presence,
      JsonNode           **found,
      GError             **error)
{
  JsonNode *node = attune_json_lookup (root, path);

  *found = NULL;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    {
      if (presence == ATTUNE_JSON_OPTIONAL)
        return TRUE;

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s is missing"), path);
      return FALSE;
    }

  *found = node;
  return TRUE;
}

static gboolean
wrong_type (JsonNode    *node,
            const char  *path,
            const char  *expected,
            GError     **error)
{
  /* translators: the path of a member, what is expected there, and what was found: "a number", "a list"… */
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has to be %s, not %s"),
               path, expected, attune_json_node_describe (node));
  return FALSE;
}

gboolean
attune_json_get_string (JsonNode            *root,
                        const char          *path,
                        AttuneJsonPresence   presence,
                        const char         **value,
                        GError             **error)
{
  JsonNode *node;
  const char *text;

  g_return_val_if_fail (value != NULL, FALSE);

  if (!find (root, path, presence, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;

  text = attune_json_node_peek_string (node);
  if (text == NULL)
    return wrong_type (node, path, _("a text"), error);

  *value = text;
  return TRUE;
}

gboolean
attune_json_get_int (JsonNode            *root,
                     const char          *path,
                     AttuneJsonPresence   presence,
                     gint64              *value,
                     GError             **error)
{
  JsonNode *node;

  g_return_val_if_fail (value != NULL, FALSE);

  if (!find (root, path, presence, &node, error))
    return FALSE;
  if (node == NULL || attune_json_node_to_int (node, value))
    return TRUE;

  return wrong_type (node, path, _("a whole number"), error);
}

gboolean
attune_json_get_double (JsonNode            *root,
                        const char          *path,
                        AttuneJsonPresence   presence,
                        double              *value,
                        GError             **error)
{
  JsonNode *node;
  double number;

  g_return_val_if_fail (value != NULL, FALSE);

  if (!find (root, path, presence, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!attune_json_node_to_double (node, &number))
    return wrong_type (node, path, _("a number"), error);

  *value = number;
  return TRUE;
}

gboolean
attune_json_get_boolean (JsonNode            *root,
                         const char          *path,
                         AttuneJsonPresence   presence,
                         gboolean            *value,
                         GError             **error)
{
  JsonNode *node;

  g_return_val_if_fail (value != NULL, FALSE);

  if (!find (root, path, presence, &node, error))
    return FALSE;
  if (node == NULL || attune_json_node_to_boolean (node, value))
    return TRUE;

  return wrong_type (node, path, _("true or false"), error);
}

gboolean
attune_json_get_object (JsonNode            *root,
                        const char          *path,
                        AttuneJsonPresence   presence,
                        JsonObject         **value,
                        GError             **error)
{
  JsonNode *node;

  g_return_val_if_fail (value != NULL, FALSE);

  if (!find (root, path, presence, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return wrong_type (node, path, _("an object"), error);

  *value = json_node_get_object (node);
  return TRUE;
}

gboolean
attune_json_get_array (JsonNode            *root,
                       const char          *path,
                       AttuneJsonPresence   presence,
                       JsonArray          **value,
                       GError             **error)
{
  JsonNode *node;

  g_return_val_if_fail (value != NULL, FALSE);

  if (!find (root, path, presence, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return wrong_type (node, path, _("a list"), error);

  *value = json_node_get_array (node);
  return TRUE;
}

const char *
attune_json_peek_string (JsonNode   *root,
                         const char *path,
                         const char *fallback)
{
  const char *text = attune_json_node_peek_string (attune_json_lookup (root, path));

  return text != NULL ? text : fallback;
}

gint64
attune_json_peek_int (JsonNode   *root,
                      const char *path,
                      gint64      fallback)
{
  gint64 value;

  return attune_json_node_to_int (attune_json_lookup (root, path), &value) ? value : fallback;
}

double
attune_json_peek_double (JsonNode   *root,
                         const char *path,
                         double      fallback)
{
  double value;

  return attune_json_node_to_double (attune_json_lookup (root, path), &value) ? value : fallback;
}

gboolean
attune_json_peek_boolean (JsonNode   *root,
                          const char *path,
                          gboolean    fallback)
{
  gboolean value;

  return attune_json_node_to_boolean (attune_json_lookup (root, path), &value) ? value : fallback;
}

JsonNode *
attune_json_copy (JsonNode *node)
{
  g_return_val_if_fail (node != NULL, NULL);

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (JsonObject) object = json_object_new ();
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init_ordered (&iter, json_node_get_object (node));
      while (json_object_iter_next_ordered (&iter, &name, &member))
        json_object_set_member (object, name, attune_json_copy (member));
      return json_node_init_object (json_node_alloc (), object);
    }

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      g_autoptr (JsonArray) array = json_array_new ();
      JsonArray *original = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (original); i++)
        json_array_add_element (array, attune_json_copy (json_array_get_element (original, i)));
      return json_node_init_array (json_node_alloc (), array);
    }

  return json_node_copy (node);
}

GVariant *
attune_json_to_variant (JsonNode *node)
{
  GType type;

  g_return_val_if_fail (node != NULL, NULL);

  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      {
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
        JsonObjectIter iter;
        const char *name;
        JsonNode *member;

        json_object_iter_init_ordered (&iter, json_node_get_object (node));
        while (json_object_iter_next_ordered (&iter, &name, &member))
          g_variant_builder_add (&builder, "{sv}", name, attune_json_to_variant (member));
        return g_variant_builder_end (&builder);
      }

    case JSON_NODE_ARRAY:
      {
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
        JsonArray *array = json_node_get_array (node);

        for (guint i = 0; i < json_array_get_length (array); i++)
          g_variant_builder_add (&builder, "v", attune_json_to_variant (json_array_get_element (array, i)));
        return g_variant_builder_end (&builder);
      }

    case JSON_NODE_NULL:
      return g_variant_new_signature ("");

    case JSON_NODE_VALUE:
    default:
      break;
    }

  type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    return g_variant_new_string (json_node_get_string (node));
  if (type == G_TYPE_BOOLEAN)
    return g_variant_new_boolean (json_node_get_boolean (node));
  if (type == G_TYPE_DOUBLE)
    return g_variant_new_double (json_node_get_double (node));

  return g_variant_new_int64 (json_node_get_int (node));
}

static JsonNode *
array_from_variant (GVariant *variant)
{
  g_autoptr (JsonArray) array = json_array_new ();
  GVariantIter iter;
  GVariant *child;

  g_variant_iter_init (&iter, variant);
  while ((child = g_variant_iter_next_value (&iter)) != NULL)
    {
      JsonNode *element = attune_json_from_variant (child);

      g_variant_unref (child);
      if (element == NULL)
        return NULL;
      json_array_add_element (array, element);
    }

  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
object_from_variant (GVariant *variant)
{
  g_autoptr (JsonObject) object = json_object_new ();
  GVariantIter iter;
  GVariant *entry;

  g_variant_iter_init (&iter, variant);
  while ((entry = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
      g_autoptr (GVariant) value = g_variant_get_child_value (entry, 1);
      JsonNode *member = attune_json_from_variant (value);

      g_variant_unref (entry);
      if (member == NULL)
        return NULL;
      json_object_set_member (object, g_variant_get_string (key, NULL), member);
    }

  return json_node_init_object (json_node_alloc (), object);
}

JsonNode *
attune_json_from_variant (GVariant *variant)
{
  g_return_val_if_fail (variant != NULL, NULL);

  switch (g_variant_classify (variant))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      return json_node_init_boolean (json_node_alloc (), g_variant_get_boolean (variant));
    case G_VARIANT_CLASS_BYTE:
      return json_node_init_int (json_node_alloc (), g_variant_get_byte (variant));
    case G_VARIANT_CLASS_INT16:
      return json_node_init_int (json_node_alloc (), g_variant_get_int16 (variant));
    case G_VARIANT_CLASS_UINT16:
      return json_node_init_int (json_node_alloc (), g_variant_get_uint16 (variant));
    case G_VARIANT_CLASS_INT32:
      return json_node_init_int (json_node_alloc (), g_variant_get_int32 (variant));
    case G_VARIANT_CLASS_UINT32:
      return json_node_init_int (json_node_alloc (), g_variant_get_uint32 (variant));
    case G_VARIANT_CLASS_INT64:
      return json_node_init_int (json_node_alloc (), g_variant_get_int64 (variant));
    case G_VARIANT_CLASS_UINT64:
      if (g_variant_get_uint64 (variant) > G_MAXINT64)
        return json_node_init_double (json_node_alloc (), (double) g_variant_get_uint64 (variant));
      return json_node_init_int (json_node_alloc (), (gint64) g_variant_get_uint64 (variant));
    case G_VARIANT_CLASS_DOUBLE:
      return json_node_init_double (json_node_alloc (), g_variant_get_double (variant));
    case G_VARIANT_CLASS_SIGNATURE:
      if (*g_variant_get_string (variant, NULL) == '\0')
        return json_node_init_null (json_node_alloc ());
      return json_node_init_string (json_node_alloc (), g_variant_get_string (variant, NULL));
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
      return json_node_init_string (json_node_alloc (), g_variant_get_string (variant, NULL));
    case G_VARIANT_CLASS_VARIANT:
      {
        g_autoptr (GVariant) inner = g_variant_get_variant (variant);

        return attune_json_from_variant (inner);
      }
    case G_VARIANT_CLASS_ARRAY:
      if (g_variant_is_of_type (variant, G_VARIANT_TYPE ("a{s*}")))
        return object_from_variant (variant);
      return array_from_variant (variant);
    case G_VARIANT_CLASS_TUPLE:
      return array_from_variant (variant);
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_MAYBE:
    case G_VARIANT_CLASS_DICT_ENTRY:
    default:
      return NULL;
    }
}
