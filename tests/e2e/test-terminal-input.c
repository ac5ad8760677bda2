/* test-terminal-input.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <errno.h>
#include <sys/mount.h>

#include "terminal.h"

/* What attunectl does with what it is given: help, documents, mistakes, and disks that are full or not to be written on. */

typedef struct {
  char *model;
  char *rows;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->model = terminal_model ();
  fixture->rows = terminal_write_rows ("rows.jsonl", 1000);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  terminal_kill_all (NULL);
  g_free (fixture->model);
  g_free (fixture->rows);
}

static void
test_help (Fixture       *fixture,
           gconstpointer  data)
{
  g_auto (Terminal) overview = terminal_run ("--help");
  g_auto (Terminal) version = terminal_run ("--version");
  g_auto (Terminal) nothing = terminal_run_at (NULL, NULL);
  g_auto (Terminal) unknown = terminal_run ("make-coffee");
  g_auto (Terminal) option = terminal_run ("job-list", "--colour");
  g_auto (Terminal) missing = terminal_run ("job-status");
  g_auto (Terminal) many = terminal_run ("job-list", "one", "two");
  g_auto (GStrv) lines = NULL;
  guint n_commands = 0;

  assert_status (overview, 0);
  assert_status (version, 0);
  assert_contains (version.out, ATTUNE_VERSION);
  assert_status (nothing, 2);
  assert_status (unknown, 2);
  assert_contains (unknown.err, "make-coffee");
  assert_status (option, 2);
  assert_contains (option.err, "--colour");
  assert_status (missing, 2);
  assert_contains (missing.err, "job-status ID");
  assert_status (many, 2);

  /* Every command that the overview names explains itself. */
  lines = g_strsplit (overview.out, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *name = NULL;
      g_auto (Terminal) help = { 0 };

      if (!g_str_has_prefix (lines[i], "  "))
        continue;
      name = g_strndup (lines[i] + 2, strcspn (lines[i] + 2, " "));
      help = terminal_run (name, "--help");
      assert_status (help, 0);
      assert_contains (help.out, name);
      assert_contains (help.out, "--json");
      n_commands++;
    }
  g_assert_cmpuint (n_commands, >=, 28);
}

/* Written in another format, and divided; nothing is replaced that nobody asked to replace. */
static void
test_data_files (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autofree char *from = g_build_filename (g_get_user_data_dir (), "pairs.csv", NULL);
  g_autofree char *to = g_build_filename (g_get_user_data_dir (), "pairs.jsonl", NULL);
  g_autofree char *training = g_build_filename (g_get_user_data_dir (), "pairs-training.jsonl", NULL);
  g_autoptr (GString) text = g_string_new ("prompt,completion\n");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 20; i++)
    g_string_append_printf (text, "What is %u?,A number\n", i);
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_file_set_contents (from, text->str, -1, &error);
  g_assert_no_error (error);

  {
    g_auto (Terminal) unknown = terminal_run ("dataset-convert", from, to, "--to", "haiku");
    g_auto (Terminal) converted = terminal_run ("dataset-convert", from, to, "--to", "chat", "--json");
    g_auto (Terminal) again = terminal_run ("dataset-convert", from, to, "--to", "chat");
    g_auto (Terminal) divided = terminal_run ("dataset-split", to, "--validation", "0.25", "--seed", "3", "--json");
    g_autoptr (JsonNode) conversion = NULL;
    g_autoptr (JsonNode) parts = NULL;

    assert_status (unknown, 2);
    assert_contains (unknown.err, "chat, prompt-completion");
    assert_status (converted, 0);
    conversion = terminal_parse (&converted);
    g_assert_cmpint (attune_json_peek_int (conversion, "rows", -1), ==, 20);
    g_assert_cmpint (again.status, !=, 0);
    assert_contains (again.err, "is there already");
    assert_status (divided, 0);
    parts = terminal_parse (&divided);
    g_assert_cmpint (attune_json_peek_int (parts, "trainingRows", -1), ==, 15);
    g_assert_cmpint (attune_json_peek_int (parts, "validationRows", -1), ==, 5);
    g_assert_true (g_file_test (training, G_FILE_TEST_IS_REGULAR));
  }
}

