/* attune-cli-output.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-cli.h"

G_BEGIN_DECLS

/* To standard output. */
void  attune_cli_print             (const char *format,
                                    ...) G_GNUC_PRINTF (1, 2);
/* To standard error, with a newline. */
void  attune_cli_message           (const char *format,
                                    ...) G_GNUC_PRINTF (1, 2);
/* The one document of --json. */
void  attune_cli_answer_json       (AttuneCli  *self,
                                    JsonNode   *node);
void  attune_cli_answer_variant    (AttuneCli  *self,
                                    GVariant   *variant);

/* Columns that line up. Each row: as many texts as there are titles. */
typedef struct _AttuneCliTable AttuneCliTable;
/* @...: the titles, NULL at the end. A title that begins with ">" is of a column of numbers. */
AttuneCliTable *attune_cli_table_new   (const char     *first_title,
                                        ...) G_GNUC_NULL_TERMINATED;
/* @...: the texts of the row; NULL stands for nothing known. */
void            attune_cli_table_add   (AttuneCliTable *self,
                                        ...);
void            attune_cli_table_print (AttuneCliTable *self);
void            attune_cli_table_free  (AttuneCliTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneCliTable, attune_cli_table_free)

/* "0:42", "1:02:03", "3 days"; (transfer full). "" where unknown. */
char *attune_cli_format_duration   (double      seconds);
/* Local date and time of microseconds since 1970; "" for 0. (transfer full) */
char *attune_cli_format_time       (gint64      time);
/* "0.1234", "1.2e-05"; "" for NAN. (transfer full) */
char *attune_cli_format_number     (double      value);
/* "█████░░░"; (transfer full) */
char *attune_cli_format_bar        (double      fraction,
                                    guint       width);

/* Members of an a{sv}; what is absent or of another type is NULL, NAN or -1. */
const char *attune_cli_get_text    (GVariant   *variant,
                                    const char *name);
double      attune_cli_get_double  (GVariant   *variant,
                                    const char *name);
gint64      attune_cli_get_integer (GVariant   *variant,
                                    const char *name);

/* step, epoch, time and what was measured; what is not a finite number is null. */
void        attune_cli_add_point   (JsonObject              *object,
                                    const AttuneMetricPoint *point);

G_END_DECLS
