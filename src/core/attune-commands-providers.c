/* attune-commands-providers.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-commands-private.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-json.h"

static const char * const operations[] = {
  "cancel", "pause", "resume", "delete", "checkpoints", "download", "estimate", "test-credentials", "upload", "find", NULL
};

void
attune_command_provider_list (AttuneCommands *self,
                              GTask          *task,
                              GVariant       *parameters)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->registry));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (G_LIST_MODEL (self->registry), i);
      const char *credential = attune_adapter_get_credential (adapter);
      GVariantDict provider = G_VARIANT_DICT_INIT (NULL);
      GVariantBuilder actions = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));

      g_variant_dict_insert (&provider, "id", "s", attune_adapter_get_id (adapter));
      g_variant_dict_insert (&provider, "title", "s", attune_adapter_get_title (adapter));
      g_variant_dict_insert (&provider, "description", "s", attune_adapter_get_description (adapter));
      if (credential != NULL)
        g_variant_dict_insert (&provider, "credential", "s", credential);
      for (guint j = 0; operations[j] != NULL; j++)
        if (attune_adapter_can (adapter, operations[j]))
          g_variant_builder_add (&actions, "s", operations[j]);
      g_variant_dict_insert_value (&provider, "actions", g_variant_builder_end (&actions));
      g_variant_builder_add_value (&builder, g_variant_dict_end (&provider));
    }
  g_variant_dict_insert_value (&dict, "providers", g_variant_builder_end (&builder));
  attune_commands_return (task, g_variant_dict_end (&dict));
}

typedef struct {
  GTask               *task;
  AttuneAdapter       *adapter; /* NULL: only the universal check */
  AttuneConfiguration *configuration;
  char                *model;
  gboolean             refresh;
} Request;

static void
request_free (Request *request)
{
  g_clear_object (&request->task);
  g_clear_object (&request->adapter);
  g_clear_object (&request->configuration);
  g_free (request->model);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
capabilities_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (Request) request = user_data;
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (GError) error = NULL;

  capabilities = attune_adapter_load_capabilities_finish (ATTUNE_ADAPTER (source), result, &error);
  attune_error_convert (&error);
  if (capabilities == NULL && (request->refresh || attune_error_is_cancelled (error)))
    {
      attune_commands_return_error (g_steal_pointer (&request->task), g_steal_pointer (&error));
      return;
    }

  /* What was known before is better than nothing, as long as it is said that it is that. */
  if (capabilities == NULL)
    {
      capabilities = attune_adapter_dup_capabilities (request->adapter);
      g_variant_dict_insert_value (&dict, "problem", attune_error_to_variant (error));
    }
  if (request->model != NULL)
    {
      AttuneCapabilities *narrowed = attune_capabilities_for_model (capabilities, request->model);

      g_object_unref (capabilities);
      capabilities = narrowed;
    }

  g_variant_dict_insert_value (&dict, "capabilities", attune_capabilities_get_variant (capabilities));
  attune_commands_return (g_steal_pointer (&request->task), g_variant_dict_end (&dict));
}

void
attune_command_provider_capabilities (AttuneCommands *self,
                                      GTask          *task,
                                      GVariant       *parameters)
{
  GError *error = NULL;
  AttuneAdapter *adapter = attune_commands_find_adapter (self, parameters, &error);
  Request *request;

  if (adapter == NULL)
    {
      attune_commands_return_error (task, error);
      return;
    }

  request = g_new0 (Request, 1);
  request->task = task;
  request->adapter = g_object_ref (adapter);
  request->model = g_strdup (attune_commands_peek_text (parameters, "model"));
  request->refresh = attune_commands_peek_boolean (parameters, "refresh");
  attune_adapter_load_capabilities_async (adapter, request->refresh, g_task_get_cancellable (task), capabilities_cb, request);
}

static void
tested_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *task = user_data;
  AttuneAdapter *adapter = ATTUNE_ADAPTER (source);
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  GError *error = NULL;

  if (!attune_adapter_test_credentials_finish (adapter, result, &error))
    {
      attune_commands_return_error (task, error);
      return;
    }

  g_variant_dict_insert (&dict, "provider", "s", attune_adapter_get_id (adapter));
  g_variant_dict_insert (&dict, "title", "s", attune_adapter_get_title (adapter));
  attune_commands_return (task, g_variant_dict_end (&dict));
}

