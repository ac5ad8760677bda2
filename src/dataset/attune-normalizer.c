/* attune-normalizer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-normalizer.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

/* Unicode's White_Space. PCRE2's own class differs from it by U+180E. */
#define WHITE_SPACE "\\x{9}-\\x{d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"

typedef enum {
  STEP_NFC,
  STEP_NFD,
  STEP_NFKC,
  STEP_NFKD,
  STEP_LOWERCASE,
  STEP_STRIP,
  STEP_PREPEND,
  STEP_REPLACE,
} StepKind;

typedef struct {
  StepKind  kind;
  gboolean  left, right; /* strip */
  GRegex   *pattern;     /* replace, where it is one */
  char     *from;        /* replace, where it is a text */
  char     *to;          /* replace, prepend */
} Step;

struct _AttuneNormalizer {
  GArray *steps;
};

static void
step_clear (gpointer data)
{
  Step *step = data;

  g_clear_pointer (&step->pattern, g_regex_unref);
  g_clear_pointer (&step->from, g_free);
  g_clear_pointer (&step->to, g_free);
}

char *
attune_normalizer_translate_pattern (const char *pattern)
{
  g_autoptr (GString) result = g_string_new (NULL);
  gboolean in_class = FALSE;

  g_return_val_if_fail (pattern != NULL, NULL);

  for (const char *p = pattern; *p != '\0'; p++)
    {
      if (*p == '\\' && p[1] != '\0')
        {
          p++;
          if (*p == 's')
            g_string_append (result, in_class ? WHITE_SPACE : "[" WHITE_SPACE "]");
          else if (*p == 'S' && !in_class)
            g_string_append (result, "[^" WHITE_SPACE "]");
          else if (*p == 'S')
            return NULL;
          else
            g_string_append_printf (result, "\\%c", *p);
          continue;
        }

      /* The other engine knows classes in classes and their intersection. */
      if (in_class && (*p == '[' || (*p == '&' && p[1] == '&')))
        return NULL;
      if (*p == '[')
        in_class = TRUE;
      else if (*p == ']')
        in_class = FALSE;
      g_string_append_c (result, *p);
    }

  return g_string_free_and_steal (g_steal_pointer (&result));
}

static gboolean
parse_replace (Step        *step,
               yyjson_val  *value,
               const char  *name,
               GError     **error)
{
  yyjson_val *pattern = yyjson_obj_get (value, "pattern");
  yyjson_val *regex = yyjson_obj_get (pattern, "Regex");
  yyjson_val *text = yyjson_obj_get (pattern, "String");
  yyjson_val *content = yyjson_obj_get (value, "content");

  step->to = g_strdup (yyjson_is_str (content) ? yyjson_get_str (content) : "");
  if (yyjson_is_str (regex))
    {
      g_autofree char *translated = attune_normalizer_translate_pattern (yyjson_get_str (regex));

      if (translated != NULL)
        step->pattern = g_regex_new (translated, G_REGEX_OPTIMIZE, G_REGEX_MATCH_DEFAULT, NULL);
      if (step->pattern == NULL)
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                     _("The tokenizer “%s” replaces the pattern “%s”, which is not supported"), name, yyjson_get_str (regex));
      return step->pattern != NULL;
    }

  if (!yyjson_is_str (text) || yyjson_get_len (text) == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("“%s” is damaged: a normalizer “Replace” has no pattern"), name);
      return FALSE;
    }
  step->from = g_strdup (yyjson_get_str (text));
  return TRUE;
}

static gboolean
parse_step (AttuneNormalizer *self,
            yyjson_val       *value,
            guint             depth,
            const char       *name,
            GError          **error)
{
  static const struct { const char *type; StepKind kind; } kinds[] = {
    { "NFC", STEP_NFC }, { "NFD", STEP_NFD }, { "NFKC", STEP_NFKC }, { "NFKD", STEP_NFKD },
    { "Lowercase", STEP_LOWERCASE }, { "Strip", STEP_STRIP }, { "Prepend", STEP_PREPEND }, { "Replace", STEP_REPLACE },
  };
  yyjson_val *type = yyjson_obj_get (value, "type");

  if (yyjson_equals_str (type, "Sequence") && depth < 8)
    {
      yyjson_arr_iter iter = yyjson_arr_iter_with (yyjson_obj_get (value, "normalizers"));
      yyjson_val *part;

      while ((part = yyjson_arr_iter_next (&iter)) != NULL)
        {
          if (!parse_step (self, part, depth + 1, name, error))
            return FALSE;
        }
      return TRUE;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Step step = { .kind = kinds[i].kind };

      if (!yyjson_equals_str (type, kinds[i].type))
        continue;

      if (step.kind == STEP_STRIP)
        {
          step.left = yyjson_is_true (yyjson_obj_get (value, "strip_left"));
          step.right = yyjson_is_true (yyjson_obj_get (value, "strip_right"));
        }
      else if (step.kind == STEP_PREPEND)
        {
          yyjson_val *prefix = yyjson_obj_get (value, "prepend");

          step.to = g_strdup (yyjson_is_str (prefix) ? yyjson_get_str (prefix) : "");
        }
      else if (step.kind == STEP_REPLACE && !parse_replace (&step, value, name, error))
        {
          step_clear (&step);
          return FALSE;
        }
      g_array_append_val (self->steps, step);
      return TRUE;
    }

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("The tokenizer “%s” has a normalizer of the type “%s”, which is not supported"),
               name, yyjson_is_str (type) ? yyjson_get_str (type) : "?");
  return FALSE;
}

static AttuneNormalizer *
attune_normalizer_new (void)
{
  AttuneNormalizer *self = g_new0 (AttuneNormalizer, 1);

  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  g_array_set_clear_func (self->steps, step_clear);

  return self;
}

