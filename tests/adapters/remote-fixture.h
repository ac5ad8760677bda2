/* remote-fixture.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>

#include "attune-adapter.h"
#include "attune-error.h"
#include "attune-http-json.h"
#include "attune-remote-adapter.h"
#include "fake-server.h"
#include "local-fixture.h"

/* A hosted provider's adapter before its fake, data and a job. */
typedef struct {
  FakeServer          *server;
  AttuneAdapter       *adapter;
  AttuneDataset       *training;
  AttuneDataset       *validation;
  AttuneConfiguration *configuration;
  AttuneJob           *job;
  char                *folder;
  AttuneJobContext     context;
} Remote;

/* Everything that is logged, also what nobody asked to see. */
static inline GString *
remote_get_log (void)
{
  static GString *log;

  if (log == NULL)
    log = g_string_new (NULL);

  return log;
}

static inline GLogWriterOutput
remote_log_writer (GLogLevelFlags   level,
                   const GLogField *fields,
                   gsize            n_fields,
                   gpointer         user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0 && fields[i].length < 0)
      g_string_append_printf (remote_get_log (), "%s\n", (const char *) fields[i].value);

  return g_log_writer_default (level, fields, n_fields, user_data);
}

/* Before anything is logged. */
static inline void
remote_listen_to_log (void)
{
  g_log_set_writer_func (remote_log_writer, NULL, NULL);
  g_debug ("The log is heard");
  g_assert_nonnull (strstr (remote_get_log ()->str, "The log is heard"));
}

static inline void
remote_assert_not_logged (const char *secret)
{
  g_assert_null (strstr (remote_get_log ()->str, secret));
}

static inline void
remote_set (AttuneConfiguration *configuration,
            const char          *assignment)
{
  g_autoptr (GError) error = NULL;

  attune_configuration_set_from_text (configuration, assignment, &error);
  g_assert_no_error (error);
}

static inline AttuneDataset *
remote_dataset_new (const char *name,
                    guint       n_rows)
{
  g_autofree char *path = test_write_rows (name, n_rows);
  AttuneDataset *dataset = attune_dataset_new (path);
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  attune_dataset_set_checked (dataset, "chat", (gint64) info.st_size, "00", n_rows, 0, NULL);

  return dataset;
}

/* Retries hardly wait. */
static inline void
remote_quicken (AttuneAdapter *adapter)
{
  attune_http_client_set_retries (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)), 2, 0.001, 0.01);
}

static inline void
remote_init (Remote        *self,
             const char    *provider,
             AttuneAdapter *adapter,
             FakeServer    *server,
             const char    *model)
{
  self->server = server;
  self->adapter = adapter;
  self->training = remote_dataset_new ("train.jsonl", 400);
  self->configuration = attune_configuration_new ();
  attune_configuration_set_value (self->configuration, "model.baseModel", g_variant_new_string (model));
  attune_configuration_set_value (self->configuration, "datasets.trainingFileId", g_variant_new_string (attune_dataset_get_id (self->training)));
  remote_set (self->configuration, "method.type=lora");
  self->job = attune_job_new (NULL, provider, self->configuration);
  attune_job_set_name (self->job, "Test");
  self->folder = g_build_filename (g_get_user_data_dir (), "jobs", attune_job_get_id (self->job), NULL);
  g_assert_cmpint (g_mkdir_with_parents (self->folder, 0700), ==, 0);
  self->context = (AttuneJobContext) { .job = self->job, .training = self->training, .folder = self->folder };
}

static inline void
remote_add_validation (Remote *self)
{
  self->validation = remote_dataset_new ("check.jsonl", 12);
  attune_configuration_set_value (attune_job_get_configuration (self->job), "datasets.validationFileId",
                                  g_variant_new_string (attune_dataset_get_id (self->validation)));
  self->context.validation = self->validation;
}

