/* attune-http-download-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-http-reply.h"

G_BEGIN_DECLS

/* The unfinished file of a download, and beside it the tag (ETag or date) of what it is the beginning of. */

/* How many bytes of it can be gone on with; 0 where there is none, or where nothing could tell whether the rest belongs to it. */
gint64   attune_http_part_measure (const char       *part,
                                   const char       *tag_path,
                                   gboolean          is_proven, /* a digest will tell in the end */
                                   char            **tag);
/* Notes the tag of @reply, and looks whether @whole (-1 unknown) bytes have room. */
gboolean attune_http_part_begin   (const char       *part,
                                   const char       *tag_path,
                                   AttuneHttpReply  *reply,
                                   gint64            began_at,
                                   gint64            whole,
                                   GError          **error);
void     attune_http_part_discard (const char       *part,
                                   const char       *tag_path);
/* Blocking: checks size and digest, writes it through to the disk, moves it into place without replacing anything. */
gboolean attune_http_part_place   (const char       *part,
                                   const char       *tag_path,
                                   const char       *destination,
                                   gint64            size,
                                   const char       *sha256,
                                   GCancellable     *cancellable,
                                   GError          **error);

G_END_DECLS
