/* attune-jinja-parser.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-jinja-private.h"

G_BEGIN_DECLS

/* What the parser of statements and the parser of expressions share. */

/* Foreign templates may not use up the stack, neither by what they nest nor by what they string together. */
#define JINJA_MAX_DEPTH 100
#define JINJA_MAX_HEIGHT 300

typedef struct {
  GArray  *tokens;
  guint    position;
  guint    depth;
  GError **error;
} JinjaParser;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (JinjaNode, jinja_node_free)

GPtrArray        *jinja_parser_new_list    (void);
const JinjaToken *jinja_parser_peek        (JinjaParser    *parser);
const JinjaToken *jinja_parser_take        (JinjaParser    *parser);
gboolean          jinja_parser_is_word     (JinjaParser    *parser,
                                            const char     *word);
gboolean          jinja_parser_take_sign   (JinjaParser    *parser,
                                            const char     *sign);
gboolean          jinja_parser_take_word   (JinjaParser    *parser,
                                            const char     *word);
/* Both set the error and return NULL. */
gpointer          jinja_parser_unexpected  (JinjaParser    *parser);
gpointer          jinja_parser_too_deep    (JinjaParser    *parser);
gboolean          jinja_parser_expect_sign (JinjaParser    *parser,
                                            const char     *sign);
gboolean          jinja_parser_expect_kind (JinjaParser    *parser,
                                            JinjaTokenKind  kind);
JinjaNode        *jinja_parser_new_node    (JinjaParser    *parser,
                                            JinjaNodeKind   kind);

JinjaNode        *jinja_parse_expression   (JinjaParser    *parser);
/* Without "if" and "else" around it. */
JinjaNode        *jinja_parse_or           (JinjaParser    *parser);
/* A name with what hangs on it. */
JinjaNode        *jinja_parse_postfix      (JinjaParser    *parser);

G_END_DECLS
