/* test-commands.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-commands.h"

#include <string.h>
#include <sys/stat.h>

#include "attune-commands-private.h"
#include "attune-paths.h"
#include "fake-adapter.h"
#include "store-helpers.h"

typedef struct {
  char               *folder;
  char               *training;
  AttuneJobStore     *jobs;
  AttuneDatasetStore *datasets;
  AttuneRegistry     *registry;
  FakeAdapter        *adapter;
  AttuneMonitor      *monitor;
  AttuneCredentials  *credentials;
  AttuneCommands     *commands;
  GVariant           *result;
  GError             *error;
} Fixture;

/* For the hooks of the fake provider. */
static Fixture *current;

static gboolean
check_dataset (AttuneDataset  *dataset,
               GCancellable   *cancellable,
               GError        **error)
{
  g_autofree char *text = NULL;
  g_autofree char *sum = NULL;
  gsize length;
  gint64 rows = 0;
  gint64 problems = 0;

  if (!g_file_get_contents (attune_dataset_get_path (dataset), &text, &length, error))
    return FALSE;
  if (length == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s: The file is empty", attune_dataset_get_path (dataset));
      return FALSE;
    }
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '\n')
        rows++;
      if (text[i] == '!')
        problems++;
    }
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, length);
  attune_dataset_set_checked (dataset, "chat", (gint64) length, sum, MAX (rows - problems, 0), problems,
                              problems > 0 ? "line 1: an exclamation mark" : NULL);
  return TRUE;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *jobs = NULL;
  g_autofree char *datasets = NULL;
  g_autoptr (AttuneAdapter) plain = fake_plain_adapter_new ("plain");
  g_autoptr (GError) error = NULL;

  fixture->folder = make_folder ();
  jobs = g_build_filename (fixture->folder, "jobs", NULL);
  datasets = g_build_filename (fixture->folder, "datasets", NULL);
  fixture->training = g_build_filename (fixture->folder, "support.jsonl", NULL);
  g_assert_true (g_file_set_contents (fixture->training, "{}\n{}\n", -1, NULL));
  fixture->jobs = attune_job_store_new (jobs);
  fixture->datasets = attune_dataset_store_new (datasets);
  g_assert_true (attune_job_store_load_sync (fixture->jobs, &error));
  g_assert_true (attune_dataset_store_load_sync (fixture->datasets, &error));
  g_assert_no_error (error);
  fixture->registry = attune_registry_new ();
  fixture->adapter = fake_adapter_new ();
  attune_registry_add (fixture->registry, ATTUNE_ADAPTER (fixture->adapter));
  attune_registry_add (fixture->registry, plain);
  fixture->monitor = attune_monitor_new (fixture->registry, fixture->jobs, fixture->datasets);
  attune_monitor_set_scale (fixture->monitor, 0.05);
  fixture->credentials = attune_credentials_new ();
  fixture->commands = attune_commands_new (fixture->registry, fixture->jobs, fixture->datasets,
                                           fixture->monitor, fixture->credentials);
  attune_commands_set_dataset_check (fixture->commands, check_dataset);
  current = fixture;
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  attune_monitor_stop (fixture->monitor);
  wait_until (fixture->adapter->n_under_way == 0);
  wait_until (G_OBJECT (fixture->commands)->ref_count == 1);
  g_assert_finalize_object (fixture->commands);
  wait_until (G_OBJECT (fixture->monitor)->ref_count == 1);
  g_assert_finalize_object (fixture->monitor);
  wait_until (G_OBJECT (fixture->jobs)->ref_count == 1 && G_OBJECT (fixture->datasets)->ref_count == 1);
  g_assert_finalize_object (fixture->credentials);
  g_assert_finalize_object (fixture->registry);
  g_assert_finalize_object (fixture->adapter);
  g_assert_finalize_object (fixture->jobs);
  g_assert_finalize_object (fixture->datasets);
  g_clear_pointer (&fixture->result, g_variant_unref);
  g_clear_error (&fixture->error);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->training);
}

static void
call (Fixture    *fixture,
      const char *command,
      const char *format,
      ...) G_GNUC_PRINTF (3, 4);

