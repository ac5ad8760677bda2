/* attune-monitor.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-monitor"

#include "config.h"

#include "attune-monitor-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-error.h"

/* Seconds between two questions. */
#define RHYTHM_RUNNING    10.0
#define RHYTHM_WAITING    30.0
#define RHYTHM_SUBMITTING 5.0
#define RHYTHM_OFFLINE    60.0
#define RHYTHM_LONGEST    300.0
#define RHYTHM_SHORTEST   0.05
/* Questions to one provider at a time; the others wait a moment. */
#define MAX_ASKING        6
#define CROWDED           0.25
/* And from one question on the network to the next, whoever they are for: a few jobs never notice it, and hundreds make no burst. */
#define TURN              0.4
#define EXPECT_SECONDS    10

enum {
  JOB_FINISHED,
  QUERY_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneMonitor, attune_monitor, G_TYPE_OBJECT)

static void schedule (AttuneMonitor *self,
                      AttuneWatch   *watch,
                      double         seconds);

static AttuneWatch *
watch_new (AttuneJob *job)
{
  AttuneWatch *self = g_new0 (AttuneWatch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->job = g_object_ref (job);
  self->rhythm = NAN;
  self->old_status = -1;
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  self->next_waiters = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancellable = g_cancellable_new ();

  return self;
}

AttuneWatch *
attune_watch_ref (AttuneWatch *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
attune_watch_unref (AttuneWatch *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->timeout_id == 0);

  g_object_unref (self->job);
  g_clear_pointer (&self->metrics, g_array_unref);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_ptr_array_unref (self->waiters);
  g_ptr_array_unref (self->next_waiters);
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
watch_release (AttuneWatch *self)
{
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  attune_watch_unref (self);
}

static void
attune_monitor_dispose (GObject *object)
{
  AttuneMonitor *self = ATTUNE_MONITOR (object);

  if (self->watches != NULL)
    attune_monitor_stop (self);
  g_clear_pointer (&self->watches, g_hash_table_unref);
  g_clear_pointer (&self->asking, g_hash_table_unref);
  g_clear_object (&self->registry);
  g_clear_object (&self->jobs);
  g_clear_object (&self->datasets);
  g_clear_object (&self->network);

  G_OBJECT_CLASS (attune_monitor_parent_class)->dispose (object);
}

static void
attune_monitor_class_init (AttuneMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = attune_monitor_dispose;

  signals[JOB_FINISHED] =
    g_signal_new ("job-finished", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, ATTUNE_TYPE_JOB);
  /* A question in the background went without an answer; it is asked again. */
  signals[QUERY_FAILED] =
    g_signal_new ("query-failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, ATTUNE_TYPE_JOB, G_TYPE_ERROR);
}

/* Tests of whole programs shorten every wait with this factor. */
static double
get_haste (void)
{
  const char *text = g_getenv ("ATTUNE_MONITOR_HASTE");
  double haste = text != NULL ? g_ascii_strtod (text, NULL) : 1;

  return isfinite (haste) && haste > 0 && haste < 1 ? haste : 1;
}

static void
attune_monitor_init (AttuneMonitor *self)
{
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) watch_release);
  self->asking = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->scale = 1;
  self->haste = get_haste ();
}

AttuneMonitor *
attune_monitor_new (AttuneRegistry     *registry,
                    AttuneJobStore     *jobs,
                    AttuneDatasetStore *datasets)
{
  AttuneMonitor *self;

  g_return_val_if_fail (ATTUNE_IS_REGISTRY (registry), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB_STORE (jobs), NULL);
  g_return_val_if_fail (ATTUNE_IS_DATASET_STORE (datasets), NULL);

  self = g_object_new (ATTUNE_TYPE_MONITOR, NULL);
  self->registry = g_object_ref (registry);
  self->jobs = g_object_ref (jobs);
  self->datasets = g_object_ref (datasets);

  return self;
}

void
attune_monitor_set_scale (AttuneMonitor *self,
                          double         scale)
{
  g_return_if_fail (ATTUNE_IS_MONITOR (self));
  g_return_if_fail (scale > 0);

  self->scale = scale;
}

static AttuneAdapter *
find_adapter (AttuneMonitor *self,
              AttuneJob     *job)
{
  const char *provider = attune_job_get_provider (job);

  return provider != NULL ? attune_registry_lookup (self->registry, provider, NULL) : NULL;
}

static gboolean
is_listed (AttuneMonitor *self,
           AttuneJob     *job)
{
  return attune_job_store_lookup (self->jobs, attune_job_get_id (job)) == job;
}

static AttuneWatch *
ensure_watch (AttuneMonitor *self,
              AttuneJob     *job)
{
  const char *id = attune_job_get_id (job);
  AttuneWatch *watch = g_hash_table_lookup (self->watches, id);

  if (watch != NULL && watch->job == job)
    return watch;

  watch = watch_new (job);
  g_hash_table_replace (self->watches, g_strdup (id), watch);

  return watch;
}

/* How long an unfinished job may go unasked. */
static double
get_rhythm (AttuneMonitor *self,
            AttuneWatch   *watch)
{
  AttuneJobStatus status = attune_job_get_status (watch->job);
  double seconds;

  if (isfinite (watch->rhythm))
    seconds = CLAMP (watch->rhythm, RHYTHM_SHORTEST, 3600);
  else if (status == ATTUNE_JOB_STATUS_RUNNING || status == ATTUNE_JOB_STATUS_VALIDATING_FILES)
    seconds = RHYTHM_RUNNING * self->scale;
  else if (status == ATTUNE_JOB_STATUS_PREPARING || status == ATTUNE_JOB_STATUS_SUBMITTING)
    seconds = RHYTHM_SUBMITTING * self->scale;
  else
    seconds = RHYTHM_WAITING * self->scale;

  if (watch->failures > 0)
    {
      /* Doubled each time, and never at the same moment as all the others. */
      seconds = MIN (seconds * exp2 (MIN (watch->failures, 12)), RHYTHM_LONGEST * self->scale);
      seconds *= g_random_double_range (0.75, 1.25);
      if (self->network != NULL && !g_network_monitor_get_network_available (self->network))
        {
          AttuneAdapter *adapter = find_adapter (self, watch->job);

          if (adapter != NULL && attune_adapter_get_credential (adapter) != NULL)
            seconds = MAX (seconds, RHYTHM_OFFLINE * self->scale);
        }
    }

  return MAX (seconds * self->haste, RHYTHM_SHORTEST * self->haste);
}

static void
finish_watch (AttuneMonitor *self,
              AttuneWatch   *watch)
{
  g_autoptr (AttuneJob) job = g_object_ref (watch->job);
  gboolean emit = watch->seen_unfinished && is_listed (self, job) && attune_job_status_is_final (attune_job_get_status (job));

  watch->seen_unfinished = FALSE;
  if (g_hash_table_lookup (self->watches, attune_job_get_id (job)) == watch)
    g_hash_table_remove (self->watches, attune_job_get_id (job));
  if (emit)
    g_signal_emit (self, signals[JOB_FINISHED], 0, job);
}

typedef struct {
  AttuneMonitor *monitor;
  AttuneWatch   *watch;
} Due;

/* TRUE where others come first; it is asked when they have been. */
static gboolean
wait_for_turn (AttuneMonitor *self,
               AttuneWatch   *watch)
{
  AttuneAdapter *adapter = find_adapter (self, watch->job);
  gint64 turn = (gint64) (TURN * self->scale * self->haste * G_USEC_PER_SEC);
  gint64 now = g_get_monotonic_time ();
  gint64 wait;

  /* This computer asks itself. */
  if (adapter == NULL || attune_adapter_get_credential (adapter) == NULL)
    return FALSE;

  wait = self->free_at - now;
  self->free_at = MAX (self->free_at, now) + turn;
  if (wait <= 0)
    return FALSE;

  watch->has_turn = TRUE;
  schedule (self, watch, (double) wait / G_USEC_PER_SEC);
  return TRUE;
}

static gboolean
due_cb (gpointer user_data)
{
  Due *due = user_data;
  AttuneMonitor *self = due->monitor;
  g_autoptr (AttuneWatch) watch = attune_watch_ref (due->watch);
  const char *provider = attune_job_get_provider (watch->job);

  watch->timeout_id = 0;
  watch->next = 0;
  if (watch->busy)
    return G_SOURCE_REMOVE;
  if (!is_listed (self, watch->job))
    {
      finish_watch (self, watch);
      return G_SOURCE_REMOVE;
    }
  if (provider != NULL && GPOINTER_TO_UINT (g_hash_table_lookup (self->asking, provider)) >= MAX_ASKING)
    {
      schedule (self, watch, CROWDED);
      return G_SOURCE_REMOVE;
    }

  if (!watch->has_turn && wait_for_turn (self, watch))
    return G_SOURCE_REMOVE;

  watch->has_turn = FALSE;
  watch->busy = TRUE;
  attune_monitor_ask (self, watch, FALSE);

  return G_SOURCE_REMOVE;
}

static void
schedule (AttuneMonitor *self,
          AttuneWatch   *watch,
          double         seconds)
{
  Due *due;
  guint milliseconds = (guint) CLAMP (seconds * 1000, 1, G_MAXINT);

  if (!self->running)
    return;

  due = g_new0 (Due, 1);
  due->monitor = self;
  due->watch = watch;
  g_clear_handle_id (&watch->timeout_id, g_source_remove);
  watch->next = g_get_monotonic_time () + (gint64) milliseconds * 1000;
  watch->timeout_id = g_timeout_add_full (G_PRIORITY_DEFAULT, milliseconds, due_cb, due, g_free);
  g_source_set_name_by_id (watch->timeout_id, "[attune] monitor");
}

/* The job is new, or its state changed. */
static void
consider (AttuneMonitor *self,
          AttuneJob     *job,
          double         delay)
{
  AttuneWatch *watch = g_hash_table_lookup (self->watches, attune_job_get_id (job));

  if (attune_job_status_is_final (attune_job_get_status (job)))
    {
      /* If a question is under way its end looks at this. */
      if (watch != NULL && !watch->busy)
        finish_watch (self, watch);
      return;
    }

  watch = ensure_watch (self, job);
  watch->seen_unfinished = TRUE;
  if (watch->busy)
    return;
  if (watch->timeout_id == 0)
    {
      schedule (self, watch, delay);
    }
  else
    {
      /* Another process saw it start: from now on there is more to see. */
      double seconds = get_rhythm (self, watch);

      if (watch->next > g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC))
        schedule (self, watch, seconds);
    }
}

