/* attune-problems-dialog.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-dataset.h"

G_BEGIN_DECLS

/* Reads a data set's file again and lists every problem with its line. */
#define ATTUNE_TYPE_PROBLEMS_DIALOG (attune_problems_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AttuneProblemsDialog, attune_problems_dialog, ATTUNE, PROBLEMS_DIALOG, AdwDialog)

AdwDialog *attune_problems_dialog_new (AttuneDataset *dataset) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
