/* attune-request-dialog.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-request-format.h"

G_BEGIN_DECLS

/* Shows the exact request, and the same as lines for curl, Python and attunectl, to copy. No key stands in any of them. */
#define ATTUNE_TYPE_REQUEST_DIALOG (attune_request_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AttuneRequestDialog, attune_request_dialog, ATTUNE, REQUEST_DIALOG, AdwDialog)

AdwDialog  *attune_request_dialog_new         (const AttuneRequest *request) G_GNUC_WARN_UNUSED_RESULT;
/* Does nothing for a format that makes no sense for this request. */
void        attune_request_dialog_set_format  (AttuneRequestDialog *self,
                                               AttuneRequestFormat  format);
/* The text that shows. */
const char *attune_request_dialog_get_text    (AttuneRequestDialog *self);

G_END_DECLS