/* @format: a{sv} in GVariant's text form, with printf's places. */
static void
call (Fixture    *fixture,
      const char *command,
      const char *format,
      ...)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *parameters;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  parameters = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
  g_assert_no_error (error);

  g_clear_pointer (&fixture->result, g_variant_unref);
  g_clear_error (&fixture->error);
  attune_commands_call_async (fixture->commands, command, parameters, NULL, keep_result_cb, &result);
  g_variant_unref (parameters);
  wait_until (result != NULL);
  fixture->result = attune_commands_call_finish (fixture->commands, result, &fixture->error);
  g_assert_true ((fixture->result == NULL) != (fixture->error == NULL));
}

static const char *
text_of (Fixture    *fixture,
         const char *name)
{
  const char *text = NULL;

  g_variant_lookup (fixture->result, name, "&s", &text);
  return text;
}

static void
assert_error (Fixture    *fixture,
              int         code,
              const char *part)
{
  g_assert_error (fixture->error, ATTUNE_ERROR, code);
  if (strstr (fixture->error->message, part) == NULL)
    g_error ("“%s” does not name “%s”", fixture->error->message, part);
}

static guint
n_jobs (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->jobs));
}

static AttuneJob *
only_job (Fixture *fixture)
{
  g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (fixture->jobs), 0);

  g_assert_cmpuint (n_jobs (fixture), ==, 1);
  return job;
}

static JsonNode *
document_of (Fixture    *fixture,
             const char *id)
{
  g_autofree char *path = g_build_filename (attune_job_store_get_folder (fixture->jobs), id, "job.json", NULL);
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_json_parse_file (path, &error);

  g_assert_no_error (error);
  return node;
}

#define CONFIGURATION "'configuration': <{'model.baseModel': <'example/tiny-1'>, 'method.type': <'lora'>, 'schedule.epochs': <int64 2>}>"

