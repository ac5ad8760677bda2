/* attune-sse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-sse.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

struct _AttuneSseParser
{
  AttuneSseFunc  func;
  gpointer       user_data;

  GString       *line;       /* what has come of the line so far */
  gboolean       at_start;   /* a byte order mark may still come */
  gboolean       skip_feed;  /* the last byte was CR: an LF belongs to it */

  GString       *data;
  gboolean       has_data;
  char          *event;
  char          *id;
  gint64         retry;
};

AttuneSseParser *
attune_sse_parser_new (AttuneSseFunc func,
                       gpointer      user_data)
{
  AttuneSseParser *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = g_new0 (AttuneSseParser, 1);
  self->func = func;
  self->user_data = user_data;
  self->line = g_string_new (NULL);
  self->data = g_string_new (NULL);
  self->id = g_strdup ("");
  self->at_start = TRUE;
  self->retry = -1;
  return self;
}

void
attune_sse_parser_free (AttuneSseParser *self)
{
  if (self == NULL)
    return;

  g_string_free (self->line, TRUE);
  g_string_free (self->data, TRUE);
  g_free (self->event);
  g_free (self->id);
  g_free (self);
}

gint64
attune_sse_parser_get_retry (AttuneSseParser *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->retry;
}

static void
dispatch (AttuneSseParser *self)
{
  if (self->has_data)
    {
      /* Every line of data ended with a line feed; the last one's is not part of it. */
      g_string_truncate (self->data, self->data->len - 1);
      self->func (self->event != NULL && *self->event != '\0' ? self->event : "message", self->data->str, self->id, self->user_data);
    }

  g_string_truncate (self->data, 0);
  self->has_data = FALSE;
  g_clear_pointer (&self->event, g_free);
}

static gboolean
take_line (AttuneSseParser  *self,
           GError          **error)
{
  g_autofree char *line = NULL;
  const char *value;
  char *colon;

  if (self->at_start && g_str_has_prefix (self->line->str, "\xef\xbb\xbf"))
    g_string_erase (self->line, 0, 3);
  self->at_start = FALSE;

  if (self->line->len == 0)
    {
      dispatch (self);
      return TRUE;
    }

  line = g_utf8_make_valid (self->line->str, (gssize) self->line->len);
  g_string_truncate (self->line, 0);
  if (*line == ':')
    return TRUE;

  colon = strchr (line, ':');
  value = "";
  if (colon != NULL)
    {
      *colon = '\0';
      value = colon[1] == ' ' ? colon + 2 : colon + 1;
    }

  if (g_str_equal (line, "data"))
    {
      if (self->data->len + strlen (value) > ATTUNE_SSE_MAX_SIZE)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE, "%s", _("An event of the stream is larger than any that is taken"));
          return FALSE;
        }
      g_string_append (self->data, value);
      g_string_append_c (self->data, '\n');
      self->has_data = TRUE;
    }
  else if (g_str_equal (line, "event"))
    {
      g_set_str (&self->event, value);
    }
  else if (g_str_equal (line, "id"))
    {
      g_set_str (&self->id, value);
    }
  else if (g_str_equal (line, "retry"))
    {
      guint64 retry;

      if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &retry, NULL))
        self->retry = (gint64) retry;
    }

  return TRUE;
}

gboolean
attune_sse_parser_feed (AttuneSseParser  *self,
                        const char       *data,
                        gsize             length,
                        GError          **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);

  while (length > 0)
    {
      gsize n_plain = 0;

      if (self->skip_feed && *data == '\n')
        {
          self->skip_feed = FALSE;
          data++;
          length--;
          continue;
        }
      self->skip_feed = FALSE;

      while (n_plain < length && data[n_plain] != '\n' && data[n_plain] != '\r')
        n_plain++;
      if (self->line->len + n_plain > ATTUNE_SSE_MAX_SIZE)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE, "%s", _("A line of the stream is longer than any that is taken"));
          return FALSE;
        }
      g_string_append_len (self->line, data, (gssize) n_plain);
      if (n_plain == length)
        return TRUE;

      self->skip_feed = data[n_plain] == '\r';
      data += n_plain + 1;
      length -= n_plain + 1;
      if (!take_line (self, error))
        return FALSE;
    }

  return TRUE;
}
