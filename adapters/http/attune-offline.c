/* attune-offline.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-offline.h"

#include <gio/gio.h>

#define KEY "offline"

gboolean
attune_offline_is_on (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettings) settings = NULL;

  /* The terminal may run where the schema is not installed, or one of an older version is. */
  schema = source != NULL ? g_settings_schema_source_lookup (source, APPLICATION_ID, TRUE) : NULL;
  if (schema == NULL || !g_settings_schema_has_key (schema, KEY))
    return FALSE;

  /* Made each time: an object that is kept is told of changes by the main context of the thread that made it alone. */
  settings = g_settings_new_full (schema, NULL, NULL);

  return g_settings_get_boolean (settings, KEY);
}
