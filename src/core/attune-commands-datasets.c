/* attune-commands-datasets.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-commands-private.h"

#include <glib/gi18n-lib.h>

#include "attune-dataset-private.h"
#include "attune-error.h"

/* Checking goes over a copy in a thread, so that nobody hears of changes from there. */
typedef struct {
  AttuneDatasetCheckFunc  check;
  AttuneDataset          *dataset;
  AttuneDataset          *copy;
  GCancellable           *cancellable;
  GTask                  *task;
} Check;

static void
check_free (Check *check)
{
  g_clear_object (&check->dataset);
  g_clear_object (&check->copy);
  g_clear_object (&check->cancellable);
  g_clear_object (&check->task);
  g_free (check);
}

static gboolean
check_readable (AttuneDataset  *dataset,
                GError        **error)
{
  const char *path = attune_dataset_get_path (dataset);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = NULL;
  g_autoptr (GError) local_error = NULL;

  info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_ACCESS_CAN_READ,
                            G_FILE_QUERY_INFO_NONE, NULL, &local_error);
  if (info == NULL)
    {
      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("There is no file “%s”"), path);
          return FALSE;
        }
      g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "%s: ", path);
      attune_error_convert (error);
      return FALSE;
    }

  if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” is a folder. Name a file with training data."), path);
      return FALSE;
    }
  if (!g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_ACCESS_CAN_READ))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED, _("“%s” may not be read. Change its permissions."), path);
      return FALSE;
    }

  return TRUE;
}

static void
check_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Check *check = task_data;
  GError *error = NULL;

  if (check_readable (check->copy, &error)
      && (check->check == NULL
          || attune_dataset_is_current (check->copy)
          || check->check (check->copy, check->cancellable, &error)))
    {
      g_task_return_boolean (task, TRUE);
    }
  else if (error == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("“%s” could not be checked"),
                               attune_dataset_get_path (check->copy));
    }
  else
    {
      attune_error_convert (&error);
      g_task_return_error (task, error);
    }
}

static void
checked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Check *check = user_data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      attune_dataset_update_from (check->dataset, check->copy);
      g_task_return_boolean (check->task, TRUE);
    }
  else
    {
      g_task_return_error (check->task, error);
    }
  check_free (check);
}

/* Brings what is known of the file up to date. An error only where the file cannot be used at all. */
static void
check_dataset_async (AttuneCommands      *self,
                     AttuneDataset       *dataset,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autoptr (JsonNode) document = attune_dataset_to_json (dataset);
  g_autoptr (GError) error = NULL;
  Check *check = g_new0 (Check, 1);

  check->check = self->dataset_check;
  check->dataset = g_object_ref (dataset);
  check->copy = attune_dataset_new_from_json (document, &error);
  g_assert_no_error (error);
  g_set_object (&check->cancellable, cancellable);
  check->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (check->task, check_dataset_async);
  attune_commands_in_thread (check_thread, checked_cb, check);
}

static gboolean
check_dataset_finish (AttuneCommands  *self,
                      GAsyncResult    *result,
                      GError         **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
attune_command_data_clear (AttuneCommandData *self)
{
  g_clear_object (&self->training);
  g_clear_object (&self->validation);
}

typedef struct {
  AttuneCommandData  data;
  gboolean           check;
  guint              next;
} Resolve;

static void
resolve_free (Resolve *resolve)
{
  attune_command_data_clear (&resolve->data);
  g_free (resolve);
}

/* The entity that a command names by a path, or a configuration by an id or, as people do, by a path. */
static AttuneDataset *
find_dataset (AttuneCommands       *self,
              AttuneConfiguration  *configuration,
              const char           *setting,
              const char           *path,
              gboolean             *changed,
              GError              **error)
{
  g_autofree char *id = attune_configuration_dup_text (configuration, setting);
  g_autoptr (AttuneDataset) dataset = NULL;

  if (path == NULL && id != NULL && !g_uuid_string_is_valid (id) && g_file_test (id, G_FILE_TEST_IS_REGULAR))
    path = id;

  if (path != NULL)
    {
      g_set_object (&dataset, attune_dataset_store_lookup_path (self->datasets, path));
      if (dataset == NULL)
        {
          dataset = attune_dataset_new (path);
          *changed = TRUE;
        }
    }
  else if (id != NULL)
    {
      g_autoptr (GError) local_error = NULL;

      g_set_object (&dataset, attune_dataset_store_find (self->datasets, id, &local_error));
      if (dataset == NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s: %s. Add the file as a data set first."),
                       setting, local_error->message);
          return NULL;
        }
    }
  else
    {
      return NULL;
    }

  attune_configuration_set_value (configuration, setting, g_variant_new_string (attune_dataset_get_id (dataset)));
  return g_steal_pointer (&dataset);
}

