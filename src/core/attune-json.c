/* attune-json.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-json.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Fifteen digits give back every decimal number that a person types; seventeen give back every double. */
static const char *
format_shortest (char   *buffer,
                 gsize   size,
                 double  value)
{
  /* Numbers below the normal ones have fewer digits than fifteen. */
  guint digits = fabs (value) < DBL_MIN ? 1 : 15;

  for (; digits < 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%ug", digits);
      g_ascii_formatd (buffer, (int) size, format, value);
      if (g_ascii_strtod (buffer, NULL) == value)
        return buffer;
    }

  return g_ascii_formatd (buffer, (int) size, "%.17g", value);
}

void
attune_json_append_double (GString *string,
                           double   value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_return_if_fail (string != NULL);

  if (!isfinite (value))
    {
      g_string_append (string, "null");
      return;
    }

  g_string_append (string, format_shortest (buffer, sizeof buffer, value));
  if (strpbrk (buffer, ".e") == NULL)
    g_string_append (string, ".0");
}

char *
attune_json_format_double (double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("nan");
  if (isinf (value))
    return g_strdup (value > 0 ? "inf" : "-inf");

  return g_strdup (format_shortest (buffer, sizeof buffer, value));
}

void
attune_json_append_string (GString    *string,
                           const char *text)
{
  g_autofree char *mended = NULL;

  g_return_if_fail (string != NULL);
  g_return_if_fail (text != NULL);

  if (!g_utf8_validate (text, -1, NULL))
    text = mended = g_utf8_make_valid (text, -1);

  g_string_append_c (string, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      switch (*p)
        {
        case '"':
          g_string_append (string, "\\\"");
          break;
        case '\\':
          g_string_append (string, "\\\\");
          break;
        case '\b':
          g_string_append (string, "\\b");
          break;
        case '\f':
          g_string_append (string, "\\f");
          break;
        case '\n':
          g_string_append (string, "\\n");
          break;
        case '\r':
          g_string_append (string, "\\r");
          break;
        case '\t':
          g_string_append (string, "\\t");
          break;
        default:
          if ((guchar) *p < 0x20)
            g_string_append_printf (string, "\\u%04x", (guint) (guchar) *p);
          else
            g_string_append_c (string, *p);
          break;
        }
    }
  g_string_append_c (string, '"');
}

static void
append_break (GString  *string,
              gboolean  pretty,
              guint     depth)
{
  if (!pretty)
    return;

  g_string_append_c (string, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (string, "  ");
}

static gboolean
array_is_plain (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (element) || JSON_NODE_HOLDS_ARRAY (element))
        return FALSE;
    }

  return TRUE;
}

static void
append_value (GString  *string,
              JsonNode *node)
{
  GType type = json_node_get_value_type (node);

  if (type == G_TYPE_STRING)
    {
      const char *text = json_node_get_string (node);

      if (text != NULL)
        attune_json_append_string (string, text);
      else
        g_string_append (string, "null");
    }
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (string, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_DOUBLE || type == G_TYPE_FLOAT)
    attune_json_append_double (string, json_node_get_double (node));
  else
    g_string_append_printf (string, "%" G_GINT64_FORMAT, json_node_get_int (node));
}

static void
append_node (GString  *string,
             JsonNode *node,
             gboolean  pretty,
             guint     depth)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      {
        JsonObject *object = json_node_get_object (node);
        JsonObjectIter iter;
        const char *name;
        JsonNode *member;
        gboolean first = TRUE;

        if (object == NULL || json_object_get_size (object) == 0)
          {
            g_string_append (string, "{}");
            break;
          }

        g_string_append_c (string, '{');
        json_object_iter_init_ordered (&iter, object);
        while (json_object_iter_next_ordered (&iter, &name, &member))
          {
            if (!first)
              g_string_append_c (string, ',');
            first = FALSE;
            append_break (string, pretty, depth + 1);
            attune_json_append_string (string, name);
            g_string_append (string, pretty ? ": " : ":");
            append_node (string, member, pretty, depth + 1);
          }
        append_break (string, pretty, depth);
        g_string_append_c (string, '}');
        break;
      }

    case JSON_NODE_ARRAY:
      {
        JsonArray *array = json_node_get_array (node);
        guint length = array != NULL ? json_array_get_length (array) : 0;
        /* A list of words or numbers reads best on one line. */
        gboolean broken = pretty && length > 0 && !array_is_plain (array);

        g_string_append_c (string, '[');
        for (guint i = 0; i < length; i++)
          {
            if (i > 0)
              g_string_append (string, pretty && !broken ? ", " : ",");
            append_break (string, broken, depth + 1);
            append_node (string, json_array_get_element (array, i), pretty, depth + 1);
          }
        append_break (string, broken, depth);
        g_string_append_c (string, ']');
        break;
      }

    case JSON_NODE_VALUE:
      append_value (string, node);
      break;

    case JSON_NODE_NULL:
    default:
      g_string_append (string, "null");
      break;
    }
}

char *
attune_json_write (JsonNode *node,
                   gboolean  pretty)
{
  g_autoptr (GString) string = NULL;

  g_return_val_if_fail (node != NULL, NULL);

  string = g_string_new (NULL);
  append_node (string, node, pretty, 0);

  return g_string_free_and_steal (g_steal_pointer (&string));
}
