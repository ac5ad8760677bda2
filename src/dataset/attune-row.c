/* attune-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-row.h"

static void
attune_message_clear (gpointer data)
{
  AttuneMessage *message = data;

  g_clear_pointer (&message->role, g_free);
  g_clear_pointer (&message->content, g_free);
}

AttuneRow *
attune_row_new (gint64 line)
{
  AttuneRow *self = g_new0 (AttuneRow, 1);

  self->messages = g_array_new (FALSE, TRUE, sizeof (AttuneMessage));
  g_array_set_clear_func (self->messages, attune_message_clear);
  self->line = line;

  return self;
}

void
attune_row_add_message (AttuneRow  *self,
                        const char *role,
                        const char *content)
{
  AttuneMessage message;

  g_return_if_fail (self != NULL);
  g_return_if_fail (role != NULL);
  g_return_if_fail (content != NULL);

  message.role = g_strdup (role);
  message.content = g_strdup (content);
  g_array_append_val (self->messages, message);
}

gboolean
attune_row_is_text (const AttuneRow *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->messages->len == 1 &&
         g_str_equal (g_array_index (self->messages, AttuneMessage, 0).role, "text");
}

void
attune_row_free (AttuneRow *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->messages, g_array_unref);
  g_free (self);
}