static void resolve_step (GTask *task);

static void
resolved_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Resolve *resolve = g_task_get_task_data (task);
  gboolean is_training = resolve->next == 1;
  AttuneDataset *dataset = is_training ? resolve->data.training : resolve->data.validation;
  GError *error = NULL;

  if (!check_dataset_finish (ATTUNE_COMMANDS (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  /* What the file is fit for is the adapter's to say; one without a single good row is fit for nothing. */
  if (attune_dataset_get_format (dataset) != NULL
      && attune_dataset_get_rows (dataset) == 0
      && attune_dataset_get_n_problems (dataset) > 0)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s: %s. There is no row that can be used."),
                               attune_dataset_get_path (dataset), attune_dataset_get_first_problem (dataset));
      return;
    }

  resolve_step (g_steal_pointer (&task));
}

static void
resolve_step (GTask *task)
{
  AttuneCommands *self = g_task_get_source_object (task);
  Resolve *resolve = g_task_get_task_data (task);

  while (resolve->check && resolve->next < 2)
    {
      gboolean is_training = resolve->next++ == 0;
      AttuneDataset *dataset = is_training ? resolve->data.training : resolve->data.validation;

      if (dataset == NULL)
        continue;

      if (!attune_dataset_is_current (dataset))
        {
          if (is_training)
            resolve->data.training_changed = TRUE;
          else
            resolve->data.validation_changed = TRUE;
        }
      resolve->data.failed = is_training ? "datasets.trainingFileId" : "datasets.validationFileId";
      check_dataset_async (self, dataset, g_task_get_cancellable (task), resolved_cb, task);
      return;
    }

  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

void
attune_commands_resolve_data_async (AttuneCommands      *self,
                                    AttuneConfiguration *configuration,
                                    const char          *training,
                                    const char          *validation,
                                    gboolean             check,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Resolve *resolve = g_new0 (Resolve, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, attune_commands_resolve_data_async);
  g_task_set_task_data (task, resolve, (GDestroyNotify) resolve_free);
  resolve->check = check;
  resolve->data.training = find_dataset (self, configuration, "datasets.trainingFileId", training,
                                         &resolve->data.training_changed, &error);
  resolve->data.failed = "datasets.trainingFileId";
  if (error == NULL)
    {
      resolve->data.failed = "datasets.validationFileId";
      resolve->data.validation = find_dataset (self, configuration, "datasets.validationFileId", validation,
                                               &resolve->data.validation_changed, &error);
    }
  if (error != NULL)
    {
      attune_commands_return_error (task, error);
      return;
    }

  resolve_step (task);
}

gboolean
attune_commands_resolve_data_finish (AttuneCommands     *self,
                                     GAsyncResult       *result,
                                     AttuneCommandData  *data,
                                     GError            **error)
{
  Resolve *resolve = g_task_get_task_data (G_TASK (result));

  g_return_val_if_fail (g_async_result_is_tagged (result, attune_commands_resolve_data_async), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    {
      data->failed = resolve->data.failed;
      return FALSE;
    }

  *data = resolve->data;
  resolve->data = (AttuneCommandData) { NULL };
  return TRUE;
}

/* dataset-add */

typedef struct {
  GTask         *task;
  AttuneDataset *dataset;
} Add;

static void
add_free (Add *add)
{
  g_clear_object (&add->task);
  g_clear_object (&add->dataset);
  g_free (add);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Add, add_free)

static void
add_saved_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (Add) add = user_data;
  GError *error = NULL;
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

  if (!attune_dataset_store_save_finish (ATTUNE_DATASET_STORE (source), result, &error))
    {
      attune_commands_return_error (g_steal_pointer (&add->task), error);
      return;
    }

  g_variant_dict_insert_value (&dict, "dataset", attune_dataset_to_variant (add->dataset));
  attune_commands_return (g_steal_pointer (&add->task), g_variant_dict_end (&dict));
}

static void
add_checked_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (Add) add = user_data;
  AttuneCommands *self = ATTUNE_COMMANDS (source);
  AttuneDataset *known;
  GError *error = NULL;

  if (!check_dataset_finish (self, result, &error))
    {
      attune_commands_return_error (g_steal_pointer (&add->task), error);
      return;
    }

  /* Two that were dropped at the same time are one. */
  known = attune_dataset_store_lookup_path (self->datasets, attune_dataset_get_path (add->dataset));
  if (known != NULL)
    g_set_object (&add->dataset, known);
  attune_dataset_store_save_async (self->datasets, add->dataset, NULL, add_saved_cb, add);
  g_steal_pointer (&add);
}

