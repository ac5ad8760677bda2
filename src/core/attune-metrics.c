/* attune-metrics.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-metrics.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-error.h"
#include "attune-json-scanner.h"
#include "attune-json.h"

static const struct {
  const char *name;
  const char *title;
} metrics[ATTUNE_N_METRICS] = {
  [ATTUNE_METRIC_LOSS]              = { "loss", N_("Loss") },
  [ATTUNE_METRIC_EVAL_LOSS]         = { "evalLoss", N_("Evaluation Loss") },
  [ATTUNE_METRIC_LEARNING_RATE]     = { "learningRate", N_("Learning Rate") },
  [ATTUNE_METRIC_GRAD_NORM]         = { "gradNorm", N_("Gradient Norm") },
  [ATTUNE_METRIC_TOKEN_ACCURACY]    = { "tokenAccuracy", N_("Token Accuracy") },
  [ATTUNE_METRIC_TOKENS]            = { "tokens", N_("Tokens Trained") },
  [ATTUNE_METRIC_TOKENS_PER_SECOND] = { "tokensPerSecond", N_("Tokens per Second") },
};

/* Lines of the trainer have one level below them. Others may carry anything, but not without end. */
#define MAX_DEPTH 32

const char *
attune_metric_to_name (AttuneMetric metric)
{
  g_return_val_if_fail ((guint) metric < ATTUNE_N_METRICS, NULL);

  return metrics[metric].name;
}

const char *
attune_metric_get_title (AttuneMetric metric)
{
  g_return_val_if_fail ((guint) metric < ATTUNE_N_METRICS, NULL);

  return _(metrics[metric].title);
}

static gboolean
find_metric (const char *name,
             guint      *metric)
{
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      if (g_str_equal (metrics[i].name, name))
        {
          *metric = i;
          return TRUE;
        }
    }

  return FALSE;
}

static void
append_value (GString *line,
              guint    metric,
              double   value)
{
  /* A count reads better without a fraction, and both forms are read. */
  if (metric == ATTUNE_METRIC_TOKENS && value == floor (value) && fabs (value) < 0x1p53)
    g_string_append_printf (line, "%" G_GINT64_FORMAT, (gint64) value);
  else
    attune_json_append_double (line, value);
}

char *
attune_metric_point_to_line (const AttuneMetricPoint *point)
{
  g_autoptr (GString) line = NULL;
  gboolean first = TRUE;

  g_return_val_if_fail (point != NULL, NULL);

  line = g_string_sized_new (256);
  g_string_append_printf (line, "{\"step\":%" G_GINT64_FORMAT, point->step);
  if (isfinite (point->epoch))
    {
      g_string_append (line, ",\"epoch\":");
      attune_json_append_double (line, point->epoch);
    }
  g_string_append_printf (line, ",\"time\":%" G_GINT64_FORMAT, point->time);

  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      if ((point->set & (1u << i)) == 0)
        continue;
      g_string_append_printf (line, ",\"%s\":", metrics[i].name);
      append_value (line, i, point->values[i]);
    }

  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      double value = point->values[i];

      if ((point->set & (1u << i)) == 0 || isfinite (value))
        continue;
      g_string_append (line, first ? ",\"nonfinite\":{" : ",");
      first = FALSE;
      g_string_append_printf (line, "\"%s\":\"%s\"", metrics[i].name, isnan (value) ? "nan" : value > 0 ? "inf" : "-inf");
    }
  g_string_append (line, first ? "}\n" : "}}\n");

  return g_string_free_and_steal (g_steal_pointer (&line));
}

static gboolean
expect (AttuneJsonScanner  *scanner,
        AttuneJsonToken     token,
        const char         *expected,
        GError            **error)
{
  if (!attune_json_scanner_next (scanner, error))
    return FALSE;
  if (scanner->token != token)
    return attune_json_scanner_fail_word (scanner, expected, error);

  return TRUE;
}

