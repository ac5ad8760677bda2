/* test-together-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <string.h>

#include "attune-catalogue.h"
#include "attune-json.h"
#include "attune-together-private.h"

#define JOB_ID "6f1d2f6e-9a5b-4b0e-8c57-6c1b1d7c2b11"

static AttuneCapabilities *
load_capabilities (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneCatalogue) catalogue = attune_catalogue_load ("together", &error);

  g_assert_no_error (error);

  return attune_catalogue_dup_capabilities (catalogue, NULL);
}

static void
set (AttuneConfiguration *configuration,
     const char          *assignments)
{
  g_auto (GStrv) list = g_strsplit (assignments, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (*list[i] == '\0')
        continue;
      attune_configuration_set_from_text (configuration, list[i], &error);
      g_assert_no_error (error);
    }
}

static AttuneConfiguration *
new_configuration (const char *assignments)
{
  AttuneConfiguration *configuration = attune_configuration_new ();

  set (configuration, "model.baseModel=meta/llama datasets.trainingFileId=" JOB_ID);
  set (configuration, assignments);

  return configuration;
}

static JsonNode *
build (AttuneConfiguration        *configuration,
       const AttuneTogetherParts  *parts,
       GError                    **error)
{
  g_autoptr (AttuneCapabilities) capabilities = load_capabilities ();

  return attune_together_build_request (configuration, capabilities, parts, error);
}

static const AttuneTogetherParts usual_parts = {
  .training_file = "file-1",
  .validation_file = "file-2",
  .job_id = JOB_ID,
  .wandb_key = "wandb-secret",
  .hf_token = "hf-secret",
};

/* One row of the mapping each: what is set, separated by spaces, and all that the request then has beside what is always in it. */
static const struct {
  const char *name;
  const char *set;
  const char *expected;
} rows[] = {
  { "unset", "", "" },
  { "epochs", "schedule.epochs=5", "\"n_epochs\":5" },
  { "batch-size", "schedule.batchSize=16", "\"batch_size\":16" },
  { "sequence-length", "schedule.sequenceLength=4096", "\"max_seq_length\":4096" },
  { "accumulation", "schedule.gradientAccumulation=4", "\"gradient_accumulation_steps\":4" },
  { "checkpoints", "schedule.checkpoints=3", "\"n_checkpoints\":3" },
  { "checkpoints-zero", "schedule.checkpoints=0", "\"n_checkpoints\":0" },
  { "evaluations", "schedule.evaluations=7", "\"n_evals\":7" },
  { "evaluations-zero", "schedule.evaluations=0", "\"n_evals\":0" },
  { "inputs-auto", "schedule.trainOnInputs=auto", "\"training_method\":{\"method\":\"sft\",\"train_on_inputs\":\"auto\"}" },
  { "inputs-enabled", "schedule.trainOnInputs=enabled", "\"training_method\":{\"method\":\"sft\",\"train_on_inputs\":true}" },
  { "inputs-disabled", "schedule.trainOnInputs=disabled", "\"training_method\":{\"method\":\"sft\",\"train_on_inputs\":false}" },
  { "learning-rate", "optimizer.learningRate=2e-5", "\"learning_rate\":2e-05" },
  { "weight-decay", "optimizer.weightDecay=0.01", "\"weight_decay\":0.01" },
  { "weight-decay-zero", "optimizer.weightDecay=0", "\"weight_decay\":0.0" },
  { "gradient-norm", "optimizer.maxGradientNorm=0.5", "\"max_grad_norm\":0.5" },
  { "gradient-norm-zero", "optimizer.maxGradientNorm=0", "\"max_grad_norm\":0.0" },
  { "warmup", "optimizer.scheduler.warmupRatio=0.03", "\"warmup_ratio\":0.03" },
  { "cosine", "optimizer.scheduler.type=cosine",
    "\"lr_scheduler\":{\"lr_scheduler_type\":\"cosine\",\"lr_scheduler_args\":{\"min_lr_ratio\":0.0,\"num_cycles\":0.5}}" },
  { "cosine-floor", "optimizer.scheduler.type=cosine optimizer.scheduler.minLRRatio=0.1",
    "\"lr_scheduler\":{\"lr_scheduler_type\":\"cosine\",\"lr_scheduler_args\":{\"min_lr_ratio\":0.1,\"num_cycles\":0.5}}" },
  { "cosine-cycles", "optimizer.scheduler.type=cosine optimizer.scheduler.cycles=1.5",
    "\"lr_scheduler\":{\"lr_scheduler_type\":\"cosine\",\"lr_scheduler_args\":{\"min_lr_ratio\":0.0,\"num_cycles\":1.5}}" },
  { "cosine-implied", "optimizer.scheduler.minLRRatio=0.2",
    "\"lr_scheduler\":{\"lr_scheduler_type\":\"cosine\",\"lr_scheduler_args\":{\"min_lr_ratio\":0.2,\"num_cycles\":0.5}}" },
  { "linear", "optimizer.scheduler.type=linear", "\"lr_scheduler\":{\"lr_scheduler_type\":\"linear\",\"lr_scheduler_args\":{}}" },
  /* What does not apply to the curve is not sent with it. */
  { "linear-floor", "optimizer.scheduler.type=linear optimizer.scheduler.minLRRatio=0.1 optimizer.scheduler.cycles=2",
    "\"lr_scheduler\":{\"lr_scheduler_type\":\"linear\",\"lr_scheduler_args\":{\"min_lr_ratio\":0.1}}" },
  { "full", "method.type=full method.loraConfig.rank=4", "\"training_type\":{\"type\":\"Full\"}" },
  { "lora", "method.type=lora", "\"training_type\":{\"type\":\"Lora\",\"lora_r\":8,\"lora_alpha\":16}" },
  { "rank", "method.loraConfig.rank=32", "\"training_type\":{\"type\":\"Lora\",\"lora_r\":32,\"lora_alpha\":16}" },
  { "alpha", "method.loraConfig.alpha=64", "\"training_type\":{\"type\":\"Lora\",\"lora_r\":8,\"lora_alpha\":64}" },
  { "dropout", "method.loraConfig.dropout=0.05", "\"training_type\":{\"type\":\"Lora\",\"lora_r\":8,\"lora_alpha\":16,\"lora_dropout\":0.05}" },
  { "modules", "method.loraConfig.trainableModules=q_proj,v_proj",
    "\"training_type\":{\"type\":\"Lora\",\"lora_r\":8,\"lora_alpha\":16,\"lora_trainable_modules\":\"q_proj,v_proj\"}" },
  { "wandb", "integrations.wandb.project=tunes integrations.wandb.runName=one integrations.wandb.baseUrl=https://wandb.example.com metadata.wandb_entity=acme",
    "\"wandb_project_name\":\"tunes\",\"wandb_name\":\"one\",\"wandb_base_url\":\"https://wandb.example.com\",\"wandb_api_key\":\"wandb-secret\",\"wandb_entity\":\"acme\"" },
  /* Nothing is logged without a project. */
  { "wandb-idle", "integrations.wandb.runName=one metadata.wandb_entity=acme", "" },
  { "hub", "integrations.huggingface.outputRepoName=me/model", "\"hf_output_repo_name\":\"me/model\",\"hf_api_token\":\"hf-secret\"" },
  { "seed", "metadata.random_seed=7", "\"random_seed\":7" },
  { "from-checkpoint", "metadata.from_checkpoint=ft-1:100", "\"from_checkpoint\":\"ft-1:100\"" },
  { "from-hub", "metadata.from_hf_model=me/base metadata.hf_model_revision=main", "\"from_hf_model\":\"me/base\",\"hf_model_revision\":\"main\"" },
  { "early-stopping",
    "metadata.early_stopping_enabled=true metadata.early_stopping_patience=3 metadata.early_stopping_min_delta=0.01 metadata.early_stopping_warmup_evals=0",
    "\"early_stopping_enabled\":true,\"early_stopping_patience\":3,\"early_stopping_min_delta\":0.01,\"early_stopping_warmup_evals\":0" },
  { "vision", "metadata.train_vision=true", "\"multimodal_params\":{\"train_vision\":true}" },
  { "preferences", "metadata.training_method=dpo metadata.dpo_beta=0.2 metadata.rpo_alpha=1 metadata.simpo_gamma=0.5 "
                   "metadata.dpo_normalize_logratios_by_length=true metadata.dpo_reference_free=false",
    "\"training_method\":{\"method\":\"dpo\",\"dpo_beta\":0.2,\"rpo_alpha\":1.0,\"simpo_gamma\":0.5,"
    "\"dpo_normalize_logratios_by_length\":true,\"dpo_reference_free\":false}" },
  /* Unsupported, and said so by the check. */
  { "precision", "model.precision=bf16", "" },
  { "hardware", "hardware.gpuType=A100 hardware.numGPUs=8", "" },
  { "optimizations", "optimizations.enabled=flash_attention,optimizer_8bit", "" },
};

