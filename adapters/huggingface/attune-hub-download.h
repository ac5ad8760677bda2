/* attune-hub-download.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-hub.h"

G_BEGIN_DECLS

typedef enum {
  ATTUNE_HUB_DOWNLOAD_PAUSED,  /* not started, or stopped by a person; it goes on where it stopped, in another process too */
  ATTUNE_HUB_DOWNLOAD_LOADING,
  ATTUNE_HUB_DOWNLOAD_DONE,    /* the folder lies among the models */
  ATTUNE_HUB_DOWNLOAD_FAILED,  /* as paused, and :error-message says why */
} AttuneHubDownloadState;
GType attune_hub_download_state_get_type (void) G_GNUC_CONST;
#define ATTUNE_TYPE_HUB_DOWNLOAD_STATE (attune_hub_download_state_get_type ())

/* A model on its way from the Hub into the folder of models. Until it is whole it lies in a folder whose name begins with a dot, and nobody takes it for
 * a model; every large file is compared with its digest.
 *
 * Properties: repo, revision (the commit once it is known), folder (where it will lie), state, done, total (gint64 bytes; total 0 unknown), progress (0…1),
 * speed (bytes a second, 0 unknown), time-remaining (seconds, NAN unknown), error-message (nullable). */
#define ATTUNE_TYPE_HUB_DOWNLOAD (attune_hub_download_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHubDownload, attune_hub_download, ATTUNE, HUB_DOWNLOAD, GObject)

/* @name: its folder among the models; NULL: the name of the repository. */
AttuneHubDownload *attune_hub_download_new     (AttuneHub            *hub,
                                                const char           *repo,
                                                const char           *name) G_GNUC_WARN_UNUSED_RESULT;
/* Those that were begun and not ended, of this or another process. (transfer full) (element-type AttuneHubDownload) */
GPtrArray         *attune_hub_download_list_unfinished (AttuneHub    *hub) G_GNUC_WARN_UNUSED_RESULT;

/* Starts, or goes on after a pause or a failure, until it is done, paused or has failed. One at a time. */
void               attune_hub_download_run_async  (AttuneHubDownload    *self,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
/* (transfer full): the folder; NULL with ATTUNE_ERROR_CANCELLED after a pause. */
char              *attune_hub_download_run_finish (AttuneHubDownload    *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);
void               attune_hub_download_pause      (AttuneHubDownload    *self);
/* Stops it and throws away what there is of it. */
void               attune_hub_download_discard    (AttuneHubDownload    *self);

const char        *attune_hub_download_get_repo   (AttuneHubDownload    *self);
const char        *attune_hub_download_get_folder (AttuneHubDownload    *self);
AttuneHubDownloadState attune_hub_download_get_state (AttuneHubDownload *self);
gint64             attune_hub_download_get_done   (AttuneHubDownload    *self);
gint64             attune_hub_download_get_total  (AttuneHubDownload    *self);
double             attune_hub_download_get_speed  (AttuneHubDownload    *self);
double             attune_hub_download_get_time_remaining (AttuneHubDownload *self);
const char        *attune_hub_download_get_error_message (AttuneHubDownload *self);

G_END_DECLS
