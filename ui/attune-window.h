/* attune-window.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"
#include "attune-models-page.h"
#include "attune-new-job-page.h"

G_BEGIN_DECLS

/* The main window: a sidebar with jobs, data sets, models and providers, and the page of a new job over it. A data file that is
 * dropped anywhere starts a new job. */
#define ATTUNE_TYPE_WINDOW (attune_window_get_type ())
G_DECLARE_FINAL_TYPE (AttuneWindow, attune_window, ATTUNE, WINDOW, AdwApplicationWindow)

AttuneWindow     *attune_window_new              (GtkApplication        *application,
                                                  AttuneCommands        *commands,
                                                  AttuneModelImportFunc  import_func) G_GNUC_WARN_UNUSED_RESULT;
/* Where more models come from; to be called once at most. */
void              attune_window_set_downloads    (AttuneWindow          *self,
                                                  AttuneDownloads       *downloads);
/* To be called when the stores were read. */
void              attune_window_set_loaded       (AttuneWindow          *self);
/* "jobs", "datasets", "models" or "providers". */
void              attune_window_show_page        (AttuneWindow          *self,
                                                  const char            *name);
/* Opens the page of a new job; the one that is open already stays as it was filled in. (transfer none) */
AttuneNewJobPage *attune_window_show_new_job     (AttuneWindow          *self);
/* The same, but a page that is opened anew takes up the newest draft, where there is one. (transfer none) */
AttuneNewJobPage *attune_window_continue_new_job (AttuneWindow          *self);
/* The page of the new job that is open; (nullable) (transfer none) */
AttuneNewJobPage *attune_window_get_new_job_page (AttuneWindow          *self);
/* What happens with files that were dropped, pasted or opened: training data, or the folder of a model. FALSE where they are neither. */
gboolean          attune_window_take_files       (AttuneWindow          *self,
                                                  GListModel            *files);
/* Takes the files whose paths or addresses stand in @text, one a line; says how it is done where there are none. */
void              attune_window_paste_text       (AttuneWindow          *self,
                                                  const char            *text);
/* Shows @toast in the window that @widget is in. (transfer full) @toast */
void              attune_window_add_toast        (GtkWidget             *widget,
                                                  AdwToast              *toast);

G_END_DECLS
