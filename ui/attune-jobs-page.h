/* attune-jobs-page.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* All jobs, the newest first, with search; while there are none, the way to the first. */
#define ATTUNE_TYPE_JOBS_PAGE (attune_jobs_page_get_type ())
G_DECLARE_FINAL_TYPE (AttuneJobsPage, attune_jobs_page, ATTUNE, JOBS_PAGE, AdwBin)

GtkWidget *attune_jobs_page_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void       attune_jobs_page_set_up     (AttuneJobsPage *self,
                                        AttuneCommands *commands);
/* To be called when the stores were read: what is empty until then is not known to be empty. */
void       attune_jobs_page_set_loaded (AttuneJobsPage *self);
void       attune_jobs_page_search     (AttuneJobsPage *self);
/* While the example is being started. */
void       attune_jobs_page_set_busy   (AttuneJobsPage *self,
                                        gboolean        busy);

G_END_DECLS
