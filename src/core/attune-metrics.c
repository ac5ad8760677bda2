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
#include "attune-json-private.h"
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

/* The memory on the stack in which a line is read: enough for every line of the trainer. */
#define POOL_SIZE 8192

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
find_metric (yyjson_val *name,
             guint      *metric)
{
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      if (yyjson_equals_str (name, metrics[i].name))
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

typedef struct {
  guint32  finite;    /* bits of metrics with a number */
  guint32  null;      /* with a null */
  guint32  nonfinite; /* named in "nonfinite" */
  double   words[ATTUNE_N_METRICS];
  gboolean has_step;
} LineState;

static gboolean
fail (GError     **error,
      const char  *message)
{
  g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, message);
  return FALSE;
}

static gboolean
fail_number (GError     **error,
             yyjson_val  *name)
{
  /* translators: %s is the name of a metric in a file */
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("“%s” is not a number"), yyjson_get_str (name));
  return FALSE;
}

static gboolean
read_whole (yyjson_val  *name,
            yyjson_val  *value,
            gint64      *whole,
            GError     **error)
{
  if (!yyjson_is_int (value) || (yyjson_is_uint (value) && yyjson_get_uint (value) > G_MAXINT64))
    {
      /* translators: %s is the name of a metric in a file */
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("“%s” is not a whole number"), yyjson_get_str (name));
      return FALSE;
    }

  *whole = yyjson_get_sint (value);
  return TRUE;
}

/* {"loss": "nan"} */
static gboolean
read_nonfinite (yyjson_val  *object,
                LineState   *state,
                GError     **error)
{
  yyjson_obj_iter iter = yyjson_obj_iter_with (object);
  yyjson_val *name;

  if (!yyjson_is_obj (object))
    return fail (error, _("“nonfinite” is not an object"));

  while ((name = yyjson_obj_iter_next (&iter)) != NULL)
    {
      yyjson_val *word = yyjson_obj_iter_get_val (name);
      guint metric = 0;
      double value;

      if (yyjson_equals_str (word, "nan"))
        value = (double) NAN;
      else if (yyjson_equals_str (word, "inf"))
        value = (double) INFINITY;
      else if (yyjson_equals_str (word, "-inf"))
        value = (double) -INFINITY;
      else
        return fail (error, _("“nonfinite” knows only “nan”, “inf” and “-inf”"));

      if (find_metric (name, &metric))
        {
          state->nonfinite |= 1u << metric;
          state->words[metric] = value;
        }
    }

  return TRUE;
}

static gboolean
read_member (yyjson_val         *name,
             yyjson_val         *value,
             LineState          *state,
             AttuneMetricPoint  *point,
             GError            **error)
{
  guint metric = 0;

  if (yyjson_equals_str (name, "step"))
    {
      state->has_step = TRUE;
      return read_whole (name, value, &point->step, error);
    }
  if (yyjson_equals_str (name, "time"))
    return read_whole (name, value, &point->time, error);
  if (yyjson_equals_str (name, "nonfinite"))
    return read_nonfinite (value, state, error);

  if (yyjson_equals_str (name, "epoch"))
    {
      if (yyjson_is_num (value))
        point->epoch = yyjson_get_num (value);
      else if (!yyjson_is_null (value))
        return fail_number (error, name);
    }
  else if (find_metric (name, &metric))
    {
      if (yyjson_is_num (value))
        {
          state->finite |= 1u << metric;
          point->values[metric] = yyjson_get_num (value);
        }
      else if (yyjson_is_null (value))
        state->null |= 1u << metric;
      else
        return fail_number (error, name);
    }

  return TRUE;
}

static gboolean
read_line (yyjson_val         *line,
           LineState          *state,
           AttuneMetricPoint  *point,
           GError            **error)
{
  yyjson_obj_iter iter = yyjson_obj_iter_with (line);
  yyjson_val *name;

  if (!yyjson_is_obj (line))
    return fail (error, _("the line is not an object"));

  while ((name = yyjson_obj_iter_next (&iter)) != NULL)
    {
      if (!read_member (name, yyjson_obj_iter_get_val (name), state, point, error))
        return FALSE;
    }

  if (!state->has_step)
    return fail (error, _("the line has no “step”"));

  return TRUE;
}

gboolean
attune_metric_point_from_line (const char         *line,
                               gssize              length,
                               AttuneMetricPoint  *point,
                               GError            **error)
{
  char pool[POOL_SIZE];
  yyjson_alc allocator;
  g_autoptr (yyjson_doc) document = NULL;
  yyjson_read_err problem = { 0 };
  gsize size;
  gboolean small;
  LineState state = { 0 };
  AttuneMetricPoint read = { .epoch = (double) NAN };

  g_return_val_if_fail (line != NULL, FALSE);
  g_return_val_if_fail (point != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* Files of metrics are long, and their lines short. A line without end, which others may write, has its memory elsewhere. */
  size = length < 0 ? strlen (line) : (gsize) length;
  small = size < POOL_SIZE && yyjson_read_max_memory_usage (size, YYJSON_READ_NOFLAG) <= POOL_SIZE &&
          yyjson_alc_pool_init (&allocator, pool, POOL_SIZE);

  /* Without a flag that allows it yyjson does not write into the text. */
  document = yyjson_read_opts ((char *) line, size, YYJSON_READ_NOFLAG, small ? &allocator : NULL, &problem);
  if (document == NULL)
    {
      attune_json_set_read_error (error, ATTUNE_ERROR_DAMAGED, line, size, NULL, &problem);
      return FALSE;
    }
  if (!read_line (yyjson_doc_get_root (document), &state, &read, error))
    return FALSE;

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
