/* attune-dataset-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-row.h"

#include <glib/gi18n-lib.h>

#include "attune-dataset-actions.h"
#include "attune-problems-dialog.h"

struct _AttuneDatasetRow {
  AdwActionRow   parent_instance;

  GtkImage      *icon;
  GtkMenuButton *menu_button;

  AttuneDataset *dataset;
};

enum { PROP_DATASET = 1, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { REMOVE_REQUESTED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneDatasetRow, attune_dataset_row, ADW_TYPE_ACTION_ROW)

static void
update (AttuneDatasetRow *self)
{
  g_autofree char *subtitle = attune_dataset_actions_describe (self->dataset);
  g_autofree char *actions = NULL;
  gboolean problems = attune_dataset_get_n_problems (self->dataset) > 0;

  g_assert (ATTUNE_IS_DATASET_ROW (self));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), attune_dataset_get_name (self->dataset));
  if (problems && attune_dataset_get_first_problem (self->dataset) != NULL)
    {
      g_autofree char *with_problem = g_strdup_printf ("%s\n%s", subtitle, attune_dataset_get_first_problem (self->dataset));

      adw_action_row_set_subtitle (ADW_ACTION_ROW (self), with_problem);
    }
  else
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);

  gtk_image_set_from_icon_name (self->icon, problems ? "dialog-warning-symbolic" : "x-office-spreadsheet-symbolic");
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), (const char *[]) { problems ? "warning" : "dim-label", NULL });
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), attune_dataset_get_path (self->dataset));
  /* translators: a button; %s is the name of a data set */
  actions = g_strdup_printf (_("Actions for “%s”"), attune_dataset_get_name (self->dataset));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu_button), GTK_ACCESSIBLE_PROPERTY_LABEL, actions, -1);
}

static void
show_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  adw_dialog_present (attune_problems_dialog_new (ATTUNE_DATASET_ROW (widget)->dataset), widget);
}

static void
new_job_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  gtk_widget_activate_action (widget, "win.new-job-with-dataset", "s",
                              attune_dataset_get_id (ATTUNE_DATASET_ROW (widget)->dataset));
}

static void
remove_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  g_signal_emit (widget, signals[REMOVE_REQUESTED], 0);
}

static void
attune_dataset_row_constructed (GObject *object)
{
  AttuneDatasetRow *self = ATTUNE_DATASET_ROW (object);

  G_OBJECT_CLASS (attune_dataset_row_parent_class)->constructed (object);

  g_signal_connect_object (self->dataset, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
attune_dataset_row_dispose (GObject *object)
{
  AttuneDatasetRow *self = ATTUNE_DATASET_ROW (object);

  g_clear_object (&self->dataset);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_DATASET_ROW);

  G_OBJECT_CLASS (attune_dataset_row_parent_class)->dispose (object);
}

static void
attune_dataset_row_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  AttuneDatasetRow *self = ATTUNE_DATASET_ROW (object);

  switch (prop_id)
    {
    case PROP_DATASET:
      self->dataset = g_value_dup_object (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_dataset_row_class_init (AttuneDatasetRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = attune_dataset_row_constructed;
  object_class->dispose = attune_dataset_row_dispose;
  object_class->set_property = attune_dataset_row_set_property;

  properties[PROP_DATASET] =
    g_param_spec_object ("dataset", NULL, NULL, ATTUNE_TYPE_DATASET,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[REMOVE_REQUESTED] = g_signal_new ("remove-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                            0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-dataset-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneDatasetRow, icon);
  gtk_widget_class_bind_template_child (widget_class, AttuneDatasetRow, menu_button);
  gtk_widget_class_install_action (widget_class, "dataset.show", NULL, show_action);
  gtk_widget_class_install_action (widget_class, "dataset.new-job", NULL, new_job_action);
  gtk_widget_class_install_action (widget_class, "dataset.remove", NULL, remove_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "dataset.remove", NULL);
}

static void
attune_dataset_row_init (AttuneDatasetRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
attune_dataset_row_new (AttuneDataset *dataset)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (dataset), NULL);

  return g_object_new (ATTUNE_TYPE_DATASET_ROW, "dataset", dataset, NULL);
}

AttuneDataset *
attune_dataset_row_get_dataset (AttuneDatasetRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_ROW (self), NULL);

  return self->dataset;
}
