/* attune-fireworks-upload.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-fireworks"

#include "attune-fireworks-operations.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"
#include "attune-http-upload.h"

/* The name of the one file in a data set. */
#define FILE_NAME "train.jsonl"
#define CONTENT_TYPE "application/octet-stream"
#define LONGEST_PAUSE 15.0
/* A signed upload may not be seen yet where it is checked. */
#define MAX_VALIDATIONS 4

typedef void (*UploadStep) (GTask *task);

typedef struct {
  AttuneDataset       *dataset;
  AttuneFireworksFile *file;
  char                *account;
  char                *id;
  AttuneProgressFunc   progress;
  gpointer             progress_data;
  guint                n_validations;
  double               pause;
  gint64               deadline;      /* monotonic */
  UploadStep           next;          /* after the pause */
} Upload;

static void
upload_free (Upload *upload)
{
  g_clear_object (&upload->dataset);
  g_clear_pointer (&upload->file, attune_fireworks_file_free);
  g_free (upload->account);
  g_free (upload->id);
  g_free (upload);
}

static char *
dup_name (const Upload *upload)
{
  return g_strdup_printf ("accounts/%s/datasets/%s", upload->account, upload->id);
}

/* @suffix: "" or a custom method such as ":upload". */
static AttuneHttpRequest *
new_request (const Upload *upload,
             const char   *method,
             const char   *suffix)
{
  g_autofree char *path = g_strdup_printf ("/v1/accounts/%s/datasets/%s%s", upload->account, upload->id, suffix);

  return attune_http_request_new (method, path);
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

/* Ends @task where the answer is an error; NULL then. */
static AttuneHttpReply *
receive (GObject      *source,
         GAsyncResult *result,
         GTask        *task)
{
  GError *error = NULL;
  AttuneHttpReply *reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply == NULL)
    g_task_return_error (task, attune_fireworks_explain (error));

  return reply;
}

static gboolean
passed (GTask           *task,
        AttuneHttpReply *reply)
{
  GError *error = NULL;

  if (attune_http_reply_check (reply, attune_remote_adapter_get_title (g_task_get_source_object (task)), &error))
    return TRUE;

  g_task_return_error (task, attune_fireworks_explain (error));
  return FALSE;
}

static gboolean
waited_cb (gpointer user_data)
{
  GTask *task = user_data;
  Upload *upload = g_task_get_task_data (task);

  if (!g_task_return_error_if_cancelled (task))
    upload->next (task);

  return G_SOURCE_REMOVE;
}

/* Grows from look to look. */
static void
wait_then (GTask      *task,
           UploadStep  step)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (GSource) source = g_timeout_source_new ((guint) lround (upload->pause * 1000));
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable != NULL)
    {
      g_autoptr (GSource) stop = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (stop);
      g_source_add_child_source (source, stop);
    }
  upload->pause = MIN (upload->pause * 1.5, LONGEST_PAUSE);
  upload->next = step;
  g_task_attach_source (task, source, waited_cb);
}

static void
tell (const Upload *upload,
      double        fraction,
      const char   *message)
{
  if (upload->progress != NULL)
    upload->progress (fraction, message, upload->progress_data);
}

static void create_step (GTask *task);
static void look_step (GTask *task);

/* The end: READY. */

static void
look_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = receive (source, result, task);
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;

  if (reply == NULL)
    return;

  if (attune_fireworks_is_dataset_ready (attune_http_reply_get_json (reply), &error))
    {
      g_task_return_pointer (task, dup_name (upload), g_free);
    }
  else if (error != NULL)
    {
      g_prefix_error (&error, "%s: ", attune_dataset_get_path (upload->dataset));
      g_task_return_error (task, error);
    }
  else if (g_get_monotonic_time () > upload->deadline)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT,
                               _("Fireworks has the file, but is still checking it. Send the job again later: the file is not uploaded a second time."));
    }
  else
    {
      wait_then (task, look_step);
    }
}

static void
look_step (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = new_request (upload, "GET", "");

  tell (upload, 1, _("Fireworks checks the file"));
  send (task, request, look_cb);
}

