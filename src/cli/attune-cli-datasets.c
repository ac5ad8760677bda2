/* attune-cli-datasets.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <glib/gi18n-lib.h>

#include "attune-cli-output.h"
#include "attune-dataset-reader.h"
#include "attune-local-adapter.h"

gboolean
attune_cli_check_dataset (AttuneDataset  *dataset,
                          GCancellable   *cancellable,
                          GError        **error)
{
  g_autoptr (AttuneDatasetReport) report = NULL;
  g_autofree char *first = NULL;

  report = attune_dataset_check (attune_dataset_get_path (dataset), NULL, 0, cancellable, error);
  if (report == NULL)
    return FALSE;

  /* Rows that are used all the same are no problem of the data set. */
  for (guint i = 0; i < report->problems->len && first == NULL; i++)
    {
      const AttuneProblem *problem = &g_array_index (report->problems, AttuneProblem, i);

      if (problem->severity == ATTUNE_PROBLEM_ERROR)
        first = g_strdup_printf (_("line %" G_GINT64_FORMAT ": %s"), problem->line, problem->message);
    }
  attune_dataset_set_checked (dataset, report->format, report->size, report->sha256, report->rows, report->n_left_out, first);

  return TRUE;
}

/* Says what is wrong with a data set that was checked; FALSE where it is fit for training. */
static gboolean
print_problems (GVariant *dataset)
{
  gint64 n_problems = attune_cli_get_integer (dataset, "nProblems");
  const char *first = attune_cli_get_text (dataset, "firstProblem");

  if (n_problems <= 0)
    return FALSE;

  attune_cli_message (ngettext ("%" G_GINT64_FORMAT " problem, the first in %s", "%" G_GINT64_FORMAT " problems, the first in %s", (gulong) n_problems),
                      n_problems, first != NULL ? first : "?");
  attune_cli_message (_("“attunectl dataset-check” lists them."));

  return TRUE;
}

gboolean
attune_cli_dataset_add (AttuneCli  *self,
                        GError    **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *path = g_canonicalize_filename (self->arguments[0], NULL);
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) dataset = NULL;

  g_variant_dict_insert (&dict, "path", "s", path);
  if (self->options.name != NULL)
    g_variant_dict_insert (&dict, "name", "s", self->options.name);
  result = attune_cli_call (self, "dataset-add", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return FALSE;

  dataset = g_variant_lookup_value (result, "dataset", G_VARIANT_TYPE_VARDICT);
  if (self->json)
    {
      attune_cli_answer_variant (self, dataset != NULL ? dataset : result);
      return TRUE;
    }

  if (dataset != NULL)
    {
      attune_cli_print (_("%s: “%s”, %" G_GINT64_FORMAT " rows, format %s\n"), attune_cli_get_text (dataset, "id"),
                        attune_cli_get_text (dataset, "name"), attune_cli_get_integer (dataset, "rows"),
                        attune_cli_get_text (dataset, "format"));
      print_problems (dataset);
    }

  return TRUE;
}

gboolean
attune_cli_dataset_list (AttuneCli  *self,
                         GError    **error)
{
  g_autoptr (GVariant) result = attune_cli_call (self, "dataset-list", g_variant_new ("a{sv}", NULL), error);
  g_autoptr (GVariant) datasets = NULL;
  g_autoptr (AttuneCliTable) table = NULL;

  if (result == NULL)
    return FALSE;

  if (self->json)
    {
      attune_cli_answer_variant (self, result);
      return TRUE;
    }

  table = attune_cli_table_new (_("Data Set"), _("Name"), _("Format"), _(">Rows"), _(">Size"), _(">Problems"), _("File"), NULL);
  datasets = g_variant_lookup_value (result, "datasets", NULL);
  for (gsize i = 0; datasets != NULL && i < g_variant_n_children (datasets); i++)
    {
      g_autoptr (GVariant) dataset = g_variant_get_child_value (datasets, i);
      const char *id = attune_cli_get_text (dataset, "id");
      gint64 size = attune_cli_get_integer (dataset, "size");
      g_autofree char *short_id = g_strndup (id != NULL ? id : "", 8);
      g_autofree char *rows = g_strdup_printf ("%" G_GINT64_FORMAT, attune_cli_get_integer (dataset, "rows"));
      g_autofree char *problems = g_strdup_printf ("%" G_GINT64_FORMAT, MAX (0, attune_cli_get_integer (dataset, "nProblems")));
      g_autofree char *size_text = size >= 0 ? g_format_size ((guint64) size) : NULL;

      attune_cli_table_add (table, short_id, attune_cli_get_text (dataset, "name"), attune_cli_get_text (dataset, "format"), rows,
                            size_text, problems, attune_cli_get_text (dataset, "path"));
    }
  attune_cli_table_print (table);

  return TRUE;
}

