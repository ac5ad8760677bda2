/* test-fireworks-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "attune-fireworks-private.h"
#include "attune-http-json.h"
#include "attune-json.h"

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_json_parse (text, -1, NULL, &error);

  g_assert_no_error (error);

  return node;
}

static AttuneStatusUpdate *
parse_job (const char                 *text,
           const AttuneFireworksKnown *known)
{
  static const AttuneFireworksKnown nothing = { ATTUNE_JOB_STATUS_QUEUED, 0, -1, 1000 };
  g_autoptr (JsonNode) node = parse (text);

  return attune_fireworks_parse_job (node, known != NULL ? known : &nothing);
}

static void
test_states (void)
{
  static const struct {
    const char *state;
    int         status;
  } cases[] = {
    { "VALIDATING", ATTUNE_JOB_STATUS_VALIDATING_FILES },
    { "CREATING_INPUT_DATASET", ATTUNE_JOB_STATUS_VALIDATING_FILES },
    { "UNSPECIFIED", ATTUNE_JOB_STATUS_QUEUED },
    { "CREATING", ATTUNE_JOB_STATUS_QUEUED },
    { "PENDING", ATTUNE_JOB_STATUS_QUEUED },
    { "RE_QUEUEING", ATTUNE_JOB_STATUS_QUEUED },
    { "RUNNING", ATTUNE_JOB_STATUS_RUNNING },
    { "WRITING_RESULTS", ATTUNE_JOB_STATUS_RUNNING },
    { "IDLE", ATTUNE_JOB_STATUS_RUNNING },
    { "CANCELLING", ATTUNE_JOB_STATUS_RUNNING },
    { "PAUSED", ATTUNE_JOB_STATUS_PAUSED },
    { "COMPLETED", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "EARLY_STOPPED", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "FAILED", ATTUNE_JOB_STATUS_FAILED },
    { "EXPIRED", ATTUNE_JOB_STATUS_FAILED },
    { "CANCELLED", ATTUNE_JOB_STATUS_CANCELLED },
    { "DELETING", ATTUNE_JOB_STATUS_CANCELLED },
    { "DELETING_CLEANING_UP", ATTUNE_JOB_STATUS_CANCELLED },
    { "DELETED", ATTUNE_JOB_STATUS_CANCELLED },
    { "ARCHIVED", ATTUNE_JOB_STATUS_CANCELLED },
    { "DREAMING", -1 },
    { "running", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *prefixed = g_strconcat ("JOB_STATE_", cases[i].state, NULL);
      g_autofree char *text = g_strdup_printf ("{\"name\":\"x\",\"state\":\"%s\"}", prefixed);
      g_autoptr (AttuneStatusUpdate) update = NULL;

      g_assert_cmpint (attune_fireworks_map_state (cases[i].state), ==, cases[i].status);
      g_assert_cmpint (attune_fireworks_map_state (prefixed), ==, cases[i].status);
      if (cases[i].status < 0)
        g_test_expect_message ("attune-fireworks", G_LOG_LEVEL_MESSAGE, "*not known*");
      update = parse_job (text, NULL);
      g_test_assert_expected_messages ();
      g_assert_cmpint (update->status, ==, cases[i].status);
      if (cases[i].status == ATTUNE_JOB_STATUS_FAILED)
        g_assert_nonnull (update->error);
      else
        g_assert_null (update->error);
    }
}

static void
test_ended_stays_ended (void)
{
  const AttuneFireworksKnown known = { ATTUNE_JOB_STATUS_SUCCEEDED, 0, -1, 1000 };
  g_autoptr (AttuneStatusUpdate) archived = parse_job ("{\"state\":\"JOB_STATE_ARCHIVED\"}", &known);
  g_autoptr (AttuneStatusUpdate) deleted = parse_job ("{\"state\":\"DELETED\"}", &known);

  g_assert_cmpint (archived->status, ==, -1);
  g_assert_cmpint (deleted->status, ==, -1);
}

static void
test_progress (void)
{
  const AttuneFireworksKnown known = { ATTUNE_JOB_STATUS_RUNNING, 100 * G_USEC_PER_SEC, 40, 160 * G_USEC_PER_SEC };
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (AttuneStatusUpdate) bare = parse_job ("{\"state\":\"JOB_STATE_RUNNING\"}", NULL);
  g_autoptr (AttuneStatusUpdate) odd = parse_job ("{\"state\":\"JOB_STATE_RUNNING\",\"jobProgress\":{\"percent\":\"a lot\",\"inputTokens\":[]}}", NULL);
  g_autoptr (AttuneStatusUpdate) over = parse_job ("{\"state\":\"JOB_STATE_RUNNING\",\"jobProgress\":{\"percent\":140}}", NULL);
  g_autoptr (AttuneStatusUpdate) done = parse_job ("{\"state\":\"JOB_STATE_COMPLETED\",\"outputModel\":\"accounts/a/models/m\"}", NULL);

  update = parse_job ("{\"state\":\"JOB_STATE_RUNNING\",\"outputModel\":\"accounts/a/models/m\","
                      "\"jobProgress\":{\"percent\":25,\"epoch\":0,\"inputTokens\":\"9007199254740993\"}}", &known);
  g_assert_cmpfloat (update->progress, ==, 0.25);
  g_assert_cmpint (update->step, ==, 10);
  g_assert_cmpint (update->total_steps, ==, 40);
  g_assert_cmpfloat (update->time_remaining, ==, 180);
  g_assert_cmpint (update->trained_tokens, ==, G_GINT64_CONSTANT (9007199254740993));
  /* The name is there from the start, the model only at the end. */
  g_assert_null (update->fine_tuned_model);

  g_assert_true (isnan (bare->progress));
  g_assert_true (isnan (bare->time_remaining));
  g_assert_cmpint (bare->step, ==, -1);
  g_assert_cmpint (bare->trained_tokens, ==, -1);
  g_assert_true (isnan (odd->progress));
  g_assert_cmpint (odd->trained_tokens, ==, -1);
  g_assert_cmpfloat (over->progress, ==, 1);
  g_assert_cmpfloat (done->progress, ==, 1);
  g_assert_cmpstr (done->fine_tuned_model, ==, "accounts/a/models/m");
}

