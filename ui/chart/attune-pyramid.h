/* attune-pyramid.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Minima and maxima over a growing array of numbers: each level has one bucket for sixteen of the level below it, so any range is
 * answered from a few dozen of them. Values that are not finite do not count. All zero is an empty one. */

typedef struct {
  double minimum;
  double maximum;
} AttuneBucket;

typedef struct {
  AttuneBucket *buckets;
  guint         length;
  guint         capacity;
} AttunePyramidLevel;

#define ATTUNE_PYRAMID_FAN_OUT  16
/* 16 to the power of 8 is more than a guint can count. */
#define ATTUNE_PYRAMID_N_LEVELS 8

typedef struct {
  AttunePyramidLevel levels[ATTUNE_PYRAMID_N_LEVELS];
} AttunePyramid;

void     attune_pyramid_clear  (AttunePyramid       *self);
/* @values changed at @from or behind it; their number is now @length. */
void     attune_pyramid_update (AttunePyramid       *self,
                                const double        *values,
                                guint                length,
                                guint                from);
/* Of [first, end); FALSE where no value there is finite. */
gboolean attune_pyramid_query  (const AttunePyramid *self,
                                const double        *values,
                                guint                first,
                                guint                end,
                                double              *minimum,
                                double              *maximum);

G_END_DECLS
