/* attune-commands-control.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-commands"

#include "config.h"

#include "attune-commands-private.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"

/* job-cancel, job-pause and job-resume: the wish goes to the provider, and the answer waits, within bounds, until the wish is seen
 * to be true. */

/* Seconds that a person waits for a state; the monitor follows the job after that. */
#define PATIENCE      10.0
#define FIRST_LOOK    0.1
#define SLOWEST_LOOK  1.0

typedef enum {
  WISH_CANCEL,
  WISH_PAUSE,
  WISH_RESUME,
} Wish;

typedef struct {
  AttuneCommands    *self;
  GTask             *task;
  AttuneJob         *job;
  AttuneAdapter     *adapter;
  AttuneHeldContext *held;
  Wish               wish;
  AttuneJobStatus    before;
  gint64             deadline;
  double             pause;
  gboolean           recovered;
} Control;

static void
control_free (Control *control)
{
  g_clear_pointer (&control->held, attune_held_context_free);
  g_clear_object (&control->self);
  g_clear_object (&control->task);
  g_clear_object (&control->job);
  g_clear_object (&control->adapter);
  g_free (control);
}

static void proceed (Control *control);
static void look_again (Control *control);

/* Both take @control. */
static void
end (Control *control)
{
  attune_commands_return (g_steal_pointer (&control->task), attune_commands_job_state (control->job));
  control_free (control);
}

static void
end_error (Control *control,
           GError  *error)
{
  attune_commands_return_error (g_steal_pointer (&control->task), error);
  control_free (control);
}

static gboolean
is_listed (Control *control)
{
  return attune_job_store_lookup (control->self->jobs, attune_job_get_id (control->job)) == control->job;
}

static gboolean
is_fulfilled (Control *control)
{
  AttuneJobStatus status = attune_job_get_status (control->job);

  switch (control->wish)
    {
    case WISH_CANCEL:
      return attune_job_status_is_final (status);
    case WISH_PAUSE:
      return status == ATTUNE_JOB_STATUS_PAUSED || attune_job_status_is_final (status);
    case WISH_RESUME:
    default:
      return !attune_monitor_is_expecting (control->self->monitor, control->job);
    }
}

static void
looked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Control *control = user_data;
  g_autoptr (GError) error = NULL;

  /* The wish was taken; that the state cannot be asked for just now is for the next look, or for the monitor. */
  if (!attune_monitor_refresh_finish (ATTUNE_MONITOR (source), result, &error))
    g_debug ("%s: %s", attune_job_get_id (control->job), error->message);

  if (!is_listed (control) || is_fulfilled (control)
      || attune_error_is_cancelled (error)
      || g_get_monotonic_time () >= control->deadline)
    end (control);
  else
    look_again (control);
}

static gboolean
look_cb (gpointer user_data)
{
  Control *control = user_data;

  attune_monitor_refresh_async (control->self->monitor, control->job, g_task_get_cancellable (control->task), looked_cb, control);

  return G_SOURCE_REMOVE;
}

static void
look_again (Control *control)
{
  g_timeout_add_full (G_PRIORITY_DEFAULT, (guint) MAX (control->pause * 1000, 1), look_cb, control, NULL);
  control->pause = MIN (control->pause * 1.6, SLOWEST_LOOK * control->self->monitor->scale);
}

static void
wait_until_seen (Control *control)
{
  double scale = control->self->monitor->scale;

  control->deadline = g_get_monotonic_time () + (gint64) (PATIENCE * scale * G_USEC_PER_SEC);
  control->pause = FIRST_LOOK * scale;
  look_cb (control);
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Control *control = user_data;
  GError *error = NULL;

  if (!attune_job_store_save_finish (ATTUNE_JOB_STORE (source), result, &error))
    end_error (control, error);
  else if (attune_job_get_provider_job_id (control->job) == NULL)
    end (control);
  else
    wait_until_seen (control);
}

static void
wished_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Control *control = user_data;
  AttuneAdapter *adapter = ATTUNE_ADAPTER (source);
  GError *error = NULL;
  gboolean success;

  switch (control->wish)
    {
    case WISH_CANCEL:
      success = attune_adapter_cancel_finish (adapter, result, &error);
      break;
    case WISH_PAUSE:
      success = attune_adapter_pause_finish (adapter, result, &error);
      break;
    case WISH_RESUME:
    default:
      success = attune_adapter_resume_finish (adapter, result, &error);
      break;
    }

  if (!success)
    {
      end_error (control, error);
      return;
    }
  if (control->wish != WISH_RESUME || !is_listed (control))
    {
      wait_until_seen (control);
      return;
    }

  /* On disk at once, so that other processes follow it again too. */
  attune_monitor_expect_change (control->self->monitor, control->job, control->before);
  attune_job_set_status (control->job, ATTUNE_JOB_STATUS_QUEUED);
  attune_job_store_save_async (control->self->jobs, control->job, NULL, saved_cb, control);
}

static void
tell_provider (Control *control)
{
  GCancellable *cancellable = g_task_get_cancellable (control->task);

  control->held = attune_held_context_for_job (control->self->jobs, control->self->datasets, control->job);
  switch (control->wish)
    {
    case WISH_CANCEL:
      attune_adapter_cancel_async (control->adapter, &control->held->context, cancellable, wished_cb, control);
      break;
    case WISH_PAUSE:
      attune_adapter_pause_async (control->adapter, &control->held->context, cancellable, wished_cb, control);
      break;
    case WISH_RESUME:
    default:
      attune_adapter_resume_async (control->adapter, &control->held->context, cancellable, wished_cb, control);
      break;
    }
}

