/* fake-openai-check.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-openai-private.h"

#include <string.h>

#include "attune-json.h"

/* "auto" or a number of the range. */
static gboolean
is_number (JsonNode *node,
           gboolean  is_whole,
           double    low,
           double    high)
{
  double value;
  gint64 whole;

  if (node == NULL || g_strcmp0 (attune_json_node_peek_string (node), "auto") == 0)
    return TRUE;
  if (!attune_json_node_to_double (node, &value) || (is_whole && (!attune_json_node_to_int (node, &whole) || json_node_get_value_type (node) != G_TYPE_INT64)))
    return FALSE;

  return value > low && value <= high;
}

static gboolean
has_only (JsonNode   *node,
          const char *names)
{
  g_auto (GStrv) allowed = g_strsplit (names, " ", -1);
  g_autoptr (GList) members = NULL;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  members = json_object_get_members (json_node_get_object (node));
  for (GList *l = members; l != NULL; l = l->next)
    if (!g_strv_contains ((const char * const *) allowed, l->data))
      return FALSE;

  return TRUE;
}

static gboolean
is_method (JsonNode *method)
{
  const char *type = attune_json_peek_string (method, "type", "");
  g_autofree char *settings = g_strdup_printf ("%s.hyperparameters", type);
  JsonNode *hyper = attune_json_lookup (method, settings);
  const char *common = "n_epochs batch_size learning_rate_multiplier";
  g_autofree char *of_dpo = g_strconcat (common, " beta", NULL);
  g_autofree char *of_reinforcement = g_strconcat (common, " reasoning_effort compute_multiplier eval_interval eval_samples", NULL);

  if (!has_only (method, "type supervised dpo reinforcement") || json_object_get_size (json_node_get_object (method)) > 2)
    return FALSE;
  if (g_str_equal (type, "supervised") ? !has_only (hyper, common)
      : g_str_equal (type, "dpo")      ? !has_only (hyper, of_dpo)
                                       : !g_str_equal (type, "reinforcement") || !has_only (hyper, of_reinforcement))
    return FALSE;
  if (g_str_equal (type, "reinforcement") && attune_json_lookup (method, "reinforcement.grader") == NULL)
    return FALSE;

  return hyper == NULL || (is_number (attune_json_lookup (hyper, "n_epochs"), TRUE, 0, 50) && is_number (attune_json_lookup (hyper, "batch_size"), TRUE, 0, 256)
                           && is_number (attune_json_lookup (hyper, "learning_rate_multiplier"), FALSE, 0, 1e9)
                           && is_number (attune_json_lookup (hyper, "beta"), FALSE, 0, 2));
}

static gboolean
is_metadata (JsonNode *metadata)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (metadata == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (metadata) || json_object_get_size (json_node_get_object (metadata)) > 16)
    return FALSE;
  json_object_iter_init (&iter, json_node_get_object (metadata));
  while (json_object_iter_next (&iter, &name, &value))
    if (strlen (name) > 64 || attune_json_node_peek_string (value) == NULL || strlen (attune_json_node_peek_string (value)) > 512)
      return FALSE;

  return TRUE;
}

/* The name of what the description does not allow; NULL for nothing. */
const char *
fake_openai_find_mistake (JsonNode *body)
{
  const char *suffix = body != NULL ? attune_json_peek_string (body, "suffix", "x") : NULL;
  JsonNode *method;
  JsonNode *wandb;

  if (body == NULL || !has_only (body, "model training_file validation_file suffix seed method hyperparameters integrations metadata"))
    return "body";
  if (strlen (suffix) < 1 || strlen (suffix) > 64)
    return "suffix";
  if (!is_number (attune_json_lookup (body, "seed"), TRUE, -1, 2147483647))
    return "seed";
  method = attune_json_lookup (body, "method");
  if (method != NULL && !is_method (method))
    return "method";
  wandb = attune_json_lookup (body, "integrations.0.wandb");
  if (attune_json_lookup (body, "integrations") != NULL
      && (!has_only (attune_json_lookup (body, "integrations.0"), "type wandb") || wandb == NULL || !has_only (wandb, "project name entity tags")
          || attune_json_peek_string (wandb, "project", NULL) == NULL))
    return "integrations";
  if (!is_metadata (attune_json_lookup (body, "metadata")))
    return "metadata";

  return NULL;
}
