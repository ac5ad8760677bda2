/* attune-settings.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What is remembered from one start to the next, behind one type, so that no other file knows a key. Where the schema is not
 * installed (a program started from its build folder) nothing is remembered and the defaults below hold.
 *
 * What the preferences offer are properties, which follow what anybody else changes:
 *   ::appearance (string: "system", "light" or "dark"), ::notifications (TRUE), ::run-in-background (FALSE), ::inhibit-suspend (TRUE),
 *   ::offline (FALSE), ::spending-limit (double, 0). */
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

gboolean        attune_settings_get_notifications     (AttuneSettings *self);
gboolean        attune_settings_get_run_in_background (AttuneSettings *self);
gboolean        attune_settings_get_inhibit_suspend   (AttuneSettings *self);
/* The address that is asked instead of the provider's own; NULL: none is set. (transfer full) */
char           *attune_settings_dup_base_url          (AttuneSettings *self,
                                                       const char     *provider);
/* @url NULL: the provider's own again. */
void            attune_settings_set_base_url          (AttuneSettings *self,
                                                       const char     *provider,
                                                       const char     *url);
/* FALSE where nothing would be remembered. */
gboolean        attune_settings_has_base_urls         (AttuneSettings *self);

G_END_DECLS
