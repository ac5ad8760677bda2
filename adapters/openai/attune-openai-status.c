/* attune-openai-status.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-openai"

#include "attune-openai-private.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"

#define EVENTS_FILE "events.jsonl"
/* The end of the file of events that is read for the newest of them. */
#define TAIL_SIZE (64 * 1024)
#define MAX_PAGES 500
/* So many times in a row a part of the news of a job that ended may be missing before it is done without. */
#define MAX_PATIENCE 3
#define MAX_RESULTS (256 * 1024 * 1024)

/* One question for news: the job, its events, its checkpoints and, once it has succeeded, its table of measurements. */
typedef struct {
  char               *job_id;      /* here */
  char               *provider_id; /* there */
  char               *known_event; /* the newest that is told already; NULL: none */
  char               *newest_event;
  char               *result_file;
  gint64              now;         /* by the provider's clock, microseconds */
  gint64              finished_at;
  gboolean            is_final;
  AttuneStatusUpdate *update;
} Query;

static void
query_free (Query *query)
{
  g_free (query->job_id);
  g_free (query->provider_id);
  g_free (query->known_event);
  g_free (query->newest_event);
  g_free (query->result_file);
  g_clear_pointer (&query->update, attune_status_update_free);
  g_free (query);
}

static AttuneHttpClient *
get_client (GTask *task)
{
  return attune_openai_adapter_get_client (g_task_get_source_object (task));
}

static AttuneOpenaiMemory *
get_memory (GTask *task)
{
  Query *query = g_task_get_task_data (task);

  return attune_openai_adapter_get_memory (g_task_get_source_object (task), query->job_id);
}

/* The newest event with an id that is on disk: another process may have told it, or this one before it was started anew. (transfer full) */
static char *
dup_stored_event (const char *folder)
{
  g_autofree char *path = folder != NULL ? g_build_filename (folder, EVENTS_FILE, NULL) : NULL;
  g_autoptr (GMappedFile) file = path != NULL ? g_mapped_file_new (path, FALSE, NULL) : NULL;
  const char *data = file != NULL ? g_mapped_file_get_contents (file) : NULL;
  gsize length = data != NULL ? g_mapped_file_get_length (file) : 0;
  g_autofree char *tail = NULL;
  g_auto (GStrv) lines = NULL;

  if (length == 0)
    return NULL;

  tail = g_strndup (data + (length > TAIL_SIZE ? length - TAIL_SIZE : 0), MIN (length, TAIL_SIZE));
  lines = g_strsplit (tail, "\n", -1);
  for (guint i = g_strv_length (lines); i > 0; i--)
    {
      g_autoptr (JsonNode) line = attune_json_parse (lines[i - 1], -1, NULL, NULL);
      const char *id = line != NULL ? attune_json_peek_string (line, "id", NULL) : NULL;

      if (id != NULL)
        return g_strdup (id);
    }

  return NULL;
}

/* The clock of this computer may be far off: times to come are counted from the provider's. */
static gint64
get_provider_time (AttuneHttpReply *reply)
{
  const char *header = attune_http_reply_get_header (reply, "Date");
  g_autoptr (GDateTime) date = header != NULL ? soup_date_time_new_from_http_string (header) : NULL;

  return date != NULL ? g_date_time_to_unix (date) * G_USEC_PER_SEC : g_get_real_time ();
}

/* Step and speed of what was measured last. */
static void
judge_progress (GTask *task)
{
  Query *query = g_task_get_task_data (task);
  AttuneStatusUpdate *update = query->update;
  AttuneOpenaiMemory *memory = get_memory (task);
  gint64 last_step = -1;
  gint64 last_time = 0;

  for (guint i = 0; update->metrics != NULL && i < update->metrics->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (update->metrics, AttuneMetricPoint, i);

      if (point->time <= 0)
        continue;
      if (memory->first_step < 0 || point->step < memory->first_step)
        {
          memory->first_step = point->step;
          memory->first_time = point->time;
        }
      if (point->step > last_step)
        {
          last_step = point->step;
          last_time = point->time;
        }
    }

  if (update->step >= 0 && update->total_steps > 0)
    update->progress = CLAMP ((double) update->step / (double) update->total_steps, 0, 1);

  if (!isfinite (update->time_remaining) && update->status == ATTUNE_JOB_STATUS_RUNNING && update->total_steps > last_step
      && memory->first_step >= 0 && last_step > memory->first_step && last_time > memory->first_time)
    update->time_remaining = (double) (last_time - memory->first_time) / G_USEC_PER_SEC
                             / (double) (last_step - memory->first_step) * (double) (update->total_steps - last_step);
}

