/* test-fireworks-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <string.h>

#include "attune-catalogue.h"
#include "attune-fireworks-private.h"
#include "attune-json.h"

#define SHA256 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define DATASET_ID "attune-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"

static AttuneDataset *
new_dataset (gint64 rows)
{
  AttuneDataset *dataset = attune_dataset_new ("/data/train.jsonl");

  attune_dataset_set_checked (dataset, "chat", 1000, SHA256, rows, 0, NULL);

  return dataset;
}

static void
set (AttuneConfiguration *configuration,
     const char          *assignment)
{
  g_autoptr (GError) error = NULL;

  attune_configuration_set_from_text (configuration, assignment, &error);
  g_assert_no_error (error);
}

static AttuneConfiguration *
new_configuration (void)
{
  AttuneConfiguration *configuration = attune_configuration_new ();

  set (configuration, "model.baseModel=qwen3-8b");
  set (configuration, "datasets.trainingFileId=6f1d2f6e-9a5b-4b0e-8c57-6c1b1d7c2b11");

  return configuration;
}

static char *
translate (AttuneConfiguration *configuration,
           AttuneDataset       *training,
           AttuneDataset       *validation)
{
  const AttuneJobContext context = { .training = training, .validation = validation };
  const AttuneFireworksParts parts = { .account = "acme", .wandb_key = "secret-key" };
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GError) error = NULL;

  body = attune_fireworks_build_job (configuration, &context, &parts, &error);
  g_assert_no_error (error);

  return attune_json_write (body, FALSE);
}

#define BASE "\"baseModel\":\"accounts/fireworks/models/qwen3-8b\",\"dataset\":\"accounts/acme/datasets/" DATASET_ID "\""

static void
test_unset_stays_unset (void)
{
  g_autoptr (AttuneConfiguration) configuration = new_configuration ();
  g_autoptr (AttuneDataset) training = new_dataset (100);
  g_autofree char *body = translate (configuration, training, NULL);

  g_assert_cmpstr (body, ==, "{" BASE "}");
}

/* One row of the table each: what is set, separated by spaces, and what the request then has beside the two that are always there. */
static const struct {
  const char *name;
  const char *set;
  const char *front;
  const char *behind;
} rows[] = {
  { "model", "model.baseModel=accounts/acme/models/mine", "\"baseModel\":\"accounts/acme/models/mine\",\"dataset\":\"accounts/acme/datasets/" DATASET_ID "\"", NULL },
  { "lora", "method.type=lora", NULL, "" },
  { "rank", "method.type=lora method.loraConfig.rank=16", NULL, ",\"loraRank\":16" },
  { "rank-alone", "method.loraConfig.rank=4", NULL, ",\"loraRank\":4" },
  { "full", "method.type=full", NULL, ",\"loraRank\":0" },
  { "full-without-rank", "method.type=full method.loraConfig.rank=16", NULL, ",\"loraRank\":0" },
  { "epochs", "schedule.epochs=3", NULL, ",\"epochs\":3" },
  { "batch", "schedule.batchSize=64", NULL, ",\"batchSizeSamples\":64" },
  { "length", "schedule.sequenceLength=8192", NULL, ",\"maxContextLength\":8192" },
  { "learning-rate", "optimizer.learningRate=1e-4", NULL, ",\"learningRate\":0.0001" },
  { "learning-rate-zero", "optimizer.learningRate=0", NULL, ",\"learningRate\":0.0" },
  { "weight-decay", "optimizer.weightDecay=0.01", NULL, ",\"optimizerWeightDecay\":0.01" },
  { "weight-decay-zero", "optimizer.weightDecay=0", NULL, ",\"optimizerWeightDecay\":0.0" },
  { "cosine", "optimizer.scheduler.type=cosine", NULL, ",\"lrScheduler\":{\"cosine\":{}}" },
  { "cosine-floor", "optimizer.scheduler.type=cosine optimizer.scheduler.minLRRatio=0.1", NULL, ",\"lrScheduler\":{\"cosine\":{\"minLrRatio\":0.1}}" },
  { "floor-alone", "optimizer.scheduler.minLRRatio=0.1", NULL, ",\"lrScheduler\":{\"cosine\":{\"minLrRatio\":0.1}}" },
  { "linear", "optimizer.scheduler.type=linear optimizer.scheduler.minLRRatio=0", NULL, ",\"lrScheduler\":{\"linear\":{\"minLrRatio\":0.0}}" },
  { "decay", "optimizer.scheduler.type=linear metadata.decayRatio=0.5", NULL, ",\"lrScheduler\":{\"linear\":{\"decayRatio\":0.5}}" },
  { "constant", "optimizer.scheduler.type=constant", NULL, ",\"lrScheduler\":{\"constant\":{}}" },
  { "constant-ignores-warmup", "optimizer.scheduler.type=constant optimizer.scheduler.warmupRatio=0.5", NULL, ",\"lrScheduler\":{\"constant\":{}}" },
  /* 100 rows in batches of 32 are 4 steps an epoch, one epoch unless more are asked for. */
  { "constant-with-warmup", "optimizer.scheduler.type=constant_with_warmup optimizer.scheduler.warmupRatio=0.5", NULL, ",\"learningRateWarmupSteps\":2,\"lrScheduler\":{\"constant\":{}}" },
  { "warmup-zero", "optimizer.scheduler.warmupRatio=0", NULL, "" },
  { "warmup-below-one", "optimizer.scheduler.warmupRatio=0.1", NULL, "" },
  { "warmup-rounded", "optimizer.scheduler.warmupRatio=0.13 schedule.epochs=1", NULL, ",\"epochs\":1,\"learningRateWarmupSteps\":1" },
  { "warmup-of-all", "optimizer.scheduler.warmupRatio=1 schedule.epochs=3 schedule.batchSize=7", NULL, ",\"epochs\":3,\"batchSizeSamples\":7,\"learningRateWarmupSteps\":45" },
  { "wandb", "integrations.wandb.project=tunes", NULL, ",\"wandbConfig\":{\"enabled\":true,\"apiKey\":\"secret-key\",\"project\":\"tunes\"}" },
  { "wandb-run", "integrations.wandb.project=tunes integrations.wandb.runName=Run_1! metadata.wandbEntity=acme", NULL,
    ",\"wandbConfig\":{\"enabled\":true,\"apiKey\":\"secret-key\",\"project\":\"tunes\",\"entity\":\"acme\",\"runId\":\"run-1\"}" },
  { "carveout", "metadata.evalAutoCarveout=true", NULL, ",\"evalAutoCarveout\":true" },
  { "turbo", "metadata.isTurbo=false", NULL, ",\"isTurbo\":false" },
  { "purpose", "metadata.purpose=PURPOSE_PILOT", NULL, ",\"purpose\":\"PURPOSE_PILOT\"" },
  { "warm-start", "metadata.warmStartFrom=accounts/acme/models/v1",
    "\"warmStartFrom\":\"accounts/acme/models/v1\",\"dataset\":\"accounts/acme/datasets/" DATASET_ID "\"", NULL },
  { "display-name", "metadata.displayName=Täglich", "\"displayName\":\"Täglich\"," BASE, NULL },
  { "suffix", "output.suffix=Größe_2", "\"outputModel\":\"accounts/acme/models/grosse-2-<job id>\"," BASE, NULL },
  /* What Fireworks has no setting for is not sent, and the check before flight names it. */
  { "unsupported",
    "model.precision=bf16 method.loraConfig.alpha=32 method.loraConfig.dropout=0.1 method.loraConfig.trainableModules=q_proj schedule.gradientAccumulation=2 "
    "schedule.checkpoints=2 schedule.evaluations=2 schedule.trainOnInputs=disabled optimizer.scheduler.cycles=1 optimizer.maxGradientNorm=2 "
    "optimizations.enabled=flash_attention hardware.gpuType=A100 hardware.numGPUs=2 integrations.wandb.baseUrl=https://wandb.example.com "
    "integrations.huggingface.outputRepoName=user/model", NULL, "" },
};

