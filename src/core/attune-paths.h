/* attune-paths.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where things lie. All (transfer full); none is created by asking. */
char *attune_paths_dup_data_folder   (void); /* $XDG_DATA_HOME/attune */
char *attune_paths_dup_jobs_folder   (void);
char *attune_paths_dup_datasets_folder (void);
char *attune_paths_dup_models_folder (void);
char *attune_paths_dup_cache_folder  (void); /* $XDG_CACHE_HOME/attune */
/* Read-only data that comes with Attune (starter/, catalogue/): $ATTUNE_DATA_DIR, else where it was installed. */
char *attune_paths_dup_package_file  (const char *name);
/* The trainer: $ATTUNE_ENGINE, else beside this program, else where it was installed. */
char *attune_paths_dup_engine        (void);

G_END_DECLS
