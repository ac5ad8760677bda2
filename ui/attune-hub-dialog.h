/* attune-hub-dialog.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-downloads.h"

G_BEGIN_DECLS

/* Finds models that this computer can train and loads them. What it began goes on when it is closed. */
#define ATTUNE_TYPE_HUB_DIALOG (attune_hub_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHubDialog, attune_hub_dialog, ATTUNE, HUB_DIALOG, AdwDialog)

AdwDialog *attune_hub_dialog_new          (AttuneDownloads *downloads) G_GNUC_WARN_UNUSED_RESULT;
/* Looks for @text, as if it had been typed. */
void       attune_hub_dialog_search       (AttuneHubDialog *self,
                                           const char      *text);
gboolean   attune_hub_dialog_is_searching (AttuneHubDialog *self);

G_END_DECLS
