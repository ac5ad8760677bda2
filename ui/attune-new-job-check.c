/* attune-new-job-check.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-new-job-page-private.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

/* An estimate reads the model and may count tokens; it is asked for when a person pauses. */
#define ESTIMATE_DELAY_MS 350

void
attune_new_job_page_clear_cancellable (GCancellable **cancellable)
{
  if (*cancellable != NULL)
    g_cancellable_cancel (*cancellable);
  g_clear_object (cancellable);
}

AttuneDataset *
attune_new_job_page_lookup_dataset (AttuneNewJobPage *self,
                                    const char       *path)
{
  g_autofree char *id = attune_configuration_dup_text (attune_job_form_get_configuration (self->form), path);

  return id != NULL ? attune_dataset_store_lookup (attune_commands_get_datasets (self->commands), id) : NULL;
}

void
attune_new_job_page_update_actions (AttuneNewJobPage *self)
{
  gboolean ready = self->capabilities != NULL;
  gboolean startable = ready && self->check_source == 0 && self->validation != NULL &&
                       attune_validation_is_valid (self->validation) &&
                       !attune_job_form_is_busy (self->form) && !self->is_starting;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "new-job.start", startable);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "new-job.show-request", ready);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "new-job.show-tokens",
                                 attune_new_job_page_lookup_dataset (self, "datasets.trainingFileId") != NULL);
  gtk_widget_set_visible (self->start_spinner, self->is_starting);
  gtk_label_set_label (self->start_label, self->is_starting ? _("Starting…") : _("_Start"));
  if (ready && self->validation != NULL && !attune_validation_is_valid (self->validation))
    {
      guint n_errors = attune_validation_get_n_errors (self->validation);
      g_autofree char *reason = g_strdup_printf (ngettext ("%u problem has to be solved before the start",
                                                           "%u problems have to be solved before the start", n_errors), n_errors);

      gtk_widget_set_tooltip_text (self->start_button, reason);
    }
  else
    gtk_widget_set_tooltip_text (self->start_button, _("Start the Job"));
}

/* --- Estimate --- */

/* What an estimate in the background borrows. */
typedef struct {
  AttuneNewJobPage    *self;
  AttuneConfiguration *configuration;
  AttuneDataset       *training;
  AttuneDataset       *validation;
  AttuneJobContext     context;
  GCancellable        *cancellable;
} EstimateState;

static void
estimate_state_free (EstimateState *state)
{
  g_object_unref (state->self);
  g_object_unref (state->configuration);
  g_clear_object (&state->training);
  g_clear_object (&state->validation);
  g_object_unref (state->cancellable);
  g_free (state);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EstimateState, estimate_state_free)

static void
estimated_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (EstimateState) state = user_data;
  g_autoptr (AttuneEstimate) estimate = NULL;
  g_autoptr (GError) error = NULL;

  estimate = attune_adapter_estimate_finish (ATTUNE_ADAPTER (object), result, &error);
  /* A newer one is on its way, or the page is gone. */
  if (state->cancellable != state->self->estimating)
    return;

  if (estimate == NULL && attune_error_is_cancelled (error))
    return;

  attune_flight_panel_set_estimate (state->self->panel, estimate, estimate == NULL ? error->message : NULL);
  if (estimate != NULL)
    {
      state->self->steps = estimate->steps;
      state->self->cost_low = estimate->cost_low;
      state->self->cost_high = isfinite (estimate->cost_high) ? estimate->cost_high : estimate->cost_low;
    }
  state->self->cost_state = estimate != NULL && isfinite (state->self->cost_high) ? ATTUNE_COST_KNOWN : ATTUNE_COST_UNKNOWN;
  attune_new_job_page_update_course (state->self, state->configuration);
  attune_new_job_page_cost_settled (state->self);
}

static gboolean
estimate_timeout_cb (gpointer user_data)
{
  AttuneNewJobPage *self = user_data;
  EstimateState *state;

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  self->estimate_source = 0;
  self->estimating = g_cancellable_new ();

  state = g_new0 (EstimateState, 1);
  state->self = g_object_ref (self);
  state->configuration = attune_job_form_dup_effective (self->form);
  g_set_object (&state->training, attune_new_job_page_lookup_dataset (self, "datasets.trainingFileId"));
  g_set_object (&state->validation, attune_new_job_page_lookup_dataset (self, "datasets.validationFileId"));
  state->context.training = state->training;
  state->context.validation = state->validation;
  state->cancellable = g_object_ref (self->estimating);
  attune_adapter_estimate_async (self->adapter, state->configuration, &state->context, state->cancellable,
                                 estimated_cb, state);

  return G_SOURCE_REMOVE;
}

