/* attune-jinja-expressions.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jinja-parser.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

void
jinja_node_free (JinjaNode *node)
{
  if (node == NULL)
    return;

  g_clear_pointer (&node->text, g_free);
  g_clear_pointer (&node->a, jinja_node_free);
  g_clear_pointer (&node->b, jinja_node_free);
  g_clear_pointer (&node->c, jinja_node_free);
  g_clear_pointer (&node->d, jinja_node_free);
  g_clear_pointer (&node->list, g_ptr_array_unref);
  g_clear_pointer (&node->other, g_ptr_array_unref);
  g_clear_pointer (&node->defaults, g_ptr_array_unref);
  g_clear_pointer (&node->names, g_ptr_array_unref);
  g_free (node);
}

GPtrArray *
jinja_parser_new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) jinja_node_free);
}

const JinjaToken *
jinja_parser_peek (JinjaParser *parser)
{
  return &g_array_index (parser->tokens, JinjaToken, parser->position);
}

const JinjaToken *
jinja_parser_take (JinjaParser *parser)
{
  const JinjaToken *token = jinja_parser_peek (parser);

  if (token->kind != TOKEN_END)
    parser->position++;
  return token;
}

static gboolean
is_sign (JinjaParser     *parser,
         const char *sign)
{
  return jinja_parser_peek (parser)->kind == TOKEN_SIGN && g_str_equal (jinja_parser_peek (parser)->text, sign);
}

gboolean
jinja_parser_is_word (JinjaParser     *parser,
                      const char *word)
{
  return jinja_parser_peek (parser)->kind == TOKEN_NAME && g_str_equal (jinja_parser_peek (parser)->text, word);
}

gboolean
jinja_parser_take_sign (JinjaParser     *parser,
                        const char *sign)
{
  if (!is_sign (parser, sign))
    return FALSE;
  jinja_parser_take (parser);
  return TRUE;
}

gboolean
jinja_parser_take_word (JinjaParser     *parser,
                        const char *word)
{
  if (!jinja_parser_is_word (parser, word))
    return FALSE;
  jinja_parser_take (parser);
  return TRUE;
}

gpointer
jinja_parser_unexpected (JinjaParser *parser)
{
  const JinjaToken *token = jinja_parser_peek (parser);

  if (parser->error != NULL && *parser->error == NULL)
    {
      if (token->kind == TOKEN_END)
        g_set_error (parser->error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("line %u: the template ends too early"), token->line);
      else
        g_set_error (parser->error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("line %u: “%s” is not expected here"),
                     token->line, *token->text != '\0' ? token->text : "%}");
    }
  return NULL;
}

gboolean
jinja_parser_expect_sign (JinjaParser     *parser,
                          const char *sign)
{
  if (jinja_parser_take_sign (parser, sign))
    return TRUE;
  jinja_parser_unexpected (parser);
  return FALSE;
}

gboolean
jinja_parser_expect_kind (JinjaParser         *parser,
                          JinjaTokenKind  kind)
{
  if (jinja_parser_peek (parser)->kind == kind)
    {
      jinja_parser_take (parser);
      return TRUE;
    }
  jinja_parser_unexpected (parser);
  return FALSE;
}

JinjaNode *
jinja_parser_new_node (JinjaParser        *parser,
                       JinjaNodeKind  kind)
{
  JinjaNode *node = g_new0 (JinjaNode, 1);

  node->kind = kind;
  node->line = jinja_parser_peek (parser)->line;

  return node;
}

gpointer
jinja_parser_too_deep (JinjaParser *parser)
{
  if (*parser->error == NULL)
    g_set_error (parser->error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                 _("line %u: the template is nested too deeply"), jinja_parser_peek (parser)->line);
  return NULL;
}

/* Every expression goes through here when it is complete. Takes over @node; NULL where it has become too high. */
static JinjaNode *
finish (JinjaParser    *parser,
        JinjaNode *node)
{
  const JinjaNode *parts[] = { node->a, node->b, node->c, node->d };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    node->height = MAX (node->height, parts[i] != NULL ? parts[i]->height + 1 : 0);
  for (guint i = 0; node->list != NULL && i < node->list->len; i++)
    node->height = MAX (node->height, ((JinjaNode *) g_ptr_array_index (node->list, i))->height + 1);

  if (node->height <= JINJA_MAX_HEIGHT)
    return node;
  jinja_node_free (node);
  return jinja_parser_too_deep (parser);
}

