/* attune-datasets-page.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* The data files that are known, with what was found in them. */
#define ATTUNE_TYPE_DATASETS_PAGE (attune_datasets_page_get_type ())
G_DECLARE_FINAL_TYPE (AttuneDatasetsPage, attune_datasets_page, ATTUNE, DATASETS_PAGE, AdwBin)

GtkWidget *attune_datasets_page_new    (void) G_GNUC_WARN_UNUSED_RESULT;
void       attune_datasets_page_set_up (AttuneDatasetsPage *self,
                                        AttuneCommands     *commands);
/* Adds and checks a file; what it is being checked for shows until it is done. */
void       attune_datasets_page_add    (AttuneDatasetsPage *self,
                                        GFile              *file);

G_END_DECLS
