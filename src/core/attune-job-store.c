/* attune-job-store.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-store-private.h"

#include <glib/gi18n-lib.h>

#include "attune-job-private.h"
#include "attune-paths.h"

enum {
  DAMAGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GObject *
job_from_json (JsonNode  *node,
               GError   **error)
{
  return (GObject *) attune_job_new_from_json (node, error);
}

static JsonNode *
job_to_json (GObject *entity)
{
  return attune_job_to_json (ATTUNE_JOB (entity));
}

static void
job_update_from (GObject *entity,
                 GObject *other)
{
  attune_job_update_from (ATTUNE_JOB (entity), ATTUNE_JOB (other));
}

static const char *
job_get_id (GObject *entity)
{
  return attune_job_get_id (ATTUNE_JOB (entity));
}

static gint64
job_get_time (GObject *entity)
{
  return attune_job_get_created_at (ATTUNE_JOB (entity));
}

static void
job_touch (GObject *entity)
{
  attune_job_touch (ATTUNE_JOB (entity));
}

static gboolean
job_is_live (GObject *entity)
{
  return !attune_job_status_is_final (attune_job_get_status (ATTUNE_JOB (entity)));
}

static gboolean
is_final (JsonObject *document)
{
  const char *nick = json_object_get_string_member_with_default (document, "status", NULL);
  int status;

  return nick != NULL
         && attune_enum_from_nick (ATTUNE_TYPE_JOB_STATUS, nick, &status)
         && attune_job_status_is_final ((AttuneJobStatus) status);
}

/* Two processes watch one job. The one whose question to the provider took longer must not write the state of a moment ago over
 * the end that the other one has seen; only who knew of the end and went on (a resume) may. */
static void
job_resolve (JsonObject *base,
             JsonObject *ours,
             JsonObject *theirs,
             JsonObject *result)
{
  static const char * const state[] = {
    "status", "startedAt", "finishedAt", "error", "progress", "step", "totalSteps", "timeRemaining", NULL
  };

  if (!is_final (theirs) || is_final (ours) || is_final (base))
    return;

  for (guint i = 0; state[i] != NULL; i++)
    {
      JsonNode *member = json_object_get_member (theirs, state[i]);

      if (member != NULL)
        json_object_set_member (result, state[i], json_node_copy (member));
      else
        json_object_remove_member (result, state[i]);
    }
}

static void
job_set_not_found (const char  *id,
                    GError     **error)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("There is no job “%s”"), id);
}

static void
job_set_deleted (const char  *path,
                  GError     **error)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("%s: This job was deleted by another process"), path);
}

static const AttuneEntityKind job_kind = {
  .document = {
    .file_name = "job.json",
    .from_json = job_from_json,
    .to_json = job_to_json,
    .set_not_found = job_set_not_found,
    .set_deleted = job_set_deleted,
    .resolve = job_resolve,
  },
  .update_from = job_update_from,
  .get_id = job_get_id,
  .get_time = job_get_time,
  .touch = job_touch,
  .is_live = job_is_live,
  .get_type = attune_job_get_type,
};

static GType
attune_job_store_get_item_type (GListModel *model)
{
  return ATTUNE_TYPE_JOB;
}

static guint
attune_job_store_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (ATTUNE_JOB_STORE (model)->entities));
}

static gpointer
attune_job_store_get_item (GListModel *model,
                           guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (ATTUNE_JOB_STORE (model)->entities), position);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = attune_job_store_get_item_type;
  iface->get_n_items = attune_job_store_get_n_items;
  iface->get_item = attune_job_store_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneJobStore, attune_job_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
attune_job_store_finalize (GObject *object)
{
  AttuneJobStore *self = ATTUNE_JOB_STORE (object);

  g_clear_object (&self->entities);
  g_hash_table_unref (self->line_indexes);
  g_mutex_clear (&self->line_mutex);

  G_OBJECT_CLASS (attune_job_store_parent_class)->finalize (object);
}

static void
attune_job_store_class_init (AttuneJobStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = attune_job_store_finalize;

  signals[DAMAGED] =
    g_signal_new ("damaged", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
attune_job_store_init (AttuneJobStore *self)
{
  g_mutex_init (&self->line_mutex);
  self->line_indexes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) attune_line_index_free);
}

static void
damaged_cb (AttuneJobStore *self,
            const char     *path,
            const char     *message)
{
  g_signal_emit (self, signals[DAMAGED], 0, path, message);
}

