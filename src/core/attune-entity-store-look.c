/* attune-entity-store-look.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-store"

#include "config.h"

#include "attune-entity-store-private.h"

/* So many entities join the list at once; thousands come in slices that never hold up a frame. */
#define SLICE            250
/* How long news wait for more news, in milliseconds. */
#define SETTLE           30
/* Every so many looks all documents are looked at, for changes that nobody announced. */
#define LOOKS_UNTIL_FULL 30

static void start_look (AttuneEntityStore *self);

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static int
compare_documents (gconstpointer a,
                   gconstpointer b,
                   gpointer      user_data)
{
  const AttuneDocument *left = *(AttuneDocument * const *) a;
  const AttuneDocument *right = *(AttuneDocument * const *) b;

  return attune_entity_store_compare (user_data, left->entity, right->entity);
}

/* Takes over documents[from, from + n), which are in order. */
static void
take_documents (AttuneEntityStore *self,
                GPtrArray         *documents,
                guint              from,
                guint              n,
                guint64            serial)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new ();

  for (guint i = from; i < from + n; i++)
    {
      AttuneDocument *document = g_ptr_array_index (documents, i);
      AttuneEntityEntry *entry = g_hash_table_lookup (self->entries, document->id);

      if (entry == NULL)
        {
          entry = attune_entity_store_add_entry (self, document->entity);
          entry->base = g_bytes_ref (document->text);
          entry->stored = TRUE;
          entry->taken = serial;
          g_ptr_array_add (fresh, document->entity);
        }
      else if (serial > entry->queued && serial > entry->taken)
        {
          /* Of a save that was queued after this look, the result has all of this in it. */
          entry->taken = serial;
          attune_entity_store_take_over (self, entry, document);
        }
    }

  attune_entity_store_insert_items (self, fresh);
}

static void
take_removals (AttuneEntityStore     *self,
               AttuneDocumentChanges *changes,
               guint64                serial)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < changes->removed->len; i++)
    {
      char *id = g_ptr_array_index (changes->removed, i);
      AttuneEntityEntry *entry = g_hash_table_lookup (self->entries, id);

      if (entry != NULL && serial > entry->queued)
        g_ptr_array_add (ids, id);
    }
  attune_entity_store_remove_entities (self, ids);
}

/* Looking: at everything on loading, at one document on reloading, at what changed each second. */

typedef struct {
  GWeakRef               store;
  AttuneDocuments       *documents;
  GTask                 *task; /* NULL: nobody waits for it */
  gboolean               everything;
  GStrv                  ids;
  guint64                serial;
  AttuneDocumentChanges *changes;
  GError                *error;
  guint                  done;
} Look;

static void
look_free (Look *look)
{
  g_weak_ref_clear (&look->store);
  g_clear_object (&look->task);
  g_strfreev (look->ids);
  attune_document_changes_free (look->changes);
  g_clear_error (&look->error);
  g_free (look);
}

static void
look_run (gpointer data)
{
  Look *look = data;

  attune_documents_look (look->documents, look->everything, (const char * const *) look->ids, look->changes, &look->error);
}

static Look *
look_new (AttuneEntityStore *self,
          GTask             *task)
{
  Look *look = g_new0 (Look, 1);

  g_weak_ref_init (&look->store, self);
  look->documents = self->documents;
  look->task = task;
  look->serial = ++self->serial;
  look->changes = attune_document_changes_new ();

  return look;
}

static gboolean
tick_cb (gpointer user_data)
{
  start_look (user_data);

  return G_SOURCE_CONTINUE;
}

static gboolean
settle_cb (gpointer user_data)
{
  AttuneEntityStore *self = user_data;

  clear_source (&self->settle);
  start_look (self);

  return G_SOURCE_REMOVE;
}

static GSource *
attach (AttuneEntityStore *self,
        GSource           *source,
        GSourceFunc        callback)
{
  g_source_set_callback (source, callback, self, NULL);
  g_source_set_static_name (source, "[attune] store");
  g_source_attach (source, self->context);

  return source;
}

static void
monitor_changed_cb (AttuneEntityStore *self)
{
  if (self->settle == NULL)
    self->settle = attach (self, g_timeout_source_new (SETTLE), settle_cb);
}

/* The monitor makes news arrive at once; the tick makes them arrive in any case: on network disks, or where the kernel
 * has no more watches to give. */
static void
follow (AttuneEntityStore *self)
{
  g_autoptr (GFile) folder = g_file_new_for_path (self->folder);
  g_autoptr (GError) error = NULL;

  if (self->tick != NULL)
    return;

  self->tick = attach (self, g_timeout_source_new (1000), tick_cb);
  self->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, &error);
  if (self->monitor == NULL)
    {
      g_debug ("%s: %s", self->folder, error->message);
      return;
    }
  g_file_monitor_set_rate_limit (self->monitor, 100);
  g_signal_connect_object (self->monitor, "changed", G_CALLBACK (monitor_changed_cb), self, G_CONNECT_SWAPPED);
}

void
attune_entity_store_drop_watch (AttuneEntityStore *self)
{
  if (self->monitor != NULL)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
}

void
attune_entity_store_unfollow (AttuneEntityStore *self)
{
  clear_source (&self->tick);
  clear_source (&self->settle);
  attune_entity_store_drop_watch (self);
}

static void
end_load (AttuneEntityStore *self,
          Look              *look)
{
  self->loaded = TRUE;
  follow (self);
  if (look->task != NULL)
    g_task_return_boolean (look->task, TRUE);
}

