/* attune-thread-pool.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A fixed team of threads that all run the same function at the same time. Who does what is the function's own, fixed arithmetic on
 * (thread, number of threads): no queue, so the same input is always computed in the same order. */
typedef struct _AttuneThreadPool AttuneThreadPool;

typedef void (*AttuneThreadFunc) (guint    thread,
                                  gpointer user_data);

/* @n_threads: 0 for one a core; the thread that calls attune_thread_pool_run() is the first of them. */
AttuneThreadPool *attune_thread_pool_new           (guint             n_threads);
void              attune_thread_pool_free          (AttuneThreadPool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneThreadPool, attune_thread_pool_free)

guint             attune_thread_pool_resolve       (guint             n_threads);
guint             attune_thread_pool_get_n_threads (AttuneThreadPool *self);

/* Runs @func on every thread and returns when all have left it. */
void              attune_thread_pool_run           (AttuneThreadPool *self,
                                                    AttuneThreadFunc  func,
                                                    gpointer          user_data);
/* The same on the calling thread alone, as thread 0: for work that is not worth waking the others. It must not meet. */
void              attune_thread_pool_run_alone     (AttuneThreadPool *self,
                                                    AttuneThreadFunc  func,
                                                    gpointer          user_data);
/* Called by all threads inside of the function: none goes on before all have come. */
void              attune_thread_pool_meet          (AttuneThreadPool *self);

/* The part of @n that is @thread's when it is cut in steps of @grain: [*first, *last). */
void              attune_thread_pool_share         (gsize             n,
                                                    gsize             grain,
                                                    guint             thread,
                                                    guint             n_threads,
                                                    gsize            *first,
                                                    gsize            *last);

G_END_DECLS
