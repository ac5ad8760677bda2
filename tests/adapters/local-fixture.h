/* local-fixture.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "attune-local-adapter.h"
#include "attune-local-files.h"
#include "attune-paths.h"

/* A tiny model that really trains, rows to train it on, and a way to wait. */

#define TEST_TIMEOUT (120 * G_USEC_PER_SEC)

/* The folder of the tiny model, and a file in it. */
static inline char *
test_model_path (void)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", "model", NULL);
}

/* A model folder of links to the tiny model's files; what is to be broken in it is replaced afterwards. */
static inline char *
test_model_link (const char *name)
{
  g_autofree char *source = test_model_path ();
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "attune", "models", name, NULL);
  g_autoptr (GDir) dir = g_dir_open (source, 0, NULL);
  const char *file;

  g_assert_nonnull (dir);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  while ((file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *from = g_build_filename (source, file, NULL);
      g_autofree char *to = g_build_filename (folder, file, NULL);

      g_assert_cmpint (symlink (from, to), ==, 0);
    }

  return g_steal_pointer (&folder);
}

static inline void
test_model_replace (const char *folder,
                    const char *name,
                    const char *data,
                    gssize      length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_unlink (path), ==, 0);
  if (data != NULL)
    {
      g_file_set_contents (path, data, length, &error);
      g_assert_no_error (error);
    }
}

static inline char *
test_write (const char *name,
            const char *text)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "data", NULL);
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);

  return path;
}

/* Rows of a conversation that are all different. */
static inline char *
test_write_rows (const char *name,
                 guint       n_rows)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_rows; i++)
    g_string_append_printf (text, "{\"messages\":[{\"role\":\"user\",\"content\":\"What is %u + 1?\"},{\"role\":\"assistant\",\"content\":\"%u\"}]}\n", i, i + 1);

  return test_write (name, text->str);
}

static inline void
test_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

static inline gboolean
test_wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Iterates the main context until @condition holds. */
#define test_wait_until(condition)                                                \
  G_STMT_START                                                                    \
  {                                                                               \
    gint64 test_deadline = g_get_monotonic_time () + TEST_TIMEOUT;                \
    guint test_wake_id = g_timeout_add (5, test_wake_cb, NULL);                  \
    while (!(condition) && g_get_monotonic_time () < test_deadline)               \
      g_main_context_iteration (NULL, TRUE);                                      \
    g_source_remove (test_wake_id);                                               \
    g_assert_true (condition);                                                    \
  }                                                                               \
  G_STMT_END

/* The thread of an operation lets go of its task a moment after the task has ended. */
static inline void
test_finalize (gpointer object)
{
  gpointer weak = object;

  g_object_add_weak_pointer (object, &weak);
  g_object_unref (object);
  test_wait_until (weak == NULL);
}

/* A job with its folder and data, as the commands would make it. */
typedef struct {
  AttuneAdapter    *adapter;
  AttuneJob        *job;
  AttuneDataset    *training;
  AttuneDataset    *validation;
  char             *folder;
  char             *run_folder;
  AttuneJobContext  context;
} TestJob;

static inline TestJob *
test_job_new (AttuneAdapter *adapter,
              guint          n_rows,
              const char    *assignments) /* separated by blanks */
{
  TestJob *self = g_new0 (TestJob, 1);
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autofree char *model = test_model_path ();
  g_autofree char *training = test_write_rows ("train.jsonl", n_rows);
  g_autofree char *validation = test_write_rows ("validation.jsonl", 4);
  g_auto (GStrv) words = g_strsplit (assignments, " ", -1);
  g_autoptr (GError) error = NULL;

  self->adapter = g_object_ref (adapter);
  self->training = attune_dataset_new (training);
  self->validation = attune_dataset_new (validation);
  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string (model));
  attune_configuration_set_value (configuration, "datasets.trainingFileId", g_variant_new_string (attune_dataset_get_id (self->training)));
  attune_configuration_set_value (configuration, "datasets.validationFileId", g_variant_new_string (attune_dataset_get_id (self->validation)));
  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;
      attune_configuration_set_from_text (configuration, words[i], &error);
      g_assert_no_error (error);
    }

  self->job = attune_job_new ("persona", "local", configuration);
  self->folder = g_build_filename (g_get_user_data_dir (), "attune", "jobs", attune_job_get_id (self->job), NULL);
  self->run_folder = g_build_filename (self->folder, "run", NULL);
  g_assert_cmpint (g_mkdir_with_parents (self->folder, 0700), ==, 0);
  self->context = (AttuneJobContext) { self->job, self->training, self->validation, self->folder };

  return self;
}

