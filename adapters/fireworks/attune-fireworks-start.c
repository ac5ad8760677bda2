/* attune-fireworks-start.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-fireworks"

#include "attune-fireworks-operations.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-held-context.h"
#include "attune-http-json.h"
#include "attune-wandb.h"

typedef struct {
  AttuneHeldContext   *held;
  AttuneConfiguration *configuration;
  char                *account;
  char                *wandb_key;
  char                *wandb_entity;
  GError              *conflict; /* the answer to a request that found its place taken */
} Start;

static void
start_free (Start *start)
{
  g_clear_pointer (&start->held, attune_held_context_free);
  g_clear_object (&start->configuration);
  g_clear_pointer (&start->wandb_key, attune_credentials_free_secret);
  g_clear_error (&start->conflict);
  g_free (start->wandb_entity);
  g_free (start->account);
  g_free (start);
}

static GTask *
task_new (AttuneAdapter          *adapter,
          AttuneConfiguration    *configuration,
          const AttuneJobContext *context,
          gpointer                source_tag,
          GCancellable           *cancellable,
          GAsyncReadyCallback     callback,
          gpointer                user_data)
{
  GTask *task = g_task_new (adapter, cancellable, callback, user_data);
  Start *start = g_new0 (Start, 1);

  start->held = attune_held_context_new (context->job, context->training, context->validation, context->folder);
  start->configuration = g_object_ref (configuration);
  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, start, (GDestroyNotify) start_free);

  return task;
}

/* The account that has the data has the job. */
static void
find_account (GTask               *task,
              GAsyncReadyCallback  callback)
{
  const Start *start = g_task_get_task_data (task);
  AttuneDataset *training = start->held->context.training;
  const char *known = training != NULL ? attune_dataset_get_provider_file (training, ATTUNE_FIREWORKS_ID) : NULL;

  attune_fireworks_find_account_async (g_task_get_source_object (task), known, g_task_get_cancellable (task),
                                       callback, g_object_ref (task));
}

/* Ends @task where there is none. */
static gboolean
take_account (GObject      *source,
              GAsyncResult *result,
              GTask        *task)
{
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  start->account = attune_fireworks_find_account_finish (ATTUNE_FIREWORKS_ADAPTER (source), result, &error);
  if (start->account == NULL)
    g_task_return_error (task, error);

  return start->account != NULL;
}

static void
send (GTask               *task,
      AttuneHttpRequest   *request,
      GAsyncReadyCallback  callback)
{
  AttuneRemoteAdapter *adapter = ATTUNE_REMOTE_ADAPTER (g_task_get_source_object (task));

  attune_http_client_send_async (attune_remote_adapter_get_client (adapter), request, g_task_get_cancellable (task),
                                 callback, g_object_ref (task));
}

static AttuneTrainingHandle *
parse_handle (const Start *start,
              JsonNode    *answer)
{
  const char *name = attune_json_peek_string (answer, "name", NULL);
  double cost = attune_fireworks_parse_money (attune_json_lookup (answer, "estimatedCost"));
  g_autofree char *id = NULL;
  g_autofree char *made = NULL;

  if (name != NULL && g_str_has_prefix (name, "accounts/"))
    return attune_training_handle_new (name, cost, NAN);

  id = attune_fireworks_make_job_id (start->held->context.job);
  made = g_strdup_printf ("accounts/%s/supervisedFineTuningJobs/%s", start->account, id);

  return attune_training_handle_new (made, cost, NAN);
}

/* The job by the id that was chosen for it. */

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL && g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND) && start->conflict != NULL)
    {
      /* It was something else that stood in its way. */
      g_error_free (error);
      g_task_return_error (task, g_steal_pointer (&start->conflict));
    }
  else if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, parse_handle (start, attune_http_reply_get_json (reply)),
                           (GDestroyNotify) attune_training_handle_free);
}

static void
find_step (GTask *task)
{
  const Start *start = g_task_get_task_data (task);
  g_autofree char *id = attune_fireworks_make_job_id (start->held->context.job);
  g_autofree char *path = g_strdup_printf ("/v1/accounts/%s/supervisedFineTuningJobs/%s", start->account, id);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", path);

  send (task, request, found_cb);
}

