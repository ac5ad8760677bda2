/* test-huggingface.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "huggingface-fixture.h"

static char *
dup_output_repo (Face *self)
{
  return g_strdup_printf (FAKE_HUGGINGFACE_OWNER "/Qwen3-0.6B-attune-%.8s", attune_job_get_id (self->job));
}

/* From the file to the result on this computer. */
static void
test_life (Face          *self,
           gconstpointer  data)
{
  g_autofree char *data_path = g_strdup_printf ("data/%s.jsonl", attune_dataset_get_sha256 (self->training));
  g_autofree char *file_id = g_strconcat ("datasets/" FAKE_HUGGINGFACE_OWNER "/attune-data/", data_path, NULL);
  g_autofree char *job_id = NULL;
  g_autofree char *repo = dup_output_repo (self);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "result", NULL);
  g_autofree char *adapter_path = g_build_filename (folder, "adapter_model.safetensors", NULL);
  g_autofree char *checkpoint_path = g_build_filename (folder, "checkpoints", NULL);
  g_autofree char *hidden_path = g_build_filename (folder, ".gitattributes", NULL);
  g_autofree char *content = NULL;
  g_autoptr (AttuneStatusUpdate) queued = NULL;
  g_autoptr (AttuneStatusUpdate) started = NULL;
  g_autoptr (AttuneStatusUpdate) skipped = NULL;
  g_autoptr (AttuneStatusUpdate) running = NULL;
  g_autoptr (AttuneStatusUpdate) ended = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *request;
  gsize length;

  face_send (self);
  job_id = g_strconcat (FAKE_HUGGINGFACE_OWNER "/", fake_huggingface_get_job_id (self->fake, 0), NULL);
  g_assert_cmpstr (attune_job_get_provider_job_id (self->job), ==, job_id);
  g_assert_cmpstr (attune_dataset_get_provider_file (self->training, "huggingface"), ==, file_id);

  /* The data is private, large files went by way of the store, and the request has the keys where nobody reads them. */
  g_assert_cmpint (fake_huggingface_get_is_private (self->fake, "datasets", "ada/attune-data"), ==, TRUE);
  g_assert_cmpint (fake_huggingface_get_is_private (self->fake, "models", repo), ==, TRUE);
  g_assert_nonnull (fake_huggingface_get_file (self->fake, "datasets", "ada/attune-data", data_path));
  g_assert_nonnull (fake_huggingface_get_file (self->fake, "datasets", "ada/attune-data", "runner/attune-runner.py"));
  g_assert_cmpuint (fake_server_count (fake_huggingface_get_storage (self->fake), "PUT", "/fake-store/*"), >=, 2);
  request = fake_huggingface_get_request (self->fake, 0);
  g_assert_cmpstr (attune_json_peek_string (request, "labels.attune-job", NULL), ==, attune_job_get_id (self->job));
  g_assert_cmpstr (attune_json_peek_string (request, "secrets.HF_TOKEN", NULL), ==, FAKE_HUGGINGFACE_TOKEN);
  g_assert_cmpuint (strlen (attune_json_peek_string (request, "volumes.0.revision", "")), ==, 40);

  queued = face_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (queued->status, ==, ATTUNE_JOB_STATUS_QUEUED);
  started = face_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (started->status, ==, ATTUNE_JOB_STATUS_VALIDATING_FILES);
  skipped = face_query (self, &error);
  g_assert_no_error (error);
  running = face_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (running->status, ==, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpint (running->step, ==, 6);
  g_assert_cmpint (running->total_steps, ==, 8);
  g_assert_cmpfloat_with_epsilon (running->progress, 0.75, 1e-9);
  g_assert_cmpfloat_with_epsilon (running->time_remaining, 4, 1e-9);
  g_assert_cmpint (running->trained_tokens, ==, 600);
  g_assert_cmpuint (running->metrics->len, ==, 6);
  g_assert_cmpuint (running->events->len, ==, 1);
  /* One whole, one still under way. */
  g_assert_cmpuint (running->checkpoints->len, ==, 1);
  g_assert_cmpstr (((AttuneCheckpoint *) g_ptr_array_index (running->checkpoints, 0))->id, ==, "step-4");

  ended = face_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ended->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpstr (ended->fine_tuned_model, ==, repo);
  g_assert_cmpuint (ended->metrics->len, ==, 8);
  /* The later looks ask for the end of the log alone. */
  g_assert_nonnull (fake_request_get_query (fake_server_last (self->server, "GET", "*/logs"), "tail"));

  attune_job_set_fine_tuned_model (self->job, ended->fine_tuned_model);
  face_download (self, folder, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (adapter_path, &content, &length, NULL));
  g_assert_cmpuint (length, ==, 2000);
  g_assert_false (g_file_test (checkpoint_path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (hidden_path, G_FILE_TEST_EXISTS));
  /* Not over what is there. */
  g_assert_false (face_download (self, folder, &error));
  face_assert_error (error, ATTUNE_ERROR_CONFLICT, "not replaced");
}

/* As the true server does: the log of a running job never ends by itself. */
static void
test_following (Face          *self,
                gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;

  fake_huggingface_set_following (self->fake, TRUE);
  face_send (self);
  update = face_follow (self, -2);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpuint (update->metrics->len, ==, 8);
}

static void
test_reuse (Face          *self,
            gconstpointer  data)
{
  g_autoptr (AttuneDataset) again = NULL;
  g_autoptr (GError) error = NULL;
  guint n_puts;
  guint n_commits;

  face_upload (self);
  n_puts = fake_server_count (fake_huggingface_get_storage (self->fake), "PUT", "*");
  n_commits = fake_server_count (self->server, "POST", "*/commit/main");

  /* The same job again: it is only asked whether the file is there. */
  face_upload_one (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_server_count (self->server, "POST", "*/commit/main"), ==, n_commits);

  /* Another data set with the same bytes: they do not go up again. */
  again = attune_dataset_new (attune_dataset_get_path (self->training));
  attune_dataset_set_checked (again, "chat", attune_dataset_get_size (self->training), attune_dataset_get_sha256 (self->training), 40, 0, NULL);
  g_assert_true (face_upload_one (self, again, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_server_count (fake_huggingface_get_storage (self->fake), "PUT", "*"), ==, n_puts);

  /* Somebody threw the repository away. */
  fake_huggingface_remove_repo (self->fake, "datasets", "ada/attune-data");
  face_upload_one (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_huggingface_get_n_files (self->fake, "datasets", "ada/attune-data"), ==, 1);
}

static void
test_parts (Face          *self,
            gconstpointer  data)
{
  g_autofree char *path = g_strdup_printf ("data/%s.jsonl", attune_dataset_get_sha256 (self->training));
  g_autofree char *text = NULL;
  GBytes *bytes;
  gsize length;
  g_autoptr (GError) error = NULL;

  fake_huggingface_set_sizes (self->fake, 100, 1000);
  face_upload_one (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_server_count (fake_huggingface_get_storage (self->fake), "PUT", "/fake-store/*/?"), >=, 3);
  bytes = fake_huggingface_get_file (self->fake, "datasets", "ada/attune-data", path);
  g_assert_nonnull (bytes);
  g_assert_true (g_file_get_contents (attune_dataset_get_path (self->training), &text, &length, NULL));
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, length);
}

static void
test_cancel_resume (Face          *self,
                    gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) running = NULL;
  g_autoptr (AttuneStatusUpdate) cancelled = NULL;
  g_autoptr (AttuneStatusUpdate) ended = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;

  face_send (self);
  first = g_strdup (attune_job_get_provider_job_id (self->job));
  for (guint i = 0; i < 4; i++)
    {
      g_clear_pointer (&running, attune_status_update_free);
      running = face_query (self, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpint (running->step, ==, 6);

  g_assert_true (face_cancel (self, &error));
  g_assert_no_error (error);
  cancelled = face_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cancelled->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_cmpuint (cancelled->checkpoints->len, ==, 1);

  /* Another job with the same repository, which goes on behind the checkpoint. */
  g_assert_true (face_resume (self, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_huggingface_get_n_jobs (self->fake), ==, 2);
  g_assert_cmpstr (attune_job_get_provider_job_id (self->job), !=, first);
  g_assert_cmpuint (fake_huggingface_get_first_step (self->fake, 1), ==, 5);
  g_assert_cmpstr (attune_json_peek_string (fake_huggingface_get_request (self->fake, 1), "labels.attune-attempt", NULL), ==, "2");
  attune_job_set_status (self->job, ATTUNE_JOB_STATUS_QUEUED);
  ended = face_follow (self, -2);
  g_assert_cmpint (ended->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
}

/* The answer to a resume was lost: the job that runs is taken, and none is paid for twice. */
static void
test_resume_twice (Face          *self,
                   gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  face_send (self);
  g_assert_true (face_cancel (self, &error));
  fake_server_set_fault (self->server, "POST", "/api/jobs/ada", FAKE_FAULT_RESET_AFTER, 1);
  g_assert_false (face_resume (self, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpuint (fake_huggingface_get_n_jobs (self->fake), ==, 2);

  g_assert_true (face_resume (self, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_huggingface_get_n_jobs (self->fake), ==, 2);
  g_assert_true (g_str_has_suffix (attune_job_get_provider_job_id (self->job), fake_huggingface_get_job_id (self->fake, 1)));
}

/* The process died, or the answer did, between the request and its answer. */
static void
test_find (Face          *self,
           gconstpointer  data)
{
  g_autoptr (AttuneTrainingHandle) none = NULL;
  g_autoptr (AttuneTrainingHandle) lost = NULL;
  g_autoptr (AttuneTrainingHandle) found = NULL;
  g_autoptr (GError) error = NULL;

  none = face_find (self, &error);
  face_assert_error (error, ATTUNE_ERROR_NOT_FOUND, attune_job_get_id (self->job));
  g_clear_error (&error);

  face_upload (self);
  fake_server_set_fault (self->server, "POST", "/api/jobs/ada", FAKE_FAULT_RESET_AFTER, 1);
  lost = face_start (self, &error);
  g_assert_null (lost);
  g_assert_true (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK) || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT));
  g_clear_error (&error);
  /* A create is never repeated blindly. */
  g_assert_cmpuint (fake_huggingface_get_n_jobs (self->fake), ==, 1);

  found = face_find (self, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (found->provider_job_id, fake_huggingface_get_job_id (self->fake, 0)));
  g_assert_true (isfinite (found->estimated_cost));
}

/* Whatever goes wrong on the way to the job: an error of Attune's with the words of the other side, no job, and the next try works. */
static void
test_start_faults (Face          *self,
                   gconstpointer  data)
{
  static const struct {
    const char *method;
    const char *pattern;
    FakeFault   fault;
    int         code; /* -1: any */
  } cases[] = {
    { "GET", "/api/whoami-v2", FAKE_FAULT_STATUS_OF (401), ATTUNE_ERROR_AUTH_INVALID },
    { "GET", "/api/whoami-v2", FAKE_FAULT_HTML, -1 },
    { "GET", "/api/whoami-v2", FAKE_FAULT_RESET, ATTUNE_ERROR_NO_NETWORK },
    { "HEAD", "/Qwen/*", FAKE_FAULT_STATUS_OF (500), ATTUNE_ERROR_SERVER_FAULT },
    { "POST", "/api/repos/create", FAKE_FAULT_STATUS_OF (403), ATTUNE_ERROR_NOT_ALLOWED },
    { "POST", "/api/repos/create", FAKE_FAULT_STATUS_OF (500), ATTUNE_ERROR_SERVER_FAULT },
    { "POST", "*/preupload/main", FAKE_FAULT_STATUS_OF (503), ATTUNE_ERROR_SERVER_FAULT },
    { "POST", "*/preupload/main", FAKE_FAULT_TRUNCATED_JSON, -1 },
    { "POST", "*/preupload/main", FAKE_FAULT_ERROR_IN_200, -1 },
    { "POST", "*/objects/batch", FAKE_FAULT_STATUS_OF (404), ATTUNE_ERROR_NOT_FOUND },
    { "POST", "*/objects/batch", FAKE_FAULT_TRUNCATED_JSON, -1 },
    { "PUT", "/fake-store/*", FAKE_FAULT_STATUS_OF (403), ATTUNE_ERROR_NOT_ALLOWED },
    { "PUT", "/fake-store/*", FAKE_FAULT_RESET, ATTUNE_ERROR_NO_NETWORK },
    { "POST", "*/objects/verify", FAKE_FAULT_STATUS_OF (422), ATTUNE_ERROR_INVALID },
    { "POST", "*/commit/main", FAKE_FAULT_STATUS_OF (429), ATTUNE_ERROR_RATE_LIMITED },
    { "POST", "*/commit/main", FAKE_FAULT_HTML, -1 },
    { "POST", "*/commit/main", FAKE_FAULT_GARBAGE, -1 },
    { "POST", "/api/jobs/ada", FAKE_FAULT_STATUS_OF (402), ATTUNE_ERROR_PAYMENT_NEEDED },
    { "POST", "/api/jobs/ada", FAKE_FAULT_STATUS_OF (403), ATTUNE_ERROR_NOT_ALLOWED },
    { "POST", "/api/jobs/ada", FAKE_FAULT_STATUS_OF (500), ATTUNE_ERROR_SERVER_FAULT },
  };

  /* So that the runner and the configuration of each try go by way of the store. */
  fake_huggingface_set_sizes (self->fake, 10, 1000 * 1000);
  face_upload (self);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneTrainingHandle) handle = NULL;
      g_autoptr (AttuneAdapter) adapter = g_steal_pointer (&self->adapter);
      FakeServer *server = g_str_has_prefix (cases[i].pattern, "/fake") ? fake_huggingface_get_storage (self->fake) : self->server;
      g_autoptr (AttuneConfiguration) configuration = face_configuration_new ("metadata.seed=1");
      g_autoptr (GError) error = NULL;

      test_finalize (g_steal_pointer (&adapter));
      self->adapter = face_adapter_new ();
      g_clear_object (&self->job);
      self->job = attune_job_new (NULL, "huggingface", configuration);
      self->context.job = self->job;

      fake_server_set_fault (server, cases[i].method, cases[i].pattern, cases[i].fault, 9);
      handle = face_start (self, &error);
      fake_server_clear_faults (server);
      if (handle != NULL || error == NULL || error->domain != ATTUNE_ERROR || (cases[i].code >= 0 && error->code != cases[i].code))
        g_test_message ("%s %s: %s", cases[i].method, cases[i].pattern, error != NULL ? error->message : "no error");
      g_assert_null (handle);
      g_assert_nonnull (error);
      g_assert_true (error->domain == ATTUNE_ERROR);
      if (cases[i].code >= 0)
        g_assert_cmpint (error->code, ==, cases[i].code);
      g_assert_null (strstr (error->message, FAKE_HUGGINGFACE_TOKEN));
      g_assert_cmpuint (fake_huggingface_get_n_jobs (self->fake), ==, 0);
    }

  {
    g_autoptr (GError) error = NULL;
    g_autoptr (AttuneTrainingHandle) handle = face_start (self, &error);

    g_assert_no_error (error);
    g_assert_nonnull (handle);
  }
}

/* The state of a job is asked for again and again: what goes wrong with one question changes nothing. */
static void
test_query_faults (Face          *self,
                   gconstpointer  data)
{
  static const struct {
    const char *pattern;
    FakeFault   fault;
    int         code; /* -1: none, the answer is still one */
  } cases[] = {
    { "/api/jobs/ada/0*", FAKE_FAULT_STATUS_OF (500), ATTUNE_ERROR_SERVER_FAULT },
    { "/api/jobs/ada/0*", FAKE_FAULT_STATUS_OF (401), ATTUNE_ERROR_AUTH_INVALID },
    { "/api/jobs/ada/0*", FAKE_FAULT_STATUS_OF (404), ATTUNE_ERROR_NOT_FOUND },
    { "/api/jobs/ada/0*", FAKE_FAULT_RESET, ATTUNE_ERROR_NO_NETWORK },
    { "/api/jobs/ada/0*/logs", FAKE_FAULT_STATUS_OF (500), -1 },
    { "/api/jobs/ada/0*/logs", FAKE_FAULT_HTML, -1 },
    { "/api/jobs/ada/0*/logs", FAKE_FAULT_TRUNCATED, -1 },
    { "/api/jobs/ada/0*/logs", FAKE_FAULT_RESET, -1 },
    { "/api/models/*/tree/main", FAKE_FAULT_STATUS_OF (500), -1 },
  };
  g_autoptr (AttuneStatusUpdate) ended = NULL;

  fake_huggingface_set_end (self->fake, "COMPLETED", 60, 1, NULL);
  face_send (self);
  for (guint i = 0; i < 3; i++)
    attune_status_update_free (face_query (self, NULL));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneStatusUpdate) update = NULL;
      g_autoptr (GError) error = NULL;

      fake_server_set_fault (self->server, "GET", cases[i].pattern, cases[i].fault, 9);
      update = face_query (self, &error);
      fake_server_clear_faults (self->server);
      if (cases[i].code >= 0)
        {
          g_assert_null (update);
          g_assert_error (error, ATTUNE_ERROR, cases[i].code);
        }
      else
        {
          g_assert_no_error (error);
          g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_RUNNING);
        }
    }

  fake_huggingface_set_end (self->fake, "COMPLETED", 60, 60, NULL);
  ended = face_follow (self, -2);
  g_assert_cmpint (ended->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpuint (ended->metrics->len, ==, 60);
}

static void
test_ends (Face          *self,
           gconstpointer  data)
{
  static const struct {
    const char *stage;
    const char *message;
    gboolean    reports;
    gboolean    pushes;
    int         status;
    AttuneError code;
    const char *words;
  } cases[] = {
    { "ERROR", "Exit code 1", TRUE, TRUE, ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_NO_MEMORY, "not enough memory" },
    { "ERROR", "Exit code 1", FALSE, TRUE, ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_FAILED, "CUDA out of memory" },
    { "ERROR", "Job timeout", FALSE, TRUE, ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_TIMED_OUT, "time limit" },
    { "CANCELED", NULL, TRUE, TRUE, ATTUNE_JOB_STATUS_CANCELLED, ATTUNE_ERROR_FAILED, NULL },
    { "DELETED", NULL, TRUE, TRUE, ATTUNE_JOB_STATUS_CANCELLED, ATTUNE_ERROR_FAILED, NULL },
    { "COMPLETED", NULL, TRUE, FALSE, ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_NOT_FOUND, "no weights" },
    { "SINGING", NULL, TRUE, TRUE, -1, ATTUNE_ERROR_FAILED, NULL },
  };

  face_upload (self);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneConfiguration) configuration = face_configuration_new ("");
      g_autoptr (AttuneTrainingHandle) handle = NULL;
      g_autoptr (AttuneStatusUpdate) update = NULL;
      g_autoptr (GError) error = NULL;

      g_clear_object (&self->job);
      self->job = attune_job_new (NULL, "huggingface", configuration);
      self->context.job = self->job;
      fake_huggingface_set_end (self->fake, cases[i].stage, 8, 8, cases[i].message);
      fake_huggingface_set_runner (self->fake, cases[i].reports, cases[i].pushes);
      handle = face_start (self, &error);
      g_assert_no_error (error);

      for (guint j = 0; j < 3; j++)
        {
          g_clear_pointer (&update, attune_status_update_free);
          if (cases[i].status == -1 && j == 2)
            g_test_expect_message ("attune-huggingface", G_LOG_LEVEL_MESSAGE, "*SINGING*");
          update = face_query (self, &error);
          g_assert_no_error (error);
        }
      g_test_assert_expected_messages ();
      g_assert_cmpint (update->status, ==, cases[i].status);
      if (cases[i].status == ATTUNE_JOB_STATUS_FAILED)
        {
          face_assert_error (update->error, cases[i].code, cases[i].words);
          g_assert_null (strstr (update->error->message, FAKE_HUGGINGFACE_TOKEN));
        }
      else
        g_assert_null (update->error);
    }
}

