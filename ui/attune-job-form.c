/* attune-job-form.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-form-private.h"

#include <glib/gi18n-lib.h>

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneJobForm, attune_job_form, ADW_TYPE_BIN)

static void
group_free (AttuneFormGroup *group)
{
  g_ptr_array_unref (group->rows);
  g_free (group);
}

void
attune_job_form_update_groups (AttuneJobForm *self)
{
  gboolean any_advanced = FALSE;

  for (guint i = 0; i < self->groups->len; i++)
    {
      AttuneFormGroup *group = g_ptr_array_index (self->groups, i);
      gboolean visible = FALSE;

      for (guint j = 0; j < group->rows->len; j++)
        visible = visible || attune_parameter_row_is_shown (g_ptr_array_index (group->rows, j));
      gtk_widget_set_visible (group->widget, visible);
      if (visible && gtk_widget_get_parent (group->widget) == self->advanced_box)
        any_advanced = TRUE;
    }
  /* What is searched for shows wherever it stands. */
  gtk_widget_set_visible (self->all_settings_group, any_advanced && self->search == NULL);
  gtk_widget_set_visible (self->advanced_box, any_advanced && (self->all_settings || self->search != NULL));
}

static void
problem_changed_cb (AttuneJobForm *self)
{
  g_assert (ATTUNE_IS_JOB_FORM (self));

  if (self->frozen == 0)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
add_row (AttuneJobForm   *self,
         AttuneFormGroup *group,
         AttuneField     *field)
{
  AttuneParameterRow *row = attune_parameter_row_new (field, self->configuration, self->commands);

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group->widget), attune_parameter_row_get_widget (row));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group->widget), attune_parameter_row_get_message_widget (row));
  g_signal_connect_object (row, "problem-changed", G_CALLBACK (problem_changed_cb), self, G_CONNECT_SWAPPED);
  g_hash_table_insert (self->rows, (gpointer) attune_field_get_path (field), row);
  g_ptr_array_add (group->rows, row);
}

static AttuneFormGroup *
add_group (AttuneJobForm *self,
           GtkWidget     *box,
           const char    *title)
{
  AttuneFormGroup *group = g_new0 (AttuneFormGroup, 1);

  group->widget = adw_preferences_group_new ();
  group->rows = g_ptr_array_new_with_free_func (g_object_unref);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group->widget), title);
  gtk_box_append (GTK_BOX (box), group->widget);
  g_ptr_array_add (self->groups, group);

  return group;
}

/* The rows of one half of the table: the simple settings or the advanced ones. */
static void
add_table_groups (AttuneJobForm *self,
                  GtkWidget     *box,
                  gboolean       advanced)
{
  guint n_parameters;
  const AttuneParameter *parameters = attune_parameters_get (&n_parameters);

  for (guint g = 0; g < ATTUNE_N_PARAMETER_GROUPS; g++)
    {
      AttuneFormGroup *group = NULL;

      for (guint i = 0; i < n_parameters; i++)
        {
          g_autoptr (AttuneField) field = NULL;

          if (parameters[i].group != g ||
              ((parameters[i].flags & ATTUNE_PARAMETER_ADVANCED) != 0) != advanced)
            continue;
          if (group == NULL)
            {
              g_autofree char *title = g_markup_escape_text (attune_parameter_group_get_title (g), -1);

              group = add_group (self, box, title);
            }
          field = attune_field_new (&parameters[i]);
          add_row (self, group, field);
        }
    }
}

