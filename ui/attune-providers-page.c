/* attune-providers-page.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-providers-page.h"

#include <glib/gi18n-lib.h>

#include "attune-dialogs.h"
#include "attune-error.h"
#include "attune-format.h"
#include "attune-key-row.h"

struct _AttuneProvidersPage {
  AdwBin          parent_instance;

  GtkListBox     *list;
  GtkListBox     *integrations_list;

  AttuneCommands *commands;
  GCancellable   *cancellable;
  guint           n_loading;
};

G_DEFINE_FINAL_TYPE (AttuneProvidersPage, attune_providers_page, ADW_TYPE_BIN)

/* One provider's row and what belongs to it. */
typedef struct {
  AttuneProvidersPage *self;
  AdwExpanderRow      *row;
  GtkImage            *icon;
  GtkWidget           *spinner;
  GtkLabel            *state;
  GCancellable        *cancellable;
} Entry;

static void
entry_free (Entry *entry)
{
  g_object_unref (entry->self);
  g_object_unref (entry->row);
  g_object_unref (entry->cancellable);
  g_free (entry);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Entry, entry_free)

static void
add_line (Entry      *entry,
          const char *title,
          const char *value)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (value != NULL)
    {
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), value);
      gtk_widget_add_css_class (row, "property");
    }
  adw_expander_row_add_row (entry->row, row);
}

static void
set_state (Entry      *entry,
           const char *text,
           const char *icon_name,
           const char *css_class)
{
  gtk_widget_set_visible (entry->spinner, FALSE);
  gtk_label_set_text (entry->state, text);
  gtk_image_set_from_icon_name (entry->icon, icon_name);
  gtk_widget_set_css_classes (GTK_WIDGET (entry->icon), (const char *[]) { css_class, NULL });
}

static void
add_link (Entry      *entry,
          GVariant   *links,
          const char *name,
          const char *title)
{
  GtkWidget *row;
  GtkWidget *button;
  const char *uri;

  if (links == NULL || !g_variant_lookup (links, name, "&s", &uri))
    return;

  row = adw_action_row_new ();
  button = gtk_link_button_new_with_label (uri, _("Open"));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), uri);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  adw_expander_row_add_row (entry->row, row);
}

/* A notice that is in force: what it says, with the mark of how much it matters. */
static void
add_notice (Entry      *entry,
            const char *text,
            const char *severity)
{
  GtkWidget *row = adw_action_row_new ();
  gboolean info = g_strcmp0 (severity, "error") != 0 && g_strcmp0 (severity, "warning") != 0;
  GtkWidget *icon = gtk_image_new_from_icon_name (info ? "dialog-information-symbolic" : "dialog-warning-symbolic");

  if (!info)
    gtk_widget_add_css_class (icon, severity);
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Notice"), -1);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  adw_expander_row_add_row (entry->row, row);
}

static void
add_key_row (Entry         *entry,
             AttuneAdapter *adapter,
             const char    *link)
{
  GtkWidget *row;

  if (attune_adapter_get_credential (adapter) == NULL)
    return;

  row = attune_key_row_new (entry->self->commands, attune_adapter_get_credential (adapter), _("Key"), attune_adapter_get_title (adapter),
                            attune_adapter_can (adapter, "test-credentials") ? attune_adapter_get_id (adapter) : NULL, link);
  /* With another key the provider may answer otherwise. */
  g_signal_connect_object (row, "changed", G_CALLBACK (attune_providers_page_refresh), entry->self, G_CONNECT_SWAPPED);
  adw_expander_row_add_row (entry->row, row);
}

static char *
join_words (AttuneCapabilities *capabilities,
            const char         *member,
            const char         *path)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);
  g_autoptr (GVariant) words = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), member,
                                                       G_VARIANT_TYPE_STRING_ARRAY);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; words != NULL && i < g_variant_n_children (words); i++)
    {
      const char *word;
      const char *title = NULL;

      g_variant_get_child (words, i, "&s", &word);
      if (parameter != NULL)
        title = attune_parameter_get_value_title (parameter, word);
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", title != NULL ? title : word);
    }

  return g_string_free_and_steal (text);
}

