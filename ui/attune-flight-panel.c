/* attune-flight-panel.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-flight-panel.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "attune-format.h"
#include "attune-rate-curve.h"

struct _AttuneFlightPanel {
  AdwBin               parent_instance;

  AdwPreferencesGroup *check_group;
  GtkListBox          *issue_list;
  AdwPreferencesGroup *data_group;
  GtkWidget           *data_spinner;
  AdwActionRow        *pass_row;
  AdwActionRow        *truncated_row;
  AdwActionRow        *share_row;
  GtkWidget           *course_group;
  GtkWidget           *curve_row;
  AttuneRateCurve     *curve;
  AdwPreferencesGroup *estimate_group;
  GtkWidget           *estimate_spinner;
  AdwActionRow        *steps_row;
  AdwActionRow        *tokens_row;
  AdwActionRow        *time_row;
  AdwActionRow        *memory_row;
  AdwActionRow        *disk_row;
  AdwActionRow        *cost_row;
  AdwExpanderRow      *ignored_row;
  GPtrArray           *ignored_children;
  double               limit;         /* US dollars; 0: none */
  gboolean             paid;
  gboolean             has_estimate;
  char                *shown; /* what the list shows: made anew only where it changed, or the focus would be lost */
};

enum { ISSUE_ACTIVATED, REPAIR_REQUESTED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneFlightPanel, attune_flight_panel, ADW_TYPE_BIN)

static void
row_activated_cb (AttuneFlightPanel *self,
                  GtkListBoxRow     *row)
{
  const char *path;

  g_assert (ATTUNE_IS_FLIGHT_PANEL (self));

  path = g_object_get_data (G_OBJECT (row), "attune-path");
  if (path != NULL)
    g_signal_emit (self, signals[ISSUE_ACTIVATED], 0, path);
}

static void
fix_clicked_cb (GtkButton         *button,
                AttuneFlightPanel *self)
{
  const char *path;
  GVariant *repair;

  g_assert (GTK_IS_BUTTON (button));
  g_assert (ATTUNE_IS_FLIGHT_PANEL (self));

  path = g_object_get_data (G_OBJECT (button), "attune-path");
  repair = g_object_get_data (G_OBJECT (button), "attune-repair");
  g_signal_emit (self, signals[REPAIR_REQUESTED], 0, path, repair);
}

/* The title that the form's row has for @path; NULL for the whole configuration. */
static const char *
find_title (const char *path)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);

  return parameter != NULL ? attune_parameter_get_title (parameter) : NULL;
}

static GtkWidget *
make_issue_row (AttuneFlightPanel *self,
                const AttuneIssue *issue)
{
  gboolean is_error = issue->severity == ATTUNE_SEVERITY_ERROR;
  const char *title = find_title (issue->path);
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name (is_error ? "dialog-error-symbolic" : "dialog-warning-symbolic");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), issue->message);

  gtk_widget_add_css_class (icon, is_error ? "error" : "warning");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  is_error ? _("Error") : _("Warning"), -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);

  if (*issue->path != '\0')
    {
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      g_object_set_data_full (G_OBJECT (row), "attune-path", g_strdup (issue->path), g_free);
      gtk_widget_set_tooltip_text (row, _("Go to This Setting"));
    }
  if (issue->repair != NULL)
    {
      GtkWidget *fix = gtk_button_new_with_mnemonic (_("_Fix"));

      gtk_widget_set_valign (fix, GTK_ALIGN_CENTER);
      if (title != NULL)
        {
          g_autofree char *name = g_strdup_printf (_("Fix “%s”"), title);

          gtk_accessible_update_property (GTK_ACCESSIBLE (fix), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
        }
      g_object_set_data_full (G_OBJECT (fix), "attune-path", g_strdup (issue->path), g_free);
      g_object_set_data_full (G_OBJECT (fix), "attune-repair", g_variant_ref (issue->repair), (GDestroyNotify) g_variant_unref);
      g_signal_connect_object (fix, "clicked", G_CALLBACK (fix_clicked_cb), self, 0);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), fix);
    }

  return row;
}

static GtkWidget *
make_ready_row (void)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name ("object-select-symbolic");

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("No problems found"));
  gtk_widget_add_css_class (icon, "success");
  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);

  return row;
}

/* Everything that the list shows, in one text. */
static char *
make_fingerprint (AttuneValidation *validation)
{
  GString *text = g_string_new ("");

  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (validation, i);
      g_autofree char *repair = issue->repair != NULL ? g_variant_print (issue->repair, TRUE) : NULL;

      g_string_append_printf (text, "%s\x1f%d\x1f%s\x1f%s\x1e", issue->path, issue->severity, issue->message,
                              repair != NULL ? repair : "");
    }

  return g_string_free_and_steal (text);
}

