/* test-together-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "attune-catalogue.h"
#include "attune-http-json.h"
#include "attune-together-private.h"

#define JOB_ID "6f1d2f6e-9a5b-4b0e-8c57-6c1b1d7c2b11"

static JsonNode *
read_json (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_http_json_parse (text, strlen (text), NULL, &error);

  g_assert_no_error (error);

  return node;
}

static void
test_statuses (void)
{
  static const struct { const char *word; int status; } words[] = {
    { "pending", ATTUNE_JOB_STATUS_QUEUED }, { "queued", ATTUNE_JOB_STATUS_QUEUED },
    { "running", ATTUNE_JOB_STATUS_RUNNING }, { "compressing", ATTUNE_JOB_STATUS_RUNNING },
    { "uploading", ATTUNE_JOB_STATUS_RUNNING }, { "cancel_requested", ATTUNE_JOB_STATUS_RUNNING },
    { "cancelled", ATTUNE_JOB_STATUS_CANCELLED }, { "error", ATTUNE_JOB_STATUS_FAILED },
    { "user_error", ATTUNE_JOB_STATUS_FAILED }, { "completed", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "COMPLETED", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "succeeded", -1 }, { "dancing", -1 }, { "", -1 }, { NULL, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_cmpint (attune_together_parse_status (words[i].word), ==, words[i].status);
}

static void
test_job (void)
{
  g_autoptr (JsonNode) running = read_json ("{\"id\":\"ft-1\",\"status\":\"running\",\"n_epochs\":4,\"epochs_completed\":1,\"token_count\":0,"
                                            "\"model_output_name\":\"acme/x\",\"progress\":{\"estimate_available\":true,\"seconds_remaining\":90}}");
  g_autoptr (JsonNode) queued = read_json ("{\"id\":\"ft-1\",\"status\":\"queued\",\"progress\":{\"estimate_available\":true,\"seconds_remaining\":90}}");
  g_autoptr (JsonNode) done = read_json ("{\"id\":\"ft-1\",\"status\":\"completed\",\"steps_completed\":8,\"total_steps\":8,\"token_count\":4096,"
                                         "\"model_output_name\":\"acme/x-v2\"}");
  g_autoptr (JsonNode) adapter = read_json ("{\"status\":\"completed\",\"model_output_name\":\"\",\"adapter_output_name\":\"acme/x-lora\"}");
  g_autoptr (JsonNode) strange = read_json ("{\"status\":\"hibernating\",\"n_epochs\":\"four\",\"progress\":[],\"token_count\":null}");
  g_autoptr (AttuneStatusUpdate) update = attune_together_parse_job (running);
  g_autoptr (AttuneStatusUpdate) waiting = attune_together_parse_job (queued);
  g_autoptr (AttuneStatusUpdate) ended = attune_together_parse_job (done);
  g_autoptr (AttuneStatusUpdate) lora = attune_together_parse_job (adapter);
  g_autoptr (AttuneStatusUpdate) unknown = attune_together_parse_job (strange);

  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpfloat_with_epsilon (update->progress, 0.25, 1e-9);
  g_assert_cmpfloat_with_epsilon (update->time_remaining, 90, 1e-9);
  g_assert_cmpint (update->trained_tokens, ==, -1);
  /* The name is there before the model is. */
  g_assert_null (update->fine_tuned_model);

  g_assert_true (isnan (waiting->time_remaining));
  g_assert_cmpint (ended->step, ==, 8);
  g_assert_cmpint (ended->total_steps, ==, 8);
  g_assert_cmpint (ended->trained_tokens, ==, 4096);
  g_assert_cmpstr (ended->fine_tuned_model, ==, "acme/x-v2");
  g_assert_no_error (ended->error);
  g_assert_cmpstr (lora->fine_tuned_model, ==, "acme/x-lora");
  g_assert_cmpint (unknown->status, ==, -1);
  g_assert_true (isnan (unknown->progress));
}

