/* attune-http-request.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

#include "attune-adapter.h"
#include "attune-http-upload.h"

G_BEGIN_DECLS

typedef enum {
  ATTUNE_HTTP_REQUEST_REPEATABLE  = 1 << 0, /* may be sent again after a network error, 408, 425, 429 and 5xx. GET and HEAD are from the
                                               start; say it for a cancel or a DELETE; never for a create */
  ATTUNE_HTTP_REQUEST_NO_BEARER   = 1 << 1, /* without the key: signed URLs */
  ATTUNE_HTTP_REQUEST_NO_REDIRECT = 1 << 2, /* a 3xx is an answer like 200, read its "Location" */
  ATTUNE_HTTP_REQUEST_ANY_STATUS  = 1 << 3, /* a 4xx or 5xx (after the repeats) is an answer as well, no error: look at the status */
  ATTUNE_HTTP_REQUEST_RAW         = 1 << 4, /* the answer need not be JSON; without it a 2xx that is not JSON is an error (an empty one is not) */
} AttuneHttpRequestFlags;

/* One question to a server; made, sent once (repeats included), thrown away. */
#define ATTUNE_TYPE_HTTP_REQUEST (attune_http_request_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHttpRequest, attune_http_request, ATTUNE, HTTP_REQUEST, GObject)

/* @target: "/files?limit=10", which is laid behind the client's base URL as it is, or a whole URL ("https://…"). */
AttuneHttpRequest *attune_http_request_new          (const char             *method,
                                                     const char             *target) G_GNUC_WARN_UNUSED_RESULT;
/* The same from segments, each escaped, joined with "/": attune_http_request_new_segments ("GET", "files", id, "content", NULL).
 * ":" stays as it is, "/" does not: use attune_http_request_new() for resource names such as accounts/A/models/M. */
AttuneHttpRequest *attune_http_request_new_segments (const char             *method,
                                                     const char             *first,
                                                     ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
const char        *attune_http_request_get_method   (AttuneHttpRequest      *self);
const char        *attune_http_request_get_target   (AttuneHttpRequest      *self);
void               attune_http_request_set_flags    (AttuneHttpRequest      *self,
                                                     AttuneHttpRequestFlags  flags);
AttuneHttpRequestFlags attune_http_request_get_flags (AttuneHttpRequest     *self);
/* Escaped and added to the query; NULL @value adds nothing. */
void               attune_http_request_add_query    (AttuneHttpRequest      *self,
                                                     const char             *name,
                                                     const char             *value);
void               attune_http_request_add_query_int(AttuneHttpRequest      *self,
                                                     const char             *name,
                                                     gint64                  value);
/* Takes the place of the client's own header of that name; an "Authorization" takes the place of the bearer. */
void               attune_http_request_set_header   (AttuneHttpRequest      *self,
                                                     const char             *name,
                                                     const char             *value);
/* The body: one of these. */
void               attune_http_request_set_json     (AttuneHttpRequest      *self,
                                                     JsonNode               *node);
void               attune_http_request_set_body     (AttuneHttpRequest      *self,
                                                     const char             *content_type,
                                                     GBytes                 *body);
void               attune_http_request_set_upload   (AttuneHttpRequest      *self,
                                                     AttuneHttpUpload       *upload);
/* application/x-www-form-urlencoded of name, value pairs, NULL at the end. */
void               attune_http_request_set_form     (AttuneHttpRequest      *self,
                                                     const char             *first_name,
                                                     ...) G_GNUC_NULL_TERMINATED;
/* Called while an upload is sent (0…1) or a download is read. @message NULL: "Uploading NAME" made from the upload. */
void               attune_http_request_set_progress (AttuneHttpRequest      *self,
                                                     AttuneProgressFunc      progress,
                                                     gpointer                progress_data);
/* Seconds without a byte until it is given up; the client's (60) unless set. 0: for ever. */
void               attune_http_request_set_timeout  (AttuneHttpRequest      *self,
                                                     guint                   seconds);
/* The largest body that is read; 32 MiB unless set. */
void               attune_http_request_set_max_body (AttuneHttpRequest      *self,
                                                     gsize                   bytes);

/* One escaped segment of a path. (transfer full) */
char              *attune_http_escape_segment       (const char             *segment) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
