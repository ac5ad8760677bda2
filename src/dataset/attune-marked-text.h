/* attune-marked-text.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A text that remembers of each byte whether it comes from the template or from what people wrote in the messages. Special tokens and
 * the places where answers begin are looked for in the template's bytes alone, so nothing in a message can pass for them. */
typedef struct {
  GString    *text;
  GByteArray *foreign; /* as long as text: 1 for a byte of a message */
} AttuneMarkedText;

AttuneMarkedText *attune_marked_text_new    (void) G_GNUC_WARN_UNUSED_RESULT;
void              attune_marked_text_free   (AttuneMarkedText       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneMarkedText, attune_marked_text_free)

void              attune_marked_text_append (AttuneMarkedText       *self,
                                             const char             *text,
                                             gssize                  length,
                                             gboolean                foreign);
/* Appends @length bytes of @other from @start on, with their marks. */
void              attune_marked_text_append_part (AttuneMarkedText       *self,
                                             const AttuneMarkedText *other,
                                             gsize                   start,
                                             gsize                   length);

G_END_DECLS
