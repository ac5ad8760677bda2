/* test-prism.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "attune-adapters.h"
#include "attune-error.h"
#include "attune-openai-adapter.h"
#include "prism-description.h"
#include "prism-server.h"

/* The real adapters before Prism, a server that somebody else wrote: it refuses every request that the provider's official description does not
 * allow, and answers with the description's own examples. */

#define PATIENCE (30 * G_USEC_PER_SEC)

typedef struct {
  const char *id;
  const char *base_variable;
  const char *key_variable;
  const char *key;
  const char *model;
  const char *file_id;               /* as the provider's own look */
  const char *create;                /* where jobs are made */
  /* Settings of one job each, with spaces between them. */
  const char *jobs[40];
  /* Operations of the description that have to have been asked, all others are none of Attune's business. */
  const char *operations[24];
} Provider;

#define OPENAI_FILE  "file-abc123"
#define MISTRAL_FILE "b5ff6e4f-5d6c-4a5c-8a6f-0a1b2c3d4e5f"

static const Provider providers[] = {
  {
    .id = "openai", .base_variable = "OPENAI_BASE_URL", .key_variable = "OPENAI_API_KEY", .key = "sk-test-0123456789abcdef0123",
    .model = "gpt-4o-mini", .file_id = OPENAI_FILE,
    .create = "/fine_tuning/jobs",
    .jobs = {
      "",
      "schedule.epochs=3 schedule.batchSize=8",
      "output.suffix=support-v2",
      "datasets.validationFileId=set",
      "integrations.wandb.project=tunes integrations.wandb.runName=one",
      "metadata.seed=7 metadata.learning_rate_multiplier=1.8",
      "metadata.method=dpo metadata.beta=0.1",
      "metadata.team=search",
      "schedule.epochs=2 schedule.batchSize=4 output.suffix=all integrations.wandb.project=tunes metadata.seed=1 metadata.learning_rate_multiplier=2 "
      "datasets.validationFileId=set",
    },
    .operations = {
      "get /models", "post /files", "post /fine_tuning/jobs", "get /fine_tuning/jobs", "get /fine_tuning/jobs/{fine_tuning_job_id}",
      "get /fine_tuning/jobs/{fine_tuning_job_id}/events", "get /fine_tuning/jobs/{fine_tuning_job_id}/checkpoints",
      "post /fine_tuning/jobs/{fine_tuning_job_id}/cancel", "post /fine_tuning/jobs/{fine_tuning_job_id}/pause",
      "post /fine_tuning/jobs/{fine_tuning_job_id}/resume", "get /files/{file_id}", "post /uploads", "post /uploads/{upload_id}/parts",
      "post /uploads/{upload_id}/complete",
    },
  },
  {
    .id = "together", .base_variable = "TOGETHER_BASE_URL", .key_variable = "TOGETHER_API_KEY", .key = "tgp_v1_test0123456789",
    .model = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", .file_id = "file-1",
    .create = "/fine-tunes",
    .jobs = {
      "",
      "schedule.epochs=3 schedule.batchSize=8 schedule.sequenceLength=4096 schedule.gradientAccumulation=2",
      "schedule.checkpoints=2 schedule.evaluations=3 datasets.validationFileId=set",
      "schedule.trainOnInputs=auto", "schedule.trainOnInputs=enabled", "schedule.trainOnInputs=disabled",
      "optimizer.learningRate=2e-5 optimizer.weightDecay=0.01 optimizer.maxGradientNorm=0.5 optimizer.scheduler.warmupRatio=0.03",
      "optimizer.scheduler.type=cosine optimizer.scheduler.minLRRatio=0.1 optimizer.scheduler.cycles=1",
      "optimizer.scheduler.type=linear optimizer.scheduler.minLRRatio=0.1",
      "optimizer.scheduler.type=linear",
      "method.type=full",
      "method.type=lora method.loraConfig.rank=16 method.loraConfig.alpha=32 method.loraConfig.dropout=0.05 method.loraConfig.trainableModules=q_proj,v_proj",
      "optimizations.enabled=sequence_packing",
      "integrations.wandb.project=tunes integrations.wandb.runName=one integrations.wandb.baseUrl=http://127.0.0.1:9 metadata.wandb_entity=acme",
      "integrations.huggingface.outputRepoName=me/model",
      "output.suffix=support-v2 metadata.random_seed=7",
      "metadata.from_checkpoint=ft-1:100",
      "metadata.from_hf_model=me/base metadata.hf_model_revision=main",
      "metadata.train_vision=true",
      "metadata.early_stopping_enabled=true metadata.early_stopping_patience=2 metadata.early_stopping_min_delta=0.1 "
      "metadata.early_stopping_warmup_evals=1 schedule.evaluations=4 datasets.validationFileId=set",
      "metadata.training_method=dpo metadata.dpo_beta=0.2 metadata.rpo_alpha=1 metadata.simpo_gamma=0.5 "
      "metadata.dpo_normalize_logratios_by_length=true metadata.dpo_reference_free=false",
    },
    .operations = {
      "get /models", "get /fine-tunes/models/supported", "get /fine-tunes/models/limits", "post /files/upload", "get /files/{id}",
      "post /fine-tunes", "get /fine-tunes", "post /fine-tunes/estimate-price", "get /fine-tunes/{id}", "delete /fine-tunes/{id}",
      "get /fine-tunes/{id}/events", "get /fine-tunes/{id}/checkpoints", "get /fine-tunes/{id}/metrics", "post /fine-tunes/{id}/cancel",
      "get /finetune/download",
    },
  },
  {
    .id = "mistral", .base_variable = "MISTRAL_BASE_URL", .key_variable = "MISTRAL_API_KEY", .key = "mistraltest0123456789abcdef012345",
    .model = "open-mistral-7b", .file_id = MISTRAL_FILE,
    .create = "/v1/fine_tuning/jobs",
    .jobs = {
      "",
      "schedule.epochs=3 schedule.sequenceLength=4096",
      "optimizer.learningRate=2e-5 optimizer.weightDecay=0.01 optimizer.scheduler.warmupRatio=0.03",
      "output.suffix=support",
      "datasets.validationFileId=set",
      "integrations.wandb.project=tunes integrations.wandb.runName=one",
      "metadata.auto_start=false", "metadata.training_steps=100", "metadata.fim_ratio=0.5 metadata.invalid_sample_skip_percentage=0.1",
    },
    .operations = {
      "get /v1/models", "post /v1/files", "post /v1/fine_tuning/jobs", "get /v1/fine_tuning/jobs", "get /v1/fine_tuning/jobs/{job_id}",
      "post /v1/fine_tuning/jobs/{job_id}/cancel",
    },
  },
};

