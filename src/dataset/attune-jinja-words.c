/* attune-jinja-words.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jinja-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

/* The filters, tests, methods and functions that chat templates use. Whatever cuts a text keeps the marks of its bytes. */

static JinjaValue *
get_argument (GPtrArray *arguments,
              guint      number)
{
  return arguments != NULL && number < arguments->len ? g_ptr_array_index (arguments, number) : NULL;
}

static const char *
get_text (GPtrArray *arguments,
          guint      number)
{
  JinjaValue *value = get_argument (arguments, number);

  return value != NULL && value->kind == VALUE_STRING ? value->string->text->str : NULL;
}

static gboolean
is_stripped (const char *p,
             const char *characters)
{
  gunichar character = g_utf8_get_char (p);

  if (characters != NULL)
    return g_utf8_strchr (characters, -1, character) != NULL;
  /* Python's white space. */
  return g_unichar_isspace (character) || character == 0x0b || character == 0x85 || (character >= 0x1c && character <= 0x1f);
}

static JinjaValue *
strip (JinjaContext *context,
       JinjaValue   *value,
       const char   *characters,
       gboolean      left,
       gboolean      right)
{
  const char *start = value->string->text->str;
  const char *end = start + value->string->text->len;

  while (left && start < end && is_stripped (start, characters))
    start = g_utf8_next_char (start);
  while (right && end > start && is_stripped (g_utf8_prev_char (end), characters))
    end = g_utf8_prev_char (end);

  return jinja_string_part (context, value, start - value->string->text->str, end - start);
}

static JinjaValue *
change_case (JinjaContext *context,
             JinjaValue   *value,
             const char   *how)
{
  JinjaValue *result = jinja_string (context);
  AttuneMarkedText *text = value->string;
  gboolean in_word = FALSE;

  if (!jinja_work (context, text->text->len))
    return result;

  for (const char *p = text->text->str; p < text->text->str + text->text->len; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);
      gboolean raise = g_str_equal (how, "upper") || (g_str_equal (how, "title") && !in_word) ||
                       (g_str_equal (how, "capitalize") && p == text->text->str);
      char spelling[8] = { 0 };

      in_word = g_unichar_isalpha (character);
      g_unichar_to_utf8 (raise ? g_unichar_toupper (character) : g_unichar_tolower (character), spelling);
      attune_marked_text_append (result->string, spelling, -1, text->foreign->data[p - text->text->str]);
    }

  return result;
}

static JinjaValue *
split (JinjaContext *context,
       JinjaValue   *value,
       GPtrArray    *arguments)
{
  const char *separator = get_text (arguments, 0);
  JinjaValue *limit = get_argument (arguments, 1);
  JinjaValue *result = jinja_list (context);
  const char *start = value->string->text->str;
  const char *end = start + value->string->text->len;
  gint64 n_left = limit != NULL && limit->kind == VALUE_INTEGER && limit->integer >= 0 ? limit->integer : G_MAXINT64;

  if (separator == NULL || *separator == '\0')
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("“split” without a separator is not supported"));

  for (const char *p = start;; n_left--)
    {
      const char *found = n_left > 0 ? memmem (p, end - p, separator, strlen (separator)) : NULL;
      const char *stop = found != NULL ? found : end;

      g_ptr_array_add (result->items, jinja_string_part (context, value, p - start, stop - p));
      if (found == NULL || context->error != NULL)
        return result;
      p = found + strlen (separator);
    }
}

static JinjaValue *
replace (JinjaContext *context,
         JinjaValue   *value,
         GPtrArray    *arguments)
{
  const char *from = get_text (arguments, 0);
  JinjaValue *to = get_argument (arguments, 1);
  JinjaValue *result = jinja_string (context);
  const char *start = value->string->text->str;
  const char *end = start + value->string->text->len;
  const char *found, *p = start;

  if (from == NULL || *from == '\0' || to == NULL || to->kind != VALUE_STRING || arguments->len > 2)
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("this use of “replace” is not supported"));

  while ((found = memmem (p, end - p, from, strlen (from))) != NULL)
    {
      if (!jinja_work (context, found - p + to->string->text->len + 1))
        return result;
      attune_marked_text_append_part (result->string, value->string, p - start, found - p);
      jinja_append (to, result->string);
      p = found + strlen (from);
    }
  if (jinja_work (context, end - p))
    attune_marked_text_append_part (result->string, value->string, p - start, end - p);

  return result;
}

