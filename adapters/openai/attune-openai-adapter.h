/* attune-openai-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-credentials.h"
#include "attune-remote-adapter.h"

G_BEGIN_DECLS

/* OpenAI's fine-tuning jobs. OpenAI takes them from fewer and fewer organisations, and from nobody after 6 January 2027: a refusal when a
 * job is sent is ATTUNE_ERROR_CLOSED. What is tuned already goes on answering until its base model is shut down. */
#define ATTUNE_TYPE_OPENAI_ADAPTER (attune_openai_adapter_get_type ())
G_DECLARE_FINAL_TYPE (AttuneOpenaiAdapter, attune_openai_adapter, ATTUNE, OPENAI_ADAPTER, AttuneRemoteAdapter)

AttuneAdapter *attune_openai_adapter_new             (AttuneCredentials   *credentials) G_GNUC_WARN_UNUSED_RESULT;
/* Files above @threshold bytes (512 MB) are sent in parts of @part_size (64 MB), those above @maximum (8 GB) not at all. */
void           attune_openai_adapter_set_file_limits (AttuneOpenaiAdapter *self,
                                                      gint64               threshold,
                                                      gint64               part_size,
                                                      gint64               maximum);

G_END_DECLS
