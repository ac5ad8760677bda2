/* attune-http-upload.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The body of a request that is read from disk while it is sent: never more than a buffer of it is in memory, whatever its size.
 * Either one range of a file as it is, or the parts of a form (multipart/form-data). May be opened again for another try. */
#define ATTUNE_TYPE_HTTP_UPLOAD (attune_http_upload_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHttpUpload, attune_http_upload, ATTUNE, HTTP_UPLOAD, GObject)

/* @length -1: to the end. @content_type NULL: application/octet-stream. */
AttuneHttpUpload *attune_http_upload_new_file     (const char        *path,
                                                   gint64             offset,
                                                   gint64             length,
                                                   const char        *content_type) G_GNUC_WARN_UNUSED_RESULT;
AttuneHttpUpload *attune_http_upload_new_form     (void) G_GNUC_WARN_UNUSED_RESULT;
void              attune_http_upload_add_field    (AttuneHttpUpload  *self,
                                                   const char        *name,
                                                   const char        *value);
/* @filename NULL: the base name of @path. */
void              attune_http_upload_add_file     (AttuneHttpUpload  *self,
                                                   const char        *name,
                                                   const char        *filename,
                                                   const char        *content_type,
                                                   const char        *path,
                                                   gint64             offset,
                                                   gint64             length);
/* "multipart/form-data; boundary=…" (borrowed) */
const char       *attune_http_upload_get_content_type (AttuneHttpUpload *self);
/* The whole Content-Length as the files are now; -1 with an error that names the file. */
gint64            attune_http_upload_measure      (AttuneHttpUpload  *self,
                                                   GError           **error);
/* A stream of exactly that many bytes. A file that ends early (it was changed meanwhile) ends it with ATTUNE_ERROR_DAMAGED. */
GInputStream     *attune_http_upload_open         (AttuneHttpUpload  *self,
                                                   GError           **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
