/* attune-queue.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AttuneQueue:
 *
 * A place in the line of trainers on this computer: one runs, the others wait, first come first served. A ticket is a file
 * with a number, locked by the process that drew it; a process that dies lets go of its lock, and its ticket counts no more.
 */
typedef struct _AttuneQueue AttuneQueue;

/* Draws the next number in @folder, which is created where it is missing. @owner stands in the ticket, for people. */
AttuneQueue *attune_queue_join         (const char   *folder,
                                        const char   *owner,
                                        GError      **error) G_GNUC_WARN_UNUSED_RESULT;
/* Gives the ticket back. */
void         attune_queue_leave        (AttuneQueue  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneQueue, attune_queue_leave)

/* How many are before this one: 0 means that it is its turn, and stays so until it leaves. */
gboolean     attune_queue_get_position (AttuneQueue  *self,
                                        guint        *position,
                                        GError      **error);

G_END_DECLS
