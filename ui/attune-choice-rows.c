/* attune-choice-rows.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameter-row.h"

#include <glib/gi18n-lib.h>

#include "attune-combo.h"

/* --- Yes or no: a switch row --- */

#define ATTUNE_TYPE_BOOLEAN_ROW (attune_boolean_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneBooleanRow, attune_boolean_row, ATTUNE, BOOLEAN_ROW, AttuneParameterRow)

struct _AttuneBooleanRow {
  AttuneParameterRow  parent_instance;

  AdwSwitchRow       *row; /* the parent's widget */
};

G_DEFINE_FINAL_TYPE (AttuneBooleanRow, attune_boolean_row, ATTUNE_TYPE_PARAMETER_ROW)

static void
boolean_active_cb (AttuneBooleanRow *self)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);

  g_assert (ATTUNE_IS_BOOLEAN_ROW (self));

  if (!attune_parameter_row_is_updating (row))
    attune_parameter_row_take_value (row, g_variant_new_boolean (adw_switch_row_get_active (self->row)));
}

static GtkWidget *
attune_boolean_row_create (AttuneParameterRow *row)
{
  AttuneBooleanRow *self = ATTUNE_BOOLEAN_ROW (row);

  self->row = ADW_SWITCH_ROW (adw_switch_row_new ());
  g_signal_connect_object (self->row, "notify::active", G_CALLBACK (boolean_active_cb), self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self->row);
}

static void
attune_boolean_row_show_value (AttuneParameterRow *row,
                               GVariant           *value)
{
  adw_switch_row_set_active (ATTUNE_BOOLEAN_ROW (row)->row, value != NULL && g_variant_get_boolean (value));
}

static void
attune_boolean_row_class_init (AttuneBooleanRowClass *klass)
{
  AttuneParameterRowClass *row_class = ATTUNE_PARAMETER_ROW_CLASS (klass);

  row_class->create = attune_boolean_row_create;
  row_class->show_value = attune_boolean_row_show_value;
}

static void
attune_boolean_row_init (AttuneBooleanRow *self)
{
}

/* --- One word of an enumeration: a combo row --- */

#define ATTUNE_TYPE_ENUM_ROW (attune_enum_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneEnumRow, attune_enum_row, ATTUNE, ENUM_ROW, AttuneParameterRow)

struct _AttuneEnumRow {
  AttuneParameterRow  parent_instance;

  AdwComboRow        *row;   /* the parent's widget */
  GStrv               words; /* beside the row's model */
};

G_DEFINE_FINAL_TYPE (AttuneEnumRow, attune_enum_row, ATTUNE_TYPE_PARAMETER_ROW)

static void
enum_selected_cb (AttuneEnumRow *self)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);
  guint selected;

  g_assert (ATTUNE_IS_ENUM_ROW (self));

  selected = adw_combo_row_get_selected (self->row);
  if (!attune_parameter_row_is_updating (row) && self->words != NULL && selected < g_strv_length (self->words))
    attune_parameter_row_take_value (row, *self->words[selected] != '\0' ? g_variant_new_string (self->words[selected]) : NULL);
}

/* Fills the list with the words that may be chosen, and @current where it may not: it is in force and has to be seen. Where
 * nothing needs to be chosen and there is no default, the first entry leaves it to the provider. */
static void
fill_enum (AttuneEnumRow *self,
           const char    *current)
{
  AttuneField *field = attune_parameter_row_get_field (ATTUNE_PARAMETER_ROW (self));
  const char * const *allowed = attune_field_get_words (field);
  g_autoptr (GVariant) preset = attune_field_dup_default (field);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) titles = g_strv_builder_new ();
  GStrv list;

  if (preset == NULL && (attune_field_get_flags (field) & ATTUNE_PARAMETER_REQUIRED) == 0)
    g_strv_builder_add (words, "");
  g_strv_builder_addv (words, (const char **) allowed);
  if (current != NULL && !g_strv_contains (allowed, current))
    g_strv_builder_add (words, current);
  list = g_strv_builder_end (words);
  for (guint i = 0; list[i] != NULL; i++)
    g_strv_builder_take (titles, *list[i] != '\0' ? attune_field_dup_word_title (field, list[i])
                                                 : g_strdup (_("Provider Decides")));

  attune_combo_fill (self->row, &self->words, list, g_strv_builder_end (titles));
}

