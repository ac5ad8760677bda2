/* attune-flight-panel.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-adapter.h"
#include "attune-validation.h"

G_BEGIN_DECLS

/* The check before flight: what is wrong and leads to its row, what the job will need, what the provider does not use, and the way
 * to the exact request.
 *
 * Signals: ::issue-activated (path) when a person goes to an issue, ::repair-requested (path, value) when they press its Fix
 * button. The request is shown by the action "new-job.show-request" of an ancestor. */
#define ATTUNE_TYPE_FLIGHT_PANEL (attune_flight_panel_get_type ())
G_DECLARE_FINAL_TYPE (AttuneFlightPanel, attune_flight_panel, ATTUNE, FLIGHT_PANEL, AdwBin)

GtkWidget *attune_flight_panel_new            (void) G_GNUC_WARN_UNUSED_RESULT;
void       attune_flight_panel_set_validation (AttuneFlightPanel    *self,
                                               AttuneValidation     *validation);
/* @estimate NULL with @message NULL: being made; with a message: why there is none. */
void       attune_flight_panel_set_estimate   (AttuneFlightPanel    *self,
                                               const AttuneEstimate *estimate,
                                               const char           *message);
/* Paths of the table that @provider does not take. */
void       attune_flight_panel_set_ignored    (AttuneFlightPanel    *self,
                                               const char           *provider,
                                               const char * const   *paths);

G_END_DECLS
