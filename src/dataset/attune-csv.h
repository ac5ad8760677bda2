/* attune-csv.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads comma-separated values (RFC 4180: fields in quotes may hold commas, line ends and doubled quotes), record by record. The separator is
 * the one of , ; and tab that the first line has most of. */
typedef struct _AttuneCsv AttuneCsv;

AttuneCsv *attune_csv_new  (const char    *path,
                            GError       **error) G_GNUC_WARN_UNUSED_RESULT;
/* The next record and the line where it begins (from 1); NULL at the end (@error unset), INVALID for a quote that is never closed and for
 * text that is not UTF-8. (transfer full) */
GStrv      attune_csv_next (AttuneCsv     *self,
                            gint64        *line,
                            GError       **error);
void       attune_csv_free (AttuneCsv     *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneCsv, attune_csv_free)

G_END_DECLS