static void
test_cancelling_is_asked_sooner (void)
{
  g_autoptr (JsonNode) node = read_json ("{\"status\":\"cancel_requested\"}");
  g_autoptr (AttuneStatusUpdate) update = attune_together_parse_job (node);

  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpfloat (update->poll_after, <=, 5);
}

static void
test_events (void)
{
  g_autoptr (JsonNode) node = read_json (
    "{\"data\":["
    "{\"object\":\"fine-tune-event\",\"created_at\":\"2026-11-22T10:00:09Z\",\"level\":\"Info\",\"message\":\"nine\",\"type\":\"EPOCH_COMPLETE\",\"step\":9,\"total_steps\":10},"
    "{\"object\":\"fine-tune-event\",\"created_at\":\"2026-11-22T10:00:01Z\",\"level\":null,\"message\":\"one\",\"type\":\"training_start\",\"step\":1,\"total_steps\":10},"
    "{\"created_at\":\"2026-11-22T10:00:02.5Z\",\"level\":\"legacy_iwarning\",\"message\":\"careful\",\"type\":\"never_seen_before\",\"step\":0,\"total_steps\":0},"
    "{\"created_at\":\"2026-11-22T10:00:03Z\",\"level\":\"\",\"message\":\"\",\"type\":\"wandb_init\",\"wandb_url\":\"https://wandb.ai/acme/x/runs/1\"},"
    "{\"created_at\":\"never\",\"level\":\"legacy_ierror\",\"message\":\"bad\",\"type\":\"warning\"},"
    "{\"level\":7,\"message\":null},\"no object\",null]}");
  g_autoptr (AttuneStatusUpdate) update = attune_status_update_new ();
  const AttuneEvent *event;

  update->status = ATTUNE_JOB_STATUS_RUNNING;
  attune_together_parse_events (node, update);
  g_assert_cmpuint (update->events->len, ==, 5);
  g_assert_cmpint (update->step, ==, 9);
  g_assert_cmpint (update->total_steps, ==, 10);
  event = g_ptr_array_index (update->events, 0);
  g_assert_cmpstr (event->level, ==, "info");
  g_assert_cmpint (event->time, ==, G_GINT64_CONSTANT (1795341609) * G_USEC_PER_SEC);
  event = g_ptr_array_index (update->events, 2);
  g_assert_cmpstr (event->level, ==, "warning");
  g_assert_cmpint (event->time % G_USEC_PER_SEC, ==, 500000);
  event = g_ptr_array_index (update->events, 3);
  g_assert_cmpstr (event->message, ==, "wandb_init https://wandb.ai/acme/x/runs/1");
  event = g_ptr_array_index (update->events, 4);
  g_assert_cmpstr (event->level, ==, "error");
  g_assert_cmpint (event->time, ==, 0);
  /* It runs: nobody says that it failed. */
  g_assert_no_error (update->error);
}

static void
test_reasons (void)
{
  static const struct { const char *type; AttuneError code; } reasons[] = {
    { "job_error", ATTUNE_ERROR_FAILED }, { "JOB_USER_ERROR", ATTUNE_ERROR_INVALID }, { "job_user_error", ATTUNE_ERROR_INVALID },
  };
  g_autoptr (JsonNode) silent = read_json ("{\"status\":\"error\"}");
  g_autoptr (AttuneStatusUpdate) without = attune_together_parse_job (silent);

  g_assert_error (without->error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED);
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autofree char *text = g_strdup_printf (
        "{\"data\":[{\"created_at\":\"2026-11-22T10:00:01Z\",\"level\":\"error\",\"message\":\"first\",\"type\":\"warning\"},"
        "{\"created_at\":\"2026-11-22T10:00:02Z\",\"level\":null,\"message\":\"row 7 is too long\",\"type\":\"%s\"}]}", reasons[i].type);
      g_autoptr (JsonNode) node = read_json (text);
      g_autoptr (AttuneStatusUpdate) update = attune_together_parse_job (silent);

      attune_together_parse_events (node, update);
      g_assert_error (update->error, ATTUNE_ERROR, (int) reasons[i].code);
      g_assert_nonnull (strstr (update->error->message, "row 7 is too long"));
    }
}

