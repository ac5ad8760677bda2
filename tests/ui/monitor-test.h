/* monitor-test.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ui-test.h"

G_BEGIN_DECLS

/* Commands over a store in a folder of its own, with a fake provider and no application: for windows that are opened on jobs. */
typedef struct {
  AttuneRegistry     *registry;
  FakeAdapter        *adapter;
  AttuneJobStore     *jobs;
  AttuneDatasetStore *datasets;
  AttuneMonitor      *monitor;
  AttuneCredentials  *credentials;
  AttuneCommands     *commands;
  GtkWindow          *window;  /* (nullable): what monitor_test_show() was given */
} MonitorTest;

void       monitor_test_set_up        (MonitorTest   *test,
                                       gconstpointer  data);
/* Ends with proof that nothing was left behind. */
void       monitor_test_tear_down     (MonitorTest   *test,
                                       gconstpointer  data);
/* A running job of 400 steps in the store, which holds it. (transfer none); @json: members of the configuration, or NULL */
AttuneJob *monitor_test_add_job       (MonitorTest   *test,
                                       const char    *name,
                                       const char    *json);
/* What a trainer would write of the steps from @from to @to: a loss that falls to @floor, an evaluation each fifty steps. */
void       monitor_test_append_steps  (MonitorTest   *test,
                                       AttuneJob     *job,
                                       gint64         from,
                                       gint64         to,
                                       double         floor);
/* One value of one metric at @step. */
void       monitor_test_append_value  (MonitorTest   *test,
                                       AttuneJob     *job,
                                       gint64         step,
                                       AttuneMetric   metric,
                                       double         value);
/* Takes @window and waits until it is drawn. */
void       monitor_test_show          (MonitorTest   *test,
                                       GtkWindow     *window,
                                       int            width,
                                       int            height);
/* Destroys the window and waits until it is gone. */
void       monitor_test_hide          (MonitorTest   *test);
gboolean   monitor_test_has_text      (MonitorTest   *test,
                                       const char    *text);

G_END_DECLS
