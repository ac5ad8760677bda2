/* attune-worker.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-worker.h"

struct _AttuneWorker
{
  GThread     *thread;
  GAsyncQueue *queue;
};

typedef struct {
  GMutex   mutex;
  GCond    cond;
  gboolean done;
} Waiter;

typedef struct {
  GMainContext     *context;
  AttuneWorkerFunc  run; /* NULL: the thread ends */
  AttuneWorkerFunc  complete;
  gpointer          data;
  GDestroyNotify    destroy;
  Waiter           *waiter;
} Work;

static void
work_free (Work *work)
{
  if (work->destroy != NULL)
    work->destroy (work->data);
  g_clear_pointer (&work->context, g_main_context_unref);
  g_free (work);
}

static gboolean
complete_cb (gpointer user_data)
{
  Work *work = user_data;

  if (work->complete != NULL)
    work->complete (work->data);

  return G_SOURCE_REMOVE;
}

static gpointer
worker_thread (gpointer user_data)
{
  GAsyncQueue *queue = user_data;

  for (;;)
    {
      Work *work = g_async_queue_pop (queue);

      if (work->run == NULL)
        {
          work_free (work);
          return NULL;
        }

      work->run (work->data);

      if (work->waiter != NULL)
        {
          Waiter *waiter = work->waiter;

          work_free (work);
          g_mutex_lock (&waiter->mutex);
          waiter->done = TRUE;
          g_cond_signal (&waiter->cond);
          g_mutex_unlock (&waiter->mutex);
        }
      else
        {
          g_autoptr (GSource) source = g_idle_source_new ();

          g_source_set_priority (source, G_PRIORITY_DEFAULT);
          g_source_set_callback (source, complete_cb, work, (GDestroyNotify) work_free);
          g_source_set_static_name (source, "[attune] worker");
          g_source_attach (source, work->context);
        }
    }
}

AttuneWorker *
attune_worker_new (const char *name)
{
  AttuneWorker *self = g_new0 (AttuneWorker, 1);

  self->queue = g_async_queue_new ();
  self->thread = g_thread_new (name, worker_thread, self->queue);

  return self;
}

void
attune_worker_free (AttuneWorker *self)
{
  if (self == NULL)
    return;

  g_assert (g_thread_self () != self->thread);

  g_async_queue_push (self->queue, g_new0 (Work, 1));
  g_thread_join (self->thread);
  g_async_queue_unref (self->queue);
  g_free (self);
}

void
attune_worker_push (AttuneWorker     *self,
                    GMainContext     *context,
                    AttuneWorkerFunc  run,
                    AttuneWorkerFunc  complete,
                    gpointer          data,
                    GDestroyNotify    destroy)
{
  Work *work;

  g_return_if_fail (self != NULL);
  g_return_if_fail (run != NULL);

  work = g_new0 (Work, 1);
  work->context = context != NULL ? g_main_context_ref (context) : NULL;
  work->run = run;
  work->complete = complete;
  work->data = data;
  work->destroy = destroy;
  g_async_queue_push (self->queue, work);
}

void
attune_worker_run (AttuneWorker     *self,
                   AttuneWorkerFunc  run,
                   gpointer          data)
{
  Waiter waiter = { 0 };
  Work *work;

  g_return_if_fail (self != NULL);
  g_return_if_fail (run != NULL);
  g_return_if_fail (g_thread_self () != self->thread);

  g_mutex_init (&waiter.mutex);
  g_cond_init (&waiter.cond);

  work = g_new0 (Work, 1);
  work->run = run;
  work->data = data;
  work->waiter = &waiter;
  g_async_queue_push (self->queue, work);

  g_mutex_lock (&waiter.mutex);
  while (!waiter.done)
    g_cond_wait (&waiter.cond, &waiter.mutex);
  g_mutex_unlock (&waiter.mutex);

  g_cond_clear (&waiter.cond);
  g_mutex_clear (&waiter.mutex);
}