static void
begin_looking (GTask *task)
{
  AttuneFireworksAdapter *self = ATTUNE_FIREWORKS_ADAPTER (g_task_get_source_object (task));
  Upload *upload = g_task_get_task_data (task);

  upload->pause = self->pause;
  upload->deadline = g_get_monotonic_time () + (gint64) (self->patience * G_USEC_PER_SEC);
  look_step (task);
}

/* A large file: to a signed URL, and then it has to be declared whole. */

static void validate_step (GTask *task);

static void
validated_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = receive (source, result, task);
  Upload *upload = g_task_get_task_data (task);
  guint status;

  if (reply == NULL)
    return;

  status = attune_http_reply_get_status (reply);
  if ((status == 400 || status == 404 || status == 409) && upload->n_validations < MAX_VALIDATIONS)
    wait_then (task, validate_step);
  else if (passed (task, reply))
    begin_looking (task);
}

static void
validate_step (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = new_request (upload, "POST", ":validateUpload");
  g_autoptr (JsonNode) body = attune_http_json_new_object ();

  upload->n_validations++;
  attune_http_request_set_json (request, body);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS);
  send (task, request, validated_cb);
}

static void
put_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = receive (source, result, task);

  if (reply != NULL)
    validate_step (task);
}

static void
endpoint_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = receive (source, result, task);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (AttuneHttpUpload) body = NULL;
  Upload *upload = g_task_get_task_data (task);
  JsonObject *urls;
  JsonNode *url;

  if (reply == NULL)
    return;

  urls = attune_http_json_peek_object (attune_http_reply_get_json (reply), "filenameToSignedUrls");
  url = urls != NULL ? json_object_get_member (urls, FILE_NAME) : NULL;
  if (url == NULL || attune_json_node_peek_string (url) == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                               _("Fireworks named no address for the upload. Try it again later."));
      return;
    }

  request = attune_http_request_new ("PUT", attune_json_node_peek_string (url));
  body = attune_http_upload_new_file (upload->file->path, 0, upload->file->size, CONTENT_TYPE);
  attune_http_request_set_upload (request, body);
  attune_http_request_set_progress (request, upload->progress, upload->progress_data);
  /* The same bytes to the same place: sending them twice does no harm. */
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_NO_BEARER | ATTUNE_HTTP_REQUEST_RAW);
  send (task, request, put_cb);
}

static void
endpoint_step (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = new_request (upload, "POST", ":getUploadEndpoint");
  g_autoptr (JsonNode) body = attune_http_json_new_object ();
  g_autofree char *size = g_strdup_printf ("%" G_GINT64_FORMAT, upload->file->size);
  JsonObject *sizes = json_object_new ();

  json_object_set_string_member (sizes, FILE_NAME, size);
  json_object_set_object_member (json_node_get_object (body), "filenameToSize", sizes);
  attune_http_request_set_json (request, body);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  send (task, request, endpoint_cb);
}

/* A smaller file: in a form. */

static void
form_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = receive (source, result, task);

  if (reply != NULL)
    begin_looking (task);
}

static void
form_step (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = new_request (upload, "POST", ":upload");
  g_autoptr (AttuneHttpUpload) form = attune_http_upload_new_form ();

  attune_http_upload_add_file (form, "file", FILE_NAME, CONTENT_TYPE, upload->file->path, 0, upload->file->size);
  attune_http_request_set_upload (request, form);
  attune_http_request_set_progress (request, upload->progress, upload->progress_data);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  send (task, request, form_cb);
}

static void
send_file_step (GTask *task)
{
  AttuneFireworksAdapter *self = ATTUNE_FIREWORKS_ADAPTER (g_task_get_source_object (task));
  Upload *upload = g_task_get_task_data (task);

  if (upload->file->size > self->form_limit)
    endpoint_step (task);
  else
    form_step (task);
}

/* The data set, under an id that follows from the file. */

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = receive (source, result, task);

  if (reply == NULL)
    return;

  /* An earlier try of this very request got through. */
  if (attune_http_reply_get_status (reply) == 409 || passed (task, reply))
    send_file_step (task);
}

