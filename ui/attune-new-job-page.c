/* attune-new-job-page.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-new-job-page-private.h"

#include <glib/gi18n-lib.h>

#include "attune-announce.h"
#include "attune-combo.h"
#include "attune-dialogs.h"
#include "attune-error.h"

enum { PROP_COMMANDS = 1, N_PROPS };
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneNewJobPage, attune_new_job_page, ADW_TYPE_NAVIGATION_PAGE)

static void
issue_activated_cb (AttuneNewJobPage *self,
                    const char       *path)
{
  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  attune_job_form_focus_path (self->form, path);
}

static void
repair_requested_cb (AttuneNewJobPage *self,
                     const char       *path,
                     GVariant         *repair)
{
  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  attune_job_form_repair (self->form, path, repair);
}

/* --- Provider --- */

void
attune_new_job_page_set_automatic (AttuneNewJobPage *self,
                                   const char       *path,
                                   GVariant         *value)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);

  attune_configuration_set_value (attune_job_form_get_configuration (self->form), path, sunk);
  if (self->automatic != NULL)
    attune_configuration_set_value (self->automatic, path, sunk);
}

/* What has to be chosen before anything else makes sense: the first model, and LoRA where it can be had. What was chosen stays. */
void
attune_new_job_page_choose_starting_point (AttuneNewJobPage *self)
{
  AttuneConfiguration *configuration = attune_job_form_get_configuration (self->form);

  if (!attune_configuration_is_set (configuration, "model.baseModel") &&
      attune_capabilities_get_n_models (self->capabilities) > 0)
    {
      g_autoptr (GVariant) models = g_variant_lookup_value (attune_capabilities_get_variant (self->capabilities),
                                                            "models", G_VARIANT_TYPE ("aa{sv}"));
      g_autoptr (GVariant) first = g_variant_get_child_value (models, 0);
      const char *id;

      if (g_variant_lookup (first, "id", "&s", &id))
        attune_new_job_page_set_automatic (self, "model.baseModel", g_variant_new_string (id));
    }
  if (!attune_configuration_is_set (configuration, "method.type") &&
      attune_capabilities_supports_path (self->capabilities, "method.type"))
    {
      static const char * const words[] = { "lora", "full", "qlora" };

      for (guint i = 0; i < G_N_ELEMENTS (words); i++)
        if (attune_capabilities_supports_value (self->capabilities, "method.type", words[i]))
          {
            attune_new_job_page_set_automatic (self, "method.type", g_variant_new_string (words[i]));
            break;
          }
    }
}

static void
show_banner (AttuneNewJobPage *self,
             const char       *text,
             gboolean          can_retry)
{
  g_autofree char *escaped = text != NULL ? g_markup_escape_text (text, -1) : NULL;

  if (text != NULL)
    adw_banner_set_title (self->notice_banner, escaped);
  adw_banner_set_button_label (self->notice_banner, can_retry ? _("_Try Again") : NULL);
  adw_banner_set_revealed (self->notice_banner, text != NULL);
}

/* What is known from before can be used, as long as it is said why it is not newer. */
static void
show_problem (AttuneNewJobPage *self,
              const char       *message)
{
  /* translators: the first %s is a provider, the second why it could not be asked */
  g_autofree char *text = g_strdup_printf (_("What is known of %s may be out of date. %s"),
                                           attune_adapter_get_title (self->adapter), message);

  show_banner (self, text, TRUE);
}

/* What the provider tells of itself stands before everything else. */
static void
show_notices (AttuneNewJobPage *self)
{
  g_autoptr (GVariant) notices = g_variant_lookup_value (attune_capabilities_get_variant (self->capabilities),
                                                         "notices", G_VARIANT_TYPE ("aa{sv}"));

  attune_notice_list_set (self->notice_list, attune_adapter_get_title (self->adapter), notices, NULL);
}

