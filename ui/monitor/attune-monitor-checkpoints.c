/* attune-monitor-checkpoints.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-checkpoints.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-monitor-files.h"
#include "attune-monitor-format.h"
#include "attune-ticks.h"

/* The result of a run on this computer, in its folder; the id of its row, which no checkpoint has. */
#define OUTPUT_NAME "output"

struct _AttuneMonitorCheckpoints {
  AdwBin                parent_instance;

  GtkStack             *stack;
  AdwPreferencesGroup  *group;

  AttuneCommands       *commands;
  AttuneMonitorMetrics *metrics;
  char                 *run_folder;
  GPtrArray            *rows;       /* borrowed from the group */
  guint64               eval_serial;
  guint                 update_id;
};

G_DEFINE_FINAL_TYPE (AttuneMonitorCheckpoints, attune_monitor_checkpoints, ADW_TYPE_BIN)

static AttuneJob *
get_job (AttuneMonitorCheckpoints *self)
{
  return attune_monitor_metrics_get_job (self->metrics);
}

/* The value that was measured at that very step; NAN where there is none. */
static double
get_metric (AttuneMonitorCheckpoints *self,
            AttuneMetric              metric,
            gint64                    step)
{
  AttuneSeries *series = attune_monitor_metrics_get_series (self->metrics, metric);
  guint index;

  if (attune_series_find_nearest (series, ATTUNE_SERIES_STEP, (double) step, &index) &&
      attune_series_get_x (series, ATTUNE_SERIES_STEP, index) == (double) step)
    return attune_series_get_y (series, index);

  return NAN;
}

/* What the checkpoint brings along, else the evaluation of that very step. */
static double
get_eval_loss (AttuneMonitorCheckpoints *self,
               const AttuneCheckpoint   *checkpoint)
{
  return !isnan (checkpoint->eval_loss) ? checkpoint->eval_loss
                                        : get_metric (self, ATTUNE_METRIC_EVAL_LOSS, checkpoint->step);
}

static int
compare_steps (gconstpointer a,
               gconstpointer b)
{
  const AttuneCheckpoint *left = *(AttuneCheckpoint * const *) a;
  const AttuneCheckpoint *right = *(AttuneCheckpoint * const *) b;

  return left->step < right->step ? 1 : left->step > right->step ? -1 : 0;
}

static char *
dup_output_folder (AttuneMonitorCheckpoints *self)
{
  return g_build_filename (self->run_folder, OUTPUT_NAME, NULL);
}

/* While the trainer works the files are its own. */
static gboolean
is_at_rest (AttuneMonitorCheckpoints *self)
{
  AttuneJobStatus status = attune_job_get_status (get_job (self));

  return attune_job_status_is_final (status) || status == ATTUNE_JOB_STATUS_PAUSED;
}

static gboolean
can_resume (AttuneMonitorCheckpoints *self)
{
  AttuneJob *job = get_job (self);
  AttuneAdapter *adapter =
    attune_registry_lookup (attune_commands_get_registry (self->commands), attune_job_get_provider (job), NULL);

  return adapter != NULL && attune_adapter_can (adapter, "resume") && is_at_rest (self) &&
         attune_job_get_status (job) != ATTUNE_JOB_STATUS_SUCCEEDED && attune_job_get_provider_job_id (job) != NULL;
}

/* Only what lies in the run's own folder is ours to delete. */
static gboolean
is_own (AttuneMonitorCheckpoints *self,
        const char               *path)
{
  g_autofree char *prefix = g_strconcat (self->run_folder, G_DIR_SEPARATOR_S, NULL);
  g_autofree char *canonical = g_canonicalize_filename (path, NULL);

  return g_str_has_prefix (canonical, prefix);
}

static gboolean
is_used (AttuneMonitorCheckpoints *self,
         const char               *path)
{
  return path != NULL && g_strcmp0 (attune_job_get_output_path (get_job (self)), path) == 0;
}

static void
append_item (GMenu      *menu,
             const char *label,
             const char *action,
             const char *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  if (target != NULL)
    g_menu_item_set_action_and_target (item, action, "s", target);
  else
    g_menu_item_set_action_and_target (item, action, NULL);
  g_menu_append_item (menu, item);
}

