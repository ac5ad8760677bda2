/* attune-remote-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-remote-adapter.h"

G_BEGIN_DECLS

/* capabilities/<provider>.json under the cache folder: what a provider last said of itself, with the date and the address that said it. */

void      attune_remote_cache_read_async  (const char           *provider,
                                           const char           *base_url,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
/* NULL where there is none, or none of that address, or it cannot be read: it is only a cache. */
JsonNode *attune_remote_cache_read_finish (GAsyncResult         *result,
                                           gint64               *fetched_at) G_GNUC_WARN_UNUSED_RESULT;
/* In a thread; that it fails harms nobody. */
void      attune_remote_cache_write       (const char           *provider,
                                           const char           *base_url,
                                           JsonNode             *live,
                                           gint64                fetched_at);

G_END_DECLS
