/* attune-http-client.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-credentials.h"
#include "attune-http-reply.h"
#include "attune-http-request.h"

G_BEGIN_DECLS

/* Speaks with one provider: one SoupSession with the system's proxies and trust, its base URL, its key, and the rules of repeating
 * that all providers share. Used in the thread in which it was made; everything ends in that thread's main context.
 *
 * Errors are ATTUNE_ERROR already, with the title of the provider and its own words. Key missing: ATTUNE_ERROR_AUTH_REQUIRED before anything
 * is sent. Only repeatable requests are repeated; an unrepeatable one whose answer did not come ends with NO_NETWORK or TIMED_OUT, and
 * the caller has to look whether it arrived. */
#define ATTUNE_TYPE_HTTP_CLIENT (attune_http_client_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHttpClient, attune_http_client, ATTUNE, HTTP_CLIENT, GObject)

/* @base_url without a "/" at its end; @credential: a name of AttuneCredentials, or NULL: no key is sent. */
AttuneHttpClient *attune_http_client_new          (const char           *title,
                                                   const char           *base_url,
                                                   const char           *credential,
                                                   AttuneCredentials    *credentials) G_GNUC_WARN_UNUSED_RESULT;
const char       *attune_http_client_get_title    (AttuneHttpClient     *self);
const char       *attune_http_client_get_base_url (AttuneHttpClient     *self);
/* For what is sent from now on; what is under way goes on where it is. */
void              attune_http_client_set_base_url (AttuneHttpClient     *self,
                                                   const char           *base_url);
/* A header of every request to the provider itself, such as OpenAI-Project; NULL removes it. */
void              attune_http_client_set_header   (AttuneHttpClient     *self,
                                                   const char           *name,
                                                   const char           *value);
/* How often a repeatable request is repeated (2), and the first pause and the longest that is waited, in seconds (0.5, 60). */
void              attune_http_client_set_retries  (AttuneHttpClient     *self,
                                                   guint                 n_retries,
                                                   double                first_pause,
                                                   double                longest_pause);
/* Seconds without a byte until a request is given up (60). */
void              attune_http_client_set_timeout  (AttuneHttpClient     *self,
                                                   guint                 seconds);
/* The whole URL of @request; for translations. (transfer full) */
char             *attune_http_client_dup_url      (AttuneHttpClient     *self,
                                                   AttuneHttpRequest    *request) G_GNUC_WARN_UNUSED_RESULT;

void              attune_http_client_send_async   (AttuneHttpClient     *self,
                                                   AttuneHttpRequest    *request,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
AttuneHttpReply  *attune_http_client_send_finish  (AttuneHttpClient     *self,
                                                   GAsyncResult         *result,
                                                   GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Every page of a list, one after the other, at most @max_pages. @next (called with each page but the last allowed) returns the target of the next request or NULL at the end;
 * NULL @next follows `Link: rel="next"`. Ends with the replies in their order. */
typedef char     *(*AttuneHttpNextFunc)           (AttuneHttpReply      *page,
                                                   gpointer              user_data);
void              attune_http_client_send_pages_async  (AttuneHttpClient *self,
                                                   AttuneHttpRequest    *first,
                                                   AttuneHttpNextFunc    next,
                                                   gpointer              next_data,
                                                   guint                 max_pages,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
/* (transfer full) (element-type AttuneHttpReply) */
GPtrArray        *attune_http_client_send_pages_finish (AttuneHttpClient *self,
                                                   GAsyncResult         *result,
                                                   GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