/* The custom parameters come and go with the provider: their group, the last one, is made anew. */
static void
rebuild_custom_group (AttuneJobForm *self)
{
  g_autoptr (GVariant) custom = NULL;
  AttuneFormGroup *group;

  for (guint i = self->groups->len; i > 0; i--)
    {
      AttuneFormGroup *old = g_ptr_array_index (self->groups, i - 1);

      if (!g_str_equal (gtk_widget_get_name (old->widget), "custom"))
        continue;
      for (guint j = 0; j < old->rows->len; j++)
        {
          AttuneField *field = attune_parameter_row_get_field (g_ptr_array_index (old->rows, j));

          g_hash_table_remove (self->rows, attune_field_get_path (field));
        }
      gtk_box_remove (GTK_BOX (self->advanced_box), old->widget);
      g_ptr_array_remove_index (self->groups, i - 1);
    }

  if (self->provider_capabilities == NULL)
    return;
  custom = g_variant_lookup_value (attune_capabilities_get_variant (self->provider_capabilities),
                                   "customParameters", G_VARIANT_TYPE ("a{sa{sv}}"));
  if (custom == NULL || g_variant_n_children (custom) == 0)
    return;

  group = add_group (self, self->advanced_box, _("Only for This Provider"));
  gtk_widget_set_name (group->widget, "custom");
  for (gsize i = 0; i < g_variant_n_children (custom); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (custom, i);
      g_autoptr (GVariant) definition = g_variant_get_child_value (entry, 1);
      g_autoptr (AttuneField) field = NULL;
      const char *name;

      g_variant_get_child (entry, 0, "&s", &name);
      field = attune_field_new_custom (name, definition);
      add_row (self, group, field);
    }
}

/* Lays the limits of the chosen model over the provider's; @force where the provider's are new. */
static void
update_capabilities (AttuneJobForm *self,
                     gboolean       force)
{
  g_autofree char *model = attune_configuration_dup_text (self->configuration, "model.baseModel");
  g_autoptr (AttuneCapabilities) narrowed = NULL;
  GHashTableIter iter;
  gpointer row;

  if (!g_set_str (&self->model, model) && !force)
    return;

  if (self->provider_capabilities != NULL)
    narrowed = model != NULL ? attune_capabilities_for_model (self->provider_capabilities, model)
                             : g_object_ref (self->provider_capabilities);
  g_set_object (&self->capabilities, narrowed);

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    {
      AttuneField *field = attune_parameter_row_get_field (row);

      attune_field_set_capabilities (field, narrowed);
      if (attune_field_get_parameter_type (field) == ATTUNE_PARAMETER_MODEL)
        attune_model_parameter_row_set_capabilities (row, self->provider_capabilities);
    }
}

static void
refresh_rows (AttuneJobForm *self)
{
  GHashTableIter iter;
  gpointer row;

  attune_job_form_filter (self);

  /* Any value may be the condition of any row. */
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    attune_parameter_row_refresh (row);
  attune_job_form_update_groups (self);
}

static void
configuration_changed_cb (AttuneJobForm *self)
{
  g_assert (ATTUNE_IS_JOB_FORM (self));

  if (self->frozen > 0)
    return;

  update_capabilities (self, FALSE);
  refresh_rows (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
attune_job_form_freeze (AttuneJobForm *self)
{
  self->frozen++;
}

void
attune_job_form_thaw (AttuneJobForm *self)
{
  g_assert (self->frozen > 0);

  if (--self->frozen == 0)
    configuration_changed_cb (self);
}

static void
all_settings_activated_cb (AttuneJobForm *self)
{
  g_assert (ATTUNE_IS_JOB_FORM (self));

  attune_job_form_set_all_settings (self, !attune_job_form_get_all_settings (self));
}

static void
attune_job_form_dispose (GObject *object)
{
  AttuneJobForm *self = ATTUNE_JOB_FORM (object);

  g_hash_table_remove_all (self->rows);
  g_ptr_array_set_size (self->groups, 0);
  g_clear_object (&self->commands);
  g_clear_object (&self->configuration);
  g_clear_object (&self->provider_capabilities);
  g_clear_object (&self->capabilities);
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->search, g_free);

  G_OBJECT_CLASS (attune_job_form_parent_class)->dispose (object);
}

static void
attune_job_form_finalize (GObject *object)
{
  AttuneJobForm *self = ATTUNE_JOB_FORM (object);

  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_clear_pointer (&self->groups, g_ptr_array_unref);

  G_OBJECT_CLASS (attune_job_form_parent_class)->finalize (object);
}

static void
attune_job_form_class_init (AttuneJobFormClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = attune_job_form_dispose;
  object_class->finalize = attune_job_form_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
attune_job_form_init (AttuneJobForm *self)
{
  self->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) group_free);
  self->rows = g_hash_table_new (g_str_hash, g_str_equal);

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  adw_bin_set_child (ADW_BIN (self), self->box);
}

GtkWidget *
attune_job_form_new (void)
{
  return g_object_new (ATTUNE_TYPE_JOB_FORM, NULL);
}

