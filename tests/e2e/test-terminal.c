/* test-terminal.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "terminal.h"

/* The life of jobs, from the command line, with the real trainer. */

typedef struct {
  char *model;
  char *rows;
  char *many_rows; /* a run on these does not end by itself while a test looks at it */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->model = terminal_model ();
  fixture->rows = terminal_write_rows ("rows.jsonl", 100);
  fixture->many_rows = terminal_write_rows ("many-rows.jsonl", 2000);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  terminal_kill_all (NULL);
  g_free (fixture->model);
  g_free (fixture->rows);
  g_free (fixture->many_rows);
}

/* Starts a job with @more options (separated by blanks) and answers its id. */
static char *
create (Fixture    *fixture,
        const char *rows,
        const char *more)
{
  g_autofree char *line = g_strdup_printf ("job-create --provider local --model %s --training %s --json --set method.type=lora "
                                           "--set optimizer.learningRate=0.002 %s", fixture->model, rows, more);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GSubprocess) process = terminal_spawn (NULL, words);
  g_auto (Terminal) terminal = terminal_finish (process);
  g_autoptr (JsonNode) node = NULL;
  const char *id;

  assert_status (terminal, 0);
  node = terminal_parse (&terminal);
  id = attune_json_peek_string (node, "jobId", NULL);
  g_assert_nonnull (id);
  g_assert_cmpstr (attune_json_peek_string (node, "providerJobId", NULL), !=, NULL);

  return g_strdup (id);
}

/* Long enough to be caught in the middle: 600 steps, a checkpoint each 60. */
#define MEDIUM "--set schedule.epochs=6 --set schedule.batchSize=1 --set schedule.checkpoints=10 --set schedule.evaluations=0"

static void
test_life (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *validation = terminal_write_rows ("validation.jsonl", 5);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "downloaded", NULL);
  g_autofree char *adapter = g_build_filename (folder, "adapter_model.safetensors", NULL);
  g_autofree char *recipe = g_build_filename (g_get_user_data_dir (), "files", "recipe.json", NULL);
  g_autofree char *id = NULL;
  g_autofree char *short_id = NULL;

  {
    g_auto (Terminal) terminal = terminal_run ("dataset-add", fixture->rows, "--json");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_cmpint (attune_json_peek_int (node, "rows", 0), ==, 100);
    g_assert_cmpstr (attune_json_peek_string (node, "format", NULL), ==, "chat");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("dataset-check", fixture->rows, "--model", fixture->model, "--json");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_cmpint (attune_json_peek_int (node, "tokens", 0), >, 100);
    g_assert_cmpint (attune_json_peek_int (node, "nLeftOut", -1), ==, 0);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-create", "--provider", "local", "--model", fixture->model, "--training", fixture->rows,
                                               "--validation", validation, "--name", "A first job", "--set", "method.type=lora", "--set",
                                               "optimizer.learningRate=0.002", "--set", "schedule.evaluations=2", "--wait", "--json");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "succeeded");
    id = g_strdup (attune_json_peek_string (node, "jobId", NULL));
    short_id = g_strndup (id, 8);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-status", short_id);

    assert_status (terminal, 0);
    assert_contains (terminal.out, "A first job");
    assert_contains (terminal.out, "Succeeded");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-list", "--status", "succeeded");

    assert_status (terminal, 0);
    assert_contains (terminal.out, short_id);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-list", "--status", "failed", "--json");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (node), "jobs")), ==, 0);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-metrics", short_id, "--csv");
    g_auto (GStrv) lines = NULL;

    assert_status (terminal, 0);
    lines = g_strsplit (terminal.out, "\n", -1);
    assert_contains (lines[0], "step,epoch,time,loss,evalLoss");
    /* The title, 75 steps, two evaluations and the end. */
    g_assert_cmpuint (g_strv_length (lines), ==, 1 + 75 + 2 + 1);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-events", short_id);

    assert_status (terminal, 0);
    assert_contains (terminal.out, "75 steps");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-checkpoints", short_id, "--json");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (node), "checkpoints")), ==, 1);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-download", short_id, folder);

    assert_status (terminal, 0);
    g_assert_true (g_file_test (adapter, G_FILE_TEST_IS_REGULAR));
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-download", short_id, folder);

    assert_status (terminal, 1);
    assert_contains (terminal.err, "already");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("model-generate", fixture->model, "--adapter", folder, "--prompt", "What is 1 + 1?",
                                               "--max-tokens", "5", "--json");
    g_autoptr (JsonNode) node = NULL;

    assert_status (terminal, 0);
    node = terminal_parse (&terminal);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("recipe-export", short_id, "--output", recipe);
    g_auto (Terminal) again = terminal_run ("recipe-import", recipe);
    g_autoptr (JsonNode) node = terminal_parse (&again);

    assert_status (terminal, 0);
    assert_status (again, 0);
    g_assert_cmpint (attune_json_peek_int (node, "schedule.evaluations", 0), ==, 2);
    g_assert_null (attune_json_lookup (node, "datasets.trainingFileId"));
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-create", recipe, "--training", fixture->rows, "--validation", validation, "--wait");

    assert_status (terminal, 0);
    assert_contains (terminal.out, "Done");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-watch", short_id, "--json");
    g_auto (GStrv) lines = NULL;

    assert_status (terminal, 0);
    lines = g_strsplit (g_strchomp (terminal.out), "\n", -1);
    g_assert_cmpuint (g_strv_length (lines), >, 75);
    for (guint i = 0; lines[i] != NULL; i++)
      {
        g_autoptr (JsonNode) node = attune_json_parse (lines[i], -1, NULL, NULL);

        g_assert_nonnull (node);
        g_assert_nonnull (attune_json_peek_string (node, "type", NULL));
      }
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-delete", short_id);
    g_auto (Terminal) gone = terminal_run ("job-status", short_id);

    assert_status (terminal, 0);
    assert_status (gone, 3);
    assert_contains (gone.err, short_id);
  }
}

