/* test-fireworks.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include "attune-json.h"
#include "fireworks-fixture.h"

static void
read_into (GArray             *all,
           AttuneStatusUpdate *update)
{
  if (update->metrics != NULL && update->metrics->len > 0)
    g_array_append_vals (all, update->metrics->data, update->metrics->len);
}

static void
test_life (Fireworks     *self,
           gconstpointer  data)
{
  static const AttuneJobStatus expected[] = {
    ATTUNE_JOB_STATUS_QUEUED, ATTUNE_JOB_STATUS_VALIDATING_FILES, ATTUNE_JOB_STATUS_QUEUED, ATTUNE_JOB_STATUS_RUNNING,
    ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_SUCCEEDED,
  };
  g_autofree char *file_id = NULL;
  g_autofree char *job_id = g_strconcat ("attune-", attune_job_get_id (self->job), NULL);
  g_autofree char *name = g_strconcat ("accounts/acme/supervisedFineTuningJobs/", job_id, NULL);
  g_autofree char *model = g_strconcat ("accounts/acme/models/", job_id, NULL);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "output", NULL);
  g_autofree char *weights = g_build_filename (folder, "adapter_model.safetensors", NULL);
  g_autofree char *sent = NULL;
  g_autofree char *content = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_autoptr (GError) error = NULL;
  GBytes *file;
  gsize length;

  /* The data. */
  file_id = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (file_id, "accounts/acme/datasets/attune-"));
  file = fake_fireworks_get_file (self->fake, file_id + strlen ("accounts/acme/datasets/"));
  g_file_get_contents (attune_dataset_get_path (self->training), &sent, &length, NULL);
  g_assert_cmpmem (g_bytes_get_data (file, NULL), g_bytes_get_size (file), sent, length);

  /* The job. */
  handle = fireworks_start (self, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (handle->provider_job_id, ==, name);
  g_assert_cmpfloat (handle->estimated_cost, ==, 3.25);
  g_assert_cmpstr (json_object_get_string_member (fake_fireworks_get_job (self->fake, job_id), "dataset"), ==, file_id);
  g_assert_cmpstr (json_object_get_string_member (fake_fireworks_get_job (self->fake, job_id), "displayName"), ==, "Test");

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (AttuneStatusUpdate) update = fireworks_query (self, &error);

      g_assert_no_error (error);
      g_assert_cmpint (update->status, ==, (int) expected[i]);
      read_into (points, update);
      if (i == 5)
        {
          g_assert_cmpfloat (update->progress, ==, 0.75);
          g_assert_false (isnan (update->time_remaining));
          g_assert_cmpint (update->trained_tokens, ==, 4711);
        }
      if (i + 1 == G_N_ELEMENTS (expected))
        {
          g_assert_cmpfloat (update->progress, ==, 1);
          g_assert_cmpstr (update->fine_tuned_model, ==, model);
          attune_job_set_fine_tuned_model (self->job, update->fine_tuned_model);
          g_assert_cmpint (update->step, ==, 8);
          g_assert_cmpint (update->total_steps, ==, 8);
        }
      else
        {
          g_assert_null (update->fine_tuned_model);
        }
    }

  /* Every line once, though the file was read piece by piece; and what ran away stays to be seen. */
  g_assert_cmpuint (points->len, ==, 9);
  for (guint i = 0; i < 8; i++)
    g_assert_cmpint (g_array_index (points, AttuneMetricPoint, i).step, ==, i + 1);
  g_assert_true (isnan (g_array_index (points, AttuneMetricPoint, 5).values[ATTUNE_METRIC_LOSS]));
  g_assert_cmpfloat (g_array_index (points, AttuneMetricPoint, 8).values[ATTUNE_METRIC_EVAL_LOSS], ==, 1.25);
  g_assert_cmpuint (fake_server_count (self->server, "GET", "/signed/metrics/*"), >=, 3);

  /* The result. */
  g_assert_true (fireworks_download (self, folder, &error));
  g_assert_no_error (error);
  g_file_get_contents (weights, &content, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (content, ==, "weights");
  /* What is there already is not touched. */
  g_assert_false (fireworks_download (self, folder, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
}

static void
test_large_upload (Fireworks     *self,
                   gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  const FakeRequest *put;

  attune_fireworks_adapter_set_form_limit (ATTUNE_FIREWORKS_ADAPTER (self->adapter), 100);
  fake_fireworks_set_looks (self->fake, 3, 3);
  id = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_nonnull (id);
  g_assert_cmpuint (fake_server_count (self->server, "POST", "*:upload"), ==, 0);
  g_assert_cmpuint (fake_server_count (self->server, "POST", "*:getUploadEndpoint"), ==, 1);
  g_assert_cmpuint (fake_server_count (self->server, "POST", "*:validateUpload"), ==, 4);
  put = fake_server_last (self->server, "PUT", "/signed/upload/*");
  g_assert_nonnull (put);
  g_assert_null (fake_request_get_header (put, "authorization"));
  g_assert_cmpstr (fake_request_get_header (put, "content-type"), ==, "application/octet-stream");
}

static void
test_validation_gives_up (Fireworks     *self,
                          gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  attune_fireworks_adapter_set_form_limit (ATTUNE_FIREWORKS_ADAPTER (self->adapter), 100);
  fake_fireworks_set_looks (self->fake, 1, 100);
  id = fireworks_upload (self, self->training, &error);
  g_assert_null (id);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "file not found in the bucket"));
}

