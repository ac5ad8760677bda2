/* attune-preset-row.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-preset.h"

G_BEGIN_DECLS

/* A choice of presets. The one whose values are all in force is marked, and none where they are a person's own.
 *
 * Signals: ::preset-chosen (AttunePreset) when a person chooses one. */
#define ATTUNE_TYPE_PRESET_ROW (attune_preset_row_get_type ())
G_DECLARE_FINAL_TYPE (AttunePresetRow, attune_preset_row, ATTUNE, PRESET_ROW, AdwPreferencesRow)

GtkWidget *attune_preset_row_new      (void) G_GNUC_WARN_UNUSED_RESULT;
/* Marks the preset whose values are in force. */
void       attune_preset_row_update   (AttunePresetRow     *self,
                                       AttuneConfiguration *configuration,
                                       AttuneCapabilities  *capabilities);
/* The one that is marked, or -1. */
int        attune_preset_row_get_shown(AttunePresetRow     *self);

G_END_DECLS
