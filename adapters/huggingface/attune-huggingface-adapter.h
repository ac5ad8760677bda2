/* attune-huggingface-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-remote-adapter.h"

G_BEGIN_DECLS

/* Jobs on GPUs that Hugging Face rents by the minute. What a job needs and leaves lies in private repositories of the token's owner:
 *
 *   datasets/OWNER/attune-data   data/SHA256.jsonl        training and validation files, each once
 *                                jobs/ID/config.json      what the runner of that job reads
 *                                runner/attune-runner.py  the program that trains
 *   OWNER/NAME                   adapter or weights       the result; checkpoints/step-N/ while it is made
 *
 * The id of a job is "OWNER/ID". Jobs carry the label "attune-job" with Attune's own id, by which they are found again. Another provider with the
 * same way of training is the same class with another catalogue: see attune_deepseek_adapter_new(). */
#define ATTUNE_TYPE_HUGGINGFACE_ADAPTER (attune_huggingface_adapter_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHuggingfaceAdapter, attune_huggingface_adapter, ATTUNE, HUGGINGFACE_ADAPTER, AttuneRemoteAdapter)

AttuneAdapter *attune_huggingface_adapter_new (AttuneCredentials *credentials) G_GNUC_WARN_UNUSED_RESULT;

/* Seconds without a line after which the log of a running job is taken as read for now (3). */
void           attune_huggingface_adapter_set_log_patience (AttuneHuggingfaceAdapter *self,
                                                            double                    seconds);

G_END_DECLS
