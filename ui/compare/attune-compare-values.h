/* attune-compare-values.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-compare-run.h"

G_BEGIN_DECLS

/* A table with a row for each run and a column for each value, of which the best one is marked; sorted by whatever column is clicked.
 * Activating a row opens the job (app.open-job). */
#define ATTUNE_TYPE_COMPARE_VALUES (attune_compare_values_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCompareValues, attune_compare_values, ATTUNE, COMPARE_VALUES, AdwBin)

/* @runs: of AttuneCompareRun. */
void attune_compare_values_set_up (AttuneCompareValues *self,
                                   AttuneCommands      *commands,
                                   GListModel          *runs);
/* What the runs have to tell is not what it was. */
void attune_compare_values_update (AttuneCompareValues *self);

G_END_DECLS