static void
create (Fixture *fixture)
{
  call (fixture, "job-create", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s'>}", fixture->training);
}

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

static void
test_status (Fixture       *fixture,
             gconstpointer  data)
{
  AttuneStatusUpdate *update = fake_update (ATTUNE_JOB_STATUS_RUNNING, 5);
  AttuneMetricPoint point = { .step = 5, .epoch = 0.5, .time = 9, .set = 1u << ATTUNE_METRIC_LOSS };
  g_autoptr (GVariant) metrics = NULL;
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) problem = NULL;
  g_autofree char *id = NULL;
  double number = 0;

  create (fixture);
  id = g_strdup (text_of (fixture, "jobId"));
  point.values[ATTUNE_METRIC_LOSS] = 0.25;
  update->metrics = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_array_append_val (update->metrics, point);
  update->time_remaining = 30;
  update->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  for (guint i = 0; i < 30; i++)
    g_ptr_array_add (update->events, attune_event_new (i, "info", "Something", NULL));
  fake_adapter_push (fixture->adapter, update);

  call (fixture, "job-status", "{'jobId': <'%.6s'>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "status"), ==, "running");
  g_assert_true (g_variant_lookup (fixture->result, "progress", "d", &number));
  g_assert_cmpfloat (number, ==, 0.5);
  g_assert_true (g_variant_lookup (fixture->result, "estimatedTimeRemaining", "d", &number));
  g_assert_cmpfloat (number, ==, 30);
  metrics = g_variant_lookup_value (fixture->result, "metrics", G_VARIANT_TYPE ("a{sd}"));
  g_assert_true (g_variant_lookup (metrics, "loss", "d", &number));
  g_assert_cmpfloat (number, ==, 0.25);
  events = g_variant_lookup_value (fixture->result, "events", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (events), ==, 20);
  {
    g_autoptr (GVariant) last = g_variant_get_child_value (events, 19);
    gint64 time = 0;

    g_assert_true (g_variant_lookup (last, "time", "x", &time));
    g_assert_cmpint (time, ==, 29);
  }

  call (fixture, "job-events", "{'jobId': <'%s'>}", id);
  g_clear_pointer (&events, g_variant_unref);
  events = g_variant_lookup_value (fixture->result, "events", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (events), ==, 30);
  call (fixture, "job-metrics", "{'jobId': <'%s'>}", id);
  g_clear_pointer (&metrics, g_variant_unref);
  metrics = g_variant_lookup_value (fixture->result, "metrics", G_VARIANT_TYPE ("aa{sd}"));
  g_assert_cmpuint (g_variant_n_children (metrics), ==, 1);
  {
    g_autoptr (GVariant) only = g_variant_get_child_value (metrics, 0);

    g_assert_true (g_variant_lookup (only, "loss", "d", &number));
    g_assert_cmpfloat (number, ==, 0.25);
    g_assert_true (g_variant_lookup (only, "step", "d", &number));
    g_assert_cmpfloat (number, ==, 5);
    g_assert_false (g_variant_lookup (only, "evalLoss", "d", &number));
  }

  /* The provider does not answer: what is known is told, with the reason. */
  fake_adapter_push_error (fixture->adapter, ATTUNE_ERROR_NO_NETWORK, "no way");
  call (fixture, "genome/job-status", "{'jobId': <'%s'>}", id);
  call (fixture, "genome/train-status", "{'sessionId': <'%s'>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "status"), ==, "running");
  problem = g_variant_lookup_value (fixture->result, "problem", G_VARIANT_TYPE_VARDICT);
  g_assert_nonnull (problem);
  {
    const char *code = NULL;

    g_assert_true (g_variant_lookup (problem, "code", "&s", &code));
    g_assert_cmpstr (code, ==, "no-network");
  }

  call (fixture, "job-status", "{'jobId': <'zzz'>}");
  assert_error (fixture, ATTUNE_ERROR_NOT_FOUND, "zzz");
}

static gsize
count_listed (Fixture    *fixture,
              const char *filter)
{
  g_autoptr (GVariant) jobs = NULL;

  call (fixture, "job-list", "%s", filter);
  g_assert_no_error (fixture->error);
  jobs = g_variant_lookup_value (fixture->result, "jobs", G_VARIANT_TYPE ("aa{sv}"));

  return g_variant_n_children (jobs);
}

static void
test_list (Fixture       *fixture,
           gconstpointer  data)
{
  create (fixture);
  create (fixture);
  attune_job_set_status (attune_job_store_lookup (fixture->jobs, text_of (fixture, "jobId")), ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpuint (count_listed (fixture, "{}"), ==, 2);
  g_assert_cmpuint (count_listed (fixture, "{'status': <'running'>}"), ==, 1);
  g_assert_cmpuint (count_listed (fixture, "{'provider': <'fake'>}"), ==, 2);
  g_assert_cmpuint (count_listed (fixture, "{'provider': <'plain'>}"), ==, 0);
  g_assert_cmpuint (count_listed (fixture, "{'provider': <'fake'>, 'status': <'paused'>}"), ==, 0);
  call (fixture, "job-list", "{'status': <'dancing'>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "succeeded");
}

static void
test_control (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *id = NULL;
  AttuneJob *job;

  create (fixture);
  job = only_job (fixture);
  id = g_strdup (attune_job_get_id (job));
  fixture->adapter->status = ATTUNE_JOB_STATUS_RUNNING;
  call (fixture, "job-status", "{'jobId': <'%s'>}", id);

  call (fixture, "job-resume", "{'jobId': <'%s'>}", id);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "has not stopped");
  call (fixture, "job-delete", "{'jobId': <'%s'>}", id);
  assert_error (fixture, ATTUNE_ERROR_CONFLICT, "Cancel it first");

  call (fixture, "job-pause", "{'jobId': <'%s'>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "status"), ==, "paused");
  g_assert_cmpstr (text_of (fixture, "jobId"), ==, id);
  call (fixture, "job-pause", "{'jobId': <'%s'>}", id);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "cannot be paused");

  call (fixture, "job-resume", "{'jobId': <'%s'>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "status"), ==, "running");

  call (fixture, "job-cancel", "{'jobId': <'%s'>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "status"), ==, "cancelled");
  {
    g_autoptr (JsonNode) node = document_of (fixture, id);

    g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "cancelled");
  }
  call (fixture, "job-cancel", "{'jobId': <'%s'>}", id);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "has ended already");
  call (fixture, "job-pause", "{'jobId': <'%s'>}", id);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "has ended already");

  /* A job that ended goes on from its checkpoint. */
  call (fixture, "job-resume", "{'jobId': <'%s'>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "status"), ==, "running");
  g_assert_cmpint (attune_job_get_finished_at (job), ==, 0);

  g_set_error_literal (&fixture->adapter->wish_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED, "not yours");
  call (fixture, "job-cancel", "{'jobId': <'%s'>}", id);
  assert_error (fixture, ATTUNE_ERROR_NOT_ALLOWED, "not yours");
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_RUNNING);

  attune_job_set_status (job, ATTUNE_JOB_STATUS_SUCCEEDED);
  call (fixture, "job-resume", "{'jobId': <'%s'>}", id);
  assert_error (fixture, ATTUNE_ERROR_INVALID, "nothing to resume");
  call (fixture, "job-delete", "{'jobId': <'%s'>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (n_jobs (fixture), ==, 0);
  g_assert_cmpuint (fixture->adapter->n_cancels, ==, 2);
  g_assert_cmpuint (fixture->adapter->n_pauses, ==, 1);
  g_assert_cmpuint (fixture->adapter->n_resumes, ==, 2);
}

/* The provider takes its time to do what it was told; the answer waits for it, but not for ever. */
static void
test_slow_provider (Fixture       *fixture,
                    gconstpointer  data)
{
  AttuneJob *job;

  create (fixture);
  job = only_job (fixture);
  for (guint i = 0; i < 3; i++)
    fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_RUNNING, (gint64) i));
  fake_adapter_push (fixture->adapter, fake_update (ATTUNE_JOB_STATUS_PAUSED, 4));
  call (fixture, "job-pause", "{'jobId': <'%s'>}", attune_job_get_id (job));
  g_assert_cmpstr (text_of (fixture, "status"), ==, "paused");
  g_assert_cmpuint (fixture->adapter->n_queries, ==, 4);

  /* Still says that it is paused: the job waits for better news, and the answer does not. */
  call (fixture, "job-resume", "{'jobId': <'%s'>}", attune_job_get_id (job));
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "status"), ==, "queued");
}

