/* attune-recipe.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-configuration.h"

G_BEGIN_DECLS

/* A recipe: the configuration of a job as one document that can be given to others and run again at any provider. Secrets are left
 * out, and so are the data sets, which are ids of this computer's own list. attune_migration_run() reads it. */

/* @name, @provider: (nullable). (transfer full) */
JsonNode *attune_recipe_build    (const char          *name,
                                  const char          *provider,
                                  AttuneConfiguration *configuration) G_GNUC_WARN_UNUSED_RESULT;
/* The document as the text of a file. (transfer full) */
char     *attune_recipe_to_text  (JsonNode            *recipe) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a document says that it is one. */
gboolean  attune_recipe_is       (JsonNode            *node);

G_END_DECLS
