/* attune-run-writer.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-run-folder.h"

G_BEGIN_DECLS

/**
 * AttuneRunWriter:
 *
 * The trainer's side of a run folder. One process at a time holds it. A thread of its own replaces status.json once a
 * second, so that whoever looks sees life even while one step takes a minute.
 */
typedef struct _AttuneRunWriter AttuneRunWriter;

/* Takes the folder; CONFLICT where another trainer works in it. Torn last lines of earlier crashes are cut off. */
AttuneRunWriter *attune_run_writer_new         (const char               *folder,
                                                GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void             attune_run_writer_free        (AttuneRunWriter          *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneRunWriter, attune_run_writer_free)

const char      *attune_run_writer_get_folder  (AttuneRunWriter          *self);

/* Writes status.json at once and durably. */
gboolean         attune_run_writer_set_state   (AttuneRunWriter          *self,
                                                AttuneJobStatus           state,
                                                GError                  **error);
void             attune_run_writer_set_queue_position (AttuneRunWriter   *self,
                                                guint                     position);
void             attune_run_writer_set_progress(AttuneRunWriter          *self,
                                                gint64                    step,
                                                gint64                    total_steps,
                                                double                    epoch,
                                                gint64                    trained_tokens,
                                                double                    time_remaining);
void             attune_run_writer_set_model   (AttuneRunWriter          *self,
                                                const char               *name);
/* The last state, which is final or paused: @output and @reason (nullable) go with it. Still works on a full disk. */
gboolean         attune_run_writer_finish      (AttuneRunWriter          *self,
                                                AttuneJobStatus           state,
                                                const char               *output,
                                                const GError             *reason,
                                                GError                  **error);

/* Whether the file that asks for a cancellation is there, as it was within the last second. */
gboolean         attune_run_writer_is_cancelled(AttuneRunWriter          *self);
/* The same, as it is now. */
gboolean         attune_run_writer_look_for_cancel (AttuneRunWriter      *self);

gboolean         attune_run_writer_add_metrics (AttuneRunWriter          *self,
                                                const AttuneMetricPoint  *point,
                                                GError                  **error);
/* Also goes to standard error. An event that cannot be written is told there too, and does not stop a run. */
void             attune_run_writer_add_event   (AttuneRunWriter          *self,
                                                const char               *level,
                                                const char               *format,
                                                ...) G_GNUC_PRINTF (3, 4);
/* An event that is left out where the folder has its very words already: what a start says is not said again by a resume. */
void             attune_run_writer_add_event_once (AttuneRunWriter       *self,
                                                const char               *level,
                                                const char               *format,
                                                ...) G_GNUC_PRINTF (3, 4);
/* Brings metrics and events to the disk, before a checkpoint that presumes them. */
gboolean         attune_run_writer_sync        (AttuneRunWriter          *self,
                                                GError                  **error);
/* Cuts metrics.jsonl back to what was there when @step was done; with @drop_evaluation without the evaluation of that step. */
gboolean         attune_run_writer_cut_back    (AttuneRunWriter          *self,
                                                gint64                    step,
                                                gboolean                  drop_evaluation,
                                                GError                  **error);

G_END_DECLS
