/* test-providers.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <stdlib.h>

#include "terminal.h"

/* The hosted providers from the command line, each before its fake, which runs in a process of its own. */

static const struct {
  const char *id;
  const char *model;
  const char *files; /* what a download brings; NULL: the result stays there under its name */
} providers[] = {
  { "openai", "gpt-4o-mini-2024-07-18", NULL },
  { "together", "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", "" },
  { "fireworks", "qwen3-8b", "adapter_model.safetensors" },
  { "mistral", "open-mistral-7b", NULL },
  { "huggingface", "Qwen/Qwen3-0.6B", "" },
  { "deepseek", "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", "" },
};

/* See FakeFault. */
#define FAULT_NONE "0"
#define FAULT_DRIP "4"

typedef struct {
  GSubprocess      *process;
  GOutputStream    *commands;
  GDataInputStream *answers;
} Fakes;

static void
fakes_start (Fakes         *self,
             gconstpointer  data)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "adapters", "fake-providers", NULL);
  g_autoptr (GError) error = NULL;

  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, NULL);
  g_assert_no_error (error);
  self->commands = g_subprocess_get_stdin_pipe (self->process);
  self->answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  while (TRUE)
    {
      g_autofree char *line = g_data_input_stream_read_line (self->answers, NULL, NULL, &error);
      char *equals;

      g_assert_no_error (error);
      g_assert_nonnull (line);
      if (*line == '\0')
        break;
      equals = strchr (line, '=');
      g_assert_nonnull (equals);
      *equals = '\0';
      g_setenv (line, equals + 1, TRUE);
    }
}

static void
fakes_stop (Fakes         *self,
            gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_close (self->commands, NULL, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (self->process, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&self->answers);
  g_clear_object (&self->process);
}

static guint G_GNUC_PRINTF (2, 3)
tell (Fakes      *self,
      const char *format,
      ...)
{
  g_autofree char *command = NULL;
  g_autofree char *line = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line = g_strconcat (command, "\n", NULL);
  g_output_stream_write_all (self->commands, line, strlen (line), NULL, NULL, &error);
  g_assert_no_error (error);
  answer = g_data_input_stream_read_line (self->answers, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer);

  return (guint) atoi (answer);
}

/* Rows that nobody has sent yet. */
static char *
write_rows (const char *id,
            guint       number)
{
  g_autofree char *name = g_strdup_printf ("%s-%u.jsonl", id, number);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 20; i++)
    g_string_append_printf (text, "{\"messages\":[{\"role\":\"user\",\"content\":\"%s %u: what is %u + 1?\"},"
                            "{\"role\":\"assistant\",\"content\":\"%u\"}]}\n", id, number, i, i + 1);

  return terminal_write (name, text->str);
}

static GSubprocess *
spawn_create (guint       provider,
              const char *rows,
              const char *more)
{
  g_autofree char *line = g_strdup_printf ("job-create --provider %s --model %s --training %s --set method.type=lora --json%s",
                                           providers[provider].id, providers[provider].model, rows, more);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  return terminal_spawn (NULL, words);
}

/* (transfer full): the id of the job. */
static char *
create (guint       provider,
        const char *rows,
        const char *more,
        const char *status)
{
  g_autoptr (GSubprocess) process = spawn_create (provider, rows, more);
  g_auto (Terminal) terminal = terminal_finish (process);
  g_autoptr (JsonNode) node = NULL;

  assert_status (terminal, 0);
  node = terminal_parse (&terminal);
  g_assert_nonnull (attune_json_peek_string (node, "providerJobId", NULL));
  if (status != NULL)
    g_assert_cmpstr (attune_json_peek_string (node, "status", NULL), ==, status);

  return g_strdup (attune_json_peek_string (node, "jobId", NULL));
}

