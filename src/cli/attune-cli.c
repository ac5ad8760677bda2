/* attune-cli.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attune-cli-activity.h"
#include "attune-cli-output.h"

/* A disk that takes longer than this has other troubles. */
#define WRITE_LIMIT (10 * G_USEC_PER_SEC)

#define FILE_OPTIONS (ATTUNE_CLI_PROVIDER | ATTUNE_CLI_MODEL | ATTUNE_CLI_SET | ATTUNE_CLI_TRAINING | ATTUNE_CLI_VALIDATION)

static const AttuneCliCommand commands[] = {
  { "schema", NULL, N_("print the JSON Schema of a configuration"),
    ATTUNE_CLI_NONE, 0, 0, attune_cli_schema },
  { "provider-list", NULL, N_("list where jobs can run"),
    ATTUNE_CLI_NONE, 0, 0, attune_cli_provider_list },
  { "provider-capabilities", "PROVIDER", N_("print what a provider, or one of its models, can do"),
    ATTUNE_CLI_MODEL | ATTUNE_CLI_REFRESH, 1, 1, attune_cli_provider_capabilities },
  { "provider-key", "PROVIDER", N_("keep a provider’s key in the keyring; it is read from standard input"),
    ATTUNE_CLI_REMOVE, 1, 1, attune_cli_provider_key },
  { "provider-test", "PROVIDER", N_("ask the provider whether it takes the key"),
    ATTUNE_CLI_NONE, 1, 1, attune_cli_provider_test },
  { "config-check", "[FILE]", N_("check a configuration before the start"),
    FILE_OPTIONS, 0, 1, attune_cli_config_check },
  { "config-translate", "[FILE]", N_("print the exact request that would go to the provider"),
    FILE_OPTIONS, 0, 1, attune_cli_config_translate },
  { "config-migrate", "FILE", N_("print an old document in today’s form"),
    ATTUNE_CLI_NONE, 1, 1, attune_cli_config_migrate },
  { "dataset-add", "FILE", N_("remember and check a data set"),
    ATTUNE_CLI_NAME, 1, 1, attune_cli_dataset_add },
  { "dataset-list", NULL, N_("list the data sets"),
    ATTUNE_CLI_NONE, 0, 0, attune_cli_dataset_list },
  { "dataset-check", "FILE", N_("find every problem of a data set, and count its tokens"),
    ATTUNE_CLI_MODEL | ATTUNE_CLI_SEQUENCE_LENGTH, 1, 1, attune_cli_dataset_check },
  { "dataset-convert", "IN OUT", N_("write a data set in another format"),
    ATTUNE_CLI_TO | ATTUNE_CLI_REPLACE, 2, 2, attune_cli_dataset_convert },
  { "dataset-split", "FILE", N_("divide a data set into training and validation"),
    ATTUNE_CLI_SHARE | ATTUNE_CLI_SEED | ATTUNE_CLI_REPLACE, 1, 1, attune_cli_dataset_split },
  { "job-create", "[FILE]", N_("start a job from a recipe, a configuration or options alone"),
    FILE_OPTIONS | ATTUNE_CLI_NAME | ATTUNE_CLI_WAIT, 0, 1, attune_cli_job_create },
  { "job-status", "ID", N_("print how a job is getting on"),
    ATTUNE_CLI_NONE, 1, 1, attune_cli_job_status },
  { "job-list", NULL, N_("list the jobs"),
    ATTUNE_CLI_STATUS | ATTUNE_CLI_PROVIDER, 0, 0, attune_cli_job_list },
  { "job-watch", "ID", N_("follow a job until it ends"),
    ATTUNE_CLI_NONE, 1, 1, attune_cli_job_watch },
  { "job-cancel", "ID", N_("end a job for good"),
    ATTUNE_CLI_NONE, 1, 1, attune_cli_job_cancel },
  { "job-pause", "ID", N_("stop a job so that it can go on later"),
    ATTUNE_CLI_NONE, 1, 1, attune_cli_job_pause },
  { "job-resume", "ID", N_("go on from the newest checkpoint"),
    ATTUNE_CLI_WAIT, 1, 1, attune_cli_job_resume },
  { "job-delete", "ID", N_("delete a job with all its files"),
    ATTUNE_CLI_REMOTE, 1, 1, attune_cli_job_delete },
  { "job-events", "ID", N_("print what happened to a job"),
    ATTUNE_CLI_NONE, 1, 1, attune_cli_job_events },
  { "job-metrics", "ID", N_("print what a job measured"),
    ATTUNE_CLI_CSV, 1, 1, attune_cli_job_metrics },
  { "job-checkpoints", "ID", N_("list the checkpoints of a job"),
    ATTUNE_CLI_NONE, 1, 1, attune_cli_job_checkpoints },
  { "job-download", "ID FOLDER", N_("copy the result of a job into a folder"),
    ATTUNE_CLI_NONE, 2, 2, attune_cli_job_download },
  { "model-list", NULL, N_("list the models on this computer"),
    ATTUNE_CLI_NONE, 0, 0, attune_cli_model_list },
  { "model-import", "FOLDER", N_("copy a model folder to the models of this computer"),
    ATTUNE_CLI_NAME, 1, 1, attune_cli_model_import },
  { "model-search", "[WORD…]", N_("find models at the Hugging Face Hub that can be trained on this computer"),
    ATTUNE_CLI_AUTHOR | ATTUNE_CLI_LIMIT | ATTUNE_CLI_ALL, 0, 9, attune_cli_model_search },
  { "model-download", "REPOSITORY", N_("load a model of the Hugging Face Hub to the models of this computer"),
    ATTUNE_CLI_NAME, 1, 1, attune_cli_model_download },
  { "model-push", "FOLDER|JOB|MODEL REPOSITORY", N_("bring a result to the Hugging Face Hub, where only you see it"),
    ATTUNE_CLI_PUBLIC, 2, 2, attune_cli_model_push },
  { "model-generate", "MODEL", N_("let a model answer"),
    ATTUNE_CLI_ADAPTER | ATTUNE_CLI_PROMPT | ATTUNE_CLI_SYSTEM | ATTUNE_CLI_MAX_TOKENS | ATTUNE_CLI_TEMPERATURE | ATTUNE_CLI_SEED, 1, 1, attune_cli_model_generate },
  { "recipe-export", "ID", N_("write the configuration of a job as one file without secrets"),
    ATTUNE_CLI_OUTPUT, 1, 1, attune_cli_recipe_export },
  { "recipe-import", "FILE", N_("read a recipe, check it and print its configuration"),
    ATTUNE_CLI_PROVIDER, 1, 1, attune_cli_recipe_import },
  { "try-example", NULL, N_("fine-tune the starter model on the example, and show what that changed"),
    ATTUNE_CLI_NONE, 0, 0, attune_cli_try_example },
};

