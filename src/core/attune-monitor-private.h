/* attune-monitor-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-file-lock.h"
#include "attune-monitor.h"

G_BEGIN_DECLS

/* One job that is watched, or asked about once. Belongs to the monitor and to the question that is under way. */
typedef struct {
  gatomicrefcount  ref_count;
  AttuneJob       *job;
  guint            timeout_id;
  gint64           next;            /* monotonic time of the next question; 0: none */
  gboolean         busy;            /* a question is under way */
  gboolean         has_turn;        /* waited for its turn among the many */
  gboolean         again;           /* and another one is to follow at once */
  gboolean         seen_unfinished; /* ::job-finished is due when it ends */
  guint            failures;        /* questions without an answer in a row */
  guint            unknown;         /* answers in a row that the provider knows no such job */
  double           rhythm;          /* seconds that the adapter asked for; NAN: our own */
  gboolean         dirty;           /* changed since it was last saved */
  gint64           saved_at;
  int              old_status;      /* not to be believed until old_until: what a command has just ended; -1: none */
  gint64           old_until;
  GArray          *metrics;         /* could not be written yet */
  GPtrArray       *events;
  GPtrArray       *waiters;         /* GTasks that end with the question under way */
  GPtrArray       *next_waiters;    /* GTasks that came too late for it */
  GCancellable    *cancellable;
} AttuneWatch;

AttuneWatch *attune_watch_ref   (AttuneWatch *self);
void         attune_watch_unref (AttuneWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneWatch, attune_watch_unref)

struct _AttuneMonitor
{
  GObject             parent_instance;

  AttuneRegistry     *registry;
  AttuneJobStore     *jobs;
  AttuneDatasetStore *datasets;
  GNetworkMonitor    *network;
  GHashTable         *watches; /* id → AttuneWatch */
  GHashTable         *asking;  /* id of a provider → how many questions are under way */
  gint64              free_at; /* monotonic time of the next turn to ask a provider on the network */
  gboolean            running;
  double              scale;   /* tests live faster */
  double              haste;   /* the same, from outside, and of what adapters ask for too */
};

/* Asks: attune-monitor-ask.c. Ends with attune_monitor_answered(). @forced: a person waits, so the job is saved in any case of a change. */
void         attune_monitor_ask      (AttuneMonitor   *self,
                                      AttuneWatch     *watch,
                                      gboolean         forced);
void         attune_monitor_answered (AttuneMonitor   *self,
                                      AttuneWatch     *watch,
                                      const GError    *error);

/* A command has just made the job leave @status: until something else was seen, but for ten seconds at most, an answer with that
 * state is an old one. */
void         attune_monitor_expect_change (AttuneMonitor   *self,
                                      AttuneJob       *job,
                                      AttuneJobStatus  status);
/* Whether that is still being waited for. */
gboolean     attune_monitor_is_expecting (AttuneMonitor *self,
                                      AttuneJob       *job);
/* All times of the monitor's own are multiplied by @scale. */
void         attune_monitor_set_scale (AttuneMonitor  *self,
                                      double           scale);

/* Who holds this is just sending the job, or finding out what became of it. The lock lies in the job's folder, which has to be there, and is gone with
 * the process. ATTUNE_ERROR_CONFLICT where another process, or this one, is at it. Touches the disk. */
AttuneFileLock *attune_job_store_claim (AttuneJobStore *self,
                                      AttuneJob       *job,
                                      GError         **error) G_GNUC_WARN_UNUSED_RESULT;

/* Brings news to the job. TRUE where anything changed. */
gboolean     attune_job_apply_update (AttuneJob                *self,
                                      const AttuneStatusUpdate *update);

G_END_DECLS