static void
test_cannot (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();
  g_autoptr (AttuneJob) job = attune_job_new (NULL, "plain", configuration);
  g_autoptr (AttuneJob) orphan = attune_job_new (NULL, "gone", configuration);
  g_autoptr (GVariant) checkpoints = NULL;

  attune_job_set_status (job, ATTUNE_JOB_STATUS_RUNNING);
  attune_job_set_provider_job_id (job, "p");
  attune_job_set_status (orphan, ATTUNE_JOB_STATUS_RUNNING);
  attune_job_set_provider_job_id (orphan, "p");
  g_assert_true (attune_job_store_save_sync (fixture->jobs, job, NULL));
  g_assert_true (attune_job_store_save_sync (fixture->jobs, orphan, NULL));
  call (fixture, "job-cancel", "{'jobId': <'%s'>}", attune_job_get_id (job));
  assert_error (fixture, ATTUNE_ERROR_NOT_SUPPORTED, "plain cannot cancel jobs");
  call (fixture, "job-pause", "{'jobId': <'%s'>}", attune_job_get_id (job));
  assert_error (fixture, ATTUNE_ERROR_NOT_SUPPORTED, "plain cannot pause jobs");
  call (fixture, "job-download", "{'jobId': <'%s'>, 'destination': <'/tmp/x'>}", attune_job_get_id (job));
  assert_error (fixture, ATTUNE_ERROR_NOT_SUPPORTED, "downloaded");
  call (fixture, "job-checkpoints", "{'jobId': <'%s'>}", attune_job_get_id (job));
  g_assert_no_error (fixture->error);
  checkpoints = g_variant_lookup_value (fixture->result, "checkpoints", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (checkpoints), ==, 0);
  call (fixture, "job-cancel", "{'jobId': <'%s'>}", attune_job_get_id (orphan));
  assert_error (fixture, ATTUNE_ERROR_NOT_FOUND, "gone");
  call (fixture, "config-translate", "{'provider': <'plain'>, " CONFIGURATION "}");
  assert_error (fixture, ATTUNE_ERROR_NOT_SUPPORTED, "plain");
}