static void
queue_estimate (AttuneNewJobPage *self)
{
  attune_new_job_page_clear_cancellable (&self->estimating);
  g_clear_handle_id (&self->estimate_source, g_source_remove);
  self->steps = -1;
  self->cost_state = ATTUNE_COST_UNKNOWN;
  attune_flight_panel_set_money (self->panel, attune_adapter_get_credential (self->adapter) != NULL,
                                 attune_settings_get_spending_limit (self->settings));

  if (!attune_adapter_can (self->adapter, "estimate"))
    attune_flight_panel_set_estimate (self->panel, NULL, _("This provider gives no estimate."));
  else if (!attune_validation_is_valid (self->validation))
    attune_flight_panel_set_estimate (self->panel, NULL, _("Known when the problems are solved."));
  else
    {
      self->cost_state = ATTUNE_COST_PENDING;
      attune_flight_panel_set_estimate (self->panel, NULL, NULL);
      self->estimate_source = g_timeout_add (ESTIMATE_DELAY_MS, estimate_timeout_cb, self);
    }
}

/* --- Check --- */

static void
check_now (AttuneNewJobPage *self)
{
  g_autoptr (AttuneConfiguration) configuration = attune_job_form_dup_effective (self->form);
  g_autoptr (AttuneValidation) validation = NULL;
  AttuneJobContext context = { 0, };

  context.training = attune_new_job_page_lookup_dataset (self, "datasets.trainingFileId");
  context.validation = attune_new_job_page_lookup_dataset (self, "datasets.validationFileId");
  validation = attune_adapter_validate_configuration (self->adapter, configuration, &context);
  attune_new_job_page_update_facts (self, configuration);
  attune_new_job_page_add_facts_issues (self, configuration, validation);
  attune_job_form_show_validation (self->form, validation);
  g_set_object (&self->validation, validation);
  attune_flight_panel_set_validation (self->panel, validation);

  if (attune_job_form_get_capabilities (self->form) != NULL)
    {
      g_auto (GStrv) unsupported = attune_capabilities_list_unsupported (attune_job_form_get_capabilities (self->form));

      attune_flight_panel_set_ignored (self->panel, attune_adapter_get_title (self->adapter),
                                       (const char * const *) unsupported);
    }
  queue_estimate (self);
  attune_new_job_page_update_course (self, configuration);
}

/* A new form starts with what the provider would rather see, as far as nobody has chosen anything else: each such value is marked
 * as changed, and can be taken back. */
static gboolean
take_advice (AttuneNewJobPage *self)
{
  AttuneConfiguration *configuration = attune_job_form_get_configuration (self->form);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  for (guint i = 0; i < attune_validation_get_n_issues (self->validation); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (self->validation, i);

      if (issue->severity == ATTUNE_SEVERITY_WARNING && issue->repair != NULL &&
          attune_parameters_lookup (issue->path) != NULL && !attune_configuration_is_set (configuration, issue->path))
        {
          g_ptr_array_add (paths, g_strdup (issue->path));
          g_ptr_array_add (values, g_variant_ref (issue->repair));
        }
    }
  for (guint i = 0; i < paths->len; i++)
    attune_new_job_page_set_automatic (self, g_ptr_array_index (paths, i), g_ptr_array_index (values, i));

  return paths->len > 0;
}

static gboolean
check_idle_cb (gpointer user_data)
{
  AttuneNewJobPage *self = user_data;

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  self->check_source = 0;
  check_now (self);
  if (!self->advised)
    {
      self->advised = TRUE;
      if (take_advice (self))
        return G_SOURCE_REMOVE; /* the change has asked for the next check */
    }
  self->has_begun = TRUE;
  attune_new_job_page_update_actions (self);

  return G_SOURCE_REMOVE;
}

/* One change may be many: a preset, a provider with its model. They are checked once, before the next frame. */
void
attune_new_job_page_queue_check (AttuneNewJobPage *self)
{
  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  if (self->capabilities == NULL)
    return;
  if (self->check_source == 0)
    self->check_source = g_idle_add_full (GDK_PRIORITY_REDRAW - 10, check_idle_cb, self, NULL);
  attune_new_job_page_update_actions (self);
}
