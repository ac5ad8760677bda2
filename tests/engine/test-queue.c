/* test-queue.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attune-file-io.h"
#include "attune-queue.h"

typedef struct {
  char *folder;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *parent = g_dir_make_tmp ("attune-queue-XXXXXX", &error);

  g_assert_no_error (error);
  fixture->folder = g_build_filename (parent, "queue", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *parent = g_path_get_dirname (fixture->folder);

  attune_folder_delete (parent, &error);
  g_assert_no_error (error);
  g_free (fixture->folder);
}

static AttuneQueue *
join (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  AttuneQueue *queue = attune_queue_join (fixture->folder, "a test", &error);

  g_assert_no_error (error);
  g_assert_nonnull (queue);

  return queue;
}

static guint
get_position (AttuneQueue *queue)
{
  g_autoptr (GError) error = NULL;
  guint position = 99;

  g_assert_true (attune_queue_get_position (queue, &position, &error));
  g_assert_no_error (error);

  return position;
}

static void
test_order (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (AttuneQueue) first = join (fixture);
  g_autoptr (AttuneQueue) second = join (fixture);
  g_autoptr (AttuneQueue) third = join (fixture);
  g_autoptr (AttuneQueue) late = NULL;

  g_test_summary ("First come, first served, and who leaves makes room for the next");

  g_assert_cmpuint (get_position (first), ==, 0);
  g_assert_cmpuint (get_position (second), ==, 1);
  g_assert_cmpuint (get_position (third), ==, 2);

  g_clear_pointer (&second, attune_queue_leave);
  g_assert_cmpuint (get_position (third), ==, 1);
  g_clear_pointer (&first, attune_queue_leave);
  g_assert_cmpuint (get_position (third), ==, 0);

  late = join (fixture);
  g_assert_cmpuint (get_position (late), ==, 1);
  g_assert_cmpuint (get_position (third), ==, 0);
}

static void
test_crash (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (AttuneQueue) mine = NULL;
  int ready[2];
  char byte;
  pid_t child;
  int status;

  g_test_summary ("The ticket of a killed process counts no more");

  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      AttuneQueue *queue = attune_queue_join (fixture->folder, "a child", NULL);

      if (queue == NULL || write (ready[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }

  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  mine = join (fixture);
  g_assert_cmpuint (get_position (mine), ==, 1);

  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpuint (get_position (mine), ==, 0);
  close (ready[0]);
  close (ready[1]);
}

static void
test_unwritable (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A queue that cannot be made is an error that names the folder");

  g_assert_null (attune_queue_join ("/proc/attune-queue", "a test", &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/proc/attune-queue"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/engine/queue/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/engine/queue/crash", Fixture, NULL, set_up, test_crash, tear_down);
  g_test_add ("/engine/queue/unwritable", Fixture, NULL, set_up, test_unwritable, tear_down);

  return g_test_run ();
}
