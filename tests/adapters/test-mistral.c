/* test-mistral.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include "attune-mistral-adapter.h"
#include "fake-mistral.h"
#include "remote-fixture.h"

#define JOBS "/v1/fine_tuning/jobs"

typedef struct {
  Remote       remote;
  FakeMistral *fake;
} Fixture;

static AttuneAdapter *
adapter_new (void)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  AttuneAdapter *adapter = attune_mistral_adapter_new (credentials);

  remote_quicken (adapter);

  return adapter;
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->fake = fake_mistral_new ();
  g_setenv ("MISTRAL_BASE_URL", fake_mistral_get_url (self->fake), TRUE);
  g_setenv ("MISTRAL_API_KEY", FAKE_MISTRAL_KEY, TRUE);
  g_setenv ("WANDB_API_KEY", FAKE_MISTRAL_WANDB_KEY, TRUE);
  remote_init (&self->remote, "mistral", adapter_new (), fake_mistral_get_server (self->fake), "open-mistral-7b");
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  remote_clear (&self->remote);
  fake_mistral_free (self->fake);
  remote_assert_not_logged (FAKE_MISTRAL_KEY);
  remote_assert_not_logged (FAKE_MISTRAL_WANDB_KEY);
}

static void
renew (Fixture *self)
{
  test_finalize (self->remote.adapter);
  self->remote.adapter = adapter_new ();
}

static void
test_life (Fixture       *self,
           gconstpointer  data)
{
  static const AttuneJobStatus expected[] = {
    ATTUNE_JOB_STATUS_VALIDATING_FILES, ATTUNE_JOB_STATUS_QUEUED, ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_RUNNING,
    ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_SUCCEEDED,
  };
  Remote *remote = &self->remote;
  g_autofree char *file_id = NULL;
  g_autofree char *content = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *request;
  GBytes *file;
  gsize length;

  remote_set (attune_job_get_configuration (remote->job), "integrations.wandb.project=tunes");
  remote_set (attune_job_get_configuration (remote->job), "schedule.epochs=3");
  file_id = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (attune_dataset_get_path (remote->training), &content, &length, NULL));
  file = fake_mistral_get_file (self->fake, file_id);
  g_assert_cmpmem (g_bytes_get_data (file, NULL), g_bytes_get_size (file), content, length);

  handle = remote_start (remote, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (handle->estimated_cost, ==, 10.5);
  g_assert_cmpfloat (handle->estimated_duration, ==, 220);
  request = fake_mistral_get_request (self->fake, handle->provider_job_id);
  g_assert_true (json_object_get_boolean_member (request, "auto_start"));
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (request, "hyperparameters"), "epochs"), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (json_object_get_array_member (request, "integrations"), 0), "api_key"), ==,
                   FAKE_MISTRAL_WANDB_KEY);

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (AttuneStatusUpdate) update = remote_query (remote, &error);

      g_assert_no_error (error);
      g_assert_cmpint (update->status, ==, (int) expected[i]);
      if (i == 4)
        {
          g_assert_cmpint (update->step, ==, 20);
          g_assert_cmpint (update->total_steps, ==, 40);
          g_assert_cmpfloat (update->progress, ==, 0.5);
          g_assert_cmpfloat (update->time_remaining, ==, 20);
          g_assert_cmpuint (update->checkpoints->len, ==, 2);
          g_assert_cmpuint (update->metrics->len, ==, 2);
          g_assert_cmpint (g_array_index (update->metrics, AttuneMetricPoint, 0).step, ==, 10);
          g_assert_cmpfloat (g_array_index (update->metrics, AttuneMetricPoint, 0).values[ATTUNE_METRIC_LOSS], ==, 30.5);
          g_assert_cmpfloat (g_array_index (update->metrics, AttuneMetricPoint, 1).values[ATTUNE_METRIC_EVAL_LOSS], ==, 20.25);
        }
      if (i + 1 == G_N_ELEMENTS (expected))
        {
          g_autofree char *model = g_strdup_printf ("ft:open-mistral-7b:acme:%s", handle->provider_job_id);

          g_assert_cmpstr (update->fine_tuned_model, ==, model);
          g_assert_cmpint (update->trained_tokens, ==, 4711);
          g_assert_cmpuint (update->events->len, ==, 5);
          g_assert_cmpstr (((AttuneEvent *) g_ptr_array_index (update->events, 0))->message, ==, "status-updated: QUEUED");
        }
    }
}

static void
test_withdrawn (Fixture       *self,
                gconstpointer  data)
{
  Remote *remote = &self->remote;

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *none = NULL;
      g_autoptr (AttuneTrainingHandle) handle = NULL;
      g_autoptr (AttuneTrainingHandle) found = NULL;
      g_autoptr (AttuneStatusUpdate) update = NULL;
      g_autoptr (GError) error = NULL;

      /* Nothing is uploaded for nothing. */
      fake_mistral_set_withdrawn (self->fake, i == 0 ? 410 : 404);
      fake_server_forget (remote->server);
      attune_dataset_set_provider_file (remote->training, "mistral", NULL);
      none = remote_upload (remote, remote->training, &error);
      g_assert_null (none);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN);
      g_assert_nonnull (strstr (error->message, "July 2026"));
      g_assert_nonnull (strstr (error->message, "another provider"));
      g_assert_cmpuint (fake_server_count (remote->server, "POST", "/v1/files"), ==, 0);
      g_clear_error (&error);

      attune_dataset_set_provider_file (remote->training, "mistral", "497f6eca-6276-4993-bfeb-000000000001");
      handle = remote_start (remote, &error);
      g_assert_null (handle);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN);
      g_clear_error (&error);

      /* A job that is looked for after a crash cannot be there. */
      found = remote_find (remote, &error);
      g_assert_null (found);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
      g_clear_error (&error);

      attune_job_set_provider_job_id (remote->job, "497f6eca-6276-4993-bfeb-000000000002");
      update = remote_query (remote, &error);
      g_assert_null (update);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN);
      g_clear_error (&error);
      g_assert_false (remote_cancel (remote, &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN);
      g_clear_error (&error);
      g_assert_false (remote_resume (remote, &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN);
    }
}

