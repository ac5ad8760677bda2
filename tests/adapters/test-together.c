/* test-together.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <string.h>

#include "attune-json.h"
#include "together-fixture.h"

/* Whole lives of jobs before the fake. */

static void
assert_same_bytes (GBytes     *bytes,
                   const char *path)
{
  g_autofree char *content = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (bytes);
  g_file_get_contents (path, &content, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), content, length);
}

static void
test_capabilities (Together      *self,
                   gconstpointer  data)
{
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "attune", "capabilities", "together.json", NULL);
  g_autoptr (AttuneCapabilities) before = attune_adapter_dup_capabilities (self->adapter);
  g_autoptr (AttuneCapabilities) live = NULL;
  g_autoptr (AttuneCapabilities) model = NULL;
  g_autoptr (AttuneCapabilities) offline = NULL;
  g_autoptr (AttuneCapabilities) kept = NULL;
  g_autoptr (AttuneCapabilities) refused = NULL;
  g_autoptr (GError) error = NULL;
  AttuneAdapter *second;
  double high;

  /* The catalogue is there without asking. */
  g_assert_cmpuint (attune_capabilities_get_n_models (before), >=, 1);
  g_assert_true (attune_capabilities_has_action (before, "delete"));
  g_assert_false (attune_capabilities_has_action (before, "pause"));

  live = together_load (self, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_capabilities_get_n_models (live), ==, 4);
  g_assert_cmpuint (fake_server_count (self->server, "GET", "/v1/fine-tunes/models/limits"), ==, 4);
  model = attune_capabilities_for_model (live, "deepseek-ai/DeepSeek-V3");
  g_assert_false (attune_capabilities_supports_value (model, "method.type", "full"));
  g_assert_true (attune_capabilities_get_range (model, "method.loraConfig.rank", NULL, &high));
  g_assert_cmpfloat_with_epsilon (high, 16, 1e-9);

  /* A second process reads what this one has kept, also without a network. It is written while the window goes on. */
  test_wait_until (g_file_test (cache, G_FILE_TEST_EXISTS));
  fake_server_set_refusing (self->server, TRUE);
  second = together_adapter_new ();
  {
    g_autoptr (GAsyncResult) result = NULL;

    attune_adapter_load_capabilities_async (second, FALSE, NULL, test_result_cb, &result);
    test_wait_until (result != NULL);
    offline = attune_adapter_load_capabilities_finish (second, result, &error);
  }
  g_assert_no_error (error);
  g_assert_cmpuint (attune_capabilities_get_n_models (offline), ==, 4);
  test_finalize (second);

  refused = together_load (self, TRUE, &error);
  g_assert_null (refused);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK);
  kept = attune_adapter_dup_capabilities (self->adapter);
  g_assert_cmpuint (attune_capabilities_get_n_models (kept), ==, 4);
}

/* The form's check uses what the server told. */
static void
test_validation (Together      *self,
                 gconstpointer  data)
{
  g_autoptr (AttuneCapabilities) live = NULL;
  g_autoptr (AttuneValidation) validation = NULL;
  g_autoptr (GError) error = NULL;
  const AttuneIssue *issue;

  live = together_load (self, TRUE, &error);
  g_assert_no_error (error);
  validation = attune_adapter_validate_configuration (self->adapter, attune_job_get_configuration (self->job), &self->context);
  issue = attune_validation_find (validation, "schedule.batchSize");
  g_assert_nonnull (issue);
  g_assert_cmpint (issue->severity, ==, ATTUNE_SEVERITY_ERROR);
  issue = attune_validation_find (validation, "model.precision");
  g_assert_nonnull (issue);
  g_assert_cmpstr (issue->code, ==, "unsupported");
  issue = attune_validation_find (validation, "metadata.nonsense");
  g_assert_nonnull (issue);
}

