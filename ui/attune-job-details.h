/* attune-job-details.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-commands.h"

G_BEGIN_DECLS

/* What is known of @job at this moment, as a grid of titles and texts that can be selected: for a list, where the job's own window is
 * more than is wanted. */
GtkWidget *attune_job_details_new (AttuneCommands *commands,
                                   AttuneJob      *job) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
