/* attune-new-job-start.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-new-job-page-private.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "attune-dialogs.h"
#include "attune-error.h"
#include "attune-format.h"
#include "attune-request-dialog.h"
#include "attune-token-dialog.h"

/* --- Looking at what would go out --- */

void
attune_new_job_page_show_request (AttuneNewJobPage *self)
{
  g_autoptr (AttuneConfiguration) configuration = attune_job_form_dup_effective (self->form);
  const char *credential = attune_adapter_get_credential (self->adapter);
  AttuneJobContext context = { 0, };
  AttuneRequest request = { 0, };
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  context.training = attune_new_job_page_lookup_dataset (self, "datasets.trainingFileId");
  context.validation = attune_new_job_page_lookup_dataset (self, "datasets.validationFileId");
  node = attune_adapter_translate_configuration (self->adapter, configuration, &context, &error);
  if (node == NULL)
    {
      attune_dialogs_present_error (GTK_WIDGET (self), _("The Request Cannot Be Made Yet"), error);
      return;
    }

  request.request = node;
  request.provider = attune_adapter_get_id (self->adapter);
  request.key_variable = credential != NULL ? attune_credentials_get_variable (credential) : NULL;
  request.configuration = configuration;
  request.name = gtk_editable_get_text (GTK_EDITABLE (self->name_row));
  request.training = context.training != NULL ? attune_dataset_get_path (context.training) : NULL;
  request.validation = context.validation != NULL ? attune_dataset_get_path (context.validation) : NULL;
  adw_dialog_present (attune_request_dialog_new (&request), GTK_WIDGET (self));
}

void
attune_new_job_page_show_tokens (AttuneNewJobPage *self)
{
  g_autoptr (AttuneConfiguration) configuration = attune_job_form_dup_effective (self->form);
  AttuneDataset *dataset = attune_new_job_page_lookup_dataset (self, "datasets.trainingFileId");
  AttuneCapabilities *capabilities = attune_job_form_get_capabilities (self->form);
  g_autofree char *folder = attune_new_job_page_dup_model_folder (self);
  gint64 length = 0;

  if (dataset == NULL)
    return;

  if (capabilities != NULL && attune_capabilities_supports_path (capabilities, "schedule.sequenceLength"))
    length = MAX (0, attune_configuration_get_integer (configuration, "schedule.sequenceLength"));
  adw_dialog_present (attune_token_dialog_new (attune_dataset_get_path (dataset), folder, (guint) MIN (length, G_MAXINT32),
                                               attune_configuration_get_enum (configuration, "schedule.trainOnInputs") ==
                                                 ATTUNE_TRAIN_ON_INPUTS_ENABLED),
                      GTK_WIDGET (self));
}

/* --- Start --- */

static void
end_start (AttuneNewJobPage *self)
{
  g_clear_object (&self->starting);
  self->is_starting = FALSE;
  self->start_wanted = FALSE;
  attune_new_job_page_update_actions (self);
}

static void
job_created_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (AttuneNewJobPage) self = user_data;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  const char *id = NULL;

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);
  if (reply != NULL)
    attune_new_job_page_forget_draft (self);
  /* The page was left meanwhile; the job is in the list all the same. */
  if (self->starting == NULL)
    return;

  end_start (self);
  if (reply == NULL)
    {
      if (!attune_error_is_cancelled (error))
        attune_dialogs_present_error (GTK_WIDGET (self), _("The Job Could Not Be Started"), error);
      return;
    }

  attune_settings_set_last_provider (self->settings, attune_adapter_get_id (self->adapter));
  if (g_variant_lookup (reply, "jobId", "&s", &id))
    g_signal_emit_by_name (self, "job-created", id);
}

static void
send_job (AttuneNewJobPage *self)
{
  g_autoptr (AttuneConfiguration) configuration = attune_job_form_dup_effective (self->form);
  g_autoptr (GVariant) values = attune_configuration_to_variant (configuration);
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name_row));
  GVariantBuilder parameters;

  g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&parameters, "{sv}", "provider", g_variant_new_string (attune_adapter_get_id (self->adapter)));
  g_variant_builder_add (&parameters, "{sv}", "configuration", values);
  if (*name != '\0')
    g_variant_builder_add (&parameters, "{sv}", "name", g_variant_new_string (name));
  attune_commands_call_async (self->commands, "job-create", g_variant_builder_end (&parameters), self->starting,
                              job_created_cb, g_object_ref (self));
}

/* --- Secrets --- */