static void
test_failed_validation (Fixture       *self,
                        gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) validating = NULL;
  g_autoptr (AttuneStatusUpdate) failed = NULL;
  g_autoptr (GError) error = NULL;

  fake_mistral_set_end (self->fake, "FAILED_VALIDATION", "Row 3 has no answer");
  remote_send (&self->remote);
  validating = remote_query (&self->remote, &error);
  failed = remote_query (&self->remote, &error);
  g_assert_no_error (error);
  g_assert_cmpint (failed->status, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (failed->error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_cmpstr (failed->error->message, ==, "Row 3 has no answer");
}

/* With auto_start off the job waits after its check, which is a pause that a resume ends. */
static void
test_start_by_hand (Fixture       *self,
                    gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneStatusUpdate) validating = NULL;
  g_autoptr (AttuneStatusUpdate) waiting = NULL;
  g_autoptr (AttuneStatusUpdate) running = NULL;

  remote_set (attune_job_get_configuration (self->remote.job), "metadata.auto_start=false");
  remote_send (&self->remote);
  validating = remote_query (&self->remote, &error);
  waiting = remote_query (&self->remote, &error);
  g_assert_no_error (error);
  g_assert_cmpint (waiting->status, ==, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_true (remote_resume (&self->remote, &error));
  g_assert_no_error (error);
  running = remote_query (&self->remote, &error);
  g_assert_cmpint (running->status, ==, ATTUNE_JOB_STATUS_RUNNING);
  /* By what was predicted, as there is no checkpoint to count from. */
  g_assert_true (running->time_remaining >= 0 && running->time_remaining <= 220);
}

static void
test_cancel (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneStatusUpdate) update = NULL;

  remote_send (&self->remote);
  g_assert_true (remote_cancel (&self->remote, &error));
  g_assert_no_error (error);
  update = remote_query (&self->remote, &error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_false (attune_adapter_can (self->remote.adapter, "pause"));
}

static void
test_unknown_word (Fixture       *self,
                   gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  remote_send (&self->remote);
  fake_mistral_set_word (self->fake, "MEDITATING");
  g_test_expect_message ("attune-mistral", G_LOG_LEVEL_MESSAGE, "*MEDITATING*");
  update = remote_query (&self->remote, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, -1);
}

static AttuneEstimate *
estimate (Fixture  *self,
          GError  **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_estimate_async (self->remote.adapter, self->remote.configuration, &self->remote.context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_estimate_finish (self->remote.adapter, result, error);
}

static void
test_dry_run (Fixture       *self,
              gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (AttuneEstimate) none = NULL;
  g_autoptr (AttuneEstimate) dollars = NULL;
  g_autoptr (AttuneEstimate) euros = NULL;
  g_autoptr (GError) error = NULL;

  remote_set (self->remote.configuration, "integrations.wandb.project=tunes");
  none = estimate (self, &error);
  g_assert_null (none);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_cmpuint (fake_server_get_requests (self->remote.server)->len, ==, 0);

  id = remote_upload (&self->remote, self->remote.training, &error);
  dollars = estimate (self, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (dollars->cost_low, ==, 10.5);
  g_assert_cmpfloat (dollars->seconds_high, ==, 220);
  g_assert_cmpint (dollars->tokens, ==, 1310720);
  g_assert_cmpint (dollars->steps, ==, 40);
  g_assert_cmpuint (fake_mistral_get_n_jobs (self->fake), ==, 0);

  fake_mistral_set_currency (self->fake, "EUR");
  euros = estimate (self, &error);
  g_assert_true (isnan (euros->cost_low));
  g_assert_nonnull (strstr (euros->source, "10.5 EUR"));
}

static void
test_lost_answer (Fixture       *self,
                  gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) none = NULL;
  g_autoptr (AttuneTrainingHandle) lost = NULL;
  g_autoptr (AttuneTrainingHandle) found = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *request;

  id = remote_upload (remote, remote->training, &error);
  none = remote_find (remote, &error);
  g_assert_null (none);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  fake_server_set_fault (remote->server, "POST", JOBS, FAKE_FAULT_RESET_AFTER, 1);
  lost = remote_start (remote, &error);
  g_assert_null (lost);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK);
  g_clear_error (&error);
  g_assert_cmpuint (fake_server_count (remote->server, "POST", JOBS), ==, 1);
  request = fake_mistral_get_request (self->fake, fake_mistral_get_last (self->fake));
  g_assert_true (g_str_has_prefix (json_object_get_string_member (request, "suffix"), "attune-"));

  renew (self);
  found = remote_find (remote, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->provider_job_id, ==, fake_mistral_get_last (self->fake));
  g_assert_cmpuint (fake_mistral_get_n_jobs (self->fake), ==, 1);
}

/* A suffix of the person's own may stand at an older job with the same data, which is not this one. */
static void
test_own_suffix (Fixture       *self,
                 gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) older = NULL;
  g_autoptr (AttuneTrainingHandle) none = NULL;
  g_autoptr (AttuneTrainingHandle) own = NULL;
  g_autoptr (AttuneTrainingHandle) found = NULL;
  g_autoptr (GError) error = NULL;

  remote_set (attune_job_get_configuration (remote->job), "output.suffix=support");
  id = remote_upload (remote, remote->training, &error);
  older = remote_start (remote, &error);
  g_assert_no_error (error);
  fake_mistral_age (self->fake, 600);
  none = remote_find (remote, &error);
  g_assert_null (none);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  own = remote_start (remote, &error);
  g_assert_no_error (error);
  found = remote_find (remote, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->provider_job_id, ==, own->provider_job_id);
}