typedef struct {
  PrismServer    *server;
  JsonNode       *description;
  AttuneRegistry *registry;
  AttuneAdapter  *adapter; /* borrowed */
  AttuneDataset  *training;
  AttuneDataset  *validation;
  char           *problem; /* why there is none of this */
} Fixture;

static const char *program;
static char *program_problem;

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  const Provider *provider = data;
  g_autofree char *path = prism_description_find (provider->id);
  g_autofree char *rows = g_build_filename (g_get_user_data_dir (), "train.jsonl", NULL);
  g_autoptr (AttuneCredentials) credentials = NULL;
  g_autoptr (GError) error = NULL;

  if (program == NULL)
    self->problem = g_strdup (program_problem);
  else if (path == NULL)
    self->problem = g_strdup_printf ("the official description of %s is neither in tests/fixtures/specs nor in ../shared/specs", provider->id);
  if (self->problem != NULL)
    return;

  self->description = prism_description_load (path, provider->id);
  self->server = prism_server_new (program, provider->id, self->description);
  g_setenv (provider->base_variable, prism_server_get_url (self->server), TRUE);
  g_setenv (provider->key_variable, provider->key, TRUE);
  g_setenv ("WANDB_API_KEY", "0123456789abcdef0123456789abcdef01234567", TRUE);
  g_setenv ("HF_TOKEN", "hf_test0123456789", TRUE);
  /* Nobody is there: whether the key is good is not the question. */
  g_setenv ("WANDB_BASE_URL", "http://127.0.0.1:9", TRUE);

  self->registry = attune_registry_new ();
  credentials = attune_credentials_new ();
  attune_adapters_add_all (self->registry, credentials);
  self->adapter = attune_registry_lookup (self->registry, provider->id, &error);
  g_assert_no_error (error);
  attune_http_client_set_retries (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (self->adapter)), 0, 0.001, 0.01);

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_file_set_contents (rows, "{\"messages\":[{\"role\":\"user\",\"content\":\"2+2\"},{\"role\":\"assistant\",\"content\":\"4\"}]}\n", -1, &error);
  g_assert_no_error (error);
  self->training = attune_dataset_new (rows);
  self->validation = attune_dataset_new (rows);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_clear_object (&self->training);
  g_clear_object (&self->validation);
  g_clear_object (&self->registry);
  g_clear_pointer (&self->server, prism_server_free);
  g_clear_pointer (&self->description, json_node_unref);
  g_free (self->problem);
}

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (*result == NULL && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (*result);
}