/* What can be done with a checkpoint, or with the result (@id is OUTPUT_NAME). */
static GMenuModel *
create_menu (AttuneMonitorCheckpoints *self,
             const char               *id,
             const char               *path,
             gboolean                  is_newest)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) files = g_menu_new ();
  gboolean is_result = g_str_equal (id, OUTPUT_NAME);
  gboolean is_model = path != NULL && attune_monitor_files_is_model (path);

  if (is_model && is_at_rest (self) && !is_used (self, path))
    append_item (menu, _("_Use This One"), "checkpoint.use", id);
  if (is_newest && can_resume (self))
    append_item (menu, _("_Resume from Here"), "job.resume", NULL);
  if (g_menu_model_get_n_items (G_MENU_MODEL (menu)) == 0)
    g_clear_object (&menu);

  if (is_model)
    append_item (files, _("_Export…"), "checkpoint.export", id);
  if (path != NULL)
    append_item (files, _("Open _Folder"), "job.open-folder", path);
  if (!is_result && path == NULL)
    append_item (files, _("_Copy Name"), "job.copy-text", id);
  if (!is_result && path != NULL && is_at_rest (self) && is_own (self, path) && !is_used (self, path))
    append_item (files, _("_Delete…"), "checkpoint.delete", id);

  if (menu == NULL)
    return G_MENU_MODEL (g_steal_pointer (&files));
  if (g_menu_model_get_n_items (G_MENU_MODEL (files)) > 0)
    g_menu_append_section (menu, NULL, G_MENU_MODEL (files));

  return G_MENU_MODEL (g_steal_pointer (&menu));
}

static void
add_tag (GtkWidget  *row,
         const char *text,
         const char *css_class)
{
  GtkWidget *tag = gtk_label_new (text);

  gtk_widget_set_valign (tag, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (tag, css_class);
  gtk_widget_add_css_class (tag, "caption-heading");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), tag);
}

static void
add_menu (AttuneMonitorCheckpoints *self,
          GtkWidget                *row,
          const char               *id,
          const char               *path,
          gboolean                  is_newest)
{
  g_autoptr (GMenuModel) menu = create_menu (self, id, path, is_newest);
  GtkWidget *button;
  g_autofree char *label = NULL;

  if (g_menu_model_get_n_items (menu) == 0)
    return;

  button = gtk_menu_button_new ();
  /* Translators: the name of a button for screen readers; %s is a checkpoint, as in Step 100. */
  label = g_strdup_printf (_("Actions of %s"), adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), menu);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Actions"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static void
append_part (GString    *text,
             const char *part)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
}

static void
append_metric (GString      *text,
               AttuneMetric  metric,
               double        value)
{
  g_autofree char *number = NULL;
  g_autofree char *part = NULL;

  if (isnan (value))
    return;

  number = attune_monitor_format_metric (metric, value);
  if (metric == ATTUNE_METRIC_EVAL_LOSS)
    part = g_strdup_printf (_("Evaluation loss %s"), number);
  else if (metric == ATTUNE_METRIC_LOSS)
    part = g_strdup_printf (_("Loss %s"), number);
  else
    part = g_strdup_printf (_("Token accuracy %s"), number);
  append_part (text, part);
}

static GtkWidget *
create_row (AttuneMonitorCheckpoints *self,
            const AttuneCheckpoint   *checkpoint,
            gboolean                  is_best,
            gboolean                  is_newest)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *title = NULL;
  g_autofree char *time = attune_monitor_format_time (checkpoint->time);
  g_autoptr (GString) subtitle = g_string_new (NULL);

  /* Translators: the number of a training step. */
  title = g_strdup_printf (_("Step %'d"), (int) checkpoint->step);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);

  append_metric (subtitle, ATTUNE_METRIC_EVAL_LOSS, get_eval_loss (self, checkpoint));
  append_metric (subtitle, ATTUNE_METRIC_LOSS, get_metric (self, ATTUNE_METRIC_LOSS, checkpoint->step));
  append_metric (subtitle, ATTUNE_METRIC_TOKEN_ACCURACY,
                 get_metric (self, ATTUNE_METRIC_TOKEN_ACCURACY, checkpoint->step));
  if (*time != '\0')
    append_part (subtitle, time);
  if (subtitle->len == 0)
    g_string_append (subtitle, checkpoint->id);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle->str);

  if (is_best)
    /* Translators: beside the checkpoint with the lowest evaluation loss. */
    add_tag (row, _("Best"), "success");
  if (is_used (self, checkpoint->path))
    /* Translators: beside the checkpoint that is the model of the job. */
    add_tag (row, _("In Use"), "accent");
  add_menu (self, row, checkpoint->id, checkpoint->path, is_newest);

  return row;
}