static void
test_failures (void)
{
  static const struct {
    const char *status;
    AttuneError code;
    const char *words;
  } cases[] = {
    { "{\"code\":\"INVALID_ARGUMENT\",\"message\":\"row 7 has no messages\"}", ATTUNE_ERROR_INVALID, "row 7 has no messages" },
    { "{\"code\":\"RESOURCE_EXHAUSTED\",\"message\":\"quota\"}", ATTUNE_ERROR_RATE_LIMITED, "quota" },
    { "{\"code\":\"INTERNAL\"}", ATTUNE_ERROR_SERVER_FAULT, "INTERNAL" },
    { "{\"code\":13,\"message\":\"a node fell over\"}", ATTUNE_ERROR_SERVER_FAULT, "a node fell over" },
    { "{\"code\":\"PERMISSION_DENIED\",\"message\":\"no\"}", ATTUNE_ERROR_NOT_ALLOWED, "no" },
    { "{\"code\":\"BRAND_NEW\",\"message\":\"hm\"}", ATTUNE_ERROR_FAILED, "hm" },
    { "{\"code\":\"OK\",\"message\":\"\"}", ATTUNE_ERROR_FAILED, "console" },
    { "{}", ATTUNE_ERROR_FAILED, "console" },
    { "null", ATTUNE_ERROR_FAILED, "console" },
    { "\"bad\"", ATTUNE_ERROR_FAILED, "console" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"state\":\"JOB_STATE_FAILED\",\"status\":%s}", cases[i].status);
      g_autoptr (AttuneStatusUpdate) update = parse_job (text, NULL);

      g_assert_error (update->error, ATTUNE_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (update->error->message, cases[i].words));
    }
}

