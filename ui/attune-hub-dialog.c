/* attune-hub-dialog.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-hub-dialog.h"

#include <glib/gi18n-lib.h>

#include "attune-announce.h"
#include "attune-dialogs.h"
#include "attune-download-row.h"
#include "attune-error.h"
#include "attune-format.h"

/* Bytes of a parameter in nearly all files of the Hub: bfloat16. */
#define BYTES_PER_PARAMETER 2

struct _AttuneHubDialog {
  AdwDialog        parent_instance;

  GtkSearchEntry  *search_entry;
  GtkListBox      *downloads_list;
  GtkStack        *stack;
  GtkListBox      *results_list;
  AdwStatusPage   *empty_page;
  AdwStatusPage   *error_page;

  AttuneDownloads *downloads;
  GCancellable    *cancellable; /* of the search under way */
  GPtrArray       *buttons;     /* of the results, borrowed; their data is the id of the model */
};

G_DEFINE_FINAL_TYPE (AttuneHubDialog, attune_hub_dialog, ADW_TYPE_DIALOG)

#define MODEL_ID "attune-model-id"

/* --- Results --- */

static char *
describe_fit (AttuneHubDialog *self,
              gint64           parameters,
              gboolean        *fits)
{
  const AttuneModelSource *source = attune_downloads_get_source (self->downloads);
  guint64 have = source->get_memory ();
  guint64 need = source->predict_memory (parameters);
  g_autofree char *needed = NULL;
  g_autofree char *there = NULL;

  *fits = TRUE;
  if (parameters <= 0)
    return g_strdup (_("How much memory it needs is not known."));
  if (have == 0)
    return NULL;

  needed = g_format_size (need);
  there = g_format_size (have);
  *fits = need <= have;
  /* translators: both are amounts of memory, such as "2.8 GB" and "16.6 GB" */
  return g_strdup_printf (*fits ? _("Fits this computer: training takes at least %s of %s memory.")
                                : _("Too large for this computer: training takes at least %s, and it has %s memory."),
                          needed, there);
}

static char *
describe (GObject *model)
{
  GString *text = g_string_new (NULL);
  g_autofree char *licence = NULL;
  gint64 parameters;
  gint64 downloads;

  g_object_get (model, "licence", &licence, "parameters", &parameters, "downloads", &downloads, NULL);
  if (parameters > 0)
    {
      g_autofree char *count = attune_format_parameters ((guint64) parameters);
      g_autofree char *size = g_format_size ((guint64) parameters * BYTES_PER_PARAMETER);

      g_string_append_printf (text, _("%s parameters"), count);
      g_string_append (text, " · ");
      /* translators: the size of a download, such as "about 1.2 GB" */
      g_string_append_printf (text, _("about %s"), size);
      g_string_append (text, " · ");
    }
  /* translators: %s is the name of a licence, such as "apache-2.0" */
  g_string_append_printf (text, licence != NULL ? _("Licence %s") : _("No licence named"), licence);
  if (downloads >= 0)
    {
      g_autofree char *count = attune_format_count (downloads);

      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%s download", "%s downloads", (gulong) downloads), count);
    }

  return g_string_free_and_steal (text);
}

static void
add_mark (GtkWidget  *row,
          const char *text,
          const char *tip)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_tooltip_text (label, tip);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
}

