/* attune-huggingface-translate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-hub-private.h"
#include "attune-http-json.h"
#include "attune-run-config.h"

#define DEFAULT_SEED 42
#define MIN_TIMEOUT 300
#define MAX_TIMEOUT (14 * 24 * 3600)
#define MAX_LABEL 100

/* Members of metadata that the runner reads; see its header. */
static const char * const runner_members[] = {
  "seed", "threads", "earlyStoppingPatience", "earlyStoppingThreshold", "modelRevision", "hubPrivate", "wandbEntity", "trainer", "peft", NULL
};
/* Those that decide how it is started. */
static const char * const launcher_members[] = { "flavor", "timeoutSeconds", "dockerImage", "labels", "pushCheckpoints", NULL };

void
attune_huggingface_plan_free (AttuneHuggingfacePlan *self)
{
  if (self == NULL)
    return;

  g_free (self->owner);
  g_free (self->data_repo);
  g_free (self->output_repo);
  g_free (self->flavor);
  g_free (self->config_path);
  g_clear_pointer (&self->config, json_node_unref);
  g_clear_pointer (&self->body, json_node_unref);
  g_free (self);
}

gboolean
attune_huggingface_split_job_id (const char  *provider_job_id,
                                 char       **owner,
                                 char       **id,
                                 GError     **error)
{
  const char *slash = provider_job_id != NULL ? strrchr (provider_job_id, '/') : NULL;

  if (slash == NULL || slash == provider_job_id || slash[1] == '\0')
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” is no job of Hugging Face (owner/id)."),
                   provider_job_id != NULL ? provider_job_id : "");
      return FALSE;
    }

  *owner = g_strndup (provider_job_id, (gsize) (slash - provider_job_id));
  *id = g_strdup (slash + 1);

  return TRUE;
}

char *
attune_huggingface_dup_data_path (AttuneDataset *dataset,
                                  const char    *provider)
{
  const char *sha256 = dataset != NULL ? attune_dataset_get_sha256 (dataset) : NULL;
  const char *file_id = dataset != NULL && provider != NULL ? attune_dataset_get_provider_file (dataset, provider) : NULL;
  g_auto (GStrv) parts = file_id != NULL ? g_strsplit (file_id, "/", 4) : NULL;

  /* "datasets/OWNER/NAME/path": where it was brought to counts, not what the file has become since. */
  if (parts != NULL && g_strv_length (parts) == 4)
    return g_strdup (parts[3]);

  return sha256 != NULL && *sha256 != '\0' ? g_strdup_printf ("data/%s.jsonl", sha256) : NULL;
}

static const char *
peek_metadata (AttuneConfiguration *configuration,
               const char          *name)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), name);
  const char *text = node != NULL ? attune_json_node_peek_string (node) : NULL;

  return text != NULL && *text != '\0' ? text : NULL;
}

char *
attune_huggingface_dup_output_repo (AttuneConfiguration *configuration,
                                    AttuneJob           *job,
                                    const char          *owner)
{
  g_autofree char *given = attune_configuration_dup_text (configuration, "integrations.huggingface.outputRepoName");
  g_autofree char *model = NULL;
  g_autofree char *suffix = NULL;
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;
  const char *slash;

  if (given != NULL && *given != '\0')
    return strchr (given, '/') != NULL ? g_strdup (given) : g_strconcat (owner, "/", given, NULL);

  model = attune_configuration_dup_text (configuration, "model.baseModel");
  slash = model != NULL ? strrchr (model, '/') : NULL;
  suffix = attune_configuration_dup_text (configuration, "output.suffix");
  if (suffix != NULL && *suffix != '\0')
    text = g_strconcat (slash != NULL ? slash + 1 : model != NULL ? model : "model", "-", suffix, NULL);
  else
    text = g_strconcat (slash != NULL ? slash + 1 : model != NULL ? model : "model", "-attune", NULL);
  name = attune_hub_make_name (text);

  /* Two jobs must not write over each other's results. */
  if (job != NULL)
    return g_strdup_printf ("%s/%s-%.8s", owner, name, attune_job_get_id (job));

  return g_strconcat (owner, "/", name, "-<job id>", NULL);
}

