/* attune-jinja-value.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jinja-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

/* Steps and bytes of text together. A template of a real model needs some thousands for a conversation. */
#define WORK_LIMIT (16 * 1024 * 1024)
#define WORK_PER_BYTE 64

static void
jinja_value_free (gpointer data)
{
  JinjaValue *value = data;

  g_clear_pointer (&value->string, attune_marked_text_free);
  g_clear_pointer (&value->items, g_ptr_array_unref);
  g_clear_pointer (&value->keys, g_ptr_array_unref);
  g_clear_pointer (&value->name, g_free);
  g_free (value);
}

void
jinja_context_init (JinjaContext *context,
                    guint64       length)
{
  *context = (JinjaContext) { 0 };
  context->values = g_ptr_array_new_with_free_func (jinja_value_free);
  context->scopes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  context->work = WORK_LIMIT + WORK_PER_BYTE * length;
}

void
jinja_context_clear (JinjaContext *context)
{
  g_clear_pointer (&context->values, g_ptr_array_unref);
  g_clear_pointer (&context->scopes, g_ptr_array_unref);
  g_clear_error (&context->error);
}

JinjaValue *
jinja_fail (JinjaContext *context,
            int           code,
            const char   *format,
            ...)
{
  if (context->error == NULL)
    {
      va_list args;

      va_start (args, format);
      context->error = g_error_new_valist (ATTUNE_ERROR, code, format, args);
      va_end (args);
    }

  return jinja_undefined (context, NULL);
}

gboolean
jinja_work (JinjaContext *context,
            guint64       amount)
{
  if (context->error != NULL)
    return FALSE;
  if (amount >= context->work)
    {
      jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("the template does not come to an end"));
      return FALSE;
    }
  context->work -= amount;
  return TRUE;
}

static JinjaValue *
new_value (JinjaContext   *context,
           JinjaValueKind  kind)
{
  JinjaValue *value = g_new0 (JinjaValue, 1);

  value->kind = kind;
  g_ptr_array_add (context->values, value);

  return value;
}

JinjaValue *
jinja_undefined (JinjaContext *context,
                 const char   *name)
{
  JinjaValue *value = new_value (context, VALUE_UNDEFINED);

  value->name = g_strdup (name);

  return value;
}

JinjaValue *
jinja_none (JinjaContext *context)
{
  return new_value (context, VALUE_NONE);
}

JinjaValue *
jinja_boolean (JinjaContext *context,
               gboolean      boolean)
{
  JinjaValue *value = new_value (context, VALUE_BOOLEAN);

  value->boolean = boolean;
  value->integer = boolean;

  return value;
}

JinjaValue *
jinja_integer (JinjaContext *context,
               gint64        integer)
{
  JinjaValue *value = new_value (context, VALUE_INTEGER);

  value->integer = integer;

  return value;
}

JinjaValue *
jinja_float (JinjaContext *context,
             double        real)
{
  JinjaValue *value = new_value (context, VALUE_FLOAT);

  value->real = real;

  return value;
}

JinjaValue *
jinja_string (JinjaContext *context)
{
  JinjaValue *value = new_value (context, VALUE_STRING);

  value->string = attune_marked_text_new ();

  return value;
}

JinjaValue *
jinja_string_from (JinjaContext *context,
                   const char   *text,
                   gboolean      foreign)
{
  JinjaValue *value = jinja_string (context);

  attune_marked_text_append (value->string, text, -1, foreign);

  return value;
}

JinjaValue *
jinja_string_part (JinjaContext     *context,
                   const JinjaValue *string,
                   gsize             start,
                   gsize             length)
{
  JinjaValue *value = jinja_string (context);

  if (jinja_work (context, length))
    attune_marked_text_append_part (value->string, string->string, start, length);

  return value;
}

JinjaValue *
jinja_list (JinjaContext *context)
{
  JinjaValue *value = new_value (context, VALUE_LIST);

  value->items = g_ptr_array_new ();

  return value;
}

JinjaValue *
jinja_dict (JinjaContext *context)
{
  JinjaValue *value = new_value (context, VALUE_DICT);

  value->items = g_ptr_array_new ();
  value->keys = g_ptr_array_new_with_free_func (g_free);

  return value;
}

JinjaValue *
jinja_function (JinjaContext *context,
                const char   *name)
{
  JinjaValue *value = new_value (context, VALUE_FUNCTION);

  value->name = g_strdup (name);

  return value;
}

void
jinja_dict_set (JinjaValue *dict,
                const char *key,
                JinjaValue *value)
{
  for (guint i = 0; i < dict->keys->len; i++)
    {
      if (g_str_equal (g_ptr_array_index (dict->keys, i), key))
        {
          g_ptr_array_index (dict->items, i) = value;
          return;
        }
    }

  g_ptr_array_add (dict->keys, g_strdup (key));
  g_ptr_array_add (dict->items, value);
}