static const AttuneCliCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (strcmp (commands[i].name, name) == 0)
        return &commands[i];
    }

  return NULL;
}

static void
print_overview (FILE *stream)
{
  fprintf (stream, "%s\n\n", _("Usage: attunectl COMMAND [OPTION…] [ARGUMENT…]"));
  fprintf (stream, "%s\n\n", _("Fine-tunes language models, on this computer and elsewhere."));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (stream, "  %-22s  %s%s\n", commands[i].name, _(commands[i].summary), commands[i].run == NULL ? _(" (not available yet)") : "");
  fprintf (stream, "\n%s\n", _("“attunectl COMMAND --help” tells more. Exit status: 0 done; 1 the job or the request failed; 2 the input is wrong; "
                               "3 not found; 4 sign-in or payment needed; 130 interrupted."));
}

/* The options of one command: those of its row, in one order everywhere. */
static GArray *
build_entries (const AttuneCliCommand *command,
               AttuneCli              *self,
               gboolean               *help)
{
  AttuneCliOptions *o = &self->options;
  const struct { AttuneCliOption option; GOptionEntry entry; } all[] = {
    { ATTUNE_CLI_PROVIDER, { "provider", 'p', 0, G_OPTION_ARG_STRING, &o->provider, N_("Where to run: local, …"), N_("PROVIDER") } },
    { ATTUNE_CLI_MODEL, { "model", 'm', 0, G_OPTION_ARG_STRING, &o->model, N_("Base model: a name, or the path of a folder"), N_("MODEL") } },
    { ATTUNE_CLI_SET, { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &o->assignments, N_("Set a parameter, such as schedule.epochs=3; may be repeated"), N_("PATH=VALUE") } },
    { ATTUNE_CLI_TRAINING, { "training", 't', 0, G_OPTION_ARG_FILENAME, &o->training, N_("File with the training data"), N_("FILE") } },
    { ATTUNE_CLI_VALIDATION, { "validation", 'v', 0, G_OPTION_ARG_FILENAME, &o->validation, N_("File with the validation data"), N_("FILE") } },
    { ATTUNE_CLI_NAME, { "name", 'n', 0, G_OPTION_ARG_STRING, &o->name, N_("Name to show"), N_("NAME") } },
    { ATTUNE_CLI_WAIT, { "wait", 'w', 0, G_OPTION_ARG_NONE, &o->wait, N_("Follow the job until it ends"), NULL } },
    { ATTUNE_CLI_STATUS, { "status", 0, 0, G_OPTION_ARG_STRING, &o->status, N_("Only jobs in this state, such as running"), N_("STATE") } },
    { ATTUNE_CLI_CSV, { "csv", 0, 0, G_OPTION_ARG_NONE, &o->csv, N_("Comma-separated values"), NULL } },
    { ATTUNE_CLI_REFRESH, { "refresh", 0, 0, G_OPTION_ARG_NONE, &o->refresh, N_("Ask the provider anew"), NULL } },
    { ATTUNE_CLI_REMOTE, { "remote", 0, 0, G_OPTION_ARG_NONE, &o->remote, N_("At the provider too, before here"), NULL } },
    { ATTUNE_CLI_REMOVE, { "remove", 0, 0, G_OPTION_ARG_NONE, &o->remove, N_("Remove the key from the keyring"), NULL } },
    { ATTUNE_CLI_SEQUENCE_LENGTH, { "sequence-length", 0, 0, G_OPTION_ARG_INT, &o->sequence_length, N_("Count rows that are longer"), N_("TOKENS") } },
    { ATTUNE_CLI_ADAPTER, { "adapter", 'a', 0, G_OPTION_ARG_FILENAME, &o->adapter, N_("Folder of a LoRA adapter to lay over the model"), N_("FOLDER") } },
    { ATTUNE_CLI_PROMPT, { "prompt", 0, 0, G_OPTION_ARG_STRING, &o->prompt, N_("What to answer"), N_("TEXT") } },
    { ATTUNE_CLI_SYSTEM, { "system", 0, 0, G_OPTION_ARG_STRING, &o->system, N_("What the model is to keep in mind while it answers"), N_("TEXT") } },
    { ATTUNE_CLI_MAX_TOKENS, { "max-tokens", 0, 0, G_OPTION_ARG_INT, &o->max_tokens, N_("The longest answer"), N_("TOKENS") } },
    { ATTUNE_CLI_TEMPERATURE, { "temperature", 0, 0, G_OPTION_ARG_STRING, &o->temperature, N_("0 takes the likeliest word each time"), N_("NUMBER") } },
    { ATTUNE_CLI_SEED, { "seed", 0, 0, G_OPTION_ARG_STRING, &o->seed, N_("The same seed gives the same result"), N_("NUMBER") } },
    { ATTUNE_CLI_PUBLIC, { "public", 0, 0, G_OPTION_ARG_NONE, &o->is_public, N_("Let everybody see it"), NULL } },
    { ATTUNE_CLI_AUTHOR, { "author", 0, 0, G_OPTION_ARG_STRING, &o->author, N_("Only models of this user or organisation"), N_("NAME") } },
    { ATTUNE_CLI_LIMIT, { "limit", 0, 0, G_OPTION_ARG_INT, &o->limit, N_("How many at most"), N_("NUMBER") } },
    { ATTUNE_CLI_ALL, { "all", 0, 0, G_OPTION_ARG_NONE, &o->all, N_("Also what cannot be trained on this computer"), NULL } },
    { ATTUNE_CLI_TO, { "to", 0, 0, G_OPTION_ARG_STRING, &o->to, N_("The format: chat, prompt-completion, alpaca, sharegpt or text"), N_("FORMAT") } },
    { ATTUNE_CLI_SHARE, { "validation", 'v', 0, G_OPTION_ARG_STRING, &o->share, N_("The share for validation, such as 0.1"), N_("SHARE") } },
    { ATTUNE_CLI_REPLACE, { "replace", 0, 0, G_OPTION_ARG_NONE, &o->replace, N_("Replace files that are there already"), NULL } },
    { ATTUNE_CLI_OUTPUT, { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, N_("Write to this file instead of standard output"), N_("FILE") } },
  };
  const GOptionEntry common[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, N_("One JSON document on standard output"), NULL },
    { "help", 'h', 0, G_OPTION_ARG_NONE, help, N_("Show this help"), NULL },
  };
  GArray *entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      if ((command->options & all[i].option) != 0)
        g_array_append_val (entries, all[i].entry);
    }
  g_array_append_vals (entries, common, G_N_ELEMENTS (common));

  return entries;
}

