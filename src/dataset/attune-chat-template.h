/* attune-chat-template.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-row.h"
#include "attune-tokenizer.h"

G_BEGIN_DECLS

/* The chat template of a model, recognised as one of ChatML, Llama 3 and Zephyr; anything else is NOT_SUPPORTED. Rendering gives
 * tokens and, for each, whether it belongs to an assistant's answer (its text and the token that ends it, not its header).
 *
 * The template is run, not imitated: a default system prompt, trimmed messages, or an empty thought before the last answer come out
 * as the model knows them. It is recognised by what it writes for a few conversations, so its spelling does not matter. A template that
 * would write the date of the day writes the fixed date that it has for systems without a clock, or is refused where it has none. */
typedef struct _AttuneChatTemplate AttuneChatTemplate;

/* From chat_template.jinja or tokenizer_config.json's chat_template in @folder. NOT_FOUND where it has none: plain texts
 * need none, see attune_tokenizer_encode_document(). */
AttuneChatTemplate *attune_chat_template_load   (const char                *folder,
                                                 const AttuneTokenizer     *tokenizer,
                                                 GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
void                attune_chat_template_free   (AttuneChatTemplate        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneChatTemplate, attune_chat_template_free)
/* "ChatML", "Llama 3", "Zephyr" */
const char         *attune_chat_template_get_name (const AttuneChatTemplate *self);

/* Appends to @ids (gint32) and @answer (guint8: 1 for an answer's token). A plain text becomes a document. Special tokens in the messages' own text stay text.
 * With @add_generation_prompt the header of an answer follows at the end. @answer may be NULL. */
void                attune_chat_template_render (const AttuneChatTemplate  *self,
                                                 const AttuneRow           *row,
                                                 gboolean                   add_generation_prompt,
                                                 GArray                    *ids,
                                                 GByteArray                *answer);
/* The same; INVALID, with nothing appended, where the template itself refuses the conversation (roles that it does not want). */
gboolean            attune_chat_template_try_render (const AttuneChatTemplate *self,
                                                 const AttuneRow           *row,
                                                 gboolean                   add_generation_prompt,
                                                 GArray                    *ids,
                                                 GByteArray                *answer,
                                                 GError                   **error);

G_END_DECLS
