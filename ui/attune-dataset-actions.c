/* attune-dataset-actions.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-actions.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-format.h"

gboolean
attune_dataset_actions_check_entity (AttuneDataset  *dataset,
                                     GCancellable   *cancellable,
                                     GError        **error)
{
  g_autoptr (AttuneDatasetReport) report = NULL;
  g_autofree char *first = NULL;

  g_return_val_if_fail (ATTUNE_IS_DATASET (dataset), FALSE);

  report = attune_dataset_check (attune_dataset_get_path (dataset), NULL, 0, cancellable, error);
  if (report == NULL)
    return FALSE;

  if (report->problems != NULL && report->problems->len > 0)
    {
      const AttuneProblem *problem = &g_array_index (report->problems, AttuneProblem, 0);

      /* translators: the place of a problem in a file, and what it is */
      first = g_strdup_printf (_("line %" G_GINT64_FORMAT ": %s"), problem->line, problem->message);
    }
  attune_dataset_set_checked (dataset, report->format, report->size, report->sha256,
                              report->rows, report->n_problems, first);

  return TRUE;
}

void
attune_dataset_actions_add_async (AttuneCommands      *commands,
                                  const char          *path,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  GVariantBuilder parameters;

  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (path != NULL);

  g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&parameters, "{sv}", "path", g_variant_new_string (path));
  attune_commands_call_async (commands, "dataset-add", g_variant_builder_end (&parameters), cancellable,
                              callback, user_data);
}

char *
attune_dataset_actions_add_finish (AttuneCommands  *commands,
                                   GAsyncResult    *result,
                                   GError         **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) dataset = NULL;
  char *id = NULL;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);

  reply = attune_commands_call_finish (commands, result, error);
  if (reply == NULL)
    return NULL;

  dataset = g_variant_lookup_value (reply, "dataset", G_VARIANT_TYPE_VARDICT);
  if (dataset == NULL || !g_variant_lookup (dataset, "id", "s", &id))
    g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("The data set was added, but its id is missing"));

  return id;
}

typedef struct {
  char *path;
} ReportState;

static void
report_state_free (ReportState *state)
{
  g_free (state->path);
  g_free (state);
}

static void
report_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  ReportState *state = task_data;
  AttuneDatasetReport *report;
  g_autoptr (GError) error = NULL;

  report = attune_dataset_check (state->path, NULL, 0, cancellable, &error);
  if (report == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, report, (GDestroyNotify) attune_dataset_report_free);
}

void
attune_dataset_actions_report_async (AttuneDataset       *dataset,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  ReportState *state;

  g_return_if_fail (ATTUNE_IS_DATASET (dataset));

  state = g_new0 (ReportState, 1);
  state->path = g_strdup (attune_dataset_get_path (dataset));
  task = g_task_new (dataset, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_dataset_actions_report_async);
  g_task_set_task_data (task, state, (GDestroyNotify) report_state_free);
  g_task_run_in_thread (task, report_thread);
}

AttuneDatasetReport *
attune_dataset_actions_report_finish (AttuneDataset  *dataset,
                                      GAsyncResult   *result,
                                      GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, dataset), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == attune_dataset_actions_report_async, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
attune_dataset_actions_is_data_file (GFile *file)
{
  static const char * const endings[] = { ".jsonl", ".ndjson", ".json" };
  g_autofree char *name = NULL;
  g_autofree char *folded = NULL;

  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  name = g_file_get_basename (file);
  if (name == NULL || g_file_peek_path (file) == NULL)
    return FALSE;
  folded = g_utf8_strdown (name, -1);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (folded, endings[i]))
      return TRUE;

  return FALSE;
}

gboolean
attune_dataset_actions_is_validation_file (GFile *file)
{
  static const char * const words[] = { "valid", "val.", "val-", "val_", "eval", "test" };
  g_autofree char *name = NULL;
  g_autofree char *folded = NULL;

  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  name = g_file_get_basename (file);
  if (name == NULL)
    return FALSE;
  folded = g_utf8_strdown (name, -1);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strstr_len (folded, -1, words[i]) != NULL)
      return TRUE;

  return FALSE;
}

GListModel *
attune_dataset_actions_new_filters (void)
{
  GListStore *filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) data = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (data, _("Training Data"));
  gtk_file_filter_add_suffix (data, "jsonl");
  gtk_file_filter_add_suffix (data, "ndjson");
  gtk_file_filter_add_suffix (data, "json");
  gtk_file_filter_set_name (all, _("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  g_list_store_append (filters, data);
  g_list_store_append (filters, all);

  return G_LIST_MODEL (filters);
}

static const char *
get_format_title (const char *format)
{
  static const struct { const char *word; const char *title; } titles[] = {
    { "chat", N_("Chat") },
    { "prompt-completion", N_("Prompt and completion") },
    { "alpaca", N_("Instructions") },
    { "sharegpt", N_("ShareGPT") },
    { "preference", N_("Preferences") },
    { "text", N_("Plain text") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_strcmp0 (format, titles[i].word) == 0)
      return _(titles[i].title);

  return format;
}

char *
attune_dataset_actions_describe (AttuneDataset *dataset)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *format;
  gint64 rows, tokens, problems;

  g_return_val_if_fail (ATTUNE_IS_DATASET (dataset), NULL);

  format = attune_dataset_get_format (dataset);
  rows = attune_dataset_get_rows (dataset);
  tokens = attune_dataset_get_tokens (dataset);
  problems = attune_dataset_get_n_problems (dataset);
  if (format == NULL && rows <= 0)
    return g_strdup (attune_dataset_get_n_problems (dataset) > 0 && attune_dataset_get_first_problem (dataset) != NULL
                     ? attune_dataset_get_first_problem (dataset) : _("Not checked yet"));

  {
    g_autofree char *count = attune_format_count (rows);

    g_string_append_printf (text, ngettext ("%s row", "%s rows", (gulong) rows), count);
  }
  if (format != NULL)
    g_string_append_printf (text, " · %s", get_format_title (format));
  if (tokens >= 0)
    {
      g_autofree char *count = attune_format_count (tokens);

      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%s token", "%s tokens", (gulong) tokens), count);
    }
  if (attune_dataset_get_size (dataset) > 0)
    {
      g_autofree char *size = g_format_size ((guint64) attune_dataset_get_size (dataset));

      g_string_append_printf (text, " · %s", size);
    }
  if (problems > 0)
    {
      g_autofree char *count = attune_format_count (problems);

      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%s problem", "%s problems", (gulong) problems), count);
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}
