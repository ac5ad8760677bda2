/* attune-machine.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-machine.h"

#include <string.h>

guint64
attune_machine_get_process_start (gint64 pid)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *rest;

  if (pid <= 0)
    return 0;

  path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/stat", pid);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  /* The second field is the program's name in parentheses, and may hold blanks and parentheses itself. */
  rest = strrchr (text, ')');
  if (rest == NULL || rest[1] == '\0')
    return 0;
  fields = g_strsplit (rest + 2, " ", 0);
  if (g_strv_length (fields) < 20)
    return 0;
  /* A zombie holds its number, but nothing runs any more. */
  if (g_str_equal (fields[0], "Z") || g_str_equal (fields[0], "X"))
    return 0;

  return g_ascii_strtoull (fields[19], NULL, 10);
}

gboolean
attune_machine_is_process_alive (gint64  pid,
                                 guint64 start)
{
  guint64 found = attune_machine_get_process_start (pid);

  return found != 0 && found == start;
}

static guint64
read_meminfo (const char *name)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length = strlen (name);

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;

  lines = g_strsplit (text, "\n", 0);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      return g_ascii_strtoull (lines[i] + length + 1, NULL, 10) * 1024;

  return 0;
}

/* FALSE where the file is not there or says "max". */
static gboolean
read_number (const char *folder,
             const char *name,
             guint64    *number)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) &&
         g_ascii_string_to_unsigned (g_strchomp (text), 10, 0, G_MAXUINT64, number, NULL);
}

/* Bytes of files that the group's processes have read: counted as used, but given back on demand. */
static guint64
read_cache (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "memory.stat", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint64 sum = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  lines = g_strsplit (text, "\n", 0);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "inactive_file ") || g_str_has_prefix (lines[i], "active_file "))
      sum += g_ascii_strtoull (strchr (lines[i], ' '), NULL, 10);

  return sum;
}

/* What the control groups from this process's own up to the root leave; G_MAXUINT64 where none sets a limit. */
static guint64
get_group_memory (guint64 *limit_out)
{
  g_autofree char *text = NULL;
  g_autofree char *folder = NULL;
  guint64 least = G_MAXUINT64;
  const char *group;

  *limit_out = G_MAXUINT64;
  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return least;
  group = g_str_has_prefix (text, "0::") ? text : strstr (text, "\n0::");
  if (group == NULL)
    return least;
  group = strstr (group, "0::") + 3;
  folder = g_strndup (group, strcspn (group, "\n"));

  for (;;)
    {
      g_autofree char *place = g_build_filename ("/sys/fs/cgroup", folder, NULL);
      g_autofree char *parent = NULL;
      guint64 limit;
      guint64 used;

      if (read_number (place, "memory.max", &limit) && read_number (place, "memory.current", &used))
        {
          used -= MIN (used, read_cache (place));
          *limit_out = MIN (*limit_out, limit);
          least = MIN (least, limit > used ? limit - used : 0);
        }
      if (g_str_equal (folder, "/") || g_str_equal (folder, "."))
        return least;
      parent = g_path_get_dirname (folder);
      g_set_str (&folder, parent);
    }
}

guint64
attune_machine_get_available_memory (void)
{
  guint64 available = read_meminfo ("MemAvailable");
  guint64 limit;
  guint64 group = get_group_memory (&limit);

  if (group == G_MAXUINT64)
    return available;
  return available == 0 ? group : MIN (available, group);
}

guint64
attune_machine_get_total_memory (void)
{
  guint64 total = read_meminfo ("MemTotal");
  guint64 limit;

  get_group_memory (&limit);
  if (limit == G_MAXUINT64)
    return total;
  return total == 0 ? limit : MIN (total, limit);
}

gboolean
attune_machine_has_fast_bf16 (void)
{
#if defined (__x86_64__)
  __builtin_cpu_init ();
  return __builtin_cpu_supports ("avx512bf16");
#else
  return FALSE;
#endif
}
