/* attune-model-deletion.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* Whether @path is a folder among the models of this computer, and not one that only lies elsewhere on it or comes with Attune. */
gboolean attune_model_deletion_is_possible (const char     *path);
/* Asks over @parent, naming the jobs that used the model, and deletes it; then @deleted is called, with NULL for the id where it failed. Says why where
 * jobs still need it, or it cannot be deleted. */
void     attune_model_deletion_ask         (GtkWidget      *parent,
                                            AttuneCommands *commands,
                                            const char     *id,
                                            const char     *path,
                                            void          (*deleted) (GtkWidget  *parent,
                                                                      const char *id));

G_END_DECLS