static void
status_changed_cb (AttuneMonitor *self,
                   GParamSpec    *pspec,
                   AttuneJob     *job)
{
  g_assert (ATTUNE_IS_MONITOR (self));
  g_assert (ATTUNE_IS_JOB (job));

  if (self->running && is_listed (self, job))
    consider (self, job, RHYTHM_SHORTEST);
}

static void
watch_range (AttuneMonitor *self,
             guint          position,
             guint          added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (self->jobs), i);

      g_signal_handlers_disconnect_by_func (job, status_changed_cb, self);
      g_signal_connect_object (job, "notify::status", G_CALLBACK (status_changed_cb), self, G_CONNECT_SWAPPED);
      /* A hundred jobs that are picked up again do not all ask in the same moment. */
      consider (self, job, RHYTHM_SHORTEST + MIN (added, 50) * 0.02 * g_random_double ());
    }
}

static void
items_changed_cb (AttuneMonitor *self,
                  guint          position,
                  guint          removed,
                  guint          added)
{
  g_assert (ATTUNE_IS_MONITOR (self));

  watch_range (self, position, added);
  if (removed > 0)
    {
      g_autoptr (GPtrArray) watches = g_hash_table_get_values_as_ptr_array (self->watches);

      for (guint i = 0; i < watches->len; i++)
        {
          AttuneWatch *watch = g_ptr_array_index (watches, i);

          if (!watch->busy && !is_listed (self, watch->job))
            finish_watch (self, watch);
        }
    }
}

