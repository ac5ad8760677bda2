/* attune-together-upload.c
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

/* Three ways for a file to go up: small ones in one request, larger ones to a signed address that the server redirects to, the largest in parts.
 * The key goes to Together alone, never to a signed address. Then Together reads the file, and until that is done no job may use it. */

#define LARGEST          (G_GINT64_CONSTANT (50100) * 1000 * 1000)
#define SLOWEST_LOOK     10.0 /* seconds between the looks at a file that is being read */
#define PATIENCE         (60.0 * 60.0)
#define TRANSFER_TIMEOUT 300

typedef struct {
  AttuneTogetherAdapter *self; /* borrowed: the source of the task */
  char                  *path;
  char                  *name;
  const char            *type;
  gint64                 size;
  AttuneProgressFunc     progress;
  gpointer               progress_data;
  char                  *file_id;
  double                 pause;
  double                 waited;
} Upload;

static void
upload_free (Upload *upload)
{
  g_free (upload->path);
  g_free (upload->name);
  g_free (upload->file_id);
  g_free (upload);
}

static AttuneHttpClient *
get_client (GTask *task)
{
  return attune_remote_adapter_get_client (g_task_get_source_object (task));
}

const char *
attune_together_get_file_type (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  if (g_str_has_suffix (lower, ".parquet"))
    return "parquet";
  if (g_str_has_suffix (lower, ".csv"))
    return "csv";

  return "jsonl";
}

char *
attune_together_dup_file_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_utf8_make_valid (base, -1);
  g_autofree char *ending = g_strconcat (".", attune_together_get_file_type (path), NULL);
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (g_str_has_suffix (lower, ending))
    return g_steal_pointer (&name);

  return g_strconcat (name, ending, NULL);
}

/* Then Together reads it. */

static void look (GTask *task);

static gboolean
look_cb (gpointer user_data)
{
  look (user_data);

  return G_SOURCE_REMOVE;
}

static void
look_later (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GSource) timer = g_timeout_source_new ((guint) MAX (1, upload->pause * 1000));

  /* Whichever comes first; a cancelled task is noticed by the question that follows. */
  if (cancellable != NULL)
    {
      g_autoptr (GSource) child = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (child);
      g_source_add_child_source (timer, child);
    }
  g_source_set_callback (timer, look_cb, g_object_ref (task), g_object_unref);
  g_source_set_static_name (timer, "[attune] Together reads a file");
  g_source_attach (timer, g_task_get_context (task));
  upload->waited += upload->pause;
  upload->pause = fmin (upload->pause * 1.5, SLOWEST_LOOK);
}

static void
looked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  g_autofree char *reason = NULL;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  switch (attune_together_parse_file (attune_http_reply_get_json (reply), &reason))
    {
    case ATTUNE_TOGETHER_FILE_READY:
      g_task_return_pointer (task, g_steal_pointer (&upload->file_id), g_free);
      break;

    case ATTUNE_TOGETHER_FILE_REFUSED:
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                               /* translators: the name of a file, and the provider's own words */
                               _("Together cannot use “%s”: %s. Mend the file and send it again."), upload->name, reason);
      break;

    case ATTUNE_TOGETHER_FILE_PROCESSING:
    default:
      if (upload->waited > PATIENCE)
        {
          g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT,
                                   _("Together has been checking “%s” for an hour. Try again later."), upload->name);
          break;
        }
      if (upload->progress != NULL)
        upload->progress (NAN, _("Together is checking the file"), upload->progress_data);
      look_later (task);
      break;
    }
}

static void
look (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new_segments ("GET", "files", upload->file_id, NULL);

  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), looked_cb, g_object_ref (task));
}

/* Takes @file_id. */
static void
sent (GTask *task,
      char  *file_id)
{
  Upload *upload = g_task_get_task_data (task);

  g_free (upload->file_id);
  upload->file_id = file_id;
  look (task);
}

static void
refuse_answer (GTask *task)
{
  g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s",
                           _("Together’s answer to the upload cannot be understood. Try again later."));
}

/* A: one request. */

static void
posted_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  const char *id;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  id = attune_json_peek_string (attune_http_reply_get_json (reply), "id", NULL);
  if (id == NULL || *id == '\0')
    refuse_answer (task);
  else
    sent (task, g_strdup (id));
}

static void
upload_in_one (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/files/upload");
  g_autoptr (AttuneHttpUpload) body = attune_http_upload_new_form ();

  attune_http_upload_add_field (body, "purpose", "fine-tune");
  attune_http_upload_add_field (body, "file_name", upload->name);
  attune_http_upload_add_field (body, "file_type", upload->type);
  attune_http_upload_add_file (body, "file", upload->name, "application/octet-stream", upload->path, 0, -1);
  attune_http_request_set_upload (request, body);
  attune_http_request_set_timeout (request, TRANSFER_TIMEOUT);
  attune_http_request_set_progress (request, upload->progress, upload->progress_data);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), posted_cb, g_object_ref (task));
}