static inline void
remote_clear (Remote *self)
{
  test_finalize (self->adapter);
  g_clear_object (&self->job);
  g_clear_object (&self->configuration);
  g_clear_object (&self->training);
  g_clear_object (&self->validation);
  g_clear_pointer (&self->folder, g_free);
}

static inline char *
remote_upload_full (Remote              *self,
                    AttuneDataset       *dataset,
                    AttuneProgressFunc   progress,
                    gpointer             progress_data,
                    GCancellable        *cancellable,
                    GError             **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  char *id;

  attune_adapter_upload_dataset_async (self->adapter, dataset, progress, progress_data, cancellable, test_result_cb, &result);
  test_wait_until (result != NULL);
  id = attune_adapter_upload_dataset_finish (self->adapter, result, error);
  if (id != NULL)
    attune_dataset_set_provider_file (dataset, attune_adapter_get_id (self->adapter), id);

  return id;
}

#define remote_upload(self, dataset, error) remote_upload_full (self, dataset, NULL, NULL, NULL, error)

typedef void                  (*RemoteBegin)  (AttuneAdapter *, const AttuneJobContext *, GCancellable *, GAsyncReadyCallback, gpointer);
typedef AttuneTrainingHandle *(*RemoteHandle) (AttuneAdapter *, GAsyncResult *, GError **);
typedef gboolean              (*RemoteEnd)    (AttuneAdapter *, GAsyncResult *, GError **);

static inline AttuneTrainingHandle *
remote_get_handle (Remote        *self,
                   RemoteBegin    begin,
                   RemoteHandle   finish,
                   GError       **error)
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

#define remote_start(self, error) remote_get_handle (self, attune_adapter_start_training_async, attune_adapter_start_training_finish, error)
#define remote_find(self, error) remote_get_handle (self, attune_adapter_find_job_async, attune_adapter_find_job_finish, error)

