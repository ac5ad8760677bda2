/* attune-added-tokens.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <yyjson.h>

#include <glib.h>

G_BEGIN_DECLS

/* The added tokens of a tokenizer.json: texts that are one token wherever they stand. Private to the tokenizer. Immutable after loading. */
typedef struct _AttuneAddedTokens AttuneAddedTokens;

typedef struct {
  char     *content;
  gsize     length;
  gint32    id;
  gboolean  special;
  gboolean  normalized;  /* looked for in the normalized text */
  gboolean  single_word; /* not inside a word */
  gboolean  left_strip;  /* takes the white space before it */
  gboolean  right_strip;
} AttuneAddedToken;

typedef struct {
  gsize                   start, end;
  const AttuneAddedToken *token;
} AttuneAddedMatch;

/* @value: (nullable): the array. */
AttuneAddedTokens      *attune_added_tokens_parse  (yyjson_val               *value,
                                                    const char               *name,
                                                    GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void                    attune_added_tokens_free   (AttuneAddedTokens        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneAddedTokens, attune_added_tokens_free)

/* The leftmost, and of these the longest, from @offset on. @specials: also special ones; @others: also those that are not. */
gboolean                attune_added_tokens_find   (const AttuneAddedTokens  *self,
                                                    const char               *text,
                                                    gsize                     length,
                                                    gsize                     offset,
                                                    gboolean                  normalized,
                                                    gboolean                  specials,
                                                    gboolean                  others,
                                                    AttuneAddedMatch         *match);
const AttuneAddedToken *attune_added_tokens_get    (const AttuneAddedTokens  *self,
                                                    gint32                    id);
const AttuneAddedToken *attune_added_tokens_lookup (const AttuneAddedTokens  *self,
                                                    const char               *content);
guint                   attune_added_tokens_get_n   (const AttuneAddedTokens *self);
const AttuneAddedToken *attune_added_tokens_get_nth (const AttuneAddedTokens *self,
                                                    guint                     n);
gint32                  attune_added_tokens_get_highest_id (const AttuneAddedTokens *self);

G_END_DECLS
