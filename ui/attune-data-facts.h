/* attune-data-facts.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a model will see of a data file: how many tokens, how many rows do not fit, and how much of it is learnt. */
typedef struct {
  gint64   rows;
  gint64   tokens_low, tokens_high; /* of one pass, after cutting */
  gint64   truncated;   /* rows longer than the sequence length */
  gint64   unlearnt;    /* rows with nothing to learn, before or after the cut */
  gint64   longest;     /* tokens */
  double   learnt;      /* 0…1: the share of the tokens that are learnt */
  gboolean exact;       /* counted with the model's own tokenizer and template, not guessed from the length */
  gboolean sampled;     /* from the beginning of a large file */
} AttuneDataFacts;
void             attune_data_facts_free        (AttuneDataFacts      *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneDataFacts, attune_data_facts_free)

/* Reads the file at @path in a thread of its own; of a large one only its beginning. @model_folder: (nullable), see AttuneRowEncoder. */
void             attune_data_facts_load_async  (const char           *path,
                                                const char           *model_folder,
                                                guint                 sequence_length,
                                                gboolean              train_on_inputs,
                                                GCancellable         *cancellable,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
AttuneDataFacts *attune_data_facts_load_finish (GAsyncResult         *result,
                                                GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