/* What is chosen says more than what could be; the help of the setting itself opens from its button. */
static void
show_word_help (AttuneEnumRow *self,
                const char    *word)
{
  AttuneField *field = attune_parameter_row_get_field (ATTUNE_PARAMETER_ROW (self));
  const char *help = word != NULL ? attune_field_get_word_help (field, word) : NULL;
  g_autofree char *summary = NULL;

  if (help == NULL && attune_field_get_help (field) != NULL)
    help = summary = attune_parameter_row_make_summary (attune_field_get_help (field));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->row), help != NULL ? help : "");
}

static GtkWidget *
attune_enum_row_create (AttuneParameterRow *row)
{
  AttuneEnumRow *self = ATTUNE_ENUM_ROW (row);

  self->row = ADW_COMBO_ROW (adw_combo_row_new ());
  attune_combo_style (self->row);
  g_signal_connect_object (self->row, "notify::selected", G_CALLBACK (enum_selected_cb), self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self->row);
}

static void
attune_enum_row_show_value (AttuneParameterRow *row,
                            GVariant           *value)
{
  AttuneEnumRow *self = ATTUNE_ENUM_ROW (row);
  const char *word = value != NULL ? g_variant_get_string (value, NULL) : NULL;

  fill_enum (self, word);
  for (guint i = 0; self->words[i] != NULL; i++)
    if (g_str_equal (self->words[i], word != NULL ? word : ""))
      adw_combo_row_set_selected (self->row, i);
  show_word_help (self, word);
}

static void
attune_enum_row_finalize (GObject *object)
{
  AttuneEnumRow *self = ATTUNE_ENUM_ROW (object);

  g_clear_pointer (&self->words, g_strfreev);

  G_OBJECT_CLASS (attune_enum_row_parent_class)->finalize (object);
}

static void
attune_enum_row_class_init (AttuneEnumRowClass *klass)
{
  AttuneParameterRowClass *row_class = ATTUNE_PARAMETER_ROW_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = attune_enum_row_finalize;
  row_class->create = attune_enum_row_create;
  row_class->show_value = attune_enum_row_show_value;
}

static void
attune_enum_row_init (AttuneEnumRow *self)
{
}

/* --- Any number of words: switches in an expander row --- */

#define ATTUNE_TYPE_SET_ROW (attune_set_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneSetRow, attune_set_row, ATTUNE, SET_ROW, AttuneParameterRow)

struct _AttuneSetRow {
  AttuneParameterRow  parent_instance;

  AdwExpanderRow     *row;      /* the parent's widget */
  GPtrArray          *switches; /* AdwSwitchRow, named by their word */
};

G_DEFINE_FINAL_TYPE (AttuneSetRow, attune_set_row, ATTUNE_TYPE_PARAMETER_ROW)

static void
set_switched_cb (AttuneSetRow *self)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;

  g_assert (ATTUNE_IS_SET_ROW (self));

  if (attune_parameter_row_is_updating (row))
    return;

  for (guint i = 0; i < self->switches->len; i++)
    {
      AdwSwitchRow *child = g_ptr_array_index (self->switches, i);

      if (adw_switch_row_get_active (child))
        g_strv_builder_add (builder, gtk_widget_get_name (GTK_WIDGET (child)));
    }
  words = g_strv_builder_end (builder);
  /* None chosen is what unset means, unless the provider's default is another. */
  attune_parameter_row_take_value (row, g_variant_new_strv ((const char * const *) words, -1));
}