static void
test_reuse (Fireworks     *self,
            gconstpointer  data)
{
  g_autoptr (AttuneDataset) same = attune_dataset_new (attune_dataset_get_path (self->training));
  g_autofree char *first = NULL;
  g_autofree char *again = NULL;
  g_autofree char *other = NULL;
  g_autoptr (GError) error = NULL;

  first = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  again = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  /* The same bytes, of which this computer does not know that they are there. */
  other = fireworks_upload (self, same, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, first);
  g_assert_cmpstr (other, ==, first);
  g_assert_cmpuint (fake_server_count (self->server, "POST", "*:upload"), ==, 1);
  g_assert_cmpuint (fake_fireworks_get_n_datasets (self->fake), ==, 1);
}

/* What another account holds, and what was deleted there, is sent again. */
static void
test_elsewhere (Fireworks     *self,
                gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;

  attune_dataset_set_provider_file (self->training, "fireworks", "accounts/former/datasets/attune-0");
  id = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (id, "accounts/acme/datasets/"));
  g_assert_cmpuint (fake_server_count (self->server, "POST", "*:upload"), ==, 1);

  attune_dataset_set_provider_file (self->training, "fireworks", "accounts/acme/datasets/deleted");
  again = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, id);
}

static void
test_other_formats (Fireworks     *self,
                    gconstpointer  data)
{
  g_autofree char *path = test_write ("alpaca.jsonl",
                                      "{\"instruction\":\"Add \\\"one\\\"\",\"input\":\"1\",\"output\":\"2\"}\n"
                                      "{\"instruction\":\"Grüße\",\"input\":\"\",\"output\":\"Hallo\"}\n"
                                      "{\"instruction\":\"c\",\"input\":\"\",\"output\":\"d\"}\n");
  g_autoptr (AttuneDataset) dataset = attune_dataset_new (path);
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "attune", NULL);
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  GBytes *file;

  id = fireworks_upload (self, dataset, &error);
  g_assert_no_error (error);
  file = fake_fireworks_get_file (self->fake, id + strlen ("accounts/acme/datasets/"));
  text = g_strndup (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (JsonNode) row = attune_json_parse (lines[i], -1, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (attune_json_peek_string (row, "messages.0.role", NULL), ==, "user");
      g_assert_cmpstr (attune_json_peek_string (row, "messages.1.role", NULL), ==, "assistant");
    }
  g_assert_nonnull (strstr (lines[1], "Grüße"));

  /* What was written for the upload is gone. */
  dir = g_dir_open (cache, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_assert_false (g_str_has_prefix (name, "fireworks-"));
}

static void
test_plain_text (Fireworks     *self,
                 gconstpointer  data)
{
  g_autofree char *path = test_write ("text.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"c\"}\n");
  g_autoptr (AttuneDataset) dataset = attune_dataset_new (path);
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  id = fireworks_upload (self, dataset, &error);
  g_assert_null (id);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "line 1"));
  g_assert_cmpuint (fake_fireworks_get_n_datasets (self->fake), ==, 0);
}

