/* test-commands-create.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "commands-helpers.h"

/* When the request goes out, the intent is on disk. */
static void
intent_hook (FakeAdapter            *adapter,
             const AttuneJobContext *context)
{
  g_autoptr (JsonNode) node = document_of (current, attune_job_get_id (context->job));

  g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "submitting");
  g_assert_null (attune_json_lookup (node, "providerJobId"));
  g_assert_nonnull (context->training);
  g_assert_cmpstr (attune_dataset_get_provider_file (context->training, "fake"), ==, "file-1");
  g_assert_true (g_file_test (context->folder, G_FILE_TEST_IS_DIR));
}

static void
upload_hook (FakeAdapter *adapter)
{
  g_autoptr (JsonNode) node = document_of (current, attune_job_get_id (only_job (current)));

  g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "preparing");
  /* The row of the job and the terminal can say how far it is. */
  g_assert_cmpstr (attune_job_get_activity (only_job (current)), ==, "Uploading");
  g_assert_cmpfloat (attune_job_get_activity_progress (only_job (current)), ==, 0.43);
  g_assert_null (json_object_get_member (json_node_get_object (node), "activity"));
}

static void
test_create (Fixture       *fixture,
             gconstpointer  data)
{
  AttuneJob *job;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *training = NULL;
  AttuneDataset *dataset;
  double cost = 0;

  fixture->adapter->on_start = intent_hook;
  fixture->adapter->on_upload = upload_hook;
  create (fixture);
  g_assert_no_error (fixture->error);
  job = only_job (fixture);
  g_assert_cmpstr (text_of (fixture, "jobId"), ==, attune_job_get_id (job));
  g_assert_cmpstr (text_of (fixture, "providerJobId"), ==, "started-1");
  g_assert_true (g_variant_lookup (fixture->result, "estimatedCost", "d", &cost));
  g_assert_cmpfloat (cost, ==, 2.5);
  g_assert_false (g_variant_lookup (fixture->result, "estimatedDuration", "d", &cost));

  node = document_of (fixture, attune_job_get_id (job));
  g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "queued");
  g_assert_cmpstr (attune_json_peek_string (node, "providerJobId", NULL), ==, "started-1");
  g_assert_cmpstr (attune_json_peek_string (node, "personaId", NULL), ==, attune_commands_get_persona_id (fixture->commands));
  g_assert_cmpstr (attune_json_peek_string (node, "name", NULL), ==, "tiny-1 · support");
  g_assert_cmpint (attune_json_peek_int (node, "configuration.schedule.epochs", 0), ==, 2);

  /* The file became a data set, checked, uploaded and saved. */
  dataset = attune_dataset_store_lookup_path (fixture->datasets, fixture->training);
  g_assert_nonnull (dataset);
  training = attune_configuration_dup_text (attune_job_get_configuration (job), "datasets.trainingFileId");
  g_assert_cmpstr (training, ==, attune_dataset_get_id (dataset));
  g_assert_cmpint (attune_dataset_get_rows (dataset), ==, 2);
  g_assert_cmpuint (fixture->adapter->n_uploads, ==, 1);
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 1);
  g_assert_cmpuint (fixture->adapter->n_finds, ==, 0);
  {
    g_autofree char *folder = g_build_filename (fixture->folder, "datasets", NULL);
    g_autoptr (AttuneDatasetStore) other = attune_dataset_store_new (folder);

    g_assert_true (attune_dataset_store_load_sync (other, NULL));
    g_assert_cmpstr (attune_dataset_get_provider_file (attune_dataset_store_lookup (other, training), "fake"), ==, "file-1");
  }

  /* The next one finds the file there. */
  fixture->adapter->on_start = NULL;
  call (fixture, "genome/job-create",
        "{'provider': <'fake'>, 'name': <'Second'>, 'personaId': <'00000000-0000-4000-8000-0000000000aa'>, "
        "'configuration': <'{\"model\": {\"baseModel\": \"m\"}, \"method\": {\"type\": \"full\"}, \"datasets\": {\"trainingFileId\": \"%s\"}}'>}",
        training);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->adapter->n_uploads, ==, 1);
  g_assert_cmpuint (n_jobs (fixture), ==, 2);
  job = attune_job_store_lookup (fixture->jobs, text_of (fixture, "jobId"));
  g_assert_cmpstr (attune_job_get_name (job), ==, "Second");
  g_assert_cmpstr (attune_job_get_persona_id (job), ==, "00000000-0000-4000-8000-0000000000aa");
  g_assert_null (attune_job_get_activity (job));

  /* Unless the provider has lost it. */
  fixture->adapter->lost_file = TRUE;
  fixture->adapter->on_upload = NULL;
  call (fixture, "job-create",
        "{'provider': <'fake'>, "
        "'configuration': <'{\"model\": {\"baseModel\": \"m\"}, \"method\": {\"type\": \"full\"}, \"datasets\": {\"trainingFileId\": \"%s\"}}'>}",
        training);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->adapter->n_uploads, ==, 2);
  g_assert_cmpstr (attune_dataset_get_provider_file (dataset, "fake"), ==, "file-2");
}

