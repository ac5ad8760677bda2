/* attune-commands-jobs.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-commands-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-error.h"

/* So many of the latest events job-status tells. */
#define RECENT_EVENTS 20

/* One question about a job, or one wish. */
typedef struct {
  AttuneCommands    *self;
  GTask             *task;
  AttuneJob         *job;
  AttuneHeldContext *held;
  char              *destination;
  GError            *problem;
  GPtrArray         *events;  /* what a thread read */
  GArray            *metrics;
} Call;

static void
call_free (Call *call)
{
  g_clear_object (&call->self);
  g_clear_object (&call->task);
  g_clear_object (&call->job);
  g_clear_pointer (&call->held, attune_held_context_free);
  g_clear_error (&call->problem);
  g_clear_pointer (&call->events, g_ptr_array_unref);
  g_clear_pointer (&call->metrics, g_array_unref);
  g_free (call->destination);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* NULL with @task ended where there is no such job. */
static Call *
call_new (AttuneCommands *self,
          GTask          *task,
          GVariant       *parameters)
{
  GError *error = NULL;
  AttuneJob *job = attune_commands_find_job (self, parameters, &error);
  Call *call;

  if (job == NULL)
    {
      attune_commands_return_error (task, error);
      return NULL;
    }

  call = g_new0 (Call, 1);
  call->self = g_object_ref (self);
  call->task = task;
  call->job = g_object_ref (job);

  return call;
}

static void
read_events_thread (GTask        *task,
                    gpointer      source,
                    gpointer      task_data,
                    GCancellable *cancellable)
{
  Call *call = task_data;
  goffset offset = 0;
  GError *error = NULL;

  call->events = attune_job_store_read_events (call->self->jobs, call->job, &offset, &error);
  if (call->events != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
status_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      attune_commands_return_error (g_steal_pointer (&call->task), error);
      return;
    }

  if (call->events->len > RECENT_EVENTS)
    g_ptr_array_remove_range (call->events, 0, call->events->len - RECENT_EVENTS);
  attune_commands_return (g_steal_pointer (&call->task), attune_job_to_variant (call->job, call->events, call->problem));
}

static void
status_refreshed_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  Call *call = user_data;

  /* What is known is told in any case, and beside it why there is nothing newer. */
  if (!attune_monitor_refresh_finish (ATTUNE_MONITOR (source), result, &call->problem))
    {
      attune_error_convert (&call->problem);
      if (attune_error_is_cancelled (call->problem)
          || attune_job_store_lookup (call->self->jobs, attune_job_get_id (call->job)) != call->job)
        {
          attune_commands_return_error (g_steal_pointer (&call->task), g_steal_pointer (&call->problem));
          call_free (call);
          return;
        }
    }

  attune_commands_in_thread (read_events_thread, status_read_cb, call);
}

static void
job_status (AttuneCommands *self,
            GTask          *task,
            GVariant       *parameters)
{
  Call *call = call_new (self, task, parameters);

  if (call == NULL)
    return;

  if (attune_job_status_is_final (attune_job_get_status (call->job)))
    attune_commands_in_thread (read_events_thread, status_read_cb, call);
  else
    attune_monitor_refresh_async (self->monitor, call->job, g_task_get_cancellable (task), status_refreshed_cb, call);
}

void
attune_command_job_status (AttuneCommands *self,
                           GTask          *task,
                           GVariant       *parameters)
{
  job_status (self, task, parameters);
}

void
attune_command_train_status (AttuneCommands *self,
                             GTask          *task,
                             GVariant       *parameters)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) renamed = NULL;

  g_variant_dict_insert (&dict, "jobId", "s", attune_commands_peek_text (parameters, "sessionId"));
  renamed = g_variant_ref_sink (g_variant_dict_end (&dict));
  job_status (self, task, renamed);
}

