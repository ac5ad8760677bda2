/* attune-shortcuts.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-shortcuts.h"

#include <glib/gi18n-lib.h>

typedef struct {
  const char *group;
  const char *title;
  const char *action;       /* NULL: a widget handles the key itself */
  const char *accelerators; /* separated by "|"; the first is shown */
} Shortcut;

static const Shortcut shortcuts[] = {
  { N_("General"), N_("New Job"), "app.new-job", "<Control>n" },
  { N_("General"), N_("Open a Data File"), "win.open-file", "<Control>o" },
  { N_("General"), N_("Search Jobs"), "win.search", "<Control>f" },
  { N_("General"), N_("Preferences"), "app.preferences", "<Control>comma" },
  { N_("General"), N_("Main Menu"), NULL, "F10" },
  { N_("General"), N_("Keyboard Shortcuts"), "app.shortcuts", "<Control>question|<Control>slash" },
  { N_("General"), N_("Close Window"), "window.close", "<Control>w" },
  { N_("General"), N_("Quit"), "app.quit", "<Control>q" },
  { N_("Sections"), N_("Jobs"), "win.show-page::jobs", "<Alt>1" },
  { N_("Sections"), N_("Data Sets"), "win.show-page::datasets", "<Alt>2" },
  { N_("Sections"), N_("Models"), "win.show-page::models", "<Alt>3" },
  { N_("Sections"), N_("Providers"), "win.show-page::providers", "<Alt>4" },
  { N_("Jobs"), N_("Open the Job"), NULL, "Return" },
  { N_("Jobs"), N_("Actions"), NULL, "<Shift>F10|Menu" },
  { N_("Jobs"), N_("Delete the Job"), NULL, "Delete" },
  { N_("New Job"), N_("Start"), NULL, "<Control>Return" },
  { N_("New Job"), N_("Search Settings"), NULL, "<Control>f" },
  { N_("New Job"), N_("Paste a Data File or Its Path"), NULL, "<Control>v" },
  { N_("New Job"), N_("Step a Number Up or Down"), NULL, "Up|Down" },
  { N_("Job Window"), N_("Show the First to the Fifth Page"), NULL, "<Alt>1|<Alt>2|<Alt>3|<Alt>4|<Alt>5" },
  { N_("Job Window"), N_("Search Events or the Log"), NULL, "<Control>f" },
  { N_("Charts"), N_("Move the Cursor"), NULL, "Left|Right" },
  { N_("Charts"), N_("Choose the Curve That It Follows"), NULL, "Up|Down" },
  { N_("Charts"), N_("Zoom In"), NULL, "plus" },
  { N_("Charts"), N_("Zoom Out"), NULL, "minus" },
  { N_("Charts"), N_("Show Everything"), NULL, "0" },
  { N_("Charts"), N_("Move the Range"), NULL, "<Shift>Left|<Shift>Right" },
};

void
attune_shortcuts_install (GtkApplication *application)
{
  g_return_if_fail (GTK_IS_APPLICATION (application));

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    if (shortcuts[i].action != NULL)
      {
        g_auto (GStrv) accelerators = g_strsplit (shortcuts[i].accelerators, "|", -1);

        gtk_application_set_accels_for_action (application, shortcuts[i].action, (const char * const *) accelerators);
      }
}

/* "Ctrl+N", as GTK writes it for people. */
static char *
make_label (const char *accelerators)
{
  g_auto (GStrv) list = g_strsplit (accelerators, "|", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autofree char *label = NULL;
      GdkModifierType modifiers;
      guint key;

      if (!gtk_accelerator_parse (list[i], &key, &modifiers))
        continue;
      label = gtk_accelerator_get_label (key, modifiers);
      if (text->len > 0)
        /* translators: between two keys of which either does the same */
        g_string_append (text, _(" or "));
      g_string_append (text, label);
    }

  return g_string_free_and_steal (text);
}

AdwDialog *
attune_shortcuts_new_dialog (void)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      g_autofree char *keys = make_label (shortcuts[i].accelerators);
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *label = gtk_label_new (keys);

      /* What cannot be done is not promised. */
      if (shortcuts[i].action != NULL && g_str_has_prefix (shortcuts[i].action, "app.") &&
          g_application_get_default () != NULL &&
          !g_action_group_has_action (G_ACTION_GROUP (g_application_get_default ()), shortcuts[i].action + 4))
        {
          g_object_unref (g_object_ref_sink (row));
          g_object_unref (g_object_ref_sink (label));
          continue;
        }
      if (i == 0 || !g_str_equal (shortcuts[i].group, shortcuts[i - 1].group))
        {
          group = adw_preferences_group_new ();
          adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _(shortcuts[i].group));
          adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
        }
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _(shortcuts[i].title));
      gtk_widget_add_css_class (label, "dim-label");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }

  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_title (dialog, _("Keyboard Shortcuts"));
  adw_dialog_set_content_width (dialog, 480);
  adw_dialog_set_content_height (dialog, 600);
  adw_dialog_set_child (dialog, view);

  return dialog;
}
