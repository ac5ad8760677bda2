/* attune-commands.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-commands"

#include "config.h"

#include "attune-commands-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "attune-error.h"
#include "attune-paths.h"

G_DEFINE_FINAL_TYPE (AttuneCommands, attune_commands, G_TYPE_OBJECT)

#define MAX_PARAMETERS 8

typedef struct {
  const char             *name;
  const char             *alias;      /* the mission's name; NULL where it has none */
  gboolean                hidden;     /* there under its alias alone */
  gboolean                open;       /* takes any parameter: the function knows them */
  AttuneCommandFunc       run;
  AttuneCommandParameter  parameters[MAX_PARAMETERS];
} Command;

/* Every row is a command of the window, of attunectl and of D-Bus. To add one is to add a row and its function. */
static const Command commands[] = {
  {
    .name = "job-create", .alias = "genome/job-create", .run = attune_command_job_create,
    .parameters = {
      { "provider", ATTUNE_COMMAND_TEXT, TRUE },
      { "configuration", ATTUNE_COMMAND_CONFIGURATION, TRUE },
      { "personaId", ATTUNE_COMMAND_TEXT, FALSE },
      { "name", ATTUNE_COMMAND_TEXT, FALSE },
      { "training", ATTUNE_COMMAND_TEXT, FALSE },
      { "validation", ATTUNE_COMMAND_TEXT, FALSE },
    },
  },
  {
    .name = "job-status", .alias = "genome/job-status", .run = attune_command_job_status,
    .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE } },
  },
  {
    .name = "job-list", .run = attune_command_job_list,
    .parameters = { { "status", ATTUNE_COMMAND_TEXT, FALSE }, { "provider", ATTUNE_COMMAND_TEXT, FALSE } },
  },
  { .name = "job-cancel", .run = attune_command_job_cancel, .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE } } },
  { .name = "job-pause", .run = attune_command_job_pause, .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE } } },
  { .name = "job-resume", .run = attune_command_job_resume, .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE } } },
  {
    .name = "job-delete", .run = attune_command_job_delete,
    .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE }, { "remote", ATTUNE_COMMAND_BOOLEAN, FALSE } },
  },
  {
    .name = "job-rename", .run = attune_command_job_rename,
    .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE }, { "name", ATTUNE_COMMAND_TEXT, TRUE } },
  },
  { .name = "job-events", .run = attune_command_job_events, .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE } } },
  { .name = "job-metrics", .run = attune_command_job_metrics, .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE } } },
  { .name = "job-checkpoints", .run = attune_command_job_checkpoints, .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE } } },
  {
    .name = "job-download", .run = attune_command_job_download,
    .parameters = { { "jobId", ATTUNE_COMMAND_TEXT, TRUE }, { "destination", ATTUNE_COMMAND_TEXT, TRUE } },
  },
  { .name = "provider-list", .run = attune_command_provider_list },
  {
    .name = "provider-capabilities", .alias = "genome/provider-capabilities", .run = attune_command_provider_capabilities,
    .parameters = {
      { "provider", ATTUNE_COMMAND_TEXT, TRUE },
      { "model", ATTUNE_COMMAND_TEXT, FALSE },
      { "refresh", ATTUNE_COMMAND_BOOLEAN, FALSE },
    },
  },
  {
    .name = "provider-test", .run = attune_command_provider_test,
    .parameters = { { "provider", ATTUNE_COMMAND_TEXT, TRUE } },
  },
  {
    .name = "config-check", .run = attune_command_config_check,
    .parameters = {
      { "configuration", ATTUNE_COMMAND_CONFIGURATION, TRUE },
      { "provider", ATTUNE_COMMAND_TEXT, FALSE },
      { "training", ATTUNE_COMMAND_TEXT, FALSE },
      { "validation", ATTUNE_COMMAND_TEXT, FALSE },
    },
  },
  {
    .name = "config-translate", .run = attune_command_config_translate,
    .parameters = {
      { "provider", ATTUNE_COMMAND_TEXT, TRUE },
      { "configuration", ATTUNE_COMMAND_CONFIGURATION, TRUE },
      { "training", ATTUNE_COMMAND_TEXT, FALSE },
      { "validation", ATTUNE_COMMAND_TEXT, FALSE },
    },
  },
  {
    .name = "dataset-add", .run = attune_command_dataset_add,
    .parameters = { { "path", ATTUNE_COMMAND_TEXT, TRUE }, { "name", ATTUNE_COMMAND_TEXT, FALSE } },
  },
  { .name = "dataset-list", .run = attune_command_dataset_list },
  {
    .name = "dataset-remove", .run = attune_command_dataset_remove,
    .parameters = { { "datasetId", ATTUNE_COMMAND_TEXT, TRUE } },
  },
  { .name = "train", .alias = "genome/train", .hidden = TRUE, .open = TRUE, .run = attune_command_train },
  {
    .name = "train-status", .alias = "genome/train-status", .hidden = TRUE, .run = attune_command_train_status,
    .parameters = { { "sessionId", ATTUNE_COMMAND_TEXT, TRUE } },
  },
};

