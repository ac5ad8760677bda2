/* attune-cli-jobs.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-cli-output.h"

/* A copy of an a{sv} that more is to be added to. */
static void
init_dict (GVariantDict *dict,
           GVariant     *variant)
{
  g_variant_dict_init (dict, variant);
}

/* What is known of a job that was followed to its end, added to the answer. */
static void
add_end (GVariantDict *dict,
         AttuneJob    *job)
{
  g_autoptr (GError) error = attune_job_dup_error (job);
  const char *output = attune_job_get_output_path (job);
  const char *model = attune_job_get_fine_tuned_model (job);

  g_variant_dict_insert (dict, "status", "s", attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, (int) attune_job_get_status (job)));
  if (output != NULL)
    g_variant_dict_insert (dict, "outputPath", "s", output);
  if (model != NULL)
    g_variant_dict_insert (dict, "fineTunedModel", "s", model);
  if (attune_job_get_trained_tokens (job) >= 0)
    g_variant_dict_insert (dict, "trainedTokens", "x", attune_job_get_trained_tokens (job));
  if (!isnan (attune_job_get_metric (job, ATTUNE_METRIC_LOSS)))
    g_variant_dict_insert (dict, "loss", "d", attune_job_get_metric (job, ATTUNE_METRIC_LOSS));
  if (!isnan (attune_job_get_metric (job, ATTUNE_METRIC_EVAL_LOSS)))
    g_variant_dict_insert (dict, "evalLoss", "d", attune_job_get_metric (job, ATTUNE_METRIC_EVAL_LOSS));
  if (error != NULL)
    {
      g_auto (GVariantDict) reason = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&reason, "code", "s", attune_error_code_to_nick ((AttuneError) error->code));
      g_variant_dict_insert (&reason, "message", "s", error->message);
      g_variant_dict_insert_value (dict, "error", g_variant_dict_end (&reason));
    }
}

/* To standard error, since the answer is that the job was made. */
static void
tell_end (AttuneCli *self,
          AttuneJob *job)
{
  g_autoptr (GError) error = attune_job_dup_error (job);
  const char *output = attune_job_get_output_path (job);

  if (attune_job_get_status (job) != ATTUNE_JOB_STATUS_SUCCEEDED)
    {
      self->exit_status = 1;
      if (error != NULL)
        attune_cli_message (_("The job failed: %s"), error->message);
      else
        attune_cli_message (_("The job ended: %s"), attune_job_status_get_title (attune_job_get_status (job)));
    }
  else if (!self->json)
    {
      if (output != NULL)
        attune_cli_print (_("Done. The result lies in “%s”.\n"), output);
      else
        attune_cli_print ("%s\n", _("Done."));
    }
}

static gboolean
wait_for_end (AttuneCli  *self,
              AttuneJob  *job,
              GVariant   *answer,
              GError    **error)
{
  g_auto (GVariantDict) dict = { 0 };

  init_dict (&dict, answer);
  if (!attune_cli_watch (self, job, ATTUNE_CLI_WATCH_BAR, error))
    {
      if (self->json && attune_error_is_cancelled (*error))
        {
          /* The job was made, and whoever asked for it needs its id. */
          add_end (&dict, job);
          {
            g_autoptr (GVariant) left = g_variant_ref_sink (g_variant_dict_end (&dict));

            attune_cli_answer_variant (self, left);
          }
        }
      return FALSE;
    }

  tell_end (self, job);
  if (self->json)
    {
      g_autoptr (GVariant) ended = NULL;

      add_end (&dict, job);
      ended = g_variant_ref_sink (g_variant_dict_end (&dict));
      attune_cli_answer_variant (self, ended);
    }

  return TRUE;
}

/* What does not keep a job from starting, but should be known: above all what the provider does not take. */
static gboolean
tell_warnings (AttuneCli              *self,
               const AttuneMigration  *document,
               GError                **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) issues = NULL;

  if (!attune_cli_fill_parameters (document, &dict, TRUE, error))
    return FALSE;
  result = attune_cli_call (self, "config-check", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return FALSE;

  issues = g_variant_lookup_value (result, "issues", NULL);
  for (gsize i = 0; issues != NULL && i < g_variant_n_children (issues); i++)
    {
      g_autoptr (GVariant) issue = g_variant_get_child_value (issues, i);

      if (g_strcmp0 (attune_cli_get_text (issue, "severity"), "warning") == 0)
        attune_cli_message (_("Warning: %s: %s"), attune_cli_get_text (issue, "path"), attune_cli_get_text (issue, "message"));
    }

  return TRUE;
}

