/* attune-fireworks-metrics.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-fireworks-private.h"

#include <math.h>
#include <string.h>

#include "attune-http-json.h"

/* The names that are seen or expected in the file, the surest first. */
static const struct {
  const char   *name;
  AttuneMetric  metric;
} names[] = {
  { "train/loss", ATTUNE_METRIC_LOSS },
  { "eval/loss", ATTUNE_METRIC_EVAL_LOSS },
  { "val/loss", ATTUNE_METRIC_EVAL_LOSS },
  { "train/learning_rate", ATTUNE_METRIC_LEARNING_RATE },
  { "train/lr", ATTUNE_METRIC_LEARNING_RATE },
  { "train/grad_norm", ATTUNE_METRIC_GRAD_NORM },
  { "train/mean_token_accuracy", ATTUNE_METRIC_TOKEN_ACCURACY },
  { "train/tokens", ATTUNE_METRIC_TOKENS },
};

void
attune_fireworks_metrics_init (AttuneFireworksMetrics *self)
{
  *self = (AttuneFireworksMetrics) { .shift = -1 };
}

static gboolean
read_values (JsonObject        *data,
             guint              n_mended,
             AttuneMetricPoint *point)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      JsonNode *node = json_object_get_member (data, names[i].name);
      guint32 bit = 1u << names[i].metric;
      double value;

      if (node == NULL || (point->set & bit) != 0)
        continue;
      if (!attune_json_node_to_double (node, &value))
        {
          /* A loss that ran away is written as NaN, which the reader of JSON turns into null. */
          if (!JSON_NODE_HOLDS_NULL (node) || n_mended == 0)
            continue;
          value = NAN;
        }
      point->values[names[i].metric] = value;
      point->set |= bit;
    }

  return point->set != 0;
}

static void
read_line (AttuneFireworksMetrics *self,
           const char             *line,
           gsize                   length,
           double                  steps_per_epoch,
           GArray                 *points)
{
  g_autoptr (JsonNode) node = NULL;
  AttuneMetricPoint point = { .epoch = NAN };
  JsonObject *data;
  JsonNode *epoch;
  guint n_mended = 0;
  gint64 step;

  /* What is no JSON is a message of the program that wrote the file. */
  node = attune_http_json_parse (line, length, &n_mended, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;

  step = attune_http_json_peek_int (node, "step", -1);
  data = attune_http_json_peek_object (node, "data");
  if (step < 0 || data == NULL || !read_values (data, n_mended, &point))
    return;

  if (self->shift < 0)
    self->shift = step == 0 ? 1 : 0;
  point.step = step + self->shift;
  point.time = attune_http_json_peek_time (node, "timestamp");
  epoch = json_object_get_member (data, "train/epoch");
  if (isfinite (steps_per_epoch) && steps_per_epoch > 0)
    point.epoch = (double) point.step / steps_per_epoch;
  else if (epoch != NULL)
    attune_json_node_to_double (epoch, &point.epoch);

  if (self->n_lines == 0)
    {
      self->first_step = point.step;
      self->first_time = point.time;
    }
  if (point.step >= self->last_step)
    {
      self->last_step = point.step;
      self->last_time = point.time;
    }
  self->n_lines++;
  g_array_append_val (points, point);
}

GArray *
attune_fireworks_metrics_read (AttuneFireworksMetrics *self,
                               const char             *data,
                               gsize                   length,
                               double                  steps_per_epoch,
                               gboolean                is_whole)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  gsize start = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (data != NULL || length == 0, NULL);

  while (start < length)
    {
      const char *end = memchr (data + start, '\n', length - start);
      gsize line_length;

      if (end == NULL && !is_whole)
        break;

      line_length = end != NULL ? (gsize) (end - (data + start)) : length - start;
      if (line_length > 0)
        read_line (self, data + start, line_length, steps_per_epoch, points);
      start += line_length + (end != NULL ? 1 : 0);
    }
  self->offset += (gint64) start;

  return g_steal_pointer (&points);
}

double
attune_fireworks_metrics_predict (const AttuneFireworksMetrics *self,
                                  gint64                        total_steps)
{
  double elapsed;

  g_return_val_if_fail (self != NULL, NAN);

  if (total_steps <= 0 || self->last_step <= self->first_step || self->last_time <= self->first_time)
    return NAN;

  elapsed = (double) (self->last_time - self->first_time) / G_USEC_PER_SEC;

  return elapsed / (double) (self->last_step - self->first_step) * (double) MAX (0, total_steps - self->last_step);
}