static void
test_bad_data (Fireworks     *self,
               gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  fake_fireworks_set_problem (self->fake, "line 3 has no messages");
  id = fireworks_upload (self, self->training, &error);
  g_assert_null (id);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "line 3 has no messages"));
  g_assert_nonnull (strstr (error->message, attune_dataset_get_path (self->training)));
  g_clear_error (&error);

  /* The next try does not stumble over what is left of the first. */
  fake_fireworks_set_problem (self->fake, NULL);
  id = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_nonnull (id);
}

/* Broken data that is there from an earlier job is thrown away first. */
static void
test_bad_data_earlier (Fireworks     *self,
                       gconstpointer  data)
{
  g_autofree char *path = test_write ("other.jsonl", "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n");
  g_autoptr (AttuneDataset) dataset = attune_dataset_new (path);
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  /* One row too many is announced, so the fake finds it wrong. */
  attune_dataset_set_checked (dataset, "chat", 100, "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff", 2, 0, NULL);
  id = fireworks_upload (self, dataset, &error);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_clear_error (&error);
  attune_dataset_set_checked (dataset, "chat", 100, "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff", 1, 0, NULL);
  id = fireworks_upload (self, dataset, &error);
  g_assert_no_error (error);
  g_assert_nonnull (id);
  g_assert_cmpuint (fake_server_count (self->server, "DELETE", "*/datasets/*"), ==, 1);
}

static void
test_conflict (Fireworks     *self,
               gconstpointer  data)
{
  g_autoptr (AttuneTrainingHandle) again = NULL;
  g_autofree char *first = NULL;
  g_autoptr (GError) error = NULL;

  fireworks_send (self);
  first = g_strdup (attune_job_get_provider_job_id (self->job));
  again = fireworks_start (self, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->provider_job_id, ==, first);
  g_assert_cmpuint (fake_fireworks_get_n_jobs (self->fake), ==, 1);
}

static void
test_find (Fireworks     *self,
           gconstpointer  data)
{
  g_autoptr (AttuneTrainingHandle) none = NULL;
  g_autoptr (AttuneTrainingHandle) found = NULL;
  g_autofree char *sent = NULL;
  g_autoptr (GError) error = NULL;

  none = fireworks_find (self, &error);
  g_assert_null (none);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  fireworks_send (self);
  sent = g_strdup (attune_job_get_provider_job_id (self->job));
  found = fireworks_find (self, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->provider_job_id, ==, sent);
  g_assert_cmpuint (fake_server_count (self->server, "POST", "*/supervisedFineTuningJobs"), ==, 1);
}

static void
test_cancel (Fireworks     *self,
             gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  fireworks_send (self);
  g_assert_true (fireworks_cancel (self, &error));
  g_assert_no_error (error);
  update = fireworks_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_cmpuint (fake_server_count (self->server, "DELETE", "*"), ==, 0);
}