static void
create_step (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);
  g_autofree char *path = g_strdup_printf ("/v1/accounts/%s/datasets", upload->account);
  g_autofree char *display_name = attune_fireworks_dup_display_name (attune_dataset_get_name (upload->dataset));
  g_autofree char *rows = g_strdup_printf ("%" G_GINT64_FORMAT, upload->file->rows);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", path);
  g_autoptr (JsonNode) body = attune_http_json_new_object ();

  attune_http_json_set_string (body, "datasetId", upload->id);
  attune_http_json_set_string (body, "dataset.displayName", display_name);
  attune_http_json_set_string (body, "dataset.exampleCount", rows);
  attune_http_json_set_string (body, "dataset.format", "CHAT");
  attune_http_json_set_node (body, "dataset.userUploaded", attune_http_json_new_object ());
  attune_http_request_set_json (request, body);
  /* With an id of our own it can be repeated: what is there already is a conflict and no second data set. */
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS);
  send (task, request, created_cb);
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = receive (source, result, task);

  if (reply != NULL && (attune_http_reply_get_status (reply) == 404 || passed (task, reply)))
    create_step (task);
}

static void
exists_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = receive (source, result, task);
  Upload *upload = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (reply == NULL)
    return;

  if (attune_http_reply_get_status (reply) == 404)
    {
      create_step (task);
      return;
    }
  if (!passed (task, reply))
    return;

  if (attune_fireworks_is_dataset_ready (attune_http_reply_get_json (reply), &error))
    {
      g_task_return_pointer (task, dup_name (upload), g_free);
    }
  else if (error != NULL)
    {
      g_autoptr (AttuneHttpRequest) request = new_request (upload, "DELETE", "");

      /* The file was taken badly the last time. What it is now says the next try. */
      attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS);
      send (task, request, deleted_cb);
    }
  else
    {
      /* Made, but its file never came whole. */
      send_file_step (task);
    }
}

static void
prepared_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpRequest) request = NULL;
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;

  upload->file = attune_fireworks_prepare_file_finish (ATTUNE_FIREWORKS_ADAPTER (source), result, &error);
  if (upload->file == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  upload->id = attune_fireworks_make_dataset_id (upload->file->sha256);
  request = new_request (upload, "GET", "");
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS);
  send (task, request, exists_cb);
}

static void
account_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneFireworksAdapter *self = ATTUNE_FIREWORKS_ADAPTER (source);
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;

  upload->account = attune_fireworks_find_account_finish (self, result, &error);
  if (upload->account == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  tell (upload, 0, _("The file is prepared"));
  attune_fireworks_prepare_file_async (self, upload->dataset, g_task_get_cancellable (task), prepared_cb, g_object_ref (task));
}

void
attune_fireworks_upload_async (AttuneRemoteAdapter *adapter,
                               AttuneDataset       *dataset,
                               AttuneProgressFunc   progress,
                               gpointer             progress_data,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  AttuneFireworksAdapter *self = ATTUNE_FIREWORKS_ADAPTER (adapter);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Upload *upload = g_new0 (Upload, 1);

  upload->dataset = g_object_ref (dataset);
  upload->progress = progress;
  upload->progress_data = progress_data;
  upload->pause = self->pause;
  g_task_set_source_tag (task, attune_fireworks_upload_async);
  g_task_set_task_data (task, upload, (GDestroyNotify) upload_free);
  attune_fireworks_find_account_async (self, NULL, cancellable, account_cb, g_steal_pointer (&task));
}

char *
attune_fireworks_upload_finish (AttuneRemoteAdapter  *adapter,
                                GAsyncResult         *result,
                                GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_upload_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

AttuneHttpRequest *
attune_fireworks_create_upload_check (AttuneRemoteAdapter *adapter,
                                      AttuneDataset       *dataset,
                                      const char          *file_id)
{
  g_autofree char *path = g_strconcat ("/v1/", file_id, NULL);

  return attune_http_request_new ("GET", path);
}

gboolean
attune_fireworks_is_upload_usable (AttuneRemoteAdapter *adapter,
                                   AttuneHttpReply     *reply)
{
  return attune_fireworks_is_dataset_ready (attune_http_reply_get_json (reply), NULL);
}
