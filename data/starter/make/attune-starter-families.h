/* attune-starter-families.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-row.h"
#include "attune-starter-words.h"

G_BEGIN_DECLS

/* The kinds of conversations that the starter model learns. */

/* Adds a question and its answer to @row; a system message too where @row is empty and the kind wants one. FALSE where the kind needs a
 * system message and the row has others already. */
typedef gboolean (*AttuneFamilyFunc) (AttuneDice *dice,
                                      AttuneRow  *row);

typedef struct {
  const char       *name;
  guint             weight; /* how often, of all weights together */
  AttuneFamilyFunc  func;
} AttuneFamily;

extern const AttuneFamily attune_families[];
extern const guint        attune_n_families;

/* The kinds that take their words from tables of facts; the others are in attune-starter-families.c. */
gboolean attune_family_kinds    (AttuneDice *dice, AttuneRow *row);
gboolean attune_family_facts    (AttuneDice *dice, AttuneRow *row);
gboolean attune_family_talk     (AttuneDice *dice, AttuneRow *row);
gboolean attune_family_extract  (AttuneDice *dice, AttuneRow *row);
gboolean attune_family_json     (AttuneDice *dice, AttuneRow *row);

/* Adds a question and an answer; both are expanded no further. @system: (nullable). */
void     attune_family_add      (AttuneRow  *row,
                                 const char *system,
                                 const char *question,
                                 const char *answer);

G_END_DECLS
