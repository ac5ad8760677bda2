/* attune-monitor-configuration.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-configuration.h"

#include <glib/gi18n-lib.h>

#include "attune-monitor-format.h"

struct _AttuneMonitorConfiguration {
  AdwBin               parent_instance;

  AdwPreferencesPage  *page;
  AdwPreferencesGroup *job_group;
  AdwToggleGroup      *view_toggle;

  AttuneCommands      *commands;
  AttuneJob           *job;
  GPtrArray           *groups; /* borrowed from the page */
  GPtrArray           *rows;   /* borrowed from the first group */
};

G_DEFINE_FINAL_TYPE (AttuneMonitorConfiguration, attune_monitor_configuration, ADW_TYPE_BIN)

static GtkWidget *
create_row (const char *title,
            const char *value)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), value);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");

  return row;
}

static void
add_job_row (AttuneMonitorConfiguration *self,
             const char                 *title,
             const char                 *value)
{
  GtkWidget *row;

  if (value == NULL || *value == '\0')
    return;

  row = create_row (title, value);
  adw_preferences_group_add (self->job_group, row);
  g_ptr_array_add (self->rows, row);
}

static void
update_job (AttuneMonitorConfiguration *self)
{
  AttuneAdapter *adapter;
  g_autofree char *created = NULL;
  g_autofree char *started = NULL;
  g_autofree char *finished = NULL;

  if (self->job == NULL)
    return;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->job_group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);

  adapter = attune_registry_lookup (attune_commands_get_registry (self->commands), attune_job_get_provider (self->job), NULL);
  created = attune_monitor_format_time (attune_job_get_created_at (self->job));
  started = attune_monitor_format_time (attune_job_get_started_at (self->job));
  finished = attune_monitor_format_time (attune_job_get_finished_at (self->job));

  add_job_row (self, _("Provider"), adapter != NULL ? attune_adapter_get_title (adapter) : attune_job_get_provider (self->job));
  add_job_row (self, _("Created"), created);
  add_job_row (self, _("Started"), started);
  add_job_row (self, _("Ended"), finished);
  add_job_row (self, _("Job ID"), attune_job_get_id (self->job));
  if (g_strcmp0 (attune_job_get_provider_job_id (self->job), attune_job_get_id (self->job)) != 0)
    add_job_row (self, _("Job ID at the Provider"), attune_job_get_provider_job_id (self->job));
}

/* The trainer of this computer takes exactly the defaults of the table. */
static gboolean
is_here (AttuneMonitorConfiguration *self)
{
  g_autofree char *folder = attune_job_store_dup_run_folder (attune_commands_get_jobs (self->commands), self->job);
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* What is in effect where nothing was set; NULL where nothing is. */
static char *
dup_default_text (AttuneMonitorConfiguration *self,
                  AttuneCapabilities         *capabilities,
                  const AttuneParameter      *parameter,
                  gboolean                    here)
{
  g_autoptr (GVariant) value = NULL;

  if (!attune_configuration_applies (attune_job_get_configuration (self->job), parameter) ||
      (capabilities != NULL && !attune_capabilities_supports_path (capabilities, parameter->path)))
    return NULL;

  value = attune_parameter_dup_default (parameter);
  if (value == NULL)
    return NULL;
  if (!here)
    return g_strdup (_("Left to the provider"));

  return attune_monitor_format_setting (self->commands, parameter, value);
}

static void
add_tag (GtkWidget *row)
{
  /* Translators: beside a setting that nobody set. */
  GtkWidget *tag = gtk_label_new (_("Default"));

  gtk_widget_set_valign (tag, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (tag, "caption");
  gtk_widget_add_css_class (tag, "dimmed");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), tag);
}

static void
add_metadata (AttuneMonitorConfiguration *self,
              AttuneConfiguration        *configuration)
{
  JsonObject *metadata = attune_configuration_get_metadata (configuration);
  AdwPreferencesGroup *group;
  g_autoptr (GList) names = json_object_get_members (metadata);

  if (names == NULL)
    return;

  group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (group, _("Settings of the Provider"));
  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *value = json_to_string (json_object_get_member (metadata, l->data), FALSE);

      adw_preferences_group_add (group, create_row (l->data, value));
    }
  adw_preferences_page_add (self->page, group);
  g_ptr_array_add (self->groups, group);
}