AttuneNormalizer *
attune_normalizer_parse (yyjson_val  *value,
                         const char  *name,
                         GError     **error)
{
  g_autoptr (AttuneNormalizer) self = attune_normalizer_new ();

  g_return_val_if_fail (name != NULL, NULL);

  if (!parse_step (self, value, 0, name, error))
    return NULL;

  return g_steal_pointer (&self);
}

AttuneNormalizer *
attune_normalizer_new_nfc (void)
{
  AttuneNormalizer *self = attune_normalizer_new ();
  Step step = { .kind = STEP_NFC };

  g_array_append_val (self->steps, step);

  return self;
}

void
attune_normalizer_free (AttuneNormalizer *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->steps, g_array_unref);
  g_free (self);
}

static gboolean
is_ascii (const char *text,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    {
      if ((guint8) text[i] >= 0x80)
        return FALSE;
    }
  return TRUE;
}

/* GLib's function ends at a NUL, which a text may hold. */
static void
normalize_forms (GString        *text,
                 GNormalizeMode  mode)
{
  g_autoptr (GString) result = NULL;

  if (is_ascii (text->str, text->len))
    return;

  result = g_string_sized_new (text->len);
  for (gsize start = 0; start <= text->len;)
    {
      gsize length = strnlen (text->str + start, text->len - start);
      g_autofree char *part = g_utf8_normalize (text->str + start, length, mode);

      g_string_append (result, part != NULL ? part : text->str + start);
      start += length;
      if (start < text->len)
        g_string_append_c (result, '\0');
      start++;
    }

  g_string_truncate (text, 0);
  g_string_append_len (text, result->str, result->len);
}

static void
lower (GString *text)
{
  g_autoptr (GString) result = g_string_sized_new (text->len);

  for (const char *p = text->str; p < text->str + text->len; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      g_string_append_unichar (result, g_unichar_tolower (character));
      /* The one letter that becomes two. */
      if (character == 0x130)
        g_string_append_unichar (result, 0x307);
    }

  g_string_truncate (text, 0);
  g_string_append_len (text, result->str, result->len);
}

static gboolean
is_white_space (gunichar character)
{
  return g_unichar_isspace (character) || character == 0x0b || character == 0x85;
}

static void
strip (const Step *step,
       GString    *text)
{
  if (step->right)
    {
      while (text->len > 0)
        {
          const char *last = g_utf8_prev_char (text->str + text->len);

          if (!is_white_space (g_utf8_get_char (last)))
            break;
          g_string_truncate (text, last - text->str);
        }
    }
  if (step->left)
    {
      const char *p = text->str;

      while (p < text->str + text->len && is_white_space (g_utf8_get_char (p)))
        p = g_utf8_next_char (p);
      g_string_erase (text, 0, p - text->str);
    }
}

static void
replace (const Step *step,
         GString    *text)
{
  g_autoptr (GString) result = g_string_sized_new (text->len);
  gsize end = 0;

  if (step->pattern != NULL)
    {
      g_autoptr (GMatchInfo) info = NULL;
      g_autoptr (GError) error = NULL;
      gboolean found = g_regex_match_full (step->pattern, text->str, text->len, 0, G_REGEX_MATCH_DEFAULT, &info, &error);

      while (found)
        {
          int from = 0, to = 0;

          g_match_info_fetch_pos (info, 0, &from, &to);
          g_string_append_len (result, text->str + end, from - end);
          g_string_append (result, step->to);
          end = to;
          found = g_match_info_next (info, &error);
        }
      if (error != NULL)
        g_warning ("A replacement stopped after %" G_GSIZE_FORMAT " bytes: %s", end, error->message);
    }
  else
    {
      gsize length = strlen (step->from);
      const char *match;

      while ((match = memmem (text->str + end, text->len - end, step->from, length)) != NULL)
        {
          g_string_append_len (result, text->str + end, match - text->str - end);
          g_string_append (result, step->to);
          end = match - text->str + length;
        }
    }

  g_string_append_len (result, text->str + end, text->len - end);
  g_string_truncate (text, 0);
  g_string_append_len (text, result->str, result->len);
}

char *
attune_normalizer_apply (const AttuneNormalizer *self,
                         const char             *text,
                         gsize                   length,
                         gsize                  *result_length)
{
  g_autoptr (GString) result = NULL;
  gboolean only_forms = TRUE;

  g_return_val_if_fail (result_length != NULL, NULL);

  for (guint i = 0; i < self->steps->len; i++)
    only_forms = only_forms && g_array_index (self->steps, Step, i).kind <= STEP_NFKD;
  if (only_forms && is_ascii (text, length))
    return NULL;

  result = g_string_new_len (text, length);
  for (guint i = 0; i < self->steps->len; i++)
    {
      const Step *step = &g_array_index (self->steps, Step, i);

      switch (step->kind)
        {
        case STEP_NFC:
          normalize_forms (result, G_NORMALIZE_NFC);
          break;
        case STEP_NFD:
          normalize_forms (result, G_NORMALIZE_NFD);
          break;
        case STEP_NFKC:
          normalize_forms (result, G_NORMALIZE_NFKC);
          break;
        case STEP_NFKD:
          normalize_forms (result, G_NORMALIZE_NFKD);
          break;
        case STEP_LOWERCASE:
          lower (result);
          break;
        case STEP_STRIP:
          strip (step, result);
          break;
        case STEP_PREPEND:
          if (result->len > 0)
            g_string_prepend (result, step->to);
          break;
        case STEP_REPLACE:
          replace (step, result);
          break;
        default:
          g_assert_not_reached ();
        }
    }

  *result_length = result->len;
  return g_string_free_and_steal (g_steal_pointer (&result));
}