void
attune_command_provider_test (AttuneCommands *self,
                              GTask          *task,
                              GVariant       *parameters)
{
  GError *error = NULL;
  AttuneAdapter *adapter = attune_commands_find_adapter (self, parameters, &error);

  if (adapter == NULL)
    attune_commands_return_error (task, error);
  else
    attune_adapter_test_credentials_async (adapter, g_task_get_cancellable (task), tested_cb, task);
}

/* Finds the provider and reads the configuration of config-check and config-translate; NULL with @task ended. */
static Request *
request_new (AttuneCommands *self,
             GTask          *task,
             GVariant       *parameters)
{
  g_autoptr (Request) request = g_new0 (Request, 1);
  GError *error = NULL;

  if (attune_commands_peek_text (parameters, "provider") != NULL)
    {
      AttuneAdapter *adapter = attune_commands_find_adapter (self, parameters, &error);

      if (adapter == NULL)
        {
          attune_commands_return_error (task, error);
          return NULL;
        }
      request->adapter = g_object_ref (adapter);
    }

  request->configuration = attune_commands_read_configuration (parameters, &error);
  if (request->configuration == NULL)
    {
      attune_commands_return_error (task, error);
      return NULL;
    }

  request->task = task;
  return g_steal_pointer (&request);
}

static void
check_resolved_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (AttuneValidation) validation = NULL;
  g_autoptr (AttuneHeldContext) held = NULL;
  AttuneCommandData data = { NULL };
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;

  if (!attune_commands_resolve_data_finish (ATTUNE_COMMANDS (source), result, &data, &error)
      && !g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID)
      && !g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND)
      && !g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED))
    {
      attune_commands_return_error (g_steal_pointer (&request->task), g_steal_pointer (&error));
      return;
    }

  held = attune_held_context_new (NULL, data.training, data.validation, NULL);
  if (request->adapter != NULL)
    {
      validation = attune_adapter_validate_configuration (request->adapter, request->configuration, &held->context);
    }
  else
    {
      validation = attune_validation_new ();
      attune_validation_check_universal (validation, request->configuration);
    }
  /* A data file that cannot be used is one more thing that is wrong, beside all the others. */
  if (error != NULL)
    attune_validation_add (validation, data.failed, ATTUNE_SEVERITY_ERROR, "data", NULL, "%s", error->message);

  g_variant_dict_insert (&dict, "valid", "b", attune_validation_is_valid (validation));
  g_variant_dict_insert_value (&dict, "issues", attune_validation_to_variant (validation));
  attune_commands_return (g_steal_pointer (&request->task), g_variant_dict_end (&dict));
  attune_command_data_clear (&data);
}

void
attune_command_config_check (AttuneCommands *self,
                             GTask          *task,
                             GVariant       *parameters)
{
  Request *request = request_new (self, task, parameters);

  if (request != NULL)
    attune_commands_resolve_data_async (self, request->configuration,
                                        attune_commands_peek_text (parameters, "training"),
                                        attune_commands_peek_text (parameters, "validation"),
                                        TRUE, g_task_get_cancellable (task), check_resolved_cb, request);
}

static void
translate_resolved_cb (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (AttuneHeldContext) held = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  AttuneCommandData data = { NULL };
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  GError *error = NULL;

  if (attune_commands_resolve_data_finish (ATTUNE_COMMANDS (source), result, &data, &error))
    {
      held = attune_held_context_new (NULL, data.training, data.validation, NULL);
      node = attune_adapter_translate_configuration (request->adapter, request->configuration, &held->context, &error);
    }
  attune_command_data_clear (&data);
  if (node == NULL)
    {
      attune_commands_return_error (g_steal_pointer (&request->task), error);
      return;
    }

  text = attune_json_write (node, TRUE);
  g_variant_dict_insert (&dict, "request", "s", text);
  attune_commands_return (g_steal_pointer (&request->task), g_variant_dict_end (&dict));
}

void
attune_command_config_translate (AttuneCommands *self,
                                 GTask          *task,
                                 GVariant       *parameters)
{
  Request *request = request_new (self, task, parameters);

  /* Offline and at once: the rows of the data are not looked at. */
  if (request != NULL)
    attune_commands_resolve_data_async (self, request->configuration,
                                        attune_commands_peek_text (parameters, "training"),
                                        attune_commands_peek_text (parameters, "validation"),
                                        FALSE, g_task_get_cancellable (task), translate_resolved_cb, request);
}
