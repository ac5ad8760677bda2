/* attune-download-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-download-row.h"

#include <glib/gi18n-lib.h>

struct _AttuneDownloadRow {
  AdwPreferencesRow  parent_instance;

  GtkLabel          *title;
  GtkLabel          *text;
  GtkProgressBar    *bar;
  GtkButton         *run_button;
  GtkButton         *discard_button;

  AttuneDownloads   *downloads;
  GObject           *download;
};

G_DEFINE_FINAL_TYPE (AttuneDownloadRow, attune_download_row, ADW_TYPE_PREFERENCES_ROW)

static void
update (AttuneDownloadRow *self)
{
  AttuneDownloadState state;
  g_autofree char *text = NULL;
  g_autofree char *repo = NULL;
  g_autofree char *label = NULL;
  const char *tip;
  double progress;

  g_assert (ATTUNE_IS_DOWNLOAD_ROW (self));

  state = attune_download_get_state (self->download);
  g_object_get (self->download, "repo", &repo, "progress", &progress, NULL);
  text = attune_download_describe (self->download);
  gtk_label_set_text (self->text, text);
  gtk_progress_bar_set_fraction (self->bar, progress);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), state != ATTUNE_DOWNLOAD_FAILED);
  if (state == ATTUNE_DOWNLOAD_FAILED)
    gtk_widget_add_css_class (GTK_WIDGET (self->text), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->text), "error");

  if (state == ATTUNE_DOWNLOAD_LOADING)
    {
      /* translators: a button; %s is the name of a model that is being downloaded */
      label = g_strdup_printf (_("Pause “%s”"), repo);
      tip = _("Pause");
    }
  else if (state == ATTUNE_DOWNLOAD_FAILED)
    {
      /* translators: a button; %s is the name of a model whose download failed */
      label = g_strdup_printf (_("Try “%s” Again"), repo);
      tip = _("Try Again");
    }
  else
    {
      /* translators: a button; %s is the name of a model whose download was paused */
      label = g_strdup_printf (_("Resume “%s”"), repo);
      tip = _("Resume");
    }
  gtk_button_set_icon_name (self->run_button, state == ATTUNE_DOWNLOAD_LOADING  ? "media-playback-pause-symbolic"
                                              : state == ATTUNE_DOWNLOAD_FAILED ? "view-refresh-symbolic"
                                                                                : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->run_button), tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->run_button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
run_clicked_cb (AttuneDownloadRow *self)
{
  g_autofree char *repo = NULL;

  g_assert (ATTUNE_IS_DOWNLOAD_ROW (self));

  if (attune_download_get_state (self->download) == ATTUNE_DOWNLOAD_LOADING)
    {
      attune_downloads_pause (self->downloads, self->download);
      return;
    }
  g_object_get (self->download, "repo", &repo, NULL);
  attune_downloads_start (self->downloads, repo);
}

static void
discard_agreed_cb (AttuneDownloadRow *self)
{
  g_assert (ATTUNE_IS_DOWNLOAD_ROW (self));

  if (self->downloads != NULL)
    attune_downloads_discard (self->downloads, self->download);
}