static void
test_duplicate (Fixture       *self,
                gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) first = NULL;
  g_autoptr (AttuneTrainingHandle) again = NULL;
  g_autoptr (AttuneTrainingHandle) other = NULL;
  g_autoptr (AttuneJob) job = attune_job_new (NULL, "mistral", remote->configuration);
  g_autoptr (GError) error = NULL;

  fake_mistral_set_strict_duplicates (self->fake, TRUE);
  id = remote_upload (remote, remote->training, &error);
  first = remote_start (remote, &error);
  g_assert_no_error (error);
  again = remote_start (remote, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->provider_job_id, ==, first->provider_job_id);

  /* Somebody else's is not taken for ours. */
  remote->context.job = job;
  other = remote_start (remote, &error);
  g_assert_null (other);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
}

static void
test_wandb_key (Fixture       *self,
                gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (AttuneTrainingHandle) typed = NULL;
  g_autoptr (GError) error = NULL;
  const FakeRequest *request;

  remote_set (attune_job_get_configuration (remote->job), "integrations.wandb.project=tunes");
  g_setenv ("WANDB_API_KEY", "wandb_v1_toolong0123456789toolong0123456789toolong0123456789", TRUE);
  id = remote_upload (remote, remote->training, &error);
  handle = remote_start (remote, &error);
  g_assert_null (handle);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_null (strstr (error->message, "toolong"));
  g_assert_cmpuint (fake_server_count (remote->server, "POST", JOBS), ==, 0);
  g_clear_error (&error);

  /* What was typed wins. */
  remote_set (attune_job_get_configuration (remote->job), "integrations.wandb.apiKey=" FAKE_MISTRAL_WANDB_KEY);
  typed = remote_start (remote, &error);
  g_assert_no_error (error);
  request = fake_server_last (remote->server, "POST", JOBS);
  g_assert_cmpstr (attune_json_peek_string (request->json, "integrations.0.api_key", NULL), ==, FAKE_MISTRAL_WANDB_KEY);
}