static void
update_button (AttuneHubDialog *self,
               GtkWidget       *button)
{
  const char *id = g_object_get_data (G_OBJECT (button), MODEL_ID);
  gboolean is_here = attune_downloads_is_here (self->downloads, id);
  gboolean is_listed = attune_downloads_lookup (self->downloads, id) != NULL;
  g_autofree char *label = NULL;

  gtk_button_set_icon_name (GTK_BUTTON (button), is_here ? "object-select-symbolic" : "folder-download-symbolic");
  gtk_widget_set_sensitive (button, !is_here && !is_listed);
  if (is_here)
    {
      label = g_strdup_printf (_("“%s” is on this computer"), id);
      gtk_widget_set_tooltip_text (button, _("On This Computer"));
    }
  else if (is_listed)
    {
      label = g_strdup_printf (_("“%s” is in the downloads above"), id);
      gtk_widget_set_tooltip_text (button, _("In the Downloads Above"));
    }
  else
    {
      /* translators: a button; %s is the name of a model */
      label = g_strdup_printf (_("Download “%s”"), id);
      gtk_widget_set_tooltip_text (button, _("Download"));
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
update_buttons (AttuneHubDialog *self)
{
  g_assert (ATTUNE_IS_HUB_DIALOG (self));

  for (guint i = 0; i < self->buttons->len; i++)
    update_button (self, g_ptr_array_index (self->buttons, i));
}

static void
download_clicked_cb (AttuneHubDialog *self,
                     GtkWidget       *button)
{
  g_assert (ATTUNE_IS_HUB_DIALOG (self));

  attune_downloads_start (self->downloads, g_object_get_data (G_OBJECT (button), MODEL_ID));
}

static GtkWidget *
make_row (AttuneHubDialog *self,
          GObject         *model)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new ();
  g_autofree char *id = NULL;
  g_autofree char *description = describe (model);
  g_autofree char *fit = NULL;
  g_autofree char *subtitle = NULL;
  gboolean is_gated;
  gboolean is_private;
  gboolean fits;
  gint64 parameters;

  g_object_get (model, "id", &id, "is-gated", &is_gated, "is-private", &is_private, "parameters", &parameters, NULL);
  fit = describe_fit (self, parameters, &fits);
  subtitle = fit != NULL ? g_strdup_printf ("%s\n%s", description, fit) : g_strdup (description);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), id);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);

  if (is_private)
    add_mark (row, _("Private"), _("Only its owner and those who were let in see it."));
  if (is_gated)
    add_mark (row, _("Gated"), _("Its owner asks for consent: accept the terms on the page of the model, with the account of your token, before you download it."));
  if (!fits)
    {
      GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");

      gtk_widget_add_css_class (icon, "warning");
      gtk_widget_set_tooltip_text (icon, _("Too large for this computer"));
      gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), icon);
    }

  g_object_set_data_full (G_OBJECT (button), MODEL_ID, g_steal_pointer (&id), g_free);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "clicked", G_CALLBACK (download_clicked_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  g_ptr_array_add (self->buttons, button);
  update_button (self, button);

  return row;
}

/* --- Searching --- */

static void
show_error (AttuneHubDialog *self,
            const GError    *error)
{
  const char *title = attune_downloads_get_source (self->downloads)->title;
  g_autofree char *text = attune_dialogs_describe_error (error);
  g_autofree char *heading = NULL;

  if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK))
    {
      adw_status_page_set_icon_name (self->error_page, "network-offline-symbolic");
      /* translators: %s is "Hugging Face" */
      heading = g_strdup_printf (_("%s Is Out of Reach"), title);
    }
  else
    {
      adw_status_page_set_icon_name (self->error_page, "dialog-error-symbolic");
      heading = g_strdup (_("The Search Failed"));
    }
  {
    /* The page reads its description as markup. */
    g_autofree char *escaped = g_markup_escape_text (text, -1);

    adw_status_page_set_title (self->error_page, heading);
    adw_status_page_set_description (self->error_page, escaped);
  }
  gtk_stack_set_visible_child_name (self->stack, "error");
}

static void
found_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (AttuneHubDialog) self = user_data;
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_HUB_DIALOG (self));

  /* The next search has its own answer. */
  if (self->downloads == NULL)
    return;
  models = attune_downloads_get_source (self->downloads)->search_finish (object, result, &error);
  if (attune_error_is_cancelled (error))
    return;

  g_clear_object (&self->cancellable);
  if (models == NULL)
    {
      attune_error_convert (&error);
      show_error (self, error);
      return;
    }

  for (guint i = 0; i < models->len; i++)
    gtk_list_box_append (self->results_list, make_row (self, g_ptr_array_index (models, i)));
  gtk_stack_set_visible_child_name (self->stack, models->len > 0 ? "results" : "empty");
}

