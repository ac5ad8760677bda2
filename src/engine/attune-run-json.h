/* attune-run-json.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Members of the run folder's documents. An absent or null member leaves @value alone; one of another type is DAMAGED, and
 * the message names it. */
gboolean attune_run_json_read_integer (JsonObject  *object,
                                       const char  *name,
                                       gint64      *value,
                                       GError     **error);
gboolean attune_run_json_read_double  (JsonObject  *object,
                                       const char  *name,
                                       double      *value,
                                       GError     **error);
gboolean attune_run_json_read_boolean (JsonObject  *object,
                                       const char  *name,
                                       gboolean    *value,
                                       GError     **error);
/* Frees what *@value was. */
gboolean attune_run_json_read_text    (JsonObject  *object,
                                       const char  *name,
                                       char       **value,
                                       GError     **error);
/* A number that JSON cannot hold becomes null. */
void     attune_run_json_write_double (JsonObject  *object,
                                       const char  *name,
                                       double       value);
/* The object in the file at @path; NOT_FOUND or DAMAGED otherwise, the message names the path. */
JsonNode *attune_run_json_load        (const char  *path,
                                       GError     **error) G_GNUC_WARN_UNUSED_RESULT;
/* The text of @node with a newline at its end. (transfer full) */
char    *attune_run_json_to_text      (JsonNode    *node) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