/* The scanner stands on the first word of a value that nobody wants, and on its last one afterwards. */
static gboolean
skip_value (AttuneJsonScanner  *scanner,
            guint               depth,
            GError            **error)
{
  gboolean object = scanner->token == ATTUNE_JSON_TOKEN_OBJECT_START;
  AttuneJsonToken closing = object ? ATTUNE_JSON_TOKEN_OBJECT_END : ATTUNE_JSON_TOKEN_ARRAY_END;

  switch (scanner->token)
    {
    case ATTUNE_JSON_TOKEN_STRING:
    case ATTUNE_JSON_TOKEN_INTEGER:
    case ATTUNE_JSON_TOKEN_DOUBLE:
    case ATTUNE_JSON_TOKEN_TRUE:
    case ATTUNE_JSON_TOKEN_FALSE:
    case ATTUNE_JSON_TOKEN_NULL:
      return TRUE;
    case ATTUNE_JSON_TOKEN_OBJECT_START:
    case ATTUNE_JSON_TOKEN_ARRAY_START:
      break;
    case ATTUNE_JSON_TOKEN_END:
    case ATTUNE_JSON_TOKEN_OBJECT_END:
    case ATTUNE_JSON_TOKEN_ARRAY_END:
    case ATTUNE_JSON_TOKEN_COLON:
    case ATTUNE_JSON_TOKEN_COMMA:
    default:
      return attune_json_scanner_fail_word (scanner, _("a value"), error);
    }

  if (depth >= MAX_DEPTH)
    return attune_json_scanner_fail (scanner, error, _("objects and lists are nested more than %d deep"), MAX_DEPTH);

  if (!attune_json_scanner_next (scanner, error))
    return FALSE;
  if (scanner->token == closing)
    return TRUE;

  for (;;)
    {
      if (object)
        {
          if (scanner->token != ATTUNE_JSON_TOKEN_STRING)
            return attune_json_scanner_fail_word (scanner, _("the name of a member in double quotation marks"), error);
          if (!expect (scanner, ATTUNE_JSON_TOKEN_COLON, _("a colon"), error) || !attune_json_scanner_next (scanner, error))
            return FALSE;
        }
      if (!skip_value (scanner, depth + 1, error) || !attune_json_scanner_next (scanner, error))
        return FALSE;
      if (scanner->token == closing)
        return TRUE;
      if (scanner->token != ATTUNE_JSON_TOKEN_COMMA)
        return attune_json_scanner_fail_word (scanner, _("a comma or an end"), error);
      if (!attune_json_scanner_next (scanner, error))
        return FALSE;
    }
}

typedef struct {
  guint32 finite;    /* bits of metrics with a number */
  guint32 null;      /* with a null */
  guint32 nonfinite; /* named in "nonfinite" */
  double  words[ATTUNE_N_METRICS];
  guint   seen;      /* of step, epoch and time */
} LineState;

#define SEEN_STEP  (1u << 0)
#define SEEN_EPOCH (1u << 1)
#define SEEN_TIME  (1u << 2)

/* {"loss": "nan"} */
static gboolean
read_nonfinite (AttuneJsonScanner  *scanner,
                LineState          *state,
                GError            **error)
{
  if (scanner->token != ATTUNE_JSON_TOKEN_OBJECT_START)
    return attune_json_scanner_fail_word (scanner, _("an object"), error);
  if (!attune_json_scanner_next (scanner, error))
    return FALSE;

  while (scanner->token != ATTUNE_JSON_TOKEN_OBJECT_END)
    {
      gboolean known;
      guint metric = 0;
      double value = 0;

      if (scanner->token != ATTUNE_JSON_TOKEN_STRING)
        return attune_json_scanner_fail_word (scanner, _("the name of a member in double quotation marks"), error);
      known = find_metric (scanner->text->str, &metric);

      if (!expect (scanner, ATTUNE_JSON_TOKEN_COLON, _("a colon"), error) ||
          !expect (scanner, ATTUNE_JSON_TOKEN_STRING, "“nan”, “inf”, “-inf”", error))
        return FALSE;
      if (g_str_equal (scanner->text->str, "nan"))
        value = (double) NAN;
      else if (g_str_equal (scanner->text->str, "inf"))
        value = (double) INFINITY;
      else if (g_str_equal (scanner->text->str, "-inf"))
        value = (double) -INFINITY;
      else
        return attune_json_scanner_fail_word (scanner, "“nan”, “inf”, “-inf”", error);

      if (known)
        {
          state->nonfinite |= 1u << metric;
          state->words[metric] = value;
        }

      if (!attune_json_scanner_next (scanner, error))
        return FALSE;
      if (scanner->token == ATTUNE_JSON_TOKEN_COMMA)
        {
          if (!expect (scanner, ATTUNE_JSON_TOKEN_STRING, _("the name of a member in double quotation marks"), error))
            return FALSE;
        }
      else if (scanner->token != ATTUNE_JSON_TOKEN_OBJECT_END)
        return attune_json_scanner_fail_word (scanner, _("a comma or a closing brace"), error);
    }

  return TRUE;
}

static gboolean
read_whole (AttuneJsonScanner  *scanner,
            gint64             *value,
            GError            **error)
{
  if (scanner->token != ATTUNE_JSON_TOKEN_INTEGER)
    return attune_json_scanner_fail_word (scanner, _("a whole number"), error);

  *value = scanner->integer;
  return TRUE;
}

