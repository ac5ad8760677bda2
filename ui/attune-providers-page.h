/* attune-providers-page.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* Where jobs can run: each provider with what it is, whether it can be used now, and what it has to say. */
#define ATTUNE_TYPE_PROVIDERS_PAGE (attune_providers_page_get_type ())
G_DECLARE_FINAL_TYPE (AttuneProvidersPage, attune_providers_page, ATTUNE, PROVIDERS_PAGE, AdwBin)

GtkWidget *attune_providers_page_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void       attune_providers_page_set_up     (AttuneProvidersPage *self,
                                             AttuneCommands      *commands);
/* Asks each provider again. */
void       attune_providers_page_refresh    (AttuneProvidersPage *self);
gboolean   attune_providers_page_is_loading (AttuneProvidersPage *self);

G_END_DECLS
