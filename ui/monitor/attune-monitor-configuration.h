/* attune-monitor-configuration.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* What the job was started with: one row for each setting that was set, under the titles of the parameter table. */
#define ATTUNE_TYPE_MONITOR_CONFIGURATION (attune_monitor_configuration_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorConfiguration, attune_monitor_configuration, ATTUNE, MONITOR_CONFIGURATION, AdwBin)

void attune_monitor_configuration_set_job (AttuneMonitorConfiguration *self,
                                           AttuneCommands             *commands,
                                           AttuneJob                  *job);

G_END_DECLS