static void
test_checkpoints (void)
{
  g_autoptr (JsonNode) node = read_json (
    "{\"data\":[{\"step\":20,\"created_at\":\"2026-11-22T10:02:00Z\",\"path\":\"p\",\"checkpoint_type\":\"Final Merged\"},"
    "{\"step\":10,\"created_at\":\"2026-11-22T10:01:00Z\",\"path\":\"p\",\"checkpoint_type\":\"Intermediate\"},{}]}");
  g_autoptr (GPtrArray) checkpoints = attune_together_parse_checkpoints (node, "ft-1");
  g_autoptr (JsonNode) nothing = read_json ("{}");
  g_autoptr (GPtrArray) none = attune_together_parse_checkpoints (nothing, "ft-1");
  const AttuneCheckpoint *checkpoint;

  g_assert_cmpuint (checkpoints->len, ==, 3);
  checkpoint = g_ptr_array_index (checkpoints, 1);
  g_assert_cmpstr (checkpoint->id, ==, "ft-1:10");
  g_assert_cmpint (checkpoint->step, ==, 10);
  g_assert_cmpint (checkpoint->time, >, 0);
  checkpoint = g_ptr_array_index (checkpoints, 2);
  g_assert_cmpstr (checkpoint->id, ==, "ft-1");
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_metrics (void)
{
  g_autoptr (JsonNode) node = read_json (
    "{\"metrics\":[{\"train/loss\":0.5,\"train/learning_rate\":0.0001,\"train/global_step\":7,\"train/grad_norm\":1.5,\"other\":1},"
    "{\"eval/loss\":0.6,\"train/global_step\":7},{\"train/loss\":NaN,\"train/global_step\":8.0,\"train/epoch\":0.5},"
    "{\"train/loss\":0.4},{\"train/global_step\":9},{\"train/global_step\":-1,\"train/loss\":1},{\"train/global_step\":\"x\",\"train/loss\":1},"
    "{\"train/loss\":\"low\",\"train/global_step\":10},[],null]}");
  g_autoptr (GArray) points = attune_together_parse_metrics (node);
  const AttuneMetricPoint *point;

  g_assert_cmpuint (points->len, ==, 3);
  point = &g_array_index (points, AttuneMetricPoint, 0);
  g_assert_cmpint (point->step, ==, 7);
  g_assert_cmpuint (point->set, ==, (1u << ATTUNE_METRIC_LOSS) | (1u << ATTUNE_METRIC_LEARNING_RATE) | (1u << ATTUNE_METRIC_GRAD_NORM));
  g_assert_cmpfloat_with_epsilon (point->values[ATTUNE_METRIC_LOSS], 0.5, 1e-9);
  g_assert_true (isnan (point->epoch));
  point = &g_array_index (points, AttuneMetricPoint, 1);
  g_assert_cmpuint (point->set, ==, 1u << ATTUNE_METRIC_EVAL_LOSS);
  /* A loss that ran away is told as what it is. */
  point = &g_array_index (points, AttuneMetricPoint, 2);
  g_assert_cmpint (point->step, ==, 8);
  g_assert_cmpuint (point->set, ==, 1u << ATTUNE_METRIC_LOSS);
  g_assert_true (isnan (point->values[ATTUNE_METRIC_LOSS]));
  g_assert_cmpfloat_with_epsilon (point->epoch, 0.5, 1e-9);
}

static void
test_price (void)
{
  g_autoptr (JsonNode) nano = read_json ("{\"total_price\":1250000000}");
  g_autoptr (JsonNode) zero = read_json ("{\"total_price\":0}");

  g_assert_cmpfloat_with_epsilon (attune_together_parse_price (nano), 1.25, 1e-9);
  g_assert_true (isnan (attune_together_parse_price (zero)));
}

static void
test_estimates (void)
{
  static const char * const reasons[] = {
    "multimodal_dataset", "train_file_not_validated", "eval_file_not_validated", "train_file_invalid", "eval_file_invalid", "something_new"
  };
  g_autoptr (JsonNode) good = read_json ("{\"estimation_available\":true,\"estimated_total_price\":3.5,\"allowed_to_proceed\":true,\"user_limit\":10,"
                                         "\"estimated_train_token_count\":1000,\"estimated_eval_token_count\":10}");
  /* Without the newer member. */
  g_autoptr (JsonNode) beyond = read_json ("{\"estimated_total_price\":35,\"allowed_to_proceed\":false,\"user_limit\":10}");
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneEstimate) estimate = attune_together_parse_estimate (good, &error);
  g_autoptr (AttuneEstimate) refused = NULL;

  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (estimate->cost_low, 3.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (estimate->cost_high, 3.5, 1e-9);
  g_assert_cmpint (estimate->tokens, ==, 1000);
  refused = attune_together_parse_estimate (beyond, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (refused->source, "10.00"));

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"estimation_available\":false,\"unavailable_reason\":\"%s\"}", reasons[i]);
      g_autoptr (JsonNode) node = read_json (text);
      g_autoptr (GError) problem = NULL;

      g_assert_null (attune_together_parse_estimate (node, &problem));
      g_assert_error (problem, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED);
    }
}

