/* attune-jinja-evaluate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jinja-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

void
jinja_push_scope (JinjaContext *context)
{
  g_ptr_array_add (context->scopes, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL));
}

void
jinja_pop_scope (JinjaContext *context)
{
  g_ptr_array_set_size (context->scopes, context->scopes->len - 1);
}

void
jinja_set_variable (JinjaContext *context,
                    const char   *name,
                    JinjaValue   *value)
{
  g_hash_table_insert (g_ptr_array_index (context->scopes, context->scopes->len - 1), g_strdup (name), value);
}

JinjaValue *
jinja_get_variable (JinjaContext *context,
                    const char   *name)
{
  for (guint i = context->scopes->len; i > 0; i--)
    {
      JinjaValue *value = g_hash_table_lookup (g_ptr_array_index (context->scopes, i - 1), name);

      if (value != NULL)
        return value;
    }

  return jinja_undefined (context, name);
}

static JinjaValue *
get_member (JinjaContext *context,
            JinjaValue   *object,
            const char   *name)
{
  JinjaValue *value = NULL;

  if (object->kind == VALUE_UNDEFINED)
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("“%s” is not known, and the template asks for its “%s”"),
                       object->name != NULL ? object->name : "?", name);
  if (object->kind == VALUE_DICT)
    value = jinja_dict_get (object, name);

  return value != NULL ? value : jinja_undefined (context, name);
}

static JinjaValue *
get_item (JinjaContext *context,
          JinjaValue   *object,
          JinjaValue   *key)
{
  gint64 index = key->integer;

  if (key->kind == VALUE_STRING)
    return get_member (context, object, key->string->text->str);

  if (key->kind == VALUE_INTEGER && object->kind == VALUE_LIST)
    {
      if (index < 0)
        index += object->items->len;
      if (index >= 0 && index < object->items->len)
        return g_ptr_array_index (object->items, index);
    }
  else if (key->kind == VALUE_INTEGER && object->kind == VALUE_STRING)
    {
      const char *text = object->string->text->str;
      glong length = g_utf8_strlen (text, object->string->text->len);

      if (index < 0)
        index += length;
      if (index >= 0 && index < length)
        {
          const char *start = g_utf8_offset_to_pointer (text, index);

          return jinja_string_part (context, object, start - text, g_utf8_next_char (start) - start);
        }
    }

  return jinja_undefined (context, NULL);
}

static gboolean
evaluate_bound (JinjaContext    *context,
                const JinjaNode *node,
                gint64          *bound)
{
  JinjaValue *value;

  if (node == NULL)
    return FALSE;
  value = jinja_evaluate (context, node);
  if (value->kind == VALUE_NONE)
    return FALSE;
  if (value->kind != VALUE_INTEGER || ABS (value->integer) > G_MAXINT32)
    {
      jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: the bound of a slice is no number"), node->line);
      return FALSE;
    }
  *bound = value->integer;
  return TRUE;
}

/* As Python cuts: bounds are clamped, negative ones count from the end, the step may go backwards. */
static JinjaValue *
evaluate_slice (JinjaContext    *context,
                const JinjaNode *node)
{
  JinjaValue *object = jinja_evaluate (context, node->a);
  JinjaValue *result;
  gint64 length, start, stop, step = 1;

  if (object->kind == VALUE_STRING)
    length = g_utf8_strlen (object->string->text->str, object->string->text->len);
  else if (object->kind == VALUE_LIST)
    length = object->items->len;
  else
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: a value of the kind “%s” cannot be sliced"),
                       node->line, jinja_kind_to_word (object));

  evaluate_bound (context, node->d, &step);
  if (step == 0)
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: the step of a slice is zero"), node->line);
  start = step > 0 ? 0 : length - 1;
  stop = step > 0 ? length : -1;
  if (evaluate_bound (context, node->b, &start))
    start = CLAMP (start < 0 ? start + length : start, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
  if (evaluate_bound (context, node->c, &stop))
    stop = CLAMP (stop < 0 ? stop + length : stop, step > 0 ? 0 : -1, step > 0 ? length : length - 1);

  if (object->kind == VALUE_STRING)
    {
      const char *text = object->string->text->str;
      const char *from = g_utf8_offset_to_pointer (text, MIN (start, stop));
      const char *to = g_utf8_offset_to_pointer (text, MAX (start, stop));

      if (step != 1)
        return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: a text cannot be sliced with a step"), node->line);
      return jinja_string_part (context, object, from - text, start < stop ? to - from : 0);
    }

  result = jinja_list (context);
  for (gint64 i = start; step > 0 ? i < stop : i > stop; i += step)
    g_ptr_array_add (result->items, g_ptr_array_index (object->items, i));
  return result;
}

