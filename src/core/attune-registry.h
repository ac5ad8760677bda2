/* attune-registry.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-adapter.h"

G_BEGIN_DECLS

/* The adapters of this process, in the order in which they were added: a GListModel of AttuneAdapter. Filled by main.c alone. */
#define ATTUNE_TYPE_REGISTRY (attune_registry_get_type ())
G_DECLARE_FINAL_TYPE (AttuneRegistry, attune_registry, ATTUNE, REGISTRY, GObject)

AttuneRegistry *attune_registry_new    (void) G_GNUC_WARN_UNUSED_RESULT;
void            attune_registry_add    (AttuneRegistry *self,
                                        AttuneAdapter  *adapter);
/* (transfer none); NULL with ATTUNE_ERROR_NOT_FOUND that names the known ones. */
AttuneAdapter  *attune_registry_lookup (AttuneRegistry *self,
                                        const char     *id,
                                        GError        **error);

G_END_DECLS
