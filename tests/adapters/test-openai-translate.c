/* test-openai-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include "attune-catalogue.h"
#include "attune-json.h"
#include "attune-openai-private.h"
#include "remote-fixture.h"

typedef struct {
  AttuneConfiguration *configuration;
  AttuneCapabilities  *capabilities;
  AttuneDataset       *training;
  AttuneDataset       *validation;
  AttuneJob           *job;
  GDateTime           *now;
  AttuneJobContext     context;
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  g_autoptr (AttuneCatalogue) catalogue = NULL;
  g_autoptr (GError) error = NULL;

  catalogue = attune_catalogue_load ("openai", &error);
  g_assert_no_error (error);
  self->now = g_date_time_new_utc (2026, 11, 22, 12, 0, 0);
  self->capabilities = attune_catalogue_dup_capabilities (catalogue, self->now);
  self->training = remote_dataset_new ("train.jsonl", 20);
  self->validation = remote_dataset_new ("check.jsonl", 5);
  attune_dataset_set_provider_file (self->training, "openai", "file-train");
  attune_dataset_set_provider_file (self->validation, "openai", "file-check");
  self->configuration = attune_configuration_new ();
  remote_set (self->configuration, "model.baseModel=gpt-4.1-mini-2025-04-14");
  self->job = attune_job_new (NULL, "openai", self->configuration);
  self->context = (AttuneJobContext) { .job = self->job, .training = self->training };
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_clear_object (&self->configuration);
  g_clear_object (&self->capabilities);
  g_clear_object (&self->training);
  g_clear_object (&self->validation);
  g_clear_object (&self->job);
  g_clear_pointer (&self->now, g_date_time_unref);
}

static char *
translate (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) body = attune_openai_build_request (self->configuration, &self->context, &error);

  g_assert_no_error (error);

  return attune_json_write (body, FALSE);
}

static AttuneValidation *
validate (Fixture *self)
{
  AttuneValidation *validation = attune_validation_new ();

  attune_validation_check_capabilities (validation, self->configuration, self->capabilities, "OpenAI");
  attune_openai_validate (self->configuration, &self->context, self->capabilities, self->now, validation);

  return validation;
}

/* Unset stays unset: the provider's own choice is not made here. */
static void
test_least (Fixture       *self,
            gconstpointer  data)
{
  g_autofree char *body = translate (self);
  g_autofree char *expected = g_strdup_printf ("{\"model\":\"gpt-4.1-mini-2025-04-14\",\"training_file\":\"file-train\",\"metadata\":{\"attune_job\":\"%s\"}}",
                                               attune_job_get_id (self->job));

  g_assert_cmpstr (body, ==, expected);
}

static void
test_without_files (Fixture       *self,
                    gconstpointer  data)
{
  g_autofree char *body = NULL;

  self->context = (AttuneJobContext) { NULL };
  remote_set (self->configuration, "datasets.trainingFileId=a");
  remote_set (self->configuration, "datasets.validationFileId=b");
  body = translate (self);
  g_assert_cmpstr (body, ==, "{\"model\":\"gpt-4.1-mini-2025-04-14\",\"training_file\":\"<training file id>\","
                             "\"validation_file\":\"<validation file id>\",\"metadata\":{\"attune_job\":\"<job id>\"}}");
}

static void
test_all_supervised (Fixture       *self,
                     gconstpointer  data)
{
  g_autofree char *body = NULL;
  g_autofree char *expected = NULL;

  self->context.validation = self->validation;
  remote_set (self->configuration, "schedule.epochs=3");
  remote_set (self->configuration, "schedule.batchSize=8");
  remote_set (self->configuration, "output.suffix=support-v2");
  remote_set (self->configuration, "integrations.wandb.project=tunes");
  remote_set (self->configuration, "integrations.wandb.runName=support-v2");
  remote_set (self->configuration, "metadata.learning_rate_multiplier=1.8");
  remote_set (self->configuration, "metadata.seed=7");
  remote_set (self->configuration, "metadata.wandb_entity=acme");
  remote_set (self->configuration, "metadata.wandb_tags=one, two,");
  remote_set (self->configuration, "metadata.team=support");
  remote_set (self->configuration, "metadata.round=2");
  body = translate (self);
  expected = g_strdup_printf ("{\"model\":\"gpt-4.1-mini-2025-04-14\",\"training_file\":\"file-train\",\"validation_file\":\"file-check\","
                              "\"suffix\":\"support-v2\",\"seed\":7,"
                              "\"method\":{\"type\":\"supervised\",\"supervised\":{\"hyperparameters\":{\"n_epochs\":3,\"batch_size\":8,"
                              "\"learning_rate_multiplier\":1.8}}},"
                              "\"integrations\":[{\"type\":\"wandb\",\"wandb\":{\"project\":\"tunes\",\"name\":\"support-v2\",\"entity\":\"acme\","
                              "\"tags\":[\"one\",\"two\"]}}],"
                              "\"metadata\":{\"attune_job\":\"%s\",\"team\":\"support\",\"round\":\"2\"}}", attune_job_get_id (self->job));
  g_assert_cmpstr (body, ==, expected);
}

