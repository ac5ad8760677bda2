/* test-trainer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attune-queue.h"
#include "attune-trainer.h"
#include "trainer-fixtures.h"

/* Stops, or dies, when the trainer asks for the given time. */
typedef struct {
  guint    countdown; /* 0: never */
  gboolean die;
} Stopper;

static gboolean
stopper_cb (gpointer user_data)
{
  Stopper *self = user_data;

  if (self->countdown == 0 || --self->countdown > 0)
    return FALSE;
  if (self->die)
    kill (getpid (), SIGKILL);
  self->countdown = 1;

  return TRUE;
}

static AttuneJobStatus
train (const char *folder,
       guint       stop_at,
       GError    **error)
{
  Stopper stopper = { .countdown = stop_at };
  const AttuneTrainerOptions options = { .should_stop = stopper_cb, .user_data = &stopper };
  AttuneTrainerOutcome outcome;
  gboolean done;

  done = attune_trainer_run (folder, &options, &outcome, error);
  g_assert_cmpint (done, ==, outcome.status != ATTUNE_JOB_STATUS_FAILED);

  return outcome.status;
}

static void
train_to_end (TestRun *run)
{
  g_autoptr (GError) error = NULL;
  AttuneJobStatus status = train (run->run, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
}

static char *
read_output (TestRun  *run,
             gboolean  full)
{
  g_autofree char *path = g_build_filename (run->run, "output", full ? "model.safetensors" : "adapter_model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guint8 *) text, length);
}

static void
test_whole (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autoptr (GArray) points = NULL;
  g_autoptr (GPtrArray) checkpoints = NULL;
  g_autofree char *events = NULL;
  g_autofree char *output = g_build_filename (run->run, "output", NULL);
  g_autofree char *before = NULL;
  g_autofree char *again = NULL;
  guint evaluations = 0;
  guint steps = 0;
  double first = NAN;
  double last = NAN;

  g_test_summary ("A run from the start to its result");

  train_to_end (run);

  status = test_run_load_status (run);
  g_assert_cmpint (status->state, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  /* 22 rows in micro-batches of 2, two of them a step: 6 steps an epoch. */
  g_assert_cmpint (status->step, ==, 12);
  g_assert_cmpint (status->total_steps, ==, 12);
  g_assert_cmpfloat (status->epoch, ==, 2.0);
  g_assert_cmpfloat (status->time_remaining, ==, 0);
  g_assert_cmpstr (status->output, ==, output);
  g_assert_cmpstr (status->model, ==, "tiny");
  g_assert_null (status->error);
  g_assert_cmpint (status->pid, ==, getpid ());
  g_assert_true (attune_run_status_is_alive (status));
  g_assert_cmpint (status->trained_tokens, >, 0);

  points = test_run_read_metrics (run);
  for (guint i = 0; i < points->len; i++)
    {
      AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);

      if ((point->set & (1u << ATTUNE_METRIC_EVAL_LOSS)) != 0)
        {
          g_assert_cmpuint (point->set, ==, 1u << ATTUNE_METRIC_EVAL_LOSS);
          g_assert_cmpint (point->step, ==, 4 * (gint64) ++evaluations);
          last = point->values[ATTUNE_METRIC_EVAL_LOSS];
          if (evaluations == 1)
            first = last;
          continue;
        }
      g_assert_cmpint (point->step, ==, ++steps);
      g_assert_cmpuint (point->set, ==, ((1u << ATTUNE_N_METRICS) - 1) & ~(1u << ATTUNE_METRIC_EVAL_LOSS));
      g_assert_cmpfloat (point->values[ATTUNE_METRIC_TOKEN_ACCURACY], >=, 0);
      g_assert_cmpfloat (point->values[ATTUNE_METRIC_TOKEN_ACCURACY], <=, 1);
    }
  g_assert_cmpuint (evaluations, ==, 3);
  g_assert_cmpuint (steps, ==, 12);
  g_assert_cmpfloat (last, <, first);
  g_assert_cmpint (status->trained_tokens, ==,
                   (gint64) g_array_index (points, AttuneMetricPoint, points->len - 2).values[ATTUNE_METRIC_TOKENS]);

  checkpoints = attune_run_folder_list_checkpoints (run->run);
  g_assert_cmpuint (checkpoints->len, ==, 2);
  g_assert_cmpint (((AttuneCheckpoint *) g_ptr_array_index (checkpoints, 0))->step, ==, 6);
  g_assert_true (isnan (((AttuneCheckpoint *) g_ptr_array_index (checkpoints, 0))->eval_loss));
  g_assert_cmpint (((AttuneCheckpoint *) g_ptr_array_index (checkpoints, 1))->step, ==, 12);
  g_assert_cmpfloat (((AttuneCheckpoint *) g_ptr_array_index (checkpoints, 1))->eval_loss, ==, last);

  g_assert_true (test_exists (output, "adapter_config.json"));
  g_assert_true (test_exists (output, "adapter_model.safetensors"));
  g_assert_true (test_exists (output, "tokenizer.json"));
  g_assert_true (test_exists (output, "chat_template.jinja"));

  events = test_run_read_events (run);
  test_assert_contains (events, "22 rows");
  test_assert_contains (events, "12 steps in 2 epochs, lora in fp32 on 2 threads");
  test_assert_contains (events, "Checkpoint at step 6 saved");
  test_assert_contains (events, "Finished");

  /* A run that has its result is not run again. */
  before = test_read (run->run, ATTUNE_RUN_STATUS_FILE);
  train_to_end (run);
  again = test_read (run->run, ATTUNE_RUN_STATUS_FILE);
  g_assert_cmpstr (before, ==, again);
}

typedef struct {
  gboolean    full;
  const char *precision;
  gboolean    die;
  guint       interval; /* every so many places are tried */
} ResumeCase;

/* Runs this program again, as a process that dies at the given question. */
static void
train_and_die (const char *folder,
               guint       stop_at)
{
  g_autofree char *count = g_strdup_printf ("%u", stop_at);
  const char *const arguments[] = { "/proc/self/exe", "--die", folder, count, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
}

static void
test_resume (gconstpointer data)
{
  const ResumeCase *test = data;
  g_autoptr (TestRun) run = test_run_new ();
  g_autofree char *wanted = NULL;
  g_autofree char *wanted_output = NULL;
  /* Each epoch asks 11 times, each evaluation 4 times and each reading of a file once. */
  const guint n_questions = 2 * 11 + 3 * 4 + 2;
  guint resumed = 0;

  g_test_summary ("A run that is stopped twice, or killed twice, at any place computes the same as one that never was");

  if (test->full)
    test_run_set (run, "configuration.method", "{ \"type\": \"full\" }");
  if (test->precision != NULL)
    test_run_set (run, "configuration.model.precision", test->precision);
  test_run_reset (run);
  train_to_end (run);
  wanted = test_run_describe (run);
  wanted_output = read_output (run, test->full);

  for (guint first = 1; first <= n_questions; first += test->interval)
    {
      guint second = 3 + first * 7 % 9;
      g_autofree char *found = NULL;
      g_autofree char *found_output = NULL;
      g_autofree char *events = NULL;

      test_run_reset (run);
      for (guint stop = 0; stop < 2; stop++)
        {
          guint stop_at = stop == 0 ? first : second;

          if (test->die)
            {
              train_and_die (run->run, stop_at);
            }
          else
            {
              g_autoptr (AttuneRunStatus) status = NULL;
              g_autoptr (GError) error = NULL;
              AttuneJobStatus state = train (run->run, stop_at, &error);

              g_assert_no_error (error);
              if (state == ATTUNE_JOB_STATUS_SUCCEEDED)
                break;
              g_assert_cmpint (state, ==, ATTUNE_JOB_STATUS_PAUSED);
              status = test_run_load_status (run);
              g_assert_cmpint (status->state, ==, ATTUNE_JOB_STATUS_PAUSED);
              g_assert_null (status->output);
            }
        }
      train_to_end (run);

      found = test_run_describe (run);
      found_output = read_output (run, test->full);
      g_assert_cmpstr (found, ==, wanted);
      g_assert_cmpstr (found_output, ==, wanted_output);
      events = test_run_read_events (run);
      resumed += strstr (events, "Going on from step") != NULL;
    }

  /* Else nothing was tested. */
  g_assert_cmpuint (resumed, >, n_questions / test->interval / 2);
}

static void
test_cancel (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autofree char *cancel = g_build_filename (run->run, ATTUNE_RUN_CANCEL_FILE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneRunStatus) status = NULL;

  g_test_summary ("With the cancel file a stop is a cancellation, and what was saved is kept; without it the run goes on");

  g_assert_cmpint (train (run->run, 20, &error), ==, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_no_error (error);
  test_write (cancel, "");
  g_assert_cmpint (train (run->run, 5, &error), ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_no_error (error);
  status = test_run_load_status (run);
  g_assert_cmpint (status->state, ==, ATTUNE_JOB_STATUS_CANCELLED);
  g_assert_null (status->error);
  g_assert_true (test_exists (run->run, "checkpoints/step-6/state.json"));

  g_assert_cmpint (g_unlink (cancel), ==, 0);
  train_to_end (run);
}

static void
test_queue (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autofree char *lock = g_build_filename (run->place, "queue", NULL);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", lock);
  g_autoptr (AttuneQueue) queue = NULL;
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *events = NULL;

  g_test_summary ("A run waits for those before it, can be paused while it waits, and goes when it is its turn");

  test_run_set (run, "lock", quoted);
  test_run_reset (run);
  queue = attune_queue_join (lock, "a test", &error);
  g_assert_no_error (error);

  g_assert_cmpint (train (run->run, 1, &error), ==, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_no_error (error);
  status = test_run_load_status (run);
  g_assert_cmpint (status->step, ==, 0);
  g_assert_false (test_exists (run->run, "checkpoints"));

  g_clear_pointer (&queue, attune_queue_leave);
  train_to_end (run);
  events = test_run_read_events (run);
  test_assert_contains (events, "Paused at step 0");
}

static void
test_conflict (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autofree char *rows = test_make_rows (2, 22);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_test_summary ("A run whose data has changed does not go on, and loses nothing by the try");

  g_assert_cmpint (train (run->run, 20, &error), ==, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_no_error (error);
  before = test_run_describe (run);
  test_write (run->training, rows);
  g_assert_cmpint (train (run->run, 0, &error), ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
  test_assert_contains (error->message, "have changed");
  after = test_run_describe (run);
  g_assert_cmpstr (before, ==, after);
}

static void
test_damaged_checkpoint (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *found = NULL;
  g_autofree char *events = NULL;
  g_autofree char *path = g_build_filename (run->run, "checkpoints", "step-6", "optimizer.safetensors", NULL);
  g_autofree char *newest = NULL;
  g_autofree char *name = NULL;
  g_autoptr (AttuneRunStatus) status = NULL;

  g_test_summary ("A checkpoint that cannot be read is passed over for the one before it; where there is none, the run says so");

  train_to_end (run);
  wanted = test_run_describe (run);

  test_run_reset (run);
  g_assert_cmpint (train (run->run, 22, &error), ==, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_no_error (error);
  status = test_run_load_status (run);
  g_assert_cmpint (status->step, >, 6);
  name = g_strdup_printf ("recovery-%" G_GINT64_FORMAT, status->step);
  newest = g_build_filename (run->run, "checkpoints", name, "adapter_model.safetensors", NULL);
  test_write (newest, "torn");
  train_to_end (run);
  found = test_run_describe (run);
  g_assert_cmpstr (found, ==, wanted);
  events = test_run_read_events (run);
  test_assert_contains (events, "warning: A checkpoint cannot be read");
  test_assert_contains (events, "Going on from step 6");

  test_run_reset (run);
  g_assert_cmpint (train (run->run, 20, &error), ==, ATTUNE_JOB_STATUS_PAUSED);
  test_write (path, "torn");
  g_free (g_steal_pointer (&newest));
  g_free (g_steal_pointer (&name));
  g_clear_pointer (&status, attune_run_status_free);
  status = test_run_load_status (run);
  name = g_strdup_printf ("recovery-%" G_GINT64_FORMAT, status->step);
  newest = g_build_filename (run->run, "checkpoints", name, "optimizer.safetensors", NULL);
  if (g_file_test (newest, G_FILE_TEST_EXISTS))
    test_write (newest, "torn");
  g_assert_cmpint (train (run->run, 0, &error), ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
  test_assert_contains (error->message, "Delete that folder to begin anew");
}

/* Makes some of the base model's weights not a number. */
static void
poison_model (TestRun *run)
{
  g_autofree char *path = g_build_filename (run->model, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const guint32 nan_bits = GUINT32_TO_LE (0x7fc00000);
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  for (gsize i = length - 4096; i < length; i += 4)
    memcpy (text + i, &nan_bits, sizeof nan_bits);
  g_file_set_contents (path, text, (gssize) length, &error);
  g_assert_no_error (error);
}

static void
test_not_a_number (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autoptr (GArray) points = NULL;

  g_test_summary ("A loss that is not a number stops the run, and the message names step and remedy");

  poison_model (run);
  g_assert_cmpint (train (run->run, 0, &error), ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED);
  test_assert_contains (error->message, "Step 1");
  test_assert_contains (error->message, "optimizer.learningRate");
  status = test_run_load_status (run);
  g_assert_cmpint (status->state, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_cmpstr (status->error->message, ==, error->message);
  points = test_run_read_metrics (run);
  g_assert_cmpuint (points->len, ==, 1);
  g_assert_true (isnan (g_array_index (points, AttuneMetricPoint, 0).values[ATTUNE_METRIC_LOSS]));
}

static void
test_not_a_number_later (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *found = NULL;
  g_autofree char *weights = g_build_filename (run->model, "model.safetensors", NULL);
  g_autofree char *sound = g_build_filename (run->place, "sound.safetensors", NULL);

  g_test_summary ("Where a run breaks later, its checkpoints are kept, and it goes on from them when the cause is gone");

  train_to_end (run);
  wanted = test_run_describe (run);

  test_run_reset (run);
  g_assert_cmpint (train (run->run, 25, &error), ==, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_no_error (error);
  attune_file_copy (weights, sound, &error);
  g_assert_no_error (error);
  poison_model (run);
  g_assert_cmpint (train (run->run, 0, &error), ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED);
  test_assert_contains (error->message, "is kept");
  g_assert_true (test_exists (run->run, "checkpoints/step-6/state.json"));

  g_assert_cmpint (g_rename (sound, weights), ==, 0);
  train_to_end (run);
  found = test_run_describe (run);
  g_assert_cmpstr (found, ==, wanted);
}

static void
test_seed (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autofree char *first = NULL;
  g_autofree char *again = NULL;
  g_autofree char *other = NULL;

  g_test_summary ("Equal seeds give equal runs, another seed another one");

  train_to_end (run);
  first = test_run_describe (run);
  test_run_reset (run);
  train_to_end (run);
  again = test_run_describe (run);
  g_assert_cmpstr (first, ==, again);

  test_run_set (run, "seed", "8");
  test_run_reset (run);
  train_to_end (run);
  other = test_run_describe (run);
  g_assert_cmpstr (first, !=, other);
}

static void
test_full_output (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *output = g_build_filename (run->run, "output", NULL);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", output);
  g_autoptr (TestRun) next = test_run_new ();

  g_test_summary ("The result of a full run is a model folder that can be trained further");

  test_run_set (run, "configuration.method", "{ \"type\": \"full\" }");
  test_run_reset (run);
  train_to_end (run);
  g_assert_true (test_exists (output, "config.json"));
  g_assert_true (test_exists (output, "model.safetensors"));
  g_assert_true (test_exists (output, "tokenizer.json"));
  g_assert_false (test_exists (run->run, "output.unfinished"));

  test_run_set (next, "paths.model", quoted);
  test_run_set (next, "configuration.output", "{ \"suffix\": \"v2\" }");
  test_run_reset (next);
  train_to_end (next);
  {
    g_autoptr (AttuneRunStatus) status = test_run_load_status (next);

    g_assert_cmpstr (status->model, ==, "output-v2");
  }
}

int
main (int   argc,
      char *argv[])
{
  static const ResumeCase cases[] = {
    { FALSE, NULL, FALSE, 1 }, { TRUE, NULL, FALSE, 3 }, { FALSE, "\"bf16\"", FALSE, 3 }, { FALSE, NULL, TRUE, 5 }, { TRUE, NULL, TRUE, 5 },
  };

  if (argc == 4 && g_str_equal (argv[1], "--die"))
    {
      Stopper stopper = { .countdown = (guint) atoi (argv[3]), .die = TRUE };
      const AttuneTrainerOptions options = { .should_stop = stopper_cb, .user_data = &stopper, .recovery_interval = 1e-6 };
      AttuneTrainerOutcome outcome;

      return attune_trainer_run (argv[2], &options, &outcome, NULL) ? 0 : 1;
    }

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/engine/trainer/whole", test_whole);
  g_test_add_data_func ("/engine/trainer/resume/lora", &cases[0], test_resume);
  g_test_add_data_func ("/engine/trainer/resume/full", &cases[1], test_resume);
  g_test_add_data_func ("/engine/trainer/resume/bf16", &cases[2], test_resume);
  g_test_add_data_func ("/engine/trainer/kill/lora", &cases[3], test_resume);
  g_test_add_data_func ("/engine/trainer/kill/full", &cases[4], test_resume);
  g_test_add_func ("/engine/trainer/cancel", test_cancel);
  g_test_add_func ("/engine/trainer/queue", test_queue);
  g_test_add_func ("/engine/trainer/conflict", test_conflict);
  g_test_add_func ("/engine/trainer/damaged-checkpoint", test_damaged_checkpoint);
  g_test_add_func ("/engine/trainer/not-a-number", test_not_a_number);
  g_test_add_func ("/engine/trainer/not-a-number-later", test_not_a_number_later);
  g_test_add_func ("/engine/trainer/seed", test_seed);
  g_test_add_func ("/engine/trainer/full-output", test_full_output);

  return g_test_run ();
}