/* @what: the operation, for the message. */
static void
assert_accepted (Fixture      *self,
                 const char   *what,
                 const GError *error)
{
  g_autofree char *violations = prism_server_dup_violations (self->server);

  if (violations != NULL)
    {
      g_autofree char *log = prism_server_dup_log (self->server);

      g_test_message ("%s", log);
      g_error ("%s: Prism refuses it:\n%s", what, violations);
    }
  if (error != NULL)
    g_error ("%s: the documented answer is not understood: %s", what, error->message);
}

static AttuneConfiguration *
new_configuration (Fixture        *self,
                   const Provider *provider,
                   const char     *assignments)
{
  AttuneConfiguration *configuration = attune_configuration_new ();
  g_auto (GStrv) list = g_strsplit (assignments, " ", -1);

  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string (provider->model));
  attune_configuration_set_value (configuration, "datasets.trainingFileId", g_variant_new_string (attune_dataset_get_id (self->training)));
  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (strcmp (list[i], "datasets.validationFileId=set") == 0)
        attune_configuration_set_value (configuration, "datasets.validationFileId",
                                        g_variant_new_string (attune_dataset_get_id (self->validation)));
      else if (*list[i] != '\0')
        attune_configuration_set_from_text (configuration, list[i], &error);
      g_assert_no_error (error);
    }

  return configuration;
}

static AttuneJob *
new_job (Fixture          *self,
         const Provider   *provider,
         const char       *assignments,
         AttuneJobContext *context)
{
  g_autoptr (AttuneConfiguration) configuration = new_configuration (self, provider, assignments);
  AttuneJob *job = attune_job_new (NULL, provider->id, configuration);

  *context = (AttuneJobContext) {
    .job = job,
    .training = self->training,
    .validation = attune_configuration_is_set (configuration, "datasets.validationFileId") ? self->validation : NULL,
  };

  return job;
}

static void
check_capabilities (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) tested = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (GError) error = NULL;

  attune_adapter_load_capabilities_async (self->adapter, TRUE, NULL, result_cb, &result);
  wait_for (&result);
  capabilities = attune_adapter_load_capabilities_finish (self->adapter, result, &error);
  assert_accepted (self, "capabilities", error);
  g_assert_nonnull (capabilities);

  attune_adapter_test_credentials_async (self->adapter, NULL, result_cb, &tested);
  wait_for (&tested);
  attune_adapter_test_credentials_finish (self->adapter, tested, &error);
  assert_accepted (self, "test of the key", error);
}

static void
upload (Fixture        *self,
        const Provider *provider,
        AttuneDataset  *dataset)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  attune_adapter_upload_dataset_async (self->adapter, dataset, NULL, NULL, NULL, result_cb, &result);
  wait_for (&result);
  id = attune_adapter_upload_dataset_finish (self->adapter, result, &error);
  assert_accepted (self, "upload", error);
  g_assert_nonnull (id);
  /* The id of an example is a word; that of a real file has a shape that the description asks for. */
  attune_dataset_set_provider_file (dataset, provider->id, provider->file_id);
}

