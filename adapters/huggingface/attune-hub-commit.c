/* attune-hub-commit.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-hub"

#include "attune-hub-commit-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-http-json.h"

#define BUFFER (1024 * 1024)
/* A commit is refused where another one was quicker. */
#define MAX_TRIES 3

G_DEFINE_FINAL_TYPE (AttuneHubCommit, attune_hub_commit, G_TYPE_OBJECT)

static void
commit_file_free (AttuneHubCommitFile *self)
{
  g_free (self->path);
  g_free (self->source);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static void
attune_hub_commit_finalize (GObject *object)
{
  AttuneHubCommit *self = ATTUNE_HUB_COMMIT (object);

  g_clear_object (&self->hub);
  g_free (self->repo);
  g_free (self->summary);
  g_ptr_array_unref (self->files);

  G_OBJECT_CLASS (attune_hub_commit_parent_class)->finalize (object);
}

static void
attune_hub_commit_class_init (AttuneHubCommitClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_hub_commit_finalize;
}

static void
attune_hub_commit_init (AttuneHubCommit *self)
{
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) commit_file_free);
}

AttuneHubCommit *
attune_hub_commit_new (AttuneHub     *hub,
                       AttuneHubKind  kind,
                       const char    *repo,
                       const char    *summary)
{
  AttuneHubCommit *self = g_object_new (ATTUNE_TYPE_HUB_COMMIT, NULL);

  self->hub = g_object_ref (hub);
  self->kind = kind;
  self->repo = g_strdup (repo);
  self->summary = g_strdup (summary);

  return self;
}

void
attune_hub_commit_add_file (AttuneHubCommit *self,
                            const char      *path,
                            const char      *source)
{
  AttuneHubCommitFile *file = g_new0 (AttuneHubCommitFile, 1);

  file->path = g_strdup (path);
  file->source = g_strdup (source);
  g_ptr_array_add (self->files, file);
}

void
attune_hub_commit_add_bytes (AttuneHubCommit *self,
                             const char      *path,
                             GBytes          *bytes)
{
  AttuneHubCommitFile *file = g_new0 (AttuneHubCommitFile, 1);

  file->path = g_strdup (path);
  file->bytes = g_bytes_ref (bytes);
  g_ptr_array_add (self->files, file);
}

guint
attune_hub_commit_get_n_files (AttuneHubCommit *self)
{
  return self->files->len;
}

/* One sending */

static void
sending_free (AttuneHubSending *self)
{
  g_clear_pointer (&self->batch, json_node_unref);
  g_clear_pointer (&self->tags, g_ptr_array_unref);
  g_free (self);
}

/* Digest and sample, in a thread. */

static gboolean
digest_bytes (AttuneHubCommitFile *file)
{
  gsize size;
  const guchar *data = g_bytes_get_data (file->bytes, &size);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);

  file->size = (gint64) size;
  g_strlcpy (file->sha256, sum, sizeof file->sha256);
  file->sample_size = MIN (size, ATTUNE_HUB_COMMIT_SAMPLE);
  if (file->sample_size > 0)
    memcpy (file->sample, data, file->sample_size);

  return TRUE;
}

static gboolean
digest_file (AttuneHubCommitFile    *file,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *buffer = g_malloc (BUFFER);
  g_autofd int fd = open (file->source, O_RDONLY | O_CLOEXEC);
  gssize n = -1;

  file->size = 0;
  file->sample_size = 0;
  while (fd >= 0 && !g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      n = read (fd, buffer, BUFFER);
      if (n <= 0)
        break;

      if (file->sample_size < ATTUNE_HUB_COMMIT_SAMPLE)
        {
          gsize more = MIN ((gsize) n, ATTUNE_HUB_COMMIT_SAMPLE - file->sample_size);

          memcpy (file->sample + file->sample_size, buffer, more);
          file->sample_size += more;
        }
      g_checksum_update (checksum, buffer, n);
      file->size += n;
    }

  if (error != NULL && *error != NULL)
    return FALSE;
  if (fd < 0 || n < 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno), "%s: %s", file->source, g_strerror (saved_errno));
      return FALSE;
    }

  g_strlcpy (file->sha256, g_checksum_get_string (checksum), sizeof file->sha256);

  return TRUE;
}

static void
digest_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  GPtrArray *files = task_data;
  GError *error = NULL;

  for (guint i = 0; i < files->len; i++)
    {
      AttuneHubCommitFile *file = g_ptr_array_index (files, i);

      if (!(file->source != NULL ? digest_file (file, cancellable, &error) : digest_bytes (file)))
        {
          attune_error_convert (&error);
          g_task_return_error (task, error);
          return;
        }
    }

  g_task_return_boolean (task, TRUE);
}

