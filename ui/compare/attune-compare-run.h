/* attune-compare-run.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-commands.h"
#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* What is compared of a run beside its curves. */
typedef enum {
  ATTUNE_COMPARE_BEST_EVAL_LOSS,
  ATTUNE_COMPARE_LAST_EVAL_LOSS,
  ATTUNE_COMPARE_LOSS,
  ATTUNE_COMPARE_TOKEN_ACCURACY,
  ATTUNE_COMPARE_STEPS,
  ATTUNE_COMPARE_DURATION,
  ATTUNE_COMPARE_TOKENS,
  ATTUNE_COMPARE_TOKENS_PER_SECOND,
  ATTUNE_COMPARE_COST,
  ATTUNE_N_COMPARE_VALUES
} AttuneCompareValue;

const char *attune_compare_value_get_title (AttuneCompareValue value);
/* -1: the lowest is the best; 1: the highest; 0: neither is better. */
int         attune_compare_value_get_sense (AttuneCompareValue value);
/* (transfer full); "–" for NAN. */
char       *attune_compare_value_format    (AttuneCompareValue value,
                                            double             number);

/* A job that is laid beside others.
 *
 * Property: visible, whether its curves are drawn. */
#define ATTUNE_TYPE_COMPARE_RUN (attune_compare_run_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCompareRun, attune_compare_run, ATTUNE, COMPARE_RUN, GObject)

AttuneCompareRun     *attune_compare_run_new         (AttuneCommands     *commands,
                                                      AttuneJob          *job,
                                                      guint               style) G_GNUC_WARN_UNUSED_RESULT;
AttuneJob            *attune_compare_run_get_job     (AttuneCompareRun   *self);
AttuneMonitorMetrics *attune_compare_run_get_metrics (AttuneCompareRun   *self);
/* Of its curves: see attune_series_set_style(). */
guint                 attune_compare_run_get_style   (AttuneCompareRun   *self);
gboolean              attune_compare_run_get_visible (AttuneCompareRun   *self);
void                  attune_compare_run_set_visible (AttuneCompareRun   *self,
                                                      gboolean            visible);
/* NAN where it is not known. */
double                attune_compare_run_get_value   (AttuneCompareRun   *self,
                                                      AttuneCompareValue  value);

G_END_DECLS