void
attune_job_form_set_up (AttuneJobForm       *self,
                        AttuneCommands      *commands,
                        AttuneConfiguration *configuration)
{
  GtkWidget *search;

  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));
  g_return_if_fail (commands == NULL || ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (ATTUNE_IS_CONFIGURATION (configuration));
  g_return_if_fail (self->configuration == NULL);

  g_set_object (&self->commands, commands);
  self->configuration = g_object_ref (configuration);

  add_table_groups (self, self->box, FALSE);

  self->all_settings_group = adw_preferences_group_new ();
  self->all_settings_row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->all_settings_row), _("All Settings"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->all_settings_row), _("Good as they are for a first job"));
  self->all_settings_icon = gtk_image_new_from_icon_name ("pan-down-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->all_settings_icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  search = attune_parameter_row_make_button ("edit-find-symbolic", _("Search All Settings"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (search), "new-job.search");
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->all_settings_row), search);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->all_settings_row), self->all_settings_icon);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self->all_settings_row), TRUE);
  g_signal_connect_object (self->all_settings_row, "activated", G_CALLBACK (all_settings_activated_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->all_settings_group), self->all_settings_row);
  gtk_box_append (GTK_BOX (self->box), self->all_settings_group);

  self->nothing_page = gtk_label_new (_("No setting found. Try another word, such as “rate” or “memory”."));
  gtk_label_set_wrap (GTK_LABEL (self->nothing_page), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->nothing_page), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (self->nothing_page, "dim-label");
  gtk_widget_set_margin_top (self->nothing_page, 24);
  gtk_widget_set_visible (self->nothing_page, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->nothing_page);

  self->advanced_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  gtk_box_append (GTK_BOX (self->box), self->advanced_box);
  add_table_groups (self, self->advanced_box, TRUE);
  attune_job_form_set_all_settings (self, FALSE);

  g_signal_connect_object (self->configuration, "changed", G_CALLBACK (configuration_changed_cb), self, G_CONNECT_SWAPPED);
}

AttuneConfiguration *
attune_job_form_get_configuration (AttuneJobForm *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_FORM (self), NULL);

  return self->configuration;
}

AttuneConfiguration *
attune_job_form_dup_effective (AttuneJobForm *self)
{
  AttuneConfiguration *copy;
  GHashTableIter iter;
  gpointer key, row;

  g_return_val_if_fail (ATTUNE_IS_JOB_FORM (self), NULL);

  copy = attune_configuration_copy (self->configuration);
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &key, &row))
    {
      const AttuneParameter *parameter = attune_parameters_lookup (key);
      g_autoptr (GVariant) shown = attune_field_dup_default (attune_parameter_row_get_field (row));
      g_autoptr (GVariant) preset = NULL;

      if (parameter == NULL || shown == NULL || attune_configuration_is_set (copy, key) ||
          !attune_parameter_row_is_visible (row))
        continue;
      preset = attune_parameter_dup_default (parameter);
      if (preset != NULL)
        g_variant_take_ref (preset);
      if (preset == NULL || !g_variant_equal (preset, shown))
        attune_configuration_set_value (copy, key, shown);
    }

  return copy;
}

void
attune_job_form_set_configuration (AttuneJobForm       *self,
                                   AttuneConfiguration *configuration)
{
  GHashTableIter iter;
  gpointer row;

  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));
  g_return_if_fail (ATTUNE_IS_CONFIGURATION (configuration));
  g_return_if_fail (self->configuration != NULL);

  if (self->configuration == configuration)
    return;

  g_signal_handlers_disconnect_by_func (self->configuration, configuration_changed_cb, self);
  g_set_object (&self->configuration, configuration);
  g_signal_connect_object (self->configuration, "changed", G_CALLBACK (configuration_changed_cb), self, G_CONNECT_SWAPPED);

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    attune_parameter_row_set_configuration (row, configuration);
  configuration_changed_cb (self);
}

void
attune_job_form_set_capabilities (AttuneJobForm      *self,
                                  AttuneCapabilities *capabilities)
{
  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));
  g_return_if_fail (capabilities == NULL || ATTUNE_IS_CAPABILITIES (capabilities));
  g_return_if_fail (self->configuration != NULL);

  g_set_object (&self->provider_capabilities, capabilities);
  rebuild_custom_group (self);
  update_capabilities (self, TRUE);
  refresh_rows (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

AttuneCapabilities *
attune_job_form_get_capabilities (AttuneJobForm *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_FORM (self), NULL);

  return self->capabilities;
}