static const struct {
  FakeFault   fault;
  AttuneError code;
} create_faults[] = {
  { FAKE_FAULT_STATUS_OF (400), ATTUNE_ERROR_INVALID },
  { FAKE_FAULT_STATUS_OF (401), ATTUNE_ERROR_AUTH_INVALID },
  { FAKE_FAULT_STATUS_OF (402), ATTUNE_ERROR_PAYMENT_NEEDED },
  { FAKE_FAULT_STATUS_OF (403), ATTUNE_ERROR_NOT_ALLOWED },
  { FAKE_FAULT_STATUS_OF (404), ATTUNE_ERROR_WITHDRAWN },
  { FAKE_FAULT_STATUS_OF (410), ATTUNE_ERROR_WITHDRAWN },
  { FAKE_FAULT_STATUS_OF (422), ATTUNE_ERROR_INVALID },
  { FAKE_FAULT_STATUS_OF (429), ATTUNE_ERROR_RATE_LIMITED },
  { FAKE_FAULT_STATUS_OF (500), ATTUNE_ERROR_SERVER_FAULT },
  { FAKE_FAULT_HTML, ATTUNE_ERROR_SERVER_FAULT },
  { FAKE_FAULT_RESET, ATTUNE_ERROR_NO_NETWORK },
};

static void
test_create_faults (Fixture       *self,
                    gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  id = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (create_faults); i++)
    {
      g_autoptr (AttuneTrainingHandle) handle = NULL;
      g_autoptr (GError) problem = NULL;

      fake_server_forget (remote->server);
      fake_server_set_fault (remote->server, "POST", JOBS, create_faults[i].fault, 1);
      handle = remote_start (remote, &problem);
      g_assert_null (handle);
      g_test_message ("%u: %s", i, problem->message);
      g_assert_error (problem, ATTUNE_ERROR, (int) create_faults[i].code);
      g_assert_null (strstr (problem->message, FAKE_MISTRAL_KEY));
      g_assert_cmpuint (fake_server_count (remote->server, "POST", JOBS), ==, 1);
      fake_mistral_remove_jobs (self->fake);
    }
}

