/* attune-recipe.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-recipe.h"

#include "attune-json.h"

#define RECIPE_KIND    "attune-recipe"
#define RECIPE_VERSION 1

JsonNode *
attune_recipe_build (const char          *name,
                     const char          *provider,
                     AttuneConfiguration *configuration)
{
  g_autoptr (AttuneConfiguration) copy = NULL;
  JsonNode *node;
  JsonObject *object;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  copy = attune_configuration_copy (configuration);
  attune_configuration_set_value (copy, "datasets.trainingFileId", NULL);
  attune_configuration_set_value (copy, "datasets.validationFileId", NULL);

  object = json_object_new ();
  json_object_set_string_member (object, "kind", RECIPE_KIND);
  json_object_set_int_member (object, "version", RECIPE_VERSION);
  if (name != NULL && *name != '\0')
    json_object_set_string_member (object, "name", name);
  if (provider != NULL)
    json_object_set_string_member (object, "provider", provider);
  json_object_set_member (object, "configuration", attune_configuration_to_json (copy, ATTUNE_SECRETS_OMIT));
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);

  return node;
}

char *
attune_recipe_to_text (JsonNode *recipe)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (recipe != NULL, NULL);

  text = attune_json_write (recipe, TRUE);

  return g_strconcat (text, "\n", NULL);
}

gboolean
attune_recipe_is (JsonNode *node)
{
  g_return_val_if_fail (node != NULL, FALSE);

  return JSON_NODE_HOLDS_OBJECT (node) &&
         g_strcmp0 (attune_json_peek_string (node, "kind", NULL), RECIPE_KIND) == 0;
}
