/* attune-normalizer.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <yyjson.h>

#include <glib.h>

G_BEGIN_DECLS

/* The normalizer of a tokenizer.json. Private to the tokenizer. Immutable after loading. */
typedef struct _AttuneNormalizer AttuneNormalizer;

AttuneNormalizer *attune_normalizer_parse             (yyjson_val              *value,
                                                       const char              *name,
                                                       GError                 **error) G_GNUC_WARN_UNUSED_RESULT;
AttuneNormalizer *attune_normalizer_new_nfc           (void) G_GNUC_WARN_UNUSED_RESULT;
void              attune_normalizer_free              (AttuneNormalizer        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneNormalizer, attune_normalizer_free)

/* (transfer full) (nullable): NULL where the text stays as it is. */
char             *attune_normalizer_apply             (const AttuneNormalizer  *self,
                                                       const char              *text,
                                                       gsize                    length,
                                                       gsize                   *result_length);

/* The patterns of these files are written for another engine. The one difference that matters here is what white space is; it
 * is spelled out. (transfer full) (nullable): NULL where the pattern uses what cannot be said in GRegex. */
char             *attune_normalizer_translate_pattern (const char              *pattern);

G_END_DECLS