static void
show_capabilities (Entry              *entry,
                   AttuneCapabilities *capabilities)
{
  GVariant *variant = attune_capabilities_get_variant (capabilities);
  g_autofree char *methods = join_words (capabilities, "supportedMethods", "method.type");
  g_autofree char *precisions = join_words (capabilities, "supportedPrecisions", "model.precision");
  g_autofree char *models = attune_format_count (attune_capabilities_get_n_models (capabilities));
  g_autoptr (GVariant) links = g_variant_lookup_value (variant, "links", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) notices = g_variant_lookup_value (variant, "notices", G_VARIANT_TYPE ("aa{sv}"));
  gint64 fetched_at = 0;

  for (gsize i = 0; notices != NULL && i < g_variant_n_children (notices); i++)
    {
      g_autoptr (GVariant) notice = g_variant_get_child_value (notices, i);
      const char *severity = NULL;
      const char *text;

      g_variant_lookup (notice, "severity", "&s", &severity);
      if (g_variant_lookup (notice, "text", "&s", &text))
        add_notice (entry, text, severity);
    }
  add_line (entry, _("Methods"), *methods != '\0' ? methods : _("None"));
  if (*precisions != '\0')
    add_line (entry, _("Precisions"), precisions);
  add_line (entry, _("Models"), models);
  if (g_variant_lookup (variant, "fetchedAt", "x", &fetched_at) && fetched_at > 0)
    {
      g_autofree char *when = attune_format_time (fetched_at * G_USEC_PER_SEC);

      add_line (entry, _("Asked Last"), when);
    }
  add_link (entry, links, "pricing", _("Prices"));
  add_link (entry, links, "documentation", _("Documentation"));
  add_link (entry, links, "status", _("Service Status"));
}

static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (Entry) entry = user_data;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) problem = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (GError) error = NULL;

  reply = attune_commands_call_finish (ATTUNE_COMMANDS (object), result, &error);
  /* The list was made anew, or the page is gone. */
  if (entry->self->cancellable != entry->cancellable)
    return;

  entry->self->n_loading--;
  gtk_widget_action_set_enabled (GTK_WIDGET (entry->self), "providers.refresh", entry->self->n_loading == 0);
  if (reply != NULL)
    variant = g_variant_lookup_value (reply, "capabilities", G_VARIANT_TYPE_VARDICT);
  if (variant != NULL)
    capabilities = attune_capabilities_new (variant, &error);
  /* Where it could not be asked, what is known from before comes with the reason. */
  problem = reply != NULL ? g_variant_lookup_value (reply, "problem", G_VARIANT_TYPE_VARDICT) : NULL;
  if (problem != NULL && error == NULL)
    {
      const char *code = "";
      const char *message = "";

      g_variant_lookup (problem, "code", "&s", &code);
      g_variant_lookup (problem, "message", "&s", &message);
      g_set_error_literal (&error, ATTUNE_ERROR, (int) attune_error_code_from_nick (code), message);
    }

  /* What is wrong comes first. */
  if (error != NULL && !g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED))
    {
      g_autofree char *text = attune_dialogs_describe_error (error);

      add_notice (entry, text, "error");
    }
  if (capabilities != NULL)
    show_capabilities (entry, capabilities);
  if (error == NULL)
    set_state (entry, _("Ready"), "object-select-symbolic", "success");
  else if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED))
    set_state (entry, _("Key Needed"), "dialog-password-symbolic", "dim-label");
  else
    set_state (entry, _("Not Available"), "dialog-error-symbolic", "error");
}