static void
update_configuration (AttuneMonitorConfiguration *self)
{
  AttuneConfiguration *configuration;
  const AttuneParameter *parameters;
  gboolean is_effective;
  gboolean here;
  AttuneAdapter *adapter;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  guint n_parameters;

  if (self->job == NULL)
    return;

  is_effective = g_strcmp0 (adw_toggle_group_get_active_name (self->view_toggle), "effective") == 0;
  here = is_effective && is_here (self);
  adapter = attune_registry_lookup (attune_commands_get_registry (self->commands), attune_job_get_provider (self->job), NULL);
  capabilities = is_effective && adapter != NULL ? attune_adapter_dup_capabilities (adapter) : NULL;

  for (guint i = 0; i < self->groups->len; i++)
    adw_preferences_page_remove (self->page, g_ptr_array_index (self->groups, i));
  g_ptr_array_set_size (self->groups, 0);

  configuration = attune_job_get_configuration (self->job);
  parameters = attune_parameters_get (&n_parameters);
  for (guint g = 0; g < ATTUNE_N_PARAMETER_GROUPS; g++)
    {
      AdwPreferencesGroup *group = NULL;

      for (guint p = 0; p < n_parameters; p++)
        {
          const AttuneParameter *parameter = &parameters[p];
          g_autoptr (GVariant) value = NULL;
          g_autofree char *text = NULL;
          GtkWidget *row;

          if (parameter->group != g)
            continue;
          value = attune_configuration_dup_value (configuration, parameter->path);
          if (value != NULL)
            text = attune_monitor_format_setting (self->commands, parameter, value);
          else if (is_effective)
            text = dup_default_text (self, capabilities, parameter, here);
          if (text == NULL)
            continue;

          if (group == NULL)
            {
              group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
              adw_preferences_group_set_title (group, attune_parameter_group_get_title (g));
              adw_preferences_page_add (self->page, group);
              g_ptr_array_add (self->groups, group);
            }
          row = create_row (attune_parameter_get_title (parameter), text);
          gtk_widget_set_tooltip_text (row, attune_parameter_get_help (parameter));
          if (value == NULL)
            add_tag (row);
          adw_preferences_group_add (group, row);
        }
    }
  add_metadata (self, configuration);
}

void
attune_monitor_configuration_set_job (AttuneMonitorConfiguration *self,
                                      AttuneCommands             *commands,
                                      AttuneJob                  *job)
{
  static const char * const signals_of_job[] = {
    "notify::started-at", "notify::finished-at", "notify::provider-job-id",
  };

  g_return_if_fail (ATTUNE_IS_MONITOR_CONFIGURATION (self));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (ATTUNE_IS_JOB (job));
  g_return_if_fail (self->job == NULL);

  self->commands = g_object_ref (commands);
  self->job = g_object_ref (job);
  for (guint i = 0; i < G_N_ELEMENTS (signals_of_job); i++)
    g_signal_connect_object (job, signals_of_job[i], G_CALLBACK (update_job), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::configuration", G_CALLBACK (update_configuration), self, G_CONNECT_SWAPPED);
  update_job (self);
  update_configuration (self);
}

static void
attune_monitor_configuration_dispose (GObject *object)
{
  AttuneMonitorConfiguration *self = ATTUNE_MONITOR_CONFIGURATION (object);

  /* A bound child that is the child of the bin itself would be taken from it behind its back. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_CONFIGURATION);
  g_clear_object (&self->commands);
  g_clear_object (&self->job);

  G_OBJECT_CLASS (attune_monitor_configuration_parent_class)->dispose (object);
}

static void
attune_monitor_configuration_finalize (GObject *object)
{
  AttuneMonitorConfiguration *self = ATTUNE_MONITOR_CONFIGURATION (object);

  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->rows);

  G_OBJECT_CLASS (attune_monitor_configuration_parent_class)->finalize (object);
}

static void
attune_monitor_configuration_class_init (AttuneMonitorConfigurationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = attune_monitor_configuration_dispose;
  object_class->finalize = attune_monitor_configuration_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/attune/Attune/monitor/attune-monitor-configuration.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorConfiguration, page);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorConfiguration, job_group);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorConfiguration, view_toggle);
}

static void
attune_monitor_configuration_init (AttuneMonitorConfiguration *self)
{
  self->groups = g_ptr_array_new ();
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->view_toggle, "notify::active-name", G_CALLBACK (update_configuration), self, G_CONNECT_SWAPPED);
}
