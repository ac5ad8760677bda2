/* attune-mistral-send.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-mistral"

#include "attune-mistral-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-error.h"
#include "attune-http-json.h"
#include "attune-redact.h"

/* Pages that are looked through for a job that may have arrived. */
#define MAX_FIND_PAGES 50
/* What the times of both sides may differ by beside their clocks. */
#define SLACK (60 * G_USEC_PER_SEC)

/* Uploading. */

typedef struct {
  char               *path;
  char               *filename;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
} Upload;

static void
upload_free (Upload *upload)
{
  g_free (upload->path);
  g_free (upload->filename);
  g_free (upload);
}

static void
uploaded_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  const char *id = reply != NULL ? attune_json_peek_string (attune_http_reply_get_json (reply), "id", NULL) : NULL;

  if (id != NULL)
    g_task_return_pointer (task, g_strdup (id), g_free);
  else if (reply != NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("Mistral took “%s”, but its answer does not say under which id. Try again."),
                             upload->path);
  else
    g_task_return_error (task, error);
}

/* The routes of files live on: without this question a file would be brought there for nothing. */
static void
probed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (AttuneHttpUpload) form = NULL;

  if (reply == NULL)
    {
      g_task_return_error (task, attune_mistral_judge (error));
      return;
    }

  request = attune_http_request_new ("POST", "/v1/files");
  form = attune_http_upload_new_form ();
  attune_http_upload_add_field (form, "purpose", "fine-tune");
  attune_http_upload_add_file (form, "file", upload->filename, "application/jsonl", upload->path, 0, -1);
  attune_http_request_set_upload (request, form);
  attune_http_request_set_progress (request, upload->progress, upload->progress_data);
  /* The same file twice is one file there. */
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_client_send_async (ATTUNE_HTTP_CLIENT (source), request, g_task_get_cancellable (task), uploaded_cb, g_object_ref (task));
}

void
attune_mistral_upload_async (AttuneRemoteAdapter *adapter,
                             AttuneDataset       *dataset,
                             AttuneProgressFunc   progress,
                             gpointer             progress_data,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", ATTUNE_MISTRAL_JOBS);
  g_autofree char *name = g_path_get_basename (attune_dataset_get_path (dataset));
  Upload *upload = g_new0 (Upload, 1);

  g_task_set_source_tag (task, attune_mistral_upload_async);
  g_task_set_task_data (task, upload, (GDestroyNotify) upload_free);
  upload->path = g_strdup (attune_dataset_get_path (dataset));
  upload->filename = g_str_has_suffix (name, ".jsonl") ? g_steal_pointer (&name) : g_strconcat (name, ".jsonl", NULL);
  upload->progress = progress;
  upload->progress_data = progress_data;

  attune_http_request_add_query_int (request, "page_size", 1);
  attune_http_client_send_async (attune_remote_adapter_get_client (adapter), request, cancellable, probed_cb, g_object_ref (task));
}

