/* attune-wandb.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Asks Weights & Biases whose key this is. @base_url: (nullable): a server of one's own; else WANDB_BASE_URL, else the public service. */
void   attune_wandb_check_key_async  (const char           *key,
                                      const char           *base_url,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
/* The name of the user or team that the key logs to unless another one is named; (transfer full). ATTUNE_ERROR_AUTH_INVALID where the key is
 * refused. */
char  *attune_wandb_check_key_finish (GAsyncResult         *result,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
