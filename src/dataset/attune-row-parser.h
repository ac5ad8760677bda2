/* attune-row-parser.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <yyjson.h>

#include <glib.h>

#include "attune-row.h"

G_BEGIN_DECLS

/* The forms of a row. Private to the reader. */
typedef enum {
  ATTUNE_FORMAT_UNKNOWN,
  ATTUNE_FORMAT_CHAT,
  ATTUNE_FORMAT_PROMPT_COMPLETION,
  ATTUNE_FORMAT_ALPACA,
  ATTUNE_FORMAT_SHAREGPT,
  ATTUNE_FORMAT_TEXT,
} AttuneFormat;

/* "chat", "prompt-completion", "alpaca", "sharegpt", "text"; NULL for unknown. */
const char *attune_format_to_word     (AttuneFormat   format);
AttuneFormat attune_format_of         (yyjson_val    *object);

/* (transfer full): the row, or NULL with @problem (transfer full): what is wrong and what to do. @object: a JSON object. */
AttuneRow  *attune_row_parse          (yyjson_val    *object,
                                       AttuneFormat   format,
                                       gint64         line,
                                       char         **problem) G_GNUC_WARN_UNUSED_RESULT;
/* Of two rows with the same messages it is the same. */
guint64     attune_row_hash           (const AttuneRow *row);

G_END_DECLS
