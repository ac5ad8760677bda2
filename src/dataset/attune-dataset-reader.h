/* attune-dataset-reader.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "attune-row.h"

G_BEGIN_DECLS

/* Reads JSON Lines row by row in bounded memory. The format is that of the first row: chat ("messages"), prompt-completion
 * ("prompt", "completion"), alpaca ("instruction", "input", "output"), sharegpt ("conversations") or text ("text"). */
typedef enum {
  ATTUNE_PROBLEM_ERROR, /* the row is left out */
  ATTUNE_PROBLEM_NOTE,  /* the row is used all the same */
} AttuneProblemSeverity;

typedef struct {
  gint64  line;       /* from 1 */
  gint64  column;     /* from 1, in characters; 0 where there is none */
  char   *message;    /* translated: what is wrong and what to do */
  AttuneProblemSeverity severity;
} AttuneProblem;

#define ATTUNE_TYPE_DATASET_READER (attune_dataset_reader_get_type ())
G_DECLARE_FINAL_TYPE (AttuneDatasetReader, attune_dataset_reader, ATTUNE, DATASET_READER, GObject)

/* NOT_FOUND, NOT_ALLOWED, and INVALID for an empty file. */
AttuneDatasetReader *attune_dataset_reader_new        (const char           *path,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* The next good row, NULL at the end (error unset) or when the file cannot be read on. Problems on the way are collected, not fatal.
 * A file that is no JSON Lines at all (one JSON array, one object over several lines, UTF-16) is INVALID, with the remedy. (transfer full) */
AttuneRow           *attune_dataset_reader_next       (AttuneDatasetReader  *self,
                                                       GError              **error);
const char          *attune_dataset_reader_get_format (AttuneDatasetReader  *self); /* NULL before the first row */
/* Borrowed: element-type AttuneProblem, the first 100; get_n_problems counts all. */
GArray              *attune_dataset_reader_get_problems (AttuneDatasetReader *self);
gint64               attune_dataset_reader_get_n_problems (AttuneDatasetReader *self);
/* The rows among them that were left out. */
gint64               attune_dataset_reader_get_n_left_out (AttuneDatasetReader *self);
/* Bytes read and bytes in all, for progress. */
void                 attune_dataset_reader_get_progress (AttuneDatasetReader *self,
                                                       gint64               *done,
                                                       gint64               *total);

/* One pass over a file: what attune_dataset_set_checked() wants. */
typedef struct {
  char   *format;
  gint64  size;
  char   *sha256;
  gint64  rows;          /* good ones */
  gint64  n_problems;
  gint64  n_left_out;    /* rows that are left out; the other problems are notes */
  GArray *problems;      /* AttuneProblem, the first 100 */
  gint64  tokens;        /* -1 without a model */
  gint64  trained_tokens;/* -1 without a model */
  gint64  too_long;      /* rows over the sequence length */
  gint64  longest;       /* tokens of the longest row */
} AttuneDatasetReport;
/* @model_folder: (nullable) counts tokens with its tokenizer and template; @sequence_length 0: no limit. An empty file is INVALID. */
AttuneDatasetReport *attune_dataset_check       (const char           *path,
                                                 const char           *model_folder,
                                                 guint                 sequence_length,
                                                 GCancellable         *cancellable,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void                 attune_dataset_report_free (AttuneDatasetReport  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneDatasetReport, attune_dataset_report_free)

G_END_DECLS
