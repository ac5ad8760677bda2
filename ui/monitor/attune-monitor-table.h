/* attune-monitor-table.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-chart.h"

G_BEGIN_DECLS

/* A chart as a table: for screen readers, and for who wants the numbers. It follows the chart while it is open. */
#define ATTUNE_TYPE_MONITOR_TABLE (attune_monitor_table_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorTable, attune_monitor_table, ATTUNE, MONITOR_TABLE, AdwDialog)

AdwDialog *attune_monitor_table_new (AttuneChart *chart) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
