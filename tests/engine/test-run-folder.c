/* test-run-folder.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attune-machine.h"
#include "attune-run-config.h"
#include "attune-run-writer.h"
#include "trainer-fixtures.h"

typedef struct {
  char *folder;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("attune-folder-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  attune_folder_delete (fixture->folder, &error);
  g_assert_no_error (error);
  g_free (fixture->folder);
}

static AttuneRunWriter *
open_writer (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  AttuneRunWriter *writer = attune_run_writer_new (fixture->folder, &error);

  g_assert_no_error (error);

  return writer;
}

static void
add_point (AttuneRunWriter *writer,
           gint64           step,
           AttuneMetric     metric,
           double           value)
{
  AttuneMetricPoint point = { .step = step, .epoch = 0.5, .time = 1, .set = 1u << metric };
  g_autoptr (GError) error = NULL;

  point.values[metric] = value;
  attune_run_writer_add_metrics (writer, &point, &error);
  g_assert_no_error (error);
}

static void
append (Fixture    *fixture,
        const char *name,
        const char *text)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  FILE *file = g_fopen (path, "a");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (text, 1, strlen (text), file), ==, strlen (text));
  fclose (file);
}

static guint
count_points (Fixture *fixture,
              guint64 *offset,
              guint   *n_damaged)
{
  g_autoptr (GArray) points = g_array_new (FALSE, TRUE, sizeof (AttuneMetricPoint));
  g_autoptr (GError) error = NULL;

  attune_run_folder_read_metrics (fixture->folder, offset, points, n_damaged, &error);
  g_assert_no_error (error);

  return points->len;
}

static void
test_status (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (AttuneRunStatus) status = attune_run_status_new ();
  g_autoptr (AttuneRunStatus) read = NULL;
  g_autoptr (AttuneRunStatus) copy = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, ATTUNE_RUN_STATUS_FILE, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A status reads back as it was written; what is none is refused");

  g_assert_null (attune_run_status_load (fixture->folder, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  status->state = ATTUNE_JOB_STATUS_FAILED;
  status->step = 3;
  status->total_steps = 9;
  status->epoch = 1.25;
  status->pid = 77;
  status->pid_start_time = 4711;
  status->started_at = G_GINT64_CONSTANT (1700000000000000);
  status->updated_at = status->started_at + 1;
  status->trained_tokens = G_GINT64_CONSTANT (5000000000);
  status->queue_position = 2;
  status->model = g_strdup ("m");
  status->output = g_strdup ("/a/b");
  status->error = g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE, "full “disk”");
  node = attune_run_status_to_json (status);
  text = attune_json_write (node, TRUE);
  test_write (path, text);

  read = attune_run_status_load (fixture->folder, &error);
  g_assert_no_error (error);
  copy = attune_run_status_copy (read);
  g_assert_cmpint (copy->state, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_cmpint (copy->step, ==, 3);
  g_assert_cmpint (copy->total_steps, ==, 9);
  g_assert_cmpfloat (copy->epoch, ==, 1.25);
  g_assert_cmpint (copy->pid, ==, 77);
  g_assert_cmpuint (copy->pid_start_time, ==, 4711);
  g_assert_cmpint (copy->started_at, ==, status->started_at);
  g_assert_cmpint (copy->updated_at, ==, status->updated_at);
  g_assert_true (isnan (copy->time_remaining));
  g_assert_cmpint (copy->trained_tokens, ==, status->trained_tokens);
  g_assert_cmpuint (copy->queue_position, ==, 2);
  g_assert_cmpstr (copy->model, ==, "m");
  g_assert_cmpstr (copy->output, ==, "/a/b");
  g_assert_error (copy->error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE);
  g_assert_cmpstr (copy->error->message, ==, "full “disk”");
  g_assert_false (attune_run_status_is_alive (copy));

  for (guint i = 0; i < 4; i++)
    {
      static const char *const bad[] = { "", "[]", "{\"state\": \"flying\"}", "{\"state\": \"running\", \"step\": \"three\"}" };

      test_write (path, bad[i]);
      g_assert_null (attune_run_status_load (fixture->folder, &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
      test_assert_contains (error->message, path);
      g_clear_error (&error);
    }
}

static void
test_writer (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (AttuneRunWriter) writer = open_writer (fixture);
  g_autoptr (AttuneRunStatus) first = NULL;
  g_autoptr (AttuneRunStatus) later = NULL;
  g_autoptr (AttuneRunStatus) last = NULL;
  g_autoptr (AttuneRunStatus) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) reason = g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_FAILED, "why");
  gint64 deadline;

  g_test_summary ("A status is renewed within a second without being asked, one writer at a time, and the last word stays");

  first = attune_run_status_load (fixture->folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (first->state, ==, ATTUNE_JOB_STATUS_QUEUED);
  g_assert_true (attune_run_status_is_alive (first));

  g_assert_null (attune_run_writer_new (fixture->folder, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
  g_clear_error (&error);

  g_assert_true (attune_run_writer_set_state (writer, ATTUNE_JOB_STATUS_RUNNING, &error));
  attune_run_writer_set_progress (writer, 4, 10, 0.4, 99, 12.5);
  deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;
  do
    {
      g_clear_pointer (&later, attune_run_status_free);
      later = attune_run_status_load (fixture->folder, &error);
      g_assert_no_error (error);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
  while (later->step != 4);
  g_assert_cmpint (later->updated_at - first->updated_at, <, 5 * G_TIME_SPAN_SECOND);
  g_assert_cmpfloat (later->time_remaining, ==, 12.5);
  g_assert_cmpint (later->trained_tokens, ==, 99);

  g_assert_true (attune_run_writer_finish (writer, ATTUNE_JOB_STATUS_FAILED, NULL, reason, &error));
  last = attune_run_status_load (fixture->folder, &error);
  g_assert_cmpint (last->state, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_cmpstr (last->error->message, ==, "why");
  g_clear_pointer (&writer, attune_run_writer_free);
  g_assert_false (test_exists (fixture->folder, ".reserve"));

  /* The first start is remembered, the error of it is not. */
  writer = open_writer (fixture);
  second = attune_run_status_load (fixture->folder, &error);
  g_assert_cmpint (second->started_at, ==, first->started_at);
  g_assert_null (second->error);
}