/* Nothing that a test started goes on without it. */
static inline void
test_job_free (TestJob *self)
{
  g_autoptr (AttuneRunStatus) status = attune_run_status_load (self->run_folder, NULL);
  AttuneLocalProcess process;

  if (attune_local_files_find_process (self->run_folder, status, &process))
    {
      attune_local_process_send_signal (&process, SIGKILL, NULL);
      test_wait_until (!attune_local_process_is_alive (&process));
    }

  g_clear_object (&self->adapter);
  g_clear_object (&self->job);
  g_clear_object (&self->training);
  g_clear_object (&self->validation);
  g_free (self->folder);
  g_free (self->run_folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestJob, test_job_free)

static inline AttuneTrainingHandle *
test_job_start (TestJob  *self,
                GError  **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_start_training_async (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_start_training_finish (self->adapter, result, error);
}

static inline AttuneStatusUpdate *
test_job_query (TestJob  *self,
                GError  **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_query_status_async (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_query_status_finish (self->adapter, result, error);
}

typedef void     (*TestControlAsync)  (AttuneAdapter *, const AttuneJobContext *, GCancellable *, GAsyncReadyCallback, gpointer);
typedef gboolean (*TestControlFinish) (AttuneAdapter *, GAsyncResult *, GError **);

static inline gboolean
test_job_control (TestJob            *self,
                  TestControlAsync    begin,
                  TestControlFinish   finish,
                  GError            **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  begin (self->adapter, &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return finish (self->adapter, result, error);
}

#define test_job_pause(self, error) test_job_control (self, attune_adapter_pause_async, attune_adapter_pause_finish, error)
#define test_job_resume(self, error) test_job_control (self, attune_adapter_resume_async, attune_adapter_resume_finish, error)
#define test_job_cancel(self, error) test_job_control (self, attune_adapter_cancel_async, attune_adapter_cancel_finish, error)

/* Asks until the run is in @state and at @step or beyond. (transfer full) */
static inline AttuneStatusUpdate *
test_job_wait_for (TestJob         *self,
                   AttuneJobStatus  state,
                   gint64           step)
{
  gint64 deadline = g_get_monotonic_time () + TEST_TIMEOUT;

  while (TRUE)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneStatusUpdate) update = test_job_query (self, &error);

      g_assert_no_error (error);
      if (update->status == (int) state && update->step >= step)
        return g_steal_pointer (&update);
      if (attune_job_status_is_final ((AttuneJobStatus) update->status) || g_get_monotonic_time () > deadline)
        g_error ("The run is %s at step %" G_GINT64_FORMAT ", %s",
                 attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, update->status), update->step,
                 update->error != NULL ? update->error->message : "no reason");
    }
}

/* Until the trainer has done @step, by what it measures at each: its status tells only once a second. */
static inline void
test_job_wait_for_step (TestJob *self,
                        gint64   step)
{
  g_autofree char *path = g_build_filename (self->run_folder, ATTUNE_RUN_METRICS_FILE, NULL);

  test_wait_until (attune_local_files_last_step (path) >= step);
}

static inline double
test_last_loss (TestJob *self)
{
  g_autoptr (GArray) points = attune_local_files_read_metrics (self->run_folder, 0);
  double loss = -1;

  for (guint i = 0; i < points->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);

      if ((point->set & (1u << ATTUNE_METRIC_LOSS)) != 0)
        loss = point->values[ATTUNE_METRIC_LOSS];
    }
  g_assert_cmpfloat (loss, >, 0);

  return loss;
}
