/* attune-dialogs.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dialogs.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"

char *
attune_dialogs_describe_error (const GError *error)
{
  g_autoptr (GError) meaning = NULL;
  const char *remedy;

  g_return_val_if_fail (error != NULL, NULL);

  meaning = g_error_copy (error);
  attune_error_convert (&meaning);
  remedy = attune_error_get_remedy (meaning->code);
  /* Messages that name their own remedy need no general one behind them. */
  if (remedy == NULL || g_strstr_len (meaning->message, -1, remedy) != NULL)
    return g_strdup (meaning->message);

  return g_strdup_printf ("%s\n\n%s", meaning->message, remedy);
}

void
attune_dialogs_present_error (GtkWidget    *parent,
                              const char   *heading,
                              const GError *error)
{
  AdwAlertDialog *dialog;
  g_autofree char *body = NULL;

  g_return_if_fail (GTK_IS_WIDGET (parent));
  g_return_if_fail (heading != NULL && error != NULL);

  if (attune_error_is_cancelled (error))
    return;

  body = attune_dialogs_describe_error (error);
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));
  adw_alert_dialog_add_response (dialog, "close", _("_Close"));
  adw_dialog_present (ADW_DIALOG (dialog), parent);
}

static void
confirm (GtkWidget  *parent,
         const char *heading,
         const char *body,
         const char *stay,
         const char *agree,
         GCallback   confirmed,
         GObject    *object)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));

  adw_alert_dialog_add_responses (dialog, "stay", stay, "agree", agree, NULL);
  adw_alert_dialog_set_response_appearance (dialog, "agree", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (dialog, "stay");
  adw_alert_dialog_set_close_response (dialog, "stay");
  g_signal_connect_object (dialog, "response::agree", confirmed, object, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), parent);
}

void
attune_dialogs_confirm_cancel (GtkWidget *parent,
                               AttuneJob *job,
                               GCallback  confirmed,
                               GObject   *object)
{
  g_autofree char *body = NULL;

  g_return_if_fail (GTK_IS_WIDGET (parent));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  body = g_strdup_printf (_("“%s” will stop training. Checkpoints that were written are kept."), attune_job_get_name (job));
  confirm (parent, _("Cancel This Job?"), body, _("_Keep Training"), _("_Cancel Job"), confirmed, object);
}