static gboolean
load_slice_cb (gpointer user_data)
{
  Look *look = user_data;
  g_autoptr (AttuneEntityStore) self = g_weak_ref_get (&look->store);
  guint n;

  if (self == NULL)
    return G_SOURCE_REMOVE;

  n = MIN (SLICE, look->changes->documents->len - look->done);
  take_documents (self, look->changes->documents, look->done, n, look->serial);
  look->done += n;
  if (look->done < look->changes->documents->len)
    return G_SOURCE_CONTINUE;

  end_load (self, look);
  return G_SOURCE_REMOVE;
}

static void
look_take (AttuneEntityStore *self,
           Look              *look)
{
  take_removals (self, look->changes, look->serial);
  attune_entity_store_emit_reports (self, look->changes);
  g_ptr_array_sort_with_data (look->changes->documents, compare_documents, self);
}

static void
load_complete (gpointer data)
{
  Look *look = data;
  g_autoptr (AttuneEntityStore) self = g_weak_ref_get (&look->store);
  Look *slices;

  if (self == NULL)
    return;
  if (look->error != NULL)
    {
      g_task_return_error (look->task, g_steal_pointer (&look->error));
      return;
    }

  look_take (self, look);
  if (look->changes->documents->len <= SLICE)
    {
      take_documents (self, look->changes->documents, 0, look->changes->documents->len, look->serial);
      end_load (self, look);
      return;
    }

  /* The worker frees its own; this one goes on in slices. */
  slices = look_new (self, g_steal_pointer (&look->task));
  slices->serial = look->serial;
  attune_document_changes_free (slices->changes);
  slices->changes = look->changes;
  look->changes = attune_document_changes_new ();
  {
    g_autoptr (GSource) source = g_idle_source_new ();

    g_source_set_callback (source, load_slice_cb, slices, (GDestroyNotify) look_free);
    g_source_set_static_name (source, "[attune] store load");
    g_source_attach (source, self->context);
  }
}

static void
look_complete (gpointer data)
{
  Look *look = data;
  g_autoptr (AttuneEntityStore) self = g_weak_ref_get (&look->store);

  if (self == NULL)
    return;

  if (look->error == NULL)
    {
      look_take (self, look);
      take_documents (self, look->changes->documents, 0, look->changes->documents->len, look->serial);
    }
  else if (look->task == NULL)
    {
      g_debug ("%s", look->error->message);
    }

  if (look->task == NULL)
    {
      self->looking = FALSE;
      if (self->look_again && self->tick != NULL)
        start_look (self);
    }
  else if (look->error != NULL)
    {
      g_task_return_error (look->task, g_steal_pointer (&look->error));
    }
  else
    {
      g_task_return_boolean (look->task, TRUE);
    }
}

static void
start_look (AttuneEntityStore *self)
{
  g_autoptr (GStrvBuilder) live = NULL;
  Look *look;

  if (self->looking)
    {
      self->look_again = TRUE;
      return;
    }
  self->looking = TRUE;
  self->look_again = FALSE;

  live = g_strv_builder_new ();
  for (guint i = 0; i < self->items->len; i++)
    {
      GObject *entity = g_ptr_array_index (self->items, i);

      if (self->kind->is_live (entity))
        g_strv_builder_add (live, self->kind->get_id (entity));
    }

  look = look_new (self, NULL);
  look->ids = g_strv_builder_end (live);
  look->everything = ++self->looks % LOOKS_UNTIL_FULL == 0;
  attune_worker_push (self->worker, self->context, look_run, look_complete, look, (GDestroyNotify) look_free);
}

static void
make_folder (AttuneEntityStore *self)
{
  /* Only so that there is something to watch. Where it cannot be made, the first save says so. */
  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    g_debug ("%s could not be made", self->folder);
}

void
attune_entity_store_load_async (AttuneEntityStore   *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  Look *look;
  GTask *task;

  g_return_if_fail (ATTUNE_IS_ENTITY_STORE (self));

  make_folder (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_entity_store_load_async);
  look = look_new (self, task);
  look->everything = TRUE;
  attune_worker_push (self->worker, self->context, look_run, load_complete, look, (GDestroyNotify) look_free);
}

gboolean
attune_entity_store_load_finish (AttuneEntityStore  *self,
                                 GAsyncResult       *result,
                                 GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_entity_store_load_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
attune_entity_store_load_sync (AttuneEntityStore  *self,
                               GError            **error)
{
  Look *look;
  gboolean success;

  g_return_val_if_fail (ATTUNE_IS_ENTITY_STORE (self), FALSE);

  make_folder (self);
  look = look_new (self, NULL);
  look->everything = TRUE;
  attune_worker_run (self->worker, look_run, look);

  success = look->error == NULL;
  if (success)
    {
      look_take (self, look);
      take_documents (self, look->changes->documents, 0, look->changes->documents->len, look->serial);
      end_load (self, look);
    }
  else
    {
      g_propagate_error (error, g_steal_pointer (&look->error));
    }
  look_free (look);

  return success;
}

void
attune_entity_store_reload_async (AttuneEntityStore   *self,
                                  const char          *id,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  const char * const ids[] = { id, NULL };
  Look *look;
  GTask *task;

  g_return_if_fail (ATTUNE_IS_ENTITY_STORE (self));
  g_return_if_fail (id != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_entity_store_reload_async);
  look = look_new (self, task);
  look->ids = g_strdupv ((char **) ids);
  attune_worker_push (self->worker, self->context, look_run, look_complete, look, (GDestroyNotify) look_free);
}

gboolean
attune_entity_store_reload_finish (AttuneEntityStore  *self,
                                   GAsyncResult       *result,
                                   GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_entity_store_reload_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
