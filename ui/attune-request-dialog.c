/* attune-request-dialog.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-request-dialog.h"

#include <glib/gi18n-lib.h>
#include <gtksourceview/gtksource.h>

#include "attune-json.h"

struct _AttuneRequestDialog {
  AdwDialog        parent_instance;

  AdwToastOverlay *toast_overlay;
  AdwWindowTitle  *window_title;
  GtkSourceView   *view;
  GtkSourceBuffer *buffer;
};

G_DEFINE_FINAL_TYPE (AttuneRequestDialog, attune_request_dialog, ADW_TYPE_DIALOG)

static void
copy_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  AttuneRequestDialog *self = ATTUNE_REQUEST_DIALOG (widget);
  g_autofree char *text = NULL;

  g_object_get (self->buffer, "text", &text, NULL);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  adw_toast_overlay_add_toast (self->toast_overlay, adw_toast_new (_("Copied")));
}

static void
update_style (AttuneRequestDialog *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  GtkSourceStyleSchemeManager *schemes = gtk_source_style_scheme_manager_get_default ();
  const char *name = adw_style_manager_get_dark (manager) ? "Adwaita-dark" : "Adwaita";

  g_assert (ATTUNE_IS_REQUEST_DIALOG (self));

  gtk_source_buffer_set_style_scheme (self->buffer, gtk_source_style_scheme_manager_get_scheme (schemes, name));
}

static void
attune_request_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), ATTUNE_TYPE_REQUEST_DIALOG);

  G_OBJECT_CLASS (attune_request_dialog_parent_class)->dispose (object);
}

static void
attune_request_dialog_class_init (AttuneRequestDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_request_dialog_dispose;

  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  g_type_ensure (GTK_SOURCE_TYPE_BUFFER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-request-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneRequestDialog, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, AttuneRequestDialog, window_title);
  gtk_widget_class_bind_template_child (widget_class, AttuneRequestDialog, view);
  gtk_widget_class_bind_template_child (widget_class, AttuneRequestDialog, buffer);
  gtk_widget_class_install_action (widget_class, "request.copy", NULL, copy_action);
}

static void
attune_request_dialog_init (AttuneRequestDialog *self)
{
  GtkSourceLanguage *language;

  gtk_widget_init_template (GTK_WIDGET (self));

  language = gtk_source_language_manager_get_language (gtk_source_language_manager_get_default (), "json");
  if (language != NULL)
    gtk_source_buffer_set_language (self->buffer, language);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (update_style), self, G_CONNECT_SWAPPED);
  update_style (self);
}

AdwDialog *
attune_request_dialog_new (JsonNode *request)
{
  AttuneRequestDialog *self;
  g_autofree char *text = NULL;
  JsonObject *object;
  JsonNode *body;

  g_return_val_if_fail (request != NULL && JSON_NODE_HOLDS_OBJECT (request), NULL);

  self = g_object_new (ATTUNE_TYPE_REQUEST_DIALOG, NULL);
  object = json_node_get_object (request);
  body = json_object_get_member (object, "body");
  if (json_object_has_member (object, "url"))
    {
      g_autofree char *subtitle = NULL;

      subtitle = g_strdup_printf ("%s %s",
                                  json_object_get_string_member_with_default (object, "method", ""),
                                  json_object_get_string_member_with_default (object, "url", ""));
      adw_window_title_set_subtitle (self->window_title, g_strstrip (subtitle));
    }
  text = attune_json_write (body != NULL ? body : request, TRUE);
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), text, -1);

  return ADW_DIALOG (self);
}
