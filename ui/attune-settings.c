/* attune-settings.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-settings.h"

#define KEY_WIDTH         "window-width"
#define KEY_HEIGHT        "window-height"
#define KEY_MAXIMIZED     "window-maximized"
#define KEY_LAST_PROVIDER "last-provider"
#define KEY_SPENDING_LIMIT "spending-limit"

struct _AttuneSettings {
  GObject    parent_instance;

  GSettings *settings; /* NULL where the schema is not installed */
};

G_DEFINE_FINAL_TYPE (AttuneSettings, attune_settings, G_TYPE_OBJECT)

static void
attune_settings_dispose (GObject *object)
{
  AttuneSettings *self = ATTUNE_SETTINGS (object);

  g_clear_object (&self->settings);

  G_OBJECT_CLASS (attune_settings_parent_class)->dispose (object);
}

static void
attune_settings_class_init (AttuneSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = attune_settings_dispose;
}

static void
attune_settings_init (AttuneSettings *self)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  /* g_settings_new() aborts for a schema that is not there. */
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, APPLICATION_ID, TRUE);
  if (schema != NULL)
    self->settings = g_settings_new_full (schema, NULL, NULL);
}

AttuneSettings *
attune_settings_new (void)
{
  return g_object_new (ATTUNE_TYPE_SETTINGS, NULL);
}

void
attune_settings_restore_window (AttuneSettings *self,
                                GtkWindow      *window)
{
  g_return_if_fail (ATTUNE_IS_SETTINGS (self));
  g_return_if_fail (GTK_IS_WINDOW (window));

  if (self->settings == NULL)
    {
      gtk_window_set_default_size (window, 1100, 760);
      return;
    }

  gtk_window_set_default_size (window,
                               g_settings_get_int (self->settings, KEY_WIDTH),
                               g_settings_get_int (self->settings, KEY_HEIGHT));
  if (g_settings_get_boolean (self->settings, KEY_MAXIMIZED))
    gtk_window_maximize (window);
}

void
attune_settings_save_window (AttuneSettings *self,
                             GtkWindow      *window)
{
  int width, height;

  g_return_if_fail (ATTUNE_IS_SETTINGS (self));
  g_return_if_fail (GTK_IS_WINDOW (window));

  if (self->settings == NULL)
    return;

  /* While maximized, GTK keeps the size from before as the default size. */
  gtk_window_get_default_size (window, &width, &height);
  if (width >= 360 && height >= 294)
    {
      g_settings_set_int (self->settings, KEY_WIDTH, width);
      g_settings_set_int (self->settings, KEY_HEIGHT, height);
    }
  g_settings_set_boolean (self->settings, KEY_MAXIMIZED, gtk_window_is_maximized (window));
}

char *
attune_settings_dup_last_provider (AttuneSettings *self)
{
  g_return_val_if_fail (ATTUNE_IS_SETTINGS (self), NULL);

  return self->settings != NULL ? g_settings_get_string (self->settings, KEY_LAST_PROVIDER) : g_strdup ("");
}

void
attune_settings_set_last_provider (AttuneSettings *self,
                                   const char     *provider)
{
  g_return_if_fail (ATTUNE_IS_SETTINGS (self));
  g_return_if_fail (provider != NULL);

  if (self->settings != NULL)
    g_settings_set_string (self->settings, KEY_LAST_PROVIDER, provider);
}

double
attune_settings_get_spending_limit (AttuneSettings *self)
{
  g_return_val_if_fail (ATTUNE_IS_SETTINGS (self), 0);

  return self->settings != NULL ? g_settings_get_double (self->settings, KEY_SPENDING_LIMIT) : 0;
}

void
attune_settings_set_spending_limit (AttuneSettings *self,
                                    double          limit)
{
  g_return_if_fail (ATTUNE_IS_SETTINGS (self));
  g_return_if_fail (limit >= 0);

  if (self->settings != NULL)
    g_settings_set_double (self->settings, KEY_SPENDING_LIMIT, limit);
}