/* Steps 1 to 4: nothing is sent, and nothing is left behind. */
static void
test_create_refused (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autofree char *empty = g_build_filename (fixture->folder, "empty.jsonl", NULL);
  g_autofree char *broken = g_build_filename (fixture->folder, "broken.jsonl", NULL);

  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_true (g_file_set_contents (broken, "!", 1, NULL));

  /* 1: structure. */
  call (fixture, "job-create", "{'provider': <'fake'>, 'configuration': <'{\"schedule\": {\"epochs\": \"many\"}}'>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "schedule.epochs");
  call (fixture, "job-create", "{'provider': <'fake'>, 'configuration': <'{\"schedule\"'>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "1");
  call (fixture, "job-create", "{'provider': <'fake'>, 'configuration': <{'schedule.epochs': <'many'>}>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "schedule.epochs");
  call (fixture, "job-create", "{'provider': <'fake'>, " CONFIGURATION "}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "datasets.trainingFileId");
  call (fixture, "job-create", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s'>, 'personaId': <'me'>}", fixture->training);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "personaId");
  /* 2: ranges; before the adapter is even looked for. */
  call (fixture, "job-create", "{'provider': <'nobody'>, 'training': <'%s'>, 'configuration': "
        "<{'model.baseModel': <'m'>, 'method.type': <'lora'>, 'schedule.epochs': <int64 21>}>}", fixture->training);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "schedule.epochs");
  /* 3: the adapter. */
  call (fixture, "job-create", "{'provider': <'nobody'>, " CONFIGURATION ", 'training': <'%s'>}", fixture->training);
  assert_error (fixture, ATTUNE_ERROR_NOT_FOUND, "fake, plain");
  g_assert_cmpuint (fixture->adapter->n_validations, ==, 0);
  /* Data that cannot be used. */
  call (fixture, "job-create", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s/nothing.jsonl'>}", fixture->folder);
  assert_error (fixture, ATTUNE_ERROR_NOT_FOUND, "nothing.jsonl");
  call (fixture, "job-create", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s'>}", fixture->folder);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "folder");
  call (fixture, "job-create", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s'>}", empty);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "empty");
  call (fixture, "job-create", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s'>}", broken);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "line 1: an exclamation mark");
  call (fixture, "job-create", "{'provider': <'fake'>, 'configuration': <{'model.baseModel': <'m'>, 'method.type': <'lora'>, "
        "'datasets.trainingFileId': <'00000000-0000-4000-8000-000000000001'>}>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "datasets.trainingFileId");
  /* 4: what the adapter says: its narrower range, and its own finding. */
  call (fixture, "job-create", "{'provider': <'fake'>, 'training': <'%s'>, 'configuration': "
        "<{'model.baseModel': <'m'>, 'method.type': <'lora'>, 'schedule.epochs': <int64 6>}>}", fixture->training);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "schedule.epochs");
  fixture->adapter->refused_path = "model.baseModel";
  create (fixture);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "model.baseModel: Not here");

  g_assert_cmpuint (n_jobs (fixture), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->datasets)), ==, 0);
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 0);
  g_assert_cmpuint (fixture->adapter->n_uploads, ==, 0);
}

/* A provider that cannot be asked for its limits is sent the job all the same, within the limits that are known. */
static void
test_create_offline_limits (Fixture       *fixture,
                            gconstpointer  data)
{
  g_set_error_literal (&fixture->adapter->load_error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK, "no way");
  create (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->adapter->n_loads, ==, 1);
}

static void
assert_job_failed (Fixture    *fixture,
                   int         code,
                   const char *part)
{
  AttuneJob *job = only_job (fixture);
  g_autoptr (GError) error = attune_job_dup_error (job);
  g_autoptr (JsonNode) node = document_of (fixture, attune_job_get_id (job));

  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (error, ATTUNE_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "failed");
  g_assert_nonnull (strstr (attune_json_peek_string (node, "error.message", ""), part));
}

/* From step 5 on the failure stands in the job, and a resume sends it again. */
static void
test_create_fails (Fixture       *fixture,
                   gconstpointer  data)
{
  AttuneJob *job;

  g_set_error_literal (&fixture->adapter->upload_error, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE, "too large a file");
  create (fixture);
  assert_error (fixture, ATTUNE_ERROR_TOO_LARGE, "too large a file");
  assert_error (fixture, ATTUNE_ERROR_TOO_LARGE, fixture->training);
  assert_job_failed (fixture, ATTUNE_ERROR_TOO_LARGE, "too large a file");
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 0);

  g_clear_error (&fixture->adapter->upload_error);
  g_set_error_literal (&fixture->adapter->start_error, ATTUNE_ERROR, ATTUNE_ERROR_PAYMENT_NEEDED, "no credit");
  g_set_error_literal (&fixture->adapter->find_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, "none");
  job = only_job (fixture);
  call (fixture, "job-resume", "{'jobId': <'%s'>}", attune_job_get_id (job));
  assert_error (fixture, ATTUNE_ERROR_PAYMENT_NEEDED, "no credit");
  assert_job_failed (fixture, ATTUNE_ERROR_PAYMENT_NEEDED, "no credit");

  g_clear_error (&fixture->adapter->start_error);
  call (fixture, "job-resume", "{'jobId': <'%s'>}", attune_job_get_id (job));
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "status"), ==, "queued");
  g_assert_cmpstr (attune_job_get_provider_job_id (job), ==, "started-1");
  g_assert_null (attune_job_dup_error (job));
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 2);
  /* Each time it was made sure that it is not there already. */
  g_assert_cmpuint (fixture->adapter->n_finds, ==, 2);
}

