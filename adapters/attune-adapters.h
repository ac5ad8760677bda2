/* attune-adapters.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-credentials.h"
#include "attune-registry.h"

G_BEGIN_DECLS

/* The one place that knows the providers by name. Adds local, openai, together, fireworks, mistral, deepseek and huggingface, in this order. */
void attune_adapters_add_all (AttuneRegistry    *registry,
                              AttuneCredentials *credentials);

G_END_DECLS
