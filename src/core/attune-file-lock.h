/* attune-file-lock.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An advisory lock between processes and between threads, on a file of its own. The kernel lets go of it when its
 * holder dies, however it dies, which no number of a process in a file can promise. */
typedef struct _AttuneFileLock AttuneFileLock;

/* Makes the file (mode 0600) if need be, never its folder. Waits for at most @timeout microseconds: ATTUNE_ERROR_CONFLICT.
 * ATTUNE_ERROR_NOT_FOUND where the folder is not there (any more). */
AttuneFileLock *attune_file_lock_acquire (const char      *path,
                                          gint64           timeout,
                                          GError         **error) G_GNUC_WARN_UNUSED_RESULT;
void            attune_file_lock_release (AttuneFileLock  *self);

/* The lock on an open descriptor, for files that are locked themselves. FALSE with @error set as above. */
gboolean        attune_file_lock_descriptor (int           fd,
                                          const char      *path,
                                          gint64           timeout,
                                          GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneFileLock, attune_file_lock_release)

/* Nobody holds one of the short locks for longer than a write takes. */
#define ATTUNE_FILE_LOCK_PATIENCE (10 * G_USEC_PER_SEC)

G_END_DECLS
