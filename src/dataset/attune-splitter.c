/* attune-splitter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-splitter.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-normalizer.h"

#define GPT2_PATTERN "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
#define QWEN2_PATTERN "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|" \
                      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

typedef enum {
  STEP_PATTERN,
  STEP_LITERAL,
  STEP_DIGITS,
  STEP_PUNCTUATION,
  STEP_PREFIX_SPACE,
} StepKind;

typedef enum {
  BEHAVIOUR_ISOLATED,
  BEHAVIOUR_REMOVED,
  BEHAVIOUR_MERGED_WITH_PREVIOUS,
  BEHAVIOUR_MERGED_WITH_NEXT,
  BEHAVIOUR_CONTIGUOUS,
} Behaviour;

typedef struct {
  StepKind   kind;
  Behaviour  behaviour;
  gboolean   invert;
  GRegex    *pattern;
  GRegex    *slow_pattern; /* the same without a just-in-time compiler, whose stack is limited */
  char      *literal;
} Step;

struct _AttuneSplitter {
  AttuneNormalizer *normalizer; /* NULL: none */
  GArray           *steps;      /* Step */
  gboolean          has_bytes;  /* a ByteLevel was there; nothing may follow it */
  gboolean          is_plain;
};

typedef struct {
  gsize    start, end;
  gboolean is_match;
} Span;

static void
step_clear (gpointer data)
{
  Step *step = data;

  g_clear_pointer (&step->pattern, g_regex_unref);
  g_clear_pointer (&step->slow_pattern, g_regex_unref);
  g_clear_pointer (&step->literal, g_free);
}

static gboolean
add_pattern (AttuneSplitter *self,
             const char     *pattern,
             Behaviour       behaviour,
             gboolean        invert,
             const char     *name,
             GError        **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *translated = attune_normalizer_translate_pattern (pattern);
  Step step = { .kind = STEP_PATTERN, .behaviour = behaviour, .invert = invert };

  if (translated != NULL)
    step.pattern = g_regex_new (translated, G_REGEX_OPTIMIZE, G_REGEX_MATCH_DEFAULT, &local_error);
  if (step.pattern != NULL)
    step.slow_pattern = g_regex_new (translated, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, &local_error);
  if (step.slow_pattern == NULL)
    {
      g_clear_pointer (&step.pattern, g_regex_unref);
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("The tokenizer “%s” splits text by the pattern “%s”, which is not supported"), name, pattern);
      return FALSE;
    }

  g_array_append_val (self->steps, step);
  return TRUE;
}

static gboolean
parse_behaviour (yyjson_val  *value,
                 Behaviour   *behaviour,
                 const char  *name,
                 GError     **error)
{
  static const char * const words[] = { "Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (yyjson_equals_str (value, words[i]))
        {
          *behaviour = i;
          return TRUE;
        }
    }

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("The tokenizer “%s” splits text with the behaviour “%s”, which is not supported"),
               name, yyjson_is_str (value) ? yyjson_get_str (value) : "?");
  return FALSE;
}

static gboolean
parse_byte_level (AttuneSplitter *self,
                  yyjson_val     *value,
                  const char     *name,
                  GError        **error)
{
  yyjson_val *use_regex = yyjson_obj_get (value, "use_regex");

  if (yyjson_is_true (yyjson_obj_get (value, "add_prefix_space")))
    {
      Step step = { .kind = STEP_PREFIX_SPACE };

      g_array_append_val (self->steps, step);
    }

  self->has_bytes = TRUE;
  if (use_regex != NULL && !yyjson_is_true (use_regex))
    return TRUE;

  self->is_plain = self->steps->len == 0;
  return add_pattern (self, GPT2_PATTERN, BEHAVIOUR_ISOLATED, FALSE, name, error);
}