static void
finish (GTask *task)
{
  Query *query = g_task_get_task_data (task);

  judge_progress (task);
  /* Only now are they told. */
  if (query->newest_event != NULL)
    g_set_str (&get_memory (task)->newest_event, query->newest_event);
  get_memory (task)->n_failures = 0;
  g_task_return_pointer (task, g_steal_pointer (&query->update), (GDestroyNotify) attune_status_update_free);
}

/* Takes @error of a part of the news. TRUE: the question is over with it. A job that runs is told without that part, which comes with the next
 * question; of one that has ended there is none, so it is asked again some times first. */
static gboolean
is_over (GTask      *task,
         GError     *error,
         const char *part)
{
  Query *query = g_task_get_task_data (task);
  AttuneOpenaiMemory *memory = get_memory (task);

  if (attune_error_is_cancelled (error)
      || (query->is_final && memory->n_failures < MAX_PATIENCE && !g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND)
          && !g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED)))
    {
      memory->n_failures++;
      g_task_return_error (task, error);
      return TRUE;
    }

  g_message ("The %s of the job %s could not be read: %s", part, query->provider_id, error->message);
  g_error_free (error);

  return FALSE;
}

static void
results_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  g_autoptr (GArray) points = NULL;

  if (reply != NULL)
    {
      gsize length;
      const char *data = g_bytes_get_data (attune_http_reply_get_body (reply), &length);

      points = length > 0 ? attune_openai_parse_results (data, length, query->finished_at, &error)
                          : g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
    }
  if (points == NULL && is_over (task, error, "result file"))
    return;

  if (points != NULL && points->len > 0)
    {
      if (query->update->metrics == NULL)
        query->update->metrics = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
      g_array_append_vals (query->update->metrics, points->data, points->len);
    }
  finish (task);
}

static void
ask_results (GTask *task)
{
  Query *query = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = NULL;

  if (query->result_file == NULL)
    {
      finish (task);
      return;
    }

  request = attune_http_request_new_segments ("GET", "files", query->result_file, "content", NULL);
  attune_http_request_set_flags (request, attune_http_request_get_flags (request) | ATTUNE_HTTP_REQUEST_RAW);
  attune_http_request_set_max_body (request, MAX_RESULTS);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), results_cb, g_object_ref (task));
}

/* The target of the page behind @page, whose items are named by "id". (transfer full) (nullable) */
static char *
dup_next_target (AttuneHttpReply *page,
                 const char      *provider_id,
                 const char      *kind)
{
  JsonNode *root = attune_http_reply_get_json (page);
  guint length = attune_http_json_get_length (root, "data");
  g_autofree char *path = NULL;
  g_autofree char *job = NULL;
  g_autofree char *after = NULL;
  const char *last;

  if (length == 0 || !attune_json_peek_boolean (root, "has_more", FALSE))
    return NULL;
  path = g_strdup_printf ("data.%u.id", length - 1);
  last = attune_json_peek_string (root, path, NULL);
  if (last == NULL)
    return NULL;

  job = attune_http_escape_segment (provider_id);
  after = attune_http_escape_segment (last);
  /* A server that forgets where it was would send the same page for ever. */
  if (attune_openai_is_same_page (page, after))
    return NULL;

  return g_strdup_printf ("/fine_tuning/jobs/%s/%s?limit=%d&after=%s", job, kind, ATTUNE_OPENAI_PAGE, after);
}

static AttuneHttpRequest *
create_list_request (const char *provider_id,
                     const char *kind)
{
  AttuneHttpRequest *request = attune_http_request_new_segments ("GET", "fine_tuning", "jobs", provider_id, kind, NULL);

  attune_http_request_add_query_int (request, "limit", ATTUNE_OPENAI_PAGE);

  return request;
}