static void
test_no_token (Face          *self,
               gconstpointer  data)
{
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;
  guint n;

  face_upload (self);
  test_finalize (g_steal_pointer (&self->adapter));
  g_unsetenv ("HF_TOKEN");
  self->adapter = face_adapter_new ();
  n = fake_server_get_requests (self->server)->len;
  handle = face_start (self, &error);
  g_assert_null (handle);
  g_assert_true (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED));
  /* Nothing was sent. */
  g_assert_cmpuint (fake_server_get_requests (self->server)->len, ==, n);
}

/* Somebody else's token: everything is theirs from then on. */
static void
test_other_token (Face          *self,
                  gconstpointer  data)
{
  g_autoptr (AttuneTrainingHandle) refused = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  face_upload (self);
  g_setenv ("HF_TOKEN", "hf_anotheranotheranotheranother", TRUE);
  refused = face_start (self, &error);
  g_assert_null (refused);
  /* Its owner is asked for anew, and that is where it shows. */
  g_assert_true (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID));
  g_clear_error (&error);
  g_assert_cmpuint (fake_server_count (self->server, "GET", "/api/whoami-v2"), ==, 2);

  g_setenv ("HF_TOKEN", FAKE_HUGGINGFACE_TOKEN, TRUE);
  handle = face_start (self, &error);
  g_assert_no_error (error);
  g_assert_nonnull (handle);
}

