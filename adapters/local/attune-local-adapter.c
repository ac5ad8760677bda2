/* attune-local-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-local-adapter"

#include "attune-local-adapter.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

#include "attune-dataset-reader.h"
#include "attune-local-private.h"
#include "attune-paths.h"

struct _AttuneLocalAdapter
{
  GObject             parent_instance;

  GMutex              lock;         /* operations run in threads */
  AttuneCapabilities *capabilities; /* the last loaded */
  GHashTable         *models;       /* path → AttuneLocalModel, as they were when last looked at */
  GPtrArray          *folders;      /* further folders of models */
  GHashTable         *data;         /* path → DataCheck */
};

/* What a data file was like when it was read last. */
typedef struct {
  gint64  size;
  gint64  time;
  char   *problem; /* NULL: fit */
} DataCheck;

static void attune_local_adapter_iface_init (AttuneAdapterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneLocalAdapter, attune_local_adapter, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, attune_local_adapter_iface_init))

static void
data_check_free (DataCheck *self)
{
  g_free (self->problem);
  g_free (self);
}

static void
attune_local_adapter_finalize (GObject *object)
{
  AttuneLocalAdapter *self = ATTUNE_LOCAL_ADAPTER (object);

  g_clear_object (&self->capabilities);
  g_clear_pointer (&self->models, g_hash_table_unref);
  g_clear_pointer (&self->folders, g_ptr_array_unref);
  g_clear_pointer (&self->data, g_hash_table_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (attune_local_adapter_parent_class)->finalize (object);
}

static void
attune_local_adapter_class_init (AttuneLocalAdapterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = attune_local_adapter_finalize;
}

static void
attune_local_adapter_init (AttuneLocalAdapter *self)
{
  g_mutex_init (&self->lock);
  self->models = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) attune_local_model_unref);
  self->folders = g_ptr_array_new_with_free_func (g_free);
  self->data = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) data_check_free);
}

AttuneAdapter *
attune_local_adapter_new (void)
{
  return g_object_new (ATTUNE_TYPE_LOCAL_ADAPTER, NULL);
}

void
attune_local_adapter_add_folder (AttuneLocalAdapter *self,
                                 const char         *path)
{
  g_return_if_fail (ATTUNE_IS_LOCAL_ADAPTER (self));
  g_return_if_fail (path != NULL);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->folders, g_canonicalize_filename (path, NULL));
  g_mutex_unlock (&self->lock);
}

/* Loading a large tokenizer takes a while: a folder is looked at again only after one of its files changed. */
static AttuneLocalModel *
dup_cached_model (AttuneLocalAdapter *self,
                  const char         *path)
{
  g_autofree char *canonical = g_canonicalize_filename (path, NULL);
  g_autoptr (AttuneLocalModel) model = NULL;
  guint64 stamp = attune_local_model_read_stamp (canonical);

  g_mutex_lock (&self->lock);
  model = g_hash_table_lookup (self->models, canonical);
  if (model != NULL)
    attune_local_model_ref (model);
  g_mutex_unlock (&self->lock);

  if (model != NULL && model->stamp == stamp && stamp != 0)
    return g_steal_pointer (&model);

  g_clear_pointer (&model, attune_local_model_unref);
  model = attune_local_model_inspect (canonical);

  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->models, g_steal_pointer (&canonical), attune_local_model_ref (model));
  g_mutex_unlock (&self->lock);

  return g_steal_pointer (&model);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return g_ascii_strcasecmp (*(const char * const *) a, *(const char * const *) b);
}

/* The model folders in @path, in the order of their names. */
static void
collect_folders (const char *path,
                 GPtrArray  *paths)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  const char *name;

  if (folder == NULL)
    return;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      /* Half-copied ones begin with a dot. */
      if (name[0] != '.' && attune_local_model_is_folder (child))
        g_ptr_array_add (found, g_steal_pointer (&child));
    }

  g_ptr_array_sort (found, compare_names);
  g_ptr_array_extend_and_steal (paths, g_steal_pointer (&found));
}

/* (element-type utf8): the starter model first, then the person's own. */
static GPtrArray *
list_paths (AttuneLocalAdapter *self)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) folders = NULL;
  g_autofree char *starter = attune_paths_dup_package_file ("starter/model");
  g_autofree char *models = attune_paths_dup_models_folder ();

  if (attune_local_model_is_folder (starter))
    g_ptr_array_add (paths, g_canonicalize_filename (starter, NULL));
  collect_folders (models, paths);

  folders = g_ptr_array_new_with_free_func (g_free);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->folders->len; i++)
    g_ptr_array_add (folders, g_strdup (g_ptr_array_index (self->folders, i)));
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < folders->len; i++)
    {
      if (attune_local_model_is_folder (g_ptr_array_index (folders, i)))
        g_ptr_array_add (paths, g_strdup (g_ptr_array_index (folders, i)));
      else
        collect_folders (g_ptr_array_index (folders, i), paths);
    }

  return g_steal_pointer (&paths);
}

