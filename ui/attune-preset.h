/* attune-preset.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-capabilities.h"
#include "attune-configuration.h"

G_BEGIN_DECLS

/* Ways to begin: sets of values that suit an intention. A preset only sets values, and leaves nothing behind that a person could not
 * have typed; model, data, method and all other settings stay as they are. */
typedef enum {
  ATTUNE_PRESET_QUICK,
  ATTUNE_PRESET_BALANCED,
  ATTUNE_PRESET_CAREFUL,
  ATTUNE_N_PRESETS
} AttunePreset;

const char *attune_preset_get_id          (AttunePreset         preset); /* "quick" */
const char *attune_preset_get_title       (AttunePreset         preset); /* translated */
const char *attune_preset_get_description (AttunePreset         preset); /* translated, one sentence */

/* a{sv}: path → value, as far as the settings are supported and apply, within the limits of @capabilities (those of the chosen model).
 * The learning rate follows the method, and the provider's own default where it has one. (transfer full) */
GVariant   *attune_preset_build           (AttunePreset         preset,
                                           AttuneConfiguration *configuration,
                                           AttuneCapabilities  *capabilities) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the values in force are those of the preset. */
gboolean    attune_preset_matches         (AttunePreset         preset,
                                           AttuneConfiguration *configuration,
                                           AttuneCapabilities  *capabilities);

G_END_DECLS