static void
test_rows (gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autoptr (AttuneConfiguration) configuration = new_configuration ();
  g_autoptr (AttuneDataset) training = new_dataset (100);
  g_auto (GStrv) assignments = g_strsplit (rows[index].set, " ", -1);
  g_autofree char *expected = g_strconcat ("{", rows[index].front != NULL ? rows[index].front : BASE,
                                           rows[index].behind != NULL ? rows[index].behind : "", "}", NULL);
  g_autofree char *body = NULL;

  for (guint i = 0; assignments[i] != NULL; i++)
    set (configuration, assignments[i]);
  body = translate (configuration, training, NULL);
  g_assert_cmpstr (body, ==, expected);
}

static void
test_whole (void)
{
  g_autoptr (AttuneConfiguration) configuration = new_configuration ();
  g_autoptr (AttuneDataset) training = new_dataset (640);
  g_autoptr (AttuneDataset) validation = attune_dataset_new ("/data/validation.jsonl");
  g_autoptr (AttuneJob) job = NULL;
  const AttuneFireworksParts parts = { .account = "acme", .wandb_key = "key", .wandb_entity = "of-the-key" };
  AttuneJobContext context = { .training = training, .validation = validation };
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *path = NULL;
  g_autofree char *expected_path = NULL;
  g_autoptr (GError) error = NULL;

  set (configuration, "schedule.epochs=3");
  set (configuration, "optimizer.scheduler.type=cosine");
  set (configuration, "optimizer.scheduler.warmupRatio=0.1");
  set (configuration, "integrations.wandb.project=tunes");
  set (configuration, "output.suffix=support v2");
  attune_dataset_set_provider_file (validation, "fireworks", "accounts/acme/datasets/val-x");
  job = attune_job_new (NULL, "fireworks", configuration);
  attune_job_set_name (job, "A name that is longer than the sixty characters that are shown there, by far");
  context.job = job;

  body = attune_fireworks_build_job (configuration, &context, &parts, &error);
  g_assert_no_error (error);
  text = attune_json_write (body, FALSE);
  expected = g_strdup_printf ("{\"displayName\":\"A name that is longer than the sixty characters that are sho\","
                              "\"outputModel\":\"accounts/acme/models/support-v2-%.8s\"," BASE ",\"evaluationDataset\":\"accounts/acme/datasets/val-x\","
                              "\"epochs\":3,\"learningRateWarmupSteps\":6,\"lrScheduler\":{\"cosine\":{}},"
                              "\"wandbConfig\":{\"enabled\":true,\"apiKey\":\"key\",\"project\":\"tunes\",\"entity\":\"of-the-key\"}}",
                              attune_job_get_id (job));
  g_assert_cmpstr (text, ==, expected);

  path = attune_fireworks_dup_create_path (&context, "acme");
  expected_path = g_strdup_printf ("/v1/accounts/acme/supervisedFineTuningJobs?supervisedFineTuningJobId=attune-%s", attune_job_get_id (job));
  g_assert_cmpstr (path, ==, expected_path);
}