static void
attune_commands_finalize (GObject *object)
{
  AttuneCommands *self = ATTUNE_COMMANDS (object);

  g_clear_object (&self->registry);
  g_clear_object (&self->jobs);
  g_clear_object (&self->datasets);
  g_clear_object (&self->monitor);
  g_clear_object (&self->credentials);
  g_free (self->persona_id);
  g_hash_table_unref (self->creating);

  G_OBJECT_CLASS (attune_commands_parent_class)->finalize (object);
}

static void
attune_commands_class_init (AttuneCommandsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_commands_finalize;
}

static void
attune_commands_init (AttuneCommands *self)
{
  self->creating = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

AttuneCommands *
attune_commands_new (AttuneRegistry     *registry,
                     AttuneJobStore     *jobs,
                     AttuneDatasetStore *datasets,
                     AttuneMonitor      *monitor,
                     AttuneCredentials  *credentials)
{
  AttuneCommands *self;

  g_return_val_if_fail (ATTUNE_IS_REGISTRY (registry), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (jobs), NULL);
  g_return_val_if_fail (ATTUNE_IS_DATASET_STORE (datasets), NULL);
  g_return_val_if_fail (ATTUNE_IS_MONITOR (monitor), NULL);
  g_return_val_if_fail (ATTUNE_IS_CREDENTIALS (credentials), NULL);

  self = g_object_new (ATTUNE_TYPE_COMMANDS, NULL);
  self->registry = g_object_ref (registry);
  self->jobs = g_object_ref (jobs);
  self->datasets = g_object_ref (datasets);
  self->monitor = g_object_ref (monitor);
  self->credentials = g_object_ref (credentials);

  return self;
}

AttuneRegistry *
attune_commands_get_registry (AttuneCommands *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMMANDS (self), NULL);

  return self->registry;
}

AttuneJobStore *
attune_commands_get_jobs (AttuneCommands *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMMANDS (self), NULL);

  return self->jobs;
}

AttuneDatasetStore *
attune_commands_get_datasets (AttuneCommands *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMMANDS (self), NULL);

  return self->datasets;
}

AttuneMonitor *
attune_commands_get_monitor (AttuneCommands *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMMANDS (self), NULL);

  return self->monitor;
}

AttuneCredentials *
attune_commands_get_credentials (AttuneCommands *self)
{
  g_return_val_if_fail (ATTUNE_IS_COMMANDS (self), NULL);

  return self->credentials;
}

void
attune_commands_set_dataset_check (AttuneCommands         *self,
                                   AttuneDatasetCheckFunc  func)
{
  g_return_if_fail (ATTUNE_IS_COMMANDS (self));

  self->dataset_check = func;
}

