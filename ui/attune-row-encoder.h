/* attune-row-encoder.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "attune-row.h"

G_BEGIN_DECLS

/* Turns rows of a data set into what a model is trained on. With a model's folder this is exact: its tokenizer and its chat template give
 * the tokens, and for each whether it is learnt. Without one (a hosted model) the texts are measured and tokens are guessed from
 * their length. May be used in any thread, by one at a time. */
typedef struct _AttuneRowEncoder AttuneRowEncoder;

/* @model_folder: (nullable). Fails where the folder's tokenizer cannot be read; a missing chat template fails with the first conversation. */
AttuneRowEncoder *attune_row_encoder_new       (const char             *model_folder,
                                                gboolean                train_on_inputs,
                                                GError                **error) G_GNUC_WARN_UNUSED_RESULT;
void              attune_row_encoder_free      (AttuneRowEncoder       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneRowEncoder, attune_row_encoder_free)
/* Whether tokens are counted and not guessed. */
gboolean          attune_row_encoder_is_exact  (AttuneRowEncoder       *self);
/* "ChatML"; NULL while no conversation was seen or there is no template. */
const char       *attune_row_encoder_get_template (AttuneRowEncoder    *self);

/* What of a row counts; guesses as a range. */
typedef struct {
  double  tokens_low, tokens_high;   /* before anything is cut */
  double  learnt;                    /* of all tokens before the cut, the share that is learnt */
  double  learnt_kept;               /* learnt tokens among those that fit */
} AttuneRowSize;
/* @sequence_length 0: no limit. */
gboolean          attune_row_encoder_measure   (AttuneRowEncoder       *self,
                                                const AttuneRow        *row,
                                                guint                   sequence_length,
                                                AttuneRowSize          *size,
                                                GError                **error);

/* A stretch of text that is treated alike. */
typedef enum {
  ATTUNE_PIECE_LEARNT  = 1 << 0,
  ATTUNE_PIECE_SPECIAL = 1 << 1, /* a token that is no text */
  ATTUNE_PIECE_CUT     = 1 << 2, /* behind the sequence length */
} AttunePieceFlags;
typedef struct {
  char             *text;
  guint             n_tokens; /* 0 where tokens are not known */
  AttunePieceFlags  flags;
} AttunePiece;
/* (transfer full) (element-type AttunePiece): token by token where they are known, message by message otherwise. */
GArray           *attune_row_encoder_list_pieces (AttuneRowEncoder     *self,
                                                const AttuneRow        *row,
                                                guint                   sequence_length,
                                                GError                **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
