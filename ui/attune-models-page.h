/* attune-models-page.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"
#include "attune-downloads.h"

G_BEGIN_DECLS

/* Copies a model folder to where this computer's models lie; runs in a worker thread. @name NULL: the folder's own. (transfer full): where
 * it lies then. The window knows no provider by name: the program hands it in. */
typedef char *(*AttuneModelImportFunc) (const char *folder, const char *name, GError **error);

/* The models that were found on this computer: those of all providers that have a path. */
#define ATTUNE_TYPE_MODELS_PAGE (attune_models_page_get_type ())
G_DECLARE_FINAL_TYPE (AttuneModelsPage, attune_models_page, ATTUNE, MODELS_PAGE, AdwBin)

GtkWidget *attune_models_page_new        (void) G_GNUC_WARN_UNUSED_RESULT;
/* @import_func: (nullable) */
void       attune_models_page_set_up     (AttuneModelsPage      *self,
                                          AttuneCommands        *commands,
                                          AttuneModelImportFunc  import_func);
/* Where more models come from; until then there is no such thing. */
void       attune_models_page_set_downloads (AttuneModelsPage *self,
                                          AttuneDownloads       *downloads);
/* Looks again. */
void       attune_models_page_refresh    (AttuneModelsPage      *self);
/* Takes over the model in @folder. */
void       attune_models_page_import     (AttuneModelsPage      *self,
                                          GFile                 *folder);
gboolean   attune_models_page_is_loading (AttuneModelsPage      *self);

G_END_DECLS
