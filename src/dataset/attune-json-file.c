/* attune-json-file.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-json-file.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "attune-error.h"

#define OPTIONAL_LIMIT (16 * 1024 * 1024)

struct _AttuneJsonFile {
  yyjson_doc *document;
};

/* yyjson keeps its own strings; the text of the file is not needed afterwards. */
AttuneJsonFile *
attune_json_file_load (const char  *path,
                       gsize        limit,
                       GError     **error)
{
  g_autoptr (AttuneJsonFile) self = NULL;
  g_autofree char *text = NULL;
  yyjson_read_err read_error;
  GStatBuf info;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);

  if (g_stat (path, &info) == 0 && info.st_size > (goffset) limit)
    {
      g_autofree char *size = g_format_size (limit);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE, _("“%s” is larger than %s"), path, size);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &length, error))
    {
      attune_error_convert (error);
      return NULL;
    }

  self = g_new0 (AttuneJsonFile, 1);
  self->document = yyjson_read_opts (text, length, YYJSON_READ_NOFLAG, NULL, &read_error);
  if (self->document == NULL)
    {
      gsize line = 1;

      for (gsize i = 0; i < read_error.pos && i < length; i++)
        line += text[i] == '\n';
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("“%s” is damaged: line %" G_GSIZE_FORMAT " is not valid JSON (%s)"), path, line, read_error.msg);
      return NULL;
    }
  if (!yyjson_is_obj (yyjson_doc_get_root (self->document)))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("“%s” is damaged: it is not a JSON object"), path);
      return NULL;
    }

  return g_steal_pointer (&self);
}

gboolean
attune_json_file_load_optional (const char      *folder,
                                const char      *name,
                                AttuneJsonFile **file,
                                GError         **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  *file = NULL;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;

  *file = attune_json_file_load (path, OPTIONAL_LIMIT, error);
  return *file != NULL;
}

void
attune_json_file_free (AttuneJsonFile *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->document, yyjson_doc_free);
  g_free (self);
}

yyjson_val *
attune_json_file_get_root (const AttuneJsonFile *self)
{
  return self != NULL ? yyjson_doc_get_root (self->document) : NULL;
}
