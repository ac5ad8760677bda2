/* attune-generate.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-model.h"
#include "attune-tokenizer.h"

G_BEGIN_DECLS

typedef struct {
  guint   max_tokens;
  double  temperature; /* 0: always the likeliest token */
  guint64 seed;
} AttuneGenerateSettings;

/* Whole characters, as soon as they are known; FALSE stops. */
typedef gboolean (*AttuneGenerateFunc) (const char *text,
                                        gpointer    user_data);

typedef struct {
  char    *text;      /* all of it */
  guint    n_prompt;  /* tokens */
  guint    n_tokens;  /* made */
  gboolean ended;     /* by the model, and not by max_tokens or the end of its positions */
} AttuneGeneration;

void     attune_generation_clear (AttuneGeneration              *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AttuneGeneration, attune_generation_clear)

/* Goes on behind @prompt. Equal seeds give equal texts. INVALID where the prompt is empty or longer than the model can take. */
gboolean attune_generate         (AttuneModel                   *model,
                                  const AttuneTokenizer         *tokenizer,
                                  const gint32                  *prompt,
                                  guint                          n_prompt,
                                  const AttuneGenerateSettings  *settings,
                                  AttuneGenerateFunc             func,
                                  gpointer                       user_data,
                                  AttuneGeneration              *generation,
                                  GError                       **error);

G_END_DECLS