/* A job is sent without secrets; who needs one takes it from the keyring. What was typed goes there first. */
static const struct {
  const char *path;
  const char *credential;
} secrets[] = {
  { "integrations.wandb.apiKey", "wandb" },
  { "integrations.huggingface.apiToken", "huggingface" },
};

static void store_next_secret (AttuneNewJobPage *self,
                               guint             position);

typedef struct {
  AttuneNewJobPage *self;
  guint             position;
} SecretState;

static void
secret_stored_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  SecretState *state = user_data;
  g_autoptr (AttuneNewJobPage) self = state->self;
  guint position = state->position;
  g_autoptr (GError) error = NULL;
  gboolean stored;

  g_free (state);
  stored = attune_credentials_store_finish (ATTUNE_CREDENTIALS (object), result, &error);
  if (self->starting == NULL)
    return;
  if (!stored)
    {
      end_start (self);
      attune_dialogs_present_error (GTK_WIDGET (self), _("The Key Cannot Be Kept"), error);
      return;
    }
  store_next_secret (self, position + 1);
}

static void
store_next_secret (AttuneNewJobPage *self,
                   guint             position)
{
  for (; position < G_N_ELEMENTS (secrets); position++)
    {
      g_autofree char *secret = attune_configuration_dup_text (attune_job_form_get_configuration (self->form), secrets[position].path);
      AttuneParameterRow *row = attune_job_form_get_row (self->form, secrets[position].path);
      SecretState *state;

      if (secret == NULL || row == NULL || !attune_parameter_row_is_visible (row))
        continue;
      state = g_new0 (SecretState, 1);
      state->self = g_object_ref (self);
      state->position = position;
      attune_credentials_store_async (attune_commands_get_credentials (self->commands), secrets[position].credential, secret,
                                      self->starting, secret_stored_cb, state);
      return;
    }

  send_job (self);
}

/* --- Spending limit --- */

static void
cost_agreed_cb (AttuneNewJobPage *self)
{
  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  self->cost_agreed = TRUE;
  attune_new_job_page_start (self);
}

/* Asks before a limit is passed, or may be without anybody knowing. */
static void
ask_for_cost (AttuneNewJobPage *self,
              double            limit)
{
  AdwDialog *dialog;
  g_autofree char *allowed = attune_format_cost_range (limit, limit);
  g_autofree char *body = NULL;

  if (self->cost_state == ATTUNE_COST_KNOWN)
    {
      g_autofree char *cost = attune_format_cost_range (self->cost_low, self->cost_high);

      /* translators: what a job may cost, and the person's spending limit */
      body = g_strdup_printf (_("The job is estimated to cost %s. Your spending limit is %s for each job."), cost, allowed);
    }
  else
    /* translators: a provider, and the person's spending limit */
    body = g_strdup_printf (_("%s does not tell before the start what the job will cost. Your spending limit is %s for each job."),
                            attune_adapter_get_title (self->adapter), allowed);

  dialog = adw_alert_dialog_new (self->cost_state == ATTUNE_COST_KNOWN ? _("Pass Your Spending Limit?")
                                                                        : _("Start at Unknown Cost?"), body);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Cancel"),
                                  "start", _("_Start Anyway"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "start", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response::start", G_CALLBACK (cost_agreed_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

void
attune_new_job_page_cost_settled (AttuneNewJobPage *self)
{
  if (!self->start_wanted)
    return;

  self->start_wanted = FALSE;
  self->is_starting = FALSE;
  attune_new_job_page_update_actions (self);
  attune_new_job_page_start (self);
}

void
attune_new_job_page_start (AttuneNewJobPage *self)
{
  double limit = attune_settings_get_spending_limit (self->settings);
  gboolean paid = attune_adapter_get_credential (self->adapter) != NULL ||
                  (self->cost_state == ATTUNE_COST_KNOWN && self->cost_high > 0);

  if (self->is_starting)
    return;

  if (limit > 0 && !self->cost_agreed)
    {
      /* Asked for again as soon as it is known. */
      if (self->cost_state == ATTUNE_COST_PENDING)
        {
          self->start_wanted = TRUE;
          self->is_starting = TRUE;
          attune_new_job_page_update_actions (self);
          return;
        }
      if (paid && (self->cost_state == ATTUNE_COST_UNKNOWN || self->cost_high > limit))
        {
          ask_for_cost (self, limit);
          return;
        }
    }

  self->is_starting = TRUE;
  attune_new_job_page_clear_cancellable (&self->starting);
  self->starting = g_cancellable_new ();
  attune_new_job_page_update_actions (self);
  store_next_secret (self, 0);
}
