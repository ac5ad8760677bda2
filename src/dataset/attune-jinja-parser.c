/* attune-jinja-parser.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jinja-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

/* Foreign templates may not use up the stack, neither by what they nest nor by what they string together. */
#define MAX_DEPTH 100
#define MAX_HEIGHT 300

typedef struct {
  GArray           *tokens;
  guint             position;
  guint             depth;
  GError          **error;
} Parser;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (JinjaNode, jinja_node_free)

static JinjaNode *parse_expression (Parser *parser);
static gboolean   parse_body       (Parser             *parser,
                                    GPtrArray          *body,
                                    const char * const *ends);

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

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) jinja_node_free);
}

static const JinjaToken *
peek (Parser *parser)
{
  return &g_array_index (parser->tokens, JinjaToken, parser->position);
}

static const JinjaToken *
take (Parser *parser)
{
  const JinjaToken *token = peek (parser);

  if (token->kind != TOKEN_END)
    parser->position++;
  return token;
}

static gboolean
is_sign (Parser     *parser,
         const char *sign)
{
  return peek (parser)->kind == TOKEN_SIGN && g_str_equal (peek (parser)->text, sign);
}

static gboolean
is_word (Parser     *parser,
         const char *word)
{
  return peek (parser)->kind == TOKEN_NAME && g_str_equal (peek (parser)->text, word);
}

static gboolean
take_sign (Parser     *parser,
           const char *sign)
{
  if (!is_sign (parser, sign))
    return FALSE;
  take (parser);
  return TRUE;
}

static gboolean
take_word (Parser     *parser,
           const char *word)
{
  if (!is_word (parser, word))
    return FALSE;
  take (parser);
  return TRUE;
}

