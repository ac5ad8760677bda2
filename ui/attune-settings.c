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
#define KEY_BASE_URLS     "base-urls"

/* A property has the name of its key. */
enum {
  PROP_APPEARANCE = 1,
  PROP_SPENDING_LIMIT,
  PROP_NOTIFICATIONS, /* from here on: switches */
  PROP_RUN_IN_BACKGROUND,
  PROP_INHIBIT_SUSPEND,
  PROP_OFFLINE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

struct _AttuneSettings {
  GObject    parent_instance;

  GSettings *settings; /* NULL where the schema is not installed */
  char      *appearance;
  double     spending_limit;
  gboolean   switches[N_PROPS];
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
attune_settings_finalize (GObject *object)
{
  g_free (ATTUNE_SETTINGS (object)->appearance);

  G_OBJECT_CLASS (attune_settings_parent_class)->finalize (object);
}

static void
attune_settings_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  AttuneSettings *self = ATTUNE_SETTINGS (object);

  if (prop_id == PROP_APPEARANCE)
    g_value_set_string (value, self->appearance);
  else if (prop_id == PROP_SPENDING_LIMIT)
    g_value_set_double (value, self->spending_limit);
  else if (prop_id < N_PROPS)
    g_value_set_boolean (value, self->switches[prop_id]);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
attune_settings_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  AttuneSettings *self = ATTUNE_SETTINGS (object);

  if (prop_id == PROP_APPEARANCE)
    g_set_str (&self->appearance, g_value_get_string (value));
  else if (prop_id == PROP_SPENDING_LIMIT)
    self->spending_limit = g_value_get_double (value);
  else if (prop_id < N_PROPS)
    self->switches[prop_id] = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static GParamSpec *
make_switch (const char *name,
             gboolean    value)
{
  return g_param_spec_boolean (name, NULL, NULL, value, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static void
attune_settings_class_init (AttuneSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = attune_settings_dispose;
  object_class->finalize = attune_settings_finalize;
  object_class->get_property = attune_settings_get_property;
  object_class->set_property = attune_settings_set_property;

  properties[PROP_APPEARANCE] =
    g_param_spec_string ("appearance", NULL, NULL, "system", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SPENDING_LIMIT] =
    g_param_spec_double ("spending-limit", NULL, NULL, 0, 1000000, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_NOTIFICATIONS] = make_switch ("notifications", TRUE);
  properties[PROP_RUN_IN_BACKGROUND] = make_switch ("run-in-background", FALSE);
  properties[PROP_INHIBIT_SUSPEND] = make_switch ("inhibit-suspend", TRUE);
  properties[PROP_OFFLINE] = make_switch ("offline", FALSE);
  g_object_class_install_properties (object_class, N_PROPS, properties);
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

  for (guint i = 1; i < N_PROPS; i++)
    {
      const char *name = g_param_spec_get_name (properties[i]);

      /* The schema that is installed may be of an older version. */
      if (schema != NULL && g_settings_schema_has_key (schema, name))
        g_settings_bind (self->settings, name, self, name, G_SETTINGS_BIND_DEFAULT);
      else
        g_object_set_property (G_OBJECT (self), name, g_param_spec_get_default_value (properties[i]));
    }
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

  return self->spending_limit;
}

void
attune_settings_set_spending_limit (AttuneSettings *self,
                                    double          limit)
{
  g_return_if_fail (ATTUNE_IS_SETTINGS (self));
  g_return_if_fail (limit >= 0);

  g_object_set (self, "spending-limit", limit, NULL);
}

gboolean
attune_settings_get_notifications (AttuneSettings *self)
{
  g_return_val_if_fail (ATTUNE_IS_SETTINGS (self), TRUE);

  return self->switches[PROP_NOTIFICATIONS];
}

gboolean
attune_settings_get_run_in_background (AttuneSettings *self)
{
  g_return_val_if_fail (ATTUNE_IS_SETTINGS (self), FALSE);

  return self->switches[PROP_RUN_IN_BACKGROUND];
}

gboolean
attune_settings_get_inhibit_suspend (AttuneSettings *self)
{
  g_return_val_if_fail (ATTUNE_IS_SETTINGS (self), TRUE);

  return self->switches[PROP_INHIBIT_SUSPEND];
}

gboolean
attune_settings_has_base_urls (AttuneSettings *self)
{
  g_autoptr (GSettingsSchema) schema = NULL;

  g_return_val_if_fail (ATTUNE_IS_SETTINGS (self), FALSE);

  if (self->settings == NULL)
    return FALSE;
  g_object_get (self->settings, "settings-schema", &schema, NULL);

  return g_settings_schema_has_key (schema, KEY_BASE_URLS);
}

char *
attune_settings_dup_base_url (AttuneSettings *self,
                              const char     *provider)
{
  g_autoptr (GVariant) urls = NULL;
  char *url = NULL;

  g_return_val_if_fail (ATTUNE_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (provider != NULL, NULL);

  if (!attune_settings_has_base_urls (self))
    return NULL;
  urls = g_settings_get_value (self->settings, KEY_BASE_URLS);
  g_variant_lookup (urls, provider, "s", &url);

  return url;
}

void
attune_settings_set_base_url (AttuneSettings *self,
                              const char     *provider,
                              const char     *url)
{
  g_autoptr (GVariant) old = NULL;
  GVariantBuilder builder;
  GVariantIter iter;
  const char *id;
  const char *address;

  g_return_if_fail (ATTUNE_IS_SETTINGS (self));
  g_return_if_fail (provider != NULL);

  if (!attune_settings_has_base_urls (self))
    return;

  old = g_settings_get_value (self->settings, KEY_BASE_URLS);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_iter_init (&iter, old);
  while (g_variant_iter_next (&iter, "{&s&s}", &id, &address))
    if (!g_str_equal (id, provider))
      g_variant_builder_add (&builder, "{ss}", id, address);
  if (url != NULL)
    g_variant_builder_add (&builder, "{ss}", provider, url);
  g_settings_set_value (self->settings, KEY_BASE_URLS, g_variant_builder_end (&builder));
}
