/* attune-hub-source.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-model-source.h"

G_BEGIN_DECLS

/* The Hugging Face Hub, for attune_application_set_model_source(). Part of the program and not of the library of the window. */
const AttuneModelSource *attune_hub_source_get (void);

G_END_DECLS
