/* attune-sse.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-http-client.h"

G_BEGIN_DECLS

/* Server-sent events, as the HTML standard reads them, fed in pieces of any size. */
typedef struct _AttuneSseParser AttuneSseParser;

/* @event "message" unless named; @id the last one that was given, "" for none. The texts are whole UTF-8. */
typedef void (*AttuneSseFunc) (const char *event,
                               const char *data,
                               const char *id,
                               gpointer    user_data);

/* The longest line and the longest event that are taken, in bytes. */
#define ATTUNE_SSE_MAX_SIZE (16 * 1024 * 1024)

AttuneSseParser *attune_sse_parser_new       (AttuneSseFunc          func,
                                              gpointer               user_data) G_GNUC_WARN_UNUSED_RESULT;
void             attune_sse_parser_free      (AttuneSseParser       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneSseParser, attune_sse_parser_free)
/* ATTUNE_ERROR_TOO_LARGE beyond the size above. An event that is not whole at the end of the stream is none. */
gboolean         attune_sse_parser_feed      (AttuneSseParser       *self,
                                              const char            *data,
                                              gsize                  length,
                                              GError               **error);
/* The last "retry:" in milliseconds; -1 for none. */
gint64           attune_sse_parser_get_retry (AttuneSseParser       *self);

/* Reads the events of @request until the stream ends, or until nothing but comments came for @idle seconds (0: for ever), which is no error: a log that
 * is followed never ends by itself. A stream that breaks off after its first event ends like one that is over. */
void             attune_sse_read_async       (AttuneHttpClient      *client,
                                              AttuneHttpRequest     *request,
                                              double                 idle,
                                              AttuneSseFunc          func,
                                              gpointer               func_data,
                                              GCancellable          *cancellable,
                                              GAsyncReadyCallback    callback,
                                              gpointer               user_data);
gboolean         attune_sse_read_finish      (AttuneHttpClient      *client,
                                              GAsyncResult          *result,
                                              GError               **error);

G_END_DECLS
