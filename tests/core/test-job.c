/* test-job.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job.h"

#include <string.h>

#include "store-helpers.h"

/* A job with nothing left at its default. */
static AttuneJob *
make_full_job (void)
{
  AttuneJob *job = make_job ();
  g_autoptr (GPtrArray) checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
  g_autoptr (GError) error = g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE, "The disk is full “here”\n");
  AttuneMetricPoint point = { .step = 40, .epoch = 1.5, .time = 1700000000000001 };

  attune_job_set_name (job, "  My job  ");
  attune_job_set_provider_job_id (job, "ftjob-1");
  attune_job_set_status (job, ATTUNE_JOB_STATUS_RUNNING);
  attune_job_set_steps (job, 40, 80);
  attune_job_set_time_remaining (job, 12.25);
  attune_job_set_estimates (job, 1.5, 3600);
  attune_job_set_fine_tuned_model (job, "ft:tiny");
  attune_job_set_output_path (job, "/tmp/output");
  attune_job_set_trained_tokens (job, G_GINT64_CONSTANT (123456789012));
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      point.set |= 1u << i;
      point.values[i] = 0.1 * (i + 1);
    }
  point.values[ATTUNE_METRIC_GRAD_NORM] = INFINITY;
  attune_job_apply_metrics (job, &point, 1);
  g_ptr_array_add (checkpoints, attune_checkpoint_new ("step-20", 20, 1700000000000000, "/tmp/c/20", 0.5));
  g_ptr_array_add (checkpoints, attune_checkpoint_new ("step-40", 40, 0, NULL, NAN));
  attune_job_set_checkpoints (job, checkpoints);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_FAILED);
  attune_job_set_error (job, error);

  return job;
}

static void
assert_same_property (GObject    *a,
                      GObject    *b,
                      GParamSpec *pspec)
{
  g_auto (GValue) left = G_VALUE_INIT;
  g_auto (GValue) right = G_VALUE_INIT;

  g_object_get_property (a, pspec->name, &left);
  g_object_get_property (b, pspec->name, &right);
  if (G_VALUE_HOLDS (&left, G_TYPE_PTR_ARRAY))
    {
      g_assert_true (attune_checkpoints_equal (g_value_get_boxed (&left), g_value_get_boxed (&right)));
    }
  else if (G_VALUE_HOLDS (&left, ATTUNE_TYPE_CONFIGURATION))
    {
      g_assert_true (attune_configuration_equal (g_value_get_object (&left), g_value_get_object (&right)));
    }
  else if (G_VALUE_HOLDS_DOUBLE (&left))
    {
      g_assert_true (attune_same_double (g_value_get_double (&left), g_value_get_double (&right)));
    }
  else
    {
      g_assert_cmpint (g_param_values_cmp (pspec, &left, &right), ==, 0);
    }
}

/* Every property, so that one that is added and not written is found here. */
static void
assert_same_job (AttuneJob *a,
                 AttuneJob *b)
{
  guint n_properties;
  g_autofree GParamSpec **properties =
    g_object_class_list_properties (G_OBJECT_GET_CLASS (a), &n_properties);

  g_assert_cmpuint (n_properties, ==, 28);
  for (guint i = 0; i < n_properties; i++)
    assert_same_property (G_OBJECT (a), G_OBJECT (b), properties[i]);
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    g_assert_true (attune_same_double (attune_job_get_metric (a, i), attune_job_get_metric (b, i)));
}

static AttuneJob *
write_and_read (AttuneJob *job)
{
  g_autoptr (JsonNode) node = attune_job_to_json (job);
  g_autofree char *text = attune_json_write (node, TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) read = attune_json_parse (text, -1, NULL, &error);
  AttuneJob *again;

  g_assert_no_error (error);
  again = attune_job_new_from_json (read, &error);
  g_assert_no_error (error);

  return again;
}

