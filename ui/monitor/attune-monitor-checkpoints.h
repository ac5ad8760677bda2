/* attune-monitor-checkpoints.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"
#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* The checkpoints of a job, the newest first, each with what was measured at its step, and with what can be done with it: it can become
 * the model of the job, be exported, deleted, or gone on from, as far as the provider and the state of the job allow.
 *
 * Actions: checkpoint.use, checkpoint.export, checkpoint.delete (asks first), each with the id of a checkpoint; "output" is the
 * model that the run ended with. */
#define ATTUNE_TYPE_MONITOR_CHECKPOINTS (attune_monitor_checkpoints_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorCheckpoints, attune_monitor_checkpoints, ATTUNE, MONITOR_CHECKPOINTS, AdwBin)

void attune_monitor_checkpoints_set_up (AttuneMonitorCheckpoints *self,
                                        AttuneCommands           *commands,
                                        AttuneMonitorMetrics     *metrics);

G_END_DECLS