static gpointer
unexpected (Parser *parser)
{
  const JinjaToken *token = peek (parser);

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

static gboolean
expect_sign (Parser     *parser,
             const char *sign)
{
  if (take_sign (parser, sign))
    return TRUE;
  unexpected (parser);
  return FALSE;
}

static gboolean
expect_kind (Parser         *parser,
             JinjaTokenKind  kind)
{
  if (peek (parser)->kind == kind)
    {
      take (parser);
      return TRUE;
    }
  unexpected (parser);
  return FALSE;
}

static JinjaNode *
new_node (Parser        *parser,
          JinjaNodeKind  kind)
{
  JinjaNode *node = g_new0 (JinjaNode, 1);

  node->kind = kind;
  node->line = peek (parser)->line;

  return node;
}

static gpointer
too_deep (Parser *parser)
{
  if (*parser->error == NULL)
    g_set_error (parser->error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                 _("line %u: the template is nested too deeply"), peek (parser)->line);
  return NULL;
}

/* Every expression goes through here when it is complete. Takes over @node; NULL where it has become too high. */
static JinjaNode *
finish (Parser    *parser,
        JinjaNode *node)
{
  const JinjaNode *parts[] = { node->a, node->b, node->c, node->d };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    node->height = MAX (node->height, parts[i] != NULL ? parts[i]->height + 1 : 0);
  for (guint i = 0; node->list != NULL && i < node->list->len; i++)
    node->height = MAX (node->height, ((JinjaNode *) g_ptr_array_index (node->list, i))->height + 1);

  if (node->height <= MAX_HEIGHT)
    return node;
  jinja_node_free (node);
  return too_deep (parser);
}

/* Takes over @a and @b; NULL where @b is. */
static JinjaNode *
new_pair (Parser         *parser,
          JinjaNodeKind   kind,
          JinjaOperation  operation,
          JinjaNode      *a,
          JinjaNode      *b)
{
  g_autoptr (JinjaNode) node = new_node (parser, kind);

  node->operation = operation;
  node->a = a;
  node->b = b;

  return b != NULL ? finish (parser, g_steal_pointer (&node)) : NULL;
}

/* (a, name=b) up to the closing sign, which is taken. */
static gboolean
parse_arguments (Parser    *parser,
                 JinjaNode *node)
{
  node->list = new_list ();
  node->names = g_ptr_array_new_with_free_func (g_free);

  while (!take_sign (parser, ")"))
    {
      g_autofree char *name = NULL;
      JinjaNode *value;

      if (node->list->len > 0)
        {
          if (!expect_sign (parser, ","))
            return FALSE;
          if (take_sign (parser, ")"))
            break;
        }
      if (peek (parser)->kind == TOKEN_NAME)
        {
          const JinjaToken *next = &g_array_index (parser->tokens, JinjaToken, parser->position + 1);

          if (next->kind == TOKEN_SIGN && g_str_equal (next->text, "="))
            {
              name = g_strdup (take (parser)->text);
              take (parser);
            }
        }
      value = parse_expression (parser);
      if (value == NULL)
        return FALSE;
      g_ptr_array_add (node->list, value);
      g_ptr_array_add (node->names, g_steal_pointer (&name));
    }

  return TRUE;
}

static JinjaNode *
parse_collection (Parser        *parser,
                  JinjaNodeKind  kind,
                  const char    *end)
{
  g_autoptr (JinjaNode) node = new_node (parser, kind);

  node->list = new_list ();
  while (!take_sign (parser, end))
    {
      JinjaNode *item;

      if (node->list->len > 0)
        {
          if (!expect_sign (parser, ","))
            return NULL;
          if (take_sign (parser, end))
            break;
        }
      item = parse_expression (parser);
      if (item == NULL)
        return NULL;
      g_ptr_array_add (node->list, item);
      if (kind == NODE_DICT)
        {
          if (!expect_sign (parser, ":"))
            return NULL;
          item = parse_expression (parser);
          if (item == NULL)
            return NULL;
          g_ptr_array_add (node->list, item);
        }
    }

  return finish (parser, g_steal_pointer (&node));
}

static JinjaNode *
parse_name (Parser *parser)
{
  static const struct { const char *word; JinjaNodeKind kind; } constants[] = {
    { "true", NODE_TRUE }, { "True", NODE_TRUE }, { "false", NODE_FALSE }, { "False", NODE_FALSE },
    { "none", NODE_NONE }, { "None", NODE_NONE },
  };
  g_autoptr (JinjaNode) node = new_node (parser, NODE_NAME);

  node->text = g_strdup (take (parser)->text);
  for (gsize i = 0; i < G_N_ELEMENTS (constants); i++)
    {
      if (g_str_equal (node->text, constants[i].word))
        node->kind = constants[i].kind;
    }

  return g_steal_pointer (&node);
}

static JinjaNode *
parse_primary (Parser *parser)
{
  g_autoptr (JinjaNode) node = NULL;

  switch (peek (parser)->kind)
    {
    case TOKEN_NAME:
      return parse_name (parser);
    case TOKEN_STRING:
      node = new_node (parser, NODE_STRING);
      node->text = g_strdup (take (parser)->text);
      /* Texts side by side are one. */
      while (peek (parser)->kind == TOKEN_STRING)
        {
          g_autofree char *before = g_steal_pointer (&node->text);

          node->text = g_strconcat (before, take (parser)->text, NULL);
        }
      return g_steal_pointer (&node);
    case TOKEN_INTEGER:
      node = new_node (parser, NODE_INTEGER);
      node->integer = g_ascii_strtoll (take (parser)->text, NULL, 10);
      return g_steal_pointer (&node);
    case TOKEN_FLOAT:
      node = new_node (parser, NODE_FLOAT);
      node->real = g_ascii_strtod (take (parser)->text, NULL);
      return g_steal_pointer (&node);
    case TOKEN_SIGN:
      if (take_sign (parser, "["))
        return parse_collection (parser, NODE_LIST, "]");
      if (take_sign (parser, "{"))
        return parse_collection (parser, NODE_DICT, "}");
      if (take_sign (parser, "("))
        {
          node = parse_expression (parser);
          if (node == NULL)
            return NULL;
          if (is_sign (parser, ","))
            {
              /* A tuple is read as a list. */
              g_autoptr (JinjaNode) first = g_steal_pointer (&node);

              take (parser);
              node = parse_collection (parser, NODE_LIST, ")");
              if (node == NULL)
                return NULL;
              g_ptr_array_insert (node->list, 0, g_steal_pointer (&first));
              return g_steal_pointer (&node);
            }
          return expect_sign (parser, ")") ? g_steal_pointer (&node) : NULL;
        }
      return unexpected (parser);
    case TOKEN_TEXT:
    case TOKEN_OPEN_OUTPUT:
    case TOKEN_CLOSE_OUTPUT:
    case TOKEN_OPEN_BLOCK:
    case TOKEN_CLOSE_BLOCK:
    case TOKEN_END:
    default:
      return unexpected (parser);
    }
}

/* What stands in square brackets; the first is taken. */
static JinjaNode *
parse_subscript (Parser    *parser,
                 JinjaNode *object)
{
  g_autoptr (JinjaNode) node = new_node (parser, NODE_ITEM);
  JinjaNode **places[] = { &node->b, &node->c, &node->d };
  guint n_colons = 0;

  node->a = object;
  while (!take_sign (parser, "]"))
    {
      if (n_colons < 2 && take_sign (parser, ":"))
        {
          node->kind = NODE_SLICE;
          n_colons++;
          continue;
        }
      if (*places[n_colons] != NULL)
        return unexpected (parser);
      *places[n_colons] = parse_expression (parser);
      if (*places[n_colons] == NULL)
        return NULL;
    }
  if (node->kind == NODE_ITEM && node->b == NULL)
    return unexpected (parser);

  return g_steal_pointer (&node);
}

/* A name and, where there are any, arguments in parentheses. */
static JinjaNode *
parse_named (Parser        *parser,
             JinjaNodeKind  kind,
             JinjaNode     *object)
{
  g_autoptr (JinjaNode) node = new_node (parser, kind);

  node->a = object;
  if (peek (parser)->kind != TOKEN_NAME)
    return unexpected (parser);
  node->text = g_strdup (take (parser)->text);
  if (take_sign (parser, "("))
    return parse_arguments (parser, node) ? g_steal_pointer (&node) : NULL;

  node->list = new_list ();
  node->names = g_ptr_array_new_with_free_func (g_free);
  return g_steal_pointer (&node);
}

static JinjaNode *
parse_postfix (Parser *parser)
{
  g_autoptr (JinjaNode) node = parse_primary (parser);

  while (node != NULL)
    {
      if (take_sign (parser, "."))
        {
          JinjaNode *attribute = new_node (parser, NODE_ATTRIBUTE);

          attribute->a = g_steal_pointer (&node);
          node = attribute;
          if (peek (parser)->kind != TOKEN_NAME)
            return unexpected (parser);
          node->text = g_strdup (take (parser)->text);
        }
      else if (take_sign (parser, "["))
        node = parse_subscript (parser, g_steal_pointer (&node));
      else if (take_sign (parser, "("))
        {
          JinjaNode *call = new_node (parser, NODE_CALL);

          call->a = g_steal_pointer (&node);
          node = call;
          if (!parse_arguments (parser, node))
            return NULL;
        }
      else if (take_sign (parser, "|"))
        node = parse_named (parser, NODE_FILTER, g_steal_pointer (&node));
      else
        break;
      if (node != NULL)
        node = finish (parser, g_steal_pointer (&node));
    }

  return g_steal_pointer (&node);
}

static JinjaNode *
parse_unary (Parser *parser)
{
  if (take_sign (parser, "-"))
    {
      g_autoptr (JinjaNode) node = new_node (parser, NODE_NEGATE);

      if (++parser->depth > MAX_DEPTH)
        return too_deep (parser);
      node->a = parse_unary (parser);
      parser->depth--;
      return node->a != NULL ? finish (parser, g_steal_pointer (&node)) : NULL;
    }
  take_sign (parser, "+");

  return parse_postfix (parser);
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
take_operation (Parser              *parser,
                const SignOperation *operations)
{
  for (; operations->sign != NULL; operations++)
    {
      if (take_sign (parser, operations->sign))
        return operations;
    }
  return NULL;
}

/* From the tightest: products, joins, sums. */
static JinjaNode *
parse_arithmetic (Parser *parser,
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
parse_test (Parser    *parser,
            JinjaNode *object)
{
  gboolean negated = take_word (parser, "not");
  g_autoptr (JinjaNode) node = parse_named (parser, NODE_TEST, object);

  /* "is divisibleby 3": an argument without parentheses. */
  if (node != NULL && node->list->len == 0 &&
      (peek (parser)->kind == TOKEN_STRING || peek (parser)->kind == TOKEN_INTEGER))
    {
      g_ptr_array_add (node->list, parse_primary (parser));
      g_ptr_array_add (node->names, NULL);
    }
  if (node != NULL && negated)
    {
      JinjaNode *outer = new_node (parser, NODE_NOT);

      outer->a = g_steal_pointer (&node);
      node = outer;
    }

  return node != NULL ? finish (parser, g_steal_pointer (&node)) : NULL;
}

static JinjaNode *
parse_comparison (Parser *parser)
{
  g_autoptr (JinjaNode) node = parse_arithmetic (parser, 0);

  while (node != NULL)
    {
      const SignOperation *operation = take_operation (parser, comparisons);

      if (operation != NULL)
        node = new_pair (parser, NODE_COMPARISON, operation->operation, g_steal_pointer (&node), parse_arithmetic (parser, 0));
      else if (take_word (parser, "in"))
        node = new_pair (parser, NODE_COMPARISON, OPERATION_IN, g_steal_pointer (&node), parse_arithmetic (parser, 0));
      else if (is_word (parser, "not"))
        {
          take (parser);
          if (!take_word (parser, "in"))
            return unexpected (parser);
          node = new_pair (parser, NODE_COMPARISON, OPERATION_NOT_IN, g_steal_pointer (&node), parse_arithmetic (parser, 0));
        }
      else if (take_word (parser, "is"))
        node = parse_test (parser, g_steal_pointer (&node));
      else
        break;
    }

  return g_steal_pointer (&node);
}

static JinjaNode *
parse_not (Parser *parser)
{
  if (take_word (parser, "not"))
    {
      g_autoptr (JinjaNode) node = new_node (parser, NODE_NOT);

      if (++parser->depth > MAX_DEPTH)
        return too_deep (parser);
      node->a = parse_not (parser);
      parser->depth--;
      return node->a != NULL ? finish (parser, g_steal_pointer (&node)) : NULL;
    }

  return parse_comparison (parser);
}

static JinjaNode *
parse_and (Parser *parser)
{
  g_autoptr (JinjaNode) node = parse_not (parser);

  while (node != NULL && take_word (parser, "and"))
    node = new_pair (parser, NODE_AND, 0, g_steal_pointer (&node), parse_not (parser));

  return g_steal_pointer (&node);
}

static JinjaNode *
parse_or (Parser *parser)
{
  g_autoptr (JinjaNode) node = parse_and (parser);

  while (node != NULL && take_word (parser, "or"))
    node = new_pair (parser, NODE_OR, 0, g_steal_pointer (&node), parse_and (parser));

  return g_steal_pointer (&node);
}

static JinjaNode *
parse_expression (Parser *parser)
{
  g_autoptr (JinjaNode) node = NULL;

  if (++parser->depth > MAX_DEPTH)
    return too_deep (parser);

  node = parse_or (parser);
  while (node != NULL && take_word (parser, "if"))
    {
      g_autoptr (JinjaNode) condition = new_node (parser, NODE_CONDITION);

      condition->a = g_steal_pointer (&node);
      condition->b = parse_or (parser);
      if (condition->b == NULL)
        return NULL;
      if (take_word (parser, "else"))
        {
          condition->c = parse_expression (parser);
          if (condition->c == NULL)
            return NULL;
        }
      node = finish (parser, g_steal_pointer (&condition));
    }

  parser->depth--;
  return g_steal_pointer (&node);
}

/* An {% if %} or {% elif %} from its condition on. */
static JinjaNode *
parse_if (Parser *parser)
{
  static const char * const ends[] = { "elif", "else", "endif", NULL };
  static const char * const last[] = { "endif", NULL };
  g_autoptr (JinjaNode) node = new_node (parser, NODE_IF);

  node->list = new_list ();
  node->other = new_list ();
  node->a = parse_expression (parser);
  if (node->a == NULL || !expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;

  if (take_word (parser, "elif"))
    {
      JinjaNode *next;

      if (++parser->depth > MAX_DEPTH)
        return too_deep (parser);
      next = parse_if (parser);
      parser->depth--;
      if (next == NULL)
        return NULL;
      g_ptr_array_add (node->other, next);
      return g_steal_pointer (&node);
    }
  if (take_word (parser, "else") &&
      (!expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->other, last)))
    return NULL;

  take (parser);
  return expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_for (Parser *parser)
{
  static const char * const ends[] = { "else", "endfor", NULL };
  static const char * const last[] = { "endfor", NULL };
  g_autoptr (JinjaNode) node = new_node (parser, NODE_FOR);

  node->list = new_list ();
  node->other = new_list ();
  node->names = g_ptr_array_new_with_free_func (g_free);
  do
    {
      if (peek (parser)->kind != TOKEN_NAME)
        return unexpected (parser);
      g_ptr_array_add (node->names, g_strdup (take (parser)->text));
    }
  while (take_sign (parser, ","));

  if (!take_word (parser, "in"))
    return unexpected (parser);
  node->a = parse_or (parser);
  if (node->a == NULL)
    return NULL;
  if (take_word (parser, "if"))
    {
      node->b = parse_expression (parser);
      if (node->b == NULL)
        return NULL;
    }
  if (!expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;
  if (take_word (parser, "else") &&
      (!expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->other, last)))
    return NULL;

  take (parser);
  return expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_set (Parser *parser)
{
  static const char * const ends[] = { "endset", NULL };
  g_autoptr (JinjaNode) node = new_node (parser, NODE_SET);

  node->a = parse_postfix (parser);
  if (node->a == NULL)
    return NULL;
  if (node->a->kind != NODE_NAME && node->a->kind != NODE_ATTRIBUTE)
    return unexpected (parser);

  if (take_sign (parser, "="))
    {
      node->b = parse_expression (parser);
      return node->b != NULL && expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
    }

  node->list = new_list ();
  if (!expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;
  take (parser);
  return expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_macro (Parser *parser)
{
  static const char * const ends[] = { "endmacro", NULL };
  g_autoptr (JinjaNode) node = new_node (parser, NODE_MACRO);

  node->list = new_list ();
  node->defaults = new_list ();
  node->names = g_ptr_array_new_with_free_func (g_free);
  if (peek (parser)->kind != TOKEN_NAME)
    return unexpected (parser);
  node->text = g_strdup (take (parser)->text);
  if (!expect_sign (parser, "("))
    return NULL;
  while (!take_sign (parser, ")"))
    {
      JinjaNode *value = NULL;

      if (node->names->len > 0 && !expect_sign (parser, ","))
        return NULL;
      if (peek (parser)->kind != TOKEN_NAME)
        return unexpected (parser);
      g_ptr_array_add (node->names, g_strdup (take (parser)->text));
      if (take_sign (parser, "="))
        {
          value = parse_expression (parser);
          if (value == NULL)
            return NULL;
        }
      g_ptr_array_add (node->defaults, value);
    }
  if (!expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;

  take (parser);
  if (peek (parser)->kind == TOKEN_NAME)
    take (parser);
  return expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_generation (Parser *parser)
{
  static const char * const ends[] = { "endgeneration", NULL };
  g_autoptr (JinjaNode) node = new_node (parser, NODE_BLOCK);

  node->list = new_list ();
  if (!expect_kind (parser, TOKEN_CLOSE_BLOCK) || !parse_body (parser, node->list, ends))
    return NULL;
  take (parser);
  return expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
}

static JinjaNode *
parse_statement (Parser *parser)
{
  g_autoptr (JinjaNode) node = NULL;

  if (take_word (parser, "if"))
    return parse_if (parser);
  if (take_word (parser, "for"))
    return parse_for (parser);
  if (take_word (parser, "set"))
    return parse_set (parser);
  if (take_word (parser, "macro"))
    return parse_macro (parser);
  if (take_word (parser, "generation"))
    return parse_generation (parser);

  if (is_word (parser, "break") || is_word (parser, "continue"))
    {
      node = new_node (parser, is_word (parser, "break") ? NODE_BREAK : NODE_CONTINUE);
      take (parser);
      return expect_kind (parser, TOKEN_CLOSE_BLOCK) ? g_steal_pointer (&node) : NULL;
    }

  if (peek (parser)->kind == TOKEN_NAME && !g_str_has_prefix (peek (parser)->text, "end") &&
      !is_word (parser, "else") && !is_word (parser, "elif"))
    {
      g_set_error (parser->error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("line %u: the statement “%s” is not supported"), peek (parser)->line, peek (parser)->text);
      return NULL;
    }
  return unexpected (parser);
}

/* Up to, and with the opening of, a block that begins with one of @ends, or up to the end of the template where @ends is NULL. */
static gboolean
parse_body (Parser             *parser,
            GPtrArray          *body,
            const char * const *ends)
{
  if (++parser->depth > MAX_DEPTH)
    {
      too_deep (parser);
      return FALSE;
    }

  for (;;)
    {
      g_autoptr (JinjaNode) node = NULL;

      switch (peek (parser)->kind)
        {
        case TOKEN_END:
          parser->depth--;
          if (ends == NULL)
            return TRUE;
          unexpected (parser);
          return FALSE;
        case TOKEN_TEXT:
          node = new_node (parser, NODE_TEXT);
          node->text = g_strdup (take (parser)->text);
          break;
        case TOKEN_OPEN_OUTPUT:
          take (parser);
          node = new_node (parser, NODE_OUTPUT);
          node->a = parse_expression (parser);
          if (node->a == NULL || !expect_kind (parser, TOKEN_CLOSE_OUTPUT))
            return FALSE;
          break;
        case TOKEN_OPEN_BLOCK:
          take (parser);
          for (gsize i = 0; ends != NULL && ends[i] != NULL; i++)
            {
              if (is_word (parser, ends[i]))
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
          unexpected (parser);
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
  Parser parser = { .tokens = tokens, .error = &local_error };

  if (tokens == NULL)
    return NULL;

  body = new_list ();
  if (!parse_body (&parser, body, NULL))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  return g_steal_pointer (&body);
}