JinjaValue *
jinja_dict_get (const JinjaValue *dict,
                const char       *key)
{
  for (guint i = 0; i < dict->keys->len; i++)
    {
      if (g_str_equal (g_ptr_array_index (dict->keys, i), key))
        return g_ptr_array_index (dict->items, i);
    }

  return NULL;
}

gboolean
jinja_is_true (const JinjaValue *value)
{
  switch (value->kind)
    {
    case VALUE_BOOLEAN:
      return value->boolean;
    case VALUE_INTEGER:
      return value->integer != 0;
    case VALUE_FLOAT:
      return value->real != 0;
    case VALUE_STRING:
      return value->string->text->len > 0;
    case VALUE_LIST:
      return value->items->len > 0;
    case VALUE_DICT:
      return value->is_namespace || value->items->len > 0;
    case VALUE_FUNCTION:
    case VALUE_MACRO:
      return TRUE;
    case VALUE_UNDEFINED:
    case VALUE_NONE:
    default:
      return FALSE;
    }
}

static gboolean
is_number (const JinjaValue *value)
{
  return value->kind == VALUE_BOOLEAN || value->kind == VALUE_INTEGER || value->kind == VALUE_FLOAT;
}

static double
to_real (const JinjaValue *value)
{
  return value->kind == VALUE_FLOAT ? value->real : (double) value->integer;
}

gboolean
jinja_equal (const JinjaValue *a,
             const JinjaValue *b)
{
  if (is_number (a) && is_number (b))
    return to_real (a) == to_real (b);
  if (a->kind != b->kind)
    return FALSE;

  switch (a->kind)
    {
    case VALUE_UNDEFINED:
    case VALUE_NONE:
      return TRUE;
    case VALUE_STRING:
      return g_string_equal (a->string->text, b->string->text);
    case VALUE_LIST:
      if (a->items->len != b->items->len)
        return FALSE;
      for (guint i = 0; i < a->items->len; i++)
        {
          if (!jinja_equal (g_ptr_array_index (a->items, i), g_ptr_array_index (b->items, i)))
            return FALSE;
        }
      return TRUE;
    case VALUE_BOOLEAN:
    case VALUE_INTEGER:
    case VALUE_FLOAT:
    case VALUE_DICT:
    case VALUE_FUNCTION:
    case VALUE_MACRO:
    default:
      return a == b;
    }
}

gboolean
jinja_contains (JinjaContext     *context,
                const JinjaValue *container,
                const JinjaValue *item)
{
  switch (container->kind)
    {
    case VALUE_STRING:
      if (item->kind == VALUE_STRING && jinja_work (context, container->string->text->len))
        return memmem (container->string->text->str, container->string->text->len,
                       item->string->text->str, item->string->text->len) != NULL;
      return FALSE;
    case VALUE_LIST:
      for (guint i = 0; i < container->items->len; i++)
        {
          if (jinja_equal (g_ptr_array_index (container->items, i), item))
            return TRUE;
        }
      return FALSE;
    case VALUE_DICT:
      return item->kind == VALUE_STRING && jinja_dict_get (container, item->string->text->str) != NULL;
    case VALUE_UNDEFINED:
      return FALSE;
    case VALUE_NONE:
    case VALUE_BOOLEAN:
    case VALUE_INTEGER:
    case VALUE_FLOAT:
    case VALUE_FUNCTION:
    case VALUE_MACRO:
    default:
      jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("nothing can be “in” a value of the kind “%s”"), jinja_kind_to_word (container));
      return FALSE;
    }
}

void
jinja_append (const JinjaValue *value,
              AttuneMarkedText *text)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  switch (value->kind)
    {
    case VALUE_STRING:
      attune_marked_text_append_part (text, value->string, 0, value->string->text->len);
      break;
    case VALUE_NONE:
      attune_marked_text_append (text, "None", -1, FALSE);
      break;
    case VALUE_BOOLEAN:
      attune_marked_text_append (text, value->boolean ? "True" : "False", -1, FALSE);
      break;
    case VALUE_INTEGER:
      g_snprintf (buffer, sizeof buffer, "%" G_GINT64_FORMAT, value->integer);
      attune_marked_text_append (text, buffer, -1, FALSE);
      break;
    case VALUE_FLOAT:
      attune_marked_text_append (text, g_ascii_dtostr (buffer, sizeof buffer, value->real), -1, FALSE);
      break;
    case VALUE_UNDEFINED:
    case VALUE_LIST:
    case VALUE_DICT:
    case VALUE_FUNCTION:
    case VALUE_MACRO:
    default:
      break;
    }
}

const char *
jinja_kind_to_word (const JinjaValue *value)
{
  static const char * const words[] = {
    "undefined", "none", "boolean", "integer", "float", "string", "list", "dict", "function", "macro",
  };

  return words[value->kind];
}
