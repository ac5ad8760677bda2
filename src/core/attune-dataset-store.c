/* attune-dataset-store.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-store.h"

#include <glib/gi18n-lib.h>

#include "attune-entity-store.h"
#include "attune-error.h"
#include "attune-paths.h"

struct _AttuneDatasetStore
{
  GObject            parent_instance;

  AttuneEntityStore *entities;
};

enum {
  DAMAGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GObject *
dataset_from_json (JsonNode  *node,
                   GError   **error)
{
  return (GObject *) attune_dataset_new_from_json (node, error);
}

static JsonNode *
dataset_to_json (GObject *entity)
{
  return attune_dataset_to_json (ATTUNE_DATASET (entity));
}

static void
dataset_update_from (GObject *entity,
                     GObject *other)
{
  attune_dataset_update_from (ATTUNE_DATASET (entity), ATTUNE_DATASET (other));
}

static const char *
dataset_get_id (GObject *entity)
{
  return attune_dataset_get_id (ATTUNE_DATASET (entity));
}

static gint64
dataset_get_time (GObject *entity)
{
  gint64 added_at;

  g_object_get (entity, "added-at", &added_at, NULL);
  return added_at;
}

/* There are few of them in one folder, and whoever changes one announces it. */
static gboolean
dataset_is_live (GObject *entity)
{
  return FALSE;
}

static void
dataset_set_not_found (const char  *id,
                        GError     **error)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("There is no data set “%s”"), id);
}

static void
dataset_set_deleted (const char  *path,
                      GError     **error)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("%s: This data set was deleted by another process"), path);
}

static const AttuneEntityKind dataset_kind = {
  .document = {
    .from_json = dataset_from_json,
    .to_json = dataset_to_json,
    .set_not_found = dataset_set_not_found,
    .set_deleted = dataset_set_deleted,
  },
  .update_from = dataset_update_from,
  .get_id = dataset_get_id,
  .get_time = dataset_get_time,
  .is_live = dataset_is_live,
  .get_type = attune_dataset_get_type,
};

static GType
attune_dataset_store_get_item_type (GListModel *model)
{
  return ATTUNE_TYPE_DATASET;
}

static guint
attune_dataset_store_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (ATTUNE_DATASET_STORE (model)->entities));
}

static gpointer
attune_dataset_store_get_item (GListModel *model,
                               guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (ATTUNE_DATASET_STORE (model)->entities), position);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = attune_dataset_store_get_item_type;
  iface->get_n_items = attune_dataset_store_get_n_items;
  iface->get_item = attune_dataset_store_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneDatasetStore, attune_dataset_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
attune_dataset_store_finalize (GObject *object)
{
  AttuneDatasetStore *self = ATTUNE_DATASET_STORE (object);

  g_clear_object (&self->entities);

  G_OBJECT_CLASS (attune_dataset_store_parent_class)->finalize (object);
}

