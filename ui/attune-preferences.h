/* attune-preferences.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-registry.h"
#include "attune-settings.h"

G_BEGIN_DECLS

/* The preferences. Everything applies at once; @registry says which providers have an address. */
#define ATTUNE_TYPE_PREFERENCES (attune_preferences_get_type ())
G_DECLARE_FINAL_TYPE (AttunePreferences, attune_preferences, ATTUNE, PREFERENCES, AdwPreferencesDialog)

AdwDialog *attune_preferences_new              (AttuneSettings *settings,
                                                AttuneRegistry *registry) G_GNUC_WARN_UNUSED_RESULT;
/* The style of all windows follows @settings from here on, as long as they live. */
void       attune_preferences_apply_appearance (AttuneSettings *settings);

G_END_DECLS
