/* test-huggingface-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-huggingface-private.h"
#include "huggingface-fixture.h"

/* Every setting of the table once. */
static const char full[] =
  "model.precision=int4 method.type=qlora method.loraConfig.rank=16 method.loraConfig.alpha=32 method.loraConfig.dropout=0.05 "
  "method.loraConfig.trainableModules=q_proj,v_proj schedule.epochs=2 schedule.batchSize=8 schedule.sequenceLength=1024 "
  "schedule.gradientAccumulation=2 schedule.checkpoints=4 schedule.evaluations=5 schedule.trainOnInputs=disabled optimizer.learningRate=0.0002 "
  "optimizer.scheduler.type=cosine optimizer.scheduler.minLRRatio=0.1 optimizer.scheduler.warmupRatio=0.03 optimizer.scheduler.cycles=0.75 "
  "optimizer.weightDecay=0.01 optimizer.maxGradientNorm=0.7 "
  "optimizations.enabled=flash_attention,gradient_checkpointing,optimizer_8bit,paged_optimizer,fused_kernels,sequence_packing,dynamic_padding,activation_offloading "
  "hardware.gpuType=L4 hardware.numGPUs=4 integrations.wandb.project=tunes integrations.wandb.runName=first integrations.wandb.apiKey=wandb_v1_secretsecret "
  "integrations.wandb.baseUrl=https://wandb.example integrations.huggingface.apiToken=hf_secretsecretsecretsecret "
  "integrations.huggingface.outputRepoName=acme/tuned output.suffix=v2";

static JsonNode *
translate (Face    *self,
           GError **error)
{
  return attune_adapter_translate_configuration (self->adapter, attune_job_get_configuration (self->job), &self->context, error);
}

static JsonNode *
translate_text (Face       *self,
                const char *assignments)
{
  g_autoptr (AttuneConfiguration) configuration = face_configuration_new (assignments);
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_adapter_translate_configuration (self->adapter, configuration, NULL, &error);

  g_assert_no_error (error);

  return node;
}

static JsonNode *
find_config (JsonNode *request)
{
  JsonObject *files = json_object_get_object_member (json_node_get_object (request), "files");
  g_autoptr (GList) values = json_object_get_values (files);

  g_assert_cmpuint (g_list_length (values), ==, 1);

  return values->data;
}

static void
test_full (Face          *self,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) request = translate (self, &error);
  g_autoptr (AttuneCapabilities) capabilities = attune_adapter_dup_capabilities (self->adapter);
  g_auto (GStrv) unsupported = attune_capabilities_list_unsupported (capabilities);
  g_autofree char *text = NULL;
  const AttuneParameter *table;
  JsonNode *config;
  JsonNode *body;
  guint n;

  g_assert_no_error (error);
  g_assert_cmpstr (attune_json_peek_string (request, "method", NULL), ==, "POST");
  text = g_strconcat (fake_huggingface_get_url (self->fake), "/api/jobs/<account>", NULL);
  g_assert_cmpstr (attune_json_peek_string (request, "url", NULL), ==, text);
  body = attune_json_lookup (request, "body");
  config = find_config (request);

  /* Each path of the table is in the request, or said to be ignored: nothing in between. */
  table = attune_parameters_get (&n);
  for (guint i = 0; i < n; i++)
    {
      const char *path = table[i].path;
      g_autofree char *config_path = g_strconcat ("configuration.", path, NULL);
      gboolean found = FALSE;

      if (g_str_equal (path, "hardware.gpuType") || g_str_equal (path, "hardware.numGPUs"))
        found = g_strcmp0 (attune_json_peek_string (body, "flavor", NULL), "l4x4") == 0;
      else if (g_str_equal (path, "integrations.wandb.apiKey"))
        found = attune_json_lookup (body, "secrets.WANDB_API_KEY") != NULL;
      else if (g_str_equal (path, "integrations.huggingface.apiToken"))
        found = attune_json_lookup (body, "secrets.HF_TOKEN") != NULL;
      else if (attune_configuration_is_set (attune_job_get_configuration (self->job), path))
        found = attune_json_lookup (config, config_path) != NULL;

      if (!found && !g_strv_contains ((const char * const *) unsupported, path))
        g_error ("%s is neither in the request nor said to be unsupported", path);
    }
  g_assert_cmpuint (g_strv_length (unsupported), ==, 0);

  g_assert_cmpstr (attune_json_peek_string (body, "environment.WANDB_PROJECT", NULL), ==, "tunes");
  g_assert_cmpstr (attune_json_peek_string (body, "environment.WANDB_NAME", NULL), ==, "first");
  g_assert_cmpstr (attune_json_peek_string (body, "environment.WANDB_BASE_URL", NULL), ==, "https://wandb.example");
  g_assert_cmpfloat_with_epsilon (attune_json_peek_double (config, "configuration.optimizer.scheduler.cycles", 0), 0.75, 1e-12);
  g_assert_cmpstr (attune_json_peek_string (config, "configuration.integrations.huggingface.outputRepoName", NULL), ==, "acme/tuned");
  g_assert_true (attune_json_peek_boolean (config, "configuration.metadata.pushCheckpoints", FALSE));

  /* Secrets are nowhere to be read. */
  g_clear_pointer (&text, g_free);
  text = attune_json_write (request, TRUE);
  g_assert_null (strstr (text, "wandb_v1_secret"));
  g_assert_null (strstr (text, "hf_secret"));
  g_assert_null (strstr (text, FAKE_HUGGINGFACE_TOKEN));
}

