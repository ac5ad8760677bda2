/* attune-thread-pool.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-thread-pool.h"

#include <omp.h>
#include <stdatomic.h>

/* Meetings follow each other within microseconds while a step is computed, so a thread spins a little before it sleeps; not where
 * there are more threads than processors, because then it is in the way of the one that it waits for. */
#define SPINS 4000

typedef struct {
  AttuneThreadPool *pool;
  guint             index;
  GThread          *thread;
} Worker;

struct _AttuneThreadPool {
  guint            n_threads;
  guint            n_spins;
  Worker          *workers;   /* without the caller: n_threads - 1 */

  AttuneThreadFunc func;      /* NULL: leave */
  gpointer         user_data;

  atomic_uint      n_arrived;
  atomic_uint      round;
  GMutex           mutex;
  GCond            cond;
};

static inline void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#endif
}

void
attune_thread_pool_meet (AttuneThreadPool *self)
{
  unsigned int round;

  if (self->n_threads == 1)
    return;

  round = atomic_load_explicit (&self->round, memory_order_acquire);
  if (atomic_fetch_add_explicit (&self->n_arrived, 1, memory_order_acq_rel) + 1 == self->n_threads)
    {
      atomic_store_explicit (&self->n_arrived, 0, memory_order_relaxed);
      g_mutex_lock (&self->mutex);
      atomic_store_explicit (&self->round, round + 1, memory_order_release);
      g_cond_broadcast (&self->cond);
      g_mutex_unlock (&self->mutex);
      return;
    }

  for (guint i = 0; i < self->n_spins; i++)
    {
      if (atomic_load_explicit (&self->round, memory_order_acquire) != round)
        return;
      relax ();
    }

  g_mutex_lock (&self->mutex);
  while (atomic_load_explicit (&self->round, memory_order_acquire) == round)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static gpointer
worker_main (gpointer user_data)
{
  Worker *worker = user_data;
  AttuneThreadPool *self = worker->pool;

  /* oneDNN asks OpenMP how many threads it may use; the answer is kept for each calling thread. */
  omp_set_num_threads (1);

  for (;;)
    {
      attune_thread_pool_meet (self);
      if (self->func == NULL)
        return NULL;
      self->func (worker->index, self->user_data);
      attune_thread_pool_meet (self);
    }
}

guint
attune_thread_pool_resolve (guint n_threads)
{
  return n_threads > 0 ? MIN (n_threads, 1024) : MAX (g_get_num_processors (), 1);
}

AttuneThreadPool *
attune_thread_pool_new (guint n_threads)
{
  AttuneThreadPool *self = g_new0 (AttuneThreadPool, 1);

  self->n_threads = attune_thread_pool_resolve (n_threads);
  self->n_spins = self->n_threads <= g_get_num_processors () ? SPINS : 0;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);

  self->workers = g_new0 (Worker, self->n_threads);
  for (guint i = 1; i < self->n_threads; i++)
    {
      Worker *worker = &self->workers[i];

      worker->pool = self;
      worker->index = i;
      worker->thread = g_thread_new ("attune-compute", worker_main, worker);
    }

  return self;
}

void
attune_thread_pool_free (AttuneThreadPool *self)
{
  if (self == NULL)
    return;

  self->func = NULL;
  attune_thread_pool_meet (self);
  for (guint i = 1; i < self->n_threads; i++)
    g_thread_join (self->workers[i].thread);

  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->workers);
  g_free (self);
}

guint
attune_thread_pool_get_n_threads (AttuneThreadPool *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_threads;
}

void
attune_thread_pool_run (AttuneThreadPool *self,
                        AttuneThreadFunc  func,
                        gpointer          user_data)
{
  int others;

  g_return_if_fail (self != NULL);
  g_return_if_fail (func != NULL);

  others = omp_get_max_threads ();
  omp_set_num_threads (1);

  self->func = func;
  self->user_data = user_data;
  attune_thread_pool_meet (self);
  func (0, user_data);
  attune_thread_pool_meet (self);

  omp_set_num_threads (others);
}

void
attune_thread_pool_run_alone (AttuneThreadPool *self,
                              AttuneThreadFunc  func,
                              gpointer          user_data)
{
  int others;

  g_return_if_fail (self != NULL);
  g_return_if_fail (func != NULL);

  others = omp_get_max_threads ();
  omp_set_num_threads (1);
  func (0, user_data);
  omp_set_num_threads (others);
}

void
attune_thread_pool_share (gsize  n,
                          gsize  grain,
                          guint  thread,
                          guint  n_threads,
                          gsize *first,
                          gsize *last)
{
  gsize steps = (n + grain - 1) / grain;

  *first = MIN (n, steps * thread / n_threads * grain);
  *last = MIN (n, steps * (thread + 1) / n_threads * grain);
}
