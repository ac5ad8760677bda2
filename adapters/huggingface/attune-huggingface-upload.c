/* attune-huggingface-upload.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-hub-private.h"

/* A data file on its way into the private repository. Its name there is its digest, so that equal files are one; and the Hub itself takes
 * the bytes of one that it has not a second time. */
typedef struct {
  AttuneDataset      *dataset;
  char               *path;      /* in the repository */
  char               *repo;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
  AttuneHubCommit    *commit;
} Upload;

static void
upload_free (Upload *self)
{
  g_object_unref (self->dataset);
  g_free (self->path);
  g_free (self->repo);
  g_clear_object (&self->commit);
  g_free (self);
}

static void
committed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *self = g_task_get_task_data (task);
  g_autofree char *commit = NULL;
  GError *error = NULL;

  commit = attune_hub_commit_send_finish (ATTUNE_HUB_COMMIT (source), result, &error);
  if (commit == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (self->progress != NULL)
    self->progress (1, _("Uploaded"), self->progress_data);
  g_task_return_pointer (task, g_strconcat ("datasets/", self->repo, "/", self->path, NULL), g_free);
}

static void
ensured_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *hub = ATTUNE_HUB (source);
  Upload *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->repo = attune_hub_ensure_repo_finish (hub, result, &error);
  if (self->repo == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  self->commit = attune_hub_commit_new (hub, ATTUNE_HUB_DATASET_REPO, self->repo, "Data of Attune");
  attune_hub_commit_add_file (self->commit, self->path, attune_dataset_get_path (self->dataset));
  attune_hub_commit_send_async (self->commit, self->progress, self->progress_data, g_task_get_cancellable (task), committed_cb, g_object_ref (task));
}

void
attune_huggingface_upload_async (AttuneRemoteAdapter *adapter,
                                 AttuneDataset       *dataset,
                                 AttuneProgressFunc   progress,
                                 gpointer             progress_data,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  Upload *self = g_new0 (Upload, 1);

  self->dataset = g_object_ref (dataset);
  self->path = attune_huggingface_dup_data_path (dataset, NULL);
  self->progress = progress;
  self->progress_data = progress_data;
  g_task_set_source_tag (task, attune_huggingface_upload_async);
  g_task_set_task_data (task, self, (GDestroyNotify) upload_free);

  if (self->path == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” was not checked yet. Check the data set first."),
                               attune_dataset_get_path (dataset));
      return;
    }

  if (progress != NULL)
    progress (NAN, _("Making the private repository"), progress_data);
  attune_hub_ensure_repo_async (attune_huggingface_adapter_get_hub (ATTUNE_HUGGINGFACE_ADAPTER (adapter)), ATTUNE_HUB_DATASET_REPO,
                                ATTUNE_HUGGINGFACE_DATA_REPO, FALSE, cancellable, ensured_cb, g_object_ref (task));
}

char *
attune_huggingface_upload_finish (AttuneRemoteAdapter  *adapter,
                                  GAsyncResult         *result,
                                  GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_upload_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
