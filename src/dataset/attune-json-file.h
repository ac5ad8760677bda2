/* attune-json-file.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <yyjson.h>

#include <glib.h>

G_BEGIN_DECLS

/* One JSON file of a model folder, read whole. The configuration files of models are foreign: errors name the file and the place. */
typedef struct _AttuneJsonFile AttuneJsonFile;

/* NOT_FOUND, TOO_LARGE, or DAMAGED where it is not one JSON object. */
AttuneJsonFile *attune_json_file_load          (const char            *path,
                                                gsize                  limit,
                                                GError               **error) G_GNUC_WARN_UNUSED_RESULT;
/* @file is NULL, and the result TRUE, where the folder has no such file. */
gboolean        attune_json_file_load_optional (const char            *folder,
                                                const char            *name,
                                                AttuneJsonFile       **file,
                                                GError               **error);
void            attune_json_file_free          (AttuneJsonFile        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneJsonFile, attune_json_file_free)

/* NULL for a @self of NULL. */
yyjson_val     *attune_json_file_get_root      (const AttuneJsonFile  *self);

G_END_DECLS