static void
test_documents (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *old = terminal_write ("old.json", "{\"provider\":\"local\",\"baseModel\":\"x\",\"rank\":16,\"epochs\":2,\"learningRate\":0.001}");
  g_autofree char *training = g_strconcat ("--training=", fixture->rows, NULL);

  {
    g_auto (Terminal) terminal = terminal_run ("schema");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_nonnull (attune_json_lookup (node, "properties.schedule"));
  }
  {
    g_auto (Terminal) terminal = terminal_run ("config-migrate", old);
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_cmpint (attune_json_peek_int (node, "method.loraConfig.rank", 0), ==, 16);
    g_assert_cmpint (attune_json_peek_int (node, "schedule.epochs", 0), ==, 2);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("config-translate", "--provider", "local", "--model", fixture->model, training, "--set", "method.type=lora");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_cmpstr (attune_json_peek_string (node, "method", NULL), ==, "RUN");
    g_assert_cmpstr (attune_json_peek_string (node, "body.paths.training", NULL), ==, fixture->rows);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("config-check", "--provider", "local", "--model", fixture->model, training, "--set", "method.type=lora", "--json");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_true (attune_json_peek_boolean (node, "valid", FALSE));
  }
  {
    g_auto (Terminal) terminal = terminal_run ("config-check", "--provider", "local", "--model", fixture->model, training, "--set", "schedule.epochs=400");

    assert_status (terminal, 2);
    assert_contains (terminal.out, "schedule.epochs");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("provider-list", "--json");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    assert_contains (terminal.out, "\"local\"");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("provider-capabilities", "local", "--json");
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_nonnull (attune_json_lookup (node, "supportedMethods"));
  }
  {
    g_auto (Terminal) terminal = terminal_run ("provider-capabilities", "nobody");

    assert_status (terminal, 3);
    assert_contains (terminal.err, "local");
  }
}

/* A model folder of links to the tiny model's files, one of them replaced. (transfer full) */
static char *
make_model (Fixture    *fixture,
            const char *name,
            const char *replaced,
            const char *data,
            gssize      length)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "models", name, NULL);
  g_autoptr (GDir) dir = g_dir_open (fixture->model, 0, NULL);
  const char *file;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  while ((file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *from = g_build_filename (fixture->model, file, NULL);
      g_autofree char *to = g_build_filename (folder, file, NULL);

      if (strcmp (file, replaced) != 0)
        g_assert_cmpint (symlink (from, to), ==, 0);
      else if (data != NULL)
        g_assert_true (g_file_set_contents (to, data, length, NULL));
    }

  return g_steal_pointer (&folder);
}