static void
test_plain (Face          *self,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) request = translate (self, &error);
  g_autofree char *config_path = g_strdup_printf ("/attune/jobs/%s/config.json", attune_job_get_id (self->job));
  g_autofree char *training = g_strdup_printf ("/attune/data/%s.jsonl", attune_dataset_get_sha256 (self->training));
  g_autofree char *repo = g_strdup_printf ("<account>/Qwen3-0.6B-attune-%.8s", attune_job_get_id (self->job));
  JsonNode *config;
  JsonNode *body;

  g_assert_no_error (error);
  body = attune_json_lookup (request, "body");
  config = find_config (request);
  g_assert_cmpstr (attune_json_peek_string (body, "dockerImage", NULL), ==, "ghcr.io/astral-sh/uv:python3.12-bookworm");
  g_assert_cmpstr (attune_json_peek_string (body, "command.0", NULL), ==, "uv");
  g_assert_cmpstr (attune_json_peek_string (body, "command.2", NULL), ==, "/attune/runner/attune-runner.py");
  g_assert_cmpstr (attune_json_peek_string (body, "command.4", NULL), ==, config_path);
  g_assert_cmpstr (attune_json_peek_string (body, "command.6", NULL), ==, "/tmp/attune");
  g_assert_cmpuint (attune_http_json_get_length (body, "arguments"), ==, 0);
  /* The server's own limit would be 30 minutes. */
  g_assert_cmpint (attune_json_peek_int (body, "timeoutSeconds", 0), ==, 21600);
  g_assert_cmpstr (attune_json_peek_string (body, "labels.attune-job", NULL), ==, attune_job_get_id (self->job));
  g_assert_cmpstr (attune_json_peek_string (body, "labels.name", NULL), ==, "My-first-job");
  g_assert_cmpstr (attune_json_peek_string (body, "volumes.0.source", NULL), ==, "<account>/attune-data");
  g_assert_cmpstr (attune_json_peek_string (body, "volumes.0.type", NULL), ==, "dataset");
  g_assert_true (attune_json_peek_boolean (body, "volumes.0.readOnly", FALSE));
  g_assert_null (attune_json_lookup (body, "environment.WANDB_PROJECT"));
  g_assert_null (attune_json_lookup (body, "secrets.WANDB_API_KEY"));
  g_assert_nonnull (attune_json_lookup (body, "secrets.HF_TOKEN"));

  g_assert_cmpstr (attune_json_peek_string (config, "paths.training", NULL), ==, training);
  g_assert_nonnull (attune_json_peek_string (config, "paths.validation", NULL));
  g_assert_cmpstr (attune_json_peek_string (config, "configuration.integrations.huggingface.outputRepoName", NULL), ==, repo);
  g_assert_cmpint (attune_json_peek_int (config, "seed", 0), ==, 42);
  /* Unset stays unset. */
  g_assert_null (attune_json_lookup (config, "configuration.schedule"));
  g_assert_null (attune_json_lookup (config, "configuration.optimizer"));
}

