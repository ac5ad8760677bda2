/* attune-number-rows.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameter-row.h"

#include <math.h>

#include <glib/gi18n-lib.h>

/* --- Whole numbers: a spin row --- */

#define ATTUNE_TYPE_INTEGER_ROW (attune_integer_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneIntegerRow, attune_integer_row, ATTUNE, INTEGER_ROW, AttuneParameterRow)

struct _AttuneIntegerRow {
  AttuneParameterRow  parent_instance;

  AdwSpinRow         *row; /* the parent's widget */
};

G_DEFINE_FINAL_TYPE (AttuneIntegerRow, attune_integer_row, ATTUNE_TYPE_PARAMETER_ROW)

/* What is typed counts at once, not only when the row is left: the check and the request follow every key. */
static void
integer_text_changed_cb (AttuneIntegerRow *self)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;

  g_assert (ATTUNE_IS_INTEGER_ROW (self));

  if (attune_parameter_row_is_updating (row))
    return;

  value = attune_field_parse (attune_parameter_row_get_field (row),
                              gtk_editable_get_text (GTK_EDITABLE (self->row)), &error);
  if (value == NULL)
    attune_parameter_row_set_problem (row, error->message);
  else
    attune_parameter_row_take_value (row, value);
}

/* A setting that spans decades goes up and down by about half of itself, over the powers of two. */
static double
find_step (AttuneIntegerRow *self,
           double            value)
{
  AttuneField *field = attune_parameter_row_get_field (ATTUNE_PARAMETER_ROW (self));

  if ((attune_field_get_flags (field) & ATTUNE_PARAMETER_LOGARITHMIC) == 0)
    return 1;

  return value < 4 ? 1 : exp2 (floor (log2 (value)) - 1);
}

/* A value from a file, or one that fitted the provider before, may lie outside the limits. It is shown as it is, with what is
 * wrong about it, and never bent to fit. */
static void
update_adjustment (AttuneIntegerRow *self,
                   double            value)
{
  AttuneField *field = attune_parameter_row_get_field (ATTUNE_PARAMETER_ROW (self));
  GtkAdjustment *adjustment = adw_spin_row_get_adjustment (self->row);
  double minimum, maximum;

  if (!attune_field_get_range (field, &minimum, &maximum))
    {
      minimum = 0;
      maximum = G_MAXINT32;
    }
  gtk_adjustment_configure (adjustment, value, MIN (minimum, value), MAX (maximum, value),
                            find_step (self, value), find_step (self, value) * 4, 0);
}

static GtkWidget *
attune_integer_row_create (AttuneParameterRow *row)
{
  AttuneIntegerRow *self = ATTUNE_INTEGER_ROW (row);

  self->row = ADW_SPIN_ROW (adw_spin_row_new (gtk_adjustment_new (0, 0, 1, 1, 1, 0), 0, 0));
  adw_spin_row_set_numeric (self->row, FALSE);
  adw_spin_row_set_snap_to_ticks (self->row, FALSE);
  g_signal_connect_object (self->row, "changed", G_CALLBACK (integer_text_changed_cb), self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self->row);
}

static void
attune_integer_row_show_value (AttuneParameterRow *row,
                               GVariant           *value)
{
  AttuneIntegerRow *self = ATTUNE_INTEGER_ROW (row);
  g_autoptr (GVariant) typed = NULL;
  double number;

  /* While a person types, the text is theirs. */
  if (attune_parameter_row_get_problem (row) != NULL)
    return;

  number = value != NULL ? (double) g_variant_get_int64 (value) : 0;
  typed = attune_field_parse (attune_parameter_row_get_field (row),
                              gtk_editable_get_text (GTK_EDITABLE (self->row)), NULL);
  if (typed != NULL && value != NULL && g_variant_equal (typed, value) &&
      gtk_adjustment_get_value (adw_spin_row_get_adjustment (self->row)) != number &&
      gtk_widget_get_focus_child (GTK_WIDGET (self->row)) != NULL)
    return;

  update_adjustment (self, number);
  /* A spin button writes its value anew only where the value changed, and not over what it could not read. */
  if (typed == NULL)
    {
      g_autofree char *text = attune_field_format (attune_parameter_row_get_field (row), value);

      gtk_editable_set_text (GTK_EDITABLE (self->row), text);
    }
}

