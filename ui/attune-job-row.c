/* attune-job-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-row.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "attune-dialogs.h"
#include "attune-format.h"
#include "attune-job-details.h"
#include "attune-sparkline.h"

struct _AttuneJobRow {
  AdwBin          parent_instance;

  GtkCheckButton *check_button;
  GtkImage       *icon;
  GtkBox         *text_box;
  GtkLabel       *name_label;
  GtkLabel       *state_label;
  GtkProgressBar *progress_bar;
  GtkWidget      *pause_button;
  GtkWidget      *resume_button;
  AttuneSparkline *sparkline;
  GtkWidget      *menu_button;
  GMenuModel     *job_menu;
  GtkWidget      *popover;      /* made when it is first asked for, as the grid: there are rows by the hundred */
  GtkWidget      *details_grid;

  AttuneCommands *commands;
  AttuneJob      *job;
  GSignalGroup   *job_signals;
  guint           update_source;
  gboolean        selecting;
  gboolean        compact;
  gboolean        details;
};

enum { PROP_COMMANDS = 1, PROP_DESCRIPTION, PROP_SELECTING, PROP_SELECTED, PROP_COMPACT, PROP_DETAILS, N_PROPS };
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneJobRow, attune_job_row, ADW_TYPE_BIN)

static const char *
get_icon_name (AttuneJobStatus status)
{
  switch (status)
    {
    case ATTUNE_JOB_STATUS_PREPARING:
    case ATTUNE_JOB_STATUS_SUBMITTING:
    case ATTUNE_JOB_STATUS_VALIDATING_FILES:
      return "document-send-symbolic";
    case ATTUNE_JOB_STATUS_QUEUED:
      return "document-open-recent-symbolic";
    case ATTUNE_JOB_STATUS_RUNNING:
      return "media-playback-start-symbolic";
    case ATTUNE_JOB_STATUS_PAUSED:
      return "media-playback-pause-symbolic";
    case ATTUNE_JOB_STATUS_SUCCEEDED:
      return "object-select-symbolic";
    case ATTUNE_JOB_STATUS_FAILED:
      return "dialog-error-symbolic";
    case ATTUNE_JOB_STATUS_CANCELLED:
    default:
      return "process-stop-symbolic";
    }
}

static const char *
get_css_class (AttuneJobStatus status)
{
  switch (status)
    {
    case ATTUNE_JOB_STATUS_RUNNING:
      return "accent";
    case ATTUNE_JOB_STATUS_SUCCEEDED:
      return "success";
    case ATTUNE_JOB_STATUS_FAILED:
      return "error";
    case ATTUNE_JOB_STATUS_PREPARING:
    case ATTUNE_JOB_STATUS_SUBMITTING:
    case ATTUNE_JOB_STATUS_VALIDATING_FILES:
    case ATTUNE_JOB_STATUS_QUEUED:
    case ATTUNE_JOB_STATUS_PAUSED:
    case ATTUNE_JOB_STATUS_CANCELLED:
    default:
      return "dim-label";
    }
}

static void
append_part (GString    *text,
             const char *part)
{
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
}

/* Of what is done with it just now, else of the job; NAN where there is none to show. */
static double
get_shown_progress (AttuneJob *job)
{
  if (attune_job_get_activity (job) != NULL)
    return attune_job_get_activity_progress (job);

  return attune_job_status_is_final (attune_job_get_status (job)) ? NAN : attune_job_get_progress (job);
}

