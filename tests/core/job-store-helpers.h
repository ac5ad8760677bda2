/* job-store-helpers.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-job-store-private.h"
#include "attune-job-store.h"
#include "store-helpers.h"

typedef struct {
  char           *folder;
  AttuneJobStore *store;
} Fixture;

static inline void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = make_folder ();
  fixture->store = attune_job_store_new (fixture->folder);
}

static inline void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->store != NULL)
    g_assert_finalize_object (fixture->store);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static inline guint
count (AttuneJobStore *store)
{
  return g_list_model_get_n_items (G_LIST_MODEL (store));
}

static inline void
save (AttuneJobStore *store,
      AttuneJob      *job)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_job_store_save_sync (store, job, &error));
  g_assert_no_error (error);
}

static inline void
load (AttuneJobStore *store)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_job_store_load_sync (store, &error));
  g_assert_no_error (error);
  g_assert_true (attune_job_store_is_loaded (store));
}

static inline char *
document_path (Fixture    *fixture,
               const char *id)
{
  return g_build_filename (fixture->folder, id, "job.json", NULL);
}

typedef struct {
  guint n_signals;
  guint n_added;
  guint n_removed;
} Changes;

static inline void
changed_cb (GListModel *model,
            guint       position,
            guint       removed,
            guint       added,
            gpointer    user_data)
{
  Changes *changes = user_data;

  changes->n_signals++;
  changes->n_added += added;
  changes->n_removed += removed;
}

typedef struct {
  guint     n;
  GPtrArray *paths;
  GPtrArray *messages;
} Damages;

static inline AttuneJob *
make_job_at (gint64 created_at)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();

  return g_object_new (ATTUNE_TYPE_JOB, "provider", "fake", "configuration", configuration, "created-at", created_at, NULL);
}

static inline void
write_document (Fixture    *fixture,
                const char *id,
                const char *text)
{
  g_autofree char *folder = g_build_filename (fixture->folder, id, NULL);
  g_autofree char *path = document_path (fixture, id);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}