/* Sending. */

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, attune_fireworks_explain (error));
      return;
    }

  if (!attune_http_reply_check (reply, attune_remote_adapter_get_title (g_task_get_source_object (task)), &error)
      && attune_http_reply_get_status (reply) == 409)
    {
      /* The id is this job's alone, so what is there already is this very job. */
      start->conflict = error;
      find_step (task);
    }
  else if (error == NULL)
    g_task_return_pointer (task, parse_handle (start, attune_http_reply_get_json (reply)),
                           (GDestroyNotify) attune_training_handle_free);
  else
    g_task_return_error (task, attune_fireworks_explain (error));
}

static void
create_step (GTask *task)
{
  const Start *start = g_task_get_task_data (task);
  AttuneFireworksParts parts = { .account = start->account, .wandb_key = start->wandb_key, .wandb_entity = start->wandb_entity };
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *path = NULL;
  GError *error = NULL;

  body = attune_fireworks_build_job (start->configuration, &start->held->context, &parts, &error);
  if (body == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  path = attune_fireworks_dup_create_path (&start->held->context, start->account);
  request = attune_http_request_new ("POST", path);
  attune_http_request_set_json (request, body);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_ANY_STATUS);
  send (task, request, created_cb);
}

static void
entity_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  g_autofree char *entity = NULL;
  g_autoptr (GError) error = NULL;

  entity = attune_wandb_check_key_finish (result, &error);
  /* A key that logs nothing is found out now, and not after a night. That nobody answers says nothing of the key. */
  if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID) || attune_error_is_cancelled (error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (error != NULL)
    g_message ("Whose W&B key it is could not be asked: %s", error->message);
  else if (*entity != '\0')
    start->wandb_entity = g_steal_pointer (&entity);
  create_step (task);
}

static void
entity_step (GTask *task)
{
  Start *start = g_task_get_task_data (task);
  JsonNode *named = json_object_get_member (attune_configuration_get_metadata (start->configuration), "wandbEntity");
  const char *entity = named != NULL ? attune_json_node_peek_string (named) : NULL;

  if (entity != NULL && *entity != '\0')
    create_step (task);
  else
    attune_wandb_check_key_async (start->wandb_key, NULL, g_task_get_cancellable (task), entity_cb, g_object_ref (task));
}

static void
key_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;

  start->wandb_key = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (source), result, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else if (start->wandb_key == NULL || *start->wandb_key == '\0')
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED,
                             _("The job is to be logged to Weights & Biases, but no key for it is known. Set %s, or leave the W&B project empty."),
                             attune_credentials_get_variable ("wandb"));
  else
    entity_step (task);
}

static void
start_account_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  g_autofree char *project = NULL;

  if (!take_account (source, result, task))
    return;

  project = attune_configuration_dup_text (start->configuration, "integrations.wandb.project");
  start->wandb_key = attune_configuration_dup_text (start->configuration, "integrations.wandb.apiKey");
  if (project != NULL && *project != '\0' && (start->wandb_key == NULL || *start->wandb_key == '\0'))
    {
      g_clear_pointer (&start->wandb_key, attune_credentials_free_secret);
      attune_credentials_lookup_async (attune_remote_adapter_get_credentials (ATTUNE_REMOTE_ADAPTER (source)), "wandb",
                                       g_task_get_cancellable (task), key_cb, g_object_ref (task));
    }
  else if (project != NULL && *project != '\0')
    {
      entity_step (task);
    }
  else
    {
      create_step (task);
    }
}

void
attune_fireworks_start_async (AttuneAdapter          *adapter,
                              const AttuneJobContext *context,
                              GCancellable           *cancellable,
                              GAsyncReadyCallback     callback,
                              gpointer                user_data)
{
  AttuneConfiguration *configuration = attune_job_get_configuration (context->job);
  g_autoptr (GTask) task = task_new (adapter, configuration, context, attune_fireworks_start_async, cancellable, callback, user_data);

  /* A warm-up is sent in steps, which follow from the rows. */
  if (attune_fireworks_get_warmup_steps (configuration, G_MAXINT32) > 0
      && attune_fireworks_get_total_steps (configuration, context) < 0)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                               _("optimizer.scheduler.warmupRatio: Fireworks takes a warm-up in steps, and the rows of the training data "
                                 "are not counted yet. Check the data set first."));
      return;
    }

  find_account (task, start_account_cb);
}

