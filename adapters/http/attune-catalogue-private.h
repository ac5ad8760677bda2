/* attune-catalogue-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef void (*AttuneCatalogueTextFunc) (JsonObject *object,
                                         const char *member,
                                         const char *text,
                                         gpointer    user_data);

/* Every text of an entry that people read. They reach the translators through po/catalogue-strings.c, which the test catalogue-strings keeps. */
void attune_catalogue_visit_texts (JsonNode                *root,
                                   AttuneCatalogueTextFunc  func,
                                   gpointer                 user_data);

G_END_DECLS
