/* attune-kernels.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-kernels.h"

#include <string.h>

const AttuneKernels *
attune_kernels_get (void)
{
#if defined(__x86_64__)
  /* For tests, and for a person who doubts one of them. */
  const char *level = g_getenv ("ATTUNE_KERNELS");

  if (level == NULL)
    level = "x86-64-v4";

  if (strcmp (level, "x86-64-v4") == 0 && __builtin_cpu_supports ("x86-64-v4"))
    return &attune_kernels_v4;
  if (strcmp (level, "base") != 0 && __builtin_cpu_supports ("x86-64-v3"))
    return &attune_kernels_v3;
#endif

  return &attune_kernels_base;
}