static void
test_pause (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *whole = create (fixture, fixture->rows, MEDIUM " --wait");
  g_autofree char *paused = create (fixture, fixture->rows, MEDIUM);
  gint64 step;

  terminal_wait_for_step (NULL, paused, 5);
  {
    g_auto (Terminal) terminal = terminal_run ("job-pause", paused, "--json");
    g_autofree char *status = NULL;

    assert_status (terminal, 0);
    status = terminal_job_status (NULL, paused, &step);
    g_assert_cmpstr (status, ==, "paused");
    g_assert_cmpint (step, <, 600);
    g_assert_cmpint (terminal_engine_pid (NULL, paused), ==, 0);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-resume", paused, "--wait", "--json");
    g_autoptr (JsonNode) node = NULL;

    assert_status (terminal, 0);
    node = terminal_parse (&terminal);
    g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "succeeded");
  }
  g_assert_cmpfloat (terminal_last_loss (NULL, paused), ==, terminal_last_loss (NULL, whole));
}

static void
test_kill (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *whole = create (fixture, fixture->rows, MEDIUM " --wait");
  g_autofree char *killed = create (fixture, fixture->rows, MEDIUM);

  terminal_wait_for_step (NULL, killed, 80);
  terminal_kill_engine (NULL, killed);
  {
    g_auto (Terminal) terminal = terminal_run ("job-status", killed);

    assert_status (terminal, 0);
    assert_contains (terminal.out, "Failed");
    assert_contains (terminal.out, "Resume");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-resume", killed, "--wait");

    assert_status (terminal, 0);
  }
  g_assert_cmpfloat (terminal_last_loss (NULL, killed), ==, terminal_last_loss (NULL, whole));
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *id = create (fixture, fixture->many_rows, "--set schedule.epochs=20 --set schedule.batchSize=1");

  terminal_wait_for_step (NULL, id, 1);
  {
    g_auto (Terminal) terminal = terminal_run ("job-cancel", id, "--json");
    g_autoptr (JsonNode) node = NULL;

    assert_status (terminal, 0);
    node = terminal_parse (&terminal);
    g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "cancelled");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-watch", id);

    assert_status (terminal, 1);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-pause", id);

    assert_status (terminal, 2);
    assert_contains (terminal.err, "Cancelled");
  }
}

/* Ctrl+C leaves the watching, not the run. */
static void
test_interrupt (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *line = g_strdup_printf ("job-create --provider local --model %s --training %s --set method.type=lora "
                                           "--set optimizer.learningRate=0.002 " MEDIUM " --wait", fixture->model, fixture->rows);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GSubprocess) process = terminal_spawn (NULL, words);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "attune", "jobs", NULL);
  g_autofree char *id = NULL;
  gint64 deadline = g_get_monotonic_time () + TERMINAL_TIMEOUT;

  while (id == NULL && g_get_monotonic_time () < deadline)
    {
      g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          if (strlen (name) == 36 && terminal_engine_pid (NULL, name) != 0)
            g_set_str (&id, name);
        }
      terminal_idle ();
    }
  g_assert_nonnull (id);
  terminal_wait_for_step (NULL, id, 1);

  g_subprocess_send_signal (process, SIGINT);
  {
    g_auto (Terminal) terminal = terminal_finish (process);

    assert_status (terminal, 130);
    assert_contains (terminal.err, "goes on");
  }
  terminal_wait_for (NULL, id, "succeeded", 600);
}

static void
test_two_at_once (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autofree char *first = create (fixture, fixture->many_rows, "--set schedule.epochs=20 --set schedule.batchSize=1");
  g_autofree char *second = NULL;

  terminal_wait_for_step (NULL, first, 1);
  second = create (fixture, fixture->rows, "--set schedule.epochs=1");
  terminal_wait_for (NULL, second, "queued", -1);
  {
    g_auto (Terminal) terminal = terminal_run ("job-cancel", first);

    assert_status (terminal, 0);
  }
  terminal_wait_for (NULL, second, "succeeded", 25);
}

