/* attune-text-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameter-row.h"

#include <glib/gi18n-lib.h>

#define ATTUNE_TYPE_TEXT_ROW (attune_text_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneTextRow, attune_text_row, ATTUNE, TEXT_ROW, AttuneParameterRow)

/* Free text, and secrets, whose characters are hidden. */
struct _AttuneTextRow {
  AttuneParameterRow  parent_instance;

  AdwEntryRow        *row; /* the parent's widget */
  GtkWidget          *choices; /* a menu of what the provider lists; hidden where it lists nothing */
  GtkWidget          *list;
  gboolean            emptied; /* by the person who is typing */
};

G_DEFINE_FINAL_TYPE (AttuneTextRow, attune_text_row, ATTUNE_TYPE_PARAMETER_ROW)

static void
text_changed_cb (AttuneTextRow *self)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);
  const char *text;

  g_assert (ATTUNE_IS_TEXT_ROW (self));

  if (attune_parameter_row_is_updating (row))
    return;

  text = gtk_editable_get_text (GTK_EDITABLE (self->row));
  self->emptied = *text == '\0';
  attune_parameter_row_take_value (row, *text != '\0' ? g_variant_new_string (text) : NULL);
}

static void
text_focus_left_cb (AttuneTextRow *self)
{
  g_assert (ATTUNE_IS_TEXT_ROW (self));

  self->emptied = FALSE;
  attune_parameter_row_refresh (ATTUNE_PARAMETER_ROW (self));
}

static void
choice_activated_cb (AttuneTextRow *self,
                     GtkListBoxRow *child)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);

  g_assert (ATTUNE_IS_TEXT_ROW (self));

  attune_parameter_row_take_value (row, g_variant_new_string (gtk_widget_get_name (GTK_WIDGET (child))));
  attune_parameter_row_refresh (row);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->choices));
}

static GtkWidget *
make_choices (AttuneTextRow *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  /* translators: a button that lists what a setting may be; %s is the title of the setting */
  g_autofree char *name = g_strdup_printf (_("Choices for “%s”"),
                                           attune_field_get_title (attune_parameter_row_get_field (ATTUNE_PARAMETER_ROW (self))));

  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (popover), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (choice_activated_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 320);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->list);
  gtk_popover_set_child (GTK_POPOVER (popover), scrolled);
  gtk_widget_add_css_class (popover, "menu");

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "pan-down-symbolic");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_visible (button, FALSE);

  return button;
}

static GtkWidget *
attune_text_row_create (AttuneParameterRow *row)
{
  AttuneTextRow *self = ATTUNE_TEXT_ROW (row);
  GtkEventController *focus = gtk_event_controller_focus_new ();

  if (attune_field_get_parameter_type (attune_parameter_row_get_field (row)) == ATTUNE_PARAMETER_SECRET)
    self->row = ADW_ENTRY_ROW (adw_password_entry_row_new ());
  else
    self->row = ADW_ENTRY_ROW (adw_entry_row_new ());
  if (attune_field_get_parameter_type (attune_parameter_row_get_field (row)) == ATTUNE_PARAMETER_TEXT)
    {
      self->choices = make_choices (self);
      adw_entry_row_add_suffix (self->row, self->choices);
    }
  g_signal_connect_object (focus, "leave", G_CALLBACK (text_focus_left_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->row), focus);
  g_signal_connect_object (self->row, "changed", G_CALLBACK (text_changed_cb), self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self->row);
}

static void
attune_text_row_show_value (AttuneParameterRow *row,
                            GVariant           *value)
{
  AttuneTextRow *self = ATTUNE_TEXT_ROW (row);
  const char *text = value != NULL ? g_variant_get_string (value, NULL) : "";
  const char *shown = gtk_editable_get_text (GTK_EDITABLE (self->row));

  /* An emptied row means the default, which shows again when the row is left. */
  if (!g_str_equal (shown, text) && !self->emptied)
    gtk_editable_set_text (GTK_EDITABLE (self->row), text);
}

static void
attune_text_row_update_limits (AttuneParameterRow *row)
{
  AttuneTextRow *self = ATTUNE_TEXT_ROW (row);
  const char * const *words = attune_field_get_words (attune_parameter_row_get_field (row));

  /* There may be another default to show. */
  self->emptied = FALSE;
  if (self->choices == NULL)
    return;

  gtk_list_box_remove_all (GTK_LIST_BOX (self->list));
  for (guint i = 0; words[i] != NULL; i++)
    {
      GtkWidget *label = gtk_label_new (words[i]);
      GtkWidget *child = gtk_list_box_row_new ();

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (child), label);
      gtk_widget_set_name (child, words[i]);
      gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, words[i], -1);
      gtk_list_box_append (GTK_LIST_BOX (self->list), child);
    }
  gtk_widget_set_visible (self->choices, words[0] != NULL);
}

static void
attune_text_row_class_init (AttuneTextRowClass *klass)
{
  AttuneParameterRowClass *row_class = ATTUNE_PARAMETER_ROW_CLASS (klass);

  row_class->create = attune_text_row_create;
  row_class->show_value = attune_text_row_show_value;
  row_class->update_limits = attune_text_row_update_limits;
}

static void
attune_text_row_init (AttuneTextRow *self)
{
}
