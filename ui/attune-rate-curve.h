/* attune-rate-curve.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-schedule.h"

G_BEGIN_DECLS

/* The learning rate over the steps of a run that is still to come, drawn small, with a line at the end of each epoch.
 *
 * Accessibility: an image whose description says in words what the curve does. */
#define ATTUNE_TYPE_RATE_CURVE (attune_rate_curve_get_type ())
G_DECLARE_FINAL_TYPE (AttuneRateCurve, attune_rate_curve, ATTUNE, RATE_CURVE, GtkWidget)

GtkWidget *attune_rate_curve_new             (void) G_GNUC_WARN_UNUSED_RESULT;
/* @total_steps of @schedule 0: the number of steps is not known, and the curve is drawn over the share of the run. */
void       attune_rate_curve_set_schedule    (AttuneRateCurve      *self,
                                              const AttuneSchedule *schedule,
                                              gint64                epochs);
/* What the curve does, in words. (transfer full) */
char      *attune_rate_curve_dup_description (AttuneRateCurve      *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