/* The way back from a checkpoint to the model that the run ended with. */
static GtkWidget *
create_output_row (AttuneMonitorCheckpoints *self,
                   const char               *folder)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("End of the Run"));
  if (is_used (self, folder))
    add_tag (row, _("In Use"), "accent");
  add_menu (self, row, OUTPUT_NAME, folder, FALSE);

  return row;
}

static void
add_row (AttuneMonitorCheckpoints *self,
         GtkWidget                *row)
{
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
}

static void
update (AttuneMonitorCheckpoints *self)
{
  g_autoptr (GPtrArray) sorted = NULL;
  g_autofree char *output = NULL;
  GPtrArray *checkpoints;
  const AttuneCheckpoint *best = NULL;
  double lowest = INFINITY;
  guint n_known = 0;

  if (self->metrics == NULL)
    return;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);

  checkpoints = attune_job_get_checkpoints (get_job (self));
  sorted = g_ptr_array_new ();
  for (guint i = 0; checkpoints != NULL && i < checkpoints->len; i++)
    {
      AttuneCheckpoint *checkpoint = g_ptr_array_index (checkpoints, i);
      double eval_loss = get_eval_loss (self, checkpoint);

      g_ptr_array_add (sorted, checkpoint);
      n_known += !isnan (eval_loss);
      if (eval_loss < lowest)
        {
          lowest = eval_loss;
          best = checkpoint;
        }
    }
  g_ptr_array_sort (sorted, compare_steps);

  output = dup_output_folder (self);
  if (sorted->len > 0 && attune_job_get_status (get_job (self)) == ATTUNE_JOB_STATUS_SUCCEEDED &&
      attune_monitor_files_is_model (output))
    add_row (self, create_output_row (self, output));
  for (guint i = 0; i < sorted->len; i++)
    {
      const AttuneCheckpoint *checkpoint = g_ptr_array_index (sorted, i);

      add_row (self, create_row (self, checkpoint, checkpoint == best && n_known > 1, i == 0));
    }
  gtk_stack_set_visible_child_name (self->stack, sorted->len > 0 ? "list" : "empty");
}

static gboolean
update_cb (gpointer user_data)
{
  AttuneMonitorCheckpoints *self = user_data;

  g_assert (ATTUNE_IS_MONITOR_CHECKPOINTS (self));

  self->update_id = 0;
  update (self);

  return G_SOURCE_REMOVE;
}

/* One piece of news changes several properties. */
static void
queue_update (AttuneMonitorCheckpoints *self)
{
  if (self->metrics != NULL && self->update_id == 0)
    self->update_id = g_idle_add (update_cb, self);
}

/* Evaluations come in after the checkpoint that they belong to. */
static void
refreshed_cb (AttuneMonitorCheckpoints *self)
{
  guint64 serial;

  g_assert (ATTUNE_IS_MONITOR_CHECKPOINTS (self));

  if (self->metrics == NULL)
    return;

  serial = attune_series_get_serial (attune_monitor_metrics_get_series (self->metrics, ATTUNE_METRIC_EVAL_LOSS));
  if (serial == self->eval_serial)
    return;

  self->eval_serial = serial;
  update (self);
}

/* --- Actions --- */

static const AttuneCheckpoint *
find_checkpoint (AttuneMonitorCheckpoints *self,
                 const char               *id)
{
  GPtrArray *checkpoints = self->metrics != NULL ? attune_job_get_checkpoints (get_job (self)) : NULL;

  for (guint i = 0; checkpoints != NULL && i < checkpoints->len; i++)
    {
      const AttuneCheckpoint *checkpoint = g_ptr_array_index (checkpoints, i);

      if (g_str_equal (checkpoint->id, id))
        return checkpoint;
    }

  return NULL;
}