/* The names that configurations use: short where that is clear. */
static char *
dup_id (const char *path,
        const char *starter,
        GHashTable *taken)
{
  g_autofree char *name = g_strcmp0 (path, starter) == 0 ? g_strdup ("starter") : g_path_get_basename (path);

  if (!g_hash_table_contains (taken, name) && g_utf8_validate (name, -1, NULL))
    {
      g_hash_table_add (taken, g_strdup (name));
      return g_steal_pointer (&name);
    }

  return g_strdup (path);
}

GPtrArray *
attune_local_adapter_list_models (AttuneLocalAdapter *self)
{
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_local_model_unref);
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GHashTable) taken = NULL;
  g_autofree char *starter_path = attune_paths_dup_package_file ("starter/model");
  g_autofree char *starter = g_canonicalize_filename (starter_path, NULL);

  g_return_val_if_fail (ATTUNE_IS_LOCAL_ADAPTER (self), NULL);

  paths = list_paths (self);
  taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autoptr (AttuneLocalModel) model = dup_cached_model (self, path);
      g_autofree char *id = dup_id (path, starter, taken);

      g_ptr_array_add (models, attune_local_model_rename (model, id));
    }

  return g_steal_pointer (&models);
}

AttuneLocalModel *
attune_local_adapter_dup_model (AttuneLocalAdapter  *self,
                                const char          *base_model,
                                GError             **error)
{
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GHashTable) taken = NULL;
  g_autoptr (GString) known = NULL;
  g_autofree char *starter_path = attune_paths_dup_package_file ("starter/model");
  g_autofree char *starter = g_canonicalize_filename (starter_path, NULL);
  g_autofree char *folder = attune_paths_dup_models_folder ();

  g_return_val_if_fail (ATTUNE_IS_LOCAL_ADAPTER (self), NULL);
  g_return_val_if_fail (base_model != NULL, NULL);

  if (g_path_is_absolute (base_model))
    return dup_cached_model (self, base_model);

  /* Only the one that is meant is looked into. */
  paths = list_paths (self);
  taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  known = g_string_new (NULL);
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autofree char *id = dup_id (path, starter, taken);

      if (strcmp (id, base_model) == 0)
        {
          g_autoptr (AttuneLocalModel) model = dup_cached_model (self, path);

          return attune_local_model_rename (model, id);
        }
      g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "", id);
    }

  if (known->len > 0)
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                 _("There is no model “%s” on this computer. There are: %s. A model folder can be added to “%s” or named by its whole path."),
                 base_model, known->str, folder);
  else
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                 _("There is no model “%s” on this computer. A model folder can be added to “%s” or named by its whole path."),
                 base_model, folder);

  return NULL;
}

static char *
find_problem (const char *path)
{
  g_autoptr (AttuneDatasetReport) report = NULL;
  g_autoptr (GError) error = NULL;

  report = attune_dataset_check (path, NULL, 0, NULL, &error);
  if (report == NULL)
    return g_strdup (error->message);

  for (guint i = 0; i < report->problems->len; i++)
    {
      const AttuneProblem *problem = &g_array_index (report->problems, AttuneProblem, i);

      if (problem->severity != ATTUNE_PROBLEM_ERROR)
        continue;
      if (report->n_left_out > 1)
        return g_strdup_printf (_("%s, line %" G_GINT64_FORMAT ": %s (%" G_GINT64_FORMAT " rows cannot be used in all)"),
                                path, problem->line, problem->message, report->n_left_out);
      return g_strdup_printf (_("%s, line %" G_GINT64_FORMAT ": %s"), path, problem->line, problem->message);
    }

  if (report->n_left_out > 0)
    return g_strdup_printf (_("%s: %" G_GINT64_FORMAT " rows cannot be used. “attunectl dataset-check” lists them."), path, report->n_left_out);
  if (report->rows == 0)
    return g_strdup_printf (_("%s: the file has no rows. Write one JSON object a line."), path);

  return NULL;
}

