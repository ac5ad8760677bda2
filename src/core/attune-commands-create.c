/* attune-commands-create.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-commands"

#include "config.h"

#include "attune-commands-create.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-json.h"
#include "attune-migration.h"

void
attune_create_free (AttuneCreate *create)
{
  if (create->chained != 0)
    g_cancellable_disconnect (g_task_get_cancellable (create->task), create->chained);
  if (create->status_handler != 0)
    g_signal_handler_disconnect (create->job, create->status_handler);
  if (create->job != NULL
      && g_hash_table_lookup (create->self->creating, attune_job_get_id (create->job)) == create->cancellable)
    g_hash_table_remove (create->self->creating, attune_job_get_id (create->job));
  g_clear_pointer (&create->claim, attune_file_lock_release);
  g_clear_pointer (&create->held, attune_held_context_free);
  attune_command_data_clear (&create->data);
  g_clear_object (&create->adapter);
  g_clear_object (&create->configuration);
  g_clear_object (&create->job);
  g_clear_object (&create->cancellable);
  g_clear_object (&create->self);
  g_clear_object (&create->task);
  g_clear_error (&create->failure);
  g_clear_error (&create->claim_error);
  g_free (create->persona_id);
  g_free (create->name);
  g_free (create);
}

static void
chain_cb (GCancellable *cancellable,
          gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

static AttuneCreate *
create_new (AttuneCommands *self,
            GTask          *task)
{
  AttuneCreate *create = g_new0 (AttuneCreate, 1);
  GCancellable *callers = g_task_get_cancellable (task);

  create->task = task;
  create->self = g_object_ref (self);
  create->cancellable = g_cancellable_new ();
  if (callers != NULL)
    create->chained = g_cancellable_connect (callers, G_CALLBACK (chain_cb), create->cancellable, NULL);

  return create;
}

void
attune_create_give_up (AttuneCreate *create,
         GError *error)
{
  GTask *task = g_object_ref (create->task);

  attune_create_free (create);
  attune_commands_return_error (task, error);
}

static void save_data_step (AttuneCreate *create);

static void
data_saved_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  AttuneCreate *create = user_data;
  GError *error = NULL;

  if (!attune_dataset_store_save_finish (ATTUNE_DATASET_STORE (source), result, &error))
    attune_create_give_up (create, error);
  else
    save_data_step (create);
}

static void
save_data_step (AttuneCreate *create)
{
  AttuneDataset *dataset = NULL;

  if (create->data.training_changed)
    dataset = create->data.training;
  else if (create->data.validation_changed && create->data.validation != create->data.training)
    dataset = create->data.validation;

  if (dataset == NULL)
    {
      attune_create_make_job (create);
      return;
    }

  if (dataset == create->data.training)
    create->data.training_changed = FALSE;
  else
    create->data.validation_changed = FALSE;
  attune_dataset_store_save_async (create->self->datasets, dataset, NULL, data_saved_cb, create);
}

/* Step 4. */
static void
check_with_adapter (AttuneCreate *create)
{
  g_autoptr (AttuneHeldContext) held =
    attune_held_context_new (NULL, create->data.training, create->data.validation, NULL);
  g_autoptr (AttuneValidation) validation =
    attune_adapter_validate_configuration (create->adapter, create->configuration, &held->context);
  GError *error = NULL;

  if (!attune_validation_to_error (validation, &error))
    attune_create_give_up (create, error);
  else if (g_cancellable_is_cancelled (create->cancellable))
    attune_create_give_up (create, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, _("The job was cancelled before it was made")));
  else
    save_data_step (create);
}

static void
resolved_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  AttuneCreate *create = user_data;
  GError *error = NULL;

  if (!attune_commands_resolve_data_finish (ATTUNE_COMMANDS (source), result, &create->data, &error))
    {
      attune_create_give_up (create, error);
      return;
    }

  check_with_adapter (create);
}

typedef struct {
  AttuneCreate *create;
  char   *training;
  char   *validation;
} Files;

static void
files_free (Files *files)
{
  g_free (files->training);
  g_free (files->validation);
  g_free (files);
}

static void
capabilities_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Files *files = user_data;
  AttuneCreate *create = files->create;
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneCapabilities) capabilities =
    attune_adapter_load_capabilities_finish (ATTUNE_ADAPTER (source), result, &error);

  /* Without news the limits that were known before are in force; if the provider cannot be reached at all, sending says so. */
  if (capabilities == NULL)
    g_debug ("The limits of %s could not be loaded: %s", attune_adapter_get_id (create->adapter), error->message);

  if (g_cancellable_is_cancelled (create->cancellable))
    attune_create_give_up (create, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, _("The job was cancelled before it was made")));
  else
    attune_commands_resolve_data_async (create->self, create->configuration, files->training, files->validation,
                                        TRUE, create->cancellable, resolved_cb, create);
  files_free (files);
}

