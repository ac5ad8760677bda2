/* attune-new-job-lead.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-new-job-page-private.h"

#include <glib/gi18n-lib.h>

void
attune_new_job_page_update_lead (AttuneNewJobPage *self)
{
  AttuneCapabilities *capabilities = attune_job_form_get_capabilities (self->form);
  guint n_changed = attune_job_form_get_n_changed (self->form);

  gtk_widget_set_visible (GTK_WIDGET (self->changed_row), n_changed > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "new-job.reset-all", n_changed > 0);
  if (n_changed > 0)
    {
      g_autofree char *title = g_strdup_printf (ngettext ("%u setting is changed", "%u settings are changed", n_changed), n_changed);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->changed_row), title);
    }
  if (capabilities != NULL)
    attune_preset_row_update (self->preset_row, attune_job_form_get_configuration (self->form), capabilities);
}

void
attune_new_job_page_take_preset (AttuneNewJobPage *self,
                                 int               preset)
{
  AttuneCapabilities *capabilities;
  AttuneConfiguration *configuration;
  g_autoptr (AttuneConfiguration) before = NULL;
  g_autoptr (GVariant) values = NULL;
  g_autofree char *message = NULL;

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  capabilities = attune_job_form_get_capabilities (self->form);
  if (capabilities == NULL)
    return;

  configuration = attune_job_form_get_configuration (self->form);
  before = attune_configuration_copy (configuration);
  values = attune_preset_build ((AttunePreset) preset, configuration, capabilities);
  attune_job_form_set_values (self->form, values);
  /* translators: %s is the title of a preset */
  message = g_strdup_printf (_("Set to “%s”"), attune_preset_get_title ((AttunePreset) preset));
  attune_new_job_page_offer_undo (self, message, before);
}

void
attune_new_job_page_reset_all (AttuneNewJobPage *self)
{
  g_autoptr (AttuneConfiguration) before = attune_configuration_copy (attune_job_form_get_configuration (self->form));

  attune_job_form_reset_all (self->form);
  attune_new_job_page_offer_undo (self, _("All settings are at their defaults"), before);
}