static const AttuneEvent *
find_event (AttuneStatusUpdate *update,
            const char         *id)
{
  for (guint i = 0; i < update->events->len; i++)
    {
      const AttuneEvent *event = g_ptr_array_index (update->events, i);

      if (strcmp (event->id, id) == 0)
        return event;
    }

  return NULL;
}

static void
test_events (void)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (AttuneStatusUpdate) again = NULL;
  const char *text = "{\"state\":\"JOB_STATE_VALIDATING\",\"createTime\":\"2026-11-22T10:00:00Z\",\"updateTime\":\"2026-11-22T10:05:00.5Z\","
                     "\"status\":{\"code\":\"OK\",\"message\":\"Looking at the rows\"},"
                     "\"estimatedCost\":{\"currencyCode\":\"USD\",\"units\":\"3\",\"nanos\":250000000}}";

  update = parse_job (text, NULL);
  again = parse_job (text, NULL);
  g_assert_cmpuint (update->events->len, ==, 3);
  g_assert_nonnull (find_event (update, "state-VALIDATING"));
  g_assert_cmpint (find_event (update, "state-VALIDATING")->time, ==, G_GINT64_CONSTANT (1795341900500000));
  g_assert_nonnull (strstr (find_event (update, "cost-3.2500")->message, "3.25"));
  g_assert_cmpint (find_event (update, "cost-3.2500")->time, ==, G_GINT64_CONSTANT (1795341600000000));
  /* The same news are the same events: the store keeps them once. */
  for (guint i = 0; i < update->events->len; i++)
    {
      const AttuneEvent *event = g_ptr_array_index (update->events, i);

      g_assert_nonnull (find_event (again, event->id));
    }
}

static void
test_money (void)
{
  static const struct {
    const char *text;
    double      dollars;
  } cases[] = {
    { "{\"currencyCode\":\"USD\",\"units\":\"12\",\"nanos\":345000000}", 12.345 },
    { "{\"units\":7}", 7 },
    { "{\"currencyCode\":\"USD\",\"nanos\":1}", 1e-9 },
    { "{}", 0 },
    { "{\"currencyCode\":\"EUR\",\"units\":\"12\"}", NAN },
    { "null", NAN },
    { "[1]", NAN },
  };

  g_assert_true (isnan (attune_fireworks_parse_money (NULL)));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = parse (cases[i].text);
      double dollars = attune_fireworks_parse_money (node);

      if (isnan (cases[i].dollars))
        g_assert_true (isnan (dollars));
      else
        g_assert_cmpfloat_with_epsilon (dollars, cases[i].dollars, 1e-12);
    }
}

static void
test_accounts (void)
{
  g_autoptr (GPtrArray) accounts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonNode) node = parse ("{\"accounts\":[{\"name\":\"accounts/acme\",\"suspendState\":\"UNSUSPENDED\"},{\"name\":\"accounts/poor\",\"suspendState\":\"BILLING\"},"
                                     "{\"name\":\"accounts/plain\"},{\"displayName\":\"nameless\"},7,{\"name\":\"accounts/empty\",\"suspendState\":\"\"}]}");
  g_autoptr (JsonNode) odd = parse ("{\"accounts\":{}}");

  attune_fireworks_parse_accounts (node, accounts);
  attune_fireworks_parse_accounts (odd, accounts);
  g_assert_cmpuint (accounts->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (accounts, 0), ==, "acme");
  g_assert_cmpstr (g_ptr_array_index (accounts, 1), ==, "plain");
  g_assert_cmpstr (g_ptr_array_index (accounts, 2), ==, "empty");
}

static void
test_dataset (void)
{
  g_autoptr (JsonNode) ready = parse ("{\"state\":\"READY\",\"status\":{\"code\":\"OK\"}}");
  g_autoptr (JsonNode) uploading = parse ("{\"state\":\"UPLOADING\"}");
  g_autoptr (JsonNode) bad = parse ("{\"state\":\"UPLOADING\",\"status\":{\"code\":\"INVALID_ARGUMENT\",\"message\":\"line 3\"}}");
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_fireworks_is_dataset_ready (ready, &error));
  g_assert_no_error (error);
  g_assert_false (attune_fireworks_is_dataset_ready (uploading, &error));
  g_assert_no_error (error);
  g_assert_false (attune_fireworks_is_dataset_ready (NULL, NULL));
  g_assert_false (attune_fireworks_is_dataset_ready (bad, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "line 3"));
}