static void
attune_integer_row_class_init (AttuneIntegerRowClass *klass)
{
  AttuneParameterRowClass *row_class = ATTUNE_PARAMETER_ROW_CLASS (klass);

  row_class->create = attune_integer_row_create;
  row_class->show_value = attune_integer_row_show_value;
}

static void
attune_integer_row_init (AttuneIntegerRow *self)
{
}

/* --- Numbers with a fraction: an entry row that can be stepped --- */

#define ATTUNE_TYPE_DOUBLE_ROW (attune_double_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneDoubleRow, attune_double_row, ATTUNE, DOUBLE_ROW, AttuneParameterRow)

struct _AttuneDoubleRow {
  AttuneParameterRow  parent_instance;

  AdwEntryRow        *row; /* the parent's widget */
  GtkWidget          *decrease;
  GtkWidget          *increase;
  gboolean            emptied; /* by the person who is typing */
};

G_DEFINE_FINAL_TYPE (AttuneDoubleRow, attune_double_row, ATTUNE_TYPE_PARAMETER_ROW)

static void
double_text_changed_cb (AttuneDoubleRow *self)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *text;

  g_assert (ATTUNE_IS_DOUBLE_ROW (self));

  if (attune_parameter_row_is_updating (row))
    return;

  /* An emptied row means the default, which shows again when the row is left. */
  text = gtk_editable_get_text (GTK_EDITABLE (self->row));
  self->emptied = *text == '\0';
  if (!self->emptied)
    {
      value = attune_field_parse (attune_parameter_row_get_field (row), text, &error);
      if (value == NULL)
        {
          attune_parameter_row_set_problem (row, error->message);
          return;
        }
    }
  attune_parameter_row_take_value (row, value);
}

/* The next of 1, 2, 5, 10, 20… times a power of ten: the values that people try. */
static double
step_logarithmic (double value,
                  gboolean up)
{
  static const double mantissas[] = { 1, 2, 5, 10 };
  double decade, mantissa;

  if (value <= 0)
    return up ? 1e-6 : 0;

  decade = pow (10, floor (log10 (value) + 1e-9));
  mantissa = value / decade;
  if (up)
    {
      for (guint i = 0; i < G_N_ELEMENTS (mantissas); i++)
        if (mantissas[i] > mantissa * (1 + 1e-9))
          return mantissas[i] * decade;
      return 20 * decade;
    }
  for (guint i = G_N_ELEMENTS (mantissas); i > 0; i--)
    if (mantissas[i - 1] < mantissa * (1 - 1e-9))
      return mantissas[i - 1] * decade;

  return 0.5 * decade;
}

static void
step (AttuneDoubleRow *self,
      gboolean         up)
{
  AttuneParameterRow *row = ATTUNE_PARAMETER_ROW (self);
  AttuneField *field = attune_parameter_row_get_field (row);
  g_autoptr (GVariant) value = attune_field_dup_effective_value (field, attune_parameter_row_get_configuration (row));
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  double number = value != NULL ? g_variant_get_double (value) : 0;
  double minimum, maximum;
  gboolean limited = attune_field_get_range (field, &minimum, &maximum);

  if ((attune_field_get_flags (field) & ATTUNE_PARAMETER_LOGARITHMIC) != 0)
    {
      number = step_logarithmic (number, up);
    }
  else
    {
      double size = limited && maximum - minimum > 2 ? 0.1 : 0.05;

      /* To the next multiple, so that 0.13 goes to 0.15 and not to 0.18. */
      number = up ? (floor (number / size + 1e-9) + 1) * size : (ceil (number / size - 1e-9) - 1) * size;
    }
  if (limited)
    number = CLAMP (number, minimum, maximum);
  /* Rounded to what is shown, or 3 · 0.05 would be 0.15000000000000002. */
  number = g_ascii_strtod (g_ascii_formatd (buffer, sizeof buffer, "%.10g", number), NULL);

  attune_parameter_row_take_value (row, g_variant_new_double (number));
  attune_parameter_row_refresh (row);
}

static void
decrease_clicked_cb (AttuneDoubleRow *self)
{
  g_assert (ATTUNE_IS_DOUBLE_ROW (self));

  step (self, FALSE);
}

static void
increase_clicked_cb (AttuneDoubleRow *self)
{
  g_assert (ATTUNE_IS_DOUBLE_ROW (self));

  step (self, TRUE);
}

