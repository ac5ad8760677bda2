/* attune-parameter-help.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-field.h"

G_BEGIN_DECLS

/* A button from which the whole help of a setting opens, for those without a pointer too: what it does and what happens when it is
 * turned up, with the limits and the default that hold now, and the name by which files and the terminal know it. */
GtkWidget *attune_parameter_help_new (AttuneField *field) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
