/* attune-application.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-background.h"
#include "attune-commands.h"
#include "attune-models-page.h"

G_BEGIN_DECLS

/* The application: one instance, which holds the providers, the stores, their monitor and the commands, opens data files, shows
 * the windows and says when a job has ended. */
#define ATTUNE_TYPE_APPLICATION (attune_application_get_type ())
G_DECLARE_FINAL_TYPE (AttuneApplication, attune_application, ATTUNE, APPLICATION, AdwApplication)

/* @registry: filled with the providers. */
AttuneApplication *attune_application_new              (AttuneRegistry        *registry) G_GNUC_WARN_UNUSED_RESULT;
/* How a model folder is taken over; see attune-models-page.h. */
void               attune_application_set_model_import (AttuneApplication     *self,
                                                        AttuneModelImportFunc  func);
/* Where models can be found and loaded from; before the first window. */
void               attune_application_set_model_source (AttuneApplication       *self,
                                                        const AttuneModelSource *source);
/* NULL where there is no such place. */
AttuneDownloads   *attune_application_get_downloads    (AttuneApplication       *self);
/* NULL before the start-up. */
AttuneCommands    *attune_application_get_commands     (AttuneApplication     *self);
/* NULL before the start-up. */
AttuneBackground  *attune_application_get_background   (AttuneApplication     *self);
/* Whether the stores were read. */
gboolean           attune_application_is_loaded        (AttuneApplication     *self);
/* Presents the monitor window of a job; there is one a job. */
void               attune_application_open_job         (AttuneApplication     *self,
                                                        const char            *id);

G_END_DECLS