/* Takes over @a and @b; NULL where @b is. */
static JinjaNode *
new_pair (JinjaParser         *parser,
          JinjaNodeKind   kind,
          JinjaOperation  operation,
          JinjaNode      *a,
          JinjaNode      *b)
{
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, kind);

  node->operation = operation;
  node->a = a;
  node->b = b;

  return b != NULL ? finish (parser, g_steal_pointer (&node)) : NULL;
}

/* (a, name=b) up to the closing sign, which is taken. */
static gboolean
parse_arguments (JinjaParser    *parser,
                 JinjaNode *node)
{
  node->list = jinja_parser_new_list ();
  node->names = g_ptr_array_new_with_free_func (g_free);

  while (!jinja_parser_take_sign (parser, ")"))
    {
      g_autofree char *name = NULL;
      JinjaNode *value;

      if (node->list->len > 0)
        {
          if (!jinja_parser_expect_sign (parser, ","))
            return FALSE;
          if (jinja_parser_take_sign (parser, ")"))
            break;
        }
      if (jinja_parser_peek (parser)->kind == TOKEN_NAME)
        {
          const JinjaToken *next = &g_array_index (parser->tokens, JinjaToken, parser->position + 1);

          if (next->kind == TOKEN_SIGN && g_str_equal (next->text, "="))
            {
              name = g_strdup (jinja_parser_take (parser)->text);
              jinja_parser_take (parser);
            }
        }
      value = jinja_parse_expression (parser);
      if (value == NULL)
        return FALSE;
      g_ptr_array_add (node->list, value);
      g_ptr_array_add (node->names, g_steal_pointer (&name));
    }

  return TRUE;
}

static JinjaNode *
parse_collection (JinjaParser        *parser,
                  JinjaNodeKind  kind,
                  const char    *end)
{
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, kind);

  node->list = jinja_parser_new_list ();
  while (!jinja_parser_take_sign (parser, end))
    {
      JinjaNode *item;

      if (node->list->len > 0)
        {
          if (!jinja_parser_expect_sign (parser, ","))
            return NULL;
          if (jinja_parser_take_sign (parser, end))
            break;
        }
      item = jinja_parse_expression (parser);
      if (item == NULL)
        return NULL;
      g_ptr_array_add (node->list, item);
      if (kind == NODE_DICT)
        {
          if (!jinja_parser_expect_sign (parser, ":"))
            return NULL;
          item = jinja_parse_expression (parser);
          if (item == NULL)
            return NULL;
          g_ptr_array_add (node->list, item);
        }
    }

  return finish (parser, g_steal_pointer (&node));
}

static JinjaNode *
parse_name (JinjaParser *parser)
{
  static const struct { const char *word; JinjaNodeKind kind; } constants[] = {
    { "true", NODE_TRUE }, { "True", NODE_TRUE }, { "false", NODE_FALSE }, { "False", NODE_FALSE },
    { "none", NODE_NONE }, { "None", NODE_NONE },
  };
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, NODE_NAME);

  node->text = g_strdup (jinja_parser_take (parser)->text);
  for (gsize i = 0; i < G_N_ELEMENTS (constants); i++)
    {
      if (g_str_equal (node->text, constants[i].word))
        node->kind = constants[i].kind;
    }

  return g_steal_pointer (&node);
}

