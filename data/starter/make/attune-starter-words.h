/* attune-starter-words.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The words that the starter model's text and the example are made of, and what puts them together. */

typedef struct {
  const char         *name;
  const char * const *words; /* ends with NULL */
} AttuneWordList;

typedef struct {
  guint64 state;
} AttuneDice;

/* Lists by name: "product", "city"… It is a mistake in the program to ask for one that is not there. */
const char * const *attune_words_get    (const char         *name);
guint               attune_words_count  (const char * const *words);

/* 0 … @n - 1 */
guint               attune_dice_below   (AttuneDice         *dice,
                                         guint               n);
/* TRUE in @percent of 100. */
gboolean            attune_dice_chance  (AttuneDice         *dice,
                                         guint               percent);
const char         *attune_dice_pick    (AttuneDice         *dice,
                                         const char * const *words);
/* Replaces {name} by a word of the list, {a name} by the word with its article, {Name} by the word with a capital, and {2} to {9} by a
 * number with as many digits; what was put in is expanded again. (transfer full) */
char               *attune_dice_expand  (AttuneDice         *dice,
                                         const char         *text);

/* One of @patterns, with @first in the place of its first “%s”, and @second (nullable) in that of the next. (transfer full) */
char               *attune_dice_fill    (AttuneDice         *dice,
                                         const char * const *patterns,
                                         const char         *first,
                                         const char         *second);

/* "an apple", "a pear" (transfer full) */
char               *attune_words_with_article (const char   *word);
/* (transfer full) */
char               *attune_words_capitalize   (const char   *text);

/* Things by kind, for questions about kinds. */
extern const AttuneWordList attune_words_kinds[];
extern const guint          attune_words_n_kinds;

G_END_DECLS
