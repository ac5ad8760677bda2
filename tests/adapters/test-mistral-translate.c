/* test-mistral-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include "attune-catalogue.h"
#include "attune-json.h"
#include "attune-mistral-private.h"
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

  catalogue = attune_catalogue_load ("mistral", &error);
  g_assert_no_error (error);
  self->now = g_date_time_new_utc (2026, 11, 22, 12, 0, 0);
  self->capabilities = attune_catalogue_dup_capabilities (catalogue, self->now);
  self->training = remote_dataset_new ("train.jsonl", 400);
  self->validation = remote_dataset_new ("check.jsonl", 5);
  attune_dataset_set_provider_file (self->training, "mistral", "file-train");
  attune_dataset_set_provider_file (self->validation, "mistral", "file-check");
  self->configuration = attune_configuration_new ();
  remote_set (self->configuration, "model.baseModel=open-mistral-7b");
  self->job = attune_job_new (NULL, "mistral", self->configuration);
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
  g_autoptr (JsonNode) body = attune_mistral_build_request (self->configuration, &self->context, NULL, FALSE, &error);

  g_assert_no_error (error);

  return attune_json_write (body, FALSE);
}

static AttuneValidation *
validate (Fixture *self)
{
  AttuneValidation *validation = attune_validation_new ();

  attune_validation_check_capabilities (validation, self->configuration, self->capabilities, "Mistral AI");
  attune_mistral_validate (self->configuration, &self->context, self->capabilities, FALSE, self->now, validation);

  return validation;
}

static void
test_least (Fixture       *self,
            gconstpointer  data)
{
  g_autofree char *body = translate (self);
  g_autofree char *front = g_strdup ("{\"model\":\"open-mistral-7b\",\"training_files\":[{\"file_id\":\"file-train\"}],\"hyperparameters\":{},"
                                     "\"suffix\":\"attune-");

  g_assert_true (g_str_has_prefix (body, front));
  g_assert_true (g_str_has_suffix (body, "\",\"auto_start\":true}"));
}

static void
test_all (Fixture       *self,
          gconstpointer  data)
{
  g_autofree char *body = NULL;

  self->context.validation = self->validation;
  remote_set (self->configuration, "schedule.epochs=3");
  remote_set (self->configuration, "schedule.sequenceLength=4096");
  remote_set (self->configuration, "optimizer.learningRate=0.0001");
  remote_set (self->configuration, "optimizer.weightDecay=0.25");
  remote_set (self->configuration, "optimizer.scheduler.warmupRatio=0.125");
  remote_set (self->configuration, "output.suffix=support");
  remote_set (self->configuration, "integrations.wandb.project=tunes");
  remote_set (self->configuration, "integrations.wandb.runName=support-v2");
  remote_set (self->configuration, "metadata.invalid_sample_skip_percentage=0.25");
  remote_set (self->configuration, "metadata.fim_ratio=0.5");
  remote_set (self->configuration, "metadata.auto_start=false");
  remote_set (self->configuration, "metadata.team=ignored");
  body = translate (self);
  g_assert_cmpstr (body, ==,
                   "{\"model\":\"open-mistral-7b\",\"training_files\":[{\"file_id\":\"file-train\"}],\"validation_files\":[\"file-check\"],"
                   "\"hyperparameters\":{\"epochs\":3,\"learning_rate\":0.0001,\"weight_decay\":0.25,\"warmup_fraction\":0.125,\"seq_len\":4096,\"fim_ratio\":0.5},"
                   "\"invalid_sample_skip_percentage\":0.25,\"suffix\":\"support\","
                   "\"integrations\":[{\"type\":\"wandb\",\"project\":\"tunes\",\"api_key\":\"<W&B API key>\",\"run_name\":\"support-v2\"}],\"auto_start\":false}");
}

static void
test_steps (Fixture       *self,
            gconstpointer  data)
{
  g_autofree char *body = NULL;
  g_autoptr (AttuneValidation) validation = NULL;

  remote_set (self->configuration, "schedule.epochs=3");
  remote_set (self->configuration, "metadata.training_steps=100");
  body = translate (self);
  g_assert_nonnull (strstr (body, "\"training_steps\":100"));
  g_assert_null (strstr (body, "epochs"));
  validation = validate (self);
  g_assert_nonnull (remote_find_issue (validation, "schedule.epochs", "combination"));
}

static const char * const wrong[] = {
  "metadata.training_steps=0", "metadata.training_steps=1.5", "metadata.fim_ratio=1.5", "metadata.invalid_sample_skip_percentage=0.6", "metadata.auto_start=perhaps",
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

      remote_set (configuration, wrong[i]);
      body = attune_mistral_build_request (configuration, &self->context, NULL, FALSE, &error);
      g_assert_null (body);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "metadata."));
    }
}

static void
test_whole_table (Fixture       *self,
                  gconstpointer  data)
{
  g_autoptr (AttuneValidation) validation = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *key = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->configuration);
  self->configuration = remote_create_full_configuration ("training", "validation");
  key = attune_configuration_dup_text (self->configuration, "integrations.wandb.apiKey");
  self->context.validation = self->validation;
  validation = validate (self);
  body = attune_mistral_build_request (self->configuration, &self->context, key, FALSE, &error);
  g_assert_no_error (error);
  remote_assert_adds_up (self->capabilities, validation, self->configuration, body, "file-train", "file-check");
}

static void
test_checks (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr (AttuneValidation) fine = validate (self);
  g_autoptr (AttuneValidation) bad = NULL;
  g_autoptr (AttuneValidation) rows = NULL;
  g_autoptr (AttuneValidation) skipped = NULL;
  g_autoptr (AttuneValidation) withdrawn = attune_validation_new ();
  g_autoptr (AttuneDataset) large = remote_dataset_new ("large.jsonl", 300);

  g_assert_true (attune_validation_is_valid (fine));

  remote_set (self->configuration, "optimizer.scheduler.type=linear");
  remote_set (self->configuration, "output.suffix=much-too-long-a-suffix");
  remote_set (self->configuration, "integrations.wandb.project=tunes");
  remote_set (self->configuration, "integrations.wandb.apiKey=short");
  self->context.validation = large;
  bad = validate (self);
  g_assert_cmpint (remote_find_issue (bad, "output.suffix", "range")->severity, ==, ATTUNE_SEVERITY_ERROR);
  g_assert_cmpint (remote_find_issue (bad, "integrations.wandb.apiKey", "combination")->severity, ==, ATTUNE_SEVERITY_ERROR);
  g_assert_cmpint (remote_find_issue (bad, "datasets.validationFileId", "data")->severity, ==, ATTUNE_SEVERITY_ERROR);
  g_assert_cmpint (attune_validation_find (bad, "optimizer.scheduler.type")->severity, ==, ATTUNE_SEVERITY_ERROR);

  /* Bad rows stop a job, unless it was told to skip some. */
  self->context.validation = NULL;
  attune_dataset_set_checked (self->training, "chat", 1000, "00", 400, 2, "line 7: no answer");
  rows = validate (self);
  g_assert_cmpint (remote_find_issue (rows, "datasets.trainingFileId", "data")->severity, ==, ATTUNE_SEVERITY_ERROR);
  remote_set (self->configuration, "metadata.invalid_sample_skip_percentage=0.1");
  skipped = validate (self);
  g_assert_cmpint (remote_find_issue (skipped, "datasets.trainingFileId", "data")->severity, ==, ATTUNE_SEVERITY_WARNING);

  attune_mistral_validate (self->configuration, &self->context, self->capabilities, TRUE, self->now, withdrawn);
  g_assert_nonnull (remote_find_issue (withdrawn, "", "withdrawn"));
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_summary ("What is set reaches Mistral's request, and what cannot is said.");

#define ADD(path, func) g_test_add ("/mistral/translate/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("least", test_least);
  ADD ("all", test_all);
  ADD ("steps", test_steps);
  ADD ("wrong", test_wrong);
  ADD ("whole-table", test_whole_table);
  ADD ("checks", test_checks);

  return g_test_run ();
}
