/* attune-about.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-about.h"

#include <glib/gi18n-lib.h>
#include <gtksourceview/gtksource.h>

static char *
make_debug_info (AttuneRegistry *registry)
{
  GString *text = g_string_new (NULL);
  g_autofree char *system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  GdkDisplay *display = gdk_display_get_default ();
  const char *renderer = g_getenv ("GSK_RENDERER");

  g_string_append_printf (text, "Attune %s\n", ATTUNE_VERSION);
  g_string_append_printf (text, "GTK %u.%u.%u, libadwaita %u.%u.%u, GLib %u.%u.%u, GtkSourceView %u.%u.%u\n",
                          gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version (),
                          adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version (),
                          glib_major_version, glib_minor_version, glib_micro_version,
                          gtk_source_get_major_version (), gtk_source_get_minor_version (), gtk_source_get_micro_version ());
  g_string_append_printf (text, "System: %s\n", system != NULL ? system : "unknown");
  g_string_append_printf (text, "Display: %s, renderer: %s\n",
                          display != NULL ? G_OBJECT_TYPE_NAME (display) : "none", renderer != NULL ? renderer : "default");
  g_string_append_printf (text, "Processors: %u\n", g_get_num_processors ());
  g_string_append (text, "Providers:");
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (registry)); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (G_LIST_MODEL (registry), i);

      g_string_append_printf (text, " %s", attune_adapter_get_id (adapter));
    }
  g_string_append_c (text, '\n');

  return g_string_free_and_steal (text);
}

AdwDialog *
attune_about_new_dialog (AttuneRegistry *registry)
{
  AdwAboutDialog *dialog = ADW_ABOUT_DIALOG (adw_about_dialog_new ());
  g_autofree char *debug_info = NULL;

  g_return_val_if_fail (ATTUNE_IS_REGISTRY (registry), NULL);

  debug_info = make_debug_info (registry);
  adw_about_dialog_set_application_name (dialog, "Attune");
  adw_about_dialog_set_application_icon (dialog, APPLICATION_ID);
  adw_about_dialog_set_version (dialog, ATTUNE_VERSION);
  adw_about_dialog_set_comments (dialog, _("Teach language models tasks of your own, on this computer or elsewhere."));
  adw_about_dialog_set_developer_name (dialog, _("The Attune developers"));
  adw_about_dialog_set_license_type (dialog, GTK_LICENSE_GPL_3_0);
  adw_about_dialog_set_copyright (dialog, "© 2026 The Attune developers");
  adw_about_dialog_set_debug_info (dialog, debug_info);
  adw_about_dialog_set_debug_info_filename (dialog, "attune-debug-info.txt");
  /* translators: put your names here, one a line */
  adw_about_dialog_set_translator_credits (dialog, _("translator-credits"));

  return ADW_DIALOG (dialog);
}
