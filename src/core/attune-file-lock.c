/* attune-file-lock.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-store"

#include "config.h"

#include "attune-file-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-error.h"

struct _AttuneFileLock
{
  int fd;
};

static void
set_errno_error (GError     **error,
                 const char  *path,
                 int          saved_errno)
{
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno), "%s: %s", path, g_strerror (saved_errno));
  attune_error_convert (error);
}

gboolean
attune_file_lock_descriptor (int          fd,
                             const char  *path,
                             gint64       timeout,
                             GError     **error)
{
  gint64 deadline = g_get_monotonic_time () + timeout;
  gulong pause = 500;

  /* Not the blocking kind: a holder that was stopped must not stop us for ever. */
  while (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno == EINTR)
        continue;
      if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
        {
          /* A file system without locks. Replacing files whole still keeps each of them readable. */
          g_debug ("%s: no locks here: %s", path, g_strerror (errno));
          return TRUE;
        }
      if (errno != EWOULDBLOCK)
        {
          set_errno_error (error, path, errno);
          return FALSE;
        }
      if (g_get_monotonic_time () >= deadline)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                       _("%s is in use by another process"), path);
          return FALSE;
        }
      g_usleep (pause);
      pause = MIN (pause * 2, 20000);
    }

  return TRUE;
}

AttuneFileLock *
attune_file_lock_acquire (const char  *path,
                          gint64       timeout,
                          GError     **error)
{
  g_return_val_if_fail (path != NULL, NULL);

  for (;;)
    {
      struct stat ours;
      struct stat there;
      AttuneFileLock *self;
      int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

      if (fd < 0)
        {
          set_errno_error (error, path, errno);
          return NULL;
        }
      if (!attune_file_lock_descriptor (fd, path, timeout, error))
        {
          close (fd);
          return NULL;
        }

      /* The folder may have been deleted, and even made anew, while we waited: then this is a lock on nothing. */
      if (fstat (fd, &ours) != 0 || stat (path, &there) != 0 || ours.st_ino != there.st_ino || ours.st_dev != there.st_dev)
        {
          close (fd);
          continue;
        }

      self = g_new0 (AttuneFileLock, 1);
      self->fd = fd;
      return self;
    }
}

void
attune_file_lock_release (AttuneFileLock *self)
{
  if (self == NULL)
    return;

  close (self->fd);
  g_free (self);
}
