/* attune-file-io.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writing files and folders whole or not at all. Errors are of ATTUNE_ERROR and name the path and the remedy. */

/* @code: an errno. @path leads the message. */
void     attune_file_set_error      (GError      **error,
                                     int           code,
                                     const char   *path);
/* Writes all of @data or nothing: a part that was written is cut off again. @fd: opened for appending. */
gboolean attune_file_append         (int           fd,
                                     const char   *path,
                                     const char   *data,
                                     gsize         length,
                                     GError      **error);
/* Replaces the file at once. With @durable it is on the disk when this returns; without, a loss of power may bring the old one back. */
gboolean attune_file_replace        (const char   *path,
                                     const char   *data,
                                     gssize        length,
                                     gboolean      durable,
                                     GError      **error);
/* Copies a plain file, following a link. */
gboolean attune_file_copy           (const char   *source,
                                     const char   *target,
                                     GError      **error);
/* Brings a file's or folder's content to the disk. */
gboolean attune_file_sync           (const char   *path,
                                     GError      **error);
/* Brings all plain files of @folder, and the folder, to the disk. */
gboolean attune_folder_sync         (const char   *folder,
                                     GError      **error);
/* Deletes a folder with all that is in it, without following links. One that is not there is fine. */
gboolean attune_folder_delete       (const char   *folder,
                                     GError      **error);
/* Puts the finished folder @temporary in the place of @target, and brings that to the disk. What was there is deleted. */
gboolean attune_folder_move_in      (const char   *temporary,
                                     const char   *target,
                                     GError      **error);

G_END_DECLS