static void
network_changed_cb (AttuneMonitor *self,
                    gboolean       available)
{
  GHashTableIter iter;
  gpointer value;

  g_assert (ATTUNE_IS_MONITOR (self));

  if (!available || !self->running)
    return;

  /* Also the first sign of life after the computer was asleep. */
  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      AttuneWatch *watch = value;
      AttuneAdapter *adapter = find_adapter (self, watch->job);

      if (adapter == NULL || attune_adapter_get_credential (adapter) == NULL || watch->busy)
        continue;
      watch->failures = 0;
      schedule (self, watch, g_random_double_range (0.5, 2));
    }
}

void
attune_monitor_start (AttuneMonitor *self)
{
  g_return_if_fail (ATTUNE_IS_MONITOR (self));

  if (self->running)
    return;

  self->running = TRUE;
  g_set_object (&self->network, g_network_monitor_get_default ());
  g_signal_connect_object (self->network, "network-changed", G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  watch_range (self, 0, g_list_model_get_n_items (G_LIST_MODEL (self->jobs)));
}

void
attune_monitor_stop (AttuneMonitor *self)
{
  g_autoptr (GPtrArray) watches = NULL;
  guint n_jobs;

  g_return_if_fail (ATTUNE_IS_MONITOR (self));

  if (self->running)
    {
      self->running = FALSE;
      g_signal_handlers_disconnect_by_func (self->network, network_changed_cb, self);
      g_signal_handlers_disconnect_by_func (self->jobs, items_changed_cb, self);
      n_jobs = g_list_model_get_n_items (G_LIST_MODEL (self->jobs));
      for (guint i = 0; i < n_jobs; i++)
        {
          g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (self->jobs), i);

          g_signal_handlers_disconnect_by_func (job, status_changed_cb, self);
        }
    }

  /* Questions that somebody waits for are answered all the same. */
  watches = g_hash_table_get_values_as_ptr_array (self->watches);
  for (guint i = 0; i < watches->len; i++)
    {
      AttuneWatch *watch = g_ptr_array_index (watches, i);

      if (watch->busy && watch->waiters->len == 0 && watch->next_waiters->len == 0)
        g_cancellable_cancel (watch->cancellable);
      if (watch->busy)
        g_clear_handle_id (&watch->timeout_id, g_source_remove);
      else
        g_hash_table_remove (self->watches, attune_job_get_id (watch->job));
    }
}