static gboolean
remove_member (JsonObject *object,
               const char *name,
               const char *value)
{
  gboolean same = g_strcmp0 (json_object_get_string_member_with_default (object, name, NULL), value) == 0;

  json_object_remove_member (object, name);
  return same;
}

static void
test_row (gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autoptr (AttuneConfiguration) configuration = new_configuration (rows[index].set);
  g_autoptr (JsonNode) expected = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *text = g_strdup_printf ("{%s}", rows[index].expected);
  g_autofree char *written = NULL;
  g_autofree char *wanted = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  body = build (configuration, &usual_parts, &error);
  g_assert_no_error (error);
  expected = attune_json_parse (text, -1, NULL, &error);
  g_assert_no_error (error);

  object = json_node_get_object (body);
  g_assert_true (remove_member (object, "model", "meta/llama"));
  g_assert_true (remove_member (object, "training_file", "file-1"));
  g_assert_true (remove_member (object, "suffix", "attune-6f1d2f6e"));
  /* On is the default of the server, so it is always said. */
  g_assert_true (json_object_has_member (object, "packing"));
  g_assert_false (json_object_get_boolean_member (object, "packing"));
  json_object_remove_member (object, "packing");
  written = attune_json_write (body, FALSE);
  wanted = attune_json_write (expected, FALSE);
  if (!json_node_equal (body, expected))
    g_assert_cmpstr (written, ==, wanted);
}