/* Nobody knows whether the request arrived. It did. */
static void
test_create_arrived (Fixture       *fixture,
                     gconstpointer  data)
{
  g_set_error_literal (&fixture->adapter->start_error, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT, "no answer");
  create (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "providerJobId"), ==, "found-1");
  g_assert_cmpint (attune_job_get_status (only_job (fixture)), ==, ATTUNE_JOB_STATUS_QUEUED);
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 1);
}

/* It did not. */
static void
test_create_not_arrived (Fixture       *fixture,
                         gconstpointer  data)
{
  g_set_error_literal (&fixture->adapter->start_error, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT, "no answer");
  g_set_error_literal (&fixture->adapter->find_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, "none");
  create (fixture);
  assert_error (fixture, ATTUNE_ERROR_TIMED_OUT, "no answer");
  assert_job_failed (fixture, ATTUNE_ERROR_TIMED_OUT, "no answer");
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 1);
}

/* It cannot be found out now; the monitor finds it out later. */
static void
test_create_unknown (Fixture       *fixture,
                     gconstpointer  data)
{
  AttuneJob *job;

  g_set_error_literal (&fixture->adapter->start_error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK, "no way");
  g_set_error_literal (&fixture->adapter->find_error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK, "no way");
  create (fixture);
  assert_error (fixture, ATTUNE_ERROR_NO_NETWORK, "not known");
  job = only_job (fixture);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_SUBMITTING);

  /* As long as that is so, nothing is sent again. */
  call (fixture, "job-resume", "{'jobId': <'%s'>}", attune_job_get_id (job));
  assert_error (fixture, ATTUNE_ERROR_INVALID, "has not stopped");
  g_clear_error (&fixture->adapter->find_error);
  attune_monitor_start (fixture->monitor);
  wait_until (attune_job_get_provider_job_id (job) != NULL);
  g_assert_cmpstr (attune_job_get_provider_job_id (job), ==, "found-1");
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 1);
}

/* The disk is in the way of step 5. */
static void
test_create_not_saved (Fixture       *fixture,
                       gconstpointer  data)
{
  const char *jobs = attune_job_store_get_folder (fixture->jobs);

  remove_folder (jobs);
  g_assert_true (g_file_set_contents (jobs, "x", 1, NULL));
  create (fixture);
  g_assert_nonnull (fixture->error);
  g_assert_nonnull (strstr (fixture->error->message, jobs));
  g_assert_cmpuint (n_jobs (fixture), ==, 0);
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 0);
}

