/* attune-parameter-table.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-parameters.h"

G_BEGIN_DECLS

/* The rows themselves; everybody else reads them through attune-parameters.h. */
extern const AttuneParameter attune_parameter_table[];
extern const guint           attune_parameter_table_length;

typedef struct {
  GType      (*enum_type) (void);
  const char  *nick;
  const char  *title; /* untranslated */
  const char  *help;  /* untranslated: what choosing it does */
} AttuneWordTitle;
extern const AttuneWordTitle attune_word_titles[];
extern const guint           attune_word_titles_length;

G_END_DECLS
