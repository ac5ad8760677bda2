/* attune-http-error.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-error.h"
#include "attune-http-reply.h"

G_BEGIN_DECLS

/* The provider's own words in an answer of any shape: error.message, error, message, detail[].msg, detail, errors[0].message, the header
 * X-Error-Message; NULL where it says nothing. (transfer full) */
char       *attune_http_error_dup_words      (AttuneHttpReply  *reply);
/* The provider's own word for the error: error.code, error.type, code, the header X-Error-Code; NULL where there is none. */
const char *attune_http_error_peek_code      (AttuneHttpReply  *reply);
/* The setting that the provider found wrong: error.param, detail[0].loc as "body.model"; NULL where it names none. (transfer full) */
char       *attune_http_error_dup_parameter  (AttuneHttpReply  *reply);
/* The account's money is used up: insufficient_quota, credit_balance_exhausted, 402. Such a 429 is not repeated. */
gboolean    attune_http_error_is_exhausted   (AttuneHttpReply  *reply);
/* The answer as one ATTUNE_ERROR: who, what they say, and what to do where that is not said. Never NULL: call it for errors only. */
GError     *attune_http_error_new            (AttuneHttpReply  *reply,
                                              const char       *title) G_GNUC_WARN_UNUSED_RESULT;
/* What an answer that should be JSON is instead. Never NULL. */
GError     *attune_http_error_new_no_json    (AttuneHttpReply  *reply,
                                              const char       *title,
                                              const char       *host) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the body of a 2xx says that it failed: {"error": {…}} or {"error": "…"} and nothing like an answer beside it. */
gboolean    attune_http_error_is_hidden      (AttuneHttpReply  *reply);

/* Takes @error of libsoup, GIO, TLS or the resolver: the same with the host in it and what to do. */
GError     *attune_http_error_from_transport (GError           *error,
                                              const char       *title,
                                              const char       *url) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