static void
search (AttuneHubDialog *self)
{
  g_autofree char *text = NULL;

  g_assert (ATTUNE_IS_HUB_DIALOG (self));

  if (self->downloads == NULL)
    return;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();

  g_ptr_array_set_size (self->buttons, 0);
  gtk_list_box_remove_all (self->results_list);
  gtk_stack_set_visible_child_name (self->stack, "loading");
  text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search_entry))));
  attune_downloads_get_source (self->downloads)->search_async (attune_downloads_get_place (self->downloads), *text != '\0' ? text : NULL,
                                                               self->cancellable, found_cb, g_object_ref (self));
}

static void
search_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  search (ATTUNE_HUB_DIALOG (widget));
}

void
attune_hub_dialog_search (AttuneHubDialog *self,
                          const char      *text)
{
  g_return_if_fail (ATTUNE_IS_HUB_DIALOG (self));
  g_return_if_fail (text != NULL);

  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), text);
  search (self);
}

gboolean
attune_hub_dialog_is_searching (AttuneHubDialog *self)
{
  g_return_val_if_fail (ATTUNE_IS_HUB_DIALOG (self), FALSE);

  return self->cancellable != NULL;
}

/* --- Object --- */

static void
finished_cb (AttuneHubDialog *self,
             const char      *folder)
{
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *text = g_strdup_printf (_("“%s” downloaded"), name);

  g_assert (ATTUNE_IS_HUB_DIALOG (self));

  update_buttons (self);
  attune_announce (GTK_WIDGET (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
attune_hub_dialog_dispose (GObject *object)
{
  AttuneHubDialog *self = ATTUNE_HUB_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->buttons, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_HUB_DIALOG);
  g_clear_object (&self->downloads);

  G_OBJECT_CLASS (attune_hub_dialog_parent_class)->dispose (object);
}

/* Closed, it is not to wait for the answer to a search that nobody sees any more. */
static void
attune_hub_dialog_closed (AdwDialog *dialog)
{
  AttuneHubDialog *self = ATTUNE_HUB_DIALOG (dialog);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
attune_hub_dialog_class_init (AttuneHubDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_hub_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = attune_hub_dialog_closed;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-hub-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneHubDialog, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AttuneHubDialog, downloads_list);
  gtk_widget_class_bind_template_child (widget_class, AttuneHubDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneHubDialog, results_list);
  gtk_widget_class_bind_template_child (widget_class, AttuneHubDialog, empty_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneHubDialog, error_page);
  gtk_widget_class_install_action (widget_class, "hub.search", NULL, search_action);
}

static void
attune_hub_dialog_init (AttuneHubDialog *self)
{
  self->buttons = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->search_entry, "search-changed", G_CALLBACK (search), self, G_CONNECT_SWAPPED);
}

AdwDialog *
attune_hub_dialog_new (AttuneDownloads *downloads)
{
  AttuneHubDialog *self;
  g_autofree char *title = NULL;

  g_return_val_if_fail (ATTUNE_IS_DOWNLOADS (downloads), NULL);

  self = g_object_new (ATTUNE_TYPE_HUB_DIALOG, NULL);
  self->downloads = g_object_ref (downloads);
  /* translators: %s is "Hugging Face" */
  title = g_strdup_printf (_("Models at %s"), attune_downloads_get_source (downloads)->title);
  adw_dialog_set_title (ADW_DIALOG (self), title);
  attune_download_row_bind (self->downloads_list, downloads);
  g_signal_connect_object (attune_downloads_get_list (downloads), "items-changed", G_CALLBACK (update_buttons), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (downloads, "finished", G_CALLBACK (finished_cb), self, G_CONNECT_SWAPPED);
  search (self);

  return ADW_DIALOG (self);
}
