/* attune-carry-dialog.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-carry-dialog.h"

#include <glib/gi18n-lib.h>

struct _AttuneCarryDialog {
  AdwDialog parent_instance;
};

enum { ADJUST_REQUESTED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneCarryDialog, attune_carry_dialog, ADW_TYPE_DIALOG)

static void
adjust_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  g_signal_emit (widget, signals[ADJUST_REQUESTED], 0);
  adw_dialog_close (ADW_DIALOG (widget));
}

static void
attune_carry_dialog_class_init (AttuneCarryDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[ADJUST_REQUESTED] = g_signal_new ("adjust-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                            0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (widget_class, "carry.adjust", NULL, adjust_action);
}

static void
attune_carry_dialog_init (AttuneCarryDialog *self)
{
  adw_dialog_set_title (ADW_DIALOG (self), _("What Does Not Fit"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 520);
  adw_dialog_set_content_height (ADW_DIALOG (self), 560);
}

/* What becomes of it: a person sees it before they agree. */
static char *
describe_remedy (const AttuneMisfit *misfit)
{
  const AttuneParameter *parameter = attune_parameters_lookup (misfit->path);
  g_autofree char *value = NULL;
  const char *title = NULL;

  if (misfit->repair == NULL)
    return g_strdup (misfit->kind == ATTUNE_MISFIT_MODEL ? _("Has to be chosen by hand") : _("Adjusting removes it"));
  value = parameter != NULL ? attune_parameter_format (parameter, misfit->repair) : g_variant_print (misfit->repair, FALSE);
  if (parameter != NULL && parameter->type == ATTUNE_PARAMETER_ENUM)
    title = attune_parameter_get_value_title (parameter, value);
  if (*value == '\0')
    return g_strdup (_("Adjusting removes it"));

  /* translators: %s is the value that a setting gets */
  return g_strdup_printf (_("Adjusting sets %s"), title != NULL ? title : value);
}

AdwDialog *
attune_carry_dialog_new (GPtrArray  *misfits,
                         const char *provider)
{
  AttuneCarryDialog *self;
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *adjust = gtk_button_new_with_mnemonic (_("_Adjust All"));
  g_autofree char *description = NULL;
  g_autofree char *escaped = NULL;

  g_return_val_if_fail (misfits != NULL, NULL);
  g_return_val_if_fail (provider != NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_CARRY_DIALOG, NULL);
  /* translators: %s is a provider */
  description = g_strdup_printf (_("Everything that is not listed here goes to %s as it is."), provider);
  escaped = g_markup_escape_text (description, -1);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), escaped);
  for (guint i = 0; i < misfits->len; i++)
    {
      const AttuneMisfit *misfit = g_ptr_array_index (misfits, i);
      GtkWidget *row = adw_action_row_new ();
      g_autofree char *remedy = describe_remedy (misfit);
      g_autofree char *subtitle = g_strdup_printf ("%s\n%s", misfit->message, remedy);

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), misfit->title);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));

  gtk_actionable_set_action_name (GTK_ACTIONABLE (adjust), "carry.adjust");
  gtk_widget_add_css_class (adjust, "suggested-action");
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), adjust);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), header);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_child (ADW_DIALOG (self), view);

  return ADW_DIALOG (self);
}
