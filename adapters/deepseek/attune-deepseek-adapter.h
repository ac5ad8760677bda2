/* attune-deepseek-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-remote-adapter.h"

G_BEGIN_DECLS

/* DeepSeek sells no fine-tuning. Its open weights are trained on GPUs rented at Hugging Face: the adapter of Hugging Face with a
 * catalogue of its own, data/catalogue/deepseek.json. */
AttuneAdapter *attune_deepseek_adapter_new (AttuneCredentials *credentials) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