static void
take_pending_files (AttuneNewJobPage *self)
{
  g_autofree char *training = g_steal_pointer (&self->pending_training);
  g_autofree char *validation = g_steal_pointer (&self->pending_validation);

  if (training != NULL)
    attune_job_form_choose_dataset (self->form, "datasets.trainingFileId", training);
  if (validation != NULL)
    attune_job_form_choose_dataset (self->form, "datasets.validationFileId", validation);
}

static void
capabilities_loaded_cb (GObject      *object,
                        GAsyncResult *result,
                        gpointer      user_data)
{
  g_autoptr (AttuneNewJobPage) self = user_data;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) problem = NULL;
  g_autoptr (GError) error = NULL;
  const char *message = NULL;

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);
  if (attune_error_is_cancelled (error) || self->adapter == NULL)
    return;

  if (reply != NULL)
    {
      variant = g_variant_lookup_value (reply, "capabilities", G_VARIANT_TYPE_VARDICT);
      if (variant != NULL)
        capabilities = attune_capabilities_new (variant, &error);
      else
        g_set_error_literal (&error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("The provider did not say what it can do."));
    }
  if (capabilities == NULL && self->capabilities != NULL)
    {
      show_problem (self, error->message);
      return;
    }
  if (capabilities == NULL)
    {
      g_autofree char *text = attune_dialogs_describe_error (error);
      g_autofree char *escaped = g_markup_escape_text (text, -1);

      adw_status_page_set_description (self->error_page, escaped);
      gtk_stack_set_visible_child_name (self->stack, "error");
      return;
    }

  g_set_object (&self->capabilities, capabilities);
  attune_job_form_set_capabilities (self->form, capabilities);
  attune_new_job_page_drop_automatic (self);
  attune_new_job_page_choose_starting_point (self);
  problem = g_variant_lookup_value (reply, "problem", G_VARIANT_TYPE_VARDICT);
  if (problem != NULL && g_variant_lookup (problem, "message", "&s", &message))
    show_problem (self, message);
  show_notices (self);
  attune_new_job_page_update_carry (self);
  gtk_stack_set_visible_child_name (self->stack, "form");
  take_pending_files (self);
  attune_new_job_page_queue_check (self);
}

/* @refresh: asks the provider although something is known; the form stays meanwhile. */
static void
load_capabilities (AttuneNewJobPage *self,
                   gboolean          refresh)
{
  GVariantBuilder parameters;

  attune_new_job_page_clear_cancellable (&self->loading);
  show_banner (self, NULL, FALSE);
  if (!refresh || self->capabilities == NULL)
    {
      attune_new_job_page_clear_cancellable (&self->estimating);
      g_clear_handle_id (&self->estimate_source, g_source_remove);
      g_clear_handle_id (&self->check_source, g_source_remove);
      g_clear_object (&self->capabilities);
      gtk_stack_set_visible_child_name (self->stack, "loading");
      attune_new_job_page_update_actions (self);
    }

  self->loading = g_cancellable_new ();
  g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&parameters, "{sv}", "provider", g_variant_new_string (attune_adapter_get_id (self->adapter)));
  g_variant_builder_add (&parameters, "{sv}", "refresh", g_variant_new_boolean (refresh));
  attune_commands_call_async (self->commands, "provider-capabilities", g_variant_builder_end (&parameters),
                              self->loading, capabilities_loaded_cb, g_object_ref (self));
}

static void
provider_selected_cb (AttuneNewJobPage *self)
{
  g_autoptr (AttuneAdapter) adapter = NULL;

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  adapter = g_list_model_get_item (G_LIST_MODEL (attune_commands_get_registry (self->commands)),
                                   adw_combo_row_get_selected (self->provider_row));
  if (adapter == NULL)
    return;
  /* What was set for another provider may not fit this one, and that is said. */
  if (self->adapter != NULL && self->adapter != adapter && self->capabilities != NULL)
    self->check_carry = self->provider_changed = TRUE;
  if (!g_set_object (&self->adapter, adapter))
    return;

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->provider_row), attune_adapter_get_description (adapter));
  load_capabilities (self, FALSE);
}

