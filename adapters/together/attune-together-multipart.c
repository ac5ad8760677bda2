/* attune-together-multipart.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-together"

#include "attune-together-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"

/* A file in parts: begin, bring each part to its own signed address, end; and take it back where one of them fails, since parts that lie
 * about are paid for by nobody. */

#define MOST_PARTS     250
#define AT_ONCE        4
#define PART_TIMEOUT   300

typedef struct {
  char   *url; /* signed: never in a message */
  char   *etag;
  gint64  number;
  double  fraction;
} Part;

typedef struct {
  AttuneTogetherAdapter *self; /* borrowed: the source of the task */
  char                  *path;
  char                  *name;
  gint64                 size;
  gint64                 part_size;
  AttuneProgressFunc     progress;
  gpointer               progress_data;
  char                  *upload_id;
  char                  *file_id;
  GPtrArray             *parts;
  GPtrArray             *headers; /* GHashTable by the same index */
  GCancellable          *stop;    /* of all parts: one failed */
  GCancellable          *asked;   /* (nullable): the caller's */
  gulong                 asked_handler;
  guint                  next;
  guint                  pending;
  GError                *error;
} Multipart;

typedef struct {
  GTask *task;
  guint  index;
} Transfer;

static void
part_free (Part *part)
{
  g_free (part->url);
  g_free (part->etag);
  g_free (part);
}

static void
multipart_free (Multipart *multipart)
{
  if (multipart->asked_handler != 0)
    g_cancellable_disconnect (multipart->asked, multipart->asked_handler);
  g_clear_object (&multipart->asked);
  g_clear_object (&multipart->stop);
  g_clear_pointer (&multipart->parts, g_ptr_array_unref);
  g_clear_pointer (&multipart->headers, g_ptr_array_unref);
  g_clear_error (&multipart->error);
  g_free (multipart->path);
  g_free (multipart->name);
  g_free (multipart->upload_id);
  g_free (multipart->file_id);
  g_free (multipart);
}

static AttuneHttpClient *
get_client (GTask *task)
{
  return attune_remote_adapter_get_client (g_task_get_source_object (task));
}

static JsonNode *
new_ids (Multipart *multipart)
{
  JsonNode *body = attune_http_json_new_object ();

  attune_http_json_set_string (body, "upload_id", multipart->upload_id);
  attune_http_json_set_string (body, "file_id", multipart->file_id);

  return body;
}

static void
aborted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Multipart *multipart = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  /* The first error is the one that says what happened. */
  if (reply == NULL)
    g_message ("The upload in parts could not be taken back: %s", error->message);
  g_task_return_error (task, g_steal_pointer (&multipart->error));
}

/* With the error in @multipart. */
static void
abort_upload (GTask *task)
{
  Multipart *multipart = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/files/multipart/abort");
  g_autoptr (JsonNode) body = new_ids (multipart);

  attune_http_request_set_json (request, body);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_RAW);
  /* Also where the person has cancelled. */
  attune_http_client_send_async (get_client (task), request, NULL, aborted_cb, g_object_ref (task));
}

static void
completed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Multipart *multipart = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &multipart->error);
  JsonNode *answer;
  const char *id;

  if (reply == NULL)
    {
      abort_upload (task);
      return;
    }

  answer = attune_http_reply_get_json (reply);
  id = attune_json_peek_string (answer, "file.id", NULL);
  if (id == NULL)
    id = attune_json_peek_string (answer, "id", multipart->file_id);
  g_task_return_pointer (task, g_strdup (id), g_free);
}

static void
complete (GTask *task)
{
  Multipart *multipart = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/files/multipart/complete");
  g_autoptr (JsonNode) body = new_ids (multipart);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < multipart->parts->len; i++)
    {
      const Part *part = g_ptr_array_index (multipart->parts, i);
      JsonObject *object = json_object_new ();

      json_object_set_int_member (object, "part_number", part->number);
      json_object_set_string_member (object, "etag", part->etag);
      json_array_add_object_element (array, object);
    }
  json_object_set_array_member (json_node_get_object (body), "parts", array);
  attune_http_request_set_json (request, body);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), completed_cb, g_object_ref (task));
}