static guint
count_jobs (const char *data_home)
{
  g_autofree char *folder = g_build_filename (data_home != NULL ? data_home : g_get_user_data_dir (), "attune", "jobs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += strlen (name) == 36;

  return n;
}

/* Refused, with the place and the remedy in the message, and without a trace. */
static void
assert_refused (Fixture    *fixture,
                const char *model,
                const char *training,
                const char *more,
                const char *says,
                const char *says_too)
{
  guint before = count_jobs (NULL);
  g_auto (Terminal) terminal = terminal_run ("job-create", "--provider", "local", "--model", model, "--training", training,
                                             "--set", "method.type=lora", "--set", more != NULL ? more : "schedule.epochs=1", "--wait", "--json");
  g_autoptr (JsonNode) node = terminal_parse (&terminal);

  assert_status (terminal, 2);
  assert_contains (terminal.err, says);
  assert_contains (terminal.err, says_too);
  assert_contains (attune_json_peek_string (node, "error.message", ""), says);
  g_assert_cmpuint (count_jobs (NULL), ==, before);
}

static void
test_bad_data (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *empty = terminal_write ("empty.jsonl", "");
  g_autofree char *broken = terminal_write ("broken.jsonl", GOOD_ROW (1) GOOD_ROW (2) GOOD_ROW (3) GOOD_ROW (4) GOOD_ROW (5) GOOD_ROW (6)
                                                            "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},\n" GOOD_ROW (8));
  g_autofree char *mute = terminal_write ("mute.jsonl", GOOD_ROW (1) "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}\n");

  assert_refused (fixture, fixture->model, empty, NULL, "empty.jsonl", "");
  assert_refused (fixture, fixture->model, broken, NULL, "broken.jsonl", "line 7");
  assert_refused (fixture, fixture->model, mute, NULL, "line 2", "assistant");
  {
    g_auto (Terminal) terminal = terminal_run ("job-create", "--provider", "local", "--model", fixture->model, "--training", "/nonexistent/rows.jsonl",
                                               "--set", "method.type=lora");

    assert_status (terminal, 3);
    assert_contains (terminal.err, "/nonexistent/rows.jsonl");
    g_assert_cmpuint (count_jobs (NULL), ==, 0);
  }
  {
    g_auto (Terminal) terminal = terminal_run ("dataset-check", broken);

    assert_status (terminal, 2);
    assert_contains (terminal.out, "broken.jsonl:7:");
  }
}

static void
test_bad_model (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *weights_path = g_build_filename (fixture->model, "model.safetensors", NULL);
  g_autofree char *config_path = g_build_filename (fixture->model, "config.json", NULL);
  g_autofree char *weights = NULL;
  g_autofree char *config = NULL;
  g_autofree char *without = make_model (fixture, "without-tokenizer", "tokenizer.json", NULL, 0);
  g_autofree char *truncated = NULL;
  g_autofree char *misfit = NULL;
  g_autoptr (GString) changed = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (weights_path, &weights, &length, NULL));
  g_assert_true (g_file_get_contents (config_path, &config, NULL, NULL));
  truncated = make_model (fixture, "truncated", "model.safetensors", weights, (gssize) (length / 2));
  changed = g_string_new (config);
  g_assert_cmpuint (g_string_replace (changed, "\"intermediate_size\": 160", "\"intermediate_size\": 192", 1), ==, 1);
  misfit = make_model (fixture, "misfit", "config.json", changed->str, -1);

  assert_refused (fixture, without, fixture->rows, NULL, "without-tokenizer", "tokenizer.json");
  assert_refused (fixture, truncated, fixture->rows, NULL, "truncated", "model.safetensors");
  assert_refused (fixture, misfit, fixture->rows, NULL, "gate_proj", "192");
  assert_refused (fixture, "no-such-model", fixture->rows, NULL, "no-such-model", "models");
}

static void
test_bad_values (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autofree char *torn = terminal_write ("torn.json", "{\"schedule\":{\"epochs\":3,}}");

  assert_refused (fixture, fixture->model, fixture->rows, "schedule.epochs=21", "schedule.epochs", "20");
  assert_refused (fixture, fixture->model, fixture->rows, "schedule.epochs=many", "schedule.epochs", "many");
  assert_refused (fixture, fixture->model, fixture->rows, "shedule.epochs=3", "shedule.epochs", "schedule.epochs");
  assert_refused (fixture, fixture->model, fixture->rows, "method.type=qlora", "method.type", "qlora");
  assert_refused (fixture, fixture->model, fixture->rows, "model.precision=int4", "model.precision", "int4");
  assert_refused (fixture, fixture->model, fixture->rows, "method.loraConfig.trainableModules=x_proj", "trainableModules", "x_proj");

  {
    g_auto (Terminal) terminal = terminal_run ("job-create", torn, "--provider", "local");

    assert_status (terminal, 2);
    assert_contains (terminal.err, "torn.json");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-create", "/nonexistent/recipe.json", "--provider", "local");

    assert_status (terminal, 3);
    assert_contains (terminal.err, "/nonexistent/recipe.json");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-create", "--model", fixture->model, "--training", fixture->rows);

    assert_status (terminal, 2);
    assert_contains (terminal.err, "--provider");
  }
  {
    g_auto (Terminal) terminal = terminal_run ("job-status", "ffffffff");

    assert_status (terminal, 3);
    assert_contains (terminal.err, "ffffffff");
  }
}

/* A file system of its own, for a disk that is small or not to be written on. NULL where this user may not mount. */
static char *
mount_small (const char *name,
             const char *options)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  if (mount ("tmpfs", folder, "tmpfs", 0, options) != 0)
    {
      g_test_skip ("mounting a small file system needs rights that this user does not have");
      return NULL;
    }

  return g_steal_pointer (&folder);
}

static void
unmount (const char *folder)
{
  g_assert_cmpint (umount2 (folder, MNT_DETACH), ==, 0);
}

