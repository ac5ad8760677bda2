/* test-commands.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "commands-helpers.h"

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

  /* What the provider does not let go of is not forgotten here. */
  call (fixture, "job-delete", "{'jobId': <'%s'>, 'remote': <true>}", id);
  assert_error (fixture, ATTUNE_ERROR_NOT_ALLOWED, "not yours");
  g_assert_cmpuint (n_jobs (fixture), ==, 1);
  g_clear_error (&fixture->adapter->wish_error);
  call (fixture, "job-delete", "{'jobId': <'%s'>, 'remote': <true>}", id);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (n_jobs (fixture), ==, 0);
  g_assert_cmpuint (fixture->adapter->n_deletes, ==, 2);
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
  ADD ("/commands/status", test_status);
  ADD ("/commands/list", test_list);
  ADD ("/commands/control", test_control);
  ADD ("/commands/slow-provider", test_slow_provider);
  ADD ("/commands/cannot", test_cannot);
  ADD ("/commands/checkpoints-and-download", test_checkpoints_and_download);
  ADD ("/commands/providers", test_providers);
  ADD ("/commands/config", test_config);
  ADD ("/commands/datasets", test_datasets);
  ADD ("/commands/parameters", test_parameters);
  ADD ("/commands/persona", test_persona);

  return g_test_run ();
}
