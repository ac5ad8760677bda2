/* test-local-run.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <sys/file.h>

#include "local-fixture.h"

/* Real runs of the real trainer on a model of a tenth of a million weights. */

#define SHORT_RUN "method.type=lora schedule.epochs=2 schedule.batchSize=4 schedule.checkpoints=2 schedule.evaluations=2 optimizer.learningRate=0.002"
#define LONG_RUN "method.type=full schedule.epochs=20 schedule.batchSize=1 schedule.checkpoints=2 schedule.evaluations=0 optimizer.learningRate=0.0005"
/* Long enough to be caught in the middle, short enough to be waited for. */
#define MEDIUM_RUN "method.type=lora schedule.epochs=4 schedule.batchSize=1 schedule.checkpoints=10 schedule.evaluations=0 optimizer.learningRate=0.002"
#define MEDIUM_ROWS 150

typedef struct {
  AttuneAdapter *adapter;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->adapter = attune_local_adapter_new ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  test_finalize (fixture->adapter);
}

static void
start (TestJob *job)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneTrainingHandle) handle = test_job_start (job, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (handle->provider_job_id, ==, attune_job_get_id (job->job));
}

static void
test_whole_run (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, 20, SHORT_RUN);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *adapter = NULL;
  guint n_losses = 0;
  guint n_evaluations = 0;

  g_assert_null (test_job_query (job, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);

  start (job);
  update = test_job_wait_for (job, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
  g_assert_cmpint (update->step, ==, 10);
  g_assert_cmpint (update->total_steps, ==, 10);
  g_assert_cmpfloat (update->progress, ==, 1);
  g_assert_cmpint (update->trained_tokens, >, 0);
  g_assert_null (update->error);
  g_assert_nonnull (update->fine_tuned_model);
  adapter = g_build_filename (update->output_path, "adapter_model.safetensors", NULL);
  g_assert_true (g_file_test (adapter, G_FILE_TEST_IS_REGULAR));

  for (guint i = 0; i < update->metrics->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (update->metrics, AttuneMetricPoint, i);

      n_losses += (point->set & (1u << ATTUNE_METRIC_LOSS)) != 0;
      n_evaluations += (point->set & (1u << ATTUNE_METRIC_EVAL_LOSS)) != 0;
    }
  g_assert_cmpuint (n_losses, ==, 10);
  g_assert_cmpuint (n_evaluations, ==, 2);
  g_assert_cmpuint (update->checkpoints->len, ==, 2);
  g_assert_cmpuint (update->events->len, >, 0);
  for (guint i = 0; i < update->events->len; i++)
    g_assert_nonnull (((AttuneEvent *) g_ptr_array_index (update->events, i))->id);
  g_assert_true (isnan (update->poll_after));
}

/* Once the store has the points, only what may be new is handed out. */
static void
test_increments (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, 20, SHORT_RUN);
  g_autoptr (AttuneStatusUpdate) first = NULL;
  g_autoptr (AttuneStatusUpdate) second = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  g_autofree char *contents = NULL;

  start (job);
  first = test_job_wait_for (job, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
  g_assert_cmpuint (first->metrics->len, ==, 12);

  from = g_build_filename (job->run_folder, "metrics.jsonl", NULL);
  to = g_build_filename (job->folder, "metrics.jsonl", NULL);
  g_assert_true (g_file_get_contents (from, &contents, NULL, NULL));
  g_assert_true (g_file_set_contents (to, contents, -1, NULL));
  second = test_job_wait_for (job, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
  g_assert_cmpuint (second->metrics->len, <=, 2);
}

static void
test_pause_and_resume (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (TestJob) whole = test_job_new (fixture->adapter, MEDIUM_ROWS, MEDIUM_RUN);
  g_autoptr (TestJob) paused = test_job_new (fixture->adapter, MEDIUM_ROWS, MEDIUM_RUN);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;
  gint64 step;

  start (whole);
  g_clear_pointer (&update, attune_status_update_free);
  update = test_job_wait_for (whole, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
  g_clear_pointer (&update, attune_status_update_free);

  start (paused);
  test_job_wait_for_step (paused, 5);

  g_assert_false (test_job_resume (paused, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
  g_clear_error (&error);

  test_job_pause (paused, &error);
  g_assert_no_error (error);
  update = test_job_query (paused, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_PAUSED);
  step = update->step;
  g_assert_cmpint (step, <, update->total_steps);
  g_clear_pointer (&update, attune_status_update_free);

  /* To pause what is paused is no mistake. */
  test_job_pause (paused, &error);
  g_assert_no_error (error);

  test_job_resume (paused, &error);
  g_assert_no_error (error);
  update = test_job_wait_for (paused, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
  g_assert_cmpfloat (test_last_loss (paused), ==, test_last_loss (whole));

  g_assert_false (test_job_resume (paused, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
}

static void
test_crash_and_resume (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (TestJob) whole = test_job_new (fixture->adapter, MEDIUM_ROWS, MEDIUM_RUN);
  g_autoptr (TestJob) crashed = test_job_new (fixture->adapter, MEDIUM_ROWS, MEDIUM_RUN);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;
  AttuneLocalProcess process;

  start (whole);
  update = test_job_wait_for (whole, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
  g_clear_pointer (&update, attune_status_update_free);

  /* Behind the first checkpoint. */
  start (crashed);
  test_job_wait_for_step (crashed, 60);
  test_wait_until (attune_local_files_has_checkpoint (crashed->run_folder));
  g_assert_true (attune_local_files_find_process (crashed->run_folder, NULL, &process));
  g_assert_true (attune_local_process_send_signal (&process, SIGKILL, NULL));
  test_wait_until (!attune_local_process_is_alive (&process));

  update = test_job_query (crashed, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (update->error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED);
  g_assert_nonnull (strstr (update->error->message, "Resume"));
  g_assert_nonnull (strstr (update->error->message, "checkpoint"));
  g_clear_pointer (&update, attune_status_update_free);

  test_job_resume (crashed, &error);
  g_assert_no_error (error);
  update = test_job_wait_for (crashed, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
  g_assert_cmpfloat (test_last_loss (crashed), ==, test_last_loss (whole));
}

static gboolean
let_go_cb (gpointer user_data)
{
  close (GPOINTER_TO_INT (user_data));

  return G_SOURCE_REMOVE;
}

/* A trainer that was killed may hold the folder a moment longer than it is seen: to resume waits for that. */
static void
test_resume_waits (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, MEDIUM_ROWS, MEDIUM_RUN);
  g_autofree char *path = g_build_filename (job->run_folder, ATTUNE_RUN_LOCK_FILE, NULL);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  start (job);
  test_job_wait_for_step (job, 5);
  test_job_pause (job, &error);
  g_assert_no_error (error);

  fd = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  /* Longer than the trainer would take to find the folder held and to end. */
  g_timeout_add (500, let_go_cb, GINT_TO_POINTER (fd));
  test_job_resume (job, &error);
  g_assert_no_error (error);
  update = test_job_wait_for (job, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, 300, LONG_RUN);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  start (job);
  test_job_wait_for_step (job, 2);
  test_job_cancel (job, &error);
  g_assert_no_error (error);
  update = test_job_query (job, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_null (update->error);
  g_clear_pointer (&update, attune_status_update_free);

  /* And taken up again, and cancelled while it is paused. */
  test_job_resume (job, &error);
  g_assert_no_error (error);
  test_job_wait_for_step (job, 2);
  test_job_pause (job, &error);
  g_assert_no_error (error);
  test_job_cancel (job, &error);
  g_assert_no_error (error);
  update = test_job_query (job, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
}

/* At once after the start, before the trainer can listen. */
static void
test_cancel_at_once (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, 300, LONG_RUN);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  start (job);
  test_job_cancel (job, &error);
  g_assert_no_error (error);
  update = test_job_query (job, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
}

static AttuneTrainingHandle *
find (TestJob  *job,
      GError  **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_find_job_async (job->adapter, &job->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_find_job_finish (job->adapter, result, error);
}

static void
test_find (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, 20, SHORT_RUN);
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (find (job, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  start (job);
  handle = find (job, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (handle->provider_job_id, ==, attune_job_get_id (job->job));
  update = test_job_wait_for (job, ATTUNE_JOB_STATUS_SUCCEEDED, 0);

  /* The same start once more starts nothing. */
  start (job);
  g_clear_pointer (&update, attune_status_update_free);
  update = test_job_query (job, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
}

/* One at a time: the second waits for the first. */
static void
test_queue (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (TestJob) first = test_job_new (fixture->adapter, 300, LONG_RUN);
  g_autoptr (TestJob) second = test_job_new (fixture->adapter, 20, SHORT_RUN);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  start (first);
  update = test_job_wait_for (first, ATTUNE_JOB_STATUS_RUNNING, 1);
  g_clear_pointer (&update, attune_status_update_free);

  start (second);
  update = test_job_wait_for (second, ATTUNE_JOB_STATUS_QUEUED, 0);
  g_clear_pointer (&update, attune_status_update_free);

  test_job_cancel (first, &error);
  g_assert_no_error (error);
  update = test_job_wait_for (second, ATTUNE_JOB_STATUS_SUCCEEDED, 10);
}

static void
count_cb (double      fraction,
          const char *message,
          gpointer    user_data)
{
  double *last = user_data;

  g_assert_cmpfloat (fraction, >=, *last);
  g_assert_cmpfloat (fraction, <=, 1);
  *last = fraction;
}

static gboolean
download (TestJob     *job,
          const char  *destination,
          double      *progress,
          GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  *progress = 0;
  attune_adapter_download_output_async (job->adapter, &job->context, destination, count_cb, progress, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_download_output_finish (job->adapter, result, error);
}

static void
test_download (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, 20, SHORT_RUN);
  g_autofree char *destination = g_build_filename (g_get_user_data_dir (), "downloaded", "here", NULL);
  g_autofree char *copy = g_build_filename (destination, "adapter_model.safetensors", NULL);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autofree char *original = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;
  gsize first_length;
  gsize second_length;
  double progress;

  start (job);
  g_assert_false (download (job, destination, &progress, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  update = test_job_wait_for (job, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
  download (job, destination, &progress, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (progress, ==, 1);

  original = g_build_filename (update->output_path, "adapter_model.safetensors", NULL);
  g_assert_true (g_file_get_contents (original, &first, &first_length, NULL));
  g_assert_true (g_file_get_contents (copy, &second, &second_length, NULL));
  g_assert_cmpmem (first, first_length, second, second_length);

  /* Nothing of the person's is replaced. */
  g_assert_false (download (job, destination, &progress, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
}

static AttuneEstimate *
estimate (TestJob  *job,
          GError  **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_estimate_async (job->adapter, attune_job_get_configuration (job->job), &job->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_adapter_estimate_finish (job->adapter, result, error);
}

static void
test_estimate (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, 20, SHORT_RUN);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (AttuneEstimate) before = NULL;
  g_autoptr (AttuneEstimate) after = NULL;
  g_autoptr (GError) error = NULL;

  before = estimate (job, &error);
  g_assert_no_error (error);
  g_assert_cmpint (before->steps, ==, 10);
  g_assert_cmpfloat (before->seconds_low, >, 0);
  g_assert_cmpfloat (before->seconds_high, >, before->seconds_low);
  g_assert_cmpfloat (before->memory_low, >, 0);
  g_assert_cmpfloat (before->memory_available, >, 0);
  g_assert_cmpfloat (before->disk, >, 0);
  g_assert_cmpfloat (before->cost_high, ==, 0);
  g_assert_nonnull (before->source);

  start (job);
  update = test_job_wait_for (job, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
  g_assert_cmpint (before->tokens, ==, update->trained_tokens);

  /* Now there is a run to go by. */
  after = estimate (job, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (after->source, !=, before->source);
  g_assert_cmpfloat (after->seconds_low, >, 0);
  g_assert_cmpfloat (after->seconds_high, >=, after->seconds_low);
}

/* What goes wrong inside the trainer arrives with its reason. */
static void
test_failure (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, 20, SHORT_RUN);
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + TEST_TIMEOUT;

  /* Gone between the check and the start. */
  g_assert_cmpint (g_unlink (attune_dataset_get_path (job->training)), ==, 0);
  start (job);
  do
    {
      g_clear_pointer (&update, attune_status_update_free);
      update = test_job_query (job, &error);
      g_assert_no_error (error);
    }
  while (!attune_job_status_is_final ((AttuneJobStatus) update->status) && g_get_monotonic_time () < deadline);

  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_nonnull (update->error);
  g_assert_nonnull (strstr (update->error->message, "train.jsonl"));
}

/* A trainer that dies without a word is told by its log. */
static void
test_mute_failure (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (TestJob) job = test_job_new (fixture->adapter, 20, SHORT_RUN);
  g_autofree char *script = g_build_filename (g_get_user_data_dir (), "mute-engine", NULL);
  g_autofree char *engine = g_strdup (g_getenv ("ATTUNE_ENGINE"));
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;
  AttuneLocalProcess process;

  g_assert_true (g_file_set_contents_full (script, "#!/bin/sh\necho 'the last words' >&2\nexit 1\n", -1,
                                           G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("ATTUNE_ENGINE", script, TRUE);
  start (job);
  g_setenv ("ATTUNE_ENGINE", engine, TRUE);

  g_assert_true (attune_local_files_read_started (job->run_folder, &process));
  test_wait_until (!attune_local_process_is_alive (&process));
  update = test_job_query (job, &error);
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_nonnull (strstr (update->error->message, "the last words"));
  g_assert_nonnull (strstr (update->error->message, "Resume"));

  g_clear_pointer (&update, attune_status_update_free);
  test_job_resume (job, &error);
  g_assert_no_error (error);
  update = test_job_wait_for (job, ATTUNE_JOB_STATUS_SUCCEEDED, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) g_test_add ("/local-run/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("whole", test_whole_run);
  ADD ("increments", test_increments);
  ADD ("pause-and-resume", test_pause_and_resume);
  ADD ("crash-and-resume", test_crash_and_resume);
  ADD ("resume-waits", test_resume_waits);
  ADD ("cancel", test_cancel);
  ADD ("cancel-at-once", test_cancel_at_once);
  ADD ("find", test_find);
  ADD ("queue", test_queue);
  ADD ("download", test_download);
  ADD ("estimate", test_estimate);
  ADD ("failure", test_failure);
  ADD ("mute-failure", test_mute_failure);

  return g_test_run ();
}
