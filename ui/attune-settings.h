/* attune-settings.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What is remembered from one start to the next, behind one type, so that no other file knows a key. Where the schema is not
 * installed (a program started from its build folder) nothing is remembered and the defaults below hold. */
#define ATTUNE_TYPE_SETTINGS (attune_settings_get_type ())
G_DECLARE_FINAL_TYPE (AttuneSettings, attune_settings, ATTUNE, SETTINGS, GObject)

AttuneSettings *attune_settings_new               (void) G_GNUC_WARN_UNUSED_RESULT;

/* Gives @window the size that it had when attune_settings_save_window() was last called. */
void            attune_settings_restore_window    (AttuneSettings *self,
                                                   GtkWindow      *window);
void            attune_settings_save_window       (AttuneSettings *self,
                                                   GtkWindow      *window);
/* (transfer full) */
char           *attune_settings_dup_last_provider (AttuneSettings *self);
void            attune_settings_set_last_provider (AttuneSettings *self,
                                                   const char     *provider);
/* US dollars that a single job may cost without a question; 0: no limit. */
double          attune_settings_get_spending_limit (AttuneSettings *self);
void            attune_settings_set_spending_limit (AttuneSettings *self,
                                                   double          limit);

G_END_DECLS
