/* attune-random.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers that depend on their place and not on what was drawn before: any step of a run can be done again without the ones before. */

/* Well mixed bits of all four; equal inputs give equal outputs on every machine. */
guint64 attune_random_mix     (guint64  seed,
                               guint64  a,
                               guint64  b,
                               guint64  c);
/* A uniform number under @n (> 0), without favouring any; moves *@state. */
guint32 attune_random_below   (guint64 *state,
                               guint32  n);
/* 0 … 1, 53 bits; moves *@state. */
double  attune_random_double  (guint64 *state);
/* Puts 0 … n-1 in an order that depends on @seed and @round alone. */
void    attune_random_permute (guint32 *order,
                               guint32  n,
                               guint64  seed,
                               guint64  round);

G_END_DECLS