const char * const *
attune_commands_list (AttuneCommands *self)
{
  static const char *names[G_N_ELEMENTS (commands) + 1];
  static gsize once;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (self), NULL);

  if (g_once_init_enter (&once))
    {
      guint n_names = 0;

      for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
        if (!commands[i].hidden)
          names[n_names++] = commands[i].name;
      g_once_init_leave (&once, 1);
    }

  return names;
}

static const Command *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if ((!commands[i].hidden && g_str_equal (commands[i].name, name))
        || g_strcmp0 (commands[i].alias, name) == 0)
      return &commands[i];

  return NULL;
}

static const AttuneCommandParameter *
find_parameter (const Command *command,
                const char    *name)
{
  for (guint i = 0; i < MAX_PARAMETERS && command->parameters[i].name != NULL; i++)
    if (g_str_equal (command->parameters[i].name, name))
      return &command->parameters[i];

  return NULL;
}

static gboolean
check_value (const AttuneCommandParameter  *parameter,
             GVariant                      *value,
             GError                       **error)
{
  switch (parameter->type)
    {
    case ATTUNE_COMMAND_TEXT:
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has to be a text"), parameter->name);
      else if (*g_variant_get_string (value, NULL) == '\0')
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s is empty"), parameter->name);
      else
        return TRUE;
      return FALSE;

    case ATTUNE_COMMAND_BOOLEAN:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        return TRUE;
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has to be true or false"), parameter->name);
      return FALSE;

    case ATTUNE_COMMAND_CONFIGURATION:
    default:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) || g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        return TRUE;
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("%s has to be a configuration: its values by path, or a text with its JSON document"), parameter->name);
      return FALSE;
    }
}

/* The same parameters with variants in variants unpacked, once all of them are known and of the right type. (transfer full) */
static GVariant *
check_parameters (const Command  *command,
                  GVariant       *parameters,
                  GError        **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  const char *name;
  GVariant *child;

  g_variant_iter_init (&iter, parameters);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &child))
    {
      const AttuneCommandParameter *parameter = find_parameter (command, name);
      g_autoptr (GVariant) value = g_variant_ref (child);

      while (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
        {
          GVariant *inner = g_variant_get_variant (value);

          g_variant_unref (value);
          value = inner;
        }

      if (parameter == NULL && !command->open)
        {
          g_autoptr (GString) known = g_string_new (NULL);

          for (guint i = 0; i < MAX_PARAMETERS && command->parameters[i].name != NULL; i++)
            g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", command->parameters[i].name);
          if (known->len > 0)
            /* translators: a command, a parameter that it does not have, and those that it has */
            g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has no parameter “%s”, but: %s"),
                         command->name, name, known->str);
          else
            g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has no parameters; “%s” was given"),
                         command->name, name);
          g_variant_unref (child);
          return NULL;
        }
      if (parameter != NULL && !check_value (parameter, value, error))
        {
          g_variant_unref (child);
          return NULL;
        }
      g_variant_builder_add (&builder, "{sv}", name, value);
    }

  for (guint i = 0; i < MAX_PARAMETERS && command->parameters[i].name != NULL; i++)
    {
      const AttuneCommandParameter *parameter = &command->parameters[i];
      g_autoptr (GVariant) value = g_variant_lookup_value (parameters, parameter->name, NULL);

      if (parameter->required && value == NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s needs the parameter “%s”"),
                       command->name, parameter->name);
          return NULL;
        }
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

void
attune_commands_call_async (AttuneCommands      *self,
                            const char          *command,
                            GVariant            *parameters,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GVariant) sunk = NULL;
  g_autoptr (GVariant) checked = NULL;
  const Command *found;
  GError *error = NULL;

  g_return_if_fail (ATTUNE_IS_COMMANDS (self));
  g_return_if_fail (command != NULL);
  g_return_if_fail (parameters != NULL && g_variant_is_of_type (parameters, G_VARIANT_TYPE_VARDICT));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  sunk = g_variant_ref_sink (parameters);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_commands_call_async);
  /* What was done was done, and is told, even where somebody would rather it had not been. */
  g_task_set_check_cancellable (task, FALSE);

  found = find_command (command);
  if (found == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("There is no command “%s”"), command);
      return;
    }

  checked = check_parameters (found, sunk, &error);
  if (checked == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  found->run (self, g_steal_pointer (&task), checked);
}