AttuneJobStore *
attune_job_store_new (const char *folder)
{
  g_autofree char *jobs_folder = folder != NULL ? g_canonicalize_filename (folder, NULL) : attune_paths_dup_jobs_folder ();
  AttuneJobStore *self = g_object_new (ATTUNE_TYPE_JOB_STORE, NULL);

  self->entities = attune_entity_store_new (&job_kind, jobs_folder);
  g_signal_connect_object (self->entities, "items-changed",
                           G_CALLBACK (g_list_model_items_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entities, "damaged", G_CALLBACK (damaged_cb), self, G_CONNECT_SWAPPED);

  return self;
}

const char *
attune_job_store_get_folder (AttuneJobStore *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), NULL);

  return attune_entity_store_get_folder (self->entities);
}

/* Each public operation is the list's own with this store as its source. */
static void
forward_boolean (GObject      *source,
                 GAsyncResult *result,
                 GTask        *task,
                 gboolean    (*finish) (AttuneEntityStore  *store,
                                        GAsyncResult       *result,
                                        GError            **error))
{
  GError *error = NULL;

  if (finish (ATTUNE_ENTITY_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static GTask *
forward_task (AttuneJobStore      *self,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data,
              gpointer             tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  return task;
}

static void
load_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  forward_boolean (source, result, task, attune_entity_store_load_finish);
}

void
attune_job_store_load_async (AttuneJobStore      *self,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_return_if_fail (ATTUNE_IS_JOB_STORE (self));

  attune_entity_store_load_async (self->entities, cancellable, load_cb,
                                  forward_task (self, cancellable, callback, user_data, attune_job_store_load_async));
}

gboolean
attune_job_store_load_finish (AttuneJobStore  *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_job_store_load_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
attune_job_store_load_sync (AttuneJobStore  *self,
                            GError         **error)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), FALSE);

  return attune_entity_store_load_sync (self->entities, error);
}

gboolean
attune_job_store_is_loaded (AttuneJobStore *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), FALSE);

  return attune_entity_store_is_loaded (self->entities);
}

static void
reload_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  forward_boolean (source, result, task, attune_entity_store_reload_finish);
}

void
attune_job_store_reload_async (AttuneJobStore      *self,
                               AttuneJob           *job,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_return_if_fail (ATTUNE_IS_JOB_STORE (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  attune_entity_store_reload_async (self->entities, attune_job_get_id (job), cancellable, reload_cb,
                                    forward_task (self, cancellable, callback, user_data, attune_job_store_reload_async));
}

gboolean
attune_job_store_reload_finish (AttuneJobStore  *self,
                                GAsyncResult    *result,
                                GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_job_store_reload_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

AttuneJob *
attune_job_store_lookup (AttuneJobStore *self,
                         const char     *id)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return attune_entity_store_lookup (self->entities, id);
}

AttuneJob *
attune_job_store_find (AttuneJobStore  *self,
                       const char      *id_or_prefix,
                       GError         **error)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), NULL);
  g_return_val_if_fail (id_or_prefix != NULL, NULL);

  return attune_entity_store_find (self->entities, id_or_prefix, error);
}

char *
attune_job_store_dup_job_folder (AttuneJobStore *self,
                                 AttuneJob      *job)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  return g_build_filename (attune_job_store_get_folder (self), attune_job_get_id (job), NULL);
}

char *
attune_job_store_dup_run_folder (AttuneJobStore *self,
                                 AttuneJob      *job)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  return g_build_filename (attune_job_store_get_folder (self), attune_job_get_id (job), "run", NULL);
}

static void
save_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  forward_boolean (source, result, task, attune_entity_store_save_finish);
}

void
attune_job_store_save_async (AttuneJobStore      *self,
                             AttuneJob           *job,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (ATTUNE_IS_JOB_STORE (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  task = forward_task (self, cancellable, callback, user_data, attune_job_store_save_async);
  /* What is told is what is on disk, even after a cancellation. */
  g_task_set_check_cancellable (task, FALSE);
  attune_entity_store_save_async (self->entities, G_OBJECT (job), cancellable, save_cb, task);
}

gboolean
attune_job_store_save_finish (AttuneJobStore  *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_job_store_save_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
attune_job_store_save_sync (AttuneJobStore  *self,
                            AttuneJob       *job,
                            GError         **error)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (self), FALSE);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), FALSE);

  return attune_entity_store_save_sync (self->entities, G_OBJECT (job), error);
}

static void
delete_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  forward_boolean (source, result, task, attune_entity_store_delete_finish);
}

void
attune_job_store_delete_async (AttuneJobStore      *self,
                               AttuneJob           *job,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (ATTUNE_IS_JOB_STORE (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  task = forward_task (self, cancellable, callback, user_data, attune_job_store_delete_async);
  g_task_set_check_cancellable (task, FALSE);
  attune_entity_store_delete_async (self->entities, G_OBJECT (job), cancellable, delete_cb, task);
}

gboolean
attune_job_store_delete_finish (AttuneJobStore  *self,
                                GAsyncResult    *result,
                                GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_job_store_delete_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
