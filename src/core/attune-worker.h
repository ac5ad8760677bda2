/* attune-worker.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One thread that does what it is given in the order in which it was given: disk work of a store, off the main loop. */
typedef struct _AttuneWorker AttuneWorker;

typedef void (*AttuneWorkerFunc) (gpointer data);

AttuneWorker *attune_worker_new  (const char       *name) G_GNUC_WARN_UNUSED_RESULT;
/* Waits until everything that was pushed has run. Not to be called in the worker's own thread. */
void          attune_worker_free (AttuneWorker     *self);
/* @run in the worker's thread, then @complete in @context (NULL: the default one), then @destroy there. @data is not
 * touched by the worker's thread any more once @complete may run, so that nothing is ever finalized there. */
void          attune_worker_push (AttuneWorker     *self,
                                  GMainContext     *context,
                                  AttuneWorkerFunc  run,
                                  AttuneWorkerFunc  complete,
                                  gpointer          data,
                                  GDestroyNotify    destroy);
/* The same after everything that was pushed before, and waits for it. @data stays the caller's. */
void          attune_worker_run  (AttuneWorker     *self,
                                  AttuneWorkerFunc  run,
                                  gpointer          data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneWorker, attune_worker_free)

G_END_DECLS