static GPtrArray *
evaluate_list (JinjaContext *context,
               GPtrArray    *nodes)
{
  GPtrArray *values = g_ptr_array_new ();

  for (guint i = 0; nodes != NULL && i < nodes->len; i++)
    g_ptr_array_add (values, jinja_evaluate (context, g_ptr_array_index (nodes, i)));

  return values;
}

static JinjaValue *
call_macro (JinjaContext    *context,
            const JinjaNode *macro,
            GPtrArray       *arguments,
            GPtrArray       *names)
{
  JinjaValue *result = jinja_string (context);

  jinja_push_scope (context);
  for (guint i = 0; i < macro->names->len; i++)
    {
      const char *parameter = g_ptr_array_index (macro->names, i);
      const JinjaNode *fallback = g_ptr_array_index (macro->defaults, i);
      JinjaValue *value = NULL;

      for (guint k = 0; k < arguments->len; k++)
        {
          const char *name = g_ptr_array_index (names, k);

          if (name != NULL ? g_str_equal (name, parameter) : k == i)
            value = g_ptr_array_index (arguments, k);
        }
      if (value == NULL)
        value = fallback != NULL ? jinja_evaluate (context, fallback) : jinja_undefined (context, parameter);
      jinja_set_variable (context, parameter, value);
    }
  jinja_run (context, macro->list, result->string);
  jinja_pop_scope (context);

  return result;
}

static JinjaValue *
evaluate_call (JinjaContext    *context,
               const JinjaNode *node)
{
  g_autoptr (GPtrArray) arguments = evaluate_list (context, node->list);
  JinjaValue *object;

  if (context->error != NULL)
    return jinja_undefined (context, NULL);

  if (node->a->kind == NODE_ATTRIBUTE)
    return jinja_call_method (context, jinja_evaluate (context, node->a->a), node->a->text, arguments);

  object = jinja_evaluate (context, node->a);
  if (object->kind == VALUE_FUNCTION)
    return jinja_call_function (context, object->name, arguments, node->names);
  if (object->kind == VALUE_MACRO)
    return call_macro (context, object->node, arguments, node->names);

  if (object->name != NULL && g_str_equal (object->name, "strftime_now"))
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED,
                       _("line %u: the template writes the date of the day into each conversation (strftime_now)"), node->line);
  return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: the function “%s” is not supported"),
                     node->line, object->name != NULL ? object->name : "?");
}

static JinjaValue *
join_values (JinjaContext *context,
             JinjaValue   *a,
             JinjaValue   *b)
{
  JinjaValue *result = jinja_string (context);
  guint64 length = (a->kind == VALUE_STRING ? a->string->text->len : 0) + (b->kind == VALUE_STRING ? b->string->text->len : 0);

  if (jinja_work (context, length + 1))
    {
      jinja_append (a, result->string);
      jinja_append (b, result->string);
    }

  return result;
}

static gboolean
is_number (const JinjaValue *value)
{
  return value->kind == VALUE_INTEGER || value->kind == VALUE_FLOAT || value->kind == VALUE_BOOLEAN;
}