#define METRICS \
  "{\"timestamp\": 1795341600.5, \"step\": 0, \"data\": {\"train/epoch\":0,\"train/seq\":5,\"train/token\":20248,\"train/loss\":2.5}}\n" \
  "starting the second step\n" \
  "\n" \
  "{\"timestamp\": 1795341610.5, \"step\": 1, \"data\": {\"train/epoch\":0,\"train/loss\":NaN,\"train/lr\":1e-4,\"train/grad_norm\":Infinity}}\r\n" \
  "{\"timestamp\": 1795341615, \"step\": 1, \"data\": {\"val/loss\":1.25}}\n" \
  "{\"timestamp\": 1795341616, \"step\": \"odd\", \"data\": {\"train/loss\":1}}\n" \
  "{\"timestamp\": 1795341617, \"step\": 3}\n" \
  "{\"timestamp\": 1795341618, \"step\": 3, \"data\": {\"train/seq\":1}}\n" \
  "{\"timestamp\": 1795341620.5, \"step\": 2, \"data\": {\"train/epoch\":1,\"train/loss\":0.93,\"train/mean_token_accuracy\":0.5,\"train/tokens\":60744}}\n"

static void
assert_metrics (GArray *points)
{
  const AttuneMetricPoint *point;

  g_assert_cmpuint (points->len, ==, 4);
  point = &g_array_index (points, AttuneMetricPoint, 0);
  g_assert_cmpint (point->step, ==, 1);
  g_assert_cmpint (point->time, ==, G_GINT64_CONSTANT (1795341600500000));
  g_assert_cmpuint (point->set, ==, 1u << ATTUNE_METRIC_LOSS);
  g_assert_cmpfloat (point->values[ATTUNE_METRIC_LOSS], ==, 2.5);
  g_assert_cmpfloat (point->epoch, ==, 0.5);
  point = &g_array_index (points, AttuneMetricPoint, 1);
  g_assert_cmpint (point->step, ==, 2);
  g_assert_cmpuint (point->set, ==, (1u << ATTUNE_METRIC_LOSS) | (1u << ATTUNE_METRIC_LEARNING_RATE) | (1u << ATTUNE_METRIC_GRAD_NORM));
  g_assert_true (isnan (point->values[ATTUNE_METRIC_LOSS]));
  g_assert_cmpfloat (point->values[ATTUNE_METRIC_LEARNING_RATE], ==, 1e-4);
  point = &g_array_index (points, AttuneMetricPoint, 2);
  g_assert_cmpint (point->step, ==, 2);
  g_assert_cmpuint (point->set, ==, 1u << ATTUNE_METRIC_EVAL_LOSS);
  g_assert_cmpfloat (point->values[ATTUNE_METRIC_EVAL_LOSS], ==, 1.25);
  point = &g_array_index (points, AttuneMetricPoint, 3);
  g_assert_cmpint (point->step, ==, 3);
  g_assert_cmpfloat (point->epoch, ==, 1.5);
  g_assert_cmpfloat (point->values[ATTUNE_METRIC_TOKEN_ACCURACY], ==, 0.5);
  g_assert_cmpfloat (point->values[ATTUNE_METRIC_TOKENS], ==, 60744);
}

