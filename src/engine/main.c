/* main.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-engine-commands.h"

int
main (int    argc,
      char **argv)
{
  return attune_engine_main (argc, argv);
}
