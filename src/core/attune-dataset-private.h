/* attune-dataset-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-dataset.h"

G_BEGIN_DECLS

/* Whether the file is still the one that was checked, by its size and time. Looks at the disk. */
gboolean attune_dataset_is_current (AttuneDataset *self);

G_END_DECLS