static void
test_checkpoints_and_download (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autoptr (GVariant) checkpoints = NULL;
  g_autofree char *id = NULL;
  g_autofree char *destination = g_build_filename (fixture->folder, "out", NULL);

  create (fixture);
  id = g_strdup (text_of (fixture, "jobId"));
  call (fixture, "job-checkpoints", "{'jobId': <'%s'>}", id);
  g_assert_no_error (fixture->error);
  checkpoints = g_variant_lookup_value (fixture->result, "checkpoints", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (checkpoints), ==, 1);
  {
    g_autoptr (GVariant) only = g_variant_get_child_value (checkpoints, 0);
    const char *path = NULL;

    g_assert_true (g_variant_lookup (only, "path", "&s", &path));
    g_assert_cmpstr (path, ==, "/c/5");
  }
  g_assert_cmpuint (attune_job_get_checkpoints (only_job (fixture))->len, ==, 1);
  g_set_error_literal (&fixture->adapter->list_error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "oops");
  call (fixture, "job-checkpoints", "{'jobId': <'%s'>}", id);
  assert_error (fixture, ATTUNE_ERROR_SERVER_FAULT, "oops");

  call (fixture, "job-download", "{'jobId': <'%s'>, 'destination': <'%s'>}", id, destination);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "path"), ==, destination);
  g_assert_cmpstr (fixture->adapter->last_training, ==, destination);

  call (fixture, "job-rename", "{'jobId': <'%s'>, 'name': <'A better name'>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (attune_job_get_name (only_job (fixture)), ==, "A better name");
  {
    g_autoptr (JsonNode) node = document_of (fixture, id);

    g_assert_cmpstr (attune_json_peek_string (node, "name", NULL), ==, "A better name");
  }
}

static void
test_providers (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GVariant) providers = NULL;
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) capabilities = NULL;
  g_autoptr (GVariant) problem = NULL;
  g_autofree const char **actions = NULL;
  const char *id = NULL;

  call (fixture, "provider-list", "{}");
  providers = g_variant_lookup_value (fixture->result, "providers", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (providers), ==, 2);
  first = g_variant_get_child_value (providers, 0);
  g_assert_true (g_variant_lookup (first, "id", "&s", &id));
  g_assert_cmpstr (id, ==, "fake");
  g_assert_true (g_variant_lookup (first, "actions", "^a&s", &actions));
  g_assert_true (g_strv_contains (actions, "resume"));
  g_assert_false (g_strv_contains (actions, "estimate"));

  call (fixture, "genome/provider-capabilities", "{'provider': <'fake'>, 'model': <'m'>}");
  g_assert_no_error (fixture->error);
  capabilities = g_variant_lookup_value (fixture->result, "capabilities", G_VARIANT_TYPE_VARDICT);
  g_assert_nonnull (capabilities);
  {
    g_autoptr (GVariant) ranges = g_variant_lookup_value (capabilities, "parameterRanges", NULL);
    double minimum;
    double maximum;

    g_assert_true (g_variant_lookup (ranges, "schedule.epochs", "(dd)", &minimum, &maximum));
    g_assert_cmpfloat (maximum, ==, 5);
  }

  g_set_error_literal (&fixture->adapter->load_error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK, "no way");
  call (fixture, "provider-capabilities", "{'provider': <'fake'>}");
  g_assert_no_error (fixture->error);
  problem = g_variant_lookup_value (fixture->result, "problem", G_VARIANT_TYPE_VARDICT);
  g_assert_nonnull (problem);
  call (fixture, "provider-capabilities", "{'provider': <'fake'>, 'refresh': <true>}");
  assert_error (fixture, ATTUNE_ERROR_NO_NETWORK, "no way");
  call (fixture, "provider-capabilities", "{'provider': <'nobody'>}");
  assert_error (fixture, ATTUNE_ERROR_NOT_FOUND, "fake");
}

