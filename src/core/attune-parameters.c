/* attune-parameters.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameters.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-error.h"
#include "attune-json.h"
#include "attune-parameter-table.h"

const AttuneParameter *
attune_parameters_get (guint *n_parameters)
{
  if (n_parameters != NULL)
    *n_parameters = attune_parameter_table_length;

  return attune_parameter_table;
}

const AttuneParameter *
attune_parameters_lookup (const char *path)
{
  static GHashTable *by_path;
  static gsize once;

  g_return_val_if_fail (path != NULL, NULL);

  if (g_once_init_enter (&once))
    {
      by_path = g_hash_table_new (g_str_hash, g_str_equal);
      for (guint i = 0; i < attune_parameter_table_length; i++)
        g_hash_table_insert (by_path, (gpointer) attune_parameter_table[i].path, (gpointer) &attune_parameter_table[i]);
      g_once_init_leave (&once, 1);
    }

  return g_hash_table_lookup (by_path, path);
}

/* Lower case without separators inside a name: batch_size, Batch-Size and batchSize are one word to the person who typed it. */
static char *
fold (const char *text)
{
  g_autofree char *lower = g_utf8_strdown (text, -1);
  g_autoptr (GString) folded = g_string_new (NULL);

  for (const char *p = lower; *p != '\0'; p++)
    {
      if (*p != '_' && *p != '-' && *p != ' ')
        g_string_append_c (folded, *p);
    }

  return g_string_free_and_steal (g_steal_pointer (&folded));
}

/* Edits that turn one text into the other; two neighbours that changed places are one edit, as they are one slip of the fingers. */
static guint
distance (const char *a,
          const char *b)
{
  guint length_a = strlen (a);
  guint length_b = strlen (b);
  guint width = length_b + 1;
  g_autofree guint *rows = g_new0 (guint, 3 * width);
  guint *before = rows;
  guint *previous = rows + width;
  guint *current = rows + 2 * width;

  for (guint j = 0; j <= length_b; j++)
    previous[j] = j;

  for (guint i = 1; i <= length_a; i++)
    {
      guint *spare = before;

      current[0] = i;
      for (guint j = 1; j <= length_b; j++)
        {
          guint best = previous[j - 1] + (a[i - 1] != b[j - 1]);

          best = MIN (best, previous[j] + 1);
          best = MIN (best, current[j - 1] + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            best = MIN (best, before[j - 2] + 1);
          current[j] = best;
        }

      before = previous;
      previous = current;
      current = spare;
    }

  return previous[length_b];
}

static const char *
last_name (const char *path)
{
  const char *dot = strrchr (path, '.');

  return dot != NULL ? dot + 1 : path;
}

static gboolean
is_end_of (const char *end,
           const char *path)
{
  gsize end_length = strlen (end);
  gsize length = strlen (path);

  return length > end_length && path[length - end_length - 1] == '.' && g_str_has_suffix (path, end);
}

const char *
attune_parameters_suggest (const char *path)
{
  g_autofree char *wanted = NULL;
  const char *wanted_name;
  const char *best = NULL;
  guint best_score = G_MAXUINT;

  g_return_val_if_fail (path != NULL, NULL);

  /* Nothing near it is that long, and the comparison is quadratic. */
  if (*path == '\0' || strlen (path) > 200)
    return NULL;

  wanted = fold (path);
  wanted_name = last_name (wanted);

  for (guint i = 0; i < attune_parameter_table_length; i++)
    {
      g_autofree char *known = fold (attune_parameter_table[i].path);
      const char *known_name = last_name (known);
      guint whole = distance (wanted, known);
      guint name = distance (wanted_name, known_name);
      guint score = G_MAXUINT;

      /* The end of a path is the path with its groups left out; the right name in the wrong group is the commonest slip of all. */
      if (whole == 0 || is_end_of (wanted, known))
        score = 0;
      else if (name == 0)
        score = 2 + whole;
      else if (whole * 4 <= strlen (known))
        score = whole * 2;
      if (name > 0 && name * 4 <= strlen (known_name))
        score = MIN (score, 4 + name * 2 + whole);

      if (score < best_score)
        {
          best_score = score;
          best = attune_parameter_table[i].path;
        }
    }

  return best;
}

const char *
attune_parameter_get_title (const AttuneParameter *parameter)
{
  g_return_val_if_fail (parameter != NULL, NULL);

  return _(parameter->title);
}

const char *
attune_parameter_get_help (const AttuneParameter *parameter)
{
  g_return_val_if_fail (parameter != NULL, NULL);

  return _(parameter->help);
}

const char *
attune_parameter_get_unit (const AttuneParameter *parameter)
{
  g_return_val_if_fail (parameter != NULL, NULL);

  return parameter->unit != NULL ? _(parameter->unit) : NULL;
}

const char *
attune_parameter_group_get_title (AttuneParameterGroup group)
{
  switch (group)
    {
    case ATTUNE_PARAMETER_GROUP_MODEL:
      return _("Model");
    case ATTUNE_PARAMETER_GROUP_DATASETS:
      return _("Data Sets");
    case ATTUNE_PARAMETER_GROUP_METHOD:
      return _("Method");
    case ATTUNE_PARAMETER_GROUP_SCHEDULE:
      return _("Schedule");
    case ATTUNE_PARAMETER_GROUP_OPTIMIZER:
      return _("Optimizer");
    case ATTUNE_PARAMETER_GROUP_OPTIMIZATIONS:
      return _("Memory and Speed");
    case ATTUNE_PARAMETER_GROUP_HARDWARE:
      return _("Hardware");
    case ATTUNE_PARAMETER_GROUP_INTEGRATIONS:
      return _("Integrations");
    case ATTUNE_PARAMETER_GROUP_OUTPUT:
      return _("Output");
    case ATTUNE_N_PARAMETER_GROUPS:
    default:
      g_return_val_if_reached (NULL);
    }
}

const char *
attune_parameter_get_value_title (const AttuneParameter *parameter,
                                  const char            *nick)
{
  g_return_val_if_fail (parameter != NULL, nick);
  g_return_val_if_fail (nick != NULL, NULL);

  for (guint i = 0; i < attune_word_titles_length; i++)
    {
      if (attune_word_titles[i].enum_type == parameter->enum_type && g_str_equal (attune_word_titles[i].nick, nick))
        return _(attune_word_titles[i].title);
    }

  /* A word that this version does not know is still better than nothing. */
  return nick;
}

const char *
attune_parameter_get_value_help (const AttuneParameter *parameter,
                                 const char            *nick)
{
  g_return_val_if_fail (parameter != NULL, NULL);
  g_return_val_if_fail (nick != NULL, NULL);

  for (guint i = 0; i < attune_word_titles_length; i++)
    {
      if (attune_word_titles[i].enum_type == parameter->enum_type && g_str_equal (attune_word_titles[i].nick, nick))
        return _(attune_word_titles[i].help);
    }

  return NULL;
}

const GVariantType *
attune_parameter_get_variant_type (const AttuneParameter *parameter)
{
  g_return_val_if_fail (parameter != NULL, NULL);

  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      return G_VARIANT_TYPE_INT64;
    case ATTUNE_PARAMETER_DOUBLE:
      return G_VARIANT_TYPE_DOUBLE;
    case ATTUNE_PARAMETER_BOOLEAN:
      return G_VARIANT_TYPE_BOOLEAN;
    case ATTUNE_PARAMETER_SET:
      return G_VARIANT_TYPE_STRING_ARRAY;
    case ATTUNE_PARAMETER_ENUM:
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
      return G_VARIANT_TYPE_STRING;
    default:
      g_return_val_if_reached (NULL);
    }
}

