/* attune-jobs-deletion.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-jobs-model.h"

G_BEGIN_DECLS

/* Deletes @jobs (of AttuneJob that have ended, sunk) the way that can be taken back: they leave the list at once, and their files only when
 * the toast with "Undo" has gone. A program that is killed before has deleted nothing. */
void attune_jobs_delete (GtkWidget       *page,
                         AttuneCommands  *commands,
                         AttuneJobsModel *model,
                         GPtrArray       *jobs);

G_END_DECLS