static char *
next_checkpoints (AttuneHttpReply *page,
                  gpointer         user_data)
{
  return dup_next_target (page, user_data, "checkpoints");
}

static int
compare_checkpoints (gconstpointer a,
                     gconstpointer b)
{
  const AttuneCheckpoint *left = *(const AttuneCheckpoint * const *) a;
  const AttuneCheckpoint *right = *(const AttuneCheckpoint * const *) b;

  return left->step < right->step ? -1 : left->step > right->step;
}

static GPtrArray *
collect_checkpoints (GPtrArray *pages)
{
  GPtrArray *checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);

  for (guint i = 0; i < pages->len; i++)
    attune_openai_parse_checkpoints (attune_http_reply_get_json (g_ptr_array_index (pages, i)), checkpoints);
  g_ptr_array_sort (checkpoints, compare_checkpoints);

  return checkpoints;
}

static void
checkpoints_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) pages = attune_http_client_send_pages_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (pages == NULL && is_over (task, error, "list of checkpoints"))
    return;

  if (pages != NULL)
    {
      get_memory (task)->has_checkpoints = TRUE;
      query->update->checkpoints = collect_checkpoints (pages);
    }
  ask_results (task);
}

static void
ask_checkpoints (GTask *task)
{
  Query *query = g_task_get_task_data (task);
  AttuneOpenaiMemory *memory = get_memory (task);
  gboolean has_news = query->update->events != NULL && query->update->events->len > 0;
  g_autoptr (AttuneHttpRequest) request = NULL;

  /* A checkpoint that was made is told in an event. */
  if (memory->has_checkpoints && !has_news && !query->is_final)
    {
      ask_results (task);
      return;
    }

  request = create_list_request (query->provider_id, "checkpoints");
  attune_http_client_send_pages_async (get_client (task), request, next_checkpoints, query->provider_id, MAX_PAGES,
                                       g_task_get_cancellable (task), checkpoints_cb, g_object_ref (task));
}

/* Examples show the newest first, but nothing says so: a page in the other order is no reason to stop at what is known. */
static gboolean
is_oldest_first (JsonNode *page)
{
  guint length = attune_http_json_get_length (page, "data");
  g_autofree char *last = length > 1 ? g_strdup_printf ("data.%u.created_at", length - 1) : NULL;

  return last != NULL && attune_http_json_peek_time (page, "data.0.created_at") < attune_http_json_peek_time (page, last);
}

static gboolean
holds_event (JsonNode   *page,
             const char *id)
{
  JsonArray *list = attune_http_json_peek_array (page, "data");

  for (guint i = 0; id != NULL && list != NULL && i < json_array_get_length (list); i++)
    if (g_strcmp0 (attune_json_peek_string (json_array_get_element (list, i), "id", NULL), id) == 0)
      return TRUE;

  return FALSE;
}

static char *
next_events (AttuneHttpReply *page,
             gpointer         user_data)
{
  Query *query = user_data;
  JsonNode *root = attune_http_reply_get_json (page);

  if (holds_event (root, query->known_event) && !is_oldest_first (root))
    return NULL;

  return dup_next_target (page, query->provider_id, "events");
}

static int
compare_points (gconstpointer a,
                gconstpointer b)
{
  const AttuneMetricPoint *left = a;
  const AttuneMetricPoint *right = b;

  return left->step < right->step ? -1 : left->step > right->step;
}

static void
reverse_events (GPtrArray *events)
{
  for (guint i = 0; i < events->len / 2; i++)
    {
      gpointer swapped = events->pdata[i];

      events->pdata[i] = events->pdata[events->len - 1 - i];
      events->pdata[events->len - 1 - i] = swapped;
    }
}