static gboolean
read_timeout (AttuneConfiguration  *configuration,
              gint64               *timeout,
              GError              **error)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), "timeoutSeconds");

  *timeout = ATTUNE_HUGGINGFACE_TIMEOUT;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;

  if (!attune_json_node_to_int (node, timeout) || *timeout < MIN_TIMEOUT || *timeout > MAX_TIMEOUT)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("metadata.timeoutSeconds: the time limit is a whole number of seconds from %d to %d."), MIN_TIMEOUT, MAX_TIMEOUT);
      return FALSE;
    }

  return TRUE;
}

/* Labels are of few characters. (transfer full) */
static char *
make_label (const char *text)
{
  GString *label = g_string_new (NULL);

  for (const char *c = text; *c != '\0' && label->len < MAX_LABEL; c++)
    {
      if (g_ascii_isalnum (*c) || strchr ("._-", *c) != NULL)
        g_string_append_c (label, *c);
      else if (((guchar) *c & 0xc0) != 0x80) /* once for a character, not for each of its bytes */
        g_string_append_c (label, '-');
    }

  return g_string_free_and_steal (label);
}

static void
add_label (JsonObject *labels,
           const char *name,
           JsonNode   *node)
{
  g_autofree char *key = make_label (name);
  g_autofree char *value = NULL;

  if (JSON_NODE_HOLDS_VALUE (node) && attune_json_node_peek_string (node) != NULL)
    {
      value = make_label (attune_json_node_peek_string (node));
    }
  else if (JSON_NODE_HOLDS_VALUE (node))
    {
      g_autofree char *text = attune_json_write (node, FALSE);

      value = make_label (text);
    }

  if (*key != '\0' && value != NULL && *value != '\0')
    json_object_set_string_member (labels, key, value);
}

static JsonNode *
build_labels (AttuneConfiguration *configuration,
              AttuneJob           *job,
              guint                attempt)
{
  JsonObject *metadata = attune_configuration_get_metadata (configuration);
  JsonObject *labels = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonNode *given = json_object_get_member (metadata, "labels");
  g_autofree char *name = make_label (job != NULL ? attune_job_get_name (job) : "attune");
  g_autofree char *number = g_strdup_printf ("%u", attempt);
  JsonObjectIter iter;
  const char *member;
  JsonNode *value;

  /* Tags of the person's own, in an object or by themselves. */
  if (given != NULL && JSON_NODE_HOLDS_OBJECT (given))
    {
      json_object_iter_init (&iter, json_node_get_object (given));
      while (json_object_iter_next (&iter, &member, &value))
        add_label (labels, member, value);
    }
  json_object_iter_init (&iter, metadata);
  while (json_object_iter_next (&iter, &member, &value))
    {
      if (!g_strv_contains (runner_members, member) && !g_strv_contains (launcher_members, member))
        add_label (labels, member, value);
    }

  json_object_set_string_member (labels, "name", *name != '\0' ? name : "attune");
  json_object_set_string_member (labels, ATTUNE_HUGGINGFACE_LABEL, job != NULL ? attune_job_get_id (job) : "<job id>");
  if (attempt > 1)
    json_object_set_string_member (labels, ATTUNE_HUGGINGFACE_ATTEMPT, number);
  json_node_take_object (node, labels);

  return node;
}

static char *
dup_mounted_data (AttuneDataset *dataset,
                  const char    *provider,
                  const char    *placeholder)
{
  g_autofree char *path = attune_huggingface_dup_data_path (dataset, provider);

  return g_strconcat (ATTUNE_HUGGINGFACE_MOUNT, "/", path != NULL ? path : placeholder, NULL);
}

