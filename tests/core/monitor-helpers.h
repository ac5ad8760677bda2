/* monitor-helpers.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <string.h>

#include "attune-job-store-private.h"
#include "attune-monitor-private.h"
#include "attune-monitor.h"
#include "fake-adapter.h"
#include "store-helpers.h"

typedef struct {
  char               *folder;
  char               *datasets_folder;
  AttuneJobStore     *jobs;
  AttuneDatasetStore *datasets;
  AttuneRegistry     *registry;
  FakeAdapter        *adapter;
  AttuneMonitor      *monitor;
  guint               n_finished;
  guint               n_failed;
  AttuneJobStatus     status_when_finished;
  gboolean            saved_when_finished;
} Fixture;

static inline AttuneJobStatus
status_on_disk (const char *folder,
                AttuneJob  *job)
{
  g_autofree char *path = g_build_filename (folder, attune_job_get_id (job), "job.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = attune_json_parse_file (path, &error);
  int status = -1;

  g_assert_no_error (error);
  g_assert_true (attune_enum_from_nick (ATTUNE_TYPE_JOB_STATUS, attune_json_peek_string (node, "status", ""), &status));
  return (AttuneJobStatus) status;
}

static inline void
finished_cb (AttuneMonitor *monitor,
             AttuneJob     *job,
             Fixture       *fixture)
{
  fixture->n_finished++;
  fixture->status_when_finished = attune_job_get_status (job);
  fixture->saved_when_finished = status_on_disk (fixture->folder, job) == attune_job_get_status (job);
}

static inline void
failed_cb (AttuneMonitor *monitor,
           AttuneJob     *job,
           const GError  *error,
           Fixture       *fixture)
{
  g_assert_nonnull (error);
  fixture->n_failed++;
}

static inline void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneAdapter) plain = fake_plain_adapter_new ("plain");

  fixture->folder = make_folder ();
  fixture->datasets_folder = make_folder ();
  fixture->jobs = attune_job_store_new (fixture->folder);
  fixture->datasets = attune_dataset_store_new (fixture->datasets_folder);
  attune_job_store_load_sync (fixture->jobs, &error);
  g_assert_no_error (error);
  fixture->registry = attune_registry_new ();
  fixture->adapter = fake_adapter_new ();
  attune_registry_add (fixture->registry, ATTUNE_ADAPTER (fixture->adapter));
  attune_registry_add (fixture->registry, plain);
  fixture->monitor = attune_monitor_new (fixture->registry, fixture->jobs, fixture->datasets);
  attune_monitor_set_scale (fixture->monitor, 0.01);
  g_signal_connect (fixture->monitor, "job-finished", G_CALLBACK (finished_cb), fixture);
  g_signal_connect (fixture->monitor, "query-failed", G_CALLBACK (failed_cb), fixture);
}

static inline void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->monitor != NULL)
    attune_monitor_stop (fixture->monitor);
  wait_until (fixture->adapter->n_under_way == 0);
  /* What is being written is written to its end. */
  wait_until (fixture->monitor == NULL || G_OBJECT (fixture->monitor)->ref_count == 1);
  if (fixture->monitor != NULL)
    g_assert_finalize_object (fixture->monitor);
  wait_until (G_OBJECT (fixture->jobs)->ref_count == 1);
  g_assert_finalize_object (fixture->registry);
  g_assert_finalize_object (fixture->adapter);
  g_assert_finalize_object (fixture->jobs);
  g_assert_finalize_object (fixture->datasets);
  remove_folder (fixture->folder);
  remove_folder (fixture->datasets_folder);
  g_free (fixture->folder);
  g_free (fixture->datasets_folder);
}

static inline void
save (AttuneJobStore *store,
      AttuneJob      *job)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_job_store_save_sync (store, job, &error));
  g_assert_no_error (error);
}

static inline AttuneJob *
add_job_at (Fixture         *fixture,
            const char      *provider,
            AttuneJobStatus  status,
            const char      *provider_job_id)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();
  g_autoptr (AttuneJob) job = attune_job_new (NULL, provider, configuration);

  attune_job_set_status (job, status);
  attune_job_set_provider_job_id (job, provider_job_id);
  save (fixture->jobs, job);

  return job; /* the store keeps it */
}

static inline AttuneJob *
add_job (Fixture         *fixture,
         AttuneJobStatus  status,
         const char      *provider_job_id)
{
  return add_job_at (fixture, "fake", status, provider_job_id);
}

static inline AttuneMetricPoint
make_point (gint64 step,
            double loss)
{
  AttuneMetricPoint point = { .step = step, .epoch = NAN, .time = 1700000000000000 + step, .set = 1u << ATTUNE_METRIC_LOSS };

  point.values[ATTUNE_METRIC_LOSS] = loss;
  return point;
}

static inline AttuneStatusUpdate *
running (gint64 step)
{
  AttuneStatusUpdate *update = fake_update (ATTUNE_JOB_STATUS_RUNNING, step);

  update->poll_after = 0.05;
  update->metrics = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  for (gint64 i = 1; i <= step; i++)
    {
      AttuneMetricPoint point = make_point (i, 1.0 / (double) i);

      g_array_append_val (update->metrics, point);
    }
  update->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_ptr_array_add (update->events, attune_event_new (1, "info", "Begun", "e-1"));

  return update;
}

static inline void
wait_a_moment (guint milliseconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) milliseconds * 1000;

  wait_until (g_get_monotonic_time () >= until);
}

static inline guint
count_points (Fixture   *fixture,
              AttuneJob *job)
{
  goffset offset = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) points = attune_job_store_read_metrics (fixture->jobs, job, &offset, &error);

  g_assert_no_error (error);
  return points->len;
}
