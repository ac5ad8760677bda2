/* attune-json-scanner.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-json-scanner.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-error.h"

void
attune_json_scanner_init (AttuneJsonScanner *self,
                          const char        *data,
                          gsize              length,
                          const char        *place)
{
  *self = (AttuneJsonScanner) {
    .start = data,
    .end = data + length,
    .at = data,
    .word = data,
    .place = place,
    .token = ATTUNE_JSON_TOKEN_END,
    .text = g_string_new (NULL),
  };
}

void
attune_json_scanner_clear (AttuneJsonScanner *self)
{
  if (self->text != NULL)
    g_string_free (g_steal_pointer (&self->text), TRUE);
}

gboolean
attune_json_scanner_fail (AttuneJsonScanner  *self,
                          GError            **error,
                          const char         *format,
                          ...)
{
  g_autofree char *message = NULL;
  guint line = 1;
  guint column = 1;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  /* Only failures need the place, so nothing is counted on the way. A column is a character, as editors count. */
  for (const char *p = self->start; p < self->word; p++)
    {
      if (*p == '\n')
        {
          line++;
          column = 1;
        }
      else if (((guchar) *p & 0xc0) != 0x80)
        column++;
    }

  if (self->place != NULL)
    /* translators: %s is the name of a file, then line and column, then what is wrong there */
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s, line %u, column %u: %s"), self->place, line, column, message);
  else
    /* translators: line and column, then what is wrong there */
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("line %u, column %u: %s"), line, column, message);

  return FALSE;
}

static gboolean
fail_at (AttuneJsonScanner  *self,
         const char         *at,
         const char         *message,
         GError            **error)
{
  self->word = at;
  return attune_json_scanner_fail (self, error, "%s", message);
}

gboolean
attune_json_scanner_fail_word (AttuneJsonScanner  *self,
                               const char         *expected,
                               GError            **error)
{
  g_autofree char *found = NULL;
  gsize length = (gsize) (self->at - self->word);

  if (self->token == ATTUNE_JSON_TOKEN_END)
    return attune_json_scanner_fail (self, error, _("the text ends where %s should follow"), expected);

  /* Long strings are not worth showing whole. */
  found = g_utf8_make_valid (self->word, (gssize) MIN (length, 40));
  return attune_json_scanner_fail (self, error, _("found “%s” where %s should stand"), found, expected);
}

static gboolean
read_hex4 (AttuneJsonScanner *self,
           const char        *at,
           gunichar          *unit)
{
  *unit = 0;
  if (self->end - at < 4)
    return FALSE;

  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (at[i]);

      if (digit < 0)
        return FALSE;
      *unit = *unit * 16 + (gunichar) digit;
    }

  return TRUE;
}

/* @at is behind the backslash; moves behind the escape. */
static gboolean
read_escape (AttuneJsonScanner  *self,
             const char        **at,
             GError            **error)
{
  const char *p = *at;
  const char *backslash = p - 1;
  gunichar unit;
  gunichar low;

  if (p >= self->end)
    return fail_at (self, backslash, _("a text is not closed: a quotation mark is missing"), error);

  switch (*p++)
    {
    case '"':
      g_string_append_c (self->text, '"');
      break;
    case '\\':
      g_string_append_c (self->text, '\\');
      break;
    case '/':
      g_string_append_c (self->text, '/');
      break;
    case 'b':
      g_string_append_c (self->text, '\b');
      break;
    case 'f':
      g_string_append_c (self->text, '\f');
      break;
    case 'n':
      g_string_append_c (self->text, '\n');
      break;
    case 'r':
      g_string_append_c (self->text, '\r');
      break;
    case 't':
      g_string_append_c (self->text, '\t');
      break;
    case 'u':
      if (!read_hex4 (self, p, &unit))
        return fail_at (self, backslash, _("“\\u” needs four hexadecimal digits"), error);
      p += 4;
      if (unit >= 0xd800 && unit < 0xdc00)
        {
          if (self->end - p < 6 || p[0] != '\\' || p[1] != 'u' || !read_hex4 (self, p + 2, &low) || low < 0xdc00 || low > 0xdfff)
            return fail_at (self, backslash, _("half of a surrogate pair stands alone"), error);
          p += 6;
          unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        }
      else if (unit >= 0xdc00 && unit < 0xe000)
        return fail_at (self, backslash, _("half of a surrogate pair stands alone"), error);
      else if (unit == 0)
        return fail_at (self, backslash, _("a text must not hold the character U+0000"), error);
      g_string_append_unichar (self->text, unit);
      break;
    default:
      return fail_at (self, backslash, _("a backslash in a text has to be doubled, or to start a known escape"), error);
    }

  *at = p;
  return TRUE;
}

