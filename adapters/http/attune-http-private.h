/* attune-http-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

#include "attune-http-client.h"
#include "attune-http-reply.h"
#include "attune-http-request.h"

G_BEGIN_DECLS

/* What the files of this folder know of each other. */

struct _AttuneHttpRequest
{
  GObject                 parent_instance;

  char                   *method;
  char                   *target;
  AttuneHttpRequestFlags  flags;
  SoupMessageHeaders     *headers;
  char                   *content_type;
  GBytes                 *body;
  AttuneHttpUpload       *upload;
  AttuneProgressFunc      progress;
  gpointer                progress_data;
  gint64                  timeout;  /* seconds, -1: the client's */
  gsize                   max_body;
};

/* The same question to another address. (transfer full) */
AttuneHttpRequest *attune_http_request_copy (AttuneHttpRequest *self,
                                             const char        *target);
/* After a copy: headers that are set from here on are not those of the other. */
void               attune_http_request_set_own_headers (AttuneHttpRequest *self);
gboolean           attune_http_request_is_repeatable (AttuneHttpRequest *self);

/* @headers is taken by reference. */
AttuneHttpReply *attune_http_reply_new_from_headers (guint               status,
                                                     const char         *url,
                                                     GBytes             *body,
                                                     SoupMessageHeaders *headers) G_GNUC_WARN_UNUSED_RESULT;

/* The base name of the first file, or NULL. */
const char *attune_http_upload_get_name (AttuneHttpUpload *self);

/* Waits. */

typedef struct {
  guint  n_retries;
  double first_pause;   /* seconds */
  double longest_pause;
} AttuneHttpPatience;

/* Whether an answer of this status may be better the next time. */
gboolean attune_http_retry_is_worth_it (guint               status);
/* What the server asks to wait, in seconds, never negative; -1 where it asks for nothing. @now (µs since 1970) is only used where the answer has no Date of
 * its own, since the clock of this computer may be far off. */
double   attune_http_retry_get_asked   (AttuneHttpReply    *reply,
                                        gint64              now);
/* The pause before the try after @n_tries: what is asked, cut to the longest; else it doubles, less up to a quarter by @jitter (0…1). */
double   attune_http_retry_get_pause   (const AttuneHttpPatience *patience,
                                        guint               n_tries,
                                        double              asked,
                                        double              jitter);

/* The client. */

SoupSession             *attune_http_client_get_session  (AttuneHttpClient *self);
const AttuneHttpPatience *attune_http_client_get_patience (AttuneHttpClient *self);
guint                    attune_http_client_get_timeout  (AttuneHttpClient *self);
/* Milliseconds instead of seconds, and the longest that one whole answer may take however steadily it drips; for tests. */
void                     attune_http_client_set_limits   (AttuneHttpClient *self,
                                                          guint             idle_ms,
                                                          guint             total_ms);
guint                    attune_http_client_get_idle_ms  (AttuneHttpClient *self);
guint                    attune_http_client_get_total_ms (AttuneHttpClient *self);
/* Whether @uri is at the provider's own host: only there the key and the client's headers go. */
gboolean                 attune_http_client_is_home      (AttuneHttpClient *self,
                                                          GUri             *uri);
const char              *attune_http_client_get_credential (AttuneHttpClient *self);
SoupMessageHeaders      *attune_http_client_get_headers  (AttuneHttpClient *self);
/* The key; from a memory of a few seconds, the environment, or the keyring. */
void                     attune_http_client_lookup_key_async  (AttuneHttpClient    *self,
                                                               GCancellable        *cancellable,
                                                               GAsyncReadyCallback  callback,
                                                               gpointer             user_data);
char                    *attune_http_client_lookup_key_finish (AttuneHttpClient    *self,
                                                               GAsyncResult        *result,
                                                               GError             **error);
void                     attune_http_client_forget_key   (AttuneHttpClient *self);

/* One exchange with its repeats. Whole: ends with a reply that has its body. Stream: where the status is a success (or any, with ANY_STATUS), the reply has
 * none, and *@stream gives it; nothing decodes it. */
void             attune_http_exchange_async  (AttuneHttpClient     *client,
                                              AttuneHttpRequest    *request,
                                              gboolean              as_stream,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
AttuneHttpReply *attune_http_exchange_finish (AttuneHttpClient     *client,
                                              GAsyncResult         *result,
                                              GInputStream        **stream,
                                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a failed reading may go better the next time: the network and the time, not certificates, cancellation or our own disk. */
gboolean attune_http_error_is_passing (const GError *error);

G_END_DECLS
