/* attune-openai-upload.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-openai"

#include "attune-openai-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>

#include "attune-http-json.h"

/* Files go in one request up to a size; larger ones as an upload of parts, of which only the last request makes a file. */
typedef struct {
  char               *path;
  char               *filename;
  gint64              size;
  gint64              part_size;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
  char               *upload_id; /* NULL before the upload of parts is begun */
  gint64              offset;    /* of the part that is being sent */
  JsonArray          *part_ids;
  GError             *error;     /* what ended it, while the upload is being taken back */
} Upload;

static void
upload_free (Upload *upload)
{
  g_free (upload->path);
  g_free (upload->filename);
  g_free (upload->upload_id);
  g_clear_pointer (&upload->part_ids, json_array_unref);
  g_clear_error (&upload->error);
  g_free (upload);
}

static AttuneHttpClient *
get_client (GTask *task)
{
  return attune_openai_adapter_get_client (g_task_get_source_object (task));
}

/* The id of the file in an answer that has it at @prefix; NULL with an error where it is no file that can be used. */
static char *
dup_file_id (JsonNode     *root,
             const Upload *upload,
             const char   *prefix,
             GError      **error)
{
  JsonNode *file = *prefix != '\0' && root != NULL ? attune_json_lookup (root, prefix) : root;
  const char *id = file != NULL ? attune_json_peek_string (file, "id", NULL) : NULL;

  if (id == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("OpenAI took “%s”, but its answer does not say under which id. Try again."),
                   upload->path);
      return NULL;
    }
  if (g_strcmp0 (attune_json_peek_string (file, "status", NULL), "error") == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("OpenAI cannot use “%s”: %s"), upload->path,
                   attune_json_peek_string (file, "status_details", _("it does not say why")));
      return NULL;
    }

  return g_strdup (id);
}

static void
sent_whole_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  char *id = reply != NULL ? dup_file_id (attune_http_reply_get_json (reply), upload, "", &error) : NULL;

  if (id == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, id, g_free);
}

static void
send_whole (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/files");
  g_autoptr (AttuneHttpUpload) form = attune_http_upload_new_form ();

  attune_http_upload_add_field (form, "purpose", "fine-tune");
  attune_http_upload_add_file (form, "file", upload->filename, "application/jsonl", upload->path, 0, -1);
  attune_http_request_set_upload (request, form);
  attune_http_request_set_progress (request, upload->progress, upload->progress_data);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), sent_whole_cb, g_object_ref (task));
}

static void
taken_back_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  /* What is left of it ends by itself after an hour. */
  if (reply == NULL)
    g_debug ("The upload %s could not be cancelled: %s", upload->upload_id, error->message);
  g_task_return_error (task, g_steal_pointer (&upload->error));
}

/* Takes @error. */
static void
take_back (GTask  *task,
           GError *error)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new_segments ("POST", "uploads", upload->upload_id, "cancel", NULL);

  upload->error = error;
  /* Also after a cancellation, which must not cancel this. */
  attune_http_client_send_async (get_client (task), request, NULL, taken_back_cb, g_object_ref (task));
}

static void
completed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  char *id = reply != NULL ? dup_file_id (attune_http_reply_get_json (reply), upload, "file", &error) : NULL;

  if (id != NULL)
    g_task_return_pointer (task, id, g_free);
  else if (reply == NULL)
    take_back (task, error);
  else
    g_task_return_error (task, error);
}

static void
complete (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new_segments ("POST", "uploads", upload->upload_id, "complete", NULL);
  g_autoptr (JsonNode) body = attune_http_json_new_object ();

  json_object_set_array_member (json_node_get_object (body), "part_ids", json_array_ref (upload->part_ids));
  attune_http_request_set_json (request, body);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), completed_cb, g_object_ref (task));
}

static void
part_progress_cb (double      fraction,
                  const char *message,
                  gpointer    user_data)
{
  GTask *task = user_data;
  Upload *upload = g_task_get_task_data (task);
  double part = (double) MIN (upload->part_size, upload->size - upload->offset);

  if (upload->progress != NULL && isfinite (fraction))
    upload->progress (CLAMP (((double) upload->offset + fraction * part) / (double) upload->size, 0, 1), message, upload->progress_data);
}

static void send_part (GTask *task);

