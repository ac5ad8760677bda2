/* attune-csv.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-csv.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

struct _AttuneCsv {
  char             *path;
  GDataInputStream *lines;
  gint64            line;
  char              separator; /* 0 while unknown */
};

AttuneCsv *
attune_csv_new (const char  *path,
                GError     **error)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileInputStream) stream = NULL;
  AttuneCsv *self;

  g_return_val_if_fail (path != NULL, NULL);

  file = g_file_new_for_path (path);
  stream = g_file_read (file, NULL, error);
  if (stream == NULL)
    {
      attune_error_convert (error);
      return NULL;
    }

  self = g_new0 (AttuneCsv, 1);
  self->path = g_strdup (path);
  self->lines = g_data_input_stream_new (G_INPUT_STREAM (stream));
  g_data_input_stream_set_newline_type (self->lines, G_DATA_STREAM_NEWLINE_TYPE_LF);

  return self;
}

void
attune_csv_free (AttuneCsv *self)
{
  g_object_unref (self->lines);
  g_free (self->path);
  g_free (self);
}

static char
guess_separator (const char *line)
{
  static const char candidates[] = { ',', ';', '\t' };
  char best = ',';
  guint most = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (candidates); i++)
    {
      guint n = 0;
      gboolean quoted = FALSE;

      for (const char *p = line; *p != '\0'; p++)
        {
          if (*p == '"')
            quoted = !quoted;
          else if (!quoted && *p == candidates[i])
            n++;
        }
      if (n > most)
        {
          most = n;
          best = candidates[i];
        }
    }

  return best;
}

/* A line with its text checked, without its end. NULL at the end of the file. */
static char *
read_line (AttuneCsv  *self,
           GError    **error)
{
  GError *local = NULL;
  gsize length;
  char *text = g_data_input_stream_read_line (self->lines, &length, NULL, &local);

  if (text == NULL)
    {
      if (local != NULL)
        {
          attune_error_convert (&local);
          g_propagate_error (error, local);
        }
      return NULL;
    }

  self->line++;
  if (self->line == 1 && g_str_has_prefix (text, "\xef\xbb\xbf"))
    {
      memmove (text, text + 3, length - 2);
      length -= 3;
    }
  if (!g_utf8_validate (text, (gssize) length, NULL))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s, line %" G_GINT64_FORMAT ": the text is not UTF-8. Save the file as UTF-8."),
                   self->path, self->line);
      g_free (text);
      return NULL;
    }
  if (length > 0 && text[length - 1] == '\r')
    text[length - 1] = '\0';

  return text;
}

GStrv
attune_csv_next (AttuneCsv  *self,
                 gint64     *line,
                 GError    **error)
{
  g_autoptr (GStrvBuilder) record = g_strv_builder_new ();
  g_autoptr (GString) field = g_string_new (NULL);
  g_autofree char *text = NULL;
  gboolean quoted = FALSE;
  const char *p;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (line != NULL, NULL);

  do
    {
      g_free (text);
      text = read_line (self, error);
      if (text == NULL)
        return NULL;
    }
  while (*text == '\0');

  *line = self->line;
  if (self->separator == 0)
    self->separator = guess_separator (text);

  for (p = text;;)
    {
      if (quoted && *p == '\0')
        {
          GError *local = NULL;
          char *more = read_line (self, &local);

          if (more == NULL && local == NULL)
            g_set_error (&local, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                         _("%s, line %" G_GINT64_FORMAT ": a quotation mark is opened and never closed. Close it, or double it where it is meant as one."),
                         self->path, *line);
          if (more == NULL)
            {
              g_propagate_error (error, local);
              return NULL;
            }
          g_string_append_c (field, '\n');
          g_free (text);
          text = more;
          p = text;
        }
      else if (quoted && *p == '"' && p[1] == '"')
        {
          g_string_append_c (field, '"');
          p += 2;
        }
      else if (*p == '"' && (quoted || field->len == 0))
        {
          quoted = !quoted;
          p++;
        }
      else if (!quoted && (*p == self->separator || *p == '\0'))
        {
          g_strv_builder_add (record, field->str);
          g_string_truncate (field, 0);
          if (*p == '\0')
            return g_strv_builder_end (record);
          p++;
        }
      else
        {
          g_string_append_c (field, *p++);
        }
    }
}
