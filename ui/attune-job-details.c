/* attune-job-details.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-details.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "attune-format.h"

static void
add_detail (GtkGrid    *grid,
            const char *title,
            const char *value)
{
  GtkWidget *title_label;
  GtkWidget *value_label;
  int row = 0;

  if (value == NULL || *value == '\0')
    return;

  while (gtk_grid_get_child_at (grid, 0, row) != NULL)
    row++;
  title_label = gtk_label_new (title);
  gtk_label_set_xalign (GTK_LABEL (title_label), 0);
  gtk_widget_set_valign (title_label, GTK_ALIGN_START);
  gtk_widget_add_css_class (title_label, "dim-label");
  gtk_widget_add_css_class (title_label, "caption");
  value_label = gtk_label_new (value);
  gtk_label_set_xalign (GTK_LABEL (value_label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (value_label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_tooltip_text (value_label, value);
  gtk_label_set_selectable (GTK_LABEL (value_label), TRUE);
  gtk_widget_set_hexpand (value_label, TRUE);
  gtk_widget_add_css_class (value_label, "caption");
  gtk_widget_add_css_class (value_label, "numeric");
  gtk_accessible_update_relation (GTK_ACCESSIBLE (value_label), GTK_ACCESSIBLE_RELATION_LABELLED_BY, title_label, NULL, -1);
  gtk_grid_attach (grid, title_label, 0, row, 1, 1);
  gtk_grid_attach (grid, value_label, 1, row, 1, 1);
}

static void
add_time (GtkGrid    *grid,
          const char *title,
          gint64      time)
{
  g_autofree char *text = time > 0 ? attune_format_time (time) : NULL;

  add_detail (grid, title, text);
}

/* A setting under its own title, where it was set. */
static void
add_setting (GtkGrid             *grid,
             AttuneConfiguration *configuration,
             const char          *path)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);
  g_autoptr (GVariant) value = attune_configuration_dup_value (configuration, path);
  g_autofree char *text = value != NULL ? attune_parameter_format (parameter, value) : NULL;

  add_detail (grid, _(parameter->title), text);
}

GtkWidget *
attune_job_details_new (AttuneCommands *commands,
                        AttuneJob      *job)
{
  GtkGrid *grid;
  AttuneConfiguration *configuration;
  AttuneAdapter *adapter;
  g_autofree char *steps = NULL;
  g_autofree char *eval_loss = NULL;
  g_autofree char *tokens = NULL;
  double eval;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_spacing (grid, 12);
  gtk_grid_set_row_spacing (grid, 3);
  gtk_widget_set_margin_top (GTK_WIDGET (grid), 6);

  adapter = attune_registry_lookup (attune_commands_get_registry (commands), attune_job_get_provider (job), NULL);
  configuration = attune_job_get_configuration (job);
  if (attune_job_get_total_steps (job) > 0)
    {
      g_autofree char *step = attune_format_count (attune_job_get_step (job));
      g_autofree char *total = attune_format_count (attune_job_get_total_steps (job));

      /* translators: steps done of all steps */
      steps = g_strdup_printf (_("%s of %s"), step, total);
    }
  if (attune_job_get_trained_tokens (job) > 0)
    tokens = attune_format_count (attune_job_get_trained_tokens (job));
  eval = attune_job_get_metric (job, ATTUNE_METRIC_EVAL_LOSS);
  if (!isnan (eval))
    eval_loss = attune_format_loss (eval);

  add_detail (grid, _("Provider"), adapter != NULL ? attune_adapter_get_title (adapter) : attune_job_get_provider (job));
  add_setting (grid, configuration, "model.baseModel");
  add_setting (grid, configuration, "method.type");
  add_setting (grid, configuration, "schedule.epochs");
  add_detail (grid, _("Steps"), steps);
  add_detail (grid, _("Trained Tokens"), tokens);
  add_detail (grid, _("Evaluation Loss"), eval_loss);
  add_time (grid, _("Created"), attune_job_get_created_at (job));
  add_time (grid, _("Started"), attune_job_get_started_at (job));
  add_time (grid, _("Ended"), attune_job_get_finished_at (job));
  add_detail (grid, _("Tuned Model"), attune_job_get_fine_tuned_model (job));
  add_detail (grid, _("Job ID"), attune_job_get_id (job));
  add_detail (grid, _("ID at the Provider"), attune_job_get_provider_job_id (job));

  return GTK_WIDGET (grid);
}