char *
attune_mistral_upload_finish (AttuneRemoteAdapter  *adapter,
                              GAsyncResult         *result,
                              GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_mistral_upload_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Sending and finding. */

typedef struct {
  AttuneJob     *job;
  AttuneDataset *training;
  AttuneDataset *validation; /* (nullable) */
  char          *suffix;
  gboolean       is_own;     /* the suffix is the person's */
  char          *wandb_key;
  GError        *error;      /* why the job was refused, while it is looked for */
  guint          n_pages;
} Send;

static void
send_free (Send *send)
{
  g_clear_object (&send->job);
  g_clear_object (&send->training);
  g_clear_object (&send->validation);
  g_clear_pointer (&send->wandb_key, attune_credentials_free_secret);
  g_clear_error (&send->error);
  g_free (send->suffix);
  g_free (send);
}

static Send *
send_new (const AttuneJobContext *context)
{
  Send *send = g_new0 (Send, 1);

  send->job = g_object_ref (context->job);
  send->training = context->training != NULL ? g_object_ref (context->training) : NULL;
  send->validation = context->validation != NULL ? g_object_ref (context->validation) : NULL;
  send->suffix = attune_mistral_dup_suffix (attune_job_get_configuration (context->job), context->job, &send->is_own);

  return send;
}

static AttuneTrainingHandle *
create_handle (JsonNode   *job,
               const char *id)
{
  JsonNode *metadata = attune_json_lookup (job, "metadata");

  return attune_training_handle_new (id, attune_mistral_parse_cost (metadata),
                                     attune_http_json_peek_double (job, "metadata.expected_duration_seconds", NAN));
}

static char *
next_jobs (AttuneHttpReply *page,
           gpointer         user_data)
{
  Send *send = user_data;
  JsonNode *root = attune_http_reply_get_json (page);
  g_autofree char *suffix = attune_http_escape_segment (send->suffix);

  if (attune_http_json_get_length (root, "data") < ATTUNE_MISTRAL_PAGE)
    return NULL;

  return g_strdup_printf (ATTUNE_MISTRAL_JOBS "?page=%u&page_size=%d&suffix=%s", ++send->n_pages, ATTUNE_MISTRAL_PAGE, suffix);
}

static void
searched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Send *send = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) pages = attune_http_client_send_pages_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  AttuneMistralSearch search = { .suffix = send->suffix };
  const char *found = NULL;
  gint64 found_at = G_MAXINT64;

  if (pages == NULL)
    {
      /* Where there are no jobs at all, this one is not either. */
      if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN))
        error->code = ATTUNE_ERROR_NOT_FOUND;
      g_task_return_error (task, error);
      return;
    }

  if (send->training != NULL)
    search.training_file = attune_dataset_get_provider_file (send->training, ATTUNE_MISTRAL_ID);
  /* A suffix of the person's own may have been used before: only what was made after this job counts, by one clock. */
  if (send->is_own && pages->len > 0)
    search.created_after = attune_job_get_created_at (send->job) - SLACK
                           + attune_mistral_get_provider_time (g_ptr_array_index (pages, 0)) - g_get_real_time ();

  for (guint i = 0; i < pages->len; i++)
    {
      JsonNode *page = attune_http_reply_get_json (g_ptr_array_index (pages, i));
      gint64 created_at = 0;
      const char *id;

      if (page == NULL || !JSON_NODE_HOLDS_OBJECT (page))
        {
          g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Mistral’s list of jobs is none. It is asked again."));
          return;
        }
      id = attune_mistral_find_in_page (page, &search, &created_at);
      if (id != NULL && created_at < found_at)
        {
          found = id;
          found_at = created_at;
        }
    }

  if (found != NULL)
    g_task_return_pointer (task, attune_training_handle_new (found, NAN, NAN), (GDestroyNotify) attune_training_handle_free);
  else if (send->error != NULL)
    g_task_return_error (task, g_steal_pointer (&send->error));
  else
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, "%s", _("Mistral has no job that was sent from this one."));
}

static void
search_job (GTask            *task,
            AttuneHttpClient *client)
{
  Send *send = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", ATTUNE_MISTRAL_JOBS);

  send->n_pages = 0;
  attune_http_request_add_query_int (request, "page", 0);
  attune_http_request_add_query_int (request, "page_size", ATTUNE_MISTRAL_PAGE);
  attune_http_request_add_query (request, "suffix", send->suffix);
  attune_http_client_send_pages_async (client, request, next_jobs, send, MAX_FIND_PAGES, g_task_get_cancellable (task),
                                       searched_cb, g_object_ref (task));
}

void
attune_mistral_find_job_async (AttuneAdapter          *adapter,
                               const AttuneJobContext *context,
                               GCancellable           *cancellable,
                               GAsyncReadyCallback     callback,
                               gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);

  g_task_set_source_tag (task, attune_mistral_find_job_async);
  if (context->job == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("There is no job to look for."));
      return;
    }

  g_task_set_task_data (task, send_new (context), (GDestroyNotify) send_free);
  search_job (task, attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)));
}

