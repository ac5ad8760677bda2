/* attune-flight-panel.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-adapter.h"
#include "attune-data-facts.h"
#include "attune-schedule.h"
#include "attune-validation.h"

G_BEGIN_DECLS

/* The check before flight: what is wrong and leads to its row, what the job will need, what the provider does not use, and the way
 * to the exact request.
 *
 * Signals: ::issue-activated (path) when a person goes to an issue, ::repair-requested (path, value) when they press its Fix
 * button. The request and the tokens are shown by the actions "new-job.show-request" and "new-job.show-tokens" of an ancestor. */
#define ATTUNE_TYPE_FLIGHT_PANEL (attune_flight_panel_get_type ())
G_DECLARE_FINAL_TYPE (AttuneFlightPanel, attune_flight_panel, ATTUNE, FLIGHT_PANEL, AdwBin)

GtkWidget *attune_flight_panel_new            (void) G_GNUC_WARN_UNUSED_RESULT;
void       attune_flight_panel_set_validation (AttuneFlightPanel    *self,
                                               AttuneValidation     *validation);
/* @estimate NULL with @message NULL: being made; with a message: why there is none. */
void       attune_flight_panel_set_estimate   (AttuneFlightPanel    *self,
                                               const AttuneEstimate *estimate,
                                               const char           *message);
/* What a person is willing to pay: @limit in US dollars, 0 for no limit; @paid: whether the provider takes money at all. To be called
 * before set_estimate. */
void       attune_flight_panel_set_money      (AttuneFlightPanel    *self,
                                               gboolean              paid,
                                               double                limit);
/* @facts NULL with @message NULL: being counted; with a message: why they are not known. @has_data FALSE hides it all. */
void       attune_flight_panel_set_facts      (AttuneFlightPanel    *self,
                                               gboolean              has_data,
                                               const AttuneDataFacts *facts,
                                               const char           *message);
/* The learning rate over the steps; total_steps 0: their number is not known. @has_rate FALSE: the provider has no such setting. */
void       attune_flight_panel_set_course     (AttuneFlightPanel    *self,
                                               const AttuneSchedule *schedule,
                                               gint64                epochs,
                                               gboolean              has_rate);
/* Paths of the table that @provider does not take. */
void       attune_flight_panel_set_ignored    (AttuneFlightPanel    *self,
                                               const char           *provider,
                                               const char * const   *paths);

G_END_DECLS
