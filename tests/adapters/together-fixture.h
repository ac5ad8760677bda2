/* together-fixture.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>

#include "attune-error.h"
#include "attune-together-adapter.h"
#include "fake-together.h"
#include "local-fixture.h"

/* The adapter before the fake, a data set and a job; the waits are as short as they can be. */
typedef struct {
  FakeTogether     *fake;
  FakeServer       *server;
  AttuneAdapter    *adapter;
  AttuneDataset    *training;
  AttuneJob        *job;
  AttuneJobContext  context;
  double            progress; /* the last fraction of an upload or download */
  guint             n_progress;
} Together;

static inline AttuneAdapter *
together_adapter_new (void)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  AttuneAdapter *adapter = attune_together_adapter_new (credentials);

  attune_together_adapter_set_upload_limits (ATTUNE_TOGETHER_ADAPTER (adapter), 0, 0, 0, 0.001);
  attune_http_client_set_retries (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)), 2, 0.001, 0.01);

  return adapter;
}

/* @data: assignments with spaces between them, or NULL. */
static inline void
together_set_up (Together      *self,
                 gconstpointer  data)
{
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autofree char *rows = test_write_rows ("train.jsonl", 20);
  g_auto (GStrv) assignments = g_strsplit (data != NULL ? data : "", " ", -1);

  self->fake = fake_together_new ();
  self->server = fake_together_get_server (self->fake);
  g_setenv ("TOGETHER_BASE_URL", fake_together_get_url (self->fake), TRUE);
  g_setenv ("TOGETHER_API_KEY", FAKE_TOGETHER_KEY, TRUE);
  g_unsetenv ("WANDB_API_KEY");
  g_unsetenv ("HF_TOKEN");
  self->adapter = together_adapter_new ();
  self->training = attune_dataset_new (rows);
  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string (FAKE_TOGETHER_MODEL));
  attune_configuration_set_value (configuration, "datasets.trainingFileId", g_variant_new_string (attune_dataset_get_id (self->training)));
  for (guint i = 0; assignments[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (*assignments[i] != '\0')
        attune_configuration_set_from_text (configuration, assignments[i], &error);
      g_assert_no_error (error);
    }
  self->job = attune_job_new (NULL, "together", configuration);
  self->context = (AttuneJobContext) { .job = self->job, .training = self->training };
}

static inline void
together_tear_down (Together      *self,
                    gconstpointer  data)
{
  test_finalize (self->adapter);
  g_clear_object (&self->job);
  g_clear_object (&self->training);
  fake_together_free (self->fake);
}

static inline void
together_progress_cb (double      fraction,
                      const char *message,
                      gpointer    user_data)
{
  Together *self = user_data;

  self->n_progress++;
  if (isfinite (fraction))
    {
      g_assert_cmpfloat (fraction, >=, 0);
      g_assert_cmpfloat (fraction, <=, 1);
      self->progress = fraction;
    }
}

static inline char *
together_upload (Together       *self,
                 GCancellable   *cancellable,
                 GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  char *id;

  attune_adapter_upload_dataset_async (self->adapter, self->training, together_progress_cb, self, cancellable, test_result_cb, &result);
  test_wait_until (result != NULL);
  id = attune_adapter_upload_dataset_finish (self->adapter, result, error);
  if (id != NULL)
    attune_dataset_set_provider_file (self->training, "together", id);

  return id;
}

typedef void                  (*TogetherBegin)  (AttuneAdapter *, const AttuneJobContext *, GCancellable *, GAsyncReadyCallback, gpointer);
typedef AttuneTrainingHandle *(*TogetherHandle) (AttuneAdapter *, GAsyncResult *, GError **);

static inline AttuneTrainingHandle *
together_get_handle (Together        *self,
                     TogetherBegin    begin,
                     TogetherHandle   finish,
                     GError         **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  AttuneTrainingHandle *handle;

  begin (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  handle = finish (self->adapter, result, error);
  if (handle != NULL)
    attune_job_set_provider_job_id (self->job, handle->provider_job_id);

  return handle;
}

#define together_start(self, error) together_get_handle (self, attune_adapter_start_training_async, attune_adapter_start_training_finish, error)
#define together_find(self, error) together_get_handle (self, attune_adapter_find_job_async, attune_adapter_find_job_finish, error)

static inline gboolean
together_control (Together           *self,
                  TogetherBegin       begin,
                  TestControlFinish   finish,
                  GError            **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  begin (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return finish (self->adapter, result, error);
}

#define together_cancel(self, error) together_control (self, attune_adapter_cancel_async, attune_adapter_cancel_finish, error)
#define together_delete(self, error) together_control (self, attune_adapter_delete_job_async, attune_adapter_delete_job_finish, error)

static inline AttuneStatusUpdate *
together_query (Together  *self,
                GError   **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_query_status_async (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_query_status_finish (self->adapter, result, error);
}

/* Uploads and sends. */
static inline void
together_send (Together *self)
{
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  id = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  handle = together_start (self, &error);
  g_assert_no_error (error);
}

/* Asks until the job has ended; the last answer. */
static inline AttuneStatusUpdate *
together_follow (Together *self)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneStatusUpdate) update = together_query (self, &error);

      g_assert_no_error (error);
      g_assert_cmpint (update->status, >=, 0);
      if (attune_job_status_is_final ((AttuneJobStatus) update->status))
        return g_steal_pointer (&update);
    }

  g_assert_not_reached ();
}

static inline gboolean
together_download (Together    *self,
                   const char  *destination,
                   GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_download_output_async (self->adapter, &self->context, destination, together_progress_cb, self, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_download_output_finish (self->adapter, result, error);
}

static inline AttuneEstimate *
together_estimate (Together  *self,
                   GError   **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_estimate_async (self->adapter, attune_job_get_configuration (self->job), &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_estimate_finish (self->adapter, result, error);
}

static inline AttuneCapabilities *
together_load (Together  *self,
               gboolean   refresh,
               GError   **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_load_capabilities_async (self->adapter, refresh, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_load_capabilities_finish (self->adapter, result, error);
}
