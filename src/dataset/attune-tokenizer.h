/* attune-tokenizer.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* tokenizer.json of Hugging Face with a byte-level BPE model. It lives below the engine so that the check before flight
 * can count tokens too. Immutable after loading and safe to share between threads. */
typedef struct _AttuneTokenizer AttuneTokenizer;

/* FOLDER/tokenizer.json, with tokenizer_config.json, generation_config.json and config.json for the special tokens. NOT_FOUND where the
 * folder has no tokenizer; NOT_SUPPORTED names the part that is not understood (model type, normalizer, pre-tokenizer). */
AttuneTokenizer *attune_tokenizer_load          (const char             *folder,
                                                 GError                **error) G_GNUC_WARN_UNUSED_RESULT;
void             attune_tokenizer_free          (AttuneTokenizer        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneTokenizer, attune_tokenizer_free)

/* Appends ids to @ids (element-type gint32). @text: UTF-8, @length -1 for NUL-terminated. Special tokens in the text become their ids
 * only with @allow_special; added tokens that are not special are words like any other and always do. No token is put before or
 * after the text. */
void             attune_tokenizer_encode        (const AttuneTokenizer  *self,
                                                 const char             *text,
                                                 gssize                  length,
                                                 gboolean                allow_special,
                                                 GArray                 *ids);
/* The same for a whole document without a chat template: with what the model wants before and after it (its post-processor), and an
 * end of text behind it. @n_before: (out) (optional): how many tokens stand before the text. */
void             attune_tokenizer_encode_document (const AttuneTokenizer *self,
                                                 const char             *text,
                                                 gssize                  length,
                                                 GArray                 *ids,
                                                 guint                  *n_before);
/* (transfer full): UTF-8; bytes that are none, and NUL, become U+FFFD. */
char            *attune_tokenizer_decode        (const AttuneTokenizer  *self,
                                                 const gint32           *ids,
                                                 gsize                   n_ids,
                                                 gboolean                skip_special) G_GNUC_WARN_UNUSED_RESULT;
guint            attune_tokenizer_get_n_tokens  (const AttuneTokenizer  *self);
/* -1 where there is none. */
gint32           attune_tokenizer_lookup        (const AttuneTokenizer  *self,
                                                 const char             *token);
gint32           attune_tokenizer_get_bos       (const AttuneTokenizer  *self);
gint32           attune_tokenizer_get_eos       (const AttuneTokenizer  *self);
gint32           attune_tokenizer_get_pad       (const AttuneTokenizer  *self); /* eos where none is named */
/* Any of these ends an answer: eos of the tokenizer, of generation_config.json and the end of a turn. */
gboolean         attune_tokenizer_is_end        (const AttuneTokenizer  *self,
                                                 gint32                  id);
/* The spelling of a special or added token; NULL for ordinary ones. */
const char      *attune_tokenizer_get_added     (const AttuneTokenizer  *self,
                                                 gint32                  id);
/* Whether the token takes the white space beside it with it. */
gboolean         attune_tokenizer_takes_space  (const AttuneTokenizer  *self,
                                                 gint32                  id);
/* Looks for the first special token in @text from @offset on. FALSE where there is none. */
gboolean         attune_tokenizer_find_special  (const AttuneTokenizer  *self,
                                                 const char             *text,
                                                 gsize                   length,
                                                 gsize                   offset,
                                                 gsize                  *start,
                                                 gsize                  *end,
                                                 gint32                 *id);

G_END_DECLS
