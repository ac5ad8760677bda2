/* attune-hub-lfs.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-hub"

#include "attune-hub-commit-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"

#define N_PARTS_MAX 10000

/* Large files go to the LFS server, each by itself, before the commit names them. */

/* Telling */

static void
tell (AttuneHubSending    *self,
      double      fraction,
      const char *message)
{
  if (self->progress != NULL)
    self->progress (self->total > 0 ? ((double) self->done + fraction * (double) self->sending) / (double) self->total : NAN,
                    message, self->progress_data);
}

static void
upload_progress_cb (double      fraction,
                    const char *message,
                    gpointer    user_data)
{
  GTask *task = user_data;
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  const AttuneHubCommitFile *file = g_ptr_array_index (self->files, sending->index);
  g_autofree char *text = g_strdup_printf (_("Uploading %s"), file->path);

  if (isfinite (fraction))
    tell (sending, CLAMP (fraction, 0, 1), text);
}

/* The LFS server's addresses are signed, or the Hub's own: only that one gets the token. */
static AttuneHttpRequest *
new_foreign_request (AttuneHubCommit *self,
                     const char      *method,
                     const char      *href)
{
  const char *base = attune_http_client_get_base_url (attune_hub_get_client (self->hub));
  AttuneHttpRequest *request = attune_http_request_new (method, href);
  gsize length = strlen (base);
  gboolean is_own = g_str_equal (method, "POST") && g_str_has_prefix (href, base) && href[length] == '/' && strchr (href, '?') == NULL;

  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_RAW | (is_own ? 0 : ATTUNE_HTTP_REQUEST_NO_BEARER));

  return request;
}

static void
file_uploaded (GTask *task)
{
  AttuneHubSending *sending = g_task_get_task_data (task);

  sending->index++;
  attune_hub_commit_upload_next (task);
}

static void
verified_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  const AttuneHubCommitFile *file = g_ptr_array_index (self->files, sending->index);
  g_autoptr (AttuneHttpReply) reply = NULL;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_prefix_error (&error, _("“%s” was uploaded, but Hugging Face does not confirm it: "), file->path);
      g_task_return_error (task, error);
      return;
    }

  file_uploaded (g_steal_pointer (&task));
}

/* Takes @task. */
static void
verify (GTask *task)
{
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  const AttuneHubCommitFile *file = g_ptr_array_index (self->files, sending->index);
  const char *href = attune_json_peek_string (sending->object, "actions.verify.href", NULL);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) body = NULL;

  if (href == NULL)
    {
      file_uploaded (task);
      return;
    }

  body = attune_http_json_new_object ();
  attune_http_json_set_string (body, "oid", file->sha256);
  attune_http_json_set_int (body, "size", file->size);
  request = new_foreign_request (self, "POST", href);
  attune_http_request_set_json (request, body);
  attune_http_client_send_async (attune_hub_get_client (self->hub), request, g_task_get_cancellable (task), verified_cb, task);
}

/* Several parts, one after the other. */

static JsonNode *
find_part (AttuneHubSending *self,
           guint    number)
{
  JsonObject *header = attune_http_json_peek_object (self->object, "actions.upload.header");
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (header == NULL)
    return NULL;

  json_object_iter_init (&iter, header);
  while (json_object_iter_next (&iter, &name, &node))
    {
      if (*name != '\0' && strspn (name, "0123456789") == strlen (name) && g_ascii_strtoull (name, NULL, 10) == number)
        return node;
    }

  return NULL;
}

static void send_part (GTask *task);

static void
completed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    g_task_return_error (task, error);
  else
    verify (g_steal_pointer (&task));
}

/* Takes @task. */
static void
complete (GTask *task)
{
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  const AttuneHubCommitFile *file = g_ptr_array_index (self->files, sending->index);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) body = attune_http_json_new_object ();

  attune_http_json_set_string (body, "oid", file->sha256);
  for (guint i = 0; i < sending->tags->len; i++)
    {
      g_autofree char *number_path = g_strdup_printf ("parts.%u.partNumber", i);
      g_autofree char *tag_path = g_strdup_printf ("parts.%u.etag", i);

      attune_http_json_set_int (body, number_path, i + 1);
      attune_http_json_set_string (body, tag_path, g_ptr_array_index (sending->tags, i));
    }

  request = new_foreign_request (self, "POST", attune_json_peek_string (sending->object, "actions.upload.href", ""));
  attune_http_request_set_header (request, "Accept", ATTUNE_HUB_LFS_TYPE);
  attune_http_request_set_json (request, body);
  attune_http_client_send_async (attune_hub_get_client (self->hub), request, g_task_get_cancellable (task), completed_cb, task);
}

static void
part_sent_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  const AttuneHubCommitFile *file = g_ptr_array_index (self->files, sending->index);
  g_autoptr (AttuneHttpReply) reply = NULL;
  const char *tag;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_prefix_error (&error, _("“%s” could not be uploaded: "), file->path);
      g_task_return_error (task, error);
      return;
    }

  tag = attune_http_reply_get_header (reply, "ETag");
  if (tag == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                               _("“%s” could not be uploaded: the store did not confirm a part. Try again later."), file->path);
      return;
    }

  g_ptr_array_add (sending->tags, g_strdup (tag));
  sending->done += sending->sending;
  sending->sending = 0;
  send_part (g_steal_pointer (&task));
}