static char *
send (Fixture        *self,
      const Provider *provider,
      const char     *assignments)
{
  AttuneJobContext context;
  g_autoptr (AttuneJob) job = new_job (self, provider, assignments, &context);
  g_autofree char *what = g_strdup_printf ("job “%s”", assignments);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  attune_adapter_start_training_async (self->adapter, &context, NULL, result_cb, &result);
  wait_for (&result);
  handle = attune_adapter_start_training_finish (self->adapter, result, &error);
  assert_accepted (self, what, error);
  g_assert_nonnull (handle);
  g_assert_nonnull (handle->provider_job_id);

  return g_strdup (handle->provider_job_id);
}

typedef void     (*Begin)  (AttuneAdapter *, const AttuneJobContext *, GCancellable *, GAsyncReadyCallback, gpointer);
typedef gboolean (*Finish) (AttuneAdapter *, GAsyncResult *, GError **);

static void
control (Fixture                *self,
         const AttuneJobContext *context,
         const char             *operation,
         Begin                   begin,
         Finish                  finish)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (!attune_adapter_can (self->adapter, operation))
    return;

  begin (self->adapter, context, NULL, result_cb, &result);
  wait_for (&result);
  finish (self->adapter, result, &error);
  assert_accepted (self, operation, error);
}

static void
follow (Fixture                *self,
        const AttuneJobContext *context)
{
  g_autoptr (GAsyncResult) found = NULL;
  g_autoptr (GAsyncResult) asked = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GPtrArray) checkpoints = NULL;
  g_autoptr (GError) error = NULL;

  if (attune_adapter_can (self->adapter, "find"))
    {
      attune_adapter_find_job_async (self->adapter, context, NULL, result_cb, &found);
      wait_for (&found);
      handle = attune_adapter_find_job_finish (self->adapter, found, &error);
      /* The example is a job of somebody else. */
      if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
        g_clear_error (&error);
      assert_accepted (self, "find", error);
    }

  attune_adapter_query_status_async (self->adapter, context, NULL, result_cb, &asked);
  wait_for (&asked);
  update = attune_adapter_query_status_finish (self->adapter, asked, &error);
  assert_accepted (self, "status", error);
  g_assert_nonnull (update);
  g_assert_cmpint (update->status, >=, 0);

  if (attune_adapter_can (self->adapter, "checkpoints"))
    {
      attune_adapter_list_checkpoints_async (self->adapter, context, NULL, result_cb, &listed);
      wait_for (&listed);
      checkpoints = attune_adapter_list_checkpoints_finish (self->adapter, listed, &error);
      assert_accepted (self, "checkpoints", error);
    }
}

/* Where the price can be asked for: any answer but a refused request will do. */
static void
estimate (Fixture                *self,
          const AttuneJobContext *context)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (AttuneEstimate) price = NULL;
  g_autoptr (GError) error = NULL;

  if (!attune_adapter_can (self->adapter, "estimate"))
    return;

  attune_adapter_estimate_async (self->adapter, attune_job_get_configuration (context->job), context, NULL, result_cb, &result);
  wait_for (&result);
  price = attune_adapter_estimate_finish (self->adapter, result, &error);
  assert_accepted (self, "estimate", error);
}

static void
download (Fixture                *self,
          const AttuneJobContext *context)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "result", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (!attune_adapter_can (self->adapter, "download"))
    return;

  attune_adapter_download_output_async (self->adapter, context, folder, NULL, NULL, NULL, result_cb, &result);
  wait_for (&result);
  attune_adapter_download_output_finish (self->adapter, result, &error);
  assert_accepted (self, "download", error);
}