static void
test_flavors (Face          *self,
              gconstpointer  data)
{
  static const struct {
    const char *assignments;
    const char *flavor;
  } cases[] = {
    { "hardware.gpuType=T4", "t4-small" },
    { "hardware.gpuType=L4 hardware.numGPUs=1", "l4x1" },
    { "hardware.gpuType=L4 hardware.numGPUs=4", "l4x4" },
    { "hardware.gpuType=A10G", "a10g-small" },
    { "hardware.gpuType=A10G hardware.numGPUs=2", "a10g-largex2" },
    { "hardware.gpuType=A10G hardware.numGPUs=4", "a10g-largex4" },
    { "hardware.gpuType=L40S", "l40sx1" },
    { "hardware.gpuType=L40S hardware.numGPUs=4", "l40sx4" },
    { "hardware.gpuType=L40S hardware.numGPUs=8", "l40sx8" },
    { "hardware.gpuType=A100", "a100-large" },
    { "hardware.gpuType=a100 hardware.numGPUs=4", "a100x4" },
    { "hardware.gpuType=A100 hardware.numGPUs=8", "a100x8" },
    { "hardware.gpuType=H200", "h200" },
    { "hardware.gpuType=H200 hardware.numGPUs=2", "h200x2" },
    { "hardware.gpuType=H200 hardware.numGPUs=8", "h200x8" },
    { "hardware.gpuType=RTX~PRO~6000", "rtx-pro-6000" },
    { "hardware.gpuType=RTX~PRO~6000 hardware.numGPUs=4", "rtx-pro-6000x4" },
    { "metadata.flavor=t4-medium hardware.gpuType=H200", "t4-medium" },
    { "metadata.flavor=cpu-upgrade", "cpu-upgrade" },
    /* Without a wish: the cheapest that is large enough. */
    { "optimizations.enabled=gradient_checkpointing schedule.sequenceLength=1024", "t4-small" },
    { "model.baseModel=Qwen/Qwen3-32B optimizations.enabled=gradient_checkpointing schedule.batchSize=1", "a100-large" },
    { "model.baseModel=Qwen/Qwen3-8B method.type=qlora optimizations.enabled=gradient_checkpointing schedule.batchSize=1", "t4-small" },
    { "model.baseModel=Qwen/Qwen3-8B method.type=full optimizations.enabled=gradient_checkpointing schedule.batchSize=1", "h200" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) request = translate_text (self, cases[i].assignments);

      if (g_strcmp0 (attune_json_peek_string (request, "body.flavor", NULL), cases[i].flavor) != 0)
        g_test_message ("%s", cases[i].assignments);
      g_assert_cmpstr (attune_json_peek_string (request, "body.flavor", NULL), ==, cases[i].flavor);
    }
}

static void
test_refused (Face          *self,
              gconstpointer  data)
{
  static const struct {
    const char *assignments;
    const char *path;
    const char *words;
  } cases[] = {
    { "hardware.gpuType=H100", "hardware.gpuType", "H100" },
    { "hardware.gpuType=A100 hardware.numGPUs=2", "hardware.numGPUs", "4 × A100 (10.00 $/h)" },
    { "metadata.flavor=z9", "metadata.flavor", "a10g-large" },
    { "model.baseModel=/home/me/model", "model.baseModel", "Hub" },
    { "integrations.huggingface.outputRepoName=a/b/c", "integrations.huggingface.outputRepoName", "repository" },
    { "method.type=full model.precision=int8", "model.precision", "int8" },
    { "method.type=full model.precision=int4", "model.precision", "int4" },
    { "method.type=qlora model.precision=int8", "model.precision", "4 bits" },
    { "model.precision=fp8", "model.precision", "fp8" },
    { "hardware.gpuType=L4 hardware.numGPUs=4 schedule.batchSize=6", "schedule.batchSize", "multiple of 4" },
    { "optimizer.scheduler.type=linear optimizer.scheduler.minLRRatio=1", "optimizer.scheduler.minLRRatio", "constant" },
    { "metadata.timeoutSeconds=10", "metadata.timeoutSeconds", "300" },
    { "model.baseModel=Qwen/Qwen3-32B method.type=full", "hardware.gpuType", "QLoRA" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneConfiguration) configuration = face_configuration_new (cases[i].assignments);
      g_autoptr (AttuneValidation) validation = NULL;
      const AttuneIssue *issue;

      attune_configuration_set_value (configuration, "datasets.trainingFileId", g_variant_new_string ("x"));
      validation = attune_adapter_validate_configuration (self->adapter, configuration, &self->context);
      issue = attune_validation_find (validation, cases[i].path);
      if (issue == NULL || strstr (issue->message, cases[i].words) == NULL)
        g_test_message ("%s: %s", cases[i].assignments, issue != NULL ? issue->message : "no issue");
      g_assert_nonnull (issue);
      g_assert_cmpint (issue->severity, ==, ATTUNE_SEVERITY_ERROR);
      g_assert_nonnull (strstr (issue->message, cases[i].words));
    }
}

