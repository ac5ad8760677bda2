/* attune-cli-example.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-cli-output.h"
#include "attune-dataset-reader.h"
#include "attune-json.h"
#include "attune-paths.h"

/* The example from the beginning to the end: how many answers are right before, the training, how many are right after. */

typedef struct {
  char *model;
  char *training;
  char *validation;
  char *recipe;
} Example;

static void
example_clear (Example *self)
{
  g_free (self->model);
  g_free (self->training);
  g_free (self->validation);
  g_free (self->recipe);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Example, example_clear)

static gboolean
example_init (Example  *self,
              GError  **error)
{
  const char * const *path;

  self->model = attune_paths_dup_package_file ("starter/model");
  self->training = attune_paths_dup_package_file ("starter/example/train.jsonl");
  self->validation = attune_paths_dup_package_file ("starter/example/validation.jsonl");
  self->recipe = attune_paths_dup_package_file ("starter/example/recipe.json");

  for (path = (const char * const[]) { self->model, self->training, self->validation, self->recipe, NULL }; *path != NULL; path++)
    {
      if (!g_file_test (*path, G_FILE_TEST_EXISTS))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                       _("The example that comes with Attune is incomplete: “%s” is missing. Install Attune again."), *path);
          return FALSE;
        }
    }

  return TRUE;
}

static void
communicated_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

/* (transfer full): {"rows","right","rate"} */
static JsonNode *
evaluate (AttuneCli      *self,
          const Example  *example,
          const char     *adapter,
          GError        **error)
{
  g_autofree char *engine = attune_paths_dup_engine ();
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *output = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_ptr_array_add (words, engine);
  g_ptr_array_add (words, (char *) "evaluate");
  g_ptr_array_add (words, example->model);
  g_ptr_array_add (words, (char *) "--data");
  g_ptr_array_add (words, example->validation);
  if (adapter != NULL)
    {
      g_ptr_array_add (words, (char *) "--adapter");
      g_ptr_array_add (words, (char *) adapter);
    }
  g_ptr_array_add (words, NULL);

  /* Its progress goes where our messages go. */
  process = g_subprocess_newv ((const char * const *) words->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
  if (process == NULL)
    return NULL;

  g_subprocess_communicate_utf8_async (process, NULL, self->cancellable, communicated_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (!g_subprocess_communicate_utf8_finish (process, result, &output, NULL, error))
    {
      g_subprocess_force_exit (process);
      return NULL;
    }

  /* Ctrl+C reaches the trainer too, and the news of that may come first. */
  if (g_subprocess_get_if_signaled (process) && attune_cli_sleep (self, 100))
    {
      g_cancellable_set_error_if_cancelled (self->cancellable, error);
      return NULL;
    }

  if (!g_subprocess_get_successful (process))
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("The answers could not be counted; the trainer said why above."));
      return NULL;
    }

  node = attune_json_parse (output, -1, "attune-engine evaluate", error);
  if (node == NULL)
    return NULL;
  if (isnan (attune_json_peek_double (node, "rate", NAN)))
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("The trainer counted no answers."));
      return NULL;
    }

  return g_steal_pointer (&node);
}

static void
say (AttuneCli  *self,
     const char *text)
{
  /* With --json standard output is for the document alone. */
  if (self->json)
    attune_cli_message ("%s", text);
  else
    attune_cli_print ("%s\n", text);
}

static void
say_rate (AttuneCli  *self,
          const char *title,
          JsonNode   *node)
{
  g_autofree char *text = g_strdup_printf (_("%s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " answers right (%.0f %%)"), title,
                                           attune_json_peek_int (node, "right", 0), attune_json_peek_int (node, "rows", 0),
                                           attune_json_peek_double (node, "rate", 0) * 100);

  say (self, text);
}

static AttuneJob *
create_job (AttuneCli      *self,
            const Example  *example,
            GError        **error)
{
  g_autoptr (JsonNode) root = attune_json_parse_file (example->recipe, error);
  g_autoptr (AttuneMigration) document = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) result = NULL;

  if (root == NULL)
    return NULL;

  document = attune_migration_run (root, error);
  if (document == NULL)
    {
      g_prefix_error (error, "%s: ", example->recipe);
      return NULL;
    }

  g_set_str (&document->provider, "local");
  g_set_str (&document->training_path, example->training);
  g_set_str (&document->validation_path, example->validation);
  if (!attune_cli_fill_parameters (document, &dict, TRUE, error))
    return NULL;
  g_variant_dict_insert (&dict, "name", "s", _("Example: Sorting Support Messages"));

  result = attune_cli_call (self, "job-create", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return NULL;

  return attune_job_store_find (self->jobs, attune_cli_get_text (result, "jobId"), error);
}

/* How this program is to be called: by its name where a shell finds it, by its whole path where it was only built. */
static char *
get_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char * const *folder;
  g_autofree char *home = g_build_filename (g_get_home_dir (), ".local", "bin", NULL);
  const char *places[] = { "/usr/bin", "/usr/local/bin", "/app/bin", home, NULL };
  g_autofree char *here = NULL;

  if (program == NULL)
    return g_strdup ("attunectl");

  here = g_path_get_dirname (program);
  for (folder = places; *folder != NULL; folder++)
    {
      if (strcmp (here, *folder) == 0)
        return g_strdup ("attunectl");
    }

  return g_shell_quote (program);
}