/* The folder behind an id that a row has; NULL where there is none any more. (transfer full) */
static char *
dup_path (AttuneMonitorCheckpoints *self,
          const char               *id)
{
  const AttuneCheckpoint *checkpoint = find_checkpoint (self, id);

  if (self->metrics != NULL && g_str_equal (id, OUTPUT_NAME))
    return dup_output_folder (self);

  return checkpoint != NULL ? g_strdup (checkpoint->path) : NULL;
}

static void
say (AttuneMonitorCheckpoints *self,
     const char               *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "job.say", "s", text);
}

static void
saved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (AttuneMonitorCheckpoints) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!attune_job_store_save_finish (ATTUNE_JOB_STORE (object), result, &error))
    say (self, error->message);
}

static void
save (AttuneMonitorCheckpoints *self)
{
  attune_job_store_save_async (attune_commands_get_jobs (self->commands), get_job (self), NULL, saved_cb, g_object_ref (self));
}

static void
use_action (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  AttuneMonitorCheckpoints *self = ATTUNE_MONITOR_CHECKPOINTS (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  const AttuneCheckpoint *checkpoint = find_checkpoint (self, id);
  g_autofree char *path = dup_path (self, id);
  g_autofree char *text = NULL;

  if (path == NULL || !is_at_rest (self))
    return;

  attune_job_set_output_path (get_job (self), path);
  save (self);
  if (checkpoint != NULL)
    /* Translators: %d is the number of a training step. */
    text = g_strdup_printf (_("The state of step %d is now the model of this job"), (int) checkpoint->step);
  say (self, text != NULL ? text : _("The end of the run is now the model of this job"));
}

typedef struct {
  AttuneMonitorCheckpoints *self;
  char                     *id;
} Call;

static Call *
call_new (AttuneMonitorCheckpoints *self,
          const char               *id)
{
  Call *call = g_new (Call, 1);

  call->self = g_object_ref (self);
  call->id = g_strdup (id);

  return call;
}

static void
call_free (Call *call)
{
  g_object_unref (call->self);
  g_free (call->id);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
exported_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (AttuneMonitorCheckpoints) self = user_data;
  g_autoptr (GError) error = NULL;

  say (self, attune_monitor_files_export_finish (result, &error) ? _("Checkpoint exported") : error->message);
}

static void
folder_chosen_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  AttuneMonitorCheckpoints *self = call->self;
  g_autoptr (GFile) folder = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (object), result, NULL);
  g_autofree char *path = folder != NULL && self->metrics != NULL ? dup_path (self, call->id) : NULL;
  g_autofree char *name = NULL;
  g_autofree char *destination = NULL;

  /* Dismissed, or gone meanwhile. */
  if (path == NULL)
    return;

  name = g_strdup_printf ("%s %s", attune_job_get_name (get_job (self)), call->id);
  g_strdelimit (name, G_DIR_SEPARATOR_S, '-');
  destination = g_build_filename (g_file_peek_path (folder), name, NULL);
  attune_monitor_files_export_async (path, destination, NULL, exported_cb, g_object_ref (self));
}

static void
export_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Export To"));
  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, folder_chosen_cb,
                                 call_new (ATTUNE_MONITOR_CHECKPOINTS (widget), g_variant_get_string (parameter, NULL)));
}

static void
deleted_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Call) call = user_data;
  AttuneMonitorCheckpoints *self = call->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) left = NULL;
  GPtrArray *checkpoints;

  if (!attune_monitor_files_delete_finish (result, &error))
    {
      say (self, error->message);
      return;
    }
  if (self->metrics == NULL)
    return;

  left = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
  checkpoints = attune_job_get_checkpoints (get_job (self));
  for (guint i = 0; checkpoints != NULL && i < checkpoints->len; i++)
    if (!g_str_equal (((AttuneCheckpoint *) g_ptr_array_index (checkpoints, i))->id, call->id))
      g_ptr_array_add (left, attune_checkpoint_copy (g_ptr_array_index (checkpoints, i)));
  attune_job_set_checkpoints (get_job (self), left);
  save (self);
  say (self, _("Checkpoint deleted"));
}

