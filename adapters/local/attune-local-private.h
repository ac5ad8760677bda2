/* attune-local-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-local-adapter.h"
#include "attune-model.h"
#include "attune-train-settings.h"

G_BEGIN_DECLS

#define ATTUNE_LOCAL_DEFAULT_SEED 42

/* A context without the objects that belong to the caller's thread. */
typedef struct {
  char *job_id;     /* (nullable) */
  char *job_folder; /* (nullable) */
  char *run_folder; /* (nullable) */
} AttuneLocalPlace;

AttuneLocalPlace   *attune_local_place_new  (const AttuneJobContext *context);
void                attune_local_place_free (AttuneLocalPlace       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneLocalPlace, attune_local_place_free)

/* A task for one operation on the place of @context, tagged. Ends at once with an error where the context names no job's folder. */
GTask              *attune_local_task_new   (AttuneLocalAdapter     *self,
                                             const AttuneJobContext *context,
                                             gpointer                source_tag,
                                             GCancellable           *cancellable,
                                             GAsyncReadyCallback     callback,
                                             gpointer                user_data,
                                             gboolean               *usable);

/* attune-local-capabilities.c */
/* @models: (element-type AttuneLocalModel), NULL while they are not known. */
AttuneCapabilities *attune_local_build_capabilities (GPtrArray *models) G_GNUC_WARN_UNUSED_RESULT;

/* attune-local-configuration.c */
/* The numbers of metadata, or their defaults. */
gint64              attune_local_get_seed           (AttuneConfiguration    *configuration);
guint               attune_local_get_threads        (AttuneConfiguration    *configuration);
/* The configuration as the trainer would understand it, data sets that are not chosen yet left aside. */
AttuneTrainSettings *attune_local_resolve_settings  (AttuneLocalAdapter     *self,
                                                     AttuneConfiguration    *configuration,
                                                     const AttuneJobContext *context,
                                                     const AttuneLocalModel *model,
                                                     GError                **error) G_GNUC_WARN_UNUSED_RESULT;
/* config.json of the run folder. What is not known yet is a placeholder. */
AttuneRunConfig    *attune_local_build_config       (AttuneLocalAdapter     *self,
                                                     AttuneConfiguration    *configuration,
                                                     const AttuneJobContext *context,
                                                     GError                **error) G_GNUC_WARN_UNUSED_RESULT;

/* attune-local-validate.c */
/* Bytes that checkpoints and result of a run take at most. */
guint64             attune_local_predict_disk       (const AttuneLocalModel *model,
                                                     const AttuneTrainSettings *settings);

/* attune-local-adapter.c: what makes a data file unfit, NULL where it is fit. A file is read again when it has changed. (transfer full) */
char               *attune_local_adapter_check_data (AttuneLocalAdapter     *self,
                                                     const char             *path);

/* The vfuncs, one file a concern. */
void attune_local_validate_configuration (AttuneAdapter *adapter, AttuneConfiguration *configuration,
                                          const AttuneJobContext *context, AttuneValidation *validation);
JsonNode *attune_local_translate_configuration (AttuneAdapter *adapter, AttuneConfiguration *configuration,
                                          const AttuneJobContext *context, GError **error);
void attune_local_start_training_async   (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_local_start_training_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_local_find_job_async         (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_local_find_job_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_local_query_status_async     (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
AttuneStatusUpdate *attune_local_query_status_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_local_cancel_async           (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
gboolean attune_local_cancel_finish      (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_local_pause_async            (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
gboolean attune_local_pause_finish       (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_local_resume_async           (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
gboolean attune_local_resume_finish      (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_local_list_checkpoints_async (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *attune_local_list_checkpoints_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_local_download_output_async  (AttuneAdapter *adapter, const AttuneJobContext *context, const char *destination,
                                          AttuneProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
gboolean attune_local_download_output_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_local_estimate_async         (AttuneAdapter *adapter, AttuneConfiguration *configuration,
                                          const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
AttuneEstimate *attune_local_estimate_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);

G_END_DECLS