static JinjaValue *
join (JinjaContext *context,
      JinjaValue   *value,
      GPtrArray    *arguments)
{
  JinjaValue *separator = get_argument (arguments, 0);
  JinjaValue *result = jinja_string (context);

  for (guint i = 0; i < value->items->len; i++)
    {
      const JinjaValue *item = g_ptr_array_index (value->items, i);

      if (!jinja_work (context, item->kind == VALUE_STRING ? item->string->text->len + 1 : 1))
        return result;
      if (i > 0 && separator != NULL)
        jinja_append (separator, result->string);
      jinja_append (item, result->string);
    }

  return result;
}

static JinjaValue *
list_items (JinjaContext *context,
            JinjaValue   *dict,
            gboolean      keys,
            gboolean      values)
{
  JinjaValue *result = jinja_list (context);

  for (guint i = 0; i < dict->keys->len; i++)
    {
      JinjaValue *key = jinja_string_from (context, g_ptr_array_index (dict->keys, i), FALSE);
      JinjaValue *item = g_ptr_array_index (dict->items, i);

      if (keys && values)
        {
          JinjaValue *pair = jinja_list (context);

          g_ptr_array_add (pair->items, key);
          g_ptr_array_add (pair->items, item);
          item = pair;
        }
      g_ptr_array_add (result->items, keys && !values ? key : item);
    }

  return result;
}

/* NULL where there is no such method. */
static JinjaValue *
call_string_method (JinjaContext *context,
                    JinjaValue   *value,
                    const char   *name,
                    GPtrArray    *arguments)
{
  const char *text = get_text (arguments, 0);

  if (g_str_equal (name, "strip"))
    return strip (context, value, text, TRUE, TRUE);
  if (g_str_equal (name, "lstrip"))
    return strip (context, value, text, TRUE, FALSE);
  if (g_str_equal (name, "rstrip"))
    return strip (context, value, text, FALSE, TRUE);
  if (g_str_equal (name, "split"))
    return split (context, value, arguments);
  if (g_str_equal (name, "replace"))
    return replace (context, value, arguments);
  if (g_str_equal (name, "startswith") && text != NULL)
    return jinja_boolean (context, g_str_has_prefix (value->string->text->str, text));
  if (g_str_equal (name, "endswith") && text != NULL)
    return jinja_boolean (context, g_str_has_suffix (value->string->text->str, text));
  if (g_str_equal (name, "upper") || g_str_equal (name, "lower") || g_str_equal (name, "title") || g_str_equal (name, "capitalize"))
    return change_case (context, value, name);
  if (g_str_equal (name, "join") && get_argument (arguments, 0) != NULL && get_argument (arguments, 0)->kind == VALUE_LIST)
    {
      g_autoptr (GPtrArray) separator = g_ptr_array_new ();

      g_ptr_array_add (separator, value);
      return join (context, get_argument (arguments, 0), separator);
    }
  return NULL;
}

JinjaValue *
jinja_call_method (JinjaContext *context,
                   JinjaValue   *value,
                   const char   *name,
                   GPtrArray    *arguments)
{
  JinjaValue *result = NULL;

  if (value->kind == VALUE_STRING)
    result = call_string_method (context, value, name, arguments);
  else if (value->kind == VALUE_DICT && g_str_equal (name, "get") && get_text (arguments, 0) != NULL)
    {
      result = jinja_dict_get (value, get_text (arguments, 0));
      if (result == NULL)
        result = get_argument (arguments, 1);
      if (result == NULL)
        result = jinja_none (context);
    }
  else if (value->kind == VALUE_DICT && g_str_equal (name, "items"))
    result = list_items (context, value, TRUE, TRUE);
  else if (value->kind == VALUE_DICT && g_str_equal (name, "keys"))
    result = list_items (context, value, TRUE, FALSE);
  else if (value->kind == VALUE_DICT && g_str_equal (name, "values"))
    result = list_items (context, value, FALSE, TRUE);

  if (result != NULL)
    return result;
  return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("the function “%s” of a value of the kind “%s” is not supported"),
                     name, jinja_kind_to_word (value));
}