static void
test_dpo (Fixture       *self,
          gconstpointer  data)
{
  g_autofree char *body = NULL;

  remote_set (self->configuration, "metadata.method=dpo");
  remote_set (self->configuration, "metadata.beta=0.2");
  remote_set (self->configuration, "schedule.epochs=2");
  /* Of another method: neither sent nor taken for a tag. */
  remote_set (self->configuration, "metadata.eval_samples=4");
  body = translate (self);
  g_assert_nonnull (strstr (body, "\"method\":{\"type\":\"dpo\",\"dpo\":{\"hyperparameters\":{\"n_epochs\":2,\"beta\":0.2}}}"));
  g_assert_null (strstr (body, "eval_samples"));
}

static void
test_reinforcement (Fixture       *self,
                    gconstpointer  data)
{
  g_autoptr (JsonNode) grader = json_node_init_string (json_node_alloc (), "{\"type\":\"string_check\",\"name\":\"same\",\"operation\":\"eq\"}");
  g_autofree char *body = NULL;

  remote_set (self->configuration, "metadata.method=reinforcement");
  remote_set (self->configuration, "metadata.reasoning_effort=low");
  remote_set (self->configuration, "metadata.compute_multiplier=2");
  remote_set (self->configuration, "metadata.eval_interval=5");
  remote_set (self->configuration, "metadata.eval_samples=3");
  attune_configuration_set_metadata (self->configuration, "grader", grader);
  body = translate (self);
  g_assert_nonnull (strstr (body, "\"method\":{\"type\":\"reinforcement\",\"reinforcement\":{\"hyperparameters\":{\"reasoning_effort\":\"low\","
                                  "\"compute_multiplier\":2.0,\"eval_interval\":5,\"eval_samples\":3},"
                                  "\"grader\":{\"type\":\"string_check\",\"name\":\"same\",\"operation\":\"eq\"}}}"));
}

static const struct {
  const char *assignment;
  const char *says;
} wrong[] = {
  { "metadata.seed=1.5", "metadata.seed" },
  { "metadata.seed=-1", "metadata.seed" },
  { "metadata.seed=2147483648", "metadata.seed" },
  { "metadata.seed=seven", "metadata.seed" },
  { "metadata.learning_rate_multiplier=0", "metadata.learning_rate_multiplier" },
  { "metadata.learning_rate_multiplier=auto", "metadata.learning_rate_multiplier" },
  { "metadata.method=orpo", "supervised, dpo, reinforcement" },
  { "metadata.method=reinforcement", "metadata.grader" },
  { "metadata.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn=1", "64" },
};

static void
test_wrong (Fixture       *self,
            gconstpointer  data)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (AttuneConfiguration) configuration = attune_configuration_copy (self->configuration);
      g_autoptr (JsonNode) body = NULL;
      g_autoptr (GError) error = NULL;

      remote_set (configuration, wrong[i].assignment);
      body = attune_openai_build_request (configuration, &self->context, &error);
      g_assert_null (body);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, wrong[i].says));
    }
}

static void
test_tags (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (JsonNode) refused = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 15; i++)
    {
      g_autofree char *assignment = g_strdup_printf ("metadata.tag%u=value", i);

      remote_set (self->configuration, assignment);
    }
  body = attune_openai_build_request (self->configuration, &self->context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_object_get_size (attune_http_json_peek_object (body, "metadata")), ==, 16);

  /* The id of the job is one of the sixteen. */
  remote_set (self->configuration, "metadata.one=more");
  refused = attune_openai_build_request (self->configuration, &self->context, &error);
  g_assert_null (refused);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
}

static void
test_no_secrets (Fixture       *self,
                 gconstpointer  data)
{
  g_autofree char *body = NULL;

  remote_set (self->configuration, "metadata.api_key=sk-0123456789abcdef");
  remote_set (self->configuration, "integrations.wandb.project=tunes");
  remote_set (self->configuration, "integrations.wandb.apiKey=0123456789abcdef0123456789abcdef01234567");
  remote_set (self->configuration, "integrations.huggingface.apiToken=hf_0123456789abcdef");
  body = translate (self);
  g_assert_null (strstr (body, "0123456789abcdef"));
}

static void
test_whole_table (Fixture       *self,
                  gconstpointer  data)
{
  g_autoptr (AttuneValidation) validation = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->configuration);
  self->configuration = remote_create_full_configuration ("training", "validation");
  self->context.validation = self->validation;
  validation = validate (self);
  body = attune_openai_build_request (self->configuration, &self->context, &error);
  g_assert_no_error (error);
  remote_assert_adds_up (self->capabilities, validation, self->configuration, body, "file-train", "file-check");
}