/* "Running · 45 % · 2 min left · loss 1.23", "Preparing · Uploading train.jsonl · 43 %" */
static char *
make_state_text (AttuneJob *job)
{
  AttuneJobStatus status = attune_job_get_status (job);
  double loss = attune_job_get_metric (job, ATTUNE_METRIC_LOSS);
  GString *text = g_string_new (attune_job_status_get_title (status));

  if (attune_job_get_activity (job) != NULL)
    append_part (text, attune_job_get_activity (job));
  if (get_shown_progress (job) > 0)
    {
      g_autofree char *percent = NULL;

      /* translators: how much of a job is done */
      percent = g_strdup_printf (_("%d %%"), (int) (get_shown_progress (job) * 100));
      append_part (text, percent);
    }
  if (status == ATTUNE_JOB_STATUS_RUNNING && isfinite (attune_job_get_time_remaining (job)))
    {
      g_autofree char *duration = attune_format_duration (attune_job_get_time_remaining (job));
      /* translators: %s is a duration */
      g_autofree char *left = g_strdup_printf (_("%s left"), duration);

      append_part (text, left);
    }
  if (status == ATTUNE_JOB_STATUS_SUCCEEDED && attune_job_get_started_at (job) > 0)
    {
      gint64 span = attune_job_get_finished_at (job) - attune_job_get_started_at (job);
      g_autofree char *duration = attune_format_duration ((double) span / G_USEC_PER_SEC);
      /* translators: %s is a duration */
      g_autofree char *took = g_strdup_printf (_("took %s"), duration);

      append_part (text, took);
    }
  if (!isnan (loss) && status != ATTUNE_JOB_STATUS_FAILED)
    {
      g_autofree char *number = attune_format_loss (loss);
      g_autofree char *part = g_strdup_printf (_("loss %s"), number);

      append_part (text, part);
    }
  if (isfinite (attune_job_get_estimated_cost (job)) && attune_job_get_estimated_cost (job) > 0.0)
    {
      g_autofree char *cost = attune_format_cost_range (attune_job_get_estimated_cost (job), attune_job_get_estimated_cost (job));

      append_part (text, cost);
    }
  if (status == ATTUNE_JOB_STATUS_FAILED)
    {
      g_autoptr (GError) error = attune_job_dup_error (job);

      if (error != NULL)
        append_part (text, error->message);
    }
  else
    {
      gint64 time = attune_job_status_is_final (status) ? attune_job_get_finished_at (job) : attune_job_get_created_at (job);
      g_autofree char *when = time > 0 ? attune_format_time (time) : NULL;

      if (when != NULL && (attune_job_status_is_final (status) || status == ATTUNE_JOB_STATUS_PAUSED))
        append_part (text, when);
    }

  return g_string_free_and_steal (text);
}

static void
update_details (AttuneJobRow *self)
{
  if (self->details_grid != NULL)
    gtk_box_remove (self->text_box, self->details_grid);
  self->details_grid = NULL;
  if (!self->details || self->job == NULL)
    return;

  self->details_grid = attune_job_details_new (self->commands, self->job);
  gtk_box_append (self->text_box, self->details_grid);
}

static AttuneAdapter *
lookup_adapter (AttuneJobRow *self)
{
  return attune_registry_lookup (attune_commands_get_registry (self->commands),
                                 attune_job_get_provider (self->job), NULL);
}

static void
update_actions (AttuneJobRow *self)
{
  AttuneAdapter *adapter = self->job != NULL ? lookup_adapter (self) : NULL;
  AttuneJobStatus status = self->job != NULL ? attune_job_get_status (self->job) : ATTUNE_JOB_STATUS_CANCELLED;
  gboolean sent = self->job != NULL && attune_job_get_provider_job_id (self->job) != NULL;
  gboolean can_pause = adapter != NULL && sent && attune_adapter_can (adapter, "pause") &&
                       (status == ATTUNE_JOB_STATUS_RUNNING || status == ATTUNE_JOB_STATUS_QUEUED ||
                        status == ATTUNE_JOB_STATUS_VALIDATING_FILES);
  gboolean can_resume = adapter != NULL && sent && attune_adapter_can (adapter, "resume") &&
                        (status == ATTUNE_JOB_STATUS_PAUSED || status == ATTUNE_JOB_STATUS_FAILED ||
                         status == ATTUNE_JOB_STATUS_CANCELLED);
  gboolean can_cancel = adapter != NULL && attune_adapter_can (adapter, "cancel") && !attune_job_status_is_final (status);
  const char *output = self->job != NULL ? attune_job_get_output_path (self->job) : NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "job.pause", can_pause);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "job.resume", can_resume);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "job.cancel", can_cancel);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "job.show-output", output != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "job.delete", self->job != NULL && attune_job_status_is_final (status));
  gtk_widget_set_visible (self->pause_button, can_pause && !self->selecting);
  gtk_widget_set_visible (self->resume_button, can_resume && status == ATTUNE_JOB_STATUS_PAUSED && !self->selecting);
}