static void
test_metrics (void)
{
  const char *text = METRICS;
  gsize length = strlen (text);

  /* In two pieces, cut everywhere; the second begins where the reader says that it stopped. */
  for (gsize cut = 0; cut <= length; cut++)
    {
      AttuneFireworksMetrics metrics;
      g_autoptr (GArray) first = NULL;
      g_autoptr (GArray) second = NULL;

      attune_fireworks_metrics_init (&metrics);
      first = attune_fireworks_metrics_read (&metrics, text, cut, 2, FALSE);
      second = attune_fireworks_metrics_read (&metrics, text + metrics.offset, length - (gsize) metrics.offset, 2, FALSE);
      g_assert_cmpint (metrics.offset, ==, (gint64) length);
      g_array_append_vals (first, second->data, second->len);
      assert_metrics (first);
      g_assert_cmpint (metrics.last_step, ==, 3);
      /* Two steps in 20 s; seven are left. */
      g_assert_cmpfloat (attune_fireworks_metrics_predict (&metrics, 10), ==, 70);
      g_assert_cmpfloat (attune_fireworks_metrics_predict (&metrics, 2), ==, 0);
      g_assert_true (isnan (attune_fireworks_metrics_predict (&metrics, -1)));
    }
}

static void
test_metrics_ends (void)
{
  AttuneFireworksMetrics metrics;
  g_autoptr (GArray) none = NULL;
  g_autoptr (GArray) torn = NULL;
  g_autoptr (GArray) whole = NULL;
  const char *line = "{\"timestamp\":1,\"step\":5,\"data\":{\"train/loss\":1,\"train/epoch\":2}}";

  attune_fireworks_metrics_init (&metrics);
  none = attune_fireworks_metrics_read (&metrics, NULL, 0, NAN, TRUE);
  g_assert_cmpuint (none->len, ==, 0);
  torn = attune_fireworks_metrics_read (&metrics, line, strlen (line), NAN, FALSE);
  g_assert_cmpuint (torn->len, ==, 0);
  g_assert_cmpint (metrics.offset, ==, 0);
  whole = attune_fireworks_metrics_read (&metrics, line, strlen (line), NAN, TRUE);
  g_assert_cmpuint (whole->len, ==, 1);
  g_assert_cmpint (g_array_index (whole, AttuneMetricPoint, 0).step, ==, 5);
  g_assert_cmpfloat (g_array_index (whole, AttuneMetricPoint, 0).epoch, ==, 2);
  g_assert_true (isnan (attune_fireworks_metrics_predict (&metrics, 10)));
}

