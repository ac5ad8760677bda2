/* attune-commands-service.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-commands.h"

G_BEGIN_DECLS

/* The commands on D-Bus, for scripts and other programs: interface io.github.attune.Attune.Commands with
 *
 *   List () → as
 *   Call (s command, a{sv} parameters) → a{sv}
 *
 * Errors arrive as io.github.attune.Attune.Error.<Meaning>, such as …Error.NotFound. */
#define ATTUNE_COMMANDS_INTERFACE "io.github.attune.Attune.Commands"
#define ATTUNE_COMMANDS_PATH      "/io/github/attune/Attune/Commands"

/* The registration id for g_dbus_connection_unregister_object(), which also lets go of @commands; 0 with @error set. */
guint attune_commands_export (AttuneCommands   *commands,
                              GDBusConnection  *connection,
                              GError          **error);

G_END_DECLS
