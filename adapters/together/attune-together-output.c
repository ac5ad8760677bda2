/* attune-together-output.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-together"

#include "attune-together-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "attune-http-download.h"

/* What a job has made, as the archive in which Together gives it; and what a job would cost. */

typedef struct {
  char               *id;
  char               *folder;
  char               *base;     /* of the name of the archive */
  char               *path;     /* while it is fetched */
  const char * const *kinds;    /* what to ask for, one after the other */
  AttuneProgressFunc  progress;
  gpointer            progress_data;
} Download;

static void
download_free (Download *download)
{
  g_free (download->id);
  g_free (download->folder);
  g_free (download->base);
  g_free (download->path);
  g_free (download);
}

static const struct {
  const char *ending;
  goffset     offset;
  const char *magic;
  gsize       length;
} archives[] = {
  { ".tar.zst", 0, "\x28\xb5\x2f\xfd", 4 },
  { ".tar.gz", 0, "\x1f\x8b", 2 },
  { ".tar", 257, "ustar", 5 },
  { ".zip", 0, "PK\x03\x04", 4 },
};

/* By what is in it: the type that a server tells is wrong as often as not. "" for something else. */
static const char *
recognize_archive (const char *path)
{
  char head[512] = { 0 };
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize length = fd >= 0 ? read (fd, head, sizeof head) : -1;

  for (guint i = 0; i < G_N_ELEMENTS (archives); i++)
    if (length >= (gssize) (archives[i].offset + (goffset) archives[i].length)
        && memcmp (head + archives[i].offset, archives[i].magic, archives[i].length) == 0)
      return archives[i].ending;

  return "";
}

static char *
dup_archive_path (Download   *download,
                  const char *ending)
{
  g_autofree char *name = g_strconcat (download->base, ending, NULL);

  return g_build_filename (download->folder, name, NULL);
}

static gboolean
check_free (Download  *download,
            GError   **error)
{
  for (guint i = 0; i <= G_N_ELEMENTS (archives); i++)
    {
      g_autofree char *path = dup_archive_path (download, i < G_N_ELEMENTS (archives) ? archives[i].ending : "");

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                       _("There is a file “%s” already. Move it away, or choose another folder."), path);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
put_in_place (Download  *download,
              GError   **error)
{
  g_autofree char *path = dup_archive_path (download, recognize_archive (download->path));

  if (g_rename (download->path, path) == 0)
    return TRUE;

  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno), "%s: %s", path, g_strerror (errno));
  attune_error_convert (error);
  return FALSE;
}

static void fetch (GTask *task);

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Download *download = g_task_get_task_data (task);
  GError *error = NULL;

  if (attune_http_download_finish (ATTUNE_HTTP_CLIENT (source), result, &error))
    {
      if (put_in_place (download, &error))
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, error);
      return;
    }

  /* Models whose adapter is merged into them, and those whose adapter is all there is: only the server knows. */
  if ((g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND) || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID))
      && download->kinds[1] != NULL)
    {
      g_error_free (error);
      download->kinds++;
      fetch (task);
      return;
    }

  g_task_return_error (task, error);
}

static void
fetch (GTask *task)
{
  Download *download = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/finetune/download");

  attune_http_request_add_query (request, "ft_id", download->id);
  attune_http_request_add_query (request, "checkpoint", download->kinds[0]);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_RAW);
  attune_http_download_async (attune_remote_adapter_get_client (g_task_get_source_object (task)), request, download->path, -1, NULL,
                              download->progress, download->progress_data, g_task_get_cancellable (task), fetched_cb,
                              g_object_ref (task));
}

/* The last part of the model's name as far as it can be a file's. */
static char *
dup_base_name (AttuneJob *job)
{
  const char *model = attune_job_get_fine_tuned_model (job);
  const char *slash = model != NULL ? strrchr (model, '/') : NULL;
  g_autofree char *name = g_strdup (slash != NULL ? slash + 1 : model != NULL ? model : attune_job_get_provider_job_id (job));

  g_strcanon (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-", '_');
  if (*name == '\0' || *name == '.')
    return g_strconcat ("together", name, NULL);

  return g_steal_pointer (&name);
}

void
attune_together_download_async (AttuneAdapter          *adapter,
                                const AttuneJobContext *context,
                                const char             *destination,
                                AttuneProgressFunc      progress,
                                gpointer                progress_data,
                                GCancellable           *cancellable,
                                GAsyncReadyCallback     callback,
                                gpointer                user_data)
{
  static const char * const adapter_kinds[] = { "adapter", "merged", NULL };
  static const char * const full_kinds[] = { "model_output_path", NULL };
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  Download *download = g_new0 (Download, 1);
  AttuneConfiguration *configuration;
  g_autofree char *name = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, attune_together_download_async);
  g_task_set_task_data (task, download, (GDestroyNotify) download_free);
  download->id = attune_together_dup_job_id (context, &error);
  if (download->id == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  configuration = attune_job_get_configuration (context->job);
  download->kinds = attune_configuration_get_enum (configuration, "method.type") == ATTUNE_TRAINING_METHOD_FULL
    ? full_kinds : adapter_kinds;
  download->folder = g_strdup (destination);
  download->base = dup_base_name (context->job);
  name = g_strconcat (download->base, ".download", NULL);
  download->path = g_build_filename (download->folder, name, NULL);
  download->progress = progress;
  download->progress_data = progress_data;

  if (g_mkdir_with_parents (download->folder, 0700) != 0)
    {
      g_set_error (&error, G_FILE_ERROR, (int) g_file_error_from_errno (errno), "%s: %s", download->folder, g_strerror (errno));
      attune_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }
  if (!check_free (download, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  fetch (task);
}

gboolean
attune_together_download_finish (AttuneAdapter  *adapter,
                                 GAsyncResult   *result,
                                 GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_download_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
estimated_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  AttuneEstimate *estimate = NULL;

  if (reply != NULL)
    estimate = attune_together_parse_estimate (attune_http_reply_get_json (reply), &error);

  if (estimate == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, estimate, (GDestroyNotify) attune_estimate_free);
}

void
attune_together_estimate_async (AttuneAdapter          *adapter,
                                AttuneConfiguration    *configuration,
                                const AttuneJobContext *context,
                                GCancellable           *cancellable,
                                GAsyncReadyCallback     callback,
                                gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneCapabilities) capabilities = attune_together_dup_narrowed (adapter, configuration);
  AttuneTogetherParts parts = attune_together_collect_parts (configuration, context);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) whole = NULL;
  g_autoptr (JsonNode) body = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, attune_together_estimate_async);
  if (parts.training_file == NULL || (parts.has_validation && parts.validation_file == NULL))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, "%s",
                               _("Together tells the price once the data has been uploaded there."));
      return;
    }

  whole = attune_together_build_request (configuration, capabilities, &parts, &error);
  if (whole == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  body = attune_together_build_estimate (whole);
  request = attune_http_request_new ("POST", "/fine-tunes/estimate-price");
  attune_http_request_set_json (request, body);
  /* Nothing is made by it. */
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_client_send_async (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)), request, cancellable, estimated_cb,
                                 g_steal_pointer (&task));
}

AttuneEstimate *
attune_together_estimate_finish (AttuneAdapter  *adapter,
                                 GAsyncResult   *result,
                                 GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_estimate_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
