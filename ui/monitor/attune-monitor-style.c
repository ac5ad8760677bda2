/* attune-monitor-style.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-style.h"

#include <glib/gi18n-lib.h>

#include "attune-monitor-resources.h"

void
attune_monitor_style_load (GdkDisplay *display)
{
  static const char key[] = "attune-monitor-style";
  g_autoptr (GtkCssProvider) provider = NULL;

  g_return_if_fail (GDK_IS_DISPLAY (display));

  /* The constructor registers them, but only if the linker was given a reason to take them. */
  attune_monitor_get_resource ();
  if (g_object_get_data (G_OBJECT (display), key) != NULL)
    return;

  provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (provider, "/io/github/attune/Attune/monitor/style.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_object_set_data_full (G_OBJECT (display), key, g_steal_pointer (&provider), g_object_unref);
}

void
attune_monitor_style_name_headers (GtkColumnView *column_view)
{
  GtkWidget *header;

  g_return_if_fail (GTK_IS_COLUMN_VIEW (column_view));

  header = gtk_widget_get_first_child (GTK_WIDGET (column_view));
  gtk_accessible_update_property (GTK_ACCESSIBLE (header), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Column Titles"), -1);
}