static void
test_round_trip (void)
{
  AttuneJob *job = make_full_job ();
  AttuneJob *again = write_and_read (job);
  g_autoptr (GError) error = attune_job_dup_error (again);

  assert_same_job (job, again);
  g_assert_cmpstr (attune_job_get_name (again), ==, "My job");
  g_assert_cmpfloat (attune_job_get_progress (again), ==, 0.5);
  g_assert_true (isinf (attune_job_get_metric (again, ATTUNE_METRIC_GRAD_NORM)));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE);
  g_assert_cmpstr (error->message, ==, "The disk is full “here”\n");
  g_assert_finalize_object (job);
  g_assert_finalize_object (again);
}

static void
test_round_trip_new (void)
{
  AttuneJob *job = make_job ();
  AttuneJob *again = write_and_read (job);

  assert_same_job (job, again);
  g_assert_true (g_uuid_string_is_valid (attune_job_get_id (job)));
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_PREPARING);
  g_assert_true (isnan (attune_job_get_estimated_cost (again)));
  g_assert_true (isnan (attune_job_get_metric (again, ATTUNE_METRIC_LOSS)));
  g_assert_null (attune_job_dup_error (again));
  g_assert_finalize_object (job);
  g_assert_finalize_object (again);
}

/* All that JSON cannot say must not become what JSON can say. */
static void
test_no_nan_in_file (void)
{
  g_autoptr (AttuneJob) job = make_full_job ();
  AttuneMetricPoint point = { .step = 41, .epoch = NAN, .time = 1700000000000002, .set = 1u << ATTUNE_METRIC_LOSS };
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  point.values[ATTUNE_METRIC_LOSS] = NAN;
  attune_job_apply_metrics (job, &point, 1);
  node = attune_job_to_json (job);
  text = attune_json_write (node, FALSE);
  g_assert_nonnull (strstr (text, "\"loss\":null"));
  g_assert_nonnull (strstr (text, "\"loss\":\"nan\""));
  g_assert_nonnull (strstr (text, "\"gradNorm\":\"inf\""));
  g_assert_null (strstr (text, ":nan"));
  g_assert_null (strstr (text, ":NaN"));
  g_assert_null (strstr (text, ":inf"));
}

static AttuneJob *
read_text (const char  *text,
           GError     **error)
{
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (JsonNode) node = attune_json_parse (text, -1, NULL, &parse_error);

  g_assert_no_error (parse_error);
  return attune_job_new_from_json (node, error);
}

#define ID "\"id\": \"6a6bb8e5-3b54-4b49-8a1a-5e3a3c2f7a10\""

static void
test_unknown_members (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneJob) job =
    read_text ("{" ID ", \"provider\": \"local\", \"status\": \"running\", \"configuration\": {\"model\": {\"baseModel\": \"m\"}},"
               " \"fromTheFuture\": {\"a\": [1, 2]}, \"note\": \"kept\"}", &error);
  g_autoptr (AttuneJob) again = NULL;
  g_autoptr (AttuneJob) other = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_no_error (error);
  again = write_and_read (job);
  other = write_and_read (again);
  attune_job_update_from (other, again);
  node = attune_job_to_json (other);
  g_assert_cmpstr (attune_json_peek_string (node, "note", NULL), ==, "kept");
  g_assert_cmpint (attune_json_peek_int (node, "fromTheFuture.a.1", 0), ==, 2);
}

