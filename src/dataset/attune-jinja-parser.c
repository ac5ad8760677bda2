/* attune-jinja-parser.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jinja-parser.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"

static gboolean parse_body (JinjaParser        *parser,
                            GPtrArray          *body,
                            const char * const *ends);

/* An {% if %} or {% elif %} from its condition on. */
static JinjaNode *
parse_if (JinjaParser *parser)
{
  static const char * const ends[] = { "elif", "else", "endif", NULL };
  static const char * const last[] = { "endif", NULL };
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, NODE_IF);

  node->list = jinja_parser_new_list ();
  node->other = jinja_parser_new_list ();
  node->a = jinja_parse_expression (parser);
  if (node->a == NULL || !jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;

  if (jinja_parser_take_word (parser, "elif"))
    {
      JinjaNode *next;

      if (++parser->depth > JINJA_MAX_DEPTH)
        return jinja_parser_too_deep (parser);
      next = parse_if (parser);
      parser->depth--;
      if (next == NULL)
        return NULL;
      g_ptr_array_add (node->other, next);
      return g_steal_pointer (&node);
    }
  if (jinja_parser_take_word (parser, "else") &&
      (!jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->other, last)))
    return NULL;

  jinja_parser_take (parser);
  return jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_for (JinjaParser *parser)
{
  static const char * const ends[] = { "else", "endfor", NULL };
  static const char * const last[] = { "endfor", NULL };
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, NODE_FOR);

  node->list = jinja_parser_new_list ();
  node->other = jinja_parser_new_list ();
  node->names = g_ptr_array_new_with_free_func (g_free);
  do
    {
      if (jinja_parser_peek (parser)->kind != TOKEN_NAME)
        return jinja_parser_unexpected (parser);
      g_ptr_array_add (node->names, g_strdup (jinja_parser_take (parser)->text));
    }
  while (jinja_parser_take_sign (parser, ","));

  if (!jinja_parser_take_word (parser, "in"))
    return jinja_parser_unexpected (parser);
  node->a = jinja_parse_or (parser);
  if (node->a == NULL)
    return NULL;
  if (jinja_parser_take_word (parser, "if"))
    {
      node->b = jinja_parse_expression (parser);
      if (node->b == NULL)
        return NULL;
    }
  if (!jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;
  if (jinja_parser_take_word (parser, "else") &&
      (!jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->other, last)))
    return NULL;

  jinja_parser_take (parser);
  return jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_set (JinjaParser *parser)
{
  static const char * const ends[] = { "endset", NULL };
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, NODE_SET);

  node->a = jinja_parse_postfix (parser);
  if (node->a == NULL)
    return NULL;
  if (node->a->kind != NODE_NAME && node->a->kind != NODE_ATTRIBUTE)
    return jinja_parser_unexpected (parser);

  if (jinja_parser_take_sign (parser, "="))
    {
      node->b = jinja_parse_expression (parser);
      return node->b != NULL && jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
    }

  node->list = jinja_parser_new_list ();
  if (!jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;
  jinja_parser_take (parser);
  return jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_macro (JinjaParser *parser)
{
  static const char * const ends[] = { "endmacro", NULL };
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, NODE_MACRO);

  node->list = jinja_parser_new_list ();
  node->defaults = jinja_parser_new_list ();
  node->names = g_ptr_array_new_with_free_func (g_free);
  if (jinja_parser_peek (parser)->kind != TOKEN_NAME)
    return jinja_parser_unexpected (parser);
  node->text = g_strdup (jinja_parser_take (parser)->text);
  if (!jinja_parser_expect_sign (parser, "("))
    return NULL;
  while (!jinja_parser_take_sign (parser, ")"))
    {
      JinjaNode *value = NULL;

      if (node->names->len > 0 && !jinja_parser_expect_sign (parser, ","))
        return NULL;
      if (jinja_parser_peek (parser)->kind != TOKEN_NAME)
        return jinja_parser_unexpected (parser);
      g_ptr_array_add (node->names, g_strdup (jinja_parser_take (parser)->text));
      if (jinja_parser_take_sign (parser, "="))
        {
          value = jinja_parse_expression (parser);
          if (value == NULL)
            return NULL;
        }
      g_ptr_array_add (node->defaults, value);
    }
  if (!jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;

  jinja_parser_take (parser);
  if (jinja_parser_peek (parser)->kind == TOKEN_NAME)
    jinja_parser_take (parser);
  return jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_generation (JinjaParser *parser)
{
  static const char * const ends[] = { "endgeneration", NULL };
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, NODE_BLOCK);

  node->list = jinja_parser_new_list ();
  if (!jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;
  jinja_parser_take (parser);
  return jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_statement (JinjaParser *parser)
{
  g_autoptr (JinjaNode) node = NULL;

  if (jinja_parser_take_word (parser, "if"))
    return parse_if (parser);
  if (jinja_parser_take_word (parser, "for"))
    return parse_for (parser);
  if (jinja_parser_take_word (parser, "set"))
    return parse_set (parser);
  if (jinja_parser_take_word (parser, "macro"))
    return parse_macro (parser);
  if (jinja_parser_take_word (parser, "generation"))
    return parse_generation (parser);

  if (jinja_parser_is_word (parser, "break") || jinja_parser_is_word (parser, "continue"))
    {
      node = jinja_parser_new_node (parser, jinja_parser_is_word (parser, "break") ? NODE_BREAK : NODE_CONTINUE);
      jinja_parser_take (parser);
      return jinja_parser_expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
    }

  if (jinja_parser_peek (parser)->kind == TOKEN_NAME && !g_str_has_prefix (jinja_parser_peek (parser)->text, "end") &&
      !jinja_parser_is_word (parser, "else") && !jinja_parser_is_word (parser, "elif"))
    {
      g_set_error (parser->error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("line %u: the statement “%s” is not supported"), jinja_parser_peek (parser)->line, jinja_parser_peek (parser)->text);
      return NULL;
    }
  return jinja_parser_unexpected (parser);
}

/* Up to, and with the opening of, a block that begins with one of @ends, or up to the end of the template where @ends is NULL. */
static gboolean
parse_body (JinjaParser             *parser,
            GPtrArray          *body,
            const char * const *ends)
{
  if (++parser->depth > JINJA_MAX_DEPTH)
    {
      jinja_parser_too_deep (parser);
      return FALSE;
    }

  for (;;)
    {
      g_autoptr (JinjaNode) node = NULL;

      switch (jinja_parser_peek (parser)->kind)
        {
        case TOKEN_END:
          parser->depth--;
          if (ends == NULL)
            return TRUE;
          jinja_parser_unexpected (parser);
          return FALSE;
        case TOKEN_TEXT:
          node = jinja_parser_new_node (parser, NODE_TEXT);
          node->text = g_strdup (jinja_parser_take (parser)->text);
          break;
        case TOKEN_OPEN_OUTPUT:
          jinja_parser_take (parser);
          node = jinja_parser_new_node (parser, NODE_OUTPUT);
          node->a = jinja_parse_expression (parser);
          if (node->a == NULL || !jinja_parser_expect_kind (parser, TOKEN_CLOSE_OUTPUT))
            return FALSE;
          break;
        case TOKEN_OPEN_BLOCK:
          jinja_parser_take (parser);
          for (gsize i = 0; ends != NULL && ends[i] != NULL; i++)
            {
              if (jinja_parser_is_word (parser, ends[i]))
                {
                  parser->depth--;
                  return TRUE;
                }
            }
          node = parse_statement (parser);
          if (node == NULL)
            return FALSE;
          break;
        case TOKEN_NAME:
        case TOKEN_STRING:
        case TOKEN_INTEGER:
        case TOKEN_FLOAT:
        case TOKEN_SIGN:
        case TOKEN_CLOSE_OUTPUT:
        case TOKEN_CLOSE_BLOCK:
        default:
          jinja_parser_unexpected (parser);
          return FALSE;
        }

      g_ptr_array_add (body, g_steal_pointer (&node));
    }
}

GPtrArray *
jinja_parse (const char  *source,
             GError     **error)
{
  g_autoptr (GArray) tokens = jinja_tokenize (source, error);
  g_autoptr (GPtrArray) body = NULL;
  g_autoptr (GError) local_error = NULL;
  JinjaParser parser = { .tokens = tokens, .error = &local_error };

  if (tokens == NULL)
    return NULL;

  body = jinja_parser_new_list ();
  if (!parse_body (&parser, body, NULL))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  return g_steal_pointer (&body);
}