static JinjaNode *
parse_primary (JinjaParser *parser)
{
  g_autoptr (JinjaNode) node = NULL;

  switch (jinja_parser_peek (parser)->kind)
    {
    case TOKEN_NAME:
      return parse_name (parser);
    case TOKEN_STRING:
      node = jinja_parser_new_node (parser, NODE_STRING);
      node->text = g_strdup (jinja_parser_take (parser)->text);
      /* Texts side by side are one. */
      while (jinja_parser_peek (parser)->kind == TOKEN_STRING)
        {
          g_autofree char *before = g_steal_pointer (&node->text);

          node->text = g_strconcat (before, jinja_parser_take (parser)->text, NULL);
        }
      return g_steal_pointer (&node);
    case TOKEN_INTEGER:
      node = jinja_parser_new_node (parser, NODE_INTEGER);
      node->integer = g_ascii_strtoll (jinja_parser_take (parser)->text, NULL, 10);
      return g_steal_pointer (&node);
    case TOKEN_FLOAT:
      node = jinja_parser_new_node (parser, NODE_FLOAT);
      node->real = g_ascii_strtod (jinja_parser_take (parser)->text, NULL);
      return g_steal_pointer (&node);
    case TOKEN_SIGN:
      if (jinja_parser_take_sign (parser, "["))
        return parse_collection (parser, NODE_LIST, "]");
      if (jinja_parser_take_sign (parser, "{"))
        return parse_collection (parser, NODE_DICT, "}");
      if (jinja_parser_take_sign (parser, "("))
        {
          node = jinja_parse_expression (parser);
          if (node == NULL)
            return NULL;
          if (is_sign (parser, ","))
            {
              /* A tuple is read as a list. */
              g_autoptr (JinjaNode) first = g_steal_pointer (&node);

              jinja_parser_take (parser);
              node = parse_collection (parser, NODE_LIST, ")");
              if (node == NULL)
                return NULL;
              g_ptr_array_insert (node->list, 0, g_steal_pointer (&first));
              return g_steal_pointer (&node);
            }
          return jinja_parser_expect_sign (parser, ")") ? g_steal_pointer (&node) : NULL;
        }
      return jinja_parser_unexpected (parser);
    case TOKEN_TEXT:
    case TOKEN_OPEN_OUTPUT:
    case TOKEN_CLOSE_OUTPUT:
    case TOKEN_OPEN_BLOCK:
    case TOKEN_CLOSE_BLOCK:
    case TOKEN_END:
    default:
      return jinja_parser_unexpected (parser);
    }
}

/* What stands in square brackets; the first is taken. */
static JinjaNode *
parse_subscript (JinjaParser    *parser,
                 JinjaNode *object)
{
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, NODE_ITEM);
  JinjaNode **places[] = { &node->b, &node->c, &node->d };
  guint n_colons = 0;

  node->a = object;
  while (!jinja_parser_take_sign (parser, "]"))
    {
      if (n_colons < 2 && jinja_parser_take_sign (parser, ":"))
        {
          node->kind = NODE_SLICE;
          n_colons++;
          continue;
        }
      if (*places[n_colons] != NULL)
        return jinja_parser_unexpected (parser);
      *places[n_colons] = jinja_parse_expression (parser);
      if (*places[n_colons] == NULL)
        return NULL;
    }
  if (node->kind == NODE_ITEM && node->b == NULL)
    return jinja_parser_unexpected (parser);

  return g_steal_pointer (&node);
}

/* A name and, where there are any, arguments in parentheses. */
static JinjaNode *
parse_named (JinjaParser        *parser,
             JinjaNodeKind  kind,
             JinjaNode     *object)
{
  g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, kind);

  node->a = object;
  if (jinja_parser_peek (parser)->kind != TOKEN_NAME)
    return jinja_parser_unexpected (parser);
  node->text = g_strdup (jinja_parser_take (parser)->text);
  if (jinja_parser_take_sign (parser, "("))
    return parse_arguments (parser, node) ? g_steal_pointer (&node) : NULL;

  node->list = jinja_parser_new_list ();
  node->names = g_ptr_array_new_with_free_func (g_free);
  return g_steal_pointer (&node);
}