static gboolean
has_switches_for (AttuneSetRow       *self,
                  const char * const *words)
{
  if (self->switches->len != g_strv_length ((GStrv) words))
    return FALSE;
  for (guint i = 0; i < self->switches->len; i++)
    if (!g_str_equal (gtk_widget_get_name (g_ptr_array_index (self->switches, i)), words[i]))
      return FALSE;

  return TRUE;
}

static void
fill_set (AttuneSetRow       *self,
          const char * const *current)
{
  AttuneField *field = attune_parameter_row_get_field (ATTUNE_PARAMETER_ROW (self));
  const char * const *allowed = attune_field_get_words (field);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;

  g_strv_builder_addv (builder, (const char **) allowed);
  for (guint i = 0; current != NULL && current[i] != NULL; i++)
    if (!g_strv_contains (allowed, current[i]))
      g_strv_builder_add (builder, current[i]);
  words = g_strv_builder_end (builder);
  if (has_switches_for (self, (const char * const *) words))
    return;

  for (guint i = 0; i < self->switches->len; i++)
    adw_expander_row_remove (self->row, g_ptr_array_index (self->switches, i));
  g_ptr_array_set_size (self->switches, 0);
  for (guint i = 0; words[i] != NULL; i++)
    {
      GtkWidget *child = adw_switch_row_new ();
      g_autofree char *title = attune_field_dup_word_title (field, words[i]);

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (child), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (child), title);
      if (attune_field_get_word_help (field, words[i]) != NULL)
        adw_action_row_set_subtitle (ADW_ACTION_ROW (child), attune_field_get_word_help (field, words[i]));
      gtk_widget_set_name (child, words[i]);
      g_signal_connect_object (child, "notify::active", G_CALLBACK (set_switched_cb), self, G_CONNECT_SWAPPED);
      adw_expander_row_add_row (self->row, child);
      g_ptr_array_add (self->switches, child);
    }
}

static GtkWidget *
attune_set_row_create (AttuneParameterRow *row)
{
  AttuneSetRow *self = ATTUNE_SET_ROW (row);

  self->row = ADW_EXPANDER_ROW (adw_expander_row_new ());

  return GTK_WIDGET (self->row);
}

static void
attune_set_row_show_value (AttuneParameterRow *row,
                           GVariant           *value)
{
  AttuneSetRow *self = ATTUNE_SET_ROW (row);
  AttuneField *field = attune_parameter_row_get_field (row);
  g_autofree const char **current = value != NULL ? g_variant_get_strv (value, NULL) : NULL;
  g_autoptr (GString) summary = g_string_new (NULL);
  const char *help = attune_field_get_help (field);

  fill_set (self, current);
  for (guint i = 0; i < self->switches->len; i++)
    {
      AdwSwitchRow *child = g_ptr_array_index (self->switches, i);
      gboolean active = current != NULL &&
                        g_strv_contains ((const char * const *) current, gtk_widget_get_name (GTK_WIDGET (child)));

      adw_switch_row_set_active (child, active);
      if (active)
        g_string_append_printf (summary, "%s%s", summary->len > 0 ? ", " : "",
                                adw_preferences_row_get_title (ADW_PREFERENCES_ROW (child)));
    }
  adw_expander_row_set_subtitle (self->row, summary->len > 0 || help == NULL ? summary->str : help);
}

static void
attune_set_row_dispose (GObject *object)
{
  AttuneSetRow *self = ATTUNE_SET_ROW (object);

  g_clear_pointer (&self->switches, g_ptr_array_unref);

  G_OBJECT_CLASS (attune_set_row_parent_class)->dispose (object);
}

static void
attune_set_row_class_init (AttuneSetRowClass *klass)
{
  AttuneParameterRowClass *row_class = ATTUNE_PARAMETER_ROW_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_set_row_dispose;
  row_class->create = attune_set_row_create;
  row_class->show_value = attune_set_row_show_value;
}

static void
attune_set_row_init (AttuneSetRow *self)
{
  self->switches = g_ptr_array_new ();
}