char *
attune_local_adapter_check_data (AttuneLocalAdapter *self,
                                 const char         *path)
{
  g_autofree char *problem = NULL;
  const DataCheck *known;
  DataCheck *check;
  struct stat info = { 0 };
  gboolean is_known;

  g_return_val_if_fail (ATTUNE_IS_LOCAL_ADAPTER (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  check = g_new0 (DataCheck, 1);
  if (stat (path, &info) == 0)
    {
      check->size = (gint64) info.st_size;
      check->time = (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
    }

  g_mutex_lock (&self->lock);
  known = g_hash_table_lookup (self->data, path);
  is_known = known != NULL && known->size == check->size && known->time == check->time;
  if (is_known)
    problem = g_strdup (known->problem);
  g_mutex_unlock (&self->lock);

  if (is_known)
    {
      data_check_free (check);
      return g_steal_pointer (&problem);
    }

  problem = find_problem (path);
  check->problem = g_strdup (problem);
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->data, g_strdup (path), check);
  g_mutex_unlock (&self->lock);

  return g_steal_pointer (&problem);
}

AttuneLocalPlace *
attune_local_place_new (const AttuneJobContext *context)
{
  AttuneLocalPlace *self = g_new0 (AttuneLocalPlace, 1);

  if (context != NULL)
    {
      if (context->job != NULL)
        self->job_id = g_strdup (attune_job_get_id (context->job));
      if (context->folder != NULL)
        {
          self->job_folder = g_canonicalize_filename (context->folder, NULL);
          self->run_folder = g_build_filename (self->job_folder, "run", NULL);
        }
    }

  return self;
}

void
attune_local_place_free (AttuneLocalPlace *self)
{
  if (self == NULL)
    return;

  g_free (self->job_id);
  g_free (self->job_folder);
  g_free (self->run_folder);
  g_free (self);
}

GTask *
attune_local_task_new (AttuneLocalAdapter     *self,
                       const AttuneJobContext *context,
                       gpointer                source_tag,
                       GCancellable           *cancellable,
                       GAsyncReadyCallback     callback,
                       gpointer                user_data,
                       gboolean               *usable)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (AttuneLocalPlace) place = attune_local_place_new (context);

  g_task_set_source_tag (task, source_tag);
  *usable = place->job_id != NULL && place->run_folder != NULL;
  if (!*usable)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s", _("The operation needs a job that has a folder."));
  else
    g_task_set_task_data (task, g_steal_pointer (&place), (GDestroyNotify) attune_local_place_free);

  return g_steal_pointer (&task);
}

static const char *
attune_local_adapter_get_id (AttuneAdapter *adapter)
{
  return "local";
}

static const char *
attune_local_adapter_get_title (AttuneAdapter *adapter)
{
  return _("This Computer");
}

static const char *
attune_local_adapter_get_description (AttuneAdapter *adapter)
{
  return _("Trains on this computer’s processor. Nothing leaves it, and nothing is to be paid.");
}

static void
load_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  AttuneLocalAdapter *self = source_object;
  g_autoptr (GPtrArray) models = attune_local_adapter_list_models (self);
  g_autoptr (AttuneCapabilities) capabilities = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  capabilities = attune_local_build_capabilities (models);
  g_mutex_lock (&self->lock);
  g_set_object (&self->capabilities, capabilities);
  g_mutex_unlock (&self->lock);

  g_task_return_pointer (task, g_steal_pointer (&capabilities), g_object_unref);
}

static void
attune_local_adapter_load_capabilities_async (AttuneAdapter       *adapter,
                                              gboolean             refresh,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);

  /* The disk may have changed whether or not a fresh look was asked for, and looking costs little. */
  g_task_set_source_tag (task, attune_local_adapter_load_capabilities_async);
  g_task_run_in_thread (task, load_thread);
}

static AttuneCapabilities *
attune_local_adapter_load_capabilities_finish (AttuneAdapter  *adapter,
                                               GAsyncResult   *result,
                                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_adapter_load_capabilities_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static AttuneCapabilities *
attune_local_adapter_dup_capabilities (AttuneAdapter *adapter)
{
  AttuneLocalAdapter *self = ATTUNE_LOCAL_ADAPTER (adapter);
  g_autoptr (AttuneCapabilities) capabilities = NULL;

  g_mutex_lock (&self->lock);
  if (self->capabilities != NULL)
    capabilities = g_object_ref (self->capabilities);
  g_mutex_unlock (&self->lock);

  return capabilities != NULL ? g_steal_pointer (&capabilities) : attune_local_build_capabilities (NULL);
}

static void
attune_local_adapter_iface_init (AttuneAdapterInterface *iface)
{
  iface->get_id = attune_local_adapter_get_id;
  iface->get_title = attune_local_adapter_get_title;
  iface->get_description = attune_local_adapter_get_description;
  iface->load_capabilities_async = attune_local_adapter_load_capabilities_async;
  iface->load_capabilities_finish = attune_local_adapter_load_capabilities_finish;
  iface->dup_capabilities = attune_local_adapter_dup_capabilities;
  iface->validate_configuration = attune_local_validate_configuration;
  iface->translate_configuration = attune_local_translate_configuration;
  iface->start_training_async = attune_local_start_training_async;
  iface->start_training_finish = attune_local_start_training_finish;
  iface->find_job_async = attune_local_find_job_async;
  iface->find_job_finish = attune_local_find_job_finish;
  iface->query_status_async = attune_local_query_status_async;
  iface->query_status_finish = attune_local_query_status_finish;
  iface->cancel_async = attune_local_cancel_async;
  iface->cancel_finish = attune_local_cancel_finish;
  iface->pause_async = attune_local_pause_async;
  iface->pause_finish = attune_local_pause_finish;
  iface->resume_async = attune_local_resume_async;
  iface->resume_finish = attune_local_resume_finish;
  iface->list_checkpoints_async = attune_local_list_checkpoints_async;
  iface->list_checkpoints_finish = attune_local_list_checkpoints_finish;
  iface->download_output_async = attune_local_download_output_async;
  iface->download_output_finish = attune_local_download_output_finish;
  iface->estimate_async = attune_local_estimate_async;
  iface->estimate_finish = attune_local_estimate_finish;
}
