/* attune-http-upload.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-http-upload.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-error.h"
#include "attune-http-private.h"

/* A piece of the body: bytes that are there, or a range of a file. */
typedef struct {
  GBytes *bytes;  /* NULL: the file */
  char   *path;
  gint64  offset;
  gint64  length; /* -1: to the end of the file */
} Piece;

struct _AttuneHttpUpload
{
  GObject    parent_instance;

  GPtrArray *pieces;
  char      *boundary; /* NULL: no form */
  char      *content_type;
  char      *name;     /* of the first file, for people */
};

G_DEFINE_FINAL_TYPE (AttuneHttpUpload, attune_http_upload, G_TYPE_OBJECT)

static void
piece_free (Piece *piece)
{
  g_clear_pointer (&piece->bytes, g_bytes_unref);
  g_free (piece->path);
  g_free (piece);
}

static void
attune_http_upload_finalize (GObject *object)
{
  AttuneHttpUpload *self = ATTUNE_HTTP_UPLOAD (object);

  g_ptr_array_unref (self->pieces);
  g_free (self->boundary);
  g_free (self->content_type);
  g_free (self->name);

  G_OBJECT_CLASS (attune_http_upload_parent_class)->finalize (object);
}

static void
attune_http_upload_class_init (AttuneHttpUploadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_http_upload_finalize;
}

static void
attune_http_upload_init (AttuneHttpUpload *self)
{
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
}

static void
add_text (AttuneHttpUpload *self,
          char             *text)
{
  Piece *piece = g_new0 (Piece, 1);

  piece->bytes = g_bytes_new_take (text, strlen (text));
  g_ptr_array_add (self->pieces, piece);
}

static void
add_range (AttuneHttpUpload *self,
           const char       *path,
           gint64            offset,
           gint64            length)
{
  Piece *piece = g_new0 (Piece, 1);

  piece->path = g_strdup (path);
  piece->offset = offset;
  piece->length = length;
  g_ptr_array_add (self->pieces, piece);
  if (self->name == NULL)
    self->name = g_filename_display_basename (path);
}

AttuneHttpUpload *
attune_http_upload_new_file (const char *path,
                             gint64      offset,
                             gint64      length,
                             const char *content_type)
{
  AttuneHttpUpload *self;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (offset >= 0 && length >= -1, NULL);

  self = g_object_new (ATTUNE_TYPE_HTTP_UPLOAD, NULL);
  self->content_type = g_strdup (content_type != NULL ? content_type : "application/octet-stream");
  add_range (self, path, offset, length);
  return self;
}

AttuneHttpUpload *
attune_http_upload_new_form (void)
{
  AttuneHttpUpload *self = g_object_new (ATTUNE_TYPE_HTTP_UPLOAD, NULL);
  g_autofree char *random = g_uuid_string_random ();

  /* 122 random bits: it stands in no file. */
  self->boundary = g_strdup_printf ("attune-%s", random);
  self->content_type = g_strdup_printf ("multipart/form-data; boundary=%s", self->boundary);
  return self;
}

/* As browsers write it: what would end the quotation or the line is escaped. */
static char *
quote (const char *name)
{
  GString *quoted = g_string_new (name);

  g_string_replace (quoted, "\r", "%0D", 0);
  g_string_replace (quoted, "\n", "%0A", 0);
  g_string_replace (quoted, "\"", "%22", 0);
  return g_string_free_and_steal (quoted);
}

void
attune_http_upload_add_field (AttuneHttpUpload *self,
                              const char       *name,
                              const char       *value)
{
  g_autofree char *quoted = NULL;

  g_return_if_fail (ATTUNE_IS_HTTP_UPLOAD (self));
  g_return_if_fail (self->boundary != NULL);
  g_return_if_fail (name != NULL && value != NULL);

  quoted = quote (name);
  add_text (self, g_strdup_printf ("--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", self->boundary, quoted, value));
}

void
attune_http_upload_add_file (AttuneHttpUpload *self,
                             const char       *name,
                             const char       *filename,
                             const char       *content_type,
                             const char       *path,
                             gint64            offset,
                             gint64            length)
{
  g_autofree char *base = NULL;
  g_autofree char *quoted_name = NULL;
  g_autofree char *quoted_file = NULL;

  g_return_if_fail (ATTUNE_IS_HTTP_UPLOAD (self));
  g_return_if_fail (self->boundary != NULL);
  g_return_if_fail (name != NULL && path != NULL);
  g_return_if_fail (offset >= 0 && length >= -1);

  base = filename != NULL ? g_strdup (filename) : g_filename_display_basename (path);
  quoted_name = quote (name);
  quoted_file = quote (base);
  add_text (self, g_strdup_printf ("--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: %s\r\n\r\n",
                                   self->boundary, quoted_name, quoted_file,
                                   content_type != NULL ? content_type : "application/octet-stream"));
  add_range (self, path, offset, length);
  add_text (self, g_strdup ("\r\n"));
}

const char *
attune_http_upload_get_content_type (AttuneHttpUpload *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_UPLOAD (self), NULL);

  return self->content_type;
}

const char *
attune_http_upload_get_name (AttuneHttpUpload *self)
{
  return self->name;
}

static gint64
measure_file (Piece   *piece,
              GError **error)
{
  struct stat info;

  if (stat (piece->path, &info) != 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno), _("%s: %s"), piece->path, g_strerror (saved_errno));
      attune_error_convert (error);
      return -1;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s: this is not a file"), piece->path);
      return -1;
    }
  if (piece->offset > info.st_size || (piece->length >= 0 && piece->length > info.st_size - piece->offset))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: the file has become shorter. Try again when nobody changes it."), piece->path);
      return -1;
    }

  return piece->length >= 0 ? piece->length : info.st_size - piece->offset;
}

