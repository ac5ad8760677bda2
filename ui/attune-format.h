/* attune-format.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers as people read them, in their language. All (transfer full). */

/* "12,345" */
char *attune_format_count      (gint64 count);
/* "4.2 million", "1.1 billion": how large a model is. */
char *attune_format_parameters (guint64 parameters);
/* "35 s", "2 min", "3 h 20 min", "2 days" */
char *attune_format_duration   (double seconds);
/* "2–4 min", or one value where both ends read the same; NULL where both are unknown. */
char *attune_format_duration_range (double low,
                                    double high);
char *attune_format_size_range     (double low,
                                    double high);
char *attune_format_cost_range     (double low,
                                    double high);
/* "Today 14:05", "3 Nov 14:05": when something happened, from microseconds since 1970. */
char *attune_format_time       (gint64 time);
/* A loss: four significant digits. */
char *attune_format_loss       (double loss);
/* A path with the home folder as "~". */
char *attune_format_path       (const char *path);

G_END_DECLS
