/* test-local-process.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "local-fixture.h"

static char *
log_path (const char *name)
{
  char *path = g_build_filename (g_get_user_data_dir (), name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);

  return path;
}

static gboolean
has_line (const char *path,
          const char *line)
{
  g_autofree char *contents = NULL;

  return g_file_get_contents (path, &contents, NULL, NULL) && strstr (contents, line) != NULL;
}

static void
spawn (const char         *script,
       const char         *log,
       AttuneLocalProcess *process)
{
  const char *argv[] = { "/bin/sh", "-c", script, NULL };
  g_autoptr (GError) error = NULL;

  attune_local_process_spawn_detached (argv, log, process, &error);
  g_assert_no_error (error);
  g_assert_cmpint (process->pid, >, 0);
}

static void
test_detached (void)
{
  g_autofree char *log = log_path ("detached.txt");
  AttuneLocalProcess process;
  AttuneLocalProcess stranger;
  int fd;

  /* A file that is open here must not be open there, whatever its flags are. */
  fd = open ("/proc/self/status", O_RDONLY);
  g_assert_cmpint (fd, >=, 0);

  spawn ("echo out; echo err >&2; readlink /proc/self/cwd; ls -l /proc/$$/fd; echo ready; exec sleep 600",
         log, &process);
  test_wait_until (has_line (log, "ready"));
  close (fd);

  g_assert_true (attune_local_process_is_alive (&process));
  g_assert_cmpint (getsid (process.pid), ==, process.pid);
  g_assert_true (has_line (log, "out\n"));
  g_assert_true (has_line (log, "err\n"));
  g_assert_true (has_line (log, " 0 -> /dev/null"));
  g_assert_false (has_line (log, "/status\n"));
  g_assert_false (has_line (log, "socket:"));
  g_assert_false (has_line (log, "pipe:"));

  /* The same pid, given to a program that was started at another time, is somebody else. */
  stranger = process;
  stranger.start_time++;
  g_assert_false (attune_local_process_is_alive (&stranger));
  g_assert_false (attune_local_process_send_signal (&stranger, SIGKILL, NULL));
  g_assert_true (attune_local_process_is_alive (&process));

  g_assert_true (attune_local_process_send_signal (&process, SIGTERM, NULL));
  test_wait_until (!attune_local_process_is_alive (&process));
  g_assert_false (attune_local_process_send_signal (&process, SIGTERM, NULL));
}

static void
test_log_appends (void)
{
  g_autofree char *log = log_path ("appended.txt");
  AttuneLocalProcess process;
  struct stat info;

  spawn ("echo first", log, &process);
  test_wait_until (has_line (log, "first"));
  spawn ("echo second", log, &process);
  test_wait_until (has_line (log, "second"));
  g_assert_true (has_line (log, "first"));
  g_assert_cmpint (stat (log, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
}

/* A signal that is blocked or ignored here is neither there. */
static void
test_signals (void)
{
  g_autofree char *log = log_path ("signals.txt");
  AttuneLocalProcess process;
  sigset_t blocked;
  sigset_t before;

  sigemptyset (&blocked);
  sigaddset (&blocked, SIGTERM);
  g_assert_cmpint (pthread_sigmask (SIG_BLOCK, &blocked, &before), ==, 0);
  signal (SIGINT, SIG_IGN);
  spawn ("grep -E 'Sig(Blk|Ign)' /proc/self/status; echo ready; exec sleep 600", log, &process);
  signal (SIGINT, SIG_DFL);
  g_assert_cmpint (pthread_sigmask (SIG_SETMASK, &before, NULL), ==, 0);

  test_wait_until (has_line (log, "ready"));
  g_assert_true (has_line (log, "SigBlk:\t0000000000000000"));
  g_assert_true (has_line (log, "SigIgn:\t0000000000000000"));
  g_assert_true (attune_local_process_send_signal (&process, SIGKILL, NULL));
  test_wait_until (!attune_local_process_is_alive (&process));
}

static void
test_failures (void)
{
  const char *missing[] = { "/nonexistent/attune-engine", NULL };
  const char *present[] = { "/bin/true", NULL };
  g_autofree char *log = log_path ("failures.txt");
  AttuneLocalProcess process;
  g_autoptr (GError) error = NULL;

  g_assert_false (attune_local_process_spawn_detached (missing, log, &process, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/nonexistent/attune-engine"));
  g_clear_error (&error);

  g_assert_false (attune_local_process_spawn_detached (present, "/nonexistent/log.txt", &process, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/nonexistent/log.txt"));
  g_clear_error (&error);

  process = (AttuneLocalProcess) { 0 };
  g_assert_false (attune_local_process_is_alive (&process));
  g_assert_false (attune_local_process_send_signal (&process, SIGTERM, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
}

/* Metrics are read from the end, however long the file is, and a line that is being written is left for later. */
static void
test_read_metrics (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "long-run", NULL);
  g_autofree char *path = g_build_filename (folder, ATTUNE_RUN_METRICS_FILE, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) points = NULL;
  AttuneMetricPoint point = { .epoch = 1, .time = 5, .set = 1u << ATTUNE_METRIC_LOSS };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (attune_local_files_last_step (path), ==, 0);

  for (gint64 step = 1; step <= 20000; step++)
    {
      g_autofree char *line = NULL;

      point.step = step;
      point.values[ATTUNE_METRIC_LOSS] = 1.0 / (double) step;
      line = attune_metric_point_to_line (&point);
      g_string_append (text, line);
      if (step == 15000)
        g_string_append (text, "this is no line\n");
    }
  g_string_append (text, "{\"step\":20001,\"lo");
  g_file_set_contents (path, text->str, (gssize) text->len, NULL);

  g_assert_cmpint (attune_local_files_last_step (path), ==, 20000);

  points = attune_local_files_read_metrics (folder, 19998);
  g_assert_cmpuint (points->len, ==, 3);
  g_clear_pointer (&points, g_array_unref);

  points = attune_local_files_read_metrics (folder, 0);
  g_assert_cmpuint (points->len, ==, 20000);
  for (guint i = 0; i < points->len; i++)
    g_assert_cmpint (g_array_index (points, AttuneMetricPoint, i).step, ==, i + 1);
}

static void
test_log_tail (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "logged-run", NULL);
  g_autofree char *path = g_build_filename (folder, ATTUNE_RUN_LOG_FILE, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *tail = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_null (attune_local_files_read_log_tail (folder, 2));

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (text, "line %u\n", i);
  g_string_append (text, "\n  \nbroken \xff byte\n\n");
  g_file_set_contents (path, text->str, (gssize) text->len, NULL);

  tail = attune_local_files_read_log_tail (folder, 2);
  g_assert_cmpstr (tail, ==, "line 9999\nbroken \xef\xbf\xbd byte");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/local-process/detached", test_detached);
  g_test_add_func ("/local-process/log-appends", test_log_appends);
  g_test_add_func ("/local-process/signals", test_signals);
  g_test_add_func ("/local-process/failures", test_failures);
  g_test_add_func ("/local-files/read-metrics", test_read_metrics);
  g_test_add_func ("/local-files/log-tail", test_log_tail);

  return g_test_run ();
}
