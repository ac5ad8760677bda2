/* fireworks-fixture.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>

#include "attune-error.h"
#include "attune-fireworks-adapter.h"
#include "fake-fireworks.h"
#include "local-fixture.h"

/* The adapter before the fake gateway, a data set and a job; the waits are as short as they can be. */
typedef struct {
  FakeFireworks    *fake;
  FakeServer       *server;
  AttuneAdapter    *adapter;
  AttuneDataset    *training;
  AttuneJob        *job;
  AttuneJobContext  context;
} Fireworks;

static inline AttuneAdapter *
fireworks_adapter_new (void)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  AttuneAdapter *adapter = attune_fireworks_adapter_new (credentials);

  attune_fireworks_adapter_set_pauses (ATTUNE_FIREWORKS_ADAPTER (adapter), 0.001, 20);
  attune_http_client_set_retries (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)), 3, 0.001, 0.01);

  return adapter;
}

static inline void
fireworks_set_up (Fireworks     *self,
                  gconstpointer  data)
{
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autofree char *rows = test_write_rows ("train.jsonl", 20);
  g_auto (GStrv) assignments = g_strsplit (data != NULL ? data : "", " ", -1);
  g_autoptr (GError) error = NULL;

  self->fake = fake_fireworks_new ();
  self->server = fake_fireworks_get_server (self->fake);
  g_setenv ("FIREWORKS_BASE_URL", fake_fireworks_get_url (self->fake), TRUE);
  g_setenv ("FIREWORKS_API_KEY", FAKE_FIREWORKS_KEY, TRUE);
  g_unsetenv ("FIREWORKS_ACCOUNT_ID");
  g_unsetenv ("WANDB_API_KEY");
  self->adapter = fireworks_adapter_new ();
  self->training = attune_dataset_new (rows);
  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string ("qwen3-8b"));
  attune_configuration_set_value (configuration, "datasets.trainingFileId", g_variant_new_string (attune_dataset_get_id (self->training)));
  attune_configuration_set_from_text (configuration, "method.type=lora", &error);
  g_assert_no_error (error);
  for (guint i = 0; assignments[i] != NULL; i++)
    {
      if (*assignments[i] != '\0')
        attune_configuration_set_from_text (configuration, assignments[i], &error);
      g_assert_no_error (error);
    }
  self->job = attune_job_new (NULL, "fireworks", configuration);
  attune_job_set_name (self->job, "Test");
  self->context = (AttuneJobContext) { .job = self->job, .training = self->training };
}

static inline void
fireworks_tear_down (Fireworks     *self,
                     gconstpointer  data)
{
  test_finalize (self->adapter);
  g_clear_object (&self->job);
  g_clear_object (&self->training);
  fake_fireworks_free (self->fake);
}

static inline char *
fireworks_upload (Fireworks      *self,
                  AttuneDataset  *dataset,
                  GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  char *id;

  attune_adapter_upload_dataset_async (self->adapter, dataset, NULL, NULL, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  id = attune_adapter_upload_dataset_finish (self->adapter, result, error);
  if (id != NULL)
    attune_dataset_set_provider_file (dataset, "fireworks", id);

  return id;
}

typedef void                  (*FireworksBegin)  (AttuneAdapter *, const AttuneJobContext *, GCancellable *, GAsyncReadyCallback, gpointer);
typedef AttuneTrainingHandle *(*FireworksHandle) (AttuneAdapter *, GAsyncResult *, GError **);

static inline AttuneTrainingHandle *
fireworks_get_handle (Fireworks        *self,
                      FireworksBegin    begin,
                      FireworksHandle   finish,
                      GError          **error)
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

#define fireworks_start(self, error) fireworks_get_handle (self, attune_adapter_start_training_async, attune_adapter_start_training_finish, error)
#define fireworks_find(self, error) fireworks_get_handle (self, attune_adapter_find_job_async, attune_adapter_find_job_finish, error)

static inline gboolean
fireworks_control (Fireworks          *self,
                   FireworksBegin      begin,
                   TestControlFinish   finish,
                   GError            **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  begin (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return finish (self->adapter, result, error);
}

#define fireworks_cancel(self, error) fireworks_control (self, attune_adapter_cancel_async, attune_adapter_cancel_finish, error)
#define fireworks_resume(self, error) fireworks_control (self, attune_adapter_resume_async, attune_adapter_resume_finish, error)

static inline AttuneStatusUpdate *
fireworks_query (Fireworks  *self,
                 GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  AttuneStatusUpdate *update;

  attune_adapter_query_status_async (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  update = attune_adapter_query_status_finish (self->adapter, result, error);
  if (update != NULL && update->status >= 0)
    attune_job_set_status (self->job, (AttuneJobStatus) update->status);

  return update;
}

/* Uploads and sends. */
static inline void
fireworks_send (Fireworks *self)
{
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  id = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  handle = fireworks_start (self, &error);
  g_assert_no_error (error);
  attune_job_set_status (self->job, ATTUNE_JOB_STATUS_QUEUED);
}

static inline gboolean
fireworks_download (Fireworks   *self,
                    const char  *destination,
                    GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_download_output_async (self->adapter, &self->context, destination, NULL, NULL, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_download_output_finish (self->adapter, result, error);
}