void
attune_monitor_expect_change (AttuneMonitor   *self,
                              AttuneJob       *job,
                              AttuneJobStatus  status)
{
  AttuneWatch *watch;

  g_return_if_fail (ATTUNE_IS_MONITOR (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  watch = ensure_watch (self, job);
  watch->old_status = (int) status;
  watch->old_until = g_get_monotonic_time () + EXPECT_SECONDS * G_USEC_PER_SEC;
  watch->failures = 0;
  watch->unknown = 0;
}

gboolean
attune_monitor_is_expecting (AttuneMonitor *self,
                             AttuneJob     *job)
{
  AttuneWatch *watch;

  g_return_val_if_fail (ATTUNE_IS_MONITOR (self), FALSE);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), FALSE);

  watch = g_hash_table_lookup (self->watches, attune_job_get_id (job));
  return watch != NULL
         && watch->job == job
         && watch->old_status >= 0
         && g_get_monotonic_time () < watch->old_until;
}

/* Whoever waits for an answer need not wait any longer than they want to. */
typedef struct {
  GSource  *source;
  gboolean  ended;
} Waiting;

static void
waiting_free (Waiting *waiting)
{
  if (waiting->source != NULL)
    g_source_destroy (waiting->source);
  g_clear_pointer (&waiting->source, g_source_unref);
  g_free (waiting);
}

static gboolean
waiting_cancelled_cb (GCancellable *cancellable,
                      gpointer      user_data)
{
  GTask *task = user_data;
  Waiting *waiting = g_task_get_task_data (task);

  if (!waiting->ended)
    {
      waiting->ended = TRUE;
      g_task_return_error_if_cancelled (task);
    }

  return G_SOURCE_REMOVE;
}

