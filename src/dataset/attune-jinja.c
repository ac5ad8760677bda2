/* attune-jinja.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jinja.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-jinja-private.h"

struct _AttuneJinja {
  GPtrArray *body;
};

static JinjaValue *
make_loop (JinjaContext *context,
           GPtrArray    *items,
           guint         index)
{
  JinjaValue *loop = jinja_dict (context);

  jinja_dict_set (loop, "index", jinja_integer (context, index + 1));
  jinja_dict_set (loop, "index0", jinja_integer (context, index));
  jinja_dict_set (loop, "revindex", jinja_integer (context, items->len - index));
  jinja_dict_set (loop, "revindex0", jinja_integer (context, items->len - index - 1));
  jinja_dict_set (loop, "first", jinja_boolean (context, index == 0));
  jinja_dict_set (loop, "last", jinja_boolean (context, index + 1 == items->len));
  jinja_dict_set (loop, "length", jinja_integer (context, items->len));
  if (index > 0)
    jinja_dict_set (loop, "previtem", g_ptr_array_index (items, index - 1));
  if (index + 1 < items->len)
    jinja_dict_set (loop, "nextitem", g_ptr_array_index (items, index + 1));

  return loop;
}

static void
set_targets (JinjaContext    *context,
             const JinjaNode *node,
             JinjaValue      *item)
{
  if (node->names->len == 1)
    {
      jinja_set_variable (context, g_ptr_array_index (node->names, 0), item);
      return;
    }
  for (guint i = 0; i < node->names->len; i++)
    {
      if (item->kind != VALUE_LIST || i >= item->items->len)
        jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: there are not enough values to unpack"), node->line);
      else
        jinja_set_variable (context, g_ptr_array_index (node->names, i), g_ptr_array_index (item->items, i));
    }
}

static void
run_for (JinjaContext     *context,
         const JinjaNode  *node,
         AttuneMarkedText *output)
{
  JinjaValue *over = jinja_evaluate (context, node->a);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();

  if (context->error != NULL)
    return;
  if (over->kind == VALUE_DICT)
    {
      for (guint i = 0; i < over->keys->len; i++)
        g_ptr_array_add (items, jinja_string_from (context, g_ptr_array_index (over->keys, i), FALSE));
    }
  else if (over->kind == VALUE_LIST)
    g_ptr_array_extend (items, over->items, NULL, NULL);
  else if (over->kind != VALUE_UNDEFINED)
    {
      jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: a loop over a value of the kind “%s” is not supported"),
                  node->line, jinja_kind_to_word (over));
      return;
    }

  if (node->b != NULL)
    {
      g_autoptr (GPtrArray) wanted = g_ptr_array_new ();

      for (guint i = 0; i < items->len && context->error == NULL; i++)
        {
          jinja_push_scope (context);
          set_targets (context, node, g_ptr_array_index (items, i));
          if (jinja_is_true (jinja_evaluate (context, node->b)))
            g_ptr_array_add (wanted, g_ptr_array_index (items, i));
          jinja_pop_scope (context);
        }
      g_ptr_array_unref (items);
      items = g_steal_pointer (&wanted);
    }

  for (guint i = 0; i < items->len && context->error == NULL; i++)
    {
      jinja_push_scope (context);
      set_targets (context, node, g_ptr_array_index (items, i));
      jinja_set_variable (context, "loop", make_loop (context, items, i));
      jinja_run (context, node->list, output);
      jinja_pop_scope (context);

      context->continued = FALSE;
      if (context->broken)
        {
          context->broken = FALSE;
          break;
        }
    }
  if (items->len == 0)
    jinja_run (context, node->other, output);
}

static void
run_set (JinjaContext    *context,
         const JinjaNode *node)
{
  JinjaValue *value, *object;

  if (node->b != NULL)
    value = jinja_evaluate (context, node->b);
  else
    {
      value = jinja_string (context);
      jinja_run (context, node->list, value->string);
    }

  if (node->a->kind == NODE_NAME)
    {
      jinja_set_variable (context, node->a->text, value);
      return;
    }

  object = jinja_evaluate (context, node->a->a);
  if (object->is_namespace)
    jinja_dict_set (object, node->a->text, value);
  else
    jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: only a member of a namespace can be set"), node->line);
}

static void
run_statement (JinjaContext     *context,
               const JinjaNode  *node,
               AttuneMarkedText *output)
{
  JinjaValue *value;

  switch ((int) node->kind)
    {
    case NODE_TEXT:
      if (jinja_work (context, strlen (node->text)))
        attune_marked_text_append (output, node->text, -1, FALSE);
      break;
    case NODE_OUTPUT:
      value = jinja_evaluate (context, node->a);
      if (value->kind == VALUE_LIST || value->kind == VALUE_DICT)
        jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("line %u: a value of the kind “%s” cannot be written out"),
                    node->line, jinja_kind_to_word (value));
      else if (jinja_work (context, value->kind == VALUE_STRING ? value->string->text->len : 1))
        jinja_append (value, output);
      break;
    case NODE_IF:
      jinja_run (context, jinja_is_true (jinja_evaluate (context, node->a)) ? node->list : node->other, output);
      break;
    case NODE_FOR:
      run_for (context, node, output);
      break;
    case NODE_SET:
      run_set (context, node);
      break;
    case NODE_MACRO:
      value = jinja_function (context, node->text);
      value->kind = VALUE_MACRO;
      value->node = node;
      jinja_set_variable (context, node->text, value);
      break;
    case NODE_BLOCK:
      jinja_run (context, node->list, output);
      break;
    case NODE_BREAK:
      context->broken = TRUE;
      break;
    case NODE_CONTINUE:
      context->continued = TRUE;
      break;
    default:
      g_assert_not_reached ();
    }
}

void
jinja_run (JinjaContext     *context,
           GPtrArray        *body,
           AttuneMarkedText *output)
{
  if (context->depth >= JINJA_MAX_CALLS)
    {
      jinja_fail (context, ATTUNE_ERROR_NOT_SUPPORTED, _("the template is nested too deeply"));
      return;
    }

  context->depth++;
  for (guint i = 0; i < body->len && context->error == NULL && !context->broken && !context->continued; i++)
    {
      if (jinja_work (context, 10))
        run_statement (context, g_ptr_array_index (body, i), output);
    }
  context->depth--;
}

AttuneJinja *
attune_jinja_parse (const char  *source,
                    GError     **error)
{
  g_autoptr (GPtrArray) body = NULL;
  AttuneJinja *self;

  g_return_val_if_fail (source != NULL, NULL);

  body = jinja_parse (source, error);
  if (body == NULL)
    return NULL;

  self = g_new0 (AttuneJinja, 1);
  self->body = g_steal_pointer (&body);
  return self;
}

void
attune_jinja_free (AttuneJinja *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->body, g_ptr_array_unref);
  g_free (self);
}

static JinjaValue *
make_messages (JinjaContext    *context,
               const AttuneRow *row)
{
  JinjaValue *messages = jinja_list (context);

  for (guint i = 0; i < row->messages->len; i++)
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, i);
      JinjaValue *value = jinja_dict (context);

      /* Roles are words of ours by now. */
      jinja_dict_set (value, "role", jinja_string_from (context, message->role, FALSE));
      jinja_dict_set (value, "content", jinja_string_from (context, message->content, TRUE));
      g_ptr_array_add (messages->items, value);
    }

  return messages;
}

