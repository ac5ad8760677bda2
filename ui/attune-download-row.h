/* attune-download-row.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-downloads.h"

G_BEGIN_DECLS

/* A model that is being loaded: how far it is, pause and resume, throw away. */
#define ATTUNE_TYPE_DOWNLOAD_ROW (attune_download_row_get_type ())
G_DECLARE_FINAL_TYPE (AttuneDownloadRow, attune_download_row, ATTUNE, DOWNLOAD_ROW, AdwPreferencesRow)

GtkWidget *attune_download_row_new  (AttuneDownloads *downloads,
                                     GObject         *download) G_GNUC_WARN_UNUSED_RESULT;
/* Fills @list with a row for each download, and keeps it so; it shows only while there are some. */
void       attune_download_row_bind (GtkListBox      *list,
                                     AttuneDownloads *downloads);

G_END_DECLS