static void send_more (GTask *task);

static void
give_up (Multipart *multipart,
         GError    *error)
{
  if (multipart->error == NULL)
    multipart->error = error;
  else
    g_error_free (error);
  g_cancellable_cancel (multipart->stop);
}

/* Without the quotation marks, and without the "W/" of weak ones. */
static char *
dup_etag (AttuneHttpReply *reply)
{
  const char *header = attune_http_reply_get_header (reply, "ETag");
  const char *start;
  gsize length;

  if (header == NULL)
    return NULL;

  start = g_str_has_prefix (header, "W/") ? header + 2 : header;
  length = strlen (start);
  if (length >= 2 && start[0] == '"' && start[length - 1] == '"')
    return g_strndup (start + 1, length - 2);

  return g_strdup (start);
}

static void
part_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Transfer *transfer = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&transfer->task);
  Multipart *multipart = g_task_get_task_data (task);
  Part *part = g_ptr_array_index (multipart->parts, transfer->index);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  g_free (transfer);
  multipart->pending--;
  if (reply == NULL)
    {
      give_up (multipart, error);
    }
  else
    {
      part->etag = dup_etag (reply);
      if (part->etag == NULL || *part->etag == '\0')
        give_up (multipart, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s",
                                         _("The storage of Together does not confirm a part of the file. Try again later.")));
    }

  if (multipart->error == NULL)
    send_more (task);
  if (multipart->pending > 0)
    return;
  if (multipart->error != NULL)
    abort_upload (task);
  else
    complete (task);
}

static void
part_progress_cb (double      fraction,
                  const char *message,
                  gpointer    user_data)
{
  Transfer *transfer = user_data;
  Multipart *multipart = g_task_get_task_data (transfer->task);
  Part *current = g_ptr_array_index (multipart->parts, transfer->index);
  double sum = 0;

  current->fraction = isfinite (fraction) ? fraction : current->fraction;
  for (guint i = 0; i < multipart->parts->len; i++)
    sum += ((const Part *) g_ptr_array_index (multipart->parts, i))->fraction;
  if (multipart->progress != NULL)
    multipart->progress (sum / multipart->parts->len, message, multipart->progress_data);
}

static void
send_more (GTask *task)
{
  Multipart *multipart = g_task_get_task_data (task);

  while (multipart->pending < AT_ONCE && multipart->next < multipart->parts->len)
    {
      guint index = multipart->next++;
      const Part *part = g_ptr_array_index (multipart->parts, index);
      gint64 offset = (gint64) index * multipart->part_size;
      g_autoptr (AttuneHttpUpload) body = attune_http_upload_new_file (multipart->path, offset,
                                                                       MIN (multipart->part_size, multipart->size - offset), NULL);
      g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("PUT", part->url);
      Transfer *transfer = g_new0 (Transfer, 1);
      GHashTableIter iter;
      gpointer name;
      gpointer value;

      transfer->task = g_object_ref (task);
      transfer->index = index;
      attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_NO_BEARER | ATTUNE_HTTP_REQUEST_RAW);
      attune_http_request_set_upload (request, body);
      attune_http_request_set_timeout (request, PART_TIMEOUT);
      attune_http_request_set_progress (request, part_progress_cb, transfer);
      g_hash_table_iter_init (&iter, g_ptr_array_index (multipart->headers, index));
      while (g_hash_table_iter_next (&iter, &name, &value))
        attune_http_request_set_header (request, name, value);
      multipart->pending++;
      attune_http_client_send_async (get_client (task), request, multipart->stop, part_cb, transfer);
    }
}

static GHashTable *
read_headers (JsonNode *item)
{
  GHashTable *headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  JsonObject *object = attune_http_json_peek_object (item, "Headers");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (object == NULL)
    return headers;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &value))
    {
      const char *text = attune_json_node_peek_string (value);

      if (text != NULL && g_ascii_strcasecmp (name, "Authorization") != 0)
        g_hash_table_insert (headers, g_strdup (name), g_strdup (text));
    }

  return headers;
}