/* The last step: the commit itself. */

static void
append_line (GString    *body,
             const char *key,
             JsonNode   *value)
{
  g_autoptr (JsonNode) line = attune_http_json_new_object ();
  g_autofree char *text = NULL;

  attune_http_json_set_string (line, "key", key);
  attune_http_json_set_node (line, "value", value);
  text = attune_json_write (line, FALSE);
  g_string_append (body, text);
  g_string_append_c (body, '\n');
}

static GBytes *
read_whole (const AttuneHubCommitFile  *file,
            GError           **error)
{
  g_autofree char *text = NULL;
  gsize length;

  if (file->bytes != NULL)
    return g_bytes_ref (file->bytes);
  if (!g_file_get_contents (file->source, &text, &length, error))
    return NULL;

  return g_bytes_new_take (g_steal_pointer (&text), length);
}

static GBytes *
build_body (AttuneHubCommit  *self,
            GError          **error)
{
  g_autoptr (GString) body = g_string_new (NULL);
  JsonNode *header = attune_http_json_new_object ();

  attune_http_json_set_string (header, "summary", self->summary);
  attune_http_json_set_string (header, "description", "");
  append_line (body, "header", header);

  for (guint i = 0; i < self->files->len; i++)
    {
      const AttuneHubCommitFile *file = g_ptr_array_index (self->files, i);
      JsonNode *value;

      if (file->is_ignored)
        continue;

      value = attune_http_json_new_object ();
      attune_http_json_set_string (value, "path", file->path);
      if (file->is_lfs)
        {
          attune_http_json_set_string (value, "algo", "sha256");
          attune_http_json_set_string (value, "oid", file->sha256);
          attune_http_json_set_int (value, "size", file->size);
          append_line (body, "lfsFile", value);
        }
      else
        {
          g_autoptr (GBytes) bytes = read_whole (file, error);
          g_autofree char *content = NULL;

          if (bytes == NULL)
            {
              json_node_unref (value);
              return NULL;
            }
          content = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
          attune_http_json_set_string (value, "content", content);
          attune_http_json_set_string (value, "encoding", "base64");
          append_line (body, "file", value);
        }
    }

  return g_string_free_to_bytes (g_steal_pointer (&body));
}

static void
committed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  const char *oid;
  g_autoptr (GError) error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply == NULL)
    {
      /* Somebody else committed at the same time: what is written does not depend on that. */
      if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT) && ++sending->n_tries < MAX_TRIES)
        attune_hub_commit_confirm (g_steal_pointer (&task));
      else
        g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  oid = attune_json_peek_string (attune_http_reply_get_json (reply), "commitOid", NULL);
  if (oid == NULL || *oid == '\0')
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                             _("Hugging Face did not confirm that the files are in “%s” now. Try again later."), self->repo);
  else
    g_task_return_pointer (task, g_strdup (oid), g_free);
}

void
attune_hub_commit_confirm (GTask *task)
{
  AttuneHubCommit *self = g_task_get_source_object (task);
  g_autofree char *target = attune_hub_dup_api_target (self->kind, self->repo, "/commit/main");
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (GBytes) body = NULL;
  GError *error = NULL;

  body = build_body (self, &error);
  if (body == NULL)
    {
      attune_error_convert (&error);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  /* Files that are as they are already change nothing: it may be said twice. */
  request = attune_http_request_new ("POST", target);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_request_set_body (request, "application/x-ndjson", body);
  attune_hub_send_async (self->hub, request, self->repo, g_task_get_cancellable (task), committed_cb, task);
}

static void
batch_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHubSending *sending = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  JsonNode *answer;
  GError *error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  answer = attune_http_reply_get_json (reply);
  if (answer == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s",
                               _("Hugging Face did not say where to bring the files. Try again later."));
      return;
    }

  sending->batch = json_node_ref (answer);
  attune_hub_commit_upload_next (g_steal_pointer (&task));
}