static gboolean
read_string (AttuneJsonScanner  *self,
             GError            **error)
{
  const char *p = self->at + 1;

  g_string_truncate (self->text, 0);
  for (;;)
    {
      const char *plain = p;
      const char *valid;

      while (p < self->end && *p != '"' && *p != '\\' && (guchar) *p >= 0x20)
        p++;

      if (!g_utf8_validate_len (plain, (gsize) (p - plain), &valid))
        return fail_at (self, valid, _("the text is not UTF-8. Save the file as UTF-8"), error);
      g_string_append_len (self->text, plain, p - plain);

      if (p >= self->end)
        return attune_json_scanner_fail (self, error, "%s", _("a text is not closed: a quotation mark is missing"));

      if (*p == '"')
        break;

      if (*p != '\\')
        return fail_at (self, p, *p == '\n' ? _("a text is not closed on its line: write line breaks as \\n")
                                            : _("a control character in a text has to be written as an escape"), error);

      p++;
      if (!read_escape (self, &p, error))
        return FALSE;
    }

  self->at = p + 1;
  self->token = ATTUNE_JSON_TOKEN_STRING;
  return TRUE;
}

static gboolean
read_number (AttuneJsonScanner  *self,
             GError            **error)
{
  const char *p = self->at;
  gboolean whole = TRUE;
  char small[64];
  g_autofree char *large = NULL;
  char *digits = small;
  gsize length;

  if (p < self->end && *p == '-')
    p++;
  if (p < self->end && *p == '0')
    p++;
  else if (p < self->end && g_ascii_isdigit (*p))
    while (p < self->end && g_ascii_isdigit (*p))
      p++;
  else
    return attune_json_scanner_fail (self, error, "%s", _("a minus has to be followed by a number"));

  if (p < self->end && *p == '.')
    {
      whole = FALSE;
      p++;
      if (p >= self->end || !g_ascii_isdigit (*p))
        return attune_json_scanner_fail (self, error, "%s", _("a decimal point has to be followed by digits"));
      while (p < self->end && g_ascii_isdigit (*p))
        p++;
    }

  if (p < self->end && (*p == 'e' || *p == 'E'))
    {
      whole = FALSE;
      p++;
      if (p < self->end && (*p == '+' || *p == '-'))
        p++;
      if (p >= self->end || !g_ascii_isdigit (*p))
        return attune_json_scanner_fail (self, error, "%s", _("the exponent of a number has no digits"));
      while (p < self->end && g_ascii_isdigit (*p))
        p++;
    }

  if (p < self->end && (g_ascii_isalnum (*p) || *p == '.' || *p == '_'))
    return attune_json_scanner_fail (self, error, "%s", _("this is not a number as JSON writes it"));

  /* strtod wants an end, and the text may stop right here. */
  length = (gsize) (p - self->at);
  if (length < sizeof small)
    {
      memcpy (small, self->at, length);
      small[length] = '\0';
    }
  else
    {
      large = g_strndup (self->at, length);
      digits = large;
    }

  self->at = p;
  self->number = g_ascii_strtod (digits, NULL);
  if (!isfinite (self->number))
    return attune_json_scanner_fail (self, error, "%s", _("the number is too large"));

  self->token = ATTUNE_JSON_TOKEN_DOUBLE;
  if (whole)
    {
      errno = 0;
      self->integer = g_ascii_strtoll (digits, NULL, 10);
      /* Minus zero is no integer. */
      if (errno == 0 && !(self->integer == 0 && digits[0] == '-'))
        self->token = ATTUNE_JSON_TOKEN_INTEGER;
    }

  return TRUE;
}