static JsonNode *
report_to_json (const AttuneDatasetReport *report,
                const char                *path)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *problems = json_array_new ();

  for (guint i = 0; i < report->problems->len; i++)
    {
      const AttuneProblem *problem = &g_array_index (report->problems, AttuneProblem, i);
      JsonObject *entry = json_object_new ();

      json_object_set_int_member (entry, "line", problem->line);
      if (problem->column > 0)
        json_object_set_int_member (entry, "column", problem->column);
      json_object_set_string_member (entry, "severity", problem->severity == ATTUNE_PROBLEM_ERROR ? "error" : "note");
      json_object_set_string_member (entry, "message", problem->message);
      json_array_add_object_element (problems, entry);
    }

  json_object_set_string_member (object, "path", path);
  json_object_set_string_member (object, "format", report->format != NULL ? report->format : "");
  json_object_set_int_member (object, "size", report->size);
  json_object_set_string_member (object, "sha256", report->sha256 != NULL ? report->sha256 : "");
  json_object_set_int_member (object, "rows", report->rows);
  json_object_set_int_member (object, "nProblems", report->n_problems);
  json_object_set_int_member (object, "nLeftOut", report->n_left_out);
  json_object_set_array_member (object, "problems", problems);
  if (report->tokens >= 0)
    {
      json_object_set_int_member (object, "tokens", report->tokens);
      json_object_set_int_member (object, "trainedTokens", report->trained_tokens);
      json_object_set_int_member (object, "longest", report->longest);
      json_object_set_int_member (object, "tooLong", report->too_long);
    }
  json_node_take_object (node, object);

  return node;
}

static void
print_report (const AttuneDatasetReport *report,
              const char                *path)
{
  g_autofree char *size = g_format_size ((guint64) report->size);

  attune_cli_print (_("%s: format %s, %" G_GINT64_FORMAT " good rows, %s\n"), path, report->format != NULL ? report->format : "–", report->rows, size);
  if (report->tokens >= 0)
    attune_cli_print (_("%" G_GINT64_FORMAT " tokens, %" G_GINT64_FORMAT " of them learnt; the longest row has %" G_GINT64_FORMAT
                        ", %" G_GINT64_FORMAT " rows are too long\n"),
                      report->tokens, report->trained_tokens, report->longest, report->too_long);

  for (guint i = 0; i < report->problems->len; i++)
    {
      const AttuneProblem *problem = &g_array_index (report->problems, AttuneProblem, i);

      const char *kind = problem->severity == ATTUNE_PROBLEM_ERROR ? _("error") : _("note");

      if (problem->column > 0)
        attune_cli_print ("%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ": %s: %s\n", path, problem->line, problem->column, kind, problem->message);
      else
        attune_cli_print ("%s:%" G_GINT64_FORMAT ": %s: %s\n", path, problem->line, kind, problem->message);
    }
  if (report->n_problems > report->problems->len)
    attune_cli_print (_("… and %" G_GINT64_FORMAT " more\n"), report->n_problems - report->problems->len);
}

gboolean
attune_cli_dataset_check (AttuneCli  *self,
                          GError    **error)
{
  const char *path = self->arguments[0];
  g_autoptr (AttuneDatasetReport) report = NULL;
  g_autofree char *model_folder = NULL;

  if (self->options.sequence_length < 0)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("--sequence-length: a number of tokens above 0 is expected."));
      return FALSE;
    }

  if (self->options.model != NULL)
    {
      AttuneAdapter *adapter = attune_registry_lookup (self->registry, "local", error);
      g_autoptr (AttuneLocalModel) model = NULL;

      if (adapter == NULL)
        return FALSE;
      model = attune_local_adapter_dup_model (ATTUNE_LOCAL_ADAPTER (adapter), self->options.model, error);
      if (model == NULL)
        return FALSE;
      model_folder = g_strdup (model->path);
    }

  report = attune_dataset_check (path, model_folder, (guint) self->options.sequence_length, self->cancellable, error);
  if (report == NULL)
    return FALSE;

  if (report->n_left_out > 0 || report->rows == 0)
    self->exit_status = 2;
  if (self->json)
    {
      g_autoptr (JsonNode) node = report_to_json (report, path);

      attune_cli_answer_json (self, node);
    }
  else
    {
      print_report (report, path);
    }

  return TRUE;
}
