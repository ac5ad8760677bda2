/* test-engine.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* attune-engine as a program: what it prints, how it exits, and what it does with bad input. */

#include "config.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trainer-fixtures.h"

typedef struct {
  int   status; /* exit status */
  char *out;
  char *err;
} Result;

static void
result_clear (Result *self)
{
  g_clear_pointer (&self->out, g_free);
  g_clear_pointer (&self->err, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static const char *
get_engine (void)
{
  const char *engine = g_getenv ("ATTUNE_ENGINE");

  g_assert_nonnull (engine);

  return engine;
}

static void
run_engine (Result               *result,
            GSpawnChildSetupFunc  setup,
            const char           *first,
            ...) G_GNUC_NULL_TERMINATED;

static void
run_engine (Result               *result,
            GSpawnChildSetupFunc  setup,
            const char           *first,
            ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  va_list list;
  int status;

  result_clear (result);
  g_ptr_array_add (arguments, (gpointer) get_engine ());
  va_start (list, first);
  for (const char *argument = first; argument != NULL; argument = va_arg (list, const char *))
    g_ptr_array_add (arguments, (gpointer) argument);
  va_end (list);
  g_ptr_array_add (arguments, NULL);

  g_spawn_sync (NULL, (char **) arguments->pdata, NULL, G_SPAWN_DEFAULT, setup, NULL, &result->out, &result->err, &status, &error);
  g_assert_no_error (error);
  if (!WIFEXITED (status))
    g_error ("the engine died: %s", result->err);
  result->status = WEXITSTATUS (status);
}

static GPid
start_engine (const char *folder)
{
  const char *const arguments[] = { get_engine (), "train", folder, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid = 0;

  g_spawn_async (NULL, (char **) arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &pid, &error);
  g_assert_no_error (error);

  return pid;
}

static int
wait_engine (GPid pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_spawn_close_pid (pid);

  return status;
}

/* Reads the status until it is this process's and the test is met; the engine is a process of its own and takes its time. */
static void
wait_for_status (TestRun  *run,
                 GPid      pid,
                 gboolean (*test) (const AttuneRunStatus *status))
{
  gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  for (;;)
    {
      g_autoptr (AttuneRunStatus) status = attune_run_status_load (run->run, NULL);

      if (status != NULL && status->pid == pid && test (status))
        return;
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}

static gboolean
has_steps (const AttuneRunStatus *status)
{
  return status->state == ATTUNE_JOB_STATUS_RUNNING && status->step > 0;
}

static gboolean
is_second (const AttuneRunStatus *status)
{
  return status->state == ATTUNE_JOB_STATUS_QUEUED && status->queue_position == 1;
}

/* So long that it does not end by itself while a test looks at it. */
static TestRun *
make_long_run (void)
{
  TestRun *run = test_run_new ();
  g_autofree char *rows = test_make_rows (1, 1500);

  test_write (run->training, rows);
  test_run_set (run, "configuration.schedule.epochs", "20");
  test_run_set (run, "configuration.schedule.batchSize", "1");
  test_run_set (run, "configuration.schedule.evaluations", "0");
  test_run_write_config (run);

  return run;
}

static void
test_invocation (void)
{
  g_auto (Result) result = { 0 };
  g_autoptr (TestRun) run = test_run_new ();

  g_test_summary ("Wrong invocations exit with 2 and say what is wrong");

  run_engine (&result, NULL, "--help", NULL);
  g_assert_cmpint (result.status, ==, 0);
  test_assert_contains (result.out, "train");
  run_engine (&result, NULL, "--version", NULL);
  g_assert_cmpint (result.status, ==, 0);
  test_assert_contains (result.out, ATTUNE_VERSION);
  run_engine (&result, NULL, "train", "--help", NULL);
  g_assert_cmpint (result.status, ==, 0);
  test_assert_contains (result.out, "RUN_FOLDER");

  run_engine (&result, NULL, "fly", NULL);
  g_assert_cmpint (result.status, ==, 2);
  test_assert_contains (result.err, "fly");
  run_engine (&result, NULL, "train", NULL);
  g_assert_cmpint (result.status, ==, 2);
  run_engine (&result, NULL, "train", run->place, NULL);
  g_assert_cmpint (result.status, ==, 2);
  test_assert_contains (result.err, "config.json");
  run_engine (&result, NULL, "train", "--unknown", run->run, NULL);
  g_assert_cmpint (result.status, ==, 2);
  run_engine (&result, NULL, "generate", run->model, NULL);
  g_assert_cmpint (result.status, ==, 2);
  run_engine (&result, NULL, "generate", run->model, "--prompt", "a", "--max-tokens", "0", NULL);
  g_assert_cmpint (result.status, ==, 2);
  run_engine (&result, NULL, "evaluate", run->model, NULL);
  g_assert_cmpint (result.status, ==, 2);
}

typedef struct {
  const char *name;
  const char *path;    /* of config.json; NULL: @prepare does it */
  const char *json;
  void      (*prepare) (TestRun *run);
  int         status;
  AttuneError code;
  const char *message; /* a part of it that names the place or the remedy */
} BadInput;

static void
empty_training (TestRun *run)
{
  test_write (run->training, "");
}

static void
break_line_7 (TestRun *run)
{
  g_autofree char *rows = test_make_rows (1, 6);
  g_autofree char *text = g_strconcat (rows, "{\"messages\": [{\"role\": \"user\"\n", rows, NULL);

  test_write (run->training, text);
}

static void
no_answers (TestRun *run)
{
  test_write (run->training, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n");
}

static void
no_training (TestRun *run)
{
  g_assert_cmpint (g_unlink (run->training), ==, 0);
}

static void
no_tokenizer (TestRun *run)
{
  g_autofree char *path = g_build_filename (run->model, "tokenizer.json", NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
truncate_weights (TestRun *run)
{
  g_autofree char *path = g_build_filename (run->model, "model.safetensors", NULL);

  g_assert_cmpint (truncate (path, 200000), ==, 0);
}

static void
change_model (TestRun    *run,
              const char *name,
              gint64      value)
{
  g_autofree char *path = g_build_filename (run->model, "config.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = attune_json_parse_file (path, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  json_object_set_int_member (json_node_get_object (node), name, value);
  text = attune_json_write (node, TRUE);
  test_write (path, text);
}

static void
other_shape (TestRun *run)
{
  change_model (run, "intermediate_size", 168);
}

static void
giant_model (TestRun *run)
{
  change_model (run, "hidden_size", 65536);
  change_model (run, "intermediate_size", 262144);
  change_model (run, "num_hidden_layers", 500);
}

static void
other_architecture (TestRun *run)
{
  g_autofree char *path = g_build_filename (run->model, "config.json", NULL);
  g_autofree char *text = test_read (run->model, "config.json");
  g_autoptr (GString) changed = g_string_new (text);

  g_string_replace (changed, "\"llama\"", "\"mamba\"", 0);
  test_write (path, changed->str);
}

static const BadInput bad_inputs[] = {
  { "empty-file", NULL, NULL, empty_training, 1, ATTUNE_ERROR_INVALID, "empty" },
  { "broken-line", NULL, NULL, break_line_7, 1, ATTUNE_ERROR_INVALID, "training.jsonl, line 7" },
  { "no-answers", NULL, NULL, no_answers, 1, ATTUNE_ERROR_INVALID, "line 1" },
  { "no-file", NULL, NULL, no_training, 1, ATTUNE_ERROR_NOT_FOUND, "training.jsonl" },
  { "no-tokenizer", NULL, NULL, no_tokenizer, 1, ATTUNE_ERROR_NOT_FOUND, "tokenizer" },
  { "truncated-weights", NULL, NULL, truncate_weights, 1, ATTUNE_ERROR_DAMAGED, "model.safetensors" },
  { "other-shape", NULL, NULL, other_shape, 1, ATTUNE_ERROR_DAMAGED, "mlp" },
  { "other-architecture", NULL, NULL, other_architecture, 1, ATTUNE_ERROR_NOT_SUPPORTED, "mamba" },
  { "no-memory", NULL, NULL, giant_model, 1, ATTUNE_ERROR_NO_MEMORY, "schedule.batchSize" },
  { "no-model", "paths.model", "\"/nowhere\"", NULL, 1, ATTUNE_ERROR_NOT_FOUND, "/nowhere" },
  { "out-of-range", "configuration.optimizer.learningRate", "7", NULL, 2, ATTUNE_ERROR_INVALID, "optimizer.learningRate" },
  { "wrong-type", "configuration.schedule.epochs", "\"many\"", NULL, 2, ATTUNE_ERROR_INVALID, "schedule.epochs" },
  { "method", "configuration.method.type", "\"qlora\"", NULL, 2, ATTUNE_ERROR_NOT_SUPPORTED, "qlora" },
  { "precision", "configuration.model.precision", "\"int4\"", NULL, 2, ATTUNE_ERROR_NOT_SUPPORTED, "int4" },
  { "modules", "configuration.method.loraConfig.trainableModules", "\"q_proj,lm_head\"", NULL, 2, ATTUNE_ERROR_NOT_SUPPORTED, "lm_head" },
};

static void
test_bad_input (gconstpointer data)
{
  const BadInput *input = data;
  g_autoptr (TestRun) run = test_run_new ();
  g_autoptr (AttuneRunStatus) status = NULL;
  g_auto (Result) result = { 0 };
  g_autofree char *events = NULL;

  g_test_summary ("Bad input ends a run with its place and remedy, before anything else is written");

  if (input->path != NULL)
    test_run_set (run, input->path, input->json);
  test_run_write_config (run);
  if (input->prepare != NULL)
    input->prepare (run);

  run_engine (&result, NULL, "train", run->run, NULL);
  g_assert_cmpint (result.status, ==, input->status);
  test_assert_contains (result.err, input->message);

  status = test_run_load_status (run);
  g_test_message ("%s", status->error != NULL ? status->error->message : "no error");
  g_assert_cmpint (status->state, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (status->error, ATTUNE_ERROR, (int) input->code);
  test_assert_contains (status->error->message, input->message);
  events = test_run_read_events (run);
  test_assert_contains (events, "error: ");
  g_assert_false (test_exists (run->run, "output"));
  g_assert_false (test_exists (run->run, "checkpoints"));

  /* The prediction says the same and changes nothing. */
  if (input->code != ATTUNE_ERROR_NO_MEMORY && input->code != ATTUNE_ERROR_DAMAGED)
    {
      g_autofree char *before = test_read (run->run, ATTUNE_RUN_STATUS_FILE);
      g_autofree char *after = NULL;

      run_engine (&result, NULL, "predict", run->run, NULL);
      g_assert_cmpint (result.status, ==, input->status);
      test_assert_contains (result.err, input->message);
      after = test_read (run->run, ATTUNE_RUN_STATUS_FILE);
      g_assert_cmpstr (before, ==, after);
    }
}

static void
test_ignored (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_auto (Result) result = { 0 };
  g_autofree char *events = NULL;

  g_test_summary ("What the configuration asks for and does not get is told");

  test_run_set (run, "configuration.hardware", "{ \"gpuType\": \"A100\" }");
  test_run_set (run, "configuration.optimizations", "{ \"enabled\": [\"dynamic_padding\", \"sequence_packing\"] }");
  test_run_set (run, "configuration.metadata", "{ \"seed\": 7, \"colour\": \"red\" }");
  test_run_set (run, "configuration.schedule.patience", "3");
  test_run_set (run, "configuration.optimizer.scheduler.type", "\"constant\"");
  test_run_unset (run, "configuration.model.precision");
  test_run_write_config (run);
  run_engine (&result, NULL, "train", run->run, NULL);
  g_assert_cmpint (result.status, ==, 0);

  events = test_run_read_events (run);
  test_assert_contains (events, "warning: hardware.gpuType");
  test_assert_contains (events, "warning: optimizations.enabled: sequence_packing");
  test_assert_contains (events, "warning: metadata.colour");
  test_assert_contains (events, "warning: schedule.patience");
  test_assert_contains (events, "warning: optimizer.scheduler.warmupRatio: ");
  test_assert_contains (events, "info: Precision fp32 was chosen");
  g_assert_null (strstr (events, "dynamic_padding"));
  g_assert_null (strstr (events, "metadata.seed"));
}

static void
limit_files (gpointer user_data)
{
  const struct rlimit limit = { 40 * 1024, 40 * 1024 };

  setrlimit (RLIMIT_FSIZE, &limit);
}

static void
test_full_disk (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autoptr (AttuneRunStatus) status = NULL;
  g_auto (Result) result = { 0 };
  g_autofree char *events = NULL;

  g_test_summary ("Where a checkpoint finds no room the run fails with that reason, leaves no half of it, and goes on when there is room");

  run_engine (&result, limit_files, "train", run->run, NULL);
  g_assert_cmpint (result.status, ==, 1);
  status = test_run_load_status (run);
  g_assert_cmpint (status->state, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (status->error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE);
  test_assert_contains (status->error->message, "checkpoints");
  g_assert_cmpint (status->step, ==, 6);
  g_assert_false (test_exists (run->run, "checkpoints/step-6"));
  g_assert_false (test_exists (run->run, "checkpoints/.unfinished-step-6"));
  events = test_run_read_events (run);
  test_assert_contains (events, "error: ");

  run_engine (&result, NULL, "train", run->run, NULL);
  g_assert_cmpint (result.status, ==, 0);
}

/* Root writes everywhere; without this one privilege it is like everybody else. */
static void
drop_override (gpointer user_data)
{
  prctl (PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
}

static void
test_unwritable (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autofree char *checkpoints = g_build_filename (run->run, "checkpoints", NULL);
  g_autoptr (AttuneRunStatus) status = NULL;
  g_auto (Result) result = { 0 };

  g_test_summary ("A folder that cannot be written is an error that names it; nothing is harmed");

  g_assert_cmpint (g_chmod (run->run, 0500), ==, 0);
  run_engine (&result, drop_override, "train", run->run, NULL);
  g_assert_cmpint (g_chmod (run->run, 0700), ==, 0);
  g_assert_cmpint (result.status, ==, 1);
  test_assert_contains (result.err, run->run);
  test_assert_contains (result.err, "permissions");
  g_assert_false (test_exists (run->run, ATTUNE_RUN_STATUS_FILE));

  g_assert_cmpint (g_mkdir (checkpoints, 0500), ==, 0);
  run_engine (&result, drop_override, "train", run->run, NULL);
  g_assert_cmpint (g_chmod (checkpoints, 0700), ==, 0);
  g_assert_cmpint (result.status, ==, 1);
  status = test_run_load_status (run);
  g_assert_error (status->error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED);
  test_assert_contains (status->error->message, checkpoints);
}

static void
test_signals (void)
{
  g_autoptr (TestRun) run = make_long_run ();
  g_autoptr (AttuneRunStatus) paused = NULL;
  g_autoptr (AttuneRunStatus) dead = NULL;
  g_autoptr (AttuneRunStatus) cancelled = NULL;
  g_autofree char *cancel = g_build_filename (run->run, ATTUNE_RUN_CANCEL_FILE, NULL);
  g_auto (Result) result = { 0 };
  GPid pid;
  int status;

  g_test_summary ("SIGTERM pauses, SIGKILL is found out, the cancel file cancels, and nobody else may train in the folder meanwhile");

  pid = start_engine (run->run);
  wait_for_status (run, pid, has_steps);
  run_engine (&result, NULL, "train", run->run, NULL);
  g_assert_cmpint (result.status, ==, 1);
  test_assert_contains (result.err, "Another trainer");

  g_assert_cmpint (kill (pid, SIGTERM), ==, 0);
  status = wait_engine (pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  paused = test_run_load_status (run);
  g_assert_cmpint (paused->state, ==, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_cmpint (paused->step, >, 0);
  g_assert_false (attune_run_status_is_alive (paused));

  pid = start_engine (run->run);
  wait_for_status (run, pid, has_steps);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  wait_engine (pid);
  dead = test_run_load_status (run);
  g_assert_cmpint (dead->state, ==, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpint (dead->step, >=, paused->step);
  g_assert_false (attune_run_status_is_alive (dead));

  pid = start_engine (run->run);
  wait_for_status (run, pid, has_steps);
  test_write (cancel, "");
  g_assert_cmpint (kill (pid, SIGTERM), ==, 0);
  status = wait_engine (pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  cancelled = test_run_load_status (run);
  g_assert_cmpint (cancelled->state, ==, ATTUNE_JOB_STATUS_CANCELLED);
}

static void
test_queue (void)
{
  g_autoptr (TestRun) first = make_long_run ();
  g_autoptr (TestRun) second = make_long_run ();
  g_autofree char *lock = g_strdup_printf ("\"%s/queue\"", first->place);
  GPid first_pid;
  GPid second_pid;
  int status;

  g_test_summary ("A second run waits for the first, and begins when the first is killed");

  test_run_set (first, "lock", lock);
  test_run_set (second, "lock", lock);
  test_run_write_config (first);
  test_run_write_config (second);

  first_pid = start_engine (first->run);
  wait_for_status (first, first_pid, has_steps);
  second_pid = start_engine (second->run);
  wait_for_status (second, second_pid, is_second);
  g_assert_cmpint (kill (first_pid, SIGKILL), ==, 0);
  wait_engine (first_pid);
  wait_for_status (second, second_pid, has_steps);
  g_assert_cmpint (kill (second_pid, SIGTERM), ==, 0);
  status = wait_engine (second_pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static JsonNode *
parse_output (Result *result)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_json_parse (result->out, -1, "output", &error);

  g_assert_no_error (error);

  return node;
}

static void
test_predict (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (AttuneRunStatus) status = NULL;
  g_auto (Result) result = { 0 };

  g_test_summary ("The prediction's steps and tokens are what the run takes");

  run_engine (&result, NULL, "predict", run->run, NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_false (test_exists (run->run, ATTUNE_RUN_STATUS_FILE));
  node = parse_output (&result);
  g_assert_cmpint (attune_json_peek_int (node, "rows", 0), ==, 22);
  g_assert_cmpint (attune_json_peek_int (node, "rowsTruncated", -1), ==, 0);
  g_assert_cmpint (attune_json_peek_int (node, "memory.total", 0), >, 0);
  g_assert_cmpint (attune_json_peek_int (node, "memory.optimizer", 0), ==, 2 * attune_json_peek_int (node, "memory.gradients", -1));
  g_assert_cmpint (attune_json_peek_int (node, "trainedTokens", 0), ==, 2 * attune_json_peek_int (node, "tokens", -1));

  run_engine (&result, NULL, "train", run->run, NULL);
  g_assert_cmpint (result.status, ==, 0);
  status = test_run_load_status (run);
  g_assert_cmpint (status->step, ==, attune_json_peek_int (node, "steps", 0));
  g_assert_cmpint (status->trained_tokens, ==, attune_json_peek_int (node, "trainedTokens", 0));
}

static void
test_learn_and_answer (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autofree char *output = g_build_filename (run->run, "output", NULL);
  g_autofree char *messages = g_build_filename (run->place, "messages.jsonl", NULL);
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autoptr (JsonNode) before = NULL;
  g_autoptr (JsonNode) after = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autofree char *first = NULL;
  g_auto (Result) result = { 0 };

  g_test_summary ("A model learns answers by heart, and generation and the rate of right answers show it");

  for (guint i = 0; i < 4; i++)
    g_string_append_printf (rows, "{\"messages\": [{\"role\": \"user\", \"content\": \"%c\"}, "
                                  "{\"role\": \"assistant\", \"content\": \"{\\\"n\\\": %u}\"}]}\n", 'a' + i, i);
  {
    g_autofree char *many = g_strjoin ("", rows->str, rows->str, rows->str, rows->str, NULL);

    test_write (run->training, many);
  }
  test_write (run->validation, rows->str);
  test_run_set (run, "configuration.method", "{ \"type\": \"full\" }");
  test_run_set (run, "configuration.schedule", "{ \"epochs\": 20, \"batchSize\": 1, \"sequenceLength\": 512, \"gradientAccumulation\": 1,"
                                               "  \"checkpoints\": 0, \"evaluations\": 1, \"trainOnInputs\": \"auto\" }");
  test_run_set (run, "configuration.optimizer", "{ \"learningRate\": 0.005, \"scheduler\": { \"type\": \"linear\", \"warmupRatio\": 0.1 },"
                                                "  \"weightDecay\": 0, \"maxGradientNorm\": 1 }");
  test_run_write_config (run);

  run_engine (&result, NULL, "evaluate", run->model, "--data", run->validation, NULL);
  g_assert_cmpint (result.status, ==, 0);
  before = parse_output (&result);
  g_assert_cmpint (attune_json_peek_int (before, "rows", 0), ==, 4);
  g_assert_cmpint (attune_json_peek_int (before, "right", -1), ==, 0);

  run_engine (&result, NULL, "train", run->run, NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_false (test_exists (run->run, "checkpoints"));
  run_engine (&result, NULL, "evaluate", output, "--data", run->validation, "--verbose", NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_test_message ("%s", result.err);
  after = parse_output (&result);
  g_assert_cmpint (attune_json_peek_int (after, "right", -1), ==, 4);
  g_assert_cmpfloat (attune_json_peek_double (after, "rate", 0), ==, 1.0);

  run_engine (&result, NULL, "generate", output, "--prompt", "c", NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (result.out, ==, "{\"n\": 2}\n");
  run_engine (&result, NULL, "generate", output, "--prompt", "d", "--json", "--max-tokens", "50", NULL);
  answer = parse_output (&result);
  g_assert_cmpstr (attune_json_peek_string (answer, "text", ""), ==, "{\"n\": 3}");
  g_assert_true (attune_json_peek_boolean (answer, "ended", FALSE));

  /* An answer at the end of a conversation is what is asked for. */
  test_write (messages, rows->str);
  run_engine (&result, NULL, "generate", output, "--messages", messages, NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (result.out, ==, "{\"n\": 0}\n{\"n\": 1}\n{\"n\": 2}\n{\"n\": 3}\n");
  test_write (messages, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n{\"messages\": 3}\n");
  run_engine (&result, NULL, "generate", output, "--messages", messages, NULL);
  g_assert_cmpint (result.status, ==, 1);
  test_assert_contains (result.err, "messages.jsonl: line 2");

  /* By chance, but the same chance. */
  run_engine (&result, NULL, "generate", run->model, "--prompt", "a", "--temperature", "1.5", "--seed", "3", "--max-tokens", "12", NULL);
  g_assert_cmpint (result.status, ==, 0);
  first = g_strdup (result.out);
  run_engine (&result, NULL, "generate", run->model, "--prompt", "a", "--temperature", "1.5", "--seed", "3", "--max-tokens", "12", NULL);
  g_assert_cmpstr (result.out, ==, first);
  run_engine (&result, NULL, "generate", run->model, "--prompt", "a", "--temperature", "1.5", "--seed", "4", "--max-tokens", "12", NULL);
  g_assert_cmpstr (result.out, !=, first);
  run_engine (&result, NULL, "generate", run->model, "--prompt", "Once", "--plain", "--max-tokens", "3", "--json", NULL);
  g_assert_cmpint (result.status, ==, 0);
}

static void
test_init (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autofree char *config = g_build_filename (run->model, "config.json", NULL);
  g_autofree char *born = g_build_filename (run->place, "born", NULL);
  g_autofree char *twin = g_build_filename (run->place, "twin", NULL);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_auto (Result) result = { 0 };

  g_test_summary ("A model is born from its configuration, alike for equal seeds");

  run_engine (&result, NULL, "init", config, born, "--seed", "5", "--dtype", "BF16", NULL);
  g_assert_cmpint (result.status, ==, 0);
  run_engine (&result, NULL, "init", config, twin, "--seed", "5", "--dtype", "BF16", NULL);
  g_assert_true (test_exists (born, "config.json"));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_build_filename (i == 0 ? born : twin, "model.safetensors", NULL);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);

      g_assert_nonnull (file);
      bytes = g_mapped_file_get_bytes (file);
      *(i == 0 ? &first : &second) = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
    }
  g_assert_cmpstr (first, ==, second);

  run_engine (&result, NULL, "init", config, born, "--dtype", "I8", NULL);
  g_assert_cmpint (result.status, ==, 2);
  run_engine (&result, NULL, "init", run->training, born, NULL);
  g_assert_cmpint (result.status, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/engine/program/invocation", test_invocation);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_inputs); i++)
    {
      g_autofree char *path = g_strconcat ("/engine/program/bad-input/", bad_inputs[i].name, NULL);

      g_test_add_data_func (path, &bad_inputs[i], test_bad_input);
    }
  g_test_add_func ("/engine/program/ignored", test_ignored);
  g_test_add_func ("/engine/program/full-disk", test_full_disk);
  g_test_add_func ("/engine/program/unwritable", test_unwritable);
  g_test_add_func ("/engine/program/signals", test_signals);
  g_test_add_func ("/engine/program/queue", test_queue);
  g_test_add_func ("/engine/program/predict", test_predict);
  g_test_add_func ("/engine/program/learn-and-answer", test_learn_and_answer);
  g_test_add_func ("/engine/program/init", test_init);

  return g_test_run ();
}
