/* attune-job-form-search.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-form-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* --- Search --- */

static char *
fold (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);

  return g_utf8_casefold (normal != NULL ? normal : "", -1);
}

/* Everything by which a person may look for a setting. */
static char *
make_haystack (AttuneField *field)
{
  g_autoptr (GString) text = g_string_new (attune_field_get_title (field));
  const char * const *words = attune_field_get_words (field);

  g_string_append_printf (text, "\n%s\n%s", attune_field_get_path (field),
                          attune_field_get_help (field) != NULL ? attune_field_get_help (field) : "");
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *title = attune_field_dup_word_title (field, words[i]);

      const char *help = attune_field_get_word_help (field, words[i]);

      g_string_append_printf (text, "\n%s\n%s\n%s", words[i], title, help != NULL ? help : "");
    }

  return fold (text->str);
}

static gboolean
matches (AttuneJobForm *self,
         AttuneField   *field)
{
  g_autofree char *haystack = make_haystack (field);
  g_auto (GStrv) terms = g_strsplit_set (self->search, " \t", -1);

  for (guint i = 0; terms[i] != NULL; i++)
    if (strstr (haystack, terms[i]) == NULL)
      return FALSE;

  return TRUE;
}

static void
elsewhere_activated_cb (GtkWidget     *row,
                        AttuneJobForm *self)
{
  const char *path;

  g_assert (ATTUNE_IS_JOB_FORM (self));

  path = g_object_get_data (G_OBJECT (row), "attune-path");
  attune_job_form_focus_path (self, path);
}

/* Why a setting that was found has no row: nothing is hidden without a word. */
static GtkWidget *
make_elsewhere_row (AttuneJobForm *self,
                    AttuneField   *field)
{
  const AttuneParameter *parameter = attune_parameters_lookup (attune_field_get_path (field));
  const AttuneParameter *condition = parameter != NULL && parameter->applies_path != NULL
    ? attune_parameters_lookup (parameter->applies_path) : NULL;
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *reason = NULL;

  if (attune_field_is_supported (field) && condition != NULL)
    {
      GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

      /* translators: %s is the title of another setting, such as "Method" */
      reason = g_strdup_printf (_("Does not apply with the present “%s”"), attune_parameter_get_title (condition));
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      g_object_set_data (G_OBJECT (row), "attune-path", (gpointer) condition->path);
      g_signal_connect_object (row, "activated", G_CALLBACK (elsewhere_activated_cb), self, 0);
      gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
    }
  else
    reason = g_strdup (_("Not used by this provider"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), attune_field_get_title (field));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), reason);
  gtk_widget_add_css_class (row, "elsewhere");

  return row;
}

static void
add_elsewhere (AttuneJobForm *self,
               AttuneField   *field)
{
  if (self->elsewhere_group == NULL)
    {
      self->elsewhere_group = adw_preferences_group_new ();
      adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->elsewhere_group), _("Not Shown Now"));
      gtk_box_append (GTK_BOX (self->box), self->elsewhere_group);
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->elsewhere_group), make_elsewhere_row (self, field));
}

void
attune_job_form_filter (AttuneJobForm *self)
{
  if (self->elsewhere_group != NULL)
    {
      gtk_box_remove (GTK_BOX (self->box), self->elsewhere_group);
      self->elsewhere_group = NULL;
    }

  self->n_found = 0;
  for (guint i = 0; i < self->groups->len; i++)
    {
      AttuneFormGroup *group = g_ptr_array_index (self->groups, i);

      for (guint j = 0; j < group->rows->len; j++)
        {
          AttuneParameterRow *row = g_ptr_array_index (group->rows, j);
          AttuneField *field = attune_parameter_row_get_field (row);
          gboolean found = self->search == NULL || matches (self, field);

          attune_parameter_row_set_filtered (row, !found);
          if (self->search == NULL || !found)
            continue;
          self->n_found++;
          if (!attune_parameter_row_is_visible (row))
            add_elsewhere (self, field);
        }
    }
  gtk_widget_set_visible (self->nothing_page, self->search != NULL && self->n_found == 0);
}

void
attune_job_form_set_search (AttuneJobForm *self,
                            const char    *text)
{
  g_autofree char *stripped = NULL;
  g_autofree char *folded = NULL;

  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));
  g_return_if_fail (self->configuration != NULL);

  stripped = text != NULL ? g_strstrip (g_strdup (text)) : NULL;
  folded = stripped != NULL && *stripped != '\0' ? fold (stripped) : NULL;
  if (!g_set_str (&self->search, folded))
    return;

  attune_job_form_filter (self);
  attune_job_form_update_groups (self);
}

guint
attune_job_form_get_n_found (AttuneJobForm *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOB_FORM (self), 0);

  return self->n_found;
}

/* --- Many values at once --- */

guint
attune_job_form_get_n_changed (AttuneJobForm *self)
{
  GHashTableIter iter;
  gpointer row;
  guint n_changed = 0;

  g_return_val_if_fail (ATTUNE_IS_JOB_FORM (self), 0);

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (attune_parameter_row_is_visible (row) && attune_parameter_row_is_changed (row) &&
        attune_field_get_group (attune_parameter_row_get_field (row)) != ATTUNE_PARAMETER_GROUP_DATASETS)
      n_changed++;

  return n_changed;
}

void
attune_job_form_reset_all (AttuneJobForm *self)
{
  GHashTableIter iter;
  gpointer row;

  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));

  attune_job_form_freeze (self);
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    /* The data is what the job is about, and no setting of it. */
    if (attune_parameter_row_is_changed (row) &&
        attune_field_get_group (attune_parameter_row_get_field (row)) != ATTUNE_PARAMETER_GROUP_DATASETS)
      attune_parameter_row_reset (row);
  attune_job_form_thaw (self);
}

void
attune_job_form_set_values (AttuneJobForm *self,
                            GVariant      *values)
{
  g_return_if_fail (ATTUNE_IS_JOB_FORM (self));
  g_return_if_fail (g_variant_is_of_type (values, G_VARIANT_TYPE_VARDICT));

  attune_job_form_freeze (self);
  for (gsize i = 0; i < g_variant_n_children (values); i++)
    {
      g_autoptr (GVariant) value = NULL;
      const char *path;
      AttuneParameterRow *row;

      g_variant_get_child (values, i, "{&sv}", &path, &value);
      row = g_hash_table_lookup (self->rows, path);
      if (row == NULL)
        continue;
      attune_parameter_row_take_value (row, value);
    }
  attune_job_form_thaw (self);
}
