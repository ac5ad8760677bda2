/* attune-dataset-convert.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-dataset-reader.h"

G_BEGIN_DECLS

/* What became of a file that was written anew. */
typedef struct {
  char   *from;        /* the format of the rows that were read */
  gint64  rows;        /* written */
  gint64  n_left_out;  /* read but not written: broken, or of a shape that the new format has no place for */
  GArray *problems;    /* AttuneProblem, the first 100 */
} AttuneConversion;
void attune_conversion_free (AttuneConversion *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneConversion, attune_conversion_free)

/* "chat", "prompt-completion", "alpaca", "sharegpt", "text": what @format may be. (transfer none) */
const char * const *attune_dataset_list_formats (void);

/* Writes the rows of @from as JSON Lines of @format to @to, in their order. Read are JSON Lines of any format, a JSON file that holds one list
 * of rows (held in memory as a whole), and CSV (RFC 4180) whose first line names the members. @to takes its place only when it is
 * complete; CONFLICT where it is there already and not @overwrite. A row that does not fit (a conversation of several turns as a prompt and its completion) is left
 * out and told by line. INVALID where no row is left. May run in a thread. */
AttuneConversion *attune_dataset_convert (const char    *from,
                                          const char    *to,
                                          const char    *format,
                                          gboolean       overwrite,
                                          GCancellable  *cancellable,
                                          GError       **error) G_GNUC_WARN_UNUSED_RESULT;

/* Divides the lines of a JSON Lines file, byte for byte as they are, into @training and @validation: round(rows * @fraction) of them, at least
 * one, for validation, chosen by @seed alone; each file keeps the order. Rows with the same text go the same way, so that nothing that is
 * validated was trained. Blank lines are left out. @fraction: 0 < f < 1. Same errors and safety as attune_dataset_convert(). */
gboolean          attune_dataset_split   (const char    *path,
                                          double         fraction,
                                          guint32        seed,
                                          const char    *training,
                                          const char    *validation,
                                          gboolean       overwrite,
                                          gint64        *n_training,
                                          gint64        *n_validation,
                                          GCancellable  *cancellable,
                                          GError       **error);

G_END_DECLS