static void
update (AttuneJobRow *self)
{
  AttuneJobStatus status;
  g_autofree char *text = NULL;
  g_autofree char *actions = NULL;
  g_autofree char *select = NULL;
  double progress;

  if (self->job == NULL)
    return;

  status = attune_job_get_status (self->job);
  progress = get_shown_progress (self->job);
  text = make_state_text (self->job);
  gtk_label_set_text (self->name_label, attune_job_get_name (self->job));
  gtk_label_set_text (self->state_label, text);
  gtk_image_set_from_icon_name (self->icon, get_icon_name (status));
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), (const char *[]) { get_css_class (status), NULL });

  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), progress > 0 || status == ATTUNE_JOB_STATUS_RUNNING);
  gtk_progress_bar_set_fraction (self->progress_bar, isfinite (progress) ? CLAMP (progress, 0, 1) : 0);

  /* translators: a button; %s is the name of a job */
  actions = g_strdup_printf (_("Actions for “%s”"), attune_job_get_name (self->job));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu_button), GTK_ACCESSIBLE_PROPERTY_LABEL, actions, -1);
  /* translators: a check button; %s is the name of a job */
  select = g_strdup_printf (_("Select “%s”"), attune_job_get_name (self->job));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->check_button), GTK_ACCESSIBLE_PROPERTY_LABEL, select, -1);
  gtk_widget_set_css_classes (GTK_WIDGET (self->sparkline), (const char *[]) { get_css_class (status), NULL });
  update_details (self);
  update_actions (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESCRIPTION]);
}

static gboolean
update_idle_cb (gpointer user_data)
{
  AttuneJobRow *self = user_data;

  g_assert (ATTUNE_IS_JOB_ROW (self));

  self->update_source = 0;
  update (self);

  return G_SOURCE_REMOVE;
}

/* A piece of news changes many properties at once; the row is made anew once. */
static void
job_notify_cb (AttuneJobRow *self)
{
  g_assert (ATTUNE_IS_JOB_ROW (self));

  if (self->update_source == 0)
    self->update_source = g_idle_add (update_idle_cb, self);
}

/* --- Actions --- */

typedef struct {
  GtkWidget *widget;
  char      *heading;
} CallState;

static void
called_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  CallState *state = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);
  /* A row that was recycled or removed meanwhile has no window to say it in; the root is asked for. */
  if (reply == NULL && gtk_widget_get_mapped (state->widget))
    attune_dialogs_present_error (state->widget, state->heading, error);
  g_object_unref (state->widget);
  g_free (state->heading);
  g_free (state);
}

static void
call_command (AttuneJobRow *self,
              const char   *command,
              const char   *heading)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  CallState *state = g_new0 (CallState, 1);
  GVariantBuilder parameters;

  state->widget = g_object_ref (root != NULL ? GTK_WIDGET (root) : GTK_WIDGET (self));
  state->heading = g_strdup (heading);
  g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&parameters, "{sv}", "jobId", g_variant_new_string (attune_job_get_id (self->job)));
  attune_commands_call_async (self->commands, command, g_variant_builder_end (&parameters), NULL, called_cb, state);
}

static void
open_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  AttuneJobRow *self = ATTUNE_JOB_ROW (widget);

  gtk_widget_activate_action (widget, "app.open-job", "s", attune_job_get_id (self->job));
}

static void
clone_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  gtk_widget_activate_action (widget, "app.clone-job", "s", attune_job_get_id (ATTUNE_JOB_ROW (widget)->job));
}

static void
pause_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  call_command (ATTUNE_JOB_ROW (widget), "job-pause", _("The Job Could Not Be Paused"));
}

static void
resume_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  call_command (ATTUNE_JOB_ROW (widget), "job-resume", _("The Job Could Not Be Resumed"));
}

static void
cancel_confirmed_cb (AttuneJobRow *self)
{
  g_assert (ATTUNE_IS_JOB_ROW (self));

  if (self->job != NULL)
    call_command (self, "job-cancel", _("The Job Could Not Be Cancelled"));
}

