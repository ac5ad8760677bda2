/* attune-jinja-lexer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jinja-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

/* Longest first, so that "//" is not read as two "/". */
static const char * const signs[] = {
  "==", "!=", "<=", ">=", "//", "**", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|",
};

static void
token_clear (gpointer data)
{
  g_clear_pointer (&((JinjaToken *) data)->text, g_free);
}

static void
add_token (GArray         *tokens,
           JinjaTokenKind  kind,
           guint           line,
           const char     *text,
           gssize          length)
{
  JinjaToken token = { kind, line, length < 0 ? g_strdup (text) : g_strndup (text, length) };

  g_array_append_val (tokens, token);
}

static guint
count_lines (const char *from,
             const char *to)
{
  guint n_lines = 0;

  for (; from < to; from++)
    n_lines += *from == '\n';
  return n_lines;
}

/* Reads a string with its escapes. Returns what follows it, or NULL where it does not end. */
static const char *
read_string (GArray     *tokens,
             const char *p,
             guint       line)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char quote = *p++;

  for (; *p != '\0' && *p != quote; p++)
    {
      gunichar character = 0;
      guint n_digits = 0;

      if (*p != '\\' || p[1] == '\0')
        {
          g_string_append_c (text, *p);
          continue;
        }

      p++;
      switch (*p)
        {
        case 'n':
          g_string_append_c (text, '\n');
          break;
        case 't':
          g_string_append_c (text, '\t');
          break;
        case 'r':
          g_string_append_c (text, '\r');
          break;
        case '\n':
          break;
        case 'x':
        case 'u':
        case 'U':
          n_digits = *p == 'x' ? 2 : *p == 'u' ? 4 : 8;
          for (guint i = 1; i <= n_digits; i++)
            {
              if (!g_ascii_isxdigit (p[i]))
                return NULL;
              character = character * 16 + g_ascii_xdigit_value (p[i]);
            }
          if (!g_unichar_validate (character))
            return NULL;
          g_string_append_unichar (text, character);
          p += n_digits;
          break;
        case '\\':
        case '\'':
        case '"':
          g_string_append_c (text, *p);
          break;
        default:
          g_string_append_c (text, '\\');
          g_string_append_c (text, *p);
          break;
        }
    }
  if (*p != quote)
    return NULL;

  add_token (tokens, TOKEN_STRING, line, text->str, text->len);
  return p + 1;
}

static const char *
read_number (GArray     *tokens,
             const char *p,
             guint       line)
{
  const char *start = p;
  gboolean is_float = FALSE;

  while (g_ascii_isdigit (*p) || *p == '_')
    p++;
  if (*p == '.' && g_ascii_isdigit (p[1]))
    {
      is_float = TRUE;
      for (p++; g_ascii_isdigit (*p);)
        p++;
    }

  add_token (tokens, is_float ? TOKEN_FLOAT : TOKEN_INTEGER, line, start, p - start);
  return p;
}

/* The inside of {{ }} or {% %}. Returns what follows the end, or NULL with an error. @strips: the end had a minus. */
static const char *
read_inside (GArray      *tokens,
             const char  *p,
             const char  *end,
             guint       *line,
             gboolean    *strips,
             GError     **error)
{
  JinjaTokenKind closing = *end == '%' ? TOKEN_CLOSE_BLOCK : TOKEN_CLOSE_OUTPUT;
  guint n_open = 0;

  for (;;)
    {
      const char *start = p;
      gsize i;

      while (g_ascii_isspace (*p))
        *line += *p++ == '\n';
      if (*p == '\0')
        break;

      if (n_open == 0 && (strncmp (p, end, 2) == 0 || ((*p == '-' || *p == '+') && strncmp (p + 1, end, 2) == 0)))
        {
          *strips = *p == '-';
          add_token (tokens, closing, *line, "", 0);
          return p + (*p == *end ? 2 : 3);
        }

      start = p;
      if (*p == '\'' || *p == '"')
        {
          p = read_string (tokens, p, *line);
          if (p == NULL)
            {
              g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("line %u: a text does not end"), *line);
              return NULL;
            }
          *line += count_lines (start, p);
          continue;
        }
      if (g_ascii_isdigit (*p))
        {
          p = read_number (tokens, p, *line);
          continue;
        }
      if (g_ascii_isalpha (*p) || *p == '_')
        {
          while (g_ascii_isalnum (*p) || *p == '_')
            p++;
          add_token (tokens, TOKEN_NAME, *line, start, p - start);
          continue;
        }

      for (i = 0; i < G_N_ELEMENTS (signs); i++)
        {
          if (g_str_has_prefix (p, signs[i]))
            break;
        }
      if (i == G_N_ELEMENTS (signs))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("line %u: “%c” is not expected here"), *line, *p);
          return NULL;
        }

      /* A brace of a dictionary may stand before the braces that end the output. */
      if (strchr ("([{", *p) != NULL)
        n_open++;
      else if (strchr (")]}", *p) != NULL && n_open > 0)
        n_open--;
      add_token (tokens, TOKEN_SIGN, *line, signs[i], -1);
      p += strlen (signs[i]);
    }

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("line %u: “%s” is missing"), *line, end);
  return NULL;
}