/* The methods and the full weights too. */
static void
test_full (Fixture       *fixture,
           gconstpointer  data)
{
  g_auto (Terminal) terminal = terminal_run ("job-create", "--provider", "local", "--model", fixture->model, "--training", fixture->rows, "--set",
                                             "method.type=full", "--set", "schedule.epochs=2", "--wait", "--json");
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *weights = NULL;
  g_auto (Terminal) import = { 0 };

  assert_status (terminal, 0);
  node = terminal_parse (&terminal);
  weights = g_build_filename (attune_json_peek_string (node, "outputPath", ""), "model.safetensors", NULL);
  g_assert_true (g_file_test (weights, G_FILE_TEST_IS_REGULAR));

  /* What comes out is a model like any other. */
  import = terminal_run ("model-import", attune_json_peek_string (node, "outputPath", ""), "--name", "my-own");
  assert_status (import, 0);
  {
    g_auto (Terminal) list = terminal_run ("model-list", "--json");

    assert_status (list, 0);
    assert_contains (list.out, "my-own");
    assert_contains (list.out, "\"usable\": true");
  }
}

/* The way through the example, on a stand-in for it that takes no time: every step of it, not what it learns. */
static void
test_example (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "package", NULL);
  g_autofree char *starter = g_build_filename (folder, "starter", NULL);
  g_autofree char *example = g_build_filename (starter, "example", NULL);
  g_autofree char *model = g_build_filename (starter, "model", NULL);
  g_autofree char *before = g_strdup (g_getenv ("ATTUNE_DATA_DIR"));
  const struct { const char *name; const char *text; } files[] = {
    { "train.jsonl", GOOD_ROW (1) GOOD_ROW (2) GOOD_ROW (3) GOOD_ROW (4) },
    { "validation.jsonl", GOOD_ROW (5) GOOD_ROW (6) },
    { "recipe.json", "{\"name\":\"The example\",\"provider\":\"local\",\"configuration\":{\"model\":{\"baseModel\":\"starter\"},"
                     "\"method\":{\"type\":\"lora\"},\"schedule\":{\"epochs\":2},\"optimizer\":{\"learningRate\":0.001}}}" },
  };

  g_assert_cmpint (g_mkdir_with_parents (example, 0700), ==, 0);
  g_assert_cmpint (symlink (fixture->model, model), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (example, files[i].name, NULL);

      g_assert_true (g_file_set_contents (path, files[i].text, -1, NULL));
    }

  g_setenv ("ATTUNE_DATA_DIR", folder, TRUE);
  {
    g_auto (Terminal) terminal = terminal_run ("try-example", "--json");
    g_autoptr (JsonNode) node = NULL;
    g_autofree char *adapter = NULL;

    assert_status (terminal, 0);
    node = terminal_parse (&terminal);
    g_assert_cmpint (attune_json_peek_int (node, "before.rows", 0), ==, 2);
    g_assert_cmpint (attune_json_peek_int (node, "after.rows", 0), ==, 2);
    g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "succeeded");
    adapter = g_build_filename (attune_json_peek_string (node, "outputPath", ""), "adapter_model.safetensors", NULL);
    g_assert_true (g_file_test (adapter, G_FILE_TEST_IS_REGULAR));
  }
  {
    g_auto (Terminal) terminal = terminal_run ("try-example");

    assert_status (terminal, 0);
    assert_contains (terminal.out, "Before: ");
    assert_contains (terminal.out, "After: ");
    assert_contains (terminal.out, "/run/output");
    assert_contains (terminal.out, "model-generate starter");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("model-generate", "starter", "--system", "Be short.", "--prompt", "What is 1 + 1?", "--max-tokens", "4", "--json");
    g_autoptr (JsonNode) node = NULL;

    assert_status (terminal, 0);
    node = terminal_parse (&terminal);
    g_assert_cmpint (attune_json_peek_int (node, "tokens", 0), ==, 4);
  }

  g_assert_cmpint (g_unlink (model), ==, 0);
  {
    g_auto (Terminal) terminal = terminal_run ("try-example");

    assert_status (terminal, 3);
    assert_contains (terminal.err, "starter/model");
  }
  g_setenv ("ATTUNE_DATA_DIR", before != NULL ? before : "", TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) g_test_add ("/terminal/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("life", test_life);
  ADD ("pause", test_pause);
  ADD ("kill", test_kill);
  ADD ("cancel", test_cancel);
  ADD ("interrupt", test_interrupt);
  ADD ("two-at-once", test_two_at_once);
  ADD ("full", test_full);
  ADD ("example", test_example);

  return g_test_run ();
}
