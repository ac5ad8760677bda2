/* attune-preferences.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-preferences.h"

#include <glib/gi18n-lib.h>

#define DATA_PROVIDER "attune-provider"

struct _AttunePreferences {
  AdwPreferencesDialog  parent_instance;

  AdwComboRow          *appearance_row;
  AdwSwitchRow         *notifications_row;
  AdwSwitchRow         *background_row;
  AdwSwitchRow         *inhibit_row;
  AdwSwitchRow         *offline_row;
  AdwSpinRow           *limit_row;
  AdwPreferencesGroup  *addresses_group;

  AttuneSettings       *settings;
};

G_DEFINE_FINAL_TYPE (AttunePreferences, attune_preferences, ADW_TYPE_PREFERENCES_DIALOG)

/* In the order of the list in the .ui file. */
static const struct {
  const char     *word;
  AdwColorScheme  scheme;
} appearances[] = {
  { "system", ADW_COLOR_SCHEME_DEFAULT },
  { "light", ADW_COLOR_SCHEME_FORCE_LIGHT },
  { "dark", ADW_COLOR_SCHEME_FORCE_DARK },
};

static guint
find_appearance (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (appearances); i++)
    if (g_strcmp0 (word, appearances[i].word) == 0)
      return i;

  return 0;
}

/* --- Appearance --- */

static gboolean
to_scheme (GBinding     *binding,
           const GValue *from,
           GValue       *to,
           gpointer      user_data)
{
  g_value_set_enum (to, appearances[find_appearance (g_value_get_string (from))].scheme);

  return TRUE;
}

void
attune_preferences_apply_appearance (AttuneSettings *settings)
{
  g_return_if_fail (ATTUNE_IS_SETTINGS (settings));

  g_object_bind_property_full (settings, "appearance", adw_style_manager_get_default (), "color-scheme", G_BINDING_SYNC_CREATE,
                               to_scheme, NULL, NULL, NULL);
}

static gboolean
to_selected (GBinding     *binding,
             const GValue *from,
             GValue       *to,
             gpointer      user_data)
{
  g_value_set_uint (to, find_appearance (g_value_get_string (from)));

  return TRUE;
}

static gboolean
from_selected (GBinding     *binding,
               const GValue *from,
               GValue       *to,
               gpointer      user_data)
{
  guint selected = g_value_get_uint (from);

  if (selected >= G_N_ELEMENTS (appearances))
    return FALSE;
  g_value_set_string (to, appearances[selected].word);

  return TRUE;
}

/* --- Spending --- */

/* "No limit" instead of a zero, which would read as if nothing might be spent. */
static gboolean
show_limit_cb (AdwSpinRow *row,
               gpointer    user_data)
{
  g_autofree char *text = NULL;
  double limit = adw_spin_row_get_value (row);

  if (limit > 0)
    text = g_strdup_printf ("%.2f", limit);
  else
    text = g_strdup (_("No limit"));
  if (!g_str_equal (text, gtk_editable_get_text (GTK_EDITABLE (row))))
    gtk_editable_set_text (GTK_EDITABLE (row), text);

  return TRUE;
}

static int
read_limit_cb (AdwSpinRow *row,
               double     *value,
               gpointer    user_data)
{
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (row)), _("No limit")))
    return FALSE;

  *value = 0;

  return TRUE;
}

/* --- Addresses --- */

static gboolean
is_address (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  return uri != NULL && (g_str_equal (scheme, "https") || g_str_equal (scheme, "http")) &&
         g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0';
}

static void
address_changed_cb (AdwEntryRow *row)
{
  gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
  gtk_widget_set_tooltip_text (GTK_WIDGET (row), NULL);
}

