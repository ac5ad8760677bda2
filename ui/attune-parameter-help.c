/* attune-parameter-help.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameter-help.h"

#include <glib/gi18n-lib.h>

#include "attune-json.h"

/* What holds for the setting at this provider: limits, default, and the name by which files and the terminal know it. */
static void
help_shown_cb (AttuneField *field,
               GtkPopover  *popover)
{
  GtkWidget *facts = g_object_get_data (G_OBJECT (popover), "attune-facts");
  g_autoptr (GVariant) preset = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  double minimum, maximum;

  g_assert (ATTUNE_IS_FIELD (field));

  preset = attune_field_dup_default (field);
  if (preset != NULL)
    {
      g_autofree char *value = attune_field_format (field, preset);
      g_autofree char *title = attune_field_get_parameter_type (field) == ATTUNE_PARAMETER_ENUM
        ? attune_field_dup_word_title (field, value) : g_strdup (value);

      if (*title != '\0')
        {
          /* translators: the value that a setting has while nobody sets it */
          g_string_append_printf (text, _("Default: %s"), title);
          g_string_append_c (text, '\n');
        }
    }
  if (attune_field_get_range (field, &minimum, &maximum))
    {
      g_autofree char *from = attune_json_format_double (minimum);
      g_autofree char *to = attune_json_format_double (maximum);

      /* translators: the smallest and the largest value that a setting may have */
      g_string_append_printf (text, _("From %s to %s"), from, to);
      g_string_append_c (text, '\n');
    }
  g_string_append (text, attune_field_get_path (field));
  gtk_label_set_text (GTK_LABEL (facts), text->str);
}

GtkWidget *
attune_parameter_help_new (AttuneField *field)
{
  g_autofree char *name = NULL;
  GtkWidget *box, *button, *popover, *label, *facts;

  g_return_val_if_fail (ATTUNE_IS_FIELD (field), NULL);

  /* translators: a button that explains a setting; %s is its title */
  name = g_strdup_printf (_("About “%s”"), attune_field_get_title (field));
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  label = gtk_label_new (attune_field_get_help (field));
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 36);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  facts = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (facts), 0);
  gtk_label_set_wrap (GTK_LABEL (facts), TRUE);
  gtk_label_set_selectable (GTK_LABEL (facts), TRUE);
  gtk_widget_add_css_class (facts, "caption");
  gtk_widget_add_css_class (facts, "dim-label");
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_widget_set_margin_start (box, 6);
  gtk_widget_set_margin_end (box, 6);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), facts);

  popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (popover), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (popover), "attune-facts", facts);
  g_signal_connect_object (popover, "show", G_CALLBACK (help_shown_cb), field, G_CONNECT_SWAPPED);

  button = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "help-about-symbolic");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);

  return button;
}
