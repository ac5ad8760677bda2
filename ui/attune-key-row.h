/* attune-key-row.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* Whether there is a key for a provider and where it comes from, with buttons to set, test and remove it. The key itself is never shown:
 * it goes from the dialog's entry into the keyring, and nowhere else.
 *
 * Emits ::changed when the key was set or removed here. */
#define ATTUNE_TYPE_KEY_ROW (attune_key_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneKeyRow, attune_key_row, ATTUNE, KEY_ROW, AdwActionRow)

/* @credential: a name of AttuneCredentials. @service: what the key is for, in the dialog. @provider: (nullable) whom to ask whether the key is taken. @link: (nullable) the page where
 * a person gets a key. */
GtkWidget *attune_key_row_new     (AttuneCommands *commands,
                                   const char     *credential,
                                   const char     *title,
                                   const char     *service,
                                   const char     *provider,
                                   const char     *link) G_GNUC_WARN_UNUSED_RESULT;
/* Looks again whether there is a key. */
void       attune_key_row_refresh (AttuneKeyRow   *self);
/* Puts @secret into the keyring; what the dialog's button does. */
void       attune_key_row_store   (AttuneKeyRow   *self,
                                   const char     *secret);

G_END_DECLS
