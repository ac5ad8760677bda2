/* attune-commands-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-commands.h"
#include "attune-held-context.h"
#include "attune-monitor-private.h"

G_BEGIN_DECLS

struct _AttuneCommands
{
  GObject                 parent_instance;

  AttuneRegistry         *registry;
  AttuneJobStore         *jobs;
  AttuneDatasetStore     *datasets;
  AttuneMonitor          *monitor;
  AttuneCredentials      *credentials;
  AttuneDatasetCheckFunc  dataset_check;
  char                   *persona_id;
  GHashTable             *creating; /* id of a job that this process is sending → its GCancellable */
};

typedef enum {
  ATTUNE_COMMAND_TEXT,
  ATTUNE_COMMAND_BOOLEAN,
  ATTUNE_COMMAND_CONFIGURATION, /* a{sv} as of attune_configuration_to_variant(), or a text with the JSON document */
} AttuneCommandType;

typedef struct {
  const char        *name;
  AttuneCommandType  type;
  gboolean           required;
} AttuneCommandParameter;

/* @task: (transfer full), ends with attune_commands_return() or an error. The parameters were checked. */
typedef void (*AttuneCommandFunc) (AttuneCommands *self,
                                   GTask          *task,
                                   GVariant       *parameters);

/* Tells a thread's work from the thread: @done gets @data back in the caller's context. Nothing of ours is finalized in the thread. */
void         attune_commands_in_thread         (GTaskThreadFunc      work,
                                                GAsyncReadyCallback  done,
                                                gpointer             data);
/* Both take @task; @result is sunk. */
void         attune_commands_return            (GTask               *task,
                                                GVariant            *result);
void         attune_commands_return_error      (GTask               *task,
                                                GError              *error);
/* Borrowed from @parameters; NULL where it was not given. */
const char  *attune_commands_peek_text         (GVariant            *parameters,
                                                const char          *name);
gboolean     attune_commands_peek_boolean      (GVariant            *parameters,
                                                const char          *name);
AttuneConfiguration *attune_commands_read_configuration (GVariant   *parameters,
                                                GError             **error);
AttuneJob   *attune_commands_find_job          (AttuneCommands      *self,
                                                GVariant            *parameters,
                                                GError             **error);
AttuneAdapter *attune_commands_find_adapter    (AttuneCommands      *self,
                                                GVariant            *parameters,
                                                GError             **error);
/* An AttuneProgressFunc whose data is an AttuneJob: notes what is done with it just now. */
void         attune_commands_note_progress     (double               fraction,
                                                const char          *message,
                                                gpointer             job);
/* {"jobId", "status"} (floating) */
GVariant    *attune_commands_job_state         (AttuneJob           *job);

/* Entities as a{sv}, under the names that they have in their JSON documents. (floating) */
GVariant    *attune_job_to_variant             (AttuneJob           *job,
                                                GPtrArray           *events,   /* (nullable) */
                                                const GError        *problem); /* (nullable) */
GVariant    *attune_event_to_variant           (const AttuneEvent   *event);
GVariant    *attune_events_to_variant          (GPtrArray           *events,
                                                guint                from);
GVariant    *attune_checkpoints_to_variant     (GPtrArray           *checkpoints);
GVariant    *attune_metric_points_to_variant   (GArray              *points);
GVariant    *attune_dataset_to_variant         (AttuneDataset       *dataset);
GVariant    *attune_validation_to_variant      (AttuneValidation    *validation);
GVariant    *attune_error_to_variant           (const GError        *error);

/* The data sets of a configuration: from paths, or from the ids in it. attune-commands-datasets.c */
typedef struct {
  AttuneDataset *training;
  AttuneDataset *validation;
  gboolean       training_changed;   /* is to be saved before a job refers to it */
  gboolean       validation_changed;
  const char    *failed;             /* the setting whose data set cannot be used; set where the finish function says FALSE */
} AttuneCommandData;
void         attune_command_data_clear         (AttuneCommandData   *self);
/* Finds or makes the entities, sets their ids in @configuration, and checks the files that were not, or have changed since. Nothing is saved. */
void         attune_commands_resolve_data_async (AttuneCommands     *self,
                                                AttuneConfiguration *configuration,
                                                const char          *training,
                                                const char          *validation,
                                                gboolean             check,
                                                GCancellable        *cancellable,
                                                GAsyncReadyCallback  callback,
                                                gpointer             user_data);
gboolean     attune_commands_resolve_data_finish (AttuneCommands    *self,
                                                GAsyncResult        *result,
                                                AttuneCommandData   *data,
                                                GError             **error);

/* Sends a job that never reached its provider once more; attune-commands-create.c. Takes @task. */
void         attune_commands_send_again        (AttuneCommands      *self,
                                                GTask               *task,
                                                AttuneJob           *job);
/* Whether the job is being prepared or sent by this process; cancels it if so. */
gboolean     attune_commands_cancel_sending    (AttuneCommands      *self,
                                                AttuneJob           *job);

void attune_command_job_create            (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_train                 (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_train_status          (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_status            (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_list              (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_cancel            (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_pause             (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_resume            (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_delete            (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_rename            (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_events            (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_metrics           (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_checkpoints       (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_job_download          (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_provider_list         (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_provider_capabilities (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_provider_test         (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_config_check          (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_config_translate      (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_dataset_add           (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_dataset_list          (AttuneCommands *self, GTask *task, GVariant *parameters);
void attune_command_dataset_remove        (AttuneCommands *self, GTask *task, GVariant *parameters);

G_END_DECLS