static void
test_packing (void)
{
  g_autoptr (AttuneConfiguration) configuration = new_configuration ("optimizations.enabled=sequence_packing,flash_attention");
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GError) error = NULL;

  body = build (configuration, &usual_parts, &error);
  g_assert_no_error (error);
  g_assert_true (json_object_get_boolean_member (json_node_get_object (body), "packing"));
}

static void
test_validation_file (void)
{
  g_autoptr (AttuneConfiguration) configuration = new_configuration ("");
  AttuneTogetherParts parts = usual_parts;
  g_autoptr (JsonNode) with = NULL;
  g_autoptr (JsonNode) without = NULL;
  g_autoptr (GError) error = NULL;

  without = build (configuration, &parts, &error);
  g_assert_no_error (error);
  g_assert_false (json_object_has_member (json_node_get_object (without), "validation_file"));
  parts.has_validation = TRUE;
  with = build (configuration, &parts, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (attune_json_peek_string (with, "validation_file", NULL), ==, "file-2");
}

/* Whole numbers are whole on the wire, however they are written, and each type is what it is. */
static void
test_override_types (void)
{
  static const char * const wrong[] = {
    "metadata.random_seed=3.5", "metadata.random_seed=soon", "metadata.early_stopping_enabled=1", "metadata.early_stopping_min_delta=true",
    "metadata.from_checkpoint=12", "metadata.train_vision=yes", "metadata.training_method=dpo metadata.dpo_beta=high",
    "metadata.random_seed=-1", "metadata.early_stopping_patience=0", "metadata.dpo_beta=-0.5", "metadata.training_method=rl"
  };
  g_autoptr (AttuneConfiguration) whole = new_configuration ("metadata.random_seed=3.0");
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) good = NULL;

  body = build (whole, &usual_parts, &good);
  g_assert_no_error (good);
  text = attune_json_write (body, FALSE);
  g_assert_nonnull (strstr (text, "\"random_seed\":3,"));

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (AttuneConfiguration) configuration = new_configuration (wrong[i]);
      g_autoptr (GError) error = NULL;
      const char *name = strrchr (wrong[i], ' ') != NULL ? strrchr (wrong[i], ' ') + 1 : wrong[i];
      g_autofree char *path = g_strndup (name, (gsize) (strchr (name, '=') - name));

      g_assert_null (build (configuration, &usual_parts, &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, path));
    }
}

