/* attune-key-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-key-row.h"

#include <glib/gi18n-lib.h>

#include "attune-dialogs.h"

struct _AttuneKeyRow {
  AdwActionRow    parent_instance;

  GtkWidget      *spinner;
  GtkWidget      *test_button;
  GtkWidget      *remove_button;
  GtkWidget      *set_button;

  AttuneCommands *commands;
  GCancellable   *cancellable;
  char           *credential;
  char           *service;
  char           *provider;
  char           *link;
  gboolean        looked;
};

enum { SIGNAL_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneKeyRow, attune_key_row, ADW_TYPE_ACTION_ROW)

static gboolean
is_from_environment (AttuneKeyRow *self)
{
  const char *variable = attune_credentials_get_variable (self->credential);
  const char *value = variable != NULL ? g_getenv (variable) : NULL;

  return value != NULL && *value != '\0';
}

static void
show_state (AttuneKeyRow *self,
            const char   *text,
            const char   *css_class,
            gboolean      has_key)
{
  gboolean fixed = is_from_environment (self);

  gtk_widget_set_visible (self->spinner, FALSE);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text);
  gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self), "success");
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), css_class);
  gtk_button_set_label (GTK_BUTTON (self->set_button), has_key ? _("_Change…") : _("_Set…"));
  /* What the environment says wins, so nothing that is kept here would have an effect. */
  gtk_widget_set_visible (self->set_button, !fixed);
  gtk_widget_set_visible (self->remove_button, has_key && !fixed);
  gtk_widget_set_visible (self->test_button, has_key && self->provider != NULL);
}

static void
show_known (AttuneKeyRow *self,
            gboolean      has_key)
{
  g_autofree char *text = NULL;

  if (is_from_environment (self))
    {
      /* translators: %s is the name of an environment variable */
      text = g_strdup_printf (_("From the environment (%s)"), attune_credentials_get_variable (self->credential));
      show_state (self, text, NULL, TRUE);
    }
  else if (has_key)
    show_state (self, _("Kept in the keyring"), NULL, TRUE);
  else
    show_state (self, _("No key yet"), NULL, FALSE);
}

static void
show_error (AttuneKeyRow *self,
            const GError *error,
            gboolean      has_key)
{
  g_autofree char *text = attune_dialogs_describe_error (error);

  show_state (self, text, "error", has_key);
}

/* --- Looking --- */

static void
looked_up_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (AttuneKeyRow) self = user_data;
  g_autoptr (GError) error = NULL;
  char *secret = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (object), result, &error);
  gboolean has_key = secret != NULL;

  attune_credentials_free_secret (secret);
  if (g_cancellable_is_cancelled (self->cancellable))
    return;

  if (error != NULL)
    show_error (self, error, FALSE);
  else
    show_known (self, has_key);
}

void
attune_key_row_refresh (AttuneKeyRow *self)
{
  g_return_if_fail (ATTUNE_IS_KEY_ROW (self));

  if (is_from_environment (self))
    {
      show_known (self, TRUE);
      return;
    }

  gtk_widget_set_visible (self->spinner, TRUE);
  attune_credentials_lookup_async (attune_commands_get_credentials (self->commands), self->credential, self->cancellable,
                                   looked_up_cb, g_object_ref (self));
}

/* --- Setting and removing --- */