/* Takes @task. */
static void
ask_batch (GTask *task)
{
  AttuneHubCommit *self = g_task_get_source_object (task);
  AttuneHubSending *sending = g_task_get_task_data (task);
  g_autofree char *target = attune_hub_dup_repo_target (self->kind, self->repo, ".git/info/lfs/objects/batch");
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) body = attune_http_json_new_object ();
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint n = 0;

  attune_http_json_set_string (body, "operation", "upload");
  attune_http_json_set_string (body, "transfers.0", "basic");
  attune_http_json_set_string (body, "transfers.1", "multipart");
  attune_http_json_set_string (body, "hash_algo", "sha256");
  attune_http_json_set_string (body, "ref.name", "main");
  for (guint i = 0; i < self->files->len; i++)
    {
      const AttuneHubCommitFile *file = g_ptr_array_index (self->files, i);

      if (file->is_lfs && !file->is_ignored)
        {
          g_autofree char *oid_path = g_strdup_printf ("objects.%u.oid", n);
          g_autofree char *size_path = g_strdup_printf ("objects.%u.size", n);

          attune_http_json_set_string (body, oid_path, file->sha256);
          attune_http_json_set_int (body, size_path, file->size);
          sending->total += file->size;
          n++;
        }
    }

  if (n == 0)
    {
      attune_hub_commit_upload_next (task);
      return;
    }

  text = attune_json_write (body, FALSE);
  bytes = g_bytes_new_take (g_steal_pointer (&text), strlen (text));
  request = attune_http_request_new ("POST", target);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_request_set_header (request, "Accept", ATTUNE_HUB_LFS_TYPE);
  attune_http_request_set_body (request, ATTUNE_HUB_LFS_TYPE, bytes);
  attune_hub_send_async (self->hub, request, self->repo, g_task_get_cancellable (task), batch_cb, task);
}

/* First of all: what is to be kept in which way. */

static void
preuploaded_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHubCommit *self = g_task_get_source_object (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  JsonArray *answers;
  guint n_known = 0;
  GError *error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  answers = attune_http_json_peek_array (attune_http_reply_get_json (reply), "files");
  for (guint i = 0; answers != NULL && i < json_array_get_length (answers); i++)
    {
      JsonNode *answer = json_array_get_element (answers, i);
      const char *path = attune_json_peek_string (answer, "path", NULL);

      for (guint j = 0; j < self->files->len; j++)
        {
          AttuneHubCommitFile *file = g_ptr_array_index (self->files, j);

          if (g_strcmp0 (file->path, path) == 0)
            {
              file->is_lfs = g_strcmp0 (attune_json_peek_string (answer, "uploadMode", NULL), "lfs") == 0;
              file->is_ignored = attune_json_peek_boolean (answer, "shouldIgnore", FALSE);
              n_known++;
            }
        }
    }

  if (n_known < self->files->len)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                             _("Hugging Face did not say how it keeps the files of “%s”. Try again later."), self->repo);
  else
    ask_batch (g_steal_pointer (&task));
}

static void
digested_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHubCommit *self = g_task_get_source_object (task);
  g_autofree char *target = attune_hub_dup_api_target (self->kind, self->repo, "/preupload/main");
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) body = NULL;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }

  body = attune_http_json_new_object ();
  for (guint i = 0; i < self->files->len; i++)
    {
      const AttuneHubCommitFile *file = g_ptr_array_index (self->files, i);
      g_autofree char *path_path = g_strdup_printf ("files.%u.path", i);
      g_autofree char *sample_path = g_strdup_printf ("files.%u.sample", i);
      g_autofree char *size_path = g_strdup_printf ("files.%u.size", i);
      g_autofree char *sample = g_base64_encode (file->sample, file->sample_size);

      attune_http_json_set_string (body, path_path, file->path);
      attune_http_json_set_string (body, sample_path, sample);
      attune_http_json_set_int (body, size_path, file->size);
    }

  request = attune_http_request_new ("POST", target);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_request_set_json (request, body);
  attune_hub_send_async (self->hub, request, self->repo, g_task_get_cancellable (task), preuploaded_cb, g_object_ref (task));
}

void
attune_hub_commit_send_async (AttuneHubCommit     *self,
                              AttuneProgressFunc   progress,
                              gpointer             progress_data,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  GTask *task;
  g_autoptr (GTask) digest = NULL;
  AttuneHubSending *sending;

  g_return_if_fail (ATTUNE_IS_HUB_COMMIT (self));
  g_return_if_fail (self->files->len > 0);

  task = g_task_new (self, cancellable, callback, user_data);
  sending = g_new0 (AttuneHubSending, 1);
  sending->progress = progress;
  sending->progress_data = progress_data;
  g_task_set_source_tag (task, attune_hub_commit_send_async);
  g_task_set_task_data (task, sending, (GDestroyNotify) sending_free);

  digest = g_task_new (NULL, cancellable, digested_cb, task);
  g_task_set_source_tag (digest, digest_thread);
  g_task_set_task_data (digest, g_ptr_array_ref (self->files), (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (digest, digest_thread);
}

char *
attune_hub_commit_send_finish (AttuneHubCommit  *self,
                               GAsyncResult     *result,
                               GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_commit_send_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
