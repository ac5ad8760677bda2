/* attune-example.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-example.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-json.h"
#include "attune-migration.h"
#include "attune-paths.h"

/* The provider that the recipe names, else the first one that has its model: the window knows none by name. */
static char *
choose_provider (AttuneCommands  *commands,
                 AttuneMigration *recipe)
{
  GListModel *registry = G_LIST_MODEL (attune_commands_get_registry (commands));
  g_autofree char *model = attune_configuration_dup_text (recipe->configuration, "model.baseModel");
  g_autoptr (AttuneAdapter) first = NULL;

  if (recipe->provider != NULL)
    return g_strdup (recipe->provider);

  for (guint i = 0; i < g_list_model_get_n_items (registry); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (registry, i);
      g_autoptr (AttuneCapabilities) capabilities = attune_adapter_dup_capabilities (adapter);
      g_autoptr (GVariant) found = model != NULL ? attune_capabilities_dup_model (capabilities, model) : NULL;

      if (found != NULL)
        return g_strdup (attune_adapter_get_id (adapter));
    }
  first = g_list_model_get_item (registry, 0);

  return first != NULL ? g_strdup (attune_adapter_get_id (first)) : g_strdup ("");
}

static void
created_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  char *id = NULL;

  reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);
  if (reply == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (!g_variant_lookup (reply, "jobId", "s", &id))
    g_task_return_new_error_literal (task, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("The job was created, but its id is missing"));
  else
    g_task_return_pointer (task, id, g_free);
}

static void
recipe_read_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneCommands *commands = g_task_get_source_object (task);
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (AttuneMigration) recipe = NULL;
  g_autoptr (GVariant) values = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  g_autofree char *provider = NULL;
  g_autofree char *training = NULL;
  g_autofree char *validation = NULL;
  GVariantBuilder parameters;
  gsize length;

  if (g_file_load_contents_finish (G_FILE (object), result, &data, &length, NULL, &error))
    root = attune_json_parse (data, (gssize) length, g_file_peek_path (G_FILE (object)), &error);
  if (root == NULL)
    {
      attune_error_convert (&error);
      g_prefix_error (&error, _("The example that comes with Attune cannot be read: "));
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  recipe = attune_migration_run (root, &error);
  if (recipe == NULL)
    {
      g_prefix_error (&error, "%s: ", g_file_peek_path (G_FILE (object)));
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  provider = choose_provider (commands, recipe);
  values = attune_configuration_to_variant (recipe->configuration);
  training = attune_paths_dup_package_file ("starter/example/train.jsonl");
  validation = attune_paths_dup_package_file ("starter/example/validation.jsonl");
  g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&parameters, "{sv}", "provider", g_variant_new_string (provider));
  g_variant_builder_add (&parameters, "{sv}", "name",
                         g_variant_new_string (recipe->name != NULL ? recipe->name : _("Example: Sorting Support Messages")));
  g_variant_builder_add (&parameters, "{sv}", "training", g_variant_new_string (training));
  g_variant_builder_add (&parameters, "{sv}", "validation", g_variant_new_string (validation));
  g_variant_builder_add (&parameters, "{sv}", "configuration", values);
  attune_commands_call_async (commands, "job-create", g_variant_builder_end (&parameters),
                              g_task_get_cancellable (task), created_cb, g_object_ref (task));
}

void
attune_example_start_async (AttuneCommands      *commands,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));

  task = g_task_new (commands, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_example_start_async);
  path = attune_paths_dup_package_file ("starter/example/recipe.json");
  file = g_file_new_for_path (path);
  g_file_load_contents_async (file, cancellable, recipe_read_cb, g_steal_pointer (&task));
}

char *
attune_example_start_finish (AttuneCommands  *commands,
                             GAsyncResult    *result,
                             GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, commands), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == attune_example_start_async, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
