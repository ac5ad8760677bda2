/* attune-json.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reading and writing of every JSON document of Attune. yyjson reads: json-glib's own reader takes the last of two equal members, calls
 * empty input a success and tells no column. json-glib's objects are the documents, but its writer turns 1e-05 into
 * 1.0000000000000001e-05 and NaN into a file that nobody can read. */

/* Strict RFC 8259 in UTF-8. ATTUNE_ERROR_INVALID names @place (NULL for none), line and column: broken syntax, a member that comes
 * twice, a byte order mark, the character U+0000, nothing at all; and without line and column, nesting deeper than
 * ATTUNE_JSON_MAX_DEPTH. Whole numbers are gint64, those beyond it doubles. @length -1: ends with a NUL. (transfer full) */
#define ATTUNE_JSON_MAX_DEPTH 256
JsonNode   *attune_json_parse         (const char        *data,
                                       gssize             length,
                                       const char        *place,
                                       GError           **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same of a file, whose name is the place. */
JsonNode   *attune_json_parse_file    (const char        *path,
                                       GError           **error) G_GNUC_WARN_UNUSED_RESULT;

/* One document without a newline at its end: on one line, or @pretty with two spaces a level. Doubles in the shortest form that reads back
 * to the same value and is still a double; what is not finite becomes null; invalid UTF-8 is mended. (transfer full) */
char       *attune_json_write         (JsonNode          *node,
                                       gboolean           pretty);
/* The same for one number ("1e-05", "3.0", "null"), and for one text with its quotation marks. */
void        attune_json_append_double (GString           *string,
                                       double             value);
void        attune_json_append_string (GString           *string,
                                       const char        *text);
/* For people and forms: "1e-05", "3", "nan", "-inf". Reads back to the same value with g_ascii_strtod(). (transfer full) */
char       *attune_json_format_double (double             value);

/* The member at a path such as "error.message" or "data.0.id" (numbers count elements of arrays); NULL where there is none.
 * Names with a dot in them cannot be reached like this. (transfer none) */
JsonNode   *attune_json_lookup        (JsonNode          *root,
                                       const char        *path);

typedef enum {
  ATTUNE_JSON_OPTIONAL, /* a member that is absent or null leaves *value as it is */
  ATTUNE_JSON_REQUIRED, /* such a member is an error */
} AttuneJsonPresence;

/* Typed reading: FALSE with ATTUNE_ERROR_INVALID, which names the path, what is expected and what is there. Integers may be written
 * as 3.0, doubles as 3. Texts, objects and arrays are borrowed from @root. */
gboolean    attune_json_get_string    (JsonNode          *root,
                                       const char        *path,
                                       AttuneJsonPresence presence,
                                       const char       **value,
                                       GError           **error);
gboolean    attune_json_get_int       (JsonNode          *root,
                                       const char        *path,
                                       AttuneJsonPresence presence,
                                       gint64            *value,
                                       GError           **error);
gboolean    attune_json_get_double    (JsonNode          *root,
                                       const char        *path,
                                       AttuneJsonPresence presence,
                                       double            *value,
                                       GError           **error);
gboolean    attune_json_get_boolean   (JsonNode          *root,
                                       const char        *path,
                                       AttuneJsonPresence presence,
                                       gboolean          *value,
                                       GError           **error);
gboolean    attune_json_get_object    (JsonNode          *root,
                                       const char        *path,
                                       AttuneJsonPresence presence,
                                       JsonObject       **value,
                                       GError           **error);
gboolean    attune_json_get_array     (JsonNode          *root,
                                       const char        *path,
                                       AttuneJsonPresence presence,
                                       JsonArray        **value,
                                       GError           **error);

/* Tolerant reading, for answers of providers: @fallback where the member is absent or of another type. (transfer none) */
const char *attune_json_peek_string   (JsonNode          *root,
                                       const char        *path,
                                       const char        *fallback);
gint64      attune_json_peek_int      (JsonNode          *root,
                                       const char        *path,
                                       gint64             fallback);
double      attune_json_peek_double   (JsonNode          *root,
                                       const char        *path,
                                       double             fallback);
gboolean    attune_json_peek_boolean  (JsonNode          *root,
                                       const char        *path,
                                       gboolean           fallback);

/* The value as a whole number: also 3.0, never 3.5 or text. */
gboolean    attune_json_node_to_int   (JsonNode          *node,
                                       gint64            *value);
gboolean    attune_json_node_to_double(JsonNode          *node,
                                       double            *value);
gboolean    attune_json_node_to_boolean(JsonNode         *node,
                                       gboolean          *value);
const char *attune_json_node_peek_string (JsonNode       *node); /* NULL where it is no text */
/* "a text", "an object", translated, for messages. */
const char *attune_json_node_describe (JsonNode          *node);

/* A copy that shares nothing with @node; json_node_copy() shares objects and arrays. (transfer full) */
JsonNode   *attune_json_copy          (JsonNode          *node) G_GNUC_WARN_UNUSED_RESULT;

/* Objects are a{sv}, arrays av, numbers x or d, and null is an empty signature (g ""), the one basic value that no JSON has and that
 * D-Bus carries. Back from any variant without maybes, handles and dictionaries with other keys than texts; those are NULL. */
GVariant   *attune_json_to_variant    (JsonNode          *node);
JsonNode   *attune_json_from_variant  (GVariant          *variant) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
