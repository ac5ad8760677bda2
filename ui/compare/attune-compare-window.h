/* attune-compare-window.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"
#include "attune-compare-run.h"
#include "attune-monitor-charts.h"

G_BEGIN_DECLS

/* Any number of runs, of any providers, laid over each other: their curves, their values, and in what their settings differ. Runs
 * are added and taken away by the menu in the header; those that still go on are followed while the window can be seen.
 *
 * Actions: compare.show-page (name), job.say (text: a toast). */
#define ATTUNE_TYPE_COMPARE_WINDOW (attune_compare_window_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCompareWindow, attune_compare_window, ATTUNE, COMPARE_WINDOW, AdwWindow)

/* @jobs: a list of AttuneJob, which is read once. */
GtkWindow           *attune_compare_window_new        (AttuneCommands      *commands,
                                                       GListModel          *jobs) G_GNUC_WARN_UNUSED_RESULT;
/* Does nothing for one that is there already. */
void                 attune_compare_window_add_job    (AttuneCompareWindow *self,
                                                       AttuneJob           *job);
void                 attune_compare_window_remove_job (AttuneCompareWindow *self,
                                                       AttuneJob           *job);
/* Of AttuneCompareRun. (transfer none) */
GListModel          *attune_compare_window_get_runs   (AttuneCompareWindow *self);
AttuneMonitorCharts *attune_compare_window_get_charts (AttuneCompareWindow *self);

G_END_DECLS
