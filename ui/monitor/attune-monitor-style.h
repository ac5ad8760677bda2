/* attune-monitor-style.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The style of the monitor and of comparisons, once a display. */
void attune_monitor_style_load (GdkDisplay *display);
/* Gives the row of column titles the name for screen readers that GTK leaves out. */
void attune_monitor_style_name_headers (GtkColumnView *column_view);

G_END_DECLS
