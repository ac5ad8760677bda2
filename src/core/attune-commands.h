/* attune-commands.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-credentials.h"
#include "attune-monitor.h"

G_BEGIN_DECLS

/* What the window, attunectl and D-Bus all call: one table of commands, each with typed parameters and a result, both a{sv}.
 *
 *   command                 parameters                                                 result
 *   job-create              provider s, configuration v | a{sv} (as to_variant), personaId s?, name s?,
 *                           training s? validation s? (paths, added as data sets)      jobId s, providerJobId s, estimatedCost d?, estimatedDuration d?
 *   job-status              jobId s                                                    status s, progress d, metrics a{sd}, events aa{sv}, estimatedTimeRemaining d?, …
 *                           (beside it all that job-list tells, and problem a{sv} where the provider did not answer)
 *   job-list                status s?, provider s?                                     jobs aa{sv}
 *   job-cancel, job-pause, job-resume, job-delete   jobId s                            jobId s, status s
 *   job-rename              jobId s, name s                                            the job, as job-list tells it
 *   job-events, job-checkpoints                     jobId s                            events aa{sv} | checkpoints aa{sv}
 *   job-metrics             jobId s                                                    metrics aa{sd}
 *   job-download            jobId s, destination s                                     path s
 *   provider-list           —                                                          providers aa{sv}
 *   provider-capabilities   provider s, model s?, refresh b?                           capabilities a{sv}
 *   provider-test           provider s                                                 provider s, title s (the key was taken)
 *   config-check            provider s?, configuration, training s?, validation s?     valid b, issues aa{sv}
 *   config-translate        provider s, configuration, training s?, validation s?      request s (JSON)
 *   dataset-add             path s, name s?                                            dataset a{sv}
 *   dataset-list            —                                                          datasets aa{sv}
 *   dataset-remove          datasetId s                                                datasetId s
 *   genome/job-create, genome/job-status, genome/provider-capabilities                 the same as their namesakes
 *   genome/train            flat: provider, baseModel, rank, alpha, epochs, learningRate, batchSize, datasetPath…   sessionId s, jobId s, …
 *   genome/train-status     sessionId s                                                as job-status
 */
#define ATTUNE_TYPE_COMMANDS (attune_commands_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCommands, attune_commands, ATTUNE, COMMANDS, GObject)

AttuneCommands     *attune_commands_new          (AttuneRegistry       *registry,
                                                  AttuneJobStore       *jobs,
                                                  AttuneDatasetStore   *datasets,
                                                  AttuneMonitor        *monitor,
                                                  AttuneCredentials    *credentials) G_GNUC_WARN_UNUSED_RESULT;
AttuneRegistry     *attune_commands_get_registry (AttuneCommands       *self);
AttuneJobStore     *attune_commands_get_jobs     (AttuneCommands       *self);
AttuneDatasetStore *attune_commands_get_datasets (AttuneCommands       *self);
AttuneMonitor      *attune_commands_get_monitor  (AttuneCommands       *self);
AttuneCredentials  *attune_commands_get_credentials (AttuneCommands    *self);

/* The dataset library is above core; the programs hand in how a file is checked. Runs in a worker thread. */
typedef gboolean (*AttuneDatasetCheckFunc) (AttuneDataset  *dataset,
                                            GCancellable   *cancellable,
                                            GError        **error);
void                attune_commands_set_dataset_check (AttuneCommands  *self,
                                                  AttuneDatasetCheckFunc func);

/* The names, without the aliases. (transfer none) */
const char * const *attune_commands_list         (AttuneCommands       *self);
/* @parameters a{sv}, sunk. Unknown or wrongly typed parameters are ATTUNE_ERROR_INVALID with their name. */
void                attune_commands_call_async   (AttuneCommands       *self,
                                                  const char           *command,
                                                  GVariant             *parameters,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
/* (transfer full) a{sv} */
GVariant           *attune_commands_call_finish  (AttuneCommands       *self,
                                                  GAsyncResult         *result,
                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* The id of the person who works here, made once and kept (0600) in the data folder. */
const char         *attune_commands_get_persona_id (AttuneCommands     *self);

G_END_DECLS