AttuneTrainingHandle *
attune_mistral_find_job_finish (AttuneAdapter  *adapter,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_mistral_find_job_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Send *send = g_task_get_task_data (task);
  AttuneHttpClient *client = ATTUNE_HTTP_CLIENT (source);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (client, result, &error);
  const char *id;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (!attune_http_reply_check (reply, attune_http_client_get_title (client), &error))
    {
      /* “Duplicate job”: it may be this very one, which arrived before. */
      if (attune_http_reply_get_status (reply) == 409)
        {
          send->error = error;
          search_job (task, client);
          return;
        }
      /* A 404 may also be about a file. */
      if (attune_http_reply_get_status (reply) == 404)
        {
          g_autofree char *words = attune_http_error_dup_words (reply);
          g_autofree char *folded = words != NULL ? g_ascii_strdown (words, -1) : NULL;

          if (folded != NULL && (strstr (folded, "file") != NULL || strstr (folded, "model") != NULL))
            {
              error->code = ATTUNE_ERROR_INVALID;
              g_task_return_error (task, error);
              return;
            }
        }
      g_task_return_error (task, attune_mistral_judge (error));
      return;
    }

  id = attune_json_peek_string (attune_http_reply_get_json (reply), "id", NULL);
  if (id == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Mistral’s answer to the new job does not say under which id it runs"));
  else
    g_task_return_pointer (task, create_handle (attune_http_reply_get_json (reply), id), (GDestroyNotify) attune_training_handle_free);
}

static void
send_job (GTask *task)
{
  Send *send = g_task_get_task_data (task);
  AttuneJobContext context = { .job = send->job, .training = send->training, .validation = send->validation };
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", ATTUNE_MISTRAL_JOBS);
  g_autoptr (JsonNode) body = NULL;
  GError *error = NULL;

  body = attune_mistral_build_request (attune_job_get_configuration (send->job), &context, send->wandb_key, FALSE, &error);
  if (body == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  attune_http_request_set_json (request, body);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_ANY_STATUS);
  attune_http_client_send_async (attune_remote_adapter_get_client (g_task_get_source_object (task)), request, g_task_get_cancellable (task),
                                 created_cb, g_object_ref (task));
}

/* Takes @key. */
static void
take_wandb_key (GTask *task,
                char  *key)
{
  Send *send = g_task_get_task_data (task);

  send->wandb_key = key;
  if (key == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED,
                               _("Mistral logs to Weights & Biases with your key, and none is known. Store one, set the environment variable %s, "
                                 "or leave integrations.wandb.project empty"), attune_credentials_get_variable ("wandb"));
      return;
    }

  attune_redact_remember (key);
  if (strlen (key) != ATTUNE_MISTRAL_WANDB_KEY_LENGTH)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                               _("Mistral takes keys of Weights & Biases with exactly %d characters, the old form. Make such a key, or leave W&B out"),
                               ATTUNE_MISTRAL_WANDB_KEY_LENGTH);
      return;
    }

  send_job (task);
}

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *key = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (source), result, &error);

  if (error != NULL)
    {
      attune_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }

  take_wandb_key (task, key);
}

static gboolean
is_uploaded (AttuneDataset *dataset)
{
  return attune_dataset_get_provider_file (dataset, ATTUNE_MISTRAL_ID) != NULL;
}

void
attune_mistral_start_training_async (AttuneAdapter          *adapter,
                                     const AttuneJobContext *context,
                                     GCancellable           *cancellable,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  AttuneConfiguration *configuration;
  g_autofree char *key = NULL;

  g_task_set_source_tag (task, attune_mistral_start_training_async);
  /* What arrived is told even if nobody waits for it any more. */
  g_task_set_check_cancellable (task, FALSE);
  if (context->job == NULL || context->training == NULL || !is_uploaded (context->training)
      || (context->validation != NULL && !is_uploaded (context->validation)))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The data of the job has to be uploaded to Mistral first."));
      return;
    }

  g_task_set_task_data (task, send_new (context), (GDestroyNotify) send_free);
  configuration = attune_job_get_configuration (context->job);
  if (!attune_configuration_is_set (configuration, "integrations.wandb.project"))
    {
      send_job (task);
      return;
    }

  /* The key that was typed into the form, else the one that is stored. */
  key = attune_configuration_dup_text (configuration, "integrations.wandb.apiKey");
  if (key != NULL)
    take_wandb_key (task, g_steal_pointer (&key));
  else
    attune_credentials_lookup_async (attune_remote_adapter_get_credentials (ATTUNE_REMOTE_ADAPTER (adapter)), "wandb", cancellable,
                                     looked_up_cb, g_object_ref (task));
}

AttuneTrainingHandle *
attune_mistral_start_training_finish (AttuneAdapter  *adapter,
                                      GAsyncResult   *result,
                                      GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_mistral_start_training_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
