/* attune-evaluate.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-chat-template.h"
#include "attune-model.h"

G_BEGIN_DECLS

typedef struct {
  guint rows;
  guint right;
} AttuneEvaluation;

/* After each row; FALSE stops, and what was counted so far is the result. */
typedef gboolean (*AttuneEvaluateFunc) (const AttuneEvaluation *sofar,
                                        const char             *wanted,
                                        const char             *given,
                                        gpointer                user_data);

/* The right-answer rate: generates the last answer of each row of @path, always with the likeliest token, and compares. At most
 * @max_tokens more than the right answer has are made. Rows without an answer, and plain texts, are left out. */
gboolean attune_evaluate         (AttuneModel               *model,
                                  const AttuneTokenizer     *tokenizer,
                                  const AttuneChatTemplate  *chat_template,
                                  const char                *path,
                                  guint                      max_tokens,
                                  AttuneEvaluateFunc         func,
                                  gpointer                   user_data,
                                  AttuneEvaluation          *evaluation,
                                  GError                   **error);

/* Equal without the blanks around them; two texts that are both JSON objects or arrays are equal where their values are. */
gboolean attune_evaluate_compare (const char                *wanted,
                                  const char                *given);

G_END_DECLS
