/* attune-cli-activity.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-cli.h"

G_BEGIN_DECLS

/* Shows on standard error what a job waits for while a command goes on: "Uploading train.jsonl 43 %". */
typedef struct _AttuneCliActivity AttuneCliActivity;

AttuneCliActivity *attune_cli_activity_new  (AttuneJobStore    *jobs) G_GNUC_WARN_UNUSED_RESULT;
void               attune_cli_activity_free (AttuneCliActivity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneCliActivity, attune_cli_activity_free)

G_END_DECLS
