/* attune-whole-file.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-whole-file.h"

#include <errno.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "attune-error.h"

struct _AttuneWholeFile {
  char          *path;
  char          *temporary;
  GOutputStream *stream;
};

void
attune_whole_file_free (AttuneWholeFile *self)
{
  g_clear_object (&self->stream);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}

AttuneWholeFile *
attune_whole_file_new (const char  *path,
                       gboolean     overwrite,
                       GError     **error)
{
  g_autoptr (AttuneWholeFile) self = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileOutputStream) stream = NULL;

  if (!overwrite && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("“%s” is there already. Choose another name, or allow it to be replaced."), path);
      return NULL;
    }

  self = g_new0 (AttuneWholeFile, 1);
  self->path = g_strdup (path);
  self->temporary = g_strconcat (path, ".part", NULL);
  file = g_file_new_for_path (self->temporary);
  stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, NULL, error);
  if (stream == NULL)
    {
      g_clear_pointer (&self->temporary, g_free);
      attune_error_convert (error);
      return NULL;
    }
  self->stream = g_buffered_output_stream_new_sized (G_OUTPUT_STREAM (stream), 1 << 18);

  return g_steal_pointer (&self);
}

gboolean
attune_whole_file_write (AttuneWholeFile  *self,
                         const char       *bytes,
                         gsize             length,
                         GError          **error)
{
  if (g_output_stream_write_all (self->stream, bytes, length, NULL, NULL, error))
    return TRUE;

  attune_error_convert (error);
  g_prefix_error (error, "%s: ", self->path);
  return FALSE;
}

gboolean
attune_whole_file_finish (AttuneWholeFile  *self,
                          GError          **error)
{
  if (!g_output_stream_close (self->stream, NULL, error))
    {
      attune_error_convert (error);
      g_prefix_error (error, "%s: ", self->path);
      return FALSE;
    }
  if (g_rename (self->temporary, self->path) != 0)
    {
      int code = errno;

      g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (code), "%s: %s", self->path, g_strerror (code));
      attune_error_convert (error);
      return FALSE;
    }
  g_clear_pointer (&self->temporary, g_free);

  return TRUE;
}

gboolean
attune_whole_file_is_same (const char *a,
                           const char *b)
{
  g_autoptr (GFile) first = g_file_new_for_path (a);
  g_autoptr (GFile) second = g_file_new_for_path (b);

  return g_file_equal (first, second);
}
