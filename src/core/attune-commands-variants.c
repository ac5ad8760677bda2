/* attune-commands-variants.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-commands-private.h"

#include <math.h>

#include "attune-error.h"
#include "attune-job-private.h"

static void
add_text (GVariantDict *dict,
          const char   *name,
          const char   *text)
{
  if (text != NULL)
    g_variant_dict_insert (dict, name, "s", text);
}

static void
add_count (GVariantDict *dict,
           const char   *name,
           gint64        count)
{
  if (count != 0)
    g_variant_dict_insert (dict, name, "x", count);
}

static void
add_number (GVariantDict *dict,
            const char   *name,
            double        number)
{
  if (isfinite (number))
    g_variant_dict_insert (dict, name, "d", number);
}

GVariant *
attune_error_to_variant (const GError *error)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  AttuneError code = error->domain == ATTUNE_ERROR ? (AttuneError) error->code : ATTUNE_ERROR_FAILED;

  g_variant_dict_insert (&dict, "code", "s", attune_error_code_to_nick (code));
  g_variant_dict_insert (&dict, "message", "s", error->message);
  add_text (&dict, "remedy", attune_error_get_remedy (code));

  return g_variant_dict_end (&dict);
}

GVariant *
attune_event_to_variant (const AttuneEvent *event)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "time", "x", event->time);
  g_variant_dict_insert (&dict, "level", "s", event->level);
  g_variant_dict_insert (&dict, "message", "s", event->message);
  add_text (&dict, "id", event->id);

  return g_variant_dict_end (&dict);
}

GVariant *
attune_events_to_variant (GPtrArray *events,
                          guint      from)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = from; i < events->len; i++)
    g_variant_builder_add_value (&builder, attune_event_to_variant (g_ptr_array_index (events, i)));

  return g_variant_builder_end (&builder);
}

GVariant *
attune_checkpoints_to_variant (GPtrArray *checkpoints)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < checkpoints->len; i++)
    {
      const AttuneCheckpoint *checkpoint = g_ptr_array_index (checkpoints, i);
      GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&dict, "id", "s", checkpoint->id);
      g_variant_dict_insert (&dict, "step", "x", checkpoint->step);
      add_count (&dict, "time", checkpoint->time);
      add_text (&dict, "path", checkpoint->path);
      add_number (&dict, "evalLoss", checkpoint->eval_loss);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }

  return g_variant_builder_end (&builder);
}

/* Not finite ones too: a loss of NAN is what a person has to see. */
GVariant *
attune_metric_points_to_variant (GArray *points)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sd}"));

  for (guint i = 0; i < points->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);

      g_variant_builder_open (&builder, G_VARIANT_TYPE ("a{sd}"));
      g_variant_builder_add (&builder, "{sd}", "step", (double) point->step);
      if (!isnan (point->epoch))
        g_variant_builder_add (&builder, "{sd}", "epoch", point->epoch);
      if (point->time != 0)
        g_variant_builder_add (&builder, "{sd}", "time", (double) point->time);
      for (guint metric = 0; metric < ATTUNE_N_METRICS; metric++)
        if ((point->set & (1u << metric)) != 0)
          g_variant_builder_add (&builder, "{sd}", attune_metric_to_name (metric), point->values[metric]);
      g_variant_builder_close (&builder);
    }

  return g_variant_builder_end (&builder);
}