static void
test_cancel_by_delete (Fireworks     *self,
                       gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  fake_fireworks_set_cancel (self->fake, FALSE);
  fireworks_send (self);
  g_assert_true (fireworks_cancel (self, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_fireworks_get_n_jobs (self->fake), ==, 0);
  update = fireworks_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_null (update->error);

  /* Once more: it is gone, which is what was wanted. */
  g_assert_true (fireworks_cancel (self, &error));
  g_assert_no_error (error);
}

static void
test_resume (Fireworks     *self,
             gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (AttuneStatusUpdate) resumed = NULL;
  g_autoptr (GError) error = NULL;

  fake_fireworks_set_end (self->fake, "PAUSED", NULL, NULL);
  fireworks_send (self);
  for (guint i = 0; i < 8; i++)
    {
      g_clear_pointer (&update, attune_status_update_free);
      update = fireworks_query (self, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_true (fireworks_resume (self, &error));
  g_assert_no_error (error);
  resumed = fireworks_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (resumed->status, ==, ATTUNE_JOB_STATUS_QUEUED);
}

static void
test_failed (Fireworks     *self,
             gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  fake_fireworks_set_end (self->fake, "FAILED", "INVALID_ARGUMENT", "row 7: the chat template fails");
  fireworks_send (self);
  for (guint i = 0; i < 8; i++)
    {
      g_clear_pointer (&update, attune_status_update_free);
      update = fireworks_query (self, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (update->error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (update->error->message, "row 7: the chat template fails"));
}

static void
test_gone (Fireworks     *self,
           gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) page = NULL;
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  fireworks_send (self);
  /* A page of a portal says nothing of the job. */
  fake_server_script (self->server, "GET", "*/supervisedFineTuningJobs/*", 404, "text/html", "<html>Sign in to the WiFi</html>");
  fake_server_script (self->server, "GET", "*/supervisedFineTuningJobs/*", 404, "application/json", "{\"code\":5,\"message\":\"not found\",\"details\":[]}");
  page = fireworks_query (self, &error);
  g_assert_null (page);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpint (attune_job_get_status (self->job), ==, ATTUNE_JOB_STATUS_QUEUED);

  update = fireworks_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
}

static void
test_accounts (Fireworks     *self,
               gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  fake_fireworks_add_account (self->fake, "umbrella", "");
  id = fireworks_upload (self, self->training, &error);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "acme, umbrella"));
  g_assert_nonnull (strstr (error->message, "FIREWORKS_ACCOUNT_ID"));
  g_clear_error (&error);

  g_setenv ("FIREWORKS_ACCOUNT_ID", "accounts/acme", TRUE);
  id = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (id, "accounts/acme/datasets/"));
  g_unsetenv ("FIREWORKS_ACCOUNT_ID");

  fake_fireworks_forget_accounts (self->fake);
  fake_fireworks_add_account (self->fake, "acme", "BILLING");
  g_clear_pointer (&id, g_free);
  attune_dataset_set_provider_file (self->training, "fireworks", NULL);
  id = fireworks_upload (self, self->training, &error);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED);
}