static void
sent_part_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  const char *id = reply != NULL ? attune_json_peek_string (attune_http_reply_get_json (reply), "id", NULL) : NULL;

  if (reply != NULL && id == NULL)
    error = g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("OpenAI took a part of “%s”, but its answer does not say under which id. Try again."),
                         upload->path);
  if (id == NULL)
    {
      take_back (task, error);
      return;
    }

  json_array_add_string_element (upload->part_ids, id);
  upload->offset += MIN (upload->part_size, upload->size - upload->offset);
  if (upload->offset < upload->size)
    send_part (task);
  else
    complete (task);
}

static void
send_part (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new_segments ("POST", "uploads", upload->upload_id, "parts", NULL);
  g_autoptr (AttuneHttpUpload) form = attune_http_upload_new_form ();

  attune_http_upload_add_file (form, "data", upload->filename, "application/octet-stream", upload->path, upload->offset,
                               MIN (upload->part_size, upload->size - upload->offset));
  attune_http_request_set_upload (request, form);
  /* A part that arrived twice does no harm: only those that are named at the end count. */
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_request_set_progress (request, part_progress_cb, task);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), sent_part_cb, g_object_ref (task));
}

static void
begun_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply != NULL)
    upload->upload_id = g_strdup (attune_json_peek_string (attune_http_reply_get_json (reply), "id", NULL));
  if (reply != NULL && upload->upload_id == NULL)
    error = g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("OpenAI’s answer to the upload of “%s” has no id. Try again."), upload->path);

  if (upload->upload_id == NULL)
    g_task_return_error (task, error);
  else
    send_part (task);
}

static void
begin_parts (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/uploads");
  g_autoptr (JsonNode) body = attune_http_json_new_object ();

  upload->part_ids = json_array_new ();
  attune_http_json_set_string (body, "filename", upload->filename);
  attune_http_json_set_string (body, "purpose", "fine-tune");
  attune_http_json_set_int (body, "bytes", upload->size);
  attune_http_json_set_string (body, "mime_type", "application/jsonl");
  attune_http_request_set_json (request, body);
  /* One that is begun and not used ends by itself, and costs nothing. */
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), begun_cb, g_object_ref (task));
}

/* OpenAI takes files with this ending only. (transfer full) */
static char *
dup_filename (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  return g_str_has_suffix (name, ".jsonl") ? g_steal_pointer (&name) : g_strconcat (name, ".jsonl", NULL);
}

void
attune_openai_upload_async (AttuneRemoteAdapter *adapter,
                            AttuneDataset       *dataset,
                            AttuneProgressFunc   progress,
                            gpointer             progress_data,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  Upload *upload = g_new0 (Upload, 1);
  gint64 threshold;
  gint64 maximum;
  GStatBuf info;

  g_task_set_source_tag (task, attune_openai_upload_async);
  g_task_set_task_data (task, upload, (GDestroyNotify) upload_free);
  upload->path = g_strdup (attune_dataset_get_path (dataset));
  upload->filename = dup_filename (upload->path);
  upload->progress = progress;
  upload->progress_data = progress_data;
  attune_openai_get_file_limits (ATTUNE_OPENAI_ADAPTER (adapter), &threshold, &upload->part_size, &maximum);

  if (g_stat (upload->path, &info) != 0)
    {
      int saved_errno = errno;

      g_task_return_new_error (task, ATTUNE_ERROR, saved_errno == ENOENT ? ATTUNE_ERROR_NOT_FOUND : ATTUNE_ERROR_FAILED,
                               "%s: %s", upload->path, g_strerror (saved_errno));
      return;
    }

  upload->size = (gint64) info.st_size;
  if (upload->size == 0)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s: the file is empty"), upload->path);
    }
  else if (upload->size > maximum)
    {
      g_autofree char *size = g_format_size ((guint64) upload->size);
      g_autofree char *limit = g_format_size ((guint64) maximum);

      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE,
                               _("%s has %s, and OpenAI takes at most %s. Use fewer rows"), upload->path, size, limit);
    }
  else if (upload->size > threshold)
    {
      begin_parts (task);
    }
  else
    {
      send_whole (task);
    }
}

char *
attune_openai_upload_finish (AttuneRemoteAdapter  *adapter,
                             GAsyncResult         *result,
                             GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_openai_upload_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