static JinjaValue *
calculate (JinjaContext    *context,
           const JinjaNode *node,
           JinjaValue      *a,
           JinjaValue      *b)
{
  gboolean whole = a->kind != VALUE_FLOAT && b->kind != VALUE_FLOAT;
  double x = a->kind == VALUE_FLOAT ? a->real : (double) a->integer;
  double y = b->kind == VALUE_FLOAT ? b->real : (double) b->integer;
  double result;

  switch (node->operation)
    {
    case OPERATION_ADD:
      result = x + y;
      break;
    case OPERATION_SUBTRACT:
      result = x - y;
      break;
    case OPERATION_MULTIPLY:
      result = x * y;
      break;
    case OPERATION_DIVIDE:
      result = x / y;
      whole = FALSE;
      break;
    case OPERATION_FLOOR_DIVIDE:
      result = floor (x / y);
      break;
    case OPERATION_MODULO:
      result = x - y * floor (x / y);
      break;
    case OPERATION_JOIN:
    case OPERATION_EQUAL:
    case OPERATION_UNEQUAL:
    case OPERATION_LESS:
    case OPERATION_LESS_EQUAL:
    case OPERATION_GREATER:
    case OPERATION_GREATER_EQUAL:
    case OPERATION_IN:
    case OPERATION_NOT_IN:
    default:
      g_assert_not_reached ();
    }

  if (!isfinite (result) || fabs (result) > 1e15)
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: a number is too large"), node->line);
  return whole ? jinja_integer (context, (gint64) result) : jinja_float (context, result);
}

static JinjaValue *
evaluate_operation (JinjaContext    *context,
                    const JinjaNode *node)
{
  JinjaValue *a = jinja_evaluate (context, node->a);
  JinjaValue *b = jinja_evaluate (context, node->b);

  if (context->error != NULL)
    return a;
  if (node->operation == OPERATION_JOIN || (node->operation == OPERATION_ADD && a->kind == VALUE_STRING && b->kind == VALUE_STRING))
    return join_values (context, a, b);
  if (node->operation == OPERATION_ADD && a->kind == VALUE_LIST && b->kind == VALUE_LIST)
    {
      JinjaValue *result = jinja_list (context);

      if (jinja_work (context, a->items->len + b->items->len))
        {
          g_ptr_array_extend (result->items, a->items, NULL, NULL);
          g_ptr_array_extend (result->items, b->items, NULL, NULL);
        }
      return result;
    }
  if (is_number (a) && is_number (b))
    return calculate (context, node, a, b);

  return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: values of the kinds “%s” and “%s” cannot be put together"),
                     node->line, jinja_kind_to_word (a), jinja_kind_to_word (b));
}

static JinjaValue *
evaluate_comparison (JinjaContext    *context,
                     const JinjaNode *node)
{
  JinjaValue *a = jinja_evaluate (context, node->a);
  JinjaValue *b = jinja_evaluate (context, node->b);
  int order;

  switch ((int) node->operation)
    {
    case OPERATION_EQUAL:
      return jinja_boolean (context, jinja_equal (a, b));
    case OPERATION_UNEQUAL:
      return jinja_boolean (context, !jinja_equal (a, b));
    case OPERATION_IN:
      return jinja_boolean (context, jinja_contains (context, b, a));
    case OPERATION_NOT_IN:
      return jinja_boolean (context, !jinja_contains (context, b, a));
    default:
      break;
    }

  if (is_number (a) && is_number (b))
    {
      double x = a->kind == VALUE_FLOAT ? a->real : (double) a->integer;
      double y = b->kind == VALUE_FLOAT ? b->real : (double) b->integer;

      order = (x > y) - (x < y);
    }
  else if (a->kind == VALUE_STRING && b->kind == VALUE_STRING)
    order = strcmp (a->string->text->str, b->string->text->str);
  else
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: values of the kinds “%s” and “%s” cannot be compared"),
                       node->line, jinja_kind_to_word (a), jinja_kind_to_word (b));

  switch ((int) node->operation)
    {
    case OPERATION_LESS:
      return jinja_boolean (context, order < 0);
    case OPERATION_LESS_EQUAL:
      return jinja_boolean (context, order <= 0);
    case OPERATION_GREATER:
      return jinja_boolean (context, order > 0);
    default:
      return jinja_boolean (context, order >= 0);
    }
}