static void
delete_confirmed_cb (AttuneMonitorCheckpoints *self,
                     const char               *response,
                     AdwAlertDialog           *dialog)
{
  const char *id = g_object_get_data (G_OBJECT (dialog), "attune-checkpoint-id");
  g_autofree char *path = self->metrics != NULL ? dup_path (self, id) : NULL;

  g_assert (ATTUNE_IS_MONITOR_CHECKPOINTS (self));

  if (path != NULL && is_at_rest (self) && is_own (self, path))
    attune_monitor_files_delete_async (path, NULL, deleted_cb, call_new (self, id));
}

static void
delete_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  AttuneMonitorCheckpoints *self = ATTUNE_MONITOR_CHECKPOINTS (widget);
  const AttuneCheckpoint *checkpoint = find_checkpoint (self, g_variant_get_string (parameter, NULL));
  AdwDialog *dialog;

  if (checkpoint == NULL)
    return;

  dialog = adw_alert_dialog_new (_("Delete This Checkpoint?"), NULL);
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                /* Translators: %d is the number of a training step. */
                                _("The state of step %d cannot be brought back, nor can the run go on from it."),
                                (int) checkpoint->step);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "keep", _("_Keep"), "delete", _("_Delete"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "delete", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "keep");
  g_object_set_data_full (G_OBJECT (dialog), "attune-checkpoint-id", g_strdup (checkpoint->id), g_free);
  g_signal_connect_object (dialog, "response::delete", G_CALLBACK (delete_confirmed_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

/* --- The widget --- */

void
attune_monitor_checkpoints_set_up (AttuneMonitorCheckpoints *self,
                                   AttuneCommands           *commands,
                                   AttuneMonitorMetrics     *metrics)
{
  static const char * const signals_of_job[] = {
    "notify::checkpoints", "notify::status", "notify::output-path", "notify::provider-job-id",
  };
  AttuneJob *job;

  g_return_if_fail (ATTUNE_IS_MONITOR_CHECKPOINTS (self));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (ATTUNE_IS_MONITOR_METRICS (metrics));
  g_return_if_fail (self->metrics == NULL);

  self->commands = g_object_ref (commands);
  self->metrics = g_object_ref (metrics);
  job = get_job (self);
  self->run_folder = attune_job_store_dup_run_folder (attune_commands_get_jobs (commands), job);
  g_signal_connect_object (metrics, "refreshed", G_CALLBACK (refreshed_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (signals_of_job); i++)
    g_signal_connect_object (job, signals_of_job[i], G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
attune_monitor_checkpoints_dispose (GObject *object)
{
  AttuneMonitorCheckpoints *self = ATTUNE_MONITOR_CHECKPOINTS (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  /* A bound child that is the child of the bin itself would be taken from it behind its back. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_CHECKPOINTS);
  g_clear_object (&self->metrics);
  g_clear_object (&self->commands);

  G_OBJECT_CLASS (attune_monitor_checkpoints_parent_class)->dispose (object);
}

static void
attune_monitor_checkpoints_finalize (GObject *object)
{
  AttuneMonitorCheckpoints *self = ATTUNE_MONITOR_CHECKPOINTS (object);

  g_free (self->run_folder);
  g_ptr_array_unref (self->rows);

  G_OBJECT_CLASS (attune_monitor_checkpoints_parent_class)->finalize (object);
}

static void
attune_monitor_checkpoints_class_init (AttuneMonitorCheckpointsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = attune_monitor_checkpoints_dispose;
  object_class->finalize = attune_monitor_checkpoints_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/attune/Attune/monitor/attune-monitor-checkpoints.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCheckpoints, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorCheckpoints, group);
  gtk_widget_class_install_action (widget_class, "checkpoint.use", "s", use_action);
  gtk_widget_class_install_action (widget_class, "checkpoint.export", "s", export_action);
  gtk_widget_class_install_action (widget_class, "checkpoint.delete", "s", delete_action);
}

static void
attune_monitor_checkpoints_init (AttuneMonitorCheckpoints *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