/* A job that could not get its model would cost minutes before it fails. */
static void
test_base_model (Face          *self,
                 gconstpointer  data)
{
  g_autoptr (AttuneTrainingHandle) gated = NULL;
  g_autoptr (AttuneTrainingHandle) missing = NULL;
  g_autofree char *page = g_strconcat (fake_huggingface_get_url (self->fake), "/" TEST_MODEL, NULL);
  g_autoptr (GError) error = NULL;

  face_upload (self);
  fake_huggingface_add_repo (self->fake, "models", TEST_MODEL, FALSE, TRUE);
  fake_huggingface_add_file (self->fake, "models", TEST_MODEL, "config.json", "{}", 2);
  gated = face_start (self, &error);
  g_assert_null (gated);
  face_assert_error (error, ATTUNE_ERROR_NOT_ALLOWED, page);
  g_assert_true (g_str_has_prefix (error->message, "model.baseModel"));
  g_clear_error (&error);

  fake_huggingface_remove_repo (self->fake, "models", TEST_MODEL);
  missing = face_start (self, &error);
  g_assert_null (missing);
  face_assert_error (error, ATTUNE_ERROR_NOT_FOUND, TEST_MODEL);
  g_assert_cmpuint (fake_huggingface_get_n_jobs (self->fake), ==, 0);
}

