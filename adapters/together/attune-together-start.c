/* attune-together-start.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-together"

#include "attune-together-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-http-json.h"
#include "attune-wandb.h"

/* A job is sent in up to five steps: the keys of the integrations are fetched, that of Weights & Biases is tried, the price is asked for, and then,
 * once and never again, the job is created. Where the answer to that does not come, the list of jobs is searched for our mark. */

typedef struct {
  AttuneJob           *job;
  AttuneConfiguration *configuration;
  AttuneDataset       *training;
  AttuneDataset       *validation;
  char                *wandb_key;
  char                *hf_token;
  JsonNode            *body;
  double               price;
} Start;

static void
start_free (Start *start)
{
  g_clear_object (&start->job);
  g_clear_object (&start->configuration);
  g_clear_object (&start->training);
  g_clear_object (&start->validation);
  g_clear_pointer (&start->wandb_key, attune_credentials_free_secret);
  g_clear_pointer (&start->hf_token, attune_credentials_free_secret);
  g_clear_pointer (&start->body, json_node_unref);
  g_free (start);
}

static AttuneHttpClient *
get_client (GTask *task)
{
  return attune_remote_adapter_get_client (g_task_get_source_object (task));
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  JsonNode *answer;
  const char *id;
  double price;

  if (reply == NULL)
    {
      /* A success that says something else is no clear no: the job is looked for before that is believed. */
      if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED) || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED))
        error->code = ATTUNE_ERROR_SERVER_FAULT;
      g_task_return_error (task, error);
      return;
    }

  answer = attune_http_reply_get_json (reply);
  id = attune_json_peek_string (answer, "id", NULL);
  if (id == NULL || *id == '\0')
    {
      /* It may have been created all the same: the error is one after which the job is looked for. */
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Together’s answer does not name the new job."));
      return;
    }

  price = attune_together_parse_price (answer);
  g_task_return_pointer (task, attune_training_handle_new (id, isfinite (start->price) ? start->price : price, NAN),
                         (GDestroyNotify) attune_training_handle_free);
}

static void
create_job (GTask *task)
{
  Start *start = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/fine-tunes");

  attune_http_request_set_json (request, start->body);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), created_cb, g_object_ref (task));
}

static void
priced_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  JsonNode *answer = reply != NULL ? attune_http_reply_get_json (reply) : NULL;

  /* Whoever cannot tell a price may still take the job; what is wrong with the request the creation says better. */
  if (reply == NULL && (attune_error_is_cancelled (error)
                        || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID)
                        || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED)
                        || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_PAYMENT_NEEDED)))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (reply == NULL)
    g_debug ("No price: %s", error->message);

  start->price = attune_http_json_peek_double (answer, "estimated_total_price", NAN);
  if (answer != NULL && !attune_json_peek_boolean (answer, "allowed_to_proceed", TRUE)
      && attune_json_peek_boolean (answer, "estimation_available", TRUE))
    {
      double limit = attune_http_json_peek_double (answer, "user_limit", NAN);

      if (isfinite (start->price) && isfinite (limit))
        g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_PAYMENT_NEEDED,
                                 _("Together asks $%.2f for this job, and your limit there is $%.2f. Add credit, or train on less."),
                                 start->price, limit);
      else
        g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_PAYMENT_NEEDED, "%s",
                                 _("The job costs more than your limit at Together. Add credit, or train on less."));
      return;
    }

  create_job (task);
}

static void
build (GTask *task)
{
  Start *start = g_task_get_task_data (task);
  AttuneAdapter *adapter = ATTUNE_ADAPTER (g_task_get_source_object (task));
  AttuneJobContext context = { .job = start->job, .training = start->training, .validation = start->validation };
  AttuneTogetherParts parts = attune_together_collect_parts (start->configuration, &context);
  g_autoptr (AttuneCapabilities) capabilities = attune_together_dup_narrowed (adapter, start->configuration);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) question = NULL;
  GError *error = NULL;

  if (parts.training_file == NULL || (parts.has_validation && parts.validation_file == NULL))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The data has not been uploaded to Together yet."));
      return;
    }

  parts.wandb_key = start->wandb_key;
  parts.hf_token = start->hf_token;
  start->body = attune_together_build_request (start->configuration, capabilities, &parts, &error);
  if (start->body == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  question = attune_together_build_estimate (start->body);
  request = attune_http_request_new ("POST", "/fine-tunes/estimate-price");
  attune_http_request_set_json (request, question);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), priced_cb, g_object_ref (task));
}

static void
tried_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autofree char *entity = NULL;
  g_autoptr (GError) error = NULL;

  /* Without an entity in the request the run goes to that of the key, so whose it is need not be told. */
  entity = attune_wandb_check_key_finish (result, &error);
  if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID) || attune_error_is_cancelled (error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  /* That nobody answers says nothing of the key: a server of one's own may be within reach of Together alone. */
  if (error != NULL)
    g_message ("The key of Weights & Biases could not be tried: %s", error->message);
  build (task);
}