/* FALSE with an error, or without one after the help was printed. */
static gboolean
parse (AttuneCli   *self,
       GStrv        words,
       GError     **error)
{
  g_autofree char *usage = NULL;
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GArray) entries = NULL;
  g_auto (GStrv) rest = g_strdupv (words);
  gboolean help = FALSE;
  guint n;

  usage = g_strdup_printf ("%s%s%s", self->command->name, self->command->arguments != NULL ? " " : "",
                           self->command->arguments != NULL ? self->command->arguments : "");
  context = g_option_context_new (NULL);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  entries = build_entries (self->command, self, &help);
  g_option_context_add_main_entries (context, (const GOptionEntry *) entries->data, GETTEXT_PACKAGE);

  if (!g_option_context_parse_strv (context, &rest, error))
    {
      g_prefix_error (error, "%s: ", self->command->name);
      if (error != NULL)
        {
          (*error)->domain = ATTUNE_ERROR;
          (*error)->code = ATTUNE_ERROR_INVALID;
        }
      return FALSE;
    }

  if (help)
    {
      g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);
      const char *options = strstr (text, "\n\n");

      /* The first line is that of a program, and this is one command of it. */
      attune_cli_print (_("Usage: attunectl %s [OPTION…]"), usage);
      attune_cli_print ("\n\n%s\n%s", _(self->command->summary), options != NULL ? options + 1 : "\n");
      return FALSE;
    }

  /* The first word is the program. */
  n = g_strv_length (rest) - 1;
  if (n > 0 && strcmp (rest[1], "--") == 0)
    {
      memmove (rest + 1, rest + 2, n * sizeof (char *));
      n--;
    }
  if (self->command->run != NULL && (n < self->command->n_required || n > self->command->n_allowed))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   n < self->command->n_required ? _("%s: something is missing. Usage: attunectl %s") : _("%s: there are too many words. Usage: attunectl %s"),
                   self->command->name, usage);
      return FALSE;
    }

  self->arguments = g_strdupv (rest + 1);
  self->n_arguments = n;

  return TRUE;
}

