/* attune-background.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-job-store.h"
#include "attune-settings.h"

G_BEGIN_DECLS

/* What an application does for jobs that are under way, as the settings want it: it goes on without a window until they have ended, and
 * keeps the computer awake while one runs on it. A job that is paused asks for neither. */
#define ATTUNE_TYPE_BACKGROUND (attune_background_get_type ())
G_DECLARE_FINAL_TYPE (AttuneBackground, attune_background, ATTUNE, BACKGROUND, GObject)

/* @application is not kept alive; attune_background_stop() comes before its end. */
AttuneBackground *attune_background_new      (GtkApplication   *application,
                                              AttuneSettings   *settings,
                                              AttuneJobStore   *jobs) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the application goes on without a window. */
gboolean          attune_background_is_held  (AttuneBackground *self);
/* Whether the computer is asked to stay awake; a desktop may not be able to. */
gboolean          attune_background_is_awake (AttuneBackground *self);
/* Gives back what it took. */
void              attune_background_stop     (AttuneBackground *self);

G_END_DECLS