static void
try_keys (GTask *task)
{
  Start *start = g_task_get_task_data (task);
  g_autofree char *url = attune_configuration_dup_text (start->configuration, "integrations.wandb.baseUrl");

  if (start->wandb_key != NULL && *start->wandb_key != '\0')
    attune_wandb_check_key_async (start->wandb_key, url, g_task_get_cancellable (task), tried_cb, g_object_ref (task));
  else
    build (task);
}

/* The keys of the integrations: those of the configuration, which lives in memory only, else those of environment and keyring. */

static gboolean
needs_key (AttuneConfiguration *configuration,
           const char          *path,
           char               **key)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);

  if (*key != NULL || !attune_configuration_is_set (configuration, parameter->applies_path))
    return FALSE;

  *key = attune_configuration_dup_text (configuration, path);
  return *key == NULL;
}

static void fetch_keys (GTask *task);

static void
refuse_without_key (GTask      *task,
                    const char *path)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);
  const AttuneParameter *reason = attune_parameters_lookup (parameter->applies_path);

  g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED,
                           /* translators: the titles of two settings, such as "W&B API Key" and "W&B Project" */
                           _("There is no %s. Add it to the keyring, or clear %s."),
                           attune_parameter_get_title (parameter), attune_parameter_get_title (reason));
}

static void
wandb_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  start->wandb_key = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (source), result, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else if (start->wandb_key == NULL)
    refuse_without_key (task, "integrations.wandb.apiKey");
  else
    fetch_keys (task);
}

static void
hf_cb (GObject      *source,
       GAsyncResult *result,
       gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  start->hf_token = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (source), result, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else if (start->hf_token == NULL)
    refuse_without_key (task, "integrations.huggingface.apiToken");
  else
    fetch_keys (task);
}

static void
fetch_keys (GTask *task)
{
  Start *start = g_task_get_task_data (task);
  AttuneCredentials *credentials = attune_remote_adapter_get_credentials (g_task_get_source_object (task));
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (needs_key (start->configuration, "integrations.wandb.apiKey", &start->wandb_key))
    attune_credentials_lookup_async (credentials, "wandb", cancellable, wandb_cb, g_object_ref (task));
  else if (needs_key (start->configuration, "integrations.huggingface.apiToken", &start->hf_token))
    attune_credentials_lookup_async (credentials, "huggingface", cancellable, hf_cb, g_object_ref (task));
  else
    try_keys (task);
}

void
attune_together_start_async (AttuneAdapter          *adapter,
                             const AttuneJobContext *context,
                             GCancellable           *cancellable,
                             GAsyncReadyCallback     callback,
                             gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  Start *start = g_new0 (Start, 1);

  g_task_set_source_tag (task, attune_together_start_async);
  g_task_set_task_data (task, start, (GDestroyNotify) start_free);
  start->price = NAN;
  if (context->job == NULL || context->training == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("A job needs training data."));
      return;
    }

  start->job = g_object_ref (context->job);
  start->configuration = g_object_ref (attune_job_get_configuration (context->job));
  start->training = g_object_ref (context->training);
  if (context->validation != NULL)
    start->validation = g_object_ref (context->validation);
  fetch_keys (task);
}

AttuneTrainingHandle *
attune_together_start_finish (AttuneAdapter  *adapter,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_start_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const char *job_id = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  JsonNode *answer;
  const char *found;

  if (reply == NULL)
    {
      /* Not found is what the list does not hold; a server that has no list knows nothing of the job. */
      if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
        error->code = ATTUNE_ERROR_SERVER_FAULT;
      g_task_return_error (task, error);
      return;
    }

  answer = attune_http_reply_get_json (reply);
  if (attune_http_json_peek_array (answer, "data") == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s",
                               _("Together’s list of jobs cannot be understood. Try again later."));
      return;
    }

  found = attune_together_find_marked (answer, job_id);
  if (found == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, "%s", _("Together has no such job."));
  else
    g_task_return_pointer (task, attune_training_handle_new (found, NAN, NAN), (GDestroyNotify) attune_training_handle_free);
}

void
attune_together_find_async (AttuneAdapter          *adapter,
                            const AttuneJobContext *context,
                            GCancellable           *cancellable,
                            GAsyncReadyCallback     callback,
                            gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/fine-tunes");

  g_task_set_source_tag (task, attune_together_find_async);
  if (context->job == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("There is no job to look for."));
      return;
    }

  /* The list comes whole. */
  attune_http_request_set_max_body (request, 256 * 1024 * 1024);
  g_task_set_task_data (task, g_strdup (attune_job_get_id (context->job)), g_free);
  attune_http_client_send_async (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)), request, cancellable, listed_cb,
                                 g_steal_pointer (&task));
}

AttuneTrainingHandle *
attune_together_find_finish (AttuneAdapter  *adapter,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_find_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
