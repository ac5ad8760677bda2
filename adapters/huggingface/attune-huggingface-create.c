/* attune-huggingface-create.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-held-context.h"
#include "attune-hub-private.h"
#include "attune-http-json.h"
#include "attune-paths.h"
#include "attune-redact.h"

/* The road to a job: keys, owner, repositories, one commit, the request. Everything before the request may be done twice without harm. */
typedef struct {
  AttuneHeldContext     *held;
  guint                  attempt;
  char                  *token;
  char                  *wandb_key;
  AttuneHuggingfacePlan *plan;
  AttuneHubCommit       *commit;
} Create;

static void
create_free (Create *self)
{
  g_clear_pointer (&self->held, attune_held_context_free);
  attune_credentials_free_secret (self->token);
  attune_credentials_free_secret (self->wandb_key);
  g_clear_pointer (&self->plan, attune_huggingface_plan_free);
  g_clear_object (&self->commit);
  g_free (self);
}

static AttuneConfiguration *
get_configuration (Create *self)
{
  return attune_job_get_configuration (self->held->context.job);
}

/* The request */

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Create *self = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  const char *id;
  const char *owner;
  GError *error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* Without its id the job would run and nobody would know: SERVER_FAULT makes the caller look for it. */
  id = attune_json_peek_string (attune_http_reply_get_json (reply), "id", NULL);
  owner = attune_json_peek_string (attune_http_reply_get_json (reply), "owner.name", self->plan->owner);
  if (id == NULL || *id == '\0')
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Hugging Face did not say under which id the job runs"));
  else
    g_task_return_pointer (task, g_strconcat (owner, "/", id, NULL), g_free);
}

static void
committed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHuggingfaceAdapter *adapter = g_task_get_source_object (task);
  Create *self = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autofree char *commit = NULL;
  GError *error = NULL;

  commit = attune_hub_commit_send_finish (ATTUNE_HUB_COMMIT (source), result, &error);
  if (commit == NULL)
    {
      g_prefix_error (&error, _("The job could not be prepared in “%s”: "), self->plan->data_repo);
      g_task_return_error (task, error);
      return;
    }

  /* The job sees exactly this state of data, configuration and runner, whatever is committed later. */
  attune_http_json_set_string (self->plan->body, "volumes.0.revision", commit);
  attune_http_json_set_string (self->plan->body, "secrets.HF_TOKEN", self->token);
  attune_http_json_set_string (self->plan->body, "secrets.WANDB_API_KEY", self->wandb_key);

  request = attune_http_request_new_segments ("POST", "api", "jobs", self->plan->owner, NULL);
  attune_http_request_set_json (request, self->plan->body);
  attune_hub_send_async (attune_huggingface_adapter_get_hub (adapter), request, self->plan->owner, g_task_get_cancellable (task),
                         created_cb, g_object_ref (task));
}

/* What the job reads */

static void
output_ensured_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *hub = ATTUNE_HUB (source);
  Create *self = g_task_get_task_data (task);
  g_autofree char *repo = NULL;
  g_autofree char *runner = NULL;
  g_autofree char *text = NULL;
  g_autofree char *summary = NULL;
  g_autoptr (GBytes) config = NULL;
  GError *error = NULL;

  repo = attune_hub_ensure_repo_finish (hub, result, &error);
  if (repo == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  runner = attune_paths_dup_package_file ("runner/attune-runner.py");
  if (!g_file_test (runner, G_FILE_TEST_IS_REGULAR))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                               _("The runner “%s” is missing from this installation. Install Attune again."), runner);
      return;
    }

  text = attune_json_write (self->plan->config, TRUE);
  config = g_bytes_new (text, strlen (text));
  summary = g_strdup_printf ("Job %s", attune_job_get_id (self->held->context.job));
  self->commit = attune_hub_commit_new (hub, ATTUNE_HUB_DATASET_REPO, self->plan->data_repo, summary);
  attune_hub_commit_add_bytes (self->commit, self->plan->config_path, config);
  attune_hub_commit_add_file (self->commit, ATTUNE_HUGGINGFACE_RUNNER, runner);
  attune_hub_commit_send_async (self->commit, NULL, NULL, g_task_get_cancellable (task), committed_cb, g_object_ref (task));
}

