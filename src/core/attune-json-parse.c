/* attune-json-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-json.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-json-private.h"

typedef struct {
  const char *data;  /* what was given */
  gsize       length;
  const char *place; /* (nullable) */
  const char *copy;  /* of @data, that yyjson works in: a text is stored where it stands, and this is how its place is known */
} Source;

/* @at counts bytes; a column is a character, as editors count. */
static void
set_error_at (GError      **error,
              AttuneError   code,
              const char   *data,
              gsize         length,
              gsize         at,
              const char   *place,
              const char   *message)
{
  gsize line = 1;
  gsize column = 1;
  gsize character;

  yyjson_locate_pos (data, length, MIN (at, length), &line, &column, &character);

  if (place != NULL)
    /* translators: %s is the name of a file, then line and column, then what is wrong there */
    g_set_error (error, ATTUNE_ERROR, (int) code, _("%s, line %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT ": %s"),
                 place, line, column, message);
  else
    /* translators: line and column, then what is wrong there */
    g_set_error (error, ATTUNE_ERROR, (int) code, _("line %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT ": %s"), line, column, message);
}

static char *
describe_character (const char *data,
                    gsize       length,
                    gsize       at)
{
  gunichar character = at < length ? g_utf8_get_char_validated (data + at, (gssize) (length - at)) : (gunichar) -1;
  char text[7] = { 0 };

  if (character == (gunichar) -1 || character == (gunichar) -2)
    character = 0xfffd;
  g_unichar_to_utf8 (character, text);

  return g_strdup_printf (_("“%s” cannot stand here. Look for a comma, a colon, a bracket or double quotation marks that are missing or "
                            "too many; JSON has no comments"), text);
}

static char *
describe_problem (const char            *data,
                  gsize                  length,
                  const yyjson_read_err *problem)
{
  if (length >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    return g_strdup (_("the text starts with a byte order mark. Save it as UTF-8 without one"));
  if (length >= 2 && (memcmp (data, "\xff\xfe", 2) == 0 || memcmp (data, "\xfe\xff", 2) == 0))
    return g_strdup (_("the text is UTF-16. Save it as UTF-8"));
  if (problem->pos < length && data[problem->pos] == '\0')
    return g_strdup (_("there is a zero byte. This is not a text file"));

  if (problem->code == YYJSON_READ_ERROR_EMPTY_CONTENT || length == 0)
    return g_strdup (_("there is no JSON in it: it is empty"));
  if (problem->code == YYJSON_READ_ERROR_UNEXPECTED_CONTENT)
    return g_strdup (_("the document is complete before this. Remove what follows"));
  if (problem->code == YYJSON_READ_ERROR_UNEXPECTED_END)
    return g_strdup (_("the text ends before the document is complete"));
  if (problem->code == YYJSON_READ_ERROR_UNEXPECTED_CHARACTER)
    return describe_character (data, length, problem->pos);
  if (problem->code == YYJSON_READ_ERROR_JSON_STRUCTURE)
    return g_strdup (_("a comma stands before a closing bracket or brace. Remove it"));
  if (problem->code == YYJSON_READ_ERROR_INVALID_NUMBER)
    return g_strdup (_("this is not a number as JSON writes it, or it is too large"));
  if (problem->code == YYJSON_READ_ERROR_INVALID_STRING)
    return g_strdup (_("a text is wrong here. It has to be UTF-8, line breaks and control characters are written as escapes such as \\n, "
                       "and a backslash is doubled"));
  if (problem->code == YYJSON_READ_ERROR_LITERAL)
    return g_strdup (_("only true, false, null and numbers stand without double quotation marks"));
  if (problem->code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
    return g_strdup (_("there is not enough memory to read on"));

  /* What later versions of yyjson find, in its own words. */
  return g_strdup_printf (_("this is no JSON: %s"), problem->msg);
}

void
attune_json_set_read_error (GError                **error,
                            AttuneError             code,
                            const char             *data,
                            gsize                   length,
                            const char             *place,
                            const yyjson_read_err  *problem)
{
  g_autofree char *message = describe_problem (data, length, problem);

  if (problem->code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
    code = ATTUNE_ERROR_NO_MEMORY;

  set_error_at (error, code, data, length, problem->pos, place, message);
}

static void
set_text_error (GError       **error,
                const Source  *source,
                yyjson_val    *text,
                const char    *message)
{
  /* Its quotation mark is one before. */
  gsize at = (gsize) (yyjson_get_str (text) - source->copy) - 1;

  set_error_at (error, ATTUNE_ERROR_INVALID, source->data, source->length, at, source->place, message);
}

/* json-glib ends its texts at a zero, so one inside would cut them off unseen. NULL for such a text. */
static const char *
get_text (const Source  *source,
          yyjson_val    *value,
          GError       **error)
{
  const char *text = yyjson_get_str (value);

  if (strlen (text) == yyjson_get_len (value))
    return text;

  set_text_error (error, source, value, _("a text must not hold the character U+0000"));
  return NULL;
}

static JsonNode *build_node (const Source  *source,
                             yyjson_val    *value,
                             guint          depth,
                             GError       **error);

static JsonNode *
build_object (const Source  *source,
              yyjson_val    *value,
              guint          depth,
              GError       **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  yyjson_obj_iter iter = yyjson_obj_iter_with (value);
  yyjson_val *key;

  while ((key = yyjson_obj_iter_next (&iter)) != NULL)
    {
      const char *name = get_text (source, key, error);
      JsonNode *member;

      if (name == NULL)
        return NULL;
      if (json_object_has_member (object, name))
        {
          g_autofree char *message = g_strdup_printf (_("the member “%s” comes twice in one object. Remove one of them"), name);

          set_text_error (error, source, key, message);
          return NULL;
        }

      member = build_node (source, yyjson_obj_iter_get_val (key), depth + 1, error);
      if (member == NULL)
        return NULL;
      json_object_set_member (object, name, member);
    }

  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
build_array (const Source  *source,
             yyjson_val    *value,
             guint          depth,
             GError       **error)
{
  g_autoptr (JsonArray) array = json_array_sized_new ((guint) yyjson_arr_size (value));
  yyjson_arr_iter iter = yyjson_arr_iter_with (value);
  yyjson_val *element;

  while ((element = yyjson_arr_iter_next (&iter)) != NULL)
    {
      JsonNode *node = build_node (source, element, depth + 1, error);

      if (node == NULL)
        return NULL;
      json_array_add_element (array, node);
    }

  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
build_number (yyjson_val *value)
{
  /* What has a sign is an sint, so that -0 is one as well; but minus zero is no integer. */
  if (yyjson_is_sint (value))
    return yyjson_get_sint (value) != 0 ? json_node_init_int (json_node_alloc (), yyjson_get_sint (value))
                                        : json_node_init_double (json_node_alloc (), -0.0);
  if (yyjson_is_uint (value) && yyjson_get_uint (value) <= G_MAXINT64)
    return json_node_init_int (json_node_alloc (), (gint64) yyjson_get_uint (value));

  return json_node_init_double (json_node_alloc (), yyjson_get_num (value));
}

static JsonNode *
build_node (const Source  *source,
            yyjson_val    *value,
            guint          depth,
            GError       **error)
{
  if (yyjson_is_ctn (value))
    {
      if (depth >= ATTUNE_JSON_MAX_DEPTH)
        {
          /* yyjson does not tell where a bracket stood. */
          if (source->place != NULL)
            /* translators: %s is the name of a file */
            g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s: objects and lists are nested more than %d deep"),
                         source->place, ATTUNE_JSON_MAX_DEPTH);
          else
            g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("objects and lists are nested more than %d deep"),
                         ATTUNE_JSON_MAX_DEPTH);
          return NULL;
        }
      return yyjson_is_obj (value) ? build_object (source, value, depth, error) : build_array (source, value, depth, error);
    }

  if (yyjson_is_str (value))
    {
      const char *text = get_text (source, value, error);

      return text != NULL ? json_node_init_string (json_node_alloc (), text) : NULL;
    }
  if (yyjson_is_num (value))
    return build_number (value);
  if (yyjson_is_bool (value))
    return json_node_init_boolean (json_node_alloc (), yyjson_get_bool (value));

  return json_node_init_null (json_node_alloc ());
}

JsonNode *
attune_json_parse (const char  *data,
                   gssize       length,
                   const char  *place,
                   GError     **error)
{
  g_autofree char *copy = NULL;
  g_autoptr (yyjson_doc) document = NULL;
  yyjson_read_err problem = { 0 };
  Source source;

  g_return_val_if_fail (data != NULL || length == 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (data == NULL)
    data = "";
  source = (Source) { .data = data, .length = length < 0 ? strlen (data) : (gsize) length, .place = place };

  source.copy = copy = g_malloc (source.length + YYJSON_PADDING_SIZE);
  memcpy (copy, data, source.length);
  memset (copy + source.length, 0, YYJSON_PADDING_SIZE);

  /* All that this flag does is to keep the texts in our copy. */
  document = yyjson_read_opts (copy, source.length, YYJSON_READ_INSITU, NULL, &problem);
  if (document == NULL)
    {
      attune_json_set_read_error (error, ATTUNE_ERROR_INVALID, data, source.length, place, &problem);
      return NULL;
    }

  return build_node (&source, yyjson_doc_get_root (document), 0, error);
}

JsonNode *
attune_json_parse_file (const char  *path,
                        GError     **error)
{
  g_autofree char *data = NULL;
  gsize length = 0;

  g_return_val_if_fail (path != NULL, NULL);

  if (!g_file_get_contents (path, &data, &length, error))
    {
      attune_error_convert (error);
      return NULL;
    }

  return attune_json_parse (data, (gssize) length, path, error);
}
