/* attune-cli-records.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-cli-output.h"
#include "attune-json.h"

gboolean
attune_cli_job_events (AttuneCli  *self,
                       GError    **error)
{
  g_autoptr (GVariant) result = attune_cli_call_for_job (self, "job-events", error);
  g_autoptr (GVariant) events = NULL;

  if (result == NULL)
    return FALSE;

  if (self->json)
    {
      attune_cli_answer_variant (self, result);
      return TRUE;
    }

  events = g_variant_lookup_value (result, "events", NULL);
  for (gsize i = 0; events != NULL && i < g_variant_n_children (events); i++)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (events, i);
      g_autofree char *time = attune_cli_format_time (attune_cli_get_integer (event, "time"));

      attune_cli_print ("%s  %-7s  %s\n", time, attune_cli_get_text (event, "level"), attune_cli_get_text (event, "message"));
    }

  return TRUE;
}

/* One cell: empty for what was not measured, in the shortest form that reads back to the same number otherwise. */
static void
append_value (GString                 *line,
              const AttuneMetricPoint *point,
              AttuneMetric             metric)
{
  g_string_append_c (line, ',');
  if ((point->set & (1u << metric)) != 0)
    {
      g_autofree char *text = attune_json_format_double (point->values[metric]);

      g_string_append (line, text);
    }
}

static void
print_csv (GArray *points)
{
  attune_cli_print ("step,epoch,time");
  for (int i = 0; i < ATTUNE_N_METRICS; i++)
    attune_cli_print (",%s", attune_metric_to_name ((AttuneMetric) i));
  attune_cli_print ("\n");

  for (guint i = 0; i < points->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);
      g_autoptr (GString) line = g_string_new (NULL);
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc_usec (point->time);
      g_autofree char *time_text = time != NULL ? g_date_time_format_iso8601 (time) : g_strdup ("");
      g_autofree char *epoch = isnan (point->epoch) ? g_strdup ("") : attune_json_format_double (point->epoch);

      g_string_append_printf (line, "%" G_GINT64_FORMAT ",%s,%s", point->step, epoch, time_text);
      for (int j = 0; j < ATTUNE_N_METRICS; j++)
        append_value (line, point, (AttuneMetric) j);
      attune_cli_print ("%s\n", line->str);
    }
}

static char *
format_value (const AttuneMetricPoint *point,
              AttuneMetric             metric)
{
  return (point->set & (1u << metric)) != 0 ? attune_cli_format_number (point->values[metric]) : NULL;
}

static void
print_points (GArray *points)
{
  g_autoptr (AttuneCliTable) table = attune_cli_table_new (_(">Step"), _(">Epoch"), _(">Loss"), _(">Evaluation Loss"), _(">Learning Rate"),
                                                           _(">Gradient Norm"), _(">Tokens/s"), NULL);

  for (guint i = 0; i < points->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);
      g_autofree char *step = g_strdup_printf ("%" G_GINT64_FORMAT, point->step);
      g_autofree char *epoch = isnan (point->epoch) ? NULL : g_strdup_printf ("%.2f", point->epoch);
      g_autofree char *loss = format_value (point, ATTUNE_METRIC_LOSS);
      g_autofree char *eval_loss = format_value (point, ATTUNE_METRIC_EVAL_LOSS);
      g_autofree char *rate = format_value (point, ATTUNE_METRIC_LEARNING_RATE);
      g_autofree char *norm = format_value (point, ATTUNE_METRIC_GRAD_NORM);
      g_autofree char *speed = (point->set & (1u << ATTUNE_METRIC_TOKENS_PER_SECOND)) != 0
                                 ? g_strdup_printf ("%.0f", point->values[ATTUNE_METRIC_TOKENS_PER_SECOND])
                                 : NULL;

      attune_cli_table_add (table, step, epoch, loss, eval_loss, rate, norm, speed);
    }
  attune_cli_table_print (table);
}

static JsonNode *
points_to_json (GArray *points)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < points->len; i++)
    {
      JsonObject *entry = json_object_new ();

      attune_cli_add_point (entry, &g_array_index (points, AttuneMetricPoint, i));
      json_array_add_object_element (array, entry);
    }
  json_object_set_array_member (object, "metrics", array);
  json_node_take_object (node, object);

  return node;
}

gboolean
attune_cli_job_metrics (AttuneCli  *self,
                        GError    **error)
{
  /* The call brings the store up to date; what is printed comes from there, its steps as whole numbers. */
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GArray) points = NULL;
  AttuneJob *job;
  goffset offset = 0;

  if (self->options.csv && self->json)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("--csv and --json exclude each other."));
      return FALSE;
    }

  result = attune_cli_call_for_job (self, "job-metrics", error);
  if (result == NULL)
    return FALSE;

  job = attune_cli_find_job (self, error);
  if (job == NULL)
    return FALSE;
  points = attune_job_store_read_metrics (self->jobs, job, &offset, error);
  if (points == NULL)
    return FALSE;

  if (self->json)
    {
      g_autoptr (JsonNode) node = points_to_json (points);

      attune_cli_answer_json (self, node);
    }
  else if (self->options.csv)
    print_csv (points);
  else
    print_points (points);

  return TRUE;
}

gboolean
attune_cli_job_checkpoints (AttuneCli  *self,
                            GError    **error)
{
  g_autoptr (GVariant) result = attune_cli_call_for_job (self, "job-checkpoints", error);
  g_autoptr (GVariant) checkpoints = NULL;
  g_autoptr (AttuneCliTable) table = NULL;

  if (result == NULL)
    return FALSE;

  if (self->json)
    {
      attune_cli_answer_variant (self, result);
      return TRUE;
    }

  table = attune_cli_table_new (_("Checkpoint"), _(">Step"), _(">Evaluation Loss"), _("Time"), _("Folder"), NULL);
  checkpoints = g_variant_lookup_value (result, "checkpoints", NULL);
  for (gsize i = 0; checkpoints != NULL && i < g_variant_n_children (checkpoints); i++)
    {
      g_autoptr (GVariant) checkpoint = g_variant_get_child_value (checkpoints, i);
      g_autofree char *step = g_strdup_printf ("%" G_GINT64_FORMAT, attune_cli_get_integer (checkpoint, "step"));
      g_autofree char *loss = attune_cli_format_number (attune_cli_get_double (checkpoint, "evalLoss"));
      g_autofree char *time = attune_cli_format_time (attune_cli_get_integer (checkpoint, "time"));

      attune_cli_table_add (table, attune_cli_get_text (checkpoint, "id"), step, loss, time, attune_cli_get_text (checkpoint, "path"));
    }
  attune_cli_table_print (table);

  return TRUE;
}

gboolean
attune_cli_job_download (AttuneCli  *self,
                         GError    **error)
{
  AttuneJob *job = attune_cli_find_job (self, error);
  g_autofree char *destination = g_canonicalize_filename (self->arguments[1], NULL);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) result = NULL;

  if (job == NULL)
    return FALSE;

  g_variant_dict_insert (&dict, "jobId", "s", attune_job_get_id (job));
  g_variant_dict_insert (&dict, "destination", "s", destination);
  result = attune_cli_call (self, "job-download", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return FALSE;

  if (self->json)
    attune_cli_answer_variant (self, result);
  else
    attune_cli_print (_("The result lies in “%s”.\n"), destination);

  return TRUE;
}