static void
test_metadata (Face          *self,
               gconstpointer  data)
{
  g_autoptr (JsonNode) request = translate_text (self, "metadata.timeoutSeconds=7200 metadata.dockerImage=me/image:1 metadata.seed=7 metadata.team=Blue~&~green "
                                                 "metadata.labels={\"cost~centre\":\"4711\"} metadata.earlyStoppingPatience=3 metadata.trainer={\"neftune_noise_alpha\":5} "
                                                 "metadata.wandbEntity=lab integrations.wandb.project=p");
  JsonNode *config = find_config (request);

  g_assert_cmpint (attune_json_peek_int (request, "body.timeoutSeconds", 0), ==, 7200);
  g_assert_cmpstr (attune_json_peek_string (request, "body.dockerImage", NULL), ==, "me/image:1");
  g_assert_cmpstr (attune_json_peek_string (request, "body.labels.team", NULL), ==, "Blue---green");
  g_assert_cmpstr (attune_json_peek_string (request, "body.labels.cost-centre", NULL), ==, "4711");
  g_assert_cmpstr (attune_json_peek_string (request, "body.environment.WANDB_ENTITY", NULL), ==, "lab");
  g_assert_cmpint (attune_json_peek_int (config, "seed", 0), ==, 7);
  /* The runner gets what it knows and nothing else: it refuses the rest. */
  g_assert_cmpint (attune_json_peek_int (config, "configuration.metadata.earlyStoppingPatience", 0), ==, 3);
  g_assert_cmpint (attune_json_peek_int (config, "configuration.metadata.trainer.neftune_noise_alpha", 0), ==, 5);
  g_assert_null (attune_json_lookup (config, "configuration.metadata.team"));
  g_assert_null (attune_json_lookup (config, "configuration.metadata.labels"));
  g_assert_null (attune_json_lookup (config, "configuration.metadata.timeoutSeconds"));
  g_assert_null (attune_json_lookup (config, "configuration.metadata.dockerImage"));
}

