/* attune-monitor-notes.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* The advice about a run, a card for each piece, with what can be done about it as buttons and one that puts it away. Nothing at all
 * while there is none. What is new is told to screen readers.
 *
 * Emits ::announce (text) when it does; who stops the emission keeps it silent. */
#define ATTUNE_TYPE_MONITOR_NOTES (attune_monitor_notes_get_type ())
G_DECLARE_FINAL_TYPE (AttuneMonitorNotes, attune_monitor_notes, ATTUNE, MONITOR_NOTES, AdwBin)

/* @folder: where the run writes on this computer, whether or not it is there. */
void attune_monitor_notes_set_up (AttuneMonitorNotes   *self,
                                  AttuneMonitorMetrics *metrics,
                                  const char           *folder);

G_END_DECLS
