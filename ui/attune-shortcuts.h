/* attune-shortcuts.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The one table of keyboard shortcuts: what the application installs and what the dialog shows. */
void       attune_shortcuts_install    (GtkApplication *application);
AdwDialog *attune_shortcuts_new_dialog (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
