/* attune-request-dialog.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Shows the exact request that a job sends, with secrets as placeholders, to read and to copy. */
#define ATTUNE_TYPE_REQUEST_DIALOG (attune_request_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AttuneRequestDialog, attune_request_dialog, ATTUNE, REQUEST_DIALOG, AdwDialog)

/* @request: {"method","url","body"} as attune_adapter_translate_configuration() makes it. */
AdwDialog *attune_request_dialog_new (JsonNode *request) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
