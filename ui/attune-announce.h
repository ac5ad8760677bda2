/* attune-announce.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Has a screen reader say @message. Unlike gtk_accessible_announce() it may be called under every accessibility backend: GTK 4.18's own one
 * for tests (GTK_A11Y=test) does not implement announcements, and GTK calls it all the same. */
void attune_announce (GtkWidget                         *widget,
                      const char                        *message,
                      GtkAccessibleAnnouncementPriority  priority);

G_END_DECLS
