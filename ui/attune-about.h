/* attune-about.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-registry.h"

G_BEGIN_DECLS

/* About Attune, with what a report of a fault needs to say: versions, renderer, providers; no secrets, no names of files. */
AdwDialog *attune_about_new_dialog (AttuneRegistry *registry) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