GVariant *
attune_parameter_dup_default (const AttuneParameter *parameter)
{
  GVariant *value = NULL;

  g_return_val_if_fail (parameter != NULL, NULL);

  if ((parameter->flags & ATTUNE_PARAMETER_HAS_DEFAULT) == 0)
    return NULL;

  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      value = g_variant_new_int64 ((gint64) parameter->default_number);
      break;
    case ATTUNE_PARAMETER_DOUBLE:
      value = g_variant_new_double (parameter->default_number);
      break;
    case ATTUNE_PARAMETER_BOOLEAN:
      value = g_variant_new_boolean (parameter->default_number > 0);
      break;
    case ATTUNE_PARAMETER_ENUM:
      value = g_variant_new_string (attune_enum_to_nick (parameter->enum_type (), (int) parameter->default_number));
      break;
    case ATTUNE_PARAMETER_SET:
      value = g_variant_new_strv (NULL, 0);
      break;
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
      value = g_variant_new_string (parameter->default_text);
      break;
    default:
      g_return_val_if_reached (NULL);
    }

  return g_variant_ref_sink (value);
}

static gboolean
parse_double (const char *text,
              double     *value)
{
  char *end;

  /* strtod also reads hexadecimal, "inf" and "nan", which no setting means. */
  if (*text == '\0' || strspn (text, "0123456789+-.eE") != strlen (text))
    return FALSE;

  *value = g_ascii_strtod (text, &end);
  return *end == '\0' && isfinite (*value);
}