static void
test_placeholders (void)
{
  g_autoptr (AttuneConfiguration) configuration = new_configuration ();
  const AttuneJobContext nothing = { NULL };
  const AttuneFireworksParts parts = { NULL };
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *text = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  set (configuration, "optimizer.scheduler.warmupRatio=0.05");
  set (configuration, "integrations.wandb.project=tunes");
  set (configuration, "integrations.wandb.apiKey=0123456789");
  body = attune_fireworks_build_job (configuration, &nothing, &parts, &error);
  g_assert_no_error (error);
  text = attune_json_write (body, FALSE);
  g_assert_cmpstr (text, ==, "{\"baseModel\":\"accounts/fireworks/models/qwen3-8b\",\"dataset\":\"accounts/<account id>/datasets/<training file id>\","
                             "\"learningRateWarmupSteps\":\"<5 % of the steps>\","
                             "\"wandbConfig\":{\"enabled\":true,\"apiKey\":\"<W&B API key>\",\"project\":\"tunes\"}}");
  path = attune_fireworks_dup_create_path (&nothing, NULL);
  g_assert_cmpstr (path, ==, "/v1/accounts/<account id>/supervisedFineTuningJobs?supervisedFineTuningJobId=<job id>");
}

static void
test_refusals (void)
{
  static const struct {
    const char *set;
    AttuneError code;
  } cases[] = {
    { "model.baseModel=", ATTUNE_ERROR_INVALID },
    { "datasets.trainingFileId=", ATTUNE_ERROR_INVALID },
    { "method.type=qlora", ATTUNE_ERROR_NOT_SUPPORTED },
    { "optimizer.scheduler.type=polynomial", ATTUNE_ERROR_NOT_SUPPORTED },
  };
  const AttuneJobContext nothing = { NULL };
  const AttuneFireworksParts parts = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneConfiguration) configuration = new_configuration ();
      g_autoptr (JsonNode) body = NULL;
      g_autoptr (GError) error = NULL;

      set (configuration, cases[i].set);
      body = attune_fireworks_build_job (configuration, &nothing, &parts, &error);
      g_assert_null (body);
      g_assert_error (error, ATTUNE_ERROR, (int) cases[i].code);
    }
}

