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
  AdwToggleGroup  *toggles;
  GtkSourceView   *view;
  GtkSourceBuffer *buffer;
  GtkLabel        *note;

  char            *texts[ATTUNE_N_REQUEST_FORMATS]; /* NULL for those that make no sense */
  char            *key_note;
};

G_DEFINE_FINAL_TYPE (AttuneRequestDialog, attune_request_dialog, ADW_TYPE_DIALOG)

static AttuneRequestFormat
get_format (AttuneRequestDialog *self)
{
  const char *name = adw_toggle_group_get_active_name (self->toggles);

  return name != NULL ? (AttuneRequestFormat) g_ascii_strtoull (name, NULL, 10) : ATTUNE_REQUEST_FORMAT_JSON;
}

const char *
attune_request_dialog_get_text (AttuneRequestDialog *self)
{
  g_return_val_if_fail (ATTUNE_IS_REQUEST_DIALOG (self), NULL);

  return self->texts[get_format (self)];
}

static void
copy_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  AttuneRequestDialog *self = ATTUNE_REQUEST_DIALOG (widget);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), attune_request_dialog_get_text (self));
  adw_toast_overlay_add_toast (self->toast_overlay, adw_toast_new (_("Copied")));
}

static void
format_changed_cb (AttuneRequestDialog *self)
{
  AttuneRequestFormat format;
  GtkSourceLanguage *language;

  g_assert (ATTUNE_IS_REQUEST_DIALOG (self));

  format = get_format (self);
  language = gtk_source_language_manager_get_language (gtk_source_language_manager_get_default (),
                                                       attune_request_format_get_language (format));
  gtk_source_buffer_set_language (self->buffer, language);
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), self->texts[format] != NULL ? self->texts[format] : "", -1);
  gtk_widget_set_visible (GTK_WIDGET (self->note), self->key_note != NULL);
  if (self->key_note != NULL)
    gtk_label_set_text (self->note, self->key_note);
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
  AttuneRequestDialog *self = ATTUNE_REQUEST_DIALOG (object);

  for (guint i = 0; i < ATTUNE_N_REQUEST_FORMATS; i++)
    g_clear_pointer (&self->texts[i], g_free);
  g_clear_pointer (&self->key_note, g_free);
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
  gtk_widget_class_bind_template_child (widget_class, AttuneRequestDialog, toggles);
  gtk_widget_class_bind_template_child (widget_class, AttuneRequestDialog, view);
  gtk_widget_class_bind_template_child (widget_class, AttuneRequestDialog, buffer);
  gtk_widget_class_bind_template_child (widget_class, AttuneRequestDialog, note);
  gtk_widget_class_install_action (widget_class, "request.copy", NULL, copy_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "request.copy", NULL);
}

static void
attune_request_dialog_init (AttuneRequestDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (update_style), self, G_CONNECT_SWAPPED);
  update_style (self);
}

AdwDialog *
attune_request_dialog_new (const AttuneRequest *request)
{
  AttuneRequestDialog *self;
  guint n_formats = 0;

  g_return_val_if_fail (request != NULL && request->request != NULL, NULL);
  g_return_val_if_fail (JSON_NODE_HOLDS_OBJECT (request->request), NULL);

  self = g_object_new (ATTUNE_TYPE_REQUEST_DIALOG, NULL);
  if (attune_json_lookup (request->request, "url") != NULL)
    {
      g_autofree char *subtitle = g_strdup_printf ("%s %s", attune_json_peek_string (request->request, "method", ""),
                                                   attune_json_peek_string (request->request, "url", ""));

      adw_window_title_set_subtitle (self->window_title, g_strstrip (subtitle));
    }
  if (request->key_variable != NULL)
    /* translators: %s is the name of an environment variable */
    self->key_note = g_strdup_printf (_("The key is not in here: it is read from the environment variable %s."), request->key_variable);

  for (guint i = 0; i < ATTUNE_N_REQUEST_FORMATS; i++)
    {
      AttuneRequestFormat format = (AttuneRequestFormat) i;
      g_autofree char *name = g_strdup_printf ("%u", i);
      AdwToggle *toggle;

      if (!attune_request_format_applies (format, request))
        continue;
      self->texts[i] = attune_request_format_write (format, request);
      toggle = adw_toggle_new ();
      adw_toggle_set_name (toggle, name);
      adw_toggle_set_label (toggle, attune_request_format_get_title (format));
      adw_toggle_group_add (self->toggles, toggle);
      n_formats++;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->toggles), n_formats > 1);
  g_signal_connect_object (self->toggles, "notify::active", G_CALLBACK (format_changed_cb), self, G_CONNECT_SWAPPED);
  adw_toggle_group_set_active (self->toggles, 0);
  format_changed_cb (self);

  return ADW_DIALOG (self);
}

void
attune_request_dialog_set_format (AttuneRequestDialog *self,
                                  AttuneRequestFormat  format)
{
  g_autofree char *name = g_strdup_printf ("%d", (int) format);

  g_return_if_fail (ATTUNE_IS_REQUEST_DIALOG (self));
  g_return_if_fail (format < ATTUNE_N_REQUEST_FORMATS);

  if (self->texts[format] != NULL)
    adw_toggle_group_set_active_name (self->toggles, name);
}