void
attune_job_form_show_validation (AttuneJobForm    *self,
                                 AttuneValidation *validation)
{
  GHashTableIter iter;
  gpointer key, value;

  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));
  g_return_if_fail (ATTUNE_IS_VALIDATION (validation));

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *problem = attune_parameter_row_get_problem (value);

      if (problem != NULL && attune_parameter_row_is_visible (value))
        attune_validation_add (validation, key, ATTUNE_SEVERITY_ERROR, "type", NULL, "%s", problem);
      attune_parameter_row_set_issue (value, attune_validation_find (validation, key));
    }
}

gboolean
attune_job_form_is_busy (AttuneJobForm *self)
{
  GHashTableIter iter;
  gpointer row;

  g_return_val_if_fail (ATTUNE_IS_JOB_FORM (self), FALSE);

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (attune_field_get_parameter_type (attune_parameter_row_get_field (row)) == ATTUNE_PARAMETER_DATASET &&
        attune_dataset_parameter_row_is_busy (row))
      return TRUE;

  return FALSE;
}

void
attune_job_form_repair (AttuneJobForm *self,
                        const char    *path,
                        GVariant      *repair)
{
  AttuneParameterRow *row;

  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));
  g_return_if_fail (path != NULL && repair != NULL);

  row = g_hash_table_lookup (self->rows, path);
  if (row == NULL)
    return;

  attune_parameter_row_take_value (row, repair);
  attune_parameter_row_refresh (row);
}

/* The row of @path, of what it lies in ("optimizer.scheduler" for its type), or the first one below it. */
static AttuneParameterRow *
find_row (AttuneJobForm *self,
          const char    *path)
{
  AttuneParameterRow *row = g_hash_table_lookup (self->rows, path);
  g_autofree char *prefix = NULL;

  if (row != NULL || *path == '\0')
    return row;

  prefix = g_strconcat (path, ".", NULL);
  for (guint i = 0; i < self->groups->len; i++)
    {
      AttuneFormGroup *group = g_ptr_array_index (self->groups, i);

      for (guint j = 0; j < group->rows->len; j++)
        {
          AttuneParameterRow *candidate = g_ptr_array_index (group->rows, j);

          if (g_str_has_prefix (attune_field_get_path (attune_parameter_row_get_field (candidate)), prefix) &&
              attune_parameter_row_is_visible (candidate))
            return candidate;
        }
    }

  return NULL;
}

gboolean
attune_job_form_focus_path (AttuneJobForm *self,
                            const char    *path)
{
  AttuneParameterRow *row;

  g_return_val_if_fail (ATTUNE_IS_JOB_FORM (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  row = find_row (self, path);
  if (row == NULL || !attune_parameter_row_is_visible (row))
    return FALSE;

  if (!attune_parameter_row_is_shown (row))
    attune_job_form_set_search (self, NULL);
  if (gtk_widget_is_ancestor (attune_parameter_row_get_widget (row), self->advanced_box))
    attune_job_form_set_all_settings (self, TRUE);
  attune_parameter_row_grab_focus (row);

  return TRUE;
}

AttuneParameterRow *
attune_job_form_get_row (AttuneJobForm *self,
                         const char    *path)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_FORM (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  return g_hash_table_lookup (self->rows, path);
}

void
attune_job_form_choose_dataset (AttuneJobForm *self,
                                const char    *parameter,
                                const char    *path)
{
  AttuneParameterRow *row;

  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));
  g_return_if_fail (path != NULL);

  row = g_hash_table_lookup (self->rows, parameter);
  g_return_if_fail (row != NULL);

  attune_dataset_parameter_row_choose_path (row, path);
}

void
attune_job_form_set_all_settings (AttuneJobForm *self,
                                  gboolean       shown)
{
  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));

  self->all_settings = shown;
  attune_job_form_update_groups (self);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->all_settings_icon), shown ? "pan-up-symbolic" : "pan-down-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->all_settings_row), GTK_ACCESSIBLE_STATE_EXPANDED, shown, -1);
}

gboolean
attune_job_form_get_all_settings (AttuneJobForm *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_FORM (self), FALSE);

  return self->all_settings;
}