static void
assert_issue (Fixture        *self,
              const char     *path,
              const char     *code,
              AttuneSeverity  severity)
{
  g_autoptr (AttuneValidation) validation = validate (self);
  const AttuneIssue *issue = remote_find_issue (validation, path, code);

  g_assert_nonnull (issue);
  g_assert_cmpint (issue->severity, ==, severity);
}

static void
test_models (Fixture       *self,
             gconstpointer  data)
{
  assert_issue (self, "model.baseModel", "withdrawn", ATTUNE_SEVERITY_WARNING);
  remote_set (self->configuration, "model.baseModel=gpt-3.5-turbo");
  assert_issue (self, "model.baseModel", "withdrawn", ATTUNE_SEVERITY_ERROR);
  remote_set (self->configuration, "model.baseModel=gpt-9");
  assert_issue (self, "model.baseModel", "model", ATTUNE_SEVERITY_WARNING);

  remote_set (self->configuration, "model.baseModel=gpt-4o-2024-08-06");
  g_date_time_unref (self->now);
  self->now = g_date_time_new_utc (2027, 1, 14, 0, 0, 0);
  assert_issue (self, "model.baseModel", "withdrawn", ATTUNE_SEVERITY_ERROR);
}

static void
test_last_day (Fixture       *self,
               gconstpointer  data)
{
  g_autoptr (AttuneValidation) before = NULL;

  g_date_time_unref (self->now);
  self->now = g_date_time_new_utc (2027, 1, 6, 23, 0, 0);
  before = validate (self);
  g_assert_null (remote_find_issue (before, "", "closed"));
  g_assert_true (attune_validation_is_valid (before));

  g_date_time_unref (self->now);
  self->now = g_date_time_new_utc (2027, 1, 7, 1, 0, 0);
  assert_issue (self, "", "closed", ATTUNE_SEVERITY_ERROR);
}

static void
test_data (Fixture       *self,
           gconstpointer  data)
{
  attune_dataset_set_checked (self->training, "chat", 100, "00", 9, 0, NULL);
  assert_issue (self, "datasets.trainingFileId", "data", ATTUNE_SEVERITY_ERROR);
  attune_dataset_set_checked (self->training, "chat", 100, "00", 100, 2, "line 7: no answer");
  assert_issue (self, "datasets.trainingFileId", "data", ATTUNE_SEVERITY_ERROR);
  attune_dataset_set_checked (self->training, "alpaca", 100, "00", 100, 0, NULL);
  assert_issue (self, "datasets.trainingFileId", "data", ATTUNE_SEVERITY_ERROR);
  attune_dataset_set_checked (self->training, "preference", 100, "00", 100, 0, NULL);
  assert_issue (self, "metadata.method", "data", ATTUNE_SEVERITY_ERROR);
  remote_set (self->configuration, "metadata.method=dpo");
  {
    g_autoptr (AttuneValidation) validation = validate (self);

    g_assert_true (attune_validation_is_valid (validation));
  }
  attune_dataset_set_checked (self->training, "chat", 100, "00", 100, 0, NULL);
  assert_issue (self, "datasets.trainingFileId", "data", ATTUNE_SEVERITY_ERROR);
}

static void
test_advice (Fixture       *self,
             gconstpointer  data)
{
  remote_set (self->configuration, "optimizer.learningRate=0.0001");
  assert_issue (self, "optimizer.learningRate", "unsupported", ATTUNE_SEVERITY_WARNING);
  assert_issue (self, "metadata.learning_rate_multiplier", "advice", ATTUNE_SEVERITY_WARNING);
  remote_set (self->configuration, "integrations.wandb.project=tunes");
  assert_issue (self, "integrations.wandb.project", "advice", ATTUNE_SEVERITY_WARNING);
  remote_set (self->configuration, "metadata.beta=0.1");
  assert_issue (self, "metadata.beta", "combination", ATTUNE_SEVERITY_WARNING);
  attune_configuration_set_value (self->configuration, "output.suffix", g_variant_new_take_string (g_strnfill (65, 's')));
  assert_issue (self, "output.suffix", "range", ATTUNE_SEVERITY_ERROR);
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_summary ("What is set reaches OpenAI's request, and what cannot is said.");

#define ADD(path, func) g_test_add ("/openai/translate/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("least", test_least);
  ADD ("without-files", test_without_files);
  ADD ("supervised", test_all_supervised);
  ADD ("dpo", test_dpo);
  ADD ("reinforcement", test_reinforcement);
  ADD ("wrong", test_wrong);
  ADD ("tags", test_tags);
  ADD ("no-secrets", test_no_secrets);
  ADD ("whole-table", test_whole_table);
  ADD ("models", test_models);
  ADD ("last-day", test_last_day);
  ADD ("data", test_data);
  ADD ("advice", test_advice);

  return g_test_run ();
}
