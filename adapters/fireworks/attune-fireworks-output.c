/* attune-fireworks-output.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-fireworks"

#include "attune-fireworks-operations.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-http-download.h"
#include "attune-http-json.h"

/* One file of a tuned model. */
typedef struct {
  char *url;
  char *path;
} OutputFile;

typedef struct {
  char               *destination;
  GPtrArray          *files;  /* OutputFile */
  guint               next;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
} Output;

static void
output_file_free (OutputFile *file)
{
  g_free (file->url);
  g_free (file->path);
  g_free (file);
}

static void
output_free (Output *output)
{
  g_clear_pointer (&output->files, g_ptr_array_unref);
  g_free (output->destination);
  g_free (output);
}

static void
send (GTask               *task,
      const char          *path,
      GAsyncReadyCallback  callback)
{
  AttuneRemoteAdapter *adapter = ATTUNE_REMOTE_ADAPTER (g_task_get_source_object (task));
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", path);

  attune_http_client_send_async (attune_remote_adapter_get_client (adapter), request, g_task_get_cancellable (task),
                                 callback, g_object_ref (task));
}

/* Names come from outside: only such as stay in the folder. */
static gboolean
is_safe (const char *name)
{
  g_auto (GStrv) parts = NULL;

  if (*name == '\0' || g_path_is_absolute (name) || !g_utf8_validate (name, -1, NULL))
    return FALSE;

  parts = g_strsplit (name, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || *parts[i] == '.')
      return FALSE;

  return TRUE;
}

static void
file_progress_cb (double      fraction,
                  const char *message,
                  gpointer    user_data)
{
  Output *output = g_task_get_task_data (user_data);

  if (output->progress != NULL)
    output->progress (isfinite (fraction) ? (output->next + fraction) / output->files->len : fraction, message, output->progress_data);
}

static void next_file (GTask *task);

static void
downloaded_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Output *output = g_task_get_task_data (task);
  GError *error = NULL;

  if (!attune_http_download_finish (ATTUNE_HTTP_CLIENT (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  output->next++;
  next_file (task);
}

static void
next_file (GTask *task)
{
  AttuneRemoteAdapter *adapter = ATTUNE_REMOTE_ADAPTER (g_task_get_source_object (task));
  Output *output = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autofree char *folder = NULL;
  const OutputFile *file;

  if (output->next == output->files->len)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  file = g_ptr_array_index (output->files, output->next);
  folder = g_path_get_dirname (file->path);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      int saved_errno = errno;
      GError *error = g_error_new (G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno), _("The folder %s could not be made: %s"),
                                   folder, g_strerror (saved_errno));

      attune_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }

  request = attune_http_request_new ("GET", file->url);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_NO_BEARER | ATTUNE_HTTP_REQUEST_RAW);
  attune_http_download_async (attune_remote_adapter_get_client (adapter), request, file->path, -1, NULL, file_progress_cb, task,
                              g_task_get_cancellable (task), downloaded_cb, g_object_ref (task));
}

static int
compare_files (gconstpointer a,
               gconstpointer b)
{
  const OutputFile *first = *(const OutputFile * const *) a;
  const OutputFile *second = *(const OutputFile * const *) b;

  return g_strcmp0 (first->path, second->path);
}

static gboolean
collect_files (Output    *output,
               JsonNode  *answer,
               GError   **error)
{
  JsonObject *urls = attune_http_json_peek_object (answer, "filenameToSignedUrls");
  JsonObjectIter iter;
  const char *name;
  JsonNode *url;

  output->files = g_ptr_array_new_with_free_func ((GDestroyNotify) output_file_free);
  if (urls == NULL || json_object_get_size (urls) == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                   _("Fireworks offers no files of this model. They may not be written yet: try again in some minutes."));
      return FALSE;
    }

  json_object_iter_init_ordered (&iter, urls);
  while (json_object_iter_next_ordered (&iter, &name, &url))
    {
      const char *text = attune_json_node_peek_string (url);
      OutputFile *file;

      if (text == NULL || !is_safe (name))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                       _("Fireworks names a file “%s” that does not belong into the folder, so nothing was downloaded."), name);
          return FALSE;
        }
      file = g_new0 (OutputFile, 1);
      file->url = g_strdup (text);
      file->path = g_build_filename (output->destination, name, NULL);
      g_ptr_array_add (output->files, file);

      /* Rather none than half of them. */
      if (g_file_test (file->path, G_FILE_TEST_EXISTS))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                       _("%s is there already. Choose another folder, or remove it."), file->path);
          return FALSE;
        }
    }
  g_ptr_array_sort (output->files, compare_files);

  return TRUE;
}

static void
endpoint_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  Output *output = g_task_get_task_data (task);
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL || !collect_files (output, attune_http_reply_get_json (reply), &error))
    g_task_return_error (task, error);
  else
    next_file (task);
}

static void
ask_for_files (GTask      *task,
               const char *model)
{
  g_autofree char *path = g_strdup_printf ("/v1/%s:getDownloadEndpoint", model);

  send (task, path, endpoint_cb);
}

static void
job_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  const char *model;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  model = attune_json_peek_string (attune_http_reply_get_json (reply), "outputModel", NULL);
  if (model == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("The job has no model yet. Wait until it is done."));
  else
    ask_for_files (task, model);
}

void
attune_fireworks_download_async (AttuneAdapter          *adapter,
                                 const AttuneJobContext *context,
                                 const char             *destination,
                                 AttuneProgressFunc      progress,
                                 gpointer                progress_data,
                                 GCancellable           *cancellable,
                                 GAsyncReadyCallback     callback,
                                 gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  const char *model = context->job != NULL ? attune_job_get_fine_tuned_model (context->job) : NULL;
  const char *name = context->job != NULL ? attune_job_get_provider_job_id (context->job) : NULL;
  Output *output = g_new0 (Output, 1);

  output->destination = g_canonicalize_filename (destination, NULL);
  output->progress = progress;
  output->progress_data = progress_data;
  g_task_set_source_tag (task, attune_fireworks_download_async);
  g_task_set_task_data (task, output, (GDestroyNotify) output_free);

  if (model != NULL && *model != '\0')
    {
      ask_for_files (task, model);
    }
  else if (name != NULL)
    {
      g_autofree char *path = g_strconcat ("/v1/", name, NULL);

      send (task, path, job_cb);
    }
  else
    {
      g_task_return_error (task, attune_fireworks_not_sent_error ());
    }
}

gboolean
attune_fireworks_download_finish (AttuneAdapter  *adapter,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_download_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
