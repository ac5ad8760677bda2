/* attune-carry-dialog.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-carry.h"

G_BEGIN_DECLS

/* The report of what does not fit another provider, setting by setting, with a way to mend it all.
 *
 * Signals: ::adjust-requested when a person asks for that; the dialog closes. */
#define ATTUNE_TYPE_CARRY_DIALOG (attune_carry_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCarryDialog, attune_carry_dialog, ATTUNE, CARRY_DIALOG, AdwDialog)

/* @misfits: element-type AttuneMisfit, borrowed for the call. */
AdwDialog *attune_carry_dialog_new (GPtrArray  *misfits,
                                    const char *provider) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
