/* attune-combo.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Combo rows over a GtkStringList. */

/* Keeps the value readable beside a long subtitle: it is given up to some fifteen characters of room before the rest has to wrap. */
void attune_combo_style (AdwComboRow *combo);
/* Fills the list with @titles where they or @ids differ from what it shows; a list is never exchanged without need, as that
 * happens while one of its items is being chosen. Both arrays are taken; *@shown_ids keeps @ids. */
void attune_combo_fill  (AdwComboRow *combo,
                         GStrv       *shown_ids,
                         GStrv        ids,
                         GStrv        titles);

G_END_DECLS