void
attune_command_dataset_add (AttuneCommands *self,
                            GTask          *task,
                            GVariant       *parameters)
{
  const char *path = attune_commands_peek_text (parameters, "path");
  const char *name = attune_commands_peek_text (parameters, "name");
  AttuneDataset *known = attune_dataset_store_lookup_path (self->datasets, path);
  Add *add = g_new0 (Add, 1);

  add->task = task;
  add->dataset = known != NULL ? g_object_ref (known) : attune_dataset_new (path);
  if (name != NULL)
    attune_dataset_set_name (add->dataset, name);
  check_dataset_async (self, add->dataset, g_task_get_cancellable (task), add_checked_cb, add);
}

void
attune_command_dataset_list (AttuneCommands *self,
                             GTask          *task,
                             GVariant       *parameters)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->datasets));

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (AttuneDataset) dataset = g_list_model_get_item (G_LIST_MODEL (self->datasets), i);

      g_variant_builder_add_value (&builder, attune_dataset_to_variant (dataset));
    }
  g_variant_dict_insert_value (&dict, "datasets", g_variant_builder_end (&builder));
  attune_commands_return (task, g_variant_dict_end (&dict));
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Add) add = user_data;
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  GError *error = NULL;

  if (!attune_dataset_store_remove_finish (ATTUNE_DATASET_STORE (source), result, &error))
    {
      attune_commands_return_error (g_steal_pointer (&add->task), error);
      return;
    }

  g_variant_dict_insert (&dict, "datasetId", "s", attune_dataset_get_id (add->dataset));
  attune_commands_return (g_steal_pointer (&add->task), g_variant_dict_end (&dict));
}

void
attune_command_dataset_remove (AttuneCommands *self,
                               GTask          *task,
                               GVariant       *parameters)
{
  GError *error = NULL;
  AttuneDataset *dataset =
    attune_dataset_store_find (self->datasets, attune_commands_peek_text (parameters, "datasetId"), &error);
  Add *add;

  if (dataset == NULL)
    {
      attune_commands_return_error (task, error);
      return;
    }

  add = g_new0 (Add, 1);
  add->task = task;
  add->dataset = g_object_ref (dataset);
  attune_dataset_store_remove_async (self->datasets, dataset, NULL, removed_cb, add);
}