static void
test_names (void)
{
  static const struct {
    const char *text;
    const char *id;
  } cases[] = {
    { "support-v2", "support-v2" },
    { "Support  v2!", "support-v2" },
    { "--a--b--", "a-b" },
    { "2nd try", "m-2nd-try" },
    { "", "m" },
    { "—", "m" },
    { "ÄÖÜ", "aou" },
    { "x/y:z_1", "x-y-z-1" },
    { "日本", "m" },
    { "a23456789012345678901234567890123456789012345678901234567890123456789", "a23456789012345678901234567890123456789012345678901234567890123" },
    { "a2345678901234567890123456789012345678901234567890123456789012-45", "a2345678901234567890123456789012345678901234567890123456789012" },
  };
  g_autofree char *long_model = NULL;
  g_autofree char *full = attune_fireworks_dup_model_name ("accounts/acme/models/m");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = attune_fireworks_make_id (cases[i].text);

      /* How letters of other scripts are written depends on the C library; that the id is a good one does not. */
      if (g_str_is_ascii (cases[i].text))
        g_assert_cmpstr (id, ==, cases[i].id);
      g_assert_cmpuint (strlen (id), >=, 1);
      g_assert_cmpuint (strlen (id), <=, 63);
      g_assert_true (g_ascii_islower (id[0]));
      g_assert_cmpint (id[strlen (id) - 1], !=, '-');
      g_assert_cmpuint (strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-"), ==, strlen (id));
    }

  long_model = attune_fireworks_make_model_id ("A very long suffix that goes on and on and would not fit into an id at all", "0f8fad5b-d9cb-469f-a165-70867728950e");
  g_assert_cmpuint (strlen (long_model), <=, 63);
  g_assert_true (g_str_has_suffix (long_model, "-0f8fad5b"));
  g_assert_cmpstr (full, ==, "accounts/acme/models/m");
  g_assert_cmpstr (attune_fireworks_get_short_name ("accounts/acme"), ==, "acme");
  g_assert_cmpstr (attune_fireworks_get_short_name ("acme"), ==, "acme");
}