static void
test_no_money (Face          *self,
               gconstpointer  data)
{
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  face_upload (self);
  fake_huggingface_set_broke (self->fake, TRUE);
  handle = face_start (self, &error);
  g_assert_null (handle);
  face_assert_error (error, ATTUNE_ERROR_PAYMENT_NEEDED, "credit balance");
}

static void
test_wandb (Face          *self,
            gconstpointer  data)
{
  g_autoptr (AttuneTrainingHandle) without = NULL;
  g_autoptr (AttuneTrainingHandle) with = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *request;

  face_upload (self);
  without = face_start (self, &error);
  g_assert_null (without);
  g_assert_true (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED));
  g_clear_error (&error);

  g_setenv ("WANDB_API_KEY", "wandb_v1_0123456789abcdef", TRUE);
  with = face_start (self, &error);
  g_unsetenv ("WANDB_API_KEY");
  g_assert_no_error (error);
  request = fake_huggingface_get_request (self->fake, 0);
  g_assert_cmpstr (attune_json_peek_string (request, "secrets.WANDB_API_KEY", NULL), ==, "wandb_v1_0123456789abcdef");
  g_assert_cmpstr (attune_json_peek_string (request, "environment.WANDB_PROJECT", NULL), ==, "tunes");
}

/* A repository of one's own choice, in an organisation, open to everybody. */
static void
test_own_repo (Face          *self,
               gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;

  face_send (self);
  g_assert_cmpint (fake_huggingface_get_is_private (self->fake, "models", "acme/tuned"), ==, FALSE);
  update = face_follow (self, -2);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpstr (update->fine_tuned_model, ==, "acme/tuned");
}

