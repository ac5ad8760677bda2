/* attune-monitor-chart.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-chart-widget.h"

G_BEGIN_DECLS

/* A card with one chart: its title, a button that shows everything again after a zoom, and a menu that writes it to a file. */
#define ATTUNE_TYPE_MONITOR_CHART (attune_monitor_chart_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorChart, attune_monitor_chart, ATTUNE, MONITOR_CHART, AdwBin)

GtkWidget         *attune_monitor_chart_new        (AttuneChart        *chart,
                                                    int                 height) G_GNUC_WARN_UNUSED_RESULT;
AttuneChart       *attune_monitor_chart_get_chart  (AttuneMonitorChart *self);
AttuneChartWidget *attune_monitor_chart_get_widget (AttuneMonitorChart *self);

G_END_DECLS