static JsonNode *
build_config (AttuneHuggingfacePlan  *self,
              AttuneConfiguration    *configuration,
              const AttuneJobContext *context,
              const char             *provider)
{
  g_autoptr (AttuneConfiguration) copy = attune_configuration_copy (configuration);
  g_autoptr (JsonNode) root = attune_http_json_new_object ();
  g_autoptr (JsonNode) push = json_node_init_boolean (json_node_alloc (), TRUE);
  g_autoptr (GList) members = json_object_get_members (attune_configuration_get_metadata (copy));
  g_autofree char *training = dup_mounted_data (context->training, provider, "data/<sha256 of the training file>.jsonl");
  JsonNode *seed = json_object_get_member (attune_configuration_get_metadata (configuration), "seed");
  gint64 number = DEFAULT_SEED;
  JsonNode *document;

  /* What only the start of the job is about, the runner would refuse. */
  for (GList *iter = members; iter != NULL; iter = iter->next)
    {
      g_autofree char *name = g_strdup (iter->data);

      if (!g_strv_contains (runner_members, name))
        attune_configuration_set_metadata (copy, name, NULL);
    }
  /* The disk of the job is thrown away with it: only what is pushed can be gone on with. */
  attune_configuration_set_metadata (copy, "pushCheckpoints", push);
  attune_configuration_set_value (copy, "integrations.huggingface.outputRepoName", g_variant_new_string (self->output_repo));
  if (context->training != NULL)
    attune_configuration_set_value (copy, "datasets.trainingFileId", g_variant_new_string (attune_dataset_get_id (context->training)));
  if (context->validation != NULL)
    attune_configuration_set_value (copy, "datasets.validationFileId", g_variant_new_string (attune_dataset_get_id (context->validation)));

  attune_http_json_set_int (root, "version", ATTUNE_RUN_CONFIG_VERSION);
  attune_http_json_set_string (root, "jobId", context->job != NULL ? attune_job_get_id (context->job) : "<job id>");
  if (context->job != NULL)
    attune_http_json_set_string (root, "name", attune_job_get_name (context->job));
  document = attune_configuration_to_json (copy, ATTUNE_SECRETS_OMIT);
  attune_http_json_set_node (root, "configuration", document);
  attune_http_json_set_string (root, "paths.training", training);
  if (context->validation != NULL || attune_configuration_is_set (configuration, "datasets.validationFileId"))
    {
      g_autofree char *validation = dup_mounted_data (context->validation, provider, "data/<sha256 of the validation file>.jsonl");

      attune_http_json_set_string (root, "paths.validation", validation);
    }
  if (seed != NULL)
    attune_json_node_to_int (seed, &number);
  attune_http_json_set_int (root, "seed", number);

  return g_steal_pointer (&root);
}

static JsonNode *
build_body (AttuneHuggingfacePlan *self,
            AttuneConfiguration   *configuration,
            AttuneJob             *job,
            guint                  attempt)
{
  static const char * const words[] = { "uv", "run", ATTUNE_HUGGINGFACE_MOUNT "/" ATTUNE_HUGGINGFACE_RUNNER, "--config", NULL };
  g_autoptr (JsonNode) root = attune_http_json_new_object ();
  g_autofree char *config = g_strconcat (ATTUNE_HUGGINGFACE_MOUNT, "/", self->config_path, NULL);
  const char *image = peek_metadata (configuration, "dockerImage");
  JsonArray *command = json_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    json_array_add_string_element (command, words[i]);
  json_array_add_string_element (command, config);
  json_array_add_string_element (command, "--folder");
  json_array_add_string_element (command, ATTUNE_HUGGINGFACE_RUN);

  attune_http_json_set_string (root, "dockerImage", image != NULL ? image : ATTUNE_HUGGINGFACE_IMAGE);
  json_object_set_array_member (json_node_get_object (root), "command", command);
  json_object_set_array_member (json_node_get_object (root), "arguments", json_array_new ());
  attune_http_json_set_string (root, "environment.PYTHONUNBUFFERED", "1");
  attune_http_json_set_string (root, "environment.HF_HUB_DISABLE_TELEMETRY", "1");
  attune_http_json_set_string (root, "secrets.HF_TOKEN", "<Hugging Face token>");
  if (self->needs_wandb)
    {
      g_autofree char *project = attune_configuration_dup_text (configuration, "integrations.wandb.project");
      g_autofree char *run = attune_configuration_dup_text (configuration, "integrations.wandb.runName");
      g_autofree char *url = attune_configuration_dup_text (configuration, "integrations.wandb.baseUrl");

      attune_http_json_set_string (root, "environment.WANDB_PROJECT", project);
      attune_http_json_set_string (root, "environment.WANDB_NAME", run);
      attune_http_json_set_string (root, "environment.WANDB_BASE_URL", url);
      attune_http_json_set_string (root, "environment.WANDB_ENTITY", peek_metadata (configuration, "wandbEntity"));
      attune_http_json_set_string (root, "secrets.WANDB_API_KEY", "<W&B API key>");
    }
  attune_http_json_set_string (root, "flavor", self->flavor);
  attune_http_json_set_int (root, "timeoutSeconds", self->timeout);
  attune_http_json_set_node (root, "labels", build_labels (configuration, job, attempt));
  attune_http_json_set_string (root, "volumes.0.type", "dataset");
  attune_http_json_set_string (root, "volumes.0.source", self->data_repo);
  attune_http_json_set_string (root, "volumes.0.mountPath", ATTUNE_HUGGINGFACE_MOUNT);
  attune_http_json_set_boolean (root, "volumes.0.readOnly", TRUE);

  return g_steal_pointer (&root);
}