static gboolean
parse_integer (const char *text,
               gint64     *value)
{
  /* One plus sign is fine; behind it the number has to start. */
  const char *digits = *text == '+' && g_ascii_isdigit (text[1]) ? text + 1 : text;
  double number;

  if (*digits != '+' && g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, value, NULL))
    return TRUE;

  /* "3.0" and "2e3" are whole numbers too. Beyond 2^53 a double no longer is what was typed. */
  if (!parse_double (text, &number) || number != floor (number) || fabs (number) > 0x1p53)
    return FALSE;

  *value = (gint64) number;
  return TRUE;
}

static gboolean
parse_boolean (const char *text,
               gboolean   *value)
{
  static const char * const yes[] = { "true", "yes", "on", "1", NULL };
  static const char * const no[] = { "false", "no", "off", "0", NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  if (g_strv_contains (yes, lower))
    *value = TRUE;
  else if (g_strv_contains (no, lower))
    *value = FALSE;
  else
    return FALSE;

  return TRUE;
}

static GVariant *
parse_failed (const AttuneParameter  *parameter,
              const char             *text,
              const char             *expected,
              GError                **error)
{
  /* translators: the path of a setting, what is expected there, and what was typed */
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has to be %s, not “%s”"), parameter->path, expected, text);
  return NULL;
}

static GVariant *
parse_word (const AttuneParameter  *parameter,
            const char             *text,
            GError                **error)
{
  g_autofree char *words = NULL;
  g_autofree char *expected = NULL;

  if (attune_enum_from_nick (parameter->enum_type (), text, NULL))
    return g_variant_ref_sink (g_variant_new_string (text));

  words = attune_enum_list_nicks (parameter->enum_type ());
  /* translators: a list of words */
  expected = g_strdup_printf (_("one of %s"), words);
  return parse_failed (parameter, text, expected, error);
}

static GVariant *
parse_words (const AttuneParameter  *parameter,
             const char             *text,
             GError                **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autoptr (GVariant) word = NULL;

      g_strstrip (words[i]);
      if (*words[i] == '\0')
        continue;

      word = parse_word (parameter, words[i], error);
      if (word == NULL)
        return NULL;
      g_ptr_array_add (chosen, words[i]);
    }

  return g_variant_ref_sink (g_variant_new_strv ((const char * const *) chosen->pdata, (gssize) chosen->len));
}

GVariant *
attune_parameter_parse (const AttuneParameter  *parameter,
                        const char             *text,
                        GError                **error)
{
  g_autofree char *trimmed = NULL;
  gint64 integer;
  double number;
  gboolean boolean;

  g_return_val_if_fail (parameter != NULL, NULL);
  g_return_val_if_fail (text != NULL, NULL);

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("The value of %s is not UTF-8"), parameter->path);
      return NULL;
    }

  trimmed = g_strstrip (g_strdup (text));

  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      if (!parse_integer (trimmed, &integer))
        return parse_failed (parameter, trimmed, _("a whole number"), error);
      return g_variant_ref_sink (g_variant_new_int64 (integer));
    case ATTUNE_PARAMETER_DOUBLE:
      if (!parse_double (trimmed, &number))
        return parse_failed (parameter, trimmed, _("a number"), error);
      return g_variant_ref_sink (g_variant_new_double (number));
    case ATTUNE_PARAMETER_BOOLEAN:
      if (!parse_boolean (trimmed, &boolean))
        return parse_failed (parameter, trimmed, _("true or false"), error);
      return g_variant_ref_sink (g_variant_new_boolean (boolean));
    case ATTUNE_PARAMETER_ENUM:
      return parse_word (parameter, trimmed, error);
    case ATTUNE_PARAMETER_SET:
      return parse_words (parameter, trimmed, error);
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
      return g_variant_ref_sink (g_variant_new_string (text));
    default:
      g_return_val_if_reached (NULL);
    }
}

char *
attune_parameter_format (const AttuneParameter *parameter,
                         GVariant              *value)
{
  g_return_val_if_fail (parameter != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);
  g_return_val_if_fail (g_variant_is_of_type (value, attune_parameter_get_variant_type (parameter)), NULL);

  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      return g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
    case ATTUNE_PARAMETER_DOUBLE:
      return attune_json_format_double (g_variant_get_double (value));
    case ATTUNE_PARAMETER_BOOLEAN:
      return g_strdup (g_variant_get_boolean (value) ? "true" : "false");
    case ATTUNE_PARAMETER_SET:
      {
        g_autofree const char **words = g_variant_get_strv (value, NULL);

        return g_strjoinv (",", (char **) words);
      }
    case ATTUNE_PARAMETER_ENUM:
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
      return g_variant_dup_string (value, NULL);
    default:
      g_return_val_if_reached (NULL);
    }
}