JinjaNode *
jinja_parse_postfix (JinjaParser *parser)
{
  g_autoptr (JinjaNode) node = parse_primary (parser);

  while (node != NULL)
    {
      if (jinja_parser_take_sign (parser, "."))
        {
          JinjaNode *attribute = jinja_parser_new_node (parser, NODE_ATTRIBUTE);

          attribute->a = g_steal_pointer (&node);
          node = attribute;
          if (jinja_parser_peek (parser)->kind != TOKEN_NAME)
            return jinja_parser_unexpected (parser);
          node->text = g_strdup (jinja_parser_take (parser)->text);
        }
      else if (jinja_parser_take_sign (parser, "["))
        node = parse_subscript (parser, g_steal_pointer (&node));
      else if (jinja_parser_take_sign (parser, "("))
        {
          JinjaNode *call = jinja_parser_new_node (parser, NODE_CALL);

          call->a = g_steal_pointer (&node);
          node = call;
          if (!parse_arguments (parser, node))
            return NULL;
        }
      else if (jinja_parser_take_sign (parser, "|"))
        node = parse_named (parser, NODE_FILTER, g_steal_pointer (&node));
      else
        break;
      if (node != NULL)
        node = finish (parser, g_steal_pointer (&node));
    }

  return g_steal_pointer (&node);
}

static JinjaNode *
parse_unary (JinjaParser *parser)
{
  if (jinja_parser_take_sign (parser, "-"))
    {
      g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, NODE_NEGATE);

      if (++parser->depth > JINJA_MAX_DEPTH)
        return jinja_parser_too_deep (parser);
      node->a = parse_unary (parser);
      parser->depth--;
      return node->a != NULL ? finish (parser, g_steal_pointer (&node)) : NULL;
    }
  jinja_parser_take_sign (parser, "+");

  return jinja_parse_postfix (parser);
}

typedef struct {
  const char     *sign;
  JinjaOperation  operation;
} SignOperation;

static const SignOperation products[] = {
  { "*", OPERATION_MULTIPLY }, { "//", OPERATION_FLOOR_DIVIDE }, { "/", OPERATION_DIVIDE }, { "%", OPERATION_MODULO }, { NULL },
};
static const SignOperation joins[] = { { "~", OPERATION_JOIN }, { NULL } };
static const SignOperation sums[] = { { "+", OPERATION_ADD }, { "-", OPERATION_SUBTRACT }, { NULL } };
static const SignOperation comparisons[] = {
  { "==", OPERATION_EQUAL }, { "!=", OPERATION_UNEQUAL }, { "<=", OPERATION_LESS_EQUAL }, { ">=", OPERATION_GREATER_EQUAL },
  { "<", OPERATION_LESS }, { ">", OPERATION_GREATER }, { NULL },
};

static const SignOperation *
take_operation (JinjaParser              *parser,
                const SignOperation *operations)
{
  for (; operations->sign != NULL; operations++)
    {
      if (jinja_parser_take_sign (parser, operations->sign))
        return operations;
    }
  return NULL;
}

/* From the tightest: products, joins, sums. */
static JinjaNode *
parse_arithmetic (JinjaParser *parser,
                  guint   level)
{
  static const SignOperation * const levels[] = { sums, joins, products };
  g_autoptr (JinjaNode) node = NULL;
  const SignOperation *operation;

  if (level == G_N_ELEMENTS (levels))
    return parse_unary (parser);

  node = parse_arithmetic (parser, level + 1);
  while (node != NULL && (operation = take_operation (parser, levels[level])) != NULL)
    node = new_pair (parser, NODE_OPERATION, operation->operation, g_steal_pointer (&node),
                     parse_arithmetic (parser, level + 1));

  return g_steal_pointer (&node);
}

