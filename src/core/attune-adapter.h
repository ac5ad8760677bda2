/* attune-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "attune-capabilities.h"
#include "attune-dataset.h"
#include "attune-job.h"
#include "attune-validation.h"

G_BEGIN_DECLS

/* What translate_configuration and start_training may need beside the configuration. Borrowed members. */
typedef struct {
  AttuneJob     *job;        /* (nullable) in translations without a job */
  AttuneDataset *training;   /* (nullable) */
  AttuneDataset *validation; /* (nullable) */
  const char    *folder;     /* (nullable): the job's own folder, jobs/<id>; exists */
} AttuneJobContext;

/* The mission's TrainingJobHandle. */
typedef struct {
  char   *provider_job_id;
  double  estimated_cost;     /* US dollars, NAN where not reported */
  double  estimated_duration; /* seconds, NAN where not reported */
} AttuneTrainingHandle;
AttuneTrainingHandle *attune_training_handle_new  (const char           *provider_job_id,
                                                   double                estimated_cost,
                                                   double                estimated_duration);
void                  attune_training_handle_free (AttuneTrainingHandle *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneTrainingHandle, attune_training_handle_free)

/* The mission's JobStatusUpdate. Members left at their "unknown" keep what is known. */
typedef struct {
  int        status;          /* AttuneJobStatus, or -1: unknown word, keep the last state */
  gint64     step;            /* -1 unknown */
  gint64     total_steps;     /* -1 unknown */
  double     progress;        /* NAN unknown */
  double     time_remaining;  /* seconds, NAN unknown */
  gint64     trained_tokens;  /* -1 unknown */
  char      *fine_tuned_model;
  char      *output_path;
  GError    *error;           /* why the job failed; NULL otherwise */
  GArray    *metrics;         /* AttuneMetricPoint, any that may be new; the store drops repeats; NULL for none */
  GPtrArray *events;          /* AttuneEvent; NULL for none */
  GPtrArray *checkpoints;     /* AttuneCheckpoint, all of them; NULL: unknown */
  double     poll_after;      /* seconds until it is worth asking again; NAN: the monitor's own rhythm */
} AttuneStatusUpdate;
AttuneStatusUpdate *attune_status_update_new  (void);
void                attune_status_update_free (AttuneStatusUpdate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneStatusUpdate, attune_status_update_free)

/* Cost, time, memory and disk, each a range (NAN where unknown) with the source of the numbers. */
typedef struct {
  double cost_low, cost_high;         /* US dollars */
  double seconds_low, seconds_high;
  double memory_low, memory_high;     /* bytes */
  double memory_available;            /* bytes */
  double disk;                        /* bytes */
  gint64 steps;                       /* -1 unknown */
  gint64 tokens;                      /* trained tokens, -1 unknown */
  char  *source;                      /* translated: where the numbers come from */
} AttuneEstimate;
AttuneEstimate *attune_estimate_new  (void);
void            attune_estimate_free (AttuneEstimate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneEstimate, attune_estimate_free)

typedef void (*AttuneProgressFunc) (double      fraction, /* 0…1, NAN where unknown */
                                    const char *message,  /* translated */
                                    gpointer    user_data);

#define ATTUNE_TYPE_ADAPTER (attune_adapter_get_type ())
G_DECLARE_INTERFACE (AttuneAdapter, attune_adapter, ATTUNE, ADAPTER, GObject)

/* A provider. An operation whose vfunc is not set is not supported: its function returns ATTUNE_ERROR_NOT_SUPPORTED at once,
 * and attune_adapter_can() tells so before. Every async operation takes a GCancellable and ends in the thread-default main context of its caller. */
struct _AttuneAdapterInterface {
  GTypeInterface parent_iface;

  const char           *(*get_id)                 (AttuneAdapter *self); /* "local" */
  const char           *(*get_title)              (AttuneAdapter *self); /* translated: "This Computer" */
  const char           *(*get_description)        (AttuneAdapter *self); /* translated, one sentence */
  const char           *(*get_credential)         (AttuneAdapter *self); /* AttuneCredentials name, or NULL: needs none */

