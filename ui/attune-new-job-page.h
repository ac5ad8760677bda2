/* attune-new-job-page.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"
#include "attune-flight-panel.h"
#include "attune-job-form.h"

G_BEGIN_DECLS

/* A new job: the provider, the form made from what it can do, and the check before flight.
 *
 * Signals: ::job-created (id) when the job was handed to the provider. */
#define ATTUNE_TYPE_NEW_JOB_PAGE (attune_new_job_page_get_type ())
G_DECLARE_FINAL_TYPE (AttuneNewJobPage, attune_new_job_page, ATTUNE, NEW_JOB_PAGE, AdwNavigationPage)

AdwNavigationPage *attune_new_job_page_new          (AttuneCommands   *commands) G_GNUC_WARN_UNUSED_RESULT;
/* Chooses data files by path; either may be NULL. */
void               attune_new_job_page_set_files    (AttuneNewJobPage *self,
                                                     const char       *training,
                                                     const char       *validation);
/* A known data set, by its id. */
void               attune_new_job_page_set_dataset  (AttuneNewJobPage *self,
                                                     const char       *id);
void               attune_new_job_page_set_model    (AttuneNewJobPage *self,
                                                     const char       *model);
/* Begins anew from what another job had: its settings, its data and its provider. The name is made another's. */
void               attune_new_job_page_set_job      (AttuneNewJobPage *self,
                                                     AttuneJob        *job);
/* Takes up the newest draft; FALSE where there is none. */
gboolean           attune_new_job_page_continue_draft (AttuneNewJobPage *self);
/* Reads a recipe, and says what of it does not fit; FALSE with an error that names the place. */
gboolean           attune_new_job_page_import_recipe (AttuneNewJobPage *self,
                                                     const char       *path,
                                                     GError          **error);
/* Writes what the form shows as a recipe, without secrets and without the names of data files. */
gboolean           attune_new_job_page_export_recipe (AttuneNewJobPage *self,
                                                     const char       *path,
                                                     GError          **error);
/* Whether the file at @path says that it is a recipe. */
gboolean           attune_new_job_page_is_recipe    (const char       *path);
AttuneJobForm     *attune_new_job_page_get_form     (AttuneNewJobPage *self);
AttuneFlightPanel *attune_new_job_page_get_panel    (AttuneNewJobPage *self);
/* The name as typed; never NULL. */
const char        *attune_new_job_page_get_name     (AttuneNewJobPage *self);
AttuneAdapter     *attune_new_job_page_get_adapter  (AttuneNewJobPage *self);
/* Whether the provider's capabilities are there and everything that was changed is checked. */
gboolean           attune_new_job_page_is_settled   (AttuneNewJobPage *self);

G_END_DECLS