static void
cancel_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  attune_dialogs_confirm_cancel (widget, ATTUNE_JOB_ROW (widget)->job, G_CALLBACK (cancel_confirmed_cb), G_OBJECT (widget));
}

static void
delete_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  const char *ids[] = { attune_job_get_id (ATTUNE_JOB_ROW (widget)->job), NULL };

  /* The page can take it back for a while, which no row can that is gone. */
  gtk_widget_activate_action (widget, "jobs.delete", "^as", ids);
}

static void
menu_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  AttuneJobRow *self = ATTUNE_JOB_ROW (widget);
  graphene_rect_t bounds;

  if (!gtk_widget_compute_bounds (self->menu_button, widget, &bounds))
    return;

  attune_job_row_popup_menu (self, bounds.origin.x, bounds.origin.y + bounds.size.height);
}

static void
shown_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GtkWidget) window = user_data;
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (object), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) && gtk_widget_get_mapped (window))
    attune_dialogs_present_error (window, _("The Folder Could Not Be Opened"), error);
}

static void
show_output_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  AttuneJobRow *self = ATTUNE_JOB_ROW (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  g_autoptr (GFile) file = g_file_new_for_path (attune_job_get_output_path (self->job));
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  gtk_file_launcher_launch (launcher, GTK_WINDOW (root), NULL, shown_cb, g_object_ref (root));
}

void
attune_job_row_popup_menu (AttuneJobRow *self,
                           double        x,
                           double        y)
{
  g_return_if_fail (ATTUNE_IS_JOB_ROW (self));

  if (self->popover == NULL)
    {
      self->popover = gtk_popover_menu_new_from_model (self->job_menu);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
      gtk_widget_set_halign (self->popover, GTK_ALIGN_START);
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static void
pressed_cb (AttuneJobRow *self,
            int           n_press,
            double        x,
            double        y)
{
  g_assert (ATTUNE_IS_JOB_ROW (self));

  attune_job_row_popup_menu (self, x, y);
}

static void
long_pressed_cb (AttuneJobRow *self,
                 double        x,
                 double        y)
{
  g_assert (ATTUNE_IS_JOB_ROW (self));

  attune_job_row_popup_menu (self, x, y);
}

/* --- Object --- */

static void
attune_job_row_size_allocate (GtkWidget *widget,
                              int        width,
                              int        height,
                              int        baseline)
{
  AttuneJobRow *self = ATTUNE_JOB_ROW (widget);

  GTK_WIDGET_CLASS (attune_job_row_parent_class)->size_allocate (widget, width, height, baseline);
  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
}

static void
attune_job_row_dispose (GObject *object)
{
  AttuneJobRow *self = ATTUNE_JOB_ROW (object);

  g_clear_handle_id (&self->update_source, g_source_remove);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_object (&self->job_signals);
  g_clear_object (&self->job);
  g_clear_object (&self->commands);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_JOB_ROW);

  G_OBJECT_CLASS (attune_job_row_parent_class)->dispose (object);
}

static void
set_selecting (AttuneJobRow *self,
               gboolean      selecting)
{
  if (self->selecting == selecting)
    return;

  self->selecting = selecting;
  gtk_widget_set_visible (GTK_WIDGET (self->check_button), selecting);
  gtk_widget_set_visible (self->menu_button, !selecting);
  update_actions (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTING]);
}

static void
set_details (AttuneJobRow *self,
             gboolean      details)
{
  if (self->details == details)
    return;

  self->details = details;
  update_details (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAILS]);
}

