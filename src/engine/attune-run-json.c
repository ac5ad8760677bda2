/* attune-run-json.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-run-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-error.h"

/* FALSE and *@member NULL where there is nothing to read; FALSE with @error where it is of another type. */
static gboolean
find_member (JsonObject  *object,
             const char  *name,
             GType        type,
             JsonNode   **member,
             GError     **error)
{
  JsonNode *node = json_object_get_member (object, name);

  *member = NULL;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;

  if (!JSON_NODE_HOLDS_VALUE (node) ||
      !(json_node_get_value_type (node) == type ||
        (type == G_TYPE_DOUBLE && json_node_get_value_type (node) == G_TYPE_INT64)))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("The member “%s” has the wrong type"), name);
      return FALSE;
    }

  *member = node;
  return TRUE;
}

gboolean
attune_run_json_read_integer (JsonObject  *object,
                              const char  *name,
                              gint64      *value,
                              GError     **error)
{
  JsonNode *node;

  if (!find_member (object, name, G_TYPE_INT64, &node, error))
    return FALSE;
  if (node != NULL)
    *value = json_node_get_int (node);

  return TRUE;
}

gboolean
attune_run_json_read_double (JsonObject  *object,
                             const char  *name,
                             double      *value,
                             GError     **error)
{
  JsonNode *node;

  if (!find_member (object, name, G_TYPE_DOUBLE, &node, error))
    return FALSE;
  if (node != NULL)
    *value = json_node_get_double (node);

  return TRUE;
}

gboolean
attune_run_json_read_boolean (JsonObject  *object,
                              const char  *name,
                              gboolean    *value,
                              GError     **error)
{
  JsonNode *node;

  if (!find_member (object, name, G_TYPE_BOOLEAN, &node, error))
    return FALSE;
  if (node != NULL)
    *value = json_node_get_boolean (node);

  return TRUE;
}

gboolean
attune_run_json_read_text (JsonObject  *object,
                           const char  *name,
                           char       **value,
                           GError     **error)
{
  JsonNode *node;

  if (!find_member (object, name, G_TYPE_STRING, &node, error))
    return FALSE;
  if (node != NULL)
    g_set_str (value, json_node_get_string (node));

  return TRUE;
}

void
attune_run_json_write_double (JsonObject *object,
                              const char *name,
                              double      value)
{
  if (isfinite (value))
    json_object_set_double_member (object, name, value);
  else
    json_object_set_null_member (object, name);
}

JsonNode *
attune_run_json_load (const char  *path,
                      GError     **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = NULL;
  gsize length;
  JsonNode *root;

  if (!g_file_get_contents (path, &text, &length, &local_error))
    {
      attune_error_convert (&local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  if (!json_parser_load_from_data (parser, text, (gssize) length, &local_error))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("%s is not valid JSON: %s"), path, local_error->message);
      return NULL;
    }

  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("%s does not hold a JSON object"), path);
      return NULL;
    }

  return json_node_ref (root);
}

char *
attune_run_json_to_text (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, TRUE);

  return g_strconcat (text, "\n", NULL);
}
