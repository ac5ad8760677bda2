/* attune-huggingface-output.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-hub-private.h"
#include "attune-local-files.h"

/* The repository of a job's result. (transfer full) (nullable) */
static char *
find_repo (const AttuneJobContext  *context,
           GError                 **error)
{
  g_autofree char *owner = NULL;
  g_autofree char *id = NULL;
  const char *model;

  if (context == NULL || context->job == NULL)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("The operation needs a job that was sent to Hugging Face."));
      return NULL;
    }

  model = attune_job_get_fine_tuned_model (context->job);
  if (model != NULL && strchr (model, '/') != NULL)
    return g_strdup (model);
  if (!attune_huggingface_split_job_id (attune_job_get_provider_job_id (context->job), &owner, &id, error))
    return NULL;

  return attune_huggingface_dup_output_repo (attune_job_get_configuration (context->job), context->job, owner);
}

/* Checkpoints */

static void
checkpoints_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GPtrArray) files = NULL;
  GError *error = NULL;

  files = attune_hub_list_files_finish (ATTUNE_HUB (source), result, &error);
  if (files == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, attune_huggingface_parse_checkpoints (files), (GDestroyNotify) g_ptr_array_unref);
}

void
attune_huggingface_list_checkpoints_async (AttuneAdapter          *adapter,
                                           const AttuneJobContext *context,
                                           GCancellable           *cancellable,
                                           GAsyncReadyCallback     callback,
                                           gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  g_autofree char *repo = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, attune_huggingface_list_checkpoints_async);
  repo = find_repo (context, &error);
  if (repo == NULL)
    g_task_return_error (task, error);
  else
    attune_hub_list_files_async (attune_huggingface_adapter_get_hub (ATTUNE_HUGGINGFACE_ADAPTER (adapter)), ATTUNE_HUB_MODEL_REPO, repo, NULL, NULL,
                                 cancellable, checkpoints_cb, g_object_ref (task));
}

GPtrArray *
attune_huggingface_list_checkpoints_finish (AttuneAdapter  *adapter,
                                            GAsyncResult   *result,
                                            GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_list_checkpoints_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The result */

typedef struct {
  char               *repo;
  char               *destination;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
} Download;

static void
download_free (Download *self)
{
  g_free (self->repo);
  g_free (self->destination);
  g_free (self);
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (attune_hub_fetch_files_finish (ATTUNE_HUB (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* What the repository keeps for itself and for going on is no part of the result. */
static gboolean
is_result (const AttuneHubFile *file)
{
  return file->path[0] != '.' && !g_str_has_prefix (file->path, ATTUNE_HUGGINGFACE_CHECKPOINTS "/");
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *hub = ATTUNE_HUB (source);
  Download *self = g_task_get_task_data (task);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) chosen = NULL;
  guint64 space;
  GError *error = NULL;

  files = attune_hub_list_files_finish (hub, result, &error);
  if (files == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (!attune_huggingface_has_result (files))
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("There is no result in “%s” yet: the job has to succeed first."), self->repo);
      return;
    }

  chosen = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_hub_file_free);
  for (guint i = 0; i < files->len; i++)
    {
      const AttuneHubFile *file = g_ptr_array_index (files, i);
      g_autofree char *path = g_build_filename (self->destination, file->path, NULL);

      if (!is_result (file))
        continue;
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("“%s” is there already and is not replaced. Choose another folder."), path);
          return;
        }
      g_ptr_array_add (chosen, attune_hub_file_copy (file));
    }

  space = attune_local_files_free_space (self->destination);
  if (space < (guint64) attune_hub_sum_sizes (chosen))
    {
      g_autofree char *need = g_format_size ((guint64) attune_hub_sum_sizes (chosen));
      g_autofree char *have = g_format_size (space);

      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE,
                               _("The result takes %s, but only %s are free in “%s”. Make room there, or choose another folder."), need, have, self->destination);
      return;
    }

  attune_hub_fetch_files_async (hub, ATTUNE_HUB_MODEL_REPO, self->repo, NULL, chosen, NULL, self->destination, self->progress, self->progress_data,
                                g_task_get_cancellable (task), fetched_cb, g_object_ref (task));
}

void
attune_huggingface_download_output_async (AttuneAdapter          *adapter,
                                          const AttuneJobContext *context,
                                          const char             *destination,
                                          AttuneProgressFunc      progress,
                                          gpointer                progress_data,
                                          GCancellable           *cancellable,
                                          GAsyncReadyCallback     callback,
                                          gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  Download *self;
  g_autofree char *repo = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, attune_huggingface_download_output_async);
  repo = find_repo (context, &error);
  if (repo == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  self = g_new0 (Download, 1);
  self->repo = g_steal_pointer (&repo);
  self->destination = g_canonicalize_filename (destination, NULL);
  self->progress = progress;
  self->progress_data = progress_data;
  g_task_set_task_data (task, self, (GDestroyNotify) download_free);
  attune_hub_list_files_async (attune_huggingface_adapter_get_hub (ATTUNE_HUGGINGFACE_ADAPTER (adapter)), ATTUNE_HUB_MODEL_REPO, self->repo, NULL, NULL,
                               cancellable, listed_cb, g_object_ref (task));
}

gboolean
attune_huggingface_download_output_finish (AttuneAdapter  *adapter,
                                           GAsyncResult   *result,
                                           GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_download_output_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