GVariant *
attune_job_to_variant (AttuneJob    *job,
                       GPtrArray    *events,
                       const GError *problem)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  GVariantBuilder metrics = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sd}"));
  g_autofree char *model = attune_configuration_dup_text (job->configuration, "model.baseModel");
  g_autoptr (GError) error = attune_job_dup_error (job);

  g_variant_dict_insert (&dict, "jobId", "s", job->id);
  g_variant_dict_insert (&dict, "name", "s", attune_job_get_name (job));
  add_text (&dict, "personaId", job->persona_id);
  add_text (&dict, "provider", job->provider);
  add_text (&dict, "providerJobId", job->provider_job_id);
  add_text (&dict, "baseModel", model);
  g_variant_dict_insert (&dict, "status", "s", attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, (int) job->status));
  g_variant_dict_insert (&dict, "progress", "d", job->progress);
  add_count (&dict, "step", job->step);
  add_count (&dict, "totalSteps", job->total_steps);
  add_count (&dict, "trainedTokens", job->trained_tokens);
  add_count (&dict, "createdAt", job->created_at);
  add_count (&dict, "startedAt", job->started_at);
  add_count (&dict, "finishedAt", job->finished_at);
  add_count (&dict, "updatedAt", job->updated_at);
  add_number (&dict, "estimatedCost", job->estimated_cost);
  add_number (&dict, "estimatedDuration", job->estimated_duration);
  add_number (&dict, "estimatedTimeRemaining", job->time_remaining);
  add_text (&dict, "fineTunedModel", job->fine_tuned_model);
  add_text (&dict, "outputPath", job->output_path);
  if (error != NULL)
    g_variant_dict_insert_value (&dict, "error", attune_error_to_variant (error));

  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    if (job->metric_steps[i] >= 0)
      g_variant_builder_add (&metrics, "{sd}", attune_metric_to_name (i), job->metrics[i]);
  g_variant_dict_insert_value (&dict, "metrics", g_variant_builder_end (&metrics));

  if (events != NULL)
    g_variant_dict_insert_value (&dict, "events", attune_events_to_variant (events, 0));
  if (problem != NULL)
    g_variant_dict_insert_value (&dict, "problem", attune_error_to_variant (problem));

  return g_variant_dict_end (&dict);
}

GVariant *
attune_commands_job_state (AttuneJob *job)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "jobId", "s", attune_job_get_id (job));
  g_variant_dict_insert (&dict, "status", "s",
                         attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, (int) attune_job_get_status (job)));

  return g_variant_dict_end (&dict);
}

GVariant *
attune_dataset_to_variant (AttuneDataset *dataset)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  gint64 added_at;
  gint64 checked_at;

  g_object_get (dataset, "added-at", &added_at, "checked-at", &checked_at, NULL);
  g_variant_dict_insert (&dict, "id", "s", attune_dataset_get_id (dataset));
  g_variant_dict_insert (&dict, "name", "s", attune_dataset_get_name (dataset));
  g_variant_dict_insert (&dict, "path", "s", attune_dataset_get_path (dataset));
  add_count (&dict, "addedAt", added_at);
  add_text (&dict, "format", attune_dataset_get_format (dataset));
  add_text (&dict, "sha256", attune_dataset_get_sha256 (dataset));
  add_text (&dict, "firstProblem", attune_dataset_get_first_problem (dataset));
  if (checked_at != 0)
    {
      g_variant_dict_insert (&dict, "checkedAt", "x", checked_at);
      g_variant_dict_insert (&dict, "size", "x", attune_dataset_get_size (dataset));
      g_variant_dict_insert (&dict, "rows", "x", attune_dataset_get_rows (dataset));
      g_variant_dict_insert (&dict, "nProblems", "x", attune_dataset_get_n_problems (dataset));
    }
  if (attune_dataset_get_tokens (dataset) >= 0)
    g_variant_dict_insert (&dict, "tokens", "x", attune_dataset_get_tokens (dataset));

  return g_variant_dict_end (&dict);
}

GVariant *
attune_validation_to_variant (AttuneValidation *validation)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (validation, i);
      GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&dict, "path", "s", issue->path);
      g_variant_dict_insert (&dict, "severity", "s", issue->severity == ATTUNE_SEVERITY_ERROR ? "error" : "warning");
      g_variant_dict_insert (&dict, "code", "s", issue->code);
      g_variant_dict_insert (&dict, "message", "s", issue->message);
      if (issue->repair != NULL)
        g_variant_dict_insert_value (&dict, "repair", issue->repair);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }

  return g_variant_builder_end (&builder);
}

void
attune_commands_note_progress (double      fraction,
                               const char *message,
                               gpointer    job)
{
  attune_job_set_activity (ATTUNE_JOB (job), message, fraction);
}