static JinjaValue *
make_range (JinjaContext *context,
            GPtrArray    *arguments)
{
  gint64 numbers[3] = { 0, 0, 1 };
  JinjaValue *result = jinja_list (context);

  for (guint i = 0; i < arguments->len && i < 3; i++)
    {
      const JinjaValue *value = g_ptr_array_index (arguments, i);

      if (value->kind != VALUE_INTEGER || ABS (value->integer) > G_MAXINT32)
        return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("this use of “range” is not supported"));
      numbers[arguments->len == 1 ? 1 : i] = value->integer;
    }
  if (numbers[2] == 0)
    return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("this use of “range” is not supported"));

  for (gint64 i = numbers[0]; numbers[2] > 0 ? i < numbers[1] : i > numbers[1]; i += numbers[2])
    {
      if (!jinja_work (context, 100))
        break;
      g_ptr_array_add (result->items, jinja_integer (context, i));
    }

  return result;
}

JinjaValue *
jinja_call_function (JinjaContext *context,
                     const char   *name,
                     GPtrArray    *arguments,
                     GPtrArray    *names)
{
  JinjaValue *result;

  if (g_str_equal (name, "raise_exception"))
    return jinja_fail (context, ATTUNE_ERROR_INVALID, _("the template refuses the conversation: %s"),
                       get_text (arguments, 0) != NULL ? get_text (arguments, 0) : "?");
  if (g_str_equal (name, "range"))
    return make_range (context, arguments);

  /* namespace() and dict() */
  result = jinja_dict (context);
  result->is_namespace = g_str_equal (name, "namespace");
  for (guint i = 0; i < arguments->len; i++)
    {
      if (g_ptr_array_index (names, i) != NULL)
        jinja_dict_set (result, g_ptr_array_index (names, i), g_ptr_array_index (arguments, i));
    }

  return result;
}

static JinjaValue *
apply_default (JinjaContext *context,
               JinjaValue   *value,
               GPtrArray    *arguments)
{
  JinjaValue *also_false = get_argument (arguments, 1);

  if (value->kind == VALUE_UNDEFINED || (also_false != NULL && jinja_is_true (also_false) && !jinja_is_true (value)))
    return get_argument (arguments, 0) != NULL ? get_argument (arguments, 0) : jinja_string (context);
  return value;
}

/* NULL where there is no such filter for lists. */
static JinjaValue *
filter_list (JinjaContext *context,
             const char   *name,
             JinjaValue   *value,
             GPtrArray    *arguments)
{
  GPtrArray *items = value->items;

  if (g_str_equal (name, "join"))
    return join (context, value, arguments);
  if (g_str_equal (name, "first"))
    return items->len > 0 ? g_ptr_array_index (items, 0) : jinja_undefined (context, NULL);
  if (g_str_equal (name, "last"))
    return items->len > 0 ? g_ptr_array_index (items, items->len - 1) : jinja_undefined (context, NULL);
  if (g_str_equal (name, "reverse"))
    {
      JinjaValue *result = jinja_list (context);

      for (guint i = items->len; i > 0; i--)
        g_ptr_array_add (result->items, g_ptr_array_index (items, i - 1));
      return result;
    }

  /* selectattr ("role", "equalto", "user") */
  if ((g_str_equal (name, "selectattr") || g_str_equal (name, "rejectattr")) && get_text (arguments, 0) != NULL)
    {
      JinjaValue *result = jinja_list (context);
      g_autoptr (GPtrArray) rest = g_ptr_array_new ();

      for (guint i = 2; i < arguments->len; i++)
        g_ptr_array_add (rest, g_ptr_array_index (arguments, i));
      for (guint i = 0; i < items->len && context->error == NULL; i++)
        {
          JinjaValue *item = g_ptr_array_index (items, i);
          JinjaValue *member = item->kind == VALUE_DICT ? jinja_dict_get (item, get_text (arguments, 0)) : NULL;
          gboolean passes;

          if (member == NULL)
            member = jinja_undefined (context, get_text (arguments, 0));
          passes = get_text (arguments, 1) != NULL ? jinja_apply_test (context, get_text (arguments, 1), member, rest)
                                                   : jinja_is_true (member);
          if (passes == g_str_equal (name, "selectattr"))
            g_ptr_array_add (result->items, item);
        }
      return result;
    }

  return NULL;
}

