/* attune-downloads.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-model-source.h"

G_BEGIN_DECLS

typedef enum {
  ATTUNE_DOWNLOAD_PAUSED,
  ATTUNE_DOWNLOAD_LOADING,
  ATTUNE_DOWNLOAD_DONE,
  ATTUNE_DOWNLOAD_FAILED,
} AttuneDownloadState;

/* The models that are being loaded and those whose loading was broken off, for the whole program: a download goes on when the dialog that began it
 * is closed. Signal ::finished (folder) for each that became a model. */
#define ATTUNE_TYPE_DOWNLOADS (attune_downloads_get_type ())
G_DECLARE_FINAL_TYPE (AttuneDownloads, attune_downloads, ATTUNE, DOWNLOADS, GObject)

AttuneDownloads         *attune_downloads_new        (const AttuneModelSource *source,
                                                      AttuneCredentials       *credentials) G_GNUC_WARN_UNUSED_RESULT;
const AttuneModelSource *attune_downloads_get_source (AttuneDownloads         *self);
/* What the functions of the source work on. */
GObject                 *attune_downloads_get_place  (AttuneDownloads         *self);
/* The downloads, without those that are done. (transfer none) */
GListModel              *attune_downloads_get_list   (AttuneDownloads         *self);
/* The one of model @id; (nullable) (transfer none) */
GObject                 *attune_downloads_lookup     (AttuneDownloads         *self,
                                                      const char              *id);
/* Whether there is a model already where @id would lie. */
gboolean                 attune_downloads_is_here    (AttuneDownloads         *self,
                                                      const char              *id);

/* Loads @id, or goes on with it. */
void                     attune_downloads_start      (AttuneDownloads         *self,
                                                      const char              *id);
void                     attune_downloads_pause      (AttuneDownloads         *self,
                                                      GObject                 *download);
/* Stops it, throws away what there is of it and takes it off the list. */
void                     attune_downloads_discard    (AttuneDownloads         *self,
                                                      GObject                 *download);
void                     attune_downloads_pause_all  (AttuneDownloads         *self);
gboolean                 attune_downloads_is_busy    (AttuneDownloads         *self);

AttuneDownloadState      attune_download_get_state   (GObject                 *download);
/* "1.2 GB of 3 GB · 4 MB/s · 2 min left", or why it failed. (transfer full) */
char                    *attune_download_describe    (GObject                 *download);

G_END_DECLS