/* Takes @task. */
static void
send_part (GTask *task)
{
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  const AttuneHubCommitFile *file = g_ptr_array_index (self->files, sending->index);
  gint64 offset = (gint64) sending->tags->len * sending->part_size;
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (AttuneHttpUpload) upload = NULL;
  JsonNode *part;
  const char *href;

  if (offset >= file->size)
    {
      complete (task);
      return;
    }

  part = find_part (sending, sending->tags->len + 1);
  href = part != NULL ? attune_json_node_peek_string (part) : NULL;
  if (href == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                               _("“%s” could not be uploaded: Hugging Face names no place for part %u of it. Try again later."),
                               file->path, sending->tags->len + 1);
      g_object_unref (task);
      return;
    }

  sending->sending = MIN (sending->part_size, file->size - offset);
  request = new_foreign_request (self, "PUT", href);
  if (file->source != NULL)
    {
      upload = attune_http_upload_new_file (file->source, offset, sending->sending, NULL);
      attune_http_request_set_upload (request, upload);
    }
  else
    {
      g_autoptr (GBytes) range = g_bytes_new_from_bytes (file->bytes, (gsize) offset, (gsize) sending->sending);

      attune_http_request_set_body (request, "application/octet-stream", range);
    }
  attune_http_request_set_progress (request, upload_progress_cb, task);
  attune_http_client_send_async (attune_hub_get_client (self->hub), request, g_task_get_cancellable (task), part_sent_cb, task);
}

/* All at once. */

static void
whole_sent_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  const AttuneHubCommitFile *file = g_ptr_array_index (self->files, sending->index);
  g_autoptr (AttuneHttpReply) reply = NULL;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_prefix_error (&error, _("“%s” could not be uploaded: "), file->path);
      g_task_return_error (task, error);
      return;
    }

  sending->done += sending->sending;
  sending->sending = 0;
  verify (g_steal_pointer (&task));
}

static void
set_headers (AttuneHttpRequest *request,
             JsonObject        *header)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (header == NULL)
    return;

  json_object_iter_init (&iter, header);
  while (json_object_iter_next (&iter, &name, &node))
    {
      const char *value = attune_json_node_peek_string (node);

      if (value != NULL)
        attune_http_request_set_header (request, name, value);
    }
}

/* Takes @task. */
static void
send_whole (GTask      *task,
            const char *href)
{
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  const AttuneHubCommitFile *file = g_ptr_array_index (self->files, sending->index);
  g_autoptr (AttuneHttpRequest) request = new_foreign_request (self, "PUT", href);

  sending->sending = file->size;
  set_headers (request, attune_http_json_peek_object (sending->object, "actions.upload.header"));
  if (file->source != NULL)
    {
      g_autoptr (AttuneHttpUpload) upload = attune_http_upload_new_file (file->source, 0, file->size, NULL);

      attune_http_request_set_upload (request, upload);
    }
  else
    {
      attune_http_request_set_body (request, "application/octet-stream", file->bytes);
    }
  attune_http_request_set_progress (request, upload_progress_cb, task);
  attune_http_client_send_async (attune_hub_get_client (self->hub), request, g_task_get_cancellable (task), whole_sent_cb, task);
}

static JsonNode *
find_object (AttuneHubSending          *self,
             const AttuneHubCommitFile *file)
{
  JsonArray *objects = attune_http_json_peek_array (self->batch, "objects");

  for (guint i = 0; objects != NULL && i < json_array_get_length (objects); i++)
    {
      JsonNode *object = json_array_get_element (objects, i);

      if (g_strcmp0 (attune_json_peek_string (object, "oid", NULL), file->sha256) == 0)
        return object;
    }

  return NULL;
}

void
attune_hub_commit_upload_next (GTask *task)
{
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);

  while (sending->index < self->files->len)
    {
      const AttuneHubCommitFile *file = g_ptr_array_index (self->files, sending->index);
      const char *href;
      const char *words;

      if (!file->is_lfs || file->is_ignored)
        {
          sending->index++;
          continue;
        }

      sending->object = find_object (sending, file);
      words = attune_json_peek_string (sending->object, "error.message", NULL);
      if (sending->object == NULL || words != NULL)
        {
          g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                                   _("Hugging Face does not take “%s”: %s"), file->path,
                                   words != NULL ? words : _("it does not say where to bring it. Try again later."));
          g_object_unref (task);
          return;
        }

      href = attune_json_peek_string (sending->object, "actions.upload.href", NULL);
      if (href == NULL)
        {
          /* The Hub has these very bytes already. */
          sending->done += file->size;
          sending->index++;
          continue;
        }

      sending->part_size = attune_http_json_peek_int (sending->object, "actions.upload.header.chunk_size", 0);
      if (sending->part_size > 0 && file->size / sending->part_size < N_PARTS_MAX)
        {
          g_clear_pointer (&sending->tags, g_ptr_array_unref);
          sending->tags = g_ptr_array_new_with_free_func (g_free);
          send_part (task);
        }
      else
        {
          send_whole (task, href);
        }
      return;
    }

  tell (sending, 0, _("Saving in the repository"));
  attune_hub_commit_confirm (task);
}