void
attune_flight_panel_set_validation (AttuneFlightPanel *self,
                                    AttuneValidation  *validation)
{
  g_autofree char *fingerprint = NULL;
  guint n_issues, n_errors;

  g_return_if_fail (ATTUNE_IS_FLIGHT_PANEL (self));
  g_return_if_fail (ATTUNE_IS_VALIDATION (validation));

  fingerprint = make_fingerprint (validation);
  if (g_strcmp0 (fingerprint, self->shown) == 0)
    return;
  g_set_str (&self->shown, fingerprint);

  gtk_list_box_remove_all (self->issue_list);
  n_issues = attune_validation_get_n_issues (validation);
  n_errors = attune_validation_get_n_errors (validation);
  /* Errors stand first: they have to be solved. */
  for (int severity = ATTUNE_SEVERITY_ERROR; severity <= ATTUNE_SEVERITY_WARNING; severity++)
    for (guint i = 0; i < n_issues; i++)
      {
        const AttuneIssue *issue = attune_validation_get_issue (validation, i);

        if ((int) issue->severity == severity)
          gtk_list_box_append (self->issue_list, make_issue_row (self, issue));
      }
  if (n_issues == 0)
    gtk_list_box_append (self->issue_list, make_ready_row ());

  if (n_errors > 0)
    {
      g_autofree char *title = g_strdup_printf (ngettext ("%u Problem to Solve", "%u Problems to Solve", n_errors), n_errors);

      adw_preferences_group_set_title (self->check_group, title);
    }
  else
    adw_preferences_group_set_title (self->check_group, _("Ready to Start"));
}

static void
set_property_row (AdwActionRow *row,
                  const char   *value)
{
  if (value != NULL)
    adw_action_row_set_subtitle (row, value);
  gtk_widget_set_visible (GTK_WIDGET (row), value != NULL);
}

void
attune_flight_panel_set_money (AttuneFlightPanel *self,
                               gboolean           paid,
                               double             limit)
{
  g_return_if_fail (ATTUNE_IS_FLIGHT_PANEL (self));

  self->paid = paid;
  self->limit = limit;
}

/* NULL where there is nothing to say: a provider that takes no money and tells no price. */
static char *
describe_cost (AttuneFlightPanel    *self,
               const AttuneEstimate *estimate)
{
  g_autofree char *cost = attune_format_cost_range (estimate->cost_low, estimate->cost_high);
  gboolean over = self->limit > 0 && isfinite (estimate->cost_high) && estimate->cost_high > self->limit;

  if (over)
    {
      g_autofree char *limit = attune_format_cost_range (self->limit, self->limit);

      gtk_widget_add_css_class (GTK_WIDGET (self->cost_row), "warning");
      /* translators: what a job may cost, and the person's spending limit */
      return g_strdup_printf (_("%s, over your limit of %s"), cost, limit);
    }
  gtk_widget_remove_css_class (GTK_WIDGET (self->cost_row), "warning");
  if (cost == NULL && self->paid)
    return g_strdup (_("Not known before the start"));

  return g_steal_pointer (&cost);
}

/* "38 %", and never "0 %" of something or "100 %" of not quite all. */
static char *
format_share (double share)
{
  double percent = CLAMP (share, 0, 1) * 100;

  if (percent > 0 && percent < 1)
    /* translators: a share in percent */
    return g_strdup_printf (_("less than %d %%"), 1);
  if (percent < 100 && percent > 99)
    return g_strdup_printf (_("%d %%"), 99);

  return g_strdup_printf (_("%d %%"), (int) (percent + 0.5));
}