static gboolean
parse_split (AttuneSplitter *self,
             yyjson_val     *value,
             const char     *name,
             GError        **error)
{
  yyjson_val *pattern = yyjson_obj_get (value, "pattern");
  yyjson_val *regex = yyjson_obj_get (pattern, "Regex");
  yyjson_val *literal = yyjson_obj_get (pattern, "String");
  gboolean invert = yyjson_is_true (yyjson_obj_get (value, "invert"));
  Behaviour behaviour;
  Step step;

  if (!parse_behaviour (yyjson_obj_get (value, "behavior"), &behaviour, name, error))
    return FALSE;

  if (yyjson_is_str (regex))
    return add_pattern (self, yyjson_get_str (regex), behaviour, invert, name, error);

  if (!yyjson_is_str (literal) || yyjson_get_len (literal) == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("“%s” is damaged: a pre-tokenizer “Split” has no pattern"), name);
      return FALSE;
    }

  step = (Step) { .kind = STEP_LITERAL, .behaviour = behaviour, .invert = invert };
  step.literal = g_strdup (yyjson_get_str (literal));
  g_array_append_val (self->steps, step);
  return TRUE;
}

static gboolean
parse_pre_tokenizer (AttuneSplitter *self,
                     yyjson_val     *value,
                     guint           depth,
                     const char     *name,
                     GError        **error)
{
  yyjson_val *type = yyjson_obj_get (value, "type");
  const char *kind = yyjson_is_str (type) ? yyjson_get_str (type) : "?";

  if (g_str_equal (kind, "Sequence") && depth < 8)
    {
      yyjson_arr_iter iter = yyjson_arr_iter_with (yyjson_obj_get (value, "pretokenizers"));
      yyjson_val *part;

      while ((part = yyjson_arr_iter_next (&iter)) != NULL)
        {
          if (!parse_pre_tokenizer (self, part, depth + 1, name, error))
            return FALSE;
        }
      return TRUE;
    }

  if (self->has_bytes)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("The tokenizer “%s” has the pre-tokenizer “%s” after “ByteLevel”, which is not supported"), name, kind);
      return FALSE;
    }

  if (g_str_equal (kind, "ByteLevel"))
    return parse_byte_level (self, value, name, error);
  if (g_str_equal (kind, "Split"))
    return parse_split (self, value, name, error);

  if (g_str_equal (kind, "Digits"))
    {
      Step step = { .kind = STEP_DIGITS, .behaviour = BEHAVIOUR_CONTIGUOUS };

      if (yyjson_is_true (yyjson_obj_get (value, "individual_digits")))
        step.behaviour = BEHAVIOUR_ISOLATED;
      g_array_append_val (self->steps, step);
      return TRUE;
    }

  if (g_str_equal (kind, "Punctuation"))
    {
      yyjson_val *behaviour = yyjson_obj_get (value, "behavior");
      Step step = { .kind = STEP_PUNCTUATION, .behaviour = BEHAVIOUR_ISOLATED };

      if (behaviour != NULL && !parse_behaviour (behaviour, &step.behaviour, name, error))
        return FALSE;
      g_array_append_val (self->steps, step);
      return TRUE;
    }

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("The tokenizer “%s” has a pre-tokenizer of the type “%s”, which is not supported"), name, kind);
  return FALSE;
}

AttuneSplitter *
attune_splitter_parse (yyjson_val  *normalizer,
                       yyjson_val  *pre_tokenizer,
                       const char  *name,
                       GError     **error)
{
  g_autoptr (AttuneSplitter) self = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_new0 (AttuneSplitter, 1);
  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  g_array_set_clear_func (self->steps, step_clear);

  if (normalizer != NULL && !yyjson_is_null (normalizer))
    {
      self->normalizer = attune_normalizer_parse (normalizer, name, error);
      if (self->normalizer == NULL)
        return NULL;
    }

  if (pre_tokenizer != NULL && !yyjson_is_null (pre_tokenizer) &&
      !parse_pre_tokenizer (self, pre_tokenizer, 0, name, error))
    return NULL;

  if (!self->has_bytes)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("The tokenizer “%s” does not work on bytes (it has no pre-tokenizer “ByteLevel”); "
                     "only byte-level BPE tokenizers are supported"), name);
      return NULL;
    }

  return g_steal_pointer (&self);
}