static void
discard_clicked_cb (AttuneDownloadRow *self)
{
  AdwAlertDialog *dialog;
  g_autofree char *repo = NULL;
  g_autofree char *size = NULL;
  g_autofree char *body = NULL;
  gint64 done;

  g_assert (ATTUNE_IS_DOWNLOAD_ROW (self));

  g_object_get (self->download, "repo", &repo, "done", &done, NULL);
  if (done <= 0)
    {
      attune_downloads_discard (self->downloads, self->download);
      return;
    }

  size = g_format_size ((guint64) done);
  body = g_strdup_printf (_("The %s of “%s” that were loaded will be deleted."), size, repo);
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Throw Away This Download?"), body));
  adw_alert_dialog_add_responses (dialog, "stay", _("_Keep"), "agree", _("_Throw Away"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "agree", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (dialog, "stay");
  adw_alert_dialog_set_close_response (dialog, "stay");
  g_signal_connect_object (dialog, "response::agree", G_CALLBACK (discard_agreed_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static void
attune_download_row_dispose (GObject *object)
{
  AttuneDownloadRow *self = ATTUNE_DOWNLOAD_ROW (object);

  g_clear_object (&self->downloads);
  g_clear_object (&self->download);

  G_OBJECT_CLASS (attune_download_row_parent_class)->dispose (object);
}

static void
attune_download_row_class_init (AttuneDownloadRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = attune_download_row_dispose;
}

static GtkLabel *
append_label (GtkBox     *box,
              const char *css_class)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_label_set_xalign (label, 0);
  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  if (css_class != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (label), css_class);
      gtk_widget_add_css_class (GTK_WIDGET (label), "numeric");
    }
  gtk_box_append (box, GTK_WIDGET (label));

  return label;
}

static GtkButton *
append_button (AttuneDownloadRow *self,
               GtkBox            *box,
               GCallback          clicked)
{
  GtkWidget *button = gtk_button_new ();

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_append (box, button);

  return GTK_BUTTON (button);
}

static void
attune_download_row_init (AttuneDownloadRow *self)
{
  GtkBox *across = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));
  GtkBox *down = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 6));

  gtk_widget_set_margin_start (GTK_WIDGET (across), 12);
  gtk_widget_set_margin_end (GTK_WIDGET (across), 6);
  gtk_widget_set_margin_top (GTK_WIDGET (across), 9);
  gtk_widget_set_margin_bottom (GTK_WIDGET (across), 9);
  gtk_widget_set_hexpand (GTK_WIDGET (down), TRUE);
  gtk_widget_set_valign (GTK_WIDGET (down), GTK_ALIGN_CENTER);
  gtk_box_append (across, GTK_WIDGET (down));
  self->title = append_label (down, NULL);
  self->bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_box_append (down, GTK_WIDGET (self->bar));
  self->text = append_label (down, "caption");
  self->run_button = append_button (self, across, G_CALLBACK (run_clicked_cb));
  self->discard_button = append_button (self, across, G_CALLBACK (discard_clicked_cb));
  gtk_button_set_icon_name (self->discard_button, "user-trash-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->discard_button), _("Throw Away"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), GTK_WIDGET (across));
}

GtkWidget *
attune_download_row_new (AttuneDownloads *downloads,
                         GObject         *download)
{
  AttuneDownloadRow *self;
  g_autofree char *repo = NULL;
  g_autofree char *discard = NULL;
  g_autofree char *progress = NULL;

  g_return_val_if_fail (ATTUNE_IS_DOWNLOADS (downloads), NULL);
  g_return_val_if_fail (G_IS_OBJECT (download), NULL);

  self = g_object_new (ATTUNE_TYPE_DOWNLOAD_ROW, "use-markup", FALSE, NULL);
  self->downloads = g_object_ref (downloads);
  self->download = g_object_ref (download);
  g_object_get (download, "repo", &repo, NULL);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), repo);
  gtk_label_set_text (self->title, repo);
  /* translators: a button; %s is the name of a model whose download is given up */
  discard = g_strdup_printf (_("Throw “%s” Away"), repo);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->discard_button), GTK_ACCESSIBLE_PROPERTY_LABEL, discard, -1);
  /* translators: a progress bar; %s is the name of a model */
  progress = g_strdup_printf (_("Download of “%s”"), repo);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, progress, -1);
  g_signal_connect_object (download, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return GTK_WIDGET (self);
}

static GtkWidget *
make_row (gpointer item,
          gpointer user_data)
{
  return attune_download_row_new (user_data, item);
}

static void
items_changed_cb (GtkWidget  *list,
                  guint       position,
                  guint       removed,
                  guint       added,
                  GListModel *model)
{
  gtk_widget_set_visible (list, g_list_model_get_n_items (model) > 0);
}

void
attune_download_row_bind (GtkListBox      *list,
                          AttuneDownloads *downloads)
{
  GListModel *model = attune_downloads_get_list (downloads);

  g_return_if_fail (GTK_IS_LIST_BOX (list));

  gtk_list_box_bind_model (list, model, make_row, g_object_ref (downloads), g_object_unref);
  g_signal_connect_object (model, "items-changed", G_CALLBACK (items_changed_cb), list, G_CONNECT_SWAPPED);
  gtk_widget_set_visible (GTK_WIDGET (list), g_list_model_get_n_items (model) > 0);
}