static AttuneEstimate *
estimate (Fireworks  *self,
          GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_estimate_async (self->adapter, attune_job_get_configuration (self->job), &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_estimate_finish (self->adapter, result, error);
}

static void
test_estimate (Fireworks     *self,
               gconstpointer  data)
{
  g_autoptr (AttuneEstimate) before = estimate (self, NULL);
  g_autoptr (AttuneEstimate) after = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_assert_nonnull (before);
  g_assert_true (isnan (before->cost_low));
  g_assert_nonnull (before->source);

  id = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  after = estimate (self, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (after->cost_low, ==, 1.5);
  g_assert_cmpfloat (after->cost_high, ==, 1.5);
}

static AttuneCapabilities *
load (AttuneAdapter  *adapter,
      gboolean        refresh,
      GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_load_capabilities_async (adapter, refresh, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_load_capabilities_finish (adapter, result, error);
}

static void
test_capabilities (Fireworks     *self,
                   gconstpointer  data)
{
  g_autoptr (AttuneAdapter) second = NULL;
  g_autoptr (AttuneCapabilities) before = attune_adapter_dup_capabilities (self->adapter);
  g_autoptr (AttuneCapabilities) loaded = NULL;
  g_autoptr (AttuneCapabilities) cached = NULL;
  g_autoptr (AttuneCapabilities) offline = NULL;
  g_autoptr (AttuneCapabilities) qwen = NULL;
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "attune", "capabilities", "fireworks.json", NULL);
  g_autoptr (GError) error = NULL;
  double low;
  double high;

  g_assert_cmpuint (attune_capabilities_get_n_models (before), ==, 0);
  g_assert_true (attune_capabilities_supports_path (before, "metadata.evalAutoCarveout"));
  g_assert_false (attune_capabilities_supports_path (before, "method.loraConfig.alpha"));

  /* Both pages, and of them what can be tuned. */
  loaded = load (self->adapter, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_capabilities_get_n_models (loaded), ==, 2);
  g_assert_true (attune_capabilities_supports_path (loaded, "metadata.evalAutoCarveout"));
  qwen = attune_capabilities_for_model (loaded, "accounts/fireworks/models/qwen3-8b");
  g_assert_true (attune_capabilities_get_range (qwen, "schedule.sequenceLength", &low, &high));
  g_assert_cmpfloat (high, ==, 32000);
  g_assert_cmpuint (fake_server_count (self->server, "GET", "/v1/accounts/fireworks/models"), ==, 2);

  /* From the disk for another process, and with nobody to ask. */
  test_wait_until (g_file_test (cache, G_FILE_TEST_EXISTS));
  fake_server_set_refusing (self->server, TRUE);
  second = fireworks_adapter_new ();
  cached = load (second, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_capabilities_get_n_models (cached), ==, 2);
  offline = load (second, TRUE, &error);
  g_assert_null (offline);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK);
}

static void
test_validation (Fireworks     *self,
                 gconstpointer  data)
{
  g_autoptr (AttuneCapabilities) loaded = load (self->adapter, FALSE, NULL);
  AttuneConfiguration *configuration = attune_job_get_configuration (self->job);
  g_autoptr (AttuneValidation) good = NULL;
  g_autoptr (AttuneValidation) long_rows = NULL;
  g_autoptr (AttuneValidation) full = NULL;
  g_autoptr (AttuneValidation) unknown = NULL;
  const AttuneIssue *issue;

  g_assert_nonnull (loaded);
  good = attune_adapter_validate_configuration (self->adapter, configuration, &self->context);
  g_assert_cmpuint (attune_validation_get_n_issues (good), ==, 0);

  /* The limits of the model hold for its short name as well. */
  g_assert_true (attune_configuration_set_from_text (configuration, "schedule.sequenceLength=32500", NULL));
  long_rows = attune_adapter_validate_configuration (self->adapter, configuration, &self->context);
  issue = attune_validation_find (long_rows, "schedule.sequenceLength");
  g_assert_nonnull (issue);
  g_assert_cmpint (issue->severity, ==, ATTUNE_SEVERITY_ERROR);
  g_assert_true (attune_configuration_set_from_text (configuration, "schedule.sequenceLength=", NULL));

  g_assert_true (attune_configuration_set_from_text (configuration, "model.baseModel=llama-v3p1-8b-instruct", NULL));
  g_assert_true (attune_configuration_set_from_text (configuration, "method.type=full", NULL));
  full = attune_adapter_validate_configuration (self->adapter, configuration, &self->context);
  g_assert_nonnull (attune_validation_find (full, "method.type"));

  g_assert_true (attune_configuration_set_from_text (configuration, "method.type=lora", NULL));
  g_assert_true (attune_configuration_set_from_text (configuration, "model.baseModel=whisper-v3", NULL));
  unknown = attune_adapter_validate_configuration (self->adapter, configuration, &self->context);
  issue = attune_validation_find (unknown, "model.baseModel");
  g_assert_nonnull (issue);
  g_assert_cmpint (issue->severity, ==, ATTUNE_SEVERITY_WARNING);
}

static void
test_wandb (Fireworks     *self,
            gconstpointer  data)
{
  g_autofree char *job_id = g_strconcat ("attune-", attune_job_get_id (self->job), NULL);
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *wandb;

  id = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);

  g_setenv ("WANDB_API_KEY", FAKE_FIREWORKS_WANDB_KEY, TRUE);
  handle = fireworks_start (self, &error);
  g_assert_no_error (error);
  wandb = json_object_get_object_member (fake_fireworks_get_job (self->fake, job_id), "wandbConfig");
  g_assert_true (json_object_get_boolean_member (wandb, "enabled"));
  g_assert_cmpstr (json_object_get_string_member (wandb, "apiKey"), ==, FAKE_FIREWORKS_WANDB_KEY);
  g_assert_cmpstr (json_object_get_string_member (wandb, "project"), ==, "tunes");
  g_assert_cmpstr (json_object_get_string_member (wandb, "entity"), ==, "acme");
  g_assert_cmpstr (json_object_get_string_member (wandb, "runId"), ==, "first-run");
  g_unsetenv ("WANDB_API_KEY");
}