static void
test_limits_and_request (Fakes         *self,
                         gconstpointer  data)
{
  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    {
      g_autofree char *rows = write_rows (providers[i].id, 0);
      g_auto (Terminal) limits = terminal_run ("provider-capabilities", providers[i].id, "--json");
      g_auto (Terminal) good = terminal_run ("config-check", "--provider", providers[i].id, "--model", providers[i].model,
                                             "--training", rows, "--set", "method.type=lora", "--json");
      g_auto (Terminal) bad = terminal_run ("config-check", "--provider", providers[i].id, "--model", providers[i].model,
                                            "--training", rows, "--set", "schedule.epochs=99", "--json");
      g_auto (Terminal) request = terminal_run ("config-translate", "--provider", providers[i].id, "--model", providers[i].model,
                                                "--training", rows, "--set", "method.type=lora", "--set", "schedule.epochs=2",
                                                "--set", "integrations.wandb.project=tunes",
                                                "--set", "integrations.wandb.apiKey=0123456789abcdef0123456789abcdef01234567");
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (JsonNode) checked = NULL;
      g_autoptr (JsonNode) body = NULL;

      assert_status (limits, 0);
      node = terminal_parse (&limits);
      g_assert_cmpint (attune_json_peek_int (node, "fetchedAt", 0), >, 0);
      g_assert_nonnull (attune_json_lookup (node, "supportedParameters.0"));
      g_assert_nonnull (attune_json_lookup (node, "actions.0"));

      assert_status (good, 0);
      checked = terminal_parse (&good);
      g_assert_true (attune_json_peek_boolean (checked, "valid", FALSE));
      assert_status (bad, 2);

      assert_status (request, 0);
      body = terminal_parse (&request);
      g_assert_cmpstr (attune_json_peek_string (body, "method", NULL), ==, "POST");
      assert_contains (attune_json_peek_string (body, "url", ""), "http://127.0.0.1:");
      g_assert_null (strstr (request.out, "0123456789abcdef0123456789abcdef01234567"));
    }
}

static void
test_life (Fakes         *self,
           gconstpointer  data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autofree char *rows = write_rows (providers[index].id, 1);
  g_autofree char *id = create (index, rows, " --wait", "succeeded");
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "downloads", providers[index].id, NULL);
  g_auto (Terminal) watched = terminal_run ("job-watch", id);
  g_auto (Terminal) metrics = terminal_run ("job-metrics", id, "--json");
  g_auto (Terminal) events = terminal_run ("job-events", id, "--json");
  g_auto (Terminal) downloaded = terminal_run ("job-download", id, folder);
  g_autoptr (JsonNode) points = NULL;
  g_autoptr (JsonNode) told = NULL;

  assert_status (watched, 0);
  assert_contains (watched.out, "ucceeded");
  assert_status (metrics, 0);
  points = terminal_parse (&metrics);
  g_assert_nonnull (attune_json_lookup (points, "metrics.3"));
  assert_status (events, 0);
  told = terminal_parse (&events);
  g_assert_nonnull (attune_json_lookup (told, "events.0"));

  if (providers[index].files == NULL)
    {
      g_assert_cmpint (downloaded.status, !=, 0);
      g_assert_cmpuint (strlen (downloaded.err), >, 0);
    }
  else
    {
      g_autofree char *path = g_build_filename (folder, providers[index].files, NULL);
      g_autoptr (GDir) dir = NULL;

      assert_status (downloaded, 0);
      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
      dir = g_dir_open (folder, 0, NULL);
      g_assert_nonnull (dir);
      g_assert_nonnull (g_dir_read_name (dir));
    }
}

static void
test_cancel (Fakes         *self,
             gconstpointer  data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autofree char *rows = write_rows (providers[index].id, 2);
  g_autofree char *id = NULL;

  tell (self, "endless %s", providers[index].id);
  id = create (index, rows, "", NULL);
  {
    g_auto (Terminal) cancelled = terminal_run ("job-cancel", id);
    g_auto (Terminal) watched = terminal_run ("job-watch", id, "--json");
    g_autofree char *status = terminal_job_status (NULL, id, NULL);

    assert_status (cancelled, 0);
    g_assert_cmpint (watched.status, !=, 0);
    g_assert_cmpstr (status, ==, "cancelled");
  }
}