static void
test_refused_words (void)
{
  static const char * const refused[] = {
    "method.type=qlora", "optimizer.scheduler.type=constant", "optimizer.scheduler.type=constant_with_warmup", "optimizer.scheduler.type=polynomial"
  };
  g_autoptr (AttuneConfiguration) both = new_configuration ("method.type=qlora optimizer.scheduler.type=polynomial");
  g_autoptr (GError) whole = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (AttuneConfiguration) configuration = new_configuration (refused[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (build (configuration, &usual_parts, &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED);
      g_assert_nonnull (strstr (error->message, strchr (refused[i], '=') + 1));
    }

  g_assert_null (build (both, &usual_parts, &whole));
  g_assert_nonnull (strstr (whole->message, "qlora"));
  g_assert_nonnull (strstr (whole->message, "polynomial"));
}

static void
test_preference_data (void)
{
  g_autoptr (AttuneConfiguration) configuration = new_configuration ("schedule.trainOnInputs=disabled");
  AttuneTogetherParts parts = usual_parts;
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  parts.data_format = "preference";
  body = build (configuration, &parts, &error);
  g_assert_no_error (error);
  text = attune_json_write (body, FALSE);
  g_assert_nonnull (strstr (text, "\"training_method\":{\"method\":\"dpo\"}"));
}

static void
test_placeholders (void)
{
  g_autoptr (AttuneConfiguration) configuration =
    new_configuration ("integrations.wandb.project=tunes integrations.wandb.apiKey=very-secret "
                       "integrations.huggingface.outputRepoName=me/model integrations.huggingface.apiToken=hf_very_secret output.suffix=v2");
  const AttuneTogetherParts parts = { .has_validation = TRUE };
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  body = build (configuration, &parts, &error);
  g_assert_no_error (error);
  text = attune_json_write (body, FALSE);
  g_assert_null (strstr (text, "secret"));
  g_assert_cmpstr (attune_json_peek_string (body, "training_file", NULL), ==, "<training file>");
  g_assert_cmpstr (attune_json_peek_string (body, "validation_file", NULL), ==, "<validation file>");
  g_assert_cmpstr (attune_json_peek_string (body, "suffix", NULL), ==, "v2-<id>");
  g_assert_cmpint (attune_json_peek_string (body, "wandb_api_key", "")[0], ==, '<');
  g_assert_cmpint (attune_json_peek_string (body, "hf_api_token", "")[0], ==, '<');
}

static void
test_suffix (void)
{
  g_autofree char *longest = g_strnfill (80, 'x');
  g_autofree char *umlauts = g_strdup ("äöü");
  g_autofree char *none = attune_together_build_suffix (NULL, JOB_ID);
  g_autofree char *some = attune_together_build_suffix ("support-v2", JOB_ID);
  g_autofree char *cut = attune_together_build_suffix (longest, JOB_ID);
  g_autofree char *foreign = attune_together_build_suffix (umlauts, JOB_ID);
  g_autofree char *mark = attune_together_dup_mark ("AB-cd-12");

  g_assert_cmpstr (none, ==, "attune-6f1d2f6e");
  g_assert_cmpstr (some, ==, "support-v2-6f1d2f6e");
  g_assert_cmpuint (strlen (cut), ==, ATTUNE_TOGETHER_MAX_SUFFIX);
  g_assert_true (g_str_has_suffix (cut, "x-6f1d2f6e"));
  g_assert_cmpstr (foreign, ==, "äöü-6f1d2f6e");
  g_assert_cmpstr (mark, ==, "abcd12");
}

static void
test_estimate (void)
{
  g_autoptr (AttuneConfiguration) configuration =
    new_configuration ("schedule.epochs=2 schedule.evaluations=1 schedule.batchSize=8 method.type=full schedule.trainOnInputs=auto "
                       "metadata.from_checkpoint=ft-1 integrations.wandb.project=x optimizer.learningRate=1e-4");
  AttuneTogetherParts parts = usual_parts;
  g_autoptr (JsonNode) request = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  parts.has_validation = TRUE;
  request = build (configuration, &parts, &error);
  g_assert_no_error (error);
  body = attune_together_build_estimate (request);
  text = attune_json_write (body, FALSE);
  g_assert_cmpstr (text, ==,
                   "{\"training_file\":\"file-1\",\"validation_file\":\"file-2\",\"model\":\"meta/llama\",\"n_epochs\":2,\"n_evals\":1,"
                   "\"training_method\":{\"method\":\"sft\",\"train_on_inputs\":\"auto\"},\"training_type\":{\"type\":\"Full\"},"
                   "\"from_checkpoint\":\"ft-1\"}");
  /* The request itself is untouched. */
  g_assert_true (json_object_has_member (json_node_get_object (request), "wandb_api_key"));
}

/* The whole table set: each path changes the request, or the capabilities name it unsupported. Nothing is neither, nothing is both. */
static const struct {
  const char *path;
  const char *value;
  const char *other; /* a second value that has to make another request */
  const char *with;  /* what has to be set for it to count */
} everything[] = {
  { "model.baseModel", "meta/llama", "qwen/qwen", "" },
  { "model.precision", "bf16", "fp32", "" },
  { "datasets.trainingFileId", JOB_ID, NULL, "" },
  { "datasets.validationFileId", "7f1d2f6e-9a5b-4b0e-8c57-6c1b1d7c2b11", NULL, "" },
  { "method.type", "lora", "full", "" },
  { "method.loraConfig.rank", "16", "32", "" },
  { "method.loraConfig.alpha", "32", "48", "" },
  { "method.loraConfig.dropout", "0.1", "0", "" },
  { "method.loraConfig.trainableModules", "q_proj", "v_proj", "" },
  { "schedule.epochs", "2", "3", "" },
  { "schedule.batchSize", "8", "16", "" },
  { "schedule.sequenceLength", "1024", "2048", "" },
  { "schedule.gradientAccumulation", "1", "2", "" },
  { "schedule.checkpoints", "1", "0", "" },
  { "schedule.evaluations", "1", "0", "" },
  { "schedule.trainOnInputs", "auto", "enabled", "" },
  { "optimizer.learningRate", "0.0001", "0.00001", "" },
  { "optimizer.scheduler.type", "cosine", "linear", "" },
  { "optimizer.scheduler.minLRRatio", "0.1", "0", "" },
  { "optimizer.scheduler.warmupRatio", "0.1", "0", "" },
  { "optimizer.scheduler.cycles", "0.5", "1", "" },
  { "optimizer.weightDecay", "0.1", "0", "" },
  { "optimizer.maxGradientNorm", "1", "0", "" },
  { "optimizations.enabled", "sequence_packing", "flash_attention", "" },
  { "hardware.gpuType", "A100", "H200", "" },
  { "hardware.numGPUs", "1", "2", "" },
  { "integrations.wandb.project", "a", "b", "" },
  { "integrations.wandb.runName", "a", "b", "integrations.wandb.project=x" },
  { "integrations.wandb.apiKey", "a", NULL, "integrations.wandb.project=x" },
  { "integrations.wandb.baseUrl", "https://a.example.com", "https://b.example.com", "integrations.wandb.project=x" },
  { "integrations.huggingface.apiToken", "a", NULL, "integrations.huggingface.outputRepoName=a/b" },
  { "integrations.huggingface.outputRepoName", "a/b", "c/d", "" },
  { "output.suffix", "a", "b", "" },
};

static char *
translate_with (guint       index,
                const char *value)
{
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autofree char *own = value != NULL ? g_strdup_printf ("%s=%s", everything[index].path, value) : NULL;
  AttuneTogetherParts parts = usual_parts;
  g_autofree char *wandb = NULL;
  g_autofree char *token = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GError) error = NULL;

  set (configuration, everything[index].with);
  if (own != NULL)
    set (configuration, own);
  /* As the adapter fills the parts. */
  parts.training_file = attune_configuration_is_set (configuration, "datasets.trainingFileId") ? "file-1" : NULL;
  parts.has_validation = attune_configuration_is_set (configuration, "datasets.validationFileId");
  wandb = attune_configuration_dup_text (configuration, "integrations.wandb.apiKey");
  token = attune_configuration_dup_text (configuration, "integrations.huggingface.apiToken");
  parts.wandb_key = wandb;
  parts.hf_token = token;

  body = build (configuration, &parts, &error);
  g_assert_no_error (error);

  return attune_json_write (body, FALSE);
}

static void
test_every_path (void)
{
  g_autoptr (AttuneCapabilities) capabilities = load_capabilities ();
  g_auto (GStrv) unsupported = attune_capabilities_list_unsupported (capabilities);
  const AttuneParameter *parameters;
  guint n_parameters;
  guint n_found = 0;

  parameters = attune_parameters_get (&n_parameters);
  g_assert_cmpuint (n_parameters, ==, G_N_ELEMENTS (everything));
  for (guint i = 0; i < n_parameters; i++)
    {
      g_autofree char *without = NULL;
      g_autofree char *with = NULL;
      g_autofree char *changed = NULL;
      gboolean reaches;

      g_assert_cmpstr (parameters[i].path, ==, everything[i].path);
      without = translate_with (i, NULL);
      with = translate_with (i, everything[i].value);
      if (everything[i].other != NULL)
        changed = translate_with (i, everything[i].other);
      reaches = strcmp (with, without) != 0;
      if (changed != NULL)
        g_assert_cmpint (strcmp (changed, with) != 0, ==, reaches);
      n_found += reaches;
      if (reaches == g_strv_contains ((const char * const *) unsupported, parameters[i].path))
        g_error ("%s: %s", parameters[i].path, reaches ? "is called unsupported, and is sent" : "is dropped without a word");
    }

  g_assert_cmpuint (n_found + g_strv_length (unsupported), ==, n_parameters);
}

/* Where each path stands in the request of a configuration that has them all; NULL: it is named unsupported. */
static const char * const places[G_N_ELEMENTS (everything)] = {
  "model", NULL, "training_file", "validation_file", "training_type.type", "training_type.lora_r", "training_type.lora_alpha",
  "training_type.lora_dropout", "training_type.lora_trainable_modules", "n_epochs", "batch_size", "max_seq_length", "gradient_accumulation_steps",
  "n_checkpoints", "n_evals", "training_method.train_on_inputs", "learning_rate", "lr_scheduler.lr_scheduler_type",
  "lr_scheduler.lr_scheduler_args.min_lr_ratio", "warmup_ratio", "lr_scheduler.lr_scheduler_args.num_cycles", "weight_decay", "max_grad_norm",
  "packing", NULL, NULL, "wandb_project_name", "wandb_name", "wandb_api_key", "wandb_base_url", "hf_api_token", "hf_output_repo_name", "suffix",
};

static void
test_full_configuration (void)
{
  g_autoptr (AttuneCapabilities) capabilities = load_capabilities ();
  g_auto (GStrv) unsupported = attune_capabilities_list_unsupported (capabilities);
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (AttuneValidation) validation = attune_validation_new ();
  AttuneTogetherParts parts = usual_parts;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GError) error = NULL;
  guint n_found = 0;
  guint n_reported = 0;

  for (guint i = 0; i < G_N_ELEMENTS (everything); i++)
    {
      g_autofree char *assignment = g_strdup_printf ("%s=%s", everything[i].path, everything[i].value);

      set (configuration, assignment);
    }
  parts.has_validation = TRUE;
  body = build (configuration, &parts, &error);
  g_assert_no_error (error);
  attune_validation_check_capabilities (validation, configuration, capabilities, "Together");

  for (guint i = 0; i < G_N_ELEMENTS (everything); i++)
    {
      const AttuneIssue *issue = attune_validation_find (validation, everything[i].path);
      gboolean reported = issue != NULL && strcmp (issue->code, "unsupported") == 0;

      g_assert_cmpint (reported, ==, g_strv_contains ((const char * const *) unsupported, everything[i].path));
      g_assert_cmpint (reported, ==, places[i] == NULL);
      if (places[i] != NULL)
        g_assert_nonnull (attune_json_lookup (body, places[i]));
      n_found += places[i] != NULL;
      n_reported += reported;
    }
  g_assert_cmpuint (n_found + n_reported, ==, G_N_ELEMENTS (everything));
}

