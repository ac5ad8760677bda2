/* attune-examples.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-model.h"
#include "attune-tokenizer.h"

G_BEGIN_DECLS

/**
 * AttuneExamples:
 *
 * A data set as the trainer works on it: tokens of all rows in one array, and for each whether it is learnt.
 *
 * What is learnt: with "auto" and "disabled" the answers of a conversation (their text and the token that ends them), with "enabled" all of
 * it; a plain text is always learnt whole. The first token of a row is never learnt, because nothing stands before it.
 */
typedef struct _AttuneExamples AttuneExamples;

typedef struct {
  AttuneTrainOnInputs train_on_inputs;
  guint               sequence_length; /* longer rows are cut at their end; 0: never */
  guint               vocab_size;      /* of the model; 0: not checked */
} AttuneExampleSettings;

typedef struct {
  guint   rows;       /* that can be learnt from */
  guint   truncated;  /* of these */
  guint   skipped;    /* without anything to learn */
  guint   longest;    /* tokens */
  guint64 tokens;     /* in one pass, after cutting */
  guint64 labels;     /* of these, that are learnt */
} AttuneExampleCounts;

/* Returns TRUE to give up. */
typedef gboolean (*AttuneExampleStopFunc) (gpointer user_data);

/* Reads @path with the tokenizer and template of @model_folder. @warnings (nullable, element-type utf8) gets what a person should know,
 * translated, with line numbers. INVALID where no row is left, or a line is no row at all; CANCELLED where @should_stop said so. */
AttuneExamples *attune_examples_load       (const char                  *path,
                                            const char                  *model_folder,
                                            const AttuneTokenizer       *tokenizer,
                                            const AttuneExampleSettings *settings,
                                            GPtrArray                   *warnings,
                                            AttuneExampleStopFunc        should_stop,
                                            gpointer                     user_data,
                                            GError                     **error) G_GNUC_WARN_UNUSED_RESULT;
void            attune_examples_free       (AttuneExamples              *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneExamples, attune_examples_free)

void            attune_examples_get_counts (AttuneExamples              *self,
                                            AttuneExampleCounts         *counts);
/* Equal for equal tokens and labels in equal order. (transfer full) */
char           *attune_examples_dup_digest (AttuneExamples              *self) G_GNUC_WARN_UNUSED_RESULT;
guint           attune_examples_get_length (AttuneExamples              *self,
                                            guint                        row);
guint           attune_examples_get_labels (AttuneExamples              *self,
                                            guint                        row);
const gint32   *attune_examples_get_tokens (AttuneExamples              *self,
                                            guint                        row);
const guint8   *attune_examples_get_learnt (AttuneExamples              *self,
                                            guint                        row);
/* The rows, longest first where they are equal in nothing else: batches in this order need the least padding. (transfer full) */
guint32        *attune_examples_sort_by_length (AttuneExamples          *self) G_GNUC_WARN_UNUSED_RESULT;

/* Room for a micro-batch, used again and again. */
typedef struct {
  AttuneBatch batch;
  GArray     *tokens;
  GArray     *labels;
  GArray     *lengths;
  gsize       n_tokens;  /* without padding */
  gsize       n_labels;
} AttuneExampleBatch;

AttuneExampleBatch *attune_example_batch_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void                attune_example_batch_free (AttuneExampleBatch       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneExampleBatch, attune_example_batch_free)

/* Fills @batch with the given rows, padded at the right to the longest of them. */
void            attune_examples_fill       (AttuneExamples              *self,
                                            const guint32               *rows,
                                            guint                        n_rows,
                                            AttuneExampleBatch          *batch);

G_END_DECLS