static char *
dup_trailer (AttuneHttpUpload *self)
{
  return self->boundary != NULL ? g_strdup_printf ("--%s--\r\n", self->boundary) : g_strdup ("");
}

gint64
attune_http_upload_measure (AttuneHttpUpload  *self,
                            GError           **error)
{
  g_autofree char *trailer = NULL;
  gint64 length;

  g_return_val_if_fail (ATTUNE_IS_HTTP_UPLOAD (self), -1);

  trailer = dup_trailer (self);
  length = (gint64) strlen (trailer);
  for (guint i = 0; i < self->pieces->len; i++)
    {
      Piece *piece = g_ptr_array_index (self->pieces, i);
      gint64 part = piece->bytes != NULL ? (gint64) g_bytes_get_size (piece->bytes) : measure_file (piece, error);

      if (part < 0)
        return -1;
      length += part;
    }

  return length;
}

/* The stream: the pieces one after the other. libsoup reads it in a thread of its own. */

#define ATTUNE_TYPE_HTTP_UPLOAD_STREAM (attune_http_upload_stream_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHttpUploadStream, attune_http_upload_stream, ATTUNE, HTTP_UPLOAD_STREAM, GInputStream)

struct _AttuneHttpUploadStream
{
  GInputStream  parent_instance;

  GPtrArray    *pieces;   /* with every length known */
  guint         current;
  gint64        position; /* in the current piece */
  int           fd;       /* of the current piece, or -1 */
};

G_DEFINE_FINAL_TYPE (AttuneHttpUploadStream, attune_http_upload_stream, G_TYPE_INPUT_STREAM)

static void
attune_http_upload_stream_finalize (GObject *object)
{
  AttuneHttpUploadStream *self = ATTUNE_HTTP_UPLOAD_STREAM (object);

  g_clear_fd (&self->fd, NULL);
  g_ptr_array_unref (self->pieces);

  G_OBJECT_CLASS (attune_http_upload_stream_parent_class)->finalize (object);
}

static gssize
read_file (AttuneHttpUploadStream  *self,
           Piece                   *piece,
           void                    *buffer,
           gsize                    count,
           GError                 **error)
{
  ssize_t n_read;

  if (self->fd < 0)
    {
      self->fd = open (piece->path, O_RDONLY | O_CLOEXEC);
      if (self->fd < 0)
        {
          int saved_errno = errno;

          g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno), _("%s: %s"), piece->path, g_strerror (saved_errno));
          attune_error_convert (error);
          return -1;
        }
    }

  do
    n_read = pread (self->fd, buffer, count, piece->offset + self->position);
  while (n_read < 0 && errno == EINTR);
  if (n_read < 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno), _("%s: %s"), piece->path, g_strerror (saved_errno));
      attune_error_convert (error);
      return -1;
    }
  if (n_read == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: the file has become shorter. Try again when nobody changes it."), piece->path);
      return -1;
    }

  return n_read;
}

static gssize
attune_http_upload_stream_read (GInputStream  *stream,
                                void          *buffer,
                                gsize          count,
                                GCancellable  *cancellable,
                                GError       **error)
{
  AttuneHttpUploadStream *self = ATTUNE_HTTP_UPLOAD_STREAM (stream);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;

  while (self->current < self->pieces->len)
    {
      Piece *piece = g_ptr_array_index (self->pieces, self->current);
      gint64 left = piece->length - self->position;
      gsize wanted = (gsize) MIN ((gint64) MIN (count, (gsize) G_MAXSSIZE), left);
      gssize n_read;

      if (left <= 0)
        {
          g_clear_fd (&self->fd, NULL);
          self->current++;
          self->position = 0;
          continue;
        }

      if (piece->bytes != NULL)
        {
          memcpy (buffer, (const char *) g_bytes_get_data (piece->bytes, NULL) + self->position, wanted);
          n_read = (gssize) wanted;
        }
      else
        {
          n_read = read_file (self, piece, buffer, wanted, error);
          if (n_read < 0)
            return -1;
        }

      self->position += n_read;
      return n_read;
    }

  return 0;
}

static void
attune_http_upload_stream_class_init (AttuneHttpUploadStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_http_upload_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = attune_http_upload_stream_read;
}

static void
attune_http_upload_stream_init (AttuneHttpUploadStream *self)
{
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
  self->fd = -1;
}

GInputStream *
attune_http_upload_open (AttuneHttpUpload  *self,
                         GError           **error)
{
  g_autoptr (AttuneHttpUploadStream) stream = NULL;
  Piece *trailer;
  char *text;

  g_return_val_if_fail (ATTUNE_IS_HTTP_UPLOAD (self), NULL);

  stream = g_object_new (ATTUNE_TYPE_HTTP_UPLOAD_STREAM, NULL);
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const Piece *piece = g_ptr_array_index (self->pieces, i);
      Piece *copy = g_new0 (Piece, 1);

      g_ptr_array_add (stream->pieces, copy);
      copy->bytes = piece->bytes != NULL ? g_bytes_ref (piece->bytes) : NULL;
      copy->path = g_strdup (piece->path);
      copy->offset = piece->offset;
      copy->length = piece->length;
      copy->length = copy->bytes != NULL ? (gint64) g_bytes_get_size (copy->bytes) : measure_file (copy, error);
      if (copy->length < 0)
        return NULL;
    }

  text = dup_trailer (self);
  trailer = g_new0 (Piece, 1);
  trailer->length = (gint64) strlen (text);
  trailer->bytes = g_bytes_new_take (text, (gsize) trailer->length);
  g_ptr_array_add (stream->pieces, trailer);

  return G_INPUT_STREAM (g_steal_pointer (&stream));
}