static void
return_all (GPtrArray    *tasks,
            const GError *error)
{
  g_autoptr (GPtrArray) ending = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_extend_and_steal (ending, g_ptr_array_ref (tasks));
  for (guint i = 0; i < ending->len; i++)
    {
      GTask *task = g_ptr_array_index (ending, i);
      Waiting *waiting = g_task_get_task_data (task);

      if (waiting->source != NULL)
        g_source_destroy (waiting->source);
      if (waiting->ended)
        continue;
      waiting->ended = TRUE;
      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

void
attune_monitor_answered (AttuneMonitor *self,
                         AttuneWatch   *watch,
                         const GError  *error)
{
  g_autoptr (GPtrArray) waiters = NULL;
  gboolean again = watch->again;
  gboolean cancelled = error != NULL && attune_error_is_cancelled (error);
  gboolean current;

  waiters = g_steal_pointer (&watch->waiters);
  watch->waiters = g_steal_pointer (&watch->next_waiters);
  watch->next_waiters = g_ptr_array_new_with_free_func (g_object_unref);
  watch->again = FALSE;
  watch->busy = FALSE;
  if (g_cancellable_is_cancelled (watch->cancellable))
    {
      g_object_unref (watch->cancellable);
      watch->cancellable = g_cancellable_new ();
    }

  if (error != NULL && !cancelled)
    {
      watch->failures++;
      g_debug ("%s: %s", attune_job_get_id (watch->job), error->message);
    }
  else if (!cancelled)
    {
      watch->failures = 0;
    }

  current = self->watches != NULL && g_hash_table_lookup (self->watches, attune_job_get_id (watch->job)) == watch;
  if (!is_listed (self, watch->job))
    {
      if (current)
        finish_watch (self, watch);
      return_all (watch->waiters, error);
    }
  else if (again && watch->waiters->len > 0)
    {
      watch->busy = TRUE;
      attune_monitor_ask (self, watch, TRUE);
    }
  else if (attune_job_status_is_final (attune_job_get_status (watch->job))
           || (!self->running && !attune_monitor_is_expecting (self, watch->job)))
    {
      if (current)
        finish_watch (self, watch);
    }
  else
    {
      schedule (self, watch, get_rhythm (self, watch));
    }

  if (error != NULL && !cancelled && waiters->len == 0)
    g_signal_emit (self, signals[QUERY_FAILED], 0, watch->job, error);
  return_all (waiters, error);
}

void
attune_monitor_refresh_async (AttuneMonitor       *self,
                              AttuneJob           *job,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  GTask *task;
  Waiting *waiting;
  AttuneWatch *watch;

  g_return_if_fail (ATTUNE_IS_MONITOR (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_monitor_refresh_async);
  waiting = g_new0 (Waiting, 1);
  g_task_set_task_data (task, waiting, (GDestroyNotify) waiting_free);
  if (cancellable != NULL)
    {
      waiting->source = g_cancellable_source_new (cancellable);
      g_source_set_callback (waiting->source, G_SOURCE_FUNC (waiting_cancelled_cb), task, NULL);
      g_source_attach (waiting->source, g_task_get_context (task));
    }

  watch = ensure_watch (self, job);
  if (!attune_job_status_is_final (attune_job_get_status (job)))
    watch->seen_unfinished = TRUE;
  if (watch->busy)
    {
      /* What is under way may have been asked before what the caller wants to see. */
      watch->again = TRUE;
      g_ptr_array_add (watch->next_waiters, task);
      return;
    }

  g_ptr_array_add (watch->waiters, task);
  g_clear_handle_id (&watch->timeout_id, g_source_remove);
  watch->busy = TRUE;
  attune_monitor_ask (self, watch, TRUE);
}

gboolean
attune_monitor_refresh_finish (AttuneMonitor  *self,
                               GAsyncResult   *result,
                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_monitor_refresh_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
