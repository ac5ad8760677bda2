/* attune-row-parser.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-row-parser.h"

#include <string.h>

#include <glib/gi18n-lib.h>

const char *
attune_format_to_word (AttuneFormat format)
{
  switch (format)
    {
    case ATTUNE_FORMAT_CHAT:
      return "chat";
    case ATTUNE_FORMAT_PROMPT_COMPLETION:
      return "prompt-completion";
    case ATTUNE_FORMAT_ALPACA:
      return "alpaca";
    case ATTUNE_FORMAT_SHAREGPT:
      return "sharegpt";
    case ATTUNE_FORMAT_TEXT:
      return "text";
    case ATTUNE_FORMAT_UNKNOWN:
    default:
      return NULL;
    }
}

AttuneFormat
attune_format_of (yyjson_val *object)
{
  if (yyjson_obj_get (object, "messages") != NULL)
    return ATTUNE_FORMAT_CHAT;
  if (yyjson_obj_get (object, "prompt") != NULL && yyjson_obj_get (object, "completion") != NULL)
    return ATTUNE_FORMAT_PROMPT_COMPLETION;
  if (yyjson_obj_get (object, "instruction") != NULL && yyjson_obj_get (object, "output") != NULL)
    return ATTUNE_FORMAT_ALPACA;
  if (yyjson_obj_get (object, "conversations") != NULL)
    return ATTUNE_FORMAT_SHAREGPT;
  if (yyjson_obj_get (object, "text") != NULL)
    return ATTUNE_FORMAT_TEXT;
  return ATTUNE_FORMAT_UNKNOWN;
}

static gboolean
is_blank (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (!g_unichar_isspace (g_utf8_get_char (p)))
        return FALSE;
    }
  return TRUE;
}

/* Tools and parts are refused and not left out: a model that is taught without them would be taught something else. */
static char *
check_features (yyjson_val *object)
{
  static const char * const tools[] = { "tools", "functions", "tool_calls", "function_call" };

  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      yyjson_val *value = yyjson_obj_get (object, tools[i]);

      if (value == NULL || yyjson_is_null (value) || (yyjson_is_arr (value) && yyjson_arr_size (value) == 0))
        continue;
      return g_strdup_printf (_("“%s” is there, but tool calls cannot be learnt yet; take the row out"), tools[i]);
    }

  return NULL;
}

/* A text member. NULL with a problem where there is none. */
static const char *
get_text (yyjson_val  *object,
          const char  *member,
          char       **problem)
{
  yyjson_val *value = yyjson_obj_get (object, member);

  if (yyjson_is_arr (value))
    *problem = g_strdup_printf (_("“%s” is a list of parts (pictures, sound or texts), which is not supported; "
                                  "write it as one text"), member);
  else if (value == NULL)
    *problem = g_strdup_printf (_("“%s” is missing; add it"), member);
  else if (!yyjson_is_str (value))
    *problem = g_strdup_printf (_("“%s” is not a text; write it in quotation marks"), member);
  else if (strlen (yyjson_get_str (value)) != yyjson_get_len (value))
    *problem = g_strdup_printf (_("“%s” holds a NUL character (\\u0000); take it out"), member);
  else
    return yyjson_get_str (value);

  return NULL;
}

static char *
check_order (const AttuneRow *row,
             const char      *role,
             guint            number)
{
  const char *before = NULL;

  if (row->messages->len > 0)
    before = g_array_index (row->messages, AttuneMessage, row->messages->len - 1).role;

  if (g_str_equal (role, "system") && before != NULL)
    return g_strdup_printf (_("Message %u: a “system” message stands after others; it has to be the first"), number);
  if (g_str_equal (role, "assistant") && (before == NULL || g_str_equal (before, "system")))
    return g_strdup_printf (_("Message %u: the “assistant” answers before the “user” has said anything; "
                              "put a “user” message before it"), number);
  if (before != NULL && g_str_equal (role, before))
    return g_strdup_printf (_("Message %u: two “%s” messages follow each other; join them"), number, role);

  return NULL;
}

