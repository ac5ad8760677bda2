/* prism-description.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "prism-description.h"

#include <string.h>

#include "attune-json.h"

static const char * const verbs[] = { "get", "post", "put", "patch", "delete", NULL };

char *
prism_description_find (const char *provider)
{
  static const char * const folders[] = { "fixtures/specs", "../../shared/specs" };
  g_autofree char *name = g_strconcat (provider, "-fine-tuning.openapi.json", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, folders[i], name, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }

  return NULL;
}

/* "~1" is a slash, "~0" a tilde. */
static char *
unescape_segment (const char *segment)
{
  g_autoptr (GString) text = g_string_new (segment);

  g_string_replace (text, "~1", "/", 0);
  g_string_replace (text, "~0", "~", 0);

  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* The object that has the last segment of @pointer as a member; NULL where there is none. */
static JsonObject *
resolve_parent (JsonNode    *root,
                const char  *pointer,
                char       **last)
{
  g_auto (GStrv) segments = g_strsplit (pointer + 1, "/", -1);
  JsonNode *node = root;

  for (guint i = 0; segments[i + 1] != NULL; i++)
    {
      g_autofree char *name = unescape_segment (segments[i]);

      if (JSON_NODE_HOLDS_ARRAY (node))
        {
          guint64 index = g_ascii_strtoull (name, NULL, 10);

          node = index < json_array_get_length (json_node_get_array (node))
            ? json_array_get_element (json_node_get_array (node), (guint) index) : NULL;
        }
      else
        node = json_object_get_member (json_node_get_object (node), name);
      if (node == NULL || JSON_NODE_TYPE (node) == JSON_NODE_VALUE)
        return NULL;
    }

  *last = unescape_segment (segments[g_strv_length (segments) - 1]);
  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static void
apply_exceptions (JsonNode   *description,
                  const char *provider)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "prism", "exceptions.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) list = attune_json_parse_file (path, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (list)); i++)
    {
      JsonNode *item = json_array_get_element (json_node_get_array (list), i);
      const char *pointer = attune_json_peek_string (item, "pointer", NULL);
      g_autofree char *last = NULL;
      JsonObject *parent;

      g_assert_nonnull (attune_json_peek_string (item, "reason", NULL));
      if (g_strcmp0 (attune_json_peek_string (item, "provider", NULL), provider) != 0)
        continue;
      parent = resolve_parent (description, pointer, &last);
      if (parent == NULL)
        g_error ("%s: the description has no %s", path, pointer);
      if (attune_json_lookup (item, "value") == NULL)
        json_object_remove_member (parent, last);
      else
        json_object_set_member (parent, last, attune_json_copy (attune_json_lookup (item, "value")));
    }
}

static void close_schema (JsonNode *root, JsonNode *schema, GHashTable *seen, gboolean is_piece);

static void
close_list (JsonNode   *root,
            JsonNode   *list,
            GHashTable *seen,
            gboolean    is_piece)
{
  for (guint i = 0; list != NULL && JSON_NODE_HOLDS_ARRAY (list) && i < json_array_get_length (json_node_get_array (list)); i++)
    close_schema (root, json_array_get_element (json_node_get_array (list), i), seen, is_piece);
}

/* @is_piece: one of allOf, which knows its own members alone. */
static void
close_schema (JsonNode   *root,
              JsonNode   *schema,
              GHashTable *seen,
              gboolean    is_piece)
{
  JsonObject *object;
  const char *reference;

  if (schema == NULL || !JSON_NODE_HOLDS_OBJECT (schema))
    return;

  object = json_node_get_object (schema);
  if (!g_hash_table_add (seen, object))
    return;

  reference = json_object_get_string_member_with_default (object, "$ref", NULL);
  if (reference != NULL)
    {
      g_autofree char *last = NULL;
      JsonObject *parent = resolve_parent (root, reference + 1, &last);

      g_assert_nonnull (parent);
      close_schema (root, json_object_get_member (parent, last), seen, is_piece);
      return;
    }

  close_list (root, json_object_get_member (object, "oneOf"), seen, is_piece);
  close_list (root, json_object_get_member (object, "anyOf"), seen, is_piece);
  close_list (root, json_object_get_member (object, "allOf"), seen, TRUE);
  close_schema (root, json_object_get_member (object, "items"), seen, FALSE);
  if (json_object_has_member (object, "properties"))
    {
      JsonObjectIter iter;
      JsonNode *property;

      json_object_iter_init (&iter, json_object_get_object_member (object, "properties"));
      while (json_object_iter_next (&iter, NULL, &property))
        close_schema (root, property, seen, FALSE);
      if (!is_piece && !json_object_has_member (object, "additionalProperties") && !json_object_has_member (object, "allOf"))
        json_object_set_boolean_member (object, "additionalProperties", FALSE);
    }
}

static void
close_requests (JsonNode *description)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  JsonObjectIter iter;
  JsonNode *item;

  json_object_iter_init (&iter, json_object_get_object_member (json_node_get_object (description), "paths"));
  while (json_object_iter_next (&iter, NULL, &item))
    for (guint i = 0; verbs[i] != NULL; i++)
      {
        g_autofree char *path = g_strconcat (verbs[i], ".requestBody.content", NULL);
        JsonNode *content = attune_json_lookup (item, path);
        JsonObjectIter types;
        JsonNode *type;

        if (content == NULL)
          continue;
        json_object_iter_init (&types, json_node_get_object (content));
        while (json_object_iter_next (&types, NULL, &type))
          close_schema (description, json_object_get_member (json_node_get_object (type), "schema"), seen, FALSE);
      }
}

JsonNode *
prism_description_load (const char *path,
                        const char *provider)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) description = attune_json_parse_file (path, &error);

  g_assert_no_error (error);
  apply_exceptions (description, provider);
  close_requests (description);

  return g_steal_pointer (&description);
}

GStrv
prism_description_list (JsonNode *description)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonObjectIter iter;
  const char *path;
  JsonNode *item;

  json_object_iter_init (&iter, json_object_get_object_member (json_node_get_object (description), "paths"));
  while (json_object_iter_next (&iter, &path, &item))
    for (guint i = 0; verbs[i] != NULL; i++)
      if (json_object_has_member (json_node_get_object (item), verbs[i]))
        g_strv_builder_take (builder, g_strconcat (verbs[i], " ", path, NULL));

  return g_strv_builder_end (builder);
}
