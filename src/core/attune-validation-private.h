/* attune-validation-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-validation.h"

G_BEGIN_DECLS

/* What both checks need of numbers. */

double    attune_validation_get_number     (const AttuneParameter *parameter,
                                            GVariant              *value);
/* The value of the parameter's type that is nearest to @value within the limits; floating. */
GVariant *attune_validation_clamp_number   (const AttuneParameter *parameter,
                                            double                 value,
                                            double                 low,
                                            double                 high);
/* "1 to 20", translated; (transfer full). */
char     *attune_validation_describe_range (double                 low,
                                            double                 high);

G_END_DECLS