JinjaValue *
jinja_apply_filter (JinjaContext *context,
                    const char   *name,
                    JinjaValue   *value,
                    GPtrArray    *arguments,
                    GPtrArray    *names)
{
  JinjaValue *result = NULL;

  if (g_str_equal (name, "default") || g_str_equal (name, "d"))
    return apply_default (context, value, arguments);
  if (g_str_equal (name, "safe") || (g_str_equal (name, "list") && value->kind == VALUE_LIST) ||
      (g_str_equal (name, "string") && value->kind == VALUE_STRING))
    return value;

  if (g_str_equal (name, "length") || g_str_equal (name, "count"))
    {
      if (value->kind == VALUE_STRING)
        return jinja_integer (context, g_utf8_strlen (value->string->text->str, value->string->text->len));
      if (value->kind == VALUE_LIST || value->kind == VALUE_DICT)
        return jinja_integer (context, value->items->len);
      if (value->kind == VALUE_UNDEFINED)
        return jinja_integer (context, 0);
    }
  else if (value->kind == VALUE_STRING && g_str_equal (name, "trim"))
    result = strip (context, value, get_text (arguments, 0), TRUE, TRUE);
  else if (value->kind == VALUE_STRING &&
           (g_str_equal (name, "upper") || g_str_equal (name, "lower") || g_str_equal (name, "title") ||
            g_str_equal (name, "capitalize") || g_str_equal (name, "replace")))
    result = call_string_method (context, value, name, arguments);
  else if (value->kind == VALUE_LIST)
    result = filter_list (context, name, value, arguments);
  else if (value->kind == VALUE_DICT && g_str_equal (name, "items"))
    result = list_items (context, value, TRUE, TRUE);
  else if (g_str_equal (name, "string"))
    {
      result = jinja_string (context);
      jinja_append (value, result->string);
    }

  if (result != NULL)
    return result;
  return jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("the filter “%s” of a value of the kind “%s” is not supported"),
                     name, jinja_kind_to_word (value));
}

gboolean
jinja_apply_test (JinjaContext *context,
                  const char   *name,
                  JinjaValue   *value,
                  GPtrArray    *arguments)
{
  JinjaValue *other = get_argument (arguments, 0);

  if (g_str_equal (name, "defined"))
    return value->kind != VALUE_UNDEFINED;
  if (g_str_equal (name, "undefined"))
    return value->kind == VALUE_UNDEFINED;
  if (g_str_equal (name, "none") || g_str_equal (name, "None"))
    return value->kind == VALUE_NONE;
  if (g_str_equal (name, "string"))
    return value->kind == VALUE_STRING;
  if (g_str_equal (name, "mapping"))
    return value->kind == VALUE_DICT;
  if (g_str_equal (name, "sequence") || g_str_equal (name, "iterable"))
    return value->kind == VALUE_LIST || value->kind == VALUE_STRING || value->kind == VALUE_DICT;
  if (g_str_equal (name, "number"))
    return value->kind == VALUE_INTEGER || value->kind == VALUE_FLOAT || value->kind == VALUE_BOOLEAN;
  if (g_str_equal (name, "integer"))
    return value->kind == VALUE_INTEGER;
  if (g_str_equal (name, "boolean"))
    return value->kind == VALUE_BOOLEAN;
  if (g_str_equal (name, "true"))
    return value->kind == VALUE_BOOLEAN && value->boolean;
  if (g_str_equal (name, "false"))
    return value->kind == VALUE_BOOLEAN && !value->boolean;
  if (g_str_equal (name, "callable"))
    return value->kind == VALUE_FUNCTION || value->kind == VALUE_MACRO;
  if ((g_str_equal (name, "odd") || g_str_equal (name, "even")) && value->kind == VALUE_INTEGER)
    return (value->integer % 2 != 0) == g_str_equal (name, "odd");
  if (other != NULL && (g_str_equal (name, "eq") || g_str_equal (name, "equalto") || g_str_equal (name, "sameas")))
    return jinja_equal (value, other);
  if (other != NULL && g_str_equal (name, "ne"))
    return !jinja_equal (value, other);
  if (other != NULL && g_str_equal (name, "in"))
    return jinja_contains (context, other, value);
  if (other != NULL && g_str_equal (name, "divisibleby") && value->kind == VALUE_INTEGER &&
      other->kind == VALUE_INTEGER && other->integer != 0)
    return value->integer % other->integer == 0;

  jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("the test “%s” of a value of the kind “%s” is not supported"),
              name, jinja_kind_to_word (value));
  return FALSE;
}
