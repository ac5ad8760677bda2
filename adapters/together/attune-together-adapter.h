/* attune-together-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-remote-adapter.h"

G_BEGIN_DECLS

#define ATTUNE_TYPE_TOGETHER_ADAPTER (attune_together_adapter_get_type ())
G_DECLARE_FINAL_TYPE (AttuneTogetherAdapter, attune_together_adapter, ATTUNE, TOGETHER_ADAPTER, AttuneRemoteAdapter)

/* Together AI: LoRA and full fine-tuning of open models, and training on preferences. Catalogue together.json. */
AttuneAdapter *attune_together_adapter_new               (AttuneCredentials     *credentials) G_GNUC_WARN_UNUSED_RESULT;

/* For tests: the largest files that go up in one request (100 MB) and by one redirect (5 GB), the size of the parts of larger ones (250 MB), all in
 * bytes, and the first pause in seconds between the looks at whether Together has read a file (1). 0 leaves one as it is. */
void           attune_together_adapter_set_upload_limits (AttuneTogetherAdapter *self,
                                                          gint64                 one_request,
                                                          gint64                 one_redirect,
                                                          gint64                 part,
                                                          double                 pause);

G_END_DECLS