/* B: to the address of a redirect. */

static void
confirmed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  guint status;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* Not every server has this route; then the file is read without being told to. */
  status = attune_http_reply_get_status (reply);
  if (status != 404 && status != 405 && status != 501
      && !attune_http_reply_check (reply, attune_remote_adapter_get_title (g_task_get_source_object (task)), &error))
    {
      g_task_return_error (task, error);
      return;
    }

  sent (task, g_steal_pointer (&upload->file_id));
}

static void
put_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  g_autoptr (AttuneHttpRequest) request = NULL;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  request = attune_http_request_new_segments ("POST", "files", upload->file_id, "preprocess", NULL);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS | ATTUNE_HTTP_REQUEST_RAW);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), confirmed_cb, g_object_ref (task));
}

static void
redirected_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  g_autoptr (AttuneHttpUpload) body = NULL;
  g_autoptr (AttuneHttpRequest) request = NULL;
  const char *location;
  const char *file_id;

  if (reply == NULL)
    {
      if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID))
        g_prefix_error (&error, "%s: ", _("Together refuses the upload, because of the key or because the file is beyond what a free trial may store"));
      g_task_return_error (task, error);
      return;
    }

  location = attune_http_reply_get_header (reply, "Location");
  file_id = attune_http_reply_get_header (reply, "X-Together-File-Id");
  if (attune_http_reply_get_status (reply) != 302 || location == NULL || file_id == NULL || *file_id == '\0'
      || !(g_str_has_prefix (location, "https://") || g_str_has_prefix (location, "http://127.0.0.1:")))
    {
      refuse_answer (task);
      return;
    }

  upload->file_id = g_strdup (file_id);
  body = attune_http_upload_new_file (upload->path, 0, -1, "application/octet-stream");
  request = attune_http_request_new ("PUT", location);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_NO_BEARER | ATTUNE_HTTP_REQUEST_RAW);
  attune_http_request_set_upload (request, body);
  attune_http_request_set_timeout (request, TRANSFER_TIMEOUT);
  attune_http_request_set_progress (request, upload->progress, upload->progress_data);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), put_cb, g_object_ref (task));
}

static void
upload_by_redirect (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/files");

  attune_http_request_add_query (request, "file_name", upload->name);
  attune_http_request_add_query (request, "file_type", upload->type);
  attune_http_request_add_query (request, "purpose", "fine-tune");
  attune_http_request_set_form (request, "file_name", upload->name, "file_type", upload->type, "purpose", "fine-tune", NULL);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_NO_REDIRECT | ATTUNE_HTTP_REQUEST_RAW);
  attune_http_client_send_async (get_client (task), request, g_task_get_cancellable (task), redirected_cb, g_object_ref (task));
}

/* C: in parts. */

static void
parts_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *file_id = attune_together_multipart_finish (ATTUNE_TOGETHER_ADAPTER (source), result, &error);

  if (file_id == NULL)
    g_task_return_error (task, error);
  else
    sent (task, file_id);
}

static void
measured_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  const AttuneTogetherUploadLimits *limits = attune_together_adapter_get_upload_limits (upload->self);
  GError *error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (info == NULL)
    {
      attune_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }

  upload->size = g_file_info_get_size (info);
  if (upload->size == 0)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                             _("“%s” is empty. Write at least one row into it."), upload->path);
  else if (upload->size > LARGEST)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE,
                             _("“%s” is larger than the 50 GB that Together takes. Use a part of it."), upload->path);
  else if (upload->size <= limits->one_request)
    upload_in_one (task);
  else if (upload->size <= limits->one_redirect)
    upload_by_redirect (task);
  else
    attune_together_multipart_async (upload->self, upload->path, upload->size, upload->progress, upload->progress_data,
                                     g_task_get_cancellable (task), parts_cb, g_object_ref (task));
}

void
attune_together_upload_async (AttuneRemoteAdapter *adapter,
                              AttuneDataset       *dataset,
                              AttuneProgressFunc   progress,
                              gpointer             progress_data,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  AttuneTogetherAdapter *self = ATTUNE_TOGETHER_ADAPTER (adapter);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Upload *upload = g_new0 (Upload, 1);
  g_autoptr (GFile) file = NULL;

  upload->self = self;
  upload->path = g_strdup (attune_dataset_get_path (dataset));
  upload->name = attune_together_dup_file_name (upload->path);
  upload->type = attune_together_get_file_type (upload->path);
  upload->progress = progress;
  upload->progress_data = progress_data;
  upload->pause = attune_together_adapter_get_upload_limits (self)->pause;
  g_task_set_source_tag (task, attune_together_upload_async);
  g_task_set_task_data (task, upload, (GDestroyNotify) upload_free);

  file = g_file_new_for_path (upload->path);
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, cancellable,
                           measured_cb, task);
}

char *
attune_together_upload_finish (AttuneRemoteAdapter  *adapter,
                               GAsyncResult         *result,
                               GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_upload_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
