/* attune-splitter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <yyjson.h>

#include <glib.h>

G_BEGIN_DECLS

/* What a tokenizer.json does with a text before its model sees it: normalizers change the text, pre-tokenizers cut it into
 * pieces. Private to the tokenizer. Immutable after loading. */
typedef struct _AttuneSplitter AttuneSplitter;

/* Bytes of a text, or of the chunk where the splitter had to change them. */
typedef struct {
  const char *bytes;
  gsize       length;
} AttunePiece;

/* @normalizer: (nullable). Any kind that is not known is NOT_SUPPORTED with its name. @name: the file, for messages. */
AttuneSplitter *attune_splitter_parse     (yyjson_val            *normalizer,
                                           yyjson_val            *pre_tokenizer,
                                           const char            *name,
                                           GError               **error) G_GNUC_WARN_UNUSED_RESULT;
/* What Qwen 2 does, whatever its file says: see attune_tokenizer_load(). */
AttuneSplitter *attune_splitter_new_qwen2 (void) G_GNUC_WARN_UNUSED_RESULT;
void            attune_splitter_free      (AttuneSplitter        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneSplitter, attune_splitter_free)

/* TRUE for the plain byte-level pre-tokenizer without normalizers, as GPT-2 has it. */
gboolean        attune_splitter_is_plain  (const AttuneSplitter  *self);

/* (transfer full) (nullable): NULL where the text stays as it is. The result may hold NUL bytes, as the text may. */
char           *attune_splitter_normalize (const AttuneSplitter  *self,
                                           const char            *text,
                                           gsize                  length,
                                           gsize                 *result_length);
/* Appends AttunePiece to @pieces. Pieces that are not part of @text live in @chunk. */
void            attune_splitter_split     (const AttuneSplitter  *self,
                                           const char            *text,
                                           gsize                  length,
                                           GArray                *pieces,
                                           GStringChunk          *chunk);

G_END_DECLS
