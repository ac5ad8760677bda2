/* attune-monitor-files.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The files of a checkpoint, copied and deleted in a thread. */

/* Whether the folder can be used as a model: an adapter, or a model of its own. */
gboolean attune_monitor_files_is_model      (const char           *folder);
/* Copies what makes the model, not what the trainer keeps to go on, into a new folder @destination. ATTUNE_ERROR_CONFLICT where
 * that is there already; nothing is left of a copy that failed. */
void     attune_monitor_files_export_async  (const char           *folder,
                                             const char           *destination,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean attune_monitor_files_export_finish (GAsyncResult         *result,
                                             GError              **error);
/* A folder that is gone already is no error. */
void     attune_monitor_files_delete_async  (const char           *folder,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean attune_monitor_files_delete_finish (GAsyncResult         *result,
                                             GError              **error);

G_END_DECLS