gboolean
attune_new_job_page_choose_provider (AttuneNewJobPage *self,
                                     const char       *id)
{
  GListModel *registry = G_LIST_MODEL (attune_commands_get_registry (self->commands));

  g_return_val_if_fail (id != NULL, FALSE);

  for (guint i = 0; i < g_list_model_get_n_items (registry); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (registry, i);

      if (g_str_equal (attune_adapter_get_id (adapter), id))
        {
          adw_combo_row_set_selected (self->provider_row, i);
          return TRUE;
        }
    }

  return FALSE;
}

static void
retry_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  AttuneNewJobPage *self = ATTUNE_NEW_JOB_PAGE (widget);

  if (self->adapter != NULL)
    load_capabilities (self, TRUE);
}

/* --- Actions --- */

static void
show_request_action (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  attune_new_job_page_show_request (ATTUNE_NEW_JOB_PAGE (widget));
}

static void
show_tokens_action (GtkWidget  *widget,
                    const char *action_name,
                    GVariant   *parameter)
{
  attune_new_job_page_show_tokens (ATTUNE_NEW_JOB_PAGE (widget));
}

static void
start_action (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  attune_new_job_page_start (ATTUNE_NEW_JOB_PAGE (widget));
}

static void
search_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  AttuneNewJobPage *self = ATTUNE_NEW_JOB_PAGE (widget);

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static void
search_changed_cb (AttuneNewJobPage *self)
{
  const char *text = "";

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  if (gtk_search_bar_get_search_mode (self->search_bar))
    text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  attune_job_form_set_search (self->form, text);
  /* What was found stands first. */
  gtk_widget_set_visible (self->lead_box, *text == '\0');
  if (*text != '\0')
    {
      guint n_found = attune_job_form_get_n_found (self->form);
      g_autofree char *announcement = g_strdup_printf (ngettext ("%u setting found", "%u settings found", n_found), n_found);

      attune_announce (GTK_WIDGET (self->search_entry), announcement, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_LOW);
    }
}

static void
reset_all_action (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  attune_new_job_page_reset_all (ATTUNE_NEW_JOB_PAGE (widget));
}

static void
form_changed_cb (AttuneNewJobPage *self)
{
  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  self->cost_agreed = FALSE;
  /* A start that waited for the cost of something else is off. */
  if (self->start_wanted)
    {
      self->start_wanted = FALSE;
      self->is_starting = FALSE;
    }
  attune_new_job_page_update_lead (self);
  attune_new_job_page_queue_check (self);
  attune_new_job_page_queue_draft (self);
}

/* --- Object --- */

static void
attune_new_job_page_constructed (GObject *object)
{
  AttuneNewJobPage *self = ATTUNE_NEW_JOB_PAGE (object);
  GListModel *registry = G_LIST_MODEL (attune_commands_get_registry (self->commands));
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  g_autofree char *last = attune_settings_dup_last_provider (self->settings);
  guint chosen = 0;

  G_OBJECT_CLASS (attune_new_job_page_parent_class)->constructed (object);

  attune_job_form_set_up (self->form, self->commands, configuration);
  g_signal_connect_object (self->form, "changed", G_CALLBACK (form_changed_cb), self, G_CONNECT_SWAPPED);

  /* The providers of a program are the same from its start to its end. */
  for (guint i = 0; i < g_list_model_get_n_items (registry); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (registry, i);

      gtk_string_list_append (titles, attune_adapter_get_title (adapter));
      if (g_strcmp0 (attune_adapter_get_id (adapter), last) == 0)
        chosen = i;
    }
  attune_combo_style (self->provider_row);
  adw_combo_row_set_model (self->provider_row, G_LIST_MODEL (titles));
  gtk_drop_down_set_model (self->error_provider, G_LIST_MODEL (titles));
  gtk_widget_set_visible (GTK_WIDGET (self->error_provider), g_list_model_get_n_items (registry) > 1);
  adw_combo_row_set_selected (self->provider_row, chosen);
  g_object_bind_property (self->provider_row, "selected", self->error_provider, "selected",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);

  g_signal_connect_object (self->provider_row, "notify::selected", G_CALLBACK (provider_selected_cb), self, G_CONNECT_SWAPPED);
  provider_selected_cb (self);
}