static void
address_applied_cb (AttunePreferences *self,
                    AdwEntryRow       *row)
{
  const char *provider = g_object_get_data (G_OBJECT (row), DATA_PROVIDER);
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));

  g_assert (ATTUNE_IS_PREFERENCES (self));

  if (*text == '\0' || is_address (text))
    {
      attune_settings_set_base_url (self->settings, provider, *text != '\0' ? text : NULL);
      return;
    }

  /* What cannot be asked is not taken over; the address of before holds. */
  gtk_widget_add_css_class (GTK_WIDGET (row), "error");
  gtk_widget_set_tooltip_text (GTK_WIDGET (row), _("An address begins with https://"));
  gtk_accessible_announce (GTK_ACCESSIBLE (row), _("An address begins with https://"), GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
  adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self), adw_toast_new (_("An address begins with https://")));
}

static void
add_addresses (AttunePreferences *self,
               AttuneRegistry    *registry)
{
  gboolean any = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (registry)); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (G_LIST_MODEL (registry), i);
      g_autofree char *address = NULL;
      GtkWidget *row;

      /* Who asks for no key is not at the other end of a wire. */
      if (attune_adapter_get_credential (adapter) == NULL)
        continue;

      row = adw_entry_row_new ();
      address = attune_settings_dup_base_url (self->settings, attune_adapter_get_id (adapter));
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), attune_adapter_get_title (adapter));
      adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (row), GTK_INPUT_PURPOSE_URL);
      if (address != NULL)
        gtk_editable_set_text (GTK_EDITABLE (row), address);
      adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
      g_object_set_data_full (G_OBJECT (row), DATA_PROVIDER, g_strdup (attune_adapter_get_id (adapter)), g_free);
      g_signal_connect (row, "changed", G_CALLBACK (address_changed_cb), NULL);
      g_signal_connect_object (row, "apply", G_CALLBACK (address_applied_cb), self, G_CONNECT_SWAPPED);
      adw_preferences_group_add (self->addresses_group, row);
      any = TRUE;
    }

  gtk_widget_set_visible (GTK_WIDGET (self->addresses_group), any && attune_settings_has_base_urls (self->settings));
}

/* --- Object --- */

static void
attune_preferences_dispose (GObject *object)
{
  AttunePreferences *self = ATTUNE_PREFERENCES (object);

  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_PREFERENCES);

  G_OBJECT_CLASS (attune_preferences_parent_class)->dispose (object);
}

static void
attune_preferences_class_init (AttunePreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_preferences_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, AttunePreferences, appearance_row);
  gtk_widget_class_bind_template_child (widget_class, AttunePreferences, notifications_row);
  gtk_widget_class_bind_template_child (widget_class, AttunePreferences, background_row);
  gtk_widget_class_bind_template_child (widget_class, AttunePreferences, inhibit_row);
  gtk_widget_class_bind_template_child (widget_class, AttunePreferences, offline_row);
  gtk_widget_class_bind_template_child (widget_class, AttunePreferences, limit_row);
  gtk_widget_class_bind_template_child (widget_class, AttunePreferences, addresses_group);
  gtk_widget_class_bind_template_callback (widget_class, show_limit_cb);
  gtk_widget_class_bind_template_callback (widget_class, read_limit_cb);
}

static void
attune_preferences_init (AttunePreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
attune_preferences_new (AttuneSettings *settings,
                        AttuneRegistry *registry)
{
  static const GBindingFlags both = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;
  AttunePreferences *self;

  g_return_val_if_fail (ATTUNE_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (ATTUNE_IS_REGISTRY (registry), NULL);

  self = g_object_new (ATTUNE_TYPE_PREFERENCES, NULL);
  self->settings = g_object_ref (settings);
  g_object_bind_property_full (settings, "appearance", self->appearance_row, "selected", both, to_selected, from_selected, NULL, NULL);
  g_object_bind_property (settings, "notifications", self->notifications_row, "active", both);
  g_object_bind_property (settings, "run-in-background", self->background_row, "active", both);
  g_object_bind_property (settings, "inhibit-suspend", self->inhibit_row, "active", both);
  g_object_bind_property (settings, "offline", self->offline_row, "active", both);
  g_object_bind_property (settings, "spending-limit", adw_spin_row_get_adjustment (self->limit_row), "value", both);
  add_addresses (self, registry);

  return ADW_DIALOG (self);
}
