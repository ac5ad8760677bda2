/* attune-http-json.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-json.h"

G_BEGIN_DECLS

/* JSON as servers send it, and as they want it. Paths as in attune_json_lookup(): "data.0.id". */

/* As attune_json_parse(), but bare NaN, Infinity and -Infinity, which Python's servers write, are read as null. Every one that was
 * mended is counted in @n_mended (nullable). */
JsonNode   *attune_http_json_parse       (const char  *data,
                                          gsize        length,
                                          guint       *n_mended,
                                          GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Tolerant readers for answers; @fallback where there is no such value. */
/* Also numbers in texts: proto JSON sends int64 as "123". */
gint64      attune_http_json_peek_int    (JsonNode    *root,
                                          const char  *path,
                                          gint64       fallback);
double      attune_http_json_peek_double (JsonNode    *root,
                                          const char  *path,
                                          double       fallback);
/* A time as microseconds since 1970 UTC: Unix seconds (whole or not), or ISO 8601 / RFC 3339 text. 0 where there is none. */
gint64      attune_http_json_peek_time   (JsonNode    *root,
                                          const char  *path);
/* The element count of the array at @path; 0 where there is none. */
guint       attune_http_json_get_length  (JsonNode    *root,
                                          const char  *path);
/* The array or object at @path (NULL: @root itself), borrowed; NULL where there is none. */
JsonArray  *attune_http_json_peek_array  (JsonNode    *root,
                                          const char  *path);
JsonObject *attune_http_json_peek_object (JsonNode    *root,
                                          const char  *path);

/* Building a request, unset stays unset: the value is put at the path, whose objects ("a.b.c") and next array elements ("list.0.name")
 * are made on the way. @root must hold an object. NULL texts, NULL nodes and numbers that are not finite are left out. */
JsonNode   *attune_http_json_new_object  (void) G_GNUC_WARN_UNUSED_RESULT;
void        attune_http_json_set_string  (JsonNode    *root,
                                          const char  *path,
                                          const char  *value);
void        attune_http_json_set_int     (JsonNode    *root,
                                          const char  *path,
                                          gint64       value);
void        attune_http_json_set_double  (JsonNode    *root,
                                          const char  *path,
                                          double       value);
void        attune_http_json_set_boolean (JsonNode    *root,
                                          const char  *path,
                                          gboolean     value);
/* @value is taken. */
void        attune_http_json_set_node    (JsonNode    *root,
                                          const char  *path,
                                          JsonNode    *value);

G_END_DECLS