static void
test_upload_in_one (Together      *self,
                    gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;

  fake_together_set_looks (self->fake, 3, NULL);
  id = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  assert_same_bytes (fake_together_get_file (self->fake, id), attune_dataset_get_path (self->training));
  g_assert_cmpuint (fake_server_count (self->server, "POST", "/v1/files/upload"), ==, 1);
  g_assert_cmpuint (fake_server_count (self->server, "GET", "/v1/files/*"), ==, 4);
  g_assert_cmpuint (self->n_progress, >, 0);

  /* It is there already. */
  again = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, id);
  g_assert_cmpuint (fake_together_get_n_files (self->fake), ==, 1);

  /* And when it is not any more, it goes up again. */
  fake_together_remove_file (self->fake, id);
  g_clear_pointer (&again, g_free);
  again = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, !=, id);
  g_assert_nonnull (fake_together_get_file (self->fake, again));
}

static void
test_upload_by_redirect (Together      *self,
                         gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  const FakeRequest *put;

  attune_together_adapter_set_upload_limits (ATTUNE_TOGETHER_ADAPTER (self->adapter), 10, 0, 0, 0);
  id = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  assert_same_bytes (fake_together_get_file (self->fake, id), attune_dataset_get_path (self->training));
  put = fake_server_last (self->server, "PUT", "/storage/*");
  g_assert_null (fake_request_get_header (put, "authorization"));
  g_assert_cmpstr (fake_request_get_header (put, "content-type"), ==, "application/octet-stream");
  g_assert_nonnull (fake_request_get_header (put, "content-length"));
  g_assert_cmpuint (fake_server_count (self->server, "POST", "/v1/files/*/preprocess"), ==, 1);
  g_assert_cmpfloat_with_epsilon (self->progress, 1, 1e-9);
}

static void
test_upload_in_parts (Together      *self,
                      gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  gint64 size = 0;
  guint n_parts;
  GPtrArray *requests;

  attune_together_adapter_set_upload_limits (ATTUNE_TOGETHER_ADAPTER (self->adapter), 10, 20, 300, 0);
  {
    g_autofree char *content = NULL;
    gsize length;

    g_assert_true (g_file_get_contents (attune_dataset_get_path (self->training), &content, &length, NULL));
    size = (gint64) length;
  }
  n_parts = (guint) ((size + 299) / 300);
  g_assert_cmpuint (n_parts, >, 4);

  id = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  assert_same_bytes (fake_together_get_file (self->fake, id), attune_dataset_get_path (self->training));
  g_assert_cmpuint (fake_server_count (self->server, "PUT", "/storage/*"), ==, n_parts);
  g_assert_cmpuint (fake_server_count (self->server, "POST", "/v1/files/multipart/abort"), ==, 0);
  requests = fake_server_get_requests (self->server);
  for (guint i = 0; i < requests->len; i++)
    {
      const FakeRequest *request = g_ptr_array_index (requests, i);

      if (g_str_has_prefix (request->path, "/storage/"))
        g_assert_null (fake_request_get_header (request, "authorization"));
    }
}

/* A part that fails for good takes the whole back, and nothing is left there. */
static void
test_part_fails (Together      *self,
                 gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  attune_together_adapter_set_upload_limits (ATTUNE_TOGETHER_ADAPTER (self->adapter), 10, 20, 300, 0);
  fake_server_set_fault (self->server, "PUT", "/storage/*/3", FAKE_FAULT_STATUS_OF (403), -1);
  id = together_upload (self, NULL, &error);
  g_assert_null (id);
  g_assert_nonnull (error);
  g_assert_true (error->domain == ATTUNE_ERROR);
  g_assert_cmpuint (fake_server_count (self->server, "POST", "/v1/files/multipart/abort"), ==, 1);
  g_assert_cmpuint (fake_together_get_n_files (self->fake), ==, 0);

  /* One that fails once is sent again. */
  g_clear_error (&error);
  fake_server_set_fault (self->server, "PUT", "/storage/*/3", FAKE_FAULT_NONE, -1);
  fake_server_set_fault (self->server, "PUT", "/storage/*/2", FAKE_FAULT_RESET, 1);
  id = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  assert_same_bytes (fake_together_get_file (self->fake, id), attune_dataset_get_path (self->training));
}