/* The documents from before the universal schema. */
static void
test_hyperparameters (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneJob) job =
    read_text ("{" ID ", \"personaId\": \"00000000-0000-4000-8000-00000000000a\", \"provider\": \"openai\", \"status\": \"succeeded\","
               " \"providerJobId\": \"ftjob-7\", \"baseModel\": \"gpt-x\", \"trainingFileId\": \"00000000-0000-4000-8000-000000000001\","
               " \"hyperparameters\": {\"nEpochs\": 4, \"batchSize\": 8, \"learningRate\": 0.0002},"
               " \"createdAt\": 1736899200000, \"finishedAt\": \"2025-01-15T01:00:00Z\"}", &error);
  AttuneConfiguration *configuration;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *model = NULL;
  g_autofree char *training = NULL;

  g_assert_no_error (error);
  configuration = attune_job_get_configuration (job);
  model = attune_configuration_dup_text (configuration, "model.baseModel");
  training = attune_configuration_dup_text (configuration, "datasets.trainingFileId");
  g_assert_cmpstr (model, ==, "gpt-x");
  g_assert_cmpstr (training, ==, "00000000-0000-4000-8000-000000000001");
  g_assert_cmpint (attune_configuration_get_integer (configuration, "schedule.epochs"), ==, 4);
  g_assert_cmpint (attune_configuration_get_integer (configuration, "schedule.batchSize"), ==, 8);
  g_assert_cmpfloat (attune_configuration_get_double (configuration, "optimizer.learningRate"), ==, 0.0002);
  g_assert_cmpint (attune_job_get_created_at (job), ==, G_GINT64_CONSTANT (1736899200000000));
  g_assert_cmpint (attune_job_get_finished_at (job), ==, G_GINT64_CONSTANT (1736902800000000));
  g_assert_cmpstr (attune_job_get_provider_job_id (job), ==, "ftjob-7");

  node = attune_job_to_json (job);
  g_assert_null (attune_json_lookup (node, "hyperparameters"));
  g_assert_cmpint (attune_json_peek_int (node, "configuration.schedule.epochs", 0), ==, 4);
}

static void
test_refused (void)
{
  static const struct {
    const char *text;
    const char *names;
    int         code;
  } cases[] = {
    { "[]", "object", ATTUNE_ERROR_INVALID },
    { "{}", "id", ATTUNE_ERROR_INVALID },
    { "{\"id\": \"../../etc\", \"provider\": \"p\", \"status\": \"running\", \"configuration\": {}}", "UUID", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"status\": \"running\", \"configuration\": {}}", "provider", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"status\": \"running\"}", "configuration", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"status\": \"running\", \"configuration\": 7}", "configuration", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"configuration\": {}}", "status", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"status\": \"dancing\", \"configuration\": {}}", "dancing", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"status\": \"running\", \"configuration\": {}, \"step\": \"three\"}", "step", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"status\": \"running\", \"configuration\": {}, \"createdAt\": \"soon\"}", "soon", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"status\": \"running\", \"configuration\": {}, \"checkpoints\": [1]}", "checkpoints.0", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"status\": \"running\", \"configuration\": {}, \"checkpoints\": [{\"id\": 4}]}", "checkpoints.0", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"status\": \"running\", \"configuration\": {}, \"metrics\": []}", "metrics", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"provider\": \"p\", \"status\": \"running\", \"configuration\": {}, \"error\": {}}", "error.message", ATTUNE_ERROR_INVALID },
    { "{" ID ", \"version\": 99, \"provider\": \"p\", \"status\": \"running\", \"configuration\": {}}", "newer", ATTUNE_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneJob) job = read_text (cases[i].text, &error);

      g_assert_null (job);
      g_assert_error (error, ATTUNE_ERROR, cases[i].code);
      if (strstr (error->message, cases[i].names) == NULL)
        g_error ("“%s” does not name “%s”", error->message, cases[i].names);
    }
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  GHashTable *counts = user_data;

  g_hash_table_insert (counts, (gpointer) pspec->name,
                       GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, pspec->name)) + 1));
}

