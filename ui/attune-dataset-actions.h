/* attune-dataset-actions.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "attune-commands.h"
#include "attune-dataset-reader.h"

G_BEGIN_DECLS

/* What the pages do with data files. */

/* An AttuneDatasetCheckFunc: reads the whole file and writes down what it found. Runs in a worker thread. */
gboolean             attune_dataset_actions_check_entity (AttuneDataset       *dataset,
                                                          GCancellable        *cancellable,
                                                          GError             **error);

/* Adds the file at @path through the commands, and checks it. */
void                 attune_dataset_actions_add_async    (AttuneCommands      *commands,
                                                          const char          *path,
                                                          GCancellable        *cancellable,
                                                          GAsyncReadyCallback  callback,
                                                          gpointer             user_data);
/* The id of the data set. (transfer full) */
char                *attune_dataset_actions_add_finish   (AttuneCommands      *commands,
                                                          GAsyncResult        *result,
                                                          GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads the file once more, for all of its problems, in a thread of its own. */
void                 attune_dataset_actions_report_async (AttuneDataset       *dataset,
                                                          GCancellable        *cancellable,
                                                          GAsyncReadyCallback  callback,
                                                          gpointer             user_data);
AttuneDatasetReport *attune_dataset_actions_report_finish(AttuneDataset       *dataset,
                                                          GAsyncResult        *result,
                                                          GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a file that was dropped or opened looks like training data, by its name. */
gboolean             attune_dataset_actions_is_data_file (GFile               *file);
/* Whether its name says that it is meant for validation. */
gboolean             attune_dataset_actions_is_validation_file (GFile         *file);
/* For file dialogs. (transfer full) (element-type GtkFileFilter) */
GListModel          *attune_dataset_actions_new_filters  (void) G_GNUC_WARN_UNUSED_RESULT;

/* "300 rows · Chat · 41 kB", or what is wrong with it. (transfer full) */
char                *attune_dataset_actions_describe     (AttuneDataset       *dataset);

G_END_DECLS
