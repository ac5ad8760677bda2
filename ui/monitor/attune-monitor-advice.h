/* attune-monitor-advice.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-monitor-metrics.h"

G_BEGIN_DECLS

/* What can be said about a run with certainty, and what can be done about it. */

#define ATTUNE_MONITOR_ADVICE_MAX_ACTIONS 3

typedef struct {
  const char *label;  /* translated, with an underscore */
  const char *action; /* "job.cancel" */
  const char *target; /* a string, or NULL */
} AttuneMonitorAdviceAction;

typedef struct {
  const char                *id;        /* "not-finite": the same piece of advice has the same id as it changes */
  gboolean                   is_error;  /* the run is lost as it is; else it is worth a look */
  char                      *title;     /* translated */
  char                      *text;      /* translated: what was seen, what it means, and what helps */
  AttuneMonitorAdviceAction  actions[ATTUNE_MONITOR_ADVICE_MAX_ACTIONS];
  guint                      n_actions;
} AttuneMonitorAdvice;

/* The disk that a run on this computer writes to. */
typedef struct {
  guint64 free;            /* bytes */
  guint64 checkpoint_size; /* bytes of the newest checkpoint; 0 where there is none */
} AttuneMonitorDisk;

void       attune_monitor_advice_free (AttuneMonitorAdvice     *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneMonitorAdvice, attune_monitor_advice_free)

/* The worst first. @disk: NULL where it is not known. (transfer full) (element-type AttuneMonitorAdvice) */
GPtrArray *attune_monitor_advice_find (AttuneMonitorMetrics    *metrics,
                                       const AttuneMonitorDisk *disk) G_GNUC_WARN_UNUSED_RESULT;
/* Looks at the disk of @folder and at the files of @checkpoint (nullable); blocks. FALSE where the folder is not there. */
gboolean   attune_monitor_disk_look   (AttuneMonitorDisk       *self,
                                       const char              *folder,
                                       const char              *checkpoint);

G_END_DECLS