AttuneSplitter *
attune_splitter_new_qwen2 (void)
{
  g_autoptr (AttuneSplitter) self = g_new0 (AttuneSplitter, 1);
  g_autoptr (GError) error = NULL;

  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  g_array_set_clear_func (self->steps, step_clear);
  self->normalizer = attune_normalizer_new_nfc ();
  self->has_bytes = TRUE;
  if (!add_pattern (self, QWEN2_PATTERN, BEHAVIOUR_ISOLATED, FALSE, "Qwen 2", &error))
    g_error ("%s", error->message);

  return g_steal_pointer (&self);
}

void
attune_splitter_free (AttuneSplitter *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->normalizer, attune_normalizer_free);
  g_clear_pointer (&self->steps, g_array_unref);
  g_free (self);
}

gboolean
attune_splitter_is_plain (const AttuneSplitter *self)
{
  return self->is_plain && self->normalizer == NULL;
}

char *
attune_splitter_normalize (const AttuneSplitter *self,
                           const char           *text,
                           gsize                 length,
                           gsize                *result_length)
{
  if (self->normalizer == NULL)
    return NULL;
  return attune_normalizer_apply (self->normalizer, text, length, result_length);
}

static void
add_span (GArray   *spans,
          gsize     start,
          gsize     end,
          gboolean  is_match)
{
  Span span = { start, end, is_match };

  if (start < end)
    g_array_append_val (spans, span);
}

static void
find_pattern (const Step  *step,
              const char  *text,
              gsize        length,
              GArray      *spans)
{
  GRegex *patterns[] = { step->pattern, step->slow_pattern };

  for (gsize i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GMatchInfo) info = NULL;
      g_autoptr (GError) error = NULL;
      gboolean found = g_regex_match_full (patterns[i], text, length, 0, G_REGEX_MATCH_DEFAULT, &info, &error);
      gsize end = 0;

      while (found && error == NULL)
        {
          int from = 0, to = 0;

          g_match_info_fetch_pos (info, 0, &from, &to);
          add_span (spans, end, from, FALSE);
          add_span (spans, from, to, TRUE);
          end = to;
          found = g_match_info_next (info, &error);
        }
      if (error == NULL)
        {
          add_span (spans, end, length, FALSE);
          return;
        }

      g_array_set_size (spans, 0);
      if (i + 1 == G_N_ELEMENTS (patterns))
        g_warning ("A text of %" G_GSIZE_FORMAT " bytes could not be split and is taken whole: %s", length, error->message);
    }

  add_span (spans, 0, length, FALSE);
}

static void
find_literal (const Step  *step,
              const char  *text,
              gsize        length,
              GArray      *spans)
{
  gsize literal_length = strlen (step->literal);
  gsize end = 0;
  const char *match;

  while ((match = memmem (text + end, length - end, step->literal, literal_length)) != NULL)
    {
      add_span (spans, end, match - text, FALSE);
      end = match - text + literal_length;
      add_span (spans, match - text, end, TRUE);
    }
  add_span (spans, end, length, FALSE);
}

