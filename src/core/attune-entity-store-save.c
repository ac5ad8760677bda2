/* attune-entity-store-save.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-store"

#include "config.h"

#include "attune-entity-store-private.h"

#include "attune-error.h"

typedef struct {
  AttuneDocuments       *documents;
  GTask                 *task; /* NULL: the caller waits */
  char                  *id;
  GBytes                *base;
  GBytes                *ours;
  guint64                serial;
  gint64                 revision;
  gboolean               success;
  AttuneDocument        *merged;
  AttuneDocumentChanges *changes;
  GError                *error;
} Save;

static void
save_free (Save *save)
{
  g_clear_object (&save->task);
  g_free (save->id);
  g_clear_pointer (&save->base, g_bytes_unref);
  g_clear_pointer (&save->ours, g_bytes_unref);
  g_clear_pointer (&save->merged, attune_document_free);
  attune_document_changes_free (save->changes);
  g_clear_error (&save->error);
  g_free (save);
}

static void
save_run (gpointer data)
{
  Save *save = data;

  save->success = attune_documents_write (save->documents, save->id, &save->base, save->ours,
                                          &save->revision, &save->merged, save->changes, &save->error);
}

static Save *
save_new (AttuneEntityStore *self,
          GObject           *entity,
          GTask             *task)
{
  Save *save = g_new0 (Save, 1);
  const char *id = self->kind->get_id (entity);
  AttuneEntityEntry *entry = g_hash_table_lookup (self->entries, id);

  if (self->kind->touch != NULL)
    self->kind->touch (entity);

  save->documents = self->documents;
  save->task = task;
  save->id = g_strdup (id);
  save->changes = attune_document_changes_new ();
  save->ours = attune_documents_to_bytes (&self->kind->document, entity);
  save->serial = ++self->serial;

  if (entry == NULL)
    {
      g_autoptr (GPtrArray) fresh = g_ptr_array_new ();

      entry = attune_entity_store_add_entry (self, entity);
      g_ptr_array_add (fresh, entity);
      entry->queued = save->serial;
      entry->base = g_bytes_ref (save->ours);
      attune_entity_store_insert_items (self, fresh);
      return save;
    }

  save->base = g_steal_pointer (&entry->base);
  entry->base = g_bytes_ref (save->ours);
  entry->queued = save->serial;

  return save;
}

static void
save_take (AttuneEntityStore *self,
           Save              *save)
{
  AttuneEntityEntry *entry = g_hash_table_lookup (self->entries, save->id);

  attune_entity_store_emit_reports (self, save->changes);
  if (entry == NULL)
    return;

  if (save->success)
    {
      entry->stored = TRUE;
      if (save->serial == entry->queued && save->serial > entry->taken)
        {
          entry->taken = save->serial;
          if (save->merged != NULL)
            attune_entity_store_take_over (self, entry, save->merged);
        }
      return;
    }

  if (!entry->stored || g_error_matches (save->error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    {
      /* It never came to be, or it was deleted elsewhere. */
      if (save->serial == entry->queued)
        attune_entity_store_remove_entity (self, save->id);
    }
  else if (save->serial == entry->queued)
    {
      g_clear_pointer (&entry->base, g_bytes_unref);
      entry->base = g_steal_pointer (&save->base);
    }
}

static void
save_complete (gpointer data)
{
  Save *save = data;
  AttuneEntityStore *self = g_task_get_source_object (save->task);

  save_take (self, save);
  if (save->success)
    g_task_return_boolean (save->task, TRUE);
  else
    g_task_return_error (save->task, g_steal_pointer (&save->error));
}

void
attune_entity_store_save_async (AttuneEntityStore   *self,
                                GObject             *entity,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (ATTUNE_IS_ENTITY_STORE (self));
  g_return_if_fail (G_IS_OBJECT (entity));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_entity_store_save_async);
  /* A save that was begun is always finished: what the caller is told is then what is on disk. */
  g_task_set_check_cancellable (task, FALSE);
  attune_worker_push (self->worker, self->context, save_run, save_complete,
                      save_new (self, entity, task), (GDestroyNotify) save_free);
}

gboolean
attune_entity_store_save_finish (AttuneEntityStore  *self,
                                 GAsyncResult       *result,
                                 GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_entity_store_save_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
attune_entity_store_save_sync (AttuneEntityStore  *self,
                               GObject            *entity,
                               GError            **error)
{
  Save *save;
  gboolean success;

  g_return_val_if_fail (ATTUNE_IS_ENTITY_STORE (self), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (entity), FALSE);

  save = save_new (self, entity, NULL);
  attune_worker_run (self->worker, save_run, save);
  save_take (self, save);
  success = save->success;
  if (!success)
    g_propagate_error (error, g_steal_pointer (&save->error));
  save_free (save);

  return success;
}

static void
delete_run (gpointer data)
{
  Save *save = data;

  save->success = attune_documents_delete (save->documents, save->id, &save->error);
}

static Save *
delete_new (AttuneEntityStore *self,
            GObject           *entity,
            GTask             *task)
{
  Save *save = g_new0 (Save, 1);

  save->documents = self->documents;
  save->task = task;
  save->id = g_strdup (self->kind->get_id (entity));
  save->changes = attune_document_changes_new ();
  save->serial = ++self->serial;

  return save;
}

static void
delete_complete (gpointer data)
{
  Save *save = data;
  AttuneEntityStore *self = g_task_get_source_object (save->task);

  if (save->success)
    {
      attune_entity_store_remove_entity (self, save->id);
      g_task_return_boolean (save->task, TRUE);
    }
  else
    {
      g_task_return_error (save->task, g_steal_pointer (&save->error));
    }
}

void
attune_entity_store_delete_async (AttuneEntityStore   *self,
                                  GObject             *entity,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (ATTUNE_IS_ENTITY_STORE (self));
  g_return_if_fail (G_IS_OBJECT (entity));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_entity_store_delete_async);
  g_task_set_check_cancellable (task, FALSE);
  attune_worker_push (self->worker, self->context, delete_run, delete_complete,
                      delete_new (self, entity, task), (GDestroyNotify) save_free);
}

gboolean
attune_entity_store_delete_finish (AttuneEntityStore  *self,
                                   GAsyncResult       *result,
                                   GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_entity_store_delete_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
attune_entity_store_delete_sync (AttuneEntityStore  *self,
                                 GObject            *entity,
                                 GError            **error)
{
  Save *save;
  gboolean success;

  g_return_val_if_fail (ATTUNE_IS_ENTITY_STORE (self), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (entity), FALSE);

  save = delete_new (self, entity, NULL);
  attune_worker_run (self->worker, delete_run, save);
  success = save->success;
  if (success)
    attune_entity_store_remove_entity (self, save->id);
  else
    g_propagate_error (error, g_steal_pointer (&save->error));
  save_free (save);

  return success;
}