void
attune_flight_panel_set_facts (AttuneFlightPanel     *self,
                               gboolean               has_data,
                               const AttuneDataFacts *facts,
                               const char            *message)
{
  g_autofree char *pass = NULL;
  g_autofree char *truncated = NULL;
  g_autofree char *share = NULL;
  g_autofree char *description = NULL;

  g_return_if_fail (ATTUNE_IS_FLIGHT_PANEL (self));

  gtk_widget_set_visible (GTK_WIDGET (self->data_group), has_data);
  gtk_widget_set_visible (self->data_spinner, has_data && facts == NULL && message == NULL);
  if (has_data && facts == NULL && message == NULL)
    return;

  gtk_widget_remove_css_class (GTK_WIDGET (self->truncated_row), "warning");
  gtk_widget_remove_css_class (GTK_WIDGET (self->share_row), "warning");
  if (facts != NULL)
    {
      g_autofree char *low = attune_format_count (facts->tokens_low);
      g_autofree char *high = attune_format_count (facts->tokens_high);
      g_autofree char *rows = attune_format_count (facts->rows);

      /* translators: a range of numbers of tokens */
      pass = facts->tokens_low == facts->tokens_high ? g_strdup (low) : g_strdup_printf (_("%s – %s"), low, high);
      if (facts->truncated > 0)
        {
          g_autofree char *cut = attune_format_count (facts->truncated);

          /* translators: how many rows are too long, of how many */
          truncated = g_strdup_printf (_("%s of %s"), cut, rows);
          gtk_widget_add_css_class (GTK_WIDGET (self->truncated_row), "warning");
        }
      else
        /* translators: how many rows are cut off */
        truncated = g_strdup (C_("rows", "None"));
      share = format_share (facts->learnt);
      if (facts->unlearnt > 0)
        {
          g_autofree char *plain = g_steal_pointer (&share);
          g_autofree char *count = attune_format_count (facts->unlearnt);

          /* translators: a share in percent, and a number of rows of which nothing is learnt */
          share = g_strdup_printf (ngettext ("%s; %s row teaches nothing", "%s; %s rows teach nothing",
                                             (gulong) facts->unlearnt), plain, count);
          gtk_widget_add_css_class (GTK_WIDGET (self->share_row), "warning");
        }
      if (!facts->exact)
        description = g_strdup (_("Guessed from the length of the texts; the provider’s own count decides."));
      else if (facts->sampled)
        description = g_strdup (_("Counted with the model’s tokenizer at the beginning of the file."));
      else
        description = g_strdup (_("Counted with the model’s tokenizer."));
    }
  set_property_row (self->pass_row, pass);
  set_property_row (self->truncated_row, truncated);
  set_property_row (self->share_row, share);
  if (description == NULL)
    description = g_markup_escape_text (message != NULL ? message : "", -1);
  adw_preferences_group_set_description (self->data_group, description);
}

void
attune_flight_panel_set_course (AttuneFlightPanel    *self,
                                const AttuneSchedule *schedule,
                                gint64                epochs,
                                gboolean              has_rate)
{
  g_autofree char *steps = NULL;

  g_return_if_fail (ATTUNE_IS_FLIGHT_PANEL (self));
  g_return_if_fail (schedule != NULL);

  if (schedule->total_steps > 0)
    {
      g_autofree char *count = attune_format_count (schedule->total_steps);

      /* translators: the number of steps, and of epochs */
      steps = g_strdup_printf (ngettext ("%s in %d epoch", "%s in %d epochs", (gulong) epochs), count, (int) epochs);
    }
  set_property_row (self->steps_row, steps);
  gtk_widget_set_visible (self->curve_row, has_rate);
  gtk_widget_set_visible (self->course_group, steps != NULL || has_rate);
  if (has_rate)
    attune_rate_curve_set_schedule (self->curve, schedule, epochs);
}

static void
truncated_activated_cb (AttuneFlightPanel *self)
{
  g_assert (ATTUNE_IS_FLIGHT_PANEL (self));

  g_signal_emit (self, signals[ISSUE_ACTIVATED], 0, "schedule.sequenceLength");
}

static void
share_activated_cb (AttuneFlightPanel *self)
{
  g_assert (ATTUNE_IS_FLIGHT_PANEL (self));

  g_signal_emit (self, signals[ISSUE_ACTIVATED], 0, "schedule.trainOnInputs");
}

