/* attune-row.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One example of a data set, whatever its format was: messages in order. Prompt/completion and Alpaca rows become a user's and
 * an assistant's message; a plain text is one message of the role "text", learnt whole and rendered without a template. */
typedef struct {
  char *role;      /* "system", "user", "assistant", "text" */
  char *content;
} AttuneMessage;

typedef struct {
  GArray *messages; /* AttuneMessage */
  gint64  line;     /* where it stands in its file, from 1 */
} AttuneRow;

AttuneRow *attune_row_new         (gint64       line);
void       attune_row_add_message (AttuneRow   *self,
                                   const char  *role,
                                   const char  *content);
/* Whether the row is a plain text and no conversation. */
gboolean   attune_row_is_text     (const AttuneRow *self);
void       attune_row_free        (AttuneRow   *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneRow, attune_row_free)

G_END_DECLS
