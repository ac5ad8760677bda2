/* attune-file-io.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-file-io.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-error.h"

void
attune_file_set_error (GError     **error,
                       int          code,
                       const char  *path)
{
  switch (code)
    {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE,
                   _("There is no space left to write %s. Free some space, then resume: the run goes on from its last checkpoint."),
                   path);
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED,
                   _("%s cannot be written: %s. Check the permissions of its folder."), path, g_strerror (code));
      break;
    case ENOENT:
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("%s is not there"), path);
      break;
    default:
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, "%s: %s", path, g_strerror (code));
      break;
    }
}

/* Returns 0 or an errno. */
static int
write_all (int         fd,
           const char *data,
           gsize       length)
{
  while (length > 0)
    {
      gssize done = write (fd, data, length);

      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0)
        return errno;
      data += done;
      length -= (gsize) done;
    }

  return 0;
}

gboolean
attune_file_append (int          fd,
                    const char  *path,
                    const char  *data,
                    gsize        length,
                    GError     **error)
{
  struct stat before;
  int code;

  if (fstat (fd, &before) != 0)
    {
      attune_file_set_error (error, errno, path);
      return FALSE;
    }

  code = write_all (fd, data, length);
  if (code == 0)
    return TRUE;

  attune_file_set_error (error, code, path);
  if (ftruncate (fd, before.st_size) != 0)
    g_prefix_error (error, _("A torn line is left in the file (%s). "), g_strerror (errno));

  return FALSE;
}

gboolean
attune_file_replace (const char  *path,
                     const char  *data,
                     gssize       length,
                     gboolean     durable,
                     GError     **error)
{
  g_autofree char *temporary = g_strconcat (path, ".tmp", NULL);
  g_autofd int fd = -1;
  int code = 0;

  fd = open (temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      attune_file_set_error (error, errno, path);
      return FALSE;
    }

  code = write_all (fd, data, length < 0 ? strlen (data) : (gsize) length);
  if (code == 0 && durable && fsync (fd) != 0)
    code = errno;
  if (code == 0 && g_rename (temporary, path) != 0)
    code = errno;
  if (code != 0)
    {
      g_unlink (temporary);
      attune_file_set_error (error, code, path);
      return FALSE;
    }

  if (durable)
    {
      g_autofree char *folder = g_path_get_dirname (path);

      return attune_file_sync (folder, error);
    }

  return TRUE;
}

gboolean
attune_file_copy (const char  *source,
                  const char  *target,
                  GError     **error)
{
  g_autofd int in = -1;
  g_autofd int out = -1;
  char buffer[65536];

  in = open (source, O_RDONLY | O_CLOEXEC);
  if (in < 0)
    {
      attune_file_set_error (error, errno, source);
      return FALSE;
    }
  out = open (target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0)
    {
      attune_file_set_error (error, errno, target);
      return FALSE;
    }

  for (;;)
    {
      gssize got = read (in, buffer, sizeof buffer);
      int code;

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          attune_file_set_error (error, errno, source);
          return FALSE;
        }
      if (got == 0)
        return TRUE;
      code = write_all (out, buffer, (gsize) got);
      if (code != 0)
        {
          attune_file_set_error (error, code, target);
          return FALSE;
        }
    }
}

gboolean
attune_file_sync (const char  *path,
                  GError     **error)
{
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fsync (fd) != 0)
    {
      attune_file_set_error (error, errno, path);
      return FALSE;
    }

  return TRUE;
}

gboolean
attune_folder_sync (const char  *folder,
                    GError     **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR) && !attune_file_sync (path, error))
        return FALSE;
    }

  return attune_file_sync (folder, error);
}

gboolean
attune_folder_delete (const char  *folder,
                      GError     **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;
  struct stat info;

  if (lstat (folder, &info) != 0)
    {
      if (errno == ENOENT)
        return TRUE;
      attune_file_set_error (error, errno, folder);
      return FALSE;
    }

  if (S_ISDIR (info.st_mode))
    {
      dir = g_dir_open (folder, 0, error);
      if (dir == NULL)
        {
          attune_error_convert (error);
          return FALSE;
        }
      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);

          if (!attune_folder_delete (path, error))
            return FALSE;
        }
    }

  if (g_remove (folder) != 0 && errno != ENOENT)
    {
      attune_file_set_error (error, errno, folder);
      return FALSE;
    }

  return TRUE;
}

gboolean
attune_folder_move_in (const char  *temporary,
                       const char  *target,
                       GError     **error)
{
  g_autofree char *old = g_strconcat (target, ".old", NULL);
  g_autofree char *parent = g_path_get_dirname (target);

  /* A folder cannot be renamed over a full one: the old one steps aside first. */
  if (!attune_folder_delete (old, error))
    return FALSE;
  if (g_rename (target, old) != 0 && errno != ENOENT)
    {
      attune_file_set_error (error, errno, target);
      return FALSE;
    }
  if (g_rename (temporary, target) != 0)
    {
      attune_file_set_error (error, errno, target);
      return FALSE;
    }

  return attune_file_sync (parent, error) && attune_folder_delete (old, error);
}
