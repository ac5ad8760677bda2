/* attune-draft.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-configuration.h"

G_BEGIN_DECLS

/* A new job that was begun and not started: one file under drafts/ in the data folder, without secrets. The files are small and few, and
 * are written without waiting for the disk. */
typedef struct {
  char                *id;
  char                *name;          /* (nullable): as typed */
  char                *provider;      /* (nullable) */
  AttuneConfiguration *configuration;
  gint64               time;          /* microseconds since 1970: when it was last changed */
} AttuneDraft;

/* @id: NULL for a new one. */
AttuneDraft *attune_draft_new    (const char           *id,
                                  const char           *name,
                                  const char           *provider,
                                  AttuneConfiguration  *configuration) G_GNUC_WARN_UNUSED_RESULT;
void         attune_draft_free   (AttuneDraft          *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneDraft, attune_draft_free)

/* The newest ones first, at most twenty; older ones are deleted. Files that cannot be read are left alone. (transfer full) */
GPtrArray   *attune_drafts_list  (void) G_GNUC_WARN_UNUSED_RESULT;
/* NOT_FOUND where there is no such draft (any more). */
AttuneDraft *attune_draft_load   (const char           *id,
                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* Stamps the time. */
gboolean     attune_draft_save   (AttuneDraft          *self,
                                  GError              **error);
/* Nothing happens where it is not there. */
void         attune_draft_delete (const char           *id);
/* What a menu calls it: the name, else the model, else that it has none. (transfer full) */
char        *attune_draft_dup_title (const AttuneDraft *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