static void
test_upload_faults (Fixture       *self,
                    gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autofree char *again = NULL;
  g_autofree char *none = NULL;
  g_autoptr (GError) error = NULL;

  /* The same file twice is one file there, so it may be sent again. */
  fake_server_set_fault (remote->server, "POST", "/v1/files", FAKE_FAULT_RESET_AFTER, 1);
  id = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_mistral_get_n_files (self->fake), ==, 1);
  again = remote_upload (remote, remote->training, &error);
  g_assert_cmpstr (again, ==, id);

  attune_dataset_set_provider_file (remote->training, "mistral", NULL);
  fake_server_set_fault (remote->server, "POST", "/v1/files", FAKE_FAULT_STATUS_OF (413), 1);
  none = remote_upload (remote, remote->training, &error);
  g_assert_null (none);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE);
}

static void
test_capabilities (Fixture       *self,
                   gconstpointer  data)
{
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (GVariant) old = NULL;
  g_autoptr (GVariant) small = NULL;
  g_autoptr (GError) error = NULL;
  const char *text = NULL;
  guint32 length = 0;

  capabilities = remote_load (&self->remote, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_capabilities_get_n_models (capabilities), ==, 2);
  old = attune_capabilities_dup_model (capabilities, "open-mistral-7b");
  g_assert_true (g_variant_lookup (old, "title", "&s", &text));
  g_assert_cmpstr (text, ==, "Mistral 7B");
  g_assert_true (g_variant_lookup (old, "shutdownDate", "&s", &text));
  g_assert_cmpstr (text, ==, "2025-03-30");
  g_assert_true (g_variant_lookup (old, "notes", "&s", &text));
  g_assert_nonnull (strstr (text, "ministral-8b"));
  small = attune_capabilities_dup_model (capabilities, "mistral-small");
  g_assert_true (g_variant_lookup (small, "contextLength", "u", &length));
  g_assert_cmpuint (length, ==, 131072);
}

/* The checks that need the adapter: what stands at Mistral's own address is said before anything is sent. */
static void
test_public_address (Fixture       *self,
                     gconstpointer  data)
{
  g_autoptr (AttuneValidation) own = NULL;
  g_autoptr (AttuneValidation) public = NULL;

  own = attune_adapter_validate_configuration (self->remote.adapter, self->remote.configuration, &self->remote.context);
  g_assert_null (remote_find_issue (own, "", "withdrawn"));
  g_unsetenv ("MISTRAL_BASE_URL");
  renew (self);
  public = attune_adapter_validate_configuration (self->remote.adapter, self->remote.configuration, &self->remote.context);
  g_assert_nonnull (remote_find_issue (public, "", "withdrawn"));
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  remote_listen_to_log ();
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_summary ("The whole life of a job at a deployment of Mistral's historic API, and its end at Mistral itself.");

#define ADD(path, func) g_test_add ("/mistral/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("life", test_life);
  ADD ("withdrawn", test_withdrawn);
  ADD ("failed-validation", test_failed_validation);
  ADD ("start-by-hand", test_start_by_hand);
  ADD ("cancel", test_cancel);
  ADD ("unknown-word", test_unknown_word);
  ADD ("dry-run", test_dry_run);
  ADD ("lost-answer", test_lost_answer);
  ADD ("own-suffix", test_own_suffix);
  ADD ("duplicate", test_duplicate);
  ADD ("wandb-key", test_wandb_key);
  ADD ("create-faults", test_create_faults);
  ADD ("upload-faults", test_upload_faults);
  ADD ("capabilities", test_capabilities);
  ADD ("public-address", test_public_address);

  return g_test_run ();
}