static gboolean
is_number (AttuneJsonScanner *scanner)
{
  return scanner->token == ATTUNE_JSON_TOKEN_INTEGER || scanner->token == ATTUNE_JSON_TOKEN_DOUBLE;
}

static double
get_number (AttuneJsonScanner *scanner)
{
  return scanner->token == ATTUNE_JSON_TOKEN_INTEGER ? (double) scanner->integer : scanner->number;
}

/* The scanner stands on the value of the member @name. */
static gboolean
read_member (AttuneJsonScanner  *scanner,
             const char         *name,
             LineState          *state,
             AttuneMetricPoint  *point,
             GError            **error)
{
  guint metric = 0;

  if (g_str_equal (name, "step"))
    {
      state->seen |= SEEN_STEP;
      return read_whole (scanner, &point->step, error);
    }
  if (g_str_equal (name, "time"))
    {
      state->seen |= SEEN_TIME;
      return read_whole (scanner, &point->time, error);
    }
  if (g_str_equal (name, "epoch"))
    {
      state->seen |= SEEN_EPOCH;
      if (is_number (scanner))
        point->epoch = get_number (scanner);
      else if (scanner->token != ATTUNE_JSON_TOKEN_NULL)
        return attune_json_scanner_fail_word (scanner, _("a number"), error);
      return TRUE;
    }
  if (g_str_equal (name, "nonfinite"))
    return read_nonfinite (scanner, state, error);

  if (!find_metric (name, &metric))
    return skip_value (scanner, 1, error);

  if (is_number (scanner))
    {
      state->finite |= 1u << metric;
      point->values[metric] = get_number (scanner);
    }
  else if (scanner->token == ATTUNE_JSON_TOKEN_NULL)
    state->null |= 1u << metric;
  else
    return attune_json_scanner_fail_word (scanner, _("a number"), error);

  return TRUE;
}

static gboolean
read_line (AttuneJsonScanner  *scanner,
           LineState          *state,
           AttuneMetricPoint  *point,
           GError            **error)
{
  if (!expect (scanner, ATTUNE_JSON_TOKEN_OBJECT_START, _("an object"), error) || !attune_json_scanner_next (scanner, error))
    return FALSE;

  while (scanner->token != ATTUNE_JSON_TOKEN_OBJECT_END)
    {
      char name[32];

      if (scanner->token != ATTUNE_JSON_TOKEN_STRING)
        return attune_json_scanner_fail_word (scanner, _("the name of a member in double quotation marks"), error);
      /* No known name is that long, so one that is cut off stays unknown. */
      g_strlcpy (name, scanner->text->str, sizeof name);

      if (!expect (scanner, ATTUNE_JSON_TOKEN_COLON, _("a colon"), error) ||
          !attune_json_scanner_next (scanner, error) ||
          !read_member (scanner, name, state, point, error) ||
          !attune_json_scanner_next (scanner, error))
        return FALSE;

      if (scanner->token == ATTUNE_JSON_TOKEN_COMMA)
        {
          if (!expect (scanner, ATTUNE_JSON_TOKEN_STRING, _("the name of a member in double quotation marks"), error))
            return FALSE;
        }
      else if (scanner->token != ATTUNE_JSON_TOKEN_OBJECT_END)
        return attune_json_scanner_fail_word (scanner, _("a comma or a closing brace"), error);
    }

  if (!expect (scanner, ATTUNE_JSON_TOKEN_END, _("the end of the line"), error))
    return FALSE;
  if ((state->seen & SEEN_STEP) == 0)
    return attune_json_scanner_fail (scanner, error, "%s", _("the line has no “step”"));

  return TRUE;
}

gboolean
attune_metric_point_from_line (const char         *line,
                               gssize              length,
                               AttuneMetricPoint  *point,
                               GError            **error)
{
  g_auto (AttuneJsonScanner) scanner = { NULL };
  g_autoptr (GError) wrong = NULL;
  LineState state = { 0 };
  AttuneMetricPoint read = { .epoch = (double) NAN };

  g_return_val_if_fail (line != NULL, FALSE);
  g_return_val_if_fail (point != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  attune_json_scanner_init (&scanner, line, length < 0 ? strlen (line) : (gsize) length, NULL);
  if (!read_line (&scanner, &state, &read, &wrong))
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, wrong->message);
      return FALSE;
    }

  /* A null that "nonfinite" does not explain was not reported. */
  read.set = state.finite | (state.null & state.nonfinite);
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      if ((state.null & state.nonfinite & (1u << i)) != 0)
        read.values[i] = state.words[i];
    }

  *point = read;
  return TRUE;
}