static void
test_update_from (void)
{
  AttuneJob *job = make_job ();
  g_autoptr (AttuneJob) same = write_and_read (job);
  g_autoptr (AttuneJob) other = write_and_read (job);
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  AttuneConfiguration *configuration = attune_job_get_configuration (job);

  attune_job_set_name (job, attune_job_get_name (job));
  g_signal_connect (job, "notify", G_CALLBACK (count_cb), counts);

  attune_job_update_from (job, same);
  g_assert_cmpuint (g_hash_table_size (counts), ==, 0);

  attune_job_set_status (other, ATTUNE_JOB_STATUS_QUEUED);
  attune_job_set_provider_job_id (other, "p-1");
  attune_job_update_from (job, other);
  g_assert_cmpuint (g_hash_table_size (counts), ==, 2);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts, "status")), ==, 1);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts, "provider-job-id")), ==, 1);
  /* The file has no secrets; the settings that have them stay. */
  g_assert_true (attune_job_get_configuration (job) == configuration);
  assert_same_job (job, other);
  g_assert_finalize_object (job);
}

static void
test_notify_once (void)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  AttuneMetricPoint point = { .step = 1, .time = 1, .set = 1u << ATTUNE_METRIC_LOSS };

  g_signal_connect (job, "notify", G_CALLBACK (count_cb), counts);
  attune_job_set_steps (job, 1, 4);
  attune_job_set_steps (job, 1, 4);
  attune_job_set_time_remaining (job, NAN);
  attune_job_apply_metrics (job, &point, 1);
  attune_job_apply_metrics (job, &point, 1);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts, "step")), ==, 1);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts, "total-steps")), ==, 1);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts, "progress")), ==, 1);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts, "loss")), ==, 1);
  g_assert_false (g_hash_table_contains (counts, "time-remaining"));
  g_assert_false (g_hash_table_contains (counts, "eval-loss"));
}

static void
test_states (void)
{
  g_autoptr (AttuneJob) job = make_job ();
  g_autoptr (GError) error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY, "no memory");
  g_autoptr (GError) gone = NULL;
  gint64 started;

  attune_job_set_status (job, ATTUNE_JOB_STATUS_SUBMITTING);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_QUEUED);
  g_assert_cmpint (attune_job_get_started_at (job), ==, 0);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_RUNNING);
  started = attune_job_get_started_at (job);
  g_assert_cmpint (started, >, 0);
  attune_job_set_time_remaining (job, 5);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_FAILED);
  attune_job_set_error (job, error);
  g_assert_cmpint (attune_job_get_finished_at (job), >=, started);
  g_assert_true (isnan (attune_job_get_time_remaining (job)));

  /* Late news. */
  attune_job_set_status (job, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_FAILED);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_FAILED);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_VALIDATING_FILES);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_FAILED);

  /* A resume. */
  attune_job_set_status (job, ATTUNE_JOB_STATUS_QUEUED);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_QUEUED);
  g_assert_cmpint (attune_job_get_finished_at (job), ==, 0);
  gone = attune_job_dup_error (job);
  g_assert_null (gone);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpint (attune_job_get_started_at (job), ==, started);
  attune_job_set_status (job, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpfloat (attune_job_get_progress (job), ==, 1);
}

static void
test_latest_metrics (void)
{
  g_autoptr (AttuneJob) job = make_job ();
  AttuneMetricPoint points[] = {
    { .step = 10, .time = 1000, .set = 1u << ATTUNE_METRIC_LOSS },
    { .step = 9, .time = 900, .set = 1u << ATTUNE_METRIC_LOSS },
  };
  AttuneMetricPoint back = { .step = 5, .time = 2000, .set = 1u << ATTUNE_METRIC_LOSS };
  AttuneMetricPoint timeless = { .step = 6, .time = 0, .set = 1u << ATTUNE_METRIC_LOSS };

  points[0].values[ATTUNE_METRIC_LOSS] = 1.0;
  points[1].values[ATTUNE_METRIC_LOSS] = 1.1;
  back.values[ATTUNE_METRIC_LOSS] = 2.0;
  timeless.values[ATTUNE_METRIC_LOSS] = 1.9;

  attune_job_apply_metrics (job, points, G_N_ELEMENTS (points));
  g_assert_cmpfloat (attune_job_get_metric (job, ATTUNE_METRIC_LOSS), ==, 1.0);
  /* A run that went back to a checkpoint. */
  attune_job_apply_metrics (job, &back, 1);
  g_assert_cmpfloat (attune_job_get_metric (job, ATTUNE_METRIC_LOSS), ==, 2.0);
  attune_job_apply_metrics (job, &timeless, 1);
  g_assert_cmpfloat (attune_job_get_metric (job, ATTUNE_METRIC_LOSS), ==, 1.9);
  g_assert_true (isnan (attune_job_get_metric (job, ATTUNE_METRIC_EVAL_LOSS)));
}