static const char *
find_opening (const char *p)
{
  for (; *p != '\0'; p++)
    {
      if (*p == '{' && (p[1] == '{' || p[1] == '%' || p[1] == '#'))
        return p;
    }
  return p;
}

/* The text before an opening, with the white space taken off that the opening or the settings want off. */
static void
add_text (GArray     *tokens,
          const char *start,
          const char *end,
          gboolean    at_line_start,
          guint       line)
{
  const char *stop = end;

  if (*end == '{' && end[2] == '-')
    {
      while (stop > start && g_ascii_isspace (stop[-1]))
        stop--;
    }
  else if (*end == '{' && end[1] != '{' && end[2] != '+')
    {
      while (stop > start && (stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
      if (stop > start ? stop[-1] != '\n' : !at_line_start)
        stop = end;
    }

  if (stop > start)
    add_token (tokens, TOKEN_TEXT, line, start, stop - start);
}

GArray *
jinja_tokenize (const char  *source,
                GError     **error)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, TRUE, sizeof (JinjaToken));
  g_autoptr (GString) unix_lines = g_string_new (source);
  g_autofree char *copy = NULL;
  gsize length;
  const char *p;
  gboolean at_line_start = TRUE;
  guint line = 1;

  g_array_set_clear_func (tokens, token_clear);
  g_string_replace (unix_lines, "\r\n", "\n", 0);
  length = unix_lines->len;
  copy = g_string_free_and_steal (g_steal_pointer (&unix_lines));
  p = copy;

  /* One newline at the end of a template does not count. */
  if (length > 0 && copy[length - 1] == '\n')
    copy[length - 1] = '\0';

  while (*p != '\0')
    {
      const char *opening = find_opening (p);
      gboolean strips = FALSE, is_output;

      add_text (tokens, p, opening, at_line_start, line);
      line += count_lines (p, opening);
      if (*opening == '\0')
        break;

      if (opening[1] == '#')
        {
          const char *end = strstr (opening + 2, "#}");

          if (end == NULL)
            {
              g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("line %u: “%s” is missing"), line, "#}");
              return NULL;
            }
          strips = end[-1] == '-';
          line += count_lines (opening, end);
          p = end + 2;
          is_output = FALSE;
        }
      else
        {
          is_output = opening[1] == '{';
          add_token (tokens, is_output ? TOKEN_OPEN_OUTPUT : TOKEN_OPEN_BLOCK, line, "", 0);
          p = opening + 2;
          if (*p == '-' || (*p == '+' && !is_output))
            p++;
          p = read_inside (tokens, p, is_output ? "}}" : "%}", &line, &strips, error);
          if (p == NULL)
            return NULL;
        }

      at_line_start = FALSE;
      if (strips)
        {
          while (g_ascii_isspace (*p))
            line += *p++ == '\n';
        }
      else if (!is_output && *p == '\n')
        {
          p++;
          line++;
          at_line_start = TRUE;
        }
    }

  add_token (tokens, TOKEN_END, line, "", 0);
  return g_steal_pointer (&tokens);
}