/* The job is being prepared or sent. */

static gboolean
sending_cb (gpointer user_data)
{
  Control *control = user_data;

  if (g_hash_table_contains (control->self->creating, attune_job_get_id (control->job))
      && g_get_monotonic_time () < control->deadline)
    return G_SOURCE_CONTINUE;

  /* It may have been too late for it, and then it is a job like any other. */
  if (attune_job_status_is_final (attune_job_get_status (control->job)) || !is_listed (control))
    end (control);
  else
    proceed (control);

  return G_SOURCE_REMOVE;
}

static void
recovered_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Control *control = user_data;
  GError *error = NULL;

  if (!attune_monitor_refresh_finish (ATTUNE_MONITOR (source), result, &error))
    {
      end_error (control, error);
      return;
    }

  control->recovered = TRUE;
  if (attune_job_status_is_final (attune_job_get_status (control->job)))
    end (control);
  else
    proceed (control);
}

static void
cancel_sending (Control *control)
{
  if (attune_commands_cancel_sending (control->self, control->job))
    {
      control->deadline = g_get_monotonic_time () + (gint64) (PATIENCE * G_USEC_PER_SEC);
      g_timeout_add_full (G_PRIORITY_DEFAULT, 20, sending_cb, control, NULL);
    }
  else if (attune_job_get_status (control->job) == ATTUNE_JOB_STATUS_PREPARING)
    {
      /* Whether its process lives or not: it looks at this before it sends anything. */
      attune_job_set_status (control->job, ATTUNE_JOB_STATUS_CANCELLED);
      attune_job_store_save_async (control->self->jobs, control->job, NULL, saved_cb, control);
    }
  else if (!control->recovered)
    {
      attune_monitor_refresh_async (control->self->monitor, control->job, g_task_get_cancellable (control->task),
                                    recovered_cb, control);
    }
  else
    {
      end_error (control, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                                       _("This job is just being sent to %s. Try again in a moment."),
                                       attune_adapter_get_title (control->adapter)));
    }
}

static void
refuse_state (Control    *control,
              const char *sentence)
{
  AttuneJobStatus status = attune_job_get_status (control->job);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  end_error (control, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_INVALID, sentence,
                                   attune_job_get_name (control->job), attune_job_status_get_title (status)));
#pragma GCC diagnostic pop
}

static gboolean
is_sending (Control *control)
{
  AttuneJobStatus status = attune_job_get_status (control->job);

  return status == ATTUNE_JOB_STATUS_PREPARING || status == ATTUNE_JOB_STATUS_SUBMITTING;
}

static void
proceed (Control *control)
{
  AttuneJobStatus status = attune_job_get_status (control->job);

  control->before = status;
  switch (control->wish)
    {
    case WISH_CANCEL:
      if (attune_job_status_is_final (status))
        /* translators: the name of a job and its state, such as "Succeeded", in this and the next messages */
        refuse_state (control, _("“%s” has ended already (%s)"));
      else if (is_sending (control))
        cancel_sending (control);
      else
        tell_provider (control);
      break;

    case WISH_PAUSE:
      if (attune_job_status_is_final (status))
        refuse_state (control, _("“%s” has ended already (%s)"));
      else if (status == ATTUNE_JOB_STATUS_PAUSED || is_sending (control))
        refuse_state (control, _("“%s” is not running (%s), so it cannot be paused"));
      else
        tell_provider (control);
      break;

    case WISH_RESUME:
    default:
      if (status == ATTUNE_JOB_STATUS_SUCCEEDED)
        refuse_state (control, _("“%s” has ended well (%s). There is nothing to resume."));
      else if (status != ATTUNE_JOB_STATUS_PAUSED && !attune_job_status_is_final (status))
        refuse_state (control, _("“%s” has not stopped (%s), so it cannot be resumed"));
      else if (attune_job_get_provider_job_id (control->job) == NULL)
        {
          attune_commands_send_again (control->self, g_steal_pointer (&control->task), control->job);
          control_free (control);
        }
      else
        tell_provider (control);
      break;
    }
}

static void
start (AttuneCommands *self,
       GTask          *task,
       GVariant       *parameters,
       Wish            wish)
{
  GError *error = NULL;
  AttuneJob *job = attune_commands_find_job (self, parameters, &error);
  AttuneAdapter *adapter = job != NULL
    ? attune_registry_lookup (self->registry, attune_job_get_provider (job), &error)
    : NULL;
  Control *control;

  if (adapter == NULL)
    {
      attune_commands_return_error (task, error);
      return;
    }

  control = g_new0 (Control, 1);
  control->self = g_object_ref (self);
  control->task = task;
  control->job = g_object_ref (job);
  control->adapter = g_object_ref (adapter);
  control->wish = wish;
  proceed (control);
}

void
attune_command_job_cancel (AttuneCommands *self,
                           GTask          *task,
                           GVariant       *parameters)
{
  start (self, task, parameters, WISH_CANCEL);
}

void
attune_command_job_pause (AttuneCommands *self,
                          GTask          *task,
                          GVariant       *parameters)
{
  start (self, task, parameters, WISH_PAUSE);
}

void
attune_command_job_resume (AttuneCommands *self,
                           GTask          *task,
                           GVariant       *parameters)
{
  start (self, task, parameters, WISH_RESUME);
}