static void
test_lines (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (AttuneRunWriter) writer = open_writer (fixture);
  guint64 offset = 0;
  guint n_damaged;

  g_test_summary ("Lines are read as they come; a torn one is left for later, a damaged one is counted, a shorter file is read anew");

  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 0);
  add_point (writer, 1, ATTUNE_METRIC_LOSS, 2.5);
  add_point (writer, 2, ATTUNE_METRIC_LOSS, NAN);
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 2);
  g_assert_cmpuint (n_damaged, ==, 0);
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 0);

  append (fixture, ATTUNE_RUN_METRICS_FILE, "{\"step\": 3, \"epoch\"");
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 0);
  append (fixture, ATTUNE_RUN_METRICS_FILE, ": 1, \"time\": 5, \"loss\": 1}\nrubbish\n");
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 1);
  g_assert_cmpuint (n_damaged, ==, 1);

  append (fixture, ATTUNE_RUN_METRICS_FILE, "{\"step\": 4, \"to");
  g_clear_pointer (&writer, attune_run_writer_free);
  writer = open_writer (fixture);
  add_point (writer, 4, ATTUNE_METRIC_LOSS, 1);
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 1);
  g_assert_cmpuint (n_damaged, ==, 0);
}

static void
test_cut_back (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (AttuneRunWriter) writer = open_writer (fixture);
  g_autoptr (GError) error = NULL;
  guint64 offset = 0;
  guint n_damaged;

  g_test_summary ("Going back to a checkpoint takes the later metrics away");

  for (gint64 step = 1; step <= 6; step++)
    {
      add_point (writer, step, ATTUNE_METRIC_LOSS, 1);
      if (step % 2 == 0)
        add_point (writer, step, ATTUNE_METRIC_EVAL_LOSS, 1);
    }
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 9);

  g_assert_true (attune_run_writer_cut_back (writer, 4, FALSE, &error));
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 6);
  g_assert_true (attune_run_writer_cut_back (writer, 4, TRUE, &error));
  offset = 0;
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 5);
  add_point (writer, 5, ATTUNE_METRIC_LOSS, 1);
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 1);
  g_assert_true (attune_run_writer_cut_back (writer, 0, FALSE, &error));
  offset = 0;
  g_assert_cmpuint (count_points (fixture, &offset, &n_damaged), ==, 0);
}

