/* test-job-lines.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-store.h"

#include <string.h>
#include <sys/stat.h>

#include "attune-step-set.h"
#include "store-helpers.h"

typedef struct {
  char           *folder;
  AttuneJobStore *store;
  AttuneJob      *job;
  char           *metrics;
  char           *events;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *job_folder = NULL;
  g_autoptr (GError) error = NULL;

  fixture->folder = make_folder ();
  fixture->store = attune_job_store_new (fixture->folder);
  fixture->job = make_job ();
  attune_job_store_save_sync (fixture->store, fixture->job, &error);
  g_assert_no_error (error);
  job_folder = attune_job_store_dup_job_folder (fixture->store, fixture->job);
  fixture->metrics = g_build_filename (job_folder, "metrics.jsonl", NULL);
  fixture->events = g_build_filename (job_folder, "events.jsonl", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->store);
  g_assert_finalize_object (fixture->job);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->metrics);
  g_free (fixture->events);
}

static AttuneMetricPoint
make_point (gint64       step,
            AttuneMetric metric,
            double       value)
{
  AttuneMetricPoint point = { .step = step, .epoch = 0.5, .time = 1700000000000000 + step, .set = 1u << metric };

  point.values[metric] = value;
  return point;
}

static void
append (AttuneJobStore          *store,
        AttuneJob               *job,
        const AttuneMetricPoint *points,
        guint                    n_points)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_job_store_append_metrics_sync (store, job, points, n_points, &error));
  g_assert_no_error (error);
}

static GArray *
read_all (AttuneJobStore *store,
          AttuneJob      *job)
{
  g_autoptr (GError) error = NULL;
  goffset offset = 0;
  GArray *points = attune_job_store_read_metrics (store, job, &offset, &error);

  g_assert_no_error (error);
  return points;
}

static void
test_append (Fixture       *fixture,
             gconstpointer  data)
{
  AttuneMetricPoint points[] = {
    make_point (1, ATTUNE_METRIC_LOSS, 3.5),
    make_point (2, ATTUNE_METRIC_LOSS, 3.25),
    make_point (2, ATTUNE_METRIC_EVAL_LOSS, 3.0),
  };
  AttuneMetricPoint more = make_point (3, ATTUNE_METRIC_LOSS, NAN);
  g_autoptr (GArray) first = NULL;
  g_autoptr (GArray) second = NULL;
  g_autoptr (GArray) third = NULL;
  g_autoptr (GError) error = NULL;
  goffset offset = 0;
  struct stat buffer;

  append (fixture->store, fixture->job, points, G_N_ELEMENTS (points));
  first = attune_job_store_read_metrics (fixture->store, fixture->job, &offset, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (first->len, ==, 3);
  g_assert_cmpint (g_array_index (first, AttuneMetricPoint, 1).step, ==, 2);
  g_assert_cmpfloat (g_array_index (first, AttuneMetricPoint, 1).values[ATTUNE_METRIC_LOSS], ==, 3.25);
  g_assert_cmpuint (g_array_index (first, AttuneMetricPoint, 2).set, ==, 1u << ATTUNE_METRIC_EVAL_LOSS);

  append (fixture->store, fixture->job, &more, 1);
  second = attune_job_store_read_metrics (fixture->store, fixture->job, &offset, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (second->len, ==, 1);
  g_assert_true (isnan (g_array_index (second, AttuneMetricPoint, 0).values[ATTUNE_METRIC_LOSS]));
  third = attune_job_store_read_metrics (fixture->store, fixture->job, &offset, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (third->len, ==, 0);

  g_assert_cmpint (stat (fixture->metrics, &buffer), ==, 0);
  g_assert_cmpint (buffer.st_mode & 0777, ==, 0600);
  g_assert_cmpint (buffer.st_size, ==, offset);
}

/* The same points again, from this store and from that of another process: nothing is written twice. */
static void
test_repeats (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (AttuneJobStore) other = attune_job_store_new (fixture->folder);
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_autoptr (GArray) read = NULL;
  AttuneMetricPoint both = make_point (30, ATTUNE_METRIC_LOSS, 1);

  for (gint64 step = 1; step <= 30; step++)
    {
      AttuneMetricPoint point = make_point (step, ATTUNE_METRIC_LOSS, 1.0 / (double) step);

      g_array_append_val (points, point);
    }

  append (fixture->store, fixture->job, (AttuneMetricPoint *) (void *) points->data, 20);
  append (other, fixture->job, (AttuneMetricPoint *) (void *) points->data, 25);
  append (fixture->store, fixture->job, (AttuneMetricPoint *) (void *) points->data, 30);
  append (other, fixture->job, (AttuneMetricPoint *) (void *) points->data, 30);
  read = read_all (other, fixture->job);
  g_assert_cmpuint (read->len, ==, 30);
  for (guint i = 0; i < read->len; i++)
    g_assert_cmpint (g_array_index (read, AttuneMetricPoint, i).step, ==, (gint64) i + 1);
  g_clear_pointer (&read, g_array_unref);

  /* Only what is new of a point is written. */
  both.set |= 1u << ATTUNE_METRIC_GRAD_NORM;
  both.values[ATTUNE_METRIC_GRAD_NORM] = 7;
  append (fixture->store, fixture->job, &both, 1);
  read = read_all (fixture->store, fixture->job);
  g_assert_cmpuint (read->len, ==, 31);
  g_assert_cmpuint (g_array_index (read, AttuneMetricPoint, 30).set, ==, 1u << ATTUNE_METRIC_GRAD_NORM);
}