gboolean
attune_cli_job_create (AttuneCli  *self,
                       GError    **error)
{
  g_autoptr (AttuneMigration) document = attune_cli_load_document (self, error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) result = NULL;
  AttuneJob *job;
  const char *id;

  if (document == NULL || !tell_warnings (self, document, error) || !attune_cli_fill_parameters (document, &dict, TRUE, error))
    return FALSE;

  if (document->name != NULL)
    g_variant_dict_insert (&dict, "name", "s", document->name);
  if (document->persona_id != NULL)
    g_variant_dict_insert (&dict, "personaId", "s", document->persona_id);

  result = attune_cli_call (self, "job-create", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return FALSE;

  id = attune_cli_get_text (result, "jobId");
  if (!self->json)
    {
      double duration = attune_cli_get_double (result, "estimatedDuration");
      double cost = attune_cli_get_double (result, "estimatedCost");
      g_autofree char *duration_text = attune_cli_format_duration (duration);

      attune_cli_print (_("Job %s was started.\n"), id);
      if (!isnan (duration))
        attune_cli_print (_("It will take about %s.\n"), duration_text);
      if (!isnan (cost))
        attune_cli_print (_("It will cost about %.2f $.\n"), cost);
      if (!self->options.wait)
        attune_cli_print (_("“attunectl job-watch %.8s” follows it.\n"), id);
    }

  if (!self->options.wait)
    {
      if (self->json)
        attune_cli_answer_variant (self, result);
      return TRUE;
    }

  job = attune_job_store_find (self->jobs, id, error);

  return job != NULL && wait_for_end (self, job, result, error);
}

gboolean
attune_cli_job_watch (AttuneCli  *self,
                      GError    **error)
{
  AttuneJob *job = attune_cli_find_job (self, error);

  if (job == NULL)
    return FALSE;

  /* Here the lines are the answer. */
  self->has_answered = self->json;
  if (!attune_cli_watch (self, job, self->json ? ATTUNE_CLI_WATCH_LINES : ATTUNE_CLI_WATCH_BAR, error))
    return FALSE;

  tell_end (self, job);

  return TRUE;
}

static void
print_field (const char *title,
             const char *value)
{
  if (value != NULL && *value != '\0')
    attune_cli_print ("%s: %s\n", title, value);
}

gboolean
attune_cli_job_status (AttuneCli  *self,
                       GError    **error)
{
  AttuneJob *job = attune_cli_find_job (self, error);
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GError) job_error = NULL;
  g_autofree char *created = NULL;
  g_autofree char *finished = NULL;
  g_autofree char *remaining = NULL;
  g_autofree char *loss = NULL;
  g_autofree char *eval_loss = NULL;

  if (job == NULL)
    return FALSE;

  result = attune_cli_call_for_job (self, "job-status", error);
  if (result == NULL)
    return FALSE;

  if (self->json)
    {
      attune_cli_answer_variant (self, result);
      return TRUE;
    }

  job = attune_cli_find_job (self, error);
  if (job == NULL)
    return FALSE;

  job_error = attune_job_dup_error (job);
  created = attune_cli_format_time (attune_job_get_created_at (job));
  finished = attune_cli_format_time (attune_job_get_finished_at (job));
  remaining = attune_cli_format_duration (attune_job_get_time_remaining (job));
  loss = attune_cli_format_number (attune_job_get_metric (job, ATTUNE_METRIC_LOSS));
  eval_loss = attune_cli_format_number (attune_job_get_metric (job, ATTUNE_METRIC_EVAL_LOSS));

  print_field (_("Job"), attune_job_get_id (job));
  print_field (_("Name"), attune_job_get_name (job));
  print_field (_("Provider"), attune_job_get_provider (job));
  print_field (_("State"), attune_job_status_get_title (attune_job_get_status (job)));
  if (attune_job_get_total_steps (job) > 0)
    attune_cli_print (_("Step: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " (%.0f %%)\n"), attune_job_get_step (job),
                      attune_job_get_total_steps (job), attune_job_get_progress (job) * 100);
  print_field (_("Loss"), loss);
  print_field (_("Evaluation loss"), eval_loss);
  if (!attune_job_status_is_final (attune_job_get_status (job)))
    print_field (_("Time left"), remaining);
  print_field (_("Created"), created);
  print_field (_("Finished"), finished);
  print_field (_("Model"), attune_job_get_fine_tuned_model (job));
  print_field (_("Result"), attune_job_get_output_path (job));
  if (job_error != NULL)
    print_field (_("Error"), job_error->message);

  return TRUE;
}

gboolean
attune_cli_job_list (AttuneCli  *self,
                     GError    **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) jobs = NULL;
  g_autoptr (AttuneCliTable) table = NULL;

  if (self->options.status != NULL)
    g_variant_dict_insert (&dict, "status", "s", self->options.status);
  if (self->options.provider != NULL)
    g_variant_dict_insert (&dict, "provider", "s", self->options.provider);

  result = attune_cli_call (self, "job-list", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return FALSE;

  if (self->json)
    {
      attune_cli_answer_variant (self, result);
      return TRUE;
    }

  table = attune_cli_table_new (_("Job"), _("State"), _(">Progress"), _(">Loss"), _("Provider"), _("Created"), _("Name"), NULL);
  jobs = g_variant_lookup_value (result, "jobs", NULL);
  for (gsize i = 0; jobs != NULL && i < g_variant_n_children (jobs); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (jobs, i);
      const char *id = attune_cli_get_text (entry, "jobId");
      AttuneJob *job = id != NULL ? attune_job_store_lookup (self->jobs, id) : NULL;
      g_autofree char *short_id = NULL;
      g_autofree char *progress = NULL;
      g_autofree char *loss = NULL;
      g_autofree char *created = NULL;

      if (job == NULL)
        continue;

      short_id = g_strndup (id, 8);
      progress = g_strdup_printf ("%.0f %%", attune_job_get_progress (job) * 100);
      loss = attune_cli_format_number (attune_job_get_metric (job, ATTUNE_METRIC_LOSS));
      created = attune_cli_format_time (attune_job_get_created_at (job));
      attune_cli_table_add (table, short_id, attune_job_status_get_title (attune_job_get_status (job)), progress, loss,
                            attune_job_get_provider (job), created, attune_job_get_name (job));
    }
  attune_cli_table_print (table);

  return TRUE;
}

/* The commands that only change the state of a job. */
static GVariant *
change_job (AttuneCli   *self,
            const char  *command,
            gboolean     answers,
            GError     **error)
{
  g_autoptr (GVariant) result = attune_cli_call_for_job (self, command, error);
  const char *status;
  int value;

  if (result == NULL)
    return NULL;

  if (!answers)
    return g_steal_pointer (&result);

  status = attune_cli_get_text (result, "status");
  if (self->json)
    attune_cli_answer_variant (self, result);
  else if (attune_enum_from_nick (ATTUNE_TYPE_JOB_STATUS, status, &value))
    attune_cli_print ("%s\n", attune_job_status_get_title ((AttuneJobStatus) value));

  return g_steal_pointer (&result);
}

gboolean
attune_cli_job_cancel (AttuneCli  *self,
                       GError    **error)
{
  g_autoptr (GVariant) result = change_job (self, "job-cancel", TRUE, error);

  return result != NULL;
}

gboolean
attune_cli_job_pause (AttuneCli  *self,
                      GError    **error)
{
  g_autoptr (GVariant) result = change_job (self, "job-pause", TRUE, error);

  return result != NULL;
}

gboolean
attune_cli_job_resume (AttuneCli  *self,
                       GError    **error)
{
  g_autoptr (GVariant) result = change_job (self, "job-resume", !self->options.wait, error);
  AttuneJob *job;

  if (result == NULL || !self->options.wait)
    return result != NULL;

  job = attune_cli_find_job (self, error);

  return job != NULL && wait_for_end (self, job, result, error);
}

gboolean
attune_cli_job_delete (AttuneCli  *self,
                       GError    **error)
{
  g_autoptr (GVariant) result = change_job (self, "job-delete", FALSE, error);

  if (result == NULL)
    return FALSE;

  if (self->json)
    attune_cli_answer_variant (self, result);
  else
    attune_cli_print ("%s\n", _("Deleted."));

  return TRUE;
}