  /* Fetches what the provider can do; from the cache unless @refresh. */
  void                  (*load_capabilities_async)(AttuneAdapter *self, gboolean refresh, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  AttuneCapabilities   *(*load_capabilities_finish)(AttuneAdapter *self, GAsyncResult *result, GError **error);
  /* What is known now, without waiting: the last loaded, else the catalogue's. Never NULL. (transfer full) */
  AttuneCapabilities   *(*dup_capabilities)       (AttuneAdapter *self);

  /* Adds the provider's own findings; the common ones are made from the capabilities by the caller. */
  void                  (*validate_configuration) (AttuneAdapter *self, AttuneConfiguration *configuration,
                                                   const AttuneJobContext *context, AttuneValidation *validation);
  /* {"method","url","body"}, secrets and ids that are not known yet as placeholders: the request that goes out. */
  JsonNode             *(*translate_configuration)(AttuneAdapter *self, AttuneConfiguration *configuration,
                                                   const AttuneJobContext *context, GError **error);

  void                  (*upload_dataset_async)   (AttuneAdapter *self, AttuneDataset *dataset, AttuneProgressFunc progress,
                                                   gpointer progress_data, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  char                 *(*upload_dataset_finish)  (AttuneAdapter *self, GAsyncResult *result, GError **error);
  void                  (*start_training_async)   (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  AttuneTrainingHandle *(*start_training_finish)  (AttuneAdapter *self, GAsyncResult *result, GError **error);
  /* After a crash in submitting: the handle of the job that did arrive; ATTUNE_ERROR_NOT_FOUND where none did. */
  void                  (*find_job_async)         (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  AttuneTrainingHandle *(*find_job_finish)        (AttuneAdapter *self, GAsyncResult *result, GError **error);
  void                  (*query_status_async)     (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  AttuneStatusUpdate   *(*query_status_finish)    (AttuneAdapter *self, GAsyncResult *result, GError **error);

  /* Simple operations on a running job; they end when the provider has taken the wish, the state follows by query_status. */
  void                  (*cancel_async)           (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  gboolean              (*cancel_finish)          (AttuneAdapter *self, GAsyncResult *result, GError **error);
  void                  (*pause_async)            (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  gboolean              (*pause_finish)           (AttuneAdapter *self, GAsyncResult *result, GError **error);
  /* Also takes up a failed or cancelled job again from its newest checkpoint where the provider can. */
  void                  (*resume_async)           (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  gboolean              (*resume_finish)          (AttuneAdapter *self, GAsyncResult *result, GError **error);
  /* Deletes a job that has ended at the provider, with what it made there; that there is none any more is success. */
  void                  (*delete_job_async)       (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  gboolean              (*delete_job_finish)      (AttuneAdapter *self, GAsyncResult *result, GError **error);
  /* (transfer full) (element-type AttuneCheckpoint) */
  void                  (*list_checkpoints_async) (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  GPtrArray            *(*list_checkpoints_finish)(AttuneAdapter *self, GAsyncResult *result, GError **error);
  /* Puts the result (adapter or weights) into @destination, a folder that may exist but must not hold files of the same names. */
  void                  (*download_output_async)  (AttuneAdapter *self, const AttuneJobContext *context, const char *destination,
                                                   AttuneProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  gboolean              (*download_output_finish) (AttuneAdapter *self, GAsyncResult *result, GError **error);
  void                  (*estimate_async)         (AttuneAdapter *self, AttuneConfiguration *configuration,
                                                   const AttuneJobContext *context, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  AttuneEstimate       *(*estimate_finish)        (AttuneAdapter *self, GAsyncResult *result, GError **error);
  void                  (*test_credentials_async) (AttuneAdapter *self, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  gboolean              (*test_credentials_finish)(AttuneAdapter *self, GAsyncResult *result, GError **error);
};

/* "cancel", "pause", "resume", "delete", "checkpoints", "download", "estimate", "test-credentials", "upload", "find" */
gboolean    attune_adapter_can             (AttuneAdapter *self,
                                            const char    *operation);
const char *attune_adapter_get_id          (AttuneAdapter *self);
const char *attune_adapter_get_title       (AttuneAdapter *self);
const char *attune_adapter_get_description (AttuneAdapter *self);
const char *attune_adapter_get_credential  (AttuneAdapter *self);

/* Public wrappers, same arguments as the vfuncs. */
void                  attune_adapter_load_capabilities_async  (AttuneAdapter *self, gboolean refresh, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
AttuneCapabilities   *attune_adapter_load_capabilities_finish (AttuneAdapter *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
AttuneCapabilities   *attune_adapter_dup_capabilities         (AttuneAdapter *self) G_GNUC_WARN_UNUSED_RESULT;
/* The whole check: universal, capabilities (of the model chosen), then the provider's own. Never NULL. */
AttuneValidation     *attune_adapter_validate_configuration   (AttuneAdapter *self, AttuneConfiguration *configuration,
                                                               const AttuneJobContext *context) G_GNUC_WARN_UNUSED_RESULT;
JsonNode             *attune_adapter_translate_configuration  (AttuneAdapter *self, AttuneConfiguration *configuration,
                                                               const AttuneJobContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void                  attune_adapter_upload_dataset_async     (AttuneAdapter *self, AttuneDataset *dataset, AttuneProgressFunc progress,
                                                               gpointer progress_data, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
char                 *attune_adapter_upload_dataset_finish    (AttuneAdapter *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void                  attune_adapter_start_training_async     (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_adapter_start_training_finish    (AttuneAdapter *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void                  attune_adapter_find_job_async           (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_adapter_find_job_finish          (AttuneAdapter *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void                  attune_adapter_query_status_async       (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
AttuneStatusUpdate   *attune_adapter_query_status_finish      (AttuneAdapter *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void                  attune_adapter_cancel_async             (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_adapter_cancel_finish            (AttuneAdapter *self, GAsyncResult *result, GError **error);
void                  attune_adapter_pause_async              (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_adapter_pause_finish             (AttuneAdapter *self, GAsyncResult *result, GError **error);
void                  attune_adapter_resume_async             (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_adapter_resume_finish            (AttuneAdapter *self, GAsyncResult *result, GError **error);
void                  attune_adapter_delete_job_async         (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_adapter_delete_job_finish        (AttuneAdapter *self, GAsyncResult *result, GError **error);
void                  attune_adapter_list_checkpoints_async   (AttuneAdapter *self, const AttuneJobContext *context, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
GPtrArray            *attune_adapter_list_checkpoints_finish  (AttuneAdapter *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void                  attune_adapter_download_output_async    (AttuneAdapter *self, const AttuneJobContext *context, const char *destination,
                                                               AttuneProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_adapter_download_output_finish   (AttuneAdapter *self, GAsyncResult *result, GError **error);
void                  attune_adapter_estimate_async           (AttuneAdapter *self, AttuneConfiguration *configuration,
                                                               const AttuneJobContext *context, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
AttuneEstimate       *attune_adapter_estimate_finish          (AttuneAdapter *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void                  attune_adapter_test_credentials_async   (AttuneAdapter *self, GCancellable *cancellable,
                                                               GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_adapter_test_credentials_finish  (AttuneAdapter *self, GAsyncResult *result, GError **error);

G_END_DECLS
