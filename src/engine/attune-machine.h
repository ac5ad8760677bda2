/* attune-machine.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What this computer is and what runs on it. Reads /proc and /sys; changes nothing. */

/* When the process was started, in clock ticks since boot (field 22 of /proc/PID/stat); 0 where there is no such process.
 * A pid comes round again, a pid with its start time does not. */
guint64  attune_machine_get_process_start    (gint64   pid);
gboolean attune_machine_is_process_alive     (gint64   pid,
                                              guint64  start);

/* Bytes that a new program can take without swapping: MemAvailable, or what the limits of the control group leave where that
 * is less. 0 where nothing is known. */
guint64  attune_machine_get_available_memory (void);
/* Bytes of memory in all. */
guint64  attune_machine_get_total_memory     (void);
/* Whether products of bfloat16 are faster here than those of float. */
gboolean attune_machine_has_fast_bf16        (void);

G_END_DECLS
