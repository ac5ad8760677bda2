/* attune-jobs-model.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* What the list of jobs shows: those of the store that match, in an order, in sections. A GListModel and GtkSectionModel of AttuneJob that
 * follows the jobs while they change.
 *
 * Properties, all writable texts that a menu's actions may set; an unknown word is as the first one:
 *   search    words that the name, id, state, provider or model must hold
 *   state     "all", "active", "succeeded", "failed", "cancelled"
 *   provider  "all" or a provider's id
 *   order     "newest", "oldest", "name", "loss"
 *   sections  "none", "state", "provider"
 */
#define ATTUNE_TYPE_JOBS_MODEL (attune_jobs_model_get_type ())
G_DECLARE_FINAL_TYPE (AttuneJobsModel, attune_jobs_model, ATTUNE, JOBS_MODEL, GObject)

AttuneJobsModel *attune_jobs_model_new          (AttuneCommands  *commands) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a job would be left out by search, state or provider. */
gboolean         attune_jobs_model_is_filtered  (AttuneJobsModel *self);
/* The title of the section that @job is in; NULL without sections. (transfer none) */
const char      *attune_jobs_model_get_section_title (AttuneJobsModel *self,
                                                 AttuneJob       *job);
/* Takes a job out of the list, as if it were deleted, until it is shown again. */
void             attune_jobs_model_hide         (AttuneJobsModel *self,
                                                 AttuneJob       *job);
void             attune_jobs_model_unhide       (AttuneJobsModel *self,
                                                 AttuneJob       *job);

G_END_DECLS