/* The parts in the order of their numbers, which begin at 1. */
static gboolean
read_parts (Multipart *multipart,
            JsonNode  *answer,
            guint      n_parts)
{
  JsonArray *array = attune_http_json_peek_array (answer, "parts");

  if (array == NULL || json_array_get_length (array) != n_parts)
    return FALSE;

  for (guint number = 1; number <= n_parts; number++)
    {
      Part *part = g_new0 (Part, 1);

      g_ptr_array_add (multipart->parts, part);
      for (guint i = 0; i < n_parts && part->url == NULL; i++)
        {
          JsonNode *item = json_array_get_element (array, i);
          const char *url = attune_json_peek_string (item, "URL", NULL);

          if (url == NULL || attune_http_json_peek_int (item, "PartNumber", 0) != number)
            continue;
          if (!g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://127.0.0.1:"))
            return FALSE;
          part->url = g_strdup (url);
          part->number = number;
          g_ptr_array_add (multipart->headers, read_headers (item));
        }
      if (part->url == NULL)
        return FALSE;
    }

  return TRUE;
}

static guint
count_parts (Multipart *multipart)
{
  return (guint) ((multipart->size + multipart->part_size - 1) / multipart->part_size);
}

static void
initiated_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Multipart *multipart = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  JsonNode *answer;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  answer = attune_http_reply_get_json (reply);
  multipart->upload_id = g_strdup (attune_json_peek_string (answer, "upload_id", NULL));
  multipart->file_id = g_strdup (attune_json_peek_string (answer, "file_id", NULL));
  if (multipart->upload_id == NULL || multipart->file_id == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s",
                               _("Together’s answer to the upload cannot be understood. Try again later."));
      return;
    }
  if (!read_parts (multipart, answer, count_parts (multipart)))
    {
      multipart->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                                              _("Together does not name an address for each part of the file. Try again later."));
      abort_upload (task);
      return;
    }

  send_more (task);
}

static void
asked_cb (GCancellable *asked,
          gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

void
attune_together_multipart_async (AttuneTogetherAdapter *self,
                                 const char            *path,
                                 gint64                 size,
                                 AttuneProgressFunc     progress,
                                 gpointer               progress_data,
                                 GCancellable          *cancellable,
                                 GAsyncReadyCallback    callback,
                                 gpointer               user_data)
{
  const AttuneTogetherUploadLimits *limits = attune_together_adapter_get_upload_limits (self);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/files/multipart/initiate");
  g_autoptr (JsonNode) body = attune_http_json_new_object ();
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Multipart *multipart = g_new0 (Multipart, 1);

  multipart->self = self;
  multipart->path = g_strdup (path);
  multipart->name = attune_together_dup_file_name (path);
  multipart->size = size;
  multipart->part_size = MAX (limits->part, (size + MOST_PARTS - 1) / MOST_PARTS);
  multipart->progress = progress;
  multipart->progress_data = progress_data;
  multipart->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) part_free);
  multipart->headers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  multipart->stop = g_cancellable_new ();
  if (cancellable != NULL)
    {
      multipart->asked = g_object_ref (cancellable);
      multipart->asked_handler = g_cancellable_connect (cancellable, G_CALLBACK (asked_cb), g_object_ref (multipart->stop), g_object_unref);
    }
  g_task_set_source_tag (task, attune_together_multipart_async);
  g_task_set_task_data (task, multipart, (GDestroyNotify) multipart_free);
  /* What was sent is taken back first. */
  g_task_set_check_cancellable (task, FALSE);

  attune_http_json_set_string (body, "file_name", multipart->name);
  attune_http_json_set_int (body, "file_size", size);
  attune_http_json_set_int (body, "num_parts", count_parts (multipart));
  attune_http_json_set_string (body, "purpose", "fine-tune");
  attune_http_json_set_string (body, "file_type", attune_together_get_file_type (path));
  attune_http_request_set_json (request, body);
  attune_http_client_send_async (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (self)), request, cancellable, initiated_cb, task);
}

char *
attune_together_multipart_finish (AttuneTogetherAdapter  *self,
                                  GAsyncResult           *result,
                                  GError                **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_multipart_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