/* Steps 1 to 3. The data sets of the paths are not known yet; the universal check is told of them by any id. */
static void
begin (AttuneCreate     *create,
       const char *provider,
       const char *training,
       const char *validation)
{
  g_autoptr (AttuneConfiguration) tried = attune_configuration_copy (create->configuration);
  g_autoptr (AttuneValidation) validity = attune_validation_new ();
  AttuneAdapter *adapter;
  GError *error = NULL;
  Files *files;

  if (training != NULL)
    attune_configuration_set_value (tried, "datasets.trainingFileId", g_variant_new_take_string (g_uuid_string_random ()));
  if (validation != NULL)
    attune_configuration_set_value (tried, "datasets.validationFileId", g_variant_new_take_string (g_uuid_string_random ()));
  attune_validation_check_universal (validity, tried);
  adapter = attune_registry_lookup (create->self->registry, provider, NULL);
  if (adapter != NULL)
    {
      g_autoptr (AttuneCapabilities) known = attune_adapter_dup_capabilities (adapter);

      attune_validation_drop_unsupported (validity, known);
    }
  if (!attune_validation_to_error (validity, &error))
    {
      attune_create_give_up (create, error);
      return;
    }

  adapter = attune_registry_lookup (create->self->registry, provider, &error);
  if (adapter == NULL)
    {
      attune_create_give_up (create, error);
      return;
    }
  create->adapter = g_object_ref (adapter);

  files = g_new0 (Files, 1);
  files->create = create;
  files->training = g_strdup (training);
  files->validation = g_strdup (validation);
  attune_adapter_load_capabilities_async (adapter, FALSE, create->cancellable, capabilities_cb, files);
}

static gboolean
take_persona (AttuneCreate      *create,
              const char  *persona_id,
              GError     **error)
{
  if (persona_id != NULL && !g_uuid_string_is_valid (persona_id))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("personaId is “%s”, which is no UUID"), persona_id);
      return FALSE;
    }

  create->persona_id = g_strdup (persona_id != NULL ? persona_id : attune_commands_get_persona_id (create->self));
  return TRUE;
}

void
attune_command_job_create (AttuneCommands *self,
                           GTask          *task,
                           GVariant       *parameters)
{
  AttuneCreate *create = create_new (self, task);
  GError *error = NULL;

  create->configuration = attune_commands_read_configuration (parameters, &error);
  if (create->configuration == NULL
      || !take_persona (create, attune_commands_peek_text (parameters, "personaId"), &error))
    {
      attune_create_give_up (create, error);
      return;
    }

  create->name = g_strdup (attune_commands_peek_text (parameters, "name"));
  begin (create,
         attune_commands_peek_text (parameters, "provider"),
         attune_commands_peek_text (parameters, "training"),
         attune_commands_peek_text (parameters, "validation"));
}

void
attune_command_train (AttuneCommands *self,
                      GTask          *task,
                      GVariant       *parameters)
{
  AttuneCreate *create = create_new (self, task);
  g_autoptr (JsonNode) document = attune_json_from_variant (parameters);
  g_autoptr (AttuneMigration) migration = NULL;
  GError *error = NULL;

  create->is_session = TRUE;
  if (document == NULL)
    {
      attune_create_give_up (create, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("genome/train takes texts, numbers and truth values")));
      return;
    }

  migration = attune_migration_run (document, &error);
  if (migration == NULL || !take_persona (create, migration->persona_id, &error))
    {
      attune_create_give_up (create, error);
      return;
    }
  if (migration->provider == NULL)
    {
      attune_create_give_up (create, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("genome/train needs the parameter “provider”")));
      return;
    }

  create->configuration = g_object_ref (migration->configuration);
  create->name = g_strdup (migration->name);
  begin (create, migration->provider, migration->training_path, migration->validation_path);
}

void
attune_commands_send_again (AttuneCommands *self,
                            GTask          *task,
                            AttuneJob      *job)
{
  AttuneCreate *create = create_new (self, task);

  create->again = TRUE;
  create->job = g_object_ref (job);
  create->configuration = g_object_ref (attune_job_get_configuration (job));
  begin (create, attune_job_get_provider (job), NULL, NULL);
}

gboolean
attune_commands_cancel_sending (AttuneCommands *self,
                                AttuneJob      *job)
{
  GCancellable *cancellable = g_hash_table_lookup (self->creating, attune_job_get_id (job));

  if (cancellable == NULL)
    return FALSE;

  g_cancellable_cancel (cancellable);
  return TRUE;
}
