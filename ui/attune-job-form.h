/* attune-job-form.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"
#include "attune-parameter-row.h"
#include "attune-validation.h"

G_BEGIN_DECLS

/* The form of a configuration: groups of rows made from the parameter table and what the provider can do, and from nothing else.
 * What does not apply or is not supported is hidden; the settings that few people need are under "All Settings".
 *
 * Signals: ::changed when the configuration, or what can be read of what was typed, changed. */
#define ATTUNE_TYPE_JOB_FORM (attune_job_form_get_type ())
G_DECLARE_FINAL_TYPE (AttuneJobForm, attune_job_form, ATTUNE, JOB_FORM, AdwBin)

GtkWidget           *attune_job_form_new               (void) G_GNUC_WARN_UNUSED_RESULT;
/* Builds the rows; called once. @commands adds data files. */
void                 attune_job_form_set_up            (AttuneJobForm       *self,
                                                        AttuneCommands      *commands,
                                                        AttuneConfiguration *configuration);
AttuneConfiguration *attune_job_form_get_configuration (AttuneJobForm       *self);
/* A copy in which every row that shows stands as it shows: where the default of the provider or the model is another than the
 * table's, it is set. This is what is checked, estimated, previewed and sent. */
AttuneConfiguration *attune_job_form_dup_effective     (AttuneJobForm       *self) G_GNUC_WARN_UNUSED_RESULT;
void                 attune_job_form_set_configuration (AttuneJobForm       *self,
                                                        AttuneConfiguration *configuration);
/* Those of the provider; the form lays the chosen model's over them. */
void                 attune_job_form_set_capabilities  (AttuneJobForm       *self,
                                                        AttuneCapabilities  *capabilities);
/* Those that hold for the chosen model. (nullable) */
AttuneCapabilities  *attune_job_form_get_capabilities  (AttuneJobForm       *self);
/* Adds what was typed but cannot be read, then shows every issue at its row. */
void                 attune_job_form_show_validation   (AttuneJobForm       *self,
                                                        AttuneValidation    *validation);
/* Whether a data file is still being checked. */
gboolean             attune_job_form_is_busy           (AttuneJobForm       *self);
/* Sets what mends an issue. */
void                 attune_job_form_repair            (AttuneJobForm       *self,
                                                        const char          *path,
                                                        GVariant            *repair);
/* Leads to the row of an issue; FALSE where it has none. */
gboolean             attune_job_form_focus_path        (AttuneJobForm       *self,
                                                        const char          *path);
/* The row of a path; (nullable) (transfer none) */
AttuneParameterRow  *attune_job_form_get_row           (AttuneJobForm       *self,
                                                        const char          *path);
/* Adds the data file at @path and chooses it for the parameter at @parameter. */
void                 attune_job_form_choose_dataset    (AttuneJobForm       *self,
                                                        const char          *parameter,
                                                        const char          *path);
void                 attune_job_form_set_all_settings  (AttuneJobForm       *self,
                                                        gboolean             shown);
gboolean             attune_job_form_get_all_settings  (AttuneJobForm       *self);

/* Shows only the settings whose title, name, words or help hold all words of @text; also those of "All Settings", and by name those that
 * have no row at this provider or with what is chosen now, with the reason. NULL or empty: everything. */
void                 attune_job_form_set_search        (AttuneJobForm       *self,
                                                        const char          *text);
/* How many settings the search found. */
guint                attune_job_form_get_n_found       (AttuneJobForm       *self);

/* How many settings differ from their defaults and can be reset; what has to be chosen, such as the model, does not count. */
guint                attune_job_form_get_n_changed     (AttuneJobForm       *self);
void                 attune_job_form_reset_all         (AttuneJobForm       *self);
/* Sets values by path, a{sv}; paths without a row are left out. */
void                 attune_job_form_set_values        (AttuneJobForm       *self,
                                                        GVariant            *values);

G_END_DECLS