static void
test_wrong_key (Fireworks     *self,
                gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("FIREWORKS_API_KEY", "fw_another_key_0123", TRUE);
  id = fireworks_upload (self, self->training, &error);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID);
  g_assert_null (strstr (error->message, "fw_another_key_0123"));
}

static gboolean
test_key (Fireworks  *self,
          GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_test_credentials_async (self->adapter, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_test_credentials_finish (self->adapter, result, error);
}

static void
test_credentials (Fireworks     *self,
                  gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (test_key (self, &error));
  g_assert_no_error (error);
  g_setenv ("FIREWORKS_ACCOUNT_ID", "acme", TRUE);
  g_assert_true (test_key (self, &error));
  g_assert_no_error (error);
  g_setenv ("FIREWORKS_ACCOUNT_ID", "other", TRUE);
  g_assert_false (test_key (self, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED);
  g_clear_error (&error);
  g_unsetenv ("FIREWORKS_ACCOUNT_ID");
  g_setenv ("FIREWORKS_API_KEY", "fw_another_key_0123", TRUE);
  g_assert_false (test_key (self, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID);
}

static void
test_translation (Fireworks     *self,
                  gconstpointer  data)
{
  g_autoptr (JsonNode) request = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expected = g_strdup_printf ("%s/v1/accounts/<account id>/supervisedFineTuningJobs?supervisedFineTuningJobId=<job id>",
                                               fake_fireworks_get_url (self->fake));
  const AttuneJobContext nothing = { NULL };
  g_autoptr (GError) error = NULL;

  g_setenv ("WANDB_API_KEY", FAKE_FIREWORKS_WANDB_KEY, TRUE);
  request = attune_adapter_translate_configuration (self->adapter, attune_job_get_configuration (self->job), &nothing, &error);
  g_assert_no_error (error);
  text = attune_json_write (request, TRUE);
  g_assert_cmpstr (attune_json_peek_string (request, "method", NULL), ==, "POST");
  g_assert_cmpstr (attune_json_peek_string (request, "url", NULL), ==, expected);
  g_assert_cmpstr (attune_json_peek_string (request, "body.wandbConfig.project", NULL), ==, "tunes");
  g_assert_nonnull (attune_json_peek_string (request, "body.wandbConfig.apiKey", NULL));
  g_assert_null (strstr (text, FAKE_FIREWORKS_WANDB_KEY));
  g_assert_null (strstr (text, FAKE_FIREWORKS_KEY));
  g_unsetenv ("WANDB_API_KEY");
}

#define ADD(name, settings, function) \
  g_test_add ("/fireworks/" name, Fireworks, settings, fireworks_set_up, function, fireworks_tear_down)
#define WANDB "integrations.wandb.project=tunes integrations.wandb.runName=First_Run metadata.wandbEntity=acme"

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("life", NULL, test_life);
  ADD ("large-upload", NULL, test_large_upload);
  ADD ("validation-gives-up", NULL, test_validation_gives_up);
  ADD ("reuse", NULL, test_reuse);
  ADD ("elsewhere", NULL, test_elsewhere);
  ADD ("other-formats", NULL, test_other_formats);
  ADD ("plain-text", NULL, test_plain_text);
  ADD ("bad-data", NULL, test_bad_data);
  ADD ("bad-data-earlier", NULL, test_bad_data_earlier);
  ADD ("conflict", NULL, test_conflict);
  ADD ("find", NULL, test_find);
  ADD ("cancel", NULL, test_cancel);
  ADD ("cancel-by-delete", NULL, test_cancel_by_delete);
  ADD ("resume", NULL, test_resume);
  ADD ("failed", NULL, test_failed);
  ADD ("gone", NULL, test_gone);
  ADD ("accounts", NULL, test_accounts);
  ADD ("estimate", NULL, test_estimate);
  ADD ("capabilities", NULL, test_capabilities);
  ADD ("validation", NULL, test_validation);
  ADD ("wandb", WANDB, test_wandb);
  ADD ("wrong-key", NULL, test_wrong_key);
  ADD ("credentials", NULL, test_credentials);
  ADD ("translation", WANDB, test_translation);

  return g_test_run ();
}