static void
take_events (GTask     *task,
             GPtrArray *pages)
{
  Query *query = g_task_get_task_data (task);
  JsonNode *first = attune_http_reply_get_json (g_ptr_array_index (pages, 0));
  gboolean is_reversed = is_oldest_first (first);
  const char *newest = attune_json_peek_string (first, "data.0.id", NULL);

  for (guint i = 0; i < pages->len; i++)
    if (attune_openai_parse_events (attune_http_reply_get_json (g_ptr_array_index (pages, i)), is_reversed ? NULL : query->known_event,
                                    query->update))
      break;

  /* People read from top to bottom, and the files that they are appended to are read so. */
  if (!is_reversed && query->update->events != NULL)
    reverse_events (query->update->events);
  if (query->update->metrics != NULL)
    g_array_sort (query->update->metrics, compare_points);

  if (!is_reversed)
    query->newest_event = g_strdup (newest);
}

static void
events_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) pages = attune_http_client_send_pages_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (pages == NULL && is_over (task, error, "events"))
    return;

  if (pages != NULL && pages->len > 0)
    take_events (task, pages);
  ask_checkpoints (task);
}

static void
job_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  g_autoptr (AttuneHttpRequest) request = NULL;
  JsonNode *root;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  root = attune_http_reply_get_json (reply);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("OpenAI’s answer about the job %s is none. It is asked again."),
                               query->provider_id);
      return;
    }

  query->now = get_provider_time (reply);
  query->update = attune_openai_parse_job (root, query->now);
  query->is_final = query->update->status >= 0 && attune_job_status_is_final ((AttuneJobStatus) query->update->status);
  query->finished_at = attune_http_json_peek_time (root, "finished_at");
  if (query->finished_at == 0)
    query->finished_at = query->now;
  if (query->is_final)
    query->result_file = g_strdup (attune_json_peek_string (root, "result_files.0", NULL));

  request = create_list_request (query->provider_id, "events");
  attune_http_client_send_pages_async (get_client (task), request, next_events, query, MAX_PAGES,
                                       g_task_get_cancellable (task), events_cb, g_object_ref (task));
}

/* NULL where the context has no job that is known there; the task has ended then. */
static Query *
query_new (GTask                  *task,
           const AttuneJobContext *context)
{
  Query *query;

  if (context->job == NULL || attune_job_get_provider_job_id (context->job) == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The job was not sent to OpenAI yet."));
      return NULL;
    }

  query = g_new0 (Query, 1);
  query->job_id = g_strdup (attune_job_get_id (context->job));
  query->provider_id = g_strdup (attune_job_get_provider_job_id (context->job));
  g_task_set_task_data (task, query, (GDestroyNotify) query_free);

  return query;
}

void
attune_openai_query_status_async (AttuneAdapter          *adapter,
                                  const AttuneJobContext *context,
                                  GCancellable           *cancellable,
                                  GAsyncReadyCallback     callback,
                                  gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;
  Query *query;

  g_task_set_source_tag (task, attune_openai_query_status_async);
  query = query_new (task, context);
  if (query == NULL)
    return;

  query->known_event = g_strdup (get_memory (task)->newest_event);
  if (query->known_event == NULL)
    query->known_event = dup_stored_event (context->folder);

  request = attune_http_request_new_segments ("GET", "fine_tuning", "jobs", query->provider_id, NULL);
  attune_http_client_send_async (get_client (task), request, cancellable, job_cb, g_object_ref (task));
}

AttuneStatusUpdate *
attune_openai_query_status_finish (AttuneAdapter  *adapter,
                                   GAsyncResult   *result,
                                   GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_openai_query_status_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) pages = attune_http_client_send_pages_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (pages == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, collect_checkpoints (pages), (GDestroyNotify) g_ptr_array_unref);
}

void
attune_openai_list_checkpoints_async (AttuneAdapter          *adapter,
                                      const AttuneJobContext *context,
                                      GCancellable           *cancellable,
                                      GAsyncReadyCallback     callback,
                                      gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;
  Query *query;

  g_task_set_source_tag (task, attune_openai_list_checkpoints_async);
  query = query_new (task, context);
  if (query == NULL)
    return;

  request = create_list_request (query->provider_id, "checkpoints");
  attune_http_client_send_pages_async (get_client (task), request, next_checkpoints, query->provider_id, MAX_PAGES, cancellable,
                                       listed_cb, g_object_ref (task));
}

GPtrArray *
attune_openai_list_checkpoints_finish (AttuneAdapter  *adapter,
                                       GAsyncResult   *result,
                                       GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_openai_list_checkpoints_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
