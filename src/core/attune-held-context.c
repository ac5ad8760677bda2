/* attune-held-context.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-held-context.h"

AttuneHeldContext *
attune_held_context_new (AttuneJob     *job,
                         AttuneDataset *training,
                         AttuneDataset *validation,
                         const char    *folder)
{
  AttuneHeldContext *self = g_new0 (AttuneHeldContext, 1);

  g_set_object (&self->context.job, job);
  g_set_object (&self->context.training, training);
  g_set_object (&self->context.validation, validation);
  self->folder = g_strdup (folder);
  self->context.folder = self->folder;

  return self;
}

static AttuneDataset *
lookup (AttuneDatasetStore *datasets,
        AttuneJob          *job,
        const char         *path)
{
  g_autofree char *id = attune_configuration_dup_text (attune_job_get_configuration (job), path);

  return id != NULL ? attune_dataset_store_lookup (datasets, id) : NULL;
}

AttuneHeldContext *
attune_held_context_for_job (AttuneJobStore     *jobs,
                             AttuneDatasetStore *datasets,
                             AttuneJob          *job)
{
  g_autofree char *folder = attune_job_store_dup_job_folder (jobs, job);

  return attune_held_context_new (job,
                                  lookup (datasets, job, "datasets.trainingFileId"),
                                  lookup (datasets, job, "datasets.validationFileId"),
                                  folder);
}

void
attune_held_context_free (AttuneHeldContext *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->context.job);
  g_clear_object (&self->context.training);
  g_clear_object (&self->context.validation);
  g_free (self->folder);
  g_free (self);
}