void
attune_command_job_list (AttuneCommands *self,
                         GTask          *task,
                         GVariant       *parameters)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  const char *nick = attune_commands_peek_text (parameters, "status");
  const char *provider = attune_commands_peek_text (parameters, "provider");
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->jobs));
  int status = -1;

  if (nick != NULL && !attune_enum_from_nick (ATTUNE_TYPE_JOB_STATUS, nick, &status))
    {
      g_autofree char *known = attune_enum_list_nicks (ATTUNE_TYPE_JOB_STATUS);

      g_variant_builder_clear (&builder);
      attune_commands_return_error (task, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                                                       _("status is “%s”, but has to be one of: %s"), nick, known));
      return;
    }

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (self->jobs), i);

      if ((status < 0 || (int) attune_job_get_status (job) == status)
          && (provider == NULL || g_strcmp0 (attune_job_get_provider (job), provider) == 0))
        g_variant_builder_add_value (&builder, attune_job_to_variant (job, NULL, NULL));
    }
  g_variant_dict_insert_value (&dict, "jobs", g_variant_builder_end (&builder));
  attune_commands_return (task, g_variant_dict_end (&dict));
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  GError *error = NULL;

  if (attune_job_store_save_finish (ATTUNE_JOB_STORE (source), result, &error))
    attune_commands_return (g_steal_pointer (&call->task), attune_job_to_variant (call->job, NULL, NULL));
  else
    attune_commands_return_error (g_steal_pointer (&call->task), error);
}

void
attune_command_job_rename (AttuneCommands *self,
                           GTask          *task,
                           GVariant       *parameters)
{
  Call *call = call_new (self, task, parameters);

  if (call == NULL)
    return;

  attune_job_set_name (call->job, attune_commands_peek_text (parameters, "name"));
  attune_job_store_save_async (self->jobs, call->job, NULL, saved_cb, call);
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  GError *error = NULL;

  if (attune_job_store_delete_finish (ATTUNE_JOB_STORE (source), result, &error))
    attune_commands_return (g_steal_pointer (&call->task), attune_commands_job_state (call->job));
  else
    attune_commands_return_error (g_steal_pointer (&call->task), error);
}

static void
deleted_there_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  GError *error = NULL;

  if (!attune_adapter_delete_job_finish (ATTUNE_ADAPTER (source), result, &error))
    {
      attune_commands_return_error (g_steal_pointer (&call->task), error);
      return;
    }

  attune_job_store_delete_async (call->self->jobs, call->job, NULL, deleted_cb, call);
  g_steal_pointer (&call);
}

void
attune_command_job_delete (AttuneCommands *self,
                           GTask          *task,
                           GVariant       *parameters)
{
  g_autoptr (Call) call = call_new (self, task, parameters);
  AttuneJobStatus status;

  if (call == NULL)
    return;

  status = attune_job_get_status (call->job);
  if (!attune_job_status_is_final (status))
    {
      attune_commands_return_error (g_steal_pointer (&call->task),
                                    g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                                                 /* translators: the name of a job and its state, such as "Running" */
                                                 _("“%s” has not ended (%s). Cancel it first, then delete it."),
                                                 attune_job_get_name (call->job), attune_job_status_get_title (status)));
      return;
    }

  /* At the provider first: what is deleted here alone could not be found again there. */
  if (attune_commands_peek_boolean (parameters, "remote") && attune_job_get_provider_job_id (call->job) != NULL)
    {
      GError *error = NULL;
      AttuneAdapter *adapter = attune_registry_lookup (self->registry, attune_job_get_provider (call->job), &error);

      if (adapter == NULL)
        {
          attune_commands_return_error (g_steal_pointer (&call->task), error);
          return;
        }
      call->held = attune_held_context_for_job (self->jobs, self->datasets, call->job);
      attune_adapter_delete_job_async (adapter, &call->held->context, g_task_get_cancellable (call->task), deleted_there_cb, call);
    }
  else
    {
      attune_job_store_delete_async (self->jobs, call->job, NULL, deleted_cb, call);
    }
  g_steal_pointer (&call);
}

static void
events_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      attune_commands_return_error (g_steal_pointer (&call->task), error);
      return;
    }

  g_variant_dict_insert_value (&dict, "events", attune_events_to_variant (call->events, 0));
  attune_commands_return (g_steal_pointer (&call->task), g_variant_dict_end (&dict));
}

void
attune_command_job_events (AttuneCommands *self,
                           GTask          *task,
                           GVariant       *parameters)
{
  Call *call = call_new (self, task, parameters);

  if (call != NULL)
    attune_commands_in_thread (read_events_thread, events_read_cb, call);
}

static void
read_metrics_thread (GTask        *task,
                     gpointer      source,
                     gpointer      task_data,
                     GCancellable *cancellable)
{
  Call *call = task_data;
  goffset offset = 0;
  GError *error = NULL;

  call->metrics = attune_job_store_read_metrics (call->self->jobs, call->job, &offset, &error);
  if (call->metrics != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
metrics_read_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      attune_commands_return_error (g_steal_pointer (&call->task), error);
      return;
    }

  g_variant_dict_insert_value (&dict, "metrics", attune_metric_points_to_variant (call->metrics));
  attune_commands_return (g_steal_pointer (&call->task), g_variant_dict_end (&dict));
}