static gboolean
interrupted_cb (gpointer user_data)
{
  AttuneCli *self = user_data;

  g_cancellable_cancel (self->cancellable);

  return G_SOURCE_CONTINUE;
}

static void
damaged_cb (GObject    *store,
            const char *path,
            const char *message,
            gpointer    user_data)
{
  attune_cli_message (_("Warning: %s: %s"), path, message);
}

/* The stores are opened by the commands that need them, not by those that only print. */
static gboolean
open_stores (AttuneCli  *self,
             GError    **error)
{
  if (self->commands != NULL)
    return TRUE;

  self->jobs = attune_job_store_new (NULL);
  self->datasets = attune_dataset_store_new (NULL);
  g_signal_connect (self->jobs, "damaged", G_CALLBACK (damaged_cb), self);
  g_signal_connect (self->datasets, "damaged", G_CALLBACK (damaged_cb), self);
  self->monitor = attune_monitor_new (self->registry, self->jobs, self->datasets);
  self->credentials = attune_credentials_new ();
  self->commands = attune_commands_new (self->registry, self->jobs, self->datasets, self->monitor, self->credentials);
  attune_commands_set_dataset_check (self->commands, attune_cli_check_dataset);

  return attune_job_store_load_sync (self->jobs, error) && attune_dataset_store_load_sync (self->datasets, error);
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* What is being written when the command ends is written to its end: each write holds its store. */
static void
wait_for_writes (AttuneCli *self)
{
  gpointer jobs = self->jobs;
  gpointer datasets = self->datasets;
  gint64 deadline = g_get_monotonic_time () + WRITE_LIMIT;
  guint wake_id;

  if (self->commands == NULL)
    return;

  g_object_add_weak_pointer (jobs, &jobs);
  g_object_add_weak_pointer (datasets, &datasets);
  attune_monitor_stop (self->monitor);
  g_clear_object (&self->commands);
  g_clear_object (&self->monitor);
  g_clear_object (&self->credentials);
  g_clear_object (&self->datasets);
  g_clear_object (&self->jobs);

  wake_id = g_timeout_add (20, wake_cb, NULL);
  while ((jobs != NULL || datasets != NULL) && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake_id);

  if (jobs != NULL)
    g_object_remove_weak_pointer (jobs, &jobs);
  if (datasets != NULL)
    g_object_remove_weak_pointer (datasets, &datasets);
}

static void
close_all (AttuneCli *self)
{
  wait_for_writes (self);
  g_clear_object (&self->cancellable);
  g_strfreev (self->arguments);
  g_free (self->options.provider);
  g_free (self->options.model);
  g_strfreev (self->options.assignments);
  g_free (self->options.training);
  g_free (self->options.validation);
  g_free (self->options.name);
  g_free (self->options.status);
  g_free (self->options.adapter);
  g_free (self->options.prompt);
  g_free (self->options.system);
  g_free (self->options.temperature);
  g_free (self->options.seed);
  g_free (self->options.output);
  g_free (self->options.author);
  g_free (self->options.share);
  g_free (self->options.to);
}

/* On standard error for people, and where a document was asked for as that document too. */
static int
report (AttuneCli    *self,
        const GError *error)
{
  if (attune_error_is_cancelled (error))
    {
      if (*error->message != '\0')
        attune_cli_message ("%s", error->message);
    }
  else
    {
      const char *remedy = error->domain == ATTUNE_ERROR ? attune_error_get_remedy ((AttuneError) error->code) : NULL;

      attune_cli_message (_("Error: %s"), error->message);
      if (remedy != NULL)
        attune_cli_message ("%s", remedy);
    }

  if (self->json && !self->has_answered)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *root = json_object_new ();
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "code",
                                     attune_error_code_to_nick (error->domain == ATTUNE_ERROR ? (AttuneError) error->code
                                                                                              : ATTUNE_ERROR_FAILED));
      json_object_set_string_member (object, "message", error->message);
      json_object_set_object_member (root, "error", object);
      json_node_take_object (node, root);
      attune_cli_answer_json (self, node);
    }

  return attune_error_to_exit_status (error);
}