/* Everything that the form offers beyond the table reaches the request as well. */
static void
test_every_custom_parameter (void)
{
  g_autoptr (AttuneCapabilities) capabilities = load_capabilities ();
  g_autoptr (GVariant) custom = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "customParameters",
                                                        G_VARIANT_TYPE ("a{sa{sv}}"));
  g_autoptr (GVariantIter) iter = g_variant_iter_new (custom);
  guint n_custom = 0;
  const char *name;
  GVariant *definition;

  while (g_variant_iter_next (iter, "{&s@a{sv}}", &name, &definition))
    {
      g_autoptr (GVariant) owned = definition;
      const char *type = NULL;
      g_autofree char *assignment = NULL;
      g_autoptr (AttuneConfiguration) plain = new_configuration ("integrations.wandb.project=x");
      g_autoptr (AttuneConfiguration) configuration = NULL;
      g_autoptr (JsonNode) before = NULL;
      g_autoptr (JsonNode) after = NULL;
      gboolean preference = g_str_has_prefix (name, "dpo_") || g_str_has_prefix (name, "rpo_") || g_str_has_prefix (name, "simpo_");

      if (preference)
        set (plain, "metadata.training_method=dpo");
      configuration = attune_configuration_copy (plain);
      g_assert_true (g_variant_lookup (owned, "type", "&s", &type));
      assignment = g_strdup_printf ("metadata.%s=%s", name,
                                    strcmp (type, "number") == 0 ? "3" : strcmp (type, "boolean") == 0 ? "true" : strcmp (type, "enum") == 0 ? "dpo" : "text");
      set (configuration, assignment);
      before = build (plain, &usual_parts, NULL);
      after = build (configuration, &usual_parts, NULL);
      g_assert_nonnull (after);
      if (json_node_equal (before, after))
        g_error ("metadata.%s is dropped without a word", name);
      n_custom++;
    }

  g_assert_cmpuint (n_custom, >=, 16);
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strconcat ("/together/translate/row/", rows[i].name, NULL);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/together/translate/packing", test_packing);
  g_test_add_func ("/together/translate/validation-file", test_validation_file);
  g_test_add_func ("/together/translate/override-types", test_override_types);
  g_test_add_func ("/together/translate/refused-words", test_refused_words);
  g_test_add_func ("/together/translate/preference-data", test_preference_data);
  g_test_add_func ("/together/translate/placeholders", test_placeholders);
  g_test_add_func ("/together/translate/suffix", test_suffix);
  g_test_add_func ("/together/translate/estimate", test_estimate);
  g_test_add_func ("/together/translate/every-path", test_every_path);
  g_test_add_func ("/together/translate/full-configuration", test_full_configuration);
  g_test_add_func ("/together/translate/every-custom-parameter", test_every_custom_parameter);

  return g_test_run ();
}
