/* attune-paths.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-paths.h"

char *
attune_paths_dup_data_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "attune", NULL);
}

char *
attune_paths_dup_jobs_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "attune", "jobs", NULL);
}

char *
attune_paths_dup_datasets_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "attune", "datasets", NULL);
}

char *
attune_paths_dup_models_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "attune", "models", NULL);
}

char *
attune_paths_dup_cache_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "attune", NULL);
}

char *
attune_paths_dup_package_file (const char *name)
{
  const char *folder = g_getenv ("ATTUNE_DATA_DIR");

  return g_build_filename (folder != NULL && *folder != '\0' ? folder : ATTUNE_PKGDATADIR, name, NULL);
}

char *
attune_paths_dup_engine (void)
{
  const char *engine = g_getenv ("ATTUNE_ENGINE");
  g_autofree char *program = NULL;

  if (engine != NULL && *engine != '\0')
    return g_strdup (engine);

  /* A build that is run where it was built, or moved as a whole, finds its own trainer first. */
  program = g_file_read_link ("/proc/self/exe", NULL);
  if (program != NULL)
    {
      g_autofree char *folder = g_path_get_dirname (program);
      g_autofree char *beside = g_build_filename (folder, "attune-engine", NULL);
      g_autofree char *libexec = g_build_filename (folder, "..", "libexec", "attune-engine", NULL);

      if (g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&beside);
      if (g_file_test (libexec, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&libexec);
    }

  return g_build_filename (ATTUNE_LIBEXECDIR, "attune-engine", NULL);
}