AttuneTrainingHandle *
attune_fireworks_start_finish (AttuneAdapter  *adapter,
                               GAsyncResult   *result,
                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_start_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
find_account_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  if (take_account (source, result, task))
    find_step (task);
}

void
attune_fireworks_find_async (AttuneAdapter          *adapter,
                             const AttuneJobContext *context,
                             GCancellable           *cancellable,
                             GAsyncReadyCallback     callback,
                             gpointer                user_data)
{
  g_autoptr (GTask) task = task_new (adapter, attune_job_get_configuration (context->job), context, attune_fireworks_find_async,
                                     cancellable, callback, user_data);

  find_account (task, find_account_cb);
}

AttuneTrainingHandle *
attune_fireworks_find_finish (AttuneAdapter  *adapter,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_find_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Estimates. */

static AttuneEstimate *
compute (const Start *start)
{
  AttuneEstimate *estimate = attune_estimate_new ();
  AttuneDataset *training = start->held->context.training;
  gint64 tokens = training != NULL ? attune_dataset_get_tokens (training) : -1;

  estimate->steps = attune_fireworks_get_total_steps (start->configuration, &start->held->context);
  if (tokens >= 0)
    estimate->tokens = tokens * attune_fireworks_get_epochs (start->configuration);

  return estimate;
}

static void
estimated_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (AttuneEstimate) estimate = NULL;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, attune_fireworks_explain (error));
      return;
    }

  estimate = compute (g_task_get_task_data (task));
  estimate->cost_low = estimate->cost_high =
    attune_fireworks_parse_money (attune_json_lookup (attune_http_reply_get_json (reply), "estimatedCost"));
  if (isfinite (estimate->cost_low))
    estimate->source = g_strdup (_("The price is Fireworks’ own estimate for this job."));
  else
    estimate->source = g_strdup (_("Fireworks names no price in US dollars for this job. It bills by the trained token."));
  g_task_return_pointer (task, g_steal_pointer (&estimate), (GDestroyNotify) attune_estimate_free);
}

static void
estimate_account_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const Start *start = g_task_get_task_data (task);
  AttuneFireworksParts parts = { NULL };
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (AttuneConfiguration) configuration = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *path = NULL;
  GError *error = NULL;

  if (!take_account (source, result, task))
    return;

  /* What a run is logged to does not change its price, and no key has to travel for it. */
  configuration = attune_configuration_copy (start->configuration);
  attune_configuration_set_value (configuration, "integrations.wandb.project", NULL);
  parts.account = start->account;
  body = attune_fireworks_build_job (configuration, &start->held->context, &parts, &error);
  if (body == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  /* The number of steps of the warm-up may not be known yet, and costs nothing. */
  json_object_remove_member (json_node_get_object (body), "learningRateWarmupSteps");
  json_object_remove_member (json_node_get_object (body), "outputModel");

  path = g_strdup_printf ("/v1/accounts/%s/supervisedFineTuningJobs:estimateCost", start->account);
  request = attune_http_request_new ("POST", path);
  attune_http_request_set_json (request, body);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  send (task, request, estimated_cb);
}

void
attune_fireworks_estimate_async (AttuneAdapter          *adapter,
                                 AttuneConfiguration    *configuration,
                                 const AttuneJobContext *context,
                                 GCancellable           *cancellable,
                                 GAsyncReadyCallback     callback,
                                 gpointer                user_data)
{
  static const AttuneJobContext nothing = { NULL };
  const AttuneJobContext *known = context != NULL ? context : &nothing;
  g_autoptr (GTask) task = task_new (adapter, configuration, known, attune_fireworks_estimate_async, cancellable, callback, user_data);

  if (known->training == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s",
                               _("An estimate needs a base model and a training file: choose them first."));
      return;
    }

  /* It prices a data set that it holds. */
  if (attune_dataset_get_provider_file (known->training, ATTUNE_FIREWORKS_ID) == NULL)
    {
      AttuneEstimate *estimate = compute (g_task_get_task_data (task));

      estimate->source = g_strdup (_("Fireworks names a price once the training data is uploaded. It bills by the trained token."));
      g_task_return_pointer (task, estimate, (GDestroyNotify) attune_estimate_free);
      return;
    }

  find_account (task, estimate_account_cb);
}

AttuneEstimate *
attune_fireworks_estimate_finish (AttuneAdapter  *adapter,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_estimate_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
