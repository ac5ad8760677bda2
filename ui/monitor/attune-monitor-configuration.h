/* attune-monitor-configuration.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* What the job was started with, under the titles of the parameter table: one row for each setting that was set, or, "in effect", for
 * each that the provider takes and that applies, with the default where none was set. What this computer's trainer was told in the end
 * stands in the run folder; elsewhere the defaults are the provider's own, and are said to be. */
#define ATTUNE_TYPE_MONITOR_CONFIGURATION (attune_monitor_configuration_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorConfiguration, attune_monitor_configuration, ATTUNE, MONITOR_CONFIGURATION, AdwBin)

void attune_monitor_configuration_set_job (AttuneMonitorConfiguration *self,
                                           AttuneCommands             *commands,
                                           AttuneJob                  *job);

G_END_DECLS
