/* attune-sparkline.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-job-store.h"

G_BEGIN_DECLS

/* The loss of a job as a line a few letters long, without axes: enough to see in a list whether a run goes down. It reads the job's
 * metrics in a thread, once and only when it is on the screen, and follows the job's own latest loss from then on. Hidden from screen
 * readers, for which the row tells the loss as a number. */
#define ATTUNE_TYPE_SPARKLINE (attune_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (AttuneSparkline, attune_sparkline, ATTUNE, SPARKLINE, GtkWidget)

void  attune_sparkline_set_job      (AttuneSparkline *self,
                                     AttuneJobStore  *store,
                                     AttuneJob       *job); /* (nullable) */
/* How many values are drawn: at most ATTUNE_SPARKLINE_MAX_VALUES, each the mean of the steps that it stands for. */
#define ATTUNE_SPARKLINE_MAX_VALUES 96
guint attune_sparkline_get_n_values (AttuneSparkline *self);

G_END_DECLS
