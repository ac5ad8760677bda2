/* attune-ticks.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the numbers of an axis mean, which decides where ticks may stand and how they are written. */
typedef enum {
  ATTUNE_TICKS_NUMBER,
  ATTUNE_TICKS_INTEGER,  /* counts: no tick between two whole numbers */
  ATTUNE_TICKS_FRACTION, /* 0…1, written as per cent */
  ATTUNE_TICKS_DURATION, /* seconds */
} AttuneTicksFormat;

typedef struct {
  double value;
  char  *label; /* NULL: a minor tick */
} AttuneTick;

/* At most about @max_labels labelled ticks within [minimum, maximum], at steps of 1, 2 or 5 times a power of ten (durations: at
 * steps of clocks). Logarithmic: at powers of ten, with minor ticks between them while there is room.
 * (transfer full) (element-type AttuneTick) */
GArray *attune_ticks_new             (double            minimum,
                                      double            maximum,
                                      guint             max_labels,
                                      gboolean          logarithmic,
                                      AttuneTicksFormat format) G_GNUC_WARN_UNUSED_RESULT;

/* The smallest of 1, 2, 5 times a power of ten that divides @span into no more than @max_steps. */
double  attune_ticks_nice_step       (double            span,
                                      guint             max_steps);

/* One value for people, in the locale's way: "0.5234", "1e-5" for what is very small or large, "NaN", "∞". @digits counts the
 * significant ones, trailing zeros left out. (transfer full) */
char   *attune_ticks_format_value    (double            value,
                                      guint             digits,
                                      AttuneTicksFormat format) G_GNUC_WARN_UNUSED_RESULT;
/* "2 h 5 min", "3 min 20 s", "8 s": the two largest units. (transfer full) */
char   *attune_ticks_format_duration (double            seconds) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