static void
test_upload_cancelled (Together      *self,
                       gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  /* While Together reads the file, which takes for ever. */
  fake_together_set_looks (self->fake, G_MAXUINT / 2, NULL);
  attune_adapter_upload_dataset_async (self->adapter, self->training, NULL, NULL, cancellable, test_result_cb, &result);
  test_wait_until (fake_server_count (self->server, "GET", "/v1/files/*") > 2);
  g_assert_null (result);
  g_cancellable_cancel (cancellable);
  test_wait_until (result != NULL);
  id = attune_adapter_upload_dataset_finish (self->adapter, result, &error);
  g_assert_null (id);
  g_assert_true (attune_error_is_cancelled (error));
}

static void
test_upload_refused (Together      *self,
                     gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  fake_together_set_looks (self->fake, 1, "line 3: no messages");
  id = together_upload (self, NULL, &error);
  g_assert_null (id);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "line 3: no messages"));
}

static void
test_life (Together      *self,
           gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "result", NULL);
  g_autofree char *id = NULL;
  g_autofree char *path = NULL;
  g_autofree char *name = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (AttuneStatusUpdate) running = NULL;
  g_autoptr (AttuneStatusUpdate) end = NULL;
  g_autoptr (AttuneEstimate) estimate = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) checkpoints = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *request;
  guint n_requests;

  /* The price is known once the data is there. */
  estimate = together_estimate (self, &error);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  id = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  estimate = together_estimate (self, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (estimate->cost_low, 1.25, 1e-9);

  handle = together_start (self, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (handle->provider_job_id, ==, fake_together_get_job_id (self->fake, 0));
  g_assert_cmpfloat_with_epsilon (handle->estimated_cost, 1.25, 1e-9);
  request = fake_together_get_request (self->fake, 0);
  g_assert_cmpint (json_object_get_int_member (request, "n_epochs"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (request, "training_file"), ==, id);
  g_assert_true (g_str_has_prefix (json_object_get_string_member (request, "suffix"), "v2-"));

  /* pending, queued, running: nothing is asked of a job that waits but itself and its events. */
  fake_server_forget (self->server);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (AttuneStatusUpdate) update = together_query (self, &error);

      g_assert_no_error (error);
      g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_QUEUED);
    }
  g_assert_cmpuint (fake_server_get_requests (self->server)->len, ==, 4);

  for (guint i = 0; i < 4; i++)
    {
      g_clear_pointer (&running, attune_status_update_free);
      running = together_query (self, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpint (running->status, ==, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpint (running->step, ==, 4);
  g_assert_cmpint (running->total_steps, ==, 8);
  g_assert_cmpfloat_with_epsilon (running->time_remaining, 40, 1e-9);
  g_assert_cmpuint (running->checkpoints->len, ==, 1);
  /* Only what may be new: the step of before once more, the fourth, and its evaluation. */
  g_assert_cmpuint (running->metrics->len, ==, 3);
  n_requests = fake_server_get_requests (self->server)->len;
  g_assert_cmpuint (n_requests, ==, 4 + 4 * 4);

  end = together_follow (self);
  g_assert_cmpint (end->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_true (g_str_has_prefix (end->fine_tuned_model, "acme/Meta-Llama-3.1-8B-v2-"));
  g_assert_cmpint (end->trained_tokens, ==, 4096);
  g_assert_cmpint (end->step, ==, 8);
  /* At the end all of them. */
  g_assert_cmpuint (end->metrics->len, ==, 10);
  g_assert_cmpuint (end->checkpoints->len, ==, 3);
  g_assert_cmpuint (end->events->len, ==, 6);
  g_assert_no_error (end->error);
  attune_job_set_fine_tuned_model (self->job, end->fine_tuned_model);

  attune_adapter_list_checkpoints_async (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  checkpoints = attune_adapter_list_checkpoints_finish (self->adapter, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (checkpoints->len, ==, 3);

  g_assert_true (together_download (self, folder, &error));
  g_assert_no_error (error);
  name = g_strconcat (strchr (end->fine_tuned_model, '/') + 1, ".tar.zst", NULL);
  path = g_build_filename (folder, name, NULL);
  assert_same_bytes (fake_together_get_archive (self->fake), path);
  /* What is there is not written over. */
  g_assert_false (together_download (self, folder, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
  g_clear_error (&error);

  g_assert_true (together_delete (self, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_together_get_n_jobs (self->fake), ==, 0);
  /* That it is gone is what was wished for. */
  g_assert_true (together_delete (self, &error));
  g_assert_no_error (error);
}

static void
test_failures (Together      *self,
               gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;

  fake_together_set_end (self->fake, "user_error", 2, "Row 7 is longer than the model reads");
  together_send (self);
  update = together_follow (self);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (update->error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (update->error->message, "Row 7 is longer"));
  g_assert_null (update->fine_tuned_model);
}

static void
test_unknown_status (Together      *self,
                     gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  fake_together_set_end (self->fake, "hibernating", 0, NULL);
  together_send (self);
  for (guint i = 0; i < 3; i++)
    {
      g_clear_pointer (&update, attune_status_update_free);
      update = together_query (self, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpint (update->status, ==, -1);
}

static void
test_cancel (Together      *self,
             gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) asked = NULL;
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  fake_together_set_end (self->fake, "running", 8, NULL);
  together_send (self);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (AttuneStatusUpdate) running = together_query (self, &error);

      g_assert_no_error (error);
    }
  /* A wish whose answer is lost is repeated. */
  fake_server_set_fault (self->server, "POST", "/v1/fine-tunes/*/cancel", FAKE_FAULT_RESET_AFTER, 1);
  g_assert_true (together_cancel (self, &error));
  g_assert_no_error (error);
  asked = together_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (asked->status, ==, ATTUNE_JOB_STATUS_RUNNING);
  update = together_follow (self);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_false (attune_adapter_can (self->adapter, "pause"));
  g_assert_false (attune_adapter_can (self->adapter, "resume"));
}

/* The answer to the creation is lost: it is found, and never made twice. */
static void
test_find (Together      *self,
           gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) none = NULL;
  g_autoptr (AttuneTrainingHandle) lost = NULL;
  g_autoptr (AttuneTrainingHandle) found = NULL;
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  if (data != NULL)
    fake_together_set_old (self->fake, TRUE);
  id = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  none = together_find (self, &error);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  fake_server_set_fault (self->server, "POST", "/v1/fine-tunes", FAKE_FAULT_RESET_AFTER, -1);
  lost = together_start (self, &error);
  g_assert_null (lost);
  g_assert_nonnull (error);
  g_assert_true (error->code == ATTUNE_ERROR_NO_NETWORK || error->code == ATTUNE_ERROR_TIMED_OUT || error->code == ATTUNE_ERROR_SERVER_FAULT);
  g_clear_error (&error);
  g_assert_cmpuint (fake_together_get_n_jobs (self->fake), ==, 1);

  found = together_find (self, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->provider_job_id, ==, fake_together_get_job_id (self->fake, 0));
  g_assert_cmpuint (fake_server_count (self->server, "POST", "/v1/fine-tunes"), ==, 1);
  update = together_follow (self);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
}

/* Whatever the list says but "here it is not": it is not known, so the job is not sent again. */
static void
test_find_faults (Together      *self,
                  gconstpointer  data)
{
  static const FakeFault faults[] = {
    FAKE_FAULT_RESET, FAKE_FAULT_TRUNCATED, FAKE_FAULT_TRUNCATED_JSON, FAKE_FAULT_HTML, FAKE_FAULT_ERROR_IN_200, FAKE_FAULT_GARBAGE,
    FAKE_FAULT_STATUS_OF (401), FAKE_FAULT_STATUS_OF (404), FAKE_FAULT_STATUS_OF (429), FAKE_FAULT_STATUS_OF (500), FAKE_FAULT_STATUS_OF (503),
  };

  together_send (self);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (AttuneTrainingHandle) handle = NULL;
      g_autoptr (GError) error = NULL;

      fake_server_set_fault (self->server, "GET", "/v1/fine-tunes", faults[i], -1);
      handle = together_find (self, &error);
      g_assert_null (handle);
      g_assert_nonnull (error);
      g_assert_true (error->domain == ATTUNE_ERROR);
      g_assert_cmpint (error->code, !=, ATTUNE_ERROR_NOT_FOUND);
    }
}

static void
test_old_server (Together      *self,
                 gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "old-result", NULL);
  g_autoptr (AttuneCapabilities) live = NULL;
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  fake_together_set_old (self->fake, TRUE);
  attune_together_adapter_set_upload_limits (ATTUNE_TOGETHER_ADAPTER (self->adapter), 10, 0, 0, 0);
  live = together_load (self, TRUE, &error);
  g_assert_no_error (error);
  together_send (self);
  update = together_follow (self);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_null (update->metrics);
  attune_job_set_fine_tuned_model (self->job, update->fine_tuned_model);
  g_assert_true (together_download (self, folder, &error));
  g_assert_no_error (error);
}

static void
test_too_expensive (Together      *self,
                    gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  fake_together_set_price (self->fake, 250, 100);
  id = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  handle = together_start (self, &error);
  g_assert_null (handle);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_PAYMENT_NEEDED);
  g_assert_nonnull (strstr (error->message, "250.00"));
  g_assert_cmpuint (fake_together_get_n_jobs (self->fake), ==, 0);
}

static void
test_integrations (Together      *self,
                   gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) without = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (JsonNode) preview = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *request;

  id = together_upload (self, NULL, &error);
  g_assert_no_error (error);
  g_setenv ("HF_TOKEN", "hf_from_the_environment", TRUE);
  g_setenv ("WANDB_API_KEY", "0123456789abcdef0123456789abcdef01234567", TRUE);
  g_setenv ("WANDB_BASE_URL", fake_server_get_url (self->server), TRUE);

  /* A key that logs nothing is found out before anything is paid for. */
  fake_server_script (self->server, "POST", "/graphql", 200, "application/json", "{\"data\":{\"viewer\":null}}");
  fake_server_script (self->server, "POST", "/graphql", 200, "application/json",
                      "{\"data\":{\"viewer\":{\"username\":\"me\",\"defaultEntity\":{\"name\":\"acme\"}}}}");
  without = together_start (self, &error);
  g_assert_null (without);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID);
  g_assert_cmpuint (fake_together_get_n_jobs (self->fake), ==, 0);
  g_clear_error (&error);

  handle = together_start (self, &error);
  g_assert_no_error (error);
  request = fake_together_get_request (self->fake, 0);
  g_assert_cmpstr (json_object_get_string_member (request, "wandb_project_name"), ==, "tunes");
  g_assert_cmpstr (json_object_get_string_member (request, "wandb_entity"), ==, "acme");
  g_assert_cmpstr (json_object_get_string_member (request, "wandb_api_key"), ==, "0123456789abcdef0123456789abcdef01234567");
  g_assert_cmpstr (json_object_get_string_member (request, "hf_api_token"), ==, "hf_from_the_environment");
  g_assert_cmpstr (json_object_get_string_member (request, "hf_output_repo_name"), ==, "me/model");

  /* None of them in the preview. */
  preview = attune_adapter_translate_configuration (self->adapter, attune_job_get_configuration (self->job), &self->context, &error);
  g_assert_no_error (error);
  text = attune_json_write (preview, FALSE);
  g_assert_null (strstr (text, "0123456789abcdef"));
  g_assert_null (strstr (text, "hf_from"));
  g_assert_cmpstr (attune_json_peek_string (preview, "method", NULL), ==, "POST");
  g_assert_true (g_str_has_suffix (attune_json_peek_string (preview, "url", ""), "/v1/fine-tunes"));
  g_assert_cmpstr (attune_json_peek_string (preview, "body.wandb_project_name", NULL), ==, "tunes");
  g_unsetenv ("WANDB_BASE_URL");
}

/* The preview is the request that goes out. */
static void
test_preview (Together      *self,
              gconstpointer  data)
{
  g_autoptr (JsonNode) preview = NULL;
  g_autoptr (JsonNode) sent = NULL;
  g_autoptr (GError) error = NULL;

  together_send (self);
  preview = attune_adapter_translate_configuration (self->adapter, attune_job_get_configuration (self->job), &self->context, &error);
  g_assert_no_error (error);
  sent = json_node_init_object (json_node_alloc (), fake_together_get_request (self->fake, 0));
  g_assert_true (json_node_equal (attune_json_lookup (preview, "body"), sent));
}

static void
test_runaway_loss (Together      *self,
                   gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  const AttuneMetricPoint *point;

  fake_together_set_nan (self->fake, 5);
  together_send (self);
  update = together_follow (self);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpuint (update->metrics->len, ==, 10);
  point = &g_array_index (update->metrics, AttuneMetricPoint, 9 - 1);
  g_assert_cmpint (point->step, ==, 8);
  g_assert_true (isnan (point->values[ATTUNE_METRIC_LOSS]));
}

static void
test_key (Together      *self,
          gconstpointer  data)
{
  g_autoptr (GAsyncResult) good = NULL;
  g_autoptr (GAsyncResult) bad = NULL;
  g_autoptr (GError) error = NULL;
  AttuneAdapter *second;

  attune_adapter_test_credentials_async (self->adapter, NULL, test_result_cb, &good);
  test_wait_until (good != NULL);
  g_assert_true (attune_adapter_test_credentials_finish (self->adapter, good, &error));
  g_assert_no_error (error);

  g_setenv ("TOGETHER_API_KEY", "tgp_v1_something_else", TRUE);
  second = together_adapter_new ();
  attune_adapter_test_credentials_async (second, NULL, test_result_cb, &bad);
  test_wait_until (bad != NULL);
  g_assert_false (attune_adapter_test_credentials_finish (second, bad, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID);
  g_clear_object (&bad);
  test_finalize (second);
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, data, func) g_test_add ("/together/" path, Together, data, together_set_up, func, together_tear_down)
  ADD ("capabilities", NULL, test_capabilities);
  ADD ("validation", "schedule.batchSize=2 model.precision=bf16 metadata.nonsense=1", test_validation);
  ADD ("upload/in-one", NULL, test_upload_in_one);
  ADD ("upload/by-redirect", NULL, test_upload_by_redirect);
  ADD ("upload/in-parts", NULL, test_upload_in_parts);
  ADD ("upload/part-fails", NULL, test_part_fails);
  ADD ("upload/cancelled", NULL, test_upload_cancelled);
  ADD ("upload/refused", NULL, test_upload_refused);
  ADD ("life", "schedule.epochs=2 output.suffix=v2", test_life);
  ADD ("failures", NULL, test_failures);
  ADD ("unknown-status", NULL, test_unknown_status);
  ADD ("cancel", NULL, test_cancel);
  ADD ("find/newest-server", NULL, test_find);
  ADD ("find/older-server", "output.suffix=v2", test_find);
  ADD ("find/faults", NULL, test_find_faults);
  ADD ("old-server", NULL, test_old_server);
  ADD ("too-expensive", NULL, test_too_expensive);
  ADD ("integrations", "integrations.wandb.project=tunes metadata.wandb_entity=acme integrations.huggingface.outputRepoName=me/model", test_integrations);
  ADD ("preview", "schedule.epochs=2 method.loraConfig.rank=16 schedule.trainOnInputs=disabled metadata.random_seed=3", test_preview);
  ADD ("runaway-loss", NULL, test_runaway_loss);
  ADD ("key", NULL, test_key);
#undef ADD

  return g_test_run ();
}
