/* attune-http-part.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-http-download-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-error.h"

#define CHUNK (1024 * 1024)

static gboolean
fail (GError     **error,
      const char  *path,
      int          number)
{
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (number), _("%s: %s"), path, g_strerror (number));
  attune_error_convert (error);
  return FALSE;
}

gint64
attune_http_part_measure (const char  *part,
                          const char  *tag_path,
                          gboolean     is_proven,
                          char       **tag)
{
  struct stat info;

  *tag = NULL;
  if (stat (part, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size == 0)
    return 0;
  if (g_file_get_contents (tag_path, tag, NULL, NULL) && **tag != '\0')
    return info.st_size;

  g_clear_pointer (tag, g_free);
  return is_proven ? info.st_size : 0;
}

gboolean
attune_http_part_begin (const char       *part,
                        const char       *tag_path,
                        AttuneHttpReply  *reply,
                        gint64            began_at,
                        gint64            whole,
                        GError          **error)
{
  const char *tag = attune_http_reply_get_header (reply, "ETag");
  g_autofree char *folder = g_path_get_dirname (part);
  g_autoptr (GFile) place = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info = NULL;

  if (whole > 0)
    {
      info = g_file_query_filesystem_info (place, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
      if (info != NULL && g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE)
          && g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) < (guint64) (whole - began_at))
        {
          g_autofree char *needed = g_format_size ((guint64) (whole - began_at));
          g_autofree char *there = g_format_size (g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE));

          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE, _("%s: %s are needed and %s are free"), folder, needed, there);
          return FALSE;
        }
    }
  if (began_at > 0)
    return TRUE;

  /* Weak tags say nothing of bytes. */
  if (tag == NULL || g_str_has_prefix (tag, "W/"))
    tag = attune_http_reply_get_header (reply, "Last-Modified");
  if (tag == NULL)
    {
      g_unlink (tag_path);
      return TRUE;
    }

  if (!g_file_set_contents_full (tag_path, tag, -1, G_FILE_SET_CONTENTS_NONE, 0600, error))
    {
      attune_error_convert (error);
      return FALSE;
    }
  return TRUE;
}

void
attune_http_part_discard (const char *part,
                          const char *tag_path)
{
  g_unlink (part);
  g_unlink (tag_path);
}

static char *
digest (int            fd,
        const char    *path,
        GCancellable  *cancellable,
        GError       **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *buffer = g_malloc (CHUNK);
  ssize_t n_read;

  while ((n_read = read (fd, buffer, CHUNK)) != 0)
    {
      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read < 0)
        {
          fail (error, path, errno);
          return NULL;
        }
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        {
          attune_error_convert (error);
          return NULL;
        }
      g_checksum_update (checksum, buffer, n_read);
    }

  return g_strdup (g_checksum_get_string (checksum));
}

/* The new name lasts only when its folder is written as well. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofd int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd >= 0)
    fsync (fd);
}

static gboolean
move_into_place (const char  *part,
                 const char  *destination,
                 GError     **error)
{
  int number;

  if (renameat2 (AT_FDCWD, part, AT_FDCWD, destination, RENAME_NOREPLACE) == 0)
    return TRUE;

  number = errno;
  if (number == EEXIST)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("%s is there already. Move it away, or choose another folder"), destination);
      return FALSE;
    }
  /* A file system that cannot tell: it was looked before whether there is one. */
  if (number == EINVAL && g_rename (part, destination) == 0)
    return TRUE;

  return fail (error, destination, number == EINVAL ? errno : number);
}

gboolean
attune_http_part_place (const char    *part,
                        const char    *tag_path,
                        const char    *destination,
                        gint64         size,
                        const char    *sha256,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_autofd int fd = open (part, O_RDWR | O_CLOEXEC);
  struct stat info;

  if (fd < 0 || fstat (fd, &info) != 0)
    return fail (error, part, errno);

  if (size >= 0 && info.st_size != size)
    {
      attune_http_part_discard (part, tag_path);
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: %" G_GINT64_FORMAT " bytes came where there should be %" G_GINT64_FORMAT ". Try again"),
                   destination, (gint64) info.st_size, size);
      return FALSE;
    }
  if (sha256 != NULL)
    {
      g_autofree char *found = digest (fd, part, cancellable, error);

      if (found == NULL)
        return FALSE;
      if (g_ascii_strcasecmp (found, sha256) != 0)
        {
          attune_http_part_discard (part, tag_path);
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: what came is not what the server has (its SHA-256 differs). Try again"), destination);
          return FALSE;
        }
    }

  if (fsync (fd) != 0)
    return fail (error, part, errno);
  if (!move_into_place (part, destination, error))
    return FALSE;
  g_unlink (tag_path);
  sync_folder (destination);

  return TRUE;
}
