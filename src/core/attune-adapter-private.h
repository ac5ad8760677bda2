/* attune-adapter-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-adapter.h"

G_BEGIN_DECLS

/* Ends @callback with the refusal, and says TRUE, if the operation is not supported. The tag tells the finish function whose result it is. */
gboolean attune_adapter_refuse (AttuneAdapter       *self,
                                const char          *operation,
                                gpointer             tag,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data);

G_END_DECLS