static void
attune_new_job_page_dispose (GObject *object)
{
  AttuneNewJobPage *self = ATTUNE_NEW_JOB_PAGE (object);

  g_clear_handle_id (&self->check_source, g_source_remove);
  g_clear_handle_id (&self->estimate_source, g_source_remove);
  attune_new_job_page_flush_draft (self);
  attune_new_job_page_clear_cancellable (&self->loading);
  attune_new_job_page_clear_cancellable (&self->estimating);
  attune_new_job_page_clear_cancellable (&self->counting);
  /* A start that was asked for is not called off by leaving the page. */
  g_clear_object (&self->starting);
  g_clear_object (&self->adapter);
  g_clear_object (&self->capabilities);
  g_clear_object (&self->validation);
  g_clear_object (&self->commands);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->pending_training, g_free);
  g_clear_pointer (&self->pending_validation, g_free);
  g_clear_pointer (&self->facts, attune_data_facts_free);
  g_clear_pointer (&self->facts_key, g_free);
  g_clear_pointer (&self->facts_message, g_free);
  g_clear_pointer (&self->draft_id, g_free);
  g_clear_pointer (&self->misfits, g_ptr_array_unref);
  g_clear_weak_pointer (&self->undo_toast);
  g_clear_object (&self->automatic);
  g_clear_object (&self->drafts_menu);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_NEW_JOB_PAGE);

  G_OBJECT_CLASS (attune_new_job_page_parent_class)->dispose (object);
}

static void
attune_new_job_page_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  AttuneNewJobPage *self = ATTUNE_NEW_JOB_PAGE (object);

  switch (prop_id)
    {
    case PROP_COMMANDS:
      self->commands = g_value_dup_object (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_new_job_page_class_init (AttuneNewJobPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = attune_new_job_page_constructed;
  object_class->dispose = attune_new_job_page_dispose;
  object_class->set_property = attune_new_job_page_set_property;

  properties[PROP_COMMANDS] =
    g_param_spec_object ("commands", NULL, NULL, ATTUNE_TYPE_COMMANDS,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_signal_new ("job-created", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (ATTUNE_TYPE_JOB_FORM);
  g_type_ensure (ATTUNE_TYPE_FLIGHT_PANEL);
  g_type_ensure (ATTUNE_TYPE_NOTICE_LIST);
  g_type_ensure (ATTUNE_TYPE_PRESET_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-new-job-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, error_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, error_provider);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, notice_banner);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, page_menu);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, lead_box);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, notice_list);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, carry_group);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, carry_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, preset_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, changed_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, name_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, provider_row);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, form);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, panel);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, start_button);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, start_spinner);
  gtk_widget_class_bind_template_child (widget_class, AttuneNewJobPage, start_label);

  gtk_widget_class_install_action (widget_class, "new-job.start", NULL, start_action);
  gtk_widget_class_install_action (widget_class, "new-job.retry", NULL, retry_action);
  gtk_widget_class_install_action (widget_class, "new-job.show-request", NULL, show_request_action);
  gtk_widget_class_install_action (widget_class, "new-job.show-tokens", NULL, show_tokens_action);
  gtk_widget_class_install_action (widget_class, "new-job.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "new-job.reset-all", NULL, reset_all_action);
  attune_new_job_page_install_drafts (widget_class);
  attune_new_job_page_install_keep (widget_class);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "new-job.start", NULL);
}

