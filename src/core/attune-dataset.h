/* attune-dataset.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define ATTUNE_TYPE_DATASET (attune_dataset_get_type ())
G_DECLARE_FINAL_TYPE (AttuneDataset, attune_dataset, ATTUNE, DATASET, GObject)

/* The entity of a training or validation file. The file stays where it is; this is what is known of it.
 * Properties: id, name, path, format ("chat", "prompt-completion", "alpaca", "sharegpt", "preference", "text"), size (bytes),
 * sha256 (hex), rows, tokens (-1 where not counted), n-problems, first-problem, added-at, checked-at, modified-at (of the file when it was checked). */

AttuneDataset *attune_dataset_new            (const char     *path) G_GNUC_WARN_UNUSED_RESULT;
AttuneDataset *attune_dataset_new_from_json  (JsonNode       *node,
                                              GError        **error) G_GNUC_WARN_UNUSED_RESULT;
JsonNode      *attune_dataset_to_json        (AttuneDataset  *self) G_GNUC_WARN_UNUSED_RESULT;
void           attune_dataset_update_from    (AttuneDataset  *self,
                                              AttuneDataset  *other);
const char    *attune_dataset_get_id         (AttuneDataset  *self);
const char    *attune_dataset_get_name       (AttuneDataset  *self); /* the base name of the file unless set */
void           attune_dataset_set_name       (AttuneDataset  *self,
                                              const char     *name);
const char    *attune_dataset_get_path       (AttuneDataset  *self);
const char    *attune_dataset_get_format     (AttuneDataset  *self); /* (nullable) while not checked */
gint64         attune_dataset_get_size       (AttuneDataset  *self);
gint64         attune_dataset_get_rows       (AttuneDataset  *self);
gint64         attune_dataset_get_tokens     (AttuneDataset  *self);
gint64         attune_dataset_get_n_problems (AttuneDataset  *self);
/* (nullable): "line 7: …" */
const char    *attune_dataset_get_first_problem (AttuneDataset *self);
const char    *attune_dataset_get_sha256     (AttuneDataset  *self);
void           attune_dataset_set_checked    (AttuneDataset  *self,
                                              const char     *format,
                                              gint64          size,
                                              const char     *sha256,
                                              gint64          rows,
                                              gint64          n_problems,
                                              const char     *first_problem);
void           attune_dataset_set_tokens     (AttuneDataset  *self,
                                              gint64          tokens);
/* Ids under which providers hold this very file (by sha256) already. (nullable) */
const char    *attune_dataset_get_provider_file (AttuneDataset *self,
                                              const char     *provider);
void           attune_dataset_set_provider_file (AttuneDataset *self,
                                              const char     *provider,
                                              const char     *file_id);

G_END_DECLS
