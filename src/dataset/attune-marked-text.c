/* attune-marked-text.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-marked-text.h"

#include <string.h>

AttuneMarkedText *
attune_marked_text_new (void)
{
  AttuneMarkedText *self = g_new0 (AttuneMarkedText, 1);

  self->text = g_string_new (NULL);
  self->foreign = g_byte_array_new ();

  return self;
}

void
attune_marked_text_free (AttuneMarkedText *self)
{
  if (self == NULL)
    return;

  g_string_free (self->text, TRUE);
  g_byte_array_unref (self->foreign);
  g_free (self);
}

void
attune_marked_text_append (AttuneMarkedText *self,
                           const char       *text,
                           gssize            length,
                           gboolean          foreign)
{
  guint before = self->foreign->len;

  if (length < 0)
    length = strlen (text);
  if (length == 0)
    return;

  g_string_append_len (self->text, text, length);
  g_byte_array_set_size (self->foreign, before + length);
  memset (self->foreign->data + before, foreign ? 1 : 0, length);
}

void
attune_marked_text_append_part (AttuneMarkedText       *self,
                                const AttuneMarkedText *other,
                                gsize                   start,
                                gsize                   length)
{
  g_return_if_fail (start <= other->text->len && length <= other->text->len - start);

  g_string_append_len (self->text, other->text->str + start, length);
  g_byte_array_append (self->foreign, other->foreign->data + start, length);
}
