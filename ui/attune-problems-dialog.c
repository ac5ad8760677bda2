/* attune-problems-dialog.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-problems-dialog.h"

#include <glib/gi18n-lib.h>

#include "attune-dataset-actions.h"
#include "attune-dialogs.h"
#include "attune-error.h"
#include "attune-format.h"

struct _AttuneProblemsDialog {
  AdwDialog            parent_instance;

  GtkStack            *stack;
  AdwStatusPage       *error_page;
  AdwActionRow        *path_row;
  AdwActionRow        *rows_row;
  AdwPreferencesGroup *problems_group;

  GCancellable        *cancellable;
};

G_DEFINE_FINAL_TYPE (AttuneProblemsDialog, attune_problems_dialog, ADW_TYPE_DIALOG)

static void
add_problem (AttuneProblemsDialog *self,
             const AttuneProblem  *problem)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *place = NULL;

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), problem->message);
  if (problem->column > 0)
    place = g_strdup_printf (_("Line %" G_GINT64_FORMAT ", column %" G_GINT64_FORMAT), problem->line, problem->column);
  else
    place = g_strdup_printf (_("Line %" G_GINT64_FORMAT), problem->line);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), place);
  adw_preferences_group_add (self->problems_group, row);
}

static void
reported_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (AttuneProblemsDialog) self = user_data;
  g_autoptr (AttuneDatasetReport) report = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *rows = NULL;
  g_autofree char *title = NULL;

  g_assert (ATTUNE_IS_PROBLEMS_DIALOG (self));

  report = attune_dataset_actions_report_finish (ATTUNE_DATASET (object), result, &error);
  if (attune_error_is_cancelled (error) || self->cancellable == NULL)
    return;
  if (report == NULL)
    {
      g_autofree char *text = attune_dialogs_describe_error (error);
      g_autofree char *escaped = g_markup_escape_text (text, -1);

      adw_status_page_set_description (self->error_page, escaped);
      gtk_stack_set_visible_child_name (self->stack, "error");
      return;
    }

  rows = attune_format_count (report->rows);
  adw_action_row_set_subtitle (self->rows_row, rows);
  for (guint i = 0; report->problems != NULL && i < report->problems->len; i++)
    add_problem (self, &g_array_index (report->problems, AttuneProblem, i));

  if (report->n_problems == 0)
    title = g_strdup (_("No Problems"));
  else
    title = g_strdup_printf (ngettext ("%" G_GINT64_FORMAT " Problem", "%" G_GINT64_FORMAT " Problems",
                                       (gulong) report->n_problems), report->n_problems);
  adw_preferences_group_set_title (self->problems_group, title);
  if (report->problems != NULL && report->n_problems > report->problems->len)
    {
      g_autofree char *shown = g_strdup_printf (_("The first %u are shown."), report->problems->len);

      adw_preferences_group_set_description (self->problems_group, shown);
    }
  else if (report->n_problems > 0)
    adw_preferences_group_set_description (self->problems_group, _("Rows with problems are left out of the training."));
  gtk_stack_set_visible_child_name (self->stack, "report");
}

static void
attune_problems_dialog_dispose (GObject *object)
{
  AttuneProblemsDialog *self = ATTUNE_PROBLEMS_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_PROBLEMS_DIALOG);

  G_OBJECT_CLASS (attune_problems_dialog_parent_class)->dispose (object);
}

static void
attune_problems_dialog_closed (AdwDialog *dialog)
{
  AttuneProblemsDialog *self = ATTUNE_PROBLEMS_DIALOG (dialog);

  /* The thread holds a reference until it sees this. */
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static void
attune_problems_dialog_class_init (AttuneProblemsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_problems_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = attune_problems_dialog_closed;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-problems-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneProblemsDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneProblemsDialog, error_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneProblemsDialog, path_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneProblemsDialog, rows_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneProblemsDialog, problems_group);
}

static void
attune_problems_dialog_init (AttuneProblemsDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
attune_problems_dialog_new (AttuneDataset *dataset)
{
  AttuneProblemsDialog *self;
  g_autofree char *path = NULL;

  g_return_val_if_fail (ATTUNE_IS_DATASET (dataset), NULL);

  self = g_object_new (ATTUNE_TYPE_PROBLEMS_DIALOG, NULL);
  adw_dialog_set_title (ADW_DIALOG (self), attune_dataset_get_name (dataset));
  path = attune_format_path (attune_dataset_get_path (dataset));
  adw_action_row_set_subtitle (self->path_row, path);
  attune_dataset_actions_report_async (dataset, self->cancellable, reported_cb, g_object_ref (self));

  return ADW_DIALOG (self);
}