static void
test_find (void)
{
  g_autoptr (JsonNode) by_suffix = read_json ("{\"data\":[{\"id\":\"ft-0\",\"suffix\":\"v2\"},{\"id\":\"ft-1\",\"suffix\":\"v2-6f1d2f6e\"}]}");
  g_autoptr (JsonNode) by_name = read_json ("{\"data\":[{\"id\":\"ft-2\",\"model_output_name\":\"acme/llama-v2-6f1d2f6e-9a8b7c\"}]}");
  g_autoptr (JsonNode) no = read_json ("{\"data\":[{\"id\":\"ft-3\",\"suffix\":\"6f1d2f6e-v2\"},{\"id\":\"ft-4\",\"model_output_name\":\"acme/x6f1d2f6e\"},{}]}");

  g_assert_cmpstr (attune_together_find_marked (by_suffix, JOB_ID), ==, "ft-1");
  g_assert_cmpstr (attune_together_find_marked (by_name, JOB_ID), ==, "ft-2");
  g_assert_null (attune_together_find_marked (no, JOB_ID));
}

static void
test_files (void)
{
  static const struct { const char *json; AttuneTogetherFileState state; } files[] = {
    { "{\"processing_status\":\"PENDING\",\"Processed\":false}", ATTUNE_TOGETHER_FILE_PROCESSING },
    { "{\"processing_status\":\"QUEUED\"}", ATTUNE_TOGETHER_FILE_PROCESSING },
    { "{\"processing_status\":\"RUNNING\"}", ATTUNE_TOGETHER_FILE_PROCESSING },
    { "{\"processing_status\":\"COMPLETED\",\"Processed\":false,\"validation_report\":{\"valid\":true}}", ATTUNE_TOGETHER_FILE_READY },
    { "{\"processing_status\":\"FAILED\"}", ATTUNE_TOGETHER_FILE_REFUSED },
    { "{\"processing_status\":\"INVALID_FORMAT\",\"validation_report\":{\"valid\":false,\"error\":\"line 3\"}}", ATTUNE_TOGETHER_FILE_REFUSED },
    { "{\"processing_status\":\"COMPLETED\",\"validation_report\":{\"valid\":false,\"error\":\"line 3\"}}", ATTUNE_TOGETHER_FILE_REFUSED },
    { "{\"processing_status\":\"SOMETHING_NEW\"}", ATTUNE_TOGETHER_FILE_PROCESSING },
    { "{\"Processed\":true}", ATTUNE_TOGETHER_FILE_READY },
    { "{\"Processed\":false}", ATTUNE_TOGETHER_FILE_PROCESSING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (JsonNode) node = read_json (files[i].json);
      g_autofree char *reason = NULL;

      g_assert_cmpint (attune_together_parse_file (node, &reason), ==, files[i].state);
      g_assert_cmpint (reason != NULL, ==, files[i].state == ATTUNE_TOGETHER_FILE_REFUSED);
    }
}

static void
test_file_names (void)
{
  static const struct { const char *path; const char *name; const char *type; } files[] = {
    { "/data/train.jsonl", "train.jsonl", "jsonl" }, { "/data/Train.JSONL", "Train.JSONL", "jsonl" },
    { "/data/train.txt", "train.txt.jsonl", "jsonl" }, { "/data/train.parquet", "train.parquet", "parquet" },
    { "/data/train.csv", "train.csv", "csv" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *name = attune_together_dup_file_name (files[i].path);

      g_assert_cmpstr (name, ==, files[i].name);
      g_assert_cmpstr (attune_together_get_file_type (files[i].path), ==, files[i].type);
    }
}

/* Capabilities made of limits, and the check that uses them. */

#define LIMITS "{\"model_name\":\"m\",\"max_num_epochs\":10,\"max_num_evals\":50,\"max_num_checkpoints\":5,\"max_learning_rate\":0.01," \
  "\"min_learning_rate\":0.0000001,\"default_gradient_accumulation_steps\":2,\"max_seq_length_sft\":16384,\"max_seq_length_dpo\":8192," \
  "\"min_max_seq_length\":1024,\"supports_full_training\":true,\"supports_vision\":true,\"supports_tools\":true,\"supports_reasoning\":false," \
  "\"full_training\":{\"max_batch_size\":24,\"max_batch_size_dpo\":12,\"min_batch_size\":8}," \
  "\"lora_training\":{\"max_batch_size\":32,\"max_batch_size_dpo\":16,\"min_batch_size\":4,\"max_rank\":64,\"default_rank\":16,\"target_modules\":[\"q_proj\",\"v_proj\"]}}"

static AttuneCapabilities *
new_capabilities (const char *limits_json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneCatalogue) catalogue = attune_catalogue_load ("together", &error);
  g_autoptr (AttuneCapabilities) base = NULL;
  g_autoptr (JsonNode) limits = limits_json != NULL ? read_json (limits_json) : NULL;
  g_autoptr (JsonNode) live = attune_http_json_new_object ();
  AttuneCapabilities *merged;

  g_assert_no_error (error);
  base = attune_catalogue_dup_capabilities (catalogue, NULL);
  attune_http_json_set_node (live, "models.0", attune_together_build_model ("m", limits));
  merged = attune_remote_adapter_merge (base, live, 1795341609, &error);
  g_assert_no_error (error);

  return merged;
}

static void
assert_range (AttuneCapabilities *capabilities,
              const char         *path,
              double              low,
              double              high)
{
  double minimum;
  double maximum;

  g_assert_true (attune_capabilities_get_range (capabilities, path, &minimum, &maximum));
  g_assert_cmpfloat_with_epsilon (minimum, low, 1e-12);
  g_assert_cmpfloat_with_epsilon (maximum, high, 1e-12);
}

static void
test_limits (void)
{
  g_autoptr (AttuneCapabilities) whole = new_capabilities (LIMITS);
  g_autoptr (AttuneCapabilities) capabilities = attune_capabilities_for_model (whole, "m");
  g_autoptr (GVariant) rank = attune_capabilities_dup_default (capabilities, "method.loraConfig.rank");
  g_autoptr (GVariant) accumulation = attune_capabilities_dup_default (capabilities, "schedule.gradientAccumulation");

  assert_range (capabilities, "schedule.epochs", 1, 10);
  assert_range (capabilities, "schedule.checkpoints", 0, 5);
  assert_range (capabilities, "schedule.evaluations", 0, 20);
  assert_range (capabilities, "optimizer.learningRate", 1e-7, 0.01);
  assert_range (capabilities, "schedule.sequenceLength", 1024, 16384);
  assert_range (capabilities, "schedule.batchSize", 4, 32);
  assert_range (capabilities, "method.loraConfig.rank", 1, 64);
  g_assert_cmpint (g_variant_get_int64 (rank), ==, 16);
  g_assert_cmpint (g_variant_get_int64 (accumulation), ==, 2);
  g_assert_true (attune_capabilities_supports_value (capabilities, "method.type", "full"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "method.type", "qlora"));
}

/* Older servers tell less; zeros mean "not this". */
static void
test_sparse_limits (void)
{
  static const char * const sparse[] = {
    NULL, "{}", "[]", "{\"model_name\":\"m\"}",
    "{\"model_name\":\"m\",\"max_num_epochs\":null,\"lora_training\":null,\"max_learning_rate\":\"much\",\"max_seq_length_sft\":-1}",
    "{\"model_name\":\"m\",\"max_num_epochs\":9007199254740993,\"max_seq_length_sft\":99999999999,\"lora_training\":{\"max_rank\":1e300,\"target_modules\":[]}}",
  };
  g_autoptr (AttuneCapabilities) whole = new_capabilities ("{\"model_name\":\"m\",\"supports_full_training\":false,"
                                                           "\"full_training\":{\"max_batch_size\":0,\"min_batch_size\":0},"
                                                           "\"lora_training\":{\"max_batch_size\":8,\"min_batch_size\":8,\"max_rank\":16}}");
  g_autoptr (AttuneCapabilities) narrowed = attune_capabilities_for_model (whole, "m");

  g_assert_false (attune_capabilities_supports_value (narrowed, "method.type", "full"));
  g_assert_true (attune_capabilities_supports_value (narrowed, "method.type", "lora"));
  assert_range (narrowed, "schedule.batchSize", 8, 8);

  for (guint i = 0; i < G_N_ELEMENTS (sparse); i++)
    {
      g_autoptr (AttuneCapabilities) capabilities = new_capabilities (sparse[i]);
      g_autoptr (AttuneCapabilities) model = attune_capabilities_for_model (capabilities, "m");

      g_assert_true (attune_capabilities_supports_value (model, "method.type", "lora"));
    }
}

/* What is set, the kind of data, where an issue is expected, and its code; NULL path: none at all. */
static const struct {
  const char *set;
  const char *format;
  const char *path;
  const char *code;
} checks[] = {
  { "schedule.batchSize=8 method.type=full", "chat", NULL, NULL },
  { "schedule.batchSize=4 method.type=full", "chat", "schedule.batchSize", "range" },
  { "schedule.batchSize=32 method.type=full", "chat", "schedule.batchSize", "range" },
  { "schedule.batchSize=32", "chat", NULL, NULL },
  { "schedule.batchSize=32", "preference", "schedule.batchSize", "range" },
  { "schedule.sequenceLength=16384", "chat", NULL, NULL },
  { "schedule.sequenceLength=16384", "preference", "schedule.sequenceLength", "range" },
  { "method.loraConfig.trainableModules=q_proj,v_proj", "chat", NULL, NULL },
  { "method.loraConfig.trainableModules=all-linear", "chat", NULL, NULL },
  { "method.loraConfig.trainableModules=q_proj,w_up", "chat", "method.loraConfig.trainableModules", "type" },
  { "method.loraConfig.dropout=1", "chat", "method.loraConfig.dropout", "range" },
  { "optimizer.scheduler.minLRRatio=1", "chat", "optimizer.scheduler.minLRRatio", "combination" },
  { "metadata.wandb_entity=acme", "chat", "metadata.wandb_entity", "combination" },
  { "metadata.early_stopping_enabled=true", "chat", "datasets.validationFileId", "required" },
  { "metadata.early_stopping_enabled=true schedule.evaluations=3 datasets.validationFileId=x", "chat", "schedule.evaluations", "combination" },
  { "metadata.early_stopping_enabled=true schedule.evaluations=4 datasets.validationFileId=x", "chat", NULL, NULL },
  { "metadata.early_stopping_enabled=true metadata.early_stopping_patience=5 schedule.evaluations=6 datasets.validationFileId=x", "chat", "schedule.evaluations", "combination" },
  { "metadata.early_stopping_enabled=false", "chat", NULL, NULL },
  { "metadata.training_method=dpo", "chat", "metadata.training_method", "combination" },
  { "metadata.training_method=sft", "preference", "metadata.training_method", "combination" },
  { "metadata.dpo_beta=0.1", "chat", "metadata.dpo_beta", "combination" },
  { "metadata.dpo_beta=0.1", "preference", NULL, NULL },
  { "schedule.trainOnInputs=enabled", "preference", "schedule.trainOnInputs", "combination" },
  { "output.suffix=support-v2", "chat", NULL, NULL },
  { "output.suffix=a-suffix-of-thirty-two-letters-xx", "chat", "output.suffix", "range" },
  { "output.suffix=a-suffix-that-is-longer-than-all-that-together-takes-for-one", "chat", "output.suffix", "range" },
  { "", "alpaca", "datasets.trainingFileId", "data" },
  { "", "sharegpt", "datasets.trainingFileId", "data" },
  { "", "text", NULL, NULL },
};

static void
test_checks (void)
{
  g_autoptr (AttuneCapabilities) capabilities = new_capabilities (LIMITS);

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
      g_autoptr (AttuneDataset) training = attune_dataset_new ("/data/train.jsonl");
      g_autoptr (AttuneValidation) validation = attune_validation_new ();
      const AttuneJobContext context = { .training = training };
      g_auto (GStrv) assignments = g_strsplit (checks[i].set, " ", -1);
      const AttuneIssue *issue;

      g_test_message ("%s (%s)", checks[i].set, checks[i].format);
      g_assert_true (attune_configuration_set_from_text (configuration, "model.baseModel=m", NULL));
      for (guint j = 0; assignments[j] != NULL; j++)
        if (*assignments[j] != '\0')
          g_assert_true (attune_configuration_set_from_text (configuration, assignments[j], NULL));
      attune_dataset_set_checked (training, checks[i].format, 100, NULL, 10, 0, NULL);
      attune_together_check (configuration, capabilities, &context, validation);

      if (checks[i].path == NULL)
        {
          if (attune_validation_get_n_issues (validation) > 0)
            g_error ("%s: %s", checks[i].set, attune_validation_get_issue (validation, 0)->message);
          continue;
        }
      issue = attune_validation_find (validation, checks[i].path);
      g_assert_nonnull (issue);
      g_assert_cmpstr (issue->code, ==, checks[i].code);
    }
}

