/* attune-job-store-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-entity-store.h"
#include "attune-job-store.h"

G_BEGIN_DECLS

/* What is in metrics.jsonl or events.jsonl already; see attune-job-lines.c. */
typedef struct _AttuneLineIndex AttuneLineIndex;
void     attune_line_index_free           (AttuneLineIndex      *self);

struct _AttuneJobStore
{
  GObject            parent_instance;

  AttuneEntityStore *entities;
  GMutex             line_mutex;
  GHashTable        *line_indexes; /* path → AttuneLineIndex; under line_mutex */
};

/* Looks at the file of one job now; ends when the job is what the file says, or gone from the list if it was deleted. */
void     attune_job_store_reload_async    (AttuneJobStore       *self,
                                           AttuneJob            *job,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean attune_job_store_reload_finish   (AttuneJobStore       *self,
                                           GAsyncResult         *result,
                                           GError              **error);

G_END_DECLS
