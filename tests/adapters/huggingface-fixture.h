/* huggingface-fixture.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>

#include "attune-dataset-reader.h"
#include "attune-error.h"
#include "attune-http-json.h"
#include "attune-huggingface-adapter.h"
#include "fake-huggingface.h"
#include "local-fixture.h"

#define TEST_MODEL "Qwen/Qwen3-0.6B"

/* The adapter before the fake, data sets that were checked, and a job; the waits are as short as they can be. */
typedef struct {
  FakeHuggingface  *fake;
  FakeServer       *server;
  AttuneAdapter    *adapter;
  AttuneDataset    *training;
  AttuneDataset    *validation;
  AttuneJob        *job;
  AttuneJobContext  context;
} Face;

static inline AttuneAdapter *
face_adapter_new (void)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  AttuneAdapter *adapter = attune_huggingface_adapter_new (credentials);

  attune_huggingface_adapter_set_log_patience (ATTUNE_HUGGINGFACE_ADAPTER (adapter), 0.05);
  attune_http_client_set_retries (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)), 2, 0.001, 0.01);

  return adapter;
}

static inline AttuneDataset *
face_dataset_new (const char *name,
                  guint       n_rows)
{
  g_autofree char *path = test_write_rows (name, n_rows);
  AttuneDataset *dataset = attune_dataset_new (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDatasetReport) report = attune_dataset_check (path, NULL, 0, NULL, &error);

  g_assert_no_error (error);
  attune_dataset_set_checked (dataset, report->format, report->size, report->sha256, report->rows, report->n_problems, NULL);

  return dataset;
}

static inline void
face_set_endpoint (const char *url,
                   const char *token)
{
  g_setenv ("HF_ENDPOINT", url, TRUE);
  if (token != NULL)
    g_setenv ("HF_TOKEN", token, TRUE);
  else
    g_unsetenv ("HF_TOKEN");
  g_unsetenv ("WANDB_API_KEY");
}

static inline AttuneConfiguration *
face_configuration_new (const char *assignments) /* separated by blanks; "~" stands for a blank */
{
  AttuneConfiguration *configuration = attune_configuration_new ();
  g_auto (GStrv) words = g_strsplit (assignments != NULL ? assignments : "", " ", -1);
  g_autoptr (GError) error = NULL;

  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string (TEST_MODEL));
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_strdelimit (words[i], "~", ' ');
      if (*words[i] != '\0')
        attune_configuration_set_from_text (configuration, words[i], &error);
      g_assert_no_error (error);
    }

  return configuration;
}

static inline void
face_set_up (Face          *self,
             gconstpointer  data)
{
  g_autoptr (AttuneConfiguration) configuration = face_configuration_new (data);

  self->fake = fake_huggingface_new ();
  self->server = fake_huggingface_get_server (self->fake);
  face_set_endpoint (fake_huggingface_get_url (self->fake), FAKE_HUGGINGFACE_TOKEN);
  self->adapter = face_adapter_new ();
  self->training = face_dataset_new ("train.jsonl", 40);
  self->validation = face_dataset_new ("validation.jsonl", 3);
  attune_configuration_set_value (configuration, "datasets.trainingFileId", g_variant_new_string (attune_dataset_get_id (self->training)));
  attune_configuration_set_value (configuration, "datasets.validationFileId", g_variant_new_string (attune_dataset_get_id (self->validation)));
  self->job = attune_job_new (NULL, "huggingface", configuration);
  attune_job_set_name (self->job, "My first job");
  self->context = (AttuneJobContext) { .job = self->job, .training = self->training, .validation = self->validation };
}

static inline void
face_tear_down (Face          *self,
                gconstpointer  data)
{
  test_finalize (self->adapter);
  g_clear_object (&self->job);
  g_clear_object (&self->training);
  g_clear_object (&self->validation);
  /* Nobody but the Hub ever saw the token. */
  g_assert_cmpuint (fake_huggingface_get_n_leaks (self->fake), ==, 0);
  fake_huggingface_free (self->fake);
}

static inline gboolean
face_upload_one (Face           *self,
                 AttuneDataset  *dataset,
                 GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *id = NULL;

  attune_adapter_upload_dataset_async (self->adapter, dataset, NULL, NULL, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  id = attune_adapter_upload_dataset_finish (self->adapter, result, error);
  if (id != NULL)
    attune_dataset_set_provider_file (dataset, attune_adapter_get_id (self->adapter), id);

  return id != NULL;
}

static inline void
face_upload (Face *self)
{
  g_autoptr (GError) error = NULL;

  face_upload_one (self, self->training, &error);
  g_assert_no_error (error);
  face_upload_one (self, self->validation, &error);
  g_assert_no_error (error);
}

typedef void                  (*FaceBegin)  (AttuneAdapter *, const AttuneJobContext *, GCancellable *, GAsyncReadyCallback, gpointer);
typedef AttuneTrainingHandle *(*FaceHandle) (AttuneAdapter *, GAsyncResult *, GError **);
typedef gboolean              (*FaceFinish) (AttuneAdapter *, GAsyncResult *, GError **);

static inline AttuneTrainingHandle *
face_get_handle (Face        *self,
                 FaceBegin    begin,
                 FaceHandle   finish,
                 GError     **error)
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

#define face_start(self, error) face_get_handle (self, attune_adapter_start_training_async, attune_adapter_start_training_finish, error)
#define face_find(self, error) face_get_handle (self, attune_adapter_find_job_async, attune_adapter_find_job_finish, error)

static inline gboolean
face_control (Face        *self,
              FaceBegin    begin,
              FaceFinish   finish,
              GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  begin (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return finish (self->adapter, result, error);
}

#define face_cancel(self, error) face_control (self, attune_adapter_cancel_async, attune_adapter_cancel_finish, error)
#define face_resume(self, error) face_control (self, attune_adapter_resume_async, attune_adapter_resume_finish, error)

static inline AttuneStatusUpdate *
face_query (Face    *self,
            GError **error)
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

/* Asks until the job has ended, or @state is reached. (transfer full): the last answer. */
static inline AttuneStatusUpdate *
face_follow (Face *self,
             int   state)
{
  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneStatusUpdate) update = face_query (self, &error);

      g_assert_no_error (error);
      if (update->status == state || attune_job_status_is_final ((AttuneJobStatus) update->status))
        return g_steal_pointer (&update);
    }
  g_assert_not_reached ();
}

static inline void
face_send (Face *self)
{
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  face_upload (self);
  handle = face_start (self, &error);
  g_assert_no_error (error);
  g_assert_nonnull (handle);
  attune_job_set_status (self->job, ATTUNE_JOB_STATUS_QUEUED);
}

static inline gboolean
face_download (Face        *self,
               const char  *destination,
               GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_download_output_async (self->adapter, &self->context, destination, NULL, NULL, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_download_output_finish (self->adapter, result, error);
}

static inline void
face_assert_error (const GError *error,
                   AttuneError   code,
                   const char   *words)
{
  if (error == NULL || !g_error_matches (error, ATTUNE_ERROR, (int) code) || (words != NULL && strstr (error->message, words) == NULL))
    g_test_message ("wanted %s “%s”, found “%s”", attune_error_code_to_nick (code), words, error != NULL ? error->message : "no error");
  g_assert_error (error, ATTUNE_ERROR, (int) code);
  g_assert_true (words == NULL || strstr (error->message, words) != NULL);
}
