/* attune-openai-send.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-openai"

#include "attune-openai-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-error.h"
#include "attune-http-json.h"

/* Pages that are looked through for a job that may have arrived. */
#define MAX_FIND_PAGES 50
/* What a clock may be wrong by, in seconds. */
#define CLOCK_SLACK (G_GINT64_CONSTANT (2) * 24 * 3600)

typedef struct {
  AttuneJob     *job;
  AttuneDataset *training;
  AttuneDataset *validation;    /* (nullable) */
  gboolean       has_reloaded;  /* the files were brought anew, since OpenAI no longer had one of them */
  gboolean       is_validation; /* that is being brought */
} Start;

static void
start_free (Start *start)
{
  g_clear_object (&start->job);
  g_clear_object (&start->training);
  g_clear_object (&start->validation);
  g_free (start);
}

static void send_job (GTask *task);

static void
reloaded_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *id = attune_openai_upload_finish (ATTUNE_REMOTE_ADAPTER (source), result, &error);

  if (id == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  attune_dataset_set_provider_file (start->is_validation ? start->validation : start->training, ATTUNE_OPENAI_ID, id);
  if (!start->is_validation && start->validation != NULL && start->validation != start->training)
    {
      start->is_validation = TRUE;
      attune_openai_upload_async (ATTUNE_REMOTE_ADAPTER (source), start->validation, NULL, NULL, g_task_get_cancellable (task),
                                  reloaded_cb, g_object_ref (task));
      return;
    }

  send_job (task);
}

/* A file of an earlier upload may have been deleted there: the request is refused for it before anything is made. */
static gboolean
is_file_gone (AttuneHttpReply *reply)
{
  g_autofree char *parameter = attune_http_error_dup_parameter (reply);
  g_autofree char *words = attune_http_error_dup_words (reply);
  guint status = attune_http_reply_get_status (reply);
  const char *code = attune_http_error_peek_code (reply);

  if (status != 400 && status != 404 && status != 422)
    return FALSE;
  if (g_strcmp0 (parameter, "training_file") != 0 && g_strcmp0 (parameter, "validation_file") != 0
      && (words == NULL || strstr (words, "file-") == NULL))
    return FALSE;

  return status == 404 || g_strcmp0 (code, "file_not_found") == 0
         || (words != NULL && (strstr (words, "not found") != NULL || strstr (words, "does not exist") != NULL || strstr (words, "No such") != NULL));
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
  const char *id;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (!attune_http_reply_check (reply, attune_http_client_get_title (ATTUNE_HTTP_CLIENT (source)), &error))
    {
      if (!start->has_reloaded && is_file_gone (reply))
        {
          g_error_free (error);
          start->has_reloaded = TRUE;
          attune_openai_upload_async (g_task_get_source_object (task), start->training, NULL, NULL, g_task_get_cancellable (task),
                                      reloaded_cb, g_object_ref (task));
          return;
        }
      g_task_return_error (task, attune_openai_judge_refusal (error, reply));
      return;
    }

  /* Whoever asked looks whether it arrived all the same. */
  id = attune_json_peek_string (attune_http_reply_get_json (reply), "id", NULL);
  if (id == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("OpenAI’s answer to the new job does not say under which id it runs"));
  else
    g_task_return_pointer (task, attune_training_handle_new (id, NAN, NAN), (GDestroyNotify) attune_training_handle_free);
}

static void
send_job (GTask *task)
{
  AttuneOpenaiAdapter *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  AttuneJobContext context = { .job = start->job, .training = start->training, .validation = start->validation };
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/fine_tuning/jobs");
  g_autoptr (JsonNode) body = NULL;
  GError *error = NULL;

  body = attune_openai_build_request (attune_job_get_configuration (start->job), &context, &error);
  if (body == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  attune_http_request_set_json (request, body);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_ANY_STATUS);
  attune_http_client_send_async (attune_openai_adapter_get_client (self), request, g_task_get_cancellable (task), created_cb, g_object_ref (task));
}

static gboolean
is_uploaded (AttuneDataset *dataset)
{
  return attune_dataset_get_provider_file (dataset, ATTUNE_OPENAI_ID) != NULL;
}

void
attune_openai_start_training_async (AttuneAdapter          *adapter,
                                    const AttuneJobContext *context,
                                    GCancellable           *cancellable,
                                    GAsyncReadyCallback     callback,
                                    gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  Start *start;

  g_task_set_source_tag (task, attune_openai_start_training_async);
  /* What arrived is told even if nobody waits for it any more. */
  g_task_set_check_cancellable (task, FALSE);
  if (context->job == NULL || context->training == NULL || !is_uploaded (context->training)
      || (context->validation != NULL && !is_uploaded (context->validation)))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The data of the job has to be uploaded to OpenAI first."));
      return;
    }

  start = g_new0 (Start, 1);
  start->job = g_object_ref (context->job);
  start->training = g_object_ref (context->training);
  start->validation = context->validation != NULL ? g_object_ref (context->validation) : NULL;
  g_task_set_task_data (task, start, (GDestroyNotify) start_free);
  send_job (task);
}

