/* attune-http-json.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-http-json.h"

#include <math.h>
#include <string.h>

/* The words that Python writes for numbers that are none. */
static const char * const not_numbers[] = { "-Infinity", "Infinity", "NaN", NULL };

/* What servers write although JSON has it not: bare NaN, and the character U+0000 in a text, which json-glib cannot hold. */
static char *
mend (const char *data,
      gsize       length,
      gsize      *mended_length,
      guint      *n_mended)
{
  GString *mended = g_string_sized_new (length);
  gboolean in_text = FALSE;
  gsize i = 0;

  while (i < length)
    {
      gsize word_length = 0;

      if (in_text)
        {
          if (data[i] == '\\' && i + 1 < length)
            {
              if (length - i >= 6 && memcmp (data + i, "\\u0000", 6) == 0)
                {
                  g_string_append (mended, "\\ufffd");
                  i += 6;
                  (*n_mended)++;
                  continue;
                }
              g_string_append_c (mended, data[i++]);
            }
          else if (data[i] == '"')
            {
              in_text = FALSE;
            }
          g_string_append_c (mended, data[i++]);
          continue;
        }

      for (guint j = 0; not_numbers[j] != NULL && word_length == 0; j++)
        {
          gsize candidate = strlen (not_numbers[j]);

          if (length - i >= candidate && memcmp (data + i, not_numbers[j], candidate) == 0)
            word_length = candidate;
        }
      if (word_length > 0)
        {
          g_string_append (mended, "null");
          i += word_length;
          (*n_mended)++;
          continue;
        }

      in_text = data[i] == '"';
      g_string_append_c (mended, data[i++]);
    }

  *mended_length = mended->len;
  return g_string_free_and_steal (mended);
}

JsonNode *
attune_http_json_parse (const char  *data,
                        gsize        length,
                        guint       *n_mended,
                        GError     **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *mended = NULL;
  g_autofree char *valid = NULL;
  JsonNode *node;
  guint count = 0;

  g_return_val_if_fail (data != NULL || length == 0, NULL);
  g_return_val_if_fail (length <= G_MAXSSIZE, NULL);

  if (n_mended != NULL)
    *n_mended = 0;

  node = attune_json_parse (data, (gssize) length, NULL, &problem);
  if (node != NULL || length == 0)
    {
      if (node == NULL)
        g_propagate_error (error, g_steal_pointer (&problem));
      return node;
    }

  if (!g_utf8_validate_len (data, length, NULL))
    {
      valid = g_utf8_make_valid (data, (gssize) length);
      data = valid;
      length = strlen (valid);
      count++;
    }
  mended = mend (data, length, &length, &count);
  if (count > 0)
    node = attune_json_parse (mended, (gssize) length, NULL, NULL);
  if (node == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }

  if (n_mended != NULL)
    *n_mended = count;
  return node;
}

gint64
attune_http_json_peek_int (JsonNode   *root,
                           const char *path,
                           gint64      fallback)
{
  JsonNode *node = root != NULL ? attune_json_lookup (root, path) : NULL;
  const char *text = attune_json_node_peek_string (node);
  gint64 value;

  if (attune_json_node_to_int (node, &value))
    return value;
  if (text != NULL && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
    return value;

  return fallback;
}

double
attune_http_json_peek_double (JsonNode   *root,
                              const char *path,
                              double      fallback)
{
  JsonNode *node = root != NULL ? attune_json_lookup (root, path) : NULL;
  const char *text = attune_json_node_peek_string (node);
  double value;

  if (attune_json_node_to_double (node, &value))
    return value;
  if (text != NULL && *text != '\0' && !g_ascii_isspace (*text))
    {
      char *end = NULL;

      value = g_ascii_strtod (text, &end);
      if (*end == '\0' && isfinite (value))
        return value;
    }

  return fallback;
}

gint64
attune_http_json_peek_time (JsonNode   *root,
                            const char *path)
{
  JsonNode *node = root != NULL ? attune_json_lookup (root, path) : NULL;
  const char *text = attune_json_node_peek_string (node);
  double seconds;

  /* Beyond the year 9999 it is no time, but milliseconds or worse. */
  if (attune_json_node_to_double (node, &seconds))
    return seconds > 0 && seconds < 253402300800.0 ? (gint64) llround (seconds * G_USEC_PER_SEC) : 0;
  if (text != NULL)
    {
      g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
      g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);

      if (time != NULL)
        return MAX (g_date_time_to_unix_usec (time), 0);
    }

  return 0;
}

JsonArray *
attune_http_json_peek_array (JsonNode   *root,
                             const char *path)
{
  JsonNode *node = root != NULL && path != NULL ? attune_json_lookup (root, path) : root;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

JsonObject *
attune_http_json_peek_object (JsonNode   *root,
                              const char *path)
{
  JsonNode *node = root != NULL && path != NULL ? attune_json_lookup (root, path) : root;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

guint
attune_http_json_get_length (JsonNode   *root,
                             const char *path)
{
  JsonArray *array = attune_http_json_peek_array (root, path);

  return array != NULL ? json_array_get_length (array) : 0;
}

JsonNode *
attune_http_json_new_object (void)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, json_object_new ());
  return node;
}

static gboolean
is_number (const char *name)
{
  return *name != '\0' && name[strspn (name, "0123456789")] == '\0';
}

/* Takes @value. */
static void
put (JsonNode   *container,
     const char *name,
     JsonNode   *value)
{
  if (JSON_NODE_HOLDS_ARRAY (container))
    json_array_add_element (json_node_get_array (container), value);
  else
    json_object_set_member (json_node_get_object (container), name, value);
}

void
attune_http_json_set_node (JsonNode   *root,
                           const char *path,
                           JsonNode   *value)
{
  g_auto (GStrv) names = NULL;
  JsonNode *node = root;
  guint i;

  g_return_if_fail (root != NULL && JSON_NODE_HOLDS_OBJECT (root));
  g_return_if_fail (path != NULL && *path != '\0');

  if (value == NULL)
    return;

  names = g_strsplit (path, ".", -1);
  for (i = 0; names[i + 1] != NULL; i++)
    {
      JsonNode *next = attune_json_lookup (node, names[i]);

      if (next == NULL || JSON_NODE_HOLDS_VALUE (next) || JSON_NODE_HOLDS_NULL (next))
        {
          if (is_number (names[i + 1]))
            {
              next = json_node_new (JSON_NODE_ARRAY);
              json_node_take_array (next, json_array_new ());
            }
          else
            {
              next = attune_http_json_new_object ();
            }
          put (node, names[i], next);
        }
      node = next;
    }

  put (node, names[i], value);
}

void
attune_http_json_set_string (JsonNode   *root,
                             const char *path,
                             const char *value)
{
  if (value != NULL)
    attune_http_json_set_node (root, path, json_node_init_string (json_node_alloc (), value));
}

void
attune_http_json_set_int (JsonNode   *root,
                          const char *path,
                          gint64      value)
{
  attune_http_json_set_node (root, path, json_node_init_int (json_node_alloc (), value));
}

void
attune_http_json_set_double (JsonNode   *root,
                             const char *path,
                             double      value)
{
  if (isfinite (value))
    attune_http_json_set_node (root, path, json_node_init_double (json_node_alloc (), value));
}

void
attune_http_json_set_boolean (JsonNode   *root,
                              const char *path,
                              gboolean    value)
{
  attune_http_json_set_node (root, path, json_node_init_boolean (json_node_alloc (), value));
}