static void
test_config (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GVariant) issues = NULL;
  gboolean valid = FALSE;

  call (fixture, "config-check", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s'>}", fixture->training);
  g_assert_no_error (fixture->error);
  g_assert_true (g_variant_lookup (fixture->result, "valid", "b", &valid));
  g_assert_true (valid);
  /* Nothing is added by looking. */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->datasets)), ==, 0);

  call (fixture, "config-check", "{'configuration': <{'schedule.epochs': <int64 21>}>}");
  g_assert_true (g_variant_lookup (fixture->result, "valid", "b", &valid));
  g_assert_false (valid);
  issues = g_variant_lookup_value (fixture->result, "issues", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (issues), >=, 3);
  for (gsize i = 0; i < g_variant_n_children (issues); i++)
    {
      g_autoptr (GVariant) issue = g_variant_get_child_value (issues, i);
      const char *path = NULL;
      gint64 repair = 0;

      g_assert_true (g_variant_lookup (issue, "path", "&s", &path));
      if (g_str_equal (path, "schedule.epochs"))
        {
          g_assert_true (g_variant_lookup (issue, "repair", "x", &repair));
          g_assert_cmpint (repair, ==, 20);
        }
    }

  /* A file that cannot be read is one more issue, at its own setting. */
  call (fixture, "config-check", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s'>, 'validation': <'/nowhere'>}",
        fixture->training);
  g_assert_no_error (fixture->error);
  g_clear_pointer (&issues, g_variant_unref);
  issues = g_variant_lookup_value (fixture->result, "issues", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (issues), ==, 1);
  {
    g_autoptr (GVariant) issue = g_variant_get_child_value (issues, 0);
    const char *path = NULL;

    g_assert_true (g_variant_lookup (issue, "path", "&s", &path));
    g_assert_cmpstr (path, ==, "datasets.validationFileId");
  }

  call (fixture, "config-translate", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s'>}", fixture->training);
  g_assert_no_error (fixture->error);
  {
    g_autoptr (JsonNode) request = attune_json_parse (text_of (fixture, "request"), -1, NULL, NULL);

    g_assert_cmpstr (attune_json_peek_string (request, "method", NULL), ==, "POST");
    g_assert_cmpstr (attune_json_peek_string (request, "training", NULL), ==, fixture->training);
  }
  g_assert_cmpuint (fixture->adapter->n_loads, ==, 0);
}