static void
stored_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (AttuneKeyRow) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean stored = attune_credentials_store_finish (ATTUNE_CREDENTIALS (object), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;

  if (!stored)
    {
      show_error (self, error, gtk_widget_get_visible (self->remove_button));
      return;
    }

  attune_key_row_refresh (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
attune_key_row_store (AttuneKeyRow *self,
                      const char   *secret)
{
  g_return_if_fail (ATTUNE_IS_KEY_ROW (self));

  gtk_widget_set_visible (self->spinner, TRUE);
  attune_credentials_store_async (attune_commands_get_credentials (self->commands), self->credential, secret, self->cancellable,
                                  stored_cb, g_object_ref (self));
}

static void
set_response_cb (AttuneKeyRow *self,
                 const char   *response,
                 GtkWidget    *dialog)
{
  GtkEditable *entry = GTK_EDITABLE (adw_alert_dialog_get_extra_child (ADW_ALERT_DIALOG (dialog)));
  g_autofree char *secret = NULL;

  g_assert (ATTUNE_IS_KEY_ROW (self));

  /* A key that was copied comes with the white space around it. */
  secret = g_strstrip (g_strdup (gtk_editable_get_text (entry)));
  if (*secret != '\0')
    attune_key_row_store (self, secret);
  memset (secret, 0, strlen (secret));
}

static void
entry_changed_cb (AdwAlertDialog *dialog,
                  GtkEditable    *entry)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  adw_alert_dialog_set_response_enabled (dialog, "set", *text != '\0');
  memset (text, 0, strlen (text));
}

static void
set_clicked_cb (AttuneKeyRow *self)
{
  GtkWidget *entry = gtk_password_entry_new ();
  g_autofree char *heading = NULL;
  g_autofree char *where = NULL;
  g_autofree char *body = NULL;
  AdwAlertDialog *dialog;

  g_assert (ATTUNE_IS_KEY_ROW (self));

  /* translators: %s is the name of a service */
  heading = g_strdup_printf (_("Key for %s"), self->service);
  if (self->link != NULL)
    {
      g_autofree char *link = g_markup_escape_text (self->link, -1);

      where = g_strdup_printf ("\n\n<a href=\"%s\">%s</a>", link, _("Where to get a key"));
    }
  body = g_strconcat (_("It is kept in the keyring of this computer and sent to nobody else."), where, NULL);
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, NULL));
  adw_alert_dialog_set_body_use_markup (dialog, TRUE);
  adw_alert_dialog_set_body (dialog, body);
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "set", _("_Keep"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "set", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_response_enabled (dialog, "set", FALSE);
  adw_alert_dialog_set_default_response (dialog, "set");
  adw_alert_dialog_set_close_response (dialog, "cancel");
  gtk_password_entry_set_show_peek_icon (GTK_PASSWORD_ENTRY (entry), TRUE);
  g_object_set (entry, "activates-default", TRUE, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, heading, -1);
  g_signal_connect_object (entry, "changed", G_CALLBACK (entry_changed_cb), dialog, G_CONNECT_SWAPPED);
  adw_alert_dialog_set_extra_child (dialog, entry);
  g_signal_connect_object (dialog, "response::set", G_CALLBACK (set_response_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_set_focus (ADW_DIALOG (dialog), entry);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static void
remove_agreed_cb (AttuneKeyRow *self)
{
  g_assert (ATTUNE_IS_KEY_ROW (self));

  attune_key_row_store (self, NULL);
}

static void
remove_clicked_cb (AttuneKeyRow *self)
{
  AdwAlertDialog *dialog;

  g_assert (ATTUNE_IS_KEY_ROW (self));

  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Remove This Key?"),
                                                   _("It cannot be brought back from here. Jobs that run go on, but Attune cannot follow them.")));
  adw_alert_dialog_add_responses (dialog, "keep", _("_Keep"), "remove", _("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (dialog, "keep");
  adw_alert_dialog_set_close_response (dialog, "keep");
  g_signal_connect_object (dialog, "response::remove", G_CALLBACK (remove_agreed_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

/* --- Testing --- */

static void
tested_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (AttuneKeyRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;

  gtk_widget_set_sensitive (self->test_button, TRUE);
  if (reply == NULL)
    show_error (self, error, TRUE);
  else
    show_state (self, _("The key was accepted"), "success", TRUE);
}

static void
test_clicked_cb (AttuneKeyRow *self)
{
  GVariantBuilder parameters;

  g_assert (ATTUNE_IS_KEY_ROW (self));

  gtk_widget_set_sensitive (self->test_button, FALSE);
  gtk_widget_set_visible (self->spinner, TRUE);
  g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&parameters, "{sv}", "provider", g_variant_new_string (self->provider));
  attune_commands_call_async (self->commands, "provider-test", g_variant_builder_end (&parameters), self->cancellable,
                              tested_cb, g_object_ref (self));
}

/* --- Object --- */

static void
attune_key_row_map (GtkWidget *widget)
{
  AttuneKeyRow *self = ATTUNE_KEY_ROW (widget);

  GTK_WIDGET_CLASS (attune_key_row_parent_class)->map (widget);

  /* The keyring is not asked, and may not ask for a password, before somebody looks. */
  if (!self->looked)
    {
      self->looked = TRUE;
      attune_key_row_refresh (self);
    }
}

static void
attune_key_row_dispose (GObject *object)
{
  AttuneKeyRow *self = ATTUNE_KEY_ROW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->commands);

  G_OBJECT_CLASS (attune_key_row_parent_class)->dispose (object);
}

static void
attune_key_row_finalize (GObject *object)
{
  AttuneKeyRow *self = ATTUNE_KEY_ROW (object);

  g_object_unref (self->cancellable);
  g_free (self->credential);
  g_free (self->service);
  g_free (self->provider);
  g_free (self->link);

  G_OBJECT_CLASS (attune_key_row_parent_class)->finalize (object);
}

static void
attune_key_row_class_init (AttuneKeyRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  GTK_WIDGET_CLASS (klass)->map = attune_key_row_map;
  object_class->dispose = attune_key_row_dispose;
  object_class->finalize = attune_key_row_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
add_button (AttuneKeyRow *self,
            const char   *label,
            GCallback     callback)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_visible (button, FALSE);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);

  return button;
}

static void
attune_key_row_init (AttuneKeyRow *self)
{
  self->cancellable = g_cancellable_new ();
  self->spinner = adw_spinner_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spinner), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Asking"), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->spinner);
  self->test_button = add_button (self, _("_Test"), G_CALLBACK (test_clicked_cb));
  self->remove_button = add_button (self, _("_Remove…"), G_CALLBACK (remove_clicked_cb));
  self->set_button = add_button (self, _("_Set…"), G_CALLBACK (set_clicked_cb));
}

GtkWidget *
attune_key_row_new (AttuneCommands *commands,
                    const char     *credential,
                    const char     *title,
                    const char     *service,
                    const char     *provider,
                    const char     *link)
{
  AttuneKeyRow *self;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);
  g_return_val_if_fail (credential != NULL, NULL);
  g_return_val_if_fail (title != NULL, NULL);
  g_return_val_if_fail (service != NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_KEY_ROW, "use-markup", FALSE, NULL);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  self->commands = g_object_ref (commands);
  self->credential = g_strdup (credential);
  self->service = g_strdup (service);
  self->provider = g_strdup (provider);
  self->link = g_strdup (link);

  return GTK_WIDGET (self);
}
