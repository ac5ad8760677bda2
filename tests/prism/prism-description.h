/* prism-description.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Where the official descriptions lie: tests/fixtures/specs, else ../shared/specs beside the sources. NULL where @provider's is in neither.
 * (transfer full) */
char     *prism_description_find        (const char  *provider);
/* Reads it, lays the listed exceptions over it, and makes members of requests that it does not name an error: descriptions leave that
 * open, and a misspelt setting would be accepted and ignored. (transfer full) */
JsonNode *prism_description_load        (const char  *path,
                                         const char  *provider);
/* "get /fine-tunes/{id}": all of its operations. (transfer full) */
GStrv     prism_description_list        (JsonNode    *description);

G_END_DECLS
