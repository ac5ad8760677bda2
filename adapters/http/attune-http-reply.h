/* attune-http-reply.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A server's whole answer. */
#define ATTUNE_TYPE_HTTP_REPLY (attune_http_reply_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHttpReply, attune_http_reply, ATTUNE, HTTP_REPLY, GObject)

guint       attune_http_reply_get_status    (AttuneHttpReply  *self);
/* 200 … 299 */
gboolean    attune_http_reply_is_success    (AttuneHttpReply  *self);
/* Without regard to case; NULL where there is none. */
const char *attune_http_reply_get_header    (AttuneHttpReply  *self,
                                             const char       *name);
/* Without parameters, in lower case: "application/json"; NULL where there is none. */
const char *attune_http_reply_get_content_type (AttuneHttpReply *self);
GBytes     *attune_http_reply_get_body      (AttuneHttpReply  *self); /* never NULL */
/* The body as a document, NULL where it is empty or none; borrowed. Read it with attune_json_peek_*() and attune_http_json_peek_*(). */
JsonNode   *attune_http_reply_get_json      (AttuneHttpReply  *self);
/* Where the answer came from, after redirects; may be signed: not for logs. */
const char *attune_http_reply_get_url       (AttuneHttpReply  *self);
/* The URL of `Link: <…>; rel="next"`; NULL on the last page. (transfer full) */
char       *attune_http_reply_dup_next_link (AttuneHttpReply  *self);
/* What the error converter makes of the answer, with @title of the provider; for requests with ATTUNE_HTTP_REQUEST_ANY_STATUS, and for a 200 that
 * is none. TRUE where the answer is a success without an error inside. */
gboolean    attune_http_reply_check         (AttuneHttpReply  *self,
                                             const char       *title,
                                             GError          **error);

/* For the client and tests. @headers: name, value, …, NULL. */
AttuneHttpReply *attune_http_reply_new      (guint             status,
                                             const char       *url,
                                             GBytes           *body,
                                             const char       *first_header,
                                             ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
void        attune_http_reply_add_header    (AttuneHttpReply  *self,
                                             const char       *name,
                                             const char       *value);

G_END_DECLS