static void
test_events (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (AttuneRunWriter) writer = open_writer (fixture);
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (GError) error = NULL;
  guint64 offset = 0;
  AttuneEvent *event;

  g_test_summary ("Events keep their words, and what was said once is not said again after a restart");

  attune_run_writer_add_event (writer, "warning", "line\n“two” %d", 2);
  attune_run_writer_add_event_once (writer, "info", "once");
  attune_run_writer_add_event_once (writer, "info", "once");
  g_clear_pointer (&writer, attune_run_writer_free);
  writer = open_writer (fixture);
  attune_run_writer_add_event_once (writer, "info", "once");
  attune_run_writer_add_event (writer, "info", "once");

  g_assert_true (attune_run_folder_read_events (fixture->folder, &offset, events, NULL, &error));
  g_assert_cmpuint (events->len, ==, 3);
  event = g_ptr_array_index (events, 0);
  g_assert_cmpstr (event->level, ==, "warning");
  g_assert_cmpstr (event->message, ==, "line\n“two” 2");
  g_assert_cmpint (event->time, >, 0);
}

static void
test_alive (void)
{
  g_autoptr (AttuneRunStatus) status = attune_run_status_new ();
  pid_t child = fork ();
  int result;

  g_test_summary ("A process is alive while its start time is the one that was noted");

  if (child == 0)
    for (;;)
      pause ();

  g_assert_cmpint (child, >, 0);
  status->pid = child;
  status->pid_start_time = attune_machine_get_process_start (child);
  g_assert_cmpuint (status->pid_start_time, >, 0);
  g_assert_true (attune_run_status_is_alive (status));
  status->pid_start_time++;
  g_assert_false (attune_run_status_is_alive (status));
  status->pid_start_time--;

  /* Dead, but not yet asked about by its parent. */
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  {
    siginfo_t info;

    g_assert_cmpint (waitid (P_PID, (id_t) child, &info, WEXITED | WNOWAIT), ==, 0);
  }
  g_assert_false (attune_run_status_is_alive (status));
  g_assert_cmpint (waitpid (child, &result, 0), ==, child);
  g_assert_false (attune_run_status_is_alive (status));

  g_assert_cmpuint (attune_machine_get_process_start (0), ==, 0);
  g_assert_cmpuint (attune_machine_get_available_memory (), >, 0);
  g_assert_cmpuint (attune_machine_get_total_memory (), >=, attune_machine_get_available_memory ());
}

static void
test_config (void)
{
  g_autoptr (TestRun) run = test_run_new ();
  g_autoptr (AttuneRunConfig) config = NULL;
  g_autoptr (AttuneRunConfig) again = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *path = g_build_filename (run->run, ATTUNE_RUN_CONFIG_FILE, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A configuration reads back as it was written; a wrong one is refused with the member's name");

  config = attune_run_config_load (run->run, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (config->model, ==, run->model);
  g_assert_cmpuint (config->seed, ==, 7);
  g_assert_cmpuint (config->threads, ==, 2);
  g_assert_cmpint (attune_configuration_get_integer (config->configuration, "schedule.epochs"), ==, 2);

  node = attune_run_config_to_json (config);
  text = attune_json_write (node, TRUE);
  test_write (path, text);
  again = attune_run_config_load (run->run, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->training, ==, config->training);
  g_assert_cmpstr (again->validation, ==, config->validation);
  g_assert_null (again->lock);
  g_assert_true (attune_configuration_equal (config->configuration, again->configuration));

  for (guint i = 0; i < 5; i++)
    {
      static const struct {
        const char *path;
        const char *json;
        const char *name;
      } bad[] = {
        { "version", "99", "version" },
        { "threads", "-1", "threads" },
        { "paths", "{}", "paths.model" },
        { "paths.training", "3", "paths.training" },
        { "configuration", "[]", "configuration" },
      };
      g_autoptr (TestRun) other = test_run_new ();

      test_run_set (other, bad[i].path, bad[i].json);
      test_run_write_config (other);
      g_assert_null (attune_run_config_load (other->run, &error));
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
      test_assert_contains (error->message, bad[i].name);
      test_assert_contains (error->message, "config.json");
      g_clear_error (&error);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/engine/run-folder/status", Fixture, NULL, set_up, test_status, tear_down);
  g_test_add ("/engine/run-folder/writer", Fixture, NULL, set_up, test_writer, tear_down);
  g_test_add ("/engine/run-folder/lines", Fixture, NULL, set_up, test_lines, tear_down);
  g_test_add ("/engine/run-folder/cut-back", Fixture, NULL, set_up, test_cut_back, tear_down);
  g_test_add ("/engine/run-folder/events", Fixture, NULL, set_up, test_events, tear_down);
  g_test_add_func ("/engine/run-folder/alive", test_alive);
  g_test_add_func ("/engine/run-folder/config", test_config);

  return g_test_run ();
}