static gboolean
parse_message (AttuneRow   *row,
               yyjson_val  *value,
               guint        number,
               char       **problem)
{
  yyjson_val *weight = yyjson_obj_get (value, "weight");
  g_autofree char *part = NULL;
  const char *role, *content;

  if (!yyjson_is_obj (value))
    {
      *problem = g_strdup_printf (_("Message %u is not an object with “role” and “content”"), number);
      return FALSE;
    }

  role = get_text (value, "role", &part);
  if (role == NULL)
    {
      *problem = g_strdup_printf (_("Message %u: %s"), number, part);
      return FALSE;
    }
  if (g_str_equal (role, "tool") || g_str_equal (role, "function"))
    {
      *problem = g_strdup_printf (_("Message %u has the role “%s”, but tool calls cannot be learnt yet; take the row out"),
                                  number, role);
      return FALSE;
    }
  if (!g_str_equal (role, "system") && !g_str_equal (role, "user") && !g_str_equal (role, "assistant"))
    {
      *problem = g_strdup_printf (_("Message %u has the unknown role “%s”; use “system”, “user” or “assistant”"), number, role);
      return FALSE;
    }

  part = check_features (value);
  if (part == NULL)
    content = get_text (value, "content", &part);
  if (part != NULL)
    {
      *problem = g_strdup_printf (_("Message %u: %s"), number, part);
      return FALSE;
    }

  /* OpenAI's way to leave an answer out of the loss. */
  if (yyjson_is_num (weight) && yyjson_get_num (weight) != 1.0)
    {
      *problem = g_strdup_printf (_("Message %u has a “weight” other than 1, which is not supported; take it out"), number);
      return FALSE;
    }

  *problem = check_order (row, role, number);
  if (*problem != NULL)
    return FALSE;

  if (g_str_equal (role, "assistant") && is_blank (content))
    {
      *problem = g_strdup_printf (_("Message %u: the answer of the “assistant” is empty; write one or take the row out"), number);
      return FALSE;
    }

  attune_row_add_message (row, role, content);
  return TRUE;
}

static gboolean
parse_chat (AttuneRow   *row,
            yyjson_val  *object,
            char       **problem)
{
  yyjson_val *messages = yyjson_obj_get (object, "messages");
  yyjson_arr_iter iter;
  yyjson_val *message;
  guint number = 0;

  if (!yyjson_is_arr (messages))
    {
      *problem = g_strdup (_("“messages” is not a list; write [{\"role\": …, \"content\": …}, …]"));
      return FALSE;
    }
  *problem = check_features (object);
  if (*problem != NULL)
    return FALSE;

  iter = yyjson_arr_iter_with (messages);
  while ((message = yyjson_arr_iter_next (&iter)) != NULL)
    {
      if (!parse_message (row, message, ++number, problem))
        return FALSE;
    }

  for (guint i = 0; i < row->messages->len; i++)
    {
      if (g_str_equal (g_array_index (row->messages, AttuneMessage, i).role, "assistant"))
        {
          if (g_str_equal (g_array_index (row->messages, AttuneMessage, row->messages->len - 1).role, "assistant"))
            return TRUE;
          *problem = g_strdup (_("The last message is the user's and nothing answers it; "
                                 "add the answer of the “assistant” or take the message out"));
          return FALSE;
        }
    }

  *problem = g_strdup (_("There is no message of the “assistant”, so nothing can be learnt; add the answer"));
  return FALSE;
}

/* The same conversation under other words: "from" and "value", spoken by "human" and "gpt". */
static gboolean
parse_sharegpt (AttuneRow   *row,
                yyjson_val  *object,
                char       **problem)
{
  static const struct { const char *from; const char *role; } speakers[] = {
    { "system", "system" }, { "human", "user" }, { "user", "user" }, { "gpt", "assistant" }, { "assistant", "assistant" },
    { "chatgpt", "assistant" }, { "bard", "assistant" }, { "bing", "assistant" }, { "model", "assistant" },
  };
  yyjson_val *list = yyjson_obj_get (object, "conversations");
  yyjson_mut_doc *mutable;
  yyjson_mut_val *root, *messages;
  yyjson_doc *document;
  yyjson_arr_iter iter;
  yyjson_val *entry;
  gboolean good;

  if (!yyjson_is_arr (list))
    {
      *problem = g_strdup (_("“conversations” is not a list; write [{\"from\": …, \"value\": …}, …]"));
      return FALSE;
    }

  mutable = yyjson_mut_doc_new (NULL);
  root = yyjson_mut_obj (mutable);
  yyjson_mut_doc_set_root (mutable, root);
  messages = yyjson_mut_obj_add_arr (mutable, root, "messages");
  iter = yyjson_arr_iter_with (list);
  while ((entry = yyjson_arr_iter_next (&iter)) != NULL)
    {
      yyjson_val *from = yyjson_obj_get (entry, "from");
      yyjson_val *value = yyjson_obj_get (entry, "value");
      yyjson_mut_val *message = yyjson_mut_arr_add_obj (mutable, messages);
      const char *role = yyjson_get_str (from);

      for (gsize i = 0; role != NULL && i < G_N_ELEMENTS (speakers); i++)
        if (g_str_equal (role, speakers[i].from))
          {
            role = speakers[i].role;
            break;
          }
      if (role != NULL)
        yyjson_mut_obj_add_strcpy (mutable, message, "role", role);
      if (value != NULL)
        yyjson_mut_obj_add_val (mutable, message, "content", yyjson_val_mut_copy (mutable, value));
    }

  document = yyjson_mut_doc_imut_copy (mutable, NULL);
  yyjson_mut_doc_free (mutable);
  good = parse_chat (row, yyjson_doc_get_root (document), problem);
  yyjson_doc_free (document);

  return good;
}

