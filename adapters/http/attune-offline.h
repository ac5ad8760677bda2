/* attune-offline.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether the person wants nothing to be sent to anybody: the setting that the window's preferences have, as it is now. FALSE where the
 * settings are not installed. */
gboolean attune_offline_is_on (void);

G_END_DECLS