static void
test_estimate (Face          *self,
               gconstpointer  data)
{
  g_autoptr (AttuneConfiguration) configuration = face_configuration_new ("hardware.gpuType=A100 metadata.timeoutSeconds=36000");
  g_autoptr (AttuneConfiguration) unknown = face_configuration_new ("model.baseModel=somebody/model hardware.gpuType=A100 metadata.timeoutSeconds=36000");
  g_autoptr (AttuneEstimate) estimate = NULL;
  g_autoptr (AttuneEstimate) vague = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) vague_result = NULL;
  g_autoptr (GError) error = NULL;

  attune_dataset_set_tokens (self->training, 10 * 1000 * 1000);
  attune_adapter_estimate_async (self->adapter, configuration, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  estimate = attune_adapter_estimate_finish (self->adapter, result, &error);
  g_assert_no_error (error);

  /* 40 rows in batches of 4, three times. */
  g_assert_cmpint (estimate->steps, ==, 30);
  g_assert_cmpint (estimate->tokens, ==, 30 * 1000 * 1000);
  g_assert_cmpfloat (estimate->seconds_low, >, 120);
  g_assert_cmpfloat (estimate->seconds_high, >, estimate->seconds_low);
  g_assert_cmpfloat (estimate->seconds_high, <, 36000);
  g_assert_cmpfloat_with_epsilon (estimate->cost_high, 2.5 * estimate->seconds_high / 3600, 1e-9);
  g_assert_cmpfloat_with_epsilon (estimate->memory_available, 80e9, 1);
  g_assert_nonnull (strstr (estimate->source, "2.50 $"));

  /* What is not known costs at most what the limit lets it cost. */
  attune_adapter_estimate_async (self->adapter, unknown, &self->context, NULL, test_result_cb, &vague_result);
  test_wait_until (vague_result != NULL);
  vague = attune_adapter_estimate_finish (self->adapter, vague_result, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (vague->cost_high, 25.0, 1e-9);
  g_assert_true (isnan (vague->memory_high));
}

static void
test_sizes (void)
{
  static const struct {
    const char *model;
    double      parameters;
  } cases[] = {
    { "somebody/Qwen2.5-7B-Instruct", 7e9 },
    { "x/SmolLM2-135M", 135e6 },
    { "x/deepseek-coder-1.3b-base", 1.3e9 },
    { "x/Mixtral-8x7B-v0.1", 56e9 },
    { "x/phi-4", 0 },
    { "x/bge-m3", 0 },
    { "x/model_v2b", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpfloat_with_epsilon (attune_flavors_guess_parameters (NULL, cases[i].model), cases[i].parameters, 1);
}

/* All that the person may choose is said, so that the form can show it. */
static void
test_capabilities (Face          *self,
                   gconstpointer  data)
{
  static const char * const custom[] = {
    "metadata.flavor", "metadata.timeoutSeconds", "metadata.seed", "metadata.dockerImage", "metadata.wandbEntity", "metadata.earlyStoppingPatience",
    "metadata.modelRevision", "metadata.hubPrivate"
  };
  static const char * const actions[] = { "cancel", "resume", "checkpoints", "download", "estimate" };
  g_autoptr (AttuneCapabilities) capabilities = attune_adapter_dup_capabilities (self->adapter);
  g_autoptr (GVariant) parameters =
    g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "customParameters", G_VARIANT_TYPE ("a{sa{sv}}"));
  g_autoptr (GVariant) model = attune_capabilities_dup_model (capabilities, TEST_MODEL);

  g_assert_nonnull (parameters);
  g_assert_nonnull (model);
  for (gsize i = 0; i < G_N_ELEMENTS (custom); i++)
    {
      g_autoptr (GVariant) parameter = g_variant_lookup_value (parameters, custom[i] + strlen ("metadata."), NULL);

      g_assert_nonnull (parameter);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_assert_true (attune_capabilities_has_action (capabilities, actions[i]));
      g_assert_true (attune_adapter_can (self->adapter, actions[i]));
    }
  g_assert_false (attune_adapter_can (self->adapter, "pause"));
  g_assert_false (attune_capabilities_has_action (capabilities, "pause"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "model.precision", "fp8"));
  g_assert_true (attune_capabilities_supports_value (capabilities, "method.type", "qlora"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/huggingface/translate/full", Face, full, face_set_up, test_full, face_tear_down);
  g_test_add ("/huggingface/translate/plain", Face, NULL, face_set_up, test_plain, face_tear_down);
  g_test_add ("/huggingface/translate/flavors", Face, NULL, face_set_up, test_flavors, face_tear_down);
  g_test_add ("/huggingface/translate/refused", Face, NULL, face_set_up, test_refused, face_tear_down);
  g_test_add ("/huggingface/translate/metadata", Face, NULL, face_set_up, test_metadata, face_tear_down);
  g_test_add ("/huggingface/estimate", Face, NULL, face_set_up, test_estimate, face_tear_down);
  g_test_add_func ("/huggingface/sizes", test_sizes);
  g_test_add ("/huggingface/capabilities", Face, NULL, face_set_up, test_capabilities, face_tear_down);

  return g_test_run ();
}