static void
test_withdrawn (Fakes         *self,
                gconstpointer  data)
{
  guint n_withdrawn = tell (self, "withdrawn mistral");
  g_autofree char *rows = write_rows ("mistral", 1);
  g_auto (Terminal) limits = terminal_run ("provider-capabilities", "mistral", "--json");
  g_auto (Terminal) request = terminal_run ("config-translate", "--provider", "mistral", "--model", "open-mistral-7b", "--training", rows);
  g_auto (Terminal) refused = terminal_run ("job-create", "--provider", "mistral", "--model", "open-mistral-7b", "--training", rows,
                                            "--set", "method.type=lora", "--wait", "--json");
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) answer = NULL;

  g_assert_cmpuint (n_withdrawn, ==, 0);
  assert_status (limits, 0);
  node = terminal_parse (&limits);
  assert_contains (attune_json_peek_string (node, "notices.0.text", ""), "2026");
  assert_status (request, 0);
  assert_status (refused, 1);
  answer = terminal_parse (&refused);
  g_assert_cmpstr (attune_json_peek_string (answer, "error.code", NULL), ==, "withdrawn");
  /* And no data went there for nothing. */
  g_assert_cmpuint (tell (self, "count mistral POST *"), ==, 0);
}

/* A wrong key, said as such, with the exit status that scripts look at. */
static void
test_wrong_key (Fakes         *self,
                gconstpointer  data)
{
  static const struct {
    guint       provider;
    const char *variable;
    const char *key;
  } cases[] = {
    { 0, "OPENAI_API_KEY", "sk-wrong0123456789abcdef" },
    { 1, "TOGETHER_API_KEY", "tgp_v1_wrong0123456789" },
    { 2, "FIREWORKS_API_KEY", "fw_wrong0123456789" },
    { 3, "MISTRAL_API_KEY", "mistral-wrong0123456789" },
    { 4, "HF_TOKEN", "hf_wrongWRONGwrongWRONG0123456789" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *before = g_strdup (g_getenv (cases[i].variable));
      g_autofree char *rows = write_rows (providers[cases[i].provider].id, 3);
      guint n_jobs = tell (self, "jobs %s", providers[cases[i].provider].id);
      g_autoptr (GSubprocess) process = NULL;
      g_auto (Terminal) terminal = { 0 };

      g_setenv (cases[i].variable, cases[i].key, TRUE);
      process = spawn_create (cases[i].provider, rows, "");
      terminal = terminal_finish (process);
      g_setenv (cases[i].variable, before, TRUE);
      assert_status (terminal, 4);
      g_assert_null (strstr (terminal.out, cases[i].key));
      g_assert_null (strstr (terminal.err, cases[i].key));
      g_assert_cmpuint (tell (self, "jobs %s", providers[cases[i].provider].id), ==, n_jobs);
    }
}

/* The jobs that this data folder knows, as one text to compare. (transfer full) */
static char *
list_jobs (char **newest)
{
  g_auto (Terminal) terminal = terminal_run ("job-list", "--json");
  g_autoptr (JsonNode) node = NULL;
  GString *ids = g_string_new (NULL);
  JsonArray *jobs;

  assert_status (terminal, 0);
  node = terminal_parse (&terminal);
  jobs = json_object_get_array_member (json_node_get_object (node), "jobs");
  for (guint i = 0; i < json_array_get_length (jobs); i++)
    {
      const char *id = attune_json_peek_string (json_array_get_element (jobs, i), "id", NULL);

      if (id == NULL)
        id = attune_json_peek_string (json_array_get_element (jobs, i), "jobId", NULL);
      g_assert_nonnull (id);
      if (i == 0)
        *newest = g_strdup (id);
      g_string_append (ids, id);
    }

  return g_string_free_and_steal (ids);
}

/* Kills attunectl while the answer to the @number-th thing that it sends is on the way, and follows the job to its end. FALSE: it sent fewer. */
static gboolean
kill_at (Fakes *self,
         guint  index,
         guint  number)
{
  const char *id = providers[index].id;
  g_autofree char *rows = write_rows (id, 100 + number);
  guint n_before = tell (self, "count %s POST *", id);
  guint n_jobs = tell (self, "jobs %s", id);
  gint64 deadline = g_get_monotonic_time () + TERMINAL_TIMEOUT;
  g_autofree char *nothing = NULL;
  g_autofree char *job = NULL;
  g_autofree char *list_before = list_jobs (&nothing);
  g_autofree char *list_after = NULL;
  g_autoptr (GSubprocess) process = NULL;

  /* This one arrives and its answer takes for ever, after those before went through: the last rule comes first. */
  tell (self, "fault %s POST * " FAULT_DRIP " 1", id);
  if (number > 1)
    tell (self, "fault %s POST * " FAULT_NONE " %u", id, number - 1);
  process = spawn_create (index, rows, "");
  while (tell (self, "count %s POST *", id) < n_before + number && g_subprocess_get_identifier (process) != NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      terminal_idle ();
    }
  if (tell (self, "count %s POST *", id) < n_before + number)
    {
      tell (self, "clear %s", id);
      g_subprocess_wait (process, NULL, NULL);
      g_assert_cmpuint (tell (self, "jobs %s", id), ==, n_jobs + 1);
      return FALSE;
    }
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  tell (self, "clear %s", id);

  list_after = list_jobs (&job);
  if (strcmp (list_before, list_after) == 0)
    {
      /* It had only looked so far. */
      g_assert_cmpuint (tell (self, "jobs %s", id), ==, n_jobs);
      return TRUE;
    }

  {
    g_auto (Terminal) watched = terminal_run ("job-watch", job);

    if (watched.status != 0)
      {
        g_auto (Terminal) resumed = terminal_run ("job-resume", job, "--wait");

        /* It never arrived. */
        g_assert_cmpuint (tell (self, "jobs %s", id), <=, n_jobs + 1);
        assert_status (resumed, 0);
      }
  }
  {
    g_autofree char *status = terminal_job_status (NULL, job, NULL);

    g_assert_cmpstr (status, ==, "succeeded");
    g_assert_cmpuint (tell (self, "jobs %s", id), ==, n_jobs + 1);
  }

  return TRUE;
}

static void
test_killed (Fakes         *self,
             gconstpointer  data)
{
  guint index = GPOINTER_TO_UINT (data);
  guint number = 1;

  while (kill_at (self, index, number))
    number++;
  g_test_message ("%u times killed", number - 1);
  /* At least the data and the job. */
  g_assert_cmpuint (number, >, 2);
}

#define ADD(name, index, function) \
  g_test_add (name, Fakes, GUINT_TO_POINTER (index), fakes_start, function, fakes_stop)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("/providers/limits-and-request", 0, test_limits_and_request);
  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    {
      g_autofree char *life = g_strconcat ("/providers/life/", providers[i].id, NULL);
      g_autofree char *cancel = g_strconcat ("/providers/cancel/", providers[i].id, NULL);
      g_autofree char *killed = g_strconcat ("/killed/", providers[i].id, NULL);

      ADD (life, i, test_life);
      ADD (cancel, i, test_cancel);
      /* It is Hugging Face's adapter with another catalogue. */
      if (strcmp (providers[i].id, "deepseek") != 0)
        ADD (killed, i, test_killed);
    }
  ADD ("/providers/withdrawn", 0, test_withdrawn);
  ADD ("/providers/wrong-key", 0, test_wrong_key);

  return g_test_run ();
}