static gboolean
double_key_pressed_cb (AttuneDoubleRow *self,
                       guint            keyval,
                       guint            keycode,
                       GdkModifierType  state)
{
  g_assert (ATTUNE_IS_DOUBLE_ROW (self));

  if ((state & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;
  if (keyval == GDK_KEY_Up || keyval == GDK_KEY_KP_Up)
    step (self, TRUE);
  else if (keyval == GDK_KEY_Down || keyval == GDK_KEY_KP_Down)
    step (self, FALSE);
  else
    return GDK_EVENT_PROPAGATE;

  return GDK_EVENT_STOP;
}

static void
double_focus_left_cb (AttuneDoubleRow *self)
{
  g_assert (ATTUNE_IS_DOUBLE_ROW (self));

  self->emptied = FALSE;
  /* What could not be read stays for the person to mend. */
  if (attune_parameter_row_get_problem (ATTUNE_PARAMETER_ROW (self)) == NULL)
    attune_parameter_row_refresh (ATTUNE_PARAMETER_ROW (self));
}

static GtkWidget *
attune_double_row_create (AttuneParameterRow *row)
{
  AttuneDoubleRow *self = ATTUNE_DOUBLE_ROW (row);
  AttuneField *field = attune_parameter_row_get_field (row);
  g_autofree char *decrease = g_strdup_printf (_("Decrease “%s”"), attune_field_get_title (field));
  g_autofree char *increase = g_strdup_printf (_("Increase “%s”"), attune_field_get_title (field));
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->row = ADW_ENTRY_ROW (adw_entry_row_new ());
  adw_entry_row_set_input_purpose (self->row, GTK_INPUT_PURPOSE_NUMBER);
  self->decrease = attune_parameter_row_make_button ("value-decrease-symbolic", decrease);
  self->increase = attune_parameter_row_make_button ("value-increase-symbolic", increase);
  g_signal_connect_object (self->decrease, "clicked", G_CALLBACK (decrease_clicked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->increase, "clicked", G_CALLBACK (increase_clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_remove_css_class (self->decrease, "flat");
  gtk_widget_remove_css_class (self->increase, "flat");
  gtk_widget_add_css_class (self->decrease, "circular");
  gtk_widget_add_css_class (self->increase, "circular");
  adw_entry_row_add_suffix (self->row, self->decrease);
  adw_entry_row_add_suffix (self->row, self->increase);

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (double_key_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (gtk_editable_get_delegate (GTK_EDITABLE (self->row))), keys);
  g_signal_connect_object (focus, "leave", G_CALLBACK (double_focus_left_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->row), focus);

  g_signal_connect_object (self->row, "changed", G_CALLBACK (double_text_changed_cb), self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self->row);
}

static void
attune_double_row_show_value (AttuneParameterRow *row,
                              GVariant           *value)
{
  AttuneDoubleRow *self = ATTUNE_DOUBLE_ROW (row);
  AttuneField *field = attune_parameter_row_get_field (row);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->row));
  g_autoptr (GVariant) typed = NULL;
  g_autofree char *shown = NULL;
  double minimum, maximum, number;
  gboolean limited;

  number = value != NULL ? g_variant_get_double (value) : 0;
  limited = attune_field_get_range (field, &minimum, &maximum);
  gtk_widget_set_sensitive (self->decrease, !limited || number > minimum);
  gtk_widget_set_sensitive (self->increase, !limited || number < maximum);

  /* "0.10" stays as it is typed as long as it means the same; so does an emptied row until it is left. */
  if (attune_parameter_row_get_problem (row) != NULL || self->emptied)
    return;
  typed = attune_field_parse (field, text, NULL);
  if (typed != NULL && value != NULL && g_variant_equal (typed, value))
    return;

  shown = attune_field_format (field, value);
  gtk_editable_set_text (GTK_EDITABLE (self->row), shown);
}

static void
attune_double_row_update_limits (AttuneParameterRow *row)
{
  /* There may be another default to show. */
  ATTUNE_DOUBLE_ROW (row)->emptied = FALSE;
}

static void
attune_double_row_class_init (AttuneDoubleRowClass *klass)
{
  AttuneParameterRowClass *row_class = ATTUNE_PARAMETER_ROW_CLASS (klass);

  row_class->create = attune_double_row_create;
  row_class->show_value = attune_double_row_show_value;
  row_class->update_limits = attune_double_row_update_limits;
}

static void
attune_double_row_init (AttuneDoubleRow *self)
{
}
