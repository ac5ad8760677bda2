/* read-run.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Reads a run folder as the adapter of this computer does, and prints what it understood of it:
 *   {"state":"succeeded","step":6,"totalSteps":6,"points":8,"events":7,"damaged":0,"checkpoints":["step-3","step-6"]} */

#include "config.h"

#include "attune-run-folder.h"

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneRunStatus) status = NULL;
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (GPtrArray) checkpoints = NULL;
  guint64 offset = 0;
  guint damaged_points = 0;
  guint damaged_events = 0;
  gboolean read;

  if (argc != 2)
    {
      g_printerr ("usage: read-run FOLDER\n");
      return 2;
    }

  status = attune_run_status_load (argv[1], &error);
  read = status != NULL && attune_run_folder_read_metrics (argv[1], &offset, points, &damaged_points, &error);
  offset = 0;
  read = read && attune_run_folder_read_events (argv[1], &offset, events, &damaged_events, &error);
  if (!read)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("{\"state\":\"%s\",\"step\":%" G_GINT64_FORMAT ",\"totalSteps\":%" G_GINT64_FORMAT ",\"points\":%u,\"events\":%u,\"damaged\":%u,"
           "\"error\":\"%s\",\"checkpoints\":[",
           attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, (int) status->state), status->step, status->total_steps, points->len, events->len,
           damaged_points + damaged_events, status->error != NULL ? attune_error_code_to_nick ((AttuneError) status->error->code) : "");
  checkpoints = attune_run_folder_list_checkpoints (argv[1]);
  for (guint i = 0; i < checkpoints->len; i++)
    {
      const AttuneCheckpoint *checkpoint = g_ptr_array_index (checkpoints, i);

      g_print ("%s\"%s\"", i > 0 ? "," : "", checkpoint->id);
    }
  g_print ("]}\n");

  return 0;
}