static void
data_ensured_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *hub = ATTUNE_HUB (source);
  Create *self = g_task_get_task_data (task);
  g_autofree char *repo = NULL;
  GError *error = NULL;

  repo = attune_hub_ensure_repo_finish (hub, result, &error);
  if (repo == NULL)
    g_task_return_error (task, error);
  else
    attune_hub_ensure_repo_async (hub, ATTUNE_HUB_MODEL_REPO, self->plan->output_repo, self->plan->is_output_public,
                                  g_task_get_cancellable (task), output_ensured_cb, g_object_ref (task));
}

/* A job that cannot get its model fails after minutes that are paid for. */

static void
model_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *hub = ATTUNE_HUB (source);
  Create *self = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  GError *error = NULL;

  reply = attune_hub_send_finish (hub, result, &error);
  if (reply == NULL)
    {
      g_prefix_error (&error, "model.baseModel: ");
      g_task_return_error (task, error);
      return;
    }

  attune_hub_ensure_repo_async (hub, ATTUNE_HUB_DATASET_REPO, self->plan->data_repo, FALSE, g_task_get_cancellable (task),
                                data_ensured_cb, g_object_ref (task));
}

static void
check_model (GTask *task)
{
  AttuneHuggingfaceAdapter *adapter = g_task_get_source_object (task);
  Create *self = g_task_get_task_data (task);
  g_autofree char *model = attune_configuration_dup_text (get_configuration (self), "model.baseModel");
  const char *revision = attune_json_peek_string (self->plan->config, "configuration.metadata.modelRevision", "main");
  g_autofree char *escaped = attune_http_escape_segment (revision);
  g_autofree char *rest = g_strconcat ("/resolve/", escaped, "/config.json", NULL);
  g_autofree char *target = attune_hub_dup_repo_target (ATTUNE_HUB_MODEL_REPO, model, rest);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("HEAD", target);

  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_NO_REDIRECT | ATTUNE_HTTP_REQUEST_RAW);
  attune_hub_send_async (attune_huggingface_adapter_get_hub (adapter), request, model, g_task_get_cancellable (task), model_cb, g_object_ref (task));
}

/* A file of another account's repository cannot be mounted with the rest. */
static gboolean
check_data (AttuneHuggingfaceAdapter  *adapter,
            Create                    *self,
            AttuneDataset             *dataset,
            GError                   **error)
{
  const char *provider = attune_remote_adapter_get_provider (ATTUNE_REMOTE_ADAPTER (adapter));
  const char *file_id = dataset != NULL ? attune_dataset_get_provider_file (dataset, provider) : NULL;
  g_autofree char *prefix = g_strconcat ("datasets/", self->plan->data_repo, "/", NULL);

  if (dataset == NULL || (file_id != NULL && g_str_has_prefix (file_id, prefix)))
    return TRUE;

  if (file_id == NULL)
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” is not at Hugging Face yet. Resume the job: it is uploaded then."),
                 attune_dataset_get_path (dataset));
  else
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                 _("“%s” was uploaded with the token of another account (%s). Upload it again with this one: add the file anew."),
                 attune_dataset_get_path (dataset), file_id);

  return FALSE;
}