static void
cancel_hook (FakeAdapter *adapter)
{
  AttuneJob *job = only_job (current);

  attune_commands_call_async (current->commands, "job-cancel",
                              g_variant_new_parsed ("{'jobId': <%s>}", attune_job_get_id (job)), NULL, NULL, NULL);
}

/* Cancelled while its data goes up. */
static void
test_cancel_preparing (Fixture       *fixture,
                       gconstpointer  data)
{
  fixture->adapter->delay = 2000;
  fixture->adapter->on_upload = cancel_hook;
  create (fixture);
  g_assert_true (attune_error_is_cancelled (fixture->error));
  g_assert_cmpint (attune_job_get_status (only_job (fixture)), ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 0);
}

static void
cancel_elsewhere_hook (FakeAdapter *adapter)
{
  g_autoptr (AttuneJobStore) other = attune_job_store_new (attune_job_store_get_folder (current->jobs));
  AttuneJob *theirs;

  g_assert_true (attune_job_store_load_sync (other, NULL));
  theirs = attune_job_store_lookup (other, attune_job_get_id (only_job (current)));
  attune_job_set_status (theirs, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_true (attune_job_store_save_sync (other, theirs, NULL));
}

/* The same by another process: what is on disk decides before anything is sent. */
static void
test_cancel_preparing_elsewhere (Fixture       *fixture,
                                 gconstpointer  data)
{
  fixture->adapter->on_upload = cancel_elsewhere_hook;
  create (fixture);
  g_assert_true (attune_error_is_cancelled (fixture->error));
  g_assert_cmpint (attune_job_get_status (only_job (fixture)), ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_cmpuint (fixture->adapter->n_starts, ==, 0);
}

static void
test_cancelled_caller (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) parameters = g_variant_ref_sink (
    g_variant_new_parsed ("{'provider': <'fake'>, " CONFIGURATION ", 'training': <%s>}", fixture->training));

  fixture->adapter->delay = 2000;
  attune_commands_call_async (fixture->commands, "job-create", parameters, cancellable, keep_result_cb, &result);
  g_cancellable_cancel (cancellable);
  wait_until (result != NULL);
  g_assert_null (attune_commands_call_finish (fixture->commands, result, &fixture->error));
  g_assert_true (attune_error_is_cancelled (fixture->error));
  g_assert_cmpuint (n_jobs (fixture), ==, 0);
}

/* The flat parameters of before. */
static void
test_train (Fixture       *fixture,
            gconstpointer  data)
{
  AttuneConfiguration *configuration;

  call (fixture, "genome/train",
        "{'provider': <'fake'>, 'baseModel': <'tiny'>, 'rank': <16>, 'alpha': <int64 32>, 'epochs': <4.0>, "
        "'learningRate': <0.0001>, 'batchSize': <uint32 2>, 'datasetPath': <'%s'>}", fixture->training);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "sessionId"), ==, text_of (fixture, "jobId"));
  g_assert_cmpstr (text_of (fixture, "providerJobId"), ==, "started-1");
  configuration = attune_job_get_configuration (only_job (fixture));
  g_assert_cmpint (attune_configuration_get_integer (configuration, "method.loraConfig.rank"), ==, 16);
  g_assert_cmpint (attune_configuration_get_integer (configuration, "schedule.epochs"), ==, 4);
  g_assert_cmpfloat (attune_configuration_get_double (configuration, "optimizer.learningRate"), ==, 0.0001);
  g_assert_cmpstr (fixture->adapter->last_training, ==, fixture->training);

  call (fixture, "genome/train", "{'baseModel': <'tiny'>, 'datasetPath': <'%s'>}", fixture->training);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "provider");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/commands-create/create", test_create);
  ADD ("/commands-create/create-refused", test_create_refused);
  ADD ("/commands-create/create-offline-limits", test_create_offline_limits);
  ADD ("/commands-create/create-fails", test_create_fails);
  ADD ("/commands-create/create-arrived", test_create_arrived);
  ADD ("/commands-create/create-not-arrived", test_create_not_arrived);
  ADD ("/commands-create/create-unknown", test_create_unknown);
  ADD ("/commands-create/create-not-saved", test_create_not_saved);
  ADD ("/commands-create/cancel-preparing", test_cancel_preparing);
  ADD ("/commands-create/cancel-preparing-elsewhere", test_cancel_preparing_elsewhere);
  ADD ("/commands-create/cancelled-caller", test_cancelled_caller);
  ADD ("/commands-create/train", test_train);

  return g_test_run ();
}
