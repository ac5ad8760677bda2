/* attune-fireworks-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-credentials.h"
#include "attune-remote-adapter.h"

G_BEGIN_DECLS

/* Supervised fine-tuning at Fireworks AI. Jobs and data sets are sent under ids that follow from the job and from the file, so that nothing is
 * sent twice. The account is the one of FIREWORKS_ACCOUNT_ID, else the only one that the key opens. */
#define ATTUNE_TYPE_FIREWORKS_ADAPTER (attune_fireworks_adapter_get_type ())
G_DECLARE_FINAL_TYPE (AttuneFireworksAdapter, attune_fireworks_adapter, ATTUNE, FIREWORKS_ADAPTER, AttuneRemoteAdapter)

AttuneAdapter *attune_fireworks_adapter_new               (AttuneCredentials      *credentials) G_GNUC_WARN_UNUSED_RESULT;
/* Files above this size in bytes are sent to a signed URL, smaller ones in a form (256 MiB). */
void           attune_fireworks_adapter_set_form_limit    (AttuneFireworksAdapter *self,
                                                           gint64                  bytes);
/* The first pause in seconds between two looks at a data set that is being checked, which grows to 15, and when it is given up (2, 3600). */
void           attune_fireworks_adapter_set_pauses        (AttuneFireworksAdapter *self,
                                                           double                  first,
                                                           double                  limit);

G_END_DECLS