static void
test_models (void)
{
  g_autoptr (JsonNode) answer = parse (
    "{\"models\":["
    "{\"name\":\"accounts/fireworks/models/a\",\"displayName\":\"A\",\"state\":\"READY\",\"supervisedLoraTunable\":true,\"supervisedFullParameterTunable\":true,"
    "\"contextLength\":131072,\"trainingContextLength\":8192,\"supportsTools\":true,\"supportsImageInput\":true,\"baseModelDetails\":{\"parameterCount\":\"8030261248\",\"moe\":true}},"
    "{\"name\":\"accounts/fireworks/models/b\",\"supervisedLoraTunable\":true,\"contextLength\":16384,\"deprecationDate\":{\"year\":2027,\"month\":3}},"
    "{\"name\":\"accounts/fireworks/models/full\",\"supervisedFullParameterTunable\":true,\"trainingContextLength\":262144},"
    "{\"name\":\"accounts/fireworks/models/stale\",\"tunable\":true,\"rlTunable\":true,\"supportsLora\":true},"
    "{\"name\":\"accounts/fireworks/models/ended\",\"supervisedLoraTunable\":true,\"deprecationDate\":{\"year\":2026,\"month\":11,\"day\":22}},"
    "{\"name\":\"accounts/fireworks/models/odd\",\"supervisedLoraTunable\":true,\"deprecationDate\":{\"year\":2026,\"month\":14,\"day\":99},\"contextLength\":\"many\"},"
    "{\"supervisedLoraTunable\":true},"
    "null,17"
    "]}");
  g_autoptr (JsonNode) empty = parse ("{\"models\":null}");
  g_autoptr (JsonNode) live = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (AttuneCapabilities) a = NULL;
  g_autoptr (AttuneCapabilities) b = NULL;
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GVariant) notices = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *models = json_array_new ();
  JsonObject *object = json_object_new ();
  const char *text;
  guint64 parameters;
  guint32 context;
  double low;
  double high;
  GDate today;

  g_date_clear (&today, 1);
  g_date_set_dmy (&today, 22, G_DATE_NOVEMBER, 2026);
  attune_fireworks_parse_models (answer, models, &today);
  attune_fireworks_parse_models (empty, models, &today);
  json_object_set_array_member (object, "models", models);
  json_node_take_object (live, object);

  capabilities = attune_capabilities_new_from_json (live, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_capabilities_get_n_models (capabilities), ==, 4);

  a = attune_capabilities_for_model (capabilities, "accounts/fireworks/models/a");
  g_assert_true (attune_capabilities_supports_value (a, "method.type", "full"));
  g_assert_true (attune_capabilities_supports_value (a, "method.type", "lora"));
  g_assert_true (attune_capabilities_get_range (a, "schedule.sequenceLength", &low, &high));
  g_assert_cmpfloat (low, ==, 512);
  g_assert_cmpfloat (high, ==, 8192);
  model = attune_capabilities_dup_model (capabilities, "accounts/fireworks/models/a");
  g_assert_true (g_variant_lookup (model, "parameters", "t", &parameters));
  g_assert_cmpuint (parameters, ==, 8030261248);
  g_assert_true (g_variant_lookup (model, "contextLength", "u", &context));
  g_assert_cmpuint (context, ==, 131072);
  g_assert_true (g_variant_lookup (model, "notes", "&s", &text));
  g_assert_cmpstr (text, ==, "Mixture of experts · Calls tools · Sees images");

  b = attune_capabilities_for_model (capabilities, "accounts/fireworks/models/b");
  g_assert_false (attune_capabilities_supports_value (b, "method.type", "full"));
  g_assert_true (attune_capabilities_get_range (b, "schedule.sequenceLength", &low, &high));
  g_assert_cmpfloat (high, ==, 16384);
  notices = g_variant_lookup_value (attune_capabilities_get_variant (b), "notices", NULL);
  g_assert_nonnull (notices);
  g_assert_cmpuint (g_variant_n_children (notices), ==, 1);
  g_clear_pointer (&model, g_variant_unref);
  model = attune_capabilities_dup_model (capabilities, "accounts/fireworks/models/b");
  g_assert_true (g_variant_lookup (model, "title", "&s", &text));
  g_assert_cmpstr (text, ==, "b");
}

