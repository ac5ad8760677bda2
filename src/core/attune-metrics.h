/* attune-metrics.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The columns of metrics.jsonl beside step, epoch and time. Members that are absent from a line are unset, not zero. */
typedef enum {
  ATTUNE_METRIC_LOSS,
  ATTUNE_METRIC_EVAL_LOSS,
  ATTUNE_METRIC_LEARNING_RATE,
  ATTUNE_METRIC_GRAD_NORM,
  ATTUNE_METRIC_TOKEN_ACCURACY,     /* 0…1 */
  ATTUNE_METRIC_TOKENS,             /* trained so far */
  ATTUNE_METRIC_TOKENS_PER_SECOND,
  ATTUNE_N_METRICS
} AttuneMetric;

typedef struct {
  gint64  step;                     /* optimizer steps, the first is 1 */
  double  epoch;                    /* fraction of epochs done; NAN where unknown */
  gint64  time;                     /* microseconds since 1970, UTC */
  guint32 set;                      /* bit 1 << AttuneMetric: this one was reported */
  double  values[ATTUNE_N_METRICS]; /* may be NAN or infinite where set */
} AttuneMetricPoint;

const char *attune_metric_to_name (AttuneMetric metric);   /* "evalLoss" */
const char *attune_metric_get_title (AttuneMetric metric); /* translated */

/* One line of metrics.jsonl, with its newline. Non-finite values are written as null beside "nonfinite": {"loss": "nan"}. (transfer full) */
char       *attune_metric_point_to_line   (const AttuneMetricPoint *point);
/* FALSE with ATTUNE_ERROR_DAMAGED for a line that is not whole. */
gboolean    attune_metric_point_from_line (const char              *line,
                                           gssize                   length,
                                           AttuneMetricPoint       *point,
                                           GError                 **error);

G_END_DECLS