static gboolean
parse_pair (AttuneRow   *row,
            yyjson_val  *object,
            const char  *question,
            const char  *more,
            const char  *answer,
            char       **problem)
{
  g_autofree char *joined = NULL;
  const char *prompt, *addition = NULL, *completion;

  prompt = get_text (object, question, problem);
  if (prompt == NULL)
    return FALSE;
  completion = get_text (object, answer, problem);
  if (completion == NULL)
    return FALSE;

  if (more != NULL && yyjson_obj_get (object, more) != NULL && !yyjson_is_null (yyjson_obj_get (object, more)))
    {
      addition = get_text (object, more, problem);
      if (addition == NULL)
        return FALSE;
    }
  if (addition != NULL && *addition != '\0')
    prompt = joined = g_strconcat (prompt, "\n\n", addition, NULL);

  if (is_blank (completion))
    {
      *problem = g_strdup_printf (_("“%s” is empty, so nothing can be learnt; write the answer or take the row out"), answer);
      return FALSE;
    }

  attune_row_add_message (row, "user", prompt);
  attune_row_add_message (row, "assistant", completion);
  return TRUE;
}

static gboolean
parse_text (AttuneRow   *row,
            yyjson_val  *object,
            char       **problem)
{
  const char *text = get_text (object, "text", problem);

  if (text == NULL)
    return FALSE;
  if (is_blank (text))
    {
      *problem = g_strdup (_("“text” is empty; take the row out"));
      return FALSE;
    }

  attune_row_add_message (row, "text", text);
  return TRUE;
}

AttuneRow *
attune_row_parse (yyjson_val    *object,
                  AttuneFormat   format,
                  gint64         line,
                  char         **problem)
{
  g_autoptr (AttuneRow) row = NULL;
  AttuneFormat found = attune_format_of (object);
  gboolean good = FALSE;

  g_return_val_if_fail (problem != NULL && *problem == NULL, NULL);

  if (found == ATTUNE_FORMAT_UNKNOWN)
    {
      if (yyjson_obj_get (object, "chosen") != NULL || yyjson_obj_get (object, "rejected") != NULL)
        *problem = g_strdup (_("This is a preference pair (“chosen”, “rejected”), which is not supported yet; write “messages” with the chosen answer"));
      else
        *problem = g_strdup (_("The row has no members that are known; use “messages”, “prompt” and “completion”, "
                               "“instruction” and “output”, “conversations”, or “text”"));
      return NULL;
    }
  if (found != format)
    {
      *problem = g_strdup_printf (_("The row is of the form “%s”, but the rows before it are of the form “%s”; "
                                    "keep to one form in a file"),
                                  attune_format_to_word (found), attune_format_to_word (format));
      return NULL;
    }

  row = attune_row_new (line);
  switch (format)
    {
    case ATTUNE_FORMAT_CHAT:
      good = parse_chat (row, object, problem);
      break;
    case ATTUNE_FORMAT_PROMPT_COMPLETION:
      good = parse_pair (row, object, "prompt", NULL, "completion", problem);
      break;
    case ATTUNE_FORMAT_ALPACA:
      good = parse_pair (row, object, "instruction", "input", "output", problem);
      break;
    case ATTUNE_FORMAT_SHAREGPT:
      good = parse_sharegpt (row, object, problem);
      break;
    case ATTUNE_FORMAT_TEXT:
      good = parse_text (row, object, problem);
      break;
    case ATTUNE_FORMAT_UNKNOWN:
    default:
      g_assert_not_reached ();
    }

  return good ? g_steal_pointer (&row) : NULL;
}

static guint64
hash_text (guint64     hash,
           const char *text)
{
  /* The NUL at the end is hashed too, so that texts do not run into each other. */
  for (const char *p = text;; p++)
    {
      hash = (hash ^ (guint8) *p) * G_GUINT64_CONSTANT (0x100000001b3);
      if (*p == '\0')
        break;
    }
  hash ^= hash >> 32;
  hash *= G_GUINT64_CONSTANT (0xd6e8feb86659fd93);
  hash ^= hash >> 32;
  return hash;
}

guint64
attune_row_hash (const AttuneRow *row)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (guint i = 0; i < row->messages->len; i++)
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, i);

      hash = hash_text (hash, message->role);
      hash = hash_text (hash, message->content);
    }

  return hash;
}
