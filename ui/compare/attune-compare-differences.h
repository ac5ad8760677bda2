/* attune-compare-differences.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-compare-run.h"

G_BEGIN_DECLS

/* A table with a row for each setting and a column for each run: those that are not the same everywhere, or on request all that any
 * run has set. */
#define ATTUNE_TYPE_COMPARE_DIFFERENCES (attune_compare_differences_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCompareDifferences, attune_compare_differences, ATTUNE, COMPARE_DIFFERENCES, AdwBin)

/* @runs: of AttuneCompareRun. */
void        attune_compare_differences_set_up   (AttuneCompareDifferences *self,
                                                 AttuneCommands           *commands,
                                                 GListModel               *runs);
/* How many settings are not the same everywhere. */
guint       attune_compare_differences_count    (AttuneCompareDifferences *self);
/* What is shown of a setting of a run, as it stands in the table; NULL where the setting has no row. (transfer none) */
const char *attune_compare_differences_get_text (AttuneCompareDifferences *self,
                                                 const char               *path,
                                                 guint                     run);

G_END_DECLS