/* "get /files/{id}" fits "get /files/file-1". */
static gboolean
fits (const char *operation,
      const char *request)
{
  g_auto (GStrv) wanted = g_strsplit (operation, "/", -1);
  g_auto (GStrv) asked = g_strsplit (request, "/", -1);

  if (g_strv_length (wanted) != g_strv_length (asked))
    return FALSE;
  for (guint i = 0; wanted[i] != NULL; i++)
    if (wanted[i][0] != '{' && strcmp (wanted[i], asked[i]) != 0)
      return FALSE;

  return TRUE;
}

static void
check_coverage (Fixture        *self,
                const Provider *provider)
{
  g_auto (GStrv) described = prism_description_list (self->description);
  g_auto (GStrv) requests = prism_server_list_requests (self->server);

  g_test_message ("%u requests", g_strv_length (requests));
  for (guint i = 0; provider->operations[i] != NULL; i++)
    {
      gboolean seen = FALSE;

      if (!g_strv_contains ((const char * const *) described, provider->operations[i]))
        g_error ("The description has no “%s”", provider->operations[i]);
      for (guint j = 0; requests[j] != NULL && !seen; j++)
        seen = fits (provider->operations[i], requests[j]);
      if (!seen)
        g_error ("“%s” was never asked", provider->operations[i]);
    }
}

/* The judge judges: a misspelt setting, which the provider would ignore, is refused. */
static void
check_strictness (Fixture        *self,
                  const Provider *provider)
{
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", provider->create);
  g_autofree char *text = g_strdup_printf ("{\"model\":\"%s\",\"training_file\":\"file-1\",\"hyperparameters\":{},\"n_epoch\":3}", provider->model);
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autofree char *violations = NULL;
  g_autoptr (GError) error = NULL;

  body = json_from_string (text, &error);
  g_assert_no_error (error);
  attune_http_request_set_json (request, body);
  attune_http_client_send_async (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (self->adapter)), request, NULL, result_cb, &result);
  wait_for (&result);
  reply = attune_http_client_send_finish (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (self->adapter)), result, &error);
  g_assert_null (reply);
  violations = prism_server_dup_violations (self->server);
  g_assert_nonnull (violations);
}

static void
test_provider (Fixture       *self,
               gconstpointer  data)
{
  const Provider *provider = data;
  g_autoptr (AttuneJob) job = NULL;
  AttuneJobContext context;

  if (self->problem != NULL)
    {
      g_test_skip (self->problem);
      return;
    }

  check_capabilities (self);
  upload (self, provider, self->training);
  upload (self, provider, self->validation);
  /* The second look at a file that is there. */
  upload (self, provider, self->training);

  if (ATTUNE_IS_OPENAI_ADAPTER (self->adapter))
    {
      g_autofree char *path = g_strdup (attune_dataset_get_path (self->training));

      attune_openai_adapter_set_file_limits (ATTUNE_OPENAI_ADAPTER (self->adapter), 10, 50, 1000);
      g_clear_object (&self->training);
      self->training = attune_dataset_new (path);
      upload (self, provider, self->training);
    }

  job = new_job (self, provider, "schedule.epochs=2", &context);
  for (guint i = 0; provider->jobs[i] != NULL; i++)
    {
      g_autofree char *id = send (self, provider, provider->jobs[i]);

      attune_job_set_provider_job_id (job, id);
    }

  estimate (self, &context);
  follow (self, &context);
  control (self, &context, "pause", attune_adapter_pause_async, attune_adapter_pause_finish);
  control (self, &context, "resume", attune_adapter_resume_async, attune_adapter_resume_finish);
  control (self, &context, "cancel", attune_adapter_cancel_async, attune_adapter_cancel_finish);
  download (self, &context);
  control (self, &context, "delete", attune_adapter_delete_job_async, attune_adapter_delete_job_finish);
  check_coverage (self, provider);
  check_strictness (self, provider);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *found = NULL;
  int status;

  setlocale (LC_ALL, "");
  found = prism_server_find_program (&program_problem);
  program = found;
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    {
      g_autofree char *path = g_strconcat ("/prism/", providers[i].id, NULL);

      g_test_add (path, Fixture, &providers[i], set_up, test_provider, tear_down);
    }

  status = g_test_run ();
  g_clear_pointer (&program_problem, g_free);

  return status;
}
