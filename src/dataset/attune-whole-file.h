/* attune-whole-file.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A file that is written beside its place ("PATH.part", readable by the person alone) and takes it only when it is complete. Freed before that,
 * nothing of it is left. */
typedef struct _AttuneWholeFile AttuneWholeFile;

/* CONFLICT where @path is there already and not @overwrite. */
AttuneWholeFile *attune_whole_file_new     (const char       *path,
                                            gboolean          overwrite,
                                            GError          **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean         attune_whole_file_write   (AttuneWholeFile  *self,
                                            const char       *bytes,
                                            gsize             length,
                                            GError          **error);
gboolean         attune_whole_file_finish  (AttuneWholeFile  *self,
                                            GError          **error);
void             attune_whole_file_free    (AttuneWholeFile  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneWholeFile, attune_whole_file_free)

/* Whether two paths are one file, however they are written. */
gboolean         attune_whole_file_is_same (const char       *a,
                                            const char       *b);

G_END_DECLS