static char *
create_at (Fixture    *fixture,
           const char *data_home)
{
  g_auto (Terminal) terminal = terminal_run_at (data_home, "job-create", "--provider", "local", "--model", fixture->model, "--training", fixture->rows,
                                                "--json", "--set", "method.type=lora", "--set", "schedule.epochs=4", "--set", "schedule.batchSize=1",
                                                "--set", "schedule.checkpoints=10", "--set", "optimizer.learningRate=0.001", NULL);
  g_autoptr (JsonNode) node = NULL;

  assert_status (terminal, 0);
  node = terminal_parse (&terminal);

  return g_strdup (attune_json_peek_string (node, "jobId", NULL));
}

/* The disk runs full while a job trains: it fails with a reason, what there was stays whole, and it goes on when there is room again. */
static void
test_full_disk (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *home = mount_small ("small", "size=24m");
  g_autofree char *filler = NULL;
  g_autofree char *id = NULL;
  gint64 deadline = g_get_monotonic_time () + TERMINAL_TIMEOUT;
  FILE *file;

  if (home == NULL)
    return;

  id = create_at (fixture, home);
  terminal_wait_for_step (home, id, 10);

  filler = g_build_filename (home, "filler", NULL);
  file = fopen (filler, "wb");
  g_assert_nonnull (file);
  setvbuf (file, NULL, _IONBF, 0);
  while (TRUE)
    {
      char block[4096] = { 1 };

      if (fwrite (block, 1, sizeof block, file) != sizeof block)
        break;
    }
  g_assert_cmpint (errno, ==, ENOSPC);
  fclose (file);

  while (terminal_engine_pid (home, id) != 0 && g_get_monotonic_time () < deadline)
    terminal_idle ();

  g_assert_cmpint (g_unlink (filler), ==, 0);
  {
    g_auto (Terminal) terminal = terminal_run_at (home, "job-status", id, "--json", NULL);
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 0);
    g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, "failed");
    g_assert_cmpstr (attune_json_peek_string (node, "error.code", NULL), ==, "no-space");
  }
  {
    g_auto (Terminal) terminal = terminal_run_at (home, "job-resume", id, "--wait", NULL);

    assert_status (terminal, 0);
  }
  g_assert_cmpfloat (terminal_last_loss (home, id), >, 0);
  terminal_kill_all (home);
  unmount (home);
}

/* So little room that the check refuses to begin. */
static void
test_tiny_disk (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *home = mount_small ("tiny", "size=400k");

  if (home == NULL)
    return;

  {
    g_auto (Terminal) terminal = terminal_run_at (home, "job-create", "--provider", "local", "--model", fixture->model, "--training", fixture->rows,
                                                  "--set", "method.type=full", "--set", "schedule.checkpoints=10", NULL);

    assert_status (terminal, 2);
    assert_contains (terminal.err, "free");
    g_assert_cmpuint (count_jobs (home), ==, 0);
  }
  unmount (home);
}

static void
test_read_only (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *home = mount_small ("locked", "size=4m");

  if (home == NULL)
    return;

  g_assert_cmpint (mount ("tmpfs", home, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=4m"), ==, 0);
  {
    g_auto (Terminal) terminal = terminal_run_at (home, "job-create", "--provider", "local", "--model", fixture->model, "--training", fixture->rows,
                                                  "--set", "method.type=lora", "--json", NULL);
    g_autoptr (JsonNode) node = terminal_parse (&terminal);

    assert_status (terminal, 1);
    assert_contains (terminal.err, home);
    g_assert_nonnull (attune_json_peek_string (node, "error.message", NULL));
  }
  {
    g_auto (Terminal) terminal = terminal_run_at (home, "model-import", fixture->model, NULL);

    assert_status (terminal, 1);
    assert_contains (terminal.err, home);
  }
  unmount (home);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) g_test_add ("/terminal-input/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("help", test_help);
  ADD ("documents", test_documents);
  ADD ("data-files", test_data_files);
  ADD ("bad-data", test_bad_data);
  ADD ("bad-model", test_bad_model);
  ADD ("bad-values", test_bad_values);
  ADD ("full-disk", test_full_disk);
  ADD ("tiny-disk", test_tiny_disk);
  ADD ("read-only", test_read_only);

  return g_test_run ();
}
