/* attune-new-job-drafts.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-new-job"

#include "attune-new-job-page-private.h"

#include <glib/gi18n-lib.h>

#include "attune-dialogs.h"
#include "attune-format.h"
#include "attune-window.h"

/* A draft is written when a person pauses. */
#define DRAFT_DELAY_MS  600
#define MAX_MENU_DRAFTS 8

static gboolean
is_worth_keeping (AttuneNewJobPage *self)
{
  if (self->is_done || !self->has_begun)
    return FALSE;
  if (self->automatic == NULL || *gtk_editable_get_text (GTK_EDITABLE (self->name_row)) != '\0')
    return TRUE;

  /* How a form begins is no draft yet. */
  return !attune_configuration_equal (self->automatic, attune_job_form_get_configuration (self->form));
}

static void
save_draft (AttuneNewJobPage *self)
{
  g_autoptr (AttuneDraft) draft = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->draft_source, g_source_remove);
  if (!is_worth_keeping (self))
    {
      if (self->draft_id != NULL && !self->is_done)
        attune_draft_delete (self->draft_id);
      g_clear_pointer (&self->draft_id, g_free);
      return;
    }

  draft = attune_draft_new (self->draft_id, gtk_editable_get_text (GTK_EDITABLE (self->name_row)),
                            self->adapter != NULL ? attune_adapter_get_id (self->adapter) : NULL,
                            attune_job_form_get_configuration (self->form));
  g_set_str (&self->draft_id, draft->id);
  if (!attune_draft_save (draft, &error))
    g_warning ("%s", error->message);
}

static gboolean
draft_timeout_cb (gpointer user_data)
{
  AttuneNewJobPage *self = user_data;

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  self->draft_source = 0;
  save_draft (self);

  return G_SOURCE_REMOVE;
}

void
attune_new_job_page_queue_draft (AttuneNewJobPage *self)
{
  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  if (self->is_done)
    return;
  g_clear_handle_id (&self->draft_source, g_source_remove);
  self->draft_source = g_timeout_add (DRAFT_DELAY_MS, draft_timeout_cb, self);
}

void
attune_new_job_page_flush_draft (AttuneNewJobPage *self)
{
  if (self->draft_source != 0)
    save_draft (self);
}

void
attune_new_job_page_forget_draft (AttuneNewJobPage *self)
{
  self->is_done = TRUE;
  g_clear_handle_id (&self->draft_source, g_source_remove);
  if (self->draft_id != NULL)
    attune_draft_delete (self->draft_id);
  g_clear_pointer (&self->draft_id, g_free);
}

static void
start_over_clicked_cb (AttuneNewJobPage *self)
{
  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  attune_new_job_page_start_over (self);
}

static gboolean
open_draft (AttuneNewJobPage *self,
            const char       *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDraft) draft = attune_draft_load (id, &error);

  if (draft == NULL)
    {
      attune_dialogs_present_error (GTK_WIDGET (self), _("The Draft Cannot Be Opened"), error);
      return FALSE;
    }

  attune_new_job_page_flush_draft (self);
  attune_new_job_page_load (self, draft->name, draft->provider, draft->configuration);
  g_set_str (&self->draft_id, draft->id);

  return TRUE;
}

static void
open_draft_action (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  const char *id = g_variant_get_string (parameter, NULL);

  if (g_uuid_string_is_valid (id))
    open_draft (ATTUNE_NEW_JOB_PAGE (widget), id);
}

static void
discard_draft_action (GtkWidget  *widget,
                      const char *action_name,
                      GVariant   *parameter)
{
  AttuneNewJobPage *self = ATTUNE_NEW_JOB_PAGE (widget);
  g_autofree char *id = NULL;

  attune_new_job_page_flush_draft (self);
  id = g_steal_pointer (&self->draft_id);
  if (id != NULL)
    attune_draft_delete (id);
  attune_new_job_page_start_over (self);
}

gboolean
attune_new_job_page_continue_draft (AttuneNewJobPage *self)
{
  g_autoptr (GPtrArray) drafts = attune_drafts_list ();
  AdwToast *toast;

  g_return_val_if_fail (ATTUNE_IS_NEW_JOB_PAGE (self), FALSE);

  if (drafts->len == 0 || !open_draft (self, ((const AttuneDraft *) g_ptr_array_index (drafts, 0))->id))
    return FALSE;

  toast = adw_toast_new (_("Your draft is back"));
  adw_toast_set_button_label (toast, _("_Start Over"));
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (start_over_clicked_cb), self, G_CONNECT_SWAPPED);
  attune_window_add_toast (GTK_WIDGET (self), toast);

  return TRUE;
}

void
attune_new_job_page_fill_drafts_menu (AttuneNewJobPage *self)
{
  g_autoptr (GPtrArray) drafts = NULL;
  g_autoptr (GMenu) menu = g_menu_new ();

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  attune_new_job_page_flush_draft (self);
  drafts = attune_drafts_list ();
  g_menu_remove_all (self->drafts_menu);
  for (guint i = 0; i < drafts->len && g_menu_model_get_n_items (G_MENU_MODEL (menu)) < MAX_MENU_DRAFTS; i++)
    {
      const AttuneDraft *draft = g_ptr_array_index (drafts, i);
      g_autofree char *title = attune_draft_dup_title (draft);
      g_autofree char *time = attune_format_time (draft->time);
      /* translators: a draft in a menu: its name, and when it was last changed */
      g_autofree char *label = g_strdup_printf (_("%s (%s)"), title, time);
      g_autoptr (GMenuItem) item = NULL;

      if (g_strcmp0 (draft->id, self->draft_id) == 0)
        continue;
      /* An underscore in a name is no mnemonic. */
      {
        g_autoptr (GString) plain = g_string_new (label);

        g_string_replace (plain, "_", "__", 0);
        item = g_menu_item_new (plain->str, NULL);
      }
      g_menu_item_set_action_and_target (item, "new-job.open-draft", "s", draft->id);
      g_menu_append_item (menu, item);
    }
  if (g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0)
    g_menu_append_submenu (self->drafts_menu, _("_Drafts"), G_MENU_MODEL (menu));
  if (self->draft_id != NULL)
    g_menu_append (self->drafts_menu, _("_Discard This Draft"), "new-job.discard-draft");
}

void
attune_new_job_page_install_drafts (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "new-job.open-draft", "s", open_draft_action);
  gtk_widget_class_install_action (widget_class, "new-job.discard-draft", NULL, discard_draft_action);
}