static void
add_provider (AttuneProvidersPage *self,
              AttuneAdapter       *adapter,
              gboolean             refresh)
{
  Entry *entry = g_new0 (Entry, 1);
  GVariantBuilder parameters;

  entry->self = g_object_ref (self);
  entry->cancellable = g_object_ref (self->cancellable);
  entry->row = ADW_EXPANDER_ROW (g_object_ref_sink (adw_expander_row_new ()));
  entry->icon = GTK_IMAGE (gtk_image_new_from_icon_name ("computer-symbolic"));
  entry->spinner = adw_spinner_new ();
  entry->state = GTK_LABEL (gtk_label_new (_("Asking…")));
  gtk_widget_add_css_class (GTK_WIDGET (entry->state), "dim-label");
  gtk_accessible_update_state (GTK_ACCESSIBLE (entry->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry->spinner), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Asking"), -1);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (entry->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry->row), attune_adapter_get_title (adapter));
  adw_expander_row_set_subtitle (entry->row, attune_adapter_get_description (adapter));
  adw_expander_row_add_prefix (entry->row, GTK_WIDGET (entry->icon));
  adw_expander_row_add_suffix (entry->row, GTK_WIDGET (entry->state));
  adw_expander_row_add_suffix (entry->row, entry->spinner);
  gtk_list_box_append (self->list, GTK_WIDGET (entry->row));
  {
    g_autoptr (AttuneCapabilities) known = attune_adapter_dup_capabilities (adapter);
    g_autoptr (GVariant) links = g_variant_lookup_value (attune_capabilities_get_variant (known), "links", G_VARIANT_TYPE_VARDICT);
    const char *link = NULL;

    if (links != NULL)
      g_variant_lookup (links, "keys", "&s", &link);
    add_key_row (entry, adapter, link);
  }

  g_variant_builder_init (&parameters, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&parameters, "{sv}", "provider", g_variant_new_string (attune_adapter_get_id (adapter)));
  g_variant_builder_add (&parameters, "{sv}", "refresh", g_variant_new_boolean (refresh));
  attune_commands_call_async (self->commands, "provider-capabilities", g_variant_builder_end (&parameters),
                              self->cancellable, loaded_cb, entry);
}

static void
ask (AttuneProvidersPage *self,
     gboolean             refresh)
{
  GListModel *registry = G_LIST_MODEL (attune_commands_get_registry (self->commands));

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();

  gtk_list_box_remove_all (self->list);
  self->n_loading = g_list_model_get_n_items (registry);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "providers.refresh", FALSE);
  for (guint i = 0; i < g_list_model_get_n_items (registry); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (registry, i);

      add_provider (self, adapter, refresh);
    }
}

void
attune_providers_page_refresh (AttuneProvidersPage *self)
{
  g_return_if_fail (ATTUNE_IS_PROVIDERS_PAGE (self));
  g_return_if_fail (self->commands != NULL);

  ask (self, TRUE);
}

gboolean
attune_providers_page_is_loading (AttuneProvidersPage *self)
{
  g_return_val_if_fail (ATTUNE_IS_PROVIDERS_PAGE (self), FALSE);

  return self->n_loading > 0;
}

static void
refresh_action (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  attune_providers_page_refresh (ATTUNE_PROVIDERS_PAGE (widget));
}

static void
attune_providers_page_map (GtkWidget *widget)
{
  AttuneProvidersPage *self = ATTUNE_PROVIDERS_PAGE (widget);

  GTK_WIDGET_CLASS (attune_providers_page_parent_class)->map (widget);

  /* Nobody is asked before somebody looks. */
  if (self->cancellable == NULL && self->commands != NULL)
    ask (self, FALSE);
}

static void
attune_providers_page_dispose (GObject *object)
{
  AttuneProvidersPage *self = ATTUNE_PROVIDERS_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->commands);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_PROVIDERS_PAGE);

  G_OBJECT_CLASS (attune_providers_page_parent_class)->dispose (object);
}

static void
attune_providers_page_class_init (AttuneProvidersPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_providers_page_dispose;
  widget_class->map = attune_providers_page_map;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-providers-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneProvidersPage, list);
  gtk_widget_class_bind_template_child (widget_class, AttuneProvidersPage, integrations_list);
  gtk_widget_class_install_action (widget_class, "providers.refresh", NULL, refresh_action);
}

static void
attune_providers_page_init (AttuneProvidersPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
attune_providers_page_new (void)
{
  return g_object_new (ATTUNE_TYPE_PROVIDERS_PAGE, NULL);
}

void
attune_providers_page_set_up (AttuneProvidersPage *self,
                              AttuneCommands      *commands)
{
  g_return_if_fail (ATTUNE_IS_PROVIDERS_PAGE (self));
  g_return_if_fail (ATTUNE_IS_COMMANDS (commands));
  g_return_if_fail (self->commands == NULL);

  self->commands = g_object_ref (commands);
  gtk_list_box_append (self->integrations_list,
                       attune_key_row_new (commands, "wandb", _("Weights & Biases"), _("Weights & Biases"), NULL, "https://wandb.ai/authorize"));
}