static void
test_check_of_files (void)
{
  static const char * const paths[] = { "/data/train.csv", "/data/train.json", "/data/train.jsonl" };
  g_autoptr (AttuneCapabilities) capabilities = new_capabilities (NULL);
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (AttuneDataset) training = attune_dataset_new (paths[i]);
      g_autoptr (AttuneValidation) validation = attune_validation_new ();
      const AttuneJobContext context = { .training = training };

      attune_together_check (configuration, capabilities, &context, validation);
      g_assert_cmpint (attune_validation_find (validation, "datasets.trainingFileId") != NULL, ==, i < 2);
    }
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/together/parse/statuses", test_statuses);
  g_test_add_func ("/together/parse/job", test_job);
  g_test_add_func ("/together/parse/cancelling", test_cancelling_is_asked_sooner);
  g_test_add_func ("/together/parse/events", test_events);
  g_test_add_func ("/together/parse/reasons", test_reasons);
  g_test_add_func ("/together/parse/checkpoints", test_checkpoints);
  g_test_add_func ("/together/parse/metrics", test_metrics);
  g_test_add_func ("/together/parse/price", test_price);
  g_test_add_func ("/together/parse/estimates", test_estimates);
  g_test_add_func ("/together/parse/find", test_find);
  g_test_add_func ("/together/parse/files", test_files);
  g_test_add_func ("/together/parse/file-names", test_file_names);
  g_test_add_func ("/together/capabilities/limits", test_limits);
  g_test_add_func ("/together/capabilities/sparse", test_sparse_limits);
  g_test_add_func ("/together/check/table", test_checks);
  g_test_add_func ("/together/check/files", test_check_of_files);

  return g_test_run ();
}