static inline gboolean
remote_control (Remote       *self,
                RemoteBegin   begin,
                RemoteEnd     finish,
                GError      **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  begin (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return finish (self->adapter, result, error);
}

#define remote_cancel(self, error) remote_control (self, attune_adapter_cancel_async, attune_adapter_cancel_finish, error)
#define remote_pause(self, error) remote_control (self, attune_adapter_pause_async, attune_adapter_pause_finish, error)
#define remote_resume(self, error) remote_control (self, attune_adapter_resume_async, attune_adapter_resume_finish, error)

static inline AttuneStatusUpdate *
remote_query (Remote  *self,
              GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_query_status_async (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_query_status_finish (self->adapter, result, error);
}

static inline AttuneCapabilities *
remote_load (Remote   *self,
             gboolean  refresh,
             GError  **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_load_capabilities_async (self->adapter, refresh, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_load_capabilities_finish (self->adapter, result, error);
}

/* Uploads and sends. */
static inline void
remote_send (Remote *self)
{
  g_autofree char *id = NULL;
  g_autofree char *validation = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  id = remote_upload (self, self->training, &error);
  g_assert_no_error (error);
  if (self->validation != NULL)
    validation = remote_upload (self, self->validation, &error);
  g_assert_no_error (error);
  handle = remote_start (self, &error);
  g_assert_no_error (error);
}

/* The issue at @path with this code; NULL where there is none. */
static inline const AttuneIssue *
remote_find_issue (AttuneValidation *validation,
                   const char       *path,
                   const char       *code)
{
  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (validation, i);

      if (strcmp (issue->path, path) == 0 && strcmp (issue->code, code) == 0)
        return issue;
    }

  return NULL;
}

/* A value that stands nowhere else in a request, for each row of the table. */
static inline AttuneConfiguration *
remote_create_full_configuration (const char *training,
                                  const char *validation)
{
  AttuneConfiguration *configuration = attune_configuration_new ();
  const AttuneParameter *parameters;
  guint n_parameters;

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      const AttuneParameter *parameter = &parameters[i];
      double span = parameter->maximum - parameter->minimum;
      GVariant *value = NULL;

      switch (parameter->type)
        {
        case ATTUNE_PARAMETER_INTEGER:
          value = g_variant_new_int64 (MIN ((gint64) parameter->minimum + 1 + i, (gint64) parameter->maximum));
          break;
        case ATTUNE_PARAMETER_DOUBLE:
          value = g_variant_new_double (parameter->minimum + span * (0.1 + i * 0.001));
          break;
        case ATTUNE_PARAMETER_BOOLEAN:
          value = g_variant_new_boolean (TRUE);
          break;
        case ATTUNE_PARAMETER_ENUM:
          {
            g_autoptr (GEnumClass) words = g_type_class_ref (parameter->enum_type ());

            /* With these every other row has an effect. */
            value = g_variant_new_string (strcmp (parameter->path, "method.type") == 0 ? "lora" : words->values[0].value_nick);
            break;
          }
        case ATTUNE_PARAMETER_SET:
          {
            const char * const words[] = { "flash_attention", "sequence_packing", NULL };

            value = g_variant_new_strv (words, -1);
            break;
          }
        case ATTUNE_PARAMETER_DATASET:
          value = g_variant_new_string (strcmp (parameter->path, "datasets.trainingFileId") == 0 ? training : validation);
          break;
        case ATTUNE_PARAMETER_SECRET:
          value = g_variant_new_take_string (g_strdup_printf ("%040u", 1000 + i));
          break;
        case ATTUNE_PARAMETER_TEXT:
        case ATTUNE_PARAMETER_MODEL:
        default:
          value = g_variant_new_take_string (strcmp (parameter->path, "integrations.huggingface.outputRepoName") == 0
                                               ? g_strdup_printf ("acme/text%u", i)
                                               : strcmp (parameter->path, "integrations.wandb.baseUrl") == 0
                                                   ? g_strdup_printf ("https://text%u.example.com", i)
                                                   : g_strdup_printf ("text%u", i));
          break;
        }
      attune_configuration_set_value (configuration, parameter->path, value);
    }

  return configuration;
}

static inline gboolean
remote_holds (JsonNode *node,
              JsonNode *wanted)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) members = json_object_get_values (json_node_get_object (node));

      for (GList *l = members; l != NULL; l = l->next)
        if (remote_holds (l->data, wanted))
          return TRUE;
      return FALSE;
    }
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        if (remote_holds (json_array_get_element (array, i), wanted))
          return TRUE;
      return FALSE;
    }

  return json_node_equal (node, wanted);
}

/* Every row of the table is either reported as unsupported or found in the request, and none is both. Files are there under the ids in the datasets. */
static inline void
remote_assert_adds_up (AttuneCapabilities  *capabilities,
                       AttuneValidation    *validation,
                       AttuneConfiguration *configuration,
                       JsonNode            *body,
                       const char          *training_id,
                       const char          *validation_id)
{
  const AttuneParameter *parameters;
  guint n_parameters;
  guint n_found = 0;

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      const char *path = parameters[i].path;
      g_autoptr (GVariant) value = attune_configuration_dup_value (configuration, path);
      g_autoptr (JsonNode) wanted = attune_json_from_variant (value);
      gboolean is_supported = attune_capabilities_supports_path (capabilities, path);
      gboolean is_reported = remote_find_issue (validation, path, "unsupported") != NULL;
      gboolean is_found;

      if (strcmp (path, "datasets.trainingFileId") == 0)
        json_node_set_string (wanted, training_id);
      if (strcmp (path, "datasets.validationFileId") == 0)
        json_node_set_string (wanted, validation_id);
      is_found = remote_holds (body, wanted);

      g_test_message ("%s: %s%s", path, is_found ? "in the request" : "", is_reported ? "reported" : "");
      g_assert_true (is_found != is_reported);
      g_assert_true (is_found == is_supported);
      n_found += is_found;
    }
  g_assert_cmpuint (n_found, >, 4);
}