static JinjaNode *
parse_test (JinjaParser    *parser,
            JinjaNode *object)
{
  gboolean negated = jinja_parser_take_word (parser, "not");
  g_autoptr (JinjaNode) node = parse_named (parser, NODE_TEST, object);

  /* "is divisibleby 3": an argument without parentheses. */
  if (node != NULL && node->list->len == 0 &&
      (jinja_parser_peek (parser)->kind == TOKEN_STRING || jinja_parser_peek (parser)->kind == TOKEN_INTEGER))
    {
      g_ptr_array_add (node->list, parse_primary (parser));
      g_ptr_array_add (node->names, NULL);
    }
  if (node != NULL && negated)
    {
      JinjaNode *outer = jinja_parser_new_node (parser, NODE_NOT);

      outer->a = g_steal_pointer (&node);
      node = outer;
    }

  return node != NULL ? finish (parser, g_steal_pointer (&node)) : NULL;
}

static JinjaNode *
parse_comparison (JinjaParser *parser)
{
  g_autoptr (JinjaNode) node = parse_arithmetic (parser, 0);

  while (node != NULL)
    {
      const SignOperation *operation = take_operation (parser, comparisons);

      if (operation != NULL)
        node = new_pair (parser, NODE_COMPARISON, operation->operation, g_steal_pointer (&node), parse_arithmetic (parser, 0));
      else if (jinja_parser_take_word (parser, "in"))
        node = new_pair (parser, NODE_COMPARISON, OPERATION_IN, g_steal_pointer (&node), parse_arithmetic (parser, 0));
      else if (jinja_parser_is_word (parser, "not"))
        {
          jinja_parser_take (parser);
          if (!jinja_parser_take_word (parser, "in"))
            return jinja_parser_unexpected (parser);
          node = new_pair (parser, NODE_COMPARISON, OPERATION_NOT_IN, g_steal_pointer (&node), parse_arithmetic (parser, 0));
        }
      else if (jinja_parser_take_word (parser, "is"))
        node = parse_test (parser, g_steal_pointer (&node));
      else
        break;
    }

  return g_steal_pointer (&node);
}

static JinjaNode *
parse_not (JinjaParser *parser)
{
  if (jinja_parser_take_word (parser, "not"))
    {
      g_autoptr (JinjaNode) node = jinja_parser_new_node (parser, NODE_NOT);

      if (++parser->depth > JINJA_MAX_DEPTH)
        return jinja_parser_too_deep (parser);
      node->a = parse_not (parser);
      parser->depth--;
      return node->a != NULL ? finish (parser, g_steal_pointer (&node)) : NULL;
    }

  return parse_comparison (parser);
}

static JinjaNode *
parse_and (JinjaParser *parser)
{
  g_autoptr (JinjaNode) node = parse_not (parser);

  while (node != NULL && jinja_parser_take_word (parser, "and"))
    node = new_pair (parser, NODE_AND, 0, g_steal_pointer (&node), parse_not (parser));

  return g_steal_pointer (&node);
}

JinjaNode *
jinja_parse_or (JinjaParser *parser)
{
  g_autoptr (JinjaNode) node = parse_and (parser);

  while (node != NULL && jinja_parser_take_word (parser, "or"))
    node = new_pair (parser, NODE_OR, 0, g_steal_pointer (&node), parse_and (parser));

  return g_steal_pointer (&node);
}

JinjaNode *
jinja_parse_expression (JinjaParser *parser)
{
  g_autoptr (JinjaNode) node = NULL;

  if (++parser->depth > JINJA_MAX_DEPTH)
    return jinja_parser_too_deep (parser);

  node = jinja_parse_or (parser);
  while (node != NULL && jinja_parser_take_word (parser, "if"))
    {
      g_autoptr (JinjaNode) condition = jinja_parser_new_node (parser, NODE_CONDITION);

      condition->a = g_steal_pointer (&node);
      condition->b = jinja_parse_or (parser);
      if (condition->b == NULL)
        return NULL;
      if (jinja_parser_take_word (parser, "else"))
        {
          condition->c = jinja_parse_expression (parser);
          if (condition->c == NULL)
            return NULL;
        }
      node = finish (parser, g_steal_pointer (&condition));
    }

  parser->depth--;
  return g_steal_pointer (&node);
}
