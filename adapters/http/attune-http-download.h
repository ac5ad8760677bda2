/* attune-http-download.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-http-client.h"

G_BEGIN_DECLS

/* Brings what @request (a GET) answers to the file @destination: first to "DESTINATION.part" beside it, which a later call goes on with (by
 * range, where the server has not another file by then: If-Range), then checked, written through to the disk, and moved into place.
 * A file that is there already is not touched: ATTUNE_ERROR_CONFLICT. @size -1 and @sha256 (hex) NULL: not known. What does not fit them is
 * ATTUNE_ERROR_DAMAGED, and the part is thrown away. No space on the disk is found before the first byte where the size is known. */
void     attune_http_download_async  (AttuneHttpClient     *client,
                                      AttuneHttpRequest    *request,
                                      const char           *destination,
                                      gint64                size,
                                      const char           *sha256,
                                      AttuneProgressFunc    progress,
                                      gpointer              progress_data,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
gboolean attune_http_download_finish (AttuneHttpClient     *client,
                                      GAsyncResult         *result,
                                      GError              **error);

G_END_DECLS
