/* attune-credentials.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Keys and tokens: the environment under the providers' own names wins, else the keyring (libsecret). Nothing else ever holds them.
 * Signal ::changed (name) when one was stored or removed here. */
#define ATTUNE_TYPE_CREDENTIALS (attune_credentials_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCredentials, attune_credentials, ATTUNE, CREDENTIALS, GObject)

AttuneCredentials *attune_credentials_new           (void) G_GNUC_WARN_UNUSED_RESULT;
/* @name: "openai", "together", "fireworks", "mistral", "huggingface", "wandb". The environment variable, or NULL. */
const char        *attune_credentials_get_variable  (const char           *name);
/* Ends with NULL and no error where no key is known. The string is wiped when freed with attune_credentials_free_secret(). */
void               attune_credentials_lookup_async  (AttuneCredentials    *self,
                                                     const char           *name,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
char              *attune_credentials_lookup_finish (AttuneCredentials    *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
/* @secret NULL removes it. */
void               attune_credentials_store_async   (AttuneCredentials    *self,
                                                     const char           *name,
                                                     const char           *secret,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
gboolean           attune_credentials_store_finish  (AttuneCredentials    *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
void               attune_credentials_free_secret   (char                 *secret);

G_END_DECLS
