/* attune-mistral-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-credentials.h"
#include "attune-remote-adapter.h"

G_BEGIN_DECLS

/* Mistral's historic fine-tuning jobs, which Mistral itself withdrew in July 2026; a private deployment may still answer. Where the routes of
 * jobs are not there (404, 410) every operation ends with ATTUNE_ERROR_WITHDRAWN, and no file is uploaded. */
#define ATTUNE_TYPE_MISTRAL_ADAPTER (attune_mistral_adapter_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMistralAdapter, attune_mistral_adapter, ATTUNE, MISTRAL_ADAPTER, AttuneRemoteAdapter)

AttuneAdapter *attune_mistral_adapter_new (AttuneCredentials *credentials) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
