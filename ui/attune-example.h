/* attune-example.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-commands.h"

G_BEGIN_DECLS

/* Starts the example that comes with Attune: its data on its model, by its recipe, like any other job. */
void  attune_example_start_async  (AttuneCommands       *commands,
                                   GCancellable         *cancellable,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
/* The id of the job. (transfer full) */
char *attune_example_start_finish (AttuneCommands       *commands,
                                   GAsyncResult         *result,
                                   GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