static AttuneCapabilities *
load_capabilities (AttuneAdapter  *adapter,
                   gboolean        refresh,
                   GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_load_capabilities_async (adapter, refresh, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_load_capabilities_finish (adapter, result, error);
}

static void
test_live_hardware (Face          *self,
                    gconstpointer  data)
{
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (AttuneCapabilities) cached = NULL;
  g_autofree char *folder = attune_paths_dup_cache_folder ();
  g_autofree char *cache = g_build_filename (folder, "capabilities", "huggingface.json", NULL);
  g_autoptr (AttuneConfiguration) old = face_configuration_new ("hardware.gpuType=H200");
  g_autoptr (AttuneConfiguration) new = face_configuration_new ("hardware.gpuType=B200 hardware.numGPUs=4");
  g_autoptr (AttuneAdapter) second = NULL;
  g_autoptr (AttuneValidation) validation = NULL;
  g_autoptr (JsonNode) request = NULL;
  g_autoptr (JsonNode) json = NULL;
  g_autoptr (GError) error = NULL;

  capabilities = load_capabilities (self->adapter, TRUE, &error);
  g_assert_no_error (error);
  json = attune_capabilities_to_json (capabilities);
  /* What is rented now takes the place of what was: no machine twice, and none that cannot train. */
  g_assert_cmpuint (attune_http_json_get_length (json, "hardware"), ==, 5);
  g_assert_true (attune_capabilities_supports_value (capabilities, "hardware.gpuType", "B200"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "hardware.gpuType", "H200"));

  request = attune_adapter_translate_configuration (self->adapter, new, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (attune_json_peek_string (request, "body.flavor", NULL), ==, "b200x4");
  validation = attune_adapter_validate_configuration (self->adapter, old, NULL);
  g_assert_nonnull (attune_validation_find (validation, "hardware.gpuType"));

  /* Another process, without a network, once the answer is on the disk. */
  test_wait_until (g_file_test (cache, G_FILE_TEST_EXISTS));
  second = face_adapter_new ();
  fake_server_set_refusing (self->server, TRUE);
  cached = load_capabilities (second, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (attune_capabilities_supports_value (cached, "hardware.gpuType", "B200"));
  fake_server_set_refusing (self->server, FALSE);
  test_finalize (g_steal_pointer (&second));
}

static void
test_key (Face          *self,
          gconstpointer  data)
{
  g_autoptr (GAsyncResult) good = NULL;
  g_autoptr (GAsyncResult) bad = NULL;
  g_autoptr (GError) error = NULL;

  attune_adapter_test_credentials_async (self->adapter, NULL, test_result_cb, &good);
  test_wait_until (good != NULL);
  g_assert_true (attune_adapter_test_credentials_finish (self->adapter, good, &error));
  g_assert_no_error (error);

  g_setenv ("HF_TOKEN", "hf_wrongwrongwrongwrongwrong", TRUE);
  attune_adapter_test_credentials_async (self->adapter, NULL, test_result_cb, &bad);
  test_wait_until (bad != NULL);
  g_assert_false (attune_adapter_test_credentials_finish (self->adapter, bad, &error));
  g_assert_true (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, data, func) g_test_add ("/huggingface/" name, Face, data, face_set_up, func, face_tear_down)
  ADD ("life", NULL, test_life);
  ADD ("following", NULL, test_following);
  ADD ("reuse", NULL, test_reuse);
  ADD ("parts", NULL, test_parts);
  ADD ("cancel-resume", NULL, test_cancel_resume);
  ADD ("resume-twice", NULL, test_resume_twice);
  ADD ("find", NULL, test_find);
  ADD ("start-faults", NULL, test_start_faults);
  ADD ("query-faults", NULL, test_query_faults);
  ADD ("ends", NULL, test_ends);
  ADD ("no-token", NULL, test_no_token);
  ADD ("other-token", NULL, test_other_token);
  ADD ("base-model", NULL, test_base_model);
  ADD ("no-money", NULL, test_no_money);
  ADD ("wandb", "integrations.wandb.project=tunes", test_wandb);
  ADD ("own-repo", "integrations.huggingface.outputRepoName=acme/tuned metadata.hubPrivate=false", test_own_repo);
  ADD ("live-hardware", NULL, test_live_hardware);
  ADD ("key", NULL, test_key);
#undef ADD

  return g_test_run ();
}
