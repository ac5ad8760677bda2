/* attune-engine-commands.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exit statuses of attune-engine */
#define ATTUNE_EXIT_DONE    0 /* ended, paused or cancelled as asked */
#define ATTUNE_EXIT_FAILED  1
#define ATTUNE_EXIT_INVALID 2 /* wrong invocation or configuration */

/* The whole program behind main(). */
int attune_engine_main        (int    argc,
                               char **argv);

/* One command each; @argv[0] is its name. */
int attune_engine_train       (int    argc,
                               char **argv);
int attune_engine_predict     (int    argc,
                               char **argv);
int attune_engine_init        (int    argc,
                               char **argv);
int attune_engine_generate    (int    argc,
                               char **argv);
int attune_engine_evaluate    (int    argc,
                               char **argv);

/* Parses; prints the error and returns FALSE where it is wrong or @n_arguments other arguments are not there. */
gboolean attune_engine_parse  (int                  *argc,
                               char               ***argv,
                               const GOptionEntry   *entries,
                               const char           *parameters,
                               const char           *summary,
                               int                   n_arguments);
/* Prints @error and returns the exit status that it means. */
int      attune_engine_report (const GError         *error);
/* Whether SIGTERM or SIGINT has come. */
gboolean attune_engine_is_stopped (void);

G_END_DECLS
