/* attune-text-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameter-row.h"

#define ATTUNE_TYPE_TEXT_ROW (attune_text_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneTextRow, attune_text_row, ATTUNE, TEXT_ROW, AttuneParameterRow)

/* Free text, and secrets, whose characters are hidden. */
struct _AttuneTextRow {
  AttuneParameterRow  parent_instance;

  AdwEntryRow        *row; /* the parent's widget */
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

static GtkWidget *
attune_text_row_create (AttuneParameterRow *row)
{
  AttuneTextRow *self = ATTUNE_TEXT_ROW (row);
  GtkEventController *focus = gtk_event_controller_focus_new ();

  if (attune_field_get_parameter_type (attune_parameter_row_get_field (row)) == ATTUNE_PARAMETER_SECRET)
    self->row = ADW_ENTRY_ROW (adw_password_entry_row_new ());
  else
    self->row = ADW_ENTRY_ROW (adw_entry_row_new ());
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
  /* There may be another default to show. */
  ATTUNE_TEXT_ROW (row)->emptied = FALSE;
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