static void
test_names (void)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();
  g_autofree char *dated = attune_job_make_name (configuration, NULL, G_GINT64_CONSTANT (1767225600000000));
  g_autofree char *of_data = attune_job_make_name (configuration, "support.train.jsonl", 0);
  g_autofree char *suffixed = NULL;
  g_autofree char *of_folder = NULL;
  g_autoptr (AttuneJob) job = make_job ();

  g_assert_cmpstr (dated, ==, "tiny-1 · 1 January 2026");
  g_assert_cmpstr (of_data, ==, "tiny-1 · support.train");
  attune_configuration_set_value (configuration, "output.suffix", g_variant_new_string ("coding"));
  suffixed = attune_job_make_name (configuration, "support.jsonl", 0);
  g_assert_cmpstr (suffixed, ==, "tiny-1 · coding");
  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string ("/home/me/models/smol//"));
  of_folder = attune_job_make_name (configuration, NULL, 0);
  g_assert_cmpstr (of_folder, ==, "smol · coding");

  g_assert_nonnull (attune_job_get_name (job));
  attune_job_set_name (job, "mine");
  g_assert_cmpstr (attune_job_get_name (job), ==, "mine");
  attune_job_set_name (job, "   ");
  g_assert_true (g_str_has_prefix (attune_job_get_name (job), "tiny-1 · "));
}

static void
test_reopen (void)
{
  g_autoptr (AttuneJob) job = make_full_job ();

  attune_job_reopen (job);
  g_assert_cmpint (attune_job_get_status (job), ==, ATTUNE_JOB_STATUS_PREPARING);
  g_assert_cmpint (attune_job_get_finished_at (job), ==, 0);
  g_assert_cmpfloat (attune_job_get_progress (job), ==, 0);
  g_assert_null (attune_job_dup_error (job));
}

static void
test_secrets_stay_out (void)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();
  g_autoptr (AttuneJob) job = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  attune_configuration_set_value (configuration, "integrations.wandb.project", g_variant_new_string ("p"));
  attune_configuration_set_value (configuration, "integrations.wandb.apiKey", g_variant_new_string ("s3cr3t-key"));
  job = attune_job_new (NULL, "fake", configuration);
  node = attune_job_to_json (job);
  text = attune_json_write (node, FALSE);
  g_assert_null (strstr (text, "s3cr3t"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/job/round-trip", test_round_trip);
  g_test_add_func ("/job/round-trip-new", test_round_trip_new);
  g_test_add_func ("/job/no-nan-in-file", test_no_nan_in_file);
  g_test_add_func ("/job/unknown-members", test_unknown_members);
  g_test_add_func ("/job/hyperparameters", test_hyperparameters);
  g_test_add_func ("/job/refused", test_refused);
  g_test_add_func ("/job/update-from", test_update_from);
  g_test_add_func ("/job/notify-once", test_notify_once);
  g_test_add_func ("/job/states", test_states);
  g_test_add_func ("/job/latest-metrics", test_latest_metrics);
  g_test_add_func ("/job/names", test_names);
  g_test_add_func ("/job/reopen", test_reopen);
  g_test_add_func ("/job/secrets-stay-out", test_secrets_stay_out);

  return g_test_run ();
}
