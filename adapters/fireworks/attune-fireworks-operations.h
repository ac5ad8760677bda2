/* attune-fireworks-operations.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-fireworks-private.h"

G_BEGIN_DECLS

/* The operations of the adapter, a file for each few; attune-fireworks-adapter.c puts them into its tables. */

struct _AttuneFireworksAdapter
{
  AttuneRemoteAdapter parent_instance;

  GHashTable *metrics;    /* id of a job → AttuneFireworksMetrics: how far its file was read */
  gint64      form_limit;
  double      pause;
  double      patience;
};

/* The account's id. @known: (nullable): the name of a resource of it ("accounts/acme/datasets/x"), which answers the question at once. */
void  attune_fireworks_find_account_async  (AttuneFireworksAdapter  *self,
                                            const char              *known,
                                            GCancellable            *cancellable,
                                            GAsyncReadyCallback      callback,
                                            gpointer                 user_data);
char *attune_fireworks_find_account_finish (AttuneFireworksAdapter  *self,
                                            GAsyncResult            *result,
                                            GError                 **error);

/* To the job at the provider; @suffix: "" or a custom method such as ":cancel". NULL where it was never sent. */
AttuneHttpRequest *attune_fireworks_new_job_request (const AttuneJobContext *context,
                                                     const char             *method,
                                                     const char             *suffix);
GError            *attune_fireworks_not_sent_error  (void);

/* A file as Fireworks takes it: rows of "messages". Runs in a thread. */
typedef struct {
  char     *path;         /* the file to send */
  char     *sha256;       /* of the file of the data set */
  gint64    size;
  gint64    rows;
  gboolean  is_temporary; /* @path was written for this upload */
} AttuneFireworksFile;

void                 attune_fireworks_prepare_file_async  (AttuneFireworksAdapter  *self,
                                                           AttuneDataset           *dataset,
                                                           GCancellable            *cancellable,
                                                           GAsyncReadyCallback      callback,
                                                           gpointer                 user_data);
AttuneFireworksFile *attune_fireworks_prepare_file_finish (AttuneFireworksAdapter  *self,
                                                           GAsyncResult            *result,
                                                           GError                 **error);
/* Removes what was written for the upload. */
void                 attune_fireworks_file_free           (AttuneFireworksFile     *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneFireworksFile, attune_fireworks_file_free)

/* Uploads */
void                  attune_fireworks_upload_async        (AttuneRemoteAdapter *adapter, AttuneDataset *dataset,
                                                            AttuneProgressFunc progress, gpointer progress_data,
                                                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
char                 *attune_fireworks_upload_finish       (AttuneRemoteAdapter *adapter, GAsyncResult *result, GError **error);
AttuneHttpRequest    *attune_fireworks_create_upload_check (AttuneRemoteAdapter *adapter, AttuneDataset *dataset, const char *file_id);
gboolean              attune_fireworks_is_upload_usable    (AttuneRemoteAdapter *adapter, AttuneHttpReply *reply);

/* The life of a job; as the vfuncs of AttuneAdapter. */
void                  attune_fireworks_start_async     (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_fireworks_start_finish    (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_fireworks_find_async      (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_fireworks_find_finish     (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_fireworks_query_async     (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
AttuneStatusUpdate   *attune_fireworks_query_finish    (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_fireworks_cancel_async    (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_fireworks_cancel_finish   (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_fireworks_delete_async    (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_fireworks_delete_finish   (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_fireworks_resume_async    (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_fireworks_resume_finish   (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_fireworks_download_async  (AttuneAdapter *adapter, const AttuneJobContext *context, const char *destination,
                                                        AttuneProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_fireworks_download_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_fireworks_estimate_async  (AttuneAdapter *adapter, AttuneConfiguration *configuration,
                                                        const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
AttuneEstimate       *attune_fireworks_estimate_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);

G_END_DECLS