AttuneTrainingHandle *
attune_openai_start_training_finish (AttuneAdapter  *adapter,
                                     GAsyncResult   *result,
                                     GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_openai_start_training_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Finding. */

typedef struct {
  char   *job_id;
  gint64  created_at; /* here, in microseconds */
} Search;

static void
search_free (Search *search)
{
  g_free (search->job_id);
  g_free (search);
}

static const char *
find_in_page (JsonNode   *page,
              const char *job_id)
{
  JsonArray *list = attune_http_json_peek_array (page, "data");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *job = json_array_get_element (list, i);

      if (g_strcmp0 (attune_json_peek_string (job, "metadata." ATTUNE_OPENAI_JOB_KEY, NULL), job_id) == 0)
        return attune_json_peek_string (job, "id", NULL);
    }

  return NULL;
}

gboolean
attune_openai_is_same_page (AttuneHttpReply *page,
                            const char      *after)
{
  g_autofree char *asked = g_strconcat ("&after=", after, NULL);

  return g_str_has_suffix (attune_http_reply_get_url (page), asked);
}

static char *
next_jobs (AttuneHttpReply *page,
           gpointer         user_data)
{
  Search *search = user_data;
  JsonNode *root = attune_http_reply_get_json (page);
  guint length = attune_http_json_get_length (root, "data");
  g_autofree char *id_path = g_strdup_printf ("data.%u.id", length > 0 ? length - 1 : 0);
  g_autofree char *time_path = g_strdup_printf ("data.%u.created_at", length > 0 ? length - 1 : 0);
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;
  g_autofree char *after = NULL;
  const char *last;

  if (length == 0 || find_in_page (root, search->job_id) != NULL || !attune_json_peek_boolean (root, "has_more", FALSE))
    return NULL;
  /* The newest come first: what is older than the job here is not it. */
  if (attune_http_json_peek_time (root, time_path) < search->created_at - CLOCK_SLACK * G_USEC_PER_SEC)
    return NULL;
  last = attune_json_peek_string (root, id_path, NULL);
  if (last == NULL)
    return NULL;

  name = attune_http_escape_segment ("metadata[" ATTUNE_OPENAI_JOB_KEY "]");
  value = attune_http_escape_segment (search->job_id);
  after = attune_http_escape_segment (last);
  if (attune_openai_is_same_page (page, after))
    return NULL;

  return g_strdup_printf ("/fine_tuning/jobs?limit=%d&%s=%s&after=%s", ATTUNE_OPENAI_PAGE, name, value, after);
}

static void
searched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *search = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) pages = attune_http_client_send_pages_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  const char *id = NULL;

  if (pages == NULL)
    {
      /* Where there are no jobs at all, this one is not either. */
      if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN))
        error->code = ATTUNE_ERROR_NOT_FOUND;
      g_task_return_error (task, error);
      return;
    }

  for (guint i = 0; i < pages->len && id == NULL; i++)
    {
      JsonNode *page = attune_http_reply_get_json (g_ptr_array_index (pages, i));

      if (attune_http_json_peek_array (page, "data") == NULL)
        {
          g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("OpenAI’s list of jobs is none. It is asked again."));
          return;
        }
      id = find_in_page (page, search->job_id);
    }

  if (id == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, "%s", _("OpenAI has no job that was sent from this one."));
  else
    g_task_return_pointer (task, attune_training_handle_new (id, NAN, NAN), (GDestroyNotify) attune_training_handle_free);
}

void
attune_openai_find_job_async (AttuneAdapter          *adapter,
                              const AttuneJobContext *context,
                              GCancellable           *cancellable,
                              GAsyncReadyCallback     callback,
                              gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/fine_tuning/jobs");
  Search *search;

  g_task_set_source_tag (task, attune_openai_find_job_async);
  if (context->job == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("There is no job to look for."));
      return;
    }

  search = g_new0 (Search, 1);
  search->job_id = g_strdup (attune_job_get_id (context->job));
  search->created_at = attune_job_get_created_at (context->job);
  g_task_set_task_data (task, search, (GDestroyNotify) search_free);

  attune_http_request_add_query_int (request, "limit", ATTUNE_OPENAI_PAGE);
  attune_http_request_add_query (request, "metadata[" ATTUNE_OPENAI_JOB_KEY "]", search->job_id);
  attune_http_client_send_pages_async (attune_openai_adapter_get_client (ATTUNE_OPENAI_ADAPTER (adapter)), request, next_jobs, search, MAX_FIND_PAGES, cancellable,
                                       searched_cb, g_object_ref (task));
}

AttuneTrainingHandle *
attune_openai_find_job_finish (AttuneAdapter  *adapter,
                               GAsyncResult   *result,
                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_openai_find_job_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

