/* attune-dataset-row.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-dataset.h"

G_BEGIN_DECLS

/* One data set of the list. Its actions: "dataset.show" (the report), "dataset.new-job", "dataset.remove"; the last one is
 * carried out by the page, which hears ::remove-requested. */
#define ATTUNE_TYPE_DATASET_ROW (attune_dataset_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneDatasetRow, attune_dataset_row, ATTUNE, DATASET_ROW, AdwActionRow)

GtkWidget     *attune_dataset_row_new         (AttuneDataset    *dataset) G_GNUC_WARN_UNUSED_RESULT;
AttuneDataset *attune_dataset_row_get_dataset (AttuneDatasetRow *self);

G_END_DECLS
