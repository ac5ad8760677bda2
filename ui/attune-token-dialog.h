/* attune-token-dialog.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What is trained: rows of a data file as the model will read them, with its chat template, token by token; what is learnt stands out
 * by colour and line, what is only read is plain, and what is cut off is struck out.
 *
 * Accessibility: each row is described by its counts, and the text can be gone through with the cursor. */
#define ATTUNE_TYPE_TOKEN_DIALOG (attune_token_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AttuneTokenDialog, attune_token_dialog, ATTUNE, TOKEN_DIALOG, AdwDialog)

/* @model_folder: (nullable): then whole messages are shown, as the tokens are not known. */
AdwDialog *attune_token_dialog_new       (const char        *path,
                                          const char        *model_folder,
                                          guint              sequence_length,
                                          gboolean           train_on_inputs) G_GNUC_WARN_UNUSED_RESULT;
/* FALSE while the file is being read. */
gboolean   attune_token_dialog_is_loaded (AttuneTokenDialog *self);
guint      attune_token_dialog_get_n_rows (AttuneTokenDialog *self);
/* Counted from 0. */
void       attune_token_dialog_show_row  (AttuneTokenDialog *self,
                                          guint              row);

G_END_DECLS
