/* attune-adapter-operations.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-adapter-private.h"

/* The asynchronous operations of a provider: each hands over to its vfunc, or ends with the refusal where that is not set. */

void
attune_adapter_upload_dataset_async (AttuneAdapter       *self,
                                     AttuneDataset       *dataset,
                                     AttuneProgressFunc   progress,
                                     gpointer             progress_data,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (ATTUNE_IS_DATASET (dataset));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "upload", attune_adapter_upload_dataset_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->upload_dataset_async (self, dataset, progress, progress_data,
                                                         cancellable, callback, user_data);
}

char *
attune_adapter_upload_dataset_finish (AttuneAdapter  *self,
                                      GAsyncResult   *result,
                                      GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  if (g_async_result_is_tagged (result, attune_adapter_upload_dataset_async))
    return g_task_propagate_pointer (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->upload_dataset_finish (self, result, error);
}

void
attune_adapter_start_training_async (AttuneAdapter          *self,
                                     const AttuneJobContext *context,
                                     GCancellable           *cancellable,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "start", attune_adapter_start_training_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->start_training_async (self, context, cancellable, callback, user_data);
}

AttuneTrainingHandle *
attune_adapter_start_training_finish (AttuneAdapter  *self,
                                      GAsyncResult   *result,
                                      GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  if (g_async_result_is_tagged (result, attune_adapter_start_training_async))
    return g_task_propagate_pointer (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->start_training_finish (self, result, error);
}

void
attune_adapter_find_job_async (AttuneAdapter          *self,
                               const AttuneJobContext *context,
                               GCancellable           *cancellable,
                               GAsyncReadyCallback     callback,
                               gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "find", attune_adapter_find_job_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->find_job_async (self, context, cancellable, callback, user_data);
}

AttuneTrainingHandle *
attune_adapter_find_job_finish (AttuneAdapter  *self,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  if (g_async_result_is_tagged (result, attune_adapter_find_job_async))
    return g_task_propagate_pointer (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->find_job_finish (self, result, error);
}

void
attune_adapter_query_status_async (AttuneAdapter          *self,
                                   const AttuneJobContext *context,
                                   GCancellable           *cancellable,
                                   GAsyncReadyCallback     callback,
                                   gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "query", attune_adapter_query_status_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->query_status_async (self, context, cancellable, callback, user_data);
}

AttuneStatusUpdate *
attune_adapter_query_status_finish (AttuneAdapter  *self,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  if (g_async_result_is_tagged (result, attune_adapter_query_status_async))
    return g_task_propagate_pointer (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->query_status_finish (self, result, error);
}

void
attune_adapter_cancel_async (AttuneAdapter          *self,
                             const AttuneJobContext *context,
                             GCancellable           *cancellable,
                             GAsyncReadyCallback     callback,
                             gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "cancel", attune_adapter_cancel_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->cancel_async (self, context, cancellable, callback, user_data);
}

gboolean
attune_adapter_cancel_finish (AttuneAdapter  *self,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);

  if (g_async_result_is_tagged (result, attune_adapter_cancel_async))
    return g_task_propagate_boolean (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->cancel_finish (self, result, error);
}

void
attune_adapter_pause_async (AttuneAdapter          *self,
                            const AttuneJobContext *context,
                            GCancellable           *cancellable,
                            GAsyncReadyCallback     callback,
                            gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "pause", attune_adapter_pause_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->pause_async (self, context, cancellable, callback, user_data);
}

gboolean
attune_adapter_pause_finish (AttuneAdapter  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);

  if (g_async_result_is_tagged (result, attune_adapter_pause_async))
    return g_task_propagate_boolean (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->pause_finish (self, result, error);
}

void
attune_adapter_resume_async (AttuneAdapter          *self,
                             const AttuneJobContext *context,
                             GCancellable           *cancellable,
                             GAsyncReadyCallback     callback,
                             gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "resume", attune_adapter_resume_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->resume_async (self, context, cancellable, callback, user_data);
}

gboolean
attune_adapter_resume_finish (AttuneAdapter  *self,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);

  if (g_async_result_is_tagged (result, attune_adapter_resume_async))
    return g_task_propagate_boolean (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->resume_finish (self, result, error);
}

void
attune_adapter_delete_job_async (AttuneAdapter          *self,
                                 const AttuneJobContext *context,
                                 GCancellable           *cancellable,
                                 GAsyncReadyCallback     callback,
                                 gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "delete", attune_adapter_delete_job_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->delete_job_async (self, context, cancellable, callback, user_data);
}

gboolean
attune_adapter_delete_job_finish (AttuneAdapter  *self,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);

  if (g_async_result_is_tagged (result, attune_adapter_delete_job_async))
    return g_task_propagate_boolean (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->delete_job_finish (self, result, error);
}

void
attune_adapter_list_checkpoints_async (AttuneAdapter          *self,
                                       const AttuneJobContext *context,
                                       GCancellable           *cancellable,
                                       GAsyncReadyCallback     callback,
                                       gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (context != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "checkpoints", attune_adapter_list_checkpoints_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->list_checkpoints_async (self, context, cancellable, callback, user_data);
}

GPtrArray *
attune_adapter_list_checkpoints_finish (AttuneAdapter  *self,
                                        GAsyncResult   *result,
                                        GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  if (g_async_result_is_tagged (result, attune_adapter_list_checkpoints_async))
    return g_task_propagate_pointer (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->list_checkpoints_finish (self, result, error);
}

void
attune_adapter_download_output_async (AttuneAdapter          *self,
                                      const AttuneJobContext *context,
                                      const char             *destination,
                                      AttuneProgressFunc      progress,
                                      gpointer                progress_data,
                                      GCancellable           *cancellable,
                                      GAsyncReadyCallback     callback,
                                      gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (context != NULL && destination != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "download", attune_adapter_download_output_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->download_output_async (self, context, destination, progress, progress_data,
                                                          cancellable, callback, user_data);
}

gboolean
attune_adapter_download_output_finish (AttuneAdapter  *self,
                                       GAsyncResult   *result,
                                       GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);

  if (g_async_result_is_tagged (result, attune_adapter_download_output_async))
    return g_task_propagate_boolean (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->download_output_finish (self, result, error);
}

void
attune_adapter_estimate_async (AttuneAdapter          *self,
                               AttuneConfiguration    *configuration,
                               const AttuneJobContext *context,
                               GCancellable           *cancellable,
                               GAsyncReadyCallback     callback,
                               gpointer                user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (ATTUNE_IS_CONFIGURATION (configuration));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "estimate", attune_adapter_estimate_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->estimate_async (self, configuration, context, cancellable, callback, user_data);
}

AttuneEstimate *
attune_adapter_estimate_finish (AttuneAdapter  *self,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  if (g_async_result_is_tagged (result, attune_adapter_estimate_async))
    return g_task_propagate_pointer (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->estimate_finish (self, result, error);
}

void
attune_adapter_test_credentials_async (AttuneAdapter       *self,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data)
{
  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (attune_adapter_refuse (self, "test-credentials", attune_adapter_test_credentials_async, cancellable, callback, user_data))
    return;

  ATTUNE_ADAPTER_GET_IFACE (self)->test_credentials_async (self, cancellable, callback, user_data);
}

gboolean
attune_adapter_test_credentials_finish (AttuneAdapter  *self,
                                        GAsyncResult   *result,
                                        GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);

  if (g_async_result_is_tagged (result, attune_adapter_test_credentials_async))
    return g_task_propagate_boolean (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->test_credentials_finish (self, result, error);
}