/* Answers of any kind: changed at random they are never a crash, and what is made of them has the shape that it must have. */
static void
test_mutations (void)
{
  static const char * const texts[] = {
    "{\"name\":\"accounts/a/supervisedFineTuningJobs/j\",\"state\":\"JOB_STATE_RUNNING\",\"createTime\":\"2026-11-22T10:00:00Z\",\"updateTime\":\"2026-11-22T10:05:00.5Z\","
    "\"status\":{\"code\":\"INTERNAL\",\"message\":\"a\"},\"jobProgress\":{\"percent\":25,\"inputTokens\":\"4711\"},"
    "\"estimatedCost\":{\"currencyCode\":\"USD\",\"units\":\"3\",\"nanos\":250000000},\"outputModel\":\"accounts/a/models/m\"}",
    "{\"models\":[{\"name\":\"accounts/fireworks/models/a\",\"displayName\":\"A\",\"state\":\"READY\",\"supervisedLoraTunable\":true,"
    "\"supervisedFullParameterTunable\":true,\"contextLength\":131072,\"trainingContextLength\":8192,\"supportsTools\":true,"
    "\"deprecationDate\":{\"year\":2027,\"month\":3,\"day\":1},\"baseModelDetails\":{\"parameterCount\":\"8030261248\",\"moe\":true}}],\"nextPageToken\":\"\"}",
    "{\"accounts\":[{\"name\":\"accounts/acme\",\"suspendState\":\"UNSUSPENDED\"}],\"nextPageToken\":\"x\"}",
    "{\"timestamp\": 1795341600.5, \"step\": 0, \"data\": {\"train/epoch\":0,\"train/loss\":NaN,\"train/lr\":1e-4}}\n"
    "{\"timestamp\": 1795341601.5, \"step\": 1, \"data\": {\"train/epoch\":0,\"train/loss\":2,\"eval/loss\":Infinity}}\n",
  };
  static const char bytes[] = "\"{}[]:,0189-+eE.\\ntrufalse \377\200\t\n";
  const AttuneFireworksKnown known = { ATTUNE_JOB_STATUS_RUNNING, 1, 10, 1000 };
  GDate today;

  g_date_clear (&today, 1);
  g_date_set_dmy (&today, 22, G_DATE_NOVEMBER, 2026);
  for (guint i = 0; i < 8000; i++)
    {
      const char *original = texts[i % G_N_ELEMENTS (texts)];
      gsize length = strlen (original);
      g_autofree char *text = g_strdup (original);
      g_autoptr (JsonNode) node = NULL;
      AttuneFireworksMetrics metrics;
      g_autoptr (GArray) points = NULL;

      for (gint32 j = g_test_rand_int_range (1, 5); j > 0; j--)
        text[g_test_rand_int_range (0, (gint32) length)] = bytes[g_test_rand_int_range (0, (gint32) sizeof bytes - 1)];
      if (g_test_rand_int_range (0, 8) == 0)
        length = (gsize) g_test_rand_int_range (0, (gint32) length);

      attune_fireworks_metrics_init (&metrics);
      points = attune_fireworks_metrics_read (&metrics, text, length, NAN, i % 2 == 0);
      g_assert_cmpint (metrics.offset, <=, (gint64) length);
      for (guint j = 0; j < points->len; j++)
        g_assert_cmpint (g_array_index (points, AttuneMetricPoint, j).step, >=, 0);

      node = attune_http_json_parse (text, length, NULL, NULL);
      if (node == NULL)
        continue;
      {
        g_autoptr (AttuneStatusUpdate) update = NULL;
        g_autoptr (GPtrArray) accounts = g_ptr_array_new_with_free_func (g_free);
        g_autoptr (JsonNode) live = json_node_new (JSON_NODE_OBJECT);
        g_autoptr (AttuneCapabilities) capabilities = NULL;
        g_autoptr (GError) error = NULL;
        JsonObject *object = json_object_new ();
        JsonArray *models = json_array_new ();

        update = attune_fireworks_parse_job (node, &known);
        g_assert_nonnull (update);
        g_assert_true (isnan (update->progress) || (update->progress >= 0 && update->progress <= 1));
        attune_fireworks_parse_accounts (node, accounts);
        attune_fireworks_parse_models (node, models, &today);
        json_object_set_array_member (object, "models", models);
        json_node_take_object (live, object);
        capabilities = attune_capabilities_new_from_json (live, &error);
        g_assert_no_error (error);
      }
    }
}

static void
test_explain (void)
{
  g_autoptr (GError) refused = attune_fireworks_explain (g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID, "No."));
  g_autoptr (GError) other = attune_fireworks_explain (g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "No."));

  g_assert_true (g_str_has_prefix (refused->message, "No. "));
  g_assert_nonnull (strstr (refused->message, "training"));
  g_assert_cmpstr (other->message, ==, "No.");
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/fireworks/parse/states", test_states);
  g_test_add_func ("/fireworks/parse/ended-stays-ended", test_ended_stays_ended);
  g_test_add_func ("/fireworks/parse/progress", test_progress);
  g_test_add_func ("/fireworks/parse/failures", test_failures);
  g_test_add_func ("/fireworks/parse/events", test_events);
  g_test_add_func ("/fireworks/parse/money", test_money);
  g_test_add_func ("/fireworks/parse/accounts", test_accounts);
  g_test_add_func ("/fireworks/parse/dataset", test_dataset);
  g_test_add_func ("/fireworks/parse/metrics", test_metrics);
  g_test_add_func ("/fireworks/parse/metrics-ends", test_metrics_ends);
  g_test_add_func ("/fireworks/parse/models", test_models);
  g_test_add_func ("/fireworks/parse/mutations", test_mutations);
  g_test_add_func ("/fireworks/parse/explain", test_explain);

  return g_test_run ();
}
