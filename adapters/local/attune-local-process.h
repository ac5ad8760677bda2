/* attune-local-process.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A process that outlives whoever started it. It is known by its pid and the tick at which it began (field 22 of
 * /proc/PID/stat), so that a pid that was given to another program is never taken for it. */
typedef struct {
  GPid    pid;        /* 0: none */
  guint64 start_time;
} AttuneLocalProcess;

gboolean attune_local_process_is_alive       (const AttuneLocalProcess   *process);
/* ATTUNE_ERROR_NOT_FOUND where it is gone. Never reaches another process that was given the same pid. */
gboolean attune_local_process_send_signal    (const AttuneLocalProcess   *process,
                                              int                         signal_number,
                                              GError                    **error);
/* In a session of its own, with no input, its output appended to the file @log, no other file open, in the root folder.
 * Safe in a process with threads. @argv[0] is the absolute path of the program. */
gboolean attune_local_process_spawn_detached (const char * const         *argv,
                                              const char                 *log,
                                              AttuneLocalProcess         *process,
                                              GError                    **error);

G_END_DECLS