static void
owner_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHuggingfaceAdapter *adapter = g_task_get_source_object (task);
  AttuneHub *hub = ATTUNE_HUB (source);
  Create *self = g_task_get_task_data (task);
  g_autofree char *owner = NULL;
  GError *error = NULL;

  owner = attune_hub_whoami_finish (hub, result, &error);
  if (owner != NULL)
    self->plan = attune_huggingface_plan_new (adapter, get_configuration (self), &self->held->context, owner, self->attempt, &error);
  if (self->plan == NULL ||
      !check_data (adapter, self, self->held->context.training, &error) ||
      !check_data (adapter, self, self->held->context.validation, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  check_model (task);
}

/* The keys, before anything is sent */

static void
ask_owner (GTask *task)
{
  AttuneHuggingfaceAdapter *adapter = g_task_get_source_object (task);

  attune_hub_whoami_async (attune_huggingface_adapter_get_hub (adapter), g_task_get_cancellable (task), owner_cb, task);
}

static void
wandb_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Create *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  self->wandb_key = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (source), result, &error);
  if (self->wandb_key == NULL)
    {
      if (error != NULL)
        g_task_return_error (task, g_steal_pointer (&error));
      else
        g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED, "%s",
                                 _("integrations.wandb.apiKey: the run is to be logged at Weights & Biases, but no key is known. Add it in the preferences, "
                                   "set WANDB_API_KEY, or leave the project empty."));
      return;
    }

  attune_redact_remember (self->wandb_key);
  ask_owner (g_steal_pointer (&task));
}

/* Takes @task. */
static void
find_wandb_key (GTask *task)
{
  AttuneRemoteAdapter *adapter = g_task_get_source_object (task);
  Create *self = g_task_get_task_data (task);
  g_autofree char *project = attune_configuration_dup_text (get_configuration (self), "integrations.wandb.project");
  g_autofree char *key = attune_configuration_dup_text (get_configuration (self), "integrations.wandb.apiKey");

  if (project == NULL || *project == '\0')
    {
      ask_owner (task);
    }
  else if (key != NULL && *key != '\0')
    {
      self->wandb_key = g_steal_pointer (&key);
      attune_redact_remember (self->wandb_key);
      ask_owner (task);
    }
  else
    {
      attune_credentials_lookup_async (attune_remote_adapter_get_credentials (adapter), "wandb", g_task_get_cancellable (task), wandb_cb, task);
    }
}

static void
token_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Create *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  self->token = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (source), result, &error);
  if (self->token == NULL)
    {
      if (error != NULL)
        g_task_return_error (task, g_steal_pointer (&error));
      else
        g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED, "%s",
                                 _("A job at Hugging Face needs a token with the right to write. Make one at huggingface.co/settings/tokens and add it, or set HF_TOKEN."));
      return;
    }

  attune_redact_remember (self->token);
  find_wandb_key (g_steal_pointer (&task));
}

void
attune_huggingface_create_async (AttuneHuggingfaceAdapter *adapter,
                                 const AttuneJobContext   *context,
                                 guint                     attempt,
                                 GCancellable             *cancellable,
                                 GAsyncReadyCallback       callback,
                                 gpointer                  user_data)
{
  GTask *task = g_task_new (adapter, cancellable, callback, user_data);
  Create *self = g_new0 (Create, 1);
  g_autofree char *token = NULL;

  self->held = attune_held_context_new (context->job, context->training, context->validation, context->folder);
  self->attempt = attempt;
  g_task_set_source_tag (task, attune_huggingface_create_async);
  g_task_set_task_data (task, self, (GDestroyNotify) create_free);

  token = attune_configuration_dup_text (get_configuration (self), "integrations.huggingface.apiToken");
  if (token != NULL && *token != '\0')
    {
      self->token = g_steal_pointer (&token);
      attune_redact_remember (self->token);
      find_wandb_key (task);
      return;
    }

  attune_credentials_lookup_async (attune_remote_adapter_get_credentials (ATTUNE_REMOTE_ADAPTER (adapter)), "huggingface", cancellable, token_cb, task);
}

char *
attune_huggingface_create_finish (AttuneHuggingfaceAdapter  *adapter,
                                  GAsyncResult              *result,
                                  GError                   **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_create_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
