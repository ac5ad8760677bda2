/* attune-bpe.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <yyjson.h>

#include <glib.h>

G_BEGIN_DECLS

/* The byte-pair model of a tokenizer.json: its vocabulary and its merges. Private to the tokenizer. Immutable after loading;
 * the cache inside has its own lock. */
typedef struct _AttuneBpe AttuneBpe;

/* @name: the file, for messages. */
AttuneBpe  *attune_bpe_parse        (yyjson_val       *model,
                                     const char       *name,
                                     GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void        attune_bpe_free         (AttuneBpe        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneBpe, attune_bpe_free)

/* One more than the highest id. */
guint       attune_bpe_get_n_tokens (const AttuneBpe  *self);
/* @token in the spelling of the file (bytes as characters); -1 where there is none. */
gint32      attune_bpe_lookup       (const AttuneBpe  *self,
                                     const char       *token);
/* The spelling in the file; NULL where no token has the id. */
const char *attune_bpe_get_token    (const AttuneBpe  *self,
                                     gint32            id);
/* Appends the bytes that a spelling stands for. A spelling with a character that stands for no byte is appended as it is. */
void        attune_bpe_append_bytes (const char       *token,
                                     GString          *bytes);
/* Appends the ids of one piece of the pre-tokenizer, given as the bytes of the text. @use_cache: the caller holds the cache's lock. */
void        attune_bpe_encode       (const AttuneBpe  *self,
                                     const char       *bytes,
                                     gsize             length,
                                     gboolean          use_cache,
                                     GArray           *ids);
/* FALSE where another thread has the cache: go on without it. */
gboolean    attune_bpe_try_lock     (const AttuneBpe  *self);
void        attune_bpe_unlock       (const AttuneBpe  *self);

G_END_DECLS