static void
toggled_cb (AttuneJobRow *self)
{
  g_assert (ATTUNE_IS_JOB_ROW (self));

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

static void
attune_job_row_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  AttuneJobRow *self = ATTUNE_JOB_ROW (object);

  switch (prop_id)
    {
    case PROP_DESCRIPTION:
      g_value_take_string (value, attune_job_row_dup_description (self));
      break;

    case PROP_SELECTING:
      g_value_set_boolean (value, self->selecting);
      break;

    case PROP_SELECTED:
      g_value_set_boolean (value, attune_job_row_is_selected (self));
      break;

    case PROP_COMPACT:
      g_value_set_boolean (value, self->compact);
      break;

    case PROP_DETAILS:
      g_value_set_boolean (value, self->details);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_job_row_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  AttuneJobRow *self = ATTUNE_JOB_ROW (object);

  switch (prop_id)
    {
    case PROP_COMMANDS:
      self->commands = g_value_dup_object (value);
      break;

    case PROP_SELECTING:
      set_selecting (self, g_value_get_boolean (value));
      break;

    case PROP_SELECTED:
      gtk_check_button_set_active (self->check_button, g_value_get_boolean (value));
      break;

    case PROP_COMPACT:
      self->compact = g_value_get_boolean (value);
      gtk_widget_set_visible (GTK_WIDGET (self->sparkline), !self->compact);
      break;

    case PROP_DETAILS:
      set_details (self, g_value_get_boolean (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_job_row_class_init (AttuneJobRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = attune_job_row_dispose;
  object_class->get_property = attune_job_row_get_property;
  object_class->set_property = attune_job_row_set_property;
  widget_class->size_allocate = attune_job_row_size_allocate;

  properties[PROP_COMMANDS] =
    g_param_spec_object ("commands", NULL, NULL, ATTUNE_TYPE_COMMANDS,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_DESCRIPTION] =
    g_param_spec_string ("description", NULL, NULL, NULL,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SELECTING] =
    g_param_spec_boolean ("selecting", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SELECTED] =
    g_param_spec_boolean ("selected", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_COMPACT] =
    g_param_spec_boolean ("compact", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_DETAILS] =
    g_param_spec_boolean ("details", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (ATTUNE_TYPE_SPARKLINE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-job-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, check_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, icon);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, text_box);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, sparkline);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, state_label);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, pause_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, resume_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneJobRow, job_menu);

  gtk_widget_class_install_action (widget_class, "job.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "job.clone", NULL, clone_action);
  gtk_widget_class_install_action (widget_class, "job.pause", NULL, pause_action);
  gtk_widget_class_install_action (widget_class, "job.resume", NULL, resume_action);
  gtk_widget_class_install_action (widget_class, "job.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (widget_class, "job.show-output", NULL, show_output_action);
  gtk_widget_class_install_action (widget_class, "job.delete", NULL, delete_action);
  gtk_widget_class_install_action (widget_class, "job.menu", NULL, menu_action);
  gtk_widget_class_install_property_action (widget_class, "job.details", "details");
}

static void
attune_job_row_init (AttuneJobRow *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *press = gtk_gesture_long_press_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect_object (press, "pressed", G_CALLBACK (long_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (press));

  g_signal_connect_object (self->check_button, "toggled", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);

  self->job_signals = g_signal_group_new (ATTUNE_TYPE_JOB);
  g_signal_group_connect_object (self->job_signals, "notify", G_CALLBACK (job_notify_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
attune_job_row_new (AttuneCommands *commands)
{
  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);

  return g_object_new (ATTUNE_TYPE_JOB_ROW, "commands", commands, NULL);
}

AttuneJob *
attune_job_row_get_job (AttuneJobRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_ROW (self), NULL);

  return self->job;
}

void
attune_job_row_set_job (AttuneJobRow *self,
                        AttuneJob    *job)
{
  g_return_if_fail (ATTUNE_IS_JOB_ROW (self));
  g_return_if_fail (job == NULL || ATTUNE_IS_JOB (job));

  if (!g_set_object (&self->job, job))
    return;

  g_signal_group_set_target (self->job_signals, job);
  attune_sparkline_set_job (self->sparkline, attune_commands_get_jobs (self->commands), job);
  set_details (self, FALSE);
  update (self);
}

gboolean
attune_job_row_is_selected (AttuneJobRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_ROW (self), FALSE);

  return gtk_check_button_get_active (self->check_button);
}

char *
attune_job_row_dup_description (AttuneJobRow *self)
{
  g_autofree char *state = NULL;

  g_return_val_if_fail (ATTUNE_IS_JOB_ROW (self), NULL);

  if (self->job == NULL)
    return g_strdup ("");

  state = make_state_text (self->job);

  return g_strdup_printf ("%s, %s", attune_job_get_name (self->job), state);
}