/* The drafts come and go: their part of the menu is made when it opens. */
static void
make_menu (AttuneNewJobPage *self)
{
  GtkWidget *popover;

  self->drafts_menu = g_menu_new ();
  g_menu_append_section (self->page_menu, NULL, G_MENU_MODEL (self->drafts_menu));
  popover = gtk_popover_menu_new_from_model (G_MENU_MODEL (self->page_menu));
  g_signal_connect_object (popover, "show", G_CALLBACK (attune_new_job_page_fill_drafts_menu), self, G_CONNECT_SWAPPED);
  gtk_menu_button_set_popover (self->menu_button, popover);
}

static void
attune_new_job_page_init (AttuneNewJobPage *self)
{
  self->settings = attune_settings_new ();
  self->automatic = attune_configuration_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "new-job.start", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "new-job.show-request", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "new-job.show-tokens", FALSE);
  self->steps = -1;
  self->cost_state = ATTUNE_COST_UNKNOWN;

  adw_banner_set_use_markup (self->notice_banner, TRUE);
  g_signal_connect_object (self->name_row, "changed", G_CALLBACK (attune_new_job_page_queue_draft), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->preset_row, "preset-chosen", G_CALLBACK (attune_new_job_page_take_preset), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "search-changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_bar, "notify::search-mode-enabled", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  /* What is still being counted may hold the page when it has gone from the screen; the draft does not wait for that. */
  g_signal_connect (self, "unmap", G_CALLBACK (attune_new_job_page_flush_draft), NULL);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  make_menu (self);
  g_signal_connect_object (self->panel, "issue-activated", G_CALLBACK (issue_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->panel, "repair-requested", G_CALLBACK (repair_requested_cb), self, G_CONNECT_SWAPPED);
}

AdwNavigationPage *
attune_new_job_page_new (AttuneCommands *commands)
{
  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);

  return g_object_new (ATTUNE_TYPE_NEW_JOB_PAGE, "commands", commands, NULL);
}

void
attune_new_job_page_set_files (AttuneNewJobPage *self,
                               const char       *training,
                               const char       *validation)
{
  g_return_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self));

  if (training != NULL)
    g_set_str (&self->pending_training, training);
  if (validation != NULL)
    g_set_str (&self->pending_validation, validation);
  if (self->capabilities != NULL)
    take_pending_files (self);
}

void
attune_new_job_page_set_dataset (AttuneNewJobPage *self,
                                 const char       *id)
{
  g_return_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self));
  g_return_if_fail (id != NULL);

  attune_configuration_set_value (attune_job_form_get_configuration (self->form), "datasets.trainingFileId",
                                  g_variant_new_string (id));
}

void
attune_new_job_page_set_model (AttuneNewJobPage *self,
                               const char       *model)
{
  g_return_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self));
  g_return_if_fail (model != NULL);

  attune_configuration_set_value (attune_job_form_get_configuration (self->form), "model.baseModel",
                                  g_variant_new_string (model));
}

AttuneJobForm *
attune_new_job_page_get_form (AttuneNewJobPage *self)
{
  g_return_val_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self), NULL);

  return self->form;
}

AttuneFlightPanel *
attune_new_job_page_get_panel (AttuneNewJobPage *self)
{
  g_return_val_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self), NULL);

  return self->panel;
}

const char *
attune_new_job_page_get_name (AttuneNewJobPage *self)
{
  g_return_val_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self), NULL);

  return gtk_editable_get_text (GTK_EDITABLE (self->name_row));
}

AttuneAdapter *
attune_new_job_page_get_adapter (AttuneNewJobPage *self)
{
  g_return_val_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self), NULL);

  return self->adapter;
}

gboolean
attune_new_job_page_is_settled (AttuneNewJobPage *self)
{
  g_return_val_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self), FALSE);

  return self->capabilities != NULL && self->check_source == 0 && !attune_job_form_is_busy (self->form) &&
         self->pending_training == NULL && self->pending_validation == NULL;
}