static void
test_steps (void)
{
  g_assert_cmpint (attune_fireworks_count_steps (100, 32, 1), ==, 4);
  g_assert_cmpint (attune_fireworks_count_steps (96, 32, 3), ==, 9);
  g_assert_cmpint (attune_fireworks_count_steps (1, 32, 3), ==, 3);
  g_assert_cmpint (attune_fireworks_count_steps (-1, 32, 3), ==, -1);
  g_assert_cmpint (attune_fireworks_count_steps (0, 32, 3), ==, -1);
}

static void
test_ranks (void)
{
  static const gint64 ranks[][2] = { { 1, 1 }, { 2, 2 }, { 3, 4 }, { 5, 4 }, { 6, 8 }, { 7, 8 }, { 12, 16 }, { 20, 16 }, { 24, 32 }, { 33, 32 }, { 64, 32 }, { 256, 32 } };

  for (guint i = 0; i < G_N_ELEMENTS (ranks); i++)
    g_assert_cmpint (attune_fireworks_nearest_rank (ranks[i][0]), ==, ranks[i][1]);
}

/* The check before flight: the whole one, with the limits of the catalogue. */

static AttuneValidation *
check (AttuneConfiguration    *configuration,
       const AttuneJobContext *context)
{
  g_autoptr (AttuneCatalogue) catalogue = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  AttuneValidation *validation = attune_validation_new ();
  g_autoptr (GError) error = NULL;

  catalogue = attune_catalogue_load ("fireworks", &error);
  g_assert_no_error (error);
  capabilities = attune_catalogue_dup_capabilities (catalogue, NULL);
  attune_validation_check_universal (validation, configuration);
  attune_validation_check_capabilities (validation, configuration, capabilities, "Fireworks AI");
  attune_fireworks_validate (configuration, context, capabilities, validation);

  return validation;
}

static void
assert_issue (AttuneValidation *validation,
              const char       *path,
              AttuneSeverity    severity,
              const char       *repair)
{
  const AttuneIssue *issue = attune_validation_find (validation, path);

  g_assert_nonnull (issue);
  g_assert_cmpint (issue->severity, ==, severity);
  if (repair != NULL)
    {
      g_autofree char *text = NULL;

      g_assert_nonnull (issue->repair);
      text = g_variant_print (issue->repair, FALSE);
      g_assert_cmpstr (text, ==, repair);
    }
}

static void
test_check (void)
{
  static const struct {
    const char     *set;
    const char     *path;
    AttuneSeverity  severity;
    const char     *repair;
  } cases[] = {
    { "method.loraConfig.rank=12", "method.loraConfig.rank", ATTUNE_SEVERITY_ERROR, "16" },
    { "method.loraConfig.rank=64", "method.loraConfig.rank", ATTUNE_SEVERITY_WARNING, "32" },
    { "method.loraConfig.rank=128", "method.loraConfig.rank", ATTUNE_SEVERITY_ERROR, NULL },
    { "method.type=qlora", "method.type", ATTUNE_SEVERITY_ERROR, "'lora'" },
    { "optimizer.scheduler.type=polynomial", "optimizer.scheduler.type", ATTUNE_SEVERITY_ERROR, NULL },
    { "schedule.trainOnInputs=enabled", "schedule.trainOnInputs", ATTUNE_SEVERITY_ERROR, "'auto'" },
    { "schedule.trainOnInputs=disabled", "schedule.trainOnInputs", ATTUNE_SEVERITY_WARNING, NULL },
    { "method.loraConfig.alpha=32", "method.loraConfig.alpha", ATTUNE_SEVERITY_WARNING, NULL },
    { "schedule.checkpoints=2", "schedule.checkpoints", ATTUNE_SEVERITY_WARNING, NULL },
    { "model.precision=bf16", "model.precision", ATTUNE_SEVERITY_WARNING, NULL },
    { "metadata.nonsense=1", "metadata.nonsense", ATTUNE_SEVERITY_WARNING, NULL },
    { "metadata.isTurbo=\"yes\"", "metadata.isTurbo", ATTUNE_SEVERITY_ERROR, "false" },
    { "metadata.purpose=FUN", "metadata.purpose", ATTUNE_SEVERITY_ERROR, "'PURPOSE_UNSPECIFIED'" },
    { "metadata.warmStartFrom=v1", "metadata.warmStartFrom", ATTUNE_SEVERITY_ERROR, NULL },
    { "metadata.warmStartFrom=accounts/acme/models/v1", "model.baseModel", ATTUNE_SEVERITY_WARNING, NULL },
    { "optimizer.scheduler.warmupRatio=0.01", "optimizer.scheduler.warmupRatio", ATTUNE_SEVERITY_WARNING, "0.0" },
    { "datasets.validationFileId=6f1d2f6e-9a5b-4b0e-8c57-6c1b1d7c2b12 metadata.evalAutoCarveout=true", "metadata.evalAutoCarveout", ATTUNE_SEVERITY_ERROR, "false" },
  };
  g_autoptr (AttuneDataset) training = new_dataset (100);
  const AttuneJobContext context = { .training = training };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneConfiguration) configuration = new_configuration ();
      g_autoptr (AttuneValidation) before = NULL;
      g_autoptr (AttuneValidation) validation = NULL;
      g_auto (GStrv) assignments = g_strsplit (cases[i].set, " ", -1);

      set (configuration, "method.type=lora");
      before = check (configuration, &context);
      g_assert_cmpuint (attune_validation_get_n_issues (before), ==, 0);
      for (guint j = 0; assignments[j] != NULL; j++)
        set (configuration, assignments[j]);
      validation = check (configuration, &context);
      g_test_message ("%s", cases[i].set);
      assert_issue (validation, cases[i].path, cases[i].severity, cases[i].repair);
    }
}

