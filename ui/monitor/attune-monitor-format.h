/* attune-monitor-format.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-commands.h"

G_BEGIN_DECLS

/* Numbers, times and places as a person reads them in the monitor. All (transfer full). */

/* "14:05:31", with the day where it is not today; "" for 0. Microseconds since 1970. */
char *attune_monitor_format_time    (gint64        time);
/* A path with the home folder as "~". */
char *attune_monitor_format_path    (const char   *path);
/* A value of a metric in the way that suits it: "93.5 %", "1.5e-5", "12,345". */
char *attune_monitor_format_metric  (AttuneMetric  metric,
                                     double        value);
/* "Step 120 of 400 · Epoch 1.2", or what there is of it; NAN where the epoch is not known. */
char *attune_monitor_format_steps   (AttuneJob    *job,
                                     double        epoch);
/* The line for a terminal that asks the trained model something; NULL where there is no output on this computer. */
char *attune_monitor_format_command (AttuneJob    *job);
/* What a setting is set to: "Cosine", "512 tokens", the name of a data set; a secret is only "Set". */
char *attune_monitor_format_setting (AttuneCommands *commands,
                                     const AttuneParameter *parameter,
                                     GVariant     *value);

G_END_DECLS