static gboolean
is_number (gunichar character)
{
  switch ((int) g_unichar_type (character))
    {
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_punctuation (gunichar character)
{
  return character < 128 ? g_ascii_ispunct ((char) character) : g_unichar_ispunct (character) &&
         g_unichar_type (character) != G_UNICODE_CURRENCY_SYMBOL &&
         g_unichar_type (character) != G_UNICODE_MODIFIER_SYMBOL &&
         g_unichar_type (character) != G_UNICODE_MATH_SYMBOL &&
         g_unichar_type (character) != G_UNICODE_OTHER_SYMBOL;
}

static void
find_characters (gboolean   (*is_wanted) (gunichar),
                 const char  *text,
                 gsize        length,
                 GArray      *spans)
{
  gsize end = 0;

  for (gsize i = 0; i < length;)
    {
      gsize next = g_utf8_next_char (text + i) - text;

      if (is_wanted (g_utf8_get_char (text + i)))
        {
          add_span (spans, end, i, FALSE);
          add_span (spans, i, next, TRUE);
          end = next;
        }
      i = next;
    }
  add_span (spans, end, length, FALSE);
}

/* Joins or drops the spans as the behaviour wants it. */
static void
apply_behaviour (Behaviour  behaviour,
                 GArray    *spans)
{
  guint n_kept = 0;

  if (behaviour == BEHAVIOUR_MERGED_WITH_NEXT)
    {
      gboolean next_is_match = FALSE;
      guint first = spans->len;

      /* From the end, so that a match joins what follows it. */
      for (guint i = spans->len; i > 0; i--)
        {
          Span span = g_array_index (spans, Span, i - 1);

          if (span.is_match && !next_is_match && first < spans->len)
            g_array_index (spans, Span, first).start = span.start;
          else
            g_array_index (spans, Span, --first) = span;
          next_is_match = span.is_match;
        }
      g_array_remove_range (spans, 0, first);
      return;
    }

  for (guint i = 0; i < spans->len; i++)
    {
      Span span = g_array_index (spans, Span, i);
      gboolean join = FALSE;

      if (behaviour == BEHAVIOUR_REMOVED && span.is_match)
        continue;
      if (n_kept > 0 && behaviour == BEHAVIOUR_MERGED_WITH_PREVIOUS)
        join = span.is_match && !g_array_index (spans, Span, i - 1).is_match;
      else if (n_kept > 0 && behaviour == BEHAVIOUR_CONTIGUOUS)
        join = span.is_match == g_array_index (spans, Span, n_kept - 1).is_match;

      if (join)
        g_array_index (spans, Span, n_kept - 1).end = span.end;
      else
        g_array_index (spans, Span, n_kept++) = span;
    }
  g_array_set_size (spans, n_kept);
}

static void
apply_step (const Step        *step,
            const AttunePiece *piece,
            GArray            *spans,
            GArray            *pieces,
            GStringChunk      *chunk)
{
  if (step->kind == STEP_PREFIX_SPACE)
    {
      AttunePiece prefixed = *piece;

      if (piece->length > 0 && piece->bytes[0] != ' ')
        {
          g_autofree char *copy = g_malloc (piece->length + 1);

          copy[0] = ' ';
          memcpy (copy + 1, piece->bytes, piece->length);
          prefixed.length = piece->length + 1;
          prefixed.bytes = g_string_chunk_insert_len (chunk, copy, prefixed.length);
        }
      g_array_append_val (pieces, prefixed);
      return;
    }

  g_array_set_size (spans, 0);
  switch (step->kind)
    {
    case STEP_PATTERN:
      find_pattern (step, piece->bytes, piece->length, spans);
      break;
    case STEP_LITERAL:
      find_literal (step, piece->bytes, piece->length, spans);
      break;
    case STEP_DIGITS:
      find_characters (is_number, piece->bytes, piece->length, spans);
      break;
    case STEP_PUNCTUATION:
      find_characters (is_punctuation, piece->bytes, piece->length, spans);
      break;
    case STEP_PREFIX_SPACE:
    default:
      g_assert_not_reached ();
    }

  if (step->invert)
    {
      for (guint i = 0; i < spans->len; i++)
        g_array_index (spans, Span, i).is_match = !g_array_index (spans, Span, i).is_match;
    }
  if (step->behaviour != BEHAVIOUR_ISOLATED)
    apply_behaviour (step->behaviour, spans);

  for (guint i = 0; i < spans->len; i++)
    {
      const Span *span = &g_array_index (spans, Span, i);
      AttunePiece part = { piece->bytes + span->start, span->end - span->start };

      g_array_append_val (pieces, part);
    }
}

void
attune_splitter_split (const AttuneSplitter *self,
                       const char           *text,
                       gsize                 length,
                       GArray               *pieces,
                       GStringChunk         *chunk)
{
  g_autoptr (GArray) current = g_array_new (FALSE, FALSE, sizeof (AttunePiece));
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (Span));
  AttunePiece whole = { text, length };

  if (length == 0)
    return;

  g_array_append_val (current, whole);
  for (guint i = 0; i < self->steps->len; i++)
    {
      const Step *step = &g_array_index (self->steps, Step, i);
      g_autoptr (GArray) next = g_array_sized_new (FALSE, FALSE, sizeof (AttunePiece), current->len);

      for (guint k = 0; k < current->len; k++)
        apply_step (step, &g_array_index (current, AttunePiece, k), spans, next, chunk);
      g_clear_pointer (&current, g_array_unref);
      current = g_steal_pointer (&next);
    }

  g_array_append_vals (pieces, current->data, current->len);
}