void
attune_flight_panel_set_estimate (AttuneFlightPanel    *self,
                                  const AttuneEstimate *estimate,
                                  const char           *message)
{
  g_autofree char *tokens = NULL;
  g_autofree char *time = NULL;
  g_autofree char *memory = NULL;
  g_autofree char *disk = NULL;
  g_autofree char *cost = NULL;
  g_autofree char *source = NULL;

  g_return_if_fail (ATTUNE_IS_FLIGHT_PANEL (self));

  gtk_widget_set_visible (self->estimate_spinner, estimate == NULL && message == NULL);
  /* The numbers of before stay while new ones are made: rows that come and go with every key are no help. */
  if (estimate == NULL && message == NULL)
    {
      /* Why there were none does not hold any more. */
      if (!self->has_estimate)
        adw_preferences_group_set_description (self->estimate_group, NULL);
      return;
    }
  self->has_estimate = estimate != NULL;

  if (estimate != NULL)
    {
      if (estimate->tokens >= 0)
        tokens = attune_format_count (estimate->tokens);
      time = attune_format_duration_range (estimate->seconds_low, estimate->seconds_high);
      memory = attune_format_size_range (estimate->memory_low, estimate->memory_high);
      if (memory != NULL && isfinite (estimate->memory_available))
        {
          g_autofree char *needed = g_steal_pointer (&memory);
          g_autofree char *available = g_format_size ((guint64) MAX (estimate->memory_available, 0));

          /* translators: memory that a job needs, and that the computer has left, such as "1.2 GB, 8 GB free" */
          memory = g_strdup_printf (_("%s, %s free"), needed, available);
        }
      disk = attune_format_size_range (estimate->disk, estimate->disk);
      cost = describe_cost (self, estimate);
    }

  set_property_row (self->tokens_row, tokens);
  set_property_row (self->time_row, time);
  set_property_row (self->memory_row, memory);
  set_property_row (self->disk_row, disk);
  set_property_row (self->cost_row, cost);
  if (estimate != NULL && isfinite (estimate->memory_available) && isfinite (estimate->memory_high) &&
      estimate->memory_high > estimate->memory_available)
    gtk_widget_add_css_class (GTK_WIDGET (self->memory_row), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->memory_row), "warning");
  source = g_markup_escape_text (estimate == NULL ? message : estimate->source != NULL ? estimate->source : "", -1);
  adw_preferences_group_set_description (self->estimate_group, source);
}

void
attune_flight_panel_set_ignored (AttuneFlightPanel  *self,
                                 const char         *provider,
                                 const char * const *paths)
{
  g_autofree char *title = NULL;
  g_autofree char *count = NULL;
  guint n_paths = 0;

  g_return_if_fail (ATTUNE_IS_FLIGHT_PANEL (self));
  g_return_if_fail (provider != NULL && paths != NULL);

  for (guint i = 0; i < self->ignored_children->len; i++)
    adw_expander_row_remove (self->ignored_row, g_ptr_array_index (self->ignored_children, i));
  g_ptr_array_set_size (self->ignored_children, 0);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      const AttuneParameter *parameter = attune_parameters_lookup (paths[i]);
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                     parameter != NULL ? attune_parameter_get_title (parameter) : paths[i]);
      if (parameter != NULL)
        adw_action_row_set_subtitle (ADW_ACTION_ROW (row), attune_parameter_group_get_title (parameter->group));
      adw_expander_row_add_row (self->ignored_row, row);
      g_ptr_array_add (self->ignored_children, row);
      n_paths++;
    }

  /* translators: %s is a provider, such as "This Computer" */
  title = g_strdup_printf (_("Not Used by %s"), provider);
  count = g_strdup_printf (ngettext ("%u setting", "%u settings", n_paths), n_paths);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->ignored_row), title);
  adw_expander_row_set_subtitle (self->ignored_row, count);
  gtk_widget_set_visible (GTK_WIDGET (self->ignored_row), n_paths > 0);
}

static void
attune_flight_panel_dispose (GObject *object)
{
  AttuneFlightPanel *self = ATTUNE_FLIGHT_PANEL (object);

  g_clear_pointer (&self->ignored_children, g_ptr_array_unref);
  g_clear_pointer (&self->shown, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_FLIGHT_PANEL);

  G_OBJECT_CLASS (attune_flight_panel_parent_class)->dispose (object);
}

static void
attune_flight_panel_class_init (AttuneFlightPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_flight_panel_dispose;

  signals[ISSUE_ACTIVATED] = g_signal_new ("issue-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[REPAIR_REQUESTED] = g_signal_new ("repair-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                            0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);

  g_type_ensure (ATTUNE_TYPE_RATE_CURVE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-flight-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, check_group);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, issue_list);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, data_group);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, data_spinner);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, pass_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, truncated_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, share_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, course_group);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, curve_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, curve);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, estimate_group);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, estimate_spinner);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, steps_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, tokens_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, time_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, memory_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, disk_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, cost_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneFlightPanel, ignored_row);
}

static void
attune_flight_panel_init (AttuneFlightPanel *self)
{
  self->ignored_children = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->issue_list, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->truncated_row, "activated", G_CALLBACK (truncated_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->share_row, "activated", G_CALLBACK (share_activated_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
attune_flight_panel_new (void)
{
  return g_object_new (ATTUNE_TYPE_FLIGHT_PANEL, NULL);
}
