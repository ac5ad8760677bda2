/* attune-dataset-reader-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-dataset-reader.h"

G_BEGIN_DECLS

/* Also computes the checksum of the file. @buffer_size: bytes read at a time, 0 for the default; tests try all. */
AttuneDatasetReader *attune_dataset_reader_new_full     (const char           *path,
                                                         gboolean              with_checksum,
                                                         gsize                 buffer_size,
                                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of all that was read: complete only after the last row. NULL without checksum. */
const char          *attune_dataset_reader_get_checksum (AttuneDatasetReader  *self);

/* A row that was read but cannot be used. */
void                 attune_dataset_reader_add_problem  (AttuneDatasetReader  *self,
                                                         gint64                line,
                                                         const char           *message);

void                 attune_problem_clear               (gpointer              problem);

G_END_DECLS