static void
test_check_data (void)
{
  g_autoptr (AttuneConfiguration) configuration = new_configuration ();
  g_autoptr (AttuneDataset) few = new_dataset (2);
  g_autoptr (AttuneDataset) many = new_dataset (3000001);
  g_autoptr (AttuneDataset) rather_many = new_dataset (1000000);
  g_autoptr (AttuneDataset) text = attune_dataset_new ("/data/text.jsonl");
  g_autoptr (AttuneValidation) of_few = check (configuration, &(AttuneJobContext) { .training = few });
  g_autoptr (AttuneValidation) of_many = check (configuration, &(AttuneJobContext) { .training = many });
  g_autoptr (AttuneValidation) of_rather_many = NULL;
  g_autoptr (AttuneValidation) of_text = NULL;

  assert_issue (of_few, "datasets.trainingFileId", ATTUNE_SEVERITY_ERROR, NULL);
  assert_issue (of_many, "datasets.trainingFileId", ATTUNE_SEVERITY_ERROR, NULL);

  set (configuration, "schedule.epochs=5");
  of_rather_many = check (configuration, &(AttuneJobContext) { .training = rather_many });
  assert_issue (of_rather_many, "schedule.epochs", ATTUNE_SEVERITY_ERROR, "3");

  attune_dataset_set_checked (text, "text", 100, SHA256, 10, 0, NULL);
  of_text = check (configuration, &(AttuneJobContext) { .training = text });
  assert_issue (of_text, "datasets.trainingFileId", ATTUNE_SEVERITY_ERROR, NULL);
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/fireworks/translate/unset", test_unset_stays_unset);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/fireworks/translate/rows/", rows[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_rows);
    }
  g_test_add_func ("/fireworks/translate/whole", test_whole);
  g_test_add_func ("/fireworks/translate/placeholders", test_placeholders);
  g_test_add_func ("/fireworks/translate/refusals", test_refusals);
  g_test_add_func ("/fireworks/names", test_names);
  g_test_add_func ("/fireworks/steps", test_steps);
  g_test_add_func ("/fireworks/ranks", test_ranks);
  g_test_add_func ("/fireworks/check", test_check);
  g_test_add_func ("/fireworks/check-data", test_check_data);

  return g_test_run ();
}
