/* attune-hub-commit-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-hub-private.h"

G_BEGIN_DECLS

/* What the Hub wants to see of a file to decide how to keep it. */
#define ATTUNE_HUB_COMMIT_SAMPLE 512
#define ATTUNE_HUB_LFS_TYPE "application/vnd.git-lfs+json"

typedef struct {
  char     *path;       /* in the repository */
  char     *source;     /* on this computer; NULL: bytes */
  GBytes   *bytes;
  gint64    size;
  char      sha256[65];
  guchar    sample[ATTUNE_HUB_COMMIT_SAMPLE];
  gsize     sample_size;
  gboolean  is_lfs;
  gboolean  is_ignored; /* by the .gitignore of the repository */
} AttuneHubCommitFile;

struct _AttuneHubCommit
{
  GObject        parent_instance;

  AttuneHub     *hub;
  AttuneHubKind  kind;
  char          *repo;
  char          *summary;
  GPtrArray     *files;   /* AttuneHubCommitFile */
};

/* One sending */

typedef struct {
  AttuneProgressFunc  progress;
  gpointer            progress_data;
  guint               index;     /* of the file that is uploaded */
  gint64              done;      /* bytes that are over there */
  gint64              total;
  JsonNode           *batch;     /* the answer of the LFS server */
  JsonNode           *object;    /* in it: the one of the file that is uploaded (borrowed) */
  GPtrArray          *tags;      /* of the parts that are over there */
  gint64              part_size;
  gint64              sending;   /* bytes of the request under way */
  guint               n_tries;
} AttuneHubSending;

/* The steps behind the answer of the LFS server; both take @task, that of attune_hub_commit_send_async(). */
void attune_hub_commit_upload_next (GTask *task); /* attune-hub-lfs.c: every large file that is not there yet, then */
void attune_hub_commit_confirm     (GTask *task); /* attune-hub-commit.c: the commit itself */

G_END_DECLS
