/* attune-preset-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-preset-row.h"

#include <glib/gi18n-lib.h>

struct _AttunePresetRow {
  AdwPreferencesRow  parent_instance;

  AdwToggleGroup    *toggles;
  GtkLabel          *description;
  gboolean           updating;
};

enum { PRESET_CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttunePresetRow, attune_preset_row, ADW_TYPE_PREFERENCES_ROW)

static void
update_description (AttunePresetRow *self)
{
  int shown = attune_preset_row_get_shown (self);
  const char *text = shown >= 0 ? attune_preset_get_description ((AttunePreset) shown)
                                : _("Your own settings. A preset only sets values, and each can be changed afterwards.");

  gtk_label_set_text (self->description, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggles), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void
active_changed_cb (AttunePresetRow *self)
{
  int shown;

  g_assert (ATTUNE_IS_PRESET_ROW (self));

  update_description (self);
  shown = attune_preset_row_get_shown (self);
  if (!self->updating && shown >= 0)
    g_signal_emit (self, signals[PRESET_CHOSEN], 0, shown);
}

void
attune_preset_row_update (AttunePresetRow     *self,
                          AttuneConfiguration *configuration,
                          AttuneCapabilities  *capabilities)
{
  guint active = GTK_INVALID_LIST_POSITION;

  g_return_if_fail (ATTUNE_IS_PRESET_ROW (self));
  g_return_if_fail (ATTUNE_IS_CONFIGURATION (configuration));
  g_return_if_fail (ATTUNE_IS_CAPABILITIES (capabilities));

  /* Where a provider takes few settings, two may be the same: the plain one is meant, and what was chosen stays. */
  for (guint i = 0; i < ATTUNE_N_PRESETS; i++)
    if (attune_preset_matches ((AttunePreset) i, configuration, capabilities) &&
        (active == GTK_INVALID_LIST_POSITION || i == ATTUNE_PRESET_BALANCED || i == adw_toggle_group_get_active (self->toggles)))
      active = i;

  self->updating = TRUE;
  adw_toggle_group_set_active (self->toggles, active);
  self->updating = FALSE;
  update_description (self);
}

int
attune_preset_row_get_shown (AttunePresetRow *self)
{
  guint active;

  g_return_val_if_fail (ATTUNE_IS_PRESET_ROW (self), -1);

  active = adw_toggle_group_get_active (self->toggles);

  return active < ATTUNE_N_PRESETS ? (int) active : -1;
}

static void
attune_preset_row_class_init (AttunePresetRowClass *klass)
{
  signals[PRESET_CHOSEN] = g_signal_new ("preset-chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
attune_preset_row_init (AttunePresetRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  self->toggles = ADW_TOGGLE_GROUP (adw_toggle_group_new ());
  adw_toggle_group_set_homogeneous (self->toggles, TRUE);
  adw_toggle_group_set_can_shrink (self->toggles, TRUE);
  for (guint i = 0; i < ATTUNE_N_PRESETS; i++)
    {
      AdwToggle *toggle = adw_toggle_new ();

      adw_toggle_set_name (toggle, attune_preset_get_id ((AttunePreset) i));
      adw_toggle_set_label (toggle, attune_preset_get_title ((AttunePreset) i));
      adw_toggle_set_tooltip (toggle, attune_preset_get_description ((AttunePreset) i));
      adw_toggle_group_add (self->toggles, toggle);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggles), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Preset"), -1);

  self->description = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->description, TRUE);
  gtk_label_set_xalign (self->description, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->description), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->description), "dim-label");

  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->toggles));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->description));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _("Preset"));
  adw_toggle_group_set_active (self->toggles, GTK_INVALID_LIST_POSITION);
  update_description (self);

  g_signal_connect_object (self->toggles, "notify::active", G_CALLBACK (active_changed_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
attune_preset_row_new (void)
{
  return g_object_new (ATTUNE_TYPE_PRESET_ROW, NULL);
}
