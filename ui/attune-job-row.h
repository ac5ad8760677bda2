/* attune-job-row.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* One job of the list: its state as an icon and a word, its loss as a line, its progress, and the actions that fit its state ("job.open",
 * "job.clone", "job.details", "job.pause", "job.resume", "job.cancel", "job.show-output", "job.delete"). Follows the job while it changes.
 * "job.delete" activates "jobs.delete" of what it lies in.
 *
 * Properties: commands; selecting (a check button in place of the buttons), selected, compact (without the line), details (what is
 * known of the job, below its state).
 *
 * Accessibility: the property "description", which notifies, is what a screen reader says for the list item. */
#define ATTUNE_TYPE_JOB_ROW (attune_job_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneJobRow, attune_job_row, ATTUNE, JOB_ROW, AdwBin)

GtkWidget *attune_job_row_new             (AttuneCommands *commands) G_GNUC_WARN_UNUSED_RESULT;
AttuneJob *attune_job_row_get_job         (AttuneJobRow   *self); /* (nullable) */
void       attune_job_row_set_job         (AttuneJobRow   *self,
                                           AttuneJob      *job);
gboolean   attune_job_row_is_selected     (AttuneJobRow   *self);
/* (transfer full) */
char      *attune_job_row_dup_description (AttuneJobRow   *self);
/* Opens the menu of actions, where the pointer is or at the row. */
void       attune_job_row_popup_menu      (AttuneJobRow   *self,
                                           double          x,
                                           double          y);

G_END_DECLS