AttuneMarkedText *
attune_jinja_render (const AttuneJinja  *self,
                     const AttuneRow    *row,
                     gboolean            add_generation_prompt,
                     const char         *bos,
                     const char         *eos,
                     GError            **error)
{
  /* strftime_now is left out on purpose: templates that ask for it first have a fixed date to fall back to. */
  static const char * const functions[] = { "raise_exception", "range", "namespace", "dict" };
  g_autoptr (AttuneMarkedText) output = NULL;
  g_auto (JinjaContext) context = { 0 };
  guint64 length = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (row != NULL, NULL);

  for (guint i = 0; i < row->messages->len; i++)
    length += strlen (g_array_index (row->messages, AttuneMessage, i).content);
  jinja_context_init (&context, length);

  jinja_push_scope (&context);
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    jinja_set_variable (&context, functions[i], jinja_function (&context, functions[i]));
  jinja_set_variable (&context, "messages", make_messages (&context, row));
  jinja_set_variable (&context, "add_generation_prompt", jinja_boolean (&context, add_generation_prompt));
  jinja_set_variable (&context, "tools", jinja_none (&context));
  jinja_set_variable (&context, "documents", jinja_none (&context));
  if (bos != NULL)
    jinja_set_variable (&context, "bos_token", jinja_string_from (&context, bos, FALSE));
  if (eos != NULL)
    jinja_set_variable (&context, "eos_token", jinja_string_from (&context, eos, FALSE));

  jinja_push_scope (&context);
  output = attune_marked_text_new ();
  jinja_run (&context, self->body, output);
  if (context.error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&context.error));
      return NULL;
    }

  return g_steal_pointer (&output);
}
