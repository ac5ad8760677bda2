/* attune-remote-merge.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-remote-adapter.h"

#include "attune-http-json.h"

/* The members of @above take the place of those of @below. */
static void
lay_over (JsonObject *below,
          JsonObject *above)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, above);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    json_object_set_member (below, name, attune_json_copy (member));
}

static JsonNode *
find_model (JsonNode   *models,
            const char *id)
{
  JsonArray *array = attune_http_json_peek_array (models, NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *model = json_array_get_element (array, i);

      if (g_strcmp0 (attune_json_peek_string (model, "id", NULL), id) == 0)
        return model;
    }

  return NULL;
}

/* The provider says which models there are; the catalogue adds what it knows of each. */
static JsonNode *
merge_models (JsonNode *base,
              JsonNode *live)
{
  JsonNode *merged = attune_json_copy (live);
  JsonArray *array = json_node_get_array (merged);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *model = attune_http_json_peek_object (json_array_get_element (array, i), NULL);
      const char *id = model != NULL ? attune_json_peek_string (json_array_get_element (array, i), "id", NULL) : NULL;
      JsonObject *known = id != NULL && base != NULL ? attune_http_json_peek_object (find_model (base, id), NULL) : NULL;
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      if (known == NULL)
        continue;
      json_object_iter_init_ordered (&iter, known);
      while (json_object_iter_next_ordered (&iter, &name, &member))
        {
          if (!json_object_has_member (model, name))
            json_object_set_member (model, name, attune_json_copy (member));
        }
    }

  return merged;
}

static void
append_all (JsonArray *array,
            JsonArray *more)
{
  for (guint i = 0; i < json_array_get_length (more); i++)
    json_array_add_element (array, attune_json_copy (json_array_get_element (more, i)));
}

AttuneCapabilities *
attune_remote_adapter_merge (AttuneCapabilities  *base,
                             JsonNode            *live,
                             gint64               fetched_at,
                             GError             **error)
{
  g_autoptr (JsonNode) merged = NULL;
  JsonObject *object;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (base), NULL);
  g_return_val_if_fail (live != NULL && JSON_NODE_HOLDS_OBJECT (live), NULL);

  merged = attune_capabilities_to_json (base);
  object = json_node_get_object (merged);
  json_object_iter_init_ordered (&iter, json_node_get_object (live));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      JsonNode *known = json_object_get_member (object, name);

      if (g_str_equal (name, "models") && JSON_NODE_HOLDS_ARRAY (member))
        json_object_set_member (object, name, merge_models (known, member));
      else if (g_str_equal (name, "notices") && known != NULL && JSON_NODE_HOLDS_ARRAY (known) && JSON_NODE_HOLDS_ARRAY (member))
        append_all (json_node_get_array (known), json_node_get_array (member));
      else if (known != NULL && JSON_NODE_HOLDS_OBJECT (known) && JSON_NODE_HOLDS_OBJECT (member))
        lay_over (json_node_get_object (known), json_node_get_object (member));
      else
        json_object_set_member (object, name, attune_json_copy (member));
    }
  json_object_set_int_member (object, "fetchedAt", fetched_at);

  return attune_capabilities_new_from_json (merged, error);
}
