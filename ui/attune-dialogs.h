/* attune-dialogs.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-job.h"

G_BEGIN_DECLS

/* The message of an error and, where there is one, what a person can do about it. (transfer full) */
char *attune_dialogs_describe_error (const GError  *error);
/* Says in a dialog over @parent what went wrong; nothing for cancelled operations. */
void  attune_dialogs_present_error  (GtkWidget     *parent,
                                     const char    *heading,
                                     const GError  *error);
/* Asks before a job is cancelled; @confirmed is called with @object only if the person agrees. */
void  attune_dialogs_confirm_cancel (GtkWidget     *parent,
                                     AttuneJob     *job,
                                     GCallback      confirmed,
                                     GObject       *object);

G_END_DECLS