void
attune_command_job_metrics (AttuneCommands *self,
                            GTask          *task,
                            GVariant       *parameters)
{
  Call *call = call_new (self, task, parameters);

  if (call != NULL)
    attune_commands_in_thread (read_metrics_thread, metrics_read_cb, call);
}

static void
return_checkpoints (Call *call)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert_value (&dict, "checkpoints",
                               attune_checkpoints_to_variant (attune_job_get_checkpoints (call->job)));
  attune_commands_return (g_steal_pointer (&call->task), g_variant_dict_end (&dict));
}

static void
checkpoints_saved_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  GError *error = NULL;

  if (attune_job_store_save_finish (ATTUNE_JOB_STORE (source), result, &error))
    return_checkpoints (call);
  else
    attune_commands_return_error (g_steal_pointer (&call->task), error);
}

static void
checkpoints_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GPtrArray) before = g_ptr_array_ref (attune_job_get_checkpoints (call->job));
  GError *error = NULL;
  g_autoptr (GPtrArray) checkpoints = attune_adapter_list_checkpoints_finish (ATTUNE_ADAPTER (source), result, &error);

  if (checkpoints == NULL)
    {
      attune_commands_return_error (g_steal_pointer (&call->task), error);
      return;
    }

  attune_job_set_checkpoints (call->job, checkpoints);
  if (attune_job_get_checkpoints (call->job) == before
      || attune_job_store_lookup (call->self->jobs, attune_job_get_id (call->job)) != call->job)
    {
      return_checkpoints (call);
      return;
    }

  attune_job_store_save_async (call->self->jobs, call->job, NULL, checkpoints_saved_cb, call);
  g_steal_pointer (&call);
}

/* Fills in the adapter's context; NULL with the command ended where the provider is not known here. */
static AttuneAdapter *
find_adapter (Call *call)
{
  GError *error = NULL;
  AttuneAdapter *adapter = attune_registry_lookup (call->self->registry, attune_job_get_provider (call->job), &error);

  if (adapter == NULL)
    {
      attune_commands_return_error (g_steal_pointer (&call->task), error);
      return NULL;
    }

  call->held = attune_held_context_for_job (call->self->jobs, call->self->datasets, call->job);
  return adapter;
}

void
attune_command_job_checkpoints (AttuneCommands *self,
                                GTask          *task,
                                GVariant       *parameters)
{
  g_autoptr (Call) call = call_new (self, task, parameters);
  AttuneAdapter *adapter;

  if (call == NULL)
    return;

  adapter = find_adapter (call);
  if (adapter == NULL)
    return;

  /* Where the provider cannot list them, those that came with its news are all that there are. */
  if (!attune_adapter_can (adapter, "checkpoints") || attune_job_get_provider_job_id (call->job) == NULL)
    {
      return_checkpoints (call);
      return;
    }

  attune_adapter_list_checkpoints_async (adapter, &call->held->context, g_task_get_cancellable (task), checkpoints_cb, call);
  g_steal_pointer (&call);
}

static void
downloaded_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  GError *error = NULL;

  attune_job_set_activity (call->job, NULL, NAN);
  if (!attune_adapter_download_output_finish (ATTUNE_ADAPTER (source), result, &error))
    {
      attune_commands_return_error (g_steal_pointer (&call->task), error);
      return;
    }

  g_variant_dict_insert (&dict, "path", "s", call->destination);
  attune_commands_return (g_steal_pointer (&call->task), g_variant_dict_end (&dict));
}

void
attune_command_job_download (AttuneCommands *self,
                             GTask          *task,
                             GVariant       *parameters)
{
  g_autoptr (Call) call = call_new (self, task, parameters);
  AttuneAdapter *adapter;

  if (call == NULL)
    return;

  adapter = find_adapter (call);
  if (adapter == NULL)
    return;

  call->destination = g_canonicalize_filename (attune_commands_peek_text (parameters, "destination"), NULL);
  attune_adapter_download_output_async (adapter, &call->held->context, call->destination, attune_commands_note_progress, call->job,
                                        g_task_get_cancellable (task), downloaded_cb, call);
  g_steal_pointer (&call);
}