static int
run_command (AttuneCli *self,
             GStrv      words)
{
  g_autoptr (GError) error = NULL;
  guint interrupt_id;

  if (!parse (self, words, &error))
    return error != NULL ? report (self, error) : 0;

  if (self->command->run == NULL)
    {
      g_set_error (&error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _("%s is not available yet."), self->command->name);
      report (self, error);
      return 1;
    }

  interrupt_id = g_unix_signal_add (SIGINT, interrupted_cb, self);
  if (!self->command->run (self, &error))
    {
      attune_error_convert (&error);
      self->exit_status = report (self, error);
    }
  g_source_remove (interrupt_id);

  return self->exit_status;
}

int
attune_cli_main (AttuneRegistry  *registry,
                 int              argc,
                 char           **argv)
{
  AttuneCli self = { 0 };
  g_auto (GStrv) words = NULL;
  int status;

  g_return_val_if_fail (ATTUNE_IS_REGISTRY (registry), 1);

  if (argc < 2)
    {
      print_overview (stderr);
      return 2;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 || strcmp (argv[1], "help") == 0)
    {
      print_overview (stdout);
      return 0;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      attune_cli_print ("attunectl %s\n", ATTUNE_VERSION);
      return 0;
    }

  self.command = find_command (argv[1]);
  if (self.command == NULL)
    {
      attune_cli_message (_("Error: “%s” is not a command of attunectl. “attunectl --help” lists them."), argv[1]);
      return 2;
    }

  words = g_strdupv (argv + 1);
  self.registry = registry;
  self.cancellable = g_cancellable_new ();
  self.is_terminal = isatty (STDOUT_FILENO);
  status = run_command (&self, words);
  close_all (&self);

  /* What could not be written was not said. */
  if (fflush (stdout) != 0 && status == 0)
    {
      attune_cli_message (_("Error: the output could not be written: %s"), g_strerror (errno));
      status = 1;
    }

  return status;
}