GVariant *
attune_commands_call_finish (AttuneCommands  *self,
                             GAsyncResult    *result,
                             GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_commands_call_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
attune_commands_return (GTask    *task,
                        GVariant *result)
{
  g_task_return_pointer (task, g_variant_ref_sink (result), (GDestroyNotify) g_variant_unref);
  g_object_unref (task);
}

void
attune_commands_return_error (GTask  *task,
                              GError *error)
{
  attune_error_convert (&error);
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
attune_commands_in_thread (GTaskThreadFunc     work,
                           GAsyncReadyCallback done,
                           gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, done, data);

  g_task_set_source_tag (task, attune_commands_in_thread);
  g_task_set_task_data (task, data, NULL);
  g_task_run_in_thread (task, work);
}

const char *
attune_commands_peek_text (GVariant   *parameters,
                           const char *name)
{
  const char *text = NULL;

  g_variant_lookup (parameters, name, "&s", &text);
  return text;
}

gboolean
attune_commands_peek_boolean (GVariant   *parameters,
                              const char *name)
{
  gboolean value = FALSE;

  g_variant_lookup (parameters, name, "b", &value);
  return value;
}

AttuneConfiguration *
attune_commands_read_configuration (GVariant  *parameters,
                                    GError   **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (parameters, "configuration", NULL);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return attune_configuration_new_from_data (g_variant_get_string (value, NULL), -1, NULL, error);

  return attune_configuration_new_from_variant (value, error);
}

AttuneJob *
attune_commands_find_job (AttuneCommands  *self,
                          GVariant        *parameters,
                          GError         **error)
{
  return attune_job_store_find (self->jobs, attune_commands_peek_text (parameters, "jobId"), error);
}

AttuneAdapter *
attune_commands_find_adapter (AttuneCommands  *self,
                              GVariant        *parameters,
                              GError         **error)
{
  return attune_registry_lookup (self->registry, attune_commands_peek_text (parameters, "provider"), error);
}

static char *
read_persona (const char *path)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  g_strstrip (text);

  return g_uuid_string_is_valid (text) ? g_steal_pointer (&text) : NULL;
}

const char *
attune_commands_get_persona_id (AttuneCommands *self)
{
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autofree char *lock_path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (AttuneFileLock) lock = NULL;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (self), NULL);

  if (self->persona_id != NULL)
    return self->persona_id;

  folder = attune_paths_dup_data_folder ();
  path = g_build_filename (folder, "persona", NULL);
  self->persona_id = read_persona (path);
  if (self->persona_id != NULL)
    return self->persona_id;

  /* Two processes that start for the first time at once agree on one. */
  lock_path = g_build_filename (folder, ".persona.lock", NULL);
  if (g_mkdir_with_parents (folder, 0700) == 0)
    lock = attune_file_lock_acquire (lock_path, ATTUNE_FILE_LOCK_PATIENCE, &error);
  else
    g_set_error (&error, G_FILE_ERROR, (int) g_file_error_from_errno (errno), "%s", g_strerror (errno));
  if (lock != NULL)
    self->persona_id = read_persona (path);
  if (self->persona_id != NULL)
    return self->persona_id;

  self->persona_id = g_uuid_string_random ();
  text = g_strconcat (self->persona_id, "\n", NULL);
  if (lock == NULL
      || !g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &error))
    g_message ("%s could not be written, so it will be another one the next time: %s",
               path, error->message);

  return self->persona_id;
}