static JinjaValue *
evaluate_collection (JinjaContext    *context,
                     const JinjaNode *node)
{
  g_autoptr (GPtrArray) items = evaluate_list (context, node->list);
  JinjaValue *result;

  if (node->kind == NODE_LIST)
    {
      result = jinja_list (context);
      g_ptr_array_extend (result->items, items, NULL, NULL);
      return result;
    }

  result = jinja_dict (context);
  for (guint i = 0; i + 1 < items->len; i += 2)
    {
      const JinjaValue *key = g_ptr_array_index (items, i);

      if (key->kind == VALUE_STRING)
        jinja_dict_set (result, key->string->text->str, g_ptr_array_index (items, i + 1));
    }
  return result;
}

static JinjaValue *
evaluate_node (JinjaContext    *context,
               const JinjaNode *node)
{
  g_autoptr (GPtrArray) arguments = NULL;
  JinjaValue *value;

  switch (node->kind)
    {
    case NODE_STRING:
      return jinja_string_from (context, node->text, FALSE);
    case NODE_INTEGER:
      return jinja_integer (context, node->integer);
    case NODE_FLOAT:
      return jinja_float (context, node->real);
    case NODE_TRUE:
      return jinja_boolean (context, TRUE);
    case NODE_FALSE:
      return jinja_boolean (context, FALSE);
    case NODE_NONE:
      return jinja_none (context);
    case NODE_NAME:
      return jinja_get_variable (context, node->text);
    case NODE_LIST:
    case NODE_DICT:
      return evaluate_collection (context, node);
    case NODE_ATTRIBUTE:
      return get_member (context, jinja_evaluate (context, node->a), node->text);
    case NODE_ITEM:
      value = jinja_evaluate (context, node->a);
      return get_item (context, value, jinja_evaluate (context, node->b));
    case NODE_SLICE:
      return evaluate_slice (context, node);
    case NODE_CALL:
      return evaluate_call (context, node);
    case NODE_FILTER:
      value = jinja_evaluate (context, node->a);
      arguments = evaluate_list (context, node->list);
      return jinja_apply_filter (context, node->text, value, arguments, node->names);
    case NODE_TEST:
      value = jinja_evaluate (context, node->a);
      arguments = evaluate_list (context, node->list);
      return jinja_boolean (context, jinja_apply_test (context, node->text, value, arguments));
    case NODE_NOT:
      return jinja_boolean (context, !jinja_is_true (jinja_evaluate (context, node->a)));
    case NODE_NEGATE:
      value = jinja_evaluate (context, node->a);
      return value->kind == VALUE_FLOAT ? jinja_float (context, -value->real) : jinja_integer (context, -value->integer);
    case NODE_AND:
      value = jinja_evaluate (context, node->a);
      return jinja_is_true (value) ? jinja_evaluate (context, node->b) : value;
    case NODE_OR:
      value = jinja_evaluate (context, node->a);
      return jinja_is_true (value) ? value : jinja_evaluate (context, node->b);
    case NODE_OPERATION:
      return evaluate_operation (context, node);
    case NODE_COMPARISON:
      return evaluate_comparison (context, node);
    case NODE_CONDITION:
      if (jinja_is_true (jinja_evaluate (context, node->b)))
        return jinja_evaluate (context, node->a);
      return node->c != NULL ? jinja_evaluate (context, node->c) : jinja_undefined (context, NULL);
    case NODE_TEXT:
    case NODE_OUTPUT:
    case NODE_IF:
    case NODE_FOR:
    case NODE_SET:
    case NODE_MACRO:
    case NODE_BLOCK:
    case NODE_BREAK:
    case NODE_CONTINUE:
    default:
      g_assert_not_reached ();
    }
}

JinjaValue *
jinja_evaluate (JinjaContext    *context,
                const JinjaNode *node)
{
  JinjaValue *value;

  if (!jinja_work (context, 10))
    return jinja_undefined (context, NULL);
  if (context->depth >= JINJA_MAX_CALLS)
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: the template is nested too deeply"), node->line);

  context->depth++;
  value = evaluate_node (context, node);
  context->depth--;

  return value;
}
