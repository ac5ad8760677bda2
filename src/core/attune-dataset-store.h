/* attune-dataset-store.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "attune-dataset.h"

G_BEGIN_DECLS

#define ATTUNE_TYPE_DATASET_STORE (attune_dataset_store_get_type ())
G_DECLARE_FINAL_TYPE (AttuneDatasetStore, attune_dataset_store, ATTUNE, DATASET_STORE, GObject)

/* A GListModel of AttuneDataset over datasets/<uuid>.json, newest first, with the same promises as AttuneJobStore. */

AttuneDatasetStore *attune_dataset_store_new           (const char           *folder) G_GNUC_WARN_UNUSED_RESULT;
void                attune_dataset_store_load_async    (AttuneDatasetStore   *self,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
gboolean            attune_dataset_store_load_finish   (AttuneDatasetStore   *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);
gboolean            attune_dataset_store_load_sync     (AttuneDatasetStore   *self,
                                                        GError              **error);
AttuneDataset      *attune_dataset_store_lookup        (AttuneDatasetStore   *self,
                                                        const char           *id);
AttuneDataset      *attune_dataset_store_find          (AttuneDatasetStore   *self,
                                                        const char           *id_or_prefix,
                                                        GError              **error);
/* The data set of this very path, or NULL: adding a file twice gives one entry. */
AttuneDataset      *attune_dataset_store_lookup_path   (AttuneDatasetStore   *self,
                                                        const char           *path);
gboolean            attune_dataset_store_save_sync     (AttuneDatasetStore   *self,
                                                        AttuneDataset        *dataset,
                                                        GError              **error);
void                attune_dataset_store_save_async    (AttuneDatasetStore   *self,
                                                        AttuneDataset        *dataset,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
gboolean            attune_dataset_store_save_finish   (AttuneDatasetStore   *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);
/* Forgets the entry; the person's file is not touched. */
gboolean            attune_dataset_store_remove_sync   (AttuneDatasetStore   *self,
                                                        AttuneDataset        *dataset,
                                                        GError              **error);
void                attune_dataset_store_remove_async  (AttuneDatasetStore   *self,
                                                        AttuneDataset        *dataset,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
gboolean            attune_dataset_store_remove_finish (AttuneDatasetStore   *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);

G_END_DECLS
