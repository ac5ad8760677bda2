/* attune-queue.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-queue.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "attune-error.h"
#include "attune-file-io.h"

#define PREFIX "ticket-"

struct _AttuneQueue {
  char    *folder;
  char    *path;
  guint64  number;
  int      fd;
};

/* Drawing a number and clearing away dead tickets are done by one process at a time, so that a ticket which is there but not
 * locked is a dead one and never one that is just being made. Held for moments only. */
static int
lock_counter (const char  *folder,
              GError     **error)
{
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  g_autofd int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      attune_file_set_error (error, errno, path);
      return -1;
    }
  while (flock (fd, LOCK_EX) != 0)
    if (errno != EINTR)
      {
        attune_file_set_error (error, errno, path);
        return -1;
      }

  return g_steal_fd (&fd);
}

/* Whether a process still holds the ticket; one that nobody holds is deleted. */
static gboolean
check_ticket (const char *path)
{
  g_autofd int fd = open (path, O_RDWR | O_CLOEXEC);

  if (fd < 0)
    return FALSE;
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    return TRUE;

  g_unlink (path);
  return FALSE;
}

/* With the counter locked: the live tickets under @number, and the highest number of all. */
static gboolean
scan (const char  *folder,
      guint64      number,
      guint       *n_before,
      guint64     *highest,
      GError     **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  *n_before = 0;
  *highest = 0;
  if (dir == NULL)
    {
      attune_error_convert (error);
      return FALSE;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = NULL;
      guint64 other;

      if (!g_str_has_prefix (name, PREFIX) ||
          !g_ascii_string_to_unsigned (name + strlen (PREFIX), 10, 1, G_MAXUINT64, &other, NULL) ||
          other == number)
        continue;

      path = g_build_filename (folder, name, NULL);
      if (!check_ticket (path))
        continue;
      *highest = MAX (*highest, other);
      *n_before += other < number;
    }

  return TRUE;
}

AttuneQueue *
attune_queue_join (const char  *folder,
                   const char  *owner,
                   GError     **error)
{
  g_autoptr (AttuneQueue) self = NULL;
  g_autofree char *name = NULL;
  g_autofd int counter = -1;
  guint64 highest;
  guint n_before;

  g_return_val_if_fail (folder != NULL, NULL);
  g_return_val_if_fail (owner != NULL, NULL);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      attune_file_set_error (error, errno, folder);
      return NULL;
    }

  counter = lock_counter (folder, error);
  if (counter < 0 || !scan (folder, G_MAXUINT64, &n_before, &highest, error))
    return NULL;

  self = g_new0 (AttuneQueue, 1);
  self->folder = g_strdup (folder);
  self->number = highest + 1;
  name = g_strdup_printf (PREFIX "%012" G_GUINT64_FORMAT, self->number);
  self->path = g_build_filename (folder, name, NULL);
  self->fd = open (self->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (self->fd < 0 || flock (self->fd, LOCK_EX | LOCK_NB) != 0)
    {
      attune_file_set_error (error, errno, self->path);
      return NULL;
    }
  if (!attune_file_append (self->fd, self->path, owner, strlen (owner), error))
    return NULL;

  return g_steal_pointer (&self);
}

void
attune_queue_leave (AttuneQueue *self)
{
  if (self == NULL)
    return;

  /* The lock goes with the file; nobody can take the ticket for a dead one in between. */
  if (self->fd >= 0)
    {
      g_unlink (self->path);
      close (self->fd);
    }
  g_free (self->folder);
  g_free (self->path);
  g_free (self);
}

gboolean
attune_queue_get_position (AttuneQueue  *self,
                           guint        *position,
                           GError      **error)
{
  g_autofd int counter = -1;
  guint64 highest;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (position != NULL, FALSE);

  counter = lock_counter (self->folder, error);

  return counter >= 0 && scan (self->folder, self->number, position, &highest, error);
}