/* The run went back to its checkpoint at step 10 and did 11 to 20 again. */
static void
test_back_to_checkpoint (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr (GArray) read = NULL;

  for (gint64 step = 1; step <= 20; step++)
    {
      AttuneMetricPoint point = make_point (step, ATTUNE_METRIC_LOSS, 1);

      append (fixture->store, fixture->job, &point, 1);
    }
  for (gint64 step = 11; step <= 25; step++)
    {
      AttuneMetricPoint point = make_point (step, ATTUNE_METRIC_LOSS, 1);

      point.time += 60 * G_USEC_PER_SEC;
      append (fixture->store, fixture->job, &point, 1);
    }

  read = read_all (fixture->store, fixture->job);
  g_assert_cmpuint (read->len, ==, 25);
  for (guint i = 0; i < read->len; i++)
    g_assert_cmpint (g_array_index (read, AttuneMetricPoint, i).step, ==, (gint64) i + 1);
}

/* A process that died in the middle of a line, at every byte of it. */
static void
test_torn (Fixture       *fixture,
           gconstpointer  data)
{
  AttuneMetricPoint whole = make_point (1, ATTUNE_METRIC_LOSS, 1.5);
  AttuneMetricPoint torn = make_point (2, ATTUNE_METRIC_LOSS, 1.25);
  AttuneMetricPoint next = make_point (3, ATTUNE_METRIC_LOSS, 1.125);
  g_autofree char *first = attune_metric_point_to_line (&whole);
  g_autofree char *second = attune_metric_point_to_line (&torn);
  gsize length = strlen (second);

  for (gsize split = 0; split < length; split++)
    {
      g_autofree char *text = g_strdup_printf ("%s%.*s", first, (int) split, second);
      g_autoptr (AttuneJobStore) store = attune_job_store_new (fixture->folder);
      g_autoptr (GArray) before = NULL;
      g_autoptr (GArray) tail = NULL;
      g_autoptr (GArray) after = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *contents = NULL;
      goffset offset = 0;

      g_assert_true (g_file_set_contents (fixture->metrics, text, -1, NULL));
      before = attune_job_store_read_metrics (store, fixture->job, &offset, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (before->len, ==, 1);
      g_assert_cmpint (offset, ==, strlen (first));

      append (store, fixture->job, &next, 1);
      tail = attune_job_store_read_metrics (store, fixture->job, &offset, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (tail->len, ==, 1);
      g_assert_cmpint (g_array_index (tail, AttuneMetricPoint, 0).step, ==, 3);
      /* What was torn was not there, so it can come again. */
      append (store, fixture->job, &torn, 1);
      after = read_all (store, fixture->job);
      g_assert_cmpuint (after->len, ==, 3);
      g_assert_true (g_file_get_contents (fixture->metrics, &contents, NULL, NULL));
      g_assert_cmpint (contents[strlen (contents) - 1], ==, '\n');
    }
}

/* The torn line arrives in two halves: what is read is never half a line. */
static void
test_read_while_written (Fixture       *fixture,
                         gconstpointer  data)
{
  AttuneMetricPoint point = make_point (1, ATTUNE_METRIC_LOSS, 1.5);
  g_autofree char *line = attune_metric_point_to_line (&point);
  gsize length = strlen (line);

  for (gsize split = 0; split <= length; split++)
    {
      g_autoptr (GArray) first = NULL;
      g_autoptr (GArray) second = NULL;
      g_autoptr (GError) error = NULL;
      goffset offset = 0;

      g_assert_true (g_file_set_contents (fixture->metrics, line, (gssize) split, NULL));
      first = attune_job_store_read_metrics (fixture->store, fixture->job, &offset, &error);
      g_assert_no_error (error);
      g_assert_true (g_file_set_contents (fixture->metrics, line, -1, NULL));
      second = attune_job_store_read_metrics (fixture->store, fixture->job, &offset, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (first->len, ==, split == length ? 1 : 0);
      g_assert_cmpuint (first->len + second->len, ==, 1);
    }
}

static void
test_damaged_middle (Fixture       *fixture,
                     gconstpointer  data)
{
  AttuneMetricPoint one = make_point (1, ATTUNE_METRIC_LOSS, 1);
  AttuneMetricPoint two = make_point (2, ATTUNE_METRIC_LOSS, 1);
  g_autofree char *first = attune_metric_point_to_line (&one);
  g_autofree char *second = attune_metric_point_to_line (&two);
  g_autofree char *text = g_strconcat (first, "{\"step\": 1, \"lo\n\n\xff\xfe\n", second, NULL);
  g_autoptr (GArray) points = NULL;

  g_assert_true (g_file_set_contents (fixture->metrics, text, -1, NULL));
  points = read_all (fixture->store, fixture->job);
  g_assert_cmpuint (points->len, ==, 2);
  append (fixture->store, fixture->job, &two, 1);
  g_clear_pointer (&points, g_array_unref);
  points = read_all (fixture->store, fixture->job);
  g_assert_cmpuint (points->len, ==, 2);
}

static void
test_events (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (AttuneJobStore) other = attune_job_store_new (fixture->folder);
  g_autoptr (GError) error = NULL;
  const AttuneEvent *event;
  goffset offset = 0;

  g_ptr_array_add (events, attune_event_new (1, "info", "Begun \"here\"\nand there", "e-1"));
  g_ptr_array_add (events, attune_event_new (2, "warning", "Slow", NULL));
  g_ptr_array_add (events, attune_event_new (3, "info", "Slow", NULL));
  g_ptr_array_add (events, attune_event_new (9, "error", "The same id, so the same event", "e-1"));
  g_assert_true (attune_job_store_append_events_sync (fixture->store, fixture->job, events, &error));
  g_assert_true (attune_job_store_append_events_sync (other, fixture->job, events, &error));
  g_assert_no_error (error);

  read = attune_job_store_read_events (other, fixture->job, &offset, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 3);
  event = g_ptr_array_index (read, 0);
  g_assert_cmpstr (event->id, ==, "e-1");
  g_assert_cmpstr (event->message, ==, "Begun \"here\"\nand there");
  g_assert_cmpint (event->time, ==, 1);
  event = g_ptr_array_index (read, 1);
  g_assert_cmpstr (event->level, ==, "warning");
  g_assert_null (event->id);
}

static void
test_nothing_there (Fixture       *fixture,
                    gconstpointer  data)
{
  AttuneJob *stranger = make_job ();
  AttuneMetricPoint point = make_point (1, ATTUNE_METRIC_LOSS, 1);
  g_autoptr (GArray) points = read_all (fixture->store, fixture->job);
  g_autofree char *folder = attune_job_store_dup_job_folder (fixture->store, stranger);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (points->len, ==, 0);
  /* A job that was deleted is not brought back by a late report. */
  g_assert_false (attune_job_store_append_metrics_sync (fixture->store, stranger, &point, 1, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_finalize_object (stranger);
}

static void
test_long_lines (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autofree char *message = g_strnfill (700 * 1024, 'x');
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;
  goffset offset = 0;

  for (guint i = 0; i < 3; i++)
    g_ptr_array_add (events, attune_event_new (i, "info", message, NULL));
  g_assert_true (attune_job_store_append_events_sync (fixture->store, fixture->job, events, &error));
  read = attune_job_store_read_events (fixture->store, fixture->job, &offset, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 3);
  g_assert_cmpstr (((AttuneEvent *) g_ptr_array_index (read, 2))->message, ==, message);
}

static void
test_step_set (void)
{
  g_autoptr (AttuneStepSet) set = attune_step_set_new ();
  g_autoptr (GHashTable) model = g_hash_table_new (g_direct_hash, g_direct_equal);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint i = 0; i < 5000; i++)
    {
      gint64 step = g_rand_int_range (random, -300, 300);
      gboolean fresh = g_hash_table_add (model, GINT_TO_POINTER ((int) step));

      g_assert_cmpint (attune_step_set_contains (set, step), ==, !fresh);
      g_assert_cmpint (attune_step_set_add (set, step), ==, fresh);
      g_assert_true (attune_step_set_contains (set, step));
    }
  for (gint64 step = -300; step < 300; step++)
    attune_step_set_add (set, step);
  g_assert_cmpuint (attune_step_set_get_n_runs (set), ==, 1);
  g_assert_false (attune_step_set_contains (set, 300));
  g_assert_false (attune_step_set_contains (set, -301));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/job-lines/append", test_append);
  ADD ("/job-lines/repeats", test_repeats);
  ADD ("/job-lines/back-to-checkpoint", test_back_to_checkpoint);
  ADD ("/job-lines/torn", test_torn);
  ADD ("/job-lines/read-while-written", test_read_while_written);
  ADD ("/job-lines/damaged-middle", test_damaged_middle);
  ADD ("/job-lines/events", test_events);
  ADD ("/job-lines/nothing-there", test_nothing_there);
  ADD ("/job-lines/long-lines", test_long_lines);
  g_test_add_func ("/job-lines/step-set", test_step_set);

  return g_test_run ();
}