static void
test_datasets (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (GVariant) dataset = NULL;
  g_autoptr (GVariant) datasets = NULL;
  g_autofree char *id = NULL;
  gint64 rows = 0;
  const char *text = NULL;

  call (fixture, "dataset-add", "{'path': <'%s'>, 'name': <'Support'>}", fixture->training);
  g_assert_no_error (fixture->error);
  dataset = g_variant_lookup_value (fixture->result, "dataset", G_VARIANT_TYPE_VARDICT);
  g_assert_true (g_variant_lookup (dataset, "id", "s", &id));
  g_assert_true (g_variant_lookup (dataset, "rows", "x", &rows));
  g_assert_cmpint (rows, ==, 2);
  g_assert_true (g_variant_lookup (dataset, "name", "&s", &text));
  g_assert_cmpstr (text, ==, "Support");

  /* Twice is once, and what has changed is looked at again. */
  g_assert_true (g_file_set_contents (fixture->training, "{}\n{}\n{}\n", -1, NULL));
  call (fixture, "dataset-add", "{'path': <'%s'>}", fixture->training);
  g_clear_pointer (&dataset, g_variant_unref);
  dataset = g_variant_lookup_value (fixture->result, "dataset", G_VARIANT_TYPE_VARDICT);
  g_assert_true (g_variant_lookup (dataset, "id", "&s", &text));
  g_assert_cmpstr (text, ==, id);
  g_assert_true (g_variant_lookup (dataset, "rows", "x", &rows));
  g_assert_cmpint (rows, ==, 3);

  call (fixture, "dataset-list", "{}");
  datasets = g_variant_lookup_value (fixture->result, "datasets", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (datasets), ==, 1);
  call (fixture, "dataset-add", "{'path': <'/nowhere'>}");
  assert_error (fixture, ATTUNE_ERROR_NOT_FOUND, "/nowhere");
  call (fixture, "dataset-remove", "{'datasetId': <'%.8s'>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (text_of (fixture, "datasetId"), ==, id);
  g_assert_true (g_file_test (fixture->training, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->datasets)), ==, 0);
  call (fixture, "dataset-remove", "{'datasetId': <'%s'>}", id);
  assert_error (fixture, ATTUNE_ERROR_NOT_FOUND, id);
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

static void
test_parameters (Fixture       *fixture,
                 gconstpointer  data)
{
  const char * const *names = attune_commands_list (fixture->commands);

  g_assert_true (g_strv_contains (names, "job-create"));
  g_assert_true (g_strv_contains (names, "dataset-remove"));
  g_assert_false (g_strv_contains (names, "genome/job-create"));
  g_assert_false (g_strv_contains (names, "train"));

  call (fixture, "job-fly", "{}");
  assert_error (fixture, ATTUNE_ERROR_NOT_FOUND, "job-fly");
  call (fixture, "train", "{}");
  assert_error (fixture, ATTUNE_ERROR_NOT_FOUND, "train");
  call (fixture, "job-status", "{}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "jobId");
  call (fixture, "job-status", "{'jobId': <4>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "jobId");
  call (fixture, "job-status", "{'jobId': <''>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "jobId");
  call (fixture, "job-status", "{'jobId': <'x'>, 'jobid': <'x'>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "jobid");
  call (fixture, "provider-list", "{'x': <'x'>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "x");
  call (fixture, "provider-capabilities", "{'provider': <'fake'>, 'refresh': <'yes'>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "refresh");
  call (fixture, "config-check", "{'configuration': <7>}");
  assert_error (fixture, ATTUNE_ERROR_INVALID, "configuration");
  /* As D-Bus packs things. */
  call (fixture, "provider-capabilities", "{'provider': <<<'fake'>>>}");
  g_assert_no_error (fixture->error);
}

static void
test_persona (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *folder = attune_paths_dup_data_folder ();
  g_autofree char *path = g_build_filename (folder, "persona", NULL);
  const char *persona = attune_commands_get_persona_id (fixture->commands);
  g_autoptr (AttuneCommands) other = attune_commands_new (fixture->registry, fixture->jobs, fixture->datasets,
                                                          fixture->monitor, fixture->credentials);
  struct stat buffer;

  g_assert_true (g_uuid_string_is_valid (persona));
  g_assert_cmpstr (attune_commands_get_persona_id (other), ==, persona);
  g_assert_cmpint (stat (path, &buffer), ==, 0);
  g_assert_cmpint (buffer.st_mode & 0777, ==, 0600);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/commands/create", test_create);
  ADD ("/commands/create-refused", test_create_refused);
  ADD ("/commands/create-offline-limits", test_create_offline_limits);
  ADD ("/commands/create-fails", test_create_fails);
  ADD ("/commands/create-arrived", test_create_arrived);
  ADD ("/commands/create-not-arrived", test_create_not_arrived);
  ADD ("/commands/create-unknown", test_create_unknown);
  ADD ("/commands/create-not-saved", test_create_not_saved);
  ADD ("/commands/cancel-preparing", test_cancel_preparing);
  ADD ("/commands/cancel-preparing-elsewhere", test_cancel_preparing_elsewhere);
  ADD ("/commands/cancelled-caller", test_cancelled_caller);
  ADD ("/commands/status", test_status);
  ADD ("/commands/list", test_list);
  ADD ("/commands/control", test_control);
  ADD ("/commands/slow-provider", test_slow_provider);
  ADD ("/commands/cannot", test_cannot);
  ADD ("/commands/checkpoints-and-download", test_checkpoints_and_download);
  ADD ("/commands/providers", test_providers);
  ADD ("/commands/config", test_config);
  ADD ("/commands/datasets", test_datasets);
  ADD ("/commands/train", test_train);
  ADD ("/commands/parameters", test_parameters);
  ADD ("/commands/persona", test_persona);

  return g_test_run ();
}