static void
attune_dataset_store_class_init (AttuneDatasetStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = attune_dataset_store_finalize;

  signals[DAMAGED] =
    g_signal_new ("damaged", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
attune_dataset_store_init (AttuneDatasetStore *self)
{
}

static void
damaged_cb (AttuneDatasetStore *self,
            const char         *path,
            const char         *message)
{
  g_signal_emit (self, signals[DAMAGED], 0, path, message);
}

AttuneDatasetStore *
attune_dataset_store_new (const char *folder)
{
  g_autofree char *datasets_folder = folder != NULL
    ? g_canonicalize_filename (folder, NULL)
    : attune_paths_dup_datasets_folder ();
  AttuneDatasetStore *self = g_object_new (ATTUNE_TYPE_DATASET_STORE, NULL);

  self->entities = attune_entity_store_new (&dataset_kind, datasets_folder);
  g_signal_connect_object (self->entities, "items-changed",
                           G_CALLBACK (g_list_model_items_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entities, "damaged", G_CALLBACK (damaged_cb), self, G_CONNECT_SWAPPED);

  return self;
}

static void
load_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (attune_entity_store_load_finish (ATTUNE_ENTITY_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
attune_dataset_store_load_async (AttuneDatasetStore  *self,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (ATTUNE_IS_DATASET_STORE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_dataset_store_load_async);
  attune_entity_store_load_async (self->entities, cancellable, load_cb, task);
}

gboolean
attune_dataset_store_load_finish (AttuneDatasetStore  *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_dataset_store_load_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
attune_dataset_store_load_sync (AttuneDatasetStore  *self,
                                GError             **error)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_STORE (self), FALSE);

  return attune_entity_store_load_sync (self->entities, error);
}

AttuneDataset *
attune_dataset_store_lookup (AttuneDatasetStore *self,
                             const char         *id)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return attune_entity_store_lookup (self->entities, id);
}

AttuneDataset *
attune_dataset_store_find (AttuneDatasetStore  *self,
                           const char          *id_or_prefix,
                           GError             **error)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_STORE (self), NULL);
  g_return_val_if_fail (id_or_prefix != NULL, NULL);

  return attune_entity_store_find (self->entities, id_or_prefix, error);
}

AttuneDataset *
attune_dataset_store_lookup_path (AttuneDatasetStore *self,
                                  const char         *path)
{
  g_autofree char *absolute = NULL;
  guint n_items;

  g_return_val_if_fail (ATTUNE_IS_DATASET_STORE (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  absolute = g_canonicalize_filename (path, NULL);
  n_items = g_list_model_get_n_items (G_LIST_MODEL (self));
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (AttuneDataset) dataset = g_list_model_get_item (G_LIST_MODEL (self), i);

      if (g_strcmp0 (attune_dataset_get_path (dataset), absolute) == 0)
        return dataset; /* the list has a reference of its own */
    }

  return NULL;
}

gboolean
attune_dataset_store_save_sync (AttuneDatasetStore  *self,
                                AttuneDataset       *dataset,
                                GError             **error)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_STORE (self), FALSE);
  g_return_val_if_fail (ATTUNE_IS_DATASET (dataset), FALSE);

  return attune_entity_store_save_sync (self->entities, G_OBJECT (dataset), error);
}

static void
save_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (attune_entity_store_save_finish (ATTUNE_ENTITY_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
attune_dataset_store_save_async (AttuneDatasetStore  *self,
                                 AttuneDataset       *dataset,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (ATTUNE_IS_DATASET_STORE (self));
  g_return_if_fail (ATTUNE_IS_DATASET (dataset));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_dataset_store_save_async);
  g_task_set_check_cancellable (task, FALSE);
  attune_entity_store_save_async (self->entities, G_OBJECT (dataset), cancellable, save_cb, task);
}

gboolean
attune_dataset_store_save_finish (AttuneDatasetStore  *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_dataset_store_save_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
attune_dataset_store_remove_sync (AttuneDatasetStore  *self,
                                  AttuneDataset       *dataset,
                                  GError             **error)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_STORE (self), FALSE);
  g_return_val_if_fail (ATTUNE_IS_DATASET (dataset), FALSE);

  return attune_entity_store_delete_sync (self->entities, G_OBJECT (dataset), error);
}

static void
remove_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (attune_entity_store_delete_finish (ATTUNE_ENTITY_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
attune_dataset_store_remove_async (AttuneDatasetStore  *self,
                                   AttuneDataset       *dataset,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (ATTUNE_IS_DATASET_STORE (self));
  g_return_if_fail (ATTUNE_IS_DATASET (dataset));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_dataset_store_remove_async);
  g_task_set_check_cancellable (task, FALSE);
  attune_entity_store_delete_async (self->entities, G_OBJECT (dataset), cancellable, remove_cb, task);
}

gboolean
attune_dataset_store_remove_finish (AttuneDatasetStore  *self,
                                    GAsyncResult        *result,
                                    GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_dataset_store_remove_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