typedef struct {
  gboolean      is_done;
  GAsyncResult *result;
} Wait;

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Wait *wait = user_data;

  wait->is_done = TRUE;
  wait->result = g_object_ref (result);
}

GVariant *
attune_cli_call (AttuneCli   *self,
                 const char  *command,
                 GVariant    *parameters,
                 GError     **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (parameters);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (AttuneCliActivity) activity = NULL;
  Wait wait = { 0 };

  if (!open_stores (self, error))
    return NULL;

  activity = attune_cli_activity_new (self->jobs);
  attune_commands_call_async (self->commands, command, sunk, self->cancellable, done_cb, &wait);
  while (!wait.is_done)
    g_main_context_iteration (NULL, TRUE);
  result = wait.result;

  return attune_commands_call_finish (self->commands, result, error);
}

AttuneJob *
attune_cli_find_job (AttuneCli  *self,
                     GError    **error)
{
  g_return_val_if_fail (self->n_arguments > 0, NULL);

  if (!open_stores (self, error))
    return NULL;

  return attune_job_store_find (self->jobs, self->arguments[0], error);
}

GVariant *
attune_cli_call_for_job (AttuneCli   *self,
                         const char  *command,
                         GError     **error)
{
  AttuneJob *job = attune_cli_find_job (self, error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (job == NULL)
    return NULL;

  g_variant_dict_insert (&dict, "jobId", "s", attune_job_get_id (job));
  if (self->options.remote)
    g_variant_dict_insert (&dict, "remote", "b", TRUE);

  return attune_cli_call (self, command, g_variant_dict_end (&dict), error);
}

AttuneCapabilities *
attune_cli_load_capabilities (AttuneCli      *self,
                              AttuneAdapter  *adapter,
                              gboolean        refresh,
                              GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Wait wait = { 0 };

  attune_adapter_load_capabilities_async (adapter, refresh, self->cancellable, done_cb, &wait);
  while (!wait.is_done)
    g_main_context_iteration (NULL, TRUE);
  result = wait.result;

  return attune_adapter_load_capabilities_finish (adapter, result, error);
}

static gboolean
awake_cb (gpointer user_data)
{
  gboolean *is_awake = user_data;

  *is_awake = TRUE;

  return G_SOURCE_REMOVE;
}

gboolean
attune_cli_sleep (AttuneCli *self,
                  guint      milliseconds)
{
  gboolean is_awake = FALSE;
  guint id = g_timeout_add (milliseconds, awake_cb, &is_awake);

  g_main_context_iteration (NULL, TRUE);
  if (!is_awake)
    g_source_remove (id);

  return g_cancellable_is_cancelled (self->cancellable);
}
