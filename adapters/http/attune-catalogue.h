/* attune-catalogue.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-capabilities.h"

G_BEGIN_DECLS

/* What is known of a provider without asking it: data/catalogue/<id>.json.
 *
 *   { "version": 1, "id": "openai", "title": "OpenAI", "description": "…",
 *     "credential": "openai" (or absent), "baseUrl": "https://api.openai.com/v1", "baseUrlVariable": "OPENAI_BASE_URL",
 *     "test": "/models" (GET of it proves the key; absent: the adapter says how),
 *     "links": {"keys": "https://…", "documentation": …, "pricing": …, "status": …},
 *     "capabilities": { as in attune-capabilities.h, its JSON form; with "notices": [{"text","severity","from"?,"until"?}] } }
 *
 * title, description, the texts of notices and models' notes, titles and descriptions of customParameters are translated while they
 * are read (build-aux brings them to the translators). "from" and "until" are days ("2027-01-06", both included): a notice
 * outside them is not in force and left out. */
#define ATTUNE_TYPE_CATALOGUE (attune_catalogue_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCatalogue, attune_catalogue, ATTUNE, CATALOGUE, GObject)

/* From the package's data. ATTUNE_ERROR_DAMAGED names file and member. */
AttuneCatalogue    *attune_catalogue_load             (const char       *id,
                                                       GError          **error) G_GNUC_WARN_UNUSED_RESULT;
AttuneCatalogue    *attune_catalogue_new_from_json    (JsonNode         *node,
                                                       const char       *place,
                                                       GError          **error) G_GNUC_WARN_UNUSED_RESULT;
const char         *attune_catalogue_get_id           (AttuneCatalogue  *self);
const char         *attune_catalogue_get_title        (AttuneCatalogue  *self);
const char         *attune_catalogue_get_description  (AttuneCatalogue  *self);
const char         *attune_catalogue_get_credential   (AttuneCatalogue  *self); /* (nullable) */
const char         *attune_catalogue_get_base_url     (AttuneCatalogue  *self); /* (nullable) */
const char         *attune_catalogue_get_test         (AttuneCatalogue  *self); /* (nullable) */
const char         *attune_catalogue_get_link         (AttuneCatalogue  *self,
                                                       const char       *name); /* (nullable) */
/* The environment, else the person's settings, else the catalogue; without "/" at its end. (transfer full) (nullable) */
char               *attune_catalogue_dup_base_url     (AttuneCatalogue  *self);
/* The static limits with the notices that are in force on that day (NULL: today, UTC). (transfer full) */
AttuneCapabilities *attune_catalogue_dup_capabilities (AttuneCatalogue  *self,
                                                       GDateTime        *now) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