AttuneHuggingfacePlan *
attune_huggingface_plan_new (AttuneHuggingfaceAdapter  *self,
                             AttuneConfiguration       *configuration,
                             const AttuneJobContext    *context,
                             const char                *owner,
                             guint                      attempt,
                             GError                   **error)
{
  g_autoptr (AttuneHuggingfacePlan) plan = g_new0 (AttuneHuggingfacePlan, 1);
  g_autoptr (AttuneCapabilities) capabilities = attune_remote_adapter_dup_capabilities (ATTUNE_REMOTE_ADAPTER (self));
  g_autoptr (GPtrArray) flavors = attune_flavors_from_capabilities (capabilities);
  g_autofree char *model = attune_configuration_dup_text (configuration, "model.baseModel");
  g_autofree char *project = attune_configuration_dup_text (configuration, "integrations.wandb.project");
  const AttuneJobContext nothing = { 0 };
  const AttuneFlavor *flavor;
  const char *path;
  JsonNode *private_node;
  double parameters;

  if (context == NULL)
    context = &nothing;
  if (model == NULL || *model == '\0')
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("model.baseModel: no base model is chosen."));
      return NULL;
    }
  if (!attune_hub_check_repo (model, FALSE, error))
    {
      g_prefix_error (error, "model.baseModel: ");
      return NULL;
    }

  parameters = attune_flavors_guess_parameters (capabilities, model);
  flavor = attune_flavors_choose (flavors, configuration, attune_flavors_guess_memory (configuration, parameters), &path, error);
  if (flavor == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  if (!read_timeout (configuration, &plan->timeout, error))
    return NULL;

  plan->owner = g_strdup (owner != NULL ? owner : ATTUNE_HUGGINGFACE_OWNER);
  plan->data_repo = g_strconcat (plan->owner, "/" ATTUNE_HUGGINGFACE_DATA_REPO, NULL);
  plan->output_repo = attune_huggingface_dup_output_repo (configuration, context->job, plan->owner);
  if (owner != NULL && !attune_hub_check_repo (plan->output_repo, TRUE, error))
    {
      g_prefix_error (error, "integrations.huggingface.outputRepoName: ");
      return NULL;
    }
  private_node = json_object_get_member (attune_configuration_get_metadata (configuration), "hubPrivate");
  if (private_node != NULL)
    {
      gboolean is_private = TRUE;

      attune_json_node_to_boolean (private_node, &is_private);
      plan->is_output_public = !is_private;
    }
  plan->flavor = g_strdup (flavor->name);
  plan->price_per_hour = flavor->price_per_hour;
  plan->needs_wandb = project != NULL && *project != '\0';
  plan->config_path = g_strdup_printf ("jobs/%s/config.json", context->job != NULL ? attune_job_get_id (context->job) : "<job id>");
  plan->config = build_config (plan, configuration, context, attune_remote_adapter_get_provider (ATTUNE_REMOTE_ADAPTER (self)));
  plan->body = build_body (plan, configuration, context->job, attempt);

  return g_steal_pointer (&plan);
}

JsonNode *
attune_huggingface_translate_configuration (AttuneAdapter           *adapter,
                                            AttuneConfiguration     *configuration,
                                            const AttuneJobContext  *context,
                                            GError                 **error)
{
  AttuneHuggingfaceAdapter *self = ATTUNE_HUGGINGFACE_ADAPTER (adapter);
  g_autoptr (AttuneHuggingfacePlan) plan = attune_huggingface_plan_new (self, configuration, context, NULL, 1, error);
  g_autoptr (JsonObject) files = NULL;
  JsonNode *request;

  if (plan == NULL)
    return NULL;

  attune_http_json_set_string (plan->body, "volumes.0.revision", "<commit>");
  request = attune_remote_adapter_describe_request (ATTUNE_REMOTE_ADAPTER (self), "POST", "/api/jobs/" ATTUNE_HUGGINGFACE_OWNER,
                                                    g_steal_pointer (&plan->body));

  /* What is committed to the data repository before, and what the job reads there. */
  files = json_object_new ();
  json_object_set_member (files, plan->config_path, g_steal_pointer (&plan->config));
  json_object_set_object_member (json_node_get_object (request), "files", g_steal_pointer (&files));

  return request;
}