static gboolean
read_literal (AttuneJsonScanner  *self,
              GError            **error)
{
  static const struct {
    const char      *word;
    AttuneJsonToken  token;
  } literals[] = {
    { "true", ATTUNE_JSON_TOKEN_TRUE },
    { "false", ATTUNE_JSON_TOKEN_FALSE },
    { "null", ATTUNE_JSON_TOKEN_NULL },
  };
  g_autofree char *found = NULL;
  const char *p = self->at;

  while (p < self->end && (g_ascii_isalnum (*p) || *p == '_'))
    p++;

  for (guint i = 0; i < G_N_ELEMENTS (literals); i++)
    {
      gsize length = strlen (literals[i].word);

      if ((gsize) (p - self->at) == length && memcmp (self->at, literals[i].word, length) == 0)
        {
          self->at = p;
          self->token = literals[i].token;
          return TRUE;
        }
    }

  found = g_strndup (self->at, MIN ((gsize) (p - self->at), 40));
  if (g_str_equal (found, "NaN") || g_str_equal (found, "Infinity"))
    return attune_json_scanner_fail (self, error, _("“%s” is not a number as JSON writes it. Use null"), found);
  return attune_json_scanner_fail (self, error, _("“%s” is no JSON. Put texts between double quotation marks"), found);
}

static gboolean
check_start (AttuneJsonScanner  *self,
             GError            **error)
{
  gsize length = (gsize) (self->end - self->start);

  if (length >= 3 && memcmp (self->start, "\xef\xbb\xbf", 3) == 0)
    return attune_json_scanner_fail (self, error, "%s", _("the text starts with a byte order mark. Save it as UTF-8 without one"));
  if (length >= 2 && (memcmp (self->start, "\xff\xfe", 2) == 0 || memcmp (self->start, "\xfe\xff", 2) == 0))
    return attune_json_scanner_fail (self, error, "%s", _("the text is UTF-16. Save it as UTF-8"));

  return TRUE;
}

gboolean
attune_json_scanner_next (AttuneJsonScanner  *self,
                          GError            **error)
{
  const char *p = self->at;

  if (p == self->start && !check_start (self, error))
    return FALSE;

  while (p < self->end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
    p++;

  self->at = p;
  self->word = p;
  if (p >= self->end)
    {
      self->token = ATTUNE_JSON_TOKEN_END;
      return TRUE;
    }

  switch (*p)
    {
    case '{':
      self->token = ATTUNE_JSON_TOKEN_OBJECT_START;
      break;
    case '}':
      self->token = ATTUNE_JSON_TOKEN_OBJECT_END;
      break;
    case '[':
      self->token = ATTUNE_JSON_TOKEN_ARRAY_START;
      break;
    case ']':
      self->token = ATTUNE_JSON_TOKEN_ARRAY_END;
      break;
    case ':':
      self->token = ATTUNE_JSON_TOKEN_COLON;
      break;
    case ',':
      self->token = ATTUNE_JSON_TOKEN_COMMA;
      break;
    case '"':
      return read_string (self, error);
    case '/':
      return attune_json_scanner_fail (self, error, "%s", _("JSON has no comments"));
    case '\'':
      return attune_json_scanner_fail (self, error, "%s", _("texts stand between double quotation marks"));
    default:
      if (*p == '-' || g_ascii_isdigit (*p))
        return read_number (self, error);
      if (g_ascii_isalpha (*p) || *p == '_')
        return read_literal (self, error);
      if (*p == '\0')
        return attune_json_scanner_fail (self, error, "%s", _("there is a zero byte. This is not a text file"));
      return attune_json_scanner_fail (self, error, "%s", _("there is a character that JSON does not know here"));
    }

  self->at = p + 1;
  return TRUE;
}
