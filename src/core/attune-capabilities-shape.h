/* attune-capabilities-shape.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The documented shape of capabilities: one table of members, by which variants are checked and JSON is read. Private to core. */

/* Fails with ATTUNE_ERROR_DAMAGED, which names the member. */
gboolean  attune_capabilities_check_shape     (GVariant  *variant,
                                               GError   **error);
/* a{sv} of the shape, (transfer full). */
GVariant *attune_capabilities_shape_from_json (JsonNode  *node,
                                               GError   **error);

G_END_DECLS