/* What the rows of the example tell the model each time: it answers best when it is told the same. (nullable) */
static char *
dup_system_message (const Example *example)
{
  g_autoptr (AttuneDatasetReader) reader = attune_dataset_reader_new (example->validation, NULL);
  g_autoptr (AttuneRow) row = reader != NULL ? attune_dataset_reader_next (reader, NULL) : NULL;
  const AttuneMessage *first = row != NULL && row->messages->len > 0 ? &g_array_index (row->messages, AttuneMessage, 0) : NULL;

  return first != NULL && strcmp (first->role, "system") == 0 ? g_strdup (first->content) : NULL;
}

static void
answer (AttuneCli     *self,
        const Example *example,
        AttuneJob     *job,
        JsonNode      *before,
        JsonNode      *after)
{
  const char *output = attune_job_get_output_path (job);
  g_autofree char *program = NULL;
  g_autofree char *quoted_output = NULL;
  g_autofree char *system = NULL;
  g_autofree char *quoted_system = NULL;

  if (self->json)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "jobId", attune_job_get_id (job));
      json_object_set_string_member (object, "status", attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, (int) attune_job_get_status (job)));
      json_object_set_string_member (object, "model", example->model);
      json_object_set_string_member (object, "outputPath", output);
      json_object_set_member (object, "before", json_node_copy (before));
      json_object_set_member (object, "after", json_node_copy (after));
      json_object_set_double_member (object, "seconds",
                                     (double) (attune_job_get_finished_at (job) - attune_job_get_started_at (job)) / G_USEC_PER_SEC);
      json_node_take_object (node, object);
      attune_cli_answer_json (self, node);
      return;
    }

  program = get_program ();
  quoted_output = g_shell_quote (output);
  system = dup_system_message (example);
  quoted_system = system != NULL ? g_shell_quote (system) : NULL;

  attune_cli_print (_("\nThe adapter lies in “%s”.\n"), output);
  attune_cli_print ("\n%s\n  %s model-generate starter --adapter %s%s%s \\\n    --prompt %s\n", _("Ask it something:"), program, quoted_output,
                    quoted_system != NULL ? " \\\n    --system " : "", quoted_system != NULL ? quoted_system : "",
                    "'The invoice of March has the wrong address.'");
  attune_cli_print ("%s\n  %s job-create --provider local --model starter --set method.type=lora \\\n    --set optimizer.learningRate=0.001 --training FILE.jsonl --wait\n",
                    _("Train on rows of your own:"), program);
  attune_cli_print ("%s\n  %s job-status %.8s\n", _("See what happened:"), program, attune_job_get_id (job));
}

gboolean
attune_cli_try_example (AttuneCli  *self,
                        GError    **error)
{
  g_auto (Example) example = { 0 };
  g_autoptr (JsonNode) before = NULL;
  g_autoptr (JsonNode) after = NULL;
  AttuneJob *job;

  if (!example_init (&example, error))
    return FALSE;

  say (self, _("The starter model learns to send support messages to the right team."));
  say (self, _("First it answers the validation rows as it is:"));
  before = evaluate (self, &example, NULL, error);
  if (before == NULL)
    return FALSE;
  say_rate (self, _("Before"), before);

  job = create_job (self, &example, error);
  if (job == NULL || !attune_cli_watch (self, job, ATTUNE_CLI_WATCH_BAR, error))
    return FALSE;

  if (attune_job_get_status (job) != ATTUNE_JOB_STATUS_SUCCEEDED)
    {
      g_autoptr (GError) reason = attune_job_dup_error (job);

      g_set_error (error, ATTUNE_ERROR, reason != NULL ? reason->code : ATTUNE_ERROR_FAILED, _("The example did not get through: %s"),
                   reason != NULL ? reason->message : attune_job_status_get_title (attune_job_get_status (job)));
      return FALSE;
    }

  say (self, _("Now it answers them with what it has learnt:"));
  after = evaluate (self, &example, attune_job_get_output_path (job), error);
  if (after == NULL)
    return FALSE;
  say_rate (self, _("Before"), before);
  say_rate (self, _("After"), after);
  answer (self, &example, job, before, after);

  return TRUE;
}
