/* store-helpers.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>

#include "attune-job-private.h"
#include "attune-json.h"

/* Iterates the main context until the condition holds; a test that waits for longer than this has failed. */
#define WAIT_SECONDS 20
#define wait_until(condition)                                                                       \
  G_STMT_START                                                                                      \
    {                                                                                               \
      gint64 wait_deadline = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;               \
      guint wait_tick = g_timeout_add (5, wait_tick_cb, NULL);                                      \
                                                                                                    \
      while (!(condition) && g_get_monotonic_time () < wait_deadline)                               \
        g_main_context_iteration (NULL, TRUE);                                                      \
      g_source_remove (wait_tick);                                                                  \
      g_assert_true (condition);                                                                    \
    }                                                                                               \
  G_STMT_END

static inline gboolean
wait_tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* For operations that end with a GAsyncResult. */
static inline void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}

static inline AttuneConfiguration *
make_configuration (void)
{
  AttuneConfiguration *configuration = attune_configuration_new ();

  attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string ("example/tiny-1"));
  attune_configuration_set_value (configuration, "datasets.trainingFileId",
                                  g_variant_new_string ("00000000-0000-4000-8000-000000000001"));
  attune_configuration_set_value (configuration, "method.type", g_variant_new_string ("lora"));
  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (2));

  return configuration;
}

static inline AttuneJob *
make_job (void)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();

  return attune_job_new ("00000000-0000-4000-8000-00000000000a", "fake", configuration);
}

static inline char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("attune-store-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static inline void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_assert_cmpint (g_unlink (child), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}
